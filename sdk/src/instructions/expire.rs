//! What anyone may enforce after a deadline and the host's 60 seconds after it, for a tip.

use {
    super::{Parties, Slash, Token, instruction, optional_readonly, optional_writable, readonly, signer, writable},
    crate::{Address, Instruction, address},
};

/// See [`expire_queued`].
#[derive(Clone, Copy, Debug)]
pub struct ExpireQueued {
    /// Anyone; signs.
    pub caller: Address,
    /// Token account for the tip, in the payment mint.
    pub caller_tokens: Address,
    /// The job.
    pub job: Address,
    /// Client account that posted it.
    pub client: Address,
    /// Market that it was posted in.
    pub market: Address,
    /// Index of the shard that it waits in.
    pub shard: u8,
    /// Payment mint.
    pub token: Token,
}

/// Anyone: refunds a job whose time in line is over, for the job's tip.
pub fn expire_queued(params: ExpireQueued) -> Instruction {
    instruction(
        16,
        &(),
        [
            signer(params.caller),
            writable(params.caller_tokens),
            writable(params.job),
            writable(params.client),
            writable(address::shard(&params.market, params.shard).0),
            writable(address::client_vault(&params.client).0),
            readonly(params.token.mint),
            readonly(params.token.program),
        ],
    )
}

/// See [`expire_assigned`].
#[derive(Clone, Copy, Debug)]
pub struct ExpireAssigned {
    /// Anyone; signs.
    pub caller: Address,
    /// Token account for the tip, in the stake mint. Without it the client gets the tip.
    pub caller_tokens: Option<Address>,
    /// The job and the host that it is assigned to.
    pub parties: Parties,
    /// Index of the shard that the job is in.
    pub shard: u8,
    /// Needed unless the host is no longer fit or the terms have no penalty.
    pub slash: Option<Slash>,
    /// Stake mint.
    pub stake_token: Token,
}

/// Anyone: takes a job from a host that did not acknowledge it, or is no longer fit to.
pub fn expire_assigned(params: ExpireAssigned) -> Instruction {
    let Parties { job, client, market, host } = params.parties;
    let [stake, credit] = Slash::metas(params.slash);
    // The tip is paid out of the slashed stake.
    let tip = params.slash.zip(params.caller_tokens);
    instruction(
        17,
        &(),
        [
            signer(params.caller),
            writable(host),
            readonly(market),
            writable(params.parties.member()),
            writable(job),
            writable(client),
            writable(address::shard(&market, params.shard).0),
            stake,
            credit,
            optional_writable(tip.map(|(slash, _)| address::stake_vault(&slash.stake).0)),
            optional_writable(tip.map(|(_, caller_tokens)| caller_tokens)),
            optional_readonly(tip.map(|_| params.stake_token.mint)),
            readonly(params.stake_token.program),
        ],
    )
}

/// See [`expire_running`].
#[derive(Clone, Copy, Debug)]
pub struct ExpireRunning {
    /// Anyone; signs.
    pub caller: Address,
    /// Token account for the tip, in the payment mint.
    pub caller_tokens: Address,
    /// The job and the host that it runs on.
    pub parties: Parties,
    /// Payment mint.
    pub token: Token,
    /// Needed where a lost job costs bond, see `Job::sla_bps`.
    pub slash: Option<Slash>,
}

/// Anyone: ends a running job whose host is lost or whose time is over, for the job's tip.
pub fn expire_running(params: ExpireRunning) -> Instruction {
    let parties = params.parties;
    let [stake, credit] = Slash::metas(params.slash);
    instruction(
        18,
        &(),
        [
            signer(params.caller),
            writable(params.caller_tokens),
            writable(parties.job),
            writable(parties.member()),
            readonly(parties.host),
            writable(parties.client),
            writable(parties.vault()),
            writable(parties.earnings(&params.token)),
            readonly(params.token.mint),
            readonly(params.token.program),
            stake,
            credit,
        ],
    )
}
