//! Whole rounds: honest answers pass at 2 % of the work, and each way to cheat is refused by its name.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use {
    gpu_market_benchmark::{
        attestor::{self, Tally},
        backend::{Backend, Cpu, Simd},
        chain::{self, Chain},
        error::{Error, Result},
        host::{self, Answer},
        matrix::{Digest, Product, State},
        merkle::{self, Tree},
        opening::{self, Opening},
        seed::{Identity, Seed},
        size::{Class, Size},
    },
    std::sync::{Arc, OnceLock},
};

const BEACON: [u8; 32] = [7; 32];
const CHALLENGE: [u8; 32] = [9; 32];
const HOST: Identity = Identity { host: [1; 32], member: [2; 32], gpu: 0 };

fn size() -> Size {
    Class::Test.size()
}

fn seed() -> Seed {
    Seed::draw(&BEACON, &HOST)
}

/// An honest answer and its openings; computed once.
fn honest() -> &'static (Answer, Vec<Opening>) {
    static HONEST: OnceLock<(Answer, Vec<Opening>)> = OnceLock::new();
    HONEST.get_or_init(|| {
        let mut cpu = Cpu::<Simd>::new();
        let answer = host::run(seed(), size(), &mut cpu, &mut |_| ()).unwrap();
        let steps = opening::sample(&CHALLENGE, &answer.root(), size());
        let openings = steps.iter().map(|&step| answer.open(&mut cpu, step).unwrap()).collect();
        (answer, openings)
    })
}

fn check(openings: Vec<Opening>) -> Result<Tally> {
    let answer = &honest().0;
    attestor::verify(seed(), size(), answer.root(), CHALLENGE, &answer.start_path().unwrap(), openings)
}

/// The refusal of the honest openings after one change.
fn refusal(change: impl FnOnce(&mut Vec<Opening>)) -> Error {
    let mut openings = honest().1.clone();
    change(&mut openings);
    check(openings).unwrap_err()
}

/// A cheater's chain: states that it made up, committed to as they are, and the openings of its sampled steps.
fn forged(states: &[State], product: impl Fn(&Chain, &State) -> Product) -> Result<Tally> {
    let (seed, size) = (seed(), size());
    let chain = Chain::new(seed, size);
    let digests: Vec<Digest> = states.iter().map(State::digest).collect();
    let tree = Tree::new(&seed, size, &digests)?;
    let openings = opening::sample(&CHALLENGE, &tree.root(), size).into_iter().map(|step| Opening {
        step,
        state: states[step as usize].clone(),
        product: product(&chain, &states[step as usize]),
        path: tree.path(step).unwrap(),
        next_path: tree.path(step + 1).unwrap(),
    });
    attestor::verify(seed, size, tree.root(), CHALLENGE, &tree.path(0)?, openings)
}

fn true_product(chain: &Chain, state: &State) -> Product {
    Product::new(64, chain::multiply(chain.weights(), state)).unwrap()
}

#[test]
fn an_honest_answer_passes_at_less_than_two_percent_of_the_work() {
    let tally = check(honest().1.clone()).unwrap();
    assert_eq!(tally.multiplications, size().check_multiplications());
    assert!(tally.multiplications * 50 <= size().host_multiplications());
    assert_eq!(tally.hashed_bytes, 64 * 64 * (1 + 6 * 8));
    assert!(honest().0.score().unwrap() > 0);
}

#[test]
fn every_class_is_checked_at_less_than_two_percent_of_the_work() {
    for class in Class::ALL {
        let size = class.size();
        assert!(size.check_multiplications() * 50 <= size.host_multiplications(), "{class}");
    }
}

#[test]
fn progress_rises_to_the_last_step() {
    let mut seen = Vec::new();
    let size = Size::new(64, 150, 8).unwrap();
    host::run(seed(), size, &mut Cpu::<Simd>::new(), &mut |progress| seen.push(progress.done)).unwrap();
    assert!(seen.is_sorted_by(|before, after| before < after));
    assert_eq!((seen.len(), seen.last()), (50, Some(&150)));
}

#[test]
fn an_opening_survives_its_bytes() {
    for opening in &honest().1 {
        assert_eq!(Opening::from_bytes(size(), &opening.to_bytes()).as_ref(), Ok(opening));
    }
}

#[test]
fn a_truncated_or_lengthened_opening_is_refused() {
    let bytes = honest().1[0].to_bytes();
    let expected = bytes.len();
    for actual in [0, 3, 4, 64 * 64, expected - 1, expected + 1] {
        let bytes = bytes.iter().copied().chain([0]).take(actual).collect::<Vec<_>>();
        assert_eq!(Opening::from_bytes(size(), &bytes), Err(Error::Length { expected, actual }));
    }
}

#[test]
fn an_answer_replayed_by_another_host_or_in_another_round_is_refused() {
    let (answer, openings) = honest();
    for seed in [
        Seed::draw(&BEACON, &Identity { host: [8; 32], ..HOST }),
        Seed::draw(&BEACON, &Identity { member: [8; 32], ..HOST }),
        Seed::draw(&BEACON, &Identity { gpu: 1, ..HOST }),
        Seed::draw(&[8; 32], &HOST),
    ] {
        let path = answer.start_path().unwrap();
        let checked = attestor::verify(seed, size(), answer.root(), CHALLENGE, &path, openings.clone());
        assert_eq!(checked, Err(Error::WrongStart));
    }
}

#[test]
fn a_chain_that_does_not_begin_with_the_seeds_state_is_refused() {
    let states = vec![State::new(64, vec![0; 64 * 64]).unwrap(); 65];
    assert_eq!(forged(&states, true_product), Err(Error::WrongStart));
}

#[test]
fn a_flipped_bit_of_a_state_is_refused() {
    let step = honest().1[3].step;
    assert_eq!(refusal(|openings| openings[3].state.cells_mut()[100] ^= 1), Error::NotCommitted { state: step });
}

#[test]
fn a_flipped_bit_of_a_product_is_refused() {
    let step = honest().1[3].step;
    for bit in [0, 15, 31] {
        let refused = refusal(|openings| openings[3].product.cells_mut()[100] ^= (1_u32 << bit).cast_signed());
        assert_eq!(refused, Error::WrongProduct { step });
    }
}

#[test]
fn a_step_that_was_not_computed_is_refused() {
    // Every state is made up but the first.
    let chain = Chain::new(seed(), size());
    let made_up = (1..=64).map(|cell| State::new(64, vec![cell; 64 * 64]).unwrap());
    let states: Vec<_> = [chain.start()].into_iter().chain(made_up).collect();
    let refused = forged(&states, true_product).unwrap_err();
    assert!(matches!(refused, Error::NotCommitted { .. }), "{refused}");
    // Nor does a made-up product help.
    let refused = forged(&states, |_, _| Product::new(64, vec![0; 64 * 64]).unwrap()).unwrap_err();
    assert!(matches!(refused, Error::WrongProduct { .. }), "{refused}");
}

#[test]
fn a_skipped_a_repeated_and_a_swapped_opening_are_refused() {
    let steps: Vec<_> = honest().1.iter().map(|opening| opening.step).collect();
    let unexpected = |position, actual| Error::UnexpectedStep { position, expected: steps[position], actual };
    assert_eq!(refusal(|openings| drop(openings.remove(2))), unexpected(2, steps[3]));
    assert_eq!(refusal(|openings| openings[1] = openings[0].clone()), unexpected(1, steps[0]));
    assert_eq!(refusal(|openings| openings.swap(0, 1)), unexpected(0, steps[1]));
    assert_eq!(refusal(|openings| drop(openings.pop())), Error::OpeningCount { expected: 8, actual: 7 });
    assert_eq!(refusal(Vec::clear), Error::OpeningCount { expected: 8, actual: 0 });
    let twice = refusal(|openings| openings.push(openings[7].clone()));
    assert_eq!(twice, Error::OpeningCount { expected: 8, actual: 9 });
}

#[test]
fn an_opening_under_another_steps_number_is_refused() {
    let steps: Vec<_> = honest().1.iter().map(|opening| opening.step).collect();
    let refused = refusal(|openings| {
        openings[0] = Opening { step: steps[0], ..openings[1].clone() };
    });
    assert_eq!(refused, Error::NotCommitted { state: steps[0] });
}

#[test]
fn wrong_paths_are_refused() {
    let step = honest().1[0].step;
    assert_eq!(refusal(|openings| openings[0].path[2][0] ^= 1), Error::NotCommitted { state: step });
    assert_eq!(refusal(|openings| openings[0].next_path[2][0] ^= 1), Error::NotCommitted { state: step + 1 });
    let expected = merkle::depth(size());
    let length = |state, actual| Error::PathLength { state, expected, actual };
    assert_eq!(refusal(|openings| openings[0].path.clear()), length(step, 0));
    assert_eq!(refusal(|openings| openings[0].path.push([0; 32])), length(step, expected + 1));
    assert_eq!(refusal(|openings| openings[0].next_path.truncate(expected - 1)), length(step + 1, expected - 1));
    let (answer, openings) = honest();
    let checked = attestor::verify(seed(), size(), answer.root(), CHALLENGE, &[], openings.clone());
    assert_eq!(checked, Err(length(0, 0)));
}

#[test]
fn wrong_dimensions_are_refused() {
    let step = honest().1[0].step;
    let wrong = Error::WrongDimension { step, expected: 64, actual: 32 };
    let small = State::new(32, vec![0; 32 * 32]).unwrap();
    assert_eq!(refusal(|openings| openings[0].state = small), wrong);
    let small = Product::new(32, vec![0; 32 * 32]).unwrap();
    assert_eq!(refusal(|openings| openings[0].product = small), wrong);
}

#[test]
fn a_shortened_or_lengthened_chain_is_refused() {
    for (steps, openings) in [(32, 6), (63, 8), (65, 8), (200, 8)] {
        let other = Size::new(64, steps, openings).unwrap();
        let answer = host::run(seed(), other, &mut Cpu::<Simd>::new(), &mut |_| ()).unwrap();
        let path = answer.start_path().unwrap();
        let refused = attestor::verify(seed(), size(), answer.root(), CHALLENGE, &path, []).unwrap_err();
        assert!(matches!(refused, Error::WrongStart | Error::PathLength { state: 0, .. }), "{refused}");
    }
}

#[test]
fn an_answer_to_another_challenge_is_refused() {
    let (answer, openings) = honest();
    let path = answer.start_path().unwrap();
    let checked = attestor::verify(seed(), size(), answer.root(), [1; 32], &path, openings.clone());
    assert!(matches!(checked, Err(Error::UnexpectedStep { .. })), "{checked:?}");
}

/// A backend whose second run gives something else, as a GPU with too high clocks does.
struct Flaky(Cpu<Simd>, bool);

impl Backend for Flaky {
    fn name(&self) -> String {
        self.0.name()
    }
    fn load(&mut self, chain: Arc<Chain>, step: u32, state: &State) -> Result<()> {
        let mut state = state.clone();
        state.cells_mut()[0] ^= i8::from(self.1);
        self.1 = true;
        self.0.load(chain, step, &state)
    }
    fn advance(&mut self, steps: u32) -> Result<Vec<Digest>> {
        self.0.advance(steps)
    }
    fn state(&mut self) -> Result<State> {
        self.0.state()
    }
    fn product(&mut self) -> Result<Product> {
        self.0.product()
    }
}

#[test]
fn a_host_learns_that_its_device_miscalculates_before_it_sends_an_opening() {
    let mut flaky = Flaky(Cpu::new(), false);
    let answer = host::run(seed(), size(), &mut flaky, &mut |_| ()).unwrap();
    assert_eq!(answer.open(&mut flaky, 5), Err(Error::NotReproduced { state: 5 }));
    let past = Error::NoSuchStep { step: 64, steps: 64 };
    assert_eq!(answer.open(&mut flaky, 64), Err(past));
}
