//! What everybody learns from the program's events.

use {
    super::Day,
    crate::error::CliError,
    gpu_market::{
        events::{AssignmentFailed, FailureReason, HostRejoined, JobCancelled, JobEnded, JobFinished},
        state::{JobState, Outcome},
    },
    gpu_market_sdk::{Address, events::Event},
};

/// How long a host takes a break, in seconds.
const BREAK: (u32, u32) = (60, 600);

impl Day<'_> {
    pub(super) fn observe(&mut self, event: &Event) -> Result<(), CliError> {
        match event {
            Event::JobPosted(posted) => self.queued_or_assigned(posted.job, posted.member),
            Event::SeatJoined(seat) => self.seated(seat.member, seat.job, seat.valid_until),
            Event::SeatRenewed(seat) => self.seated(seat.member, Address::default(), seat.valid_until),
            Event::JobMatched(matched) => self.queued_or_assigned(matched.job, matched.member),
            Event::JobStarted(started) => self.tell(started.job, "Running"),
            Event::JobExtended(extended) => self.tell(extended.job, &format!("extended by {} s", extended.seconds)),
            Event::JobDisputed(disputed) => self.tell(disputed.job, "disputed"),
            Event::JobFinished(finished) => {
                self.finished(finished)?;
                self.rest(finished.member)
            }
            Event::HostRejoined(rejoined) => self.rejoined(rejoined),
            Event::JobEnded(ended) => self.ended_by_other(ended),
            Event::JobCancelled(cancelled) => self.cancelled(cancelled),
            Event::AssignmentFailed(failed) => self.assignment_failed(failed),
            _ => Ok(()),
        }
    }

    fn tell(&mut self, job: Address, what: &str) -> Result<(), CliError> {
        if let Some(job) = self.jobs_by_address.get(&job).copied() {
            self.note(job, what, None);
        }
        Ok(())
    }

    fn queued_or_assigned(&mut self, job: Address, member: Address) -> Result<(), CliError> {
        let Some(job) = self.jobs_by_address.get(&job).copied() else {
            return Ok(());
        };
        match self.hosts_by_member.get(&member).copied() {
            Some(host) => self.assigned(job, host),
            None => {
                self.note(job, "Queued", None);
                Ok(())
            }
        }
    }

    /// A seat waits, or was given a job.
    fn seated(&mut self, member: Address, job: Address, valid_until: i64) -> Result<(), CliError> {
        let Some(host) = self.hosts_by_member.get(&member).copied() else {
            return Ok(());
        };
        match self.jobs_by_address.get(&job).copied() {
            Some(job) => self.assigned(job, host),
            None => {
                self.plan_renewal(host, valid_until);
                Ok(())
            }
        }
    }

    fn finished(&mut self, finished: &JobFinished) -> Result<(), CliError> {
        let Some(job) = self.jobs_by_address.get(&finished.job).copied() else {
            return Ok(());
        };
        let what = match u8::try_from(finished.outcome).ok().and_then(|outcome| Outcome::from_u8(outcome).ok()) {
            Some(Outcome::Success) => "Completed",
            Some(Outcome::ClientFault) => "Failed: client fault",
            _ => "Failed: host fault",
        };
        self.note(job, what, None);
        self.records[job].over = true;
        self.records[job].penalty[0] += finished.penalty;
        self.check_result(job)
    }

    fn rejoined(&mut self, rejoined: &HostRejoined) -> Result<(), CliError> {
        self.finished(&rejoined.finished)?;
        if rejoined.refusal != 0 {
            return self.rest(rejoined.finished.member);
        }
        self.seated(rejoined.finished.member, rejoined.next_job, rejoined.valid_until)
    }

    /// A host without seat takes a break.
    fn rest(&mut self, member: Address) -> Result<(), CliError> {
        if let Some(host) = self.hosts_by_member.get(&member).copied() {
            let after = self.dice.between(BREAK.0, BREAK.1);
            self.idle(host, after);
        }
        Ok(())
    }

    fn ended_by_other(&mut self, ended: &JobEnded) -> Result<(), CliError> {
        let Some(job) = self.jobs_by_address.get(&ended.job).copied() else {
            return Ok(());
        };
        let state = u8::try_from(ended.state).ok().and_then(|state| JobState::from_u8(state).ok());
        self.note(job, state.map(|state| format!("{state:?}")).unwrap_or_default(), None);
        self.records[job].over = true;
        self.records[job].penalty[0] += ended.penalty;
        self.rest(ended.member)
    }

    fn cancelled(&mut self, cancelled: &JobCancelled) -> Result<(), CliError> {
        let Some(job) = self.jobs_by_address.get(&cancelled.job).copied() else {
            return Ok(());
        };
        self.note(job, "Cancelled", None);
        self.records[job].over = true;
        let Some(host) = self.hosts_by_member.get(&cancelled.member).copied() else {
            return Ok(());
        };
        // The seat waits again, unless it took the next job.
        let valid_until = self.waiting_seat(host)?.map_or(0, |slot| slot.node.valid_until);
        self.seated(cancelled.member, cancelled.next_job, valid_until)
    }

    fn assignment_failed(&mut self, failed: &AssignmentFailed) -> Result<(), CliError> {
        let Some(job) = self.jobs_by_address.get(&failed.job).copied() else {
            return Ok(());
        };
        let what = match failed.reason {
            reason if reason == FailureReason::Declined as u32 => "declined",
            reason if reason == FailureReason::SpecUnavailable as u32 => "spec unavailable",
            reason if reason == FailureReason::MissedAck as u32 => "not acknowledged",
            _ => "host unfit",
        };
        self.note(job, what, None);
        let penalty = [failed.penalty_client, failed.penalty_treasury, failed.penalty_tip];
        self.records[job].penalty.iter_mut().zip(penalty).for_each(|(sum, part)| *sum += part);
        if failed.state == JobState::Expired as u32 {
            self.note(job, "Expired", None);
            self.records[job].over = true;
        } else {
            self.queued_or_assigned(failed.job, failed.next_member)?;
        }
        self.rest(failed.member)
    }
}
