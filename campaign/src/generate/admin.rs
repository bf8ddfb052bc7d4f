//! The protocol's settings and treasuries.

use {
    super::Generator,
    crate::{
        action::AdminAction,
        cast::{ADMIN, PAUSER, PAYER, SUCCESSOR, TREASURY},
        ids::{Mint, Wallet},
        model::Model,
        terms::STAKE,
    },
};

impl Generator {
    pub(super) fn admin(&mut self, model: &Model) -> AdminAction {
        let by = self.holder(model, model.config.as_ref().map(|config| config.admin), ADMIN);
        let mint = self.dice.one(&[Mint::Dollar, Mint::Euro, Mint::Stake, Mint::Stake]).unwrap_or(Mint::Dollar);
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
            23..38 => AdminAction::SweepFees { client: self.dice.any_client() },
            38..46 => AdminAction::SweepSlashes { party: self.dice.any_party() },
            46..58 => {
                let to = self.dice.wallet(Wallet { key: TREASURY, mint });
                AdminAction::WithdrawTreasury { by, mint, to, amount: self.dice.amount(10_000) }
            }
            _ => AdminAction::CloseTreasury { by, mint, rent },
        }
    }
}
