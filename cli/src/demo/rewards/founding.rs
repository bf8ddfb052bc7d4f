//! Before the day: who earns, who referred whom, and what is given to hosts.

use {
    super::{Deed, FOR_HOSTS, FUNDER, Incentive, Season, Staker, coins, config, key, names},
    crate::{
        demo::{
            books::Kind,
            cast::{Host, Vice},
            chain::Chain,
            day::Day,
            world::World,
        },
        error::CliError,
    },
    gpu_market::state::{EmissionParams, Split, Tier},
    gpu_market_sdk::{
        Address, address,
        instructions::{
            client::set_referrer,
            market::list_market,
            rewards::{OpenEmission, Recipients, open_emission, open_position, with_positions},
            stake,
        },
        rewards,
    },
    solana_signer::Signer,
};

/// Days that the honest hosts among the stakers lock for.
const LOCKS: [u16; 2] = [90, 365];
/// Whole tokens that hosts are given, what they are paid in a week at most, and for how many days.
const GIVEN_TO_HOSTS: u64 = 100;
const WEEKLY_CAP: u64 = 40;
const DAYS_FOR_HOSTS: i64 = 14;

/// The host that will be slashed for not acknowledging, without a lock, and honest ones with one.
pub(super) fn stakers(world: &World) -> Vec<Staker> {
    let staker = |(host, lock): (&Host, u16)| Staker {
        name: host.name.clone(),
        owner: host.owner.insecure_clone(),
        stake: host.stake,
        lock,
    };
    let sleeper = world.hosts.iter().filter(|host| host.vice == Some(Vice::NeverAcknowledges));
    let honest = world.hosts.iter().filter(|host| host.vice.is_none()).zip(LOCKS);
    sleeper.map(|host| (host, 0)).chain(honest).map(staker).collect()
}

/// Base units of whole tokens.
pub(super) fn whole(chain: &Chain, mint: &Address, tokens: u64) -> u64 {
    let decimals = chain.books.coin_of(mint).map_or(0, |coin| coin.decimals);
    tokens.saturating_mul(10u64.saturating_pow(u32::from(decimals)))
}

impl Season {
    pub(super) fn found(&mut self, chain: &mut Chain, world: &World) -> Result<(), CliError> {
        let Split { stakers_bps, referral_bps } = config(chain)?.split(chain.unix());
        let percent = |bps: u16| format!("{}.{:02} %", bps / 100, bps % 100);
        let what = format!(
            "of every fee {} go to stakers and {} to whoever referred the client, the rest to the treasury",
            percent(stakers_bps),
            percent(referral_bps),
        );
        self.note(
            chain,
            Deed::SplitInForce,
            what,
            "before the first market a split is in force at once, later after 14 days",
        );
        self.open_positions(chain)?;
        self.refer(chain, world)
    }

    /// Every staker earns from every pool; a lock raises its weight in all of them.
    fn open_positions(&mut self, chain: &mut Chain) -> Result<(), CliError> {
        let mints: Vec<Address> = coins(chain).iter().map(|coin| coin.token.mint).collect();
        let mut lines = Vec::new();
        for staker in &self.stakers {
            let owner = key(&staker.owner);
            for coin in coins(chain) {
                let open = open_position(owner, chain.payer.pubkey(), coin.token.mint);
                chain.send(open, &[&staker.owner])?;
                chain.fund(&staker.name, &owner, coin.token, 0)?;
            }
            if staker.lock > 0 {
                let lock = with_positions(stake::extend_lock(owner, staker.lock), &owner, &mints);
                chain.send(lock, &[&staker.owner])?;
            }
            let account: gpu_market::state::Stake = chain.get(&staker.stake)?;
            let weight = |days| rewards::weight_with_lock(&account, days);
            let weight = weight(staker.lock).map_err(gpu_market_sdk::error::Refusal::from)?;
            let lock = if staker.lock == 0 { "without lock".into() } else { format!("for {} days", staker.lock) };
            lines.push(format!(
                "{} {lock} ({}, weight {weight})",
                staker.name,
                chain.books.show(&account.mint, account.amount)
            ));
        }
        let what = format!("stakes that earn: {}", names(lines.iter().map(String::as_str)));
        self.note(chain, Deed::StakeLocked, what, "a base unit weighs 365, and 3 more for each day of its lock");
        Ok(())
    }

    /// In every token one client was referred by a host that is paid in it.
    fn refer(&mut self, chain: &mut Chain, world: &World) -> Result<(), CliError> {
        for coin in coins(chain) {
            let mint = coin.token.mint;
            let client = world.clients.iter().find(|client| client.accounts.contains_key(&mint));
            let is_paid = |host: &&Host| {
                let venue = world.venues.get(host.venue);
                host.vice.is_none() && venue.is_some_and(|venue| venue.token.mint == mint)
            };
            let (Some(client), Some(host)) = (client, world.hosts.iter().find(is_paid)) else {
                continue;
            };
            let refer = set_referrer(key(&client.owner), mint, Some(key(&host.owner)));
            chain.send(refer, &[&client.owner])?;
            let what = format!("{} names {} as its referrer for fees in {}", client.name, host.name, coin.symbol);
            self.note(chain, Deed::ClientReferred, what, "only a client that owes no fees names a referrer");
        }
        Ok(())
    }

    /// Somebody rewards the hosts of the premium market that most is posted in.
    pub(super) fn open_incentive(&mut self, day: &mut Day) -> Result<(), CliError> {
        let Some(index) = busiest_premium(day) else {
            return Ok(());
        };
        let venue = day.world.venues[index].clone();
        let (chain, admin) = (&mut day.chain, day.world.admin.insecure_clone());
        chain.send(list_market(key(&admin), venue.address, true), &[&admin])?;
        let mint = venue.token.mint;
        let params = EmissionParams {
            amount: whole(chain, &mint, GIVEN_TO_HOSTS),
            start: 0,
            end: chain.unix() + DAYS_FOR_HOSTS * 86_400,
            rate: venue.terms.rate,
            window_cap: whole(chain, &mint, WEEKLY_CAP),
        };
        let emission = self.give(chain, venue.token, Recipients::Hosts(venue.address), FOR_HOSTS, params)?;
        self.incentive = Some(Incentive { emission, venue: index });
        let what = format!(
            "{FUNDER} gives {} to the hosts of {}, {} a week at most",
            chain.books.show(&mint, params.amount),
            venue.name,
            chain.books.show(&mint, params.window_cap),
        );
        let rule =
            "an incentive never pays more than the treasury's part of the fee: nobody gains as its own client";
        self.note(chain, Deed::IncentiveOpened, what, rule);
        Ok(())
    }

    /// Opens an emission out of the funder's wallet.
    pub(super) fn give(
        &self,
        chain: &mut Chain,
        token: gpu_market_sdk::instructions::Token,
        recipients: Recipients,
        id: u16,
        params: EmissionParams,
    ) -> Result<Address, CliError> {
        let funder = key(&self.funder);
        let source = chain.fund(FUNDER, &funder, token, params.amount)?;
        let emission = address::emission(&funder, id).0;
        chain.books.enter(FUNDER, Kind::Emission, token.mint, address::emission_vault(&emission).0);
        let open = OpenEmission { funder, payer: chain.payer.pubkey(), source, token, recipients, id, params };
        chain.send(open_emission(open), &[&self.funder])?;
        Ok(emission)
    }
}

/// Index of the premium market that most jobs will be posted in.
fn busiest_premium(day: &Day) -> Option<usize> {
    let postings = |id: u16| {
        let specs = day.script.postings.iter().filter_map(|posting| day.specs.get(posting.spec));
        specs.filter(|spec| spec.market == id).count()
    };
    let venues = day.world.venues.iter().enumerate().filter(|(_, venue)| venue.tier == Tier::Premium);
    venues.max_by_key(|(_, venue)| postings(venue.id)).map(|(index, _)| index)
}
