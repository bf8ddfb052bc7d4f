//! That a campaign can fail over rewards: a pool, a position or an emission is changed where no instruction would, and it is
//! reported.

mod broken;

use {
    broken::broken,
    gpu_market::state::{Emission, RewardPool, RewardPosition},
    gpu_market_campaign::{
        action::{Action, EmissionAction, EscrowAction, Outside, RewardAction, StakeAction},
        base::Base,
        cast::{ADMIN, owner, party_owner},
        check::{Findings, edges},
        ids::{ClientId, EmissionId, Mint, Party, Spot, Wallet},
        run::{Outcome, Run},
    },
    gpu_market_sdk::{Address, decode::Account},
    std::collections::BTreeSet,
};

/// The world at its beginning: two pools with positions, and three emissions.
fn world() -> Run {
    let base = Base::found().expect("the world is founded");
    Run::new(&base).expect("the world loads")
}

/// Invariants that an instruction breaks by making one account of another.
fn changed(name: &str, before: Account, after: Option<Account>) -> BTreeSet<&'static str> {
    let mut findings = Findings::default();
    edges::check(name, &Address::default(), Some(&before), after.as_ref(), 0, &mut findings);
    findings.list.iter().map(|finding| finding.invariant).collect()
}

fn pool(run: &Run) -> (Address, RewardPool) {
    let at = run.model.cast.at(Spot::Pool(Mint::Dollar));
    match run.ledger.accounts.get(&at) {
        Some(Account::RewardPool(pool)) => (at, *pool),
        _ => panic!("a pool is open"),
    }
}

fn position(run: &Run) -> (Address, RewardPosition) {
    let at = run.model.cast.at(Spot::Position(Mint::Dollar, Party(0)));
    match run.ledger.accounts.get(&at) {
        Some(Account::RewardPosition(position)) => (at, *position),
        _ => panic!("a position is open"),
    }
}

fn emission(run: &Run, id: u16) -> (Address, Emission) {
    let at = run.model.cast.emission(EmissionId { funder: ADMIN, id });
    match run.ledger.accounts.get(&at) {
        Some(Account::Emission(emission)) => (at, *emission),
        _ => panic!("an emission is open"),
    }
}

#[test]
fn weight_that_no_position_has_is_found() {
    let mut run = world();
    let (at, mut pool) = pool(&run);
    pool.weight[0] += 1;
    assert!(broken(&mut run.ledger, at, Account::RewardPool(pool)).contains("rewards"));
}

#[test]
fn more_received_than_the_vault_holds_is_found() {
    let mut run = world();
    let (at, mut pool) = pool(&run);
    pool.received += 1;
    assert!(broken(&mut run.ledger, at, Account::RewardPool(pool)).contains("rewards"));
}

#[test]
fn rewards_that_were_never_received_are_found() {
    let mut run = world();
    let (at, mut position) = position(&run);
    position.pending += 1;
    assert!(broken(&mut run.ledger, at, Account::RewardPosition(position)).contains("rewards"));
}

#[test]
fn earnings_that_were_never_received_are_found() {
    let mut run = world();
    let (at, mut pool) = pool(&run);
    pool.accumulated[0] = u64::MAX;
    assert!(broken(&mut run.ledger, at, Account::RewardPool(pool)).contains("rewards"));
}

#[test]
fn a_position_that_its_stake_does_not_count_is_found() {
    let mut run = world();
    let at = run.model.cast.stake(Party(0));
    let Some(Account::Stake(stake)) = run.ledger.accounts.get(&at) else { panic!("a stake is open") };
    let mut stake = *stake;
    stake.positions -= 1;
    assert!(broken(&mut run.ledger, at, Account::Stake(stake)).contains("I3"));
}

#[test]
fn an_emission_that_its_vault_does_not_hold_is_found() {
    let mut run = world();
    let (at, mut given) = emission(&run, 0);
    given.amount += 1;
    assert!(broken(&mut run.ledger, at, Account::Emission(given)).contains("emissions"));
    let (at, mut paid) = emission(&run, 2);
    paid.window_paid = paid.window_cap + 1;
    assert!(broken(&mut run.ledger, at, Account::Emission(paid)).contains("emissions"));
}

#[test]
fn only_some_instructions_change_pools_positions_and_emissions() {
    let run = world();
    let (_, pool) = pool(&run);
    let advanced = RewardPool { stream_from: pool.stream_from + 1, ..pool };
    for (name, is_broken) in [("sync_weight", false), ("expire_assigned", true), ("settle_attestor", true)] {
        let found = changed(name, Account::RewardPool(pool), Some(Account::RewardPool(advanced)));
        assert_eq!(found.contains("rewards"), is_broken, "{name}");
    }
    let income = RewardPool { received: pool.received + 1, ..pool };
    for (name, is_broken) in [("sweep_fees", false), ("release_emission", false), ("claim_rewards", true)] {
        let found = changed(name, Account::RewardPool(pool), Some(Account::RewardPool(income)));
        assert_eq!(found.contains("rewards"), is_broken, "{name}");
    }
    let (_, position) = position(&run);
    let earned = RewardPosition { pending: 7, ..position };
    for (name, is_broken) in [("claim_rewards", false), ("sync_weight", true), ("stake", true)] {
        let found = changed(name, Account::RewardPosition(earned), Some(Account::RewardPosition(position)));
        assert_eq!(found.contains("rewards"), is_broken, "{name}");
    }
    assert!(changed("close_position", Account::RewardPosition(earned), None).contains("rewards"));
    let (_, given) = emission(&run, 0);
    assert!(changed("close_emission", Account::Emission(given), None).contains("emissions"));
    let (_, incentive) = emission(&run, 2);
    let paid = Emission { released: 5, window_paid: 5, ..incentive };
    for (name, is_broken) in [("pay_incentive", false), ("release_emission", true)] {
        let found = changed(name, Account::Emission(incentive), Some(Account::Emission(paid)));
        assert_eq!(found.contains("emissions"), is_broken, "{name}");
    }
}

#[test]
fn a_model_that_is_wrong_about_a_claim_is_reported() {
    let mut run = world();
    let emission = EmissionId { funder: ADMIN, id: 0 };
    run.step(&Action::Outside(Outside::Advance { seconds: 86_400 })).expect("time passes");
    let release = EmissionAction::Release { emission, mint: Mint::Dollar };
    run.step(&Action::Emission(release)).expect("it is due");
    run.step(&Action::Outside(Outside::Advance { seconds: 3_600 })).expect("time passes");
    let key = run.model.cast.at(Spot::Pool(Mint::Dollar));
    run.model.pools.get_mut(&key).expect("it is open").streaming += 1_000_000;
    let (by, mint) = (party_owner(Party(0)), Mint::Dollar);
    let claim = RewardAction::Claim { by, party: Party(0), mint, to: Wallet { key: by, mint } };
    let failure = run.step(&Action::Reward(claim)).expect_err("the books differ");
    assert!(failure.0.iter().any(|fault| fault.contains("claimed")), "{:?}", failure.0);
}

/// Takes tokens out of a vault behind everybody's back, as no token program that is allowed here does.
fn rob(run: &mut Run, base: &Base, vault: Spot) {
    let at = base.cast.at(vault);
    let mut account = base.accounts[&at].clone();
    let amount = run.model.held(&at) - 1;
    account.data[64..72].copy_from_slice(&amount.to_le_bytes());
    run.tamper(at, account);
    run.model.tokens.get_mut(&at).expect("it is open").amount = amount;
}

#[test]
fn nothing_enters_a_vault_that_is_short_as_the_model_says() {
    let base = Base::found().expect("the world is founded");
    let mut run = Run::new(&base).expect("the world loads");
    let (client, party) = (ClientId { owner: 0, mint: Mint::Dollar }, Party(0));
    let (by, from) = (owner(client), Wallet { key: owner(client), mint: client.mint });
    let staker = party_owner(party);
    let stakes = Wallet { key: staker, mint: Mint::Stake };
    let positions = run.model.pools_of(party);
    let cases = [
        (
            Spot::ClientVault(client),
            Action::Escrow(EscrowAction::Check { client }),
            Action::Escrow(EscrowAction::Deposit { by, from, client, amount: 1 }),
        ),
        (
            Spot::StakeVault(party),
            Action::Stake(StakeAction::Check { party }),
            Action::Stake(StakeAction::Stake { by: staker, party, from: stakes, amount: 1, positions }),
        ),
    ];
    for (vault, check, enter) in cases {
        rob(&mut run, &base, vault);
        // The invariant does not hold any more; the books are as the model has them all the same.
        let faults = run.step(&check).expect_err("the vault is short").0;
        assert!(faults.iter().all(|fault| fault.contains("the vault holds")), "{faults:?}");
        assert_eq!(run.step(&enter), Ok(Outcome::Refused("VaultShort".into())));
    }
}
