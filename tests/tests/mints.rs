//! Which mints are allowed, and that a Token-2022 mint works from deposit to withdrawal.

use {
    gpu_market::{error::MarketError, token::extensions::require_known_extensions},
    gpu_market_sdk::{
        Address, Instruction, address,
        instructions::{Token, admin, client, host, market, treasury},
        svm::keypair,
    },
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Extensions of a mint that can neither take, tax nor block tokens: immutable owner, interest-bearing, metadata pointer,
/// metadata, scaled amount; with the sizes that they have.
const ALLOWED: [(u16, u16); 5] = [(7, 0), (10, 52), (18, 64), (19, 80), (25, 56)];

/// `ExtensionType` of spl-token-2022-interface 3.1.2, the whole list, in the order of their numbers from zero.
const KNOWN: [&str; 29] = [
    "Uninitialized",
    "TransferFeeConfig",
    "TransferFeeAmount",
    "MintCloseAuthority",
    "ConfidentialTransferMint",
    "ConfidentialTransferAccount",
    "DefaultAccountState",
    "ImmutableOwner",
    "MemoTransfer",
    "NonTransferable",
    "InterestBearingConfig",
    "CpiGuard",
    "PermanentDelegate",
    "NonTransferableAccount",
    "TransferHook",
    "TransferHookAccount",
    "ConfidentialTransferFeeConfig",
    "ConfidentialTransferFeeAmount",
    "MetadataPointer",
    "TokenMetadata",
    "GroupPointer",
    "TokenGroup",
    "GroupMemberPointer",
    "TokenGroupMember",
    "ConfidentialMintBurn",
    "ScaledUiAmount",
    "Pausable",
    "PausableAccount",
    "PermissionedBurn",
];

/// Numbers that no version of the interface knows yet.
const UNKNOWN: [u16; 3] = [29, 999, u16::MAX];

/// Every number that is not allowed: the known ones, and some that are not known. Zero is padding, which ends the list.
fn forbidden() -> Vec<u16> {
    let known = 1..u16::try_from(KNOWN.len()).expect("a number");
    let is_allowed = |kind: &u16| ALLOWED.iter().any(|(allowed, _)| allowed == kind);
    known.chain(UNKNOWN).filter(|kind| !is_allowed(kind)).collect()
}

/// A world with a registered host, and the four instructions that take a mint from anybody, with who signs them.
struct Doors {
    world: World,
    owner: Keypair,
}

impl Doors {
    fn new() -> Self {
        let mut world = World::new();
        let owner = world.host("host", 0).owner;
        Self { world, owner }
    }

    fn instructions(&self, token: Token) -> Vec<Instruction> {
        let (owner, payer) = (self.owner.pubkey(), self.world.payer.pubkey());
        let template = gpu_market::state::MarketParams {
            id: 77,
            gpus_per_seat: 1,
            tier: 0,
            gpu_class: [1; 32],
            genesis_end: 0,
            access_mint: Default::default(),
        };
        let create = market::CreateMarket {
            authority: owner,
            payer,
            payment: token,
            feeder: None,
            market: template,
            terms: TERMS,
        };
        vec![
            client::open_client(owner, payer, token),
            host::open_earnings(owner, token),
            treasury::open_treasury(payer, token),
            market::create_market(create),
        ]
    }

    /// Nobody gets in with this mint.
    #[track_caller]
    fn closed_to(&mut self, token: Token, error: MarketError) {
        for instruction in self.instructions(token) {
            let signer: &[&Keypair] = if instruction.data[0] == 106 { &[] } else { &[&self.owner] };
            self.world.refused(&[instruction], signer, rule(error));
        }
    }

    /// Everybody gets in with this mint.
    #[track_caller]
    fn open_to(&mut self, token: Token) {
        for instruction in self.instructions(token) {
            let signer: &[&Keypair] = if instruction.data[0] == 106 { &[] } else { &[&self.owner] };
            self.world.ok(&[instruction], signer);
        }
    }
}

/// Creation of a config with this stake mint; the sponsor and the upgrade authority sign.
fn config_with(world: &World, stake: Token) -> Instruction {
    admin::create_config(admin::CreateConfig {
        payer: keypair("sponsor").pubkey(),
        upgrade_authority: world.svm.upgrade_authority().pubkey(),
        stake,
        admin: world.admin.pubkey(),
        settings: settings(),
    })
}

#[test]
fn every_door_is_open_to_each_harmless_extension() {
    for (kind, length) in ALLOWED {
        let mut doors = Doors::new();
        let token = doors.world.mint_2022("2022", &extension(kind, length));
        doors.open_to(token);
    }
}

#[test]
fn every_door_is_open_to_plain_mints_of_both_programs() {
    for program in [address::TOKEN_PROGRAM, address::TOKEN_2022_PROGRAM] {
        let mut doors = Doors::new();
        let token = doors.world.svm.create_mint("plain", program, 6, true).expect("a mint");
        doors.open_to(token);
    }
}

#[test]
fn every_door_is_closed_to_each_other_extension() {
    let mut doors = Doors::new();
    for kind in forbidden() {
        let token = doors.world.mint_2022(&format!("extension {kind}"), &extension(kind, 64));
        doors.closed_to(token, MarketError::MintExtensionNotAllowed);
    }
}

#[test]
fn of_all_extension_numbers_there_can_be_five_are_allowed() {
    let is_open = |kind: &u16| require_known_extensions(&extension(*kind, 4)).is_ok();
    let open: Vec<u16> = (1..=u16::MAX).filter(is_open).collect();
    assert_eq!(open, ALLOWED.map(|(kind, _)| kind));
    let names = open.iter().map(|kind| KNOWN[usize::from(*kind)]).collect::<Vec<_>>();
    let harmless =
        ["ImmutableOwner", "InterestBearingConfig", "MetadataPointer", "TokenMetadata", "ScaledUiAmount"];
    assert_eq!(names, harmless);
}

#[test]
fn a_forbidden_extension_is_found_behind_all_allowed_ones() {
    let mut doors = Doors::new();
    let mut tlv: Vec<u8> = ALLOWED.iter().flat_map(|(kind, length)| extension(*kind, *length)).collect();
    tlv.extend(extension(12, 32));
    let token = doors.world.mint_2022("hidden", &tlv);
    doors.closed_to(token, MarketError::MintExtensionNotAllowed);
}

#[test]
fn an_extension_that_runs_out_of_its_mint_is_refused() {
    let mut doors = Doors::new();
    let mut tlv = extension(18, 64);
    tlv.truncate(20);
    let token = doors.world.mint_2022("cut", &tlv);
    doors.closed_to(token, MarketError::MintNotSupported);
}

#[test]
fn what_is_no_initialized_mint_of_the_program_passed_is_refused() {
    let mut doors = Doors::new();
    let (spl, spl_2022) = (address::TOKEN_PROGRAM, address::TOKEN_2022_PROGRAM);
    let world = &mut doors.world;
    let wallet = world.token_account(world.dollar, &keypair("somebody").pubkey());
    let of_other_program = Token { mint: world.dollar.mint, program: spl_2022 };
    let new = world.mint_2022("2022", &extension(18, 64));
    let uninitialized = world.svm.create_mint("uninitialized", spl, 6, false).expect("a mint");
    let mut raw = world.svm.raw(&uninitialized.mint).unwrap();
    raw.data[45] = 0;
    world.svm.set_raw(uninitialized.mint, raw).unwrap();
    // A Token-2022 account that is marked as a token account, with a mint's bytes before the mark.
    let marked = world.mint_2022("marked", &[]);
    let mut raw = world.svm.raw(&marked.mint).unwrap();
    raw.data[165] = 2;
    world.svm.set_raw(marked.mint, raw).unwrap();
    let of_this_program = Token { mint: world.community.address, program: spl };
    for token in [
        Token { mint: wallet, program: spl },
        of_other_program,
        Token { program: spl, ..new },
        uninitialized,
        marked,
        of_this_program,
        Token { mint: Address::new_from_array([9; 32]), program: spl },
    ] {
        doors.closed_to(token, MarketError::MintNotSupported);
    }
}

#[test]
fn the_stake_mint_is_held_to_the_same_rules() {
    let mut world = World::bare();
    let sponsor = world.funded("sponsor");
    let authority = world.svm.upgrade_authority().insecure_clone();
    for kind in forbidden() {
        let token = world.mint_2022(&format!("extension {kind}"), &extension(kind, 64));
        let create = config_with(&world, token);
        world.refused(&[create], &[&authority, &sponsor], rule(MarketError::MintExtensionNotAllowed));
    }
    let other_program = Token { program: address::TOKEN_2022_PROGRAM, ..world.stake_token };
    let create = config_with(&world, other_program);
    world.refused(&[create], &[&authority, &sponsor], rule(MarketError::MintNotSupported));
    let freezable = world.svm.create_mint("freezable", address::TOKEN_2022_PROGRAM, 6, true).expect("a mint");
    let create = config_with(&world, freezable);
    world.refused(&[create], &[&authority, &sponsor], rule(MarketError::StakeMintHasFreezeAuthority));
    let token = world.mint_2022("metadata", &extension(18, 64));
    let create = config_with(&world, token);
    world.ok(&[create], &[&authority, &sponsor]);
    assert_eq!(world.config_account().stake_decimals, 6);
}

#[test]
fn a_token_2022_mint_pays_for_a_job_and_everybody_gets_theirs() {
    let mut world = World::new();
    let tlv: Vec<u8> = [(18, 64), (10, 52)].iter().flat_map(|(kind, length)| extension(*kind, *length)).collect();
    let token = world.mint_2022("2022", &tlv);
    let market = world.create_market_in(token, 0, 9, &TERMS, None);
    let owner = world.funded("client");
    let payer = world.payer.pubkey();
    let wallet = world.funded_wallet(token, &owner.pubkey(), 500_000);
    let account = address::client(&owner.pubkey(), &token.mint).0;
    world.ok(&[client::open_client(owner.pubkey(), payer, token)], &[&owner]);
    let deposit =
        client::Deposit { depositor: owner.pubkey(), source: wallet, client: account, token, amount: 500_000 };
    world.ok(&[client::deposit(deposit)], &[&owner]);
    let vault = address::client_vault(&account).0;
    let client = ClientParty { owner, client: account, vault, wallet, token };
    let host = world.host("host", 100 * STAKE);
    world.enroll(&host, &market, 50 * STAKE);

    let job = world.running(&client, &host, &market, 0, HOUR);
    world.run_for(&host, &market, job, 600);
    world.finish(&client, &host, &market, job);
    world.open_treasury(token);
    let sweep = world.sweep(&client.client, token);
    world.ok(&[sweep], &[]);
    let to_host = world.token_account(token, &host.owner.pubkey());
    let earnings = host::WithdrawEarnings {
        authority: host.owner.pubkey(),
        host: host.host,
        token,
        destination: to_host,
        amount: u64::MAX,
    };
    world.ok(&[host::withdraw_earnings(earnings)], &[&host.owner]);
    let close = world.close_job_ix(&client.owner, &client, job);
    let closing =
        client::CloseClient { owner: client.owner.pubkey(), token, destination: wallet, rent_payer: payer };
    world.ok(&[close, client::close_client(closing)], &[&client.owner]);
    assert_eq!(world.tokens(&to_host), 60_000);
    assert_eq!(world.tokens(&address::treasury_vault(&token.mint).0), 1_200);
    assert_eq!(world.tokens(&wallet), 500_000 - 60_000 - 1_200);
}
