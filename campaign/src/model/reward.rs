//! What stakers earn.

use {
    super::{
        Broken, Model, Rules,
        books::{PoolBook, PositionBook, StakeBook},
        broken,
    },
    crate::{
        action::RewardAction,
        cast::PAYER,
        ids::{Key, Mint, Party, Pools, Spot, Wallet},
    },
    gpu_market::error::MarketError,
    gpu_market_sdk::Address,
};

/// Seconds in which what a pool receives reaches its stakers.
const STREAM: u128 = 7 * 86_400;

impl StakeBook {
    /// Weight in reward pools: 365 for each base unit, and three more for each day of its lock.
    pub fn weight(&self) -> u128 {
        u128::from(self.amount) * (365 + 3 * u128::from(self.lock_days))
    }
}

/// What a weight earns while each unit of it gains so many base units × 2⁶⁴, rounded down.
fn earned(weight: u128, gained: u128) -> u64 {
    let whole = weight * (gained >> 64);
    let parts = (weight * (gained & u128::from(u64::MAX))) >> 64;
    u64::try_from(whole + parts).expect("nobody earns more than there is")
}

impl PoolBook {
    /// Hands out what the stream has let through by now. Without stakers it waits.
    pub fn advance(&mut self, now: i64) {
        let passed = (now - self.stream_from).max(0);
        let left = (self.stream_end - self.stream_from).max(0);
        self.stream_from = self.stream_from.max(now);
        if self.weight == 0 {
            self.stream_end += passed;
            return;
        }
        let through = if passed >= left {
            self.streaming
        } else {
            (u128::from(self.streaming) * passed as u128 / left as u128) as u64
        };
        self.streaming -= through;
        self.carry += through;
        // What is handed out counts rounded up, so that it is there.
        let each = (u128::from(self.carry) << 64) / self.weight;
        let handed_out = (each * self.weight).div_ceil(1 << 64);
        self.accumulated += each;
        self.carry -= handed_out as u64;
    }

    /// Adds to the stream: the mean of both times by their amounts.
    fn stream(&mut self, amount: u64) {
        let (old, new) = (u128::from(self.streaming), u128::from(amount));
        let left = (self.stream_end - self.stream_from).max(0) as u128;
        let length = (old * left + new * STREAM).checked_div(old + new).unwrap_or(0);
        self.streaming += amount;
        self.stream_end = self.stream_from + length as i64;
    }
}

impl PositionBook {
    /// Books what was earned, by the lower of both weights; the difference goes back into the stream.
    fn settle(&mut self, pool: &mut PoolBook, weight: u128) {
        let gained = pool.accumulated - self.accumulated;
        let (full, own) = (earned(self.weight, gained), earned(self.weight.min(weight), gained));
        if weight < self.weight {
            pool.stream(full - own);
        }
        self.pending += own;
        self.accumulated = pool.accumulated;
    }

    fn reweigh(&mut self, pool: &mut PoolBook, weight: u128) {
        pool.weight = pool.weight - self.weight + weight;
        self.weight = weight;
    }
}

/// Addresses of a position and what it is of.
struct Place {
    stake: Address,
    pool: Address,
    position: Address,
    vault: Address,
}

impl Model {
    pub fn reward(&mut self, action: &RewardAction) -> Result<(), Broken> {
        match *action {
            RewardAction::OpenPool { mint } => self.open_pool(mint),
            RewardAction::ClosePool { mint, rent } => self.close_pool(mint, rent),
            RewardAction::CheckPool { mint } => self.check_pool(mint),
            RewardAction::OpenPosition { by, party, mint } => self.open_position(by, party, mint),
            RewardAction::ClosePosition { by, party, mint, rent } => self.close_position(by, party, mint, rent),
            RewardAction::Claim { by, party, mint, to } => self.claim_rewards(by, party, mint, to),
            RewardAction::Sync { party, mint } => {
                let place = self.place(party, mint);
                let mut rules = Rules::new();
                self.all_exist(&mut rules, &[place.stake, place.pool, place.position]);
                rules.done()?;
                let (pool, position) = self.settled(&place, true);
                self.keep(&place, pool, position);
                Ok(())
            }
        }
    }

    fn place(&self, party: Party, mint: Mint) -> Place {
        Place {
            stake: self.cast.stake(party),
            pool: self.at(Spot::Pool(mint)),
            position: self.at(Spot::Position(mint, party)),
            vault: self.at(Spot::PoolVault(mint)),
        }
    }

    /// Pool and position as they are now; the weight is counted anew if `reweighed`. All of them exist.
    fn settled(&self, place: &Place, reweighed: bool) -> (PoolBook, PositionBook) {
        let (mut pool, mut position) = (self.pools[&place.pool].clone(), self.positions[&place.position].clone());
        let weight = self.stakes[&place.stake].weight();
        pool.advance(self.now.0);
        position.settle(&mut pool, weight);
        if reweighed {
            position.reweigh(&mut pool, weight);
        }
        (pool, position)
    }

    /// Base units that a position could claim now.
    pub fn claimable(&self, mint: Mint, party: Party) -> u64 {
        let place = self.place(party, mint);
        let exist = self.stakes.contains_key(&place.stake) && self.positions.contains_key(&place.position);
        if exist { self.settled(&place, false).1.pending } else { 0 }
    }

    fn keep(&mut self, place: &Place, pool: PoolBook, position: PositionBook) {
        self.pools.insert(place.pool, pool);
        self.positions.insert(place.position, position);
    }

    /// Notes pools and positions that are not there.
    pub fn named_positions(&self, rules: &mut Rules, party: Party, positions: Pools) {
        for mint in positions.mints() {
            let place = self.place(party, mint);
            self.all_exist(rules, &[place.pool, place.position]);
        }
    }

    /// Books what positions have earned, before their stake changes.
    pub fn settle_positions(&mut self, party: Party, positions: Pools) {
        for mint in positions.mints() {
            let place = self.place(party, mint);
            let (pool, position) = self.settled(&place, false);
            self.keep(&place, pool, position);
        }
    }

    /// Counts the new weight of a stake that has changed.
    pub fn reweigh_positions(&mut self, party: Party, positions: Pools) {
        for mint in positions.mints() {
            let place = self.place(party, mint);
            let weight = self.stakes[&place.stake].weight();
            let (Some(pool), Some(position)) =
                (self.pools.get_mut(&place.pool), self.positions.get_mut(&place.position))
            else {
                continue;
            };
            position.reweigh(pool, weight);
        }
    }

    /// A pool's vault got something for its stakers.
    pub fn pool_receives(&mut self, pool: &Address, amount: u64) {
        let now = self.now.0;
        if let Some(pool) = self.pools.get_mut(pool) {
            pool.advance(now);
            pool.received += amount;
            pool.stream(amount);
        }
    }

    fn open_pool(&mut self, mint: Mint) -> Result<(), Broken> {
        let key = self.at(Spot::Pool(mint));
        let mut rules = Rules::new();
        self.vacant(&mut rules, &key);
        rules.done()?;
        let (of, now) = (self.mint(mint), self.now.0);
        self.open_vault(self.at(Spot::PoolVault(mint)), of);
        let book = PoolBook {
            mint: of,
            rent_payer: self.key(PAYER),
            weight: 0,
            accumulated: 0,
            received: 0,
            claimed: 0,
            streaming: 0,
            carry: 0,
            stream_from: now,
            stream_end: now,
            positions: 0,
            emissions: 0,
            halted: 0,
        };
        self.pools.insert(key, book);
        self.gifted.remove(&key);
        Ok(())
    }

    fn close_pool(&mut self, mint: Mint, rent: Key) -> Result<(), Broken> {
        let (key, treasury) = (self.at(Spot::Pool(mint)), self.at(Spot::Treasury(mint)));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key, treasury]);
        if let Some(pool) = self.pools.get(&key) {
            rules.need(pool.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        let pool = &self.pools[&key];
        if pool.positions != 0 || pool.emissions != 0 || pool.streaming != 0 {
            return broken(MarketError::PoolNotEmpty);
        }
        let vault = self.at(Spot::PoolVault(mint));
        let left = self.held(&vault);
        self.close_vault(&vault, &self.at(Spot::TreasuryVault(mint)))?;
        if let Some(treasury) = self.treasuries.get_mut(&treasury) {
            treasury.received += left;
        }
        self.pools.remove(&key);
        Ok(())
    }

    fn check_pool(&mut self, mint: Mint) -> Result<(), Broken> {
        let key = self.at(Spot::Pool(mint));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key]);
        rules.done()?;
        let held = self.held(&self.at(Spot::PoolVault(mint)));
        if let Some(pool) = self.pools.get_mut(&key) {
            pool.halted = u8::from(held < pool.received - pool.claimed);
        }
        Ok(())
    }

    /// Stake and pool exist, and `by` owns the stake.
    fn staker_rules(&self, rules: &mut Rules, by: Key, party: Party, place: &Place) {
        self.stake_owner_rules(rules, by, party);
        self.all_exist(rules, &[place.pool]);
    }

    fn open_position(&mut self, by: Key, party: Party, mint: Mint) -> Result<(), Broken> {
        let place = self.place(party, mint);
        let mut rules = Rules::new();
        self.staker_rules(&mut rules, by, party, &place);
        self.vacant(&mut rules, &place.position);
        rules.done()?;
        let (rent_payer, now) = (self.key(PAYER), self.now.0);
        let (Some(stake), Some(pool)) = (self.stakes.get_mut(&place.stake), self.pools.get_mut(&place.pool)) else {
            return Ok(());
        };
        let mut rules = Rules::new();
        rules.need(stake.halted == 0 && pool.halted == 0, MarketError::VaultShort);
        rules.need(stake.positions < 4, MarketError::TooManyPositions);
        rules.done()?;
        pool.advance(now);
        let weight = stake.weight();
        let book = PositionBook {
            pool: place.pool,
            stake: place.stake,
            rent_payer,
            weight,
            accumulated: pool.accumulated,
            pending: 0,
            claimed: 0,
        };
        pool.weight += weight;
        pool.positions += 1;
        stake.positions += 1;
        self.positions.insert(place.position, book);
        self.gifted.remove(&place.position);
        Ok(())
    }

    fn close_position(&mut self, by: Key, party: Party, mint: Mint, rent: Key) -> Result<(), Broken> {
        let place = self.place(party, mint);
        let mut rules = Rules::new();
        self.staker_rules(&mut rules, by, party, &place);
        self.all_exist(&mut rules, &[place.position]);
        if let Some(position) = self.positions.get(&place.position) {
            rules.need(position.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        let (mut pool, position) = self.settled(&place, false);
        if position.pending != 0 {
            return broken(MarketError::PositionNotEmpty);
        }
        pool.weight -= position.weight;
        pool.positions -= 1;
        self.pools.insert(place.pool, pool);
        self.positions.remove(&place.position);
        if let Some(stake) = self.stakes.get_mut(&place.stake) {
            stake.positions -= 1;
        }
        Ok(())
    }

    fn claim_rewards(&mut self, by: Key, party: Party, mint: Mint, to: Wallet) -> Result<(), Broken> {
        let (place, wallet) = (self.place(party, mint), self.wallet(to));
        let mut rules = Rules::new();
        self.staker_rules(&mut rules, by, party, &place);
        self.all_exist(&mut rules, &[place.position]);
        rules.done()?;
        let (mut pool, mut position) = self.settled(&place, true);
        let amount = std::mem::take(&mut position.pending);
        if amount == 0 {
            return broken(MarketError::NothingToClaim);
        }
        self.require_payable(&place.vault, &wallet, amount)?;
        self.transfer(&place.vault, &wallet, amount);
        position.claimed += amount;
        pool.claimed += amount;
        self.keep(&place, pool, position);
        Ok(())
    }
}
