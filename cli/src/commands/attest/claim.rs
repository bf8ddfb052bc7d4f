//! GPUs that a round proved.

use {
    super::{find, measure::Measurement},
    crate::{
        commands::{CommandError, lookup::or_next},
        context::{Context, receipt_record},
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, address, digest,
        gpu_market::{
            error::MarketError,
            state::{Challenge, Gpu, Host, RoundResult, RoundState},
        },
        instructions::attest::{self, ClaimGpu},
    },
    std::path::Path,
};

/// Claims each GPU in a transaction of its own. One that another member holds is left out, and said.
pub async fn claim(context: &Context, round_key: Address, file: &Path) -> Result<(), CommandError> {
    let round = find(context, round_key).await?;
    require_passed(&round)?;
    let measured = Measurement::read(file)?;
    let (mut rows, mut left_out) = (Vec::new(), false);
    for (index, uuid_hash) in (0u16..).zip(&measured.gpus) {
        let is_done = round.claims_done.checked_shr(index.into()).unwrap_or_default() & 1 == 1;
        if is_done {
            continue;
        }
        let row = Record::row().with("gpu", address::gpu(&round.set, uuid_hash).0).with("index", index);
        let claim = ClaimGpu {
            payer: context.payer()?,
            challenge: round_key,
            member: round.member,
            set: round.set,
            uuid_hash: *uuid_hash,
            index,
            proof: digest::gpu_proof(&measured.gpus, index.into())?,
        };
        match context.send(&[attest::claim_gpu(claim)], &[]).await {
            Ok(Some(receipt)) => {
                rows.push(row.with("claimed", true).with("reason", Value::Nothing).and(receipt_record(&receipt)))
            }
            Ok(None) => return Ok(()),
            Err(CommandError::Rpc(error)) if error.refusal().is_some() => {
                left_out = true;
                rows.push(row.with("claimed", false).with("reason", error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    let title = match (rows.is_empty(), left_out) {
        (true, _) => "All are claimed",
        (false, true) => "Not all are claimed",
        (false, false) => "Claimed",
    };
    // The last claim concludes the round.
    let hint = if left_out {
        format!("next, when the time to claim is over: `gpu-market attest conclude {round_key}`")
    } else {
        format!("next: `gpu-market attest settle {round_key}`, `gpu-market attest close {round_key}`")
    };
    context.print(&Record::new(title).with("round", round_key).with("gpus", rows).hint(hint))
}

fn require_passed(round: &Challenge) -> Result<(), MarketError> {
    if round.state != RoundState::Decided as u8 {
        return Err(MarketError::RoundNotDecided);
    }
    if round.result == RoundResult::Passed as u8 { Ok(()) } else { Err(MarketError::RoundDidNotPass) }
}

pub async fn release(context: &Context, uuid: &str, set: Address) -> Result<(), CommandError> {
    let key = address::gpu(&set, &digest::gpu_uuid(uuid.as_bytes())).0;
    let gpu = or_next(
        context.connection.get::<Gpu>(&key).await,
        || format!("GPU {uuid} that was proved to {set}"),
        || "write its uuid as `nvidia-smi -L` does".to_owned(),
    )?;
    let me = context.me()?;
    if context.now().await? < gpu.expires_at {
        let host = or_next(
            context.connection.get::<Host>(&gpu.host).await,
            || format!("host any more that the GPU {uuid} belongs to"),
            || "its attestation expires, and then anyone releases it".to_owned(),
        )?;
        context.require_key(format!("the GPU {uuid}"), "owner", &[host.owner])?;
    }
    let record = Record::new("Released").with("gpu", key).with("member", gpu.member);
    context.confirm(Some(&record), "Give this GPU up? It no longer counts for its member.")?;
    context.submit(record, &[attest::release_gpu(me, key, &gpu)]).await
}
