//! The money of a job: every rounding in this program is in this file.
//!
//! `pay = floor(rate × seconds / 10⁶)`, `fee = floor(pay × fee_bps / 10⁴)`, with the rate in micro base units per
//! second. What a deposit reserves is rounded up, what is paid is rounded down, so a deposit always covers its job;
//! shares are computed on totals less what was already booked, so many small settlements pay what one large pays.

use crate::{
    constants::{BPS, MICRO, PENALTY_TIP_BPS, PENALTY_TREASURY_BPS},
    error::MarketError,
    math::{halves, wide, Checked},
};

type Result<T> = core::result::Result<T, MarketError>;

/// Which way a quotient is rounded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    Down,
    Up,
}

/// `a × b / divisor`, or [`MarketError::MathOverflow`] if that does not fit, or for a divisor of zero.
#[inline(never)]
fn mul_div(a: u64, b: u64, divisor: u64, round: Round) -> Result<u64> {
    let (quotient, exact) = match a.checked_mul(b) {
        // In 64 bits where it fits, because a 128-bit division costs the program far more.
        Some(product) => {
            let quotient = product.checked_div(divisor).ok_or(MarketError::MathOverflow)?;
            (quotient, quotient.wrapping_mul(divisor) == product)
        }
        None => divide_wide(u128::from(a).times(u128::from(b))?, divisor)?,
    };
    if round == Round::Up && !exact {
        return quotient.plus(1);
    }
    Ok(quotient)
}

/// Quotient of a product of more than 64 bits, and whether it is exact.
fn divide_wide(product: u128, divisor: u64) -> Result<(u64, bool)> {
    let [low, high] = halves(product);
    // Else the quotient has more than 64 bits.
    if high >= divisor {
        return Err(MarketError::MathOverflow);
    }
    let (quotient, rest) = divide_halves(high, low, divisor);
    Ok((quotient, rest == 0))
}

/// Quotient and rest of a number of 128 bits by a divisor above its high half: long division in two digits of 32 bits
/// (Knuth, TAOCP 4.3.1, algorithm D). The compiler's general division by 128 bits would be a fiftieth of the program, and one
/// bit by bit costs ten times as much.
#[inline(never)]
fn divide_halves(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    // An estimate by the upper half of a divisor with its first bit set is at most two too large.
    let shift = divisor.leading_zeros();
    let divisor = divisor.wrapping_shl(shift);
    let carried = low.checked_shr(u64::BITS.wrapping_sub(shift)).unwrap_or(0);
    let (rest, digits) = (high.wrapping_shl(shift) | carried, low.wrapping_shl(shift));
    let (first, rest) = divide_digit(rest, digits.wrapping_shr(32), divisor);
    let (second, rest) = divide_digit(rest, digits & DIGIT, divisor);
    (first.wrapping_shl(32) | second, rest.wrapping_shr(shift))
}

/// The largest digit of 32 bits.
const DIGIT: u64 = 0xffff_ffff;

/// One digit of the quotient, and the rest, of a rest below the divisor with the next digit behind it.
#[inline(always)]
fn divide_digit(rest: u64, next: u64, divisor: u64) -> (u64, u64) {
    let (upper, lower) = (divisor.wrapping_shr(32), divisor & DIGIT);
    let mut digit = rest.checked_div(upper).unwrap_or(0);
    let mut left = rest.wrapping_sub(digit.wrapping_mul(upper));
    while digit > DIGIT || digit.wrapping_mul(lower) > (left.wrapping_shl(32) | next) {
        digit = digit.wrapping_sub(1);
        left = left.wrapping_add(upper);
        if left > DIGIT {
            break;
        }
    }
    // Of the difference only the low 64 bits remain: it is below the divisor.
    (digit, (rest.wrapping_shl(32) | next).wrapping_sub(digit.wrapping_mul(divisor)))
}

/// `floor(rate × seconds / 10⁶)` base units.
pub fn pay(rate: u64, seconds: u32) -> Result<u64> {
    mul_div(rate, seconds.into(), MICRO, Round::Down)
}

/// `floor(amount × bps / 10⁴)` base units.
pub fn share(amount: u64, bps: u16) -> Result<u64> {
    mul_div(amount, bps.into(), BPS, Round::Down)
}

/// `ceil(rate × seconds / 10⁶)` base units: the most that a job of this length can pay.
pub fn pay_ceiling(rate: u64, seconds: u32) -> Result<u64> {
    mul_div(rate, seconds.into(), MICRO, Round::Up)
}

/// `ceil(amount × bps / 10⁴)` base units.
pub fn share_ceiling(amount: u64, bps: u16) -> Result<u64> {
    mul_div(amount, bps.into(), BPS, Round::Up)
}

/// `floor(part × amount / whole)` base units; zero of nothing.
pub fn proportion(part: u64, amount: u64, whole: u64) -> Result<u64> {
    if whole == 0 {
        return Ok(0);
    }
    mul_div(part, amount, whole, Round::Down)
}

/// What a post reserves, part by part, in base units of the payment mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The most the host can earn.
    pub pay: u64,
    /// The most the protocol can earn on it.
    pub fee: u64,
    /// Reserved for whoever has to enforce a deadline; refunded when nobody had to.
    pub tip: u64,
    /// Paid for a place in a queue above half full; refunded when the job starts.
    pub queue_fee: u64,
}

impl Quote {
    /// Quotes `seconds` at `rate` micro base units per second.
    pub fn new(rate: u64, seconds: u32, fee_bps: u16, tip: u64, queue_fee: u64) -> Result<Self> {
        let pay = pay_ceiling(rate, seconds)?;
        let fee = share_ceiling(pay, fee_bps)?;
        Ok(Self { pay, fee, tip, queue_fee })
    }

    /// The deposit: what is reserved in the client's escrow.
    pub fn deposit(&self) -> Result<u64> {
        self.pay.plus(self.fee)?.plus(self.tip)?.plus(self.queue_fee)
    }
}

/// Queue fee in base units for a post into a shard with `used` of `capacity` nodes taken: nothing up to half full,
/// then rising in a straight line to `full_fee` for the last node; rounded up.
pub fn queue_fee(full_fee: u64, used: u32, capacity: u32) -> Result<u64> {
    let above = u64::from(used).times(2)?.saturating_sub(u64::from(capacity));
    if above == 0 || full_fee == 0 {
        return Ok(0);
    }
    mul_div(full_fee, above, capacity.into(), Round::Up)
}

/// What every unit of a weight earns of `amount` base units, × 2⁶⁴ and rounded down; and how much of the amount that
/// hands out at most, rounded up, so that what is handed out is never more than there is. Nothing for a weight of zero.
pub fn per_weight(amount: u64, weight: u128) -> (u128, u64) {
    if amount == 0 || weight == 0 {
        return (0, 0);
    }
    let (each, rest) = divide_long(u128::from(amount).wrapping_shl(u64::BITS), weight);
    let left = u64::try_from(rest.wrapping_shr(u64::BITS)).unwrap_or(amount);
    (each, amount.saturating_sub(left))
}

/// Quotient and rest of two numbers, of which the second is not zero.
fn divide_long(dividend: u128, divisor: u128) -> (u128, u128) {
    let ([low, high], [short, top]) = (halves(dividend), halves(divisor));
    if top == 0 {
        let first = high.checked_div(short).unwrap_or(0);
        let (second, rest) = divide_halves(high.wrapping_sub(first.wrapping_mul(short)), low, short);
        return (wide([second, first]), rest.into());
    }
    // The quotient has 64 bits at most. Half the dividend by the first 64 bits of the divisor, less one, is that or one too
    // few (Warren, Hacker's Delight, 9-5).
    let shift = top.leading_zeros();
    let [_, leading] = halves(divisor.wrapping_shl(shift));
    let [low, high] = halves(dividend.wrapping_shr(1));
    let (estimate, _) = divide_halves(high, low, leading);
    let quotient = u128::from(estimate.wrapping_shr(63u32.wrapping_sub(shift)).saturating_sub(1));
    let rest = dividend.wrapping_sub(quotient.wrapping_mul(divisor));
    if rest >= divisor {
        return (quotient.wrapping_add(1), rest.wrapping_sub(divisor));
    }
    (quotient, rest)
}

/// Base units that a weight earns while every unit of weight gains `gained`, which is × 2⁶⁴; rounded down.
pub fn earned(weight: u128, gained: u128) -> Result<u64> {
    let ([light, heavy], [low, high]) = (halves(weight), halves(gained));
    // Part by part, and of these only what is there: a checked product of 128 bits costs the program far more.
    let [_, mut earned] = halves(u128::from(light).wrapping_mul(low.into()));
    if high != 0 {
        earned = earned.plus(light.times(high)?)?;
    }
    if heavy != 0 {
        earned = earned.plus(heavy.times(low)?)?;
    }
    if heavy != 0 && high != 0 {
        return Err(MarketError::MathOverflow);
    }
    Ok(earned)
}

/// How many seconds a stream lasts that has `left` base units for `left_for` more seconds when `added` ones join it that
/// are to last `added_for`: the mean of both by their amounts, rounded down, so that dust delays nothing.
pub fn stream_length(left: u64, left_for: u64, added: u64, added_for: u64) -> Result<u64> {
    let weighted = u128::from(left).times(left_for.into())?.plus(u128::from(added).times(added_for.into())?)?;
    let whole = left.plus(added)?;
    if whole == 0 {
        return Ok(0);
    }
    let (seconds, _) = divide_long(weighted, whole.into());
    u64::try_from(seconds).map_err(|_| MarketError::MathOverflow)
}

/// How a penalty in stake is split; the parts add up to the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Penalty {
    /// To whoever enforced the deadline, at once.
    pub tip: u64,
    /// To the treasury.
    pub treasury: u64,
    /// Credited to the client.
    pub client: u64,
}

impl Penalty {
    /// A missed acknowledgement: a tenth tips the caller, a tenth goes to the treasury, the client gets the rest.
    pub fn missed_ack(bond: u64, bps: u16) -> Result<Self> {
        let total = share(bond, bps)?;
        let tip = share(total, PENALTY_TIP_BPS)?;
        let treasury = share(total, PENALTY_TREASURY_BPS)?;
        Ok(Self { tip, treasury, client: total.minus(tip)?.minus(treasury)? })
    }

    /// A lost or faulted job, or a decline too many: the client gets it all, its own tip being reserved in the deposit.
    pub fn to_client(bond: u64, bps: u16) -> Result<Self> {
        Ok(Self { tip: 0, treasury: 0, client: share(bond, bps)? })
    }

    /// No penalty, for example because a halted chain made the deadline impossible to meet.
    pub const NONE: Self = Self { tip: 0, treasury: 0, client: 0 };

    /// What the host's stake loses.
    pub fn total(&self) -> Result<u64> {
        self.tip.plus(self.treasury)?.plus(self.client)
    }
}
