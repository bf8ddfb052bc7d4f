//! The config: who creates, changes, pauses, hands over and closes it.

use {
    gpu_market::{
        constants::{MAX_UNBONDING, MIN_UNBONDING, loader, pause},
        error::MarketError,
        events::{AdminAccepted, AdminProposed, ConfigClosed, ConfigCreated, ConfigUpdated, PauseSet},
        state::ConfigSettings,
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        error::{Check, Refusal},
        events::Event,
        instructions::{admin, job, queue, stake},
        svm::keypair,
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

fn creation(world: &World, settings: ConfigSettings) -> admin::CreateConfig {
    admin::CreateConfig {
        payer: keypair("sponsor").pubkey(),
        upgrade_authority: world.svm.upgrade_authority().pubkey(),
        stake: world.stake_token,
        admin: world.admin.pubkey(),
        settings,
    }
}

fn update(world: &World, settings: ConfigSettings) -> Instruction {
    admin::update_config(world.admin.pubkey(), settings)
}

/// Settings that break one bound each, and the refusal.
fn bad_settings() -> [(ConfigSettings, MarketError); 6] {
    let zero = Address::default();
    [
        (ConfigSettings { unbonding: MIN_UNBONDING - 1, ..settings() }, MarketError::UnbondingOutOfRange),
        (ConfigSettings { unbonding: MAX_UNBONDING + 1, ..settings() }, MarketError::UnbondingOutOfRange),
        (ConfigSettings { unbonding: i64::MIN, ..settings() }, MarketError::UnbondingOutOfRange),
        (ConfigSettings { min_bond: 0, ..settings() }, MarketError::MinimumBondZero),
        (ConfigSettings { pauser: zero, ..settings() }, MarketError::KeyMissing),
        (ConfigSettings { treasury: zero, ..settings() }, MarketError::KeyMissing),
    ]
}

#[test]
fn the_upgrade_authority_creates_the_config() {
    let mut world = World::bare();
    let sponsor = world.funded("sponsor");
    let authority = world.svm.upgrade_authority().insecure_clone();
    let create = admin::create_config(creation(&world, settings()));
    world.ok_emitting(
        create,
        &[&authority, &sponsor],
        Event::ConfigCreated(ConfigCreated {
            config: address::config().0,
            admin: world.admin.pubkey(),
            pauser: settings().pauser,
            stake_mint: world.stake_token.mint,
            treasury: settings().treasury,
            rent_payer: sponsor.pubkey(),
            unbonding: 10 * 86_400,
            min_bond: STAKE,
            stake_decimals: 9,
        }),
    );
    let config = world.config_account();
    assert_eq!((config.admin, config.pending_admin), (world.admin.pubkey(), Address::default()));
    assert_eq!((config.pauser, config.treasury), (settings().pauser, settings().treasury));
    assert_eq!((config.stake_mint, config.stake_decimals), (world.stake_token.mint, 9));
    assert_eq!((config.unbonding, config.min_bond), (settings().unbonding, STAKE));
    assert_eq!((config.markets, config.paused, config.rent_payer), (0, 0, sponsor.pubkey()));
}

#[test]
fn nobody_but_the_upgrade_authority_creates_the_config() {
    let mut world = World::bare();
    let sponsor = world.funded("sponsor");
    let admin = world.admin.insecure_clone();
    let create = admin::CreateConfig { upgrade_authority: admin.pubkey(), ..creation(&world, settings()) };
    let create = admin::create_config(create);
    world.refused(std::slice::from_ref(&create), &[&admin, &sponsor], rule(MarketError::NotUpgradeAuthority));

    // Not with bytes of one's own in the place of the program's data either.
    let own = world.token_account(world.dollar, &admin.pubkey());
    world.refused(&[with_account(create, 2, own)], &[&admin, &sponsor], Refusal::Check(Check::InvalidSeeds));
}

#[test]
fn an_immutable_program_has_nobody_who_could_create_the_config() {
    let mut world = World::bare();
    let sponsor = world.funded("sponsor");
    let authority = world.svm.upgrade_authority().insecure_clone();
    let program_data = address::program_data().0;
    let mut raw = world.svm.raw(&program_data).unwrap();
    raw.data[loader::AUTHORITY_OPTION_OFFSET] = 0;
    world.svm.set_raw(program_data, raw).unwrap();
    let create = admin::create_config(creation(&world, settings()));
    world.refused(&[create], &[&authority, &sponsor], rule(MarketError::NotUpgradeAuthority));
}

#[test]
fn the_config_is_created_once_and_in_the_name_of_who_signs() {
    let mut world = World::bare();
    let sponsor = world.funded("sponsor");
    let authority = world.svm.upgrade_authority().insecure_clone();
    let create = admin::create_config(creation(&world, settings()));
    let mut unsigned = create.clone();
    unsigned.accounts[1].is_signer = false;
    world.refused(&[unsigned], &[&sponsor], Refusal::Check(Check::MissingSignature));
    world.ok(std::slice::from_ref(&create), &[&authority, &sponsor]);
    world.refused(&[create], &[&authority, &sponsor], IN_USE);
}

#[test]
fn every_setting_has_its_bound_when_the_config_is_created() {
    let mut world = World::bare();
    let sponsor = world.funded("sponsor");
    let authority = world.svm.upgrade_authority().insecure_clone();
    for (settings, error) in bad_settings() {
        let create = admin::create_config(creation(&world, settings));
        world.refused(&[create], &[&authority, &sponsor], rule(error));
    }
    let nobody = admin::CreateConfig { admin: Address::default(), ..creation(&world, settings()) };
    world.refused(&[admin::create_config(nobody)], &[&authority, &sponsor], rule(MarketError::KeyMissing));
    let shortest = ConfigSettings { unbonding: MIN_UNBONDING, min_bond: 1, ..settings() };
    world.ok(&[admin::create_config(creation(&world, shortest))], &[&authority, &sponsor]);
}

#[test]
fn the_stake_mint_is_one_that_nobody_can_freeze() {
    let mut world = World::bare();
    let sponsor = world.funded("sponsor");
    let authority = world.svm.upgrade_authority().insecure_clone();
    let create = admin::CreateConfig { stake: world.dollar, ..creation(&world, settings()) };
    let error = rule(MarketError::StakeMintHasFreezeAuthority);
    world.refused(&[admin::create_config(create)], &[&authority, &sponsor], error);
}

#[test]
fn the_admin_changes_the_settings_within_their_bounds() {
    let mut world = World::new();
    let admin = world.admin.insecure_clone();
    for (settings, error) in bad_settings() {
        let change = update(&world, settings);
        world.refused(&[change], &[&admin], rule(error));
    }
    let new = ConfigSettings {
        pauser: keypair("new pauser").pubkey(),
        treasury: keypair("new treasury owner").pubkey(),
        unbonding: MAX_UNBONDING,
        min_bond: 7,
    };
    let event = Event::ConfigUpdated(ConfigUpdated {
        config: address::config().0,
        pauser: new.pauser,
        treasury: new.treasury,
        unbonding: MAX_UNBONDING,
        min_bond: 7,
    });
    let before = world.config_account();
    let change = update(&world, new);
    world.ok_emitting(change, &[&admin], event);
    let after = world.config_account();
    assert_eq!((after.pauser, after.treasury), (new.pauser, new.treasury));
    assert_eq!((after.unbonding, after.min_bond), (MAX_UNBONDING, 7));
    assert_eq!((after.admin, after.stake_mint, after.markets), (before.admin, before.stake_mint, 2));
}

#[test]
fn only_the_admin_changes_proposes_and_closes() {
    let mut world = World::new();
    for name in ["stranger", "pauser", "treasury owner", "market authority"] {
        let other = world.funded(name);
        let key = other.pubkey();
        for change in [
            admin::update_config(key, settings()),
            admin::propose_admin(key, key),
            admin::close_config(key, world.payer.pubkey()),
        ] {
            world.refused(&[change], &[&other], rule(MarketError::NotAdmin));
        }
    }
}

#[test]
fn the_admin_is_handed_over_in_two_steps() {
    let mut world = World::new();
    let (admin, successor) = (world.admin.insecure_clone(), world.funded("successor"));
    let config = address::config().0;
    let accept = admin::accept_admin(successor.pubkey());
    let not_pending = rule(MarketError::NotPendingAuthority);
    world.refused(std::slice::from_ref(&accept), &[&successor], not_pending);

    let propose = admin::propose_admin(admin.pubkey(), successor.pubkey());
    let proposed = AdminProposed { config, admin: admin.pubkey(), successor: successor.pubkey() };
    world.ok_emitting(propose.clone(), &[&admin], Event::AdminProposed(proposed));
    assert_eq!(world.config_account().pending_admin, successor.pubkey());
    let stranger = world.funded("stranger");
    world.refused(&[admin::accept_admin(stranger.pubkey())], &[&stranger], not_pending);
    world.refused(
        &[admin::update_config(successor.pubkey(), settings())],
        &[&successor],
        rule(MarketError::NotAdmin),
    );

    // A proposal that is taken back cannot be accepted.
    world.ok(&[admin::propose_admin(admin.pubkey(), Address::default())], &[&admin]);
    world.refused(std::slice::from_ref(&accept), &[&successor], not_pending);

    world.ok(&[propose], &[&admin]);
    let accepted = AdminAccepted { config, old_admin: admin.pubkey(), admin: successor.pubkey() };
    world.ok_emitting(accept.clone(), &[&successor], Event::AdminAccepted(accepted));
    assert_eq!(
        (world.config_account().admin, world.config_account().pending_admin),
        (successor.pubkey(), Address::default())
    );
    world.refused(&[accept], &[&successor], not_pending);
    world.refused(&[admin::update_config(admin.pubkey(), settings())], &[&admin], rule(MarketError::NotAdmin));
    world.ok(&[admin::update_config(successor.pubkey(), settings())], &[&successor]);
}

#[test]
fn pauser_and_admin_set_the_pause_bits_and_nobody_else() {
    let mut world = World::new();
    let (admin, pauser, stranger) =
        (world.admin.insecure_clone(), world.funded("pauser"), world.funded("stranger"));
    let set = |key: &Address, bits| admin::set_pause(*key, bits);
    world.refused(&[set(&stranger.pubkey(), 0)], &[&stranger], rule(MarketError::NotPauser));
    for bits in [16, 32, 64, 128, 255] {
        world.refused(&[set(&pauser.pubkey(), bits)], &[&pauser], rule(MarketError::UnknownPauseBit));
    }
    let event = |authority, old_bits, bits| {
        Event::PauseSet(PauseSet { config: address::config().0, authority, old_bits, bits })
    };
    world.ok_emitting(set(&pauser.pubkey(), pause::ALL), &[&pauser], event(pauser.pubkey(), 0, pause::ALL));
    assert_eq!(world.config_account().paused, pause::ALL);
    world.ok_emitting(set(&admin.pubkey(), 0), &[&admin], event(admin.pubkey(), pause::ALL, 0));
    assert_eq!(world.config_account().paused, 0);
}

#[test]
fn a_pause_stops_the_entries_that_its_bit_names_and_only_those() {
    let mut world = World::new();
    let market = world.community;
    let client = world.client("client", 1_000 * DOLLAR);
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);
    world.funded_wallet(world.stake_token, &host.owner.pubkey(), 10);

    let post = job::post(world.post_of(&client, &market, World::post_params(0, HOUR)));
    let join = queue::join(world.seat_of(&host, &market));
    let (owner, source, token) = (host.owner.pubkey(), host.stake_wallet, world.stake_token);
    let stake = stake::stake(stake::StakeTokens { owner, source, token, amount: 5 });
    let entries = [
        (pause::POSTING, post, &client.owner, MarketError::PostingPaused),
        (pause::JOINING, join, &host.operator, MarketError::JoiningPaused),
        (pause::STAKING, stake, &host.owner, MarketError::StakingPaused),
    ];
    for (bit, entry, signer, error) in &entries {
        world.set_pause_bits(*bit);
        world.refused(std::slice::from_ref(entry), &[signer], rule(*error));
    }
    for (bit, entry, signer, _) in &entries {
        world.set_pause_bits(pause::ALL & !bit);
        world.ok(std::slice::from_ref(entry), &[signer]);
    }
}

#[test]
fn the_config_closes_when_the_last_market_is_closed() {
    let mut world = World::bare();
    let sponsor = world.funded("sponsor");
    let (upgrade, admin) = (world.svm.upgrade_authority().insecure_clone(), world.admin.insecure_clone());
    world.ok(&[admin::create_config(creation(&world, settings()))], &[&upgrade, &sponsor]);
    let market = world.create_market(0, 1, &TERMS, None);
    let close = admin::close_config(admin.pubkey(), sponsor.pubkey());
    world.refused(std::slice::from_ref(&close), &[&admin], rule(MarketError::ConfigHasMarkets));

    let (authority, payer) = (world.authority.insecure_clone(), world.payer.pubkey());
    use gpu_market_sdk::instructions::{market as markets, shard};
    let closing = [
        shard::close_shard(authority.pubkey(), market.address, 0, payer),
        markets::close_terms(authority.pubkey(), market.address, 1, payer),
        markets::close_market(authority.pubkey(), market.address, payer),
    ];
    world.ok(&closing, &[&authority]);
    let to_admin = admin::close_config(admin.pubkey(), admin.pubkey());
    world.refused(&[to_admin], &[&admin], rule(MarketError::WrongRentPayer));
    let config = address::config().0;
    let executed = world.ok_closing(close, &[&admin], &[config], &sponsor.pubkey());
    assert_eq!(executed.events, [Event::ConfigClosed(ConfigClosed { config })]);
    // And can be created again.
    world.ok(&[admin::create_config(creation(&world, settings()))], &[&upgrade, &sponsor]);
}

#[test]
fn the_program_says_where_to_report_a_vulnerability() {
    let program = gpu_market_tests::program();
    let find = |mark: &[u8]| program.windows(mark.len()).position(|bytes| bytes == mark).expect("the mark");
    let (begin, end) =
        (find(b"=======BEGIN SECURITY.TXT V1=======\0"), find(b"=======END SECURITY.TXT V1=======\0"));
    let text = std::str::from_utf8(&program[begin..end]).expect("text");
    let fields: Vec<&str> = text.split('\0').skip(1).collect();
    let value = |key: &str| fields.chunks(2).find(|pair| pair[0] == key).map(|pair| pair[1]);
    assert_eq!(value("name"), Some("GPU Market"));
    assert!(value("contacts").is_some_and(|contacts| contacts.starts_with("other:")), "{fields:?}");
    assert!(value("policy").is_some_and(|policy| policy.contains("docs/SECURITY.md")), "{fields:?}");
}
