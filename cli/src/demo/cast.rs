//! Who takes part in a day.

use {
    gpu_market::state::{TermsParams, Tier},
    gpu_market_sdk::{Address, instructions::Token},
    serde::Serialize,
    solana_keypair::Keypair,
    std::collections::BTreeMap,
};

/// What a host does with the first job that it gets; afterwards it is honest, if it is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Vice {
    NeverAcknowledges,
    Dies,
    ReportsFault,
    FakesResult,
    NeverFinishes,
    Declines,
}

impl Vice {
    /// All of them. The one that never acknowledges stands last in line, so that its job goes to an honest host.
    pub const ALL: [Self; 6] = [
        Self::Dies,
        Self::ReportsFault,
        Self::FakesResult,
        Self::NeverFinishes,
        Self::Declines,
        Self::NeverAcknowledges,
    ];

    pub fn host_name(self) -> &'static str {
        match self {
            Self::NeverAcknowledges => "Somnus",
            Self::Dies => "Icarus",
            Self::ReportsFault => "Vulcan",
            Self::FakesResult => "Loki",
            Self::NeverFinishes => "Sisyphus",
            Self::Declines => "Momus",
        }
    }

    pub fn describe(self) -> &'static str {
        match self {
            Self::NeverAcknowledges => "never acknowledges its job",
            Self::Dies => "dies in the middle of a job",
            Self::ReportsFault => "reports a fault of its own",
            Self::FakesResult => "fakes a result",
            Self::NeverFinishes => "gives evidence and never finishes",
            Self::Declines => "declines a job by choice",
        }
    }

    /// Whether it shows best where a bond backs the promise.
    pub fn prefers_premium(self) -> bool {
        matches!(self, Self::Dies | Self::ReportsFault)
    }
}

/// What a client does with a job that it posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Story {
    Plain,
    CancelsQueued,
    CancelsAssigned,
    EndsEarly,
    Extends,
    /// Posted at night, when every host has left.
    NobodyTakes,
}

impl Story {
    pub const SPECIAL: [Self; 5] =
        [Self::CancelsQueued, Self::CancelsAssigned, Self::EndsEarly, Self::Extends, Self::NobodyTakes];

    pub fn describe(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::CancelsQueued => "client cancels it while queued",
            Self::CancelsAssigned => "client cancels it while assigned",
            Self::EndsEarly => "client ends it early",
            Self::Extends => "client extends it",
            Self::NobodyTakes => "nobody takes it",
        }
    }

    /// Whether it only happens to a job that runs.
    pub fn needs_run(self) -> bool {
        matches!(self, Self::EndsEarly | Self::Extends)
    }
}

/// A market of the day.
#[derive(Clone, Debug)]
pub struct Venue {
    pub id: u16,
    /// Short name, as it stands in reports.
    pub name: String,
    pub address: Address,
    pub tier: Tier,
    pub token: Token,
    pub terms: TermsParams,
    pub gpus_per_seat: u16,
}

pub struct Host {
    pub name: String,
    pub owner: Keypair,
    pub operator: Keypair,
    /// The host account.
    pub address: Address,
    pub stake: Address,
    pub member: Address,
    /// Index of its market among the venues.
    pub venue: usize,
    pub vice: Option<Vice>,
}

pub struct Client {
    pub name: &'static str,
    pub owner: Keypair,
    /// Client account by mint.
    pub accounts: BTreeMap<Address, Address>,
}

/// Moves the market along for tips.
pub struct Crank {
    pub key: Keypair,
    /// Token account for tips by mint.
    pub wallets: BTreeMap<Address, Address>,
}

pub const CRANK: &str = "Charon";
pub const CLIENTS: [&str; 6] = ["Ada", "Blaise", "Carl", "Emmy", "Grace", "Leonhard"];
/// Names of honest hosts; followed by a number when they run out.
pub const HONEST: [&str; 24] = [
    "Altair",
    "Bellatrix",
    "Capella",
    "Deneb",
    "Electra",
    "Fomalhaut",
    "Gacrux",
    "Hadar",
    "Izar",
    "Jabbah",
    "Kochab",
    "Lesath",
    "Mizar",
    "Nunki",
    "Orkaria",
    "Polaris",
    "Rigel",
    "Spica",
    "Tarazed",
    "Unukalhai",
    "Vega",
    "Wezen",
    "Yildun",
    "Zosma",
];
