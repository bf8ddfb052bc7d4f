//! Accounts that many commands begin with.

use {
    super::CommandError,
    crate::{
        amount,
        context::Context,
        output::{Record, Value},
    },
    gpu_market_migrations::{Decimal, DecimalError},
    gpu_market_sdk::{
        Address, address,
        decode::ShardAccount,
        gpu_market::state::{Config, Host, Market, Terms},
        rpc::{Holds, MarketInForce, Mint, RpcError},
    },
    std::{mem::offset_of, str::FromStr},
};

/// A market as people name it: by its address, or by its authority and number.
#[derive(Clone, Copy, Debug)]
pub struct MarketRef(pub Address);

impl FromStr for MarketRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no market; allowed: its address, or AUTHORITY/NUMBER");
        match text.split_once('/') {
            Some((authority, number)) => {
                let authority = authority.parse().map_err(|_| wrong())?;
                Ok(Self(address::market(&authority, number.parse().map_err(|_| wrong())?).0))
            }
            None => text.parse().map(Self).map_err(|_| wrong()),
        }
    }
}

/// A number of whole tokens, or everything.
#[derive(Clone, Copy, Debug)]
pub enum AmountOrAll {
    All,
    Amount(Decimal),
}

impl FromStr for AmountOrAll {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("all") { Ok(Self::All) } else { text.parse().map(Self::Amount) }
    }
}

impl AmountOrAll {
    /// Base units; `all` if everything is meant.
    pub fn units(self, what: &'static str, all: u64, decimals: u8) -> Result<u64, CommandError> {
        match self {
            Self::All => Ok(all),
            Self::Amount(typed) => Ok(amount::units(what, typed, decimals)?),
        }
    }
}

/// A market with its terms in force, and how its amounts are shown.
pub struct Place {
    pub address: Address,
    pub market: Market,
    pub terms: Terms,
    /// Unix seconds of the cluster.
    pub now: i64,
    pub payment: Mint,
    pub config: Config,
}

impl Place {
    /// Base units of the payment mint.
    pub fn pay(&self, units: u64) -> Value {
        Value::amount(units, self.payment.decimals)
    }

    /// Base units of the stake mint.
    pub fn stake(&self, units: u64) -> Value {
        Value::amount(units, self.config.stake_decimals)
    }

    pub fn rate(&self, micro: u64) -> Value {
        Value::rate(micro, self.payment.decimals)
    }

    pub fn time(&self, unix: i64) -> Value {
        Value::time_if_set(unix, self.now)
    }
}

#[cfg(test)]
impl Place {
    /// Somewhere with these terms, paid in a token of 6 decimals and staked in one of 9.
    pub fn with(terms: Terms, now: i64) -> Self {
        use {bytemuck::Zeroable, gpu_market_sdk::instructions::Token};
        let payment = Mint { token: Token::spl(Address::default()), decimals: 6 };
        let config = Config { stake_decimals: 9, ..Config::zeroed() };
        Self { address: Address::new_from_array([2; 32]), market: Market::zeroed(), terms, now, payment, config }
    }
}

/// The GPU class of a market.
pub fn gpu_class(market: &Market) -> String {
    String::from_utf8_lossy(&market.gpu_class).trim_end_matches('\0').to_owned()
}

pub fn tier(market: &Market) -> Value {
    market.tier().map_or(Value::Nothing, Value::name)
}

/// Base units of an amount that was typed in whole tokens for `what`.
pub fn units(what: &'static str, typed: Decimal, mint: &Mint) -> Result<u64, CommandError> {
    Ok(amount::units(what, typed, mint.decimals)?)
}

impl Context {
    pub async fn config(&self) -> Result<Config, CommandError> {
        or_next(
            self.connection.get(&address::config().0).await,
            || "config of the protocol on this cluster".to_owned(),
            || {
                "only the program's upgrade authority creates it: `gpu-market market create FILE --create-config`"
                    .to_owned()
            },
        )
    }

    /// The mint that is staked.
    pub async fn stake_mint(&self) -> Result<Mint, CommandError> {
        let config = self.config().await?;
        Ok(self.connection.mint(&config.stake_mint).await?)
    }

    pub async fn place(&self, market: MarketRef) -> Result<Place, CommandError> {
        let (found, config) = tokio::join!(self.connection.market(&market.0), self.config());
        let MarketInForce { address, market, terms, clock } = or_next_market(found, &market)?;
        let now = self.saw(clock).unix;
        let payment = self.connection.mint(&market.payment_mint).await?;
        Ok(Place { address, market, terms, now, payment, config: config? })
    }

    /// A market's account alone.
    pub async fn market(&self, market: MarketRef) -> Result<Market, CommandError> {
        or_next_market(self.connection.get(&market.0).await, &market)
    }

    /// All shards of a market, in order.
    pub async fn shards(&self, market: &Address, count: u8) -> Result<Vec<ShardAccount>, CommandError> {
        let addresses: Vec<Address> = (0..count).map(|index| address::shard(market, index).0).collect();
        let found = self.connection.find_all::<ShardAccount>(&addresses).await?.into_iter().zip(&addresses);
        let missing = |address: &Address| RpcError::Missing { account: "Shard", address: *address };
        Ok(found.map(|(shard, address)| shard.ok_or_else(|| missing(address))).collect::<Result<_, _>>()?)
    }

    /// The host of `owner`, or of the key that acts, be that its owner's or its operator's.
    pub async fn host(&self, owner: Option<Address>) -> Result<(Address, Host), CommandError> {
        let mine = match owner {
            Some(owner) => owner,
            None => self.me()?,
        };
        let address = address::host(&mine).0;
        if let Some(host) = self.connection.find::<Host>(&address).await? {
            return Ok((address, host));
        }
        let operated = self.connection.scan::<Host>(&[Holds::at(offset_of!(Host, operator), mine)]).await?;
        match operated.as_slice() {
            [host] => Ok(*host),
            [] => Err(CommandError::not_there(
                format!("host whose owner or operator is {mine}"),
                "register one with `gpu-market host register`, or name its owner with --owner",
            )),
            several => {
                let owners: Vec<_> = several.iter().map(|(_, host)| host.owner.to_string()).collect();
                Err(CommandError::input(
                    "host",
                    format!("{mine} operates several"),
                    format!("--owner, one of {}", owners.join(", ")),
                ))
            }
        }
    }

    /// Refuses a key that is none of `holders`, the first of which is named.
    pub fn require_key(
        &self,
        account: impl std::fmt::Display,
        role: &'static str,
        holders: &[Address],
    ) -> Result<(), CommandError> {
        let given = self.me()?;
        if holders.contains(&given) {
            return Ok(());
        }
        let holder = holders.first().copied().unwrap_or_default();
        Err(CommandError::WrongKey { account: account.to_string(), role, holder, given })
    }
}

/// Says what to do where an account is not there, instead of only saying so.
pub fn or_next<T>(
    found: Result<T, RpcError>,
    what: impl FnOnce() -> String,
    next: impl FnOnce() -> String,
) -> Result<T, CommandError> {
    found.map_err(|error| match error {
        RpcError::Missing { .. } => CommandError::not_there(what(), next()),
        other => other.into(),
    })
}

fn or_next_market<T>(found: Result<T, RpcError>, market: &MarketRef) -> Result<T, CommandError> {
    or_next(
        found,
        || format!("market at {}", market.0),
        || "see which there are: `gpu-market market list`".to_owned(),
    )
}

/// What a row about a market begins with.
pub fn market_row(address: Address, market: &Market) -> Record {
    Record::row().with("market", address).with("gpu", gpu_class(market)).with("tier", tier(market))
}

/// A proposal of a successor, who accepts it with a command; of nobody, that the one before was taken back.
pub fn proposal(successor: Address, fields: Record, accept: &str) -> Record {
    if successor == Address::default() {
        return Record::new("Proposal taken back").and(fields);
    }
    Record::new("Proposed").and(fields).hint(format!("next: the successor runs `{accept}`"))
}
