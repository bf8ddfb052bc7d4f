//! Jobs, the queue, escrow and stake.

use {
    super::*,
    gpu_market::state::{Outcome, PostParams},
    gpu_market_sdk::instructions::{
        client as escrow, expire, job as jobs, queue, rewards::with_positions, stake as staking,
    },
};

pub fn all() -> Vec<(&'static str, Instruction)> {
    [clients(), hosts(), cranks(), queues(), escrows(), stakes()].concat()
}

fn clients() -> Vec<(&'static str, Instruction)> {
    let params =
        PostParams { nonce: NONCE, max_rate: 0x1112_1314_1516_1718, duration: 0x2122_2324, spec_hash: [0x31; 32] };
    let post = jobs::Post {
        authority: AUTHORITY,
        payer: PAYER,
        market: market(),
        terms: TERMS,
        shard: SHARD,
        client: client(),
        params,
    };
    let cancel =
        jobs::Cancel { authority: AUTHORITY, client: client(), job: job(), market: market(), shard: SHARD };
    let reprice = jobs::Reprice {
        owner: OWNER,
        client: client(),
        job: job(),
        market: market(),
        terms: TERMS,
        shard: SHARD,
        max_rate: 0x4142_4344_4546_4748,
    };
    let close = jobs::CloseJob {
        caller: CALLER,
        client: client(),
        job: job(),
        rent_payer: RENT_PAYER,
        closed_member: Some(member()),
    };
    vec![
        ("post", jobs::post(post)),
        ("post_to", jobs::post_to(post, 0x5152, member())),
        ("cancel", jobs::cancel(cancel)),
        ("end", jobs::end(AUTHORITY, parties(), TOKEN)),
        ("extend", jobs::extend(AUTHORITY, client(), job(), 0x6162_6364)),
        ("reprice", jobs::reprice(reprice)),
        ("dispute", jobs::dispute(OWNER, client(), job(), member())),
        ("close_job", jobs::close_job(close)),
    ]
}

fn hosts() -> Vec<(&'static str, Instruction)> {
    let start = jobs::Start {
        operator: OPERATOR,
        host: host(),
        market: market(),
        job: job(),
        shard: SHARD,
        max_duration: 0x0102_0304,
    };
    let heartbeat =
        jobs::Heartbeat { operator: OPERATOR, host: host(), market: market(), job: job(), checkpoint: [0x11; 32] };
    let finish = jobs::Finish {
        operator: OPERATOR,
        parties: parties(),
        token: TOKEN,
        outcome: Outcome::HostFault,
        result_hash: [0x21; 32],
        slash: slash(),
    };
    let rejoin = jobs::Rejoin { terms: TERMS, shard: SHARD, min_rate: 0x3132_3334_3536_3738, access: Some(ACCESS) };
    let unavailable = jobs::DeclineUnavailable {
        operator: OPERATOR,
        parties: parties(),
        shard: SHARD,
        token: TOKEN,
        first: Some(jobs::FirstReport { member: FIRST_MEMBER, earnings: FIRST_EARNINGS }),
    };
    let decline = jobs::Decline { operator: OPERATOR, parties: parties(), shard: SHARD, slash: slash() };
    vec![
        ("start", jobs::start(start)),
        ("heartbeat", jobs::heartbeat(heartbeat)),
        ("finish", jobs::finish(finish)),
        ("finish_and_rejoin", jobs::finish_and_rejoin(finish, rejoin)),
        ("decline", jobs::decline(decline)),
        ("decline_unavailable", jobs::decline_unavailable(unavailable)),
        ("collect", jobs::collect(parties(), TOKEN)),
    ]
}

fn cranks() -> Vec<(&'static str, Instruction)> {
    let queued = expire::ExpireQueued {
        caller: CALLER,
        caller_tokens: CALLER_TOKENS,
        job: job(),
        client: client(),
        market: market(),
        shard: SHARD,
        token: TOKEN,
    };
    let assigned = expire::ExpireAssigned {
        caller: CALLER,
        caller_tokens: Some(CALLER_TOKENS),
        parties: parties(),
        shard: SHARD,
        slash: slash(),
        stake_token: STAKE_TOKEN,
    };
    let running = expire::ExpireRunning {
        caller: CALLER,
        caller_tokens: CALLER_TOKENS,
        parties: parties(),
        token: TOKEN,
        slash: slash(),
    };
    vec![
        ("expire_queued", expire::expire_queued(queued)),
        ("expire_assigned", expire::expire_assigned(assigned)),
        ("expire_running", expire::expire_running(running)),
    ]
}

fn queues() -> Vec<(&'static str, Instruction)> {
    let seat = queue::Seat {
        operator: OPERATOR,
        host: host(),
        market: market(),
        terms: TERMS,
        shard: SHARD,
        min_rate: 0x0102_0304_0506_0708,
        access: Some(ACCESS),
    };
    let leave = queue::Leave { caller: CALLER, host: host(), market: market(), shard: SHARD, node: 0x1112 };
    vec![
        ("join", queue::join(seat)),
        ("renew", queue::renew(seat, 0x2122)),
        ("leave", queue::leave(leave)),
        ("match_heads", queue::match_heads(market(), SHARD)),
        ("rebalance", queue::rebalance(market(), SHARD, SHARD + 1)),
    ]
}

fn escrows() -> Vec<(&'static str, Instruction)> {
    let amount = 0x0102_0304_0506_0708;
    let deposit = escrow::Deposit { depositor: DEPOSITOR, source: SOURCE, client: client(), token: TOKEN, amount };
    let withdraw = escrow::Withdraw { owner: OWNER, token: TOKEN, destination: DESTINATION, amount };
    let delegate = escrow::SetDelegate {
        owner: OWNER,
        mint: TOKEN.mint,
        delegate: AUTHORITY,
        cap: amount,
        expires_at: 0x1112_1314_1516_1718,
    };
    let close =
        escrow::CloseClient { owner: OWNER, token: TOKEN, destination: DESTINATION, rent_payer: RENT_PAYER };
    vec![
        ("open_client", escrow::open_client(OWNER, PAYER, TOKEN)),
        ("deposit", escrow::deposit(deposit)),
        ("withdraw", escrow::withdraw(withdraw)),
        ("set_delegate", escrow::set_delegate(delegate)),
        ("raise_nonce_floor", escrow::raise_nonce_floor(OWNER, TOKEN.mint, amount)),
        ("close_client", escrow::close_client(close)),
    ]
}

fn stakes() -> Vec<(&'static str, Instruction)> {
    let amount = 0x0102_0304_0506_0708;
    let tokens = staking::StakeTokens { owner: OWNER, source: SOURCE, token: STAKE_TOKEN, amount };
    let close =
        staking::CloseStake { owner: OWNER, token: STAKE_TOKEN, destination: DESTINATION, rent_payer: RENT_PAYER };
    let claim = staking::ClaimCredit {
        caller: CALLER,
        beneficiary: BENEFICIARY,
        stake: stake(),
        token: STAKE_TOKEN,
        destination: DESTINATION,
    };
    vec![
        ("open_stake", staking::open_stake(OWNER, PAYER, STAKE_TOKEN)),
        ("stake", with_positions(staking::stake(tokens), &OWNER, &POOL_MINTS)),
        ("allocate", staking::allocate(OWNER, market(), amount)),
        ("deallocate", staking::deallocate(OWNER, market(), amount)),
        ("request_unstake", with_positions(staking::request_unstake(OWNER, amount), &OWNER, &POOL_MINTS)),
        ("restake", with_positions(staking::restake(OWNER, amount), &OWNER, &POOL_MINTS)),
        ("withdraw_stake", staking::withdraw_stake(OWNER, STAKE_TOKEN, DESTINATION)),
        ("close_stake", staking::close_stake(close)),
        ("open_credit", staking::open_credit(PAYER, stake(), BENEFICIARY)),
        ("claim_credit", staking::claim_credit(claim)),
        ("close_credit", staking::close_credit(stake(), BENEFICIARY, RENT_PAYER)),
    ]
}
