//! The client's escrow.

pub mod check_client;
pub mod close_client;
pub mod deposit;
pub mod open_client;
pub mod raise_nonce_floor;
pub mod set_delegate;
pub mod set_referrer;
pub mod withdraw;

pub use {
    check_client::*, close_client::*, deposit::*, open_client::*, raise_nonce_floor::*, set_delegate::*,
    set_referrer::*, withdraw::*,
};
