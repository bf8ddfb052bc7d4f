//! Events. The program emits each by an instruction to itself, which shows among the inner instructions of a
//! transaction: its data is a tag, the mark of the event, and its fields in borsh.

use {
    crate::{
        decode::{DISCRIMINATOR_SIZE, mark},
        error::DecodeError,
    },
    borsh::BorshDeserialize,
    gpu_market::events::*,
    std::sync::LazyLock,
};

/// What the data of every instruction that carries an event begins with.
pub const EVENT_TAG: [u8; 8] = 0x1d9a_cb51_2ea5_45e4_u64.to_le_bytes();

macro_rules! events {
    ($($name:ident),* $(,)?) => {
        /// Any event of the program.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Event {
            $(#[doc = concat!("See [`", stringify!($name), "`].")] $name($name),)*
        }

        impl Event {
            /// Names of all events.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Name of the event.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            /// Decodes what follows the tag.
            fn decode_marked(event_mark: [u8; DISCRIMINATOR_SIZE], fields: &[u8]) -> Result<Self, DecodeError> {
                $({
                    // Hashed once: decoding asks for it with every event.
                    static MARK: LazyLock<[u8; DISCRIMINATOR_SIZE]> =
                        LazyLock::new(|| mark("event", stringify!($name)));
                    if event_mark == *MARK {
                        return $name::try_from_slice(fields)
                            .map(Self::$name)
                            .map_err(|_| DecodeError::MalformedEvent { event: stringify!($name) });
                    }
                })*
                Err(DecodeError::UnknownEvent(event_mark))
            }
        }
    };
}

events! {
    // Jobs: the most frequent first.
    JobEvidenced, JobPosted, JobStarted, JobFinished, HostRejoined, JobCollected, JobMatched, SeatJoined,
    SeatRenewed, SeatLeft, JobCancelled, JobEnded, JobExtended, JobRepriced, AssignmentFailed, JobDisputed,
    JobClosed,
    // Escrow.
    ClientOpened, EscrowDeposited, EscrowWithdrawn, DelegateSet, NonceFloorRaised, ReferrerSet, ClientClosed,
    // Stake.
    StakeOpened, Staked, CollateralAllocated, CollateralDeallocated, UnstakeRequested, Restaked, StakeWithdrawn,
    StakeClosed, LockExtended, CreditOpened, CreditClaimed, CreditClosed,
    // Rewards.
    PoolOpened, PoolClosed, PositionOpened, PositionSynced, RewardsClaimed, PositionClosed, EmissionOpened,
    EmissionReleased, IncentivePaid, EmissionClosed, SolvencyChecked,
    // Hosts and members.
    HostRegistered, HostUpdated, HostClosed, EarningsOpened, EarningsWithdrawn, EarningsClosed, MemberEnrolled,
    MemberAdmitted, MemberClosed, MemberApplied, MemberPromoted, MemberReviewed, MemberResigned,
    // Markets.
    MarketCreated, TermsAnnounced, TermsClosed, MarketPauseSet, MarketListed, MarketAuthorityProposed,
    MarketAuthorityAccepted, MarketClosed, ShardCreated, ShardGrown, ShardClosed,
    // Attestation.
    ReadingCommitted, ReadingRevealed, AnswerCommitted, AnswerOpened, RoundOpened, RoundDrawn, RoundDecided,
    RoundConcluded, RoundClosed, AttestorSettled, GpuClaimed, GpuReleased, AttestorSetCreated, AttestorSetAnnounced,
    AttestorAdded, AttestorBondRaised, AttestorLeft, AttestorVacated, AttestorSetClosed,
    // Protocol.
    ConfigCreated, ConfigUpdated, PauseSet, AdminProposed, AdminAccepted, ConfigClosed, TreasuryOpened, FeesSwept,
    SlashesSwept, TreasuryWithdrawn, TreasuryClosed, SplitAnnounced,
}

impl Event {
    /// Decodes the data of an inner instruction to the program. [`DecodeError::NoEvent`] says that it is an ordinary
    /// instruction.
    pub fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let (event_mark, fields) = data
            .strip_prefix(EVENT_TAG.as_slice())
            .and_then(|event| event.split_first_chunk())
            .ok_or(DecodeError::NoEvent)?;
        Self::decode_marked(*event_mark, fields)
    }

    /// How a job was finished, with or without joining again.
    pub fn finished(&self) -> Option<&JobFinished> {
        match self {
            Self::JobFinished(finished) => Some(finished),
            Self::HostRejoined(rejoined) => Some(&rejoined.finished),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(name: &str, fields: &[u8]) -> Vec<u8> {
        [EVENT_TAG.as_slice(), &mark("event", name), fields].concat()
    }

    #[test]
    fn the_tag_is_the_one_of_anchor() {
        // As explorers show it, byte by byte.
        assert_eq!(EVENT_TAG, [0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d]);
    }

    #[test]
    fn every_event_of_the_program_is_listed_once() {
        let mut names = Event::NAMES.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), Event::NAMES.len()), (102, 102));
    }

    #[test]
    fn an_event_is_decoded_field_by_field() {
        let mut fields = vec![1; 32];
        fields.extend([2; 32]);
        fields.extend(3u64.to_le_bytes());
        fields.extend(4i64.to_le_bytes());
        let Event::JobDisputed(event) = Event::decode(&data("JobDisputed", &fields)).unwrap() else {
            panic!("another event");
        };
        assert_eq!((event.job.to_bytes(), event.member.to_bytes()), ([1; 32], [2; 32]));
        assert_eq!((event.fee, event.at), (3, 4));
    }

    #[test]
    fn a_rejoin_holds_how_the_job_was_finished() {
        let mut fields = vec![1; 32];
        fields.extend([2; 32]);
        fields.extend([3; 32]);
        for number in 4..10u64 {
            fields.extend(number.to_le_bytes());
        }
        fields.extend(10u32.to_le_bytes());
        fields.extend(2u32.to_le_bytes());
        let finished = fields.clone();
        fields.extend([0; 64]);
        for number in 20..24u64 {
            fields.extend(number.to_le_bytes());
        }
        for number in [u32::MAX, 6000, 25, 0] {
            fields.extend(number.to_le_bytes());
        }
        let event = Event::decode(&data("HostRejoined", &fields)).unwrap();
        assert_eq!(event.name(), "HostRejoined");
        assert_eq!(event.finished().unwrap().paid, 4);
        let Event::HostRejoined(rejoined) = event else { panic!("another event") };
        assert_eq!((rejoined.node, rejoined.refusal, rejoined.terms), (u32::MAX, 6000, 25));
        let event = Event::decode(&data("JobFinished", &finished)).unwrap();
        assert_eq!(event.finished().unwrap().outcome, 2);
    }

    #[test]
    fn other_data_is_refused_by_name() {
        assert_eq!(Event::decode(&[0; 40]).unwrap_err(), DecodeError::NoEvent);
        assert_eq!(Event::decode(&EVENT_TAG).unwrap_err(), DecodeError::NoEvent);
        assert!(matches!(Event::decode(&data("Nothing", &[])), Err(DecodeError::UnknownEvent(_))));
        for length in [0, 79, 81] {
            assert_eq!(
                Event::decode(&data("JobDisputed", &vec![0; length])).unwrap_err(),
                DecodeError::MalformedEvent { event: "JobDisputed" }
            );
        }
    }
}
