//! A host owner's stake, the collateral made of it, and the credits that slashes leave.

pub mod allocate;
pub mod check_stake;
pub mod claim_credit;
pub mod close_credit;
pub mod close_stake;
pub mod deallocate;
pub mod extend_lock;
pub mod open_credit;
pub mod open_stake;
pub mod request_unstake;
pub mod restake;
pub mod stake_tokens;
pub mod withdraw_stake;

pub use {
    allocate::*, check_stake::*, claim_credit::*, close_credit::*, close_stake::*, deallocate::*, extend_lock::*,
    open_credit::*, open_stake::*, request_unstake::*, restake::*, stake_tokens::*, withdraw_stake::*,
};
