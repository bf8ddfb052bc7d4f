//! Job specs: what a client wants done.

use {
    crate::{Document, DocumentError, Hash},
    serde::{Deserialize, Serialize},
    std::collections::BTreeMap,
};

/// What a client wants done, as a person writes it. A field that is not listed here is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
// Either a command or an image, as `Spec::work` has it; the other one may be spelled out as null.
#[cfg_attr(feature = "schema", schemars(extend("oneOf" = [
    { "required": ["command"], "properties": { "command": { "type": "array" }, "image": { "type": "null" } } },
    { "required": ["image"], "properties": { "image": { "type": "string" }, "command": { "type": "null" } } },
])))]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What people call the job.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 40), regex(pattern = r"^[A-Za-z0-9_.-]+$")))]
    pub name: String,
    /// A program and its arguments, run on the host itself. Either this or `image`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub command: Option<Vec<String>>,
    /// A container image, by a reference like `registry/name:tag` or, better, with its digest. Either this or
    /// `command`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1), regex(pattern = r"^\S+$")))]
    pub image: Option<String>,
    /// Arguments of the image's entry point, in place of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// Environment variables of the job. It inherits none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// GPU class of the market.
    pub gpu: String,
    /// Tier of the market.
    pub tier: Tier,
    /// Symbol of the token that the job is paid in.
    pub payment: String,
    /// Seconds that are bought.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 4294967295u32)))]
    pub max_duration_seconds: u32,
    /// Worst rate that the client accepts, tokens per hour, as a decimal number in quotes.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[0-9]{1,12}(\.[0-9]{1,18})?$")))]
    pub max_rate_per_hour: String,
    /// Memory that the job needs at most, mebibytes; the host's own limit if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 4294967295u32)))]
    pub memory_mib: Option<u32>,
    /// Bytes of output at most; the host's own limit if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 4294967295u32)))]
    pub output_bytes: Option<u32>,
    /// Only of a private job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<PrivateTerms>,
}

/// What makes a job private: its spec is not published, but sealed to the host that the job is assigned to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PrivateTerms {
    /// 32 random bytes, so that nobody can guess the spec from its hash on chain.
    pub salt: Hash,
    /// The client's x25519 key, which the result is sealed to.
    pub result_key: Hash,
}

#[cfg(feature = "sealing")]
impl PrivateTerms {
    /// Terms with a new salt, for a result that is sealed to this key.
    pub fn new(result_key: [u8; 32]) -> Self {
        use crypto_box::aead::{OsRng, rand_core::RngCore};
        let mut salt = [0; 32];
        OsRng.fill_bytes(&mut salt);
        Self { salt: Hash(salt), result_key: Hash(result_key) }
    }
}

/// Tier of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Open to every host.
    Community,
    /// For hosts that proved themselves, backed by their bond.
    Premium,
}

/// What is to be executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// A program of the host with its arguments.
    Command(Vec<String>),
    /// A container.
    Image(Image),
}

/// A container image and the arguments of its entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Reference of the image.
    pub reference: String,
    /// Arguments; the image's own if empty.
    pub args: Vec<String>,
}

/// The JSON schema of specs.
#[cfg(feature = "schema")]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Spec)
}

impl Spec {
    /// What is to be executed.
    ///
    /// # Errors
    ///
    /// [`DocumentError::Value`] unless there is exactly one of a command and an image.
    pub fn work(&self) -> Result<Work, DocumentError> {
        match (&self.command, &self.image) {
            (Some(command), None) => self.command(command),
            (None, Some(reference)) => self.container(reference),
            (Some(_), Some(_)) => {
                Err(DocumentError::value("image", "there is a command too", "either command or image"))
            }
            (None, None) => Err(DocumentError::value("command", "it is missing", "either command or image")),
        }
    }

    fn command(&self, command: &[String]) -> Result<Work, DocumentError> {
        if command.iter().any(|part| part.contains('\0')) || command.first().is_none_or(String::is_empty) {
            let allowed = "a program and its arguments, without zero bytes";
            return Err(DocumentError::value("command", "it names no program", allowed));
        }
        if !self.args.is_empty() {
            let allowed = "arguments as part of command, or an image";
            return Err(DocumentError::value("args", "they are for an image, and there is none", allowed));
        }
        Ok(Work::Command(command.to_vec()))
    }

    fn container(&self, reference: &str) -> Result<Work, DocumentError> {
        if reference.is_empty() || reference.contains(|letter: char| letter.is_whitespace() || letter == '\0') {
            let allowed = "a reference like registry/name:tag";
            return Err(DocumentError::value("image", format!("{reference:?} is no image"), allowed));
        }
        if self.args.iter().any(|part| part.contains('\0')) {
            return Err(DocumentError::value("args", "there is a zero byte", "text without zero bytes"));
        }
        Ok(Work::Image(Image { reference: reference.to_owned(), args: self.args.clone() }))
    }

    fn check_name(&self) -> Result<(), DocumentError> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if (1..=40).contains(&self.name.len()) && self.name.bytes().all(is_allowed) {
            return Ok(());
        }
        let allowed = "1 to 40 letters, digits, '-', '_' and '.'";
        Err(DocumentError::value("name", format!("{:?} is no name", self.name), allowed))
    }

    fn check_env(&self) -> Result<(), DocumentError> {
        for (name, value) in &self.env {
            let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            let starts_well = name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
            if !starts_well || !name.bytes().all(letters) {
                let allowed = "letters, digits and '_', not starting with a digit";
                return Err(DocumentError::value("env", format!("{name:?} is no variable"), allowed));
            }
            if value.contains('\0') {
                let field = format!("env.{name}");
                return Err(DocumentError::value(field, "there is a zero byte", "text without zero bytes"));
            }
        }
        Ok(())
    }

    /// Refuses a key that is no key.
    fn check_private(&self) -> Result<(), DocumentError> {
        match &self.private {
            Some(terms) if terms.result_key.0 == [0; 32] => {
                let allowed = "the client's x25519 key, which the result is sealed to";
                Err(DocumentError::value("private.result_key", "it is zero", allowed))
            }
            _ => Ok(()),
        }
    }

    fn check_rate(&self) -> Result<(), DocumentError> {
        let (whole, fraction) = self.max_rate_per_hour.split_once('.').unwrap_or((&self.max_rate_per_hour, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number(whole) && is_number(fraction) && whole.len() <= 12 && fraction.len() <= 18 {
            return Ok(());
        }
        let problem = format!("{:?} is no rate", self.max_rate_per_hour);
        let allowed = "a decimal number of at most 12 digits before and 18 after the point";
        Err(DocumentError::value("max_rate_per_hour", problem, allowed))
    }

    /// Refuses the number zero where a limit of zero would let no job run.
    fn check_limits(&self) -> Result<(), DocumentError> {
        let limits = [
            ("max_duration_seconds", Some(self.max_duration_seconds)),
            ("memory_mib", self.memory_mib),
            ("output_bytes", self.output_bytes),
        ];
        match limits.into_iter().find(|(_, limit)| *limit == Some(0)) {
            None => Ok(()),
            Some((field, _)) => Err(DocumentError::value(field, "it is zero", "1 or more")),
        }
    }
}

impl Document for Spec {
    const LIMIT: usize = 256 << 10;

    fn check(&self) -> Result<(), DocumentError> {
        self.check_name()?;
        self.work()?;
        self.check_env()?;
        self.check_rate()?;
        self.check_private()?;
        self.check_limits()
    }
}
