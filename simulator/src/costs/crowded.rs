//! A shard grown as far as it goes, and full.

use {
    super::{Sample, Scenario, Stage},
    gpu_market::{
        constants::MAX_SHARD_NODES,
        queue::Queue,
        state::{Node, Shard},
    },
    gpu_market_sdk::{Address, address, decode::NODES_OFFSET, instructions::shard},
    gpu_market_tests::TERMS,
};

pub const ALL: &[Scenario] = &[full];

/// The last post that fits, the life of the head job, and a cancel in the middle.
fn full(stage: &mut Stage) {
    stage.grow();
    let head = stage.posted();
    let half = stage.room() / 2;
    stage.fill_but(half);
    let middle = stage.posted();
    stage.fill_but(1);
    stage.post(Sample::PostFull);
    stage.join(Sample::JoinFull);
    stage.cancel(Sample::CancelMiddle, middle);
    stage.start(Sample::StartFull, head);
    stage.finish(Sample::FinishFull, head);
}

impl Stage<'_> {
    /// Grows the shard as far as it goes, with the transactions that anyone would send.
    fn grow(&mut self) {
        let (crank, market) = (self.bench.world.payer.insecure_clone(), self.bench.market.address);
        let payer = solana_signer::Signer::pubkey(&crank);
        while self.bench.world.shard(&self.bench.market).nodes.len() < MAX_SHARD_NODES {
            // More than the rent of one step.
            self.bench.world.svm.airdrop(&payer, 1_000_000_000);
            self.ok(shard::grow_shard(payer, market, 0), &crank);
        }
    }

    /// Nodes that hold nothing.
    fn room(&self) -> u32 {
        let account = self.bench.world.shard(&self.bench.market);
        account.capacity() - account.shard.used()
    }

    /// Fills the line with jobs of strangers until this many nodes are left, with the program's own queue: thousands of
    /// clients' accounts are no part of what is measured.
    fn fill_but(&mut self, left: u32) {
        let jobs = self.room() - left;
        let (now, key) = (self.bench.world.now(), address::shard(&self.bench.market.address, 0).0);
        let mut account = self.bench.world.shard(&self.bench.market);
        let mut queue = Queue { shard: &mut account.shard, nodes: &mut account.nodes };
        for number in 0..jobs {
            let mut stranger = [0xcc; 32];
            stranger[..4].copy_from_slice(&number.to_le_bytes());
            queue.post(&Address::new_from_array(stranger), TERMS.rate, now).expect("there is room");
        }
        let mut raw = self.bench.world.svm.raw(&key).expect("the shard");
        raw.data[8..8 + size_of::<Shard>()].copy_from_slice(bytemuck::bytes_of(&account.shard));
        let nodes: &[Node] = &account.nodes;
        raw.data[NODES_OFFSET..].copy_from_slice(bytemuck::cast_slice(nodes));
        self.bench.world.svm.set_raw(key, raw).expect("written");
    }
}
