//! Transactions as they are sent: instructions of the caller behind those to the compute budget.

use {
    super::RpcError,
    crate::{Address, Instruction, budget},
    solana_compute_budget_interface::ComputeBudgetInstruction,
    solana_message::Message,
    solana_transaction::Transaction,
    std::collections::BTreeSet,
};

/// Instructions to the compute budget that every transaction begins with.
pub(super) const PREFIX: usize = 3;
/// Bytes of the largest transaction that a packet takes.
const PACKET: usize = 1_232;
/// Accounts that an endpoint reports fees for at once.
const FEE_ACCOUNTS: usize = 128;

/// What a transaction asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// Compute units.
    pub units: u32,
    /// Bytes of loaded accounts.
    pub loaded_bytes: u32,
    /// Micro lamports per compute unit.
    pub price: u64,
}

impl Limits {
    /// As much as a transaction may ask for, at no price: what a simulation runs with.
    pub const MOST: Self =
        Self { units: budget::MAX_COMPUTE_UNITS, loaded_bytes: budget::MAX_LOADED_BYTES, price: 0 };
}

/// The message of a transaction. Its size does not depend on the limits.
pub(super) fn message(payer: &Address, instructions: &[Instruction], limits: Limits) -> Message {
    let budget: [Instruction; PREFIX] = [
        ComputeBudgetInstruction::set_compute_unit_limit(limits.units),
        ComputeBudgetInstruction::set_loaded_accounts_data_size_limit(limits.loaded_bytes),
        ComputeBudgetInstruction::set_compute_unit_price(limits.price),
    ];
    let all: Vec<Instruction> = budget.into_iter().chain(instructions.iter().cloned()).collect();
    Message::new(&all, Some(payer))
}

/// Compute units that the instructions were measured to take at most, as far as they are this program's.
pub(super) fn measured_units(instructions: &[Instruction]) -> u32 {
    let units = instructions.iter().filter_map(budget::of_instruction);
    units.fold(0, u32::saturating_add)
}

/// The accounts that a transaction writes, which it bids for; the payer, which others do not write, is left out.
pub(super) fn contended(payer: &Address, instructions: &[Instruction]) -> Vec<Address> {
    let metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
    let written: BTreeSet<Address> = metas.filter(|meta| meta.is_writable).map(|meta| meta.pubkey).collect();
    written.into_iter().filter(|key| key != payer).take(FEE_ACCOUNTS).collect()
}

/// Whether instructions fit one packet together.
pub(super) fn fit(payer: &Address, instructions: &[Instruction]) -> bool {
    require_fits(&Transaction::new_unsigned(message(payer, instructions, Limits::MOST))).is_ok()
}

/// Refuses a transaction that does not fit a packet.
pub(super) fn require_fits(transaction: &Transaction) -> Result<(), RpcError> {
    let signatures = transaction.signatures.len().saturating_mul(64).saturating_add(1);
    let bytes = transaction.message.serialize().len().saturating_add(signatures);
    if bytes <= PACKET { Ok(()) } else { Err(RpcError::TooLarge { bytes, allowed: PACKET }) }
}

/// The first key that has to sign and is not among `given`.
pub(super) fn missing_signer(message: &Message, given: &[Address]) -> Option<Address> {
    let required = message.account_keys.iter().take(usize::from(message.header.num_required_signatures));
    required.copied().find(|key| !given.contains(key))
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            address,
            instructions::{
                Token,
                client::{self, Deposit},
            },
        },
    };

    fn key(n: u8) -> Address {
        Address::new_from_array([n; 32])
    }

    fn deposit() -> Instruction {
        let token = Token::spl(key(3));
        let client = address::client(&key(1), &token.mint).0;
        client::deposit(Deposit { depositor: key(1), source: key(2), client, token, amount: 5 })
    }

    #[test]
    fn a_message_begins_with_its_limits() {
        let limits = Limits { units: 5, loaded_bytes: 6, price: 7 };
        let message = message(&key(1), &[deposit()], limits);
        let data: Vec<&[u8]> = message.instructions.iter().map(|instruction| instruction.data.as_slice()).collect();
        assert_eq!(data[..PREFIX], [&[2, 5, 0, 0, 0][..], &[4, 6, 0, 0, 0], &[3, 7, 0, 0, 0, 0, 0, 0, 0]]);
        assert_eq!(data[PREFIX], deposit().data);
    }

    #[test]
    fn the_payer_is_not_bid_for() {
        let vault = address::client_vault(&address::client(&key(1), &key(3)).0).0;
        let contended = contended(&key(2), &[deposit(), deposit()]);
        assert_eq!(contended.len(), 2);
        assert!(contended.contains(&vault) && !contended.contains(&key(2)));
    }

    #[test]
    fn the_measured_units_are_those_of_all_instructions_of_the_program() {
        let other = Instruction { program_id: address::TOKEN_PROGRAM, accounts: Vec::new(), data: vec![0] };
        let each = budget::compute_units("deposit").unwrap();
        assert_eq!(measured_units(&[deposit(), other, deposit()]), 2 * each);
    }

    #[test]
    fn a_transaction_larger_than_a_packet_is_refused() {
        let fits = |count: usize| {
            let instructions = vec![Instruction { data: vec![0; 100], ..deposit() }; count];
            require_fits(&Transaction::new_unsigned(message(&key(9), &instructions, Limits::MOST)))
        };
        assert!(fits(1).is_ok());
        let error = fits(12).unwrap_err();
        assert!(matches!(error, RpcError::TooLarge { bytes: 1_233.., allowed: PACKET }), "{error}");
    }

    #[test]
    fn the_signer_that_was_not_given_is_named() {
        let message = message(&key(9), &[deposit()], Limits::MOST);
        assert_eq!(missing_signer(&message, &[key(9)]), Some(key(1)));
        assert_eq!(missing_signer(&message, &[key(1)]), Some(key(9)));
        assert_eq!(missing_signer(&message, &[key(1), key(9)]), None);
    }
}
