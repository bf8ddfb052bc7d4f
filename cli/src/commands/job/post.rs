//! Posting a job.

use {
    super::{
        private::Kept,
        quote::{self, Offer, offer, record},
    },
    crate::{
        amount,
        commands::{
            CommandError,
            lookup::{MarketRef, Place, gpu_class, or_next},
        },
        context::{Context, receipt_record},
        data::{SealingOption, StoreOption},
        explain,
        output::{Record, Value},
        spec::Spec,
    },
    gpu_market_migrations::{Decimal, FileError},
    gpu_market_sdk::{
        Address, address,
        decode::ShardAccount,
        gpu_market::{
            error::MarketError,
            state::{Client, Job, Market, PostParams},
        },
        instructions::job::{self, Post as PostInstruction},
        rpc::{Holds, RpcError},
    },
    std::{mem::offset_of, path::PathBuf},
};

/// Nonces that are looked at together.
const NONCES: usize = 32;

/// What to post.
#[derive(Clone, Debug, clap::Args)]
pub struct Post {
    /// Spec of the job, a JSON file.
    #[arg(required_unless_present = "spec_hash")]
    spec: Option<PathBuf>,
    /// SHA-256 of a spec that is kept elsewhere, instead of a file.
    #[arg(long, value_name = "HEX", value_parser = hash, conflicts_with = "spec", requires = "market", requires = "duration", requires = "max_rate")]
    spec_hash: Option<Hash>,
    /// Market to post in: its address, or AUTHORITY/NUMBER [default: the only one that the spec fits].
    #[arg(long)]
    market: Option<MarketRef>,
    /// How long the job may run, for example 90m [default: the spec's].
    #[arg(long, value_parser = amount::duration)]
    duration: Option<u32>,
    /// The most that is accepted, in whole tokens per hour [default: the spec's].
    #[arg(long, value_name = "RATE")]
    max_rate: Option<Decimal>,
    /// Number of the job among the client's; repeat it to be sure that the job is posted once [default: the next free
    /// one].
    #[arg(long)]
    nonce: Option<u64>,
    /// Keeps the spec here instead of in the store; `gpu-market job reveal` seals it to the host that gets the job, which
    /// seals the result to this client.
    #[arg(long, conflicts_with = "spec_hash")]
    private: bool,
    #[command(flatten)]
    sealing: SealingOption,
    #[command(flatten)]
    store: StoreOption,
    /// Owner of a host whose waiting seat is to take the job; it never waits in line.
    #[arg(long, value_name = "OWNER")]
    to_host: Option<Address>,
    /// Owner of the client, for whom the key that acts is the delegate [default: the key that acts].
    #[arg(long, value_name = "OWNER")]
    client_owner: Option<Address>,
}

#[derive(Clone, Copy, Debug)]
pub struct Hash([u8; 32]);

/// 32 bytes in hexadecimal digits.
pub fn hash(text: &str) -> Result<Hash, String> {
    let wrong = || format!("\"{text}\" is no hash; allowed: 64 hexadecimal digits");
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| wrong())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
    }
    Ok(Hash(bytes))
}

impl From<Hash> for [u8; 32] {
    fn from(hash: Hash) -> Self {
        hash.0
    }
}

/// What a market is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub spec_hash: [u8; 32],
    /// Seconds.
    pub duration: u32,
    /// Micro base units per second.
    pub max_rate: u64,
}

pub async fn post(context: &Context, options: &Post) -> Result<(), CommandError> {
    let spec = options.spec.as_deref().map(Spec::read).transpose()?;
    let store = options.store.open()?;
    let is_private = options.private || spec.as_ref().is_some_and(|spec| spec.private.is_some());
    let kept = is_private.then(Kept::of_user).transpose()?;
    if is_private {
        store.require_letters()?;
    }
    let place = context.place(market(context, options, spec.as_ref()).await?).await?;
    require_fits(options, spec.as_ref(), &place)?;
    let owner = options.client_owner.map_or_else(|| context.me(), Ok)?;
    let key = address::client(&owner, &place.market.payment_mint).0;
    let (client, shards) =
        tokio::join!(context.connection.get::<Client>(&key), context.shards(&place.address, place.market.shards));
    let client = or_next(
        client,
        || format!("escrow of {owner} in {}", place.market.payment_mint),
        || format!("open it: `gpu-market client fund AMOUNT --market {}`", place.address),
    )?;
    context.require_key(format!("the client {key}"), "owner or delegate", &[client.owner, client.delegate])?;
    let nonce = match options.nonce {
        Some(nonce) => nonce,
        None => free_nonce(context, &key, client.nonce_floor, kept.as_ref()).await?,
    };
    let spec = match (spec, &kept) {
        (Some(spec), Some(kept)) => {
            let secret = || options.sealing.read_or_new();
            Some(kept.made_private(&file(options), spec, address::job(&key, nonce).0, secret).await?)
        }
        (spec, _) => spec,
    };
    let wanted = wanted(options, spec.as_ref(), &place)?;
    // A nonce that is free was looked for just now.
    if options.nonce.is_some()
        && let Some(posted) = posted(context, &key, nonce, &place, &wanted).await?
    {
        return context.print(&posted);
    }
    quote::check(&place, &wanted)?;
    let shards = shards?;
    let target = options.to_host.map(|owner| seat(&place, &shards, owner)).transpose()?;
    let offer = match target {
        Some(target) => quote::targeted(&place, &wanted, target.shard)?,
        None => offer(&place, &shards, &wanted)?,
    };
    require_funds(&place, &client, &offer)?;
    let post = PostInstruction {
        authority: context.me()?,
        payer: context.payer()?,
        market: place.address,
        terms: place.terms.number,
        shard: offer.shard,
        client: key,
        params: PostParams {
            nonce,
            max_rate: wanted.max_rate,
            duration: wanted.duration,
            spec_hash: wanted.spec_hash,
        },
    };
    let quote = record(&place, &wanted, &offer).with("nonce", Value::Large(nonce)).with("job", post.job());
    let question = format!("Post this job, and reserve {} tokens?", place.pay(offer.deposit).text());
    context.confirm(Some(&quote), &question)?;
    if let Some(spec) = spec.as_ref().filter(|_| !context.is_dry_run()) {
        // Before the job is posted: a host that cannot find its spec declines it.
        match &kept {
            Some(kept) => kept.keep(post.job(), &spec.document).await?,
            None => {
                store.put(&spec.document).await?;
            }
        }
    }
    if options.nonce.is_none() && !context.is_dry_run() {
        context.note(&format!("this is nonce {nonce}: if it is interrupted, repeat it with --nonce {nonce}"));
    }
    let next = if is_private { "reveal" } else { "watch" };
    let record = Record::new(format!("Posted in {}", gpu_class(&place.market))).and(quote);
    send(context, post, target, record.hint(format!("next: `gpu-market job {next} {}`", post.job()))).await
}

/// A waiting seat to post to.
#[derive(Clone, Copy, Debug)]
struct Target {
    shard: u8,
    node: u16,
    member: Address,
}

async fn send(
    context: &Context,
    post: PostInstruction,
    target: Option<Target>,
    record: Record,
) -> Result<(), CommandError> {
    let instruction = match target {
        Some(target) => job::post_to(post, target.node, target.member),
        None => job::post(post),
    };
    if context.is_dry_run() {
        let estimate = context.connection.estimate(&post.payer, std::slice::from_ref(&instruction)).await?;
        return context.print(&explain::record(&post.payer, &[instruction], Some(&estimate)));
    }
    let signers = context.signers(std::slice::from_ref(&instruction), &[])?;
    let spinner = context.spinner("posting");
    let posted = match target {
        Some(target) => context.connection.post_to(&post, target.node, target.member, &signers).await,
        None => context.connection.post(&post, &signers).await,
    };
    drop(spinner);
    let posted = posted.inspect_err(|error| {
        if matches!(error, RpcError::Unconfirmed { .. } | RpcError::Expired { .. } | RpcError::Unreachable { .. }) {
            context.warn(&format!("repeat with --nonce {}: the job is then posted once", post.params.nonce));
        }
    })?;
    let record = record.with("already_posted", posted.receipt.is_none());
    let record = match &posted.receipt {
        Some(receipt) => record.and(receipt_record(receipt)),
        None => record,
    };
    context.print(&record)
}

/// The job that has this nonce, if it is the one that is asked for: then nothing is reserved again.
async fn posted(
    context: &Context,
    client: &Address,
    nonce: u64,
    place: &Place,
    wanted: &Wanted,
) -> Result<Option<Record>, CommandError> {
    let address = address::job(client, nonce).0;
    let Some(job) = context.connection.find::<Job>(&address).await? else { return Ok(None) };
    let is_same =
        job.market == place.address && job.spec_hash == wanted.spec_hash && job.duration >= wanted.duration;
    if !is_same {
        return Err(RpcError::NonceTaken { nonce, job: address }.into());
    }
    let record = Record::new("This job is posted already: nothing was sent")
        .with("job", address)
        .with("nonce", Value::Large(nonce))
        .with("already_posted", true);
    Ok(Some(record.hint(format!("next: `gpu-market job show {address}`"))))
}

/// The first nonce from the floor on that no job has, among those that cost the program least. For a private job, none that a
/// spec is kept for: it may be posted and not there yet.
async fn free_nonce(
    context: &Context,
    client: &Address,
    floor: u64,
    kept: Option<&Kept>,
) -> Result<u64, CommandError> {
    let mut from = floor;
    loop {
        let mut nonces = Vec::with_capacity(NONCES);
        for _ in 0..NONCES {
            let nonce = address::nonce_with_canonical_bump(client, from);
            nonces.push(nonce);
            from = nonce.saturating_add(1);
        }
        let jobs: Vec<Address> = nonces.iter().map(|nonce| address::job(client, *nonce).0).collect();
        let found = context.connection.find_all::<Job>(&jobs).await?;
        for ((nonce, address), job) in nonces.iter().zip(&jobs).zip(found) {
            let is_kept = match kept {
                Some(kept) => kept.find(*address).await?.is_some(),
                None => false,
            };
            if job.is_none() && !is_kept {
                return Ok(*nonce);
            }
        }
    }
}

fn require_funds(place: &Place, client: &Client, offer: &Offer) -> Result<(), CommandError> {
    let Some(missing) = offer.deposit.checked_sub(client.available).filter(|missing| *missing > 0) else {
        return Ok(());
    };
    let (available, missing) = (place.pay(client.available).text(), place.pay(missing).text());
    Err(CommandError::rule(
        format!(
            "{} The job reserves {}, and the escrow has {available} available",
            MarketError::InsufficientEscrow.rule(),
            place.pay(offer.deposit).text()
        ),
        format!("deposit {missing} more: `gpu-market client fund {missing} --market {}`", place.address),
    ))
}

fn seat(place: &Place, shards: &[ShardAccount], owner: Address) -> Result<Target, CommandError> {
    let member = address::member(&place.address, &address::host(&owner).0).0;
    for account in shards {
        let queue = account.queue().map_err(gpu_market_sdk::view::ViewError::from)?;
        let mine = queue.seats.iter().filter(|slot| slot.node.member == member);
        let mut fit =
            mine.filter(|slot| place.now < slot.node.valid_until && slot.node.min_rate <= place.terms.rate);
        if let Some(slot) = fit.next() {
            return Ok(Target { shard: account.shard.index, node: slot.index, member });
        }
    }
    Err(CommandError::rule(
        format!("no seat of the host of {owner} waits in this market at its rate"),
        "leave --to-host out to let any host take the job",
    ))
}

fn wanted(options: &Post, spec: Option<&Spec>, place: &Place) -> Result<Wanted, CommandError> {
    let missing = |what| CommandError::input(what, "it is missing", "a value here or in a spec");
    let typed = options.max_rate.or(spec.map(|spec| spec.max_rate)).ok_or_else(|| missing("--max-rate"))?;
    Ok(Wanted {
        spec_hash: options
            .spec_hash
            .map(Into::into)
            .or(spec.map(|spec| spec.hash))
            .ok_or_else(|| missing("--spec-hash"))?,
        duration: options.duration.or(spec.map(|spec| spec.max_duration)).ok_or_else(|| missing("--duration"))?,
        max_rate: amount::rate("max_rate", typed, place.payment.decimals)?,
    })
}

/// The market that was named, or the only one that the spec fits.
async fn market(context: &Context, options: &Post, spec: Option<&Spec>) -> Result<MarketRef, CommandError> {
    match (options.market, spec) {
        (Some(market), _) => Ok(market),
        (None, Some(spec)) => find_market(context, options, spec).await,
        (None, None) => Err(CommandError::input("--market", "it is missing", "a market, or a spec")),
    }
}

/// Refuses a market that the spec does not fit.
fn require_fits(options: &Post, spec: Option<&Spec>, place: &Place) -> Result<(), CommandError> {
    let fits = |spec: &&Spec| gpu_class(&place.market) == spec.gpu && place.market.tier == spec.tier as u8;
    match spec.filter(|spec| !fits(spec)) {
        Some(spec) => Err(no_market(options, spec, "the market that was named is another one")),
        None => Ok(()),
    }
}

async fn find_market(context: &Context, options: &Post, spec: &Spec) -> Result<MarketRef, CommandError> {
    // A symbol is a name that no chain knows: only an address says for certain what is paid.
    let mint: Address = spec.payment.parse().map_err(|_| {
        let problem = format!("\"{}\" is a name that the chain does not know", spec.payment);
        FileError::value(
            &file(options),
            "payment",
            problem,
            "the address of a mint, or --market MARKET beside the spec",
        )
    })?;
    let holds =
        [Holds::at(offset_of!(Market, payment_mint), mint), Holds::at(offset_of!(Market, tier), [spec.tier as u8])];
    let mut markets = context.connection.scan::<Market>(&holds).await?;
    markets.retain(|(_, market)| gpu_class(market) == spec.gpu);
    match markets.as_slice() {
        [(key, _)] => Ok(MarketRef(*key)),
        [] => Err(no_market(options, spec, "there is no such market")),
        several => {
            let keys: Vec<_> = several.iter().map(|(key, _)| key.to_string()).collect();
            Err(CommandError::input(
                "--market",
                "the spec fits several markets",
                format!("one of {}", keys.join(", ")),
            ))
        }
    }
}

fn no_market(options: &Post, spec: &Spec, problem: &str) -> CommandError {
    let (gpu, tier) = (&spec.gpu, crate::spec::tier_name(spec.tier));
    let problem = format!("{gpu:?} in the tier {tier}: {problem}");
    FileError::value(&file(options), "gpu", problem, "a market of `gpu-market market list`").into()
}

fn file(options: &Post) -> String {
    options.spec.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_64_hexadecimal_digits() {
        assert_eq!(hash(&"0f".repeat(32)).unwrap().0, [15; 32]);
        for text in ["", "0f", &"0g".repeat(32), &"é".repeat(32)] {
            assert!(hash(text).unwrap_err().contains("is no hash; allowed: 64 hexadecimal digits"), "{text}");
        }
    }
}
