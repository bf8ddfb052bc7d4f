//! Images as containers of a Docker engine.

use {
    super::{Done, Executor, ExecutorError, Pending, Task},
    bollard::{
        API_DEFAULT_VERSION, Docker as Client,
        container::LogOutput,
        errors::Error,
        models::{ContainerCreateBody, ContainerState, ContainerStateStatusEnum, DeviceRequest, HostConfig},
        query_parameters::{
            CreateContainerOptionsBuilder, CreateImageOptionsBuilder, LogsOptionsBuilder,
            RemoveContainerOptionsBuilder,
        },
    },
    futures_util::StreamExt,
    gpu_market_jobspec::{Ending, Image, Work},
    gpu_market_sdk::Address,
    std::collections::HashMap,
};

const NAME: &str = "the Docker engine";
/// Seconds until the engine has to answer.
const TIMEOUT: u64 = 120;
/// Processes and threads of one container.
const PIDS: i64 = 4_096;
/// Exit codes from here on mean that a signal ended the container.
const SIGNALLED: i64 = 128;
/// Lines of standard error that are kept for people.
const NOTE_LINES: &str = "20";
/// Bytes of them.
const NOTE: usize = 2_000;

/// How containers are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerSettings {
    /// Socket of the engine, for example `/var/run/docker.sock`.
    pub socket: String,
    /// Network of the containers, for example `none` or `bridge`.
    pub network: String,
    /// Whether they get all GPUs, which needs NVIDIA's runtime in the engine.
    pub gpus: bool,
}

/// Runs images. A container has the name of its job, so that no engine has two of one job.
#[derive(Clone, Debug)]
pub struct Docker {
    client: Client,
    settings: DockerSettings,
}

impl Docker {
    /// The engine at a socket, if one answers there.
    ///
    /// # Errors
    ///
    /// [`ExecutorError`] says that no engine runs.
    pub async fn connect(settings: DockerSettings) -> Result<Self, ExecutorError> {
        let socket = settings.socket.clone();
        let absent = |error: Error| ExecutorError {
            executor: NAME,
            reason: format!("nothing answers at {socket}: {error}; start it, or run without images"),
        };
        let client = Client::connect_with_unix(&settings.socket, TIMEOUT, API_DEFAULT_VERSION).map_err(absent)?;
        client.ping().await.map_err(absent)?;
        Ok(Self { client, settings })
    }

    async fn execute(&self, task: &Task) -> Result<Done, Error> {
        let Work::Image(image) = &task.work else {
            return Ok(not_started("this is no image".into()));
        };
        let name = name(task.job);
        if let Some(refused) = self.create(&name, image, task).await? {
            return Ok(refused);
        }
        // A container that ran is not started again.
        if self.state(&name).await?.status == Some(ContainerStateStatusEnum::CREATED) {
            match self.client.start_container(&name, None).await {
                Err(error) if is_status(&error, &[400, 404]) => return Ok(not_started(error.to_string())),
                started => started?,
            }
        }
        let (output, overflowed) = self.follow(&name, task.limits.output).await?;
        if overflowed {
            self.kill(&name).await?;
            return Ok(Done { ending: Ending::TooMuchOutput, output, note: String::new() });
        }
        let state = self.state(&name).await?;
        let note = if state.oom_killed == Some(true) { "out of memory".into() } else { self.errors(&name).await? };
        Ok(Done { ending: ending(&state), output, note })
    }

    /// Creates the container unless it is there; pulls its image unless that is there. Returns how the work ends if it
    /// cannot be created.
    async fn create(&self, name: &str, image: &Image, task: &Task) -> Result<Option<Done>, Error> {
        match self.try_create(name, image, task).await {
            Err(error) if is_status(&error, &[404]) => {}
            // It was created before.
            Err(error) if is_status(&error, &[409]) => return Ok(None),
            created => return created.map(|()| None),
        }
        if let Err(error) = self.pull(image).await {
            let is_answer =
                matches!(error, Error::DockerResponseServerError { .. } | Error::DockerStreamError { .. });
            return if is_answer { Ok(Some(not_started(error.to_string()))) } else { Err(error) };
        }
        self.try_create(name, image, task).await.map(|()| None)
    }

    async fn try_create(&self, name: &str, image: &Image, task: &Task) -> Result<(), Error> {
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        let gpus = DeviceRequest {
            count: Some(-1),
            capabilities: Some(vec![vec!["gpu".into()]]),
            ..DeviceRequest::default()
        };
        let host_config = HostConfig {
            memory: task.limits.memory.and_then(|bytes| i64::try_from(bytes).ok()),
            pids_limit: Some(PIDS),
            network_mode: Some(self.settings.network.clone()),
            cap_drop: Some(vec!["ALL".into()]),
            security_opt: Some(vec!["no-new-privileges".into()]),
            device_requests: self.settings.gpus.then(|| vec![gpus]),
            ..HostConfig::default()
        };
        let body = ContainerCreateBody {
            image: Some(image.reference.clone()),
            cmd: (!image.args.is_empty()).then(|| image.args.clone()),
            env: Some(task.env.iter().map(|(name, value)| format!("{name}={value}")).collect()),
            labels: Some(HashMap::from([("gpu-market.job".into(), task.job.to_string())])),
            host_config: Some(host_config),
            ..ContainerCreateBody::default()
        };
        self.client.create_container(Some(options), body).await.map(|_| ())
    }

    async fn pull(&self, image: &Image) -> Result<(), Error> {
        // Without a tag, every tag would be pulled.
        let last = image.reference.rsplit('/').next().unwrap_or_default();
        let tag = if last.contains([':', '@']) { "" } else { "latest" };
        let options = CreateImageOptionsBuilder::default().from_image(&image.reference).tag(tag).build();
        let mut progress = std::pin::pin!(self.client.create_image(Some(options), None, None));
        while let Some(step) = progress.next().await {
            step?;
        }
        Ok(())
    }

    /// Follows standard output to its end, or until it is more than `limit` bytes; says whether it was more.
    async fn follow(&self, name: &str, limit: u64) -> Result<(Vec<u8>, bool), Error> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let options = LogsOptionsBuilder::default().follow(true).stdout(true).build();
        let mut parts = std::pin::pin!(self.client.logs(name, Some(options)));
        let mut output = Vec::new();
        while let Some(part) = parts.next().await {
            output.extend_from_slice(&bytes(part?));
            if output.len() > limit {
                output.truncate(limit);
                return Ok((output, true));
            }
        }
        Ok((output, false))
    }

    async fn errors(&self, name: &str) -> Result<String, Error> {
        let options = LogsOptionsBuilder::default().stderr(true).tail(NOTE_LINES).build();
        let mut parts = std::pin::pin!(self.client.logs(name, Some(options)));
        let mut note = Vec::new();
        while let Some(part) = parts.next().await {
            note.extend_from_slice(&bytes(part?));
        }
        note.truncate(NOTE);
        Ok(String::from_utf8_lossy(&note).trim_end().to_owned())
    }

    async fn state(&self, name: &str) -> Result<ContainerState, Error> {
        let container = self.client.inspect_container(name, None).await?;
        Ok(container.state.unwrap_or_default())
    }

    async fn kill(&self, name: &str) -> Result<(), Error> {
        match self.client.kill_container(name, None).await {
            // It is not there, or does not run.
            Err(error) if is_status(&error, &[404, 409]) => Ok(()),
            killed => killed,
        }
    }

    async fn remove(&self, name: &str) -> Result<(), Error> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        match self.client.remove_container(name, Some(options)).await {
            Err(error) if is_status(&error, &[404]) => Ok(()),
            removed => removed,
        }
    }
}

fn name(job: Address) -> String {
    format!("gpu-market-{job}")
}

fn bytes(part: LogOutput) -> Vec<u8> {
    part.into_bytes().to_vec()
}

fn is_status(error: &Error, statuses: &[u16]) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code, .. } if statuses.contains(status_code))
}

fn not_started(note: String) -> Done {
    Done { ending: Ending::NotStarted, output: Vec::new(), note }
}

/// How a container ended whose output is over.
fn ending(state: &ContainerState) -> Ending {
    match state.exit_code {
        _ if state.oom_killed == Some(true) => Ending::Signalled,
        Some(code) if code > SIGNALLED => Ending::Signalled,
        Some(code) => Ending::Exited { code: i32::try_from(code).unwrap_or(i32::MAX) },
        None => Ending::Interrupted,
    }
}

fn failed(error: Error) -> ExecutorError {
    ExecutorError { executor: NAME, reason: error.to_string() }
}

impl Executor for Docker {
    fn name(&self) -> &'static str {
        "Docker container"
    }

    fn refusal(&self, work: &Work) -> Option<String> {
        match work {
            Work::Image(_) => None,
            Work::Command(_) => Some("it runs images, and this is a command".into()),
        }
    }

    fn run<'a>(&'a self, task: &'a Task) -> Pending<'a, Done> {
        Box::pin(async move { self.execute(task).await.map_err(failed) })
    }

    fn process(&self, job: Address) -> Pending<'_, Option<u32>> {
        Box::pin(async move {
            match self.state(&name(job)).await {
                Ok(state) => Ok(state.pid.and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0)),
                Err(error) if is_status(&error, &[404]) => Ok(None),
                Err(error) => Err(failed(error)),
            }
        })
    }

    fn stop(&self, job: Address) -> Pending<'_, ()> {
        Box::pin(async move { self.kill(&name(job)).await.map_err(failed) })
    }

    fn clear(&self, job: Address) -> Pending<'_, ()> {
        Box::pin(async move { self.remove(&name(job)).await.map_err(failed) })
    }
}
