//! People who use the command `gpu-market`, which runs as a process.

use {
    super::{LAMPORTS, Place, STAKE, funded, localnet},
    gpu_market_localnet::keys,
    gpu_market_sdk::{Address, instructions::Token},
    serde_json::Value,
    solana_signer::Signer,
    std::{
        path::{Path, PathBuf},
        process::{Command, Output},
    },
};

/// The built command: `GPU_MARKET_BIN`, or where cargo puts it beside this workspace.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("GPU_MARKET_BIN") {
        return path.into();
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let built = ["release", "debug"].map(|profile| target.join(profile).join("gpu-market"));
    built.into_iter().find(|path| path.exists()).expect(
        "there is no gpu-market; build it with `cargo build --release --locked -p gpu-market-cli`, or set GPU_MARKET_BIN",
    )
}

/// Somebody who uses the command.
pub struct User {
    name: String,
    pub key: Address,
    /// The key file.
    pub file: String,
}

impl User {
    /// A user with a SOL and, of the payment mint of a place, so many base units in the wallet.
    pub async fn new(name: &str, place: Place, tokens: u64) -> Self {
        Self::holding(name, place.token, tokens).await
    }

    /// A user with a SOL and so many whole tokens of the stake in the wallet.
    pub async fn with_stake(name: &str, tokens: u64) -> Self {
        Self::holding(name, localnet().stake().expect("a mint"), tokens * STAKE).await
    }

    async fn holding(name: &str, token: Token, units: u64) -> Self {
        let user = Self::of_key(name);
        funded(name, LAMPORTS).await;
        localnet().mint(token, user.key, units).await.expect("minted");
        user
    }

    /// A user whose key exists already.
    pub fn of_key(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-keys");
        let file = keys::write(&folder, name).expect("a key file").display().to_string();
        Self { name: name.to_owned(), key: keys::key(name).pubkey(), file }
    }

    /// Runs the command, whose answer is for scripts.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with("json-compact", arguments)
    }

    fn run_with(&self, format: &str, arguments: &[&str]) -> Output {
        self.command(format, arguments).output().expect("the command runs")
    }

    /// The command, as this user types it.
    pub fn command(&self, format: &str, arguments: &[&str]) -> Command {
        self.command_through(&localnet().network.endpoint().rpc, format, arguments)
    }

    /// The command, as this user types it, whose calls go to the address.
    pub fn command_through(&self, url: &str, format: &str, arguments: &[&str]) -> Command {
        let ws = &localnet().network.endpoint().websocket;
        let cluster = ["--url", url, "--ws", ws, "--keypair", &self.file, "--output", format];
        let mut command = Command::new(binary());
        command.args(arguments).args(cluster).env("HOME", env!("CARGO_TARGET_TMPDIR"));
        command
    }

    /// What a command says that succeeds; questions are answered with yes.
    pub fn does(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--yes"]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {arguments:?}: {said}", self.name);
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// What a command says to people, that succeeds.
    pub fn says(&self, arguments: &[&str]) -> String {
        let output = self.run_with("display", arguments);
        assert!(
            output.status.success(),
            "{} {arguments:?}: {}",
            self.name,
            String::from_utf8_lossy(&output.stderr)
        );
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat()
    }

    /// The exit code and what is said by a command that fails.
    pub fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.stdout.is_empty(),
            "{} {arguments:?}: {}",
            self.name,
            String::from_utf8_lossy(&output.stdout)
        );
        assert!(!said.contains("panicked"), "{said}");
        (output.status.code().expect("an exit code"), said)
    }
}

/// A file of these contents, and its name.
pub fn file(name: &str, contents: &str) -> String {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, contents).expect("a file");
    file.display().to_string()
}

/// A field of an answer that has to be text.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} of {value} is no text"))
}

/// A field of an answer that has to be an amount in base units.
pub fn units(value: &Value, field: &str) -> u64 {
    text(value, field).parse().unwrap_or_else(|_| panic!("{field} of {value} is no amount"))
}

const HASH: &str = "0101010101010101010101010101010101010101010101010101010101010101";

/// Posts an hour in the market of a place, from flags.
pub fn post<'a>(market: &'a str, further: &[&'a str]) -> Vec<&'a str> {
    let arguments =
        ["job", "post", "--market", market, "--spec-hash", HASH, "--duration", "1h", "--max-rate", "99"];
    [&arguments, further].concat()
}
