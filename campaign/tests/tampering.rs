//! That a campaign can fail: a book, an account or the model is changed where no instruction would, and it is reported.

mod broken;

use {
    broken::broken,
    gpu_market::state::Job,
    gpu_market_campaign::{
        action::{Action, EscrowAction, Outside},
        base::Base,
        check::{Findings, Ledger, conserve, edges},
        generate::Generator,
        ids::{ClientId, Mint, Spot, Wallet},
        run::Run,
        shrink,
    },
    gpu_market_sdk::{Address, decode::Account},
    solana_account::Account as RawAccount,
    std::sync::LazyLock,
};

/// A world in which jobs wait, run and have ended, and its time.
static BUSY: LazyLock<(Ledger, i64)> = LazyLock::new(|| {
    let base = Base::found().expect("the world is founded");
    let mut run = Run::new(&base).expect("the world loads");
    let mut generator = Generator::new(5);
    while !is_busy(&run.ledger) {
        let action = generator.next(&run.model);
        run.step(&action).expect("nothing fails");
    }
    (run.ledger, run.model.now.0)
});

/// Whether there is a job that waits, one that runs, a completed one and one that never started, and a node that was used.
fn is_busy(ledger: &Ledger) -> bool {
    let has = |wanted: &dyn Fn(&Account) -> bool| ledger.accounts.values().any(wanted);
    let state = |from: u8, to: u8| {
        has(&move |account| matches!(account, Account::Job(job) if (from..=to).contains(&job.state)))
    };
    let used = |account: &Account| matches!(account, Account::Shard(shard) if shard.shard.free_head != u16::MAX);
    state(1, 1) && state(2, 2) && state(3, 3) && state(8, 9) && has(&used)
}

fn busy() -> (Ledger, i64) {
    BUSY.clone()
}

/// Some account that `wanted` picks.
fn some<T>(ledger: &Ledger, wanted: impl Fn(&Account) -> Option<T>) -> (Address, T) {
    let mut found: Vec<_> =
        ledger.accounts.iter().filter_map(|(key, account)| Some((*key, wanted(account)?))).collect();
    found.sort_unstable_by_key(|(key, _)| *key);
    found.into_iter().next().expect("a busy world has one")
}

fn some_job(ledger: &Ledger, wanted: impl Fn(&Job) -> bool) -> (Address, Job) {
    some(ledger, |account| match account {
        Account::Job(job) if wanted(job) => Some(*job),
        _ => None,
    })
}

#[test]
fn a_deposit_that_does_not_add_up_breaks_i1() {
    let (mut ledger, _) = busy();
    let (at, mut job) = some_job(&ledger, |job| job.state > 2);
    job.deposit += 1;
    assert!(broken(&mut ledger, at, Account::Job(job)).contains("I1"));
}

#[test]
fn more_available_than_the_vault_holds_breaks_i2() {
    let (mut ledger, _) = busy();
    let (at, mut client) = some(&ledger, |account| match account {
        Account::Client(client) => Some(*client),
        _ => None,
    });
    client.available = u64::MAX / 2;
    assert!(broken(&mut ledger, at, Account::Client(client)).contains("I2"));
}

#[test]
fn a_reservation_that_no_job_has_breaks_i2() {
    let (mut ledger, _) = busy();
    let (at, mut client) = some(&ledger, |account| match account {
        Account::Client(client) if client.available > 0 => Some(*client),
        _ => None,
    });
    client.available -= 1;
    client.reserved += 1;
    assert!(broken(&mut ledger, at, Account::Client(client)).contains("I2"));
}

#[test]
fn collateral_that_is_not_allocated_breaks_i3() {
    let (mut ledger, _) = busy();
    let (at, mut member) = some(&ledger, |account| match account {
        Account::Member(member) => Some(*member),
        _ => None,
    });
    member.collateral += 1;
    assert!(broken(&mut ledger, at, Account::Member(member)).contains("I3"));
}

#[test]
fn a_bond_that_no_seat_records_breaks_i3() {
    let (mut ledger, _) = busy();
    let (at, mut member) = some(&ledger, |account| match account {
        Account::Member(member) if member.bonds < member.collateral => Some(*member),
        _ => None,
    });
    member.bonds += 1;
    assert!(broken(&mut ledger, at, Account::Member(member)).contains("I3"));
}

#[test]
fn a_debt_without_a_credit_breaks_i3() {
    let (mut ledger, _) = busy();
    let (at, mut stake) = some(&ledger, |account| match account {
        Account::Stake(stake) if stake.amount > stake.allocated => Some(*stake),
        _ => None,
    });
    stake.amount -= 1;
    stake.owed += 1;
    assert!(broken(&mut ledger, at, Account::Stake(stake)).contains("I3"));
}

#[test]
fn pay_beyond_the_evidence_breaks_i4() {
    let (mut ledger, _) = busy();
    let (at, mut job) = some_job(&ledger, |job| job.state == 5 || job.state == 3);
    job.evidenced = 0;
    job.paid += 1;
    assert!(broken(&mut ledger, at, Account::Job(job)).contains("I4"));
}

#[test]
fn pay_before_the_start_breaks_i4() {
    let (mut ledger, _) = busy();
    let (at, mut job) = some_job(&ledger, |job| job.state == 8 || job.state == 9);
    job.refunded -= 1;
    job.paid += 1;
    assert!(broken(&mut ledger, at, Account::Job(job)).contains("I4"));
}

#[test]
fn a_line_that_runs_past_a_node_breaks_i5() {
    let (mut ledger, _) = busy();
    let (at, mut shard) = some(&ledger, |account| match account {
        Account::Shard(shard) if shard.shard.jobs + shard.shard.seats > 0 => Some(shard.clone()),
        _ => None,
    });
    let head = if shard.shard.jobs > 0 { shard.shard.job_head } else { shard.shard.seat_head };
    shard.nodes[usize::from(head)].prev = 0;
    assert!(broken(&mut ledger, at, Account::Shard(shard)).contains("I5"));
}

#[test]
fn a_node_in_no_list_breaks_i5() {
    let (mut ledger, _) = busy();
    let (at, mut shard) = some(&ledger, |account| match account {
        Account::Shard(shard) if shard.shard.free_head != u16::MAX => Some(shard.clone()),
        _ => None,
    });
    shard.shard.free_head = u16::MAX;
    assert!(broken(&mut ledger, at, Account::Shard(shard)).contains("I5"));
}

#[test]
fn a_job_that_names_another_node_breaks_i6() {
    let (mut ledger, _) = busy();
    let (at, mut job) = some_job(&ledger, |job| job.state == 1);
    job.node += 1;
    assert!(broken(&mut ledger, at, Account::Job(job)).contains("I6"));
}

#[test]
fn a_node_that_names_an_ended_job_breaks_i6() {
    let (mut ledger, _) = busy();
    let (at, mut job) = some_job(&ledger, |job| job.state == 1);
    let shard = gpu_market_sdk::address::shard(&job.market, job.shard).0;
    job.state = 9;
    broken(&mut ledger, at, Account::Job(job));
    let mut findings = Findings::default();
    ledger.check(&shard, &mut findings);
    assert!(findings.list.iter().any(|finding| finding.invariant == "I6"));
}

#[test]
fn a_way_back_from_an_ended_job_breaks_i7() {
    let (ledger, now) = busy();
    let (at, job) = some_job(&ledger, |job| job.state == 3);
    let back = Account::Job(Job { state: 2, ..job });
    let mut findings = Findings::default();
    edges::check("start", &at, Some(&Account::Job(job)), Some(&back), now, &mut findings);
    assert!(findings.list.iter().any(|finding| finding.invariant == "I7"));
}

#[test]
fn a_job_that_ends_by_another_instruction_breaks_i7() {
    let (ledger, now) = busy();
    let (at, job) = some_job(&ledger, |job| job.state == 2);
    let after = Account::Job(Job { state: 7, ..job });
    for (name, is_broken) in [("expire_running", false), ("finish", true), ("collect", true)] {
        let mut findings = Findings::default();
        edges::check(name, &at, Some(&Account::Job(job)), Some(&after), now, &mut findings);
        assert_eq!(!findings.list.is_empty(), is_broken, "{name}");
    }
}

#[test]
fn evidence_faster_than_the_clock_breaks_i4() {
    let (ledger, _) = busy();
    let (at, job) = some_job(&ledger, |job| job.state == 2);
    let after = Account::Job(Job { evidenced: job.evidenced + 61, ..job });
    let mut findings = Findings::default();
    edges::check("heartbeat", &at, Some(&Account::Job(job)), Some(&after), job.last_at + 60, &mut findings);
    assert_eq!(findings.list.iter().map(|finding| finding.invariant).collect::<Vec<_>>(), ["I4"]);
}

#[test]
fn a_lamport_that_is_made_or_lost_breaks_i8() {
    let key = Address::new_from_array([1; 32]);
    let account = |lamports| RawAccount { lamports, ..RawAccount::default() };
    let before = [(key, Some(account(10_000)))].into();
    for (lamports, is_broken) in [(5_000, false), (4_999, true), (5_001, true)] {
        let mut findings = Findings::default();
        conserve::check(&key, &before, &[(key, Some(account(lamports)))].into(), 5_000, &mut findings);
        assert_eq!(!findings.list.is_empty(), is_broken, "{lamports}");
    }
}

#[test]
fn a_token_that_is_made_or_lost_breaks_i8() {
    let base = Base::found().expect("the world is founded");
    let vault = base.cast.at(Spot::ClientVault(ClientId { owner: 0, mint: Mint::Dollar }));
    let account = base.accounts[&vault].clone();
    let mut other = account.clone();
    other.data[64] ^= 1;
    let (before, after) = ([(vault, Some(account))].into(), [(vault, Some(other))].into());
    let mut findings = Findings::default();
    conserve::check(&vault, &before, &after, 0, &mut findings);
    assert_eq!(findings.list.iter().map(|finding| finding.invariant).collect::<Vec<_>>(), ["I8"]);
}

#[test]
fn a_refusal_that_changes_something_breaks_i8() {
    let (payer, key) = (Address::new_from_array([1; 32]), Address::new_from_array([2; 32]));
    let account = |lamports| Some(RawAccount { lamports, ..RawAccount::default() });
    let before = [(payer, account(9_000)), (key, account(1))].into();
    for (other, is_broken) in [(1, false), (2, true)] {
        let after = [(payer, account(4_000)), (key, account(other))].into();
        let mut findings = Findings::default();
        conserve::unchanged(&before, &after, &payer, 5_000, &mut findings);
        assert_eq!(!findings.list.is_empty(), is_broken);
    }
}

/// A deposit of a client that has one.
fn deposit() -> Action {
    let client = ClientId { owner: 0, mint: Mint::Dollar };
    let by = gpu_market_campaign::cast::owner(client);
    Action::Escrow(EscrowAction::Deposit { by, from: Wallet { key: by, mint: client.mint }, client, amount: 5 })
}

#[test]
fn a_model_that_is_wrong_about_a_book_is_reported() {
    let base = Base::found().expect("the world is founded");
    let mut run = Run::new(&base).expect("the world loads");
    let client = base.cast.client(ClientId { owner: 0, mint: Mint::Dollar });
    run.model.clients.get_mut(&client).expect("it is open").available += 1;
    let failure = run.step(&deposit()).expect_err("the books differ");
    assert!(failure.0.iter().any(|fault| fault.contains("available")), "{:?}", failure.0);
}

#[test]
fn a_model_that_forbids_too_much_is_reported() {
    let base = Base::found().expect("the world is founded");
    let mut run = Run::new(&base).expect("the world loads");
    let client = base.cast.client(ClientId { owner: 0, mint: Mint::Dollar });
    run.model.clients.remove(&client);
    let failure = run.step(&deposit()).expect_err("it was accepted");
    assert!(failure.0.iter().any(|fault| fault.contains("accepted")), "{:?}", failure.0);
}

#[test]
fn a_model_that_allows_too_much_is_reported() {
    let base = Base::found().expect("the world is founded");
    let mut run = Run::new(&base).expect("the world loads");
    let vault = base.cast.at(Spot::ClientVault(ClientId { owner: 0, mint: Mint::Dollar }));
    run.step(&Action::Outside(Outside::Freeze(Spot::ClientVault(ClientId { owner: 0, mint: Mint::Dollar }))))
        .expect("the issuer freezes");
    run.model.tokens.get_mut(&vault).expect("it is open").frozen = false;
    let failure = run.step(&deposit()).expect_err("it was refused");
    assert!(failure.0.iter().any(|fault| fault.contains("refused")), "{:?}", failure.0);
}

#[test]
fn an_account_that_changes_without_being_named_is_reported() {
    let base = Base::found().expect("the world is founded");
    let mut run = Run::new(&base).expect("the world loads");
    run.audit().expect("nothing has changed");
    let client = base.cast.client(ClientId { owner: 0, mint: Mint::Dollar });
    let mut account = base.accounts[&client].clone();
    let last = account.data.len() - 1;
    account.data[last] ^= 1;
    run.tamper(client, account);
    let failure = run.audit().expect_err("it has changed");
    assert!(failure.0.iter().any(|fault| fault.contains("without being named")), "{:?}", failure.0);
}

#[test]
fn what_fails_is_made_as_short_as_it_can_be() {
    let mut base = Base::found().expect("the world is founded");
    let client = ClientId { owner: 0, mint: Mint::Dollar };
    // A vault that holds less than is booked, which the first deposit brings to light.
    let vault = base.cast.at(Spot::ClientVault(client));
    let account = base.accounts.get_mut(&vault).expect("it is open");
    account.data[64..72].copy_from_slice(&1_000u64.to_le_bytes());
    let wait = Action::Outside(Outside::Advance { seconds: 5 });
    let mut actions = vec![wait; 30];
    actions.insert(17, deposit());
    let short = shrink::shrink(&base, &actions).expect("the world loads");
    assert!(short.len() <= 1, "{short:?}");
    assert!(shrink::replay(&base, &short).expect("the world loads").is_some());
}
