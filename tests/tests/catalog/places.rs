//! Hosts, members, markets and the protocol.

use {
    super::*,
    gpu_market::state::{ConfigSettings, HostParams, MarketParams, Policy, Split, TermsParams},
    gpu_market_sdk::instructions::{admin, host as hosting, market as markets, member as members, shard, treasury},
};

const HOST: HostParams = HostParams { operator: OPERATOR, sealing_key: [0x41; 32], metadata_hash: [0x42; 32] };
const SETTINGS: ConfigSettings = ConfigSettings {
    pauser: CALLER,
    treasury: DESTINATION,
    unbonding: 0x0102_0304_0506_0708,
    min_bond: 0x1112_1314_1516_1718,
};
const PARAMS: MarketParams = MarketParams {
    id: MARKET_ID,
    gpus_per_seat: 8,
    tier: 1,
    gpu_class: [0x51; 32],
    genesis_end: 0x2122_2324,
    access_mint: ACCESS,
};
const NEW_TERMS: TermsParams = TermsParams {
    rate: 0x0102_0304_0506_0708,
    bond: 2,
    tip: 3,
    queue_fee: 4,
    min_duration: 0x0506_0708,
    max_duration: 6,
    queue_ttl: 7,
    ack_window: 8,
    heartbeat_interval: 9,
    seat_lifetime: 10,
    fee_bps: 0x0b0c,
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
    attestor_set: ACCESS,
};

pub fn all() -> Vec<(&'static str, Instruction)> {
    [hosts(), market_instructions(), protocol()].concat()
}

fn hosts() -> Vec<(&'static str, Instruction)> {
    let withdraw = hosting::WithdrawEarnings {
        authority: AUTHORITY,
        host: host(),
        token: TOKEN,
        destination: DESTINATION,
        amount: 0x0102_0304_0506_0708,
    };
    let enroll =
        members::Enroll { owner: OWNER, payer: PAYER, market: market(), token: TOKEN, access: Some(ACCESS) };
    let promote = members::Promote { market: market(), terms: TERMS, feeder: FEEDER, host: host() };
    let admit = members::Admit {
        authority: AUTHORITY,
        market: market(),
        terms: TERMS,
        host: host(),
        gpus: 0x0102,
        evidence_hash: [0x61; 32],
    };
    vec![
        ("register_host", hosting::register_host(OWNER, PAYER, HOST)),
        ("update_host", hosting::update_host(OWNER, HOST)),
        ("close_host", hosting::close_host(OWNER, RENT_PAYER)),
        ("open_earnings", hosting::open_earnings(OWNER, TOKEN)),
        ("withdraw_earnings", hosting::withdraw_earnings(withdraw)),
        ("close_earnings", hosting::close_earnings(OWNER, TOKEN, DESTINATION)),
        ("enroll", members::enroll(enroll)),
        ("admit", members::admit(admit)),
        ("apply", members::apply(enroll)),
        ("promote", members::promote(promote)),
        ("review", members::review(market(), TERMS, host())),
        ("resign", members::resign(OWNER, market(), TERMS)),
        ("close_member", members::close_member(OWNER, market(), RENT_PAYER)),
    ]
}

fn market_instructions() -> Vec<(&'static str, Instruction)> {
    let create = markets::CreateMarket {
        authority: AUTHORITY,
        payer: PAYER,
        payment: TOKEN,
        feeder: Some(FEEDER),
        market: PARAMS,
        terms: NEW_TERMS,
    };
    let announce = markets::AnnounceTerms {
        authority: AUTHORITY,
        payer: PAYER,
        market: market(),
        in_force: TERMS,
        number: TERMS + 1,
        terms: NEW_TERMS,
        effective_at: 0x3132_3334_3536_3738,
    };
    vec![
        ("create_market", markets::create_market(create)),
        ("announce_terms", markets::announce_terms(announce)),
        ("close_terms", markets::close_terms(AUTHORITY, market(), TERMS, RENT_PAYER)),
        ("set_market_pause", markets::set_market_pause(AUTHORITY, market(), 5)),
        ("list_market", markets::list_market(ADMIN, market(), true)),
        ("propose_market_authority", markets::propose_market_authority(AUTHORITY, market(), SUCCESSOR)),
        ("accept_market_authority", markets::accept_market_authority(SUCCESSOR, market())),
        ("close_market", markets::close_market(AUTHORITY, market(), RENT_PAYER)),
        ("create_shard", shard::create_shard(AUTHORITY, PAYER, market(), SHARD)),
        ("grow_shard", shard::grow_shard(PAYER, market(), SHARD)),
        ("close_shard", shard::close_shard(AUTHORITY, market(), SHARD, RENT_PAYER)),
    ]
}

fn protocol() -> Vec<(&'static str, Instruction)> {
    let create = admin::CreateConfig {
        payer: PAYER,
        upgrade_authority: UPGRADE_AUTHORITY,
        stake: STAKE_TOKEN,
        admin: ADMIN,
        settings: SETTINGS,
    };
    let withdraw = treasury::WithdrawTreasury {
        admin: ADMIN,
        token: TOKEN,
        destination: DESTINATION,
        amount: 0x0102_0304_0506_0708,
    };
    let referrer = Some(address::earnings(&host(), &TOKEN.mint).0);
    let sweep = treasury::SweepFees { client: client(), token: TOKEN, stakers: true, referrer };
    vec![
        ("create_config", admin::create_config(create)),
        ("update_config", admin::update_config(ADMIN, SETTINGS)),
        ("set_pause", admin::set_pause(AUTHORITY, 3)),
        ("propose_admin", admin::propose_admin(ADMIN, SUCCESSOR)),
        ("accept_admin", admin::accept_admin(SUCCESSOR)),
        ("close_config", admin::close_config(ADMIN, RENT_PAYER)),
        ("open_treasury", treasury::open_treasury(PAYER, TOKEN)),
        ("sweep_fees", treasury::sweep_fees(sweep)),
        ("announce_split", admin::announce_split(ADMIN, Split { stakers_bps: 0x0102, referral_bps: 0x0304 })),
        ("sweep_slashes", treasury::sweep_slashes(stake(), STAKE_TOKEN)),
        ("withdraw_treasury", treasury::withdraw_treasury(withdraw)),
        ("close_treasury", treasury::close_treasury(ADMIN, TOKEN, RENT_PAYER)),
    ]
}
