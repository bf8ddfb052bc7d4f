//! Slashed stake on its way to a harmed client.

use {
    gpu_market::{
        error::MarketError,
        events::{CreditClaimed, CreditClosed, CreditOpened},
        state::Credit,
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        events::Event,
        instructions::{stake, treasury},
        svm::keypair,
    },
    gpu_market_tests::*,
    solana_signer::Signer,
};

/// What a missed acknowledgement costs: a tenth of the bond of ten.
const PENALTY: u64 = STAKE;
/// What the client gets of it: all but the caller's and the treasury's tenths.
const CREDITED: u64 = PENALTY / 10 * 8;

struct Scene {
    world: World,
    client: ClientParty,
    host: HostParty,
    credit: Address,
    /// Token account of whoever enforced the deadline.
    crank: Address,
}

impl Scene {
    /// A host that missed an acknowledgement of a client's job.
    fn new() -> Self {
        let mut world = World::new();
        let market = world.community;
        let client = world.client("client", 1_000 * DOLLAR);
        let host = world.host("host", 100 * STAKE);
        world.enroll(&host, &market, 50 * STAKE);
        let crank = world.missed_ack(&client, &host, &market, 0);
        let credit = address::credit(&host.stake, &client.owner.pubkey()).0;
        Self { world, client, host, credit, crank }
    }

    fn destination(&mut self) -> Address {
        let token = self.world.stake_token;
        self.world.token_account(token, &self.client.owner.pubkey())
    }

    fn claim(&mut self) -> Instruction {
        let destination = self.destination();
        stake::claim_credit(stake::ClaimCredit {
            caller: self.client.owner.pubkey(),
            beneficiary: self.client.owner.pubkey(),
            stake: self.host.stake,
            token: self.world.stake_token,
            destination,
        })
    }

    fn close(&self) -> Instruction {
        stake::close_credit(self.host.stake, self.client.owner.pubkey(), self.world.payer.pubkey())
    }
}

#[test]
fn anybody_opens_a_credit_and_opening_it_again_does_nothing() {
    let mut world = World::new();
    let (host, sponsor, other) = (world.host("host", 0), world.funded("sponsor"), world.funded("other"));
    let beneficiary = keypair("beneficiary").pubkey();
    let credit = address::credit(&host.stake, &beneficiary).0;
    let open = stake::open_credit(sponsor.pubkey(), host.stake, beneficiary);
    let event = CreditOpened { credit, stake: host.stake, beneficiary, rent_payer: sponsor.pubkey(), credits: 1 };
    world.ok_emitting(open, &[&sponsor], Event::CreditOpened(event));
    let account: Credit = world.get(&credit);
    assert_eq!((account.stake, account.beneficiary), (host.stake, beneficiary));
    assert_eq!((account.rent_payer, account.is_empty()), (sponsor.pubkey(), Ok(true)));

    let executed = world.ok(&[stake::open_credit(other.pubkey(), host.stake, beneficiary)], &[&other]);
    assert_eq!(executed.events, []);
    assert_eq!(world.get::<Credit>(&credit), account);
    assert_eq!(world.stake_account(&host).credits, 1);
}

#[test]
fn a_missed_acknowledgement_is_split_between_caller_treasury_and_client() {
    let scene = Scene::new();
    let stake = scene.world.stake_account(&scene.host);
    assert_eq!((stake.amount, stake.allocated), (100 * STAKE - PENALTY, 50 * STAKE - PENALTY));
    assert_eq!((stake.owed, stake.treasury_owed), (CREDITED, PENALTY / 10));
    assert_eq!(scene.world.tokens(&scene.crank), PENALTY / 10);
    assert_eq!(scene.world.get::<Credit>(&scene.credit).claims.total(), Ok(CREDITED));
}

#[test]
fn a_credit_is_claimed_after_the_unbonding_period_and_not_before() {
    let mut scene = Scene::new();
    let (claim, destination) = (scene.claim(), scene.destination());
    let vault = address::stake_vault(&scene.host.stake).0;
    let early = rule(MarketError::CreditNotClaimable);
    let Scene { world, client, host, credit, .. } = &mut scene;
    world.refused(std::slice::from_ref(&claim), &[&client.owner], early);
    world.svm.advance(world.unbonding() - 1);
    world.refused(std::slice::from_ref(&claim), &[&client.owner], early);
    world.svm.advance(1);
    let before = world.tokens(&vault);
    let event = CreditClaimed {
        credit: *credit,
        stake: host.stake,
        beneficiary: client.owner.pubkey(),
        destination,
        amount: CREDITED,
        left: 0,
        owed: 0,
    };
    world.ok_emitting(claim.clone(), &[&client.owner], Event::CreditClaimed(event));
    assert_eq!((world.tokens(&destination), world.tokens(&vault)), (CREDITED, before - CREDITED));
    assert_eq!(world.stake_account(host).owed, 0);
    world.refused(&[claim], &[&client.owner], early);
}

#[test]
fn only_the_harmed_client_claims_and_only_from_the_slashed_stake() {
    let mut scene = Scene::new();
    let claim = scene.claim();
    let Scene { world, client, host, .. } = &mut scene;
    world.svm.advance(world.unbonding());
    let rich = world.host("rich", 100 * STAKE);
    let rich_vault = address::stake_vault(&rich.stake).0;
    for (place, key, error) in [
        (2, rich.stake, MarketError::WrongCredit),
        (3, rich_vault, MarketError::WrongVault),
        (5, world.dollar.mint, MarketError::WrongMint),
    ] {
        world.refused(&[with_account(claim.clone(), place, key)], &[&client.owner], rule(error));
    }
    // Anybody else may only send it to the client.
    let by_host = with_account(with_account(claim.clone(), 0, host.owner.pubkey()), 4, host.stake_wallet);
    world.refused(&[by_host], &[&host.owner], rule(MarketError::NotCreditOwner));
    let dollars = world.token_account(world.dollar, &client.owner.pubkey());
    world.refused(&[with_account(claim.clone(), 4, dollars)], &[&client.owner], MINT_MISMATCH);
    let for_the_client = with_account(claim, 0, host.owner.pubkey());
    world.ok(&[for_the_client], &[&host.owner]);
}

#[test]
fn a_credit_that_its_client_leaves_alone_is_sent_to_it_by_anybody() {
    let mut scene = Scene::new();
    let (claim, destination) = (scene.claim(), scene.destination());
    let Scene { world, client, host, .. } = &mut scene;
    let by_host = with_account(claim, 0, host.owner.pubkey());
    world.refused(std::slice::from_ref(&by_host), &[&host.owner], rule(MarketError::CreditNotClaimable));
    world.svm.advance(world.unbonding());
    for elsewhere in [host.stake_wallet, client.wallet, client.client] {
        let elsewhere = with_account(by_host.clone(), 4, elsewhere);
        world.refused(&[elsewhere], &[&host.owner], rule(MarketError::NotCreditOwner));
    }
    let executed = world.ok(&[by_host], &[&host.owner]);
    let Some(Event::CreditClaimed(event)) = executed.events.first() else { panic!("no claim") };
    assert_eq!((event.beneficiary, event.destination), (client.owner.pubkey(), destination));
    assert_eq!((event.amount, world.tokens(&destination)), (CREDITED, CREDITED));
}

#[test]
fn later_penalties_are_claimed_later() {
    let mut scene = Scene::new();
    let (claim, destination) = (scene.claim(), scene.destination());
    let Scene { world, client, host, credit, .. } = &mut scene;
    let market = world.community;
    let cancel = {
        let job = world.job_address(client, 0);
        world.cancel_ix(client, &market, job)
    };
    world.ok(&[cancel], &[&client.owner]);
    world.svm.advance(DAY);
    world.missed_ack(client, host, &market, 1);
    world.svm.advance(world.unbonding() - DAY);
    world.ok(std::slice::from_ref(&claim), &[&client.owner]);
    assert_eq!(world.tokens(&destination), CREDITED);
    assert_eq!(world.get::<Credit>(credit).claims.total(), Ok(CREDITED));
    assert_eq!(world.stake_account(host).owed, CREDITED);
    world.refused(std::slice::from_ref(&claim), &[&client.owner], rule(MarketError::CreditNotClaimable));
    world.svm.advance(DAY);
    world.ok(&[claim], &[&client.owner]);
    assert_eq!(world.tokens(&destination), 2 * CREDITED);
}

#[test]
fn an_empty_credit_is_closed_by_anybody_and_its_rent_goes_to_who_paid_it() {
    let mut scene = Scene::new();
    let (claim, close) = (scene.claim(), scene.close());
    let payer = scene.world.payer.pubkey();
    let Scene { world, client, host, credit, .. } = &mut scene;
    world.refused(std::slice::from_ref(&close), &[], rule(MarketError::CreditNotEmpty));
    world.svm.advance(world.unbonding());
    world.ok(&[claim], &[&client.owner]);
    let other = world.host("other", 0);
    for (place, key, error) in
        [(1, other.stake, MarketError::WrongCredit), (2, client.owner.pubkey(), MarketError::WrongRentPayer)]
    {
        world.refused(&[with_account(close.clone(), place, key)], &[], rule(error));
    }
    // The fee of this transaction is paid by the rent payer, so somebody else pays it.
    let stranger = world.funded("stranger");
    let (before, rent) = (world.lamports(&payer), world.lamports(credit));
    let executed = world.svm.send(&[close], &[&stranger]).expect("closed");
    world.audit();
    assert_eq!((world.lamports(&payer), world.exists(credit)), (before + rent, false));
    let event = CreditClosed { credit: *credit, stake: host.stake, credits: 0 };
    assert_eq!(executed.events, [Event::CreditClosed(event)]);
}

#[test]
fn a_stake_closes_when_its_credits_are_claimed_and_closed_and_its_slashes_swept() {
    let mut scene = Scene::new();
    let (claim, close_credit) = (scene.claim(), scene.close());
    let Scene { world, client, host, .. } = &mut scene;
    let (market, token, payer) = (world.community, world.stake_token, world.payer.pubkey());
    world.open_treasury(token);
    world.take_back(host, &market, 49 * STAKE);
    world.start_unstaking(host, 99 * STAKE);
    world.svm.advance(world.unbonding());
    let owner = host.owner.pubkey();
    world.ok(&[stake::withdraw_stake(owner, token, host.stake_wallet)], &[&host.owner]);
    let closing = stake::CloseStake { owner, token, destination: host.stake_wallet, rent_payer: payer };
    let close = stake::close_stake(closing);
    let not_empty = rule(MarketError::StakeNotEmpty);
    for step in [claim, treasury::sweep_slashes(host.stake, token), close_credit] {
        world.refused(std::slice::from_ref(&close), &[&host.owner], not_empty);
        let signers: &[&solana_keypair::Keypair] = if step.data[0] == 49 { &[&client.owner] } else { &[] };
        world.ok(&[step], signers);
    }
    world.ok(&[close], &[&host.owner]);
    assert_eq!(world.tokens(&host.stake_wallet), 99 * STAKE);
    assert!(!world.exists(&host.stake));
}
