//! An event for every transition, in the past tense, with every id, amount and new value: enough to rebuild all state
//! from events alone. They are emitted by self-CPI, so no log truncation can lose them, and all of them decode as
//! borsh.

mod admin;
mod attest;
mod client;
mod host;
mod job;
mod market;
mod queue;
mod rewards;
mod stake;

pub use {admin::*, attest::*, client::*, host::*, job::*, market::*, queue::*, rewards::*, stake::*};

/// Emits an event of this program by calling itself, as the framework's macro of this name does and with the same bytes,
/// but through one function.
#[cfg(feature = "program")]
macro_rules! emit_cpi {
    ($ctx:ident, $event:expr) => {
        $crate::events::send(&$ctx.accounts.event_authority, &$event)?
    };
}
#[cfg(feature = "program")]
pub(crate) use emit_cpi;

/// Bytes before an event's fields in the data of the self-call: tag and discriminator.
#[cfg(feature = "program")]
const EVENT_HEADER: usize = 16;
/// Room for the largest event with its header.
#[cfg(feature = "program")]
const EVENT_ROOM: usize = 512;

/// Sends an event to this program itself.
#[cfg(feature = "program")]
#[inline(always)]
pub(crate) fn send<E: anchor_lang::Event + bytemuck::Pod>(
    authority: &crate::account_types::EventAuthority,
    event: &E,
) -> anchor_lang::prelude::Result<()> {
    const { assert!(core::mem::size_of::<E>() <= EVENT_ROOM - EVENT_HEADER) };
    let discriminator = const {
        match E::DISCRIMINATOR.first_chunk() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => panic!("an event's discriminator has eight bytes"),
        }
    };
    self_call(authority, discriminator, bytemuck::bytes_of(event));
    Ok(())
}

#[cfg(feature = "program")]
#[inline(never)]
fn self_call(authority: &anchor_lang::prelude::AccountView, discriminator: u64, fields: &[u8]) {
    use {
        core::mem::MaybeUninit,
        pinocchio::{
            cpi::{invoke_signed_unchecked, CpiAccount, Seed, Signer},
            instruction::{InstructionAccount, InstructionView},
        },
    };
    let mut room = MaybeUninit::<[u64; EVENT_ROOM / 8]>::uninit();
    let start = room.as_mut_ptr().cast::<u8>();
    let length = fields.len().min(EVENT_ROOM - EVENT_HEADER);
    // SAFETY: header and fields fit into the room, which is aligned to eight bytes; all that `data` names is written.
    let data = unsafe {
        start.cast::<u64>().write(anchor_lang::event::EVENT_IX_TAG);
        start.cast::<u64>().add(1).write(discriminator);
        start.add(EVENT_HEADER).copy_from_nonoverlapping(fields.as_ptr(), length);
        core::slice::from_raw_parts(start, EVENT_HEADER.saturating_add(length))
    };
    let seeds =
        [Seed::from(crate::constants::EVENT_AUTHORITY_SEED), Seed::from(&[crate::constants::EVENT_AUTHORITY_BUMP])];
    let instruction = InstructionView {
        program_id: &crate::ID,
        accounts: &[InstructionAccount::readonly_signer(authority.address())],
        data,
    };
    // SAFETY: the one account has no data, and nothing of it is borrowed.
    unsafe {
        invoke_signed_unchecked(&instruction, &[CpiAccount::from(authority)], &[Signer::from(&seeds)]);
    }
}
