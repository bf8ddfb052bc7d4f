//! Runs every case in Solana's virtual machine and on the host, and compares.
//!
//! selftest-host PROGRAM.so INPUTS
mod machine;
mod random;

use cases::{CASES, INPUT};
use machine::Machine;
use random::Random;

const EDGES: [u64; 16] = [
    0,
    1,
    2,
    7,
    63,
    64,
    127,
    128,
    255,
    0x7fff,
    0xffff_ffff,
    1 << 32,
    i64::MAX as u64,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];

fn input(random: &mut Random) -> [u8; INPUT] {
    let mut out = [0; INPUT];
    for chunk in out.chunks_mut(8) {
        let word = match random.below(8) {
            0..=2 => random.pick(&EDGES),
            3 => random.word() >> random.below(64),
            4 => random.pick(&EDGES).wrapping_neg(),
            5 => (f64::from(random.word() as i32) / 256.0).to_bits(),
            _ => random.word(),
        };
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    out
}

/// What the program returns for a case: its digest and its first results.
fn expected(case: usize, input: &[u8; INPUT]) -> Vec<u8> {
    let sink = cases::run(case, input);
    [&sink.digest.to_le_bytes()[..], &sink.first].concat()
}

fn compare(machine: &Machine, count: usize) -> usize {
    let mut random = Random::new(1);
    let mut failures = [0; CASES.len()];
    for index in 0..count {
        let case = index % CASES.len();
        let input = input(&mut random);
        let want = expected(case, &input);
        let got = machine.run(case as u8, &input);
        if got.as_ref() != Ok(&want) {
            if failures[case] == 0 {
                println!(
                    "{}: input {input:02x?}\n  want {want:02x?}\n  got  {got:02x?}",
                    CASES[case].0
                );
            }
            failures[case] += 1;
        }
    }
    let total = failures.iter().sum();
    println!("{count} inputs of {} cases compared, {total} mismatches", CASES.len());
    for ((name, _), count) in CASES.iter().zip(failures).filter(|(_, count)| *count > 0) {
        println!("  {name}: {count}");
    }
    total
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [program, count] = args.as_slice() else {
        eprintln!("usage: selftest-host PROGRAM.so INPUTS");
        std::process::exit(2);
    };
    let elf = std::fs::read(program).expect("the program");
    let machine = Machine::load(&elf).expect("a program that the loader and the verifier accept");
    let failures = compare(&machine, count.parse().expect("a number"));
    std::process::exit(i32::from(failures > 0));
}
