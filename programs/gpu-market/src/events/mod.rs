//! An event for every transition, in the past tense, with every id, amount and new value: enough to rebuild all state
//! from events alone. They are emitted by self-CPI, so no log truncation can lose them, and all of them decode as
//! borsh.

mod admin;
mod client;
mod host;
mod job;
mod market;
mod queue;
mod stake;

pub use {admin::*, client::*, host::*, job::*, market::*, queue::*, stake::*};

/// Emits an event of this program by calling itself, as the framework's macro of this name does and with the same bytes,
/// but through one function and without copies: a third of the program's size would be the framework's expansions.
#[cfg(feature = "program")]
macro_rules! emit_cpi {
    ($ctx:ident, $event:expr) => {
        $crate::events::send(
            anchor_lang::AnchorAccount::account(&$ctx.accounts.event_authority),
            $ctx.bumps.event_authority,
            &$crate::events::Envelope::new($event),
        )?
    };
}
#[cfg(feature = "program")]
pub(crate) use emit_cpi;

/// An event as it stands in the data of the self-call: tag, discriminator, fields.
#[cfg(feature = "program")]
#[repr(C)]
pub(crate) struct Envelope<E> {
    tag: [u8; 8],
    discriminator: [u8; 8],
    event: E,
}

#[cfg(feature = "program")]
impl<E: anchor_lang::Event + bytemuck::Pod> Envelope<E> {
    const DISCRIMINATOR: [u8; 8] = match E::DISCRIMINATOR.first_chunk() {
        Some(bytes) => *bytes,
        None => panic!("an event's discriminator has eight bytes"),
    };

    #[inline(always)]
    pub(crate) fn new(event: E) -> Self {
        const { assert!(core::mem::align_of::<E>() <= 8) };
        Self { tag: anchor_lang::event::EVENT_IX_TAG.to_le_bytes(), discriminator: Self::DISCRIMINATOR, event }
    }
}

/// Sends an envelope to this program itself.
#[cfg(feature = "program")]
#[inline(always)]
pub(crate) fn send<E: bytemuck::Pod>(
    authority: &anchor_lang::prelude::AccountView,
    bump: u8,
    envelope: &Envelope<E>,
) -> anchor_lang::prelude::Result<()> {
    // SAFETY: two byte arrays and a `Pod` whose alignment divides their size: there is no padding.
    let data = unsafe {
        core::slice::from_raw_parts(core::ptr::from_ref(envelope).cast::<u8>(), core::mem::size_of::<Envelope<E>>())
    };
    self_call(authority, bump, data)
}

#[cfg(feature = "program")]
#[inline(never)]
fn self_call(
    authority: &anchor_lang::prelude::AccountView,
    bump: u8,
    data: &[u8],
) -> anchor_lang::prelude::Result<()> {
    use pinocchio::{
        cpi::{invoke_signed_unchecked, CpiAccount, Seed, Signer},
        instruction::{InstructionAccount, InstructionView},
    };
    let bump = [bump];
    let seeds = [Seed::from(b"__event_authority".as_slice()), Seed::from(bump.as_slice())];
    let instruction = InstructionView {
        program_id: &crate::ID,
        accounts: &[InstructionAccount::readonly_signer(authority.address())],
        data,
    };
    // SAFETY: the one account has no data, and nothing of it is borrowed.
    unsafe {
        invoke_signed_unchecked(&instruction, &[CpiAccount::from(authority)], &[Signer::from(&seeds)]);
    }
    Ok(())
}
