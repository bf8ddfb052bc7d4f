//! States in which instructions succeed and that neither the cost table nor the account matrix plays.

use {
    crate::{
        HOUR,
        cost::{Bench, Cost, Scenario, Watch},
    },
    gpu_market_sdk::instructions::job,
};

pub(super) const SCENARIOS: &[Scenario] = &[owing];

/// A job that is over and still owes its host the tip.
fn owing(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host, market) = (bench.client(), bench.host(), bench.market);
    let owing = bench.posted(&client, &market, HOUR);
    bench.world.join(&host, &market);
    let cancel = bench.world.cancel_ix(&client, &market, owing);
    bench.world.ok(&[cancel], &[&client.owner]);
    let parties = bench.world.parties(owing, &client, &host, &market);
    let payer = bench.world.payer.insecure_clone();
    bench.measure("collect_due", job::collect(parties, market.token), &[&payer]);
    bench.costs()
}
