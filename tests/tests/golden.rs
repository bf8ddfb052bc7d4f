//! Bytes that other clients depend on: the data of every instruction, and every event, as the IDL describes them. They are
//! committed, so that a change of them shows.
//!
//! `GPU_MARKET_WRITE_GOLDEN=1` writes the files anew.

mod catalog;

use {
    catalog::{all, borsh_idl, idl},
    gpu_market_sdk::events::{EVENT_TAG, Event},
    serde_json::{Map, Value, json},
    std::path::PathBuf,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares with a committed file.
fn compare(name: &str, generated: Map<String, Value>) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    let generated = Value::Object(generated);
    if std::env::var_os("GPU_MARKET_WRITE_GOLDEN").is_some() {
        let text = serde_json::to_string_pretty(&sorted(&generated)).expect("text");
        std::fs::write(&path, text + "\n").expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let committed: Value = serde_json::from_str(&committed).expect("JSON");
    let (committed, generated) = (committed.as_object().expect("an object"), generated.as_object().expect("one"));
    let names = |of: &Map<String, Value>| {
        let mut names: Vec<String> = of.keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(committed), names(generated), "{name}");
    for (key, value) in generated {
        assert_eq!(&committed[key], value, "{key} in {name}");
    }
}

/// With keys in order, whatever order they were made in.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> =
                map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        // Bytes in one line.
        Value::Array(items) => {
            let bytes: Option<Vec<u8>> =
                items.iter().map(|item| item.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect();
            bytes.map_or_else(|| value.clone(), |bytes| json!(hex(&bytes)))
        }
        other => other.clone(),
    }
}

#[test]
fn the_data_of_every_instruction_decodes_as_the_idl_says() {
    let idl = idl();
    let mut golden = Map::new();
    for (name, built) in all() {
        let described = idl.instructions.iter().find(|instruction| instruction.name == name).expect("described");
        let mut rest = &built.data[described.discriminator.len()..];
        let args = borsh_idl::decode_fields(&described.args, &idl.types, &mut rest);
        assert!(rest.is_empty(), "{name}: {} bytes are left", rest.len());
        golden.insert(name.into(), sorted(&json!({ "data": hex(&built.data), "args": args })));
    }
    compare("instructions.json", golden);
}

#[test]
fn every_event_decodes_in_the_sdk_as_the_idl_says() {
    let idl = idl();
    let mut golden = Map::new();
    for described in &idl.events {
        let name = &described.name;
        let mut fields = Vec::new();
        for field in borsh_idl::fields(name, &idl.types) {
            borsh_idl::encode(&field.ty, &idl.types, &mut fields);
        }
        let data = [&EVENT_TAG[..], &described.discriminator, &fields].concat();

        let mut rest = &fields[..];
        let decoded = borsh_idl::decode_fields(borsh_idl::fields(name, &idl.types), &idl.types, &mut rest);
        assert!(rest.is_empty(), "{name}");
        let event = Event::decode(&data).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = format!("{name}({})", borsh_idl::debug(name, &idl.types, &decoded));
        assert_eq!(format!("{event:?}"), expected);
        for length in (0..data.len()).chain([data.len() + 1]) {
            let mut wrong = data.clone();
            wrong.resize(length, 0);
            assert!(Event::decode(&wrong).is_err(), "{name} of {length} bytes");
        }
        golden.insert(name.clone(), sorted(&json!({ "data": hex(&data), "fields": decoded })));
    }
    compare("events.json", golden);
}

#[test]
fn a_number_in_the_idl_is_read_by_borsh_in_little_endian() {
    let ty = anchor_lang_idl_spec::IdlType::U32;
    assert_eq!(borsh_idl::decode(&ty, &[], &mut &[1, 2, 0, 0][..]), json!(513));
}
