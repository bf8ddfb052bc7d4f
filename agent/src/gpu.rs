//! The GPUs of this machine, through NVML, the library of NVIDIA's driver.

/// A GPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpu {
    /// What it is called, for example `NVIDIA H100 80GB HBM3`.
    pub name: String,
    /// Its id, for example `GPU-…`; what a host proves on chain is the hash of ids like this one.
    pub uuid: String,
    /// Bytes of its memory.
    pub memory: u64,
}

/// Why no GPUs are seen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// This build does not look.
    #[error("this build does not look for GPUs; build it with the feature `nvml`")]
    NotBuiltIn,
    /// The driver's library is not there, or does not work.
    #[error("no GPUs are seen: {0}; install NVIDIA's driver, if there is a GPU")]
    NoDriver(
        /// What it said.
        String,
    ),
}

/// The GPUs of this machine.
///
/// # Errors
///
/// [`GpuError`] says why none are seen; a driver without GPUs is an empty list.
#[cfg(feature = "nvml")]
pub fn detect() -> Result<Vec<Gpu>, GpuError> {
    let failed = |error: nvml_wrapper::error::NvmlError| GpuError::NoDriver(error.to_string());
    let nvml = nvml_wrapper::Nvml::init().map_err(failed)?;
    let count = nvml.device_count().map_err(failed)?;
    let gpu = |index| {
        let device = nvml.device_by_index(index)?;
        Ok(Gpu { name: device.name()?, uuid: device.uuid()?, memory: device.memory_info()?.total })
    };
    (0..count).map(gpu).collect::<Result<_, _>>().map_err(failed)
}

/// The GPUs of this machine.
///
/// # Errors
///
/// [`GpuError::NotBuiltIn`].
#[cfg(not(feature = "nvml"))]
pub fn detect() -> Result<Vec<Gpu>, GpuError> {
    Err(GpuError::NotBuiltIn)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a machine with GPUs they are listed; on any other the reason is named.
    #[test]
    fn gpus_are_listed_or_the_reason_is_named() {
        match detect() {
            Ok(gpus) => assert!(gpus.iter().all(|gpu| gpu.uuid.starts_with("GPU-") && gpu.memory > 0), "{gpus:?}"),
            Err(error) if cfg!(feature = "nvml") => {
                assert!(error.to_string().ends_with("install NVIDIA's driver, if there is a GPU"), "{error}");
            }
            Err(error) => assert_eq!(error, GpuError::NotBuiltIn),
        }
    }
}
