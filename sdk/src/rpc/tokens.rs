//! Mints and token accounts, as far as a client of the market looks at them.

use {
    super::{Connection, RpcError},
    crate::{Address, address, error::DecodeError, instructions::Token},
    solana_account::Account as RawAccount,
};

/// Where a mint of either token program keeps its decimals.
const DECIMALS_OFFSET: usize = 44;
/// Where a token account of either token program keeps its owner, and its amount.
const OWNER_OFFSET: usize = 32;
const AMOUNT_OFFSET: usize = 64;
/// Where it keeps its state, and the state that nothing moves in.
const STATE_OFFSET: usize = 108;
const FROZEN: u8 = 2;

/// A mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mint {
    /// The mint and the program that it belongs to.
    pub token: Token,
    /// Digits of a whole token after the point.
    pub decimals: u8,
}

/// A token account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenAccount {
    /// Mint of its tokens.
    pub mint: Address,
    /// Who may spend from it.
    pub owner: Address,
    /// Base units.
    pub amount: u64,
    /// Whether the mint's freeze authority has frozen it, so that nothing enters or leaves.
    pub is_frozen: bool,
}

impl Connection {
    /// A mint of SPL Token or Token-2022.
    ///
    /// # Errors
    ///
    /// [`RpcError::Missing`] if there is no account, [`RpcError::Decode`] if it is none of a token program.
    pub async fn mint(&self, address: &Address) -> Result<Mint, RpcError> {
        let Some(account) = self.raw(address).await? else { return Err(self.missing("mint", address).await) };
        mint(address, &account).ok_or(wrong("mint", address))
    }

    /// A token account of SPL Token or Token-2022; none if there is no account.
    ///
    /// # Errors
    ///
    /// [`RpcError::Decode`] if the account is none of a token program.
    pub async fn token_account(&self, address: &Address) -> Result<Option<TokenAccount>, RpcError> {
        let account = self.raw(address).await?;
        account.map(|account| token_account(&account).ok_or(wrong("token", address))).transpose()
    }

    /// Lamports of an account; zero if there is none.
    pub async fn lamports(&self, address: &Address) -> Result<u64, RpcError> {
        Ok(self.raw(address).await?.map_or(0, |account| account.lamports))
    }
}

fn wrong(expected: &'static str, address: &Address) -> RpcError {
    RpcError::Decode { address: *address, source: DecodeError::WrongToken { expected } }
}

fn is_token_program(program: &Address) -> bool {
    [address::TOKEN_PROGRAM, address::TOKEN_2022_PROGRAM].contains(program)
}

fn mint(address: &Address, account: &RawAccount) -> Option<Mint> {
    let decimals = *account.data.get(DECIMALS_OFFSET).filter(|_| is_token_program(&account.owner))?;
    Some(Mint { token: Token { mint: *address, program: account.owner }, decimals })
}

fn token_account(account: &RawAccount) -> Option<TokenAccount> {
    let data = Some(account.data.as_slice()).filter(|_| is_token_program(&account.owner))?;
    let key = |offset| Some(Address::new_from_array(*data.get(offset..)?.first_chunk()?));
    let amount = u64::from_le_bytes(*data.get(AMOUNT_OFFSET..)?.first_chunk()?);
    let is_frozen = data.get(STATE_OFFSET) == Some(&FROZEN);
    Some(TokenAccount { mint: key(0)?, owner: key(OWNER_OFFSET)?, amount, is_frozen })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(owner: Address, data: Vec<u8>) -> RawAccount {
        RawAccount { owner, data, ..RawAccount::default() }
    }

    #[test]
    fn decimals_are_read_from_a_mint_of_either_program_and_of_no_other() {
        let mut data = vec![0; 82];
        data[DECIMALS_OFFSET] = 6;
        for program in [address::TOKEN_PROGRAM, address::TOKEN_2022_PROGRAM] {
            let found = mint(&address::PROGRAM, &account(program, data.clone())).unwrap();
            assert_eq!((found.token.program, found.decimals), (program, 6));
        }
        assert_eq!(mint(&address::PROGRAM, &account(address::PROGRAM, data)), None);
    }

    #[test]
    fn a_token_account_says_whose_it_is_and_what_it_holds() {
        let mut data = [[1; 32], [2; 32]].concat();
        data.extend(7u64.to_le_bytes());
        let found = token_account(&account(address::TOKEN_PROGRAM, data.clone())).unwrap();
        assert_eq!((found.mint, found.owner, found.amount), ([1; 32].into(), [2; 32].into(), 7));
        assert!(!found.is_frozen);
        let mut frozen = data.clone();
        frozen.resize(165, 0);
        frozen[STATE_OFFSET] = FROZEN;
        assert!(token_account(&account(address::TOKEN_PROGRAM, frozen)).unwrap().is_frozen);
        data.pop();
        assert_eq!(token_account(&account(address::TOKEN_PROGRAM, data)), None);
    }
}
