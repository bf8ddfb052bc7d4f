//! The invariants of the design, checked on decoded accounts: for auditors, tests and the demo.
//!
//! I1 per job, I2 per client, I3 per stake, I4 pay against evidence, I5 per shard, I6 jobs against nodes; and what stakers are
//! owed. Each finding names the invariant and the account. [`audit_gpus`] counts the GPUs behind attestations, which takes
//! the time.

mod rewards;

use {
    crate::{
        Address,
        decode::{Account, ShardAccount},
    },
    gpu_market::{
        settlement,
        state::{
            Attestor, AttestorSet, Challenge, Client, Job, JobState, Judge, JudgeState, Member, NIL, Node,
            NodeKind, Stake,
        },
    },
    std::collections::BTreeMap,
};

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Number of the invariant, as in "I2"; "GPUs" and "Rewards" have none.
    pub invariant: &'static str,
    /// The account that it is broken at.
    pub account: Address,
    /// What does not add up.
    pub what: String,
}

/// Checks every account of the program. `tokens` gives the base units that a token account holds.
pub fn audit(accounts: &BTreeMap<Address, Account>, tokens: impl Fn(&Address) -> Option<u64>) -> Vec<Finding> {
    let mut audit = Audit { accounts, findings: Vec::new() };
    for (address, account) in accounts {
        match account {
            Account::Job(job) => audit.job(address, job),
            Account::Client(client) => audit.client(address, client, tokens(&client.vault)),
            Account::Stake(stake) => {
                audit.stake(address, stake, tokens(&stake.vault));
                audit.positions_of(address, stake);
            }
            Account::Member(member) => audit.member(address, member),
            Account::Shard(shard) => audit.shard(address, shard),
            Account::AttestorSet(set) => audit.set(address, set),
            Account::Challenge(round) => audit.round(address, round),
            Account::RewardPool(pool) => audit.pool(address, pool, tokens(&pool.vault)),
            Account::RewardPosition(position) => audit.position(address, position),
            Account::Emission(emission) => audit.emission(address, emission, tokens(&emission.vault)),
            _ => {}
        }
    }
    audit.findings
}

/// Checks at `now`, unix seconds, that as many GPUs as a fresh attestation counts are its member's, by the round that it comes
/// from. While another round is open its claims take them over, so they are counted again when it is over.
pub fn audit_gpus(accounts: &BTreeMap<Address, Account>, now: i64) -> Vec<Finding> {
    let mut audit = Audit { accounts, findings: Vec::new() };
    for (address, account) in accounts {
        match account {
            Account::Member(member) if now < member.attested_until => audit.gpus(address, member),
            _ => {}
        }
    }
    audit.findings
}

struct Audit<'a> {
    accounts: &'a BTreeMap<Address, Account>,
    findings: Vec<Finding>,
}

fn sum(values: impl Iterator<Item = u64>) -> u128 {
    values.fold(0u128, |sum, value| sum.saturating_add(u128::from(value)))
}

impl<'a> Audit<'a> {
    fn require(&mut self, holds: bool, invariant: &'static str, account: &Address, what: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(Finding { invariant, account: *account, what: what() });
        }
    }

    fn jobs(&self) -> impl Iterator<Item = (&'a Address, &'a Job)> {
        self.accounts.iter().filter_map(|(address, account)| match account {
            Account::Job(job) => Some((address, job)),
            _ => None,
        })
    }

    fn members(&self) -> impl Iterator<Item = (&'a Address, &'a Member)> {
        self.accounts.iter().filter_map(|(address, account)| match account {
            Account::Member(member) => Some((address, member)),
            _ => None,
        })
    }

    fn shards(&self) -> impl Iterator<Item = &'a ShardAccount> {
        self.accounts.values().filter_map(|account| match account {
            Account::Shard(shard) => Some(shard),
            _ => None,
        })
    }

    fn sets(&self) -> impl Iterator<Item = (&'a Address, &'a AttestorSet)> {
        self.accounts.iter().filter_map(|(address, account)| match account {
            Account::AttestorSet(set) => Some((address, set)),
            _ => None,
        })
    }

    fn rounds(&self) -> impl Iterator<Item = (&'a Address, &'a Challenge)> {
        self.accounts.iter().filter_map(|(address, account)| match account {
            Account::Challenge(round) => Some((address, round)),
            _ => None,
        })
    }

    fn host_owner(&self, host: &Address) -> Option<Address> {
        match self.accounts.get(host) {
            Some(Account::Host(host)) => Some(host.owner),
            _ => None,
        }
    }

    /// I1, I4 and, for an open job, I6.
    fn job(&mut self, address: &Address, job: &Job) {
        let parts = sum([job.paid, job.fee, job.tip_paid, job.refunded, job.due].into_iter());
        let terminal = job.state().is_ok_and(JobState::is_terminal);
        self.require(
            parts <= u128::from(job.deposit) && (!terminal || parts == u128::from(job.deposit)),
            "I1",
            address,
            || format!("deposit {} against parts of {parts}, ended: {terminal}", job.deposit),
        );
        let earned = settlement::pay(job.rate, job.evidenced.min(job.duration)).unwrap_or(0);
        self.require(job.paid <= earned, "I4", address, || {
            format!("paid {} for evidence worth {earned}", job.paid)
        });
        self.require(job.started_at != 0 || job.paid == 0, "I4", address, || "paid before it started".into());
        if job.state().is_ok_and(|state| state == JobState::Open) {
            self.open_job(address, job);
        }
    }

    fn open_job(&mut self, address: &Address, job: &Job) {
        let shards = self.shards().filter(|shard| shard.shard.market == job.market);
        let holders: Vec<(u8, usize)> = shards
            .flat_map(|shard| {
                let nodes = shard.nodes.iter().enumerate();
                nodes.filter(|(_, node)| node.job == *address).map(|(index, _)| (shard.shard.index, index))
            })
            .collect();
        self.require(holders == [(job.shard, usize::from(job.node))], "I6", address, || {
            format!("it names node {} of shard {}, and is in {holders:?}", job.node, job.shard)
        });
    }

    /// I2.
    fn client(&mut self, address: &Address, client: &Client, vault: Option<u64>) {
        let booked = client.booked().unwrap_or(u64::MAX);
        self.require(vault.is_some_and(|vault| vault >= booked), "I2", address, || {
            format!("the vault holds {vault:?}, booked are {booked}")
        });
        let reserved = sum(self.jobs_of(address).map(|job| job.still_reserved().unwrap_or(u64::MAX)));
        self.require(reserved == u128::from(client.reserved), "I2", address, || {
            format!("reserved {} against {reserved} of its jobs", client.reserved)
        });
        let due = sum(self.jobs_of(address).map(|job| job.due));
        self.require(due == u128::from(client.due), "I2", address, || {
            format!("due {} against {due} of its jobs", client.due)
        });
        let open = self.jobs_of(address).count();
        self.require(usize::try_from(client.open_jobs) == Ok(open), "I2", address, || {
            format!("{} open jobs against {open}", client.open_jobs)
        });
    }

    fn jobs_of(&self, client: &Address) -> impl Iterator<Item = &'a Job> {
        let client = *client;
        self.jobs().map(|(_, job)| job).filter(move |job| job.client == client)
    }

    /// I3.
    fn stake(&mut self, address: &Address, stake: &Stake, vault: Option<u64>) {
        let booked = stake.booked().unwrap_or(u64::MAX);
        self.require(vault.is_some_and(|vault| vault >= booked), "I3", address, || {
            format!("the vault holds {vault:?}, booked are {booked}")
        });
        let members = self.members().filter(|(_, member)| self.host_owner(&member.host) == Some(stake.owner));
        let collateral = sum(members.map(|(_, member)| member.collateral));
        let places: Vec<&Attestor> =
            self.sets().flat_map(|(_, set)| &set.slots).filter(|slot| slot.stake == *address).collect();
        let bonds = sum(places.iter().map(|slot| slot.bond));
        self.require(
            collateral.saturating_add(bonds) == u128::from(stake.allocated) && stake.allocated <= stake.amount,
            "I3",
            address,
            || {
                let (staked, allocated) = (stake.amount, stake.allocated);
                format!("staked {staked}, allocated {allocated}, collateral {collateral}, bonds {bonds}")
            },
        );
        let rounds: Vec<&Challenge> =
            self.rounds().map(|(_, round)| round).filter(|round| round.payer == *address).collect();
        let fees = sum(rounds.iter().map(|round| round.fee.saturating_sub(round.paid)));
        let ties = places.len().saturating_add(rounds.len());
        self.require(usize::try_from(stake.ties) == Ok(ties), "I3", address, || {
            format!("{} ties against {ties} places and rounds", stake.ties)
        });
        let credits = sum(self.accounts.values().filter_map(|account| match account {
            Account::Credit(credit) if credit.stake == *address => credit.claims.total().ok(),
            _ => None,
        }));
        self.require(credits.saturating_add(fees) == u128::from(stake.owed), "I3", address, || {
            format!("owed {} against credits of {credits} and fees of {fees}", stake.owed)
        });
    }

    /// I3: what a set counts against its places and rounds.
    fn set(&mut self, address: &Address, set: &AttestorSet) {
        let rounds: Vec<&Challenge> =
            self.rounds().map(|(_, round)| round).filter(|round| round.set == *address).collect();
        let attestors = set.slots.iter().filter(|slot| !slot.is_vacant()).count();
        self.require(
            usize::try_from(set.rounds) == Ok(rounds.len()) && usize::from(set.attestors) == attestors,
            "I3",
            address,
            || format!("{} rounds against {}, {} attestors", set.rounds, rounds.len(), set.attestors),
        );
        for (place, slot) in (0u8..).zip(&set.slots) {
            let unsettled = |judge: &&Judge| {
                judge.place == place && judge.state != 0 && judge.state != JudgeState::Settled as u8
            };
            let open = rounds.iter().flat_map(|round| &round.judges).filter(unsettled).count();
            self.require(usize::try_from(slot.open_rounds) == Ok(open), "I3", address, || {
                format!("place {place} has {} open rounds against {open}", slot.open_rounds)
            });
        }
    }

    /// I3: a round pays no more than its fee.
    fn round(&mut self, address: &Address, round: &Challenge) {
        self.require(round.paid <= round.fee, "I3", address, || {
            format!("paid {} of a fee of {}", round.paid, round.fee)
        });
    }

    /// I3: bonds and seats against what queue nodes and running jobs record.
    fn member(&mut self, address: &Address, member: &Member) {
        let nodes: Vec<&Node> =
            self.shards().flat_map(|shard| &shard.nodes).filter(|node| node.member == *address).collect();
        let running: Vec<&Job> = self
            .jobs()
            .map(|(_, job)| job)
            .filter(|job| job.member == *address && job.state == JobState::Running as u8)
            .collect();
        let bonds = sum(nodes.iter().map(|node| node.bond).chain(running.iter().map(|job| job.bond)));
        self.require(bonds == u128::from(member.bonds) && member.bonds <= member.collateral, "I3", address, || {
            format!("collateral {}, bonds {}, recorded {bonds}", member.collateral, member.bonds)
        });
        let seats = nodes.len().saturating_add(running.len());
        self.require(
            usize::from(member.seats) == seats && usize::from(member.running) == running.len(),
            "I3",
            address,
            || format!("{} seats against {seats}, {} running", member.seats, running.len()),
        );
    }

    /// Attestations by hand have no GPUs to count.
    fn gpus(&mut self, address: &Address, member: &Member) {
        if member.standing.round == 0 || member.standing.open_round != 0 {
            return;
        }
        let counts = |account: &&Account| match account {
            Account::Gpu(gpu) => {
                gpu.member == *address
                    && gpu.round == member.standing.round
                    && gpu.expires_at == member.attested_until
            }
            _ => false,
        };
        let proved = self.accounts.values().filter(counts).count();
        self.require(usize::from(member.attested_gpus) == proved, "GPUs", address, || {
            format!("{} attested GPUs against {proved}", member.attested_gpus)
        });
    }

    /// I5.
    fn shard(&mut self, address: &Address, shard: &ShardAccount) {
        let header = &shard.shard;
        let lists = [
            (NodeKind::Queued, header.job_head, header.job_tail, header.jobs),
            (NodeKind::Waiting, header.seat_head, header.seat_tail, header.seats),
        ];
        for (kind, head, tail, length) in lists {
            let fault = list_fault(&shard.nodes, kind, head, tail, length);
            self.require(fault.is_none(), "I5", address, || fault.unwrap_or_default());
        }
        let count = |kind: NodeKind| shard.nodes.iter().filter(|node| node.kind == kind as u8).count();
        let counters = [
            (NodeKind::Queued, header.jobs),
            (NodeKind::Waiting, header.seats),
            (NodeKind::Assigned, header.assigned),
            (NodeKind::Lapsed, header.lapsed),
        ];
        for (kind, counter) in counters {
            self.require(count(kind) == usize::from(counter), "I5", address, || {
                format!("{counter} nodes counted as {kind:?}, {} there", count(kind))
            });
        }
        let free = free_nodes(&shard.nodes, header.free_head, header.fresh);
        self.require(free == Some(count(NodeKind::Free)), "I5", address, || {
            format!("{free:?} nodes on the free list or fresh, {} free", count(NodeKind::Free))
        });
    }
}

/// Walks a list and says what is wrong with it.
fn list_fault(nodes: &[Node], kind: NodeKind, head: u16, tail: u16, length: u16) -> Option<String> {
    let (mut index, mut prev, mut seq, mut steps) = (head, NIL, 0u64, 0u16);
    while index != NIL {
        let Some(node) = nodes.get(usize::from(index)) else {
            return Some(format!("{kind:?}: node {index} does not exist"));
        };
        if node.kind != kind as u8 || node.prev != prev || node.seq <= seq || steps >= length {
            return Some(format!("{kind:?}: node {index} is not in its place"));
        }
        (prev, seq, steps, index) = (index, node.seq, steps.saturating_add(1), node.next);
    }
    (prev != tail || steps != length).then(|| format!("{kind:?}: {steps} nodes to {prev}, not {length} to {tail}"))
}

/// Nodes on the free list and nodes never used; none if the list is broken.
fn free_nodes(nodes: &[Node], head: u16, fresh: u16) -> Option<usize> {
    let mut free = nodes.len().checked_sub(usize::from(fresh))?;
    let mut index = head;
    while index != NIL {
        let node = nodes.get(usize::from(index)).filter(|node| node.kind == NodeKind::Free as u8)?;
        free = free.checked_add(1).filter(|free| *free <= nodes.len())?;
        index = node.next;
    }
    Some(free)
}
