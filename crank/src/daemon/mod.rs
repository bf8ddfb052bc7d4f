//! The planner on a real cluster.
//!
//! All accounts of the program are read once. After that the events of the program say which transactions there were, each
//! transaction which accounts it may have changed, and these are read again, at most once a tick however many transactions
//! changed them. After a lost connection the stream of events makes up for what was missed, so only what may have changed
//! meanwhile is read.
//!
//! ```
//! use gpu_market_crank::daemon::{CrankError, Options, run};
//! use gpu_market_sdk::rpc::Connection;
//! use solana_signer::Signer;
//!
//! async fn crank(connection: &Connection, key: &(impl Signer + Sync)) -> Result<(), CrankError> {
//!     let hour = tokio::time::sleep(std::time::Duration::from_secs(3_600));
//!     let summary = run(connection, key, Options::default(), hour, |report| println!("{report}")).await?;
//!     for (mint, amount) in summary.earned {
//!         println!("{amount} base units of {mint}");
//!     }
//!     Ok(())
//! }
//! ```

mod flight;
mod mirror;
mod report;

pub use report::{CrankError, Report, Summary};

use {
    crate::{Outcome, Planner, Policy},
    flight::{Flight, Landed},
    futures_util::{StreamExt, stream::FuturesUnordered},
    gpu_market_sdk::rpc::{Connection, EventStream, RpcError, StartAt, retry},
    mirror::Mirror,
    solana_signer::Signer,
    std::{future::Future, pin::pin, time::Duration},
    tokio::time::{MissedTickBehavior, interval},
};

/// How a crank works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What is worth a transaction.
    pub policy: Policy,
    /// Transactions that are on their way at once.
    pub in_flight: usize,
    /// How often changed accounts are read and due actions sent. Each tick is one request to the endpoint, more where more
    /// than 99 accounts have changed.
    pub tick: Duration,
}

impl Default for Options {
    /// Everything, 16 transactions at once, a tick a second.
    fn default() -> Self {
        Self { policy: Policy::default(), in_flight: 16, tick: Duration::from_secs(1) }
    }
}

/// Runs a crank until `stop`, then waits for what is on its way. `key` signs, pays the fees and gets the tips, each mint's in
/// its associated token account, which is created with the first. `on_report` is told everything that happens.
///
/// # Errors
///
/// What keeps it from starting: [`CrankError::Rpc`]. Once it runs, failures are reported and tried again.
pub async fn run<K: Signer + Sync>(
    connection: &Connection,
    key: &K,
    options: Options,
    stop: impl Future<Output = ()>,
    mut on_report: impl FnMut(Report),
) -> Result<Summary, CrankError> {
    connection.require_program().await?;
    // First the stream, so that nothing happens between it and the accounts.
    let mut events = connection.events(StartAt::Now).await?;
    let mut crank = Crank {
        connection,
        key,
        mirror: Mirror::new(connection, Planner::new(key.try_pubkey()?, options.policy.clone())),
        summary: Summary::default(),
    };
    crank.mirror.load(&mut on_report).await?;
    crank.work(&options, &mut events, stop, &mut on_report).await;
    Ok(crank.summary)
}

struct Crank<'a, K> {
    connection: &'a Connection,
    key: &'a K,
    mirror: Mirror<'a>,
    summary: Summary,
}

impl<K: Signer + Sync> Crank<'_, K> {
    async fn work(
        &mut self,
        options: &Options,
        events: &mut EventStream,
        stop: impl Future<Output = ()>,
        on_report: &mut impl FnMut(Report),
    ) {
        let (connection, key) = (self.connection, self.key);
        let mut stop = pin!(stop);
        let mut flights = FuturesUnordered::new();
        let mut ticks = interval(options.tick.max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failures = 0u32;
        loop {
            tokio::select! {
                () = &mut stop => break,
                emitted = events.next() => match emitted {
                    Some(emitted) => self.mirror.changed(emitted.written, emitted.slot),
                    // The runtime shuts down.
                    None => break,
                },
                Some(landed) = flights.next() => self.land(landed, on_report),
                _ = ticks.tick() => match self.mirror.refresh(on_report).await {
                    Ok(now) => {
                        failures = 0;
                        let room = options.in_flight.saturating_sub(flights.len());
                        for action in self.mirror.planner.plan(now, room) {
                            let wallet = self.mirror.missing_wallet(&action);
                            flights.push(Flight { action, wallet }.fly(connection, key));
                        }
                    }
                    Err(error) => {
                        on_report(Report::Trouble { error });
                        ticks.reset_after(retry::backoff(failures).max(options.tick));
                        failures = failures.saturating_add(1);
                    }
                },
            }
        }
        while let Some(landed) = flights.next().await {
            self.land(landed, on_report);
        }
    }

    /// Takes in what became of an action.
    fn land(&mut self, landed: Landed, on_report: &mut impl FnMut(Report)) {
        let Landed { action, result } = landed;
        let slot = result.as_ref().map_or(0, |(receipt, _)| receipt.slot);
        self.mirror.changed(action.writes().collect(), slot);
        let outcome = match &result {
            Ok(_) => Outcome::Done,
            Err(RpcError::Unconfirmed { .. }) => Outcome::Lost,
            Err(error) if error.is_transient() => Outcome::Lost,
            Err(_) => Outcome::Refused,
        };
        self.mirror.report(&action, outcome);
        let report = match result {
            Ok((receipt, earned)) => Report::Done { action, receipt, earned },
            Err(error @ RpcError::Refused(_)) => Report::Refused { action, error },
            Err(error) => Report::Failed { action, error },
        };
        self.summary.count(&report);
        on_report(report);
    }
}
