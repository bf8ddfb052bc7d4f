//! What happens around the program.

use {
    super::Model,
    crate::{action::Outside, ids::Spot},
};

/// Slots that the chain makes in a second.
const SLOTS_PER_SECOND: u64 = 5;

impl Model {
    pub fn outside(&mut self, action: &Outside) {
        match *action {
            Outside::Advance { seconds } => {
                self.now.0 += i64::from(seconds);
                self.now.1 += u64::from(seconds) * SLOTS_PER_SECOND;
            }
            Outside::Halt { seconds } => self.now.0 += i64::from(seconds),
            Outside::GiveTokens { to, amount } => {
                let to = self.at(to);
                if self.can_receive(&to)
                    && let Some(token) = self.tokens.get_mut(&to)
                {
                    token.amount += amount;
                }
            }
            Outside::GiveLamports { to, .. } => {
                let address = self.at(to);
                if !self.has(&address) && !matches!(to, Spot::Key(_)) {
                    self.gifted.insert(address);
                }
            }
            Outside::Freeze(spot) => self.set_frozen(spot, true),
            Outside::Thaw(spot) => self.set_frozen(spot, false),
            Outside::Restart => {}
        }
    }

    /// Whether a token account takes tokens: it exists and is not frozen.
    pub fn can_receive(&self, address: &gpu_market_sdk::Address) -> bool {
        self.tokens.get(address).is_some_and(|token| !token.frozen)
    }

    /// Whether an issuer can change this: the stake mint has no freeze authority.
    pub fn can_freeze(&self, address: &gpu_market_sdk::Address, frozen: bool) -> bool {
        let stake = self.mint(crate::ids::Mint::Stake);
        self.tokens.get(address).is_some_and(|token| token.mint != stake && token.frozen != frozen)
    }

    fn set_frozen(&mut self, spot: Spot, frozen: bool) {
        let address = self.at(spot);
        if self.can_freeze(&address, frozen)
            && let Some(token) = self.tokens.get_mut(&address)
        {
            token.frozen = frozen;
        }
    }
}
