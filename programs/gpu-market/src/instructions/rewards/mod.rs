//! What stakers earn, and the emissions that pay stakers and hosts.

pub mod check_pool;
pub mod claim_rewards;
pub mod close_emission;
pub mod close_pool;
pub mod close_position;
pub mod open_emission;
pub mod open_pool;
pub mod open_position;
pub mod pay_incentive;
pub mod positions;
pub mod release_emission;
pub mod sync_weight;

pub use {
    check_pool::*, claim_rewards::*, close_emission::*, close_pool::*, close_position::*, open_emission::*,
    open_pool::*, open_position::*, pay_incentive::*, positions::*, release_emission::*, sync_weight::*,
};
