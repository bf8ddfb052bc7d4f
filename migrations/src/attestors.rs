//! The attestor set of a deployment.

use {
    crate::{FileError, check::Table, deployment::decimals, file::RawFile},
    gpu_market::{constants::MAX_PANEL, state::SetParams},
};

/// Who judges hardware in the markets of a deployment: a set of attestors that the markets' authority creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttestorsSpec {
    /// Number that the authority gives the set.
    pub id: u16,
    /// How the set judges.
    pub params: SetParams,
}

impl AttestorsSpec {
    /// The section `[attestors]` of a file, if it has one. Its amounts are of the staked token.
    pub(crate) fn parse(file: &str, raw: &RawFile, tokens: &[crate::TokenSpec]) -> Result<Option<Self>, FileError> {
        let Some(section) = raw.attestors else {
            return Ok(None);
        };
        let stake = Table { file, path: "stake".into() };
        let staked = decimals(&stake, "token", &raw.stake.token, tokens)?;
        let table = Table { file, path: "attestors".into() };
        let largest = u8::try_from(MAX_PANEL).unwrap_or(u8::MAX);
        let panel = table.within("panel", section.panel, 1..=largest)?;
        // More than half, so that no round has two verdicts.
        let majority = panel.checked_div(2).unwrap_or(0).saturating_add(1);
        let params = SetParams {
            bond: table.positive("bond", section.bond, staked)?,
            fee: table.amount("fee", section.fee, staked)?,
            panel,
            quorum: table.within("quorum", section.quorum, majority..=panel)?,
            ..SetParams::default()
        };
        // Panel and quorum are in their bounds, so what the program still refuses is what is at stake.
        params.check().map_err(|error| table.refuse("fee", error.rule(), error.remedy()))?;
        Ok(Some(Self { id: section.id, params }))
    }
}
