//! The client against a real network: jobs of two parties, and refusals.

mod common;

use {
    common::{ClientParty, DOLLAR, HostParty, balance, funded, localnet, pass, place, run},
    gpu_market_sdk::{
        Address, address, budget,
        gpu_market::{
            error::MarketError,
            state::{Client, Job, JobState, PostParams},
        },
        instructions::job,
        rpc::{Connection, FeePolicy, RpcError, Settings},
        view::Phase,
    },
    solana_signer::Signer,
};

#[test]
fn two_parties_take_a_job_from_the_deposit_to_both_withdrawals() {
    let localnet = localnet();
    run(async {
        let place = place(1).await;
        let client = ClientParty::new("life client", place, 10 * DOLLAR).await;
        let host = HostParty::new("life host", place).await;
        let connection = localnet.network.connection();
        client.deposit(10 * DOLLAR).await.unwrap();

        let posted = client.connection.post(&client.post(1), &[&client.owner]).await.unwrap();
        let view = connection.job(&posted.job).await.unwrap();
        assert!(matches!(view.phase, Phase::Queued { place: 1, of: 1, .. }), "{view:?}");
        host.join().await.unwrap();
        let member = address::member(&place.market, &host.host).0;
        let view = connection.job(&posted.job).await.unwrap();
        assert!(matches!(view.phase, Phase::Assigned { member: key, .. } if key == member), "{view:?}");
        host.start(posted.job).await.unwrap();
        pass(100).await;
        host.heartbeat(posted.job).await.unwrap();
        let view = connection.job(&posted.job).await.unwrap();
        assert!(matches!(view.phase, Phase::Running { evidenced: 100.., .. }), "{view:?}");
        host.collect(posted.job, client.client).await.unwrap();
        assert!(connection.job(&posted.job).await.unwrap().cost.paid > 0);
        pass(100).await;
        host.finish(posted.job, client.client).await.unwrap();

        let view = connection.job(&posted.job).await.unwrap();
        assert!(matches!(view.phase, Phase::Ended { state: JobState::Completed, .. }), "{view:?}");
        let evidenced = u64::from(view.job.evidenced);
        assert!(evidenced >= 200);
        assert_eq!(view.cost.paid, view.job.rate * evidenced / 1_000_000);
        let account: Client = connection.get(&client.client).await.unwrap();
        assert_eq!((account.reserved, account.fees_owed), (0, view.cost.fee));

        host.withdraw().await.unwrap();
        client.withdraw(account.available).await.unwrap();
        assert_eq!(balance(host.wallet).await, view.cost.paid);
        assert_eq!(balance(client.wallet).await, 10 * DOLLAR - view.cost.paid - view.cost.fee - view.cost.tip);
    });
}

#[test]
fn a_refusal_comes_back_with_its_rule_and_remedy_and_changes_nothing() {
    localnet();
    run(async {
        let client = ClientParty::new("refused client", place(3).await, DOLLAR).await;
        let post = client.post(1);
        let error = client.connection.post(&post, &[&client.owner]).await.unwrap_err();
        assert_eq!(error.refusal(), Some(MarketError::InsufficientEscrow.into()));
        let RpcError::Refused(refused) = error else { panic!("{error}") };
        assert_eq!((refused.instruction, refused.index, refused.name()), ("post", 0, "InsufficientEscrow"));
        assert_eq!(refused.rule(), Some(MarketError::InsufficientEscrow.rule()));
        assert_eq!(refused.remedy(), Some(MarketError::InsufficientEscrow.remedy()));
        assert!(!refused.logs.is_empty());
        assert_eq!(client.connection.find::<Job>(&post.job()).await.unwrap(), None);
    });
}

#[test]
fn a_post_with_a_nonce_that_is_used_is_the_same_job_or_an_error() {
    localnet();
    run(async {
        let client = ClientParty::new("twice client", place(5).await, 100 * DOLLAR).await;
        let connection = &client.connection;
        client.deposit(100 * DOLLAR).await.unwrap();
        let (post, signers) = (client.post(7), [&client.owner]);

        // Two processes post the same job at once.
        let (one, other) = tokio::join!(connection.post(&post, &signers), connection.post(&post, &signers));
        let receipts = [one.unwrap(), other.unwrap()];
        assert!(receipts.iter().all(|posted| posted.job == post.job()));
        let again = connection.post(&post, &signers).await.unwrap();
        assert_eq!((again.job, again.receipt), (post.job(), None));
        let account: Client = connection.get(&client.client).await.unwrap();
        let job: Job = connection.get(&post.job()).await.unwrap();
        assert_eq!((account.open_jobs, account.reserved), (1, job.deposit));

        let other = job::Post { params: PostParams { spec_hash: [9; 32], ..post.params }, ..post };
        let error = connection.post(&other, &signers).await.unwrap_err();
        assert!(matches!(error, RpcError::NonceTaken { nonce: 7, job } if job == post.job()), "{error}");

        cancel_and_close(&client, post.job()).await;
        let error = connection.post(&post, &signers).await.unwrap_err();
        assert_eq!(error.refusal(), Some(MarketError::NonceBelowFloor.into()), "{error}");
    });
}

async fn cancel_and_close(client: &ClientParty, job: Address) {
    let (authority, market) = (client.owner.pubkey(), client.place.market);
    let cancel = job::Cancel { authority, client: client.client, job, market, shard: 0 };
    client.send(job::cancel(cancel)).await.unwrap();
    let close =
        job::CloseJob { caller: authority, client: client.client, job, rent_payer: authority, closed_member: None };
    client.send(job::close_job(close)).await.unwrap();
}

#[test]
fn a_transaction_asks_for_what_it_needs_and_bids_within_the_cap() {
    localnet();
    run(async {
        let client = ClientParty::new("bidding client", place(7).await, DOLLAR).await;
        let fee = FeePolicy { percentile: 50, floor: 40_000, cap: 50_000 };
        let settings = Settings { fee, ..client.connection.settings().clone() };
        let bidding = ClientParty { connection: Connection::new(settings), ..client };
        let held = lamports(&bidding).await;
        let receipt = bidding.deposit(DOLLAR).await.unwrap();
        let measured = budget::compute_units("deposit").unwrap();
        assert!((measured..measured * 2).contains(&receipt.unit_limit), "{receipt:?}");
        assert!((40_000..=50_000).contains(&receipt.unit_price), "{receipt:?}");
        let bid = (u64::from(receipt.unit_limit) * receipt.unit_price).div_ceil(1_000_000);
        assert_eq!(held - lamports(&bidding).await, 5_000 + bid);
    });
}

async fn lamports(client: &ClientParty) -> u64 {
    client.connection.inner().get_balance(&client.owner.pubkey()).await.unwrap()
}

#[test]
fn a_signer_that_is_not_given_is_named_before_anything_is_sent() {
    localnet();
    run(async {
        let client = ClientParty::new("unsigned client", place(8).await, DOLLAR).await;
        let stranger = funded("unsigned stranger", common::LAMPORTS).await;
        let deposit = gpu_market_sdk::instructions::client::raise_nonce_floor(
            client.owner.pubkey(),
            client.place.token.mint,
            5,
        );
        let sent = client.connection.send(&stranger.pubkey(), &[deposit], &[&stranger]).await;
        assert!(matches!(sent, Err(RpcError::SignerMissing(key)) if key == client.owner.pubkey()), "{sent:?}");
    });
}

#[test]
fn an_account_that_is_not_there_is_named() {
    localnet();
    run(async {
        let connection = localnet().network.connection();
        let nowhere = Address::new_from_array([77; 32]);
        let error = connection.job(&nowhere).await.unwrap_err();
        assert!(matches!(error, RpcError::Missing { account: "Job", address } if address == nowhere), "{error}");
    });
}
