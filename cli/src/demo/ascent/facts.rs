//! What came of the ascent, for reports.

use {
    super::{Place, RoundFacts, Scene, Served, Step, Tale},
    crate::{
        demo::chain::{Chain, Closed},
        error::CliError,
    },
    gpu_market::state::Host,
    gpu_market_sdk::error::Refusal,
    serde::Serialize,
    std::collections::BTreeMap,
};

#[derive(Debug, Serialize)]
pub struct AscentFacts {
    pub host: &'static str,
    pub community: String,
    pub premium: String,
    pub clients: Vec<&'static str>,
    pub attestors: Vec<&'static str>,
    pub steps: Vec<Step>,
    pub rounds: Vec<RoundFacts>,
    pub jobs: Vec<Served>,
    /// What the host was when its last job had ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateFacts>,
    /// Accounts of the story that were closed at the end, and the lamports that came back, by kind.
    pub closed: BTreeMap<&'static str, Closed>,
}

/// The host.
#[derive(Clone, Debug, Serialize)]
pub struct StateFacts {
    pub community: MemberFacts,
    pub premium: MemberFacts,
    pub strikes: u32,
}

/// The host in one market.
#[derive(Clone, Debug, Serialize)]
pub struct MemberFacts {
    pub state: String,
    pub attested_gpus: u16,
    pub attested_until: i64,
    pub score: u32,
    pub collateral: u64,
    pub completed: u32,
    pub lost: u32,
    pub evidenced: u64,
    pub earned: u64,
    /// Falls within this time remove instead of suspending.
    pub probation_until: i64,
}

impl AscentFacts {
    pub fn collect(tale: Tale, chain: &mut Chain) -> Self {
        Self {
            host: super::HOST,
            community: tale.community.name,
            premium: tale.premium.name,
            clients: tale.clients.iter().map(|client| client.name).collect(),
            attestors: tale.bench.judges.iter().map(|judge| judge.name).collect(),
            steps: tale.steps,
            rounds: tale.rounds,
            jobs: tale.jobs,
            state: tale.state,
            closed: std::mem::take(&mut chain.closed),
        }
    }

    /// Where the host stands in the premium market at the end.
    pub fn outcome(&self) -> &str {
        self.state.as_ref().map_or("nowhere", |state| &state.premium.state)
    }
}

impl Scene<'_> {
    pub(super) fn state(&self) -> Result<StateFacts, CliError> {
        let host: Host = self.chain.get(&self.tale.hero.host)?;
        Ok(StateFacts {
            community: self.member_facts(Place::Community)?,
            premium: self.member_facts(Place::Premium)?,
            strikes: host.strikes,
        })
    }

    fn member_facts(&self, place: Place) -> Result<MemberFacts, CliError> {
        let member = self.member(place)?;
        Ok(MemberFacts {
            state: format!("{:?}", member.state().map_err(Refusal::from)?),
            attested_gpus: member.attested_gpus,
            attested_until: member.attested_until,
            score: member.standing.score,
            collateral: member.collateral,
            completed: member.completed,
            lost: member.lost,
            evidenced: member.evidenced,
            earned: member.earned,
            probation_until: member.standing.probation_until,
        })
    }
}
