//! Rewards, emissions, and what concerns them in stakes and escrows.

use {
    super::*,
    gpu_market::state::EmissionParams,
    gpu_market_sdk::instructions::{
        client as escrow,
        rewards::{self, CloseEmission, OpenEmission, Recipients},
        stake as staking,
    },
};

/// Number of the emission.
const EMISSION_ID: u16 = 0x0506;

pub fn emission() -> Address {
    address::emission(&CREATOR, EMISSION_ID).0
}

pub fn all() -> Vec<(&'static str, Instruction)> {
    let mint = TOKEN.mint;
    let open = OpenEmission {
        funder: CREATOR,
        payer: PAYER,
        source: SOURCE,
        token: TOKEN,
        recipients: Recipients::Hosts(market()),
        id: EMISSION_ID,
        params: EmissionParams {
            amount: 0x0102_0304_0506_0708,
            start: 0x1112_1314,
            end: 0x2122_2324,
            rate: 3,
            window_cap: 4,
        },
    };
    let close = CloseEmission {
        caller: CALLER,
        emission: emission(),
        for_stakers: true,
        token: TOKEN,
        destination: DESTINATION,
        rent_payer: RENT_PAYER,
    };
    vec![
        ("set_referrer", escrow::set_referrer(OWNER, mint, Some(OWNER))),
        ("check_client", escrow::check_client(client())),
        ("extend_lock", rewards::with_positions(staking::extend_lock(OWNER, 0x0102), &OWNER, &POOL_MINTS)),
        ("check_stake", staking::check_stake(stake())),
        ("open_pool", rewards::open_pool(PAYER, TOKEN)),
        ("close_pool", rewards::close_pool(TOKEN, RENT_PAYER)),
        ("open_position", rewards::open_position(OWNER, PAYER, mint)),
        ("close_position", rewards::close_position(OWNER, mint, RENT_PAYER)),
        ("claim_rewards", rewards::claim_rewards(OWNER, TOKEN, DESTINATION)),
        ("sync_weight", rewards::sync_weight(stake(), mint)),
        ("check_pool", rewards::check_pool(mint)),
        ("open_emission", rewards::open_emission(open)),
        ("release_emission", rewards::release_emission(emission(), TOKEN)),
        ("pay_incentive", rewards::pay_incentive(emission(), parties(), TOKEN)),
        ("close_emission", rewards::close_emission(close)),
    ]
}
