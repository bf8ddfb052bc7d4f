//! Hosts and the vaults that jobs pay them into.

use {
    gpu_market::{
        constants::pause,
        error::MarketError,
        events::{
            EarningsClosed, EarningsOpened, EarningsWithdrawn, HostClosed, HostRegistered, HostUpdated,
            MemberClosed,
        },
        state::{Host, HostParams},
    },
    gpu_market_sdk::{
        Address, address,
        events::Event,
        instructions::{host, member},
        svm::keypair,
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

fn params(operator: &str) -> HostParams {
    HostParams { operator: keypair(operator).pubkey(), sealing_key: [3; 32], metadata_hash: [4; 32] }
}

fn nobody() -> HostParams {
    HostParams { operator: Address::default(), ..params("operator") }
}

/// A host that has earned 60,000 base units, and its withdrawal of all of them.
fn earned() -> (World, HostParty, host::WithdrawEarnings) {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);
    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 600);
    world.finish(&client, &host, &market, job);
    let destination = world.token_account(world.dollar, &host.owner.pubkey());
    let (authority, token) = (host.owner.pubkey(), world.dollar);
    let all = host::WithdrawEarnings { authority, host: host.host, token, destination, amount: u64::MAX };
    (world, host, all)
}

#[test]
fn an_owner_registers_its_host_once() {
    let mut world = World::new();
    let (owner, sponsor) = (world.funded("owner"), world.funded("sponsor"));
    let address = address::host(&owner.pubkey()).0;
    world.svm.airdrop(&address, 1);
    let register = |params| host::register_host(owner.pubkey(), sponsor.pubkey(), params);
    world.refused(&[register(nobody())], &[&owner, &sponsor], rule(MarketError::KeyMissing));
    let event = HostRegistered {
        host: address,
        owner: owner.pubkey(),
        operator: keypair("operator").pubkey(),
        sealing_key: [3; 32],
        metadata_hash: [4; 32],
        rent_payer: sponsor.pubkey(),
    };
    world.ok_emitting(register(params("operator")), &[&owner, &sponsor], Event::HostRegistered(event));
    let account: Host = world.get(&address);
    assert_eq!((account.owner, account.operator), (owner.pubkey(), keypair("operator").pubkey()));
    assert_eq!((account.sealing_key, account.metadata_hash), ([3; 32], [4; 32]));
    assert_eq!((account.members, account.strikes, account.rent_payer), (0, 0, sponsor.pubkey()));
    world.refused(&[register(params("other"))], &[&owner, &sponsor], IN_USE);
}

#[test]
fn the_owner_replaces_the_operator_and_nobody_else_does() {
    let mut world = World::new();
    let host = world.host("host", 0);
    let update = host::update_host(host.owner.pubkey(), params("new operator"));
    for other in [&host.operator, &world.funded("stranger")] {
        let by_other = with_account(update.clone(), 0, other.pubkey());
        world.refused(&[by_other], &[other], rule(MarketError::NotHostOwner));
    }
    let missing = host::update_host(host.owner.pubkey(), nobody());
    world.refused(&[missing], &[&host.owner], rule(MarketError::KeyMissing));
    let event = HostUpdated {
        host: host.host,
        operator: keypair("new operator").pubkey(),
        sealing_key: [3; 32],
        metadata_hash: [4; 32],
    };
    world.ok_emitting(update, &[&host.owner], Event::HostUpdated(event));
    let account = world.host_account(&host);
    assert_eq!((account.operator, account.owner), (keypair("new operator").pubkey(), host.owner.pubkey()));
}

#[test]
fn a_replaced_operator_can_do_nothing_any_more() {
    let mut world = World::new();
    let market = world.community;
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);
    world.ok(&[host::update_host(host.owner.pubkey(), params("new operator"))], &[&host.owner]);
    let join = gpu_market_sdk::instructions::queue::join(world.seat_of(&host, &market));
    world.refused(std::slice::from_ref(&join), &[&host.operator], rule(MarketError::NotOperator));
    let operator = keypair("new operator");
    world.ok(&[with_account(join, 0, operator.pubkey())], &[&operator]);
}

#[test]
fn a_host_closes_without_members_and_its_rent_goes_to_who_paid_it() {
    let mut world = World::new();
    let market = world.community;
    let (owner, sponsor, stranger) = (world.funded("owner"), world.funded("sponsor"), world.funded("stranger"));
    let address = address::host(&owner.pubkey()).0;
    let token = world.dollar;
    let setup = [
        host::register_host(owner.pubkey(), sponsor.pubkey(), params("operator")),
        host::open_earnings(owner.pubkey(), token),
        member::enroll(member::Enroll {
            owner: owner.pubkey(),
            payer: world.payer.pubkey(),
            market: market.address,
            token,
            access: None,
        }),
    ];
    world.ok(&setup, &[&owner, &sponsor]);
    let close = host::close_host(owner.pubkey(), sponsor.pubkey());
    world.refused(std::slice::from_ref(&close), &[&owner], rule(MarketError::HostHasMembers));
    let leave = member::close_member(owner.pubkey(), market.address, world.payer.pubkey());
    let left = MemberClosed {
        member: address::member(&market.address, &address).0,
        market: market.address,
        host: address,
    };
    world.ok_emitting(leave, &[&owner], Event::MemberClosed(left));
    let by_stranger = with_account(close.clone(), 0, stranger.pubkey());
    world.refused(&[by_stranger], &[&stranger], rule(MarketError::NotHostOwner));
    let to_owner = host::close_host(owner.pubkey(), owner.pubkey());
    world.refused(&[to_owner], &[&owner], rule(MarketError::WrongRentPayer));
    let executed = world.ok_closing(close, &[&owner], &[address], &sponsor.pubkey());
    let event = HostClosed { host: address, strikes: 0 };
    assert_eq!(executed.events, [Event::HostClosed(event)]);
    // Its earnings vault is still there, and registering again gives access to it.
    let again = host::register_host(owner.pubkey(), sponsor.pubkey(), params("operator"));
    let destination = world.token_account(token, &owner.pubkey());
    world.ok(&[again, host::close_earnings(owner.pubkey(), token, destination)], &[&owner, &sponsor]);
}

#[test]
fn a_struck_host_stays_registered_for_thirty_days() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);
    world.missed_ack(&client, &host, &market, 0);
    let struck_at = world.now().unix;
    assert_eq!((world.host_account(&host).strikes, world.host_account(&host).last_strike_at), (1, struck_at));
    world.take_back(&host, &market, 49 * STAKE);
    let payer = world.payer.pubkey();
    let close = host::close_host(host.owner.pubkey(), payer);
    world.svm.advance(14 * DAY);
    world.ok(&[member::close_member(host.owner.pubkey(), market.address, payer)], &[&host.owner]);
    world.refused(std::slice::from_ref(&close), &[&host.owner], rule(MarketError::HostStruckRecently));
    world.svm.advance(16 * DAY);
    assert_eq!(world.now().unix, struck_at + 30 * i64::from(DAY));
    world.refused(std::slice::from_ref(&close), &[&host.owner], rule(MarketError::HostStruckRecently));
    world.svm.advance(1);
    let event = HostClosed { host: host.host, strikes: 1 };
    world.ok_emitting(close, &[&host.owner], Event::HostClosed(event));
}

#[test]
fn the_owner_opens_its_earnings_vault_and_pays_its_rent() {
    let mut world = World::new();
    let (host, other) = (world.host("host", 0), world.host("other", 0));
    let token = world.dollar;
    let vault = address::earnings(&host.host, &token.mint).0;
    let open = host::open_earnings(host.owner.pubkey(), token);
    let for_other = with_account(open.clone(), 0, other.owner.pubkey());
    world.refused(&[for_other], &[&other.owner], rule(MarketError::NotHostOwner));
    world.svm.airdrop(&vault, 1);
    let before = world.lamports(&host.owner.pubkey());
    let event = EarningsOpened { host: host.host, mint: token.mint, vault };
    world.ok_emitting(open.clone(), &[&host.owner], Event::EarningsOpened(event));
    assert_eq!(world.tokens(&vault), 0);
    assert_eq!(world.lamports(&host.owner.pubkey()), before + 1 - world.lamports(&vault));
    world.refused(&[open], &[&host.owner], IN_USE);
}

#[test]
fn earnings_are_withdrawn_to_the_owner_by_owner_or_operator() {
    let (mut world, host, all) = earned();
    let vault = address::earnings(&host.host, &all.token.mint).0;
    let event = |authority, amount, left| {
        let (host, mint, destination) = (host.host, all.token.mint, all.destination);
        Event::EarningsWithdrawn(EarningsWithdrawn { host, mint, authority, destination, amount, left })
    };
    let operator = host.operator.pubkey();
    let part = host::WithdrawEarnings { authority: operator, amount: 1_000, ..all };
    let by_operator = host::withdraw_earnings(part);
    world.ok_emitting(by_operator, &[&host.operator], event(operator, 1_000, 59_000));
    assert_eq!((world.tokens(&all.destination), world.tokens(&vault)), (1_000, 59_000));
    let too_much = host::WithdrawEarnings { amount: 59_001, ..all };
    let error = rule(MarketError::InsufficientEarnings);
    world.refused(&[host::withdraw_earnings(too_much)], &[&host.owner], error);
    world.set_pause_bits(pause::ALL);
    let rest = host::withdraw_earnings(all);
    world.ok_emitting(rest, &[&host.owner], event(all.authority, 59_000, 0));
    assert_eq!((world.tokens(&all.destination), world.tokens(&vault)), (60_000, 0));
    for amount in [0, u64::MAX] {
        let nothing = host::withdraw_earnings(host::WithdrawEarnings { amount, ..all });
        world.refused(&[nothing], &[&host.owner], rule(MarketError::AmountZero));
    }
}

#[test]
fn earnings_go_to_nobody_but_the_owner() {
    let (mut world, host, all) = earned();
    let stranger = world.funded("stranger");
    let by_stranger = host::WithdrawEarnings { authority: stranger.pubkey(), ..all };
    let error = rule(MarketError::NotHostOwner);
    world.refused(&[host::withdraw_earnings(by_stranger)], &[&stranger], error);
    let of_operator = world.token_account(world.dollar, &host.operator.pubkey());
    let other_mint = world.token_account(world.stake_token, &host.owner.pubkey());
    for (destination, error) in [
        (of_operator, MarketError::WrongDestination),
        (other_mint, MarketError::NotATokenAccount),
        (world.community.address, MarketError::NotATokenAccount),
    ] {
        let elsewhere = host::WithdrawEarnings { authority: host.operator.pubkey(), destination, ..all };
        world.refused(&[host::withdraw_earnings(elsewhere)], &[&host.operator], rule(error));
    }
}

#[test]
fn an_earnings_vault_closes_without_members_and_pays_what_is_left_to_the_owner() {
    let (mut world, host, all) = earned();
    let market = world.community;
    let (owner, token) = (host.owner.pubkey(), all.token);
    let vault = address::earnings(&host.host, &token.mint).0;
    let close = host::close_earnings(owner, token, all.destination);
    world.refused(std::slice::from_ref(&close), &[&host.owner], rule(MarketError::HostHasMembers));
    world.take_back(&host, &market, 50 * STAKE);
    world.svm.advance(DAY + 1);
    world.ok(&[member::close_member(owner, market.address, world.payer.pubkey())], &[&host.owner]);

    let by_operator = with_account(close.clone(), 0, host.operator.pubkey());
    world.refused(&[by_operator], &[&host.operator], rule(MarketError::NotHostOwner));
    let of_operator = world.token_account(token, &host.operator.pubkey());
    let other_mint = world.token_account(world.stake_token, &owner);
    for (destination, error) in
        [(of_operator, MarketError::WrongDestination), (other_mint, MarketError::NotATokenAccount)]
    {
        world.refused(&[host::close_earnings(owner, token, destination)], &[&host.owner], rule(error));
    }
    world.svm.mint_to(token, &vault, 5).expect("a gift");
    let executed = world.ok_closing(close, &[&host.owner], &[vault], &owner);
    let event = EarningsClosed { host: host.host, mint: token.mint, vault, returned: 60_005 };
    assert_eq!(executed.events, [Event::EarningsClosed(event)]);
    assert_eq!(world.tokens(&all.destination), 60_005);
}
