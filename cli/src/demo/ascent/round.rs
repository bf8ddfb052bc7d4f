//! A round of attestation on the chain, from its opening to the last GPU.

use {
    super::{
        Deed, HOST, Place, Scene, TERMS,
        proof::{self, Disclosure, Examiner, Prover},
    },
    crate::error::CliError,
    gpu_market::{
        constants::ATTESTATION_LIFETIME,
        state::{AttestorSet, Challenge, Market, Reading, RoundResult, Verdict},
    },
    gpu_market_sdk::{
        Address, address, digest,
        error::Refusal,
        events::Event,
        instructions::attest::{self, ClaimGpu, OpenChallenge},
    },
    serde::Serialize,
    solana_keypair::Keypair,
    solana_signer::Signer,
    std::time::Duration,
};

/// Seconds that an attestor takes.
const READS: (u32, u32) = (20, 60);
/// Seconds after which the slot to draw from has come: slots are 200 ms, and it is the eighth.
const DRAW_AFTER: u32 = 2;

/// A round that was closed. Amounts are base units of the staked token.
#[derive(Debug, Serialize)]
pub struct RoundFacts {
    pub place: Place,
    pub number: u32,
    /// Slot whose hash the seed follows from.
    pub slot: u64,
    pub seed: String,
    pub opened_at: i64,
    pub answered_at: i64,
    pub panel: Vec<JudgeFacts>,
    pub passed: bool,
    /// Median of the readings in agreement.
    pub score: u32,
    pub gpus: u16,
    /// GPUs that count for the host.
    pub claimed: u16,
    pub attested_until: i64,
    pub fee: u64,
    /// What nobody earned of it.
    pub refunded: u64,
}

/// What an attestor did in a round.
#[derive(Clone, Debug, Serialize)]
pub struct JudgeFacts {
    pub attestor: &'static str,
    pub passes: bool,
    pub score: u32,
    /// Why it failed the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    pub pay: u64,
    pub slash: u64,
}

/// An attestor that was drawn, with what it read.
struct Vote {
    /// Index among the attestors of the bench.
    judge: usize,
    reading: Reading,
    salt: [u8; 32],
    facts: JudgeFacts,
}

impl Scene<'_> {
    /// Takes a whole round for the member in a market.
    pub(super) fn attest(&mut self, place: Place) -> Result<(), CliError> {
        let round = self.open_round(place)?;
        self.draw(round)?;
        let mut prover = self.answer(round)?;
        let mut votes = self.read(round, &mut prover)?;
        self.reveal(round, &votes)?;
        self.open_answer(round, &prover.disclosure)?;
        self.finalize(round, place)?;
        self.settle(round, &mut votes)?;
        self.claim(round, place)?;
        self.close_round(round, place, votes)
    }

    fn challenge(&self, round: Address) -> Result<Challenge, CliError> {
        self.chain.get(&round)
    }

    fn open_round(&mut self, place: Place) -> Result<Address, CliError> {
        let hero = &self.tale.hero;
        let venue = self.tale.venue(place).clone();
        let nonce = self.member(place)?.standing.rounds + 1;
        let fee = self.tale.plot.attestors.params.fee;
        let open = attest::open_challenge(OpenChallenge {
            authority: hero.operator.pubkey(),
            payer_owner: hero.owner.pubkey(),
            rent_payer: self.chain.payer.pubkey(),
            host_owner: hero.owner.pubkey(),
            market: venue.address,
            terms: TERMS,
            set: self.tale.bench.set,
            nonce,
            max_fee: fee,
        });
        let round = address::challenge(&hero.member(&venue), nonce).0;
        let (operator, owner) = (self.operator(), self.owner());
        self.send(open, &[&operator, &owner])?;
        let slot = self.challenge(round)?.slot;
        let paid = self.show(self.tale.stake_token, fee);
        let what = format!("opens round {nonce} of its member in {} for {paid}", venue.name);
        let step = self.step(Deed::RoundOpened, what);
        self.note(
            step.by_rule(format!("seed and panel are drawn from the hash of slot {slot}, which nobody knows yet")),
        );
        Ok(round)
    }

    fn draw(&mut self, round: Address) -> Result<(), CliError> {
        self.chain.wait(DRAW_AFTER);
        self.chain.publish_slot_hashes()?;
        self.send(attest::draw(round, self.tale.bench.set), &[])?;
        let challenge = self.challenge(round)?;
        let names: Vec<&str> = self.panel(&challenge)?.into_iter().map(|judge| self.name(judge)).collect();
        let eligible = challenge.eligible.count_ones();
        let what = format!(
            "the crank draws {} of {eligible} attestors; the seed is {}…",
            names.join(", "),
            hex(&challenge.seed, 4)
        );
        let step = self.step(Deed::RoundDrawn, what);
        self.note(step.by_rule("anybody may draw, and everybody draws the same"));
        Ok(())
    }

    /// Attestors of the panel, by their index on the bench.
    fn panel(&self, challenge: &Challenge) -> Result<Vec<usize>, CliError> {
        let set: AttestorSet = self.chain.get(&challenge.set)?;
        let missing = |key: Address| CliError::Missing { kind: "attestor", address: key.to_string() };
        let drawn = challenge.judges.iter().take(challenge.panel.into());
        drawn
            .map(|judge| {
                let key = set.slot(judge.place).map_err(Refusal::from)?.key;
                let mut judges = self.tale.bench.judges.iter();
                judges.position(|judge| judge.key.pubkey() == key).ok_or_else(|| missing(key))
            })
            .collect()
    }

    fn name(&self, judge: usize) -> &'static str {
        self.tale.bench.judges.get(judge).map_or("", |judge| judge.name)
    }

    fn key(&self, judge: usize) -> Result<Keypair, CliError> {
        let missing = || CliError::Missing { kind: "attestor", address: judge.to_string() };
        Ok(self.tale.bench.judges.get(judge).ok_or_else(missing)?.key.insecure_clone())
    }

    /// The host runs the benchmark from the drawn seed and commits to what it put out.
    fn answer(&mut self, round: Address) -> Result<Prover, CliError> {
        let challenge = self.challenge(round)?;
        let salt = self.tale.dice.secret();
        let prover = Prover::run(&challenge, &self.tale.hero.devices, salt)?;
        let (fastest, slowest) = proof::ANSWER_SECONDS;
        let seconds = self.tale.dice.between(fastest, slowest);
        self.chain.wait(seconds);
        let answer = &prover.disclosure.answer;
        let commitment = digest::answer(&round, &challenge.host, &challenge.seed, answer, &salt);
        let operator = self.operator();
        let commit = attest::commit_answer(operator.pubkey(), challenge.host, round, commitment);
        self.send(commit, &[&operator])?;
        let what = format!(
            "{HOST} runs the reference benchmark, class {}, on {} GPUs at once in {seconds} s and commits to its answer",
            proof::CLASS,
            answer.gpus,
        );
        let step = self.step(Deed::AnswerCommitted, what);
        self.note(step.by_rule("the answer is salted and bound to host, round and seed, so that nobody copies it"));
        Ok(prover)
    }

    /// Every attestor of the panel checks the answer and commits to what it read.
    fn read(&mut self, round: Address, prover: &mut Prover) -> Result<Vec<Vote>, CliError> {
        let challenge = self.challenge(round)?;
        let (soonest, latest) = READS;
        let mut votes = Vec::new();
        for judge in self.panel(&challenge)? {
            let sight = self.tale.dice.between(0, proof::SIGHT_SECONDS);
            // Not from the draw: the host knows the seed as soon as the slot's hash is public.
            let elapsed = challenge.answered_at - challenge.opened_at + i64::from(sight);
            let elapsed = Duration::from_secs(u64::try_from(elapsed).unwrap_or(0));
            let nonce = self.tale.dice.secret();
            let examiner = Examiner { address: &round, round: &challenge, nonce, elapsed };
            let (reading, fault) = examiner.read(prover);
            let after = self.tale.dice.between(soonest, latest);
            self.chain.wait(after);
            let (key, salt) = (self.key(judge)?, self.tale.dice.secret());
            let commitment = digest::reading(&round, &key.pubkey(), &reading, &salt);
            self.send(attest::commit_reading(key.pubkey(), challenge.set, round, commitment), &[&key])?;
            let facts = JudgeFacts {
                attestor: self.name(judge),
                passes: reading.verdict == Verdict::Pass as u8,
                score: reading.score,
                fault: fault.map(|fault| fault.to_string()),
                pay: 0,
                slash: 0,
            };
            votes.push(Vote { judge, reading, salt, facts });
        }
        let openings = proof::CLASS.size().openings();
        let names: Vec<&str> = votes.iter().map(|vote| vote.facts.attestor).collect();
        let what = format!(
            "{} check {openings} steps each of every chain, of {}, and commit to their readings",
            names.join(", "),
            proof::CLASS.size().steps(),
        );
        let step = self.step(Deed::ReadingsCommitted, what);
        self.note(step.by_rule(
            "each names the steps itself, once the answer is committed to; nobody sees another's reading",
        ));
        Ok(votes)
    }

    fn reveal(&mut self, round: Address, votes: &[Vote]) -> Result<(), CliError> {
        let set = self.tale.bench.set;
        let mut words = Vec::new();
        for vote in votes {
            let key = self.key(vote.judge)?;
            self.chain.wait(1);
            self.send(attest::reveal_reading(key.pubkey(), set, round, vote.reading, vote.salt), &[&key])?;
            let JudgeFacts { attestor, passes, score, fault, .. } = &vote.facts;
            words.push(match fault {
                Some(fault) => format!("{attestor} fails it: {fault}"),
                None => {
                    format!("{attestor} {} it with a score of {score}", if *passes { "passes" } else { "fails" })
                }
            });
        }
        let step = self.step(Deed::ReadingsRevealed, words.join(", "));
        self.note(step.by_rule("readings are revealed when all of the panel have committed"));
        Ok(())
    }

    fn open_answer(&mut self, round: Address, disclosed: &Disclosure) -> Result<(), CliError> {
        let operator = self.operator();
        let host = self.tale.hero.host;
        self.chain.wait(1);
        let open = attest::open_answer(operator.pubkey(), host, round, disclosed.answer, disclosed.salt);
        self.send(open, &[&operator])?;
        let what = format!(
            "{HOST} opens its answer: {} GPUs, result {}…",
            disclosed.answer.gpus,
            hex(&disclosed.answer.result, 4)
        );
        let step = self.step(Deed::AnswerOpened, what);
        self.note(step.by_rule("after the readings, so that no attestor can copy a claim it has not measured"));
        Ok(())
    }

    /// The crank decides the round, which has to have passed.
    fn finalize(&mut self, round: Address, place: Place) -> Result<(), CliError> {
        let member = self.challenge(round)?.member;
        self.chain.wait(1);
        self.send(attest::finalize_challenge(round, member), &[])?;
        let challenge = self.challenge(round)?;
        if challenge.result != RoundResult::Passed as u8 {
            let missing = format!("its round of attestation came to result {}", challenge.result);
            return Err(CliError::Stuck { host: HOST, market: self.tale.venue(place).name.clone(), missing });
        }
        let what = format!("the crank decides the round: passed, with a score of {}", challenge.score);
        let step = self.step(Deed::RoundDecided, what);
        self.note(step.by_rule(format!(
            "{} readings that agree are a verdict, the score is their median; the market asks for {}",
            challenge.quorum, challenge.min_score
        )));
        Ok(())
    }

    /// The crank settles every attestor of the panel.
    fn settle(&mut self, round: Address, votes: &mut [Vote]) -> Result<(), CliError> {
        let challenge = self.challenge(round)?;
        let mut words = Vec::new();
        for vote in votes {
            let stake = self.tale.bench.judges.get(vote.judge).map_or_else(Address::default, |judge| judge.stake);
            let settled =
                self.send(attest::settle_attestor(round, &challenge, stake, self.tale.stake_token), &[])?;
            let amounts = |event: &Event| match event {
                Event::AttestorSettled(settled) => Some((settled.pay, settled.slash)),
                _ => None,
            };
            let (pay, slash) = settled.events.iter().find_map(amounts).unwrap_or_default();
            (vote.facts.pay, vote.facts.slash) = (pay, slash);
            words.push(format!("{} {}", vote.facts.attestor, self.show(self.tale.stake_token, pay)));
        }
        let step = self.step(Deed::AttestorsSettled, format!("the round pays {}", words.join(", ")));
        self.note(
            step.by_rule("those in agreement share the fee; a reading that a quorum contradicts costs half a bond"),
        );
        Ok(())
    }

    /// Records every GPU of the round for its member.
    fn claim(&mut self, round: Address, place: Place) -> Result<(), CliError> {
        let challenge = self.challenge(round)?;
        let payer = self.chain.payer.insecure_clone();
        for (index, device) in self.tale.hero.devices.clone().iter().enumerate() {
            let proof = proof::gpu_proof(&self.tale.hero.devices, index).map_err(Refusal::from)?;
            let claim = attest::claim_gpu(ClaimGpu {
                payer: payer.pubkey(),
                challenge: round,
                member: challenge.member,
                set: challenge.set,
                uuid_hash: device.uuid_hash,
                index: u16::try_from(index).unwrap_or(u16::MAX),
                proof,
            });
            self.send(claim, &[&payer])?;
            self.tale.recorded.insert(device.uuid_hash);
        }
        let member = self.member(place)?;
        let market: Market = self.chain.get(&self.tale.venue(place).address)?;
        let seats = member.seat_limit(&market, self.chain.unix()).map_err(Refusal::from)?;
        let uuids: Vec<&str> = self.tale.hero.devices.iter().map(|device| device.uuid.as_str()).collect();
        let until = crate::demo::calendar::date(member.attested_until);
        let what = format!("{} are recorded as {HOST}'s until {until}: {seats} seats", uuids.join(", "));
        let step = self.step(Deed::GpusClaimed, what);
        let days = ATTESTATION_LIFETIME / 86_400;
        self.note(
            step.by_rule(format!("an attestation counts {days} days, and a GPU counts for one member at a time")),
        );
        Ok(())
    }

    fn close_round(&mut self, round: Address, place: Place, votes: Vec<Vote>) -> Result<(), CliError> {
        let challenge = self.challenge(round)?;
        let refunded = challenge.fee - challenge.paid;
        let close = attest::close_challenge(round, &challenge);
        self.chain.close("Challenge", &[round], &challenge.rent_payer, close, &[])?;
        let member = self.member(place)?;
        self.tale.rounds.push(RoundFacts {
            place,
            number: challenge.nonce,
            slot: challenge.slot,
            seed: hex(&challenge.seed, challenge.seed.len()),
            opened_at: challenge.opened_at,
            answered_at: challenge.answered_at,
            panel: votes.into_iter().map(|vote| vote.facts).collect(),
            passed: challenge.result == RoundResult::Passed as u8,
            score: challenge.score,
            gpus: challenge.gpus,
            claimed: challenge.claimed,
            attested_until: member.attested_until,
            fee: challenge.fee,
            refunded,
        });
        let back = self.show(self.tale.stake_token, refunded);
        let what = format!("the round is closed; {back} of the fee is {HOST}'s again");
        let step = self.step(Deed::RoundClosed, what);
        self.note(step.by_rule("what nobody earned returns to who paid it"));
        Ok(())
    }
}

/// The first bytes as hexadecimal digits.
fn hex(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).map(|byte| format!("{byte:02x}")).collect()
}
