//! What was measured, committed to and revealed.

use {
    super::find,
    crate::{
        commands::{
            CommandError,
            job::{Hash, hash},
        },
        context::Context,
        output::{Record, hex},
    },
    gpu_market_migrations::FileError,
    gpu_market_sdk::{
        Address, Instruction, digest,
        gpu_market::state::{Answer, Challenge, Host, Reading, Verdict},
        instructions::attest,
    },
    serde::Deserialize,
    solana_keypair::Keypair,
    std::{
        fs::OpenOptions,
        io::{ErrorKind, Write},
        os::unix::fs::OpenOptionsExt,
        path::{Path, PathBuf},
    },
};

/// A measurement as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    /// Hash of what the benchmark put out; none in a reading that fails the host.
    result: Option<String>,
    /// Uuids of the GPUs, as the driver reports them.
    #[serde(default)]
    gpus: Vec<String>,
    /// Of a reading only.
    #[serde(default)]
    score: u32,
    #[serde(default)]
    vram_mib: u32,
    #[serde(default)]
    fails: bool,
}

/// A checked measurement.
#[derive(Debug)]
pub struct Measurement {
    result: [u8; 32],
    /// Hashes of the GPUs' uuids in ascending order.
    pub gpus: Vec<[u8; 32]>,
    score: u32,
    vram: u32,
    fails: bool,
}

impl Measurement {
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let file = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|source| FileError::Unreadable { file: file.clone(), source })?;
        Self::parse(&file, &text)
    }

    fn parse(file: &str, text: &str) -> Result<Self, FileError> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let raw: Raw = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| FileError::format(file, error.path(), error.inner()))?;
        deserializer.end().map_err(|error| FileError::format(file, ".", error))?;
        if raw.fails {
            let is_empty = raw.result.is_none() && raw.gpus.is_empty() && raw.score == 0 && raw.vram_mib == 0;
            let problem = || FileError::value(file, "fails", "there are measurements too", "\"fails\" alone");
            return if is_empty { Ok(Self::failing()) } else { Err(problem()) };
        }
        let result: Hash = hash(raw.result.as_deref().unwrap_or_default()).map_err(|problem| {
            FileError::value(file, "result", problem, "the hash of what the benchmark put out")
        })?;
        let mut gpus: Vec<[u8; 32]> = raw.gpus.iter().map(|uuid| digest::gpu_uuid(uuid.as_bytes())).collect();
        gpus.sort_unstable();
        digest::gpu_root(&gpus)
            .map_err(|error| FileError::value(file, "gpus", error.rule(), "1 to 64 different uuids"))?;
        Ok(Self { result: result.into(), gpus, score: raw.score, vram: raw.vram_mib, fails: false })
    }

    fn failing() -> Self {
        Self { result: [0; 32], gpus: Vec::new(), score: 0, vram: 0, fails: true }
    }

    fn answer(&self) -> Result<Answer, CommandError> {
        if self.fails {
            return Err(CommandError::input("fails", "a host does not fail itself", "a measurement"));
        }
        Ok(Answer { result: self.result, gpus: self.count(), gpu_root: digest::gpu_root(&self.gpus)? })
    }

    fn reading(&self) -> Result<Reading, CommandError> {
        let verdict = if self.fails { Verdict::Fail } else { Verdict::Pass };
        let gpu_root = if self.fails { [0; 32] } else { digest::gpu_root(&self.gpus)? };
        Ok(Reading {
            verdict: verdict as u8,
            score: self.score,
            vram: self.vram,
            gpus: self.count(),
            result: self.result,
            gpu_root,
        })
    }

    fn count(&self) -> u16 {
        u16::try_from(self.gpus.len()).unwrap_or(u16::MAX)
    }
}

/// Who the key that acts is in a round.
enum Role {
    Host,
    Attestor,
}

async fn role(context: &Context, round: &Challenge) -> Result<Role, CommandError> {
    let me = context.me()?;
    let host = context.connection.get::<Host>(&round.host).await?;
    if host.keys().contains(&&me) {
        return Ok(Role::Host);
    }
    let set = super::set::find(context, round.set).await?;
    let panel = round.judges.iter().take(round.panel.into()).filter(|judge| judge.state != 0);
    let mut keys = panel.filter_map(|judge| set.slot(judge.place).ok()).map(|attestor| attestor.key);
    if keys.any(|key| key == me) {
        return Ok(Role::Attestor);
    }
    Err(CommandError::WrongKey {
        account: format!("the round of the host {}", round.host),
        role: "operator of the host, nor an attestor of the panel",
        holder: host.operator,
        given: me,
    })
}

pub async fn commit(context: &Context, address: Address, file: &Path) -> Result<(), CommandError> {
    let round = find(context, address).await?;
    let measured = Measurement::read(file)?;
    let (me, role) = (context.me()?, role(context, &round).await?);
    let salt = if context.is_dry_run() { [0; 32] } else { salt(file)? };
    let (title, commitment) = match role {
        Role::Host => ("Answered", digest::answer(&address, &round.host, &round.seed, &measured.answer()?, &salt)),
        Role::Attestor => ("Read", digest::reading(&address, &me, &measured.reading()?, &salt)),
    };
    let instruction = match role {
        Role::Host => attest::commit_answer(me, round.host, address, commitment),
        Role::Attestor => attest::commit_reading(me, round.set, address, commitment),
    };
    let record = Record::new(title)
        .with("round", address)
        .with("commitment", commitment)
        .with("salt_file", salt_file(file).display().to_string())
        .hint("keep the salt file: nothing can be revealed without it");
    context.submit(record, &[instruction]).await
}

pub async fn reveal(context: &Context, address: Address, file: &Path) -> Result<(), CommandError> {
    let round = find(context, address).await?;
    let measured = Measurement::read(file)?;
    let (me, salt) = (context.me()?, read_salt(file)?);
    let (title, instruction): (_, Instruction) = match role(context, &round).await? {
        Role::Host => ("Opened", attest::open_answer(me, round.host, address, measured.answer()?, salt)),
        Role::Attestor => ("Revealed", attest::reveal_reading(me, round.set, address, measured.reading()?, salt)),
    };
    context.submit(Record::new(title).with("round", address), &[instruction]).await
}

fn salt_file(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".salt");
    name.into()
}

/// The salt beside a file: the one that is there, or a new one that nobody else may read.
fn salt(file: &Path) -> Result<[u8; 32], FileError> {
    let path = salt_file(file);
    let unwritable = |error: std::io::Error| {
        let problem = format!("cannot be written: {error}");
        FileError::value(&path.display().to_string(), "file", problem, "a folder that this user may write to")
    };
    // The secret of a new key is 32 bytes of the system's randomness.
    let fresh = *Keypair::new().secret_bytes();
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut created) => created.write_all(hex(&fresh).as_bytes()).map(|()| fresh).map_err(unwritable),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read_salt(file),
        Err(error) => Err(unwritable(error)),
    }
}

fn read_salt(file: &Path) -> Result<[u8; 32], FileError> {
    let path = salt_file(file);
    let name = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|source| {
        if source.kind() == ErrorKind::NotFound {
            let allowed = "the salt that `gpu-market attest commit` left beside the measurement";
            return FileError::value(&name, "file", "it is not there", allowed);
        }
        FileError::Unreadable { file: name.clone(), source }
    })?;
    let salt = hash(text.trim());
    salt.map(Into::into)
        .map_err(|problem| FileError::value(&name, "file", problem, "the salt that was committed with"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"result":"0101010101010101010101010101010101010101010101010101010101010101",
        "gpus":["GPU-2","GPU-1"],"score":1200,"vram_mib":24576}"#;

    #[test]
    fn a_measurement_names_its_gpus_in_any_order() {
        let measured = Measurement::parse("m.json", GOOD).unwrap();
        let swapped = GOOD.replace(r#""GPU-2","GPU-1""#, r#""GPU-1","GPU-2""#);
        assert_eq!(measured.answer().unwrap(), Measurement::parse("m.json", &swapped).unwrap().answer().unwrap());
        let reading = measured.reading().unwrap();
        assert_eq!((reading.verdict, reading.score, reading.vram, reading.gpus), (1, 1_200, 24_576, 2));
    }

    #[test]
    fn a_reading_that_fails_the_host_measures_nothing() {
        let reading = Measurement::parse("m.json", r#"{"fails":true}"#).unwrap().reading().unwrap();
        assert_eq!((reading.verdict, reading.gpus, reading.gpu_root), (2, 0, [0; 32]));
        assert!(Measurement::failing().answer().is_err());
    }

    #[test]
    fn a_bad_measurement_is_refused_by_field() {
        for (from, to, expected) in [
            ("GPU-2", "GPU-1", "m.json: gpus: "),
            (r#""GPU-2","GPU-1""#, "", "m.json: gpus: "),
            ("0101", "01zz", "m.json: result: "),
            ("score", "scroe", "m.json: scroe: unknown field"),
            (r#""score""#, r#""fails":true,"score""#, "m.json: fails: there are measurements too"),
        ] {
            let message = Measurement::parse("m.json", &GOOD.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
