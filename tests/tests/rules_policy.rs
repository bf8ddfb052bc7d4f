//! The policy of a premium market: what it may ask, and how long a loosening takes.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{
            DISPUTE_WINDOW, LOOSENING_DELAY, MAX_MIN_CLIENTS, MAX_POLICY_COOLDOWN, MAX_SUSPENSION, MIN_SUSPENSION,
            SECOND_FALL, STRIKE_MEMORY,
        },
        error::MarketError,
        state::{Admission, Market, Policy, Record, Tier},
    },
    grounds::*,
};

const BOND_OF_SEAT: u64 = 5_000;

fn check(change: impl FnOnce(&mut Policy)) -> Result<(), MarketError> {
    let mut policy = policy();
    change(&mut policy);
    policy.check(Tier::Premium, BOND_OF_SEAT)
}

#[test]
fn every_bound_of_a_policy_is_refused_one_beyond_it() {
    let out = Err(MarketError::PolicyOutOfRange);
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(check(|policy| policy.collateral_floor = BOND_OF_SEAT - 1), out);
    assert_eq!(check(|policy| policy.min_clients = MAX_MIN_CLIENTS), Ok(()));
    assert_eq!(check(|policy| policy.min_clients = MAX_MIN_CLIENTS + 1), out);
    assert_eq!(check(|policy| policy.min_completed = 0), out);
    assert_eq!(check(|policy| policy.min_ended = 0), out);
    assert_eq!(check(|policy| policy.suspension = MIN_SUSPENSION), Ok(()));
    assert_eq!(check(|policy| policy.suspension = MIN_SUSPENSION - 1), out);
    let shortest = |suspension: u32| suspension + SECOND_FALL as u32;
    assert_eq!(
        check(|policy| (policy.suspension, policy.cooldown) = (MAX_SUSPENSION, shortest(MAX_SUSPENSION))),
        Ok(())
    );
    assert_eq!(check(|policy| (policy.suspension, policy.cooldown) = (MAX_SUSPENSION + 1, u32::MAX)), out);
    assert_eq!(check(|policy| policy.cooldown = shortest(policy.suspension)), Ok(()));
    assert_eq!(check(|policy| policy.cooldown = shortest(policy.suspension) - 1), out);
    assert_eq!(check(|policy| policy.min_volume = 0), out);
    assert_eq!(check(|policy| policy.min_ended_fees = 0), out);
    assert_eq!(check(|policy| policy.cooldown = MAX_POLICY_COOLDOWN), Ok(()));
    assert_eq!(check(|policy| policy.cooldown = MAX_POLICY_COOLDOWN + 1), out);
    assert_eq!(check(|policy| policy.strike_cooldown = STRIKE_MEMORY as u32), Ok(()));
    assert_eq!(check(|policy| policy.strike_cooldown = STRIKE_MEMORY as u32 + 1), out);
    assert_eq!(check(|policy| policy.promote_success_bps = 10_000), Ok(()));
    assert_eq!(check(|policy| policy.promote_success_bps = 10_001), out);
    assert_eq!(check(|policy| policy.review_missed_bps = 10_001), out);
    assert_eq!(check(|policy| policy.admission = Admission::Attested as u8), Ok(()));
    assert_eq!(check(|policy| policy.admission = 2), out);
    assert_eq!(check(|policy| policy.reserved = [1, 0, 0]), out);
}

#[test]
fn a_host_falls_at_a_lower_rate_than_it_rises() {
    assert_eq!(check(|policy| policy.review_success_bps = 9_499), Ok(()));
    assert_eq!(check(|policy| policy.review_success_bps = 9_500), Err(MarketError::PolicyWithoutHysteresis));
}

#[test]
fn a_community_market_has_no_policy_but_who_is_admitted() {
    let open = Policy::default();
    let attested = Policy { admission: 1, ..Policy::default() };
    assert_eq!((open.check(Tier::Community, 1), attested.check(Tier::Community, 1)), (Ok(()), Ok(())));
    assert_eq!(policy().check(Tier::Community, 1), Err(MarketError::PolicyInCommunity));
}

/// Every field, one step towards looser.
fn loosenings() -> Vec<(&'static str, Policy)> {
    type Change = fn(&mut Policy);
    let changes: [(&str, Change); 14] = [
        ("volume", |policy| policy.min_volume -= 1),
        ("floor", |policy| policy.collateral_floor -= 1),
        ("completed", |policy| policy.min_completed -= 1),
        ("evidenced", |policy| policy.min_evidenced -= 1),
        ("score", |policy| policy.min_score -= 1),
        ("strikes", |policy| policy.strike_cooldown -= 1),
        ("clients", |policy| policy.min_clients -= 1),
        ("promotion", |policy| policy.promote_success_bps -= 1),
        ("review", |policy| policy.review_success_bps -= 1),
        ("suspension", |policy| policy.suspension -= 1),
        ("cooldown", |policy| policy.cooldown -= 1),
        ("ended", |policy| policy.min_ended += 1),
        ("ended fees", |policy| policy.min_ended_fees += 1),
        ("missed", |policy| policy.review_missed_bps += 1),
    ];
    let mut all: Vec<_> = changes
        .into_iter()
        .map(|(name, change)| {
            let mut policy = policy();
            change(&mut policy);
            (name, policy)
        })
        .collect();
    all.push(("admission", policy()));
    all
}

#[test]
fn every_field_one_step_looser_is_a_loosening_and_one_step_tighter_is_none() {
    for (name, looser) in loosenings() {
        let mut old = policy();
        // Admission loosens from attested to open.
        old.admission = u8::from(name == "admission");
        assert!(looser.is_looser_than(&old), "{name}");
        assert!(!old.is_looser_than(&looser), "{name}");
    }
    assert!(!policy().is_looser_than(&policy()));
}

#[test]
fn one_rule_that_is_easier_is_a_loosening_however_much_harder_the_others_are() {
    let mut mixed = policy();
    (mixed.min_volume, mixed.min_completed, mixed.min_score) = (u64::MAX, u32::MAX, 899);
    assert!(mixed.is_looser_than(&policy()));
}

#[test]
fn a_loosening_takes_fourteen_days_and_a_tightening_the_usual_notice() {
    let usual = START + 600;
    let mut looser = policy();
    looser.min_completed -= 1;
    assert_eq!(looser.earliest_effect(&policy(), true, usual, START), Ok(START + LOOSENING_DELAY));
    assert_eq!(policy().earliest_effect(&looser, true, usual, START), Ok(usual));
    assert_eq!(policy().earliest_effect(&policy(), true, usual, START), Ok(usual));
    // A later usual notice stays.
    let later = START + 20 * DAY;
    assert_eq!(looser.earliest_effect(&policy(), true, later, START), Ok(later));
    // Other attestors may be more lenient.
    assert_eq!(policy().earliest_effect(&policy(), false, usual, START), Ok(START + LOOSENING_DELAY));
}

#[test]
fn what_judges_more_strictly_waits_until_no_window_before_it_is_open_to_review() {
    type Change = fn(&mut Policy);
    let changes: [(&str, Change); 7] = [
        ("review", |policy| policy.review_success_bps += 1),
        ("missed", |policy| policy.review_missed_bps -= 1),
        ("ended", |policy| policy.min_ended -= 1),
        ("ended fees", |policy| policy.min_ended_fees -= 1),
        ("suspension", |policy| policy.suspension += 1),
        ("cooldown", |policy| policy.cooldown += 1),
        ("floor", |policy| policy.collateral_floor += 1),
    ];
    let open = Record::window_start(Record::window_at(START) + 2) + DISPUTE_WINDOW;
    for (name, change) in changes {
        let mut harder = policy();
        change(&mut harder);
        assert!(harder.is_harder_to_keep_than(&policy()) && !policy().is_harder_to_keep_than(&harder), "{name}");
        assert_eq!(harder.earliest_effect(&policy(), true, START + 600, START), Ok(open), "{name}");
        assert_eq!(harder.earliest_effect(&policy(), true, open + 1, START), Ok(open + 1), "{name}");
    }
}

#[test]
fn loosening_for_a_friend_and_tightening_again_gains_no_time() {
    let (tight, mut loose) = (policy(), policy());
    loose.min_completed = 1;
    let first = loose.earliest_effect(&tight, true, START + 600, START).unwrap();
    // What follows is announced once the loosening is in force, and every way to it took its fourteen days.
    let again = tight.earliest_effect(&loose, true, first + 600, first).unwrap();
    assert_eq!((first, again), (START + 14 * DAY, first + 600));
    assert_eq!(loose.earliest_effect(&tight, true, again + 600, again), Ok(again + 14 * DAY));
}

#[test]
fn genesis_ends_at_the_second_that_was_fixed_when_the_market_was_made() {
    let mut market = Market::zeroed();
    market.tier = Tier::Premium as u8;
    market.genesis_end = START;
    assert_eq!(market.require_genesis(START - 1), Ok(()));
    assert_eq!(market.require_genesis(START), Err(MarketError::GenesisOver));
    assert_eq!(market.genesis_attested_until(), Ok(START + 30 * DAY));
    let community = Market::zeroed();
    assert_eq!(community.require_genesis(START - 1), Err(MarketError::NotPremium));
}
