//! Money on its way to who owns it: fees, slashes and credits.

use {
    super::{Outlook, View},
    crate::Kind,
    gpu_market_sdk::{
        Address, address,
        instructions::{
            stake::{self, ClaimCredit},
            treasury,
        },
    },
};

impl View<'_> {
    pub(super) fn fees(&self, address: &Address) -> Option<Outlook> {
        let client = self.index.client(address)?;
        let token = self.swept(client.mint, client.fees_owed)?;
        let settings = address::config().0;
        self.reads(settings);
        let config = self.index.config(&settings)?;
        let split = config.split(self.now.unix);
        if split.stakers_bps > 0 {
            let pool = address::reward_pool(&client.mint).0;
            if self.fixed(&pool, |index, address| index.pool(address)).is_none() {
                // An announced split may give stakers nothing, and takes effect by itself.
                let next = config.split_effective_at;
                return Some(if self.now.unix < next { Outlook::at(next) } else { Outlook::nothing() });
            }
        }
        let why = format!("client {address} owes {} base units of fees", client.fees_owed);
        let step = self.step(Kind::SweepFees, why, || {
            vec![treasury::sweep_fees(treasury::SweepFees::of(*address, client, &split, token.program))]
        });
        Some(Outlook { steps: vec![step], ..Outlook::default() })
    }

    pub(super) fn slashes(&self, address: &Address) -> Option<Outlook> {
        let stake = self.index.stake(address)?;
        let token = self.swept(stake.mint, stake.treasury_owed)?;
        let why = format!("stake {address} owes the treasury {} base units", stake.treasury_owed);
        let step = self.step(Kind::SweepSlashes, why, || vec![treasury::sweep_slashes(*address, token)]);
        Some(Outlook { steps: vec![step], ..Outlook::default() })
    }

    /// The mint of an amount that is worth to be swept, if it has a treasury to go to.
    fn swept(&self, mint: Address, amount: u64) -> Option<gpu_market_sdk::instructions::Token> {
        if amount == 0 || amount < self.policy.sweep_above {
            return None;
        }
        let treasury = address::treasury(&mint).0;
        self.fixed(&treasury, |index, address| index.treasury(address))?;
        self.token(mint)
    }

    /// What can be claimed goes to the beneficiary's associated token account, which has to exist.
    pub(super) fn credit(&self, address: &Address) -> Option<Outlook> {
        let credit = self.index.credit(address)?;
        let claims = || credit.claims.slots.iter().filter(|claim| claim.amount > 0);
        let Some(first) = claims().map(|claim| claim.unlock_at).min() else {
            return self.empty_credit(address);
        };
        if self.now.unix < first {
            return Some(Outlook::at(first));
        }
        let stake = self.fixed(&credit.stake, |index, address| index.stake(address))?;
        let token = self.token(stake.mint)?;
        let amount = claims().filter(|claim| claim.unlock_at <= self.now.unix).map(|claim| claim.amount);
        let amount = amount.fold(0, u64::saturating_add);
        let why = format!("{} can claim {amount} base units of slashed stake", credit.beneficiary);
        let step = self.step(Kind::ClaimCredit, why, || {
            let destination = address::associated_token(&credit.beneficiary, &token.mint, &token.program).0;
            vec![stake::claim_credit(ClaimCredit {
                caller: self.caller.key,
                beneficiary: credit.beneficiary,
                stake: credit.stake,
                token,
                destination,
            })]
        });
        Some(Outlook { steps: vec![step], ..Outlook::default() })
    }

    /// Closes an empty credit for the caller's own rent, and where it is in the way of closing the stake. Another one may have
    /// been opened just now, for a penalty that is on its way.
    fn empty_credit(&self, address: &Address) -> Option<Outlook> {
        let credit = self.index.credit(address)?;
        self.reads(credit.stake);
        let stake = self.index.stake(&credit.stake)?;
        if credit.rent_payer != self.caller.key && stake.allocated > 0 {
            return None;
        }
        let why = format!("credit {address} is empty");
        let close = || vec![stake::close_credit(credit.stake, credit.beneficiary, credit.rent_payer)];
        Some(Outlook { steps: vec![self.step(Kind::CloseCredit, why, close)], ..Outlook::default() })
    }
}
