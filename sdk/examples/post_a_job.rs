//! Posts a job: funds an escrow, quotes, posts, looks at the job and takes it back.
//!
//!     cargo run -p gpu-market-sdk --features svm --example post_a_job
//!
//! With the feature `rpc` it posts to a market of a real cluster, for example the local network's, and leaves the job there:
//!
//!     cargo run -p gpu-market-sdk --features svm,rpc --example post_a_job -- \
//!         --url http://127.0.0.1:8899 --market ADDRESS --keypair localnet-keys/client-keypair.json

#[path = "open_a_market.rs"]
#[allow(dead_code, reason = "only its market is needed")]
mod open_a_market;

use {
    gpu_market_sdk::{
        Address, address,
        decode::ShardAccount,
        error::Refusal,
        gpu_market::state::{Client, Job, Market, PostParams, Terms},
        instructions::{Token, client, job},
        quote,
        view::JobView,
    },
    open_a_market::{DOLLAR, funded, open},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::error::Error,
};

/// Seconds that the job may run.
const SECONDS: u32 = 3_600;
/// SHA-256 of what is to be done; whoever is to do it has to find the spec by it.
const SPEC_HASH: [u8; 32] = [7; 32];

/// What the client pays at most, and what it asks for.
fn post_of(owner: Address, market: Address, terms: &Terms, client: &Client) -> job::Post {
    let key = address::client(&owner, &client.mint).0;
    job::Post {
        authority: owner,
        payer: owner,
        market,
        terms: terms.number,
        shard: 0,
        client: key,
        params: PostParams {
            // A nonce makes the post one job however often it is sent; this one costs the least compute.
            nonce: address::nonce_with_canonical_bump(&key, client.nonce_floor),
            max_rate: terms.rate,
            duration: SECONDS,
            spec_hash: SPEC_HASH,
        },
    }
}

fn deposit_of(owner: Address, source: Address, token: Token, amount: u64) -> client::Deposit {
    client::Deposit { depositor: owner, source, client: address::client(&owner, &token.mint).0, token, amount }
}

fn on_an_embedded_chain() -> Result<(), Box<dyn Error>> {
    let mut place = open()?;
    let (svm, market_key, token) = (&mut place.svm, place.market, place.dollar);
    let owner = funded(svm, "client");
    let wallet = keypair_account(svm, token, &owner)?;
    svm.mint_to(token, &wallet, 10 * DOLLAR)?;

    // An escrow in the market's mint, with ten dollars.
    let open_client = client::open_client(owner.pubkey(), owner.pubkey(), token);
    let deposit = client::deposit(deposit_of(owner.pubkey(), wallet, token, 10 * DOLLAR));
    svm.send(&[open_client, deposit], &[&owner])?;

    // What it would cost.
    let client_key = address::client(&owner.pubkey(), &token.mint).0;
    let read = "an account of the market is missing";
    let market: Market = svm.account(&market_key).ok_or(read)?;
    let terms: Terms =
        svm.account(&address::terms(&market_key, market.terms_in_force(svm.now().unix)).0).ok_or(read)?;
    let shard_key = address::shard(&market_key, 0).0;
    let shard: ShardAccount = svm.account(&shard_key).ok_or(read)?;
    let client: Client = svm.account(&client_key).ok_or(read)?;
    let deposit = quote::queued(&terms, SECONDS, (&shard).into())?.deposit().map_err(Refusal::from)?;
    println!("an hour reserves at most {deposit} of {} base units", client.available);

    let post = post_of(owner.pubkey(), market_key, &terms, &client);
    let executed = svm.send(&[job::post(post)], &[&owner])?;
    println!("posted {} for {} compute units", post.job(), executed.compute_units);

    let (job, shard): (Job, ShardAccount) =
        (svm.account(&post.job()).ok_or(read)?, svm.account(&shard_key).ok_or(read)?);
    println!("{:?}", JobView::new(post.job(), &job, Some(&shard))?.phase);

    // Nobody has taken it, so all of its deposit comes back.
    let (authority, job) = (owner.pubkey(), post.job());
    let cancel = job::cancel(job::Cancel { authority, client: client_key, job, market: market_key, shard: 0 });
    svm.send(&[cancel], &[&owner])?;
    let client: Client = svm.account(&client_key).ok_or(read)?;
    println!("cancelled; {} base units are available again", client.available);
    if client.available != 10 * DOLLAR {
        return Err("the refund is not the deposit".into());
    }
    Ok(())
}

/// A token account of the owner.
fn keypair_account(
    svm: &mut gpu_market_sdk::svm::Svm,
    token: Token,
    owner: &Keypair,
) -> Result<Address, Box<dyn Error>> {
    svm.create_token_account("client's wallet", token, &owner.pubkey())?;
    Ok(gpu_market_sdk::svm::keypair("token account client's wallet").pubkey())
}

/// The same against a cluster.
#[cfg(feature = "rpc")]
mod cluster {
    use {
        super::*,
        gpu_market_sdk::{
            decode::Decode,
            rpc::{Connection, Endpoint, FeePolicy, MarketInForce, Settings},
        },
    };

    pub async fn post(url: &str, market: Address, owner: Keypair) -> Result<(), Box<dyn Error>> {
        // At most 0.05 lamports per compute unit for priority.
        let settings = Settings { fee: FeePolicy::up_to(50_000), ..Settings::new(Endpoint::of_rpc(url)) };
        let connection = Connection::new(settings);
        let place = connection.recent_market(&market).await?;
        let shard: ShardAccount = connection.get(&address::shard(&market, 0).0).await?;
        let deposit = quote::queued(&place.terms, SECONDS, (&shard).into())?.deposit().map_err(Refusal::from)?;
        println!("an hour reserves at most {deposit} base units");
        let client = fund(&connection, &place, &owner, deposit).await?;
        let post = post_of(owner.pubkey(), market, &place.terms, &client);
        // May be repeated until it succeeds: the nonce makes it one job.
        let posted = connection.post(&post, &[&owner]).await?;
        println!("posted {}: {:?}", posted.job, connection.job(&posted.job).await?.phase);
        Ok(())
    }

    /// Opens the escrow if it is not open, and deposits what it lacks from the owner's wallet.
    async fn fund(
        connection: &Connection,
        place: &MarketInForce,
        owner: &Keypair,
        needed: u64,
    ) -> Result<Client, Box<dyn Error>> {
        let token = Token::spl(place.market.payment_mint);
        let key = address::client(&owner.pubkey(), &token.mint).0;
        let found: Option<Client> = connection.find(&key).await?;
        let lacking = needed.saturating_sub(found.map_or(0, |client| client.available));
        let mut instructions = Vec::new();
        if found.is_none() {
            instructions.push(client::open_client(owner.pubkey(), owner.pubkey(), token));
        }
        if lacking > 0 {
            let wallet = address::associated_token(&owner.pubkey(), &token.mint, &token.program).0;
            instructions.push(client::deposit(deposit_of(owner.pubkey(), wallet, token, lacking)));
        }
        if !instructions.is_empty() {
            connection.send(&owner.pubkey(), &instructions, &[owner]).await?;
        }
        Ok(connection.find(&key).await?.ok_or_else(|| format!("there is no {} at {key}", Client::NAME))?)
    }
}

#[cfg(feature = "rpc")]
fn on_a_cluster(url: &str, option: impl Fn(&str) -> Option<String>) -> Result<(), Box<dyn Error>> {
    let market = option("--market").ok_or("--url needs --market ADDRESS")?.parse()?;
    let file = option("--keypair").ok_or("--url needs --keypair FILE")?;
    let owner = solana_keypair::read_keypair_file(file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(cluster::post(url, market, owner))
}

#[cfg(not(feature = "rpc"))]
fn on_a_cluster(_url: &str, _option: impl Fn(&str) -> Option<String>) -> Result<(), Box<dyn Error>> {
    Err("--url needs the feature rpc: cargo run --features svm,rpc ...".into())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at.checked_add(1)?).cloned()
    };
    match option("--url") {
        Some(url) => on_a_cluster(&url, option),
        None => on_an_embedded_chain(),
    }
}

#[cfg(test)]
#[test]
fn a_job_is_posted_and_taken_back() {
    on_an_embedded_chain().unwrap();
}
