//! A network with everything in place that clients and hosts need.

use {
    crate::{LocalnetError, Network, keys, tokens},
    gpu_market_migrations::{Deployment, Step, plan},
    gpu_market_sdk::{Address, Instruction, address, instructions::Token, rpc::RpcError},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::collections::{BTreeMap, BTreeSet},
};

/// Lamports of each key: a hundred SOL.
const LAMPORTS: u64 = 100_000_000_000;
/// Whole tokens of every mint that clients and hosts hold.
const TOKENS: u64 = 1_000_000;
/// Keys that hold tokens.
const HOLDERS: [&str; 5] = ["client", "host-owner", "second-client", "second-host-owner", "market-authority"];
/// Accounts that are asked for at once.
const ACCOUNTS: usize = 100;

/// A local network with the program, mints, funded keys and a deployment.
pub struct Localnet {
    /// The network.
    pub network: Network,
    /// What was deployed.
    pub deployment: Deployment,
    /// The mint of each symbol.
    pub mints: BTreeMap<String, Token>,
    /// What was done, for people.
    pub steps: Vec<String>,
}

impl Localnet {
    /// Starts a network and brings it to a deployment.
    pub async fn start(program: &[u8], deployment: Deployment) -> Result<Self, LocalnetError> {
        let funded: Vec<Address> = keys::NAMES.iter().map(|name| keys::key(name).pubkey()).collect();
        let network = Network::start(keys::key("payer"), funded.get(1..).unwrap_or_default(), LAMPORTS).await?;
        network.deploy(program, &keys::key("upgrade-authority")).await?;
        let mut localnet = Self { network, deployment, mints: BTreeMap::new(), steps: Vec::new() };
        localnet.create_mints().await?;
        localnet.fund_holders().await?;
        localnet.migrate().await?;
        Ok(localnet)
    }

    /// Address of a market by its number.
    pub fn market(&self, id: u16) -> Address {
        address::market(&keys::deployment().market_authority, id).0
    }

    /// The mint that a market is paid in.
    pub fn payment(&self, id: u16) -> Option<Token> {
        self.mints.get(&self.deployment.market(id)?.payment).copied()
    }

    /// The mint that is staked.
    pub fn stake(&self) -> Option<Token> {
        self.mints.get(&self.deployment.stake.token).copied()
    }

    /// Mints base units to the wallet of an owner, which is created if need be.
    pub async fn mint(&self, token: Token, owner: Address, amount: u64) -> Result<(), LocalnetError> {
        let payer = self.network.payer().pubkey();
        let create = tokens::create_wallet(payer, owner, token);
        let mint = tokens::mint_to(token, payer, tokens::wallet(owner, token), amount);
        self.execute("mint tokens", &[create, mint], &[]).await
    }

    async fn create_mints(&mut self) -> Result<(), LocalnetError> {
        for spec in self.deployment.tokens.clone() {
            let mint = keys::key(&format!("mint {}", spec.symbol));
            let payer = self.network.payer().pubkey();
            let rent = self.rent(tokens::MINT_SIZE).await?;
            let create = tokens::create_mint(payer, mint.pubkey(), payer, spec.decimals, rent);
            self.execute("create a mint", &create, &[&mint]).await?;
            self.steps.push(format!("create the mint {} of {}", mint.pubkey(), spec.symbol));
            self.mints.insert(spec.symbol, Token::spl(mint.pubkey()));
        }
        Ok(())
    }

    async fn rent(&self, size: u64) -> Result<u64, LocalnetError> {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let rent = self.network.connection().inner().get_minimum_balance_for_rent_exemption(size).await;
        rent.map_err(|error| LocalnetError::Method {
            method: "getMinimumBalanceForRentExemption",
            reason: error.to_string(),
        })
    }

    async fn fund_holders(&mut self) -> Result<(), LocalnetError> {
        for spec in self.deployment.tokens.clone() {
            let Some(token) = self.mints.get(&spec.symbol).copied() else { continue };
            let amount = 10u64.saturating_pow(u32::from(spec.decimals)).saturating_mul(TOKENS);
            for name in HOLDERS {
                self.mint(token, keys::key(name).pubkey(), amount).await?;
            }
        }
        Ok(())
    }

    /// Creates what of the deployment is not there yet.
    async fn migrate(&mut self) -> Result<(), LocalnetError> {
        let clock = self.network.connection().clock().await.map_err(LocalnetError::step("read the clock"))?;
        let keys = keys::deployment();
        let all = plan(&self.deployment, &keys, &self.mints, clock.unix, |_| false)?;
        let existing = self.existing(&all).await?;
        let steps = plan(&self.deployment, &keys, &self.mints, clock.unix, |account| existing.contains(account))?;
        for step in steps {
            self.execute(&step.what, &[step.instruction], &[]).await?;
            self.steps.push(step.what);
        }
        Ok(())
    }

    /// Which accounts of a plan there are.
    async fn existing(&self, steps: &[Step]) -> Result<BTreeSet<Address>, LocalnetError> {
        let addresses: Vec<Address> = steps.iter().map(|step| step.creates).collect();
        let mut existing = BTreeSet::new();
        for some in addresses.chunks(ACCOUNTS) {
            let accounts = self.network.connection().inner().get_multiple_accounts(some).await;
            let accounts = accounts.map_err(|error| LocalnetError::Method {
                method: "getMultipleAccounts",
                reason: error.to_string(),
            })?;
            let found = some.iter().zip(accounts).filter(|(_, account)| account.is_some());
            existing.extend(found.map(|(address, _)| *address));
        }
        Ok(existing)
    }

    /// Executes instructions with those keys of the deployment that have to sign, and `further` ones.
    async fn execute(
        &self,
        what: &str,
        instructions: &[Instruction],
        further: &[&Keypair],
    ) -> Result<(), LocalnetError> {
        let metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
        let needed: BTreeSet<Address> = metas.filter(|meta| meta.is_signer).map(|meta| meta.pubkey).collect();
        let payer = self.network.payer();
        let known = keys::NAMES.iter().map(|name| keys::key(name));
        let mut signers = vec![payer.insecure_clone()];
        signers.extend(known.filter(|key| needed.contains(&key.pubkey()) && key.pubkey() != payer.pubkey()));
        signers.extend(further.iter().map(|key| key.insecure_clone()));
        let sent: Result<_, RpcError> =
            self.network.connection().send(&payer.pubkey(), instructions, &signers).await;
        sent.map(|_| ()).map_err(LocalnetError::step(what))
    }
}
