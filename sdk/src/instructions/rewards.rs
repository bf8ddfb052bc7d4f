//! What stakers earn, and the emissions that pay stakers and hosts.

use {
    super::{
        Token, config, instruction, optional_readonly, optional_writable, paying_signer, readonly, signer,
        system_program, writable,
    },
    crate::{Address, Instruction, address},
    gpu_market::{constants::MAX_POSITIONS, state::EmissionParams},
};

/// Names the reward positions that a stake has in the pools of these mints, all of them, in an instruction that changes
/// its weight: stake, restake, request_unstake, extend_lock. Another instruction stays as it is.
pub fn with_positions(mut instruction: Instruction, owner: &Address, mints: &[Address]) -> Instruction {
    if !matches!(instruction.data.first(), Some(41 | 44 | 45 | 51)) {
        return instruction;
    }
    let stake = address::stake(owner).0;
    let pairs = mints.iter().take(usize::from(MAX_POSITIONS)).flat_map(|mint| {
        let pool = address::reward_pool(mint).0;
        [writable(pool), writable(address::position(&pool, &stake).0)]
    });
    // They stand last, after the program.
    let fixed = instruction.accounts.iter().take_while(|meta| meta.pubkey != address::PROGRAM).count();
    instruction.accounts.truncate(fixed.saturating_add(1));
    instruction.accounts.extend(pairs);
    instruction
}

/// Anyone: opens the reward pool of a mint.
pub fn open_pool(payer: Address, token: Token) -> Instruction {
    instruction(
        150,
        &(),
        [
            paying_signer(payer),
            writable(address::reward_pool(&token.mint).0),
            writable(address::reward_vault(&token.mint).0),
            readonly(token.mint),
            readonly(token.program),
            system_program(),
        ],
    )
}

/// Anyone: closes a pool that nobody earns from; rests of divisions go to the treasury of its mint.
pub fn close_pool(token: Token, rent_payer: Address) -> Instruction {
    instruction(
        151,
        &(),
        [
            writable(address::reward_pool(&token.mint).0),
            writable(address::reward_vault(&token.mint).0),
            writable(address::treasury(&token.mint).0),
            writable(address::treasury_vault(&token.mint).0),
            writable(rent_payer),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}

/// Owner: lets the stake earn from the pool of a mint.
pub fn open_position(owner: Address, payer: Address, mint: Address) -> Instruction {
    let (stake, pool) = (address::stake(&owner).0, address::reward_pool(&mint).0);
    instruction(
        152,
        &(),
        [
            signer(owner),
            paying_signer(payer),
            writable(stake),
            writable(pool),
            writable(address::position(&pool, &stake).0),
            system_program(),
        ],
    )
}

/// Owner: closes a position whose rewards were claimed.
pub fn close_position(owner: Address, mint: Address, rent_payer: Address) -> Instruction {
    let (stake, pool) = (address::stake(&owner).0, address::reward_pool(&mint).0);
    instruction(
        153,
        &(),
        [
            signer(owner),
            writable(stake),
            writable(pool),
            writable(address::position(&pool, &stake).0),
            writable(rent_payer),
        ],
    )
}

/// Owner: claims what the stake has earned from the pool of `token`, to a token account of anybody.
pub fn claim_rewards(owner: Address, token: Token, destination: Address) -> Instruction {
    let (stake, pool) = (address::stake(&owner).0, address::reward_pool(&token.mint).0);
    instruction(
        154,
        &(),
        [
            signer(owner),
            readonly(stake),
            writable(pool),
            writable(address::position(&pool, &stake).0),
            writable(address::reward_vault(&token.mint).0),
            writable(destination),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}

/// Anyone: has the pool of a mint count the weight that a stake has now, which after a slash is lower.
pub fn sync_weight(stake: Address, mint: Address) -> Instruction {
    let pool = address::reward_pool(&mint).0;
    instruction(155, &(), [readonly(stake), writable(pool), writable(address::position(&pool, &stake).0)])
}

/// Anyone: compares the pool of a mint with its vault; while that is short, nobody enters.
pub fn check_pool(mint: Address) -> Instruction {
    let (pool, vault) = (address::reward_pool(&mint).0, address::reward_vault(&mint).0);
    instruction(156, &(), [writable(pool), readonly(vault)])
}

/// Whom an emission pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipients {
    /// The stakers of the mint's reward pool.
    Stakers,
    /// The hosts of this listed premium market, in its payment mint.
    Hosts(Address),
}

/// See [`open_emission`].
#[derive(Clone, Copy, Debug)]
pub struct OpenEmission {
    /// Gives the tokens; signs.
    pub funder: Address,
    /// Pays the rent; signs.
    pub payer: Address,
    /// Token account that the tokens come from.
    pub source: Address,
    /// What is given.
    pub token: Token,
    /// Whom it pays.
    pub recipients: Recipients,
    /// A number that the funder has not used.
    pub id: u16,
    /// Amount and time.
    pub params: EmissionParams,
}

/// Anyone: gives tokens to stakers, evenly over a time, or to hosts, per evidenced second.
pub fn open_emission(params: OpenEmission) -> Instruction {
    let emission = address::emission(&params.funder, params.id).0;
    let (pool, market) = match params.recipients {
        Recipients::Stakers => (Some(address::reward_pool(&params.token.mint).0), None),
        Recipients::Hosts(market) => (None, Some(market)),
    };
    instruction(
        160,
        &(params.id, params.params),
        [
            signer(params.funder),
            paying_signer(params.payer),
            optional_writable(pool),
            optional_readonly(market),
            writable(params.source),
            writable(emission),
            writable(address::emission_vault(&emission).0),
            readonly(params.token.mint),
            readonly(params.token.program),
            system_program(),
        ],
    )
}

/// Anyone: moves what is due of an emission to the reward pool of its mint.
pub fn release_emission(emission: Address, token: Token) -> Instruction {
    instruction(
        161,
        &(),
        [
            writable(emission),
            writable(address::emission_vault(&emission).0),
            writable(address::reward_pool(&token.mint).0),
            writable(address::reward_vault(&token.mint).0),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}

/// Anyone: pays the host of an ended job out of an incentive, once.
pub fn pay_incentive(emission: Address, parties: super::Parties, token: Token) -> Instruction {
    instruction(
        162,
        &(),
        [
            config(),
            writable(emission),
            writable(address::emission_vault(&emission).0),
            readonly(parties.market),
            writable(parties.job),
            readonly(parties.member()),
            writable(parties.earnings(&token)),
            readonly(token.mint),
            readonly(token.program),
        ],
    )
}

/// See [`close_emission`].
#[derive(Clone, Copy, Debug)]
pub struct CloseEmission {
    /// The funder; anyone if the emission is spent. Signs.
    pub caller: Address,
    /// The emission.
    pub emission: Address,
    /// Whether it is for stakers, so that their pool counts one less.
    pub for_stakers: bool,
    /// Its mint.
    pub token: Token,
    /// Token account of the funder.
    pub destination: Address,
    /// Rent payer that the emission records.
    pub rent_payer: Address,
}

/// Anyone, if it is spent; the funder of an incentive after its end: closes an emission.
pub fn close_emission(params: CloseEmission) -> Instruction {
    let pool = params.for_stakers.then(|| address::reward_pool(&params.token.mint).0);
    instruction(
        163,
        &(),
        [
            signer(params.caller),
            writable(params.emission),
            optional_writable(pool),
            writable(address::emission_vault(&params.emission).0),
            writable(params.destination),
            writable(params.rent_payer),
            readonly(params.token.mint),
            readonly(params.token.program),
        ],
    )
}
