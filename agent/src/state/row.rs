//! What is remembered of one job.

use {
    gpu_market_sdk::{Address, gpu_market::state::Outcome},
    rusqlite::types::Type,
};

/// How far this agent is with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It was assigned.
    Assigned,
    /// Billing began, by this agent's own start; the work was not begun.
    Started,
    /// The work was begun, and may be over by now. It is never begun again.
    Executing,
    /// The work is over and has a result, which the chain may not know yet.
    Finished,
    /// The job is over on chain, or somebody else's.
    Over,
}

impl Phase {
    const ALL: [Self; 5] = [Self::Assigned, Self::Started, Self::Executing, Self::Finished, Self::Over];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Started => "started",
            Self::Executing => "executing",
            Self::Finished => "finished",
            Self::Over => "over",
        }
    }
}

/// Whether this agent started a job on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Started {
    /// No: if it runs, somebody else started it.
    No = 0,
    /// It sent a start and does not know what became of it.
    Unsure = 1,
}

/// What is remembered of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The job.
    pub job: Address,
    /// Its market.
    pub market: Address,
    /// How far this agent is.
    pub phase: Phase,
    /// Canonical encoding of its spec, once it is here and checked.
    pub spec: Option<Vec<u8>>,
    /// Why this host does not run it, if so.
    pub refused: Option<String>,
    /// Whether it sent a start.
    pub started: Started,
    /// Process of the work, for people.
    pub pid: Option<u32>,
    /// Last evidence on chain that is known to be this agent's; unix seconds.
    pub evidence_at: i64,
    /// Evidence until then is this agent's: a heartbeat may be on its way.
    pub ours_until: i64,
    /// What is reported of the work.
    pub outcome: Option<Outcome>,
    /// Canonical encoding of the result.
    pub result: Option<Vec<u8>>,
    /// Whether the result is in the store.
    pub delivered: bool,
    /// Whether the ended job owes nothing any more.
    pub collected: bool,
}

impl Row {
    /// A job that was just assigned.
    pub fn new(job: Address, market: Address) -> Self {
        Self {
            job,
            market,
            phase: Phase::Assigned,
            spec: None,
            refused: None,
            started: Started::No,
            pid: None,
            evidence_at: 0,
            ours_until: 0,
            outcome: None,
            result: None,
            delivered: false,
            collected: false,
        }
    }

    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.phase == Phase::Over && self.collected && (self.result.is_none() || self.delivered)
    }

    pub(super) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let phase: String = row.get("phase")?;
        let phase = Phase::ALL.into_iter().find(|known| known.name() == phase);
        let outcome: Option<u8> = row.get("outcome")?;
        let outcome = outcome.map(Outcome::from_u8).transpose().map_err(|_| unknown("outcome", Type::Integer))?;
        let started: u8 = row.get("started")?;
        Ok(Self {
            job: address(row, "job")?,
            market: address(row, "market")?,
            phase: phase.ok_or_else(|| unknown("phase", Type::Text))?,
            spec: row.get("spec")?,
            refused: row.get("refused")?,
            started: if started == Started::No as u8 { Started::No } else { Started::Unsure },
            pid: row.get("pid")?,
            evidence_at: row.get("evidence_at")?,
            ours_until: row.get("ours_until")?,
            outcome,
            result: row.get("result")?,
            delivered: row.get("delivered")?,
            collected: row.get("collected")?,
        })
    }
}

fn address(row: &rusqlite::Row<'_>, column: &'static str) -> rusqlite::Result<Address> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| unknown(column, Type::Text))
}

/// A value that no agent has written.
fn unknown(column: &'static str, of: Type) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, of, format!("{column} has a value that is not known").into())
}
