use {
    super::seating::*,
    crate::{
        account_types::EventAuthority,
        events::{emit_cpi, MemberReviewed},
        instructions::{key, now},
    },
    anchor_lang::prelude::*,
};

/// Nobody signs: the rules decide. There is no account here that anybody but the member's own jobs could change, so nobody
/// can block a review.
#[derive(Accounts)]
pub struct ReviewMember {
    pub seating: Nested<Seating>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// Judges an active member by its last full window, or ends a suspension that is over.
pub fn review(ctx: &mut Context<ReviewMember>) -> Result<()> {
    let at = now()?.unix;
    let Seating { market, terms, member } = &mut *ctx.accounts.seating;
    market.require_in_force(terms, at)?;
    let review = member.review(market, &terms.policy, at)?;
    let standing = &member.standing;
    let event = MemberReviewed {
        member: key(member),
        market: member.market,
        host: member.host,
        collateral_floor: member.collateral_floor,
        suspended_until: standing.suspended_until,
        probation_until: standing.probation_until,
        barred_until: standing.barred_until,
        at,
        reviewed: standing.reviewed,
        fresh_from: standing.fresh_from,
        terms: terms.number,
        review: review as u32,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
