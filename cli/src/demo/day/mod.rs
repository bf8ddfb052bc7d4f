//! The day itself: an agenda of actions, each at its second, and what the chain's events add to it.

mod clients;
mod crank;
mod events;
mod hosts;

use {
    super::{
        calendar::clock,
        cast::{Host, Story, Venue},
        chain::Chain,
        dice::Dice,
        progress::Progress,
        script::{Posting, Script},
        world::World,
    },
    crate::{error::CliError, spec::JobSpec},
    gpu_market::state::{Job, JobState},
    gpu_market_agent::process::Run,
    gpu_market_sdk::{
        Address, Instruction,
        instructions::{Parties, Slash},
        svm::Execution,
    },
    serde::Serialize,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::{
        cmp::Reverse,
        collections::{BTreeMap, BinaryHeap},
    },
};

/// Seconds between two looks of the crank at all deadlines.
const CRANK_PERIOD: u32 = 30;
/// No day lasts longer.
const LONGEST_DAY: i64 = 14 * 86_400;

/// Something to do. Jobs, hosts and postings are named by their index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Join { host: usize },
    Renew { host: usize },
    Post { posting: usize },
    Acknowledge { job: usize, turn: u32 },
    Heartbeat { job: usize },
    Collect { job: usize },
    Finish { job: usize },
    Cancel { job: usize },
    Extend { job: usize },
    End { job: usize },
    Dispute { job: usize },
    Crank,
}

/// Where a job was at a time.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub at: i64,
    pub what: String,
    /// Host concerned, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// A job that was posted.
pub struct Record {
    pub posting: Posting,
    pub venue: usize,
    pub address: Address,
    pub trail: Vec<Step>,
    /// The host that it is or was last assigned to.
    pub host: Option<usize>,
    /// Counts assignments, so that what was planned for an earlier one is left undone.
    pub turn: u32,
    pub over: bool,
    /// What its host executed.
    pub run: Option<Run>,
    /// Whether the result on the chain is the hash of the output that the client got.
    pub verified: Option<bool>,
    /// From then on its host is dead.
    pub dies_at: Option<i64>,
    /// Base units of stake: credited to the client, to the treasury, to the caller.
    pub penalty: [u64; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Day,
    Night,
}

/// How a host stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// It has shown its vice.
    pub shown: bool,
    /// It will not come back.
    pub gone: bool,
}

pub struct Day<'a> {
    pub chain: Chain,
    pub world: World,
    pub specs: &'a [JobSpec],
    pub script: Script,
    pub records: Vec<Record>,
    pub standing: Vec<Standing>,
    pub began: i64,
    pub ended: i64,
    dice: Dice,
    agenda: BinaryHeap<Reverse<(i64, u64, Action)>>,
    planned: u64,
    unposted: usize,
    phase: Phase,
    hosts_by_member: BTreeMap<Address, usize>,
    jobs_by_address: BTreeMap<Address, usize>,
    nonces: BTreeMap<Address, u64>,
}

impl<'a> Day<'a> {
    pub fn new(chain: Chain, world: World, specs: &'a [JobSpec], script: Script, dice: Dice) -> Self {
        let began = chain.unix();
        let hosts = world.hosts.iter().enumerate();
        Self {
            hosts_by_member: hosts.map(|(index, host)| (host.member, index)).collect(),
            standing: vec![Standing::default(); world.hosts.len()],
            chain,
            world,
            specs,
            script,
            records: Vec::new(),
            began,
            ended: began,
            dice,
            agenda: BinaryHeap::new(),
            planned: 0,
            unposted: 0,
            phase: Phase::Day,
            jobs_by_address: BTreeMap::new(),
            nonces: BTreeMap::new(),
        }
    }

    /// Runs until every job has ended.
    pub fn run(&mut self, progress: &Progress) -> Result<(), CliError> {
        self.plan_the_day();
        while let Some(Reverse((at, _, action))) = self.agenda.pop() {
            self.move_clock(at);
            self.perform(action)?;
            if self.all_over() && !self.next_phase()? {
                break;
            }
            if at > self.began + LONGEST_DAY {
                return Err(CliError::Endless(self.records.iter().filter(|record| !record.over).count()));
            }
            let ended = self.records.iter().filter(|record| record.over).count();
            progress.jobs(ended, self.script.postings.len(), &clock(at));
        }
        self.ended = self.chain.unix();
        Ok(())
    }

    fn plan_the_day(&mut self) {
        for host in 0..self.world.hosts.len() {
            let at = self.script.arrivals.get(host).map_or(0, |arrival| arrival.at);
            self.plan(at, Action::Join { host });
        }
        self.plan_posts(|story| story != Story::NobodyTakes);
        self.plan(CRANK_PERIOD, Action::Crank);
    }

    fn plan_posts(&mut self, which: impl Fn(Story) -> bool) {
        let postings: Vec<(usize, u32)> = self
            .script
            .postings
            .iter()
            .enumerate()
            .filter(|(_, posting)| which(posting.story))
            .map(|(index, posting)| (index, posting.at))
            .collect();
        self.unposted += postings.len();
        for (posting, at) in postings {
            self.plan(at, Action::Post { posting });
        }
    }

    fn move_clock(&mut self, at: i64) {
        let passed = u32::try_from(at - self.chain.unix()).unwrap_or(0);
        self.chain.svm.advance(passed);
    }

    fn all_over(&self) -> bool {
        self.unposted == 0 && self.records.iter().all(|record| record.over)
    }

    /// In the evening all hosts leave, and then come the jobs that nobody takes. False if the night is over too.
    fn next_phase(&mut self) -> Result<bool, CliError> {
        if self.phase == Phase::Night {
            return Ok(false);
        }
        self.phase = Phase::Night;
        for host in 0..self.world.hosts.len() {
            self.leave(host)?;
        }
        for posting in &mut self.script.postings {
            posting.at = 60;
        }
        self.plan_posts(|story| story == Story::NobodyTakes);
        Ok(self.unposted > 0)
    }

    /// Plans an action `after` seconds from now.
    fn plan(&mut self, after: u32, action: Action) {
        self.planned += 1;
        let at = self.chain.unix() + i64::from(after);
        self.agenda.push(Reverse((at, self.planned, action)));
    }

    fn perform(&mut self, action: Action) -> Result<(), CliError> {
        match action {
            Action::Join { host } => self.join(host),
            Action::Renew { host } => self.renew(host),
            Action::Post { posting } => self.post(posting),
            Action::Acknowledge { job, turn } => self.acknowledge(job, turn),
            Action::Heartbeat { job } => self.heartbeat(job),
            Action::Collect { job } => self.collect(job),
            Action::Finish { job } => self.finish(job),
            Action::Cancel { job } => self.cancel(job),
            Action::Extend { job } => self.extend(job),
            Action::End { job } => self.end(job),
            Action::Dispute { job } => self.dispute(job),
            Action::Crank => self.crank(),
        }
    }

    /// Executes an instruction and lets everybody see what it brought about.
    pub fn execute(&mut self, instruction: Instruction, signer: &Keypair) -> Result<Execution, CliError> {
        let executed = self.chain.send(instruction, &[signer])?;
        for event in &executed.events {
            self.observe(event)?;
        }
        Ok(executed)
    }

    pub fn job(&self, job: usize) -> Result<Job, CliError> {
        self.chain.get(&self.records[job].address)
    }

    fn is_running(&self, job: usize) -> Result<bool, CliError> {
        Ok(!self.records[job].over && self.job(job)?.state == JobState::Running as u8)
    }

    pub fn venue_of(&self, job: usize) -> &Venue {
        &self.world.venues[self.records[job].venue]
    }

    pub fn spec_of(&self, job: usize) -> &JobSpec {
        &self.specs[self.records[job].posting.spec]
    }

    pub fn client_key(&self, job: usize) -> Keypair {
        self.world.clients[self.records[job].posting.client].owner.insecure_clone()
    }

    /// The host of a job.
    pub fn host_of(&self, job: usize) -> Option<&Host> {
        self.records[job].host.map(|host| &self.world.hosts[host])
    }

    /// The job on its host.
    fn parties(&self, job: usize, account: &Job, host: &Host) -> Parties {
        Parties {
            job: self.records[job].address,
            client: account.client,
            market: account.market,
            host: host.address,
        }
    }

    /// What a penalty of the host for this job needs; opens the client's credit.
    fn slash(&mut self, job: usize, host: usize) -> Result<Slash, CliError> {
        use gpu_market_sdk::instructions::stake::open_credit;
        let payer = self.chain.payer.insecure_clone();
        let (host, client) = (&self.world.hosts[host], self.client_key(job).pubkey());
        let slash = Slash::of(&host.owner.pubkey(), client);
        let open = open_credit(payer.pubkey(), host.stake, client);
        self.execute(open, &payer)?;
        Ok(slash)
    }

    fn note(&mut self, job: usize, what: impl Into<String>, host: Option<usize>) {
        let host = host.map(|host| self.world.hosts[host].name.clone());
        let at = self.chain.unix();
        self.records[job].trail.push(Step { at, what: what.into(), host });
    }
}
