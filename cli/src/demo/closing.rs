//! After the day: what is due is collected, fees are swept, earnings withdrawn; and after the unbonding period credits
//! are claimed and jobs closed.

use {
    super::{cast::Client as ClientParty, day::Day},
    crate::error::CliError,
    gpu_market::{
        constants::MAX_UNBONDING,
        state::{Client, Config, Credit, Stake},
    },
    gpu_market_sdk::{
        Address, address,
        decode::{self, Decode},
        instructions::{host, job, stake, treasury},
    },
    solana_signer::Signer,
};

impl Day<'_> {
    /// Books and moves everything that can be moved at once.
    pub fn settle_up(&mut self) -> Result<(), CliError> {
        self.collect_dues()?;
        self.sweep_fees()?;
        self.sweep_slashes()?;
        self.withdraw_earnings()
    }

    fn payer(&self) -> solana_keypair::Keypair {
        self.chain.payer.insecure_clone()
    }

    /// Every account of one type.
    fn accounts<T: Decode>(&self) -> Vec<(Address, T)> {
        let accounts = self.chain.svm.program_accounts();
        let decoded =
            accounts.into_iter().map(|(key, raw)| decode::decode(&raw.data).map(|account| (key, account)));
        decoded.filter_map(Result::ok).collect()
    }

    fn collect_dues(&mut self) -> Result<(), CliError> {
        for index in 0..self.records.len() {
            let account = self.job(index)?;
            let Some(parties) = self.parties_of_ended(index, &account).filter(|_| account.due > 0) else {
                continue;
            };
            let collect = job::collect(parties, self.venue_of(index).token);
            self.execute(collect, &self.payer())?;
        }
        Ok(())
    }

    fn sweep_fees(&mut self) -> Result<(), CliError> {
        let config: Config = self.chain.get(&address::config().0)?;
        let split = config.split(self.chain.unix());
        for (key, client) in self.accounts::<Client>() {
            let token = self.chain.books.coin_of(&client.mint).map(|coin| coin.token);
            if let Some(token) = token.filter(|_| client.fees_owed > 0) {
                let sweep = treasury::SweepFees::of(key, &client, &split, token.program);
                self.execute(treasury::sweep_fees(sweep), &self.payer())?;
            }
        }
        Ok(())
    }

    fn sweep_slashes(&mut self) -> Result<(), CliError> {
        for (key, account) in self.accounts::<Stake>() {
            if account.treasury_owed > 0 {
                let sweep = treasury::sweep_slashes(key, self.world.stake_token);
                self.execute(sweep, &self.payer())?;
            }
        }
        Ok(())
    }

    /// Every second host takes its earnings home.
    fn withdraw_earnings(&mut self) -> Result<(), CliError> {
        for index in (0..self.world.hosts.len()).step_by(2) {
            let party = &self.world.hosts[index];
            let token = self.world.venues[party.venue].token;
            let vault = address::earnings(&party.address, &token.mint).0;
            let wallet = self.chain.books.wallet(&party.name, &token.mint);
            let earned = self.chain.svm.token_amount(&vault).unwrap_or(0);
            let Some(destination) = wallet.filter(|_| earned > 0) else {
                continue;
            };
            let owner = party.owner.insecure_clone();
            let withdraw = host::withdraw_earnings(host::WithdrawEarnings {
                authority: owner.pubkey(),
                host: party.address,
                token,
                destination,
                amount: earned,
            });
            self.execute(withdraw, &owner)?;
        }
        Ok(())
    }

    /// When slashed stake has unbonded: harmed clients claim it, `guests` of the day too, and all close their jobs.
    pub fn aftermath(&mut self, guests: &[ClientParty]) -> Result<(), CliError> {
        let config: Config = self.chain.get(&address::config().0)?;
        let wait = config.unbonding.min(MAX_UNBONDING);
        self.chain.svm.advance(u32::try_from(wait).unwrap_or(0));
        self.claim_credits(guests)?;
        self.close_jobs()
    }

    fn claim_credits(&mut self, guests: &[ClientParty]) -> Result<(), CliError> {
        let token = self.world.stake_token;
        for (key, credit) in self.accounts::<Credit>() {
            if credit.is_empty().map_err(gpu_market_sdk::error::Refusal::from)? {
                let close = stake::close_credit(credit.stake, credit.beneficiary, credit.rent_payer);
                self.execute(close, &self.payer())?;
                continue;
            }
            let mut clients = self.world.clients.iter().chain(guests);
            let client = clients.find(|client| client.owner.pubkey() == credit.beneficiary);
            let missing = || CliError::Missing { kind: "client", address: key.to_string() };
            let client = client.ok_or_else(missing)?;
            let owner = client.owner.insecure_clone();
            let destination = self.chain.books.wallet(client.name, &token.mint).ok_or_else(missing)?;
            let claim = stake::claim_credit(stake::ClaimCredit {
                caller: owner.pubkey(),
                beneficiary: owner.pubkey(),
                stake: credit.stake,
                token,
                destination,
            });
            self.execute(claim, &owner)?;
        }
        Ok(())
    }

    fn close_jobs(&mut self) -> Result<(), CliError> {
        for index in 0..self.records.len() {
            let (account, owner) = (self.job(index)?, self.client_key(index));
            let close = job::close_job(job::CloseJob {
                caller: owner.pubkey(),
                client: account.client,
                job: self.records[index].address,
                rent_payer: account.rent_payer,
                closed_member: None,
            });
            self.execute(close, &owner)?;
        }
        Ok(())
    }
}
