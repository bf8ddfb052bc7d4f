//! What the tests of the protocol, the markets, escrows, stakes and members need on top.

use {
    crate::{ClientParty, HostParty, MarketRef, TERMS, World},
    gpu_market::state::{Client, Config, Market, Terms, TermsParams, Treasury},
    gpu_market_sdk::{
        Address, Instruction, address,
        error::Refusal,
        events::Event,
        instructions::{Token, admin, expire, market, stake, treasury},
        svm::{Execution, keypair},
    },
    solana_keypair::Keypair,
    solana_signer::Signer,
};

/// Seconds in a day.
pub const DAY: u32 = 86_400;

/// The system program's refusal of an account that exists already.
pub const IN_USE: Refusal = Refusal::Other(0);
/// The token program's refusal to move more than an account holds.
pub const TOO_FEW_TOKENS: Refusal = Refusal::Other(1);
/// The token program's refusal of a token account of another mint.
pub const MINT_MISMATCH: Refusal = Refusal::Other(3);
/// The token program's refusal of a signer that may not spend.
pub const NOT_THE_SPENDER: Refusal = Refusal::Other(4);
/// The token program's refusal to touch a frozen account.
pub const FROZEN: Refusal = Refusal::Other(17);

/// The same instruction with another account in one place.
pub fn with_account(mut instruction: Instruction, place: usize, key: Address) -> Instruction {
    instruction.accounts[place].pubkey = key;
    instruction
}

/// Extension entry of a Token-2022 mint: type, length, zeros.
pub fn extension(kind: u16, length: u16) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(vec![0; usize::from(length)]);
    bytes
}

impl World {
    /// A key with lamports and nothing else.
    pub fn funded(&mut self, name: &str) -> Keypair {
        let key = keypair(name);
        self.svm.airdrop(&key.pubkey(), 100_000_000_000);
        key
    }

    pub fn lamports(&self, key: &Address) -> u64 {
        self.svm.lamports(key)
    }

    pub fn config_account(&self) -> Config {
        self.get(&address::config().0)
    }

    pub fn market_account(&self, market: &MarketRef) -> Market {
        self.get(&market.address)
    }

    pub fn terms_account(&self, market: &MarketRef, number: u32) -> Terms {
        self.get(&address::terms(&market.address, number).0)
    }

    pub fn treasury_account(&self, token: Token) -> Treasury {
        self.get(&address::treasury(&token.mint).0)
    }

    /// Executes one instruction that closes `closed`, and checks that the rent payer gets their lamports, all of them and
    /// nothing else.
    #[track_caller]
    pub fn ok_closing(
        &mut self,
        close: Instruction,
        signers: &[&Keypair],
        closed: &[Address],
        rent_payer: &Address,
    ) -> Execution {
        let held: u64 = closed.iter().map(|account| self.lamports(account)).sum();
        let before = self.lamports(rent_payer);
        assert!(held > 0, "there is no rent in what should close");
        let executed = self.ok(&[close], signers);
        assert_eq!(self.lamports(rent_payer), before + held, "rent");
        for account in closed {
            assert!(!self.exists(account), "{account} was not closed");
        }
        executed
    }

    /// Executes one instruction, which has to emit exactly this event.
    #[track_caller]
    pub fn ok_emitting(&mut self, instruction: Instruction, signers: &[&Keypair], event: Event) {
        let executed = self.ok(&[instruction], signers);
        assert_eq!(executed.events, [event]);
    }

    /// A token account of `owner` with `amount` in it.
    pub fn funded_wallet(&mut self, token: Token, owner: &Address, amount: u64) -> Address {
        let account = self.token_account(token, owner);
        if amount > 0 {
            self.svm.mint_to(token, &account, amount).expect("minted");
        }
        account
    }

    /// A Token-2022 mint whose account carries these extension bytes.
    pub fn mint_2022(&mut self, name: &str, tlv: &[u8]) -> Token {
        let token = self.svm.create_mint(name, address::TOKEN_2022_PROGRAM, 6, false).expect("a mint");
        let mut raw = self.svm.raw(&token.mint).expect("the mint");
        raw.data.resize(165, 0);
        raw.data.push(1);
        raw.data.extend(tlv);
        raw.lamports = raw.lamports.saturating_mul(10);
        self.svm.set_raw(token.mint, raw).expect("written");
        token
    }

    /// Terms to announce, with the terms in force and the next number read from the market.
    pub fn announcement(
        &self,
        market: &MarketRef,
        terms: &TermsParams,
        effective_at: i64,
    ) -> market::AnnounceTerms {
        let account = self.market_account(market);
        market::AnnounceTerms {
            authority: self.authority.pubkey(),
            payer: self.payer.pubkey(),
            market: market.address,
            in_force: account.terms_in_force(self.now().unix),
            number: account.next_terms_number().expect("a number"),
            terms: *terms,
            effective_at,
        }
    }

    /// Announces the usual terms at another rate; returns when they take effect.
    #[track_caller]
    pub fn announce_rate(&mut self, market: &MarketRef, rate: u64, effective_at: i64) -> i64 {
        let announcement = self.announcement(market, &TermsParams { rate, ..TERMS }, effective_at);
        let authority = self.authority.insecure_clone();
        self.ok(&[market::announce_terms(announcement)], &[&authority]);
        self.market_account(market).announced_effective_at
    }

    #[track_caller]
    pub fn set_pause_bits(&mut self, bits: u8) {
        let set = admin::set_pause(self.admin.pubkey(), bits);
        let admin = self.admin.insecure_clone();
        self.ok(&[set], &[&admin]);
    }

    #[track_caller]
    pub fn set_market_pause_bits(&mut self, market: &MarketRef, bits: u8) {
        let set = market::set_market_pause(self.authority.pubkey(), market.address, bits);
        let authority = self.authority.insecure_clone();
        self.ok(&[set], &[&authority]);
    }

    /// Sweeps what a client owes, as the split in force asks.
    pub fn sweep(&self, client: &Address, token: Token) -> Instruction {
        let split = self.config_account().split(self.now().unix);
        treasury::sweep_fees(treasury::SweepFees::of(*client, &self.get::<Client>(client), &split, token.program))
    }

    #[track_caller]
    pub fn open_treasury(&mut self, token: Token) {
        self.ok(&[treasury::open_treasury(self.payer.pubkey(), token)], &[]);
    }

    #[track_caller]
    pub fn take_back(&mut self, host: &HostParty, market: &MarketRef, amount: u64) {
        self.ok(&[stake::deallocate(host.owner.pubkey(), market.address, amount)], &[&host.owner]);
    }

    #[track_caller]
    pub fn start_unstaking(&mut self, host: &HostParty, amount: u64) {
        self.ok(&[stake::request_unstake(host.owner.pubkey(), amount)], &[&host.owner]);
    }

    /// Posts a job and lets `host`, which joins for it, miss its acknowledgement: of the bond of 10 STAKE a tenth is
    /// taken, of which the caller gets a tenth at once, the treasury a tenth, the client's owner the rest as a credit.
    /// Returns the caller's token account.
    #[track_caller]
    pub fn missed_ack(
        &mut self,
        client: &ClientParty,
        host: &HostParty,
        market: &MarketRef,
        nonce: u64,
    ) -> Address {
        let job = self.post(client, market, nonce, 600);
        self.join(host, market);
        self.svm.advance(TERMS.ack_window + 61);
        let caller = self.funded("crank");
        let tokens = self.token_account(self.stake_token, &caller.pubkey());
        let expire = expire::expire_assigned(expire::ExpireAssigned {
            caller: caller.pubkey(),
            caller_tokens: Some(tokens),
            parties: self.parties(job, client, host, market),
            shard: 0,
            slash: Some(self.slash(host, client)),
            stake_token: self.stake_token,
        });
        self.ok(&[expire], &[&caller]);
        tokens
    }
}
