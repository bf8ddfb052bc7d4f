//! What stakers earn: claims, streams, weights, and emissions that are due, by the program's own code.
//!
//! All of it is about one moment: weights change with every stake and slash, and a stream with every sweep.

use {
    crate::Address,
    gpu_market::{
        constants::{MAX_LOCK_DAYS, MIN_LOCK_DAYS},
        error::MarketError,
        settlement::{self, proportion},
        state::{Config, Emission, Job, Market, RewardPool, RewardPosition, Stake},
    },
    std::fmt,
};

const YEAR: u64 = 365 * 86_400;
const BPS: u128 = 10_000;

/// Locks that people choose among, in days; zero is none.
pub const LOCKS: [u16; 6] = [0, MIN_LOCK_DAYS, 30, 90, 180, MAX_LOCK_DAYS];

/// Base units that a position could claim at `now`, unix seconds. A stake that was slashed since the position was settled
/// earns by its lower weight.
///
/// # Errors
///
/// Whatever the program would refuse for, except that nothing to claim is zero.
pub fn claimable(
    pool: &RewardPool,
    position: &RewardPosition,
    stake: &Stake,
    now: i64,
) -> Result<u64, MarketError> {
    let (mut pool, mut position) = (*pool, *position);
    pool.advance(now)?;
    position.settle(&mut pool, stake.weight()?)?;
    Ok(position.pending)
}

/// Whether a slash left the pool counting more than the stake has, which `sync_weight` mends.
///
/// # Errors
///
/// `MathOverflow` for a stake that cannot exist.
pub fn needs_sync(position: &RewardPosition, stake: &Stake) -> Result<bool, MarketError> {
    Ok(stake.weight()? < position.weight())
}

/// Reward weight of a stake as it would be with a lock of `days`; its own weight for the lock that it has.
///
/// # Errors
///
/// `LockOutOfRange`, or `LockMustRise` for a shorter lock than it has.
pub fn weight_with_lock(stake: &Stake, days: u16) -> Result<u128, MarketError> {
    let mut stake = *stake;
    if days != stake.lock_days {
        stake.extend_lock(days)?;
    }
    stake.weight()
}

/// What a pool hands out from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Base units that are still to come.
    pub left: u64,
    /// Seconds that they take.
    pub seconds: u64,
    /// Sum of the weights that share them.
    pub weight: u128,
}

impl Stream {
    /// The stream of a pool at `now`, unix seconds.
    ///
    /// # Errors
    ///
    /// `MathOverflow` for a pool that cannot exist.
    pub fn of(pool: &RewardPool, now: i64) -> Result<Self, MarketError> {
        let mut pool = *pool;
        pool.advance(now)?;
        let seconds = pool.stream_end.saturating_sub(pool.stream_from);
        Ok(Self {
            left: pool.streaming,
            seconds: u64::try_from(seconds).unwrap_or_default(),
            weight: pool.weight(),
        })
    }

    /// Base units that all stakers together get in a second, rounded down; see [`Self::over`] for longer times.
    pub fn per_second(&self) -> u64 {
        self.left.checked_div(self.seconds).unwrap_or_default()
    }

    /// Base units that all stakers together get in the next `seconds`.
    ///
    /// # Errors
    ///
    /// `MathOverflow` for amounts that cannot exist.
    pub fn over(&self, seconds: u64) -> Result<u64, MarketError> {
        if seconds >= self.seconds {
            return Ok(self.left);
        }
        proportion(self.left, seconds, self.seconds)
    }

    /// What a weight among those of the pool would get in a year, if the stream went on like this.
    ///
    /// # Errors
    ///
    /// `MathOverflow` for amounts beyond 64 bits.
    pub fn projection(&self, weight: u128) -> Result<Projection, MarketError> {
        let (each, _) = settlement::per_weight(self.left, self.weight);
        let share = settlement::earned(weight, each)?;
        let year = u128::from(share).saturating_mul(u128::from(YEAR));
        let yearly = year.checked_div(u128::from(self.seconds)).unwrap_or_default();
        Ok(Projection { yearly: u64::try_from(yearly).map_err(|_| MarketError::MathOverflow)? })
    }
}

/// What the last stream pays at today's weights, drawn out to a year. Both will change; it is not a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Projection {
    /// Base units of the pool's mint a year.
    pub yearly: u64,
}

impl Projection {
    /// Basis points a year of `staked` base units; it says something only where the pool's mint is what is staked. None if
    /// nothing is staked.
    pub fn bps(&self, staked: u64) -> Option<u64> {
        let parts = u128::from(self.yearly).saturating_mul(BPS).checked_div(u128::from(staked))?;
        u64::try_from(parts).ok()
    }
}

impl fmt::Display for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} base units a year: what the last stream pays at today's weights, which will change; not a promise",
            self.yearly
        )
    }
}

/// Base units that `release_emission` would move at `now`, unix seconds; zero if it would be refused.
pub fn due(emission: &Emission, now: i64) -> u64 {
    let mut emission = *emission;
    emission.release(now).unwrap_or_default()
}

/// The emissions that are due at `now`, with what each would move.
pub fn due_emissions<'a>(
    emissions: impl IntoIterator<Item = (&'a Address, &'a Emission)>,
    now: i64,
) -> Vec<(Address, u64)> {
    let due = emissions.into_iter().map(|(address, emission)| (*address, due(emission, now)));
    due.filter(|(_, amount)| *amount > 0).collect()
}

/// Base units that `pay_incentive` would pay for an ended job at `now`, unix seconds.
///
/// # Errors
///
/// Whatever the program would refuse for: `JobNotRewarded`, `MarketNotListed`, `NothingToRelease`, `WrongEmission`.
pub fn incentive(
    emission: &Emission,
    job: &Job,
    market: &Market,
    config: &Config,
    now: i64,
) -> Result<u64, MarketError> {
    let (mut emission, mut job) = (*emission, *job);
    emission.reward(&mut job, market, config, now)
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        bytemuck::Zeroable,
        gpu_market::{
            constants::REWARD_STREAM,
            state::{EmissionKind, EmissionParams, JobState},
        },
    };

    const NOW: i64 = 1_800_000_000;

    fn stake(amount: u64, lock_days: u16) -> Stake {
        Stake { amount, lock_days, ..Stake::zeroed() }
    }

    /// A pool with a position for each stake, which received 700,000 base units at `NOW`.
    fn pool(stakes: &[Stake]) -> (RewardPool, Vec<RewardPosition>) {
        let mut pool = RewardPool::zeroed();
        pool.open(NOW);
        let open = |stake: &Stake| {
            let mut position = RewardPosition::zeroed();
            position.open(&mut pool, stake.weight().unwrap()).unwrap();
            position
        };
        let positions = stakes.iter().map(open).collect();
        pool.receive(700_000, NOW).unwrap();
        (pool, positions)
    }

    #[test]
    fn a_claim_grows_with_the_stream_and_asking_changes_nothing() {
        let stakes = [stake(100, 0), stake(300, 0)];
        let (pool, positions) = pool(&stakes);
        let at = |days: i64| claimable(&pool, &positions[0], &stakes[0], NOW + days * 86_400).unwrap();
        // A quarter of 100,000 a day for seven days, rounded down.
        assert_eq!([0, 1, 7, 30].map(at), [0, 24_999, 174_999, 174_999]);
        assert_eq!(pool.stream_from, NOW);
    }

    #[test]
    fn a_slashed_stake_claims_by_its_lower_weight_and_asks_for_a_sync() {
        let stakes = [stake(100, 0), stake(300, 0)];
        let (pool, positions) = pool(&stakes);
        let slashed = stake(50, 0);
        assert_eq!(claimable(&pool, &positions[0], &slashed, NOW + REWARD_STREAM).unwrap(), 87_499);
        assert!(needs_sync(&positions[0], &slashed).unwrap());
        assert!(!needs_sync(&positions[0], &stakes[0]).unwrap());
    }

    #[test]
    fn a_stream_says_what_is_left_and_how_long_it_takes() {
        let (pool, _) = pool(&[stake(100, 0)]);
        let stream = Stream::of(&pool, NOW + 86_400).unwrap();
        assert_eq!((stream.left, stream.seconds), (600_000, 518_400));
        assert_eq!((stream.per_second(), stream.over(86_400).unwrap()), (1, 100_000));
        assert_eq!(stream.over(u64::MAX).unwrap(), 600_000);
        let dry = Stream::of(&pool, NOW + REWARD_STREAM).unwrap();
        assert_eq!((dry.left, dry.per_second(), dry.projection(365).unwrap().yearly), (0, 0, 0));
    }

    #[test]
    fn a_projection_is_stated_as_what_it_is() {
        let (pool, positions) = pool(&[stake(100, 0), stake(300, 0)]);
        let projection = Stream::of(&pool, NOW).unwrap().projection(positions[0].weight()).unwrap();
        // 174,999 in seven days.
        assert_eq!(projection.yearly, 174_999 * 365 / 7);
        assert_eq!((projection.bps(0), projection.bps(9_124_947)), (None, Some(10_000)));
        assert_eq!(
            projection.to_string(),
            "9124947 base units a year: what the last stream pays at today's weights, which will change; not a promise"
        );
    }

    #[test]
    fn a_lock_raises_the_weight_by_the_published_curve() {
        let free = stake(1_000, 0);
        let weights = LOCKS.map(|days| weight_with_lock(&free, days).unwrap());
        assert_eq!(weights, [365_000, 407_000, 455_000, 635_000, 905_000, 1_460_000]);
        assert_eq!(weight_with_lock(&free, 13), Err(MarketError::LockOutOfRange));
        assert_eq!(weight_with_lock(&stake(1, 90), 30), Err(MarketError::LockMustRise));
        assert_eq!(weight_with_lock(&stake(1_000, 90), 90), Ok(635_000));
    }

    #[test]
    fn emissions_are_due_from_their_start_to_their_last_unit() {
        let mut emission = Emission::zeroed();
        let params = EmissionParams { amount: 100, start: NOW, end: NOW + 10 * 86_400, rate: 0, window_cap: 0 };
        emission.open(EmissionKind::Stakers, &params, 100, NOW).unwrap();
        assert_eq!([0, 1, 10, 99].map(|days| due(&emission, NOW + days * 86_400)), [0, 10, 100, 100]);
        let (young, spent) = (emission, Emission { released: 100, ..emission });
        let keys = [1, 2].map(|n| Address::new_from_array([n; 32]));
        let all = keys.iter().zip([&young, &spent]);
        assert_eq!(due_emissions(all, NOW + 86_400), [(keys[0], 10)]);
    }

    #[test]
    fn an_incentive_is_never_more_than_the_treasurys_part_of_the_fee() {
        let mut emission = Emission::zeroed();
        let params =
            EmissionParams { amount: 1_000, start: NOW, end: NOW + 86_400, rate: 1_000_000, window_cap: 500 };
        emission.open(EmissionKind::Hosts, &params, 1_000, NOW).unwrap();
        let (mut market, config) = (Market::zeroed(), Config::zeroed());
        (market.listed, market.tier) = (1, 1);
        let ended = JobState::Completed as u8;
        let mut job = Job { state: ended, ended_at: NOW, evidenced: 300, fee: 40, ..Job::zeroed() };
        assert_eq!(incentive(&emission, &job, &market, &config, NOW), Ok(40));
        job.fee = 10_000;
        assert_eq!(incentive(&emission, &job, &market, &config, NOW), Ok(300));
        job.rewarded = 299;
        assert_eq!(incentive(&emission, &job, &market, &config, NOW), Ok(1));
        job.rewarded = 301;
        assert_eq!(incentive(&emission, &job, &market, &config, NOW), Err(MarketError::NothingToRelease));
        job.ended_at = NOW + 86_400;
        assert_eq!(incentive(&emission, &job, &market, &config, NOW), Err(MarketError::JobNotRewarded));
        market.listed = 0;
        assert_eq!(incentive(&emission, &job, &market, &config, NOW), Err(MarketError::MarketNotListed));
    }
}
