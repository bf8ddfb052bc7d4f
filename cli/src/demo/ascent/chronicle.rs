//! What happened, when, by which rule: the same for people and for JSON.

use {
    crate::demo::calendar,
    gpu_market_sdk::{error::Refusal, standing::Need},
    serde::Serialize,
};

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    AttestorsBonded,
    Enrolled,
    SeatRefused,
    RoundOpened,
    RoundDrawn,
    AnswerCommitted,
    ReadingsCommitted,
    ReadingsRevealed,
    AnswerOpened,
    RoundDecided,
    AttestorsSettled,
    GpusClaimed,
    RoundClosed,
    Served,
    Applied,
    RulesShown,
    PromotionRefused,
    GpusReleased,
    CollateralAllocated,
    Promoted,
    Lost,
    ReviewRefused,
    Suspended,
    JoinRefused,
    Reinstated,
    Retired,
    Closed,
}

/// A refusal of the program.
#[derive(Clone, Debug, Serialize)]
pub struct RefusalFact {
    pub name: &'static str,
    /// The rule that was not met, and what to do about it.
    pub rule: String,
}

impl From<Refusal> for RefusalFact {
    fn from(refusal: Refusal) -> Self {
        Self { name: refusal.name(), rule: refusal.to_string() }
    }
}

/// A rule of promotion that is not met, as the SDK shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Unmet {
    pub rule: String,
    pub current: u64,
    pub needed: u64,
    /// What the program answers because of it.
    pub refusal: &'static str,
    pub text: String,
}

impl From<&Need> for Unmet {
    fn from(need: &Need) -> Self {
        Self {
            rule: format!("{:?}", need.requirement.rule),
            current: need.requirement.current,
            needed: need.requirement.needed,
            refusal: need.error().name(),
            text: need.to_string(),
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Step<D = Deed> {
    /// Unix seconds.
    pub at: i64,
    /// The same in UTC, for people.
    pub date: String,
    pub step: D,
    pub what: String,
    /// The rule that it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalFact>,
    /// What is missing for a promotion.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Unmet>,
}

impl<D> Step<D> {
    pub fn new(at: i64, step: D, what: impl Into<String>) -> Self {
        let date = calendar::date(at);
        Self { at, date, step, what: what.into(), rule: None, refusal: None, missing: Vec::new() }
    }

    pub fn by_rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    pub fn refused(mut self, refusal: Refusal) -> Self {
        self.refusal = Some(refusal.into());
        self
    }

    pub fn missing(mut self, needs: &[Need]) -> Self {
        self.missing = needs.iter().map(Unmet::from).collect();
        self
    }
}
