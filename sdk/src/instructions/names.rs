//! Names of the program's instructions, by the number that their data begins with.

/// Number and name of every instruction, in order.
pub const NAMES: &[(u8, &str)] = &[
    (0, "post"),
    (1, "post_to"),
    (2, "join"),
    (3, "start"),
    (4, "heartbeat"),
    (5, "finish"),
    (6, "finish_and_rejoin"),
    (7, "cancel"),
    (8, "collect"),
    (9, "end"),
    (10, "extend"),
    (11, "reprice"),
    (12, "decline"),
    (13, "decline_unavailable"),
    (14, "dispute"),
    (15, "close_job"),
    (16, "expire_queued"),
    (17, "expire_assigned"),
    (18, "expire_running"),
    (20, "renew"),
    (21, "leave"),
    (22, "match_heads"),
    (23, "rebalance"),
    (30, "open_client"),
    (31, "deposit"),
    (32, "withdraw"),
    (33, "set_delegate"),
    (34, "raise_nonce_floor"),
    (35, "close_client"),
    (36, "set_referrer"),
    (37, "check_client"),
    (40, "open_stake"),
    (41, "stake"),
    (42, "allocate"),
    (43, "deallocate"),
    (44, "request_unstake"),
    (45, "restake"),
    (46, "withdraw_stake"),
    (47, "close_stake"),
    (48, "open_credit"),
    (49, "claim_credit"),
    (50, "close_credit"),
    (51, "extend_lock"),
    (52, "check_stake"),
    (60, "register_host"),
    (61, "update_host"),
    (62, "close_host"),
    (63, "open_earnings"),
    (64, "withdraw_earnings"),
    (65, "close_earnings"),
    (66, "enroll"),
    (67, "admit"),
    (68, "close_member"),
    (69, "apply"),
    (70, "promote"),
    (71, "review"),
    (72, "resign"),
    (80, "create_market"),
    (81, "announce_terms"),
    (82, "close_terms"),
    (83, "set_market_pause"),
    (84, "list_market"),
    (85, "propose_market_authority"),
    (86, "accept_market_authority"),
    (87, "close_market"),
    (88, "create_shard"),
    (89, "grow_shard"),
    (90, "close_shard"),
    (100, "create_config"),
    (101, "update_config"),
    (102, "set_pause"),
    (103, "propose_admin"),
    (104, "accept_admin"),
    (105, "close_config"),
    (106, "open_treasury"),
    (107, "sweep_fees"),
    (108, "sweep_slashes"),
    (109, "withdraw_treasury"),
    (110, "close_treasury"),
    (111, "announce_split"),
    (120, "create_attestor_set"),
    (121, "announce_set"),
    (122, "add_attestor"),
    (123, "raise_bond"),
    (124, "leave_set"),
    (125, "remove_attestor"),
    (126, "vacate_attestor"),
    (127, "close_attestor_set"),
    (128, "open_challenge"),
    (129, "draw"),
    (130, "commit_answer"),
    (131, "open_answer"),
    (132, "commit_reading"),
    (133, "reveal_reading"),
    (134, "finalize_challenge"),
    (135, "expire_challenge"),
    (136, "conclude_challenge"),
    (137, "settle_attestor"),
    (138, "claim_gpu"),
    (139, "release_gpu"),
    (140, "close_challenge"),
    (150, "open_pool"),
    (151, "close_pool"),
    (152, "open_position"),
    (153, "close_position"),
    (154, "claim_rewards"),
    (155, "sync_weight"),
    (156, "check_pool"),
    (160, "open_emission"),
    (161, "release_emission"),
    (162, "pay_incentive"),
    (163, "close_emission"),
];

/// Name of the instruction that this data is of; none if the program has no such instruction.
pub fn name(data: &[u8]) -> Option<&'static str> {
    let number = data.first()?;
    let at = NAMES.binary_search_by_key(number, |(number, _)| *number).ok()?;
    NAMES.get(at).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_is_named_by_its_first_byte() {
        assert_eq!((name(&[0, 9]), name(&[140])), (Some("post"), Some("close_challenge")));
        assert_eq!((name(&[]), name(&[255])), (None, None));
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
