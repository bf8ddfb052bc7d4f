//! Keys, and what is done with them.

use {
    super::{Content, HEADER, SealError},
    crypto_box::{PublicKey, SecretKey, aead::OsRng},
};

/// A secret x25519 key. Its bytes are 32 random ones.
pub struct SealingKey(SecretKey);

impl SealingKey {
    /// A new key.
    pub fn generate() -> Self {
        Self(SecretKey::generate(&mut OsRng))
    }

    /// The key with these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretKey::from(bytes))
    }

    /// Its bytes, to be kept secret.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public key, which envelopes are sealed to.
    pub fn public(&self) -> [u8; 32] {
        self.0.public_key().to_bytes()
    }

    /// Opens an envelope that has to hold this content of this job.
    ///
    /// # Errors
    ///
    /// [`SealError`] says what is wrong with the envelope.
    pub fn open(&self, envelope: &[u8], job: &[u8; 32], content: Content) -> Result<Vec<u8>, SealError> {
        let sealed = envelope.strip_prefix(HEADER).ok_or(SealError::NotAnEnvelope)?;
        let opened = self.0.unseal(sealed).map_err(|_| SealError::WrongKeyOrAltered)?;
        let of_kind = opened.strip_prefix(&[content as u8]).ok_or(SealError::WrongContent)?;
        let document = of_kind.strip_prefix(job.as_slice()).ok_or(SealError::WrongContent)?;
        Ok(document.to_vec())
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SealingKey(of {})", crate::Hash(self.public()))
    }
}

/// Seals a document of a job to the public key `to`.
///
/// # Errors
///
/// [`SealError::NoKey`] if the key is all zeros, to which everybody could open it; [`SealError::NoRandomness`].
pub fn seal(to: &[u8; 32], job: &[u8; 32], content: Content, document: &[u8]) -> Result<Vec<u8>, SealError> {
    if *to == [0; 32] {
        return Err(SealError::NoKey);
    }
    let inside = [[content as u8].as_slice(), job, document].concat();
    let sealed = PublicKey::from(*to).seal(&mut OsRng, &inside).map_err(|_| SealError::NoRandomness)?;
    Ok([HEADER, &sealed].concat())
}

#[cfg(test)]
mod tests {
    use {super::*, crate::sealing::OVERHEAD};

    const JOB: [u8; 32] = [7; 32];

    #[test]
    fn an_envelope_opens_with_its_key_and_costs_what_is_said() {
        let key = SealingKey::generate();
        let envelope = seal(&key.public(), &JOB, Content::Spec, b"a spec").unwrap();
        assert_eq!(envelope.len(), OVERHEAD + 6);
        assert!(envelope.starts_with(HEADER) && !envelope.windows(6).any(|part| part == b"a spec"));
        let again = SealingKey::from_bytes(key.to_bytes());
        assert_eq!(again.open(&envelope, &JOB, Content::Spec).as_deref(), Ok(b"a spec".as_slice()));
    }

    #[test]
    fn an_envelope_is_for_one_key_one_job_and_one_content() {
        let key = SealingKey::generate();
        let envelope = seal(&key.public(), &JOB, Content::Spec, b"a spec").unwrap();
        let other = SealingKey::generate().open(&envelope, &JOB, Content::Spec);
        assert_eq!(other, Err(SealError::WrongKeyOrAltered));
        assert_eq!(key.open(&envelope, &[8; 32], Content::Spec), Err(SealError::WrongContent));
        assert_eq!(key.open(&envelope, &JOB, Content::Result), Err(SealError::WrongContent));
    }

    #[test]
    fn any_altered_bit_or_length_is_noticed() {
        let key = SealingKey::generate();
        let envelope = seal(&key.public(), &JOB, Content::Result, b"42").unwrap();
        for at in 0..envelope.len() {
            for bit in 0..8 {
                let mut altered = envelope.clone();
                altered[at] ^= 1 << bit;
                assert!(key.open(&altered, &JOB, Content::Result).is_err(), "byte {at}, bit {bit}");
            }
            assert!(key.open(&envelope[..at], &JOB, Content::Result).is_err(), "cut at {at}");
        }
        let longer = [envelope.as_slice(), b"x"].concat();
        assert_eq!(key.open(&longer, &JOB, Content::Result), Err(SealError::WrongKeyOrAltered));
    }

    #[test]
    fn nothing_is_sealed_to_no_key() {
        assert_eq!(seal(&[0; 32], &JOB, Content::Spec, b"a spec"), Err(SealError::NoKey));
    }

    #[test]
    fn a_secret_key_is_not_shown() {
        let key = SealingKey::from_bytes([1; 32]);
        assert!(!format!("{key:?}").contains(&"01".repeat(32)));
    }
}
