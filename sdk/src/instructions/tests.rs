use {
    super::{admin, attest, client, expire, host, job, market, member, queue, rewards, shard, stake, treasury, *},
    bytemuck::Zeroable,
    gpu_market::state::{
        Answer, Challenge, ConfigSettings, EmissionParams, Gpu, HostParams, MarketParams, Outcome, Policy,
        PostParams, Reading, SetParams, Split, TermsParams,
    },
    std::collections::BTreeMap,
};

const A: Address = Address::new_from_array([1; 32]);
const B: Address = Address::new_from_array([2; 32]);
const C: Address = Address::new_from_array([3; 32]);
const D: Address = Address::new_from_array([4; 32]);
const MARKET: Address = Address::new_from_array([5; 32]);
const TOKEN: Token = Token { mint: Address::new_from_array([6; 32]), program: address::TOKEN_PROGRAM };
const PARTIES: Parties = Parties { job: A, client: B, market: MARKET, host: C };
const SLASH: Option<Slash> = Some(Slash { stake: A, client_owner: B });
const SETTINGS: ConfigSettings = ConfigSettings { pauser: A, treasury: B, unbonding: 1, min_bond: 2 };
const HOST: HostParams = HostParams { operator: A, sealing_key: [1; 32], metadata_hash: [2; 32] };
const POST: PostParams = PostParams { nonce: 1, max_rate: 2, duration: 3, spec_hash: [4; 32] };
const TERMS: TermsParams = TermsParams {
    rate: 1,
    bond: 2,
    tip: 3,
    queue_fee: 4,
    min_duration: 5,
    max_duration: 6,
    queue_ttl: 7,
    ack_window: 8,
    heartbeat_interval: 9,
    seat_lifetime: 10,
    fee_bps: 11,
    missed_ack_bps: 12,
    sla_bps: 13,
    attempts: 14,
    policy: Policy {
        min_volume: 15,
        collateral_floor: 16,
        min_ended_fees: 116,
        min_completed: 17,
        min_evidenced: 18,
        min_score: 19,
        strike_cooldown: 20,
        min_ended: 21,
        suspension: 22,
        cooldown: 23,
        promote_success_bps: 24,
        review_success_bps: 25,
        review_missed_bps: 26,
        min_clients: 27,
        admission: 1,
        reserved: [0; 3],
    },
    attestor_set: A,
};
const PARAMS: MarketParams =
    MarketParams { id: 1, gpus_per_seat: 2, tier: 1, gpu_class: [3; 32], genesis_end: 4, access_mint: A };

const ENROLL: member::Enroll = member::Enroll { owner: A, payer: B, market: MARKET, token: TOKEN, access: Some(C) };

/// One of each instruction.
fn all() -> Vec<Instruction> {
    [jobs(), queues(), money(), places(), attestation()].concat()
}

fn jobs() -> Vec<Instruction> {
    let post = job::Post { authority: A, payer: B, market: MARKET, terms: 1, shard: 2, client: C, params: POST };
    let finish = job::Finish {
        operator: D,
        parties: PARTIES,
        token: TOKEN,
        outcome: Outcome::HostFault,
        result_hash: [7; 32],
        slash: SLASH,
    };
    let first = Some(job::FirstReport { member: A, earnings: D });
    vec![
        job::post(post),
        job::post_to(post, 7, D),
        job::start(job::Start { operator: A, host: B, market: MARKET, job: C, shard: 1, max_duration: 60 }),
        job::heartbeat(job::Heartbeat { operator: A, host: B, market: MARKET, job: C, checkpoint: [1; 32] }),
        job::finish(finish),
        job::finish_and_rejoin(finish, job::Rejoin { terms: 1, shard: 2, min_rate: 3, access: Some(A) }),
        job::cancel(job::Cancel { authority: A, client: B, job: C, market: MARKET, shard: 1 }),
        job::collect(PARTIES, TOKEN),
        job::end(D, PARTIES, TOKEN),
        job::extend(A, B, C, 60),
        job::reprice(job::Reprice { owner: A, client: B, job: C, market: MARKET, terms: 1, shard: 2, max_rate: 3 }),
        job::decline(job::Decline { operator: D, parties: PARTIES, shard: 1, slash: SLASH }),
        job::decline_unavailable(job::DeclineUnavailable {
            operator: D,
            parties: PARTIES,
            shard: 1,
            token: TOKEN,
            first,
        }),
        job::dispute(A, B, C, D),
        job::close_job(job::CloseJob { caller: A, client: B, job: C, rent_payer: D, closed_member: Some(A) }),
        expire::expire_queued(expire::ExpireQueued {
            caller: A,
            caller_tokens: B,
            job: C,
            client: D,
            market: MARKET,
            shard: 1,
            token: TOKEN,
        }),
        expire::expire_assigned(expire::ExpireAssigned {
            caller: A,
            caller_tokens: Some(B),
            parties: PARTIES,
            shard: 1,
            slash: SLASH,
            stake_token: TOKEN,
        }),
        expire::expire_running(expire::ExpireRunning {
            caller: A,
            caller_tokens: B,
            parties: PARTIES,
            token: TOKEN,
            slash: SLASH,
        }),
    ]
}

fn queues() -> Vec<Instruction> {
    let seat =
        queue::Seat { operator: A, host: B, market: MARKET, terms: 1, shard: 2, min_rate: 3, access: Some(A) };
    vec![
        queue::join(seat),
        queue::renew(seat, 7),
        queue::leave(queue::Leave { caller: A, host: B, market: MARKET, shard: 1, node: 7 }),
        queue::match_heads(MARKET, 1),
        queue::rebalance(MARKET, 1, 2),
    ]
}

fn money() -> Vec<Instruction> {
    vec![
        client::open_client(A, B, TOKEN),
        client::deposit(client::Deposit { depositor: A, source: B, client: C, token: TOKEN, amount: 1 }),
        client::withdraw(client::Withdraw { owner: A, token: TOKEN, destination: B, amount: 1 }),
        client::set_delegate(client::SetDelegate { owner: A, mint: B, delegate: C, cap: 1, expires_at: 2 }),
        client::raise_nonce_floor(A, B, 1),
        client::close_client(client::CloseClient { owner: A, token: TOKEN, destination: B, rent_payer: C }),
        stake::open_stake(A, B, TOKEN),
        stake::stake(stake::StakeTokens { owner: A, source: B, token: TOKEN, amount: 1 }),
        stake::allocate(A, MARKET, 1),
        stake::deallocate(A, MARKET, 1),
        stake::request_unstake(A, 1),
        stake::restake(A, 1),
        stake::withdraw_stake(A, TOKEN, B),
        stake::close_stake(stake::CloseStake { owner: A, token: TOKEN, destination: B, rent_payer: C }),
        stake::open_credit(A, B, C),
        stake::claim_credit(stake::ClaimCredit {
            caller: A,
            beneficiary: A,
            stake: B,
            token: TOKEN,
            destination: C,
        }),
        stake::close_credit(A, B, C),
        treasury::open_treasury(A, TOKEN),
        treasury::sweep_fees(treasury::SweepFees { client: A, token: TOKEN, stakers: false, referrer: None }),
        treasury::sweep_slashes(A, TOKEN),
        treasury::withdraw_treasury(treasury::WithdrawTreasury {
            admin: A,
            token: TOKEN,
            destination: B,
            amount: 1,
        }),
        treasury::close_treasury(A, TOKEN, B),
        client::set_referrer(A, TOKEN.mint, Some(B)),
        client::check_client(A),
        stake::extend_lock(A, 14),
        stake::check_stake(A),
        admin::announce_split(A, Split { stakers_bps: 1, referral_bps: 2 }),
        rewards::open_pool(A, TOKEN),
        rewards::close_pool(TOKEN, B),
        rewards::open_position(A, B, TOKEN.mint),
        rewards::close_position(A, TOKEN.mint, B),
        rewards::claim_rewards(A, TOKEN, B),
        rewards::sync_weight(A, TOKEN.mint),
        rewards::check_pool(TOKEN.mint),
        rewards::open_emission(rewards::OpenEmission {
            funder: A,
            payer: B,
            source: C,
            token: TOKEN,
            recipients: rewards::Recipients::Stakers,
            id: 1,
            params: EmissionParams { amount: 1, start: 2, end: 3, rate: 0, window_cap: 0 },
        }),
        rewards::release_emission(A, TOKEN),
        rewards::pay_incentive(A, PARTIES, TOKEN),
        rewards::close_emission(rewards::CloseEmission {
            caller: A,
            emission: B,
            for_stakers: false,
            token: TOKEN,
            destination: C,
            rent_payer: A,
        }),
    ]
}

fn places() -> Vec<Instruction> {
    vec![
        host::register_host(A, B, HOST),
        host::update_host(A, HOST),
        host::close_host(A, B),
        host::open_earnings(A, TOKEN),
        host::withdraw_earnings(host::WithdrawEarnings {
            authority: A,
            host: B,
            token: TOKEN,
            destination: C,
            amount: 1,
        }),
        host::close_earnings(A, TOKEN, B),
        member::enroll(ENROLL),
        member::apply(ENROLL),
        member::promote(member::Promote { market: MARKET, terms: 1, feeder: B, host: C }),
        member::review(MARKET, 1, C),
        member::resign(A, MARKET, 1),
        member::admit(member::Admit {
            authority: A,
            market: MARKET,
            terms: 1,
            host: C,
            gpus: 8,
            evidence_hash: [9; 32],
        }),
        member::close_member(A, MARKET, B),
        market::create_market(market::CreateMarket {
            authority: A,
            payer: B,
            payment: TOKEN,
            feeder: Some(C),
            market: PARAMS,
            terms: TERMS,
        }),
        market::announce_terms(market::AnnounceTerms {
            authority: A,
            payer: B,
            market: MARKET,
            in_force: 1,
            number: 2,
            terms: TERMS,
            effective_at: 3,
        }),
        market::close_terms(A, MARKET, 1, B),
        market::set_market_pause(A, MARKET, 1),
        market::list_market(A, MARKET, true),
        market::propose_market_authority(A, MARKET, B),
        market::accept_market_authority(A, MARKET),
        market::close_market(A, MARKET, B),
        shard::create_shard(A, B, MARKET, 1),
        shard::grow_shard(A, MARKET, 1),
        shard::close_shard(A, MARKET, 1, B),
        admin::create_config(admin::CreateConfig {
            payer: A,
            upgrade_authority: B,
            stake: TOKEN,
            admin: C,
            settings: SETTINGS,
        }),
        admin::update_config(A, SETTINGS),
        admin::set_pause(A, 1),
        admin::propose_admin(A, B),
        admin::accept_admin(A),
        admin::close_config(A, B),
    ]
}

fn attestation() -> Vec<Instruction> {
    let set = SetParams { bond: 1, fee: 2, panel: 3, quorum: 2, reserved: [0; 6] };
    let open = attest::OpenChallenge {
        authority: A,
        payer_owner: B,
        rent_payer: C,
        host_owner: D,
        market: MARKET,
        terms: 1,
        set: A,
        nonce: 2,
        max_fee: 3,
    };
    let answer = Answer { result: [1; 32], gpus: 2, gpu_root: [3; 32] };
    let reading = Reading { verdict: 1, score: 2, vram: 3, gpus: 4, result: [7; 32], gpu_root: [5; 32] };
    let claim = attest::ClaimGpu {
        payer: A,
        challenge: B,
        member: C,
        set: D,
        uuid_hash: [1; 32],
        index: 2,
        proof: vec![[3; 32]; 6],
    };
    let (round, gpu) = (Challenge::zeroed(), Gpu::zeroed());
    vec![
        attest::create_attestor_set(A, B, 1, set),
        attest::announce_set(A, B, set),
        attest::add_attestor(A, B, C, D),
        attest::raise_bond(A, B, 1),
        attest::leave_set(A, B, C),
        attest::remove_attestor(A, B, C),
        attest::vacate_attestor(A, B, C),
        attest::close_attestor_set(A, B, C),
        attest::open_challenge(open),
        attest::draw(A, B),
        attest::commit_answer(A, B, C, [1; 32]),
        attest::open_answer(A, B, C, answer, [4; 32]),
        attest::commit_reading(A, B, C, [1; 32]),
        attest::reveal_reading(A, B, C, reading, [6; 32]),
        attest::finalize_challenge(A, B),
        attest::expire_challenge(A, B),
        attest::conclude_challenge(A, B),
        attest::settle_attestor(A, &round, B, TOKEN),
        attest::claim_gpu(claim),
        attest::release_gpu(A, B, &gpu),
        attest::close_challenge(A, &round),
    ]
}

/// What the program checks of an account before its address: `S` signs and is written, `s` signs, `w` is written, `r`
/// neither.
fn flags(instruction: &Instruction) -> String {
    let flag = |meta: &AccountMeta| match (meta.is_signer, meta.is_writable) {
        (true, true) => 'S',
        (true, false) => 's',
        (false, true) => 'w',
        (false, false) => 'r',
    };
    instruction.accounts.iter().map(flag).collect()
}

/// Number, flags and bytes of data of each instruction.
const GOLDEN: [(u8, &str, usize); 112] = [
    (0, "sSrrrwwwrrr", 53),
    (1, "sSrrrwwwrrr", 87),
    (2, "srrrrwwrrr", 9),
    (3, "srrwwwrr", 5),
    (4, "srrwrr", 33),
    (5, "srwwwwwrrwwrr", 34),
    (6, "srwwwwwrrwwrrrwrrr", 42),
    (7, "swwwrr", 1),
    (8, "wrwwwrrrr", 1),
    (9, "swwwwwrrrr", 1),
    (10, "swwrr", 5),
    (11, "swrrwwrr", 9),
    (12, "srwwwwwwrr", 1),
    (13, "srwwwwwwrwrrrr", 1),
    (14, "srwwrr", 1),
    (15, "swwwrrr", 1),
    (16, "swwwwwrrrr", 1),
    (17, "swrwwwwwwwwrrrr", 1),
    (18, "swwwrwwwrrwwrr", 1),
    (20, "srrrrwwrrr", 11),
    (21, "srwwrr", 3),
    (22, "wrr", 1),
    (23, "wwrr", 1),
    (30, "sSwwrrrrr", 1),
    (31, "swwwrrrr", 9),
    (32, "swwwrrrr", 9),
    (33, "swrr", 49),
    (34, "swrr", 9),
    (35, "swwwwrrrr", 1),
    (36, "swrrrr", 1),
    (37, "wrrr", 1),
    (40, "sSrwwrrrrr", 1),
    (41, "swrwwrrrr", 9),
    (42, "swrwrr", 9),
    (43, "swrwrr", 9),
    (44, "swrr", 9),
    (45, "swrr", 9),
    (46, "swwwrrrr", 1),
    (47, "swwwwrrrr", 1),
    (48, "Swrwrrr", 1),
    (49, "swwwwrrrr", 1),
    (50, "wwwrr", 1),
    (51, "swrr", 3),
    (52, "wrrr", 1),
    (60, "sSwrrr", 97),
    (61, "swrr", 97),
    (62, "swwrr", 1),
    (63, "Srwrrrrr", 1),
    (64, "srwwrrrr", 9),
    (65, "Srwwrrrr", 1),
    (66, "sSrwwrrwrrrrr", 1),
    (67, "srrwrr", 35),
    (68, "swwwwrr", 1),
    (69, "sSrwwrrwrrrrr", 1),
    (70, "rrwrrrr", 1),
    (71, "rrwrr", 1),
    (72, "srrrwrr", 1),
    (80, "sSwrrwwrrrr", 237),
    (81, "sSrwrwrrr", 168),
    (82, "swwwrr", 1),
    (83, "swrr", 2),
    (84, "srwrr", 2),
    (85, "swrr", 33),
    (86, "swrr", 1),
    (87, "swwwrr", 1),
    (88, "sSwwrrr", 2),
    (89, "Swrrr", 1),
    (90, "swwwrr", 1),
    (100, "Ssrrwrrrr", 113),
    (101, "swrr", 81),
    (102, "swrr", 2),
    (103, "swrr", 33),
    (104, "swrr", 1),
    (105, "swwrr", 1),
    (106, "Swwrrrrr", 1),
    (107, "rwwwwrrrrrrr", 1),
    (108, "wwwwrrrr", 1),
    (109, "srwwwrrrr", 9),
    (110, "srwwwrrrr", 1),
    (111, "swrr", 5),
    (120, "sSwrrr", 27),
    (121, "swrr", 25),
    (122, "sswwrr", 33),
    (123, "swwrr", 9),
    (124, "swwrr", 1),
    (125, "swwrr", 1),
    (126, "swwrr", 1),
    (127, "swwrr", 1),
    (128, "ssSrrwrrwwwrrr", 9),
    (129, "wwrrr", 1),
    (130, "srwrr", 33),
    (131, "srwrr", 99),
    (132, "srwrr", 33),
    (133, "srwrr", 108),
    (134, "wwrr", 1),
    (135, "wwrr", 1),
    (136, "wwrr", 1),
    (137, "wwwwwwrrrr", 1),
    (138, "Swwwrrr", 231),
    (139, "srwwwrr", 1),
    (140, "wwwwrr", 1),
    (150, "Swwrrrrr", 1),
    (151, "wwwwwrrrr", 1),
    (152, "sSwwwrrr", 1),
    (153, "swwwwrr", 1),
    (154, "srwwwwrrrr", 1),
    (155, "rwwrr", 1),
    (156, "wrrr", 1),
    (160, "sSwrwwwrrrrr", 43),
    (161, "wwwwrrrr", 1),
    (162, "rwwrwrwrrrr", 1),
    (163, "swrwwwrrrr", 1),
];

#[test]
fn every_instruction_has_its_accounts_and_arguments() {
    let built: BTreeMap<u8, Instruction> = all().into_iter().map(|built| (built.data[0], built)).collect();
    assert_eq!(built.len(), all().len(), "each number stands for one instruction");
    assert_eq!(built.len(), GOLDEN.len());
    for (number, expected, size) in GOLDEN {
        let instruction = &built[&number];
        assert_eq!((flags(instruction).as_str(), instruction.data.len()), (expected, size), "number {number}");
    }
}

#[test]
fn every_instruction_ends_with_what_its_events_need() {
    for instruction in all() {
        let tail: Vec<Address> = instruction.accounts.iter().rev().take(2).map(|meta| meta.pubkey).collect();
        assert_eq!(tail, [address::PROGRAM, address::event_authority().0]);
        assert_eq!(instruction.program_id, address::PROGRAM);
    }
}

#[test]
fn an_account_that_is_left_out_is_the_program_itself_and_cannot_be_written() {
    let expired = expire::expire_assigned(expire::ExpireAssigned {
        caller: A,
        caller_tokens: Some(B),
        parties: PARTIES,
        shard: 1,
        slash: None,
        stake_token: TOKEN,
    });
    assert!(expired.accounts[7..12].iter().all(|meta| *meta == AccountMeta::new_readonly(address::PROGRAM, false)));
}

#[test]
fn arguments_follow_the_number_in_their_order() {
    let post = job::Post { authority: A, payer: B, market: MARKET, terms: 1, shard: 2, client: C, params: POST };
    let targeted = job::post_to(post, 0x0102, D);
    let mut expected = vec![1];
    expected.extend(1u64.to_le_bytes());
    expected.extend(2u64.to_le_bytes());
    expected.extend(3u32.to_le_bytes());
    expected.extend([4; 32]);
    expected.extend([2, 1]);
    expected.extend(D.to_bytes());
    assert_eq!(targeted.data, expected);
}

#[test]
fn the_first_reporter_is_left_out_where_it_is_the_decliner_itself() {
    let own = job::FirstReport { member: PARTIES.member(), earnings: D };
    let declined = job::decline_unavailable(job::DeclineUnavailable {
        operator: D,
        parties: PARTIES,
        shard: 1,
        token: TOKEN,
        first: Some(own),
    });
    assert_eq!(declined.accounts[8].pubkey, address::PROGRAM);
    assert_eq!(declined.accounts[9], absent());
}
