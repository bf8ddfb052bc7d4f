//! What has a state, and how each of its states is written into an account.

use {
    crate::accounts::type_of,
    gpu_market::{
        constants::pause,
        state::{Challenge, Config, Job, JobState, Market, Member, MemberState, Node, NodeKind, RoundState, Stake},
    },
    gpu_market_sdk::{
        Instruction,
        decode::{DISCRIMINATOR_SIZE, NODES_OFFSET},
    },
    std::mem::{offset_of, size_of},
};

/// A state that no version of the program knows.
const UNKNOWN: u8 = 99;

/// What a table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Job,
    /// A node of the queue: a job in line, a seat, or both.
    Node,
    Member,
    Stake,
    Market,
    Config,
    Round,
}

/// A state of a subject, and how it is written into the account's data; `false` if this account cannot be in it.
#[derive(Clone, Copy)]
pub struct State {
    pub name: &'static str,
    pub write: fn(&mut [u8], usize) -> bool,
}

impl Subject {
    pub const ALL: [Self; 7] =
        [Self::Job, Self::Node, Self::Member, Self::Stake, Self::Market, Self::Config, Self::Round];

    /// The subject that an account of this type carries.
    pub fn of(mark: [u8; 8]) -> Option<Self> {
        let name = type_of(mark);
        Self::ALL.into_iter().find(|subject| subject.account() == name)
    }

    /// Name of the account type in the IDL.
    const fn account(self) -> &'static str {
        match self {
            Self::Job => "Job",
            Self::Node => "Shard",
            Self::Member => "Member",
            Self::Stake => "Stake",
            Self::Market => "Market",
            Self::Config => "Config",
            Self::Round => "Challenge",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Job => "Jobs",
            Self::Node => "Seats and jobs in a queue",
            Self::Member => "Members",
            Self::Stake => "Stakes",
            Self::Market => "Markets",
            Self::Config => "The config",
            Self::Round => "Rounds of attestation",
        }
    }

    /// Where the state stands in the account; of a shard, in the node that the instruction is about, if it is about one.
    pub fn place(self, instruction: &Instruction, job: Option<&Job>) -> Option<usize> {
        let offset = match self {
            Self::Job => offset_of!(Job, state),
            Self::Node => {
                let node = NODES_OFFSET + node_of(instruction, job)? * size_of::<Node>();
                return Some(node + offset_of!(Node, kind));
            }
            Self::Member => offset_of!(Member, state),
            // These are written as a whole.
            Self::Stake | Self::Market => 0,
            Self::Config => offset_of!(Config, paused),
            Self::Round => offset_of!(Challenge, state),
        };
        Some(DISCRIMINATOR_SIZE + offset)
    }

    pub const fn states(self) -> &'static [State] {
        match self {
            Self::Job => &JOB,
            Self::Node => &NODE,
            Self::Member => &MEMBER,
            Self::Stake => &STAKE,
            Self::Market => &MARKET,
            Self::Config => &CONFIG,
            Self::Round => &ROUND,
        }
    }
}

/// The node that an instruction names by its argument, or by its open job.
fn node_of(instruction: &Instruction, job: Option<&Job>) -> Option<usize> {
    /// Numbers of the instructions with a node among their arguments, and where.
    const NAMED: [(u8, usize); 3] = [(1, 53), (20, 1), (21, 1)];
    let named = NAMED.iter().find(|(number, _)| *number == instruction.data[0]);
    if let Some((_, at)) = named {
        let bytes = instruction.data.get(*at..at + 2)?;
        return Some(u16::from_le_bytes(bytes.try_into().expect("two bytes")).into());
    }
    job.filter(|job| job.state == JobState::Open as u8).map(|job| job.node.into())
}

/// A state that is one byte.
macro_rules! states {
    ($($name:literal: $value:expr),* $(,)?) => {
        [$(State { name: $name, write: |data, at| { data[at] = $value; true } }),*]
    };
}

static JOB: [State; 10] = states![
    "Open": JobState::Open as u8,
    "Running": JobState::Running as u8,
    "Completed": JobState::Completed as u8,
    "Failed": JobState::Failed as u8,
    "Ended": JobState::Ended as u8,
    "TimedOut": JobState::TimedOut as u8,
    "HostLost": JobState::HostLost as u8,
    "Cancelled": JobState::Cancelled as u8,
    "Expired": JobState::Expired as u8,
    "unknown": UNKNOWN,
];

static NODE: [State; 6] = states![
    "Free": NodeKind::Free as u8,
    "Queued": NodeKind::Queued as u8,
    "Waiting": NodeKind::Waiting as u8,
    "Assigned": NodeKind::Assigned as u8,
    "Lapsed": NodeKind::Lapsed as u8,
    "unknown": UNKNOWN,
];

static MEMBER: [State; 5] = states![
    "Candidate": MemberState::Candidate as u8,
    "Active": MemberState::Active as u8,
    "Suspended": MemberState::Suspended as u8,
    "Removed": MemberState::Removed as u8,
    "unknown": UNKNOWN,
];

static ROUND: [State; 4] = states![
    "Open": RoundState::Open as u8,
    "Running": RoundState::Running as u8,
    "Decided": RoundState::Decided as u8,
    "unknown": UNKNOWN,
];

static CONFIG: [State; 5] = states![
    "open": 0,
    "posting stopped": pause::POSTING,
    "joining stopped": pause::JOINING,
    "enrolling stopped": pause::ENROLLING,
    "staking stopped": pause::STAKING,
];

/// Changes the account behind its discriminator, which this says is a `T`.
fn edit<T: bytemuck::Pod>(data: &mut [u8], change: impl FnOnce(&mut T) -> bool) -> bool {
    let bytes = &mut data[DISCRIMINATOR_SIZE..DISCRIMINATOR_SIZE + size_of::<T>()];
    let mut value: T = bytemuck::pod_read_unaligned(bytes);
    let possible = change(&mut value);
    bytes.copy_from_slice(bytemuck::bytes_of(&value));
    possible
}

/// Lets what cools unlock at this time; if nothing does, a base unit of free stake cools.
fn cool(data: &mut [u8], unlock_at: i64) -> bool {
    edit::<Stake>(data, |stake| {
        let slots = &mut stake.cooling.slots;
        if slots.iter().all(|slot| slot.amount == 0) && stake.amount > stake.allocated {
            stake.amount -= 1;
            slots[0].amount = 1;
        }
        for slot in slots.iter_mut().filter(|slot| slot.amount > 0) {
            slot.unlock_at = unlock_at;
        }
        slots.iter().any(|slot| slot.amount > 0)
    })
}

static STAKE: [State; 5] = [
    State {
        name: "nothing staked",
        write: |data, _| {
            edit::<Stake>(data, |stake| {
                let bound = stake.allocated;
                (stake.amount, stake.cooling) = (0, Default::default());
                bound == 0
            })
        },
    },
    State {
        name: "nothing free",
        write: |data, _| {
            edit::<Stake>(data, |stake| {
                stake.amount = stake.allocated;
                stake.amount > 0
            })
        },
    },
    State { name: "some free", write: |data, _| edit::<Stake>(data, |stake| stake.amount > stake.allocated) },
    State { name: "some cooling", write: |data, _| cool(data, i64::MAX) },
    State { name: "some unbonded", write: |data, _| cool(data, 1) },
];

fn market(data: &mut [u8], change: impl FnOnce(&mut Market)) -> bool {
    edit::<Market>(data, |market| {
        change(market);
        true
    })
}

static MARKET: [State; 7] = [
    State { name: "open", write: |data, _| market(data, |market| market.paused = 0) },
    State { name: "posting stopped", write: |data, _| market(data, |market| market.paused = pause::POSTING) },
    State { name: "joining stopped", write: |data, _| market(data, |market| market.paused = pause::JOINING) },
    State { name: "enrolling stopped", write: |data, _| market(data, |market| market.paused = pause::ENROLLING) },
    State { name: "staking stopped", write: |data, _| market(data, |market| market.paused = pause::STAKING) },
    State {
        name: "genesis over",
        write: |data, _| {
            edit::<Market>(data, |market| {
                let premium = market.tier == 1;
                market.genesis_end = 1;
                premium
            })
        },
    },
    State {
        name: "other terms in force",
        write: |data, _| market(data, |market| (market.current_terms, market.announced_terms) = (u32::MAX - 1, 0)),
    },
];
