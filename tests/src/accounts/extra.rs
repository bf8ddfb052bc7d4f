//! What the cost table does not measure: accounts that most calls leave out, and instructions by others than usual.

use {
    crate::{
        BOND, ClientParty, DAY, DOLLAR, HOUR, HostParty, MarketRef, PREMIUM_TERMS, Proving, SET, STAKE, TERMS,
        cost::{Bench, Cost, Scenario, Watch},
        uuid_hashes,
    },
    gpu_market::{
        constants::JOB_RETENTION,
        state::{MarketParams, Outcome},
    },
    gpu_market_sdk::{
        Address, address,
        instructions::{attest, host as hosting, job, market, member, queue, shard, stake as staking},
        svm::keypair,
    },
    solana_signer::Signer,
};

pub const SCENARIOS: &[Scenario] = &[
    private,
    faulty_rejoin,
    delegated,
    forgotten,
    credited,
    owing,
    withdrawing,
    gifted,
    sponsored,
    released,
    expired_gpu,
    strangers,
];

/// A market that asks for a token, with one shard.
fn create_private(bench: &mut Bench, name: &str, tier: u8, id: u16, access_mint: Address) -> MarketRef {
    let (authority, payer) = (bench.world.authority.insecure_clone(), bench.world.payer.pubkey());
    let genesis_end = if tier == 1 { bench.world.now().unix + i64::from(DAY) } else { 0 };
    let create = market::CreateMarket {
        authority: authority.pubkey(),
        payer: authority.pubkey(),
        payment: bench.world.dollar,
        feeder: (tier == 1).then_some(bench.market.address),
        market: MarketParams { id, gpus_per_seat: 1, tier, gpu_class: [1; 32], genesis_end, access_mint },
        terms: if tier == 1 { PREMIUM_TERMS } else { TERMS },
    };
    bench.measure(name, market::create_market(create), &[&authority]);
    let address = address::market(&authority.pubkey(), id).0;
    bench.world.ok(&[shard::create_shard(authority.pubkey(), payer, address, 0)], &[&authority]);
    MarketRef { address, token: bench.world.dollar, terms: 1 }
}

/// A host in private markets, which shows its token wherever it is asked for.
fn private(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let pass = bench.world.svm.create_mint("pass", address::TOKEN_PROGRAM, 0, true).expect("a mint");
    let community = create_private(&mut bench, "create_market_private", 0, 20, pass.mint);
    let premium = create_private(&mut bench, "create_market_fed", 1, 21, pass.mint);
    let (client, host) = (bench.client(), bench.world.host("member", 200 * STAKE));
    bench.world.open_earnings(&host, community.token);
    let owner = host.owner.pubkey();
    let access = Some(bench.world.funded_wallet(pass, &owner, 1));
    let entry = |market: &MarketRef| member::Enroll {
        owner,
        payer: owner,
        market: market.address,
        token: market.token,
        access,
    };
    bench.measure("enroll_private", member::enroll(entry(&community)), &[&host.owner]);
    bench.measure("apply_private", member::apply(entry(&premium)), &[&host.owner]);
    bench.world.allocate(&host, &community, 50 * STAKE);
    let seat = queue::Seat { access, ..bench.world.seat_of(&host, &community) };
    bench.measure("join_private", queue::join(seat), &[&host.operator]);
    let node = bench.world.shard(&community).shard.seat_head;
    bench.measure("renew_private", queue::renew(seat, node), &[&host.operator]);
    let job = bench.posted(&client, &community, HOUR);
    bench.world.start(&host, &community, job);
    bench.world.svm.advance(60);
    let finish = bench.world.finish_of(&client, &host, &community, job, Outcome::Success, None);
    let rejoin = job::Rejoin { terms: 1, shard: 0, min_rate: 0, access };
    bench.measure("finish_and_rejoin_private", job::finish_and_rejoin(finish, rejoin), &[&host.operator]);
    bench.costs()
}

/// A host that reports its own fault in a premium market, pays for it and goes on.
fn faulty_rejoin(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host, market) = (bench.client(), bench.world.host("faulty", 200 * STAKE), bench.premium);
    bench.world.admit(&host, &market, 1, 100 * STAKE);
    let slash = Some(bench.world.slash(&host, &client));
    let job = bench.running(&client, &host, &market, HOUR);
    bench.world.svm.advance(60);
    let finish = bench.world.finish_of(&client, &host, &market, job, Outcome::HostFault, slash);
    let rejoin = job::Rejoin { terms: 1, shard: 0, min_rate: 0, access: None };
    bench.measure("finish_and_rejoin_host_fault", job::finish_and_rejoin(finish, rejoin), &[&host.operator]);
    bench.costs()
}

/// A delegate acts for its client.
fn delegated(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host, market) = (bench.client(), bench.host(), bench.market);
    let delegate = bench.world.funded("delegate");
    let key = delegate.pubkey();
    let until = bench.world.now().unix + i64::from(DAY);
    bench.world.set_delegate(&client, &delegate, 100 * DOLLAR, until);
    let post = job::Post { authority: key, ..bench.post(&client, &market, HOUR) };
    bench.measure("post_by_delegate", job::post(post), &[&delegate, &client.owner]);
    bench.measure("extend_by_delegate", job::extend(key, client.client, post.job(), 60), &[&delegate]);
    let cancel =
        job::Cancel { authority: key, client: client.client, job: post.job(), market: market.address, shard: 0 };
    bench.measure("cancel_by_delegate", job::cancel(cancel), &[&delegate]);
    let post = job::Post { authority: key, ..bench.post(&client, &market, HOUR) };
    bench.world.ok(&[job::post(post)], &[&delegate, &client.owner]);
    bench.world.join(&host, &market);
    bench.world.start(&host, &market, post.job());
    bench.world.svm.advance(60);
    let parties = bench.world.parties(post.job(), &client, &host, &market);
    bench.measure("end_by_delegate", job::end(key, parties, market.token), &[&delegate]);
    bench.costs()
}

/// A job that its client does not close, until anyone may.
fn forgotten(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, market, crank) = (bench.client(), bench.market, bench.world.payer.insecure_clone());
    let jobs = [(); 2].map(|()| bench.posted(&client, &market, HOUR));
    for job in jobs {
        let cancel = bench.world.cancel_ix(&client, &market, job);
        bench.world.ok(&[cancel], &[&client.owner]);
    }
    bench.world.svm.advance(u32::try_from(JOB_RETENTION).expect("seconds") + 1);
    let close = job::CloseJob {
        caller: crank.pubkey(),
        client: client.client,
        job: jobs[0],
        rent_payer: client.owner.pubkey(),
        closed_member: None,
    };
    bench.measure("close_job_forgotten", job::close_job(close), &[&crank]);
    bench.costs()
}

/// Two clients of one host that was slashed for both, and anyone who sends the first what it is due.
fn credited(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host, market) = (bench.client(), bench.host(), bench.market);
    let (other, token) = (bench.world.client("other client", 1_000 * DOLLAR), bench.world.stake_token);
    let crank = bench.world.payer.insecure_clone();
    for (nonce, harmed) in [(50, &client), (51, &other)] {
        bench.world.missed_ack(harmed, &host, &market, nonce);
        let cancel = bench.world.cancel_ix(harmed, &market, address::job(&harmed.client, nonce).0);
        bench.world.ok(&[cancel], &[&harmed.owner]);
        bench.world.svm.advance(2 * HOUR);
    }
    let unbonding = bench.world.unbonding();
    bench.world.svm.advance(unbonding);
    let beneficiary = client.owner.pubkey();
    let destination = bench.world.token_account(token, &beneficiary);
    let claim = staking::ClaimCredit { caller: crank.pubkey(), beneficiary, stake: host.stake, token, destination };
    bench.measure("claim_credit_by_anyone", staking::claim_credit(claim), &[&crank]);
    let close = staking::close_credit(host.stake, beneficiary, crank.pubkey());
    bench.measure("close_credit_of_one", close, &[&crank]);
    bench.costs()
}

/// Leaves the queue and closes the member of a host in the community market.
fn close_member(bench: &mut Bench, host: &HostParty, market: &MarketRef) {
    let node = bench.world.head_seat(market);
    let leave = bench.world.leave_ix(&host.owner, host, market, node);
    let owner = host.owner.pubkey();
    let take = staking::deallocate(owner, market.address, 50 * STAKE);
    let close = member::close_member(owner, market.address, bench.world.payer.pubkey());
    bench.world.ok(&[leave, take, close], &[&host.owner]);
}

/// A job that still owes its host the tip after the host has closed its member.
fn owing(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host, market) = (bench.client(), bench.host(), bench.market);
    let job = bench.posted(&client, &market, HOUR);
    bench.world.join(&host, &market);
    let cancel = bench.world.cancel_ix(&client, &market, job);
    bench.world.ok(&[cancel], &[&client.owner]);
    close_member(&mut bench, &host, &market);
    let owner = client.owner.pubkey();
    let close = job::CloseJob {
        caller: owner,
        client: client.client,
        job,
        rent_payer: owner,
        closed_member: Some(host.member(&market)),
    };
    bench.measure("close_job_forfeited", job::close_job(close), &[&client.owner]);
    bench.costs()
}

/// Pays a host for ten minutes of a job.
fn earn(bench: &mut Bench, client: &ClientParty, host: &HostParty, market: &MarketRef) {
    let job = bench.running(client, host, market, HOUR);
    bench.world.run_for(host, market, job, 600);
    bench.world.finish(client, host, market, job);
}

/// The operator sends the owner what the host has earned.
fn withdrawing(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let (client, host, market) = (bench.client(), bench.host(), bench.market);
    earn(&mut bench, &client, &host, &market);
    let withdraw = hosting::WithdrawEarnings {
        authority: host.operator.pubkey(),
        host: host.host,
        token: market.token,
        destination: bench.world.token_account(market.token, &host.owner.pubkey()),
        amount: u64::MAX,
    };
    bench.measure("withdraw_earnings_by_operator", hosting::withdraw_earnings(withdraw), &[&host.operator]);
    bench.costs()
}

/// Vaults close with something in them that nobody booked.
fn gifted(watch: &Watch) -> Vec<(String, Cost)> {
    let mut bench = Bench::watched(watch);
    let host = bench.world.host("gifted", 0);
    let (owner, token, payer) = (host.owner.pubkey(), bench.world.stake_token, bench.world.payer.pubkey());
    bench.world.ok(&[hosting::open_earnings(owner, token)], &[&host.owner]);
    for vault in [address::earnings(&host.host, &token.mint).0, address::stake_vault(&host.stake).0] {
        bench.world.svm.mint_to(token, &vault, 1).expect("minted");
    }
    let close = hosting::close_earnings(owner, token, host.stake_wallet);
    bench.measure("close_earnings_with_gift", close, &[&host.owner]);
    let close = staking::CloseStake { owner, token, destination: host.stake_wallet, rent_payer: payer };
    bench.measure("close_stake_with_gift", staking::close_stake(close), &[&host.owner]);
    bench.costs()
}

/// Measures one instruction in a world of attestation, which is over with it.
fn last(
    watch: &Watch,
    proving: Proving,
    name: &str,
    instruction: gpu_market_sdk::Instruction,
    signers: &[&solana_keypair::Keypair],
) -> Vec<(String, Cost)> {
    let mut bench = Bench::of(proving.world, watch);
    bench.measure(name, instruction, signers);
    bench.costs()
}

/// A round of a host that somebody else pays.
fn sponsored(watch: &Watch) -> Vec<(String, Cost)> {
    let mut proving = Proving::new();
    let sponsor = proving.world.host("sponsor", 2 * BOND);
    let open = attest::open_challenge(attest::OpenChallenge {
        authority: proving.host.operator.pubkey(),
        payer_owner: sponsor.owner.pubkey(),
        rent_payer: proving.renter.pubkey(),
        host_owner: proving.host.owner.pubkey(),
        market: proving.market.address,
        terms: proving.market.terms,
        set: proving.set,
        nonce: 1,
        max_fee: u64::MAX,
    });
    let (operator, renter) = (proving.host.operator.insecure_clone(), proving.renter.insecure_clone());
    last(watch, proving, "open_challenge_sponsored", open, &[&operator, &sponsor.owner, &renter])
}

/// A host with all its GPUs attested.
fn attested() -> Proving {
    let mut proving = Proving::new();
    let round = proving.passed(1);
    proving.settle_all(round);
    proving.claim_all(round);
    proving
}

/// The owner releases one GPU of several.
fn released(watch: &Watch) -> Vec<(String, Cost)> {
    let proving = attested();
    let (hash, owner) = (proving.gpus[0], proving.host.owner.insecure_clone());
    let gpu = address::gpu(&proving.set, &hash).0;
    let release = attest::release_gpu(owner.pubkey(), gpu, &proving.gpu(&hash));
    last(watch, proving, "release_gpu_of_several", release, &[&owner])
}

/// Anyone releases a GPU whose attestation is over.
fn expired_gpu(watch: &Watch) -> Vec<(String, Cost)> {
    let mut proving = attested();
    let (hash, anyone) = (proving.gpus[0], keypair("set creator"));
    let account = proving.gpu(&hash);
    proving.world.wait_until(account.expires_at);
    let gpu = address::gpu(&proving.set, &hash).0;
    let release = attest::release_gpu(anyone.pubkey(), gpu, &account);
    last(watch, proving, "release_gpu_expired", release, &[&anyone])
}

/// A market, a set and everybody in them that the other scenarios have nothing to do with.
fn strangers(watch: &Watch) -> Vec<(String, Cost)> {
    let mut proving = Proving::new();
    proving.host = proving.rival();
    proving.gpus = uuid_hashes("rival", 2);
    let round = proving.passed(1);
    proving.settle_all(round);
    proving.claim_all(round);
    let world = &mut proving.world;
    world.payer = world.funded("another payer");
    world.authority = world.funded("another authority");
    let creator = world.funded("another creator");
    let market = world.create_market(0, 9, &TERMS, None);
    let (client, host) = (world.client("stranger", 1_000 * DOLLAR), world.host("stranger", 200 * STAKE));
    world.enroll(&host, &market, 50 * STAKE);
    world.slash(&host, &client);
    world.running(&client, &host, &market, 0, HOUR);
    world.post(&client, &market, 1, HOUR);
    let create = attest::create_attestor_set(creator.pubkey(), creator.pubkey(), 1, SET);
    world.ok(&[create], &[&creator]);
    let another = attest::create_attestor_set(creator.pubkey(), creator.pubkey(), 2, SET);
    last(watch, proving, "create_attestor_set_by_another", another, &[&creator])
}
