//! Jobs that go on, changed.

use {
    super::site::Site,
    crate::{
        amount,
        commands::CommandError,
        context::Context,
        output::{Record, Value},
    },
    gpu_market_migrations::Decimal,
    gpu_market_sdk::{
        Address,
        gpu_market::error::MarketError,
        instructions::job::{self, Reprice},
        quote,
    },
};

pub async fn extend(context: &Context, address: Address, by: u32) -> Result<(), CommandError> {
    let site = Site::find(context, address).await?;
    let authority = site.require_client(context)?;
    let (job, place) = (site.job(), &site.place);
    let further = quote::extension(job, by, place.now)?;
    if further > site.client.available {
        let missing = place.pay(further - site.client.available).text();
        return Err(CommandError::rule(
            MarketError::InsufficientEscrow.rule().trim_end_matches('.'),
            format!("deposit {missing} more: `gpu-market client fund {missing} --market {}`", place.address),
        ));
    }
    let record = Record::new("Extended")
        .with("job", address)
        .with("by", Value::Span(by.into()))
        .with("duration", Value::Span(u64::from(job.duration).saturating_add(by.into())))
        .with("decimals", place.payment.decimals)
        .with("reserved_further", place.pay(further));
    context.confirm(Some(&record), "Extend this job?")?;
    context.submit(record, &[job::extend(authority, job.client, address, by)]).await
}

pub async fn reprice(context: &Context, address: Address, max_rate: Decimal) -> Result<(), CommandError> {
    let site = Site::find(context, address).await?;
    let owner = site.require_owner(context)?;
    let (job, place) = (site.job(), &site.place);
    let max_rate = amount::rate("--max-rate", max_rate, place.payment.decimals)?;
    if place.terms.rate > max_rate {
        let (rate, accepted) = (place.rate(place.terms.rate).text(), place.rate(max_rate).text());
        return Err(CommandError::rule(
            format!("the market's rate is {rate}, above the {accepted} that you accept"),
            "raise --max-rate, or leave the job as it is",
        ));
    }
    let reprice = Reprice {
        owner,
        client: job.client,
        job: address,
        market: job.market,
        terms: place.terms.number,
        shard: job.shard,
        max_rate,
    };
    let record = Record::new("Repriced")
        .with("job", address)
        .with("decimals", place.payment.decimals)
        .with("rate_before", place.rate(job.rate))
        .with("rate", place.rate(place.terms.rate));
    context.confirm(Some(&record), "Move this job to the terms in force?")?;
    context.submit(record, &[job::reprice(reprice)]).await
}
