//! Who operates a host, and how it is described.

use {
    crate::{
        commands::{
            CommandError,
            job::{Hash, hash},
        },
        context::Context,
        output::{Record, Value},
    },
    gpu_market_migrations::FileError,
    gpu_market_sdk::{
        Address, address,
        gpu_market::state::{Host, HostParams},
        instructions::host,
    },
    sha2::{Digest, Sha256},
    std::path::PathBuf,
};

/// What an owner says about a host.
#[derive(Clone, Debug, clap::Args)]
pub struct Settings {
    /// The hot key that joins, starts and finishes [default: the owner's].
    #[arg(long)]
    operator: Option<Address>,
    /// x25519 key that private jobs are sealed to.
    #[arg(long, value_name = "HEX", value_parser = hash)]
    sealing_key: Option<Hash>,
    /// Public description of the host; its SHA-256 goes on the chain.
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// SHA-256 of a description that is kept elsewhere.
    #[arg(long, value_name = "HEX", value_parser = hash, conflicts_with = "metadata")]
    metadata_hash: Option<Hash>,
}

impl Settings {
    fn over(&self, before: HostParams) -> Result<HostParams, CommandError> {
        let described = self.metadata.as_ref().map(|file| {
            let bytes = std::fs::read(file);
            let unreadable = |source| FileError::Unreadable { file: file.display().to_string(), source };
            Ok::<_, FileError>(Sha256::digest(bytes.map_err(unreadable)?).into())
        });
        let described = described.transpose()?.or(self.metadata_hash.map(Into::into));
        Ok(HostParams {
            operator: self.operator.unwrap_or(before.operator),
            sealing_key: self.sealing_key.map_or(before.sealing_key, Into::into),
            metadata_hash: described.unwrap_or(before.metadata_hash),
        })
    }
}

pub async fn register(context: &Context, settings: &Settings) -> Result<(), CommandError> {
    let owner = context.me()?;
    let nothing = HostParams { operator: owner, sealing_key: [0; 32], metadata_hash: [0; 32] };
    let params = settings.over(nothing)?;
    let key = address::host(&owner).0;
    if context.connection.find::<Host>(&key).await?.is_some() {
        return Err(CommandError::rule(
            format!("{owner} has a host already"),
            "change it with `gpu-market host update`",
        ));
    }
    let record = record("Registered", key, &params).hint(
        "next: `gpu-market stake add AMOUNT`, `gpu-market host enroll MARKET`, `gpu-market stake allocate MARKET AMOUNT`",
    );
    context.submit(record, &[host::register_host(owner, context.payer()?, params)]).await
}

pub async fn update(context: &Context, settings: &Settings) -> Result<(), CommandError> {
    let owner = context.me()?;
    let (key, host) = context.host(None).await?;
    context.require_key(format!("the host {key}"), "owner", &[host.owner])?;
    let before =
        HostParams { operator: host.operator, sealing_key: host.sealing_key, metadata_hash: host.metadata_hash };
    let params = settings.over(before)?;
    context.submit(record("Updated", key, &params), &[host::update_host(owner, params)]).await
}

fn record(title: &str, key: Address, params: &HostParams) -> Record {
    Record::new(title)
        .with("host", key)
        .with("operator", params.operator)
        .with("sealing_key", Value::hash_if_set(params.sealing_key))
        .with("metadata_hash", Value::hash_if_set(params.metadata_hash))
}
