//! Who and what takes part: keys, mints, markets, and where everything lies.

use {
    crate::ids::{ClientId, EmissionId, JobId, Key, MarketId, Mint, Party, RoundId, Spot, Wallet},
    gpu_market_sdk::{Address, address, digest, instructions::Token, svm::keypair},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::collections::HashMap,
};

/// Pays fees and all rent.
pub const PAYER: Key = Key(0);
pub const ADMIN: Key = Key(1);
pub const PAUSER: Key = Key(2);
/// Owner of the accounts that treasuries pay into.
pub const TREASURY: Key = Key(3);
/// Authority of most markets.
pub const AUTHORITY: Key = Key(4);
/// Authority of the others.
pub const RIVAL: Key = Key(5);
/// Creator of the sets of attestors.
pub const CREATOR: Key = Key(6);
pub const CRANK: Key = Key(7);
pub const ATTACKER: Key = Key(8);
/// Successor of admin and authorities.
pub const SUCCESSOR: Key = Key(9);
const FIRST_OWNER: u8 = 10;
/// Owners of client accounts.
pub const OWNERS: u8 = 5;
const FIRST_DELEGATE: u8 = FIRST_OWNER + OWNERS;
pub const DELEGATES: u8 = 2;
const FIRST_PARTY: u8 = FIRST_DELEGATE + DELEGATES;
pub const PARTIES: u8 = 8;
/// Numbers that a funder gives its emissions.
pub const EMISSIONS: u16 = 3;
/// Key pairs in all.
pub const KEYS: u8 = FIRST_PARTY + 2 * PARTIES;

/// What of a market never changes.
pub struct Place {
    /// Who created it, which its address is made of.
    pub creator: Key,
    pub id: u16,
    pub premium: bool,
    pub mint: Mint,
    pub feeder: Option<MarketId>,
    pub private: bool,
}

const fn place(creator: Key, id: u16, premium: bool, mint: Mint, feeder: Option<MarketId>, private: bool) -> Place {
    Place { creator, id, premium, mint, feeder, private }
}

/// Markets that exist from the beginning, and after [`FOUNDED`] those that actions create.
pub const MARKETS: [Place; 7] = [
    place(AUTHORITY, 1, false, Mint::Dollar, None, false),
    place(AUTHORITY, 2, true, Mint::Dollar, Some(MarketId(0)), false),
    place(RIVAL, 1, false, Mint::Euro, None, false),
    place(RIVAL, 2, true, Mint::Euro, Some(MarketId(2)), false),
    place(AUTHORITY, 3, false, Mint::Dollar, None, true),
    place(RIVAL, 3, false, Mint::Dollar, None, false),
    place(AUTHORITY, 4, true, Mint::Dollar, Some(MarketId(5)), false),
];

/// Markets that exist from the beginning.
pub const FOUNDED: u8 = 5;

/// Keys and addresses.
pub struct Cast {
    keys: Vec<Keypair>,
    tokens: [Token; 4],
    spots: HashMap<Spot, Address>,
    names: HashMap<Address, Spot>,
}

impl Cast {
    /// The cast, with the mints that were created for it in the order of [`Mint::ALL`].
    pub fn new(tokens: [Token; 4]) -> Self {
        let keys = (0..KEYS).map(key_pair).collect();
        let mut cast = Self { keys, tokens, spots: HashMap::new(), names: HashMap::new() };
        for spot in fixed_spots() {
            let address = cast.derive(spot);
            cast.spots.insert(spot, address);
            cast.names.insert(address, spot);
        }
        cast
    }

    pub fn pair(&self, key: Key) -> &Keypair {
        &self.keys[usize::from(key.0 % KEYS)]
    }

    pub fn pair_of(&self, address: &Address) -> Option<&Keypair> {
        match self.names.get(address) {
            Some(Spot::Key(key)) => Some(self.pair(*key)),
            _ => None,
        }
    }

    pub fn token(&self, mint: Mint) -> Token {
        self.tokens[mint as usize]
    }

    pub fn mint_of(&self, address: &Address) -> Option<Mint> {
        Mint::ALL.into_iter().find(|mint| self.token(*mint).mint == *address)
    }

    /// The address of a spot.
    pub fn at(&self, spot: Spot) -> Address {
        self.spots.get(&spot).copied().unwrap_or_else(|| self.derive(spot))
    }

    /// What lies at an address, if it is one of those that the cast begins with.
    pub fn name(&self, address: &Address) -> Option<Spot> {
        self.names.get(address).copied()
    }

    /// All key pairs and wallets.
    pub fn wallets() -> impl Iterator<Item = Wallet> {
        (0..KEYS).flat_map(|key| Mint::ALL.map(|mint| Wallet { key: Key(key), mint }))
    }

    fn derive(&self, spot: Spot) -> Address {
        let mint = |mint: Mint| self.token(mint).mint;
        match spot {
            Spot::Config => address::config().0,
            Spot::Key(key) => self.pair(key).pubkey(),
            Spot::Wallet(wallet) => keypair(&format!("token account {}", wallet_name(wallet))).pubkey(),
            Spot::Treasury(of) => address::treasury(&mint(of)).0,
            Spot::TreasuryVault(of) => address::treasury_vault(&mint(of)).0,
            Spot::Market(market) => {
                let place = &MARKETS[usize::from(market.0) % MARKETS.len()];
                address::market(&self.pair(place.creator).pubkey(), place.id).0
            }
            Spot::Terms(market, number) => address::terms(&self.market(market), number).0,
            Spot::Shard(market, index) => address::shard(&self.market(market), index).0,
            Spot::Client(client) => address::client(&self.pair(owner(client)).pubkey(), &mint(client.mint)).0,
            Spot::ClientVault(client) => address::client_vault(&self.client(client)).0,
            Spot::Job(job) => address::job(&self.client(job.client), job.nonce).0,
            Spot::Host(party) => address::host(&self.pair(party_owner(party)).pubkey()).0,
            Spot::Stake(party) => address::stake(&self.pair(party_owner(party)).pubkey()).0,
            Spot::StakeVault(party) => address::stake_vault(&self.stake(party)).0,
            Spot::Earnings(party, of) => address::earnings(&self.host(party), &mint(of)).0,
            Spot::Member(market, party) => address::member(&self.market(market), &self.host(party)).0,
            Spot::Credit(party, key) => address::credit(&self.stake(party), &self.pair(key).pubkey()).0,
            Spot::Set(id) => address::attestor_set(&self.pair(CREATOR).pubkey(), id).0,
            Spot::Round(round) => address::challenge(&self.member(round.market, round.host), round.nonce).0,
            Spot::Gpu(set, gpu) => address::gpu(&self.at(Spot::Set(set)), &gpu_uuid(gpu)).0,
            Spot::Pool(of) => address::reward_pool(&mint(of)).0,
            Spot::PoolVault(of) => address::reward_vault(&mint(of)).0,
            Spot::Position(of, party) => address::position(&self.at(Spot::Pool(of)), &self.stake(party)).0,
            Spot::Emission(of) => address::emission(&self.pair(of.funder).pubkey(), of.id).0,
            Spot::EmissionVault(of) => address::emission_vault(&self.emission(of)).0,
        }
    }

    pub fn key(&self, key: Key) -> Address {
        self.at(Spot::Key(key))
    }

    pub fn market(&self, market: MarketId) -> Address {
        self.at(Spot::Market(market))
    }

    pub fn client(&self, client: ClientId) -> Address {
        self.at(Spot::Client(client))
    }

    pub fn job(&self, job: JobId) -> Address {
        self.at(Spot::Job(job))
    }

    pub fn host(&self, party: Party) -> Address {
        self.at(Spot::Host(party))
    }

    pub fn stake(&self, party: Party) -> Address {
        self.at(Spot::Stake(party))
    }

    pub fn member(&self, market: MarketId, party: Party) -> Address {
        self.at(Spot::Member(market, party))
    }

    pub fn wallet(&self, wallet: Wallet) -> Address {
        self.at(Spot::Wallet(wallet))
    }

    pub fn round(&self, round: RoundId) -> Address {
        self.at(Spot::Round(round))
    }

    pub fn emission(&self, emission: EmissionId) -> Address {
        self.at(Spot::Emission(emission))
    }

    /// The emission at an address.
    pub fn emission_at(&self, address: &Address) -> Option<EmissionId> {
        match self.name(address) {
            Some(Spot::Emission(emission)) => Some(emission),
            _ => None,
        }
    }

    /// The client account at an address.
    pub fn client_at(&self, address: &Address) -> Option<ClientId> {
        match self.name(address) {
            Some(Spot::Client(client)) => Some(client),
            _ => None,
        }
    }

    /// Market and host of the member at an address.
    pub fn member_at(&self, address: &Address) -> Option<(MarketId, Party)> {
        match self.name(address) {
            Some(Spot::Member(market, party)) => Some((market, party)),
            _ => None,
        }
    }

    /// The market at an address.
    pub fn market_at(&self, address: &Address) -> Option<MarketId> {
        match self.name(address) {
            Some(Spot::Market(market)) => Some(market),
            _ => None,
        }
    }
}

fn key_pair(number: u8) -> Keypair {
    keypair(&format!("campaign {number}"))
}

/// The name that the embedded chain derives a wallet's address from.
pub fn wallet_name(wallet: Wallet) -> String {
    format!("campaign {} {:?}", wallet.key.0, wallet.mint)
}

/// Hash of the uuid of a physical GPU.
pub fn gpu_uuid(gpu: u8) -> [u8; 32] {
    digest::gpu_uuid(format!("campaign {gpu}").as_bytes())
}

/// Owner of a client account.
pub fn owner(client: ClientId) -> Key {
    Key(FIRST_OWNER + client.owner % OWNERS)
}

pub fn delegate(number: u8) -> Key {
    Key(FIRST_DELEGATE + number % DELEGATES)
}

pub fn party_owner(party: Party) -> Key {
    Key(FIRST_PARTY + 2 * (party.0 % PARTIES))
}

pub fn operator(party: Party) -> Key {
    Key(FIRST_PARTY + 2 * (party.0 % PARTIES) + 1)
}

pub fn parties() -> impl Iterator<Item = Party> {
    (0..PARTIES).map(Party)
}

pub fn markets() -> impl Iterator<Item = MarketId> {
    (0u8..).map(MarketId).take(MARKETS.len())
}

pub fn clients() -> impl Iterator<Item = ClientId> {
    (0..OWNERS).flat_map(|owner| Mint::PAYMENT.map(|mint| ClientId { owner, mint }))
}

/// Everything whose name holds no free number.
fn fixed_spots() -> Vec<Spot> {
    let mut spots = vec![Spot::Config];
    spots.extend((0..KEYS).map(|key| Spot::Key(Key(key))));
    spots.extend(Cast::wallets().map(Spot::Wallet));
    for mint in Mint::ALL {
        spots.extend([Spot::Treasury(mint), Spot::TreasuryVault(mint), Spot::Pool(mint), Spot::PoolVault(mint)]);
        spots.extend(parties().map(|party| Spot::Position(mint, party)));
    }
    let emissions = (0..KEYS).flat_map(|key| (0..EMISSIONS).map(move |id| EmissionId { funder: Key(key), id }));
    spots.extend(emissions.flat_map(|emission| [Spot::Emission(emission), Spot::EmissionVault(emission)]));
    for market in markets() {
        spots.push(Spot::Market(market));
        spots.extend((0..4).map(|index| Spot::Shard(market, index)));
        spots.extend((1..4).map(|number| Spot::Terms(market, number)));
    }
    spots.extend(clients().flat_map(|client| [Spot::Client(client), Spot::ClientVault(client)]));
    for party in parties() {
        spots.extend([Spot::Host(party), Spot::Stake(party), Spot::StakeVault(party)]);
        spots.extend(Mint::ALL.map(|mint| Spot::Earnings(party, mint)));
        spots.extend(markets().map(|market| Spot::Member(market, party)));
        spots.extend((0..OWNERS).map(|number| Spot::Credit(party, Key(FIRST_OWNER + number))));
    }
    spots.extend((1..3).map(Spot::Set));
    spots
}

/// What of a market never changes.
pub fn place_of(market: MarketId) -> &'static Place {
    &MARKETS[usize::from(market.0) % MARKETS.len()]
}
