//! One job in full.

use {
    super::site::Site,
    crate::{
        commands::{
            CommandError,
            lookup::{Place, gpu_class},
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::job_flags,
        view::{JobView, Phase},
    },
};

pub async fn show(context: &Context, job: Address) -> Result<(), CommandError> {
    let site = Site::find(context, job).await?;
    context.print(&record(&site))
}

fn record(site: &Site) -> Record {
    let (view, job, place) = (&site.view, site.job(), &site.place);
    Record::new(format!("Job in {}", gpu_class(&place.market)))
        .with("job", view.address)
        .and(phase(view, place))
        .with("client", job.client)
        .with("owner", site.client.owner)
        .with("market", job.market)
        .with("mint", place.market.payment_mint)
        .with("decimals", place.payment.decimals)
        .with("nonce", Value::Large(job.nonce))
        .with("terms", job.terms)
        .with("rate", place.rate(job.rate))
        .with("duration", Value::Span(job.duration.into()))
        .with("max_duration", Value::Span(job.max_duration.into()))
        .with("posted_at", place.time(job.created_at))
        .with("attempts", job.attempts)
        .with("max_attempts", job.max_attempts)
        .with("targeted", job.has(job_flags::TARGETED))
        .with("disputed", job.has(job_flags::DISPUTED))
        .with("spec_hash", job.spec_hash)
        .with("cost", cost(view, place))
}

/// Where a job is in its life. The field `state` is first and always there.
pub fn phase(view: &JobView, place: &Place) -> Record {
    let time = |unix| Value::Time(unix, place.now);
    match view.phase {
        Phase::Queued { place: position, of, expirable_at } => Record::row()
            .with("state", "queued")
            .with("place_in_line", position)
            .with("jobs_in_line", of)
            .with("expirable_at", time(expirable_at)),
        Phase::Assigned { member, since, until, expirable_at, bond } => Record::row()
            .with("state", "assigned")
            .with("member", member)
            .with("assigned_at", time(since))
            .with("start_until", time(until))
            .with("expirable_at", time(expirable_at))
            .with("bond", place.stake(bond)),
        Phase::Running { member, since, ends_at, last_evidence_at, evidenced, expirable_at, expires_as } => {
            Record::row()
                .with("state", "running")
                .with("member", member)
                .with("started_at", time(since))
                .with("ends_at", time(ends_at))
                .with("last_evidence_at", time(last_evidence_at))
                .with("evidenced", Value::Span(evidenced.into()))
                .with("expirable_at", time(expirable_at))
                .with("would_expire_as", Value::name(expires_as))
        }
        Phase::Ended { state, at, member, outcome, result_hash, disputable_until, closable_after } => Record::row()
            .with("state", Value::name(state))
            .with("ended_at", time(at))
            .with("member", member)
            .with("outcome", outcome.map(Value::name))
            .with("result_hash", result_hash)
            .with("evidenced", Value::Span(view.job.evidenced.into()))
            .with("disputable_until", disputable_until.map(time))
            .with("closable_by_anyone_after", time(closable_after)),
    }
}

fn cost(view: &JobView, place: &Place) -> Record {
    let cost = &view.cost;
    Record::new("what became of its deposit")
        .with("deposit", place.pay(cost.deposit))
        .with("so_far", place.pay(cost.so_far()))
        .with("paid", place.pay(cost.paid))
        .with("fee", place.pay(cost.fee))
        .with("tip", place.pay(cost.tip))
        .with("due", place.pay(cost.due))
        .with("accrued", place.pay(cost.accrued))
        .with("refunded", place.pay(cost.refunded))
        .with("reserved", place.pay(cost.reserved))
}
