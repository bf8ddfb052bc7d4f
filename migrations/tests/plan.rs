//! The plan of a deployment: complete, in order, and empty the second time.

use {
    bytemuck::Zeroable,
    gpu_market::state::{Config, MemberState, SetParams, Split},
    gpu_market_migrations::{AdmissionSpec, Deployment, Keys, PlanError, Step, admissions, plan, split_change},
    gpu_market_sdk::{
        Address, address,
        instructions::{Token, admin, attest, market as builders, rewards},
    },
    std::collections::{BTreeMap, BTreeSet},
};

const NOW: i64 = 1_800_000_000;

fn key(n: u8) -> Address {
    Address::new_from_array([n; 32])
}

fn keys() -> Keys {
    Keys {
        payer: key(1),
        upgrade_authority: key(2),
        admin: key(3),
        pauser: key(4),
        treasury: key(5),
        market_authority: key(6),
    }
}

fn deployment() -> Deployment {
    Deployment::parse("markets.toml", include_str!("../../examples/markets.toml")).unwrap()
}

fn mints() -> BTreeMap<String, Token> {
    [("USDG", 20), ("GPUM", 21)].map(|(symbol, n)| (symbol.to_owned(), Token::spl(key(n)))).into()
}

fn planned(deployment: &Deployment, existing: &BTreeSet<Address>) -> Result<Vec<Step>, PlanError> {
    plan(deployment, &keys(), &mints(), NOW, |account| existing.contains(account))
}

fn market(id: u16) -> Address {
    address::market(&keys().market_authority, id).0
}

#[test]
fn an_empty_chain_gets_everything_once() {
    let steps = planned(&deployment(), &BTreeSet::new()).unwrap();
    let created: BTreeSet<_> = steps.iter().map(|step| step.creates).collect();
    // Config with its split, two treasuries, two reward pools, the attestor set, eleven markets with a shard each.
    assert_eq!((steps.len(), created.len()), (29, 28));
    assert_eq!(steps[0].creates, address::config().0);
    for step in &steps {
        let writable = step.instruction.accounts.iter().any(|meta| meta.is_writable && meta.pubkey == step.creates);
        assert!(writable, "{}", step.what);
    }
}

#[test]
fn a_second_run_does_nothing() {
    let existing = planned(&deployment(), &BTreeSet::new()).unwrap().iter().map(|step| step.creates).collect();
    assert!(planned(&deployment(), &existing).unwrap().is_empty());
}

#[test]
fn a_run_that_broke_off_is_continued_wherever_it_stopped() {
    let all = planned(&deployment(), &BTreeSet::new()).unwrap();
    // After the config, what is missing of the split is planned from the config itself.
    let split = all[1].clone();
    let all: Vec<_> = all.into_iter().filter(|step| step.instruction != split.instruction).collect();
    for done in 1..all.len() {
        let existing = all[..done].iter().map(|step| step.creates).collect();
        let rest: Vec<_> = planned(&deployment(), &existing).unwrap().iter().map(|step| step.creates).collect();
        assert_eq!(rest, all[done..].iter().map(|step| step.creates).collect::<Vec<_>>());
    }
}

#[test]
fn a_feeder_comes_before_what_it_feeds_whatever_the_order_of_the_file() {
    let mut deployment = deployment();
    deployment.markets.reverse();
    let steps = planned(&deployment, &BTreeSet::new()).unwrap();
    let place = |account: Address| steps.iter().position(|step| step.creates == account).unwrap();
    for spec in &deployment.markets {
        assert!(place(market(spec.id)) < place(address::shard(&market(spec.id), 0).0));
        if let Some(feeder) = spec.feeder {
            assert!(place(market(feeder)) < place(market(spec.id)));
        }
    }
}

#[test]
fn shards_are_created_in_order_up_to_their_number() {
    let mut deployment = deployment();
    deployment.markets[0].shards = 3;
    let first = BTreeSet::from([address::shard(&market(1), 0).0]);
    let steps = planned(&deployment, &first).unwrap();
    let shards: Vec<_> = [1, 2].map(|index| address::shard(&market(1), index).0).into();
    let created: Vec<_> =
        steps.iter().map(|step| step.creates).filter(|account| shards.contains(account)).collect();
    assert_eq!(created, shards);
    assert!(steps.iter().all(|step| !first.contains(&step.creates)));
}

#[test]
fn a_host_is_admitted_once_when_it_has_applied() {
    let mut deployment = deployment();
    let owner = key(9);
    deployment.admissions = vec![AdmissionSpec { market: 8, owner, gpus: 8, evidence_hash: [1; 32] }];
    let missing = PlanError::ApplicationMissing { owner, market: 8 };
    let in_force = |_: &Address| Some(3);
    assert_eq!(admissions(&deployment, &keys(), in_force, |_| None).unwrap_err(), missing);

    let member = address::member(&market(8), &address::host(&owner).0).0;
    let candidate = |account: &Address| (*account == member).then_some(MemberState::Candidate);
    let steps = admissions(&deployment, &keys(), in_force, candidate).unwrap();
    assert_eq!(steps.iter().map(|step| step.creates).collect::<Vec<_>>(), [member]);
    let terms = address::terms(&market(8), 3).0;
    assert!(
        steps[0].instruction.accounts.iter().any(|meta| meta.pubkey == terms),
        "admitted under the terms in force"
    );
    let unborn = admissions(&deployment, &keys(), |_| None, candidate).unwrap_err();
    assert_eq!(unborn, PlanError::MarketNotCreated(8));
    for state in [MemberState::Active, MemberState::Suspended, MemberState::Removed] {
        assert_eq!(admissions(&deployment, &keys(), in_force, |_| Some(state)).unwrap().len(), 0);
    }

    deployment.admissions[0].market = 9;
    let unknown = admissions(&deployment, &keys(), in_force, candidate).unwrap_err();
    assert_eq!(unknown, PlanError::MarketMissing(9));
}

#[test]
fn a_token_without_mint_is_named() {
    let result = plan(&deployment(), &keys(), &BTreeMap::new(), NOW, |_| false);
    assert_eq!(result.unwrap_err(), PlanError::MintMissing("GPUM".into()));
}

#[test]
fn the_authority_creates_the_attestor_set_before_the_markets_whose_terms_name_it() {
    let deployment = deployment();
    let steps = planned(&deployment, &BTreeSet::new()).unwrap();
    let (authority, payer) = (keys().market_authority, keys().payer);
    let set = address::attestor_set(&authority, 1).0;
    assert_eq!(deployment.attestor_set(&authority), set);
    let params = SetParams { bond: 100_000_000_000, fee: 500_000_000, panel: 3, quorum: 2, ..SetParams::default() };
    let place = steps.iter().position(|step| step.creates == set).unwrap();
    assert_eq!(steps[place].instruction, attest::create_attestor_set(authority, payer, 1, params));
    for spec in &deployment.markets {
        let terms = deployment.terms(spec, &authority);
        assert_eq!((terms.attestor_set, terms.rate), (set, spec.terms.rate));
        let own = steps.iter().position(|step| step.creates == market(spec.id)).unwrap();
        assert!(place < own);
        let created = builders::create_market(builders::CreateMarket {
            authority,
            payer,
            payment: mints()[&spec.payment],
            feeder: spec.feeder.map(market),
            market: spec.params(NOW),
            terms,
        });
        assert_eq!(steps[own].instruction, created);
    }
    let existing = BTreeSet::from([set]);
    assert!(planned(&deployment, &existing).unwrap().iter().all(|step| step.creates != set));
}

#[test]
fn without_attestors_no_set_is_created_and_terms_name_none() {
    let mut deployment = deployment();
    deployment.attestors = None;
    let steps = planned(&deployment, &BTreeSet::new()).unwrap();
    let authority = keys().market_authority;
    assert_eq!(steps.len(), 28);
    assert!(steps.iter().all(|step| step.creates != address::attestor_set(&authority, 1).0));
    for spec in &deployment.markets {
        assert_eq!(deployment.terms(spec, &authority), spec.terms);
        assert_eq!(spec.terms.attestor_set, Address::default());
    }
}

#[test]
fn the_split_is_announced_with_the_config_and_every_income_gets_a_pool() {
    let steps = planned(&deployment(), &BTreeSet::new()).unwrap();
    let split = Split { stakers_bps: 5_000, referral_bps: 1_000 };
    assert_eq!(steps[1].instruction, admin::announce_split(keys().admin, split));
    let place = |account: Address| steps.iter().position(|step| step.creates == account).unwrap();
    for token in mints().values() {
        let pool = place(address::reward_pool(&token.mint).0);
        assert_eq!(steps[pool].instruction, rewards::open_pool(keys().payer, *token));
        assert!(pool < place(market(1)));
    }
}

#[test]
fn a_config_of_others_is_left_as_it_is_while_missing_pools_are_opened() {
    let config = BTreeSet::from([address::config().0]);
    let steps = planned(&deployment(), &config).unwrap();
    assert!(steps.iter().all(|step| step.creates != address::config().0));
    assert!(steps.iter().any(|step| step.creates == address::reward_pool(&key(20)).0));
}

#[test]
fn without_rewards_nothing_is_split_and_no_pool_is_opened() {
    let mut deployment = deployment();
    deployment.rewards = None;
    assert_eq!(planned(&deployment, &BTreeSet::new()).unwrap().len(), 26);
    assert!(split_change(&deployment, &keys(), &Config::zeroed()).is_none());
}

#[test]
fn another_split_is_announced_once() {
    let deployment = deployment();
    let mut config = Config::zeroed();
    let step = split_change(&deployment, &keys(), &config).unwrap();
    assert_eq!(step.what, "announce 5000 bps of fees for stakers, 1000 for referrers");
    let split = deployment.rewards.unwrap().split;
    config.announce_split(&split, NOW).unwrap();
    assert!(split_change(&deployment, &keys(), &config).is_none());
    // While the notice runs, it is not announced anew: that would begin the notice again.
    config.markets = 1;
    config.announce_split(&Split::default(), NOW).unwrap();
    assert!(split_change(&deployment, &keys(), &config).is_some());
    config.announce_split(&split, NOW).unwrap();
    assert!(config.split(NOW) == split && split_change(&deployment, &keys(), &config).is_none());
}
