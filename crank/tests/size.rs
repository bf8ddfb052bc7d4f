//! What 10,000 live jobs take, in bytes. It is alone in its file, because whatever else runs would be counted too.

#[path = "../benches/scene/mod.rs"]
mod scene;

use {
    gpu_market_sdk::gpu_market::state::{Job, JobState},
    scene::{EARLY, Scene, data, job, key, now},
    stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc},
    std::alloc::System,
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn ten_thousand_live_jobs_are_held_in_64_mb_and_a_tick_with_one_change_touches_next_to_nothing_of_them() {
    let scene = Scene::new();
    let region = Region::new(ALLOCATOR);
    let mut planner = scene.planner();
    assert_eq!(planner.due(now(EARLY)), 0);
    let held = region.change();
    let held = held.bytes_allocated.saturating_sub(held.bytes_deallocated);
    assert_eq!((planner.index().jobs(), planner.waiting()), (10_000, 10_000));
    assert!(held < 64_000_000, "{held} bytes");

    let running = job(7, JobState::Running);
    let changed = data(&Job { last_at: running.last_at + 60, evidenced: 60, ..running });
    let region = Region::new(ALLOCATOR);
    planner.apply(key(3, 7), Some(&changed)).expect("a job");
    assert_eq!(planner.plan(now(EARLY), 16), []);
    // A look at each job would take an allocation for each, of what it has read, at the least.
    let tick = region.change();
    assert!(tick.allocations < 100 && tick.bytes_allocated < 64_000, "{tick:?}");
    assert_eq!((planner.index().jobs(), planner.waiting()), (10_000, 10_000));
}
