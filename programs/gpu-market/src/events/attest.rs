use crate::{constants::MAX_PANEL, prelude::*, state::SetParams};

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AttestorSetCreated {
    pub set: Address,
    pub creator: Address,
    pub rent_payer: Address,
    pub params: SetParams,
    pub created_at: i64,
    pub id: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AttestorSetAnnounced {
    pub set: Address,
    pub params: SetParams,
    /// When the parameters take effect by themselves, unix seconds.
    pub effective_at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AttestorAdded {
    pub set: Address,
    /// Key that the attestor judges with.
    pub attestor: Address,
    pub stake: Address,
    pub bond: u64,
    /// Part of the stake that is bound after this.
    pub allocated: u64,
    /// It judges rounds opened from then on, unix seconds.
    pub active_at: i64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AttestorBondRaised {
    pub set: Address,
    pub stake: Address,
    pub amount: u64,
    /// Bond of the attestor after this.
    pub bond: u64,
    /// Part of the stake that is bound after this.
    pub allocated: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AttestorLeft {
    pub set: Address,
    pub stake: Address,
    /// When it left first; it judges no round opened since.
    pub leaving_at: i64,
    /// One if the set's creator removed it, zero if it left by itself.
    pub removed: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AttestorVacated {
    pub set: Address,
    pub stake: Address,
    /// What was bound and is free stake again.
    pub bond: u64,
    /// Part of the stake that is bound after this.
    pub allocated: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AttestorSetClosed {
    pub set: Address,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct RoundOpened {
    pub challenge: Address,
    pub member: Address,
    pub set: Address,
    /// Stake that the fee was taken from.
    pub payer: Address,
    pub rent_payer: Address,
    pub fee: u64,
    /// Base units behind each attestor.
    pub bond: u64,
    /// Slot whose hash is drawn from.
    pub slot: u64,
    pub opened_at: i64,
    pub nonce: u32,
    pub min_score: u32,
    /// Places of the set that may be drawn, one bit each.
    pub eligible: u32,
    /// Attestors to draw.
    pub panel: u16,
    /// Readings that have to agree.
    pub quorum: u16,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct RoundDrawn {
    pub challenge: Address,
    pub seed: [u8; 32],
    pub drawn_at: i64,
    pub drawn_slot: u64,
    /// Places that had no attestor any more.
    pub settled: u64,
    /// Places of the set that judge, as many as the panel has.
    pub places: [u8; MAX_PANEL],
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AnswerCommitted {
    pub challenge: Address,
    pub commitment: [u8; 32],
    pub answered_at: i64,
    /// From the round's slot to this one the host could compute.
    pub answered_slot: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AnswerOpened {
    pub challenge: Address,
    /// Hash of what the benchmark put out.
    pub result: [u8; 32],
    pub gpu_root: [u8; 32],
    pub gpus: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ReadingCommitted {
    pub challenge: Address,
    pub attestor: Address,
    pub commitment: [u8; 32],
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct ReadingRevealed {
    pub challenge: Address,
    pub attestor: Address,
    /// Hash of what the benchmark put out.
    pub result: [u8; 32],
    pub gpu_root: [u8; 32],
    pub score: u32,
    /// MiB.
    pub vram: u32,
    pub gpus: u32,
    /// See [`crate::state::Verdict`].
    pub verdict: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct RoundDecided {
    pub challenge: Address,
    /// Base units that each attestor in agreement gets.
    pub share: u64,
    pub decided_at: i64,
    pub score: u32,
    /// MiB.
    pub vram: u32,
    /// See [`crate::state::RoundResult`].
    pub result: u16,
    /// See [`crate::state::Verdict`]; zero if no quorum agreed.
    pub verdict: u16,
    /// One if whoever did not commit or reveal is slashed.
    pub punishes: u16,
    pub reserved: u16,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct RoundConcluded {
    pub challenge: Address,
    pub member: Address,
    /// Until when the member's attestation counts after this, unix seconds.
    pub attested_until: i64,
    /// The member opens no round before, unix seconds.
    pub round_barred_until: i64,
    /// Score of the member's attestation after this.
    pub score: u32,
    /// Round that the member's attestation comes from after this.
    pub round: u32,
    /// GPUs of the member's attestation after this.
    pub attested_gpus: u32,
    /// The round that is over.
    pub nonce: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct AttestorSettled {
    pub challenge: Address,
    /// Stake of the attestor.
    pub stake: Address,
    /// Base units that moved from the payer's stake to this one.
    pub pay: u64,
    /// Base units of the bond that the treasury sweeps.
    pub slash: u64,
    /// Bond of the attestor after this.
    pub bond: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct GpuClaimed {
    pub challenge: Address,
    pub gpu: Address,
    pub uuid_hash: [u8; 32],
    pub rent_payer: Address,
    /// Until when it is its member's, unix seconds.
    pub expires_at: i64,
    /// Number of the GPU in the round.
    pub index: u32,
    /// GPUs of the round that are claimed after this.
    pub claimed: u32,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct GpuReleased {
    pub gpu: Address,
    pub member: Address,
    /// One if the member has one GPU less by this.
    pub counted: u64,
    /// GPUs of the member's attestation after this; zero if the member is closed.
    pub attested_gpus: u64,
}

#[cfg_attr(feature = "program", event(bytemuck))]
#[cfg_attr(feature = "client", derive(BorshDeserialize))]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, Debug, PartialEq, Eq))]
pub struct RoundClosed {
    pub challenge: Address,
    pub set: Address,
    pub payer: Address,
    /// What of the fee is the payer's stake again.
    pub refund: u64,
}
