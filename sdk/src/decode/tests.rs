use {
    super::*,
    bytemuck::Zeroable,
    gpu_market::{
        queue::Queue,
        state::{FIRST_SEQ, NIL, Now},
    },
};

fn key(n: u8) -> Address {
    Address::new_from_array([n; 32])
}

fn encoded<T: Decode + bytemuck::NoUninit>(account: &T) -> Vec<u8> {
    [discriminator::<T>().as_slice(), bytemuck::bytes_of(account)].concat()
}

fn encode_shard(shard: &Shard, nodes: &[Node]) -> Vec<u8> {
    let mut data = discriminator::<ShardAccount>().to_vec();
    data.extend(bytemuck::bytes_of(shard));
    data.extend(u32::try_from(nodes.len()).unwrap().to_le_bytes());
    data.resize(NODES_OFFSET, 0);
    data.extend(bytemuck::cast_slice::<Node, u8>(nodes));
    data
}

/// A shard of eight nodes with three jobs in line.
fn shard_with_jobs() -> (Shard, Vec<Node>) {
    let mut shard = Shard::zeroed();
    shard.open(key(1), 0, key(2));
    shard.version = ACCOUNT_VERSION;
    let mut nodes = vec![Node::zeroed(); 8];
    let mut queue = Queue { shard: &mut shard, nodes: &mut nodes };
    for n in 10..13 {
        queue.post(&key(n), 100, Now { unix: 5, slot: 6 }).unwrap();
    }
    (shard, nodes)
}

#[test]
fn marks_are_the_ones_of_anchor() {
    // sha256("account:Job") and sha256("account:Shard"), by another implementation.
    assert_eq!(discriminator::<Job>(), [0x4b, 0x7c, 0x50, 0xcb, 0xa1, 0xb4, 0xca, 0x50]);
    assert_eq!(discriminator::<ShardAccount>(), [0x8d, 0x53, 0x29, 0xf4, 0x8b, 0x58, 0xf5, 0x46]);
}

#[test]
fn an_account_comes_back_as_it_was_written_even_unaligned() {
    let mut job = Job::zeroed();
    job.version = ACCOUNT_VERSION;
    job.nonce = 77;
    let data = encoded(&job);
    assert_eq!(decode::<Job>(&data).unwrap(), job);
    let shifted = [&[0], data.as_slice()].concat();
    assert_eq!(decode::<Job>(&shifted[1..]).unwrap(), job);
    assert_eq!(Account::decode(&data).unwrap(), Account::Job(job));
}

#[test]
fn another_type_size_or_version_is_refused() {
    let mut host = Host::zeroed();
    assert_eq!(decode::<Host>(&encoded(&host)), Err(DecodeError::UnknownVersion { account: "Host", version: 0 }));
    host.version = ACCOUNT_VERSION;
    let data = encoded(&host);
    assert_eq!(decode::<Job>(&data), Err(DecodeError::WrongAccount { expected: "Job" }));
    assert!(matches!(decode::<Host>(&data[..data.len() - 1]), Err(DecodeError::WrongSize { .. })));
    for length in 0..DISCRIMINATOR_SIZE {
        assert!(Account::decode(&data[..length]).is_err());
    }
}

#[test]
fn the_line_is_read_in_order() {
    let (shard, nodes) = shard_with_jobs();
    let account: ShardAccount = decode(&encode_shard(&shard, &nodes)).unwrap();
    assert_eq!(account.capacity(), 8);
    let queue = account.queue().unwrap();
    assert_eq!(queue.jobs.iter().map(|slot| slot.node.job).collect::<Vec<_>>(), [key(10), key(11), key(12)]);
    assert_eq!(queue.jobs[0].node.seq, FIRST_SEQ);
    assert_eq!(queue.place_of_job(&key(10)), Some(1));
    assert_eq!(queue.place_of_job(&key(12)), Some(3));
    assert_eq!(queue.place_of_job(&key(99)), None);
    assert!(queue.seats.is_empty() && queue.assigned.is_empty() && queue.lapsed.is_empty());
}

#[test]
fn a_seat_is_found_for_a_rate_that_it_accepts_while_it_is_valid() {
    let mut node = Node::zeroed();
    (node.min_rate, node.valid_until) = (50, 100);
    let slot = Slot { index: 3, node };
    let queue = QueueView { jobs: vec![], seats: vec![slot], assigned: vec![], lapsed: vec![] };
    assert_eq!(queue.seat_for(50, 99), Some(&slot));
    assert_eq!(queue.seat_for(49, 99), None);
    assert_eq!(queue.seat_for(50, 100), None);
}

#[test]
fn a_circle_or_a_link_out_of_the_shard_is_refused_instead_of_walked_forever() {
    let (shard, nodes) = shard_with_jobs();
    for next in [0, 1, 2, 7, 8, NIL - 1] {
        let mut broken = nodes.clone();
        broken[2].next = next;
        let account: ShardAccount = decode(&encode_shard(&shard, &broken)).unwrap();
        assert!(matches!(account.queue(), Err(DecodeError::BrokenQueue { .. })), "next {next}");
    }
}

#[test]
fn a_shard_that_counts_more_nodes_than_it_has_bytes_for_is_refused() {
    let (shard, nodes) = shard_with_jobs();
    let mut data = encode_shard(&shard, &nodes);
    data[LENGTH_OFFSET..LENGTH_OFFSET + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(decode::<ShardAccount>(&data), Err(DecodeError::WrongSize { .. })));
    for length in 0..NODES_OFFSET {
        assert!(decode::<ShardAccount>(&data[..length]).is_err(), "length {length}");
    }
}
