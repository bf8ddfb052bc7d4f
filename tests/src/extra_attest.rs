//! A set of attestors, a market that names it, a host that wants to be attested, and what everybody does in a round.

use {
    crate::{HostParty, MarketRef, STAKE, TERMS, World},
    gpu_market::state::{Answer, AttestorSet, Challenge, Gpu, Reading, SetParams, Stake, TermsParams, Verdict},
    gpu_market_sdk::{
        Address, Instruction, address, digest,
        instructions::attest::{self, ClaimGpu, OpenChallenge},
        svm::{Execution, keypair},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Base units behind each attestor here.
pub const BOND: u64 = 10 * STAKE;
/// Base units that a round costs here; no multiple of three.
pub const ROUND_FEE: u64 = 10_000_000;
/// What the benchmark put out here.
pub const ANSWER_RESULT: [u8; 32] = [5; 32];
/// Salt of the host's answer.
pub const ANSWER_SALT: [u8; 32] = [8; 32];

/// Three attestors of which two have to agree.
pub const SET: SetParams = SetParams { bond: BOND, fee: ROUND_FEE, panel: 3, quorum: 2, reserved: [0; 6] };

/// Hashes of the uuids of `count` GPUs, in ascending order.
pub fn uuid_hashes(name: &str, count: usize) -> Vec<[u8; 32]> {
    let mut hashes: Vec<_> =
        (0..count).map(|number| digest::gpu_uuid(format!("{name} {number}").as_bytes())).collect();
    hashes.sort_unstable();
    hashes
}

/// The hash of a slot here.
pub fn slot_hash(slot: u64) -> [u8; 32] {
    let mut hash = [0xa5; 32];
    hash[..8].copy_from_slice(&slot.to_le_bytes());
    digest::gpu_uuid(&hash)
}

/// See the module.
pub struct Proving {
    pub world: World,
    pub creator: Keypair,
    /// Pays rent, and nothing else.
    pub renter: Keypair,
    pub set: Address,
    /// A community market whose terms name the set.
    pub market: MarketRef,
    /// Their operators' keys are the keys that they judge with.
    pub attestors: Vec<HostParty>,
    pub host: HostParty,
    /// GPUs of the host.
    pub gpus: Vec<[u8; 32]>,
}

impl Default for Proving {
    fn default() -> Self {
        Self::new()
    }
}

impl Proving {
    /// Five attestors.
    pub fn new() -> Self {
        Self::sized(5, SET)
    }

    /// A founded set of `attestors`.
    pub fn sized(attestors: usize, params: SetParams) -> Self {
        let mut world = World::new();
        let creator = world.funded("set creator");
        let set = address::attestor_set(&creator.pubkey(), 1).0;
        let renter = world.funded("renter");
        let create = attest::create_attestor_set(creator.pubkey(), renter.pubkey(), 1, params);
        world.ok(&[create], &[&creator, &renter]);
        let attestors = (0..attestors)
            .map(|number| {
                let party = world.host(&format!("attestor {number}"), 2 * BOND);
                let (owner, key) = (party.owner.pubkey(), party.operator.pubkey());
                let add = attest::add_attestor(creator.pubkey(), owner, set, key);
                world.ok(&[add], &[&creator, &party.owner]);
                party
            })
            .collect();
        let terms = TermsParams { attestor_set: set, ..TERMS };
        let market = world.create_market(0, 3, &terms, None);
        let host = world.host("prover", 50 * STAKE);
        world.enroll(&host, &market, 20 * STAKE);
        Self { world, creator, renter, set, market, attestors, host, gpus: uuid_hashes("prover", 3) }
    }

    /// With a first round of the host, which has committed to its answer.
    pub fn answered() -> (Self, Address) {
        let mut proving = Self::new();
        let round = proving.open(1);
        proving.draw(round);
        proving.commit_answer(round);
        (proving, round)
    }

    /// Another host in the same market, with GPUs of its own.
    pub fn rival(&mut self) -> HostParty {
        let rival = self.world.host("rival", 50 * STAKE);
        self.world.enroll(&rival, &self.market, 20 * STAKE);
        rival
    }

    pub fn member(&self) -> Address {
        self.host.member(&self.market)
    }

    pub fn open_ix(&self, host: &HostParty, nonce: u32) -> Instruction {
        attest::open_challenge(OpenChallenge {
            authority: host.operator.pubkey(),
            payer_owner: host.owner.pubkey(),
            rent_payer: self.renter.pubkey(),
            host_owner: host.owner.pubkey(),
            market: self.market.address,
            terms: self.market.terms,
            set: self.set,
            nonce,
            max_fee: ROUND_FEE,
        })
    }

    /// Opens a round that the host pays itself.
    #[track_caller]
    pub fn open_for(&mut self, host: &HostParty, nonce: u32) -> Address {
        let open = self.open_ix(host, nonce);
        self.world.ok(&[open], &[&host.operator, &host.owner, &self.renter]);
        address::challenge(&host.member(&self.market), nonce).0
    }

    #[track_caller]
    pub fn open(&mut self, nonce: u32) -> Address {
        let host = self.prover();
        self.open_for(&host, nonce)
    }

    /// The host again, so that it can be named while the world changes.
    pub fn prover(&self) -> HostParty {
        HostParty {
            owner: self.host.owner.insecure_clone(),
            operator: self.host.operator.insecure_clone(),
            host: self.host.host,
            stake: self.host.stake,
            stake_wallet: self.host.stake_wallet,
        }
    }

    pub fn round(&self, round: Address) -> Challenge {
        self.world.get(&round)
    }

    pub fn set_account(&self) -> AttestorSet {
        self.world.get(&self.set)
    }

    pub fn stake(&self, stake: &Address) -> Stake {
        self.world.get(stake)
    }

    pub fn gpu(&self, uuid_hash: &[u8; 32]) -> Gpu {
        self.world.get(&address::gpu(&self.set, uuid_hash).0)
    }

    /// Lets the slot of the round pass and writes the slot hashes as the chain would.
    pub fn reach_slot(&mut self, round: Address) {
        let slot = self.round(round).slot;
        while self.world.now().slot <= slot {
            self.world.svm.advance(1);
        }
        self.write_slot_hashes();
    }

    pub fn write_slot_hashes(&mut self) {
        let newest = self.world.now().slot - 1;
        let hashes: Vec<_> = (0..512).map(|back| (newest - back, slot_hash(newest - back))).collect();
        self.world.svm.set_slot_hashes(&hashes).expect("written");
    }

    #[track_caller]
    pub fn draw(&mut self, round: Address) -> Execution {
        self.reach_slot(round);
        self.world.ok(&[attest::draw(round, self.set)], &[])
    }

    pub fn root(&self) -> [u8; 32] {
        digest::gpu_root(&self.gpus).expect("GPUs in order")
    }

    pub fn answer(&self) -> Answer {
        Answer { result: ANSWER_RESULT, gpus: self.gpus.len() as u16, gpu_root: self.root() }
    }

    pub fn commit_answer_ix(&self, round: Address) -> Instruction {
        let seed = self.round(round).seed;
        let hash = digest::answer(&round, &self.host.host, &seed, &self.answer(), &ANSWER_SALT);
        attest::commit_answer(self.host.operator.pubkey(), self.host.host, round, hash)
    }

    #[track_caller]
    pub fn commit_answer(&mut self, round: Address) -> Execution {
        let commit = self.commit_answer_ix(round);
        self.world.ok(&[commit], &[&self.host.operator.insecure_clone()])
    }

    pub fn open_answer_ix(&self, round: Address) -> Instruction {
        let (key, answer) = (self.host.operator.pubkey(), self.answer());
        attest::open_answer(key, self.host.host, round, answer, ANSWER_SALT)
    }

    #[track_caller]
    pub fn open_answer(&mut self, round: Address) -> Execution {
        let open = self.open_answer_ix(round);
        self.world.ok(&[open], &[&self.host.operator.insecure_clone()])
    }

    pub fn passing(&self, score: u32) -> Reading {
        let verdict = Verdict::Pass as u8;
        let gpus = self.gpus.len() as u16;
        Reading { verdict, score, vram: 24_000, gpus, result: ANSWER_RESULT, gpu_root: self.root() }
    }

    pub fn failing() -> Reading {
        Reading { verdict: Verdict::Fail as u8, score: 0, vram: 0, gpus: 0, result: [0; 32], gpu_root: [0; 32] }
    }

    /// Places of the panel.
    pub fn panel(&self, round: Address) -> Vec<usize> {
        let round = self.round(round);
        round.judges.iter().take(round.panel.into()).map(|judge| judge.place.into()).collect()
    }

    /// The key of the attestor at a place.
    pub fn key(&self, place: usize) -> Keypair {
        self.attestors[place].operator.insecure_clone()
    }

    pub fn salt(place: usize) -> [u8; 32] {
        [place as u8 + 1; 32]
    }

    pub fn commit_ix(&self, round: Address, place: usize, reading: &Reading) -> Instruction {
        let key = self.key(place).pubkey();
        let hash = digest::reading(&round, &key, reading, &Self::salt(place));
        attest::commit_reading(key, self.set, round, hash)
    }

    pub fn reveal_ix(&self, round: Address, place: usize, reading: &Reading) -> Instruction {
        attest::reveal_reading(self.key(place).pubkey(), self.set, round, *reading, Self::salt(place))
    }

    /// The panel, in order, commits to and reveals these readings; a missing one is not committed.
    #[track_caller]
    pub fn judge(&mut self, round: Address, readings: &[Option<Reading>]) {
        let given: Vec<_> = self.panel(round).into_iter().zip(readings).collect();
        for (place, reading) in &given {
            if let Some(reading) = reading {
                let commit = self.commit_ix(round, *place, reading);
                self.world.ok(&[commit], &[&self.key(*place)]);
            }
        }
        if readings.iter().any(Option::is_none) {
            self.world.svm.advance(3_601);
        }
        for (place, reading) in &given {
            if let Some(reading) = reading {
                let reveal = self.reveal_ix(round, *place, reading);
                self.world.ok(&[reveal], &[&self.key(*place)]);
            }
        }
    }

    pub fn finalize_ix(&self, round: Address) -> Instruction {
        attest::finalize_challenge(round, self.round(round).member)
    }

    #[track_caller]
    pub fn finalize(&mut self, round: Address) -> Execution {
        let finalize = self.finalize_ix(round);
        self.world.ok(&[finalize], &[])
    }

    pub fn settle_ix(&self, round: Address, place: usize) -> Instruction {
        attest::settle_attestor(round, &self.round(round), self.attestors[place].stake, self.world.stake_token)
    }

    /// Settles the whole panel.
    #[track_caller]
    pub fn settle_all(&mut self, round: Address) {
        for place in self.panel(round) {
            let settle = self.settle_ix(round, place);
            self.world.ok(&[settle], &[]);
        }
    }

    pub fn claim_ix(&self, round: Address, index: usize) -> Instruction {
        attest::claim_gpu(ClaimGpu {
            payer: self.renter.pubkey(),
            challenge: round,
            member: self.round(round).member,
            set: self.set,
            uuid_hash: self.gpus[index],
            index: index as u16,
            proof: digest::gpu_proof(&self.gpus, index).expect("an index"),
        })
    }

    #[track_caller]
    pub fn claim(&mut self, round: Address, index: usize) -> Execution {
        let claim = self.claim_ix(round, index);
        self.world.ok(&[claim], &[&self.renter])
    }

    #[track_caller]
    pub fn claim_all(&mut self, round: Address) {
        for index in 0..self.gpus.len() {
            self.claim(round, index);
        }
    }

    /// A round of the host that its whole panel has passed, to be finalized.
    pub fn judged(&mut self, nonce: u32) -> Address {
        let round = self.open(nonce);
        self.draw(round);
        self.commit_answer(round);
        let readings = vec![Some(self.passing(1_000)); self.panel(round).len()];
        self.judge(round, &readings);
        self.open_answer(round);
        round
    }

    /// A round of the host that passed.
    pub fn passed(&mut self, nonce: u32) -> Address {
        let round = self.judged(nonce);
        self.finalize(round);
        round
    }

    /// Another host's key, named like one of the world's.
    pub fn stranger(&mut self) -> Keypair {
        let key = keypair("stranger");
        self.world.svm.airdrop(&key.pubkey(), 10_000_000_000);
        key
    }
}
