//! Private jobs: specs come sealed, and results go sealed.

use {
    super::Agent,
    crate::{AgentError, chain::Chain},
    gpu_market_jobspec::{
        Document, Hash, PrivateTerms, Spec,
        sealing::{self, Content, LetterError},
        store::{Letter, StoreError},
    },
    gpu_market_sdk::{Address, gpu_market::state::Job},
};

impl<C: Chain> Agent<C> {
    /// The spec that the client has sealed to this host since the job was assigned. It is `missing` where this host has no
    /// key, or there is no letter.
    ///
    /// # Errors
    ///
    /// [`AgentError::Letter`] for a letter that is not for this host, or not what was posted. Until the client sends
    /// another one it is as if there were none: it may be for the host that had the job before, or from a stranger.
    pub(super) async fn private_spec(
        &self,
        job: Address,
        account: &Job,
        missing: StoreError,
    ) -> Result<Vec<u8>, AgentError> {
        let Some(key) = &self.config.sealing_key else { return Err(missing.into()) };
        let letter = Letter { job: job.to_bytes(), content: Content::Spec };
        let store = self.parts.store.as_ref();
        match sealing::receive(store, letter, key, Hash(account.spec_hash), Spec::LIMIT).await {
            Err(LetterError::Store(StoreError::Missing { .. } | StoreError::NoLetters { .. })) => {
                Err(missing.into())
            }
            received => Ok(received?),
        }
    }

    /// Refuses a private job whose result could not be delivered.
    pub(super) fn require_private(&self) -> Result<(), String> {
        self.parts.store.require_letters().map_err(|error| error.to_string())
    }

    /// Leaves a result for the client, sealed to the key in its spec.
    pub(super) async fn send_result(
        &self,
        job: Address,
        terms: &PrivateTerms,
        result: &[u8],
    ) -> Result<(), AgentError> {
        let letter = Letter { job: job.to_bytes(), content: Content::Result };
        Ok(sealing::send(self.parts.store.as_ref(), letter, &terms.result_key.0, result).await?)
    }
}
