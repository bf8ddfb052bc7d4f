//! What becomes of the fees of a deployment.

use {
    crate::{FileError, check::Table, file::RawFile},
    gpu_market::{
        constants::{BPS, MAX_REFERRAL_BPS},
        state::Split,
    },
};

/// How fees are split. Every token that fees or penalties come in gets a reward pool, since a share of the stakers has to
/// have one to be swept into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewardsSpec {
    /// Shares of stakers and referrers.
    pub split: Split,
}

impl RewardsSpec {
    /// The section `[rewards]` of a file, if it has one.
    pub(crate) fn parse(file: &str, raw: &RawFile) -> Result<Option<Self>, FileError> {
        let Some(section) = raw.rewards else {
            return Ok(None);
        };
        let table = Table { file, path: "rewards".into() };
        let referral_bps = table.within("referral_bps", section.referral_bps, 0..=MAX_REFERRAL_BPS)?;
        let whole = u16::try_from(BPS).unwrap_or(u16::MAX);
        let left = whole.saturating_sub(referral_bps);
        let split =
            Split { stakers_bps: table.within("stakers_bps", section.stakers_bps, 0..=left)?, referral_bps };
        // The program's own word on it, should it ever ask more than the checks above.
        split.check().map_err(|error| table.refuse("stakers_bps", error.rule(), error.remedy()))?;
        Ok(Some(Self { split }))
    }
}
