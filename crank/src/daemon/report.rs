//! What a crank tells its operator.

use {
    crate::{Action, Kind, Tip},
    gpu_market_sdk::{
        Address,
        error::DecodeError,
        rpc::{Receipt, RpcError},
    },
    solana_signer::SignerError,
    std::{collections::BTreeMap, fmt},
};

/// Lamports that every signature costs.
const SIGNATURE_FEE: u64 = 5_000;
/// Micro lamports in a lamport.
const MICRO: u64 = 1_000_000;

/// Why a crank does not start.
#[derive(Debug, thiserror::Error)]
pub enum CrankError {
    /// The cluster cannot be read or followed.
    #[error("the crank cannot start: {0}")]
    Rpc(
        /// Why.
        #[from]
        RpcError,
    ),
    /// The signer has no key to give, for example a hardware wallet that is not connected.
    #[error("the crank's key cannot be read: {0}; connect or unlock it")]
    Key(
        /// What the signer said.
        #[from]
        SignerError,
    ),
}

/// Something that happened.
#[derive(Debug)]
pub enum Report {
    /// All accounts are read.
    Started {
        /// Accounts of the program.
        accounts: usize,
        /// Jobs among them.
        jobs: usize,
        /// Deadlines that are waited for.
        waiting: usize,
        /// Actions that are due.
        due: usize,
        /// Slot of the cluster.
        slot: u64,
    },
    /// An action succeeded.
    Done {
        /// The action.
        action: Action,
        /// Its transaction.
        receipt: Receipt,
        /// The tip that it paid, by its own events; none if it paid none or the endpoint does not know.
        earned: Option<Tip>,
    },
    /// The program refused an action, as a rule because somebody was quicker. It cost nothing, unless another transaction
    /// came between its simulation and its execution.
    Refused {
        /// The action.
        action: Action,
        /// The rule and the remedy.
        error: RpcError,
    },
    /// An action failed for another reason. It is tried again.
    Failed {
        /// The action.
        action: Action,
        /// Why.
        error: RpcError,
    },
    /// The accounts cannot be read at the moment. It is tried again.
    Trouble {
        /// Why.
        error: RpcError,
    },
    /// An account that this version of the crank does not understand. It is left alone.
    Unreadable {
        /// Its address.
        address: Address,
        /// What is wrong with it.
        error: DecodeError,
    },
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { accounts, jobs, waiting, due, slot } => write!(
                f,
                "slot {slot}: {accounts} accounts, {jobs} jobs; {due} actions due, {waiting} deadlines to come"
            ),
            Self::Done { action, receipt, earned } => {
                write!(f, "{}: {} ({})", action.id.kind.instruction(), action.why, receipt.signature)?;
                match earned {
                    Some(tip) => write!(f, ", tip {} base units of {}", tip.amount, tip.mint),
                    None => Ok(()),
                }
            }
            // The error of a refusal begins with the instruction.
            Self::Refused { error, .. } => write!(f, "{error}"),
            Self::Failed { action, error } => write!(f, "{} failed: {error}", action.id.kind.instruction()),
            Self::Trouble { error } => write!(f, "{error}"),
            Self::Unreadable { address, error } => write!(f, "{address}: {error}"),
        }
    }
}

/// What a crank did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Actions that succeeded.
    pub done: BTreeMap<Kind, u64>,
    /// Actions that were refused.
    pub refused: u64,
    /// Actions that failed for another reason.
    pub failed: u64,
    /// Tips, base units by mint.
    pub earned: BTreeMap<Address, u64>,
    /// Lamports of fees of the actions that succeeded.
    pub fees: u64,
}

impl Summary {
    pub(super) fn count(&mut self, report: &Report) {
        match report {
            Report::Done { action, receipt, earned } => {
                increase(self.done.entry(action.id.kind).or_default(), 1);
                increase(&mut self.fees, fee(receipt));
                if let Some(tip) = earned {
                    increase(self.earned.entry(tip.mint).or_default(), tip.amount);
                }
            }
            Report::Refused { .. } => increase(&mut self.refused, 1),
            Report::Failed { .. } => increase(&mut self.failed, 1),
            _ => {}
        }
    }
}

fn increase(counter: &mut u64, by: u64) {
    *counter = counter.saturating_add(by);
}

fn fee(receipt: &Receipt) -> u64 {
    let priority = u64::from(receipt.unit_limit).saturating_mul(receipt.unit_price).div_ceil(MICRO);
    SIGNATURE_FEE.saturating_add(priority)
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{ActionId, Subject},
        gpu_market_sdk::rpc::Signature,
    };

    fn done(amount: Option<u64>) -> Report {
        let id = ActionId { kind: Kind::ExpireQueued, subject: Subject::Job(Address::default()), number: 0 };
        let action = Action { id, instructions: Vec::new(), tip: None, why: "it waited".into() };
        let receipt =
            Receipt { signature: Signature::default(), slot: 1, unit_limit: 5_000, unit_price: 1_001, renewals: 0 };
        let earned = amount.map(|amount| Tip { mint: Address::default(), amount });
        Report::Done { action, receipt, earned }
    }

    #[test]
    fn tips_and_fees_add_up() {
        let mut summary = Summary::default();
        for report in [done(Some(1_000)), done(None), done(Some(500))] {
            summary.count(&report);
        }
        assert_eq!(summary.done[&Kind::ExpireQueued], 3);
        assert_eq!(summary.earned[&Address::default()], 1_500);
        // 5,005,000 micro lamports are 6 lamports.
        assert_eq!(summary.fees, 3 * (5_000 + 6));
    }

    #[test]
    fn a_success_is_told_with_its_reason_and_its_tip() {
        let text = done(Some(1_000)).to_string();
        assert!(text.starts_with("expire_queued: it waited ("), "{text}");
        assert!(text.ends_with(", tip 1000 base units of 11111111111111111111111111111111"), "{text}");
    }
}
