//! Square matrices, row by row, and their hashes.

use {
    crate::error::{Error, Result},
    bytemuck::Pod,
    rayon::prelude::*,
};

#[cfg(target_endian = "big")]
compile_error!("matrices are hashed as they lie in memory, which the format defines as little-endian");

/// A BLAKE3 hash.
pub type Digest = [u8; 32];

/// A square matrix of dimension `n`, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Square<T> {
    dimension: usize,
    cells: Vec<T>,
}

/// An n × n matrix of int8: the weights, and what a step takes and gives.
pub type State = Square<i8>;
/// An n × n matrix of exact sums: weights × stateᵀ.
pub type Product = Square<i32>;

impl<T: Pod + Send + Sync> Square<T> {
    /// A matrix of `dimension` rows from its cells, row by row.
    ///
    /// # Errors
    ///
    /// [`Error::Cells`] if there are not `dimension²` cells.
    pub fn new(dimension: usize, cells: Vec<T>) -> Result<Self> {
        // A dimension of zero has no rows to walk.
        if dimension == 0 || dimension.checked_mul(dimension) != Some(cells.len()) {
            return Err(Error::Cells { dimension, actual: cells.len() });
        }
        Ok(Self { dimension, cells })
    }

    /// A matrix whose cells are a function of their position `row · n + column`. `dimension` is a size's, so not zero.
    pub(crate) fn from_cells(dimension: usize, cell: impl Fn(usize) -> T + Send + Sync) -> Self {
        let cells = (0..dimension * dimension).into_par_iter().with_min_len(4_096).map(cell).collect();
        Self { dimension, cells }
    }

    /// Rows, and columns.
    #[must_use]
    pub const fn dimension(&self) -> usize {
        self.dimension
    }

    /// The cells, row by row.
    #[must_use]
    pub fn cells(&self) -> &[T] {
        &self.cells
    }

    /// The cells, row by row, to be changed.
    pub fn cells_mut(&mut self) -> &mut [T] {
        &mut self.cells
    }

    /// The rows, first to last.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, T> {
        self.cells.chunks_exact(self.dimension)
    }

    /// The rows, spread over the threads.
    pub(crate) fn par_rows(&self) -> rayon::slice::ChunksExact<'_, T> {
        self.cells.par_chunks_exact(self.dimension)
    }

    /// The cells as they are hashed and sent: little-endian, row by row.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.cells)
    }

    /// BLAKE3 of [`Self::as_bytes`].
    #[must_use]
    pub fn digest(&self) -> Digest {
        blake3::Hasher::new().update_rayon(self.as_bytes()).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_of_the_wrong_size_is_refused() {
        for (dimension, cells) in [(0, 0), (2, 3), (2, 5), (usize::MAX, 1)] {
            assert_eq!(State::new(dimension, vec![0; cells]), Err(Error::Cells { dimension, actual: cells }));
        }
    }
}
