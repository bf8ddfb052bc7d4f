//! `gpu-market market`: markets, their terms and their queues.

mod authority;
mod close;
mod create;
mod list;
mod load;
mod queue;
mod show;
mod update;
mod wait;

use {
    super::{
        CommandError,
        job::{Hash, hash},
        lookup::MarketRef,
        pause::Entries,
    },
    crate::context::Context,
    clap::Subcommand,
    gpu_market_sdk::Address,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Creates the markets of a file, with what they need; a second run creates what is missing.
    Create(create::Create),
    /// Lists markets with how many jobs and seats wait and how long a job would wait.
    List(list::List),
    /// Shows a market: its terms, announced ones too, and each shard of its queue.
    Show {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// Announces terms: those in force with the changes that are named.
    Update(Box<update::Update>),
    /// Stops entries of a market; what was stopped before and is not named goes on.
    Pause {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
        #[command(flatten)]
        entries: Entries,
    },
    /// Lets all entries of a market go on.
    Resume {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// Brings waiting jobs and seats together that different shards keep apart. Anyone may.
    Rebalance {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// Enlarges a shard of the queue by 80 places, for its rent. Anyone may.
    Grow {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
        /// Index of the shard.
        shard: u8,
    },
    /// Admits a candidate whose GPUs were proven, until the premium market's genesis ends.
    Admit {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
        /// Owner of the host, which has applied.
        owner: Address,
        /// GPUs that were proven.
        #[arg(long)]
        gpus: u16,
        /// SHA-256 of the evidence, 64 hexadecimal digits.
        #[arg(long, value_name = "HEX", value_parser = hash)]
        evidence_hash: Hash,
    },
    /// Proposes a successor of the authority, or takes a proposal back.
    ProposeAuthority {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
        /// The successor; none takes a proposal back.
        successor: Option<Address>,
    },
    /// Becomes the authority that was proposed.
    AcceptAuthority {
        /// Its address.
        market: MarketRef,
    },
    /// Closes a market without members, jobs and seats: its shards, its terms, and itself. All rent goes back.
    Close {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// Closes the last shard of the queue, which has to be empty; the market goes on with the others.
    CloseShard {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
    /// Closes all terms that were superseded; the market and its jobs go on.
    CloseTerms {
        /// Its address, or AUTHORITY/NUMBER.
        market: MarketRef,
    },
}

pub async fn run(command: Command, context: &Context) -> Result<(), CommandError> {
    match command {
        Command::Create(create) => create::create(context, &create).await,
        Command::List(list) => list::list(context, &list).await,
        Command::Show { market } => show::show(context, market).await,
        Command::Update(update) => update::update(context, &update).await,
        Command::Pause { market, entries } => authority::pause(context, market, entries.bits()).await,
        Command::Resume { market } => authority::pause(context, market, 0).await,
        Command::Rebalance { market } => queue::rebalance(context, market).await,
        Command::Grow { market, shard } => queue::grow(context, market, shard).await,
        Command::Admit { market, owner, gpus, evidence_hash } => {
            authority::admit(context, market, owner, gpus, evidence_hash.into()).await
        }
        Command::ProposeAuthority { market, successor } => authority::propose(context, market, successor).await,
        Command::AcceptAuthority { market } => authority::accept(context, market).await,
        Command::Close { market } => close::market(context, market).await,
        Command::CloseShard { market } => close::shard(context, market).await,
        Command::CloseTerms { market } => close::terms(context, market).await,
    }
}
