//! Multiplying with vector instructions, on all threads.

use {super::Multiply, crate::matrix::State, rayon::prelude::*};

#[cfg(target_arch = "x86_64")]
use pulp::x86::V3;

/// Rows of the weights that one thread takes: at dimension 4,096 they are 256 KiB and stay in its cache.
const BLOCK_ROWS: usize = 32;
/// Rows of weights and of state whose 2 × 4 sums stay in registers.
const TILE_ROWS: usize = 2;
const TILE_COLUMNS: usize = 4;
/// Values of 16 bits in a 256-bit register.
const LANES: usize = 16;

/// AVX2 where the CPU has it, else what the compiler makes of the loop. Values are widened to 16 bits, whose products
/// are added in pairs and exactly (`vpmaddwd`: |sum| ≤ 2¹⁵).
#[derive(Debug)]
pub struct Simd {
    dimension: usize,
    weights: Vec<i16>,
}

impl Multiply for Simd {
    const NAME: &'static str = "CPU, vector instructions";

    fn prepare(weights: &State) -> Self {
        Self { dimension: weights.dimension(), weights: widen(weights) }
    }

    fn multiply(&self, state: &State) -> Vec<i32> {
        let n = self.dimension;
        let state = widen(state);
        let mut sums = vec![0; n * n];
        // A size's dimension is a multiple of 64: blocks, tiles and lanes come out even.
        sums.par_chunks_mut(BLOCK_ROWS * n)
            .zip(self.weights.par_chunks(BLOCK_ROWS * n))
            .for_each(|(sums, weights)| multiply_block(weights, &state, n, sums));
        sums
    }
}

fn widen(matrix: &State) -> Vec<i16> {
    matrix.cells().iter().map(|&cell| i16::from(cell)).collect()
}

/// The sums of some rows of weights with all rows of the state.
fn multiply_block(weights: &[i16], state: &[i16], n: usize, sums: &mut [i32]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = V3::try_new() {
        return simd.vectorize(Tiles { simd, weights, state, n, sums });
    }
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || multiply_rows(weights, state, n, sums),
    );
}

/// Without AVX2: plain loops over rows, compiled for the best instructions that the CPU has.
#[inline(always)]
fn multiply_rows(weights: &[i16], state: &[i16], n: usize, sums: &mut [i32]) {
    for (sums, row) in sums.chunks_exact_mut(n).zip(weights.chunks_exact(n)) {
        for (sum, column) in sums.iter_mut().zip(state.chunks_exact(n)) {
            *sum = row
                .iter()
                .zip(column)
                .fold(0, |sum: i32, (&a, &b)| sum.wrapping_add(i32::from(a).wrapping_mul(i32::from(b))));
        }
    }
}

/// Work for [`V3::vectorize`]: a type and no closure, because only what is inlined into it gets the instructions.
#[cfg(target_arch = "x86_64")]
struct Tiles<'a> {
    simd: V3,
    weights: &'a [i16],
    state: &'a [i16],
    n: usize,
    sums: &'a mut [i32],
}

#[cfg(target_arch = "x86_64")]
impl pulp::NullaryFnOnce for Tiles<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { simd, weights, state, n, sums } = self;
        for (tile, columns) in state.chunks_exact(TILE_COLUMNS * n).enumerate() {
            let columns: [_; TILE_COLUMNS] = rows_of(columns, n);
            for (sums, rows) in sums.chunks_exact_mut(TILE_ROWS * n).zip(weights.chunks_exact(TILE_ROWS * n)) {
                let found = multiply_tile(simd, rows_of::<TILE_ROWS>(rows, n), columns, n / LANES);
                for (sums, found) in sums.chunks_exact_mut(n).zip(found) {
                    let place = sums.iter_mut().skip(tile * TILE_COLUMNS);
                    place.zip(found).for_each(|(sum, found)| *sum = found);
                }
            }
        }
    }
}

/// The rows of `R · n` values, in registers' width.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn rows_of<const R: usize>(values: &[i16], n: usize) -> [&[[i16; LANES]]; R] {
    let mut rows = values.chunks_exact(n);
    std::array::from_fn(|_| rows.next().unwrap_or_default().as_chunks().0)
}

// Constant bounds and no closures: the loops unroll, the sums stay in registers and each call becomes one instruction.
#[cfg(target_arch = "x86_64")]
#[allow(clippy::indexing_slicing, clippy::needless_range_loop)]
#[inline(always)]
fn multiply_tile(
    simd: V3,
    rows: [&[[i16; LANES]]; TILE_ROWS],
    columns: [&[[i16; LANES]]; TILE_COLUMNS],
    blocks: usize,
) -> [[i32; TILE_COLUMNS]; TILE_ROWS] {
    let (rows, columns) = (
        [&rows[0][..blocks], &rows[1][..blocks]],
        [&columns[0][..blocks], &columns[1][..blocks], &columns[2][..blocks], &columns[3][..blocks]],
    );
    let mut sums = [[simd.avx._mm256_setzero_si256(); TILE_COLUMNS]; TILE_ROWS];
    for block in 0..blocks {
        for i in 0..TILE_ROWS {
            let left = pulp::cast(rows[i][block]);
            for j in 0..TILE_COLUMNS {
                let pairs = simd.avx2._mm256_madd_epi16(left, pulp::cast(columns[j][block]));
                sums[i][j] = simd.avx2._mm256_add_epi32(sums[i][j], pairs);
            }
        }
    }
    sums.map(|sums| sums.map(|sum| pulp::cast::<_, [i32; 8]>(sum).into_iter().fold(0, i32::wrapping_add)))
}
