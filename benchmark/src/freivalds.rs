//! Freivalds' check that `C = W · Xᵀ`, in three matrix-vector products instead of a multiplication of matrices
//! (R. Freivalds, "Probabilistic machines can use less running time", IFIP 1977).
//!
//! Over the field of p = 2⁶¹ − 1 elements, with a random vector r: `C·r = W·(Xᵀ·r)`. If C is right this always holds.
//! If any cell is wrong, by d, then d is no multiple of p because |d| < 2³² < p, so a row of `C − W·Xᵀ` is not zero in
//! the field, and its product with r is uniform: it is zero with probability 1/p < 2⁻⁶⁰.

use {
    crate::matrix::{Product, Square, State},
    bytemuck::Pod,
    rayon::prelude::*,
};

/// The Mersenne prime 2⁶¹ − 1.
pub const PRIME: u64 = (1 << 61) - 1;
/// Rows whose weighted sum one thread accumulates before sums are merged.
const ROWS_PER_SUM: usize = 64;

/// `dimension` independent, uniform elements of the field, from 32 bytes.
#[must_use]
pub fn random_vector(coins: &[u8; 32], dimension: usize) -> Vec<u64> {
    let mut reader =
        blake3::Hasher::new_derive_key("gpu-market benchmark 1: Freivalds vector").update(coins).finalize_xof();
    std::iter::repeat_with(|| {
        let mut word = [0; 8];
        reader.fill(&mut word);
        u64::from_le_bytes(word) & PRIME
    })
    // 61 random bits are p once in 2⁶¹, which is zero a second time.
    .filter(|&word| word != PRIME)
    .take(dimension)
    .collect()
}

/// Whether `product` passes for `weights · stateᵀ` under the vector. Adds what it multiplied to `multiplications`.
#[must_use]
pub fn passes(
    weights: &State,
    state: &State,
    product: &Product,
    vector: &[u64],
    multiplications: &mut u128,
) -> bool {
    let combined = combine_rows(state, vector, multiplications);
    times(weights, &combined, multiplications) == times(product, vector, multiplications)
}

/// `matrixᵀ · vector`: the sum of the rows, each weighted by its element.
fn combine_rows<T: Cell>(matrix: &Square<T>, vector: &[u64], multiplications: &mut u128) -> Vec<u64> {
    *multiplications += matrix.cells().len() as u128;
    let zero = || vec![0_i128; matrix.dimension()];
    let sums = matrix
        .par_rows()
        .zip(vector)
        .with_min_len(ROWS_PER_SUM)
        .fold(zero, |mut sums, (row, &factor)| {
            sums.iter_mut().zip(row).for_each(|(sum, &cell)| *sum = accumulate(*sum, cell, factor));
            sums
        })
        .reduce(zero, |mut sums, more| {
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum = sum.wrapping_add(more));
            sums
        });
    sums.into_iter().map(reduce).collect()
}

/// `matrix · vector`.
fn times<T: Cell>(matrix: &Square<T>, vector: &[u64], multiplications: &mut u128) -> Vec<u64> {
    *multiplications += matrix.cells().len() as u128;
    matrix
        .par_rows()
        .map(|row| reduce(row.iter().zip(vector).fold(0, |sum, (&cell, &factor)| accumulate(sum, cell, factor))))
        .collect()
}

/// A cell of a matrix.
trait Cell: Pod + Send + Sync + Into<i64> {}
impl<T: Pod + Send + Sync + Into<i64>> Cell for T {}

/// `sum + cell · factor`. |cell| ≤ 2³¹, factor < 2⁶¹ and at most 2¹⁴ terms stay below 2¹⁰⁶.
#[inline]
fn accumulate<T: Cell>(sum: i128, cell: T, factor: u64) -> i128 {
    sum.wrapping_add(i128::from(cell.into()).wrapping_mul(i128::from(factor.cast_signed())))
}

fn reduce(sum: i128) -> u64 {
    sum.rem_euclid(i128::from(PRIME)) as u64
}

#[cfg(test)]
mod tests {
    use {super::*, crate::chain::multiply, proptest::prelude::*};

    const N: usize = 64;

    fn states() -> impl Strategy<Value = (State, State)> {
        let state =
            || proptest::collection::vec(any::<i8>(), N * N).prop_map(|cells| State::new(N, cells).unwrap());
        (state(), state())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn right_products_pass_and_wrong_ones_do_not(
            (weights, state) in states(), coins: [u8; 32], place in 0..N * N, bit in 0..32_u32,
        ) {
            let vector = random_vector(&coins, N);
            let mut count = 0;
            let mut product = Product::new(N, multiply(&weights, &state)).unwrap();
            prop_assert!(passes(&weights, &state, &product, &vector, &mut count));
            prop_assert_eq!(count, 3 * (N as u128).pow(2));
            product.cells_mut()[place] ^= (1_u32 << bit).cast_signed();
            prop_assert!(!passes(&weights, &state, &product, &vector, &mut count));
        }
    }

    #[test]
    fn extreme_cells_are_summed_exactly() {
        let all = |cell| State::new(N, vec![cell; N * N]).unwrap();
        let product = |cell| Product::new(N, vec![cell; N * N]).unwrap();
        let vector = vec![PRIME - 1; N];
        for (weights, state) in [(-128, -128), (-128, 127), (127, 127)] {
            let right = weights * state * N as i32;
            assert!(passes(&all(weights as i8), &all(state as i8), &product(right), &vector, &mut 0));
            assert!(!passes(&all(weights as i8), &all(state as i8), &product(i32::MIN), &vector, &mut 0));
        }
    }

    #[test]
    fn vectors_are_elements_of_the_field_and_differ() {
        let [first, second] = [[1; 32], [2; 32]].map(|coins| random_vector(&coins, N));
        assert!(first.iter().chain(&second).all(|&element| element < PRIME));
        assert_ne!(first, second);
    }
}
