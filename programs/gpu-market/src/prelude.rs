//! What the pure modules use, with and without the framework.

pub use {
    bytemuck::{Pod, Zeroable},
    solana_address::Address,
};

#[cfg(feature = "program")]
pub use anchor_lang::prelude::{account, event, AnchorDeserialize, AnchorSerialize, IdlType};

#[cfg(feature = "client")]
pub use borsh::{BorshDeserialize, BorshSerialize};
