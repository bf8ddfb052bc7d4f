//! What is wrong with an input file.

/// A file that cannot be used. Every variant names the file; where a value is wrong, the field and what is allowed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file, or the folder that should hold it, cannot be read.
    #[error("{file}: cannot be read: {source}; allowed: a readable UTF-8 text file")]
    Unreadable {
        /// Path as it was given.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The text is not in the format at all, or a field is missing, unknown or of another type.
    #[error("{file}: {field}: {problem}")]
    Format {
        /// Path as it was given.
        file: String,
        /// Path of the field inside the file.
        field: String,
        /// What the parser says, with what it expected.
        problem: String,
    },
    /// A value that no deployment or job can have.
    #[error("{file}: {field}: {problem}; allowed: {allowed}")]
    Value {
        /// Path as it was given.
        file: String,
        /// Path of the field inside the file.
        field: String,
        /// What is wrong with the value.
        problem: String,
        /// What is allowed instead.
        allowed: String,
    },
}

impl FileError {
    /// A wrong value.
    pub fn value(
        file: &str,
        field: impl Into<String>,
        problem: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self::Value { file: file.into(), field: field.into(), problem: problem.into(), allowed: allowed.into() }
    }

    /// A parser's complaint at a path inside the file; the top is called `file`.
    pub fn format(file: &str, path: impl ToString, problem: impl ToString) -> Self {
        let path = path.to_string();
        let unknown = ["", ".", "?"].contains(&path.as_str());
        let field = if unknown { "file".to_owned() } else { path };
        Self::Format { file: file.into(), field, problem: problem.to_string() }
    }
}
