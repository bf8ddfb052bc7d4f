//! One encoding for each document, so that equal documents have equal hashes.

use {
    crate::{DocumentError, Hash},
    serde::{Serialize, de::DeserializeOwned},
    serde_json::Value,
    std::collections::BTreeMap,
};

/// Most bytes of a spec or a result.
pub const MAX_DOCUMENT: usize = 16 << 20;

/// A spec or a result.
///
/// The canonical encoding is the JSON of RFC 8785: no blanks, sorted keys, shortest escapes. Documents have ASCII keys and
/// no numbers but integers below 2⁵³, so that its rules for others never apply. Fields that say the same as leaving them
/// out are left out. Its SHA-256 is the hash on chain. Whoever gets a document from a store
/// gets this encoding.
pub trait Document: Serialize + DeserializeOwned {
    /// Most bytes of its text.
    const LIMIT: usize;

    /// Checks what the types cannot say.
    ///
    /// # Errors
    ///
    /// [`DocumentError::Value`] names the field and what is allowed.
    fn check(&self) -> Result<(), DocumentError>;

    /// Reads a document that a person or a program wrote.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] names the field: an unknown or missing one, a value of another type or out of its bounds.
    fn parse(text: &[u8]) -> Result<Self, DocumentError> {
        if text.len() > Self::LIMIT {
            return Err(DocumentError::TooLarge { bytes: text.len(), allowed: Self::LIMIT });
        }
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let document: Self = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| DocumentError::format(error.path(), error.inner()))?;
        deserializer.end().map_err(|error| DocumentError::format(".", error))?;
        document.check()?;
        Ok(document)
    }

    /// The canonical encoding.
    ///
    /// # Errors
    ///
    /// [`DocumentError::Format`] if a field has no JSON, which no type here has.
    fn canonical(&self) -> Result<Vec<u8>, DocumentError> {
        let value = serde_json::to_value(self).map_err(|error| DocumentError::format(".", error))?;
        Ok(canonical(&value).into_bytes())
    }

    /// SHA-256 of the canonical encoding.
    ///
    /// # Errors
    ///
    /// See [`Document::canonical`].
    fn hash(&self) -> Result<Hash, DocumentError> {
        Ok(Hash::of(&self.canonical()?))
    }
}

fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            // However the map is ordered.
            let fields: BTreeMap<_, _> = fields.iter().collect();
            let fields = fields
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}
