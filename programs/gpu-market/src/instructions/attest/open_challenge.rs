use {
    super::require_host,
    crate::{
        account_types::{Account, EventAuthority},
        constants::*,
        error::MarketError,
        events::{emit_cpi, RoundOpened},
        instructions::{bump_of, key, now, same},
        state::{AttestorSet, Challenge, Host, Market, Member, Now, RoundParams, Stake, Terms},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct OpenChallenge {
    /// Operator or owner of the host.
    pub authority: Signer,
    /// Owner of the stake that the fee comes from.
    #[account(constraint(same(&payer.owner, payer_owner.address()) @ MarketError::NotStakeOwner))]
    pub payer_owner: Signer,
    /// Pays the rent and gets it back.
    #[account(unsafe(dup))]
    pub rent_payer: Signer,
    pub host: Account<Host>,
    /// CHECK: the address of the stake of the host's owner, whether there is one or not; see `validate`.
    pub host_stake: UncheckedAccount,
    #[account(mut, constraint(same(&member.host, host.address()) @ MarketError::WrongHost))]
    pub member: Account<Member>,
    #[account(constraint(same(&member.market, market.address()) @ MarketError::WrongMarket))]
    pub market: Account<Market>,
    /// The terms in force, which name the set and the score to reach.
    #[account(constraint(same(&terms.market, market.address()) @ MarketError::WrongMarket))]
    pub terms: Account<Terms>,
    #[account(mut, constraint(same(&terms.attestor_set, set.address()) @ MarketError::WrongAttestorSet))]
    pub set: Account<AttestorSet>,
    /// The stake that the fee comes from: the host's own, which then is named twice, or a sponsor's.
    #[account(mut, unsafe(dup))]
    pub payer: Account<Stake>,
    #[account(
        init,
        payer = rent_payer,
        seeds = [CHALLENGE_SEED, member.address().as_ref(), &member.standing.rounds.wrapping_add(1).to_le_bytes()],
        bump
    )]
    pub challenge: Account<Challenge>,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl OpenChallenge {
    fn validate(&self, now: Now) -> Result<()> {
        require_host(&self.host, &self.authority)?;
        bump_of(self.host_stake.address(), &[STAKE_SEED, self.host.owner.as_ref()])?;
        Ok(self.market.require_in_force(&self.terms, now.unix)?)
    }
}

/// Opens the member's next round, for a fee of at most `max_fee` base units of the stake mint.
pub fn open_challenge(ctx: &mut Context<OpenChallenge>, max_fee: u64) -> Result<()> {
    let now = now()?;
    ctx.accounts.validate(now)?;
    let accounts = &mut ctx.accounts;
    let nonce = accounts.member.standing.open_round(now.unix)?;
    let params = RoundParams {
        nonce,
        min_score: accounts.terms.policy.min_score,
        max_fee,
        host_stake: accounts.host_stake.address(),
        payer_stake: accounts.payer.address(),
    };
    let challenge = &mut accounts.challenge;
    let fee = challenge.open(&mut accounts.set, &params, now)?;
    accounts.payer.reserve_fee(fee)?;
    accounts.payer.books()?;
    challenge.member = key(&accounts.member);
    challenge.host = key(&accounts.host);
    challenge.set = key(&accounts.set);
    challenge.rent_payer = *accounts.rent_payer.address();
    challenge.version = ACCOUNT_VERSION;
    challenge.bump = ctx.bumps.challenge;
    let event = RoundOpened {
        challenge: key(challenge),
        member: challenge.member,
        set: challenge.set,
        payer: challenge.payer,
        rent_payer: challenge.rent_payer,
        fee,
        bond: challenge.bond,
        slot: challenge.slot,
        opened_at: now.unix,
        nonce,
        min_score: challenge.min_score,
        eligible: challenge.eligible.into(),
        panel: challenge.panel.into(),
        quorum: challenge.quorum.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
