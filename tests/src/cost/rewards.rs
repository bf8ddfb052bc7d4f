//! What stakers earn: pools, positions, locks, emissions, incentives, and the split of fees.

use {
    super::{Bench, Cost, Scenario, Watch},
    crate::{DAY, HALVES, HOUR, HostParty, STAKE, STREAM},
    gpu_market_sdk::{
        Address, address,
        instructions::{
            Token, admin, client as escrow,
            rewards::{self, Recipients},
            stake as staking, treasury,
        },
    },
    solana_signer::Signer,
};

pub const SCENARIOS: &[Scenario] = &[pools, many_positions, slashed, sweeps, emissions, incentives, checks];

/// Another host, which earns in a mint that has its pool.
fn other_staker(bench: &mut Bench, token: Token) -> HostParty {
    bench.world.staker("other staker", 50 * STAKE, &[token])
}

/// A stake with one position, from the opening of the pool to its close.
fn pools(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (host, token) = (bench.host(), bench.world.dollar);
    let (payer, owner) = (bench.world.payer.insecure_clone(), host.owner.insecure_clone());
    let key = owner.pubkey();
    bench.world.open_treasury(token);
    bench.measure("open_pool", rewards::open_pool(payer.pubkey(), token), &[&payer]);
    bench.measure("open_position", rewards::open_position(key, key, token.mint), &[&owner]);
    let other = other_staker(&mut bench, token);
    bench.world.give_stakers(token, 0, 1_000_000);
    bench.world.svm.advance(HOUR);
    let stake = bench.world.stake_more_ix(&host, STAKE, &[token]);
    bench.measure("stake_with_position", stake, &[&owner]);
    bench.world.svm.advance(HOUR);
    let unstake = bench.world.unstake_ix(&host, 2 * STAKE, &[token]);
    bench.measure("request_unstake_with_position", unstake, &[&owner]);
    let restake = bench.world.naming(staking::restake(key, STAKE), &host, &[token]);
    bench.measure("restake_with_position", restake, &[&owner]);
    let lock = bench.world.lock_ix(&host, 90, &[token]);
    bench.measure("extend_lock_with_position", lock, &[&owner]);
    let claim = bench.world.claim_ix(&host, token);
    bench.measure("claim_rewards", claim.clone(), &[&owner]);
    // The stream has moved, and an emission has come in on top of it.
    bench.world.give_stakers(token, 1, 777_777);
    bench.world.svm.advance(HOUR);
    bench.measure("claim_rewards_after_income", claim.clone(), &[&owner]);
    bench.world.svm.advance(STREAM);
    bench.measure("claim_rewards_of_all", claim, &[&owner]);
    bench.measure("close_position", rewards::close_position(key, token.mint, key), &[&owner]);
    bench.world.claim(&other, token);
    close_emissions(&mut bench, token, 2);
    let close = rewards::close_position(other.owner.pubkey(), token.mint, payer.pubkey());
    bench.world.ok(&[close], &[&other.owner]);
    bench.measure("close_pool", rewards::close_pool(token, payer.pubkey()), &[&payer]);
    bench.costs()
}

/// Closes what [`crate::World::give_stakers`] opened.
fn close_emissions(bench: &mut Bench, token: Token, number: u16) {
    let giver = bench.world.funded("giver");
    for id in 0..number {
        let close = rewards::close_emission(rewards::CloseEmission {
            caller: giver.pubkey(),
            emission: address::emission(&giver.pubkey(), id).0,
            for_stakers: true,
            token,
            destination: bench.world.token_account(token, &giver.pubkey()),
            rent_payer: bench.world.payer.pubkey(),
        });
        bench.world.ok(&[close], &[&giver]);
    }
}

/// A stake with the four positions that it may have, and one without any.
fn many_positions(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let host = bench.host();
    let (owner, key) = (host.owner.insecure_clone(), host.owner.pubkey());
    bench.measure("extend_lock", staking::extend_lock(key, 30), &[&owner]);
    let coins = ["third coin", "fourth coin"]
        .map(|name| bench.world.svm.create_mint(name, address::TOKEN_PROGRAM, 6, false).expect("a mint"));
    let tokens = [bench.world.dollar, bench.world.stake_token, coins[0], coins[1]];
    for (id, token) in (0..).zip(tokens) {
        bench.world.open_pool(token);
        bench.world.open_position(&host, token);
        bench.world.give_stakers(token, id, 1_000_000);
    }
    // A pool that the stake does not earn from.
    let fifth = bench.world.svm.create_mint("fifth coin", address::TOKEN_PROGRAM, 6, false).expect("a mint");
    bench.world.open_pool(fifth);
    let stake = bench.world.stake_more_ix(&host, STAKE, &tokens);
    bench.measure("stake_with_four_positions", stake, &[&owner]);
    bench.world.svm.advance(HOUR);
    let unstake = bench.world.unstake_ix(&host, STAKE, &tokens);
    bench.measure("request_unstake_with_four_positions", unstake, &[&owner]);
    bench.world.svm.advance(HOUR);
    let restake = bench.world.naming(staking::restake(key, STAKE), &host, &tokens);
    bench.measure("restake_with_four_positions", restake, &[&owner]);
    bench.world.svm.advance(HOUR);
    let lock = bench.world.lock_ix(&host, 365, &tokens);
    bench.measure("extend_lock_with_four_positions", lock, &[&owner]);
    bench.costs()
}

/// Anyone syncs a slashed stake, and gives its share of the time between to the others.
fn slashed(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host, market, token) = (bench.client(), bench.host(), bench.market, bench.world.dollar);
    bench.world.open_pool(token);
    bench.world.open_position(&host, token);
    other_staker(&mut bench, token);
    bench.world.give_stakers(token, 0, 1_000_000);
    bench.world.missed_ack(&client, &host, &market, 0);
    let crank = bench.world.payer.insecure_clone();
    bench.measure("sync_weight", rewards::sync_weight(host.stake, token.mint), &[&crank]);
    bench.costs()
}

fn sweeps(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host, market, token) = (bench.client(), bench.host(), bench.market, bench.world.dollar);
    let (payer, admin) = (bench.world.payer.insecure_clone(), bench.world.admin.insecure_clone());
    bench.world.open_treasury(token);
    bench.world.open_pool(token);
    other_staker(&mut bench, token);
    bench.measure("announce_split", admin::announce_split(admin.pubkey(), HALVES), &[&admin]);
    bench.world.svm.advance(14 * DAY);
    let refer = escrow::set_referrer(client.owner.pubkey(), token.mint, Some(host.owner.pubkey()));
    bench.measure("set_referrer", refer, &[&client.owner]);
    for (nonce, name) in [(900, ""), (901, "sweep_fees_to_three"), (902, "sweep_fees_referral_kept")] {
        bench.world.pay_fees(&client, &host, &market, nonce);
        let sweep = bench.world.sweep(&client.client, token);
        if name.is_empty() {
            bench.world.ok(&[sweep], &[]);
            continue;
        }
        if name == "sweep_fees_referral_kept" {
            bench.world.svm.freeze(token, &host.earnings(&market)).expect("frozen");
        }
        bench.measure(name, sweep, &[&payer]);
    }
    let nobody = escrow::set_referrer(client.owner.pubkey(), token.mint, None);
    bench.world.svm.thaw(token, &host.earnings(&market)).expect("thawed");
    let sweep = bench.world.sweep(&client.client, token);
    bench.world.ok(&[sweep], &[]);
    bench.measure("set_referrer_to_nobody", nobody, &[&client.owner]);
    bench.costs()
}

/// Closes an emission whose funder paid its rent.
fn close(bench: &mut Bench, funder: &Address, emission: Address, for_stakers: bool) -> rewards::CloseEmission {
    let token = bench.world.dollar;
    rewards::CloseEmission {
        caller: *funder,
        emission,
        for_stakers,
        token,
        destination: bench.world.token_account(token, funder),
        rent_payer: *funder,
    }
}

fn emissions(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (token, funder) = (bench.world.dollar, bench.world.funded("funder"));
    bench.world.open_pool(token);
    other_staker(&mut bench, token);
    let (key, id) = (funder.pubkey(), bench.emission_id(&funder.pubkey()));
    let params = bench.world.emission_of(&funder, token, Recipients::Stakers, 1_000_000, 10 * DAY);
    let params = rewards::OpenEmission { payer: key, id, ..params };
    bench.measure("open_emission", rewards::open_emission(params), &[&funder]);
    let emission = address::emission(&key, id).0;
    let crank = bench.world.payer.insecure_clone();
    bench.world.svm.advance(DAY);
    let release = rewards::release_emission(emission, token);
    bench.world.ok(std::slice::from_ref(&release), &[]);
    bench.world.svm.advance(DAY);
    bench.measure("release_emission", release.clone(), &[&crank]);
    bench.world.svm.advance(10 * DAY);
    bench.world.ok(&[release], &[]);
    let close = close(&mut bench, &key, emission, true);
    bench.measure("close_emission", rewards::close_emission(close), &[&funder]);
    bench.costs()
}

fn incentives(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, market, funder) = (bench.client(), bench.premium, bench.world.funded("funder"));
    let host = bench.world.host(bench.host_name(), 200 * STAKE);
    bench.world.admit(&host, &market, 8, 100 * STAKE);
    bench.world.list(&market, true);
    let (key, id) = (funder.pubkey(), bench.emission_id(&funder.pubkey()));
    let recipients = Recipients::Hosts(market.address);
    let params = bench.world.emission_of(&funder, market.token, recipients, 1_000_000, 10 * DAY);
    let params = rewards::OpenEmission { payer: key, id, ..params };
    bench.measure("open_emission_for_hosts", rewards::open_emission(params), &[&funder]);
    let emission = address::emission(&key, id).0;
    let job = bench.world.pay_fees(&client, &host, &market, 0);
    let crank = bench.world.payer.insecure_clone();
    let parties = bench.world.parties(job, &client, &host, &market);
    bench.measure("pay_incentive", rewards::pay_incentive(emission, parties, market.token), &[&crank]);
    bench.world.svm.advance(10 * DAY);
    let close = close(&mut bench, &key, emission, false);
    bench.measure("close_emission_for_hosts", rewards::close_emission(close), &[&funder]);
    bench.costs()
}

fn checks(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host, token) = (bench.client(), bench.host(), bench.world.dollar);
    let crank = bench.world.payer.insecure_clone();
    bench.world.ok(&[treasury::open_treasury(crank.pubkey(), token)], &[]);
    bench.world.open_pool(token);
    bench.measure("check_client", escrow::check_client(client.client), &[&crank]);
    bench.measure("check_stake", staking::check_stake(host.stake), &[&crank]);
    bench.measure("check_pool", rewards::check_pool(token.mint), &[&crank]);
    bench.costs()
}
