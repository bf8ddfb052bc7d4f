use {
    super::{digest, ensure, Challenge, Conclusion, Member, RoundResult, RoundState, Sha256, Standing},
    crate::prelude::*,
    crate::{
        constants::CLAIM_WINDOW,
        error::{MarketError, Rule},
        math::Checked,
    },
    solana_address::address_eq,
};

/// A physical GPU that somebody proved to a set of attestors. Its address is made of the set and the hash of its uuid, so it
/// has one owner at a time.
///
/// 192 bytes.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Gpu {
    pub set: Address,
    /// Member that it counts for.
    pub member: Address,
    pub host: Address,
    pub rent_payer: Address,
    /// See [`digest::gpu_uuid`].
    pub uuid_hash: [u8; 32],
    /// Until when it is its member's, unix seconds; zero if nobody has claimed it.
    pub expires_at: i64,
    /// Round of that member it was claimed in.
    pub round: u32,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 18],
}

impl Gpu {
    /// Records the GPU for the round's member until the attestation ends; refuses one that is another member's, also one of
    /// the same host, or that stands in the round twice.
    fn take(&mut self, challenge: &Challenge, now: i64) -> Rule<()> {
        let until = challenge.attested_until()?;
        let is_theirs = address_eq(&self.member, &challenge.member);
        ensure(is_theirs || now >= self.expires_at, MarketError::GpuHeld)?;
        let is_again = is_theirs && self.round == challenge.nonce && self.expires_at == until;
        ensure(!is_again, MarketError::GpuAlreadyClaimed)?;
        self.member = challenge.member;
        self.host = challenge.host;
        self.expires_at = until;
        self.round = challenge.nonce;
        Ok(())
    }

    /// Claims the GPU for the member of a round that passed, in which it is number `index` as `proof` shows; see
    /// [`digest::gpu_proof`]. Anyone may, once for each GPU of the round. A GPU that would not count is refused and stays to
    /// be claimed until the time for it is over, so that nobody spoils the claim of a host that is about to release it.
    ///
    /// # Errors
    ///
    /// [`MarketError::RoundNotDecided`], [`MarketError::RoundDidNotPass`], [`MarketError::ClaimsOver`],
    /// [`MarketError::GpuAlreadyClaimed`], [`MarketError::GpuNotInRound`], [`MarketError::GpuHeld`].
    pub fn claim<H: Sha256>(
        &mut self,
        challenge: &mut Challenge,
        index: u16,
        proof: &[[u8; 32]],
        now: i64,
    ) -> Rule<()> {
        ensure(challenge.state == RoundState::Decided as u8, MarketError::RoundNotDecided)?;
        ensure(challenge.result == RoundResult::Passed as u8, MarketError::RoundDidNotPass)?;
        let in_time = challenge.concluded == 0 && now <= challenge.decided_at.plus(CLAIM_WINDOW)?;
        // The range of the index comes first, because the bits of the round wrap.
        ensure(index < challenge.gpus, MarketError::GpuNotInRound)?;
        let bit = 1u64.wrapping_shl(u32::from(index));
        ensure(challenge.claims_done & bit == 0, MarketError::GpuAlreadyClaimed)?;
        ensure(in_time, MarketError::ClaimsOver)?;
        digest::verify_gpu::<H>(&challenge.answer, challenge.gpus, index, &self.uuid_hash, proof)?;
        self.take(challenge, now)?;
        challenge.claims_done |= bit;
        challenge.claimed = challenge.claimed.plus(1)?;
        Ok(())
    }

    /// Refuses a release that is neither the owner's nor due; all there is to check when the member is closed.
    ///
    /// # Errors
    ///
    /// [`MarketError::GpuNotExpired`].
    pub fn require_releasable(&self, by_owner: bool, now: i64) -> Rule<()> {
        ensure(by_owner || now >= self.expires_at, MarketError::GpuNotExpired)
    }

    /// Gives the GPU up: its owner at any time, anyone once it has expired. The account closes with this. Returns whether the
    /// member has one GPU less.
    ///
    /// # Errors
    ///
    /// [`MarketError::GpuNotExpired`]; [`MarketError::GpuRoundOpen`] until the round that it was claimed in has concluded,
    /// because that round still counts it.
    pub fn release(&self, by_owner: bool, member: &Member, standing: &Standing, now: i64) -> Rule<bool> {
        self.require_releasable(by_owner, now)?;
        ensure(self.round != standing.open_round, MarketError::GpuRoundOpen)?;
        Ok(self.round == standing.round && self.expires_at == member.attested_until)
    }
}

impl Member {
    /// Takes over what a round came to. Seats that are taken stay; the new number binds the next that is asked for.
    pub fn concluded(&mut self, conclusion: &Conclusion, now: i64) {
        match conclusion {
            Conclusion::Attested(attestation) => {
                self.attested_gpus = attestation.gpus;
                self.attested_until = attestation.until;
            }
            Conclusion::Revoked => self.attested_until = self.attested_until.min(now),
            Conclusion::Unchanged { .. } => {}
        }
    }

    /// One of its GPUs was released.
    pub fn gpu_released(&mut self) -> Rule<()> {
        self.attested_gpus = self.attested_gpus.minus(1)?;
        Ok(())
    }
}

impl Standing {
    /// Takes over what a round came to, and ends it for the member.
    pub fn concluded(&mut self, conclusion: &Conclusion, now: i64) -> Rule<()> {
        match conclusion {
            Conclusion::Attested(attestation) => {
                self.score = attestation.score;
                self.round = attestation.round;
                self.close_round(false, now)
            }
            Conclusion::Revoked => {
                self.score = 0;
                self.close_round(true, now)
            }
            Conclusion::Unchanged { barred } => self.close_round(*barred, now),
        }
    }
}
