//! Attestation.

use {
    super::*,
    bytemuck::Zeroable,
    gpu_market::state::{Answer, Challenge, Gpu, Reading, SetParams},
    gpu_market_sdk::instructions::attest,
};

const SET_ID: u16 = 0x0102;
const ROUND: u32 = 0x0304_0506;
const UUID_HASH: [u8; 32] = [0x71; 32];
const PARAMS: SetParams =
    SetParams { bond: 0x0102_0304_0506_0708, fee: 0x1112_1314_1516_1718, panel: 8, quorum: 5, reserved: [0; 6] };
const ANSWER: Answer = Answer { result: [0x72; 32], gpus: 0x0708, gpu_root: [0x73; 32] };
const READING: Reading = Reading {
    verdict: 1,
    score: 0x0102_0304,
    vram: 0x0506_0708,
    gpus: 0x090a,
    result: [0x7b; 32],
    gpu_root: [0x74; 32],
};

pub fn set() -> Address {
    address::attestor_set(&CREATOR, SET_ID).0
}

pub fn challenge() -> Address {
    address::challenge(&member(), ROUND).0
}

pub fn gpu() -> Address {
    address::gpu(&set(), &UUID_HASH).0
}

/// Stake of an attestor.
pub fn attestor_stake() -> Address {
    address::stake(&ATTESTOR_OWNER).0
}

/// Stake that pays for a round.
pub fn payer_stake() -> Address {
    address::stake(&BENEFICIARY).0
}

/// The round that the instructions here are about.
fn round() -> Challenge {
    let mut round = Challenge::zeroed();
    (round.member, round.set, round.payer, round.rent_payer) = (member(), set(), payer_stake(), RENT_PAYER);
    round
}

fn proved() -> Gpu {
    let mut gpu = Gpu::zeroed();
    (gpu.host, gpu.member, gpu.rent_payer) = (host(), member(), RENT_PAYER);
    gpu
}

pub fn all() -> Vec<(&'static str, Instruction)> {
    [sets(), rounds()].concat()
}

fn sets() -> Vec<(&'static str, Instruction)> {
    vec![
        ("create_attestor_set", attest::create_attestor_set(CREATOR, PAYER, SET_ID, PARAMS)),
        ("announce_set", attest::announce_set(CREATOR, set(), PARAMS)),
        ("add_attestor", attest::add_attestor(CREATOR, ATTESTOR_OWNER, set(), ATTESTOR)),
        ("raise_bond", attest::raise_bond(ATTESTOR_OWNER, set(), 0x0102_0304_0506_0708)),
        ("leave_set", attest::leave_set(AUTHORITY, set(), attestor_stake())),
        ("remove_attestor", attest::remove_attestor(AUTHORITY, set(), attestor_stake())),
        ("vacate_attestor", attest::vacate_attestor(AUTHORITY, set(), attestor_stake())),
        ("close_attestor_set", attest::close_attestor_set(CREATOR, set(), RENT_PAYER)),
    ]
}

fn rounds() -> Vec<(&'static str, Instruction)> {
    let open = attest::OpenChallenge {
        authority: AUTHORITY,
        payer_owner: BENEFICIARY,
        rent_payer: RENT_PAYER,
        host_owner: OWNER,
        market: market(),
        terms: TERMS,
        set: set(),
        nonce: ROUND,
        max_fee: 0x0102_0304_0506_0708,
    };
    let claim = attest::ClaimGpu {
        payer: PAYER,
        challenge: challenge(),
        member: member(),
        set: set(),
        uuid_hash: UUID_HASH,
        index: 0x0102,
        proof: vec![[0x75; 32], [0x76; 32]],
    };
    vec![
        ("open_challenge", attest::open_challenge(open)),
        ("draw", attest::draw(challenge(), set())),
        ("commit_answer", attest::commit_answer(AUTHORITY, host(), challenge(), [0x77; 32])),
        ("open_answer", attest::open_answer(AUTHORITY, host(), challenge(), ANSWER, [0x78; 32])),
        ("commit_reading", attest::commit_reading(ATTESTOR, set(), challenge(), [0x79; 32])),
        ("reveal_reading", attest::reveal_reading(ATTESTOR, set(), challenge(), READING, [0x7a; 32])),
        ("finalize_challenge", attest::finalize_challenge(challenge(), member())),
        ("expire_challenge", attest::expire_challenge(challenge(), member())),
        ("conclude_challenge", attest::conclude_challenge(challenge(), member())),
        ("settle_attestor", attest::settle_attestor(challenge(), &round(), attestor_stake(), STAKE_TOKEN)),
        ("claim_gpu", attest::claim_gpu(claim)),
        ("release_gpu", attest::release_gpu(AUTHORITY, gpu(), &proved())),
        ("close_challenge", attest::close_challenge(challenge(), &round())),
    ]
}
