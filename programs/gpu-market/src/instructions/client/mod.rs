//! The client's escrow.

pub mod close_client;
pub mod deposit;
pub mod open_client;
pub mod raise_nonce_floor;
pub mod set_delegate;
pub mod withdraw;

pub use {close_client::*, deposit::*, open_client::*, raise_nonce_floor::*, set_delegate::*, withdraw::*};
