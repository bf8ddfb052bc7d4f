//! Chance, by what is going on: mostly what somebody would do, sometimes what nobody should.

mod admin;
mod dice;
mod emission;
mod host;
mod job;
mod market;
mod money;
mod outside;
mod queue;
mod reward;
mod round;
mod twist;

pub use dice::Dice;

use crate::{action::Action, model::Model};

/// Makes the actions of one campaign. The same seed makes the same ones, as long as they come to the same.
pub struct Generator {
    dice: Dice,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed) }
    }

    /// The next action.
    pub fn next(&mut self, model: &Model) -> Action {
        match self.dice.below(2_000) {
            0 => Action::Outside(crate::action::Outside::Restart),
            1..120 => {
                let straight = self.straight(model);
                self.twisted(straight)
            }
            _ => self.straight(model),
        }
    }

    /// An action without a twist.
    fn straight(&mut self, model: &Model) -> Action {
        if let Some(draw) = self.draw(model) {
            return Action::Round(draw);
        }
        match self.dice.below(1_000) {
            0..400 => Action::Job(self.job(model)),
            400..530 => Action::Queue(self.queue(model)),
            530..560 => Action::Reward(self.reward(model)),
            560..590 => Action::Emission(self.emission(model)),
            590..740 => Action::Outside(self.time(model)),
            740..775 => Action::Outside(self.meddling(model)),
            775..830 => Action::Escrow(self.escrow(model)),
            830..890 => Action::Stake(self.stake(model)),
            890..905 => Action::Host(self.host(model)),
            905..930 => Action::Member(self.member(model)),
            930..945 => Action::Market(self.market(model)),
            945..980 => Action::Admin(self.admin(model)),
            _ => Action::Round(self.round(model)),
        }
    }
}
