//! Every instruction, in every state of everything that has one: where it succeeds in one state, that state is replaced by
//! each other one, and nothing else.
//!
//! Instructions and the states in which they succeed are those of the cost table and the account matrix, so that neither
//! a new instruction nor a new branch is forgotten. What is allowed to succeed stands in `edges`.

mod edges;
mod extra;
mod subject;
mod table;

pub use {subject::Subject, table::Table};

use {
    crate::{
        World,
        accounts::{
            self, Held, Interface, Keyring, Outcome, attempt, held, in_parallel, interface_of, with_own_payer,
        },
        cost::Watch,
    },
    gpu_market::state::Job,
    gpu_market_sdk::{Address, Instruction, decode::decode},
    solana_keypair::Keypair,
    std::{cell::RefCell, rc::Rc},
};

/// One state tried, and what became of it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Number of the instruction.
    pub number: u8,
    /// The measurement in which it was tried.
    pub branch: String,
    /// Name of the account in the instruction.
    pub slot: &'static str,
    pub subject: Subject,
    /// Index of the state.
    pub state: usize,
    pub outcome: Outcome,
}

/// Tries everything.
pub fn try_everything() -> Table {
    let scenarios = [&accounts::scenarios(), extra::SCENARIOS].concat();
    let trials = in_parallel(&scenarios, |scenario| {
        let trials = Rc::new(RefCell::new(Vec::new()));
        let collector = trials.clone();
        scenario(&Watch::by(move |world, branch, instruction, signers| {
            collector.borrow_mut().extend(try_states(world, branch, instruction, signers));
        }));
        trials.take()
    });
    Table::of(&trials.concat())
}

fn try_states(world: &mut World, branch: &str, measured: &Instruction, signers: &[&Keypair]) -> Vec<Trial> {
    let interface = interface_of(measured.data[0]);
    let keyring = Keyring::new(world, signers);
    let instruction = with_own_payer(measured, interface, keyring.payer);
    let job = job_of(world, &instruction, interface);
    let mut trials = Vec::new();
    for (slot, meta) in interface.slots.iter().zip(&instruction.accounts) {
        let Some((subject, account)) = subject_at(world, &meta.pubkey) else { continue };
        let Some(place) = subject.place(&instruction, job.as_ref()) else { continue };
        for (state, kind) in subject.states().iter().enumerate() {
            let mut forged = account.clone();
            if !(kind.write)(&mut forged.data, place) {
                continue;
            }
            let edit = Some((meta.pubkey, Some(forged)));
            let outcome = attempt(world, &keyring, instruction.clone(), edit);
            let (number, branch) = (interface.number, branch.into());
            trials.push(Trial { number, branch, slot: slot.name.as_str(), subject, state, outcome });
        }
    }
    trials
}

/// What an address holds, if it has a state.
fn subject_at(world: &World, key: &Address) -> Option<(Subject, Held)> {
    let account = held(world, key).filter(Held::is_programs)?;
    Some((Subject::of(account.mark()?)?, account))
}

/// The job that an instruction names.
fn job_of(world: &World, instruction: &Instruction, interface: &Interface) -> Option<Job> {
    let index = interface.slots.iter().position(|slot| slot.name == "job")?;
    decode(&held(world, &instruction.accounts[index].pubkey)?.data).ok()
}
