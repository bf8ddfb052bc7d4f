//! What is due about one subject at a time, and when to look at it again. Nothing here changes anything: transitions are
//! tried on copies, by the program's own rules.

mod jobs;
mod money;
mod queue;
mod rewards;
mod rounds;
mod standing;

use {
    crate::{Index, Kind, Policy, Subject, Tip, agenda::Times},
    gpu_market_sdk::{
        Address, Instruction, address,
        gpu_market::{
            constants::HOST_GRACE,
            state::{Host, Market, Member, Now},
        },
        instructions::{Token, stake},
    },
    std::{cell::RefCell, collections::HashMap},
};

/// Who sends, and where tips go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    pub key: Address,
    /// Token accounts for tips by mint; for others, the associated one.
    pub wallets: HashMap<Address, Address>,
}

impl Caller {
    pub fn wallet(&self, token: &Token) -> Address {
        let given = self.wallets.get(&token.mint).copied();
        given.unwrap_or_else(|| address::associated_token(&self.key, &token.mint, &token.program).0)
    }
}

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub kind: Kind,
    pub number: u16,
    pub tip: Option<Tip>,
    pub why: String,
    /// Empty unless they were asked for.
    pub instructions: Vec<Instruction>,
}

/// What a look came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outlook {
    pub steps: Vec<Step>,
    /// When to look again, if nothing changes before.
    pub times: Times,
}

impl Outlook {
    fn nothing() -> Self {
        Self::default()
    }

    /// Nothing before this second.
    fn at(unix: i64) -> Self {
        Self { times: Times { unix: Some(unix), slot: None }, ..Self::default() }
    }
}

/// What a look looks at.
pub(crate) struct View<'a> {
    pub index: &'a Index,
    pub caller: &'a Caller,
    pub policy: &'a Policy,
    pub now: Now,
    /// Whether instructions are asked for. Most looks come to nothing, and addresses take long to derive.
    pub builds: bool,
    /// Accounts whose change, arrival or end changes what the look came to.
    reads: RefCell<Vec<Address>>,
    /// Mints whose token program is not known.
    mints: RefCell<Vec<Address>>,
}

impl<'a> View<'a> {
    pub fn new(index: &'a Index, caller: &'a Caller, policy: &'a Policy, now: Now, builds: bool) -> Self {
        Self { index, caller, policy, now, builds, reads: RefCell::default(), mints: RefCell::default() }
    }

    /// Looks at a subject. Nothing is due about one that is not there.
    pub fn look(&self, subject: &Subject) -> Outlook {
        let outlook = match subject {
            Subject::Job(job) => self.job(job),
            Subject::Seat(shard, node) => self.seat(shard, *node),
            Subject::Shard(shard) => self.shard(shard),
            Subject::Market(market) => self.market_of_shards(market),
            Subject::Member(member) => self.standing(member),
            Subject::Client(client) => self.fees(client),
            Subject::Stake(stake) => self.slashes(stake),
            Subject::Credit(credit) => self.credit(credit),
            Subject::Round(round) => self.round(round),
            Subject::Set(set) => self.leavers(set),
            Subject::Gpu(gpu) => self.gpu(gpu),
            Subject::Position(position) => self.position(position),
            Subject::Emission(emission) => self.emission(emission),
        };
        outlook.unwrap_or_default()
    }

    /// The accounts that the look has read, and the mints whose token program it lacked.
    pub fn into_reads(self) -> (Vec<Address>, Vec<Address>) {
        (self.reads.into_inner(), self.mints.into_inner())
    }

    fn step(&self, kind: Kind, why: String, instructions: impl FnOnce() -> Vec<Instruction>) -> Step {
        let instructions = if self.builds { instructions() } else { Vec::new() };
        Step { kind, number: 0, tip: None, why, instructions }
    }

    fn reads(&self, address: Address) {
        self.reads.borrow_mut().push(address);
    }

    /// A member, whose changes change what the look came to.
    fn member(&self, address: &Address) -> Option<&'a Member> {
        self.reads(*address);
        self.index.member(address)
    }

    /// A market, likewise, as far as its rules change.
    fn market(&self, address: &Address) -> Option<&'a Market> {
        self.reads(*address);
        self.index.market(address)
    }

    /// A host, likewise.
    fn host(&self, address: &Address) -> Option<&'a Host> {
        self.reads(*address);
        self.index.host(address)
    }

    /// An account of which only what never changes is looked at: it matters only that it is there.
    fn fixed<T>(&self, address: &Address, get: impl FnOnce(&'a Index, &Address) -> Option<&'a T>) -> Option<&'a T> {
        let found = get(self.index, address);
        if found.is_none() {
            self.reads(*address);
        }
        found
    }

    /// A mint with its token program, once that is known.
    fn token(&self, mint: Address) -> Option<Token> {
        let Some(program) = self.index.token_program(&mint) else {
            self.reads(mint);
            self.mints.borrow_mut().push(mint);
            return None;
        };
        Some(Token { mint, program: *program })
    }

    /// The instruction that opens a credit, where there is none.
    fn opening_credit(&self, stake: Address, beneficiary: Address) -> Option<Instruction> {
        let credit = address::credit(&stake, &beneficiary).0;
        self.index.credit(&credit).is_none().then(|| stake::open_credit(self.caller.key, stake, beneficiary))
    }
}

/// The first second in which anyone may act after a deadline.
fn enforceable(deadline: i64) -> i64 {
    deadline.saturating_add(HOST_GRACE).saturating_add(1)
}
