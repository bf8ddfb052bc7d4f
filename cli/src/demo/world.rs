//! Everything that exists when the day begins: mints, the deployment, hosts, clients, crank.

use {
    super::{
        ascent::{Bench, Plot},
        books::{Coin, Kind},
        cast::{CLIENTS, CRANK, Client, Crank, HONEST, Host, Venue},
        chain::Chain,
        enlist,
        rewards::POOLS,
        script::{Arrival, Script},
    },
    crate::{
        error::CliError,
        spec::{JobSpec, tier_name},
    },
    gpu_market::{
        settlement::Quote,
        state::{Config, Market, Member, Tier},
    },
    gpu_market_migrations::{AdmissionSpec, Deployment, Keys, Step, admissions, plan, split_change},
    gpu_market_sdk::{
        Address, address,
        instructions::{Token, member, stake},
    },
    sha2::{Digest, Sha256},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::collections::BTreeMap,
};

pub struct World {
    pub venues: Vec<Venue>,
    pub hosts: Vec<Host>,
    pub clients: Vec<Client>,
    pub crank: Crank,
    pub stake_token: Token,
    /// Admin of the protocol.
    pub admin: Keypair,
    /// The attestors, if there is an ascent to tell.
    pub bench: Option<Bench>,
}

impl World {
    pub fn build(
        chain: &mut Chain,
        mut deployment: Deployment,
        specs: &[JobSpec],
        script: &Script,
        plot: Option<&Plot>,
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
        let bench = plot.map(|plot| founder.bench(plot)).transpose()?;
        let (stake_token, admin) = (founder.stake_token, founder.admin);
        Ok(Self { venues, hosts, clients, crank, stake_token, admin, bench })
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
        let (svm, now) = (&self.chain.svm, self.chain.unix());
        let terms = |market: &Address| Some(svm.account::<Market>(market)?.terms_in_force(now));
        let state = |member: &Address| svm.account::<Member>(member)?.state().ok();
        let steps = admissions(deployment, &self.keys(), terms, state)?;
        self.execute(&steps)
    }

    /// Executes what is missing of the deployment; says how many steps that were.
    fn deploy(&mut self, deployment: &Deployment) -> Result<usize, CliError> {
        let svm = &self.chain.svm;
        let exists = |key: &Address| svm.raw(key).is_some();
        let steps = plan(deployment, &self.keys(), &self.mints, self.chain.unix(), exists)?;
        self.execute(&steps)?;
        let config: Config = self.chain.get(&address::config().0)?;
        let late = split_change(deployment, &self.keys(), &config);
        self.execute(late.as_slice())?;
        for token in self.mints.values() {
            let vaults = [
                ("treasury", Kind::Treasury, address::treasury_vault(&token.mint).0),
                (POOLS, Kind::Rewards, address::reward_vault(&token.mint).0),
            ];
            for (party, kind, vault) in vaults {
                if self.chain.svm.raw(&vault).is_some() {
                    self.chain.books.enter(party, kind, token.mint, vault);
                }
            }
        }
        Ok(steps.len() + late.iter().len())
    }

    fn execute(&mut self, steps: &[Step]) -> Result<usize, CliError> {
        let upgrade_authority = self.chain.svm.upgrade_authority().insecure_clone();
        let signers = [&upgrade_authority, &self.authority, &self.admin];
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
                terms: deployment.terms(market, &self.authority.pubkey()),
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
        let enlist::EnlistedHost { owner, operator, address } = enlist::host(self.chain, &name)?;
        let amount = collateral(venue).saturating_add(venue.terms.bond);
        let stake = enlist::stake(self.chain, &name, &owner, self.stake_token, amount)?.stake;
        enlist::earnings(self.chain, &name, &owner, &address, venue.token)?;
        let member = address::member(&venue.address, &address).0;
        Ok(Host { name, owner, operator, address, stake, member, venue: index, vice: arrival.vice })
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
        self.chain.send(stake::allocate(owner, venue.address, collateral(venue)), &[&host.owner])?;
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
                // What all its jobs can cost.
                accounts.insert(mint, enlist::escrow(self.chain, name, &owner, token, need)?);
            }
            // Where a penalty would be claimed to.
            self.chain.fund(name, &owner.pubkey(), self.stake_token, 0)?;
            clients.push(Client { name, owner, accounts });
        }
        Ok(clients)
    }

    fn bench(&mut self, plot: &Plot) -> Result<Bench, CliError> {
        Bench::found(self.chain, plot, &self.authority, self.stake_token)
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

/// Collateral of a member: one bond more than it needs for its seat, so that a penalty leaves it fit.
fn collateral(venue: &Venue) -> u64 {
    let terms = &venue.terms;
    terms.bond.max(terms.policy.collateral_floor).saturating_add(terms.bond)
}

/// The most that a job can reserve, extension and a place in a full line included.
fn deposit(venue: &Venue, spec: &JobSpec) -> Result<u64, CliError> {
    let terms = &venue.terms;
    let quote = Quote::new(terms.rate, spec.max_duration, terms.fee_bps, terms.tip, terms.queue_fee);
    let deposit = quote.and_then(|quote| quote.deposit());
    // One unit of rounding for each of the two purchases.
    Ok(deposit.map_err(gpu_market_sdk::error::Refusal::from)?.saturating_add(4))
}
