//! How fees are split: the announcement, the three destinations, and the referrer's share where it cannot be paid.

use {
    gpu_market::{
        constants::SPLIT_NOTICE,
        error::MarketError,
        events::{FeesSwept, ReferrerSet, SplitAnnounced},
        state::Split,
    },
    gpu_market_sdk::{
        Address, address,
        events::Event,
        instructions::{admin, client, host as hosting, treasury},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

const FIFTH: u64 = RUN_FEE / 5;
const HALF: u64 = RUN_FEE / 2;

/// Income with a referrer whose earnings vault is open, and one job's fee owed.
fn referred() -> (Income, HostParty) {
    let mut income = Income::new();
    let referrer = income.world.host("referrer", 0);
    income.world.open_earnings(&referrer, income.market.token);
    income.world.refer(&income.client, Some(&referrer));
    income.earn_fee(0);
    (income, referrer)
}

fn treasury_vault(income: &Income) -> Address {
    address::treasury_vault(&income.market.token.mint).0
}

#[test]
fn a_split_takes_effect_at_once_before_the_first_market_and_after_two_weeks_since() {
    let mut world = World::bare();
    world.create_config();
    let admin = world.admin.insecure_clone();
    let announce = |split| admin::announce_split(admin.pubkey(), split);
    let announced = |split: Split, effective_at| {
        Event::SplitAnnounced(SplitAnnounced {
            config: address::config().0,
            stakers_bps: split.stakers_bps.into(),
            referral_bps: split.referral_bps.into(),
            effective_at,
        })
    };
    let now = world.now().unix;
    world.ok_emitting(announce(HALVES), &[&admin], announced(HALVES, now));
    assert_eq!(world.config_account().split(now), HALVES);
    world.create_market(0, 1, &TERMS, None);
    let nothing = Split { stakers_bps: 0, referral_bps: 0 };
    world.ok_emitting(announce(nothing), &[&admin], announced(nothing, now + SPLIT_NOTICE));
    world.svm.advance(14 * DAY - 1);
    assert_eq!(world.config_account().split(world.now().unix), HALVES);
    // Another announcement replaces it and starts the notice anew.
    let most = Split { stakers_bps: 8_000, referral_bps: 2_000 };
    let effective_at = world.now().unix + SPLIT_NOTICE;
    world.ok_emitting(announce(most), &[&admin], announced(most, effective_at));
    world.svm.advance(14 * DAY - 1);
    assert_eq!(world.config_account().split(world.now().unix), HALVES);
    world.svm.advance(1);
    assert_eq!(world.config_account().split(world.now().unix), most);
}

#[test]
fn only_the_admin_splits_and_within_the_ceilings() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    for (stakers_bps, referral_bps) in [(10_001, 0), (0, 2_001), (8_001, 2_000), (u16::MAX, u16::MAX)] {
        let announce = admin::announce_split(admin.pubkey(), Split { stakers_bps, referral_bps });
        world.refused(&[announce], &[&admin], rule(MarketError::SplitOutOfRange));
    }
    let pauser = gpu_market_sdk::svm::keypair("pauser");
    let announce = admin::announce_split(pauser.pubkey(), HALVES);
    world.refused(&[announce], &[&pauser], rule(MarketError::NotAdmin));
}

#[test]
fn a_sweep_pays_stakers_treasury_and_referrer_at_once() {
    let (mut income, referrer) = referred();
    let token = income.market.token;
    let sweep = income.world.sweep(&income.client.client, token);
    let swept = FeesSwept {
        client: income.client.client,
        treasury: address::treasury(&token.mint).0,
        amount: RUN_FEE,
        stakers: HALF,
        referrer: FIFTH,
        referral_owed: 0,
        received: RUN_FEE - HALF - FIFTH,
        at: income.world.now().unix,
    };
    income.world.ok_emitting(sweep.clone(), &[], Event::FeesSwept(swept));
    let world = &mut income.world;
    assert_eq!(world.tokens(&address::reward_vault(&token.mint).0), HALF);
    assert_eq!(world.tokens(&referrer.earnings(&income.market)), FIFTH);
    let vault = address::treasury_vault(&token.mint).0;
    assert_eq!(world.tokens(&vault), RUN_FEE - HALF - FIFTH);
    assert_eq!(world.client_account(&income.client).fees_owed, 0);
    world.refused(&[sweep], &[], rule(MarketError::NothingToSweep));
    // The referrer withdraws it like what it earned as a host.
    let withdraw = hosting::withdraw_earnings(hosting::WithdrawEarnings {
        authority: referrer.owner.pubkey(),
        host: referrer.host,
        token,
        destination: world.token_account(token, &referrer.owner.pubkey()),
        amount: u64::MAX,
    });
    world.ok(&[withdraw], &[&referrer.owner]);
}

#[test]
fn without_a_referrer_its_share_is_the_treasurys() {
    let mut income = Income::new();
    income.sweep_fee(0);
    assert_eq!(income.world.tokens(&treasury_vault(&income)), RUN_FEE - HALF);
}

#[test]
fn all_of_the_fees_can_go_to_stakers_and_referrers() {
    let mut income = Income::with(Split { stakers_bps: 8_000, referral_bps: 2_000 });
    let referrer = income.world.host("referrer", 0);
    income.world.open_earnings(&referrer, income.market.token);
    income.world.refer(&income.client, Some(&referrer));
    income.sweep_fee(0);
    assert_eq!(income.world.tokens(&treasury_vault(&income)), 0);
    assert_eq!(income.world.pool(income.market.token).received, RUN_FEE * 4 / 5);
}

#[test]
fn a_sweep_names_every_payee() {
    let (mut income, referrer) = referred();
    let token = income.market.token;
    let (stakes, other) = (income.world.stake_token, income.world.host("other", 0));
    income.world.open_earnings(&other, token);
    let sweep = income.world.sweep(&income.client.client, token);
    let world = &mut income.world;
    let other_client = world.client("other client", 0);
    for (place, key, error) in [
        (2, other_client.vault, MarketError::WrongVault),
        (3, address::treasury(&stakes.mint).0, MarketError::WrongTreasury),
        (4, address::treasury_vault(&stakes.mint).0, MarketError::WrongVault),
        (5, address::PROGRAM, MarketError::PayeeMissing),
        (5, address::reward_pool(&stakes.mint).0, MarketError::WrongPool),
        (6, address::PROGRAM, MarketError::PayeeMissing),
        (6, referrer.earnings(&income.market), MarketError::WrongVault),
        (7, address::PROGRAM, MarketError::PayeeMissing),
        (7, other.earnings(&income.market), MarketError::WrongReferrer),
        (8, stakes.mint, MarketError::WrongMint),
    ] {
        let changed = with_account(sweep.clone(), place, key);
        if key == referrer.earnings(&income.market) {
            // Named twice, which the framework refuses before the program looks.
            world.fails(&[changed], &[]);
        } else {
            world.refused(&[changed], &[], rule(error));
        }
    }
    // A token account of the mint that is no pool's vault.
    let wallet = with_account(sweep.clone(), 6, income.client.wallet);
    world.refused(&[wallet], &[], rule(MarketError::WrongVault));
    world.ok(&[sweep], &[]);
}

#[test]
fn a_referrer_whose_vault_is_frozen_or_closed_is_paid_when_it_is_open_again() {
    let (mut income, referrer) = referred();
    let (market, token) = (income.market, income.market.token);
    let earnings = referrer.earnings(&market);
    income.world.svm.freeze(token, &earnings).unwrap();
    let sweep = income.world.sweep(&income.client.client, token);
    let executed = income.world.ok(from_ref(&sweep), &[]);
    let [Event::FeesSwept(swept)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((swept.referrer, swept.referral_owed), (0, FIFTH));
    assert_eq!(income.world.tokens(&treasury_vault(&income)), RUN_FEE - HALF - FIFTH, "nobody else waits");
    // Closed: it stays booked too.
    income.world.svm.thaw(token, &earnings).unwrap();
    let close = hosting::close_earnings(
        referrer.owner.pubkey(),
        token,
        income.world.token_account(token, &referrer.owner.pubkey()),
    );
    income.world.ok(&[close], &[&referrer.owner]);
    income.earn_fee(1);
    income.world.ok(from_ref(&sweep), &[]);
    assert_eq!(income.world.client_account(&income.client).referral_owed, 2 * FIFTH);
    // Open again: both are paid, by a sweep without new fees.
    income.world.open_earnings(&referrer, token);
    let executed = income.world.ok(&[sweep], &[]);
    let [Event::FeesSwept(swept)] = executed.events[..] else { panic!("{:?}", executed.events) };
    assert_eq!((swept.amount, swept.referrer, swept.referral_owed), (0, 2 * FIFTH, 0));
    assert_eq!(income.world.tokens(&earnings), 2 * FIFTH);
}

#[test]
fn a_frozen_vault_of_the_protocol_delays_the_sweep_and_the_fees_stay_booked() {
    let (mut income, _) = referred();
    let token = income.market.token;
    let sweep = income.world.sweep(&income.client.client, token);
    for frozen in [treasury_vault(&income), address::reward_vault(&token.mint).0, income.client.vault] {
        income.world.svm.freeze(token, &frozen).unwrap();
        income.world.refused(from_ref(&sweep), &[], FROZEN);
        income.world.svm.thaw(token, &frozen).unwrap();
        assert_eq!(income.world.client_account(&income.client).fees_owed, RUN_FEE);
    }
    income.world.ok(&[sweep], &[]);
}

#[test]
fn a_client_names_its_referrer_and_takes_it_back() {
    let mut world = World::new();
    let (client, referrer) = (world.client("client", 0), world.host("referrer", 0));
    let earnings = referrer.earnings(&world.community);
    let set =
        |old_referrer, referrer| Event::ReferrerSet(ReferrerSet { client: client.client, old_referrer, referrer });
    let (there, back) = (world.refer_ix(&client, Some(&referrer)), world.refer_ix(&client, None));
    world.ok_emitting(there.clone(), &[&client.owner], set(Address::default(), earnings));
    assert_eq!(world.client_account(&client).referrer, earnings);
    world.ok_emitting(back.clone(), &[&client.owner], set(earnings, Address::default()));

    let other = world.client("other", 0);
    let theirs = with_account(back, 1, other.client);
    world.refused(&[theirs], &[&client.owner], rule(MarketError::NotClientOwner));
    let wrong = rule(MarketError::WrongReferrer);
    for place in [2, 3] {
        world.refused(&[with_account(there.clone(), place, address::PROGRAM)], &[&client.owner], wrong);
    }
    // The vault has to be that of the host in the client's mint.
    let of_stakes = address::earnings(&referrer.host, &world.stake_token.mint).0;
    world.fails(&[with_account(there, 3, of_stakes)], &[&client.owner]);
}

#[test]
fn a_client_with_an_unpayable_referrer_closes_and_gets_the_share() {
    let (mut income, referrer) = referred();
    let (market, token) = (income.market, income.market.token);
    let world = &mut income.world;
    world.svm.freeze(token, &referrer.earnings(&market)).unwrap();
    let sweep = world.sweep(&income.client.client, token);
    world.ok(&[sweep], &[]);
    let job = world.job_address(&income.client, 0);
    let close_job = world.close_job_ix(&income.client.owner, &income.client, job);
    world.ok(&[close_job], &[&income.client.owner]);
    let left = world.client_account(&income.client).available;
    let close = client::close_client(client::CloseClient {
        owner: income.client.owner.pubkey(),
        token,
        destination: income.client.wallet,
        rent_payer: world.payer.pubkey(),
    });
    world.ok(&[close], &[&income.client.owner]);
    assert_eq!(world.tokens(&income.client.wallet), left + FIFTH);
}

#[test]
fn the_sdk_sweeps_as_the_split_in_force_asks() {
    let (income, referrer) = referred();
    let (key, token) = (income.client.client, income.market.token);
    let client = income.world.client_account(&income.client);
    let none = Split { stakers_bps: 0, referral_bps: 0 };
    let params = treasury::SweepFees::of(key, &client, &none, token.program);
    assert_eq!((params.stakers, params.referrer), (false, Some(referrer.earnings(&income.market))));
    assert!(treasury::SweepFees::of(key, &client, &HALVES, token.program).stakers);
}
