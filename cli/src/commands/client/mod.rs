//! `gpu-market client`: a client's prepaid escrow.

mod access;
mod money;
mod referrer;
mod show;

use {
    super::{
        CommandError,
        lookup::{AmountOrAll, MarketRef},
    },
    crate::context::Context,
    clap::Subcommand,
    gpu_market_migrations::Decimal,
    gpu_market_sdk::{Address, address, gpu_market::state::Client, rpc::Mint},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Deposits into the escrow, and opens it first if there is none.
    Fund {
        /// Whole tokens of the payment mint.
        amount: Decimal,
        #[command(flatten)]
        escrow: Escrow,
        /// Token account that the tokens come from [default: the wallet's own].
        #[arg(long, value_name = "TOKEN_ACCOUNT")]
        from: Option<Address>,
    },
    /// Withdraws what no job has reserved.
    Withdraw {
        /// Whole tokens of the payment mint, or ALL.
        amount: AmountOrAll,
        #[command(flatten)]
        escrow: Escrow,
        /// Token account that the tokens go to [default: the wallet's own].
        #[arg(long, value_name = "TOKEN_ACCOUNT")]
        to: Option<Address>,
    },
    /// Lets another key post, extend, cancel and end within a cap, or takes that back.
    Delegate(access::Delegate),
    /// Names the owner of the host that referred the client; only while the escrow owes no fees.
    Referrer(referrer::Referrer),
    /// Compares an escrow with its vault; while that is short, nothing enters. Anyone may.
    Check {
        #[command(flatten)]
        escrow: Escrow,
        /// Its owner [default: the key that acts].
        #[arg(long)]
        owner: Option<Address>,
    },
    /// Gives up all nonces below a floor: what was signed with one of them can never be posted.
    RaiseNonceFloor {
        /// The first nonce that can still be posted.
        floor: u64,
        #[command(flatten)]
        escrow: Escrow,
    },
    /// Shows what the escrow holds; all of an owner's escrows if no mint is named.
    Balance(show::Balance),
    /// Closes an escrow without jobs, and withdraws what is left.
    Close {
        #[command(flatten)]
        escrow: Escrow,
        /// Token account that the tokens go to [default: the wallet's own].
        #[arg(long, value_name = "TOKEN_ACCOUNT")]
        to: Option<Address>,
    },
}

/// Which escrow: a client has one for each payment mint.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Escrow {
    /// The payment mint.
    #[arg(long)]
    mint: Option<Address>,
    /// A market, whose payment mint is meant: its address, or AUTHORITY/NUMBER.
    #[arg(long)]
    market: Option<MarketRef>,
}

impl Escrow {
    /// The payment mint.
    pub async fn mint(&self, context: &Context) -> Result<Mint, CommandError> {
        let mint = match (self.mint, self.market) {
            (Some(mint), _) => mint,
            (None, Some(market)) => context.place(market).await?.market.payment_mint,
            (None, None) => return Err(CommandError::input("escrow", "no mint is named", "--mint or --market")),
        };
        Ok(context.connection.mint(&mint).await?)
    }
}

/// The escrow of an owner in a mint, which has to be there.
pub async fn find(context: &Context, owner: Address, mint: &Mint) -> Result<(Address, Client), CommandError> {
    let client = address::client(&owner, &mint.token.mint).0;
    let found = super::lookup::or_next(
        context.connection.get::<Client>(&client).await,
        || format!("escrow of {owner} in {}", mint.token.mint),
        || "open it with `gpu-market client fund`, or name another key with --keypair".to_owned(),
    )?;
    Ok((client, found))
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Fund { amount, escrow, from } => money::fund(context, amount, &escrow, from).await,
        Command::Withdraw { amount, escrow, to } => money::withdraw(context, amount, &escrow, to).await,
        Command::Delegate(delegate) => access::delegate(context, &delegate).await,
        Command::Referrer(options) => referrer::set(context, &options).await,
        Command::Check { escrow, owner } => referrer::check(context, owner, &escrow).await,
        Command::RaiseNonceFloor { floor, escrow } => access::raise_nonce_floor(context, floor, &escrow).await,
        Command::Balance(balance) => show::balance(context, &balance).await,
        Command::Close { escrow, to } => money::close(context, &escrow, to).await,
    }
}
