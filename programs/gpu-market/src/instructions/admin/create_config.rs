use {
    crate::{
        account_types::{Account, EventAuthority, TokenProgram},
        constants::*,
        error::MarketError,
        events::{emit_cpi, ConfigCreated},
        instructions::key,
        state::{Config, ConfigSettings},
        token::{self, TokenContext},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CreateConfig {
    /// Pays the rent of the config and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    /// May upgrade this program; `validate` reads who that is.
    pub upgrade_authority: Signer,
    /// CHECK: this program's data account, at the address and of the owner that the loader gives it.
    #[account(
        owner = loader::UPGRADEABLE @ MarketError::NotUpgradeAuthority,
        seeds = [crate::ID.as_ref()],
        seeds::program = loader::UPGRADEABLE,
        bump
    )]
    pub program_data: UncheckedAccount,
    /// CHECK: `validate` refuses mints that are not allowed or could be frozen.
    pub stake_mint: UncheckedAccount,
    #[account(init, payer = payer, seeds = [CONFIG_SEED], bump)]
    pub config: Account<Config>,
    pub token_program: TokenProgram,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl CreateConfig {
    fn validate(&self) -> Result<()> {
        require!(
            is_upgrade_authority(&self.program_data.account().try_borrow()?, self.upgrade_authority.address()),
            MarketError::NotUpgradeAuthority
        );
        let stake_mint = self.stake_mint.account();
        token::require_supported_mint(TokenContext { mint: stake_mint, program: self.token_program.account() })?;
        token::require_no_freeze_authority(stake_mint)
    }
}

/// Whether `program_data`, the bytes of a program's data account, name `signer` as the program's upgrade authority.
fn is_upgrade_authority(program_data: &[u8], signer: &Address) -> bool {
    program_data.starts_with(&loader::PROGRAM_DATA_TAG.to_le_bytes())
        && program_data.get(loader::AUTHORITY_OPTION_OFFSET) == Some(&1)
        && program_data.get(loader::AUTHORITY_OFFSET..).is_some_and(|rest| rest.starts_with(&signer.to_bytes()))
}

pub fn create_config(ctx: &mut Context<CreateConfig>, admin: Address, settings: ConfigSettings) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &mut ctx.accounts;
    let config = &mut accounts.config;
    config.admin = admin;
    config.set(&settings);
    config.stake_mint = *accounts.stake_mint.address();
    config.stake_decimals = token::decimals(accounts.stake_mint.account())?;
    config.rent_payer = *accounts.payer.address();
    config.version = ACCOUNT_VERSION;
    config.bump = ctx.bumps.config;
    config.invariant()?;
    let event = ConfigCreated {
        config: key(config),
        admin,
        pauser: config.pauser,
        stake_mint: config.stake_mint,
        treasury: config.treasury,
        rent_payer: config.rent_payer,
        unbonding: config.unbonding,
        min_bond: config.min_bond,
        stake_decimals: config.stake_decimals.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: Address = Address::new_from_array([7; 32]);

    fn program_data(tag: u32, option: u8, authority: &Address) -> Vec<u8> {
        let mut bytes = tag.to_le_bytes().to_vec();
        bytes.extend(9u64.to_le_bytes());
        bytes.push(option);
        bytes.extend(authority.to_bytes());
        bytes.extend([0xaa; 100]);
        bytes
    }

    #[test]
    fn the_recorded_upgrade_authority_is_recognized_and_nobody_else() {
        let data = program_data(loader::PROGRAM_DATA_TAG, 1, &AUTHORITY);
        assert!(is_upgrade_authority(&data, &AUTHORITY));
        assert!(!is_upgrade_authority(&data, &Address::new_from_array([8; 32])));
    }

    #[test]
    fn an_immutable_program_has_no_upgrade_authority_even_if_old_bytes_remain() {
        let data = program_data(loader::PROGRAM_DATA_TAG, 0, &AUTHORITY);
        assert!(!is_upgrade_authority(&data, &AUTHORITY));
    }

    #[test]
    fn another_kind_of_loader_account_names_no_upgrade_authority() {
        for tag in [0, 1, 2, 4] {
            assert!(!is_upgrade_authority(&program_data(tag, 1, &AUTHORITY), &AUTHORITY), "tag {tag}");
        }
    }

    #[test]
    fn bytes_of_any_shorter_length_name_no_upgrade_authority() {
        let data = program_data(loader::PROGRAM_DATA_TAG, 1, &AUTHORITY);
        for length in 0..loader::AUTHORITY_OFFSET + 32 {
            assert!(!is_upgrade_authority(&data[..length], &AUTHORITY), "length {length}");
        }
    }
}
