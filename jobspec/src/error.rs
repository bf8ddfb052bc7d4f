//! Why a spec or a result is refused.

/// A document that is not one. The file it came from is known to who read it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The text is not in the format at all, or a field is missing, unknown or of another type.
    #[error("{field}: {problem}")]
    Format {
        /// Path of the field; `file` for the text as a whole.
        field: String,
        /// What the parser says, with what it expected.
        problem: String,
    },
    /// A value that no document can have.
    #[error("{field}: {problem}; allowed: {allowed}")]
    Value {
        /// Path of the field.
        field: String,
        /// What is wrong with the value.
        problem: String,
        /// What is allowed instead.
        allowed: String,
    },
    /// It is larger than any document may be.
    #[error("it has {bytes} bytes; allowed: at most {allowed}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The most that is allowed.
        allowed: usize,
    },
}

impl DocumentError {
    /// A wrong value.
    pub(crate) fn value(field: impl Into<String>, problem: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self::Value { field: field.into(), problem: problem.into(), allowed: allowed.into() }
    }

    /// A parser's complaint at a path inside the text; the top is called `file`.
    pub(crate) fn format(path: impl ToString, problem: impl ToString) -> Self {
        let path = path.to_string();
        let unknown = ["", ".", "?"].contains(&path.as_str());
        Self::Format { field: if unknown { "file".into() } else { path }, problem: problem.to_string() }
    }
}
