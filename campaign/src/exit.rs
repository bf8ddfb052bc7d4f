//! Credible exit (I9): from any state, steps that anybody may take, and waits that are bounded, book all money to its owners.
//!
//! "Its owners" by account: a client's escrow is `available`, and nothing is reserved, owed as a fee or due; what jobs earned lies in
//! the earnings vault of the host; a slash lies in the wallet of the harmed client, and the treasury's share in the treasury's
//! vault, and the stakers' and referrer's shares in theirs; what is due of an emission lies in its pool, and no pool counts more weight than
//! a stake has; collateral is free of bonds, so that its stake's owner takes it back whenever it likes, and bonds of attestors are
//! bound by no round. What only an owner's signature moves on from there stays booked to that owner if its key is lost.

mod rewards;

use {
    crate::{
        action::{Action, AdminAction, JobAction, Outside, QueueAction, RoundAction, StakeAction},
        cast::{ATTACKER, CRANK, KEYS, PAYER, markets, owner, parties},
        ids::{Around, JobId, Key, Mint, Party, RoundId, Spot, Wallet},
        model::{
            books::JobBook,
            line::Kind,
            money::total,
            settle::state::{OPEN, RUNNING},
        },
        run::{Failure, Outcome, Run},
    },
    gpu_market_sdk::{Address, decode::Account},
};

/// What is left to do waits for time no longer than this, seconds: an unbonding period after the longest job.
pub const LONGEST_WAIT: i64 = 80 * 86_400;

/// How an exit went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// Steps that somebody took who has no key of anybody.
    pub steps: u64,
    /// Seconds until everything was at rest.
    pub waited: i64,
}

/// Brings everything to rest by steps that anybody may take.
///
/// # Errors
///
/// What does not hold on the way, or what is left when all waits are over.
pub fn exit(run: &mut Run) -> Result<Exit, Failure> {
    let mut exit = Exit::default();
    let began = run.model.now.0;
    thaw(run)?;
    loop {
        let before = exit.steps;
        for action in steps(run) {
            if run.step(&action)? == Outcome::Accepted {
                exit.steps += 1;
            }
        }
        if exit.steps > before {
            continue;
        }
        exit.waited = run.model.now.0 - began;
        let left = unrest(run);
        if left.is_empty() {
            return Ok(exit);
        }
        if exit.waited > LONGEST_WAIT {
            return Err(Failure(left));
        }
        run.step(&Action::Outside(Outside::Advance { seconds: wait(run) }))?;
    }
}

/// A round has to be drawn within minutes, and its phases are half an hour each; jobs and stakes take hours and days.
fn wait(run: &Run) -> u32 {
    let waits_for_draw = run.model.rounds.values().any(|round| round.state == 1);
    match run.model.rounds.len() {
        0 => 43_200,
        _ if waits_for_draw => 20,
        _ => 1_850,
    }
}

/// An issuer that freezes a vault keeps its tokens there, which nobody but the issuer ends; so all are thawed.
fn thaw(run: &mut Run) -> Result<(), Failure> {
    let frozen: Vec<Spot> = run
        .model
        .tokens
        .iter()
        .filter(|(_, token)| token.frozen)
        .filter_map(|(key, _)| run.model.cast.name(key))
        .collect();
    for spot in frozen {
        run.step(&Action::Outside(Outside::Thaw(spot)))?;
    }
    Ok(())
}

/// Everything that anybody may try now. What comes too early is refused, as predicted.
fn steps(run: &Run) -> Vec<Action> {
    let mut steps = Vec::new();
    // Nobody pays in the access mint, but its pool closes into a treasury too.
    let needed = |mint: &Mint| *mint != Mint::Pass || run.model.pool_of(*mint).is_some();
    let missing = Mint::ALL
        .into_iter()
        .filter(needed)
        .filter(|mint| !run.model.treasuries.contains_key(&run.model.cast.at(Spot::Treasury(*mint))));
    steps.extend(missing.map(|mint| Action::Admin(AdminAction::OpenTreasury { mint })));
    jobs(run, &mut steps);
    seats(run, &mut steps);
    rounds(run, &mut steps);
    rewards::steps(run, &mut steps);
    for party in parties() {
        let Some(stake) = run.model.stake_of(party) else { continue };
        if stake.treasury_owed > 0 {
            steps.push(Action::Admin(AdminAction::SweepSlashes { party }));
        }
        credits(run, party, &mut steps);
    }
    steps
}

/// Whoever paid the rent of an account gets it back: mostly the payer of everything, but anybody may have paid.
fn payer(run: &Run, recorded: &Address) -> Key {
    match run.model.cast.name(recorded) {
        Some(Spot::Key(key)) => key,
        _ => PAYER,
    }
}

fn jobs(run: &Run, steps: &mut Vec<Action>) {
    let model = &run.model;
    for (address, book) in &model.jobs {
        let (Some(client), Some(market)) = (model.cast.client_at(&book.client), model.cast.market_at(&book.market))
        else {
            continue;
        };
        let job = JobId { client, nonce: book.nonce };
        let node = model.node_of(address).filter(|_| book.state == OPEN).map(|(_, node)| *node);
        let member = node.map_or(book.member, |node| node.member);
        let host = model.cast.member_at(&member).map(|(_, host)| host);
        let around = host.map(|host| Around { job, client, market, host });
        let to = Wallet { key: CRANK, mint: client.mint };
        match (book.state, node.map(|node| node.kind), around) {
            (OPEN, Some(Kind::Queued), _) => {
                let shard = book.shard;
                steps.push(Action::Job(JobAction::ExpireQueued { by: CRANK, client, job, market, shard, to }));
            }
            (OPEN, Some(Kind::Assigned), Some(around)) => {
                let shard = book.shard;
                credit_first(run, around, steps);
                let to = Some(Wallet { key: CRANK, mint: Mint::Stake });
                let expire = JobAction::ExpireAssigned { by: CRANK, around, shard, slash: true, to };
                steps.push(Action::Job(expire));
            }
            (RUNNING, _, Some(around)) => {
                credit_first(run, around, steps);
                steps.push(Action::Job(JobAction::ExpireRunning { by: CRANK, around, to, slash: true }));
            }
            (OPEN | RUNNING, ..) => {}
            (_, _, around) => ended(run, job, book, around, steps),
        }
    }
}

/// A credit is open before something is slashed for it; opening it twice changes nothing.
fn credit_first(run: &Run, around: Around, steps: &mut Vec<Action>) {
    let beneficiary = owner(around.client);
    let key = run.model.cast.at(Spot::Credit(around.host, beneficiary));
    if !run.model.credits.contains_key(&key) {
        steps.push(Action::Stake(StakeAction::OpenCredit { party: around.host, beneficiary }));
    }
}

fn ended(run: &Run, job: JobId, book: &JobBook, around: Option<Around>, steps: &mut Vec<Action>) {
    let member = around.filter(|around| run.model.member_of(around.market, around.host).is_some());
    let mut closed = None;
    if book.due > 0 {
        match (member, around) {
            (Some(around), _) => steps.push(Action::Job(JobAction::Collect { around })),
            // The host has closed its member, and what it did not collect goes back.
            (None, Some(around)) => closed = Some((around.market, around.host)),
            (None, None) => {}
        }
    }
    let close = JobAction::Close { by: CRANK, client: job.client, job, rent: payer(run, &book.rent_payer), closed };
    steps.push(Action::Job(close));
}

fn seats(run: &Run, steps: &mut Vec<Action>) {
    for market in markets() {
        let shards = run.model.market_of(market).map_or(0, |book| book.shards);
        for shard in 0..shards {
            let Some(line) = run.model.line_of(market, shard) else { continue };
            for (node, slot) in (0u16..).zip(&line.nodes) {
                let is_seat = matches!(slot.kind, Kind::Waiting | Kind::Lapsed);
                let member = run.model.cast.member_at(&slot.member).filter(|_| is_seat);
                if let Some((_, host)) = member {
                    steps.push(Action::Queue(QueueAction::Leave { by: CRANK, host, market, shard, node }));
                }
            }
        }
    }
}

/// Any wallet of the beneficiary does, which anybody may open. An empty credit stays open while a job may need it.
fn credits(run: &Run, party: Party, steps: &mut Vec<Action>) {
    let needed = run.model.jobs.values().any(|job| !job.is_terminal());
    for beneficiary in (0..KEYS).map(Key) {
        let key = run.model.cast.at(Spot::Credit(party, beneficiary));
        let Some(credit) = run.model.credits.get(&key) else { continue };
        if total(&credit.claims) > 0 {
            let to = Wallet { key: beneficiary, mint: Mint::Stake };
            steps.push(Action::Stake(StakeAction::Claim { by: ATTACKER, party, beneficiary, to }));
        } else if !needed {
            steps.push(Action::Stake(StakeAction::CloseCredit {
                party,
                beneficiary,
                rent: payer(run, &credit.rent_payer),
            }));
        }
    }
}

fn rounds(run: &Run, steps: &mut Vec<Action>) {
    for (address, book) in &run.model.rounds {
        let Some((market, host)) = run.model.cast.member_at(&book.member) else { continue };
        let round = RoundId { market, host, nonce: book.nonce };
        let set = if book.set == run.model.cast.at(Spot::Set(1)) { 1 } else { 2 };
        match book.state {
            1 => {
                steps.push(Action::Round(RoundAction::Draw { round, set }));
                steps.push(Action::Round(RoundAction::Expire { round }));
            }
            2 => steps.push(Action::Round(RoundAction::Finalize { round })),
            _ => {
                for party in unsettled(run, address) {
                    steps.push(Action::Round(RoundAction::Settle { round, party }));
                }
                steps.push(Action::Round(RoundAction::Conclude { round }));
                steps.push(Action::Round(RoundAction::CloseRound { round }));
            }
        }
    }
}

/// Attestors of a round that are not settled.
fn unsettled(run: &Run, round: &Address) -> Vec<Party> {
    let Some(Account::Challenge(book)) = run.ledger.accounts.get(round) else { return Vec::new() };
    let Some(Account::AttestorSet(set)) = run.ledger.accounts.get(&book.set) else { return Vec::new() };
    let left = book.judges.iter().take(book.panel.into()).filter(|judge| judge.state != 4);
    let stakes = left.filter_map(|judge| set.slots.get(usize::from(judge.place))).map(|slot| slot.stake);
    stakes
        .filter_map(|stake| match run.model.cast.name(&stake) {
            Some(Spot::Stake(party)) => Some(party),
            _ => None,
        })
        .collect()
}

/// What is not at rest: money that is booked to nobody, or bound.
pub fn unrest(run: &Run) -> Vec<String> {
    let mut left = Vec::new();
    let model = &run.model;
    for (key, job) in &model.jobs {
        left.push(format!("job {key} is in state {}, with {} due", job.state, job.due));
    }
    for (key, client) in &model.clients {
        // A referrer's share stays in the vault for as long as the referrer's own takes nothing.
        let payable = client.referral_owed * u64::from(run.model.can_receive(&client.referrer));
        let bound = client.reserved + client.fees_owed + client.due + payable;
        if bound > 0 {
            left.push(format!("client {key} has {bound} that are not available"));
        }
    }
    for (key, member) in &model.members {
        if member.bonds > 0 || member.seats > 0 {
            left.push(format!("member {key} has bonds of {} and {} seats", member.bonds, member.seats));
        }
    }
    for (key, stake) in &model.stakes {
        if stake.owed + stake.treasury_owed > 0 {
            left.push(format!("stake {key} owes {} and {}", stake.owed, stake.treasury_owed));
        }
    }
    rewards::unrest(run, &mut left);
    left.extend(model.rounds.keys().map(|key| format!("round {key} is open")));
    left
}
