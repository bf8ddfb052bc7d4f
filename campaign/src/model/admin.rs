//! The protocol's settings and treasuries.

use {
    super::{
        Broken, Model, Rules,
        books::{ConfigBook, TreasuryBook},
        broken,
    },
    crate::{
        action::AdminAction,
        cast::PAYER,
        ids::{Key, Mint, Party, Spot, Wallet},
    },
    gpu_market::error::MarketError,
    gpu_market_sdk::Address,
};

impl Model {
    pub fn admin(&mut self, action: &AdminAction) -> Result<(), Broken> {
        match *action {
            AdminAction::CreateConfig { .. } => {
                let mut rules = Rules::new();
                // The address is in use; once it is not, nobody here is the upgrade authority.
                self.vacant(&mut rules, &self.at(Spot::Config));
                rules.need(false, MarketError::NotUpgradeAuthority);
                rules.done()
            }
            AdminAction::Update { by, pauser, treasury, unbonding, min_bond } => {
                self.require_admin(by)?;
                let mut rules = Rules::new();
                let within = (8 * 86_400..=60 * 86_400).contains(&unbonding);
                rules.need(within, MarketError::UnbondingOutOfRange);
                rules.need(min_bond > 0, MarketError::MinimumBondZero);
                rules.need(pauser.is_some() && treasury.is_some(), MarketError::KeyMissing);
                rules.done()?;
                let keys = (pauser.map(|key| self.key(key)), treasury.map(|key| self.key(key)));
                let config = self.config_mut();
                if let (Some(pauser), Some(treasury)) = keys {
                    (config.pauser, config.treasury) = (pauser, treasury);
                }
                (config.unbonding, config.min_bond) = (unbonding, min_bond);
                Ok(())
            }
            AdminAction::Pause { by, bits } => {
                let mut rules = Rules::new();
                self.all_exist(&mut rules, &[self.at(Spot::Config)]);
                if let Some(config) = &self.config {
                    let may = [config.pauser, config.admin].contains(&self.key(by));
                    rules.need(may, MarketError::NotPauser);
                }
                rules.done()?;
                if bits & !15 != 0 {
                    return broken(MarketError::UnknownPauseBit);
                }
                self.config_mut().paused = bits;
                Ok(())
            }
            AdminAction::Propose { by, successor } => {
                self.require_admin(by)?;
                let successor = successor.map_or(Address::default(), |key| self.key(key));
                self.config_mut().pending_admin = successor;
                Ok(())
            }
            AdminAction::Accept { by } => {
                let by = self.key(by);
                let mut rules = Rules::new();
                self.all_exist(&mut rules, &[self.at(Spot::Config)]);
                if let Some(config) = &self.config {
                    rules.need(config.pending_admin == by, MarketError::NotPendingAuthority);
                }
                rules.done()?;
                let config = self.config_mut();
                (config.admin, config.pending_admin) = (by, Address::default());
                Ok(())
            }
            AdminAction::CloseConfig { by, rent } => self.close_config(by, rent),
            AdminAction::OpenTreasury { mint } => self.open_treasury(mint),
            AdminAction::AnnounceSplit { by, stakers_bps, referral_bps } => {
                self.announce_split(by, stakers_bps, referral_bps)
            }
            AdminAction::SweepFees { client, stakers, referrer } => self.sweep_fees(client, stakers, referrer),
            AdminAction::SweepSlashes { party } => self.sweep_slashes(party),
            AdminAction::WithdrawTreasury { by, mint, to, amount } => self.withdraw_treasury(by, mint, to, amount),
            AdminAction::CloseTreasury { by, mint, rent } => self.close_treasury(by, mint, rent),
        }
    }

    fn config_mut(&mut self) -> &mut ConfigBook {
        self.config.as_mut().expect("it was looked up before")
    }

    pub fn admin_rules(&self, rules: &mut Rules, by: Key) {
        self.all_exist(rules, &[self.at(Spot::Config)]);
        if let Some(config) = &self.config {
            rules.need(config.admin == self.key(by), MarketError::NotAdmin);
        }
    }

    fn require_admin(&self, by: Key) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.admin_rules(&mut rules, by);
        rules.done()
    }

    fn close_config(&mut self, by: Key, rent: Key) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.admin_rules(&mut rules, by);
        if let Some(config) = &self.config {
            rules.need(config.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        if self.config_mut().markets != 0 {
            return broken(MarketError::ConfigHasMarkets);
        }
        self.config = None;
        Ok(())
    }

    fn open_treasury(&mut self, mint: Mint) -> Result<(), Broken> {
        let key = self.at(Spot::Treasury(mint));
        let mut rules = Rules::new();
        self.vacant(&mut rules, &key);
        rules.done()?;
        let (of, rent_payer) = (self.mint(mint), self.key(PAYER));
        self.open_vault(self.at(Spot::TreasuryVault(mint)), of);
        self.treasuries.insert(key, TreasuryBook { mint: of, rent_payer, received: 0, withdrawn: 0 });
        self.gifted.remove(&key);
        Ok(())
    }

    /// Moves income from a vault to a treasury.
    fn sweep(&mut self, vault: &Address, mint: Mint, amount: u64) -> Result<(), Broken> {
        if amount == 0 {
            return broken(MarketError::NothingToSweep);
        }
        let to = self.at(Spot::TreasuryVault(mint));
        self.require_payable(vault, &to, amount)?;
        self.transfer(vault, &to, amount);
        if let Some(treasury) = self.treasuries.get_mut(&self.cast.at(Spot::Treasury(mint))) {
            treasury.received += amount;
        }
        Ok(())
    }

    fn sweep_slashes(&mut self, party: Party) -> Result<(), Broken> {
        let (key, treasury) = (self.cast.stake(party), self.at(Spot::Treasury(Mint::Stake)));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key, treasury]);
        rules.done()?;
        self.sweep(&self.at(Spot::StakeVault(party)), Mint::Stake, self.stakes[&key].treasury_owed)?;
        if let Some(stake) = self.stakes.get_mut(&key) {
            stake.treasury_owed = 0;
        }
        Ok(())
    }

    fn withdraw_treasury(&mut self, by: Key, mint: Mint, to: Wallet, amount: u64) -> Result<(), Broken> {
        let (key, vault) = (self.at(Spot::Treasury(mint)), self.at(Spot::TreasuryVault(mint)));
        let mut rules = Rules::new();
        self.admin_rules(&mut rules, by);
        self.all_exist(&mut rules, &[key]);
        rules.done()?;
        let wallet = self.wallet(to);
        let mut rules = Rules::new();
        rules.need(amount > 0, MarketError::AmountZero);
        rules.need(amount <= self.held(&vault), MarketError::InsufficientTreasury);
        let owner = self.config_mut().treasury;
        self.destination_rules(&mut rules, &wallet, mint, &owner);
        rules.done()?;
        self.require_payable(&vault, &wallet, amount)?;
        self.transfer(&vault, &wallet, amount);
        if let Some(treasury) = self.treasuries.get_mut(&key) {
            treasury.withdrawn += amount;
        }
        Ok(())
    }

    fn close_treasury(&mut self, by: Key, mint: Mint, rent: Key) -> Result<(), Broken> {
        let (key, vault) = (self.at(Spot::Treasury(mint)), self.at(Spot::TreasuryVault(mint)));
        let mut rules = Rules::new();
        self.admin_rules(&mut rules, by);
        self.all_exist(&mut rules, &[key]);
        if let Some(treasury) = self.treasuries.get(&key) {
            rules.need(treasury.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        if self.held(&vault) != 0 {
            return broken(MarketError::TreasuryNotEmpty);
        }
        self.close_vault(&vault, &vault)?;
        self.treasuries.remove(&key);
        Ok(())
    }
}
