//! The audit finds what no transaction brings about: pools, positions and emissions whose books do not add up.

use {
    gpu_market::state::{Emission, RewardPool, RewardPosition, Stake},
    gpu_market_sdk::{Address, address, audit::audit, instructions::rewards::Recipients},
    gpu_market_tests::*,
    std::mem::offset_of,
};

/// Accounts at which the audit finds that rewards do not add up.
fn findings(world: &World) -> Vec<Address> {
    let found = audit(&world.accounts(), |vault| world.svm.token_amount(vault));
    assert!(found.iter().all(|finding| finding.invariant == "Rewards"), "{found:#?}");
    found.into_iter().map(|finding| finding.account).collect()
}

/// Writes a number over a field, expects findings at these accounts, and puts it back.
#[track_caller]
fn found_at(world: &mut World, key: Address, offset: usize, bytes: &[u8], expected: &[Address]) {
    let before = world.svm.raw(&key).expect("an account");
    world.write_field(&key, offset, bytes);
    assert_eq!(findings(world), expected);
    world.svm.set_raw(key, before).expect("put back");
    assert_eq!(findings(world), []);
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
    let word = |number: u64| number.to_le_bytes();
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
    assert_eq!(findings(&world), [emission]);
    world.take_tokens(&address::reward_vault(&token.mint).0, 1);
    let mut both = [emission, pool];
    both.sort_unstable();
    assert_eq!(findings(&world), both);
}
