//! The life of a job.

use {
    super::{Bench, Cost, Scenario, Watch},
    crate::{HOUR, PREMIUM_TERMS, STAKE, TERMS},
    gpu_market::state::Outcome,
    gpu_market_sdk::instructions::{expire, job},
    solana_signer::Signer,
};

pub const SCENARIOS: &[Scenario] =
    &[posting, running, rejoining, ending, repricing, declining, unavailable, waiting_too_long, lost, faulty];

fn posting(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host) = (bench.client(), bench.host());
    let (owner, market) = (&client.owner, bench.market);

    let post = bench.post(&client, &market, HOUR);
    bench.measure("post_queued", job::post(post), &[owner]);
    let cancel = bench.world.cancel_ix(&client, &market, post.job());
    bench.measure("cancel_queued", cancel, &[owner]);

    bench.world.join(&host, &market);
    let post = bench.post(&client, &market, HOUR);
    bench.measure("post_matched", job::post(post), &[owner]);
    let cancel = bench.world.cancel_ix(&client, &market, post.job());
    bench.measure("cancel_assigned", cancel, &[owner]);

    let node = bench.world.shard(&market).shard.seat_head;
    let post = bench.post(&client, &market, HOUR);
    bench.measure("post_to", job::post_to(post, node, host.member(&market)), &[owner]);
    bench.posted(&client, &market, HOUR);
    let cancel = bench.world.cancel_ix(&client, &market, post.job());
    bench.measure("cancel_assigned_rematched", cancel, &[owner]);
    bench.costs()
}

fn running(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host) = (bench.client(), bench.host());
    let (market, operator) = (bench.market, &host.operator);
    let job = bench.posted(&client, &market, HOUR);
    bench.world.join(&host, &market);

    let start = bench.world.start_ix(&host, &market, job);
    bench.measure("start", start, &[operator]);
    bench.world.svm.advance(60);
    let heartbeat = bench.world.heartbeat_ix(&host, &market, job);
    bench.measure("heartbeat", heartbeat.clone(), &[operator]);
    let crank = bench.world.payer.insecure_clone();
    let collect = job::collect(bench.world.parties(job, &client, &host, &market), market.token);
    bench.measure("collect", collect, &[&crank]);
    let extend = job::extend(client.owner.pubkey(), client.client, job, 600);
    bench.measure("extend", extend, &[&client.owner]);
    bench.world.svm.advance(60);
    let finish = bench.world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    bench.measure("finish", job::finish(finish), &[operator]);
    let dispute = job::dispute(client.owner.pubkey(), client.client, job, host.member(&market));
    bench.measure("dispute", dispute, &[&client.owner]);
    let close = job::close_job(job::CloseJob {
        caller: client.owner.pubkey(),
        client: client.client,
        job,
        rent_payer: client.owner.pubkey(),
        closed_member: None,
    });
    bench.measure("close_job", close, &[&client.owner]);
    bench.costs()
}

fn rejoining(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host) = (bench.client(), bench.host());
    let (market, operator) = (bench.market, &host.operator);
    let rejoin = job::Rejoin { terms: market.terms, shard: 0, min_rate: 0, access: None };

    let job = bench.running(&client, &host, &market, HOUR);
    bench.world.svm.advance(60);
    let finish = bench.world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    bench.measure("finish_and_rejoin_waits", job::finish_and_rejoin(finish, rejoin), &[operator]);
    let job = bench.posted(&client, &market, HOUR);
    bench.world.start(&host, &market, job);
    bench.posted(&client, &market, HOUR);
    bench.world.svm.advance(60);
    let finish = bench.world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    bench.measure("finish_and_rejoin_matched", job::finish_and_rejoin(finish, rejoin), &[operator]);
    bench.costs()
}

fn ending(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host) = (bench.client(), bench.host());
    let market = bench.market;
    let job = bench.running(&client, &host, &market, HOUR);
    bench.world.svm.advance(60);
    let parties = bench.world.parties(job, &client, &host, &market);
    bench.measure("end", job::end(client.owner.pubkey(), parties, market.token), &[&client.owner]);
    bench.costs()
}

fn repricing(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let client = bench.client();
    let market = bench.market;
    let terms = gpu_market::state::TermsParams { rate: TERMS.rate + 1, ..TERMS };
    let announce = super::places::announce(&bench, &terms);
    let authority = bench.world.authority.insecure_clone();
    bench.world.ok(&[announce], &[&authority]);
    bench.world.svm.advance(TERMS.seat_lifetime - 1);
    let job = bench.posted(&client, &market, HOUR);
    bench.world.svm.advance(1);
    let reprice = job::Reprice {
        owner: client.owner.pubkey(),
        client: client.client,
        job,
        market: market.address,
        terms: 2,
        shard: 0,
        max_rate: u64::MAX,
    };
    bench.measure("reprice", job::reprice(reprice), &[&client.owner]);
    bench.costs()
}

fn declining(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host) = (bench.client(), bench.host());
    let market = bench.market;
    let slash = Some(bench.world.slash(&host, &client));
    for turn in 1..=4 {
        let job = bench.posted(&client, &market, HOUR);
        bench.world.join(&host, &market);
        let parties = bench.world.parties(job, &client, &host, &market);
        let slash = slash.filter(|_| turn == 4);
        let decline = job::decline(job::Decline { operator: host.operator.pubkey(), parties, shard: 0, slash });
        match turn {
            1 => drop(bench.measure("decline", decline, &[&host.operator])),
            4 => drop(bench.measure("decline_slashed", decline, &[&host.operator])),
            _ => drop(bench.world.ok(&[decline], &[&host.operator])),
        }
        let cancel = bench.world.cancel_ix(&client, &market, job);
        bench.world.ok(&[cancel], &[&client.owner]);
    }
    bench.costs()
}

fn unavailable(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host, other) = (bench.client(), bench.host(), bench.other_host("other"));
    let market = bench.market;
    let job = bench.posted(&client, &market, HOUR);
    for (name, by, first) in
        [("decline_unavailable_first", &host, None), ("decline_unavailable_second", &other, Some(&host))]
    {
        bench.world.join(by, &market);
        let decline = bench.world.unavailable_ix(&client, by, &market, job, first);
        bench.measure(name, decline, &[&by.operator]);
    }
    bench.costs()
}

fn waiting_too_long(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host) = (bench.client(), bench.host());
    let (market, crank) = (bench.market, bench.world.payer.insecure_clone());

    let job = bench.posted(&client, &market, HOUR);
    let expire = bench.world.expire_queued_ix(&crank, &client, &market, job);
    bench.world.svm.advance(TERMS.queue_ttl + 61);
    bench.measure("expire_queued", expire, &[&crank]);

    let caller_tokens = bench.world.token_account(bench.world.stake_token, &crank.pubkey());
    let slash = Some(bench.world.slash(&host, &client));
    let job = bench.posted(&client, &market, HOUR);
    bench.world.join(&host, &market);
    bench.world.svm.advance(TERMS.ack_window + 61);
    let expire = bench.world.expire_assigned_of(&crank, &client, &host, &market, job);
    let expire = expire::ExpireAssigned { caller_tokens: Some(caller_tokens), slash, ..expire };
    bench.measure("expire_assigned_missed", expire::expire_assigned(expire), &[&crank]);
    let crank_key = crank.pubkey();
    let treasury = gpu_market_sdk::instructions::treasury::open_treasury(crank_key, bench.world.stake_token);
    bench.world.ok(&[treasury], &[]);
    let sweep = gpu_market_sdk::instructions::treasury::sweep_slashes(host.stake, bench.world.stake_token);
    bench.measure("sweep_slashes", sweep, &[&crank]);

    let cancel = bench.world.cancel_ix(&client, &market, job);
    bench.world.ok(&[cancel], &[&client.owner]);
    bench.world.svm.advance(2 * HOUR);
    let job = bench.running(&client, &host, &market, 60);
    bench.world.svm.advance(60 + 61);
    let expire = bench.world.expire_running_ix(&crank, &client, &host, &market, job, None);
    bench.measure("expire_running_timed_out", expire, &[&crank]);
    bench.costs()
}

fn premium(watch: &Watch) -> (Bench, crate::ClientParty, crate::HostParty) {
    let mut bench = Bench::watched(watch);
    let client = bench.client();
    let host = bench.world.host(bench.host_name(), 200 * STAKE);
    let premium = bench.premium;
    bench.world.admit(&host, &premium, 1, 50 * STAKE);
    (bench, client, host)
}

/// A lost job in a premium market, and what its slash leads to.
fn lost(watch: &Watch) -> Vec<(String, Cost)> {
    let (mut bench, client, host) = premium(watch);
    let (market, crank) = (bench.premium, bench.world.payer.insecure_clone());
    let slash = Some(bench.world.slash(&host, &client));
    let job = bench.running(&client, &host, &market, HOUR);
    bench.world.run_for(&host, &market, job, 60);
    bench.world.svm.advance(3 * PREMIUM_TERMS.heartbeat_interval + 61);
    let expire = bench.world.expire_running_ix(&crank, &client, &host, &market, job, slash);
    bench.measure("expire_running_lost", expire, &[&crank]);
    super::money::claim(&mut bench, &client, &host);

    // Assigned, and then its attestation of genesis is over.
    bench.world.join(&host, &market);
    let job = bench.posted(&client, &market, HOUR);
    bench.world.svm.advance(50 * 86_400);
    let expire = bench.world.expire_assigned_of(&crank, &client, &host, &market, job);
    bench.measure("expire_assigned_unfit", expire::expire_assigned(expire), &[&crank]);
    bench.costs()
}

fn faulty(watch: &Watch) -> Vec<(String, Cost)> {
    let (mut bench, client, host) = premium(watch);
    let market = bench.premium;
    let slash = Some(bench.world.slash(&host, &client));
    let job = bench.running(&client, &host, &market, HOUR);
    bench.world.svm.advance(60);
    let finish = bench.world.finish_of(&client, &host, &market, job, Outcome::HostFault, slash);
    bench.measure("finish_host_fault", job::finish(finish), &[&host.operator]);
    bench.costs()
}
