//! The way into a premium market.

use {
    super::Whose,
    crate::{
        commands::{
            CommandError,
            lookup::{MarketRef, Place, gpu_class},
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, address,
        error::Refusal,
        gpu_market::state::{Host, Member, Tier},
        instructions::member,
        standing::{Application, Need},
    },
};

/// A host that asks for a place.
struct Candidate {
    place: Place,
    key: Address,
    host: Host,
    member: Option<Member>,
    feeder: Option<Member>,
}

impl Candidate {
    async fn find(context: &Context, market: MarketRef, whose: &Whose) -> Result<Self, CommandError> {
        let place = context.place(market).await?;
        if place.market.tier()? != Tier::Premium {
            let next = "community markets ask for nothing but collateral: `gpu-market host enroll`";
            return Err(CommandError::rule("only premium markets promote", next));
        }
        let (key, host) = context.host(whose.owner).await?;
        let addresses = [place.address, place.market.feeder].map(|market| address::member(&market, &key).0);
        let mut found = context.connection.find_all::<Member>(&addresses).await?.into_iter();
        let (member, feeder) = (found.next().flatten(), found.next().flatten());
        Ok(Self { place, key, host, member, feeder })
    }

    fn application(&self) -> Application<'_> {
        Application {
            market: &self.place.market,
            terms: &self.place.terms,
            host: &self.host,
            member: self.member.as_ref(),
            feeder: self.feeder.as_ref(),
        }
    }
}

pub async fn missing(context: &Context, market: MarketRef, whose: &Whose) -> Result<(), CommandError> {
    let candidate = Candidate::find(context, market, whose).await?;
    let application = candidate.application();
    let now = candidate.place.now;
    let missing = application.missing(now).len();
    let state = candidate.member.as_ref().map(Member::state).transpose()?;
    let record = Record::new(format!("What {} asks", gpu_class(&candidate.place.market)))
        .with("market", candidate.place.address)
        .with("host", candidate.key)
        .with("state", state.map(Value::name))
        .with("missing", u64::try_from(missing).unwrap_or(u64::MAX))
        .with("rules", application.needs(now).iter().map(rule).collect::<Vec<_>>());
    let place = candidate.place.address;
    context.print(&match (state, missing) {
        (None, _) => record.hint(format!("next: `gpu-market host apply {place}`")),
        (Some(_), 0) => record.hint(format!("next: `gpu-market host promote {place}`")),
        _ => record,
    })
}

fn rule(need: &Need) -> Record {
    let requirement = need.requirement;
    let next = if need.is_met() { Value::Nothing } else { need.error().remedy().into() };
    Record::row()
        .with("met", need.is_met())
        .with("rule", Value::name(requirement.rule))
        .with("current", Value::Large(requirement.current))
        .with("needed", Value::Large(requirement.needed))
        .with("says", need.to_string())
        .with("next", next)
}

pub async fn promote(context: &Context, market: MarketRef, whose: &Whose) -> Result<(), CommandError> {
    let candidate = Candidate::find(context, market, whose).await?;
    let place = &candidate.place;
    if let Err(error) = candidate.application().promotion(place.now) {
        return Err(CommandError::rule(
            Refusal::from(error).to_string().trim_end_matches('.'),
            format!("all that is missing: `gpu-market host missing {}`", place.address),
        ));
    }
    let promote = member::Promote {
        market: place.address,
        terms: place.terms.number,
        feeder: place.market.feeder,
        host: candidate.key,
    };
    let record = Record::new("Promoted").with("market", place.address).with("host", candidate.key);
    context.submit(record, &[member::promote(promote)]).await
}
