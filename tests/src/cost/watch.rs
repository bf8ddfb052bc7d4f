//! How the scenarios are played: who looks on, and which addresses their parties take.

use {crate::World, gpu_market_sdk::Instruction, solana_keypair::Keypair, std::rc::Rc};

type Look = dyn Fn(&mut World, &str, &Instruction, &[&Keypair]);

/// Which of the addresses that keys and numbers give a party takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bumps {
    /// Those that are found with the first try, as clients can choose by nonce and key.
    #[default]
    First,
    /// Of a thousand those that take the most tries.
    Worst,
}

/// Looks at the world before each measured instruction, and may try things in it; it has to leave the accounts as it
/// found them. By default nobody looks.
#[derive(Clone, Default)]
pub struct Watch {
    look: Option<Rc<Look>>,
    bumps: Bumps,
}

impl Watch {
    pub fn by(look: impl Fn(&mut World, &str, &Instruction, &[&Keypair]) + 'static) -> Self {
        Self { look: Some(Rc::new(look)), bumps: Bumps::First }
    }

    /// Nobody looks, and addresses have these bumps.
    pub fn with(bumps: Bumps) -> Self {
        Self { look: None, bumps }
    }

    pub(super) fn bumps(&self) -> Bumps {
        self.bumps
    }

    /// Shows what is about to be measured: its name, the instruction, and the signers of its transaction.
    pub(super) fn show(&self, world: &mut World, name: &str, instruction: &Instruction, signers: &[&Keypair]) {
        if let Some(look) = &self.look {
            look(world, name, instruction, signers);
        }
    }
}
