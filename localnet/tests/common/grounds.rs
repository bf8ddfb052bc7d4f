//! Proving grounds: a market and the premium market that it feeds, with three attestors.

use {
    super::{LAMPORTS, MARKETS, Place, localnet, place, user::User},
    crate::common::user::file,
    gpu_market_sdk::{Address, address},
};

/// Whole tokens that an attestor stakes, 100 of them as its bond.
const STAKED: &str = "150";

/// What an operator has created.
pub struct Grounds {
    name: String,
    pub operator: User,
    pub set: Address,
    pub community: Address,
    pub premium: Address,
    /// All of them are drawn.
    pub attestors: [User; 3],
    /// The first terms of the community market.
    pub place: Place,
}

impl Grounds {
    /// An operator's markets, in which a job done and a round passed earn a place.
    pub async fn new(name: &str) -> Self {
        let first = place(1).await;
        let operator = User::new(&format!("{name} operator"), first, 0).await;
        localnet().network.fund(&operator.key, 3 * LAMPORTS).await.expect("funded");
        let easy = [
            ("min_completed = 20", "min_completed = 1"),
            ("min_evidenced_hours = 10", "min_evidenced_hours = 0"),
            ("min_clients = 3", "min_clients = 1"),
            ("min_volume = \"0.03\"", "min_volume = \"0.000001\""),
        ];
        let markets = easy.iter().fold(MARKETS.to_owned(), |text, (from, to)| text.replacen(from, to, 1));
        let markets = file(&format!("{name} markets.toml"), &markets);
        let mint = |symbol: &str| format!("{symbol}={}", localnet().mints[symbol].mint);
        let (dollar, stake) = (mint("USDG"), mint("GPUM"));
        operator.does(&["market", "create", &markets, "--only", "1,2", "--mint", &dollar, "--mint", &stake]);
        let [community, premium] = [1, 2].map(|id| address::market(&operator.key, id).0);
        let set = address::attestor_set(&operator.key, 1).0;
        let mut attestors = Vec::new();
        for number in 1..=3 {
            let attestor = User::with_stake(&format!("{name} attestor {number}"), 150).await;
            attestor.does(&["stake", "add", STAKED]);
            let (set, key) = (set.to_string(), attestor.key.to_string());
            operator.does(&["attest", "set", "add", &set, &key, "--stake-owner", &attestor.file]);
            attestors.push(attestor);
        }
        User::new(&format!("{name} stranger"), first, 0).await;
        let attestors = attestors.try_into().unwrap_or_else(|_| panic!("three attestors"));
        let place = Place { market: community, ..first };
        Self { name: name.to_owned(), operator, set, community, premium, attestors, place }
    }

    /// Somebody who has nothing to do with it.
    pub fn stranger(&self) -> User {
        User::of_key(&format!("{} stranger", self.name))
    }

    /// A host that has applied for a place in the premium market, with the collateral for it.
    pub async fn candidate(&self, name: &str) -> User {
        let host = User::with_stake(name, 200).await;
        host.does(&["host", "register"]);
        host.does(&["stake", "add", "200"]);
        host.does(&["host", "apply", &self.premium.to_string()]);
        host.does(&["stake", "allocate", &self.premium.to_string(), "50"]);
        host
    }
}
