//! Runs the cases on chain, with no framework and no Solana crate.
//!
//! Instruction data: one byte (the case) and 64 bytes (its input). Returned data:
//! the digest of the case's results, and the first of them.
use std::alloc::{GlobalAlloc, Layout};

const HEAP: usize = 0x3_0000_0000;
const HEAP_BYTES: usize = 32 * 1024;
const WORD: usize = size_of::<usize>();

unsafe extern "C" {
    fn sol_set_return_data(data: *const u8, len: u64);
}

/// Gives memory from the top of the heap; its position lies at the bottom.
struct Bump;

unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let position = HEAP as *mut usize;
        // SAFETY: the heap is there, zeroed, and used by nothing else.
        let top = match unsafe { *position } {
            0 => HEAP + HEAP_BYTES,
            top => top,
        };
        let at = top.saturating_sub(layout.size()) & !(layout.align() - 1);
        if at < HEAP + WORD {
            return std::ptr::null_mut();
        }
        unsafe { *position = at };
        at as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Bump = Bump;

/// The instruction data in what Solana passes: with no accounts, it follows
/// their count.
///
/// # Safety
/// `input` is what Solana gave the entrypoint.
unsafe fn instruction_data<'a>(input: *const u8) -> &'a [u8] {
    unsafe {
        let len = *input.add(WORD).cast::<u64>();
        std::slice::from_raw_parts(input.add(2 * WORD), len as usize)
    }
}

/// # Safety
/// Called by Solana alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn entrypoint(input: *const u8) -> u64 {
    let data = unsafe { instruction_data(input) };
    let Some((case, input)) = data.split_first() else { return 1 };
    let Ok(input) = input.try_into() else { return 2 };
    let sink = cases::run((*case).into(), input);
    let mut out = [0; 8 + 48];
    out[..8].copy_from_slice(&sink.digest.to_le_bytes());
    out[8..].copy_from_slice(&sink.first);
    #[cfg(any(feature = "writable-static", feature = "big-frame", feature = "unknown-extern"))]
    refused::all(data);
    unsafe { sol_set_return_data(out.as_ptr(), out.len() as u64) };
    0
}

/// What the linker must refuse.
#[cfg(any(feature = "writable-static", feature = "big-frame", feature = "unknown-extern"))]
mod refused {
    pub fn all(data: &[u8]) {
        #[cfg(feature = "writable-static")]
        count_calls(data);
        #[cfg(feature = "big-frame")]
        std::hint::black_box(big_frame(data));
        #[cfg(feature = "unknown-extern")]
        unsafe {
            missing_function(data.len() as u64);
        }
    }

    #[cfg(feature = "writable-static")]
    #[inline(never)]
    fn count_calls(data: &[u8]) {
        static CALLS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        std::hint::black_box(
            CALLS.fetch_add(data.len() as u64, std::sync::atomic::Ordering::Relaxed),
        );
    }

    #[cfg(feature = "big-frame")]
    #[inline(never)]
    fn big_frame(data: &[u8]) -> u8 {
        let mut frame = [0u8; 5000];
        frame[..data.len()].copy_from_slice(data);
        std::hint::black_box(&mut frame)[data.len()]
    }

    #[cfg(feature = "unknown-extern")]
    unsafe extern "C" {
        fn missing_function(v: u64);
    }
}
