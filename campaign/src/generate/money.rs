//! Escrow and stake.

use {
    super::Generator,
    crate::{
        action::{EscrowAction, StakeAction},
        cast::{CRANK, PAYER, clients, delegate, owner, party_owner},
        ids::{Mint, Party, Pools, Wallet},
        model::{Model, money::total},
        terms::STAKE,
    },
};

impl Generator {
    pub(super) fn escrow(&mut self, model: &Model) -> EscrowAction {
        let client = self.dice.any_client();
        let own = owner(client);
        let by = self.dice.key(own);
        let wallet = self.dice.wallet(Wallet { key: own, mint: client.mint });
        let available = model.client_of(client).map_or(0, |book| book.available);
        match self.dice.below(40) {
            0..3 => EscrowAction::Open { client },
            3..14 => EscrowAction::Deposit { by, from: wallet, client, amount: self.dice.amount(100_000_000) },
            14..24 => {
                let amount = self.dice.amount(available / 4);
                EscrowAction::Withdraw { by, client, to: wallet, amount }
            }
            24..32 => {
                let delegate = self.dice.percent(90).then(|| delegate(client.owner));
                let cap = self.dice.amount(20_000_000);
                let expires_at = model.now.0 + self.dice.below(3 * 86_400) as i64;
                EscrowAction::SetDelegate { by, client, delegate, cap, expires_at }
            }
            32..34 => {
                let referrer = self.dice.percent(80).then(|| self.dice.any_party());
                // Only clients that owe nothing may.
                let free =
                    clients().filter(|client| model.client_of(*client).is_some_and(|book| book.fees_owed == 0));
                let free: Vec<_> = free.collect();
                let client = self.dice.one(&free).filter(|_| self.dice.percent(70)).unwrap_or(client);
                EscrowAction::SetReferrer { by: self.dice.key(owner(client)), client, referrer }
            }
            34 => EscrowAction::Check { client },
            35..38 => {
                let floor = model.client_of(client).map_or(0, |book| book.nonce_floor);
                // A floor at the end of its range would leave nothing to post.
                let floor = (floor + self.dice.below(8)).saturating_sub(2);
                EscrowAction::RaiseFloor { by, client, floor }
            }
            _ => EscrowAction::Close { by, client, to: wallet, rent: self.dice.key(PAYER) },
        }
    }

    pub(super) fn stake(&mut self, model: &Model) -> StakeAction {
        let party = self.dice.any_party();
        let own = party_owner(party);
        let by = self.dice.key(own);
        let wallet = self.dice.wallet(Wallet { key: own, mint: Mint::Stake });
        let market = self.dice.any_market();
        let client = self.dice.any_client();
        let stake = model.stake_of(party);
        let positions = self.positions(model, party);
        match self.dice.below(44) {
            0..1 => StakeAction::Open { party },
            1..7 => StakeAction::Stake { by, party, from: wallet, amount: self.dice.amount(60 * STAKE), positions },
            7..13 => StakeAction::Allocate { by, party, market, amount: self.dice.amount(30 * STAKE) },
            13..17 => {
                let held = model.member_of(market, party).map_or(0, |member| member.collateral - member.bonds);
                StakeAction::Deallocate { by, party, market, amount: self.dice.amount(held) }
            }
            17..20 => {
                let free = stake.map_or(0, |stake| stake.amount - stake.allocated);
                StakeAction::Unstake { by, party, amount: self.dice.amount(free), positions }
            }
            20..22 => {
                let cooling = stake.map_or(0, |stake| total(&stake.cooling));
                StakeAction::Restake { by, party, amount: self.dice.amount(cooling), positions }
            }
            22..25 => StakeAction::Withdraw { by, party, to: wallet },
            25..26 => StakeAction::Close { by, party, to: wallet, rent: self.dice.key(PAYER) },
            26..34 => {
                let beneficiary = self.dice.key(owner(client));
                StakeAction::OpenCredit { party, beneficiary }
            }
            34..39 => {
                let beneficiary = owner(client);
                let by = if self.dice.percent(60) { beneficiary } else { CRANK };
                let to = self.dice.wallet(Wallet { key: beneficiary, mint: Mint::Stake });
                StakeAction::Claim { by, party, beneficiary, to }
            }
            39..42 => {
                // Up to the edges of what is allowed; long ones bind the stake for longer than most campaigns last.
                let usual = 14 + self.dice.below(20) as u16;
                let days = self.dice.mostly(usual, |dice| dice.one(&[0, 13, 14, 365, 366]).unwrap_or(0));
                StakeAction::ExtendLock { by, party, days, positions }
            }
            42 => StakeAction::Check { party },
            _ => {
                let beneficiary = owner(client);
                StakeAction::CloseCredit { party, beneficiary, rent: self.dice.key(PAYER) }
            }
        }
    }

    /// All positions that a party's stake has, or now and then others.
    fn positions(&mut self, model: &Model, party: Party) -> Pools {
        let right = model.pools_of(party);
        self.dice.mostly(right, |dice| Pools(dice.below(16) as u8))
    }
}
