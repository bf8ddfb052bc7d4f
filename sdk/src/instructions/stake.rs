//! A host owner's stake, the collateral made of it, and the credits that slashes leave. `token` is the stake mint of
//! the config.

use {
    super::{Token, config, instruction, paying_signer, readonly, signer, system_program, writable},
    crate::{Address, Instruction, address},
    borsh::BorshSerialize,
};

/// Owner: opens the stake and its vault.
pub fn open_stake(owner: Address, payer: Address, token: Token) -> Instruction {
    let stake = address::stake(&owner).0;
    instruction(
        40,
        &(),
        [
            signer(owner),
            paying_signer(payer),
            config(),
            writable(stake),
            writable(address::stake_vault(&stake).0),
            readonly(token.mint),
            readonly(token.program),
            system_program(),
        ],
    )
}

/// See [`stake`].
#[derive(Clone, Copy, Debug)]
pub struct StakeTokens {
    /// Owner of the stake and of the source; signs.
    pub owner: Address,
    /// Token account that the tokens come from.
    pub source: Address,
    /// Stake mint.
    pub token: Token,
    /// Base units.
    pub amount: u64,
}

/// Owner: stakes tokens. A stake with reward positions names them: see [`super::rewards::with_positions`], as for every
/// instruction that changes its weight.
pub fn stake(params: StakeTokens) -> Instruction {
    let stake = address::stake(&params.owner).0;
    instruction(
        41,
        &params.amount,
        [
            signer(params.owner),
            writable(params.source),
            config(),
            writable(stake),
            writable(address::stake_vault(&stake).0),
            readonly(params.token.mint),
            readonly(params.token.program),
        ],
    )
}

/// Owner: makes free stake collateral of its member in `market`. Base units.
pub fn allocate(owner: Address, market: Address, amount: u64) -> Instruction {
    change_collateral(42, owner, market, amount)
}

/// Owner: takes collateral back that no bond and no floor binds. Base units.
pub fn deallocate(owner: Address, market: Address, amount: u64) -> Instruction {
    change_collateral(43, owner, market, amount)
}

fn change_collateral(number: u8, owner: Address, market: Address, amount: u64) -> Instruction {
    let host = address::host(&owner).0;
    instruction(
        number,
        &amount,
        [
            signer(owner),
            writable(address::stake(&owner).0),
            readonly(host),
            writable(address::member(&market, &host).0),
        ],
    )
}

/// Owner: starts the unbonding of free stake. Base units.
pub fn request_unstake(owner: Address, amount: u64) -> Instruction {
    change_stake(44, owner, &amount)
}

/// Owner: makes cooling tokens stake again, those that unlock last first. Base units.
pub fn restake(owner: Address, amount: u64) -> Instruction {
    change_stake(45, owner, &amount)
}

/// Owner: locks the stake for `days`, or longer than it is locked. Raises its weight in reward pools, and what is unstaked
/// later cools for so long.
pub fn extend_lock(owner: Address, days: u16) -> Instruction {
    change_stake(51, owner, &days)
}

fn change_stake(number: u8, owner: Address, argument: &impl BorshSerialize) -> Instruction {
    instruction(number, argument, [signer(owner), writable(address::stake(&owner).0)])
}

/// Anyone: compares a stake with its vault; while that is short, nothing enters.
pub fn check_stake(stake: Address) -> Instruction {
    instruction(52, &(), [writable(stake), readonly(address::stake_vault(&stake).0)])
}

/// Owner: withdraws all that has finished unbonding to a token account of anybody.
pub fn withdraw_stake(owner: Address, token: Token, destination: Address) -> Instruction {
    let stake = address::stake(&owner).0;
    instruction(
        46,
        &(),
        [
            signer(owner),
            writable(stake),
            writable(address::stake_vault(&stake).0),
            writable(destination),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}

/// See [`close_stake`].
#[derive(Clone, Copy, Debug)]
pub struct CloseStake {
    /// Owner of the stake; signs.
    pub owner: Address,
    /// Stake mint.
    pub token: Token,
    /// Token account that gifts to the vault go to.
    pub destination: Address,
    /// Rent payer that the stake records.
    pub rent_payer: Address,
}

/// Owner: closes an empty stake.
pub fn close_stake(params: CloseStake) -> Instruction {
    let stake = address::stake(&params.owner).0;
    instruction(
        47,
        &(),
        [
            signer(params.owner),
            writable(stake),
            writable(address::stake_vault(&stake).0),
            writable(params.destination),
            writable(params.rent_payer),
            readonly(params.token.mint),
            readonly(params.token.program),
        ],
    )
}

/// Anyone: opens the account that slashed stake is credited to `beneficiary` in, the owner of a client account. Does
/// nothing if it is open, so it can stand before anything that needs one.
pub fn open_credit(payer: Address, stake: Address, beneficiary: Address) -> Instruction {
    instruction(
        48,
        &(),
        [
            paying_signer(payer),
            writable(stake),
            readonly(beneficiary),
            writable(address::credit(&stake, &beneficiary).0),
            system_program(),
        ],
    )
}

/// See [`claim_credit`].
#[derive(Clone, Copy, Debug)]
pub struct ClaimCredit {
    /// The beneficiary, or anyone who sends the tokens to an account of the beneficiary; signs.
    pub caller: Address,
    /// Owner of the harmed client account.
    pub beneficiary: Address,
    /// The slashed stake.
    pub stake: Address,
    /// Mint of the stake.
    pub token: Token,
    /// Token account that the tokens go to; the beneficiary's own unless the beneficiary signs.
    pub destination: Address,
}

/// The credited client's owner, or anyone for it: claims what is claimable.
pub fn claim_credit(params: ClaimCredit) -> Instruction {
    instruction(
        49,
        &(),
        [
            signer(params.caller),
            writable(address::credit(&params.stake, &params.beneficiary).0),
            writable(params.stake),
            writable(address::stake_vault(&params.stake).0),
            writable(params.destination),
            readonly(params.token.mint),
            readonly(params.token.program),
        ],
    )
}

/// Anyone: closes an empty credit.
pub fn close_credit(stake: Address, beneficiary: Address, rent_payer: Address) -> Instruction {
    instruction(50, &(), [writable(address::credit(&stake, &beneficiary).0), writable(stake), writable(rent_payer)])
}
