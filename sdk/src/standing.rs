//! What a host is missing for a place in a premium market, and what a review would come to, by the program's own rules.

use {
    bytemuck::Zeroable,
    gpu_market::{
        error::MarketError,
        state::{Host, Market, Member, PROMOTION_RULES, PromotionRule, Requirement, Review, Terms},
    },
    std::fmt,
};

/// A rule of promotion, with where the host is and where it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The rule and its two numbers, in the unit that [`PromotionRule`] says.
    pub requirement: Requirement,
}

impl Need {
    /// Whether the rule is met.
    pub fn is_met(&self) -> bool {
        self.requirement.is_met()
    }

    /// What the program answers while it is not; its remedy says what to do.
    pub fn error(&self) -> MarketError {
        self.requirement.error()
    }
}

/// Basis points as a percentage with two digits.
fn percent(bps: u64) -> String {
    format!("{}.{:02} %", bps / 100, bps % 100)
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Requirement { rule, current, needed } = self.requirement;
        match rule {
            PromotionRule::Cooldown => {
                write!(f, "cooldown after a removal: {} of {} seconds left", needed.saturating_sub(current), needed)
            }
            PromotionRule::ActiveInFeeder if self.is_met() => write!(f, "active in the feeder market"),
            PromotionRule::ActiveInFeeder => write!(f, "not active in the feeder market"),
            PromotionRule::Completed => write!(f, "completed jobs in the feeder market: {current} of {needed}"),
            PromotionRule::Evidenced => write!(f, "evidenced seconds in the feeder market: {current} of {needed}"),
            PromotionRule::Success => {
                write!(f, "success rate weighted by fee: {} of {}", percent(current), percent(needed))
            }
            PromotionRule::Volume => write!(f, "fees that its jobs paid, base units: {current} of {needed}"),
            PromotionRule::Clients => write!(f, "distinct paying clients: {current} of {needed}"),
            PromotionRule::StrikeFree => write!(f, "seconds since the last strike: {current} of {needed}"),
            PromotionRule::Attested => write!(f, "freshly attested GPUs: {current} of {needed}"),
            PromotionRule::Score => write!(f, "score of the attestation: {current} of {needed}"),
            PromotionRule::Collateral => write!(f, "collateral, base units of stake: {current} of {needed}"),
        }
    }
}

/// Accounts that decide about a host's place in a premium market.
#[derive(Clone, Copy, Debug)]
pub struct Application<'a> {
    /// The premium market.
    pub market: &'a Market,
    /// Its terms in force.
    pub terms: &'a Terms,
    /// The host.
    pub host: &'a Host,
    /// The host's member of the premium market; none before it has applied.
    pub member: Option<&'a Member>,
    /// The host's member of the feeder market; none if it is not there.
    pub feeder: Option<&'a Member>,
}

impl Application<'_> {
    /// Every rule of promotion at `now`, unix seconds, in the order in which the program asks them.
    pub fn needs(&self, now: i64) -> [Need; PROMOTION_RULES] {
        let nobody = Member::zeroed();
        let member = self.member.unwrap_or(&nobody);
        let feeder = self.feeder.unwrap_or(&nobody);
        let candidacy = member.candidacy(self.market, self.host, feeder);
        candidacy.requirements(&self.terms.policy, now).map(|requirement| Need { requirement })
    }

    /// The rules that are not met.
    pub fn missing(&self, now: i64) -> Vec<Need> {
        self.needs(now).into_iter().filter(|need| !need.is_met()).collect()
    }

    /// What `promote` would answer at `now`.
    ///
    /// # Errors
    ///
    /// [`MarketError::NotCandidate`] before the host has applied, and whatever the program would refuse for.
    pub fn promotion(&self, now: i64) -> Result<(), MarketError> {
        let mut member = *self.member.ok_or(MarketError::NotCandidate)?;
        let feeder = self.feeder.ok_or(MarketError::NotActiveInFeeder)?;
        member.promote(self.market, self.host, feeder, &self.terms.policy, now)
    }
}

/// What `review` would come to at `now`, unix seconds, and the member after it.
///
/// # Errors
///
/// Whatever the program would refuse for.
pub fn review(market: &Market, terms: &Terms, member: &Member, now: i64) -> Result<(Review, Member), MarketError> {
    let mut after = *member;
    let review = after.review(market, &terms.policy, now)?;
    Ok((review, after))
}

#[cfg(test)]
mod tests {
    use {super::*, gpu_market::state::MemberState};

    fn need(rule: PromotionRule, current: u64, needed: u64) -> String {
        Need { requirement: Requirement { rule, current, needed } }.to_string()
    }

    #[test]
    fn every_rule_says_where_the_host_is_and_where_it_has_to_be() {
        assert_eq!(need(PromotionRule::Cooldown, 100, 160), "cooldown after a removal: 60 of 160 seconds left");
        assert_eq!(need(PromotionRule::ActiveInFeeder, 0, 1), "not active in the feeder market");
        assert_eq!(need(PromotionRule::ActiveInFeeder, 1, 1), "active in the feeder market");
        assert_eq!(need(PromotionRule::Completed, 12, 20), "completed jobs in the feeder market: 12 of 20");
        assert_eq!(need(PromotionRule::Success, 8_705, 9_000), "success rate weighted by fee: 87.05 % of 90.00 %");
        assert_eq!(need(PromotionRule::Collateral, 1, 2), "collateral, base units of stake: 1 of 2");
    }

    #[test]
    fn a_host_that_did_nothing_lacks_all_that_the_policy_asks() {
        let (market, mut terms, host) = (Market::zeroed(), Terms::zeroed(), Host::zeroed());
        terms.policy.min_completed = 1;
        terms.policy.min_clients = 2;
        let application = Application { market: &market, terms: &terms, host: &host, member: None, feeder: None };
        let errors: Vec<MarketError> = application.missing(0).iter().map(Need::error).collect();
        assert_eq!(
            errors,
            [
                MarketError::NotActiveInFeeder,
                MarketError::TooFewCompleted,
                MarketError::TooFewClients,
                MarketError::NotAttested
            ]
        );
        assert_eq!(application.needs(0).len(), PROMOTION_RULES);
        assert_eq!(application.promotion(0), Err(MarketError::NotCandidate));
    }

    #[test]
    fn a_candidate_is_not_reviewed() {
        let mut market = Market::zeroed();
        market.tier = 1;
        let member = Member { state: MemberState::Candidate as u8, ..Member::zeroed() };
        let answer = review(&market, &Terms::zeroed(), &member, 0);
        assert_eq!(answer, Err(MarketError::NotUnderReview));
    }
}
