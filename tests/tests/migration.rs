//! A deployment as an earlier program left it goes on under the committed one: its accounts are read, its jobs are paid, and all
//! of its money leaves by the usual ways.
//!
//! `golden/deployment-1.json` holds every account of a small deployment, as the first layout version wrote it. A change of
//! a layout that does not read it is a migration that is missing. `GPU_MARKET_WRITE_GOLDEN=1` writes the file anew,
//! which is right only before anything is deployed.

use {
    gpu_market::state::{JobState, Now},
    gpu_market_sdk::{
        Address, address,
        instructions::{client, stake},
    },
    gpu_market_tests::*,
    serde_json::{Map, Value, json},
    solana_signer::Signer,
    std::{path::PathBuf, slice::from_ref},
};

const NONCES: [u64; 3] = [0, 1, 2];

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/deployment-1.json")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
}

/// A deployment with a finished, a running and a waiting job, cooling stake, a slash that its client has not claimed,
/// and fees that nobody has swept.
fn deployment() -> Scene {
    let mut scene = Scene::community();
    let Scene { world, market, client, host } = &mut scene;
    let market = *market;
    world.missed_ack(client, host, &market, 0);
    let missed = world.job_address(client, 0);
    world.cancel(client, &market, missed);
    world.svm.advance(2 * HOUR);
    world.running(client, host, &market, 1, HOUR);
    world.post(client, &market, 2, HOUR);
    world.start_unstaking(host, 5 * STAKE);
    let dollar = world.dollar;
    world.open_treasury(dollar);
    scene
}

/// Token accounts and mints of the deployment; the program's own accounts are found by their owner.
fn of_tokens(scene: &Scene) -> Vec<Address> {
    let Scene { world, market, client, host } = scene;
    vec![
        world.dollar.mint,
        world.stake_token.mint,
        client.vault,
        client.wallet,
        host.stake_wallet,
        address::stake_vault(&host.stake).0,
        host.earnings(market),
        address::treasury_vault(&world.dollar.mint).0,
    ]
}

fn write(scene: &Scene) {
    let world = &scene.world;
    let keys = world.svm.program_accounts().into_keys().chain(of_tokens(scene));
    let accounts: Map<String, Value> = keys
        .map(|key| {
            let raw = world.svm.raw(&key).expect("an account");
            let used = raw.data.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            let account = json!({
                "owner": hex(raw.owner.as_ref()),
                "lamports": raw.lamports,
                "length": raw.data.len(),
                "data": hex(&raw.data[..used]),
            });
            (hex(key.as_ref()), account)
        })
        .collect();
    let Now { unix, slot } = world.now();
    let deployment = json!({ "unix": unix, "slot": slot, "accounts": accounts });
    std::fs::write(path(), serde_json::to_string_pretty(&deployment).expect("text") + "\n").expect("written");
}

fn key(hex: &str) -> Address {
    Address::new_from_array(bytes(hex).try_into().expect("32 bytes"))
}

/// The committed deployment on a chain with the program of today.
fn restored() -> Scene {
    let committed = std::fs::read_to_string(path()).expect("golden/deployment-1.json");
    let committed: Value = serde_json::from_str(&committed).expect("JSON");
    let mut world = World::bare();
    let template = world.svm.raw(&world.dollar.mint).expect("a mint");
    for (address, account) in committed["accounts"].as_object().expect("accounts") {
        let mut raw = template.clone();
        raw.owner = key(account["owner"].as_str().expect("an owner"));
        raw.lamports = account["lamports"].as_u64().expect("lamports");
        raw.data = bytes(account["data"].as_str().expect("data"));
        raw.data.resize(account["length"].as_u64().expect("a length") as usize, 0);
        world.svm.set_raw(key(address), raw).expect("written");
    }
    let (unix, slot) = (committed["unix"].as_i64().expect("a time"), committed["slot"].as_u64().expect("a slot"));
    world.svm.set_now(Now { unix, slot });
    // The number that World::new gives the community market.
    let address = address::market(&world.authority.pubkey(), 1).0;
    let market = MarketRef { address, token: world.dollar, terms: 1 };
    let (client, host) = (client_of(&mut world), host_of(&mut world));
    Scene { world, market, client, host }
}

fn client_of(world: &mut World) -> ClientParty {
    let owner = world.funded("client");
    let client = address::client(&owner.pubkey(), &world.dollar.mint).0;
    let wallet = world.token_account(world.dollar, &owner.pubkey());
    ClientParty { vault: address::client_vault(&client).0, client, wallet, token: world.dollar, owner }
}

fn host_of(world: &mut World) -> HostParty {
    let (owner, operator) = (world.funded("host owner"), world.funded("host operator"));
    let stake_wallet = world.token_account(world.stake_token, &owner.pubkey());
    HostParty {
        host: address::host(&owner.pubkey()).0,
        stake: address::stake(&owner.pubkey()).0,
        owner,
        operator,
        stake_wallet,
    }
}

#[test]
fn the_accounts_of_an_earlier_deployment_are_read_and_add_up() {
    if std::env::var_os("GPU_MARKET_WRITE_GOLDEN").is_some() {
        write(&deployment());
    }
    let scene = restored();
    scene.world.audit();
    assert_eq!(scene.world.accounts().len(), scene.world.svm.program_accounts().len());
    let states = NONCES.map(|nonce| scene.world.job(&scene.world.job_address(&scene.client, nonce)).state());
    assert_eq!(states, [Ok(JobState::Cancelled), Ok(JobState::Running), Ok(JobState::Open)]);
}

#[test]
fn what_an_earlier_deployment_owes_leaves_by_the_usual_ways() {
    let Scene { mut world, market, client, host } = restored();
    let [_, running, waiting] = NONCES.map(|nonce| world.job_address(&client, nonce));
    world.run_for(&host, &market, running, 120);
    world.finish(&client, &host, &market, running);
    world.join(&host, &market);
    world.start(&host, &market, waiting);
    world.svm.advance(60);
    world.finish(&client, &host, &market, waiting);
    assert_eq!(world.tokens(&host.earnings(&market)), 180 * 100);

    let sweep = world.sweep(&client.client, market.token);
    world.ok(&[sweep], &[]);
    let available = world.client_account(&client).available;
    let withdraw = client::withdraw(client::Withdraw {
        owner: client.owner.pubkey(),
        token: client.token,
        destination: client.wallet,
        amount: available,
    });
    world.ok(&[withdraw], &[&client.owner]);
    assert_eq!(world.tokens(&client.wallet), available);

    world.svm.advance(world.unbonding() + 1);
    let withdraw = stake::withdraw_stake(host.owner.pubkey(), world.stake_token, host.stake_wallet);
    world.ok(&[withdraw], &[&host.owner]);
    assert_eq!(world.tokens(&host.stake_wallet), 5 * STAKE);
    let beneficiary = client.owner.pubkey();
    let destination = world.token_account(world.stake_token, &beneficiary);
    let claim = stake::claim_credit(stake::ClaimCredit {
        caller: beneficiary,
        beneficiary,
        stake: host.stake,
        token: world.stake_token,
        destination,
    });
    world.ok(from_ref(&claim), &[&client.owner]);
    assert!(world.tokens(&destination) > 0);
}
