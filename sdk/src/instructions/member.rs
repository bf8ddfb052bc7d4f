//! A host's way into a market, its standing there, and its way out.

use {
    super::{
        Token, config, host, instruction, optional_readonly, paying_signer, readonly, signer, system_program,
        writable,
    },
    crate::{AccountMeta, Address, Instruction, address},
    gpu_market::state::HostParams,
};

/// See [`enroll`] and [`apply`].
#[derive(Clone, Copy, Debug)]
pub struct Enroll {
    /// Owner of the host; signs.
    pub owner: Address,
    /// Pays the rent.
    pub payer: Address,
    /// A community market to enroll into, or a premium market to apply for.
    pub market: Address,
    /// Payment mint of the market; the host's earnings vault of it has to be open.
    pub token: Token,
    /// Token account of the host's owner or operator with a token of the market's access mint, if it has one.
    pub access: Option<Address>,
}

impl Enroll {
    fn metas(&self) -> [AccountMeta; 11] {
        let host = address::host(&self.owner).0;
        [
            signer(self.owner),
            paying_signer(self.payer),
            config(),
            writable(self.market),
            writable(host),
            readonly(address::earnings(&host, &self.token.mint).0),
            readonly(self.token.mint),
            writable(address::member(&self.market, &host).0),
            optional_readonly(self.access),
            readonly(self.token.program),
            system_program(),
        ]
    }
}

/// Host owner: enrolls into a community market.
pub fn enroll(params: Enroll) -> Instruction {
    instruction(66, &(), params.metas())
}

/// Host owner: applies for a place in a premium market. The member is a candidate: it may bring collateral and have its
/// GPUs attested, and [`promote`] or, until genesis ends, [`admit`] makes it active.
pub fn apply(params: Enroll) -> Instruction {
    instruction(69, &(), params.metas())
}

/// Everything that puts a waitlisted host into a community market, for one transaction: registers it, opens its earnings
/// vault and enrolls it.
///
/// The owner signs, and pays the rent of the vault; `payer` pays the rest. There is no way to do this without the owner's
/// signature: a host that owned members by somebody else's word could be kept from closing.
pub fn import(params: Enroll, host: HostParams) -> [Instruction; 3] {
    [
        host::register_host(params.owner, params.payer, host),
        host::open_earnings(params.owner, params.token),
        enroll(params),
    ]
}

/// A member of a premium market and the terms in force there.
fn seating(market: Address, terms: u32, host: &Address) -> [AccountMeta; 3] {
    [readonly(market), readonly(address::terms(&market, terms).0), writable(address::member(&market, host).0)]
}

/// See [`admit`].
#[derive(Clone, Copy, Debug)]
pub struct Admit {
    /// Authority of the market; signs.
    pub authority: Address,
    /// A premium market before the end of its genesis.
    pub market: Address,
    /// Number of the terms in force.
    pub terms: u32,
    /// Host account, whose owner has applied.
    pub host: Address,
    /// GPUs attested; at least those of one seat.
    pub gpus: u16,
    /// SHA-256 of the evidence.
    pub evidence_hash: [u8; 32],
}

/// Market authority, until genesis ends: admits a proven candidate into a premium market.
pub fn admit(params: Admit) -> Instruction {
    let accounts = seating(params.market, params.terms, &params.host);
    instruction(67, &(params.gpus, params.evidence_hash), [signer(params.authority)].into_iter().chain(accounts))
}

/// Admissions that fit one transaction whose fee somebody else than the market's authority pays.
pub const ADMISSIONS_PER_TRANSACTION: usize = 11;

/// Admissions in batches, each of which fits one transaction. A batch is refused as a whole: leave out who has not applied.
pub fn admit_all(admissions: &[Admit]) -> Vec<Vec<Instruction>> {
    admissions.chunks(ADMISSIONS_PER_TRANSACTION).map(|batch| batch.iter().copied().map(admit).collect()).collect()
}

/// Host owner: leaves a market.
pub fn close_member(owner: Address, market: Address, rent_payer: Address) -> Instruction {
    let host = address::host(&owner).0;
    instruction(
        68,
        &(),
        [
            signer(owner),
            writable(host),
            writable(market),
            writable(address::member(&market, &host).0),
            writable(rent_payer),
        ],
    )
}

/// See [`promote`].
#[derive(Clone, Copy, Debug)]
pub struct Promote {
    /// A premium market.
    pub market: Address,
    /// Number of the terms in force.
    pub terms: u32,
    /// Its feeder market.
    pub feeder: Address,
    /// Host account.
    pub host: Address,
}

/// Anyone, without a signature: promotes a candidate, or a removed member whose cooldown is over, that meets every rule.
/// `crate::standing` says which rules it does not meet.
pub fn promote(params: Promote) -> Instruction {
    let feeder = address::member(&params.feeder, &params.host).0;
    let accounts = seating(params.market, params.terms, &params.host);
    instruction(70, &(), accounts.into_iter().chain([readonly(params.host), readonly(feeder)]))
}

/// Anyone, without a signature: reviews an active member of a premium market by its last full window, or reinstates a
/// suspended one. `terms` is the number of the terms in force.
pub fn review(market: Address, terms: u32, host: Address) -> Instruction {
    instruction(71, &(), seating(market, terms, &host))
}

/// Host owner: gives up the place in a premium market, so that the collateral under the floor can leave. The member is a
/// candidate again, and what its host did until now earns it no place. `terms` is the number of the terms in force.
pub fn resign(owner: Address, market: Address, terms: u32) -> Instruction {
    let host = address::host(&owner).0;
    let [market, terms, member] = seating(market, terms, &host);
    instruction(72, &(), [signer(owner), readonly(host), market, terms, member])
}
