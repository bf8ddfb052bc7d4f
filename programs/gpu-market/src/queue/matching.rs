//! Bringing jobs and seats together, first come, first served.

use {
    super::{List, Queue},
    crate::prelude::*,
    crate::{
        constants::LAPSED_PER_MATCH,
        error::{MarketError, Rule},
        math::Checked,
        state::{ensure, Node, NodeKind, Now},
    },
    solana_address::address_eq,
};

/// A host's seat, as its queue node records it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub member: Address,
    pub valid_until: i64,
    pub min_rate: u64,
    pub bond: u64,
    pub epoch: u16,
}

impl Node {
    /// The seat in this node.
    pub fn seat(&self) -> Seat {
        Seat {
            member: self.member,
            valid_until: self.valid_until,
            min_rate: self.min_rate,
            bond: self.bond,
            epoch: self.epoch,
        }
    }

    #[inline]
    fn set_seat(&mut self, seat: &Seat) {
        self.member = seat.member;
        self.valid_until = seat.valid_until;
        self.min_rate = seat.min_rate;
        self.bond = seat.bond;
        self.epoch = seat.epoch;
    }

    fn clear_seat(&mut self) {
        self.set_seat(&Seat { member: Address::default(), valid_until: 0, min_rate: 0, bond: 0, epoch: 0 });
    }

    #[inline]
    fn stamp(&mut self, now: Now) {
        self.since = now.unix;
        self.slot = now.slot;
    }

    pub fn is(&self, kind: NodeKind) -> bool {
        self.kind == kind as u8
    }

    /// Refuses unless this is the node of an open job: in line or assigned.
    #[inline]
    pub fn require_job(&self, job: &Address) -> Rule<()> {
        ensure(
            (self.is(NodeKind::Queued) || self.is(NodeKind::Assigned)) && address_eq(&self.job, job),
            MarketError::NodeMismatch,
        )
    }

    /// Refuses unless this job is in line here.
    #[inline]
    pub fn require_queued(&self, job: &Address) -> Rule<()> {
        self.require_job(job)?;
        ensure(self.is(NodeKind::Queued), MarketError::JobNotQueued)
    }

    /// Refuses unless this job is assigned to this member.
    #[inline]
    pub fn require_assigned(&self, job: &Address, member: &Address) -> Rule<()> {
        ensure(self.is(NodeKind::Assigned), MarketError::JobNotAssigned)?;
        ensure(address_eq(&self.job, job), MarketError::NodeMismatch)?;
        ensure(address_eq(&self.member, member), MarketError::WrongMember)
    }
}

impl Queue<'_> {
    /// The head seat that would take a job at `rate`. Unlinks at most a few lapsed seats on the way, which leaves
    /// their bonds to whoever names their members. Seats of the `evicted` member count as lapsed.
    #[inline(never)]
    fn live_head_seat(&mut self, rate: u64, evicted: &Address, now: Now) -> Rule<Option<u16>> {
        for _ in 0..LAPSED_PER_MATCH {
            let Some(index) = self.head(List::Seats) else {
                return Ok(None);
            };
            let node = self.node(index)?;
            if now.unix < node.valid_until && !address_eq(&node.member, evicted) {
                return Ok((node.min_rate <= rate).then_some(index));
            }
            self.unlink(List::Seats, index)?;
            self.node_mut(index)?.kind = NodeKind::Lapsed as u8;
            self.shard.lapsed = self.shard.lapsed.plus(1)?;
        }
        Ok(None)
    }

    /// Puts a seat and a job into one node that is in no list.
    #[inline]
    fn assign(&mut self, index: u16, now: Now) -> Rule<()> {
        self.shard.assigned = self.shard.assigned.plus(1)?;
        let node = self.node_mut(index)?;
        node.kind = NodeKind::Assigned as u8;
        node.stamp(now);
        Ok(())
    }

    /// A new job: to the head seat if nobody is in line before it, else in line. Returns its node.
    #[inline]
    pub fn post(&mut self, job: &Address, rate: u64, now: Now) -> Rule<u16> {
        if self.head(List::Jobs).is_none() {
            if let Some(index) = self.live_head_seat(rate, &Address::default(), now)? {
                self.take_seat(index, job, rate, now)?;
                return Ok(index);
            }
        }
        let index = self.allocate()?;
        let node = self.node_mut(index)?;
        node.job = *job;
        node.rate = rate;
        node.stamp(now);
        self.push_tail(List::Jobs, index)?;
        Ok(index)
    }

    /// A new job for one waiting seat, named by node and member.
    pub fn post_to(&mut self, index: u16, member: &Address, job: &Address, rate: u64, now: Now) -> Rule<()> {
        let node = self.node(index).map_err(|_| MarketError::HostNotWaiting)?;
        ensure(
            node.is(NodeKind::Waiting)
                && address_eq(&node.member, member)
                && now.unix < node.valid_until
                && node.min_rate <= rate,
            MarketError::HostNotWaiting,
        )?;
        self.take_seat(index, job, rate, now)
    }

    #[inline]
    fn take_seat(&mut self, index: u16, job: &Address, rate: u64, now: Now) -> Rule<()> {
        let from_behind = self.head(List::Seats) != Some(index);
        self.unlink(List::Seats, index)?;
        self.node_mut(index)?.from_behind = from_behind.into();
        let node = self.node_mut(index)?;
        node.job = *job;
        node.rate = rate;
        self.assign(index, now)
    }

    /// A seat: to the head job, else it waits. Returns its node, which names no job if it waits.
    #[inline]
    pub fn join(&mut self, seat: &Seat, now: Now) -> Rule<u16> {
        if let Some(index) = self.head(List::Jobs) {
            self.take_job(index, seat, now)?;
            return Ok(index);
        }
        let index = self.allocate()?;
        let node = self.node_mut(index)?;
        node.set_seat(seat);
        node.stamp(now);
        self.push_tail(List::Seats, index)?;
        Ok(index)
    }

    #[inline(never)]
    fn take_job(&mut self, index: u16, seat: &Seat, now: Now) -> Rule<()> {
        ensure(self.node(index)?.rate >= seat.min_rate, MarketError::HeadBelowTerms)?;
        self.unlink(List::Jobs, index)?;
        self.node_mut(index)?.set_seat(seat);
        self.assign(index, now)
    }

    /// Extends a waiting seat.
    pub fn renew(&mut self, index: u16, seat: &Seat) -> Rule<()> {
        self.node_mut(index)?.set_seat(seat);
        Ok(())
    }

    /// Takes a waiting or lapsed seat out of the shard.
    pub fn remove_seat(&mut self, index: u16) -> Rule<()> {
        let node = self.node(index)?;
        if node.is(NodeKind::Waiting) {
            self.unlink(List::Seats, index)?;
        } else if node.is(NodeKind::Lapsed) {
            self.shard.lapsed = self.shard.lapsed.minus(1)?;
        } else {
            return Err(MarketError::SeatNotWaiting);
        }
        self.release(index)
    }

    /// Assigns the job of a node that is in no list to a waiting seat of another, which is given up.
    fn unite(&mut self, job: u16, seat: u16, now: Now) -> Rule<()> {
        let taken = self.node(seat)?.seat();
        self.remove_seat(seat)?;
        self.node_mut(job)?.set_seat(&taken);
        self.assign(job, now)
    }

    /// Takes a job in line out of the shard.
    pub fn remove_job(&mut self, index: u16) -> Rule<()> {
        self.unlink(List::Jobs, index)?;
        self.release(index)
    }

    /// Takes an assigned job and its seat out of the shard, because it starts or is over.
    #[inline]
    pub fn remove_assigned(&mut self, index: u16) -> Rule<()> {
        ensure(self.node(index)?.is(NodeKind::Assigned), MarketError::JobNotAssigned)?;
        self.shard.assigned = self.shard.assigned.minus(1)?;
        self.release(index)
    }

    /// The job of an assignment is gone: its seat takes the head job, else it is in line again: first, unless it had been
    /// picked from further back. A seat that is over, or whose host did not answer (`answered`), lapses. Returns the node
    /// of the new assignment, if any.
    pub fn return_seat(&mut self, index: u16, answered: bool, now: Now) -> Rule<Option<u16>> {
        let seat = self.node(index)?.seat();
        let alive = answered && now.unix < seat.valid_until;
        if let Some(head) = self.head(List::Jobs).filter(|_| alive) {
            if self.node(head)?.rate >= seat.min_rate {
                self.remove_assigned(index)?;
                self.take_job(head, &seat, now)?;
                return Ok(Some(head));
            }
        }
        self.shard.assigned = self.shard.assigned.minus(1)?;
        let node = self.node_mut(index)?;
        let from_behind = core::mem::take(&mut node.from_behind) != 0;
        node.job = Address::default();
        node.rate = 0;
        node.stamp(now);
        if !alive {
            node.kind = NodeKind::Lapsed as u8;
            self.shard.lapsed = self.shard.lapsed.plus(1)?;
        } else if from_behind {
            self.push_tail(List::Seats, index)?;
        } else {
            self.push_head(List::Seats, index)?;
        }
        Ok(None)
    }

    /// The seat of an assignment is gone: its job goes to the next waiting seat, else it is the first in line again.
    /// The job keeps its node. It does not go to a seat of the `evicted` member. Returns whether it is assigned again.
    pub fn return_job(&mut self, index: u16, evicted: &Address, now: Now) -> Rule<bool> {
        let rate = {
            let node = self.node_mut(index)?;
            node.clear_seat();
            node.from_behind = 0;
            node.stamp(now);
            node.rate
        };
        self.shard.assigned = self.shard.assigned.minus(1)?;
        if let Some(head) = self.live_head_seat(rate, evicted, now)? {
            self.unite(index, head, now)?;
            return Ok(true);
        }
        self.push_head(List::Jobs, index)?;
        Ok(false)
    }

    /// Brings head job and head seat together where lapsed seats had kept them apart. Returns the node, or
    /// nothing if it came no further than to unlink a few of them.
    pub fn match_heads(&mut self, now: Now) -> Rule<Option<u16>> {
        let lapsed = self.shard.lapsed;
        let job = self.head(List::Jobs);
        let rate = match job {
            Some(job) => self.node(job)?.rate,
            None => u64::MAX,
        };
        let seat = self.live_head_seat(rate, &Address::default(), now)?;
        match (job, seat) {
            (Some(job), Some(seat)) => {
                self.unlink(List::Jobs, job)?;
                self.unite(job, seat, now)?;
                Ok(Some(job))
            }
            _ => {
                ensure(self.shard.lapsed != lapsed, MarketError::NothingToMatch)?;
                Ok(None)
            }
        }
    }

    /// Takes the head seat out of a shard without jobs in line, for another shard.
    pub fn give_seat(&mut self, now: Now) -> Rule<Seat> {
        ensure(self.head(List::Jobs).is_none(), MarketError::SourceHasJobs)?;
        let head = self.live_head_seat(u64::MAX, &Address::default(), now)?.ok_or(MarketError::NothingToMatch)?;
        let seat = self.node(head)?.seat();
        self.remove_seat(head)?;
        Ok(seat)
    }

    /// Gives the head job to a seat of another shard. Returns its node.
    pub fn receive_seat(&mut self, seat: &Seat, now: Now) -> Rule<u16> {
        let job = self.head(List::Jobs).ok_or(MarketError::NothingToMatch)?;
        self.take_job(job, seat, now)?;
        Ok(job)
    }
}
