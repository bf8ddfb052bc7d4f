//! What a post would reserve, and where it would go.

use {
    super::post::Wanted,
    crate::{
        amount::span,
        commands::{CommandError, lookup::Place},
        output::{Record, Value},
    },
    gpu_market_sdk::{
        decode::ShardAccount,
        gpu_market::{constants::pause, settlement::Quote},
        placement::{self, Line},
        quote,
    },
    std::hash::{BuildHasher, RandomState},
};

/// Where a job would go, and what it would reserve at most.
pub struct Offer {
    pub shard: u8,
    pub quote: Quote,
    pub deposit: u64,
    /// Whether a seat would take it at once.
    pub matched: bool,
    /// Jobs in line before it.
    pub ahead: u16,
}

/// Checks a wish against a market. Nothing is sent.
pub fn check(place: &Place, wanted: &Wanted) -> Result<(), CommandError> {
    require_open(place)?;
    require_rate(place, wanted.max_rate)?;
    require_duration(place, wanted)
}

/// Quotes a job that a waiting seat of `shard` takes.
pub fn targeted(place: &Place, wanted: &Wanted, shard: u8) -> Result<Offer, CommandError> {
    let quote = quote::matched(&place.terms, wanted.duration)?;
    Ok(Offer { shard, deposit: quote.deposit()?, quote, matched: true, ahead: 0 })
}

/// Quotes a job by the market's queue, where the draw of a shard puts it.
pub fn offer(place: &Place, shards: &[ShardAccount], wanted: &Wanted) -> Result<Offer, CommandError> {
    let lines: Vec<Line> = shards.iter().map(|shard| Line::of(shard, place.now)).collect();
    let random = RandomState::new().hash_one(std::process::id());
    let index = choose(&lines, place.terms.rate, random)?;
    let (shard, line) = pick(shards, &lines, index).ok_or_else(full)?;
    let matched = line.jobs == 0 && line.head_seat.is_some_and(|seat| seat.rate <= place.terms.rate);
    let quote = if matched {
        quote::matched(&place.terms, wanted.duration)?
    } else {
        quote::queued(&place.terms, wanted.duration, shard.into())?
    };
    Ok(Offer { shard: index, deposit: quote.deposit()?, quote, matched, ahead: line.jobs })
}

/// The shard to post a job at `rate` into; see [`placement::to_post`].
fn choose(lines: &[Line], rate: u64, random: u64) -> Result<u8, CommandError> {
    placement::to_post(lines, rate, random).ok_or_else(full)
}

fn full() -> CommandError {
    CommandError::rule(
        "every shard of the market's queue is full, so no job can wait in it",
        "post again when a host took one, post to a host of your choice with --to-host, or let somebody grow a shard: \
         `gpu-market market grow`",
    )
}

fn pick<'a>(shards: &'a [ShardAccount], lines: &'a [Line], index: u8) -> Option<(&'a ShardAccount, &'a Line)> {
    shards.iter().zip(lines).find(|(shard, _)| shard.shard.index == index)
}

fn require_open(place: &Place) -> Result<(), CommandError> {
    let by = if place.market.is_paused(pause::POSTING) {
        "its authority"
    } else if place.config.is_paused(pause::POSTING) {
        "the protocol's pauser"
    } else {
        return Ok(());
    };
    Err(CommandError::rule(
        format!("posting is paused in this market by {by}"),
        "wait, or choose another market: `gpu-market market list`",
    ))
}

fn require_rate(place: &Place, max_rate: u64) -> Result<(), CommandError> {
    if place.terms.rate <= max_rate {
        return Ok(());
    }
    let (rate, accepted) = (place.rate(place.terms.rate).text(), place.rate(max_rate).text());
    Err(CommandError::rule(
        format!("the market's rate is {rate}, above the {accepted} that you accept"),
        "raise --max-rate (max_rate_per_hour in a spec), or choose another market: `gpu-market market list`",
    ))
}

fn require_duration(place: &Place, wanted: &Wanted) -> Result<(), CommandError> {
    let bounds = place.terms.min_duration..=place.terms.max_duration;
    if bounds.contains(&wanted.duration) {
        return Ok(());
    }
    Err(CommandError::input(
        "duration",
        format!("{} is out of range in this market", span(wanted.duration.into())),
        format!("{} to {}", span((*bounds.start()).into()), span((*bounds.end()).into())),
    ))
}

/// The quote, for the question and the result.
pub fn record(place: &Place, wanted: &Wanted, offer: &Offer) -> Record {
    let waiting = if offer.matched {
        "taken at once by a waiting seat".to_owned()
    } else {
        format!("{} jobs before it", offer.ahead)
    };
    Record::row()
        .with("market", place.address)
        .with("mint", place.market.payment_mint)
        .with("decimals", place.payment.decimals)
        .with("spec_hash", wanted.spec_hash)
        .with("duration", Value::Span(wanted.duration.into()))
        .with("rate", place.rate(place.terms.rate))
        .with("pay_at_most", place.pay(offer.quote.pay))
        .with("fee_at_most", place.pay(offer.quote.fee))
        .with("tip", place.pay(offer.quote.tip))
        .with("queue_fee", place.pay(offer.quote.queue_fee))
        .with("deposit", place.pay(offer.deposit))
        .with("shard", offer.shard)
        .with("queue", waiting)
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        bytemuck::Zeroable,
        gpu_market_sdk::{gpu_market::state::Terms, placement::Head},
    };

    const RATE: u64 = 1_000_000;

    fn place() -> Place {
        Place::with(Terms { rate: RATE, ..Terms::zeroed() }, 0)
    }

    fn line(index: u8, jobs: u16, room: u32) -> Line {
        Line { index, jobs, seats: 0, room, head_job: None, head_seat: None }
    }

    #[test]
    fn a_full_queue_is_refused_with_what_else_there_is_to_do() {
        let error = choose(&[line(0, 80, 0), line(1, 80, 0)], RATE, 7).unwrap_err();
        assert_eq!(error.exit_code(), 6);
        let said = error.to_string();
        assert!(
            said.starts_with("every shard of the market's queue is full, so no job can wait in it; "),
            "{said}"
        );
        for way in ["post again when a host took one", "--to-host", "`gpu-market market grow`"] {
            assert!(said.contains(way), "{said}");
        }
    }

    #[test]
    fn a_queue_is_full_only_if_all_of_it_is_and_a_seat_takes_a_job_even_then() {
        assert_eq!(choose(&[line(0, 80, 0), line(1, 79, 1)], RATE, 7).unwrap(), 1);
        let seat = Head { rate: RATE, since: 1 };
        let seats_only = Line { seats: 80, head_seat: Some(seat), ..line(0, 0, 0) };
        assert_eq!(choose(&[seats_only], RATE, 7).unwrap(), 0);
        let dear = Line { head_seat: Some(Head { rate: RATE + 1, ..seat }), ..seats_only };
        assert_eq!(choose(&[dear], RATE, 7).unwrap_err().exit_code(), 6);
    }

    #[test]
    fn a_rate_above_what_is_accepted_is_refused_with_both() {
        let error = require_rate(&place(), RATE / 2).unwrap_err();
        assert_eq!(error.exit_code(), 6);
        let said = error.to_string();
        assert!(
            said.starts_with("the market's rate is 0.0036 per hour, above the 0.0018 per hour that you accept; "),
            "{said}"
        );
        assert!(said.contains("raise --max-rate") && said.contains("`gpu-market market list`"), "{said}");
        assert!(require_rate(&place(), RATE).is_ok());
    }
}
