//! What is not refused, and why that is right.
//!
//! A place is `instruction.account`, or `branch.account` for one measurement of it, or `*.account` for every instruction. A
//! change that is listed for a place has to end as listed wherever it was tried there, or the list is out of date.

use super::{
    change::Change,
    outcome::Outcome,
    recorded::{COPIES, MINTS},
};

/// How a change ends that is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Accepted,
    /// The job finishes, and its host does not join again.
    Skipped,
    /// The runtime stops the program when it signs for a vault that is not its.
    Stopped,
}

impl End {
    /// How something ended that an exception may allow: neither a refusal nor a crash.
    pub const fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Accepted => Some(Self::Accepted),
            Outcome::Skipped(_) => Some(Self::Skipped),
            Outcome::Stopped => Some(Self::Stopped),
            Outcome::Refused(_) | Outcome::Broken(_) => None,
        }
    }
}

/// Changes and the places in which they are not refused.
pub type Allowed = (&'static [Change], &'static [&'static str]);

/// Changes that are not refused, for one reason.
pub struct Exception {
    pub reason: &'static str,
    pub end: End,
    pub allowed: &'static [Allowed],
}

/// The contents of an address that is right.
const CONTENTS: &[Change] = &[Change::ForeignOwner, Change::OtherTypeInPlace, Change::Closed];
const TOKEN_CONTENTS: &[Change] =
    &[Change::ForeignOwner, Change::OtherTokenProgram, Change::OtherTypeInPlace, Change::Closed];
const OTHER_TOKENS: &[Change] = &[Change::Genuine, Change::Copy, Change::Attackers];
const REJOINING: &[Change] = &[
    Change::ForeignOwner,
    Change::OtherTypeInPlace,
    Change::OtherTypeInstead,
    Change::Genuine,
    Change::Attackers,
    Change::Closed,
];
const ANYTHING: &[Change] = &[
    Change::ForeignOwner,
    Change::OtherTokenProgram,
    Change::OtherTypeInPlace,
    Change::OtherTypeInstead,
    Change::Genuine,
    Change::Copy,
    Change::Attackers,
    Change::Closed,
];

/// All of them. The table refers to them by their place in this list, from one.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        reason: "A copy that cannot exist: only the program makes accounts of its types, each at the one address that its \
                 fields give, which a test checks for every account that comes up. Fields that fit are as good as the \
                 address then, and cost no derivation. Genuine siblings do not fit.",
        end: End::Accepted,
        allowed: &[(&[Change::Copy], COPIES)],
    },
    Exception {
        reason: "A copy that cannot exist, as above. Here a vault pays, the copy's address does not give the vault's, and \
                 the runtime stops the program when it signs for it.",
        end: End::Stopped,
        allowed: &[(
            &[Change::Copy],
            &[
                "withdraw.client",
                "close_client.client",
                "sweep_fees.client",
                "withdraw_stake.stake",
                "close_stake.stake",
                "sweep_slashes.stake",
            ],
        )],
    },
    Exception {
        reason: "Anyone may pay rent. Who did is recorded and gets it back.",
        end: End::Accepted,
        allowed: &[(&[Change::Attackers], &["*.payer", "open_challenge.rent_payer"])],
    },
    Exception {
        reason: "Anyone may do this at this moment, so that no wait depends on one key. What it pays goes to recorded owners, \
                 and the tip to the caller.",
        end: End::Accepted,
        allowed: &[
            (
                &[Change::Attackers],
                &[
                    "expire_queued.caller",
                    "expire_assigned.caller",
                    "expire_running.caller",
                    "claim_credit.caller",
                    "leave_lapsed.caller",
                    "close_job_forgotten.caller",
                    "vacate_attestor.authority",
                    "release_gpu_expired.authority",
                    "=close_emission.caller",
                ],
            ),
            (&[Change::Genuine], &["expire_challenge.challenge", "grow_shard.shard", "close_job_forgotten.job"]),
            (&[Change::Stranger], &["grow_shard.shard"]),
        ],
    },
    Exception {
        reason: "A token account that its signer chooses: where to withdraw to what is its own, or where its tip goes.",
        end: End::Accepted,
        allowed: &[(
            OTHER_TOKENS,
            &[
                "withdraw.destination",
                "close_client.destination",
                "withdraw_stake.destination",
                "close_stake_with_gift.destination",
                "=claim_credit.destination",
                "claim_rewards.destination",
                "expire_queued.caller_tokens",
                "expire_assigned.caller_tokens",
                "expire_running.caller_tokens",
            ],
        )],
    },
    Exception {
        reason: "Another token account of the same owner and mint is as good. One of another owner is refused.",
        end: End::Accepted,
        allowed: &[(
            &[Change::Copy],
            &[
                "deposit.source",
                "stake.source",
                "withdraw_treasury.destination",
                "withdraw_earnings.destination",
                "close_earnings.destination",
                "close_emission.destination",
                "open_emission.source",
                "claim_credit_by_anyone.destination",
                "enroll.access",
                "apply.access",
                "join.access",
                "renew.access",
                "finish_and_rejoin.access",
            ],
        )],
    },
    Exception {
        reason: "The signer's choice among what is its own: its jobs, sets, attestors, markets and GPUs. For the admin, among \
                 all markets.",
        end: End::Accepted,
        allowed: &[
            (
                &[Change::Genuine],
                &[
                    "cancel_assigned_rematched.job",
                    "=extend.job",
                    "dispute.job",
                    "add_attestor.set",
                    "announce_set.set",
                    "remove_attestor.stake",
                    "set_market_pause.market",
                    "propose_market_authority.market",
                    "list_market.market",
                    "release_gpu.gpu",
                ],
            ),
            (&[Change::Stranger], &["list_market.market"]),
        ],
    },
    Exception {
        reason: "Chosen by whoever creates this, and fixed from then on: any allowed mint, any community market as feeder.",
        end: End::Accepted,
        allowed: &[
            (
                &[Change::Genuine, Change::Copy],
                &["=create_market.payment_mint", "create_market_private.payment_mint"],
            ),
            (&[Change::Genuine, Change::Copy], &["create_market_fed.feeder"]),
            (&[Change::Copy], &["create_config.stake_mint"]),
        ],
    },
    Exception {
        reason: "Any shard of the market: client and host choose in which they wait.",
        end: End::Accepted,
        allowed: &[(
            &[Change::Genuine],
            &[
                "post.shard",
                "join_waits.shard",
                "join_matched.shard",
                "finish_and_rejoin_waits.shard",
                "finish_and_rejoin_matched.shard",
            ],
        )],
    },
    Exception {
        reason: "Finishing never fails for the rejoin: it is skipped, with the refusal in the event.",
        end: End::Skipped,
        allowed: &[
            (REJOINING, &["finish_and_rejoin_private.access"]),
            (&[Change::Genuine], &["finish_and_rejoin_waits.terms", "finish_and_rejoin_matched.terms"]),
        ],
    },
    Exception {
        reason: "The mint's address is the recorded one, and no address of a mint changes hands. Only the token program reads \
                 what lies there.",
        end: End::Accepted,
        allowed: &[(&[Change::ForeignOwner, Change::OtherTokenProgram], MINTS)],
    },
    Exception {
        reason: "No token moves in this case, so nothing reads what lies at the address, which is the recorded one where there \
                 is one.",
        end: End::Accepted,
        allowed: &[
            (
                &[Change::OtherTypeInPlace, Change::Closed],
                &[
                    "decline_unavailable_first.mint",
                    "=close_stake.mint",
                    "=close_earnings.mint",
                    "=close_emission.mint",
                    "close_treasury.mint",
                    "enroll.mint",
                    "apply.mint",
                ],
            ),
            (TOKEN_CONTENTS, &["decline_unavailable_first.vault", "decline_unavailable_first.earnings"]),
            (
                &[Change::ForeignOwner, Change::OtherTokenProgram, Change::OtherTypeInPlace],
                &["expire_running_timed_out.earnings"],
            ),
            (ANYTHING, &["decline_unavailable_first.first_earnings", "=close_stake.destination"]),
            (
                &[Change::Genuine],
                &["decline_unavailable_first.token_program", "expire_assigned_unfit.token_program"],
            ),
        ],
    },
    Exception {
        reason: "The address of an account that may be closed by now, or never have been opened. Nothing but what the program \
                 once put there can lie at it.",
        end: End::Accepted,
        allowed: &[
            (&[Change::ForeignOwner, Change::Closed], &["decline_unavailable_second.first_member"]),
            (CONTENTS, &["release_gpu.member", "release_gpu_expired.host", "open_challenge_sponsored.host_stake"]),
        ],
    },
    Exception {
        reason: "Opened anew where there is none.",
        end: End::Accepted,
        allowed: &[(&[Change::Closed], &["open_credit_again.credit"])],
    },
    Exception {
        reason: "The earnings vault of a referrer, by the seeds of its address: it need not be open when the client names it, and \
                 the share of one that cannot receive stays booked.",
        end: End::Accepted,
        allowed: &[(
            TOKEN_CONTENTS,
            &["set_referrer.earnings", "sweep_fees_to_three.earnings", "sweep_fees_referral_kept.earnings"],
        )],
    },
    Exception {
        reason: "The recorded vault, at whose address lies nothing but what the token program keeps there. A check only reads \
                 what it holds.",
        end: End::Accepted,
        allowed: &[(
            &[Change::ForeignOwner, Change::OtherTokenProgram, Change::OtherTypeInPlace],
            &["check_client.vault", "check_pool.vault", "check_stake.vault"],
        )],
    },
    Exception {
        reason: "A token account that cannot exist: neither token program opens accounts of a mint of the other.",
        end: End::Accepted,
        allowed: &[(
            &[Change::OtherTokenProgram],
            &["enroll.access", "apply.access", "join.access", "renew.access", "finish_and_rejoin.access"],
        )],
    },
    Exception {
        reason: "The runtime looks for the program among the accounts when it calls itself with an event. Where an optional \
                 account is left out it stands there too, and where nothing happens there is no event; then nothing \
                 reads this place.",
        end: End::Accepted,
        allowed: &[(
            &[Change::Genuine, Change::OtherTypeInstead],
            &[
                "=finish.program",
                "=close_job.program",
                "close_job_forgotten.program",
                "finish_and_rejoin.program",
                "=decline.program",
                "decline_unavailable_first.program",
                "expire_running_timed_out.program",
                "expire_assigned_unfit.program",
                "open_credit_again.program",
                "join_waits.program",
                "join_matched.program",
                "=renew.program",
                "=enroll.program",
                "=apply.program",
                "=create_market.program",
                "create_market_private.program",
                "close_emission_for_hosts.program",
                "open_emission.program",
                "set_referrer_to_nobody.program",
                "=sweep_fees.program",
            ],
        )],
    },
];
