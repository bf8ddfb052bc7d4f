//! What every command works with: the cluster, the keys, and how results are printed.

use {
    crate::{
        args::Global,
        commands::CommandError,
        config::{Config, ConfigError, cluster},
        explain, keypair,
        output::{Format, Record, Value},
    },
    gpu_market_sdk::{
        Address, Instruction,
        rpc::{Clock, CommitmentConfig, Connection, Endpoint, FeePolicy, Receipt, Settings},
    },
    indicatif::ProgressBar,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::{
        cell::{Cell, OnceCell},
        io::{BufRead, IsTerminal, Write},
        rc::Rc,
        time::{Duration, SystemTime, UNIX_EPOCH},
    },
};

/// Seconds by which the clock of this computer may differ from the cluster's unmentioned.
const CLOCK_TOLERANCE: u64 = 120;
const TICK: Duration = Duration::from_millis(120);

/// What every command works with.
pub struct Context {
    pub connection: Connection,
    pub format: Format,
    /// Where the key is that acts.
    keypair_path: String,
    /// Where the key is that pays the fee and the rent, if it is another one.
    payer_path: Option<String>,
    dry_run: bool,
    yes: bool,
    keypair: OnceCell<Keypair>,
    payer: OnceCell<Keypair>,
    clock: OnceCell<Clock>,
    /// Whether a spinner is shown: one at a time.
    is_spinning: Rc<Cell<bool>>,
}

impl Context {
    /// Reads the config file. Neither a key nor the network is touched before a command needs it.
    pub fn new(global: &Global) -> Result<Self, CommandError> {
        let config = Config::read(global.config.as_deref())?;
        Ok(Self {
            connection: Connection::new(settings(global, &config)?),
            format: global.output,
            keypair_path: global.keypair.clone().unwrap_or_else(|| config.keypair()),
            payer_path: global.fee_payer.clone(),
            dry_run: global.dry_run,
            yes: global.yes,
            keypair: OnceCell::new(),
            payer: OnceCell::new(),
            clock: OnceCell::new(),
            is_spinning: Rc::default(),
        })
    }

    /// The key that acts.
    pub fn keypair(&self) -> Result<&Keypair, CommandError> {
        Ok(once(&self.keypair, || keypair::read(&self.keypair_path))?)
    }

    /// Address of the key that acts.
    pub fn me(&self) -> Result<Address, CommandError> {
        Ok(self.keypair()?.pubkey())
    }

    /// Address of the key that pays the fee and the rent.
    pub fn payer(&self) -> Result<Address, CommandError> {
        Ok(self.payer_keypair()?.pubkey())
    }

    fn payer_keypair(&self) -> Result<&Keypair, CommandError> {
        match &self.payer_path {
            Some(path) => Ok(once(&self.payer, || keypair::read(path))?),
            None => self.keypair(),
        }
    }

    /// Whether nothing is to be sent.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// The clock of the cluster, read once; see [`Context::saw`].
    pub async fn clock(&self) -> Result<Clock, CommandError> {
        if let Some(clock) = self.clock.get() {
            return Ok(*clock);
        }
        Ok(self.saw(self.connection.clock().await?))
    }

    /// Takes a clock that was read along with something else for that of the cluster, unless it was read before. Warns if that
    /// of this computer is off.
    pub fn saw(&self, clock: Clock) -> Clock {
        *self.clock.get_or_init(|| {
            if let Some(warning) = clock_warning(clock.unix) {
                self.warn(&warning);
            }
            clock
        })
    }

    /// Unix seconds of the cluster.
    pub async fn now(&self) -> Result<i64, CommandError> {
        Ok(self.clock().await?.unix)
    }

    /// Tells a person something that is no result.
    pub fn warn(&self, text: &str) {
        eprintln!("warning: {text}");
    }

    /// Tells a person something that is worth knowing before the result.
    pub fn note(&self, text: &str) {
        eprintln!("note: {text}");
    }

    pub fn print(&self, record: &Record) -> Result<(), CommandError> {
        Ok(self.format.print(record)?)
    }

    /// Shows a person that something is going on, until it is dropped. Inside of another one it shows nothing.
    pub fn spinner(&self, what: impl Into<String>) -> Spinner {
        if self.is_spinning.get() || !self.format.shows_progress() {
            return Spinner { bar: ProgressBar::hidden(), shown: None };
        }
        let bar = ProgressBar::new_spinner();
        bar.set_message(what.into());
        bar.enable_steady_tick(TICK);
        self.is_spinning.set(true);
        Spinner { bar, shown: Some(Rc::clone(&self.is_spinning)) }
    }

    /// Asks before something that costs or cannot be undone. `details` is shown first. Nothing is asked in a dry run, or
    /// with `--yes`.
    pub fn confirm(&self, details: Option<&Record>, question: &str) -> Result<(), CommandError> {
        if self.yes || self.dry_run {
            return Ok(());
        }
        let unanswered = || CommandError::Unanswered { question: question.to_owned() };
        if !std::io::stdin().is_terminal() {
            return Err(unanswered());
        }
        if let Some(details) = details {
            eprint!("{}", crate::output::render(details));
        }
        eprint!("\n{question} [y/N] ");
        std::io::stderr().flush()?;
        let mut answer = Vec::new();
        std::io::stdin().lock().read_until(b'\n', &mut answer).map_err(|_| unanswered())?;
        if ["y", "yes"].contains(&String::from_utf8_lossy(&answer).trim().to_lowercase().as_str()) {
            Ok(())
        } else {
            Err(CommandError::Declined)
        }
    }

    /// Executes instructions as one transaction and prints the record with what became of it. In a dry run, prints what
    /// would be executed and what it would cost.
    pub async fn submit(&self, record: Record, instructions: &[Instruction]) -> Result<(), CommandError> {
        self.submit_with(record, instructions, &[]).await
    }

    /// As [`Context::submit`], with further keys that have to sign.
    pub async fn submit_with(
        &self,
        record: Record,
        instructions: &[Instruction],
        further: &[&Keypair],
    ) -> Result<(), CommandError> {
        match self.send(instructions, further).await? {
            Some(receipt) => self.print(&record.and(receipt_record(&receipt))),
            None => Ok(()),
        }
    }

    /// Executes instructions as one transaction; none in a dry run, which is printed instead.
    pub async fn send(
        &self,
        instructions: &[Instruction],
        further: &[&Keypair],
    ) -> Result<Option<Receipt>, CommandError> {
        let payer = self.payer()?;
        if self.dry_run {
            let spinner = self.spinner("simulating");
            let estimate = self.connection.estimate(&payer, instructions).await?;
            drop(spinner);
            self.print(&explain::record(&payer, instructions, Some(&estimate)))?;
            return Ok(None);
        }
        let _spinner = self.spinner("sending");
        let signers = self.signers(instructions, further)?;
        Ok(Some(self.connection.send(&payer, instructions, &signers).await?))
    }

    /// Those of the keys that have to sign.
    pub fn signers<'a>(
        &'a self,
        instructions: &[Instruction],
        further: &[&'a Keypair],
    ) -> Result<Vec<&'a Keypair>, CommandError> {
        let mut signers = vec![self.payer_keypair()?];
        let needed = |key: &Address| {
            let mut metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
            metas.any(|meta| meta.is_signer && meta.pubkey == *key)
        };
        for key in std::iter::once(self.keypair()?).chain(further.iter().copied()) {
            let is_new = signers.iter().all(|known| known.pubkey() != key.pubkey());
            if is_new && needed(&key.pubkey()) {
                signers.push(key);
            }
        }
        Ok(signers)
    }
}

/// What became of a transaction.
pub fn receipt_record(receipt: &Receipt) -> Record {
    Record::row()
        .with("signature", receipt.signature.to_string())
        .with("slot", receipt.slot)
        .with("compute_unit_limit", receipt.unit_limit)
        .with("compute_unit_price", Value::Number(receipt.unit_price))
}

/// A sign that something is going on. Ends when it is dropped.
pub struct Spinner {
    bar: ProgressBar,
    /// Whether it is the one that is shown.
    shown: Option<Rc<Cell<bool>>>,
}

impl Spinner {
    pub fn say(&self, what: impl Into<String>) {
        self.bar.set_message(what.into());
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        if let Some(shown) = &self.shown {
            shown.set(false);
        }
    }
}

fn once<T, E>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
    match cell.get() {
        Some(value) => Ok(value),
        None => {
            let value = make()?;
            Ok(cell.get_or_init(|| value))
        }
    }
}

fn settings(global: &Global, config: &Config) -> Result<Settings, ConfigError> {
    let endpoint = match &global.url {
        Some(url) => Endpoint::of_rpc(cluster(url)?),
        None => match config.websocket() {
            Some(websocket) => Endpoint::new(config.rpc(), websocket),
            None => Endpoint::of_rpc(config.rpc()),
        },
    };
    let endpoint = match &global.ws {
        Some(websocket) => Endpoint::new(endpoint.rpc, websocket),
        None => endpoint,
    };
    let commitment = global.commitment.as_deref().unwrap_or(&config.commitment);
    let commitment = match commitment {
        "" | "confirmed" => CommitmentConfig::confirmed(),
        "processed" => CommitmentConfig::processed(),
        "finalized" => CommitmentConfig::finalized(),
        other => return Err(ConfigError::NoCommitment(other.to_owned())),
    };
    Ok(Settings { commitment, fee: fee(global), ..Settings::new(endpoint) })
}

/// What is bid for priority: exactly what was named, or what others paid of late for the same accounts, up to a maximum.
fn fee(global: &Global) -> FeePolicy {
    match (global.with_compute_unit_price, global.max_compute_unit_price) {
        (Some(price), _) => FeePolicy { percentile: 0, floor: price, cap: price },
        (None, Some(most)) => FeePolicy::up_to(most),
        (None, None) => FeePolicy::NONE,
    }
}

/// What to say about this computer's clock, if it is off by more than anybody's patience.
fn clock_warning(cluster: i64) -> Option<String> {
    let local = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let local = i64::try_from(local).ok()?;
    let off = local.abs_diff(cluster);
    let direction = if local > cluster { "ahead of" } else { "behind" };
    (off > CLOCK_TOLERANCE).then(|| {
        format!(
            "the clock of this computer is {} {direction} the cluster's; deadlines are the cluster's, and shown by it",
            crate::amount::span(off)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> i64 {
        i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
    }

    #[test]
    fn a_clock_that_is_off_is_mentioned() {
        assert_eq!(clock_warning(now()), None);
        assert!(clock_warning(now() + 7_200).unwrap().contains("behind the cluster's"));
        assert!(clock_warning(now() - 7_200).unwrap().contains("ahead of the cluster's"));
    }

    #[test]
    fn a_bid_is_none_a_price_or_what_others_paid_up_to_a_maximum() {
        let recent = [10, 20, 30, 40];
        let bid = |with, max| {
            fee(&Global { with_compute_unit_price: with, max_compute_unit_price: max, ..Global::default() })
                .choose(&recent)
        };
        assert_eq!(
            [bid(None, None), bid(Some(7), None), bid(None, Some(100)), bid(None, Some(25))],
            [0, 7, 30, 25]
        );
        assert_eq!(fee(&Global { max_compute_unit_price: Some(25), ..Global::default() }).choose(&[]), 0);
    }

    #[test]
    fn arguments_come_before_the_config_file() {
        let config = Config {
            json_rpc_url: "http://one:1".into(),
            websocket_url: "ws://two:2".into(),
            commitment: "finalized".into(),
            ..Config::default()
        };
        let from_file = settings(&Global::default(), &config).unwrap();
        assert_eq!(
            (from_file.endpoint.rpc.as_str(), from_file.endpoint.websocket.as_str()),
            ("http://one:1", "ws://two:2")
        );
        assert_eq!((from_file.commitment, from_file.fee), (CommitmentConfig::finalized(), FeePolicy::NONE));

        let global = Global {
            url: Some("l".into()),
            commitment: Some("processed".into()),
            with_compute_unit_price: Some(7),
            ..Global::default()
        };
        let from_arguments = settings(&global, &config).unwrap();
        assert_eq!(from_arguments.endpoint.websocket, "ws://localhost:8900");
        assert_eq!(from_arguments.commitment, CommitmentConfig::processed());
        assert_eq!(from_arguments.fee.choose(&[1, 2, 3]), 7);
        let ws = Global { ws: Some("ws://three:3".into()), ..global };
        assert_eq!(settings(&ws, &config).unwrap().endpoint.websocket, "ws://three:3");
    }
}
