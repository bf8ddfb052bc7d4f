//! What to do about seats and earnings.

use {
    super::{Action, Local},
    crate::view::{VenueView, View},
    gpu_market_sdk::{Address, gpu_market::state::MemberState, placement},
};

pub(super) fn plan(view: &View, local: &Local<'_>) -> Vec<Action> {
    view.venues.iter().flat_map(|venue| of_venue(venue, view.now, local)).collect()
}

fn of_venue(venue: &VenueView, now: i64, local: &Local<'_>) -> Vec<Action> {
    let market = venue.venue.market;
    let mut actions = Vec::new();
    for seat in &venue.seats {
        let (shard, node) = (seat.shard, seat.node);
        if seat.lapsed || now >= seat.valid_until || local.draining {
            actions.push(Action::Leave { market, shard, node });
        } else if !local.contested && is_renewal_due(venue, seat.valid_until, now) {
            actions.push(Action::Renew { market, shard, node });
        }
    }
    let stays = !local.draining && !local.contested;
    if stays && missing(venue, now) > 0 {
        actions.extend(shard_to_join(venue, local.random).map(|shard| Action::Join { market, shard }));
    }
    if venue.venue.withdraw.is_some_and(|withdraw| venue.earnings > 0 && venue.earnings >= withdraw.from) {
        actions.push(Action::Withdraw { market });
    }
    actions
}

/// A waiting seat is renewed in the last quarter of its lifetime.
fn is_renewal_due(venue: &VenueView, valid_until: i64, now: i64) -> bool {
    let last = i64::from(venue.terms.seat_lifetime).checked_div(4).unwrap_or_default();
    // Where terms were announced that pay too little, or an attestation ends, renewing gains nothing.
    let until = venue.market.seat_valid_until(venue.terms.seat_lifetime, venue.venue.min_rate, now);
    let until = until.and_then(|until| venue.member.seat_end(&venue.market, until, now)).unwrap_or(valid_until);
    valid_until.saturating_sub(now) <= last && until > valid_until
}

/// Seats that the host wants and may take now.
fn missing(venue: &VenueView, now: i64) -> u16 {
    let member = &venue.member;
    let allowed = member.seat_limit(&venue.market, now).unwrap_or_default();
    let wanted = venue.venue.seats.min(allowed).saturating_sub(member.seats);
    let may = member.state() == Ok(MemberState::Active)
        && now >= member.join_barred_until
        && member.free_collateral().is_ok_and(|free| free >= venue.terms.bond)
        && venue.terms.rate >= venue.venue.min_rate;
    if may { wanted } else { 0 }
}

fn shard_to_join(venue: &VenueView, random: u64) -> Option<u8> {
    placement::to_join(&venue.lines, venue.venue.min_rate, random)
}

/// The shard to join again with the seat of a finished job, if the host stays: a refused rejoin harms nothing.
pub(super) fn to_rejoin(view: &View, market: &Address, local: &Local<'_>) -> Option<u8> {
    let venue = view.venue(market).filter(|_| !local.draining && !local.contested)?;
    (venue.member.seats <= venue.venue.seats).then(|| shard_to_join(venue, local.random)).flatten()
}
