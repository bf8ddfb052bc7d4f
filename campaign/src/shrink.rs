//! Making a failing campaign short: delta debugging over the list of its actions.
//!
//! Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002.

use crate::{
    action::{Action, Outside},
    base::Base,
    run::{Failure, Run},
};

/// Replays actions from the base world. Returns the place and the failure of the first that fails.
///
/// # Errors
///
/// What the embedded chain does not load.
pub fn replay(base: &Base, actions: &[Action]) -> Result<Option<(usize, Failure)>, String> {
    let mut run = Run::new(base)?;
    for (place, action) in actions.iter().enumerate() {
        if let Err(failure) = run.step(action) {
            return Ok(Some((place, failure)));
        }
    }
    Ok(run.audit().err().map(|failure| (actions.len(), failure)))
}

/// Whether actions fail, all of them or fewer.
fn fails(base: &Base, actions: &[Action]) -> Result<Option<usize>, String> {
    Ok(replay(base, actions)?.map(|(place, _)| actions.len().min(place + 1)))
}

/// Removes what a failure does not need. `actions` fail.
///
/// # Errors
///
/// What the embedded chain does not load.
pub fn shrink(base: &Base, actions: &[Action]) -> Result<Vec<Action>, String> {
    let mut left = actions.to_vec();
    let mut chunk = left.len().div_ceil(2).max(1);
    loop {
        let mut start = 0;
        let mut removed = false;
        while start < left.len() {
            let end = (start + chunk).min(left.len());
            let fewer: Vec<Action> = left[..start].iter().chain(&left[end..]).cloned().collect();
            match fails(base, &fewer)? {
                Some(needed) => {
                    left = fewer[..needed].to_vec();
                    removed = true;
                }
                None => start = end,
            }
        }
        if chunk > 1 {
            chunk = chunk.div_ceil(2);
        } else if !removed {
            break;
        }
    }
    join_waits(base, left)
}

/// Waits that follow each other become one, as long as it still fails.
fn join_waits(base: &Base, actions: Vec<Action>) -> Result<Vec<Action>, String> {
    let mut left = actions;
    let mut place = 1;
    while place < left.len() {
        let joined = match (&left[place - 1], &left[place]) {
            (
                Action::Outside(Outside::Advance { seconds: first }),
                Action::Outside(Outside::Advance { seconds: second }),
            ) => first.checked_add(*second),
            _ => None,
        };
        let Some(seconds) = joined else {
            place += 1;
            continue;
        };
        let mut fewer = left.clone();
        fewer.remove(place);
        fewer[place - 1] = Action::Outside(Outside::Advance { seconds });
        match fails(base, &fewer)? {
            Some(_) => left = fewer,
            None => place += 1,
        }
    }
    Ok(left)
}
