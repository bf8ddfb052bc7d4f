//! How many of one instruction fit one transaction, found by executing them.

use {
    super::{Bench, MAX_TX_BYTES, Watch},
    crate::{DOLLAR, HOUR, STAKE, World},
    gpu_market::state::Outcome,
    gpu_market_sdk::{
        Address, Instruction,
        instructions::{job, queue},
        svm::{Execution, Refused, Svm, packet_size, v1_size},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::{collections::BTreeMap, fmt},
};

/// Bytes of the largest transaction of version 1.
const V1_TX_BYTES: usize = 4_096;
/// Instructions of one transaction of version 1 at most.
const MOST: u16 = 64;

/// Why one more does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoppedBy {
    /// The transaction would be too long, or name too many accounts.
    Size,
    /// The runtime executes no more instructions for a transaction, called ones among them.
    Trace,
}

impl fmt::Display for StoppedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Size => "size",
            Self::Trace => "trace",
        })
    }
}

/// The largest transaction of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    pub count: usize,
    pub bytes: usize,
    /// Compute units of all of them.
    pub cu: u64,
    pub stopped_by: StoppedBy,
}

/// The largest packet, and the largest transaction of version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    pub packet: Fit,
    pub v1: Fit,
}

/// A world in which all of these instructions can be executed, by one signer.
struct Stage {
    world: World,
    signer: Keypair,
    instructions: Vec<Instruction>,
}

type Executed = Result<Execution, Box<Refused>>;
type Setting = fn() -> Stage;

/// A kind of transaction.
struct Form {
    size: fn(&Address, &[Instruction]) -> Option<usize>,
    most: usize,
    send: fn(&mut Svm, &[Instruction], &[&Keypair]) -> Executed,
}

const PACKET: Form = Form {
    size: |payer, instructions| Some(packet_size(payer, instructions)),
    most: MAX_TX_BYTES,
    send: Svm::send,
};

const V1: Form = Form { size: v1_size, most: V1_TX_BYTES, send: Svm::send_v1 };

/// Every batch, by name of its instruction.
pub(super) fn measure() -> BTreeMap<&'static str, Batch> {
    let stages: [(&'static str, Setting); 4] =
        [("post", posts), ("join", joins), ("heartbeat", heartbeats), ("finish", finishes)];
    let batch = |stage: Setting| Batch { packet: fit(stage(), &PACKET), v1: fit(stage(), &V1) };
    stages.into_iter().map(|(name, stage)| (name, batch(stage))).collect()
}

/// Executes the largest transaction of a form. One that the runtime refuses changes nothing.
fn fit(stage: Stage, form: &Form) -> Fit {
    let Stage { mut world, signer, instructions } = stage;
    let fits = |count: &usize| {
        let size = (form.size)(&signer.pubkey(), &instructions[..*count]);
        size.is_some_and(|bytes| bytes <= form.most)
    };
    let most = (1..=instructions.len()).take_while(fits).last().expect("one fits");
    assert!(most < instructions.len(), "more of them fit than there are");
    for count in (1..=most).rev() {
        match (form.send)(&mut world.svm, &instructions[..count], &[&signer]) {
            Ok(execution) => {
                world.audit();
                let stopped_by = if count == most { StoppedBy::Size } else { StoppedBy::Trace };
                return Fit { count, bytes: execution.bytes, cu: execution.compute_units, stopped_by };
            }
            Err(refused) => assert!(is_of_trace(&refused), "{count}: {refused}\n{}", refused.logs.join("\n")),
        }
    }
    panic!("not one of them is executed");
}

/// Whether the runtime's limit of executed instructions is why a transaction failed.
fn is_of_trace(refused: &Refused) -> bool {
    format!("{:?}", refused.error).contains("MaxInstructionTraceLengthExceeded")
}

fn posts() -> Stage {
    let mut bench = Bench::new();
    let client = bench.client();
    let market = bench.market;
    let instructions = (0..=MOST).map(|_| job::post(bench.post(&client, &market, HOUR))).collect();
    Stage { world: bench.into_parts().0, signer: client.owner, instructions }
}

/// Seats of one host, one after the other.
fn joins() -> Stage {
    let mut bench = Bench::new();
    let (host, market) = premium_host(&mut bench);
    let join = queue::join(bench.world.seat_of(&host, &market));
    Stage { world: bench.into_parts().0, signer: host.operator, instructions: vec![join; usize::from(MOST) + 1] }
}

fn premium_host(bench: &mut Bench) -> (crate::HostParty, crate::MarketRef) {
    let (name, market) = (bench.host_name(), bench.premium);
    let stake = u64::from(MOST + 1) * 10 * STAKE;
    let host = bench.world.host(name, stake);
    bench.world.admit(&host, &market, MOST + 1, stake);
    (host, market)
}

/// Jobs of one client that run on one host, and what is done to each of them.
fn running(
    instruction: impl Fn(&World, &crate::ClientParty, &crate::HostParty, &crate::MarketRef, Address) -> Instruction,
) -> Stage {
    let mut bench = Bench::watched(&Watch::default());
    let (host, market) = premium_host(&mut bench);
    let client = bench.world.client(bench.client_name(), 1_000 * DOLLAR);
    let jobs: Vec<Address> = (0..=MOST).map(|_| bench.running(&client, &host, &market, HOUR)).collect();
    let mut world = bench.into_parts().0;
    world.svm.advance(60);
    let instructions = jobs.into_iter().map(|job| instruction(&world, &client, &host, &market, job)).collect();
    Stage { world, signer: host.operator, instructions }
}

fn heartbeats() -> Stage {
    running(|world, _, host, market, job| world.heartbeat_ix(host, market, job))
}

fn finishes() -> Stage {
    running(|world, client, host, market, job| {
        job::finish(world.finish_of(client, host, market, job, Outcome::Success, None))
    })
}
