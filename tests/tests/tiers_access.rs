//! Private markets: a host holds a token of the access mint to enroll, apply, join, renew and rejoin.

use {
    gpu_market::{
        error::MarketError,
        state::{Admission, MarketParams, Outcome, Policy, TermsParams},
    },
    gpu_market_sdk::{
        Address, Instruction, address,
        instructions::{Token, job, market, member, queue, shard},
    },
    gpu_market_tests::*,
    solana_signer::Signer,
    std::slice::from_ref,
};

/// A private market of each tier and a host with its wallet of the access mint.
struct Private {
    world: World,
    pass: Token,
    community: MarketRef,
    premium: MarketRef,
    host: HostParty,
    wallet: Address,
}

impl Private {
    fn new() -> Self {
        let mut world = World::new();
        let pass = world.svm.create_mint("pass", address::TOKEN_PROGRAM, 0, true).expect("a mint");
        let community = create(&mut world, 0, 20, pass.mint);
        let premium = create(&mut world, 1, 21, pass.mint);
        let host = world.host("host", 1_000 * STAKE);
        world.open_earnings(&host, world.dollar);
        let wallet = world.token_account(pass, &host.owner.pubkey());
        Self { world, pass, community, premium, host, wallet }
    }

    fn enroll(&self, access: Option<Address>) -> Instruction {
        member::enroll(self.entry(&self.community, access))
    }

    fn entry(&self, market: &MarketRef, access: Option<Address>) -> member::Enroll {
        member::Enroll {
            owner: self.host.owner.pubkey(),
            payer: self.world.payer.pubkey(),
            market: market.address,
            token: market.token,
            access,
        }
    }

    fn seat(&self, access: Option<Address>) -> queue::Seat {
        queue::Seat { access, ..self.world.seat_of(&self.host, &self.community) }
    }

    /// Enrolled, with collateral and a token.
    fn inside() -> Self {
        let mut private = Self::new();
        private.world.svm.mint_to(private.pass, &private.wallet, 1).expect("minted");
        let enroll = private.enroll(Some(private.wallet));
        private.world.ok(&[enroll], &[&private.host.owner]);
        private.world.allocate(&private.host, &private.community, 50 * STAKE);
        private
    }
}

fn create(world: &mut World, tier: u8, id: u16, access_mint: Address) -> MarketRef {
    let genesis_end = if tier == 1 { world.now().unix + 86_400 } else { 0 };
    let authority = world.authority.insecure_clone();
    let create = market::CreateMarket {
        authority: authority.pubkey(),
        payer: world.payer.pubkey(),
        payment: world.dollar,
        feeder: (tier == 1).then_some(world.community.address),
        market: MarketParams { id, gpus_per_seat: 1, tier, gpu_class: [1; 32], genesis_end, access_mint },
        terms: if tier == 1 { PREMIUM_TERMS } else { TERMS },
    };
    let address = address::market(&authority.pubkey(), id).0;
    let shard = shard::create_shard(authority.pubkey(), world.payer.pubkey(), address, 0);
    world.ok(&[market::create_market(create), shard], &[&authority]);
    let market = MarketRef { address, token: world.dollar, terms: 1 };
    assert_eq!(world.market_account(&market).access_mint, access_mint);
    market
}

#[test]
fn one_token_of_the_access_mint_opens_a_private_market_and_none_does_not() {
    let mut private = Private::new();
    let owner = private.host.owner.insecure_clone();
    let missing = rule(MarketError::AccessTokenMissing);
    let empty = private.wallet;
    let applications = |private: &Private, access| {
        [private.enroll(access), member::apply(private.entry(&private.premium, access))]
    };
    for access in [None, Some(empty)] {
        for entry in applications(&private, access) {
            private.world.refused(&[entry], &[&owner], missing);
        }
    }
    private.world.svm.mint_to(private.pass, &empty, 1).expect("minted");
    for entry in applications(&private, Some(empty)) {
        private.world.ok(&[entry], &[&owner]);
    }
}

#[test]
fn the_token_that_opens_the_market_is_the_owners_of_that_mint_and_not_frozen() {
    let mut private = Private::new();
    let (owner, operator) = (private.host.owner.insecure_clone(), private.host.operator.pubkey());
    let stranger = private.world.somebody("stranger");
    let dollar = private.world.dollar;
    let of_stranger = private.world.funded_wallet(private.pass, &stranger.pubkey(), 1);
    let of_other_mint = private.world.funded_wallet(dollar, &owner.pubkey(), 1);
    let frozen = private.wallet;
    private.world.svm.mint_to(private.pass, &frozen, 1).expect("minted");
    private.world.svm.freeze(private.pass, &frozen).expect("frozen");
    let mint = private.pass.mint;
    for access in [of_stranger, of_other_mint, frozen, mint, owner.pubkey()] {
        let enroll = private.enroll(Some(access));
        private.world.refused(&[enroll], &[&owner], rule(MarketError::AccessTokenMissing));
    }
    // An operator is whomever the owner names: its token opens no market, and serves to join one.
    let of_operator = private.world.funded_wallet(private.pass, &operator, 1);
    let enroll = private.enroll(Some(of_operator));
    private.world.refused(&[enroll], &[&owner], rule(MarketError::AccessTokenMissing));
}

#[test]
fn a_forged_token_account_opens_nothing() {
    let mut private = Private::new();
    let owner = private.host.owner.insecure_clone();
    private.world.svm.mint_to(private.pass, &private.wallet, 1).expect("minted");
    let genuine = private.world.svm.raw(&private.wallet).expect("an account");
    let forged = Address::new_from_array([77; 32]);
    let enroll = private.enroll(Some(forged));
    // Of another program; of a multisig's size; with an extension that makes it something else; too short.
    let mut of_system = genuine.clone();
    of_system.owner = address::SYSTEM_PROGRAM;
    let mut multisig = genuine.clone();
    multisig.data.resize(355, 2);
    let mut mint = genuine.clone();
    mint.data.push(1);
    let mut short = genuine.clone();
    short.data.truncate(164);
    for account in [of_system, multisig, mint, short] {
        private.world.svm.set_raw(forged, account).expect("written");
        private.world.refused(from_ref(&enroll), &[&owner], rule(MarketError::AccessTokenMissing));
    }
    let mut extended = genuine;
    extended.data.push(2);
    private.world.svm.set_raw(forged, extended).expect("written");
    private.world.ok(&[enroll], &[&owner]);
}

#[test]
fn joining_and_renewing_ask_for_the_token_again() {
    let mut private = Private::inside();
    let operator = private.host.operator.insecure_clone();
    let missing = rule(MarketError::AccessTokenMissing);
    let (with, without) = (private.seat(Some(private.wallet)), private.seat(None));
    private.world.refused(&[queue::join(without)], &[&operator], missing);
    private.world.ok(&[queue::join(with)], &[&operator]);
    let node = private.world.head_seat(&private.community);
    private.world.refused(&[queue::renew(without, node)], &[&operator], missing);
    private.world.ok(&[queue::renew(with, node)], &[&operator]);
    // The issuer takes access back.
    private.world.svm.freeze(private.pass, &private.wallet).expect("frozen");
    private.world.refused(&[queue::renew(with, node)], &[&operator], missing);
}

#[test]
fn a_rejoin_without_the_token_is_skipped_and_the_finish_succeeds() {
    let mut private = Private::inside();
    let (market, host) = (private.community, &private.host);
    let client = private.world.client("client", 1_000 * DOLLAR);
    for (nonce, access, refusal) in
        [(0, None, MarketError::AccessTokenMissing.code()), (1, Some(private.wallet), 0)]
    {
        let posted = private.world.post(&client, &market, nonce, 600);
        let seat = queue::Seat { access: Some(private.wallet), ..private.world.seat_of(host, &market) };
        private.world.ok(&[queue::join(seat)], &[&host.operator]);
        private.world.start(host, &market, posted);
        let finish = private.world.finish_of(&client, host, &market, posted, Outcome::Success, None);
        let rejoin = job::Rejoin { terms: 1, shard: 0, min_rate: 0, access };
        let executed = private.world.ok(&[job::finish_and_rejoin(finish, rejoin)], &[&host.operator]);
        let [gpu_market_sdk::events::Event::HostRejoined(event)] = executed.events[..] else {
            panic!("{:?}", executed.events)
        };
        assert_eq!(event.refusal, refusal);
    }
}

#[test]
fn a_market_without_an_access_mint_asks_for_no_account() {
    let mut world = World::new();
    let market = world.community;
    let host = world.enrolled("host", &market);
    world.join(&host, &market);
}

#[test]
fn a_community_market_may_ask_for_an_attestation_from_announced_terms_on() {
    let mut world = World::new();
    let open = world.community;
    let (host, given) = (world.enrolled("host", &open), world.enrolled("given", &open));
    let policy = Policy { admission: Admission::Attested as u8, ..NO_POLICY };
    let attested = world.announce(&open, &TermsParams { policy, ..TERMS });
    let at = world.terms_change_at(&open);
    assert_eq!(at, world.now().unix + i64::from(TERMS.seat_lifetime), "harder terms take the usual notice");
    world.wait_until(at - 1);
    let client = world.client("client", 1_000 * DOLLAR);
    let posted = world.post(&client, &open, 0, 600);
    world.join(&host, &open);
    world.svm.advance(1);
    // The seat that was taken before is unfit now, so its job goes on without a penalty.
    let start = world.start_ix(&host, &attested, posted);
    world.refused(&[start], &[&host.operator], rule(MarketError::MemberUnfit));
    let payer = world.payer.insecure_clone();
    let expire = world.expire_assigned_of(&payer, &client, &host, &attested, posted);
    world.ok(&[gpu_market_sdk::instructions::expire::expire_assigned(expire)], &[]);
    let join = queue::join(world.seat_of(&host, &attested));
    world.refused(&[join], &[&host.operator], rule(MarketError::NoSeatLeft));
    // With an attestation there is a seat, no longer than the attestation.
    let until = world.now().unix + 100;
    world.attestation_given(&given, &attested, 1, 0, until);
    world.join(&given, &attested);
    let queue = world.queue(&attested);
    assert_eq!(queue.assigned[0].node.valid_until, until);
    // Back to open takes fourteen days, and then one seat needs no attestation.
    let loosened = world.new_terms(&attested, &TERMS);
    assert!(world.now().unix >= at + 14 * i64::from(DAY));
    world.join(&host, &loosened);
}
