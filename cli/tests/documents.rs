//! Stores by configuration, sealing keys, and private jobs, as far as the command goes before it reaches a cluster.

mod common;

use {
    common::{file, folder, text},
    std::{net::TcpListener, os::unix::fs::PermissionsExt, path::Path, process::Command},
};

const JOB: &str = "AXhAJkK31DFRJyAD5mHGVEpU1c3JQXdrwKzhkwPBFoWP";
const SPEC: &str = r#"{"name":"a","command":["true"],"gpu":"h100","tier":"premium","payment":"USDG",
    "max_duration_seconds":600,"max_rate_per_hour":"1.5"}"#;
/// What only the environment may know.
const SECRET: &str = "a-secret-key";
const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "an-access-key"), ("AWS_SECRET_ACCESS_KEY", SECRET)];

/// Exit code, standard output and standard error of a command with this home and nothing else in its environment.
fn run(home: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_gpu-market"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .envs(environment.iter().copied())
        .output()
        .expect("the command runs");
    let message = text(&output.stderr);
    assert!(!message.contains("panicked") && !message.contains(SECRET), "{message}");
    (output.status.code().expect("an exit code"), text(&output.stdout), message)
}

/// The commands that use a store, with a key and a cluster that does not answer.
fn commands(home: &Path) -> Vec<Vec<String>> {
    let key = solana_keypair::Keypair::new_from_array([7; 32]);
    let key = file(home, "id.json", &format!("{:?}", key.to_bytes()));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let spec = file(home, "spec.json", SPEC);
    let commands = [
        vec!["job", "post", &spec, "--market", JOB],
        vec!["job", "reveal", JOB],
        vec!["job", "result", JOB],
        vec!["host", "run", JOB],
    ];
    let cluster = ["--keypair", &key, "--url", &url];
    commands.into_iter().map(|command| command.into_iter().chain(cluster).map(str::to_owned).collect()).collect()
}

fn with<'a>(command: &'a [String], further: &[&'a str]) -> Vec<&'a str> {
    command.iter().map(String::as_str).chain(further.iter().copied()).collect()
}

#[test]
fn a_store_that_is_none_is_refused_by_every_command_that_uses_one() {
    let home = folder("no-store");
    for (store, expected) in [
        ("ftp:there", "--store: \"ftp\" is no kind of store; allowed: folder:PATH, ipfs:URL, s3:URL/BUCKET or"),
        ("folder:", "--store: the store is a folder without a path; allowed: folder:PATH"),
        ("ipfs:localhost:5001", "--store: what follows ipfs: is no address; allowed: http://HOST"),
        ("ipfs:http://me:a-secret-key@host", "--store: the address after ipfs: has a user, a password,"),
        ("s3:jobs", "--store: what follows s3: is no address; allowed: http://HOST"),
        ("s3:https://host", "--store: the address after s3: names no bucket; allowed: URL/BUCKET"),
        ("s3:https://a:a-secret-key@host/jobs", "none of them, who may use a bucket is said by AWS_ACCESS_KEY_ID"),
        ("s3:https://host/jobs", "--store: a store in S3 needs an access key, and AWS_ACCESS_KEY_ID is not set"),
    ] {
        for command in commands(&home) {
            let (code, output, message) = run(&home, &[], &with(&command, &["--store", store]));
            assert_eq!((code, output.as_str()), (2, ""), "{command:?}: {message}");
            assert!(message.contains(expected), "{command:?}: {message}");
        }
    }
}

#[test]
fn the_store_is_the_typed_one_or_the_environments() {
    let home = folder("store-by-environment");
    let set = [("GPU_MARKET_STORE", "ftp:there")];
    for command in commands(&home) {
        let (code, _, message) = run(&home, &set, &with(&command, &[]));
        assert!(code == 2 && message.contains("GPU_MARKET_STORE: \"ftp\" is no kind of store"), "{message}");
        let (code, _, message) = run(&home, &set, &with(&command, &["--store", "folder:here"]));
        assert!(code == 4 && message.contains("cannot be reached"), "{message}");
        let (code, _, message) = run(&home, &[("GPU_MARKET_STORE", "")], &with(&command, &[]));
        assert!(code == 4 && message.contains("cannot be reached"), "{message}");
    }
}

#[test]
fn every_kind_of_store_is_taken() {
    let home = folder("kinds");
    for store in ["s3:https://host/jobs/prefix", "s3:https://s3.eu-central-1.amazonaws.com/jobs", "some/folder"] {
        for command in commands(&home) {
            let (code, _, message) = run(&home, &KEYS, &with(&command, &["--store", store]));
            assert!(code == 4 && message.contains("cannot be reached"), "{command:?}: {message}");
        }
    }
    for command in commands(&home).into_iter().filter(|command| !command.contains(&"reveal".to_owned())) {
        let (code, _, message) = run(&home, &[], &with(&command, &["--store", "ipfs:http://127.0.0.1:5001"]));
        assert_eq!(code, 4, "{command:?}: {message}");
    }
}

#[test]
fn a_private_job_needs_a_store_with_letters() {
    let home = folder("no-letters");
    let all = commands(&home);
    for command in [with(&all[0], &["--private"]), with(&all[1], &[])] {
        let command = [command, vec!["--store", "ipfs:http://127.0.0.1:5001"]].concat();
        let (code, _, message) = run(&home, &[], &command);
        let expected = "the node of IPFS at 127.0.0.1 keeps no letters, which private jobs need; use a folder or";
        assert!(code == 3 && message.contains(expected), "{message}");
    }
    // As much if the spec says so itself.
    let terms = format!(r#""private":{{"salt":"{0}","result_key":"{0}"}},"name""#, "01".repeat(32));
    let spec = file(&home, "spec.json", &SPEC.replacen("\"name\"", &terms, 1));
    let command = ["job", "post", &spec, "--store", "ipfs:http://127.0.0.1:5001"];
    let (code, _, message) = run(&home, &[], &command);
    assert!(code == 3 && message.contains("keeps no letters"), "{message}");
    let hash = "01".repeat(32);
    let (code, _, message) = run(&home, &[], &["job", "post", "--private", "--spec-hash", &hash]);
    assert!(code == 2 && message.contains("--spec-hash"), "{message}");
}

#[test]
fn a_sealing_key_is_made_once_and_its_secret_never_shown() {
    let home = folder("sealing-key");
    let show = ["host", "sealing-key", "--output", "json"];
    let (code, first, _) = run(&home, &[], &show);
    assert_eq!(code, 0);
    assert_eq!(run(&home, &[], &show).1, first);
    let shown: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    let path = home.join(".local/share/gpu-market/sealing-key");
    assert_eq!(shown["file"].as_str(), path.to_str());
    assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    let secret = std::fs::read_to_string(&path).expect("readable");
    let public = shown["sealing_key"].as_str().expect("a key");
    assert!(public.len() == 64 && !first.contains(secret.trim()));
    let named = home.join("named");
    let (_, display, _) =
        run(&home, &[], &["host", "sealing-key", "--sealing-key-file", named.to_str().expect("UTF-8")]);
    assert!(display.contains("gpu-market host update --sealing-key ") && !display.contains(public), "{display}");
}

#[test]
fn a_sealing_key_that_cannot_be_used_is_refused_with_what_to_do() {
    let home = folder("bad-sealing-key");
    let malformed = file(&home, "malformed", SECRET);
    let open = file(&home, "open", &"01".repeat(32));
    std::fs::set_permissions(&malformed, std::fs::Permissions::from_mode(0o600)).expect("changed");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).expect("changed");
    let all = commands(&home);
    let sealing: Vec<String> = ["host", "sealing-key"].map(str::to_owned).into();
    for command in [&all[2], &all[3], &sealing] {
        for (file, expected) in [
            (malformed.as_str(), "malformed: this is no sealing key; its file holds 64 hexadecimal digits"),
            (open.as_str(), "others may use this sealing key (mode 644); run: chmod 600 "),
            ("/no/such/key", "/no/such/key: "),
        ] {
            // The last one would be made; not even its folder can be, where it may not.
            if file.starts_with("/no") && command == &sealing {
                continue;
            }
            let (code, output, message) = run(&home, &[], &with(command, &["--sealing-key-file", file]));
            assert_eq!((code, output.as_str()), (3, ""), "{command:?}: {message}");
            assert!(message.contains(expected), "{command:?}: {message}");
        }
    }
    let missing = with(&all[3], &["--sealing-key-file", "/no/such/key"]);
    let (_, _, message) = run(&home, &[], &missing);
    assert!(message.contains("there is no sealing key; make one with `gpu-market host sealing-key`"), "{message}");
    let below_a_file = format!("{malformed}/key");
    let (code, _, message) = run(&home, &[], &["host", "sealing-key", "--sealing-key-file", &below_a_file]);
    assert!(code == 3 && message.contains("the sealing key cannot be read or written: "), "{message}");
    let (code, _, message) = run(&home, &[], &["host", "update", "--sealing-key", "00"]);
    assert!(code == 2 && message.contains("is no hash; allowed: 64 hexadecimal digits"), "{message}");
}

#[test]
fn the_help_says_how_a_store_is_chosen() {
    let home = folder("store-help");
    for command in ["post", "reveal", "result"] {
        let (_, help, _) = run(&home, &[], &["job", command, "--help"]);
        for part in
            ["folder:PATH", "ipfs:URL", "s3:URL/BUCKET/PREFIX", "AWS_SECRET_ACCESS_KEY", "$GPU_MARKET_STORE"]
        {
            let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(part), "{command}: {part}");
        }
    }
}
