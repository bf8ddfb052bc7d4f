//! The same steps at a peer.

use {
    super::{table, thousands},
    crate::{
        costs::{Cost, Sample},
        peers::{DELIST, FINISH, FIXED_UNITS, GLOBAL, LIST, QUEUE, RENT, SOURCE, Step, WORK},
        results::Results,
        rules::{ACCOUNT_PERCENT, MARGIN_PERCENT, UNITS_PER_SECOND},
    },
    std::fmt::Write,
};

/// A step of a job here and there.
pub struct Pair {
    pub name: &'static str,
    pub empty: Sample,
    pub full: Sample,
    pub peer: Option<Step>,
}

/// The steps that both are compared by.
pub const PAIRS: [Pair; 5] = [
    Pair { name: "post", empty: Sample::PostQueued, full: Sample::PostFull, peer: Some(LIST) },
    Pair { name: "match", empty: Sample::JoinMatched, full: Sample::JoinFull, peer: Some(WORK) },
    Pair { name: "start", empty: Sample::Start, full: Sample::StartFull, peer: None },
    Pair { name: "finish", empty: Sample::Finish, full: Sample::FinishFull, peer: Some(FINISH) },
    Pair { name: "cancel in the middle", empty: Sample::Cancel, full: Sample::CancelMiddle, peer: Some(DELIST) },
];

pub fn write(text: &mut String, results: &Results) {
    let full = results.costs.of(Sample::PostFull).nodes;
    let _ = writeln!(
        text,
        "\n## A peer\n\nNosana's programs have a job queue on this chain, and [public source]({SOURCE}). They were built from it with the toolchain that \
         ours is built with, and executed in the same embedded chain, in November 2026; their figures are copied here, not measured \
         again. Ours are of the instruction alone, as theirs. Full is {} nodes here and 300 of {QUEUE} \
         entries there; *delist* with a full queue is of its last. A dash: not recorded. Other peers match off the chain or on chains of their \
         own, so their steps have no counterpart here.\n\n\
         ![Compute units here and there](throughput-peers.svg)",
        thousands(full)
    );
    let recorded = |value: Option<u64>| value.map_or("–".into(), thousands);
    let rows = PAIRS.iter().map(|pair| {
        let (empty, full) = (results.costs.of(pair.empty), results.costs.of(pair.full));
        let ours = [empty.alone_cu, full.alone_cu, empty.alone_bytes, empty.shards].map(thousands);
        let theirs = pair.peer.map_or_else(
            || ["bills from the match".into(), "".into(), "".into(), "".into()],
            |step| {
                let name = format!("{} (`{}`)", thousands(step.cu), step.name);
                [name, thousands(step.full_cu), recorded(step.bytes), recorded(step.shared)]
            },
        );
        let [cu, full, bytes, shared] = ours;
        let [peer_cu, peer_full, peer_bytes, peer_shared] = theirs;
        [pair.name.into(), cu, full, bytes, shared, peer_cu, peer_full, peer_bytes, peer_shared]
    });
    let heads = ["", "CU", "CU, full", "bytes", "shared locks", "peer's CU", "full", "bytes", "shared locks"];
    table(text, heads, rows);
    totals(text, results);
}

/// A whole job, rent, and how often the hottest account can be written.
fn totals(text: &mut String, results: &Results) {
    let job = PAIRS.iter().filter(|pair| pair.name != "cancel in the middle");
    let sums = job.fold([0; 4], |[empty, full, peer, peer_full], pair| {
        [
            empty + results.costs.of(pair.empty).alone_cu,
            full + results.costs.of(pair.full).alone_cu,
            peer + pair.peer.map_or(0, |step| step.cu),
            peer_full + pair.peer.map_or(0, |step| step.full_cu),
        ]
    });
    let [empty, full, peer, peer_full] = sums.map(thousands);
    let post: &Cost = results.costs.of(Sample::PostQueued);
    let per_second = UNITS_PER_SECOND * ACCOUNT_PERCENT / 100;
    let units = |cu: u64| cu * (100 + MARGIN_PERCENT) / 100 + FIXED_UNITS;
    let _ = writeln!(
        text,
        "\n- A job's {} steps: {empty} CU here, {full} with a full queue; {peer} and {peer_full} there, for three.\n\
         - Rent of a job: {} lamports here, at the embedded chain's rate, back when it closes; {} there, for two accounts, at the rate \
         of the day.\n\
         - Every posting there writes {GLOBAL} accounts that all markets share. By the rules above, with {} units beside its compute \
         units and the same margin, all its markets together post at most about {} jobs a second, and {} with a full queue. Here the \
         limit is that of one shard, {} a second.",
        PAIRS.len() - 1,
        thousands(post.rent_lamports),
        thousands(RENT),
        thousands(FIXED_UNITS),
        thousands(per_second / units(LIST.cu)),
        thousands(per_second / units(LIST.full_cu)),
        thousands(results.capacity[0].of(1).map_or(0, |one| one.jobs_per_second)),
    );
}
