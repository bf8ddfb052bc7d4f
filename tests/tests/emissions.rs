//! Emissions: tokens that anybody gives to stakers, evenly over a time.

use {
    gpu_market::{
        constants::{MAX_EMISSION, MAX_EMISSION_DELAY, MIN_EMISSION},
        error::MarketError,
        events::{EmissionClosed, EmissionOpened, EmissionReleased},
        state::EmissionParams,
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        events::Event,
        instructions::rewards::{self, Recipients},
    },
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// A world with the reward pools of both mints and somebody who gives.
fn scene() -> (World, Keypair) {
    let mut world = World::new();
    for token in [world.dollar, world.stake_token] {
        world.open_pool(token);
    }
    let funder = world.funded("funder");
    (world, funder)
}

fn vault(emission: &Address) -> Address {
    address::emission_vault(emission).0
}

fn closing(world: &mut World, funder: &Keypair, emission: Address, caller: &Keypair) -> Instruction {
    let token = world.dollar;
    rewards::close_emission(rewards::CloseEmission {
        caller: caller.pubkey(),
        emission,
        for_stakers: true,
        token,
        destination: world.token_account(token, &funder.pubkey()),
        rent_payer: world.payer.pubkey(),
    })
}

#[test]
fn anybody_gives_tokens_to_stakers_for_a_time() {
    let (mut world, funder) = scene();
    let token = world.dollar;
    let params = world.emission_of(&funder, token, Recipients::Stakers, 1_000, 10 * DAY);
    let emission = address::emission(&funder.pubkey(), 0).0;
    let opened = EmissionOpened {
        emission,
        target: address::reward_pool(&token.mint).0,
        funder: funder.pubkey(),
        mint: token.mint,
        vault: vault(&emission),
        rent_payer: world.payer.pubkey(),
        amount: 1_000,
        start: world.now().unix,
        end: world.now().unix + i64::from(10 * DAY),
        rate: 0,
        window_cap: 0,
        kind: 1,
        id: 0,
    };
    let open = rewards::open_emission(params);
    world.ok_emitting(open.clone(), &[&funder], Event::EmissionOpened(opened));
    assert_eq!((world.tokens(&vault(&emission)), world.pool(token).emissions), (1_000, 1));
    world.refused(&[open], &[&funder], IN_USE);
    let another = world.emission_of(&funder, token, Recipients::Stakers, 5, DAY);
    world.open_emission(&funder, rewards::OpenEmission { id: u16::MAX, ..another });
    assert_eq!(world.pool(token).emissions, 2);
}

#[test]
fn an_emission_keeps_the_programs_bounds() {
    let (mut world, funder) = scene();
    let token = world.dollar;
    let right = world.emission_of(&funder, token, Recipients::Stakers, 1_000, 10 * DAY);
    let now = world.now().unix;
    let of = |params: EmissionParams| rewards::open_emission(rewards::OpenEmission { params, ..right });
    let good = right.params;
    for params in [
        EmissionParams { amount: 0, ..good },
        EmissionParams { end: now + MIN_EMISSION - 1, ..good },
        EmissionParams { end: now + MAX_EMISSION + 1, ..good },
        EmissionParams { start: now - 1, ..good },
        EmissionParams { start: now + MAX_EMISSION_DELAY + 1, end: now + MAX_EMISSION, ..good },
        EmissionParams { start: i64::MAX, end: i64::MIN, ..good },
    ] {
        world.refused(&[of(params)], &[&funder], rule(MarketError::EmissionOutOfRange));
    }
    for params in [EmissionParams { rate: 1, ..good }, EmissionParams { window_cap: 1, ..good }] {
        world.refused(&[of(params)], &[&funder], rule(MarketError::IncentiveOutOfRange));
    }
    world.refused(&[of(EmissionParams { amount: 1_001, ..good })], &[&funder], TOO_FEW_TOKENS);
    let latest = now + MAX_EMISSION_DELAY;
    world.ok(&[of(EmissionParams { start: latest, end: latest + MAX_EMISSION, ..good })], &[&funder]);
}

#[test]
fn an_emission_is_for_one_pool_or_one_market_of_its_mint() {
    let (mut world, funder) = scene();
    let (token, market) = (world.dollar, world.premium.address);
    let open = rewards::open_emission(world.emission_of(&funder, token, Recipients::Stakers, 1_000, DAY));
    let wrong = rule(MarketError::WrongEmission);
    world.refused(&[with_account(open.clone(), 3, market)], &[&funder], wrong);
    world.refused(&[with_account(open.clone(), 2, address::PROGRAM)], &[&funder], wrong);
    let other_pool = address::reward_pool(&world.stake_token.mint).0;
    world.refused(&[with_account(open.clone(), 2, other_pool)], &[&funder], rule(MarketError::WrongMint));
    let stranger = world.funded("stranger");
    let theirs = world.funded_wallet(token, &stranger.pubkey(), 1_000);
    world.refused(&[with_account(open, 4, theirs)], &[&funder], NOT_THE_SPENDER);
}

#[test]
fn an_emission_is_released_in_proportion_to_its_time_and_streams_like_income() {
    let (mut world, funder) = scene();
    let token = world.dollar;
    let staker = world.staker("staker", 1_000, &[token]);
    let params = world.emission_of(&funder, token, Recipients::Stakers, 1_000, 10 * DAY);
    let emission = world.open_emission(&funder, params);
    let release = rewards::release_emission(emission, token);
    world.refused(from_ref(&release), &[], rule(MarketError::NothingToRelease));
    world.svm.advance(3 * DAY);
    let released = EmissionReleased {
        emission,
        pool: address::reward_pool(&token.mint).0,
        amount: 300,
        released: 300,
        received: 300,
        at: world.now().unix,
    };
    world.ok_emitting(release.clone(), &[], Event::EmissionReleased(released));
    world.refused(from_ref(&release), &[], rule(MarketError::NothingToRelease));
    assert_eq!((world.tokens(&vault(&emission)), world.pool(token).streaming), (700, 300));
    world.svm.advance(90 * DAY);
    world.ok(&[release], &[]);
    assert_eq!(world.emission(&emission).released, 1_000);
    world.svm.advance(STREAM);
    about(world.claim(&staker, token), 1_000);
}

#[test]
fn an_emission_that_starts_later_releases_nothing_before() {
    let (mut world, funder) = scene();
    let token = world.dollar;
    let usual = world.emission_of(&funder, token, Recipients::Stakers, 1_000, 30 * DAY);
    let start = world.now().unix + i64::from(20 * DAY);
    let params = EmissionParams { start, ..usual.params };
    let emission = world.open_emission(&funder, rewards::OpenEmission { params, ..usual });
    world.svm.advance(20 * DAY);
    let release = rewards::release_emission(emission, token);
    world.refused(from_ref(&release), &[], rule(MarketError::NothingToRelease));
    world.svm.advance(DAY);
    world.ok(&[release], &[]);
    assert_eq!(world.emission(&emission).released, 100);
}

#[test]
fn a_release_moves_only_between_the_recorded_vaults() {
    let (mut world, funder) = scene();
    let (token, stakes) = (world.dollar, world.stake_token);
    let params = world.emission_of(&funder, token, Recipients::Stakers, 1_000, DAY);
    let emission = world.open_emission(&funder, params);
    let another = world.emission_of(&funder, token, Recipients::Stakers, 1_000, DAY);
    let another = world.open_emission(&funder, rewards::OpenEmission { id: 1, ..another });
    world.svm.advance(DAY);
    let release = rewards::release_emission(emission, token);
    let other_pool = address::reward_pool(&stakes.mint).0;
    for (place, key, error) in [
        (1, vault(&another), MarketError::WrongVault),
        (2, other_pool, MarketError::WrongEmission),
        (3, vault(&another), MarketError::WrongVault),
        (4, stakes.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(release.clone(), place, key)], &[], rule(error));
    }
    // A frozen vault delays it.
    for frozen in [vault(&emission), address::reward_vault(&token.mint).0] {
        world.svm.freeze(token, &frozen).unwrap();
        world.refused(from_ref(&release), &[], FROZEN);
        world.svm.thaw(token, &frozen).unwrap();
    }
    world.ok(&[release], &[]);
}

#[test]
fn a_spent_emission_is_closed_by_anyone_and_not_before() {
    let (mut world, funder) = scene();
    let token = world.dollar;
    let params = world.emission_of(&funder, token, Recipients::Stakers, 1_000, DAY);
    let emission = world.open_emission(&funder, params);
    world.svm.advance(100 * DAY);
    let stranger = world.funded("stranger");
    let (by_funder, by_stranger) =
        (closing(&mut world, &funder, emission, &funder), closing(&mut world, &funder, emission, &stranger));
    // What is for stakers stays theirs, even after its end and for its funder.
    let not_spent = rule(MarketError::EmissionNotSpent);
    world.refused(&[by_funder], &[&funder], not_spent);
    world.refused(from_ref(&by_stranger), &[&stranger], not_spent);
    world.ok(&[rewards::release_emission(emission, token)], &[]);
    world.svm.mint_to(token, &vault(&emission), 9).expect("a gift");

    let stakes = world.stake_token;
    let own = world.token_account(token, &stranger.pubkey());
    let of_stakes = world.token_account(stakes, &funder.pubkey());
    for (place, key, error) in [
        (2, address::reward_pool(&stakes.mint).0, MarketError::WrongEmission),
        (2, address::PROGRAM, MarketError::PayeeMissing),
        (3, address::reward_vault(&token.mint).0, MarketError::WrongVault),
        (4, own, MarketError::WrongDestination),
        (4, of_stakes, MarketError::NotATokenAccount),
        (5, stranger.pubkey(), MarketError::WrongRentPayer),
        (6, stakes.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(by_stranger.clone(), place, key)], &[&stranger], rule(error));
    }
    let payer = world.payer.pubkey();
    let rent = world.lamports(&emission) + world.lamports(&vault(&emission));
    let before = world.lamports(&payer);
    let executed = world.svm.send(&[by_stranger], &[&stranger]).expect("closed");
    assert_eq!(world.lamports(&payer), before + rent);
    let closed = EmissionClosed { emission, funder: funder.pubkey(), returned: 9 };
    assert_eq!(executed.events, [Event::EmissionClosed(closed)]);
    assert_eq!(world.pool(token).emissions, 0);
    let destination = world.token_account(token, &funder.pubkey());
    assert_eq!(world.tokens(&destination), 9);
}

#[test]
fn an_emission_pays_no_job() {
    let Incentive { mut world, market, client, host, .. } = Incentive::new();
    let (token, funder) = (market.token, world.funded("giver"));
    world.open_pool(token);
    let params = world.emission_of(&funder, token, Recipients::Stakers, 1_000, DAY);
    let emission = world.open_emission(&funder, params);
    let job = world.pay_fees(&client, &host, &market, 0);
    let parties = world.parties(job, &client, &host, &market);
    let pay = rewards::pay_incentive(emission, parties, token);
    world.refused(&[pay], &[], rule(MarketError::WrongEmission));
}
