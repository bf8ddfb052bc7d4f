//! Why a transaction would fail, in the caller's terms.

use {
    super::{
        Connection, RpcError,
        assemble::PREFIX,
        error::{of_failure, shortage},
    },
    crate::{Address, Instruction, budget},
    solana_message::Message,
    solana_transaction_error::TransactionError,
};

impl Connection {
    /// What a failed simulation means: a refusal, a payer without lamports, or a cluster without the program.
    pub(super) async fn diagnose(
        &self,
        payer: &Address,
        instructions: &[Instruction],
        message: &Message,
        error: TransactionError,
        logs: Vec<String>,
    ) -> RpcError {
        if let Some(account) = who_lacks(payer, instructions, &error, &logs) {
            let lacking = Lacking { account, pays_fee: account == *payer, shortage: shortage(&logs).unwrap_or(0) };
            return self.unfunded(lacking, instructions, message).await.unwrap_or_else(|error| error);
        }
        let failure = of_failure(instructions, PREFIX, error, logs);
        if matches!(failure, RpcError::Failed { .. }) {
            // A cluster without the program fails in several ways, none of which says so.
            return self.require_program().await.err().unwrap_or(failure);
        }
        failure
    }

    async fn unfunded(
        &self,
        lacking: Lacking,
        instructions: &[Instruction],
        message: &Message,
    ) -> Result<RpcError, RpcError> {
        self.require_program().await?;
        let account = self.raw(&lacking.account).await?;
        let held = account.map_or(0, |account| account.lamports);
        let empty = self.empty_rent().await?;
        let fee = if lacking.pays_fee { self.fee(message).await? } else { 0 };
        let needed = needed(&lacking.account, instructions, fee, empty);
        Ok(RpcError::Unfunded {
            payer: lacking.account,
            lamports: held,
            missing: needed.saturating_sub(held).max(lacking.shortage),
        })
    }
}

/// An account that cannot pay.
struct Lacking {
    account: Address,
    pays_fee: bool,
    /// Lamports that a transfer lacked; zero if none was tried.
    shortage: u64,
}

/// The account that lacks lamports, if that is what the error says.
fn who_lacks(
    payer: &Address,
    instructions: &[Instruction],
    error: &TransactionError,
    logs: &[String],
) -> Option<Address> {
    match error {
        TransactionError::AccountNotFound
        | TransactionError::InsufficientFundsForFee
        | TransactionError::InsufficientFundsForRent { account_index: 0 } => Some(*payer),
        TransactionError::InstructionError(at, _) if shortage(logs).is_some() => {
            let index = usize::from(*at).checked_sub(PREFIX)?;
            rent_payer(instructions.get(index)?)
        }
        _ => None,
    }
}

/// Who pays the rent of the accounts that an instruction creates: in all builders of this SDK, the signer that is
/// writable.
fn rent_payer(instruction: &Instruction) -> Option<Address> {
    let payer = instruction.accounts.iter().find(|meta| meta.is_signer && meta.is_writable);
    payer.map(|meta| meta.pubkey)
}

/// Lamports that an account needs for the fee, for the accounts that it pays the rent of, and for its own exemption.
/// `empty` is the rent of an account without data.
fn needed(account: &Address, instructions: &[Instruction], fee: u64, empty: u64) -> u64 {
    let paid = instructions.iter().filter(|instruction| rent_payer(instruction) == Some(*account));
    let rents = paid.map(|instruction| budget::rent(instruction, empty));
    rents.fold(fee.saturating_add(empty), u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            address,
            instructions::{Token, client, host},
        },
        solana_instruction::error::InstructionError,
    };

    fn key(n: u8) -> Address {
        Address::new_from_array([n; 32])
    }

    fn open_client(payer: Address) -> Instruction {
        client::open_client(key(1), payer, Token::spl(key(3)))
    }

    #[test]
    fn the_fee_payer_lacks_lamports_when_the_runtime_says_so() {
        for error in [TransactionError::AccountNotFound, TransactionError::InsufficientFundsForFee] {
            assert_eq!(who_lacks(&key(9), &[], &error, &[]), Some(key(9)));
        }
        assert_eq!(who_lacks(&key(9), &[], &TransactionError::AccountInUse, &[]), None);
    }

    #[test]
    fn the_rent_payer_lacks_lamports_when_a_transfer_does() {
        let instructions = [host::open_earnings(key(5), Token::spl(key(3))), open_client(key(2))];
        let error = TransactionError::InstructionError(4, InstructionError::Custom(1));
        let logs = ["Transfer: insufficient lamports 5, need 9".to_owned()];
        assert_eq!(who_lacks(&key(9), &instructions, &error, &logs), Some(key(2)));
        assert_eq!(who_lacks(&key(9), &instructions, &error, &[]), None);
    }

    #[test]
    fn what_is_needed_is_the_fee_the_rent_and_the_payers_own_exemption() {
        let instructions = [open_client(key(2)), open_client(key(2)), open_client(key(4))];
        let rent = budget::rent(&instructions[0], 890_880);
        assert!(rent > 2_000_000);
        assert_eq!(needed(&key(2), &instructions, 5_000, 890_880), 5_000 + 890_880 + 2 * rent);
        assert_eq!(needed(&key(9), &instructions, 5_000, 890_880), 5_000 + 890_880);
        let other = Instruction { program_id: address::TOKEN_PROGRAM, ..open_client(key(9)) };
        assert_eq!(needed(&key(9), &[other], 0, 890_880), 890_880);
    }
}
