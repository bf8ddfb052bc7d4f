use {
    super::shared::{give_back, pay_out, transfer_from_client, Returned},
    crate::{
        account_types::{Account, EventAuthority, ShardAccount, TokenProgram},
        error::MarketError,
        events::{emit_cpi, AssignmentFailed, FailureReason},
        instructions::{now, required, same},
        math::Checked,
        settlement::{share, Penalty},
        state::{Client, Host, Job, JobState, Member, Now, TipTo},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Half of the tip, in basis points: each of the two hosts that found nothing to run gets one half.
const HALF_BPS: u16 = 5_000;

#[derive(Accounts)]
pub struct DeclineUnavailable {
    #[account(constraint(same(&host.operator, operator.address()) @ MarketError::NotOperator))]
    pub operator: Signer,
    #[account(constraint(same(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(mut)]
    pub member: Account<Member>,
    #[account(mut)]
    pub job: Account<Job>,
    #[account(mut, constraint(same(&job.client, client.address()) @ MarketError::WrongClient))]
    pub client: Account<Client>,
    #[account(
        mut,
        constraint(same(&shard.market, &job.market) @ MarketError::WrongMarket),
        constraint(shard.index == job.shard @ MarketError::WrongShard)
    )]
    pub shard: ShardAccount,
    /// CHECK: the vault that the client records.
    #[account(mut, constraint(same(&client.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    /// CHECK: the earnings vault that the member records.
    #[account(mut, constraint(same(&member.earnings, earnings.address()) @ MarketError::WrongVault))]
    pub earnings: UncheckedAccount,
    /// CHECK: the member that the job names as the first to report this; read when the second report ends the job.
    pub first_member: Option<UncheckedAccount>,
    /// CHECK: the earnings vault that the first member records; checked when it is paid.
    #[account(mut)]
    pub first_earnings: Option<UncheckedAccount>,
    /// CHECK: the mint that the client records.
    #[account(constraint(same(&client.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl DeclineUnavailable {
    /// The second report by a different host ends the job: its tip goes to the two hosts, the rest is refunded. A first
    /// host that has closed its member since has forfeited its half to the second; frozen vaults forfeit the tip to the
    /// client.
    fn end_job(&mut self, now: Now) -> Result<Returned> {
        let first_earnings = self.earnings_of_first()?;
        let vault = self.vault.account();
        let first_is_frozen = match first_earnings {
            Some(first) => token::is_frozen(&first)?,
            None => false,
        };
        let blocked = first_is_frozen || token::is_frozen(vault)? || token::is_frozen(self.earnings.account())?;
        let index = self.job.node;
        self.shard.queue().remove_assigned(index)?;
        let tip_to = if blocked { TipTo::Client } else { TipTo::Caller };
        let settled = self.job.settle_unstarted(JobState::Expired, tip_to, now.unix)?;
        self.client.settle(&settled, self.job.delegation)?;
        let tokens = TokenContext { mint: self.mint.account(), program: self.token_program.account() };
        let mut to_second = settled.tip;
        if let Some(first) = first_earnings {
            let to_first = share(settled.tip, HALF_BPS)?;
            to_second = settled.tip.minus(to_first)?;
            transfer_from_client(&self.client, vault, tokens, &first, to_first)?;
        }
        pay_out(&self.client, vault, tokens, self.earnings.account(), to_second)?;
        self.job.invariant()?;
        Ok(Returned { next: None, settled: Some(settled) })
    }

    /// The earnings vault of the member that reported this first; none if it has closed its member since. Nobody can leave
    /// the accounts out.
    fn earnings_of_first(&mut self) -> Result<Option<AccountView>> {
        let first = *required(&mut self.first_member)?.account();
        require!(same(first.address(), &self.job.member), MarketError::WrongMember);
        if !first.owned_by(&crate::ID) {
            return Ok(None);
        }
        let earnings = *required(&mut self.first_earnings)?.account();
        require!(same(earnings.address(), &Account::<Member>::load(first)?.earnings), MarketError::WrongVault);
        Ok(Some(earnings))
    }
}

/// Declines because the spec cannot be had, in the first half of the acknowledgement window: no strike and no cost. The
/// seat is given up.
pub fn decline_unavailable(ctx: &mut Context<DeclineUnavailable>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    accounts.job.require_open()?;
    let node = accounts.shard.node(accounts.job.node)?;
    node.require_assigned(accounts.job.address(), accounts.member.address())?;
    let bond = node.bond;
    let waited_twice = now.unix.saturating_sub(node.since).saturating_mul(2);
    require!(waited_twice <= i64::from(accounts.job.ack_window), MarketError::AckWindowHalfOver);

    // One host counts once, however often it is assigned the job again.
    let repeated = accounts.job.spec_declines > 0 && same(&accounts.job.member, accounts.member.address());
    let second_report = accounts.job.spec_unavailable(accounts.member.address())?;
    let refund = accounts.job.attempt_failed(!repeated)?;
    let returned = if second_report {
        accounts.end_job(now)?
    } else {
        give_back(&mut accounts.job, &mut accounts.client, &mut accounts.shard, refund, &Address::default(), now)?
    };
    accounts.member.release_seat(bond)?;
    accounts.member.spec_was_unavailable(accounts.job.ack_window, now.unix)?;
    accounts.member.invariant()?;
    let event = AssignmentFailed::new(
        accounts.job.address(),
        accounts.member.address(),
        accounts.operator.address(),
        FailureReason::SpecUnavailable,
        &accounts.job,
        accounts.shard.member_in(returned.next),
        &returned.settled,
        Penalty::NONE,
        now,
    );
    emit_cpi!(ctx, event);
    Ok(())
}
