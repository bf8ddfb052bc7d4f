//! Every event of the program, across lost connections.
//!
//! A subscription to the logs of transactions that mention the program says which there are; each is then read by its
//! signature, since events are in inner instructions. After every connection the history is read back to what was
//! delivered last, see [`super::gap`].

use {
    super::{
        Connection, Emitted, RpcError,
        gap::{Entry, Gap, PAGE, Seen, Step},
        retry,
    },
    crate::{Address, address},
    futures_util::StreamExt,
    solana_pubsub_client::nonblocking::pubsub_client::PubsubClient,
    solana_rpc_client::rpc_client::GetConfirmedSignaturesForAddress2Config,
    solana_rpc_client_api::{
        config::{RpcTransactionLogsConfig, RpcTransactionLogsFilter},
        response::{Response, RpcConfirmedTransactionStatusWithSignature, RpcLogsResponse},
    },
    solana_signature::Signature,
    tokio::{
        sync::{mpsc, oneshot},
        task::JoinHandle,
    },
};

/// Transactions that wait for their reader. Beyond it nothing more is read from the cluster.
const BUFFER: usize = 64;
/// How often a transaction that was announced is asked for before the connection counts as broken.
const READS: u32 = 20;

/// Where a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartAt {
    /// With the first transaction after the subscription.
    Now,
    /// With the first transaction after this one, so that a service continues where it stopped.
    After(Signature),
}

/// Transactions of the program with their events, as they are confirmed. Ends when it is dropped.
#[derive(Debug)]
pub struct EventStream {
    emitted: mpsc::Receiver<Emitted>,
    task: JoinHandle<()>,
}

impl EventStream {
    /// The next transaction that emitted events. Waits, through lost connections too; none only if the runtime shuts
    /// down.
    pub async fn next(&mut self) -> Option<Emitted> {
        self.emitted.recv().await
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connection {
    /// Follows the events of the program. Returns as soon as the subscription stands.
    ///
    /// # Errors
    ///
    /// [`RpcError::Stream`] if the WebSocket does not answer, and what reading the history reports. After that a lost
    /// connection is made anew, for as long as it takes.
    pub async fn events(&self, start: StartAt) -> Result<EventStream, RpcError> {
        let mut seen = Seen::default();
        if let Some(newest) = self.anchor(start).await? {
            seen.admit(newest.signature, newest.slot);
        }
        let (sender, emitted) = mpsc::channel(BUFFER);
        let (ready, is_ready) = oneshot::channel();
        let follower = Follower { connection: self.clone(), seen, sender };
        let task = tokio::spawn(follower.run(ready));
        let stream = EventStream { emitted, task };
        is_ready.await.unwrap_or_else(|_| Err(self.stream_error("its task ended")))?;
        Ok(stream)
    }

    /// The transaction after which a stream begins; none if the program has no history yet.
    async fn anchor(&self, start: StartAt) -> Result<Option<Entry>, RpcError> {
        match start {
            StartAt::After(signature) => Ok(Some(Entry { signature, slot: 0, failed: false })),
            StartAt::Now => Ok(self.history(None, None, 1).await?.into_iter().next()),
        }
    }

    /// The latest transactions that named an account and succeeded, the newest first, at most `limit` of a page of a
    /// thousand.
    pub async fn history_of(&self, account: &Address, limit: usize) -> Result<Vec<Signature>, RpcError> {
        let page = self.page(account, None, None, PAGE).await?;
        let succeeded = page.into_iter().filter(|entry| !entry.failed).take(limit);
        Ok(succeeded.map(|entry| entry.signature).collect())
    }

    /// A page of the program's transactions, the newest first.
    async fn history(
        &self,
        before: Option<Signature>,
        until: Option<Signature>,
        limit: usize,
    ) -> Result<Vec<Entry>, RpcError> {
        self.page(&address::PROGRAM, before, until, limit).await
    }

    /// A page of an account's transactions, the newest first.
    async fn page(
        &self,
        account: &Address,
        before: Option<Signature>,
        until: Option<Signature>,
        limit: usize,
    ) -> Result<Vec<Entry>, RpcError> {
        let config = GetConfirmedSignaturesForAddress2Config {
            before,
            until,
            limit: Some(limit),
            commitment: Some(self.settings.commitment),
        };
        let page = self.rpc.get_signatures_for_address_with_config(account, config).await;
        let page = page.map_err(|error| self.transport(error))?;
        Ok(page.iter().filter_map(entry).collect())
    }

    fn stream_error(&self, reason: impl ToString) -> RpcError {
        let endpoint = self.settings.endpoint.clone();
        RpcError::Stream { reason: endpoint.redact(&reason.to_string()), endpoint }
    }
}

fn entry(status: &RpcConfirmedTransactionStatusWithSignature) -> Option<Entry> {
    let signature = status.signature.parse().ok()?;
    Some(Entry { signature, slot: status.slot, failed: status.err.is_some() })
}

fn announced(notification: &Response<RpcLogsResponse>) -> Option<Entry> {
    let signature = notification.value.signature.parse().ok()?;
    let failed = notification.value.err.is_some();
    Some(Entry { signature, slot: notification.context.slot, failed })
}

/// Reports once whether the first subscription stands.
type Ready = oneshot::Sender<Result<(), RpcError>>;

/// The task behind a stream.
struct Follower {
    connection: Connection,
    seen: Seen,
    sender: mpsc::Sender<Emitted>,
}

impl Follower {
    async fn run(mut self, ready: Ready) {
        let mut ready = Some(ready);
        let mut attempt = 0u32;
        while !self.sender.is_closed() {
            let error = match self.session(&mut ready, &mut attempt).await {
                Ok(()) => continue,
                Err(error) => error,
            };
            // Nobody has the stream yet: the first failure is the caller's.
            if let Some(ready) = ready.take() {
                let _ = ready.send(Err(error));
                return;
            }
            // Until it is time to connect again, or nobody reads any more.
            let _ = tokio::time::timeout(retry::backoff(attempt), self.sender.closed()).await;
            attempt = attempt.saturating_add(1);
        }
    }

    /// One connection, from the subscription until it is lost.
    async fn session(&mut self, ready: &mut Option<Ready>, attempt: &mut u32) -> Result<(), RpcError> {
        let connection = self.connection.clone();
        let settings = connection.settings();
        let failed = |error| connection.stream_error(error);
        let client =
            PubsubClient::new(settings.endpoint.websocket.as_str()).await.map_err(|error| failed(cause(error)))?;
        let filter = RpcTransactionLogsFilter::Mentions(vec![address::PROGRAM.to_string()]);
        let config = RpcTransactionLogsConfig { commitment: Some(settings.commitment) };
        let (mut notifications, _) =
            client.logs_subscribe(filter, config).await.map_err(|error| failed(cause(error)))?;
        self.fill_gap().await?;
        *attempt = 0;
        if let Some(ready) = ready.take() {
            let _ = ready.send(Ok(()));
        }
        while let Some(notification) = notifications.next().await {
            if let Some(entry) = announced(&notification).filter(|entry| !entry.failed) {
                self.deliver(entry).await?;
            }
        }
        Err(connection.stream_error("the connection was closed"))
    }

    /// Delivers what the history has and the stream has not.
    async fn fill_gap(&mut self) -> Result<(), RpcError> {
        let mut gap = Gap::after(&self.seen);
        let mut before = None;
        loop {
            let page = self.connection.history(before, gap.until(), PAGE).await?;
            match gap.add(&page) {
                Step::Before(signature) => before = Some(signature),
                Step::Complete => break,
            }
        }
        for entry in gap.missed(&self.seen) {
            self.deliver(entry).await?;
        }
        Ok(())
    }

    /// Reads a transaction and hands its events on, once. It is remembered only then, so that a failure on the way is
    /// made up for by the next connection.
    async fn deliver(&mut self, entry: Entry) -> Result<(), RpcError> {
        if self.seen.knows(&entry.signature) {
            return Ok(());
        }
        let emitted = self.read(&entry).await?;
        if !(emitted.events.is_empty() && emitted.unknown.is_empty()) {
            // Without a reader the loop of `run` ends.
            let _ = self.sender.send(emitted).await;
        }
        self.seen.admit(entry.signature, entry.slot);
        Ok(())
    }

    /// An announcement may come before the transaction can be read.
    async fn read(&self, entry: &Entry) -> Result<Emitted, RpcError> {
        for _ in 0..READS {
            if let Some(emitted) = self.connection.emitted(&entry.signature).await? {
                return Ok(emitted);
            }
            tokio::time::sleep(retry::POLL).await;
        }
        Err(self.connection.stream_error(format!("transaction {} cannot be read", entry.signature)))
    }
}

/// What failed in a WebSocket; the error itself names only the kind.
fn cause(error: impl std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
