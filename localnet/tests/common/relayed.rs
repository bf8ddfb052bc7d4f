//! A client behind a bad network.

use {
    super::{
        ClientParty, DOLLAR, localnet, place,
        proxy::{Call, Fate, Proxy},
    },
    gpu_market_sdk::{
        gpu_market::state::{Client, Job},
        rpc::{Connection, Endpoint, Posted, RpcError, Settings},
    },
    std::time::Duration,
};

pub const SEND: &str = "sendTransaction";
pub const STATUSES: &str = "getSignatureStatuses";

/// A client whose calls go over a relay.
pub struct Relayed {
    pub client: ClientParty,
    pub proxy: Proxy,
    /// A connection over the relay; the client's own is a direct one.
    pub connection: Connection,
}

impl Relayed {
    /// A client with ten dollars in its escrow.
    pub async fn new(name: &str, fate: impl Fn(&Call) -> Fate + Send + Sync + 'static) -> Self {
        let client = ClientParty::new(name, place(3).await, 10 * DOLLAR).await;
        client.deposit(10 * DOLLAR).await.unwrap();
        let direct = localnet().network.endpoint();
        let proxy = Proxy::start(&direct.rpc, Duration::ZERO, fate).await;
        let endpoint = Endpoint::new(proxy.url.clone(), direct.websocket.clone());
        Self { client, proxy, connection: Connection::new(Settings::new(endpoint)) }
    }

    pub async fn post(&self) -> Result<Posted, RpcError> {
        self.connection.post(&self.client.post(0), &[&self.client.owner]).await
    }

    /// Checks on the chain itself that there is one job and that its deposit is reserved once.
    pub async fn assert_posted_once(&self) {
        let direct = &self.client.connection;
        let account: Client = direct.get(&self.client.client).await.unwrap();
        let job: Job = direct.get(&self.client.post(0).job()).await.unwrap();
        assert_eq!((account.open_jobs, account.reserved), (1, job.deposit));
        assert_eq!(account.available, 10 * DOLLAR - job.deposit);
    }
}

/// A fate for the calls of one method; all others go through.
pub fn of(method: &'static str, fate: impl Fn(&Call) -> Fate) -> impl Fn(&Call) -> Fate {
    move |call| if call.method == method { fate(call) } else { Fate::Through }
}
