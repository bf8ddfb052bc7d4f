//! What to type next: a host and a job, from nothing to the pay.

use {
    crate::Args,
    gpu_market_localnet::{Localnet, keys},
    gpu_market_sdk::rpc::Endpoint,
    solana_signer::Signer,
};

/// Port that the tools mean by `localhost`.
const LOCALHOST_PORT: &str = ":8899";
/// The job that the commands post: it fits the first market of the example.
const JOB: &str = "examples/first-job.json";

/// Prints the commands of the first job, in the first market.
pub fn print(localnet: &Localnet, endpoint: &Endpoint, args: &Args) {
    let url = if endpoint.rpc.ends_with(LOCALHOST_PORT) { "localhost" } else { &endpoint.rpc };
    let command = |key: &str, rest: &str| {
        println!("  gpu-market -u {url} -k {}/{key}-keypair.json {rest}", args.keys.display());
    };
    println!("\nwhat to type next, in other terminals (docs/FIRST-JOB.md tells more)\n");
    println!("what there is:");
    println!("  gpu-market -u {url} market list");
    let Some(market) = localnet.deployment.markets.first() else { return };
    let job = if args.markets.is_none() { JOB } else { "SPEC" };
    let (market, operator) = (localnet.market(market.id), keys::key("host-operator").pubkey());
    println!("\na host that works in one of the markets:");
    command("host-owner", &format!("host register --operator {operator}"));
    command("host-owner", "stake add 1000");
    command("host-owner", &format!("host enroll {market}"));
    command("host-owner", &format!("stake allocate {market} 500"));
    command("host-operator", &format!("host run {market}"));
    println!("\na job for it:");
    command("client", &format!("client fund 100 --market {market}"));
    command("client", &format!("job post {job} --market {market}"));
    command("client", "job watch JOB");
    println!("\nits pay:");
    command("host-owner", "host withdraw");
    println!("\nCtrl-C stops the network and forgets everything on it.");
}
