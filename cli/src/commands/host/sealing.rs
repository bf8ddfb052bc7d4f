//! The key that private jobs are sealed to.

use {
    crate::{
        commands::CommandError,
        context::Context,
        data::SealingOption,
        output::{Record, Value, hex},
    },
    gpu_market_jobspec::sealing::SealingKey,
};

/// Shows the public key.
pub fn show(context: &Context, option: &SealingOption) -> Result<(), CommandError> {
    let public = option.read_or_new()?.public();
    let record = Record::new("Sealing key")
        .with("sealing_key", Value::Hash(public))
        .with("file", option.path()?.display().to_string());
    context.print(&record.hint(format!("next: `gpu-market host update --sealing-key {}`", hex(&public))))
}

/// The key that the agent opens private specs with, none for a host that takes no private jobs; and what to warn of.
/// Refuses a key that was typed and is not the host's.
pub fn of_host(
    option: &SealingOption,
    key: Option<SealingKey>,
    on_chain: [u8; 32],
) -> Result<(Option<SealingKey>, Option<String>), CommandError> {
    let path = option.path()?;
    match key {
        Some(key) if key.public() == on_chain => Ok((Some(key), None)),
        Some(key) if option.is_typed() => Err(CommandError::rule(
            format!("the sealing key in {} is not the host's on chain", path.display()),
            format!(
                "name another file, or have the owner run `gpu-market host update --sealing-key {}`",
                hex(&key.public())
            ),
        )),
        // What this user has, it has as a client.
        _ if on_chain == [0; 32] => Ok((None, None)),
        _ => {
            let warning = format!(
                "the secret part of the host's sealing key is not in {}: private jobs are declined; name its file with \
                 --sealing-key-file, or change the key with `gpu-market host sealing-key` and `gpu-market host update`",
                path.display()
            );
            Ok((None, Some(warning)))
        }
    }
}

#[cfg(test)]
mod tests {
    use {super::*, clap::Parser};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        option: SealingOption,
    }

    fn option(arguments: &[&str]) -> SealingOption {
        Line::parse_from([&["x"], arguments].concat()).option
    }

    #[test]
    fn the_agent_opens_specs_with_the_key_on_chain_and_no_other() {
        let key = || SealingKey::from_bytes([1; 32]);
        let mine = key().public();
        let (usual, typed) = (option(&[]), option(&["--sealing-key-file", "typed"]));
        for option in [&usual, &typed] {
            let (found, warning) = of_host(option, Some(key()), mine).unwrap();
            assert!(found.is_some_and(|found| found.public() == mine) && warning.is_none());
        }
        // A host that has none takes no private jobs, whatever this user has as a client.
        for key in [None, Some(key())] {
            assert!(matches!(of_host(&usual, key, [0; 32]), Ok((None, None))));
        }
        for key in [None, Some(key())] {
            let (found, warning) = of_host(&usual, key, [9; 32]).unwrap();
            assert!(found.is_none());
            assert!(
                warning.is_some_and(|warning| warning.contains("private jobs are declined; name its file with"))
            );
        }
        for on_chain in [[0; 32], [9; 32]] {
            let refused = of_host(&typed, Some(key()), on_chain).unwrap_err().to_string();
            assert!(
                refused.starts_with("the sealing key in typed is not the host's on chain; name another"),
                "{refused}"
            );
            assert!(
                refused.ends_with(&format!("`gpu-market host update --sealing-key {}`", hex(&mine))),
                "{refused}"
            );
        }
    }
}
