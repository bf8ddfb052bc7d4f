//! Decoding of accounts. Every decoder checks the mark of the type, the size and the layout version, copies, and asks
//! for no alignment.

use {
    crate::{Address, error::DecodeError},
    bytemuck::AnyBitPattern,
    gpu_market::{
        constants::ACCOUNT_VERSION,
        state::{
            AttestorSet, Challenge, Client, Config, Credit, Emission, Gpu, Host, Job, Market, Member, Node,
            NodeKind, RewardPool, RewardPosition, Shard, Stake, Terms, Treasury,
        },
    },
    sha2::{Digest, Sha256},
    std::sync::LazyLock,
};

/// Bytes of the mark that every account begins with; fields follow it.
pub const DISCRIMINATOR_SIZE: usize = 8;
/// Where the number of a shard's nodes stands, as `u32`.
const LENGTH_OFFSET: usize = DISCRIMINATOR_SIZE + size_of::<Shard>();
const LENGTH_SIZE: usize = size_of::<u32>();
/// Where a shard's nodes begin.
pub const NODES_OFFSET: usize = (LENGTH_OFFSET + LENGTH_SIZE).next_multiple_of(align_of::<Node>());

const _: () = assert!(size_of::<Node>() == 128 && align_of::<Node>() == 8);
const _: () = assert!(size_of::<Shard>() == 128 && NODES_OFFSET == 144);

/// The mark of the account type or event `name`: the first bytes of the hash of `namespace:name`.
pub(crate) fn mark(namespace: &str, name: &str) -> [u8; DISCRIMINATOR_SIZE] {
    let hash = Sha256::new().chain_update(namespace).chain_update(":").chain_update(name).finalize();
    let mut mark = [0; DISCRIMINATOR_SIZE];
    mark.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    mark
}

/// The mark that accounts of type `T` begin with, for filters.
pub fn discriminator<T: Decode>() -> [u8; DISCRIMINATOR_SIZE] {
    T::mark()
}

/// A type's mark. Hashed once: decoding asks for it with every account.
macro_rules! cached_mark {
    ($name:ident) => {
        fn mark() -> [u8; DISCRIMINATOR_SIZE] {
            static MARK: LazyLock<[u8; DISCRIMINATOR_SIZE]> = LazyLock::new(|| mark("account", <$name>::NAME));
            *MARK
        }
    };
}

/// An account type of the program.
pub trait Decode: Sized {
    /// Name of the type.
    const NAME: &'static str;

    /// What [`discriminator`] returns.
    #[doc(hidden)]
    fn mark() -> [u8; DISCRIMINATOR_SIZE];

    /// Decodes the whole data of an account whose mark was checked.
    #[doc(hidden)]
    fn decode_marked(data: &[u8]) -> Result<Self, DecodeError>;
}

/// Decodes the data of an account of type `T`.
pub fn decode<T: Decode>(data: &[u8]) -> Result<T, DecodeError> {
    if !data.starts_with(&discriminator::<T>()) {
        return Err(DecodeError::WrongAccount { expected: T::NAME });
    }
    T::decode_marked(data)
}

fn require_version(account: &'static str, version: u8) -> Result<(), DecodeError> {
    if version == ACCOUNT_VERSION { Ok(()) } else { Err(DecodeError::UnknownVersion { account, version }) }
}

/// Reads a value of fixed size at `offset`.
fn read<T: AnyBitPattern>(account: &'static str, data: &[u8], offset: usize) -> Result<T, DecodeError> {
    let expected = offset.saturating_add(size_of::<T>());
    data.get(offset..expected)
        .and_then(|bytes| bytemuck::try_pod_read_unaligned(bytes).ok())
        .ok_or(DecodeError::WrongSize { account, expected, actual: data.len() })
}

macro_rules! accounts {
    ($($name:ident),*) => {
        $(impl Decode for $name {
            const NAME: &'static str = stringify!($name);

            cached_mark!($name);

            fn decode_marked(data: &[u8]) -> Result<Self, DecodeError> {
                const SIZE: usize = DISCRIMINATOR_SIZE + size_of::<$name>();
                if data.len() != SIZE {
                    return Err(DecodeError::WrongSize { account: Self::NAME, expected: SIZE, actual: data.len() });
                }
                let account: Self = read(Self::NAME, data, DISCRIMINATOR_SIZE)?;
                require_version(Self::NAME, account.version)?;
                Ok(account)
            }
        })*

        /// Any account of the program.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(clippy::large_enum_variant, reason = "one is decoded at a time, and a set of attestors is the largest")]
        pub enum Account {
            $(#[doc = concat!("See [`", stringify!($name), "`].")] $name($name),)*
            /// A queue shard with its nodes.
            Shard(ShardAccount),
        }

        impl Account {
            /// Decodes the data of an account of any type.
            pub fn decode(data: &[u8]) -> Result<Self, DecodeError> {
                let mark = data.get(..DISCRIMINATOR_SIZE).unwrap_or_default();
                $(if mark == discriminator::<$name>() {
                    return decode(data).map(Self::$name);
                })*
                if mark == discriminator::<ShardAccount>() {
                    return decode(data).map(Self::Shard);
                }
                Err(DecodeError::WrongAccount { expected: "known" })
            }

            /// Name of the type.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $name::NAME,)*
                    Self::Shard(_) => ShardAccount::NAME,
                }
            }
        }
    };
}

accounts!(
    Config,
    Treasury,
    Market,
    Terms,
    Client,
    Job,
    Stake,
    Credit,
    Host,
    Member,
    AttestorSet,
    Challenge,
    Gpu,
    RewardPool,
    RewardPosition,
    Emission
);

/// A queue shard: header and nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardAccount {
    /// The header.
    pub shard: Shard,
    /// All nodes, used or not, by their index.
    pub nodes: Vec<Node>,
}

impl Decode for ShardAccount {
    const NAME: &'static str = "Shard";

    cached_mark!(ShardAccount);

    fn decode_marked(data: &[u8]) -> Result<Self, DecodeError> {
        let shard: Shard = read(Self::NAME, data, DISCRIMINATOR_SIZE)?;
        require_version(Self::NAME, shard.version)?;
        let length: u32 = read(Self::NAME, data, LENGTH_OFFSET)?;
        let length = usize::try_from(u32::from_le(length)).unwrap_or(usize::MAX);
        let expected = length.saturating_mul(size_of::<Node>()).saturating_add(NODES_OFFSET);
        let wrong_size = DecodeError::WrongSize { account: Self::NAME, expected, actual: data.len() };
        let nodes = data.get(NODES_OFFSET..expected).ok_or(wrong_size)?;
        let nodes = nodes.chunks_exact(size_of::<Node>()).map(|bytes| read(Self::NAME, bytes, 0));
        Ok(Self { shard, nodes: nodes.collect::<Result<_, _>>()? })
    }
}

impl ShardAccount {
    /// Nodes that the shard has room for.
    pub fn capacity(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    /// The lines of the shard in order.
    pub fn queue(&self) -> Result<QueueView, DecodeError> {
        Ok(QueueView {
            jobs: self.walk(self.shard.job_head, NodeKind::Queued)?,
            seats: self.walk(self.shard.seat_head, NodeKind::Waiting)?,
            assigned: self.of_kind(NodeKind::Assigned),
            lapsed: self.of_kind(NodeKind::Lapsed),
        })
    }

    /// Follows a list from `head`. Ends after as many steps as there are nodes, whatever the data says.
    fn walk(&self, head: u16, kind: NodeKind) -> Result<Vec<Slot>, DecodeError> {
        let mut slots = Vec::new();
        let mut index = head;
        while index != gpu_market::state::NIL {
            let broken = DecodeError::BrokenQueue { node: index };
            let node = self.nodes.get(usize::from(index)).filter(|node| node.kind == kind as u8);
            let node = *node.filter(|_| slots.len() < self.nodes.len()).ok_or(broken)?;
            slots.push(Slot { index, node });
            index = node.next;
        }
        Ok(slots)
    }

    fn of_kind(&self, kind: NodeKind) -> Vec<Slot> {
        let slots = (0..).zip(&self.nodes).map(|(index, node)| Slot { index, node: *node });
        slots.filter(|slot| slot.node.kind == kind as u8).collect()
    }
}

/// A node and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Index in the shard, which instructions name it by.
    pub index: u16,
    /// What it holds.
    pub node: Node,
}

/// What a shard holds, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueView {
    /// Jobs in line, the head first.
    pub jobs: Vec<Slot>,
    /// Waiting seats, the head first. Those whose `valid_until` is past are skipped by whoever meets them.
    pub seats: Vec<Slot>,
    /// Jobs with the seats that they are assigned to, by index.
    pub assigned: Vec<Slot>,
    /// Seats whose lifetime is over and whose bond is not freed yet, by index.
    pub lapsed: Vec<Slot>,
}

impl QueueView {
    /// Place of a job in line: one for the head.
    pub fn place_of_job(&self, job: &Address) -> Option<u32> {
        place(&self.jobs, |node| node.job == *job)
    }

    /// Place of a member's first waiting seat: one for the head.
    pub fn place_of_seat(&self, member: &Address) -> Option<u32> {
        place(&self.seats, |node| node.member == *member)
    }

    /// The first waiting seat that is valid at `now`, unix seconds, and accepts `rate`.
    pub fn seat_for(&self, rate: u64, now: i64) -> Option<&Slot> {
        self.seats.iter().find(|slot| now < slot.node.valid_until && slot.node.min_rate <= rate)
    }
}

fn place(slots: &[Slot], is_it: impl Fn(&Node) -> bool) -> Option<u32> {
    (1..).zip(slots).find(|(_, slot)| is_it(&slot.node)).map(|(place, _)| place)
}

#[cfg(test)]
mod tests;
