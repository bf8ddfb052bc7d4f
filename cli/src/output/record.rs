//! Named values in an order.

use {super::Value, serde_json::Value as Json, std::borrow::Cow};

/// What a command has to say, or a part of it.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Title, for people only.
    pub title: String,
    pub fields: Vec<(Cow<'static, str>, Value)>,
    /// What to do next, for people only.
    pub hints: Vec<String>,
}

impl Record {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// A record without a title, such as a row of a table.
    pub fn row() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// All fields of another record.
    #[must_use]
    pub fn and(mut self, other: Record) -> Self {
        self.fields.extend(other.fields);
        self.hints.extend(other.hints);
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub fn json(&self) -> Json {
        Json::Object(self.fields.iter().map(|(name, value)| (name.to_string(), value.json())).collect())
    }
}
