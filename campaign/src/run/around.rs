//! What happens around the program, on the chain: time, gifts, frozen accounts, restarts.

use {
    super::{Failure, Outcome, Run},
    crate::{
        action::{Action, Outside},
        base::Base,
        ids::Spot,
    },
    gpu_market::state::Now,
    gpu_market_sdk::Address,
    solana_account::Account as RawAccount,
    std::collections::BTreeSet,
};

impl Run {
    /// The hashes of the last slots, for a draw.
    pub(super) fn write_slot_hashes(&mut self) {
        let newest = self.svm.now().slot - 1;
        let hash =
            |slot: u64| std::array::from_fn(|index| slot.to_le_bytes()[index % 8] ^ (index as u8).wrapping_mul(29));
        let hashes: Vec<_> = (0..512).map(|back| (newest - back, hash(newest - back))).collect();
        self.svm.set_slot_hashes(&hashes).expect("the sysvar is written");
    }

    pub(super) fn outside(&mut self, outside: &Outside, action: &Action) -> Result<Outcome, Failure> {
        let touched = match *outside {
            Outside::Advance { seconds } => {
                self.svm.advance(seconds);
                None
            }
            Outside::Halt { seconds } => {
                self.svm.halt(seconds);
                None
            }
            Outside::GiveTokens { to, amount } => self.give_tokens(to, amount),
            Outside::GiveLamports { to, lamports } => {
                let address = self.cast.at(to);
                self.svm.airdrop(&address, lamports);
                Some(address)
            }
            Outside::Freeze(spot) => self.set_frozen(spot, true),
            Outside::Thaw(spot) => self.set_frozen(spot, false),
            Outside::Restart => {
                self.restart();
                None
            }
        };
        self.predict(action);
        if let Some(address) = touched {
            self.refresh(&address, &mut BTreeSet::new());
        }
        self.tally.outside(outside);
        Ok(Outcome::Outside)
    }

    fn give_tokens(&mut self, to: Spot, amount: u64) -> Option<Address> {
        let address = self.cast.at(to);
        let token = self.model.tokens.get(&address).filter(|token| !token.frozen)?;
        let mint = self.cast.mint_of(&token.mint)?;
        self.svm.mint_to(self.cast.token(mint), &address, amount).expect("the faucet mints");
        let minted = self.cast.token(mint).mint;
        self.refresh(&minted, &mut BTreeSet::new());
        Some(address)
    }

    fn set_frozen(&mut self, spot: Spot, frozen: bool) -> Option<Address> {
        let address = self.cast.at(spot);
        if !self.model.can_freeze(&address, frozen) {
            return None;
        }
        let mint = self.cast.mint_of(&self.model.tokens.get(&address)?.mint)?;
        let token = self.cast.token(mint);
        let done = if frozen { self.svm.freeze(token, &address) } else { self.svm.thaw(token, &address) };
        done.expect("the issuer may freeze and thaw");
        Some(address)
    }

    /// Exchanges an account on the chain behind the back of model and ledger, to see that it is noticed.
    pub fn tamper(&mut self, key: Address, account: RawAccount) {
        self.svm.set_raw(key, account).expect("an account of any contents is written");
    }

    /// Writes everything out and goes on in a new chain.
    fn restart(&mut self) {
        let now: Now = self.svm.now();
        self.svm = Base::load(&self.program, self.raw.clone(), now).expect("what a chain held loads into another");
    }
}
