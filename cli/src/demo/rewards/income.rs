//! After the day: what a slash leaves of a weight, what the sweeps brought in, and what hosts are paid on top.

use {
    super::{Deed, Season, Step, claimable, coins, config, key, wallet},
    crate::{demo::day::Day, error::CliError},
    gpu_market::state::{Emission, Job, Market, RewardPosition, Stake},
    gpu_market_sdk::{
        Address,
        error::Refusal,
        instructions::rewards::{claim_rewards, pay_incentive, sync_weight},
        rewards,
    },
};

impl Season {
    /// Has the pools count what slashed stakes still weigh.
    pub fn sync(&mut self, day: &mut Day) -> Result<(), CliError> {
        for index in 0..self.stakers.len() {
            let Some(staker) = self.stakers.get(index) else { continue };
            let (name, address) = (staker.name.clone(), staker.stake);
            let stake: Stake = day.chain.get(&address)?;
            let mut before = None;
            for coin in coins(&day.chain) {
                let mint = coin.token.mint;
                let position: RewardPosition = day.chain.get(&self.stakers[index].position(&mint))?;
                if rewards::needs_sync(&position, &stake).map_err(Refusal::from)? {
                    before = Some(position.weight());
                    day.chain.send(sync_weight(address, mint), &[])?;
                }
            }
            if let Some(before) = before {
                let after = stake.weight().map_err(Refusal::from)?;
                let what = format!("{name} was slashed: anybody lowers its weight from {before} to {after}");
                let rule = "a slash touches no pool; until somebody syncs it, a claim counts the lower weight";
                self.note(&day.chain, Deed::WeightSynced, what, rule);
            }
        }
        Ok(())
    }

    /// What the sweeps after the day brought to whom; and who stakes only for a sweep gets nothing of it.
    pub fn swept(&mut self, day: &mut Day) -> Result<(), CliError> {
        for coin in coins(&day.chain) {
            let income = day.chain.tally.of(&coin.token.mint);
            if income.swept > 0 {
                let what = format!(
                    "{} {} of fees swept: {} to stakers, {} to referrers, {} to the treasury",
                    coin.show(income.swept),
                    coin.symbol,
                    coin.show(income.to_stakers),
                    coin.show(income.to_referrers),
                    coin.show(income.to_treasury),
                );
                self.note(
                    &day.chain,
                    Deed::FeesSwept,
                    what,
                    "anybody sweeps; what is swept reaches stakers over 7 days",
                );
            }
            self.claim_at_once(day, coin.token)?;
        }
        self.pay_hosts(day)
    }

    fn claim_at_once(&mut self, day: &mut Day, token: gpu_market_sdk::instructions::Token) -> Result<(), CliError> {
        let Some(staker) = self.stakers.last() else {
            return Ok(());
        };
        if claimable(&day.chain, staker, &token.mint)? > 0 {
            return Ok(());
        }
        let destination = wallet(&day.chain, &staker.name, &token.mint)?;
        let claim = claim_rewards(key(&staker.owner), token, destination);
        let refusal = day.chain.refused(claim, &[&staker.owner])?;
        let what = format!("{} claims in the second of the sweep", staker.name);
        let step = Step::new(day.chain.unix(), Deed::ClaimRefused, what).refused(refusal);
        self.steps.push(step.by_rule("rewards are streamed: staking just for a sweep earns nothing of it"));
        Ok(())
    }

    /// Every ended job of the rewarded market that the program pays for.
    fn pay_hosts(&mut self, day: &mut Day) -> Result<(), CliError> {
        let Some((emission, venue)) = self.incentive.as_ref().map(|given| (given.emission, given.venue)) else {
            return Ok(());
        };
        let venue = day.world.venues[venue].clone();
        let (mut jobs, mut paid) = (0u32, 0u64);
        for index in 0..day.records.len() {
            let job = day.job(index)?;
            let amount = payable(day, &emission, &venue.address, &job)?;
            let Some(parties) = day.parties_of_ended(index, &job).filter(|_| amount > 0) else {
                continue;
            };
            day.chain.send(pay_incentive(emission, parties, venue.token), &[])?;
            jobs += 1;
            paid += amount;
        }
        let what = format!("{} for {jobs} jobs in {}", day.chain.books.show(&venue.token.mint, paid), venue.name);
        let rule = "incentives pay for evidenced seconds what the most generous gives, within its weekly cap";
        self.note(&day.chain, Deed::IncentivesPaid, what, rule);
        Ok(())
    }
}

/// What the incentive would pay for a job; nothing if the program would refuse.
fn payable(day: &Day, emission: &Address, market: &Address, job: &Job) -> Result<u64, CliError> {
    if job.market != *market {
        return Ok(0);
    }
    let (emission, market): (Emission, Market) = (day.chain.get(emission)?, day.chain.get(market)?);
    let now = day.chain.unix();
    Ok(rewards::incentive(&emission, job, &market, &config(&day.chain)?, now).unwrap_or(0))
}
