use {
    super::ensure,
    crate::prelude::*,
    crate::{
        constants::STRIKE_MEMORY,
        error::{MarketError, Rule},
        math::Checked,
    },
};

/// What an owner sets about a host.
#[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
#[cfg_attr(feature = "client", derive(BorshSerialize, BorshDeserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostParams {
    pub operator: Address,
    pub sealing_key: [u8; 32],
    pub metadata_hash: [u8; 32],
}

/// A host: the owner holds the money, the operator runs the jobs.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Host {
    /// Cold key: stake, earnings, members.
    pub owner: Address,
    /// Hot key: joins, starts, heartbeats, finishes.
    pub operator: Address,
    /// x25519 key that private job specs are sealed to.
    pub sealing_key: [u8; 32],
    /// SHA-256 of the host's public description.
    pub metadata_hash: [u8; 32],
    pub rent_payer: Address,
    /// Member accounts that exist.
    pub members: u32,
    /// Missed acknowledgements ever, in all markets: leaving one launders none.
    pub strikes: u32,
    /// When the last strike was given, unix seconds.
    pub last_strike_at: i64,
    pub version: u8,
    pub bump: u8,
    pub reserved: [u8; 62],
}

impl Host {
    /// Who acts for the host.
    #[inline(always)]
    pub fn keys(&self) -> [&Address; 2] {
        [&self.owner, &self.operator]
    }

    pub fn set(&mut self, params: &HostParams) -> Rule<()> {
        ensure(params.operator != Address::default(), MarketError::KeyMissing)?;
        self.operator = params.operator;
        self.sealing_key = params.sealing_key;
        self.metadata_hash = params.metadata_hash;
        Ok(())
    }

    pub fn strike(&mut self, now: i64) -> Rule<()> {
        self.strikes = self.strikes.plus(1)?;
        self.last_strike_at = now;
        Ok(())
    }

    pub fn member_opened(&mut self) -> Rule<()> {
        self.members = self.members.plus(1)?;
        Ok(())
    }

    pub fn member_closed(&mut self) -> Rule<()> {
        self.members = self.members.minus(1)?;
        Ok(())
    }

    /// A host closes without members, and not before its last strike is forgotten, so that registering again launders
    /// none.
    pub fn require_closable(&self, now: i64) -> Rule<()> {
        self.require_no_members()?;
        ensure(self.strikes == 0 || now > self.last_strike_at.plus(STRIKE_MEMORY)?, MarketError::HostStruckRecently)
    }

    pub fn require_no_members(&self) -> Rule<()> {
        ensure(self.members == 0, MarketError::HostHasMembers)
    }
}
