//! The rules of a plan, on chains and memories that nobody thought of.

use {
    super::{jobs::is_heartbeat_due, *},
    crate::{
        config::{Venue, Withdraw},
        state::{Phase, Started},
        view::{Assignment, SeatView, VenueView},
    },
    bytemuck::Zeroable,
    gpu_market_sdk::{
        address,
        gpu_market::state::{Host, Job, Market, Member, Terms},
        instructions::Token,
    },
    proptest::prelude::*,
};

const NOW: i64 = 1_000_000;
const MARKET: Address = Address::new_from_array([3; 32]);
const OWNER: Address = Address::new_from_array([4; 32]);
const JOB: Address = Address::new_from_array([7; 32]);
const INTERVAL: u32 = 60;

fn host() -> Address {
    address::host(&OWNER).0
}

fn member_key() -> Address {
    address::member(&MARKET, &host()).0
}

/// A job of this host's market with an hour bought.
fn job(state: u8, ours: bool, started_at: i64, last_at: i64) -> Job {
    let mut job = Job::zeroed();
    job.market = MARKET;
    job.member = if ours { member_key() } else { OWNER };
    (job.state, job.duration, job.heartbeat_interval, job.ack_window) = (state, 3_600, INTERVAL, 120);
    (job.started_at, job.last_at) = (started_at, last_at);
    job
}

fn venue(seats: Vec<SeatView>, held: u16) -> VenueView {
    let mut member = Member::zeroed();
    (member.state, member.seats, member.collateral) = (1, held, 1_000);
    (member.attested_gpus, member.attested_until) = (8, i64::MAX);
    let (mut market, mut terms) = (Market::zeroed(), Terms::zeroed());
    market.gpus_per_seat = 1;
    (terms.bond, terms.seat_lifetime, terms.rate) = (10, 1_800, 100);
    let token = Token::spl(OWNER);
    let withdraw = Some(Withdraw { from: 500, to: OWNER });
    let venue = Venue { market: MARKET, token, seats: 2, min_rate: 50, access: None, withdraw };
    let line =
        gpu_market_sdk::placement::Line { index: 0, jobs: 0, seats: 0, room: 9, head_job: None, head_seat: None };
    VenueView { venue, market, terms, member, seats, lines: vec![line], earnings: 0 }
}

fn view(jobs: Vec<(Address, Job)>, assigned: Option<i64>, venue: VenueView) -> View {
    let mut owner = Host::zeroed();
    owner.owner = OWNER;
    let place = |since| (JOB, Assignment { market: MARKET, shard: 0, since });
    View {
        now: NOW,
        slot: 1,
        host: owner,
        venues: vec![venue],
        assigned: assigned.map(place).into_iter().collect(),
        jobs: jobs.into_iter().collect(),
    }
}

#[derive(Clone, Debug)]
struct Memory {
    rows: BTreeMap<Address, Row>,
    working: BTreeSet<Address>,
    draining: bool,
    contested: bool,
}

impl Memory {
    fn of(row: Option<Row>) -> Self {
        let rows = row.into_iter().map(|row| (row.job, row)).collect();
        Self { rows, working: BTreeSet::new(), draining: false, contested: false }
    }

    fn local(&self) -> Local<'_> {
        Local {
            rows: &self.rows,
            working: &self.working,
            draining: self.draining,
            contested: self.contested,
            heartbeat_margin: 15,
            take_over: false,
            random: 7,
        }
    }
}

fn row(phase: Phase) -> Row {
    let result = (phase >= Phase::Finished).then(|| b"result".to_vec());
    Row { phase, spec: Some(b"spec".to_vec()), result, delivered: true, ..Row::new(JOB, MARKET) }
}

/// What is planned about the job.
fn about_job(view: &View, memory: &Memory) -> Vec<Action> {
    let of_seats = |action: &Action| {
        matches!(
            action,
            Action::Join { .. } | Action::Renew { .. } | Action::Leave { .. } | Action::Withdraw { .. }
        )
    };
    plan(view, &memory.local()).into_iter().filter(|action| !of_seats(action)).collect()
}

#[test]
fn an_assigned_job_is_noted_fetched_started_or_declined_by_the_clock() {
    let open = job(1, false, 0, 0);
    let planned = |since: i64, row: Option<Row>| {
        about_job(&view(vec![(JOB, open)], Some(NOW - since), venue(Vec::new(), 1)), &Memory::of(row))
    };
    let waits = Row::new(JOB, MARKET);
    let refused = Row { refused: Some("why".into()), ..waits.clone() };
    assert_eq!(planned(0, None), [Action::Note(JOB)]);
    assert_eq!(planned(45, Some(waits.clone())), [Action::Fetch(JOB)]);
    assert_eq!(planned(46, Some(waits.clone())), [Action::DeclineUnavailable(JOB)]);
    assert_eq!(planned(61, Some(waits.clone())), [Action::Fetch(JOB)]);
    assert_eq!(planned(106, Some(waits.clone())), [Action::Decline(JOB)]);
    assert_eq!(planned(121, Some(waits)), [Action::Fetch(JOB)]);
    assert_eq!(planned(1, Some(refused.clone())), [Action::DeclineUnavailable(JOB)]);
    assert_eq!(planned(61, Some(refused)), [Action::Decline(JOB)]);
    assert_eq!(planned(170, Some(row(Phase::Assigned))), [Action::Start(JOB)]);
}

#[test]
fn an_agent_that_drains_declines_while_that_is_free_and_starts_otherwise() {
    let mut venue = venue(Vec::new(), 1);
    let memory = Memory { draining: true, ..Memory::of(Some(row(Phase::Assigned))) };
    let open = job(1, false, 0, 0);
    let free = view(vec![(JOB, open)], Some(NOW - 1), venue.clone());
    assert_eq!(about_job(&free, &memory), [Action::Decline(JOB)]);
    (venue.member.declines, venue.member.decline_window_start) = (3, NOW - 10);
    let costly = view(vec![(JOB, open)], Some(NOW - 1), venue);
    assert_eq!(about_job(&costly, &memory), [Action::Start(JOB)]);
}

#[test]
fn a_job_that_somebody_else_started_is_named_and_not_touched() {
    let running = view(vec![(JOB, job(2, true, NOW - 90, NOW - 90))], None, venue(Vec::new(), 1));
    let alarm = [Action::Alarm(Alarm::ForeignStart(JOB))];
    assert_eq!(about_job(&running, &Memory::of(None)), alarm);
    assert_eq!(about_job(&running, &Memory::of(Some(row(Phase::Assigned)))), alarm);
    let unsure = Row { started: Started::Unsure, ..row(Phase::Assigned) };
    assert_eq!(about_job(&running, &Memory::of(Some(unsure))), [Action::Confirm(JOB)]);
}

#[test]
fn evidence_that_nobody_here_sent_is_named() {
    let running = view(vec![(JOB, job(2, true, NOW - 90, NOW - 10))], None, venue(Vec::new(), 1));
    let executing = |ours_until| {
        let row = Row { evidence_at: NOW - 50, ours_until, ..row(Phase::Executing) };
        let memory = Memory { working: BTreeSet::from([JOB]), ..Memory::of(Some(row)) };
        about_job(&running, &memory)
    };
    assert_eq!(executing(NOW - 50), [Action::Alarm(Alarm::ForeignHeartbeat(JOB))]);
    assert_eq!(executing(NOW - 10), [Action::Evidence(JOB)]);
}

#[test]
fn a_heartbeat_is_due_a_margin_before_its_interval_is_over() {
    let running = job(2, true, 0, 1_000);
    assert!(!is_heartbeat_due(&running, 1_044, 15));
    assert!(is_heartbeat_due(&running, 1_045, 15));
    // Half an interval at most.
    assert!(!is_heartbeat_due(&running, 1_029, 1_000));
    assert!(is_heartbeat_due(&running, 1_030, 1_000));
}

#[test]
fn time_that_is_over_stops_the_work_and_no_more_evidence_is_given() {
    let over = view(vec![(JOB, job(2, true, NOW - 3_600, NOW - 59))], None, venue(Vec::new(), 1));
    let known = Row { evidence_at: NOW - 59, ..row(Phase::Executing) };
    assert_eq!(about_job(&over, &Memory::of(Some(known))), [Action::RunOut(JOB)]);
}

#[test]
fn what_an_ended_job_owes_is_collected_before_it_is_forgotten() {
    let mut cancelled = job(8, true, 0, 0);
    cancelled.due = 5;
    let view = view(vec![(JOB, cancelled)], None, venue(Vec::new(), 1));
    assert_eq!(about_job(&view, &Memory::of(Some(row(Phase::Assigned)))), [Action::Close(JOB)]);
    assert_eq!(about_job(&view, &Memory::of(Some(row(Phase::Over)))), [Action::Collect(JOB)]);
}

#[test]
fn seats_are_taken_renewed_and_given_up() {
    let seat = |valid_until, lapsed| SeatView { shard: 0, node: 4, valid_until, lapsed };
    let planned = |seats: Vec<SeatView>, held, change: fn(&mut Memory)| {
        let mut memory = Memory::of(None);
        change(&mut memory);
        plan(&view(Vec::new(), None, venue(seats, held)), &memory.local())
    };
    let (join, leave) =
        (Action::Join { market: MARKET, shard: 0 }, Action::Leave { market: MARKET, shard: 0, node: 4 });
    let renew = Action::Renew { market: MARKET, shard: 0, node: 4 };
    assert_eq!(planned(Vec::new(), 1, |_| {}), [join]);
    assert_eq!(planned(vec![seat(NOW + 451, false)], 2, |_| {}), []);
    assert_eq!(planned(vec![seat(NOW + 450, false)], 2, |_| {}), [renew]);
    assert_eq!(planned(vec![seat(NOW + 450, true)], 2, |_| {}), std::slice::from_ref(&leave));
    assert_eq!(planned(vec![seat(NOW + 450, false)], 1, |memory| memory.draining = true), [leave]);
    assert_eq!(planned(vec![seat(NOW + 450, false)], 1, |memory| memory.contested = true), []);
}

#[test]
fn earnings_are_withdrawn_from_their_threshold_on() {
    let planned = |earnings| {
        let venue = VenueView { earnings, ..venue(Vec::new(), 2) };
        plan(&view(Vec::new(), None, venue), &Memory::of(None).local())
    };
    assert_eq!(planned(499), []);
    assert_eq!(planned(500), [Action::Withdraw { market: MARKET }]);
}

fn any_row() -> impl Strategy<Value = Option<Row>> {
    let phases = vec![Phase::Assigned, Phase::Started, Phase::Executing, Phase::Finished, Phase::Over];
    let fields = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), -200i64..200, -200i64..200);
    prop::option::of((prop::sample::select(phases), fields).prop_map(|(phase, fields)| {
        let (has_spec, is_refused, unsure, delivered, evidence, ours) = fields;
        Row {
            spec: has_spec.then(|| b"spec".to_vec()),
            refused: is_refused.then(|| "why".into()),
            started: if unsure { Started::Unsure } else { Started::No },
            evidence_at: NOW + evidence,
            ours_until: NOW + ours,
            delivered,
            ..row(phase)
        }
    }))
}

fn any_view() -> impl Strategy<Value = View> {
    let job_of = (1u8..=9, any::<bool>(), -4_000i64..1, -200i64..1, 0u64..3);
    let seats = prop::collection::vec((0u16..9, -100i64..2_000, any::<bool>()), 0..3);
    (prop::option::of(job_of), prop::option::of(0i64..200), seats, 0u16..4).prop_map(
        |(found, since, seats, held)| {
            let seats = seats.into_iter();
            let seats =
                seats.map(|(node, left, lapsed)| SeatView { shard: 0, node, valid_until: NOW + left, lapsed });
            let found = found.map(|(state, ours, started, last, due)| {
                let mut found = job(state, ours, NOW + started, NOW + last);
                found.due = due;
                (JOB, found)
            });
            let is_open = found.as_ref().is_some_and(|(_, job)| job.state == 1);
            view(
                found.into_iter().collect(),
                since.filter(|_| is_open).map(|since| NOW - since),
                venue(seats.collect(), held),
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn whatever_is_remembered_the_chain_decides(
        view in any_view(), row in any_row(), working in any::<bool>(), draining in any::<bool>(), contested in any::<bool>(),
    ) {
        let working = if working { BTreeSet::from([JOB]) } else { BTreeSet::new() };
        let memory = Memory { working, draining, contested, ..Memory::of(row) };
        let actions = plan(&view, &memory.local());
        let row = memory.rows.get(&JOB);
        let account = view.jobs.get(&JOB);
        let runs_here = account.is_some_and(|job| job.state == 2 && view.is_ours(job));
        let is_assigned = view.assigned.contains_key(&JOB);
        let mut acts_on_chain = 0;
        for action in &actions {
            match action {
                Action::Start(_) | Action::Decline(_) | Action::DeclineUnavailable(_) => {
                    acts_on_chain += 1;
                    prop_assert!(is_assigned && row.is_some(), "{action:?}");
                }
                Action::Note(_) => prop_assert!(is_assigned && row.is_none_or(|row| row.phase == Phase::Over)),
                Action::Fetch(_) => prop_assert!(is_assigned),
                // Only what this agent started runs, and never what has a result or runs already.
                Action::Work(_) => {
                    let phase = row.map(|row| row.phase);
                    prop_assert!(runs_here && !memory.working.contains(&JOB));
                    prop_assert!(matches!(phase, Some(Phase::Started | Phase::Executing)), "{phase:?}");
                }
                Action::Heartbeat(_) => {
                    acts_on_chain += 1;
                    prop_assert!(runs_here && row.is_some_and(|row| row.phase < Phase::Finished));
                }
                Action::Finish { rejoin, .. } => {
                    acts_on_chain += 1;
                    prop_assert!(runs_here && row.is_some_and(|row| row.phase == Phase::Finished));
                    prop_assert!(rejoin.is_none() || !(draining || contested));
                }
                Action::RunOut(_) => prop_assert!(runs_here),
                Action::Close(_) => prop_assert!(row.is_some() && !runs_here && !is_assigned),
                Action::Collect(_) => prop_assert!(account.is_some_and(|job| job.due > 0 && job.state > 2)),
                Action::Join { .. } => prop_assert!(!draining && !contested && view.venues[0].member.seats < 2),
                Action::Renew { .. } => prop_assert!(!draining && !contested),
                _ => {}
            }
        }
        prop_assert!(acts_on_chain <= 1, "{actions:?}");
        // An own running job that does not end now gets its evidence in time.
        if let (true, Some(job), Some(row)) = (runs_here, account, row) {
            let is_own = matches!(row.phase, Phase::Started | Phase::Executing);
            let due = is_heartbeat_due(job, NOW, 15) && NOW < job.ends_at().unwrap();
            prop_assert_eq!(actions.contains(&Action::Heartbeat(JOB)), is_own && due);
        }
    }
}
