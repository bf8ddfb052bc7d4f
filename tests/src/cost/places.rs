//! Hosts, members, markets and the config.

use {
    super::{Bench, Cost, Scenario, Watch},
    crate::{STAKE, TERMS, settings},
    gpu_market::{
        constants::pause,
        state::{HostParams, MarketParams, TermsParams},
    },
    gpu_market_sdk::{
        Instruction,
        instructions::{admin, host as hosting, market as markets, member, shard},
        svm::keypair,
    },
    solana_signer::Signer,
};

pub const SCENARIOS: &[Scenario] = &[hosts, admission, standing, market_life, config];

fn hosts(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (token, market) = (bench.world.dollar, bench.market);
    let owner = keypair(&format!("{} owner", bench.host_name()));
    let key = owner.pubkey();
    bench.world.svm.airdrop(&key, 10_000_000_000);
    let params = HostParams { operator: key, sealing_key: [1; 32], metadata_hash: [2; 32] };
    bench.measure("register_host", hosting::register_host(key, key, params), &[&owner]);
    bench.measure("update_host", hosting::update_host(key, params), &[&owner]);
    bench.measure("open_earnings", hosting::open_earnings(key, token), &[&owner]);
    let enroll = member::Enroll { owner: key, payer: key, market: market.address, token, access: None };
    bench.measure("enroll", member::enroll(enroll), &[&owner]);
    bench.measure("close_member", member::close_member(key, market.address, key), &[&owner]);
    let destination = bench.world.token_account(token, &key);
    bench.measure("close_earnings", hosting::close_earnings(key, token, destination), &[&owner]);
    bench.measure("close_host", hosting::close_host(key, key), &[&owner]);
    bench.costs()
}

fn admission(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (market, authority) = (bench.premium, bench.world.authority.insecure_clone());
    let host = bench.world.host(bench.host_name(), STAKE);
    bench.world.open_earnings(&host, market.token);
    let (owner, host_owner) = (host.owner.pubkey(), host.owner.insecure_clone());
    let apply = member::Enroll { owner, payer: owner, market: market.address, token: market.token, access: None };
    bench.measure("apply", member::apply(apply), &[&host_owner]);
    let admit = member::Admit {
        authority: authority.pubkey(),
        market: market.address,
        terms: market.terms,
        host: host.host,
        gpus: 1,
        evidence_hash: [1; 32],
    };
    bench.measure("admit", member::admit(admit), &[&authority]);
    let resign = bench.world.resign_ix(&host, &market);
    bench.measure("resign", resign, &[&host_owner]);
    bench.costs()
}

/// A host with a record and a full queue of windows is promoted, and reviewed after a full window.
fn standing(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (market, feeder) = (bench.premium, bench.market);
    let host = bench.host();
    let world = &mut bench.world;
    let clients = ["ann", "ben"].map(|name| world.client(name, 1_000 * crate::DOLLAR));
    for nonces in [0..3, 3..6] {
        world.wait_until(world.next_window());
        world.earn(&host, &feeder, &[&clients[0], &clients[1]], nonces);
    }
    world.apply(&host, &market);
    world.allocate(&host, &market, crate::PREMIUM_POLICY.collateral_floor);
    world.attestation_given(&host, &market, 1, crate::PREMIUM_POLICY.min_score, i64::MAX);
    let promote = world.promote_ix(&host, &market);
    let payer = bench.world.payer.insecure_clone();
    bench.measure("promote", promote, &[&payer]);
    let world = &mut bench.world;
    for nonces in [6..9, 9..12] {
        world.wait_until(world.next_window());
        world.earn(&host, &market, &[&clients[0], &clients[1]], nonces);
    }
    world.wait_until(world.next_window() + i64::from(crate::DAY) + 1);
    let review = world.review_ix(&host, &market);
    bench.measure("review", review, &[&payer]);
    bench.costs()
}

/// Announces the second terms of the community market.
pub fn announce(bench: &Bench, terms: &TermsParams) -> Instruction {
    let authority = bench.world.authority.pubkey();
    markets::announce_terms(markets::AnnounceTerms {
        authority,
        payer: authority,
        market: bench.market.address,
        in_force: 1,
        number: 2,
        terms: *terms,
        effective_at: 0,
    })
}

fn market_life(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::bare(watch);
    bench.world.create_config();
    let (authority, admin) = (bench.world.authority.insecure_clone(), bench.world.admin.insecure_clone());
    let key = authority.pubkey();
    let create = markets::CreateMarket {
        authority: key,
        payer: key,
        payment: bench.world.dollar,
        feeder: None,
        market: MarketParams {
            id: bench.market_id(),
            gpus_per_seat: 1,
            tier: 0,
            gpu_class: [b'x'; 32],
            genesis_end: 0,
            access_mint: Default::default(),
        },
        terms: TERMS,
    };
    bench.measure("create_market", markets::create_market(create), &[&authority]);
    bench.market.address = gpu_market_sdk::address::market(&key, bench.market_id()).0;
    let market = bench.market.address;
    bench.world.ok(&[shard::create_shard(key, key, market, 0)], &[&authority]);
    let terms = announce(&bench, &TERMS);
    bench.measure("announce_terms", terms, &[&authority]);
    bench.world.svm.advance(TERMS.seat_lifetime);
    bench.measure("close_terms", markets::close_terms(key, market, 1, key), &[&authority]);
    let set_pause = markets::set_market_pause(key, market, pause::POSTING);
    bench.measure("set_market_pause", set_pause, &[&authority]);
    bench.measure("list_market", markets::list_market(admin.pubkey(), market, true), &[&admin]);
    let propose = markets::propose_market_authority(key, market, admin.pubkey());
    bench.measure("propose_market_authority", propose, &[&authority]);
    let accept = markets::accept_market_authority(admin.pubkey(), market);
    bench.measure("accept_market_authority", accept, &[&admin]);
    let close =
        [shard::close_shard(admin.pubkey(), market, 0, key), markets::close_terms(admin.pubkey(), market, 2, key)];
    bench.world.ok(&close, &[&admin]);
    bench.measure("close_market", markets::close_market(admin.pubkey(), market, key), &[&admin]);
    bench.costs()
}

fn config(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::bare(watch);
    let (upgrade, admin) =
        (bench.world.svm.upgrade_authority().insecure_clone(), bench.world.admin.insecure_clone());
    let payer = bench.world.payer.insecure_clone();
    let create = admin::CreateConfig {
        payer: payer.pubkey(),
        upgrade_authority: upgrade.pubkey(),
        stake: bench.world.stake_token,
        admin: admin.pubkey(),
        settings: settings(),
    };
    bench.measure("create_config", admin::create_config(create), &[&payer, &upgrade]);
    bench.measure("update_config", admin::update_config(admin.pubkey(), settings()), &[&admin]);
    bench.measure("set_pause", admin::set_pause(admin.pubkey(), pause::POSTING), &[&admin]);
    bench.measure("propose_admin", admin::propose_admin(admin.pubkey(), payer.pubkey()), &[&admin]);
    bench.measure("accept_admin", admin::accept_admin(payer.pubkey()), &[&payer]);
    bench.measure("close_config", admin::close_config(payer.pubkey(), payer.pubkey()), &[&payer]);
    bench.costs()
}
