//! Attestation: sets of attestors, the rounds that they judge, and the GPUs that these prove.
//!
//! What is committed to is computed by [`crate::digest`].

use {
    super::{Token, instruction, paying_signer, readonly, signer, system_program, writable},
    crate::{Address, Instruction, address},
    gpu_market::{
        constants::SLOT_HASHES,
        state::{Answer, Challenge, Gpu, Reading, SetParams},
    },
};

/// Anyone: creates the set number `id` of `creator`.
pub fn create_attestor_set(creator: Address, payer: Address, id: u16, params: SetParams) -> Instruction {
    let set = address::attestor_set(&creator, id).0;
    instruction(120, &(id, params), [signer(creator), paying_signer(payer), writable(set), system_program()])
}

/// Creator: changes how the set judges, 14 days from now.
pub fn announce_set(creator: Address, set: Address, params: SetParams) -> Instruction {
    instruction(121, &params, [signer(creator), writable(set)])
}

/// Creator, with the owner of the stake: adds the attestor whose key is `attestor`, bonded out of that stake.
pub fn add_attestor(creator: Address, stake_owner: Address, set: Address, attestor: Address) -> Instruction {
    let stake = address::stake(&stake_owner).0;
    instruction(122, &attestor, [signer(creator), signer(stake_owner), writable(set), writable(stake)])
}

/// Owner of the stake: raises the bond of its attestor by `amount` base units.
pub fn raise_bond(stake_owner: Address, set: Address, amount: u64) -> Instruction {
    instruction(123, &amount, [signer(stake_owner), writable(set), writable(address::stake(&stake_owner).0)])
}

/// The attestor, or the owner of its `stake`: leaves the set.
pub fn leave_set(authority: Address, set: Address, stake: Address) -> Instruction {
    instruction(124, &(), [signer(authority), writable(set), writable(stake)])
}

/// Creator: removes the attestor with this `stake`, one in 14 days.
pub fn remove_attestor(creator: Address, set: Address, stake: Address) -> Instruction {
    instruction(125, &(), [signer(creator), writable(set), writable(stake)])
}

/// Anyone: frees the bond of an attestor that left a day ago and has no round to settle.
pub fn vacate_attestor(caller: Address, set: Address, stake: Address) -> Instruction {
    instruction(126, &(), [signer(caller), writable(set), writable(stake)])
}

/// Creator: closes a set without attestors and rounds, 14 days after the last attestor left.
pub fn close_attestor_set(creator: Address, set: Address, rent_payer: Address) -> Instruction {
    instruction(127, &(), [signer(creator), writable(set), writable(rent_payer)])
}

/// See [`open_challenge`].
#[derive(Clone, Copy, Debug)]
pub struct OpenChallenge {
    /// Operator or owner of the host; signs.
    pub authority: Address,
    /// Owner of the stake that pays the fee; signs.
    pub payer_owner: Address,
    /// Pays the rent of the round.
    pub rent_payer: Address,
    /// Owner of the host.
    pub host_owner: Address,
    /// Market that the member is in.
    pub market: Address,
    /// Number of the terms in force, which name the set.
    pub terms: u32,
    /// The set that the terms name.
    pub set: Address,
    /// Number of the round: one more than the rounds that the member's standing counts.
    pub nonce: u32,
    /// The most base units of the stake mint that the payer accepts.
    pub max_fee: u64,
}

/// Operator or owner of a host, with the owner of a stake that pays: opens the member's next round.
pub fn open_challenge(params: OpenChallenge) -> Instruction {
    let host = address::host(&params.host_owner).0;
    let member = address::member(&params.market, &host).0;
    instruction(
        128,
        &params.max_fee,
        [
            signer(params.authority),
            signer(params.payer_owner),
            paying_signer(params.rent_payer),
            readonly(host),
            readonly(address::stake(&params.host_owner).0),
            writable(member),
            readonly(params.market),
            readonly(address::terms(&params.market, params.terms).0),
            writable(params.set),
            writable(address::stake(&params.payer_owner).0),
            writable(address::challenge(&member, params.nonce).0),
            system_program(),
        ],
    )
}

/// Anyone: draws seed and panel of a round.
pub fn draw(challenge: Address, set: Address) -> Instruction {
    instruction(129, &(), [writable(challenge), writable(set), readonly(SLOT_HASHES)])
}

/// Operator or owner of the host: commits to its answer; see [`crate::digest::answer`].
pub fn commit_answer(authority: Address, host: Address, challenge: Address, commitment: [u8; 32]) -> Instruction {
    instruction(130, &commitment, [signer(authority), readonly(host), writable(challenge)])
}

/// Operator or owner of the host: opens its answer, after the readings and until the round is decided.
pub fn open_answer(
    authority: Address,
    host: Address,
    challenge: Address,
    answer: Answer,
    salt: [u8; 32],
) -> Instruction {
    instruction(131, &(answer, salt), [signer(authority), readonly(host), writable(challenge)])
}

/// A drawn attestor: commits to its reading; see [`crate::digest::reading`].
pub fn commit_reading(attestor: Address, set: Address, challenge: Address, commitment: [u8; 32]) -> Instruction {
    instruction(132, &commitment, [signer(attestor), readonly(set), writable(challenge)])
}

/// A drawn attestor: reveals its reading, when no more can be committed and until the round is decided.
pub fn reveal_reading(
    attestor: Address,
    set: Address,
    challenge: Address,
    reading: Reading,
    salt: [u8; 32],
) -> Instruction {
    instruction(133, &(reading, salt), [signer(attestor), readonly(set), writable(challenge)])
}

/// Anyone: decides a round from what was revealed in it.
pub fn finalize_challenge(challenge: Address, member: Address) -> Instruction {
    instruction(134, &(), [writable(challenge), writable(member)])
}

/// Anyone: ends a round that nobody drew in time.
pub fn expire_challenge(challenge: Address, member: Address) -> Instruction {
    instruction(135, &(), [writable(challenge), writable(member)])
}

/// Anyone: ends a round that passed, when the time to claim its GPUs is over. What is unclaimed is left out.
pub fn conclude_challenge(challenge: Address, member: Address) -> Instruction {
    instruction(136, &(), [writable(challenge), writable(member)])
}

/// Anyone: pays or slashes the attestor with this `stake`, one of the panel of the round at `address`. `token` is the
/// stake mint.
pub fn settle_attestor(address: Address, challenge: &Challenge, stake: Address, token: Token) -> Instruction {
    instruction(
        137,
        &(),
        [
            writable(address),
            writable(challenge.set),
            writable(stake),
            writable(address::stake_vault(&stake).0),
            writable(challenge.payer),
            writable(address::stake_vault(&challenge.payer).0),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}

/// See [`claim_gpu`].
#[derive(Clone, Debug)]
pub struct ClaimGpu {
    /// Pays the rent of a GPU that nobody has claimed before; signs.
    pub payer: Address,
    /// Account of the round.
    pub challenge: Address,
    /// Member of the round.
    pub member: Address,
    /// Set of the round.
    pub set: Address,
    /// See [`crate::digest::gpu_uuid`].
    pub uuid_hash: [u8; 32],
    /// Number of the GPU in the round.
    pub index: u16,
    /// See [`crate::digest::gpu_proof`].
    pub proof: Vec<[u8; 32]>,
}

/// Anyone: records a GPU of a round that passed for its member; refused while the GPU is another member's.
pub fn claim_gpu(params: ClaimGpu) -> Instruction {
    let gpu = address::gpu(&params.set, &params.uuid_hash).0;
    instruction(
        138,
        &(params.uuid_hash, params.index, params.proof),
        [
            paying_signer(params.payer),
            writable(params.challenge),
            writable(params.member),
            writable(gpu),
            system_program(),
        ],
    )
}

/// Owner of the host, and anyone once it has expired: gives the GPU at `address` up.
pub fn release_gpu(authority: Address, address: Address, gpu: &Gpu) -> Instruction {
    instruction(
        139,
        &(),
        [signer(authority), readonly(gpu.host), writable(gpu.member), writable(address), writable(gpu.rent_payer)],
    )
}

/// Anyone: closes the round at `address` whose attestors are settled; what of its fee nobody earned is the payer's again.
pub fn close_challenge(address: Address, challenge: &Challenge) -> Instruction {
    instruction(
        140,
        &(),
        [writable(address), writable(challenge.set), writable(challenge.payer), writable(challenge.rent_payer)],
    )
}
