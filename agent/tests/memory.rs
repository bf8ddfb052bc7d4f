//! What an agent takes of this machine. The only test of its process, whose memory it measures.

#[allow(dead_code)]
#[path = "embedded/stage.rs"]
mod stage;

use {
    crate::stage::{Stage, finish_work, settle},
    gpu_market_sdk::gpu_market::state::JobState,
};

/// Kibibytes that this process holds in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// What the process grows by from before an agent is opened until it has run twenty jobs, the embedded chain's own growth
/// included. With `--nocapture`, it prints the figure.
#[tokio::test]
async fn an_agent_takes_less_than_fifty_megabytes() {
    let mut stage = Stage::new();
    let before = resident();
    let mut agent = stage.agent();
    for _ in 0..20 {
        let job = stage.post("seq 1 100").await;
        settle(&mut agent).await;
        finish_work(&mut agent).await;
        assert_eq!(stage.state_of(&job), JobState::Completed);
    }
    let grown = resident().saturating_sub(before);
    println!("an agent took {grown} KiB");
    assert!(grown < 50_000, "{grown} KiB");
}
