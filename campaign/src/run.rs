//! One campaign: every action is predicted, sent, and held against prediction and invariants.

mod around;

use {
    crate::{
        action::{Action, Scene, Twist},
        base::{Base, read, signers},
        cast::{Cast, PAYER},
        check::{
            Findings, Ledger,
            conserve::{self, Accounts, token_account},
            edges, free,
        },
        model::{Model, Verdict},
        report::Tally,
    },
    gpu_market::constants::SLOT_HASHES,
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::Account,
        error::Refusal,
        instructions,
        svm::{Refused, Svm},
    },
    solana_account::Account as RawAccount,
    std::{
        collections::{BTreeMap, BTreeSet},
        rc::Rc,
    },
};

/// What one signature costs.
const LAMPORTS_PER_SIGNATURE: u64 = 5_000;

/// What an action came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    /// Refused, with the name of the refusal.
    Refused(String),
    /// Nothing was sent to the program.
    Outside,
}

/// What was wrong with an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub Vec<String>);

/// A campaign under way.
pub struct Run {
    svm: Svm,
    program: Vec<u8>,
    cast: Rc<Cast>,
    pub model: Model,
    pub ledger: Ledger,
    /// Every account that was ever named, as the chain had it last.
    raw: BTreeMap<Address, RawAccount>,
    pub tally: Tally,
}

impl Run {
    /// Begins in the base world.
    ///
    /// # Errors
    ///
    /// What the embedded chain does not load.
    pub fn new(base: &Base) -> Result<Self, String> {
        let svm = Base::load(&base.program, base.accounts.clone(), base.now)?;
        let model = Model::new(base.cast.clone(), (base.now.unix, base.now.slot));
        let mut run = Self {
            svm,
            program: base.program.clone(),
            cast: base.cast.clone(),
            model,
            ledger: Ledger::default(),
            raw: base.accounts.clone(),
            tally: Tally::default(),
        };
        let addresses: Vec<Address> = run.raw.keys().copied().collect();
        for address in &addresses {
            run.adopt(address);
        }
        for address in &addresses {
            run.refresh(address, &mut BTreeSet::new());
        }
        Ok(run)
    }

    fn adopt(&mut self, address: &Address) {
        let account = read(&self.svm, address);
        if account.is_some() {
            self.model.adopt(address, account.as_ref());
        }
        if let Some(token) = self.svm.raw(address).as_ref().and_then(token_account) {
            self.model.tokens.insert(*address, token);
        }
    }

    /// Reads an account anew into the ledger.
    fn refresh(&mut self, address: &Address, affected: &mut BTreeSet<Address>) {
        // It is written anew before every draw.
        if *address == SLOT_HASHES {
            return;
        }
        let raw = self.svm.raw(address);
        let ours = raw.as_ref().filter(|account| account.owner == address::PROGRAM);
        let account = ours.and_then(|account| Account::decode(&account.data).ok());
        if account.is_some() || self.ledger.accounts.contains_key(address) {
            self.ledger.replace(address, account, affected);
        }
        self.ledger.replace_tokens(address, raw.as_ref().and_then(token_account));
        match raw {
            Some(raw) => self.raw.insert(*address, raw),
            None => self.raw.remove(address),
        };
    }

    /// Takes one step.
    ///
    /// # Errors
    ///
    /// What does not hold after it.
    pub fn step(&mut self, action: &Action) -> Result<Outcome, Failure> {
        let outcome = match action {
            Action::Outside(outside) => self.outside(outside, action),
            _ => self.instruct(action),
        };
        self.tally.actions += 1;
        outcome
    }

    fn scene_instruction(&self, action: &Action) -> Option<Instruction> {
        let svm = &self.svm;
        let look = |key: &Address| read(svm, key);
        action.instruction(&Scene { cast: &self.cast, look: &look })
    }

    fn predict(&mut self, action: &Action) -> Verdict {
        let svm = &self.svm;
        let look = |key: &Address| read(svm, key);
        self.model.act(action, &Scene { cast: &self.cast, look: &look })
    }

    /// Whether an instruction has something exchanged in it that must not be.
    fn is_attack(&self, action: &Action, name: &str, instruction: &Instruction) -> bool {
        let Action::Twisted(straight, twist) = action else { return false };
        self.scene_instruction(straight).as_ref() != Some(instruction)
            && !free::is_harmless(name, *twist, instruction, &self.cast.key(PAYER))
            && !self.puts_right(name, *twist, instruction)
            && !self.is_ones_own(name, *twist, instruction)
    }

    /// Whether another escrow of the same owner stands where one was named: another action, and no less allowed.
    fn is_ones_own(&self, name: &str, twist: Twist, instruction: &Instruction) -> bool {
        let owner = instruction.accounts.first().filter(|meta| meta.is_signer);
        let escrow = free::exchanged(twist, instruction).filter(|_| free::takes_any_escrow(name));
        owner.zip(escrow).is_some_and(|(owner, escrow)| {
            matches!(read(&self.svm, &escrow.pubkey), Some(Account::Client(client)) if client.owner == owner.pubkey)
        })
    }

    /// Whether the twist of a closing names the payer of the rent after all, who need not be the usual one: an account that
    /// the instruction closes records the key.
    fn puts_right(&self, name: &str, twist: Twist, instruction: &Instruction) -> bool {
        let closes = name.starts_with("close_") || name == "release_gpu";
        let Some(meta) = free::exchanged(twist, instruction).filter(|meta| closes && !meta.is_signer) else {
            return false;
        };
        let records = |raw: &RawAccount| raw.data.windows(32).any(|bytes| bytes == meta.pubkey.as_ref());
        instruction
            .accounts
            .iter()
            .filter(|other| other.is_writable && other.pubkey != meta.pubkey)
            .filter_map(|other| self.svm.raw(&other.pubkey))
            .any(|raw| raw.owner == address::PROGRAM && records(&raw))
    }

    fn accounts_of(&self, instruction: &Instruction) -> Accounts {
        let keys = instruction.accounts.iter().map(|meta| meta.pubkey).chain([self.cast.key(PAYER)]);
        keys.map(|key| (key, self.svm.raw(&key))).collect()
    }

    fn instruct(&mut self, action: &Action) -> Result<Outcome, Failure> {
        let Some(instruction) = self.scene_instruction(action) else { return Ok(Outcome::Outside) };
        let name = instructions::name(&instruction.data).unwrap_or("unknown");
        if name == "draw" {
            self.write_slot_hashes();
        }
        let is_attack = self.is_attack(action, name, &instruction);
        let before = self.accounts_of(&instruction);
        let verdict = self.predict(action);
        let signers: Vec<_> =
            signers(&self.cast, &instruction).into_iter().map(|pair| pair.insecure_clone()).collect();
        let fee = LAMPORTS_PER_SIGNATURE * signers.len() as u64;
        let sent = self.svm.send(std::slice::from_ref(&instruction), &signers.iter().collect::<Vec<_>>());
        let after = self.accounts_of(&instruction);
        self.tally.verdict(&verdict);
        let mut findings = Findings::default();
        let mut faults = Vec::new();
        let outcome = match sent {
            Ok(_) => {
                self.accepted(
                    action,
                    name,
                    &instruction,
                    is_attack,
                    &verdict,
                    (&before, &after, fee),
                    &mut findings,
                    &mut faults,
                );
                Outcome::Accepted
            }
            Err(refused) => {
                self.refused(&refused, &verdict, &mut faults);
                let payer = self.cast.key(PAYER);
                // A transaction that was not executed costs nothing.
                let fee = if before.get(&payer) == after.get(&payer) { 0 } else { fee };
                conserve::unchanged(&before, &after, &payer, fee, &mut findings);
                self.refresh(&payer, &mut BTreeSet::new());
                Outcome::Refused(reason(&refused))
            }
        };
        self.tally.count(action, name, &outcome, &findings.checked);
        faults.extend(findings.list.iter().map(ToString::to_string));
        if faults.is_empty() { Ok(outcome) } else { Err(Failure(faults)) }
    }

    #[expect(clippy::too_many_arguments, reason = "everything that is known of one transaction")]
    fn accepted(
        &mut self,
        action: &Action,
        name: &str,
        instruction: &Instruction,
        is_attack: bool,
        verdict: &Verdict,
        (before, after, fee): (&Accounts, &Accounts, u64),
        findings: &mut Findings,
        faults: &mut Vec<String>,
    ) {
        if let Verdict::Refused(broken) = verdict {
            faults.push(format!("it was accepted, though {} forbid it", names(broken)));
        }
        if is_attack {
            faults.push(format!("{name} was accepted: {action:?}"));
        }
        let named = instruction.accounts.first().map_or(address::PROGRAM, |meta| meta.pubkey);
        conserve::check(&named, before, after, fee, findings);
        let mut affected = BTreeSet::new();
        for key in after.keys() {
            let old = self.ledger.accounts.get(key).cloned();
            self.refresh(key, &mut affected);
            let new = self.ledger.accounts.get(key);
            edges::check(name, key, old.as_ref(), new, self.model.now.0, findings);
            if *verdict == Verdict::Open {
                let new = self.ledger.accounts.get(key).cloned();
                self.take_over(key, new.as_ref());
            }
        }
        for key in &affected {
            self.ledger.check(key, findings);
        }
        if *verdict == Verdict::Accepted {
            for key in after.keys() {
                self.compare(key, faults);
            }
        }
    }

    /// Takes over from the chain what the model did not predict.
    fn take_over(&mut self, key: &Address, account: Option<&Account>) {
        let token = self.ledger.tokens.get(key).cloned();
        match (account, token) {
            (Some(account), _) => self.model.adopt(key, Some(account)),
            (None, Some(token)) => {
                self.model.tokens.insert(*key, token);
                self.model.gifted.remove(key);
            }
            (None, None) if self.model.has(key) => self.model.forget(key),
            (None, None) => {}
        }
    }

    /// Holds the model's books against an account.
    fn compare(&self, key: &Address, faults: &mut Vec<String>) {
        let account = self.ledger.accounts.get(key);
        let token = self.ledger.tokens.get(key);
        let difference = match (account, token) {
            (Some(account), _) => self.model.compare(key, Some(account)),
            (None, Some(token)) => crate::model::difference(self.model.tokens.get(key), token),
            (None, None) => self.model.compare(key, None),
        };
        if let Some(difference) = difference {
            faults.push(format!("the books of {key} differ: {difference}"));
        }
    }

    /// Holds all books against all accounts, and all supplies against all token accounts.
    ///
    /// # Errors
    ///
    /// Every difference.
    pub fn audit(&mut self) -> Result<(), Failure> {
        let mut faults = Vec::new();
        let mut findings = Findings::default();
        for key in self.ledger.accounts.keys().chain(self.ledger.tokens.keys()) {
            self.compare(key, &mut faults);
        }
        for key in self.ledger.accounts.keys() {
            self.ledger.check(key, &mut findings);
        }
        for (key, raw) in &self.raw {
            let same = self.svm.raw(key).as_ref() == Some(raw);
            findings.require(same, "I8", key, || "it changed without being named".into());
        }
        faults.extend(findings.list.iter().map(ToString::to_string));
        self.tally.add_checked(&findings.checked);
        if faults.is_empty() { Ok(()) } else { Err(Failure(faults)) }
    }

    fn refused(&self, refused: &Refused, verdict: &Verdict, faults: &mut Vec<String>) {
        match (verdict, refused.refusal) {
            (Verdict::Accepted, _) => {
                faults.push(format!("it was refused: {refused}\n{}", refused.logs.join("\n")))
            }
            (Verdict::Refused(broken), Some(refusal)) if broken.contains(&refusal) => {}
            (Verdict::Refused(broken), _) => {
                let names = names(broken);
                faults.push(format!(
                    "refused with {}, where {names} was due\n{}",
                    reason(refused),
                    refused.logs.join("\n")
                ));
            }
            (Verdict::Open, Some(Refusal::Rule(rule))) if rule.name() == "InvariantBroken" => {
                faults.push("the program would have broken an invariant".into());
            }
            (Verdict::Open, _) => {
                let crashed = refused.logs.iter().any(|line| line.contains("panicked"));
                if crashed {
                    faults.push(format!("the program panicked\n{}", refused.logs.join("\n")));
                }
            }
        }
    }
}

fn names(broken: &[Refusal]) -> String {
    broken.iter().map(describe).collect::<Vec<_>>().join(" or ")
}

fn describe(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Other(code) => format!("code {code}"),
        refusal => refusal.name().into(),
    }
}

fn reason(refused: &Refused) -> String {
    match &refused.refusal {
        Some(refusal) => describe(refusal),
        None => format!("{:?}", refused.error),
    }
}
