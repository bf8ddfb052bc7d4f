//! What hosts do, honest ones and others.

use {
    super::{Action, Day, Phase},
    crate::{
        demo::{
            JOB_LIMITS,
            cast::{Host, Story, Vice},
        },
        error::CliError,
        spec::Work,
    },
    gpu_market::state::{Job, Member, NodeKind, Outcome},
    gpu_market_agent::process::{self, Run},
    gpu_market_jobspec::Ending,
    gpu_market_sdk::{
        address,
        decode::{ShardAccount, Slot},
        instructions::{job, queue},
        quote,
    },
    sha2::{Digest, Sha256},
    solana_signer::Signer,
};

/// A host renews its seat that many seconds before it lapses.
const RENEW_BEFORE: i64 = 300;

impl Day<'_> {
    fn seat(&self, host: &Host) -> queue::Seat {
        let venue = &self.world.venues[host.venue];
        queue::Seat {
            operator: host.operator.pubkey(),
            host: host.address,
            market: venue.address,
            terms: 1,
            shard: 0,
            min_rate: venue.terms.rate,
            access: None,
        }
    }

    pub(super) fn join(&mut self, host: usize) -> Result<(), CliError> {
        if self.phase == Phase::Night || self.standing[host].gone {
            return Ok(());
        }
        let party = &self.world.hosts[host];
        let member: Member = self.chain.get(&party.member)?;
        let barred = member.join_barred_until - self.chain.unix();
        if barred > 0 {
            self.plan(u32::try_from(barred).unwrap_or(u32::MAX), Action::Join { host });
            return Ok(());
        }
        let (join, operator) = (queue::join(self.seat(party)), party.operator.insecure_clone());
        self.execute(join, &operator).map(|_| ())
    }

    /// The host's waiting seat.
    pub(super) fn waiting_seat(&self, host: usize) -> Result<Option<Slot>, CliError> {
        let party = &self.world.hosts[host];
        let market = self.world.venues[party.venue].address;
        let shard: ShardAccount = self.chain.get(&address::shard(&market, 0).0)?;
        let mut slots = (0..).zip(&shard.nodes).map(|(index, node)| Slot { index, node: *node });
        Ok(slots.find(|slot| slot.node.is(NodeKind::Waiting) && slot.node.member == party.member))
    }

    /// Plans the renewal of a seat that waits until `valid_until`.
    pub(super) fn plan_renewal(&mut self, host: usize, valid_until: i64) {
        let after = valid_until - RENEW_BEFORE - self.chain.unix();
        self.plan(u32::try_from(after).unwrap_or(0), Action::Renew { host });
    }

    pub(super) fn renew(&mut self, host: usize) -> Result<(), CliError> {
        let soon = self.chain.unix() + RENEW_BEFORE;
        let Some(slot) = self.waiting_seat(host)?.filter(|slot| slot.node.valid_until <= soon) else {
            return Ok(());
        };
        if self.phase == Phase::Night || self.chain.unix() >= slot.node.valid_until {
            return Ok(());
        }
        let party = &self.world.hosts[host];
        let (renew, operator) = (queue::renew(self.seat(party), slot.index), party.operator.insecure_clone());
        self.execute(renew, &operator).map(|_| ())
    }

    pub(super) fn leave(&mut self, host: usize) -> Result<(), CliError> {
        let Some(slot) = self.waiting_seat(host)? else {
            return Ok(());
        };
        let party = &self.world.hosts[host];
        let leave = queue::leave(queue::Leave {
            caller: party.operator.pubkey(),
            host: party.address,
            market: self.world.venues[party.venue].address,
            shard: 0,
            node: slot.index,
        });
        let operator = party.operator.insecure_clone();
        self.execute(leave, &operator).map(|_| ())
    }

    /// A job was assigned to a host: it will react, unless that is what it never does.
    pub(super) fn assigned(&mut self, job: usize, host: usize) -> Result<(), CliError> {
        self.note(job, "Assigned", Some(host));
        let record = &mut self.records[job];
        record.host = Some(host);
        record.turn += 1;
        let turn = record.turn;
        if record.posting.story == Story::CancelsAssigned {
            self.plan(2, Action::Cancel { job });
        }
        let asleep = self.vice(host) == Some(Vice::NeverAcknowledges);
        if asleep {
            self.standing[host].shown = true;
            self.standing[host].gone = true;
            return Ok(());
        }
        let slowest = self.venue_of(job).terms.ack_window / 3;
        let after = self.dice.between(5, slowest.max(6));
        self.plan(after, Action::Acknowledge { job, turn });
        Ok(())
    }

    /// The vice of a host that it has not shown yet.
    fn vice(&self, host: usize) -> Option<Vice> {
        self.world.hosts[host].vice.filter(|_| !self.standing[host].shown)
    }

    /// Starts an assigned job, or declines it.
    pub(super) fn acknowledge(&mut self, job: usize, turn: u32) -> Result<(), CliError> {
        let record = &self.records[job];
        let Some(host) = record.host.filter(|_| record.turn == turn && !record.over) else {
            return Ok(());
        };
        let account = self.job(job)?;
        if account.require_open().is_err() {
            return Ok(());
        }
        let spec = self.spec_of(job);
        match &spec.work {
            // What it was given is not what the client posted.
            _ if spec.hash != account.spec_hash => self.report_unavailable(job, host),
            Work::Image(_) => self.report_unavailable(job, host),
            Work::Command(_) if self.vice(host) == Some(Vice::Declines) => self.decline(job, host),
            Work::Command(command) => {
                let run = match self.vice(host) {
                    // It does nothing and delivers nothing.
                    Some(Vice::FakesResult) => {
                        Run { output: Vec::new(), ending: Ending::Exited { code: 0 }, note: String::new() }
                    }
                    _ => process::run(command, JOB_LIMITS).map_err(CliError::Execution)?,
                };
                self.records[job].run = Some(run);
                self.start(job, host)
            }
        }
    }

    /// No host of the demo has a container engine.
    fn report_unavailable(&mut self, job: usize, host: usize) -> Result<(), CliError> {
        let account = self.job(job)?;
        let party = &self.world.hosts[host];
        let reporter = self.hosts_by_member.get(&account.member).filter(|first| **first != host);
        let reporter = reporter.map(|first| &self.world.hosts[*first]);
        let token = self.venue_of(job).token;
        let first = reporter.map(|first| job::FirstReport {
            member: first.member,
            earnings: address::earnings(&first.address, &token.mint).0,
        });
        let decline = job::decline_unavailable(job::DeclineUnavailable {
            operator: party.operator.pubkey(),
            parties: self.parties(job, &account, party),
            shard: account.shard,
            token,
            first,
        });
        let operator = party.operator.insecure_clone();
        self.execute(decline, &operator).map(|_| ())
    }

    fn decline(&mut self, job: usize, host: usize) -> Result<(), CliError> {
        self.standing[host].shown = true;
        let account = self.job(job)?;
        let party = &self.world.hosts[host];
        let decline = job::decline(job::Decline {
            operator: party.operator.pubkey(),
            parties: self.parties(job, &account, party),
            shard: account.shard,
            slash: None,
        });
        let operator = party.operator.insecure_clone();
        self.execute(decline, &operator).map(|_| ())
    }

    fn start(&mut self, job: usize, host: usize) -> Result<(), CliError> {
        let account = self.job(job)?;
        let party = &self.world.hosts[host];
        let start = job::start(job::Start {
            operator: party.operator.pubkey(),
            host: party.address,
            market: account.market,
            job: self.records[job].address,
            shard: account.shard,
            max_duration: u32::MAX,
        });
        let operator = party.operator.insecure_clone();
        self.execute(start, &operator)?;
        self.plan_work(job, host, &account);
        Ok(())
    }

    /// Decides how long the job will take, and what interrupts it.
    fn plan_work(&mut self, job: usize, host: usize, account: &Job) {
        let (duration, story) = (account.duration, self.records[job].posting.story);
        let extension = self.records[job].posting.extension;
        let mut work = self.dice.percent(duration, 35, 92).max(30);
        match story {
            Story::EndsEarly => {
                let after = self.dice.percent(work, 40, 80);
                self.plan(after, Action::End { job });
            }
            Story::Extends if extension > 0 => {
                let after = self.dice.percent(duration, 20, 80);
                self.plan(after, Action::Extend { job });
                work = duration + self.dice.percent(extension, 30, 90);
            }
            _ => {}
        }
        match self.vice(host) {
            Some(Vice::Dies) => {
                // Before the work is done, which takes a third of the time at least.
                let after = self.dice.percent(duration, 15, 30);
                self.records[job].dies_at = Some(self.chain.unix() + i64::from(after));
            }
            Some(Vice::ReportsFault) => work = self.dice.percent(duration, 20, 50),
            _ => {}
        }
        if self.vice(host) != Some(Vice::NeverFinishes) {
            self.plan(work, Action::Finish { job });
        }
        if self.dice.chance(30) {
            self.plan(work / 2, Action::Collect { job });
        }
        self.plan_heartbeat(job, account.heartbeat_interval);
    }

    /// Hosts are a little early.
    fn plan_heartbeat(&mut self, job: usize, interval: u32) {
        let after = self.dice.percent(interval, 80, 100);
        self.plan(after, Action::Heartbeat { job });
    }

    fn is_dead(&self, job: usize) -> bool {
        self.records[job].dies_at.is_some_and(|at| self.chain.unix() >= at)
    }

    pub(super) fn heartbeat(&mut self, job: usize) -> Result<(), CliError> {
        if self.is_dead(job) || !self.is_running(job)? {
            return Ok(());
        }
        let account = self.job(job)?;
        let Some(party) = self.host_of(job) else {
            return Ok(());
        };
        let heartbeat = job::heartbeat(job::Heartbeat {
            operator: party.operator.pubkey(),
            host: party.address,
            market: account.market,
            job: self.records[job].address,
            checkpoint: [0; 32],
        });
        let operator = party.operator.insecure_clone();
        self.execute(heartbeat, &operator)?;
        self.plan_heartbeat(job, account.heartbeat_interval);
        Ok(())
    }

    /// Moves what a running job has earned so far.
    pub(super) fn collect(&mut self, job: usize) -> Result<(), CliError> {
        if !self.is_running(job)? {
            return Ok(());
        }
        let account = self.job(job)?;
        let Some(party) = self.host_of(job) else {
            return Ok(());
        };
        if quote::collectable(&account)?.pay == 0 {
            return Ok(());
        }
        let collect = job::collect(self.parties(job, &account, party), self.venue_of(job).token);
        // Anyone may, without a signature.
        let payer = self.chain.payer.insecure_clone();
        self.execute(collect, &payer).map(|_| ())
    }

    pub(super) fn finish(&mut self, job: usize) -> Result<(), CliError> {
        if self.is_dead(job) || !self.is_running(job)? {
            return Ok(());
        }
        let Some(host) = self.records[job].host else {
            return Ok(());
        };
        let vice = self.vice(host);
        let account = self.job(job)?;
        let (outcome, result_hash) = self.result(job, vice);
        let slash =
            if outcome == Outcome::HostFault && account.sla_bps > 0 { Some(self.slash(job, host)?) } else { None };
        let party = &self.world.hosts[host];
        let finish = job::Finish {
            operator: party.operator.pubkey(),
            parties: self.parties(job, &account, party),
            token: self.venue_of(job).token,
            outcome,
            result_hash,
            slash,
        };
        let rejoin =
            job::Rejoin { terms: 1, shard: 0, min_rate: self.world.venues[party.venue].terms.rate, access: None };
        let stays = vice != Some(Vice::ReportsFault) && self.dice.chance(75);
        let finish = if stays { job::finish_and_rejoin(finish, rejoin) } else { job::finish(finish) };
        let operator = party.operator.insecure_clone();
        if vice.is_some() {
            self.standing[host].shown = true;
        }
        self.execute(finish, &operator).map(|_| ())
    }

    /// How the job went and what the host says that its result is.
    fn result(&self, job: usize, vice: Option<Vice>) -> (Outcome, [u8; 32]) {
        let run = self.records[job].run.as_ref();
        let output = run.map(|run| run.output.as_slice()).unwrap_or_default();
        let honest = Sha256::digest(output).into();
        match vice {
            Some(Vice::ReportsFault) => (Outcome::HostFault, honest),
            Some(Vice::FakesResult) => (Outcome::Success, Sha256::digest(b"nobody will look").into()),
            _ if run.is_some_and(|run| run.ending == Ending::Exited { code: 0 }) => (Outcome::Success, honest),
            _ => (Outcome::ClientFault, honest),
        }
    }

    /// A host without seat comes back after a while, if it does at all.
    pub(super) fn idle(&mut self, host: usize, after: u32) {
        if !self.standing[host].gone {
            self.plan(after, Action::Join { host });
        }
    }
}
