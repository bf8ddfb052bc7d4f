//! Rounds of attestation, the sets that judge them and the GPUs that they prove.

use {
    super::{Outlook, Step, View, enforceable},
    crate::Kind,
    gpu_market_sdk::{
        Address,
        digest::Sha256,
        gpu_market::{
            constants::{ATTESTOR_NOTICE, CLAIM_WINDOW},
            state::{Challenge, JudgeState, RoundState},
        },
        instructions::attest,
    },
};

impl View<'_> {
    pub(super) fn round(&self, address: &Address) -> Option<Outlook> {
        let round = self.index.round(address)?;
        match round.state {
            state if state == RoundState::Open as u8 => Some(self.open_round(*address, round)),
            state if state == RoundState::Running as u8 => self.running_round(*address, round),
            state if state == RoundState::Decided as u8 => self.decided_round(*address, round),
            _ => None,
        }
    }

    fn open_round(&self, address: Address, round: &Challenge) -> Outlook {
        let mut outlook = Outlook::nothing();
        let over_from = round.draw_until().saturating_add(1);
        if self.now.slot >= over_from {
            let why = format!("nobody drew the panel of round {address} in time");
            let expire = || vec![attest::expire_challenge(address, round.member)];
            outlook.steps.push(self.step(Kind::ExpireChallenge, why, expire));
        } else if round.require_drawable(self.now).is_ok() {
            let why = format!("the slot of round {address} has its hash");
            outlook.steps.push(self.step(Kind::Draw, why, || vec![attest::draw(address, round.set)]));
            outlook.times.at_slot(over_from);
        } else {
            outlook.times.at_slot(round.slot.saturating_add(1));
        }
        outlook
    }

    fn running_round(&self, address: Address, round: &Challenge) -> Option<Outlook> {
        let mut decided = *round;
        if decided.decide::<Sha256>(self.now).is_ok() {
            let why = format!("nobody who is still in time can change round {address}");
            let finalize = || vec![attest::finalize_challenge(address, round.member)];
            let step = self.step(Kind::FinalizeChallenge, why, finalize);
            return Some(Outlook { steps: vec![step], ..Outlook::default() });
        }
        let deadlines = [
            enforceable(round.answer_deadline().ok()?),
            round.reading_deadline().ok()?.saturating_add(1),
            round.reveal_deadline().ok()?.saturating_add(1),
            enforceable(round.opening_deadline().ok()?),
        ];
        Some(self.first_deadline(deadlines))
    }

    fn first_deadline(&self, deadlines: impl IntoIterator<Item = i64>) -> Outlook {
        let mut outlook = Outlook::nothing();
        deadlines.into_iter().filter(|at| *at > self.now.unix).for_each(|at| outlook.times.at(at));
        outlook
    }

    fn decided_round(&self, address: Address, round: &Challenge) -> Option<Outlook> {
        let mut outlook = Outlook::nothing();
        let mut concluded = *round;
        if concluded.conclude(self.now.unix).is_ok() {
            let why = format!("the GPUs of round {address} are claimed, or the day for it is over");
            let conclude = || vec![attest::conclude_challenge(address, round.member)];
            outlook.steps.push(self.step(Kind::ConcludeChallenge, why, conclude));
        } else if round.concluded == 0 {
            outlook.times.at(round.decided_at.saturating_add(CLAIM_WINDOW).saturating_add(1));
        }
        outlook.steps.extend(self.settlements(address, round));
        if round.settled == round.panel && round.concluded == 1 {
            let why = format!("round {address} is over and its attestors are settled");
            let close = || vec![attest::close_challenge(address, round)];
            outlook.steps.push(self.step(Kind::CloseChallenge, why, close));
        }
        Some(outlook)
    }

    fn settlements(&self, address: Address, round: &Challenge) -> Vec<Step> {
        let drawn = round.judges.iter().take(usize::from(round.panel));
        let owed = drawn.filter(|judge| judge.state != JudgeState::Settled as u8);
        let steps = owed.filter_map(|judge| {
            let set = self.fixed(&round.set, |index, address| index.set(address))?;
            let payer = self.fixed(&round.payer, |index, address| index.stake(address))?;
            let token = self.token(payer.mint)?;
            // A place keeps its attestor as long as a round binds it.
            let stake = set.slot(judge.place).ok()?.stake;
            let why = format!("the attestor in place {} of round {address} is to be settled", judge.place);
            let settle = || vec![attest::settle_attestor(address, round, stake, token)];
            Some(Step { number: judge.place.into(), ..self.step(Kind::SettleAttestor, why, settle) })
        });
        steps.collect()
    }

    pub(super) fn leavers(&self, address: &Address) -> Option<Outlook> {
        let set = self.index.set(address)?;
        let mut outlook = Outlook::nothing();
        for (place, slot) in (0u16..).zip(&set.slots) {
            if slot.is_vacant() || slot.leaving_at == 0 || slot.open_rounds > 0 {
                continue;
            }
            let free_at = slot.leaving_at.saturating_add(ATTESTOR_NOTICE);
            if self.now.unix < free_at {
                outlook.times.at(free_at);
                continue;
            }
            let why = format!("the attestor in place {place} of set {address} left a day ago");
            let vacate = || vec![attest::vacate_attestor(self.caller.key, *address, slot.stake)];
            outlook.steps.push(Step { number: place, ..self.step(Kind::VacateAttestor, why, vacate) });
        }
        Some(outlook)
    }

    pub(super) fn gpu(&self, address: &Address) -> Option<Outlook> {
        let gpu = self.index.gpu(address)?;
        if self.now.unix < gpu.expires_at {
            return Some(Outlook::at(gpu.expires_at));
        }
        // Of a round that is open the GPU still counts: its member changes when that is over.
        if self.member(&gpu.member).is_some_and(|member| gpu.round == member.standing.open_round) {
            return None;
        }
        let why = format!("the attestation of GPU {address} is over");
        let release = || vec![attest::release_gpu(self.caller.key, *address, gpu)];
        Some(Outlook { steps: vec![self.step(Kind::ReleaseGpu, why, release)], ..Outlook::default() })
    }
}
