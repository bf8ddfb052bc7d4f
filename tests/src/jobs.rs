use {
    crate::{ClientParty, HostParty, MarketRef, World},
    gpu_market::state::{Job, Outcome, PostParams},
    gpu_market_sdk::{
        Address, Instruction, address,
        instructions::{Parties, Slash, expire, job, queue},
        svm::Execution,
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Hash of every spec here.
pub const SPEC: [u8; 32] = [1; 32];
/// Hash of every result here.
pub const RESULT: [u8; 32] = [2; 32];

impl World {
    /// A post of `duration` seconds that accepts any rate.
    pub fn post_params(nonce: u64, duration: u32) -> PostParams {
        PostParams { nonce, max_rate: u64::MAX, duration, spec_hash: SPEC }
    }

    pub fn post_of(&self, party: &ClientParty, market: &MarketRef, params: PostParams) -> job::Post {
        job::Post {
            authority: party.owner.pubkey(),
            payer: self.payer.pubkey(),
            market: market.address,
            terms: market.terms,
            shard: 0,
            client: party.client,
            params,
        }
    }

    /// Posts and returns the job.
    #[track_caller]
    pub fn post(&mut self, party: &ClientParty, market: &MarketRef, nonce: u64, duration: u32) -> Address {
        let post = self.post_of(party, market, Self::post_params(nonce, duration));
        self.ok(&[job::post(post)], &[&party.owner]);
        post.job()
    }

    pub fn seat_of(&self, party: &HostParty, market: &MarketRef) -> queue::Seat {
        queue::Seat {
            operator: party.operator.pubkey(),
            host: party.host,
            market: market.address,
            terms: market.terms,
            shard: 0,
            min_rate: 0,
            access: None,
        }
    }

    #[track_caller]
    pub fn join(&mut self, party: &HostParty, market: &MarketRef) -> Execution {
        let join = queue::join(self.seat_of(party, market));
        self.ok(&[join], &[&party.operator])
    }

    /// The job of a client on a host.
    pub fn parties(&self, job: Address, party: &ClientParty, host: &HostParty, market: &MarketRef) -> Parties {
        Parties { job, client: party.client, market: market.address, host: host.host }
    }

    pub fn start_ix(&self, host: &HostParty, market: &MarketRef, job: Address) -> Instruction {
        job::start(job::Start {
            operator: host.operator.pubkey(),
            host: host.host,
            market: market.address,
            job,
            shard: 0,
            max_duration: u32::MAX,
        })
    }

    #[track_caller]
    pub fn start(&mut self, host: &HostParty, market: &MarketRef, job: Address) {
        let start = self.start_ix(host, market, job);
        self.ok(&[start], &[&host.operator]);
    }

    /// Posts, joins and starts: a running job.
    #[track_caller]
    pub fn running(
        &mut self,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        nonce: u64,
        duration: u32,
    ) -> Address {
        let job = self.post(client, market, nonce, duration);
        self.join(host, market);
        self.start(host, market, job);
        job
    }

    pub fn heartbeat_ix(&self, host: &HostParty, market: &MarketRef, job: Address) -> Instruction {
        job::heartbeat(job::Heartbeat {
            operator: host.operator.pubkey(),
            host: host.host,
            market: market.address,
            job,
            checkpoint: [0; 32],
        })
    }

    /// Lets `seconds` pass with a heartbeat at every interval of the job.
    #[track_caller]
    pub fn run_for(&mut self, host: &HostParty, market: &MarketRef, job: Address, seconds: u32) {
        let interval = self.job(&job).heartbeat_interval;
        let mut left = seconds;
        while left > 0 {
            let step = left.min(interval);
            self.svm.advance(step);
            left -= step;
            let heartbeat = self.heartbeat_ix(host, market, job);
            self.ok(&[heartbeat], &[&host.operator]);
        }
    }

    pub fn finish_of(
        &self,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        job: Address,
        outcome: Outcome,
        slash: Option<Slash>,
    ) -> job::Finish {
        job::Finish {
            operator: host.operator.pubkey(),
            parties: self.parties(job, client, host, market),
            token: market.token,
            outcome,
            result_hash: RESULT,
            slash,
        }
    }

    #[track_caller]
    pub fn finish(
        &mut self,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        job: Address,
    ) -> Execution {
        let finish = self.finish_of(client, host, market, job, Outcome::Success, None);
        self.ok(&[job::finish(finish)], &[&host.operator])
    }

    pub fn cancel_ix(&self, client: &ClientParty, market: &MarketRef, job: Address) -> Instruction {
        job::cancel(job::Cancel {
            authority: client.owner.pubkey(),
            client: client.client,
            job,
            market: market.address,
            shard: 0,
        })
    }

    pub fn close_job_ix(&self, caller: &Keypair, client: &ClientParty, job: Address) -> Instruction {
        job::close_job(job::CloseJob {
            caller: caller.pubkey(),
            client: client.client,
            job,
            rent_payer: self.payer.pubkey(),
            closed_member: None,
        })
    }

    pub fn expire_running_ix(
        &mut self,
        caller: &Keypair,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        job: Address,
        slash: Option<Slash>,
    ) -> Instruction {
        let caller_tokens = self.token_account(market.token, &caller.pubkey());
        expire::expire_running(expire::ExpireRunning {
            caller: caller.pubkey(),
            caller_tokens,
            parties: self.parties(job, client, host, market),
            token: market.token,
            slash,
        })
    }

    pub fn job(&self, job: &Address) -> Job {
        self.get(job)
    }

    /// A job's address for a nonce.
    pub fn job_address(&self, client: &ClientParty, nonce: u64) -> Address {
        address::job(&client.client, nonce).0
    }
}
