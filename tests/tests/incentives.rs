//! Incentives: emissions that pay the hosts of a listed premium market per evidenced second, never more than the treasury's
//! part of the fee which those seconds paid.

use {
    gpu_market::{
        constants::RECORD_WINDOW,
        error::MarketError,
        events::{EmissionClosed, IncentivePaid},
        state::{EmissionParams, Split},
    },
    gpu_market_sdk::{
        address,
        events::Event,
        instructions::rewards::{self, Recipients},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// An incentive next to the usual one, with these numbers changed.
fn incentive(scene: &mut Incentive, id: u16, change: impl FnOnce(&mut EmissionParams)) -> gpu_market_sdk::Address {
    let Incentive { world, market, funder, .. } = scene;
    let recipients = Recipients::Hosts(market.address);
    let mut usual = world.emission_of(funder, market.token, recipients, 1_000_000, 60 * DAY);
    change(&mut usual.params);
    world.open_emission(funder, rewards::OpenEmission { id, ..usual })
}

/// Pays for a job out of an emission; returns what arrived.
#[track_caller]
fn paid(scene: &mut Incentive, emission: gpu_market_sdk::Address, job: gpu_market_sdk::Address) -> u64 {
    scene.emission = emission;
    let earnings = scene.host.earnings(&scene.market);
    let before = scene.world.tokens(&earnings);
    let pay = scene.pay_ix(job);
    scene.world.ok(&[pay], &[]);
    scene.world.tokens(&earnings) - before
}

#[test]
fn an_incentive_needs_a_listed_premium_market_and_its_numbers() {
    let mut scene = Incentive::new();
    let (market, community) = (scene.market, scene.world.community);
    let Incentive { world, funder, .. } = &mut scene;
    let usual = world.emission_of(funder, market.token, Recipients::Hosts(market.address), 1_000, DAY);
    let usual = rewards::OpenEmission { id: 7, ..usual };
    for params in [EmissionParams { rate: 0, ..usual.params }, EmissionParams { window_cap: 0, ..usual.params }] {
        let open = rewards::open_emission(rewards::OpenEmission { params, ..usual });
        world.refused(&[open], &[funder], rule(MarketError::IncentiveOutOfRange));
    }
    let not_listed = rule(MarketError::MarketNotListed);
    world.list(&community, true);
    let recipients = Recipients::Hosts(community.address);
    let open = rewards::open_emission(rewards::OpenEmission { recipients, ..usual });
    world.refused(&[open], &[funder], not_listed);
    world.list(&market, false);
    world.refused(&[rewards::open_emission(usual)], &[funder], not_listed);
    world.list(&market, true);
    let other_mint = rewards::open_emission(rewards::OpenEmission { token: world.stake_token, ..usual });
    world.refused(&[other_mint], &[funder], rule(MarketError::WrongMint));
}

#[test]
fn an_incentive_pays_per_evidenced_second_at_most_the_treasurys_part_of_the_fee() {
    let mut scene = Incentive::new();
    let job = scene.work(0);
    scene.world.svm.advance(1);
    // A base unit a second.
    let by_rate = incentive(&mut scene, 1, |params| params.rate = 1_000_000);
    scene.emission = by_rate;
    let pay = scene.pay_ix(job);
    scene.world.refused(from_ref(&pay), &[], rule(MarketError::JobNotRewarded));
    let job = scene.work(1);
    let event = IncentivePaid {
        emission: by_rate,
        job,
        member: scene.host.member(&scene.market),
        amount: 600,
        released: 600,
        window_paid: 600,
        at: scene.world.now().unix,
    };
    let pay = scene.pay_ix(job);
    scene.world.ok_emitting(pay, &[], Event::IncentivePaid(event));
    assert_eq!(scene.world.tokens(&address::emission_vault(&by_rate).0), 1_000_000 - 600);

    // A thousand a second, of which no more than the fee is paid.
    let job = scene.work(2);
    let generous = address::emission(&scene.funder.pubkey(), 0).0;
    assert_eq!(paid(&mut scene, generous, job), Incentive::FEE);
}

#[test]
fn what_stakers_and_referrers_get_of_a_fee_is_not_paid_back() {
    let mut scene = Incentive::new();
    let emission = scene.emission;
    scene.world.set_split(HALVES);
    let job = scene.work(0);
    assert_eq!(paid(&mut scene, emission, job), Incentive::FEE * 3 / 10);
}

#[test]
fn a_change_of_the_split_pays_back_no_share_that_was_swept_before_it() {
    let mut scene = Incentive::new();
    let emission = scene.emission;
    scene.world.set_split(HALVES);
    let jobs = [scene.work(0), scene.work(1)];
    scene.world.set_split(Split { stakers_bps: 0, referral_bps: 0 });
    // The fees of these jobs may have been swept while the treasury had 30 %.
    for job in jobs {
        assert_eq!(paid(&mut scene, emission, job), Incentive::FEE * 3 / 10);
    }
}

#[test]
fn an_incentive_pays_no_more_than_its_cap_in_a_week_and_no_more_than_is_left() {
    let mut scene = Incentive::new();
    let capped = incentive(&mut scene, 1, |params| params.window_cap = 2_500);
    let small = incentive(&mut scene, 2, |params| params.amount = 1_000);
    let week = scene.world.next_window();
    scene.world.wait_until(week);
    let jobs: Vec<_> = (0..4).map(|nonce| scene.work(nonce)).collect();
    assert_eq!(paid(&mut scene, capped, jobs[0]), 1_800);
    assert_eq!(paid(&mut scene, capped, jobs[1]), 700);
    let third = scene.pay_ix(jobs[2]);
    scene.world.refused(from_ref(&third), &[], rule(MarketError::NothingToRelease));
    scene.world.wait_until(week + RECORD_WINDOW);
    assert_eq!(paid(&mut scene, capped, jobs[2]), 1_800, "the next week pays again");
    nothing_is_due(&mut scene, &[capped], jobs[0]);
    let rest = paid(&mut scene, capped, jobs[1]);
    assert_eq!(rest, 700, "what the last week's cap left out, as far as this week's goes");
    assert_eq!(scene.world.emission(&capped).window_paid, 2_500);
    assert_eq!(paid(&mut scene, small, jobs[3]), 1_000);
    // It is spent, so anyone may close it.
    let stranger = scene.world.funded("stranger");
    let close = scene.close_ix(&stranger);
    scene.world.ok(&[close], &[&stranger]);
}

/// Refuses to pay for a job out of any of these emissions.
#[track_caller]
fn nothing_is_due(scene: &mut Incentive, emissions: &[gpu_market_sdk::Address], job: gpu_market_sdk::Address) {
    for emission in emissions {
        scene.emission = *emission;
        let again = scene.pay_ix(job);
        scene.world.refused(&[again], &[], rule(MarketError::NothingToRelease));
    }
}

#[test]
fn a_job_is_paid_for_once_however_many_incentives_there_are() {
    let mut scene = Incentive::new();
    let (first, second) = (scene.emission, incentive(&mut scene, 1, |_| {}));
    let job = scene.work(0);
    assert_eq!(paid(&mut scene, first, job), Incentive::FEE);
    nothing_is_due(&mut scene, &[first, second], job);
}

#[test]
fn a_dust_incentive_does_not_take_the_place_of_a_larger_one() {
    let mut scene = Incentive::new();
    let generous = scene.emission;
    let dust = incentive(&mut scene, 1, |params| params.amount = 5);
    let stingy = incentive(&mut scene, 2, |params| params.rate = 1_000_000);
    let job = scene.work(0);
    // Whoever wants to harm the host has all the others pay first.
    assert_eq!(paid(&mut scene, dust, job), 5);
    assert_eq!(paid(&mut scene, stingy, job), 600 - 5);
    nothing_is_due(&mut scene, &[stingy], job);
    assert_eq!(paid(&mut scene, generous, job), Incentive::FEE - 600);
    assert_eq!(scene.world.job(&job).rewarded, Incentive::FEE);
    nothing_is_due(&mut scene, &[stingy, generous], job);
}

#[test]
fn only_a_job_that_ended_within_the_incentives_time_is_paid_for() {
    let mut scene = Incentive::new();
    let not_rewarded = rule(MarketError::JobNotRewarded);
    let later = incentive(&mut scene, 1, |params| params.start = params.end - i64::from(30 * DAY));
    let early = scene.work(0);
    scene.emission = later;
    let pay = scene.pay_ix(early);
    scene.world.refused(&[pay], &[], not_rewarded);

    let Incentive { world, market, client, host, .. } = &mut scene;
    let running = world.running(client, host, market, 1, HOUR);
    scene.emission = address::emission(&scene.funder.pubkey(), 0).0;
    let pay = scene.pay_ix(running);
    scene.world.refused(from_ref(&pay), &[], not_rewarded);
    let end = scene.world.emission(&scene.emission).end;
    let Incentive { world, market, client, host, .. } = &mut scene;
    world.run_for(host, market, running, 600);
    world.finish(client, host, market, running);
    world.wait_until(end);
    world.ok(&[pay], &[]);
    let until = world.now().unix + i64::from(DAY);
    world.attest(host, market, 8, until);
    let late = scene.work(2);
    let pay = scene.pay_ix(late);
    scene.world.refused(&[pay], &[], not_rewarded);
}

#[test]
fn an_incentive_is_of_one_market_and_pays_only_while_that_is_listed() {
    let mut scene = Incentive::new();
    let community = scene.world.community;
    let (emission, job) = (scene.emission, scene.work(0));
    let Incentive { world, client, host, market, .. } = &mut scene;
    world.enroll(host, &community, 20 * STAKE);
    let elsewhere = world.pay_fees(client, host, &community, 1);
    let parties = world.parties(elsewhere, client, host, &community);
    let of_another = rewards::pay_incentive(emission, parties, market.token);
    world.refused(&[of_another], &[], rule(MarketError::WrongEmission));
    let parties = world.parties(job, client, host, market);
    let right = rewards::pay_incentive(emission, parties, market.token);
    for (place, key, error) in [
        (2, address::reward_vault(&market.token.mint).0, MarketError::WrongVault),
        (3, community.address, MarketError::WrongEmission),
        (4, elsewhere, MarketError::WrongMarket),
        (5, host.member(&community), MarketError::WrongMember),
        (6, client.wallet, MarketError::WrongVault),
        (7, world.stake_token.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(right.clone(), place, key)], &[], rule(error));
    }
    let market = *market;
    world.list(&market, false);
    world.refused(from_ref(&right), &[], rule(MarketError::MarketNotListed));
    world.list(&market, true);
    for frozen in [address::emission_vault(&emission).0, host.earnings(&market)] {
        world.svm.freeze(market.token, &frozen).unwrap();
        world.refused(from_ref(&right), &[], FROZEN);
        world.svm.thaw(market.token, &frozen).unwrap();
    }
    world.ok(&[right], &[]);
}

#[test]
fn what_hosts_did_not_earn_by_the_end_is_the_funders() {
    let mut scene = Incentive::new();
    let emission = scene.emission;
    let job = scene.work(0);
    paid(&mut scene, emission, job);
    let (funder, stranger) = (scene.funder.insecure_clone(), scene.world.funded("stranger"));
    let close = scene.close_ix(&funder);
    scene.world.refused(from_ref(&close), &[&funder], rule(MarketError::EmissionNotSpent));
    let end = scene.world.emission(&emission).end;
    scene.world.wait_until(end);
    let by_stranger = scene.close_ix(&stranger);
    scene.world.refused(&[by_stranger], &[&stranger], rule(MarketError::EmissionNotSpent));
    let executed = scene.world.ok(&[close], &[&funder]);
    let returned = 1_000_000 - Incentive::FEE;
    let closed = EmissionClosed { emission, funder: funder.pubkey(), returned };
    assert_eq!(executed.events, [Event::EmissionClosed(closed)]);
    let wallet = scene.world.token_account(scene.market.token, &funder.pubkey());
    assert_eq!(scene.world.tokens(&wallet), returned);
}

#[test]
fn an_incentive_releases_nothing_to_stakers() {
    let mut scene = Incentive::new();
    let token = scene.market.token;
    scene.world.open_pool(token);
    let release = rewards::release_emission(scene.emission, token);
    scene.world.refused(&[release], &[], rule(MarketError::WrongEmission));
}
