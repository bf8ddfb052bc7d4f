//! A markets file: what it becomes, and how a bad one is refused.

use {gpu_market::state::Tier, gpu_market_migrations::Deployment};

const MARKETS: &str = include_str!("../../examples/markets.toml");

fn parse(text: &str) -> Result<Deployment, String> {
    Deployment::parse("markets.toml", text).map_err(|error| error.to_string())
}

fn refusal(from: &str, to: &str) -> String {
    assert!(MARKETS.contains(from), "{from}");
    parse(&MARKETS.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn the_example_has_the_published_rates_in_the_units_of_the_program() {
    let deployment = parse(MARKETS).unwrap();
    let rate = |gpu: &str, tier: Tier, payment: &str| {
        let mut markets = deployment.markets.iter();
        let market = markets.find(|market| market.gpu == gpu && market.tier == tier && market.payment == payment);
        market.unwrap().terms.rate
    };
    // Micro base units of a token with 6 decimals per second: dollars × 10¹² / 3600, rounded down.
    for (gpu, community, premium) in [
        ("rtx-3060", 9_083_333, 12_111_111),
        ("rtx-4090", 60_611_111, 80_805_555),
        ("h100", 284_083_333, 378_777_777),
    ] {
        assert_eq!(rate(gpu, Tier::Community, "USDG"), community, "{gpu}");
        assert_eq!(rate(gpu, Tier::Premium, "USDG"), premium, "{gpu}");
    }
    assert_eq!(rate("8x-h100", Tier::Premium, "USDG"), 5_055_555_555);
    assert_eq!(rate("rtx-3060", Tier::Community, "GPUM"), 18_166_666_666);
}

#[test]
fn amounts_durations_and_tiers_are_converted() {
    let deployment = parse(MARKETS).unwrap();
    assert_eq!((deployment.stake.min_bond, deployment.stake.unbonding), (5_000_000_000, 864_000));
    let market = deployment.market(4).unwrap();
    assert_eq!((market.terms.bond, market.terms.tip), (100_000_000_000, 2_000));
    assert_eq!((market.terms.ack_window, market.terms.sla_bps, market.feeder), (60, 2_500, Some(3)));
    let params = market.params(1_000);
    assert_eq!(
        (params.tier, params.genesis_end, &params.gpu_class[..9]),
        (1, 1_000 + 14 * 86_400, &b"rtx-4090\0"[..])
    );
    assert_eq!(deployment.market(3).unwrap().params(1_000).genesis_end, 0);
}

#[test]
fn a_bad_value_is_refused_with_its_field_and_what_is_allowed() {
    let cases = [
        ("decimals = 6", "decimals = 10", "tokens[0].decimals: 10 is out of range; allowed: 0 to 9"),
        ("symbol = \"USDG\"", "symbol = \"GPUM\"", "tokens[1].symbol: it is defined twice"),
        (
            "symbol = \"USDG\"",
            "symbol = \"US G\"",
            "tokens[0].symbol: \"US G\" is no name; allowed: 1 to 10 letters",
        ),
        ("token = \"GPUM\"", "token = \"NOS\"", "stake.token: \"NOS\" is not defined; allowed: one of USDG, GPUM"),
        ("min_bond = \"5\"", "min_bond = \"0\"", "stake.min_bond: it is zero; allowed: an amount above zero"),
        ("min_bond = \"5\"", "min_bond = \"0.0000000001\"", "stake.min_bond: 0.0000000001 is finer than the token"),
        ("panel = 3", "panel = 0", "attestors.panel: 0 is out of range; allowed: 1 to 16"),
        ("panel = 3", "panel = 17", "attestors.panel: 17 is out of range; allowed: 1 to 16"),
        ("panel = 3", "panel = 4", "attestors.quorum: 2 is out of range; allowed: 3 to 4"),
        ("quorum = 2", "quorum = 1", "attestors.quorum: 1 is out of range; allowed: 2 to 3"),
        ("quorum = 2", "quorum = 4", "attestors.quorum: 4 is out of range; allowed: 2 to 3"),
        ("bond = \"100\"  #", "bond = \"0\"  #", "attestors.bond: it is zero; allowed: an amount above zero"),
        (
            "referral_bps = 1000",
            "referral_bps = 2001",
            "rewards.referral_bps: 2001 is out of range; allowed: 0 to 2000",
        ),
        (
            "stakers_bps = 5000",
            "stakers_bps = 9001",
            "rewards.stakers_bps: 9001 is out of range; allowed: 0 to 9000",
        ),
        ("fee = \"0.5\"", "fee = \"0.0000000001\"", "attestors.fee: 0.0000000001 is finer than the token"),
        ("fee = \"0.5\"", "fee = \"99999999999\"", "attestors.fee: 99999999999 is too large for 64 bits"),
        (
            "min_duration_seconds = 300",
            "min_duration_seconds = 20000",
            "terms.community.min_duration_seconds: 20000",
        ),
        (
            "queue_ttl_seconds = 14400",
            "queue_ttl_seconds = 90000",
            "terms.community.queue_ttl_seconds: 90000 is out",
        ),
        (
            "heartbeat_seconds = 120",
            "heartbeat_seconds = 59",
            "heartbeat_seconds: 59 is out of range; allowed: 60 to",
        ),
        ("seat_lifetime_seconds = 3600", "seat_lifetime_seconds = 1", "seat_lifetime_seconds: 1 is out of range"),
        ("fee_bps = 200", "fee_bps = 1001", "terms.community.fee_bps: 1001 is out of range; allowed: 0 to 1000"),
        (
            "missed_ack_bps = 1000",
            "missed_ack_bps = 5001",
            "missed_ack_bps: 5001 is out of range; allowed: 0 to 5000",
        ),
        ("sla_bps = 2500", "sla_bps = 10001", "terms.premium.sla_bps: 10001 is out of range; allowed: 0 to 10000"),
        (
            "sla_bps = 0",
            "sla_bps = 1",
            "markets[0].terms: [terms.community] has sla_bps 1; allowed: terms with sla_bps",
        ),
        ("attempts = 3", "attempts = 0", "terms.community.attempts: 0 is out of range; allowed: 1 to 10"),
        ("gpus_per_seat = 1", "gpus_per_seat = 0", "markets[0].gpus_per_seat: 0 is out of range; allowed: 1 to"),
        ("shards = 1", "shards = 17", "markets[0].shards: 17 is out of range; allowed: 1 to 16"),
        ("feeder = 1", "feeder = 102", "markets[1].feeder: 102 is no such market; allowed: the id of a community"),
        ("feeder = 1\n", "", "markets[1].feeder: it is missing; allowed: the id of a community market"),
        ("genesis_days = 14", "genesis_days = 31", "markets[1].genesis_days: 31 is out of range; allowed: 1 to 30"),
        (
            "tier = \"community\"",
            "tier = \"community\"\nfeeder = 3",
            "markets[0].feeder: a community market has none",
        ),
        ("collateral_floor = \"40\"\n", "", "markets[1].collateral_floor: it is missing; allowed: an amount"),
        ("min_ended_fees = \"0.001\"\n", "", "markets[1].min_ended_fees: it is missing; allowed: an amount"),
        ("min_volume = \"0.03\"\n", "", "markets[1].min_volume: it is missing; allowed: an amount"),
        (
            "suspension_days = 3",
            "suspension_days = 50000",
            "terms.premium.policy.suspension_days: 50000 is too much; allowed: less than 2³² seconds",
        ),
        ("review_success_bps = 8500", "review_success_bps = 9500", "markets[1].terms: "),
        ("payment = \"USDG\"", "payment = \"EUR\"", "markets[0].payment: \"EUR\" is not defined; allowed: one of"),
        (
            "terms = \"community\"",
            "terms = \"vip\"",
            "markets[0].terms: \"vip\" is not defined; allowed: one of comm",
        ),
        ("gpu = \"rtx-4090\"", "gpu = \"rtx-3060\"", "markets[2].gpu: such a market is defined already"),
        ("\"0.0327\"", "\"0.000000001\"", "markets[0].rate_per_hour: 0.000000001 per hour is less than"),
        ("\"0.0327\"", "\"999999999999\"", "markets[0].rate_per_hour: 999999999999 is too large for 64 bits"),
    ];
    for (from, to, expected) in cases {
        let message = refusal(from, to);
        assert!(message.starts_with("markets.toml: ") && message.contains(expected), "{message}");
    }
}

#[test]
fn a_wrong_form_is_refused_with_its_place() {
    let cases = [
        ("unbonding_days = 10", "unbonding_days = -1", "stake.unbonding_days: invalid value: integer `-1`"),
        ("unbonding_days = 10", "", "missing field `unbonding_days`"),
        ("unbonding_days = 10", "days = 1", "unknown field `days`, expected one of `token`, `min_bond`"),
        (
            "tier = \"community\"",
            "tier = \"gold\"",
            "markets[0].tier: unknown variant `gold`, expected `community`",
        ),
        ("quorum = 2    #", "#", "missing field `quorum`"),
        (
            "fee = \"0.5\"",
            "fee = 0.5",
            "attestors.fee: invalid type: floating point `0.5`, expected a decimal number",
        ),
        ("[attestors]", "[attestor]", "unknown field `attestor`, expected one of"),
        (
            "[attestors]",
            "[attestors]\nkeys = 3",
            "attestors.keys: unknown field `keys`, expected one of `id`, `panel`",
        ),
        ("bond = \"10\"", "bond = 10", "markets[0].bond: invalid type: integer `10`, expected a decimal number in"),
        ("bond = \"10\"", "bond = \"ten\"", "markets[0].bond: invalid value: string \"ten\", expected a decimal"),
        ("[stake]", "[stake", "markets.toml: line "),
    ];
    for (from, to, expected) in cases {
        let message = refusal(from, to);
        assert!(message.starts_with("markets.toml: ") && message.contains(expected), "{message}");
    }
    assert!(parse("").unwrap_err().contains("missing field `stake`"));
}

#[test]
fn admissions_name_a_premium_market_an_owner_and_evidence() {
    let admission = |market: u16, owner: &str, gpus: u16, evidence: &str| {
        parse(&format!(
            "{MARKETS}\n[[admissions]]\nmarket = {market}\nowner = \"{owner}\"\ngpus = {gpus}\n\
             evidence_sha256 = \"{evidence}\"\n"
        ))
    };
    let (owner, hash) = ("11111111111111111111111111111111", "0f".repeat(32));
    let deployment = admission(8, owner, 16, &hash).unwrap();
    assert_eq!((deployment.admissions[0].gpus, deployment.admissions[0].evidence_hash), (16, [15; 32]));
    for (result, expected) in [
        (admission(7, owner, 8, &hash), "admissions[0].market: 7 is no premium market; allowed:"),
        (admission(8, "x", 8, &hash), "admissions[0].owner: \"x\" is no address; allowed: 32 bytes in base58"),
        (admission(8, owner, 7, &hash), "admissions[0].gpus: 7 is out of range; allowed: 8 to"),
        (admission(8, owner, 8, "0f"), "admissions[0].evidence_sha256: \"0f\" is no hash; allowed: 64 hexadecimal"),
        (admission(8, owner, 8, &"+f".repeat(32)), "evidence_sha256"),
    ] {
        let message = result.unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Deployment::read(std::path::Path::new("/no/such/markets.toml")).unwrap_err().to_string();
    assert!(error.starts_with("/no/such/markets.toml: cannot be read"), "{error}");
}

#[test]
fn attestors_are_described_in_whole_tokens_and_may_be_left_out() {
    let deployment = parse(MARKETS).unwrap();
    let spec = deployment.attestors.unwrap();
    assert_eq!((spec.id, spec.params.panel, spec.params.quorum), (1, 3, 2));
    assert_eq!((spec.params.bond, spec.params.fee), (100_000_000_000, 500_000_000));
    // A round costs a thousandth of the bond at least.
    let least = parse(&MARKETS.replacen("fee = \"0.5\"", "fee = \"0.1\"", 1)).unwrap();
    assert_eq!(least.attestors.unwrap().params.fee, 100_000_000);
    let error = parse(&MARKETS.replacen("fee = \"0.5\"", "fee = \"0.099999999\"", 1)).unwrap_err().to_string();
    assert!(error.starts_with("markets.toml: attestors.fee: A panel has"), "{error}");

    let begin = MARKETS.find("[attestors]").unwrap();
    let end = MARKETS.find("[terms.community]").unwrap();
    let without = parse(&format!("{}{}", &MARKETS[..begin], &MARKETS[end..])).unwrap();
    assert_eq!(without.attestors, None);
    assert_eq!(without.markets.len(), deployment.markets.len());
}
