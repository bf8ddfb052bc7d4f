//! The specs of private jobs, which their client keeps until they are sealed to a host.

use {
    crate::{
        commands::CommandError,
        data::{self},
        spec::Spec,
    },
    gpu_market_jobspec::{
        Document, Hash, PrivateTerms,
        sealing::{Content, SealingKey},
        store::{Folder, Letter, Store, StoreError},
    },
    gpu_market_sdk::Address,
    std::path::PathBuf,
};

/// Specs as they were posted, by their jobs, in files of this user alone.
pub struct Kept {
    path: PathBuf,
    folder: Folder,
}

impl Kept {
    /// Those of this user.
    pub fn of_user() -> Result<Self, CommandError> {
        Ok(Self::new(data::folder("private")?))
    }

    fn new(path: PathBuf) -> Self {
        Self { folder: Folder::new(&path), path }
    }

    fn file(&self, job: Address) -> String {
        self.path.join(letter(job).file_name()).display().to_string()
    }

    /// The spec of a job, if it is kept here.
    pub async fn find(&self, job: Address) -> Result<Option<Spec>, CommandError> {
        let document = match self.folder.receive(letter(job), gpu_market_jobspec::Spec::LIMIT).await {
            Err(StoreError::Missing { .. }) => return Ok(None),
            document => document?,
        };
        Ok(Some(Spec::parse(&self.file(job), &String::from_utf8_lossy(&document))?))
    }

    /// The spec of a job that was posted with this hash.
    pub async fn get(&self, job: Address, posted: [u8; 32]) -> Result<Spec, CommandError> {
        match self.find(job).await? {
            Some(spec) if spec.hash == posted => Ok(spec),
            Some(_) => Err(CommandError::rule(
                format!("the spec in {} has not the hash {} that the chain has", self.file(job), Hash(posted)),
                "reveal the job where it was posted",
            )),
            None => Err(CommandError::not_there(
                format!("private spec of job {job} in {}", self.path.display()),
                "reveal the job where it was posted; a job that is not private needs it not",
            )),
        }
    }

    /// The spec as it is posted, with a new salt and the public part of the key. If it was posted before, or that was tried,
    /// it is the same again: a repeated post is one job.
    pub async fn made_private(
        &self,
        file: &str,
        spec: Spec,
        job: Address,
        key: impl FnOnce() -> Result<SealingKey, CommandError>,
    ) -> Result<Spec, CommandError> {
        let kept = self.find(job).await?;
        let terms = match (&spec.private, kept.as_ref().and_then(|kept| kept.private.clone())) {
            // As the file has them.
            (Some(terms), _) => terms.clone(),
            (None, Some(terms)) => terms,
            (None, None) => PrivateTerms::new(key()?.public()),
        };
        let made = spec.made_private(file, terms)?;
        match kept {
            Some(kept) if kept.hash != made.hash => Err(CommandError::rule(
                format!("another private spec is kept for this nonce, in {}", self.file(job)),
                "use another --nonce; or, if that spec was never posted, remove its file",
            )),
            _ => Ok(made),
        }
    }

    /// Keeps a spec. It is on disk when this returns.
    pub async fn keep(&self, job: Address, document: &[u8]) -> Result<(), CommandError> {
        Ok(self.folder.send(letter(job), document).await?)
    }
}

fn letter(job: Address) -> Letter {
    Letter { job: job.to_bytes(), content: Content::Spec }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = r#"{"name":"a","command":["true"],"gpu":"h100","tier":"premium","payment":"USDG",
        "max_duration_seconds":600,"max_rate_per_hour":"1.5"}"#;
    const JOB: Address = Address::new_from_array([7; 32]);

    fn spec(text: &str) -> Spec {
        Spec::parse("spec.json", text).unwrap()
    }

    #[tokio::test]
    async fn a_repeated_post_has_the_hash_of_the_first_and_another_nonce_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path().join("private"));
        let key = SealingKey::generate();
        let public = key.public();
        let first = kept.made_private("spec.json", spec(SPEC), JOB, || Ok(key)).await.unwrap();
        assert_eq!(first.private.as_ref().unwrap().result_key, Hash(public));
        kept.keep(JOB, &first.document).await.unwrap();
        let no_key = || panic!("the terms are kept");
        let again = kept.made_private("spec.json", spec(SPEC), JOB, no_key).await.unwrap();
        assert_eq!(again.hash, first.hash);
        assert_eq!(kept.get(JOB, first.hash).await.unwrap().document, first.document);

        let other = Address::new_from_array([8; 32]);
        let second =
            kept.made_private("spec.json", spec(SPEC), other, || Ok(SealingKey::generate())).await.unwrap();
        assert_ne!(second.hash, first.hash);
        let error = kept.get(other, second.hash).await.err().unwrap();
        assert!(error.to_string().contains("reveal the job where it was posted"), "{error}");
    }

    #[tokio::test]
    async fn a_kept_spec_is_not_lost_to_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path().to_owned());
        let first = kept.made_private("spec.json", spec(SPEC), JOB, || Ok(SealingKey::generate())).await.unwrap();
        kept.keep(JOB, &first.document).await.unwrap();
        let other = spec(&SPEC.replace("600", "601"));
        let refused = kept.made_private("spec.json", other, JOB, || Ok(SealingKey::generate())).await;
        let message = refused.err().unwrap().to_string();
        assert!(
            message.contains("another private spec is kept for this nonce, in ") && message.contains("--nonce")
        );
        let message = kept.get(JOB, [1; 32]).await.err().unwrap().to_string();
        assert!(message.contains("has not the hash 0101") && message.contains("where it was posted"), "{message}");
    }

    #[tokio::test]
    async fn terms_in_the_file_are_posted_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path().to_owned());
        let terms = PrivateTerms { salt: Hash([1; 32]), result_key: Hash([2; 32]) };
        let own = spec(SPEC).made_private("spec.json", terms).unwrap();
        let made = kept.made_private("spec.json", own.clone(), JOB, || panic!("there is a key")).await.unwrap();
        assert_eq!(made.hash, own.hash);
    }

    #[tokio::test]
    async fn what_is_kept_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path().to_owned());
        kept.keep(JOB, spec(SPEC).document.as_slice()).await.unwrap();
        let mode = std::fs::metadata(kept.file(JOB)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
