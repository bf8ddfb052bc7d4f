//! Whoever wants to see each instruction in the very state in which it succeeds.

use {crate::World, gpu_market_sdk::Instruction, solana_keypair::Keypair, std::rc::Rc};

type Look = dyn Fn(&mut World, &str, &Instruction, &[&Keypair]);

/// Looks at the world before each measured instruction, and may try things in it; it has to leave the accounts as it
/// found them. By default nobody looks.
#[derive(Clone, Default)]
pub struct Watch(Option<Rc<Look>>);

impl Watch {
    pub fn by(look: impl Fn(&mut World, &str, &Instruction, &[&Keypair]) + 'static) -> Self {
        Self(Some(Rc::new(look)))
    }

    /// Shows what is about to be measured: its name, the instruction, and the signers of its transaction.
    pub(super) fn show(&self, world: &mut World, name: &str, instruction: &Instruction, signers: &[&Keypair]) {
        if let Some(look) = &self.0 {
            look(world, name, instruction, signers);
        }
    }
}
