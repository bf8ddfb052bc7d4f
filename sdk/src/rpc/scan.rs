//! All accounts of a type, found by what they hold.

use {
    super::{Connection, RpcError},
    crate::{
        Address, address,
        decode::{DISCRIMINATOR_SIZE, Decode, decode, discriminator},
    },
    serde_json::{Value, json},
    solana_rpc_client_api::{
        request::RpcRequest,
        response::{OptionalContext, RpcKeyedAccount},
    },
};

/// Bytes that an account has to hold at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    offset: usize,
    bytes: Vec<u8>,
}

impl Holds {
    /// A field at `offset` of its struct, for example `offset_of!(Job, client)`, with these bytes.
    pub fn at(offset: usize, bytes: impl AsRef<[u8]>) -> Self {
        Self { offset: offset.saturating_add(DISCRIMINATOR_SIZE), bytes: bytes.as_ref().to_vec() }
    }

    fn filter(&self) -> Value {
        json!({ "memcmp": { "offset": self.offset, "bytes": bs58::encode(&self.bytes).into_string() } })
    }
}

impl Connection {
    /// Every account of type `T` that holds all of this. One call of `getProgramAccounts`, which endpoints limit and
    /// some refuse: for people and at the start of a service, not for every step of one.
    ///
    /// # Errors
    ///
    /// [`RpcError::Answer`] if the endpoint does not serve this method, and what reading reports.
    pub async fn scan<T: Decode>(&self, holds: &[Holds]) -> Result<Vec<(Address, T)>, RpcError> {
        let mark = json!({ "memcmp": { "offset": 0, "bytes": bs58::encode(discriminator::<T>()).into_string() } });
        let filters: Vec<Value> = std::iter::once(mark).chain(holds.iter().map(Holds::filter)).collect();
        let config =
            json!({ "encoding": "base64", "commitment": self.settings.commitment.commitment, "filters": filters });
        let params = json!([address::PROGRAM.to_string(), config]);
        let answer = self.rpc.send::<OptionalContext<Vec<RpcKeyedAccount>>>(RpcRequest::GetProgramAccounts, params);
        let accounts = answer.await.map_err(|error| self.transport(error))?.parse_value();
        if accounts.is_empty() {
            // A cluster without the program has none either.
            self.require_program().await?;
        }
        accounts.iter().filter_map(decoded).collect()
    }
}

impl Connection {
    /// Accounts of the program at these addresses, in this order, read at one slot; none where there is none. At most a
    /// hundred.
    pub async fn find_all<T: Decode>(&self, addresses: &[Address]) -> Result<Vec<Option<T>>, RpcError> {
        let accounts = self.raws(addresses).await?;
        let decode = |(address, account): (&Address, Option<_>)| {
            account.map(|account| super::read::decoded(address, &account)).transpose()
        };
        addresses.iter().zip(accounts).map(decode).collect()
    }
}

/// Decodes a found account; none for one whose address or data is not readable at all.
fn decoded<T: Decode>(found: &RpcKeyedAccount) -> Option<Result<(Address, T), RpcError>> {
    let address: Address = found.pubkey.parse().ok()?;
    let account = found.account.to_account()?;
    let decoded = decode(&account.data).map(|decoded| (address, decoded));
    Some(decoded.map_err(|source| RpcError::Decode { address, source }))
}

#[cfg(test)]
mod tests {
    use {super::*, gpu_market::state::Job, std::mem::offset_of};

    #[test]
    fn a_field_is_looked_for_behind_the_mark_of_its_account() {
        let filter = Holds::at(offset_of!(Job, market), [0; 2]).filter();
        assert_eq!(filter, json!({ "memcmp": { "offset": 40, "bytes": "11" } }));
    }
}
