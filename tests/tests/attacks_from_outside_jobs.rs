//! Attacks on jobs and the queue that somebody would try who has the IDL and the documents, and no source.

use {
    gpu_market::{
        error::MarketError,
        state::{JobState, Outcome, TermsParams},
    },
    gpu_market_sdk::{
        address,
        error::{Check, Refusal},
        instructions::{job, market, queue},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

#[test]
fn nobody_posts_under_the_terms_of_a_cheaper_market() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let cheap = world.create_market(0, 9, &TermsParams { rate: 1, ..TERMS }, None);
    let terms = |market: &MarketRef| address::terms(&market.address, 1).0;
    let post = job::post(world.post_of(&client, &market, World::post_params(0, HOUR)));
    let cheaply = replaced(post, &terms(&market), terms(&cheap));
    world.refused(&[cheaply], &[&client.owner], MarketError::WrongMarket);
    let queued = world.post(&client, &market, 0, HOUR);
    let reprice = job::reprice(world.reprice_of(&client, &market, queued));
    let cheaply = replaced(reprice, &terms(&market), terms(&cheap));
    world.refused(&[cheaply], &[&client.owner], MarketError::WrongMarket);
}

#[test]
fn nobody_posts_or_joins_under_terms_before_or_after_their_time() {
    let Scene { mut world, market, client, host } = Scene::community();
    let dear = TermsParams { rate: TERMS.rate * 2, ..TERMS };
    let next = world.announce(&market, &dear);
    let early = job::post(world.post_of(&client, &next, World::post_params(0, HOUR)));
    world.refused(&[early], &[&client.owner], MarketError::WrongTerms);
    let early = queue::join(world.seat_of(&host, &next));
    world.refused(&[early], &[&host.operator], MarketError::WrongTerms);
    world.wait_until(world.terms_change_at(&market));
    let late = job::post(world.post_of(&client, &market, World::post_params(0, HOUR)));
    world.refused(&[late], &[&client.owner], MarketError::WrongTerms);
    let late = queue::join(world.seat_of(&host, &market));
    world.refused(&[late], &[&host.operator], MarketError::WrongTerms);
}

#[test]
fn a_line_of_another_market_takes_neither_job_nor_seat() {
    let Scene { mut world, market, client, host } = Scene::community();
    let other = world.create_market(0, 9, &TermsParams { rate: 1, ..TERMS }, None);
    let shard = |market: &MarketRef| address::shard(&market.address, 0).0;
    let post = job::post(world.post_of(&client, &market, World::post_params(0, HOUR)));
    let astray = replaced(post, &shard(&market), shard(&other));
    world.refused(&[astray], &[&client.owner], MarketError::WrongMarket);
    let join = queue::join(world.seat_of(&host, &market));
    let astray = replaced(join, &shard(&market), shard(&other));
    world.refused(&[astray], &[&host.operator], MarketError::WrongMarket);
    let rebalance = queue::rebalance(market.address, 0, 0);
    world.refused(&[rebalance], &[], Refusal::Check(Check::DuplicateMutable));
}

#[test]
fn a_post_to_a_seat_names_a_seat_that_waits() {
    let Scene { mut world, market, client, host } = Scene::community();
    let rival = world.enrolled("rival", &market);
    world.join(&host, &market);
    let node = world.head_seat(&market);
    let member = host.member(&market);
    let post = world.post_of(&client, &market, World::post_params(0, HOUR));
    for (node, member) in [(u16::MAX, member), (node + 1, member), (node, rival.member(&market))] {
        let astray = job::post_to(post, node, member);
        world.refused(&[astray], &[&client.owner], MarketError::HostNotWaiting);
    }
    world.ok(&[job::post_to(post, node, member)], &[&client.owner]);
    let again = job::post_to(world.post_of(&client, &market, World::post_params(1, HOUR)), node, member);
    world.refused(&[again], &[&client.owner], MarketError::HostNotWaiting);
}

#[test]
fn a_client_that_books_a_host_and_cancels_pays_the_tip_each_time_and_the_seat_stays_first() {
    let Scene { mut world, market, client, host } = Scene::community();
    world.join(&host, &market);
    let before = world.client_account(&client).available;
    for nonce in 0..3 {
        let post = world.post_of(&client, &market, World::post_params(nonce, HOUR));
        let cancel = world.cancel_ix(&client, &market, post.job());
        world.ok(&[job::post(post), cancel], &[&client.owner]);
    }
    let account = world.client_account(&client);
    assert_eq!(before - account.available, 3 * TERMS.tip);
    assert_eq!(world.queue(&market).seats[0].node.member, host.member(&market));
    for nonce in 0..3 {
        let job = world.job_address(&client, nonce);
        let collect = world.collect_ix(&client, &host, &market, job);
        world.ok(&[collect], &[]);
    }
    assert_eq!(world.tokens(&host.earnings(&market)), 3 * TERMS.tip);
}

#[test]
fn a_started_job_is_neither_taken_back_nor_repriced_nor_expired_from_the_line() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let crank = world.funded("crank");
    world.svm.advance(TERMS.heartbeat_interval);
    let cancel = world.cancel_ix(&client, &market, job);
    world.refused(&[cancel], &[&client.owner], MarketError::JobNotOpen);
    let reprice = job::reprice(world.reprice_of(&client, &market, job));
    world.refused(&[reprice], &[&client.owner], MarketError::JobNotOpen);
    let expire = world.expire_queued_ix(&crank, &client, &market, job);
    world.refused(&[expire], &[&crank], MarketError::JobNotOpen);
    let start = world.start_ix(&host, &market, job);
    world.refused(&[start], &[&host.operator], MarketError::JobNotOpen);
}

#[test]
fn no_byte_but_the_three_outcomes_finishes_a_job() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let finish = job::finish(world.finish_of(&client, &host, &market, job, Outcome::Success, None));
    for outcome in [3, 4, 127, 255] {
        let mut forged = finish.clone();
        forged.data[1] = outcome;
        world.refused(&[forged], &[&host.operator], MarketError::UnknownOutcome);
    }
    world.ok(&[finish], &[&host.operator]);
}

#[test]
fn terms_that_are_closed_under_a_waiting_job_take_nothing_from_it() {
    let Scene { mut world, market, client, host } = Scene::community();
    let slow = TermsParams { queue_ttl: 86_400, ..TERMS };
    let market = world.new_terms(&market, &slow);
    let job = world.post(&client, &market, 0, HOUR);
    let dear = world.new_terms(&market, &TermsParams { rate: TERMS.rate * 10, ..slow });
    let authority = world.authority.insecure_clone();
    for number in [1, market.terms] {
        let close = market::close_terms(authority.pubkey(), market.address, number, world.payer.pubkey());
        world.ok(&[close], &[&authority]);
    }
    world.join(&host, &dear);
    world.start(&host, &dear, job);
    world.svm.advance(60);
    world.finish(&client, &host, &dear, job);
    assert_eq!(world.tokens(&host.earnings(&market)), 60 * 100, "at the rate that it was posted under");
}

#[test]
fn a_rise_in_force_makes_neither_a_running_job_nor_its_extension_dearer() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    let dear = TermsParams { rate: TERMS.rate * 10, fee_bps: 1_000, ..TERMS };
    world.announce(&market, &dear);
    world.run_for(&host, &market, job, TERMS.seat_lifetime + 60);
    let before = world.client_account(&client).available;
    let extend = world.extend_ix(&client, job, 600);
    world.ok(&[extend], &[&client.owner]);
    let seconds_and_fee = 600 * 100 + 600 * 100 * 200 / 10_000;
    assert_eq!(before - world.client_account(&client).available, seconds_and_fee);
    let evidenced = u64::from(world.job(&job).evidenced);
    world.finish(&client, &host, &market, job);
    assert_eq!(world.tokens(&host.earnings(&market)), evidenced * 100);
}

#[test]
fn a_job_that_ends_in_the_second_of_its_start_pays_nothing_and_refunds_all_but_the_tip_it_owes() {
    let Scene { mut world, market, client, host } = Scene::community();
    let before = world.client_account(&client).available;
    let job = world.running(&client, &host, &market, 0, HOUR);
    let end = world.end_ix(&client, &host, &market, job);
    world.ok(&[end], &[&client.owner]);
    assert_eq!(world.tokens(&host.earnings(&market)), 0);
    assert_eq!(world.client_account(&client).available, before);
    assert_eq!(world.job(&job).state(), Ok(JobState::Ended));
}

#[test]
fn a_dispute_names_the_member_that_ran_the_job() {
    let Scene { mut world, market, client, host } = Scene::community();
    let rival = world.enrolled("rival", &market);
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.svm.advance(60);
    world.finish(&client, &host, &market, job);
    let against_rival = world.dispute_ix(&client, &rival, &market, job);
    world.refused(&[against_rival], &[&client.owner], MarketError::WrongMember);
    let dispute = world.dispute_ix(&client, &host, &market, job);
    world.refused(&[dispute.clone(), dispute], &[&client.owner], MarketError::NotDisputable);
}

#[test]
fn a_crank_takes_the_tip_of_a_deadline_once_and_only_after_it() {
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.funded("crank");
    let job = world.running(&client, &host, &market, 0, HOUR);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, job, None);
    world.refused(from_ref(&expire), &[&crank], MarketError::DeadlineNotReached);
    world.svm.advance(3 * TERMS.heartbeat_interval + 61);
    let before = world.client_account(&client);
    world.refused(&[expire.clone(), expire.clone()], &[&crank], MarketError::JobNotRunning);
    world.ok(&[expire], &[&crank]);
    let wallet = world.token_account(market.token, &crank.pubkey());
    let tip = world.tokens(&wallet);
    assert_eq!(tip, TERMS.tip);
    assert_eq!(world.client_account(&client).reserved, before.reserved - world.job(&job).deposit);
}

#[test]
fn lamports_sent_ahead_to_the_addresses_of_a_market_stop_none_of_its_steps() {
    let mut world = World::bare();
    world.svm.airdrop(&address::config().0, 1_000_000);
    world.create_config();
    let address = address::market(&world.authority.pubkey(), 5).0;
    let places =
        [address, address::terms(&address, 1).0, address::shard(&address, 0).0, address::terms(&address, 2).0];
    for place in places {
        world.svm.airdrop(&place, 1_000_000);
    }
    let market = world.create_market(0, 5, &TERMS, None);
    assert_eq!(market.address, address);
    world.announce(&market, &TERMS);
}
