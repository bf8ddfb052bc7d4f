//! A host's way into a market.

use {
    super::{Broken, Model, Rules, books::MemberBook, settle::ACTIVE},
    crate::{
        action::MemberAction,
        cast::PAYER,
        ids::{Key, MarketId, Mint, Party, Spot, Wallet},
    },
    gpu_market::{constants::pause, error::MarketError},
};

impl Model {
    pub fn member(&mut self, action: &MemberAction) -> Result<(), Broken> {
        match *action {
            MemberAction::Enter { by, party, market, mint, applies, access } => {
                self.enter(by, party, market, mint, applies, access)
            }
            _ => self.standing(action),
        }
    }

    fn enter(
        &mut self,
        by: Key,
        party: Party,
        market: MarketId,
        mint: Mint,
        applies: bool,
        access: Option<Wallet>,
    ) -> Result<(), Broken> {
        let (host_key, market_key) = (self.cast.host(party), self.cast.market(market));
        let (key, earnings) = (self.cast.member(market, party), self.at(Spot::Earnings(party, mint)));
        let mut rules = Rules::new();
        self.host_owner_rules(&mut rules, by, party);
        self.all_exist(&mut rules, &[self.at(Spot::Config), market_key]);
        self.vacant(&mut rules, &key);
        if let Some(book) = self.markets.get(&market_key) {
            rules.need(book.payment_mint == self.mint(mint), MarketError::WrongMint);
        }
        rules.done()?;
        let (book, host) = (&self.markets[&market_key], &self.hosts[&host_key]);
        let mut rules = Rules::new();
        let wrong = if applies { MarketError::NotPremium } else { MarketError::EnrollInPremium };
        rules.need(applies == (book.tier == 1), wrong);
        let paused = self.config.as_ref().map_or(0, |config| config.paused) | book.paused;
        rules.need(paused & pause::ENROLLING == 0, MarketError::EnrollingPaused);
        rules.need(self.has_access(book, access, &[host.owner]), MarketError::AccessTokenMissing);
        rules.need(self.tokens.contains_key(&earnings), MarketError::NotATokenAccount);
        rules.done()?;
        let member = MemberBook {
            market: market_key,
            host: host_key,
            earnings,
            rent_payer: self.key(PAYER),
            collateral: 0,
            bonds: 0,
            collateral_floor: 0,
            join_barred_until: 0,
            decline_window_start: 0,
            last_ended_at: 0,
            attested_until: 0,
            earned: 0,
            disputed_fees: 0,
            evidenced: 0,
            completed: 0,
            failed: 0,
            ended: 0,
            timed_out: 0,
            lost: 0,
            missed: 0,
            declined: 0,
            disputed: 0,
            seats: 0,
            running: 0,
            attested_gpus: 0,
            epoch: 0,
            state: if applies { 0 } else { ACTIVE },
            miss_streak: 0,
            declines: 0,
            standing: Default::default(),
            record: Default::default(),
        };
        self.members.insert(key, member);
        self.gifted.remove(&key);
        if let Some(market) = self.markets.get_mut(&market_key) {
            market.members += 1;
        }
        if let Some(host) = self.hosts.get_mut(&host_key) {
            host.members += 1;
        }
        Ok(())
    }
}
