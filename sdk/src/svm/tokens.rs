//! Mints and token accounts of the real SPL Token programs.

use {
    super::{Refused, Svm, keypair},
    crate::{AccountMeta, Address, Instruction, address, instructions::Token},
    solana_keypair::Keypair,
    solana_program_option::COption,
    solana_program_pack::Pack,
    solana_pubkey::Pubkey,
    solana_signer::Signer,
    spl_token_interface::{
        instruction::TokenInstruction,
        state::{Account as TokenAccount, Mint},
    },
};

/// A key as the interface crate has it, whose address type is of another version.
fn key(address: &Address) -> Pubkey {
    Pubkey::from(address.to_bytes())
}

impl Svm {
    /// Creates a mint whose address follows from `name`. The faucet is its mint authority and, with `freezable`, its
    /// freeze authority.
    pub fn create_mint(
        &mut self,
        name: &str,
        program: Address,
        decimals: u8,
        freezable: bool,
    ) -> Result<Token, Box<Refused>> {
        let mint = keypair(&format!("mint {name}"));
        let authority = self.faucet.pubkey();
        let freeze_authority = if freezable { COption::Some(key(&authority)) } else { COption::None };
        let mint_authority = key(&authority);
        let data = TokenInstruction::InitializeMint2 { decimals, mint_authority, freeze_authority }.pack();
        let initialize = token_instruction(program, data, vec![AccountMeta::new(mint.pubkey(), false)]);
        self.create_and_initialize(&mint, program, Mint::LEN, initialize)?;
        Ok(Token { mint: mint.pubkey(), program })
    }

    /// Creates a token account of `owner` whose address follows from `name`.
    pub fn create_token_account(
        &mut self,
        name: &str,
        token: Token,
        owner: &Address,
    ) -> Result<Address, Box<Refused>> {
        let account = keypair(&format!("token account {name}"));
        let data = TokenInstruction::InitializeAccount3 { owner: key(owner) }.pack();
        let metas = vec![AccountMeta::new(account.pubkey(), false), AccountMeta::new_readonly(token.mint, false)];
        let initialize = token_instruction(token.program, data, metas);
        self.create_and_initialize(&account, token.program, TokenAccount::LEN, initialize)?;
        Ok(account.pubkey())
    }

    fn create_and_initialize(
        &mut self,
        account: &Keypair,
        program: Address,
        size: usize,
        initialize: Instruction,
    ) -> Result<(), Box<Refused>> {
        let faucet = self.faucet.insecure_clone();
        let lamports = self.inner.minimum_balance_for_rent_exemption(size);
        // System program, instruction 0: create account.
        let mut data = 0u32.to_le_bytes().to_vec();
        data.extend(lamports.to_le_bytes());
        data.extend(u64::try_from(size).unwrap_or_default().to_le_bytes());
        data.extend(program.as_ref());
        let create = Instruction {
            program_id: address::SYSTEM_PROGRAM,
            accounts: vec![AccountMeta::new(faucet.pubkey(), true), AccountMeta::new(account.pubkey(), true)],
            data,
        };
        self.send(&[create, initialize], &[&faucet, account]).map(|_| ())
    }

    /// Mints to a token account.
    pub fn mint_to(&mut self, token: Token, account: &Address, amount: u64) -> Result<(), Box<Refused>> {
        let data = TokenInstruction::MintTo { amount }.pack();
        self.by_faucet(token, data, vec![AccountMeta::new(token.mint, false), AccountMeta::new(*account, false)])
    }

    /// Freezes a token account, as the issuer of a mint may.
    pub fn freeze(&mut self, token: Token, account: &Address) -> Result<(), Box<Refused>> {
        self.set_frozen(token, account, TokenInstruction::FreezeAccount)
    }

    /// Thaws a frozen token account.
    pub fn thaw(&mut self, token: Token, account: &Address) -> Result<(), Box<Refused>> {
        self.set_frozen(token, account, TokenInstruction::ThawAccount)
    }

    fn set_frozen(
        &mut self,
        token: Token,
        account: &Address,
        instruction: TokenInstruction,
    ) -> Result<(), Box<Refused>> {
        let metas = vec![AccountMeta::new(*account, false), AccountMeta::new_readonly(token.mint, false)];
        self.by_faucet(token, instruction.pack(), metas)
    }

    fn by_faucet(&mut self, token: Token, data: Vec<u8>, mut metas: Vec<AccountMeta>) -> Result<(), Box<Refused>> {
        let faucet = self.faucet.insecure_clone();
        metas.push(AccountMeta::new_readonly(faucet.pubkey(), true));
        self.send(&[token_instruction(token.program, data, metas)], &[&faucet]).map(|_| ())
    }

    /// Base units in a token account, if it is one.
    pub fn token_amount(&self, account: &Address) -> Option<u64> {
        let raw = self.raw(account)?;
        let is_token = raw.owner == address::TOKEN_PROGRAM || raw.owner == address::TOKEN_2022_PROGRAM;
        // Accounts of Token-2022 begin with the same bytes.
        let account = TokenAccount::unpack_from_slice(raw.data.get(..TokenAccount::LEN)?).ok()?;
        is_token.then_some(account.amount)
    }
}

fn token_instruction(program: Address, data: Vec<u8>, accounts: Vec<AccountMeta>) -> Instruction {
    Instruction { program_id: program, accounts, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_program_is_the_one_of_the_interface_crate() {
        assert_eq!(address::TOKEN_PROGRAM.to_bytes(), spl_token_interface::ID.to_bytes());
    }
}
