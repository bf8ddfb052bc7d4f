//! The protocol's income: how fees and slashes reach a treasury, and how they leave it.

use {
    gpu_market::{
        error::MarketError,
        events::{FeesSwept, SlashesSwept, TreasuryClosed, TreasuryOpened, TreasuryWithdrawn},
    },
    gpu_market_sdk::{
        Instruction, address,
        events::Event,
        instructions::{Token, treasury},
        svm::keypair,
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

/// Share of the treasury in a missed acknowledgement: a tenth of a tenth of the bond.
const SLASHED: u64 = STAKE / 10;

/// A world in which `client` owes 1,200 base units of fees for a finished job.
fn with_fees() -> (World, ClientParty) {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 600);
    world.finish(&client, &host, &market, job);
    assert_eq!(world.client_account(&client).fees_owed, 1_200);
    (world, client)
}

/// A world in which `host` owes the treasury its share of a slash.
fn with_slashes() -> (World, HostParty) {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);
    world.missed_ack(&client, &host, &market, 0);
    assert_eq!(world.stake_account(&host).treasury_owed, SLASHED);
    (world, host)
}

fn vault(token: Token) -> gpu_market_sdk::Address {
    address::treasury_vault(&token.mint).0
}

/// A withdrawal to an account of the treasury's owner.
fn withdrawal(world: &mut World, token: Token, amount: u64) -> treasury::WithdrawTreasury {
    let destination = world.token_account(token, &settings().treasury);
    treasury::WithdrawTreasury { admin: world.admin.pubkey(), token, destination, amount }
}

fn withdraw(world: &mut World, token: Token, amount: u64) -> Instruction {
    let withdrawal = withdrawal(world, token, amount);
    treasury::withdraw_treasury(withdrawal)
}

#[test]
fn anybody_opens_the_treasury_of_a_mint_once() {
    let mut world = World::new();
    let sponsor = world.funded("sponsor");
    let token = world.dollar;
    let open = treasury::open_treasury(sponsor.pubkey(), token);
    let event = TreasuryOpened {
        treasury: address::treasury(&token.mint).0,
        mint: token.mint,
        vault: vault(token),
        rent_payer: sponsor.pubkey(),
    };
    world.ok_emitting(open.clone(), &[&sponsor], Event::TreasuryOpened(event));
    let account = world.treasury_account(token);
    assert_eq!((account.mint, account.vault, account.rent_payer), (token.mint, vault(token), sponsor.pubkey()));
    assert_eq!((account.received, account.withdrawn, world.tokens(&vault(token))), (0, 0, 0));
    world.refused(&[open], &[&sponsor], IN_USE);
}

#[test]
fn fees_are_swept_into_the_treasury_of_their_mint() {
    let (mut world, client) = with_fees();
    let token = world.dollar;
    world.open_treasury(token);
    let before = (world.client_account(&client).available, world.tokens(&client.vault));
    let sweep = world.sweep(&client.client, token);
    let event = FeesSwept {
        client: client.client,
        treasury: address::treasury(&token.mint).0,
        amount: 1_200,
        stakers: 0,
        referrer: 0,
        referral_owed: 0,
        received: 1_200,
        at: world.now().unix,
    };
    world.ok_emitting(sweep.clone(), &[], Event::FeesSwept(event));
    let account = world.client_account(&client);
    assert_eq!((account.fees_owed, account.available), (0, before.0));
    assert_eq!(world.tokens(&client.vault), before.1 - 1_200);
    assert_eq!((world.tokens(&vault(token)), world.treasury_account(token).received), (1_200, 1_200));
    world.refused(&[sweep], &[], rule(MarketError::NothingToSweep));
}

#[test]
fn fees_go_nowhere_but_into_the_treasury_of_their_mint() {
    let (mut world, client) = with_fees();
    let (token, other) = (world.dollar, world.stake_token);
    world.open_treasury(token);
    world.open_treasury(other);
    let own = world.token_account(token, &client.owner.pubkey());
    let sweep = world.sweep(&client.client, token);
    for (place, key, error) in [
        (2, own, MarketError::WrongVault),
        (3, address::treasury(&other.mint).0, MarketError::WrongTreasury),
        (4, own, MarketError::WrongVault),
        (4, vault(other), MarketError::WrongVault),
        (8, other.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(sweep.clone(), place, key)], &[], rule(error));
    }
    let frozen = world.svm.freeze(token, &client.vault);
    assert!(frozen.is_ok());
    world.refused(std::slice::from_ref(&sweep), &[], FROZEN);
    world.svm.thaw(token, &client.vault).expect("thawed");
    world.ok(&[sweep], &[]);
}

#[test]
fn fees_cannot_be_swept_before_the_treasury_is_open() {
    let (mut world, client) = with_fees();
    let sweep = world.sweep(&client.client, world.dollar);
    let refused = world.fails(std::slice::from_ref(&sweep), &[]);
    assert_eq!(format!("{:?}", refused.error), "InstructionError(0, UninitializedAccount)");
    world.open_treasury(world.dollar);
    world.ok(&[sweep], &[]);
}

#[test]
fn slashes_are_swept_into_the_treasury_of_the_stake_mint() {
    let (mut world, host) = with_slashes();
    let token = world.stake_token;
    world.open_treasury(token);
    let stake_vault = address::stake_vault(&host.stake).0;
    let before = world.tokens(&stake_vault);
    let sweep = treasury::sweep_slashes(host.stake, token);
    let event = SlashesSwept {
        stake: host.stake,
        treasury: address::treasury(&token.mint).0,
        amount: SLASHED,
        received: SLASHED,
    };
    world.ok_emitting(sweep.clone(), &[], Event::SlashesSwept(event));
    let stake = world.stake_account(&host);
    assert_eq!((stake.treasury_owed, stake.owed), (0, 8 * SLASHED), "the client's credit stays");
    assert_eq!(world.tokens(&stake_vault), before - SLASHED);
    assert_eq!((world.tokens(&vault(token)), world.treasury_account(token).received), (SLASHED, SLASHED));
    world.refused(&[sweep], &[], rule(MarketError::NothingToSweep));
}

#[test]
fn slashes_go_nowhere_but_into_the_treasury_of_the_stake_mint() {
    let (mut world, host) = with_slashes();
    let (token, other) = (world.stake_token, world.dollar);
    world.open_treasury(token);
    world.open_treasury(other);
    let sweep = treasury::sweep_slashes(host.stake, token);
    for (place, key, error) in [
        (1, host.stake_wallet, MarketError::WrongVault),
        (2, address::treasury(&other.mint).0, MarketError::WrongTreasury),
        (3, host.stake_wallet, MarketError::WrongVault),
        (4, other.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(sweep.clone(), place, key)], &[], rule(error));
    }
}

#[test]
fn the_admin_withdraws_to_the_treasury_owner() {
    let (mut world, client) = with_fees();
    let token = world.dollar;
    world.open_treasury(token);
    let sweep = world.sweep(&client.client, token);
    world.ok(&[sweep], &[]);
    let admin = world.admin.insecure_clone();
    let part = withdrawal(&mut world, token, 1_000);
    let event = |amount, withdrawn| {
        Event::TreasuryWithdrawn(TreasuryWithdrawn {
            treasury: address::treasury(&token.mint).0,
            destination: part.destination,
            amount,
            withdrawn,
        })
    };
    world.ok_emitting(treasury::withdraw_treasury(part), &[&admin], event(1_000, 1_000));
    assert_eq!((world.tokens(&part.destination), world.tokens(&vault(token))), (1_000, 200));
    let too_much = withdraw(&mut world, token, 201);
    world.refused(&[too_much], &[&admin], rule(MarketError::InsufficientTreasury));
    let rest = withdraw(&mut world, token, 200);
    world.ok_emitting(rest, &[&admin], event(200, 1_200));
    let account = world.treasury_account(token);
    assert_eq!((account.received, account.withdrawn, world.tokens(&vault(token))), (1_200, 1_200, 0));
}

#[test]
fn a_gift_to_the_treasury_vault_can_be_withdrawn() {
    let mut world = World::new();
    let (token, admin) = (world.dollar, world.admin.insecure_clone());
    world.open_treasury(token);
    world.svm.mint_to(token, &vault(token), 77).expect("a gift");
    let all = withdraw(&mut world, token, 77);
    world.ok(&[all], &[&admin]);
    let account = world.treasury_account(token);
    assert_eq!((account.received, account.withdrawn, world.tokens(&vault(token))), (0, 77, 0));
}

#[test]
fn the_treasury_pays_nobody_else_and_at_nobody_elses_word() {
    let mut world = World::new();
    let (token, other) = (world.dollar, world.stake_token);
    let (admin, stranger) = (world.admin.insecure_clone(), world.funded("stranger"));
    world.open_treasury(token);
    world.open_treasury(other);
    world.svm.mint_to(token, &vault(token), 77).expect("a gift");
    let right = withdrawal(&mut world, token, 77);

    for who in [&stranger, &keypair("treasury owner"), &keypair("pauser")] {
        let by_other = treasury::WithdrawTreasury { admin: who.pubkey(), ..right };
        world.refused(&[treasury::withdraw_treasury(by_other)], &[who], rule(MarketError::NotAdmin));
    }
    let nothing = treasury::WithdrawTreasury { amount: 0, ..right };
    world.refused(&[treasury::withdraw_treasury(nothing)], &[&admin], rule(MarketError::AmountZero));
    let of_admin = world.token_account(token, &admin.pubkey());
    let of_other_mint = world.token_account(other, &settings().treasury);
    for (destination, error) in [
        (of_admin, MarketError::WrongDestination),
        (of_other_mint, MarketError::NotATokenAccount),
        (world.authority.pubkey(), MarketError::NotATokenAccount),
        (address::client(&admin.pubkey(), &token.mint).0, MarketError::NotATokenAccount),
    ] {
        let elsewhere = treasury::WithdrawTreasury { destination, ..right };
        world.refused(&[treasury::withdraw_treasury(elsewhere)], &[&admin], rule(error));
    }
    let withdraw = treasury::withdraw_treasury(right);
    for (place, key, error) in [(3, vault(other), MarketError::WrongVault), (5, other.mint, MarketError::WrongMint)]
    {
        world.refused(&[with_account(withdraw.clone(), place, key)], &[&admin], rule(error));
    }
    world.ok(&[withdraw], &[&admin]);
}

#[test]
fn an_empty_treasury_closes_and_its_rent_goes_to_who_paid_it() {
    let mut world = World::new();
    let (token, other) = (world.dollar, world.stake_token);
    let (admin, sponsor, stranger) =
        (world.admin.insecure_clone(), world.funded("sponsor"), world.funded("stranger"));
    world.ok(&[treasury::open_treasury(sponsor.pubkey(), token)], &[&sponsor]);
    world.open_treasury(other);
    world.svm.mint_to(token, &vault(token), 1).expect("a gift");

    let close = treasury::close_treasury(admin.pubkey(), token, sponsor.pubkey());
    world.refused(std::slice::from_ref(&close), &[&admin], rule(MarketError::TreasuryNotEmpty));
    let rest = withdraw(&mut world, token, 1);
    world.ok(&[rest], &[&admin]);

    let by_stranger = treasury::close_treasury(stranger.pubkey(), token, sponsor.pubkey());
    world.refused(&[by_stranger], &[&stranger], rule(MarketError::NotAdmin));
    let to_admin = treasury::close_treasury(admin.pubkey(), token, admin.pubkey());
    world.refused(&[to_admin], &[&admin], rule(MarketError::WrongRentPayer));
    for (place, key, error) in [(3, vault(other), MarketError::WrongVault), (5, other.mint, MarketError::WrongMint)]
    {
        world.refused(&[with_account(close.clone(), place, key)], &[&admin], rule(error));
    }
    let accounts = [address::treasury(&token.mint).0, vault(token)];
    let executed = world.ok_closing(close, &[&admin], &accounts, &sponsor.pubkey());
    let event = TreasuryClosed { treasury: accounts[0], mint: token.mint };
    assert_eq!(executed.events, [Event::TreasuryClosed(event)]);
}
