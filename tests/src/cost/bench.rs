use {
    super::{Bumps, Cost, Watch},
    crate::{ClientParty, HostParty, MarketRef, PREMIUM_TERMS, TERMS, World},
    gpu_market::state::TermsParams,
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::Account,
        instructions::job,
        svm::{Execution, keypair},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::{collections::BTreeSet, sync::LazyLock},
};

/// What is searched for the worst address.
const CANDIDATES: u32 = 1_000;

/// How many tries it took to find all of these addresses, beyond one each.
fn tries(addresses: &[(Address, u8)]) -> u32 {
    addresses.iter().map(|(_, bump)| u32::from(u8::MAX - bump)).sum()
}

fn search<T>(bumps: Bumps, candidate: impl Fn(u32) -> (T, Vec<(Address, u8)>)) -> T {
    let found = match bumps {
        Bumps::First => (0..).map(candidate).find(|(_, addresses)| tries(addresses) == 0),
        Bumps::Worst => (0..CANDIDATES).map(candidate).max_by_key(|(_, addresses)| tries(addresses)),
    };
    found.expect("there is one").0
}

/// Names and numbers whose addresses all have the bumps that are asked for.
struct Names {
    coin: String,
    community: u16,
    premium: u16,
    client: String,
    host: String,
}

impl Names {
    fn of(bumps: Bumps) -> &'static Self {
        static FIRST: LazyLock<Names> = LazyLock::new(|| Names::search(Bumps::First));
        static WORST: LazyLock<Names> = LazyLock::new(|| Names::search(Bumps::Worst));
        match bumps {
            Bumps::First => &FIRST,
            Bumps::Worst => &WORST,
        }
    }

    fn search(bumps: Bumps) -> Self {
        let coin = search(bumps, |n| {
            let name = format!("coin {n}");
            let mint = keypair(&format!("mint {name}")).pubkey();
            let treasury = [address::treasury(&mint), address::treasury_vault(&mint)];
            (name, [treasury, [address::reward_pool(&mint), address::reward_vault(&mint)]].concat())
        });
        let mint = keypair(&format!("mint {coin}")).pubkey();
        let authority = keypair("market authority").pubkey();
        let market_after = |first: u16| {
            search(bumps, |n| {
                let id = first + u16::try_from(n).expect("an id");
                let market = address::market(&authority, id);
                let (terms, shard) = (|n| address::terms(&market.0, n), |n| address::shard(&market.0, n));
                (id, vec![market, terms(1), terms(2), shard(0), shard(1)])
            })
        };
        let community = market_after(0);
        let premium = market_after(community + 1);
        let client = search(bumps, |n| {
            let name = format!("client {n}");
            let client = address::client(&keypair(&name).pubkey(), &mint);
            (name, vec![client, address::client_vault(&client.0)])
        });
        let client_owner = keypair(&client).pubkey();
        let host = search(bumps, |n| {
            let name = format!("host {n}");
            let owner = keypair(&format!("{name} owner")).pubkey();
            let (host, stake) = (address::host(&owner), address::stake(&owner));
            let member = |id| address::member(&address::market(&authority, id).0, &host.0);
            let vaults = [
                address::stake_vault(&stake.0),
                address::earnings(&host.0, &mint),
                address::position(&address::reward_pool(&mint).0, &stake.0),
            ];
            let mut all =
                vec![host, stake, member(community), member(premium), address::credit(&stake.0, &client_owner)];
            all.extend(vaults);
            (name, all)
        });
        Names { coin, community, premium, client, host }
    }
}

/// A world in which every address that is created has the bump that is asked for, and the costs measured in it.
pub struct Bench {
    names: &'static Names,
    pub world: World,
    pub market: MarketRef,
    pub premium: MarketRef,
    watch: Watch,
    costs: Vec<(String, Cost)>,
    nonce: u64,
}

impl Bench {
    /// Keys and mints only.
    pub fn bare(watch: &Watch) -> Self {
        let mut world = World::bare();
        let names = Names::of(watch.bumps());
        world.dollar = world.svm.create_mint(&names.coin, address::TOKEN_PROGRAM, 6, true).expect("a mint");
        let none = world.community;
        Self { names, world, market: none, premium: none, watch: watch.clone(), costs: Vec::new(), nonce: 0 }
    }

    /// Config, a community and a premium market with a shard each.
    pub fn new() -> Self {
        Self::watched(&Watch::default())
    }

    /// The same, with somebody who looks on.
    pub fn watched(watch: &Watch) -> Self {
        let mut bench = Self::bare(watch);
        bench.world.create_config();
        bench.market = bench.create_market(0, &TERMS);
        bench.premium = bench.create_market(1, &PREMIUM_TERMS);
        bench
    }

    /// An existing world, in which addresses have any bump.
    pub fn of(world: World, watch: &Watch) -> Self {
        let (market, premium) = (world.community, world.premium);
        let names = Names::of(watch.bumps());
        Self { names, world, market, premium, watch: watch.clone(), costs: Vec::new(), nonce: 0 }
    }

    /// The world, and what was measured in it.
    pub fn into_parts(self) -> (World, Vec<(String, Cost)>) {
        (self.world, self.costs)
    }

    fn create_market(&mut self, tier: u8, terms: &TermsParams) -> MarketRef {
        let feeder = (tier == 1).then_some(self.market.address);
        let id = if tier == 1 { self.names.premium } else { self.names.community };
        let token = self.world.dollar;
        self.world.create_market_in(token, tier, id, terms, feeder)
    }

    /// Number of the community market.
    pub fn market_id(&self) -> u16 {
        self.names.community
    }

    pub fn client_name(&self) -> &'static str {
        &self.names.client
    }

    pub fn host_name(&self) -> &'static str {
        &self.names.host
    }

    /// A number for an emission of `funder` whose addresses have the bump that is asked for.
    pub fn emission_id(&self, funder: &Address) -> u16 {
        search(self.watch.bumps(), |n| {
            let id = u16::try_from(n).expect("a number");
            let emission = address::emission(funder, id);
            (id, vec![emission, address::emission_vault(&emission.0)])
        })
    }

    /// A client with a thousand dollars in escrow.
    pub fn client(&mut self) -> ClientParty {
        self.world.client(&self.names.client, 1_000 * crate::DOLLAR)
    }

    /// A host in the community market.
    pub fn host(&mut self) -> HostParty {
        let name = self.names.host.clone();
        self.other_host(&name)
    }

    /// A host in the community market whose addresses have any bump.
    pub fn other_host(&mut self, name: &str) -> HostParty {
        let (host, market) = (self.world.host(name, 200 * crate::STAKE), self.market);
        self.world.enroll(&host, &market, 50 * crate::STAKE);
        host
    }

    /// A post whose job has the bump that is asked for, paid for by the client's owner.
    pub fn post(&mut self, client: &ClientParty, market: &MarketRef, duration: u32) -> job::Post {
        let nonce = search(self.watch.bumps(), |n| {
            let nonce = self.nonce + u64::from(n);
            (nonce, vec![address::job(&client.client, nonce)])
        });
        self.nonce = nonce + 1;
        let post = self.world.post_of(client, market, World::post_params(nonce, duration));
        job::Post { payer: client.owner.pubkey(), ..post }
    }

    /// Posts without measuring.
    #[track_caller]
    pub fn posted(&mut self, client: &ClientParty, market: &MarketRef, duration: u32) -> Address {
        let post = self.post(client, market, duration);
        self.world.ok(&[job::post(post)], &[&client.owner]);
        post.job()
    }

    /// Posts, joins and starts without measuring.
    #[track_caller]
    pub fn running(
        &mut self,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        duration: u32,
    ) -> Address {
        let job = self.posted(client, market, duration);
        self.world.join(host, market);
        self.world.start(host, market, job);
        job
    }

    /// Sends an instruction alone, of which the first signer pays the fee, and records what it cost.
    #[track_caller]
    pub fn measure(&mut self, name: &str, instruction: Instruction, signers: &[&Keypair]) -> Execution {
        self.watch.show(&mut self.world, name, &instruction, signers);
        let keys: BTreeSet<Address> = instruction.accounts.iter().map(|meta| meta.pubkey).collect();
        let before: u64 = keys.iter().map(|key| self.held(key)).sum();
        let shared = self.shared(&instruction);
        let execution = match self.world.svm.send(std::slice::from_ref(&instruction), signers) {
            Ok(execution) => execution,
            Err(refused) => panic!("{name} was refused: {refused}\n{}", refused.logs.join("\n")),
        };
        self.world.audit();
        let after: u64 = keys.iter().map(|key| self.held(key)).sum();
        let mut written: BTreeSet<Address> =
            instruction.accounts.iter().filter(|meta| meta.is_writable).map(|meta| meta.pubkey).collect();
        written.extend(signers.first().map(|payer| payer.pubkey()));
        let calls = Calls::of(&execution.logs);
        let cost = Cost {
            number: instruction.data[0],
            cu: execution.compute_units,
            worst_cu: execution.compute_units,
            calls: calls.number,
            called_cu: calls.called,
            event_cu: calls.events,
            tx_bytes: execution.bytes,
            accounts: instruction.accounts.len(),
            writable: written.len(),
            shared_writable: shared.max(self.shared(&instruction)),
            rent_lamports: i64::try_from(after).expect("lamports") - i64::try_from(before).expect("lamports"),
        };
        self.costs.push((name.into(), cost));
        execution
    }

    /// Lamports of an account if a program keeps data in it.
    fn held(&self, key: &Address) -> u64 {
        let account = self.world.svm.raw(key).filter(|account| account.owner != address::SYSTEM_PROGRAM);
        account.map_or(0, |account| account.lamports)
    }

    /// How many accounts it writes that unrelated users write too.
    fn shared(&self, instruction: &Instruction) -> usize {
        let is_vault_of_all = |key: &Address| {
            [self.world.dollar.mint, self.world.stake_token.mint]
                .iter()
                .any(|mint| [address::treasury_vault(mint).0, address::reward_vault(mint).0].contains(key))
        };
        let is_shared = |key: &Address| {
            let data = self.world.svm.raw(key).filter(|account| account.owner == address::PROGRAM);
            let account = data.and_then(|account| Account::decode(&account.data).ok());
            let of_all = matches!(
                account,
                Some(
                    Account::Config(_)
                        | Account::Market(_)
                        | Account::Shard(_)
                        | Account::Treasury(_)
                        | Account::RewardPool(_)
                        | Account::AttestorSet(_)
                )
            );
            of_all || is_vault_of_all(key)
        };
        instruction.accounts.iter().filter(|meta| meta.is_writable && is_shared(&meta.pubkey)).count()
    }

    /// What was measured.
    pub fn costs(self) -> Vec<(String, Cost)> {
        self.costs
    }
}

impl Default for Bench {
    fn default() -> Self {
        Self::new()
    }
}

/// What an instruction called, as the runtime logs it.
#[derive(Default)]
struct Calls {
    number: u64,
    /// Compute units of other programs; what is built into the runtime logs none.
    called: u64,
    /// Compute units of this program, which notes its events by calling itself.
    events: u64,
}

impl Calls {
    fn of(logs: &[String]) -> Self {
        let this = address::PROGRAM.to_string();
        let (mut depth, mut calls) = (0_u32, Self::default());
        for line in logs {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["Program", _, "invoke", _] => {
                    depth += 1;
                    calls.number += u64::from(depth == 2);
                }
                ["Program", _, "success"] => depth -= 1,
                ["Program", program, "consumed", units, ..] if depth == 2 => {
                    let units: u64 = units.parse().expect("units");
                    *(if program == this { &mut calls.events } else { &mut calls.called }) += units;
                }
                _ => {}
            }
        }
        calls
    }
}
