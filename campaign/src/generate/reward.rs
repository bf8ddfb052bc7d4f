//! Reward pools and positions.

use {
    super::Generator,
    crate::{
        action::RewardAction,
        cast::{PAYER, party_owner},
        ids::{Mint, Party, Spot, Wallet},
        model::Model,
    },
};

impl Generator {
    pub(super) fn reward(&mut self, model: &Model) -> RewardAction {
        let mint = self.pool_mint();
        match self.dice.below(40) {
            0..2 => {
                let missing: Vec<_> = Mint::ALL.into_iter().filter(|mint| model.pool_of(*mint).is_none()).collect();
                let usual = self.dice.one(&missing).unwrap_or(mint);
                RewardAction::OpenPool { mint: self.dice.mostly(usual, |_| mint) }
            }
            2..4 => {
                let idle = |mint: &Mint| {
                    model
                        .pool_of(*mint)
                        .is_some_and(|pool| pool.streaming == 0 && pool.positions + pool.emissions == 0)
                };
                let idle: Vec<_> = Mint::ALL.into_iter().filter(idle).collect();
                let mint = self.dice.one(&idle).unwrap_or(mint);
                RewardAction::ClosePool { mint, rent: self.dice.key(PAYER) }
            }
            4..6 => RewardAction::CheckPool { mint },
            6..13 => {
                let party = self.dice.any_party();
                RewardAction::OpenPosition { by: self.dice.key(party_owner(party)), party, mint }
            }
            13..17 => {
                let (mint, party) = self.position(model, |claimable| claimable == 0);
                let (by, rent) = (self.dice.key(party_owner(party)), self.dice.key(PAYER));
                RewardAction::ClosePosition { by, party, mint, rent }
            }
            17..31 => {
                let (mint, party) = self.position(model, |claimable| claimable > 0);
                let own = party_owner(party);
                let to = self.dice.wallet(Wallet { key: own, mint });
                RewardAction::Claim { by: self.dice.key(own), party, mint, to }
            }
            _ => {
                let (mint, party) = self.position_to_sync(model);
                RewardAction::Sync { party, mint }
            }
        }
    }

    /// Mint of a pool: those of payments and stake, and now and then the access mint, so that a stake has four positions.
    pub(super) fn pool_mint(&mut self) -> Mint {
        let usual = self.dice.one(&[Mint::Dollar, Mint::Dollar, Mint::Euro, Mint::Stake]).unwrap_or(Mint::Dollar);
        if self.dice.percent(90) { usual } else { Mint::Pass }
    }

    /// A position that is open: mostly one that could claim what `suits`. Now and then any.
    fn position(&mut self, model: &Model, suits: impl Fn(u64) -> bool) -> (Mint, Party) {
        let mut open: Vec<_> = model.positions.keys().filter_map(|key| place(model, key)).collect();
        let any = (self.pool_mint(), self.dice.any_party());
        if self.dice.percent(70) {
            open.retain(|(mint, party)| suits(model.claimable(*mint, *party)));
        }
        let right = self.dice.one(&open).unwrap_or(any);
        self.dice.mostly(right, |_| any)
    }

    /// Half of the time one whose stake was slashed and whose pool does not know it.
    fn position_to_sync(&mut self, model: &Model) -> (Mint, Party) {
        let slashed = |weight: u128, stake| model.stakes.get(stake).is_some_and(|stake| stake.weight() != weight);
        let stale = model.positions.iter().filter(|(_, position)| slashed(position.weight, &position.stake));
        let stale: Vec<_> = stale.filter_map(|(key, _)| place(model, key)).collect();
        match self.dice.one(&stale) {
            Some(place) if self.dice.percent(50) => place,
            _ => self.position(model, |_| true),
        }
    }
}

/// Mint and party of the position at an address.
fn place(model: &Model, key: &gpu_market_sdk::Address) -> Option<(Mint, Party)> {
    match model.cast.name(key) {
        Some(Spot::Position(mint, party)) => Some((mint, party)),
        _ => None,
    }
}
