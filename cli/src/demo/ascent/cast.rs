//! Who takes part in the ascent besides the crank: the host, its clients, and the attestors.

use {
    super::{
        chronicle::{Deed, Step},
        plot::Plot,
        proof::Device,
    },
    crate::{
        demo::{
            cast::{Client, Venue},
            chain::Chain,
            enlist,
        },
        error::CliError,
    },
    gpu_market_sdk::{
        Address, address,
        instructions::{Token, attest},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
};

pub const HOST: &str = "Hercules";
/// Names of clients.
pub const CLIENTS: [&str; 8] = ["Hypatia", "Sofia", "Srinivasa", "Niels", "Maryam", "Kurt", "Felix", "Mary"];
/// Names of attestors: judges of the dead and of the living.
pub const ATTESTORS: [&str; 16] = [
    "Minos",
    "Rhadamanthys",
    "Aeacus",
    "Themis",
    "Dike",
    "Astraea",
    "Nemesis",
    "Forseti",
    "Maat",
    "Anubis",
    "Osiris",
    "Mitra",
    "Varuna",
    "Shamash",
    "Yama",
    "Tyr",
];
/// MiB that the drivers of the host's GPUs report.
const VRAM: u32 = 12_288;

/// An attestor of the deployment's set.
pub struct Judge {
    pub name: &'static str,
    /// Owner of its stake.
    pub owner: Keypair,
    /// What it judges with.
    pub key: Keypair,
    pub stake: Address,
    pub wallet: Address,
}

/// The attestor set of the deployment with its attestors.
pub struct Bench {
    pub set: Address,
    /// The markets' authority.
    pub creator: Keypair,
    pub judges: Vec<Judge>,
    pub founded: Step,
}

impl Bench {
    /// Bonds the attestors of the plot in the set, which was just created.
    pub fn found(chain: &mut Chain, plot: &Plot, creator: &Keypair, stake: Token) -> Result<Self, CliError> {
        let spec = &plot.attestors;
        let set = address::attestor_set(&creator.pubkey(), spec.id).0;
        let mut judges = Vec::new();
        for name in ATTESTORS.into_iter().take(plot.bench()) {
            let owner = chain.key(&format!("{name} owner"));
            let key = chain.key(&format!("{name} attestor"));
            let staked = enlist::stake(chain, name, &owner, stake, spec.params.bond)?;
            let add = attest::add_attestor(creator.pubkey(), owner.pubkey(), set, key.pubkey());
            chain.send(add, &[creator, &owner])?;
            judges.push(Judge { name, owner, key, stake: staked.stake, wallet: staked.wallet });
        }
        let names: Vec<&str> = judges.iter().map(|judge| judge.name).collect();
        let (panel, quorum) = (spec.params.panel, spec.params.quorum);
        let what = format!(
            "{} bond {} each in the attestor set of the deployment",
            names.join(", "),
            chain.books.show(&stake.mint, spec.params.bond),
        );
        let rule = format!(
            "a round draws {panel} of them, {quorum} have to agree; whoever joins on the set's first day judges at once"
        );
        let founded = Step::new(chain.unix(), Deed::AttestorsBonded, what).by_rule(rule);
        Ok(Self { set, creator: creator.insecure_clone(), judges, founded })
    }
}

/// The host.
pub struct Hero {
    pub owner: Keypair,
    pub operator: Keypair,
    pub host: Address,
    pub stake: Address,
    /// Its owner's account of the staked token.
    pub wallet: Address,
    pub devices: Vec<Device>,
}

impl Hero {
    /// Registers the host with `amount` base units staked.
    pub fn enlist(chain: &mut Chain, plot: &Plot, stake: Token, amount: u64) -> Result<Self, CliError> {
        let host = enlist::host(chain, HOST)?;
        let staked = enlist::stake(chain, HOST, &host.owner, stake, amount)?;
        let devices = Device::of(HOST, plot.gpus, VRAM);
        let enlist::EnlistedHost { owner, operator, address } = host;
        Ok(Self { owner, operator, host: address, stake: staked.stake, wallet: staked.wallet, devices })
    }

    pub fn member(&self, venue: &Venue) -> Address {
        address::member(&venue.address, &self.host).0
    }
}

/// Clients with an escrow of `funds` base units each.
pub fn clients(
    chain: &mut Chain,
    plot: &Plot,
    token: Token,
    stake: Token,
    funds: u64,
) -> Result<Vec<Client>, CliError> {
    let mut clients = Vec::new();
    for name in CLIENTS.into_iter().take(plot.clients) {
        let owner = chain.key(name);
        let account = enlist::escrow(chain, name, &owner, token, funds)?;
        // Where a penalty would be claimed to.
        chain.fund(name, &owner.pubkey(), stake, 0)?;
        clients.push(Client { name, owner, accounts: [(token.mint, account)].into() });
    }
    Ok(clients)
}
