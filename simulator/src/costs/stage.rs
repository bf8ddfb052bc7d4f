use {
    super::{Cost, Costs, Sample, budget},
    crate::rules::ACCOUNT_BASE_BYTES,
    gpu_market::constants::loader::UPGRADEABLE,
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::ShardAccount,
        svm::{Execution, Refused},
    },
    gpu_market_tests::{ClientParty, HostParty, cost::Bench},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::collections::BTreeSet,
};

/// A world with a market, a client and a host, and the costs measured in it.
pub struct Stage<'a> {
    pub bench: Bench,
    pub client: ClientParty,
    pub host: HostParty,
    limits: Option<&'a Costs>,
    costs: Vec<(Sample, Cost)>,
}

impl<'a> Stage<'a> {
    /// Without limits, a transaction may use all that one can ask for.
    pub fn new(limits: Option<&'a Costs>) -> Self {
        let mut bench = Bench::new();
        let (client, host) = (bench.client(), bench.host());
        Self { bench, client, host, limits, costs: Vec::new() }
    }

    /// What was measured.
    pub fn into_costs(self) -> Vec<(Sample, Cost)> {
        self.costs
    }

    /// Executes an instruction, in the second pass with the limits that the first found, and records what it cost.
    pub fn measure(&mut self, sample: Sample, instruction: Instruction, signer: &Keypair) {
        let alone = self.limits.map(|costs| *costs.of(sample));
        let (units, loaded) = alone.map_or((0, 0), |cost| (cost.cu_limit(), cost.loaded_limit(cost.nodes)));
        let [units, data] = budget::limits(narrow(units), narrow(loaded));
        let all = [units, data, instruction];
        let mut cost = self.shape(&all, &signer.pubkey());
        let before = self.held(&all[2]);
        let execution = match self.send(if alone.is_some() { &all } else { &all[2..] }, signer) {
            Ok(execution) => execution,
            Err(refused) => panic!("{sample:?} was refused: {refused}\n{}", refused.logs.join("\n")),
        };
        cost.rent_lamports = self.held(&all[2]).saturating_sub(before);
        match alone {
            None => (cost.alone_cu, cost.alone_bytes) = (execution.compute_units, execution.bytes as u64),
            Some(alone) => {
                assert_eq!(execution.compute_units, alone.cu(), "{sample:?} costs the same, and its limits");
                (cost.alone_cu, cost.alone_bytes) = (alone.alone_cu, alone.alone_bytes);
                cost.tx_bytes = execution.bytes as u64;
            }
        }
        self.costs.push((sample, cost));
    }

    /// Executes without measuring.
    pub fn ok(&mut self, instruction: Instruction, signer: &Keypair) {
        if let Err(refused) = self.send(&[instruction], signer) {
            panic!("refused: {refused}\n{}", refused.logs.join("\n"));
        }
    }

    /// Not through the world, which would audit: its strangers are in the queue and nowhere else.
    pub fn send(&mut self, instructions: &[Instruction], signer: &Keypair) -> Result<Execution, Box<Refused>> {
        self.bench.world.svm.send(instructions, &[signer])
    }

    /// What a transaction is made of, before it is executed.
    fn shape(&self, instructions: &[Instruction], payer: &Address) -> Cost {
        let metas = || instructions.iter().flat_map(|instruction| &instruction.accounts);
        let keys = metas().map(|meta| meta.pubkey).chain(instructions.iter().map(|one| one.program_id));
        let keys: BTreeSet<Address> = keys.chain([*payer]).collect();
        let written = metas().filter(|meta| meta.is_writable).map(|meta| meta.pubkey);
        let written: BTreeSet<Address> = written.chain([*payer]).collect();
        let signing = metas().filter(|meta| meta.is_signer).map(|meta| meta.pubkey);
        let signing: BTreeSet<Address> = signing.chain([*payer]).collect();
        let shards: Vec<ShardAccount> = keys.iter().filter_map(|key| self.bench.world.svm.account(key)).collect();
        let is_shard = |key: &&Address| self.bench.world.svm.account::<ShardAccount>(key).is_some();
        Cost {
            alone_cu: 0,
            alone_bytes: 0,
            tx_bytes: 0,
            signatures: signing.len() as u64,
            write_locks: written.len() as u64,
            data_bytes: instructions.iter().map(|instruction| instruction.data.len() as u64).sum(),
            loaded_bytes: keys.iter().filter(|key| !is_shard(key)).map(|key| self.loaded(key)).sum(),
            shards: shards.len() as u64,
            nodes: shards.iter().map(|shard| u64::from(shard.capacity())).max().unwrap_or(0),
            rent_lamports: 0,
        }
    }

    /// Bytes that an account counts as; those of a program with the account that holds its code.
    fn loaded(&self, key: &Address) -> u64 {
        let Some(account) = self.bench.world.svm.raw(key) else { return 0 };
        let size = ACCOUNT_BASE_BYTES + account.data.len() as u64;
        // A tag of four bytes, and the address of the account that holds the code.
        match account.data.get(4..36).filter(|_| account.executable && account.owner == UPGRADEABLE) {
            Some(code) => size + Address::try_from(code).map_or(0, |code| self.loaded(&code)),
            None => size,
        }
    }

    /// Lamports in the program's accounts that an instruction names.
    fn held(&self, instruction: &Instruction) -> u64 {
        let keys: BTreeSet<Address> = instruction.accounts.iter().map(|meta| meta.pubkey).collect();
        let accounts = keys.iter().filter_map(|key| self.bench.world.svm.raw(key));
        accounts.filter(|account| account.owner == address::PROGRAM).map(|account| account.lamports).sum()
    }
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use {super::*, gpu_market_sdk::instructions::queue};

    /// Whether a join succeeds with these limits.
    fn joins_with(units: u64, bytes: u64) -> bool {
        let mut stage = Stage::new(None);
        let seat = stage.bench.world.seat_of(&stage.host, &stage.bench.market);
        let [units, data] = budget::limits(narrow(units), narrow(bytes));
        let operator = stage.host.operator.insecure_clone();
        stage.send(&[units, data, queue::join(seat)], &operator).is_ok()
    }

    #[test]
    fn a_transaction_needs_the_compute_units_that_were_measured_and_the_bytes_that_were_computed() {
        let mut stage = Stage::new(None);
        stage.join(Sample::JoinWaits);
        let code = stage.loaded(&address::program_data().0);
        let (_, cost) = stage.into_costs()[0];
        // The chain counts the account that holds the program's code, the embedded chain does not.
        let bytes = cost.loaded(cost.nodes) - code;
        assert!(joins_with(cost.cu(), bytes));
        assert!(!joins_with(cost.cu() - 1, bytes), "one compute unit less");
        assert!(!joins_with(cost.cu(), bytes - 1), "one byte less");
    }
}
