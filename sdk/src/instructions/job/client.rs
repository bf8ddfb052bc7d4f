//! What the client does with a job.

use {
    crate::{
        AccountMeta, Address, Instruction, address,
        instructions::{
            Parties, Token, config, instruction, optional_readonly, paying_signer, readonly, signer,
            system_program, writable,
        },
    },
    gpu_market::state::PostParams,
};

/// See [`post`].
#[derive(Clone, Copy, Debug)]
pub struct Post {
    /// Owner or delegate of the client; signs.
    pub authority: Address,
    /// Pays the rent of the job.
    pub payer: Address,
    /// The market.
    pub market: Address,
    /// Number of the terms in force, see `Market::terms_in_force`.
    pub terms: u32,
    /// Index of the shard to wait in.
    pub shard: u8,
    /// Client account.
    pub client: Address,
    /// What is asked for. [`address::nonce_with_canonical_bump`] finds a cheap nonce.
    pub params: PostParams,
}

impl Post {
    fn metas(&self) -> [AccountMeta; 9] {
        [
            signer(self.authority),
            paying_signer(self.payer),
            config(),
            readonly(self.market),
            readonly(address::terms(&self.market, self.terms).0),
            writable(self.client),
            writable(address::shard(&self.market, self.shard).0),
            writable(self.job()),
            system_program(),
        ]
    }

    /// Address of the job that this posts.
    pub fn job(&self) -> Address {
        address::job(&self.client, self.params.nonce).0
    }
}

/// Client or delegate: reserves the deposit and queues the job, or assigns it to the head seat.
pub fn post(post: Post) -> Instruction {
    instruction(0, &post.params, post.metas())
}

/// Client or delegate: posts to the waiting seat of `member` in `node`. The job never enters the line.
pub fn post_to(post: Post, node: u16, member: Address) -> Instruction {
    instruction(1, &(post.params, node, member), post.metas())
}

/// See [`cancel`].
#[derive(Clone, Copy, Debug)]
pub struct Cancel {
    /// Owner or delegate of the client; signs.
    pub authority: Address,
    /// Client account.
    pub client: Address,
    /// The job.
    pub job: Address,
    /// Market of the job.
    pub market: Address,
    /// Index of the shard that the job is in.
    pub shard: u8,
}

/// Client or delegate: takes back a job that has not started.
pub fn cancel(params: Cancel) -> Instruction {
    instruction(
        7,
        &(),
        [
            signer(params.authority),
            writable(params.client),
            writable(params.job),
            writable(address::shard(&params.market, params.shard).0),
        ],
    )
}

/// Client or delegate: ends a running job early. `authority` signs.
pub fn end(authority: Address, parties: Parties, token: Token) -> Instruction {
    let [mint, program] = token.metas();
    instruction(
        9,
        &(),
        [
            signer(authority),
            writable(parties.job),
            writable(parties.member()),
            writable(parties.client),
            writable(parties.vault()),
            writable(parties.earnings(&token)),
            mint,
            program,
        ],
    )
}

/// Client or delegate: buys more seconds. `authority` signs.
pub fn extend(authority: Address, client: Address, job: Address, seconds: u32) -> Instruction {
    instruction(10, &seconds, [signer(authority), writable(client), writable(job)])
}

/// See [`reprice`].
#[derive(Clone, Copy, Debug)]
pub struct Reprice {
    /// Owner of the client; signs.
    pub owner: Address,
    /// Client account.
    pub client: Address,
    /// The job.
    pub job: Address,
    /// Market of the job.
    pub market: Address,
    /// Number of the terms in force.
    pub terms: u32,
    /// Index of the shard that the job is in.
    pub shard: u8,
    /// Worst rate that the client accepts, micro base units per second.
    pub max_rate: u64,
}

/// Client: moves a job in line to the terms in force, keeping its place.
pub fn reprice(params: Reprice) -> Instruction {
    instruction(
        11,
        &params.max_rate,
        [
            signer(params.owner),
            writable(params.client),
            readonly(params.market),
            readonly(address::terms(&params.market, params.terms).0),
            writable(params.job),
            writable(address::shard(&params.market, params.shard).0),
        ],
    )
}

/// Client's owner: marks a finished job as disputed in the record of `member`, which the job names; moves no money.
pub fn dispute(owner: Address, client: Address, job: Address, member: Address) -> Instruction {
    instruction(14, &(), [signer(owner), readonly(client), writable(job), writable(member)])
}

/// See [`close_job`].
#[derive(Clone, Copy, Debug)]
pub struct CloseJob {
    /// Owner of the client, and anyone after the retention; signs.
    pub caller: Address,
    /// Client account.
    pub client: Address,
    /// The job.
    pub job: Address,
    /// Rent payer that the job records.
    pub rent_payer: Address,
    /// `Job::member` of a job with something due whose host has closed its member: what is due is then the client's.
    pub closed_member: Option<Address>,
}

/// Client, or anyone after the retention: closes an ended job.
pub fn close_job(params: CloseJob) -> Instruction {
    instruction(
        15,
        &(),
        [
            signer(params.caller),
            writable(params.client),
            writable(params.job),
            writable(params.rent_payer),
            optional_readonly(params.closed_member),
        ],
    )
}
