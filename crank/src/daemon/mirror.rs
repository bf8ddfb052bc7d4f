//! The planner's accounts, kept as they are on the cluster.

use {
    super::Report,
    crate::{Action, Outcome, Planner},
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::Now,
        instructions::Token,
        rpc::{Connection, READ, Reading, RpcError},
    },
    std::collections::{BTreeMap, HashSet},
};

/// See the module.
pub(super) struct Mirror<'a> {
    connection: &'a Connection,
    pub planner: Planner,
    /// Accounts that may have changed, with the slot that they have to be read at, or later.
    changed: BTreeMap<Address, u64>,
    /// Accounts of other programs, which no transaction makes this program's.
    foreign: HashSet<Address>,
    /// Mints that the caller has a token account for.
    wallets: HashSet<Address>,
    now: Now,
}

impl<'a> Mirror<'a> {
    pub fn new(connection: &'a Connection, planner: Planner) -> Self {
        Self {
            connection,
            planner,
            changed: BTreeMap::new(),
            foreign: HashSet::new(),
            wallets: HashSet::new(),
            now: Now { unix: 0, slot: 0 },
        }
    }

    /// Reads all accounts of the program.
    pub async fn load(&mut self, on_report: &mut impl FnMut(Report)) -> Result<(), RpcError> {
        for (address, account) in self.connection.program_accounts().await? {
            self.apply(address, Some(&account.data), on_report);
        }
        let Reading { clock, .. } = self.connection.read(&[]).await?;
        self.now = Now { unix: clock.unix, slot: clock.slot };
        self.learn_mints().await?;
        let due = self.planner.due(self.now);
        let index = self.planner.index();
        on_report(Report::Started {
            accounts: index.len(),
            jobs: index.jobs(),
            waiting: self.planner.waiting(),
            due,
            slot: clock.slot,
        });
        Ok(())
    }

    /// Has accounts read again that a transaction in `slot` may have changed. The program's own are never on the curve, where
    /// keys of people are.
    pub fn changed(&mut self, addresses: Vec<Address>, slot: u64) {
        for address in addresses {
            if !address.is_on_curve() && !self.foreign.contains(&address) {
                let wanted = self.changed.entry(address).or_default();
                *wanted = slot.max(*wanted);
            }
        }
    }

    pub fn report(&mut self, action: &Action, outcome: Outcome) {
        if outcome == Outcome::Done {
            self.wallets.extend(action.tip.map(|tip| tip.mint));
        }
        self.planner.report(&action.id, outcome, self.now);
    }

    /// Mint of an action's tip, unless the caller is known to have an account for it.
    pub fn missing_wallet(&self, action: &Action) -> Option<Token> {
        let mint = action.tip?.mint;
        if self.wallets.contains(&mint) {
            return None;
        }
        let program = *self.planner.index().token_program(&mint)?;
        Some(Token { mint, program })
    }

    /// Reads what may have changed, and the time. What a lagging endpoint does not know yet is read again at the next call.
    pub async fn refresh(&mut self, on_report: &mut impl FnMut(Report)) -> Result<Now, RpcError> {
        let changed: Vec<Address> = self.changed.keys().copied().collect();
        let mut parts = changed.chunks(READ);
        // One request in any case, for the time.
        let mut part = parts.next().unwrap_or_default();
        loop {
            self.read(part, on_report).await?;
            match parts.next() {
                Some(next) => part = next,
                None => break,
            }
        }
        self.learn_mints().await?;
        Ok(self.now)
    }

    async fn read(&mut self, part: &[Address], on_report: &mut impl FnMut(Report)) -> Result<(), RpcError> {
        let Reading { clock, accounts } = self.connection.read(part).await?;
        // Behind a load balancer, one answer may be older than the one before it.
        if clock.slot < self.now.slot {
            return Ok(());
        }
        self.now = Now { unix: clock.unix, slot: clock.slot };
        for (address, account) in part.iter().zip(accounts) {
            if self.changed.get(address).is_some_and(|wanted| *wanted > clock.slot) {
                continue;
            }
            self.changed.remove(address);
            let account = account.as_ref();
            if account.is_some_and(|account| is_of_tokens(&account.owner)) {
                self.foreign.insert(*address);
            } else {
                let own = account.filter(|account| account.owner == address::PROGRAM);
                self.apply(*address, own.map(|account| account.data.as_slice()), on_report);
            }
        }
        Ok(())
    }

    fn apply(&mut self, address: Address, data: Option<&[u8]>, on_report: &mut impl FnMut(Report)) {
        if let Err(error) = self.planner.apply(address, data) {
            on_report(Report::Unreadable { address, error });
        }
    }

    /// Which token program owns a mint is the owner of its account.
    async fn learn_mints(&mut self) -> Result<(), RpcError> {
        // What is planned asks for the mints.
        self.planner.due(self.now);
        let unknown = self.planner.unknown_mints();
        for part in unknown.chunks(READ) {
            let reading = self.connection.read(part).await?;
            for (mint, account) in part.iter().zip(reading.accounts) {
                if let Some(account) = account.filter(|account| is_of_tokens(&account.owner)) {
                    self.planner.set_token_program(*mint, account.owner);
                }
            }
        }
        Ok(())
    }
}

fn is_of_tokens(owner: &Address) -> bool {
    *owner == address::TOKEN_PROGRAM || *owner == address::TOKEN_2022_PROGRAM
}
