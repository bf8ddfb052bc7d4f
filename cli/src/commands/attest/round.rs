//! What anyone may do to move a round along.

use {
    super::find,
    crate::{
        commands::CommandError,
        context::{Context, receipt_record},
        output::Record,
    },
    gpu_market_sdk::{
        Address,
        gpu_market::{
            error::MarketError,
            state::{JudgeState, Now, RoundState},
        },
        instructions::attest,
    },
};

pub async fn draw(context: &Context, address: Address) -> Result<(), CommandError> {
    let (round, clock) = (find(context, address).await?, context.clock().await?);
    round.require_drawable(Now { unix: clock.unix, slot: clock.slot })?;
    let record = Record::new("Drawn")
        .with("round", address)
        .hint(format!("next: the host measures and commits; see `gpu-market attest show {address}`"));
    context.submit(record, &[attest::draw(address, round.set)]).await
}

pub async fn finalize(context: &Context, address: Address) -> Result<(), CommandError> {
    let round = find(context, address).await?;
    let record = Record::new("Decided")
        .with("round", address)
        .hint(format!("next: `gpu-market attest settle {address}`, `gpu-market attest claim {address} FILE`"));
    context.submit(record, &[attest::finalize_challenge(address, round.member)]).await
}

pub async fn expire(context: &Context, address: Address) -> Result<(), CommandError> {
    let round = find(context, address).await?;
    let record = Record::new("Over: nobody drew it in time").with("round", address);
    context.submit(record, &[attest::expire_challenge(address, round.member)]).await
}

/// Settles each attestor of the panel in a transaction of its own.
pub async fn settle(context: &Context, address: Address) -> Result<(), CommandError> {
    let round = find(context, address).await?;
    if round.state != RoundState::Decided as u8 {
        return Err(MarketError::RoundNotDecided.into());
    }
    let set = super::set::find(context, round.set).await?;
    let token = context.stake_mint().await?.token;
    let judges = round.judges.iter().take(round.panel.into());
    let open = judges.filter(|judge| judge.state != 0 && judge.state != JudgeState::Settled as u8);
    let mut rows = Vec::new();
    for judge in open {
        let attestor = set.slot(judge.place)?;
        let settle = attest::settle_attestor(address, &round, attestor.stake, token);
        let Some(receipt) = context.send(&[settle], &[]).await? else { return Ok(()) };
        rows.push(Record::row().with("attestor", attestor.key).and(receipt_record(&receipt)));
    }
    let title = if rows.is_empty() { "All are settled" } else { "Settled" };
    context.print(&Record::new(title).with("round", address).with("attestors", rows))
}

pub async fn conclude(context: &Context, address: Address) -> Result<(), CommandError> {
    let mut round = find(context, address).await?;
    let member = round.member;
    if round.concluded != 0 {
        let next =
            format!("settle its attestors and close it: `gpu-market attest settle {address}`, `close {address}`");
        return Err(CommandError::rule("the round is concluded already", next));
    }
    round.conclude(context.now().await?)?;
    let record = Record::new("Concluded").with("round", address).with("member", member);
    context.submit(record, &[attest::conclude_challenge(address, member)]).await
}

pub async fn close(context: &Context, address: Address) -> Result<(), CommandError> {
    let round = find(context, address).await?;
    let record = Record::new("Round closed").with("round", address).with("rent_payer", round.rent_payer);
    context.submit(record, &[attest::close_challenge(address, &round)]).await
}
