//! States that a job, a seat, a member, a stake or a round can be in, each made by the instructions that lead there.

use {
    gpu_market_campaign::{
        action::{
            Action, AdminAction, EscrowAction, HostAction, JobAction, MarketAction, MemberAction, Outside,
            QueueAction, RewardAction, RoundAction, StakeAction, job::Post, queue::Seat, round::Claim,
        },
        base::Base,
        cast::{ADMIN, AUTHORITY, CRANK, PAYER, operator, owner, party_owner},
        ids::{Around, ClientId, JobId, MarketId, Mint, Party, RoundId, Spot, Wallet},
        run::{Outcome, Run},
        terms::STAKE,
    },
    gpu_market_sdk::{
        decode::Account,
        gpu_market::constants::{DISPUTE_WINDOW, RECORD_WINDOW},
    },
};

pub const CLIENT: ClientId = ClientId { owner: 0, mint: Mint::Dollar };
pub const COMMUNITY: MarketId = MarketId(0);
pub const PREMIUM: MarketId = MarketId(1);
/// A host that refers a client, and leaves. In the premium market it is a candidate.
pub const REFERRER: Party = Party(6);

/// A world in which one thing after the other has to succeed.
pub struct Stage {
    pub run: Run,
    nonce: u64,
}

impl Stage {
    pub fn new(base: &Base) -> Self {
        Self { run: Run::new(base).expect("the world loads"), nonce: 1 }
    }

    #[track_caller]
    pub fn act(&mut self, action: Action) {
        match self.run.step(&action) {
            Ok(Outcome::Refused(reason)) => panic!("{action:?} was refused: {reason}"),
            Ok(_) => {}
            Err(failure) => panic!("{action:?}: {:#?}", failure.0),
        }
    }

    pub fn wait(&mut self, seconds: u32) {
        self.act(Action::Outside(Outside::Advance { seconds }));
    }

    /// Posts into a shard.
    pub fn post(&mut self, client: ClientId, market: MarketId, shard: u8, duration: u32) -> JobId {
        self.post_for(client, market, shard, duration, None)
    }

    pub fn post_for(
        &mut self,
        client: ClientId,
        market: MarketId,
        shard: u8,
        duration: u32,
        target: Option<(u16, Party)>,
    ) -> JobId {
        let job = JobId { client, nonce: self.nonce };
        self.nonce += 1;
        let by = owner(client);
        let post = Post { by, market, terms: 1, shard, job, max_rate: u64::MAX, duration, has_spec: true, target };
        self.act(Action::Job(JobAction::Post(post)));
        job
    }

    /// Whom a job is assigned to or runs on.
    pub fn around(&self, job: JobId) -> Around {
        let address = self.run.model.cast.job(job);
        let book = &self.run.model.jobs[&address];
        let node = self.run.model.node_of(&address).filter(|_| book.state == 1).map(|(_, node)| node.member);
        let (market, host) = self.run.model.cast.member_at(&node.unwrap_or(book.member)).expect("a host has it");
        Around { job, client: job.client, market, host }
    }

    pub fn start(&mut self, job: JobId) -> Around {
        let around = self.around(job);
        let (by, shard) = (operator(around.host), 0);
        let Around { market, host, .. } = around;
        self.act(Action::Job(JobAction::Start { by, host, market, job, shard, max_duration: u32::MAX }));
        around
    }

    pub fn running(&mut self, market: MarketId, duration: u32) -> Around {
        let job = self.post(CLIENT, market, 0, duration);
        self.start(job)
    }

    pub fn beat(&mut self, around: Around) {
        self.wait(50);
        let Around { job, market, host, .. } = around;
        self.act(Action::Job(JobAction::Heartbeat { by: operator(host), host, market, job }));
    }

    pub fn finish(&mut self, around: Around, outcome: u8) {
        let slash = outcome == 2 && around.market == PREMIUM;
        if slash {
            self.open_credit(around);
        }
        let by = operator(around.host);
        self.act(Action::Job(JobAction::Finish { by, around, outcome, has_result: true, slash, rejoin: None }));
    }

    /// A job that its host finishes, so that its client owes a fee.
    pub fn owes_fee(&mut self, client: ClientId) -> Around {
        self.owes_fee_in(client, COMMUNITY)
    }

    /// The same in another market.
    pub fn owes_fee_in(&mut self, client: ClientId, market: MarketId) -> Around {
        let job = self.post(client, market, 0, 600);
        let around = self.start(job);
        self.beat(around);
        self.finish(around, 0);
        around
    }

    pub fn open_credit(&mut self, around: Around) {
        let beneficiary = owner(around.client);
        self.act(Action::Stake(StakeAction::OpenCredit { party: around.host, beneficiary }));
    }

    pub fn cancel(&mut self, job: JobId, market: MarketId) {
        self.act(Action::Job(JobAction::Cancel {
            by: owner(job.client),
            client: job.client,
            job,
            market,
            shard: 0,
        }));
    }

    /// Nobody acknowledges a job.
    pub fn miss(&mut self, job: JobId) -> Around {
        let around = self.around(job);
        self.open_credit(around);
        self.wait(200);
        let to = Some(Wallet { key: CRANK, mint: Mint::Stake });
        self.act(Action::Job(JobAction::ExpireAssigned { by: CRANK, around, shard: 0, slash: true, to }));
        around
    }

    /// Nobody keeps a running job alive, or finishes it.
    pub fn expire(&mut self, around: Around) {
        self.open_credit(around);
        self.wait(1_000);
        let to = Wallet { key: CRANK, mint: around.client.mint };
        self.act(Action::Job(JobAction::ExpireRunning { by: CRANK, around, to, slash: true }));
    }

    pub fn join(&mut self, host: Party, market: MarketId) {
        let seat = Seat { by: operator(host), host, market, terms: 1, shard: 0, min_rate: 0, access: None };
        self.act(Action::Queue(QueueAction::Join(seat)));
    }

    pub fn freeze(&mut self, spot: Spot) {
        self.act(Action::Outside(Outside::Freeze(spot)));
    }

    pub fn unstake(&mut self, party: Party, amount: u64) {
        let positions = self.run.model.pools_of(party);
        self.act(Action::Stake(StakeAction::Unstake { by: party_owner(party), party, amount, positions }));
    }

    /// A host gives up its place in a market: its collateral, its seat, and after a while the member.
    pub fn leave_market(&mut self, host: Party, market: MarketId) {
        let by = party_owner(host);
        let line = self.run.model.line_of(market, 0).expect("a shard");
        let member = self.run.model.cast.member(market, host);
        let nodes: Vec<u16> =
            (0u16..).zip(&line.nodes).filter(|(_, node)| node.member == member).map(|(node, _)| node).collect();
        for node in nodes {
            self.act(Action::Queue(QueueAction::Leave { by, host, market, shard: 0, node }));
        }
        let amount = self.run.model.member_of(market, host).expect("a member").collateral;
        self.act(Action::Stake(StakeAction::Deallocate { by, party: host, market, amount }));
        self.wait(2 * 86_400);
        self.act(Action::Member(MemberAction::Close { by, party: host, market, rent: PAYER }));
    }

    /// Everything that a flag can stop is stopped.
    pub fn pause(&mut self) {
        self.act(Action::Admin(AdminAction::Pause { by: ADMIN, bits: 15 }));
        for market in [COMMUNITY, PREMIUM] {
            self.act(Action::Market(MarketAction::Pause { by: AUTHORITY, market, bits: 15 }));
        }
    }

    /// A host fails everything for a week, and is suspended for it.
    pub fn suspended(&mut self) -> Party {
        let host = Party(0);
        self.fails_for_a_week(host, 0);
        self.review(host, 2);
        host
    }

    /// A host is suspended, comes back with a fresh attestation, fails everything for a week again, and loses its place for it.
    pub fn removed(&mut self) -> Party {
        let host = self.suspended();
        self.wait(2 * 86_400);
        self.attested();
        self.review(host, 1);
        self.fails_for_a_week(host, 4);
        self.review(host, 3);
        host
    }

    /// A review comes to this state of the member.
    fn review(&mut self, host: Party, state: u8) {
        self.act(Action::Member(MemberAction::Review { market: PREMIUM, terms: 1, host }));
        assert_eq!(self.run.model.member_of(PREMIUM, host).expect("a member").state, state);
    }

    /// Four jobs that the host says it failed, and the time until they are judged; its first one takes a seat that waits, unless
    /// it has failed before.
    fn fails_for_a_week(&mut self, host: Party, before: u32) {
        for number in before..before + 4 {
            if number > 0 {
                self.join(host, PREMIUM);
            }
            let line = self.run.model.line_of(PREMIUM, 0).expect("a shard");
            let seat = line.seats.iter().copied().find(|seat| {
                let member = line.node(*seat).expect("a node").member;
                member == self.run.model.cast.member(PREMIUM, host)
            });
            let target = Some((seat.expect("it waits"), host));
            let job = self.post_for(CLIENT, PREMIUM, 0, 4 * 3_600, target);
            let around = self.start(job);
            self.beat(around);
            self.finish(around, 2);
        }
        let rest = RECORD_WINDOW - self.run.model.now.0 % RECORD_WINDOW;
        self.wait(u32::try_from(rest + DISPUTE_WINDOW + 1).expect("seconds"));
    }

    /// A host that applied for a place in the premium market puts up collateral.
    pub fn candidate(&mut self) {
        let (by, party, market) = (party_owner(REFERRER), REFERRER, PREMIUM);
        self.act(Action::Stake(StakeAction::Allocate { by, party, market, amount: 1_000_000_007 }));
        assert_eq!(self.run.model.member_of(market, party).expect("a member").state, 0);
    }

    /// An attestor asks to leave its set.
    pub fn leaves_set(&mut self, party: Party) {
        self.act(Action::Round(RoundAction::Leave { by: party_owner(party), set: 1, party }));
    }

    pub fn round(&mut self) -> RoundId {
        let (host, market) = (Party(0), PREMIUM);
        let open = RoundAction::Open {
            by: operator(host),
            payer: host,
            host,
            market,
            terms: 1,
            set: 1,
            nonce: 1,
            max_fee: u64::MAX,
        };
        self.act(Action::Round(open));
        RoundId { market, host, nonce: 1 }
    }

    pub fn drawn(&mut self) -> RoundId {
        let round = self.round();
        self.wait(5);
        self.act(Action::Round(RoundAction::Draw { round, set: 1 }));
        round
    }

    pub fn answered(&mut self, claim: Claim) -> RoundId {
        let round = self.drawn();
        self.act(Action::Round(RoundAction::CommitAnswer { by: operator(round.host), round, claim }));
        round
    }

    /// Attestors that were drawn.
    pub fn panel(&self, round: RoundId) -> Vec<Party> {
        let address = self.run.model.cast.round(round);
        let Some(Account::Challenge(book)) = self.run.ledger.accounts.get(&address) else { return Vec::new() };
        let Some(Account::AttestorSet(set)) = self.run.ledger.accounts.get(&book.set) else { return Vec::new() };
        let places = book.judges.iter().take(book.panel.into()).map(|judge| usize::from(judge.place));
        places
            .map(|place| match self.run.model.cast.name(&set.slots[place].stake) {
                Some(Spot::Stake(party)) => party,
                other => panic!("{other:?} is no stake"),
            })
            .collect()
    }

    pub fn read(&mut self, round: RoundId, claim: Claim) {
        for party in self.panel(round) {
            let by = operator(party);
            self.act(Action::Round(RoundAction::CommitReading { by, round, set: 1, claim, score: 1_200 }));
        }
    }

    pub fn reveal(&mut self, round: RoundId, claim: Claim) {
        for party in self.panel(round) {
            let by = operator(party);
            self.act(Action::Round(RoundAction::Reveal { by, round, set: 1, claim, score: 1_200 }));
        }
    }

    /// A round in which all of the panel has revealed a reading and the host has opened its answer.
    pub fn judged(&mut self, claim: Claim, reading: Claim) -> RoundId {
        let round = self.answered(claim);
        self.read(round, reading);
        self.reveal(round, reading);
        self.act(Action::Round(RoundAction::OpenAnswer { by: operator(round.host), round, claim }));
        round
    }

    pub fn decided(&mut self, claim: Claim, reading: Claim) -> RoundId {
        let round = self.judged(claim, reading);
        self.act(Action::Round(RoundAction::Finalize { round }));
        round
    }

    /// The host's GPUs are attested anew.
    pub fn attested(&mut self) {
        let claim = Claim::Own;
        let round = self.decided(claim, claim);
        for party in self.panel(round) {
            self.act(Action::Round(RoundAction::Settle { round, party }));
        }
        for index in 0..2 {
            self.act(Action::Round(RoundAction::ClaimGpu { round, set: 1, claim, index }));
        }
    }
}

/// What owners do with their own keys, when every other key is lost: nothing of theirs stays in a vault.
pub fn owners_take_all(stage: &mut Stage) {
    use gpu_market_campaign::cast::{clients, markets};
    for client in clients().filter(|client| client.owner < 4) {
        let available = stage.run.model.client_of(client).map_or(0, |book| book.available);
        let (by, to) = (owner(client), Wallet { key: owner(client), mint: client.mint });
        if available > 0 {
            stage.act(Action::Escrow(EscrowAction::Withdraw { by, client, to, amount: available }));
        }
        stage.act(Action::Escrow(EscrowAction::Close { by, client, to, rent: PAYER }));
    }
    for party in staked(stage) {
        let by = party_owner(party);
        for mint in Mint::PAYMENT {
            if stage.run.model.held(&stage.run.model.cast.at(Spot::Earnings(party, mint))) > 0 {
                let to = Wallet { key: by, mint };
                let amount = u64::MAX;
                stage.act(Action::Host(HostAction::WithdrawEarnings { by, party, mint, to, amount }));
            }
        }
        for market in markets() {
            let Some(member) = stage.run.model.member_of(market, party).cloned() else { continue };
            if member.state == 1 && member.collateral_floor > 0 {
                let terms = stage.run.model.in_force(stage.run.model.market_of(market).expect("a market"));
                stage.act(Action::Member(MemberAction::Resign { by, party, market, terms }));
            }
            if member.collateral > 0 {
                let amount = member.collateral;
                stage.act(Action::Stake(StakeAction::Deallocate { by, party, market, amount }));
            }
        }
        for mint in stage.run.model.pools_of(party).mints() {
            let to = Wallet { key: by, mint };
            // There may be nothing to claim.
            stage.run.step(&Action::Reward(RewardAction::Claim { by, party, mint, to })).expect("as predicted");
            stage.act(Action::Reward(RewardAction::ClosePosition { by, party, mint, rent: PAYER }));
        }
        if party.0 >= 3 {
            // It may be on its way out.
            stage.run.step(&Action::Round(RoundAction::Leave { by, set: 1, party })).expect("as predicted");
        }
    }
    stage.wait(86_400);
    for party in (3..7).map(Party) {
        stage.act(Action::Round(RoundAction::Vacate { by: CRANK, set: 1, party }));
    }
    for party in staked(stage) {
        let amount = stage.run.model.stake_of(party).map_or(0, |stake| stake.amount);
        assert!(amount >= STAKE, "a host has its stake");
        stage.unstake(party, amount);
    }
    // Longer than any lock here.
    stage.wait(20 * 86_400);
    for party in staked(stage) {
        let (by, to) = (party_owner(party), Wallet { key: party_owner(party), mint: Mint::Stake });
        stage.act(Action::Stake(StakeAction::Withdraw { by, party, to }));
        stage.act(Action::Stake(StakeAction::Close { by, party, to, rent: PAYER }));
    }
}

fn staked(stage: &Stage) -> Vec<Party> {
    gpu_market_campaign::cast::parties().filter(|party| stage.run.model.stake_of(*party).is_some()).collect()
}
