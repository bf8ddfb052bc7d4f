//! Instructions and events by the program's interface description: names of accounts, arguments and fields.

use {
    crate::{embedded, output::hex},
    gpu_market_sdk::{Address, Instruction, decode::DISCRIMINATOR_SIZE, events::EVENT_TAG},
    serde::Deserialize,
    serde_json::{Map, Value as Json, json},
    std::{collections::HashMap, sync::LazyLock},
};

/// The interface description; none only if the built-in file were broken, which a test rules out.
static IDL: LazyLock<Option<Idl>> = LazyLock::new(|| Idl::parse(embedded::IDL).ok());

#[derive(Debug, Deserialize)]
struct File {
    instructions: Vec<IdlInstruction>,
    events: Vec<IdlEvent>,
    types: Vec<Definition>,
}

#[derive(Debug, Deserialize)]
struct IdlInstruction {
    name: String,
    discriminator: Vec<u8>,
    accounts: Vec<Named>,
    args: Vec<Field>,
}

#[derive(Debug, Deserialize)]
struct IdlEvent {
    name: String,
    discriminator: Vec<u8>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: Type,
}

#[derive(Debug, Deserialize)]
struct Definition {
    name: String,
    #[serde(rename = "type")]
    body: Body,
}

#[derive(Debug, Deserialize)]
struct Body {
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Type {
    Plain(String),
    Made(Made),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Made {
    Array(Box<Type>, usize),
    Vec(Box<Type>),
    Option(Box<Type>),
    Defined { name: String },
}

struct Idl {
    instructions: Vec<IdlInstruction>,
    events: Vec<IdlEvent>,
    types: HashMap<String, Vec<Field>>,
}

/// An instruction with the names of its parts.
#[derive(Debug)]
pub struct Explained {
    pub name: String,
    /// Name, address, whether it signs, whether it is written.
    pub accounts: Vec<(String, Address, bool, bool)>,
    pub arguments: Json,
}

/// Explains an instruction of the program; none for another program's.
pub fn explain(instruction: &Instruction) -> Option<Explained> {
    let idl = IDL.as_ref().filter(|_| instruction.program_id == gpu_market_sdk::address::PROGRAM)?;
    let known = idl.instructions.iter().find(|known| instruction.data.starts_with(&known.discriminator))?;
    let arguments = idl.fields(&known.args, &mut instruction.data.get(known.discriminator.len()..)?)?;
    let names = known.accounts.iter().map(|account| account.name.clone());
    let accounts = names.zip(&instruction.accounts).map(|(name, meta)| {
        // The program stands for an account that is left out.
        let name = if meta.pubkey == instruction.program_id && name != "program" {
            format!("{name} (none)")
        } else {
            name
        };
        (name, meta.pubkey, meta.is_signer, meta.is_writable)
    });
    Some(Explained { name: known.name.clone(), accounts: accounts.collect(), arguments })
}

/// Name and fields of an event, from its bytes with the tag; none for one that this build does not know.
pub fn event(data: &[u8]) -> Option<(&'static str, Json)> {
    let idl = IDL.as_ref()?;
    let (mark, mut fields) = data.strip_prefix(EVENT_TAG.as_slice())?.split_at_checked(DISCRIMINATOR_SIZE)?;
    let known = idl.events.iter().find(|known| known.discriminator == mark)?;
    Some((&known.name, idl.fields(idl.types.get(&known.name)?, &mut fields)?))
}

impl Idl {
    fn parse(text: &str) -> serde_json::Result<Self> {
        let File { instructions, events, types } = serde_json::from_str(text)?;
        let types = types.into_iter().map(|definition| (definition.name, definition.body.fields)).collect();
        Ok(Self { instructions, events, types })
    }

    fn fields(&self, fields: &[Field], data: &mut &[u8]) -> Option<Json> {
        let mut read = Map::new();
        for field in fields {
            let value = self.value(&field.kind, data)?;
            if !field.name.starts_with("reserved") {
                read.insert(field.name.clone(), value);
            }
        }
        Some(Json::Object(read))
    }

    /// Reads a value in borsh. Numbers of 64 bits are strings, as amounts are everywhere in the JSON of this command.
    fn value(&self, kind: &Type, data: &mut &[u8]) -> Option<Json> {
        Some(match kind {
            Type::Plain(name) => match name.as_str() {
                "u8" => json!(u8::from_le_bytes(take(data)?)),
                "u16" => json!(u16::from_le_bytes(take(data)?)),
                "u32" => json!(u32::from_le_bytes(take(data)?)),
                "u64" => json!(u64::from_le_bytes(take(data)?).to_string()),
                "i64" => json!(i64::from_le_bytes(take(data)?)),
                "u128" => json!(u128::from_le_bytes(take(data)?).to_string()),
                "bool" => json!(take::<1>(data)? != [0]),
                "pubkey" => json!(Address::new_from_array(take(data)?).to_string()),
                _ => return None,
            },
            Type::Made(Made::Array(of, 32)) if matches!(&**of, Type::Plain(name) if name == "u8") => {
                json!(hex(&take::<32>(data)?))
            }
            Type::Made(Made::Array(of, length)) => self.list(of, *length, data)?,
            Type::Made(Made::Vec(of)) => {
                let length = u32::from_le_bytes(take(data)?);
                self.list(of, usize::try_from(length).ok()?, data)?
            }
            Type::Made(Made::Option(of)) => {
                if take::<1>(data)? == [0] {
                    Json::Null
                } else {
                    self.value(of, data)?
                }
            }
            Type::Made(Made::Defined { name }) => self.fields(self.types.get(name)?, data)?,
        })
    }

    fn list(&self, of: &Type, length: usize, data: &mut &[u8]) -> Option<Json> {
        (0..length).map(|_| self.value(of, data)).collect()
    }
}

fn take<const N: usize>(data: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = data.split_first_chunk()?;
    *data = rest;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        gpu_market_sdk::{
            address,
            events::Event,
            gpu_market::state::PostParams,
            instructions::{self, job},
        },
    };

    fn key(n: u8) -> Address {
        Address::new_from_array([n; 32])
    }

    #[test]
    fn a_post_is_explained_with_the_names_of_its_accounts_and_arguments() {
        let params = PostParams { nonce: u64::MAX - 1, max_rate: 5, duration: 600, spec_hash: [7; 32] };
        let post = job::Post {
            authority: key(1),
            payer: key(1),
            market: key(2),
            terms: 1,
            shard: 0,
            client: key(3),
            params,
        };
        let explained = explain(&job::post(post)).unwrap();
        assert_eq!(explained.name, "post");
        assert_eq!(explained.accounts[0], ("authority".into(), key(1), true, false));
        assert_eq!(explained.accounts[7], ("job".into(), post.job(), false, true));
        assert_eq!(
            explained.arguments,
            json!({ "params": { "nonce": "18446744073709551614", "max_rate": "5", "duration": 600, "spec_hash": "07".repeat(32) } })
        );
    }

    #[test]
    fn every_instruction_and_every_event_of_the_program_is_described() {
        let idl = IDL.as_ref().unwrap();
        for (number, name) in instructions::NAMES {
            let known = idl.instructions.iter().find(|known| known.discriminator == [*number]).unwrap();
            assert_eq!(known.name, *name);
        }
        for name in Event::NAMES {
            assert!(idl.events.iter().any(|known| known.name == *name) && idl.types.contains_key(*name), "{name}");
        }
    }

    #[test]
    fn what_is_not_the_programs_is_not_explained() {
        let other = Instruction { program_id: address::TOKEN_PROGRAM, accounts: Vec::new(), data: vec![0] };
        assert!(explain(&other).is_none());
        assert!(explain(&Instruction { program_id: address::PROGRAM, ..other }).is_none(), "too short");
        assert!(event(&[0; 20]).is_none());
    }
}
