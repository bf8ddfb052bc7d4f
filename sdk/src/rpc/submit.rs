//! A transaction from its instructions to its confirmation.

use {
    super::{
        Connection, RpcError, assemble,
        assemble::{Limits, PREFIX},
        error::of_failure,
        retry::{self, Flight, Look, Next, Status},
    },
    crate::{Address, Instruction, budget},
    solana_hash::Hash,
    solana_message::Message,
    solana_rpc_client_api::{
        config::{RpcSendTransactionConfig, RpcSimulateTransactionConfig},
        response::RpcSimulateTransactionResult,
    },
    solana_signature::Signature,
    solana_signer::signers::Signers,
    solana_transaction::Transaction,
};

/// A transaction that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its signature.
    pub signature: Signature,
    /// Slot that it was executed in.
    pub slot: u64,
    /// Compute units that it was allowed to take.
    pub unit_limit: u32,
    /// What was bid for priority, micro lamports per compute unit.
    pub unit_price: u64,
    /// How often it had to be signed anew.
    pub renewals: u32,
}

/// A transaction that is ready to be signed.
struct Prepared<'a, S: ?Sized> {
    instructions: &'a [Instruction],
    message: Message,
    limits: Limits,
    signers: &'a S,
}

/// How a flight of a transaction ended.
enum Landing {
    Confirmed(u64),
    Expired,
}

impl Connection {
    /// Executes instructions as one transaction: simulates, sets the limits and the priority fee, signs, sends, waits
    /// for the confirmation, and signs anew if the blockhash expires first. `payer` pays the fee and is among
    /// `signers`.
    ///
    /// Nothing is sent if the simulation fails, so a refusal costs nothing.
    ///
    /// # Errors
    ///
    /// [`RpcError::Refused`] if the program refuses; [`RpcError::Unfunded`], [`RpcError::WrongCluster`],
    /// [`RpcError::Unreachable`] and the others as they say.
    pub async fn send<S: Signers + Sync + ?Sized>(
        &self,
        payer: &Address,
        instructions: &[Instruction],
        signers: &S,
    ) -> Result<Receipt, RpcError> {
        let prepared = self.prepare(payer, instructions, signers).await?;
        let mut left = self.settings.renewals;
        loop {
            let (transaction, last_valid_height) = self.sign(&prepared).await?;
            let flight = Flight::new(last_valid_height, left);
            let (signature, landing) = self.fly(transaction, flight, &prepared).await?;
            if let Landing::Confirmed(slot) = landing {
                let Limits { units: unit_limit, price: unit_price, .. } = prepared.limits;
                let renewals = self.settings.renewals.saturating_sub(left);
                return Ok(Receipt { signature, slot, unit_limit, unit_price, renewals });
            }
            left = left.saturating_sub(1);
        }
    }

    /// Chooses limits and price, and refuses what would fail.
    async fn prepare<'a, S: Signers + Sync + ?Sized>(
        &self,
        payer: &Address,
        instructions: &'a [Instruction],
        signers: &'a S,
    ) -> Result<Prepared<'a, S>, RpcError> {
        let draft = assemble::message(payer, instructions, Limits::MOST);
        let keys = signers.try_pubkeys().map_err(|error| RpcError::Signing(error.to_string()))?;
        if let Some(missing) = assemble::missing_signer(&draft, &keys) {
            return Err(RpcError::SignerMissing(missing));
        }
        let (simulated, price) =
            tokio::try_join!(self.simulate(payer, instructions, draft), self.price(payer, instructions))?;
        let limits = limits(instructions, &simulated, price);
        let message = assemble::message(payer, instructions, limits);
        Ok(Prepared { instructions, message, limits, signers })
    }

    pub(super) async fn simulate(
        &self,
        payer: &Address,
        instructions: &[Instruction],
        message: Message,
    ) -> Result<RpcSimulateTransactionResult, RpcError> {
        let transaction = Transaction::new_unsigned(message);
        assemble::require_fits(&transaction)?;
        let config = RpcSimulateTransactionConfig {
            sig_verify: false,
            replace_recent_blockhash: true,
            commitment: Some(self.settings.commitment),
            ..RpcSimulateTransactionConfig::default()
        };
        let answer = self.rpc.simulate_transaction_with_config(&transaction, config).await;
        let mut result = answer.map_err(|error| self.transport(error))?.value;
        match result.err.take() {
            None => Ok(result),
            Some(error) => {
                let logs = result.logs.unwrap_or_default();
                Err(self.diagnose(payer, instructions, &transaction.message, error.into(), logs).await)
            }
        }
    }

    /// What to bid. An endpoint that is not asked costs nothing.
    pub(super) async fn price(&self, payer: &Address, instructions: &[Instruction]) -> Result<u64, RpcError> {
        let policy = self.settings.fee;
        if policy.cap == 0 {
            return Ok(0);
        }
        let contended = assemble::contended(payer, instructions);
        let fees = self.rpc.get_recent_prioritization_fees(&contended).await;
        let fees = fees.map_err(|error| self.transport(error))?;
        let prices: Vec<u64> = fees.iter().map(|fee| fee.prioritization_fee).collect();
        Ok(policy.choose(&prices))
    }

    async fn sign<S: Signers + Sync + ?Sized>(
        &self,
        prepared: &Prepared<'_, S>,
    ) -> Result<(Transaction, u64), RpcError> {
        let (blockhash, last_valid_height) = self.blockhash().await?;
        let mut transaction = Transaction::new_unsigned(prepared.message.clone());
        let signed = transaction.try_sign(prepared.signers, blockhash);
        signed.map_err(|error| RpcError::Signing(error.to_string()))?;
        Ok((transaction, last_valid_height))
    }

    pub(super) async fn blockhash(&self) -> Result<(Hash, u64), RpcError> {
        let answer = self.rpc.get_latest_blockhash_with_commitment(self.settings.commitment).await;
        answer.map_err(|error| self.transport(error))
    }

    /// Sends a signed transaction and follows it until it is confirmed, has failed or can never be executed any more.
    async fn fly<S: Signers + Sync + ?Sized>(
        &self,
        transaction: Transaction,
        mut flight: Flight,
        prepared: &Prepared<'_, S>,
    ) -> Result<(Signature, Landing), RpcError> {
        let signature = transaction.signatures.first().copied().unwrap_or_default();
        self.dispatch(&transaction).await;
        loop {
            match flight.next(self.look(&signature).await) {
                Next::Done(slot) => return Ok((signature, Landing::Confirmed(slot))),
                Next::Failed(error) => return Err(of_failure(prepared.instructions, PREFIX, error, Vec::new())),
                Next::Renew => return Ok((signature, Landing::Expired)),
                Next::GiveUp => {
                    return Err(RpcError::Expired { attempts: self.settings.renewals.saturating_add(1) });
                }
                Next::Lost => {
                    return Err(RpcError::Unconfirmed { endpoint: self.settings.endpoint.clone(), signature });
                }
                Next::Wait => {}
                Next::Resend => self.dispatch(&transaction).await,
            }
            tokio::time::sleep(retry::POLL).await;
        }
    }

    /// Hands a transaction to the endpoint. An error says nothing about whether the transaction is on its way: it may
    /// have been forwarded before, or the answer may have been lost. What became of it is seen by looking.
    async fn dispatch(&self, transaction: &Transaction) {
        let config = RpcSendTransactionConfig {
            // It was simulated.
            skip_preflight: true,
            preflight_commitment: Some(self.settings.commitment.commitment),
            max_retries: Some(0),
            ..RpcSendTransactionConfig::default()
        };
        let _ = self.rpc.send_transaction_with_config(transaction, config).await;
    }

    /// Looks for a transaction; none if the endpoint did not answer. The height is read first, see [`Look::height`].
    async fn look(&self, signature: &Signature) -> Option<Look> {
        let commitment = self.settings.commitment;
        let height = self.rpc.get_block_height_with_commitment(commitment).await.ok()?;
        let statuses = self.rpc.get_signature_statuses(&[*signature]).await.ok()?.value;
        let status = match statuses.into_iter().next().flatten() {
            None => Status::Unknown,
            Some(status) if !status.satisfies_commitment(commitment) => Status::Seen,
            Some(status) => match status.err {
                None => Status::Confirmed(status.slot),
                Some(error) => Status::Failed(error),
            },
        };
        Some(Look { height, status })
    }
}

/// The limits of a transaction after its simulation.
pub(super) fn limits(instructions: &[Instruction], simulated: &RpcSimulateTransactionResult, price: u64) -> Limits {
    let units = u32::try_from(simulated.units_consumed.unwrap_or_default()).unwrap_or(u32::MAX);
    let prefix = u32::try_from(PREFIX).unwrap_or(u32::MAX);
    Limits {
        units: budget::unit_limit(units, assemble::measured_units(instructions), prefix),
        // Without a figure nothing is limited.
        loaded_bytes: simulated
            .loaded_accounts_data_size
            .map_or(Limits::MOST.loaded_bytes, budget::loaded_bytes_limit),
        price,
    }
}
