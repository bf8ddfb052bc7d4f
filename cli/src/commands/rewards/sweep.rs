//! Fees on their way to whom they belong.

use {
    crate::{
        commands::{
            CommandError,
            client::{Escrow, find},
            rewards::pool,
            stake,
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::{Client, FeeShares, Split},
        instructions::treasury::{self, SweepFees, sweep_fees},
        rpc::Mint,
    },
};

pub async fn sweep(context: &Context, owner: Option<Address>, escrow: &Escrow) -> Result<(), CommandError> {
    let owner = owner.map_or_else(|| context.me(), Ok)?;
    let mint = escrow.mint(context).await?;
    let (key, client) = find(context, owner, &mint).await?;
    let split = context.config().await?.split(context.now().await?);
    let (shares, owed_before) = shares(&client, &split)?;
    require_recipients(context, &mint, &split).await?;
    let due = owed_before.saturating_add(shares.referrer);
    let paid = if due > 0 && takes_pay(context, &client.referrer).await? { due } else { 0 };
    let amount = |units| Value::amount(units, mint.decimals);
    let record = Record::new("Swept")
        .with("client", key)
        .with("mint", mint.token.mint)
        .with("decimals", mint.decimals)
        .with("fees", amount(client.fees_owed))
        .with("to_stakers", amount(shares.stakers))
        .with("to_referrer", amount(paid))
        .with("to_treasury", amount(shares.treasury))
        .with("referrer", Value::address_if_set(client.referrer))
        .with("kept_for_referrer", amount(due.saturating_sub(paid)));
    let record = if paid < due {
        record.hint(
            "the referrer's earnings vault is closed or frozen: once it is not, the next sweep pays what is kept",
        )
    } else {
        record
    };
    context.submit(record, &[sweep_fees(SweepFees::of(key, &client, &split, mint.token.program))]).await
}

/// How the fees that a client owes are split, and what is kept for its referrer from before.
fn shares(client: &Client, split: &Split) -> Result<(FeeShares, u64), CommandError> {
    let mut client = *client;
    let (fees, kept) = client.take_fees()?;
    Ok((split.shares(fees, client.has_referrer())?, kept))
}

/// Refuses where the accounts are missing that fees go to.
async fn require_recipients(context: &Context, mint: &Mint, split: &Split) -> Result<(), CommandError> {
    let mint = mint.token.mint;
    pool::require_treasury(context, mint).await?;
    if split.stakers_bps > 0 {
        pool::find(context, mint).await?;
    }
    Ok(())
}

/// Whether an earnings vault is there to be paid into.
async fn takes_pay(context: &Context, vault: &Address) -> Result<bool, CommandError> {
    Ok(context.connection.token_account(vault).await?.is_some_and(|vault| !vault.is_frozen))
}

/// Moves the treasury's share of what was slashed from a stake to the treasury.
pub async fn sweep_slashes(context: &Context, owner: Address) -> Result<(), CommandError> {
    let (key, mut stake) = stake::find(context, owner).await?;
    let amount = stake.take_treasury_share()?;
    let mint = context.connection.mint(&stake.mint).await?;
    pool::require_treasury(context, mint.token.mint).await?;
    let record = Record::new("Swept")
        .with("stake", key)
        .with("mint", mint.token.mint)
        .with("decimals", mint.decimals)
        .with("to_treasury", Value::amount(amount, mint.decimals));
    context.submit(record, &[treasury::sweep_slashes(key, mint.token)]).await
}

#[cfg(test)]
mod tests {
    use {super::*, bytemuck::Zeroable};

    #[test]
    fn fees_are_split_as_the_program_splits_them_and_nothing_owed_is_refused_by_name() {
        let split = Split { stakers_bps: 5_000, referral_bps: 1_000 };
        let client = Client { fees_owed: 101, referral_owed: 7, ..Client::zeroed() };
        let unreferred = FeeShares { stakers: 50, referrer: 0, treasury: 51 };
        assert_eq!(shares(&client, &split).unwrap(), (unreferred, 7));
        let referred = Client { referrer: Address::new_from_array([1; 32]), ..client };
        let split_in_three = FeeShares { stakers: 50, referrer: 10, treasury: 41 };
        assert_eq!(shares(&referred, &split).unwrap(), (split_in_three, 7));
        let error = shares(&Client::zeroed(), &split).unwrap_err();
        assert!(error.exit_code() == 6 && error.to_string().contains("nothing to sweep"), "{error}");
    }
}
