//! What private jobs come to in a build without them.

use {
    super::Agent,
    crate::{AgentError, chain::Chain},
    gpu_market_jobspec::{PrivateTerms, store::StoreError},
    gpu_market_sdk::{Address, gpu_market::state::Job},
};

/// What a build without private jobs says of one.
const NOT_BUILT: &str = "this build runs no private jobs; build it with the feature `private`";

impl<C: Chain> Agent<C> {
    /// No sealed spec is looked for.
    pub(super) async fn private_spec(
        &self,
        _: Address,
        _: &Job,
        missing: StoreError,
    ) -> Result<Vec<u8>, AgentError> {
        Err(missing.into())
    }

    /// No private job is started.
    pub(super) fn require_private(&self) -> Result<(), String> {
        Err(NOT_BUILT.into())
    }

    /// No private job was started.
    pub(super) async fn send_result(&self, _: Address, _: &PrivateTerms, _: &[u8]) -> Result<(), AgentError> {
        Err(StoreError::Unusable { store: self.parts.store.name(), reason: NOT_BUILT.into() }.into())
    }
}
