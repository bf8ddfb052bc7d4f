//! The story, chapter by chapter.

use {
    super::{
        Bench, Deed, HOST, Place, Plot, Scene, Tale,
        cast::{self, Hero},
        plot::SEATS,
        rise::next_window,
        work::{Tally, jobs},
    },
    crate::{
        demo::{calendar, cast::Venue, chain::Chain, dice::Dice, enlist, world::World},
        error::CliError,
    },
    gpu_market::{
        constants::UNATTESTED_SEATS,
        settlement::Quote,
        state::{Review, Window},
    },
    gpu_market_sdk::{Address, error::Refusal, instructions::member},
    solana_signer::Signer,
    std::collections::{BTreeMap, BTreeSet},
};

/// Hour at which everybody begins to work.
const MORNING: i64 = 8;
const DAY: i64 = 86_400;
/// Days in which the record has to be earned: the policy reads two windows of a week.
const LONGEST_RECORD: usize = 12;
/// Shifts that a host lets lapse at most before a review suspends it.
const MOST_LAPSES: usize = 20;
/// Premium bonds that the host stakes besides those of its seats and of the jobs that it loses.
const SPARE_BONDS: u64 = 10;
/// Rounds of attestation that it has money for.
const ROUNDS: u64 = 4;
/// Jobs that escrows hold money for besides those of a record.
const SPARE_JOBS: u32 = 60;

/// Everybody and everything that the story needs, on the morning after the market day.
pub(super) fn prepare(
    chain: &mut Chain,
    world: &World,
    plot: Plot,
    bench: Bench,
    dice: Dice,
) -> Result<Tale, CliError> {
    chain.wait_until(calendar::next(chain.unix(), MORNING));
    let venue = |id: u16| -> Result<Venue, CliError> {
        let missing = || CliError::Missing { kind: "market", address: id.to_string() };
        world.venues.iter().find(|venue| venue.id == id).cloned().ok_or_else(missing)
    };
    let (community, premium) = (venue(plot.community.id)?, venue(plot.premium.id)?);
    let mut own: BTreeSet<Address> = bench.judges.iter().map(|judge| judge.stake).collect();
    own.insert(bench.set);
    let others = chain.svm.program_accounts().into_keys().filter(|key| !own.contains(key)).collect();
    let hero = Hero::enlist(chain, &plot, world.stake_token, stake_of(&plot))?;
    enlist::earnings(chain, HOST, &hero.owner, &hero.host, community.token)?;
    let clients = cast::clients(chain, &plot, community.token, world.stake_token, escrow_of(&plot)?)?;
    Ok(Tale {
        steps: vec![bench.founded.clone()],
        plot,
        bench,
        hero,
        clients,
        community,
        premium,
        stake_token: world.stake_token,
        jobs: Vec::new(),
        rounds: Vec::new(),
        state: None,
        dice,
        nonces: BTreeMap::new(),
        posted: 0,
        recorded: BTreeSet::new(),
        others,
    })
}

/// What the host stakes: the bonds of its seats in both markets, the floor, what lost jobs cost, and the fees of its rounds.
fn stake_of(plot: &Plot) -> u64 {
    let (community, premium) = (&plot.community.terms, &plot.premium.terms);
    let collateral = premium.bond.saturating_mul(SEATS.into()).max(premium.policy.collateral_floor);
    let losses = premium.bond.saturating_mul(SPARE_BONDS + u64::from(premium.policy.min_ended));
    let bonds = collateral.saturating_add(losses).saturating_add(community.bond.saturating_mul(SEATS.into()));
    bonds.saturating_add(plot.attestors.params.fee.saturating_mul(ROUNDS))
}

/// What a client's escrow holds.
fn escrow_of(plot: &Plot) -> Result<u64, CliError> {
    let jobs = [(&plot.community.terms, plot.community_seconds), (&plot.premium.terms, plot.premium_seconds)];
    let mut dearest = 0;
    for (terms, seconds) in jobs {
        let quote = Quote::new(terms.rate, seconds, terms.fee_bps, terms.tip, terms.queue_fee);
        dearest = dearest.max(quote.and_then(|quote| quote.deposit()).map_err(Refusal::from)?);
    }
    let days = u32::try_from(LONGEST_RECORD).unwrap_or(u32::MAX);
    let jobs = plot.shifts_a_day.saturating_mul(u32::from(SEATS)).saturating_mul(days).saturating_add(SPARE_JOBS);
    let each = u64::from(jobs).div_ceil(plot.clients.max(1) as u64);
    Ok(dearest.saturating_mul(each))
}

impl Scene<'_> {
    pub(super) fn play(&mut self) -> Result<(), CliError> {
        self.arrive()?;
        self.attest(Place::Community)?;
        self.earn_record()?;
        self.qualify()?;
        self.work_in_premium()?;
        self.fall()?;
        self.rise_again()?;
        self.tale.state = Some(self.state()?);
        Ok(())
    }

    /// Enrolls, and has one seat.
    fn arrive(&mut self) -> Result<(), CliError> {
        let owner = self.owner();
        let venue = self.tale.community.clone();
        let enroll = member::enroll(member::Enroll {
            owner: owner.pubkey(),
            payer: self.chain.payer.pubkey(),
            market: venue.address,
            token: venue.token,
            access: None,
        });
        self.send(enroll, &[&owner])?;
        self.back(Place::Community, SEATS)?;
        let collateral = self.show(self.tale.stake_token, self.member(Place::Community)?.collateral);
        let what = format!("{HOST} enrolls in {} with {collateral} of collateral", venue.name);
        let step = self.step(Deed::Enrolled, what);
        self.note(step.by_rule("a community market is open to everybody"));
        self.join(Place::Community)?;
        let refusal = self.cannot_join(Place::Community)?;
        let what = format!("takes a seat, asks for a second one, and has {UNATTESTED_SEATS}");
        let step = self.step(Deed::SeatRefused, what);
        self.note(step.refused(refusal));
        let tally = self.serve(Place::Community, UNATTESTED_SEATS.into())?;
        self.note_served(Place::Community, &tally);
        Ok(())
    }

    /// Works day by day until the record is what the policy asks for; applies when half of the jobs are done.
    fn earn_record(&mut self) -> Result<(), CliError> {
        let mut applied = false;
        for _ in 0..LONGEST_RECORD {
            let tally = self.working_day()?;
            self.note_served(Place::Community, &tally);
            let missing = self.record_missing()?;
            let done = self.member(Place::Community)?.completed;
            let half = done.saturating_mul(2) >= self.tale.policy().min_completed;
            if !applied && (half || missing.is_empty()) {
                self.apply()?;
                self.show_missing()?;
                applied = true;
            }
            if missing.is_empty() {
                return Ok(());
            }
            self.chain.wait_until(calendar::next(self.chain.unix(), MORNING));
        }
        let missing: Vec<String> = self.record_missing()?.iter().map(ToString::to_string).collect();
        let market = self.tale.premium.name.clone();
        Err(CliError::Stuck { host: HOST, market, missing: missing.join(", ") })
    }

    /// Shifts on all seats, until the record is full or the day is over.
    fn working_day(&mut self) -> Result<Tally, CliError> {
        let mut tally = Tally::default();
        for _ in 0..self.tale.plot.shifts_a_day {
            let shift = self.serve(Place::Community, SEATS.into())?;
            tally.add(&shift);
            if self.record_missing()?.is_empty() {
                break;
            }
        }
        Ok(tally)
    }

    /// Has its GPUs attested for the premium market, brings the collateral, and is promoted.
    fn qualify(&mut self) -> Result<(), CliError> {
        self.show_missing()?;
        self.release_gpus()?;
        self.attest(Place::Premium)?;
        self.show_missing()?;
        self.back(Place::Premium, SEATS)?;
        self.promote()
    }

    /// Serves jobs at the premium rate, then lets enough of them lapse that a review will suspend it.
    fn work_in_premium(&mut self) -> Result<(), CliError> {
        // All of it within one window, which a review reads as a whole.
        if next_window(self.chain.unix()) - self.chain.unix() < 2 * DAY {
            self.chain.wait_until(next_window(self.chain.unix()));
        }
        self.chain.wait_until(calendar::next(self.chain.unix(), MORNING));
        let mut tally = Tally::default();
        for _ in 0..2 {
            let shift = self.serve(Place::Premium, SEATS.into())?;
            tally.add(&shift);
        }
        self.note_served(Place::Premium, &tally);
        for _ in 0..MOST_LAPSES {
            self.back(Place::Premium, SEATS)?;
            let lost = self.lose(Place::Premium, SEATS.into())?;
            self.note_lost(&lost);
            if self.review_at(self.review_time())? == Ok(Review::Suspended) {
                return Ok(());
            }
        }
        let missing = "no review would suspend it".to_owned();
        Err(CliError::Stuck { host: HOST, market: self.tale.premium.name.clone(), missing })
    }

    fn note_lost(&mut self, lost: &Tally) {
        let terms = self.tale.premium.terms;
        let penalty = self.show(self.tale.stake_token, lost.penalty);
        let what = format!(
            "falls silent during {}: the crank ends them as HostLost, {} of evidence are paid, {penalty} of the bonds are \
             credited to the clients",
            jobs(lost.jobs),
            lost.time(),
        );
        let silence = terms.heartbeat_interval.saturating_mul(gpu_market::constants::LOST_INTERVALS);
        let rule = format!(
            "a job without evidence for {silence} s is lost, anybody may end it a minute later; it costs {} % of the bond",
            terms.sla_bps / 100,
        );
        let step = self.step(Deed::Lost, what);
        self.note(step.by_rule(rule));
    }

    /// Is judged by its last full window, suspended, and refused a seat.
    fn fall(&mut self) -> Result<(), CliError> {
        let review_time = self.review_time();
        self.chain.wait_until(calendar::next(next_window(self.chain.unix()) - 1, MORNING));
        self.review_refused()?;
        self.chain.wait_until(review_time);
        self.chain.wait_until(calendar::next(self.chain.unix(), MORNING));
        let window: Window = self.member(Place::Premium)?.record.rolled(self.chain.unix()).last;
        let review = self.review()?;
        let what = format!(
            "the crank has {HOST} reviewed: {} of {} jobs in the last full week completed, {} by fee: {review:?}",
            window.completed,
            window.judged(),
            percent(window.success_bps()),
        );
        let policy = *self.tale.policy();
        let rule = format!(
            "to stay it takes {} by fee, of {} jobs or more; a suspension lasts {} days, and a second fall within {} days \
             removes",
            percent(policy.review_success_bps.into()),
            policy.min_ended,
            i64::from(policy.suspension) / DAY,
            i64::from(policy.cooldown) / DAY,
        );
        let step = self.step(Deed::Suspended, what);
        self.note(step.by_rule(rule));
        let refusal = self.cannot_join(Place::Premium)?;
        let step = self.step(Deed::JoinRefused, format!("asks for a seat in {}", self.tale.premium.name));
        self.note(step.refused(refusal));
        self.review_refused()
    }

    /// Waits for the end of the suspension, is reinstated, and serves again.
    fn rise_again(&mut self) -> Result<(), CliError> {
        let until = self.member(Place::Premium)?.standing.suspended_until;
        self.chain.wait_until(calendar::next(until, MORNING));
        if !self.is_attested()? {
            self.attest(Place::Premium)?;
        }
        self.back(Place::Premium, 1)?;
        let review = self.review()?;
        let what = format!("the crank has {HOST} reviewed again: {review:?}");
        let step = self.step(Deed::Reinstated, what);
        self.note(step.by_rule(
            "a suspension that is over ends by a review, with a fresh attestation and collateral at the floor",
        ));
        let tally = self.serve(Place::Premium, 1)?;
        self.note_served(Place::Premium, &tally);
        Ok(())
    }
}

/// Basis points as a percentage.
fn percent(bps: u64) -> String {
    format!("{}.{:02} %", bps / 100, bps % 100)
}
