//! After the story: everybody in it takes back what is theirs, and every account that it opened is closed.

use {
    super::{Deed, HOST, Place, Scene, TERMS},
    crate::{demo::cast::Client, error::CliError},
    gpu_market::{
        constants::ATTESTOR_NOTICE,
        error::MarketError,
        state::{AttestorSet, Client as ClientAccount, Config, Credit, Host, MemberState, Stake},
    },
    gpu_market_sdk::{
        Address, address,
        decode::{self, Account},
        error::Refusal,
        instructions::{Token, attest, client, host, member, stake, treasury},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Seconds between two looks at whether a member closes.
const DAY: u32 = 86_400;

/// A stake with its owner and the wallet that it goes home to.
struct Staker {
    owner: Keypair,
    stake: Address,
    wallet: Address,
}

impl Scene<'_> {
    /// Begins what takes time: the host gives up its place, its GPUs and its collateral, the attestors leave their set, and
    /// all stakes cool.
    pub(super) fn retire(&mut self) -> Result<(), CliError> {
        self.resign()?;
        let gpus = self.close_gpus()?;
        for place in [Place::Community, Place::Premium] {
            self.deallocate(place)?;
        }
        let set = self.tale.bench.set;
        for (key, stake) in self.places() {
            self.send(attest::leave_set(key.pubkey(), set, stake), &[&key])?;
        }
        self.chain.wait(u32::try_from(ATTESTOR_NOTICE).unwrap_or(0));
        let payer = self.chain.payer.insecure_clone();
        for (_, stake) in self.places() {
            self.send(attest::vacate_attestor(payer.pubkey(), set, stake), &[&payer])?;
        }
        for staker in self.stakers() {
            self.unstake(&staker)?;
        }
        let what = format!(
            "{HOST} resigns and releases {gpus} GPUs, the attestors leave their set; {} stakes cool",
            self.stakers().len(),
        );
        let step = self.step(Deed::Retired, what);
        self.note(step.by_rule("who resigns is a candidate again; an attestor stays bound a day after it left"));
        Ok(())
    }

    fn resign(&mut self) -> Result<(), CliError> {
        if self.member(Place::Premium)?.state().map_err(Refusal::from)? == MemberState::Active {
            let owner = self.owner();
            self.send(member::resign(owner.pubkey(), self.tale.premium.address, TERMS), &[&owner])?;
        }
        Ok(())
    }

    fn deallocate(&mut self, place: Place) -> Result<(), CliError> {
        let amount = self.member(place)?.withdrawable_collateral().map_err(Refusal::from)?;
        if amount > 0 {
            let (owner, market) = (self.owner(), self.tale.venue(place).address);
            self.send(stake::deallocate(owner.pubkey(), market, amount), &[&owner])?;
        }
        Ok(())
    }

    /// Keys and stakes of the attestors.
    fn places(&self) -> Vec<(Keypair, Address)> {
        let judges = self.tale.bench.judges.iter();
        judges.map(|judge| (judge.key.insecure_clone(), judge.stake)).collect()
    }

    /// The host and the attestors.
    fn stakers(&self) -> Vec<Staker> {
        let hero = &self.tale.hero;
        let host = Staker { owner: hero.owner.insecure_clone(), stake: hero.stake, wallet: hero.wallet };
        let judge = |judge: &super::cast::Judge| Staker {
            owner: judge.owner.insecure_clone(),
            stake: judge.stake,
            wallet: judge.wallet,
        };
        [host].into_iter().chain(self.tale.bench.judges.iter().map(judge)).collect()
    }

    fn unstake(&mut self, staker: &Staker) -> Result<(), CliError> {
        let free = self.chain.get::<Stake>(&staker.stake)?.free().map_err(Refusal::from)?;
        if free > 0 {
            self.send(stake::request_unstake(staker.owner.pubkey(), free), &[&staker.owner])?;
        }
        Ok(())
    }

    /// Closes everything, once stakes have cooled and credits were claimed.
    pub(super) fn close(&mut self) -> Result<(), CliError> {
        self.close_host()?;
        for staker in self.stakers() {
            self.close_stake(&staker)?;
        }
        self.close_set()?;
        for index in 0..self.tale.clients.len() {
            self.close_client(index)?;
        }
        self.look_for_leftovers();
        let closed = &self.chain.closed;
        let kinds: Vec<String> =
            closed.iter().map(|(kind, closed)| format!("{} {kind}", closed.accounts)).collect();
        let rent: u64 = closed.values().map(|closed| closed.rent).sum();
        let what = format!(
            "every account of this story is closed, and {rent} lamports of rent went back: {}",
            kinds.join(", "),
        );
        let step = self.step(Deed::Closed, what);
        self.note(step.by_rule("rent returns to who paid it; a member stays open until its falls are forgotten"));
        Ok(())
    }

    /// Waits until the member of this place has forgotten its failures and falls.
    fn wait_until_closable(&mut self, place: Place) -> Result<(), CliError> {
        while self.member(place)?.require_closable(self.chain.unix()) == Err(MarketError::MemberCoolingOff) {
            self.chain.wait(DAY);
        }
        Ok(())
    }

    /// Members, earnings and host, when the last fall is forgotten.
    fn close_host(&mut self) -> Result<(), CliError> {
        let (owner, host) = (self.owner(), self.tale.hero.host);
        for place in [Place::Community, Place::Premium] {
            self.wait_until_closable(place)?;
            let venue = self.tale.venue(place).clone();
            let (key, account) = (self.tale.hero.member(&venue), self.member(place)?);
            let close = member::close_member(owner.pubkey(), venue.address, account.rent_payer);
            self.chain.close("Member", &[key], &account.rent_payer, close, &[&owner])?;
        }
        let token = self.tale.community.token;
        let missing = || CliError::Missing { kind: "wallet", address: HOST.into() };
        let wallet = self.chain.books.wallet(HOST, &token.mint).ok_or_else(missing)?;
        let vault = address::earnings(&host, &token.mint).0;
        let close = host::close_earnings(owner.pubkey(), token, wallet);
        self.chain.close("earnings vault", &[vault], &owner.pubkey(), close, &[&owner])?;
        let account: Host = self.chain.get(&host)?;
        let close = host::close_host(owner.pubkey(), account.rent_payer);
        self.chain.close("Host", &[host], &account.rent_payer, close, &[&owner])
    }

    /// Withdraws a stake that has cooled and closes it with its credits.
    fn close_stake(&mut self, staker: &Staker) -> Result<(), CliError> {
        let token = self.tale.stake_token;
        let key = staker.owner.pubkey();
        self.close_credits(&staker.stake)?;
        if self.chain.get::<Stake>(&staker.stake)?.treasury_owed > 0 {
            self.send(treasury::sweep_slashes(staker.stake, token), &[])?;
        }
        self.send(stake::withdraw_stake(key, token, staker.wallet), &[&staker.owner])?;
        let account: Stake = self.chain.get(&staker.stake)?;
        let close = stake::close_stake(stake::CloseStake {
            owner: key,
            token,
            destination: staker.wallet,
            rent_payer: account.rent_payer,
        });
        self.chain.close("Stake", &[staker.stake, account.vault], &account.rent_payer, close, &[&staker.owner])
    }

    fn close_credits(&mut self, of: &Address) -> Result<(), CliError> {
        for (key, raw) in self.chain.svm.program_accounts() {
            let Ok(credit) = decode::decode::<Credit>(&raw.data) else { continue };
            if credit.stake == *of {
                let close = stake::close_credit(credit.stake, credit.beneficiary, credit.rent_payer);
                self.chain.close("Credit", &[key], &credit.rent_payer, close, &[])?;
            }
        }
        Ok(())
    }

    fn close_set(&mut self) -> Result<(), CliError> {
        let (set, creator) = (self.tale.bench.set, self.tale.bench.creator.insecure_clone());
        let account: AttestorSet = self.chain.get(&set)?;
        let close = attest::close_attestor_set(creator.pubkey(), set, account.rent_payer);
        self.chain.close("AttestorSet", &[set], &account.rent_payer, close, &[&creator])
    }

    /// Sweeps the fees that a client owes, and closes its escrow.
    fn close_client(&mut self, index: usize) -> Result<(), CliError> {
        let token: Token = self.tale.community.token;
        let missing = || CliError::Missing { kind: "client", address: index.to_string() };
        let party: &Client = self.tale.clients.get(index).ok_or_else(missing)?;
        let (owner, name) = (party.owner.insecure_clone(), party.name);
        let key = *party.accounts.get(&token.mint).ok_or_else(missing)?;
        let account: ClientAccount = self.chain.get(&key)?;
        if account.fees_owed > 0 {
            let config: Config = self.chain.get(&address::config().0)?;
            let split = config.split(self.chain.unix());
            self.send(treasury::sweep_fees(treasury::SweepFees::of(key, &account, &split, token.program)), &[])?;
        }
        let close = client::close_client(client::CloseClient {
            owner: owner.pubkey(),
            token,
            destination: self.chain.books.wallet(name, &token.mint).ok_or_else(missing)?,
            rent_payer: account.rent_payer,
        });
        self.chain.close("Client", &[key, account.vault], &account.rent_payer, close, &[&owner])
    }

    /// Nothing of the story is left on the chain.
    fn look_for_leftovers(&mut self) {
        for (key, raw) in self.chain.svm.program_accounts() {
            if !self.tale.others.contains(&key) {
                let kind = Account::decode(&raw.data).map_or("unknown", |account| account.name());
                self.chain.findings.push(format!("the {kind} account {key} of the ascent was not closed"));
            }
        }
    }
}
