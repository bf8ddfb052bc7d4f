//! What can happen, as data. Every action is complete in itself: any part of a sequence is a sequence.

pub mod admin;
pub mod emission;
pub mod escrow;
pub mod host;
pub mod job;
pub mod market;
pub mod member;
pub mod outside;
pub mod queue;
pub mod reward;
pub mod round;
pub mod stake;
pub mod twist;

pub use {
    admin::AdminAction, emission::EmissionAction, escrow::EscrowAction, host::HostAction, job::JobAction,
    market::MarketAction, member::MemberAction, outside::Outside, queue::QueueAction, reward::RewardAction,
    round::RoundAction, stake::StakeAction, twist::Twist,
};

use {
    crate::{cast::Cast, ids::Key},
    gpu_market_sdk::{Instruction, decode::Account},
    serde::{Deserialize, Serialize},
};

/// One step of a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    Job(JobAction),
    Queue(QueueAction),
    Escrow(EscrowAction),
    Stake(StakeAction),
    Host(HostAction),
    Member(MemberAction),
    Market(MarketAction),
    Admin(AdminAction),
    Round(RoundAction),
    Reward(RewardAction),
    Emission(EmissionAction),
    /// An instruction of the program with something exchanged in it.
    Twisted(Box<Action>, Twist),
    /// What happens around the program.
    Outside(Outside),
}

/// What instructions are made from.
pub struct Scene<'a> {
    pub cast: &'a Cast,
    /// Reads an account that an instruction copies something from: the seed of a round, the payer of a rent.
    pub look: &'a dyn Fn(&gpu_market_sdk::Address) -> Option<Account>,
}

impl Action {
    /// The instruction that it sends; none for what happens outside of the program.
    pub fn instruction(&self, scene: &Scene) -> Option<Instruction> {
        Some(match self {
            Self::Job(action) => action.instruction(scene.cast),
            Self::Queue(action) => action.instruction(scene.cast),
            Self::Escrow(action) => action.instruction(scene.cast),
            Self::Stake(action) => action.instruction(scene.cast),
            Self::Host(action) => action.instruction(scene.cast),
            Self::Member(action) => action.instruction(scene.cast),
            Self::Market(action) => action.instruction(scene.cast),
            Self::Admin(action) => action.instruction(scene.cast),
            Self::Round(action) => action.instruction(scene),
            Self::Reward(action) => action.instruction(scene.cast),
            Self::Emission(action) => action.instruction(scene.cast),
            Self::Twisted(action, twist) => twist.applied(action.instruction(scene)?, scene.cast),
            Self::Outside(_) => return None,
        })
    }
}

/// Has another key sign in the first place of the instruction.
fn signed_by(mut instruction: Instruction, cast: &Cast, by: Key) -> Instruction {
    if let Some(first) = instruction.accounts.first_mut() {
        first.pubkey = cast.key(by);
    }
    instruction
}
