//! I1 to I6, for one account each.

use {
    super::{
        Findings,
        ledger::{Ledger, still_reserved},
    },
    gpu_market::state::{Client, Host, Job, Market, Member, NIL, Node, Stake},
    gpu_market_sdk::{
        Address, address,
        decode::{Account, ShardAccount},
    },
};

const OPEN: u8 = 1;
const FREE: u8 = 0;
const QUEUED: u8 = 1;
const WAITING: u8 = 2;
const ASSIGNED: u8 = 3;
const LAPSED: u8 = 4;

impl Ledger {
    /// Checks what is said about one address.
    pub fn check(&self, at: &Address, findings: &mut Findings) {
        match self.accounts.get(at) {
            Some(Account::Job(job)) => self.job(at, job, findings),
            Some(Account::Client(client)) => self.client(at, client, findings),
            Some(Account::Stake(stake)) => self.stake(at, stake, findings),
            Some(Account::Member(member)) => self.member(at, member, findings),
            Some(Account::Shard(shard)) => self.shard(at, shard, findings),
            Some(Account::Host(host)) => self.host(at, host, findings),
            Some(Account::Market(market)) => self.market(at, market, findings),
            Some(Account::RewardPool(pool)) => self.pool(at, pool, findings),
            Some(Account::RewardPosition(position)) => self.position(at, position, findings),
            Some(Account::Emission(emission)) => self.emission(at, emission, findings),
            Some(Account::AttestorSet(set)) => {
                let rounds = self.rounds.get(at).copied().unwrap_or(0);
                findings.require(i64::from(set.rounds) == rounds, "I3", at, || {
                    format!("{} rounds against {rounds}", set.rounds)
                });
            }
            Some(_) => {}
            None => self.gone(at, findings),
        }
    }

    /// Nothing may point to an account that is not there.
    fn gone(&self, at: &Address, findings: &mut Findings) {
        let client = self.clients.get(at).copied().unwrap_or_default();
        findings.require(client == Default::default(), "I2", at, || format!("closed with {client:?}"));
        let member = self.members.get(at).copied().unwrap_or_default();
        findings.require(member == Default::default(), "I3", at, || format!("closed with {member:?}"));
        let stake = self.stakes.get(at).copied().unwrap_or_default();
        findings.require(stake == Default::default(), "I3", at, || format!("closed with {stake:?}"));
        let pool = self.pools.get(at).cloned().unwrap_or_default();
        findings.require(pool == Default::default(), "rewards", at, || format!("closed with {pool:?}"));
    }

    /// I1, I4 and, for an open job, I6.
    fn job(&self, at: &Address, job: &Job, findings: &mut Findings) {
        let reserved = still_reserved(job);
        let terminal = job.state > 2;
        findings.require(reserved >= 0 && (!terminal || reserved == 0), "I1", at, || {
            format!("of {} {reserved} are neither paid, owed nor returned; ended: {terminal}", job.deposit)
        });
        let seconds = job.evidenced.min(job.duration);
        let earned = u128::from(job.rate) * u128::from(seconds) / 1_000_000;
        // What an ended job still owes is pay or a tip for a host that was cancelled on.
        let owed = if job.started_at == 0 { 0 } else { job.due };
        let paid = u128::from(job.paid) + u128::from(owed);
        findings.require(paid <= earned, "I4", at, || format!("paid {paid} for evidence worth {earned}"));
        let fee = earned * u128::from(job.fee_bps) / 10_000;
        let fee_bound = if job.started_at == 0 { u128::from(job.queue_fee) } else { fee };
        findings.require(u128::from(job.fee) <= fee_bound, "I4", at, || {
            format!("a fee of {} where {fee_bound} is the most", job.fee)
        });
        let never_started = job.started_at == 0;
        findings.require(!never_started || (job.paid == 0 && job.evidenced == 0), "I4", at, || {
            "paid before it started".into()
        });
        if job.state == OPEN {
            let shard = address::shard(&job.market, job.shard).0;
            let named = match self.accounts.get(&shard) {
                Some(Account::Shard(shard)) => shard.nodes.get(usize::from(job.node)),
                _ => None,
            };
            let holds = named.is_some_and(|node| node.job == *at && [QUEUED, ASSIGNED].contains(&node.kind));
            findings.require(holds, "I6", at, || format!("node {} of its shard does not hold it", job.node));
        }
    }

    /// I2.
    fn client(&self, at: &Address, client: &Client, findings: &mut Findings) {
        let vault = self.tokens.get(&client.vault).map(|token| u128::from(token.amount));
        let booked = [client.available, client.reserved, client.fees_owed, client.referral_owed, client.due];
        let booked: u128 = booked.into_iter().map(u128::from).sum();
        findings.require(vault.is_some_and(|vault| vault >= booked), "I2", at, || {
            format!("the vault holds {vault:?}, booked are {booked}")
        });
        let sums = self.clients.get(at).copied().unwrap_or_default();
        let fits = sums.reserved == i128::from(client.reserved)
            && sums.due == i128::from(client.due)
            && sums.jobs == i64::from(client.open_jobs);
        findings.require(fits, "I2", at, || {
            let (reserved, due, jobs) = (client.reserved, client.due, client.open_jobs);
            format!("reserved {reserved}, due {due}, {jobs} jobs, against {sums:?}")
        });
    }

    /// I3.
    fn stake(&self, at: &Address, stake: &Stake, findings: &mut Findings) {
        let cooling: u128 = stake.cooling.slots.iter().map(|slot| u128::from(slot.amount)).sum();
        let parts = [stake.amount, stake.owed, stake.treasury_owed];
        let booked = cooling + parts.into_iter().map(u128::from).sum::<u128>();
        let vault = self.tokens.get(&stake.vault).map(|token| u128::from(token.amount));
        findings.require(vault.is_some_and(|vault| vault >= booked), "I3", at, || {
            format!("the vault holds {vault:?}, booked are {booked}")
        });
        let sums = self.stakes.get(at).copied().unwrap_or_default();
        let host = address::host(&stake.owner).0;
        let collateral = self.collateral.get(&host).copied().unwrap_or(0);
        let allocated = i128::from(stake.allocated);
        findings.require(
            stake.allocated <= stake.amount && collateral + sums.attestor_bonds == allocated,
            "I3",
            at,
            || format!("staked {}, allocated {allocated}, collateral {collateral}, {sums:?}", stake.amount),
        );
        findings.require(sums.credits + sums.round_fees == i128::from(stake.owed), "I3", at, || {
            format!("owed {} against {sums:?}", stake.owed)
        });
        let counted = sums.ties == i64::from(stake.ties)
            && sums.open_credits == i64::from(stake.credits)
            && sums.positions == i64::from(stake.positions);
        findings.require(counted, "I3", at, || {
            let (ties, credits, positions) = (stake.ties, stake.credits, stake.positions);
            format!("{ties} ties, {credits} credits and {positions} positions against {sums:?}")
        });
    }

    /// I3: what seats and running jobs record.
    fn member(&self, at: &Address, member: &Member, findings: &mut Findings) {
        let sums = self.members.get(at).copied().unwrap_or_default();
        let fits = sums.bonds == i128::from(member.bonds)
            && sums.seats == i64::from(member.seats)
            && sums.running == i64::from(member.running);
        findings.require(fits && member.bonds <= member.collateral, "I3", at, || {
            let (collateral, bonds) = (member.collateral, member.bonds);
            let (seats, running) = (member.seats, member.running);
            format!("collateral {collateral}, bonds {bonds}, seats {seats}, running {running}, against {sums:?}")
        });
        let stake = match self.accounts.get(&member.host) {
            Some(Account::Host(host)) => address::stake(&host.owner).0,
            _ => Address::default(),
        };
        let held = member.collateral == 0 || self.accounts.contains_key(&stake);
        findings.require(held, "I3", at, || format!("collateral {} of no stake", member.collateral));
        if let Some(Account::Stake(stake_account)) = self.accounts.get(&stake) {
            self.stake(&stake, stake_account, findings);
        }
    }

    fn host(&self, at: &Address, host: &Host, findings: &mut Findings) {
        let members = self.places.get(at).copied().unwrap_or(0);
        findings.require(i64::from(host.members) == members, "I3", at, || {
            format!("{} members against {members}", host.members)
        });
    }

    fn market(&self, at: &Address, market: &Market, findings: &mut Findings) {
        let members = self.places.get(at).copied().unwrap_or(0);
        findings.require(i64::from(market.members) == members, "I3", at, || {
            format!("{} members against {members}", market.members)
        });
    }

    /// I5, and I6 from the side of the nodes.
    fn shard(&self, at: &Address, shard: &ShardAccount, findings: &mut Findings) {
        let fault = partition_fault(shard);
        findings.require(fault.is_none(), "I5", at, || fault.unwrap_or_default());
        let mut jobs = 0;
        for (index, node) in (0u16..).zip(&shard.nodes) {
            let has_job = [QUEUED, ASSIGNED].contains(&node.kind);
            jobs += i64::from(has_job);
            let holds = !has_job || self.names(node, shard, index);
            findings.require(holds, "I6", at, || format!("node {index} holds a job that is not in it"));
            let has_seat = [WAITING, ASSIGNED, LAPSED].contains(&node.kind);
            let fits =
                has_seat == (node.member != Address::default()) && has_job == (node.job != Address::default());
            findings.require(fits, "I5", at, || format!("node {index} is of kind {} and holds another", node.kind));
        }
        let open = self.open_jobs.get(&(shard.shard.market, shard.shard.index)).copied().unwrap_or(0);
        findings.require(open == jobs, "I6", at, || format!("{jobs} jobs in nodes, {open} open jobs"));
    }

    fn names(&self, node: &Node, shard: &ShardAccount, index: u16) -> bool {
        match self.accounts.get(&node.job) {
            Some(Account::Job(job)) => {
                job.state == OPEN
                    && job.node == index
                    && job.shard == shard.shard.index
                    && job.market == shard.shard.market
                    && job.rate == node.rate
            }
            _ => false,
        }
    }
}

/// Walks the three lists of a shard and says why they are no partition of its nodes, if they are none.
fn partition_fault(shard: &ShardAccount) -> Option<String> {
    let (header, nodes) = (&shard.shard, &shard.nodes);
    let lists = [
        (QUEUED, header.job_head, header.job_tail, header.jobs),
        (WAITING, header.seat_head, header.seat_tail, header.seats),
    ];
    let mut seen = vec![false; nodes.len()];
    for (kind, head, tail, length) in lists {
        if let Some(fault) = list_fault(nodes, &mut seen, kind, (head, tail), length) {
            return Some(fault);
        }
    }
    let mut index = header.free_head;
    while index != NIL {
        let Some(node) = nodes.get(usize::from(index)) else {
            return Some(format!("node {index} does not exist"));
        };
        if node.kind != FREE || index >= header.fresh || std::mem::replace(&mut seen[usize::from(index)], true) {
            return Some(format!("node {index} does not belong on the free list"));
        }
        index = node.next;
    }
    let count = |kind: u8| nodes.iter().filter(|node| node.kind == kind).count();
    for (kind, counter) in [(ASSIGNED, header.assigned), (LAPSED, header.lapsed)] {
        if count(kind) != usize::from(counter) {
            return Some(format!("{counter} nodes counted as of kind {kind}, {} there", count(kind)));
        }
    }
    let alone = |node: &Node| [ASSIGNED, LAPSED].contains(&node.kind);
    let lost = nodes.iter().enumerate().find(|(index, node)| {
        let fresh = *index >= usize::from(header.fresh);
        let placed = seen[*index] || alone(node) || fresh;
        !placed || (fresh && node.kind != FREE) || node.kind > LAPSED
    });
    lost.map(|(index, node)| format!("node {index} of kind {} is in no list", node.kind))
}

/// Walks a list and says what is wrong with it.
fn list_fault(
    nodes: &[Node],
    seen: &mut [bool],
    kind: u8,
    (head, tail): (u16, u16),
    length: u16,
) -> Option<String> {
    let (mut index, mut prev, mut seq, mut steps) = (head, NIL, 0u64, 0u16);
    while index != NIL {
        let Some(node) = nodes.get(usize::from(index)) else {
            return Some(format!("node {index} does not exist"));
        };
        if std::mem::replace(&mut seen[usize::from(index)], true) {
            return Some(format!("node {index} is in two places"));
        }
        if node.kind != kind || node.prev != prev || node.seq <= seq {
            return Some(format!("node {index} is not in its place"));
        }
        (prev, seq, steps, index) = (index, node.seq, steps.saturating_add(1), node.next);
    }
    (prev != tail || steps != length).then(|| format!("{steps} nodes to {prev}, not {length} to {tail}"))
}
