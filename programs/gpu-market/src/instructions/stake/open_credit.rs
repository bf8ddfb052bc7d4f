use {
    crate::{
        account_types::{Account, EventAuthority},
        constants::*,
        events::{emit_cpi, CreditOpened},
        instructions::key,
        state::{Credit, Stake},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct OpenCredit {
    /// Pays the rent and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub stake: Account<Stake>,
    /// CHECK: any key; only its holder can claim, and nothing is credited to it but the penalty of its own job.
    pub beneficiary: UncheckedAccount,
    #[account(
        init_if_needed,
        payer = payer,
        seeds = [CREDIT_SEED, stake.address().as_ref(), beneficiary.address().as_ref()],
        bump
    )]
    pub credit: Account<Credit>,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// An open credit is left as it is, so that this can stand before anything which needs one.
pub fn open_credit(ctx: &mut Context<OpenCredit>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let address = key(&accounts.credit);
    let credit = &mut accounts.credit;
    if credit.version != 0 {
        return Ok(());
    }
    credit.stake = key(&accounts.stake);
    credit.beneficiary = *accounts.beneficiary.address();
    credit.rent_payer = *accounts.payer.address();
    credit.version = ACCOUNT_VERSION;
    credit.bump = ctx.bumps.credit;
    accounts.stake.credit_opened()?;
    let event = CreditOpened {
        credit: address,
        stake: credit.stake,
        beneficiary: credit.beneficiary,
        rent_payer: credit.rent_payer,
        credits: accounts.stake.credits,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
