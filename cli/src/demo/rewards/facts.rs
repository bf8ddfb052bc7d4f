//! What came of fees and rewards, for reports.

use {
    super::{FUNDER, Income, Season, Step},
    crate::demo::chain::Chain,
    serde::Serialize,
};

#[derive(Debug, Serialize)]
pub struct RewardFacts {
    /// Hosts whose stake earned.
    pub stakers: Vec<String>,
    pub funder: &'static str,
    pub steps: Vec<Step>,
}

/// Income in one token.
#[derive(Debug, Serialize)]
pub struct IncomeFacts {
    pub token: String,
    #[serde(flatten)]
    pub income: Income,
}

impl RewardFacts {
    pub fn collect(season: Season) -> Self {
        let stakers = season.stakers.into_iter().map(|staker| staker.name).collect();
        Self { stakers, funder: FUNDER, steps: season.steps }
    }
}

/// Income in every token.
pub fn incomes(chain: &Chain) -> Vec<IncomeFacts> {
    let facts = |coin: &crate::demo::books::Coin| IncomeFacts {
        token: coin.symbol.clone(),
        income: chain.tally.of(&coin.token.mint),
    };
    chain.books.coins.iter().map(facts).collect()
}
