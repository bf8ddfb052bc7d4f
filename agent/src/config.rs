//! What an agent is told.

use {
    crate::executor::WorkLimits,
    gpu_market_sdk::{Address, instructions::Token},
    std::{path::PathBuf, time::Duration},
};

/// Settings of an agent.
#[derive(Debug)]
pub struct Config {
    /// The host account.
    pub host: Address,
    /// Markets to work in.
    pub venues: Vec<Venue>,
    /// Folder of the agent's own state, and of the work of its jobs.
    pub state: PathBuf,
    /// How often the chain is looked at. A sixth of the shortest acknowledgement window is enough.
    pub poll: Duration,
    /// Seconds by which a heartbeat is sent before a whole interval is over. Half an interval at most is used.
    pub heartbeat_margin: u32,
    /// Longest that a job may run, extensions included; seconds.
    pub max_duration: u32,
    /// What a job may use; its spec may ask for less.
    pub limits: WorkLimits,
    /// Key that private specs are sealed to; its public part is `Host::sealing_key`.
    #[cfg(feature = "private")]
    pub sealing_key: Option<gpu_market_jobspec::sealing::SealingKey>,
    /// Seconds that this machine's clock and the cluster's may differ before it is reported.
    pub clock_tolerance: i64,
    /// Finishes jobs that run on chain and that this agent does not know as the host's fault. Only for a host whose state
    /// is lost, and that no other agent works for.
    pub take_over: bool,
}

impl Config {
    /// Settings as most hosts want them.
    pub fn new(host: Address, state: impl Into<PathBuf>, venues: Vec<Venue>) -> Self {
        Self {
            host,
            venues,
            state: state.into(),
            poll: Duration::from_secs(5),
            heartbeat_margin: 15,
            max_duration: u32::MAX,
            limits: WorkLimits::default(),
            #[cfg(feature = "private")]
            sealing_key: None,
            clock_tolerance: 30,
            take_over: false,
        }
    }
}

/// A market to work in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Venue {
    /// The market.
    pub market: Address,
    /// Its payment mint.
    pub token: Token,
    /// Seats to hold, waiting or at work.
    pub seats: u16,
    /// Worst rate to accept, micro base units per second.
    pub min_rate: u64,
    /// Token account with a token of the market's access mint, if it has one.
    pub access: Option<Address>,
    /// When and where to withdraw earnings; never if none.
    pub withdraw: Option<Withdraw>,
}

/// When and where to withdraw earnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdraw {
    /// Base units from which on everything is withdrawn.
    pub from: u64,
    /// Token account of the host's owner; the program refuses any other.
    pub to: Address,
}
