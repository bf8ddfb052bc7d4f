//! The protocol's settings and its treasuries.

pub mod accept_admin;
pub mod announce_split;
pub mod close_config;
pub mod close_treasury;
pub mod create_config;
pub mod open_treasury;
pub mod propose_admin;
pub mod set_pause;
pub mod sweep_fees;
pub mod sweep_slashes;
pub mod update_config;
pub mod withdraw_treasury;

pub use {
    accept_admin::*, announce_split::*, close_config::*, close_treasury::*, create_config::*, open_treasury::*,
    propose_admin::*, set_pause::*, sweep_fees::*, sweep_slashes::*, update_config::*, withdraw_treasury::*,
};
