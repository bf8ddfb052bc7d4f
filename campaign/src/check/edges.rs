//! I7: what an instruction may turn an account into.

use {
    super::Findings,
    gpu_market::state::{Job, Member, job_flags},
    gpu_market_sdk::{
        Address,
        decode::{Account, ShardAccount},
    },
    std::collections::BTreeMap,
};

/// Edges of a job by instruction; zero stands for no job.
const JOB_EDGES: &[(&str, &[(u8, u8)])] = &[
    ("post", &[(0, 1)]),
    ("post_to", &[(0, 1)]),
    ("start", &[(1, 2)]),
    ("heartbeat", &[(2, 2)]),
    ("extend", &[(1, 1), (2, 2)]),
    ("reprice", &[(1, 1)]),
    ("collect", &[(2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8), (9, 9)]),
    ("finish", &[(2, 3), (2, 4)]),
    ("finish_and_rejoin", &[(2, 3), (2, 4)]),
    ("end", &[(2, 5)]),
    ("expire_running", &[(2, 6), (2, 7)]),
    ("cancel", &[(1, 8)]),
    ("expire_queued", &[(1, 9)]),
    ("decline", &[(1, 1), (1, 9)]),
    ("decline_unavailable", &[(1, 1), (1, 9)]),
    ("expire_assigned", &[(1, 1), (1, 9)]),
    ("dispute", &[(3, 3), (4, 4), (5, 5)]),
    ("pay_incentive", &[(3, 3), (4, 4), (5, 5), (6, 6), (7, 7)]),
    ("close_job", &[(3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0)]),
];

/// Edges of a member by instruction: zero stands for none, then the states plus one.
const MEMBER_EDGES: &[(&str, &[(u8, u8)])] = &[
    ("enroll", &[(0, 2)]),
    ("apply", &[(0, 1)]),
    ("admit", &[(1, 2)]),
    ("promote", &[(1, 2), (4, 2)]),
    ("review", &[(2, 2), (2, 3), (2, 4), (3, 2)]),
    ("resign", &[(2, 1)]),
    ("close_member", &[(1, 0), (2, 0), (3, 0), (4, 0)]),
];

/// Edges of an open job's node by instruction: zero stands for no node, then its kind. A three to a three is another member.
const NODE_EDGES: &[(&str, &[(u8, u8)])] = &[
    ("post", &[(0, 1), (0, 3)]),
    ("post_to", &[(0, 3)]),
    ("join", &[(1, 3)]),
    ("finish_and_rejoin", &[(1, 3)]),
    ("match_heads", &[(1, 3)]),
    ("rebalance", &[(1, 3)]),
    ("cancel", &[(1, 0), (3, 0), (1, 3)]),
    ("expire_queued", &[(1, 0)]),
    ("start", &[(3, 0)]),
    ("decline", &[(3, 0), (3, 1), (3, 3)]),
    ("decline_unavailable", &[(3, 0), (3, 1), (3, 3)]),
    ("expire_assigned", &[(3, 0), (3, 1), (3, 3)]),
];

fn allows(table: &[(&str, &[(u8, u8)])], name: &str, edge: (u8, u8)) -> bool {
    table.iter().any(|(of, edges)| *of == name && edges.contains(&edge))
}

/// Checks what the instruction `name` made of an account at `now`, unix seconds.
pub fn check(
    name: &str,
    at: &Address,
    before: Option<&Account>,
    after: Option<&Account>,
    now: i64,
    findings: &mut Findings,
) {
    match (before, after) {
        (Some(Account::Job(before)), None) => job_edge(name, at, before.state, 0, findings),
        (None, Some(Account::Job(after))) => job_edge(name, at, 0, after.state, findings),
        (Some(Account::Job(before)), Some(Account::Job(after))) if before != after => {
            job_edge(name, at, before.state, after.state, findings);
            job_change(name, at, before, after, now, findings);
        }
        (before, Some(Account::Member(after))) => {
            let before = match before {
                Some(Account::Member(before)) => Some(before),
                _ => None,
            };
            member_edge(name, at, before, Some(after), findings);
        }
        (Some(Account::Member(before)), None) => member_edge(name, at, Some(before), None, findings),
        (Some(Account::Shard(before)), Some(Account::Shard(after))) => {
            node_edges(name, at, before, after, findings);
        }
        (Some(Account::Stake(before)), None) => {
            let held = before.amount | before.owed | before.treasury_owed | u64::from(before.credits | before.ties);
            findings.require(held == 0, "I7", at, || "a stake was closed with something in it".into());
        }
        (Some(Account::Client(before)), None) => {
            let held = before.reserved | before.fees_owed | before.due | u64::from(before.open_jobs);
            findings.require(held == 0, "I7", at, || "a client was closed with something booked".into());
        }
        (Some(Account::Shard(before)), None) => {
            let shard = &before.shard;
            let used = shard.jobs | shard.seats | shard.assigned | shard.lapsed;
            findings.require(used == 0, "I7", at, || "a shard was closed with something in it".into());
        }
        _ => super::rewards::check_change(name, at, before, after, findings),
    }
}

fn job_edge(name: &str, at: &Address, from: u8, to: u8, findings: &mut Findings) {
    findings.require(allows(JOB_EDGES, name, (from, to)), "I7", at, || {
        format!("{name} took a job from state {from} to {to}")
    });
}

/// What of a job no instruction changes, and what only some do.
fn job_change(name: &str, at: &Address, before: &Job, after: &Job, now: i64, findings: &mut Findings) {
    let identity = |job: &Job| (job.client, job.market, job.nonce, job.rent_payer, job.created_at, job.spec_hash);
    findings.require(identity(before) == identity(after), "I7", at, || format!("{name} made it another job"));
    let terms = |job: &Job| (job.rate, job.tip, job.fee_bps, job.missed_ack_bps, job.sla_bps, job.terms);
    findings.require(name == "reprice" || terms(before) == terms(after), "I7", at, || {
        format!("{name} changed the terms of a job")
    });
    let rises = before.paid <= after.paid
        && before.fee <= after.fee
        && before.tip_paid <= after.tip_paid
        && before.rewarded <= after.rewarded
        && before.evidenced <= after.evidenced;
    findings.require(rises, "I4", at, || format!("{name} took back what was paid or evidenced"));
    let passed = (now - before.last_at).max(0);
    let grown = i64::from(after.evidenced) - i64::from(before.evidenced);
    findings.require(before.state != 2 || grown <= passed, "I4", at, || {
        format!("{name} added {grown} seconds of evidence {passed} seconds after the last")
    });
    if before.state > 2 {
        let mut same = *before;
        match name {
            "collect" => (same.paid, same.tip_paid, same.due) = (after.paid, after.tip_paid, 0),
            "dispute" => same.flags |= job_flags::DISPUTED,
            "pay_incentive" => same.rewarded = after.rewarded,
            _ => {}
        }
        findings.require(same == *after, "I7", at, || format!("{name} changed a job that had ended"));
    }
}

fn member_edge(name: &str, at: &Address, before: Option<&Member>, after: Option<&Member>, findings: &mut Findings) {
    let state = |member: Option<&Member>| member.map_or(0, |member| member.state + 1);
    let edge = (state(before), state(after));
    let stays = edge.0 == edge.1;
    findings.require(stays || allows(MEMBER_EDGES, name, edge), "I7", at, || {
        format!("{name} took a member along {edge:?}")
    });
    if let (Some(before), None) = (before, after) {
        let held = before.collateral | u64::from(before.seats | before.running);
        findings.require(held == 0, "I7", at, || "a member was closed with something in it".into());
    }
}

/// Where each job of a shard is.
fn nodes(shard: &ShardAccount) -> BTreeMap<Address, (u8, Address)> {
    let with_job = shard.nodes.iter().filter(|node| [1, 3].contains(&node.kind));
    with_job.map(|node| (node.job, (node.kind, node.member))).collect()
}

fn node_edges(name: &str, at: &Address, before: &ShardAccount, after: &ShardAccount, findings: &mut Findings) {
    let (before, after) = (nodes(before), nodes(after));
    let nowhere = (0, Address::default());
    for job in before.keys().chain(after.keys()) {
        let from = before.get(job).copied().unwrap_or(nowhere);
        let to = after.get(job).copied().unwrap_or(nowhere);
        if from != to {
            findings.require(allows(NODE_EDGES, name, (from.0, to.0)), "I7", at, || {
                format!("{name} took the node of job {job} from {from:?} to {to:?}")
            });
        }
    }
}
