//! A client of a real cluster: simulates, budgets, signs, sends, confirms and retries; reads accounts and follows
//! events.
//!
//! - [`Connection`]: everything that is asked of one endpoint.
//! - [`FeePolicy`]: how much to bid for priority, within a cap.
//! - [`EventStream`]: every event of the program, none twice and none left out, across lost connections.
//! - [`RpcError`]: what went wrong, by name.
//!
//! ```
//! use gpu_market_sdk::{
//!     instructions::job::Post,
//!     rpc::{Connection, Endpoint, FeePolicy, RpcError, Settings, Signers, StartAt},
//! };
//!
//! async fn post_and_watch(post: Post, signers: &(impl Signers + Sync)) -> Result<(), RpcError> {
//!     let endpoint = Endpoint::of_rpc("https://api.mainnet-beta.solana.com");
//!     // At most 0.05 lamports per compute unit for priority.
//!     let fee = FeePolicy::up_to(50_000);
//!     let connection = Connection::new(Settings { fee, ..Settings::new(endpoint) });
//!     let mut events = connection.events(StartAt::Now).await?;
//!     // May be repeated until it succeeds: the nonce makes it one job.
//!     let posted = connection.post(&post, signers).await?;
//!     println!("{:?}", connection.job(&posted.job).await?.phase);
//!     while let Some(emitted) = events.next().await {
//!         println!("slot {}: {:?}", emitted.slot, emitted.events);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! What is decided without a network, namely when to retry, what to bid, which transactions a stream has missed and
//! what a failure means, is in modules of its own and tested as such: [`retry`], [`FeePolicy`], [`gap`].

mod assemble;
mod diagnose;
mod endpoint;
mod error;
mod fee;
pub mod gap;
mod post;
mod read;
pub mod retry;
mod scan;
mod stream;
mod submit;
mod transaction;
mod transport;

pub use {
    endpoint::Endpoint,
    error::{Refused, RpcError},
    fee::FeePolicy,
    post::Posted,
    read::{Clock, MarketInForce},
    scan::Holds,
    solana_commitment_config::CommitmentConfig,
    solana_signature::Signature,
    solana_signer::signers::Signers,
    stream::{EventStream, StartAt},
    submit::Receipt,
    transaction::Emitted,
};

use {solana_rpc_client::nonblocking::rpc_client::RpcClient, std::sync::Arc, std::time::Duration};

/// How a connection behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the cluster is reached.
    pub endpoint: Endpoint,
    /// How sure a block has to be that is read from or waited for.
    pub commitment: CommitmentConfig,
    /// What is bid for priority.
    pub fee: FeePolicy,
    /// How often a transaction is signed anew when its blockhash expires before a leader took it.
    pub renewals: u32,
    /// Longest wait for one answer of the endpoint.
    pub timeout: Duration,
}

impl Settings {
    /// Confirmed blocks, no priority fee, three renewals, 30 seconds.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            commitment: CommitmentConfig::confirmed(),
            fee: FeePolicy::NONE,
            renewals: 3,
            timeout: Duration::from_secs(30),
        }
    }
}

/// A connection to a cluster. Clones share it.
#[derive(Clone)]
pub struct Connection {
    rpc: Arc<RpcClient>,
    settings: Arc<Settings>,
}

impl Connection {
    /// A connection with these settings. Nothing is sent before the first call.
    pub fn new(settings: Settings) -> Self {
        let endpoint = &settings.endpoint;
        let rpc =
            RpcClient::new_with_timeout_and_commitment(endpoint.rpc.clone(), settings.timeout, settings.commitment);
        Self { rpc: Arc::new(rpc), settings: Arc::new(settings) }
    }

    /// How the connection behaves.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The client that it is built on, for methods that this one does not have.
    pub fn inner(&self) -> &RpcClient {
        &self.rpc
    }
}
