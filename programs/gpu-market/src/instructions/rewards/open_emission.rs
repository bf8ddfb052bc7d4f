// The derive binds `id` in places where only the seeds read it.
#![allow(unused_variables)]

use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::*,
        error::MarketError,
        events::{emit_cpi, EmissionOpened},
        instructions::{key, now, same},
        state::{Emission, EmissionKind, EmissionParams, Market, RewardPool},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Anybody may give tokens to the stakers of a pool, or to the hosts of a market.
#[derive(Accounts)]
#[instruction(id: u16)]
pub struct OpenEmission {
    pub funder: Signer,
    /// Pays the rent of both accounts and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    /// The pool whose stakers get it; none if it is for hosts.
    #[account(mut, constraint(same(&pool.mint, mint.address()) @ MarketError::WrongMint))]
    pub pool: Option<Account<RewardPool>>,
    /// The listed premium market whose hosts get it, in its payment mint; none if it is for stakers.
    #[account(constraint(same(&market.payment_mint, mint.address()) @ MarketError::WrongMint))]
    pub market: Option<Account<Market>>,
    /// CHECK: the token program checks that the funder may spend from it.
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(
        init,
        payer = payer,
        seeds = [EMISSION_SEED, funder.address().as_ref(), &id.to_le_bytes()],
        bump
    )]
    pub emission: Account<Emission>,
    /// CHECK: created here, at the address that the seeds in the handler fix.
    #[account(mut)]
    pub vault: UncheckedAccount,
    /// CHECK: the mint of the pool or of the market, which was checked when that was opened.
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl OpenEmission {
    /// Whom the emission is for. A pool counts it.
    fn target(&mut self) -> Result<(EmissionKind, Address)> {
        match (&mut self.pool, &self.market) {
            (Some(pool), None) => {
                pool.emission_opened()?;
                Ok((EmissionKind::Stakers, key(pool)))
            }
            (None, Some(market)) => {
                market.require_rewarded()?;
                Ok((EmissionKind::Hosts, key(market)))
            }
            _ => Err(MarketError::WrongEmission.into()),
        }
    }
}

pub fn open_emission(ctx: &mut Context<OpenEmission>, id: u16, params: &EmissionParams) -> Result<()> {
    let now = now()?.unix;
    let (kind, target) = ctx.accounts.target()?;
    let address = key(&ctx.accounts.emission);
    let tokens = TokenContext { mint: ctx.accounts.mint.account(), program: ctx.accounts.token_program.account() };
    let vault = ctx.accounts.vault.account();
    let vault_bump =
        token::open_vault(tokens, vault, &[EMISSION_VAULT_SEED, address.as_ref()], ctx.accounts.payer.account())?;
    let received = token::transfer_in(
        tokens,
        ctx.accounts.source.account(),
        ctx.accounts.funder.account(),
        vault,
        params.amount,
    )?;

    let accounts = &mut ctx.accounts;
    let emission = &mut accounts.emission;
    emission.open(kind, params, received, now)?;
    emission.target = target;
    emission.funder = *accounts.funder.address();
    emission.mint = *accounts.mint.address();
    emission.vault = *accounts.vault.address();
    emission.rent_payer = *accounts.payer.address();
    emission.id = id;
    emission.version = ACCOUNT_VERSION;
    emission.bump = ctx.bumps.emission;
    emission.vault_bump = vault_bump;
    let event = EmissionOpened {
        emission: address,
        target,
        funder: emission.funder,
        mint: emission.mint,
        vault: emission.vault,
        rent_payer: emission.rent_payer,
        amount: emission.amount,
        start: emission.start,
        end: emission.end,
        rate: emission.rate,
        window_cap: emission.window_cap,
        kind: emission.kind.into(),
        id: id.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
