//! Hosts that do not answer.

use {
    super::{
        HostParty, Place, localnet, pass,
        user::{User, post, text},
    },
    gpu_market_sdk::{
        Address, address,
        instructions::{
            Parties, Slash,
            expire::{ExpireAssigned, expire_assigned},
            stake::open_credit,
        },
    },
    solana_signer::Signer,
};

/// A host that is given a job and says nothing until its time to answer is over, which anybody then enforces.
pub async fn slashed(host: &HostParty, client: &User, place: Place) {
    let market = place.market.to_string();
    client.does(&["client", "fund", "50", "--market", &market]);
    host.join().await.expect("joined");
    let job: Address = text(&client.does(&post(&market, &[])), "job").parse().expect("an address");
    pass(121 + 60).await;
    let owner = host.owner.pubkey();
    let slash = Slash::of(&owner, client.key);
    let parties = Parties {
        job,
        client: address::client(&client.key, &place.token.mint).0,
        market: place.market,
        host: host.host,
    };
    let caller = host.operator.pubkey();
    host.as_operator(open_credit(caller, slash.stake, client.key)).await.expect("opened");
    let expire = ExpireAssigned {
        caller,
        caller_tokens: None,
        parties,
        shard: 0,
        slash: Some(slash),
        stake_token: localnet().stake().expect("a mint"),
    };
    host.as_operator(expire_assigned(expire)).await.expect("expired");
}
