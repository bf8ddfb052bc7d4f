use {
    super::ChangeConfig,
    crate::{
        events::{emit_cpi, SplitAnnounced},
        instructions::{key, now},
        state::Split,
    },
    anchor_lang::prelude::*,
};

pub fn announce_split(ctx: &mut Context<ChangeConfig>, split: Split) -> Result<()> {
    let config = &mut ctx.accounts.config;
    let effective_at = config.announce_split(&split, now()?.unix)?;
    let event = SplitAnnounced {
        config: key(config),
        stakers_bps: split.stakers_bps.into(),
        referral_bps: split.referral_bps.into(),
        effective_at,
    };
    emit_cpi!(ctx, event);
    Ok(())
}
