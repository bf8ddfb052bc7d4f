//! The protocol's settings, its split of the fees, and hosts: what the program keeps of those who are in no one market.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{MAX_REFERRAL_BPS, MAX_UNBONDING, MIN_UNBONDING, SPLIT_NOTICE, STRIKE_MEMORY, pause},
        error::MarketError,
        state::{Config, ConfigSettings, FeeShares, Host, HostParams, Market, Split},
    },
    gpu_market_sdk::Address,
    grounds::*,
};

const ADMIN: u8 = 1;
const SUCCESSOR: u8 = 2;

fn settings() -> ConfigSettings {
    ConfigSettings { pauser: key(3), treasury: key(4), unbonding: MIN_UNBONDING, min_bond: 1 }
}

fn config() -> Config {
    let mut config = Config::zeroed();
    config.admin = key(ADMIN);
    config.set(&settings());
    config
}

#[test]
fn settings_are_set_as_they_are_given_and_touch_nothing_else() {
    let mut expected = Config::zeroed();
    (expected.admin, expected.pauser, expected.treasury) = (key(ADMIN), key(3), key(4));
    (expected.unbonding, expected.min_bond) = (MIN_UNBONDING, 1);
    assert_eq!(config(), expected);
}

#[test]
fn settings_have_a_bond_somebody_for_each_part_and_an_unbonding_of_eight_to_sixty_days() {
    type Change = fn(&mut Config);
    let cases: [(Change, Result<(), MarketError>); 9] = [
        (|_| (), Ok(())),
        (|config| config.unbonding = MIN_UNBONDING - 1, Err(MarketError::UnbondingOutOfRange)),
        (|config| config.unbonding = MAX_UNBONDING, Ok(())),
        (|config| config.unbonding = MAX_UNBONDING + 1, Err(MarketError::UnbondingOutOfRange)),
        (|config| config.min_bond = 0, Err(MarketError::MinimumBondZero)),
        (|config| config.min_bond = u64::MAX, Ok(())),
        (|config| config.admin = Address::default(), Err(MarketError::KeyMissing)),
        (|config| config.pauser = Address::default(), Err(MarketError::KeyMissing)),
        (|config| config.treasury = Address::default(), Err(MarketError::KeyMissing)),
    ];
    for (case, (change, result)) in cases.into_iter().enumerate() {
        let mut config = config();
        change(&mut config);
        assert_eq!(config.invariant(), result, "case {case}");
    }
}

#[test]
fn every_entry_is_paused_by_itself_and_an_unknown_one_is_refused() {
    let entries = [pause::POSTING, pause::JOINING, pause::ENROLLING, pause::STAKING];
    for bits in 0..=u8::MAX {
        let (mut config, mut market) = (config(), Market::zeroed());
        let known = bits < 16;
        let result = if known { Ok(()) } else { Err(MarketError::UnknownPauseBit) };
        assert_eq!((config.set_paused(bits), market.set_paused(bits)), (result, result), "{bits}");
        let expected = if known { bits } else { 0 };
        assert_eq!((config.paused, market.paused), (expected, expected));
        for (place, entry) in entries.into_iter().enumerate() {
            let is_paused = known && (bits >> place) % 2 == 1;
            assert_eq!(
                (config.is_paused(entry), market.is_paused(entry)),
                (is_paused, is_paused),
                "{bits}, {entry}"
            );
        }
    }
}

#[test]
fn only_the_proposed_successor_becomes_the_admin_and_once() {
    let refused = Err(MarketError::NotPendingAuthority);
    let mut config = config();
    assert_eq!(config.accept_admin(&key(SUCCESSOR)), refused);
    assert_eq!(config.accept_admin(&Address::default()), refused, "nobody is no successor");
    config.propose_admin(key(SUCCESSOR));
    assert_eq!(config.accept_admin(&key(ADMIN)), refused);
    assert_eq!(config.accept_admin(&Address::default()), refused);
    assert_eq!((config.admin, config.pending_admin), (key(ADMIN), key(SUCCESSOR)), "until then the admin stays");
    assert_eq!(config.accept_admin(&key(SUCCESSOR)), Ok(()));
    assert_eq!((config.admin, config.pending_admin), (key(SUCCESSOR), Address::default()));
    assert_eq!(config.accept_admin(&key(SUCCESSOR)), refused);
}

#[test]
fn the_protocol_closes_without_markets() {
    let mut config = config();
    assert_eq!(config.require_closable(), Ok(()));
    assert_eq!(config.market_opened(), Ok(()));
    assert_eq!((config.markets, config.require_closable()), (1, Err(MarketError::ConfigHasMarkets)));
    assert_eq!(config.market_closed(), Ok(()));
    assert_eq!((config.markets, config.require_closable()), (0, Ok(())));
    assert_eq!(config.market_closed(), Err(MarketError::MathOverflow));
}

// ---- the split of the fees

fn split(stakers_bps: u16, referral_bps: u16) -> Split {
    Split { stakers_bps, referral_bps }
}

#[test]
fn a_split_shares_out_one_whole_at_most_and_a_fifth_of_it_to_a_referrer() {
    let out = Err(MarketError::SplitOutOfRange);
    for (stakers, referral, result) in [
        (0, 0, Ok(())),
        (10_000, 0, Ok(())),
        (10_001, 0, out),
        (9_999, 1, Ok(())),
        (10_000, 1, out),
        (0, MAX_REFERRAL_BPS, Ok(())),
        (0, MAX_REFERRAL_BPS + 1, out),
        (8_000, MAX_REFERRAL_BPS, Ok(())),
        (8_001, MAX_REFERRAL_BPS, out),
        (u16::MAX, u16::MAX, out),
    ] {
        assert_eq!(split(stakers, referral).check(), result, "{stakers} and {referral}");
    }
}

#[test]
fn shares_are_rounded_down_and_the_treasury_gets_the_rest() {
    let (half, shares) =
        (split(5_000, 1_000), |stakers, referrer, treasury| FeeShares { stakers, referrer, treasury });
    assert_eq!(half.shares(1_000, true), Ok(shares(500, 100, 400)));
    assert_eq!(half.shares(1_000, false), Ok(shares(500, 0, 500)), "nobody referred the client");
    assert_eq!(half.shares(19, true), Ok(shares(9, 1, 9)));
    assert_eq!(half.shares(1, true), Ok(shares(0, 0, 1)));
    assert_eq!(half.shares(0, true), Ok(shares(0, 0, 0)));
    assert_eq!(split(10_000, 1).shares(10_000, true), Err(MarketError::MathOverflow), "more than one whole");
}

#[test]
fn a_split_takes_effect_fourteen_days_after_its_announcement_by_itself() {
    let mut config = config();
    config.markets = 1;
    let (first, second) = (split(5_000, 1_000), split(6_000, 500));
    assert_eq!(config.announce_split(&first, START), Ok(START + SPLIT_NOTICE));
    assert_eq!(config.split(START + SPLIT_NOTICE - 1), split(0, 0));
    assert_eq!(config.split(START + SPLIT_NOTICE), first);
    // Another one waits anew; what took effect meanwhile stays in force until then.
    let later = START + SPLIT_NOTICE + 1;
    assert_eq!(config.announce_split(&second, later), Ok(later + SPLIT_NOTICE));
    assert_eq!((config.split(later), config.split(later + SPLIT_NOTICE)), (first, second));
}

#[test]
fn an_announced_split_that_is_not_in_force_is_replaced() {
    let mut config = config();
    config.markets = 1;
    let (first, second) = (split(5_000, 1_000), split(6_000, 500));
    config.announce_split(&first, START).unwrap();
    assert_eq!(config.announce_split(&second, START + DAY), Ok(START + DAY + SPLIT_NOTICE));
    assert_eq!(config.split(START + DAY + SPLIT_NOTICE - 1), split(0, 0), "the first one never took effect");
    assert_eq!(config.split(START + DAY + SPLIT_NOTICE), second);
    let announced = config;
    assert_eq!(config.announce_split(&split(10_001, 0), START), Err(MarketError::SplitOutOfRange));
    assert_eq!(config, announced);
}

#[test]
fn before_the_first_market_a_split_takes_effect_at_once() {
    let mut config = config();
    assert_eq!(config.announce_split(&split(5_000, 1_000), START), Ok(START));
    assert_eq!(config.split(START), split(5_000, 1_000));
}

#[test]
fn the_treasurys_part_is_the_least_that_the_split_before_and_after_leave_it() {
    let mut config = config();
    config.markets = 1;
    assert_eq!(config.treasury_part(1_000), Ok(1_000));
    for (announced, part) in [(split(5_000, 1_000), 400), (split(7_000, 2_000), 100), (split(0, 0), 1_000)] {
        config.announce_split(&announced, START).unwrap();
        assert_eq!(config.treasury_part(1_000), Ok(part), "as soon as it is announced");
    }
    config.announce_split(&split(7_000, 2_000), START).unwrap();
    config.announce_split(&split(0, 0), START + SPLIT_NOTICE).unwrap();
    assert_eq!(config.treasury_part(1_000), Ok(100), "and as long as a later one is announced or in force");
}

// ---- hosts

fn host() -> Host {
    let mut host = Host::zeroed();
    (host.owner, host.operator) = (key(1), key(2));
    host
}

#[test]
fn an_owner_sets_its_operator_and_what_is_known_of_the_host() {
    let mut host = host();
    assert_eq!(host.keys(), [&key(1), &key(2)]);
    let params = HostParams { operator: key(5), sealing_key: [6; 32], metadata_hash: [7; 32] };
    assert_eq!(host.set(&params), Ok(()));
    let mut expected = self::host();
    (expected.operator, expected.sealing_key, expected.metadata_hash) = (key(5), [6; 32], [7; 32]);
    assert_eq!(host, expected);
    let nobody = HostParams { operator: Address::default(), ..params };
    assert_eq!(host.set(&nobody), Err(MarketError::KeyMissing));
    assert_eq!(host, expected);
    assert_eq!(host.keys(), [&key(1), &key(5)]);
}

#[test]
fn a_host_closes_without_members_and_thirty_days_after_its_last_strike() {
    let mut host = host();
    assert_eq!(host.require_closable(START), Ok(()));
    assert_eq!((host.strike(START - DAY), host.strike(START)), (Ok(()), Ok(())));
    assert_eq!((host.strikes, host.last_strike_at), (2, START));
    assert_eq!(host.require_closable(START + STRIKE_MEMORY), Err(MarketError::HostStruckRecently));
    assert_eq!(host.require_closable(START + STRIKE_MEMORY + 1), Ok(()));
    assert_eq!(host.member_opened(), Ok(()));
    assert_eq!((host.members, host.require_no_members()), (1, Err(MarketError::HostHasMembers)));
    assert_eq!(host.require_closable(START + STRIKE_MEMORY + 1), Err(MarketError::HostHasMembers));
    assert_eq!(host.member_closed(), Ok(()));
    assert_eq!((host.members, host.require_no_members()), (0, Ok(())));
    assert_eq!(host.member_closed(), Err(MarketError::MathOverflow));
}
