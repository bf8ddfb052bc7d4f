//! Small markets: one shard of 80 nodes, or two.

use {
    super::{Sample, Scenario, Stage},
    gpu_market::state::Outcome,
    gpu_market_sdk::{
        Address,
        instructions::{job, queue, shard},
    },
    gpu_market_tests::HOUR,
    solana_signer::Signer,
};

pub const ALL: &[Scenario] = &[life, posting_to_seats, rejoining, rebalancing];

impl Stage<'_> {
    /// Posts an hour, measured; returns the job.
    pub fn post(&mut self, sample: Sample) -> Address {
        let post = self.next_post();
        let owner = self.client.owner.insecure_clone();
        self.measure(sample, job::post(post), &owner);
        post.job()
    }

    /// Posts an hour; returns the job.
    pub fn posted(&mut self) -> Address {
        let post = self.next_post();
        let owner = self.client.owner.insecure_clone();
        self.ok(job::post(post), &owner);
        post.job()
    }

    fn next_post(&mut self) -> job::Post {
        let market = self.bench.market;
        self.bench.post(&self.client, &market, HOUR)
    }

    pub fn join(&mut self, sample: Sample) {
        let seat = self.bench.world.seat_of(&self.host, &self.bench.market);
        let operator = self.host.operator.insecure_clone();
        self.measure(sample, queue::join(seat), &operator);
    }

    pub fn joined(&mut self) {
        let seat = self.bench.world.seat_of(&self.host, &self.bench.market);
        let operator = self.host.operator.insecure_clone();
        self.ok(queue::join(seat), &operator);
    }

    pub fn start(&mut self, sample: Sample, job: Address) {
        let start = self.bench.world.start_ix(&self.host, &self.bench.market, job);
        let operator = self.host.operator.insecure_clone();
        self.measure(sample, start, &operator);
    }

    /// A minute of work, and the finish.
    pub fn finish(&mut self, sample: Sample, job: Address) {
        self.bench.world.svm.advance(60);
        let finish = job::finish(self.finish_of(job));
        let operator = self.host.operator.insecure_clone();
        self.measure(sample, finish, &operator);
    }

    fn finish_of(&self, job: Address) -> job::Finish {
        self.bench.world.finish_of(&self.client, &self.host, &self.bench.market, job, Outcome::Success, None)
    }

    fn rejoin(&mut self, sample: Sample, job: Address) {
        self.bench.world.svm.advance(60);
        let rejoin = job::Rejoin { terms: self.bench.market.terms, shard: 0, min_rate: 0, access: None };
        let finish = job::finish_and_rejoin(self.finish_of(job), rejoin);
        let operator = self.host.operator.insecure_clone();
        self.measure(sample, finish, &operator);
    }

    pub fn cancel(&mut self, sample: Sample, job: Address) {
        let cancel = self.bench.world.cancel_ix(&self.client, &self.bench.market, job);
        let owner = self.client.owner.insecure_clone();
        self.measure(sample, cancel, &owner);
    }
}

/// Post, join, start, heartbeat, finish; and a job that is cancelled.
fn life(stage: &mut Stage) {
    let job = stage.post(Sample::PostQueued);
    stage.join(Sample::JoinMatched);
    stage.start(Sample::Start, job);
    stage.bench.world.svm.advance(60);
    let heartbeat = stage.bench.world.heartbeat_ix(&stage.host, &stage.bench.market, job);
    let operator = stage.host.operator.insecure_clone();
    stage.measure(Sample::Heartbeat, heartbeat, &operator);
    stage.finish(Sample::Finish, job);
    let job = stage.posted();
    stage.cancel(Sample::Cancel, job);
}

fn posting_to_seats(stage: &mut Stage) {
    stage.join(Sample::JoinWaits);
    stage.post(Sample::PostMatched);
}

fn rejoining(stage: &mut Stage) {
    let job = stage.posted();
    stage.joined();
    stage.started(job);
    stage.rejoin(Sample::RejoinWaits, job);
    let job = stage.posted();
    stage.started(job);
    stage.posted();
    stage.rejoin(Sample::RejoinMatched, job);
}

impl Stage<'_> {
    fn started(&mut self, job: Address) {
        let start = self.bench.world.start_ix(&self.host, &self.bench.market, job);
        let operator = self.host.operator.insecure_clone();
        self.ok(start, &operator);
    }
}

/// A seat in the first shard, a job in the second.
fn rebalancing(stage: &mut Stage) {
    let (authority, market) = (stage.bench.world.authority.insecure_clone(), stage.bench.market.address);
    let key = authority.pubkey();
    stage.ok(shard::create_shard(key, key, market, 1), &authority);
    stage.joined();
    let post = job::Post { shard: 1, ..stage.next_post() };
    let owner = stage.client.owner.insecure_clone();
    stage.ok(job::post(post), &owner);
    let crank = stage.bench.world.payer.insecure_clone();
    stage.measure(Sample::Rebalance, queue::rebalance(market, 0, 1), &crank);
}
