//! What the crank does, and to what.

use gpu_market_sdk::{Address, Instruction};

/// What the crank looks at: an account of the program, or a seat of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A job: its deadlines, what it owes, its end.
    Job(Address),
    /// A seat: node of a shard.
    Seat(
        /// The shard.
        Address,
        /// Index of the node.
        u16,
    ),
    /// A shard: its head job and head seat.
    Shard(Address),
    /// A market: seats in one shard and jobs in another.
    Market(Address),
    /// A member of a premium market: its place there.
    Member(Address),
    /// A client: fees that it owes.
    Client(Address),
    /// A stake: slashes that the treasury has not swept.
    Stake(Address),
    /// A credit: slashed stake of a harmed client.
    Credit(Address),
    /// A round of attestation.
    Round(Address),
    /// A set of attestors: those that left it.
    Set(Address),
    /// A GPU that was proved.
    Gpu(Address),
    /// What a stake earns from a reward pool: whether the pool counts more than the stake weighs.
    Position(Address),
    /// An emission: what of it is due to stakers.
    Emission(Address),
}

macro_rules! kinds {
    ($($kind:ident = $instruction:literal, $class:ident;)*) => {
        /// An instruction that anyone may send.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = concat!("`", $instruction, "`.")] $kind,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];

            /// Name of the instruction.
            pub const fn instruction(self) -> &'static str {
                match self { $(Kind::$kind => $instruction,)* }
            }

            /// Who waits for it.
            pub const fn class(self) -> Class {
                match self { $(Kind::$kind => Class::$class,)* }
            }
        }
    };
}

kinds! {
    ExpireQueued = "expire_queued", Unblocking;
    ExpireAssigned = "expire_assigned", Unblocking;
    ExpireRunning = "expire_running", Unblocking;
    MatchHeads = "match_heads", Unblocking;
    Rebalance = "rebalance", Unblocking;
    Leave = "leave", Unblocking;
    Collect = "collect", Unblocking;
    Promote = "promote", Unblocking;
    Review = "review", Unblocking;
    Draw = "draw", Unblocking;
    ExpireChallenge = "expire_challenge", Unblocking;
    FinalizeChallenge = "finalize_challenge", Unblocking;
    ConcludeChallenge = "conclude_challenge", Unblocking;
    SettleAttestor = "settle_attestor", Unblocking;
    VacateAttestor = "vacate_attestor", Cleaning;
    CloseChallenge = "close_challenge", Cleaning;
    ReleaseGpu = "release_gpu", Cleaning;
    CloseJob = "close_job", Cleaning;
    SweepFees = "sweep_fees", Cleaning;
    SweepSlashes = "sweep_slashes", Cleaning;
    ClaimCredit = "claim_credit", Cleaning;
    CloseCredit = "close_credit", Cleaning;
    SyncWeight = "sync_weight", Cleaning;
    ReleaseEmission = "release_emission", Cleaning;
    PayIncentive = "pay_incentive", Cleaning;
}

/// Who waits for an action that pays no tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A job, a host or a round is stuck until somebody does it.
    Unblocking,
    /// Nobody is stuck: it moves money to who owns it, or closes an account whose rent somebody gets back.
    Cleaning,
}

/// One thing to do. An action of the same id is not planned again while it is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId {
    /// The instruction.
    pub kind: Kind,
    /// What it is done to.
    pub subject: Subject,
    /// Which of several: the place of an attestor in its panel or set; else zero.
    pub number: u16,
}

/// What an action pays whoever sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Mint that it is paid in.
    pub mint: Address,
    /// Base units.
    pub amount: u64,
}

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it is.
    pub id: ActionId,
    /// What to send, in one transaction; the caller signs.
    pub instructions: Vec<Instruction>,
    /// What it is expected to pay: nothing if an issuer has frozen the vault that pays it.
    pub tip: Option<Tip>,
    /// Why it is due, as part of a sentence.
    pub why: String,
}

impl Action {
    /// Accounts that it may change.
    pub fn writes(&self) -> impl Iterator<Item = Address> {
        let metas = self.instructions.iter().flat_map(|instruction| &instruction.accounts);
        metas.filter(|meta| meta.is_writable).map(|meta| meta.pubkey)
    }
}
