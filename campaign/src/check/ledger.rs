//! All accounts as the chain has them, with the sums that invariants are about.

use {
    crate::model::books::TokenBook,
    gpu_market_sdk::{Address, decode::Account},
    std::collections::{BTreeSet, HashMap},
};

/// What the jobs of a client add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct JobSums {
    pub reserved: i128,
    pub due: i128,
    pub jobs: i64,
}

/// What the seats and running jobs of a member add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SeatSums {
    pub bonds: i128,
    pub seats: i64,
    pub running: i64,
}

/// What other accounts say about a stake.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StakeSums {
    pub attestor_bonds: i128,
    pub credits: i128,
    pub open_credits: i64,
    pub round_fees: i128,
    pub ties: i64,
    pub positions: i64,
}

/// What the positions and emissions of a reward pool add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoolSums {
    pub weight: i128,
    pub emissions: i64,
    pub positions: BTreeSet<Address>,
}

/// The accounts and their sums.
#[derive(Clone, Default)]
pub struct Ledger {
    pub accounts: HashMap<Address, Account>,
    pub tokens: HashMap<Address, TokenBook>,
    pub clients: HashMap<Address, JobSums>,
    pub members: HashMap<Address, SeatSums>,
    /// Collateral of the members of a host.
    pub collateral: HashMap<Address, i128>,
    /// Members of a host, and of a market.
    pub places: HashMap<Address, i64>,
    pub stakes: HashMap<Address, StakeSums>,
    /// Rounds of a set of attestors.
    pub rounds: HashMap<Address, i64>,
    pub pools: HashMap<Address, PoolSums>,
    /// Open jobs of a shard, by market and index.
    pub open_jobs: HashMap<(Address, u8), i64>,
    /// Base units in all token accounts of a mint.
    pub supply: HashMap<Address, i128>,
}

/// Base units of a job that are neither paid, owed nor returned. Negative if more was paid than reserved.
pub fn still_reserved(job: &gpu_market::state::Job) -> i128 {
    let parts = [job.paid, job.fee, job.due, job.tip_paid, job.refunded];
    i128::from(job.deposit) - parts.into_iter().map(i128::from).sum::<i128>()
}

impl Ledger {
    /// Exchanges an account, and adds to `affected` everything whose sums change with it.
    pub fn replace(&mut self, address: &Address, account: Option<Account>, affected: &mut BTreeSet<Address>) {
        affected.insert(*address);
        if let Some(old) = self.accounts.remove(address) {
            self.count(address, &old, -1, affected);
        }
        if let Some(new) = account {
            self.count(address, &new, 1, affected);
            self.accounts.insert(*address, new);
        }
    }

    /// Exchanges a token account.
    pub fn replace_tokens(&mut self, address: &Address, token: Option<TokenBook>) {
        if let Some(old) = self.tokens.remove(address) {
            *self.supply.entry(old.mint).or_default() -= i128::from(old.amount);
        }
        if let Some(new) = token {
            *self.supply.entry(new.mint).or_default() += i128::from(new.amount);
            self.tokens.insert(*address, new);
        }
    }

    /// Adds an account to the sums, or takes it out of them.
    fn count(&mut self, at: &Address, account: &Account, sign: i64, affected: &mut BTreeSet<Address>) {
        let wide = i128::from(sign);
        match account {
            Account::Job(job) => {
                let sums = self.clients.entry(job.client).or_default();
                sums.reserved += wide * still_reserved(job);
                sums.due += wide * i128::from(job.due);
                sums.jobs += sign;
                affected.insert(job.client);
                if job.state == 1 {
                    *self.open_jobs.entry((job.market, job.shard)).or_default() += sign;
                }
                if job.state == 2 {
                    self.seat(&job.member, job.bond, sign, true, affected);
                }
            }
            Account::Shard(shard) => {
                for node in shard.nodes.iter().filter(|node| node.member != Address::default()) {
                    self.seat(&node.member, node.bond, sign, false, affected);
                }
            }
            Account::Member(member) => {
                *self.collateral.entry(member.host).or_default() += wide * i128::from(member.collateral);
                *self.places.entry(member.host).or_default() += sign;
                *self.places.entry(member.market).or_default() += sign;
                affected.extend([member.host, member.market]);
            }
            Account::Credit(credit) => {
                let claims = credit.claims.slots.iter().map(|slot| i128::from(slot.amount)).sum::<i128>();
                let sums = self.stakes.entry(credit.stake).or_default();
                sums.credits += wide * claims;
                sums.open_credits += sign;
                affected.insert(credit.stake);
            }
            Account::AttestorSet(set) => {
                for slot in set.slots.iter().filter(|slot| slot.key != Address::default()) {
                    let sums = self.stakes.entry(slot.stake).or_default();
                    sums.attestor_bonds += wide * i128::from(slot.bond);
                    sums.ties += sign;
                    affected.insert(slot.stake);
                }
            }
            Account::Challenge(round) => {
                let sums = self.stakes.entry(round.payer).or_default();
                sums.round_fees += wide * (i128::from(round.fee) - i128::from(round.paid));
                sums.ties += sign;
                *self.rounds.entry(round.set).or_default() += sign;
                affected.extend([round.payer, round.set]);
            }
            Account::RewardPosition(position) => {
                let sums = self.pools.entry(position.pool).or_default();
                // Less than 2⁷⁵: a number of 64 bits by one of 11.
                sums.weight += wide * i128::try_from(position.weight()).unwrap_or(i128::MAX);
                if sign > 0 {
                    sums.positions.insert(*at);
                } else {
                    sums.positions.remove(at);
                }
                self.stakes.entry(position.stake).or_default().positions += sign;
                affected.extend([position.pool, position.stake]);
            }
            Account::Emission(emission) if emission.kind == 1 => {
                self.pools.entry(emission.target).or_default().emissions += sign;
                affected.insert(emission.target);
            }
            _ => {}
        }
    }

    fn seat(&mut self, member: &Address, bond: u64, sign: i64, running: bool, affected: &mut BTreeSet<Address>) {
        let sums = self.members.entry(*member).or_default();
        sums.bonds += i128::from(sign) * i128::from(bond);
        sums.seats += sign;
        sums.running += if running { sign } else { 0 };
        affected.insert(*member);
    }
}
