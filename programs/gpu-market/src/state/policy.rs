use {
    super::{ensure, Record, Tier},
    crate::prelude::*,
    crate::{
        constants::*,
        error::{MarketError, Rule},
        math::Checked,
    },
};

/// What a premium market asks of a host to promote it, and below what it falls; part of its terms. In a community market
/// everything but `admission` is zero.
///
/// 64 bytes.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Policy {
    /// Base units of the payment mint in protocol fees that the host's jobs paid: the volume, weighted by fee.
    pub min_volume: u64,
    /// Base units of the stake mint; collateral does not leave below this while the member is active.
    pub collateral_floor: u64,
    /// Base units of the payment mint in protocol fees. A window whose jobs weigh less is neutral, or a few seconds that a
    /// rival buys and disputes would judge a host that has little to do.
    pub min_ended_fees: u64,
    /// Jobs completed in the feeder market.
    pub min_completed: u32,
    /// Evidenced seconds in the feeder market.
    pub min_evidenced: u32,
    /// Score of the attestation; also what a round has to reach to pass.
    pub min_score: u32,
    /// Seconds since the host's last strike in any market.
    pub strike_cooldown: u32,
    /// A window in which fewer jobs ended or were missed is neutral.
    pub min_ended: u32,
    /// Seconds that a suspension lasts at least.
    pub suspension: u32,
    /// Seconds within which a second fall removes, and that a removed host waits before it can earn its way back.
    pub cooldown: u32,
    /// Share of the weight of ended jobs that was completed, to be promoted.
    pub promote_success_bps: u16,
    /// The same to stay; lower, so that nobody goes up and down at one threshold.
    pub review_success_bps: u16,
    /// Highest share of assignments that may be missed to stay.
    pub review_missed_bps: u16,
    /// Distinct clients in the feeder market; see [`super::Window::clients`].
    pub min_clients: u16,
    /// See [`Admission`].
    pub admission: u8,
    pub reserved: [u8; 3],
}

/// Who may join a market at all, besides the access mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Admission {
    /// A member needs no attestation: it has one seat without.
    Open = 0,
    /// A member has no seat without a fresh attestation.
    Attested = 1,
}

impl Admission {
    pub fn from_u8(value: u8) -> Rule<Self> {
        match value {
            0 => Ok(Self::Open),
            1 => Ok(Self::Attested),
            _ => Err(MarketError::PolicyOutOfRange),
        }
    }
}

impl Policy {
    /// Checks the policy against the bounds of the program. `bond` is the bond of a seat under the same terms, below which
    /// no collateral floor makes sense.
    ///
    /// # Errors
    ///
    /// [`MarketError::PolicyInCommunity`], [`MarketError::PolicyOutOfRange`], [`MarketError::PolicyWithoutHysteresis`].
    pub fn check(&self, tier: Tier, bond: u64) -> Rule<()> {
        Admission::from_u8(self.admission)?;
        ensure(self.reserved == [0; 3], MarketError::PolicyOutOfRange)?;
        if tier == Tier::Community {
            let empty = Self { admission: self.admission, ..Self::default() };
            return ensure(*self == empty, MarketError::PolicyInCommunity);
        }
        ensure(self.collateral_floor >= bond, MarketError::PolicyOutOfRange)?;
        ensure(self.min_clients <= MAX_MIN_CLIENTS, MarketError::PolicyOutOfRange)?;
        // A rule without a minimum would judge on nothing; a rule that nobody meets would be a closed market in disguise.
        // Without a volume in fees a record costs nothing.
        ensure(
            self.min_completed > 0 && self.min_ended > 0 && self.min_volume > 0 && self.min_ended_fees > 0,
            MarketError::PolicyOutOfRange,
        )?;
        ensure((MIN_SUSPENSION..=MAX_SUSPENSION).contains(&self.suspension), MarketError::PolicyOutOfRange)?;
        // Within the cooldown a host that fell at the start of a window can return, fail a whole window and be reviewed.
        let shortest = i64::from(self.suspension).plus(SECOND_FALL)?;
        ensure(
            i64::from(self.cooldown) >= shortest && self.cooldown <= MAX_POLICY_COOLDOWN,
            MarketError::PolicyOutOfRange,
        )?;
        // Strikes are remembered no longer than this by a host that closes.
        ensure(i64::from(self.strike_cooldown) <= STRIKE_MEMORY, MarketError::PolicyOutOfRange)?;
        ensure(
            u64::from(self.promote_success_bps) <= BPS && u64::from(self.review_missed_bps) <= BPS,
            MarketError::PolicyOutOfRange,
        )?;
        ensure(self.review_success_bps < self.promote_success_bps, MarketError::PolicyWithoutHysteresis)
    }

    /// Whether any rule of this policy is easier to meet than that of `old`, however much harder others became.
    pub fn is_looser_than(&self, old: &Self) -> bool {
        self.min_volume < old.min_volume
            || self.collateral_floor < old.collateral_floor
            || self.min_completed < old.min_completed
            || self.min_evidenced < old.min_evidenced
            || self.min_score < old.min_score
            || self.strike_cooldown < old.strike_cooldown
            || self.min_clients < old.min_clients
            || self.promote_success_bps < old.promote_success_bps
            || self.review_success_bps < old.review_success_bps
            || self.suspension < old.suspension
            || self.cooldown < old.cooldown
            || self.admission < old.admission
            // The more jobs a window needs to count, and the more may be missed, the fewer are judged.
            || self.min_ended > old.min_ended
            || self.min_ended_fees > old.min_ended_fees
            || self.review_missed_bps > old.review_missed_bps
    }

    /// Whether a member falls, or pays for a fall, more easily than by `old`.
    pub fn is_harder_to_keep_than(&self, old: &Self) -> bool {
        self.review_success_bps > old.review_success_bps
            || self.review_missed_bps < old.review_missed_bps
            || self.min_ended < old.min_ended
            || self.min_ended_fees < old.min_ended_fees
            || self.suspension > old.suspension
            || self.cooldown > old.cooldown
            || self.collateral_floor > old.collateral_floor
    }

    /// When terms with this policy can take effect at the earliest that are announced at `now`, if their usual notice ends
    /// at `usual`. `old` is the policy now in force, and `same_attestors` whether the new terms keep its attestor set:
    /// other attestors may be more lenient, which no comparison can tell.
    ///
    /// Terms are announced one at a time and compared to the terms in force. So an authority that loosens its policy for a
    /// friend and tightens it again has announced the loosening 14 days before anyone could use it, and no other
    /// announcement shortens that.
    ///
    /// What judges members more strictly waits until no window is open to review that began before the announcement, so
    /// that nobody is judged for a week by rules that came after it.
    pub fn earliest_effect(&self, old: &Self, same_attestors: bool, usual: i64, now: i64) -> Rule<i64> {
        let mut earliest = usual;
        if self.is_looser_than(old) || !same_attestors {
            earliest = earliest.max(now.plus(LOOSENING_DELAY)?);
        }
        if self.is_harder_to_keep_than(old) {
            let next_but_one = Record::window_start(Record::window_at(now).plus(2)?);
            earliest = earliest.max(next_but_one.plus(DISPUTE_WINDOW)?);
        }
        Ok(earliest)
    }
}
