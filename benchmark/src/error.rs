//! What can go wrong. Each sentence states the rule that was broken and what to do about it.

use crate::size::{MAX_DIMENSION, MAX_STEPS, MIN_DIMENSION};

/// Result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// A refusal, or a device that cannot do the work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    // ---- sizes
    /// No class has this name.
    #[error("there is no GPU class {name:?}; use one of {known}")]
    UnknownClass {
        /// What was asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The dimension is outside its range or no power of two.
    #[error(
        "a dimension is a power of two from {MIN_DIMENSION} to {MAX_DIMENSION}, this one is {dimension}; \
         take a class of the table"
    )]
    Dimension {
        /// Rows of the matrices.
        dimension: u32,
    },
    /// Too few or too many steps.
    #[error("a chain has 1 to {MAX_STEPS} steps, this one {steps}; take a class of the table")]
    Steps {
        /// Multiplications of the chain.
        steps: u32,
    },
    /// More openings than steps, or none.
    #[error("between 1 and all of the {steps} steps can be opened, not {openings}; ask for fewer")]
    Openings {
        /// Openings that were asked for.
        openings: u32,
        /// Multiplications of the chain.
        steps: u32,
    },
    /// Checking would cost more than the share of the host's work that it may.
    #[error(
        "checking {openings} of {steps} steps at dimension {dimension} costs more than 2 % of the host's \
         multiplications; open fewer steps or make the chain longer"
    )]
    CheckTooDear {
        /// Rows of the matrices.
        dimension: u32,
        /// Multiplications of the chain.
        steps: u32,
        /// Openings that were asked for.
        openings: u32,
    },

    // ---- answers
    /// A matrix has the wrong number of cells.
    #[error("a matrix of dimension {dimension} has dimension² cells, this one {actual}; send the whole matrix")]
    Cells {
        /// Rows that it should have.
        dimension: usize,
        /// Cells that it has.
        actual: usize,
    },
    /// A matrix of an opening belongs to another size.
    #[error(
        "the matrices of step {step} must have dimension {expected}, not {actual}; run the size that was asked for"
    )]
    WrongDimension {
        /// The opened step.
        step: u32,
        /// Rows that the size has.
        expected: usize,
        /// Rows of the matrix.
        actual: usize,
    },
    /// The number of openings differs from the size's.
    #[error("{expected} steps have to be opened, {actual} were; open exactly the sampled ones")]
    OpeningCount {
        /// Openings of the size.
        expected: usize,
        /// Openings that came.
        actual: usize,
    },
    /// An opening is not the one that was drawn for its place: skipped, repeated or out of order.
    #[error(
        "opening {position} must be of step {expected}, not {actual}; open the sampled steps in ascending order"
    )]
    UnexpectedStep {
        /// Place in the list of openings.
        position: usize,
        /// The step that was drawn.
        expected: u32,
        /// The step that came.
        actual: u32,
    },
    /// No such step.
    #[error("the chain has steps 0 to {}, not {step}; open one of these", .steps.saturating_sub(1))]
    NoSuchStep {
        /// The step that was asked for.
        step: u32,
        /// Multiplications of the chain.
        steps: u32,
    },
    /// A Merkle path is too short or too long for the tree.
    #[error(
        "a path of this chain has {expected} hashes, that of state {state} has {actual}; send the path of this size's tree"
    )]
    PathLength {
        /// The state whose path it is.
        state: u32,
        /// Depth of the tree.
        expected: usize,
        /// Hashes that came.
        actual: usize,
    },
    /// The first state is not the seed's.
    #[error(
        "the committed chain does not begin with this seed's first state; run the seed drawn for this host, member and GPU"
    )]
    WrongStart,
    /// A state is not the committed one.
    #[error("state {state} is not the one under the committed root; open what was committed")]
    NotCommitted {
        /// Which state.
        state: u32,
    },
    /// The product is not that of the weights and the state.
    #[error("the product of step {step} is not weights × stateᵀ; compute every step")]
    WrongProduct {
        /// Which step.
        step: u32,
    },
    /// The salted commitment is of something else.
    #[error("the commitment does not open to this salt, identity, seed and root; reveal what was committed")]
    WrongCommitment,
    /// An encoded opening has the wrong length.
    #[error("an opening of this size has {expected} bytes, this one {actual}; send it whole and nothing after it")]
    Length {
        /// Bytes of an opening of this size.
        expected: usize,
        /// Bytes that came.
        actual: usize,
    },
    /// A score needs a duration.
    #[error("a score needs a duration above zero; measure with a monotonic clock")]
    NoTime,

    // ---- backends
    /// Nothing was loaded.
    #[error("the backend has no chain loaded; call load first")]
    NotLoaded,
    /// More steps were asked for than are left.
    #[error("{asked} steps were asked for and {left} are left; advance by at most what is left")]
    PastTheEnd {
        /// Steps that were asked for.
        asked: u32,
        /// Steps that are left.
        left: u32,
    },
    /// A second run of the same step gave another state.
    #[error(
        "state {state} came out differently the second time; the device miscalculates, lower its clocks or replace it"
    )]
    NotReproduced {
        /// Which state.
        state: u32,
    },
    /// The NVIDIA driver is not installed.
    #[error("no NVIDIA driver library was found; install the driver, or use the CPU backend")]
    NoDriver,
    /// NVRTC is not installed.
    #[error(
        "no NVRTC library was found; install CUDA's NVRTC (libnvrtc) of version 11 or 12, or use the CPU backend"
    )]
    NoCompiler,
    /// There is no device of this number.
    #[error("there is no CUDA device {ordinal}, the driver names {found}; choose a lower number")]
    NoDevice {
        /// The number that was asked for.
        ordinal: usize,
        /// How many devices there are.
        found: usize,
    },
    /// The device lacks the integer dot product.
    #[error("CUDA compute capability {major}.{minor} is below 6.1; use a device with int8 dot products")]
    DeviceTooOld {
        /// Major compute capability.
        major: i32,
        /// Minor compute capability.
        minor: i32,
    },
    /// The device or its compiler failed.
    #[error("the CUDA device failed while it had to {doing}: {cause}; see the driver's log")]
    Device {
        /// What was being done.
        doing: &'static str,
        /// The driver's words.
        cause: String,
    },
}
