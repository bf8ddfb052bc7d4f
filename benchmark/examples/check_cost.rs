//! What checking costs beside computing, in multiplications and in time on this CPU, for every class.
//!
//! `cargo run --release -p gpu-market-benchmark --example check_cost`

#![allow(clippy::print_stdout)]

use {
    gpu_market_benchmark::{
        attestor::Verifier,
        backend::{Backend, Cpu, Simd},
        chain::Chain,
        error::{Error, Result},
        host,
        opening::{self, Opening},
        seed::{Identity, Seed},
        size::{Class, Size},
    },
    std::{
        sync::Arc,
        time::{Duration, Instant},
    },
};

/// Steps of a shortened chain of the GPU classes' dimension: few enough for a CPU, enough for the rule of 2 %.
const SHORT_STEPS: u32 = 2;

fn main() -> Result<()> {
    println!("class       n     steps  open  host mult.  check mult.      ratio     opening");
    for class in Class::ALL {
        let size = class.size();
        let (host, check) = (size.host_multiplications(), size.check_multiplications());
        println!(
            "{:<9} {:>5} {:>8} {:>5} {:>11.2e} {:>12.2e} {:>9.5} % {:>7.1} MiB",
            class.name(),
            size.dimension(),
            size.steps(),
            size.openings(),
            host as f64,
            check as f64,
            100.0 * check as f64 / host as f64,
            Opening::encoded_length(size) as f64 / f64::from(1 << 20),
        );
    }
    println!();
    whole_round(Class::Test.size())?;
    whole_round(Size::new(1_024, 64, 8)?)?;
    one_step_of_the_gpu_classes()?;
    println!();
    println!("chance to catch a chain of which a share of the steps is false:");
    for fraction in [0.05, 0.1, 0.25, 0.5] {
        let chances = [Class::Test, Class::Rtx4090].map(|class| 100.0 * class.size().detection(fraction));
        println!(
            "{:>4.0} % false: {:>7.3} % with 8 openings, {:>7.3} % with 16",
            100.0 * fraction,
            chances[0],
            chances[1]
        );
    }
    println!();
    println!("A checked answer shows that somebody who holds it computed at least this fast, within the deadline.");
    println!(
        "It does not show that the GPU is in the host's machine, that it is not rented, which model it is, or"
    );
    println!("how much memory it has.");
    Ok(())
}

fn seed() -> Seed {
    Seed::draw(&[7; 32], &Identity { host: [1; 32], member: [2; 32], gpu: 0 })
}

/// Runs and checks a chain from beginning to end.
fn whole_round(size: Size) -> Result<()> {
    let mut cpu = Cpu::<Simd>::new();
    let answer = host::run(seed(), size, &mut cpu, &mut |_| ())?;
    let (challenge, start_path) = ([9; 32], answer.start_path()?);
    let steps = opening::sample(&challenge, &answer.root(), size);
    let openings = steps.iter().map(|&step| answer.open(&mut cpu, step)).collect::<Result<Vec<_>>>()?;
    let begin = Instant::now();
    let mut verifier = Verifier::new(seed(), size, answer.root(), challenge, &start_path)?;
    for opening in &openings {
        verifier.check(opening)?;
    }
    let tally = verifier.finish()?;
    let checked = begin.elapsed();
    println!(
        "n {}, {} steps, {}: {:.1}e9 operations/s; host {:.1?}, check {checked:.1?}, {:.2} % of the time; counted {:.3} %",
        size.dimension(),
        size.steps(),
        cpu.name(),
        answer.score()? as f64 / 1e9,
        answer.elapsed(),
        percent(checked, answer.elapsed()),
        100.0 * tally.multiplications as f64 / size.host_multiplications() as f64,
    );
    Ok(())
}

/// Times one step and the check of one opening at dimension 4,096, and puts them in proportion for each class.
fn one_step_of_the_gpu_classes() -> Result<()> {
    let size = Size::new(4_096, SHORT_STEPS, 1)?;
    let chain = Arc::new(Chain::new(seed(), size));
    let mut cpu = Cpu::<Simd>::new();
    cpu.load(Arc::clone(&chain), 0, &chain.start())?;
    let begin = Instant::now();
    cpu.advance(1)?;
    let step = begin.elapsed();

    let answer = host::run(seed(), size, &mut cpu, &mut |_| ())?;
    let challenge = [9; 32];
    let opened = opening::sample(&challenge, &answer.root(), size);
    let opening = answer.open(&mut cpu, *opened.first().ok_or(Error::NotLoaded)?)?;
    let begin = Instant::now();
    let mut verifier = Verifier::new(seed(), size, answer.root(), challenge, &answer.start_path()?)?;
    let prepared = begin.elapsed();
    verifier.check(&opening)?;
    let check = begin.elapsed().saturating_sub(prepared);
    verifier.finish()?;

    println!(
        "n 4096 on this CPU: a step {step:.1?}, preparing a check {prepared:.1?}, checking an opening {check:.1?}"
    );
    for class in Class::ALL.into_iter().filter(|class| class.size().dimension() == 4_096) {
        let size = class.size();
        let (host, check) = (step * size.steps(), prepared + check * size.openings());
        println!(
            "{:<9} host {host:.0?} were it this CPU (projected), check {check:.1?}, {:.4} % of the time",
            class.name(),
            percent(check, host)
        );
    }
    Ok(())
}

fn percent(part: Duration, whole: Duration) -> f64 {
    100.0 * part.as_secs_f64() / whole.as_secs_f64()
}
