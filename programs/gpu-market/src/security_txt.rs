//! Where to report a vulnerability, in the form that explorers read out of a program: keys and values, each ended by a zero
//! byte, between two marks (the security.txt standard for Solana programs, version 1).

/// The bytes.
static SECURITY_TXT: [u8; TEXT.len()] = *TEXT;

/// Keeps the bytes in the program: a linker drops what nothing reads, and this does not say that it reads no more.
pub(crate) fn keep() {
    // SAFETY: reads the first byte of an array that is not empty.
    let _ = unsafe { core::ptr::read_volatile(SECURITY_TXT.as_ptr()) };
}

const TEXT: &[u8; 318] = b"=======BEGIN SECURITY.TXT V1=======\0\
name\0GPU Market\0\
project_url\0the repository that this program was built from\0\
contacts\0other:private security advisory in the repository that this program was built from\0\
policy\0docs/SECURITY.md in that repository\0\
preferred_languages\0en\0\
auditors\0none\0\
=======END SECURITY.TXT V1=======\0";
