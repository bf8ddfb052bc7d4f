//! Emissions to stakers and hosts.

use {
    super::{Broken, Model, Rules, books::EmissionBook, broken, money},
    crate::{
        action::{EmissionAction, emission::Gift},
        cast::PAYER,
        ids::{Around, EmissionId, Key, Mint, Spot, Wallet},
    },
    gpu_market::error::MarketError,
    gpu_market_sdk::Address,
};

/// Kinds of emissions, as the account has them.
pub const STAKERS: u8 = 1;
pub const HOSTS: u8 = 2;
const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;
const WEEK: i64 = 7 * DAY;

impl EmissionBook {
    pub fn left(&self) -> u64 {
        self.amount - self.released
    }

    /// What is due to stakers and was not released, base units.
    pub fn due(&self, now: i64) -> u64 {
        let (passed, length) = ((now - self.start).max(0), self.end - self.start);
        if passed >= length {
            return self.left();
        }
        (u128::from(self.amount) * passed as u128 / length as u128) as u64 - self.released
    }
}

impl Model {
    pub fn emission(&mut self, action: &EmissionAction) -> Result<(), Broken> {
        match *action {
            EmissionAction::Open(gift) => self.open_emission(&gift),
            EmissionAction::Release { emission, mint } => self.release(emission, mint),
            EmissionAction::Incentive { emission, around } => self.pay_incentive(emission, &around),
            EmissionAction::Close { by, emission, stakers, mint, to, rent } => {
                self.close_emission(by, emission, (stakers, mint), to, rent)
            }
        }
    }

    fn open_emission(&mut self, gift: &Gift) -> Result<(), Broken> {
        let (key, pool) = (self.cast.emission(gift.emission), self.at(Spot::Pool(gift.mint)));
        let (mint, source, now) = (self.mint(gift.mint), self.wallet(gift.from), self.now.0);
        let market = gift.market.map(|market| self.cast.market(market));
        let target = market.unwrap_or(pool);
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[target]);
        self.vacant(&mut rules, &key);
        if let Some(market) = market.and_then(|market| self.markets.get(&market)) {
            rules.need(market.payment_mint == mint, MarketError::WrongMint);
        }
        rules.done()?;

        let mut rules = Rules::new();
        match market {
            Some(market) => self.rewarded_rule(&mut rules, &market),
            None => _ = rules.need(self.pools[&pool].halted == 0, MarketError::VaultShort),
        }
        self.source_rules(&mut rules, &source, &mint, gift.amount, &self.key(gift.emission.funder));
        let pays_by_second = gift.rate > 0 && gift.window_cap > 0;
        let plain = gift.rate == 0 && gift.window_cap == 0;
        rules.need(if market.is_some() { pays_by_second } else { plain }, MarketError::IncentiveOutOfRange);
        let start = if gift.start == 0 { now } else { gift.start };
        let length = gift.end.checked_sub(start);
        let within = length.is_some_and(|length| (DAY..=4 * YEAR).contains(&length))
            && (now..=now + YEAR).contains(&start)
            && gift.amount > 0;
        rules.need(within, MarketError::EmissionOutOfRange);
        rules.done()?;

        let vault = self.at(Spot::EmissionVault(gift.emission));
        self.open_vault(vault, mint);
        self.transfer(&source, &vault, gift.amount);
        let book = EmissionBook {
            target,
            funder: self.key(gift.emission.funder),
            mint,
            rent_payer: self.key(PAYER),
            amount: gift.amount,
            released: 0,
            start,
            end: gift.end,
            rate: gift.rate,
            window_cap: gift.window_cap,
            window_paid: 0,
            window: 0,
            id: gift.emission.id,
            kind: if market.is_some() { HOSTS } else { STAKERS },
        };
        self.emissions.insert(key, book);
        self.gifted.remove(&key);
        if let (None, Some(pool)) = (market, self.pools.get_mut(&pool)) {
            pool.emissions += 1;
        }
        Ok(())
    }

    /// Incentives are for hosts of listed premium markets.
    fn rewarded_rule(&self, rules: &mut Rules, market: &Address) {
        let rewarded = self.markets.get(market).is_some_and(|market| market.listed != 0 && market.tier == 1);
        rules.need(rewarded, MarketError::MarketNotListed);
    }

    /// Notes an emission that is not for `target`, or not in this mint.
    fn emission_rules(&self, rules: &mut Rules, key: &Address, target: Option<&Address>, mint: Mint) {
        self.all_exist(rules, &[*key]);
        if let Some(book) = self.emissions.get(key) {
            rules.need(target.is_none_or(|target| book.target == *target), MarketError::WrongEmission);
            rules.need(book.mint == self.mint(mint), MarketError::WrongMint);
        }
    }

    fn release(&mut self, emission: EmissionId, mint: Mint) -> Result<(), Broken> {
        let (key, vault) = (self.cast.emission(emission), self.at(Spot::EmissionVault(emission)));
        let (pool, pool_vault) = (self.at(Spot::Pool(mint)), self.at(Spot::PoolVault(mint)));
        let mut rules = Rules::new();
        self.emission_rules(&mut rules, &key, Some(&pool), mint);
        self.all_exist(&mut rules, &[pool]);
        rules.done()?;
        let amount = self.emissions[&key].due(self.now.0);
        if amount == 0 {
            return broken(MarketError::NothingToRelease);
        }
        self.require_payable(&vault, &pool_vault, amount)?;
        self.transfer(&vault, &pool_vault, amount);
        self.pool_receives(&pool, amount);
        if let Some(emission) = self.emissions.get_mut(&key) {
            emission.released += amount;
        }
        Ok(())
    }

    fn pay_incentive(&mut self, emission: EmissionId, around: &Around) -> Result<(), Broken> {
        let named = self.named(around);
        let (key, vault) = (self.cast.emission(emission), self.at(Spot::EmissionVault(emission)));
        let market = self.cast.market(around.market);
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[self.at(Spot::Config), market]);
        self.emission_rules(&mut rules, &key, Some(&market), around.client.mint);
        self.member_rules(&mut rules, around.job, &named.member);
        self.earnings_rules(&mut rules, &named);
        if let Some(job) = self.jobs.get(&named.job) {
            rules.need(job.market == market || !self.markets.contains_key(&market), MarketError::WrongMarket);
        }
        rules.done()?;

        let (mut book, job) = (self.emissions[&key].clone(), &self.jobs[&named.job]);
        let mut rules = Rules::new();
        self.rewarded_rule(&mut rules, &market);
        let in_time = (book.start..book.end).contains(&job.ended_at);
        rules.need(job.is_terminal() && in_time, MarketError::JobNotRewarded);
        let week = (self.now.0 / WEEK) as u32;
        if book.window != week {
            (book.window, book.window_paid) = (week, 0);
        }
        let kept = self.config.as_ref().map_or(0, |config| config.treasury_part(job.fee));
        let pay = money::pay(book.rate, job.evidenced);
        rules.need(pay.is_some(), MarketError::MathOverflow);
        let most = (book.window_cap - book.window_paid).min(book.left());
        let amount = pay.unwrap_or(0).min(kept).saturating_sub(job.rewarded).min(most);
        rules.need(amount > 0, MarketError::NothingToRelease);
        rules.done()?;
        self.require_payable(&vault, &named.earnings, amount)?;
        self.transfer(&vault, &named.earnings, amount);
        book.window_paid += amount;
        book.released += amount;
        self.emissions.insert(key, book);
        if let Some(job) = self.jobs.get_mut(&named.job) {
            job.rewarded += amount;
        }
        Ok(())
    }

    fn close_emission(
        &mut self,
        by: Key,
        emission: EmissionId,
        (stakers, mint): (bool, Mint),
        to: Wallet,
        rent: Key,
    ) -> Result<(), Broken> {
        let (key, vault) = (self.cast.emission(emission), self.at(Spot::EmissionVault(emission)));
        let (pool, wallet) = (self.at(Spot::Pool(mint)), self.wallet(to));
        let mut rules = Rules::new();
        self.emission_rules(&mut rules, &key, stakers.then_some(&pool), mint);
        if stakers {
            self.all_exist(&mut rules, &[pool]);
        }
        if let Some(book) = self.emissions.get(&key) {
            rules.need(book.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        let book = &self.emissions[&key];
        let over = self.key(by) == book.funder && book.kind == HOSTS && self.now.0 >= book.end;
        let mut rules = Rules::new();
        rules.need(book.left() == 0 || over, MarketError::EmissionNotSpent);
        self.destination_rules(&mut rules, &wallet, mint, &book.funder);
        rules.need(book.kind != STAKERS || stakers, MarketError::PayeeMissing);
        rules.done()?;
        self.close_vault(&vault, &wallet)?;
        if let (true, Some(pool)) = (stakers, self.pools.get_mut(&pool)) {
            pool.emissions -= 1;
        }
        self.emissions.remove(&key);
        Ok(())
    }
}
