//! Runs a host through one job: stakes, enrolls, waits for work, gives evidence, is paid and withdraws.
//!
//!     cargo run -p gpu-market-sdk --features svm --example run_a_host
//!
//! It runs on an embedded chain with the real program. An agent that does this day and night, and survives restarts, is
//! `gpu-market host run`.

#[path = "open_a_market.rs"]
#[allow(dead_code, reason = "only its market is needed")]
mod open_a_market;

use {
    gpu_market_sdk::{
        Address, address,
        decode::ShardAccount,
        gpu_market::state::{Client, HostParams, Job, Outcome, PostParams},
        instructions::{Parties, Token, client, host, job, member, queue, stake},
        svm::{Svm, keypair},
    },
    open_a_market::{DOLLAR, Place, STAKE, funded, open},
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::error::Error,
};

/// Seconds that the host works.
const WORK: u32 = 600;

/// A host: its owner keeps the money, its operator does the work and can take nothing.
struct Host {
    owner: Keypair,
    operator: Keypair,
    key: Address,
}

/// Registers, stakes and enrolls with collateral for one seat.
fn enroll(place: &mut Place) -> Result<Host, Box<dyn Error>> {
    let Place { svm, market, dollar, stake: token } = place;
    let (owner, operator) = (funded(svm, "host owner"), funded(svm, "host operator"));
    let key = owner.pubkey();
    let source = wallet(svm, "host owner's stake", *token, &owner)?;
    svm.mint_to(*token, &source, 100 * STAKE)?;
    let params = HostParams { operator: operator.pubkey(), sealing_key: [0; 32], metadata_hash: [0; 32] };
    svm.send(
        &[
            host::register_host(key, key, params),
            stake::open_stake(key, key, *token),
            stake::stake(stake::StakeTokens { owner: key, source, token: *token, amount: 100 * STAKE }),
        ],
        &[&owner],
    )?;
    svm.send(
        &[
            host::open_earnings(key, *dollar),
            member::enroll(member::Enroll {
                owner: key,
                payer: key,
                market: *market,
                token: *dollar,
                access: None,
            }),
            stake::allocate(key, *market, 50 * STAKE),
        ],
        &[&owner],
    )?;
    Ok(Host { key: address::host(&key).0, owner, operator })
}

/// A client that has an hour's job waiting in line.
fn post(place: &mut Place) -> Result<job::Post, Box<dyn Error>> {
    let Place { svm, market, dollar: token, .. } = place;
    let owner = funded(svm, "client");
    let source = wallet(svm, "client's wallet", *token, &owner)?;
    svm.mint_to(*token, &source, DOLLAR)?;
    let client = address::client(&owner.pubkey(), &token.mint).0;
    let deposit = client::Deposit { depositor: owner.pubkey(), source, client, token: *token, amount: DOLLAR };
    let params = PostParams { nonce: 0, max_rate: u64::MAX, duration: 3_600, spec_hash: [7; 32] };
    let (authority, payer) = (owner.pubkey(), owner.pubkey());
    let post = job::Post { authority, payer, market: *market, terms: 1, shard: 0, client, params };
    let open = client::open_client(owner.pubkey(), owner.pubkey(), *token);
    svm.send(&[open, client::deposit(deposit), job::post(post)], &[&owner])?;
    Ok(post)
}

fn wallet(svm: &mut Svm, name: &str, token: Token, owner: &Keypair) -> Result<Address, Box<dyn Error>> {
    svm.create_token_account(name, token, &owner.pubkey())?;
    Ok(keypair(&format!("token account {name}")).pubkey())
}

/// The job that is assigned to a member, if there is one.
fn assigned(svm: &Svm, market: &Address, member: Address) -> Result<Option<Address>, Box<dyn Error>> {
    let shard: ShardAccount = svm.account(&address::shard(market, 0).0).ok_or("there is no line")?;
    let queue = shard.queue()?;
    Ok(queue.assigned.iter().find(|slot| slot.node.member == member).map(|slot| slot.node.job))
}

/// Joins, starts what it is given, gives evidence every minute, and finishes.
fn work(place: &mut Place, worker: &Host) -> Result<Job, Box<dyn Error>> {
    let Place { svm, market, dollar, .. } = place;
    let (market, operator, host) = (*market, worker.operator.pubkey(), worker.key);
    let seat = queue::Seat { operator, host, market, terms: 1, shard: 0, min_rate: 0, access: None };
    svm.send(&[queue::join(seat)], &[&worker.operator])?;
    let job = assigned(svm, &market, address::member(&market, &host).0)?.ok_or("there is no job to do")?;
    let start = job::Start { operator, host, market, job, shard: 0, max_duration: u32::MAX };
    svm.send(&[job::start(start)], &[&worker.operator])?;
    println!("started {job}; every second from now on is paid, if there is evidence of it");
    for _ in 0..WORK / 60 {
        svm.advance(60);
        let heartbeat = job::Heartbeat { operator, host, market, job, checkpoint: [1; 32] };
        svm.send(&[job::heartbeat(heartbeat)], &[&worker.operator])?;
    }
    let account: Job = svm.account(&job).ok_or("the job is gone")?;
    let finish = job::Finish {
        operator,
        parties: Parties { job, client: account.client, market, host },
        token: *dollar,
        outcome: Outcome::Success,
        result_hash: [2; 32],
        slash: None,
    };
    svm.send(&[job::finish(finish)], &[&worker.operator])?;
    Ok(svm.account(&job).ok_or("the job is gone")?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut place = open()?;
    let worker = enroll(&mut place)?;
    let post = post(&mut place)?;
    let job = work(&mut place, &worker)?;
    println!("worked {WORK} seconds and was paid {} base units", job.paid);

    let destination = wallet(&mut place.svm, "host owner's dollars", place.dollar, &worker.owner)?;
    let withdraw = host::withdraw_earnings(host::WithdrawEarnings {
        authority: worker.owner.pubkey(),
        host: worker.key,
        token: place.dollar,
        destination,
        amount: u64::MAX,
    });
    place.svm.send(&[withdraw], &[&worker.owner])?;
    let withdrawn = place.svm.token_amount(&destination).unwrap_or_default();
    println!("withdrew {withdrawn}");
    let client: Client = place.svm.account(&post.client).ok_or("the client is gone")?;
    println!("the client has {} of its dollar left", client.available);
    // 100 base units a second; the client pays 2 % of it besides.
    if (job.paid, withdrawn, client.available) != (60_000, 60_000, DOLLAR - 60_000 - 1_200) {
        return Err("the money does not add up".into());
    }
    Ok(())
}

#[cfg(test)]
#[test]
fn a_host_is_paid_for_one_job() {
    main().unwrap();
}
