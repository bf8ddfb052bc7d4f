//! Borsh as the IDL describes it: bytes of a type become a JSON value, and back. Numbers, keys and lengths are read and
//! written by the borsh crate.

use {
    anchor_lang_idl_spec::{IdlArrayLen, IdlDefinedFields, IdlField, IdlType, IdlTypeDef, IdlTypeDefTy},
    borsh::{BorshDeserialize, BorshSerialize},
    gpu_market_sdk::Address,
    serde_json::{Map, Value, json},
};

/// The fields of a struct in order.
pub fn fields<'a>(name: &str, types: &'a [IdlTypeDef]) -> &'a [IdlField] {
    let ty = types.iter().find(|ty| ty.name == name).unwrap_or_else(|| panic!("the IDL has no type {name}"));
    match &ty.ty {
        IdlTypeDefTy::Struct { fields: Some(IdlDefinedFields::Named(fields)) } => fields,
        _ => panic!("{name} is no struct with named fields"),
    }
}

fn leaf<T: BorshDeserialize>(bytes: &mut &[u8]) -> T {
    T::deserialize(bytes).expect("enough bytes")
}

/// Reads one value and moves on behind it.
pub fn decode(ty: &IdlType, types: &[IdlTypeDef], bytes: &mut &[u8]) -> Value {
    match ty {
        IdlType::Bool => json!(leaf::<bool>(bytes)),
        IdlType::U8 => json!(leaf::<u8>(bytes)),
        IdlType::U16 => json!(leaf::<u16>(bytes)),
        IdlType::U32 => json!(leaf::<u32>(bytes)),
        IdlType::U64 => json!(leaf::<u64>(bytes)),
        IdlType::I64 => json!(leaf::<i64>(bytes)),
        IdlType::Pubkey => json!(leaf::<Address>(bytes).to_string()),
        IdlType::Array(item, IdlArrayLen::Value(length)) => {
            (0..*length).map(|_| decode(item, types, bytes)).collect()
        }
        IdlType::Vec(item) => (0..leaf::<u32>(bytes)).map(|_| decode(item, types, bytes)).collect(),
        IdlType::Defined { name, .. } => decode_fields(fields(name, types), types, bytes),
        other => panic!("{other:?} is not used by the program"),
    }
}

/// Reads the fields of a struct, or the arguments of an instruction.
pub fn decode_fields(fields: &[IdlField], types: &[IdlTypeDef], bytes: &mut &[u8]) -> Value {
    let values = fields.iter().map(|field| (field.name.clone(), decode(&field.ty, types, bytes)));
    Value::Object(values.collect::<Map<_, _>>())
}

fn put(value: &impl BorshSerialize, bytes: &mut Vec<u8>) {
    value.serialize(bytes).expect("a vector takes all");
}

/// Writes a value of a type in which every byte differs from its neighbours, so that no two fields can be mistaken for
/// each other.
pub fn encode(ty: &IdlType, types: &[IdlTypeDef], bytes: &mut Vec<u8>) {
    let next = || u8::try_from((bytes.len() * 7 + 1) % 251).expect("a byte");
    match ty {
        IdlType::Bool => put(&true, bytes),
        IdlType::U8 => put(&next(), bytes),
        IdlType::U16 => put(&(u16::from(next()) * 257), bytes),
        IdlType::U32 => put(&(u32::from(next()) * 0x0101_0103), bytes),
        IdlType::U64 => put(&(u64::from(next()) << 56 | 0x0001_0203_0405_0607), bytes),
        IdlType::I64 => put(&-(i64::from(next()) << 40 | 0x0102_0304), bytes),
        IdlType::Pubkey => put(&Address::new_from_array([next(); 32]), bytes),
        IdlType::Array(item, IdlArrayLen::Value(length)) => (0..*length).for_each(|_| encode(item, types, bytes)),
        IdlType::Defined { name, .. } => {
            fields(name, types).iter().for_each(|field| encode(&field.ty, types, bytes));
        }
        other => panic!("{other:?} is not used by the program"),
    }
}

/// A decoded struct as `Debug` writes the SDK's own type.
pub fn debug(name: &str, types: &[IdlTypeDef], value: &Value) -> String {
    let written = fields(name, types).iter().map(|field| {
        let value = &value[&field.name];
        let text = match (&field.ty, value) {
            (IdlType::Defined { name, .. }, inner) => debug(name, types, inner),
            (_, Value::String(key)) => key.clone(),
            (_, Value::Array(items)) => {
                format!("[{}]", items.iter().map(Value::to_string).collect::<Vec<_>>().join(", "))
            }
            (_, number) => number.to_string(),
        };
        format!("{}: {text}", field.name)
    });
    format!("{name} {{ {} }}", written.collect::<Vec<_>>().join(", "))
}
