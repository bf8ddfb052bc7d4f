//! The CUDA backend against the specification, where there is a device; without one the tests say that they were skipped.

#![cfg(feature = "cuda")]
#![allow(missing_docs, clippy::unwrap_used)]

use {
    gpu_market_benchmark::{
        backend::{Backend, Cpu, Cuda, Scalar, Simd},
        chain::Chain,
        error::Error,
        seed::Seed,
        size::Size,
    },
    std::sync::Arc,
};

/// The first device; none, and a word about it, if the machine has none.
fn device() -> Option<Cuda> {
    match Cuda::new(0) {
        Ok(device) => Some(device),
        Err(
            error @ (Error::NoDriver | Error::NoCompiler | Error::NoDevice { .. } | Error::DeviceTooOld { .. }),
        ) => {
            eprintln!("SKIPPED, the CUDA backend was not tested: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn compare(cuda: &mut Cuda, reference: &mut dyn Backend, dimension: u32) {
    let chain = Arc::new(Chain::new(Seed::from_bytes([5; 32]), Size::new(dimension, 64, 1).unwrap()));
    let start = chain.start();
    cuda.load(Arc::clone(&chain), 0, &start).unwrap();
    reference.load(chain, 0, &start).unwrap();
    assert_eq!(cuda.product(), reference.product(), "{} at {dimension}", cuda.name());
    assert_eq!(cuda.advance(4), reference.advance(4), "{} at {dimension}", cuda.name());
    assert_eq!(cuda.state(), reference.state(), "{} at {dimension}", cuda.name());
}

#[test]
fn a_device_gives_the_bits_of_the_specification() {
    let Some(mut cuda) = device() else { return };
    for plain in [false, true] {
        if plain {
            cuda.use_plain_kernel();
        }
        for dimension in [64, 128] {
            compare(&mut cuda, &mut Cpu::<Scalar>::new(), dimension);
        }
        for dimension in [256, 1_024] {
            compare(&mut cuda, &mut Cpu::<Simd>::new(), dimension);
        }
    }
}

#[test]
fn a_missing_device_is_named() {
    match Cuda::new(1_000) {
        Err(Error::NoDriver | Error::NoCompiler) => {
            eprintln!("SKIPPED, no driver or compiler to ask for device 1,000");
        }
        other => assert!(matches!(other, Err(Error::NoDevice { ordinal: 1_000, .. })), "{other:?}"),
    }
}
