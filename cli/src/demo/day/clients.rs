//! What clients do.

use {
    super::{Action, Day, Record},
    crate::{demo::cast::Story, error::CliError},
    gpu_market::state::{Job, PostParams},
    gpu_market_sdk::{
        address,
        instructions::{Parties, job},
        quote,
    },
    sha2::{Digest, Sha256},
    solana_signer::Signer,
};

impl Day<'_> {
    pub(super) fn post(&mut self, index: usize) -> Result<(), CliError> {
        let posting = self.script.postings[index].clone();
        let spec = &self.specs[posting.spec];
        let venues = self.world.venues.iter();
        let venue = venues.enumerate().find(|(_, venue)| venue.id == spec.market);
        let (venue, market) = venue
            .map(|(index, venue)| (index, venue.clone()))
            .ok_or_else(|| CliError::Missing { kind: "market", address: spec.market.to_string() })?;
        let client = &self.world.clients[posting.client];
        let owner = client.owner.insecure_clone();
        let missing = || CliError::Missing { kind: "client", address: client.name.into() };
        let account = *client.accounts.get(&market.token.mint).ok_or_else(missing)?;
        let nonce = address::nonce_with_canonical_bump(&account, self.nonces.get(&account).copied().unwrap_or(0));
        self.nonces.insert(account, nonce + 1);
        let post = job::Post {
            authority: owner.pubkey(),
            payer: self.chain.payer.pubkey(),
            market: market.address,
            terms: 1,
            shard: 0,
            client: account,
            params: PostParams { nonce, max_rate: spec.max_rate, duration: posting.duration, spec_hash: spec.hash },
        };
        let story = posting.story;
        let job = self.records.len();
        self.jobs_by_address.insert(post.job(), job);
        self.records.push(Record {
            posting,
            venue,
            address: post.job(),
            trail: Vec::new(),
            host: None,
            turn: 0,
            over: false,
            run: None,
            verified: None,
            dies_at: None,
            penalty: [0; 3],
        });
        self.unposted -= 1;
        self.execute(job::post(post), &owner)?;
        if story == Story::CancelsQueued {
            let after = self.dice.between(60, 240);
            self.plan(after, Action::Cancel { job });
        }
        Ok(())
    }

    pub(super) fn cancel(&mut self, job: usize) -> Result<(), CliError> {
        let account = self.job(job)?;
        if account.require_open().is_err() {
            return Ok(());
        }
        let owner = self.client_key(job);
        let cancel = job::cancel(job::Cancel {
            authority: owner.pubkey(),
            client: account.client,
            job: self.records[job].address,
            market: account.market,
            shard: account.shard,
        });
        self.execute(cancel, &owner).map(|_| ())
    }

    pub(super) fn extend(&mut self, job: usize) -> Result<(), CliError> {
        let seconds = self.records[job].posting.extension;
        let account = self.job(job)?;
        if seconds == 0 || quote::extension(&account, seconds, self.chain.unix()).is_err() {
            return Ok(());
        }
        let owner = self.client_key(job);
        let extend = job::extend(owner.pubkey(), account.client, self.records[job].address, seconds);
        self.execute(extend, &owner).map(|_| ())
    }

    pub(super) fn end(&mut self, job: usize) -> Result<(), CliError> {
        let (account, owner) = (self.job(job)?, self.client_key(job));
        let Some(parties) = self.host_of(job).map(|host| self.parties(job, &account, host)) else {
            return Ok(());
        };
        if account.require_running().is_err() {
            return Ok(());
        }
        let end = job::end(owner.pubkey(), parties, self.venue_of(job).token);
        self.execute(end, &owner).map(|_| ())
    }

    /// The client compares the result on the chain with the output that the host gave it, and disputes what differs.
    pub(super) fn check_result(&mut self, job: usize) -> Result<(), CliError> {
        let account = self.job(job)?;
        let Some(run) = &self.records[job].run else {
            return Ok(());
        };
        let expected: [u8; 32] = Sha256::digest(&run.output).into();
        let verified = account.result_hash == expected;
        self.records[job].verified = Some(verified);
        if !verified {
            let after = self.dice.between(60, 600);
            self.plan(after, Action::Dispute { job });
        }
        Ok(())
    }

    pub(super) fn dispute(&mut self, job: usize) -> Result<(), CliError> {
        let (account, owner) = (self.job(job)?, self.client_key(job));
        let address = self.records[job].address;
        let dispute = job::dispute(owner.pubkey(), account.client, address, account.member);
        self.execute(dispute, &owner).map(|_| ())
    }

    /// Parties of a job whose host is known by its member alone.
    pub fn parties_of_ended(&self, job: usize, account: &Job) -> Option<Parties> {
        let host = self.hosts_by_member.get(&account.member)?;
        Some(self.parties(job, account, &self.world.hosts[*host]))
    }
}
