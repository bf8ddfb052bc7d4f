//! Mints and token accounts of the real SPL Token programs.

use {
    super::{Refused, Svm, keypair},
    crate::{AccountMeta, Address, Instruction, address, instructions::Token},
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Instruction numbers of the SPL Token interface.
mod number {
    pub const MINT_TO: u8 = 7;
    pub const FREEZE: u8 = 10;
    pub const THAW: u8 = 11;
    pub const INITIALIZE_ACCOUNT_3: u8 = 18;
    pub const INITIALIZE_MINT_2: u8 = 20;
}

const MINT_SIZE: u64 = 82;
const ACCOUNT_SIZE: u64 = 165;
const AMOUNT_OFFSET: usize = 64;

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
        let mut data = vec![number::INITIALIZE_MINT_2, decimals];
        data.extend(authority.as_ref());
        data.push(u8::from(freezable));
        if freezable {
            data.extend(authority.as_ref());
        }
        let initialize = token_instruction(program, data, vec![AccountMeta::new(mint.pubkey(), false)]);
        self.create_and_initialize(&mint, program, MINT_SIZE, initialize)?;
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
        let mut data = vec![number::INITIALIZE_ACCOUNT_3];
        data.extend(owner.as_ref());
        let metas = vec![AccountMeta::new(account.pubkey(), false), AccountMeta::new_readonly(token.mint, false)];
        let initialize = token_instruction(token.program, data, metas);
        self.create_and_initialize(&account, token.program, ACCOUNT_SIZE, initialize)?;
        Ok(account.pubkey())
    }

    fn create_and_initialize(
        &mut self,
        account: &Keypair,
        program: Address,
        size: u64,
        initialize: Instruction,
    ) -> Result<(), Box<Refused>> {
        let faucet = self.faucet.insecure_clone();
        let lamports = self.inner.minimum_balance_for_rent_exemption(usize::try_from(size).unwrap_or_default());
        // System program, instruction 0: create account.
        let mut data = 0u32.to_le_bytes().to_vec();
        data.extend(lamports.to_le_bytes());
        data.extend(size.to_le_bytes());
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
        let mut data = vec![number::MINT_TO];
        data.extend(amount.to_le_bytes());
        self.by_faucet(token, data, vec![AccountMeta::new(token.mint, false), AccountMeta::new(*account, false)])
    }

    /// Freezes a token account, as the issuer of a mint may.
    pub fn freeze(&mut self, token: Token, account: &Address) -> Result<(), Box<Refused>> {
        self.set_frozen(token, account, number::FREEZE)
    }

    /// Thaws a frozen token account.
    pub fn thaw(&mut self, token: Token, account: &Address) -> Result<(), Box<Refused>> {
        self.set_frozen(token, account, number::THAW)
    }

    fn set_frozen(&mut self, token: Token, account: &Address, number: u8) -> Result<(), Box<Refused>> {
        let metas = vec![AccountMeta::new(*account, false), AccountMeta::new_readonly(token.mint, false)];
        self.by_faucet(token, vec![number], metas)
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
        let bytes = raw.data.get(AMOUNT_OFFSET..AMOUNT_OFFSET.saturating_add(8))?;
        is_token.then(|| bytes.try_into().map(u64::from_le_bytes).unwrap_or_default())
    }
}

fn token_instruction(program: Address, data: Vec<u8>, accounts: Vec<AccountMeta>) -> Instruction {
    Instruction { program_id: program, accounts, data }
}
