//! What the host's operator does with a job.

use {
    crate::{
        AccountMeta, Address, Instruction, address,
        instructions::{
            Parties, Slash, Token, config, instruction, optional_readonly, optional_writable, readonly, signer,
            writable,
        },
    },
    gpu_market::state::Outcome,
};

/// See [`start`].
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// Operator of the host; signs.
    pub operator: Address,
    /// Host account.
    pub host: Address,
    /// Market of the job.
    pub market: Address,
    /// The job.
    pub job: Address,
    /// Index of the shard that the job is in.
    pub shard: u8,
    /// Longest that the host is willing to run the job, extensions included; seconds.
    pub max_duration: u32,
}

/// Operator: starts an assigned job; billing starts now.
pub fn start(params: Start) -> Instruction {
    instruction(
        3,
        &params.max_duration,
        [
            signer(params.operator),
            readonly(params.host),
            readonly(params.market),
            writable(address::member(&params.market, &params.host).0),
            writable(params.job),
            writable(address::shard(&params.market, params.shard).0),
        ],
    )
}

/// See [`heartbeat`].
#[derive(Clone, Copy, Debug)]
pub struct Heartbeat {
    /// Operator of the host; signs.
    pub operator: Address,
    /// Host account.
    pub host: Address,
    /// Market of the job.
    pub market: Address,
    /// The job.
    pub job: Address,
    /// Hash of a checkpoint; all zeros leaves the last one as it is.
    pub checkpoint: [u8; 32],
}

/// Operator: gives evidence that the job is alive.
pub fn heartbeat(params: Heartbeat) -> Instruction {
    instruction(
        4,
        &params.checkpoint,
        [
            signer(params.operator),
            readonly(params.host),
            readonly(address::member(&params.market, &params.host).0),
            writable(params.job),
        ],
    )
}

/// See [`finish`].
#[derive(Clone, Copy, Debug)]
pub struct Finish {
    /// Operator of the host; signs.
    pub operator: Address,
    /// The job and the host that it runs on.
    pub parties: Parties,
    /// Payment mint.
    pub token: Token,
    /// How it went.
    pub outcome: Outcome,
    /// SHA-256 of the result.
    pub result_hash: [u8; 32],
    /// Needed for a host fault that costs bond, see `Job::sla_bps`.
    pub slash: Option<Slash>,
}

impl Finish {
    fn metas(&self) -> [AccountMeta; 11] {
        let [mint, program] = self.token.metas();
        let [stake, credit] = Slash::metas(self.slash);
        [
            signer(self.operator),
            readonly(self.parties.host),
            writable(self.parties.member()),
            writable(self.parties.job),
            writable(self.parties.client),
            writable(self.parties.vault()),
            writable(self.parties.earnings(&self.token)),
            mint,
            program,
            stake,
            credit,
        ]
    }
}

/// Operator: finishes a job, which settles it.
pub fn finish(params: Finish) -> Instruction {
    instruction(5, &(params.outcome as u8, params.result_hash), params.metas())
}

/// The seat to take again; see [`finish_and_rejoin`].
#[derive(Clone, Copy, Debug)]
pub struct Rejoin {
    /// Number of the terms in force.
    pub terms: u32,
    /// Index of the shard to join.
    pub shard: u8,
    /// Worst rate that the host accepts, micro base units per second.
    pub min_rate: u64,
    /// Token account of the host's owner or operator with a token of the market's access mint, if it has one.
    pub access: Option<Address>,
}

/// Operator: finishes a job and joins again with the same seat. A rejoin that is refused does not fail the finish: its
/// code is in the event.
pub fn finish_and_rejoin(params: Finish, rejoin: Rejoin) -> Instruction {
    let market = params.parties.market;
    let seat = [
        config(),
        readonly(market),
        readonly(address::terms(&market, rejoin.terms).0),
        writable(address::shard(&market, rejoin.shard).0),
        optional_readonly(rejoin.access),
    ];
    instruction(
        6,
        &(params.outcome as u8, params.result_hash, rejoin.min_rate),
        params.metas().into_iter().chain(seat),
    )
}

/// See [`decline`].
#[derive(Clone, Copy, Debug)]
pub struct Decline {
    /// Operator of the host; signs.
    pub operator: Address,
    /// The job and the host that it is assigned to.
    pub parties: Parties,
    /// Index of the shard that the job is in.
    pub shard: u8,
    /// Needed for a decline beyond the free ones of a window.
    pub slash: Option<Slash>,
}

/// Operator: declines an assigned job by choice.
pub fn decline(params: Decline) -> Instruction {
    let [stake, credit] = Slash::metas(params.slash);
    let declined = declined(params.operator, params.parties, params.shard);
    instruction(12, &(), declined.into_iter().chain([stake, credit]))
}

fn declined(operator: Address, parties: Parties, shard: u8) -> [AccountMeta; 6] {
    [
        signer(operator),
        readonly(parties.host),
        writable(parties.member()),
        writable(parties.job),
        writable(parties.client),
        writable(address::shard(&parties.market, shard).0),
    ]
}

/// The member that first reported a job's spec unavailable: `Job::member` of an open job with `Job::spec_declines`.
#[derive(Clone, Copy, Debug)]
pub struct FirstReport {
    /// The member account.
    pub member: Address,
    /// Its earnings vault, `Member::earnings`; anything if it has closed the member since.
    pub earnings: Address,
}

/// See [`decline_unavailable`].
#[derive(Clone, Copy, Debug)]
pub struct DeclineUnavailable {
    /// Operator of the host; signs.
    pub operator: Address,
    /// The job and the host that it is assigned to.
    pub parties: Parties,
    /// Index of the shard that the job is in.
    pub shard: u8,
    /// Payment mint.
    pub token: Token,
    /// Needed if a member has reported the same before. Left out where that is this member itself.
    pub first: Option<FirstReport>,
}

/// Operator: declines an assigned job because its spec cannot be had. The second such report by a different member ends
/// the job, with its tip shared by the two.
pub fn decline_unavailable(params: DeclineUnavailable) -> Instruction {
    let parties = params.parties;
    let [mint, program] = params.token.metas();
    let member = parties.member();
    let first = params.first.filter(|first| first.member != member);
    let payees = [
        writable(parties.vault()),
        writable(parties.earnings(&params.token)),
        optional_readonly(first.map(|first| first.member)),
        optional_writable(first.map(|first| first.earnings)),
        mint,
        program,
    ];
    let declined = declined(params.operator, parties, params.shard);
    instruction(13, &(), declined.into_iter().chain(payees))
}
