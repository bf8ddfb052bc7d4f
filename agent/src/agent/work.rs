//! The work of jobs that is going on.

use {
    super::Agent,
    crate::{
        AgentError, Report,
        chain::Chain,
        executor::{Done, Executor, ExecutorError, Task, WorkLimits},
        state::{Phase, Row},
        view::View,
    },
    gpu_market_jobspec::{Document, Ending, Hash, JobResult, Spec, Verdict, Work},
    gpu_market_sdk::{Address, gpu_market::state::Outcome},
    std::{
        collections::{BTreeSet, HashMap},
        sync::Arc,
    },
    tokio::task::{Id, JoinError, JoinSet},
};

/// How a task ended.
type Ended = Result<Done, ExecutorError>;

/// A task, and who executes it.
type Assigned = (Arc<dyn Executor>, Task);

/// Work that executors wait for.
#[derive(Default)]
pub(super) struct Works {
    tasks: JoinSet<Ended>,
    of_task: HashMap<Id, Address>,
    jobs: BTreeSet<Address>,
    /// Jobs whose time is over.
    run_out: BTreeSet<Address>,
    ended: Vec<(Address, Ended)>,
}

impl Works {
    pub(super) fn jobs(&self) -> &BTreeSet<Address> {
        &self.jobs
    }

    fn begin(&mut self, executor: Arc<dyn Executor>, task: Task) {
        let job = task.job;
        self.jobs.insert(job);
        let handle = self.tasks.spawn(async move { executor.run(&task).await });
        self.of_task.insert(handle.id(), job);
    }

    /// Waits for the next end.
    pub(super) async fn ended(&mut self) {
        if self.has_ended() {
            return;
        }
        match self.tasks.join_next_with_id().await {
            Some(joined) => self.note(joined),
            None => std::future::pending().await,
        }
    }

    /// Whether some have ended that nobody has looked at.
    pub(super) fn has_ended(&mut self) -> bool {
        while let Some(joined) = self.tasks.try_join_next_with_id() {
            self.note(joined);
        }
        !self.ended.is_empty()
    }

    fn note(&mut self, joined: Result<(Id, Ended), JoinError>) {
        let (id, done) = match joined {
            Ok((id, done)) => (id, done),
            Err(error) => (error.id(), Err(ExecutorError { executor: "the executor", reason: error.to_string() })),
        };
        self.ended.extend(self.of_task.remove(&id).map(|job| (job, done)));
    }

    fn take_ended(&mut self) -> Vec<(Address, Ended)> {
        self.has_ended();
        std::mem::take(&mut self.ended)
    }
}

/// What a job may use: what the host allows, or less if the spec asks for less.
fn limits(host: WorkLimits, spec: &Spec) -> WorkLimits {
    let asked = spec.memory_mib.map(|mib| u64::from(mib).saturating_mul(1 << 20));
    let memory = asked.into_iter().chain(host.memory).min();
    let output = spec.output_bytes.map_or(host.output, |bytes| host.output.min(bytes.into()));
    WorkLimits { memory, output, ..host }
}

impl<C: Chain> Agent<C> {
    /// The first executor that runs this work, or why none does.
    pub(super) fn executor_for(&self, work: &Work) -> Result<Arc<dyn Executor>, String> {
        let refusal =
            |executor: &Arc<dyn Executor>| Some(format!("{}: {}", executor.name(), executor.refusal(work)?));
        let fitting = self.parts.executors.iter().find(|executor| executor.refusal(work).is_none());
        let reasons = || self.parts.executors.iter().filter_map(refusal).collect::<Vec<_>>().join("; ");
        fitting.cloned().ok_or_else(|| format!("no executor runs this: {}", reasons()))
    }

    /// Begins the work of a job, or takes it up again. That it begins is on disk before it does.
    pub(super) fn work(&mut self, job: Address) -> Result<bool, AgentError> {
        let Some((executor, task)) = self.task(job)? else { return Ok(false) };
        self.state.update(&job, |row| row.phase = Phase::Executing)?;
        self.reports.push(Report::Working { job, executor: executor.name() });
        self.works.begin(executor, task);
        Ok(true)
    }

    fn task(&self, job: Address) -> Result<Option<Assigned>, AgentError> {
        let Some(spec) = self.state.row(&job).and_then(|row| row.spec.as_deref()) else { return Ok(None) };
        let spec = Spec::parse(spec)?;
        let work = spec.work()?;
        let Ok(executor) = self.executor_for(&work) else { return Ok(None) };
        let task = Task { job, work, limits: limits(self.config.limits, &spec), env: spec.env };
        Ok(Some((executor, task)))
    }

    /// Stops the work of a job whose time is over. What it wrote until then is its result.
    pub(super) async fn run_out(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        if self.state.row(&job).is_some_and(|row| row.phase == Phase::Started) {
            // It never began.
            return self.abandon(view, job);
        }
        if !self.works.run_out.insert(job) {
            // What was not yet there to be stopped may be there now.
            self.stop(job).await;
            return Ok(false);
        }
        if !self.works.jobs.contains(&job) {
            self.work(job)?;
        }
        self.stop(job).await;
        Ok(true)
    }

    async fn stop(&mut self, job: Address) {
        for executor in self.parts.executors.clone() {
            if let Err(error) = executor.stop(job).await {
                self.reports.push(Report::Failed { what: format!("stop job {job}"), reason: error.to_string() });
            }
        }
    }

    /// Stops the work of a job that is over, and removes what it left.
    pub(super) async fn clear(&mut self, job: Address) {
        self.stop(job).await;
        if self.works.jobs.contains(&job) {
            // Cleared once it has ended.
            return;
        }
        for executor in self.parts.executors.clone() {
            if let Err(error) = executor.clear(job).await {
                let what = format!("remove what job {job} left");
                self.reports.push(Report::Failed { what, reason: error.to_string() });
            }
        }
    }

    /// Remembers the results of work that ended. Returns whether there were any.
    pub(super) async fn take_results(&mut self) -> Result<bool, AgentError> {
        let ended = self.works.take_ended();
        let any = !ended.is_empty();
        for (job, done) in ended {
            self.works.jobs.remove(&job);
            let has_run_out = self.works.run_out.remove(&job);
            if self.state.row(&job).is_none_or(|row| row.phase != Phase::Executing) {
                self.clear(job).await;
                continue;
            }
            match done {
                Ok(done) if has_run_out => self.finished(job, Done { ending: out_of_time(done.ending), ..done })?,
                Ok(done) => self.finished(job, done)?,
                Err(error) if has_run_out => self.finished(job, lost(error.to_string()))?,
                // It is taken up again by the next plan.
                Err(error) => {
                    let what = format!("run job {job}");
                    self.reports.push(Report::Failed { what, reason: error.to_string() });
                }
            }
        }
        Ok(any)
    }

    /// Says that a job's work was lost, or never begun.
    pub(super) fn abandon(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        let Some(account) = view.jobs.get(&job) else { return Ok(false) };
        if self.state.row(&job).is_none() {
            let seen =
                Row { evidence_at: account.last_at, ours_until: account.last_at, ..Row::new(job, account.market) };
            self.state.write(seen)?;
        }
        let spec = Hash(account.spec_hash);
        self.remember(job, spec, lost("the host lost the work of this job".into()))?;
        Ok(true)
    }

    fn finished(&mut self, job: Address, done: Done) -> Result<(), AgentError> {
        let spec = self.state.row(&job).and_then(|row| row.spec.as_deref()).map(Hash::of);
        self.remember(job, spec.unwrap_or(Hash([0; 32])), done)
    }

    /// Writes a result down.
    fn remember(&mut self, job: Address, spec: Hash, done: Done) -> Result<(), AgentError> {
        let note = if done.note.is_empty() {
            format!("{:?}", done.ending)
        } else {
            format!("{:?}: {}", done.ending, done.note)
        };
        let result = JobResult::new(job.to_string(), spec, done.ending, done.note, &done.output);
        let document = result.canonical()?;
        self.reports.push(Report::Worked { job, result: Hash::of(&document), note });
        self.state.update(&job, |row| {
            row.phase = Phase::Finished;
            row.outcome = Some(outcome(result.verdict));
            row.result = Some(document);
        })
    }

    /// Writes down the processes of work that began.
    pub(super) async fn note_processes(&mut self) -> Result<(), AgentError> {
        let unknown = |row: &&Row| row.phase == Phase::Executing && row.pid.is_none();
        let jobs: Vec<_> = self.state.rows().values().filter(unknown).map(|row| row.job).collect();
        for job in jobs {
            for executor in self.parts.executors.clone() {
                if let Ok(Some(pid)) = executor.process(job).await {
                    self.state.update(&job, |row| row.pid = Some(pid))?;
                }
            }
        }
        Ok(())
    }
}

/// How work ended that was stopped because its time was over, unless it ended by itself just before.
fn out_of_time(ending: Ending) -> Ending {
    match ending {
        Ending::Signalled | Ending::Interrupted => Ending::OutOfTime,
        other => other,
    }
}

fn lost(note: String) -> Done {
    Done { ending: Ending::Interrupted, output: Vec::new(), note }
}

fn outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Success => Outcome::Success,
        Verdict::ClientFault => Outcome::ClientFault,
        Verdict::HostFault => Outcome::HostFault,
    }
}
