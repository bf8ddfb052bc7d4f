//! What a round of attestation is about: the host runs the reference benchmark, and attestors check what it answers.
//!
//! The chain fixes who commits to what and when. What passes between host and attestors is here: once the host's answer is
//! committed to, it discloses the answer to its panel, each attestor names steps that nobody could know before, and the
//! host lays them open.

use {
    gpu_market::{
        error::MarketError,
        state::{Answer, Challenge, Reading, Verdict},
    },
    gpu_market_benchmark::{
        attestor,
        backend::{Cpu, Simd},
        error::Error as BenchmarkError,
        host,
        matrix::Digest,
        merkle::Path,
        opening::{self, Opening},
        seed::{Identity, Seed},
        size::{Class, Size},
    },
    gpu_market_sdk::{Address, digest},
    sha2::{Digest as _, Sha256},
    std::time::Duration,
};

/// There is no GPU here, so every market's hosts run the class for tests.
pub const CLASS: Class = Class::Test;
/// Operations per second in one point of a score. The test class is that small; GPUs would be measured in 10⁹.
const OPERATIONS_PER_POINT: u64 = 1_000;
/// Seconds that a host takes for its chains, by the simulated clock.
pub const ANSWER_SECONDS: (u32, u32) = (10, 25);
/// Seconds after which an attestor sees the answer's commitment at the latest.
pub const SIGHT_SECONDS: u32 = 3;

/// A GPU of the host.
#[derive(Clone, Debug)]
pub struct Device {
    /// As its driver reports it.
    pub uuid: String,
    pub uuid_hash: [u8; 32],
    /// MiB, likewise.
    pub vram: u32,
}

impl Device {
    /// `count` GPUs of a host, in the order in which rounds name them.
    pub fn of(host: &str, count: u16, vram: u32) -> Vec<Self> {
        let device = |number| {
            let uuid = format!("GPU-{}-{number}", host.to_lowercase());
            Self { uuid_hash: digest::gpu_uuid(uuid.as_bytes()), uuid, vram }
        };
        let mut devices: Vec<Self> = (0..count).map(device).collect();
        devices.sort_by_key(|device| device.uuid_hash);
        devices
    }
}

fn hashes(devices: &[Device]) -> Vec<[u8; 32]> {
    devices.iter().map(|device| device.uuid_hash).collect()
}

/// What proves to a set of attestors that a GPU is among those of a round.
pub fn gpu_proof(devices: &[Device], index: usize) -> Result<Vec<[u8; 32]>, MarketError> {
    digest::gpu_proof(&hashes(devices), index)
}

/// What the benchmark put out, as the answer names it: SHA-256 of the roots of all chains, in the order of the GPUs.
fn result_of(roots: &[Digest]) -> [u8; 32] {
    Sha256::digest(roots.concat()).into()
}

fn seed_of(round: &Challenge, gpu: u16) -> Seed {
    let identity = Identity { host: round.host.to_bytes(), member: round.member.to_bytes(), gpu };
    Seed::draw(&round.seed, &identity)
}

/// Points of a host whose chains took `elapsed`.
pub fn score(elapsed: Duration) -> Result<u32, BenchmarkError> {
    let points = host::score(CLASS.size(), elapsed)? / OPERATIONS_PER_POINT;
    Ok(u32::try_from(points).unwrap_or(u32::MAX))
}

/// Points of the slowest answer in this scene.
pub fn slowest_score() -> u32 {
    score(Duration::from_secs(u64::from(ANSWER_SECONDS.1 + SIGHT_SECONDS))).unwrap_or(0)
}

/// What a host tells its panel once its answer is committed to.
#[derive(Clone, Debug)]
pub struct Disclosure {
    pub answer: Answer,
    pub salt: [u8; 32],
    pub devices: Vec<Device>,
    pub roots: Vec<Digest>,
    pub start_paths: Vec<Path>,
}

/// A host that has run its chains.
pub struct Prover {
    pub disclosure: Disclosure,
    chains: Vec<host::Answer>,
    cpu: Cpu<Simd>,
}

impl Prover {
    /// Runs the chain of every GPU from the round's seed.
    pub fn run(round: &Challenge, devices: &[Device], salt: [u8; 32]) -> Result<Self, Fault> {
        let mut cpu = Cpu::<Simd>::new();
        let count = u16::try_from(devices.len()).map_err(|_| Fault::Gpus(MarketError::ReadingOutOfRange))?;
        let mut chains = Vec::new();
        for gpu in 0..count {
            chains.push(host::run(seed_of(round, gpu), CLASS.size(), &mut cpu, &mut |_| ())?);
        }
        let roots: Vec<Digest> = chains.iter().map(host::Answer::root).collect();
        let start_paths = chains.iter().map(host::Answer::start_path).collect::<Result<_, _>>()?;
        let gpu_root = digest::gpu_root(&hashes(devices)).map_err(Fault::Gpus)?;
        let answer = Answer { result: result_of(&roots), gpus: count, gpu_root };
        let disclosure = Disclosure { answer, salt, devices: devices.to_vec(), roots, start_paths };
        Ok(Self { disclosure, chains, cpu })
    }

    /// Lays open the steps that `challenge` samples of the chain of a GPU.
    fn open(&mut self, gpu: usize, challenge: &[u8; 32]) -> Result<Vec<Opening>, Fault> {
        let chain = self.chains.get(gpu).ok_or(Fault::ChainMissing)?;
        let steps = opening::sample(challenge, &chain.root(), CLASS.size());
        let openings = steps.into_iter().map(|step| chain.open(&mut self.cpu, step));
        Ok(openings.collect::<Result<_, _>>()?)
    }
}

/// Why an attestor fails a host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the disclosed answer is not the one that the round holds a commitment to; disclose that one")]
    OtherAnswer,
    #[error("the answer's result is not the hash of the disclosed roots; disclose the roots that it was made of")]
    OtherRoots,
    #[error("the GPUs named are not those of the answer: {0:?}; name them all, in order")]
    Gpus(MarketError),
    #[error("the answer claims more GPUs than chains were run; run one for each")]
    ChainMissing,
    #[error(transparent)]
    Benchmark(#[from] BenchmarkError),
}

/// An attestor of the panel, with what it saw of the round.
pub struct Examiner<'a> {
    /// Address of the round.
    pub address: &'a Address,
    pub round: &'a Challenge,
    /// Its own 32 bytes, drawn after the host committed: nobody else can name the steps.
    pub nonce: [u8; 32],
    /// From the draw until it saw the host's commitment.
    pub elapsed: Duration,
}

impl Examiner<'_> {
    /// What it reads: that of a host whose every chain holds, or the one that fails a host, with the reason.
    pub fn read(&self, prover: &mut Prover) -> (Reading, Option<Fault>) {
        match self.check(prover) {
            Ok(reading) => (reading, None),
            Err(fault) => {
                let verdict = Verdict::Fail as u8;
                (Reading { verdict, score: 0, vram: 0, gpus: 0, result: [0; 32], gpu_root: [0; 32] }, Some(fault))
            }
        }
    }

    fn check(&self, prover: &mut Prover) -> Result<Reading, Fault> {
        let disclosed = prover.disclosure.clone();
        self.check_answer(&disclosed)?;
        for (gpu, (root, start_path)) in disclosed.roots.iter().zip(&disclosed.start_paths).enumerate() {
            let number = u16::try_from(gpu).map_err(|_| Fault::ChainMissing)?;
            let openings = prover.open(gpu, &self.nonce)?;
            let size: Size = CLASS.size();
            attestor::verify(seed_of(self.round, number), size, *root, self.nonce, start_path, openings)?;
        }
        Ok(Reading {
            verdict: Verdict::Pass as u8,
            score: score(self.elapsed)?,
            vram: disclosed.devices.iter().map(|device| device.vram).min().unwrap_or(0),
            gpus: disclosed.answer.gpus,
            result: disclosed.answer.result,
            gpu_root: disclosed.answer.gpu_root,
        })
    }

    /// The answer is the one that was committed to on the chain, and everything disclosed belongs to it.
    fn check_answer(&self, disclosed: &Disclosure) -> Result<(), Fault> {
        let Disclosure { answer, salt, devices, roots, start_paths } = disclosed;
        let commitment = digest::answer(self.address, &self.round.host, &self.round.seed, answer, salt);
        if commitment != self.round.answer {
            return Err(Fault::OtherAnswer);
        }
        let gpus = usize::from(answer.gpus);
        if roots.len() != gpus || start_paths.len() != gpus || devices.len() != gpus {
            return Err(Fault::ChainMissing);
        }
        if result_of(roots) != answer.result {
            return Err(Fault::OtherRoots);
        }
        let root = digest::gpu_root(&hashes(devices)).map_err(Fault::Gpus)?;
        if root == answer.gpu_root { Ok(()) } else { Err(Fault::Gpus(MarketError::CommitmentMismatch)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: Address = Address::new_from_array([9; 32]);
    const SALT: [u8; 32] = [8; 32];

    fn round(prover: Option<&Prover>) -> Challenge {
        let mut round: Challenge = bytemuck::Zeroable::zeroed();
        round.host = Address::new_from_array([1; 32]);
        round.member = Address::new_from_array([2; 32]);
        round.seed = [3; 32];
        if let Some(prover) = prover {
            let answer = &prover.disclosure.answer;
            round.answer = digest::answer(&ADDRESS, &round.host, &round.seed, answer, &SALT);
        }
        round
    }

    fn prover() -> Prover {
        Prover::run(&round(None), &Device::of("Prover", 2, 12_288), SALT).unwrap()
    }

    fn read(round: &Challenge, prover: &mut Prover) -> (Reading, Option<Fault>) {
        let elapsed = Duration::from_secs(10);
        Examiner { address: &ADDRESS, round, nonce: [4; 32], elapsed }.read(prover)
    }

    #[test]
    fn an_honest_host_passes_with_the_score_of_its_time() {
        let mut prover = prover();
        let (reading, fault) = read(&round(Some(&prover)), &mut prover);
        assert_eq!(fault, None);
        // 2 · 64³ · 64 operations in ten seconds, in thousands.
        assert_eq!((reading.verdict, reading.score, reading.vram, reading.gpus), (1, 3_355, 12_288, 2));
        assert_eq!(reading.gpu_root, prover.disclosure.answer.gpu_root);
    }

    #[test]
    fn an_answer_other_than_the_committed_one_fails() {
        let mut prover = prover();
        let round = round(Some(&prover));
        prover.disclosure.answer.result = [7; 32];
        assert_eq!(read(&round, &mut prover).1, Some(Fault::OtherAnswer));
    }

    #[test]
    fn roots_and_gpus_that_the_answer_does_not_name_fail() {
        let mut prover = prover();
        let round = round(Some(&prover));
        let honest = prover.disclosure.clone();
        prover.disclosure.roots.swap(0, 1);
        assert_eq!(read(&round, &mut prover).1, Some(Fault::OtherRoots));
        prover.disclosure = Disclosure { devices: Device::of("Other", 2, 12_288), ..honest.clone() };
        assert_eq!(read(&round, &mut prover).1, Some(Fault::Gpus(MarketError::CommitmentMismatch)));
        prover.disclosure = Disclosure { devices: Device::of("Prover", 1, 12_288), ..honest };
        assert_eq!(read(&round, &mut prover).1, Some(Fault::ChainMissing));
    }

    #[test]
    fn chains_of_another_seed_fail_although_they_were_committed_to() {
        let mut stolen = prover();
        let mut other = round(Some(&stolen));
        other.seed = [5; 32];
        other.answer = digest::answer(&ADDRESS, &other.host, &other.seed, &stolen.disclosure.answer, &SALT);
        let (reading, fault) = read(&other, &mut stolen);
        assert_eq!(fault, Some(Fault::Benchmark(BenchmarkError::WrongStart)));
        assert_eq!((reading.verdict, reading.score, reading.gpus, reading.gpu_root), (2, 0, 0, [0; 32]));
    }
}
