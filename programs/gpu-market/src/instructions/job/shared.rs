//! What instructions that settle, slash or reassign have in common.

use {
    crate::{
        account_types::{Account, ShardAccount},
        constants::CLIENT_VAULT_SEED,
        error::MarketError,
        settlement::Penalty,
        state::{Client, Credit, Job, JobState, Member, Now, Settled, Stake, TipTo},
        token::{self, TokenContext},
    },
    anchor_lang::{address_eq, prelude::*},
};

/// Whether pay cannot move because an issuer has frozen one of the two vaults.
#[inline]
pub(super) fn is_blocked(vault: &AccountView, earnings: &AccountView) -> Result<bool> {
    Ok(token::is_frozen(vault)? || token::is_frozen(earnings)?)
}

/// Moves tokens out of the client's vault.
#[inline]
pub(super) fn transfer_from_client(
    client: &Account<Client>,
    vault: &AccountView,
    tokens: TokenContext,
    to: &AccountView,
    units: u64,
) -> Result<()> {
    token::transfer_out(
        tokens,
        vault,
        [CLIENT_VAULT_SEED, client.address().as_ref(), &[client.vault_bump]],
        to,
        units,
    )
}

/// Moves tokens out of the client's vault, then checks the vault against the books.
#[inline]
pub(super) fn pay_out(
    client: &Account<Client>,
    vault: &AccountView,
    tokens: TokenContext,
    to: &AccountView,
    units: u64,
) -> Result<()> {
    transfer_from_client(client, vault, tokens, to, units)?;
    client.invariant(token::amount(vault)?)?;
    Ok(())
}

/// Slashes the stake behind a member and credits the client. Both accounts are required as soon as there is something to
/// take, so that no caller can leave out who is owed.
pub(super) fn slash_for_client(
    penalty: Penalty,
    member: &mut Member,
    stake: &mut Option<Account<Stake>>,
    credit: &mut Option<Account<Credit>>,
    client: &Client,
    now: i64,
) -> Result<Penalty> {
    if penalty.total()? == 0 {
        return Ok(Penalty::NONE);
    }
    let (Some(stake), Some(credit)) = (stake.as_mut(), credit.as_mut()) else {
        return Err(MarketError::FaultNeedsStake.into());
    };
    require!(
        address_eq(&credit.stake, stake.address()) && address_eq(&credit.beneficiary, &client.owner),
        MarketError::WrongCredit
    );
    let (taken, _) = stake.slash(member, penalty)?;
    let claimable_at = now.checked_add(stake.unbonding).ok_or(MarketError::MathOverflow)?;
    if taken.client > 0 {
        credit.add(taken.client, claimable_at)?;
    }
    Ok(taken)
}

/// Where a job went whose assignment failed.
pub(super) struct Returned {
    /// Its node, if a seat was waiting that it is assigned to now.
    pub next: Option<u16>,
    /// What was settled if it was refunded.
    pub settled: Option<Settled>,
}

/// Takes the seat off an assigned job. With `refund` the job ends; else it goes to the next waiting seat or to the head of
/// the line, but to no seat of the `evicted` member.
pub(super) fn give_back(
    job: &mut Job,
    client: &mut Client,
    shard: &mut ShardAccount,
    refund: bool,
    evicted: &Address,
    now: Now,
) -> Result<Returned> {
    let index = job.node;
    if !refund {
        let assigned = shard.queue().return_job(index, evicted, now)?;
        return Ok(Returned { next: assigned.then_some(index), settled: None });
    }
    shard.queue().remove_assigned(index)?;
    let settled = job.settle_unstarted(JobState::Expired, TipTo::Client, now.unix)?;
    client.settle(&settled, job.delegation)?;
    job.invariant()?;
    Ok(Returned { next: None, settled: Some(settled) })
}
