use {
    super::{digest, ensure, AttestorSet, Now, Sha256},
    crate::prelude::*,
    crate::{
        constants::*,
        error::{MarketError, Rule},
        math::{is_zero, Checked},
    },
};

/// Where a round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RoundState {
    /// Waits for its slot and the draw.
    Open = 1,
    /// Seed and panel are drawn: answer, readings, reveals and opening follow each other.
    Running = 2,
    /// Decided; attestors are settled and GPUs claimed.
    Decided = 3,
}

/// What a round came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RoundResult {
    None = 0,
    /// A quorum passed what the host claims.
    Passed = 1,
    /// A quorum failed the host, or the host's claim is not what the quorum measured, or the score is below the floor.
    Failed = 2,
    /// The host did not commit to an answer, or did not open it.
    NoAnswer = 3,
    /// No quorum agreed, or the chain stood still: nobody is to blame but who did not reveal.
    Void = 4,
    /// Nobody drew while the slot's hash was kept.
    Undrawn = 5,
}

/// What an attestor of the panel has done. 48 bytes.
#[cfg_attr(feature = "program", derive(IdlType))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Judge {
    /// The commitment; once revealed, [`digest::measured`] of the reading.
    pub hash: [u8; 32],
    pub score: u32,
    /// MiB.
    pub vram: u32,
    pub gpus: u16,
    /// Place in the set.
    pub place: u8,
    /// See [`JudgeState`].
    pub state: u8,
    /// See [`Verdict`]; zero until revealed.
    pub verdict: u8,
    pub reserved: [u8; 3],
}

/// How far an attestor of the panel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum JudgeState {
    Drawn = 1,
    Committed = 2,
    Revealed = 3,
    Settled = 4,
}

/// What a host answers: revealed after the attestors' readings.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Hash of what the benchmark put out for the round's seed.
    pub result: [u8; 32],
    pub gpus: u16,
    /// See [`digest::gpu_root`].
    pub gpu_root: [u8; 32],
}

/// One benchmark round of a member: a seed that nobody chose, an answer that is committed before it is judged, readings that
/// are committed before any is seen, and a result that anyone computes.
///
/// 1,168 bytes.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Challenge {
    pub member: Address,
    pub host: Address,
    pub set: Address,
    /// Stake that the fee was taken from and that gets back what nobody earned.
    pub payer: Address,
    pub rent_payer: Address,
    /// Seed, once drawn; see [`digest::seed`].
    pub seed: [u8; 32],
    /// The host's commitment; once opened, the root of its GPUs.
    pub answer: [u8; 32],
    /// What the host's benchmark put out, once opened.
    pub answer_result: [u8; 32],
    /// Base units of the stake mint set aside in the payer's stake.
    pub fee: u64,
    /// Base units that each attestor in agreement gets, once decided.
    pub share: u64,
    /// Base units of the fee that attestors were paid.
    pub paid: u64,
    /// Base units behind each attestor of the panel when the round opened.
    pub bond: u64,
    /// Slot whose hash is drawn from.
    pub slot: u64,
    pub opened_at: i64,
    /// The round's last step: opening, draw, the host's commitment, an attestor's commitment or reveal.
    pub step_at: i64,
    pub step_slot: u64,
    /// The host's commitment. It could compute from the hash of `slot` on, drawn or not: what it took is measured from there.
    pub answered_at: i64,
    pub answered_slot: u64,
    pub decided_at: i64,
    /// One bit for each GPU that was claimed.
    pub claims_done: u64,
    /// Number of the round among its member's.
    pub nonce: u32,
    /// Lowest score that passes.
    pub min_score: u32,
    /// Median of the readings in agreement, once decided.
    pub score: u32,
    /// MiB, likewise.
    pub vram: u32,
    /// Places of the set that may be drawn, one bit each.
    pub eligible: u16,
    /// GPUs that the host claims; once it passed, those of the round.
    pub gpus: u16,
    /// GPUs that count for the member.
    pub claimed: u16,
    /// Attestors to draw, and drawn.
    pub panel: u8,
    pub quorum: u8,
    /// See [`RoundState`].
    pub state: u8,
    /// See [`RoundResult`].
    pub result: u8,
    /// Verdict of the quorum; zero if none.
    pub verdict: u8,
    /// One once the host has committed, two once it has opened.
    pub answered: u8,
    pub committed: u8,
    pub revealed: u8,
    pub settled: u8,
    /// One if the chain made its slots, so that whoever was absent is punished.
    pub punishes: u8,
    /// One if the chain stood still before the draw or over a deadline: then nobody is punished for being absent.
    pub halted: u8,
    /// One once the member has what the round proved, and may open another.
    pub concluded: u8,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 12],
    pub judges: [Judge; MAX_PANEL],
}

const _: () = assert!(core::mem::size_of::<Challenge>() == 256 + 96 + 16 + 6 + 14 + 12 + MAX_PANEL * 48);

/// A round to open. Keys are checked by the accounts.
#[derive(Clone, Copy, Debug)]
pub struct RoundParams<'a> {
    pub nonce: u32,
    /// Score floor of the policy in force.
    pub min_score: u32,
    /// The most that the payer accepts to pay.
    pub max_fee: u64,
    /// Stake of the host's owner, which judges no round of its own host.
    pub host_stake: &'a Address,
    pub payer_stake: &'a Address,
}

impl Challenge {
    pub(super) fn is(&self, state: RoundState) -> bool {
        self.state == state as u8
    }

    pub(super) fn require_running(&self) -> Rule<()> {
        ensure(self.is(RoundState::Running), MarketError::RoundNotRunning)
    }

    /// Opens the round: fixes the slot to draw from, the terms of the set, and who can be drawn. All of that is known
    /// before the slot's hash is, so nobody chooses seed or panel by choosing when to draw. Returns the fee to set aside.
    ///
    /// # Errors
    ///
    /// [`MarketError::FeeAboveMaximum`], [`MarketError::TooFewAttestors`].
    pub fn open(&mut self, set: &mut AttestorSet, params: &RoundParams, now: Now) -> Rule<u64> {
        set.refresh(now.unix);
        let terms = set.params;
        ensure(terms.fee <= params.max_fee, MarketError::FeeAboveMaximum)?;
        let eligible = set.eligible(params.host_stake, params.payer_stake, now.unix);
        // A smaller panel of the same quorum is only stricter, and one attestor that leaves does not stop the set.
        let panel = eligible.count_ones().min(u32::from(terms.panel));
        ensure(panel >= u32::from(terms.quorum), MarketError::TooFewAttestors)?;
        self.payer = *params.payer_stake;
        self.nonce = params.nonce;
        self.min_score = params.min_score;
        self.fee = terms.fee;
        self.bond = terms.bond;
        self.panel = u8::try_from(panel).map_err(|_| MarketError::MathOverflow)?;
        self.quorum = terms.quorum;
        self.eligible = eligible;
        self.slot = now.slot.plus(DRAW_DELAY_SLOTS)?;
        self.opened_at = now.unix;
        (self.step_at, self.step_slot) = (now.unix, now.slot);
        self.state = RoundState::Open as u8;
        set.rounds = set.rounds.plus(1)?;
        Ok(self.fee)
    }

    /// The host commits to its answer, a salted hash; see [`digest::answer`].
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotRunning`], [`MarketError::AlreadyAnswered`], [`MarketError::PhaseOver`],
    /// [`MarketError::CommitmentMissing`].
    pub fn commit_answer(&mut self, commitment: &[u8; 32], now: Now) -> Rule<()> {
        self.require_running()?;
        ensure(self.answered == 0, MarketError::AlreadyAnswered)?;
        ensure(now.unix <= self.answer_deadline()?.plus(HOST_GRACE)?, MarketError::PhaseOver)?;
        ensure(!is_zero(commitment), MarketError::CommitmentMissing)?;
        self.answer = *commitment;
        self.answered = 1;
        (self.answered_at, self.answered_slot) = (now.unix, now.slot);
        self.step(now)
    }

    /// The host opens its answer, after the readings: no attestor can copy a claim that it has not measured. As long as the
    /// round is not decided it is not too late.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotRunning`], [`MarketError::AlreadyAnswered`], [`MarketError::PhaseNotReached`],
    /// [`MarketError::CommitmentMismatch`].
    pub fn open_answer<H: Sha256>(
        &mut self,
        address: &Address,
        answer: &Answer,
        salt: &[u8; 32],
        now: i64,
    ) -> Rule<()> {
        self.require_running()?;
        ensure(self.answered < 2, MarketError::AlreadyAnswered)?;
        ensure(self.answered == 1 && self.reveals_are_over(now)?, MarketError::PhaseNotReached)?;
        let mut hash = [0; 32];
        digest::answer::<H>(address, &self.host, &self.seed, answer, salt, &mut hash);
        ensure(hash == self.answer, MarketError::CommitmentMismatch)?;
        self.answer = answer.gpu_root;
        self.answer_result = answer.result;
        self.gpus = answer.gpus;
        self.answered = 2;
        Ok(())
    }

    pub(super) fn conclude_as(&mut self, result: RoundResult, now: i64) {
        self.state = RoundState::Decided as u8;
        self.result = result as u8;
        self.decided_at = now;
    }
}
