//! Hosts and their places in markets.

use {
    super::Generator,
    crate::{
        action::{HostAction, MemberAction},
        cast::{PAYER, operator, party_owner, place_of},
        ids::{MarketId, Mint, Wallet},
        model::Model,
    },
};

impl Generator {
    pub(super) fn host(&mut self, _model: &Model) -> HostAction {
        let party = self.dice.any_party();
        let by = self.dice.key(party_owner(party));
        let mint = self.dice.one(&Mint::PAYMENT).unwrap_or(Mint::Dollar);
        let to = self.dice.wallet(Wallet { key: party_owner(party), mint });
        let operator = (self.dice.below(20) != 0).then(|| operator(party));
        match self.dice.below(20) {
            0..2 => HostAction::Register { party, operator },
            2..4 => HostAction::Update { by, party, operator },
            4..5 => HostAction::Close { by, party, rent: self.dice.key(PAYER) },
            5..7 => HostAction::OpenEarnings { by, party, mint },
            7..8 => HostAction::CloseEarnings { by, party, mint, to },
            _ => {
                let amount = if self.dice.percent(30) { u64::MAX } else { self.dice.amount(100_000) };
                HostAction::WithdrawEarnings { by, party, mint, to, amount }
            }
        }
    }

    pub(super) fn member(&mut self, model: &Model) -> MemberAction {
        let party = self.dice.any_party();
        let market = self.dice.any_market();
        let place = place_of(market);
        let by = self.dice.key(party_owner(party));
        let terms = self.terms(model, market);
        match self.dice.below(20) {
            0..6 => {
                let mint = self.dice.mostly(place.mint, |_| Mint::Euro);
                let applies = self.dice.mostly(place.premium, |_| !place.premium);
                let access = self.access(model, market, party);
                MemberAction::Enter { by, party, market, mint, applies, access }
            }
            6..8 => {
                let authority = self.dice.key(place.creator);
                MemberAction::Admit { by: authority, market, terms, host: party, gpus: self.dice.below(4) as u16 }
            }
            8..11 => MemberAction::Close { by, party, market, rent: self.dice.key(PAYER) },
            11..14 => {
                let feeder = self.dice.market(place.feeder.unwrap_or(MarketId(0)));
                MemberAction::Promote { market, terms, feeder, host: party }
            }
            14..18 => MemberAction::Review { market, terms, host: party },
            _ => MemberAction::Resign { by, party, market, terms },
        }
    }
}
