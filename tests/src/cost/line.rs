//! The queue.

use {
    super::{Bench, Cost, Scenario, Watch},
    crate::{HOUR, TERMS},
    gpu_market_sdk::instructions::{job, queue, shard},
    solana_signer::Signer,
};

pub const SCENARIOS: &[Scenario] = &[seats, matching, rebalancing];

fn seats(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host) = (bench.client(), bench.host());
    let (market, operator) = (bench.market, &host.operator);
    let seat = bench.world.seat_of(&host, &market);
    bench.measure("join_waits", queue::join(seat), &[operator]);
    let node = bench.world.shard(&market).shard.seat_head;
    bench.measure("renew", queue::renew(seat, node), &[operator]);
    let leave = bench.world.leave_ix(operator, &host, &market, node);
    bench.measure("leave", leave, &[operator]);

    bench.world.join(&host, &market);
    bench.world.svm.advance(TERMS.seat_lifetime);
    // Whoever meets the lapsed seat unlinks it.
    let job = bench.posted(&client, &market, HOUR);
    let crank = bench.world.payer.insecure_clone();
    let leave = bench.world.leave_ix(&crank, &host, &market, node);
    bench.measure("leave_lapsed", leave, &[&crank]);
    bench.measure("join_matched", queue::join(seat), &[operator]);
    assert_eq!(bench.world.shard(&market).nodes[usize::from(bench.world.job(&job).node)].job, job);
    bench.costs()
}

/// Four lapsed seats keep a job from the live one behind them.
fn matching(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let client = bench.client();
    let market = bench.market;
    for name in ["a", "b", "c", "d"] {
        let host = bench.other_host(name);
        bench.world.join(&host, &market);
    }
    let host = bench.host();
    bench.world.svm.advance(TERMS.seat_lifetime);
    bench.world.join(&host, &market);
    let post = bench.post(&client, &market, HOUR);
    bench.measure("post_past_four_lapsed", job::post(post), &[&client.owner]);
    let crank = bench.world.payer.insecure_clone();
    bench.measure("match_heads", queue::match_heads(market.address, 0), &[&crank]);
    bench.costs()
}

fn rebalancing(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host) = (bench.client(), bench.host());
    let (market, crank, authority) =
        (bench.market, bench.world.payer.insecure_clone(), bench.world.authority.insecure_clone());
    let create = shard::create_shard(authority.pubkey(), authority.pubkey(), market.address, 1);
    bench.measure("create_shard", create, &[&authority]);
    bench.measure("grow_shard", shard::grow_shard(crank.pubkey(), market.address, 1), &[&crank]);
    bench.world.join(&host, &market);
    let post = job::Post { shard: 1, ..bench.post(&client, &market, HOUR) };
    bench.world.ok(&[job::post(post)], &[&client.owner]);
    bench.measure("rebalance", queue::rebalance(market.address, 0, 1), &[&crank]);

    let parties = bench.world.parties(post.job(), &client, &host, &market);
    let decline = job::decline(job::Decline { operator: host.operator.pubkey(), parties, shard: 1, slash: None });
    bench.world.ok(&[decline], &[&host.operator]);
    let cancel = job::cancel(job::Cancel {
        authority: client.owner.pubkey(),
        client: client.client,
        job: post.job(),
        market: market.address,
        shard: 1,
    });
    bench.world.ok(&[cancel], &[&client.owner]);
    let close = shard::close_shard(authority.pubkey(), market.address, 1, authority.pubkey());
    bench.measure("close_shard", close, &[&authority]);
    bench.costs()
}
