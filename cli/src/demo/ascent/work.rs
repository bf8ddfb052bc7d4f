//! Jobs of the host: served to their end, or left without a heartbeat.

use {
    super::{Deed, Place, SHARD, Scene, TERMS, plot},
    crate::{demo::JOB_LIMITS, error::CliError},
    gpu_market::{
        constants::{HOST_GRACE, LOST_INTERVALS},
        state::{Job, JobState, Outcome, PostParams},
    },
    gpu_market_agent::process::{self, Run},
    gpu_market_jobspec::Ending,
    gpu_market_sdk::{
        Address, Instruction, address,
        error::Refusal,
        events::Event,
        instructions::{Parties, Slash, expire, job, queue, stake},
        svm::Execution,
    },
    serde::Serialize,
    sha2::{Digest, Sha256},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::collections::BTreeSet,
};

/// Seconds until the host acknowledges; below the shortest window that a market may have.
const ACKNOWLEDGES: (u32, u32) = (5, 20);
/// Heartbeats that a host gives before it falls silent.
const BEATS_BEFORE_SILENCE: u32 = 2;

/// A job that a client of the story posted, when it had ended. Amounts are base units.
#[derive(Debug, Serialize)]
pub struct Served {
    pub client: &'static str,
    pub place: Place,
    /// Symbol of the token that the amounts are in; penalties are in the staked token.
    pub payment: String,
    pub state: String,
    pub posted_at: i64,
    pub ended_at: i64,
    /// Micro base units per second.
    pub rate: u64,
    /// Seconds.
    pub duration: u32,
    pub evidenced: u32,
    pub deposit: u64,
    pub paid: u64,
    pub fee: u64,
    pub tip: u64,
    pub due: u64,
    pub refunded: u64,
    pub penalty_to_client: u64,
    /// Whether the result on the chain is the SHA-256 of the output that the client got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
}

/// A job that runs on the host.
pub(super) struct Running {
    job: Address,
    client: usize,
    posted_at: i64,
    /// What its command came to, once it has started.
    run: Option<Run>,
}

impl Running {
    /// SHA-256 of what the command printed.
    fn result(&self) -> [u8; 32] {
        Sha256::digest(self.run.as_ref().map(|run| run.output.as_slice()).unwrap_or_default()).into()
    }

    fn outcome(&self) -> Outcome {
        let succeeded = self.run.as_ref().is_some_and(|run| run.ending == Ending::Exited { code: 0 });
        if succeeded { Outcome::Success } else { Outcome::ClientFault }
    }
}

/// How jobs went, together.
#[derive(Default)]
pub(super) struct Tally {
    pub jobs: usize,
    pub clients: BTreeSet<&'static str>,
    pub evidenced: u64,
    pub paid: u64,
    pub fee: u64,
    pub penalty: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.jobs += other.jobs;
        self.clients.extend(&other.clients);
        self.evidenced += other.evidenced;
        self.paid += other.paid;
        self.fee += other.fee;
        self.penalty += other.penalty;
    }

    /// Hours and minutes.
    pub fn time(&self) -> String {
        format!("{} h {:02} min", self.evidenced / 3_600, self.evidenced / 60 % 60)
    }
}

impl Scene<'_> {
    pub(super) fn join_instruction(&self, place: Place) -> Instruction {
        let venue = self.tale.venue(place);
        queue::join(queue::Seat {
            operator: self.tale.hero.operator.pubkey(),
            host: self.tale.hero.host,
            market: venue.address,
            terms: TERMS,
            shard: SHARD,
            min_rate: venue.terms.rate,
            access: None,
        })
    }

    /// Takes a seat, with the job at the head of the line if there is one.
    pub(super) fn join(&mut self, place: Place) -> Result<Execution, CliError> {
        let (join, operator) = (self.join_instruction(place), self.operator());
        self.send(join, &[&operator])
    }

    /// Takes a seat and is refused.
    pub(super) fn cannot_join(&mut self, place: Place) -> Result<Refusal, CliError> {
        let (join, operator) = (self.join_instruction(place), self.operator());
        self.chain.refused(join, &[&operator])
    }

    /// Serves `jobs` jobs side by side to a good end, with a heartbeat in every interval.
    pub(super) fn serve(&mut self, place: Place, jobs: usize) -> Result<Tally, CliError> {
        let running = self.begin(place, jobs)?;
        let terms = self.tale.venue(place).terms;
        let (least, most) = plot::WORK;
        let mut left = self.tale.dice.percent(self.tale.spec(place).max_duration, least, most);
        while left > terms.heartbeat_interval {
            self.beat(place, &running, terms.heartbeat_interval)?;
            left -= terms.heartbeat_interval;
        }
        self.chain.wait(left);
        let mut tally = Tally::default();
        for job in running {
            let finish = job::finish(job::Finish {
                operator: self.tale.hero.operator.pubkey(),
                parties: self.parties(place, &job),
                token: self.tale.venue(place).token,
                outcome: job.outcome(),
                result_hash: job.result(),
                slash: None,
            });
            let operator = self.operator();
            self.send(finish, &[&operator])?;
            tally.add(&self.ended(place, &job, 0)?);
        }
        Ok(tally)
    }

    /// Takes `jobs` jobs and falls silent, until the crank ends them.
    pub(super) fn lose(&mut self, place: Place, jobs: usize) -> Result<Tally, CliError> {
        let running = self.begin(place, jobs)?;
        let interval = self.tale.venue(place).terms.heartbeat_interval;
        for _ in 0..BEATS_BEFORE_SILENCE {
            self.beat(place, &running, interval)?;
        }
        let grace = u32::try_from(HOST_GRACE).unwrap_or(0);
        self.chain.wait(interval.saturating_mul(LOST_INTERVALS) + grace + 1);
        let mut tally = Tally::default();
        for job in running {
            let penalty = self.expire(place, &job)?;
            tally.add(&self.ended(place, &job, penalty)?);
        }
        Ok(tally)
    }

    /// Posts jobs of the clients in turn and starts them all.
    fn begin(&mut self, place: Place, jobs: usize) -> Result<Vec<Running>, CliError> {
        let mut running = Vec::new();
        for _ in 0..jobs {
            running.push(self.post(place)?);
        }
        let (soonest, latest) = ACKNOWLEDGES;
        let after = self.tale.dice.between(soonest, latest);
        self.chain.wait(after);
        let command = self.tale.spec(place).command().unwrap_or_default().to_vec();
        for job in &mut running {
            let start = job::start(job::Start {
                operator: self.tale.hero.operator.pubkey(),
                host: self.tale.hero.host,
                market: self.tale.venue(place).address,
                job: job.job,
                shard: SHARD,
                max_duration: self.tale.spec(place).max_duration,
            });
            let operator = self.operator();
            self.send(start, &[&operator])?;
            job.run = Some(process::run(&command, JOB_LIMITS).map_err(CliError::Execution)?);
        }
        Ok(running)
    }

    /// The next client posts a job; the host takes a seat for it, unless one of its seats waits.
    fn post(&mut self, place: Place) -> Result<Running, CliError> {
        let tale = &mut *self.tale;
        let client = tale.posted % tale.clients.len().max(1);
        tale.posted += 1;
        let venue = tale.venue(place).clone();
        let missing = || CliError::Missing { kind: "client", address: venue.token.mint.to_string() };
        let party = tale.clients.get(client).ok_or_else(missing)?;
        let account = *party.accounts.get(&venue.token.mint).ok_or_else(missing)?;
        let owner = party.owner.insecure_clone();
        let floor = tale.nonces.get(&account).copied().unwrap_or(0);
        let nonce = address::nonce_with_canonical_bump(&account, floor);
        tale.nonces.insert(account, nonce + 1);
        let spec = tale.spec(place);
        let post = job::Post {
            authority: owner.pubkey(),
            payer: self.chain.payer.pubkey(),
            market: venue.address,
            terms: TERMS,
            shard: SHARD,
            client: account,
            params: PostParams {
                nonce,
                max_rate: spec.max_rate,
                duration: spec.max_duration,
                spec_hash: spec.hash,
            },
        };
        let posted = self.send(job::post(post), &[&owner])?;
        let member = self.tale.hero.member(&venue);
        let taken = |event: &Event| matches!(event, Event::JobPosted(posted) if posted.member == member);
        if !posted.events.iter().any(taken) {
            self.join(place)?;
        }
        Ok(Running { job: post.job(), client, posted_at: self.chain.unix(), run: None })
    }

    /// A heartbeat of every job after `seconds`.
    fn beat(&mut self, place: Place, running: &[Running], seconds: u32) -> Result<(), CliError> {
        self.chain.wait(seconds);
        for job in running {
            let heartbeat = job::heartbeat(job::Heartbeat {
                operator: self.tale.hero.operator.pubkey(),
                host: self.tale.hero.host,
                market: self.tale.venue(place).address,
                job: job.job,
                checkpoint: [0; 32],
            });
            let operator = self.operator();
            self.send(heartbeat, &[&operator])?;
        }
        Ok(())
    }

    /// The crank ends a job whose host is silent; returns what that costs the host's bond.
    fn expire(&mut self, place: Place, running: &Running) -> Result<u64, CliError> {
        let venue = self.tale.venue(place).clone();
        let client = self.client_key(running.client)?;
        let slash = if venue.terms.sla_bps > 0 {
            let open = stake::open_credit(self.chain.payer.pubkey(), self.tale.hero.stake, client.pubkey());
            self.send(open, &[])?;
            Some(Slash::of(&self.tale.hero.owner.pubkey(), client.pubkey()))
        } else {
            None
        };
        let missing = || CliError::Missing { kind: "wallet", address: venue.token.mint.to_string() };
        let expire = expire::expire_running(expire::ExpireRunning {
            caller: self.crank.key.pubkey(),
            caller_tokens: self.crank.wallets.get(&venue.token.mint).copied().ok_or_else(missing)?,
            parties: self.parties(place, running),
            token: venue.token,
            slash,
        });
        let expired = self.send(expire, &[&self.crank.key.insecure_clone()])?;
        let penalty = |event: &Event| match event {
            Event::JobEnded(ended) => Some(ended.penalty),
            _ => None,
        };
        Ok(expired.events.iter().find_map(penalty).unwrap_or(0))
    }

    fn parties(&self, place: Place, running: &Running) -> Parties {
        let venue = self.tale.venue(place);
        let client = self.tale.clients.get(running.client);
        let account = client.and_then(|client| client.accounts.get(&venue.token.mint));
        Parties {
            job: running.job,
            client: account.copied().unwrap_or_default(),
            market: venue.address,
            host: self.tale.hero.host,
        }
    }

    fn client_key(&self, client: usize) -> Result<Keypair, CliError> {
        let missing = || CliError::Missing { kind: "client", address: client.to_string() };
        Ok(self.tale.clients.get(client).ok_or_else(missing)?.owner.insecure_clone())
    }

    /// Keeps the facts of a job that has ended, and has its client look at the result and close it.
    fn ended(&mut self, place: Place, running: &Running, penalty: u64) -> Result<Tally, CliError> {
        let job: Job = self.chain.get(&running.job)?;
        let state = job.state().map_err(Refusal::from)?;
        let finished = state == JobState::Completed;
        let name = self.tale.clients.get(running.client).map_or("", |client| client.name);
        let payment = self.chain.books.coin_of(&self.tale.venue(place).token.mint);
        self.tale.jobs.push(Served {
            client: name,
            place,
            payment: payment.map(|coin| coin.symbol.clone()).unwrap_or_default(),
            state: format!("{state:?}"),
            posted_at: running.posted_at,
            ended_at: job.ended_at,
            rate: job.rate,
            duration: job.duration,
            evidenced: job.evidenced,
            deposit: job.deposit,
            paid: job.paid,
            fee: job.fee,
            tip: job.tip_paid,
            due: job.due,
            refunded: job.refunded,
            penalty_to_client: penalty,
            verified: finished.then_some(job.result_hash == running.result()),
        });
        let owner = self.client_key(running.client)?;
        let close = job::close_job(job::CloseJob {
            caller: owner.pubkey(),
            client: job.client,
            job: running.job,
            rent_payer: job.rent_payer,
            closed_member: None,
        });
        self.chain.close("Job", &[running.job], &job.rent_payer, close, &[&owner])?;
        let evidenced = u64::from(job.evidenced);
        Ok(Tally { jobs: 1, clients: [name].into(), evidenced, paid: job.paid, fee: job.fee, penalty })
    }

    /// A day's or a shift's work, as a step.
    pub(super) fn note_served(&mut self, place: Place, tally: &Tally) {
        let venue = self.tale.venue(place);
        let (name, token) = (venue.name.clone(), venue.token);
        let rate = match place {
            Place::Community => &self.tale.plot.community,
            Place::Premium => &self.tale.plot.premium,
        };
        let rate = format!("{} {} an hour", rate.rate_per_hour, rate.payment);
        let what = format!(
            "serves {} in {name} for {}: {} of evidence at {rate}, {} of pay and {} of fees",
            jobs(tally.jobs),
            tally.clients.iter().copied().collect::<Vec<_>>().join(", "),
            tally.time(),
            self.show(token, tally.paid),
            self.show(token, tally.fee),
        );
        let step = self.step(Deed::Served, what);
        self.note(step);
    }
}

/// A number of jobs in words.
pub(super) fn jobs(count: usize) -> String {
    if count == 1 { "1 job".into() } else { format!("{count} jobs") }
}
