//! Private jobs: specs come sealed, and results go sealed.

use {
    super::{Agent, documents::Received},
    crate::{AgentError, chain::Chain},
    gpu_market_jobspec::{
        Document, Hash, PrivateTerms, Spec,
        sealing::{Content, OVERHEAD, seal},
        store::{Letter, StoreError},
    },
    gpu_market_sdk::{Address, gpu_market::state::Job},
};

impl<C: Chain> Agent<C> {
    /// The spec that the client has sealed to this host since the job was assigned.
    /// It is `missing` where this host has no key, or there is no letter.
    pub(super) async fn private_spec(
        &self,
        job: Address,
        account: &Job,
        missing: StoreError,
    ) -> Result<Received, AgentError> {
        let Some(key) = &self.config.sealing_key else { return Err(missing.into()) };
        let letter = Letter { job: job.to_bytes(), content: Content::Spec };
        let limit = Spec::LIMIT.saturating_add(OVERHEAD);
        let envelope = self.parts.store.receive(letter, limit).await?;
        let opened = key.open(&envelope, &letter.job, Content::Spec).map_err(|error: SealError| error.to_string());
        Ok(opened.and_then(|document| {
            let is_posted = Hash::of(&document) == Hash(account.spec_hash);
            is_posted.then_some(document).ok_or_else(|| "the sealed spec is not the one that was posted".into())
        }))
    }

    /// Leaves a result for the client, sealed to the key in its spec.
    pub(super) async fn send_result(
        &self,
        job: Address,
        terms: &PrivateTerms,
        result: &[u8],
    ) -> Result<(), AgentError> {
        let letter = Letter { job: job.to_bytes(), content: Content::Result };
        let sealed = seal(&terms.result_key.0, &letter.job, Content::Result, result);
        let envelope = sealed
            .map_err(|error| StoreError::Unusable { store: self.parts.store.name(), reason: error.to_string() })?;
        Ok(self.parts.store.send(letter, &envelope).await?)
    }
}
