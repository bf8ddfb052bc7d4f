use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::STAKE_VAULT_SEED,
        error::MarketError,
        events::{emit_cpi, AttestorSettled},
        instructions::{key, same},
        state::{AttestorSet, Challenge, Stake},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

/// Anybody may settle: pay only goes to the stake of an attestor that was drawn.
#[derive(Accounts)]
pub struct SettleAttestor {
    #[account(mut)]
    pub challenge: Account<Challenge>,
    #[account(mut, constraint(same(&challenge.set, set.address()) @ MarketError::WrongAttestorSet))]
    pub set: Account<AttestorSet>,
    /// The attestor's stake, by which its place in the set is found.
    #[account(mut)]
    pub stake: Account<Stake>,
    /// CHECK: the vault that the attestor's stake records.
    #[account(mut, constraint(same(&stake.vault, stake_vault.address()) @ MarketError::WrongVault))]
    pub stake_vault: UncheckedAccount,
    /// The stake that the fee comes from.
    #[account(mut, constraint(same(&challenge.payer, payer.address()) @ MarketError::WrongPayer))]
    pub payer: Account<Stake>,
    /// CHECK: the vault that the payer's stake records.
    #[account(mut, constraint(same(&payer.vault, payer_vault.address()) @ MarketError::WrongVault))]
    pub payer_vault: UncheckedAccount,
    /// CHECK: the mint that the payer's stake records.
    #[account(constraint(same(&payer.mint, mint.address()) @ MarketError::WrongMint))]
    pub mint: UncheckedAccount,
    pub token_program: TokenProgram,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

pub fn settle_attestor(ctx: &mut Context<SettleAttestor>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let place = accounts.set.find_stake(accounts.stake.address())?;
    let address = key(&accounts.payer);
    let settled =
        accounts.challenge.settle_attestor(&mut accounts.set, place, &mut accounts.stake, &mut accounts.payer)?;
    token::transfer_out(
        TokenContext { mint: accounts.mint.account(), program: accounts.token_program.account() },
        accounts.payer_vault.account(),
        [STAKE_VAULT_SEED, address.as_ref(), &[accounts.payer.vault_bump]],
        accounts.stake_vault.account(),
        settled.pay,
    )?;
    accounts.payer.invariant(token::amount(accounts.payer_vault.account())?)?;
    accounts.stake.invariant(token::amount(accounts.stake_vault.account())?)?;
    let event = AttestorSettled {
        challenge: key(&accounts.challenge),
        stake: key(&accounts.stake),
        pay: settled.pay,
        slash: settled.slash,
        bond: accounts.set.slot(place)?.bond,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
