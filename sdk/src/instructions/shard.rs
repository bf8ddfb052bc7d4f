//! The queue shards of a market.

use {
    super::{instruction, paying_signer, signer, system_program, writable},
    crate::{Address, Instruction, address},
};

/// Authority: adds a queue shard; `index` is the number of shards that exist.
pub fn create_shard(authority: Address, payer: Address, market: Address, index: u8) -> Instruction {
    instruction(
        88,
        &index,
        [
            signer(authority),
            paying_signer(payer),
            writable(market),
            writable(address::shard(&market, index).0),
            system_program(),
        ],
    )
}

/// Anyone: enlarges a shard by 80 nodes. The rent is a gift to the shard's rent payer.
pub fn grow_shard(payer: Address, market: Address, index: u8) -> Instruction {
    instruction(89, &(), [paying_signer(payer), writable(address::shard(&market, index).0), system_program()])
}

/// Authority: closes an empty shard, the last one first.
pub fn close_shard(authority: Address, market: Address, index: u8, rent_payer: Address) -> Instruction {
    instruction(
        90,
        &(),
        [signer(authority), writable(market), writable(address::shard(&market, index).0), writable(rent_payer)],
    )
}
