use {
    super::{conclude, Syscall},
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{self, RoundDecided},
        instructions::{key, now, same},
        state::{Challenge, Member, RoundResult},
    },
    anchor_lang::prelude::*,
};

/// A round whose next step anybody may take.
#[derive(Accounts)]
pub struct EndRound {
    #[account(mut)]
    pub challenge: Account<Challenge>,
    #[account(mut, constraint(same(&challenge.member, member.address()) @ MarketError::WrongMember))]
    pub member: Account<Member>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl EndRound {
    /// Tells what was decided. A round that did not pass is over for its member at once: it has no GPUs to claim.
    #[inline(never)]
    fn decided(&mut self, now: i64) -> Result<()> {
        let challenge = &self.challenge;
        let event = RoundDecided {
            challenge: key(challenge),
            share: challenge.share,
            decided_at: now,
            score: challenge.score,
            vram: challenge.vram,
            result: challenge.result.into(),
            verdict: challenge.verdict.into(),
            punishes: challenge.punishes.into(),
            reserved: 0,
        };
        events::send(&self.event_authority, &event)?;
        if self.challenge.result == RoundResult::Passed as u8 {
            return Ok(());
        }
        self.conclude(now)
    }

    fn conclude(&mut self, now: i64) -> Result<()> {
        conclude(&mut self.challenge, &mut self.member, &self.event_authority, now)
    }
}

/// Decides a round from what was revealed in it; moves nothing.
pub fn finalize_challenge(ctx: &mut Context<EndRound>) -> Result<()> {
    let now = now()?;
    ctx.accounts.challenge.decide::<Syscall>(now)?;
    ctx.accounts.decided(now.unix)
}

/// Ends a round that nobody drew while the slot's hash was kept.
pub fn expire_challenge(ctx: &mut Context<EndRound>) -> Result<()> {
    let now = now()?;
    ctx.accounts.challenge.expire(now)?;
    ctx.accounts.decided(now.unix)
}

/// Ends a round that passed when the time to claim its GPUs is over; the last claim does it earlier.
pub fn conclude_challenge(ctx: &mut Context<EndRound>) -> Result<()> {
    ctx.accounts.conclude(now()?.unix)
}
