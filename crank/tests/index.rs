//! An index that took in one account after the other, in any order, is the one that is built from what they came to.

mod common;

use {
    common::{Crank, everything},
    gpu_market::state::Now,
    gpu_market_crank::{Action, Planner},
    gpu_market_sdk::Address,
    gpu_market_tests::*,
    proptest::prelude::*,
    solana_signer::Signer,
    std::{collections::BTreeMap, sync::LazyLock},
};

type Accounts = BTreeMap<Address, Vec<u8>>;

/// What the chain looked like after each of many transactions.
struct History {
    crank: Address,
    mints: Vec<(Address, Address)>,
    states: Vec<(Now, Accounts)>,
    addresses: Vec<Address>,
}

fn state(world: &World) -> (Now, Accounts) {
    let accounts = world.svm.program_accounts().into_iter();
    (world.now(), accounts.map(|(key, account)| (key, account.data)).collect())
}

/// Two hosts, a client, a premium and a community market, a round, and every kind of deadline.
static HISTORY: LazyLock<History> = LazyLock::new(|| {
    let mut proving = Proving::new();
    let market = proving.market;
    let client = proving.world.client("client", 1_000 * DOLLAR);
    let rival = proving.rival();
    let premium = proving.world.premium;
    let host = proving.prover();
    proving.world.admit(&host, &premium, 2, 20 * STAKE);
    proving.world.add_shard(&market, 1);
    let mut crank = Crank::new(&mut proving.world, "crank", everything());
    let mut states = vec![state(&proving.world)];
    let mut nonces = 0..;
    for step in 0..24 {
        let world = &mut proving.world;
        let rival_is_free = {
            let member = world.member_account(&rival, &market);
            member.seats == 0 && member.join_barred_until <= world.now().unix
        };
        match step % 6 {
            0 => {
                world.post(&client, &market, nonces.next().unwrap(), 600);
            }
            1 => world.svm.advance(700),
            2 if rival_is_free => {
                world.join(&rival, &market);
            }
            3 => world.svm.advance(1_900),
            4 if step == 4 => {
                proving.open(1);
            }
            _ => {
                // What is due on the way is done, and seen too.
                for action in crank.plan(&proving.world) {
                    crank.send(&mut proving.world, action);
                    states.push(state(&proving.world));
                }
            }
        }
        states.push(state(&proving.world));
    }
    let mut addresses: Vec<Address> = states.iter().flat_map(|(_, accounts)| accounts.keys().copied()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let world = &proving.world;
    let mints = [world.dollar, world.stake_token].map(|token| (token.mint, token.program)).into();
    History { crank: crank.key.pubkey(), mints, states, addresses }
});

fn planner() -> Planner {
    let mut planner = Planner::new(HISTORY.crank, everything());
    for (mint, program) in &HISTORY.mints {
        planner.set_token_program(*mint, *program);
    }
    planner
}

/// Everything that is due, in an order of its own.
fn due(planner: &mut Planner, now: Now) -> Vec<Action> {
    let mut due = planner.plan(now, usize::MAX);
    due.sort_by_key(|action| action.id);
    due
}

/// Account number `account`, as it was in state number `state`; and whether the time is looked at after it.
#[derive(Clone, Debug)]
struct Update {
    account: prop::sample::Index,
    state: prop::sample::Index,
    looks: bool,
}

fn updates() -> impl Strategy<Value = Vec<Update>> {
    let update = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>());
    let update = update.prop_map(|(account, state, looks)| Update { account, state, looks });
    prop::collection::vec(update, 0..200)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn after_any_updates_the_planner_is_the_one_that_is_built_anew(updates in updates(), last in any::<prop::sample::Index>()) {
        let history = &*HISTORY;
        let (mut kept, mut accounts) = (planner(), Accounts::new());
        let mut now = history.states[0].0;
        for Update { account, state, looks } in updates {
            let address = history.addresses[account.index(history.addresses.len())];
            let (at, state) = &history.states[state.index(history.states.len())];
            now = if at.unix > now.unix { *at } else { now };
            kept.apply(address, state.get(&address).map(Vec::as_slice)).expect("a known account");
            match state.get(&address) {
                Some(data) => accounts.insert(address, data.clone()),
                None => accounts.remove(&address),
            };
            if looks {
                kept.due(now);
            }
        }
        // In the end all that a state has, or what the updates left.
        if last.index(2) == 0 {
            let (at, state) = &history.states[last.index(history.states.len())];
            now = if at.unix > now.unix { *at } else { now };
            for address in &history.addresses {
                kept.apply(*address, state.get(address).map(Vec::as_slice)).expect("a known account");
            }
            accounts = state.clone();
        }
        let mut anew = planner();
        for (address, data) in &accounts {
            anew.apply(*address, Some(data)).expect("a known account");
        }
        prop_assert!(kept.index() == anew.index(), "the indexes differ");
        prop_assert_eq!(due(&mut kept, now), due(&mut anew, now));
        prop_assert_eq!(kept.next(), anew.next());
    }
}

#[test]
fn the_history_has_accounts_that_come_change_and_go() {
    let history = &*HISTORY;
    let (_, first) = &history.states[0];
    let (_, last) = history.states.last().unwrap();
    assert!(first.keys().any(|key| !last.contains_key(key)) || history.addresses.len() > last.len());
    let mut planner = planner();
    let mut kinds = std::collections::BTreeSet::new();
    for (now, accounts) in &history.states {
        for address in &history.addresses {
            planner.apply(*address, accounts.get(address).map(Vec::as_slice)).unwrap();
        }
        kinds.extend(planner.plan(*now, usize::MAX).iter().map(|action| action.id.kind));
    }
    assert!(kinds.len() >= 4, "{kinds:?}");
}

#[test]
fn an_account_of_an_unknown_layout_is_refused_and_changes_nothing() {
    let (_, accounts) = &HISTORY.states[0];
    let mut planner = planner();
    for (address, data) in accounts {
        planner.apply(*address, Some(data)).unwrap();
    }
    let before = planner.index().clone();
    for (address, data) in accounts {
        let mut unknown = data.clone();
        unknown[0] ^= 1;
        assert!(planner.apply(*address, Some(&unknown)).is_err());
    }
    assert!(*planner.index() == before);
}
