//! Every address of the program. Each function returns the address and its bump; none of them reads the chain.

use {
    crate::Address,
    gpu_market::constants::{
        ATTESTOR_SET_SEED, CHALLENGE_SEED, CLIENT_SEED, CLIENT_VAULT_SEED, CONFIG_SEED, CREDIT_SEED, EARNINGS_SEED,
        EMISSION_SEED, EMISSION_VAULT_SEED, EVENT_AUTHORITY, EVENT_AUTHORITY_BUMP, GPU_SEED, HOST_SEED, JOB_SEED,
        MARKET_SEED, MEMBER_SEED, POSITION_SEED, REWARD_POOL_SEED, REWARD_VAULT_SEED, SHARD_SEED, STAKE_SEED,
        STAKE_VAULT_SEED, TERMS_SEED, TREASURY_SEED, TREASURY_VAULT_SEED, loader,
    },
    std::sync::LazyLock,
};

/// The program.
pub const PROGRAM: Address = gpu_market::ID;
/// The system program, which creates accounts.
pub const SYSTEM_PROGRAM: Address = Address::new_from_array([0; 32]);
/// SPL Token.
pub const TOKEN_PROGRAM: Address = Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// Token-2022.
pub const TOKEN_2022_PROGRAM: Address = Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// The program that owns associated token accounts' addresses.
pub const ASSOCIATED_TOKEN_PROGRAM: Address =
    Address::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

/// The highest bump, which an address has whose first try is off the curve.
const CANONICAL_BUMP: u8 = u8::MAX;

fn pda(seeds: &[&[u8]]) -> (Address, u8) {
    Address::find_program_address(seeds, &PROGRAM)
}

/// The protocol's settings; there is one.
pub fn config() -> (Address, u8) {
    static CONFIG: LazyLock<(Address, u8)> = LazyLock::new(|| pda(&[CONFIG_SEED]));
    *CONFIG
}

/// Signs the program's calls to itself that carry events; a constant of the program.
pub fn event_authority() -> (Address, u8) {
    (EVENT_AUTHORITY, EVENT_AUTHORITY_BUMP)
}

/// The loader's account that names the program's upgrade authority.
pub fn program_data() -> (Address, u8) {
    Address::find_program_address(&[PROGRAM.as_ref()], &loader::UPGRADEABLE)
}

/// Book of the protocol's income in one mint.
pub fn treasury(mint: &Address) -> (Address, u8) {
    pda(&[TREASURY_SEED, mint.as_ref()])
}

/// Tokens of the treasury of a mint.
pub fn treasury_vault(mint: &Address) -> (Address, u8) {
    pda(&[TREASURY_VAULT_SEED, mint.as_ref()])
}

/// A market, by the authority that created it and the number it gave it. A later change of authority does not move it.
pub fn market(authority: &Address, id: u16) -> (Address, u8) {
    pda(&[MARKET_SEED, authority.as_ref(), &id.to_le_bytes()])
}

/// Terms of a market, by their number, which starts at one.
pub fn terms(market: &Address, number: u32) -> (Address, u8) {
    pda(&[TERMS_SEED, market.as_ref(), &number.to_le_bytes()])
}

/// Queue shard of a market, by its index, which starts at zero.
pub fn shard(market: &Address, index: u8) -> (Address, u8) {
    pda(&[SHARD_SEED, market.as_ref(), &[index]])
}

/// Escrow of an owner in one payment mint.
pub fn client(owner: &Address, mint: &Address) -> (Address, u8) {
    pda(&[CLIENT_SEED, owner.as_ref(), mint.as_ref()])
}

/// Tokens of a client.
pub fn client_vault(client: &Address) -> (Address, u8) {
    pda(&[CLIENT_VAULT_SEED, client.as_ref()])
}

/// A client's job, by the nonce it was posted with.
pub fn job(client: &Address, nonce: u64) -> (Address, u8) {
    pda(&[JOB_SEED, client.as_ref(), &nonce.to_le_bytes()])
}

/// Stake of a host's owner.
pub fn stake(owner: &Address) -> (Address, u8) {
    pda(&[STAKE_SEED, owner.as_ref()])
}

/// Tokens of a stake.
pub fn stake_vault(stake: &Address) -> (Address, u8) {
    pda(&[STAKE_VAULT_SEED, stake.as_ref()])
}

/// What slashes of a stake left to the owner of a client.
pub fn credit(stake: &Address, beneficiary: &Address) -> (Address, u8) {
    pda(&[CREDIT_SEED, stake.as_ref(), beneficiary.as_ref()])
}

/// Host of an owner.
pub fn host(owner: &Address) -> (Address, u8) {
    pda(&[HOST_SEED, owner.as_ref()])
}

/// Tokens that jobs in one mint paid a host.
pub fn earnings(host: &Address, mint: &Address) -> (Address, u8) {
    pda(&[EARNINGS_SEED, host.as_ref(), mint.as_ref()])
}

/// Standing of a host in a market.
pub fn member(market: &Address, host: &Address) -> (Address, u8) {
    pda(&[MEMBER_SEED, market.as_ref(), host.as_ref()])
}

/// A set of attestors, by its creator and the number that it gave it.
pub fn attestor_set(creator: &Address, id: u16) -> (Address, u8) {
    pda(&[ATTESTOR_SET_SEED, creator.as_ref(), &id.to_le_bytes()])
}

/// A round of a member, by its number, which starts at one.
pub fn challenge(member: &Address, nonce: u32) -> (Address, u8) {
    pda(&[CHALLENGE_SEED, member.as_ref(), &nonce.to_le_bytes()])
}

/// A GPU that was proved to a set of attestors, by the hash of its uuid.
pub fn gpu(set: &Address, uuid_hash: &[u8; 32]) -> (Address, u8) {
    pda(&[GPU_SEED, set.as_ref(), uuid_hash])
}

/// What stakers earn in one mint.
pub fn reward_pool(mint: &Address) -> (Address, u8) {
    pda(&[REWARD_POOL_SEED, mint.as_ref()])
}

/// Tokens of the reward pool of a mint.
pub fn reward_vault(mint: &Address) -> (Address, u8) {
    pda(&[REWARD_VAULT_SEED, mint.as_ref()])
}

/// What one stake earns from one reward pool.
pub fn position(pool: &Address, stake: &Address) -> (Address, u8) {
    pda(&[POSITION_SEED, pool.as_ref(), stake.as_ref()])
}

/// An emission, by its funder and the number that it gave it.
pub fn emission(funder: &Address, id: u16) -> (Address, u8) {
    pda(&[EMISSION_SEED, funder.as_ref(), &id.to_le_bytes()])
}

/// Tokens of an emission.
pub fn emission_vault(emission: &Address) -> (Address, u8) {
    pda(&[EMISSION_VAULT_SEED, emission.as_ref()])
}

/// The token account that wallets use for a mint by default; not an account of this program.
pub fn associated_token(owner: &Address, mint: &Address, token_program: &Address) -> (Address, u8) {
    Address::find_program_address(
        &[owner.as_ref(), token_program.as_ref(), mint.as_ref()],
        &ASSOCIATED_TOKEN_PROGRAM,
    )
}

/// Smallest nonce from `floor` on whose job address has bump 255.
///
/// Each further try for a bump costs the program about 330 compute units, and a client is free in the choice of its
/// nonces: the first or second tried fits as a rule. Returns `floor` itself if nothing up to [`u64::MAX`] fits.
pub fn nonce_with_canonical_bump(client: &Address, floor: u64) -> u64 {
    (floor..=u64::MAX).find(|nonce| job(client, *nonce).1 == CANONICAL_BUMP).unwrap_or(floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key number `n` of the golden tests.
    fn key(n: u8) -> Address {
        Address::new_from_array([n; 32])
    }

    #[test]
    fn the_programs_constant_for_its_event_authority_is_what_its_seed_derives() {
        assert_eq!(event_authority(), pda(&[gpu_market::constants::EVENT_AUTHORITY_SEED]));
    }

    #[test]
    fn addresses_never_change() {
        let built = [
            ("config", config()),
            ("event_authority", event_authority()),
            ("program_data", program_data()),
            ("treasury", treasury(&key(1))),
            ("treasury_vault", treasury_vault(&key(1))),
            ("market", market(&key(2), 0x0102)),
            ("terms", terms(&key(3), 0x0102_0304)),
            ("shard", shard(&key(3), 5)),
            ("client", client(&key(4), &key(1))),
            ("client_vault", client_vault(&key(5))),
            ("job", job(&key(5), 0x0102_0304_0506_0708)),
            ("stake", stake(&key(6))),
            ("stake_vault", stake_vault(&key(7))),
            ("credit", credit(&key(7), &key(4))),
            ("host", host(&key(6))),
            ("earnings", earnings(&key(8), &key(1))),
            ("member", member(&key(3), &key(8))),
            ("attestor_set", attestor_set(&key(2), 0x0102)),
            ("challenge", challenge(&key(9), 0x0102_0304)),
            ("gpu", gpu(&key(10), &[11; 32])),
            ("associated_token", associated_token(&key(4), &key(1), &TOKEN_PROGRAM)),
        ];
        let golden: [(&str, &str, u8); 21] = [
            ("config", "Av3LzwfuCSiALaDzVZnwq1JzdF7Xs7h6HNDVvtE8TQwM", 255),
            ("event_authority", "3xqTKu2J2tSQyGsRz6KRPXnXrFfr3FeUCdH7EzYEuYJh", 254),
            ("program_data", "4jjV8eCCt3dyJGd4CesbRH6VGtx46cV7bEQMgt7fqiY6", 255),
            ("treasury", "6YgKvCHQMyMz2owZfipwcQCY6zRReL8c1sB2ibSatuEs", 255),
            ("treasury_vault", "DBp75dTXUsHjUmBnJuJF2QU5KizyZdRmo6YgCSuSS9q", 253),
            ("market", "AXhAJkK31DFRJyAD5mHGVEpU1c3JQXdrwKzhkwPBFoWP", 253),
            ("terms", "8QjBPfLkYDMEndk9nADYptFYKaZ5EZLKPGfutegGUCjN", 251),
            ("shard", "Fj1B8Ho55HmRLGGRxCeo9c5zbU4j4D2PQrRhSCZnWwJC", 254),
            ("client", "5sAqPVGem8nhEVxuvgNVxcmjXoNUu3joWqN7EmeAvi93", 255),
            ("client_vault", "5U7rJ3Q1wkQeFWuBtX5NML4HMVkpzgB5qmNxzpx8tJA6", 255),
            ("job", "9LvWsuYpf6swvQ1QeQuxCdn2fD82S4nCg1coFdiRM4qS", 255),
            ("stake", "5JWSK3N11c6KnyXi7kQ3aZRMSriCS3UXG2VBLfUJUMYH", 255),
            ("stake_vault", "7ZH35CornrvXKRmzwDqDBdwNrpsozo98mYVRnfJC84M1", 253),
            ("credit", "8YVs4tcZZQCZvfE9kTKb65cd3vTxrJH1GtEPfQCeEwN8", 255),
            ("host", "7gkKV51cNofiyXxihCQmQbF6vf9kVvKRe2rKqKtW77Hb", 254),
            ("earnings", "BFocGBWXY5J6dwtit43YRDj3viY2NQeAjnt2HGJYAeY", 251),
            ("member", "5uzGSYmYE9xqXy7XwT3p9qtiT4eFAPBaWhVXsULzBBqW", 255),
            ("attestor_set", "8dtrmQ4onYWxiYYqsM29fuEbHYeHsQuBEgTiPxeNZxYV", 255),
            ("challenge", "27z1gMcsjpUV1gubNUwjmXZ3Sj3CEDEBgWiavRA4Nb5i", 255),
            ("gpu", "9Mh6icK1MLBiWczz6S8Sgxctunr76V1WACmuvKfvhPKs", 255),
            ("associated_token", "DpCtmeiFZo7fP8apStv6j8cQWUA7Ew89RPbrK7adxkqC", 254),
        ];
        for ((name, (address, bump)), (golden_name, expected, expected_bump)) in built.into_iter().zip(golden) {
            assert_eq!(name, golden_name);
            assert_eq!((address.to_string().as_str(), bump), (expected, expected_bump), "{name}");
        }
    }

    #[test]
    fn a_nonce_at_or_above_the_floor_gives_bump_255() {
        for floor in [0, 1, 7, 1_000_000, u64::MAX - 1_000] {
            let nonce = nonce_with_canonical_bump(&key(3), floor);
            assert!(nonce >= floor);
            assert_eq!(job(&key(3), nonce).1, CANONICAL_BUMP);
            assert!((floor..nonce).all(|below| job(&key(3), below).1 != CANONICAL_BUMP));
        }
    }
}
