//! Token accounts of people's wallets.

use {
    super::{CommandError, TokensMissing},
    crate::{amount::Amount, context::Context},
    gpu_market_sdk::{AccountMeta, Address, Instruction, address, instructions::Token, rpc::Mint},
};

const CREATE_IDEMPOTENT: u8 = 1;

/// The token account that the wallet of `owner` uses for a mint.
pub fn wallet(owner: &Address, token: &Token) -> Address {
    address::associated_token(owner, &token.mint, &token.program).0
}

/// Creates that account unless it exists. `payer` pays its rent.
pub fn create(payer: Address, owner: Address, token: Token) -> Instruction {
    Instruction {
        program_id: address::ASSOCIATED_TOKEN_PROGRAM,
        accounts: vec![
            AccountMeta::new(payer, true),
            AccountMeta::new(wallet(&owner, &token), false),
            AccountMeta::new_readonly(owner, false),
            AccountMeta::new_readonly(token.mint, false),
            AccountMeta::new_readonly(address::SYSTEM_PROGRAM, false),
            AccountMeta::new_readonly(token.program, false),
        ],
        data: vec![CREATE_IDEMPOTENT],
    }
}

impl Context {
    /// The token account that `amount` base units come from: `source`, or that of the owner's wallet. Says what is missing
    /// if it holds less.
    pub async fn source(
        &self,
        owner: Address,
        source: Option<Address>,
        mint: &Mint,
        amount: u64,
    ) -> Result<Address, CommandError> {
        let account = source.unwrap_or_else(|| wallet(&owner, &mint.token));
        let held = self.connection.token_account(&account).await?;
        let held = held.filter(|held| held.mint == mint.token.mint).map_or(0, |held| held.amount);
        if held >= amount {
            return Ok(account);
        }
        let shown = |units| Amount { units, decimals: mint.decimals };
        Err(CommandError::TokensMissing(Box::new(TokensMissing {
            owner,
            wallet: account,
            mint: mint.token.mint,
            held: shown(held),
            missing: shown(amount.saturating_sub(held)),
        })))
    }

    /// The token account that tokens go to: `destination`, or that of the owner's wallet, and what creates it if it is not
    /// there.
    pub async fn destination(
        &self,
        owner: Address,
        destination: Option<Address>,
        mint: &Mint,
    ) -> Result<(Address, Option<Instruction>), CommandError> {
        if let Some(account) = destination {
            return match self.connection.token_account(&account).await? {
                Some(found) if found.mint == mint.token.mint => Ok((account, None)),
                Some(found) => Err(CommandError::input(
                    "--to",
                    format!("{account} is a token account of {}", found.mint),
                    format!("one of {}", mint.token.mint),
                )),
                None => Err(CommandError::not_there(
                    format!("token account at {account}"),
                    "leave --to out to use the wallet's own",
                )),
            };
        }
        let account = wallet(&owner, &mint.token);
        let is_there = self.connection.token_account(&account).await?.is_some();
        let create = if is_there { None } else { Some(create(self.payer()?, owner, mint.token)) };
        Ok((account, create))
    }
}
