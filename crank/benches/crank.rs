//! The crank's loop with 10,000 live jobs: `cargo bench -p gpu-market-crank`. Before the times it prints the memory that
//! index and deadlines take.

mod scene;

use {
    criterion::{BatchSize, Criterion, criterion_group},
    gpu_market_sdk::gpu_market::{
        queue::Queue,
        state::{Job, JobState},
    },
    scene::{EARLY, LATE, Scene, data, job, key, now},
    stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc},
    std::{alloc::System, hint::black_box},
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn loop_of_the_crank(criterion: &mut Criterion) {
    let scene = Scene::new();
    let mut built = scene.planner();
    assert_eq!((built.index().jobs(), built.due(now(EARLY)), built.waiting()), (10_000, 0, 10_000));

    let mut group = criterion.benchmark_group("10,000 live jobs");
    group.sample_size(10);
    group.bench_function("build the index and all deadlines", |bencher| {
        bencher.iter(|| black_box(scene.planner()).due(now(EARLY)));
    });
    group.sample_size(100);
    group.bench_function("a tick in which nothing is due", |bencher| {
        bencher.iter(|| built.plan(black_box(now(EARLY)), 16));
    });
    // Two versions of a job, in turn, so that every update is one.
    let versions = [0, 60].map(|seconds| {
        let running = job(7, JobState::Running);
        data(&Job { last_at: running.last_at + seconds, evidenced: 60, ..running })
    });
    let mut turn = 0;
    group.bench_function("a job that changed, and the tick after it", |bencher| {
        bencher.iter(|| {
            turn = 1 - turn;
            built.apply(key(3, 7), Some(black_box(&versions[turn]))).expect("a job");
            built.plan(now(EARLY), 16)
        });
    });
    let mut changed = Scene::new();
    let (_, shard, nodes) = &mut changed.shard;
    let head = shard.job_head;
    Queue { shard, nodes }.remove_job(head).expect("a job in line");
    let versions = [scene.shard_data(), changed.shard_data()];
    group.bench_function("a shard of 8,192 nodes of which two changed, and the tick after it", |bencher| {
        bencher.iter(|| {
            turn = 1 - turn;
            built.apply(key(6, 0), Some(black_box(&versions[turn]))).expect("a shard");
            built.plan(now(EARLY), 16)
        });
    });
    group.sample_size(10);
    let mut due = scene.planner();
    assert_eq!(due.due(now(LATE)), 6_000);
    group.bench_function("a tick in which 16 of 6,000 due actions are sent", |bencher| {
        bencher.iter_batched_ref(|| due.clone(), |planner| planner.plan(now(LATE), 16), BatchSize::LargeInput);
    });
    group.finish();
}

criterion_group!(benches, loop_of_the_crank);

fn print_memory() {
    let scene = Scene::new();
    let region = Region::new(ALLOCATOR);
    let mut planner = scene.planner();
    planner.due(now(EARLY));
    let change = region.change();
    let held = change.bytes_allocated.saturating_sub(change.bytes_deallocated);
    println!("{} accounts, {} jobs: {held} bytes held", planner.index().len(), planner.index().jobs());
}

fn main() {
    print_memory();
    benches();
    Criterion::default().configure_from_args().final_summary();
}
