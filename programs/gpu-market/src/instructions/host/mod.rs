//! Hosts and the vaults that jobs pay them into.

pub mod close_earnings;
pub mod close_host;
pub mod open_earnings;
pub mod register_host;
pub mod update_host;
pub mod withdraw_earnings;

pub use {
    close_earnings::*, close_host::*, open_earnings::*, register_host::*, update_host::*, withdraw_earnings::*,
};
