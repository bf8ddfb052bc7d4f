// The derive binds `uuid_hash` in places where only the seeds read it.
#![allow(unused_variables)]

use {
    super::{conclude, Syscall},
    crate::{
        account_types::{Account, EventAuthority},
        constants::*,
        error::MarketError,
        events::{self, GpuClaimed},
        instructions::{key, now, same},
        state::{Challenge, Gpu, Member},
    },
    anchor_lang::prelude::*,
};

/// Anybody may claim a GPU for the member whose round proved it.
#[derive(Accounts)]
#[instruction(uuid_hash: [u8; 32])]
pub struct ClaimGpu {
    /// Pays the rent of a GPU that nobody has claimed before, and gets it back.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub challenge: Account<Challenge>,
    #[account(mut, constraint(same(&challenge.member, member.address()) @ MarketError::WrongMember))]
    pub member: Account<Member>,
    #[account(
        init_if_needed,
        payer = payer,
        seeds = [GPU_SEED, challenge.set.as_ref(), uuid_hash.as_ref()],
        bump
    )]
    pub gpu: Account<Gpu>,
    pub system_program: Program<System>,
    pub event_authority: EventAuthority,
    /// CHECK: this program, for the self-call that carries the event.
    pub program: UncheckedAccount,
}

/// A GPU that is another member's is refused. The last claim ends the round for its member.
pub fn claim_gpu(ctx: &mut Context<ClaimGpu>, uuid_hash: &[u8; 32], index: u16, proof: &[[u8; 32]]) -> Result<()> {
    let now = now()?.unix;
    let accounts = &mut ctx.accounts;
    let gpu = &mut accounts.gpu;
    if gpu.version == 0 {
        gpu.set = accounts.challenge.set;
        gpu.uuid_hash = *uuid_hash;
        gpu.rent_payer = *accounts.payer.address();
        gpu.version = ACCOUNT_VERSION;
        gpu.bump = ctx.bumps.gpu;
    }
    gpu.claim::<Syscall>(&mut accounts.challenge, index, proof, now)?;
    let event = GpuClaimed {
        challenge: key(&accounts.challenge),
        gpu: key(gpu),
        uuid_hash: *uuid_hash,
        rent_payer: gpu.rent_payer,
        expires_at: gpu.expires_at,
        index: index.into(),
        claimed: accounts.challenge.claimed.into(),
    };
    events::send(&accounts.event_authority, &event)?;
    if !accounts.challenge.all_claimed() {
        return Ok(());
    }
    conclude(&mut accounts.challenge, &mut accounts.member, &accounts.event_authority, now)
}
