//! What slashes left to harmed clients.

use {
    super::show::tranches,
    crate::{
        commands::CommandError,
        context::{Context, receipt_record},
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::Credit,
        instructions::stake::{ClaimCredit, claim_credit},
        rpc::Holds,
    },
    std::mem::offset_of,
};

/// Whose credits, and what to do with them.
#[derive(Clone, Debug, clap::Args)]
pub struct Credits {
    /// The client's owner [default: the key that acts].
    #[arg(long)]
    owner: Option<Address>,
    /// Claims what can be claimed; it goes to the owner's wallet.
    #[arg(long)]
    claim: bool,
}

pub async fn credits(context: &Context, options: &Credits) -> Result<(), CommandError> {
    let owner = options.owner.map_or_else(|| context.me(), Ok)?;
    let (now, mint) = (context.now().await?, context.stake_mint().await?);
    let found = context.connection.scan::<Credit>(&[Holds::at(offset_of!(Credit, beneficiary), owner)]).await?;
    if options.claim {
        return claim(context, owner, &found, now).await;
    }
    let mut rows = Vec::new();
    for (key, credit) in &found {
        let claimable = claimable(credit, now)?;
        rows.push(
            Record::row()
                .with("credit", *key)
                .with("stake", credit.stake)
                .with("amount", Value::amount(credit.claims.total()?, mint.decimals))
                .with("claimable", Value::amount(claimable, mint.decimals))
                .with("tranches", Value::Table(tranches(&credit.claims, now, mint.decimals))),
        );
    }
    let record = Record::row().with("owner", owner).with("decimals", mint.decimals).with("credits", rows);
    context.print(&record)
}

/// Base units that can be claimed by now.
fn claimable(credit: &Credit, now: i64) -> Result<u64, CommandError> {
    let mut claims = credit.claims;
    Ok(claims.take_unlocked(now)?)
}

/// Claims from each credit in a transaction of its own.
async fn claim(
    context: &Context,
    owner: Address,
    found: &[(Address, Credit)],
    now: i64,
) -> Result<(), CommandError> {
    let mint = context.stake_mint().await?;
    let (destination, mut create) = context.destination(owner, None, &mint).await?;
    let mut rows = Vec::new();
    for (key, credit) in found {
        let amount = claimable(credit, now)?;
        if amount == 0 {
            continue;
        }
        let claim = ClaimCredit {
            caller: context.me()?,
            beneficiary: owner,
            stake: credit.stake,
            token: mint.token,
            destination,
        };
        let instructions: Vec<_> = create.take().into_iter().chain([claim_credit(claim)]).collect();
        if let Some(receipt) = context.send(&instructions, &[]).await? {
            let row = Record::row().with("credit", *key).with("amount", Value::amount(amount, mint.decimals));
            rows.push(row.and(receipt_record(&receipt)));
        }
    }
    if context.is_dry_run() {
        return Ok(());
    }
    let title = if rows.is_empty() { "Nothing can be claimed yet" } else { "Claimed" };
    let record =
        Record::new(title).with("owner", owner).with("destination", destination).with("decimals", mint.decimals);
    context.print(&record.with("claims", rows))
}
