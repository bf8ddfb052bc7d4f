//! Runs the chain of a class on the first GPU and checks it as an attestor does.
//!
//! `cargo run --release -p gpu-market-benchmark --features cuda --example run_class -- h100`

#![allow(clippy::print_stdout)]

use {
    gpu_market_benchmark::{
        attestor::Verifier,
        backend::{Backend, Cuda},
        error::Result,
        host, opening,
        seed::{Identity, Seed},
        size::Class,
    },
    std::time::Instant,
};

fn main() -> Result<()> {
    let class: Class = std::env::args().nth(1).unwrap_or_else(|| Class::H100.name().into()).parse()?;
    let (size, challenge) = (class.size(), [9; 32]);
    let seed = || Seed::draw(&[7; 32], &Identity { host: [1; 32], member: [2; 32], gpu: 0 });
    let mut cuda = Cuda::new(0)?;
    let answer = host::run(seed(), size, &mut cuda, &mut |_| ())?;
    println!(
        "{class} on {}: {:.1} s for {} steps, {:.3e} operations a second",
        cuda.name(),
        answer.elapsed().as_secs_f64(),
        size.steps(),
        answer.score()? as f64
    );
    let steps = opening::sample(&challenge, &answer.root(), size);
    let begin = Instant::now();
    let openings = steps.iter().map(|&step| answer.open(&mut cuda, step)).collect::<Result<Vec<_>>>()?;
    println!("{} openings: {:.1} s", openings.len(), begin.elapsed().as_secs_f64());
    let begin = Instant::now();
    let mut verifier = Verifier::new(seed(), size, answer.root(), challenge, &answer.start_path()?)?;
    for opening in &openings {
        verifier.check(opening)?;
    }
    verifier.finish()?;
    let (checked, ran) = (begin.elapsed().as_secs_f64(), answer.elapsed().as_secs_f64());
    println!("checked in {checked:.1} s, {:.2} % of the host's time", 100.0 * checked / ran);
    Ok(())
}
