//! Builds the instruction of another program that calls GPU Market: the one of `examples/cpi-poster`, whose addresses,
//! called desks, are clients.
//!
//!     cargo run -p gpu-market-sdk --features svm --example call_from_a_program
//!
//! It runs on an embedded chain with both programs.

#[path = "open_a_market.rs"]
#[allow(dead_code, reason = "only its market is needed")]
mod open_a_market;

use {
    gpu_market_sdk::{
        AccountMeta, Address, Instruction, address,
        gpu_market::state::{Client, PostParams},
        instructions::{client, job},
        svm::keypair,
    },
    open_a_market::{DOLLAR, funded, open},
    solana_signer::Signer,
    std::error::Error,
};

const PROGRAM: &[u8] = include_bytes!("../../examples/cpi-poster/artifacts/cpi_poster.so");
const CPI_POSTER: Address = Address::from_str_const("CpiPoster1111111111111111111111111111111111");
/// Numbers of its instructions.
const OPEN: u8 = 0;
const POST: u8 = 1;

/// The instruction of `cpi-poster` that makes the desk of `owner` sign `inner`, an instruction of GPU Market that the SDK
/// built for the desk. Its accounts are the desk's own, then those of the inner instruction that it does not have already;
/// its arguments are the inner one's.
fn through_desk(number: u8, owner: Address, desk: Address, inner: &Instruction) -> Instruction {
    let own = [
        AccountMeta::new(owner, true),
        // Signs inside of the program, not outside.
        AccountMeta::new_readonly(desk, false),
        AccountMeta::new_readonly(address::PROGRAM, false),
        AccountMeta::new_readonly(address::event_authority().0, false),
    ];
    let known = own.clone().map(|meta| meta.pubkey);
    let others = inner.accounts.iter().filter(|meta| !known.contains(&meta.pubkey)).cloned();
    // Behind the number of the inner instruction are its arguments.
    let arguments = inner.data.iter().skip(1);
    Instruction {
        program_id: CPI_POSTER,
        accounts: own.into_iter().chain(others).collect(),
        data: [number].iter().chain(arguments).copied().collect(),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut place = open()?;
    let (svm, market, token) = (&mut place.svm, place.market, place.dollar);
    svm.add_program(CPI_POSTER, PROGRAM)?;
    let key = funded(svm, "desk owner");
    let owner = key.pubkey();
    let desk = Address::find_program_address(&[b"desk", owner.as_ref()], &CPI_POSTER).0;

    // The desk is the client. Anybody deposits for it, directly.
    let open_client = client::open_client(desk, owner, token);
    svm.create_token_account("wallet", token, &owner)?;
    let source = keypair("token account wallet").pubkey();
    svm.mint_to(token, &source, DOLLAR)?;
    let client = address::client(&desk, &token.mint).0;
    let deposit = client::Deposit { depositor: owner, source, client, token, amount: DOLLAR };
    svm.send(&[through_desk(OPEN, owner, desk, &open_client), client::deposit(deposit)], &[&key])?;

    let nonce = address::nonce_with_canonical_bump(&client, 0);
    let params = PostParams { nonce, max_rate: u64::MAX, duration: 3_600, spec_hash: [7; 32] };
    let post = job::Post { authority: desk, payer: owner, market, terms: 1, shard: 0, client, params };
    let executed = svm.send(&[through_desk(POST, owner, desk, &job::post(post))], &[&key])?;
    println!("{CPI_POSTER} posted {} for {} compute units", post.job(), executed.compute_units);

    let account: Client = svm.account(&client).ok_or("the client is gone")?;
    println!("the escrow of {} has {} base units reserved", account.owner, account.reserved);
    if account.owner != desk || account.open_jobs != 1 {
        return Err("the job is not the desk's".into());
    }
    Ok(())
}

#[cfg(test)]
#[test]
fn a_program_posts_a_job() {
    main().unwrap();
}
