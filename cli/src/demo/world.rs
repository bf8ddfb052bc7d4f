//! Everything that exists when the day begins: mints, the deployment, hosts, clients, crank.

use {
    super::{
        books::{Coin, Kind},
        cast::{CLIENTS, CRANK, Client, Crank, HONEST, Host, Venue},
        chain::Chain,
        script::{Arrival, Script},
    },
    crate::{
        error::CliError,
        spec::{JobSpec, tier_name},
    },
    gpu_market::{
        settlement::Quote,
        state::{HostParams, Member, Tier},
    },
    gpu_market_migrations::{AdmissionSpec, Deployment, Keys, Step, admissions, plan},
    gpu_market_sdk::{
        Address, address,
        instructions::{Token, client, host, member, stake},
    },
    sha2::{Digest, Sha256},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::collections::BTreeMap,
};

/// Bonds that a host stakes, and those that it allocates to its member.
const BONDS_STAKED: u64 = 3;
const BONDS_ALLOCATED: u64 = 2;
/// Whole tokens that a client has beyond what its jobs can cost.
const POCKET_MONEY: u64 = 10;

pub struct World {
    pub venues: Vec<Venue>,
    pub hosts: Vec<Host>,
    pub clients: Vec<Client>,
    pub crank: Crank,
    pub stake_token: Token,
}

impl World {
    pub fn build(
        chain: &mut Chain,
        mut deployment: Deployment,
        specs: &[JobSpec],
        script: &Script,
    ) -> Result<Self, CliError> {
        let mut founder = Founder::new(chain, &deployment)?;
        founder.deploy(&deployment)?;
        let venues = founder.venues(&deployment)?;
        let hosts = founder.hosts(&venues, &script.arrivals)?;
        for host in &hosts {
            founder.enter_market(host, &venues)?;
        }
        deployment.admissions = proven(&venues, &hosts);
        founder.admit(&deployment)?;
        if founder.deploy(&deployment)? + founder.admit(&deployment)? != 0 {
            founder.chain.findings.push("the deployment is not idempotent".into());
        }
        let clients = founder.clients(&venues, specs, script)?;
        let crank = founder.crank()?;
        Ok(Self { venues, hosts, clients, crank, stake_token: founder.stake_token })
    }
}

/// SHA-256 of the evidence that a host was admitted on.
fn evidence(name: &str) -> [u8; 32] {
    Sha256::digest(format!("benchmark of {name} in the test grid")).into()
}

/// Every host that stands in a premium market is admitted at genesis.
fn proven(venues: &[Venue], hosts: &[Host]) -> Vec<AdmissionSpec> {
    let venue = |host: &Host| venues.get(host.venue).filter(|venue| venue.tier == Tier::Premium);
    let admission = |host: &Host| {
        venue(host).map(|venue| AdmissionSpec {
            market: venue.id,
            owner: host.owner.pubkey(),
            gpus: venue.gpus_per_seat,
            evidence_hash: evidence(&host.name),
        })
    };
    hosts.iter().filter_map(admission).collect()
}

struct Founder<'a> {
    chain: &'a mut Chain,
    mints: BTreeMap<String, Token>,
    stake_token: Token,
    admin: Keypair,
    authority: Keypair,
}

impl<'a> Founder<'a> {
    fn new(chain: &'a mut Chain, deployment: &Deployment) -> Result<Self, CliError> {
        let mut mints = BTreeMap::new();
        for spec in &deployment.tokens {
            // A dollar's issuer can freeze accounts; nobody can freeze what is staked.
            let freezable = spec.symbol != deployment.stake.token;
            let token =
                chain.svm.create_mint(&spec.symbol, address::TOKEN_PROGRAM, spec.decimals, freezable).map_err(
                    |refused| CliError::Refused { what: "creating a mint".into(), reason: refused.to_string() },
                )?;
            chain.books.coins.push(Coin { symbol: spec.symbol.clone(), decimals: spec.decimals, token });
            mints.insert(spec.symbol.clone(), token);
        }
        let missing = || CliError::Missing { kind: "mint", address: deployment.stake.token.clone() };
        let stake_token = mints.get(&deployment.stake.token).copied().ok_or_else(missing)?;
        let (admin, authority) = (chain.key("admin"), chain.key("market authority"));
        Ok(Self { chain, mints, stake_token, admin, authority })
    }

    fn keys(&self) -> Keys {
        Keys {
            payer: self.chain.payer.pubkey(),
            upgrade_authority: self.chain.svm.upgrade_authority().pubkey(),
            admin: self.admin.pubkey(),
            pauser: self.admin.pubkey(),
            treasury: self.admin.pubkey(),
            market_authority: self.authority.pubkey(),
        }
    }

    /// Admits the hosts that have applied; says how many there were.
    fn admit(&mut self, deployment: &Deployment) -> Result<usize, CliError> {
        let svm = &self.chain.svm;
        let steps = admissions(deployment, &self.keys(), |member| svm.account::<Member>(member)?.state().ok())?;
        self.execute(&steps)
    }

    /// Executes what is missing of the deployment; says how many steps that were.
    fn deploy(&mut self, deployment: &Deployment) -> Result<usize, CliError> {
        let svm = &self.chain.svm;
        let exists = |key: &Address| svm.raw(key).is_some();
        let steps = plan(deployment, &self.keys(), &self.mints, self.chain.unix(), exists)?;
        self.execute(&steps)?;
        for token in self.mints.values() {
            let vault = address::treasury_vault(&token.mint).0;
            if self.chain.svm.raw(&vault).is_some() {
                self.chain.books.enter("treasury", Kind::Treasury, token.mint, vault);
            }
        }
        Ok(steps.len())
    }

    fn execute(&mut self, steps: &[Step]) -> Result<usize, CliError> {
        let upgrade_authority = self.chain.svm.upgrade_authority().insecure_clone();
        let signers = [&upgrade_authority, &self.authority];
        for step in steps {
            let wanted = |key: &&&Keypair| {
                step.instruction.accounts.iter().any(|meta| meta.is_signer && meta.pubkey == key.pubkey())
            };
            let signers: Vec<&Keypair> = signers.iter().filter(wanted).copied().collect();
            self.chain.send(step.instruction.clone(), &signers)?;
        }
        Ok(steps.len())
    }

    fn venues(&self, deployment: &Deployment) -> Result<Vec<Venue>, CliError> {
        let venue = |market: &gpu_market_migrations::MarketSpec| {
            let missing = || CliError::Missing { kind: "mint", address: market.payment.clone() };
            Ok(Venue {
                id: market.id,
                name: format!("{} {} {}", market.gpu, tier_name(market.tier), market.payment),
                address: address::market(&self.authority.pubkey(), market.id).0,
                tier: market.tier,
                token: *self.mints.get(&market.payment).ok_or_else(missing)?,
                terms: market.terms,
                gpus_per_seat: market.gpus_per_seat,
            })
        };
        deployment.markets.iter().map(venue).collect()
    }

    fn hosts(&mut self, venues: &[Venue], arrivals: &[Arrival]) -> Result<Vec<Host>, CliError> {
        let mut hosts = Vec::new();
        let mut honest = (0..).flat_map(|round: u32| {
            let again = if round == 0 { String::new() } else { format!("-{}", round + 1) };
            HONEST.map(|name| format!("{name}{again}"))
        });
        for arrival in arrivals {
            let Some((index, venue)) = (0..).zip(venues).find(|(_, venue)| venue.id == arrival.market) else {
                continue;
            };
            let name = match arrival.vice {
                Some(vice) => vice.host_name().to_owned(),
                None => honest.next().unwrap_or_default(),
            };
            let host = self.host(name, index, venue, arrival)?;
            hosts.push(host);
        }
        Ok(hosts)
    }

    fn host(&mut self, name: String, index: usize, venue: &Venue, arrival: &Arrival) -> Result<Host, CliError> {
        let owner = self.chain.key(&format!("{name} owner"));
        let operator = self.chain.key(&format!("{name} operator"));
        let (key, payer, token) = (owner.pubkey(), self.chain.payer.pubkey(), self.stake_token);
        let params = HostParams {
            operator: operator.pubkey(),
            sealing_key: Sha256::digest(format!("sealing key of {name}")).into(),
            metadata_hash: Sha256::digest(&name).into(),
        };
        self.chain.send(host::register_host(key, payer, params), &[&owner])?;
        self.chain.send(stake::open_stake(key, payer, token), &[&owner])?;
        let address = address::host(&key).0;
        let stake_address = address::stake(&key).0;
        let vault = address::stake_vault(&stake_address).0;
        self.chain.books.enter(&name, Kind::Stake, token.mint, vault);
        let amount = venue.terms.bond.saturating_mul(BONDS_STAKED);
        let source = self.chain.fund(&name, &key, token, amount)?;
        self.chain.send(stake::stake(stake::StakeTokens { owner: key, source, token, amount }), &[&owner])?;
        self.chain.send(host::open_earnings(key, venue.token), &[&owner])?;
        let earnings = address::earnings(&address, &venue.token.mint).0;
        self.chain.books.enter(&name, Kind::Earnings, venue.token.mint, earnings);
        self.chain.fund(&name, &key, venue.token, 0)?;
        let member = address::member(&venue.address, &address).0;
        Ok(Host { name, owner, operator, address, stake: stake_address, member, venue: index, vice: arrival.vice })
    }

    /// Enrolls where that is open, applies where it is not, and backs the member with collateral.
    fn enter_market(&mut self, host: &Host, venues: &[Venue]) -> Result<(), CliError> {
        let Some(venue) = venues.get(host.venue) else {
            return Ok(());
        };
        let owner = host.owner.pubkey();
        let entry = member::Enroll {
            owner,
            payer: self.chain.payer.pubkey(),
            market: venue.address,
            token: venue.token,
            access: None,
        };
        let enter = if venue.tier == Tier::Community { member::enroll(entry) } else { member::apply(entry) };
        self.chain.send(enter, &[&host.owner])?;
        let collateral = venue.terms.bond.saturating_mul(BONDS_ALLOCATED);
        self.chain.send(stake::allocate(owner, venue.address, collateral), &[&host.owner])?;
        Ok(())
    }

    fn clients(&mut self, venues: &[Venue], specs: &[JobSpec], script: &Script) -> Result<Vec<Client>, CliError> {
        let mut clients = Vec::new();
        for (index, name) in CLIENTS.into_iter().enumerate() {
            let mut needs: BTreeMap<Address, (Token, u64)> = BTreeMap::new();
            for posting in script.postings.iter().filter(|posting| posting.client == index) {
                let Some(spec) = specs.get(posting.spec) else { continue };
                let Some(venue) = venues.iter().find(|venue| venue.id == spec.market) else { continue };
                let need = needs.entry(venue.token.mint).or_insert((venue.token, 0));
                need.1 = need.1.saturating_add(deposit(venue, spec)?);
            }
            let owner = self.chain.key(name);
            let mut accounts = BTreeMap::new();
            for (mint, (token, need)) in needs {
                accounts.insert(mint, self.escrow(name, &owner, token, need)?);
            }
            // Where a penalty would be claimed to.
            self.chain.fund(name, &owner.pubkey(), self.stake_token, 0)?;
            clients.push(Client { name, owner, accounts });
        }
        Ok(clients)
    }

    /// Opens an escrow and deposits what all jobs of the client can cost, with some to spare in wallet and escrow.
    fn escrow(&mut self, name: &str, owner: &Keypair, token: Token, need: u64) -> Result<Address, CliError> {
        let decimals = self.chain.books.coin_of(&token.mint).map_or(0, |coin| coin.decimals);
        let whole = 10u64.saturating_pow(u32::from(decimals));
        let spare = whole.saturating_mul(POCKET_MONEY);
        let amount = need.div_ceil(whole).saturating_mul(whole).saturating_add(spare);
        let source = self.chain.fund(name, &owner.pubkey(), token, amount.saturating_add(spare))?;
        let key = owner.pubkey();
        let account = address::client(&key, &token.mint).0;
        self.chain.send(client::open_client(key, self.chain.payer.pubkey(), token), &[owner])?;
        let vault = address::client_vault(&account).0;
        self.chain.books.enter(name, Kind::Escrow, token.mint, vault);
        let deposit = client::Deposit { depositor: key, source, client: account, token, amount };
        self.chain.send(client::deposit(deposit), &[owner])?;
        Ok(account)
    }

    fn crank(&mut self) -> Result<Crank, CliError> {
        let key = self.chain.key(CRANK);
        let mut wallets = BTreeMap::new();
        let tokens: Vec<Token> = self.mints.values().copied().collect();
        for token in tokens {
            wallets.insert(token.mint, self.chain.fund(CRANK, &key.pubkey(), token, 0)?);
        }
        Ok(Crank { key, wallets })
    }
}

/// The most that a job can reserve, extension and a place in a full line included.
fn deposit(venue: &Venue, spec: &JobSpec) -> Result<u64, CliError> {
    let terms = &venue.terms;
    let quote = Quote::new(terms.rate, spec.max_duration, terms.fee_bps, terms.tip, terms.queue_fee);
    let deposit = quote.and_then(|quote| quote.deposit());
    // One unit of rounding for each of the two purchases.
    Ok(deposit.map_err(gpu_market_sdk::error::Refusal::from)?.saturating_add(4))
}
