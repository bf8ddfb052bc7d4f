//! The facts of each job.

use {
    crate::{
        demo::{
            cast::Story,
            day::{Day, Step},
        },
        error::CliError,
    },
    gpu_market::state::JobState,
    gpu_market_agent::process::Run,
    gpu_market_jobspec::Ending,
    serde::Serialize,
};

#[derive(Debug, Serialize)]
pub struct JobFacts {
    pub name: String,
    pub client: &'static str,
    pub market: String,
    /// Symbol of the token that the amounts are in; penalties are in the staked token.
    pub payment: String,
    pub story: Story,
    pub state: String,
    pub trail: Vec<Step>,
    /// How the command went on its host; none if it was never executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_hash: Option<String>,
    /// Whether the result on the chain is the SHA-256 of the output that the client got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    pub spec_hash: String,
    pub attempts: u8,
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
    pub penalty_to_treasury: u64,
    pub penalty_to_caller: u64,
}

impl JobFacts {
    pub fn penalty(&self) -> u64 {
        self.penalty_to_client + self.penalty_to_treasury + self.penalty_to_caller
    }
}

/// The facts of all jobs, in the order in which they were posted. Their accounts have to exist still.
pub fn job_facts(day: &Day) -> Result<Vec<JobFacts>, CliError> {
    (0..day.records.len()).map(|job| facts(day, job)).collect()
}

fn facts(day: &Day, job: usize) -> Result<JobFacts, CliError> {
    let (record, account, venue) = (&day.records[job], day.job(job)?, day.venue_of(job));
    let state = account.state().map_err(gpu_market_sdk::error::Refusal::from)?;
    let finished = matches!(state, JobState::Completed | JobState::Failed);
    let symbol = day.chain.books.coin_of(&venue.token.mint).map(|coin| coin.symbol.clone());
    let [penalty_to_client, penalty_to_treasury, penalty_to_caller] = record.penalty;
    Ok(JobFacts {
        name: day.spec_of(job).name.clone(),
        client: day.world.clients[record.posting.client].name,
        market: venue.name.clone(),
        payment: symbol.unwrap_or_default(),
        story: record.posting.story,
        state: format!("{state:?}"),
        trail: record.trail.clone(),
        execution: record.run.as_ref().filter(|_| account.started_at != 0).map(execution),
        result_hash: finished.then(|| hex(&account.result_hash)),
        verified: record.verified,
        spec_hash: hex(&account.spec_hash),
        attempts: account.attempts,
        duration: account.duration,
        evidenced: account.evidenced,
        deposit: account.deposit,
        paid: account.paid,
        fee: account.fee,
        tip: account.tip_paid,
        due: account.due,
        refunded: account.refunded,
        penalty_to_client,
        penalty_to_treasury,
        penalty_to_caller,
    })
}

fn execution(run: &Run) -> String {
    match run.ending {
        Ending::Exited { code: 0 } => "succeeded".into(),
        Ending::Exited { code } => format!("exit code {code}"),
        Ending::Signalled => "ended by a signal".into(),
        Ending::OutOfTime => "out of time".into(),
        Ending::TooMuchOutput => "too much output".into(),
        Ending::NotStarted => format!("not started: {}", run.note),
        Ending::Interrupted => "interrupted".into(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
