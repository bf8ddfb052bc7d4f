//! The network: blocks, JSON-RPC and WebSocket, embedded in this process.

use {
    crate::LocalnetError,
    gpu_market_sdk::{
        Address, address,
        rpc::{Connection, Endpoint, Settings},
    },
    serde_json::{Value, json},
    solana_keypair::Keypair,
    solana_rpc_client_api::request::RpcRequest,
    solana_signer::Signer,
    std::time::Duration,
    surfpool_sdk::{BlockProductionMode, Surfnet},
};

/// How long a slot lasts.
pub const SLOT: Duration = Duration::from_millis(200);

/// A running network. Stops when it is dropped.
pub struct Network {
    surfnet: Surfnet,
    connection: Connection,
}

impl Network {
    /// Starts a network without any connection to another one. `payer` and `funded` hold `lamports` each.
    pub async fn start(payer: Keypair, funded: &[Address], lamports: u64) -> Result<Self, LocalnetError> {
        let slot = u64::try_from(SLOT.as_millis()).unwrap_or_default();
        let surfnet = Surfnet::builder()
            .offline(true)
            .block_production_mode(BlockProductionMode::Clock)
            .slot_time_ms(slot)
            .payer(payer)
            .airdrop_addresses(funded.iter().map(|address| address.to_bytes().into()).collect())
            .airdrop_sol(lamports)
            .start()
            .await
            .map_err(|error| LocalnetError::Network(error.to_string()))?;
        let endpoint = Endpoint::new(surfnet.rpc_url(), surfnet.ws_url());
        Ok(Self { connection: Connection::new(Settings::new(endpoint)), surfnet })
    }

    /// A connection to the network.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Where the network is reached.
    pub fn endpoint(&self) -> &Endpoint {
        &self.connection.settings().endpoint
    }

    /// The key that pays for the deployment.
    pub fn payer(&self) -> &Keypair {
        self.surfnet.payer()
    }

    /// Deploys the program at its address, as if its upgrade authority had.
    pub async fn deploy(&self, program: &[u8], upgrade_authority: &Keypair) -> Result<(), LocalnetError> {
        let (id, authority) = (address::PROGRAM.to_string(), upgrade_authority.pubkey().to_string());
        self.call("surfnet_writeProgram", json!([id, hex::encode(program), 0, authority])).await
    }

    /// Gives an account this many lamports.
    pub async fn fund(&self, account: &Address, lamports: u64) -> Result<(), LocalnetError> {
        self.call("surfnet_setAccount", json!([account.to_string(), { "lamports": lamports }])).await
    }

    /// Moves the clock of the network to this time, unix seconds; never back.
    pub async fn travel_to(&self, unix: i64) -> Result<(), LocalnetError> {
        let milliseconds = unix.saturating_mul(1_000);
        self.call("surfnet_timeTravel", json!([{ "absoluteTimestamp": milliseconds }])).await
    }

    /// Moves the network to this slot; never back.
    pub async fn travel_to_slot(&self, slot: u64) -> Result<(), LocalnetError> {
        self.call("surfnet_timeTravel", json!([{ "absoluteSlot": slot }])).await
    }

    async fn call(&self, method: &'static str, params: Value) -> Result<(), LocalnetError> {
        let answer = self.connection.inner().send::<Value>(RpcRequest::Custom { method }, params).await;
        answer.map(|_| ()).map_err(|error| LocalnetError::Method { method, reason: error.to_string() })
    }
}
