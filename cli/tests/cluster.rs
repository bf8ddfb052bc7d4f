//! What the commands that talk to a cluster do before they reach one: arguments, config, keys, specs.

mod common;

use {
    common::{at_home, file, folder, gpu_market, text},
    std::{net::TcpListener, path::Path, process::Output},
};

/// A key as `solana-keygen` writes it: ed25519 key of 32 sevens.
const SECRET: [u8; 32] = [7; 32];
const MARKET: &str = "AXhAJkK31DFRJyAD5mHGVEpU1c3JQXdrwKzhkwPBFoWP";
const SPEC: &str = r#"{"name":"a","command":["true"],"gpu":"h100","tier":"premium","payment":"USDG",
    "max_duration_seconds":600,"max_rate_per_hour":"1.5"}"#;

fn key_file(folder: &Path) -> String {
    let key = solana_keypair::Keypair::new_from_array(SECRET);
    file(folder, "id.json", &format!("{:?}", key.to_bytes()))
}

/// An endpoint on which nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

/// The exit code and what was said, of a command that failed and printed no result.
fn failed(output: &Output) -> (i32, String) {
    let message = text(&output.stderr);
    assert!(output.stdout.is_empty(), "it printed a result: {}", text(&output.stdout));
    assert!(!message.contains("panicked"), "{message}");
    (output.status.code().expect("an exit code"), message)
}

fn balance(home: &Path, further: &[&str]) -> (i32, String) {
    failed(&at_home(home, "", &[&["client", "balance"], further].concat()))
}

#[test]
fn a_cluster_that_does_not_answer_is_named_without_its_secret() {
    let home = folder("unreachable");
    let (key, url) = (key_file(&home), nobody());
    let (code, message) = balance(&home, &["--keypair", &key, "--url", &format!("{url}/secret?key=secret")]);
    assert_eq!(code, 4);
    assert!(
        message.contains(&format!("{url} cannot be reached: ")) && message.contains("Connection refused"),
        "{message}"
    );
    assert!(message.contains("check its address and the network") && !message.contains("secret"), "{message}");
}

#[test]
fn the_config_file_of_the_solana_tools_says_where_and_with_which_key() {
    let home = folder("config");
    let (key, url) = (key_file(&home), nobody());
    let config =
        format!("---\njson_rpc_url: {url}\nwebsocket_url: ''\nkeypair_path: {key}\ncommitment: confirmed\n");
    let named = file(&home, "other.yml", &config);
    let (code, message) = balance(&home, &["--config", &named]);
    assert!(code == 4 && message.contains(&url), "{message}");

    let usual = home.join(".config/solana/cli");
    std::fs::create_dir_all(&usual).expect("a folder");
    file(&usual, "config.yml", &config);
    let (code, message) = balance(&home, &[]);
    assert!(code == 4 && message.contains(&url), "{message}");
    // What is typed comes first.
    let other = nobody();
    let (_, message) = balance(&home, &["--url", &other]);
    assert!(message.contains(&other) && !message.contains(&url), "{message}");
}

#[test]
fn a_bad_config_file_is_refused_by_name() {
    let home = folder("bad-config");
    let (code, message) = balance(&home, &["--config", "/no/such/config.yml"]);
    assert_eq!(code, 3);
    assert!(message.contains("/no/such/config.yml: cannot be read: "), "{message}");
    let broken = file(&home, "broken.yml", "json_rpc_url: [1");
    let (code, message) = balance(&home, &["--config", &broken]);
    assert_eq!(code, 3);
    assert!(message.contains(&broken) && message.contains("solana config set"), "{message}");
    let commitment = file(&home, "commitment.yml", "commitment: maybe");
    let (code, message) = balance(&home, &["--config", &commitment]);
    assert_eq!(code, 2);
    assert!(message.contains("\"maybe\" is no commitment; allowed: processed, confirmed, finalized"), "{message}");
}

#[test]
fn clusters_have_the_usual_names_and_no_others() {
    let home = folder("moniker");
    let (code, message) = balance(&home, &["--url", "mainnet"]);
    assert_eq!(code, 2);
    assert!(message.contains("allowed: mainnet-beta (m), testnet (t), devnet (d), localhost (l)"), "{message}");
}

#[test]
fn a_key_that_cannot_be_used_is_refused_and_never_shown() {
    let home = folder("bad-key");
    let url = nobody();
    let (code, message) = balance(&home, &["--url", &url, "--keypair", "/no/such/id.json"]);
    assert_eq!(code, 3);
    assert!(
        message.contains("/no/such/id.json: cannot be read: ") && message.contains("solana-keygen new"),
        "{message}"
    );
    let wrong = file(&home, "wrong.json", "[1, 2, 3]");
    let (code, message) = balance(&home, &["--url", &url, "--keypair", &wrong]);
    assert_eq!(code, 3);
    assert!(message.contains(&format!("{wrong}: this is no key")) && !message.contains("[1, 2, 3]"), "{message}");
    let (code, message) = balance(&home, &["--url", &url, "--keypair", "usb://ledger"]);
    assert_eq!(code, 3);
    assert!(
        message.contains("allowed: a file of `solana-keygen`, or - to read one from standard input"),
        "{message}"
    );
    // Without a config file, the key is where the Solana tools make it.
    let (code, message) = balance(&home, &["--url", &url]);
    assert_eq!(code, 3);
    assert!(message.contains("~/.config/solana/id.json: cannot be read: "), "{message}");
}

#[test]
fn a_key_is_read_from_standard_input() {
    let home = folder("stdin-key");
    let key = std::fs::read_to_string(key_file(&home)).expect("a key");
    let arguments = ["client", "balance", "--keypair", "-", "--url", &nobody()];
    let (code, message) = failed(&at_home(&home, &key, &arguments));
    assert!(code == 4 && message.contains("cannot be reached"), "{message}");
    let (code, message) = failed(&at_home(&home, "nothing", &arguments));
    assert!(code == 3 && message.contains("standard input: this is no key"), "{message}");
}

#[test]
fn a_bad_spec_is_refused_before_anything_is_asked_of_the_cluster() {
    let home = folder("bad-spec");
    let (key, url) = (key_file(&home), nobody());
    for (number, (from, to, expected)) in [
        (r#""name":"a""#, r#""name":"a","prio":1"#, "prio: unknown field `prio`, expected one of `name`"),
        ("600", "\"600\"", "max_duration_seconds: invalid type: string"),
        ("[\"true\"]", "[]", "command: it names no program; allowed:"),
        ("\"1.5\"", "1.5", "max_rate_per_hour: invalid type: floating point"),
    ]
    .into_iter()
    .enumerate()
    {
        let spec = file(&home, &format!("{number}.json"), &SPEC.replacen(from, to, 1));
        let (code, message) =
            failed(&at_home(&home, "", &["job", "post", &spec, "--keypair", &key, "--url", &url]));
        assert_eq!(code, 3, "{message}");
        assert!(message.contains(&spec) && message.contains(expected), "{message}");
    }
    let (code, message) =
        failed(&at_home(&home, "", &["job", "post", "/no/such.json", "--keypair", &key, "--url", &url]));
    assert!(code == 3 && message.contains("/no/such.json: cannot be read"), "{message}");
}

#[test]
fn a_symbol_is_not_taken_for_a_mint() {
    let home = folder("symbol");
    let (key, spec) = (key_file(&home), file(&home, "spec.json", SPEC));
    let (code, message) =
        failed(&at_home(&home, "", &["job", "post", &spec, "--keypair", &key, "--url", &nobody()]));
    assert_eq!(code, 3);
    assert!(message.contains("payment: \"USDG\" is a name that the chain does not know; allowed:"), "{message}");
}

#[test]
fn wrong_arguments_are_refused_with_what_is_allowed() {
    for (arguments, expected) in [
        (&["client", "fund", "1,5", "--mint", MARKET][..], "not a decimal number"),
        (&["client", "fund", "1.5"], "--mint"),
        (&["client", "fund", "1", "--mint", "nowhere"], "invalid value 'nowhere'"),
        (&["job", "extend", MARKET, "soon"], "is no duration; allowed: seconds"),
        (&["job", "post", "--spec-hash", "00", "--market", MARKET], "is no hash; allowed: 64 hexadecimal digits"),
        (&["market", "show", "h100"], "is no market; allowed: its address, or AUTHORITY/NUMBER"),
        (&["market", "pause", MARKET], "--posting"),
        (&["market", "list", "--output", "xml"], "[possible values: display, json, json-compact]"),
        (&["market", "create", "x.toml", "--mint", "USDG"], "allowed: SYMBOL=ADDRESS"),
        (&["admin", "update"], "--min-bond"),
        (&["admin", "split", "--stakers", "5000"], "--referral"),
        (
            &["market", "list", "--with-compute-unit-price", "1", "--max-compute-unit-price", "2"],
            "cannot be used with",
        ),
        (&["rewards", "sweep", MARKET], "--mint"),
        (&["client", "raise-nonce-floor", "-1", "--mint", MARKET], "unexpected argument"),
        (&["host", "close-earnings"], "--mint"),
        (&["stake", "lock", "forever"], "invalid value 'forever'"),
        (&["stake", "claim", "--to", MARKET], "--mint"),
        (&["client", "referrer", "--mint", MARKET], "<OWNER>"),
        (&["client", "referrer", MARKET, "--none", "--mint", MARKET], "cannot be used with"),
        (&["rewards", "emission", "open", MARKET, "5", "--id", "1", "--for", "soon"], "is no duration; allowed:"),
        (&["rewards", "emission", "open", MARKET, "5", "--id", "1", "--for", "30d", "--hosts", MARKET], "--rate"),
    ] {
        let (code, message) = failed(&gpu_market(arguments));
        assert_eq!(code, 2, "{message}");
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn the_help_lists_the_groups_and_the_exit_codes() {
    let help = text(&gpu_market(&["--help"]).stdout);
    for group in ["market", "client", "job", "host", "stake", "rewards", "attest", "admin", "completions", "demo"] {
        assert!(help.contains(&format!("\n  {group} ")), "{group}");
    }
    for option in [
        "--config",
        "--url",
        "--keypair",
        "--commitment",
        "--with-compute-unit-price",
        "--max-compute-unit-price",
        "--output",
        "--dry-run",
    ] {
        assert!(help.contains(option), "{option}");
    }
    for code in ["\n  0  done", "\n  4  the cluster", "\n  8  the key", "\n 10  you said no"] {
        assert!(help.contains(code), "{code}");
    }
}

/// The commands that the help of a group lists; none if it is no group.
fn commands(group: &[&str]) -> Vec<String> {
    let help = text(&gpu_market(&[group, &["--help"]].concat()).stdout);
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

/// A group's row in the README's table, without its example, and the rows of the groups in it.
fn rows(group: &[&str]) -> Vec<String> {
    let (mut named, mut inner) = (String::new(), Vec::new());
    for command in commands(group) {
        let below = rows(&[group, &[&command]].concat());
        named.push_str(&if below.is_empty() { format!("`{command}` ") } else { format!("`{command} …` ") });
        inner.extend(below);
    }
    if named.is_empty() || group.is_empty() {
        return inner;
    }
    std::iter::once(format!("| `{}` | {named}| ", group.join(" "))).chain(inner).collect()
}

#[test]
fn the_readme_lists_every_command_of_every_group_as_the_help_does() {
    let readme = include_str!("../README.md");
    let (_, table) =
        readme.split_once("| group | commands | for example |\n| --- | --- | --- |\n").expect("a table");
    let written: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
    let expected = rows(&[]);
    for (written, expected) in written.iter().zip(&expected) {
        assert!(written.starts_with(expected), "cli/README.md has\n{written}\nand the help\n{expected}");
    }
    assert_eq!(written.len(), expected.len(), "{expected:#?}");
    for command in commands(&[]) {
        assert!(readme.contains(&format!("`gpu-market {command}")), "{command}");
    }
}

#[test]
fn shells_complete_every_group() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = gpu_market(&["completions", shell]);
        assert!(output.status.success());
        let script = text(&output.stdout);
        for word in ["market", "request-unstake", "pay-incentive", "with-compute-unit-price"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        // The other two complete names alone, no values.
        let has_values = ["bash", "fish", "zsh"].contains(&shell);
        assert_eq!(script.contains("json-compact"), has_values, "{shell}");
    }
    assert_eq!(gpu_market(&["completions", "tcsh"]).status.code(), Some(2));
}
