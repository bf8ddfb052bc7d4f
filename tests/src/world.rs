use {
    gpu_market::{
        error::MarketError,
        state::{ConfigSettings, MarketParams, Now, Policy, TermsParams},
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        audit::{audit, audit_gpus},
        decode::{Account, Decode, ShardAccount},
        error::Refusal,
        instructions::{Token, admin, market, shard},
        svm::{Execution, Refused, Svm, keypair},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::collections::BTreeMap,
};

/// Seconds in an hour.
pub const HOUR: u32 = 3_600;
/// One whole token of the dollar mint, which has 6 decimals.
pub const DOLLAR: u64 = 1_000_000;
/// One whole token of the stake mint, which has 9 decimals.
pub const STAKE: u64 = 1_000_000_000;

/// Terms of the markets here: 0.36 dollars an hour, so 100 base units a second.
pub const TERMS: TermsParams = TermsParams {
    rate: 100_000_000,
    bond: 10 * STAKE,
    tip: 1_000,
    queue_fee: 50_000,
    min_duration: 60,
    max_duration: 4 * HOUR,
    queue_ttl: HOUR,
    ack_window: 120,
    heartbeat_interval: 60,
    seat_lifetime: 1_800,
    fee_bps: 200,
    missed_ack_bps: 1_000,
    sla_bps: 0,
    attempts: 3,
    policy: NO_POLICY,
    attestor_set: Address::new_from_array([0; 32]),
};

/// The policy of a community market: none.
pub const NO_POLICY: Policy = Policy {
    min_volume: 0,
    collateral_floor: 0,
    min_ended_fees: 0,
    min_completed: 0,
    min_evidenced: 0,
    min_score: 0,
    strike_cooldown: 0,
    min_ended: 0,
    suspension: 0,
    cooldown: 0,
    promote_success_bps: 0,
    review_success_bps: 0,
    review_missed_bps: 0,
    min_clients: 0,
    admission: 0,
    reserved: [0; 3],
};

/// The policy of the premium market here.
pub const PREMIUM_POLICY: Policy = Policy {
    min_volume: 100,
    collateral_floor: 20 * STAKE,
    // Three of the shortest jobs.
    min_ended_fees: 540,
    min_completed: 3,
    min_evidenced: 600,
    min_score: 1_000,
    strike_cooldown: 7 * 86_400,
    min_ended: 3,
    suspension: 2 * 86_400,
    cooldown: 30 * 86_400,
    promote_success_bps: 9_000,
    review_success_bps: 8_000,
    review_missed_bps: 2_000,
    min_clients: 2,
    admission: 0,
    reserved: [0; 3],
};

/// Terms of the premium market: a lost job costs a fifth of the bond.
pub const PREMIUM_TERMS: TermsParams =
    TermsParams { rate: 150_000_000, sla_bps: 2_000, policy: PREMIUM_POLICY, ..TERMS };

/// Settings of the config.
pub fn settings() -> ConfigSettings {
    ConfigSettings {
        pauser: keypair("pauser").pubkey(),
        treasury: keypair("treasury owner").pubkey(),
        unbonding: 10 * 86_400,
        min_bond: STAKE,
    }
}

/// A market and what its instructions need.
#[derive(Clone, Copy, Debug)]
pub struct MarketRef {
    pub address: Address,
    pub token: Token,
    /// Number of the terms in force.
    pub terms: u32,
}

/// The world.
pub struct World {
    pub svm: Svm,
    /// Pays rent and fees.
    pub payer: Keypair,
    pub admin: Keypair,
    pub authority: Keypair,
    pub stake_token: Token,
    pub dollar: Token,
    pub community: MarketRef,
    pub premium: MarketRef,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// Config, mints, a community and a premium market with one shard each.
    pub fn new() -> Self {
        let mut world = Self::bare();
        world.create_config();
        world.community = world.create_market(0, 1, &TERMS, None);
        world.premium = world.create_market(1, 2, &PREMIUM_TERMS, Some(world.community.address));
        world
    }

    /// Keys and mints only.
    pub fn bare() -> Self {
        let mut svm = Svm::new(&crate::program()).expect("the program loads");
        let named = |svm: &mut Svm, name: &str| {
            let key = keypair(name);
            svm.airdrop(&key.pubkey(), 100_000_000_000);
            key
        };
        let payer = named(&mut svm, "payer");
        let admin = named(&mut svm, "admin");
        let authority = named(&mut svm, "market authority");
        let stake_token = svm.create_mint("stake", address::TOKEN_PROGRAM, 9, false).expect("a mint");
        let dollar = svm.create_mint("dollar", address::TOKEN_PROGRAM, 6, true).expect("a mint");
        let none = MarketRef { address: Address::default(), token: dollar, terms: 1 };
        Self { svm, payer, admin, authority, stake_token, dollar, community: none, premium: none }
    }

    pub fn create_config(&mut self) {
        let create = admin::create_config(admin::CreateConfig {
            payer: self.payer.pubkey(),
            upgrade_authority: self.svm.upgrade_authority().pubkey(),
            stake: self.stake_token,
            admin: self.admin.pubkey(),
            settings: settings(),
        });
        let upgrade_authority = self.svm.upgrade_authority().insecure_clone();
        self.ok(&[create], &[&upgrade_authority]);
    }

    /// Creates a market in the dollar mint, with one shard.
    pub fn create_market(&mut self, tier: u8, id: u16, terms: &TermsParams, feeder: Option<Address>) -> MarketRef {
        let token = self.dollar;
        self.create_market_in(token, tier, id, terms, feeder)
    }

    /// Creates a market in any mint, with one shard.
    pub fn create_market_in(
        &mut self,
        token: Token,
        tier: u8,
        id: u16,
        terms: &TermsParams,
        feeder: Option<Address>,
    ) -> MarketRef {
        let genesis_end = if tier == 1 { self.now().unix + 10 * 86_400 } else { 0 };
        let mut gpu_class = [0; 32];
        gpu_class[..8].copy_from_slice(b"rtx-4090");
        let create = market::create_market(market::CreateMarket {
            authority: self.authority.pubkey(),
            payer: self.payer.pubkey(),
            payment: token,
            feeder,
            market: MarketParams {
                id,
                gpus_per_seat: 1,
                tier,
                gpu_class,
                genesis_end,
                access_mint: Address::default(),
            },
            terms: *terms,
        });
        let address = address::market(&self.authority.pubkey(), id).0;
        let shard = shard::create_shard(self.authority.pubkey(), self.payer.pubkey(), address, 0);
        let authority = self.authority.insecure_clone();
        self.ok(&[create, shard], &[&authority]);
        MarketRef { address, token, terms: 1 }
    }

    pub fn now(&self) -> Now {
        self.svm.now()
    }

    /// Sends a transaction that has to succeed, and audits everything.
    #[track_caller]
    pub fn ok(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Execution {
        match self.send(instructions, signers) {
            Ok(execution) => {
                self.audit();
                execution
            }
            Err(refused) => panic!("refused: {refused}\n{}", refused.logs.join("\n")),
        }
    }

    /// Sends a transaction that has to be refused for this reason, and checks that it changed nothing.
    #[track_caller]
    pub fn refused(&mut self, instructions: &[Instruction], signers: &[&Keypair], reason: impl Into<Refusal>) {
        let before = self.svm.program_accounts();
        match self.send(instructions, signers) {
            Ok(_) => panic!("it was not refused"),
            Err(refused) => {
                let reason = reason.into();
                assert_eq!(refused.refusal, Some(reason), "{}", refused.logs.join("\n"));
                crate::refusals::note(&reason);
            }
        }
        assert!(before == self.svm.program_accounts(), "a refused transaction changed something");
    }

    /// Sends a transaction that has to fail, for a reason that is not the program's own, for example the token
    /// program's.
    #[track_caller]
    pub fn fails(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Box<Refused> {
        let before = self.svm.program_accounts();
        let refused = self.send(instructions, signers).expect_err("it did not fail");
        assert!(before == self.svm.program_accounts(), "a failed transaction changed something");
        refused
    }

    fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Execution, Box<Refused>> {
        let payer = self.payer.insecure_clone();
        let mut all = vec![&payer];
        all.extend(signers.iter().filter(|signer| signer.pubkey() != payer.pubkey()));
        self.svm.send(instructions, &all)
    }

    /// All accounts of the program, decoded. A shard that was given a wrong size or an account of unknown type fails.
    pub fn accounts(&self) -> BTreeMap<Address, Account> {
        self.svm
            .program_accounts()
            .into_iter()
            .map(|(key, account)| (key, Account::decode(&account.data).expect("a known account")))
            .collect()
    }

    /// Checks the invariants I1 to I6, and the GPUs behind attestations, on everything.
    #[track_caller]
    pub fn audit(&self) {
        let accounts = self.accounts();
        let mut findings = audit(&accounts, |vault| self.svm.token_amount(vault));
        findings.extend(audit_gpus(&accounts, self.now().unix));
        assert!(findings.is_empty(), "{findings:#?}");
    }

    /// A decoded account that has to exist.
    #[track_caller]
    pub fn get<T: Decode>(&self, key: &Address) -> T {
        self.svm.account(key).unwrap_or_else(|| panic!("there is no {} at {key}", T::NAME))
    }

    /// Whether an account exists.
    pub fn exists(&self, key: &Address) -> bool {
        self.svm.raw(key).is_some()
    }

    /// Shard 0 of a market.
    pub fn shard(&self, market: &MarketRef) -> ShardAccount {
        self.get(&address::shard(&market.address, 0).0)
    }

    /// Base units in a token account that has to exist.
    #[track_caller]
    pub fn tokens(&self, account: &Address) -> u64 {
        self.svm.token_amount(account).expect("a token account")
    }

    /// A token account of `owner` in `token`, created on first use.
    pub fn token_account(&mut self, token: Token, owner: &Address) -> Address {
        let name = format!("{} {owner}", token.mint);
        let account = keypair(&format!("token account {name}")).pubkey();
        if !self.exists(&account) {
            self.svm.create_token_account(&name, token, owner).expect("a token account");
        }
        account
    }
}

/// The refusal of a rule of the program.
pub fn rule(error: MarketError) -> Refusal {
    Refusal::Rule(error)
}
