//! The chain on an NVIDIA GPU: driver and NVRTC are opened at run time, the kernels compiled when a device is.

use {
    super::{Backend, check_dimension, keys},
    crate::{
        chain::Chain,
        error::{Error, Result},
        matrix::{Digest, Product, State},
    },
    cudarc::{
        driver::{self, CudaContext, CudaFunction, CudaModule, CudaSlice, CudaStream, LaunchConfig, PushKernelArg},
        nvrtc,
    },
    std::sync::Arc,
};

const SOURCE: &str = include_str!("cuda/chain.cu");
/// Bytes of a chunk of BLAKE3.
const CHUNK_BYTES: usize = 1024;
/// Words of a BLAKE3 hash.
const DIGEST_WORDS: usize = 8;
const CHUNKS_PER_BLOCK: u32 = 64;
const PARENTS_PER_BLOCK: u32 = 1024;

/// A CUDA device.
#[derive(Debug)]
pub struct Cuda {
    name: String,
    stream: Arc<CudaStream>,
    kernels: Kernels,
    loaded: Option<Loaded>,
}

#[derive(Debug)]
struct Kernels {
    step_plain: CudaFunction,
    /// Only of compute capability 8.0 and above.
    step_tensor: Option<CudaFunction>,
    hash_chunks: CudaFunction,
    hash_parents: CudaFunction,
}

/// What lies on the device.
#[derive(Debug)]
struct Loaded {
    chain: Arc<Chain>,
    step: u32,
    weights: CudaSlice<i8>,
    state: CudaSlice<i8>,
    next: CudaSlice<i8>,
    values: CudaSlice<u32>,
    spare: CudaSlice<u32>,
}

impl Cuda {
    /// Opens device number `ordinal`, from 0, and compiles the kernels for it.
    ///
    /// # Errors
    ///
    /// [`Error::NoDriver`], [`Error::NoCompiler`], [`Error::NoDevice`], [`Error::DeviceTooOld`], and [`Error::Device`]
    /// if driver or compiler fail.
    pub fn new(ordinal: usize) -> Result<Self> {
        // Asked first because cudarc panics when it misses a library.
        //
        // SAFETY: runs nothing but the initializers of the libraries that the driver and CUDA install.
        if !unsafe { driver::sys::is_culib_present() } {
            return Err(Error::NoDriver);
        }
        if !unsafe { nvrtc::sys::is_culib_present() } {
            return Err(Error::NoCompiler);
        }
        let count = CudaContext::device_count().map_err(|error| device("count devices", &error))?;
        let found = usize::try_from(count).unwrap_or_default();
        if ordinal >= found {
            return Err(Error::NoDevice { ordinal, found });
        }
        let context = CudaContext::new(ordinal).map_err(|error| device("open the device", &error))?;
        let capability = context.compute_capability().map_err(|error| device("say what it can", &error))?;
        let kernels = Kernels::compile(&context, capability)?;
        let name = context.name().map_err(|error| device("say its name", &error))?;
        Ok(Self { name, stream: context.default_stream(), kernels, loaded: None })
    }

    /// Without the tensor units, for tests and comparisons.
    pub fn use_plain_kernel(&mut self) {
        self.kernels.step_tensor = None;
    }

    fn loaded(&mut self) -> Result<(&Arc<CudaStream>, &Kernels, &mut Loaded)> {
        Ok((&self.stream, &self.kernels, self.loaded.as_mut().ok_or(Error::NotLoaded)?))
    }
}

impl Kernels {
    fn compile(context: &Arc<CudaContext>, capability: (i32, i32)) -> Result<Self> {
        let (architecture, has_tensor_kernel) = architecture(capability)?;
        let options = nvrtc::CompileOptions { arch: Some(architecture), ..nvrtc::CompileOptions::default() };
        let ptx =
            nvrtc::compile_ptx_with_opts(SOURCE, options).map_err(|error| device("compile the kernels", &error))?;
        let module = context.load_module(ptx).map_err(|error| device("load the kernels", &error))?;
        Ok(Self {
            step_plain: function(&module, "step_plain")?,
            step_tensor: if has_tensor_kernel { Some(function(&module, "step_tensor")?) } else { None },
            hash_chunks: function(&module, "hash_chunks")?,
            hash_parents: function(&module, "hash_parents")?,
        })
    }

    /// The kernel for a dimension, and how it is launched.
    fn step(&self, n: u32) -> (&CudaFunction, LaunchConfig) {
        match &self.step_tensor {
            Some(tensor) if n.is_multiple_of(TENSOR_TILE) => (tensor, grid(n / TENSOR_TILE, (256, 1, 1))),
            _ => (&self.step_plain, grid(n / PLAIN_TILE, (PLAIN_TILE, PLAIN_TILE, 1))),
        }
    }
}

/// `TILE` and `PLAIN` of the kernels.
const TENSOR_TILE: u32 = 128;
const PLAIN_TILE: u32 = 16;

fn grid(tiles: u32, block_dim: (u32, u32, u32)) -> LaunchConfig {
    LaunchConfig { grid_dim: (tiles, tiles, 1), block_dim, shared_mem_bytes: 0 }
}

/// The virtual architecture to compile for and whether it has the tensor kernel. The driver translates it for every later
/// device, so that an older NVRTC serves a newer device.
fn architecture((major, minor): (i32, i32)) -> Result<(&'static str, bool)> {
    match (major, minor) {
        (8.., _) => Ok(("compute_80", true)),
        (7, 5..) => Ok(("compute_75", false)),
        (7, _) | (6, 1..) => Ok(("compute_61", false)),
        _ => Err(Error::DeviceTooOld { major, minor }),
    }
}

fn function(module: &Arc<CudaModule>, name: &str) -> Result<CudaFunction> {
    module.load_function(name).map_err(|error| device("find a kernel", &error))
}

fn device(doing: &'static str, cause: &dyn std::fmt::Debug) -> Error {
    Error::Device { doing, cause: format!("{cause:?}") }
}

impl Loaded {
    fn dimension(&self) -> u32 {
        self.chain.size().dimension() as u32
    }

    fn chunks(&self) -> u32 {
        (self.chain.size().cells() / CHUNK_BYTES) as u32
    }

    /// Launches `next = mix(weights · stateᵀ)`, or the product instead if there is a place for it.
    fn launch_step(
        &mut self,
        stream: &CudaStream,
        kernels: &Kernels,
        key: u32,
        product: Option<&mut CudaSlice<i32>>,
    ) -> Result<()> {
        let n = self.dimension();
        let (kernel, config) = kernels.step(n);
        let want_product = u32::from(product.is_some());
        // Without a product its pointer is never followed.
        let nowhere = 0_u64;
        let mut launch = stream.launch_builder(kernel);
        launch.arg(&self.weights).arg(&self.state).arg(&mut self.next);
        match product {
            Some(product) => launch.arg(product),
            None => launch.arg(&nowhere),
        };
        launch.arg(&n).arg(&key).arg(&want_product);
        // SAFETY: the arguments are those of `step_plain` and `step_tensor`; the grid covers n² cells and no more, and
        // each buffer that is written has n².
        unsafe { launch.launch(config) }.map_err(|error| device("multiply", &error))?;
        Ok(())
    }

    /// Launches the hash of `next` into place `slot` of `digests`.
    fn launch_hash(
        &mut self,
        stream: &CudaStream,
        kernels: &Kernels,
        digests: &mut CudaSlice<u32>,
        slot: u32,
    ) -> Result<()> {
        let chunks = self.chunks();
        let blocks = chunks.div_ceil(CHUNKS_PER_BLOCK);
        let config =
            LaunchConfig { grid_dim: (blocks, 1, 1), block_dim: (CHUNKS_PER_BLOCK, 1, 1), shared_mem_bytes: 0 };
        let mut launch = stream.launch_builder(&kernels.hash_chunks);
        launch.arg(&self.next).arg(&mut self.values).arg(&chunks);
        // SAFETY: the arguments are those of `hash_chunks`; `values` has eight words for each chunk of `next`.
        unsafe { launch.launch(config) }.map_err(|error| device("hash chunks", &error))?;

        let config =
            LaunchConfig { grid_dim: (1, 1, 1), block_dim: (PARENTS_PER_BLOCK, 1, 1), shared_mem_bytes: 0 };
        let mut launch = stream.launch_builder(&kernels.hash_parents);
        launch.arg(&mut self.values).arg(&mut self.spare).arg(&chunks).arg(digests).arg(&slot);
        // SAFETY: the arguments are those of `hash_parents`; `spare` has eight words for each pair of chunks, and
        // `digests` eight for each slot.
        unsafe { launch.launch(config) }.map_err(|error| device("hash parents", &error))?;
        Ok(())
    }
}

impl Backend for Cuda {
    fn name(&self) -> String {
        let units = if self.kernels.step_tensor.is_some() { "tensor units" } else { "dp4a" };
        format!("CUDA, {} ({units})", self.name)
    }

    fn load(&mut self, chain: Arc<Chain>, step: u32, state: &State) -> Result<()> {
        check_dimension(&chain, step, state)?;
        // Room first: two chains at once may not fit.
        self.loaded = None;
        let stream = &self.stream;
        let upload =
            |matrix: &State| stream.clone_htod(matrix.cells()).map_err(|error| device("take a matrix", &error));
        let (weights, state) = (upload(chain.weights())?, upload(state)?);
        let words =
            |count: usize| stream.alloc_zeros::<u32>(count).map_err(|error| device("allocate hashes", &error));
        let chunks = chain.size().cells() / CHUNK_BYTES;
        let (values, spare) = (words(chunks * DIGEST_WORDS)?, words(chunks / 2 * DIGEST_WORDS)?);
        let next =
            stream.alloc_zeros::<i8>(chain.size().cells()).map_err(|error| device("allocate a state", &error))?;
        self.loaded = Some(Loaded { chain, step, weights, state, next, values, spare });
        Ok(())
    }

    fn advance(&mut self, steps: u32) -> Result<Vec<Digest>> {
        let (stream, kernels, loaded) = self.loaded()?;
        let keys = keys(&loaded.chain, loaded.step, steps)?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut digests = stream
            .alloc_zeros::<u32>(keys.len() * DIGEST_WORDS)
            .map_err(|error| device("allocate hashes", &error))?;
        for (slot, key) in (0..).zip(keys) {
            loaded.launch_step(stream, kernels, key, None)?;
            loaded.launch_hash(stream, kernels, &mut digests, slot)?;
            std::mem::swap(&mut loaded.state, &mut loaded.next);
        }
        // Waits for all steps.
        let words = stream.clone_dtoh(&digests).map_err(|error| device("return hashes", &error))?;
        loaded.step += steps;
        Ok(digests_of(&words))
    }

    fn state(&mut self) -> Result<State> {
        let (stream, _, loaded) = self.loaded()?;
        let cells = stream.clone_dtoh(&loaded.state).map_err(|error| device("return a state", &error))?;
        State::new(loaded.chain.size().dimension(), cells)
    }

    fn product(&mut self) -> Result<Product> {
        let (stream, kernels, loaded) = self.loaded()?;
        let mut product = stream
            .alloc_zeros::<i32>(loaded.chain.size().cells())
            .map_err(|error| device("allocate a product", &error))?;
        loaded.launch_step(stream, kernels, 0, Some(&mut product))?;
        let cells = stream.clone_dtoh(&product).map_err(|error| device("return a product", &error))?;
        Product::new(loaded.chain.size().dimension(), cells)
    }
}

/// Hashes from the device's words, which are little-endian.
fn digests_of(words: &[u32]) -> Vec<Digest> {
    words.as_chunks::<DIGEST_WORDS>().0.iter().map(|words| bytemuck::cast(words.map(u32::to_le))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_without_int8_dot_products_are_refused() {
        assert_eq!(architecture((6, 0)), Err(Error::DeviceTooOld { major: 6, minor: 0 }));
        assert_eq!(architecture((6, 1)), Ok(("compute_61", false)));
        assert_eq!(architecture((7, 0)), Ok(("compute_61", false)));
        assert_eq!(architecture((7, 5)), Ok(("compute_75", false)));
        for newer in [(8, 0), (8, 6), (8, 9), (9, 0), (12, 0)] {
            assert_eq!(architecture(newer), Ok(("compute_80", true)));
        }
    }

    #[test]
    fn words_become_the_hash_that_they_spell() {
        let words: Vec<u32> = (0..16).collect();
        let digests = digests_of(&words);
        assert_eq!(digests.len(), 2);
        assert_eq!(digests[0][..8], [0, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(digests[1][..4], [8, 0, 0, 0]);
    }

    /// Every step of both sides has the same constants: a device would only find out at run time.
    #[test]
    fn the_kernels_have_the_sizes_that_they_are_launched_with() {
        for line in [format!("#define TILE {TENSOR_TILE}"), format!("#define PLAIN {PLAIN_TILE}")] {
            assert!(SOURCE.lines().any(|found| found == line), "{line}");
        }
        assert_eq!(PLAIN_TILE * 4, crate::size::MIN_DIMENSION);
    }
}
