//! How fees are split among stakers, treasury and referrers.

use {
    super::{Broken, Model, Rules, books::ConfigBook, broken, money},
    crate::ids::{ClientId, Key, Party, Spot},
    gpu_market::error::MarketError,
};

/// Most basis points that a referrer gets.
const MOST_REFERRAL: u16 = 2_000;
/// Seconds from the announcement of a split to its effect.
const NOTICE: i64 = 14 * 86_400;

/// Shares of stakers and referrer, basis points.
type Split = (u16, u16);

/// Parts of stakers, referrer and treasury: the first two are rounded down, the treasury gets the rest.
fn parts(amount: u64, split: Split, referred: bool) -> (u64, u64, u64) {
    let stakers = money::share(amount, split.0).unwrap_or(0);
    let referrer = if referred { money::share(amount, split.1).unwrap_or(0) } else { 0 };
    (stakers, referrer, amount - stakers - referrer)
}

impl ConfigBook {
    /// The split that holds at a time.
    pub fn split_at(&self, now: i64) -> Split {
        if now < self.split_effective_at {
            (self.stakers_bps, self.referral_bps)
        } else {
            (self.next_stakers_bps, self.next_referral_bps)
        }
    }

    /// What the treasury keeps of a fee at least, by the old split or by the new one, if somebody referred the client.
    pub fn treasury_part(&self, fee: u64) -> u64 {
        let old = parts(fee, (self.stakers_bps, self.referral_bps), true).2;
        let new = parts(fee, (self.next_stakers_bps, self.next_referral_bps), true).2;
        old.min(new)
    }
}

impl Model {
    pub fn announce_split(&mut self, by: Key, stakers_bps: u16, referral_bps: u16) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.admin_rules(&mut rules, by);
        rules.done()?;
        let whole = u32::from(stakers_bps) + u32::from(referral_bps);
        if whole > 10_000 || referral_bps > MOST_REFERRAL {
            return broken(MarketError::SplitOutOfRange);
        }
        let now = self.now.0;
        if let Some(config) = &mut self.config {
            (config.stakers_bps, config.referral_bps) = config.split_at(now);
            (config.next_stakers_bps, config.next_referral_bps) = (stakers_bps, referral_bps);
            config.split_effective_at = if config.markets == 0 { now } else { now + NOTICE };
        }
        Ok(())
    }

    pub fn sweep_fees(&mut self, client: ClientId, stakers: bool, referrer: Option<Party>) -> Result<(), Broken> {
        let (key, vault) = (self.cast.client(client), self.at(Spot::ClientVault(client)));
        let (treasury, pool) = (self.at(Spot::Treasury(client.mint)), self.at(Spot::Pool(client.mint)));
        let earnings = referrer.map(|party| self.at(Spot::Earnings(party, client.mint)));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[self.at(Spot::Config), key, treasury]);
        if stakers {
            self.all_exist(&mut rules, &[pool]);
        }
        if let (Some(book), Some(earnings)) = (self.clients.get(&key), earnings) {
            rules.need(book.referrer == earnings, MarketError::WrongReferrer);
        }
        rules.done()?;

        let book = &self.clients[&key];
        let now = self.now.0;
        let split = self.config.as_ref().map_or((0, 0), |config| config.split_at(now));
        let referred = book.referrer != Default::default();
        let (to_stakers, to_referrer, to_treasury) = parts(book.fees_owed, split, referred);
        let owed = book.referral_owed + to_referrer;
        // A vault that takes nothing keeps nobody from sweeping: the share waits for it.
        let open = earnings.is_some_and(|earnings| self.can_receive(&earnings));
        let paid = if open { owed } else { 0 };
        let mut rules = Rules::new();
        rules.need(book.fees_owed + book.referral_owed > 0, MarketError::NothingToSweep);
        rules.need(to_stakers == 0 || stakers, MarketError::PayeeMissing);
        rules.need(owed == 0 || earnings.is_some(), MarketError::PayeeMissing);
        let (treasury_vault, pool_vault) =
            (self.at(Spot::TreasuryVault(client.mint)), self.at(Spot::PoolVault(client.mint)));
        let mut payments = vec![(treasury_vault, to_treasury)];
        payments.extend(stakers.then_some((pool_vault, to_stakers)));
        payments.extend(earnings.map(|earnings| (earnings, paid)));
        payments.retain(|(_, amount)| *amount > 0);
        for (to, amount) in &payments {
            self.transfer_rules(&mut rules, &vault, to, *amount, &vault);
        }
        rules.done()?;

        for (to, amount) in payments {
            self.transfer(&vault, &to, amount);
        }
        if let Some(treasury) = self.treasuries.get_mut(&treasury) {
            treasury.received += to_treasury;
        }
        if to_stakers > 0 {
            self.pool_receives(&pool, to_stakers);
        }
        if let Some(book) = self.clients.get_mut(&key) {
            (book.fees_owed, book.referral_owed) = (0, owed - paid);
        }
        Ok(())
    }
}
