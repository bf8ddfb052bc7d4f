//! Results: what came of a job.

use {
    crate::{Document, DocumentError, Hash, MAX_DOCUMENT},
    data_encoding::BASE64,
    serde::{Deserialize, Serialize},
};

/// What came of a job. Its hash is what the host reports on chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobResult {
    /// Address of the job.
    pub job: String,
    /// Hash of its spec.
    pub spec: Hash,
    /// Who is to blame, if anybody.
    pub verdict: Verdict,
    /// How the work ended.
    pub ending: Ending,
    /// What the host has to say about it, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Standard output in base64, as far as the limit let it.
    pub output: String,
}

/// Who is to blame for how a job went; the same as the outcome on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nobody: it succeeded.
    Success,
    /// The job itself failed, for example its command.
    ClientFault,
    /// The host failed.
    HostFault,
}

/// How the work of a job ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how", deny_unknown_fields)]
pub enum Ending {
    /// It exited by itself.
    Exited {
        /// Exit code; zero says success.
        code: i32,
    },
    /// A signal ended it that the host did not send, for example because memory ran out.
    Signalled,
    /// The bought time was over.
    OutOfTime,
    /// It wrote more than it may.
    TooMuchOutput,
    /// It could not be started.
    NotStarted,
    /// The host lost it.
    Interrupted,
}

impl Ending {
    /// Who is to blame for this ending.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Exited { code: 0 } => Verdict::Success,
            Self::Interrupted => Verdict::HostFault,
            _ => Verdict::ClientFault,
        }
    }
}

impl JobResult {
    /// The result of `job` with this standard output.
    pub fn new(job: String, spec: Hash, ending: Ending, note: String, output: &[u8]) -> Self {
        Self { job, spec, verdict: ending.verdict(), ending, note, output: BASE64.encode(output) }
    }

    /// Standard output.
    ///
    /// # Errors
    ///
    /// [`DocumentError::Value`] if it is not base64.
    pub fn output(&self) -> Result<Vec<u8>, DocumentError> {
        let wrong = |error| DocumentError::value("output", format!("{error}"), "base64");
        BASE64.decode(self.output.as_bytes()).map_err(wrong)
    }
}

impl Document for JobResult {
    const LIMIT: usize = MAX_DOCUMENT;

    fn check(&self) -> Result<(), DocumentError> {
        self.output().map(|_| ())
    }
}
