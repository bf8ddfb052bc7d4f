//! Attestation: sets of attestors, the rounds that they judge, and the GPUs that these prove.

pub mod add_attestor;
pub mod announce_set;
pub mod change_attestor;
pub mod claim_gpu;
pub mod close_attestor_set;
pub mod close_challenge;
pub mod create_attestor_set;
pub mod draw;
pub mod end_round;
pub mod host_answer;
pub mod judge;
pub mod open_challenge;
pub mod release_gpu;
pub mod settle_attestor;

pub use {
    add_attestor::*, announce_set::*, change_attestor::*, claim_gpu::*, close_attestor_set::*, close_challenge::*,
    create_attestor_set::*, draw::*, end_round::*, host_answer::*, judge::*, open_challenge::*, release_gpu::*,
    settle_attestor::*,
};

use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{self, RoundConcluded},
        instructions::{key, same},
        state::{Challenge, Host, Member, Sha256},
    },
    anchor_lang::{prelude::*, solana_program::hash::hashv},
};

/// SHA-256 by the system call.
pub(crate) struct Syscall;

impl Sha256 for Syscall {
    #[inline(never)]
    fn hash(parts: &[&[u8]], out: &mut [u8; 32]) {
        *out = hashv(parts).to_bytes();
    }
}

/// Refuses whoever is neither operator nor owner of the host: a round goes on when one of the keys is lost.
pub(super) fn require_host(host: &Host, signer: &Signer) -> Result<()> {
    let is_host = same(&host.operator, signer.address()) || same(&host.owner, signer.address());
    require!(is_host, MarketError::NotOperator);
    Ok(())
}

/// Ends a decided round for its member, which gets what the round came to.
#[inline(never)]
pub(super) fn conclude(
    challenge: &mut Account<Challenge>,
    member: &mut Account<Member>,
    authority: &EventAuthority,
    now: i64,
) -> Result<()> {
    let conclusion = challenge.conclude(now)?;
    member.standing.concluded(&conclusion, now)?;
    member.concluded(&conclusion, now);
    let event = RoundConcluded {
        challenge: key(challenge),
        member: key(member),
        attested_until: member.attested_until,
        round_barred_until: member.standing.round_barred_until,
        score: member.standing.score,
        round: member.standing.round,
        attested_gpus: member.attested_gpus.into(),
        nonce: challenge.nonce,
    };
    events::send(authority, &event)
}
