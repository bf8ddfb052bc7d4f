//! The crank's loop with 10,000 live jobs: `cargo bench -p gpu-market-crank`. Before the times it prints the memory that
//! index and deadlines take.

use {
    bytemuck::Zeroable,
    criterion::{BatchSize, Criterion, criterion_group},
    gpu_market_crank::{Planner, Policy},
    gpu_market_sdk::{
        Address, address,
        decode::{Decode, NODES_OFFSET, ShardAccount, discriminator},
        gpu_market::{
            constants::ACCOUNT_VERSION,
            queue::{Queue, Seat},
            state::{Client, Config, Host, Job, JobState, Market, Member, MemberState, Node, Now, Shard},
        },
    },
    stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc},
    std::{alloc::System, hint::black_box},
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Live jobs; of ten, four wait in line, two are assigned and four run.
const JOBS: u32 = 10_000;
/// Jobs of one client.
const JOBS_PER_CLIENT: u32 = 10;
/// Base units of the stake mint behind each seat.
const BOND: u64 = 10_000_000_000;
const START: i64 = 1_800_000_000;

fn key(kind: u8, n: u32) -> Address {
    let mut bytes = [kind; 32];
    bytes[..4].copy_from_slice(&n.to_le_bytes());
    Address::new_from_array(bytes)
}

fn data<T: Decode + bytemuck::Pod>(account: &T) -> Vec<u8> {
    [discriminator::<T>().as_slice(), bytemuck::bytes_of(account)].concat()
}

/// A market with one shard and everybody in it.
struct Scene {
    accounts: Vec<(Address, Vec<u8>)>,
    shard: (Address, Shard, Vec<Node>),
    token: Address,
}

fn job(n: u32, state: JobState) -> Job {
    Job {
        client: key(2, n / JOBS_PER_CLIENT),
        market: key(1, 0),
        member: if state == JobState::Running { key(4, n) } else { Address::default() },
        rate: 100_000_000,
        tip: 1_000,
        created_at: START + i64::from(n),
        started_at: START + i64::from(n),
        last_at: START + i64::from(n),
        duration: 14_400,
        heartbeat_interval: 21_600,
        queue_ttl: 86_000,
        ack_window: 3_600,
        missed_ack_bps: 1_000,
        state: state as u8,
        version: ACCOUNT_VERSION,
        ..Job::zeroed()
    }
}

impl Scene {
    fn new() -> Self {
        let token = key(9, 9);
        let config = Config { stake_mint: token, version: ACCOUNT_VERSION, ..Config::zeroed() };
        let market = Market { payment_mint: token, shards: 1, version: ACCOUNT_VERSION, ..Market::zeroed() };
        let mut accounts = vec![(address::config().0, data(&config)), (key(1, 0), data(&market))];
        for n in 0..JOBS / JOBS_PER_CLIENT {
            let client = Client { owner: key(5, n), mint: token, version: ACCOUNT_VERSION, ..Client::zeroed() };
            accounts.push((key(2, n), data(&client)));
        }
        let (mut shard, mut nodes) = (Shard::zeroed(), vec![Node::zeroed(); 8_192]);
        shard.open(key(1, 0), 0, key(0, 0));
        shard.version = ACCOUNT_VERSION;
        let mut queue = Queue { shard: &mut shard, nodes: &mut nodes };
        // First those that get a seat at once.
        for n in (0..JOBS).filter(|n| n % 10 < 2).chain((0..JOBS).filter(|n| n % 10 >= 2)) {
            let state = if n % 10 < 6 { JobState::Open } else { JobState::Running };
            let mut account = job(n, state);
            let now = Now { unix: account.created_at, slot: 1 };
            if n % 10 < 2 || state == JobState::Running {
                accounts.extend(host(n));
            }
            if n % 10 < 2 {
                let seat = Seat { member: key(4, n), valid_until: i64::MAX, min_rate: 0, bond: BOND, epoch: 0 };
                queue.join(&seat, now).expect("room");
            }
            if state == JobState::Open {
                account.node = queue.post(&key(3, n), account.rate, now).expect("room");
            }
            accounts.push((key(3, n), data(&account)));
        }
        let mut scene = Self { accounts, shard: (key(6, 0), shard, nodes), token };
        let shard = scene.shard_data();
        scene.accounts.push((key(6, 0), shard));
        scene
    }

    fn shard_data(&self) -> Vec<u8> {
        let (_, shard, nodes) = &self.shard;
        let mut data = discriminator::<ShardAccount>().to_vec();
        data.extend(bytemuck::bytes_of(shard));
        data.extend(u32::try_from(nodes.len()).expect("a number of nodes").to_le_bytes());
        data.resize(NODES_OFFSET, 0);
        data.extend(bytemuck::cast_slice::<Node, u8>(nodes));
        data
    }

    fn planner(&self) -> Planner {
        let mut planner = Planner::new(key(8, 8), Policy::default());
        planner.set_token_program(self.token, address::TOKEN_PROGRAM);
        for (address, data) in &self.accounts {
            planner.apply(*address, Some(data)).expect("a known account");
        }
        planner
    }
}

fn host(n: u32) -> [(Address, Vec<u8>); 2] {
    let host = Host { owner: key(7, n), version: ACCOUNT_VERSION, ..Host::zeroed() };
    let member = Member {
        market: key(1, 0),
        host: key(10, n),
        state: MemberState::Active as u8,
        collateral: BOND,
        bonds: BOND,
        seats: 1,
        version: ACCOUNT_VERSION,
        ..Member::zeroed()
    };
    [(key(10, n), data(&host)), (key(4, n), data(&member))]
}

fn now(seconds: i64) -> Now {
    Now { unix: START + seconds, slot: 1_000_000 }
}

/// Before any deadline.
const EARLY: i64 = 1;
/// After those of all jobs that are assigned or run.
const LATE: i64 = 25_000;

fn loop_of_the_crank(criterion: &mut Criterion) {
    let scene = Scene::new();
    let mut built = scene.planner();
    assert_eq!((built.index().jobs(), built.due(now(EARLY)), built.waiting()), (10_000, 0, 10_000));

    let mut group = criterion.benchmark_group("10,000 live jobs");
    group.sample_size(10);
    group.bench_function("build the index and all deadlines", |bencher| {
        bencher.iter(|| black_box(scene.planner()).due(now(EARLY)));
    });
    group.sample_size(100);
    group.bench_function("a tick in which nothing is due", |bencher| {
        bencher.iter(|| built.plan(black_box(now(EARLY)), 16));
    });
    // Two versions of a job, in turn, so that every update is one.
    let versions = [0, 60].map(|seconds| {
        let running = job(7, JobState::Running);
        data(&Job { last_at: running.last_at + seconds, evidenced: 60, ..running })
    });
    let mut turn = 0;
    group.bench_function("a job that changed, and the tick after it", |bencher| {
        bencher.iter(|| {
            turn = 1 - turn;
            built.apply(key(3, 7), Some(black_box(&versions[turn]))).expect("a job");
            built.plan(now(EARLY), 16)
        });
    });
    let mut changed = Scene::new();
    let (_, shard, nodes) = &mut changed.shard;
    let head = shard.job_head;
    Queue { shard, nodes }.remove_job(head).expect("a job in line");
    let versions = [scene.shard_data(), changed.shard_data()];
    group.bench_function("a shard of 8,192 nodes of which two changed, and the tick after it", |bencher| {
        bencher.iter(|| {
            turn = 1 - turn;
            built.apply(key(6, 0), Some(black_box(&versions[turn]))).expect("a shard");
            built.plan(now(EARLY), 16)
        });
    });
    group.sample_size(10);
    let mut due = scene.planner();
    assert_eq!(due.due(now(LATE)), 6_000);
    group.bench_function("a tick in which 16 of 6,000 due actions are sent", |bencher| {
        bencher.iter_batched_ref(|| due.clone(), |planner| planner.plan(now(LATE), 16), BatchSize::LargeInput);
    });
    group.finish();
}

criterion_group!(benches, loop_of_the_crank);

fn print_memory() {
    let scene = Scene::new();
    let region = Region::new(ALLOCATOR);
    let mut planner = scene.planner();
    planner.due(now(EARLY));
    let change = region.change();
    let held = change.bytes_allocated.saturating_sub(change.bytes_deallocated);
    println!("{} accounts, {} jobs: {held} bytes held", planner.index().len(), planner.index().jobs());
}

fn main() {
    print_memory();
    benches();
    Criterion::default().configure_from_args().final_summary();
}
