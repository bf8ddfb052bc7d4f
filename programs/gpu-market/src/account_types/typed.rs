//! The typed account: zero-copy, one pointer wide.

use {
    crate::{constants::ACCOUNT_VERSION, error::MarketError, state::Versioned},
    anchor_lang::{
        prelude::{AccountView, ProgramError},
        AccountClose, AccountInitialize, AnchorAccount, Discriminator, ErrorCode, Id, Owner, Result, Space,
    },
    bytemuck::Pod,
    core::{
        marker::PhantomData,
        ops::{Deref, DerefMut},
    },
    pinocchio::{address::Address, ProgramResult},
};

/// Bytes before the contents: the discriminator.
pub(super) const HEADER: usize = 8;

/// An account of this program that holds `T`, checked for owner, size and discriminator, and for writability where the
/// instruction declares it `mut`.
///
/// Sound without a borrow flag: the framework refuses an instruction in which an account that is declared `mut` comes
/// twice, so contents that are written to have one name. A handler must not write to an account that is not declared
/// `mut`: the runtime fails the transaction only if it names that account as read-only.
pub struct Account<T>(AccountView, PhantomData<T>);

/// Why an account is not what an instruction takes.
#[derive(Clone, Copy)]
enum Misfit {
    ReadOnly,
    Uninitialized,
    ForeignOwner,
    TooSmall,
    OtherType,
    OtherVersion,
}

impl Misfit {
    #[cold]
    #[inline(never)]
    fn error(self) -> ProgramError {
        match self {
            Misfit::ReadOnly => ErrorCode::ConstraintMut.into(),
            Misfit::Uninitialized => ProgramError::UninitializedAccount,
            Misfit::ForeignOwner => ProgramError::IllegalOwner,
            Misfit::TooSmall => ProgramError::AccountDataTooSmall,
            Misfit::OtherType => ProgramError::InvalidAccountData,
            Misfit::OtherVersion => MarketError::UnknownVersion.into(),
        }
    }
}

/// What an account of one type is known by. Constants, so that a check names one address.
pub(super) struct Mark {
    pub(super) discriminator: u64,
    /// Bytes that it has at least.
    pub(super) size: usize,
    /// Where the layout version stands.
    pub(super) version_at: usize,
}

/// Checks an account of this program. One function for all types: they differ in three numbers.
#[inline(never)]
fn misfit(view: &AccountView, mark: &Mark, writable: bool) -> Option<Misfit> {
    if writable && !view.is_writable() {
        return Some(Misfit::ReadOnly);
    }
    if !view.owned_by(&crate::ID) {
        let placeholder = view.lamports() == 0 && view.owned_by(&anchor_lang::programs::System::id());
        return Some(if placeholder { Misfit::Uninitialized } else { Misfit::ForeignOwner });
    }
    if view.data_len() < mark.size {
        return Some(Misfit::TooSmall);
    }
    // SAFETY: the data are at least `size` bytes, of which the discriminator is the first eight and the version one; the
    // runtime aligns them.
    let (found, version) =
        unsafe { (view.data_ptr().cast::<u64>().read(), view.data_ptr().add(mark.version_at).read()) };
    if found != mark.discriminator {
        return Some(Misfit::OtherType);
    }
    (version != ACCOUNT_VERSION).then_some(Misfit::OtherVersion)
}

/// Creates an account of this program with its discriminator.
#[inline(never)]
fn create(
    payer: &AccountView,
    account: &AccountView,
    space: usize,
    discriminator: u64,
    seeds: Option<&[&[u8]]>,
) -> Result<()> {
    anchor_lang::create_account_with_signers(payer, account, space, &crate::ID, seeds, None)?;
    let mut account = *account;
    // SAFETY: just created with `space` bytes, which is never less than a discriminator; the runtime aligns them.
    unsafe { account.data_mut_ptr().cast::<u64>().write(discriminator) };
    Ok(())
}

/// Moves all lamports of an account to `destination` and gives it back to the system. The discriminator is scrubbed, so
/// that it cannot be loaded again in this transaction.
#[inline(never)]
pub(super) fn close(mut account: AccountView, mut destination: AccountView) -> ProgramResult {
    let lamports =
        destination.lamports().checked_add(account.lamports()).ok_or(ProgramError::ArithmeticOverflow)?;
    destination.set_lamports(lamports);
    account.set_lamports(0);
    // SAFETY: the account was loaded `mut`, so it has a discriminator and no other name; no reference to its contents
    // is used after this.
    unsafe {
        account.data_mut_ptr().cast::<u64>().write(u64::MAX);
        account.close_unchecked();
    }
    Ok(())
}

impl<T: Pod + Owner + Discriminator + Versioned> Account<T> {
    const TAG: u64 = match T::DISCRIMINATOR.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => panic!("an account's discriminator has eight bytes"),
    };
    const SIZE: usize = HEADER + core::mem::size_of::<T>();
    const MARK: Mark = Self::mark(Self::SIZE);

    /// The mark of an account with at least so many bytes.
    pub(super) const fn mark(size: usize) -> Mark {
        Mark { discriminator: Self::TAG, size, version_at: HEADER.saturating_add(T::VERSION_AT) }
    }

    #[inline(always)]
    pub fn address(&self) -> &Address {
        self.0.address()
    }

    #[inline(always)]
    pub(super) fn check(view: AccountView, mark: &'static Mark, writable: bool) -> Result<Self> {
        const { assert!(core::mem::align_of::<T>() <= HEADER) };
        match misfit(&view, mark, writable) {
            None => Ok(Self(view, PhantomData)),
            Some(misfit) => Err(misfit.error()),
        }
    }
}

impl<T: Pod + Owner + Discriminator + Versioned> AnchorAccount for Account<T> {
    type Data = T;
    const MIN_DATA_LEN: usize = Self::SIZE;

    #[inline(always)]
    fn load(view: AccountView) -> Result<Self> {
        Self::check(view, &Self::MARK, false)
    }

    #[inline(always)]
    unsafe fn load_mut(view: AccountView) -> Result<Self> {
        Self::check(view, &Self::MARK, true)
    }

    #[inline(always)]
    unsafe fn load_mut_after_init(view: AccountView) -> Result<Self> {
        Ok(Self(view, PhantomData))
    }

    #[inline(always)]
    fn account(&self) -> &AccountView {
        &self.0
    }
}

impl<T: Pod + Owner + Discriminator + Versioned> Deref for Account<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: loading checked that the data hold a `T` after the discriminator; they are aligned to eight bytes.
        unsafe { &*self.0.data_ptr().add(HEADER).cast::<T>() }
    }
}

impl<T: Pod + Owner + Discriminator + Versioned> DerefMut for Account<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as for `deref`; that nothing else names the contents, see the type.
        unsafe { &mut *self.0.data_mut_ptr().add(HEADER).cast::<T>() }
    }
}

impl<T: Pod + Owner + Discriminator + Versioned> AccountInitialize for Account<T> {
    type Params<'a> = ();

    #[inline(always)]
    fn create_and_initialize<'a>(
        payer: &AccountView,
        account: &AccountView,
        space: usize,
        _owner: &Address,
        _params: &(),
        signer_seeds: Option<&[&[u8]]>,
        _payer_signer_seeds: Option<&[&[u8]]>,
    ) -> Result<Self> {
        create(payer, account, space, Self::TAG, signer_seeds)?;
        Ok(Self(*account, PhantomData))
    }
}

impl<T: Pod + Owner + Discriminator + Versioned> AccountClose for Account<T> {
    #[inline(always)]
    fn close(&mut self, destination: AccountView) -> ProgramResult {
        close(self.0, destination)
    }
}

impl<T: Pod + Owner + Discriminator + Versioned> Space for Account<T> {
    const INIT_SPACE: usize = Self::SIZE;
}

impl<T: Pod + Owner + Discriminator + Versioned> Discriminator for Account<T> {
    const DISCRIMINATOR: &'static [u8] = T::DISCRIMINATOR;
}

#[doc(hidden)]
impl<T: Pod + Owner + Discriminator + Versioned + anchor_lang::IdlAccountType> anchor_lang::IdlAccountType
    for Account<T>
{
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
