//! What every instruction may cost, and that it costs no more with a long queue than with an empty one.

use {
    gpu_market::{
        constants::MAX_SHARD_NODES,
        queue::{Queue, Seat},
        state::{Node, Now, Shard},
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::{NODES_OFFSET, ShardAccount},
        instructions::{expire, job, queue, shard},
    },
    gpu_market_tests::{
        ClientParty, HOUR, HostParty, TERMS,
        cost::{Bench, Costs, MAX_PROGRAM_BYTES, MAX_TX_BYTES, budget},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::{collections::BTreeSet, sync::LazyLock},
};

static COSTS: LazyLock<Costs> = LazyLock::new(Costs::measure);

/// Most that compute units may differ between an empty queue and a full one: I11.
const QUEUE_TOLERANCE: u64 = 200;
/// Instructions that unrelated users send all the time; `extend_lock` is none of them.
const HOT: [&str; 10] =
    ["post", "join", "start", "heartbeat", "finish", "cancel", "collect", "expire", "extend", "end"];

#[test]
fn every_instruction_keeps_its_budget() {
    let over: Vec<String> = COSTS
        .instructions
        .iter()
        .filter_map(|(name, cost)| {
            let budget = budget(name)?;
            (cost.cu > budget.most).then(|| format!("{name}: {} of {}", cost.cu, budget.most))
        })
        .collect();
    assert!(over.is_empty(), "over budget: {over:#?}");
    let measured = COSTS.instructions.keys().filter(|name| budget(name).is_some()).count();
    assert!(measured >= 25, "{measured} measurements have a budget");
}

#[test]
fn the_program_is_no_larger_than_it_may_be() {
    assert!(COSTS.program_bytes <= MAX_PROGRAM_BYTES, "{} of {MAX_PROGRAM_BYTES} bytes", COSTS.program_bytes);
}

#[test]
fn every_instruction_fits_a_transaction() {
    for (name, cost) in &COSTS.instructions {
        assert!(cost.tx_bytes <= MAX_TX_BYTES, "{name}: {} bytes", cost.tx_bytes);
    }
}

#[test]
fn every_instruction_of_the_program_is_measured() {
    let idl: serde_json::Value = serde_json::from_str(include_str!("../../idl/gpu_market.json")).expect("an IDL");
    let described: BTreeSet<u64> = idl["instructions"]
        .as_array()
        .expect("instructions")
        .iter()
        .map(|instruction| instruction["discriminator"][0].as_u64().expect("a number"))
        .collect();
    let measured = COSTS.instructions.values().map(|cost| u64::from(cost.number)).collect();
    assert_eq!(described, measured);
}

#[test]
fn a_hot_instruction_writes_at_most_one_account_that_unrelated_users_write() {
    for (name, cost) in &COSTS.instructions {
        let first = name.split('_').next().unwrap_or(name);
        let is_hot = HOT.contains(&first) && !name.starts_with("extend_lock");
        assert!(!is_hot || cost.shared_writable <= 1, "{name}: {}", cost.shared_writable);
    }
}

/// A change that costs more than 2 % more has to be seen: `cargo run --release -p gpu-market-tests --bin cost` writes the
/// figures anew.
#[test]
fn nothing_costs_noticeably_more_than_the_committed_table_says() {
    let committed: serde_json::Value =
        serde_json::from_str(include_str!("../../docs/cost.json")).expect("a cost table");
    let mut worse = Vec::new();
    for (name, cost) in &COSTS.instructions {
        let Some(old) = committed["instructions"][name].as_object() else {
            worse.push(format!("{name} is not in the table"));
            continue;
        };
        let compared = [
            ("cu", cost.cu),
            ("worst_cu", cost.worst_cu),
            ("tx_bytes", cost.tx_bytes as u64),
            ("accounts", cost.accounts as u64),
            ("writable", cost.writable as u64),
            ("shared_writable", cost.shared_writable as u64),
        ];
        for (what, now) in compared {
            let old = old[what].as_u64().expect("a number");
            if now * 100 > old * 102 {
                worse.push(format!("{name}: {what} {old} → {now}"));
            }
        }
        if old["rent_lamports"].as_i64() != Some(cost.rent_lamports) {
            worse.push(format!("{name}: rent {} → {}", old["rent_lamports"], cost.rent_lamports));
        }
    }
    let gone = committed["instructions"].as_object().expect("measurements");
    worse.extend(
        gone.keys().filter(|name| !COSTS.instructions.contains_key(*name)).map(|name| format!("{name} is gone")),
    );
    assert!(worse.is_empty(), "{worse:#?}");
}

/// Another build of the program, as for another version of SBPF, has other figures.
#[test]
fn the_committed_table_is_what_is_measured() {
    if std::env::var_os("GPU_MARKET_PROGRAM").is_some() {
        return;
    }
    assert!(COSTS.markdown() == include_str!("../../docs/COST.md"), "docs/COST.md is not what the command writes");
    assert!(COSTS.json() == include_str!("../../docs/cost.json"), "docs/cost.json is not what the command writes");
}

/// What opens an account, and what closes it; a shard grows in between.
const LIFE: [(&[&str], &str); 18] = [
    (&["post_queued"], "close_job"),
    (&["open_client"], "close_client"),
    (&["open_stake"], "close_stake"),
    (&["open_credit"], "close_credit"),
    (&["register_host"], "close_host"),
    (&["open_earnings"], "close_earnings"),
    (&["enroll"], "close_member"),
    (&["apply"], "close_member"),
    (&["create_market"], "close_market_and_its_terms"),
    (&["announce_terms"], "close_terms"),
    (&["create_shard", "grow_shard"], "close_shard"),
    (&["create_config"], "close_config"),
    (&["open_treasury"], "close_treasury"),
    (&["create_attestor_set"], "close_attestor_set"),
    (&["open_challenge"], "close_challenge"),
    (&["open_pool"], "close_pool"),
    (&["open_position"], "close_position"),
    (&["open_emission"], "close_emission"),
];

#[test]
fn what_an_account_locks_comes_back_to_the_lamport_when_it_closes() {
    let rent = |name: &str| match name {
        "close_market_and_its_terms" => {
            COSTS.instructions["close_market"].rent_lamports + COSTS.instructions["close_terms"].rent_lamports
        }
        _ => COSTS.instructions[name].rent_lamports,
    };
    for (open, close) in LIFE {
        let locked: i64 = open.iter().map(|name| rent(name)).sum();
        assert!(locked > 0, "{open:?}");
        assert_eq!(locked + rent(close), 0, "{open:?} and {close}");
    }
    assert_eq!(rent("claim_gpu") + rent("release_gpu"), 0);
    // Everything that locks rent is among them, and nothing else changes what is locked.
    let known: BTreeSet<&str> = LIFE.iter().flat_map(|(open, close)| open.iter().chain([close]).copied()).collect();
    for (name, cost) in &COSTS.instructions {
        let is_known = known.iter().any(|known| name.starts_with(known))
            || ["post_", "claim_gpu", "release_gpu", "close_market"].iter().any(|known| name.starts_with(known));
        assert!(cost.rent_lamports == 0 || is_known, "{name}: {}", cost.rent_lamports);
    }
}

#[test]
fn four_posts_fit_a_packet_and_more_a_transaction_of_version_1() {
    let batch = &COSTS.batches["post"];
    assert!(batch.packet.count >= 4, "{batch:?}");
    assert!(batch.v1.count > 2 * batch.packet.count, "{batch:?}");
}

#[test]
fn no_transaction_of_several_instructions_is_larger_than_its_form_allows() {
    for (name, batch) in &COSTS.batches {
        assert!(batch.packet.bytes <= MAX_TX_BYTES, "{name}: {batch:?}");
        assert!(batch.v1.bytes <= 4_096 && batch.v1.count >= batch.packet.count, "{name}: {batch:?}");
    }
}

/// What stands in line before the measurement.
#[derive(Clone, Copy, Debug)]
enum Line {
    Jobs,
    Seats,
}

/// A world whose shard has grown to its 16,384 nodes, with `length` jobs or seats of strangers in line.
struct Crowded {
    bench: Bench,
    client: ClientParty,
    host: HostParty,
    now: Now,
}

impl Crowded {
    fn new(line: Line, fill: impl Fn(u32) -> u32) -> Self {
        let mut bench = Bench::new();
        let payer = bench.world.payer.insecure_clone();
        bench.world.ok(&[shard::grow_shard(payer.pubkey(), bench.market.address, 0)], &[]);
        let (client, host) = (bench.client(), bench.host());
        let mut crowded = Self { now: bench.world.now(), bench, client, host };
        crowded.grow_fully();
        let capacity = crowded.shard().capacity();
        assert_eq!(capacity as usize, MAX_SHARD_NODES);
        crowded.fill(line, fill(capacity));
        crowded
    }

    /// Gives the shard all its nodes at once, as two hundred transactions of `grow_shard` would have.
    fn grow_fully(&mut self) {
        let key = address::shard(&self.bench.market.address, 0).0;
        let mut raw = self.bench.world.svm.raw(&key).expect("the shard");
        raw.data.resize(NODES_OFFSET + MAX_SHARD_NODES * size_of::<Node>(), 0);
        let nodes = u32::try_from(MAX_SHARD_NODES).expect("a number of nodes");
        raw.data[8 + size_of::<Shard>()..][..4].copy_from_slice(&nodes.to_le_bytes());
        raw.lamports = 10 * 1_000_000_000_000;
        self.bench.world.svm.set_raw(key, raw).expect("written");
    }

    fn shard(&self) -> ShardAccount {
        self.bench.world.shard(&self.bench.market)
    }

    /// Writes strangers into the line, as their own transactions would have.
    fn fill(&mut self, line: Line, length: u32) {
        let mut account = self.shard();
        let mut queue = Queue { shard: &mut account.shard, nodes: &mut account.nodes };
        for number in 0..length {
            let mut stranger = [0xcc; 32];
            stranger[..4].copy_from_slice(&number.to_le_bytes());
            let stranger = Address::new_from_array(stranger);
            let seat =
                Seat { member: stranger, valid_until: self.now.unix + 1_000_000, min_rate: 0, bond: 1, epoch: 0 };
            match line {
                Line::Jobs => queue.post(&stranger, 100_000_000, self.now),
                Line::Seats => queue.join(&seat, self.now),
            }
            .expect("there is room");
        }
        let key = address::shard(&self.bench.market.address, 0).0;
        let mut raw = self.bench.world.svm.raw(&key).expect("the shard");
        raw.data[8..8 + size_of::<Shard>()].copy_from_slice(bytemuck::bytes_of(&account.shard));
        let nodes: &[Node] = &account.nodes;
        raw.data[NODES_OFFSET..].copy_from_slice(bytemuck::cast_slice(nodes));
        self.bench.world.svm.set_raw(key, raw).expect("written");
    }

    /// Compute units of an instruction.
    #[track_caller]
    fn cu(&mut self, instruction: Instruction, signer: &Keypair) -> u64 {
        match self.bench.world.svm.send(&[instruction], &[signer]) {
            Ok(execution) => execution.compute_units,
            Err(refused) => panic!("refused: {refused}\n{}", refused.logs.join("\n")),
        }
    }

    /// Posts; returns the job and the compute units.
    #[track_caller]
    fn post(&mut self) -> (Address, u64) {
        let market = self.bench.market;
        let post = self.bench.post(&self.client, &market, HOUR);
        let owner = self.client.owner.insecure_clone();
        (post.job(), self.cu(job::post(post), &owner))
    }

    /// Joins; returns the compute units.
    #[track_caller]
    fn join(&mut self) -> u64 {
        let seat = self.bench.world.seat_of(&self.host, &self.bench.market);
        let operator = self.host.operator.insecure_clone();
        self.cu(queue::join(seat), &operator)
    }
}

/// A fill of a queue by name, of a capacity.
type Fill = (&'static str, fn(u32) -> u32);

/// How full the queue is: with nobody, with one, half full, and with two nodes left.
fn fills() -> [Fill; 4] {
    [("empty", |_| 0), ("one", |_| 1), ("half", |capacity| capacity / 2), ("nearly full", |capacity| capacity - 2)]
}

/// Measures at every fill and compares.
#[track_caller]
fn independent_of_length(what: &str, measure: impl Fn(fn(u32) -> u32) -> u64) {
    let measured: Vec<(&str, u64)> = fills().map(|(name, fill)| (name, measure(fill))).to_vec();
    println!("{what}: {measured:?}");
    let (least, most) = (measured.iter().map(|(_, cu)| cu).min(), measured.iter().map(|(_, cu)| cu).max());
    assert!(most.zip(least).is_some_and(|(most, least)| most - least <= QUEUE_TOLERANCE), "{what}: {measured:?}");
}

#[test]
fn posting_into_a_line_costs_the_same_whatever_its_length() {
    independent_of_length("post", |fill| Crowded::new(Line::Jobs, fill).post().1);
}

#[test]
fn posting_to_waiting_seats_costs_the_same_however_many_there_are() {
    // Without a seat the post is another one: it waits.
    let some = |fill: fn(u32) -> u32| move |capacity| fill(capacity).max(1);
    independent_of_length("post to seats", |fill| Crowded::new(Line::Seats, some(fill)).post().1);
}

#[test]
fn joining_costs_the_same_whoever_waits() {
    independent_of_length("join among seats", |fill| Crowded::new(Line::Seats, fill).join());
    independent_of_length("join a line of jobs", |fill| Crowded::new(Line::Jobs, fill).join());
}

#[test]
fn cancelling_costs_the_same_wherever_in_line_the_job_is() {
    independent_of_length("cancel", |fill| {
        let mut crowded = Crowded::new(Line::Jobs, fill);
        let (job, _) = crowded.post();
        // One more behind it, so that it is in the middle.
        crowded.fill(Line::Jobs, 1);
        let cancel = crowded.bench.world.cancel_ix(&crowded.client, &crowded.bench.market, job);
        let owner = crowded.client.owner.insecure_clone();
        crowded.cu(cancel, &owner)
    });
}

#[test]
fn leaving_costs_the_same_wherever_in_line_the_seat_is() {
    independent_of_length("leave", |fill| {
        let mut crowded = Crowded::new(Line::Seats, fill);
        crowded.join();
        let node = crowded.shard().shard.seat_tail;
        crowded.fill(Line::Seats, 1);
        let operator = crowded.host.operator.insecure_clone();
        let leave = crowded.bench.world.leave_ix(&operator, &crowded.host, &crowded.bench.market, node);
        crowded.cu(leave, &operator)
    });
}

#[test]
fn expiring_costs_the_same_wherever_in_line_the_job_is() {
    independent_of_length("expire", |fill| {
        let mut crowded = Crowded::new(Line::Jobs, fill);
        let (job, _) = crowded.post();
        crowded.fill(Line::Jobs, 1);
        let crank = crowded.bench.world.payer.insecure_clone();
        crowded.bench.world.svm.advance(TERMS.queue_ttl + 61);
        let expire = crowded.bench.world.expire_queued_ix(&crank, &crowded.client, &crowded.bench.market, job);
        crowded.cu(expire, &crank)
    });
}

#[test]
fn taking_a_job_from_a_host_costs_the_same_whoever_waits() {
    independent_of_length("expire assigned", |fill| {
        let mut crowded = Crowded::new(Line::Seats, |_| 0);
        crowded.join();
        let (job, _) = crowded.post();
        crowded.fill(Line::Jobs, fill(crowded.shard().capacity() - 1));
        let slash = Some(crowded.bench.world.slash(&crowded.host, &crowded.client));
        let window = crowded.bench.world.job(&job).ack_window;
        crowded.bench.world.svm.advance(window + 61);
        let crank = crowded.bench.world.payer.insecure_clone();
        let market = crowded.bench.market;
        let expire = crowded.bench.world.expire_assigned_of(&crank, &crowded.client, &crowded.host, &market, job);
        crowded.cu(expire::expire_assigned(expire::ExpireAssigned { slash, ..expire }), &crank)
    });
}
