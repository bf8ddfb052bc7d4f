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
        let data = transaction.as_ref().and_then(data_of_events);
        Ok(data.map(|all| all.into_iter().filter(|data| data.starts_with(&EVENT_TAG)).collect()))
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

/// Data of the calls that the program may have made to itself; none of a transaction that failed.
fn data_of_events(confirmed: &Encoded) -> Option<Vec<Vec<u8>>> {
    let meta = confirmed.transaction.meta.as_ref().filter(|meta| meta.err.is_none())?;
    Some(inner_data(meta, &keys(confirmed, meta)?))
}

fn emitted(signature: Signature, confirmed: &Encoded) -> Option<Emitted> {
    let mut emitted = Emitted { signature, slot: confirmed.slot, events: Vec::new(), unknown: Vec::new() };
    for data in data_of_events(confirmed)? {
        match Event::decode(&data) {
            Ok(event) => emitted.events.push(event),
            // An ordinary call of the program by another one.
            Err(DecodeError::NoEvent) => {}
            Err(error) => emitted.unknown.push(error),
        }
    }
    Some(emitted)
}

/// All accounts of a transaction, by the index that instructions name them by.
fn keys(confirmed: &Encoded, meta: &UiTransactionStatusMeta) -> Option<Vec<Address>> {
    let transaction = confirmed.transaction.transaction.decode()?;
    let mut keys = transaction.message.static_account_keys().to_vec();
    if let OptionSerializer::Some(loaded) = &meta.loaded_addresses {
        let loaded = loaded.writable.iter().chain(&loaded.readonly);
        keys.extend(loaded.map(|key| key.parse().unwrap_or_default()).collect::<Vec<Address>>());
    }
    Some(keys)
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
