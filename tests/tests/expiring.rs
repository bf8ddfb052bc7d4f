//! Deadlines that anyone may enforce.

use {
    gpu_market::{
        error::MarketError,
        events::{AssignmentFailed, FailureReason, JobEnded},
        state::{Credit, JobState, MemberState, TermsParams},
    },
    gpu_market_sdk::{
        Address, address,
        events::Event,
        instructions::{expire, job, queue},
    },
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::slice::from_ref,
};

const DEPOSIT: u64 = 360_000 + 7_200 + 1_000;

#[test]
fn a_job_whose_time_in_line_is_over_is_refunded_less_the_callers_tip() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let crank = world.somebody("crank");
    let job = world.post(&client, &market, 0, HOUR);
    let behind = world.post(&client, &market, 1, HOUR);
    let expire = world.expire_queued_ix(&crank, &client, &market, job);
    world.svm.advance(TERMS.queue_ttl + 60);
    world.refused(from_ref(&expire), &[&crank], MarketError::DeadlineNotReached);
    world.svm.advance(1);
    let executed = world.ok(from_ref(&expire), &[&crank]);
    let ended = JobEnded {
        job,
        member: Address::default(),
        caller: crank.pubkey(),
        paid: 0,
        fee: 0,
        tip: TERMS.tip,
        due: 0,
        refunded: DEPOSIT - TERMS.tip,
        penalty: 0,
        at: world.now().unix,
        evidenced: 0,
        state: JobState::Expired as u32,
    };
    assert_eq!(executed.events, [Event::JobEnded(ended)]);
    let tokens = world.token_account(market.token, &crank.pubkey());
    assert_eq!(world.tokens(&tokens), TERMS.tip);
    let account = world.job(&job);
    assert_eq!((account.state(), account.tip_paid), (Ok(JobState::Expired), TERMS.tip));
    assert_eq!(world.client_account(&client).available, 1_000 * DOLLAR - TERMS.tip - DEPOSIT);
    assert_eq!(world.line(&market), [behind]);
    world.refused(&[expire], &[&crank], MarketError::JobNotOpen);
}

#[test]
fn a_job_in_line_expires_only_from_its_own_place() {
    let Scene { mut world, market, client, host } = Scene::community();
    let other = world.client("other", 10 * DOLLAR);
    let crank = world.somebody("crank");
    let premium = world.premium;
    world.add_shard(&market, 1);
    let job = world.post(&client, &market, 0, HOUR);
    let foreign = world.post(&other, &market, 0, HOUR);
    world.svm.advance(TERMS.queue_ttl + 61);
    let expire = world.expire_queued_ix(&crank, &client, &market, job);
    let shard = |market: &MarketRef, index| address::shard(&market.address, index).0;
    let cases = [
        (job, foreign, MarketError::WrongClient),
        (client.vault, other.vault, MarketError::WrongVault),
        (market.token.mint, world.stake_token.mint, MarketError::WrongMint),
        (shard(&market, 0), shard(&premium, 0), MarketError::WrongMarket),
        (shard(&market, 0), shard(&market, 1), MarketError::WrongShard),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(expire.clone(), &old, new)], &[&crank], error);
    }
    world.join(&host, &market);
    world.refused(&[expire], &[&crank], MarketError::JobNotQueued);
}

/// A job that is assigned, with a crank that has token accounts for tips.
fn assigned() -> (Scene, Address, Keypair, expire::ExpireAssigned) {
    let mut scene = Scene::community();
    let Scene { world, market, client, host } = &mut scene;
    let crank = world.somebody("crank");
    let job = world.post(client, market, 0, HOUR);
    world.join(host, market);
    let slash = Some(world.slash(host, client));
    let caller_tokens = Some(world.token_account(world.stake_token, &crank.pubkey()));
    let expire = world.expire_assigned_of(&crank, client, host, market, job);
    let expire = expire::ExpireAssigned { slash, caller_tokens, ..expire };
    (scene, job, crank, expire)
}

#[test]
fn a_missed_acknowledgement_costs_a_slice_of_bond_split_three_ways() {
    let (Scene { mut world, market, client, host }, job, crank, expire) = assigned();
    let behind = world.post(&client, &market, 1, HOUR);
    world.svm.advance(TERMS.ack_window + 61);
    let executed = world.ok(&[expire::expire_assigned(expire)], &[&crank]);
    let (tip, treasury, to_client) = (STAKE / 10, STAKE / 10, 8 * STAKE / 10);
    let now = world.now();
    let failed = AssignmentFailed {
        job,
        member: host.member(&market),
        caller: crank.pubkey(),
        next_member: Address::default(),
        refunded: 0,
        fee: 0,
        tip: 0,
        penalty_client: to_client,
        penalty_treasury: treasury,
        penalty_tip: tip,
        at: now.unix,
        slot: now.slot,
        reason: FailureReason::MissedAck as u32,
        attempts: 1,
        state: JobState::Open as u32,
        reserved: 0,
    };
    assert_eq!(executed.events, [Event::AssignmentFailed(failed)]);
    assert_eq!(world.tokens(&expire.caller_tokens.unwrap()), tip);
    let stake = world.stake_account(&host);
    assert_eq!((stake.owed, stake.treasury_owed), (to_client, treasury));
    assert_eq!((stake.amount, stake.allocated), (99 * STAKE, 49 * STAKE));
    assert_eq!(world.tokens(&address::stake_vault(&host.stake).0), 100 * STAKE - tip);
    let credit: Credit = world.get(&address::credit(&host.stake, &client.owner.pubkey()).0);
    assert_eq!(credit.claims.slots[0].amount, to_client);
    let member = world.member_account(&host, &market);
    assert_eq!((member.missed, member.miss_streak, member.epoch, member.seats), (1, 1, 1, 0));
    assert_eq!((member.join_barred_until, member.bonds), (now.unix + 600, 0));
    let account = world.host_account(&host);
    assert_eq!((account.strikes, account.last_strike_at), (1, now.unix));
    assert_eq!(world.line(&market), [job, behind], "the job is the first in line again");
}

#[test]
fn without_token_account_the_client_gets_the_callers_tip() {
    let (Scene { mut world, host, .. }, _, crank, expire) = assigned();
    world.svm.advance(TERMS.ack_window + 61);
    let expire = expire::ExpireAssigned { caller_tokens: None, ..expire };
    let executed = world.ok(&[expire::expire_assigned(expire)], &[&crank]);
    let [Event::AssignmentFailed(failed)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((failed.penalty_tip, failed.penalty_client), (0, 9 * STAKE / 10));
    assert_eq!(world.stake_account(&host).owed, 9 * STAKE / 10);
}

#[test]
fn a_missed_job_goes_to_the_next_waiting_seat() {
    let (Scene { mut world, market, .. }, job, crank, expire) = assigned();
    let second = world.enrolled("second", &market);
    world.join(&second, &market);
    world.svm.advance(TERMS.ack_window + 61);
    let executed = world.ok(&[expire::expire_assigned(expire)], &[&crank]);
    let [Event::AssignmentFailed(failed)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!(failed.next_member, second.member(&market));
    world.start(&second, &market, job);
}

#[test]
fn missing_as_often_as_a_job_has_attempts_refunds_it() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    for attempt in 1..=TERMS.attempts {
        let host = world.enrolled(&format!("host {attempt}"), &market);
        world.join(&host, &market);
        let executed = world.miss(&client, &host, &market, job);
        let [Event::AssignmentFailed(failed)] = executed.events[..] else { panic!("{:?}", executed.events) };
        let last = attempt == TERMS.attempts;
        assert_eq!(failed.refunded, if last { DEPOSIT } else { 0 });
        assert_eq!(failed.attempts, u32::from(attempt));
    }
    assert_eq!(world.job(&job).state(), Ok(JobState::Expired));
    assert_eq!(world.client_account(&client).available, 1_000 * DOLLAR);
}

#[test]
fn for_sixty_seconds_after_the_window_only_the_host_may_act() {
    let (Scene { mut world, market, host, .. }, job, crank, expire) = assigned();
    let expire = expire::expire_assigned(expire);
    world.refused(from_ref(&expire), &[&crank], MarketError::DeadlineNotReached);
    world.svm.advance(TERMS.ack_window + 60);
    world.refused(from_ref(&expire), &[&crank], MarketError::DeadlineNotReached);
    world.start(&host, &market, job);
    world.refused(&[expire], &[&crank], MarketError::JobNotOpen);
}

#[test]
fn a_chain_that_stood_still_costs_nobody_a_bond() {
    let (Scene { mut world, market, client, host }, job, crank, expire) = assigned();
    world.svm.halt(TERMS.ack_window + 61);
    let without_stake = expire::ExpireAssigned { slash: None, caller_tokens: None, ..expire };
    let executed = world.ok(&[expire::expire_assigned(without_stake)], &[&crank]);
    let [Event::AssignmentFailed(failed)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((failed.penalty_client, failed.penalty_treasury, failed.penalty_tip), (0, 0, 0));
    assert_eq!(failed.reason, FailureReason::MissedAck as u32);
    assert_eq!(world.stake_account(&host).amount, 100 * STAKE);
    assert_eq!(world.line(&market), [job]);

    // A running job that nobody could keep alive is lost, and costs no bond either.
    let premium = world.premium;
    world.admit(&host, &premium, 1, 20 * STAKE);
    let job = world.running(&client, &host, &premium, 1, HOUR);
    world.svm.halt(3 * 60 + 61);
    let expire = world.expire_running_ix(&crank, &client, &host, &premium, job, None);
    let executed = world.ok(&[expire], &[&crank]);
    let [Event::JobEnded(ended)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((ended.state, ended.penalty), (JobState::HostLost as u32, 0));
}

#[test]
fn a_job_is_taken_from_an_unfit_host_at_once_and_at_no_cost() {
    let (Scene { mut world, market, client, host }, job, crank, expire) = assigned();
    world.set_member_state(&host, &market, MemberState::Suspended);
    let expire = expire::ExpireAssigned { slash: None, caller_tokens: None, ..expire };
    let executed = world.ok(&[expire::expire_assigned(expire)], &[&crank]);
    let [Event::AssignmentFailed(failed)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((failed.reason, failed.attempts), (FailureReason::Unfit as u32, 0));
    assert_eq!((failed.penalty_client, failed.penalty_treasury, failed.penalty_tip), (0, 0, 0));
    assert_eq!(world.line(&market), [job]);
    let member = world.member_account(&host, &market);
    assert_eq!((member.missed, member.miss_streak, member.epoch, member.seats), (0, 0, 0, 0));
    assert_eq!((member.join_barred_until, world.host_account(&host).strikes), (0, 0));
    assert_eq!(world.stake_account(&host).amount, 100 * STAKE);
    assert_eq!(world.client_account(&client).reserved, DEPOSIT);
}

#[test]
fn taking_an_assigned_job_away_names_all_parties() {
    let (Scene { mut world, market, client, host }, job, crank, of) = assigned();
    let second = world.enrolled("second", &market);
    let other = world.client("other", 10 * DOLLAR);
    let premium = world.premium;
    world.add_shard(&market, 1);
    let queued = world.post(&client, &market, 1, HOUR);
    world.svm.advance(TERMS.ack_window + 61);
    world.slash(&second, &client);
    world.slash(&host, &other);
    let expire = expire::expire_assigned(of);
    let shard = |market: &MarketRef, index| address::shard(&market.address, index).0;
    let credit = |stake: &Address, client: &ClientParty| address::credit(stake, &client.owner.pubkey()).0;
    let cases = [
        (host.host, second.host, MarketError::WrongHost),
        (market.address, premium.address, MarketError::WrongMarket),
        (client.client, other.client, MarketError::WrongClient),
        (job, queued, MarketError::JobNotAssigned),
        (shard(&market, 0), shard(&premium, 0), MarketError::WrongMarket),
        (shard(&market, 0), shard(&market, 1), MarketError::WrongShard),
        (host.stake, second.stake, MarketError::WrongStake),
        (credit(&host.stake, &client), credit(&second.stake, &client), MarketError::WrongCredit),
        (credit(&host.stake, &client), credit(&host.stake, &other), MarketError::WrongCredit),
        (address::stake_vault(&host.stake).0, address::stake_vault(&second.stake).0, MarketError::WrongVault),
        (world.stake_token.mint, market.token.mint, MarketError::WrongMint),
    ];
    for (old, new, error) in cases {
        world.refused(&[replaced(expire.clone(), &old, new)], &[&crank], error);
    }
    let parties = world.parties(job, &client, &second, &market);
    let wrong = expire::ExpireAssigned { parties, slash: None, ..of };
    world.refused(&[expire::expire_assigned(wrong)], &[&crank], MarketError::WrongMember);
    let without = expire::ExpireAssigned { slash: None, ..of };
    world.refused(&[expire::expire_assigned(without)], &[&crank], MarketError::FaultNeedsStake);
    for left_out in [address::stake_vault(&host.stake).0, world.stake_token.mint] {
        let mut without = replaced(expire.clone(), &left_out, address::PROGRAM);
        without.accounts.iter_mut().filter(|m| m.pubkey == address::PROGRAM).for_each(|m| m.is_writable = false);
        world.refused(&[without], &[&crank], MarketError::PayeeMissing);
    }
    world.ok(&[expire], &[&crank]);
}

#[test]
fn after_a_miss_the_seats_are_evictable_and_joining_is_barred_ever_longer() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let other = world.host("other", 100 * STAKE);
    world.admit(&other, &market, 1, 50 * STAKE);
    let crank = world.somebody("crank");
    for (nonce, cooldown) in (0..).zip([600, 1_200, 2_400, 4_800]) {
        let job = world.post(&client, &market, nonce, HOUR);
        world.join(&host, &market);
        // Another host's seat takes the job over; the missing host's own seat still waits behind it.
        world.join(&other, &market);
        world.join(&host, &market);
        let node = world.queue(&market).seats[1].index;
        let evict = world.leave_ix(&crank, &host, &market, node);
        world.refused(from_ref(&evict), &[&crank], MarketError::NotYours);
        world.miss(&client, &host, &market, job);
        assert_eq!(world.assigned_to(&market, &job), Some(other.member(&market)));
        let barred_until = world.member_account(&host, &market).join_barred_until;
        assert_eq!(barred_until, world.now().unix + i64::from(cooldown));
        world.ok(&[evict], &[&crank]);
        let member = world.member_account(&host, &market);
        assert_eq!((member.seats, member.bonds), (0, 0));
        world.start(&other, &market, job);
        let end = world.end_ix(&client, &other, &market, job);
        world.ok(&[end], &[&client.owner]);
        world.svm.advance(cooldown - 1);
        let join = queue::join(world.seat_of(&host, &market));
        world.refused(&[join], &[&host.operator], MarketError::JoinBarred);
        world.svm.advance(1);
    }
    assert_eq!(world.host_account(&host).strikes, 4);
}

#[test]
fn the_cooldown_ends_at_a_day() {
    let Scene { mut world, market, client, host } = Scene::community();
    let mut barred = Vec::new();
    for nonce in 0..10 {
        let job = world.post(&client, &market, nonce, HOUR);
        world.join(&host, &market);
        world.miss(&client, &host, &market, job);
        let cooldown = world.member_account(&host, &market).join_barred_until - world.now().unix;
        barred.push(cooldown);
        world.cancel(&client, &market, job);
        world.svm.advance(u32::try_from(cooldown).unwrap());
    }
    assert_eq!(barred, [600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 76_800, 86_400, 86_400]);
}

#[test]
fn a_job_posted_under_terms_without_penalty_needs_no_stake() {
    let mut world = World::new();
    let market = world.create_market(0, 9, &TermsParams { missed_ack_bps: 0, ..TERMS }, None);
    let client = world.client("client", 10 * DOLLAR);
    let host = world.enrolled("host", &market);
    let crank = world.somebody("crank");
    let post = world.post_of(&client, &market, World::post_params(0, HOUR));
    world.ok(&[job::post(post)], &[&client.owner]);
    world.join(&host, &market);
    world.svm.advance(TERMS.ack_window + 61);
    let expire = world.expire_assigned_of(&crank, &client, &host, &market, post.job());
    world.ok(&[expire::expire_assigned(expire)], &[&crank]);
    assert_eq!(world.member_account(&host, &market).missed, 1);
}
