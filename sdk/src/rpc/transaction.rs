//! Events of a transaction. They are in its inner instructions, never in its logs, which may be cut.

use {
    super::{Connection, RpcError},
    crate::{
        Address, address,
        error::DecodeError,
        events::{EVENT_TAG, Event},
    },
    solana_rpc_client_api::{config::RpcTransactionConfig, request::RpcRequest},
    solana_signature::Signature,
    solana_transaction_status_client_types::{
        EncodedConfirmedTransactionWithStatusMeta as Encoded, UiInstruction, UiTransactionEncoding,
        UiTransactionStatusMeta, option_serializer::OptionSerializer,
    },
    std::collections::HashSet,
};

/// What a transaction emitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// The transaction.
    pub signature: Signature,
    /// Slot that it was executed in.
    pub slot: u64,
    /// Its events, in order.
    pub events: Vec<Event>,
    /// Events that this client does not know, for example of a newer program.
    pub unknown: Vec<DecodeError>,
    /// Accounts that it may have changed, of whatever program.
    pub written: Vec<Address>,
}

impl Connection {
    /// What a transaction emitted; none if the endpoint does not know the transaction (yet), or if it failed.
    pub async fn emitted(&self, signature: &Signature) -> Result<Option<Emitted>, RpcError> {
        let transaction = self.transaction(signature).await?;
        Ok(transaction.and_then(|transaction| emitted(*signature, &transaction)))
    }

    /// The events of a transaction as bytes, each with its tag, for whoever reads them by the interface description; as
    /// [`Connection::emitted`] otherwise.
    pub async fn emitted_bytes(&self, signature: &Signature) -> Result<Option<Vec<Vec<u8>>>, RpcError> {
        let transaction = self.transaction(signature).await?;
        let calls = transaction.as_ref().and_then(calls);
        Ok(calls.map(|(all, _)| all.into_iter().filter(|data| data.starts_with(&EVENT_TAG)).collect()))
    }

    async fn transaction(&self, signature: &Signature) -> Result<Option<Encoded>, RpcError> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(self.settings.commitment),
            max_supported_transaction_version: Some(0),
        };
        let params = serde_json::json!([signature.to_string(), config]);
        let answer = self.rpc.send::<Option<Encoded>>(RpcRequest::GetTransaction, params).await;
        answer.map_err(|error| self.transport(error))
    }
}

/// What of a transaction that succeeded concerns events: the data of the calls that the program may have made to itself, and
/// the accounts that it locked for writing.
fn calls(confirmed: &Encoded) -> Option<(Vec<Vec<u8>>, Vec<Address>)> {
    let meta = confirmed.transaction.meta.as_ref().filter(|meta| meta.err.is_none())?;
    let (keys, written) = keys(confirmed, meta)?;
    Some((inner_data(meta, &keys), written))
}

fn emitted(signature: Signature, confirmed: &Encoded) -> Option<Emitted> {
    let (calls, written) = calls(confirmed)?;
    let mut emitted = Emitted { signature, slot: confirmed.slot, events: Vec::new(), unknown: Vec::new(), written };
    for data in calls {
        match Event::decode(&data) {
            Ok(event) => emitted.events.push(event),
            // An ordinary call of the program by another one.
            Err(DecodeError::NoEvent) => {}
            Err(error) => emitted.unknown.push(error),
        }
    }
    Some(emitted)
}

/// All accounts of a transaction, by the index that instructions name them by; and those that it locked for writing.
fn keys(confirmed: &Encoded, meta: &UiTransactionStatusMeta) -> Option<(Vec<Address>, Vec<Address>)> {
    let message = confirmed.transaction.transaction.decode()?.message;
    let mut keys = message.static_account_keys().to_vec();
    let locked = (0..)
        .zip(&keys)
        .filter(|(index, _)| message.is_maybe_writable_with_reserved_addresses(*index, None::<&HashSet<Address>>));
    let mut written: Vec<Address> = locked.map(|(_, key)| *key).collect();
    if let OptionSerializer::Some(loaded) = &meta.loaded_addresses {
        let parsed =
            |keys: &[String]| keys.iter().map(|key| key.parse().unwrap_or_default()).collect::<Vec<Address>>();
        let writable = parsed(&loaded.writable);
        written.extend(&writable);
        keys.extend(writable);
        keys.extend(parsed(&loaded.readonly));
    }
    Some((keys, written))
}

/// Data of the inner instructions to the program, in order.
fn inner_data(meta: &UiTransactionStatusMeta, keys: &[Address]) -> Vec<Vec<u8>> {
    let OptionSerializer::Some(inner) = &meta.inner_instructions else { return Vec::new() };
    let instructions = inner.iter().flat_map(|inner| &inner.instructions);
    let of_program = instructions.filter_map(|instruction| match instruction {
        UiInstruction::Compiled(compiled) => {
            let program = keys.get(usize::from(compiled.program_id_index));
            program.filter(|program| **program == address::PROGRAM).map(|_| &compiled.data)
        }
        UiInstruction::Parsed(_) => None,
    });
    of_program.filter_map(|data| bs58::decode(data).into_vec().ok()).collect()
}
