//! Emissions and the pools of rewards: what is given to stakers and hosts, what of it is paid, and when either closes.

mod grounds;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::{MAX_EMISSION, MAX_EMISSION_DELAY, MIN_EMISSION, RECORD_WINDOW, REWARD_STREAM},
        error::MarketError,
        state::{
            Config, Emission, EmissionKind, EmissionParams, Job, JobState, Market, RewardPool, RewardPosition, Tier,
        },
    },
    grounds::*,
};

const GIVEN: u64 = 1_000;
const END: i64 = START + 100 * DAY;

/// For stakers: from now on for 100 days.
fn for_stakers() -> EmissionParams {
    EmissionParams { amount: GIVEN, start: 0, end: END, rate: 0, window_cap: 0 }
}

/// For hosts: a base unit for ten seconds, and at most 100 in a week.
fn for_hosts() -> EmissionParams {
    EmissionParams { rate: 100_000, window_cap: 100, ..for_stakers() }
}

fn opened(kind: EmissionKind, params: &EmissionParams) -> Result<Emission, MarketError> {
    let mut emission = Emission::zeroed();
    emission.open(kind, params, GIVEN, START).map(|()| emission)
}

fn emission(kind: EmissionKind) -> Emission {
    let params = if kind == EmissionKind::Hosts { for_hosts() } else { for_stakers() };
    opened(kind, &params).expect("parameters within their bounds")
}

#[test]
fn an_emission_gives_what_arrived_over_the_time_it_was_opened_for() {
    for (kind, params) in [(EmissionKind::Stakers, for_stakers()), (EmissionKind::Hosts, for_hosts())] {
        // A fee of the mint may have left less in the vault than was sent.
        let mut emission = Emission::zeroed();
        assert_eq!(emission.open(kind, &params, GIVEN - 1, START), Ok(()));
        let mut expected = Emission::zeroed();
        (expected.kind, expected.amount, expected.start, expected.end) = (kind as u8, GIVEN - 1, START, END);
        (expected.rate, expected.window_cap) = (params.rate, params.window_cap);
        assert_eq!(emission, expected);
        assert_eq!(emission.left(), Ok(GIVEN - 1));
        assert_eq!(
            (emission.is(EmissionKind::Stakers), emission.is(EmissionKind::Hosts)),
            (kind == EmissionKind::Stakers, kind == EmissionKind::Hosts)
        );
    }
}

#[test]
fn only_an_incentive_has_a_rate_and_a_cap_and_it_has_both() {
    let out = Some(MarketError::IncentiveOutOfRange);
    for (rate, window_cap, stakers, hosts) in
        [(0, 0, None, out), (1, 0, out, out), (0, 1, out, out), (1, 1, out, None), (u64::MAX, u64::MAX, out, None)]
    {
        let params = EmissionParams { rate, window_cap, ..for_stakers() };
        assert_eq!(opened(EmissionKind::Stakers, &params).err(), stakers, "{rate}, {window_cap}");
        assert_eq!(opened(EmissionKind::Hosts, &params).err(), hosts, "{rate}, {window_cap}");
    }
}

#[test]
fn an_emission_starts_within_a_year_and_lasts_from_a_day_to_four_years() {
    let out = Some(MarketError::EmissionOutOfRange);
    let latest = START + MAX_EMISSION_DELAY;
    for (start, end, refused) in [
        (START, START + MIN_EMISSION, None),
        (START, START + MIN_EMISSION - 1, out),
        (START, START + MAX_EMISSION, None),
        (START, START + MAX_EMISSION + 1, out),
        (0, START + MIN_EMISSION, None),
        (0, START + MIN_EMISSION - 1, out),
        (START - 1, END, out),
        (START + 1, END, None),
        (latest, latest + MIN_EMISSION, None),
        (latest + 1, latest + 1 + MIN_EMISSION, out),
        (START, i64::MIN, out),
    ] {
        let params = EmissionParams { start, end, ..for_stakers() };
        assert_eq!(opened(EmissionKind::Stakers, &params).err(), refused, "from {start} to {end}");
    }
    for (received, result) in [(0, Err(MarketError::EmissionOutOfRange)), (1, Ok(()))] {
        assert_eq!(Emission::zeroed().open(EmissionKind::Stakers, &for_stakers(), received, START), result);
    }
}

#[test]
fn stakers_are_given_the_part_of_an_emission_whose_time_is_over() {
    let nothing = Err(MarketError::NothingToRelease);
    let mut emission = emission(EmissionKind::Stakers);
    for (now, released) in [
        (START - DAY, nothing),
        (START, nothing),
        // A thousandth of the time is worth a base unit.
        (START + DAY / 10 - 1, nothing),
        (START + DAY / 10, Ok(1)),
        (START + DAY / 10, nothing),
        (START + 25 * DAY, Ok(249)),
        (END - 1, Ok(749)),
        (END, Ok(1)),
        (END + DAY, nothing),
    ] {
        let left = emission.left().unwrap();
        assert_eq!(emission.release(now), released, "{} days later", (now - START) / DAY);
        assert_eq!(emission.left(), Ok(left - released.unwrap_or(0)));
    }
    assert_eq!(self::emission(EmissionKind::Stakers).release(END + DAY), Ok(GIVEN), "all at once if nobody called");
    assert_eq!(self::emission(EmissionKind::Hosts).release(END), Err(MarketError::WrongEmission));
}

/// An incentive with a listed premium market, the protocol's settings, and a job that was done there.
#[derive(Clone)]
struct Incentive {
    emission: Emission,
    job: Job,
    market: Market,
    config: Config,
}

impl Incentive {
    /// 200 seconds of evidence are worth 20 base units, and the treasury's part of the fee is 50.
    fn new() -> Self {
        let mut market = Market::zeroed();
        (market.tier, market.listed) = (Tier::Premium as u8, 1);
        let mut config = Config::zeroed();
        (config.stakers_bps, config.next_stakers_bps) = (5_000, 5_000);
        let mut job = Job::zeroed();
        (job.state, job.ended_at, job.evidenced, job.fee) = (JobState::Completed as u8, START, 200, 100);
        Self { emission: emission(EmissionKind::Hosts), job, market, config }
    }

    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut incentive = Self::new();
        change(&mut incentive);
        incentive
    }

    fn pay(&mut self, now: i64) -> Result<u64, MarketError> {
        self.emission.reward(&mut self.job, &self.market, &self.config, now)
    }
}

#[test]
fn an_incentive_pays_the_ended_jobs_of_listed_premium_markets() {
    type Change = fn(&mut Incentive);
    let cases: [(Change, Option<MarketError>); 13] = [
        (|_| (), None),
        (|i| i.emission.kind = EmissionKind::Stakers as u8, Some(MarketError::WrongEmission)),
        (|i| i.market.listed = 0, Some(MarketError::MarketNotListed)),
        (|i| i.market.tier = Tier::Community as u8, Some(MarketError::MarketNotListed)),
        (|i| i.job.state = JobState::Running as u8, Some(MarketError::JobNotRewarded)),
        (|i| i.job.state = JobState::Ended as u8, None),
        (|i| i.job.ended_at = START - 1, Some(MarketError::JobNotRewarded)),
        (|i| i.job.ended_at = END - 1, None),
        (|i| i.job.ended_at = END, Some(MarketError::JobNotRewarded)),
        (|i| i.job.evidenced = 9, Some(MarketError::NothingToRelease)),
        (|i| i.job.fee = 0, Some(MarketError::NothingToRelease)),
        (|i| i.job.rewarded = 20, Some(MarketError::NothingToRelease)),
        (|i| i.emission.released = GIVEN, Some(MarketError::NothingToRelease)),
    ];
    for (case, (change, refused)) in cases.into_iter().enumerate() {
        assert_eq!(Incentive::with(change).pay(START).err(), refused, "case {case}");
    }
}

#[test]
fn an_incentive_pays_the_least_of_its_rate_the_fee_the_week_and_what_is_left() {
    type Change = fn(&mut Incentive);
    let cases: [(Change, u64); 11] = [
        (|_| (), 20),
        (|i| i.job.evidenced = 10, 1),
        (|i| i.job.evidenced = 19, 1),
        (|i| i.job.fee = 38, 19),
        (|i| i.job.fee = 4, 2),
        // A split that is announced, or was in force before, counts as well: 30 % of 10 are the treasury's.
        (|i| (i.job.fee, i.config.next_stakers_bps) = (10, 7_000), 3),
        (|i| (i.job.fee, i.config.stakers_bps) = (10, 7_000), 3),
        (|i| i.job.rewarded = 1, 19),
        (|i| i.emission.window_cap = 19, 19),
        (|i| i.emission.released = GIVEN - 19, 19),
        (|i| (i.job.evidenced, i.job.fee) = (u32::MAX, 1_000_000), 100),
    ];
    for (case, (change, paid)) in cases.into_iter().enumerate() {
        let mut incentive = Incentive::with(change);
        let Incentive { emission: mut expected, mut job, .. } = incentive.clone();
        assert_eq!(incentive.pay(START), Ok(paid), "case {case}");
        job.rewarded += paid;
        expected.released += paid;
        (expected.window, expected.window_paid) = ((START / RECORD_WINDOW) as u32, paid);
        assert_eq!((incentive.emission, incentive.job), (expected, job), "case {case}");
    }
}

#[test]
fn an_incentive_pays_its_cap_in_each_week_and_every_job_once() {
    let mut incentive = Incentive::with(|i| i.emission.window_cap = 30);
    let done = incentive.job;
    let next_week = (START / RECORD_WINDOW + 1) * RECORD_WINDOW;
    assert_eq!(incentive.pay(START), Ok(20));
    assert_eq!(incentive.pay(next_week), Err(MarketError::NothingToRelease), "the same job");
    let mut week = |now: i64, paid: [Result<u64, MarketError>; 3]| {
        for paid in paid {
            incentive.job = done;
            assert_eq!(incentive.pay(now), paid, "at {now}");
        }
    };
    let nothing = Err(MarketError::NothingToRelease);
    week(next_week, [Ok(20), Ok(10), nothing]);
    week(next_week + RECORD_WINDOW - 1, [nothing; 3]);
    week(next_week + RECORD_WINDOW, [Ok(20), Ok(10), nothing]);
}

#[test]
fn a_spent_emission_is_anybodys_to_close_and_an_incentive_that_is_over_its_funders() {
    let refused = Err(MarketError::EmissionNotSpent);
    for kind in [EmissionKind::Stakers, EmissionKind::Hosts] {
        let mut emission = emission(kind);
        for by_funder in [true, false] {
            let at_the_end = if by_funder && kind == EmissionKind::Hosts { Ok(()) } else { refused };
            assert_eq!(emission.require_closable(by_funder, END - 1), refused);
            assert_eq!(
                emission.require_closable(by_funder, END),
                at_the_end,
                "{kind:?}, by its funder: {by_funder}"
            );
        }
        emission.released = GIVEN;
        for by_funder in [true, false] {
            assert_eq!(emission.require_closable(by_funder, START), Ok(()));
        }
    }
}

#[test]
fn the_vault_of_an_emission_holds_what_is_left_of_it() {
    let mut emission = emission(EmissionKind::Stakers);
    emission.released = 400;
    assert_eq!((emission.left(), emission.invariant(600), emission.invariant(601)), (Ok(600), Ok(()), Ok(())));
    assert_eq!(emission.invariant(599), Err(MarketError::InvariantBroken));
}

// ---- pools

fn pool() -> RewardPool {
    let mut pool = RewardPool::zeroed();
    pool.open(START);
    pool
}

/// A pool with one position of this weight.
fn position(weight: u128) -> (RewardPool, RewardPosition) {
    let (mut pool, mut position) = (pool(), RewardPosition::zeroed());
    position.open(&mut pool, weight).expect("a pool that is not halted");
    (pool, position)
}

#[test]
fn a_pool_opens_with_an_empty_stream_that_is_over() {
    let mut expected = RewardPool::zeroed();
    (expected.stream_from, expected.stream_end) = (START, START);
    assert_eq!(pool(), expected);
}

#[test]
fn a_halted_pool_takes_neither_a_position_nor_an_emission_and_lets_both_go() {
    let (mut pool, mut position) = position(5);
    assert_eq!(pool.emission_opened(), Ok(()));
    assert_eq!((pool.positions, pool.emissions), (1, 1));
    pool.halted = 1;
    let halted = pool;
    assert_eq!(pool.emission_opened(), Err(MarketError::VaultShort));
    assert_eq!(RewardPosition::zeroed().open(&mut pool, 5), Err(MarketError::VaultShort));
    assert_eq!(pool, halted);
    assert_eq!((pool.emission_closed(), position.stop(&mut pool)), (Ok(()), Ok(())));
    assert_eq!((pool.positions, pool.emissions, pool.weight(), position.weight()), (0, 0, 0, 0));
    assert_eq!(pool.emission_closed(), Err(MarketError::MathOverflow));
    assert_eq!(pool.position_closed(), Err(MarketError::MathOverflow));
}

#[test]
fn what_was_earned_is_claimed_once_and_before_a_position_stops() {
    let (mut pool, mut position) = position(5);
    assert_eq!(position.claim(&mut pool), Err(MarketError::NothingToClaim));
    pool.receive(500, START).unwrap();
    pool.advance(START + REWARD_STREAM).unwrap();
    position.settle(&mut pool, 5).unwrap();
    let earned = (pool, position);
    assert_eq!(position.stop(&mut pool), Err(MarketError::PositionNotEmpty));
    assert_eq!((pool, position), earned);
    assert_eq!(position.claim(&mut pool), Ok(500));
    assert_eq!((position.pending, position.claimed, pool.claimed, pool.booked()), (0, 500, 500, Ok(0)));
    assert_eq!(position.claim(&mut pool), Err(MarketError::NothingToClaim));
    assert_eq!(position.stop(&mut pool), Ok(()));
}

#[test]
fn settling_a_stake_that_was_not_slashed_takes_nothing_from_anybody() {
    for weight in [5, 6] {
        let (mut pool, mut position) = position(5);
        pool.receive(500, START).unwrap();
        pool.advance(START + 2 * REWARD_STREAM).unwrap();
        let before = pool;
        assert_eq!(position.settle(&mut pool, weight), Ok(()));
        assert_eq!((position.pending, pool), (500, before), "a stake of {weight}");
    }
}

#[test]
fn a_pool_closes_without_positions_emissions_and_anything_that_streams() {
    type Change = fn(&mut RewardPool);
    let refused = Err(MarketError::PoolNotEmpty);
    let cases: [(Change, Result<(), MarketError>); 5] = [
        (|_| (), Ok(())),
        (|pool| pool.positions = 1, refused),
        (|pool| pool.emissions = 1, refused),
        (|pool| pool.streaming = 1, refused),
        // The rest of a division, which no weight could claim.
        (|pool| pool.carry = 1, Ok(())),
    ];
    for (change, result) in cases {
        let mut pool = pool();
        change(&mut pool);
        assert_eq!(pool.require_closable(), result);
    }
}

#[test]
fn the_vault_of_a_pool_holds_what_was_not_claimed_and_no_more_streams_than_that() {
    let mut pool = pool();
    (pool.received, pool.claimed, pool.streaming, pool.carry) = (100, 40, 50, 10);
    assert_eq!((pool.booked(), pool.invariant(60), pool.invariant(61)), (Ok(60), Ok(()), Ok(())));
    assert_eq!(pool.invariant(59), Err(MarketError::InvariantBroken));
    for (streaming, carry) in [(51, 10), (50, 11)] {
        (pool.streaming, pool.carry) = (streaming, carry);
        assert_eq!(pool.invariant(60), Err(MarketError::InvariantBroken));
    }
}
