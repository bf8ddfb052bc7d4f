//! The protocol's settings and treasuries.

use {
    super::Generator,
    crate::{
        action::AdminAction,
        cast::{ADMIN, PAUSER, PAYER, SUCCESSOR, TREASURY, clients},
        ids::{Mint, Spot, Wallet},
        model::Model,
        terms::STAKE,
    },
};

impl Generator {
    /// A sweep to everybody who has a share, or now and then to others; mostly a treasury first, where there is none.
    fn sweep(&mut self, model: &Model) -> AdminAction {
        let owing: Vec<_> = clients()
            .filter(|client| model.client_of(*client).is_some_and(|book| book.fees_owed + book.referral_owed > 0))
            .collect();
        let any = self.dice.any_client();
        let client = self.dice.one(&owing).filter(|_| self.dice.percent(80)).unwrap_or(any);
        let mint = client.mint;
        if !model.treasuries.contains_key(&model.cast.at(Spot::Treasury(mint))) && self.dice.percent(70) {
            return AdminAction::OpenTreasury { mint };
        }
        let stakers = model.config.as_ref().is_none_or(|config| config.split_at(model.now.0).0 > 0);
        let referrer = model.client_of(client).and_then(|book| {
            let name = model.cast.name(&book.referrer)?;
            if let Spot::Earnings(party, _) = name { Some(party) } else { None }
        });
        AdminAction::SweepFees {
            client,
            stakers: self.dice.mostly(stakers, |_| !stakers),
            referrer: self.dice.mostly(referrer, |dice| dice.percent(50).then(|| dice.any_party())),
        }
    }

    pub(super) fn admin(&mut self, model: &Model) -> AdminAction {
        let by = self.holder(model, model.config.as_ref().map(|config| config.admin), ADMIN);
        let mint = self
            .dice
            .one(&[Mint::Dollar, Mint::Euro, Mint::Stake, Mint::Stake, Mint::Pass])
            .unwrap_or(Mint::Dollar);
        let rent = self.dice.key(PAYER);
        match self.dice.below(60) {
            0..1 => AdminAction::CreateConfig { by },
            1..5 => {
                let unbonding = 10 * 86_400 + self.dice.below(4 * 86_400) as i64 - 3 * 86_400;
                let pauser = (self.dice.below(20) != 0).then_some(PAUSER);
                let treasury = (self.dice.below(20) != 0).then_some(TREASURY);
                let min_bond = if self.dice.below(10) == 0 { 0 } else { STAKE };
                AdminAction::Update { by, pauser, treasury, unbonding, min_bond }
            }
            5..8 => AdminAction::Pause { by: self.dice.key(PAUSER), bits: self.dice.below(18) as u8 },
            // So that nothing stays stopped for long.
            8..15 => AdminAction::Pause { by: self.dice.key(PAUSER), bits: 0 },
            15..18 => {
                let successor = self.dice.percent(80).then(|| self.dice.key(SUCCESSOR));
                AdminAction::Propose { by, successor }
            }
            18..20 => AdminAction::Accept { by: self.dice.key(SUCCESSOR) },
            20..21 => AdminAction::CloseConfig { by, rent },
            21..23 => AdminAction::OpenTreasury { mint },
            23..25 => {
                // Both shares at their edges, and beyond them.
                let stakers_bps = self.dice.mostly(3_001, |dice| dice.below(10_500) as u16);
                let referral_bps = self.dice.one(&[0, 1_009, 2_000, 2_001]).unwrap_or(0);
                AdminAction::AnnounceSplit { by, stakers_bps, referral_bps }
            }
            25..38 => self.sweep(model),
            38..46 => AdminAction::SweepSlashes { party: self.dice.any_party() },
            46..58 => {
                let to = self.dice.wallet(Wallet { key: TREASURY, mint });
                AdminAction::WithdrawTreasury { by, mint, to, amount: self.dice.amount(10_000) }
            }
            _ => AdminAction::CloseTreasury { by, mint, rent },
        }
    }
}
