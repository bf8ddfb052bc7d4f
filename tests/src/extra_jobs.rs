use {
    crate::{ClientParty, HostParty, MarketRef, STAKE, World},
    gpu_market::{
        constants::pause,
        state::{Market, Member, MemberState, Outcome, TermsParams},
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::{DISCRIMINATOR_SIZE, QueueView, ShardAccount},
        instructions::{Slash, admin, client, expire, job, market, queue, shard},
        svm::{Execution, keypair},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::mem::offset_of,
};

/// One client and one host in one market.
pub struct Scene {
    pub world: World,
    pub market: MarketRef,
    pub client: ClientParty,
    pub host: HostParty,
}

impl Scene {
    /// In the community market: one seat.
    pub fn community() -> Self {
        let mut world = World::new();
        let market = world.community;
        let client = world.client("client", 1_000 * crate::DOLLAR);
        let host = world.host("host", 100 * STAKE);
        world.enroll(&host, &market, 50 * STAKE);
        Self { world, market, client, host }
    }

    /// In the premium market: eight seats.
    pub fn premium() -> Self {
        let mut world = World::new();
        let market = world.premium;
        let client = world.client("client", 1_000 * crate::DOLLAR);
        let host = world.host("host", 200 * STAKE);
        world.admit(&host, &market, 8, 100 * STAKE);
        Self { world, market, client, host }
    }
}

/// `instruction` with one account passed for another.
#[track_caller]
pub fn replaced(mut instruction: Instruction, old: &Address, new: Address) -> Instruction {
    let meta = instruction.accounts.iter_mut().find(|meta| meta.pubkey == *old);
    meta.expect("the instruction has that account").pubkey = new;
    instruction
}

impl World {
    /// Somebody with lamports and no part in anything.
    pub fn somebody(&mut self, name: &str) -> Keypair {
        let key = keypair(name);
        self.svm.airdrop(&key.pubkey(), 10_000_000_000);
        key
    }

    /// When the announced terms of a market take effect.
    pub fn terms_change_at(&self, market: &MarketRef) -> i64 {
        self.get::<Market>(&market.address).announced_effective_at
    }

    /// Sets the pause bits of the config.
    pub fn stop_everywhere(&mut self, bits: u8) {
        let admin = self.admin.insecure_clone();
        self.ok(&[admin::set_pause(admin.pubkey(), bits)], &[&admin]);
    }

    /// Sets the pause bits of a market.
    pub fn stop_in(&mut self, market: &MarketRef, bits: u8) {
        let authority = self.authority.insecure_clone();
        self.ok(&[market::set_market_pause(authority.pubkey(), market.address, bits)], &[&authority]);
    }

    /// Another community host with one seat.
    pub fn enrolled(&mut self, name: &str, market: &MarketRef) -> HostParty {
        let host = self.host(name, 100 * STAKE);
        self.enroll(&host, market, 50 * STAKE);
        host
    }

    /// The lines of a shard.
    pub fn queue_of(&self, market: &MarketRef, index: u8) -> QueueView {
        self.get::<ShardAccount>(&address::shard(&market.address, index).0).queue().expect("a sound queue")
    }

    /// The lines of shard 0.
    pub fn queue(&self, market: &MarketRef) -> QueueView {
        self.queue_of(market, 0)
    }

    /// Node of the head seat of shard 0.
    #[track_caller]
    pub fn head_seat(&self, market: &MarketRef) -> u16 {
        self.queue(market).seats.first().expect("a waiting seat").index
    }

    /// Jobs in line in shard 0.
    pub fn line(&self, market: &MarketRef) -> Vec<Address> {
        self.queue(market).jobs.iter().map(|slot| slot.node.job).collect()
    }

    /// The member that a job of shard 0 is assigned to, if it is.
    pub fn assigned_to(&self, market: &MarketRef, job: &Address) -> Option<Address> {
        let queue = self.queue(market);
        queue.assigned.iter().find(|slot| slot.node.job == *job).map(|slot| slot.node.member)
    }

    /// Adds a shard to a market.
    pub fn add_shard(&mut self, market: &MarketRef, index: u8) {
        let create = shard::create_shard(self.authority.pubkey(), self.payer.pubkey(), market.address, index);
        let authority = self.authority.insecure_clone();
        self.ok(&[create], &[&authority]);
    }

    /// Announces terms, to take effect as soon as the notice allows. Returns the market under them.
    pub fn announce(&mut self, of: &MarketRef, terms: &TermsParams) -> MarketRef {
        let account: Market = self.get(&of.address);
        let number = account.next_terms_number().expect("a number");
        let announce = market::announce_terms(market::AnnounceTerms {
            authority: self.authority.pubkey(),
            payer: self.payer.pubkey(),
            market: of.address,
            in_force: account.terms_in_force(self.now().unix),
            number,
            terms: *terms,
            effective_at: 0,
        });
        let authority = self.authority.insecure_clone();
        self.ok(&[announce], &[&authority]);
        MarketRef { terms: number, ..*of }
    }

    /// Announces terms and waits until they are in force.
    pub fn new_terms(&mut self, of: &MarketRef, terms: &TermsParams) -> MarketRef {
        let market = self.announce(of, terms);
        let wait = self.terms_change_at(of) - self.now().unix;
        self.svm.advance(u32::try_from(wait).expect("seconds"));
        market
    }

    /// Sets every pause bit that exists, everywhere.
    pub fn pause_everything(&mut self, market: &MarketRef) {
        self.stop_everywhere(pause::ALL);
        self.stop_in(market, pause::ALL);
    }

    pub fn set_delegate(&mut self, party: &ClientParty, delegate: &Keypair, cap: u64, expires_at: i64) {
        let set = client::set_delegate(client::SetDelegate {
            owner: party.owner.pubkey(),
            mint: party.token.mint,
            delegate: delegate.pubkey(),
            cap,
            expires_at,
        });
        self.ok(&[set], &[&party.owner]);
    }

    /// Writes a field of an account, as instructions of a later part of the program would, or as nothing ever should.
    pub fn write_field(&mut self, key: &Address, offset: usize, bytes: &[u8]) {
        let mut account = self.svm.raw(key).expect("an account");
        let start = DISCRIMINATOR_SIZE + offset;
        account.data[start..start + bytes.len()].copy_from_slice(bytes);
        self.svm.set_raw(*key, account).expect("written");
    }

    /// Suspends a member or makes it active again, as a review would.
    pub fn set_member_state(&mut self, host: &HostParty, market: &MarketRef, state: MemberState) {
        self.write_field(&host.member(market), offset_of!(Member, state), &[state as u8]);
    }

    /// Writes an attestation, as a challenge would.
    pub fn attest(&mut self, host: &HostParty, market: &MarketRef, gpus: u16, until: i64) {
        let member = host.member(market);
        self.write_field(&member, offset_of!(Member, attested_gpus), &gpus.to_le_bytes());
        self.write_field(&member, offset_of!(Member, attested_until), &until.to_le_bytes());
    }

    #[track_caller]
    pub fn cancel(&mut self, client: &ClientParty, market: &MarketRef, job: Address) -> Execution {
        let cancel = self.cancel_ix(client, market, job);
        self.ok(&[cancel], &[&client.owner])
    }

    pub fn end_ix(&self, client: &ClientParty, host: &HostParty, market: &MarketRef, job: Address) -> Instruction {
        job::end(client.owner.pubkey(), self.parties(job, client, host, market), market.token)
    }

    pub fn collect_ix(
        &self,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        job: Address,
    ) -> Instruction {
        job::collect(self.parties(job, client, host, market), market.token)
    }

    pub fn extend_ix(&self, client: &ClientParty, job: Address, seconds: u32) -> Instruction {
        job::extend(client.owner.pubkey(), client.client, job, seconds)
    }

    pub fn reprice_of(&self, client: &ClientParty, market: &MarketRef, job: Address) -> job::Reprice {
        job::Reprice {
            owner: client.owner.pubkey(),
            client: client.client,
            job,
            market: market.address,
            terms: market.terms,
            shard: 0,
            max_rate: u64::MAX,
        }
    }

    pub fn decline_ix(
        &self,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        job: Address,
        slash: Option<Slash>,
    ) -> Instruction {
        let parties = self.parties(job, client, host, market);
        job::decline(job::Decline { operator: host.operator.pubkey(), parties, shard: 0, slash })
    }

    pub fn unavailable_ix(
        &self,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        job: Address,
        first: Option<&HostParty>,
    ) -> Instruction {
        // The placeholder of the SDK is not writable, which the program asks for; see tests/found_jobs.rs.
        let placeholder = job::FirstReport { member: address::PROGRAM, earnings: client.wallet };
        let first = first.filter(|first| first.host != host.host);
        job::decline_unavailable(job::DeclineUnavailable {
            operator: host.operator.pubkey(),
            parties: self.parties(job, client, host, market),
            shard: 0,
            token: market.token,
            first: Some(first.map_or(placeholder, |first| job::FirstReport {
                member: first.member(market),
                earnings: first.earnings(market),
            })),
        })
    }

    pub fn dispute_ix(
        &self,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        job: Address,
    ) -> Instruction {
        job::dispute(client.owner.pubkey(), client.client, job, host.member(market))
    }

    pub fn rejoin_ix(&self, finish: job::Finish, market: &MarketRef, min_rate: u64) -> Instruction {
        job::finish_and_rejoin(finish, job::Rejoin { terms: market.terms, shard: 0, min_rate, access: None })
    }

    pub fn leave_ix(&self, caller: &Keypair, host: &HostParty, market: &MarketRef, node: u16) -> Instruction {
        queue::leave(queue::Leave {
            caller: caller.pubkey(),
            host: host.host,
            market: market.address,
            shard: 0,
            node,
        })
    }

    pub fn expire_queued_ix(
        &mut self,
        caller: &Keypair,
        client: &ClientParty,
        market: &MarketRef,
        job: Address,
    ) -> Instruction {
        let caller_tokens = self.token_account(market.token, &caller.pubkey());
        expire::expire_queued(expire::ExpireQueued {
            caller: caller.pubkey(),
            caller_tokens,
            job,
            client: client.client,
            market: market.address,
            shard: 0,
            token: market.token,
        })
    }

    /// Takes an assigned job away, without tokens for the caller's tip.
    pub fn expire_assigned_of(
        &self,
        caller: &Keypair,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        job: Address,
    ) -> expire::ExpireAssigned {
        expire::ExpireAssigned {
            caller: caller.pubkey(),
            caller_tokens: None,
            parties: self.parties(job, client, host, market),
            shard: 0,
            slash: None,
            stake_token: self.stake_token,
        }
    }

    /// Lets the host miss its acknowledgement and takes the job from it; the client gets the caller's tip.
    #[track_caller]
    pub fn miss(&mut self, client: &ClientParty, host: &HostParty, market: &MarketRef, job: Address) -> Execution {
        let slash = Some(self.slash(host, client));
        self.svm.advance(self.job(&job).ack_window + 61);
        let payer = self.payer.insecure_clone();
        let expire = self.expire_assigned_of(&payer, client, host, market, job);
        self.ok(&[expire::expire_assigned(expire::ExpireAssigned { slash, ..expire })], &[])
    }

    /// Finishes with an outcome other than success.
    #[track_caller]
    pub fn finish_with(
        &mut self,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        job: Address,
        outcome: Outcome,
        slash: Option<Slash>,
    ) -> Execution {
        let finish = self.finish_of(client, host, market, job, outcome, slash);
        self.ok(&[job::finish(finish)], &[&host.operator])
    }
}
