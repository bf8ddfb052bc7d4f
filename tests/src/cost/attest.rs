//! Attestation: the largest panel of the largest set. The addresses here have any bump.

use {
    super::{Bench, Cost, Scenario, Watch},
    crate::{BOND, Proving, SET},
    gpu_market::{
        constants::{ATTESTOR_NOTICE, CLAIM_WINDOW, DRAW_WINDOW_SLOTS},
        state::{Now, SetParams},
    },
    gpu_market_sdk::{Address, Instruction, address, instructions::attest},
    solana_keypair::Keypair,
    solana_signer::Signer,
};

pub const SCENARIOS: &[Scenario] = &[sets, rounds];

/// Measures in a world of attestation.
struct Meter {
    proving: Proving,
    watch: Watch,
    costs: Vec<(String, Cost)>,
}

impl Meter {
    fn new(proving: Proving, watch: &Watch) -> Self {
        Self { proving, watch: watch.clone(), costs: Vec::new() }
    }

    #[track_caller]
    fn measure(&mut self, name: &str, instruction: Instruction, signers: &[&Keypair]) {
        let mut bench = Bench::of(std::mem::replace(&mut self.proving.world, crate::World::bare()), &self.watch);
        bench.measure(name, instruction, signers);
        let (world, costs) = bench.into_parts();
        self.proving.world = world;
        self.costs.extend(costs);
    }
}

fn sets(watch: &Watch) -> Vec<(String, Cost)> {
    let mut meter = Meter::new(Proving::sized(15, SET), watch);
    let creator = meter.proving.creator.insecure_clone();
    let (key, set) = (creator.pubkey(), meter.proving.set);
    meter.measure("create_attestor_set", attest::create_attestor_set(key, key, 2, SET), &[&creator]);
    let party = meter.proving.world.host("attestor 15", 2 * BOND);
    let owner = party.owner.pubkey();
    let add = attest::add_attestor(key, owner, set, party.operator.pubkey());
    meter.measure("add_attestor", add, &[&creator, &party.owner]);
    meter.measure("raise_bond", attest::raise_bond(owner, set, 1), &[&party.owner]);
    meter.measure("leave_set", attest::leave_set(owner, set, party.stake), &[&party.owner]);
    let other = meter.proving.attestors[14].stake;
    meter.measure("remove_attestor", attest::remove_attestor(key, set, other), &[&creator]);
    meter.proving.world.svm.advance(u32::try_from(ATTESTOR_NOTICE).expect("seconds"));
    meter.measure("vacate_attestor", attest::vacate_attestor(key, set, party.stake), &[&creator]);
    let stricter = SetParams { quorum: 3, ..SET };
    meter.measure("announce_set", attest::announce_set(key, set, stricter), &[&creator]);
    let empty = address::attestor_set(&key, 2).0;
    meter.measure("close_attestor_set", attest::close_attestor_set(key, empty, key), &[&creator]);
    meter.costs
}

fn rounds(watch: &Watch) -> Vec<(String, Cost)> {
    let mut meter = Meter::new(Proving::sized(16, SetParams { panel: 16, quorum: 9, ..SET }), watch);
    let host = meter.proving.prover();
    let anyone = meter.proving.creator.insecure_clone();
    let operator = &host.operator;
    let renter = meter.proving.renter.insecure_clone();
    let open = meter.proving.open_ix(&host, 1);
    meter.measure("open_challenge", open, &[operator, &host.owner, &renter]);
    let round = address::challenge(&meter.proving.member(), 1).0;
    meter.proving.reach_slot(round);
    meter.measure("draw", attest::draw(round, meter.proving.set), &[&anyone]);
    let commit = meter.proving.commit_answer_ix(round);
    meter.measure("commit_answer", commit, &[operator]);
    judge(&mut meter, round);
    let open = meter.proving.open_answer_ix(round);
    meter.measure("open_answer", open, &[operator]);
    let finalize = meter.proving.finalize_ix(round);
    meter.measure("finalize_challenge", finalize, &[&anyone]);
    let panel = meter.proving.panel(round);
    let settle = meter.proving.settle_ix(round, panel[0]);
    meter.measure("settle_attestor", settle, &[&anyone]);
    for place in &panel[1..] {
        let settle = meter.proving.settle_ix(round, *place);
        meter.proving.world.ok(&[settle], &[]);
    }
    let claim = meter.proving.claim_ix(round, 0);
    meter.measure("claim_gpu", claim, &[&renter]);
    meter.proving.world.svm.advance(u32::try_from(CLAIM_WINDOW).expect("seconds") + 1);
    let conclude = attest::conclude_challenge(round, meter.proving.member());
    meter.measure("conclude_challenge", conclude, &[&anyone]);
    let close = attest::close_challenge(round, &meter.proving.round(round));
    meter.measure("close_challenge", close, &[&anyone]);
    let hash = meter.proving.gpus[0];
    let gpu = address::gpu(&meter.proving.set, &hash).0;
    let release = attest::release_gpu(host.owner.pubkey(), gpu, &meter.proving.gpu(&hash));
    meter.measure("release_gpu", release, &[&host.owner]);

    let undrawn = meter.proving.open(2);
    let slot = meter.proving.round(undrawn).slot + DRAW_WINDOW_SLOTS + 1;
    let now = meter.proving.world.now();
    meter.proving.world.svm.set_now(Now { slot, ..now });
    let expire = attest::expire_challenge(undrawn, meter.proving.member());
    meter.measure("expire_challenge", expire, &[&anyone]);
    meter.costs
}

fn judge(meter: &mut Meter, round: Address) {
    let panel = meter.proving.panel(round);
    let (last, others) = panel.split_last().expect("a panel");
    let reading = |place: usize| 1_000 + u32::try_from(place).expect("a score");
    for place in others {
        let commit = meter.proving.commit_ix(round, *place, &meter.proving.passing(reading(*place)));
        meter.proving.world.ok(&[commit], &[&meter.proving.key(*place)]);
    }
    let commit = meter.proving.commit_ix(round, *last, &meter.proving.passing(reading(*last)));
    meter.measure("commit_reading", commit, &[&meter.proving.key(*last)]);
    for place in others {
        let reveal = meter.proving.reveal_ix(round, *place, &meter.proving.passing(reading(*place)));
        meter.proving.world.ok(&[reveal], &[&meter.proving.key(*place)]);
    }
    let reveal = meter.proving.reveal_ix(round, *last, &meter.proving.passing(reading(*last)));
    meter.measure("reveal_reading", reveal, &[&meter.proving.key(*last)]);
}
