//! Every backend gives the bits of the specification, from any state.

#![allow(missing_docs, clippy::unwrap_used)]

use {
    gpu_market_benchmark::{
        backend::{Backend, Cpu, Multiply, Scalar, Simd},
        chain::{self, Chain},
        error::Error,
        matrix::{Product, State},
        seed::Seed,
        size::Size,
    },
    proptest::prelude::*,
    std::sync::Arc,
};

fn matrix(dimension: usize) -> impl Strategy<Value = State> {
    let cell = prop_oneof![8 => any::<i8>(), 1 => Just(i8::MIN), 1 => Just(i8::MAX)];
    proptest::collection::vec(cell, dimension * dimension)
        .prop_map(move |cells| State::new(dimension, cells).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn vector_instructions_multiply_like_the_definition(weights in matrix(64), state in matrix(64)) {
        prop_assert_eq!(Simd::prepare(&weights).multiply(&state), chain::multiply(&weights, &state));
    }

    #[test]
    fn vector_instructions_make_the_same_steps(seed: [u8; 32], begin in 0..60_u32, steps in 0..4_u32) {
        let chain = Arc::new(Chain::new(Seed::from_bytes(seed), Size::new(64, 64, 1).unwrap()));
        let (mut scalar, mut simd) = (Cpu::<Scalar>::new(), Cpu::<Simd>::new());
        for backend in [&mut scalar as &mut dyn Backend, &mut simd] {
            backend.load(Arc::clone(&chain), begin, &chain.start()).unwrap();
        }
        prop_assert_eq!(scalar.advance(steps), simd.advance(steps));
        prop_assert_eq!(scalar.state(), simd.state());
        prop_assert_eq!(scalar.product(), simd.product());
    }
}

#[test]
fn vector_instructions_are_right_beyond_one_block_and_at_the_extremes() {
    let chain = Chain::new(Seed::from_bytes([3; 32]), Size::new(128, 64, 1).unwrap());
    let (weights, start) = (chain.weights(), chain.start());
    assert_eq!(Simd::prepare(weights).multiply(&start), chain::multiply(weights, &start));
    let lowest = State::new(64, vec![i8::MIN; 64 * 64]).unwrap();
    assert_eq!(Simd::prepare(&lowest).multiply(&lowest), vec![64 * 128 * 128; 64 * 64]);
}

#[test]
fn a_step_is_the_mixed_product() {
    let chain = Arc::new(Chain::new(Seed::from_bytes([4; 32]), Size::new(64, 64, 1).unwrap()));
    let mut backend = Cpu::<Simd>::new();
    backend.load(Arc::clone(&chain), 0, &chain.start()).unwrap();
    let product = Product::new(64, chain::multiply(chain.weights(), &chain.start())).unwrap();
    let next = chain::mix(&product, chain.key(0).unwrap());
    assert_eq!(backend.advance(1).unwrap(), [next.digest()]);
    assert_eq!(backend.state().unwrap(), next);
}

#[test]
fn a_backend_refuses_what_it_cannot_do() {
    let chain = Arc::new(Chain::new(Seed::from_bytes([4; 32]), Size::new(64, 64, 1).unwrap()));
    let mut backend = Cpu::<Simd>::new();
    assert_eq!(backend.advance(1), Err(Error::NotLoaded));
    assert_eq!(backend.state(), Err(Error::NotLoaded));
    assert_eq!(backend.product(), Err(Error::NotLoaded));
    let large = State::new(128, vec![0; 128 * 128]).unwrap();
    assert_eq!(
        backend.load(Arc::clone(&chain), 7, &large),
        Err(Error::WrongDimension { step: 7, expected: 64, actual: 128 })
    );
    backend.load(Arc::clone(&chain), 62, &chain.start()).unwrap();
    assert_eq!(backend.advance(3), Err(Error::PastTheEnd { asked: 3, left: 2 }));
    assert_eq!(backend.advance(u32::MAX), Err(Error::PastTheEnd { asked: u32::MAX, left: 2 }));
    assert_eq!(backend.advance(2).map(|digests| digests.len()), Ok(2));
}
