//! Where every account has to lie by its own fields. Copies of an account at other addresses are no danger only because
//! the program never makes one there.

use gpu_market_sdk::{Address, address, decode::Account};

/// The address that the fields of an account give.
pub fn address_of(account: &Account) -> Address {
    let (key, _) = match account {
        Account::Config(_) => address::config(),
        Account::Treasury(treasury) => address::treasury(&treasury.mint),
        Account::Market(market) => address::market(&market.authority, market.id),
        Account::Terms(terms) => address::terms(&terms.market, terms.number),
        Account::Client(client) => address::client(&client.owner, &client.mint),
        Account::Job(job) => address::job(&job.client, job.nonce),
        Account::Stake(stake) => address::stake(&stake.owner),
        Account::Credit(credit) => address::credit(&credit.stake, &credit.beneficiary),
        Account::Host(host) => address::host(&host.owner),
        Account::Member(member) => address::member(&member.market, &member.host),
        Account::AttestorSet(set) => address::attestor_set(&set.creator, set.id),
        Account::Challenge(round) => address::challenge(&round.member, round.nonce),
        Account::Gpu(gpu) => address::gpu(&gpu.set, &gpu.uuid_hash),
        Account::RewardPool(pool) => address::reward_pool(&pool.mint),
        Account::RewardPosition(position) => address::position(&position.pool, &position.stake),
        Account::Emission(emission) => address::emission(&emission.funder, emission.id),
        Account::Shard(shard) => address::shard(&shard.shard.market, shard.shard.index),
    };
    key
}
