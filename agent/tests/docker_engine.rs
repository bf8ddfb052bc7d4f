//! The Docker executor, with a Docker engine.
//!
//! `GPU_MARKET_DOCKER_SOCKET` names the engine's socket, and `GPU_MARKET_DOCKER_IMAGE` an image with a shell; by default
//! `/var/run/docker.sock` and `busybox`, which the engine pulls.
//!
//!     cargo test --locked --workspace --test docker_engine -- --ignored

use {
    gpu_market_agent::executor::{Docker, DockerSettings, Done, Executor, ExecutorError, Task, WorkLimits},
    gpu_market_jobspec::{Ending, Image, Work},
    gpu_market_sdk::Address,
    std::{collections::BTreeMap, time::Duration},
    tokio::task::JoinHandle,
};

fn given(name: &str, usual: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| usual.into())
}

/// An executor and one job, of which nothing is left in the engine.
async fn ready(job: u8) -> (Docker, Task) {
    let socket = given("GPU_MARKET_DOCKER_SOCKET", "/var/run/docker.sock");
    let settings = DockerSettings { socket, network: "none".into(), gpus: false };
    let docker = Docker::connect(settings).await.unwrap();
    let task = Task {
        job: Address::new_from_array([job; 32]),
        work: Work::Command(vec![]),
        env: BTreeMap::from([("WHO".into(), "me".into())]),
        limits: WorkLimits { memory: Some(64 << 20), output: 1_000, file: 0 },
    };
    docker.clear(task.job).await.unwrap();
    (docker, task)
}

fn shell(task: &Task, script: &str) -> Task {
    let args = ["sh", "-c", script].map(Into::into).to_vec();
    let reference = given("GPU_MARKET_DOCKER_IMAGE", "busybox");
    Task { work: Work::Image(Image { reference, args }), ..task.clone() }
}

/// Runs a task while the test goes on.
fn begin(docker: &Docker, task: &Task) -> JoinHandle<Result<Done, ExecutorError>> {
    let (docker, task) = (docker.clone(), task.clone());
    tokio::spawn(async move { docker.run(&task).await })
}

/// Waits for the process of a job's container, which the executor has no event for.
async fn process(docker: &Docker, job: Address) -> u32 {
    loop {
        if let Some(process) = docker.process(job).await.unwrap() {
            return process;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
#[ignore = "needs a Docker engine"]
async fn output_errors_and_exit_code_come_back_and_nothing_runs_twice() {
    let (docker, task) = ready(1).await;
    let task = shell(&task, "cat /proc/sys/kernel/random/uuid; echo hello $WHO; echo why >&2; exit 3");
    let done = docker.run(&task).await.unwrap();
    assert_eq!((&done.ending, done.note.as_str()), (&Ending::Exited { code: 3 }, "why"));
    assert!(String::from_utf8_lossy(&done.output).ends_with("\nhello me\n"));
    assert_eq!(docker.run(&task).await.unwrap(), done, "the same process, not another one");
    docker.clear(task.job).await.unwrap();
    docker.clear(task.job).await.unwrap();
    assert_eq!(docker.process(task.job).await.unwrap(), None);
}

#[tokio::test]
#[ignore = "needs a Docker engine"]
async fn a_short_jobs_exit_code_is_never_read_too_early() {
    let (docker, task) = ready(2).await;
    for code in 1..=20 {
        let done = docker.run(&shell(&task, &format!("exit {code}"))).await.unwrap();
        assert_eq!(done.ending, Ending::Exited { code });
        docker.clear(task.job).await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs a Docker engine"]
async fn work_goes_on_without_the_agent_is_taken_up_again_and_stopped() {
    let (docker, task) = ready(3).await;
    let task = shell(&task, "echo begun; exec sleep 600");
    let first = begin(&docker, &task);
    let started = process(&docker, task.job).await;
    first.abort();
    let again = begin(&docker, &task);
    assert_eq!(process(&docker, task.job).await, started);
    docker.stop(task.job).await.unwrap();
    let done = again.await.unwrap().unwrap();
    assert_eq!((done.ending, done.output), (Ending::Signalled, b"begun\n".to_vec()));
    docker.stop(task.job).await.unwrap();
    docker.clear(task.job).await.unwrap();
}

#[tokio::test]
#[ignore = "needs a Docker engine"]
async fn work_that_says_too_much_or_takes_too_much_memory_is_killed() {
    let (docker, task) = ready(4).await;
    let done = docker.run(&shell(&task, "yes")).await.unwrap();
    assert_eq!((done.ending, done.output.len()), (Ending::TooMuchOutput, 1_000));
    docker.clear(task.job).await.unwrap();
    let done =
        docker.run(&shell(&task, "head -c 200000000 /dev/zero | tail -c 150000000 > /dev/null")).await.unwrap();
    // Which process of the container the kernel kills is up to it.
    let is_killed = done.ending == Ending::Signalled || done.ending == Ending::Exited { code: 137 };
    assert!(is_killed, "{done:?}");
    docker.clear(task.job).await.unwrap();
}

#[tokio::test]
#[ignore = "needs a Docker engine"]
async fn a_container_has_no_network_and_no_capabilities() {
    let (docker, task) = ready(5).await;
    let script = "cat /proc/net/dev | grep -c :; grep CapEff /proc/self/status; grep NoNewPrivs /proc/self/status";
    let done = docker.run(&shell(&task, script)).await.unwrap();
    let output = String::from_utf8_lossy(&done.output).into_owned();
    assert_eq!(output, "1\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n");
    docker.clear(task.job).await.unwrap();
}

#[tokio::test]
#[ignore = "needs a Docker engine"]
async fn an_image_that_does_not_exist_does_not_start() {
    let (docker, task) = ready(6).await;
    let reference = "gpu-market-test/no-such-image:1".into();
    let task = Task { work: Work::Image(Image { reference, args: vec![] }), ..task };
    let done = docker.run(&task).await.unwrap();
    assert_eq!(done.ending, Ending::NotStarted);
    assert!(!done.note.is_empty());
    let program = shell(&task, "true");
    let Work::Image(mut image) = program.work.clone() else { unreachable!() };
    image.args = vec!["/no/such/program".into()];
    let done = docker.run(&Task { work: Work::Image(image), ..program }).await.unwrap();
    assert_eq!(done.ending, Ending::NotStarted);
    assert!(done.note.contains("no such file or directory"), "{}", done.note);
    docker.clear(task.job).await.unwrap();
}
