//! Into a market.

use {
    crate::{
        amount::Amount,
        commands::{
            CommandError,
            lookup::{MarketRef, Place, gpu_class},
            wallet,
        },
        context::Context,
        output::Record,
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        gpu_market::state::{Host, Member, Tier},
        instructions::{Token, host, member},
    },
};

pub async fn enroll(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    enter(context, market, Tier::Community, member::enroll).await
}

pub async fn apply(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    enter(context, market, Tier::Premium, member::apply).await
}

async fn enter(
    context: &Context,
    market: MarketRef,
    tier: Tier,
    build: fn(member::Enroll) -> Instruction,
) -> Result<(), CommandError> {
    let place = context.place(market).await?;
    require_tier(&place, tier)?;
    let (key, host) = context.host(None).await?;
    context.require_key(format!("the host {key}"), "owner", &[host.owner])?;
    let member = address::member(&place.address, &key).0;
    if context.connection.find::<Member>(&member).await?.is_some() {
        let next = "see it with `gpu-market host status`";
        return Err(CommandError::rule(format!("the host {key} is in this market already"), next));
    }
    let (owner, payer, token) = (host.owner, context.payer()?, place.payment.token);
    let earnings = address::earnings(&key, &token.mint).0;
    let is_open = context.connection.token_account(&earnings).await?.is_some();
    let mut instructions: Vec<Instruction> =
        (!is_open).then(|| host::open_earnings(owner, token)).into_iter().collect();
    let access = access(context, &place, &host).await?;
    instructions.push(build(member::Enroll { owner, payer, market: place.address, token, access }));
    let (title, next) = match tier {
        Tier::Community => ("Enrolled", "allocate"),
        Tier::Premium => ("Applied", "missing"),
    };
    let bond = Amount { units: place.terms.bond, decimals: place.config.stake_decimals };
    let next = if next == "allocate" {
        format!("next: `gpu-market stake allocate {} AMOUNT`: a seat here asks a bond of {bond}", place.address)
    } else {
        format!("next: `gpu-market host missing {}`", place.address)
    };
    let record = Record::new(format!("{title}: {}", gpu_class(&place.market)))
        .with("member", member)
        .with("market", place.address)
        .with("host", key)
        .with("earnings", earnings)
        .hint(next);
    context.submit(record, &instructions).await
}

fn require_tier(place: &Place, tier: Tier) -> Result<(), CommandError> {
    match (place.market.tier()?, tier) {
        (Tier::Premium, Tier::Community) => Err(CommandError::rule(
            "a premium market takes nobody by enrolling",
            format!("apply for a place: `gpu-market host apply {}`", place.address),
        )),
        (Tier::Community, Tier::Premium) => Err(CommandError::rule(
            "a community market needs no application",
            format!("enroll: `gpu-market host enroll {}`", place.address),
        )),
        _ => Ok(()),
    }
}

/// The token account that opens the market to the host: its owner's or its operator's wallet of the access mint; none if
/// the market asks for none.
pub async fn access(context: &Context, place: &Place, host: &Host) -> Result<Option<Address>, CommandError> {
    let mint = place.market.access_mint;
    if mint == Address::default() {
        return Ok(None);
    }
    let token: Token = context.connection.mint(&mint).await?.token;
    for holder in [host.owner, host.operator] {
        let account = wallet::wallet(&holder, &token);
        if context.connection.token_account(&account).await?.is_some_and(|account| account.amount > 0) {
            return Ok(Some(account));
        }
    }
    Err(CommandError::rule(
        format!("this market takes only hosts that hold a token of {mint}"),
        format!("send one to the wallet of {} or of {}", host.owner, host.operator),
    ))
}
