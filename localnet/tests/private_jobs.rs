//! Private jobs, every party a process of its own with data of its own: what the store shows, who can read a result, and
//! that the host is paid as for any other job.

mod common;

use {
    common::{
        DOLLAR, LAMPORTS, Place, STAKE, balance, localnet, place,
        process::{Daemon, Party, Site},
        run,
        user::{text, units},
    },
    gpu_market_localnet::tokens,
    serde_json::{Value, json},
    std::{
        path::{Path, PathBuf},
        time::{Duration, Instant},
    },
};

/// What the spec gives away, and what the job makes of it.
const SECRET: &str = "cobalt-heron";
const OUTPUT: &str = "COBALT-HERON\n";
/// The output as a result has it.
const OUTPUT_IN_BASE64: &str = "Q09CQUxULUhFUk9OCg==";

/// The longest that a delivery may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder for a test alone: kept specs and keys of another run are none of this one's.
struct Scene {
    folder: PathBuf,
    store: PathBuf,
    place: Place,
}

impl Scene {
    async fn new(name: &str, market: u16) -> Self {
        let folder = std::env::temp_dir().join(format!("gpu-market-private-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self { store: folder.join("store"), folder, place: place(market).await }
    }

    fn market(&self) -> String {
        self.place.market.to_string()
    }

    /// The store as it is typed.
    fn store(&self) -> String {
        format!("folder:{}", self.store.display())
    }

    /// Somebody on a machine of their own, with a SOL.
    async fn party(&self, name: &str) -> Party {
        let endpoint = localnet().network.endpoint();
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let party =
            Party::new(&Site { folder, rpc: endpoint.rpc.clone(), websocket: endpoint.websocket.clone() }, name);
        localnet().network.fund(&party.key(), LAMPORTS).await.expect("funded");
        party
    }

    /// The owner of a host with a sealing key, its second one, and its agent, which waits for a job.
    async fn host(&self, name: &str) -> (Party, Daemon) {
        let owner = self.party(&format!("{name} owner")).await;
        let operator = self.party(&format!("{name} operator")).await;
        let stake = localnet().stake().expect("a mint");
        localnet().mint(stake, owner.key(), 1_000 * STAKE).await.expect("minted");
        let made = |file| operator.run(&["host", "sealing-key", "--sealing-key-file", file]);
        let (first, second) = (made("first.key"), made("host.key"));
        let (market, key) = (self.market(), operator.key().to_string());
        owner.run(&["host", "register", "--operator", &key, "--sealing-key", text(&first, "sealing_key")]);
        let updated = owner.run(&["host", "update", "--sealing-key", text(&second, "sealing_key")]);
        assert_eq!((&updated["sealing_key"], text(&updated, "operator")), (&second["sealing_key"], key.as_str()));
        owner.run(&["stake", "add", "1000"]);
        owner.run(&["host", "enroll", &market]);
        owner.run(&["stake", "allocate", &market, "500"]);
        let file = ["--sealing-key-file", "host.key"];
        let agent = ["host", "run", &market, "--poll", "1", "--store", &self.store()];
        let agent = operator.spawn(&[&agent[..], &file].concat());
        (owner, agent)
    }

    async fn client(&self, name: &str) -> Party {
        let client = self.party(name).await;
        localnet().mint(self.place.token, client.key(), 10 * DOLLAR).await.expect("minted");
        client.run(&["client", "fund", "10", "--market", &self.market()]);
        client
    }

    /// Posts a job whose command has the secret, and whose output is another form of it.
    fn post(&self, client: &Party, gpu: &str, options: &[&str]) -> String {
        let spec = json!({
            "name": "secret-job",
            "command": ["sh", "-c", format!("sleep 3; echo {SECRET} | tr a-z A-Z")],
            "gpu": gpu,
            "tier": "community",
            "payment": "USDG",
            "max_duration_seconds": 600,
            "max_rate_per_hour": "2",
        });
        let file = self.folder.join("spec.json");
        std::fs::write(&file, spec.to_string()).expect("a spec");
        let (market, store) = (self.market(), self.store());
        let post = ["job", "post", file.to_str().expect("a path"), "--market", &market, "--store", &store];
        text(&client.run(&[&post, options].concat()), "job").to_owned()
    }

    /// A private job from the post to its end, and what it cost.
    async fn private_job(&self, client: &Party, gpu: &str) -> (String, Value) {
        let job = self.post(client, gpu, &["--private"]);
        assert!(self.shown().is_empty(), "the spec stays with the client until a host has the job");
        let assigned = client.run(&["job", "watch", &job, "--until", "assigned", "--interval", "1"]);
        assert_eq!(text(&assigned, "state"), "assigned", "no host can start what it cannot read");
        let revealed = client.run(&["job", "reveal", &job, "--interval", "1", "--store", &self.store()]);
        assert!(["running", "ended"].contains(&text(&revealed, "state")), "{revealed}");
        let ended = client.run(&["job", "watch", &job, "--interval", "1"]);
        assert_eq!(text(&ended, "state"), "completed");
        let shown = client.run(&["job", "show", &job]);
        assert_eq!((text(&shown, "state"), text(&shown, "outcome")), ("completed", "success"));
        self.delivered(|path, _| path.extension().is_some_and(|content| content == "result")).await;
        (job, shown)
    }

    /// Waits for a file of the store: a host delivers a result after the job's end, which stops the bill first.
    async fn delivered(&self, is_it: impl Fn(&Path, &[u8]) -> bool) {
        let begin = Instant::now();
        while !self.shown().iter().any(|(path, bytes)| is_it(path, bytes)) {
            assert!(begin.elapsed() < PATIENCE, "the result takes more than {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The names and bytes of all files of the store.
    fn shown(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut shown = Vec::new();
        files(&self.store, &mut shown);
        shown
    }

    /// Whether any file of the store has this text in its name or in it.
    fn shows(&self, text: &str) -> bool {
        let names = |path: &Path| has(path.as_os_str().as_encoded_bytes(), text);
        self.shown().iter().any(|(path, bytes)| names(path) || has(bytes, text))
    }

    fn end(self) {
        std::fs::remove_dir_all(&self.folder).expect("the folder is this test's");
    }
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

/// All files in a folder. One that goes while they are read, as a half-written one does, is left out.
fn files(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path, bytes));
        }
    }
}

#[test]
fn a_private_job_is_worked_on_and_paid_and_its_store_shows_nothing() {
    localnet();
    run(async {
        let scene = Scene::new("paid", 1).await;
        let (owner, agent) = scene.host("private worker").await;
        let client = scene.client("private client").await;
        let (job, shown) = scene.private_job(&client, "rtx-3060").await;

        let result = client.run(&["job", "result", &job, "--store", &scene.store()]);
        assert_eq!((text(&result, "output"), text(&result, "verdict")), (OUTPUT, "success"));
        assert_eq!(result["result_hash"], shown["result_hash"], "what came is what the chain names");
        client.run(&["job", "result", &job, "--store", &scene.store(), "--save", "output"]);
        let saved = std::fs::read_to_string(scene.folder.join("private client/output")).expect("a file");
        assert_eq!(saved, OUTPUT);

        assert_eq!(scene.shown().len(), 2, "a letter with the spec and one with the result");
        let open = [SECRET, "secret-job", "\"command\"", OUTPUT.trim_end(), OUTPUT_IN_BASE64, "\"verdict\""];
        for text in open {
            assert!(!scene.shows(text), "{text} is in the open");
        }

        let cost = &shown["cost"];
        let paid = units(cost, "paid");
        let rest = units(cost, "fee") + units(cost, "tip") + units(cost, "refunded");
        assert!(paid > 0 && units(cost, "deposit") == paid + rest, "{cost}");
        assert_eq!(text(&owner.run(&["host", "earnings"])["vaults"][0], "amount"), paid.to_string());
        owner.run(&["host", "withdraw"]);
        assert_eq!(balance(tokens::wallet(owner.key(), scene.place.token)).await, paid);

        // The same job in the open is found by the same search.
        let public = scene.post(&client, "rtx-3060", &[]);
        let ended = client.run(&["job", "watch", &public, "--interval", "1"]);
        assert_eq!(text(&ended, "state"), "completed");
        scene.delivered(|_, bytes| has(bytes, OUTPUT_IN_BASE64)).await;
        for text in open.iter().filter(|text| **text != OUTPUT.trim_end()) {
            assert!(scene.shows(text), "{text} is not found in the open");
        }

        let log = agent.log();
        assert!(!log.contains(SECRET) && !log.contains(OUTPUT.trim_end()), "{log}");
        assert!(agent.interrupt().success(), "a drained host ends well: {log}");
        scene.end();
    });
}

#[test]
fn nobody_but_the_client_opens_the_result_of_a_private_job() {
    localnet();
    run(async {
        let scene = Scene::new("sealed", 3).await;
        let (_owner, agent) = scene.host("sealed worker").await;
        let client = scene.client("sealed client").await;
        let (job, _) = scene.private_job(&client, "rtx-4090").await;
        let store = scene.store();
        let result = ["job", "result", &job, "--store", &store];

        let elsewhere = ["job", "result", &job, "--wait", "1", "--store", "folder:elsewhere"];
        let (code, said) = client.fails(&elsewhere);
        assert!(code == 3 && said.contains("the host has not delivered the result here"), "{said}");
        // A client that has no key yet, one that has its own, and one that names the host's.
        let stranger = scene.party("sealed stranger").await;
        let (code, said) = stranger.fails(&result);
        assert!(code == 3 && said.contains("is sealed, and this key is not there"), "{said}");
        assert!(said.contains("--sealing-key-file"), "{said}");
        stranger.run(&["host", "sealing-key"]);
        let host = scene.folder.join("sealed worker operator/host.key");
        let host = ["--sealing-key-file", host.to_str().expect("a path")];
        for further in [&[][..], &host] {
            let (code, said) = stranger.fails(&[&result, further].concat());
            assert!(
                code == 3 && said.contains("the envelope does not open: it is sealed to another key"),
                "{code}: {said}"
            );
            assert!(!said.contains(OUTPUT.trim_end()), "{said}");
        }
        // Nor has it the spec to reveal.
        let (code, said) = stranger.fails(&["job", "reveal", &job, "--store", &store]);
        assert!(code == 5 && said.contains("reveal the job where it was posted"), "{code}: {said}");

        // The client's key opens it wherever it is.
        let key = scene.folder.join("sealed client/data/gpu-market/sealing-key");
        let own = ["--sealing-key-file", key.to_str().expect("a path")];
        assert_eq!(text(&stranger.run(&[&result[..], &own].concat()), "output"), OUTPUT);

        assert!(agent.interrupt().success(), "a drained host ends well");
        scene.end();
    });
}
