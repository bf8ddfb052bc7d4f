use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::EMISSION_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, IncentivePaid},
        instructions::{key, now, same},
        state::{Config, Emission, Job, Market, Member},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Needs no signature: the money only moves to the earnings vault of the host that ran the job.
#[derive(Accounts)]
pub struct PayIncentive {
    pub config: Account<Config>,
    #[account(mut)]
    pub emission: Account<Emission>,
    /// CHECK: the vault that the emission records.
    #[account(mut, constraint(same(&emission.vault, vault.address()) @ MarketError::WrongVault))]
    pub vault: UncheckedAccount,
    #[account(constraint(same(&emission.target, market.address()) @ MarketError::WrongEmission))]
    pub market: Account<Market>,
    #[account(mut, constraint(same(&job.market, market.address()) @ MarketError::WrongMarket))]
    pub job: Account<Job>,
    #[account(constraint(same(&job.member, member.address()) @ MarketError::WrongMember))]
    pub member: Account<Member>,
    /// CHECK: the earnings vault that the member records.
    #[account(mut, constraint(same(&member.earnings, earnings.address()) @ MarketError::WrongVault))]
    pub earnings: UncheckedAccount,
    /// CHECK: the mint that the emission records.
    #[account(constraint(same(&emission.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn pay_incentive(ctx: &mut Context<PayIncentive>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let emission = &mut accounts.emission;
    let address = key(emission);
    let amount = emission.reward(&mut accounts.job, &accounts.market, &accounts.config, now)?;
    token::transfer_out(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.vault.account(),
        [EMISSION_VAULT_SEED, address.as_ref(), &[emission.vault_bump]],
        accounts.earnings.account(),
        amount,
    )?;
    emission.invariant(token::amount(accounts.vault.account())?)?;
    let event = IncentivePaid {
        emission: address,
        job: key(&accounts.job),
        member: accounts.job.member,
        amount,
        released: emission.released,
        window_paid: emission.window_paid,
        at: now,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
