//! Doing one thing of a plan.

use {
    super::{Agent, IN_FLIGHT},
    crate::{
        AgentError, Report,
        chain::{Chain, ChainError},
        plan::{Action, costs_to_decline},
        state::{Phase, Row, Started},
        view::{VenueView, View},
    },
    gpu_market_jobspec::Hash,
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::decode,
        gpu_market::state::{Client, Job, Outcome},
        instructions::{
            Parties, Slash,
            host::{WithdrawEarnings, withdraw_earnings},
            job::{self, Decline, DeclineUnavailable, Finish, FirstReport, Heartbeat, Rejoin, Start},
            queue, stake,
        },
    },
};

/// What an action is, after "could not".
pub(super) fn describe(action: &Action) -> String {
    match action {
        Action::Note(job) | Action::Confirm(job) | Action::Evidence(job) => format!("remember job {job}"),
        Action::Fetch(job) => format!("get the spec of job {job}"),
        Action::Start(job) => format!("start job {job}"),
        Action::Decline(job) | Action::DeclineUnavailable(job) => format!("decline job {job}"),
        Action::Work(job) => format!("run job {job}"),
        Action::Heartbeat(job) => format!("give evidence of job {job}"),
        Action::RunOut(job) => format!("stop job {job}"),
        Action::Abandon(job) => format!("give up job {job}"),
        Action::Finish { job, .. } => format!("finish job {job}"),
        Action::Close(job) => format!("close job {job}"),
        Action::Deliver(job) => format!("store the result of job {job}"),
        Action::Collect(job) => format!("collect what job {job} owes"),
        Action::Renew { market, .. } => format!("renew a seat in market {market}"),
        Action::Leave { market, .. } => format!("leave market {market}"),
        Action::Join { market, .. } => format!("join market {market}"),
        Action::Withdraw { market } => format!("withdraw what was earned in market {market}"),
        Action::Alarm(alarm) => format!("say that {alarm}"),
    }
}

impl<C: Chain> Agent<C> {
    /// Does one thing. Returns whether anything changed.
    pub(super) async fn perform(&mut self, view: &View, action: &Action) -> Result<bool, AgentError> {
        match action {
            Action::Note(job) => self.note(view, *job),
            Action::Fetch(job) => self.fetch(view, *job).await,
            Action::Start(job) => self.start(view, *job).await,
            Action::Decline(job) => self.decline(view, *job).await,
            Action::DeclineUnavailable(job) => self.decline_unavailable(view, *job).await,
            Action::Confirm(job) => self.confirm(view, *job),
            Action::Work(job) => self.work(*job),
            Action::Evidence(job) => self.evidence(view, *job),
            Action::Heartbeat(job) => self.heartbeat(view, *job).await,
            Action::RunOut(job) => self.run_out(view, *job).await,
            Action::Abandon(job) => self.abandon(view, *job),
            Action::Finish { job, rejoin } => self.finish(view, *job, *rejoin).await,
            Action::Close(job) => self.close(view, *job).await,
            Action::Deliver(job) => self.deliver(*job).await,
            Action::Collect(job) => self.collect(view, *job).await,
            Action::Renew { market, shard, node } => {
                let renew = |seat| queue::renew(seat, *node);
                self.seat(view, market, *shard, renew, Report::Renewed(*market)).await
            }
            Action::Leave { market, shard, node } => self.leave(*market, *shard, *node).await,
            Action::Join { market, shard } => {
                self.seat(view, market, *shard, queue::join, Report::Joined(*market)).await
            }
            Action::Withdraw { market } => self.withdraw(view, market).await,
            Action::Alarm(alarm) => {
                if let crate::Alarm::ForeignStart(job) = alarm {
                    self.foreign.insert(*job);
                }
                self.raise(alarm.clone());
                Ok(false)
            }
        }
    }

    async fn send(&mut self, instructions: &[Instruction], report: Report) -> Result<bool, AgentError> {
        self.parts.chain.send(instructions).await?;
        self.reports.push(report);
        Ok(true)
    }

    fn note(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        let Some(account) = view.jobs.get(&job) else { return Ok(false) };
        self.state.write(Row::new(job, account.market))?;
        self.reports.push(Report::Assigned(job));
        Ok(true)
    }

    /// Starts a job. That a start was sent is on disk before it is.
    async fn start(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        let Some(account) = view.jobs.get(&job) else { return Ok(false) };
        let was = self.state.row(&job).map_or(Started::No, |row| row.started);
        self.state.update(&job, |row| {
            row.started = Started::Unsure;
            row.ours_until = view.now.saturating_add(IN_FLIGHT);
        })?;
        let start = job::start(Start {
            operator: self.parts.chain.operator(),
            host: self.config.host,
            market: account.market,
            job,
            shard: account.shard,
            max_duration: self.config.max_duration,
        });
        match self.send(&[start], Report::Started(job)).await {
            Ok(_) => {
                self.confirmed.insert(job);
                self.state.update(&job, |row| row.phase = row.phase.max(Phase::Started))?;
                Ok(true)
            }
            Err(error) => {
                if error.is_refusal() {
                    // It was not executed. If the job runs nevertheless, somebody else started it.
                    self.state.update(&job, |row| row.started = was)?;
                }
                Err(error)
            }
        }
    }

    /// A start that was sent before, and of which it was not known whether it was executed, was.
    fn confirm(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        let Some(account) = view.jobs.get(&job) else { return Ok(false) };
        self.state.update(&job, |row| {
            row.phase = Phase::Started;
            row.evidence_at = account.last_at;
        })?;
        self.reports.push(Report::Started(job));
        Ok(true)
    }

    fn evidence(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        let Some(account) = view.jobs.get(&job) else { return Ok(false) };
        let nothing_in_flight = self.confirmed.remove(&job);
        self.state.update(&job, |row| {
            row.evidence_at = account.last_at;
            if nothing_in_flight {
                row.ours_until = account.last_at;
            }
        })?;
        Ok(false)
    }

    async fn heartbeat(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        let Some(account) = view.jobs.get(&job) else { return Ok(false) };
        self.confirmed.remove(&job);
        self.state.update(&job, |row| row.ours_until = view.now.saturating_add(IN_FLIGHT))?;
        let heartbeat = job::heartbeat(Heartbeat {
            operator: self.parts.chain.operator(),
            host: self.config.host,
            market: account.market,
            job,
            checkpoint: [0; 32],
        });
        self.send(&[heartbeat], Report::Heartbeat(job)).await?;
        self.confirmed.insert(job);
        Ok(true)
    }

    async fn finish(&mut self, view: &View, job: Address, rejoin: Option<u8>) -> Result<bool, AgentError> {
        let (Some((account, venue)), Some(row)) = (of_job(view, &job), self.state.row(&job)) else {
            return Ok(false);
        };
        let (Some(outcome), Some(result)) = (row.outcome, row.result.as_deref()) else { return Ok(false) };
        let result_hash = Hash::of(result).0;
        let costs_bond = outcome == Outcome::HostFault && account.sla_bps > 0;
        let (mut instructions, slash) =
            if costs_bond { self.slash(view, account).await? } else { (Vec::new(), None) };
        let finish = Finish {
            operator: self.parts.chain.operator(),
            parties: self.parties(job, account),
            token: venue.venue.token,
            outcome,
            result_hash,
            slash,
        };
        instructions.push(match rejoin {
            None => job::finish(finish),
            Some(shard) => job::finish_and_rejoin(
                finish,
                Rejoin {
                    terms: venue.terms.number,
                    shard,
                    min_rate: venue.venue.min_rate,
                    access: venue.venue.access,
                },
            ),
        });
        self.parts.chain.send(&instructions).await?;
        Ok(true)
    }

    async fn decline(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        let Some((account, venue)) = of_job(view, &job) else { return Ok(false) };
        let costs_bond = costs_to_decline(&venue.member, view.now);
        let (mut instructions, slash) =
            if costs_bond { self.slash(view, account).await? } else { (Vec::new(), None) };
        instructions.push(job::decline(Decline {
            operator: self.parts.chain.operator(),
            parties: self.parties(job, account),
            shard: account.shard,
            slash,
        }));
        let reason = self.reason(&job).unwrap_or_else(|| "this host drains".into());
        self.send(&instructions, Report::Declined { job, reason }).await
    }

    async fn decline_unavailable(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        let Some((account, venue)) = of_job(view, &job) else { return Ok(false) };
        let first = if account.spec_declines > 0 { self.first_report(account).await? } else { None };
        let decline = job::decline_unavailable(DeclineUnavailable {
            operator: self.parts.chain.operator(),
            parties: self.parties(job, account),
            shard: account.shard,
            token: venue.venue.token,
            first,
        });
        let reason = self.reason(&job).unwrap_or_else(|| "its spec cannot be had".into());
        self.send(&[decline], Report::Declined { job, reason }).await
    }

    fn reason(&self, job: &Address) -> Option<String> {
        self.state.row(job).and_then(|row| row.refused.clone())
    }

    /// The member that reported a job's spec unavailable before.
    async fn first_report(&self, account: &Job) -> Result<Option<FirstReport>, AgentError> {
        let read = self.parts.chain.accounts(&[account.member]).await?;
        let member = read.into_iter().next().flatten();
        let member = member.and_then(|raw| decode::<gpu_market_sdk::gpu_market::state::Member>(&raw.data).ok());
        let earnings = member.map_or(account.member, |member| member.earnings);
        Ok(Some(FirstReport { member: account.member, earnings }))
    }

    /// What a penalty needs: the accounts, and the instruction that opens the client's credit if it is not open.
    async fn slash(&self, view: &View, account: &Job) -> Result<(Vec<Instruction>, Option<Slash>), AgentError> {
        let read = self.parts.chain.accounts(&[account.client]).await?;
        let missing = AgentError::Missing { account: "Client", address: account.client };
        let raw = read.into_iter().next().flatten().ok_or(missing)?;
        let client: Client =
            decode(&raw.data).map_err(|source| AgentError::Decode { address: account.client, source })?;
        let slash = Slash::of(&view.host.owner, client.owner);
        let credit = address::credit(&slash.stake, &slash.client_owner).0;
        let is_open = self.parts.chain.accounts(&[credit]).await?.into_iter().flatten().next().is_some();
        let open = stake::open_credit(self.parts.chain.operator(), slash.stake, client.owner);
        Ok((if is_open { Vec::new() } else { vec![open] }, Some(slash)))
    }

    /// Stops and forgets a job that is over.
    async fn close(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        self.clear(job).await;
        let account = view.jobs.get(&job);
        let was_over = self.state.row(&job).is_some_and(|row| row.phase == Phase::Over);
        let owes = account.is_some_and(|account| account.due > 0 && view.is_ours(account));
        self.state.update(&job, |row| {
            row.phase = Phase::Over;
            row.collected = !owes;
        })?;
        self.confirmed.remove(&job);
        if !was_over {
            let state = account.and_then(|account| account.state().ok());
            self.reports.push(Report::Ended { job, state, paid: account.map_or(0, |account| account.paid) });
        }
        Ok(true)
    }

    async fn collect(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        let Some((account, venue)) = of_job(view, &job) else { return Ok(false) };
        let collect = job::collect(self.parties(job, account), venue.venue.token);
        self.send(&[collect], Report::Collected(job)).await
    }

    async fn seat(
        &mut self,
        view: &View,
        market: &Address,
        shard: u8,
        instruction: impl FnOnce(queue::Seat) -> Instruction,
        report: Report,
    ) -> Result<bool, AgentError> {
        let Some(venue) = view.venue(market) else { return Ok(false) };
        let seat = queue::Seat {
            operator: self.parts.chain.operator(),
            host: self.config.host,
            market: *market,
            terms: venue.terms.number,
            shard,
            min_rate: venue.venue.min_rate,
            access: venue.venue.access,
        };
        self.send(&[instruction(seat)], report).await
    }

    async fn leave(&mut self, market: Address, shard: u8, node: u16) -> Result<bool, AgentError> {
        let caller = self.parts.chain.operator();
        let leave = queue::leave(queue::Leave { caller, host: self.config.host, market, shard, node });
        self.send(&[leave], Report::Left(market)).await
    }

    /// Withdraws everything to the owner, which the operator may do because it goes to nobody else.
    async fn withdraw(&mut self, view: &View, market: &Address) -> Result<bool, AgentError> {
        let venue = view.venue(market);
        let Some((venue, to)) = venue.and_then(|venue| Some((venue, venue.venue.withdraw?.to))) else {
            return Ok(false);
        };
        let withdraw = withdraw_earnings(WithdrawEarnings {
            authority: self.parts.chain.operator(),
            host: self.config.host,
            token: venue.venue.token,
            destination: to,
            amount: u64::MAX,
        });
        self.send(&[withdraw], Report::Withdrawn { market: *market, amount: venue.earnings }).await
    }

    fn parties(&self, job: Address, account: &Job) -> Parties {
        Parties { job, client: account.client, market: account.market, host: self.config.host }
    }
}

/// A job and its market.
fn of_job<'a>(view: &'a View, job: &Address) -> Option<(&'a Job, &'a VenueView)> {
    let account = view.jobs.get(job)?;
    Some((account, view.venue(&account.market)?))
}

impl AgentError {
    /// Whether it is known that a transaction was not executed.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Chain(ChainError::Refused { .. } | ChainError::Other(_)))
    }
}
