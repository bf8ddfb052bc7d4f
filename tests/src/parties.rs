use {
    crate::{MarketRef, World, settings},
    gpu_market::state::{Client, Host, HostParams, Member, Stake},
    gpu_market_sdk::{
        Address, address,
        instructions::{Slash, Token, client, host, member, stake},
        svm::keypair,
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// A client with its escrow.
pub struct ClientParty {
    pub owner: Keypair,
    /// The client account.
    pub client: Address,
    pub vault: Address,
    /// The owner's own token account.
    pub wallet: Address,
    pub token: Token,
}

/// A host with its stake.
pub struct HostParty {
    pub owner: Keypair,
    pub operator: Keypair,
    /// The host account.
    pub host: Address,
    pub stake: Address,
    /// The owner's own account of the stake mint.
    pub stake_wallet: Address,
}

impl HostParty {
    pub fn member(&self, market: &MarketRef) -> Address {
        address::member(&market.address, &self.host).0
    }

    pub fn earnings(&self, market: &MarketRef) -> Address {
        address::earnings(&self.host, &market.token.mint).0
    }
}

impl World {
    /// A client in the dollar mint with `funds` in escrow.
    pub fn client(&mut self, name: &str, funds: u64) -> ClientParty {
        let token = self.dollar;
        let owner = keypair(name);
        self.svm.airdrop(&owner.pubkey(), 10_000_000_000);
        let wallet = self.token_account(token, &owner.pubkey());
        self.svm.mint_to(token, &wallet, funds).expect("minted");
        let address = address::client(&owner.pubkey(), &token.mint).0;
        let open = client::open_client(owner.pubkey(), self.payer.pubkey(), token);
        self.ok(&[open], &[&owner]);
        if funds > 0 {
            let deposit = client::deposit(client::Deposit {
                depositor: owner.pubkey(),
                source: wallet,
                client: address,
                token,
                amount: funds,
            });
            self.ok(&[deposit], &[&owner]);
        }
        ClientParty { owner, client: address, vault: address::client_vault(&address).0, wallet, token }
    }

    /// A registered host with `staked` base units staked and none of them allocated.
    pub fn host(&mut self, name: &str, staked: u64) -> HostParty {
        let owner = keypair(&format!("{name} owner"));
        let operator = keypair(&format!("{name} operator"));
        for key in [&owner, &operator] {
            self.svm.airdrop(&key.pubkey(), 10_000_000_000);
        }
        let payer = self.payer.pubkey();
        let params = HostParams { operator: operator.pubkey(), sealing_key: [7; 32], metadata_hash: [8; 32] };
        let register = host::register_host(owner.pubkey(), payer, params);
        let open = stake::open_stake(owner.pubkey(), payer, self.stake_token);
        self.ok(&[register, open], &[&owner]);
        let token = self.stake_token;
        let stake_wallet = self.token_account(token, &owner.pubkey());
        if staked > 0 {
            self.svm.mint_to(token, &stake_wallet, staked).expect("minted");
            let stake = stake::stake(stake::StakeTokens {
                owner: owner.pubkey(),
                source: stake_wallet,
                token,
                amount: staked,
            });
            self.ok(&[stake], &[&owner]);
        }
        HostParty {
            host: address::host(&owner.pubkey()).0,
            stake: address::stake(&owner.pubkey()).0,
            owner,
            operator,
            stake_wallet,
        }
    }

    /// Opens the host's earnings vault in a mint, once.
    pub fn open_earnings(&mut self, party: &HostParty, token: Token) {
        if !self.exists(&address::earnings(&party.host, &token.mint).0) {
            self.ok(&[host::open_earnings(party.owner.pubkey(), token)], &[&party.owner]);
        }
    }

    /// Enrolls a host into a community market and allocates collateral.
    pub fn enroll(&mut self, party: &HostParty, market: &MarketRef, collateral: u64) -> Address {
        self.open_earnings(party, market.token);
        let enroll = member::enroll(member::Enroll {
            owner: party.owner.pubkey(),
            payer: self.payer.pubkey(),
            market: market.address,
            token: market.token,
            access: None,
        });
        self.ok(&[enroll], &[&party.owner]);
        self.allocate(party, market, collateral);
        party.member(market)
    }

    /// Applies for a place in a premium market.
    pub fn apply(&mut self, party: &HostParty, market: &MarketRef) {
        self.open_earnings(party, market.token);
        let apply = member::apply(member::Enroll {
            owner: party.owner.pubkey(),
            payer: self.payer.pubkey(),
            market: market.address,
            token: market.token,
            access: None,
        });
        self.ok(&[apply], &[&party.owner]);
    }

    /// Has a host apply, admits it into a premium market at genesis and allocates collateral.
    pub fn admit(&mut self, party: &HostParty, market: &MarketRef, gpus: u16, collateral: u64) -> Address {
        self.apply(party, market);
        let admit = member::admit(member::Admit {
            authority: self.authority.pubkey(),
            market: market.address,
            terms: market.terms,
            host: party.host,
            gpus,
            evidence_hash: [9; 32],
        });
        let authority = self.authority.insecure_clone();
        self.ok(&[admit], &[&authority]);
        self.allocate(party, market, collateral);
        party.member(market)
    }

    pub fn allocate(&mut self, party: &HostParty, market: &MarketRef, amount: u64) {
        if amount > 0 {
            let allocate = stake::allocate(party.owner.pubkey(), market.address, amount);
            self.ok(&[allocate], &[&party.owner]);
        }
    }

    /// What slashing this host for this client needs; opens the credit.
    pub fn slash(&mut self, party: &HostParty, client: &ClientParty) -> Slash {
        let open = stake::open_credit(self.payer.pubkey(), party.stake, client.owner.pubkey());
        self.ok(&[open], &[]);
        Slash::of(&party.owner.pubkey(), client.owner.pubkey())
    }

    pub fn client_account(&self, party: &ClientParty) -> Client {
        self.get(&party.client)
    }

    pub fn host_account(&self, party: &HostParty) -> Host {
        self.get(&party.host)
    }

    pub fn stake_account(&self, party: &HostParty) -> Stake {
        self.get(&party.stake)
    }

    pub fn member_account(&self, party: &HostParty, market: &MarketRef) -> Member {
        self.get(&party.member(market))
    }

    /// Unbonding period of the config, seconds.
    pub fn unbonding(&self) -> u32 {
        u32::try_from(settings().unbonding).expect("seconds")
    }
}
