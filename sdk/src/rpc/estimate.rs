//! What a transaction would cost.

use {
    super::{
        Connection, RpcError, assemble,
        assemble::{Limits, PREFIX},
    },
    crate::{Address, Instruction, budget},
    solana_message::Message,
};

/// What a transaction would cost if it were sent now. Lamports, unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Compute units that its simulation took.
    pub units: u32,
    /// Compute units that it would ask for.
    pub unit_limit: u32,
    /// Bytes of accounts that it would ask to load at most.
    pub loaded_bytes_limit: u32,
    /// What it would bid, micro lamports per compute unit.
    pub unit_price: u64,
    /// Fee, priority included.
    pub fee: u64,
    /// Rent of the accounts that it creates, at most; whoever pays it gets it back when they close.
    pub rent: u64,
    /// Bytes of its message.
    pub bytes: usize,
}

impl Connection {
    /// Simulates instructions as one transaction and says what it would cost. Sends nothing and needs no key.
    ///
    /// # Errors
    ///
    /// As [`Connection::send`] would before it sends.
    pub async fn estimate(&self, payer: &Address, instructions: &[Instruction]) -> Result<Estimate, RpcError> {
        let draft = assemble::message(payer, instructions, Limits::MOST);
        let (simulated, price) =
            tokio::try_join!(self.simulate(payer, instructions, draft), self.price(payer, instructions))?;
        let limits = super::submit::limits(instructions, &simulated, price);
        let message = assemble::message(payer, instructions, limits);
        let (fee, empty) = tokio::try_join!(self.fee(&message), self.empty_rent())?;
        let ours = instructions.iter().map(|instruction| budget::rent(instruction, empty));
        let units = u32::try_from(simulated.units_consumed.unwrap_or_default()).unwrap_or(u32::MAX);
        let prefix = u32::try_from(PREFIX).unwrap_or_default().saturating_mul(budget::BUDGET_INSTRUCTION_UNITS);
        Ok(Estimate {
            units: units.saturating_sub(prefix),
            unit_limit: limits.units,
            loaded_bytes_limit: limits.loaded_bytes,
            unit_price: limits.price,
            fee,
            rent: ours.fold(0, u64::saturating_add),
            bytes: message.serialize().len(),
        })
    }

    /// Lamports that a message costs. An endpoint answers only for a blockhash that it knows.
    pub(super) async fn fee(&self, message: &Message) -> Result<u64, RpcError> {
        let (recent_blockhash, _) = self.blockhash().await?;
        let message = Message { recent_blockhash, ..message.clone() };
        self.rpc.get_fee_for_message(&message).await.map_err(|error| self.transport(error))
    }

    /// Lamports of an account without data.
    pub(super) async fn empty_rent(&self) -> Result<u64, RpcError> {
        self.rpc.get_minimum_balance_for_rent_exemption(0).await.map_err(|error| self.transport(error))
    }
}
