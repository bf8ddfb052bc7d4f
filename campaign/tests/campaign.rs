//! Twenty thousand actions against the model, and the exit from wherever they lead.

use gpu_market_campaign::{
    action::Action,
    base::Base,
    exit,
    generate::Generator,
    run::{Outcome, Run},
    shrink,
};

/// Plays a campaign to its end, audits everything, and brings everything to rest without anybody's key.
fn campaign(seed: u64, actions: u64) {
    let base = Base::found().expect("the world is founded");
    let mut run = Run::new(&base).expect("the world loads");
    let mut generator = Generator::new(seed);
    for number in 1..=actions {
        let action = generator.next(&run.model);
        if let Err(failure) = run.step(&action) {
            panic!("seed {seed}, action {number}, {action:?}: {:#?}", failure.0);
        }
        if number % 1_000 == 0
            && let Err(failure) = run.audit()
        {
            panic!("seed {seed}, audit after {number}: {:#?}", failure.0);
        }
    }
    if let Err(failure) = exit::exit(&mut run) {
        panic!("seed {seed}, no exit from it: {:#?}", failure.0);
    }
}

#[test]
fn the_program_does_what_the_model_says_in_the_first_campaign() {
    campaign(1, 5_000);
}

#[test]
fn the_program_does_what_the_model_says_in_the_second_campaign() {
    campaign(2, 5_000);
}

#[test]
fn the_program_does_what_the_model_says_in_the_third_campaign() {
    campaign(3, 5_000);
}

#[test]
fn the_program_does_what_the_model_says_in_the_fourth_campaign() {
    campaign(4, 5_000);
}

#[test]
fn the_same_seed_makes_the_same_campaign() {
    let base = Base::found().expect("the world is founded");
    let play = || -> (Vec<Action>, Vec<Outcome>) {
        let mut run = Run::new(&base).expect("the world loads");
        let mut generator = Generator::new(77);
        (0..300)
            .map(|_| {
                let action = generator.next(&run.model);
                let outcome = run.step(&action).expect("nothing fails");
                (action, outcome)
            })
            .unzip()
    };
    assert_eq!(play(), play());
}

#[test]
fn any_part_of_a_campaign_is_a_campaign() {
    let base = Base::found().expect("the world is founded");
    let mut run = Run::new(&base).expect("the world loads");
    let mut generator = Generator::new(78);
    let mut actions = Vec::new();
    for _ in 0..400 {
        let action = generator.next(&run.model);
        run.step(&action).expect("nothing fails");
        actions.push(action);
    }
    let every_third: Vec<Action> = actions.iter().step_by(3).cloned().collect();
    let the_rest: Vec<Action> = actions.iter().skip(150).cloned().collect();
    for part in [every_third, the_rest] {
        assert_eq!(shrink::replay(&base, &part).expect("the world loads"), None);
    }
}

#[test]
fn actions_are_read_back_as_they_were_written() {
    let base = Base::found().expect("the world is founded");
    let run = Run::new(&base).expect("the world loads");
    let mut generator = Generator::new(79);
    let actions: Vec<Action> = (0..500).map(|_| generator.next(&run.model)).collect();
    let json = serde_json::to_string(&actions).expect("actions are data");
    assert_eq!(serde_json::from_str::<Vec<Action>>(&json).expect("actions are data"), actions);
}
