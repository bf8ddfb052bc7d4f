//! The layout of every account, field by field: what a client that reads bytes depends on. Committed, so that a change of it
//! shows; an account that changes its layout needs another version.
//!
//! `GPU_MARKET_WRITE_GOLDEN=1` writes the file anew.

use {
    gpu_market::{
        constants::ACCOUNT_VERSION,
        state::{
            AttestorSet, Challenge, Client, Config, Credit, Emission, Gpu, Host, Job, Market, Member, RewardPool,
            RewardPosition, Shard, Stake, Terms, Treasury,
        },
    },
    gpu_market_sdk::decode::{DISCRIMINATOR_SIZE, decode, discriminator},
    serde_json::{Map, Value, json},
    std::{mem::offset_of, path::Path},
};

/// Bytes of which no two neighbours are alike, so that a field that moves reads as something else.
fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index % 251) as u8).collect()
}

/// Every account type with what its decoder makes of the pattern.
macro_rules! layouts {
    ($($account:ident),* $(,)?) => {
        fn layouts() -> Map<String, Value> {
            let mut layouts = Map::new();
            $(
                let mut data = discriminator::<$account>().to_vec();
                data.extend(pattern(size_of::<$account>()));
                data[DISCRIMINATOR_SIZE + offset_of!($account, version)] = ACCOUNT_VERSION;
                let decoded: $account = decode(&data).expect(stringify!($account));
                layouts.insert(stringify!($account).into(), json!({
                    "discriminator": discriminator::<$account>(),
                    "bytes": data.len(),
                    "decoded": format!("{decoded:?}"),
                }));
            )*
            layouts
        }
    };
}

layouts!(
    AttestorSet,
    Challenge,
    Client,
    Config,
    Credit,
    Emission,
    Gpu,
    Host,
    Job,
    Market,
    Member,
    RewardPool,
    RewardPosition,
    Stake,
    Terms,
    Treasury,
);

/// The header of a shard, which is followed by its nodes.
fn shard() -> Value {
    let header: Shard = bytemuck::pod_read_unaligned(&pattern(size_of::<Shard>()));
    let bytes = DISCRIMINATOR_SIZE + size_of::<Shard>();
    json!({ "discriminator": discriminator_of_shard(), "bytes": bytes, "decoded": format!("{header:?}") })
}

fn discriminator_of_shard() -> [u8; 8] {
    discriminator::<gpu_market_sdk::decode::ShardAccount>()
}

#[test]
fn every_account_has_the_layout_that_is_committed_for_its_version() {
    let mut layouts = layouts();
    layouts.insert("Shard".into(), shard());
    let generated = json!({ "version": ACCOUNT_VERSION, "accounts": layouts });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/accounts.json");
    if std::env::var_os("GPU_MARKET_WRITE_GOLDEN").is_some() {
        let text = serde_json::to_string_pretty(&generated).expect("text");
        std::fs::write(&path, text + "\n").expect("written");
    }
    let committed: Value =
        serde_json::from_str(&std::fs::read_to_string(&path).expect("golden/accounts.json")).expect("JSON");
    for (name, layout) in generated["accounts"].as_object().expect("accounts") {
        assert_eq!(&committed["accounts"][name], layout, "{name}");
    }
    assert_eq!(committed, generated);
}

#[test]
fn every_account_type_of_the_idl_has_a_committed_layout() {
    let idl: Value = serde_json::from_str(include_str!("../../idl/gpu_market.json")).expect("an IDL");
    let mut layouts = layouts();
    layouts.insert("Shard".into(), shard());
    for account in idl["accounts"].as_array().expect("accounts") {
        let name = account["name"].as_str().expect("a name");
        assert_eq!(layouts[name]["discriminator"], account["discriminator"], "{name}");
    }
}
