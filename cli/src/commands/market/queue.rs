//! What anyone may do for a market's queue.

use {
    crate::{
        commands::{
            CommandError,
            lookup::{MarketRef, Place},
        },
        context::{Context, receipt_record},
        output::Record,
    },
    gpu_market_sdk::{
        Instruction,
        instructions::{queue, shard::grow_shard},
        placement::{self, Line},
    },
};

/// Moves seats to jobs until there is nothing to move. Others do the same at the same time, so every move is looked for
/// anew, and no more of them are made than there were jobs and seats at the beginning.
pub async fn rebalance(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    let place = context.place(market).await?;
    let spinner = context.spinner("looking for seats and jobs apart");
    let mut moves = Vec::new();
    let mut left = None;
    while left != Some(0) {
        let lines = lines(context, &place).await?;
        let waiting: usize = lines.iter().map(|line| usize::from(line.jobs.min(line.seats).max(1))).sum();
        left = Some(left.unwrap_or(waiting).saturating_sub(1));
        let Some((record, instruction)) = next(&place, &lines) else { break };
        let Some(receipt) = context.send(&[instruction], &[]).await? else { return Ok(()) };
        spinner.say(format!("{} brought together", moves.len() + 1));
        moves.push(record.and(receipt_record(&receipt)));
    }
    drop(spinner);
    let title = if moves.is_empty() { "Nothing to bring together" } else { "Brought together" };
    context.print(&Record::new(title).with("market", place.address).with("moves", moves))
}

async fn lines(context: &Context, place: &Place) -> Result<Vec<Line>, CommandError> {
    let shards = context.shards(&place.address, place.market.shards).await?;
    Ok(shards.iter().map(|shard| Line::of(shard, place.now)).collect())
}

/// A job and a seat at the heads of one shard, else the best move between two.
fn next(place: &Place, lines: &[Line]) -> Option<(Record, Instruction)> {
    let meet = |line: &&Line| {
        let heads = line.head_job.zip(line.head_seat);
        heads.is_some_and(|(job, seat)| seat.rate <= job.rate)
    };
    if let Some(line) = lines.iter().find(meet) {
        let record = Record::row().with("from", line.index).with("to", line.index);
        return Some((record, queue::match_heads(place.address, line.index)));
    }
    let choice = placement::to_rebalance(lines)?;
    let record = Record::row().with("from", choice.from).with("to", choice.to);
    Some((record, queue::rebalance(place.address, choice.from, choice.to)))
}

pub async fn grow(context: &Context, market: MarketRef, shard: u8) -> Result<(), CommandError> {
    let place = context.place(market).await?;
    if shard >= place.market.shards {
        let allowed = format!("0 to {}", place.market.shards.saturating_sub(1));
        return Err(CommandError::input(
            "SHARD",
            format!("the market has {} shards", place.market.shards),
            allowed,
        ));
    }
    let record = Record::new("Grown").with("market", place.address).with("shard", shard);
    context.confirm(Some(&record), "Pay the rent of 80 more places? It is a gift to who created the shard.")?;
    context.submit(record, &[grow_shard(context.payer()?, place.address, shard)]).await
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        bytemuck::Zeroable,
        gpu_market_sdk::{gpu_market::state::Terms, placement::Head},
    };

    fn place() -> Place {
        Place::with(Terms::zeroed(), 100)
    }

    fn line(index: u8, job: Option<u64>, seat: Option<u64>) -> Line {
        let head = |rate| Head { rate, since: 1 };
        let count = |some: Option<u64>| u16::from(some.is_some());
        Line {
            index,
            jobs: count(job),
            seats: count(seat),
            room: 9,
            head_job: job.map(head),
            head_seat: seat.map(head),
        }
    }

    #[test]
    fn a_job_and_a_seat_of_one_shard_come_before_those_of_two() {
        let lines = [line(0, None, Some(5)), line(1, Some(5), Some(5))];
        assert_eq!(next(&place(), &lines).unwrap().1, queue::match_heads(place().address, 1));
        let lines = [line(0, None, Some(5)), line(1, Some(5), Some(6))];
        assert_eq!(next(&place(), &lines).unwrap().1, queue::rebalance(place().address, 0, 1));
    }

    #[test]
    fn a_seat_that_wants_more_than_the_job_pays_is_left_alone() {
        assert!(next(&place(), &[line(0, Some(5), Some(6))]).is_none());
        assert!(next(&place(), &[line(0, None, None)]).is_none());
    }
}
