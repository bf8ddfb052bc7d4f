//! A program that buys GPU time: an example of calling GPU Market from another program.
//!
//! Everybody has a *desk*, an address of this program that follows from its owner's key. The desk, and not its owner, is
//! the client: it owns the escrow, it posts, and it is paid back. So nobody spends the escrow but by the rules of this
//! program, of which there is one: the owner has to sign. A program of yours would put its own rules in that place, for
//! example that a vote has passed.
//!
//! Three things make it work:
//!
//! 1. The dependency on `gpu-market` with the feature `cpi`, which brings [`gpu_market::cpi`]: one function and one struct
//!    of accounts for each instruction, in the order of the program's IDL.
//! 2. [`CpiContext::new_with_signer`] with the seeds of the desk, so that the desk signs.
//! 3. Nothing else. If GPU Market refuses, the transaction fails with GPU Market's own code; nothing has changed.
//!
//! Deposits need no instruction of this program: GPU Market lets anybody deposit for any client.

use {
    anchor_lang::prelude::*,
    gpu_market::{constants::EVENT_AUTHORITY, cpi, state::PostParams},
};

declare_id!("CpiPoster1111111111111111111111111111111111");

/// Seed of a desk, before its owner's key.
pub const DESK_SEED: &[u8] = b"desk";

/// The program that is called.
pub struct GpuMarket;

impl Id for GpuMarket {
    fn id() -> Address {
        gpu_market::ID
    }
}

#[program]
pub mod cpi_poster {
    use super::*;

    /// Owner: opens the escrow of its desk in one payment mint, and pays its rent.
    #[discrim = 0]
    pub fn open(ctx: &mut Context<Open>) -> Result<()> {
        let owner = *ctx.accounts.desk.owner.address();
        let seeds: &[&[u8]] = &[DESK_SEED, owner.as_ref(), &[ctx.bumps.desk.desk]];
        let Open { desk: Nested(desk), client, vault, mint, token_program, system_program } = &mut ctx.accounts;
        let accounts = cpi::accounts::OpenClient {
            owner: desk.desk.cpi_handle(),
            payer: desk.owner.cpi_handle_mut(),
            client: client.cpi_handle_mut(),
            vault: vault.cpi_handle_mut(),
            mint: mint.cpi_handle(),
            token_program: token_program.cpi_handle(),
            system_program: system_program.cpi_handle(),
            event_authority: desk.event_authority.cpi_handle(),
            program: desk.gpu_market.cpi_handle(),
        };
        cpi::open_client(CpiContext::new_with_signer(&gpu_market::ID, accounts, &[seeds]))
    }

    /// Owner: posts a job that the desk's escrow pays. The owner pays the rent of the job.
    #[discrim = 1]
    pub fn post(ctx: &mut Context<Post>, params: PostParams) -> Result<()> {
        let owner = *ctx.accounts.desk.owner.address();
        let seeds: &[&[u8]] = &[DESK_SEED, owner.as_ref(), &[ctx.bumps.desk.desk]];
        let Post { desk: Nested(desk), config, market, terms, client, shard, job, system_program } =
            &mut ctx.accounts;
        let accounts = cpi::accounts::Post {
            authority: desk.desk.cpi_handle(),
            payer: desk.owner.cpi_handle_mut(),
            config: config.cpi_handle(),
            market: market.cpi_handle(),
            terms: terms.cpi_handle(),
            client: client.cpi_handle_mut(),
            shard: shard.cpi_handle_mut(),
            job: job.cpi_handle_mut(),
            system_program: system_program.cpi_handle(),
            event_authority: desk.event_authority.cpi_handle(),
            program: desk.gpu_market.cpi_handle(),
        };
        cpi::post(CpiContext::new_with_signer(&gpu_market::ID, accounts, &[seeds]), params)
    }

    /// Owner: buys more seconds for a job.
    #[discrim = 2]
    pub fn extend(ctx: &mut Context<OfJob>, seconds: u32) -> Result<()> {
        let owner = *ctx.accounts.desk.owner.address();
        let seeds: &[&[u8]] = &[DESK_SEED, owner.as_ref(), &[ctx.bumps.desk.desk]];
        let OfJob { desk: Nested(desk), client, job } = &mut ctx.accounts;
        let accounts = cpi::accounts::Extend {
            authority: desk.desk.cpi_handle(),
            client: client.cpi_handle_mut(),
            job: job.cpi_handle_mut(),
            event_authority: desk.event_authority.cpi_handle(),
            program: desk.gpu_market.cpi_handle(),
        };
        cpi::extend(CpiContext::new_with_signer(&gpu_market::ID, accounts, &[seeds]), seconds)
    }

    /// Owner: takes back a job that has not started.
    #[discrim = 3]
    pub fn cancel(ctx: &mut Context<Cancel>) -> Result<()> {
        let owner = *ctx.accounts.desk.owner.address();
        let seeds: &[&[u8]] = &[DESK_SEED, owner.as_ref(), &[ctx.bumps.desk.desk]];
        let Cancel { desk: Nested(desk), client, job, shard } = &mut ctx.accounts;
        let accounts = cpi::accounts::Cancel {
            authority: desk.desk.cpi_handle(),
            client: client.cpi_handle_mut(),
            job: job.cpi_handle_mut(),
            shard: shard.cpi_handle_mut(),
            event_authority: desk.event_authority.cpi_handle(),
            program: desk.gpu_market.cpi_handle(),
        };
        cpi::cancel(CpiContext::new_with_signer(&gpu_market::ID, accounts, &[seeds]))
    }

    /// Owner: closes an ended job and gets its rent back.
    #[discrim = 4]
    pub fn close_job(ctx: &mut Context<OfJob>) -> Result<()> {
        let owner = *ctx.accounts.desk.owner.address();
        let seeds: &[&[u8]] = &[DESK_SEED, owner.as_ref(), &[ctx.bumps.desk.desk]];
        let OfJob { desk: Nested(desk), client, job } = &mut ctx.accounts;
        let accounts = cpi::accounts::CloseJob {
            caller: desk.desk.cpi_handle(),
            client: client.cpi_handle_mut(),
            job: job.cpi_handle_mut(),
            rent_payer: desk.owner.cpi_handle_mut(),
            // Only to give up what a job owes to a host that is gone.
            member: None,
            event_authority: desk.event_authority.cpi_handle(),
            program: desk.gpu_market.cpi_handle(),
        };
        cpi::close_job(CpiContext::new_with_signer(&gpu_market::ID, accounts, &[seeds]))
    }

    /// Owner: withdraws what no job has reserved to a token account of its choice.
    #[discrim = 5]
    pub fn withdraw(ctx: &mut Context<Withdraw>, amount: u64) -> Result<()> {
        let owner = *ctx.accounts.desk.owner.address();
        let seeds: &[&[u8]] = &[DESK_SEED, owner.as_ref(), &[ctx.bumps.desk.desk]];
        let Withdraw { desk: Nested(desk), client, vault, destination, mint, token_program } = &mut ctx.accounts;
        let accounts = cpi::accounts::Withdraw {
            owner: desk.desk.cpi_handle(),
            client: client.cpi_handle_mut(),
            vault: vault.cpi_handle_mut(),
            destination: destination.cpi_handle_mut(),
            mint: mint.cpi_handle(),
            token_program: token_program.cpi_handle(),
            event_authority: desk.event_authority.cpi_handle(),
            program: desk.gpu_market.cpi_handle(),
        };
        cpi::withdraw(CpiContext::new_with_signer(&gpu_market::ID, accounts, &[seeds]), amount)
    }
}

/// Who acts, and what every call of GPU Market needs. All accounts that are not checked in this file are checked by GPU
/// Market, which knows them.
#[derive(Accounts)]
pub struct Desk {
    /// Owner of the desk; pays fees and rent.
    #[account(mut)]
    pub owner: Signer,
    /// CHECK: an address that only signs; by its seeds it is the desk of this owner and of nobody else.
    #[account(seeds = [DESK_SEED, owner.address().as_ref()], bump)]
    pub desk: UncheckedAccount,
    pub gpu_market: Program<GpuMarket>,
    /// CHECK: the address that signs GPU Market's events.
    #[account(address = EVENT_AUTHORITY)]
    pub event_authority: UncheckedAccount,
}

#[derive(Accounts)]
pub struct Open {
    pub desk: Nested<Desk>,
    /// CHECK: created by GPU Market.
    #[account(mut)]
    pub client: UncheckedAccount,
    /// CHECK: created by GPU Market.
    #[account(mut)]
    pub vault: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    pub mint: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    pub token_program: UncheckedAccount,
    pub system_program: Program<System>,
}

#[derive(Accounts)]
pub struct Post {
    pub desk: Nested<Desk>,
    /// CHECK: checked by GPU Market.
    pub config: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    pub market: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    pub terms: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    #[account(mut)]
    pub client: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    #[account(mut)]
    pub shard: UncheckedAccount,
    /// CHECK: created by GPU Market.
    #[account(mut)]
    pub job: UncheckedAccount,
    pub system_program: Program<System>,
}

#[derive(Accounts)]
pub struct OfJob {
    pub desk: Nested<Desk>,
    /// CHECK: checked by GPU Market.
    #[account(mut)]
    pub client: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    #[account(mut)]
    pub job: UncheckedAccount,
}

#[derive(Accounts)]
pub struct Cancel {
    pub desk: Nested<Desk>,
    /// CHECK: checked by GPU Market.
    #[account(mut)]
    pub client: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    #[account(mut)]
    pub job: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    #[account(mut)]
    pub shard: UncheckedAccount,
}

#[derive(Accounts)]
pub struct Withdraw {
    pub desk: Nested<Desk>,
    /// CHECK: checked by GPU Market.
    #[account(mut)]
    pub client: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    #[account(mut)]
    pub vault: UncheckedAccount,
    /// CHECK: the owner's choice; the token program checks that it is an account of this mint.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    pub mint: UncheckedAccount,
    /// CHECK: checked by GPU Market.
    pub token_program: UncheckedAccount,
}
