//! What came of a job.

use {
    super::site,
    crate::{
        commands::CommandError,
        context::Context,
        data::{SealingOption, StoreOption},
        output::{Format, Record, Value},
    },
    gpu_market_jobspec::{
        Document, Hash, JobResult,
        sealing::{self, Content, LetterError, OVERHEAD, SealingKey},
        store::{Letter, Store, StoreError},
    },
    gpu_market_migrations::FileError,
    gpu_market_sdk::{Address, view::Phase},
    std::{
        path::{Path, PathBuf},
        time::Duration,
    },
};

/// Which result to show.
#[derive(Clone, Debug, clap::Args)]
pub struct ResultOf {
    job: Address,
    /// Writes the output to this file, byte for byte.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Seconds to wait for a result that is not in the store: hosts report the end first, which stops the bill, and deliver
    /// then.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=3_600))]
    wait: u64,
    #[command(flatten)]
    sealing: SealingOption,
    #[command(flatten)]
    store: StoreOption,
}

pub async fn result(context: &Context, options: &ResultOf) -> Result<(), CommandError> {
    let store = options.store.open()?;
    let key = options.sealing.find()?;
    let view = site::view(context, options.job).await?;
    let hash = hash(&view.phase, options.job)?;
    let key = key.ok_or(options.sealing.path()?);
    let spinner = context.spinner("reading the result");
    let document = awaited(options, async || document(store.as_ref(), options.job, hash, key.as_ref()).await).await;
    drop(spinner);
    let document = document.inspect_err(|error| {
        if is_missing(error) {
            context.warn("the host has not delivered the result here: repeat this, or name its --store");
        }
    })?;
    let result = JobResult::parse(&document).map_err(CommandError::Result)?;
    if result.job != options.job.to_string() || result.spec != Hash(view.job.spec_hash) {
        context
            .warn("the result names another job or spec; the host's fault, which `gpu-market job dispute` marks");
    }
    let output = result.output().map_err(CommandError::Result)?;
    if let Some(file) = &options.save {
        write(file, &output)?;
    }
    context.print(&record(context.format, options, hash, &result, &output))
}

/// What `find` finds, tried again as long as the result is missing and time is left.
async fn awaited(
    options: &ResultOf,
    find: impl AsyncFn() -> Result<Vec<u8>, CommandError>,
) -> Result<Vec<u8>, CommandError> {
    let mut left = options.wait;
    loop {
        match find().await {
            Err(error) if is_missing(&error) && left > 0 => {}
            found => return found,
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        left -= 1;
    }
}

fn is_missing(error: &CommandError) -> bool {
    matches!(error, CommandError::Store(store) if matches!(**store, StoreError::Missing { .. }))
}

/// The hash of the result on chain.
fn hash(phase: &Phase, job: Address) -> Result<Hash, CommandError> {
    match phase {
        Phase::Ended { result_hash: Some(hash), .. } => Ok(Hash(*hash)),
        Phase::Ended { state, .. } => Err(CommandError::not_there(
            format!("result of job {job}, which ended as {state:?}"),
            "what it cost: `gpu-market job show`",
        )),
        _ => Err(CommandError::not_there(
            format!("result of job {job} yet"),
            format!("wait for its end: `gpu-market job watch {job}`"),
        )),
    }
}

/// The result from the store: in the open, or in a letter to the client, which takes a key; else the file that has none.
async fn document(
    store: &dyn Store,
    job: Address,
    hash: Hash,
    key: Result<&SealingKey, &PathBuf>,
) -> Result<Vec<u8>, CommandError> {
    let missing = match store.get(hash, JobResult::LIMIT).await {
        Err(missing @ StoreError::Missing { .. }) => missing,
        found => return Ok(found?),
    };
    let letter = Letter { job: job.to_bytes(), content: Content::Result };
    let key = match key {
        Ok(key) => key,
        Err(file) => {
            let sealed = store.receive(letter, JobResult::LIMIT.saturating_add(OVERHEAD)).await;
            return Err(if sealed.is_ok() { no_key(job, file) } else { missing.into() });
        }
    };
    match sealing::receive(store, letter, key, hash, JobResult::LIMIT).await {
        Err(LetterError::Store(StoreError::Missing { .. } | StoreError::NoLetters { .. })) => Err(missing.into()),
        received => Ok(received?),
    }
}

fn no_key(job: Address, file: &Path) -> CommandError {
    let problem = format!("the result of job {job} is sealed, and this key is not there");
    let allowed = "the sealing key of the client that posted the job, where it was posted";
    FileError::value(&file.display().to_string(), "--sealing-key-file", problem, allowed).into()
}

fn write(file: &Path, output: &[u8]) -> Result<(), CommandError> {
    std::fs::write(file, output).map_err(|error| {
        let problem = format!("{} cannot be written: {error}", file.display());
        FileError::value(&file.display().to_string(), "--save", problem, "a file in a folder that is there").into()
    })
}

fn record(format: Format, options: &ResultOf, hash: Hash, result: &JobResult, output: &[u8]) -> Record {
    let shown = |text: &str| if format == Format::Display { printable(text) } else { text.to_owned() };
    let text = options.save.is_none().then(|| shown(&String::from_utf8_lossy(output)));
    Record::new("Result")
        .with("job", options.job)
        .with("verdict", Value::name(result.verdict))
        .with("ending", format!("{:?}", result.ending))
        .with("note", shown(&result.note))
        .with("result_hash", hash.0)
        .with("output_bytes", u64::try_from(output.len()).unwrap_or(u64::MAX))
        .with("saved", options.save.as_ref().map(|file| file.display().to_string()))
        .with("output", text)
}

/// Text without what a terminal would obey: a host wrote it.
fn printable(text: &str) -> String {
    let is_plain = |letter: char| !letter.is_control() || ['\n', '\t'].contains(&letter);
    text.chars().map(|letter| if is_plain(letter) { letter } else { char::REPLACEMENT_CHARACTER }).collect()
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        gpu_market_jobspec::{Ending, store::Folder},
    };

    const JOB: Address = Address::new_from_array([7; 32]);

    fn canonical(output: &[u8]) -> Vec<u8> {
        let ending = Ending::Exited { code: 0 };
        JobResult::new(JOB.to_string(), Hash([1; 32]), ending, String::new(), output).canonical().unwrap()
    }

    #[tokio::test]
    async fn a_result_is_found_in_the_open_or_in_a_letter_to_this_key() {
        let folder = tempfile::tempdir().unwrap();
        let store = Folder::new(folder.path());
        let (key, other) = (SealingKey::generate(), SealingKey::generate());
        let none = PathBuf::from("no-key");
        let open = canonical(b"open");
        let hash = store.put(&open).await.unwrap();
        assert_eq!(document(&store, JOB, hash, Err(&none)).await.unwrap(), open);

        let sealed = canonical(b"sealed");
        let hash = Hash::of(&sealed);
        for key in [Ok(&key), Err(&none)] {
            let missing = document(&store, JOB, hash, key).await.unwrap_err();
            assert!(missing.to_string().contains(&hash.to_string()) && missing.exit_code() == 3, "{missing}");
        }
        let letter = Letter { job: JOB.to_bytes(), content: Content::Result };
        sealing::send(&store, letter, &key.public(), &sealed).await.unwrap();
        assert_eq!(document(&store, JOB, hash, Ok(&key)).await.unwrap(), sealed);
        let refused = document(&store, JOB, hash, Err(&none)).await.unwrap_err();
        let message = "is sealed, and this key is not there; allowed: the sealing key of the client";
        let refused_for = refused.to_string();
        assert!(
            refused_for.starts_with("no-key: --sealing-key-file: ") && refused_for.contains(message),
            "{refused}"
        );
        assert!(refused.exit_code() == 3, "{refused}");
        let refused = document(&store, JOB, hash, Ok(&other)).await.unwrap_err();
        assert!(
            refused.to_string().starts_with("the envelope does not open: it is sealed to another key"),
            "{refused}"
        );
        let refused = document(&store, JOB, Hash([9; 32]), Ok(&key)).await.unwrap_err();
        assert!(refused.to_string().contains("and the chain names 0909"), "{refused}");
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_shown() {
        assert_eq!(printable("a\tb\n\u{1b}[31m\r\u{7}é"), "a\tb\n\u{fffd}[31m\u{fffd}\u{fffd}é");
    }

    #[test]
    fn an_output_that_cannot_be_saved_is_named() {
        let error = write(Path::new("/no/such/folder/file"), b"x").unwrap_err();
        assert!(
            error.to_string().contains("/no/such/folder/file cannot be written") && error.exit_code() == 3,
            "{error}"
        );
    }
}
