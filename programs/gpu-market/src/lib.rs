//! GPU Market: a marketplace for GPU time.
//!
//! Hosts stake and join markets, clients post jobs against prepaid escrow, and matching, start, evidence of work and
//! settlement per second happen here. Every waiting state has a deadline that anyone can enforce.
//!
//! - [`state`]: the accounts and every rule about them, as pure methods.
//! - [`queue`]: the line of jobs and seats.
//! - [`settlement`]: the money of a job, and every rounding.
//! - [`token`]: all token movement.
//! - [`instructions`]: one file per instruction.
//! - [`events`], [`error`]: what it tells and why it refuses.
//!
//! To report a vulnerability, see docs/SECURITY.md; the built program says so too (`security_txt`).

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::panic
)]
// The macros of the framework name a `cfg` of its own build system.
#![allow(unexpected_cfgs)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

#[cfg(feature = "program")]
pub mod account_types;
pub mod constants;
#[cfg(feature = "program")]
pub mod dispatch;
pub mod error;
pub mod events;
#[cfg(feature = "program")]
pub mod instructions;
pub mod math;
mod prelude;
pub mod queue;
#[cfg(feature = "program")]
mod security_txt;
pub mod settlement;
pub mod state;
pub mod token;

#[cfg(feature = "program")]
pub use instructions::*;

#[cfg(all(feature = "program", any(not(target_os = "solana"), feature = "cpi")))]
use {anchor_lang::prelude::*, state::*};

solana_address::declare_id!("2oV2kccd1xm65RKojjgWLw7puXagh94ksJYfcWUqw8c1");

/// One byte identifies an instruction. Numbers are never reused.
///
/// For the IDL and for other programs; on chain, [`dispatch`] calls the same instructions.
#[cfg(all(feature = "program", any(not(target_os = "solana"), feature = "cpi")))]
#[program]
pub mod gpu_market {
    use super::*;

    // ---- jobs: the hot path first

    /// Client or delegate: reserves the deposit and queues the job, or assigns it to the head seat.
    #[discrim = 0]
    pub fn post(ctx: &mut Context<Post>, params: PostParams) -> Result<()> {
        instructions::post(ctx, params)
    }

    /// Client or delegate: posts to one waiting seat, named by node and member.
    #[discrim = 1]
    pub fn post_to(ctx: &mut Context<Post>, params: PostParams, node: u16, member: Address) -> Result<()> {
        instructions::post_to(ctx, params, node, member)
    }

    /// Operator: takes the head job, or waits for one.
    #[discrim = 2]
    pub fn join(ctx: &mut Context<Join>, min_rate: u64) -> Result<()> {
        instructions::join(ctx, min_rate)
    }

    /// Operator: starts an assigned job; billing starts now.
    #[discrim = 3]
    pub fn start(ctx: &mut Context<Start>, max_duration: u32) -> Result<()> {
        instructions::start(ctx, max_duration)
    }

    /// Operator: gives evidence that the job is alive.
    #[discrim = 4]
    pub fn heartbeat(ctx: &mut Context<Heartbeat>, checkpoint: [u8; 32]) -> Result<()> {
        instructions::heartbeat(ctx, checkpoint)
    }

    /// Operator: finishes a job, which settles it.
    #[discrim = 5]
    pub fn finish(ctx: &mut Context<Finish>, outcome: u8, result_hash: [u8; 32]) -> Result<()> {
        instructions::finish(ctx, outcome, result_hash)
    }

    /// Operator: finishes a job and joins again with the same seat, in one instruction.
    #[discrim = 6]
    pub fn finish_and_rejoin(
        ctx: &mut Context<FinishAndRejoin>,
        outcome: u8,
        result_hash: [u8; 32],
        min_rate: u64,
    ) -> Result<()> {
        instructions::finish_and_rejoin(ctx, outcome, result_hash, min_rate)
    }

    /// Client or delegate: takes back a job that has not started.
    #[discrim = 7]
    pub fn cancel(ctx: &mut Context<Cancel>) -> Result<()> {
        instructions::cancel(ctx)
    }

    /// Anyone: moves what a job has earned, or still owes, to the host's earnings vault.
    #[discrim = 8]
    pub fn collect(ctx: &mut Context<Collect>) -> Result<()> {
        instructions::collect(ctx)
    }

    /// Client or delegate: ends a running job early.
    #[discrim = 9]
    pub fn end(ctx: &mut Context<End>) -> Result<()> {
        instructions::end(ctx)
    }

    /// Client or delegate: buys more seconds.
    #[discrim = 10]
    pub fn extend(ctx: &mut Context<Extend>, seconds: u32) -> Result<()> {
        instructions::extend(ctx, seconds)
    }

    /// Client: moves a job in line to the terms in force, keeping its place.
    #[discrim = 11]
    pub fn reprice(ctx: &mut Context<Reprice>, max_rate: u64) -> Result<()> {
        instructions::reprice(ctx, max_rate)
    }

    /// Operator: declines an assigned job by choice.
    #[discrim = 12]
    pub fn decline(ctx: &mut Context<Decline>) -> Result<()> {
        instructions::decline(ctx)
    }

    /// Operator: declines an assigned job because its spec cannot be had.
    #[discrim = 13]
    pub fn decline_unavailable(ctx: &mut Context<DeclineUnavailable>) -> Result<()> {
        instructions::decline_unavailable(ctx)
    }

    /// Client: marks a finished job as disputed in the host's record; moves no money.
    #[discrim = 14]
    pub fn dispute(ctx: &mut Context<Dispute>) -> Result<()> {
        instructions::dispute(ctx)
    }

    /// Client, or anyone after the retention: closes an ended job.
    #[discrim = 15]
    pub fn close_job(ctx: &mut Context<CloseJob>) -> Result<()> {
        instructions::close_job(ctx)
    }

    /// Anyone: refunds a job whose time in line is over, for the job's tip.
    #[discrim = 16]
    pub fn expire_queued(ctx: &mut Context<ExpireQueued>) -> Result<()> {
        instructions::expire_queued(ctx)
    }

    /// Anyone: takes a job from a host that did not acknowledge it, or is no longer fit to.
    #[discrim = 17]
    pub fn expire_assigned(ctx: &mut Context<ExpireAssigned>) -> Result<()> {
        instructions::expire_assigned(ctx)
    }

    /// Anyone: ends a running job whose host is lost or whose time is over, for the job's tip.
    #[discrim = 18]
    pub fn expire_running(ctx: &mut Context<ExpireRunning>) -> Result<()> {
        instructions::expire_running(ctx)
    }

    // ---- the queue

    /// Operator: extends a waiting seat under the terms in force.
    #[discrim = 20]
    pub fn renew(ctx: &mut Context<Renew>, node: u16, min_rate: u64) -> Result<()> {
        instructions::renew(ctx, node, min_rate)
    }

    /// Operator or owner, and anyone once it is lapsed or evictable: removes a seat and frees its bond.
    #[discrim = 21]
    pub fn leave(ctx: &mut Context<Leave>, node: u16) -> Result<()> {
        instructions::leave(ctx, node)
    }

    /// Anyone: brings head job and head seat of a shard together.
    #[discrim = 22]
    pub fn match_heads(ctx: &mut Context<MatchHeads>) -> Result<()> {
        instructions::match_heads(ctx)
    }

    /// Anyone: moves the head seat of a shard without jobs to the head job of another shard.
    #[discrim = 23]
    pub fn rebalance(ctx: &mut Context<Rebalance>) -> Result<()> {
        instructions::rebalance(ctx)
    }

    // ---- escrow

    /// Opens a client's escrow in one payment mint.
    #[discrim = 30]
    pub fn open_client(ctx: &mut Context<OpenClient>) -> Result<()> {
        instructions::open_client(ctx)
    }

    /// Anyone: deposits for a client.
    #[discrim = 31]
    pub fn deposit(ctx: &mut Context<Deposit>, amount: u64) -> Result<()> {
        instructions::deposit(ctx, amount)
    }

    /// Owner: withdraws what is not reserved.
    #[discrim = 32]
    pub fn withdraw(ctx: &mut Context<Withdraw>, amount: u64) -> Result<()> {
        instructions::withdraw(ctx, amount)
    }

    /// Owner: sets or revokes the delegate.
    #[discrim = 33]
    pub fn set_delegate(
        ctx: &mut Context<SetDelegate>,
        delegate: Address,
        cap: u64,
        expires_at: i64,
    ) -> Result<()> {
        instructions::set_delegate(ctx, delegate, cap, expires_at)
    }

    /// Owner: gives up nonces below a floor.
    #[discrim = 34]
    pub fn raise_nonce_floor(ctx: &mut Context<RaiseNonceFloor>, floor: u64) -> Result<()> {
        instructions::raise_nonce_floor(ctx, floor)
    }

    /// Owner: closes the escrow and takes what is available.
    #[discrim = 35]
    pub fn close_client(ctx: &mut Context<CloseClient>) -> Result<()> {
        instructions::close_client(ctx)
    }

    // ---- stake

    /// Owner: names the host that referred the client, or nobody; only while no fees are owed.
    #[discrim = 36]
    pub fn set_referrer(ctx: &mut Context<SetReferrer>) -> Result<()> {
        instructions::set_referrer(ctx)
    }

    /// Anyone: compares a client with its vault; while that is short, nothing enters.
    #[discrim = 37]
    pub fn check_client(ctx: &mut Context<CheckClient>) -> Result<()> {
        instructions::check_client(ctx)
    }

    /// Opens an owner's stake and its vault.
    #[discrim = 40]
    pub fn open_stake(ctx: &mut Context<OpenStake>) -> Result<()> {
        instructions::open_stake(ctx)
    }

    /// Owner: stakes tokens.
    #[discrim = 41]
    pub fn stake(ctx: &mut Context<StakeTokens>, amount: u64) -> Result<()> {
        instructions::stake_tokens(ctx, amount)
    }

    /// Owner: makes free stake collateral of a member.
    #[discrim = 42]
    pub fn allocate(ctx: &mut Context<Allocate>, amount: u64) -> Result<()> {
        instructions::allocate(ctx, amount)
    }

    /// Owner: takes collateral back that no bond and no floor binds.
    #[discrim = 43]
    pub fn deallocate(ctx: &mut Context<Allocate>, amount: u64) -> Result<()> {
        instructions::deallocate(ctx, amount)
    }

    /// Owner: starts the unbonding of free stake.
    #[discrim = 44]
    pub fn request_unstake(ctx: &mut Context<ChangeStake>, amount: u64) -> Result<()> {
        instructions::request_unstake(ctx, amount)
    }

    /// Owner: makes cooling tokens stake again.
    #[discrim = 45]
    pub fn restake(ctx: &mut Context<ChangeStake>, amount: u64) -> Result<()> {
        instructions::restake(ctx, amount)
    }

    /// Owner: withdraws what has finished unbonding.
    #[discrim = 46]
    pub fn withdraw_stake(ctx: &mut Context<WithdrawStake>) -> Result<()> {
        instructions::withdraw_stake(ctx)
    }

    /// Owner: closes an empty stake.
    #[discrim = 47]
    pub fn close_stake(ctx: &mut Context<CloseStake>) -> Result<()> {
        instructions::close_stake(ctx)
    }

    /// Anyone: opens the account that slashed stake is credited to a client in; does nothing if it is open.
    #[discrim = 48]
    pub fn open_credit(ctx: &mut Context<OpenCredit>) -> Result<()> {
        instructions::open_credit(ctx)
    }

    /// The credited client's owner, or anyone for it: claims what is claimable.
    #[discrim = 49]
    pub fn claim_credit(ctx: &mut Context<ClaimCredit>) -> Result<()> {
        instructions::claim_credit(ctx)
    }

    /// Anyone: closes an empty credit.
    #[discrim = 50]
    pub fn close_credit(ctx: &mut Context<CloseCredit>) -> Result<()> {
        instructions::close_credit(ctx)
    }

    // ---- hosts and members

    /// Owner: sets or extends the lock of a stake, which raises its weight in reward pools.
    #[discrim = 51]
    pub fn extend_lock(ctx: &mut Context<ChangeStake>, days: u16) -> Result<()> {
        instructions::extend_lock(ctx, days)
    }

    /// Anyone: compares a stake with its vault; while that is short, nothing enters.
    #[discrim = 52]
    pub fn check_stake(ctx: &mut Context<CheckStake>) -> Result<()> {
        instructions::check_stake(ctx)
    }

    /// Registers a host under its owner.
    #[discrim = 60]
    pub fn register_host(ctx: &mut Context<RegisterHost>, params: HostParams) -> Result<()> {
        instructions::register_host(ctx, params)
    }

    /// Owner: changes operator, sealing key and metadata.
    #[discrim = 61]
    pub fn update_host(ctx: &mut Context<UpdateHost>, params: HostParams) -> Result<()> {
        instructions::update_host(ctx, params)
    }

    /// Owner: closes a host without members.
    #[discrim = 62]
    pub fn close_host(ctx: &mut Context<CloseHost>) -> Result<()> {
        instructions::close_host(ctx)
    }

    /// Owner: opens the vault that jobs in one mint pay into.
    #[discrim = 63]
    pub fn open_earnings(ctx: &mut Context<OpenEarnings>) -> Result<()> {
        instructions::open_earnings(ctx)
    }

    /// Owner or operator: withdraws earnings to an account of the owner.
    #[discrim = 64]
    pub fn withdraw_earnings(ctx: &mut Context<WithdrawEarnings>, amount: u64) -> Result<()> {
        instructions::withdraw_earnings(ctx, amount)
    }

    /// Owner: closes an earnings vault once the host has no members.
    #[discrim = 65]
    pub fn close_earnings(ctx: &mut Context<CloseEarnings>) -> Result<()> {
        instructions::close_earnings(ctx)
    }

    /// Host owner: enrolls into a community market.
    #[discrim = 66]
    pub fn enroll(ctx: &mut Context<Enroll>) -> Result<()> {
        instructions::enroll(ctx)
    }

    /// Market authority, until genesis ends: admits a proven candidate into a premium market.
    #[discrim = 67]
    pub fn admit(ctx: &mut Context<Admit>, gpus: u16, evidence_hash: [u8; 32]) -> Result<()> {
        instructions::admit(ctx, gpus, evidence_hash)
    }

    /// Host owner: leaves a market.
    #[discrim = 68]
    pub fn close_member(ctx: &mut Context<CloseMember>) -> Result<()> {
        instructions::close_member(ctx)
    }

    /// Host owner: applies for a place in a premium market.
    #[discrim = 69]
    pub fn apply(ctx: &mut Context<Enroll>) -> Result<()> {
        instructions::apply(ctx)
    }

    /// Anyone: promotes a candidate that meets every rule.
    #[discrim = 70]
    pub fn promote(ctx: &mut Context<Promote>) -> Result<()> {
        instructions::promote(ctx)
    }

    /// Anyone: reviews a member of a premium market, or reinstates it after its suspension.
    #[discrim = 71]
    pub fn review(ctx: &mut Context<ReviewMember>) -> Result<()> {
        instructions::review(ctx)
    }

    /// Host owner: gives up the place in a premium market.
    #[discrim = 72]
    pub fn resign(ctx: &mut Context<Resign>) -> Result<()> {
        instructions::resign(ctx)
    }

    // ---- markets

    /// Anyone: opens a market with its first terms.
    #[discrim = 80]
    pub fn create_market(ctx: &mut Context<CreateMarket>, params: MarketParams, terms: TermsParams) -> Result<()> {
        instructions::create_market(ctx, params, terms)
    }

    /// Authority: announces terms. Zero means as soon as the notice allows.
    #[discrim = 81]
    pub fn announce_terms(ctx: &mut Context<AnnounceTerms>, terms: TermsParams, effective_at: i64) -> Result<()> {
        instructions::announce_terms(ctx, terms, effective_at)
    }

    /// Authority: closes superseded terms.
    #[discrim = 82]
    pub fn close_terms(ctx: &mut Context<CloseTerms>) -> Result<()> {
        instructions::close_terms(ctx)
    }

    /// Authority: stops or resumes entries into the market.
    #[discrim = 83]
    pub fn set_market_pause(ctx: &mut Context<ChangeMarket>, bits: u8) -> Result<()> {
        instructions::set_market_pause(ctx, bits)
    }

    /// Admin: lists or unlists a market; for display and emissions only.
    #[discrim = 84]
    pub fn list_market(ctx: &mut Context<ListMarket>, listed: bool) -> Result<()> {
        instructions::list_market(ctx, listed)
    }

    /// Authority: proposes a successor.
    #[discrim = 85]
    pub fn propose_market_authority(ctx: &mut Context<ChangeMarket>, successor: Address) -> Result<()> {
        instructions::propose_market_authority(ctx, successor)
    }

    /// The proposed successor: becomes the authority.
    #[discrim = 86]
    pub fn accept_market_authority(ctx: &mut Context<AcceptMarketAuthority>) -> Result<()> {
        instructions::accept_market_authority(ctx)
    }

    /// Authority: closes a market of which nothing is left.
    #[discrim = 87]
    pub fn close_market(ctx: &mut Context<CloseMarket>) -> Result<()> {
        instructions::close_market(ctx)
    }

    /// Authority: adds a queue shard.
    #[discrim = 88]
    pub fn create_shard(ctx: &mut Context<CreateShard>, index: u8) -> Result<()> {
        instructions::create_shard(ctx, index)
    }

    /// Anyone: enlarges a shard by 80 nodes. The rent is a gift to the shard's rent payer.
    #[discrim = 89]
    pub fn grow_shard(ctx: &mut Context<GrowShard>) -> Result<()> {
        instructions::grow_shard(ctx)
    }

    /// Authority: closes an empty shard, the last one first.
    #[discrim = 90]
    pub fn close_shard(ctx: &mut Context<CloseShard>) -> Result<()> {
        instructions::close_shard(ctx)
    }

    // ---- protocol

    /// The program's upgrade authority: creates the config.
    #[discrim = 100]
    pub fn create_config(ctx: &mut Context<CreateConfig>, admin: Address, settings: ConfigSettings) -> Result<()> {
        instructions::create_config(ctx, admin, settings)
    }

    /// Admin: changes the settings.
    #[discrim = 101]
    pub fn update_config(ctx: &mut Context<ChangeConfig>, settings: ConfigSettings) -> Result<()> {
        instructions::update_config(ctx, settings)
    }

    /// Admin or pauser: stops or resumes entries everywhere.
    #[discrim = 102]
    pub fn set_pause(ctx: &mut Context<SetPause>, bits: u8) -> Result<()> {
        instructions::set_pause(ctx, bits)
    }

    /// Admin: proposes a successor.
    #[discrim = 103]
    pub fn propose_admin(ctx: &mut Context<ChangeConfig>, successor: Address) -> Result<()> {
        instructions::propose_admin(ctx, successor)
    }

    /// The proposed successor: becomes the admin.
    #[discrim = 104]
    pub fn accept_admin(ctx: &mut Context<AcceptAdmin>) -> Result<()> {
        instructions::accept_admin(ctx)
    }

    /// Admin: closes the config when no market is left.
    #[discrim = 105]
    pub fn close_config(ctx: &mut Context<CloseConfig>) -> Result<()> {
        instructions::close_config(ctx)
    }

    /// Anyone: opens the treasury of a mint.
    #[discrim = 106]
    pub fn open_treasury(ctx: &mut Context<OpenTreasury>) -> Result<()> {
        instructions::open_treasury(ctx)
    }

    /// Anyone: moves a client's owed fees to the treasury.
    #[discrim = 107]
    pub fn sweep_fees(ctx: &mut Context<SweepFees>) -> Result<()> {
        instructions::sweep_fees(ctx)
    }

    /// Anyone: moves the treasury's share of slashed stake to the treasury.
    #[discrim = 108]
    pub fn sweep_slashes(ctx: &mut Context<SweepSlashes>) -> Result<()> {
        instructions::sweep_slashes(ctx)
    }

    /// Admin: withdraws from a treasury to an account of the config's treasury owner.
    #[discrim = 109]
    pub fn withdraw_treasury(ctx: &mut Context<WithdrawTreasury>, amount: u64) -> Result<()> {
        instructions::withdraw_treasury(ctx, amount)
    }

    /// Admin: closes an empty treasury.
    #[discrim = 110]
    pub fn close_treasury(ctx: &mut Context<CloseTreasury>) -> Result<()> {
        instructions::close_treasury(ctx)
    }

    // ---- attestation

    /// Admin: announces how fees are split; takes effect 14 days later.
    #[discrim = 111]
    pub fn announce_split(ctx: &mut Context<ChangeConfig>, split: Split) -> Result<()> {
        instructions::announce_split(ctx, split)
    }

    /// Anyone: creates a set of attestors, which terms can name.
    #[discrim = 120]
    pub fn create_attestor_set(ctx: &mut Context<CreateAttestorSet>, id: u16, params: SetParams) -> Result<()> {
        instructions::create_attestor_set(ctx, id, &params)
    }

    /// Creator: changes how the set judges; what loosens it takes effect 14 days later.
    #[discrim = 121]
    pub fn announce_set(ctx: &mut Context<AnnounceSet>, params: SetParams) -> Result<()> {
        instructions::announce_set(ctx, &params)
    }

    /// Creator, with the owner of the stake: adds an attestor, bonded out of that stake.
    #[discrim = 122]
    pub fn add_attestor(ctx: &mut Context<AddAttestor>, attestor: Address) -> Result<()> {
        instructions::add_attestor(ctx, &attestor)
    }

    /// Owner of the stake: raises the bond of its attestor.
    #[discrim = 123]
    pub fn raise_bond(ctx: &mut Context<ChangeAttestor>, amount: u64) -> Result<()> {
        instructions::raise_bond(ctx, amount)
    }

    /// The attestor, or the owner of its stake: leaves the set.
    #[discrim = 124]
    pub fn leave_set(ctx: &mut Context<ChangeAttestor>) -> Result<()> {
        instructions::leave_set(ctx)
    }

    /// Creator: removes an attestor, one in 14 days.
    #[discrim = 125]
    pub fn remove_attestor(ctx: &mut Context<ChangeAttestor>) -> Result<()> {
        instructions::remove_attestor(ctx)
    }

    /// Anyone: frees the bond of an attestor that left, once nothing binds it.
    #[discrim = 126]
    pub fn vacate_attestor(ctx: &mut Context<ChangeAttestor>) -> Result<()> {
        instructions::vacate_attestor(ctx)
    }

    /// Creator: closes an empty set.
    #[discrim = 127]
    pub fn close_attestor_set(ctx: &mut Context<CloseAttestorSet>) -> Result<()> {
        instructions::close_attestor_set(ctx)
    }

    /// Operator or owner, with the owner of a stake that pays: opens the member's next round.
    #[discrim = 128]
    pub fn open_challenge(ctx: &mut Context<OpenChallenge>, max_fee: u64) -> Result<()> {
        instructions::open_challenge(ctx, max_fee)
    }

    /// Anyone: draws seed and panel of a round from the hash of its slot.
    #[discrim = 129]
    pub fn draw(ctx: &mut Context<Draw>) -> Result<()> {
        instructions::draw(ctx)
    }

    /// Operator or owner: commits to what the benchmark put out.
    #[discrim = 130]
    pub fn commit_answer(ctx: &mut Context<HostAnswer>, commitment: [u8; 32]) -> Result<()> {
        instructions::commit_answer(ctx, &commitment)
    }

    /// Operator or owner: opens the answer, after the readings.
    #[discrim = 131]
    pub fn open_answer(ctx: &mut Context<HostAnswer>, answer: Answer, salt: [u8; 32]) -> Result<()> {
        instructions::open_answer(ctx, &answer, &salt)
    }

    /// A drawn attestor: commits to what it measured.
    #[discrim = 132]
    pub fn commit_reading(ctx: &mut Context<JudgeRound>, commitment: [u8; 32]) -> Result<()> {
        instructions::commit_reading(ctx, &commitment)
    }

    /// A drawn attestor: reveals what it measured.
    #[discrim = 133]
    pub fn reveal_reading(ctx: &mut Context<JudgeRound>, reading: Reading, salt: [u8; 32]) -> Result<()> {
        instructions::reveal_reading(ctx, &reading, &salt)
    }

    /// Anyone: decides a round from what was revealed.
    #[discrim = 134]
    pub fn finalize_challenge(ctx: &mut Context<EndRound>) -> Result<()> {
        instructions::finalize_challenge(ctx)
    }

    /// Anyone: ends a round that nobody drew in time.
    #[discrim = 135]
    pub fn expire_challenge(ctx: &mut Context<EndRound>) -> Result<()> {
        instructions::expire_challenge(ctx)
    }

    /// Anyone: ends a round that passed, when the time to claim its GPUs is over.
    #[discrim = 136]
    pub fn conclude_challenge(ctx: &mut Context<EndRound>) -> Result<()> {
        instructions::conclude_challenge(ctx)
    }

    /// Anyone: pays or slashes one attestor of a decided round.
    #[discrim = 137]
    pub fn settle_attestor(ctx: &mut Context<SettleAttestor>) -> Result<()> {
        instructions::settle_attestor(ctx)
    }

    /// Anyone: records a GPU of a round that passed for its member.
    #[discrim = 138]
    pub fn claim_gpu(
        ctx: &mut Context<ClaimGpu>,
        uuid_hash: [u8; 32],
        index: u16,
        proof: Vec<[u8; 32]>,
    ) -> Result<()> {
        instructions::claim_gpu(ctx, &uuid_hash, index, &proof)
    }

    /// Owner of the host, and anyone once it has expired: gives a GPU up.
    #[discrim = 139]
    pub fn release_gpu(ctx: &mut Context<ReleaseGpu>) -> Result<()> {
        instructions::release_gpu(ctx)
    }

    /// Anyone: closes a round whose attestors are settled; the rest of its fee goes back.
    #[discrim = 140]
    pub fn close_challenge(ctx: &mut Context<CloseChallenge>) -> Result<()> {
        instructions::close_challenge(ctx)
    }

    // ---- rewards

    /// Anyone: opens the reward pool of a mint.
    #[discrim = 150]
    pub fn open_pool(ctx: &mut Context<OpenPool>) -> Result<()> {
        instructions::open_pool(ctx)
    }

    /// Anyone: closes a pool that nobody earns from; rests of divisions go to the treasury.
    #[discrim = 151]
    pub fn close_pool(ctx: &mut Context<ClosePool>) -> Result<()> {
        instructions::close_pool(ctx)
    }

    /// Owner: lets a stake earn from a pool.
    #[discrim = 152]
    pub fn open_position(ctx: &mut Context<OpenPosition>) -> Result<()> {
        instructions::open_position(ctx)
    }

    /// Owner: closes a position whose rewards were claimed.
    #[discrim = 153]
    pub fn close_position(ctx: &mut Context<ClosePosition>) -> Result<()> {
        instructions::close_position(ctx)
    }

    /// Owner: claims what the stake has earned from a pool.
    #[discrim = 154]
    pub fn claim_rewards(ctx: &mut Context<ClaimRewards>) -> Result<()> {
        instructions::claim_rewards(ctx)
    }

    /// Anyone: has a pool count the weight that a stake has now, which after a slash is lower.
    #[discrim = 155]
    pub fn sync_weight(ctx: &mut Context<SyncWeight>) -> Result<()> {
        instructions::sync_weight(ctx)
    }

    /// Anyone: compares a pool with its vault; while that is short, nobody enters.
    #[discrim = 156]
    pub fn check_pool(ctx: &mut Context<CheckPool>) -> Result<()> {
        instructions::check_pool(ctx)
    }

    /// Anyone: gives tokens to the stakers of a pool, or to the hosts of a listed premium market.
    #[discrim = 160]
    pub fn open_emission(ctx: &mut Context<OpenEmission>, id: u16, params: EmissionParams) -> Result<()> {
        instructions::open_emission(ctx, id, &params)
    }

    /// Anyone: moves what is due of an emission to the pool.
    #[discrim = 161]
    pub fn release_emission(ctx: &mut Context<ReleaseEmission>) -> Result<()> {
        instructions::release_emission(ctx)
    }

    /// Anyone: pays the host of an ended job out of an incentive, up to what it gives.
    #[discrim = 162]
    pub fn pay_incentive(ctx: &mut Context<PayIncentive>) -> Result<()> {
        instructions::pay_incentive(ctx)
    }

    /// Anyone, if it is spent; the funder of an incentive after its end: closes an emission.
    #[discrim = 163]
    pub fn close_emission(ctx: &mut Context<CloseEmission>) -> Result<()> {
        instructions::close_emission(ctx)
    }
}
