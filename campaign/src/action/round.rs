//! Attestation: sets of attestors, the rounds that they judge, and the GPUs that these prove.

use {
    super::{Scene, signed_by},
    crate::{
        cast::{CREATOR, Cast, PAYER, gpu_uuid, party_owner},
        ids::{Key, MarketId, Mint, Party, RoundId, Spot},
        terms::STAKE,
    },
    gpu_market::state::{Answer, Challenge, Gpu, Reading, SetParams},
    gpu_market_sdk::{Address, Instruction, decode::Account, digest, instructions::attest},
    serde::{Deserialize, Serialize},
};

/// What somebody says about the hardware of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Claim {
    /// The two GPUs that the host has.
    Own,
    /// One of them and one of the next host.
    Neighbours,
    /// Its two GPUs, with another result.
    OtherResult,
    /// Nothing that would pass.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum RoundAction {
    CreateSet { set: u16, bond: u64, fee: u64, panel: u8, quorum: u8 },
    AnnounceSet { by: Key, set: u16, bond: u64, fee: u64, panel: u8, quorum: u8 },
    Add { by: Key, set: u16, party: Party, attestor: Key },
    RaiseBond { by: Key, set: u16, party: Party, amount: u64 },
    Leave { by: Key, set: u16, party: Party },
    Remove { by: Key, set: u16, party: Party },
    Vacate { by: Key, set: u16, party: Party },
    CloseSet { by: Key, set: u16, rent: Key },
    Open { by: Key, payer: Party, host: Party, market: MarketId, terms: u32, set: u16, nonce: u32, max_fee: u64 },
    Draw { round: RoundId, set: u16 },
    CommitAnswer { by: Key, round: RoundId, claim: Claim },
    OpenAnswer { by: Key, round: RoundId, claim: Claim },
    CommitReading { by: Key, round: RoundId, set: u16, claim: Claim, score: u32 },
    Reveal { by: Key, round: RoundId, set: u16, claim: Claim, score: u32 },
    Finalize { round: RoundId },
    Expire { round: RoundId },
    Conclude { round: RoundId },
    Settle { round: RoundId, party: Party },
    ClaimGpu { round: RoundId, set: u16, claim: Claim, index: u16 },
    Release { by: Key, set: u16, gpu: u8 },
    CloseRound { round: RoundId },
}

/// How a set judges.
pub fn set_params(bond: u64, fee: u64, panel: u8, quorum: u8) -> SetParams {
    SetParams { bond, fee, panel, quorum, reserved: [0; 6] }
}

/// The set that the campaign begins with.
pub const FIRST_SET: (u64, u64, u8, u8) = (10 * STAKE + 3, 10_000_019, 3, 2);

/// Physical GPUs of a host that claims something, with the hashes of their uuids in order.
pub fn gpus_of(host: Party, claim: Claim) -> Vec<(u8, [u8; 32])> {
    let first = host.0 * 2;
    let second = if claim == Claim::Neighbours { first + 2 } else { first + 1 };
    let mut gpus: Vec<_> = [first, second].map(|gpu| (gpu, gpu_uuid(gpu))).to_vec();
    gpus.sort_unstable_by_key(|gpu| gpu.1);
    gpus
}

fn hashes(host: Party, claim: Claim) -> Vec<[u8; 32]> {
    gpus_of(host, claim).into_iter().map(|gpu| gpu.1).collect()
}

/// The answer of a host that claims this.
pub fn answer(host: Party, claim: Claim) -> Answer {
    let hashes = hashes(host, claim);
    let result = if claim == Claim::OtherResult { [11; 32] } else { [5; 32] };
    let gpu_root = digest::gpu_root(&hashes).expect("two GPUs in order have a root");
    Answer { result, gpus: 2, gpu_root }
}

/// The reading of an attestor that measured this.
pub fn reading(host: Party, claim: Claim, score: u32) -> Reading {
    if claim == Claim::Nothing {
        return Reading { verdict: 2, score: 0, vram: 0, gpus: 0, result: [0; 32], gpu_root: [0; 32] };
    }
    let Answer { result, gpus, gpu_root } = answer(host, claim);
    Reading { verdict: 1, score, vram: 24_000, gpus, result, gpu_root }
}

const HOST_SALT: [u8; 32] = [8; 32];

fn salt(key: Key) -> [u8; 32] {
    [key.0 + 1; 32]
}

/// A round as the chain holds it; zeros if there is none.
fn challenge(scene: &Scene, round: &Address) -> Challenge {
    match (scene.look)(round) {
        Some(Account::Challenge(challenge)) => challenge,
        _ => bytemuck::Zeroable::zeroed(),
    }
}

fn gpu(scene: &Scene, address: &Address) -> Gpu {
    match (scene.look)(address) {
        Some(Account::Gpu(gpu)) => gpu,
        _ => bytemuck::Zeroable::zeroed(),
    }
}

impl RoundAction {
    pub fn instruction(&self, scene: &Scene) -> Instruction {
        let cast = scene.cast;
        let at = |set| cast.at(Spot::Set(set));
        match *self {
            Self::CreateSet { set, bond, fee, panel, quorum } => {
                let params = set_params(bond, fee, panel, quorum);
                attest::create_attestor_set(cast.key(CREATOR), cast.key(PAYER), set, params)
            }
            Self::AnnounceSet { by, set, bond, fee, panel, quorum } => {
                attest::announce_set(cast.key(by), at(set), set_params(bond, fee, panel, quorum))
            }
            Self::Add { by, set, party, attestor } => {
                let owner = cast.key(party_owner(party));
                signed_by(attest::add_attestor(cast.key(CREATOR), owner, at(set), cast.key(attestor)), cast, by)
            }
            Self::RaiseBond { by, set, party, amount } => {
                signed_by(attest::raise_bond(cast.key(party_owner(party)), at(set), amount), cast, by)
            }
            Self::Leave { by, set, party } => attest::leave_set(cast.key(by), at(set), cast.stake(party)),
            Self::Remove { by, set, party } => attest::remove_attestor(cast.key(by), at(set), cast.stake(party)),
            Self::Vacate { by, set, party } => attest::vacate_attestor(cast.key(by), at(set), cast.stake(party)),
            Self::CloseSet { by, set, rent } => attest::close_attestor_set(cast.key(by), at(set), cast.key(rent)),
            Self::Open { by, payer, host, market, terms, set, nonce, max_fee } => {
                attest::open_challenge(attest::OpenChallenge {
                    authority: cast.key(by),
                    payer_owner: cast.key(party_owner(payer)),
                    rent_payer: cast.key(PAYER),
                    host_owner: cast.key(party_owner(host)),
                    market: cast.market(market),
                    terms,
                    set: at(set),
                    nonce,
                    max_fee,
                })
            }
            Self::Draw { round, set } => attest::draw(cast.round(round), at(set)),
            _ => self.step(scene),
        }
    }

    /// What host and attestors do in a round, and how it ends.
    fn step(&self, scene: &Scene) -> Instruction {
        let cast = scene.cast;
        let member = |round: RoundId| cast.member(round.market, round.host);
        match *self {
            Self::CommitAnswer { by, round, claim } => {
                let (at, host) = (cast.round(round), cast.host(round.host));
                let seed = challenge(scene, &at).seed;
                let commitment = digest::answer(&at, &host, &seed, &answer(round.host, claim), &HOST_SALT);
                attest::commit_answer(cast.key(by), host, at, commitment)
            }
            Self::OpenAnswer { by, round, claim } => {
                let (at, host) = (cast.round(round), cast.host(round.host));
                attest::open_answer(cast.key(by), host, at, answer(round.host, claim), HOST_SALT)
            }
            Self::CommitReading { by, round, set, claim, score } => {
                let (at, key) = (cast.round(round), cast.key(by));
                let commitment = digest::reading(&at, &key, &reading(round.host, claim, score), &salt(by));
                attest::commit_reading(key, cast.at(Spot::Set(set)), at, commitment)
            }
            Self::Reveal { by, round, set, claim, score } => {
                let reading = reading(round.host, claim, score);
                attest::reveal_reading(cast.key(by), cast.at(Spot::Set(set)), cast.round(round), reading, salt(by))
            }
            Self::Finalize { round } => attest::finalize_challenge(cast.round(round), member(round)),
            Self::Expire { round } => attest::expire_challenge(cast.round(round), member(round)),
            Self::Conclude { round } => attest::conclude_challenge(cast.round(round), member(round)),
            _ => self.settlement(scene),
        }
    }

    fn settlement(&self, scene: &Scene) -> Instruction {
        let cast = scene.cast;
        match *self {
            Self::Settle { round, party } => {
                let at = cast.round(round);
                let token = cast.token(Mint::Stake);
                attest::settle_attestor(at, &challenge(scene, &at), cast.stake(party), token)
            }
            Self::ClaimGpu { round, set, claim, index } => claim_gpu(cast, round, set, claim, index),
            Self::Release { by, set, gpu: number } => {
                let at = cast.at(Spot::Gpu(set, number));
                attest::release_gpu(cast.key(by), at, &gpu(scene, &at))
            }
            Self::CloseRound { round } => {
                let at = cast.round(round);
                attest::close_challenge(at, &challenge(scene, &at))
            }
            _ => unreachable!("every other action has its instruction above"),
        }
    }
}

fn claim_gpu(cast: &Cast, round: RoundId, set: u16, claim: Claim, index: u16) -> Instruction {
    let hashes = hashes(round.host, claim);
    let of = usize::from(index) % hashes.len();
    attest::claim_gpu(attest::ClaimGpu {
        payer: cast.key(PAYER),
        challenge: cast.round(round),
        member: cast.member(round.market, round.host),
        set: cast.at(Spot::Set(set)),
        uuid_hash: hashes[of],
        index,
        proof: digest::gpu_proof(&hashes, of).expect("the index is one of the GPUs"),
    })
}
