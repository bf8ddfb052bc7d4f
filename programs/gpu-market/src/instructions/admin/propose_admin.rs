use {
    super::ChangeConfig,
    crate::{
        events::{emit_cpi, AdminProposed},
        instructions::key,
    },
    anchor_lang::prelude::*,
};

/// A successor of all zeros takes an earlier proposal back.
pub fn propose_admin(ctx: &mut Context<ChangeConfig>, successor: Address) -> Result<()> {
    let config = &mut ctx.accounts.config;
    config.propose_admin(successor);
    config.invariant()?;
    let event = AdminProposed { config: key(config), admin: config.admin, successor };
    emit_cpi!(ctx, event);
    Ok(())
}
