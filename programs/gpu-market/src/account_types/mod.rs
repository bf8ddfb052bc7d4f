//! The kinds of accounts that instructions take, besides the framework's own.
//!
//! They do what the framework's wrappers of the same names do, with the same refusals, but each is one pointer and checks
//! itself in one function: the framework expands its checks wherever an account is named, which would be a third of
//! this program's size.

mod event_authority;
mod shard;
mod token_program;
mod typed;

pub use {event_authority::*, shard::*, token_program::*, typed::*};

/// What every wrapper of an account view has.
macro_rules! view_wrapper {
    ($name:ident) => {
        impl $name {
            #[inline(always)]
            pub fn address(&self) -> &pinocchio::address::Address {
                self.0.address()
            }
        }

        impl core::ops::Deref for $name {
            type Target = anchor_lang::prelude::AccountView;

            #[inline(always)]
            fn deref(&self) -> &anchor_lang::prelude::AccountView {
                &self.0
            }
        }
    };
}
use view_wrapper;
