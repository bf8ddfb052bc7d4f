//! What private jobs come to in a build without them.

use {
    super::{Agent, documents::Received},
    crate::{AgentError, chain::Chain},
    gpu_market_jobspec::{PrivateTerms, store::StoreError},
    gpu_market_sdk::{Address, gpu_market::state::Job},
};

impl<C: Chain> Agent<C> {
    /// No sealed spec is looked for.
    pub(super) async fn private_spec(
        &self,
        _: Address,
        _: &Job,
        missing: StoreError,
    ) -> Result<Received, AgentError> {
        Err(missing.into())
    }

    /// No private job was started.
    pub(super) async fn send_result(&self, _: Address, _: &PrivateTerms, _: &[u8]) -> Result<(), AgentError> {
        let reason = "this build seals no results; build it with the feature `private`".to_owned();
        Err(StoreError::Unusable { store: self.parts.store.name(), reason }.into())
    }
}
