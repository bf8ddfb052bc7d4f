//! A client's escrow.

use {
    super::{
        Broken, Model, Rules,
        books::{ClientBook, TokenBook},
        broken,
    },
    crate::{
        action::EscrowAction,
        cast::{PAYER, owner},
        ids::{ClientId, Key, Party, Spot, Wallet},
    },
    gpu_market::error::MarketError,
    gpu_market_sdk::Address,
};

impl Model {
    pub fn escrow(&mut self, action: &EscrowAction) -> Result<(), Broken> {
        match *action {
            EscrowAction::Open { client } => self.open_client(client),
            EscrowAction::Deposit { by, from, client, amount } => self.deposit(by, from, client, amount),
            EscrowAction::Withdraw { by, client, to, amount } => self.withdraw(by, client, to, amount),
            EscrowAction::SetDelegate { by, client, delegate, cap, expires_at } => {
                self.require_client_owner(by, client)?;
                let delegate = delegate.map_or(Address::default(), |key| self.key(key));
                let book = self.client_mut(client);
                (book.delegate, book.delegate_cap, book.delegate_expires_at) = (delegate, cap, expires_at);
                book.delegate_used = 0;
                book.delegation = book.delegation.checked_add(1).unwrap_or(1);
                Ok(())
            }
            EscrowAction::SetReferrer { by, client, referrer } => self.set_referrer(by, client, referrer),
            EscrowAction::Check { client } => self.check_client(client),
            EscrowAction::RaiseFloor { by, client, floor } => {
                self.require_client_owner(by, client)?;
                let book = self.client_mut(client);
                if floor <= book.nonce_floor {
                    return broken(MarketError::NonceFloorMustRise);
                }
                book.nonce_floor = floor;
                Ok(())
            }
            EscrowAction::Close { by, client, to, rent } => self.close_client(by, client, to, rent),
        }
    }

    fn client_mut(&mut self, client: ClientId) -> &mut ClientBook {
        let key = self.cast.client(client);
        self.clients.get_mut(&key).expect("it was looked up before")
    }

    fn client_owner_rules(&self, rules: &mut Rules, by: Key, client: ClientId) {
        let key = self.cast.client(client);
        self.all_exist(rules, &[key]);
        if let Some(book) = self.clients.get(&key) {
            rules.need(book.owner == self.key(by), MarketError::NotClientOwner);
        }
    }

    fn require_client_owner(&self, by: Key, client: ClientId) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.client_owner_rules(&mut rules, by, client);
        rules.done()
    }

    /// A new token account that is its own authority.
    pub fn open_vault(&mut self, vault: Address, mint: Address) {
        self.tokens.insert(vault, TokenBook { mint, owner: vault, amount: 0, frozen: false });
        self.gifted.remove(&vault);
    }

    fn open_client(&mut self, client: ClientId) -> Result<(), Broken> {
        let (key, vault) = (self.cast.client(client), self.at(Spot::ClientVault(client)));
        let mut rules = Rules::new();
        self.vacant(&mut rules, &key);
        rules.done()?;
        let mint = self.mint(client.mint);
        self.open_vault(vault, mint);
        let book = ClientBook {
            owner: self.key(owner(client)),
            mint,
            rent_payer: self.key(PAYER),
            delegate: Address::default(),
            referrer: Address::default(),
            available: 0,
            reserved: 0,
            fees_owed: 0,
            referral_owed: 0,
            due: 0,
            nonce_floor: 0,
            delegate_cap: 0,
            delegate_used: 0,
            delegate_expires_at: 0,
            open_jobs: 0,
            delegation: 0,
            halted: 0,
        };
        self.clients.insert(key, book);
        self.gifted.remove(&key);
        Ok(())
    }

    fn deposit(&mut self, by: Key, from: Wallet, client: ClientId, amount: u64) -> Result<(), Broken> {
        let key = self.cast.client(client);
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key]);
        rules.done()?;
        let (source, vault) = (self.wallet(from), self.at(Spot::ClientVault(client)));
        let mut rules = Rules::new();
        rules.need(amount > 0, MarketError::AmountZero);
        rules.need(self.clients[&key].halted == 0, MarketError::VaultShort);
        self.transfer_rules(&mut rules, &source, &vault, amount, &self.key(by));
        rules.done()?;
        self.transfer(&source, &vault, amount);
        self.client_mut(client).available += amount;
        Ok(())
    }

    fn withdraw(&mut self, by: Key, client: ClientId, to: Wallet, amount: u64) -> Result<(), Broken> {
        self.require_client_owner(by, client)?;
        let mut rules = Rules::new();
        rules.need(amount > 0, MarketError::AmountZero);
        let available = self.client_of(client).map_or(0, |book| book.available);
        rules.need(amount <= available, MarketError::InsufficientEscrow);
        rules.done()?;
        let (vault, wallet) = (self.at(Spot::ClientVault(client)), self.wallet(to));
        self.require_payable(&vault, &wallet, amount)?;
        self.transfer(&vault, &wallet, amount);
        self.client_mut(client).available -= amount;
        Ok(())
    }

    /// A referrer is the earnings vault of a host, open or not.
    fn set_referrer(&mut self, by: Key, client: ClientId, referrer: Option<Party>) -> Result<(), Broken> {
        let mut rules = Rules::new();
        self.client_owner_rules(&mut rules, by, client);
        let host = referrer.map(|party| self.cast.host(party));
        self.all_exist(&mut rules, host.as_slice());
        rules.done()?;
        let vault = referrer.map(|party| self.at(Spot::Earnings(party, client.mint)));
        let book = self.client_mut(client);
        if book.fees_owed != 0 || book.referral_owed != 0 {
            return broken(MarketError::FeesNotSwept);
        }
        book.referrer = vault.unwrap_or_default();
        Ok(())
    }

    fn check_client(&mut self, client: ClientId) -> Result<(), Broken> {
        let key = self.cast.client(client);
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key]);
        rules.done()?;
        let held = self.held(&self.at(Spot::ClientVault(client)));
        let book = self.client_mut(client);
        let booked = book.available + book.reserved + book.fees_owed + book.referral_owed + book.due;
        book.halted = u8::from(held < booked);
        Ok(())
    }

    fn close_client(&mut self, by: Key, client: ClientId, to: Wallet, rent: Key) -> Result<(), Broken> {
        let key = self.cast.client(client);
        let mut rules = Rules::new();
        self.all_exist(&mut rules, &[key]);
        if let Some(book) = self.clients.get(&key) {
            rules.need(book.owner == self.key(by), MarketError::NotClientOwner);
            rules.need(book.rent_payer == self.key(rent), MarketError::WrongRentPayer);
        }
        rules.done()?;
        let book = &self.clients[&key];
        let is_empty = book.open_jobs == 0 && book.reserved == 0 && book.fees_owed == 0 && book.due == 0;
        if !is_empty {
            return broken(MarketError::ClientNotEmpty);
        }
        let (vault, wallet) = (self.at(Spot::ClientVault(client)), self.wallet(to));
        self.close_vault(&vault, &wallet)?;
        self.clients.remove(&key);
        Ok(())
    }

    /// Moves what is left in a vault and closes it. A frozen account with nothing in it closes: the token programs ask no more of it.
    pub fn close_vault(&mut self, vault: &Address, to: &Address) -> Result<(), Broken> {
        let left = self.held(vault);
        self.require_payable(vault, to, left)?;
        self.transfer(vault, to, left);
        self.tokens.remove(vault);
        Ok(())
    }
}
