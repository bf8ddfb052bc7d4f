//! Instructions with something exchanged.

use {
    super::Generator,
    crate::{
        action::{Action, Twist},
        ids::{Mint, Spot, Wallet},
    },
};

impl Generator {
    pub(super) fn twisted(&mut self, action: Action) -> Action {
        if matches!(action, Action::Outside(_)) {
            return action;
        }
        let place = self.dice.below(20) as u8;
        let twist = match self.dice.below(20) {
            0..8 => Twist::Replace(place, self.other()),
            8..11 => Twist::Unsigned(place),
            11..14 => Twist::ReadOnly(place),
            14..15 => Twist::Cut(place),
            15..18 => Twist::Twice(place, self.dice.below(20) as u8),
            _ => Twist::Data(place, self.dice.below(256) as u8),
        };
        Action::Twisted(Box::new(action), twist)
    }

    fn other(&mut self) -> Spot {
        match self.dice.below(10) {
            0..2 => Spot::Key(self.dice.any_key()),
            2..4 => {
                let mint = self.dice.one(&Mint::ALL).unwrap_or(Mint::Dollar);
                Spot::Wallet(Wallet { key: self.dice.any_key(), mint })
            }
            _ => self.spot(),
        }
    }
}
