//! Escrow, stake, credits, and the protocol's income.

use {
    super::{Bench, Cost, Scenario, Watch},
    crate::{ClientParty, DOLLAR, HOUR, HostParty, STAKE},
    gpu_market_sdk::instructions::{client as escrow, stake as staking, treasury},
    solana_signer::Signer,
};

pub const SCENARIOS: &[Scenario] = &[escrows, stakes, income];

fn escrows(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let token = bench.world.dollar;
    // Opened once for its keys and its wallet, so that it can be opened again.
    let client = bench.world.client(bench.client_name(), 1_000 * DOLLAR);
    let (owner, key, destination) = (&client.owner, client.owner.pubkey(), client.wallet);
    let close = escrow::close_client(escrow::CloseClient {
        owner: key,
        token,
        destination,
        rent_payer: bench.world.payer.pubkey(),
    });
    bench.world.ok(&[close], &[owner]);

    bench.measure("open_client", escrow::open_client(key, key, token), &[owner]);
    let amount = 500 * DOLLAR;
    let deposit = escrow::Deposit { depositor: key, source: client.wallet, client: client.client, token, amount };
    bench.measure("deposit", escrow::deposit(deposit), &[owner]);
    let withdraw = escrow::Withdraw { owner: key, token, destination, amount: DOLLAR };
    bench.measure("withdraw", escrow::withdraw(withdraw), &[owner]);
    let delegate = bench.world.payer.pubkey();
    let set =
        escrow::SetDelegate { owner: key, mint: token.mint, delegate, cap: DOLLAR, expires_at: 2_000_000_000 };
    bench.measure("set_delegate", escrow::set_delegate(set), &[owner]);
    bench.measure("raise_nonce_floor", escrow::raise_nonce_floor(key, token.mint, 9), &[owner]);
    let close = escrow::CloseClient { owner: key, token, destination, rent_payer: key };
    bench.measure("close_client", escrow::close_client(close), &[owner]);
    bench.costs()
}

fn stakes(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (token, market) = (bench.world.stake_token, bench.market);
    // Opened once for its keys and its wallet, so that it can be opened again.
    let host = bench.world.host(bench.host_name(), 0);
    let (owner, key) = (&host.owner, host.owner.pubkey());
    let close = |rent_payer| {
        staking::close_stake(staking::CloseStake { owner: key, token, destination: host.stake_wallet, rent_payer })
    };
    let payer = bench.world.payer.pubkey();
    bench.world.ok(&[close(payer)], &[owner]);
    bench.world.svm.mint_to(token, &host.stake_wallet, 100 * STAKE).expect("minted");

    bench.measure("open_stake", staking::open_stake(key, key, token), &[owner]);
    let stake = staking::StakeTokens { owner: key, source: host.stake_wallet, token, amount: 100 * STAKE };
    bench.measure("stake", staking::stake(stake), &[owner]);
    bench.world.enroll(&host, &market, 0);
    bench.measure("allocate", staking::allocate(key, market.address, 50 * STAKE), &[owner]);
    bench.measure("deallocate", staking::deallocate(key, market.address, 50 * STAKE), &[owner]);
    bench.measure("request_unstake", staking::request_unstake(key, 100 * STAKE), &[owner]);
    bench.measure("restake", staking::restake(key, STAKE), &[owner]);
    bench.world.ok(&[staking::request_unstake(key, STAKE)], &[owner]);
    let unbonding = bench.world.unbonding();
    bench.world.svm.advance(unbonding);
    let withdraw = staking::withdraw_stake(key, token, host.stake_wallet);
    bench.measure("withdraw_stake", withdraw, &[owner]);
    bench.measure("close_stake", close(key), &[owner]);
    bench.costs()
}

/// Claims what a slash of the host left to the client.
pub fn claim(bench: &mut Bench, client: &ClientParty, host: &HostParty) {
    let (token, key, payer) = (bench.world.stake_token, client.owner.pubkey(), bench.world.payer.insecure_clone());
    let destination = bench.world.token_account(token, &key);
    // Nothing happens if it is open.
    bench.measure("open_credit_again", staking::open_credit(payer.pubkey(), host.stake, key), &[&payer]);
    let unbonding = bench.world.unbonding();
    bench.world.svm.advance(unbonding);
    let claim = staking::ClaimCredit { caller: key, beneficiary: key, stake: host.stake, token, destination };
    bench.measure("claim_credit", staking::claim_credit(claim), &[&client.owner]);
    let close = staking::close_credit(host.stake, key, payer.pubkey());
    bench.measure("close_credit", close, &[&payer]);
    bench.measure("open_credit", staking::open_credit(payer.pubkey(), host.stake, key), &[&payer]);
}

fn income(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host) = (bench.client(), bench.host());
    let (market, token) = (bench.market, bench.world.dollar);
    let (payer, admin) = (bench.world.payer.insecure_clone(), bench.world.admin.insecure_clone());
    bench.measure("open_treasury", treasury::open_treasury(payer.pubkey(), token), &[&payer]);
    let job = bench.running(&client, &host, &market, HOUR);
    bench.world.run_for(&host, &market, job, 600);
    bench.world.finish(&client, &host, &market, job);
    let sweep = bench.world.sweep(&client.client, token);
    bench.measure("sweep_fees", sweep, &[&payer]);
    let destination = bench.world.token_account(token, &crate::settings().treasury);
    let vault = gpu_market_sdk::address::treasury_vault(&token.mint).0;
    let amount = bench.world.tokens(&vault);
    let withdraw = treasury::WithdrawTreasury { admin: admin.pubkey(), token, destination, amount };
    bench.measure("withdraw_treasury", treasury::withdraw_treasury(withdraw), &[&admin]);
    let close = treasury::close_treasury(admin.pubkey(), token, payer.pubkey());
    bench.measure("close_treasury", close, &[&admin]);

    let withdraw = gpu_market_sdk::instructions::host::WithdrawEarnings {
        authority: host.owner.pubkey(),
        host: host.host,
        token,
        destination: bench.world.token_account(token, &host.owner.pubkey()),
        amount: u64::MAX,
    };
    let withdraw = gpu_market_sdk::instructions::host::withdraw_earnings(withdraw);
    bench.measure("withdraw_earnings", withdraw, &[&host.owner]);
    bench.costs()
}
