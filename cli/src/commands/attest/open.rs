//! Opening a round.

use {
    crate::{
        amount,
        commands::{
            CommandError,
            lookup::{MarketRef, or_next},
        },
        context::Context,
        keypair,
        output::{Record, Value},
    },
    gpu_market_migrations::Decimal,
    gpu_market_sdk::{
        Address, address,
        gpu_market::{error::MarketError, state::Member},
        instructions::attest::{OpenChallenge, open_challenge},
    },
    solana_signer::Signer,
};

/// Whose round, and who pays.
#[derive(Clone, Debug, clap::Args)]
pub struct Open {
    /// The market: its address, or AUTHORITY/NUMBER.
    market: MarketRef,
    /// Owner of the host [default: the host that the key that acts owns or operates].
    #[arg(long)]
    owner: Option<Address>,
    /// Key of the owner of the stake that pays the fee [default: the key that acts].
    #[arg(long, value_name = "KEYPAIR")]
    payer_owner: Option<String>,
    /// The most that is accepted, whole tokens of the stake [default: the set's fee].
    #[arg(long)]
    max_fee: Option<Decimal>,
}

pub async fn open(context: &Context, options: &Open) -> Result<(), CommandError> {
    let place = context.place(options.market).await?;
    let (key, host) = context.host(options.owner).await?;
    context.require_key(format!("the host {key}"), "owner or operator", &[host.owner, host.operator])?;
    let member_key = address::member(&place.address, &key).0;
    let member = or_next(
        context.connection.get::<Member>(&member_key).await,
        || format!("member of the host {key} in this market"),
        || format!("enter it: `gpu-market host enroll {0}`, or `host apply {0}` if it is premium", place.address),
    )?;
    if member.standing.open_round != 0 {
        let open = address::challenge(&member_key, member.standing.open_round).0;
        return Err(CommandError::rule(
            MarketError::RoundAlreadyOpen.rule().trim_end_matches('.'),
            format!("see what it waits for: `gpu-market attest show {open}`"),
        ));
    }
    let set = place.terms.attestor_set;
    if set == Address::default() {
        let next = "its authority names a set: `gpu-market market update MARKET --attestor-set SET`";
        return Err(CommandError::rule("the terms of this market name no attestors", next));
    }
    let mut found = super::set::find(context, set).await?;
    found.refresh(place.now);
    let fee = found.params.fee;
    let typed = options.max_fee.map(|typed| amount::units("--max-fee", typed, place.config.stake_decimals));
    let max_fee = typed.transpose()?.unwrap_or(fee);
    if fee > max_fee {
        let (fee, accepted) = (place.stake(fee).text(), place.stake(max_fee).text());
        return Err(CommandError::rule(
            format!("the set's fee is {fee}, above the {accepted} that you accept"),
            "raise --max-fee, or leave it out",
        ));
    }
    let further = options.payer_owner.as_deref().map(keypair::read).transpose()?;
    let nonce = member.standing.rounds.saturating_add(1);
    let round = address::challenge(&member_key, nonce).0;
    let open = OpenChallenge {
        authority: context.me()?,
        payer_owner: further.as_ref().map_or_else(|| context.me(), |key| Ok(key.pubkey()))?,
        rent_payer: context.payer()?,
        host_owner: host.owner,
        market: place.address,
        terms: place.terms.number,
        set,
        nonce,
        max_fee,
    };
    let record = Record::new("Round opened")
        .with("round", round)
        .with("nonce", nonce)
        .with("member", member_key)
        .with("set", set)
        .with("stake_decimals", place.config.stake_decimals)
        .with("fee", Value::amount(fee, place.config.stake_decimals))
        .hint(format!("next, in a few seconds: `gpu-market attest draw {round}`"));
    context.confirm(Some(&record), "Open this round?")?;
    context.submit_with(record, &[open_challenge(open)], &further.iter().collect::<Vec<_>>()).await
}
