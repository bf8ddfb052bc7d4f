//! The ascent of a host: from an unattested newcomer of a community market, by attestation and record, into its premium
//! market, down by a review, and up again. Told after the market day, on the same chain.

mod cast;
mod chronicle;
mod curtain;
mod facts;
mod plot;
mod proof;
mod rise;
mod round;
mod story;
mod work;

pub use {
    cast::{Bench, HOST},
    chronicle::Step,
    facts::AscentFacts,
    plot::Plot,
    proof::Fault,
    round::RoundFacts,
    work::Served,
};

use {
    super::{
        cast::{Client, Crank, Venue},
        chain::Chain,
        dice::Dice,
        world::World,
    },
    crate::{error::CliError, spec::JobSpec},
    cast::Hero,
    chronicle::Deed,
    facts::StateFacts,
    gpu_market::state::{Member, Policy},
    gpu_market_sdk::{
        Address, Instruction,
        instructions::{Token, market::FIRST_TERMS},
        svm::Execution,
    },
    serde::Serialize,
    solana_keypair::Keypair,
    std::collections::{BTreeMap, BTreeSet},
};

/// Number of the terms of every market here, and index of its only shard.
const TERMS: u32 = FIRST_TERMS;
const SHARD: u8 = 0;

/// One of the two markets of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Community,
    Premium,
}

/// The story as far as it was told, with its people.
pub struct Tale {
    plot: Plot,
    bench: Bench,
    hero: Hero,
    pub clients: Vec<Client>,
    community: Venue,
    premium: Venue,
    stake_token: Token,
    steps: Vec<Step>,
    jobs: Vec<Served>,
    rounds: Vec<RoundFacts>,
    /// What the host is when the story ends.
    state: Option<StateFacts>,
    dice: Dice,
    nonces: BTreeMap<Address, u64>,
    /// Jobs posted, so that clients take turns.
    posted: usize,
    /// Hashes of the GPUs that have an account.
    recorded: BTreeSet<[u8; 32]>,
    /// Accounts of the program that were there before, and stay.
    others: BTreeSet<Address>,
}

impl Tale {
    pub fn venue(&self, place: Place) -> &Venue {
        match place {
            Place::Community => &self.community,
            Place::Premium => &self.premium,
        }
    }

    fn spec(&self, place: Place) -> &JobSpec {
        let [community, premium] = &self.plot.specs;
        match place {
            Place::Community => community,
            Place::Premium => premium,
        }
    }

    fn policy(&self) -> &Policy {
        &self.premium.terms.policy
    }
}

/// The story while it is told.
pub struct Scene<'a> {
    chain: &'a mut Chain,
    crank: &'a Crank,
    tale: &'a mut Tale,
}

/// Tells the story from the host's arrival to its last job. The world has to have a bench.
pub fn tell(chain: &mut Chain, world: &mut World, plot: Plot, seed: u64) -> Result<Tale, CliError> {
    let missing = || CliError::Missing { kind: "attestor", address: plot.attestors.id.to_string() };
    let bench = world.bench.take().ok_or_else(missing)?;
    let mut tale = story::prepare(chain, world, plot, bench, Dice::new(!seed))?;
    Scene { chain, crank: &world.crank, tale: &mut tale }.play()?;
    Ok(tale)
}

/// Gives everything up that takes time to be given up.
pub fn retire(chain: &mut Chain, crank: &Crank, tale: &mut Tale) -> Result<(), CliError> {
    Scene { chain, crank, tale }.retire()
}

/// Closes every account that the story opened.
pub fn close(chain: &mut Chain, crank: &Crank, tale: &mut Tale) -> Result<(), CliError> {
    Scene { chain, crank, tale }.close()
}

impl Scene<'_> {
    fn send(&mut self, instruction: Instruction, signers: &[&Keypair]) -> Result<Execution, CliError> {
        self.chain.send(instruction, signers)
    }

    /// A step that happens now.
    fn step(&self, deed: Deed, what: impl Into<String>) -> Step {
        Step::new(self.chain.unix(), deed, what)
    }

    fn note(&mut self, step: Step) {
        self.tale.steps.push(step);
    }

    fn show(&self, token: Token, amount: u64) -> String {
        self.chain.books.show(&token.mint, amount)
    }

    /// The host's member of a market.
    fn member(&self, place: Place) -> Result<Member, CliError> {
        self.chain.get(&self.tale.hero.member(self.tale.venue(place)))
    }

    fn owner(&self) -> Keypair {
        self.tale.hero.owner.insecure_clone()
    }

    fn operator(&self) -> Keypair {
        self.tale.hero.operator.insecure_clone()
    }
}
