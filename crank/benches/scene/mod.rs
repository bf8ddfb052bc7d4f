//! A market with 10,000 live jobs, its clients and hosts, as the accounts' bytes.

// Each of its users needs a part of it.
#![allow(dead_code)]

use {
    bytemuck::Zeroable,
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
};

/// Live jobs; of ten, four wait in line, two are assigned and four run.
const JOBS: u32 = 10_000;
/// Jobs of one client.
const JOBS_PER_CLIENT: u32 = 10;
/// Base units of the stake mint behind each seat.
const BOND: u64 = 10_000_000_000;
const START: i64 = 1_800_000_000;

pub fn key(kind: u8, n: u32) -> Address {
    let mut bytes = [kind; 32];
    bytes[..4].copy_from_slice(&n.to_le_bytes());
    Address::new_from_array(bytes)
}

pub fn data<T: Decode + bytemuck::Pod>(account: &T) -> Vec<u8> {
    [discriminator::<T>().as_slice(), bytemuck::bytes_of(account)].concat()
}

/// A market with one shard and everybody in it.
pub struct Scene {
    accounts: Vec<(Address, Vec<u8>)>,
    pub shard: (Address, Shard, Vec<Node>),
    token: Address,
}

pub fn job(n: u32, state: JobState) -> Job {
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
    pub fn new() -> Self {
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

    pub fn shard_data(&self) -> Vec<u8> {
        let (_, shard, nodes) = &self.shard;
        let mut data = discriminator::<ShardAccount>().to_vec();
        data.extend(bytemuck::bytes_of(shard));
        data.extend(u32::try_from(nodes.len()).expect("a number of nodes").to_le_bytes());
        data.resize(NODES_OFFSET, 0);
        data.extend(bytemuck::cast_slice::<Node, u8>(nodes));
        data
    }

    pub fn planner(&self) -> Planner {
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

pub fn now(seconds: i64) -> Now {
    Now { unix: START + seconds, slot: 1_000_000 }
}

/// Before any deadline.
pub const EARLY: i64 = 1;
/// After those of all jobs that are assigned or run.
pub const LATE: i64 = 25_000;
