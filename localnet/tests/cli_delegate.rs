//! Who may act for a client, how far, and on what, by the command `gpu-market` as a process.

mod common;

use {
    common::{
        DOLLAR, Place, localnet, place, run,
        user::{User, post, text, units},
    },
    gpu_market_sdk::address,
};

/// A client with 50 dollars in its escrow.
async fn client(name: &str, place: Place) -> User {
    let user = User::new(name, place, 100 * DOLLAR).await;
    user.does(&["client", "fund", "50", "--market", &place.market.to_string()]);
    user
}

#[test]
fn a_delegate_posts_within_its_cap_and_no_further() {
    localnet();
    run(async {
        let place = place(2).await;
        let market = place.market.to_string();
        let client = client("cli principal", place).await;
        let delegate = User::new("cli delegate", place, 0).await;
        let (whose, who) = (client.key.to_string(), delegate.key.to_string());
        let (code, said) = delegate.fails(&post(&market, &["--client-owner", &whose, "--yes"]));
        assert!(code == 8 && said.contains("is not the owner or delegate of the client"), "{said}");
        let (code, said) = client.fails(&["client", "delegate", &who, "--market", &market]);
        assert!(code == 2 && said.contains("--cap"), "{said}");

        // As much as one of these jobs reserves, and a unit less than two.
        let quote = client.does(&post(&market, &["--nonce", "1"]));
        client.does(&["job", "cancel", text(&quote, "job")]);
        let deposit = units(&quote, "deposit");
        let cap = format!("{}.{:06}", (2 * deposit - 1) / DOLLAR, (2 * deposit - 1) % DOLLAR);
        let set = client.does(&["client", "delegate", &who, "--market", &market, "--cap", &cap, "--for", "1d"]);
        assert_eq!((text(&set, "delegate"), units(&set, "cap")), (who.as_str(), 2 * deposit - 1));

        let posted = delegate.does(&post(&market, &["--client-owner", &whose, "--nonce", "2"]));
        let shown = client.does(&["client", "balance", "--market", &market]);
        assert_eq!(units(&shown["delegate"], "used"), units(&posted, "deposit"));
        let (code, said) = delegate.fails(&post(&market, &["--client-owner", &whose, "--nonce", "3", "--yes"]));
        assert!(code == 6 && said.contains("would reserve or spend more than its cap"), "{said}");
        assert!(said.contains("raise the cap"), "{said}");
        let (code, said) = delegate.fails(&["client", "withdraw", "1", "--market", &market]);
        assert!(code == 5 && said.contains("escrow of"), "a delegate has no escrow, and takes nothing: {said}");
        let (code, said) = delegate.fails(&["job", "dispute", text(&posted, "job"), "--yes"]);
        assert!(code == 8 && said.contains("is not the owner of the client"), "{said}");

        delegate.does(&["job", "cancel", text(&posted, "job")]);
        client.does(&["client", "delegate", "--revoke", "--market", &market]);
        let (code, said) = delegate.fails(&post(&market, &["--client-owner", &whose, "--yes"]));
        assert!(code == 8 && said.contains(&whose), "{said}");
    });
}

#[test]
fn a_nonce_below_the_floor_is_never_posted() {
    localnet();
    run(async {
        let place = place(3).await;
        let market = place.market.to_string();
        let client = client("cli careful", place).await;
        let raise = |floor| ["client", "raise-nonce-floor", floor, "--market", &market];
        let raised = client.does(&raise("10"));
        assert_eq!((text(&raised, "nonce_floor_before"), text(&raised, "nonce_floor")), ("0", "10"));
        let (code, said) = client.fails(&raise("10"));
        assert!(
            code == 6 && said.contains("The nonce floor only rises, and it is 10; pass a number above"),
            "{said}"
        );
        let (code, said) = client.fails(&post(&market, &["--nonce", "9", "--yes"]));
        assert!(code == 6 && said.contains("below the floor"), "{said}");
        let posted = client.does(&post(&market, &[]));
        client.does(&["job", "cancel", text(&posted, "job")]);
    });
}

#[test]
fn a_job_is_repriced_and_disputed_by_its_owner_alone_and_only_when_there_is_a_reason() {
    localnet();
    run(async {
        let place = place(4).await;
        let market = place.market.to_string();
        let client = client("cli repricer", place).await;
        let stranger = User::new("cli onlooker", place, 0).await;
        let posted = client.does(&post(&market, &[]));
        let job = text(&posted, "job");
        let nowhere = address::job(&client.key, 77).0.to_string();

        let (code, said) = client.fails(&["job", "reprice", job]);
        assert!(code == 2 && said.contains("--max-rate"), "{said}");
        let (code, said) = client.fails(&["job", "reprice", job, "--max-rate", "0.0001", "--yes"]);
        assert!(
            code == 6 && said.contains("above the 0.0001 per hour") && said.contains("raise --max-rate"),
            "{said}"
        );
        let (code, said) = client.fails(&["job", "reprice", job, "--max-rate", "much"]);
        assert!(code == 2 && said.contains("not a decimal number"), "{said}");
        let (code, said) = client.fails(&["job", "reprice", &nowhere, "--max-rate", "9", "--yes"]);
        assert!(code == 5 && said.contains("it may be closed, or on another cluster"), "{said}");
        let (code, said) = stranger.fails(&["job", "reprice", job, "--max-rate", "9", "--yes"]);
        assert!(code == 8 && said.contains("is not the owner of the client"), "{said}");

        let (code, said) = client.fails(&["job", "dispute", job, "--yes"]);
        assert!(code == 6 && said.contains("Only a completed or failed job can be disputed"), "{said}");
        let (code, said) = client.fails(&["job", "dispute", &nowhere, "--yes"]);
        assert!(code == 5 && said.contains("there is no job at"), "{said}");
        let (code, said) = stranger.fails(&["job", "dispute", job, "--yes"]);
        assert!(code == 8 && said.contains("is not the owner of the client"), "{said}");
        client.does(&["job", "cancel", job]);
    });
}
