//! Hosts and the vaults that jobs pay them into.

use {
    super::{Broken, Model, Rules, books::HostBook, broken},
    crate::{
        action::HostAction,
        cast::{PAYER, party_owner},
        ids::{Key, Mint, Party, Spot, Wallet},
    },
    gpu_market::error::MarketError,
    gpu_market_sdk::Address,
};

impl Model {
    pub fn host(&mut self, action: &HostAction) -> Result<(), Broken> {
        match *action {
            HostAction::Register { party, operator } => self.register(party, operator),
            HostAction::Update { by, party, operator } => {
                self.require_host_owner(by, party)?;
                let Some(operator) = operator else { return broken(MarketError::KeyMissing) };
                let (key, operator) = (self.cast.host(party), self.key(operator));
                if let Some(host) = self.hosts.get_mut(&key) {
                    host.operator = operator;
                }
                Ok(())
            }
            HostAction::Close { by, party, rent } => self.close_host(by, party, rent),
            HostAction::OpenEarnings { by, party, mint } => {
                let vault = self.at(Spot::Earnings(party, mint));
                self.require_host_owner(by, party)?;
                let mut rules = Rules::new();
                self.vacant(&mut rules, &vault);
                rules.done()?;
                self.open_vault(vault, self.mint(mint));
                Ok(())
            }
            HostAction::WithdrawEarnings { by, party, mint, to, amount } => {
                self.withdraw_earnings(by, party, mint, to, amount)
            }
            HostAction::CloseEarnings { by, party, mint, to } => self.close_earnings(by, party, mint, to),
        }
    }

    pub fn host_owner_rules(&self, rules: &mut Rules, by: Key, party: Party) {
        let key = self.cast.host(party);
        self.all_exist(rules, &[key]);
        if let Some(host) = self.hosts.get(&key) {
            rules.need(host.owner == self.key(by), MarketError::NotHostOwner);
        }
    }

    fn require_host_owner(&self, by: Key, party: Party) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.host_owner_rules(&mut rules, by, party);
        rules.done()
    }

    fn register(&mut self, party: Party, operator: Option<Key>) -> Result<(), Broken> {
        let key = self.cast.host(party);
        let mut rules = Rules::new();
        self.vacant(&mut rules, &key);
        rules.done()?;
        let Some(operator) = operator else { return broken(MarketError::KeyMissing) };
        let book = HostBook {
            owner: self.key(party_owner(party)),
            operator: self.key(operator),
            rent_payer: self.key(PAYER),
            members: 0,
            strikes: 0,
            last_strike_at: 0,
        };
        self.hosts.insert(key, book);
        self.gifted.remove(&key);
        Ok(())
    }

    fn close_host(&mut self, by: Key, party: Party, rent: Key) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.host_owner_rules(&mut rules, by, party);
        if let Some(host) = self.host_of(party) {
            rules.need(host.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        let key = self.cast.host(party);
        let host = &self.hosts[&key];
        let mut rules = Rules::new();
        rules.need(host.members == 0, MarketError::HostHasMembers);
        let forgotten = host.strikes == 0 || self.now.0 > host.last_strike_at + 30 * 86_400;
        rules.need(forgotten, MarketError::HostStruckRecently);
        rules.done()?;
        self.hosts.remove(&key);
        Ok(())
    }

    /// Notes that a wallet is no account of `owner` in this mint.
    pub fn destination_rules(&self, rules: &mut Rules, to: &Address, mint: Mint, owner: &Address) {
        let token = self.tokens.get(to);
        let fits = token.is_some_and(|token| token.mint == self.mint(mint));
        rules.need(fits, MarketError::NotATokenAccount);
        rules.need(!fits || token.is_some_and(|token| token.owner == *owner), MarketError::WrongDestination);
    }

    fn withdraw_earnings(
        &mut self,
        by: Key,
        party: Party,
        mint: Mint,
        to: Wallet,
        amount: u64,
    ) -> Result<(), Broken> {
        let (key, vault, wallet) = (self.cast.host(party), self.at(Spot::Earnings(party, mint)), self.wallet(to));
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key]);
        if let Some(host) = self.hosts.get(&key) {
            let by = self.key(by);
            rules.need(by == host.owner || by == host.operator, MarketError::NotHostOwner);
        }
        rules.done()?;
        let mut rules = Rules::new();
        self.destination_rules(&mut rules, &wallet, mint, &self.hosts[&key].owner);
        rules.need(self.tokens.contains_key(&vault), MarketError::NotATokenAccount);
        let held = self.held(&vault);
        let amount = if amount == u64::MAX { held } else { amount };
        rules.need(amount > 0, MarketError::AmountZero);
        rules.need(amount <= held, MarketError::InsufficientEarnings);
        rules.done()?;
        self.require_payable(&vault, &wallet, amount)?;
        self.transfer(&vault, &wallet, amount);
        Ok(())
    }

    fn close_earnings(&mut self, by: Key, party: Party, mint: Mint, to: Wallet) -> Result<(), Broken> {
        let (key, vault, wallet) = (self.cast.host(party), self.at(Spot::Earnings(party, mint)), self.wallet(to));
        let mut rules = Rules::new();
        self.host_owner_rules(&mut rules, by, party);
        rules.done()?;
        let host = &self.hosts[&key];
        let mut rules = Rules::new();
        rules.need(host.members == 0, MarketError::HostHasMembers);
        self.destination_rules(&mut rules, &wallet, mint, &host.owner);
        rules.need(self.tokens.contains_key(&vault), MarketError::NotATokenAccount);
        rules.done()?;
        self.close_vault(&vault, &wallet)
    }
}
