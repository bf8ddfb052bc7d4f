//! Time, gifts, frozen accounts.

use {
    super::Generator,
    crate::{
        action::Outside,
        cast::{owner, party_owner},
        ids::{JobId, Mint, RoundId, Spot, Wallet},
        model::{Model, settle::state},
    },
};

impl Generator {
    /// Some time passes: mostly a little, now and then to the edge of a deadline, seldom weeks.
    pub(super) fn time(&mut self, model: &Model) -> Outside {
        let seconds = match self.dice.below(400) {
            0..250 => self.dice.within(1, 45),
            250..330 => self.dice.within(30, 130),
            330..380 => self.deadline(model),
            380..392 => self.dice.within(600, 4_000),
            392..397 => self.dice.within(4_000, 90_000),
            397..399 => self.dice.within(86_400, 8 * 86_400),
            _ => self.dice.within(7 * 86_400, 22 * 86_400),
        };
        let seconds = u32::try_from(seconds).unwrap_or(1);
        if self.dice.below(14) == 0 { Outside::Halt { seconds } } else { Outside::Advance { seconds } }
    }

    /// Seconds to the edge of some job's next deadline.
    fn deadline(&mut self, model: &Model) -> u64 {
        let live: Vec<_> = model.jobs.iter().filter(|(_, job)| !job.is_terminal()).collect();
        let Some((address, job)) = self.dice.one(&live) else { return 60 };
        let at = if job.state == state::RUNNING {
            let lost = job.last_at + 3 * i64::from(job.heartbeat_interval);
            lost.min(job.started_at + i64::from(job.duration))
        } else {
            match model.node_of(address) {
                Some((_, node)) if node.kind == crate::model::line::Kind::Assigned => {
                    node.since + i64::from(job.ack_window)
                }
                _ => job.created_at + i64::from(job.queue_ttl),
            }
        };
        let edge = [-1, 0, 1, 59, 60, 61];
        let at = at + self.dice.one(&edge).unwrap_or(0);
        u64::try_from(at - model.now.0).unwrap_or(1).clamp(1, 20_000)
    }

    /// What somebody does to accounts that are not theirs.
    pub(super) fn meddling(&mut self, _model: &Model) -> Outside {
        match self.dice.below(20) {
            0..5 => Outside::GiveTokens { to: self.vault(), amount: 1 + self.dice.below(1_000_000) },
            5..12 => Outside::GiveLamports { to: self.spot(), lamports: 1 + self.dice.below(10_000_000) },
            12..14 => Outside::Freeze(self.vault()),
            _ => Outside::Thaw(self.vault()),
        }
    }

    fn vault(&mut self) -> Spot {
        let (client, party) = (self.dice.any_client(), self.dice.any_party());
        match self.dice.below(14) {
            0..4 => Spot::ClientVault(client),
            4..6 => Spot::StakeVault(party),
            6..9 => Spot::Earnings(party, client.mint),
            9 => Spot::TreasuryVault(client.mint),
            10 => Spot::Wallet(Wallet { key: owner(client), mint: client.mint }),
            11 => Spot::PoolVault(self.pool_mint()),
            12 => Spot::EmissionVault(self.emission_id()),
            _ => Spot::Wallet(Wallet { key: party_owner(party), mint: Mint::Pass }),
        }
    }

    /// Any address of the program, in use or not.
    pub(super) fn spot(&mut self) -> Spot {
        let (client, party, market) = (self.dice.any_client(), self.dice.any_party(), self.dice.any_market());
        let number = self.dice.below(60);
        match self.dice.below(25) {
            0..4 => Spot::Job(JobId { client, nonce: number }),
            4 => Spot::Client(client),
            5 => Spot::ClientVault(client),
            6 => Spot::Host(party),
            7 => Spot::Stake(party),
            8 => Spot::StakeVault(party),
            9 => Spot::Earnings(party, client.mint),
            10 => Spot::Member(market, party),
            11 => Spot::Credit(party, owner(client)),
            12 => Spot::Market(market),
            13 => Spot::Terms(market, 1 + number as u32 % 4),
            14 => Spot::Shard(market, number as u8 % 4),
            15 => Spot::Treasury(client.mint),
            16 => Spot::TreasuryVault(client.mint),
            17 => Spot::Round(RoundId { market, host: party, nonce: 1 + number as u32 % 3 }),
            18 => Spot::Gpu(1, number as u8 % 16),
            19 => Spot::Pool(self.pool_mint()),
            20 => Spot::PoolVault(self.pool_mint()),
            21 => Spot::Position(self.pool_mint(), party),
            22 => Spot::Emission(self.emission_id()),
            23 => Spot::EmissionVault(self.emission_id()),
            _ => Spot::Set(1 + (number % 2) as u16),
        }
    }
}
