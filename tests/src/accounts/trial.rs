//! Tries every variant of an instruction in the state in which the instruction itself succeeds.

use {
    super::{
        chain::{Held, Snapshot, held, put},
        change::Change,
        interface::{Interface, interface_of},
        kind::Kind,
        outcome::Outcome,
        pool::Pool,
        variants::Place,
    },
    crate::World,
    gpu_market_sdk::{
        Address, Instruction, address,
        svm::{Execution, Refused, keypair},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::collections::BTreeMap,
};

/// One variant and what became of it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Number of the instruction.
    pub number: u8,
    /// The measurement in which it was tried.
    pub branch: String,
    /// Index of the changed account.
    pub slot: usize,
    pub kind: Kind,
    pub change: Change,
    /// What stood there instead; the account itself where the address is the same.
    pub substitute: Address,
    pub outcome: Outcome,
}

/// Signs for everybody whose key is known here.
pub struct Keyring {
    keys: BTreeMap<Address, Keypair>,
    /// Pays the fees of all trials, and is no account of any instruction.
    fees: Keypair,
    /// Pays the rent where whoever signs the measured instruction pays it too.
    pub payer: Address,
    attacker: Address,
}

impl Keyring {
    pub fn new(world: &mut World, signers: &[&Keypair]) -> Self {
        let [fees, payer, attacker] = ["matrix fees", "matrix payer", "matrix attacker"].map(keypair);
        for key in [&fees, &payer, &attacker] {
            world.svm.airdrop(&key.pubkey(), 10_000_000_000);
        }
        let (payer_key, attacker_key) = (payer.pubkey(), attacker.pubkey());
        let known = signers.iter().map(|signer| signer.insecure_clone()).chain([payer, attacker]);
        let keys = known.map(|key| (key.pubkey(), key)).collect();
        Self { keys, fees, payer: payer_key, attacker: attacker_key }
    }

    /// Signs and sends an instruction. An account whose key nobody has cannot sign.
    fn send(&self, world: &mut World, mut instruction: Instruction) -> Result<Execution, Box<Refused>> {
        let mut signers = BTreeMap::new();
        for meta in instruction.accounts.iter_mut().filter(|meta| meta.is_signer) {
            match self.keys.get(&meta.pubkey) {
                Some(key) => drop(signers.insert(meta.pubkey, key)),
                None => meta.is_signer = false,
            }
        }
        let all: Vec<&Keypair> = [&self.fees].into_iter().chain(signers.into_values()).collect();
        world.svm.send(&[instruction], &all)
    }
}

/// Tries all variants of a measured instruction.
pub fn try_all(
    world: &mut World,
    pool: &Pool,
    branch: &str,
    measured: &Instruction,
    signers: &[&Keypair],
) -> Vec<Trial> {
    let keyring = Keyring::new(world, signers);
    let interface = interface_of(measured.data[0]);
    let instruction = with_own_payer(measured, interface, keyring.payer);
    let (kinds, usual) = rehearse(world, &keyring, branch, &instruction);
    let mut trials = Vec::new();
    for index in present(interface, &instruction) {
        let place = Place {
            world,
            pool,
            instruction: &instruction,
            slots: &interface.slots,
            kinds: &kinds,
            index,
            attacker: keyring.attacker,
        };
        for variant in place.variants() {
            let (change, substitute) = (variant.change, variant.instruction.accounts[index].pubkey);
            let outcome = match attempt(world, &keyring, variant.instruction, variant.edit) {
                outcome if outcome == usual => Outcome::Accepted,
                outcome => outcome,
            };
            let (number, branch, kind) = (interface.number, branch.into(), kinds[index]);
            trials.push(Trial { number, branch, slot: index, kind, change, substitute, outcome });
        }
    }
    trials
}

/// The instruction with a payer of its own. Whoever else signs often pays too, and then neither could be left out alone.
pub fn with_own_payer(measured: &Instruction, interface: &Interface, payer: Address) -> Instruction {
    let mut instruction = measured.clone();
    for (meta, slot) in instruction.accounts.iter_mut().zip(&interface.slots) {
        if slot.signer && ["payer", "rent_payer"].contains(&slot.name.as_str()) {
            meta.pubkey = payer;
        }
    }
    instruction
}

/// Executes the instruction unchanged, which has to succeed, and takes it back. Returns what stands in each slot, and what
/// became of it.
fn rehearse(world: &mut World, keyring: &Keyring, branch: &str, instruction: &Instruction) -> (Vec<Kind>, Outcome) {
    let keys: Vec<Address> = instruction.accounts.iter().map(|meta| meta.pubkey).collect();
    let before: Vec<_> = keys.iter().map(|key| held(world, key)).collect();
    let snapshot = Snapshot::of(world, keys.iter().copied());
    let usual = Outcome::of(keyring.send(world, instruction.clone()));
    assert!(usual.is_executed(), "{branch} is refused unchanged: {usual:?}");
    let kind =
        |(key, before): (&Address, &Option<_>)| Kind::of(world, key, before.as_ref(), held(world, key).as_ref());
    let kinds = keys.iter().zip(&before).map(kind).collect();
    snapshot.put_back(world);
    (kinds, usual)
}

/// Slots that are not left out.
fn present(interface: &Interface, instruction: &Instruction) -> Vec<usize> {
    let pairs = interface.slots.iter().zip(&instruction.accounts).enumerate();
    pairs
        .filter(|(_, (slot, meta))| !(slot.optional && meta.pubkey == address::PROGRAM))
        .map(|(index, _)| index)
        .collect()
}

/// Executes an instruction after an edit, on a chain that is as it was afterwards. A refused one has to leave it so by
/// itself.
pub fn attempt(
    world: &mut World,
    keyring: &Keyring,
    instruction: Instruction,
    edit: Option<(Address, Option<Held>)>,
) -> Outcome {
    let named = instruction.accounts.iter().map(|meta| meta.pubkey);
    let touched: Vec<Address> = named.chain(edit.iter().map(|(key, _)| *key)).collect();
    let snapshot = Snapshot::of(world, touched.iter().copied());
    if let Some((key, content)) = &edit {
        put(world, *key, content.as_ref());
    }
    let before = (Snapshot::of(world, touched), world.svm.program_accounts());
    let outcome = Outcome::of(keyring.send(world, instruction));
    if !outcome.is_executed() {
        let changed = before.0.changed(world);
        assert!(changed.is_empty(), "refused, and it changed {changed:?}");
        assert!(
            before.1 == world.svm.program_accounts(),
            "refused, and it changed an account that it does not name"
        );
    }
    snapshot.put_back(world);
    outcome
}
