//! `gpu-market stake`: what backs a host, and what slashes of it left to harmed clients.

mod bond;
mod credits;
mod money;
mod positions;
mod show;

use {
    super::{
        CommandError,
        lookup::{AmountOrAll, MarketRef, or_next},
    },
    crate::context::Context,
    clap::Subcommand,
    gpu_market_migrations::Decimal,
    gpu_market_sdk::{Address, address, gpu_market::state::Stake},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Stakes tokens, and opens the stake first if there is none.
    Add {
        /// Whole tokens.
        amount: Decimal,
        /// Token account that the tokens come from [default: the wallet's own].
        #[arg(long, value_name = "TOKEN_ACCOUNT")]
        from: Option<Address>,
    },
    /// Makes free stake the collateral of the host's member in a market.
    Allocate {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
        /// Whole tokens, or ALL that is free.
        amount: AmountOrAll,
    },
    /// Takes collateral back that no bond and no floor binds.
    Deallocate {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
        /// Whole tokens, or ALL that is not bound.
        amount: AmountOrAll,
    },
    /// Starts the unbonding of free stake.
    RequestUnstake {
        /// Whole tokens, or ALL that is free.
        amount: AmountOrAll,
    },
    /// Makes cooling tokens stake again.
    Restake {
        /// Whole tokens, or ALL that is cooling.
        amount: AmountOrAll,
    },
    /// Withdraws what has finished unbonding.
    Withdraw {
        /// Token account that the tokens go to [default: the wallet's own].
        #[arg(long, value_name = "TOKEN_ACCOUNT")]
        to: Option<Address>,
    },
    /// Locks the stake: it weighs more in reward pools, and what is unstaked later cools for so long.
    Lock {
        /// Days, 14 to 365; never fewer than it is locked for.
        days: u16,
    },
    /// What the stake earns.
    #[command(subcommand)]
    Position(positions::Position),
    /// Claims what the stake has earned, in all mints if none is named.
    Claim {
        /// The only mint to claim in.
        #[arg(long)]
        mint: Option<Address>,
        /// Token account that the tokens go to [default: the wallet's own].
        #[arg(long, value_name = "TOKEN_ACCOUNT", requires = "mint")]
        to: Option<Address>,
    },
    /// Compares a stake with its vault; while that is short, nothing enters. Anyone may.
    Check {
        /// Its owner.
        owner: Address,
    },
    /// Shows a stake.
    Show {
        /// Its owner [default: the key that acts].
        #[arg(long)]
        owner: Option<Address>,
    },
    /// Shows what slashes left to a client's owner, and claims it with --claim.
    Credits(credits::Credits),
    /// Closes an empty stake.
    Close,
}

/// The stake of an owner, which has to be there.
pub async fn find(context: &Context, owner: Address) -> Result<(Address, Stake), CommandError> {
    let key = address::stake(&owner).0;
    let stake = or_next(
        context.connection.get::<Stake>(&key).await,
        || format!("stake of {owner}"),
        || "open it with `gpu-market stake add AMOUNT`, or name another key with --keypair".to_owned(),
    )?;
    Ok((key, stake))
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Add { amount, from } => money::add(context, amount, from).await,
        Command::Allocate { market, amount } => bond::allocate(context, market, amount).await,
        Command::Deallocate { market, amount } => bond::deallocate(context, market, amount).await,
        Command::RequestUnstake { amount } => money::request_unstake(context, amount).await,
        Command::Restake { amount } => money::restake(context, amount).await,
        Command::Withdraw { to } => money::withdraw(context, to).await,
        Command::Lock { days } => positions::lock(context, days).await,
        Command::Position(command) => positions::run(command, context).await,
        Command::Claim { mint, to } => positions::claim(context, mint, to).await,
        Command::Check { owner } => positions::check(context, owner).await,
        Command::Show { owner } => show::show(context, owner).await,
        Command::Credits(options) => credits::credits(context, &options).await,
        Command::Close => money::close(context).await,
    }
}
