use {crate::error::Rule, crate::prelude::*};

/// Book of the protocol's income in one mint. Its vault is a token account that is its own authority.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Pod, Zeroable), repr(C))]
#[derive(Debug, PartialEq, Eq)]
pub struct Treasury {
    pub mint: Address,
    pub vault: Address,
    pub rent_payer: Address,
    /// Base units swept in so far.
    pub received: u64,
    /// Base units withdrawn so far.
    pub withdrawn: u64,
    pub version: u8,
    pub bump: u8,
    pub vault_bump: u8,
    pub reserved: [u8; 45],
}

impl Treasury {
    pub fn receive(&mut self, amount: u64) -> Rule<()> {
        // A statistic never stands in the way of a sweep.
        self.received = self.received.saturating_add(amount);
        Ok(())
    }

    pub fn pay_out(&mut self, amount: u64) -> Rule<()> {
        self.withdrawn = self.withdrawn.saturating_add(amount);
        Ok(())
    }
}
