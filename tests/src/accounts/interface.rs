//! What the IDL says about the accounts of every instruction.

use {serde_json::Value, std::sync::LazyLock};

/// An account of an instruction.
#[derive(Debug)]
pub struct Slot {
    pub name: String,
    pub signer: bool,
    pub writable: bool,
    pub optional: bool,
}

/// An instruction with its accounts in order.
#[derive(Debug)]
pub struct Interface {
    /// What its data begins with.
    pub number: u8,
    pub name: String,
    pub slots: Vec<Slot>,
}

static IDL: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../idl/gpu_market.json")).expect("an IDL"));

/// Every instruction of the committed IDL, by number.
pub static INTERFACES: LazyLock<Vec<Interface>> = LazyLock::new(|| {
    let mut all: Vec<Interface> = items(&IDL, "instructions").iter().map(interface).collect();
    all.sort_by_key(|interface| interface.number);
    all
});

/// The instruction that begins with `number`.
pub fn interface_of(number: u8) -> &'static Interface {
    INTERFACES.iter().find(|interface| interface.number == number).expect("an instruction of the IDL")
}

/// The name of the account type that begins with `mark`.
pub fn type_of(mark: [u8; 8]) -> String {
    let is_it = |account: &&Value| {
        let described: Vec<u64> = items(account, "discriminator").iter().filter_map(Value::as_u64).collect();
        described == mark.map(u64::from)
    };
    items(&IDL, "accounts").iter().find(is_it).map(name).expect("a type of the IDL")
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} are missing"))
}

fn name(value: &Value) -> String {
    value["name"].as_str().expect("a name").into()
}

fn interface(value: &Value) -> Interface {
    let number = value["discriminator"][0].as_u64().expect("a number");
    Interface {
        number: u8::try_from(number).expect("one byte"),
        name: name(value),
        slots: items(value, "accounts").iter().map(slot).collect(),
    }
}

fn slot(value: &Value) -> Slot {
    assert!(value.get("accounts").is_none(), "{} is a group of accounts", name(value));
    let flag = |key| value[key].as_bool().unwrap_or_default();
    Slot { name: name(value), signer: flag("signer"), writable: flag("writable"), optional: flag("optional") }
}
