//! Into a premium market by genesis, and the review of a week there, by the command `gpu-market` as a process.

mod common;

use {
    common::{
        STAKE, localnet, pass, place, run,
        user::{User, text},
    },
    gpu_market_sdk::{
        address,
        gpu_market::state::{Member, MemberState},
    },
};

const WEEK: i64 = 7 * 86_400;
const EVIDENCE: &str = "0505050505050505050505050505050505050505050505050505050505050505";

#[test]
fn a_candidate_is_admitted_by_the_authority_alone_and_reviewed_by_anyone() {
    localnet();
    run(async {
        let place = place(2).await;
        let market = place.market.to_string();
        let [host, stranger] =
            [User::new("cli pioneer", place, 0).await, User::new("cli reviewer", place, 0).await];
        let authority = User::of_key("market-authority");
        let owner = host.key.to_string();
        localnet().mint(localnet().stake().expect("a mint"), host.key, 200 * STAKE).await.expect("minted");
        host.does(&["host", "register"]);
        host.does(&["stake", "add", "200"]);

        let admit = |gpus| ["market", "admit", &market, &owner, "--gpus", gpus, "--evidence-hash", EVIDENCE];
        let (code, said) = authority.fails(&admit("1"));
        assert!(code == 5 && said.contains(&format!("gpu-market host apply {market}")), "{said}");
        host.does(&["host", "apply", &market]);
        host.does(&["stake", "allocate", &market, "100"]);
        let (code, said) = stranger.fails(&admit("1"));
        assert!(code == 8 && said.contains("is not the authority of the market"), "{said}");
        let (code, said) = authority.fails(&admit("0"));
        assert!(code == 6 && said.to_lowercase().contains("gpus"), "{said}");
        let (code, said) = stranger.fails(&["host", "review", &market, "--owner", &owner]);
        assert!(code == 6 && said.contains("Only an active or suspended member"), "{said}");

        authority.does(&admit("1"));
        let member = address::member(&place.market, &address::host(&host.key).0).0;
        let found = localnet().network.connection().get::<Member>(&member).await.unwrap();
        assert_eq!((found.state(), found.evidence_hash), (Ok(MemberState::Active), [5; 32]));
        let (code, said) = authority.fails(&admit("1"));
        assert!(code == 6, "{said}");
        let (code, said) = stranger.fails(&["host", "review", &market, "--owner", &owner]);
        assert!(code == 6 && said.contains("was judged, or is exempt"), "{said}");

        // Two weeks on a window of its own is full, with nothing in it to judge.
        pass(2 * WEEK + 2 * 86_400).await;
        let reviewed = stranger.does(&["host", "review", &market, "--owner", &owner]);
        assert_eq!((text(&reviewed, "verdict"), text(&reviewed, "state")), ("neutral", "active"));
        let (code, said) = stranger.fails(&["host", "review", &market, "--owner", &owner]);
        assert!(code == 6 && said.contains("The last full window of this member was judged"), "{said}");
        let (code, said) = authority.fails(&admit("1"));
        assert!(code == 6 && said.contains("enesis"), "genesis is over for ever: {said}");
    });
}
