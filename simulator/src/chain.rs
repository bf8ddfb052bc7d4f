//! Blocks: which of the pending transactions go into the next one.
//!
//! First come, first served, as far as units reach: one that does not fit, because the block or an account that it writes
//! is full, waits for the next block while later ones may still fit into this one. The chain prefers whoever pays more;
//! among equals that is this.

use {
    crate::rules::{ACCOUNT_UNITS, BLOCK_UNITS},
    std::collections::VecDeque,
};

/// An account that unrelated users write, by number.
pub type Account = usize;

/// A transaction on its way into a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent<T> {
    /// What it does.
    pub what: T,
    /// Units that a block counts it as.
    pub units: u64,
    /// Accounts that it writes and others write too. Those of one job, client or host alone are left out: they have no
    /// two transactions pending at a time.
    pub hot: [Option<Account>; 2],
    /// Block that it was sent for.
    pub for_block: u64,
}

/// What a block may hold, units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub block: u64,
    pub account: u64,
}

impl Limits {
    /// Where others leave this much of each block, in percent. They do not write our accounts.
    pub fn share(percent: u64) -> Self {
        Self { block: BLOCK_UNITS * percent / 100, account: ACCOUNT_UNITS }
    }
}

/// How full the blocks were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub limits: Limits,
    pub blocks: u64,
    /// Units of all blocks.
    pub units: u64,
    /// Units of the fullest block.
    pub most: u64,
    /// Units of each block's hottest account, of all blocks.
    pub hottest: u64,
    /// How often a transaction was put off to the next block.
    pub put_off: u64,
}

/// What keeps more transactions from going in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saturated {
    /// Nothing: whatever was sent went in at once.
    Nothing,
    /// The units of the block.
    Block,
    /// The units of an account that many write.
    Account,
}

impl Usage {
    fn new(limits: Limits) -> Self {
        Self { limits, blocks: 0, units: 0, most: 0, hottest: 0, put_off: 0 }
    }

    /// Share of what we may use of blocks that was used, in hundredths of a percent.
    pub fn block_bps(&self) -> u64 {
        (self.units * 10_000).checked_div(self.limits.block * self.blocks).unwrap_or(0)
    }

    /// Share of an account's limit that each block's hottest account used, in hundredths of a percent.
    pub fn account_bps(&self) -> u64 {
        (self.hottest * 10_000).checked_div(self.limits.account * self.blocks).unwrap_or(0)
    }

    /// Which of the two was fuller, if anything had to wait for room.
    pub fn saturated(&self) -> Saturated {
        match (self.put_off, self.block_bps() >= self.account_bps()) {
            (0, _) => Saturated::Nothing,
            (_, true) => Saturated::Block,
            (_, false) => Saturated::Account,
        }
    }
}

/// A chain under load.
pub struct Chain<T> {
    limits: Limits,
    pending: VecDeque<Sent<T>>,
    /// Units of the cheapest transaction that was ever sent: with less room than this, a block is full.
    cheapest: u64,
    /// Units that each hot account has in the block being made.
    hot: Vec<u64>,
    usage: Usage,
}

impl<T: Copy> Chain<T> {
    /// With accounts `0..accounts` that many write.
    pub fn new(limits: Limits, accounts: usize) -> Self {
        Self {
            limits,
            pending: VecDeque::new(),
            cheapest: u64::MAX,
            hot: vec![0; accounts],
            usage: Usage::new(limits),
        }
    }

    pub fn send(&mut self, transaction: Sent<T>) {
        self.cheapest = self.cheapest.min(transaction.units);
        self.pending.push_back(transaction);
    }

    /// Transactions that wait for a block.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Forgets the usage so far.
    pub fn reset_usage(&mut self) {
        self.usage = Usage::new(self.limits);
    }

    /// Makes a block: returns what went in, in order.
    pub fn make_block(&mut self) -> Vec<Sent<T>> {
        self.hot.fill(0);
        let (mut used, mut taken, mut put_off) = (0u64, Vec::new(), Vec::new());
        while self.cheapest <= self.limits.block - used
            && let Some(transaction) = self.pending.pop_front()
        {
            if used + transaction.units > self.limits.block || self.is_too_hot(&transaction) {
                put_off.push(transaction);
            } else {
                used += transaction.units;
                transaction.hot.iter().flatten().for_each(|account| self.hot[*account] += transaction.units);
                taken.push(transaction);
            }
        }
        put_off.into_iter().rev().for_each(|transaction| self.pending.push_front(transaction));
        self.record(used);
        taken
    }

    fn is_too_hot(&self, transaction: &Sent<T>) -> bool {
        let full = |account: &Account| self.hot[*account] + transaction.units > self.limits.account;
        transaction.hot.iter().flatten().any(full)
    }

    fn record(&mut self, used: u64) {
        self.usage.blocks += 1;
        self.usage.put_off += self.pending.len() as u64;
        self.usage.units += used;
        self.usage.most = self.usage.most.max(used);
        self.usage.hottest += self.hot.iter().max().copied().unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { block: 100, account: 40 };

    fn sent(what: u32, units: u64, hot: [Option<Account>; 2]) -> Sent<u32> {
        Sent { what, units, hot, for_block: 0 }
    }

    fn block(chain: &mut Chain<u32>) -> Vec<u32> {
        chain.make_block().iter().map(|sent| sent.what).collect()
    }

    #[test]
    fn an_account_takes_no_more_than_its_share_and_the_rest_of_the_block_goes_to_others() {
        let mut chain = Chain::new(LIMITS, 2);
        (0..5).for_each(|what| chain.send(sent(what, 15, [Some(0), None])));
        (5..8).for_each(|what| chain.send(sent(what, 15, [Some(1), None])));
        (8..10).for_each(|what| chain.send(sent(what, 15, [None, None])));
        assert_eq!(block(&mut chain), [0, 1, 5, 6, 8, 9]);
        assert_eq!(block(&mut chain), [2, 3, 7]);
        assert_eq!(block(&mut chain), [4]);
        assert_eq!(chain.usage().saturated(), Saturated::Account);
        let usage = Usage { limits: LIMITS, blocks: 3, units: 150, most: 90, hottest: 30 + 30 + 15, put_off: 5 };
        assert_eq!(chain.usage(), usage);
        assert_eq!((usage.block_bps(), usage.account_bps()), (5_000, 6_250));
    }

    #[test]
    fn what_writes_two_accounts_waits_for_both() {
        let mut chain = Chain::new(LIMITS, 2);
        chain.send(sent(0, 30, [Some(0), None]));
        chain.send(sent(1, 30, [Some(0), Some(1)]));
        chain.send(sent(2, 30, [Some(1), None]));
        assert_eq!(block(&mut chain), [0, 2]);
        assert_eq!(block(&mut chain), [1]);
    }

    #[test]
    fn a_block_never_holds_more_than_its_units() {
        let mut chain = Chain::new(LIMITS, 0);
        (0..10).for_each(|what| chain.send(sent(what, 30, [None, None])));
        assert_eq!(block(&mut chain), [0, 1, 2]);
        assert_eq!((chain.pending(), chain.usage().saturated()), (7, Saturated::Block));
    }

    #[test]
    fn where_others_leave_less_than_an_accounts_share_the_block_is_full_first() {
        let limits = Limits::share(10);
        assert!(limits.block < limits.account);
        assert_eq!(Limits::share(100), Limits { block: 50_000_000, account: 20_000_000 });
    }
}
