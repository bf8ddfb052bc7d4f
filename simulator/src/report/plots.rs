//! The plots.

use {
    super::{fairness::find, peers::PAIRS, plural, thousands},
    crate::{
        fairness::Load,
        load::stampede::CROWD,
        results::{Results, SHARDS},
        svg::{Bars, Group, Lines, Series},
    },
};

/// Minutes that the plot of waits reaches to.
const LONGEST_WAIT: u64 = 300;

pub fn all(results: &Results) -> [(&'static str, String); 4] {
    [
        ("throughput-shards.svg", shards(results).svg()),
        ("throughput-stampede.svg", stampede(results).svg()),
        ("throughput-waiting.svg", waiting(results).svg()),
        ("throughput-peers.svg", peers(results).svg()),
    ]
}

fn shards(results: &Results) -> Lines {
    // Those that were measured for all numbers of shards.
    let rows = results.capacity.iter().filter(|row| row.by_shards.len() > SHARDS.len());
    let series = rows.map(|row| Series {
        name: row.name.replace(", a heartbeat each hour", ""),
        points: row
            .by_shards
            .iter()
            .map(|(shards, throughput)| (*shards as u64, throughput.jobs_per_second))
            .collect(),
    });
    Lines {
        title: "Jobs per second that go through, nobody else on the chain".into(),
        x_unit: "shards of the market".into(),
        y_unit: "jobs per second".into(),
        y_per_mark: 1,
        series: series.collect(),
    }
}

fn stampede(results: &Results) -> Bars {
    let groups = results.stampedes.iter().map(|(shards, share, run)| Group {
        name: format!("{}, {share} % left", plural(*shards, "shard")),
        values: [run.joined, run.started, run.settled].map(|phase| Some(phase.ms)).into(),
    });
    Bars {
        title: format!("{0} hosts and {0} jobs at the same moment", thousands(CROWD as u64)),
        unit: "milliseconds from the first transaction to the last".into(),
        names: ["all have a seat", "all have started", "all are settled"].map(String::from).into(),
        groups: groups.collect(),
    }
}

fn waiting(results: &Results) -> Lines {
    let shown = [
        ("one line", Load::Even, 1, false),
        ("16, even", Load::Even, 16, true),
        ("4, skewed, moved", Load::Skewed, 4, true),
        ("16, skewed, moved", Load::Skewed, 16, true),
        ("16, skewed, not moved", Load::Skewed, 16, false),
    ];
    let series = shown.into_iter().filter_map(|(name, load, shards, rebalance)| {
        let waits = find(results, load, shards, rebalance)?;
        let points = (0..=LONGEST_WAIT).step_by(5).map(|minute| (minute, waits.within(minute * 60)));
        Some(Series { name: name.into(), points: points.collect() })
    });
    Lines {
        title: "How many jobs are matched within how long".into(),
        x_unit: "minutes from post to match".into(),
        y_unit: "percent of all jobs".into(),
        y_per_mark: 100,
        series: series.collect(),
    }
}

fn peers(results: &Results) -> Bars {
    let groups = PAIRS.iter().map(|pair| {
        let ours = [pair.empty, pair.full].map(|sample| Some(results.costs.of(sample).alone_cu));
        let theirs = [pair.peer.map(|step| step.cu), pair.peer.map(|step| step.full_cu)];
        Group { name: pair.name.into(), values: ours.into_iter().chain(theirs).collect() }
    });
    Bars {
        title: "Compute units of a job's steps".into(),
        unit: "compute units".into(),
        names: ["here", "here, full queue", "Nosana", "Nosana, 300 in line"].map(String::from).into(),
        groups: groups.collect(),
    }
}
