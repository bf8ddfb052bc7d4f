//! From the raw input of a transaction to the instruction that it names.
//!
//! This does what the framework's dispatcher does, with the same refusals, but reads the accounts in one function: the
//! framework expands that loop into every instruction; see docs/ARCHITECTURE.md for what that would weigh. The `#[program]`
//! module lists the same instructions for the IDL and for callers from other programs.

use {
    crate::{constants::EVENT_AUTHORITY, instructions::*},
    anchor_lang::{
        event::EVENT_IX_TAG,
        prelude::*,
        wincode::{config::Deserialize, SchemaRead, TypeMeta},
        AccountCursor, ErrorCode, MutMask, TryAccounts,
    },
    core::mem::MaybeUninit,
    pinocchio::address::Address,
};

/// One more than the accounts that a transaction can name; the runtime limits them to 255.
const MAX_ACCOUNTS: usize = 256;

#[cfg(all(target_os = "solana", not(feature = "no-entrypoint")))]
anchor_lang::pinocchio::default_allocator!();
#[cfg(all(target_os = "solana", not(feature = "no-entrypoint")))]
anchor_lang::pinocchio::default_panic_handler!();

/// What the loader calls: `input` is the serialized accounts, `data` the instruction's data (SIMD-0321).
///
/// # Safety
///
/// The loader's contract: `input` begins with the number of accounts; before `data` stands its length, and after it the
/// program's id.
#[cfg_attr(all(target_os = "solana", not(feature = "no-entrypoint")), export_name = "entrypoint")]
pub unsafe extern "C" fn entrypoint(input: *mut u8, data: *const u8) -> u64 {
    let mut lookup = [const { MaybeUninit::<AccountView>::uninit() }; MAX_ACCOUNTS];
    // SAFETY: the loader's contract.
    unsafe { process(input, data, lookup.as_mut_ptr().cast()) }
}

#[inline(never)]
unsafe fn process(input: *mut u8, data: *const u8, lookup: *mut AccountView) -> u64 {
    // SAFETY: the loader's contract.
    let (data, program, accounts) = unsafe {
        let length = data.cast::<u64>().sub(1).read() as usize;
        let data = core::slice::from_raw_parts(data, length);
        (data, &*data.as_ptr().add(length).cast::<Address>(), input.cast::<u64>().read() as usize)
    };
    if data.first_chunk() == Some(&EVENT_IX_TAG.to_le_bytes()) {
        return event(input, accounts, lookup);
    }
    if !same(program, &crate::ID) {
        return refusal(ErrorCode::DeclaredProgramIdMismatch);
    }
    // SAFETY: the loader's contract; `lookup` has room for every account that a transaction can name.
    let cursor = unsafe { AccountCursor::new(input, lookup) };
    match data.split_first() {
        Some((tag, rest)) => Call { program, accounts, input, lookup, cursor }.dispatch(*tag, rest),
        None => {
            crate::security_txt::keep();
            refusal(ErrorCode::InstructionFallbackNotFound)
        }
    }
}

/// An event's self-call: there is nothing to do but to refuse everybody else's.
#[inline(always)]
fn event(input: *mut u8, accounts: usize, lookup: *mut AccountView) -> u64 {
    if accounts == 0 {
        return refusal(ErrorCode::AccountNotEnoughKeys);
    }
    // SAFETY: there is an account, as just checked, and `lookup` has room for it.
    let authority = unsafe { AccountCursor::new(input, lookup).next() };
    if !authority.is_signer() {
        return refusal(ErrorCode::ConstraintSigner);
    }
    if !same(authority.address(), &EVENT_AUTHORITY) {
        return refusal(ErrorCode::ConstraintSeeds);
    }
    0
}

fn refusal(error: ErrorCode) -> u64 {
    ProgramError::from(error).into()
}

/// Reads an instruction's arguments, which are encoded as borsh.
#[inline(always)]
fn read<'a, T>(data: &'a [u8]) -> Result<T>
where
    T: SchemaRead<'a, anchor_lang::BorshConfig, Dst = T>,
{
    // Looked at first, so that the compiler sees that the reader cannot run out of bytes.
    if let TypeMeta::Static { size, .. } = T::TYPE_META {
        if data.len() < size {
            return Err(ErrorCode::InstructionDidNotDeserialize.into());
        }
    }
    T::deserialize(data, anchor_lang::BORSH_CONFIG).map_err(|_| ErrorCode::InstructionDidNotDeserialize.into())
}

/// An instruction on its way to its handler.
struct Call<'a> {
    program: &'a Address,
    accounts: usize,
    input: *mut u8,
    lookup: *mut AccountView,
    cursor: AccountCursor,
}

impl Call<'_> {
    /// Reads the first `declared` accounts. Refuses if there are fewer, or if one that is declared `mut` comes twice.
    #[inline(never)]
    fn walk(&mut self, declared: usize, writable: &[u64; 4]) -> core::result::Result<(), ErrorCode> {
        if self.accounts < declared {
            return Err(ErrorCode::AccountNotEnoughKeys);
        }
        // A cursor of its own stays in registers.
        // SAFETY: there are at least so many accounts, as just checked; see `process` for the rest.
        let mut cursor = unsafe { AccountCursor::new(self.input, self.lookup) };
        for _ in 0..declared {
            // SAFETY: as above.
            unsafe { cursor.next() };
        }
        if cursor.duplicates().is_some_and(|duplicates| duplicates.intersects(writable)) {
            return Err(ErrorCode::ConstraintDuplicateMutableAccount);
        }
        self.cursor = cursor;
        Ok(())
    }

    /// Puts the last of the first `required` accounts into the places from `present` to `declared`: the program, which
    /// says that there is nothing.
    fn leave_out(&mut self, required: usize, present: usize, declared: usize) {
        for place in present..declared {
            // SAFETY: `lookup` has room for every account that a transaction can name; `required` of them, at least one,
            // were written.
            unsafe { *self.lookup.add(place) = *self.lookup.add(required.saturating_sub(1)) };
        }
    }

    /// Checks the accounts that an instruction declares and runs its handler.
    #[inline(always)]
    fn run<'a, T: TryAccounts>(
        &mut self,
        data: &'a [u8],
        handler: impl FnOnce(&mut Context<T>, T::IxArgs<'a>) -> Result<()>,
    ) -> u64 {
        self.run_with::<T, 0>(data, handler)
    }

    /// The same for an instruction whose last accounts are a stake's reward positions, which may end early.
    #[inline(always)]
    fn run_with_positions<'a, T: TryAccounts>(
        &mut self,
        data: &'a [u8],
        handler: impl FnOnce(&mut Context<T>, T::IxArgs<'a>) -> Result<()>,
    ) -> u64 {
        self.run_with::<T, { Positions::HEADER_SIZE }>(data, handler)
    }

    /// The same for an instruction of whose accounts the last `OPTIONAL` may be missing.
    #[inline(never)]
    fn run_with<'a, T: TryAccounts, const OPTIONAL: usize>(
        &mut self,
        data: &'a [u8],
        handler: impl FnOnce(&mut Context<T>, T::IxArgs<'a>) -> Result<()>,
    ) -> u64 {
        let required = const { T::HEADER_SIZE.saturating_sub(OPTIONAL) };
        let present = if OPTIONAL == 0 { required } else { self.accounts.clamp(required, T::HEADER_SIZE) };
        if let Err(error) = self.walk(present, &T::MUT_MASK) {
            return refusal(error);
        }
        if OPTIONAL > 0 {
            self.leave_out(required, present, T::HEADER_SIZE);
        }
        // SAFETY: so many views were written.
        let views = unsafe { core::slice::from_raw_parts(self.lookup, T::HEADER_SIZE) };
        let result = T::validate_accounts(self.program, views, self.cursor.duplicates(), 0, data).and_then(
            |(accounts, bumps, arguments)| {
                let mut ctx =
                    Context::new(self.program, accounts, bumps, &mut self.cursor, 0, MutMask::Static(&T::MUT_MASK));
                handler(&mut ctx, arguments)?;
                ctx.accounts.exit_accounts(data)
            },
        );
        match result {
            Ok(()) => 0,
            Err(error) => error.into(),
        }
    }

    fn dispatch(&mut self, tag: u8, data: &[u8]) -> u64 {
        match tag {
            0 => self.run::<Post>(data, |ctx, (params,)| post(ctx, params)),
            1 => self.run::<Post>(data, |ctx, _| {
                let (params, node, member) = read(data)?;
                post_to(ctx, params, node, member)
            }),
            2 => self.run::<Join>(data, |ctx, _| join(ctx, read(data)?)),
            3 => self.run::<Start>(data, |ctx, _| start(ctx, read(data)?)),
            4 => self.run::<Heartbeat>(data, |ctx, _| heartbeat(ctx, read(data)?)),
            5 => self.run::<Finish>(data, |ctx, _| {
                let (outcome, result_hash) = read(data)?;
                finish(ctx, outcome, result_hash)
            }),
            6 => self.run::<FinishAndRejoin>(data, |ctx, _| {
                let (outcome, result_hash, min_rate) = read(data)?;
                finish_and_rejoin(ctx, outcome, result_hash, min_rate)
            }),
            7 => self.run::<Cancel>(data, |ctx, _| cancel(ctx)),
            8 => self.run::<Collect>(data, |ctx, _| collect(ctx)),
            9 => self.run::<End>(data, |ctx, _| end(ctx)),
            10 => self.run::<Extend>(data, |ctx, _| extend(ctx, read(data)?)),
            11 => self.run::<Reprice>(data, |ctx, _| reprice(ctx, read(data)?)),
            12 => self.run::<Decline>(data, |ctx, _| decline(ctx)),
            13 => self.run::<DeclineUnavailable>(data, |ctx, _| decline_unavailable(ctx)),
            14 => self.run::<Dispute>(data, |ctx, _| dispute(ctx)),
            15 => self.run::<CloseJob>(data, |ctx, _| close_job(ctx)),
            16 => self.run::<ExpireQueued>(data, |ctx, _| expire_queued(ctx)),
            17 => self.run::<ExpireAssigned>(data, |ctx, _| expire_assigned(ctx)),
            18 => self.run::<ExpireRunning>(data, |ctx, _| expire_running(ctx)),
            20 => self.run::<Renew>(data, |ctx, _| {
                let (node, min_rate) = read(data)?;
                renew(ctx, node, min_rate)
            }),
            21 => self.run::<Leave>(data, |ctx, _| leave(ctx, read(data)?)),
            22 => self.run::<MatchHeads>(data, |ctx, _| match_heads(ctx)),
            23 => self.run::<Rebalance>(data, |ctx, _| rebalance(ctx)),
            30 => self.run::<OpenClient>(data, |ctx, _| open_client(ctx)),
            31 => self.run::<Deposit>(data, |ctx, _| deposit(ctx, read(data)?)),
            32 => self.run::<Withdraw>(data, |ctx, _| withdraw(ctx, read(data)?)),
            33 => self.run::<SetDelegate>(data, |ctx, _| {
                let (delegate, cap, expires_at) = read(data)?;
                set_delegate(ctx, delegate, cap, expires_at)
            }),
            34 => self.run::<RaiseNonceFloor>(data, |ctx, _| raise_nonce_floor(ctx, read(data)?)),
            35 => self.run::<CloseClient>(data, |ctx, _| close_client(ctx)),
            36 => self.run::<SetReferrer>(data, |ctx, _| set_referrer(ctx)),
            37 => self.run::<CheckClient>(data, |ctx, _| check_client(ctx)),
            40 => self.run::<OpenStake>(data, |ctx, _| open_stake(ctx)),
            41 => self.run_with_positions::<StakeTokens>(data, |ctx, _| stake_tokens(ctx, read(data)?)),
            42 => self.run::<Allocate>(data, |ctx, _| allocate(ctx, read(data)?)),
            43 => self.run::<Allocate>(data, |ctx, _| deallocate(ctx, read(data)?)),
            44 => self.run_with_positions::<ChangeStake>(data, |ctx, _| request_unstake(ctx, read(data)?)),
            45 => self.run_with_positions::<ChangeStake>(data, |ctx, _| restake(ctx, read(data)?)),
            46 => self.run::<WithdrawStake>(data, |ctx, _| withdraw_stake(ctx)),
            47 => self.run::<CloseStake>(data, |ctx, _| close_stake(ctx)),
            48 => self.run::<OpenCredit>(data, |ctx, _| open_credit(ctx)),
            49 => self.run::<ClaimCredit>(data, |ctx, _| claim_credit(ctx)),
            50 => self.run::<CloseCredit>(data, |ctx, _| close_credit(ctx)),
            51 => self.run_with_positions::<ChangeStake>(data, |ctx, _| extend_lock(ctx, read(data)?)),
            52 => self.run::<CheckStake>(data, |ctx, _| check_stake(ctx)),
            60 => self.run::<RegisterHost>(data, |ctx, _| register_host(ctx, read(data)?)),
            61 => self.run::<UpdateHost>(data, |ctx, _| update_host(ctx, read(data)?)),
            62 => self.run::<CloseHost>(data, |ctx, _| close_host(ctx)),
            63 => self.run::<OpenEarnings>(data, |ctx, _| open_earnings(ctx)),
            64 => self.run::<WithdrawEarnings>(data, |ctx, _| withdraw_earnings(ctx, read(data)?)),
            65 => self.run::<CloseEarnings>(data, |ctx, _| close_earnings(ctx)),
            66 => self.run::<Enroll>(data, |ctx, _| enroll(ctx)),
            67 => self.run::<Admit>(data, |ctx, _| {
                let (gpus, evidence_hash) = read(data)?;
                admit(ctx, gpus, evidence_hash)
            }),
            68 => self.run::<CloseMember>(data, |ctx, _| close_member(ctx)),
            69 => self.run::<Enroll>(data, |ctx, _| apply(ctx)),
            70 => self.run::<Promote>(data, |ctx, _| promote(ctx)),
            71 => self.run::<ReviewMember>(data, |ctx, _| review(ctx)),
            72 => self.run::<Resign>(data, |ctx, _| resign(ctx)),
            80 => self.run::<CreateMarket>(data, |ctx, _| {
                let (params, terms) = read(data)?;
                create_market(ctx, params, terms)
            }),
            81 => self.run::<AnnounceTerms>(data, |ctx, _| {
                let (terms, effective_at) = read(data)?;
                announce_terms(ctx, terms, effective_at)
            }),
            82 => self.run::<CloseTerms>(data, |ctx, _| close_terms(ctx)),
            83 => self.run::<ChangeMarket>(data, |ctx, _| set_market_pause(ctx, read(data)?)),
            84 => self.run::<ListMarket>(data, |ctx, _| list_market(ctx, read(data)?)),
            85 => self.run::<ChangeMarket>(data, |ctx, _| propose_market_authority(ctx, read(data)?)),
            86 => self.run::<AcceptMarketAuthority>(data, |ctx, _| accept_market_authority(ctx)),
            87 => self.run::<CloseMarket>(data, |ctx, _| close_market(ctx)),
            88 => self.run::<CreateShard>(data, |ctx, (index,)| create_shard(ctx, index)),
            89 => self.run::<GrowShard>(data, |ctx, _| grow_shard(ctx)),
            90 => self.run::<CloseShard>(data, |ctx, _| close_shard(ctx)),
            100 => self.run::<CreateConfig>(data, |ctx, _| {
                let (admin, settings) = read(data)?;
                create_config(ctx, admin, settings)
            }),
            101 => self.run::<ChangeConfig>(data, |ctx, _| update_config(ctx, read(data)?)),
            102 => self.run::<SetPause>(data, |ctx, _| set_pause(ctx, read(data)?)),
            103 => self.run::<ChangeConfig>(data, |ctx, _| propose_admin(ctx, read(data)?)),
            104 => self.run::<AcceptAdmin>(data, |ctx, _| accept_admin(ctx)),
            105 => self.run::<CloseConfig>(data, |ctx, _| close_config(ctx)),
            106 => self.run::<OpenTreasury>(data, |ctx, _| open_treasury(ctx)),
            107 => self.run::<SweepFees>(data, |ctx, _| sweep_fees(ctx)),
            108 => self.run::<SweepSlashes>(data, |ctx, _| sweep_slashes(ctx)),
            109 => self.run::<WithdrawTreasury>(data, |ctx, _| withdraw_treasury(ctx, read(data)?)),
            110 => self.run::<CloseTreasury>(data, |ctx, _| close_treasury(ctx)),
            111 => self.run::<ChangeConfig>(data, |ctx, _| announce_split(ctx, read(data)?)),
            120 => self.run::<CreateAttestorSet>(data, |ctx, (id,)| {
                let (_, params): (u16, _) = read(data)?;
                create_attestor_set(ctx, id, &params)
            }),
            121 => self.run::<AnnounceSet>(data, |ctx, _| announce_set(ctx, &read(data)?)),
            122 => self.run::<AddAttestor>(data, |ctx, _| add_attestor(ctx, &read(data)?)),
            123 => self.run::<ChangeAttestor>(data, |ctx, _| raise_bond(ctx, read(data)?)),
            124 => self.run::<ChangeAttestor>(data, |ctx, _| leave_set(ctx)),
            125 => self.run::<ChangeAttestor>(data, |ctx, _| remove_attestor(ctx)),
            126 => self.run::<ChangeAttestor>(data, |ctx, _| vacate_attestor(ctx)),
            127 => self.run::<CloseAttestorSet>(data, |ctx, _| close_attestor_set(ctx)),
            128 => self.run::<OpenChallenge>(data, |ctx, _| open_challenge(ctx, read(data)?)),
            129 => self.run::<Draw>(data, |ctx, _| draw(ctx)),
            130 => self.run::<HostAnswer>(data, |ctx, _| commit_answer(ctx, &read(data)?)),
            131 => self.run::<HostAnswer>(data, |ctx, _| {
                let (answer, salt) = read(data)?;
                open_answer(ctx, &answer, &salt)
            }),
            132 => self.run::<JudgeRound>(data, |ctx, _| commit_reading(ctx, &read(data)?)),
            133 => self.run::<JudgeRound>(data, |ctx, _| {
                let (reading, salt) = read(data)?;
                reveal_reading(ctx, &reading, &salt)
            }),
            134 => self.run::<EndRound>(data, |ctx, _| finalize_challenge(ctx)),
            135 => self.run::<EndRound>(data, |ctx, _| expire_challenge(ctx)),
            136 => self.run::<EndRound>(data, |ctx, _| conclude_challenge(ctx)),
            137 => self.run::<SettleAttestor>(data, |ctx, _| settle_attestor(ctx)),
            138 => self.run::<ClaimGpu>(data, |ctx, _| {
                let (uuid_hash, index, proof): (_, _, &[[u8; 32]]) = read(data)?;
                claim_gpu(ctx, &uuid_hash, index, proof)
            }),
            139 => self.run::<ReleaseGpu>(data, |ctx, _| release_gpu(ctx)),
            140 => self.run::<CloseChallenge>(data, |ctx, _| close_challenge(ctx)),
            150 => self.run::<OpenPool>(data, |ctx, _| open_pool(ctx)),
            151 => self.run::<ClosePool>(data, |ctx, _| close_pool(ctx)),
            152 => self.run::<OpenPosition>(data, |ctx, _| open_position(ctx)),
            153 => self.run::<ClosePosition>(data, |ctx, _| close_position(ctx)),
            154 => self.run::<ClaimRewards>(data, |ctx, _| claim_rewards(ctx)),
            155 => self.run::<SyncWeight>(data, |ctx, _| sync_weight(ctx)),
            156 => self.run::<CheckPool>(data, |ctx, _| check_pool(ctx)),
            160 => self.run::<OpenEmission>(data, |ctx, (id,)| {
                let (_, params): (u16, _) = read(data)?;
                open_emission(ctx, id, &params)
            }),
            161 => self.run::<ReleaseEmission>(data, |ctx, _| release_emission(ctx)),
            162 => self.run::<PayIncentive>(data, |ctx, _| pay_incentive(ctx)),
            163 => self.run::<CloseEmission>(data, |ctx, _| close_emission(ctx)),
            _ => refusal(ErrorCode::InstructionFallbackNotFound),
        }
    }
}
