//! How the host's place in the premium market changes: application, promotion, review.

use {
    super::{Deed, HOST, Place, Scene, TERMS},
    crate::error::CliError,
    gpu_market::{
        constants::DISPUTE_WINDOW,
        state::{Host, Market, Member, PromotionRule, Record, Review, Terms},
    },
    gpu_market_sdk::{
        Instruction, address,
        error::Refusal,
        instructions::{attest, member, stake},
        standing::{self, Application, Need},
    },
    solana_signer::Signer,
};

impl Scene<'_> {
    pub(super) fn apply(&mut self) -> Result<(), CliError> {
        let owner = self.owner();
        let venue = self.tale.premium.clone();
        let apply = member::apply(member::Enroll {
            owner: owner.pubkey(),
            payer: self.chain.payer.pubkey(),
            market: venue.address,
            token: venue.token,
            access: None,
        });
        self.send(apply, &[&owner])?;
        let step = self.step(Deed::Applied, format!("applies for a place in {}", venue.name));
        self.note(step.by_rule("a candidate may bring collateral and have its GPUs attested; it has no seat"));
        Ok(())
    }

    /// The rules of promotion that are not met, as the SDK knows them.
    pub(super) fn missing(&self) -> Result<Vec<Need>, CliError> {
        let premium = &self.tale.premium;
        let market: Market = self.chain.get(&premium.address)?;
        let terms: Terms = self.chain.get(&address::terms(&premium.address, TERMS).0)?;
        let host: Host = self.chain.get(&self.tale.hero.host)?;
        let member: Option<Member> = self.chain.svm.account(&self.tale.hero.member(premium));
        let feeder = self.member(Place::Community)?;
        let application = Application {
            market: &market,
            terms: &terms,
            host: &host,
            member: member.as_ref(),
            feeder: Some(&feeder),
        };
        Ok(application.missing(self.chain.unix()))
    }

    /// The rules about the record in the community market that are not met.
    pub(super) fn record_missing(&self) -> Result<Vec<Need>, CliError> {
        use PromotionRule::*;
        let mut missing = self.missing()?;
        missing.retain(|need| {
            matches!(need.requirement.rule, Completed | Evidenced | Success | Volume | Clients | StrikeFree)
        });
        Ok(missing)
    }

    /// Shows what is missing, and that the program refuses for the first of it.
    pub(super) fn show_missing(&mut self) -> Result<(), CliError> {
        let missing = self.missing()?;
        let what = format!("the SDK shows {HOST} the rules that it does not meet: {}", missing.len());
        let step = self.step(Deed::RulesShown, what).missing(&missing);
        self.note(step);
        let promote = self.promote_instruction();
        let refusal = self.chain.refused(promote, &[])?;
        let step = self.step(Deed::PromotionRefused, "the crank tries to promote it all the same");
        self.note(step.refused(refusal));
        Ok(())
    }

    fn promote_instruction(&self) -> Instruction {
        member::promote(member::Promote {
            market: self.tale.premium.address,
            terms: TERMS,
            feeder: self.tale.community.address,
            host: self.tale.hero.host,
        })
    }

    pub(super) fn promote(&mut self) -> Result<(), CliError> {
        let promote = self.promote_instruction();
        self.send(promote, &[])?;
        let what = format!("the crank promotes {HOST}: it is active in {}", self.tale.premium.name);
        let step = self.step(Deed::Promoted, what);
        self.note(step.by_rule("anybody may, exactly when every rule of the policy is met; no key can otherwise"));
        Ok(())
    }

    /// Gives the GPUs up in the community market, so that they can count for the candidate.
    pub(super) fn release_gpus(&mut self) -> Result<(), CliError> {
        let released = self.close_gpus()?;
        let what =
            format!("gives {released} GPUs up in {}, where it is unattested again", self.tale.community.name);
        let step = self.step(Deed::GpusReleased, what);
        self.note(step.by_rule(
            "a GPU counts for one member at a time, also of the same host; its owner releases it at any time",
        ));
        Ok(())
    }

    /// Closes the accounts of all GPUs; returns how many.
    pub(super) fn close_gpus(&mut self) -> Result<usize, CliError> {
        let owner = self.owner();
        let recorded = std::mem::take(&mut self.tale.recorded);
        for uuid_hash in &recorded {
            let key = address::gpu(&self.tale.bench.set, uuid_hash).0;
            let gpu: gpu_market::state::Gpu = self.chain.get(&key)?;
            let release = attest::release_gpu(owner.pubkey(), key, &gpu);
            self.chain.close("Gpu", &[key], &gpu.rent_payer, release, &[&owner])?;
        }
        Ok(recorded.len())
    }

    /// Makes stake collateral of a member, up to what `seats` seats and the floor ask; says so if it had to.
    pub(super) fn back(&mut self, place: Place, seats: u16) -> Result<(), CliError> {
        let terms = self.tale.venue(place).terms;
        let asked = terms.bond.saturating_mul(seats.into()).max(terms.policy.collateral_floor);
        let lacking = asked.saturating_sub(self.member(place)?.collateral);
        if lacking == 0 {
            return Ok(());
        }
        let (owner, market) = (self.owner(), self.tale.venue(place).address);
        self.send(stake::allocate(owner.pubkey(), market, lacking), &[&owner])?;
        if place == Place::Premium {
            let token = self.tale.stake_token;
            let (lacking, asked) = (self.show(token, lacking), self.show(token, asked));
            let what = format!("allocates {lacking}: its collateral is {asked}");
            let floor = self.show(token, terms.policy.collateral_floor);
            let bond = self.show(token, terms.bond);
            let step = self.step(Deed::CollateralAllocated, what);
            self.note(step.by_rule(format!(
                "collateral is at the floor of {floor} at least, and every seat takes {bond} of it"
            )));
        }
        Ok(())
    }

    /// What a review of the premium member would come to at a time.
    pub(super) fn review_at(&self, unix: i64) -> Result<Result<Review, Refusal>, CliError> {
        let market: Market = self.chain.get(&self.tale.premium.address)?;
        let terms: Terms = self.chain.get(&address::terms(&self.tale.premium.address, TERMS).0)?;
        let member = self.member(Place::Premium)?;
        let review = standing::review(&market, &terms, &member, unix);
        Ok(review.map(|(review, _)| review).map_err(Refusal::from))
    }

    /// When the current window can be reviewed.
    pub(super) fn review_time(&self) -> i64 {
        next_window(self.chain.unix()) + DISPUTE_WINDOW + 1
    }

    fn review_instruction(&self) -> Instruction {
        member::review(self.tale.premium.address, TERMS, self.tale.hero.host)
    }

    pub(super) fn review_refused(&mut self) -> Result<(), CliError> {
        let review = self.review_instruction();
        let refusal = self.chain.refused(review, &[])?;
        let step = self.step(Deed::ReviewRefused, "the crank asks for a review");
        self.note(step.refused(refusal));
        Ok(())
    }

    /// Reviews the premium member. Returns what the SDK said it would come to, which is what it came to.
    pub(super) fn review(&mut self) -> Result<Review, CliError> {
        let review = self.review_at(self.chain.unix())??;
        let instruction = self.review_instruction();
        self.send(instruction, &[])?;
        let state = self.member(Place::Premium)?.state().map_err(Refusal::from)?;
        if state != review.state() {
            self.chain.findings.push(format!("the SDK foretold {review:?}, and the program made it {state:?}"));
        }
        Ok(review)
    }

    /// Whether the premium member's attestation counts, and reaches the score that the policy asks for.
    pub(super) fn is_attested(&self) -> Result<bool, CliError> {
        let member = self.member(Place::Premium)?;
        let fresh = self.chain.unix() < member.attested_until;
        let enough = member.attested_gpus >= self.tale.premium.gpus_per_seat;
        Ok(fresh && enough && member.standing.score >= self.tale.policy().min_score)
    }
}

/// When the window after that of `unix` begins.
pub(super) fn next_window(unix: i64) -> i64 {
    Record::window_start(Record::window_at(unix) + 1)
}
