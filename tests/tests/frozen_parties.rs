//! An issuer that freezes one party of a job at a time: nobody else is held up, and what the frozen one is owed waits for it.

use {
    gpu_market::state::{JobState, Outcome},
    gpu_market_sdk::{
        Address,
        instructions::{client, host, job},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

/// A scene with a second client and a second host, a finished job of the first, and a running one of each.
struct Market {
    scene: Scene,
    other: (ClientParty, HostParty),
    jobs: [Address; 2],
}

fn two_runs() -> Market {
    let mut scene = Scene::community();
    let Scene { world, market, client, host } = &mut scene;
    let market = *market;
    world.open_treasury(market.token);
    let other = (world.client("other client", 100 * DOLLAR), world.enrolled("other host", &market));
    let done = world.running(client, host, &market, 0, HOUR);
    world.run_for(host, &market, done, 60);
    world.finish(client, host, &market, done);
    let jobs = [world.running(client, host, &market, 1, HOUR), world.running(&other.0, &other.1, &market, 0, HOUR)];
    world.svm.advance(60);
    Market { scene, other, jobs }
}

/// Everything that an unfrozen client and host do until all of their money is in their wallets.
fn leaves_whole(world: &mut World, client: &ClientParty, host: &HostParty, market: &MarketRef, job: Address) {
    world.finish(client, host, market, job);
    assert_eq!(world.job(&job).state(), Ok(JobState::Completed));
    let before = world.tokens(&client.wallet);
    let amount = world.client_account(client).available / 2;
    let withdraw = client::withdraw(client::Withdraw {
        owner: client.owner.pubkey(),
        token: client.token,
        destination: client.wallet,
        amount,
    });
    world.ok(&[withdraw], &[&client.owner]);
    assert_eq!(world.tokens(&client.wallet), before + amount);
    let destination = world.token_account(market.token, &host.owner.pubkey());
    let earned = world.tokens(&host.earnings(market));
    let withdraw = host::withdraw_earnings(host::WithdrawEarnings {
        authority: host.owner.pubkey(),
        host: host.host,
        token: market.token,
        destination,
        amount: earned,
    });
    world.ok(&[withdraw], &[&host.owner]);
    assert_eq!(world.tokens(&destination), earned);
}

#[test]
fn each_party_frozen_in_turn_holds_up_nobody_else() {
    for frozen in 0..6 {
        let Market { scene, other, jobs } = two_runs();
        let Scene { mut world, market, client, host } = scene;
        let host_wallet = world.token_account(market.token, &host.owner.pubkey());
        let crank = world.funded("crank");
        let crank_wallet = world.token_account(market.token, &crank.pubkey());
        let treasury = gpu_market_sdk::address::treasury_vault(&market.token.mint).0;
        let accounts = [client.vault, client.wallet, host.earnings(&market), host_wallet, crank_wallet, treasury];
        world.svm.freeze(market.token, &accounts[frozen]).expect("frozen");

        // The other pair notices nothing.
        leaves_whole(&mut world, &other.0, &other.1, &market, jobs[1]);
        // The frozen party's own job ends all the same, and nobody's state hangs on it.
        let finish = world.finish_of(&client, &host, &market, jobs[0], Outcome::Success, None);
        world.ok(&[job::finish(finish)], &[&host.operator]);
        let ended = world.job(&jobs[0]);
        assert_eq!(ended.state(), Ok(JobState::Completed), "{frozen}");
        let vault_is_frozen = frozen == 0 || frozen == 2;
        assert_eq!(ended.due > 0, vault_is_frozen, "{frozen}: owed until it thaws");
        // Posting and joining go on.
        let next = world.post(&other.0, &market, 7, 600);
        world.join(&other.1, &market);
        world.start(&other.1, &market, next);

        world.svm.thaw(market.token, &accounts[frozen]).expect("thawed");
        if vault_is_frozen {
            let collect = world.collect_ix(&client, &host, &market, jobs[0]);
            world.ok(&[collect], &[]);
        }
        assert_eq!(world.tokens(&host.earnings(&market)), 120 * 100, "{frozen}: paid in full in the end");
    }
}

#[test]
fn a_frozen_treasury_keeps_no_client_from_its_escrow() {
    let Market { scene, jobs, .. } = two_runs();
    let Scene { mut world, market, client, host } = scene;
    let vault = gpu_market_sdk::address::treasury_vault(&market.token.mint).0;
    world.svm.freeze(market.token, &vault).expect("frozen");
    let sweep = world.sweep(&client.client, market.token);
    world.refused(&[sweep], &[], FROZEN);
    leaves_whole(&mut world, &client, &host, &market, jobs[0]);
}
