//! A markets file, checked and in the program's units.

use {
    crate::{
        AttestorsSpec, Decimal, FileError, RewardsSpec,
        check::{Table, repeated},
        file::{RawAdmission, RawFile, RawMarket, RawTerms, RawTier, RawToken},
    },
    gpu_market::{
        constants::{
            MAX_ACK_WINDOW, MAX_ATTEMPTS, MAX_FEE_BPS, MAX_GENESIS, MAX_HEARTBEAT, MAX_JOB_DURATION,
            MAX_MISSED_ACK_BPS, MAX_QUEUE_TTL, MAX_SEAT_LIFETIME, MAX_SHARDS, MAX_SLA_BPS, MAX_UNBONDING,
            MIN_ACK_WINDOW, MIN_HEARTBEAT, MIN_JOB_DURATION, MIN_QUEUE_TTL, MIN_SEAT_LIFETIME, MIN_UNBONDING,
        },
        state::{MarketParams, Policy, TermsParams, Tier},
    },
    gpu_market_sdk::{Address, address},
    std::path::Path,
};

const DAY: i64 = 86_400;
const DAY_SECONDS: u32 = 86_400;
const HOUR_SECONDS: u32 = 3_600;
/// Decimals that a mint of a deployment has at most.
const MAX_DECIMALS: u8 = 9;

/// A deployment: what should exist on a chain.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Mints that jobs are paid in, and the one that is staked.
    pub tokens: Vec<TokenSpec>,
    /// Protocol-wide settings about stake.
    pub stake: StakeSpec,
    /// Who judges hardware, in all markets of the deployment.
    pub attestors: Option<AttestorsSpec>,
    /// What becomes of fees; without it all of them are the treasury's.
    pub rewards: Option<RewardsSpec>,
    /// Markets, in the order of the file.
    pub markets: Vec<MarketSpec>,
    /// Hosts admitted into premium markets at genesis.
    pub admissions: Vec<AdmissionSpec>,
}

/// A mint by its symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSpec {
    /// Name inside the file.
    pub symbol: String,
    /// Decimals of the mint.
    pub decimals: u8,
    /// Address, if the mint exists already.
    pub mint: Option<Address>,
}

/// What the config says about stake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeSpec {
    /// Symbol of the staked token.
    pub token: String,
    /// Lowest bond per seat that terms may ask, base units.
    pub min_bond: u64,
    /// Seconds that unstaked tokens cool.
    pub unbonding: i64,
}

/// A market to open.
#[derive(Clone, Debug)]
pub struct MarketSpec {
    /// Number that the authority gives it.
    pub id: u16,
    /// GPU class.
    pub gpu: String,
    /// GPUs behind one seat.
    pub gpus_per_seat: u16,
    /// Tier.
    pub tier: Tier,
    /// Community market that a premium market promotes from.
    pub feeder: Option<u16>,
    /// Seconds from its creation in which hosts are admitted by hand; zero in a community market.
    pub genesis: i64,
    /// Symbol of the payment token.
    pub payment: String,
    /// Rate in tokens per hour, as written.
    pub rate_per_hour: Decimal,
    /// First terms, but for the attestor set; see [`Deployment::terms`].
    pub terms: TermsParams,
    /// Queue shards to create.
    pub shards: u8,
}

/// A host to admit at genesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionSpec {
    /// Number of a premium market.
    pub market: u16,
    /// Owner of the host.
    pub owner: Address,
    /// GPUs that it has proved.
    pub gpus: u16,
    /// SHA-256 of the evidence.
    pub evidence_hash: [u8; 32],
}

impl MarketSpec {
    /// What the market is created with at `now`, unix seconds.
    pub fn params(&self, now: i64) -> MarketParams {
        let mut gpu_class = [0; 32];
        gpu_class.iter_mut().zip(self.gpu.bytes()).for_each(|(to, from)| *to = from);
        let genesis_end = if self.genesis == 0 { 0 } else { now.saturating_add(self.genesis) };
        MarketParams {
            id: self.id,
            gpus_per_seat: self.gpus_per_seat,
            tier: self.tier as u8,
            gpu_class,
            genesis_end,
            access_mint: Default::default(),
        }
    }
}

impl Deployment {
    /// Reads a markets file.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let file = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|source| FileError::Unreadable { file: file.clone(), source })?;
        Self::parse(&file, &text)
    }

    /// Parses the text of a markets file; `file` is its name in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, FileError> {
        let raw = RawFile::parse(file, text)?;
        let tokens = tokens(file, &raw)?;
        let stake = stake(file, &raw, &tokens)?;
        let attestors = AttestorsSpec::parse(file, &raw, &tokens)?;
        let rewards = RewardsSpec::parse(file, &raw)?;
        let context = Context { file, raw: &raw, tokens: &tokens, stake: &stake };
        let markets = context.markets()?;
        let admissions = context.admissions(&markets)?;
        Ok(Self { tokens, stake, attestors, rewards, markets, admissions })
    }

    /// Address of the attestor set, which `authority` creates; the default address if the deployment has none.
    pub fn attestor_set(&self, authority: &Address) -> Address {
        self.attestors.map_or_else(Address::default, |spec| address::attestor_set(authority, spec.id).0)
    }

    /// First terms of a market that `authority` creates: those of the file, with the deployment's attestor set.
    pub fn terms(&self, market: &MarketSpec, authority: &Address) -> TermsParams {
        TermsParams { attestor_set: self.attestor_set(authority), ..market.terms }
    }

    /// A market by its number.
    pub fn market(&self, id: u16) -> Option<&MarketSpec> {
        self.markets.iter().find(|market| market.id == id)
    }

    /// A token by its symbol.
    pub fn token(&self, symbol: &str) -> Option<&TokenSpec> {
        self.tokens.iter().find(|token| token.symbol == symbol)
    }
}

fn tokens(file: &str, raw: &RawFile) -> Result<Vec<TokenSpec>, FileError> {
    let at = |index: usize| Table { file, path: format!("tokens[{index}]") };
    if let Some(index) = repeated(raw.tokens.iter().map(|token| &token.symbol)) {
        return Err(at(index).refuse("symbol", "it is defined twice", "one entry per symbol"));
    }
    raw.tokens.iter().enumerate().map(|(index, token)| checked_token(&at(index), token)).collect()
}

fn checked_token(table: &Table, raw: &RawToken) -> Result<TokenSpec, FileError> {
    table.name("symbol", &raw.symbol, 10)?;
    table.within("decimals", raw.decimals, 0..=MAX_DECIMALS)?;
    let mint = raw.mint.as_deref().map(|mint| key(table, "mint", mint)).transpose()?;
    Ok(TokenSpec { symbol: raw.symbol.clone(), decimals: raw.decimals, mint })
}

fn key(table: &Table, name: &str, text: &str) -> Result<Address, FileError> {
    text.parse().map_err(|_| table.refuse(name, format!("\"{text}\" is no address"), "32 bytes in base58"))
}

fn stake(file: &str, raw: &RawFile, tokens: &[TokenSpec]) -> Result<StakeSpec, FileError> {
    let table = Table { file, path: "stake".into() };
    let decimals = decimals(&table, "token", &raw.stake.token, tokens)?;
    let min_bond = table.positive("min_bond", raw.stake.min_bond, decimals)?;
    let days = |seconds: i64| seconds.checked_div(DAY).unwrap_or(0);
    let range = days(MIN_UNBONDING)..=days(MAX_UNBONDING);
    let unbonding = table.within("unbonding_days", i64::from(raw.stake.unbonding_days), range)?;
    Ok(StakeSpec { token: raw.stake.token.clone(), min_bond, unbonding: unbonding.saturating_mul(DAY) })
}

pub(crate) fn decimals(table: &Table, name: &str, symbol: &str, tokens: &[TokenSpec]) -> Result<u8, FileError> {
    table.known(name, symbol, tokens.iter().map(|token| token.symbol.as_str()))?;
    Ok(tokens.iter().find(|token| token.symbol == symbol).map_or(0, |token| token.decimals))
}

/// What markets and admissions are checked against.
struct Context<'a> {
    file: &'a str,
    raw: &'a RawFile,
    tokens: &'a [TokenSpec],
    stake: &'a StakeSpec,
}

impl<'a> Context<'a> {
    fn table(&self, list: &str, index: usize) -> Table<'a> {
        Table { file: self.file, path: format!("{list}[{index}]") }
    }

    fn markets(&self) -> Result<Vec<MarketSpec>, FileError> {
        let raw = &self.raw.markets;
        if raw.is_empty() {
            return Err(FileError::value(self.file, "markets", "there is none", "at least one [[markets]]"));
        }
        if let Some(index) = repeated(raw.iter().map(|market| market.id)) {
            return Err(self.table("markets", index).refuse("id", "it is used twice", "one market per number"));
        }
        let places = raw.iter().map(|market| (&market.gpu, market.tier, &market.payment));
        if let Some(index) = repeated(places) {
            let allowed = "one market per GPU class, tier and payment";
            return Err(self.table("markets", index).refuse("gpu", "such a market is defined already", allowed));
        }
        raw.iter().enumerate().map(|(index, market)| self.market(index, market)).collect()
    }

    fn market(&self, index: usize, raw: &RawMarket) -> Result<MarketSpec, FileError> {
        let table = self.table("markets", index);
        table.name("gpu", &raw.gpu, 32)?;
        table.within("gpus_per_seat", raw.gpus_per_seat, 1..=u16::MAX)?;
        table.within("shards", raw.shards, 1..=MAX_SHARDS)?;
        let (tier, genesis) = self.tier(&table, raw)?;
        Ok(MarketSpec {
            id: raw.id,
            gpu: raw.gpu.clone(),
            gpus_per_seat: raw.gpus_per_seat,
            tier,
            feeder: raw.feeder,
            genesis,
            payment: raw.payment.clone(),
            rate_per_hour: raw.rate_per_hour,
            terms: self.terms(&table, raw, tier)?,
            shards: raw.shards,
        })
    }

    /// Tier of a market and its genesis in seconds.
    fn tier(&self, table: &Table, raw: &RawMarket) -> Result<(Tier, i64), FileError> {
        if raw.tier == RawTier::Community {
            if raw.feeder.is_some() {
                return Err(table.refuse("feeder", "a community market has none", "nothing"));
            }
            if raw.genesis_days.is_some() {
                return Err(table.refuse("genesis_days", "a community market has none", "nothing"));
            }
            return Ok((Tier::Community, 0));
        }
        let feeders = self.raw.markets.iter();
        let mut feeders =
            feeders.filter(|market| market.tier == RawTier::Community && market.payment == raw.payment);
        if !feeders.any(|market| Some(market.id) == raw.feeder) {
            let problem = raw.feeder.map_or("it is missing".to_owned(), |id| format!("{id} is no such market"));
            return Err(table.refuse("feeder", problem, "the id of a community market with the same payment"));
        }
        let longest = MAX_GENESIS.checked_div(DAY).unwrap_or(0);
        let days = table.within("genesis_days", raw.genesis_days.map_or(0, i64::from), 1..=longest)?;
        Ok((Tier::Premium, days.saturating_mul(DAY)))
    }

    fn terms(&self, table: &Table, raw: &RawMarket, tier: Tier) -> Result<TermsParams, FileError> {
        table.known("terms", &raw.terms, self.raw.terms.keys().map(String::as_str))?;
        let Some(kind) = self.raw.terms.get(&raw.terms) else {
            return Err(table.refuse("terms", "it is not defined", "a [terms.NAME] of this file"));
        };
        check_terms(&Table { file: self.file, path: format!("terms.{}", raw.terms) }, kind)?;
        if tier == Tier::Community && kind.sla_bps != 0 {
            let problem = format!("[terms.{}] has sla_bps {}", raw.terms, kind.sla_bps);
            return Err(table.refuse("terms", problem, "terms with sla_bps = 0 in a community market"));
        }
        let payment = decimals(table, "payment", &raw.payment, self.tokens)?;
        let staked = decimals(table, "bond", &self.stake.token, self.tokens)?;
        let bond = table.amount("bond", raw.bond, staked)?;
        if bond < self.stake.min_bond {
            let allowed = format!("stake.min_bond ({}) or more", self.raw.stake.min_bond);
            return Err(table.refuse("bond", format!("{} is too low", raw.bond), allowed));
        }
        let terms = TermsParams {
            rate: table.rate("rate_per_hour", raw.rate_per_hour, payment)?,
            bond,
            tip: table.amount("tip", raw.tip, payment)?,
            queue_fee: table.amount("queue_fee", raw.queue_fee, payment)?,
            min_duration: kind.min_duration_seconds,
            max_duration: kind.max_duration_seconds,
            queue_ttl: kind.queue_ttl_seconds,
            ack_window: kind.ack_window_seconds,
            heartbeat_interval: kind.heartbeat_seconds,
            seat_lifetime: kind.seat_lifetime_seconds,
            fee_bps: kind.fee_bps,
            missed_ack_bps: kind.missed_ack_bps,
            sla_bps: kind.sla_bps,
            attempts: kind.attempts,
            policy: match tier {
                Tier::Community => Policy::default(),
                Tier::Premium => self.policy(table, raw, kind, payment, staked)?,
            },
            // The address of the set hangs on the authority, which the file does not name; see `Deployment::terms`.
            attestor_set: Address::default(),
        };
        // The program's own word on it, should it ever ask more than the checks above.
        terms
            .check(tier, self.stake.min_bond)
            .map(|()| terms)
            .map_err(|error| table.refuse("terms", error.rule(), error.remedy()))
    }

    /// What a premium market asks of its members: rules of its kind of terms, amounts of its own.
    fn policy(
        &self,
        table: &Table,
        raw: &RawMarket,
        kind: &RawTerms,
        payment: u8,
        staked: u8,
    ) -> Result<Policy, FileError> {
        let missing = |field: &str| table.refuse(field, "it is missing", "an amount, in a premium market");
        let path = format!("terms.{}.policy", raw.terms);
        let rules = Table { file: self.file, path };
        let Some(policy) = kind.policy else {
            return Err(rules.refuse(
                "min_completed",
                "there is no policy",
                "a [terms.NAME.policy] for a premium market",
            ));
        };
        let seconds = |name: &str, units: u32, each: u32| {
            let problem = || rules.refuse(name, format!("{units} is too much"), "less than 2³² seconds");
            units.checked_mul(each).ok_or_else(problem)
        };
        let floor = raw.collateral_floor.ok_or_else(|| missing("collateral_floor"))?;
        let volume = raw.min_volume.ok_or_else(|| missing("min_volume"))?;
        let ended_fees = raw.min_ended_fees.ok_or_else(|| missing("min_ended_fees"))?;
        Ok(Policy {
            min_volume: table.amount("min_volume", volume, payment)?,
            collateral_floor: table.amount("collateral_floor", floor, staked)?,
            min_ended_fees: table.amount("min_ended_fees", ended_fees, payment)?,
            min_completed: policy.min_completed,
            min_evidenced: seconds("min_evidenced_hours", policy.min_evidenced_hours, HOUR_SECONDS)?,
            min_score: policy.min_score,
            strike_cooldown: seconds("strike_cooldown_days", policy.strike_cooldown_days, DAY_SECONDS)?,
            min_ended: policy.min_ended,
            suspension: seconds("suspension_days", policy.suspension_days, DAY_SECONDS)?,
            cooldown: seconds("cooldown_days", policy.cooldown_days, DAY_SECONDS)?,
            promote_success_bps: policy.promote_success_bps,
            review_success_bps: policy.review_success_bps,
            review_missed_bps: policy.review_missed_bps,
            min_clients: policy.min_clients,
            ..Policy::default()
        })
    }

    fn admissions(&self, markets: &[MarketSpec]) -> Result<Vec<AdmissionSpec>, FileError> {
        let raw = self.raw.admissions.iter().enumerate();
        raw.map(|(index, raw)| admission(&self.table("admissions", index), raw, markets)).collect()
    }
}

fn check_terms(table: &Table, raw: &RawTerms) -> Result<(), FileError> {
    let longest =
        table.within("max_duration_seconds", raw.max_duration_seconds, MIN_JOB_DURATION..=MAX_JOB_DURATION)?;
    table.within("min_duration_seconds", raw.min_duration_seconds, MIN_JOB_DURATION..=longest)?;
    table.within("queue_ttl_seconds", raw.queue_ttl_seconds, MIN_QUEUE_TTL..=MAX_QUEUE_TTL)?;
    table.within("ack_window_seconds", raw.ack_window_seconds, MIN_ACK_WINDOW..=MAX_ACK_WINDOW)?;
    table.within("heartbeat_seconds", raw.heartbeat_seconds, MIN_HEARTBEAT..=MAX_HEARTBEAT)?;
    table.within("seat_lifetime_seconds", raw.seat_lifetime_seconds, MIN_SEAT_LIFETIME..=MAX_SEAT_LIFETIME)?;
    table.within("fee_bps", raw.fee_bps, 0..=MAX_FEE_BPS)?;
    table.within("missed_ack_bps", raw.missed_ack_bps, 0..=MAX_MISSED_ACK_BPS)?;
    table.within("sla_bps", raw.sla_bps, 0..=MAX_SLA_BPS)?;
    table.within("attempts", raw.attempts, 1..=MAX_ATTEMPTS)?;
    Ok(())
}

fn admission(table: &Table, raw: &RawAdmission, markets: &[MarketSpec]) -> Result<AdmissionSpec, FileError> {
    let market = markets.iter().find(|market| market.id == raw.market && market.tier == Tier::Premium);
    let market = market.ok_or_else(|| {
        table.refuse("market", format!("{} is no premium market", raw.market), "the id of a premium market")
    })?;
    table.within("gpus", raw.gpus, market.gpus_per_seat..=u16::MAX)?;
    let evidence_hash = hash(&raw.evidence_sha256).ok_or_else(|| {
        table.refuse("evidence_sha256", format!("\"{}\" is no hash", raw.evidence_sha256), "64 hexadecimal digits")
    })?;
    Ok(AdmissionSpec { market: raw.market, owner: key(table, "owner", &raw.owner)?, gpus: raw.gpus, evidence_hash })
}

/// 32 bytes from 64 hexadecimal digits.
fn hash(text: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| {
        let digits = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|d| d.is_ascii_hexdigit()));
        digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())
    };
    let bytes: Vec<u8> = pairs.iter().map(byte).collect::<Option<_>>()?;
    rest.is_empty().then(|| bytes.try_into().ok()).flatten()
}
