//! Nodes and lists.

use {
    super::Queue,
    crate::{
        error::{MarketError, Rule},
        math::Checked,
        state::{Node, NodeKind, NIL},
    },
    bytemuck::Zeroable,
};

/// The two lines of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Jobs in line.
    Jobs,
    /// Waiting seats.
    Seats,
}

impl List {
    fn kind(self) -> NodeKind {
        match self {
            List::Jobs => NodeKind::Queued,
            List::Seats => NodeKind::Waiting,
        }
    }
}

impl Queue<'_> {
    #[inline]
    pub fn node(&self, index: u16) -> Rule<&Node> {
        self.nodes.get(usize::from(index)).ok_or(MarketError::NodeOutOfRange)
    }

    #[inline]
    pub fn node_mut(&mut self, index: u16) -> Rule<&mut Node> {
        self.nodes.get_mut(usize::from(index)).ok_or(MarketError::NodeOutOfRange)
    }

    /// First node of a list, if any.
    #[inline]
    pub fn head(&self, list: List) -> Option<u16> {
        let head = match list {
            List::Jobs => self.shard.job_head,
            List::Seats => self.shard.seat_head,
        };
        (head != NIL).then_some(head)
    }

    #[inline]
    fn ends(&mut self, list: List) -> (&mut u16, &mut u16, &mut u16) {
        let shard = &mut *self.shard;
        match list {
            List::Jobs => (&mut shard.job_head, &mut shard.job_tail, &mut shard.jobs),
            List::Seats => (&mut shard.seat_head, &mut shard.seat_tail, &mut shard.seats),
        }
    }

    /// Takes a node from the free list, else one that was never used.
    #[inline(never)]
    pub fn allocate(&mut self) -> Rule<u16> {
        let index = self.shard.free_head;
        if index != NIL {
            self.shard.free_head = self.node(index)?.next;
            return Ok(index);
        }
        let fresh = self.shard.fresh;
        if usize::from(fresh) >= self.nodes.len() {
            return Err(MarketError::QueueFull);
        }
        self.shard.fresh = fresh.plus(1)?;
        Ok(fresh)
    }

    /// Empties a node that is in no list and puts it on the free list.
    #[inline(never)]
    pub fn release(&mut self, index: u16) -> Rule<()> {
        let next = self.shard.free_head;
        let node = self.node_mut(index)?;
        *node = Node::zeroed();
        node.next = next;
        node.prev = NIL;
        self.shard.free_head = index;
        Ok(())
    }

    /// Puts a node at the end of a list.
    #[inline(never)]
    pub fn push_tail(&mut self, list: List, index: u16) -> Rule<()> {
        let seq = self.shard.next_seq;
        self.shard.next_seq = seq.plus(1)?;
        let (head, tail, length) = self.ends(list);
        let last = *tail;
        *tail = index;
        *length = length.plus(1)?;
        if last == NIL {
            *head = index;
        } else {
            self.node_mut(last)?.next = index;
        }
        self.link(list, index, last, NIL, seq)
    }

    /// Puts a node at the front of a list, numbered before the head.
    #[inline(never)]
    pub fn push_head(&mut self, list: List, index: u16) -> Rule<()> {
        let Some(first) = self.head(list) else {
            return self.push_tail(list, index);
        };
        let seq = self.node(first)?.seq.minus(1)?;
        self.node_mut(first)?.prev = index;
        let (head, _, length) = self.ends(list);
        *head = index;
        *length = length.plus(1)?;
        self.link(list, index, NIL, first, seq)
    }

    #[inline]
    fn link(&mut self, list: List, index: u16, prev: u16, next: u16, seq: u64) -> Rule<()> {
        let node = self.node_mut(index)?;
        node.prev = prev;
        node.next = next;
        node.seq = seq;
        node.kind = list.kind() as u8;
        Ok(())
    }

    /// Takes a node out of its list. What it holds stays.
    #[inline(never)]
    pub fn unlink(&mut self, list: List, index: u16) -> Rule<()> {
        let (prev, next) = {
            let node = self.node(index)?;
            if node.kind != list.kind() as u8 {
                return Err(MarketError::NodeMismatch);
            }
            (node.prev, node.next)
        };
        if prev != NIL {
            self.node_mut(prev)?.next = next;
        }
        if next != NIL {
            self.node_mut(next)?.prev = prev;
        }
        let (head, tail, length) = self.ends(list);
        if prev == NIL {
            *head = next;
        }
        if next == NIL {
            *tail = prev;
        }
        *length = length.minus(1)?;
        let node = self.node_mut(index)?;
        node.prev = NIL;
        node.next = NIL;
        Ok(())
    }
}
