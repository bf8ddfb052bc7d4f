//! What to do about jobs.

use {
    super::{Action, Local, seats},
    crate::{
        report::Alarm,
        state::{Phase, Row, Started},
        view::{Assignment, View, runs},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::{Job, Member},
    },
    std::collections::BTreeSet,
};

/// Seconds before a time is over in which there is no waiting any more: a spec that is not there is given up before the
/// first half of the acknowledgement window is over, since after it that is no reason to decline, and any other job
/// before the whole window is.
const LAST_CALL: i64 = 15;

pub(super) fn plan(view: &View, local: &Local<'_>) -> Vec<Action> {
    let jobs: BTreeSet<Address> =
        view.assigned.keys().chain(view.jobs.keys()).chain(local.rows.keys()).copied().collect();
    let mut actions = Vec::new();
    for job in jobs {
        let row = local.rows.get(&job);
        if row.is_some_and(|row| row.phase >= Phase::Finished && row.result.is_some() && !row.delivered) {
            actions.push(Action::Deliver(job));
        }
        match (view.jobs.get(&job), view.assigned.get(&job)) {
            (Some(account), Some(assignment)) if account.require_open().is_ok() => {
                actions.push(assigned(job, account, assignment, row, view, local));
            }
            (Some(account), None) if runs(account) && view.is_ours(account) => {
                actions.extend(running(job, account, row, view, local));
            }
            (account, _) => actions.extend(elsewhere(job, account, row, view)),
        }
    }
    actions
}

/// A job that is assigned to the host.
fn assigned(
    job: Address,
    account: &Job,
    assignment: &Assignment,
    row: Option<&Row>,
    view: &View,
    local: &Local<'_>,
) -> Action {
    let Some(row) = row.filter(|row| row.phase != Phase::Over) else { return Action::Note(job) };
    let waited = view.now.saturating_sub(assignment.since);
    let window = i64::from(account.ack_window);
    let half = window.checked_div(2).unwrap_or_default();
    if local.draining && waited <= window && may_decline_freely(view, &account.market) {
        return Action::Decline(job);
    }
    if row.spec.is_some() && row.refused.is_none() {
        // After its window too: the host may start it until somebody takes it away.
        return Action::Start(job);
    }
    let gives_up = row.refused.is_some() || waited > half.saturating_sub(LAST_CALL);
    if gives_up && waited <= half {
        return Action::DeclineUnavailable(job);
    }
    let is_last_call = waited > window.saturating_sub(LAST_CALL);
    if waited <= window && (row.refused.is_some() || is_last_call) {
        return Action::Decline(job);
    }
    Action::Fetch(job)
}

/// Whether another decline by choice costs nothing.
fn may_decline_freely(view: &View, market: &Address) -> bool {
    view.venue(market).is_some_and(|venue| !costs_to_decline(&venue.member, view.now))
}

/// Whether a decline by choice at `now` costs the member a slice of its bond.
pub(crate) fn costs_to_decline(member: &Member, now: i64) -> bool {
    let mut member = *member;
    member.decline(now).unwrap_or(true)
}

/// A job that runs on the host.
fn running(job: Address, account: &Job, row: Option<&Row>, view: &View, local: &Local<'_>) -> Vec<Action> {
    let Some(row) = row.filter(|row| row.phase != Phase::Over) else { return foreign(job, local) };
    if row.phase == Phase::Assigned {
        return if row.started == Started::Unsure { vec![Action::Confirm(job)] } else { foreign(job, local) };
    }
    let mut actions = Vec::new();
    if account.last_at > row.evidence_at {
        let is_own = account.last_at <= row.ours_until;
        actions.push(if is_own { Action::Evidence(job) } else { Action::Alarm(Alarm::ForeignHeartbeat(job)) });
    }
    let time_is_over = account.ends_at().is_ok_and(|end| view.now >= end);
    match row.phase {
        Phase::Finished => {
            let rejoin = seats::to_rejoin(view, &account.market, local);
            actions.push(Action::Finish { job, rejoin });
            return actions;
        }
        Phase::Executing | Phase::Started if time_is_over => actions.push(Action::RunOut(job)),
        Phase::Executing | Phase::Started if !local.working.contains(&job) => actions.push(Action::Work(job)),
        _ => {}
    }
    if !time_is_over && is_heartbeat_due(account, view.now, local.heartbeat_margin) {
        actions.push(Action::Heartbeat(job));
    }
    actions
}

/// Whether a heartbeat is due: an interval is over since the last evidence, or almost.
pub(super) fn is_heartbeat_due(account: &Job, now: i64, margin: u32) -> bool {
    let interval = account.heartbeat_interval;
    let margin = margin.min(interval.checked_div(2).unwrap_or_default());
    let after = i64::from(interval.saturating_sub(margin));
    now >= account.last_at.saturating_add(after)
}

/// A job that runs on the host and that this agent did not start.
fn foreign(job: Address, local: &Local<'_>) -> Vec<Action> {
    if local.take_over { vec![Action::Abandon(job)] } else { vec![Action::Alarm(Alarm::ForeignStart(job))] }
}

/// A job that is over, closed or somebody else's.
fn elsewhere(job: Address, account: Option<&Job>, row: Option<&Row>, view: &View) -> Option<Action> {
    let row = row?;
    let owes = |account: &Job| account.due > 0 && view.is_ours(account) && account.require_terminal().is_ok();
    match row.phase {
        Phase::Over if row.collected => None,
        Phase::Over if account.is_some_and(owes) => Some(Action::Collect(job)),
        _ => Some(Action::Close(job)),
    }
}
