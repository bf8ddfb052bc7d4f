//! Showing the spec of a private job to the host that has it.

use {
    super::{private::Kept, site},
    crate::{
        commands::CommandError,
        context::Context,
        data::StoreOption,
        output::{Format, Record},
        spec::Spec,
    },
    gpu_market_jobspec::{
        sealing::{self, Content, LetterError},
        store::{Letter, Store},
    },
    gpu_market_sdk::{
        Address,
        gpu_market::state::{Host, Member},
        view::Phase,
    },
};

/// Which job to reveal, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct Reveal {
    job: Address,
    /// Seconds between two looks. A host waits for a spec through the first half of its time to start the job.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=30))]
    interval: u64,
    #[command(flatten)]
    store: StoreOption,
}

/// Seals the spec to each host that the job is assigned to, until it runs or is over.
pub async fn reveal(context: &Context, options: &Reveal) -> Result<(), CommandError> {
    let store = options.store.open()?;
    store.require_letters()?;
    let mut view = site::view(context, options.job).await?;
    let spec = Kept::of_user()?.get(options.job, view.job.spec_hash).await?;
    let format = if context.format == Format::Json { Format::JsonCompact } else { context.format };
    let mut asked = None;
    loop {
        match view.phase {
            Phase::Queued { .. } => asked = None,
            Phase::Assigned { member, .. } if asked != Some(member) => {
                if let Some(sealed) = seal(context, options.job, &spec, store.as_ref(), member).await? {
                    format.print(&sealed)?;
                    asked = Some(member);
                }
            }
            Phase::Assigned { .. } => {}
            Phase::Running { .. } | Phase::Ended { .. } => {
                return finish(context, format, options.job, &view.phase);
            }
        }
        view = site::next_view(context, options.job, options.interval).await?;
    }
}

/// Leaves the spec for the host of a member. None if that is to be tried again.
async fn seal(
    context: &Context,
    job: Address,
    spec: &Spec,
    store: &dyn Store,
    member: Address,
) -> Result<Option<Record>, CommandError> {
    let host = context.connection.get::<Member>(&member).await?.host;
    let key = context.connection.get::<Host>(&host).await?.sealing_key;
    let sealed = Record::new("Sealed").with("job", job).with("host", host);
    if key == [0; 32] {
        context.warn(&format!(
            "the host {host} has no sealing key on chain: it declines the job, which goes on to another"
        ));
        return Ok(Some(sealed.with("sealed", false)));
    }
    let letter = Letter { job: job.to_bytes(), content: Content::Spec };
    match sealing::send(store, letter, &key, &spec.document).await {
        Ok(()) => Ok(Some(sealed.with("sealed", true))),
        Err(LetterError::Store(error)) if error.is_transient() => {
            context.warn(&error.to_string());
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn finish(context: &Context, format: Format, job: Address, phase: &Phase) -> Result<(), CommandError> {
    let is_running = matches!(phase, Phase::Running { .. });
    if !is_running {
        context.warn("the job is over: nothing is left to reveal");
    }
    let next = if is_running { "watch" } else { "result" };
    let record = Record::row().with("job", job).with("state", if is_running { "running" } else { "ended" });
    Ok(format.print(&record.hint(format!("next: `gpu-market job {next} {job}`")))?)
}
