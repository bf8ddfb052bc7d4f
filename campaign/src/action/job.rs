//! The life of a job.

use {
    crate::{
        cast::{Cast, PAYER, owner, party_owner},
        ids::{Around, ClientId, JobId, Key, MarketId, Mint, Party, Spot, Wallet},
    },
    gpu_market::state::{Outcome, PostParams},
    gpu_market_sdk::{
        Instruction,
        instructions::{Parties, Slash, expire, job},
    },
    serde::{Deserialize, Serialize},
};

/// Hash of every spec and of every result here.
pub const HASH: [u8; 32] = [6; 32];

/// The seat that a host takes again when it finishes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rejoin {
    pub terms: u32,
    pub shard: u8,
    pub min_rate: u64,
    pub access: Option<Wallet>,
}

/// A post.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    pub by: Key,
    pub market: MarketId,
    pub terms: u32,
    pub shard: u8,
    pub job: JobId,
    pub max_rate: u64,
    pub duration: u32,
    pub has_spec: bool,
    /// Node and host of the waiting seat that it is for.
    pub target: Option<(u16, Party)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum JobAction {
    Post(Post),
    Start { by: Key, host: Party, market: MarketId, job: JobId, shard: u8, max_duration: u32 },
    Heartbeat { by: Key, host: Party, market: MarketId, job: JobId },
    Finish { by: Key, around: Around, outcome: u8, has_result: bool, slash: bool, rejoin: Option<Rejoin> },
    Cancel { by: Key, client: ClientId, job: JobId, market: MarketId, shard: u8 },
    Collect { around: Around },
    End { by: Key, around: Around },
    Extend { by: Key, client: ClientId, job: JobId, seconds: u32 },
    Reprice { by: Key, client: ClientId, job: JobId, market: MarketId, terms: u32, shard: u8, max_rate: u64 },
    Decline { by: Key, around: Around, shard: u8, slash: bool },
    Unavailable { by: Key, around: Around, shard: u8, first: Option<Party> },
    Dispute { by: Key, client: ClientId, job: JobId, market: MarketId, host: Party },
    Close { by: Key, client: ClientId, job: JobId, rent: Key, closed: Option<(MarketId, Party)> },
    ExpireQueued { by: Key, client: ClientId, job: JobId, market: MarketId, shard: u8, to: Wallet },
    ExpireAssigned { by: Key, around: Around, shard: u8, slash: bool, to: Option<Wallet> },
    ExpireRunning { by: Key, around: Around, to: Wallet, slash: bool },
}

pub(super) fn parties(cast: &Cast, around: &Around) -> Parties {
    Parties {
        job: cast.job(around.job),
        client: cast.client(around.client),
        market: cast.market(around.market),
        host: cast.host(around.host),
    }
}

fn slash_of(cast: &Cast, around: &Around, wanted: bool) -> Option<Slash> {
    wanted.then(|| Slash::of(&cast.key(party_owner(around.host)), cast.key(owner(around.client))))
}

/// Sets the outcome, which may be one that the SDK cannot express.
fn with_outcome(mut instruction: Instruction, outcome: u8) -> Instruction {
    if let Some(byte) = instruction.data.get_mut(1) {
        *byte = outcome;
    }
    instruction
}

impl Post {
    fn instruction(&self, cast: &Cast) -> Instruction {
        let post = job::Post {
            authority: cast.key(self.by),
            payer: cast.key(PAYER),
            market: cast.market(self.market),
            terms: self.terms,
            shard: self.shard,
            client: cast.client(self.job.client),
            params: PostParams {
                nonce: self.job.nonce,
                max_rate: self.max_rate,
                duration: self.duration,
                spec_hash: if self.has_spec { HASH } else { [0; 32] },
            },
        };
        match self.target {
            Some((node, host)) => job::post_to(post, node, cast.member(self.market, host)),
            None => job::post(post),
        }
    }
}

impl JobAction {
    pub fn instruction(&self, cast: &Cast) -> Instruction {
        match *self {
            Self::Post(post) => post.instruction(cast),
            Self::Start { by, host, market, job, shard, max_duration } => job::start(job::Start {
                operator: cast.key(by),
                host: cast.host(host),
                market: cast.market(market),
                job: cast.job(job),
                shard,
                max_duration,
            }),
            Self::Heartbeat { by, host, market, job } => job::heartbeat(job::Heartbeat {
                operator: cast.key(by),
                host: cast.host(host),
                market: cast.market(market),
                job: cast.job(job),
                checkpoint: [0; 32],
            }),
            Self::Finish { by, around, outcome, has_result, slash, rejoin } => {
                finish(cast, by, &around, outcome, has_result, slash, rejoin)
            }
            Self::Cancel { by, client, job, market, shard } => job::cancel(job::Cancel {
                authority: cast.key(by),
                client: cast.client(client),
                job: cast.job(job),
                market: cast.market(market),
                shard,
            }),
            Self::Collect { around } => job::collect(parties(cast, &around), cast.token(around.client.mint)),
            Self::End { by, around } => {
                job::end(cast.key(by), parties(cast, &around), cast.token(around.client.mint))
            }
            Self::Extend { by, client, job, seconds } => {
                job::extend(cast.key(by), cast.client(client), cast.job(job), seconds)
            }
            Self::Reprice { by, client, job, market, terms, shard, max_rate } => job::reprice(job::Reprice {
                owner: cast.key(by),
                client: cast.client(client),
                job: cast.job(job),
                market: cast.market(market),
                terms,
                shard,
                max_rate,
            }),
            Self::Dispute { by, client, job, market, host } => {
                job::dispute(cast.key(by), cast.client(client), cast.job(job), cast.member(market, host))
            }
            Self::Close { by, client, job, rent, closed } => job::close_job(job::CloseJob {
                caller: cast.key(by),
                client: cast.client(client),
                job: cast.job(job),
                rent_payer: cast.key(rent),
                closed_member: closed.map(|(market, host)| cast.member(market, host)),
            }),
            Self::Decline { by, around, shard, slash } => job::decline(job::Decline {
                operator: cast.key(by),
                parties: parties(cast, &around),
                shard,
                slash: slash_of(cast, &around, slash),
            }),
            Self::Unavailable { by, around, shard, first } => unavailable(cast, by, &around, shard, first),
            _ => self.expiry(cast),
        }
    }

    fn expiry(&self, cast: &Cast) -> Instruction {
        match *self {
            Self::ExpireQueued { by, client, job, market, shard, to } => {
                expire::expire_queued(expire::ExpireQueued {
                    caller: cast.key(by),
                    caller_tokens: cast.wallet(to),
                    job: cast.job(job),
                    client: cast.client(client),
                    market: cast.market(market),
                    shard,
                    token: cast.token(client.mint),
                })
            }
            Self::ExpireAssigned { by, around, shard, slash, to } => {
                expire::expire_assigned(expire::ExpireAssigned {
                    caller: cast.key(by),
                    caller_tokens: to.map(|to| cast.wallet(to)),
                    parties: parties(cast, &around),
                    shard,
                    slash: slash_of(cast, &around, slash),
                    stake_token: cast.token(Mint::Stake),
                })
            }
            Self::ExpireRunning { by, around, to, slash } => expire::expire_running(expire::ExpireRunning {
                caller: cast.key(by),
                caller_tokens: cast.wallet(to),
                parties: parties(cast, &around),
                token: cast.token(around.client.mint),
                slash: slash_of(cast, &around, slash),
            }),
            _ => unreachable!("every other action has its instruction above"),
        }
    }
}

fn finish(
    cast: &Cast,
    by: Key,
    around: &Around,
    outcome: u8,
    has_result: bool,
    slash: bool,
    rejoin: Option<Rejoin>,
) -> Instruction {
    let finish = job::Finish {
        operator: cast.key(by),
        parties: parties(cast, around),
        token: cast.token(around.client.mint),
        outcome: Outcome::Success,
        result_hash: if has_result { HASH } else { [0; 32] },
        slash: slash_of(cast, around, slash),
    };
    let instruction = match rejoin {
        None => job::finish(finish),
        Some(Rejoin { terms, shard, min_rate, access }) => {
            let access = access.map(|wallet| cast.wallet(wallet));
            job::finish_and_rejoin(finish, job::Rejoin { terms, shard, min_rate, access })
        }
    };
    with_outcome(instruction, outcome)
}

fn unavailable(cast: &Cast, by: Key, around: &Around, shard: u8, first: Option<Party>) -> Instruction {
    let first = first.map(|host| job::FirstReport {
        member: cast.member(around.market, host),
        earnings: cast.at(Spot::Earnings(host, around.client.mint)),
    });
    job::decline_unavailable(job::DeclineUnavailable {
        operator: cast.key(by),
        parties: parties(cast, around),
        shard,
        token: cast.token(around.client.mint),
        first,
    })
}
