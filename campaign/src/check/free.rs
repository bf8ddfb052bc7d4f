//! Which places of an instruction are free to choose, so that exchanging what stands there is no attack.

use {
    crate::action::Twist,
    gpu_market_sdk::{AccountMeta, Address, Instruction},
};

/// Places by instruction, counted from zero. Whoever pays rent, enforces something or gets money by the owner's signature may be
/// anybody; what an instruction does not need in this case may be anything, a pool without a position among it: a stake's positions
/// are counted, and each stands with its pool.
const FREE: &[(&str, &[usize])] = &[
    ("post", &[0, 1]),
    ("post_to", &[0, 1]),
    ("join", &[7]),
    ("renew", &[7]),
    ("finish", &[8, 9, 10]),
    ("finish_and_rejoin", &[8, 9, 10, 15]),
    ("cancel", &[0]),
    ("collect", &[6]),
    ("end", &[0, 7]),
    ("extend", &[0]),
    ("decline", &[6, 7]),
    ("decline_unavailable", &[8, 9, 11]),
    ("close_job", &[0]),
    ("expire_queued", &[0, 1, 7]),
    ("expire_assigned", &[0, 7, 8, 9, 10, 11, 12]),
    ("expire_running", &[0, 1, 9, 10, 11]),
    ("leave", &[0]),
    ("open_client", &[1]),
    ("sweep_fees", &[5, 6, 7]),
    ("stake", &[9, 10, 11, 12, 13, 14, 15, 16]),
    ("request_unstake", &[4, 5, 6, 7, 8, 9, 10, 11]),
    ("restake", &[4, 5, 6, 7, 8, 9, 10, 11]),
    ("extend_lock", &[4, 5, 6, 7, 8, 9, 10, 11]),
    ("open_pool", &[0]),
    ("open_position", &[1]),
    ("claim_rewards", &[5]),
    ("open_emission", &[1]),
    ("close_emission", &[0]),
    ("withdraw", &[3]),
    ("close_client", &[3]),
    ("open_stake", &[1]),
    ("withdraw_stake", &[3]),
    ("close_stake", &[3]),
    ("open_credit", &[0]),
    ("claim_credit", &[0, 4]),
    ("register_host", &[1]),
    ("withdraw_earnings", &[0]),
    ("enroll", &[1, 8]),
    ("apply", &[1, 8]),
    ("create_market", &[1]),
    ("announce_terms", &[1]),
    ("create_shard", &[1]),
    ("grow_shard", &[0]),
    ("set_pause", &[0]),
    ("open_treasury", &[0]),
    ("create_attestor_set", &[1]),
    ("leave_set", &[0]),
    ("vacate_attestor", &[0]),
    ("open_challenge", &[0, 2]),
    ("commit_answer", &[0]),
    ("open_answer", &[0]),
    ("claim_gpu", &[0]),
    ("release_gpu", &[0]),
];

/// Instructions of an owner that name nothing but its escrow.
pub fn takes_any_escrow(name: &str) -> bool {
    ["set_delegate", "raise_nonce_floor"].contains(&name)
}

/// What stands in the place in which something else was put.
pub fn exchanged(twist: Twist, instruction: &Instruction) -> Option<&AccountMeta> {
    match twist {
        Twist::Replace(place, _) | Twist::Twice(_, place) => {
            instruction.accounts.get(usize::from(place) % instruction.accounts.len().max(1))
        }
        _ => None,
    }
}

fn is_free(name: &str, place: u8, instruction: &Instruction) -> bool {
    let place = usize::from(place) % instruction.accounts.len().max(1);
    // Each ends with the program itself, which nothing reads: the self-call that carries the event goes to its own id.
    let last = place + 1 == instruction.accounts.len();
    last || FREE.iter().any(|(of, places)| *of == name && places.contains(&place))
}

/// Whether an instruction may succeed with this in it: what was exchanged was free to choose, or another place of the same
/// transaction makes up for it.
pub fn is_harmless(name: &str, twist: Twist, instruction: &Instruction, payer: &Address) -> bool {
    let at = |place: u8| instruction.accounts.get(usize::from(place) % instruction.accounts.len().max(1));
    match twist {
        // Other arguments are another action.
        Twist::Data(..) => true,
        Twist::Replace(place, _) | Twist::Twice(_, place) => is_free(name, place, instruction),
        // A transaction lists each key once, and it signs and is written to for all places.
        Twist::Unsigned(place) => at(place).is_some_and(|meta| {
            meta.pubkey == *payer
                || instruction.accounts.iter().any(|other| other.pubkey == meta.pubkey && other.is_signer)
        }),
        Twist::ReadOnly(place) => at(place).is_some_and(|meta| {
            meta.pubkey == *payer
                || instruction.accounts.iter().any(|other| other.pubkey == meta.pubkey && other.is_writable)
        }),
        // Reward positions stand last, and those that a stake does not have may be left away.
        Twist::Cut(_) => {
            let fixed = match name {
                "stake" => 9,
                "request_unstake" | "restake" | "extend_lock" => 4,
                _ => return false,
            };
            instruction.accounts.len() >= fixed
        }
    }
}
