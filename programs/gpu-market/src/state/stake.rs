use {
    super::{ensure, Member, Tranches},
    crate::prelude::*,
    crate::{
        constants::{DAY, MAX_LOCK_DAYS, MAX_POSITIONS, MIN_LOCK_DAYS, WEIGHT_PER_LOCK_DAY, WEIGHT_UNLOCKED},
        error::{MarketError, Rule},
        math::Checked,
        settlement::Penalty,
    },
};

/// A host owner's stake. Its vault is a token account that is its own authority and holds at least
/// `amount + cooling + owed + treasury_owed`.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Stake {
    pub owner: Address,
    pub mint: Address,
    pub vault: Address,
    pub rent_payer: Address,
    /// Staked base units, allocated or not; cooling ones are not among them.
    pub amount: u64,
    /// Part of `amount` that is collateral of members or bonds of attestors.
    pub allocated: u64,
    /// Slashed base units that Credits of this stake still have to pay out, and fees of rounds that are not over.
    pub owed: u64,
    /// Slashed base units that the treasury has not swept yet.
    pub treasury_owed: u64,
    /// Seconds that an unstake request of this stake cools: the config's when it last grew.
    pub unbonding: i64,
    /// What was requested and has not been withdrawn.
    pub cooling: Tranches,
    /// Credit accounts of this stake that exist.
    pub credits: u32,
    /// Places in sets of attestors and rounds that need this stake: without it they could not end, so it does not close
    /// before them.
    pub ties: u32,
    pub version: u8,
    pub bump: u8,
    pub vault_bump: u8,
    /// Reward positions of this stake that exist.
    pub positions: u8,
    /// Days for which an unstake request of this stake cools at least, and which raise its reward weight; zero for no
    /// lock. The lock runs from the request: as long as it is staked, it counts in full.
    pub lock_days: u16,
    /// One while a check of the vault found less than is booked: nothing enters.
    pub halted: u8,
    pub reserved: [u8; 113],
}

/// What a slash took, and from where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slash {
    pub collateral: u64,
    pub free: u64,
    pub cooling: u64,
}

impl Stake {
    /// Staked and not allocated.
    pub fn free(&self) -> Rule<u64> {
        self.amount.minus(self.allocated)
    }

    /// Weight in reward pools. It counts collateral too, and nothing that cools.
    pub fn weight(&self) -> Rule<u128> {
        let each = WEIGHT_UNLOCKED.plus(WEIGHT_PER_LOCK_DAY.times(self.lock_days.into())?)?;
        // Two numbers of 64 bits have a product of 128.
        Ok(u128::from(self.amount).wrapping_mul(each.into()))
    }

    /// Nothing enters a vault that a check found short.
    pub fn require_whole(&self) -> Rule<()> {
        ensure(self.halted == 0, MarketError::VaultShort)
    }

    /// Sets a lock, or a longer one. A shorter one only when nothing is staked and nothing cools, or tokens that cool
    /// for a long time could be restaked and unstaked for a short one.
    pub fn extend_lock(&mut self, days: u16) -> Rule<()> {
        ensure((MIN_LOCK_DAYS..=MAX_LOCK_DAYS).contains(&days), MarketError::LockOutOfRange)?;
        ensure(
            days > self.lock_days || (self.amount == 0 && self.cooling.total()? == 0),
            MarketError::LockMustRise,
        )?;
        self.lock_days = days;
        Ok(())
    }

    /// Seconds that what is unstaked now cools.
    pub fn cooling_time(&self) -> Rule<i64> {
        Ok(self.unbonding.max(i64::from(self.lock_days).times(DAY)?))
    }

    pub fn position_opened(&mut self) -> Rule<()> {
        self.require_whole()?;
        ensure(self.positions < MAX_POSITIONS, MarketError::TooManyPositions)?;
        self.positions = self.positions.plus(1)?;
        Ok(())
    }

    pub fn position_closed(&mut self) -> Rule<()> {
        self.positions = self.positions.minus(1)?;
        Ok(())
    }

    /// What the vault has to hold.
    pub fn booked(&self) -> Rule<u64> {
        self.amount.plus(self.cooling.total()?)?.plus(self.owed)?.plus(self.treasury_owed)
    }

    /// Adds to the stake, under the unbonding period that the config has now.
    pub fn stake(&mut self, amount: u64, unbonding: i64) -> Rule<()> {
        ensure(amount > 0, MarketError::AmountZero)?;
        self.require_whole()?;
        self.amount = self.amount.plus(amount)?;
        self.unbonding = unbonding;
        Ok(())
    }

    /// Makes free stake collateral of a member.
    pub fn allocate(&mut self, member: &mut Member, amount: u64) -> Rule<()> {
        ensure(amount > 0, MarketError::AmountZero)?;
        self.require_whole()?;
        ensure(amount <= self.free()?, MarketError::InsufficientStake)?;
        self.allocated = self.allocated.plus(amount)?;
        member.collateral = member.collateral.plus(amount)?;
        Ok(())
    }

    /// Takes back collateral of a member above what it is bound by.
    pub fn deallocate(&mut self, member: &mut Member, amount: u64) -> Rule<()> {
        ensure(amount > 0, MarketError::AmountZero)?;
        ensure(amount <= member.withdrawable_collateral()?, MarketError::CollateralLocked)?;
        member.collateral = member.collateral.minus(amount)?;
        self.allocated = self.allocated.minus(amount)?;
        Ok(())
    }

    /// Starts the cooling of free stake. It can be slashed until it is withdrawn. Returns when it unlocks.
    pub fn request_unstake(&mut self, amount: u64, now: i64) -> Rule<i64> {
        ensure(amount > 0, MarketError::AmountZero)?;
        ensure(amount <= self.free()?, MarketError::InsufficientStake)?;
        let unlock_at = now.plus(self.cooling_time()?)?;
        self.amount = self.amount.minus(amount)?;
        self.cooling.add(amount, unlock_at)?;
        Ok(unlock_at)
    }

    /// Takes out what has finished cooling.
    pub fn withdraw(&mut self, now: i64) -> Rule<u64> {
        let amount = self.cooling.take_unlocked(now)?;
        ensure(amount > 0, MarketError::NothingUnbonded)?;
        Ok(amount)
    }

    /// Makes cooling tokens stake again, those that unlock last first.
    pub fn restake(&mut self, amount: u64) -> Rule<()> {
        ensure(amount > 0, MarketError::AmountZero)?;
        let taken = self.cooling.take_latest(amount)?;
        ensure(taken == amount, MarketError::InsufficientStake)?;
        self.amount = self.amount.plus(amount)?;
        Ok(())
    }

    /// Slashes this stake for a fault of one member: the member's free collateral, then the stake's free part, then
    /// the cooling tranches in proportion. Never another member's collateral, never the bond of another job: the
    /// caller has released the bond of the job in question. What is not there is not taken, and the shares of the
    /// penalty shrink with it: first the client's, then the treasury's, then the tip.
    ///
    /// The shares of client and treasury are booked as owed; the tip has to leave the vault in the same instruction.
    pub fn slash(&mut self, member: &mut Member, penalty: Penalty) -> Rule<(Penalty, Slash)> {
        let wanted = penalty.total()?;
        let collateral = wanted.min(member.free_collateral()?);
        let free = wanted.minus(collateral)?.min(self.free()?);
        let cooling = self.cooling.take_pro_rata(wanted.minus(collateral)?.minus(free)?)?;
        member.collateral = member.collateral.minus(collateral)?;
        self.allocated = self.allocated.minus(collateral)?;
        self.amount = self.amount.minus(collateral)?.minus(free)?;

        let taken = collateral.plus(free)?.plus(cooling)?;
        let tip = penalty.tip.min(taken);
        let treasury = penalty.treasury.min(taken.minus(tip)?);
        let client = taken.minus(tip)?.minus(treasury)?;
        self.owed = self.owed.plus(client)?;
        self.treasury_owed = self.treasury_owed.plus(treasury)?;
        Ok((Penalty { tip, treasury, client }, Slash { collateral, free, cooling }))
    }

    pub fn credit_opened(&mut self) -> Rule<()> {
        self.credits = self.credits.plus(1)?;
        Ok(())
    }

    pub fn credit_closed(&mut self) -> Rule<()> {
        self.credits = self.credits.minus(1)?;
        Ok(())
    }

    /// A credit paid `amount` out.
    pub fn credit_paid(&mut self, amount: u64) -> Rule<()> {
        self.owed = self.owed.minus(amount)?;
        Ok(())
    }

    /// The treasury swept its share.
    pub fn take_treasury_share(&mut self) -> Rule<u64> {
        ensure(self.treasury_owed > 0, MarketError::NothingToSweep)?;
        Ok(core::mem::take(&mut self.treasury_owed))
    }

    pub fn require_empty(&self) -> Rule<()> {
        let is_needed = self.credits != 0 || self.ties != 0 || self.positions != 0;
        ensure(self.booked()? == 0 && self.allocated == 0 && !is_needed, MarketError::StakeNotEmpty)
    }

    /// The books add up: all there is to check where no tokens move.
    pub fn books(&self) -> Rule<()> {
        ensure(self.allocated <= self.amount, MarketError::InvariantBroken)
    }

    /// The books add up, and the vault holds at least what is booked.
    pub fn invariant(&self, vault_amount: u64) -> Rule<()> {
        self.books()?;
        ensure(vault_amount >= self.booked()?, MarketError::InvariantBroken)
    }
}
