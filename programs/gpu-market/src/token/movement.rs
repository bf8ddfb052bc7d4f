use {
    super::mint::decimals,
    crate::{error::MarketError, instructions::bump_of},
    anchor_lang::prelude::*,
    pinocchio::cpi::{Seed, Signer as SeedSigner},
    pinocchio_token_2022::instructions::{CloseAccount, InitializeAccount3, TransferChecked},
};

/// Size of a token account without extensions. None of the mint extensions that are allowed asks for more.
const TOKEN_ACCOUNT_SIZE: usize = 165;
const MINT_OFFSET: usize = 0;
const OWNER_OFFSET: usize = 32;
const AMOUNT_OFFSET: usize = 64;
const STATE_OFFSET: usize = 108;
const STATE_INITIALIZED: u8 = 1;
const STATE_FROZEN: u8 = 2;

/// Seeds of a vault at most, its bump included.
const MAX_VAULT_SEEDS: usize = 4;

/// Seeds of a vault with its bump, which sign for it.
pub type VaultSeeds<'a, const N: usize> = [&'a [u8]; N];

/// What a movement needs besides source and destination.
#[derive(Clone, Copy)]
pub struct TokenContext<'a> {
    pub mint: &'a AccountView,
    pub program: &'a AccountView,
}

pub(super) fn bytes_at<const N: usize>(account: &AccountView, offset: usize) -> Result<[u8; N]> {
    let data = account.try_borrow()?;
    let end = offset.checked_add(N).ok_or(MarketError::MathOverflow)?;
    let bytes = data.get(offset..end).ok_or(MarketError::NotATokenAccount)?;
    Ok(bytes.try_into().map_err(|_| MarketError::NotATokenAccount)?)
}

/// Base units in a token account.
#[inline]
pub fn amount(account: &AccountView) -> Result<u64> {
    Ok(u64::from_le_bytes(bytes_at(account, AMOUNT_OFFSET)?))
}

/// Whether the mint's freeze authority has frozen a token account.
#[inline]
pub fn is_frozen(account: &AccountView) -> Result<bool> {
    Ok(bytes_at::<1>(account, STATE_OFFSET)? == [STATE_FROZEN])
}

/// Whether an account is a token account that the token program lets tokens into: initialized and not frozen.
pub fn can_receive(account: &AccountView, program: &AccountView) -> bool {
    account.owned_by(program.address())
        && bytes_at(account, STATE_OFFSET).is_ok_and(|state| state == [STATE_INITIALIZED])
}

/// Refuses unless `account` is a token account of `mint` that belongs to `owner`, under the given token program.
pub fn require_owned_by(account: &AccountView, tokens: TokenContext, owner: &Address) -> Result<()> {
    let mint: [u8; 32] = bytes_at(account, MINT_OFFSET)?;
    require!(
        account.owned_by(tokens.program.address()) && mint == tokens.mint.address().to_bytes(),
        MarketError::NotATokenAccount
    );
    let holder: [u8; 32] = bytes_at(account, OWNER_OFFSET)?;
    require!(holder == owner.to_bytes(), MarketError::WrongDestination);
    Ok(())
}

/// Moves tokens from somebody's account into a vault; that somebody has signed the instruction. Returns what arrived.
pub fn transfer_in(
    tokens: TokenContext,
    from: &AccountView,
    authority: &AccountView,
    vault: &AccountView,
    units: u64,
) -> Result<u64> {
    let before = amount(vault)?;
    TransferChecked {
        from,
        mint: tokens.mint,
        to: vault,
        authority,
        amount: units,
        decimals: decimals(tokens.mint)?,
        token_program: tokens.program.address(),
    }
    .invoke()?;
    Ok(amount(vault)?.checked_sub(before).ok_or(MarketError::MathOverflow)?)
}

/// Moves tokens out of a vault, to another vault or to an account of somebody who withdraws. Nothing happens for an
/// amount of zero.
#[inline(always)]
pub fn transfer_out<const N: usize>(
    tokens: TokenContext,
    vault: &AccountView,
    seeds: VaultSeeds<N>,
    to: &AccountView,
    units: u64,
) -> Result<()> {
    const { assert!(N <= MAX_VAULT_SEEDS) };
    signed_transfer(tokens, vault, &seeds, to, units)
}

#[inline(never)]
fn signed_transfer(
    tokens: TokenContext,
    vault: &AccountView,
    seeds: &[&[u8]],
    to: &AccountView,
    units: u64,
) -> Result<()> {
    if units == 0 {
        return Ok(());
    }
    TransferChecked {
        from: vault,
        mint: tokens.mint,
        to,
        authority: vault,
        amount: units,
        decimals: decimals(tokens.mint)?,
        token_program: tokens.program.address(),
    }
    .invoke_signed(&[SeedSigner::from(&signer_seeds(seeds))])
}

/// The seeds as the runtime takes them. Seeds are hashed one after the other, so empty ones at the end change nothing.
#[inline(always)]
fn signer_seeds<'a>(seeds: &[&'a [u8]]) -> [Seed<'a>; MAX_VAULT_SEEDS] {
    core::array::from_fn(|index| Seed::from(seeds.get(index).copied().unwrap_or_default()))
}

/// Creates a vault at the address of `seeds`, as a token account that is its own authority. Returns its bump.
#[inline(never)]
pub fn open_vault(tokens: TokenContext, vault: &AccountView, seeds: &[&[u8]], payer: &AccountView) -> Result<u8> {
    let bump = bump_of(vault.address(), seeds)?;
    let last = [bump];
    let mut signed: [&[u8]; MAX_VAULT_SEEDS] = [&[]; MAX_VAULT_SEEDS];
    for (slot, seed) in signed.iter_mut().zip(seeds.iter().copied().chain([last.as_slice()])) {
        *slot = seed;
    }
    let signed = signed.get(..=seeds.len()).ok_or(MarketError::MathOverflow)?;
    anchor_lang::create_account_signed(payer, vault, TOKEN_ACCOUNT_SIZE, tokens.program.address(), signed)?;
    InitializeAccount3 {
        account: vault,
        mint: tokens.mint,
        owner: vault.address(),
        token_program: tokens.program.address(),
    }
    .invoke()?;
    Ok(bump)
}

/// Moves whatever is left in a vault to `surplus_to` and closes it; its rent goes to `rent_to`.
#[inline(always)]
pub fn close_vault<const N: usize>(
    tokens: TokenContext,
    vault: &AccountView,
    seeds: VaultSeeds<N>,
    surplus_to: &AccountView,
    rent_to: &AccountView,
) -> Result<()> {
    const { assert!(N <= MAX_VAULT_SEEDS) };
    signed_close(tokens, vault, &seeds, surplus_to, rent_to)
}

#[inline(never)]
fn signed_close(
    tokens: TokenContext,
    vault: &AccountView,
    seeds: &[&[u8]],
    surplus_to: &AccountView,
    rent_to: &AccountView,
) -> Result<()> {
    signed_transfer(tokens, vault, seeds, surplus_to, amount(vault)?)?;
    CloseAccount { account: vault, destination: rent_to, authority: vault, token_program: tokens.program.address() }
        .invoke_signed(&[SeedSigner::from(&signer_seeds(seeds))])
}
