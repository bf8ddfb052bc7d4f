//! What a transaction would do, instead of doing it.

use {
    crate::{
        idl,
        output::{Record, Value, hex},
    },
    gpu_market_sdk::{Address, Instruction, address, budget, rpc::Estimate},
};

/// Decimals of a SOL.
const SOL_DECIMALS: u8 = 9;

/// Every instruction with its accounts and arguments by name, and what the transaction would cost as far as it was
/// simulated.
pub fn record(payer: &Address, instructions: &[Instruction], estimate: Option<&Estimate>) -> Record {
    let explained = instructions.iter().zip(1..).map(|(instruction, number)| explain(instruction, number));
    let record = Record::new("A dry run: nothing is sent")
        .with("dry_run", true)
        .with("payer", *payer)
        .with("instructions", Value::Sections(explained.collect()));
    match estimate {
        Some(estimate) => record.with("cost", cost(estimate)),
        None => record,
    }
}

fn cost(estimate: &Estimate) -> Record {
    Record::new("cost, as simulated")
        .with("compute_units", estimate.units)
        .with("compute_unit_limit", estimate.unit_limit)
        .with("compute_unit_price", estimate.unit_price)
        .with("loaded_bytes_limit", estimate.loaded_bytes_limit)
        .with("fee_lamports", Value::amount(estimate.fee, SOL_DECIMALS))
        .with("rent_lamports", Value::amount(estimate.rent, SOL_DECIMALS))
        .with("bytes", u64::try_from(estimate.bytes).unwrap_or(u64::MAX))
}

fn explain(instruction: &Instruction, number: u32) -> Record {
    let Some(explained) = idl::explain(instruction) else { return foreign(instruction, number) };
    let accounts = explained.accounts.into_iter().map(|(name, address, signs, is_written)| {
        let role = match (signs, is_written) {
            (true, true) => "signs, written",
            (true, false) => "signs",
            (false, true) => "written",
            (false, false) => "",
        };
        Record::row().with("account", name).with("address", address).with("role", role)
    });
    Record::new(format!("{number}. {}", explained.name))
        .with("name", explained.name)
        .with("measured_compute_units", budget::of_instruction(instruction))
        .with("accounts", accounts.collect::<Vec<_>>())
        .with("arguments", arguments(explained.arguments))
}

/// Arguments one below the other; a struct's fields take the place of the struct.
fn arguments(arguments: serde_json::Value) -> Record {
    let mut record = Record::row();
    if let serde_json::Value::Object(fields) = arguments {
        record.fields = fields.into_iter().map(|(name, value)| (name.into(), Value::Raw(value))).collect();
    }
    record
}

/// An instruction to another program: only the one that creates a wallet's token account is ever made here.
fn foreign(instruction: &Instruction, number: u32) -> Record {
    let is_wallet = instruction.program_id == address::ASSOCIATED_TOKEN_PROGRAM;
    let name = if is_wallet { "create_token_account" } else { "unknown" };
    let accounts = instruction.accounts.iter().map(|meta| Value::Address(meta.pubkey));
    Record::new(format!("{number}. {name}"))
        .with("name", name)
        .with("program", instruction.program_id)
        .with("addresses", Value::List(accounts.collect()))
        .with("data", hex(&instruction.data))
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::commands::wallet,
        gpu_market_sdk::instructions::{Token, client},
        serde_json::json,
    };

    fn key(n: u8) -> Address {
        Address::new_from_array([n; 32])
    }

    fn estimate() -> Estimate {
        Estimate { units: 3, unit_limit: 4, loaded_bytes_limit: 5, unit_price: 6, fee: 7, rent: 8, bytes: 9 }
    }

    #[test]
    fn scripts_read_every_instruction_by_name_and_what_it_costs() {
        let deposit = client::Deposit {
            depositor: key(1),
            source: key(2),
            client: key(3),
            token: Token::spl(key(4)),
            amount: 5,
        };
        let shown = record(&key(1), &[client::deposit(deposit)], Some(&estimate())).json();
        assert_eq!((&shown["dry_run"], &shown["payer"]), (&json!(true), &json!(key(1).to_string())));
        let instruction = &shown["instructions"][0];
        assert_eq!(
            (&instruction["name"], &instruction["arguments"]),
            (&json!("deposit"), &json!({ "amount": "5" }))
        );
        let account = json!({ "account": "depositor", "address": key(1).to_string(), "role": "signs" });
        assert_eq!(instruction["accounts"][0], account);
        let cost = json!({ "compute_units": 3, "compute_unit_limit": 4, "compute_unit_price": 6,
            "loaded_bytes_limit": 5, "fee_lamports": "7", "rent_lamports": "8", "bytes": 9 });
        assert_eq!(shown["cost"], cost);
    }

    #[test]
    fn people_read_it_too() {
        let create = wallet::create(key(1), key(2), Token::spl(key(4)));
        let text = crate::output::render(&record(&key(1), &[create], None));
        assert!(
            text.starts_with("A dry run: nothing is sent\n") && text.contains("1. create_token_account"),
            "{text}"
        );
    }
}
