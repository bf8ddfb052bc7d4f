//! How much work a GPU class is given.
//!
//! Every GPU class has matrices of the same dimension: large enough to fill the tensor units of the largest device
//! (1,024 tiles of 128 × 128), small enough that an opened step is 80 MiB. What differs is the number of steps: about
//! half a minute at a quarter of the class's published dense int8 rate, which is what a plain kernel reaches.

use {
    crate::error::{Error, Result},
    std::{fmt, str::FromStr},
};

/// Smallest dimension: four BLAKE3 chunks, so that the root of a state's hash is a parent node.
pub const MIN_DIMENSION: u32 = 64;
/// Largest dimension. Sums stay below 2¹⁴ · 2¹⁴ = 2²⁸, so an `i32` accumulator is exact; a product is 1 GiB.
pub const MAX_DIMENSION: u32 = 1 << 14;
/// Longest chain.
pub const MAX_STEPS: u32 = 1 << 24;
/// An attestor multiplies at most this share of what the host multiplies: one part in fifty, 2 %.
pub const CHECK_SHARE: u64 = 50;
/// Multiplications per cell of an opened step: three in Freivalds' check, three in the mixing.
pub const CHECK_PER_CELL: u64 = 6;

/// Dimension, number of steps and number of openings of a chain. Always within the rules of [`Size::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    dimension: u32,
    steps: u32,
    openings: u32,
}

impl Size {
    /// A size of `steps` multiplications of `dimension` × `dimension` matrices, of which `openings` are checked.
    ///
    /// # Errors
    ///
    /// [`Error::Dimension`], [`Error::Steps`], [`Error::Openings`] out of range; [`Error::CheckTooDear`] if the
    /// attestor's multiplications, `6 · openings · n²`, exceed 2 % of the host's, `steps · n³`.
    pub fn new(dimension: u32, steps: u32, openings: u32) -> Result<Self> {
        if !dimension.is_power_of_two() || !(MIN_DIMENSION..=MAX_DIMENSION).contains(&dimension) {
            return Err(Error::Dimension { dimension });
        }
        if !(1..=MAX_STEPS).contains(&steps) {
            return Err(Error::Steps { steps });
        }
        if !(1..=steps).contains(&openings) {
            return Err(Error::Openings { openings, steps });
        }
        let size = Self { dimension, steps, openings };
        if size.check_multiplications().saturating_mul(CHECK_SHARE.into()) > size.host_multiplications() {
            return Err(Error::CheckTooDear { dimension, steps, openings });
        }
        Ok(size)
    }

    /// Rows, and columns, of every matrix.
    #[must_use]
    pub const fn dimension(self) -> usize {
        self.dimension as usize
    }

    /// Multiplications of matrices in the chain.
    #[must_use]
    pub const fn steps(self) -> u32 {
        self.steps
    }

    /// Steps that an attestor opens.
    #[must_use]
    pub const fn openings(self) -> u32 {
        self.openings
    }

    /// Cells of one matrix.
    #[must_use]
    pub const fn cells(self) -> usize {
        self.dimension().pow(2)
    }

    /// Multiplications of int8 values that the host makes: `steps · n³`.
    #[must_use]
    pub const fn host_multiplications(self) -> u128 {
        self.steps as u128 * (self.dimension as u128).pow(3)
    }

    /// Integer operations that the score counts, a multiplication and an addition each: `2 · steps · n³`.
    #[must_use]
    pub const fn host_operations(self) -> u128 {
        2 * self.host_multiplications()
    }

    /// Multiplications that an attestor makes for all openings: `6 · openings · n²`.
    #[must_use]
    pub const fn check_multiplications(self) -> u128 {
        CHECK_PER_CELL as u128 * self.openings as u128 * (self.dimension as u128).pow(2)
    }

    /// Probability that at least one opening hits a false step, when a `fraction` of the steps (0 to 1) is false:
    /// `1 − C(T − b, k) / C(T, k)` with `b = fraction · T` rounded up, `T` steps and `k` openings.
    /// At least `1 − (1 − fraction)^k`.
    #[must_use]
    pub fn detection(self, fraction: f64) -> f64 {
        let steps = f64::from(self.steps);
        let bad = (fraction.clamp(0.0, 1.0) * steps).ceil();
        let missed: f64 = (0..self.openings)
            .map(|drawn| ((steps - bad - f64::from(drawn)) / (steps - f64::from(drawn))).max(0.0))
            .product();
        1.0 - missed
    }
}

/// A GPU class of the market, named as in the markets' file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// No GPU: a chain of half a second for tests.
    Test,
    /// GeForce RTX 3060.
    Rtx3060,
    /// GeForce RTX 4090.
    Rtx4090,
    /// GeForce RTX 5090.
    Rtx5090,
    /// A100.
    A100,
    /// H100.
    H100,
}

impl Class {
    /// All classes, smallest first.
    pub const ALL: [Self; 6] = [Self::Test, Self::Rtx3060, Self::Rtx4090, Self::Rtx5090, Self::A100, Self::H100];

    /// The name of the class.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Rtx3060 => "rtx-3060",
            Self::Rtx4090 => "rtx-4090",
            Self::Rtx5090 => "rtx-5090",
            Self::A100 => "a100",
            Self::H100 => "h100",
        }
    }

    /// The chain that one GPU of this class runs. A seat with several GPUs runs one chain on each.
    #[must_use]
    pub const fn size(self) -> Size {
        // Steps: 30 s · rate / 4 / 2n³, with NVIDIA's published dense int8 rates in 10¹² operations per second:
        // 102, 661, 838, 624 and 1,979.
        let (dimension, steps, openings) = match self {
            Self::Test => (64, 64, 8),
            Self::Rtx3060 => (4_096, 5_600, 16),
            Self::Rtx4090 => (4_096, 36_000, 16),
            Self::Rtx5090 => (4_096, 46_000, 16),
            Self::A100 => (4_096, 34_000, 16),
            Self::H100 => (4_096, 108_000, 16),
        };
        Size { dimension, steps, openings }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Class {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name).ok_or_else(|| Error::UnknownClass {
            name: name.to_owned(),
            known: Self::ALL.map(Self::name).join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_keeps_the_rules_of_a_size() {
        for class in Class::ALL {
            let Size { dimension, steps, openings } = class.size();
            assert_eq!(Size::new(dimension, steps, openings), Ok(class.size()), "{class}");
            assert_eq!(class.name().parse(), Ok(class));
        }
        assert!(matches!("rtx-1".parse::<Class>(), Err(Error::UnknownClass { .. })));
    }

    #[test]
    fn sizes_out_of_range_are_refused() {
        assert_eq!(Size::new(0, 9, 1), Err(Error::Dimension { dimension: 0 }));
        assert_eq!(Size::new(96, 9, 1), Err(Error::Dimension { dimension: 96 }));
        assert_eq!(Size::new(1 << 15, 9, 1), Err(Error::Dimension { dimension: 1 << 15 }));
        assert_eq!(Size::new(64, 0, 1), Err(Error::Steps { steps: 0 }));
        assert_eq!(Size::new(64, u32::MAX, 1), Err(Error::Steps { steps: u32::MAX }));
        assert_eq!(Size::new(64, 9, 0), Err(Error::Openings { openings: 0, steps: 9 }));
        assert_eq!(Size::new(64, 9, 10), Err(Error::Openings { openings: 10, steps: 9 }));
        assert_eq!(Size::new(64, 64, 14), Err(Error::CheckTooDear { dimension: 64, steps: 64, openings: 14 }));
        assert!(Size::new(64, 64, 13).is_ok());
    }

    #[test]
    fn detection_follows_the_formula() {
        let size = Class::Rtx4090.size();
        for fraction in [0.05, 0.25, 0.5] {
            let bound = 1.0 - (1.0_f64 - fraction).powi(16);
            assert!((size.detection(fraction) - bound).abs() < 1e-3);
            assert!(size.detection(fraction) >= bound - 1e-12);
        }
        assert!(size.detection(0.0).abs() < f64::EPSILON);
        assert!((size.detection(1.0) - 1.0).abs() < f64::EPSILON);
    }
}
