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
    /// The commitment; once revealed, the root of the GPUs.
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
    pub drawn_at: i64,
    pub drawn_slot: u64,
    pub decided_at: i64,
    /// One bit for each GPU that was claimed or left out.
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
    /// One once the member has what the round proved, and may open another.
    pub concluded: u8,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 29],
    pub judges: [Judge; MAX_PANEL],
}

const _: () = assert!(core::mem::size_of::<Challenge>() == 256 + 80 + 16 + 6 + 13 + 29 + MAX_PANEL * 48);

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
        ensure(eligible.count_ones() >= u32::from(terms.panel), MarketError::TooFewAttestors)?;
        self.payer = *params.payer_stake;
        self.nonce = params.nonce;
        self.min_score = params.min_score;
        self.fee = terms.fee;
        self.bond = terms.bond;
        self.panel = terms.panel;
        self.quorum = terms.quorum;
        self.eligible = eligible;
        self.slot = now.slot.plus(DRAW_DELAY_SLOTS)?;
        self.opened_at = now.unix;
        self.state = RoundState::Open as u8;
        set.rounds = set.rounds.plus(1)?;
        Ok(self.fee)
    }

    /// Last slot in which the round can be drawn.
    pub fn draw_until(&self) -> u64 {
        self.slot.saturating_add(DRAW_WINDOW_SLOTS)
    }

    /// Refuses a draw before its time or after it.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotOpen`], [`MarketError::SlotNotReached`], [`MarketError::DrawOver`].
    pub fn require_drawable(&self, now: Now) -> Rule<()> {
        ensure(self.is(RoundState::Open), MarketError::RoundNotOpen)?;
        ensure(now.slot > self.slot, MarketError::SlotNotReached)?;
        ensure(now.slot <= self.draw_until(), MarketError::DrawOver)
    }

    /// Draws seed and panel from the hash of the round's slot. Anyone may, and everyone draws the same: a program that
    /// undoes a draw that it dislikes only leaves it to the next caller.
    ///
    /// # Errors
    ///
    /// As [`Self::require_drawable`].
    pub fn draw<H: Sha256>(
        &mut self,
        address: &Address,
        set: &mut AttestorSet,
        slot_hash: &[u8; 32],
        now: Now,
    ) -> Rule<()> {
        self.require_drawable(now)?;
        let mut seed = [0; 32];
        digest::seed::<H>(slot_hash, address, &self.member, &self.host, &mut seed);
        self.seed = seed;
        self.draw_panel(set)?;
        self.drawn_at = now.unix;
        self.drawn_slot = now.slot;
        self.state = RoundState::Running as u8;
        Ok(())
    }

    /// Draws `panel` of the eligible places without replacement, two bytes of the seed each, so that no place is likelier
    /// than another by more than 1 in 4,096.
    fn draw_panel(&mut self, set: &mut AttestorSet) -> Rule<()> {
        let mut left = self.eligible;
        let panel = usize::from(self.panel);
        for (judge, bytes) in self.judges.iter_mut().take(panel).zip(self.seed.chunks_exact(2)) {
            let number = bytes.first_chunk().map_or(0, |pair| u16::from_le_bytes(*pair));
            let count = u16::try_from(left.count_ones()).map_err(|_| MarketError::MathOverflow)?;
            let skip = number.checked_rem(count).ok_or(MarketError::TooFewAttestors)?;
            let place = nth_set_bit(left, skip);
            left &= !1u16.wrapping_shl(place);
            judge.place = u8::try_from(place).map_err(|_| MarketError::MathOverflow)?;
            judge.state = JudgeState::Drawn as u8;
            let slot = set.slot_mut(judge.place)?;
            // A place can change hands only on a chain that stood still for a day since the round opened.
            if slot.is_vacant() || slot.active_at > self.opened_at {
                judge.state = JudgeState::Settled as u8;
                self.settled = self.settled.plus(1)?;
            } else {
                slot.open_rounds = slot.open_rounds.plus(1)?;
            }
        }
        Ok(())
    }

    /// Deadlines of the phases, unix seconds, from the moment of the draw.
    pub fn answer_deadline(&self) -> Rule<i64> {
        self.drawn_at.plus(ANSWER_WINDOW)
    }

    pub fn reading_deadline(&self) -> Rule<i64> {
        self.answer_deadline()?.plus(READING_WINDOW)
    }

    pub fn reveal_deadline(&self) -> Rule<i64> {
        self.reading_deadline()?.plus(REVEAL_WINDOW)
    }

    pub fn opening_deadline(&self) -> Rule<i64> {
        self.reveal_deadline()?.plus(OPENING_WINDOW)
    }

    /// The host commits to its answer, a salted hash; see [`digest::answer`].
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotRunning`], [`MarketError::AlreadyAnswered`], [`MarketError::PhaseOver`],
    /// [`MarketError::CommitmentMissing`].
    pub fn commit_answer(&mut self, commitment: &[u8; 32], now: i64) -> Rule<()> {
        self.require_running()?;
        ensure(self.answered == 0, MarketError::AlreadyAnswered)?;
        ensure(now <= self.answer_deadline()?.plus(HOST_GRACE)?, MarketError::PhaseOver)?;
        ensure(!is_zero(commitment), MarketError::CommitmentMissing)?;
        self.answer = *commitment;
        self.answered = 1;
        Ok(())
    }

    /// The host opens its answer, after the readings: no attestor can copy a claim that it has not measured.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotRunning`], [`MarketError::AlreadyAnswered`], [`MarketError::PhaseNotReached`],
    /// [`MarketError::PhaseOver`], [`MarketError::CommitmentMismatch`].
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
        ensure(now <= self.opening_deadline()?.plus(HOST_GRACE)?, MarketError::PhaseOver)?;
        let mut hash = [0; 32];
        digest::answer::<H>(address, &self.host, &self.seed, answer, salt, &mut hash);
        ensure(hash == self.answer, MarketError::CommitmentMismatch)?;
        self.answer = answer.gpu_root;
        self.answer_result = answer.result;
        self.gpus = answer.gpus;
        self.answered = 2;
        Ok(())
    }

    /// No more commitments: all of the panel committed, or their time is over.
    pub fn commitments_are_over(&self, now: i64) -> Rule<bool> {
        Ok(self.answered > 0 && (self.committed == self.panel || now > self.reading_deadline()?))
    }

    /// No more reveals: everybody who committed revealed, or their time is over.
    pub fn reveals_are_over(&self, now: i64) -> Rule<bool> {
        Ok(self.commitments_are_over(now)? && (self.revealed == self.committed || now > self.reveal_deadline()?))
    }

    /// Ends a round that nobody drew while the slot's hash was kept: the fee goes back, and the member waits before it
    /// opens another, so that leaving a draw to lapse is no way to choose a panel.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotOpen`], [`MarketError::DeadlineNotReached`].
    pub fn expire(&mut self, now: Now) -> Rule<()> {
        ensure(self.is(RoundState::Open), MarketError::RoundNotOpen)?;
        ensure(now.slot > self.draw_until(), MarketError::DeadlineNotReached)?;
        // Nobody was drawn.
        self.panel = 0;
        self.conclude_as(RoundResult::Undrawn, now.unix);
        Ok(())
    }

    pub(super) fn conclude_as(&mut self, result: RoundResult, now: i64) {
        self.state = RoundState::Decided as u8;
        self.result = result as u8;
        self.decided_at = now;
    }
}

/// Position of the set bit that has `skip` set bits below it.
fn nth_set_bit(mask: u16, skip: u16) -> u32 {
    let mut left = mask;
    for _ in 0..skip {
        // Clears the lowest set bit.
        left &= left.wrapping_sub(1);
    }
    left.trailing_zeros()
}

/// The hash that a round drawn from `slot` reads in the slot hashes sysvar: that of the first slot from `slot` on that has a
/// block, since a leader may leave its slot out.
///
/// `data` is the sysvar: a u64 count, then for each slot, newest first, the slot as u64 and 32 bytes of hash.
///
/// # Errors
///
/// [`MarketError::SlotHashMissing`] if the data is no such list or its oldest slot is later than `slot`, so that an earlier
/// hash may have dropped out; [`MarketError::SlotNotReached`] if its newest is earlier.
pub fn slot_hash_from(data: &[u8], slot: u64) -> Rule<&[u8; 32]> {
    let (count, list) = data.split_first_chunk::<8>().ok_or(MarketError::SlotHashMissing)?;
    let count = usize::try_from(u64::from_le_bytes(*count)).map_err(|_| MarketError::SlotHashMissing)?;
    let (entries, _) = list.as_chunks::<40>();
    let entries = entries.get(..count).ok_or(MarketError::SlotHashMissing)?;
    let slot_of = |entry: &[u8; 40]| entry.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let oldest = entries.last().ok_or(MarketError::SlotHashMissing)?;
    ensure(slot_of(oldest) <= slot, MarketError::SlotHashMissing)?;
    let newer = entries.partition_point(|entry| slot_of(entry) >= slot);
    let entry = newer.checked_sub(1).and_then(|index| entries.get(index)).ok_or(MarketError::SlotNotReached)?;
    entry.last_chunk().ok_or(MarketError::SlotHashMissing)
}
