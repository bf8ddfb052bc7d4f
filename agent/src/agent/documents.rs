//! Specs and results.

use {
    super::Agent,
    crate::{AgentError, Report, chain::Chain, view::View},
    gpu_market_jobspec::{Document, Hash, Spec, store::StoreError},
    gpu_market_sdk::{Address, gpu_market::state::Job},
};

impl<C: Chain> Agent<C> {
    /// Gets the spec of an assigned job and writes it down, or why this host does not run it.
    pub(super) async fn fetch(&mut self, view: &View, job: Address) -> Result<bool, AgentError> {
        let Some(account) = view.jobs.get(&job) else { return Ok(false) };
        let received = match self.public_spec(account).await {
            Err(missing @ StoreError::Missing { .. }) => Ok(self.private_spec(job, account, missing).await?),
            Err(error) if !error.is_transient() => Err(error.to_string()),
            received => Ok(received?),
        };
        let checked = received.and_then(|document| self.check(&document, account).map(|()| document));
        self.state.update(&job, |row| match checked {
            Ok(document) => row.spec = Some(document),
            Err(reason) => row.refused = Some(reason),
        })?;
        Ok(true)
    }

    async fn public_spec(&self, account: &Job) -> Result<Vec<u8>, StoreError> {
        self.parts.store.get(Hash(account.spec_hash), Spec::LIMIT).await
    }

    /// Refuses a spec that this host cannot run.
    fn check(&self, document: &[u8], account: &Job) -> Result<(), String> {
        let spec = Spec::parse(document).map_err(|error| format!("its spec is none: {error}"))?;
        let work = spec.work().map_err(|error| error.to_string())?;
        if spec.private.is_some() {
            self.require_private()?;
        }
        if account.duration > self.config.max_duration {
            return Err(format!("it may run {} seconds, longer than this host is willing to", account.duration));
        }
        let most = self.config.limits.memory;
        let asked = spec.memory_mib.map(|mib| u64::from(mib).saturating_mul(1 << 20));
        if let Some((asked, most)) = asked.zip(most).filter(|(asked, most)| asked > most) {
            return Err(format!("it needs {asked} bytes of memory, and this host gives {most}"));
        }
        self.executor_for(&work).map(|_| ())
    }

    /// Puts a result into the store; that of a private job as a letter to its client.
    pub(super) async fn deliver(&mut self, job: Address) -> Result<bool, AgentError> {
        let Some(row) = self.state.row(&job) else { return Ok(false) };
        let Some(result) = row.result.clone() else { return Ok(false) };
        let spec = row.spec.as_deref().map(Spec::parse).transpose()?;
        match spec.and_then(|spec| spec.private) {
            None => {
                self.parts.store.put(&result).await?;
            }
            Some(terms) => self.send_result(job, &terms, &result).await?,
        }
        self.state.update(&job, |row| row.delivered = true)?;
        self.reports.push(Report::Delivered(job));
        Ok(true)
    }
}
