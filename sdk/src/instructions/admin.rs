//! The protocol's settings.

use {
    super::{Token, instruction, paying_signer, readonly, signer, system_program, writable},
    crate::{Address, Instruction, address},
    gpu_market::state::{ConfigSettings, Split},
};

/// See [`create_config`].
#[derive(Clone, Copy, Debug)]
pub struct CreateConfig {
    /// Pays the rent.
    pub payer: Address,
    /// The program's upgrade authority; signs.
    pub upgrade_authority: Address,
    /// Mint of stake, without freeze authority; never changes.
    pub stake: Token,
    /// First admin.
    pub admin: Address,
    /// First settings.
    pub settings: ConfigSettings,
}

/// The program's upgrade authority: creates the config.
pub fn create_config(params: CreateConfig) -> Instruction {
    instruction(
        100,
        &(params.admin, params.settings),
        [
            paying_signer(params.payer),
            signer(params.upgrade_authority),
            readonly(address::program_data().0),
            readonly(params.stake.mint),
            writable(address::config().0),
            readonly(params.stake.program),
            system_program(),
        ],
    )
}

/// Admin: changes the settings.
pub fn update_config(admin: Address, settings: ConfigSettings) -> Instruction {
    instruction(101, &settings, [signer(admin), writable(address::config().0)])
}

/// Admin or pauser: replaces the pause bits, see `gpu_market::constants::pause`.
pub fn set_pause(authority: Address, bits: u8) -> Instruction {
    instruction(102, &bits, [signer(authority), writable(address::config().0)])
}

/// Admin: proposes a successor; all zeros takes a proposal back.
pub fn propose_admin(admin: Address, successor: Address) -> Instruction {
    instruction(103, &successor, [signer(admin), writable(address::config().0)])
}

/// The proposed successor: becomes the admin.
pub fn accept_admin(successor: Address) -> Instruction {
    instruction(104, &(), [signer(successor), writable(address::config().0)])
}

/// Admin: closes the config when no market is left.
pub fn close_config(admin: Address, rent_payer: Address) -> Instruction {
    instruction(105, &(), [signer(admin), writable(address::config().0), writable(rent_payer)])
}

/// Admin: announces how fees are split. Takes effect 14 days later, or at once before the first market.
pub fn announce_split(admin: Address, split: Split) -> Instruction {
    instruction(111, &split, [signer(admin), writable(address::config().0)])
}
