//! A round with its set, its stakes and its host, for the tests of the pure rules.

// Each test file uses a part of these.
#![allow(dead_code)]

use {
    bytemuck::Zeroable,
    gpu_market::{
        error::{MarketError, Rule},
        state::{
            Answer, AttestorSet, Challenge, Gpu, JudgeSettled, Now, Policy, Reading, RoundParams, RoundResult,
            SetParams, Sha256, Stake, Verdict, digest,
        },
    },
    gpu_market_sdk::Address,
    sha2::Digest,
};

pub const DAY: i64 = 86_400;
pub const START: i64 = 2_000 * DAY;
pub const FEE: u64 = 1_000;
pub const BOND: u64 = 10_000;

/// SHA-256 by the library, as the program does by a system call.
pub struct Hasher;

impl Sha256 for Hasher {
    fn hash(parts: &[&[u8]], out: &mut [u8; 32]) {
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        out.copy_from_slice(&hasher.finalize());
    }
}

pub fn key(number: u8) -> Address {
    Address::new_from_array([number; 32])
}

/// A policy in the middle of every bound.
pub fn policy() -> Policy {
    Policy {
        min_volume: 1_000,
        collateral_floor: 5_000,
        min_ended_fees: 10,
        min_completed: 20,
        min_evidenced: 36_000,
        min_score: 900,
        strike_cooldown: 7 * 86_400,
        min_ended: 10,
        suspension: 3 * 86_400,
        cooldown: 30 * 86_400,
        promote_success_bps: 9_500,
        review_success_bps: 9_000,
        review_missed_bps: 500,
        min_clients: 3,
        admission: 0,
        reserved: [0; 3],
    }
}

pub fn set_params() -> SetParams {
    SetParams { bond: BOND, fee: FEE, panel: 5, quorum: 3, reserved: [0; 6] }
}

pub fn stake_of(amount: u64) -> Stake {
    let mut stake = Stake::zeroed();
    stake.amount = amount;
    stake
}

/// `count` hashes of GPU uuids in ascending order.
pub fn gpus(count: u8) -> Vec<[u8; 32]> {
    (0..count).map(|number| [number + 1; 32]).collect()
}

/// A set of attestors, a host that pays its own round, and what everybody does in it.
#[derive(Clone)]
pub struct Round {
    pub set: AttestorSet,
    pub stakes: Vec<Stake>,
    pub payer: Stake,
    pub address: Address,
    pub challenge: Challenge,
    pub gpus: Vec<[u8; 32]>,
    pub now: Now,
}

impl Round {
    /// A set of `attestors`, founded; nothing is open yet.
    pub fn new(attestors: u8) -> Self {
        Self::of(attestors, &set_params())
    }

    pub fn of(attestors: u8, params: &SetParams) -> Self {
        let mut set = AttestorSet::zeroed();
        set.open(1, params, START).expect("a set");
        let mut stakes = vec![stake_of(5 * BOND); usize::from(attestors)];
        for (number, stake) in (0u8..).zip(&mut stakes) {
            set.add(&key(100 + number), &key(200 + number), stake, START).expect("a place");
        }
        let mut challenge = Challenge::zeroed();
        (challenge.member, challenge.host) = (key(1), key(2));
        let now = Now { unix: START + 10, slot: 1_000 };
        Self { set, stakes, payer: stake_of(50_000), address: key(9), challenge, gpus: gpus(5), now }
    }

    pub fn open(mut self) -> Self {
        self.try_open().expect("an open round");
        self
    }

    pub fn try_open(&mut self) -> Rule<()> {
        let params =
            RoundParams { nonce: 1, min_score: 900, max_fee: FEE, host_stake: &key(3), payer_stake: &key(3) };
        let fee = self.challenge.open(&mut self.set, &params, self.now)?;
        self.payer.reserve_fee(fee)
    }

    /// Lets time pass, with two slots a second.
    pub fn wait(&mut self, seconds: i64) {
        self.now.unix += seconds;
        self.now.slot += 2 * u64::try_from(seconds).expect("time goes on");
    }

    pub fn try_draw(&mut self, hash: [u8; 32]) -> Rule<()> {
        self.challenge.draw::<Hasher>(&self.address, &mut self.set, &hash, self.now)
    }

    pub fn drawn(attestors: u8) -> Self {
        let mut round = Self::new(attestors).open();
        round.wait(5);
        round.try_draw([7; 32]).expect("a draw");
        round
    }

    /// Places of the panel.
    pub fn panel(&self) -> Vec<u8> {
        self.challenge.judges.iter().take(usize::from(self.challenge.panel)).map(|judge| judge.place).collect()
    }

    pub fn root(&self) -> [u8; 32] {
        digest::gpu_root::<Hasher>(&self.gpus).expect("GPUs in order")
    }

    pub fn answer(&self) -> Answer {
        Answer { result: [5; 32], gpus: self.gpus.len() as u16, gpu_root: self.root() }
    }

    pub fn commit_answer(&mut self) -> Rule<()> {
        let mut hash = [0; 32];
        let seed = self.challenge.seed;
        digest::answer::<Hasher>(&self.address, &key(2), &seed, &self.answer(), &[8; 32], &mut hash);
        self.challenge.commit_answer(&hash, self.now)
    }

    pub fn open_answer(&mut self) -> Rule<()> {
        let answer = self.answer();
        self.challenge.open_answer::<Hasher>(&self.address, &answer, &[8; 32], self.now.unix)
    }

    pub fn passing(&self, score: u32) -> Reading {
        Reading {
            verdict: Verdict::Pass as u8,
            score,
            vram: 81_000 + score,
            gpus: self.gpus.len() as u16,
            result: [5; 32],
            gpu_root: self.root(),
        }
    }

    pub fn failing() -> Reading {
        Reading { verdict: Verdict::Fail as u8, score: 0, vram: 0, gpus: 0, result: [0; 32], gpu_root: [0; 32] }
    }

    pub fn commitment(&self, place: u8, reading: &Reading) -> [u8; 32] {
        let mut hash = [0; 32];
        digest::reading::<Hasher>(&self.address, &key(100 + place), reading, &[place + 1; 32], &mut hash);
        hash
    }

    pub fn commit(&mut self, place: u8, reading: &Reading) -> Rule<()> {
        let hash = self.commitment(place, reading);
        self.challenge.commit_reading(place, &hash, self.now)
    }

    pub fn reveal(&mut self, place: u8, reading: &Reading) -> Rule<()> {
        let salt = [place + 1; 32];
        let now = self.now;
        self.challenge.reveal_reading::<Hasher>(&self.address, place, &key(100 + place), reading, &salt, now)
    }

    /// The panel, in order, commits to and reveals these readings; a missing one is not committed.
    pub fn judge(&mut self, readings: &[Option<Reading>]) {
        self.commit_answer().expect("the host is in time");
        let panel = self.panel();
        let given = || panel.iter().zip(readings).filter_map(|(place, reading)| Some((*place, (*reading)?)));
        for (place, reading) in given() {
            self.commit(place, &reading).expect("in time");
        }
        if given().count() < panel.len() {
            self.now.unix = self.challenge.reading_deadline().expect("a time") + 1;
            self.now.slot += 100_000;
        }
        for (place, reading) in given() {
            self.reveal(place, &reading).expect("in time");
        }
    }

    /// A round that five attestors pass with these scores.
    pub fn judged(scores: [u32; 5]) -> Self {
        let mut round = Self::drawn(5);
        let readings: Vec<_> = scores.into_iter().map(|score| Some(round.passing(score))).collect();
        round.judge(&readings);
        round
    }

    /// A round that passed.
    pub fn passed() -> Self {
        let mut round = Self::judged([1_000; 5]);
        round.open_answer().expect("the host is in time");
        assert_eq!(round.decide(), Ok(RoundResult::Passed));
        round
    }

    pub fn decide(&mut self) -> Rule<RoundResult> {
        self.challenge.decide::<Hasher>(self.now)
    }

    pub fn settle(&mut self, place: u8) -> Rule<JudgeSettled> {
        let stake = &mut self.stakes[usize::from(place)];
        self.challenge.settle_attestor(&mut self.set, place, stake, &mut self.payer)
    }

    /// Settles the whole panel; returns what each came to, in order of the panel.
    pub fn settle_all(&mut self) -> Vec<JudgeSettled> {
        self.panel().into_iter().map(|place| self.settle(place).expect("not settled before")).collect()
    }

    pub fn claim(&mut self, gpu: &mut Gpu, index: usize) -> Rule<()> {
        gpu.uuid_hash = self.gpus[index];
        let proof = digest::gpu_proof::<Hasher>(&self.gpus, index).expect("an index");
        gpu.claim::<Hasher>(&mut self.challenge, index as u16, &proof, self.now.unix)
    }

    /// Base units in all books.
    pub fn booked(&self) -> u64 {
        self.stakes.iter().chain([&self.payer]).map(|stake| stake.booked().expect("sound books")).sum()
    }
}

/// What a refusal is compared with.
pub fn refused<T>(error: MarketError) -> Rule<T> {
    Err(error)
}
