//! The embedded chain with a referee: after every transaction it audits the accounts and counts tokens and lamports.

use {
    super::{
        books::{Books, Kind},
        rewards::Tally,
    },
    crate::{embedded, error::CliError},
    gpu_market::{constants::DRAW_WINDOW_SLOTS, state::JobState},
    gpu_market_sdk::{
        Address, Instruction,
        audit::{Finding, audit},
        decode::{Account, Decode},
        error::Refusal,
        instructions::{self, Token},
        svm::{Execution, Svm, keypair},
    },
    sha2::{Digest, Sha256},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::collections::{BTreeMap, BTreeSet},
};

/// What the runtime charges for each signature.
const LAMPORTS_PER_SIGNATURE: u64 = 5_000;
const AIRDROP: u64 = 1_000_000_000_000;

/// A transaction, for those who want to read its logs.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Sent {
    pub at: i64,
    pub instruction: &'static str,
    pub compute_units: u64,
    pub bytes: usize,
    pub logs: Vec<String>,
}

/// Accounts of one kind that were closed.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Closed {
    pub accounts: usize,
    /// Lamports that came back to whoever had paid them.
    pub rent: u64,
}

pub struct Chain {
    pub svm: Svm,
    pub books: Books,
    /// Pays all rent and fees.
    pub payer: Keypair,
    /// Compute units of every instruction executed, by name.
    pub compute: BTreeMap<&'static str, Vec<u64>>,
    pub sent: u64,
    /// Transactions with their logs, if somebody wants them.
    pub log: Option<Vec<Sent>>,
    /// Broken invariants.
    pub findings: Vec<String>,
    /// What was found before and is not reported again.
    known: BTreeSet<String>,
    /// Accounts that were closed and the lamports that came back, by their kind.
    pub closed: BTreeMap<&'static str, Closed>,
    /// What moved because of fees, rewards and slashes.
    pub tally: Tally,
    /// What the hashes of its slots follow from.
    seed: u64,
    /// Every account of the program as the last transaction left it.
    accounts: BTreeMap<Address, Account>,
    states: BTreeMap<Address, JobState>,
}

impl Chain {
    pub fn new(seed: u64, keep_logs: bool) -> Result<Self, CliError> {
        let mut svm = Svm::new(embedded::PROGRAM).map_err(CliError::Chain)?;
        let payer = keypair("payer");
        svm.airdrop(&payer.pubkey(), AIRDROP);
        Ok(Self {
            svm,
            books: Books::default(),
            payer,
            compute: BTreeMap::new(),
            sent: 0,
            log: keep_logs.then(Vec::new),
            findings: Vec::new(),
            known: BTreeSet::new(),
            closed: BTreeMap::new(),
            tally: Tally::default(),
            seed,
            accounts: BTreeMap::new(),
            states: BTreeMap::new(),
        })
    }

    pub fn unix(&self) -> i64 {
        self.svm.now().unix
    }

    /// Lets time pass until `unix`; nothing if that is over.
    pub fn wait_until(&mut self, unix: i64) {
        self.svm.advance(u32::try_from(unix - self.unix()).unwrap_or(0));
    }

    /// Lets `seconds` pass.
    pub fn wait(&mut self, seconds: u32) {
        self.svm.advance(seconds);
    }

    /// Writes the hashes of the last slots into their sysvar, as a validator does in every slot.
    pub fn publish_slot_hashes(&mut self) -> Result<(), CliError> {
        let slot = self.svm.now().slot;
        let hash = |slot: u64| Sha256::digest([self.seed.to_le_bytes(), slot.to_le_bytes()].concat()).into();
        let slots = slot.saturating_sub(DRAW_WINDOW_SLOTS)..slot;
        let hashes: Vec<(u64, [u8; 32])> = slots.rev().map(|slot| (slot, hash(slot))).collect();
        self.svm.set_slot_hashes(&hashes).map_err(CliError::SlotHashes)
    }

    /// A key with some lamports.
    pub fn key(&mut self, name: &str) -> Keypair {
        let key = keypair(name);
        self.svm.airdrop(&key.pubkey(), AIRDROP);
        key
    }

    /// A decoded account that has to exist.
    pub fn get<T: Decode>(&self, address: &Address) -> Result<T, CliError> {
        let missing = || CliError::Missing { kind: T::NAME, address: address.to_string() };
        self.svm.account(address).ok_or_else(missing)
    }

    /// A wallet of a party, with tokens minted to it.
    pub fn fund(&mut self, party: &str, owner: &Address, token: Token, amount: u64) -> Result<Address, CliError> {
        let refused = |reason: String| CliError::Refused { what: format!("funding {party}"), reason };
        let wallet = match self.books.wallet(party, &token.mint) {
            Some(wallet) => wallet,
            None => {
                let name = format!("{party} {}", token.mint);
                let created = self.svm.create_token_account(&name, token, owner);
                created.map_err(|error| refused(error.to_string()))?
            }
        };
        self.books.enter(party, Kind::Wallet, token.mint, wallet);
        let minted = self.books.minted_of(&token.mint);
        if minted + u128::from(amount) > u128::from(u64::MAX) {
            let symbol = self.books.coin_of(&token.mint).map(|coin| coin.symbol.clone());
            return Err(CliError::TooMuch { symbol: symbol.unwrap_or_default() });
        }
        if amount > 0 {
            self.svm.mint_to(token, &wallet, amount).map_err(|error| refused(error.to_string()))?;
            self.books.add_minted(wallet, amount);
        }
        Ok(wallet)
    }

    /// Executes one instruction as one transaction, and referees it.
    pub fn send(&mut self, instruction: Instruction, signers: &[&Keypair]) -> Result<Execution, CliError> {
        let what = instructions::name(&instruction.data).unwrap_or("an unknown instruction");
        let payer = self.payer.insecure_clone();
        let all = with_payer(&payer, signers);
        let mut keys: BTreeSet<Address> = instruction.accounts.iter().map(|meta| meta.pubkey).collect();
        keys.insert(payer.pubkey());
        let before = self.lamports(&keys);
        let executed = self.svm.send(&[instruction], &all).map_err(|refused| CliError::Refused {
            what: what.to_owned(),
            reason: format!("{refused}\n{}", refused.logs.join("\n")),
        })?;
        let fee = LAMPORTS_PER_SIGNATURE * all.len() as u64;
        if before != self.lamports(&keys) + u128::from(fee) {
            self.findings.push(format!("I8: {what} did not conserve lamports"));
        }
        self.record(what, &executed);
        self.referee(what, &keys);
        Ok(executed)
    }

    /// Executes an instruction that the program refuses, and says why. Nothing but the fee may have changed.
    pub fn refused(&mut self, instruction: Instruction, signers: &[&Keypair]) -> Result<Refusal, CliError> {
        let what = instructions::name(&instruction.data).unwrap_or("an unknown instruction");
        let payer = self.payer.insecure_clone();
        let all = with_payer(&payer, signers);
        let before = self.svm.program_accounts();
        let refused = match self.svm.send(&[instruction], &all) {
            Ok(_) => return Err(CliError::NotRefused { what }),
            Err(refused) => refused,
        };
        if before != self.svm.program_accounts() || !self.books.leaks(&self.svm).is_empty() {
            self.findings.push(format!("I8: {what} was refused and changed something"));
        }
        let unknown = || CliError::Refused { what: what.to_owned(), reason: refused.to_string() };
        refused.refusal.ok_or_else(unknown)
    }

    /// Executes an instruction that closes accounts of one kind, and checks that their rent returns to who paid it.
    pub fn close(
        &mut self,
        kind: &'static str,
        accounts: &[Address],
        rent_payer: &Address,
        instruction: Instruction,
        signers: &[&Keypair],
    ) -> Result<(), CliError> {
        let rent: u64 = accounts.iter().map(|account| self.svm.lamports(account)).sum();
        let before = self.svm.lamports(rent_payer);
        let signatures = with_payer(&self.payer, signers).len() as u64;
        let fees = if *rent_payer == self.payer.pubkey() { LAMPORTS_PER_SIGNATURE * signatures } else { 0 };
        self.send(instruction, signers)?;
        let left: u64 = accounts.iter().map(|account| self.svm.lamports(account)).sum();
        let returned = (self.svm.lamports(rent_payer) + fees).saturating_sub(before);
        if rent == 0 || left != 0 || returned != rent {
            self.findings.push(format!("I8: of {rent} lamports in a closed {kind}, {returned} came back"));
        }
        let closed = self.closed.entry(kind).or_default();
        closed.accounts += 1;
        closed.rent += returned;
        Ok(())
    }

    fn lamports(&self, keys: &BTreeSet<Address>) -> u128 {
        keys.iter().map(|key| u128::from(self.svm.lamports(key))).sum()
    }

    fn record(&mut self, instruction: &'static str, executed: &Execution) {
        self.sent += 1;
        self.compute.entry(instruction).or_default().push(executed.compute_units);
        executed.events.iter().for_each(|event| self.tally.add(&self.books, event));
        let at = self.unix();
        if let Some(log) = &mut self.log {
            log.push(Sent {
                at,
                instruction,
                compute_units: executed.compute_units,
                bytes: executed.bytes,
                logs: executed.logs.clone(),
            });
        }
    }

    /// I1 to I6 on all accounts, I7 on the jobs that were touched, I8 on all tokens.
    fn referee(&mut self, what: &str, touched: &BTreeSet<Address>) {
        let mut broken = Vec::new();
        for key in touched {
            broken.extend(self.look_at(*key));
        }
        broken.extend(self.audit());
        broken.extend(self.books.leaks(&self.svm));
        for finding in broken {
            if self.known.insert(finding.clone()) {
                self.findings.push(format!("after {what}: {finding}"));
            }
        }
    }

    /// Takes an account as it is now; says what is wrong with it, or with the way in which it came about.
    fn look_at(&mut self, key: Address) -> Option<String> {
        let raw = self.svm.raw(&key).filter(|raw| raw.owner == gpu_market::ID);
        let decoded = match raw.as_ref().map(|raw| Account::decode(&raw.data)) {
            None => {
                self.accounts.remove(&key);
                return None;
            }
            Some(Err(error)) => return Some(format!("account {key}: {error}")),
            Some(Ok(decoded)) => decoded,
        };
        let edge = match &decoded {
            Account::Job(job) => job.state().ok().and_then(|state| self.broken_edge(key, state)),
            _ => None,
        };
        self.accounts.insert(key, decoded);
        edge
    }

    /// I7: a job's state only moves along the state machine.
    fn broken_edge(&mut self, key: Address, state: JobState) -> Option<String> {
        let allowed = match self.states.insert(key, state) {
            None => state == JobState::Open,
            Some(before) => before == state || is_edge(before, state),
        };
        (!allowed).then(|| format!("I7: job {key} must not become {state:?}"))
    }

    fn audit(&self) -> Vec<String> {
        let findings = audit(&self.accounts, |vault| self.svm.token_amount(vault));
        let text = |finding: Finding| format!("{}: {}: {}", finding.invariant, finding.account, finding.what);
        findings.into_iter().map(text).collect()
    }

    /// Reads everything anew at the end, so that nothing is missed that no transaction named.
    pub fn final_audit(&mut self) {
        let keys: BTreeSet<Address> = self.svm.program_accounts().into_keys().collect();
        let forgotten = keys.iter().filter(|key| !self.accounts.contains_key(key)).count();
        if forgotten > 0 {
            self.findings.push(format!("{forgotten} accounts were never looked at"));
        }
        self.referee("everything", &keys);
    }
}

fn is_edge(from: JobState, to: JobState) -> bool {
    use JobState::*;
    match from {
        Open => matches!(to, Running | Cancelled | Expired),
        Running => matches!(to, Completed | Failed | Ended | TimedOut | HostLost),
        _ => false,
    }
}

/// Who signs a transaction: the payer of its fee first, and everybody once.
fn with_payer<'a>(payer: &'a Keypair, signers: &[&'a Keypair]) -> Vec<&'a Keypair> {
    let others = signers.iter().copied().filter(|signer| signer.pubkey() != payer.pubkey());
    [payer].into_iter().chain(others).collect()
}
