//! I9: from every live state, with every key lost but that of somebody who owns nothing, all money finds its owners' books within
//! a bounded wait; and each owner takes its own out with its own key, though all others are lost.
//!
//! A step here is signed by a crank that has no part in anything. So one way out covers every choice of lost keys: of admin,
//! authority, operator, client and attestor, one at a time and all together.

mod stage;

use {
    gpu_market_campaign::{
        action::{
            Action, AdminAction, EmissionAction, EscrowAction, HostAction, JobAction, Outside, RewardAction,
            RoundAction, StakeAction, round::Claim,
        },
        base::Base,
        cast::{ADMIN, CRANK, delegate, operator, owner, party_owner},
        exit::{LONGEST_WAIT, exit},
        ids::{ClientId, EmissionId, MarketId, Mint, Party, Spot, Wallet},
    },
    stage::{CLIENT, COMMUNITY, PREMIUM, REFERRER, Stage, owners_take_all},
};

/// How a state is reached.
type Reach = fn(&mut Stage);

/// Every live state.
const STATES: &[(&str, Reach)] = &[
    // ---- jobs and their nodes
    ("a job in line", |stage| {
        stage.post(CLIENT, COMMUNITY, 1, 600);
    }),
    ("a job in line, extended and paid for by a delegate", |stage| {
        let (by, key) = (owner(CLIENT), delegate(0));
        let set = EscrowAction::SetDelegate {
            by,
            client: CLIENT,
            delegate: Some(key),
            cap: 1 << 40,
            expires_at: i64::MAX,
        };
        stage.act(Action::Escrow(set));
        let job = stage.post(CLIENT, COMMUNITY, 1, 600);
        stage.act(Action::Job(JobAction::Extend { by, client: CLIENT, job, seconds: 60 }));
    }),
    ("an assigned job", |stage| {
        stage.post(CLIENT, COMMUNITY, 0, 600);
    }),
    ("a job assigned to the one seat that it was posted for", |stage| {
        let line = stage.run.model.line_of(COMMUNITY, 0).expect("a shard");
        let seat = *line.seats.back().expect("a seat");
        let (_, host) = stage.run.model.cast.member_at(&line.node(seat).expect("a node").member).expect("a member");
        stage.post_for(CLIENT, COMMUNITY, 0, 600, Some((seat, host)));
    }),
    ("a job assigned in a premium market", |stage| {
        stage.post(CLIENT, PREMIUM, 0, 600);
    }),
    ("a job assigned to a member whose attestation is over", |stage| {
        stage.post(CLIENT, PREMIUM, 0, 600);
        stage.wait(41 * 86_400);
    }),
    ("a job in line again after a missed acknowledgement", |stage| {
        let job = stage.post(CLIENT, COMMUNITY, 0, 600);
        stage.miss(job);
    }),
    ("a job that one host had no spec of", |stage| {
        let job = stage.post(CLIENT, COMMUNITY, 0, 600);
        let around = stage.around(job);
        stage.act(Action::Job(JobAction::Unavailable { by: operator(around.host), around, shard: 0, first: None }));
    }),
    ("a job that runs without evidence", |stage| {
        stage.running(COMMUNITY, 600);
    }),
    ("a job that runs with evidence", |stage| {
        let around = stage.running(COMMUNITY, 600);
        stage.beat(around);
    }),
    ("a job that runs and was collected from", |stage| {
        let around = stage.running(COMMUNITY, 600);
        stage.beat(around);
        stage.act(Action::Job(JobAction::Collect { around }));
    }),
    ("a job that runs on a chain that stood still", |stage| {
        let around = stage.running(PREMIUM, 600);
        stage.beat(around);
        stage.act(Action::Outside(Outside::Halt { seconds: 100_000 }));
    }),
    ("a completed job", |stage| {
        let around = stage.running(COMMUNITY, 600);
        stage.beat(around);
        stage.finish(around, 0);
    }),
    ("a job that failed by its host's fault, with a credit", |stage| {
        let around = stage.running(PREMIUM, 600);
        stage.beat(around);
        stage.finish(around, 2);
    }),
    ("a job that its client ended", |stage| {
        let around = stage.running(COMMUNITY, 600);
        stage.beat(around);
        stage.act(Action::Job(JobAction::End { by: owner(CLIENT), around }));
    }),
    ("a job whose time was over", |stage| {
        let around = stage.running(COMMUNITY, 60);
        stage.beat(around);
        stage.expire(around);
    }),
    ("a job whose host was lost, with a credit", |stage| {
        let around = stage.running(PREMIUM, 3_600);
        stage.beat(around);
        stage.expire(around);
    }),
    ("a job cancelled in line", |stage| {
        let job = stage.post(CLIENT, COMMUNITY, 1, 600);
        let cancel = JobAction::Cancel { by: owner(CLIENT), client: CLIENT, job, market: COMMUNITY, shard: 1 };
        stage.act(Action::Job(cancel));
    }),
    ("a job cancelled on a host that is owed the tip", |stage| {
        let job = stage.post(CLIENT, COMMUNITY, 0, 600);
        stage.cancel(job, COMMUNITY);
    }),
    ("a job that nobody took in time", |stage| {
        let job = stage.post(CLIENT, COMMUNITY, 1, 600);
        stage.wait(700);
        let to = Wallet { key: CRANK, mint: Mint::Dollar };
        let (client, market, shard) = (CLIENT, COMMUNITY, 1);
        stage.act(Action::Job(JobAction::ExpireQueued { by: CRANK, client, job, market, shard, to }));
    }),
    ("pay that stayed in a frozen vault", |stage| {
        let around = stage.running(COMMUNITY, 600);
        stage.beat(around);
        stage.freeze(Spot::ClientVault(CLIENT));
        stage.finish(around, 0);
    }),
    ("a tip for a host that has closed its member", |stage| {
        let job = stage.post(CLIENT, COMMUNITY, 0, 600);
        let host = stage.around(job).host;
        stage.cancel(job, COMMUNITY);
        stage.leave_market(host, COMMUNITY);
    }),
    // ---- seats and members
    ("waiting seats", |_| {}),
    ("seats whose lifetime is over", |stage| stage.wait(2_000)),
    ("seats that a miss made evictable", |stage| {
        let job = stage.post(CLIENT, COMMUNITY, 0, 600);
        stage.miss(job);
        stage.wait(1);
    }),
    ("a suspended member with collateral", |stage| {
        stage.suspended();
    }),
    ("a removed member with collateral", |stage| {
        stage.removed();
    }),
    ("a candidate with collateral", |stage| stage.candidate()),
    // ---- stakes
    ("stake that cools, in more tranches than there are", |stage| {
        for _ in 0..6 {
            stage.unstake(Party(0), 1_000_000_007);
            stage.wait(3_600);
        }
    }),
    ("a stake that was slashed while it cooled", |stage| {
        stage.unstake(Party(0), 1_000_000_007);
        let around = stage.running(PREMIUM, 600);
        stage.expire(around);
    }),
    // ---- escrow and treasury
    ("fees in a mint without a treasury", |stage| {
        stage.owes_fee_in(ClientId { owner: 1, mint: Mint::Euro }, MarketId(2));
    }),
    ("fees that were swept", |stage| {
        let around = stage.running(COMMUNITY, 600);
        stage.beat(around);
        stage.finish(around, 0);
        stage.act(Action::Admin(AdminAction::SweepFees { client: CLIENT, stakers: true, referrer: None }));
    }),
    ("everything paused", |stage| {
        stage.post(CLIENT, COMMUNITY, 1, 600);
        stage.post(CLIENT, COMMUNITY, 0, 600);
        let around = stage.running(PREMIUM, 600);
        stage.beat(around);
        stage.pause();
    }),
    // ---- rewards
    ("fees in a mint without a pool, while the stakers have a share", |stage| {
        stage.owes_fee_in(ClientId { owner: 1, mint: Mint::Euro }, MarketId(2));
    }),
    ("a referrer's share that waits for its vault to open", |stage| {
        let by = owner(CLIENT);
        stage.act(Action::Escrow(EscrowAction::SetReferrer { by, client: CLIENT, referrer: Some(REFERRER) }));
        stage.owes_fee(CLIENT);
        for market in (0..4).map(MarketId) {
            stage.leave_market(REFERRER, market);
        }
        let (by, mint) = (party_owner(REFERRER), Mint::Dollar);
        let to = Wallet { key: by, mint };
        stage.act(Action::Host(HostAction::CloseEarnings { by, party: REFERRER, mint, to }));
        let referrer = Some(REFERRER);
        stage.act(Action::Admin(AdminAction::SweepFees { client: CLIENT, stakers: true, referrer }));
        assert!(stage.run.model.client_of(CLIENT).is_some_and(|book| book.referral_owed > 0));
    }),
    ("a stake whose pools do not know that it was slashed", |stage| {
        let around = stage.running(PREMIUM, 600);
        stage.expire(around);
        assert!(around.host.0 < 2, "it has positions");
    }),
    ("rewards that nobody has claimed, of a locked stake", |stage| {
        let (party, positions) = (Party(0), stage.run.model.pools_of(Party(0)));
        let lock = StakeAction::ExtendLock { by: party_owner(party), party, days: 14, positions };
        stage.act(Action::Stake(lock));
        stage.wait(5 * 86_400);
        for (id, mint) in [(0, Mint::Dollar), (1, Mint::Stake)] {
            let emission = EmissionId { funder: ADMIN, id };
            stage.act(Action::Emission(EmissionAction::Release { emission, mint }));
        }
        stage.wait(86_400);
    }),
    ("emissions that are over and were never released", |stage| {
        stage.wait(31 * 86_400);
    }),
    ("an incentive that was paid, and a frozen emission", |stage| {
        let around = stage.running(PREMIUM, 600);
        stage.beat(around);
        stage.finish(around, 0);
        let emission = EmissionId { funder: ADMIN, id: 2 };
        stage.act(Action::Emission(EmissionAction::Incentive { emission, around }));
        stage.freeze(Spot::EmissionVault(EmissionId { funder: ADMIN, id: 0 }));
        stage.wait(31 * 86_400);
    }),
    ("a pool that nobody earns from", |stage| {
        stage.act(Action::Reward(RewardAction::OpenPool { mint: Mint::Pass }));
    }),
    // ---- rounds of attestation
    ("a round that waits for its draw", |stage| {
        stage.round();
    }),
    ("a round that nobody drew in time", |stage| {
        stage.round();
        stage.wait(200);
    }),
    ("a drawn round", |stage| {
        stage.drawn();
    }),
    ("an answered round", |stage| {
        stage.answered(Claim::Own);
    }),
    ("a round with readings", |stage| {
        let round = stage.answered(Claim::Own);
        stage.read(round, Claim::Own);
    }),
    ("a round with revealed readings", |stage| {
        let round = stage.answered(Claim::Own);
        stage.read(round, Claim::Own);
        stage.reveal(round, Claim::Own);
    }),
    ("an attestor on its way out", |stage| stage.leaves_set(Party(3))),
    ("a round all of whose attestors are on their way out", |stage| {
        let round = stage.answered(Claim::Own);
        for party in (3..7).map(Party) {
            stage.leaves_set(party);
        }
        stage.read(round, Claim::Own);
    }),
    ("a judged round", |stage| {
        stage.judged(Claim::Own, Claim::Own);
    }),
    ("a round that passed", |stage| {
        stage.decided(Claim::Own, Claim::Own);
    }),
    ("a round that passed, with a GPU that was claimed", |stage| {
        let round = stage.decided(Claim::Own, Claim::Own);
        stage.act(Action::Round(RoundAction::ClaimGpu { round, set: 1, claim: Claim::Own, index: 0 }));
    }),
    ("a round that failed", |stage| {
        stage.decided(Claim::OtherResult, Claim::Own);
    }),
    ("a round whose panel failed the host", |stage| {
        stage.decided(Claim::Own, Claim::Nothing);
    }),
    ("a round in which a chain stood still", |stage| {
        stage.drawn();
        stage.act(Action::Outside(Outside::Halt { seconds: 10_000 }));
    }),
];

/// Runs all states of a part, each in a world of its own.
fn states(part: usize, parts: usize) {
    let base = Base::found().expect("the world is founded");
    for (name, reach) in STATES.iter().skip(part).step_by(parts) {
        let mut stage = Stage::new(&base);
        reach(&mut stage);
        match exit(&mut stage.run) {
            Ok(exit) => {
                assert!(exit.waited <= LONGEST_WAIT, "{name}: {exit:?}");
                println!("{name}: {} steps, {} s", exit.steps, exit.waited);
            }
            Err(failure) => panic!("{name}: {:#?}", failure.0),
        }
        owners_take_all(&mut stage);
        assert_no_vault_holds_anything(name, &stage);
    }
}

#[track_caller]
fn assert_no_vault_holds_anything(name: &str, stage: &Stage) {
    for (key, token) in &stage.run.model.tokens {
        let vault = stage.run.model.cast.name(key);
        let is_theirs = !matches!(vault, Some(Spot::ClientVault(_) | Spot::StakeVault(_) | Spot::Earnings(..)));
        assert!(is_theirs || token.amount == 0, "{name}: {} are left in {key}", token.amount);
    }
}

#[test]
fn all_money_finds_its_owners_from_every_live_state_first_third() {
    states(0, 3);
}

#[test]
fn all_money_finds_its_owners_from_every_live_state_second_third() {
    states(1, 3);
}

#[test]
fn all_money_finds_its_owners_from_every_live_state_last_third() {
    states(2, 3);
}
