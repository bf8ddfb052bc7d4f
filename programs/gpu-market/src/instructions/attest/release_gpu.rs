use {
    crate::{
        account_types::{Account, EventAuthority},
        error::MarketError,
        events::{emit_cpi, GpuReleased},
        instructions::{key, now, same},
        state::{Gpu, Host, Member},
    },
    anchor_lang::prelude::*,
};

/// Host and member may be closed by now; then the GPU counts for nobody, and nobody but time releases it.
#[derive(Accounts)]
pub struct ReleaseGpu {
    /// Owner of the host; anyone once the attestation has expired.
    pub authority: Signer,
    /// CHECK: the host that the GPU records, open or not.
    #[account(constraint(same(&gpu.host, host.address()) @ MarketError::WrongHost))]
    pub host: UncheckedAccount,
    /// CHECK: the member that the GPU records, open or not.
    #[account(mut, constraint(same(&gpu.member, member.address()) @ MarketError::WrongMember))]
    pub member: UncheckedAccount,
    #[account(mut, close = rent_payer)]
    pub gpu: Account<Gpu>,
    /// CHECK: whoever paid the rent.
    #[account(unsafe(dup), constraint(same(&gpu.rent_payer, rent_payer.address()) @ MarketError::WrongRentPayer))]
    pub rent_payer: UncheckedAccount,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

impl ReleaseGpu {
    fn is_owner(&self) -> bool {
        let host = Account::<Host>::load(*self.host.account());
        host.is_ok_and(|host| same(&host.owner, self.authority.address()))
    }

    /// The member, if it is still open.
    fn member(&self) -> Option<Account<Member>> {
        // SAFETY: the account is declared `mut`, so it has no other name in this instruction.
        unsafe { Account::load_mut(*self.member.account()) }.ok()
    }
}

pub fn release_gpu(ctx: &mut Context<ReleaseGpu>) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let by_owner = accounts.is_owner();
    let mut left = 0;
    let mut counted = false;
    match accounts.member() {
        Some(mut member) => {
            counted = accounts.gpu.release(by_owner, &member, &member.standing, now)?;
            if counted {
                member.gpu_released()?;
            }
            left = member.attested_gpus;
        }
        None => accounts.gpu.require_releasable(by_owner, now)?,
    }
    let event = GpuReleased {
        gpu: key(&accounts.gpu),
        member: accounts.gpu.member,
        counted: counted.into(),
        attested_gpus: left.into(),
    };
    emit_cpi!(ctx, event);
    Ok(())
}
