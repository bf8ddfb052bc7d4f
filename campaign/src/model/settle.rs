//! What ends, pays and slashes have in common.

use {
    super::{
        Broken, Model, Rules,
        books::{ClientBook, JobBook, MemberBook},
        broken,
        line::Moment,
        money,
    },
    gpu_market::error::MarketError,
    gpu_market_sdk::{Address, error::Refusal},
};

/// States of a job, as the account has them.
pub mod state {
    pub const OPEN: u8 = 1;
    pub const RUNNING: u8 = 2;
    pub const COMPLETED: u8 = 3;
    pub const FAILED: u8 = 4;
    pub const ENDED: u8 = 5;
    pub const TIMED_OUT: u8 = 6;
    pub const LOST: u8 = 7;
    pub const CANCELLED: u8 = 8;
    pub const EXPIRED: u8 = 9;
}

pub const TARGETED: u8 = 1;
pub const DISPUTED: u8 = 2;
pub const DUE_IS_TIP: u8 = 4;
/// State of an active member.
pub const ACTIVE: u8 = 1;

/// Who gets a job's tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tip {
    Client,
    Caller,
    Host,
}

/// What a settlement takes out of a reservation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub pay: u64,
    pub fee: u64,
    pub tip: u64,
    pub due: u64,
    pub refund: u64,
}

/// How a penalty in stake is split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fine {
    pub tip: u64,
    pub treasury: u64,
    pub client: u64,
}

impl Fine {
    pub fn total(&self) -> u64 {
        self.tip + self.treasury + self.client
    }
}

impl JobBook {
    pub fn reserved(&self) -> u64 {
        self.deposit - self.paid - self.fee - self.due - self.tip_paid - self.refunded
    }

    pub fn is_terminal(&self) -> bool {
        self.state > state::RUNNING
    }

    /// Adds evidence up to `now`, at most so many seconds of it.
    pub fn evidence(&mut self, now: i64, most: u32) {
        let end = self.started_at + i64::from(self.duration);
        let since = (now.min(end) - self.last_at).clamp(0, i64::from(most));
        self.evidenced = self.duration.min(self.evidenced + u32::try_from(since).unwrap_or(0));
    }

    /// Pay and fee of the evidence that were not booked before.
    pub fn earned(&self) -> (u64, u64) {
        let pay = money::pay(self.rate, self.evidenced).unwrap_or(u64::MAX);
        let fee = money::share(pay, self.fee_bps).unwrap_or(u64::MAX);
        (pay - self.paid, fee - self.fee)
    }

    /// Ends the job, and everything that was reserved finds its owner.
    fn terminate(&mut self, to: u8, mut taken: Taken, tip: Tip, now: i64) -> Taken {
        match tip {
            Tip::Client => {}
            Tip::Caller => taken.tip = self.tip,
            Tip::Host => {
                taken.due += self.tip;
                self.flags |= DUE_IS_TIP;
            }
        }
        taken.refund = self.reserved() - taken.pay - taken.fee - taken.tip - taken.due;
        self.paid += taken.pay;
        self.fee += taken.fee;
        self.tip_paid += taken.tip;
        self.due += taken.due;
        self.refunded += taken.refund;
        self.state = to;
        self.ended_at = now;
        taken
    }

    /// Ends a running job.
    pub fn end_running(&mut self, to: u8, tip: Tip, frozen: bool, now: i64) -> Taken {
        let (pay, fee) = self.earned();
        let (pay, due) = if frozen { (0, pay) } else { (pay, 0) };
        self.terminate(to, Taken { pay, fee, due, ..Taken::default() }, tip, now)
    }

    /// Ends an open job.
    pub fn end_open(&mut self, to: u8, tip: Tip, now: i64) -> Taken {
        let fee = self.queue_fee;
        self.terminate(to, Taken { fee, ..Taken::default() }, tip, now)
    }
}

impl ClientBook {
    pub fn book(&mut self, taken: &Taken, delegation: u16) {
        self.reserved -= taken.pay + taken.fee + taken.tip + taken.due + taken.refund;
        self.available += taken.refund;
        self.fees_owed += taken.fee;
        self.due += taken.due;
        self.forgive(taken.refund, delegation);
    }

    /// What comes back no longer counts against the delegation that it was reserved under.
    pub fn forgive(&mut self, amount: u64, delegation: u16) {
        if delegation != 0 && delegation == self.delegation {
            self.delegate_used = self.delegate_used.saturating_sub(amount);
        }
    }

    /// Whether `signer` acts for the client: as a delegate, or as its owner.
    pub fn actor(&self, signer: &Address, now: i64) -> Result<bool, MarketError> {
        if *signer == self.owner {
            return Ok(false);
        }
        if self.delegate == Address::default() || *signer != self.delegate {
            return Err(MarketError::NotClientOrDelegate);
        }
        if now >= self.delegate_expires_at { Err(MarketError::DelegateExpired) } else { Ok(true) }
    }

    /// Notes what keeps the client from reserving.
    pub fn reserve_rules(&self, rules: &mut Rules, amount: u64, delegation: u16, delegate: bool) {
        rules.need(self.halted == 0, MarketError::VaultShort);
        rules.need(amount <= self.available, MarketError::InsufficientEscrow);
        let counted = delegation != 0 && delegation == self.delegation;
        let within = counted && self.delegate_used.saturating_add(amount) <= self.delegate_cap;
        rules.need(!delegate || within, MarketError::DelegateCapExceeded);
    }

    pub fn reserve(&mut self, amount: u64, delegation: u16) {
        self.available -= amount;
        self.reserved += amount;
        if delegation != 0 && delegation == self.delegation {
            self.delegate_used = self.delegate_used.saturating_add(amount);
        }
    }
}

impl MemberBook {
    pub fn release(&mut self, bond: u64) {
        self.bonds -= bond;
        self.seats -= 1;
    }

    /// Counts a job that ran and ended.
    pub fn job_ended(&mut self, job: &JobBook, blamed: bool, now: i64) {
        self.release(job.bond);
        self.running -= 1;
        self.evidenced += u64::from(job.evidenced);
        self.earned += job.paid + job.due;
        self.last_ended_at = now;
        let paid_for = job.fee > 0 || (job.fee_bps == 0 && job.evidenced > 0);
        if job.state == state::COMPLETED && paid_for {
            self.miss_streak = 0;
        }
        let counter = match job.state {
            state::COMPLETED => &mut self.completed,
            state::FAILED => &mut self.failed,
            state::ENDED => &mut self.ended,
            state::LOST => &mut self.lost,
            _ => &mut self.timed_out,
        };
        *counter += u32::from(blamed);
        self.record_ended(job, blamed, now);
    }
}

impl Model {
    /// What of a fine the stake behind a member can pay. The bond in question is released already.
    pub fn slash(&mut self, member: &Address, stake: &Address, fine: Fine) -> Fine {
        let (Some(member), Some(stake)) = (self.members.get_mut(member), self.stakes.get_mut(stake)) else {
            return Fine::default();
        };
        let wanted = fine.total();
        let collateral = wanted.min(member.collateral - member.bonds);
        let free = (wanted - collateral).min(stake.amount - stake.allocated);
        let cooling = money::take_pro_rata(&mut stake.cooling, wanted - collateral - free);
        member.collateral -= collateral;
        stake.allocated -= collateral;
        stake.amount -= collateral + free;
        let taken = collateral + free + cooling;
        let tip = fine.tip.min(taken);
        let treasury = fine.treasury.min(taken - tip);
        let client = taken - tip - treasury;
        stake.owed += client;
        stake.treasury_owed += treasury;
        Fine { tip, treasury, client }
    }

    /// Slashes and credits the client.
    pub fn slash_for(&mut self, member: &Address, stake: &Address, credit: &Address, fine: Fine) -> Fine {
        if fine.total() == 0 {
            return Fine::default();
        }
        let taken = self.slash(member, stake, fine);
        let until = self.now.0 + self.stakes.get(stake).map_or(0, |stake| stake.unbonding);
        if taken.client > 0
            && let Some(credit) = self.credits.get_mut(credit)
        {
            money::add_tranche(&mut credit.claims, taken.client, until);
        }
        taken
    }

    /// The seat of an assignment is gone: the job ends with a refund, or goes on in its shard.
    pub fn give_back(&mut self, job: &Address, line: &Address, refund: bool, evicted: Option<Address>) {
        let now: Moment = self.now;
        let (Some(book), Some(line)) = (self.jobs.get_mut(job), self.lines.get_mut(line)) else { return };
        if !refund {
            return line.return_job(book.node, evicted, now);
        }
        line.remove_assigned(book.node);
        let taken = book.end_open(state::EXPIRED, Tip::Client, now.0);
        if let Some(client) = self.clients.get_mut(&book.client) {
            client.book(&taken, book.delegation);
        }
    }

    /// Refuses a penalty without the accounts that it is taken from.
    pub fn require_slashable(fine: u64, given: bool) -> Result<(), Broken> {
        if fine > 0 && !given { broken(MarketError::FaultNeedsStake) } else { Ok(()) }
    }

    /// Notes that a key does not act for a client.
    pub fn actor_rule(rules: &mut Rules, actor: Result<bool, MarketError>) -> bool {
        match actor {
            Ok(delegate) => delegate,
            Err(error) => {
                rules.add(Refusal::Rule(error));
                false
            }
        }
    }
}
