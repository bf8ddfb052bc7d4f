//! Everything that is tried in place of one account of one instruction.

use {
    super::{
        chain::{Held, held},
        change::Change,
        interface::Slot,
        kind::{Class, Kind},
        pool::{Pool, Substitute},
    },
    crate::World,
    gpu_market_sdk::{Address, Instruction, address},
};

/// A program that nobody knows, which owns forged accounts.
const UNKNOWN_PROGRAM: Address = Address::new_from_array([77; 32]);
/// An address at which nothing lies.
const NOWHERE: Address = Address::new_from_array([78; 32]);
/// Where the owner stands in a token account.
const TOKEN_OWNER: std::ops::Range<usize> = 32..64;

/// An instruction with one account changed, and what to write onto the chain before it.
pub struct Variant {
    pub change: Change,
    pub instruction: Instruction,
    pub edit: Option<(Address, Option<Held>)>,
}

/// One account of an instruction, and all that is known about it.
pub struct Place<'a> {
    pub world: &'a World,
    pub pool: &'a Pool,
    pub instruction: &'a Instruction,
    pub slots: &'a [Slot],
    /// What stands in each slot.
    pub kinds: &'a [Kind],
    pub index: usize,
    /// A wallet of the attacker.
    pub attacker: Address,
}

impl Place<'_> {
    fn slot(&self) -> &Slot {
        &self.slots[self.index]
    }

    fn kind(&self) -> Kind {
        self.kinds[self.index]
    }

    fn key(&self) -> Address {
        self.instruction.accounts[self.index].pubkey
    }

    /// All variants that apply to what stands here.
    pub fn variants(&self) -> Vec<Variant> {
        let mut variants = match self.kind() {
            Kind::Program | Kind::Sysvar => Vec::new(),
            Kind::Account(_) | Kind::Fresh(_) | Kind::Key => self.in_place(),
        };
        variants.push(self.other_type_instead());
        variants.extend(self.siblings());
        variants.extend(self.flags());
        variants.extend(self.twice());
        variants
    }

    /// The same instruction, about other contents of the address.
    fn with_contents(&self, change: Change, content: Option<Held>) -> Variant {
        Variant { change, instruction: self.instruction.clone(), edit: Some((self.key(), content)) }
    }

    /// The same instruction with another address here.
    fn with(&self, change: Change, substitute: Substitute) -> Variant {
        let mut instruction = self.instruction.clone();
        instruction.accounts[self.index].pubkey = substitute.key;
        let edit = substitute.content.map(|content| (substitute.key, Some(content)));
        Variant { change, instruction, edit }
    }

    fn in_place(&self) -> Vec<Variant> {
        let before = held(self.world, &self.key());
        let nothing = Held { lamports: Held::RENT, owner: address::SYSTEM_PROGRAM, data: Vec::new() };
        let contents = before.clone().unwrap_or(nothing);
        let size = contents.data.len();
        let (_, other) = self.pool.of_another_type(self.world, self.kind().class(), size, &[]);
        let foreign = Held { owner: UNKNOWN_PROGRAM, ..contents.clone() };
        let mut variants = vec![
            self.with_contents(Change::ForeignOwner, Some(foreign)),
            self.with_contents(Change::OtherTypeInPlace, Some(other)),
        ];
        if contents.is_of_tokens() {
            let spl = contents.owner == address::TOKEN_PROGRAM;
            let owner = if spl { address::TOKEN_2022_PROGRAM } else { address::TOKEN_PROGRAM };
            variants.push(self.with_contents(Change::OtherTokenProgram, Some(Held { owner, ..contents })));
        }
        if before.is_some() {
            variants.push(self.with_contents(Change::Closed, None));
        }
        variants
    }

    fn other_type_instead(&self) -> Variant {
        let size = held(self.world, &self.key()).map_or(0, |account| account.data.len());
        let named = self.named();
        let (other, _) = self.pool.of_another_type(self.world, self.kind().class(), size, &named);
        self.with(Change::OtherTypeInstead, other)
    }

    fn siblings(&self) -> Vec<Variant> {
        match self.kind() {
            Kind::Account(class) => self.siblings_of_account(class),
            Kind::Fresh(class) => {
                let vacant = Substitute { key: NOWHERE, content: None };
                let mut variants = self.genuine(class);
                variants.push(self.with(Change::Vacant, vacant));
                variants
            }
            Kind::Key => vec![self.with(Change::Attackers, Substitute { key: self.attacker, content: None })],
            Kind::Program => self.other_programs(),
            Kind::Sysvar => self.copies(),
        }
    }

    fn siblings_of_account(&self, class: Class) -> Vec<Variant> {
        let mut variants = self.genuine(class);
        variants.extend(self.copies());
        if class == Class::Token {
            let mut stolen = held(self.world, &self.key()).expect("a token account");
            stolen.data[TOKEN_OWNER].copy_from_slice(self.attacker.as_ref());
            let substitute = Substitute { key: NOWHERE, content: Some(stolen) };
            variants.push(self.with(Change::Attackers, substitute));
        }
        variants
    }

    /// Other accounts of the class; those that the instruction names already too where they are only read.
    fn genuine(&self, class: Class) -> Vec<Variant> {
        let except = if self.slot().writable { self.named() } else { vec![self.key()] };
        let account = held(self.world, &self.key());
        let siblings = self.pool.siblings(self.world, class, account.as_ref(), &except);
        let mut variants: Vec<_> =
            siblings.into_iter().map(|sibling| self.with(Change::Genuine, sibling)).collect();
        if let (Class::Typed(_), Some(account)) = (class, account) {
            let stranger = self.pool.stranger(self.world, class, &account, &self.named());
            variants.extend(stranger.map(|stranger| self.with(Change::Stranger, stranger)));
        }
        variants
    }

    fn copies(&self) -> Vec<Variant> {
        let copy = held(self.world, &self.key());
        vec![self.with(Change::Copy, Substitute { key: NOWHERE, content: copy })]
    }

    fn other_programs(&self) -> Vec<Variant> {
        let programs =
            [address::SYSTEM_PROGRAM, address::TOKEN_PROGRAM, address::TOKEN_2022_PROGRAM, address::PROGRAM];
        let others = programs.into_iter().filter(|program| *program != self.key());
        others.map(|key| self.with(Change::Genuine, Substitute { key, content: None })).collect()
    }

    /// A key that does not sign and an account that may not be written, wherever else the instruction names them.
    fn flags(&self) -> Vec<Variant> {
        let without = |change, clear: fn(&mut gpu_market_sdk::AccountMeta)| {
            let mut instruction = self.instruction.clone();
            instruction.accounts.iter_mut().filter(|meta| meta.pubkey == self.key()).for_each(clear);
            Variant { change, instruction, edit: None }
        };
        let mut variants = Vec::new();
        if self.slot().signer {
            variants.push(without(Change::Unsigned, |meta| meta.is_signer = false));
        }
        if self.slot().writable {
            variants.push(without(Change::ReadOnly, |meta| meta.is_writable = false));
        }
        variants
    }

    /// Other writable slots of the same class, so that one account stands in two.
    fn twice(&self) -> Vec<Variant> {
        let class = self.kind().class().filter(|_| self.slot().writable);
        let others = (0..self.instruction.accounts.len()).filter(|other| {
            *other != self.index
                && self.slots[*other].writable
                && class.is_some()
                && self.kinds[*other].class() == class
        });
        others
            .map(|other| {
                let key = self.instruction.accounts[other].pubkey;
                self.with(Change::Twice, Substitute { key, content: None })
            })
            .collect()
    }

    /// What the instruction names.
    fn named(&self) -> Vec<Address> {
        self.instruction.accounts.iter().map(|meta| meta.pubkey).collect()
    }
}
