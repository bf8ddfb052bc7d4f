//! The edges of the design: in which states each instruction may succeed. Everything else has to be refused.
//!
//! A new instruction that names an account with states belongs into a list of each; one that creates the account, or is about
//! a queue as a whole, into [`STATELESS`]. States in which an account cannot be do no harm in a list.

use super::Subject::{self, *};

/// Accounts that an instruction creates or takes as a whole, so that there is no state to try.
pub const STATELESS: &[&str] = &[
    // Created.
    "create_config.config",
    "create_market.market",
    "create_shard.shard",
    "enroll.member",
    "apply.member",
    "open_challenge.challenge",
    "open_stake.stake",
    "post.job",
    "post_to.job",
    // Closed before; see `close_job_forfeited` in the cost table.
    "close_job.member",
    // About heads, tails and room of a queue, whose states are tried against deques in tests/rules_queue.rs.
    "close_shard.shard",
    "finish_and_rejoin.shard",
    "grow_shard.shard",
    "join.shard",
    "match_heads.shard",
    "post.shard",
    "rebalance.from",
    "rebalance.to",
];

const OVER: &[&str] = &["Completed", "Failed", "Ended", "TimedOut", "HostLost", "Cancelled", "Expired"];
const OVER_OR_RUNNING: &[&str] =
    &["Running", "Completed", "Failed", "Ended", "TimedOut", "HostLost", "Cancelled", "Expired"];
const ANY_MEMBER: &[&str] = &["Candidate", "Active", "Suspended", "Removed"];
/// An instruction that does not read the state of a member.
const BLIND_TO_MEMBER: &[&str] = &["Candidate", "Active", "Suspended", "Removed", "unknown"];
const ANY_STAKE: &[&str] = &["nothing staked", "nothing free", "some free", "some cooling", "some unbonded"];
const SOMETHING_FREE: &[&str] = &["some free", "some cooling", "some unbonded"];
const ANY_MARKET: &[&str] = &[
    "open",
    "posting stopped",
    "joining stopped",
    "enrolling stopped",
    "staking stopped",
    "genesis over",
    "other terms in force",
];
/// The terms that the instruction names have to be those in force.
const UNDER_ITS_TERMS: &[&str] =
    &["open", "posting stopped", "joining stopped", "enrolling stopped", "staking stopped", "genesis over"];
const ANY_CONFIG: &[&str] = &["open", "posting stopped", "joining stopped", "enrolling stopped", "staking stopped"];

/// States in which the instructions of a list succeed. An account that is not called like its type stands behind a dot.
type Edge = (Subject, &'static [&'static str], &'static [&'static str]);

const EDGES: &[Edge] = &[
    (
        Job,
        &["Open"],
        &["start", "cancel", "reprice", "decline", "decline_unavailable", "expire_queued", "expire_assigned"],
    ),
    (Job, &["Running"], &["heartbeat", "finish", "finish_and_rejoin", "end", "expire_running"]),
    (Job, &["Open", "Running"], &["extend"]),
    (Job, OVER_OR_RUNNING, &["collect"]),
    (Job, &["Completed", "Failed", "Ended"], &["dispute"]),
    (Job, OVER, &["close_job", "pay_incentive"]),
    (Node, &["Queued"], &["reprice", "expire_queued"]),
    (Node, &["Waiting"], &["post_to", "renew"]),
    (Node, &["Assigned"], &["start", "decline", "decline_unavailable", "expire_assigned"]),
    (Node, &["Queued", "Assigned"], &["cancel"]),
    (Node, &["Waiting", "Lapsed"], &["leave"]),
    (Member, &["Candidate"], &["admit"]),
    (Member, &["Candidate", "Removed"], &["promote"]),
    (Member, &["Active"], &["join", "renew", "start", "promote.feeder", "resign"]),
    (Member, &["Active", "Suspended"], &["review"]),
    (Member, ANY_MEMBER, &["expire_assigned", "deallocate"]),
    (
        Member,
        BLIND_TO_MEMBER,
        &[
            "heartbeat",
            "finish",
            "finish_and_rejoin",
            "collect",
            "end",
            "decline",
            "decline_unavailable",
            "decline_unavailable.first_member",
            "dispute",
            "expire_running",
            "leave",
            "allocate",
            "close_member",
            "open_challenge",
            "finalize_challenge",
            "expire_challenge",
            "conclude_challenge",
            "claim_gpu",
            "release_gpu",
            "pay_incentive",
        ],
    ),
    (Stake, &["nothing staked"], &["close_stake"]),
    (Stake, SOMETHING_FREE, &["allocate", "add_attestor", "raise_bond", "open_challenge.payer"]),
    (Stake, SOMETHING_FREE, &["request_unstake"]),
    // Of what cools there is some besides, whatever is free.
    (Stake, &["nothing free", "some free", "some cooling", "some unbonded"], &["restake"]),
    (Stake, &["some unbonded"], &["withdraw_stake"]),
    (
        Stake,
        ANY_STAKE,
        &[
            "finish",
            "finish_and_rejoin",
            "decline",
            "expire_assigned",
            "expire_running",
            "deallocate",
            "stake",
            "extend_lock",
            "check_stake",
            "open_position",
            "close_position",
            "claim_rewards",
            "sync_weight",
            "open_credit",
            "claim_credit",
            "close_credit",
            "sweep_slashes",
            "leave_set",
            "remove_attestor",
            "vacate_attestor",
            "open_challenge.host_stake",
            "settle_attestor",
            "settle_attestor.payer",
            "close_challenge.payer",
        ],
    ),
    (Market, &["open", "joining stopped", "enrolling stopped", "staking stopped"], &["post", "post_to"]),
    (Market, &["open", "posting stopped", "enrolling stopped", "staking stopped"], &["join", "renew"]),
    (
        Market,
        &["open", "posting stopped", "joining stopped", "staking stopped", "genesis over", "other terms in force"],
        &["enroll", "apply"],
    ),
    (Market, ANY_CONFIG, &["admit"]),
    (Market, UNDER_ITS_TERMS, &["reprice", "announce_terms", "open_challenge", "promote", "review", "resign"]),
    (
        Market,
        ANY_MARKET,
        &[
            "start",
            "finish_and_rejoin",
            "expire_assigned",
            "close_member",
            "create_market.feeder",
            "close_terms",
            "set_market_pause",
            "list_market",
            "propose_market_authority",
            "accept_market_authority",
            "close_market",
            "open_emission",
            "pay_incentive",
            "create_shard",
            "close_shard",
        ],
    ),
    (Config, &["open", "joining stopped", "enrolling stopped", "staking stopped"], &["post", "post_to"]),
    (Config, &["open", "posting stopped", "enrolling stopped", "staking stopped"], &["join", "renew"]),
    (Config, &["open", "posting stopped", "joining stopped", "staking stopped"], &["enroll", "apply"]),
    (Config, &["open", "posting stopped", "joining stopped", "enrolling stopped"], &["stake"]),
    (
        Config,
        ANY_CONFIG,
        &[
            "finish_and_rejoin",
            "open_stake",
            "create_market",
            "announce_terms",
            "list_market",
            "close_market",
            "update_config",
            "set_pause",
            "propose_admin",
            "accept_admin",
            "close_config",
            "withdraw_treasury",
            "close_treasury",
            "announce_split",
            "sweep_fees",
            "pay_incentive",
        ],
    ),
    (Round, &["Open"], &["draw", "expire_challenge"]),
    (
        Round,
        &["Running"],
        &["commit_answer", "open_answer", "commit_reading", "reveal_reading", "finalize_challenge"],
    ),
    (Round, &["Decided"], &["conclude_challenge", "settle_attestor", "claim_gpu", "close_challenge"]),
];

/// The states in which a row may succeed.
pub fn of(subject: Subject, label: &str) -> Option<&'static [&'static str]> {
    let edge = EDGES.iter().find(|(of, _, labels)| *of == subject && labels.contains(&label));
    edge.map(|(_, states, _)| *states)
}

/// Every row that a list names.
pub fn all() -> impl Iterator<Item = (Subject, String)> {
    EDGES.iter().flat_map(|(subject, _, labels)| labels.iter().map(|label| (*subject, (*label).into())))
}
