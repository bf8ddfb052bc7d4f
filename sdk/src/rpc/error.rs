//! What can go wrong between a client and a cluster.

use {
    super::endpoint::Endpoint,
    crate::{
        Address, Instruction, address,
        error::{DecodeError, Refusal},
        instructions,
        view::ViewError,
    },
    solana_signature::Signature,
    solana_transaction_error::TransactionError,
};

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    /// Nothing answers at the endpoint.
    #[error("{endpoint} cannot be reached: {reason}; check its address and the network, or use another endpoint")]
    Unreachable {
        /// The endpoint.
        endpoint: Endpoint,
        /// What the transport said.
        reason: String,
    },
    /// The endpoint answers, and not with what was asked for; for example it is busy.
    #[error("{endpoint} answered with an error: {reason}")]
    Answer {
        /// The endpoint.
        endpoint: Endpoint,
        /// What it said.
        reason: String,
    },
    /// The program is not deployed at the cluster of the endpoint.
    #[error(
        "wrong cluster: GPU Market ({program}) is not deployed at {endpoint}; use an endpoint of a cluster that has it"
    )]
    WrongCluster {
        /// The endpoint.
        endpoint: Endpoint,
        /// Address of the program.
        program: Address,
    },
    /// An account pays fees or rent and holds too little.
    #[error(
        "{payer} holds {lamports} lamports, {missing} too few for the fee and rent of this transaction; fund it"
    )]
    Unfunded {
        /// Who pays.
        payer: Address,
        /// Lamports that it holds.
        lamports: u64,
        /// Lamports that it lacks, for the fee, the accounts that the transaction creates and its own rent exemption.
        missing: u64,
    },
    /// The program refused an instruction. Nothing has changed.
    #[error(transparent)]
    Refused(Box<Refused>),
    /// The transaction failed for a reason that is not the program's. Nothing has changed but, if it was sent, the
    /// fee.
    #[error("the transaction failed: {error}")]
    Failed {
        /// What the runtime reported.
        error: TransactionError,
        /// What the runtime and the programs logged; empty if it was not simulated.
        logs: Vec<String>,
    },
    /// Every attempt expired before a leader took it. Nothing has changed.
    #[error("the transaction expired {attempts} times before a leader took it; raise the priority fee's cap")]
    Expired {
        /// Attempts, each with another blockhash.
        attempts: u32,
    },
    /// The endpoint stopped answering after the transaction was sent: whether it was executed is not known.
    #[error(
        "{endpoint} stopped answering; whether {signature} was executed is not known, look it up before retrying"
    )]
    Unconfirmed {
        /// The endpoint.
        endpoint: Endpoint,
        /// The transaction.
        signature: Signature,
    },
    /// A job with this nonce exists already and is another one than was to be posted.
    #[error("the nonce {nonce} is taken by another job, {job}; use a fresh nonce")]
    NonceTaken {
        /// The nonce.
        nonce: u64,
        /// The job that has it.
        job: Address,
    },
    /// There is no account at the address.
    #[error("there is no {account} at {address}")]
    Missing {
        /// Name of its type.
        account: &'static str,
        /// The address.
        address: Address,
    },
    /// An account does not decode.
    #[error("{address}: {source}")]
    Decode {
        /// Address of the account.
        address: Address,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// A job cannot be viewed.
    #[error(transparent)]
    View(#[from] ViewError),
    /// A key that has to sign was not given.
    #[error("the key of {0} has to sign and was not given")]
    SignerMissing(
        /// The key.
        Address,
    ),
    /// A key refused to sign, for example on a hardware wallet.
    #[error("signing failed: {0}")]
    Signing(
        /// What the signer said.
        String,
    ),
    /// The transaction does not fit a packet.
    #[error("the transaction has {bytes} bytes, more than the {allowed} that fit; split it")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The most that fits.
        allowed: usize,
    },
    /// The WebSocket of the endpoint failed.
    #[error("the event stream of {endpoint} failed: {reason}")]
    Stream {
        /// The endpoint.
        endpoint: Endpoint,
        /// What failed.
        reason: String,
    },
}

impl RpcError {
    /// Why the program refused, if it did.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refused) => Some(refused.refusal),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Answer { .. } | Self::Stream { .. } | Self::Expired { .. })
    }
}

/// An instruction that the program refused.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{instruction} was refused, {}: {refusal}", .refusal.name())]
pub struct Refused {
    /// Place of the instruction among those that the caller passed, from zero.
    pub index: usize,
    /// Its name.
    pub instruction: &'static str,
    /// Why.
    pub refusal: Refusal,
    /// What the runtime and the programs logged; empty if it was refused after the simulation.
    pub logs: Vec<String>,
}

impl Refused {
    /// Name of the rule or check.
    pub fn name(&self) -> &'static str {
        self.refusal.name()
    }

    /// The rule of the program that was broken, as a sentence.
    pub fn rule(&self) -> Option<&'static str> {
        self.market_error().map(|error| error.rule())
    }

    /// What to do about it.
    pub fn remedy(&self) -> Option<&'static str> {
        self.market_error().map(|error| error.remedy())
    }

    fn market_error(&self) -> Option<gpu_market::error::MarketError> {
        match self.refusal {
            Refusal::Rule(error) => Some(error),
            _ => None,
        }
    }
}

/// What a failed transaction means. `prefix` is the number of instructions before those of the caller.
pub(super) fn of_failure(
    instructions: &[Instruction],
    prefix: usize,
    error: TransactionError,
    logs: Vec<String>,
) -> RpcError {
    let TransactionError::InstructionError(at, instruction_error) = &error else {
        return RpcError::Failed { error, logs };
    };
    let index = usize::from(*at).checked_sub(prefix);
    let ours = index.and_then(|index| Some((index, instructions.get(index)?)));
    let ours = ours.filter(|(_, instruction)| instruction.program_id == address::PROGRAM);
    match (ours, Refusal::of_instruction(instruction_error)) {
        (Some((index, instruction)), Some(refusal)) => {
            let instruction = instructions::name(&instruction.data).unwrap_or("unknown");
            RpcError::Refused(Box::new(Refused { index, instruction, refusal, logs }))
        }
        _ => RpcError::Failed { error, logs },
    }
}

/// How many lamports a transfer of the system program lacked, if that is why the transaction failed.
pub(super) fn shortage(logs: &[String]) -> Option<u64> {
    let line = logs.iter().find_map(|line| line.strip_prefix("Transfer: insufficient lamports "))?;
    let (held, needed) = line.split_once(", need ")?;
    needed.trim().parse::<u64>().ok()?.checked_sub(held.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use {super::*, gpu_market::error::MarketError, solana_instruction::error::InstructionError};

    fn instruction(program_id: Address, number: u8) -> Instruction {
        Instruction { program_id, accounts: Vec::new(), data: vec![number] }
    }

    fn custom(at: u8, code: u32) -> TransactionError {
        TransactionError::InstructionError(at, InstructionError::Custom(code))
    }

    #[test]
    fn a_refusal_names_the_instruction_the_rule_and_the_remedy() {
        let sent = [instruction(address::PROGRAM, 31), instruction(address::PROGRAM, 0)];
        let error = of_failure(&sent, 2, custom(3, MarketError::InsufficientEscrow.code()), Vec::new());
        assert_eq!(
            error.to_string(),
            "post was refused, InsufficientEscrow: The escrow has less available than this needs; deposit more, or \
             withdraw less."
        );
        let RpcError::Refused(refused) = error else { panic!("{error}") };
        assert_eq!((refused.index, refused.name()), (1, "InsufficientEscrow"));
        assert_eq!(refused.rule(), Some(MarketError::InsufficientEscrow.rule()));
        assert_eq!(refused.remedy(), Some(MarketError::InsufficientEscrow.remedy()));
    }

    #[test]
    fn another_programs_code_is_not_taken_for_a_rule() {
        let sent = [instruction(address::TOKEN_PROGRAM, 3), instruction(address::PROGRAM, 0)];
        let code = MarketError::InsufficientEscrow.code();
        for at in [0, 1, 2, 9] {
            let error = of_failure(&sent, 2, custom(at, code), Vec::new());
            assert!(matches!(error, RpcError::Failed { .. }), "{at}: {error}");
        }
    }

    #[test]
    fn running_out_of_compute_units_is_no_refusal() {
        let error = TransactionError::InstructionError(0, InstructionError::ComputationalBudgetExceeded);
        let error = of_failure(&[instruction(address::PROGRAM, 0)], 0, error, vec!["log".into()]);
        assert!(matches!(error, RpcError::Failed { logs, .. } if logs == ["log"]));
    }

    #[test]
    fn the_shortage_is_read_from_the_log_of_the_system_program() {
        let logs = ["Program log: x", "Transfer: insufficient lamports 10, need 2282880"].map(String::from);
        assert_eq!(shortage(&logs), Some(2_282_870));
        assert_eq!(shortage(&["Transfer: insufficient lamports x, need y".into()]), None);
        assert_eq!(shortage(&[]), None);
    }
}
