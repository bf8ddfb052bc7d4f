//! Every refusal of the program: a name, the rule, and what to do about it.
//!
//! Append only: a code, once published, keeps its meaning.

/// Code of the first refusal, as in every Anchor program.
pub const FIRST_CODE: u32 = 6_000;

macro_rules! market_errors {
    ($($name:ident: $rule:tt, $remedy:tt;)*) => {
        /// Refusals of the program. Codes start at 6000 in the order of this list.
        #[cfg(feature = "program")]
        #[anchor_lang::error_code]
        #[derive(Debug, PartialEq, Eq)]
        pub enum MarketError {
            $(#[msg($rule)] #[doc = $rule] $name,)*
        }

        /// Refusals of the program. Codes start at 6000 in the order of this list.
        #[cfg(not(feature = "program"))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum MarketError {
            $(#[doc = $rule] $name,)*
        }

        impl MarketError {
            /// Every refusal in the order of its code.
            pub const ALL: &'static [MarketError] = &[$(MarketError::$name),*];

            /// The name, as it stands in the IDL.
            pub const fn name(self) -> &'static str {
                match self { $(MarketError::$name => stringify!($name),)* }
            }

            /// The code, as transactions report it.
            pub const fn code(self) -> u32 {
                match (self as u32).checked_add(FIRST_CODE) {
                    Some(code) => code,
                    None => u32::MAX,
                }
            }

            /// The rule that was broken, as a sentence.
            pub const fn rule(self) -> &'static str {
                match self { $(MarketError::$name => $rule,)* }
            }

            /// What to do about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(MarketError::$name => $remedy,)* }
            }
        }
    };
}

market_errors! {
    // ---- arithmetic and integrity
    MathOverflow: "An amount or a time left the range of its integer type.",
        "Use smaller amounts; no honest market comes near this limit.";
    InvariantBroken: "The instruction would have left an account whose books do not add up.",
        "Report it with the transaction: this is a defect of the program, and nothing was changed.";
    UnknownState: "An account holds a state that this version of the program does not know.",
        "Use a version of the client that matches the deployed program.";

    // ---- identity
    NotUpgradeAuthority: "Only the program's upgrade authority creates the config.",
        "Sign with the upgrade authority of the program.";
    NotAdmin: "Only the admin of the config may do this.",
        "Sign with the admin's key.";
    NotPauser: "Only the pauser or the admin may set the pause bits.",
        "Sign with the pauser's or the admin's key.";
    NotPendingAuthority: "Only the proposed successor may accept an authority.",
        "Sign with the key that was proposed, or have it proposed again.";
    NotMarketAuthority: "Only the market's authority may do this.",
        "Sign with the authority of the market.";
    NotClientOwner: "Only the owner of the client account may do this.",
        "Sign with the owner's key; a delegate may only post, extend, cancel and end.";
    NotClientOrDelegate: "Only the client's owner or its current delegate may do this.",
        "Sign with the owner's key or set a delegate.";
    NotHostOwner: "Only the owner of the host may do this.",
        "Sign with the owner's key; the operator only runs jobs.";
    NotOperator: "Only the operator of the host that holds this seat or job may do this.",
        "Sign with the operator's key of that host.";
    NotStakeOwner: "Only the owner of the stake may do this.",
        "Sign with the owner's key.";
    NotCreditOwner: "Only the client that the credit names may claim it.",
        "Sign with the client owner's key.";
    NotYours: "Until a seat is lapsed or evictable, only its own host may remove it.",
        "Wait until the seat's lifetime is over, or leave with the operator's key.";

    // ---- relations
    WrongMint: "The mint is not the one that the account was opened for.",
        "Pass the mint recorded in the market, client or config.";
    WrongVault: "The token account is not the vault that the account records.",
        "Pass the recorded vault.";
    WrongMarket: "The account belongs to another market.",
        "Pass accounts of one and the same market.";
    WrongClient: "The account belongs to another client.",
        "Pass the client recorded in the job.";
    WrongHost: "The account belongs to another host.",
        "Pass the host recorded in the member.";
    WrongMember: "The seat or job belongs to another member.",
        "Pass the member named by the queue node or the job.";
    WrongStake: "The stake is not that of the host's owner.",
        "Pass the stake of the host's owner.";
    WrongCredit: "The credit is not the one of this stake for this client.",
        "Open the credit of this stake and the job's client, and pass it.";
    WrongRentPayer: "Rent goes back to whoever paid it.",
        "Pass the rent payer that the account records.";
    WrongShard: "The shard is not the one that the job waits in.",
        "Pass the shard recorded in the job.";
    WrongTerms: "The terms are not the ones in force in this market now.",
        "Read the market and pass the terms in force.";
    WrongDestination: "The tokens of this vault only go to an account of its owner.",
        "Pass a token account that belongs to the owner.";
    WrongTreasury: "The treasury account is not that of this mint.",
        "Pass the treasury of the mint.";
    WrongFeeder: "A premium market feeds from a community market with the same payment mint; a community market from none.",
        "Name a community market with the same payment mint, or none for a community market.";

    // ---- mints and token accounts
    MintNotSupported: "The mint is no initialized mint of the SPL Token or Token-2022 program.",
        "Use a mint of one of these programs.";
    MintExtensionNotAllowed: "The mint has a Token-2022 extension that could take, tax or block tokens, or that is unknown.",
        "Use a mint with only metadata, interest-bearing or scaled-amount extensions.";
    StakeMintHasFreezeAuthority: "The stake mint must not have a freeze authority.",
        "Remove the freeze authority of the mint, or use another one.";
    NotATokenAccount: "The account is no initialized token account of this mint.",
        "Create the token account first.";

    // ---- pauses
    PostingPaused: "Posting is paused.", "Wait until posting is resumed; running and queued jobs are not touched.";
    JoiningPaused: "Joining is paused.", "Wait until joining is resumed; seats can be left at any time.";
    EnrollingPaused: "Enrolling is paused.", "Wait until enrolling is resumed.";
    StakingPaused: "Staking is paused.", "Wait until staking is resumed; stake can be withdrawn at any time.";
    UnknownPauseBit: "Pause bits exist for posting, joining, enrolling and staking only.",
        "Use a combination of 1, 2, 4 and 8.";

    // ---- parameters
    UnbondingOutOfRange: "The unbonding period is between 8 and 60 days.",
        "Choose a period in that range.";
    MinimumBondZero: "The minimum bond is never zero.", "Set a minimum bond of at least one base unit.";
    KeyMissing: "A required key is all zeros.", "Pass the key.";
    RateZero: "The rate of a market is above zero.", "Set a rate in micro base units per second.";
    BondBelowMinimum: "The bond per seat is below the minimum of the config.", "Raise the bond.";
    FeeTooHigh: "The protocol fee is at most 1,000 bps.", "Lower the fee.";
    MissedAckTooHigh: "A missed acknowledgement costs at most 5,000 bps of the bond.", "Lower the share.";
    SlaTooHigh: "A lost job costs at most 10,000 bps of the bond.", "Lower the share.";
    SlaInCommunity: "In a community market a lost job costs no bond.", "Set the share to zero, or open a premium market.";
    DurationOutOfRange: "Job durations are between 60 seconds and 7 days, the minimum not above the maximum.",
        "Choose durations in that range.";
    QueueTtlOutOfRange: "The queue TTL is between 60 seconds and 24 hours.", "Choose a TTL in that range.";
    AckWindowOutOfRange: "The acknowledgement window is between 60 seconds and 1 hour.", "Choose a window in that range.";
    HeartbeatOutOfRange: "The heartbeat interval is between 60 seconds and 6 hours.", "Choose an interval in that range.";
    SeatLifetimeOutOfRange: "The seat lifetime is between 10 minutes and 6 hours.", "Choose a lifetime in that range.";
    AttemptsOutOfRange: "A job is tried between 1 and 10 times.", "Choose a number in that range.";
    UnknownTier: "A market's tier is community or premium.", "Use 0 for community or 1 for premium.";
    GpusPerSeatZero: "A seat has at least one GPU.", "Set at least one GPU per seat.";
    GpuClassMissing: "A market names its GPU class.", "Pass the name of the class, for example rtx-4090.";
    GenesisOutOfRange: "Genesis ends within 30 days of a premium market's creation; a community market has none.",
        "Choose an end in that range, or zero for a community market.";
    TermsAlreadyAnnounced: "Announced terms must take effect before others are announced.",
        "Wait until the announced terms are in force.";
    NoticeTooShort: "Terms take effect no sooner than one seat lifetime after their announcement.",
        "Choose a later time, or pass zero for the earliest.";
    TermsInUse: "Terms in force or announced cannot be closed.", "Close terms that were superseded.";
    AmountZero: "The amount is zero.", "Pass an amount of at least one base unit.";

    // ---- markets and shards
    MarketNotEmpty: "A market closes when its shards, members and terms are closed.",
        "Close shards, members and superseded terms first.";
    TooManyShards: "A market has at most 16 shards, created in order.", "Use the shards that exist.";
    ShardIndexOutOfOrder: "Shards are created and closed in order of their index.", "Pass the next index.";
    ShardFullyGrown: "A shard grows to at least 16,384 nodes and no further.", "Create another shard.";
    ShardNotEmpty: "A shard closes when no job and no seat is in it.",
        "Cancel or expire its jobs and leave its seats first.";

    // ---- escrow
    InsufficientEscrow: "The escrow has less available than this needs.", "Deposit more, or withdraw less.";
    ClientNotEmpty: "A client account closes when its jobs are closed and its fees are swept.",
        "Close its jobs and sweep its fees first.";
    DelegateExpired: "The delegate's term is over.", "Sign with the owner's key or set the delegate again.";
    DelegateCapExceeded: "The delegate would reserve or spend more than its cap.", "Have the owner raise the cap.";
    NonceBelowFloor: "A nonce below the floor may have been used already.", "Use a nonce at or above the client's floor.";
    NonceFloorMustRise: "The nonce floor only rises.", "Pass a floor above the current one.";

    // ---- stake
    InsufficientStake: "The stake has less unallocated than this needs.", "Stake more or deallocate first.";
    CollateralLocked: "Collateral below the recorded bonds and the member's floor cannot leave.",
        "Leave seats and finish jobs first.";
    NothingUnbonded: "No cooling tranche has finished unbonding.", "Wait until the earliest tranche unlocks.";
    StakeNotEmpty: "A stake closes when nothing is staked, cooling or owed.",
        "Unstake, withdraw, and have credits claimed first.";
    CreditNotClaimable: "A credit is claimable after the unbonding period of the slashed stake.",
        "Wait until the credit's time.";
    NothingToSweep: "There is nothing to sweep.", "Nothing has to be done.";
    InsufficientTreasury: "The treasury vault holds less than this.", "Withdraw less.";
    TreasuryNotEmpty: "A treasury closes when its vault is empty.", "Withdraw the rest first.";

    // ---- hosts and members
    HostHasMembers: "A host, or its earnings vault, closes when the host has no members.", "Close the members first.";
    MemberNotEmpty: "A member closes without seats and without collateral.",
        "Leave all seats, finish all jobs and deallocate the collateral first.";
    MemberCoolingOff: "A member stays open until its last job can no longer be disputed and its failures and falls are forgotten.",
        "Wait: 24 hours after the last job ended, up to two weeks after a failure, longer after a fall.";
    EnrollInPremium: "A premium market is not open to enrolling.", "Enroll in its feeder market.";
    NotPremium: "Only a premium market has genesis admissions.", "Enroll: a community market is open.";
    GenesisOver: "Genesis is over: nobody admits hosts by hand any more.", "Earn the place by the market's rules.";
    MemberNotActive: "The member is not active in this market.",
        "A candidate is promoted, and a suspended member reviewed once its suspension is over; anyone may.";
    JoinBarred: "After a missed acknowledgement, joining is barred for a cooldown.", "Wait until the cooldown is over.";
    NoSeatLeft: "The member has no seat left: without attested GPUs there is one.",
        "Finish or leave a seat, or have GPUs attested.";
    CollateralTooLow: "The member's free collateral is below the bond of a seat.", "Allocate more stake to the member.";
    RateBelowMinimum: "The rate in force is below the host's minimum.", "Lower the minimum or wait for other terms.";
    HeadBelowTerms: "The job at the head of the line pays less than the host's minimum.",
        "Lower the minimum, join another shard, or wait until its client reprices it.";
    MemberUnfit: "The member is no longer fit to start a job.",
        "Have GPUs attested for every job that runs, and wait for the end of a suspension.";

    // ---- queue
    QueueFull: "The shard has no free node.", "Use another shard, or grow this one.";
    NodeOutOfRange: "The shard has no node of that index.", "Read the shard and pass a current index.";
    NodeMismatch: "The queue node does not hold what the instruction names.",
        "Read the shard again: the seat or job has moved on.";
    HostNotWaiting: "The targeted seat is not waiting.", "Target another seat, or post without a target.";
    SeatNotWaiting: "The node is no waiting or lapsed seat.", "Read the shard and name a seat.";
    NothingToMatch: "There is no job and seat to match here.", "Nothing has to be done.";
    SourceHasJobs: "Seats are moved only from a shard without queued jobs.", "Match the jobs of that shard first.";

    // ---- jobs
    RateAboveMaximum: "The rate in force is above the client's maximum.", "Raise the maximum or use another market.";
    JobDurationOutOfRange: "The duration is outside of the market's terms.", "Choose a duration within the terms.";
    SpecMissing: "A job names the hash of its spec.", "Pass the SHA-256 of the spec.";
    JobNotOpen: "The job is not open.", "Read the job: it has started or ended.";
    JobNotQueued: "The job is not waiting in line.", "Read the job's queue node: it is assigned.";
    JobNotAssigned: "The job is not assigned to a host.", "Read the job's queue node.";
    JobNotRunning: "The job is not running.", "Read the job: it has not started or has ended.";
    JobNotTerminal: "The job has not ended.", "End, cancel or wait for the job first.";
    UnknownOutcome: "A job finishes with success, client fault or host fault.", "Use 0, 1 or 2.";
    ResultMissing: "A finished job names the hash of its result.", "Pass the SHA-256 of the result.";
    NothingDue: "Nothing is due for this job.", "Nothing has to be done.";
    JobHasDue: "A job closes when what it owes its host is collected.", "Collect it first: anyone may.";
    JobRetained: "Until its retention is over, only the client closes a job.", "Wait 7 days after the job ended.";
    JobTimeOver: "The job's time is over.", "Post a new job.";
    ExtensionTooLong: "The total duration would exceed the market's or the host's maximum.", "Extend by less.";
    AlreadyRepriced: "The job already has the terms in force.", "Nothing has to be done.";
    DisputeWindowOver: "A job can be disputed for 24 hours after it finished.", "Disputes later than that do not count.";
    NotDisputable: "Only a completed or failed job can be disputed, once.", "Nothing has to be done.";
    DeadlineNotReached: "The deadline and the host's 60 seconds after it are not over.", "Wait until they are.";
    AckWindowHalfOver: "A missing spec is reported in the first half of the acknowledgement window.",
        "Start the job or decline it by choice.";
    FaultNeedsStake: "This outcome costs bond, so the stake and the client's credit must be passed.",
        "Open the credit and pass both accounts.";
    PayeeMissing: "An account of somebody who is owed money here was left out.",
        "Pass every account that the instruction lists.";
    VaultFrozen: "The mint's issuer has frozen a vault that this would move tokens through.",
        "Ask the issuer to thaw it; what is due stays booked.";
    MemberStillOpen: "What a job owes is forfeited only when its host has closed its member.",
        "Collect it instead.";
    CreditNotEmpty: "A credit closes when everything in it is claimed.", "Wait until its client has claimed it.";
    InsufficientEarnings: "The earnings vault holds less than this.", "Withdraw less, or everything.";
    TooFewGpus: "A host is admitted with the GPUs of at least one seat.", "Attest as many GPUs as a seat has, or more.";
    HostStruckRecently: "A host stays registered for 30 days after its last strike.",
        "Wait until then; nothing else is needed from you.";
    ConfigHasMarkets: "The config closes when every market is closed.", "Close the markets first.";
    AckWindowOver: "A job is declined within its acknowledgement window.",
        "Start it while you still can, or wait for it to be taken.";
    NoticeTooLong: "Terms take effect within 30 days of their announcement.", "Choose an earlier time.";
    NonceTooFar: "A nonce is less than 2³² above the client's floor.", "Use a nonce closer to the floor.";

    // ---- proving grounds
    PolicyOutOfRange: "A parameter of the policy is outside of the program's bounds.",
        "Read the bounds of each field in the documentation of the policy.";
    PolicyInCommunity: "A community market promotes and reviews nobody: its policy is empty but for admission.",
        "Set the other fields to zero, or open a premium market.";
    PolicyWithoutHysteresis: "The success rate to stay is below the success rate to be promoted.",
        "Lower the rate of the review, or raise that of the promotion.";
    NotCandidate: "Only a candidate or a removed member is promoted.", "Apply to the premium market first.";
    PromotionCooldown: "A removed host waits for a cooldown before it can earn its way back.",
        "Keep working in the feeder market until the cooldown is over.";
    NotActiveInFeeder: "Hosts are promoted from the feeder market, where this one is not active.",
        "Enroll in the feeder market.";
    TooFewCompleted: "The host has completed fewer jobs in the feeder market than the policy asks.",
        "Complete more jobs there.";
    TooFewEvidenced: "The host has fewer evidenced seconds in the feeder market than the policy asks.",
        "Run more or longer jobs there.";
    SuccessTooLow: "The host's success rate, weighted by fee, is below the policy's.",
        "Complete more jobs, or wait for the next window.";
    VolumeTooLow: "The fees that the host's jobs paid are below the policy's volume.", "Complete more paid jobs.";
    TooFewClients: "The host has worked for fewer distinct clients than the policy asks.",
        "Work for more clients; some that share a bit of the sketch count as one.";
    StruckTooRecently: "The host was struck within the policy's cooldown.", "Wait until the strike is old enough.";
    NotAttested: "The member has no fresh attestation of the GPUs of one seat.", "Open a round and claim its GPUs.";
    ScoreTooLow: "The attested score is below the policy's.", "Open another round when the hardware reaches it.";
    CollateralBelowFloor: "The member's collateral is below the policy's floor.", "Allocate more stake to the member.";
    NotUnderReview: "Only an active or suspended member of a premium market is reviewed.",
        "Nothing has to be done.";
    AlreadyReviewed: "The last full window of this member was judged, or is exempt.",
        "Wait until the current window is over.";
    ReviewTooEarly: "A window is reviewed once the last of its jobs can no longer be disputed.",
        "Wait until 24 hours of the next window have passed.";
    SuspensionNotOver: "The suspension is not over.", "Wait until it is.";
    RoundAlreadyOpen: "The member has a round that is not over.", "Finalize it and claim its GPUs, or expire it.";
    RoundBarred: "After a round that failed or was not drawn, the next one waits for a cooldown.",
        "Wait until the cooldown is over.";
    RoundNotOpen: "The round is not waiting for its draw.", "Read the round: it was drawn or has ended.";
    RoundNotRunning: "The round was not drawn yet, or has ended.", "Read the round.";
    RoundNotDecided: "The round is not decided.", "Finalize it first: anyone may when its time has come.";
    RoundNotOver: "The round closes when its attestors are settled and its GPUs claimed, or the time for it is over.",
        "Settle every attestor, and claim the GPUs or wait.";
    SlotNotReached: "The slot whose hash the draw reads has not come.", "Wait a few seconds.";
    DrawOver: "The hash of the slot that the draw reads is no longer kept.", "Expire the round and open another.";
    SlotHashMissing: "The account does not hold the hash that the draw reads.", "Pass the slot hashes sysvar.";
    PhaseOver: "The time for this step of the round is over.", "Nothing can be done in this round.";
    PhaseNotReached: "This step of the round comes after the one before it is complete or out of time.",
        "Wait for the step before.";
    AlreadyAnswered: "The host has committed or opened its answer before.", "Nothing has to be done.";
    CommitmentMissing: "A commitment is a salted hash, not zeros.", "Pass the hash of the salted contents.";
    CommitmentMismatch: "What is revealed is not what was committed to, by this key, in this round.",
        "Pass exactly what the commitment was computed from.";
    NotOnPanel: "The attestor was not drawn for this round.", "Only the drawn attestors judge.";
    AlreadyVoted: "The attestor has committed or revealed before.", "Nothing has to be done.";
    UnknownVerdict: "A verdict is pass or fail.", "Use 1 for pass or 2 for fail.";
    ReadingOutOfRange: "A reading that passes names a result, 1 to 64 GPUs and their root; one that fails names nothing.",
        "Correct the reading.";
    AlreadySettled: "The attestor was settled for this round.", "Nothing has to be done.";
    FeeAboveMaximum: "The set's fee for a round is above the payer's maximum.", "Raise the maximum.";
    TooFewAttestors: "The set has fewer fully bonded attestors that are no party to the round than its quorum.",
        "Use another set, or have its attestors raise their bonds.";
    RoundDidNotPass: "GPUs are claimed from a round that passed.", "Open another round.";
    ClaimsOver: "The time to claim the GPUs of this round is over.", "Open another round.";
    GpuNotInRound: "The GPU is not among those that the round proved.", "Pass its proof in the round's root.";
    GpuAlreadyClaimed: "This GPU of the round was claimed before.", "Claim the next one.";
    GpuNotExpired: "Until its attestation expires, only its owner releases a GPU.", "Wait until it has expired.";
    GpuRoundOpen: "The GPU was claimed in a round that is not over.", "Complete or expire the round first.";
    AttestorSetFull: "A set has at most 16 attestors.", "Remove one first.";
    AlreadyAttestor: "The key or the stake is in the set.", "Use another key and another stake.";
    NotAttestor: "The key is not an attestor of the set.", "Pass the key of an attestor in the set.";
    SetOutOfRange: "A panel has 1 to 16 attestors, its quorum is more than half of it, the bond is at least 10,000 base units \
        and the fee at least a thousandth of the bond.",
        "Correct the parameters of the set.";
    RemovalTooSoon: "A set's creator removes one attestor in 14 days, so that it cannot pick who is left.",
        "Wait, or have the attestor leave by itself.";
    AttestorBound: "An attestor's bond leaves a day after it left, when its rounds are settled.",
        "Settle its rounds and wait.";
    SetNotEmpty: "A set closes when it has no attestors and no rounds.", "Have its attestors leave first.";
    NotSetCreator: "Only the set's creator may do this.", "Sign with the creator's key.";
    AccessTokenMissing: "The market is private: a host holds a token of its access mint to enroll, apply and join.",
        "Pass a token account of the host's owner or operator that holds a token of it and is not frozen.";
    WrongAttestorSet: "The set of attestors is not the one that the terms or the round name.",
        "Pass the set recorded there.";
    WrongPayer: "The stake is not the one that the round's fee came from.", "Pass the stake recorded in the round.";
    NotYourPlace: "Only the attestor or the owner of its stake leaves a set.",
        "Sign with one of their keys; the set's creator removes an attestor with an instruction of its own.";
    GpuHeld: "The GPU is another member's until its owner releases it or its attestation expires.",
        "Have it released, then claim it; what is unclaimed when the time for claims is over is left out.";
    SetCoolingOff: "A set closes 14 days after its last attestor left: founded again, it is no quicker than an announcement.",
        "Wait until then.";
    UnknownVersion: "The account has a layout version that this version of the program does not know.",
        "Use the version of the program that wrote it.";
    // ---- rewards, emissions, solvency
    TooManyPositions: "A stake earns from at most four reward pools.", "Close another position first.";
    PositionsMissing: "Whoever changes a stake names every reward position of it with its pool.",
        "Pass the pool and the position of every mint that the stake has a position in.";
    WrongPosition: "The reward position is not of this stake and this pool.", "Pass the position at their derived address.";
    WrongPool: "The reward pool is not the one of this mint.", "Pass the pool at the mint's derived address.";
    NothingToClaim: "The position has earned nothing yet.", "Wait: what a pool receives is released over seven days.";
    PositionNotEmpty: "The position has rewards that were not claimed.", "Claim them first.";
    PoolNotEmpty: "A reward pool closes without positions, emissions and rewards to release.",
        "Have its positions and emissions closed first.";
    LockOutOfRange: "A lock lasts 14 to 365 days.", "Choose a lock in that range.";
    LockMustRise: "A lock can only be extended while anything is staked or cools.",
        "Choose a longer lock, or withdraw everything first.";
    SplitOutOfRange: "The shares of stakers and referrer are at most the whole fee, and the referrer's at most 20 %.",
        "Choose smaller shares.";
    FeesNotSwept: "The referrer changes only when the client owes no fees.", "Sweep the client's fees first.";
    WrongReferrer: "The account is not the earnings vault of the client's referrer.",
        "Pass the referrer that the client records.";
    EmissionOutOfRange: "An emission starts within a year, lasts one day to four years and has a positive amount.",
        "Correct its start and end.";
    IncentiveOutOfRange: "An incentive for hosts has a positive rate and a positive cap per week, an emission to stakers neither.",
        "Correct the rate and the cap.";
    MarketNotListed: "Incentives go to hosts of listed premium markets.", "Name a listed premium market.";
    WrongEmission: "An emission is for one reward pool or for one market, and stays with it.",
        "Pass the pool or the market, and only that.";
    NothingToRelease: "Nothing of the emission is due.", "Wait, or pass a job that incentives have not paid as much for.";
    JobNotRewarded: "An incentive pays for jobs of its market that ended within its time.",
        "Pass another job.";
    EmissionNotSpent: "An emission closes when it is spent; an incentive also by its funder after its end.",
        "Release what is due, or wait.";
    VaultShort: "The vault holds less than its book says, so nothing enters it.",
        "Wait until the vault is made whole and checked again; what moves no tokens out of it goes on.";
}

/// Result of the pure rules; converts into the program's error with `?`.
pub type Rule<T> = core::result::Result<T, MarketError>;
