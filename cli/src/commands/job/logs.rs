//! The events of a job.

use {
    crate::{
        calendar,
        commands::CommandError,
        context::Context,
        idl,
        output::{Record, Value},
    },
    gpu_market_sdk::{Address, rpc::Signature},
    serde_json::Value as Json,
};

/// Which events to show.
#[derive(Clone, Debug, clap::Args)]
pub struct Logs {
    job: Address,
    /// Only those of the latest transactions, at most so many.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
}

pub async fn logs(context: &Context, options: &Logs) -> Result<(), CommandError> {
    let spinner = context.spinner("reading the job's transactions");
    let mut signatures = context.connection.history_of(&options.job, options.limit.into()).await?;
    if signatures.is_empty() {
        context.connection.require_program().await?;
        let next = "it may be on another cluster, or its history is older than what the endpoint keeps";
        return Err(CommandError::not_there(format!("transaction that named {}", options.job), next));
    }
    signatures.reverse();
    let mut events = Vec::new();
    for signature in signatures {
        let emitted = context.connection.emitted_bytes(&signature).await?.unwrap_or_default();
        events.extend(
            emitted.iter().filter_map(|data| idl::event(data)).filter_map(|(name, fields)| {
                is_about(&fields, &options.job).then(|| row(name, fields, &signature))
            }),
        );
    }
    drop(spinner);
    context.print(&Record::row().with("job", options.job).with("events", events))
}

/// Whether an event names the job. Some have the fields of another one inside.
fn is_about(fields: &Json, job: &Address) -> bool {
    let Json::Object(fields) = fields else { return false };
    fields.iter().any(|(name, value)| (name == "job" && value == &job.to_string()) || is_about(value, job))
}

fn row(name: &str, fields: Json, signature: &Signature) -> Record {
    let at = find(&fields, "at").and_then(Json::as_i64);
    Record::row()
        .with("at", at.map(|at| Value::Moment(at, calendar::date(at))))
        .with("event", name)
        .with("fields", Value::Raw(fields))
        .with("signature", signature.to_string())
}

fn find<'a>(fields: &'a Json, name: &str) -> Option<&'a Json> {
    let fields = fields.as_object()?;
    fields.get(name).or_else(|| fields.values().find_map(|value| find(value, name)))
}

#[cfg(test)]
mod tests {
    use {super::*, serde_json::json};

    #[test]
    fn an_event_is_about_the_job_that_it_names_however_deep() {
        let (mine, other) = (Address::new_from_array([1; 32]), Address::new_from_array([2; 32]));
        let fields = json!({ "finished": { "job": mine.to_string(), "at": 7 }, "member": other.to_string() });
        assert!(is_about(&fields, &mine) && !is_about(&fields, &other));
        assert_eq!(find(&fields, "at"), Some(&json!(7)));
    }
}
