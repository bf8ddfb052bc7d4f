use {
    super::shared::{give_back, slash_for_client},
    crate::{
        account_types::{Account, EventAuthority, ShardAccount, TokenProgram},
        constants::{HOST_GRACE, STAKE_VAULT_SEED},
        error::MarketError,
        events::{emit_cpi, AssignmentFailed, FailureReason},
        instructions::{now, required, same},
        math::Checked,
        settlement::Penalty,
        state::{Client, Credit, Host, Job, Market, Member, Node, Now, Stake},
        token::{self, TokenContext},
    },
    anchor_lang::{address_eq, prelude::*},
};

#[derive(Accounts)]
pub struct ExpireAssigned {
    pub caller: Signer,
    #[account(mut, constraint(same(&member.host, host.address()) @ MarketError::WrongHost))]
    pub host: Account<Host>,
    #[account(constraint(same(&member.market, market.address()) @ MarketError::WrongMarket))]
    pub market: Account<Market>,
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
    /// Stake of the host's owner; needed as soon as there is a penalty.
    #[account(mut, constraint(same(&stake.owner, &host.owner) @ MarketError::WrongStake))]
    pub stake: Option<Account<Stake>>,
    /// The client's credit of that stake; needed as soon as there is a penalty.
    #[account(mut)]
    pub credit: Option<Account<Credit>>,
    /// CHECK: the stake's vault, which pays the tip; checked when it does.
    #[account(mut)]
    pub stake_vault: Option<UncheckedAccount>,
    /// CHECK: the caller's choice for its tip. Without it the client gets the tip.
    #[account(mut)]
    pub caller_tokens: Option<UncheckedAccount>,
    /// CHECK: the mint of the stake; the token program checks it.
    pub stake_mint: Option<UncheckedAccount>,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl ExpireAssigned {
    /// Whether the chain made its slots since the job was assigned. If it stood still, nobody is punished.
    fn chain_was_live(&self, node: &Node, now: Now) -> Result<bool> {
        let grace = u32::try_from(HOST_GRACE).map_err(|_| MarketError::MathOverflow)?;
        Ok(Job::chain_was_live(node.slot, self.job.ack_window.plus(grace)?, now))
    }

    /// The penalty for not acknowledging in time. Without an account for its tip, the caller leaves it to the client.
    fn penalty(&self, node: &Node) -> Result<Penalty> {
        let mut penalty = Penalty::missed_ack(node.bond, self.job.missed_ack_bps)?;
        if self.caller_tokens.is_none() {
            penalty.client = penalty.client.plus(core::mem::take(&mut penalty.tip))?;
        }
        Ok(penalty)
    }

    /// Pays the caller's tip out of the slashed stake and checks the vault.
    fn pay_tip(&mut self, tip: u64) -> Result<()> {
        if tip == 0 {
            return Ok(());
        }
        let stake = required(&mut self.stake)?;
        let vault = required(&mut self.stake_vault)?;
        let to = required(&mut self.caller_tokens)?;
        let mint = required(&mut self.stake_mint)?;
        require!(address_eq(vault.address(), &stake.vault), MarketError::WrongVault);
        require!(address_eq(mint.address(), &stake.mint), MarketError::WrongMint);
        token::transfer_out(
            TokenContext { mint: mint.account(), program: self.token_program.account() },
            vault.account(),
            [STAKE_VAULT_SEED, stake.address().as_ref(), &[stake.vault_bump]],
            to.account(),
            tip,
        )?;
        Ok(stake.invariant(token::amount(vault.account())?)?)
    }
}

/// Takes a job from a host that did not acknowledge it: a strike, a slice of its bond to the client, and no more joining
/// for a while. From a host that was suspended, or whose attestation is over, it is taken at once and at no cost.
pub fn expire_assigned(ctx: &mut Context<ExpireAssigned>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    accounts.job.require_open()?;
    let node = accounts.shard.node(accounts.job.node)?;
    node.require_assigned(accounts.job.address(), accounts.member.address())?;
    let bond = node.bond;

    let missed = !accounts.member.is_excused(&accounts.market, now.unix)?;
    if missed {
        Job::require_past(node.since.plus(i64::from(accounts.job.ack_window))?, now.unix)?;
    }
    let punished = missed && accounts.chain_was_live(node, now)?;
    let penalty = if punished { accounts.penalty(node)? } else { Penalty::NONE };

    let refund = accounts.job.attempt_failed(punished)?;
    // One absent host must not use up all attempts of a job with its other seats.
    let evicted = if punished { *accounts.member.address() } else { Address::default() };
    let returned = give_back(&mut accounts.job, &mut accounts.client, &mut accounts.shard, refund, &evicted, now)?;
    accounts.member.release_seat(bond)?;
    let taken = slash_for_client(
        penalty,
        &mut accounts.member,
        &mut accounts.stake,
        &mut accounts.credit,
        &accounts.client,
        now.unix,
    )?;
    accounts.pay_tip(taken.tip)?;
    if punished {
        accounts.member.missed_ack(&accounts.job, now.unix)?;
        accounts.host.strike(now.unix)?;
    }
    accounts.member.invariant()?;
    let event = AssignmentFailed::new(
        accounts.job.address(),
        accounts.member.address(),
        accounts.caller.address(),
        if missed { FailureReason::MissedAck } else { FailureReason::Unfit },
        &accounts.job,
        accounts.shard.member_in(returned.next),
        &returned.settled,
        taken,
        now,
    );
    emit_cpi!(ctx, event);
    Ok(())
}
