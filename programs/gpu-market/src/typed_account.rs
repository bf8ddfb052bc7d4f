//! The typed account of this program: the framework's zero-copy account, loaded through one function per type.
//!
//! The framework inlines its checks at every use, which made half of the program's size, and takes the borrow flag of
//! each account back at the end of the instruction, when nobody reads it any more.

use {
    anchor_lang::{
        accounts::Slab, prelude::AccountView, AccountClose, AccountInitialize, AccountRealloc, AnchorAccount,
        Discriminator, Owner, Result, Space,
    },
    bytemuck::Pod,
    core::{
        mem::ManuallyDrop,
        ops::{Deref, DerefMut},
    },
    pinocchio::{address::Address, ProgramResult},
};

/// An account of this program that holds `T`, checked for owner, discriminator and size.
pub struct Account<T: Pod + Owner + Discriminator>(ManuallyDrop<Slab<T>>);

impl<T: Pod + Owner + Discriminator> Account<T> {
    #[inline(always)]
    pub fn address(&self) -> &Address {
        self.0.address()
    }

    #[inline(never)]
    fn load_shared(view: AccountView) -> Result<Self> {
        Slab::load(view).map(|slab| Self(ManuallyDrop::new(slab)))
    }

    /// # Safety
    ///
    /// As for [`AnchorAccount::load_mut`].
    #[inline(never)]
    unsafe fn load_exclusive(view: AccountView) -> Result<Self> {
        // SAFETY: the caller's.
        unsafe { Slab::load_mut(view) }.map(|slab| Self(ManuallyDrop::new(slab)))
    }
}

impl<T: Pod + Owner + Discriminator> AnchorAccount for Account<T> {
    type Data = T;
    const MIN_DATA_LEN: usize = <Slab<T> as AnchorAccount>::MIN_DATA_LEN;
    const RELAX_READONLY_CPI_BORROW_FROM_MUT: bool = <Slab<T> as AnchorAccount>::RELAX_READONLY_CPI_BORROW_FROM_MUT;

    #[inline(always)]
    fn load(view: AccountView) -> Result<Self> {
        Self::load_shared(view)
    }

    #[inline(always)]
    unsafe fn load_mut(view: AccountView) -> Result<Self> {
        // SAFETY: the caller's.
        unsafe { Self::load_exclusive(view) }
    }

    #[inline(always)]
    unsafe fn load_mut_after_init(view: AccountView) -> Result<Self> {
        // SAFETY: the caller's.
        unsafe { Slab::load_mut_after_init(view) }.map(|slab| Self(ManuallyDrop::new(slab)))
    }

    #[inline(always)]
    fn account(&self) -> &AccountView {
        self.0.account()
    }
}

impl<T: Pod + Owner + Discriminator> Deref for Account<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Pod + Owner + Discriminator> DerefMut for Account<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Pod + Owner + Discriminator> AccountInitialize for Account<T> {
    type Params<'a> = ();

    #[inline(never)]
    fn create_and_initialize<'a>(
        payer: &AccountView,
        account: &AccountView,
        space: usize,
        owner: &Address,
        params: &(),
        signer_seeds: Option<&[&[u8]]>,
        payer_signer_seeds: Option<&[&[u8]]>,
    ) -> Result<Self> {
        <Slab<T> as AccountInitialize>::create_and_initialize(
            payer,
            account,
            space,
            owner,
            params,
            signer_seeds,
            payer_signer_seeds,
        )
        .map(|slab| Self(ManuallyDrop::new(slab)))
    }
}

impl<T: Pod + Owner + Discriminator> AccountClose for Account<T> {
    #[inline(never)]
    fn close(&mut self, destination: AccountView) -> ProgramResult {
        self.0.close(destination)
    }
}

impl<T: Pod + Owner + Discriminator> AccountRealloc for Account<T> {
    fn realloc_account(&mut self, new_space: usize, payer: AccountView, zero: bool) -> ProgramResult {
        self.0.realloc_account(new_space, payer, zero)
    }
}

impl<T: Pod + Owner + Discriminator> Space for Account<T> {
    const INIT_SPACE: usize = <Slab<T> as Space>::INIT_SPACE;
}

impl<T: Pod + Owner + Discriminator> Discriminator for Account<T> {
    const DISCRIMINATOR: &'static [u8] = T::DISCRIMINATOR;
}

#[doc(hidden)]
impl<T: Pod + Owner + Discriminator + anchor_lang::IdlAccountType> anchor_lang::IdlAccountType for Account<T> {
    const __IDL_ACCOUNT_ENTRY: Option<&'static str> = T::__IDL_ACCOUNT_ENTRY;
    const __IDL_TYPE_DEF: Option<&'static str> = T::__IDL_TYPE_DEF;

    fn __idl_account_entry() -> Option<&'static str> {
        T::__idl_account_entry()
    }

    fn __idl_type_def() -> Option<&'static str> {
        T::__idl_type_def()
    }

    fn __register_idl_deps(accounts: &mut Vec<&'static str>, types: &mut Vec<&'static str>) {
        T::__register_idl_deps(accounts, types);
    }
}
