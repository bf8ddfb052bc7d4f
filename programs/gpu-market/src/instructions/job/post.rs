// The derive binds `params` in places where only the seeds read it.
#![allow(unused_variables)]

use {
    crate::{
        account_types::{Account, EventAuthority, ShardAccount},
        constants::*,
        error::MarketError,
        events::{emit_cpi, JobPosted},
        instructions::now,
        math::is_zero,
        settlement::queue_fee,
        state::{job_flags, Client, Config, Job, Market, NodeKind, Now, PostParams, Terms},
    },
    anchor_lang::{address_eq, prelude::*},
};

#[derive(Accounts)]
#[instruction(params: PostParams)]
pub struct Post {
    /// Owner or delegate of the client.
    pub authority: Signer,
    /// Pays the rent of the job and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    pub config: Account<Config>,
    #[account(constraint(address_eq(&terms.market, market.address()) @ MarketError::WrongMarket))]
    pub market: Account<Market>,
    pub terms: Account<Terms>,
    #[account(mut, constraint(address_eq(&client.mint, &market.payment_mint) @ MarketError::WrongMint))]
    pub client: Account<Client>,
    #[account(mut, constraint(address_eq(&shard.market, market.address()) @ MarketError::WrongMarket))]
    pub shard: ShardAccount,
    #[account(
        init,
        payer = payer,
        seeds = [JOB_SEED, client.address().as_ref(), &params.nonce.to_le_bytes()],
        bump
    )]
    pub job: Account<Job>,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl Post {
    #[inline]
    fn validate(&self, params: &PostParams, now: Now) -> Result<()> {
        require!(
            !self.config.is_paused(pause::POSTING) && !self.market.is_paused(pause::POSTING),
            MarketError::PostingPaused
        );
        self.market.require_in_force(&self.terms, now.unix)?;
        self.client.require_nonce(params.nonce)?;
        self.terms.require_duration(params.duration)?;
        require!(self.terms.rate <= params.max_rate, MarketError::RateAboveMaximum);
        require!(!is_zero(&params.spec_hash), MarketError::SpecMissing);
        Ok(())
    }
}

pub fn post(ctx: &mut Context<Post>, params: PostParams) -> Result<()> {
    place(ctx, &params, None)
}

/// Assigns the job to one waiting seat. It never enters the line: declined, missed or unfit, it is refunded.
pub fn post_to(ctx: &mut Context<Post>, params: PostParams, node: u16, member: Address) -> Result<()> {
    place(ctx, &params, Some((node, &member)))
}

#[inline(never)]
fn place(ctx: &mut Context<Post>, params: &PostParams, target: Option<(u16, &Address)>) -> Result<()> {
    let now = now()?;
    ctx.accounts.validate(params, now)?;
    let accounts = &mut ctx.accounts;
    let terms = &accounts.terms;

    let mut queue = accounts.shard.queue();
    let used = queue.shard.used();
    let address = accounts.job.address();
    let node = match target {
        None => queue.post(address, terms.rate, now)?,
        Some((node, member)) => {
            queue.post_to(node, member, address, terms.rate, now)?;
            node
        }
    };
    // A job that a waiting seat takes needs no place in line.
    let queued = queue.node(node)?.is(NodeKind::Queued);
    let fee = if queued { queue_fee(terms.queue_fee, used, queue.capacity()?)? } else { 0 };
    let flags = if target.is_some() { job_flags::TARGETED } else { 0 };

    let actor = accounts.client.actor(accounts.authority.address(), now.unix)?;
    let delegation = accounts.client.delegation_of(actor);
    let job = &mut accounts.job;
    let deposit = job.open(params, terms, fee, now.unix)?;
    job.client = *accounts.client.address();
    job.market = *accounts.market.address();
    job.rent_payer = *accounts.payer.address();
    job.node = node;
    job.shard = accounts.shard.index;
    job.flags = flags;
    job.delegation = delegation;
    job.version = ACCOUNT_VERSION;
    job.bump = ctx.bumps.job;
    accounts.client.reserve(deposit, delegation, actor)?;
    accounts.client.job_opened()?;

    let event = JobPosted {
        job: *job.address(),
        client: job.client,
        market: job.market,
        authority: *accounts.authority.address(),
        rent_payer: job.rent_payer,
        member: *accounts.shard.member_in(Some(node)),
        spec_hash: params.spec_hash,
        nonce: params.nonce,
        rate: job.rate,
        deposit,
        queue_fee: fee,
        at: now.unix,
        slot: now.slot,
        terms: job.terms,
        duration: job.duration,
        node: job.node,
        delegation,
        shard: job.shard,
        flags,
        reserved: [0; 2],
    };
    emit_cpi!(ctx, event);
    Ok(())
}
