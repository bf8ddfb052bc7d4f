//! Every builder of the SDK agrees with the IDL, which is what other clients are made from.

mod catalog;

use {
    anchor_lang_idl_spec::IdlInstruction,
    catalog::{accounts_of, all, idl, named},
    gpu_market::error::MarketError,
    gpu_market_sdk::{
        AccountMeta, Instruction, address, decode,
        events::Event,
        instructions::{NAMES, expire, job, market},
    },
    std::collections::BTreeSet,
};

fn find<'a>(idl: &'a anchor_lang_idl_spec::Idl, name: &str) -> &'a IdlInstruction {
    idl.instructions.iter().find(|instruction| instruction.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn the_sdk_builds_every_instruction_of_the_idl_and_no_other() {
    let idl = idl();
    let built: BTreeSet<&str> = all().iter().map(|(name, _)| *name).collect();
    let described: BTreeSet<&str> = idl.instructions.iter().map(|instruction| instruction.name.as_str()).collect();
    assert_eq!(built, described);
    assert_eq!(built.len(), all().len(), "each once");
}

#[test]
fn the_sdk_knows_every_instruction_by_its_name() {
    let described: Vec<(u8, String)> =
        idl().instructions.into_iter().map(|one| (one.discriminator[0], one.name)).collect();
    let named: BTreeSet<(u8, String)> = NAMES.iter().map(|(number, name)| (*number, (*name).into())).collect();
    assert_eq!(named, described.into_iter().collect());
}

#[test]
fn every_builder_begins_with_the_discriminator_of_its_instruction() {
    let idl = idl();
    for (name, instruction) in all() {
        assert!(instruction.data.starts_with(&find(&idl, name).discriminator), "{name}");
        assert_eq!(instruction.program_id.to_string(), idl.address, "{name}");
    }
}

#[test]
fn every_builder_passes_each_account_at_its_place_with_its_flags() {
    let idl = idl();
    let mut faults = Vec::new();
    for (name, instruction) in all() {
        let accounts = accounts_of(find(&idl, name));
        let required = accounts.iter().rposition(|account| !account.optional).map_or(0, |last| last + 1);
        if !(required..=accounts.len()).contains(&instruction.accounts.len()) {
            faults.push(format!("{name}: {} accounts, not {}", instruction.accounts.len(), accounts.len()));
            continue;
        }
        for (account, meta) in accounts.into_iter().zip(&instruction.accounts) {
            let pubkey = named(name, &account.name);
            let left_out = account.optional && pubkey == address::PROGRAM;
            let expected =
                AccountMeta { pubkey, is_signer: account.signer, is_writable: account.writable && !left_out };
            if *meta != expected {
                faults.push(format!("{name}.{}: built {meta:?}, described {expected:?}", account.name));
            }
            if let Some(address) = &account.address {
                assert_eq!(&meta.pubkey.to_string(), address, "{name}.{}", account.name);
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is left out, by name.
fn left_out(name: &str, instruction: &Instruction) -> Vec<String> {
    let idl = idl();
    let absent = AccountMeta::new_readonly(address::PROGRAM, false);
    let accounts = accounts_of(find(&idl, name)).into_iter().zip(&instruction.accounts);
    let left_out = accounts.filter(|(account, meta)| **meta == absent && account.name != "program");
    left_out
        .map(|(account, _)| {
            assert!(account.optional, "{name}.{} cannot be left out", account.name);
            account.name.clone()
        })
        .collect()
}

#[test]
fn an_optional_account_that_is_left_out_is_the_program_read_only() {
    let parties = catalog::parties();
    let finish = job::Finish {
        operator: catalog::OPERATOR,
        parties,
        token: catalog::TOKEN,
        outcome: gpu_market::state::Outcome::Success,
        result_hash: [1; 32],
        slash: None,
    };
    let rejoin = job::Rejoin { terms: 1, shard: 0, min_rate: 0, access: None };
    let decline = job::Decline { operator: catalog::OPERATOR, parties, shard: 0, slash: None };
    let assigned = expire::ExpireAssigned {
        caller: catalog::CALLER,
        caller_tokens: None,
        parties,
        shard: 0,
        slash: None,
        stake_token: catalog::STAKE_TOKEN,
    };
    let running = expire::ExpireRunning {
        caller: catalog::CALLER,
        caller_tokens: catalog::CALLER_TOKENS,
        parties,
        token: catalog::TOKEN,
        slash: None,
    };
    let close = job::CloseJob {
        caller: catalog::CALLER,
        client: parties.client,
        job: parties.job,
        rent_payer: catalog::RENT_PAYER,
        closed_member: None,
    };
    assert_eq!(left_out("finish", &job::finish(finish)), ["stake", "credit"]);
    let of_rejoin = ["stake", "credit", "access"];
    assert_eq!(left_out("finish_and_rejoin", &job::finish_and_rejoin(finish, rejoin)), of_rejoin);
    assert_eq!(left_out("decline", &job::decline(decline)), ["stake", "credit"]);
    let of_penalty = ["stake", "credit", "stake_vault", "caller_tokens", "stake_mint"];
    assert_eq!(left_out("expire_assigned", &expire::expire_assigned(assigned)), of_penalty);
    assert_eq!(left_out("expire_running", &expire::expire_running(running)), ["stake", "credit"]);
    let unavailable = job::DeclineUnavailable {
        operator: catalog::OPERATOR,
        parties,
        shard: 0,
        token: catalog::TOKEN,
        first: None,
    };
    let left = left_out("decline_unavailable", &job::decline_unavailable(unavailable));
    assert_eq!(left, ["first_member", "first_earnings"]);
    assert_eq!(left_out("close_job", &job::close_job(close)), ["member"]);
    let community = market::CreateMarket {
        authority: catalog::AUTHORITY,
        payer: catalog::PAYER,
        payment: catalog::TOKEN,
        feeder: None,
        market: gpu_market::state::MarketParams {
            id: 0,
            gpus_per_seat: 1,
            tier: 0,
            gpu_class: [1; 32],
            genesis_end: 0,
            access_mint: Default::default(),
        },
        terms: gpu_market_tests::TERMS,
    };
    assert_eq!(left_out("create_market", &market::create_market(community)), ["feeder"]);
}

#[test]
fn the_sdk_knows_every_account_event_and_refusal_of_the_idl() {
    let idl = idl();
    let events: BTreeSet<&str> = idl.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(events, Event::NAMES.iter().copied().collect());
    let codes: Vec<(u32, &str)> = idl.errors.iter().map(|error| (error.code, error.name.as_str())).collect();
    let known: Vec<(u32, &str)> = MarketError::ALL.iter().map(|error| (error.code(), error.name())).collect();
    assert_eq!(codes, known);

    use gpu_market::state::{
        AttestorSet, Challenge, Client, Config, Credit, Emission, Gpu, Host, Job, Market, Member, RewardPool,
        RewardPosition, Stake, Terms, Treasury,
    };
    let marks = [
        ("AttestorSet", decode::discriminator::<AttestorSet>()),
        ("Challenge", decode::discriminator::<Challenge>()),
        ("Client", decode::discriminator::<Client>()),
        ("Config", decode::discriminator::<Config>()),
        ("Credit", decode::discriminator::<Credit>()),
        ("Emission", decode::discriminator::<Emission>()),
        ("Gpu", decode::discriminator::<Gpu>()),
        ("Host", decode::discriminator::<Host>()),
        ("Job", decode::discriminator::<Job>()),
        ("Market", decode::discriminator::<Market>()),
        ("Member", decode::discriminator::<Member>()),
        ("RewardPool", decode::discriminator::<RewardPool>()),
        ("RewardPosition", decode::discriminator::<RewardPosition>()),
        ("Shard", decode::discriminator::<decode::ShardAccount>()),
        ("Stake", decode::discriminator::<Stake>()),
        ("Terms", decode::discriminator::<Terms>()),
        ("Treasury", decode::discriminator::<Treasury>()),
    ];
    let described: Vec<(&str, &[u8])> =
        idl.accounts.iter().map(|account| (account.name.as_str(), &account.discriminator[..])).collect();
    assert_eq!(described, marks.iter().map(|(name, mark)| (*name, &mark[..])).collect::<Vec<_>>());
}
