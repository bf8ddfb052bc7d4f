//! The weeks after: an emission to stakers, and claims.

use {
    super::{Deed, FOR_STAKERS, FUNDER, Season, claimable, coins, founding::whole, key, names, wallet},
    crate::{
        demo::{chain::Chain, world::World},
        error::CliError,
    },
    gpu_market::state::{Client, Emission, EmissionParams, RewardPool, RewardPosition, Stake},
    gpu_market_sdk::{
        Address, Instruction, address,
        error::Refusal,
        instructions::{
            client::check_client,
            rewards::{Recipients, check_pool, claim_rewards, release_emission},
            stake::check_stake,
        },
        rewards::{self, Stream},
    },
};

const WEEK: u32 = 7 * 86_400;
/// Weeks that the emission lasts; the last of its stream comes a week later.
const WEEKS: u32 = 3;
/// Whole tokens that stakers are given.
const GIVEN_TO_STAKERS: u64 = 210;

impl Season {
    /// Everything from the emission to the last claim.
    pub(super) fn earn(&mut self, chain: &mut Chain, world: &World) -> Result<Address, CliError> {
        self.credited(chain, world);
        let emission = self.open_emission(chain, world)?;
        for week in 1..=WEEKS + 1 {
            chain.wait(WEEK);
            self.release(chain, world, &emission)?;
            if week == 1 {
                self.show_yield(chain, world)?;
            }
            self.claim(chain)?;
        }
        self.check_vaults(chain, world)?;
        Ok(emission)
    }

    /// What harmed clients have claimed by now.
    fn credited(&mut self, chain: &Chain, world: &World) {
        let mint = world.stake_token.mint;
        let claimed = chain.tally.of(&mint).credits_claimed;
        if claimed > 0 {
            let what =
                format!("clients have claimed {} that slashes credited to them", chain.books.show(&mint, claimed));
            let rule = "a credit is paid when the unbonding period is over, so that slashing oneself is no way out";
            self.note(chain, Deed::CreditsClaimed, what, rule);
        }
    }

    fn open_emission(&mut self, chain: &mut Chain, world: &World) -> Result<Address, CliError> {
        let token = world.stake_token;
        let params = EmissionParams {
            amount: whole(chain, &token.mint, GIVEN_TO_STAKERS),
            start: 0,
            end: chain.unix() + i64::from(WEEKS * WEEK),
            rate: 0,
            window_cap: 0,
        };
        let emission = self.give(chain, token, Recipients::Stakers, FOR_STAKERS, params)?;
        let amount = chain.books.show(&token.mint, params.amount);
        let what = format!("{FUNDER} gives {amount} to the stakers over {WEEKS} weeks");
        let rule = "what is given to stakers stays theirs: its funder cannot take it back";
        self.note(chain, Deed::EmissionOpened, what, rule);
        Ok(emission)
    }

    /// Moves what is due to the pool.
    fn release(&mut self, chain: &mut Chain, world: &World, emission: &Address) -> Result<(), CliError> {
        let token = world.stake_token;
        let due = rewards::due(&chain.get::<Emission>(emission)?, chain.unix());
        if due == 0 {
            return Ok(());
        }
        chain.send(release_emission(*emission, token), &[])?;
        let what = format!("{} of the emission reach the pool", chain.books.show(&token.mint, due));
        self.note(chain, Deed::EmissionReleased, what, "anybody releases what is due, in proportion to the time");
        Ok(())
    }

    fn show_yield(&mut self, chain: &Chain, world: &World) -> Result<(), CliError> {
        let mint = world.stake_token.mint;
        let pool: RewardPool = chain.get(&address::reward_pool(&mint).0)?;
        let stream = Stream::of(&pool, chain.unix()).map_err(Refusal::from)?;
        let mut lines = Vec::new();
        for staker in &self.stakers {
            let position: RewardPosition = chain.get(&staker.position(&mint))?;
            let stake: Stake = chain.get(&staker.stake)?;
            let projection = stream.projection(position.weight()).map_err(Refusal::from)?;
            let bps = projection.bps(stake.amount).unwrap_or(0);
            lines.push(format!("{} {}.{:02} %", staker.name, bps / 100, bps % 100));
        }
        let what = format!("a year of this stream would pay {}", names(lines.iter().map(String::as_str)));
        let rule = "what the last stream pays at today's weights, which will change; not a promise";
        self.note(chain, Deed::YieldShown, what, rule);
        Ok(())
    }

    /// Every staker claims what it can from every pool.
    pub(super) fn claim(&mut self, chain: &mut Chain) -> Result<(), CliError> {
        let mut lines = Vec::new();
        for coin in coins(chain) {
            for staker in &self.stakers {
                let amount = claimable(chain, staker, &coin.token.mint)?;
                if amount > 0 {
                    let destination = wallet(chain, &staker.name, &coin.token.mint)?;
                    let claim = claim_rewards(key(&staker.owner), coin.token, destination);
                    chain.send(claim, &[&staker.owner])?;
                    lines.push(format!("{} {} {}", staker.name, coin.show(amount), coin.symbol));
                }
            }
        }
        if !lines.is_empty() {
            let what = format!("claimed: {}", names(lines.iter().map(String::as_str)));
            self.note(
                chain,
                Deed::RewardsClaimed,
                what,
                "a claim takes all that the weight has earned since the last",
            );
        }
        Ok(())
    }

    /// Anybody compares vaults with their books.
    fn check_vaults(&mut self, chain: &mut Chain, world: &World) -> Result<(), CliError> {
        let pools = coins(chain).into_iter().map(|coin| check_pool(coin.token.mint));
        let stakes = self.stakers.iter().map(|staker| check_stake(staker.stake));
        let accounts = world.clients.iter().flat_map(|client| client.accounts.values());
        let checks: Vec<Instruction> =
            pools.chain(stakes).chain(accounts.map(|account| check_client(*account))).collect();
        let count = checks.len();
        for check in checks {
            chain.send(check, &[])?;
        }
        let short = self.halted(chain, world)?;
        chain.findings.extend(short.iter().map(|account| format!("a check found the vault of {account} short")));
        let what = format!("{count} vaults compared with their books, {} are short", short.len());
        let rule = "a vault that is short takes nothing more in; everybody still gets out";
        self.note(chain, Deed::VaultsChecked, what, rule);
        Ok(())
    }

    /// Accounts that a check halted.
    fn halted(&self, chain: &Chain, world: &World) -> Result<Vec<Address>, CliError> {
        let mut halted = Vec::new();
        for coin in coins(chain) {
            let key = address::reward_pool(&coin.token.mint).0;
            halted.extend((chain.get::<RewardPool>(&key)?.halted != 0).then_some(key));
        }
        for staker in &self.stakers {
            halted.extend((chain.get::<Stake>(&staker.stake)?.halted != 0).then_some(staker.stake));
        }
        for key in world.clients.iter().flat_map(|client| client.accounts.values()) {
            halted.extend((chain.get::<Client>(key)?.halted != 0).then_some(*key));
        }
        Ok(halted)
    }
}
