//! Which markets the ascent leads through, and how much work that takes: all of it follows from their policy.

use {
    super::cast::CLIENTS,
    crate::{error::CliError, spec::JobSpec},
    gpu_market::{
        constants::{BPS, LOST_INTERVALS, MAX_ATTESTORS, MAX_ROUND_GPUS, MICRO},
        state::{Policy, TermsParams, Tier},
    },
    gpu_market_migrations::{AttestorsSpec, Deployment, MarketSpec},
    serde_json::json,
};

/// Seats that the host's GPUs make, and jobs that it runs side by side.
pub const SEATS: u16 = 2;
/// Share of the bought seconds that a job takes at least, in percent: what its host counts on.
pub const LEAST_WORK: u32 = 92;
/// Shares of the bought seconds that a job takes, in percent.
pub const WORK: (u32, u32) = (LEAST_WORK, 99);
/// Completed jobs beyond what the policy asks of seconds, in percent.
const MARGIN: u64 = 105;
/// Days in which the record is earned, of the fourteen that a record covers.
const WORKING_DAYS: u32 = 6;
/// Seconds of a working day.
const WORKING_DAY: u32 = 20 * 3_600;
/// Attestors that are left when a panel is drawn.
const UNDRAWN: usize = 2;
/// Heartbeats that the scene sends at most, so that a demo stays short.
const MOST_HEARTBEATS: u64 = 4_000;
/// Heartbeat intervals of a premium job.
const PREMIUM_INTERVALS: u32 = 20;
/// Below this share a review hardly judges anybody, and it takes too many lost jobs to show one.
const LEAST_REVIEW_BPS: u16 = 5_000;
/// Jobs in a window from which on a review judges, at most.
const MOST_JUDGED: u32 = 20;

/// Why a deployment has no ascent to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    #[error("the markets file has no [attestors], so that no GPU can be attested; add the section")]
    NoAttestors,
    #[error("the markets file has no premium market; add one with its feeder")]
    NoPremium,
    #[error("a seat of the market takes more GPUs than half a round can prove; take a market of smaller seats")]
    SeatTooLarge,
    #[error("the policy asks for more work than a day of the demo holds; ask for less")]
    TooMuchWork,
    #[error("the policy asks for more clients than the demo has; ask for fewer")]
    TooManyClients,
    #[error("the policy asks for fees or paying clients in a market without fees; ask for none, or charge some")]
    NoFees,
    #[error("the policy asks for a score that the test class does not reach; ask for less")]
    ScoreTooHigh,
    #[error("the policy's review suspends hardly anybody; raise its success rate or judge fewer jobs")]
    ReviewTooMild,
    #[error("the longest job of the premium market is over before its host can be lost; allow longer ones")]
    JobsTooShort,
}

/// A community market, the premium market that it feeds, and what has to be done to get from one into the other.
pub struct Plot {
    pub community: MarketSpec,
    pub premium: MarketSpec,
    pub attestors: AttestorsSpec,
    pub gpus: u16,
    pub clients: usize,
    /// Jobs of the community market: seconds that they buy, and how many times a day they are run on all seats.
    pub community_seconds: u32,
    pub shifts_a_day: u32,
    /// Seconds that a job of the premium market buys.
    pub premium_seconds: u32,
    /// The job of each market.
    pub specs: [JobSpec; 2],
}

impl Plot {
    /// The plot of a deployment: in its first premium market whose policy can be met within a demo.
    pub fn find(deployment: &Deployment) -> Result<Result<Self, Obstacle>, CliError> {
        let mut obstacle = Obstacle::NoPremium;
        for premium in deployment.markets.iter().filter(|market| market.tier == Tier::Premium) {
            match Outline::of(deployment, premium) {
                Ok(outline) => return outline.plot(deployment).map(Ok),
                Err(found) if obstacle == Obstacle::NoPremium => obstacle = found,
                Err(_) => {}
            }
        }
        Ok(Err(obstacle))
    }

    /// Attestors of the story: more than a panel has, where a set has room for them.
    pub fn bench(&self) -> usize {
        usize::from(self.attestors.params.panel).saturating_add(UNDRAWN).min(MAX_ATTESTORS)
    }
}

/// A plot without its jobs.
struct Outline<'a> {
    community: &'a MarketSpec,
    premium: &'a MarketSpec,
    attestors: AttestorsSpec,
    gpus: u16,
    clients: usize,
    community_seconds: u32,
    shifts_a_day: u32,
    premium_seconds: u32,
}

impl<'a> Outline<'a> {
    fn of(deployment: &'a Deployment, premium: &'a MarketSpec) -> Result<Self, Obstacle> {
        let attestors = deployment.attestors.ok_or(Obstacle::NoAttestors)?;
        let community = premium.feeder.and_then(|id| deployment.market(id)).ok_or(Obstacle::NoPremium)?;
        let policy = &premium.terms.policy;
        let gpus = premium.gpus_per_seat.max(community.gpus_per_seat).saturating_mul(SEATS);
        require(gpus <= MAX_ROUND_GPUS, Obstacle::SeatTooLarge)?;
        let clients = usize::from(policy.min_clients).saturating_add(1);
        require(clients <= CLIENTS.len(), Obstacle::TooManyClients)?;
        require(policy.min_score <= super::proof::slowest_score(), Obstacle::ScoreTooHigh)?;
        let mild = policy.review_success_bps < LEAST_REVIEW_BPS || policy.min_ended > MOST_JUDGED;
        require(!mild, Obstacle::ReviewTooMild)?;
        let (community_seconds, shifts_a_day) = community_work(&community.terms, policy)?;
        let premium_seconds = premium_seconds(&premium.terms)?;
        Ok(Self { community, premium, attestors, gpus, clients, community_seconds, shifts_a_day, premium_seconds })
    }

    fn plot(&self, deployment: &Deployment) -> Result<Plot, CliError> {
        let specs = [
            spec(deployment, self.community, "sort-the-stables", self.community_seconds)?,
            spec(deployment, self.premium, "clean-the-stables", self.premium_seconds)?,
        ];
        Ok(Plot {
            community: self.community.clone(),
            premium: self.premium.clone(),
            attestors: self.attestors,
            gpus: self.gpus,
            clients: self.clients,
            community_seconds: self.community_seconds,
            shifts_a_day: self.shifts_a_day,
            premium_seconds: self.premium_seconds,
            specs,
        })
    }
}

fn require(holds: bool, obstacle: Obstacle) -> Result<(), Obstacle> {
    if holds { Ok(()) } else { Err(obstacle) }
}

/// Seconds of evidence that the policy asks for, directly or by the fees that they have to pay.
fn seconds_asked(terms: &TermsParams, policy: &Policy) -> Result<u64, Obstacle> {
    let fee = u128::from(terms.rate) * u128::from(terms.fee_bps);
    // A client counts when a job of its has paid a fee.
    require(fee > 0 || (policy.min_volume == 0 && policy.min_clients == 0), Obstacle::NoFees)?;
    let micro_fees = u128::from(policy.min_volume) * u128::from(MICRO) * u128::from(BPS);
    let for_fees = u64::try_from(micro_fees.checked_div(fee).unwrap_or(0)).map_err(|_| Obstacle::TooMuchWork)?;
    Ok(for_fees.saturating_add(1).max(policy.min_evidenced.into()).saturating_mul(MARGIN) / 100)
}

/// Seconds that a job of the community market buys so that the jobs that the policy asks for bring the seconds too, and
/// shifts of them a day.
fn community_work(terms: &TermsParams, policy: &Policy) -> Result<(u32, u32), Obstacle> {
    let asked = seconds_asked(terms, policy)?;
    let longest = u64::from(terms.max_duration) * u64::from(LEAST_WORK) / 100;
    let jobs = u64::from(policy.min_completed).max(asked.div_ceil(longest.max(1))).max(1);
    let bought = (asked.div_ceil(jobs) * 100).div_ceil(LEAST_WORK.into());
    // Whole intervals, where the market sells them.
    let bought = bought.next_multiple_of(terms.heartbeat_interval.max(1).into());
    let bought = bought.clamp(terms.min_duration.into(), terms.max_duration.into());
    require(
        jobs.saturating_mul(bought / u64::from(terms.heartbeat_interval.max(1))) <= MOST_HEARTBEATS,
        Obstacle::TooMuchWork,
    )?;
    let shifts = jobs.div_ceil(SEATS.into()).div_ceil(WORKING_DAYS.into()).max(3);
    require(shifts.saturating_mul(bought) <= WORKING_DAY.into(), Obstacle::TooMuchWork)?;
    let number = |value| u32::try_from(value).map_err(|_| Obstacle::TooMuchWork);
    Ok((number(bought)?, number(shifts)?))
}

/// Seconds that a premium job buys: enough that its host can be lost before its time is over.
fn premium_seconds(terms: &TermsParams) -> Result<u32, Obstacle> {
    let interval = terms.heartbeat_interval;
    require(terms.max_duration > interval.saturating_mul(LOST_INTERVALS * 2), Obstacle::JobsTooShort)?;
    Ok(interval.saturating_mul(PREMIUM_INTERVALS).clamp(terms.min_duration, terms.max_duration))
}

/// The job that the clients of the scene post in a market, from the JSON that a person would write.
fn spec(deployment: &Deployment, market: &MarketSpec, name: &str, seconds: u32) -> Result<JobSpec, CliError> {
    let text = json!({
        "name": name,
        "command": ["sh", "-c", "seq 1 500 | sha256sum"],
        "gpu": market.gpu,
        "tier": crate::spec::tier_name(market.tier),
        "payment": market.payment,
        "max_duration_seconds": seconds,
        "max_rate_per_hour": market.rate_per_hour.to_string(),
    });
    Ok(JobSpec::parse(name, &text.to_string(), deployment)?)
}
