//! A crank on the real program in an embedded chain.

// Each test file uses a part of these.
#![allow(dead_code)]

use {
    gpu_market_crank::{Action, Kind, Outcome, Planner, Policy},
    gpu_market_sdk::{Address, address, error::Refusal, instructions::Token},
    gpu_market_tests::*,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::collections::BTreeMap,
};

/// Turns after which a crank that is still not done never will be.
const TURNS: usize = 200;

/// Everything is worth it, sweeps of a single base unit too.
pub fn everything() -> Policy {
    Policy { sweep_above: 1, ..Policy::default() }
}

/// A crank with a key of its own.
pub struct Crank {
    pub planner: Planner,
    pub key: Keypair,
    /// Its token accounts.
    pub dollars: Address,
    pub stakes: Address,
    known: BTreeMap<Address, Vec<u8>>,
}

/// What became of an action that was sent.
pub struct Sent {
    pub action: Action,
    pub refusal: Option<Option<Refusal>>,
}

impl Crank {
    pub fn new(world: &mut World, name: &str, policy: Policy) -> Self {
        let key = world.somebody(name);
        let mut planner = Planner::new(key.pubkey(), policy);
        let (dollar, stake) = (world.dollar, world.stake_token);
        let dollars = world.token_account(dollar, &key.pubkey());
        let stakes = world.token_account(stake, &key.pubkey());
        for (token, wallet) in [(dollar, dollars), (stake, stakes)] {
            planner.set_wallet(token.mint, wallet);
            planner.set_token_program(token.mint, token.program);
        }
        Self { planner, key, dollars, stakes, known: BTreeMap::new() }
    }

    /// Takes in the accounts that have changed since the last call, one by one.
    pub fn sync(&mut self, world: &World) {
        let accounts = world.svm.program_accounts();
        let now: BTreeMap<_, _> = accounts.into_iter().map(|(key, account)| (key, account.data)).collect();
        for gone in self.known.keys().filter(|key| !now.contains_key(*key)) {
            self.planner.apply(*gone, None).expect("nothing to decode");
        }
        for (key, data) in &now {
            if self.known.get(key) != Some(data) {
                self.planner.apply(*key, Some(data)).expect("a known account");
            }
        }
        self.known = now;
    }

    /// What is due, as sent.
    pub fn plan(&mut self, world: &World) -> Vec<Action> {
        self.sync(world);
        self.planner.plan(world.now(), usize::MAX)
    }

    /// Sends an action and says to the planner what became of it. What succeeds is audited.
    pub fn send(&mut self, world: &mut World, action: Action) -> Sent {
        let sent = world.svm.send(&action.instructions, &[&self.key]);
        let outcome = if sent.is_ok() { Outcome::Done } else { Outcome::Refused };
        self.planner.report(&action.id, outcome, world.now());
        world.audit();
        Sent { action, refusal: sent.err().map(|refused| refused.refusal) }
    }

    /// Does what is due now, until nothing is. Every action has to succeed.
    #[track_caller]
    pub fn run(&mut self, world: &mut World) -> Vec<Kind> {
        let mut kinds = Vec::new();
        for _ in 0..TURNS {
            let due = self.plan(world);
            if due.is_empty() {
                return kinds;
            }
            for action in due {
                let kind = action.id.kind;
                let why = action.why.clone();
                let sent = self.send(world, action);
                assert_eq!(sent.refusal, None, "{} was refused, though {why}", kind.instruction());
                kinds.push(kind);
                self.sync(world);
            }
        }
        panic!("it does not end: {kinds:?}");
    }

    /// Lets a number of seconds pass, and does at each deadline in between what is due then. Refusals are left to the
    /// planner. Returns what succeeded.
    pub fn live(&mut self, world: &mut World, seconds: u32) -> Vec<Kind> {
        let end = world.now().unix + i64::from(seconds);
        let mut kinds = Vec::new();
        loop {
            for action in self.plan(world) {
                let kind = action.id.kind;
                if self.send(world, action).refusal.is_none() {
                    kinds.push(kind);
                }
            }
            self.sync(world);
            if self.planner.due(world.now()) > 0 {
                continue;
            }
            let now = world.now();
            let next = self.planner.next();
            let by_slot =
                next.slot.map(|slot| now.unix + 1 + i64::try_from(slot.saturating_sub(now.slot) / 5).unwrap());
            let next = next.unix.into_iter().chain(by_slot).min().unwrap_or(end).min(end);
            if next <= now.unix {
                assert!(now.unix >= end, "the planner waits for the past");
                return kinds;
            }
            world.svm.advance(u32::try_from(next - now.unix).unwrap());
        }
    }
}

/// The wallet that credits of an owner are claimed to, which has to exist.
pub fn open_wallet(world: &mut World, owner: &Address, token: Token) -> Address {
    let wallet = address::associated_token(owner, &token.mint, &token.program).0;
    let payer = world.payer.insecure_clone();
    let create = gpu_market_sdk::Instruction {
        program_id: address::ASSOCIATED_TOKEN_PROGRAM,
        accounts: vec![
            gpu_market_sdk::AccountMeta::new(payer.pubkey(), true),
            gpu_market_sdk::AccountMeta::new(wallet, false),
            gpu_market_sdk::AccountMeta::new_readonly(*owner, false),
            gpu_market_sdk::AccountMeta::new_readonly(token.mint, false),
            gpu_market_sdk::AccountMeta::new_readonly(address::SYSTEM_PROGRAM, false),
            gpu_market_sdk::AccountMeta::new_readonly(token.program, false),
        ],
        data: vec![1],
    };
    world.ok(&[create], &[]);
    wallet
}
