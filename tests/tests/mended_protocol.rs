//! Defects that were found and mended, each as the smallest test that showed it.

use {
    gpu_market::{error::MarketError, state::TermsParams},
    gpu_market_sdk::instructions::{client, job, market, member, shard},
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
};

fn delegation(world: &mut World, client: &ClientParty, cap: u64) -> Keypair {
    let delegate = world.funded("delegate");
    let set = client::set_delegate(client::SetDelegate {
        owner: client.owner.pubkey(),
        mint: client.token.mint,
        delegate: delegate.pubkey(),
        cap,
        expires_at: i64::MAX,
    });
    world.ok(&[set], &[&client.owner]);
    delegate
}

/// `extend` reserves against the delegation that posted the job, not the one that extends: a delegate extends the owner's
/// jobs, and those of earlier delegates, without any cap.
#[test]
fn a_delegate_extends_no_job_beyond_its_cap() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let delegate = delegation(&mut world, &client, 0);
    let job = world.post(&client, &market, 0, 600);
    let extend = job::extend(delegate.pubkey(), client.client, job, 3 * HOUR);
    world.refused(&[extend], &[&delegate], rule(MarketError::DelegateCapExceeded));
}

/// The same line counts the owner's own extension against the delegate's cap.
#[test]
fn the_owner_extends_its_delegates_job_whatever_the_cap() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let delegate = delegation(&mut world, &client, 62_200);
    let post = world.post_of(&client, &market, World::post_params(0, 600));
    let post = job::Post { authority: delegate.pubkey(), ..post };
    world.ok(&[job::post(post)], &[&delegate]);
    let extend = job::extend(client.owner.pubkey(), client.client, post.job(), 600);
    world.ok(&[extend], &[&client.owner]);
}

/// Announced terms that never take effect can neither be replaced nor closed, so neither can their market.
#[test]
fn a_market_closes_although_its_announced_terms_are_far_away() {
    let mut world = World::new();
    let (authority, payer) = (world.authority.insecure_clone(), world.payer.pubkey());
    let lone = world.create_market(0, 9, &TERMS, None);
    let announcement = world.announcement(&lone, &TermsParams { rate: 1, ..TERMS }, i64::MAX);
    if world
        .svm
        .send(&[market::announce_terms(announcement)], &[&authority, &world.payer.insecure_clone()])
        .is_err()
    {
        // It would be as good not to let it be announced.
        return;
    }
    let close = |number| market::close_terms(authority.pubkey(), lone.address, number, payer);
    world.ok(&[shard::close_shard(authority.pubkey(), lone.address, 0, payer)], &[&authority]);
    world.ok(&[close(2), close(1)], &[&authority]);
    world.ok(&[market::close_market(authority.pubkey(), lone.address, payer)], &[&authority]);
}

/// An account that does not exist, or is smaller than the one that belongs there, fails as `AccountDataTooSmall`, which the
/// SDK does not name.
#[test]
fn an_account_that_does_not_exist_is_refused_by_name() {
    let mut world = World::new();
    let client = world.client("client", 100);
    let sweep = world.sweep(&client.client, world.dollar);
    let refused = world.fails(&[sweep], &[]);
    assert!(refused.refusal.is_some(), "{:?}", refused.error);
}

/// A member that declined its free three closes and enrolls again, and declines three more: closing shortens the window.
#[test]
fn a_member_stays_until_its_declines_are_forgotten() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 10 * STAKE);
    for nonce in 0..3 {
        let job = world.post(&client, &market, nonce, 600);
        world.join(&host, &market);
        let parties = world.parties(job, &client, &host, &market);
        let decline = job::Decline { operator: host.operator.pubkey(), parties, shard: 0, slash: None };
        let cancel = world.cancel_ix(&client, &market, job);
        world.ok(&[job::decline(decline), cancel], &[&host.operator, &client.owner]);
    }
    assert_eq!(world.member_account(&host, &market).declines, 3);
    world.take_back(&host, &market, 10 * STAKE);
    let close = member::close_member(host.owner.pubkey(), market.address, world.payer.pubkey());
    world.refused(&[close], &[&host.owner], rule(MarketError::MemberCoolingOff));
}

/// The floor cannot rise above the highest nonce, so that one can be posted again and again.
#[test]
fn no_nonce_is_posted_twice() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let post = job::post(world.post_of(&client, &market, World::post_params(u64::MAX, 600)));
    if world.svm.send(std::slice::from_ref(&post), &[&world.payer.insecure_clone(), &client.owner]).is_err() {
        // It would be as good not to let it be posted.
        return;
    }
    let job = world.job_address(&client, u64::MAX);
    let (cancel, close) = (world.cancel_ix(&client, &market, job), world.close_job_ix(&client.owner, &client, job));
    world.ok(&[cancel, close], &[&client.owner]);
    world.refused(&[post], &[&client.owner], rule(MarketError::NonceBelowFloor));
}
