//! Seats.

use {
    super::Generator,
    crate::{
        action::{QueueAction, queue::Seat},
        cast::{CRANK, operator, party_owner, place_of},
        ids::{MarketId, Mint, Party, Wallet},
        model::{Model, line::Kind},
    },
};

impl Generator {
    pub(super) fn queue(&mut self, model: &Model) -> QueueAction {
        let market = self.dice.any_market();
        let shards = model.market_of(market).map_or(1, |book| book.shards.max(1));
        let right = self.dice.below(shards.into()) as u8;
        let shard = self.dice.shard(right);
        match self.dice.below(20) {
            0..10 => {
                let host = self.dice.any_party();
                QueueAction::Join(self.seat(model, host, market, shard))
            }
            10..13 => {
                let (node, host) = self.seat_in(model, market, shard);
                QueueAction::Renew { seat: self.seat(model, host, market, shard), node }
            }
            13..17 => {
                let (node, host) = self.seat_in(model, market, shard);
                let by = match self.dice.below(4) {
                    0 => party_owner(host),
                    1 => CRANK,
                    _ => operator(host),
                };
                QueueAction::Leave { by: self.dice.key(by), host, market, shard, node }
            }
            17..19 => QueueAction::Match { market, shard },
            _ => {
                let to = self.dice.below(shards.into()) as u8;
                QueueAction::Rebalance { market, from: shard, to }
            }
        }
    }

    fn seat(&mut self, model: &Model, host: Party, market: MarketId, shard: u8) -> Seat {
        Seat {
            by: self.dice.key(operator(host)),
            host,
            market,
            terms: self.terms(model, market),
            shard,
            min_rate: self.min_rate(model, market),
            access: self.access(model, market, host),
        }
    }

    /// A seat that waits or has lapsed in a shard, or anything.
    fn seat_in(&mut self, model: &Model, market: MarketId, shard: u8) -> (u16, Party) {
        let anything = (self.dice.below(120) as u16, self.dice.any_party());
        let Some(line) = model.line_of(market, shard) else { return anything };
        let seats: Vec<u16> = (0u16..)
            .zip(&line.nodes)
            .filter(|(_, node)| matches!(node.kind, Kind::Waiting | Kind::Lapsed))
            .map(|(index, _)| index)
            .collect();
        let Some(index) = self.dice.one(&seats) else { return anything };
        let member = line.node(index).and_then(|node| model.cast.member_at(&node.member));
        let host = member.map_or(anything.1, |(_, host)| host);
        (index, self.dice.party(host))
    }

    /// Worst rate that a host accepts: none, or about the rate in force.
    pub(super) fn min_rate(&mut self, model: &Model, market: MarketId) -> u64 {
        let rate = model
            .market_of(market)
            .map(|book| model.in_force(book))
            .and_then(|terms| model.terms.get(&model.cast.at(crate::ids::Spot::Terms(market, terms))))
            .map_or(0, |terms| terms.params.rate);
        match self.dice.below(20) {
            0 => u64::MAX,
            1 => rate.saturating_add(1),
            2..5 => rate,
            _ => 0,
        }
    }

    /// What shows that a host may enter, where that is asked for.
    pub(super) fn access(&mut self, _model: &Model, market: MarketId, host: Party) -> Option<Wallet> {
        let wallet = Wallet { key: party_owner(host), mint: Mint::Pass };
        let right = place_of(market).private.then_some(wallet);
        self.dice.mostly(right, |dice| Some(dice.wallet(wallet)))
    }
}
