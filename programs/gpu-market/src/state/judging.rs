use {
    super::{
        digest, ensure, AttestorSet, Challenge, Judge, JudgeState, Now, RoundResult, RoundState, Sha256, Stake,
    },
    crate::prelude::*,
    crate::{
        constants::*,
        error::{MarketError, Rule},
        math::{is_zero, Checked},
    },
};

/// What an attestor says about a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Verdict {
    Pass = 1,
    Fail = 2,
}

impl Verdict {
    pub fn from_u8(value: u8) -> Rule<Self> {
        match value {
            1 => Ok(Self::Pass),
            2 => Ok(Self::Fail),
            _ => Err(MarketError::UnknownVerdict),
        }
    }
}

/// What an attestor measured. A reading that fails the host has zeros in all other fields.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// See [`Verdict`].
    pub verdict: u8,
    pub score: u32,
    /// MiB of the smallest GPU.
    pub vram: u32,
    pub gpus: u16,
    /// Hash of what the benchmark put out, as the attestor checked it.
    pub result: [u8; 32],
    /// See [`digest::gpu_root`].
    pub gpu_root: [u8; 32],
}

impl Reading {
    fn check(&self) -> Rule<()> {
        let is_sound = match Verdict::from_u8(self.verdict)? {
            Verdict::Pass => {
                (1..=MAX_ROUND_GPUS).contains(&self.gpus) && !is_zero(&self.result) && !is_zero(&self.gpu_root)
            }
            Verdict::Fail => {
                let measured = self.gpus != 0 || self.score != 0 || self.vram != 0;
                !measured && is_zero(&self.result) && is_zero(&self.gpu_root)
            }
        };
        ensure(is_sound, MarketError::ReadingOutOfRange)
    }
}

impl Judge {
    fn has_committed(&self) -> bool {
        self.verdict != 0 || !is_zero(&self.hash)
    }

    fn has_revealed(&self) -> bool {
        self.verdict != 0
    }

    /// Whether both say the same: the verdict and, to pass, which result of which GPUs. Scores differ from run to run.
    fn agrees_with(&self, other: &Self) -> bool {
        self.has_revealed() && self.verdict == other.verdict && self.gpus == other.gpus && self.hash == other.hash
    }
}

/// What settling one attestor comes to, in base units of the stake mint. Only one of the two is above zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JudgeSettled {
    /// Moves from the payer's stake vault to the attestor's.
    pub pay: u64,
    /// Was taken from the attestor's bond.
    pub slash: u64,
}

/// What a round that passed gives its member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attestation {
    pub gpus: u16,
    /// Unix seconds.
    pub until: i64,
    pub score: u32,
    pub round: u32,
}

/// What a round comes to for its member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    Attested(Attestation),
    /// A quorum failed the host: what it had proved no longer counts.
    Revoked,
    /// The earlier attestation stays as it is. With `barred` the next round waits for a cooldown.
    Unchanged {
        barred: bool,
    },
}

impl Challenge {
    fn drawn(&self) -> impl Iterator<Item = &Judge> {
        self.judges.iter().take(usize::from(self.panel))
    }

    fn judge_mut(&mut self, place: u8) -> Rule<&mut Judge> {
        let panel = usize::from(self.panel);
        self.judges.iter_mut().take(panel).find(|judge| judge.place == place).ok_or(MarketError::NotOnPanel)
    }

    /// The attestor at `place` commits to its reading, a salted hash that names it; see [`digest::reading`].
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotRunning`], [`MarketError::NotOnPanel`], [`MarketError::PhaseNotReached`] before the host's
    /// answer, [`MarketError::PhaseOver`], [`MarketError::AlreadyVoted`], [`MarketError::CommitmentMissing`].
    pub fn commit_reading(&mut self, place: u8, commitment: &[u8; 32], now: Now) -> Rule<()> {
        self.require_running()?;
        ensure(self.answered > 0, MarketError::PhaseNotReached)?;
        let deadline = self.reading_deadline()?;
        let judge = self.judge_mut(place)?;
        ensure(judge.state == JudgeState::Drawn as u8, MarketError::AlreadyVoted)?;
        ensure(now.unix <= deadline, MarketError::PhaseOver)?;
        ensure(!is_zero(commitment), MarketError::CommitmentMissing)?;
        judge.hash = *commitment;
        judge.state = JudgeState::Committed as u8;
        self.committed = self.committed.plus(1)?;
        self.step(now)
    }

    /// The attestor at `place`, whose key is `attestor`, reveals its reading, once nobody can commit any more. As long as the
    /// round is not decided it is not too late: what it says was fixed before.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotRunning`], [`MarketError::NotOnPanel`], [`MarketError::PhaseNotReached`],
    /// [`MarketError::PhaseOver`] without a commitment, [`MarketError::AlreadyVoted`], [`MarketError::UnknownVerdict`],
    /// [`MarketError::ReadingOutOfRange`], [`MarketError::CommitmentMismatch`].
    pub fn reveal_reading<H: Sha256>(
        &mut self,
        address: &Address,
        place: u8,
        attestor: &Address,
        reading: &Reading,
        salt: &[u8; 32],
        now: Now,
    ) -> Rule<()> {
        self.require_running()?;
        ensure(self.commitments_are_over(now.unix)?, MarketError::PhaseNotReached)?;
        let judge = self.judge_mut(place)?;
        ensure(judge.state != JudgeState::Drawn as u8, MarketError::PhaseOver)?;
        ensure(judge.state == JudgeState::Committed as u8, MarketError::AlreadyVoted)?;
        reading.check()?;
        let mut hash = [0; 32];
        digest::reading::<H>(address, attestor, reading, salt, &mut hash);
        ensure(hash == judge.hash, MarketError::CommitmentMismatch)?;
        digest::measured::<H>(&reading.result, &reading.gpu_root, &mut judge.hash);
        judge.verdict = reading.verdict;
        judge.score = reading.score;
        judge.vram = reading.vram;
        judge.gpus = reading.gpus;
        judge.state = JudgeState::Revealed as u8;
        self.revealed = self.revealed.plus(1)?;
        self.step(now)
    }

    /// A reading that a quorum agrees with, and how many do. There is at most one such, because a quorum is more than half
    /// of the panel: what is left when readings that differ cancel each other out (Boyer and Moore, "MJRTY", 1991).
    fn majority(&self) -> Option<(&Judge, u64)> {
        let mut lead = 0_u64;
        let mut candidate = None;
        for judge in self.drawn().filter(|judge| judge.has_revealed()) {
            match candidate {
                Some(leader) if lead > 0 => {
                    lead = if judge.agrees_with(leader) { lead.saturating_add(1) } else { lead.saturating_sub(1) };
                }
                _ => (candidate, lead) = (Some(judge), 1),
            }
        }
        let leader = candidate?;
        let count = self.drawn().filter(|judge| judge.agrees_with(leader)).count();
        let count = u64::try_from(count).ok()?;
        (count >= u64::from(self.quorum)).then_some((leader, count))
    }

    /// The lower medians of the scores and of the memory that the `count` readings in agreement say.
    fn medians(&self, majority: &Judge, count: u64) -> (u32, u32) {
        let (mut scores, mut memory) = ([u32::MAX; MAX_PANEL], [u32::MAX; MAX_PANEL]);
        let agreeing = self.drawn().filter(|judge| judge.agrees_with(majority));
        for (number, judge) in agreeing.enumerate() {
            insert(&mut scores, number, judge.score);
            insert(&mut memory, number, judge.vram);
        }
        (lower_median(&scores, count), lower_median(&memory, count))
    }

    /// Decides the round; it moves nothing. Anyone may, as soon as nobody who is still in time could change it.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotRunning`], [`MarketError::PhaseNotReached`].
    pub fn decide<H: Sha256>(&mut self, now: Now) -> Rule<RoundResult> {
        self.require_running()?;
        if self.answered == 0 {
            return self.decide_unanswered(now);
        }
        ensure(self.reveals_are_over(now.unix)?, MarketError::PhaseNotReached)?;
        // Nobody hides a reading when all are revealed; then the deadline that may have been missed is that of commitments.
        let all_revealed = self.revealed == self.committed;
        let deadline = if all_revealed { self.reading_deadline()? } else { self.reveal_deadline()? };
        self.punishes = u8::from(self.punishes_absence(deadline, now));
        let Some((majority, count)) = self.majority() else {
            self.conclude_as(RoundResult::Void, now.unix);
            return Ok(RoundResult::Void);
        };
        let majority = *majority;
        let (score, vram) = self.medians(&majority, count);
        let result = self.judge_claim::<H>(&majority, score, now)?;
        self.score = score;
        self.vram = vram;
        self.verdict = majority.verdict;
        self.share = self.fee.checked_div(count).ok_or(MarketError::MathOverflow)?;
        self.conclude_as(result, now.unix);
        Ok(result)
    }

    /// A host that does not answer has failed, and the panel that it had drawn gets the fee: else a host would look at its
    /// panel and walk away for nothing.
    fn decide_unanswered(&mut self, now: Now) -> Rule<RoundResult> {
        let deadline = self.answer_deadline()?.plus(HOST_GRACE)?;
        ensure(now.unix > deadline, MarketError::PhaseNotReached)?;
        let result = if self.punishes_absence(deadline, now) {
            self.share = self.fee.checked_div(u64::from(self.panel)).ok_or(MarketError::MathOverflow)?;
            RoundResult::NoAnswer
        } else {
            RoundResult::Void
        };
        self.conclude_as(result, now.unix);
        Ok(result)
    }

    /// What the host's own claim comes to against what a quorum measured.
    fn judge_claim<H: Sha256>(&self, majority: &Judge, score: u32, now: Now) -> Rule<RoundResult> {
        if majority.verdict == Verdict::Fail as u8 {
            return Ok(RoundResult::Failed);
        }
        if self.answered == 1 {
            let deadline = self.opening_deadline()?.plus(HOST_GRACE)?;
            ensure(now.unix > deadline, MarketError::PhaseNotReached)?;
            let is_absent = self.punishes_absence(deadline, now);
            return Ok(if is_absent { RoundResult::NoAnswer } else { RoundResult::Void });
        }
        let mut claim = [0; 32];
        digest::measured::<H>(&self.answer_result, &self.answer, &mut claim);
        let is_true = self.gpus == majority.gpus && claim == majority.hash && score >= self.min_score;
        Ok(if is_true { RoundResult::Passed } else { RoundResult::Failed })
    }

    fn require_decided(&self) -> Rule<()> {
        ensure(self.is(RoundState::Decided), MarketError::RoundNotDecided)
    }

    /// What the attestor's part in a decided round comes to: its share in basis points of the bond, or its pay.
    fn due(&self, judge: &Judge) -> (u64, u16) {
        if self.answered == 0 {
            return (self.share, 0);
        }
        if judge.has_revealed() {
            return match self.majority() {
                Some((majority, _)) if judge.agrees_with(majority) => (self.share, 0),
                Some(_) => (0, ATTESTOR_SLASH_BPS),
                None => (0, 0),
            };
        }
        match (self.punishes, judge.has_committed()) {
            (0, _) => (0, 0),
            (_, true) => (0, ATTESTOR_SLASH_BPS),
            (_, false) => (0, ATTESTOR_ABSENT_BPS),
        }
    }

    /// Settles the attestor at `place`, once: pays it out of the fee, or slashes its bond. `attestor` is its stake and
    /// `payer` that of the round's payer; they differ, because a party judges no round of its own.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotDecided`], [`MarketError::NotOnPanel`], [`MarketError::AlreadySettled`].
    pub fn settle_attestor(
        &mut self,
        set: &mut AttestorSet,
        place: u8,
        attestor: &mut Stake,
        payer: &mut Stake,
    ) -> Rule<JudgeSettled> {
        self.require_decided()?;
        let judge = *self.judge_mut(place)?;
        ensure(judge.state != JudgeState::Settled as u8, MarketError::AlreadySettled)?;
        let (pay, bps) = self.due(&judge);
        payer.pay_fee(attestor, pay)?;
        let slash = set.slash(place, attestor, self.bond, bps)?;
        let slot = set.slot_mut(place)?;
        slot.open_rounds = slot.open_rounds.minus(1)?;
        self.judge_mut(place)?.state = JudgeState::Settled as u8;
        self.settled = self.settled.plus(1)?;
        self.paid = self.paid.plus(pay)?;
        Ok(JudgeSettled { pay, slash })
    }

    /// Whether every GPU of the round was claimed.
    pub fn all_claimed(&self) -> bool {
        self.claims_done.count_ones() >= u32::from(self.gpus)
    }

    /// Until when an attestation by this round counts, and its GPUs belong to its member: a decision that nobody asked for in
    /// time makes no measurement younger.
    pub fn attested_until(&self) -> Rule<i64> {
        let measured_at = self.decided_at.min(self.opening_deadline()?.plus(HOST_GRACE)?);
        measured_at.plus(ATTESTATION_LIFETIME)
    }

    /// Concludes the round for its member, once: when every GPU was claimed, or the time for it is over and the others are left
    /// out. Until then an earlier attestation counts on, so that no member is unfit between two. A round that passed bars no
    /// other: that its GPUs are another's is no failure.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotDecided`], [`MarketError::RoundNotOver`], [`MarketError::AlreadySettled`].
    pub fn conclude(&mut self, now: i64) -> Rule<Conclusion> {
        self.require_decided()?;
        ensure(self.concluded == 0, MarketError::AlreadySettled)?;
        let passed = self.result == RoundResult::Passed as u8;
        if passed {
            ensure(self.all_claimed() || now > self.decided_at.plus(CLAIM_WINDOW)?, MarketError::RoundNotOver)?;
        }
        self.concluded = 1;
        if passed && self.claimed > 0 {
            return Ok(Conclusion::Attested(Attestation {
                gpus: self.claimed,
                until: self.attested_until()?,
                score: self.score,
                round: self.nonce,
            }));
        }
        if self.verdict == Verdict::Fail as u8 {
            return Ok(Conclusion::Revoked);
        }
        Ok(Conclusion::Unchanged { barred: !passed && self.result != RoundResult::Void as u8 })
    }

    /// Closes a round whose attestors are settled and that its member has concluded; returns what of the fee nobody earned.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotDecided`], [`MarketError::RoundNotOver`].
    pub fn close(&mut self, set: &mut AttestorSet, payer: &mut Stake) -> Rule<u64> {
        self.require_decided()?;
        ensure(self.settled == self.panel && self.concluded == 1, MarketError::RoundNotOver)?;
        let refund = self.fee.minus(self.paid)?;
        payer.refund_fee(refund)?;
        set.rounds = set.rounds.minus(1)?;
        Ok(refund)
    }
}

/// Puts a value into its place among the first `number` ones, which are in order.
fn insert(values: &mut [u32; MAX_PANEL], number: usize, mut value: u32) {
    for place in values.iter_mut().take(number) {
        if value < *place {
            core::mem::swap(&mut value, place);
        }
    }
    if let Some(place) = values.get_mut(number) {
        *place = value;
    }
}

/// The middle of `count` values in order; of two, the lower.
fn lower_median(values: &[u32; MAX_PANEL], count: u64) -> u32 {
    let middle = usize::try_from(count.saturating_sub(1) >> 1).unwrap_or(usize::MAX);
    values.get(middle).copied().unwrap_or(0)
}
