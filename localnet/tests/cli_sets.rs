//! Sets of attestors, by the command `gpu-market` as a process.

mod common;

use {
    common::{
        STAKE, localnet, pass, place, run,
        user::{User, text, units},
    },
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{AttestorSet, Stake},
    },
    tokio::sync::Mutex,
};

const DAY: i64 = 86_400;

/// Time passes in these tests.
static TURN: Mutex<()> = Mutex::const_new(());

/// Somebody with so many whole tokens staked.
async fn staker(name: &str, staked: u64) -> User {
    let user = User::with_stake(name, staked).await;
    user.does(&["stake", "add", &staked.to_string()]);
    user
}

/// The creator of a set with a bond of 100.
async fn creator(name: &str) -> (User, String) {
    let user = User::new(name, place(1).await, 0).await;
    let set = user.does(&create("7", "2"));
    (user, text(&set, "set").to_owned())
}

fn create<'a>(id: &'a str, quorum: &'a str) -> Vec<&'a str> {
    let terms = ["--panel", "3", "--quorum", quorum, "--bond", "100", "--fee", "0.5"];
    [&["attest", "set", "create", "--id", id], &terms[..]].concat()
}

async fn stake_of(owner: &User) -> Stake {
    localnet().network.connection().get(&address::stake(&owner.key).0).await.expect("a stake")
}

#[test]
fn a_set_is_created_filled_and_announced_by_its_creator_alone() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let (creator, set) = creator("cli set creator").await;
        assert_eq!(set, address::attestor_set(&creator.key, 7).0.to_string());
        let (code, said) = creator.fails(&create("8", "1"));
        assert!(
            code == 6 && said.contains("its quorum is more than half of it") && said.contains("orrect"),
            "{said}"
        );
        let (code, said) = creator.fails(&create("7", "2"));
        assert!(code == 6 && said.contains("you have a set with the number 7 already"), "{said}");
        assert!(said.contains("another --id") && said.contains(&format!("attest set show {set}")), "{said}");

        let attestor = staker("cli attestor", 150).await;
        let key = attestor.key.to_string();
        let stranger = User::new("cli set stranger", place(1).await, 0).await;
        let add = ["attest", "set", "add", &set, &key, "--stake-owner", &attestor.file];
        let (code, said) = stranger.fails(&add);
        assert!(code == 8 && said.contains("is not the creator of the set"), "{said}");
        let (code, said) = creator.fails(&["attest", "set", "add", &set, &key]);
        assert!(code == 5 && said.contains(&format!("there is no stake of {}", creator.key)), "{said}");
        assert!(said.contains("gpu-market stake add AMOUNT"), "{said}");
        let poor = staker("cli poor attestor", 99).await;
        let (code, said) =
            creator.fails(&["attest", "set", "add", &set, &poor.key.to_string(), "--stake-owner", &poor.file]);
        assert!(code == 6 && said.contains("less unallocated than this needs; stake more"), "{said}");
        let added = creator.does(&add);
        assert_eq!(text(&added, "stake"), address::stake(&attestor.key).0.to_string());
        let (code, said) = creator.fails(&add);
        assert!(code == 6 && said.contains("The key or the stake is in the set; use another key"), "{said}");
        assert_eq!(stake_of(&attestor).await.allocated, 100 * STAKE);

        let (code, said) = stranger.fails(&["attest", "set", "raise-bond", &set, "1"]);
        assert!(code == 5 && said.contains("there is no attestor that the stake of"), "{said}");
        assert!(said.contains(&format!("see who is in it: `gpu-market attest set show {set}`")), "{said}");
        assert_eq!(units(&attestor.does(&["attest", "set", "raise-bond", &set, "25"]), "amount"), 25 * STAKE);
        let (code, said) = attestor.fails(&["attest", "set", "raise-bond", &set, "26"]);
        assert!(code == 6 && said.contains("less unallocated than this needs"), "{said}");

        let terms = ["--panel", "5", "--quorum", "3", "--bond", "200", "--fee", "1"];
        let announce = [&["attest", "set", "announce", &set], &terms[..]].concat();
        let (code, said) = stranger.fails(&announce);
        assert!(code == 8 && said.contains(&creator.key.to_string()), "{said}");
        let (code, said) = creator.fails(&announce);
        assert!(code == 2 && said.contains("Announce this?") && said.contains("pass --yes"), "{said}");
        creator.does(&announce);
        let shown = stranger.does(&["attest", "set", "show", &set]);
        assert_eq!((units(&shown, "bond"), units(&shown["announced"], "bond")), (100 * STAKE, 200 * STAKE));
        assert_eq!(units(&shown["attestors"][0], "bond"), 125 * STAKE);
        pass(14 * DAY + 1).await;
        let shown = stranger.does(&["attest", "set", "show", &set]);
        assert_eq!((&shown["panel"], &shown["quorum"], &shown["announced"]), (&5.into(), &3.into(), &().into()));
    });
}

#[test]
fn attestors_leave_or_are_removed_and_the_set_closes_after_the_last() {
    localnet();
    run(async {
        let _turn = TURN.lock().await;
        let (creator, set) = creator("cli set closer").await;
        let stranger = User::new("cli set onlooker", place(1).await, 0).await;
        // Its key is not its stake's owner's.
        let backer = staker("cli backer", 100).await;
        let attestor = User::new("cli backed attestor", place(1).await, 0).await;
        let [first, second] = [staker("cli first removed", 100).await, staker("cli second removed", 100).await];
        for (key, owner) in [(&attestor, &backer), (&first, &first), (&second, &second)] {
            creator.does(&["attest", "set", "add", &set, &key.key.to_string(), "--stake-owner", &owner.file]);
        }

        let leave = ["attest", "set", "leave", &set];
        let (code, said) = stranger.fails(&leave);
        assert!(code == 5 && said.contains(&format!("the stake of {} backs", stranger.key)), "{said}");
        let backing = backer.key.to_string();
        let (code, said) = stranger.fails(&[&leave[..], &["--stake-owner", &backing]].concat());
        assert!(code == 8 && said.contains("is not the attestor or owner of the stake"), "{said}");
        let (code, said) = attestor.fails(&leave);
        assert!(code == 2 && said.contains("Leave this set?"), "{said}");
        let left = attestor.does(&leave);
        assert_eq!(text(&left, "stake"), address::stake(&backer.key).0.to_string(), "found by the attestor's key");

        let [one, another] = [first.key.to_string(), second.key.to_string()];
        let remove = ["attest", "set", "remove", &set, &one];
        let (code, said) = stranger.fails(&remove);
        assert!(code == 8 && said.contains("is not the creator of the set"), "{said}");
        creator.does(&remove);
        let (code, said) = creator.fails(&["attest", "set", "remove", &set, &another, "--yes"]);
        assert!(
            code == 6 && said.contains("removes one attestor in 14 days") && said.contains("wait, or"),
            "{said}"
        );
        second.does(&leave);

        let vacate = ["attest", "set", "vacate", &set, &backing];
        let (code, said) = stranger.fails(&vacate);
        assert!(code == 6 && said.contains("leaves a day after it left"), "{said}");
        let (code, said) = creator.fails(&["attest", "set", "close", &set, "--yes"]);
        assert!(code == 6 && said.contains("A set closes when it has no attestors and no rounds"), "{said}");
        pass(DAY + 1).await;
        for owner in [&backer, &first, &second] {
            stranger.does(&["attest", "set", "vacate", &set, &owner.key.to_string()]);
            assert_eq!(stake_of(owner).await.allocated, 0, "its bond is free");
        }
        let (code, said) = stranger.fails(&vacate);
        assert!(code == 5 && said.contains("there is no attestor that the stake of"), "{said}");

        let (code, said) = creator.fails(&["attest", "set", "close", &set, "--yes"]);
        assert!(code == 6 && said.contains("14 days after its last attestor left"), "{said}");
        pass(14 * DAY).await;
        let (code, said) = stranger.fails(&["attest", "set", "close", &set, "--yes"]);
        assert!(code == 8 && said.contains("is not the creator of the set"), "{said}");
        let (code, said) = creator.fails(&["attest", "set", "close", &set]);
        assert!(code == 2 && said.contains("Close this set?"), "{said}");
        creator.does(&["attest", "set", "close", &set]);
        let address: Address = set.parse().expect("an address");
        assert_eq!(localnet().network.connection().find::<AttestorSet>(&address).await.unwrap(), None);
        let (code, said) = creator.fails(&["attest", "set", "show", &set]);
        assert!(code == 5 && said.contains("gpu-market market show MARKET"), "{said}");
        let (code, said) = creator.fails(&["attest", "set", "show", &address::stake(&backer.key).0.to_string()]);
        assert!(
            code == 2 && said.contains("this is no AttestorSet account") && said.contains("allowed:"),
            "{said}"
        );
    });
}
