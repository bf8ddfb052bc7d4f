//! All token movement. The direction is in the function's name: into a vault somebody signs, out of a vault the vault
//! signs for itself, because every vault is a token account that is its own authority.

#[cfg(feature = "program")]
mod access;
pub mod extensions;
#[cfg(feature = "program")]
mod mint;
#[cfg(feature = "program")]
mod movement;

#[cfg(feature = "program")]
pub use {access::*, mint::*, movement::*};
