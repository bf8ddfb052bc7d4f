//! Job specs, and the markets that they belong to.

use {
    gpu_market::state::Tier,
    gpu_market_jobspec::{self as jobspec, Document, DocumentError, Hash, PrivateTerms},
    gpu_market_migrations::{Decimal, Deployment, FileError, MarketSpec},
    std::path::Path,
};

pub use gpu_market_jobspec::Work;

/// A spec as far as it can be checked by itself.
#[derive(Clone, Debug)]
pub struct Spec {
    pub name: String,
    pub work: Work,
    /// GPU class.
    pub gpu: String,
    pub tier: Tier,
    /// Symbol or address of the payment mint.
    pub payment: String,
    /// Seconds.
    pub max_duration: u32,
    /// Whole tokens per hour.
    pub max_rate: Decimal,
    /// What makes it private.
    pub private: Option<PrivateTerms>,
    /// The canonical encoding, which a store keeps.
    pub document: Vec<u8>,
    /// Its SHA-256.
    pub hash: [u8; 32],
}

impl Spec {
    /// Reads the file of a spec.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let file = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|source| FileError::Unreadable { file: file.clone(), source })?;
        Self::parse(&file, &text)
    }

    /// Parses the text of a spec; `file` is its name in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, FileError> {
        Self::of(file, jobspec::Spec::parse(text.as_bytes()).map_err(|error| refused(file, error))?)
    }

    /// The same spec with these terms, and so with another hash; `file` is its name in errors.
    pub fn made_private(&self, file: &str, terms: PrivateTerms) -> Result<Self, FileError> {
        let open = jobspec::Spec::parse(&self.document).map_err(|error| refused(file, error))?;
        Self::of(file, jobspec::Spec { private: Some(terms), ..open })
    }

    fn of(file: &str, spec: jobspec::Spec) -> Result<Self, FileError> {
        let document = spec.canonical().map_err(|error| refused(file, error))?;
        let tier = match spec.tier {
            jobspec::Tier::Community => Tier::Community,
            jobspec::Tier::Premium => Tier::Premium,
        };
        let max_rate = spec.max_rate_per_hour.parse().map_err(|error| {
            let field = "max_rate_per_hour";
            FileError::value(file, field, format!("{:?}: {error}", spec.max_rate_per_hour), "a decimal number")
        })?;
        Ok(Self {
            work: spec.work().map_err(|error| refused(file, error))?,
            name: spec.name,
            gpu: spec.gpu,
            tier,
            payment: spec.payment,
            max_duration: spec.max_duration_seconds,
            max_rate,
            private: spec.private,
            hash: Hash::of(&document).0,
            document,
        })
    }
}

/// A checked spec and the market that it belongs to.
#[derive(Clone, Debug)]
pub struct JobSpec {
    pub name: String,
    pub work: Work,
    /// Number of the market.
    pub market: u16,
    /// Seconds.
    pub max_duration: u32,
    /// Micro base units per second.
    pub max_rate: u64,
    /// SHA-256 of the spec's canonical encoding.
    pub hash: [u8; 32],
}

impl JobSpec {
    /// Reads every `*.json` of a folder, in the order of their names.
    pub fn read_folder(folder: &Path, deployment: &Deployment) -> Result<Vec<Self>, FileError> {
        let unreadable = |source| FileError::Unreadable { file: folder.display().to_string(), source };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            paths.push(entry.map_err(unreadable)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let specs: Vec<_> = paths.iter().map(|path| Self::read(path, deployment)).collect::<Result<_, _>>()?;
        if specs.is_empty() {
            let folder = folder.display().to_string();
            return Err(FileError::value(&folder, "*.json", "there is none", "at least one job spec"));
        }
        Ok(specs)
    }

    fn read(path: &Path, deployment: &Deployment) -> Result<Self, FileError> {
        Self::of(&path.display().to_string(), Spec::read(path)?, deployment)
    }

    /// Parses the text of a spec; `file` is its name in errors.
    pub fn parse(file: &str, text: &str, deployment: &Deployment) -> Result<Self, FileError> {
        Self::of(file, Spec::parse(file, text)?, deployment)
    }

    /// Finds the market of a spec, and checks what depends on it.
    fn of(file: &str, spec: Spec, deployment: &Deployment) -> Result<Self, FileError> {
        let market = find_market(file, &spec, deployment)?;
        Ok(Self {
            market: market.id,
            max_duration: max_duration(file, &spec, market)?,
            max_rate: max_rate(file, &spec, market, deployment)?,
            work: spec.work,
            hash: spec.hash,
            name: spec.name,
        })
    }

    /// The command, if it has one.
    pub fn command(&self) -> Option<&[String]> {
        match &self.work {
            Work::Command(command) => Some(command),
            Work::Image(_) => None,
        }
    }
}

/// A refused spec as an error of its file.
fn refused(file: &str, error: DocumentError) -> FileError {
    match error {
        DocumentError::Format { field, problem } => FileError::Format { file: file.into(), field, problem },
        DocumentError::Value { field, problem, allowed } => FileError::value(file, field, problem, allowed),
        DocumentError::TooLarge { bytes, allowed } => {
            FileError::value(file, "file", format!("it has {bytes} bytes"), format!("at most {allowed}"))
        }
    }
}

fn find_market<'a>(file: &str, spec: &Spec, deployment: &'a Deployment) -> Result<&'a MarketSpec, FileError> {
    let mut candidates: Vec<&MarketSpec> = deployment.markets.iter().collect();
    narrow(file, "gpu", &spec.gpu, &mut candidates, |market| market.gpu.clone())?;
    narrow(file, "tier", &tier_name(spec.tier), &mut candidates, |market| tier_name(market.tier))?;
    narrow(file, "payment", &spec.payment, &mut candidates, |market| market.payment.clone())?;
    let missing = || FileError::value(file, "gpu", "there is no such market", "a market of the markets file");
    candidates.first().copied().ok_or_else(missing)
}

/// Keeps the markets where a field has the value that the spec asks for.
fn narrow(
    file: &str,
    field: &str,
    value: &str,
    markets: &mut Vec<&MarketSpec>,
    of: impl Fn(&MarketSpec) -> String,
) -> Result<(), FileError> {
    let mut allowed: Vec<String> = markets.iter().map(|market| of(market)).collect();
    markets.retain(|market| of(market) == value);
    if !markets.is_empty() {
        return Ok(());
    }
    allowed.sort();
    allowed.dedup();
    let problem = format!("there is no market for {value:?}");
    Err(FileError::value(file, field, problem, format!("one of {}", allowed.join(", "))))
}

pub fn tier_name(tier: Tier) -> String {
    format!("{tier:?}").to_lowercase()
}

fn max_duration(file: &str, spec: &Spec, market: &MarketSpec) -> Result<u32, FileError> {
    let bounds = market.terms.min_duration..=market.terms.max_duration;
    if bounds.contains(&spec.max_duration) {
        return Ok(spec.max_duration);
    }
    let problem = format!("{} is out of range in this market", spec.max_duration);
    let allowed = format!("{} to {}", bounds.start(), bounds.end());
    Err(FileError::value(file, "max_duration_seconds", problem, allowed))
}

fn max_rate(file: &str, spec: &Spec, market: &MarketSpec, deployment: &Deployment) -> Result<u64, FileError> {
    let decimals = deployment.token(&market.payment).map_or(0, |token| token.decimals);
    let rate = spec.max_rate.rate_per_second(decimals).ok();
    if let Some(rate) = rate.filter(|rate| *rate >= market.terms.rate) {
        return Ok(rate);
    }
    let problem = format!("{} is not a rate that this market takes", spec.max_rate);
    let allowed = format!("{} {} per hour or more", market.rate_per_hour, market.payment);
    Err(FileError::value(file, "max_rate_per_hour", problem, allowed))
}

#[cfg(test)]
mod tests {
    use {super::*, crate::embedded};

    fn deployment() -> Deployment {
        Deployment::parse(embedded::MARKETS.name, embedded::MARKETS.text).unwrap()
    }

    const GOOD: &str = r#"{"name":"a","command":["true"],"gpu":"h100","tier":"premium","payment":"USDG",
        "max_duration_seconds":600,"max_rate_per_hour":"1.5"}"#;

    fn refusal(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        JobSpec::parse("job.json", &GOOD.replace(from, to), &deployment()).unwrap_err().to_string()
    }

    #[test]
    fn every_example_is_a_spec() {
        for file in embedded::JOBS {
            let spec = JobSpec::parse(file.name, file.text, &deployment()).unwrap();
            assert_eq!(file.name, format!("examples/jobs/{}.json", spec.name));
        }
    }

    #[test]
    fn equal_specs_have_equal_hashes() {
        let one = JobSpec::parse("a", GOOD, &deployment()).unwrap();
        let reordered = GOOD.replace(r#""name":"a","#, "").replace(r#""1.5"}"#, r#""1.5", "name": "a" }"#);
        assert_eq!(JobSpec::parse("b", &reordered, &deployment()).unwrap().hash, one.hash);
        let other = GOOD.replace("600", "601");
        assert_ne!(JobSpec::parse("c", &other, &deployment()).unwrap().hash, one.hash);
    }

    #[test]
    fn a_bad_spec_is_refused_with_file_field_and_what_is_allowed() {
        let cases = [
            (r#""name":"a""#, r#""name":"a b""#, "job.json: name: \"a b\" is no name; allowed: 1 to 40"),
            (r#"["true"]"#, "[]", "job.json: command: it names no program; allowed:"),
            (r#""command":["true"],"#, "", "job.json: command: it is missing; allowed: either command or image"),
            (r#"["true"]"#, r#"["true"],"image":"x""#, "job.json: image: there is a command too"),
            ("h100", "h200", "job.json: gpu: there is no market for \"h200\"; allowed: one of 8x-h100, h100"),
            ("premium", "gold", "job.json: tier: unknown variant `gold`, expected `community` or `premium`"),
            ("USDG", "EUR", "job.json: payment: there is no market for \"EUR\"; allowed: one of USDG"),
            ("600", "10", "job.json: max_duration_seconds: 10 is out of range in this market; allowed: 300 to"),
            ("600", "\"10\"", "job.json: max_duration_seconds: invalid type: string"),
            ("\"1.5\"", "1.5", "job.json: max_rate_per_hour: invalid type: floating point"),
            ("\"1.5\"", "\"1.3635\"", "allowed: 1.3636 USDG per hour or more"),
            (r#""name":"a","#, r#""name":"a","nam":1,"#, "job.json: nam: unknown field `nam`, expected one of"),
            (r#""gpu":"h100","#, "", "missing field `gpu`"),
            (r#"}"#, "", "job.json: file: "),
            (r#"}"#, "} {", "job.json: file: "),
        ];
        for (from, to, expected) in cases {
            let message = refusal(from, to);
            assert!(message.contains(expected) && message.starts_with("job.json: "), "{message}");
        }
    }
}
