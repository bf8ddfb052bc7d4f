//! What an indexer or a client does most, off the chain: `cargo bench -p gpu-market-sdk`.

use {
    bytemuck::Zeroable,
    criterion::{Criterion, Throughput, criterion_group, criterion_main},
    gpu_market_sdk::{
        Address,
        decode::{Account, Decode, NODES_OFFSET, ShardAccount, decode, discriminator},
        events::{EVENT_TAG, Event},
        gpu_market::{
            constants::{ACCOUNT_VERSION, MAX_SHARD_NODES},
            events::{EscrowDeposited, JobEvidenced, JobFinished, JobPosted, JobStarted},
            queue::Queue,
            state::{Client, Gpu, Job, Member, Node, Now, Shard},
        },
        placement::Line,
    },
    sha2::{Digest, Sha256},
    std::hint::black_box,
};

/// Accounts, and events, that one pass decodes.
const MANY: u32 = 100_000;

/// The data of an account of type `T` that holds nothing.
fn account<T: Decode + bytemuck::Pod>(set_version: impl Fn(&mut T)) -> Vec<u8> {
    let mut account = T::zeroed();
    set_version(&mut account);
    [discriminator::<T>().as_slice(), bytemuck::bytes_of(&account)].concat()
}

/// A market of this many accounts: of ten, seven jobs, and of the rest a client, a member and a GPU.
fn accounts(count: u32) -> Vec<Vec<u8>> {
    let job = account::<Job>(|job| job.version = ACCOUNT_VERSION);
    let client = account::<Client>(|client| client.version = ACCOUNT_VERSION);
    let member = account::<Member>(|member| member.version = ACCOUNT_VERSION);
    // Gpu is the last type that a decoder tries.
    let gpu = account::<Gpu>(|gpu| gpu.version = ACCOUNT_VERSION);
    let kind = |n| match n % 10 {
        0 => &client,
        1 => &member,
        2 => &gpu,
        _ => &job,
    };
    (0..count).map(|n| kind(n).clone()).collect()
}

/// A shard of the largest size with a full line of jobs.
fn full_shard() -> Vec<u8> {
    let key = |n: usize| {
        let mut bytes = [1; 32];
        bytes[..8].copy_from_slice(&n.to_le_bytes());
        Address::new_from_array(bytes)
    };
    let mut shard = Shard::zeroed();
    shard.open(key(0), 0, key(0));
    shard.version = ACCOUNT_VERSION;
    let mut nodes = vec![Node::zeroed(); MAX_SHARD_NODES];
    let mut queue = Queue { shard: &mut shard, nodes: &mut nodes };
    for n in 0..MAX_SHARD_NODES {
        queue.post(&key(n), 1, Now { unix: 0, slot: 0 }).expect("there is room");
    }
    let mut data = discriminator::<ShardAccount>().to_vec();
    data.extend(bytemuck::bytes_of(&shard));
    data.extend(u32::try_from(nodes.len()).expect("a number of nodes").to_le_bytes());
    data.resize(NODES_OFFSET, 0);
    data.extend(bytemuck::cast_slice::<Node, u8>(&nodes));
    data
}

/// The data of an event whose fields, all of them numbers and keys, are zero.
fn event<T>(name: &str) -> Vec<u8> {
    let mark = Sha256::digest(format!("event:{name}"));
    [EVENT_TAG.as_slice(), &mark[..8], &vec![0; size_of::<T>()]].concat()
}

/// The events of jobs' lives with many heartbeats, and a late one of the list.
fn events(count: u32) -> Vec<Vec<u8>> {
    let posted = event::<JobPosted>("JobPosted");
    let started = event::<JobStarted>("JobStarted");
    let evidenced = event::<JobEvidenced>("JobEvidenced");
    let finished = event::<JobFinished>("JobFinished");
    let deposited = event::<EscrowDeposited>("EscrowDeposited");
    let kind = |n| match n % 10 {
        0 => &posted,
        1 => &started,
        2 => &finished,
        3 => &deposited,
        _ => &evidenced,
    };
    (0..count).map(|n| kind(n).clone()).collect()
}

fn decode_accounts(criterion: &mut Criterion) {
    let accounts = accounts(MANY);
    let mut group = criterion.benchmark_group("accounts");
    group.throughput(Throughput::Elements(MANY.into())).sample_size(10);
    group.bench_function("100,000 of any type", |bencher| {
        bencher.iter(|| accounts.iter().filter_map(|data| Account::decode(black_box(data)).ok()).count());
    });
    group.bench_function("100,000 of which the jobs are wanted", |bencher| {
        bencher.iter(|| accounts.iter().filter_map(|data| decode::<Job>(black_box(data)).ok()).count());
    });
    group.finish();
}

fn decode_shards(criterion: &mut Criterion) {
    let data = full_shard();
    let account: ShardAccount = decode(&data).expect("a shard");
    let mut group = criterion.benchmark_group("a full shard of 16,384 nodes");
    group.bench_function("decode", |bencher| bencher.iter(|| decode::<ShardAccount>(black_box(&data))));
    group.bench_function("its lines in order", |bencher| bencher.iter(|| black_box(&account).queue()));
    group.bench_function("a look for placement", |bencher| bencher.iter(|| Line::of(black_box(&account), 0)));
    group.finish();
}

fn decode_events(criterion: &mut Criterion) {
    let events = events(MANY);
    assert!(events.iter().all(|data| Event::decode(data).is_ok()), "every event decodes");
    let mut group = criterion.benchmark_group("events");
    group.throughput(Throughput::Elements(MANY.into())).sample_size(10);
    group.bench_function("100,000 of any type", |bencher| {
        bencher.iter(|| events.iter().filter_map(|data| Event::decode(black_box(data)).ok()).count());
    });
    group.finish();
}

criterion_group!(benches, decode_accounts, decode_shards, decode_events);
criterion_main!(benches);
