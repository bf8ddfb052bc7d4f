//! Sets and rounds in full.

use {
    crate::{
        commands::CommandError,
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::{AttestorSet, Challenge, Judge, RoundState, SetParams},
    },
};

pub async fn set(context: &Context, set: Address) -> Result<(), CommandError> {
    let (now, decimals) = (context.now().await?, context.config().await?.stake_decimals);
    let mut found = super::set::find(context, set).await?;
    found.refresh(now);
    let attestors = found.slots.iter().filter(|slot| !slot.is_vacant()).map(|slot| {
        Record::row()
            .with("attestor", slot.key)
            .with("stake", slot.stake)
            .with("bond", Value::amount(slot.bond, decimals))
            .with("active_at", Value::Time(slot.active_at, now))
            .with("leaving_at", Value::time_if_set(slot.leaving_at, now))
            .with("open_rounds", slot.open_rounds)
    });
    let pending = (found.pending_at != 0)
        .then(|| params(&found.pending, decimals).with("effective_at", Value::Time(found.pending_at, now)));
    let record = Record::new("Set of attestors")
        .with("set", set)
        .with("id", found.id)
        .with("creator", found.creator)
        .with("stake_decimals", decimals)
        .and(params(&found.params, decimals))
        .with("rounds", found.rounds)
        .with("announced", pending)
        .with("attestors", attestors.collect::<Vec<_>>());
    context.print(&record)
}

/// How a set judges.
pub fn params(params: &SetParams, decimals: u8) -> Record {
    Record::row()
        .with("panel", params.panel)
        .with("quorum", params.quorum)
        .with("bond", Value::amount(params.bond, decimals))
        .with("fee", Value::amount(params.fee, decimals))
}

pub async fn round(context: &Context, address: Address) -> Result<(), CommandError> {
    let (now, decimals) = (context.now().await?, context.config().await?.stake_decimals);
    let round = super::find(context, address).await?;
    let set = super::set::find(context, round.set).await?;
    let judges = round.judges.iter().take(round.panel.into()).filter(|judge| judge.state != 0);
    let judges = judges.map(|judge| judge_row(judge, &set)).collect::<Vec<_>>();
    let record = Record::new(format!("Round {}", round.nonce))
        .with("round", address)
        .with("state", state(&round))
        .with("result", result(&round))
        .with("member", round.member)
        .with("host", round.host)
        .with("set", round.set)
        .with("seed", Value::hash_if_set(round.seed))
        .with("slot", round.slot)
        .with("draw_until_slot", round.draw_until())
        .with("opened_at", Value::Time(round.opened_at, now))
        .with("answer_until", Value::Time(round.answer_deadline()?, now))
        .with("readings_until", Value::Time(round.reading_deadline()?, now))
        .with("reveals_until", Value::Time(round.reveal_deadline()?, now))
        .with("opening_until", Value::Time(round.opening_deadline()?, now))
        .with("answered_at", Value::time_if_set(round.answered_at, now))
        .with("decided_at", Value::time_if_set(round.decided_at, now))
        .with("min_score", round.min_score)
        .with("score", round.score)
        .with("vram_mib", round.vram)
        .with("gpus", round.gpus)
        .with("claimed", round.claimed)
        .with("stake_decimals", decimals)
        .with("fee", Value::amount(round.fee, decimals))
        .with("paid", Value::amount(round.paid, decimals))
        .with("concluded", round.concluded != 0)
        .with("panel", judges);
    context.print(&record)
}

fn state(round: &Challenge) -> Value {
    match round.state {
        state if state == RoundState::Open as u8 => "open".into(),
        state if state == RoundState::Running as u8 => "running".into(),
        state if state == RoundState::Decided as u8 => "decided".into(),
        _ => Value::Nothing,
    }
}

fn result(round: &Challenge) -> Value {
    match round.result {
        1 => "passed".into(),
        2 => "failed".into(),
        3 => "no_answer".into(),
        4 => "void".into(),
        5 => "undrawn".into(),
        _ => Value::Nothing,
    }
}

fn judge_row(judge: &Judge, set: &AttestorSet) -> Record {
    let attestor = set.slot(judge.place).ok();
    let state = match judge.state {
        1 => "drawn",
        2 => "committed",
        3 => "revealed",
        _ => "settled",
    };
    let verdict = match judge.verdict {
        1 => Value::from("pass"),
        2 => "fail".into(),
        _ => Value::Nothing,
    };
    Record::row()
        .with("attestor", attestor.map(|attestor| attestor.key))
        .with("state", state)
        .with("verdict", verdict)
        .with("score", judge.score)
        .with("vram_mib", judge.vram)
        .with("gpus", judge.gpus)
        .with("stake", attestor.map(|attestor| attestor.stake))
}
