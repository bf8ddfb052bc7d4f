//! Defects of jobs and seats that were found and mended, each as the smallest test that showed it.

use {
    gpu_market::{error::MarketError, state::TermsParams},
    gpu_market_sdk::instructions::{job, queue},
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// declining.rs: `unsafe(dup)` makes `first_earnings` a mutable account, so the placeholder of a first report is refused.
#[test]
fn a_first_report_of_a_missing_spec_needs_no_first_reporter() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let report = job::decline_unavailable(job::DeclineUnavailable {
        operator: host.operator.pubkey(),
        parties: world.parties(job, &client, &host, &market),
        shard: 0,
        token: market.token,
        first: None,
    });
    world.ok(&[report], &[&host.operator]);
    assert_eq!(world.line(&market), [job]);
}

/// matching.rs: unlinking four lapsed seats and finding no live one is refused, which takes the unlinking back.
#[test]
fn a_job_behind_many_lapsed_seats_is_matched_in_the_end() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let other = world.host("other", 1_000 * STAKE);
    world.admit(&other, &market, 10, 500 * STAKE);
    for _ in 0..9 {
        world.join(&other, &market);
    }
    world.svm.advance(TERMS.seat_lifetime);
    world.join(&host, &market);
    let job = world.post(&client, &market, 0, HOUR);
    for _ in 0..3 {
        if world.assigned_to(&market, &job).is_none() {
            world.ok(&[queue::match_heads(market.address, 0)], &[]);
        }
    }
    assert_eq!(world.assigned_to(&market, &job), Some(host.member(&market)));
}

/// ending.rs: the seat of a cancelled assignment takes the head job even when the seat's own lifetime is over, under
/// terms that its host never renewed it for.
#[test]
fn a_seat_whose_lifetime_is_over_takes_no_job_when_its_own_is_cancelled() {
    let Scene { mut world, market, client, host } = Scene::community();
    world.join(&host, &market);
    world.svm.advance(1);
    // Known before the seat's end, in force at it, and worse: half of the bond for a miss, and half of the time.
    let worse = world.announce(&market, &TermsParams { missed_ack_bps: 5_000, ack_window: 60, ..TERMS });
    world.svm.advance(TERMS.seat_lifetime - 10);
    let job = world.post(&client, &market, 0, HOUR);
    assert_eq!(world.assigned_to(&market, &job), Some(host.member(&market)));
    world.svm.advance(20);
    let under_worse = world.post(&client, &worse, 1, HOUR);
    world.cancel(&client, &market, job);
    assert_eq!(world.assigned_to(&market, &under_worse), None);
}

/// seats.rs: renewing gives a seat the member's current epoch, so a host that missed undoes the eviction of its seats.
#[test]
fn a_barred_host_does_not_renew_its_other_seats() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let crank = world.somebody("crank");
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let other = world.host("other", 100 * STAKE);
    world.admit(&other, &market, 1, 50 * STAKE);
    world.join(&other, &market);
    world.join(&host, &market);
    let node = world.queue(&market).seats[1].index;
    world.miss(&client, &host, &market, job);
    let renew = queue::renew(world.seat_of(&host, &market), node);
    world.refused(&[renew], &[&host.operator], MarketError::JoinBarred);
    world.ok(&[world.leave_ix(&crank, &host, &market, node)], &[&crank]);
}

/// evidence.rs: an extension counts against the delegation that posted the job, not against who signs it, so a delegate
/// reserves without limit on jobs that it did not post.
#[test]
fn a_delegate_extends_no_job_beyond_its_cap() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let delegate = world.somebody("delegate");
    let job = world.post(&client, &market, 0, HOUR);
    world.set_delegate(&client, &delegate, 1, i64::MAX);
    let extend = job::extend(delegate.pubkey(), client.client, job, 3 * HOUR);
    world.refused(&[extend], &[&delegate], MarketError::DelegateCapExceeded);
}

/// evidence.rs: the reverse: the owner cannot extend a delegate's job once the delegate has used its cap.
#[test]
fn an_owner_is_not_bound_by_its_delegates_cap() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let delegate = world.somebody("delegate");
    let post = world.post_of(&client, &market, World::post_params(0, HOUR));
    world.set_delegate(&client, &delegate, 368_200, i64::MAX);
    world.ok(&[job::post(job::Post { authority: delegate.pubkey(), ..post })], &[&delegate]);
    world.ok(&[world.extend_ix(&client, post.job(), 60)], &[&client.owner]);
}

/// posting.rs: the floor saturates at the last nonce, so that one can be posted again after its job was closed.
#[test]
fn the_last_nonce_is_not_posted_twice() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let post = job::post(world.post_of(&client, &market, World::post_params(u64::MAX, HOUR)));
    // Refused at once, or never again.
    let mut refused = 0;
    for _ in 0..2 {
        if world.svm.send(from_ref(&post), &[&world.payer.insecure_clone(), &client.owner]).is_err() {
            refused += 1;
            continue;
        }
        let job = world.job_address(&client, u64::MAX);
        let cancel = world.cancel_ix(&client, &market, job);
        let close = world.close_job_ix(&client.owner, &client, job);
        world.ok(&[cancel, close], &[&client.owner]);
    }
    assert!(refused > 0, "the same nonce was posted twice");
}

/// seats.rs: a premium seat outlives the attestation that it rests on, so jobs are assigned to a host that cannot start
/// them. The design lets a seat lapse with its attestation.
#[test]
fn a_seat_lapses_with_its_attestation() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let until = world.now().unix + 600;
    world.attest(&host, &market, 8, until);
    world.join(&host, &market);
    world.svm.advance(600);
    let job = world.post(&client, &market, 0, HOUR);
    assert_eq!(world.assigned_to(&market, &job), None);
}

/// seats.rs: the notice is one lifetime of the terms in force. Where those shortened it, seats that were joined under the
/// longer one before are not renewed in knowledge of the next terms, and yet take jobs under them.
#[test]
fn a_seat_takes_no_job_under_terms_announced_after_it_was_joined() {
    let Scene { mut world, market, client, host } = Scene::community();
    let long = world.new_terms(&market, &TermsParams { seat_lifetime: 6 * HOUR, ..TERMS });
    let short = world.announce(&long, &TermsParams { seat_lifetime: 600, ..TERMS });
    world.svm.advance(6 * HOUR - 1);
    world.join(&host, &long);
    world.svm.advance(1);
    let worse = world.new_terms(&short, &TermsParams { missed_ack_bps: 5_000, ack_window: 60, ..TERMS });
    let job = world.post(&client, &worse, 0, HOUR);
    assert_eq!(world.assigned_to(&market, &job), None);
}

/// expiring.rs: a missed job goes to the next waiting seat even if that is the same absent host's, so one host with
/// several seats uses up all attempts of a job.
#[test]
fn a_missed_job_does_not_go_back_to_the_host_that_missed_it() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let other = world.host("other", 100 * STAKE);
    world.admit(&other, &market, 1, 50 * STAKE);
    world.join(&host, &market);
    world.join(&host, &market);
    world.join(&other, &market);
    let job = world.post(&client, &market, 0, HOUR);
    world.miss(&client, &host, &market, job);
    assert_eq!(world.assigned_to(&market, &job), Some(other.member(&market)));
}
