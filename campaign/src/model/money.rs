//! Rounding and the movement of tokens.

use {
    super::{Broken, Model, Rules, books::Tranche, rules::token_code},
    gpu_market_sdk::{Address, error::Check},
};

/// A wide quotient, rounded down; none if it does not fit.
fn quotient(product: u128, divisor: u128) -> Option<u64> {
    u64::try_from(product / divisor).ok()
}

fn ceiling(product: u128, divisor: u128) -> Option<u64> {
    u64::try_from(product.div_ceil(divisor)).ok()
}

/// Pay of so many seconds, rounded down.
pub fn pay(rate: u64, seconds: u32) -> Option<u64> {
    quotient(u128::from(rate) * u128::from(seconds), 1_000_000)
}

/// So many basis points, rounded down.
pub fn share(amount: u64, bps: u16) -> Option<u64> {
    quotient(u128::from(amount) * u128::from(bps), 10_000)
}

/// What a job has to reserve.
pub fn deposit(rate: u64, seconds: u32, fee_bps: u16, tip: u64, queue_fee: u64) -> Option<u64> {
    let pay = ceiling(u128::from(rate) * u128::from(seconds), 1_000_000)?;
    let fee = ceiling(u128::from(pay) * u128::from(fee_bps), 10_000)?;
    pay.checked_add(fee)?.checked_add(tip)?.checked_add(queue_fee)
}

/// What a place in a line costs that `used` of `capacity` nodes are taken of.
pub fn place_fee(full: u64, used: usize, capacity: usize) -> Option<u64> {
    let above = (used * 2).saturating_sub(capacity);
    ceiling(u128::from(full) * above as u128, capacity as u128)
}

/// Sum of tranches.
pub fn total(tranches: &[Tranche]) -> u64 {
    tranches.iter().map(|tranche| tranche.0).sum()
}

/// Adds an amount: to a free tranche, else to the one that unlocks last.
pub fn add_tranche(tranches: &mut [Tranche], amount: u64, unlock_at: i64) {
    if let Some(free) = tranches.iter_mut().find(|tranche| tranche.0 == 0) {
        *free = (amount, unlock_at);
    } else if let Some(last) = tranches.iter_mut().max_by_key(|tranche| tranche.1) {
        *last = (last.0 + amount, last.1.max(unlock_at));
    }
}

/// Takes what has unlocked.
pub fn take_unlocked(tranches: &mut [Tranche], now: i64) -> u64 {
    let mut taken = 0;
    for tranche in tranches.iter_mut().filter(|tranche| tranche.1 <= now) {
        taken += tranche.0;
        *tranche = (0, 0);
    }
    taken
}

/// Takes up to `amount`, what unlocks last first.
pub fn take_latest(tranches: &mut [Tranche], amount: u64) -> u64 {
    let mut left = amount;
    while left > 0 {
        let filled = tranches.iter_mut().filter(|tranche| tranche.0 > 0);
        let Some(last) = filled.max_by_key(|tranche| tranche.1) else { break };
        let part = last.0.min(left);
        left -= part;
        *last = if last.0 == part { (0, 0) } else { (last.0 - part, last.1) };
    }
    amount - left
}

/// Takes up to `amount` in proportion, what rounding leaves from what unlocks last.
pub fn take_pro_rata(tranches: &mut [Tranche], amount: u64) -> u64 {
    let whole = total(tranches);
    let wanted = amount.min(whole);
    if wanted == 0 {
        return 0;
    }
    let mut taken = 0;
    for tranche in tranches.iter_mut() {
        let part = (u128::from(tranche.0) * u128::from(wanted) / u128::from(whole)) as u64;
        tranche.0 -= part;
        taken += part;
    }
    taken + take_latest(tranches, wanted - taken)
}

impl Model {
    pub fn held(&self, account: &Address) -> u64 {
        self.tokens.get(account).map_or(0, |token| token.amount)
    }

    pub fn is_frozen(&self, account: &Address) -> bool {
        self.tokens.get(account).is_some_and(|token| token.frozen)
    }

    /// What the token program says to a transfer that `signer` allows; nothing to one of nothing that the program does not
    /// even ask for.
    pub fn transfer_rules(&self, rules: &mut Rules, from: &Address, to: &Address, amount: u64, signer: &Address) {
        let Some(target) = self.tokens.get(to) else {
            // The token program takes nothing else for a token account, and its mistake depends on what lies there.
            return self.absent(rules, to);
        };
        rules.code(!target.frozen, token_code::FROZEN);
        self.source_rules(rules, from, &target.mint, amount, signer);
    }

    /// What the token program says to the source of a transfer to an account of `mint`.
    pub fn source_rules(&self, rules: &mut Rules, from: &Address, mint: &Address, amount: u64, signer: &Address) {
        let Some(source) = self.tokens.get(from) else { return self.absent(rules, from) };
        if source.mint != *mint {
            rules.code(false, token_code::MINT_MISMATCH);
            // Mints of different token programs: the one does not even take the other's account.
            rules.check(false, Check::WrongOwner).check(false, Check::WrongProgram);
        }
        rules.code(!source.frozen, token_code::FROZEN);
        rules.code(source.owner == *signer, token_code::OWNER_MISMATCH);
        rules.code(source.amount >= amount, token_code::INSUFFICIENT);
    }

    /// Refuses a payment out of a vault that the token program would refuse.
    pub fn require_payable(&self, vault: &Address, to: &Address, amount: u64) -> Result<(), Broken> {
        let mut rules = Rules::new();
        if amount > 0 {
            self.transfer_rules(&mut rules, vault, to, amount, vault);
        }
        rules.done()
    }

    /// Moves tokens.
    pub fn transfer(&mut self, from: &Address, to: &Address, amount: u64) {
        if let Some(source) = self.tokens.get_mut(from) {
            source.amount -= amount;
        }
        if let Some(target) = self.tokens.get_mut(to) {
            target.amount += amount;
        }
    }
}
