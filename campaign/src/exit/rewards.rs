//! Fees, rewards and emissions on their way to whom they belong to.

use {
    super::payer,
    crate::{
        action::{Action, AdminAction, EmissionAction, RewardAction},
        cast::{CRANK, clients},
        ids::{ClientId, Mint, Spot, Wallet},
        model::{books::ClientBook, emission::STAKERS},
        run::Run,
    },
};

/// What anybody may do so that fees, rewards and emissions are booked to their owners.
pub fn steps(run: &Run, steps: &mut Vec<Action>) {
    for client in clients() {
        let Some(book) = run.model.client_of(client) else { continue };
        if book.fees_owed > 0 || (book.referral_owed > 0 && run.model.can_receive(&book.referrer)) {
            sweep(run, client, book, steps);
        }
    }
    for (key, position) in &run.model.positions {
        let weight = run.model.stakes.get(&position.stake).map_or(0, |stake| stake.weight());
        if let (true, Some(Spot::Position(mint, party))) = (position.weight != weight, run.model.cast.name(key)) {
            steps.push(Action::Reward(RewardAction::Sync { party, mint }));
        }
    }
    emissions(run, steps);
    for mint in Mint::ALL {
        let Some(pool) = run.model.pool_of(mint) else { continue };
        if pool.positions == 0 && pool.emissions == 0 && pool.streaming == 0 {
            let rent = payer(run, &pool.rent_payer);
            steps.push(Action::Reward(RewardAction::ClosePool { mint, rent }));
        }
    }
}

/// A sweep with everybody who gets a share; the stakers' pool is opened by anybody.
fn sweep(run: &Run, client: ClientId, book: &ClientBook, steps: &mut Vec<Action>) {
    let model = &run.model;
    let bps = model.config.as_ref().map_or(0, |config| config.split_at(model.now.0).0);
    let stakers = crate::model::money::share(book.fees_owed, bps).is_some_and(|share| share > 0);
    if stakers && model.pool_of(client.mint).is_none() {
        steps.push(Action::Reward(RewardAction::OpenPool { mint: client.mint }));
    }
    let referrer = match model.cast.name(&book.referrer) {
        Some(Spot::Earnings(party, _)) => Some(party),
        _ => None,
    };
    steps.push(Action::Admin(AdminAction::SweepFees { client, stakers, referrer }));
}

/// What is due to stakers is released; what is spent is closed.
fn emissions(run: &Run, steps: &mut Vec<Action>) {
    for (key, book) in &run.model.emissions {
        let (Some(emission), Some(mint)) = (run.model.cast.emission_at(key), run.model.cast.mint_of(&book.mint))
        else {
            continue;
        };
        if book.kind == STAKERS && book.due(run.model.now.0) > 0 {
            steps.push(Action::Emission(EmissionAction::Release { emission, mint }));
        }
        if book.left() == 0 || (book.kind == STAKERS && run.model.now.0 >= book.end) {
            let to = Wallet { key: emission.funder, mint };
            let stakers = book.kind == STAKERS;
            let rent = payer(run, &book.rent_payer);
            let close = EmissionAction::Close { by: CRANK, emission, stakers, mint, to, rent };
            steps.push(Action::Emission(close));
        }
    }
}

/// What is due and not released, what is over and not closed, and weight that a pool counts and a stake has not.
pub fn unrest(run: &Run, left: &mut Vec<String>) {
    let now = run.model.now.0;
    for (key, emission) in run.model.emissions.iter().filter(|(_, emission)| emission.kind == STAKERS) {
        if emission.due(now) > 0 || now >= emission.end {
            left.push(format!("emission {key} is due or over, with {} left", emission.left()));
        }
    }
    for (key, position) in &run.model.positions {
        let weight = run.model.stakes.get(&position.stake).map_or(0, |stake| stake.weight());
        if position.weight != weight {
            left.push(format!("position {key} counts {} for a stake of {weight}", position.weight));
        }
    }
}
