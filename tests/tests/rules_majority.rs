//! What a panel decides, for panels of every size and whatever it says, against a reference that is as plain as it can be.

mod grounds;

use {
    gpu_market::{
        constants::{ATTESTOR_ABSENT_BPS, ATTESTOR_SLASH_BPS, HOST_GRACE, MAX_PANEL},
        state::{JudgeSettled, Reading, RoundResult, SetParams, Verdict},
    },
    grounds::*,
    proptest::prelude::*,
    std::collections::BTreeMap,
};

/// What one attestor does.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Absent,
    Hides(Reading),
    Reveals(Reading),
}

/// Readings from so few different ones that majorities come about, near majorities too.
fn reading() -> impl Strategy<Value = Reading> {
    let pass = (0..3u8, 0..5u8, prop_oneof![0..=1_100u32, any::<u32>()], any::<u32>()).prop_map(
        |(which, other, score, vram)| {
            let mut reading = Reading { score, vram, result: [5; 32], ..Round::new(1).passing(0) };
            match (which, other) {
                (0, _) | (_, 0) => {}
                (_, 1) => reading.result = [which; 32],
                (_, 2) => reading.gpu_root = [which; 32],
                (_, 3) => reading.gpus += u16::from(which),
                _ => (reading.result, reading.gpu_root) = ([6; 32], [6; 32]),
            }
            reading
        },
    );
    prop_oneof![6 => pass, 1 => Just(Round::failing())]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        1 => Just(Deed::Absent),
        1 => reading().prop_map(Deed::Hides),
        10 => reading().prop_map(Deed::Reveals),
    ]
}

/// Deeds of a panel that mostly says the same, or says anything.
fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    (1..=MAX_PANEL, any::<bool>(), reading()).prop_flat_map(|(panel, agrees, common)| {
        let common = (0..=1_100u32, any::<u32>()).prop_map(move |(score, vram)| {
            let passes = common.verdict == Verdict::Pass as u8;
            Deed::Reveals(if passes { Reading { score, vram, ..common } } else { common })
        });
        prop::collection::vec(prop_oneof![u32::from(agrees) * 4 + 1 => common, 2 => deed()], panel)
    })
}

/// All that is compared of what a round comes to.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    result: RoundResult,
    verdict: u8,
    score: u32,
    vram: u32,
    settled: Vec<JudgeSettled>,
}

/// The lower median, by sorting.
fn median(mut values: Vec<u32>) -> u32 {
    values.sort_unstable();
    values[(values.len() - 1) / 2]
}

/// What the rules say, by counting every group of equal readings.
fn reference(deeds: &[Deed], quorum: usize, claim: &Reading, opens: bool) -> Outcome {
    let said = |reading: &Reading| (reading.verdict, reading.gpus, reading.result, reading.gpu_root);
    let mut groups: BTreeMap<_, Vec<Reading>> = BTreeMap::new();
    for deed in deeds {
        if let Deed::Reveals(reading) = deed {
            groups.entry(said(reading)).or_default().push(*reading);
        }
    }
    let majority = groups.into_iter().find(|(_, group)| group.len() >= quorum);
    let slash = |bps: u16| JudgeSettled { pay: 0, slash: BOND * u64::from(bps) / 10_000 };
    let share = majority.as_ref().map_or(0, |(_, group)| FEE / group.len() as u64);
    let settled = deeds
        .iter()
        .map(|deed| match (deed, &majority) {
            (Deed::Absent, _) => slash(ATTESTOR_ABSENT_BPS),
            (Deed::Hides(_), _) => slash(ATTESTOR_SLASH_BPS),
            (Deed::Reveals(_), None) => JudgeSettled::default(),
            (Deed::Reveals(reading), Some((agreed, _))) if said(reading) == *agreed => {
                JudgeSettled { pay: share, slash: 0 }
            }
            (Deed::Reveals(_), Some(_)) => slash(ATTESTOR_SLASH_BPS),
        })
        .collect();
    let Some((agreed, group)) = majority else {
        return Outcome { result: RoundResult::Void, verdict: 0, score: 0, vram: 0, settled };
    };
    let score = median(group.iter().map(|reading| reading.score).collect());
    let vram = median(group.iter().map(|reading| reading.vram).collect());
    let result = if agreed.0 == Verdict::Fail as u8 {
        RoundResult::Failed
    } else if !opens {
        RoundResult::NoAnswer
    } else if agreed == said(claim) && score >= 900 {
        RoundResult::Passed
    } else {
        RoundResult::Failed
    };
    Outcome { result, verdict: agreed.0, score, vram, settled }
}

/// What the program's rules come to, step by step as everybody takes them.
fn decided(deeds: &[Deed], quorum: usize, opens: bool) -> Outcome {
    let panel = deeds.len() as u8;
    let params = SetParams { panel, quorum: quorum as u8, ..set_params() };
    let mut round = Round::of(MAX_PANEL as u8, &params).open();
    round.wait(5);
    round.try_draw([7; 32]).expect("a draw");
    round.commit_answer().expect("in time");
    let given: Vec<_> = round.panel().into_iter().zip(deeds).collect();
    for (place, deed) in &given {
        if let Deed::Hides(reading) | Deed::Reveals(reading) = deed {
            round.commit(*place, reading).expect("in time");
        }
    }
    round.wait(round.challenge.reading_deadline().expect("a time") + 1 - round.now.unix);
    for (place, deed) in &given {
        if let Deed::Reveals(reading) = deed {
            round.reveal(*place, reading).expect("as committed");
        }
    }
    round.wait(round.challenge.reveal_deadline().expect("a time") + 1 - round.now.unix);
    if opens {
        round.open_answer().expect("as committed");
    } else {
        round.wait(round.challenge.opening_deadline().expect("a time") + HOST_GRACE + 1 - round.now.unix);
    }
    let result = round.decide().expect("everything is over");
    let settled = round.settle_all();
    let challenge = &round.challenge;
    Outcome { result, verdict: challenge.verdict, score: challenge.score, vram: challenge.vram, settled }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn majority_and_medians_are_those_that_counting_and_sorting_find(
        deeds in deeds(), above in 0..=MAX_PANEL, opens in any::<bool>(),
    ) {
        // Any quorum from just above a half to all.
        let least = deeds.len() / 2 + 1;
        let quorum = (least + above % (deeds.len() - least + 1)).min(deeds.len());
        let claim = Round::new(1).passing(0);
        prop_assert_eq!(decided(&deeds, quorum, opens), reference(&deeds, quorum, &claim, opens));
    }
}

#[test]
fn every_split_of_a_panel_into_two_camps_in_every_order_is_decided_by_counting() {
    let claim = Round::new(1).passing(950);
    let other = Reading { result: [9; 32], ..claim };
    for panel in 1..=9usize {
        for camps in 0..1u32 << panel {
            let deeds: Vec<_> =
                (0..panel).map(|at| Deed::Reveals(if camps >> at & 1 == 1 { claim } else { other })).collect();
            let quorum = panel / 2 + 1;
            assert_eq!(decided(&deeds, quorum, true), reference(&deeds, quorum, &claim, true), "{camps:b}");
        }
    }
}
