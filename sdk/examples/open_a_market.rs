//! Opens a market: the protocol's config, a community market for one class of GPU, and its first line.
//!
//!     cargo run -p gpu-market-sdk --features svm --example open_a_market
//!
//! It runs on an embedded chain with the real program. The other examples go on from here.

use {
    gpu_market_sdk::{
        Address, Instruction, address,
        decode::ShardAccount,
        gpu_market::state::{self, ConfigSettings, MarketParams, Policy, Terms, TermsParams},
        instructions::{Token, admin, market, shard},
        svm::{Svm, keypair},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::error::Error,
};

const PROGRAM: &[u8] = include_bytes!("../../artifacts/gpu_market.so");
/// A dollar in base units: its mint has six decimals.
pub const DOLLAR: u64 = 1_000_000;
/// A whole token of the stake, which has nine.
pub const STAKE: u64 = 1_000_000_000;

/// What hosts and clients agree to: 36 cents for an hour.
const TERMS: TermsParams = TermsParams {
    rate: 100_000_000, // micro base units a second
    bond: 10 * STAKE,
    tip: 1_000,
    queue_fee: 50_000,
    min_duration: 60,
    max_duration: 4 * 3_600,
    queue_ttl: 3_600,
    ack_window: 120,
    heartbeat_interval: 60,
    seat_lifetime: 1_800,
    fee_bps: 200,
    missed_ack_bps: 1_000,
    sla_bps: 0,
    attempts: 3,
    policy: NO_POLICY,
    attestor_set: Address::new_from_array([0; 32]),
};

/// A community market asks nothing of a host but its bond.
const NO_POLICY: Policy = Policy {
    min_volume: 0,
    collateral_floor: 0,
    min_ended_fees: 0,
    min_completed: 0,
    min_evidenced: 0,
    min_score: 0,
    strike_cooldown: 0,
    min_ended: 0,
    suspension: 0,
    cooldown: 0,
    promote_success_bps: 0,
    review_success_bps: 0,
    review_missed_bps: 0,
    min_clients: 0,
    admission: 0,
    reserved: [0; 3],
};

/// A chain with one market.
pub struct Place {
    pub svm: Svm,
    pub market: Address,
    /// What jobs are paid in.
    pub dollar: Token,
    /// What is staked.
    pub stake: Token,
}

/// A new key that can pay fees and rent.
pub fn funded(svm: &mut Svm, name: &str) -> Keypair {
    let key = keypair(name);
    svm.airdrop(&key.pubkey(), 10_000_000_000);
    key
}

/// The first instruction of a deployment. The upgrade authority of the program signs it, so that nobody comes first.
fn create_config(svm: &Svm, stake: Token, admin: Address) -> Instruction {
    admin::create_config(admin::CreateConfig {
        payer: svm.upgrade_authority().pubkey(),
        upgrade_authority: svm.upgrade_authority().pubkey(),
        stake,
        admin,
        settings: ConfigSettings { pauser: admin, treasury: admin, unbonding: 10 * 86_400, min_bond: STAKE },
    })
}

/// Anybody may open a market; it belongs to the key that signs, and its address follows from that key and the number.
fn create_market(authority: Address, payment: Token) -> Instruction {
    let mut gpu_class = [0; 32];
    gpu_class[..8].copy_from_slice(b"rtx-4090");
    market::create_market(market::CreateMarket {
        authority,
        payer: authority,
        payment,
        feeder: None,
        market: MarketParams {
            id: 1,
            gpus_per_seat: 1,
            tier: 0,
            gpu_class,
            genesis_end: 0,
            access_mint: Address::default(),
        },
        terms: TERMS,
    })
}

/// A chain with a config, a market and its first shard.
pub fn open() -> Result<Place, Box<dyn Error>> {
    let mut svm = Svm::new(PROGRAM)?;
    let stake = svm.create_mint("stake", address::TOKEN_PROGRAM, 9, false)?;
    let dollar = svm.create_mint("dollar", address::TOKEN_PROGRAM, 6, false)?;
    let admin = funded(&mut svm, "admin");
    let upgrade_authority = svm.upgrade_authority().insecure_clone();
    svm.airdrop(&upgrade_authority.pubkey(), 1_000_000_000);
    svm.send(&[create_config(&svm, stake, admin.pubkey())], &[&upgrade_authority])?;

    let authority = funded(&mut svm, "market authority");
    let market = address::market(&authority.pubkey(), 1).0;
    let first_line = shard::create_shard(authority.pubkey(), authority.pubkey(), market, 0);
    svm.send(&[create_market(authority.pubkey(), dollar), first_line], &[&authority])?;
    Ok(Place { svm, market, dollar, stake })
}

fn main() -> Result<(), Box<dyn Error>> {
    let place = open()?;
    let market: state::Market = place.svm.account(&place.market).ok_or("the market was not created")?;
    let number = market.terms_in_force(place.svm.now().unix);
    let terms: Terms = place.svm.account(&address::terms(&place.market, number).0).ok_or("there are no terms")?;
    let shard: ShardAccount = place.svm.account(&address::shard(&place.market, 0).0).ok_or("there is no line")?;
    println!("market {} under terms {number}", place.market);
    println!("  {} micro base units a second, {} base units of bond", terms.rate, terms.bond);
    println!("  a line with room for {} jobs and seats", shard.capacity());
    Ok(())
}

#[cfg(test)]
#[test]
fn a_market_is_opened() {
    main().unwrap();
}
