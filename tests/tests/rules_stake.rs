//! Stake, tranches and slashes: nothing appears, nothing disappears, and no slash blocks a withdrawal.
//!
//! `GPU_MARKET_MONEY_CASES` sets the number of cases of each property.

mod rules;

use {
    bytemuck::Zeroable,
    gpu_market::{
        constants::MAX_POSITIONS,
        error::MarketError,
        settlement::Penalty,
        state::{Member, MemberState, Stake, TRANCHES, Tranches},
    },
    proptest::prelude::*,
    rules::*,
};

const DAY: i64 = 86_400;
const MEMBERS: usize = 3;

fn tranches() -> impl Strategy<Value = Tranches> {
    prop::collection::vec((amount(), 0..1_000i64), 0..=TRANCHES).prop_map(|parts| {
        let mut tranches = Tranches::default();
        for (slot, (amount, unlock_at)) in tranches.slots.iter_mut().zip(parts) {
            // Four of these fit one `u64`.
            slot.amount = amount >> 2;
            slot.unlock_at = if slot.amount == 0 { 0 } else { unlock_at };
        }
        tranches
    })
}

proptest! {
    #![proptest_config(money_cases(5_000))]

    #[test]
    fn an_amount_that_is_added_comes_out_no_earlier_than_it_may(
        mut tranches in tranches(), amount in (1..u64::MAX / 2), unlock_at in 0..1_000i64,
    ) {
        let before = tranches;
        if tranches.add(amount, unlock_at).is_err() {
            return Ok(());
        }
        prop_assert_eq!(u128::from(tranches.total().unwrap_or(u64::MAX)).min(u128::from(u64::MAX)),
            (u128::from(before.total().unwrap()) + u128::from(amount)).min(u128::from(u64::MAX)));
        for now in [0, unlock_at - 1, unlock_at, 2_000] {
            let unlocked = |tranches: &Tranches| -> u128 {
                tranches.slots.iter().filter(|slot| slot.unlock_at <= now).map(|slot| u128::from(slot.amount)).sum()
            };
            let own = if now < unlock_at { 0 } else { u128::from(amount) };
            prop_assert!(unlocked(&tranches) <= unlocked(&before) + own, "at {}", now);
        }
        // With a free slot no other is delayed.
        if before.slots.iter().any(|slot| slot.amount == 0) {
            for slot in before.slots.iter().filter(|slot| slot.amount > 0) {
                prop_assert!(tranches.slots.contains(slot));
            }
        }
    }

    #[test]
    fn what_has_unlocked_is_taken_and_nothing_else(mut tranches in tranches(), now in -1..1_001i64) {
        let before = tranches;
        let taken = tranches.take_unlocked(now).unwrap();
        let unlocked: u64 = before.slots.iter().filter(|slot| slot.unlock_at <= now).map(|slot| slot.amount).sum();
        prop_assert_eq!(taken, unlocked);
        prop_assert_eq!(tranches.total().unwrap() + taken, before.total().unwrap());
        prop_assert_eq!(tranches.take_unlocked(now), Ok(0));
    }

    #[test]
    fn taking_the_latest_leaves_what_unlocks_first(mut tranches in tranches(), wanted in amount()) {
        let before = tranches;
        let taken = tranches.take_latest(wanted).unwrap();
        prop_assert_eq!(taken, wanted.min(before.total().unwrap()));
        prop_assert_eq!(tranches.total().unwrap() + taken, before.total().unwrap());
        let touched = before.slots.iter().filter(|slot| !tranches.slots.contains(slot)).map(|slot| slot.unlock_at).min();
        let kept = tranches.slots.iter().filter(|slot| slot.amount > 0).map(|slot| slot.unlock_at).max();
        prop_assert!(kept.zip(touched).is_none_or(|(kept, touched)| kept <= touched));
    }

    #[test]
    fn a_share_of_every_tranche_is_taken_in_proportion(mut tranches in tranches(), wanted in amount()) {
        let before = tranches;
        let total = before.total().unwrap();
        let taken = tranches.take_pro_rata(wanted).unwrap();
        prop_assert_eq!(taken, wanted.min(total));
        prop_assert_eq!(tranches.total().unwrap() + taken, total);
        for (old, new) in before.slots.iter().zip(&tranches.slots).filter(|(old, _)| old.amount > 0) {
            let exact = u128::from(old.amount) * u128::from(taken) / u128::from(total);
            let lost = u128::from(old.amount - new.amount);
            prop_assert!(lost >= exact && lost - exact < TRANCHES as u128, "lost {}, in proportion {}", lost, exact);
        }
    }
}

/// A change of a stake.
#[derive(Clone, Debug)]
enum Change {
    Stake(u64),
    Allocate(usize, u64),
    Deallocate(usize, u64),
    RequestUnstake(u64),
    Restake(u64),
    Withdraw,
    Bond(usize, u64),
    Release(usize),
    Slash(usize, Penalty),
    Wait(i64),
}

fn change() -> impl Strategy<Value = Change> {
    let units = || prop_oneof![1..100u64, 1..20_000u64, Just(u64::MAX)];
    let member = || 0..MEMBERS;
    let penalty = (0..3_000u64, 0..3_000u64, 0..30_000u64).prop_map(|(tip, treasury, client)| Penalty {
        tip,
        treasury,
        client,
    });
    prop_oneof![
        units().prop_map(Change::Stake),
        (member(), units()).prop_map(|(member, units)| Change::Allocate(member, units)),
        (member(), units()).prop_map(|(member, units)| Change::Deallocate(member, units)),
        units().prop_map(Change::RequestUnstake),
        units().prop_map(Change::Restake),
        Just(Change::Withdraw),
        (member(), units()).prop_map(|(member, bond)| Change::Bond(member, bond)),
        member().prop_map(Change::Release),
        (member(), penalty).prop_map(|(member, penalty)| Change::Slash(member, penalty)),
        (1..5 * DAY).prop_map(Change::Wait),
    ]
}

/// A stake, its members, and the tokens that its vault holds.
#[derive(Clone)]
struct Book {
    stake: Stake,
    members: Vec<Member>,
    vault: u64,
    now: i64,
}

impl Book {
    fn new() -> Self {
        let mut member = Member::zeroed();
        member.state = MemberState::Active as u8;
        let mut book = Self { stake: Stake::zeroed(), members: vec![member; MEMBERS], vault: 0, now: 1_000 };
        book.members[1].collateral_floor = 500;
        book.members[2].state = MemberState::Suspended as u8;
        book
    }

    fn apply(&mut self, change: &Change) -> Result<(), MarketError> {
        let (stake, members) = (&mut self.stake, &mut self.members);
        match *change {
            Change::Stake(units) => {
                stake.stake(units, 10 * DAY)?;
                self.vault = self.vault.checked_add(units).ok_or(MarketError::MathOverflow)?;
            }
            Change::Allocate(member, units) => stake.allocate(&mut members[member], units)?,
            Change::Deallocate(member, units) => stake.deallocate(&mut members[member], units)?,
            Change::RequestUnstake(units) => {
                assert_eq!(stake.request_unstake(units, self.now)?, self.now + 10 * DAY)
            }
            Change::Restake(units) => stake.restake(units)?,
            Change::Withdraw => self.vault -= stake.withdraw(self.now)?,
            Change::Bond(member, bond) => {
                if bond > members[member].free_collateral()? {
                    return Err(MarketError::CollateralTooLow);
                }
                members[member].bonds += bond;
            }
            Change::Release(member) => members[member].bonds = 0,
            Change::Slash(member, penalty) => self.slash(member, penalty)?,
            Change::Wait(seconds) => self.now += seconds,
        }
        Ok(())
    }

    /// A slash takes from the member's free collateral, then the free stake, then what cools, and nothing else.
    fn slash(&mut self, at: usize, penalty: Penalty) -> Result<(), MarketError> {
        let before = self.clone();
        let (taken, slash) = self.stake.slash(&mut self.members[at], penalty)?;
        let wanted = penalty.total()?;
        let collateral = before.members[at].free_collateral()?;
        let (free, cooling) = (before.stake.free()?, before.stake.cooling.total()?);
        assert_eq!(slash.collateral, wanted.min(collateral));
        assert_eq!(slash.free, (wanted - slash.collateral).min(free));
        assert_eq!(slash.cooling, (wanted - slash.collateral - slash.free).min(cooling));
        assert_eq!(taken.total()?, slash.collateral + slash.free + slash.cooling);
        assert!(taken.tip <= penalty.tip && taken.treasury <= penalty.treasury && taken.client <= penalty.client);
        if taken.tip < penalty.tip {
            assert_eq!((taken.treasury, taken.client), (0, 0), "the tip shrinks last");
        }
        if taken.treasury < penalty.treasury {
            assert_eq!(taken.client, 0, "the client's share shrinks first");
        }
        for (index, (old, new)) in before.members.iter().zip(&self.members).enumerate() {
            assert_eq!(old.bonds, new.bonds, "no bond is touched");
            let lost = if index == at { slash.collateral } else { 0 };
            assert_eq!(old.collateral, new.collateral + lost, "no other member loses");
        }
        self.vault -= taken.tip;
        Ok(())
    }

    /// I3, and that the vault holds what is booked to the unit, so that nothing appears or disappears.
    fn check(&self) {
        let collateral: u64 = self.members.iter().map(|member| member.collateral).sum();
        assert_eq!(self.stake.allocated, collateral);
        assert!(self.stake.allocated <= self.stake.amount);
        assert!(self.members.iter().all(|member| member.bonds <= member.collateral));
        assert_eq!(self.stake.booked(), Ok(self.vault));
        self.stake.invariant(self.vault).expect("the books add up");
    }

    /// Everything but what is owed leaves within one unbonding period, whatever has happened before.
    fn everything_can_leave(mut self) {
        for member in &mut self.members {
            (member.bonds, member.state) = (0, MemberState::Suspended as u8);
            if member.collateral > 0 {
                self.stake.deallocate(member, member.collateral).expect("unbound collateral");
            }
        }
        let free = self.stake.free().expect("free stake");
        if free > 0 {
            self.stake.request_unstake(free, self.now).expect("free stake");
        }
        let left = self.stake.withdraw(self.now + 10 * DAY).unwrap_or(0);
        assert_eq!(self.vault - left, self.stake.owed + self.stake.treasury_owed);
        assert_eq!(self.stake.booked(), Ok(self.stake.owed + self.stake.treasury_owed));
        self.stake.credit_paid(self.stake.owed).expect("owed");
        let _ = self.stake.take_treasury_share();
        self.stake.require_empty().expect("nothing is left");
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn no_sequence_of_changes_makes_or_loses_a_token(changes in prop::collection::vec(change(), 1..80)) {
        let mut book = Book::new();
        for change in &changes {
            let before = book.clone();
            if book.apply(change).is_err() {
                // The transaction is reverted.
                book = before;
            }
            book.check();
        }
        book.everything_can_leave();
    }

    #[test]
    fn a_slash_never_fails_on_sound_books(
        changes in prop::collection::vec(change(), 1..40), member in 0..MEMBERS, tip in amount(), client in amount(),
    ) {
        let mut book = Book::new();
        for change in &changes {
            let before = book.clone();
            if book.apply(change).is_err() {
                book = before;
            }
        }
        let penalty = Penalty { tip: tip >> 2, treasury: tip >> 3, client: client >> 2 };
        book.slash(member, penalty).expect("a slash takes what is there");
        book.check();
        book.everything_can_leave();
    }
}

#[test]
fn collateral_below_the_floor_stays_while_the_member_is_active() {
    let mut book = Book::new();
    book.apply(&Change::Stake(1_000)).unwrap();
    book.apply(&Change::Allocate(1, 600)).unwrap();
    assert_eq!(book.apply(&Change::Deallocate(1, 101)), Err(MarketError::CollateralLocked));
    book.apply(&Change::Deallocate(1, 100)).unwrap();
    book.members[1].state = MemberState::Removed as u8;
    book.apply(&Change::Deallocate(1, 500)).unwrap();
}

#[test]
fn a_slash_at_the_end_of_the_cooling_takes_from_what_has_unlocked_but_is_not_withdrawn() {
    let mut book = Book::new();
    book.apply(&Change::Stake(100)).unwrap();
    book.apply(&Change::RequestUnstake(100)).unwrap();
    book.apply(&Change::Wait(10 * DAY)).unwrap();
    book.apply(&Change::Slash(0, Penalty { tip: 0, treasury: 0, client: 40 })).unwrap();
    book.apply(&Change::Withdraw).unwrap();
    assert_eq!((book.vault, book.stake.owed), (40, 40));
}

#[test]
fn what_is_staked_cools_for_the_unbonding_period_of_its_day_and_nothing_enters_a_short_vault() {
    let mut stake = Stake::zeroed();
    assert_eq!(stake.stake(0, DAY), Err(MarketError::AmountZero));
    stake.stake(7, DAY).unwrap();
    stake.stake(5, 2 * DAY).unwrap();
    assert_eq!(stake, Stake { amount: 12, unbonding: 2 * DAY, ..Stake::zeroed() });
    assert_eq!(stake.cooling_time(), Ok(2 * DAY));
    let mut short = Stake { halted: 1, ..stake };
    assert_eq!(short.stake(1, DAY), Err(MarketError::VaultShort));
    assert_eq!(short.request_unstake(12, 0), Ok(2 * DAY), "what is in can leave");
}

#[test]
fn a_stake_closes_when_nothing_is_in_it_and_nobody_needs_it() {
    let empty = Stake::zeroed();
    assert_eq!(empty.require_empty(), Ok(()));
    let needed: [fn(&mut Stake); 8] = [
        |stake| stake.amount = 1,
        |stake| stake.owed = 1,
        |stake| stake.treasury_owed = 1,
        |stake| stake.allocated = 1,
        |stake| stake.cooling.add(1, 0).unwrap(),
        |stake| stake.credit_opened().unwrap(),
        |stake| stake.ties = 1,
        |stake| stake.position_opened().unwrap(),
    ];
    for (number, change) in needed.iter().enumerate() {
        let mut stake = empty;
        change(&mut stake);
        assert_eq!(stake.require_empty(), Err(MarketError::StakeNotEmpty), "{number}");
    }
    let mut stake = empty;
    stake.credit_opened().unwrap();
    stake.credit_opened().unwrap();
    stake.credit_closed().unwrap();
    assert_eq!(stake.credits, 1);
    stake.credit_closed().unwrap();
    assert_eq!(stake.require_empty(), Ok(()));
    assert_eq!(stake.credit_closed(), Err(MarketError::MathOverflow));
}

#[test]
fn a_stake_has_no_more_positions_than_an_instruction_can_settle() {
    let mut stake = Stake::zeroed();
    for _ in 0..MAX_POSITIONS {
        stake.position_opened().unwrap();
    }
    assert_eq!(stake.position_opened(), Err(MarketError::TooManyPositions));
    stake.position_closed().unwrap();
    assert_eq!(stake.positions, MAX_POSITIONS - 1);
    let mut short = Stake { halted: 1, ..stake };
    assert_eq!(short.position_opened(), Err(MarketError::VaultShort));
    stake.position_opened().unwrap();
}

/// Nine base units that nobody needs.
fn nine() -> Stake {
    Stake { amount: 9, unbonding: DAY, ..Stake::zeroed() }
}

#[test]
fn nothing_is_moved_by_an_amount_of_zero() {
    let (mut stake, mut member) = (nine(), Member::zeroed());
    let before = stake;
    for refused in [
        stake.allocate(&mut member, 0),
        stake.deallocate(&mut member, 0),
        stake.request_unstake(0, 0).map(|_| ()),
        stake.restake(0),
    ] {
        assert_eq!(refused, Err(MarketError::AmountZero));
    }
    assert_eq!(stake.withdraw(0), Err(MarketError::NothingUnbonded));
    assert_eq!((stake, member), (before, Member::zeroed()));
}

#[test]
fn what_is_restaked_is_staked_again_and_cools_no_longer() {
    let mut stake = nine();
    stake.request_unstake(5, 0).unwrap();
    // The chain takes back what a refused instruction has done.
    assert_eq!({ stake }.restake(6), Err(MarketError::InsufficientStake));
    stake.restake(2).unwrap();
    assert_eq!((stake.amount, stake.cooling.total()), (6, Ok(3)));
    assert_eq!(stake.withdraw(DAY), Ok(3));
}
