//! What an agent remembers on disk: one row for each job, in SQLite, and a lock that only one agent holds.

mod row;

pub use row::{Phase, Row, Started};

use {
    crate::AgentError,
    gpu_market_sdk::Address,
    rusqlite::{Connection, OptionalExtension, named_params},
    std::{
        collections::BTreeMap,
        fs::{DirBuilder, File, TryLockError},
        os::unix::fs::DirBuilderExt,
        path::{Path, PathBuf},
    },
};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS agent (one INTEGER PRIMARY KEY CHECK (one = 1), host TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jobs (
    job TEXT PRIMARY KEY,
    market TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('assigned', 'started', 'executing', 'finished', 'over')),
    spec BLOB,
    refused TEXT,
    started INTEGER NOT NULL,
    pid INTEGER,
    evidence_at INTEGER NOT NULL,
    ours_until INTEGER NOT NULL,
    outcome INTEGER,
    result BLOB,
    delivered INTEGER NOT NULL,
    collected INTEGER NOT NULL
) STRICT;
";

/// The rows of all jobs, on disk and in memory.
pub struct State {
    folder: PathBuf,
    database: Connection,
    rows: BTreeMap<Address, Row>,
    /// Held as long as the agent lives.
    _lock: File,
}

impl State {
    /// Opens the state of `host` in `folder`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// [`AgentError::StateInUse`] if another agent has it, [`AgentError::WrongState`] if it is another host's,
    /// [`AgentError::State`] if it cannot be used.
    pub fn open(folder: &Path, host: Address) -> Result<Self, AgentError> {
        let unusable = |reason: String| AgentError::State { folder: folder.to_owned(), reason };
        // For its owner alone: specs and results of private jobs lie in it.
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| unusable(error.to_string()))?;
        let lock = lock(folder)?;
        let database = open_database(&folder.join("agent.sqlite")).map_err(|error| unusable(error.to_string()))?;
        let mut state = Self { folder: folder.to_owned(), database, rows: BTreeMap::new(), _lock: lock };
        state.require_host(host)?;
        state.rows = state.read()?;
        Ok(state)
    }

    fn unusable(&self, error: impl ToString) -> AgentError {
        AgentError::State { folder: self.folder.clone(), reason: error.to_string() }
    }

    fn require_host(&self, host: Address) -> Result<(), AgentError> {
        let found: Option<String> = self
            .database
            .query_row("SELECT host FROM agent", [], |row| row.get(0))
            .optional()
            .map_err(|error| self.unusable(error))?;
        match found {
            Some(found) if found == host.to_string() => Ok(()),
            Some(found) => Err(AgentError::WrongState { folder: self.folder.clone(), found, expected: host }),
            None => {
                let insert = "INSERT INTO agent (one, host) VALUES (1, ?1)";
                self.database.execute(insert, [host.to_string()]).map_err(|error| self.unusable(error))?;
                Ok(())
            }
        }
    }

    fn read(&self) -> Result<BTreeMap<Address, Row>, AgentError> {
        let select =
            "SELECT * FROM jobs WHERE phase <> 'over' OR NOT collected OR (result IS NOT NULL AND NOT delivered)";
        let mut statement = self.database.prepare(select).map_err(|error| self.unusable(error))?;
        let rows = statement.query_map([], Row::read).map_err(|error| self.unusable(error))?;
        rows.map(|row| row.map(|row| (row.job, row)).map_err(|error| self.unusable(error))).collect()
    }

    /// Jobs that are not over, still owe something, or whose result is not delivered.
    pub fn rows(&self) -> &BTreeMap<Address, Row> {
        &self.rows
    }

    /// The row of a job.
    pub fn row(&self, job: &Address) -> Option<&Row> {
        self.rows.get(job)
    }

    /// Writes a row. When this returns, it is on disk.
    ///
    /// # Errors
    ///
    /// [`AgentError::State`].
    pub fn write(&mut self, row: Row) -> Result<(), AgentError> {
        self.insert(&row).map_err(|error| self.unusable(error))?;
        if row.is_done() {
            self.rows.remove(&row.job);
        } else {
            self.rows.insert(row.job, row);
        }
        Ok(())
    }

    /// Changes the row of a job, if there is one.
    ///
    /// # Errors
    ///
    /// [`AgentError::State`].
    pub fn update(&mut self, job: &Address, change: impl FnOnce(&mut Row)) -> Result<(), AgentError> {
        let Some(mut row) = self.rows.get(job).cloned() else { return Ok(()) };
        change(&mut row);
        if self.rows.get(job) == Some(&row) { Ok(()) } else { self.write(row) }
    }

    fn insert(&self, row: &Row) -> rusqlite::Result<usize> {
        let replace = "INSERT OR REPLACE INTO jobs VALUES (:job, :market, :phase, :spec, :refused, :started, :pid, \
                       :evidence_at, :ours_until, :outcome, :result, :delivered, :collected)";
        self.database.execute(
            replace,
            named_params! {
                ":job": row.job.to_string(),
                ":market": row.market.to_string(),
                ":phase": row.phase.name(),
                ":spec": row.spec,
                ":refused": row.refused,
                ":started": row.started as u8,
                ":pid": row.pid,
                ":evidence_at": row.evidence_at,
                ":ours_until": row.ours_until,
                ":outcome": row.outcome.map(|outcome| outcome as u8),
                ":result": row.result,
                ":delivered": row.delivered,
                ":collected": row.collected,
            },
        )
    }
}

fn open_database(path: &Path) -> rusqlite::Result<Connection> {
    let database = Connection::open(path)?;
    // What was written is on disk before the chain hears of it.
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch(SCHEMA)?;
    Ok(database)
}

/// Locks the folder; the system unlocks it when the process is gone, however it went.
fn lock(folder: &Path) -> Result<File, AgentError> {
    let unusable =
        |error: std::io::Error| AgentError::State { folder: folder.to_owned(), reason: error.to_string() };
    let options = File::options().create(true).truncate(false).write(true).open(folder.join("lock"));
    let file = options.map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AgentError::StateInUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

#[cfg(test)]
mod tests;
