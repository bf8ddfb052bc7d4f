//! The shard account: a header and a slab of nodes that grows.

use {
    super::typed::{close, Account, Mark, HEADER},
    crate::{
        error::{MarketError, Rule},
        queue::Queue,
        state::{Node, Shard},
    },
    anchor_lang::{
        prelude::{AccountView, ProgramError},
        AccountClose, AccountInitialize, AccountRealloc, AnchorAccount, Discriminator, Result, Space,
    },
    core::{
        mem::size_of,
        ops::{Deref, DerefMut},
    },
    pinocchio::{address::Address, ProgramResult},
};

/// The key that stands for nobody.
static NOBODY: Address = Address::new_from_array([0; 32]);

/// Where the number of nodes stands, as a u32.
const COUNT: usize = HEADER + size_of::<Shard>();
/// Where the nodes begin.
const NODES: usize = COUNT + 8;

static MARK: Mark = Account::<Shard>::mark(NODES);

/// A shard account: discriminator, header, number of nodes, nodes. See docs/ARCHITECTURE.md.
pub struct ShardAccount(Account<Shard>);

impl ShardAccount {
    /// Bytes of a shard of so many nodes.
    pub const fn space_for(nodes: usize) -> usize {
        NODES.saturating_add(nodes.saturating_mul(size_of::<Node>()))
    }

    #[inline(always)]
    pub fn address(&self) -> &Address {
        self.0.address()
    }

    /// Bytes that the account has.
    #[inline(always)]
    pub fn current_space(&self) -> usize {
        self.0.account().data_len()
    }

    /// Nodes that the account has room for.
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.current_space().saturating_sub(NODES).checked_div(size_of::<Node>()).unwrap_or(0)
    }

    /// Nodes in use by the queue, free ones included.
    #[inline(always)]
    pub fn count(&self) -> usize {
        // SAFETY: loading checked that the data reach to `NODES`; four bytes before them are aligned.
        let count = unsafe { self.0.account().data_ptr().add(COUNT).cast::<u32>().read() };
        self.capacity().min(count as usize)
    }

    /// Header and nodes, to work on.
    #[inline(always)]
    pub fn queue(&mut self) -> Queue<'_> {
        let count = self.count();
        let mut view = *self.0.account();
        // SAFETY: header and nodes lie apart within the data, which are aligned to eight bytes; `count` is within the
        // room for nodes; that nothing else names them, see `Account`.
        unsafe {
            let data = view.data_mut_ptr();
            Queue {
                shard: &mut *data.add(HEADER).cast::<Shard>(),
                nodes: core::slice::from_raw_parts_mut(data.add(NODES).cast::<Node>(), count),
            }
        }
    }

    /// One node, to read.
    #[inline(always)]
    pub fn node(&self, index: u16) -> Rule<&Node> {
        if usize::from(index) >= self.count() {
            return Err(MarketError::NodeOutOfRange);
        }
        // SAFETY: the index is within the nodes; see `queue`.
        Ok(unsafe { &*self.0.account().data_ptr().add(NODES).cast::<Node>().add(index.into()) })
    }

    /// The job in a node; all zeros if there is no such node.
    #[inline(never)]
    pub fn job_in(&self, node: Option<u16>) -> &Address {
        node.and_then(|node| self.node(node).ok()).map_or(&NOBODY, |node| &node.job)
    }

    /// The member in a node; all zeros if there is no such node.
    #[inline(never)]
    pub fn member_in(&self, node: Option<u16>) -> &Address {
        node.and_then(|node| self.node(node).ok()).map_or(&NOBODY, |node| &node.member)
    }

    /// Hands all the room of the account to the queue, as free nodes. Returns how many nodes there are.
    pub fn fill(&mut self) -> Result<u32> {
        let (old, capacity) = (self.count(), self.capacity());
        let count = u32::try_from(capacity).map_err(|_| ProgramError::ArithmeticOverflow)?;
        let mut view = *self.0.account();
        // SAFETY: from `old` to `capacity` is room within the data that the queue does not know yet.
        unsafe {
            let data = view.data_mut_ptr();
            data.add(NODES).cast::<Node>().add(old).write_bytes(0, capacity.saturating_sub(old));
            data.add(COUNT).cast::<u32>().write(count);
        }
        Ok(count)
    }
}

impl AnchorAccount for ShardAccount {
    type Data = Shard;
    const MIN_DATA_LEN: usize = NODES;

    #[inline(always)]
    fn load(view: AccountView) -> Result<Self> {
        Account::check(view, &MARK, false).map(Self)
    }

    #[inline(always)]
    unsafe fn load_mut(view: AccountView) -> Result<Self> {
        Account::check(view, &MARK, true).map(Self)
    }

    #[inline(always)]
    fn account(&self) -> &AccountView {
        self.0.account()
    }
}

impl Deref for ShardAccount {
    type Target = Shard;

    #[inline(always)]
    fn deref(&self) -> &Shard {
        &self.0
    }
}

impl DerefMut for ShardAccount {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Shard {
        &mut self.0
    }
}

impl AccountInitialize for ShardAccount {
    type Params<'a> = ();

    #[inline(always)]
    fn create_and_initialize<'a>(
        payer: &AccountView,
        account: &AccountView,
        space: usize,
        owner: &Address,
        params: &(),
        signer_seeds: Option<&[&[u8]]>,
        payer_signer_seeds: Option<&[&[u8]]>,
    ) -> Result<Self> {
        Account::create_and_initialize(payer, account, space, owner, params, signer_seeds, payer_signer_seeds)
            .map(Self)
    }
}

impl AccountClose for ShardAccount {
    #[inline(always)]
    fn close(&mut self, destination: AccountView) -> ProgramResult {
        close(*self.0.account(), destination)
    }
}

impl AccountRealloc for ShardAccount {
    fn realloc_account(&mut self, new_space: usize, payer: AccountView, zero: bool) -> ProgramResult {
        let mut view = *self.0.account();
        anchor_lang::realloc_account(&mut view, new_space, &payer, zero)
    }
}

impl Space for ShardAccount {
    const INIT_SPACE: usize = NODES;
}

impl Discriminator for ShardAccount {
    const DISCRIMINATOR: &'static [u8] = Shard::DISCRIMINATOR;
}

#[cfg(feature = "idl-build")]
#[doc(hidden)]
impl anchor_lang::IdlAccountType for ShardAccount {
    const __IDL_ACCOUNT_ENTRY: Option<&'static str> = <Shard as anchor_lang::IdlAccountType>::__IDL_ACCOUNT_ENTRY;
    const __IDL_TYPE_DEF: Option<&'static str> = <Shard as anchor_lang::IdlAccountType>::__IDL_TYPE_DEF;

    fn __idl_account_entry() -> Option<&'static str> {
        Shard::__idl_account_entry()
    }

    fn __idl_type_def() -> Option<&'static str> {
        Shard::__idl_type_def()
    }

    fn __register_idl_deps(accounts: &mut Vec<&'static str>, types: &mut Vec<&'static str>) {
        Shard::__register_idl_deps(accounts, types);
    }
}
