//! One network for all tests of a file, and parties that act on it. Each test has parties and a market of its own, so
//! that none waits in another's line.
#![allow(dead_code, reason = "each file of tests uses a part")]

pub mod grounds;
pub mod process;
pub mod proxy;
pub mod relay;
pub mod relayed;
pub mod silence;
pub mod user;

use {
    gpu_market_localnet::{Localnet, SLOT, keys, tokens},
    gpu_market_migrations::Deployment,
    gpu_market_sdk::{
        Address, Instruction, address,
        gpu_market::state::{HostParams, Outcome, PostParams},
        instructions::{
            Parties, Token, client, host,
            job::{self, Post},
            member, queue, stake,
        },
        rpc::{Connection, Receipt, RpcError},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::{future::Future, sync::LazyLock},
    tokio::runtime::Runtime,
};

pub const PROGRAM: &[u8] = include_bytes!("../../../artifacts/gpu_market.so");
pub const MARKETS: &str = include_str!("../../../examples/markets.toml");
/// Lamports of each party: one SOL.
pub const LAMPORTS: u64 = 1_000_000_000;
/// A dollar in base units.
pub const DOLLAR: u64 = 1_000_000;
/// A whole token of the stake.
pub const STAKE: u64 = 1_000_000_000;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
static LOCALNET: LazyLock<Localnet> = LazyLock::new(|| {
    let deployment = Deployment::parse("examples/markets.toml", MARKETS).expect("a deployment");
    RUNTIME.block_on(Localnet::start(PROGRAM, deployment)).expect("a network")
});

/// The network, started by whichever test comes first.
pub fn localnet() -> &'static Localnet {
    &LOCALNET
}

/// Runs a test on the runtime that all of them share, since connections are kept open in it.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    RUNTIME.block_on(test)
}

/// A market in dollars and what its instructions need.
#[derive(Clone, Copy)]
pub struct Place {
    pub market: Address,
    pub token: Token,
    pub terms: u32,
}

pub async fn place(id: u16) -> Place {
    let localnet = localnet();
    let market = localnet.network.connection().market(&localnet.market(id)).await.expect("a market");
    let token = localnet.payment(id).expect("a mint");
    Place { market: market.address, token, terms: market.terms.number }
}

/// A new key with this many lamports, which may be none.
pub async fn funded(name: &str, lamports: u64) -> Keypair {
    let key = keys::key(name);
    if lamports > 0 {
        localnet().network.fund(&key.pubkey(), lamports).await.expect("funded");
    }
    key
}

pub struct ClientParty {
    pub connection: Connection,
    pub owner: Keypair,
    pub client: Address,
    pub wallet: Address,
    pub place: Place,
}

impl ClientParty {
    /// A client with an empty escrow and `funds` in its wallet.
    pub async fn new(name: &str, place: Place, funds: u64) -> Self {
        let localnet = localnet();
        let owner = funded(name, LAMPORTS).await;
        localnet.mint(place.token, owner.pubkey(), funds).await.expect("minted");
        let party = Self {
            connection: localnet.network.connection().clone(),
            client: address::client(&owner.pubkey(), &place.token.mint).0,
            wallet: tokens::wallet(owner.pubkey(), place.token),
            owner,
            place,
        };
        party
            .send(client::open_client(party.owner.pubkey(), party.owner.pubkey(), place.token))
            .await
            .expect("opened");
        party
    }

    pub async fn send(&self, instruction: Instruction) -> Result<Receipt, RpcError> {
        self.connection.send(&self.owner.pubkey(), &[instruction], &[&self.owner]).await
    }

    pub async fn deposit(&self, amount: u64) -> Result<Receipt, RpcError> {
        self.send(client::deposit(client::Deposit {
            depositor: self.owner.pubkey(),
            source: self.wallet,
            client: self.client,
            token: self.place.token,
            amount,
        }))
        .await
    }

    pub async fn withdraw(&self, amount: u64) -> Result<Receipt, RpcError> {
        self.send(self.withdraw_of(amount)).await
    }

    pub fn withdraw_of(&self, amount: u64) -> Instruction {
        client::withdraw(client::Withdraw {
            owner: self.owner.pubkey(),
            token: self.place.token,
            destination: self.wallet,
            amount,
        })
    }

    /// A post of an hour, at any rate.
    pub fn post(&self, nonce: u64) -> Post {
        Post {
            authority: self.owner.pubkey(),
            payer: self.owner.pubkey(),
            market: self.place.market,
            terms: self.place.terms,
            shard: 0,
            client: self.client,
            params: PostParams { nonce, max_rate: u64::MAX, duration: 3_600, spec_hash: [1; 32] },
        }
    }
}

pub struct HostParty {
    pub connection: Connection,
    pub owner: Keypair,
    pub operator: Keypair,
    pub host: Address,
    pub wallet: Address,
    pub place: Place,
}

impl HostParty {
    /// A host that is enrolled with collateral for one seat, and has not joined.
    pub async fn new(name: &str, place: Place) -> Self {
        let localnet = localnet();
        let party = Self::at(name, place);
        funded(&format!("{name} owner"), LAMPORTS).await;
        funded(&format!("{name} operator"), LAMPORTS).await;
        let owner = party.owner.pubkey();
        let stake = localnet.stake().expect("a mint");
        localnet.mint(stake, owner, 1_000 * STAKE).await.expect("minted");
        localnet.mint(place.token, owner, 0).await.expect("a wallet");
        party.enroll(stake).await;
        party
    }

    /// The same host at another place, or before it is one.
    pub fn at(name: &str, place: Place) -> Self {
        let owner = keys::key(&format!("{name} owner"));
        Self {
            connection: localnet().network.connection().clone(),
            host: address::host(&owner.pubkey()).0,
            wallet: tokens::wallet(owner.pubkey(), place.token),
            owner,
            operator: keys::key(&format!("{name} operator")),
            place,
        }
    }

    async fn enroll(&self, token: Token) {
        let (owner, place) = (self.owner.pubkey(), self.place);
        let params = HostParams { operator: self.operator.pubkey(), sealing_key: [7; 32], metadata_hash: [8; 32] };
        let source = tokens::wallet(owner, token);
        let stake_tokens = stake::StakeTokens { owner, source, token, amount: 1_000 * STAKE };
        let enroll = member::Enroll { owner, payer: owner, market: place.market, token: place.token, access: None };
        for instruction in [
            host::register_host(owner, owner, params),
            stake::open_stake(owner, owner, token),
            stake::stake(stake_tokens),
            host::open_earnings(owner, place.token),
            member::enroll(enroll),
            stake::allocate(owner, place.market, 500 * STAKE),
        ] {
            self.as_owner(instruction).await.expect("enrolled");
        }
    }

    async fn as_owner(&self, instruction: Instruction) -> Result<Receipt, RpcError> {
        self.connection.send(&self.owner.pubkey(), &[instruction], &[&self.owner]).await
    }

    pub async fn as_operator(&self, instruction: Instruction) -> Result<Receipt, RpcError> {
        self.connection.send(&self.operator.pubkey(), &[instruction], &[&self.operator]).await
    }

    pub async fn join(&self) -> Result<Receipt, RpcError> {
        self.as_operator(queue::join(queue::Seat {
            operator: self.operator.pubkey(),
            host: self.host,
            market: self.place.market,
            terms: self.place.terms,
            shard: 0,
            min_rate: 0,
            access: None,
        }))
        .await
    }

    pub async fn start(&self, job: Address) -> Result<Receipt, RpcError> {
        self.as_operator(job::start(job::Start {
            operator: self.operator.pubkey(),
            host: self.host,
            market: self.place.market,
            job,
            shard: 0,
            max_duration: u32::MAX,
        }))
        .await
    }

    pub async fn heartbeat(&self, job: Address) -> Result<Receipt, RpcError> {
        self.as_operator(job::heartbeat(job::Heartbeat {
            operator: self.operator.pubkey(),
            host: self.host,
            market: self.place.market,
            job,
            checkpoint: [3; 32],
        }))
        .await
    }

    pub async fn collect(&self, job: Address, client: Address) -> Result<Receipt, RpcError> {
        self.as_operator(job::collect(self.parties(job, client), self.place.token)).await
    }

    pub async fn finish(&self, job: Address, client: Address) -> Result<Receipt, RpcError> {
        self.as_operator(job::finish(job::Finish {
            operator: self.operator.pubkey(),
            parties: self.parties(job, client),
            token: self.place.token,
            outcome: Outcome::Success,
            result_hash: [2; 32],
            slash: None,
        }))
        .await
    }

    pub async fn withdraw(&self) -> Result<Receipt, RpcError> {
        self.as_owner(host::withdraw_earnings(host::WithdrawEarnings {
            authority: self.owner.pubkey(),
            host: self.host,
            token: self.place.token,
            destination: self.wallet,
            amount: u64::MAX,
        }))
        .await
    }

    fn parties(&self, job: Address, client: Address) -> Parties {
        Parties { job, client, market: self.place.market, host: self.host }
    }
}

/// Base units in a token account.
pub async fn balance(account: Address) -> u64 {
    let balance = localnet().network.connection().inner().get_token_account_balance(&account).await;
    balance.expect("a token account").amount.parse().expect("a number")
}

/// Lets this many seconds pass on the network.
pub async fn pass(seconds: i64) {
    let network = &localnet().network;
    let now = network.connection().clock().await.expect("a clock");
    network.travel_to(now.unix + seconds).await.expect("time passed");
}

/// Lets this many slots pass on the network, and the block after them.
pub async fn pass_slots(count: u64) {
    let network = &localnet().network;
    let slot = network.connection().clock().await.expect("a clock").slot + count;
    network.travel_to_slot(slot).await.expect("slots passed");
    while network.connection().clock().await.expect("a clock").slot <= slot {
        tokio::time::sleep(SLOT).await;
    }
}

/// Lamports of an account; zero if there is none.
pub async fn lamports(account: &Address) -> u64 {
    localnet().network.connection().lamports(account).await.expect("a balance")
}
