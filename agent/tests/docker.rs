//! The Docker executor, against a real HTTP server at a Unix socket that keeps the contract of the engine's API for one
//! image: what is proven are the requests, their order, and what is made of the answers. No engine runs here.

use {
    axum::{
        Json, Router,
        extract::{Path, Query, State},
        http::StatusCode,
        response::{IntoResponse, Response},
        routing::{delete, get, post},
    },
    gpu_market_agent::executor::{Docker, DockerSettings, Executor, Task, WorkLimits},
    gpu_market_jobspec::{Ending, Image, Work},
    gpu_market_sdk::Address,
    serde_json::{Value, json},
    std::{
        collections::BTreeMap,
        sync::{Arc, Mutex},
    },
    tokio::net::UnixListener,
};

const JOB: Address = Address::new_from_array([7; 32]);

/// What the engine knows.
#[derive(Default)]
struct Engine {
    has_image: bool,
    /// Body that the container was created with, and its status.
    container: Option<(Value, &'static str)>,
    exit_code: i64,
    is_out_of_memory: bool,
    output: Vec<u8>,
    log: Vec<String>,
}

type Shared = State<Arc<Mutex<Engine>>>;
type Arguments = Query<BTreeMap<String, String>>;

fn answer(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

async fn create(State(engine): Shared, Query(query): Arguments, Json(body): Json<Value>) -> Response {
    let mut engine = engine.lock().unwrap();
    engine.log.push(format!("create {}", query["name"]));
    if engine.container.is_some() {
        return answer(StatusCode::CONFLICT, "the name is in use");
    }
    if !engine.has_image {
        return answer(StatusCode::NOT_FOUND, "no such image");
    }
    engine.container = Some((body, "created"));
    (StatusCode::CREATED, Json(json!({ "Id": "1", "Warnings": [] }))).into_response()
}

async fn pull(State(engine): Shared, Query(query): Arguments) -> Response {
    let mut engine = engine.lock().unwrap();
    engine.log.push(format!("pull {} {}", query["fromImage"], query.get("tag").map_or("", String::as_str)));
    if query["fromImage"].contains("missing") {
        return answer(StatusCode::NOT_FOUND, "manifest unknown");
    }
    engine.has_image = true;
    Json(json!({ "status": "Downloaded" })).into_response()
}

async fn start(State(engine): Shared) -> Response {
    let mut engine = engine.lock().unwrap();
    engine.log.push("start".into());
    if let Some(container) = &mut engine.container {
        container.1 = "exited";
    }
    StatusCode::NO_CONTENT.into_response()
}

async fn inspect(State(engine): Shared) -> Response {
    let engine = engine.lock().unwrap();
    let Some((_, status)) = &engine.container else { return answer(StatusCode::NOT_FOUND, "no such container") };
    let state = json!({
        "Status": status, "Pid": 0, "ExitCode": engine.exit_code, "OOMKilled": engine.is_out_of_memory
    });
    Json(json!({ "Id": "1", "State": state })).into_response()
}

/// Frames of standard output or standard error, as the engine multiplexes them.
async fn logs(State(engine): Shared, Query(query): Arguments) -> Response {
    let engine = engine.lock().unwrap();
    let frame = |stream: u8, bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        [[stream, 0, 0, 0].as_slice(), &length, bytes].concat()
    };
    let is_output = query.get("stdout").is_some_and(|wanted| wanted == "true");
    let body = if is_output { frame(1, &engine.output) } else { frame(2, b"why\n") };
    ([("content-type", "application/vnd.docker.multiplexed-stream")], body).into_response()
}

async fn kill(State(engine): Shared) -> Response {
    engine.lock().unwrap().log.push("kill".into());
    StatusCode::NO_CONTENT.into_response()
}

async fn remove(
    State(engine): Shared,
    Path(path): Path<BTreeMap<String, String>>,
    Query(query): Arguments,
) -> Response {
    let mut engine = engine.lock().unwrap();
    engine.log.push(format!("remove {} force={}", path["name"], query["force"]));
    match engine.container.take() {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => answer(StatusCode::NOT_FOUND, "no such container"),
    }
}

/// An engine at a socket, and the executor that uses it.
async fn engine(engine: Engine) -> (Docker, Arc<Mutex<Engine>>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let engine = Arc::new(Mutex::new(engine));
    let api = Router::new()
        .route("/_ping", get(async || "OK"))
        .route("/containers/create", post(create))
        .route("/images/create", post(pull))
        .route("/containers/{name}/start", post(start))
        .route("/containers/{name}/json", get(inspect))
        .route("/containers/{name}/logs", get(logs))
        .route("/containers/{name}/kill", post(kill))
        .route("/containers/{name}", delete(remove));
    // Paths may begin with a version of the API.
    let router = api.clone().nest("/{version}", api).with_state(engine.clone());
    let listener = UnixListener::bind(&socket).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let settings = DockerSettings { socket: socket.display().to_string(), network: "none".into(), gpus: true };
    (Docker::connect(settings).await.unwrap(), engine, folder)
}

fn task(reference: &str) -> Task {
    Task {
        job: JOB,
        work: Work::Image(Image { reference: reference.into(), args: vec!["--fast".into()] }),
        env: BTreeMap::from([("WHO".into(), "me".into())]),
        limits: WorkLimits { memory: Some(1 << 30), output: 100, file: 0 },
    }
}

fn log(engine: &Arc<Mutex<Engine>>) -> Vec<String> {
    std::mem::take(&mut engine.lock().unwrap().log)
}

#[tokio::test]
async fn an_image_is_pulled_and_runs_once_within_its_limits() {
    let (docker, engine, _folder) = engine(Engine { output: b"hello\n".to_vec(), ..Engine::default() }).await;
    let name = format!("gpu-market-{JOB}");
    let done = docker.run(&task("a/image")).await.unwrap();
    assert_eq!(
        (done.ending, done.output, done.note),
        (Ending::Exited { code: 0 }, b"hello\n".to_vec(), "why".into())
    );
    let create = format!("create {name}");
    assert_eq!(log(&engine), [create.as_str(), "pull a/image latest", &create, "start"]);
    let body = engine.lock().unwrap().container.as_ref().unwrap().0.clone();
    let host = &body["HostConfig"];
    assert_eq!(
        (&body["Image"], &body["Cmd"], &body["Env"]),
        (&json!("a/image"), &json!(["--fast"]), &json!(["WHO=me"]))
    );
    assert_eq!((&host["Memory"], &host["NetworkMode"]), (&json!(1 << 30), &json!("none")));
    assert_eq!((&host["CapDrop"], &host["SecurityOpt"]), (&json!(["ALL"]), &json!(["no-new-privileges"])));
    assert_eq!(host["DeviceRequests"][0]["Capabilities"], json!([["gpu"]]));

    // Taken up again, not run again.
    let again = docker.run(&task("a/image")).await.unwrap();
    assert_eq!((again.ending, log(&engine)), (Ending::Exited { code: 0 }, vec![create]));
    docker.clear(JOB).await.unwrap();
    docker.clear(JOB).await.unwrap();
    assert_eq!(log(&engine), vec![format!("remove {name} force=true"); 2]);
    assert_eq!(docker.process(JOB).await.unwrap(), None);
}

#[tokio::test]
async fn a_container_that_was_created_and_not_started_is_started() {
    let created = Engine { container: Some((json!({}), "created")), ..Engine::default() };
    let (docker, engine, _folder) = engine(created).await;
    docker.run(&task("a/image")).await.unwrap();
    assert_eq!(log(&engine)[1..], ["start"]);
}

#[tokio::test]
async fn failures_and_limits_are_told_apart() {
    let image = || Engine { has_image: true, ..Engine::default() };
    let run = async |state: Engine| {
        let (docker, engine, _folder) = engine(state).await;
        (docker.run(&task("a/image:1")).await.unwrap(), log(&engine))
    };
    let (done, _) = run(Engine { exit_code: 3, ..image() }).await;
    assert_eq!(done.ending, Ending::Exited { code: 3 });
    let (done, _) = run(Engine { exit_code: 137, is_out_of_memory: true, ..image() }).await;
    assert_eq!((done.ending, done.note.as_str()), (Ending::Signalled, "out of memory"));
    let (done, log) = run(Engine { output: vec![b'x'; 101], ..image() }).await;
    assert_eq!((done.ending, done.output.len()), (Ending::TooMuchOutput, 100));
    assert_eq!(log.last().unwrap(), "kill");
}

#[tokio::test]
async fn an_image_that_does_not_exist_does_not_start() {
    let (docker, engine, _folder) = engine(Engine::default()).await;
    let done = docker.run(&task("a/missing@sha256:00")).await.unwrap();
    assert_eq!(done.ending, Ending::NotStarted);
    assert!(done.note.contains("manifest unknown"), "{}", done.note);
    assert_eq!(log(&engine)[1], "pull a/missing@sha256:00 ");
}

#[tokio::test]
async fn an_engine_that_does_not_run_is_named_and_a_command_is_not_its_work() {
    let settings = DockerSettings { socket: "/no/such/socket".into(), network: "none".into(), gpus: false };
    let error = Docker::connect(settings).await.err().unwrap();
    assert!(error.to_string().contains("nothing answers at /no/such/socket"), "{error}");
    let (docker, _engine, _folder) = engine(Engine::default()).await;
    assert!(docker.refusal(&Work::Command(vec!["true".into()])).is_some());
    assert_eq!(docker.refusal(&task("a").work), None);
}
