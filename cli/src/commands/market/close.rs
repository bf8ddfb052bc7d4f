//! A market that ends: its shards, its terms, and itself.

use {
    super::authority::mine,
    crate::{
        commands::{CommandError, lookup::MarketRef},
        context::{Context, receipt_record},
        explain,
        output::{Record, Value},
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::ShardAccount,
        gpu_market::{
            error::MarketError,
            state::{Market, Shard, Terms},
        },
        instructions::{
            market::{close_market, close_terms},
            shard::close_shard,
        },
        rpc::Holds,
    },
    std::mem::offset_of,
};

/// Accounts that are closed in one transaction.
const BATCH: usize = 8;

/// One account that is closed.
#[derive(Debug)]
struct Step {
    what: String,
    account: Address,
    rent_payer: Address,
    instruction: Instruction,
}

/// A market of the key that acts, as far as closing takes it.
struct Closing {
    key: Address,
    market: Market,
    now: i64,
}

impl Closing {
    async fn find(context: &Context, market: MarketRef) -> Result<Self, CommandError> {
        let (key, market) = mine(context, market).await?;
        Ok(Self { key, market, now: context.now().await? })
    }

    /// Closes a shard, which has to be empty and the last of the market.
    fn shard(&mut self, shard: &Shard) -> Result<Step, CommandError> {
        if shard.used() > 0 {
            return Err(occupied(shard));
        }
        self.market.shard_closed(shard.index)?;
        Ok(Step {
            what: format!("shard {}", shard.index),
            account: address::shard(&self.key, shard.index).0,
            rent_payer: shard.rent_payer,
            instruction: close_shard(self.market.authority, self.key, shard.index, shard.rent_payer),
        })
    }

    /// Closes terms, if they are not in use any more.
    fn terms(&mut self, terms: &Terms) -> Result<Step, MarketError> {
        self.market.terms_closed(terms.number, self.now)?;
        Ok(Step {
            what: format!("terms {}", terms.number),
            account: address::terms(&self.key, terms.number).0,
            rent_payer: terms.rent_payer,
            instruction: close_terms(self.market.authority, self.key, terms.number, terms.rent_payer),
        })
    }

    /// Closes everything. `shards` and `terms` are all that there are; `shards` in order.
    fn everything(mut self, shards: &[ShardAccount], terms: &[Terms]) -> Result<Vec<Step>, CommandError> {
        self.require_deserted(shards)?;
        let mut steps = Vec::new();
        for account in shards.iter().rev() {
            steps.push(self.shard(&account.shard)?);
        }
        // Those in force are the last ones.
        let in_force = self.market.terms_in_force(self.now);
        let (last, superseded): (Vec<_>, Vec<_>) = terms.iter().partition(|terms| terms.number == in_force);
        for terms in superseded.into_iter().chain(last) {
            steps.push(self.terms(terms).map_err(|error| self.pending(error))?);
        }
        self.market.require_empty()?;
        steps.push(Step {
            what: "the market".to_owned(),
            account: self.key,
            rent_payer: self.market.rent_payer,
            instruction: close_market(self.market.authority, self.key, self.market.rent_payer),
        });
        Ok(steps)
    }

    /// Refuses a market that somebody is in.
    fn require_deserted(&self, shards: &[ShardAccount]) -> Result<(), CommandError> {
        if self.market.members > 0 {
            return Err(CommandError::rule(
                format!("a market closes without members, and this one has {}", self.market.members),
                format!(
                    "their hosts leave it with `gpu-market host leave {0}`; until then keep others out: `gpu-market market pause \
                     {0} --posting --joining --enrolling`",
                    self.key
                ),
            ));
        }
        shards
            .iter()
            .find(|account| account.shard.used() > 0)
            .map_or(Ok(()), |account| Err(occupied(&account.shard)))
    }

    /// Terms that are announced and not in force yet hold a market open.
    fn pending(&self, error: MarketError) -> CommandError {
        if error != MarketError::TermsInUse {
            return error.into();
        }
        let left = u64::try_from(self.market.announced_effective_at.saturating_sub(self.now)).unwrap_or_default();
        CommandError::rule(
            format!(
                "terms {} are announced, and terms are not closed before they take effect",
                self.market.announced_terms
            ),
            format!("close the market in {}", crate::amount::span(left)),
        )
    }
}

fn occupied(shard: &Shard) -> CommandError {
    CommandError::rule(
        format!(
            "{}: shard {} has {} jobs in line, {} seats, {} assigned jobs and {} lapsed seats",
            MarketError::ShardNotEmpty.rule().trim_end_matches('.'),
            shard.index,
            shard.jobs,
            shard.seats,
            shard.assigned,
            shard.lapsed
        ),
        "jobs leave with `gpu-market job cancel` or when they expire, seats with `gpu-market host drain`; a crank clears \
         what is over: `gpu-market crank run`",
    )
}

pub async fn market(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    let closing = Closing::find(context, market).await?;
    let shards = context.shards(&closing.key, closing.market.shards).await?;
    let terms = all_terms(context, &closing.key).await?;
    let (key, steps) = (closing.key, closing.everything(&shards, &terms)?);
    execute(context, "Market closed", key, "Close this market? It cannot be opened again as it was.", steps).await
}

pub async fn shard(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    let mut closing = Closing::find(context, market).await?;
    let shards = context.shards(&closing.key, closing.market.shards).await?;
    let Some(last) = shards.last() else {
        return Err(CommandError::rule(
            "the market has no shards",
            "close what is left of it: `gpu-market market close`",
        ));
    };
    let (key, step) = (closing.key, closing.shard(&last.shard)?);
    let question = if shards.len() > 1 {
        "Close this shard? The queue holds less without it."
    } else {
        "Close the only shard? Nobody can post or join until there is another one."
    };
    execute(context, "Shard closed", key, question, vec![step]).await
}

pub async fn terms(context: &Context, market: MarketRef) -> Result<(), CommandError> {
    let mut closing = Closing::find(context, market).await?;
    let in_force = closing.market.terms_in_force(closing.now);
    let terms = all_terms(context, &closing.key).await?;
    // Those in force are closed with the market alone.
    let superseded = terms.iter().filter(|terms| terms.number != in_force);
    let steps: Vec<Step> = superseded.filter_map(|terms| closing.terms(terms).ok()).collect();
    if steps.is_empty() {
        let rule = format!("no terms of this market were superseded: terms {in_force} are in force");
        let next = format!("those close with the market: `gpu-market market close {}`", closing.key);
        return Err(CommandError::rule(rule, next));
    }
    execute(context, "Terms closed", closing.key, "Close these terms?", steps).await
}

/// All terms of a market, the oldest first.
async fn all_terms(context: &Context, market: &Address) -> Result<Vec<Terms>, CommandError> {
    let found = context.connection.scan::<Terms>(&[Holds::at(offset_of!(Terms, market), market)]).await?;
    let mut terms: Vec<Terms> = found.into_iter().map(|(_, terms)| terms).collect();
    terms.sort_by_key(|terms| terms.number);
    Ok(terms)
}

/// Closes account after account. What fails leaves closed what was closed before it, and a second run goes on there.
async fn execute(
    context: &Context,
    title: &str,
    market: Address,
    question: &str,
    steps: Vec<Step>,
) -> Result<(), CommandError> {
    let rows: Vec<Record> = steps.iter().map(row).collect();
    let record = Record::new(title).with("market", market).with("closed", rows);
    context.confirm(Some(&record), question)?;
    let instructions: Vec<Instruction> = steps.into_iter().map(|step| step.instruction).collect();
    if context.is_dry_run() && instructions.len() > BATCH {
        // The later transactions build on the earlier ones, so they cannot be simulated.
        return context.print(&record.and(explain::record(&context.payer()?, &instructions, None)));
    }
    let mut receipts = Vec::new();
    for batch in instructions.chunks(BATCH) {
        let sent = context.send(batch, &[]).await.inspect_err(|_| {
            if !receipts.is_empty() {
                context.warn("a part is closed already; run the same again to go on there");
            }
        });
        receipts.extend(sent?);
    }
    if context.is_dry_run() {
        return Ok(());
    }
    context.print(&record.with("transactions", receipts.iter().map(receipt_record).collect::<Vec<_>>()))
}

fn row(step: &Step) -> Record {
    Record::row()
        .with("what", Value::Text(step.what.clone()))
        .with("account", step.account)
        .with("rent_to", step.rent_payer)
}

#[cfg(test)]
mod tests {
    use {super::*, bytemuck::Zeroable};

    const NOW: i64 = 1_000;

    fn key(n: u8) -> Address {
        Address::new_from_array([n; 32])
    }

    /// A market with `shards` and with the first `terms` terms, of which the last was announced for `effective_at`.
    fn closing(shards: u8, terms: u32, effective_at: i64) -> Closing {
        let market = Market {
            authority: key(1),
            rent_payer: key(2),
            shards,
            current_terms: terms.max(2) - 1,
            announced_terms: if terms > 1 { terms } else { 0 },
            announced_effective_at: effective_at,
            open_terms: terms,
            ..Market::zeroed()
        };
        Closing { key: key(9), market, now: NOW }
    }

    fn shards(count: u8) -> Vec<ShardAccount> {
        let open = |index| {
            let mut shard = Shard::zeroed();
            shard.open(key(9), index, key(3));
            ShardAccount { shard, nodes: Vec::new() }
        };
        (0..count).map(open).collect()
    }

    fn terms(count: u32) -> Vec<Terms> {
        (1..=count).map(|number| Terms { number, rent_payer: key(4), ..Terms::zeroed() }).collect()
    }

    #[test]
    fn a_deserted_market_closes_shard_by_shard_terms_by_terms_and_then_itself() {
        let steps = closing(2, 3, NOW).everything(&shards(2), &terms(3)).unwrap();
        let what: Vec<&str> = steps.iter().map(|step| step.what.as_str()).collect();
        assert_eq!(what, ["shard 1", "shard 0", "terms 1", "terms 2", "terms 3", "the market"]);
        let payers: Vec<Address> = steps.iter().map(|step| step.rent_payer).collect();
        assert_eq!(payers, [key(3), key(3), key(4), key(4), key(4), key(2)]);
        assert_eq!(steps[0].instruction, close_shard(key(1), key(9), 1, key(3)));
        assert_eq!(steps[5].instruction, close_market(key(1), key(9), key(2)));
    }

    #[test]
    fn members_and_occupied_shards_are_named_with_how_they_leave() {
        let mut inhabited = closing(1, 1, 0);
        inhabited.market.members = 3;
        let error = inhabited.everything(&shards(1), &terms(1)).unwrap_err();
        assert_eq!(error.exit_code(), 6);
        assert!(
            error.to_string().contains("this one has 3; their hosts leave it with `gpu-market host leave"),
            "{error}"
        );

        let mut occupied = shards(2);
        (occupied[0].shard.jobs, occupied[0].shard.lapsed) = (2, 1);
        let error = closing(2, 1, 0).everything(&occupied, &terms(1)).unwrap_err();
        assert!(
            error.to_string().contains("shard 0 has 2 jobs in line, 0 seats, 0 assigned jobs and 1 lapsed"),
            "{error}"
        );
        assert!(error.to_string().contains("`gpu-market host drain`"), "{error}");
    }

    #[test]
    fn announced_terms_hold_a_market_open_until_they_take_effect() {
        let error = closing(0, 2, NOW + 3_600).everything(&[], &terms(2)).unwrap_err();
        assert_eq!(error.exit_code(), 6);
        assert!(error.to_string().ends_with("close the market in 1 h"), "{error}");
        assert_eq!(closing(0, 2, NOW).everything(&[], &terms(2)).unwrap().len(), 3);
    }

    #[test]
    fn a_shard_closes_only_as_the_last_one() {
        let error = closing(2, 1, 0).shard(&shards(2)[0].shard).unwrap_err();
        assert!(error.to_string().contains("in order of their index"), "{error}");
        assert!(closing(2, 1, 0).shard(&shards(2)[1].shard).is_ok());
    }
}
