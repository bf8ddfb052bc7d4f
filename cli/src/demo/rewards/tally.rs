//! What moved because of fees, rewards and slashes, as the program's events say. Base units.

use {
    crate::demo::books::Books,
    gpu_market_sdk::{Address, address, events::Event},
    serde::Serialize,
    std::collections::BTreeMap,
};

/// Income of the protocol in one mint, and what became of it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Income {
    /// Fees swept from clients; the three shares add up to them.
    pub swept: u64,
    pub to_stakers: u64,
    /// Paid to referrers, or kept for them.
    pub to_referrers: u64,
    pub to_treasury: u64,
    /// Emissions that reached the pool.
    pub emitted: u64,
    /// Rewards that stakers took out of the pool.
    pub claimed: u64,
    /// What closed pools left to the treasury.
    pub rests: u64,
    /// Paid to hosts out of incentives.
    pub incentives: u64,
    /// Of slashes: swept to the treasury.
    pub slashes_swept: u64,
    /// Of slashes: claimed by the clients that they were credited to.
    pub credits_claimed: u64,
}

/// The income of every mint.
#[derive(Default)]
pub struct Tally {
    incomes: BTreeMap<Address, Income>,
    /// Mint of each emission.
    emissions: BTreeMap<Address, Address>,
    /// What each client still owes its referrer.
    owed: BTreeMap<Address, u64>,
    /// Mint of each stake.
    stakes: BTreeMap<Address, Address>,
}

impl Tally {
    pub fn of(&self, mint: &Address) -> Income {
        self.incomes.get(mint).copied().unwrap_or_default()
    }

    /// Counts what an event moved.
    pub fn add(&mut self, books: &Books, event: &Event) {
        let at = |derive: fn(&Address) -> (Address, u8), key: &Address| {
            let mut mints = books.coins.iter().map(|coin| coin.token.mint);
            mints.find(|mint| derive(mint).0 == *key).unwrap_or_default()
        };
        match event {
            Event::StakeOpened(opened) => {
                self.stakes.insert(opened.stake, opened.mint);
            }
            Event::EmissionOpened(opened) => {
                self.emissions.insert(opened.emission, opened.mint);
            }
            Event::FeesSwept(swept) => {
                let before = self.owed.insert(swept.client, swept.referral_owed).unwrap_or(0);
                let referrers = swept.referrer + swept.referral_owed - before;
                let income = self.income(at(address::treasury, &swept.treasury));
                income.swept += swept.amount;
                income.to_stakers += swept.stakers;
                income.to_referrers += referrers;
                income.to_treasury += swept.amount - swept.stakers - referrers;
            }
            Event::EmissionReleased(released) => {
                self.income(at(address::reward_pool, &released.pool)).emitted += released.amount;
            }
            Event::RewardsClaimed(claimed) => {
                self.income(at(address::reward_pool, &claimed.pool)).claimed += claimed.amount;
            }
            Event::PoolClosed(closed) => self.income(closed.mint).rests += closed.left,
            Event::IncentivePaid(paid) => {
                let mint = self.emissions.get(&paid.emission).copied().unwrap_or_default();
                self.income(mint).incentives += paid.amount;
            }
            Event::SlashesSwept(swept) => {
                self.income(at(address::treasury, &swept.treasury)).slashes_swept += swept.amount;
            }
            Event::CreditClaimed(claimed) => {
                let mint = self.stakes.get(&claimed.stake).copied().unwrap_or_default();
                self.income(mint).credits_claimed += claimed.amount;
            }
            _ => {}
        }
    }

    fn income(&mut self, mint: Address) -> &mut Income {
        self.incomes.entry(mint).or_default()
    }
}
