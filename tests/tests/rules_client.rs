//! A client's escrow: who acts for it, what leaves and enters it, what a delegate may spend, and when it closes.

mod rules;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::NONCE_WINDOW,
        error::MarketError,
        state::{Actor, Client, Settled},
    },
    gpu_market_sdk::Address,
    rules::*,
};

const EXPIRY: i64 = 5_000;
const CAP: u64 = 300;

/// A client with a thousand base units to spend.
fn client() -> Client {
    Client { owner: key(1), available: 1_000, ..Client::zeroed() }
}

/// The same, and a delegate that may spend [`CAP`] of them before [`EXPIRY`].
fn delegated() -> Client {
    let mut client = client();
    client.set_delegate(key(2), CAP, EXPIRY).unwrap();
    client
}

/// Refused, and nothing has changed.
#[track_caller]
fn refused(client: &Client, error: MarketError, change: impl Fn(&mut Client) -> Result<(), MarketError>) {
    let mut changed = *client;
    assert_eq!(change(&mut changed), Err(error));
    assert_eq!(changed, *client);
}

/// What the client is after `change`, which is taken.
#[track_caller]
fn after(mut client: Client, change: impl Fn(&mut Client) -> Result<(), MarketError>) -> Client {
    assert_eq!(change(&mut client), Ok(()));
    client
}

/// Whether the delegate may reserve this for a job of that delegation.
fn delegate_reserves(mut client: Client, amount: u64, delegation: u16) -> Result<(), MarketError> {
    client.reserve(amount, delegation, Actor::Delegate)
}

#[test]
fn the_owner_acts_at_any_time_and_the_delegate_before_its_expiry() {
    let client = delegated();
    for now in [0, EXPIRY - 1, EXPIRY, i64::MAX] {
        assert_eq!(client.actor(&key(1), now), Ok(Actor::Owner));
        assert_eq!(client.actor(&key(3), now), Err(MarketError::NotClientOrDelegate));
    }
    assert_eq!(client.actor(&key(2), EXPIRY - 1), Ok(Actor::Delegate));
    for now in [EXPIRY, EXPIRY + 1] {
        assert_eq!(client.actor(&key(2), now), Err(MarketError::DelegateExpired));
    }
}

#[test]
fn without_a_delegate_nobody_but_the_owner_acts() {
    let client = Client { delegate_expires_at: EXPIRY, ..client() };
    for signer in [Address::default(), key(2)] {
        assert_eq!(client.actor(&signer, 0), Err(MarketError::NotClientOrDelegate));
    }
}

#[test]
fn an_owner_that_names_itself_as_delegate_stays_the_owner() {
    let client = Client { delegate: key(1), ..client() };
    assert_eq!(client.actor(&key(1), EXPIRY), Ok(Actor::Owner));
}

#[test]
fn a_new_delegate_starts_from_nothing_under_the_next_number() {
    let old = Client { delegation: 6, delegate_used: 200, ..delegated() };
    let new = after(old, |client| client.set_delegate(key(3), 50, 9_000));
    assert_eq!(
        new,
        Client {
            delegate: key(3),
            delegate_cap: 50,
            delegate_expires_at: 9_000,
            delegate_used: 0,
            delegation: 7,
            ..old
        }
    );
}

#[test]
fn delegations_start_over_at_one_because_zero_marks_the_owners_jobs() {
    let last = after(Client { delegation: u16::MAX - 1, ..client() }, |client| client.set_delegate(key(2), 0, 0));
    assert_eq!(last.delegation, u16::MAX);
    assert_eq!(after(last, |client| client.set_delegate(key(2), 0, 0)).delegation, 1);
}

#[test]
fn a_job_of_the_delegate_counts_against_its_delegation_and_one_of_the_owner_against_none() {
    let client = Client { delegation: 6, ..delegated() };
    assert_eq!((client.delegation_of(Actor::Owner), client.delegation_of(Actor::Delegate)), (0, 6));
}

#[test]
fn nonces_are_posted_from_the_floor_to_the_end_of_its_window() {
    let client = Client { nonce_floor: 7, ..client() };
    assert_eq!(client.require_nonce(6), Err(MarketError::NonceBelowFloor));
    for nonce in [7, 8, 7 + NONCE_WINDOW - 1] {
        assert_eq!(client.require_nonce(nonce), Ok(()));
    }
    for nonce in [7 + NONCE_WINDOW, 8 + NONCE_WINDOW, u64::MAX] {
        assert_eq!(client.require_nonce(nonce), Err(MarketError::NonceTooFar));
    }
}

#[test]
fn the_last_nonce_is_never_posted() {
    for nonce_floor in [u64::MAX - 1, u64::MAX] {
        let client = Client { nonce_floor, ..client() };
        assert_eq!(client.require_nonce(u64::MAX), Err(MarketError::NonceTooFar));
    }
    assert_eq!(Client { nonce_floor: u64::MAX - 1, ..client() }.require_nonce(u64::MAX - 1), Ok(()));
}

#[test]
fn the_floor_of_nonces_only_rises() {
    let client = Client { nonce_floor: 7, ..client() };
    for floor in [0, 6, 7] {
        refused(&client, MarketError::NonceFloorMustRise, |client| client.raise_nonce_floor(floor));
    }
    for nonce_floor in [8, u64::MAX] {
        let raised = after(client, |client| client.raise_nonce_floor(nonce_floor));
        assert_eq!(raised, Client { nonce_floor, ..client });
    }
}

#[test]
fn a_deposit_is_available_at_once() {
    let client = client();
    assert_eq!(after(client, |client| client.deposit(1)), Client { available: 1_001, ..client });
    refused(&client, MarketError::AmountZero, |client| client.deposit(0));
    refused(&client, MarketError::MathOverflow, |client| client.deposit(u64::MAX - 999));
    assert_eq!(after(client, |client| client.deposit(u64::MAX - 1_000)).available, u64::MAX);
}

#[test]
fn no_more_is_withdrawn_than_is_available() {
    let client = Client { reserved: 5, ..client() };
    refused(&client, MarketError::AmountZero, |client| client.withdraw(0));
    refused(&client, MarketError::InsufficientEscrow, |client| client.withdraw(1_001));
    for (amount, available) in [(1, 999), (999, 1), (1_000, 0)] {
        assert_eq!(after(client, |client| client.withdraw(amount)), Client { available, ..client });
    }
}

#[test]
fn nothing_enters_a_short_vault_and_what_is_in_it_can_leave() {
    for halted in [1, u8::MAX] {
        let client = Client { halted, ..client() };
        assert_eq!(client.require_whole(), Err(MarketError::VaultShort));
        refused(&client, MarketError::VaultShort, |client| client.deposit(1));
        refused(&client, MarketError::VaultShort, |client| client.reserve(1, 0, Actor::Owner));
        assert_eq!(after(client, |client| client.withdraw(1_000)), Client { available: 0, ..client });
    }
    assert_eq!(client().require_whole(), Ok(()));
}

#[test]
fn no_more_is_reserved_than_is_available() {
    let client = client();
    for (amount, available) in [(0, 1_000), (999, 1), (1_000, 0)] {
        let reserved = after(client, |client| client.reserve(amount, 0, Actor::Owner));
        assert_eq!(reserved, Client { available, reserved: amount, ..client });
    }
    refused(&client, MarketError::InsufficientEscrow, |client| client.reserve(1_001, 0, Actor::Owner));
}

#[test]
fn a_delegate_spends_no_more_than_its_limit() {
    let client = delegated();
    for first in [0, 1, CAP - 1, CAP] {
        let spent = after(client, |client| client.reserve(first, 1, Actor::Delegate));
        assert_eq!(spent, Client { available: 1_000 - first, reserved: first, delegate_used: first, ..client });
        assert_eq!(delegate_reserves(spent, CAP - first, 1), Ok(()));
        assert_eq!(delegate_reserves(spent, CAP - first + 1, 1), Err(MarketError::DelegateCapExceeded));
    }
}

#[test]
fn a_delegate_reserves_for_no_job_of_the_owner_or_of_an_earlier_delegate() {
    let client = after(delegated(), |client| client.set_delegate(key(3), CAP, EXPIRY));
    for delegation in [0, 1, 3] {
        assert_eq!(delegate_reserves(client, 1, delegation), Err(MarketError::DelegateCapExceeded));
    }
    assert_eq!(delegate_reserves(client, 1, 2), Ok(()));
}

#[test]
fn before_there_ever_was_a_delegate_nobody_reserves_as_one() {
    let client = Client { delegate_cap: CAP, ..client() };
    assert_eq!(delegate_reserves(client, 1, 0), Err(MarketError::DelegateCapExceeded));
}

#[test]
fn the_owner_reserves_beyond_the_cap_and_uses_it_up_only_for_the_delegates_jobs() {
    let client = after(delegated(), |client| client.set_delegate(key(3), CAP, EXPIRY));
    for (delegation, delegate_used) in [(0, 0), (1, 0), (2, 900)] {
        let reserved = after(client, |client| client.reserve(900, delegation, Actor::Owner));
        assert_eq!(reserved, Client { available: 100, reserved: 900, delegate_used, ..client });
    }
    let never_delegated = self::client();
    assert_eq!(after(never_delegated, |client| client.reserve(900, 0, Actor::Owner)).delegate_used, 0);
}

#[test]
fn what_a_delegate_gets_back_it_may_spend_again() {
    let spent = after(delegated(), |client| client.reserve(300, 1, Actor::Delegate));
    let back = after(spent, |client| client.unreserve(120, 1));
    assert_eq!(back, Client { available: 820, reserved: 180, delegate_used: 180, ..spent });
    assert_eq!(after(back, |client| client.reserve(120, 1, Actor::Delegate)), spent);
    assert_eq!(delegate_reserves(back, 121, 1), Err(MarketError::DelegateCapExceeded));
}

#[test]
fn refunds_of_the_owners_and_of_earlier_delegates_jobs_give_a_delegate_nothing() {
    let now_second = after(delegated(), |client| client.set_delegate(key(3), CAP, EXPIRY));
    let spent = after(now_second, |client| client.reserve(300, 2, Actor::Delegate));
    for (delegation, delegate_used) in [(0, 300), (1, 300), (2, 200)] {
        let back = after(spent, |client| client.unreserve(100, delegation));
        assert_eq!(back, Client { available: 800, reserved: 200, delegate_used, ..spent });
    }
    let never_delegated = Client { reserved: 100, delegate_used: 100, ..client() };
    assert_eq!(after(never_delegated, |client| client.unreserve(100, 0)).delegate_used, 100);
}

#[test]
fn a_refund_beyond_the_use_leaves_a_use_of_nothing() {
    let client = Client { reserved: 500, delegate_used: 100, ..delegated() };
    assert_eq!(after(client, |client| client.unreserve(101, 1)).delegate_used, 0);
}

#[test]
fn no_more_leaves_the_reservation_than_is_in_it() {
    let client = Client { reserved: 100, ..client() };
    assert_eq!(after(client, |client| client.unreserve(100, 0)).reserved, 0);
    refused(&client, MarketError::MathOverflow, |client| client.unreserve(101, 0));
    let settled = Settled { pay: 101, ..Settled::default() };
    refused(&client, MarketError::MathOverflow, |client| client.settle(&settled, 0));
}

#[test]
fn each_part_of_a_settlement_leaves_the_reservation_to_its_own_place() {
    let client = Client { reserved: 31, fees_owed: 100, due: 200, delegate_used: 300, ..delegated() };
    let settled = Settled { pay: 1, fee: 2, tip: 4, due: 8, refund: 16 };
    let booked = Client { reserved: 0, available: 1_016, fees_owed: 102, due: 208, ..client };
    assert_eq!(after(client, |client| client.settle(&settled, 0)), booked);
    let of_the_delegate = after(client, |client| client.settle(&settled, 1));
    assert_eq!(of_the_delegate, Client { delegate_used: 284, ..booked }, "only the refund can be spent again");
}

#[test]
fn what_is_due_is_paid_out_or_comes_back() {
    let client = Client { due: 10, ..client() };
    assert_eq!(after(client, |client| client.due_paid(10)), Client { due: 0, ..client });
    assert_eq!(after(client, |client| client.due_forfeited(10)), Client { due: 0, available: 1_010, ..client });
    refused(&client, MarketError::MathOverflow, |client| client.due_paid(11));
    refused(&client, MarketError::MathOverflow, |client| client.due_forfeited(11));
}

#[test]
fn a_sweep_takes_the_fees_and_what_the_referrer_could_not_be_paid() {
    for (fees_owed, referral_owed) in [(1, 0), (0, 1), (3, 2)] {
        let mut client = Client { fees_owed, referral_owed, ..client() };
        assert_eq!(client.take_fees(), Ok((fees_owed, referral_owed)));
        assert_eq!(client, self::client());
        assert_eq!(client.take_fees(), Err(MarketError::NothingToSweep));
    }
}

#[test]
fn what_a_referrer_cannot_be_paid_adds_up() {
    let kept = after(client(), |client| client.keep_for_referrer(3).and_then(|()| client.keep_for_referrer(4)));
    assert_eq!(kept, Client { referral_owed: 7, ..client() });
}

#[test]
fn a_referrer_changes_only_once_every_fee_is_swept() {
    let client = client();
    assert!(!client.has_referrer());
    let referred = after(client, |client| client.set_referrer(key(4)));
    assert_eq!(referred, Client { referrer: key(4), ..client });
    assert!(referred.has_referrer());
    for (fees_owed, referral_owed) in [(1, 0), (0, 1), (1, 1)] {
        let owing = Client { fees_owed, referral_owed, ..referred };
        refused(&owing, MarketError::FeesNotSwept, |client| client.set_referrer(key(5)));
    }
    assert_eq!(after(referred, |client| client.set_referrer(Address::default())), client, "nobody referred it");
}

#[test]
fn the_nonce_of_a_closed_job_is_never_posted_again() {
    let opened = after(Client { nonce_floor: 7, ..client() }, Client::job_opened);
    assert_eq!(opened.open_jobs, 1);
    for (nonce, nonce_floor) in [(3, 7), (6, 7), (7, 8), (20, 21), (u64::MAX, u64::MAX)] {
        let closed = after(opened, |client| client.job_closed(nonce));
        assert_eq!(closed, Client { open_jobs: 0, nonce_floor, ..opened });
    }
    refused(&client(), MarketError::MathOverflow, |client| client.job_closed(7));
}

#[test]
fn a_client_closes_with_nothing_but_what_is_its_own_or_its_referrers() {
    assert_eq!(Client { referral_owed: 5, ..client() }.require_closable(), Ok(()));
    for blocked in [
        Client { open_jobs: 1, ..client() },
        Client { reserved: 1, ..client() },
        Client { fees_owed: 1, ..client() },
        Client { due: 1, ..client() },
    ] {
        assert_eq!(blocked.require_closable(), Err(MarketError::ClientNotEmpty));
    }
}

#[test]
fn a_vault_holds_all_that_is_booked_or_more() {
    let client = Client { available: 1, reserved: 2, fees_owed: 4, referral_owed: 8, due: 16, ..client() };
    assert_eq!(client.booked(), Ok(31));
    assert_eq!(client.invariant(30), Err(MarketError::InvariantBroken));
    assert_eq!((client.invariant(31), client.invariant(32)), (Ok(()), Ok(())));
    assert_eq!(Client { available: u64::MAX, ..client }.booked(), Err(MarketError::MathOverflow));
}
