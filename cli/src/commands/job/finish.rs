//! What ends a job, or comes after its end.

use {
    super::site::Site,
    crate::{
        commands::{CommandError, lookup::Place},
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::{
            error::MarketError,
            state::{Member, Now},
        },
        instructions::{
            Parties,
            job::{self, Cancel, CloseJob},
        },
        quote::{self, Payout},
        view::Phase,
    },
};

pub async fn end(context: &Context, address: Address) -> Result<(), CommandError> {
    let site = Site::find(context, address).await?;
    let authority = site.require_client(context)?;
    let Phase::Running { member, .. } = site.view.phase else {
        return Err(CommandError::rule(
            MarketError::JobNotRunning.rule().trim_end_matches('.'),
            "only a running job is ended; one that has not started is taken back with `gpu-market job cancel`",
        ));
    };
    let clock = context.clock().await?;
    let payout = quote::end(site.job(), Now { unix: clock.unix, slot: clock.slot })?;
    let record = outcome("Ended", &site, &payout);
    context.confirm(Some(&record), "End this job now?")?;
    let parties = site.parties(context, &member).await?;
    context.submit(record, &[job::end(authority, parties, site.place.payment.token)]).await
}

pub async fn cancel(context: &Context, address: Address) -> Result<(), CommandError> {
    let site = Site::find(context, address).await?;
    let authority = site.require_client(context)?;
    let since = match site.view.phase {
        Phase::Queued { .. } => None,
        Phase::Assigned { since, .. } => Some(since),
        Phase::Running { .. } | Phase::Ended { .. } => {
            return Err(CommandError::rule(
                MarketError::JobNotOpen.rule().trim_end_matches('.'),
                "a running job is ended with `gpu-market job end`; one that is over needs nothing",
            ));
        }
    };
    let payout = quote::cancel(site.job(), since, site.place.now)?;
    let record = outcome("Cancelled", &site, &payout);
    context.confirm(Some(&record), "Take this job back?")?;
    let job = site.job();
    let cancel = Cancel { authority, client: job.client, job: address, market: job.market, shard: job.shard };
    context.submit(record, &[job::cancel(cancel)]).await
}

/// What an end of a job pays and refunds, if it happens now.
fn outcome(title: &str, site: &Site, payout: &Payout) -> Record {
    let (job, place) = (&payout.job, &site.place);
    let amount = |units| Place::pay(place, units);
    Record::new(title)
        .with("job", site.address)
        .with("decimals", place.payment.decimals)
        .with("deposit", amount(job.deposit))
        .with("paid", amount(job.paid))
        .with("fee", amount(job.fee))
        .with("tip", amount(job.tip_paid))
        .with("refunded", amount(job.refunded))
        .with("evidenced", Value::Span(job.evidenced.into()))
}

pub async fn dispute(context: &Context, address: Address) -> Result<(), CommandError> {
    let site = Site::find(context, address).await?;
    let owner = site.require_owner(context)?;
    let mut after = *site.job();
    after.dispute(site.place.now)?;
    let (client, member) = (site.job().client, site.job().member);
    let record = Record::new("Disputed").with("job", address).with("member", member);
    context
        .confirm(Some(&record), "Dispute this job? It counts as failed in the host's record; no money moves.")?;
    context.submit(record, &[job::dispute(owner, client, address, member)]).await
}

/// Closes a job. What it still owes its host is collected first, in the same transaction, or is the client's again if the
/// host has closed its member.
pub async fn close(context: &Context, address: Address) -> Result<(), CommandError> {
    let site = Site::find(context, address).await?;
    let (job, caller) = (site.job(), context.me()?);
    job.require_closable(site.client.owner == caller, site.place.now)?;
    let mut instructions = Vec::new();
    let mut closed_member = None;
    if job.due > 0 {
        match context.connection.find::<Member>(&job.member).await? {
            Some(member) => {
                let parties = Parties::of(address, job, &member);
                instructions.push(job::collect(parties, site.place.payment.token));
            }
            None => closed_member = Some(job.member),
        }
    }
    let close = CloseJob { caller, client: job.client, job: address, rent_payer: job.rent_payer, closed_member };
    instructions.push(job::close_job(close));
    let record = Record::new("Closed")
        .with("job", address)
        .with("rent_payer", job.rent_payer)
        .with("decimals", site.place.payment.decimals)
        .with("collected", site.place.pay(if closed_member.is_none() { job.due } else { 0 }));
    context.submit(record, &instructions).await
}
