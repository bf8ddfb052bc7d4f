//! What anyone may do for a tip: enforce deadlines.

use {
    super::{Action, CRANK_PERIOD, Day},
    crate::error::CliError,
    gpu_market_sdk::{
        address,
        decode::ShardAccount,
        instructions::expire,
        view::{JobView, Phase},
    },
    solana_signer::Signer,
};

impl Day<'_> {
    /// Looks at every live job and enforces the deadlines that are over.
    pub(super) fn crank(&mut self) -> Result<(), CliError> {
        for job in 0..self.records.len() {
            if !self.records[job].over {
                self.enforce(job)?;
            }
        }
        self.plan(CRANK_PERIOD, Action::Crank);
        Ok(())
    }

    fn enforce(&mut self, job: usize) -> Result<(), CliError> {
        let account = self.job(job)?;
        let shard: ShardAccount = self.chain.get(&address::shard(&account.market, account.shard).0)?;
        let view = JobView::new(self.records[job].address, &account, Some(&shard))?;
        let now = self.chain.unix();
        match view.phase {
            Phase::Queued { expirable_at, .. } if now >= expirable_at => self.expire_queued(job),
            Phase::Assigned { expirable_at, .. } if now >= expirable_at => self.expire_assigned(job),
            Phase::Running { expirable_at, .. } if now >= expirable_at => self.expire_running(job),
            _ => Ok(()),
        }
    }

    fn wallet(&self, mint: &gpu_market_sdk::Address) -> Result<gpu_market_sdk::Address, CliError> {
        let missing = || CliError::Missing { kind: "wallet", address: mint.to_string() };
        self.world.crank.wallets.get(mint).copied().ok_or_else(missing)
    }

    fn expire_queued(&mut self, job: usize) -> Result<(), CliError> {
        let account = self.job(job)?;
        let token = self.venue_of(job).token;
        let key = self.world.crank.key.insecure_clone();
        let expire = expire::expire_queued(expire::ExpireQueued {
            caller: key.pubkey(),
            caller_tokens: self.wallet(&token.mint)?,
            job: self.records[job].address,
            client: account.client,
            market: account.market,
            shard: account.shard,
            token,
        });
        self.execute(expire, &key).map(|_| ())
    }

    fn expire_assigned(&mut self, job: usize) -> Result<(), CliError> {
        let Some(host) = self.records[job].host else {
            return Ok(());
        };
        let account = self.job(job)?;
        let slash = Some(self.slash(job, host)?);
        let key = self.world.crank.key.insecure_clone();
        let stake_token = self.world.stake_token;
        let expire = expire::expire_assigned(expire::ExpireAssigned {
            caller: key.pubkey(),
            caller_tokens: Some(self.wallet(&stake_token.mint)?),
            parties: self.parties(job, &account, &self.world.hosts[host]),
            shard: account.shard,
            slash,
            stake_token,
        });
        self.execute(expire, &key).map(|_| ())
    }

    fn expire_running(&mut self, job: usize) -> Result<(), CliError> {
        let Some(host) = self.records[job].host else {
            return Ok(());
        };
        let account = self.job(job)?;
        let slash = if account.sla_bps > 0 { Some(self.slash(job, host)?) } else { None };
        let token = self.venue_of(job).token;
        let key = self.world.crank.key.insecure_clone();
        let expire = expire::expire_running(expire::ExpireRunning {
            caller: key.pubkey(),
            caller_tokens: self.wallet(&token.mint)?,
            parties: self.parties(job, &account, &self.world.hosts[host]),
            token,
            slash,
        });
        // Whoever lets it come to this has shown what it is: dead, or never finishing.
        self.standing[host].shown = true;
        self.standing[host].gone = self.records[job].dies_at.is_some();
        self.execute(expire, &key).map(|_| ())
    }
}
