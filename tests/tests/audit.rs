//! The audit finds what no transaction brings about: accounts whose books do not add up.

use {
    gpu_market::state::{
        AttestorSet, Challenge, Client, Emission, Job, Member, RewardPool, RewardPosition, Shard, Stake,
    },
    gpu_market_sdk::{
        Address, address,
        audit::{audit, audit_gpus},
        instructions::rewards::Recipients,
    },
    gpu_market_tests::*,
    std::mem::offset_of,
};

/// Invariants that the audit finds broken, and where; each once.
fn findings(world: &World) -> Vec<(&'static str, Address)> {
    let accounts = world.accounts();
    let mut found = audit(&accounts, |vault| world.svm.token_amount(vault));
    found.extend(audit_gpus(&accounts, world.now().unix));
    assert!(found.iter().all(|finding| !finding.what.is_empty()));
    let mut found: Vec<_> = found.into_iter().map(|finding| (finding.invariant, finding.account)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Writes a number over a field, expects these findings, and puts it back.
#[track_caller]
fn found(world: &mut World, key: Address, offset: usize, bytes: &[u8], expected: &[(&'static str, Address)]) {
    let before = world.svm.raw(&key).expect("an account");
    world.write_field(&key, offset, bytes);
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(findings(world), expected);
    world.svm.set_raw(key, before).expect("put back");
    assert_eq!(findings(world), []);
}

/// The same of what stakers are owed.
#[track_caller]
fn found_at(world: &mut World, key: Address, offset: usize, bytes: &[u8], expected: &[Address]) {
    let expected: Vec<_> = expected.iter().map(|key| ("Rewards", *key)).collect();
    found(world, key, offset, bytes, &expected);
}

fn word(number: u64) -> [u8; 8] {
    number.to_le_bytes()
}

#[test]
fn the_audit_finds_rewards_that_do_not_add_up() {
    let mut world = World::new();
    let token = world.dollar;
    let pool = world.open_pool(token);
    let staker = world.staker("staker", 1_000, &[token]);
    let position = world.position_address(&staker, token);
    world.give_stakers(token, 0, 1_000);
    let funder = world.funded("funder");
    let params = world.emission_of(&funder, token, Recipients::Stakers, 500, DAY);
    let emission = world.open_emission(&funder, params);
    for (offset, bytes) in [
        // More is booked than the vault holds; less was received than is spoken for; another weight and other counts.
        (offset_of!(RewardPool, received), word(1_001).to_vec()),
        (offset_of!(RewardPool, received), word(999).to_vec()),
        (offset_of!(RewardPool, streaming), word(1_001).to_vec()),
        (offset_of!(RewardPool, carry), word(1).to_vec()),
        (offset_of!(RewardPool, claimed), word(1).to_vec()),
        (offset_of!(RewardPool, weight), word(999 * 365).to_vec()),
        (offset_of!(RewardPool, positions), 2u32.to_le_bytes().to_vec()),
        (offset_of!(RewardPool, emissions), 1u32.to_le_bytes().to_vec()),
    ] {
        found_at(&mut world, pool, offset, &bytes, &[pool]);
    }
    found_at(&mut world, position, offset_of!(RewardPosition, pending), &word(1), &[pool]);
    found_at(&mut world, position, offset_of!(RewardPosition, accumulated), &word(1), &[position]);
    found_at(&mut world, staker.stake, offset_of!(Stake, positions), &[2], &[staker.stake]);
    found_at(&mut world, emission, offset_of!(Emission, amount), &word(501), &[emission]);

    world.take_tokens(&address::emission_vault(&emission).0, 1);
    assert_eq!(findings(&world), [("Rewards", emission)]);
    world.take_tokens(&address::reward_vault(&token.mint).0, 1);
    let mut both = [emission, pool].map(|key| ("Rewards", key));
    both.sort_unstable();
    assert_eq!(findings(&world), both);
}

#[test]
fn the_audit_finds_jobs_and_escrows_that_do_not_add_up() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let ended = world.pay_fees(&client, &host, &market, 0);
    world.join(&host, &market);
    let running = world.running(&client, &host, &market, 1, HOUR);
    world.run_for(&host, &market, running, 600);
    let open = world.post(&client, &market, 2, HOUR);
    let escrow = client.client;
    let deposit = world.job(&ended).deposit;

    // What ended is all booked, and what goes on is reserved with its client.
    let both = |job| [("I1", job), ("I2", escrow)];
    found(&mut world, ended, offset_of!(Job, deposit), &word(deposit + 1), &both(ended));
    found(&mut world, running, offset_of!(Job, refunded), &word(u64::MAX), &both(running));
    found(&mut world, running, offset_of!(Job, deposit), &word(1 << 40), &[("I2", escrow)]);
    // Pay is for evidence, of a job that started.
    found(&mut world, ended, offset_of!(Job, evidenced), &[0; 4], &[("I4", ended)]);
    found(&mut world, ended, offset_of!(Job, started_at), &[0; 8], &[("I4", ended)]);
    // A job in line is where it says that it is.
    found(&mut world, open, offset_of!(Job, node), &[99, 0], &[("I6", open)]);
    for offset in [offset_of!(Client, reserved), offset_of!(Client, due), offset_of!(Client, available)] {
        found(&mut world, escrow, offset, &word(1 << 40), &[("I2", escrow)]);
    }
    found(&mut world, escrow, offset_of!(Client, open_jobs), &[9, 0, 0, 0], &[("I2", escrow)]);
    world.take_tokens(&address::client_vault(&escrow).0, 1);
    assert_eq!(findings(&world), [("I2", escrow)]);
}

#[test]
fn the_audit_finds_stakes_members_and_queues_that_do_not_add_up() {
    let Scene { mut world, market, client, host } = Scene::premium();
    let running = world.running(&client, &host, &market, 0, HOUR);
    world.post(&client, &market, 1, HOUR);
    let (stake, member, shard) = (host.stake, host.member(&market), address::shard(&market.address, 0).0);

    let count = world.get::<Stake>(&stake);
    for (offset, number) in [
        (offset_of!(Stake, amount), count.amount + 1),
        (offset_of!(Stake, allocated), count.allocated - 1),
        (offset_of!(Stake, owed), 1),
        (offset_of!(Stake, treasury_owed), 1),
    ] {
        found(&mut world, stake, offset, &word(number), &[("I3", stake)]);
    }
    found(&mut world, stake, offset_of!(Stake, ties), &[1, 0, 0, 0], &[("I3", stake)]);
    found(&mut world, member, offset_of!(Member, bonds), &word(1), &[("I3", member)]);
    found(&mut world, member, offset_of!(Member, seats), &[9, 0], &[("I3", member)]);
    found(&mut world, member, offset_of!(Member, running), &[0, 0], &[("I3", member)]);
    found(&mut world, running, offset_of!(Job, bond), &word(0), &[("I3", member)]);
    for offset in [
        offset_of!(Shard, jobs),
        offset_of!(Shard, seats),
        offset_of!(Shard, assigned),
        offset_of!(Shard, lapsed),
        offset_of!(Shard, job_head),
        offset_of!(Shard, job_tail),
        offset_of!(Shard, seat_head),
        offset_of!(Shard, free_head),
        offset_of!(Shard, fresh),
    ] {
        found(&mut world, shard, offset, &[77, 0], &[("I5", shard)]);
    }
}

#[test]
fn the_audit_finds_rounds_and_sets_that_do_not_add_up() {
    let mut proving = Proving::new();
    let round = proving.judged(1);
    let (set, payer) = (proving.set, proving.round(round).payer);
    let world = &mut proving.world;
    found(world, set, offset_of!(AttestorSet, rounds), &[9, 0, 0, 0], &[("I3", set)]);
    found(world, set, offset_of!(AttestorSet, attestors), &[9], &[("I3", set)]);
    let both = [("I3", round), ("I3", payer)];
    found(world, round, offset_of!(Challenge, paid), &word(u64::MAX), &both);

    proving.finalize(round);
    proving.claim_all(round);
    proving.settle_all(round);
    let member = proving.member();
    let offset = offset_of!(Member, attested_gpus);
    found(&mut proving.world, member, offset, &[7, 0], &[("GPUs", member)]);
}
