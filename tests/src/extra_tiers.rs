//! What the tests of the tiers need on top.

use {
    crate::{ClientParty, HostParty, MarketRef, PREMIUM_POLICY, PREMIUM_TERMS, STAKE, World},
    gpu_market::state::{Member, MemberState, Outcome, Policy, Record, Standing, TermsParams},
    gpu_market_sdk::{Instruction, instructions::member, standing::Application},
    solana_signer::Signer,
    std::mem::offset_of,
};

/// Seconds that a job of [`World::earn`] runs.
pub const WORK: u32 = 120;
/// What it pays in fees in the community market of [`World::new`]: 2 % of 120 × 100.
pub const WORK_FEE: u64 = 240;

/// What five such jobs for two clients earn a place by.
pub const RECORD: Policy = Policy {
    min_volume: 5 * WORK_FEE,
    collateral_floor: 30 * STAKE,
    min_completed: 5,
    min_evidenced: 5 * WORK,
    promote_success_bps: 10_000,
    min_clients: 2,
    ..PREMIUM_POLICY
};

impl World {
    /// Another premium market that the community market feeds, with this policy.
    pub fn premium_with(&mut self, id: u16, policy: Policy) -> MarketRef {
        let terms = TermsParams { policy, ..PREMIUM_TERMS };
        let feeder = self.community.address;
        self.create_market(1, id, &terms, Some(feeder))
    }

    /// A host that is in the community market and has stake left for collateral elsewhere.
    pub fn newcomer(&mut self, name: &str) -> HostParty {
        let community = self.community;
        let host = self.host(name, 1_000 * STAKE);
        self.enroll(&host, &community, 50 * STAKE);
        host
    }

    /// Completes a job of two minutes for each of `nonces`, with the clients in turn.
    #[track_caller]
    pub fn earn(
        &mut self,
        host: &HostParty,
        market: &MarketRef,
        clients: &[&ClientParty],
        nonces: std::ops::Range<u64>,
    ) {
        for (nonce, client) in nonces.zip(clients.iter().cycle()) {
            let job = self.running(client, host, market, nonce, WORK);
            self.svm.advance(WORK);
            self.finish(client, host, market, job);
        }
    }

    /// Fails a job as soon as it has started, by the host's own word.
    #[track_caller]
    pub fn fail(&mut self, host: &HostParty, market: &MarketRef, client: &ClientParty, nonce: u64) {
        let slash = Some(self.slash(host, client));
        let job = self.running(client, host, market, nonce, WORK);
        self.finish_with(client, host, market, job, Outcome::HostFault, slash);
    }

    /// Writes an attestation with its score into a member, in place of a round of attestors.
    pub fn attestation_given(&mut self, host: &HostParty, market: &MarketRef, gpus: u16, score: u32, until: i64) {
        self.attest(host, market, gpus, until);
        let place = offset_of!(Member, standing) + offset_of!(Standing, score);
        self.write_field(&host.member(market), place, &score.to_le_bytes());
    }

    pub fn promote_ix(&self, host: &HostParty, market: &MarketRef) -> Instruction {
        member::promote(member::Promote {
            market: market.address,
            terms: market.terms,
            feeder: self.market_account(market).feeder,
            host: host.host,
        })
    }

    pub fn review_ix(&self, host: &HostParty, market: &MarketRef) -> Instruction {
        member::review(market.address, market.terms, host.host)
    }

    pub fn resign_ix(&self, host: &HostParty, market: &MarketRef) -> Instruction {
        member::resign(host.owner.pubkey(), market.address, market.terms)
    }

    /// Reviews; returns the member's state after it.
    #[track_caller]
    pub fn review(&mut self, host: &HostParty, market: &MarketRef) -> MemberState {
        let review = self.review_ix(host, market);
        self.ok(&[review], &[]);
        self.standing_of(host, market)
    }

    #[track_caller]
    pub fn standing_of(&self, host: &HostParty, market: &MarketRef) -> MemberState {
        self.member_account(host, market).state().expect("a state")
    }

    /// What the host is missing for a market, in words.
    pub fn missing(&self, host: &HostParty, market: &MarketRef) -> Vec<String> {
        let account = self.market_account(market);
        let feeder = MarketRef { address: account.feeder, ..*market };
        let (owner, terms) = (self.host_account(host), self.terms_account(market, market.terms));
        let member = self.svm.account::<Member>(&host.member(market));
        let feeder = self.svm.account::<Member>(&host.member(&feeder));
        let application = Application {
            market: &account,
            terms: &terms,
            host: &owner,
            member: member.as_ref(),
            feeder: feeder.as_ref(),
        };
        application.missing(self.now().unix).iter().map(ToString::to_string).collect()
    }

    /// Waits until a moment, unix seconds.
    #[track_caller]
    pub fn wait_until(&mut self, time: i64) {
        self.svm.advance(u32::try_from(time - self.now().unix).expect("a moment to come"));
    }

    /// When the window after the current one begins, unix seconds.
    pub fn next_window(&self) -> i64 {
        Record::window_start(Record::window_at(self.now().unix) + 1)
    }

    /// Waits until the current window can be reviewed.
    pub fn wait_for_review(&mut self) {
        self.wait_until(self.next_window() + i64::from(crate::DAY) + 1);
    }
}
