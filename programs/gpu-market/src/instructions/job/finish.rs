use {
    super::shared::{is_blocked, pay_out, slash_for_client},
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        error::MarketError,
        events::{emit_cpi, JobFinished},
        instructions::{key, now},
        math::is_zero,
        settlement::Penalty,
        state::{Client, Credit, Host, Job, JobState, Member, Now, Outcome, Settled, Stake, TipTo},
        token::TokenContext,
    },
    anchor_lang::{address_eq, prelude::*},
};

/// What settling a job with its host takes; shared by both ways of finishing.
#[derive(Accounts)]
pub struct Settle {
    #[account(constraint(address_eq(&host.operator, operator.address()) @ MarketError::NotOperator))]
    pub operator: Signer,
    #[account(constraint(address_eq(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(mut, constraint(address_eq(&job.member, member.address()) @ MarketError::WrongMember))]
    pub member: Account<Member>,
    #[account(mut)]
    pub job: Account<Job>,
    #[account(mut, constraint(address_eq(&job.client, client.address()) @ MarketError::WrongClient))]
    pub client: Account<Client>,
    /// CHECK: the vault that the client records.
    #[account(mut, constraint(address_eq(&client.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the earnings vault that the member records.
    #[account(mut, constraint(address_eq(&member.earnings, earnings.address()) @ MarketError::WrongVault))]
    pub earnings: UncheckedAccount,
    /// CHECK: the mint that the client records.
    #[account(constraint(address_eq(&client.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    /// Stake of the host's owner; only for a host fault that costs bond.
    #[account(mut, constraint(address_eq(&stake.owner, &host.owner) @ MarketError::WrongStake))]
    pub stake: Option<Account<Stake>>,
    /// The client's credit of that stake; only for a host fault that costs bond.
    #[account(mut)]
    pub credit: Option<Account<Credit>>,
}

/// What finishing came to.
pub(super) struct Finished {
    pub outcome: Outcome,
    pub settled: Settled,
    pub penalty: Penalty,
}

impl Settle {
    /// Takes the finish as evidence, pays for all evidence, refunds the rest, and gives the seat back.
    #[inline]
    pub(super) fn settle(&mut self, outcome: u8, result_hash: [u8; 32], now: Now) -> Result<Finished> {
        let outcome = Outcome::from_u8(outcome)?;
        require!(!is_zero(&result_hash), MarketError::ResultMissing);
        let job = &mut self.job;
        job.heartbeat(now)?;
        job.result_hash = result_hash;
        let state = if outcome == Outcome::Success { JobState::Completed } else { JobState::Failed };
        let frozen = is_blocked(self.vault.account(), self.earnings.account())?;
        let settled = job.settle(state, outcome, TipTo::Client, frozen, now.unix)?;
        self.client.settle(&settled, job.delegation)?;
        pay_out(
            &self.client,
            self.vault.account(),
            TokenContext { mint: self.mint.account(), program: self.token_program.account() },
            self.earnings.account(),
            settled.pay,
        )?;

        let member = &mut self.member;
        let earned = job.paid.checked_add(job.due).ok_or(MarketError::MathOverflow)?;
        member.job_ended(job.bond, job.evidenced, earned, now.unix)?;
        member.record_job(job, true, now.unix)?;
        let penalty =
            if outcome == Outcome::HostFault { Penalty::to_client(job.bond, job.sla_bps)? } else { Penalty::NONE };
        let penalty = slash_for_client(penalty, member, &mut self.stake, &mut self.credit, &self.client, now.unix)?;
        job.invariant()?;
        member.invariant()?;
        Ok(Finished { outcome, settled, penalty })
    }

    pub(super) fn event(&self, finished: &Finished, now: Now) -> JobFinished {
        let job = &self.job;
        JobFinished {
            job: key(job),
            member: job.member,
            result_hash: job.result_hash,
            paid: finished.settled.pay,
            fee: finished.settled.fee,
            due: finished.settled.due,
            refunded: finished.settled.refund,
            penalty: finished.penalty.client,
            at: now.unix,
            evidenced: job.evidenced,
            outcome: finished.outcome as u32,
        }
    }
}

#[derive(Accounts)]
pub struct Finish {
    pub settle: Nested<Settle>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn finish(ctx: &mut Context<Finish>, outcome: u8, result_hash: [u8; 32]) -> Result<()> {
    let now = now()?;
    let finished = ctx.accounts.settle.settle(outcome, result_hash, now)?;
    let event = ctx.accounts.settle.event(&finished, now);
    emit_cpi!(ctx, event);
    Ok(())
}
