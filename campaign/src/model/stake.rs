//! Stake, collateral and credits.

use {
    super::{
        Broken, Model, Rules,
        books::{CreditBook, StakeBook},
        broken, money,
        settle::ACTIVE,
    },
    crate::{
        action::StakeAction,
        cast::{PAYER, party_owner},
        ids::{Key, MarketId, Mint, Party, Pools, Spot, Wallet},
    },
    gpu_market::{constants::pause, error::MarketError},
};

impl Model {
    pub fn stake(&mut self, action: &StakeAction) -> Result<(), Broken> {
        match *action {
            StakeAction::Open { party } => self.open_stake(party),
            StakeAction::Stake { by, party, from, amount, positions } => {
                self.add_stake(by, party, from, amount, positions)
            }
            StakeAction::Allocate { by, party, market, amount } => self.allocate(by, party, market, amount),
            StakeAction::Deallocate { by, party, market, amount } => self.deallocate(by, party, market, amount),
            StakeAction::Unstake { by, party, amount, positions } => self.unstake(by, party, amount, positions),
            StakeAction::Restake { by, party, amount, positions } => self.restake(by, party, amount, positions),
            StakeAction::ExtendLock { by, party, days, positions } => self.extend_lock(by, party, days, positions),
            StakeAction::Check { party } => self.check_stake(party),
            StakeAction::Withdraw { by, party, to } => self.withdraw_stake(by, party, to),
            StakeAction::Close { by, party, to, rent } => self.close_stake(by, party, to, rent),
            StakeAction::OpenCredit { party, beneficiary } => self.open_credit(party, beneficiary),
            StakeAction::Claim { by, party, beneficiary, to } => self.claim(by, party, beneficiary, to),
            StakeAction::CloseCredit { party, beneficiary, rent } => self.close_credit(party, beneficiary, rent),
        }
    }

    fn stake_mut(&mut self, party: Party) -> &mut StakeBook {
        let key = self.cast.stake(party);
        self.stakes.get_mut(&key).expect("it was looked up before")
    }

    fn open_stake(&mut self, party: Party) -> Result<(), Broken> {
        let (key, vault, config) =
            (self.cast.stake(party), self.at(Spot::StakeVault(party)), self.at(Spot::Config));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[config]);
        self.vacant(&mut rules, &key);
        rules.done()?;
        let mint = self.mint(Mint::Stake);
        self.open_vault(vault, mint);
        let book = StakeBook {
            owner: self.key(party_owner(party)),
            rent_payer: self.key(PAYER),
            amount: 0,
            allocated: 0,
            owed: 0,
            treasury_owed: 0,
            unbonding: self.config.as_ref().map_or(0, |config| config.unbonding),
            cooling: [(0, 0); 4],
            credits: 0,
            ties: 0,
            positions: 0,
            lock_days: 0,
            halted: 0,
        };
        self.stakes.insert(key, book);
        self.gifted.remove(&key);
        Ok(())
    }

    pub fn stake_owner_rules(&self, rules: &mut Rules, by: Key, party: Party) {
        let key = self.cast.stake(party);
        self.all_exist(rules, &[key]);
        if let Some(book) = self.stakes.get(&key) {
            rules.need(book.owner == self.key(by), MarketError::NotStakeOwner);
        }
    }

    fn require_stake_owner(&self, by: Key, party: Party) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.stake_owner_rules(&mut rules, by, party);
        rules.done()
    }

    /// Whoever changes the weight of a stake names all of its positions.
    fn positions_rule(&self, rules: &mut Rules, party: Party, positions: Pools) {
        let held = self.stake_of(party).map_or(0, |stake| usize::from(stake.positions));
        rules.need(positions.mints().count() == held, MarketError::PositionsMissing);
    }

    fn add_stake(
        &mut self,
        by: Key,
        party: Party,
        from: Wallet,
        amount: u64,
        positions: Pools,
    ) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.stake_owner_rules(&mut rules, by, party);
        self.named_positions(&mut rules, party, positions);
        self.all_exist(&mut rules, &[self.at(Spot::Config)]);
        rules.done()?;
        let (source, vault) = (self.wallet(from), self.at(Spot::StakeVault(party)));
        let config = self.config.clone().expect("it was looked up before");
        let mut rules = Rules::new();
        rules.need(config.paused & pause::STAKING == 0, MarketError::StakingPaused);
        rules.need(amount > 0, MarketError::AmountZero);
        self.transfer_rules(&mut rules, &source, &vault, amount, &self.key(by));
        self.positions_rule(&mut rules, party, positions);
        rules.need(self.stakes[&self.cast.stake(party)].halted == 0, MarketError::VaultShort);
        rules.done()?;
        self.transfer(&source, &vault, amount);
        self.settle_positions(party, positions);
        let stake = self.stake_mut(party);
        stake.amount += amount;
        stake.unbonding = config.unbonding;
        self.reweigh_positions(party, positions);
        Ok(())
    }

    fn collateral_rules(&self, by: Key, party: Party, market: MarketId, amount: u64) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.stake_owner_rules(&mut rules, by, party);
        self.all_exist(&mut rules, &[self.cast.host(party), self.cast.member(market, party)]);
        if let Some(host) = self.host_of(party) {
            rules.need(host.owner == self.key(by), MarketError::NotHostOwner);
        }
        rules.done()?;
        if amount == 0 { broken(MarketError::AmountZero) } else { Ok(()) }
    }

    fn allocate(&mut self, by: Key, party: Party, market: MarketId, amount: u64) -> Result<(), Broken> {
        self.collateral_rules(by, party, market, amount)?;
        let member = self.cast.member(market, party);
        let stake = self.stake_mut(party);
        let mut rules = Rules::new();
        rules.need(stake.halted == 0, MarketError::VaultShort);
        rules.need(amount <= stake.amount - stake.allocated, MarketError::InsufficientStake);
        rules.done()?;
        stake.allocated += amount;
        if let Some(member) = self.members.get_mut(&member) {
            member.collateral += amount;
        }
        Ok(())
    }

    fn deallocate(&mut self, by: Key, party: Party, market: MarketId, amount: u64) -> Result<(), Broken> {
        self.collateral_rules(by, party, market, amount)?;
        let key = self.cast.member(market, party);
        let member = &self.members[&key];
        let floor = if member.state == ACTIVE { member.collateral_floor } else { 0 };
        if amount > member.collateral.saturating_sub(member.bonds.max(floor)) {
            return broken(MarketError::CollateralLocked);
        }
        if let Some(member) = self.members.get_mut(&key) {
            member.collateral -= amount;
        }
        self.stake_mut(party).allocated -= amount;
        Ok(())
    }

    /// The owner changes its stake, with these positions named.
    fn require_change(&self, by: Key, party: Party, positions: Pools) -> Result<Rules, Broken> {
        let mut rules = Rules::new();
        self.stake_owner_rules(&mut rules, by, party);
        self.named_positions(&mut rules, party, positions);
        rules.done()?;
        let mut rules = Rules::new();
        self.positions_rule(&mut rules, party, positions);
        Ok(rules)
    }

    fn unstake(&mut self, by: Key, party: Party, amount: u64, positions: Pools) -> Result<(), Broken> {
        let mut rules = self.require_change(by, party, positions)?;
        let now = self.now.0;
        let stake = self.stake_mut(party);
        rules.need(amount > 0, MarketError::AmountZero);
        rules.need(amount <= stake.amount - stake.allocated, MarketError::InsufficientStake);
        rules.done()?;
        self.settle_positions(party, positions);
        let stake = self.stake_mut(party);
        stake.amount -= amount;
        let until = now + stake.unbonding.max(i64::from(stake.lock_days) * 86_400);
        money::add_tranche(&mut stake.cooling, amount, until);
        self.reweigh_positions(party, positions);
        Ok(())
    }

    fn restake(&mut self, by: Key, party: Party, amount: u64, positions: Pools) -> Result<(), Broken> {
        let mut rules = self.require_change(by, party, positions)?;
        let stake = self.stake_mut(party);
        rules.need(amount > 0, MarketError::AmountZero);
        rules.need(amount <= money::total(&stake.cooling), MarketError::InsufficientStake);
        rules.done()?;
        self.settle_positions(party, positions);
        let stake = self.stake_mut(party);
        stake.amount += money::take_latest(&mut stake.cooling, amount);
        self.reweigh_positions(party, positions);
        Ok(())
    }

    fn extend_lock(&mut self, by: Key, party: Party, days: u16, positions: Pools) -> Result<(), Broken> {
        let mut rules = self.require_change(by, party, positions)?;
        let stake = self.stake_mut(party);
        rules.need((14..=365).contains(&days), MarketError::LockOutOfRange);
        let unbound = stake.amount == 0 && money::total(&stake.cooling) == 0;
        rules.need(days > stake.lock_days || unbound, MarketError::LockMustRise);
        rules.done()?;
        self.settle_positions(party, positions);
        self.stake_mut(party).lock_days = days;
        self.reweigh_positions(party, positions);
        Ok(())
    }

    fn check_stake(&mut self, party: Party) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[self.cast.stake(party)]);
        rules.done()?;
        let held = self.held(&self.at(Spot::StakeVault(party)));
        let stake = self.stake_mut(party);
        let booked = stake.amount + money::total(&stake.cooling) + stake.owed + stake.treasury_owed;
        stake.halted = u8::from(held < booked);
        Ok(())
    }

    fn withdraw_stake(&mut self, by: Key, party: Party, to: Wallet) -> Result<(), Broken> {
        self.require_stake_owner(by, party)?;
        let (now, vault, wallet) = (self.now.0, self.at(Spot::StakeVault(party)), self.wallet(to));
        let mut cooling = self.stake_mut(party).cooling;
        let amount = money::take_unlocked(&mut cooling, now);
        if amount == 0 {
            return broken(MarketError::NothingUnbonded);
        }
        self.require_payable(&vault, &wallet, amount)?;
        self.transfer(&vault, &wallet, amount);
        self.stake_mut(party).cooling = cooling;
        Ok(())
    }

    fn close_stake(&mut self, by: Key, party: Party, to: Wallet, rent: Key) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.stake_owner_rules(&mut rules, by, party);
        if let Some(book) = self.stake_of(party) {
            rules.need(book.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        let (key, vault, wallet) = (self.cast.stake(party), self.at(Spot::StakeVault(party)), self.wallet(to));
        let stake = &self.stakes[&key];
        let booked = stake.amount + money::total(&stake.cooling) + stake.owed + stake.treasury_owed;
        let is_needed = stake.credits != 0 || stake.ties != 0 || stake.positions != 0;
        if booked != 0 || stake.allocated != 0 || is_needed {
            return broken(MarketError::StakeNotEmpty);
        }
        self.close_vault(&vault, &wallet)?;
        self.stakes.remove(&key);
        Ok(())
    }

    fn open_credit(&mut self, party: Party, beneficiary: Key) -> Result<(), Broken> {
        let (stake, key) = (self.cast.stake(party), self.at(Spot::Credit(party, beneficiary)));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[stake]);
        rules.done()?;
        if self.credits.contains_key(&key) {
            return Ok(());
        }
        let (beneficiary, rent_payer) = (self.key(beneficiary), self.key(PAYER));
        self.credits.insert(key, CreditBook { stake, beneficiary, rent_payer, claims: [(0, 0); 4] });
        self.gifted.remove(&key);
        self.stake_mut(party).credits += 1;
        Ok(())
    }

    fn claim(&mut self, by: Key, party: Party, beneficiary: Key, to: Wallet) -> Result<(), Broken> {
        let (stake, key) = (self.cast.stake(party), self.at(Spot::Credit(party, beneficiary)));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key, stake]);
        rules.done()?;
        let (vault, wallet, now) = (self.at(Spot::StakeVault(party)), self.wallet(to), self.now.0);
        let book = &self.credits[&key];
        if self.key(by) != book.beneficiary {
            let theirs = self
                .tokens
                .get(&wallet)
                .is_some_and(|token| token.mint == self.mint(Mint::Stake) && token.owner == book.beneficiary);
            if !theirs {
                return broken(MarketError::NotCreditOwner);
            }
        }
        let mut claims = book.claims;
        let amount = money::take_unlocked(&mut claims, now);
        if amount == 0 {
            return broken(MarketError::CreditNotClaimable);
        }
        self.require_payable(&vault, &wallet, amount)?;
        self.transfer(&vault, &wallet, amount);
        self.stake_mut(party).owed -= amount;
        if let Some(credit) = self.credits.get_mut(&key) {
            credit.claims = claims;
        }
        Ok(())
    }

    fn close_credit(&mut self, party: Party, beneficiary: Key, rent: Key) -> Result<(), Broken> {
        let (stake, key) = (self.cast.stake(party), self.at(Spot::Credit(party, beneficiary)));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key, stake]);
        if let Some(credit) = self.credits.get(&key) {
            rules.need(credit.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        if money::total(&self.credits[&key].claims) != 0 {
            return broken(MarketError::CreditNotEmpty);
        }
        self.credits.remove(&key);
        self.stake_mut(party).credits -= 1;
        Ok(())
    }
}
