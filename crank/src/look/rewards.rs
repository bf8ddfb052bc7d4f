//! What stakers and hosts are given: weights that a slash lowered, emissions, incentives.

use {
    super::{Outlook, Step, View},
    crate::Kind,
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{EmissionKind, Job},
        instructions::{Parties, rewards},
    },
};

/// Seconds between two looks at an emission of which less is due than is worth to be released.
const DAY: i64 = 86_400;

impl View<'_> {
    /// A pool that counts more than a stake weighs hands out less than it could.
    pub(super) fn position(&self, address: &Address) -> Option<Outlook> {
        let position = self.index.position(address)?;
        self.reads(position.stake);
        let stake = self.index.stake(&position.stake)?;
        if stake.weight().ok()? >= position.weight() {
            return None;
        }
        let pool = self.fixed(&position.pool, |index, address| index.pool(address))?;
        let why = format!("stake {} was slashed and weighs less than its pool counts", position.stake);
        let step = self.step(Kind::SyncWeight, why, || vec![rewards::sync_weight(position.stake, pool.mint)]);
        Some(Outlook { steps: vec![step], ..Outlook::default() })
    }

    /// What is due of an emission to stakers, once a day or when it is worth a sweep.
    pub(super) fn emission(&self, address: &Address) -> Option<Outlook> {
        let emission = self.index.emission(address)?;
        if !emission.is(EmissionKind::Stakers) || emission.left().ok()? == 0 {
            return None;
        }
        let mut after = *emission;
        let amount = after.release(self.now.unix).unwrap_or_default();
        if amount == 0 || (amount < self.policy.sweep_above && after.left().ok()? > 0) {
            let tomorrow = self.now.unix.max(emission.start).saturating_add(DAY);
            return Some(Outlook::at(if self.now.unix < emission.end {
                tomorrow.min(emission.end)
            } else {
                tomorrow
            }));
        }
        let token = self.token(emission.mint)?;
        let why = format!("{amount} base units of emission {address} are due to stakers");
        let step = self.step(Kind::ReleaseEmission, why, || vec![rewards::release_emission(*address, token)]);
        Some(Outlook { steps: vec![step], ..Outlook::default() })
    }

    /// What the incentive of its market that pays most pays the host of an ended job; nothing if none pays more than those
    /// before.
    pub(super) fn incentive(&self, address: &Address, job: &Job) -> Option<Step> {
        if job.evidenced == 0 {
            return None;
        }
        let settings = address::config().0;
        let config = self.fixed(&settings, |index, address| index.config(address))?;
        let market = self.fixed(&job.market, |index, address| index.market(address))?;
        let member = self.fixed(&job.member, |index, address| index.member(address))?;
        let paying = self.index.incentives(&job.market).filter_map(|(key, emission)| {
            let (mut emission, mut job) = (*emission, *job);
            let amount = emission.reward(&mut job, market, config, self.now.unix).ok()?;
            Some((*key, emission.mint, amount))
        });
        let (incentive, mint, amount) = paying.max_by_key(|(_, _, amount)| *amount)?;
        // Another job may spend it, or what is left of it this week.
        self.reads(incentive);
        let token = self.token(mint)?;
        let why = format!("incentive {incentive} pays {amount} base units for job {address}");
        let parties = Parties::of(*address, job, member);
        Some(self.step(Kind::PayIncentive, why, || vec![rewards::pay_incentive(incentive, parties, token)]))
    }
}
