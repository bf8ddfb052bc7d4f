//! What the tests of rewards, locks, emissions and the split of fees need on top.

use {
    crate::{ClientParty, HostParty, MarketRef, PREMIUM_TERMS, STAKE, World},
    gpu_market::{
        constants::{REWARD_STREAM, SPLIT_NOTICE},
        state::{Emission, EmissionParams, RewardPool, RewardPosition, Split},
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        instructions::{
            Token, admin, client, market,
            rewards::{self, Recipients, with_positions},
            stake,
        },
        svm::Execution,
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Seconds in which a reward pool releases what it receives.
pub const STREAM: u32 = REWARD_STREAM as u32;

/// Fee of the job of [`World::pay_fees`]: 2 % of ten minutes at 100 base units a second.
pub const RUN_FEE: u64 = 1_200;

/// Half of the fees to stakers, a fifth to referrers.
pub const HALVES: Split = Split { stakers_bps: 5_000, referral_bps: 2_000 };

impl World {
    /// Announces a split and waits until it is in force.
    pub fn set_split(&mut self, split: Split) {
        let admin = self.admin.insecure_clone();
        self.ok(&[admin::announce_split(admin.pubkey(), split)], &[&admin]);
        if self.config_account().split(self.now().unix) != split {
            self.svm.advance(u32::try_from(SPLIT_NOTICE).expect("seconds"));
        }
    }

    /// Opens the reward pool of a mint; returns its address.
    pub fn open_pool(&mut self, token: Token) -> Address {
        self.ok(&[rewards::open_pool(self.payer.pubkey(), token)], &[]);
        address::reward_pool(&token.mint).0
    }

    pub fn pool(&self, token: Token) -> RewardPool {
        self.get(&address::reward_pool(&token.mint).0)
    }

    pub fn position_address(&self, host: &HostParty, token: Token) -> Address {
        address::position(&address::reward_pool(&token.mint).0, &host.stake).0
    }

    pub fn position(&self, host: &HostParty, token: Token) -> RewardPosition {
        self.get(&self.position_address(host, token))
    }

    pub fn open_position_ix(&self, host: &HostParty, token: Token) -> Instruction {
        rewards::open_position(host.owner.pubkey(), self.payer.pubkey(), token.mint)
    }

    /// Lets a stake earn in a mint; returns the position.
    #[track_caller]
    pub fn open_position(&mut self, host: &HostParty, token: Token) -> Address {
        let open = self.open_position_ix(host, token);
        self.ok(&[open], &[&host.owner]);
        self.position_address(host, token)
    }

    /// A host whose stake earns in these mints.
    #[track_caller]
    pub fn staker(&mut self, name: &str, staked: u64, tokens: &[Token]) -> HostParty {
        let host = self.host(name, staked);
        for token in tokens {
            self.open_position(&host, *token);
        }
        host
    }

    pub fn claim_ix(&mut self, host: &HostParty, token: Token) -> Instruction {
        let destination = self.token_account(token, &host.owner.pubkey());
        rewards::claim_rewards(host.owner.pubkey(), token, destination)
    }

    /// Claims; returns what arrived.
    #[track_caller]
    pub fn claim(&mut self, host: &HostParty, token: Token) -> u64 {
        let claim = self.claim_ix(host, token);
        let wallet = self.token_account(token, &host.owner.pubkey());
        let before = self.tokens(&wallet);
        self.ok(&[claim], &[&host.owner]);
        self.tokens(&wallet) - before
    }

    /// Stakes more, with the positions named; the tokens are minted first.
    pub fn stake_more_ix(&mut self, host: &HostParty, amount: u64, tokens: &[Token]) -> Instruction {
        let token = self.stake_token;
        self.svm.mint_to(token, &host.stake_wallet, amount).expect("minted");
        let staking = stake::StakeTokens { owner: host.owner.pubkey(), source: host.stake_wallet, token, amount };
        self.naming(stake::stake(staking), host, tokens)
    }

    /// Names positions in an instruction of the stake's owner.
    pub fn naming(&self, instruction: Instruction, host: &HostParty, tokens: &[Token]) -> Instruction {
        let mints: Vec<Address> = tokens.iter().map(|token| token.mint).collect();
        with_positions(instruction, &host.owner.pubkey(), &mints)
    }

    pub fn unstake_ix(&self, host: &HostParty, amount: u64, tokens: &[Token]) -> Instruction {
        self.naming(stake::request_unstake(host.owner.pubkey(), amount), host, tokens)
    }

    pub fn lock_ix(&self, host: &HostParty, days: u16, tokens: &[Token]) -> Instruction {
        self.naming(stake::extend_lock(host.owner.pubkey(), days), host, tokens)
    }

    /// An emission of `amount`, which its funder holds, from now on for `seconds`.
    pub fn emission_of(
        &mut self,
        funder: &Keypair,
        token: Token,
        recipients: Recipients,
        amount: u64,
        seconds: u32,
    ) -> rewards::OpenEmission {
        let source = self.funded_wallet(token, &funder.pubkey(), amount);
        let end = self.now().unix + i64::from(seconds);
        let (rate, window_cap) = match recipients {
            Recipients::Stakers => (0, 0),
            Recipients::Hosts(_) => (1_000_000_000, amount),
        };
        rewards::OpenEmission {
            funder: funder.pubkey(),
            payer: self.payer.pubkey(),
            source,
            token,
            recipients,
            id: 0,
            params: EmissionParams { amount, start: 0, end, rate, window_cap },
        }
    }

    /// Opens an emission; returns its address.
    #[track_caller]
    pub fn open_emission(&mut self, funder: &Keypair, params: rewards::OpenEmission) -> Address {
        self.ok(&[rewards::open_emission(params)], &[funder]);
        address::emission(&params.funder, params.id).0
    }

    pub fn emission(&self, address: &Address) -> Emission {
        self.get(address)
    }

    /// Gives stakers of a mint `amount` at once: an emission of a day, released when it is over.
    #[track_caller]
    pub fn give_stakers(&mut self, token: Token, id: u16, amount: u64) {
        let funder = self.funded("giver");
        let params = self.emission_of(&funder, token, Recipients::Stakers, amount, crate::DAY);
        let emission = self.open_emission(&funder, rewards::OpenEmission { id, ..params });
        self.svm.advance(crate::DAY);
        self.ok(&[rewards::release_emission(emission, token)], &[]);
    }

    /// Lists a market, or takes it off the list.
    pub fn list(&mut self, market: &MarketRef, listed: bool) {
        let admin = self.admin.insecure_clone();
        self.ok(&[market::list_market(admin.pubkey(), market.address, listed)], &[&admin]);
    }

    /// Runs and finishes a job of ten minutes, for which the client owes [`RUN_FEE`] in the community market.
    #[track_caller]
    pub fn pay_fees(&mut self, client: &ClientParty, host: &HostParty, market: &MarketRef, nonce: u64) -> Address {
        let job = self.running(client, host, market, nonce, crate::HOUR);
        self.run_for(host, market, job, 600);
        self.finish(client, host, market, job);
        job
    }

    /// Names the referrer of a client: the owner of a host, or nobody.
    #[track_caller]
    pub fn refer(&mut self, client: &ClientParty, referrer: Option<&HostParty>) -> Execution {
        let set = self.refer_ix(client, referrer);
        self.ok(&[set], &[&client.owner])
    }

    pub fn refer_ix(&self, client: &ClientParty, referrer: Option<&HostParty>) -> Instruction {
        let owner = referrer.map(|host| host.owner.pubkey());
        client::set_referrer(client.owner.pubkey(), client.token.mint, owner)
    }

    /// Takes tokens out of a token account, as no transaction can.
    pub fn take_tokens(&mut self, vault: &Address, amount: u64) {
        /// Where the amount stands in a token account.
        const AMOUNT: std::ops::Range<usize> = 64..72;
        let mut raw = self.svm.raw(vault).expect("a vault");
        let held = self.tokens(vault);
        raw.data[AMOUNT].copy_from_slice(&(held - amount).to_le_bytes());
        self.svm.set_raw(*vault, raw).expect("written");
    }
}

/// A claim is what it should be, but for the base units that the roundings of pool and position leave in the vault.
#[track_caller]
pub fn about(claimed: u64, expected: u64) {
    assert!(claimed <= expected && claimed + 2 >= expected, "{claimed}, not {expected}");
}

/// A market with fees and stakers: a client, a host that works, and the pools and treasuries of both mints.
pub struct Income {
    pub world: World,
    pub market: MarketRef,
    pub client: ClientParty,
    pub host: HostParty,
}

impl Income {
    /// Half of the fees go to the stakers and a fifth to referrers.
    pub fn new() -> Self {
        Self::with(HALVES)
    }

    pub fn with(split: Split) -> Self {
        let crate::Scene { mut world, market, client, host } = crate::Scene::community();
        let tokens = [world.dollar, world.stake_token];
        for token in tokens {
            world.open_treasury(token);
            world.open_pool(token);
        }
        world.set_split(split);
        Self { world, market, client, host }
    }

    /// A job whose fee is owed.
    #[track_caller]
    pub fn earn_fee(&mut self, nonce: u64) {
        let Self { world, market, client, host } = self;
        world.pay_fees(client, host, market, nonce);
    }

    /// A job whose fee is swept.
    #[track_caller]
    pub fn sweep_fee(&mut self, nonce: u64) -> Execution {
        self.earn_fee(nonce);
        let sweep = self.world.sweep(&self.client.client, self.market.token);
        self.world.ok(&[sweep], &[])
    }
}

impl Default for Income {
    fn default() -> Self {
        Self::new()
    }
}

/// A listed premium market with an incentive of a million for its hosts, and a host that works in it.
pub struct Incentive {
    pub world: World,
    pub market: MarketRef,
    pub client: ClientParty,
    pub host: HostParty,
    pub funder: Keypair,
    pub emission: Address,
}

impl Incentive {
    /// The fee of the job of [`Incentive::work`]: 2 % of ten minutes at 150 base units a second.
    pub const FEE: u64 = 1_800;

    pub fn new() -> Self {
        let crate::Scene { mut world, market, client, host } = crate::Scene::premium();
        world.list(&market, true);
        let funder = world.funded("funder");
        let token = market.token;
        let params =
            world.emission_of(&funder, token, Recipients::Hosts(market.address), 1_000_000, 60 * crate::DAY);
        let emission = world.open_emission(&funder, params);
        Self { world, market, client, host, funder, emission }
    }

    /// Runs and finishes a job of ten minutes.
    #[track_caller]
    pub fn work(&mut self, nonce: u64) -> Address {
        let Self { world, market, client, host, .. } = self;
        world.pay_fees(client, host, market, nonce)
    }

    pub fn pay_ix(&self, job: Address) -> Instruction {
        let parties = self.world.parties(job, &self.client, &self.host, &self.market);
        rewards::pay_incentive(self.emission, parties, self.market.token)
    }

    pub fn close_ix(&mut self, caller: &Keypair) -> Instruction {
        let destination = self.world.token_account(self.market.token, &self.funder.pubkey());
        rewards::close_emission(rewards::CloseEmission {
            caller: caller.pubkey(),
            emission: self.emission,
            for_stakers: false,
            token: self.market.token,
            destination,
            rent_payer: self.world.payer.pubkey(),
        })
    }
}

impl Default for Incentive {
    fn default() -> Self {
        Self::new()
    }
}

/// A premium market's terms with a higher bond.
pub fn bond_of(stakes: u64) -> gpu_market::state::TermsParams {
    gpu_market::state::TermsParams { bond: stakes * STAKE, ..PREMIUM_TERMS }
}
