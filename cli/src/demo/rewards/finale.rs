//! The end: last claims, and every account of the story closed.

use {
    super::{Deed, FUNDER, Season, coins, key, wallet},
    crate::{
        demo::{chain::Chain, world::World},
        error::CliError,
    },
    gpu_market::state::{Emission, EmissionKind, RewardPool, RewardPosition},
    gpu_market_sdk::{
        Address, address,
        decode::Account,
        instructions::{
            Token,
            rewards::{CloseEmission, close_emission, close_pool, close_position},
        },
    },
};

/// What is closed at the end.
const KINDS: [&str; 3] = ["Emission", "RewardPool", "RewardPosition"];

impl Season {
    /// Tells what comes after everything else: the weeks of earning, and the end.
    pub fn finish(&mut self, chain: &mut Chain, world: &World) -> Result<(), CliError> {
        let emission = self.earn(chain, world)?;
        self.wait_for_streams(chain)?;
        self.claim(chain)?;
        self.close_positions(chain)?;
        self.end_emission(chain, &emission)?;
        if let Some(given) = self.incentive.as_ref().map(|given| given.emission) {
            let end = chain.get::<Emission>(&given)?.end;
            chain.wait_until(end);
            self.end_emission(chain, &given)?;
        }
        close_pools(chain)?;
        look_for_leftovers(chain);
        let closed: Vec<String> = KINDS.into_iter().filter_map(|kind| closed(chain, kind)).collect();
        let what = format!("positions, emissions and pools are closed, rent went back: {}", closed.join(", "));
        let rule = "a pool closes when nobody earns from it; rests of divisions are the treasury's";
        self.note(chain, Deed::Closed, what, rule);
        Ok(())
    }

    /// Until every pool has handed out what it got.
    fn wait_for_streams(&self, chain: &mut Chain) -> Result<(), CliError> {
        for coin in coins(chain) {
            let pool: RewardPool = chain.get(&address::reward_pool(&coin.token.mint).0)?;
            chain.wait_until(pool.stream_end);
        }
        Ok(())
    }

    fn close_positions(&self, chain: &mut Chain) -> Result<(), CliError> {
        for coin in coins(chain) {
            for staker in &self.stakers {
                let position = staker.position(&coin.token.mint);
                let rent_payer = chain.get::<RewardPosition>(&position)?.rent_payer;
                let close = close_position(key(&staker.owner), coin.token.mint, rent_payer);
                chain.close("RewardPosition", &[position], &rent_payer, close, &[&staker.owner])?;
            }
        }
        Ok(())
    }

    /// The funder closes what it gave, and gets back what hosts did not earn.
    fn end_emission(&self, chain: &mut Chain, emission: &Address) -> Result<(), CliError> {
        let account: Emission = chain.get(emission)?;
        let missing = || CliError::Missing { kind: "mint", address: account.mint.to_string() };
        let token: Token = chain.books.coin_of(&account.mint).map(|coin| coin.token).ok_or_else(missing)?;
        let close = close_emission(CloseEmission {
            caller: key(&self.funder),
            emission: *emission,
            for_stakers: account.is(EmissionKind::Stakers),
            token,
            destination: wallet(chain, FUNDER, &account.mint)?,
            rent_payer: account.rent_payer,
        });
        chain.close("Emission", &[*emission, account.vault], &account.rent_payer, close, &[&self.funder])
    }
}

fn close_pools(chain: &mut Chain) -> Result<(), CliError> {
    for coin in coins(chain) {
        let pool = address::reward_pool(&coin.token.mint).0;
        let account: RewardPool = chain.get(&pool)?;
        let close = close_pool(coin.token, account.rent_payer);
        chain.close("RewardPool", &[pool, account.vault], &account.rent_payer, close, &[])?;
    }
    Ok(())
}

/// How many accounts of a kind were closed, and what rent that returned.
fn closed(chain: &Chain, kind: &str) -> Option<String> {
    let closed = chain.closed.get(kind)?;
    Some(format!("{} {kind} with {} lamports", closed.accounts, closed.rent))
}

/// Nothing of the story is left on the chain.
fn look_for_leftovers(chain: &mut Chain) {
    for (key, raw) in chain.svm.program_accounts() {
        let Ok(account) = Account::decode(&raw.data) else { continue };
        let kind = account.name();
        if KINDS.contains(&kind) {
            chain.findings.push(format!("the {kind} account {key} of the rewards was not closed"));
        }
    }
}
