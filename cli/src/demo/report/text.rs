//! The facts as tables.

use {
    super::{Balance, Facts, JobFacts, PartyBalance, ascent::print_step},
    crate::demo::{
        books::{Coin, Kind},
        calendar::clock,
        cast::{Story, Vice},
        rewards::{Income, IncomeFacts},
    },
    comfy_table::{CellAlignment, ContentArrangement, Table, TableComponent, presets::NOTHING},
    gpu_market_sdk::{Address, instructions::Token},
    std::io::{self, Write},
};

/// One line for a day.
pub fn one_line(facts: &Facts) -> String {
    let held = facts.checks.iter().filter(|check| check.holds).count();
    format!(
        "seed {}: {} jobs, {}, {} transactions, {held} of {} invariants hold, {} findings",
        facts.seed,
        facts.jobs.len(),
        facts.ascent.one_line(),
        facts.transactions,
        facts.checks.len(),
        facts.findings.len(),
    )
}

/// Everything.
pub fn print(facts: &Facts, output: &mut impl Write) -> io::Result<()> {
    if let Some(log) = &facts.log {
        for sent in log {
            writeln!(
                output,
                "{} {} ({} CU, {} bytes)",
                clock(sent.at),
                sent.instruction,
                sent.compute_units,
                sent.bytes
            )?;
            sent.logs.iter().try_for_each(|line| writeln!(output, "    {line}"))?;
        }
    }
    section(output, "Hosts", &hosts(facts))?;
    section(output, "Jobs", &ways(facts))?;
    section(output, "Money of the jobs", &money(facts))?;
    facts.ascent.print(output)?;
    if let Some(rewards) = &facts.rewards {
        writeln!(output, "\nFees and rewards")?;
        rewards.steps.iter().try_for_each(|step| print_step(step, output))?;
    }
    section(output, "What came of fees, rewards and slashes", &incomes(facts))?;
    for balance in &facts.balances {
        let title = format!("Balance sheet in {}", balance.token);
        section(output, &title, &sheet(facts, balance))?;
        let verdict = if balance.adds_up { "It adds up" } else { "IT DOES NOT ADD UP" };
        let coin = coin(facts, &balance.token);
        writeln!(
            output,
            "{verdict}: supply {}, handed out {}, in all accounts {} base units ({} {}).",
            balance.supply,
            balance.began,
            balance.total,
            coin.show(balance.supply),
            balance.token
        )?;
    }
    section(output, "Compute units", &compute(facts))?;
    section(output, "Invariants, checked after every transaction", &checks(facts))?;
    writeln!(output, "\n{}; {} to {}", one_line(facts), clock(facts.began), clock(facts.ended))
}

fn section(output: &mut impl Write, title: &str, table: &Table) -> io::Result<()> {
    writeln!(output, "\n{title}\n{table}")
}

/// A table whose columns from `numbers` on hold numbers.
fn table(header: &[&str], numbers: usize) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_style(TableComponent::HeaderLines, '─');
    table.set_style(TableComponent::MiddleHeaderIntersections, '─');
    table.set_style(TableComponent::BottomBorder, '─');
    table.set_style(TableComponent::BottomBorderIntersections, '─');
    if table.width().is_none() {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table.set_header(header);
    for column in table.column_iter_mut().skip(numbers) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn coin(facts: &Facts, symbol: &str) -> Coin {
    let decimals = facts.tokens.iter().find(|token| token.symbol == symbol).map_or(0, |token| token.decimals);
    Coin { symbol: symbol.to_owned(), decimals, token: Token::spl(Address::default()) }
}

fn staked(facts: &Facts) -> Coin {
    let symbol = facts.tokens.iter().find(|token| token.staked).map(|token| token.symbol.clone());
    coin(facts, &symbol.unwrap_or_default())
}

fn hosts(facts: &Facts) -> Table {
    let header =
        ["host", "market", "what it does", "completed", "failed", "lost", "timed out", "missed", "strikes"];
    let mut table = table(&header, 3);
    for host in &facts.hosts {
        let what = host.vice.map_or("honest work", Vice::describe);
        let counts = [host.completed, host.failed, host.lost, host.timed_out, host.missed, host.strikes];
        let words = [host.name.clone(), host.market.clone(), what.to_owned()];
        table.add_row(words.into_iter().chain(counts.map(|count| count.to_string())));
    }
    table
}

fn ways(facts: &Facts) -> Table {
    let mut table = table(&["#", "job", "client", "market", "way", "result"], 6);
    for (number, job) in (1..).zip(&facts.jobs) {
        let what = if job.story == Story::Plain {
            job.name.clone()
        } else {
            format!("{} ({})", job.name, job.story.describe())
        };
        table.add_row([number.to_string(), what, job.client.into(), job.market.clone(), way(job), result(job)]);
    }
    table
}

fn way(job: &JobFacts) -> String {
    let step = |step: &crate::demo::day::Step| match &step.host {
        Some(host) => format!("{} {} {host}", clock(step.at), step.what),
        None => format!("{} {}", clock(step.at), step.what),
    };
    job.trail.iter().map(step).collect::<Vec<_>>().join(" → ")
}

/// What the command came to, and whether the client found its hash on the chain.
fn result(job: &JobFacts) -> String {
    let execution = job.execution.as_deref().unwrap_or("not executed");
    match (job.verified, &job.result_hash) {
        (Some(true), Some(hash)) => format!("{execution}, hash {}… matches", hash.get(..8).unwrap_or(hash)),
        (Some(false), _) => "hash is not that of the output".into(),
        _ => execution.to_owned(),
    }
}

fn money(facts: &Facts) -> Table {
    let header = ["#", "job", "state", "token", "evidenced s", "deposit", "pay", "fee", "tip", "refund", "penalty"];
    let mut table = table(&header, 4);
    let stake = staked(facts);
    for (number, job) in (1..).zip(&facts.jobs) {
        let coin = coin(facts, &job.payment);
        let penalty = match job.penalty() {
            0 => String::from("0"),
            penalty => format!("{} {}", stake.show(penalty), stake.symbol),
        };
        table.add_row([
            number.to_string(),
            job.name.clone(),
            job.state.clone(),
            job.payment.clone(),
            job.evidenced.to_string(),
            coin.show(job.deposit),
            coin.show(job.paid),
            coin.show(job.fee),
            coin.show(job.tip),
            coin.show(job.refunded),
            penalty,
        ]);
    }
    table
}

/// One way that tokens took.
type Part = fn(&Income) -> u64;

/// One row for each way that tokens took, one column for each token.
fn incomes(facts: &Facts) -> Table {
    let symbols = facts.incomes.iter().map(|income| income.token.as_str());
    let header: Vec<&str> = [""].into_iter().chain(symbols).collect();
    let mut table = table(&header, 1);
    let rows: [(&str, Part); 10] = [
        ("fees swept", |income| income.swept),
        ("  to stakers", |income| income.to_stakers),
        ("  to referrers", |income| income.to_referrers),
        ("  to the treasury", |income| income.to_treasury),
        ("emissions to stakers", |income| income.emitted),
        ("rewards claimed", |income| income.claimed),
        ("rests of closed pools", |income| income.rests),
        ("incentives to hosts", |income| income.incentives),
        ("slashes to the treasury", |income| income.slashes_swept),
        ("credits claimed", |income| income.credits_claimed),
    ];
    for (what, part) in rows {
        let amount = |income: &IncomeFacts| coin(facts, &income.token).show(part(&income.income));
        table.add_row([what.to_owned()].into_iter().chain(facts.incomes.iter().map(amount)));
    }
    table
}

const KINDS: [Kind; 7] =
    [Kind::Wallet, Kind::Escrow, Kind::Earnings, Kind::Stake, Kind::Treasury, Kind::Rewards, Kind::Emission];

fn sheet(facts: &Facts, balance: &Balance) -> Table {
    let header = [
        "party",
        "wallet",
        "escrow",
        "earnings",
        "stake",
        "treasury",
        "rewards",
        "emission",
        "total",
        "began with",
        "change",
    ];
    let mut table = table(&header, 1);
    let coin = coin(facts, &balance.token);
    for party in &balance.parties {
        table.add_row(sheet_row(&coin, party));
    }
    let column = |kind: &Kind| -> u64 { balance.parties.iter().filter_map(|party| party.accounts.get(kind)).sum() };
    let mut row = vec!["all".to_owned()];
    row.extend(KINDS.iter().map(|kind| coin.show(column(kind))));
    let change: i128 = balance.parties.iter().map(|party| party.change).sum();
    let sums = [balance.total, balance.began].map(|sum| coin.show(u64::try_from(sum).unwrap_or(u64::MAX)));
    row.extend(sums);
    row.push(coin.show_signed(change));
    table.add_row(row);
    table
}

fn sheet_row(coin: &Coin, party: &PartyBalance) -> Vec<String> {
    let mut row = vec![party.party.clone()];
    let amount = |kind: &Kind| party.accounts.get(kind).map_or_else(String::new, |amount| coin.show(*amount));
    row.extend(KINDS.iter().map(amount));
    row.extend([coin.show(party.total), coin.show(party.began), coin.show_signed(party.change)]);
    row
}

fn compute(facts: &Facts) -> Table {
    let mut table = table(&["instruction", "count", "min", "median", "max"], 1);
    for row in &facts.compute_units {
        let numbers = [row.count as u64, row.min, row.median, row.max].map(|number| number.to_string());
        table.add_row([row.instruction.to_owned()].into_iter().chain(numbers));
    }
    table
}

fn checks(facts: &Facts) -> Table {
    let mut table = table(&["", "what", "holds"], 3);
    for check in &facts.checks {
        table.add_row([check.name, check.what, if check.holds { "yes" } else { "NO" }]);
    }
    table
}
