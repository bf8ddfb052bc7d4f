//! What somebody might try.

use {
    gpu_market::{
        error::MarketError,
        state::{Job, Member, Outcome},
    },
    gpu_market_sdk::{
        Address, address,
        error::{Check, Refusal},
        instructions::{expire, job, queue},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::{mem::offset_of, slice::from_ref},
};

#[test]
fn a_finished_job_is_not_finished_again() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 60);
    let finish = world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    // Twice in one transaction: neither counts.
    let twice = [job::finish(finish), job::finish(finish)];
    world.refused(&twice, &[&host.operator], MarketError::JobNotRunning);
    world.ok(&[job::finish(finish)], &[&host.operator]);
    world.refused(&[job::finish(finish)], &[&host.operator], MarketError::JobNotRunning);
    world.refused(&[world.rejoin_ix(finish, &market, 0)], &[&host.operator], MarketError::JobNotRunning);
    world.refused(&[world.end_ix(&client, &host, &market, job)], &[&client.owner], MarketError::JobNotRunning);
    assert_eq!(world.tokens(&host.earnings(&market)), 6_000);
}

#[test]
fn what_was_collected_is_not_collected_twice() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 60);
    let collect = world.collect_ix(&client, &host, &market, job);
    world.refused(&[collect.clone(), collect.clone()], &[], MarketError::NothingDue);
    world.ok(from_ref(&collect), &[]);
    world.finish(&client, &host, &market, job);
    world.refused(&[collect], &[], MarketError::NothingDue);
    assert_eq!(world.tokens(&host.earnings(&market)), 6_000);
}

#[test]
fn a_job_is_not_posted_twice() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let post = job::post(world.post_of(&client, &market, World::post_params(0, HOUR)));
    // The system program finds the account in use.
    world.refused(&[post.clone(), post.clone()], &[&client.owner], Refusal::Other(0));
    world.ok(from_ref(&post), &[&client.owner]);
    let reserved = world.client_account(&client).reserved;
    world.refused(&[post], &[&client.owner], Refusal::Other(0));
    assert_eq!(world.client_account(&client).reserved, reserved);
}

#[test]
fn a_closed_job_is_not_created_again_in_the_same_transaction() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    let cancel = world.cancel_ix(&client, &market, job);
    let close = world.close_job_ix(&client.owner, &client, job);
    let post = job::post(world.post_of(&client, &market, World::post_params(0, HOUR)));
    world.refused(&[cancel, close, post], &[&client.owner], MarketError::NonceBelowFloor);
    assert_eq!(world.line(&market), [job]);
}

#[test]
fn the_jobs_of_two_clients_do_not_mix() {
    let Scene { mut world, market, client, host } = Scene::community();
    let thief = world.client("thief", 10 * DOLLAR);
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 60);
    let queued = world.post(&client, &market, 1, HOUR);
    let thief_pays = |world: &World| world.parties(job, &thief, &host, &market);
    let end = job::end(thief.owner.pubkey(), thief_pays(&world), market.token);
    world.refused(&[end], &[&thief.owner], MarketError::WrongClient);
    let end = job::end(thief.owner.pubkey(), world.parties(job, &client, &host, &market), market.token);
    world.refused(&[end], &[&thief.owner], MarketError::NotClientOrDelegate);
    let cancel = world.cancel_ix(&thief, &market, queued);
    world.refused(&[cancel], &[&thief.owner], MarketError::WrongClient);
    let extend = world.extend_ix(&thief, queued, 60);
    world.refused(&[extend], &[&thief.owner], MarketError::WrongClient);
    let collect = job::collect(thief_pays(&world), market.token);
    world.refused(&[collect], &[], MarketError::WrongClient);
    let finish = world.finish_of(&thief, &host, &market, job, Outcome::Success, None);
    world.refused(&[job::finish(finish)], &[&host.operator], MarketError::WrongClient);
    let close = world.close_job_ix(&thief.owner, &thief, job);
    world.refused(&[close], &[&thief.owner], MarketError::WrongClient);
}

#[test]
fn pay_does_not_go_to_another_host() {
    let Scene { mut world, market, client, host } = Scene::community();
    let thief = world.enrolled("thief", &market);
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 60);
    let finish = world.finish_of(&client, &thief, &market, job, Outcome::Success, None);
    world.refused(&[job::finish(finish)], &[&thief.operator], MarketError::WrongMember);
    let collect = world.collect_ix(&client, &thief, &market, job);
    world.refused(&[collect], &[], MarketError::WrongMember);
    let (mine, theirs) = (host.earnings(&market), thief.earnings(&market));
    let finish = world.finish_of(&client, &host, &market, job, Outcome::Success, None);
    world.refused(&[replaced(job::finish(finish), &mine, theirs)], &[&host.operator], MarketError::WrongVault);
    let end = world.end_ix(&client, &host, &market, job);
    world.refused(&[replaced(end.clone(), &mine, theirs)], &[&client.owner], MarketError::WrongVault);
    let own_wallet = replaced(end, &mine, client.wallet);
    world.refused(&[own_wallet], &[&client.owner], MarketError::WrongVault);
}

#[test]
fn another_hosts_seat_is_neither_taken_nor_removed() {
    let Scene { mut world, market, client, host } = Scene::community();
    let thief = world.enrolled("thief", &market);
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let start = world.start_ix(&thief, &market, job);
    world.refused(from_ref(&start), &[&thief.operator], MarketError::WrongMember);
    let with_their_member = replaced(start, &thief.member(&market), host.member(&market));
    world.refused(&[with_their_member], &[&thief.operator], MarketError::WrongHost);
    world.cancel(&client, &market, job);
    let node = world.head_seat(&market);
    let renew = queue::renew(world.seat_of(&thief, &market), node);
    world.refused(&[renew], &[&thief.operator], MarketError::WrongMember);
    let leave = world.leave_ix(&thief.operator, &host, &market, node);
    world.refused(&[leave], &[&thief.operator], MarketError::NotYours);
    let as_own = world.leave_ix(&thief.operator, &thief, &market, node);
    world.refused(&[as_own], &[&thief.operator], MarketError::WrongMember);
}

#[test]
fn a_sibling_shard_is_refused() {
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.somebody("crank");
    world.add_shard(&market, 1);
    let job = world.post(&client, &market, 0, HOUR);
    // A job of the same index lies in the sibling, so that a mix-up would hit something.
    let sibling = job::Post { shard: 1, ..world.post_of(&client, &market, World::post_params(1, HOUR)) };
    world.ok(&[job::post(sibling)], &[&client.owner]);
    assert_eq!(world.job(&job).node, world.job(&sibling.job()).node);
    world.svm.advance(TERMS.queue_ttl + 61);
    let shard = |index| address::shard(&market.address, index).0;
    let elsewhere = |instruction| [replaced(instruction, &shard(0), shard(1))];
    world.refused(&elsewhere(world.cancel_ix(&client, &market, job)), &[&client.owner], MarketError::WrongShard);
    let expire = world.expire_queued_ix(&crank, &client, &market, job);
    world.refused(&elsewhere(expire), &[&crank], MarketError::WrongShard);
    world.join(&host, &market);
    let start = world.start_ix(&host, &market, job);
    world.refused(&elsewhere(start), &[&host.operator], MarketError::WrongShard);
    let decline = world.decline_ix(&client, &host, &market, job, None);
    world.refused(&elsewhere(decline), &[&host.operator], MarketError::WrongShard);
    let expire = world.expire_assigned_of(&crank, &client, &host, &market, job);
    world.refused(&elsewhere(expire::expire_assigned(expire)), &[&crank], MarketError::WrongShard);
}

#[test]
fn a_crank_cannot_leave_out_who_is_owed() {
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.somebody("crank");
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.svm.advance(TERMS.ack_window + 61);
    let expire = world.expire_assigned_of(&crank, &client, &host, &market, job);
    world.refused(&[expire::expire_assigned(expire)], &[&crank], MarketError::FaultNeedsStake);
    // Nor credit somebody else.
    let accomplice = world.client("accomplice", 0);
    let slash = Some(world.slash(&host, &accomplice));
    let expire = expire::ExpireAssigned { slash, ..expire };
    world.refused(&[expire::expire_assigned(expire)], &[&crank], MarketError::WrongCredit);

    let Scene { mut world, market, client, host } = Scene::premium();
    let crank = world.somebody("crank");
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.svm.advance(3 * 60 + 61);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, job, None);
    world.refused(&[expire], &[&crank], MarketError::FaultNeedsStake);
}

#[test]
fn a_tip_is_not_paid_into_the_vault_that_pays_it() {
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.somebody("crank");
    let tokens = world.token_account(market.token, &crank.pubkey());
    let queued = world.post(&client, &market, 0, HOUR);
    let expire = world.expire_queued_ix(&crank, &client, &market, queued);
    world.svm.advance(TERMS.queue_ttl + 61);
    let duplicate = Refusal::Check(Check::DuplicateMutable);
    world.refused(&[replaced(expire, &tokens, client.vault)], &[&crank], duplicate);

    world.join(&host, &market);
    world.start(&host, &market, queued);
    world.svm.advance(3 * 60 + 61);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, queued, None);
    for vault in [client.vault, host.earnings(&market)] {
        world.refused(&[replaced(expire.clone(), &tokens, vault)], &[&crank], duplicate);
    }
    world.ok(&[expire], &[&crank]);

    let missed = world.post(&client, &market, 1, HOUR);
    world.join(&host, &market);
    let slash = Some(world.slash(&host, &client));
    world.svm.advance(TERMS.ack_window + 61);
    let caller_tokens = Some(address::stake_vault(&host.stake).0);
    let expire = world.expire_assigned_of(&crank, &client, &host, &market, missed);
    let expire = expire::expire_assigned(expire::ExpireAssigned { slash, caller_tokens, ..expire });
    world.refused(&[expire], &[&crank], duplicate);
}

#[test]
fn dust_sent_to_vaults_blocks_and_pays_nobody() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let stake_token = world.stake_token;
    world.svm.mint_to(market.token, &client.vault, 7).unwrap();
    world.svm.mint_to(market.token, &host.earnings(&market), 7).unwrap();
    world.svm.mint_to(stake_token, &address::stake_vault(&host.stake).0, 7).unwrap();
    world.audit();
    world.start(&host, &market, job);
    world.run_for(&host, &market, job, 60);
    world.ok(&[world.collect_ix(&client, &host, &market, job)], &[]);
    world.finish(&client, &host, &market, job);
    assert_eq!(world.tokens(&host.earnings(&market)), 6_000 + 7);
    let account = world.client_account(&client);
    assert_eq!(account.available, 1_000 * DOLLAR - 6_120);
    assert_eq!(world.tokens(&client.vault), account.available + account.fees_owed + 7);
    // Lamports sent to a job go with its rent.
    world.svm.airdrop(&job, 1_000);
    let close = world.close_job_ix(&client.owner, &client, job);
    world.ok(&[close], &[&client.owner]);
    assert!(!world.exists(&job));
}

#[test]
fn lamports_sent_to_a_jobs_address_do_not_block_its_post() {
    let Scene { mut world, market, client, .. } = Scene::community();
    let job: Address = world.job_address(&client, 0);
    world.svm.airdrop(&job, 1_000_000);
    assert_eq!(world.post(&client, &market, 0, HOUR), job);
}

#[test]
fn a_job_that_named_another_jobs_node_would_move_nothing() {
    // No transaction brings this about; the node itself is asked all the same.
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.somebody("crank");
    let second = world.enrolled("second", &market);
    let mine = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    let other = world.post(&client, &market, 1, HOUR);
    world.join(&second, &market);
    let queued = world.post(&client, &market, 2, HOUR);
    let point = |world: &mut World, node: u16| world.write_field(&mine, offset_of!(Job, node), &node.to_le_bytes());
    let expire = world.expire_queued_ix(&crank, &client, &market, mine);
    let instructions = [
        (world.cancel_ix(&client, &market, mine), &client.owner),
        (world.start_ix(&second, &market, mine), &second.operator),
        (world.decline_ix(&client, &second, &market, mine, None), &second.operator),
        (expire, &crank),
    ];
    let node = world.job(&other).node;
    point(&mut world, node);
    for (instruction, signer) in instructions.clone() {
        world.refused(&[instruction], &[signer], MarketError::NodeMismatch);
    }
    let node = world.job(&queued).node;
    point(&mut world, node);
    world.refused(&[instructions[0].0.clone()], &[&client.owner], MarketError::NodeMismatch);
    point(&mut world, u16::MAX);
    for (instruction, signer) in instructions {
        world.refused(&[instruction], &[signer], MarketError::NodeOutOfRange);
    }
}

#[test]
fn a_state_that_nobody_knows_is_refused() {
    let Scene { mut world, market, client, host } = Scene::community();
    let job = world.post(&client, &market, 0, HOUR);
    world.join(&host, &market);
    world.write_field(&host.member(&market), offset_of!(Member, state), &[4]);
    world.refused(&[world.start_ix(&host, &market, job)], &[&host.operator], MarketError::UnknownState);
    world.write_field(&host.member(&market), offset_of!(Member, state), &[1]);
    world.write_field(&job, offset_of!(Job, state), &[10]);
    world.refused(&[world.extend_ix(&client, job, 60)], &[&client.owner], MarketError::UnknownState);
    let close = world.close_job_ix(&client.owner, &client, job);
    world.refused(&[close], &[&client.owner], MarketError::UnknownState);
}

#[test]
fn a_tip_is_paid_in_the_mint_of_the_job_and_to_a_token_account_only() {
    let Scene { mut world, market, client, host } = Scene::community();
    let crank = world.somebody("crank");
    let tokens = world.token_account(market.token, &crank.pubkey());
    let stake_token = world.stake_token;
    let other_mint = world.token_account(stake_token, &crank.pubkey());
    let job = world.post(&client, &market, 0, HOUR);
    let expire = world.expire_queued_ix(&crank, &client, &market, job);
    world.svm.advance(TERMS.queue_ttl + 61);
    // Codes of the token program: another mint.
    world.refused(&[replaced(expire.clone(), &tokens, other_mint)], &[&crank], Refusal::Other(3));
    world.fails(&[replaced(expire, &tokens, crank.pubkey())], &[&crank]);
    world.join(&host, &market);
    world.start(&host, &market, job);
    world.svm.advance(3 * 60 + 61);
    let expire = world.expire_running_ix(&crank, &client, &host, &market, job, None);
    world.refused(&[replaced(expire.clone(), &tokens, other_mint)], &[&crank], Refusal::Other(3));
    world.ok(&[expire], &[&crank]);
}
