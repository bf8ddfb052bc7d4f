//! Attestation.

use {
    super::Generator,
    crate::{
        action::{
            RoundAction,
            round::{Claim, FIRST_SET},
        },
        cast::{CREATOR, PAYER, operator, party_owner},
        ids::{Party, RoundId},
        model::{Model, books::RoundBook},
        terms::STAKE,
    },
};

/// Markets whose terms name the set.
const ATTESTED: [u8; 3] = [1, 3, 4];

impl Generator {
    pub(super) fn round(&mut self, model: &Model) -> RoundAction {
        match self.dice.below(20) {
            0 => self.set_of(model),
            1 => self.attestor(model),
            2..4 => self.opening(model),
            _ => self.step(model),
        }
    }

    /// A draw, if a round waits for one. Its slot is in the chain's memory for less than two minutes, so that nothing would be
    /// drawn if it were as rare as anything else.
    pub(super) fn draw(&mut self, model: &Model) -> Option<RoundAction> {
        let now = model.now.1;
        let due = |book: &&RoundBook| book.state == 1 && book.slot < now && now <= book.slot + 512;
        let book = model.rounds.values().find(due).filter(|_| self.dice.percent(8))?;
        let (market, host) = model.cast.member_at(&book.member)?;
        Some(RoundAction::Draw { round: RoundId { market, host, nonce: book.nonce }, set: 1 })
    }

    fn set_of(&mut self, _model: &Model) -> RoundAction {
        let (bond, fee, panel, quorum) = FIRST_SET;
        let (bond, fee) =
            (self.dice.mostly(bond, |dice| dice.amount(20 * STAKE)), fee + self.dice.below(1_000_000));
        let by = self.dice.key(CREATOR);
        match self.dice.below(8) {
            0..2 => RoundAction::CreateSet { set: 2, bond, fee, panel, quorum },
            2..4 => {
                RoundAction::AnnounceSet { by, set: 1, bond, fee, panel, quorum: self.dice.mostly(quorum, |_| 1) }
            }
            _ => RoundAction::CloseSet { by, set: 2, rent: self.dice.key(PAYER) },
        }
    }

    fn attestor(&mut self, _model: &Model) -> RoundAction {
        let party = self.dice.any_party();
        let set = if self.dice.percent(80) { 1 } else { 2 };
        match self.dice.below(10) {
            0..4 => {
                let by = self.dice.key(CREATOR);
                RoundAction::Add { by, set, party, attestor: self.dice.key(operator(party)) }
            }
            4..6 => {
                let by = self.dice.key(party_owner(party));
                RoundAction::RaiseBond { by, set, party, amount: self.dice.amount(2 * STAKE) }
            }
            6 => RoundAction::Leave { by: self.dice.key(operator(party)), set, party },
            7 => RoundAction::Remove { by: self.dice.key(CREATOR), set, party },
            _ => RoundAction::Vacate { by: self.dice.any_key(), set, party },
        }
    }

    fn opening(&mut self, model: &Model) -> RoundAction {
        let host = self.dice.any_party();
        let attested = self.dice.one(&ATTESTED).unwrap_or(1);
        let market = self.dice.market(crate::ids::MarketId(attested));
        let payer = self.dice.mostly(host, super::Dice::any_party);
        let known = (1..200).take_while(|nonce| {
            let round = RoundId { market, host, nonce: *nonce };
            model.rounds.contains_key(&model.cast.round(round)) || self.last_round(model, round) >= *nonce
        });
        let nonce = known.last().map_or(1, |last| last + 1);
        RoundAction::Open {
            by: self.dice.key(operator(host)),
            payer,
            host,
            market,
            terms: self.terms(model, market),
            set: 1,
            nonce: self.dice.mostly(nonce, |dice| dice.below(5) as u32),
            max_fee: if self.dice.percent(95) { u64::MAX } else { 1 },
        }
    }

    /// Number of the last round of a member.
    fn last_round(&self, model: &Model, round: RoundId) -> u32 {
        model.member_of(round.market, round.host).map_or(0, |member| member.standing.rounds)
    }

    fn step(&mut self, model: &Model) -> RoundAction {
        let rounds: Vec<&RoundBook> = model.rounds.values().collect();
        let Some(book) = self.dice.one(&rounds) else { return self.opening(model) };
        let Some((market, host)) = model.cast.member_at(&book.member) else { return self.opening(model) };
        let round = RoundId { market, host, nonce: book.nonce };
        let panel = Party(3 + self.dice.below(5) as u8);
        let by = self.dice.key(operator(panel));
        let claim = self.claim();
        let score = if self.dice.percent(95) { 1_200 } else { 10 };
        let set = 1;
        let chance = self.dice.below(20);
        let host_key = self.dice.key(operator(host));
        match book.state {
            1 if chance < 14 => RoundAction::Draw { round, set },
            1 => RoundAction::Expire { round },
            2 => match chance {
                0..3 => RoundAction::CommitAnswer { by: host_key, round, claim },
                3..9 => RoundAction::CommitReading { by, round, set, claim, score },
                9..15 => RoundAction::Reveal { by, round, set, claim, score },
                15..17 => RoundAction::OpenAnswer { by: host_key, round, claim },
                _ => RoundAction::Finalize { round },
            },
            _ => match chance {
                0..7 => RoundAction::Settle { round, party: panel },
                7..12 => RoundAction::ClaimGpu { round, set, claim, index: self.dice.below(2) as u16 },
                12..14 => RoundAction::Conclude { round },
                14..17 => RoundAction::CloseRound { round },
                _ => {
                    let gpu = self.dice.below(16) as u8;
                    RoundAction::Release { by: self.dice.key(party_owner(Party(gpu / 2))), set, gpu }
                }
            },
        }
    }

    fn claim(&mut self) -> Claim {
        match self.dice.below(30) {
            0 => Claim::Neighbours,
            1 => Claim::OtherResult,
            2 => Claim::Nothing,
            _ => Claim::Own,
        }
    }
}
