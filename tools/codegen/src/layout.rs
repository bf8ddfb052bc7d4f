//! Where the fields of a type stand, as the bytes of accounts and events have them.

use anchor_lang_idl_spec::{IdlArrayLen, IdlDefinedFields, IdlField, IdlType, IdlTypeDef, IdlTypeDefTy};

/// A field and where it stands.
pub struct Placed<'a> {
    pub name: String,
    pub offset: usize,
    pub size: usize,
    pub field: &'a IdlField,
}

/// The struct of this name.
pub fn find<'a>(name: &str, types: &'a [IdlTypeDef]) -> Result<&'a IdlTypeDef, String> {
    types.iter().find(|ty| ty.name == name).ok_or_else(|| format!("there is no type {name}"))
}

/// The fields of a struct in order.
pub fn named(ty: &IdlTypeDef) -> Result<&[IdlField], String> {
    match &ty.ty {
        IdlTypeDefTy::Struct { fields: Some(IdlDefinedFields::Named(fields)) } => Ok(fields),
        IdlTypeDefTy::Struct { fields: None } => Ok(&[]),
        _ => Err(format!("{} is no struct with named fields", ty.name)),
    }
}

/// The fields of a struct and their offsets. Fields follow each other without a gap: the program's types have no padding.
pub fn fields<'a>(ty: &'a IdlTypeDef, types: &[IdlTypeDef]) -> Result<Vec<Placed<'a>>, String> {
    let mut offset = 0;
    named(ty)?
        .iter()
        .map(|field| {
            let size = size(&field.ty, types)?;
            let placed = Placed { name: field.name.clone(), offset, size, field };
            offset += size;
            Ok(placed)
        })
        .collect()
}

/// Bytes of a type.
pub fn size(ty: &IdlType, types: &[IdlTypeDef]) -> Result<usize, String> {
    Ok(match ty {
        IdlType::Bool | IdlType::U8 | IdlType::I8 => 1,
        IdlType::U16 | IdlType::I16 => 2,
        IdlType::U32 | IdlType::I32 => 4,
        IdlType::U64 | IdlType::I64 => 8,
        IdlType::U128 | IdlType::I128 => 16,
        IdlType::Pubkey => 32,
        IdlType::Array(item, IdlArrayLen::Value(length)) => size(item, types)? * length,
        IdlType::Defined { name, .. } => named(find(name, types)?)?
            .iter()
            .try_fold(0, |sum, field| Ok::<_, String>(sum + size(&field.ty, types)?))?,
        other => return Err(format!("{other:?} has no fixed size")),
    })
}

/// Bytes of an argument, in words where its length is not fixed: borsh writes a list's length first.
pub fn encoded_size(ty: &IdlType, types: &[IdlTypeDef]) -> Result<String, String> {
    Ok(match ty {
        IdlType::Vec(item) => format!("4 + {} each", size(item, types)?),
        fixed => size(fixed, types)?.to_string(),
    })
}

/// A type as people write it.
pub fn name(ty: &IdlType) -> String {
    match ty {
        IdlType::Vec(item) => format!("[{}]", name(item)),
        IdlType::Array(item, IdlArrayLen::Value(length)) => format!("[{}; {length}]", name(item)),
        IdlType::Defined { name, .. } => name.clone(),
        other => format!("{other:?}").to_lowercase(),
    }
}
