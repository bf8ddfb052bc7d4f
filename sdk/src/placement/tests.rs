use {
    super::*,
    crate::Address,
    bytemuck::Zeroable,
    gpu_market::{
        error::MarketError,
        queue::{Queue, Seat},
        state::Now,
    },
};

const RATE: u64 = 100;
const HORIZON: i64 = 1_000_000;

/// Numbers for every pair of places among up to eight shards, and more.
fn randoms() -> impl Iterator<Item = u64> + Clone {
    (0..4_096u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn key(n: u64) -> Address {
    let mut bytes = [1; 32];
    bytes[..8].copy_from_slice(&n.to_le_bytes());
    Address::new_from_array(bytes)
}

fn at(unix: i64) -> Now {
    Now { unix, slot: 0 }
}

fn seat(n: u64, min_rate: u64, valid_until: i64) -> Seat {
    Seat { member: key(n), valid_until, min_rate, bond: 1, epoch: 0 }
}

/// An empty shard of eight nodes.
fn shard(index: u8) -> ShardAccount {
    let mut shard = Shard::zeroed();
    shard.open(key(0), index, key(0));
    ShardAccount { shard, nodes: vec![Node::zeroed(); 8] }
}

fn queue(account: &mut ShardAccount) -> Queue<'_> {
    Queue { shard: &mut account.shard, nodes: &mut account.nodes }
}

fn with_jobs(index: u8, jobs: u64, since: i64) -> ShardAccount {
    let mut account = shard(index);
    for n in 0..jobs {
        queue(&mut account).post(&key(n), RATE, at(since)).unwrap();
    }
    account
}

fn with_seats(index: u8, seats: u64, min_rate: u64, since: i64) -> ShardAccount {
    let mut account = shard(index);
    for n in 0..seats {
        queue(&mut account).join(&seat(n, min_rate, HORIZON), at(since)).unwrap();
    }
    account
}

fn lines(accounts: &[ShardAccount], now: i64) -> Vec<Line> {
    accounts.iter().map(|account| Line::of(account, now)).collect()
}

#[test]
fn a_post_goes_where_a_seat_waits() {
    let lines = lines(&[shard(0), with_seats(1, 1, RATE, 5), with_jobs(2, 1, 0), shard(3)], 10);
    assert!(randoms().all(|random| to_post(&lines, RATE, random) == Some(1)));
}

#[test]
fn a_seat_that_asks_for_more_than_the_job_pays_does_not_attract_it() {
    let lines = lines(&[shard(0), with_seats(1, 1, RATE + 1, 5)], 10);
    let chosen: Vec<Option<u8>> = randoms().map(|random| to_post(&lines, RATE, random)).collect();
    assert!(chosen.contains(&Some(0)) && chosen.contains(&Some(1)));
    assert!(randoms().all(|random| to_post(&lines, RATE + 1, random) == Some(1)));
}

/// How often each of two shards is chosen, in percent.
fn shares(choose: impl Fn(u64) -> Option<u8>) -> [usize; 2] {
    let chosen: Vec<u8> = randoms().filter_map(choose).collect();
    [0, 1].map(|index| chosen.iter().filter(|one| **one == index).count() * 100 / chosen.len())
}

#[test]
fn of_two_random_seats_the_one_where_the_first_has_waited_longer_gets_the_job() {
    let lines = lines(&[with_seats(0, 3, RATE, 7), with_seats(1, 1, RATE, 5)], 10);
    let [newer, older] = shares(|random| to_post(&lines, RATE, random));
    // Both draws find one of the three newer seats in nine of sixteen.
    assert!((54..=58).contains(&newer) && (41..=45).contains(&older), "{newer} {older}");
}

#[test]
fn without_seats_a_post_goes_to_the_shorter_of_two_lines() {
    let accounts = [with_jobs(0, 5, 0), with_jobs(1, 2, 0)];
    assert!(randoms().all(|random| to_post(&lines(&accounts, 10), RATE, random) == Some(1)));
    // The longest of many is never the better of two, every other one is.
    let accounts: Vec<ShardAccount> = (0..5).map(|n| with_jobs(n, u64::from(n) + 1, 0)).collect();
    let lines = lines(&accounts, 10);
    let mut chosen: Vec<u8> = randoms().filter_map(|random| to_post(&lines, RATE, random)).collect();
    chosen.sort_unstable();
    chosen.dedup();
    assert_eq!(chosen, [0, 1, 2, 3]);
}

#[test]
fn equal_lines_are_chosen_equally_often() {
    let accounts: Vec<ShardAccount> = (0..4).map(shard).collect();
    let lines = lines(&accounts, 10);
    let mut counts = [0u32; 4];
    randoms().for_each(|random| counts[usize::from(to_post(&lines, RATE, random).unwrap())] += 1);
    assert!(counts.iter().all(|count| (900..1_150).contains(count)), "{counts:?}");
}

#[test]
fn a_full_shard_gets_no_post_unless_a_seat_waits_in_it() {
    let full = with_jobs(0, 8, 0);
    assert_eq!(Line::of(&full, 10).room, 0);
    assert!(randoms().all(|random| to_post(&lines(std::slice::from_ref(&full), 10), RATE, random).is_none()));
    let lines = lines(&[full, with_jobs(1, 7, 0)], 10);
    assert!(randoms().all(|random| to_post(&lines, RATE, random) == Some(1)));
    let seats = Line::of(&with_seats(2, 8, RATE, 0), 10);
    assert_eq!((seats.room, to_post(&[seats], RATE, 0)), (0, Some(2)));
}

#[test]
fn of_two_random_jobs_the_one_where_the_first_has_waited_longer_gets_the_seat() {
    let lines = lines(&[with_jobs(0, 3, 7), with_jobs(1, 5, 5), shard(2)], 10);
    let [newer, older] = shares(|random| to_join(&lines, RATE, random));
    // Both draws find one of the three newer jobs in nine of sixty-four.
    assert!((12..=16).contains(&newer) && (83..=87).contains(&older), "{newer} {older}");
}

#[test]
fn a_seat_never_joins_a_line_whose_head_pays_too_little() {
    let accounts = [with_jobs(0, 1, 0), with_seats(1, 2, 0, 0), with_seats(2, 1, 0, 0)];
    let lines = lines(&accounts, 10);
    assert!(randoms().all(|random| to_join(&lines, RATE + 1, random) == Some(2)));
    assert_eq!(to_join(&lines[..1], RATE + 1, 0), None);
    let mut refusing = accounts[0].clone();
    let refused = queue(&mut refusing).join(&seat(9, RATE + 1, HORIZON), at(10));
    assert_eq!(refused, Err(MarketError::HeadBelowTerms));
}

#[test]
fn the_move_helps_the_job_and_the_seat_that_have_waited_longest() {
    let accounts = [
        with_jobs(0, 1, 4),
        with_jobs(1, 2, 3),
        with_seats(2, 1, RATE, 2),
        with_seats(3, 1, RATE, 1),
        // Waits longer, but not for this rate.
        with_seats(4, 1, RATE + 1, 0),
    ];
    assert_eq!(to_rebalance(&lines(&accounts, 10)), Some(Move { from: 3, to: 1 }));
    assert_eq!(to_rebalance(&lines(&accounts[..2], 10)), None);
    assert_eq!(to_rebalance(&lines(&accounts[2..], 10)), None);
}

#[test]
fn what_is_chosen_is_what_the_queue_does() {
    let mut accounts = [with_jobs(0, 1, 4), with_seats(1, 1, RATE, 2)];
    let chosen = to_rebalance(&lines(&accounts, 10)).unwrap();
    let given = queue(&mut accounts[usize::from(chosen.from)]).give_seat(at(10)).unwrap();
    queue(&mut accounts[usize::from(chosen.to)]).receive_seat(&given, at(10)).unwrap();
    assert_eq!(accounts[0].shard.assigned, 1);
    assert_eq!(to_rebalance(&lines(&accounts, 10)), None);
}

#[test]
fn a_seat_behind_more_lapsed_ones_than_a_match_clears_does_not_count() {
    for lapsed in 0..=5 {
        let mut account = shard(0);
        for n in 0..lapsed {
            queue(&mut account).join(&seat(n, 0, 10), at(0)).unwrap();
        }
        queue(&mut account).join(&seat(9, 0, 11), at(0)).unwrap();
        let seen = Line::of(&account, 10).head_seat.is_some();
        let node = queue(&mut account).post(&key(1), RATE, at(10)).unwrap();
        assert_eq!(account.nodes[usize::from(node)].is(NodeKind::Assigned), seen, "{lapsed} lapsed");
        assert_eq!(seen, lapsed < u64::from(LAPSED_PER_MATCH), "{lapsed} lapsed");
    }
}

#[test]
fn a_broken_shard_is_looked_at_without_a_panic() {
    let mut account = with_seats(0, 2, 0, 0);
    account.shard.seat_head = 77;
    account.shard.job_head = 1;
    let line = Line::of(&account, 10);
    assert_eq!((line.head_job, line.head_seat), (None, None));
    let mut circle = with_seats(0, 2, 0, 0);
    circle.nodes[1].next = 0;
    assert!(Line::of(&circle, HORIZON).head_seat.is_none());
}

#[test]
fn a_market_without_shards_offers_nothing() {
    assert_eq!((to_post(&[], RATE, 7), to_join(&[], 0, 7), to_rebalance(&[])), (None, None, None));
}
