//! Genuine accounts from all scenarios, to take siblings and strangers from.

use {
    super::{
        chain::{Held, held, is_runtimes},
        kind::Class,
    },
    crate::World,
    gpu_market_sdk::{Address, Instruction},
    std::{cmp::Reverse, collections::BTreeMap},
};

/// How many siblings are tried from the world itself, and again from other worlds: those that are most alike.
const SIBLINGS: usize = 4;

/// Accounts that the program, or a token program, has made.
#[derive(Clone, Default)]
pub struct Pool(BTreeMap<Address, Held>);

/// An account to put in the place of another, with what to write at its address first if the world lacks it.
#[derive(Clone, Debug)]
pub struct Substitute {
    pub key: Address,
    pub content: Option<Held>,
}

impl Pool {
    /// Collects what a world has, and what an instruction names in it. What is known already stays as it is.
    pub fn collect(&mut self, world: &World, instruction: &Instruction) {
        let named = instruction.accounts.iter().map(|meta| meta.pubkey);
        for key in world.svm.program_accounts().into_keys().chain(named) {
            let known = self.0.contains_key(&key) || is_runtimes(world, &key);
            let account = held(world, &key).filter(|account| !known && Class::of(account).is_some());
            if let Some(account) = account {
                self.0.insert(key, account);
            }
        }
    }

    /// Both; where they differ, this one.
    pub fn merged(mut self, other: Self) -> Self {
        for (key, account) in other.0 {
            self.0.entry(key).or_insert(account);
        }
        self
    }

    /// Every account that there is, in the world or out of it, of which `fits` holds.
    fn candidates(&self, world: &World, fits: impl Fn(&Address, &Held) -> bool) -> Vec<(Substitute, Held)> {
        let mut keys: Vec<Address> =
            world.svm.program_accounts().into_keys().chain(self.0.keys().copied()).collect();
        keys.sort_unstable();
        keys.dedup();
        let found = keys.into_iter().filter_map(|key| match held(world, &key) {
            Some(account) => Some((Substitute { key, content: None }, account)),
            None => self
                .0
                .get(&key)
                .map(|account| (Substitute { key, content: Some(account.clone()) }, account.clone())),
        });
        found.filter(|(substitute, account)| fits(&substitute.key, account)).collect()
    }

    /// Genuine accounts of a class that are most like `account`, in the world and out of it.
    pub fn siblings(
        &self,
        world: &World,
        class: Class,
        account: Option<&Held>,
        except: &[Address],
    ) -> Vec<Substitute> {
        let mut all = self.candidates(world, |key, other| !except.contains(key) && Class::of(other) == Some(class));
        // Stable, so that accounts that are equally alike stay in the order of their addresses.
        all.sort_by_key(|(_, other)| Reverse(account.map_or(0, |account| account.likeness(other))));
        let (here, elsewhere): (Vec<_>, Vec<_>) = all.into_iter().partition(|(found, _)| found.content.is_none());
        let nearest = |found: Vec<(Substitute, Held)>| found.into_iter().take(SIBLINGS).map(|(found, _)| found);
        nearest(here).chain(nearest(elsewhere)).collect()
    }

    /// The genuine account of the program of a class that has least to do with `account`.
    pub fn stranger(&self, world: &World, class: Class, account: &Held, except: &[Address]) -> Option<Substitute> {
        let all = self.candidates(world, |key, other| !except.contains(key) && Class::of(other) == Some(class));
        let distance = |other: &Held| (account.kinship(other), account.likeness(other));
        all.into_iter().min_by_key(|(_, other)| distance(other)).map(|(found, _)| found)
    }

    /// An account of the program of another class, if possible as long as `size`, so that its mark decides.
    pub fn of_another_type(
        &self,
        world: &World,
        class: Option<Class>,
        size: usize,
        except: &[Address],
    ) -> (Substitute, Held) {
        let all = self.candidates(world, |key, other| {
            !except.contains(key) && other.is_programs() && Class::of(other) != class
        });
        let long_enough = all.iter().filter(|(_, other)| other.data.len() >= size);
        let shortest = long_enough.min_by_key(|(_, other)| other.data.len());
        let longest = all.iter().max_by_key(|(_, other)| other.data.len());
        shortest.or(longest).cloned().expect("an account of another type")
    }
}
