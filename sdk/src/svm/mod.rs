//! An embedded chain with the real program and the real SPL Token program, for tests, demos and integrators.
//!
//! It executes transactions exactly as a validator would, on one thread and with a clock that the caller moves. Nothing
//! here is part of a client of the real network.

mod tokens;

use {
    crate::{
        Address, Instruction, address,
        budget::{MAX_COMPUTE_UNITS, MAX_LOADED_BYTES},
        decode::{self, Decode},
        error::Refusal,
        events::Event,
    },
    gpu_market::state::Now,
    litesvm::LiteSVM,
    solana_account::Account as RawAccount,
    solana_clock::Clock,
    solana_hash::Hash,
    solana_keypair::Keypair,
    solana_message::{Message, VersionedMessage, v1},
    solana_signer::Signer,
    solana_transaction::{Transaction, versioned::VersionedTransaction},
    solana_transaction_error::TransactionError,
    std::collections::BTreeMap,
};

/// Slots per second of the simulated chain: slots last 200 ms.
pub const SLOTS_PER_SECOND: u64 = 5;

/// A transaction that was executed.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Compute units it consumed.
    pub compute_units: u64,
    /// Bytes of the signed transaction.
    pub bytes: usize,
    /// What the program emitted, in order.
    pub events: Vec<Event>,
    /// What the runtime and the programs logged.
    pub logs: Vec<String>,
}

/// A transaction that was refused. Nothing has changed but the fee.
#[derive(Clone, Debug)]
pub struct Refused {
    /// What the runtime reported.
    pub error: TransactionError,
    /// Why, in the program's terms, if the program or its framework refused.
    pub refusal: Option<Refusal>,
    /// What the runtime and the programs logged.
    pub logs: Vec<String>,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.refusal {
            Some(refusal) => write!(formatter, "{}: {refusal}", refusal.name()),
            None => write!(formatter, "{}", self.error),
        }
    }
}

impl std::error::Error for Refused {}

/// The embedded chain.
pub struct Svm {
    inner: LiteSVM,
    upgrade_authority: Keypair,
    faucet: Keypair,
}

impl Svm {
    /// A chain with `program` deployed at the program's address. Fails if the bytes are no program that the runtime
    /// would load.
    pub fn new(program: &[u8]) -> Result<Self, String> {
        let mut inner = LiteSVM::new().with_sigverify(true).with_log_bytes_limit(Some(100_000));
        inner.add_program(gpu_market::ID, program).map_err(|error| error.to_string())?;
        let mut svm = Self { inner, upgrade_authority: keypair("upgrade authority"), faucet: keypair("faucet") };
        svm.record_upgrade_authority()?;
        let faucet = svm.faucet.pubkey();
        svm.airdrop(&faucet, 1_000_000_000_000_000);
        svm.set_now(Now { unix: 1_800_000_000, slot: 1_000_000_000 });
        Ok(svm)
    }

    /// Writes the upgrade authority where a deployment through the loader would have written it.
    fn record_upgrade_authority(&mut self) -> Result<(), String> {
        use gpu_market::constants::loader::{AUTHORITY_OFFSET, AUTHORITY_OPTION_OFFSET};
        let program_data = address::program_data().0;
        let mut account = self.raw(&program_data).ok_or("the program has no program data account")?;
        let end = AUTHORITY_OFFSET.saturating_add(32);
        let (Some(option), key) = (account.data.get_mut(AUTHORITY_OPTION_OFFSET), self.upgrade_authority.pubkey())
        else {
            return Err("the program data account is too short".into());
        };
        *option = 1;
        if let Some(slot) = account.data.get_mut(AUTHORITY_OFFSET..end) {
            slot.copy_from_slice(key.as_ref());
        }
        self.set_raw(program_data, account)
    }

    /// The key that may create the config.
    pub fn upgrade_authority(&self) -> &Keypair {
        &self.upgrade_authority
    }

    /// Deploys another program, for example one that calls this one. Fails if the bytes are no program that the
    /// runtime would load.
    pub fn add_program(&mut self, id: Address, program: &[u8]) -> Result<(), String> {
        self.inner.add_program(id, program).map_err(|error| error.to_string())
    }

    /// Gives lamports to an account.
    pub fn airdrop(&mut self, to: &Address, lamports: u64) {
        let held = self.lamports(to);
        let account = self.raw(to).unwrap_or_default();
        let account = RawAccount { lamports: held.saturating_add(lamports), ..account };
        // A system account of any balance is always accepted.
        let _ = self.inner.set_account(*to, account);
    }

    /// The clock.
    pub fn now(&self) -> Now {
        let clock = self.inner.get_sysvar::<Clock>();
        Now { unix: clock.unix_timestamp, slot: clock.slot }
    }

    /// Sets the clock.
    pub fn set_now(&mut self, now: Now) {
        let mut clock = self.inner.get_sysvar::<Clock>();
        clock.unix_timestamp = now.unix;
        clock.slot = now.slot;
        self.inner.set_sysvar(&clock);
    }

    /// Sets the slot hashes sysvar: slots with their hashes, the newest first.
    pub fn set_slot_hashes(&mut self, hashes: &[(u64, [u8; 32])]) -> Result<(), String> {
        /// Bytes of the account: a count and 512 entries.
        const SIZE: usize = 8 + 512 * 40;
        let mut data = u64::try_from(hashes.len()).unwrap_or_default().to_le_bytes().to_vec();
        for (slot, hash) in hashes {
            data.extend(slot.to_le_bytes());
            data.extend(hash);
        }
        data.resize(SIZE, 0);
        let owner = Address::from_str_const("Sysvar1111111111111111111111111111111111111");
        let account = RawAccount { lamports: 1_000_000_000, data, owner, ..RawAccount::default() };
        self.set_raw(gpu_market::constants::SLOT_HASHES, account)
    }

    /// Lets time pass on a chain that makes its slots.
    pub fn advance(&mut self, seconds: u32) {
        let now = self.now();
        self.set_now(Now {
            unix: now.unix.saturating_add(i64::from(seconds)),
            slot: now.slot.saturating_add(u64::from(seconds).saturating_mul(SLOTS_PER_SECOND)),
        });
    }

    /// Lets time pass while the chain stands still: no slots are made.
    pub fn halt(&mut self, seconds: u32) {
        let now = self.now();
        self.set_now(Now { unix: now.unix.saturating_add(i64::from(seconds)), slot: now.slot });
    }

    /// Signs and executes instructions as one transaction. The first signer pays the fee.
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Execution, Box<Refused>> {
        let payer = signers.first().map(|signer| signer.pubkey());
        self.inner.expire_blockhash();
        let message = Message::new(instructions, payer.as_ref());
        let transaction = Transaction::new(signers, message, self.inner.latest_blockhash());
        self.execute(transaction_bytes(&transaction), transaction.into())
    }

    /// The same as a transaction of version 1 (SIMD-0385): up to 4,096 bytes, 64 accounts and 64 instructions, with the
    /// largest limits in its header.
    pub fn send_v1(
        &mut self,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<Execution, Box<Refused>> {
        let failed = |error| Box::new(Refused { error, refusal: None, logs: Vec::new() });
        let payer = signers.first().map(|signer| signer.pubkey()).unwrap_or_default();
        let mut message = v1_message(&payer, instructions).ok_or(failed(TransactionError::SanitizeFailure))?;
        let bytes = v1_bytes(&message);
        self.inner.expire_blockhash();
        message.lifetime_specifier = self.inner.latest_blockhash();
        let transaction = VersionedTransaction::try_new(VersionedMessage::V1(message), signers);
        self.execute(bytes, transaction.map_err(|_| failed(TransactionError::SignatureFailure))?)
    }

    fn execute(&mut self, bytes: usize, transaction: VersionedTransaction) -> Result<Execution, Box<Refused>> {
        match self.inner.send_transaction(transaction) {
            Ok(meta) => Ok(Execution {
                compute_units: meta.compute_units_consumed,
                bytes,
                events: events_of(&meta.inner_instructions),
                logs: meta.logs,
            }),
            Err(failed) => {
                let refusal = match &failed.err {
                    TransactionError::InstructionError(_, error) => Refusal::of_instruction(error),
                    _ => None,
                };
                Err(Box::new(Refused { error: failed.err, refusal, logs: failed.meta.logs }))
            }
        }
    }

    /// An account as it lies on the chain.
    pub fn raw(&self, key: &Address) -> Option<RawAccount> {
        self.inner.get_account(key).filter(|account| account.lamports > 0)
    }

    /// Writes an account, for tests of what no transaction can bring about.
    pub fn set_raw(&mut self, key: Address, account: RawAccount) -> Result<(), String> {
        self.inner.set_account(key, account).map_err(|error| error.to_string())
    }

    /// Lamports of an account; zero if there is none.
    pub fn lamports(&self, key: &Address) -> u64 {
        self.inner.get_balance(key).unwrap_or(0)
    }

    /// A decoded account of the program, if there is one of this type at the address.
    pub fn account<T: Decode>(&self, key: &Address) -> Option<T> {
        let account = self.raw(key).filter(|account| account.owner == gpu_market::ID)?;
        decode::decode(&account.data).ok()
    }

    /// Every account of the program.
    pub fn program_accounts(&self) -> BTreeMap<Address, RawAccount> {
        self.inner
            .get_program_accounts(&gpu_market::ID)
            .into_iter()
            .filter(|(_, account)| account.lamports > 0)
            .collect()
    }
}

/// A key pair that follows from a name, so that runs repeat.
pub fn keypair(name: &str) -> Keypair {
    use sha2::{Digest, Sha256};
    Keypair::new_from_array(Sha256::digest(name.as_bytes()).into())
}

/// Bytes of a signed transaction of these instructions.
pub fn packet_size(payer: &Address, instructions: &[Instruction]) -> usize {
    transaction_bytes(&Transaction::new_unsigned(Message::new(instructions, Some(payer))))
}

/// Bytes of a signed transaction of version 1 of these instructions; none if that has too many instructions or accounts.
pub fn v1_size(payer: &Address, instructions: &[Instruction]) -> Option<usize> {
    v1_message(payer, instructions).map(|message| v1_bytes(&message))
}

fn v1_message(payer: &Address, instructions: &[Instruction]) -> Option<v1::Message> {
    // What is not asked for is none at all.
    let config = v1::TransactionConfig::empty()
        .with_compute_unit_limit(MAX_COMPUTE_UNITS)
        .with_loaded_accounts_data_size_limit(MAX_LOADED_BYTES);
    let message = v1::Message::try_compile_with_config(payer, instructions, Hash::default(), config).ok()?;
    message.validate().is_ok().then_some(message)
}

/// Its version, its message, and its signatures, whose number is not written.
fn v1_bytes(message: &v1::Message) -> usize {
    let signatures = usize::from(message.header.num_required_signatures).saturating_mul(v1::SIGNATURE_SIZE);
    message.size().saturating_add(signatures).saturating_add(1)
}

fn transaction_bytes(transaction: &Transaction) -> usize {
    let signatures = transaction.signatures.len().saturating_mul(64).saturating_add(1);
    transaction.message.serialize().len().saturating_add(signatures)
}

fn events_of(inner: &solana_message::inner_instruction::InnerInstructionsList) -> Vec<Event> {
    inner.iter().flatten().filter_map(|inner| Event::decode(&inner.instruction.data).ok()).collect()
}
