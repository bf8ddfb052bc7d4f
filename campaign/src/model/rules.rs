//! Collecting the rules that an instruction breaks. Which of several broken rules the program names is not part of the
//! contract, so the model lists all of them.

use {
    gpu_market::error::MarketError,
    gpu_market_sdk::error::{Check, Refusal},
};

/// Rules that are broken.
pub type Broken = Vec<Refusal>;

/// What the model says of an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It succeeds, and the model's books are what it leaves.
    Accepted,
    /// It is refused for one of these rules.
    Refused(Broken),
    /// The model does not say whether it succeeds; if it does, the books are taken over from the chain.
    Open,
}

/// Rules of one stage: the program checks all accounts before it does anything with them.
#[derive(Default)]
pub struct Rules(Broken);

impl Rules {
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes `rule` as broken unless `holds`.
    pub fn need(&mut self, holds: bool, rule: MarketError) -> &mut Self {
        if !holds {
            self.0.push(rule.into());
        }
        self
    }

    pub fn check(&mut self, holds: bool, check: Check) -> &mut Self {
        if !holds {
            self.0.push(Refusal::Check(check));
        }
        self
    }

    /// Notes a refusal by its code, for example of the token program.
    pub fn code(&mut self, holds: bool, code: u32) -> &mut Self {
        if !holds {
            self.0.push(Refusal::of_code(code));
        }
        self
    }

    pub fn add(&mut self, refusal: Refusal) {
        self.0.push(refusal);
    }

    pub fn is_clean(&self) -> bool {
        self.0.is_empty()
    }

    /// Ends the stage.
    pub fn done(self) -> Result<(), Broken> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// Refuses for one rule.
pub fn broken<T>(rule: MarketError) -> Result<T, Broken> {
    Err(vec![rule.into()])
}

/// Codes of the token programs.
pub mod token_code {
    pub const INSUFFICIENT: u32 = 1;
    pub const MINT_MISMATCH: u32 = 3;
    pub const OWNER_MISMATCH: u32 = 4;
    pub const FROZEN: u32 = 17;
}
