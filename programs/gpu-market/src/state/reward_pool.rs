use {
    super::ensure,
    crate::prelude::*,
    crate::{
        constants::REWARD_STREAM,
        error::{MarketError, Rule},
        math::{halves, wide, Checked},
        settlement::{per_weight, proportion, stream_length},
    },
};

/// What stakers earn in one mint. Its vault is a token account that is its own authority and holds at least
/// `received − claimed`.
///
/// What comes in joins a stream that reaches the stakers evenly over [`REWARD_STREAM`] seconds, in proportion to their
/// weights: staking just before a sweep earns nothing of what was earned before. While nobody earns, the stream waits.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct RewardPool {
    pub mint: Address,
    pub vault: Address,
    pub rent_payer: Address,
    /// Sum of the weights that the positions record; low half, high half.
    pub weight: [u64; 2],
    /// What a unit of weight has earned since the pool opened, in base units × 2⁶⁴; low half, high half.
    pub accumulated: [u64; 2],
    /// Base units received so far.
    pub received: u64,
    /// Base units claimed so far.
    pub claimed: u64,
    /// Base units received and not released to the stakers yet.
    pub streaming: u64,
    /// Base units released that the weights could not share without a rest.
    pub carry: u64,
    /// Until when the stream was released, unix seconds.
    pub stream_from: i64,
    /// When the stream ends, unix seconds; later by as long as nobody earns.
    pub stream_end: i64,
    /// Positions that exist.
    pub positions: u32,
    /// Emissions into this pool that exist.
    pub emissions: u32,
    pub version: u8,
    pub bump: u8,
    pub vault_bump: u8,
    /// One while a check of the vault found less than is booked: nobody enters.
    pub halted: u8,
    pub reserved: [u8; 60],
}

impl RewardPool {
    /// Sum of the weights that the positions record.
    pub fn weight(&self) -> u128 {
        wide(self.weight)
    }

    /// What a unit of weight has earned since the pool opened, in base units × 2⁶⁴.
    pub fn accumulated(&self) -> u128 {
        wide(self.accumulated)
    }

    /// Opens an empty stream.
    pub fn open(&mut self, now: i64) {
        self.stream_from = now;
        self.stream_end = now;
    }

    /// Releases what the stream has let through by `now`.
    pub fn advance(&mut self, now: i64) -> Rule<()> {
        let elapsed = now.minus(self.stream_from)?.max(0);
        let left = self.stream_end.minus(self.stream_from)?.max(0);
        self.stream_from = self.stream_from.max(now);
        let weight = self.weight();
        if weight == 0 {
            self.stream_end = self.stream_end.plus(elapsed)?;
            return Ok(());
        }
        let released = if elapsed >= left {
            self.streaming
        } else {
            proportion(self.streaming, seconds(elapsed)?, seconds(left)?)?
        };
        self.streaming = self.streaming.minus(released)?;
        self.carry = self.carry.plus(released)?;
        let (each, handed_out) = per_weight(self.carry, weight);
        // Beyond the range of the sum, which takes 365 times all there can be of a mint, rewards stay in the carry:
        // that must not keep anybody from claiming.
        if let Some(accumulated) = self.accumulated().checked_add(each) {
            self.accumulated = halves(accumulated);
            self.carry = self.carry.minus(handed_out)?;
        }
        Ok(())
    }

    /// Adds what has arrived in the vault to the stream.
    pub fn receive(&mut self, amount: u64, now: i64) -> Rule<()> {
        self.advance(now)?;
        self.received = self.received.plus(amount)?;
        self.stream(amount)
    }

    /// Adds to the stream what is the stakers' and not released; the pool was advanced.
    fn stream(&mut self, amount: u64) -> Rule<()> {
        let left = seconds(self.stream_end.minus(self.stream_from)?.max(0))?;
        let length = stream_length(self.streaming, left, amount, seconds(REWARD_STREAM)?)?;
        self.streaming = self.streaming.plus(amount)?;
        self.stream_end = self.stream_from.plus(i64::try_from(length).map_err(|_| MarketError::MathOverflow)?)?;
        Ok(())
    }

    /// Replaces the weight of one position.
    pub fn reweigh(&mut self, old: u128, new: u128) -> Rule<()> {
        self.weight = halves(self.weight().minus(old)?.plus(new)?);
        Ok(())
    }

    /// What one position gave up is the stakers', and reaches them as income does: whoever stakes just before a slashed
    /// position is synced earns nothing of it. The pool was advanced.
    pub fn forfeit(&mut self, amount: u64) -> Rule<()> {
        self.stream(amount)
    }

    /// A position claimed `amount`.
    pub fn pay(&mut self, amount: u64) -> Rule<()> {
        self.claimed = self.claimed.plus(amount)?;
        Ok(())
    }

    pub fn position_opened(&mut self) -> Rule<()> {
        ensure(self.halted == 0, MarketError::VaultShort)?;
        self.positions = self.positions.plus(1)?;
        Ok(())
    }

    pub fn position_closed(&mut self) -> Rule<()> {
        self.positions = self.positions.minus(1)?;
        Ok(())
    }

    pub fn emission_opened(&mut self) -> Rule<()> {
        ensure(self.halted == 0, MarketError::VaultShort)?;
        self.emissions = self.emissions.plus(1)?;
        Ok(())
    }

    pub fn emission_closed(&mut self) -> Rule<()> {
        self.emissions = self.emissions.minus(1)?;
        Ok(())
    }

    /// What the vault has to hold.
    pub fn booked(&self) -> Rule<u64> {
        self.received.minus(self.claimed)
    }

    /// What is left then is less than any position could claim: rests of divisions.
    pub fn require_closable(&self) -> Rule<()> {
        ensure(self.positions == 0 && self.emissions == 0 && self.streaming == 0, MarketError::PoolNotEmpty)
    }

    /// The vault holds at least what is booked.
    pub fn invariant(&self, vault_amount: u64) -> Rule<()> {
        ensure(self.streaming.plus(self.carry)? <= self.booked()?, MarketError::InvariantBroken)?;
        ensure(vault_amount >= self.booked()?, MarketError::InvariantBroken)
    }
}

/// A duration that is not negative.
fn seconds(duration: i64) -> Rule<u64> {
    u64::try_from(duration).map_err(|_| MarketError::MathOverflow)
}
