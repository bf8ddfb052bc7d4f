//! New terms of a market.

use {
    super::{authority::mine, show},
    crate::{
        amount,
        commands::{
            CommandError,
            lookup::{MarketRef, Place},
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_migrations::{Decimal, Deployment},
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Terms, TermsParams},
        instructions::market::{AnnounceTerms, announce_terms},
    },
    std::path::PathBuf,
};

/// What to change.
#[derive(Clone, Debug, clap::Args)]
pub struct Update {
    /// Its address, or AUTHORITY/NUMBER.
    market: MarketRef,
    /// A markets file, whose terms of this market's number are taken; what is named besides comes before them.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Payment tokens for one seat and hour.
    #[arg(long, value_name = "RATE")]
    rate_per_hour: Option<Decimal>,
    /// Whole tokens of the stake for each seat.
    #[arg(long)]
    bond: Option<Decimal>,
    /// Payment tokens for whoever enforces a deadline.
    #[arg(long)]
    tip: Option<Decimal>,
    /// Payment tokens of the last free place in line.
    #[arg(long)]
    queue_fee: Option<Decimal>,
    #[arg(long, value_parser = amount::duration)]
    min_duration: Option<u32>,
    #[arg(long, value_parser = amount::duration)]
    max_duration: Option<u32>,
    #[arg(long, value_parser = amount::duration)]
    queue_ttl: Option<u32>,
    #[arg(long, value_parser = amount::duration)]
    ack_window: Option<u32>,
    #[arg(long, value_parser = amount::duration)]
    heartbeat_interval: Option<u32>,
    #[arg(long, value_parser = amount::duration)]
    seat_lifetime: Option<u32>,
    /// Protocol fee in hundredths of a per cent.
    #[arg(long)]
    fee_bps: Option<u16>,
    /// Share of the bond that a missed start costs, in hundredths of a per cent.
    #[arg(long)]
    missed_ack_bps: Option<u16>,
    /// Share of the bond that a lost job costs, in hundredths of a per cent.
    #[arg(long)]
    sla_bps: Option<u16>,
    /// Hosts that may miss a job before it is refunded.
    #[arg(long)]
    attempts: Option<u8>,
    /// The attestors whose rounds count.
    #[arg(long, value_name = "SET")]
    attestor_set: Option<Address>,
    /// When they take effect, from now on [default: as soon as the notice allows].
    #[arg(long = "in", value_name = "DURATION", value_parser = amount::duration)]
    delay: Option<u32>,
}

pub async fn update(context: &Context, options: &Update) -> Result<(), CommandError> {
    let (_, found) = mine(context, options.market).await?;
    let place = context.place(options.market).await?;
    let base = match &options.file {
        Some(file) => from_file(file, &place)?,
        None => params(&place.terms),
    };
    let terms = options.over(base, &place)?;
    terms.check(place.market.tier()?, context.config().await?.min_bond)?;
    let number = found.next_terms_number()?;
    let effective_at = options.delay.map_or(0, |delay| place.now.saturating_add(delay.into()));
    let mut after = found;
    let in_effect = after.announce(number, &terms, &place.terms, effective_at, place.now)?;
    let announce = AnnounceTerms {
        authority: found.authority,
        payer: context.payer()?,
        market: place.address,
        in_force: place.terms.number,
        number,
        terms,
        effective_at,
    };
    let record = Record::new("Announced")
        .with("market", place.address)
        .with("number", number)
        .with("terms_account", address::terms(&place.address, number).0)
        .with("effective_at", Value::Time(in_effect, place.now))
        .with("decimals", place.payment.decimals)
        .with("stake_decimals", place.config.stake_decimals)
        .with("changes", changes(&place, &terms));
    context.confirm(Some(&record), "Announce these terms?")?;
    context.submit(record, &[announce_terms(announce)]).await
}

impl Update {
    /// The named changes over `base`.
    fn over(&self, base: TermsParams, place: &Place) -> Result<TermsParams, CommandError> {
        let pay = |what, typed: Option<Decimal>, before| {
            typed.map_or(Ok(before), |typed| amount::units(what, typed, place.payment.decimals))
        };
        let rate = self.rate_per_hour.map(|typed| amount::rate("--rate-per-hour", typed, place.payment.decimals));
        let bond = self.bond.map(|typed| amount::units("--bond", typed, place.config.stake_decimals));
        Ok(TermsParams {
            rate: rate.transpose()?.unwrap_or(base.rate),
            bond: bond.transpose()?.unwrap_or(base.bond),
            tip: pay("--tip", self.tip, base.tip)?,
            queue_fee: pay("--queue-fee", self.queue_fee, base.queue_fee)?,
            min_duration: self.min_duration.unwrap_or(base.min_duration),
            max_duration: self.max_duration.unwrap_or(base.max_duration),
            queue_ttl: self.queue_ttl.unwrap_or(base.queue_ttl),
            ack_window: self.ack_window.unwrap_or(base.ack_window),
            heartbeat_interval: self.heartbeat_interval.unwrap_or(base.heartbeat_interval),
            seat_lifetime: self.seat_lifetime.unwrap_or(base.seat_lifetime),
            fee_bps: self.fee_bps.unwrap_or(base.fee_bps),
            missed_ack_bps: self.missed_ack_bps.unwrap_or(base.missed_ack_bps),
            sla_bps: self.sla_bps.unwrap_or(base.sla_bps),
            attempts: self.attempts.unwrap_or(base.attempts),
            policy: base.policy,
            attestor_set: self.attestor_set.unwrap_or(base.attestor_set),
        })
    }
}

/// The terms that a markets file gives the market with this number.
fn from_file(file: &std::path::Path, place: &Place) -> Result<TermsParams, CommandError> {
    let deployment = Deployment::read(file)?;
    let id = place.market.id;
    let spec = deployment.market(id).ok_or_else(|| {
        let problem = format!("it has no market with the number {id}");
        CommandError::input(file.display(), problem, "a file with this market")
    })?;
    Ok(TermsParams { attestor_set: place.terms.attestor_set, ..spec.terms })
}

/// Terms as they are announced.
fn params(terms: &Terms) -> TermsParams {
    TermsParams {
        rate: terms.rate,
        bond: terms.bond,
        tip: terms.tip,
        queue_fee: terms.queue_fee,
        min_duration: terms.min_duration,
        max_duration: terms.max_duration,
        queue_ttl: terms.queue_ttl,
        ack_window: terms.ack_window,
        heartbeat_interval: terms.heartbeat_interval,
        seat_lifetime: terms.seat_lifetime,
        fee_bps: terms.fee_bps,
        missed_ack_bps: terms.missed_ack_bps,
        sla_bps: terms.sla_bps,
        attempts: terms.attempts,
        policy: terms.policy,
        attestor_set: terms.attestor_set,
    }
}

/// What differs between the terms in force and the announced ones.
fn changes(place: &Place, after: &TermsParams) -> Vec<Record> {
    let announced = Terms {
        rate: after.rate,
        bond: after.bond,
        tip: after.tip,
        queue_fee: after.queue_fee,
        min_duration: after.min_duration,
        max_duration: after.max_duration,
        queue_ttl: after.queue_ttl,
        ack_window: after.ack_window,
        heartbeat_interval: after.heartbeat_interval,
        seat_lifetime: after.seat_lifetime,
        fee_bps: after.fee_bps,
        missed_ack_bps: after.missed_ack_bps,
        sla_bps: after.sla_bps,
        attempts: after.attempts,
        policy: after.policy,
        attestor_set: after.attestor_set,
        ..place.terms
    };
    let [before, after] = [&place.terms, &announced].map(|terms| show::terms(place, terms, "").fields);
    let both = before.into_iter().zip(after);
    let changed = both.filter(|((_, before), (_, after))| before.json() != after.json());
    let row = |((name, before), (_, after)): ((std::borrow::Cow<'static, str>, Value), (_, Value))| {
        Record::row().with("term", name.into_owned()).with("before", before).with("after", after)
    };
    changed.map(row).collect()
}
