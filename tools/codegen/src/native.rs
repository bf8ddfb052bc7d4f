//! What the IDL cannot say, from the program's own types: the nodes of a shard, the meaning of numbers, the remedies of
//! refusals.

use {
    crate::Result,
    anchor_lang_idl_spec::{
        IdlDefinedFields, IdlErrorCode, IdlField, IdlRepr, IdlReprModifier, IdlSerialization, IdlType, IdlTypeDef,
        IdlTypeDefTy,
    },
    gpu_market::{
        error::MarketError,
        events::FailureReason,
        state::{
            self, EmissionKind, JobState, JudgeState, MemberState, Node, NodeKind, Outcome, RoundResult,
            RoundState, Tier, Verdict,
        },
    },
    std::mem::offset_of,
};

macro_rules! node_fields {
    ($($name:ident: $ty:ident, $doc:literal;)*) => {
        /// Name, type, meaning and offset of every field of a node.
        const NODE: &[(&str, IdlType, &str, usize)] =
            &[$((stringify!($name), IdlType::$ty, $doc, offset_of!(Node, $name)),)*];
    };
}

node_fields! {
    job: Pubkey, "The job; all zeros in a waiting or lapsed seat.";
    member: Pubkey, "The seat's member; all zeros in a queued job.";
    seq: U64, "Place in line: rises along a list.";
    since: I64, "When the node came to hold what it holds: queued, waiting or assigned since, unix seconds.";
    slot: U64, "Slot of `since`.";
    valid_until: I64, "Until when the seat is valid.";
    rate: U64, "Rate of the job, micro base units per second.";
    min_rate: U64, "Worst rate that the seat accepts.";
    bond: U64, "Bond recorded for the seat.";
    prev: U16, "Index of the node before it in its list; 65535 means none.";
    next: U16, "Index of the node after it in its list or on the free list; 65535 means none.";
    epoch: U16, "The member's epoch when the seat was taken.";
    kind: U8, "See `NodeKind`.";
    from_behind: U8, "One if the seat was taken out of the middle of the line, so that it does not return to its head.";
}

/// The type of a shard's nodes.
pub fn node() -> IdlTypeDef {
    let field = |(name, ty, doc, _): &(&str, IdlType, &str, usize)| IdlField {
        name: (*name).into(),
        docs: vec![(*doc).into()],
        ty: ty.clone(),
    };
    IdlTypeDef {
        name: "Node".into(),
        docs: vec!["One slot of a shard: a job, a seat, or both.".into()],
        serialization: IdlSerialization::Bytemuck,
        repr: Some(IdlRepr::C(IdlReprModifier { packed: false, align: None })),
        generics: Vec::new(),
        ty: IdlTypeDefTy::Struct { fields: Some(IdlDefinedFields::Named(NODE.iter().map(field).collect())) },
    }
}

/// The errors of the IDL are the program's, in its order.
pub fn check_errors(errors: &[IdlErrorCode]) -> Result<()> {
    let same = |(error, of): (&IdlErrorCode, &MarketError)| {
        error.code == of.code() && error.name == of.name() && error.msg.as_deref() == Some(of.rule())
    };
    if errors.len() == MarketError::ALL.len() && errors.iter().zip(MarketError::ALL).all(same) {
        Ok(())
    } else {
        Err("the errors of the IDL are not those of the program".into())
    }
}

/// Bytes of an account's fields, by the program's own type.
pub fn size_of_account(name: &str) -> Option<usize> {
    macro_rules! sizes {
        ($($name:ident),*) => {
            match name { $(stringify!($name) => Some(size_of::<state::$name>()),)* _ => None }
        };
    }
    sizes!(
        Config,
        Treasury,
        Market,
        Terms,
        Shard,
        Client,
        Job,
        Stake,
        Credit,
        Host,
        Member,
        AttestorSet,
        Challenge,
        Gpu,
        RewardPool,
        RewardPosition,
        Emission
    )
}

/// Numbers with names.
pub struct Enumeration {
    pub name: &'static str,
    /// Where it stands.
    pub of: &'static str,
    pub values: Vec<(u64, String)>,
}

/// The numbers that fields of type `u8` and `u32` hold, by the name that their documentation refers to.
pub fn enumerations() -> Vec<Enumeration> {
    fn named<T: std::fmt::Debug>(from: impl Fn(u8) -> Option<T>) -> Vec<(u64, String)> {
        (0..=u8::MAX)
            .filter_map(|value| from(value).map(|variant| (value.into(), format!("{variant:?}"))))
            .collect()
    }
    use NodeKind::*;
    let kinds = [Free, Queued, Waiting, Assigned, Lapsed].map(|kind| (kind as u64, format!("{kind:?}")));
    use FailureReason::*;
    let reasons =
        [Declined, SpecUnavailable, MissedAck, Unfit].map(|reason| (reason as u64, format!("{reason:?}")));
    use {JudgeState as Judge, RoundResult as Result, RoundState as Round};
    let rounds = [Round::Open, Round::Running, Round::Decided].map(|state| (state as u64, format!("{state:?}")));
    let results = [Result::None, Result::Passed, Result::Failed, Result::NoAnswer, Result::Void, Result::Undrawn]
        .map(|result| (result as u64, format!("{result:?}")));
    let judges = [Judge::Drawn, Judge::Committed, Judge::Revealed, Judge::Settled]
        .map(|state| (state as u64, format!("{state:?}")));
    let emissions = [EmissionKind::Stakers, EmissionKind::Hosts].map(|kind| (kind as u64, format!("{kind:?}")));
    [
        ("JobState", "`Job::state`, and `state` in events", named(|value| JobState::from_u8(value).ok())),
        ("Outcome", "`Job::outcome`, and what `finish` is told", named(|value| Outcome::from_u8(value).ok())),
        ("MemberState", "`Member::state`", named(|value| MemberState::from_u8(value).ok())),
        ("Tier", "`Market::tier`", named(|value| Tier::from_u8(value).ok())),
        ("NodeKind", "`Node::kind`", kinds.to_vec()),
        ("FailureReason", "`AssignmentFailed::reason`", reasons.to_vec()),
        ("RoundState", "`Challenge::state`", rounds.to_vec()),
        ("RoundResult", "`Challenge::result`, and `result` in events", results.to_vec()),
        ("JudgeState", "`Judge::state`", judges.to_vec()),
        ("EmissionKind", "`Emission::kind`", emissions.to_vec()),
        ("Verdict", "`Judge::verdict` and `Reading::verdict`", named(|value| Verdict::from_u8(value).ok())),
    ]
    .into_iter()
    .map(|(name, of, values)| Enumeration { name, of, values })
    .collect()
}

#[cfg(test)]
mod tests {
    use {super::*, crate::layout};

    #[test]
    fn the_fields_of_a_node_are_where_the_program_has_them() {
        let node = node();
        let fields = layout::fields(&node, &[]).unwrap();
        for (field, (name, _, _, offset)) in fields.iter().zip(NODE) {
            assert_eq!((field.name.as_str(), field.offset), (*name, *offset));
        }
        assert_eq!(
            layout::size(&IdlType::Defined { name: "Node".into(), generics: vec![] }, std::slice::from_ref(&node)),
            Ok(128)
        );
        assert_eq!(size_of::<Node>(), 128);
    }

    #[test]
    fn every_number_of_an_enumeration_has_a_name() {
        assert!(enumerations().iter().all(|numbers| numbers.values.len() >= 2));
    }
}
