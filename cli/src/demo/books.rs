//! Every token account of the demo, so that tokens can be counted after every transaction.

use {
    gpu_market_sdk::{Address, instructions::Token, svm::Svm},
    serde::Serialize,
    std::collections::BTreeMap,
};

/// Where the supply stands in an account of a mint.
const SUPPLY_OFFSET: usize = 36;

/// A mint of the demo.
#[derive(Clone, Debug)]
pub struct Coin {
    pub symbol: String,
    pub decimals: u8,
    pub token: Token,
}

impl Coin {
    /// An amount of base units as people write it.
    pub fn show(&self, amount: u64) -> String {
        let scale = usize::from(self.decimals);
        let digits = format!("{amount:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            fraction => format!("{whole}.{fraction}"),
        }
    }

    pub fn show_signed(&self, amount: i128) -> String {
        let size = self.show(u64::try_from(amount.unsigned_abs()).unwrap_or(u64::MAX));
        match amount.signum() {
            0 => size,
            1 => format!("+{size}"),
            _ => format!("-{size}"),
        }
    }
}

/// What a token account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Wallet,
    Escrow,
    Earnings,
    Stake,
    Treasury,
    Rewards,
    Emission,
}

/// A token account.
#[derive(Clone, Debug)]
pub struct Entry {
    pub party: String,
    pub kind: Kind,
    pub mint: Address,
    pub account: Address,
}

/// All token accounts, and what was ever minted.
#[derive(Default)]
pub struct Books {
    pub coins: Vec<Coin>,
    pub entries: Vec<Entry>,
    /// Base units minted to each wallet.
    pub minted: BTreeMap<Address, u64>,
}

impl Books {
    pub fn coin_of(&self, mint: &Address) -> Option<&Coin> {
        self.coins.iter().find(|coin| coin.token.mint == *mint)
    }

    /// An amount of a mint as people write it, with the mint's symbol.
    pub fn show(&self, mint: &Address, amount: u64) -> String {
        let coin = self.coin_of(mint);
        coin.map_or_else(|| amount.to_string(), |coin| format!("{} {}", coin.show(amount), coin.symbol))
    }

    pub fn enter(&mut self, party: &str, kind: Kind, mint: Address, account: Address) {
        if !self.entries.iter().any(|entry| entry.account == account) {
            self.entries.push(Entry { party: party.to_owned(), kind, mint, account });
        }
    }

    /// Wallet of a party in a mint.
    pub fn wallet(&self, party: &str, mint: &Address) -> Option<Address> {
        let mut entries = self.entries.iter();
        let is_it = |entry: &&Entry| entry.party == party && entry.kind == Kind::Wallet && entry.mint == *mint;
        entries.find(is_it).map(|entry| entry.account)
    }

    pub fn add_minted(&mut self, wallet: Address, amount: u64) {
        let minted = self.minted.entry(wallet).or_default();
        *minted = minted.saturating_add(amount);
    }

    /// Base units of a mint that were minted.
    pub fn minted_of(&self, mint: &Address) -> u128 {
        let entries = self.entries.iter().filter(|entry| entry.mint == *mint);
        entries.filter_map(|entry| self.minted.get(&entry.account)).map(|amount| u128::from(*amount)).sum()
    }

    /// Base units of a mint in all accounts together.
    pub fn held(&self, svm: &Svm, mint: &Address) -> u128 {
        let entries = self.entries.iter().filter(|entry| entry.mint == *mint);
        entries.filter_map(|entry| svm.token_amount(&entry.account)).map(u128::from).sum()
    }

    /// Base units of a mint that exist, as its account says.
    pub fn supply(svm: &Svm, mint: &Address) -> Option<u64> {
        let data = svm.raw(mint)?.data;
        data.get(SUPPLY_OFFSET..)?.first_chunk().copied().map(u64::from_le_bytes)
    }

    /// Mints whose accounts together do not hold what was minted.
    pub fn leaks(&self, svm: &Svm) -> Vec<String> {
        let leak = |coin: &Coin| {
            let (minted, held) = (self.minted_of(&coin.token.mint), self.held(svm, &coin.token.mint));
            (minted != held)
                .then(|| format!("I8: {} of {} base units minted are held in all accounts", held, minted))
        };
        self.coins.iter().filter_map(leak).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_in_whole_tokens() {
        let token = Token::spl(Address::default());
        let coin = Coin { symbol: "USDG".into(), decimals: 6, token };
        assert_eq!(coin.show(0), "0");
        assert_eq!(coin.show(1), "0.000001");
        assert_eq!(coin.show(12_500_000), "12.5");
        assert_eq!(coin.show_signed(-1_000_000), "-1");
        assert_eq!(coin.show_signed(10), "+0.00001");
        assert_eq!(Coin { decimals: 0, ..coin }.show(7), "7");
    }
}
