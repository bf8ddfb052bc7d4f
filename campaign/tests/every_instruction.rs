//! That no instruction is forgotten: each of the program's interface is something that a campaign asks for.

use {
    gpu_market_campaign::{
        action::{Action, Scene},
        base::Base,
        generate::Generator,
        run::Run,
    },
    gpu_market_sdk::instructions,
    serde_json::Value,
    std::collections::BTreeSet,
};

const IDL: &str = include_str!("../../idl/gpu_market.json");

/// Instructions that no campaign asks for, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// What is asked for in each state, besides what happens: chance asks for rare things rarely.
const ASKED: usize = 12;

fn interface() -> BTreeSet<String> {
    let idl: Value = serde_json::from_str(IDL).expect("the interface is JSON");
    let list = idl["instructions"].as_array().expect("it lists instructions");
    list.iter().map(|instruction| instruction["name"].as_str().expect("each has a name").to_string()).collect()
}

/// The name of the instruction that an action sends. Nothing here is copied from an account, so none has to be there.
fn name(run: &Run, action: &Action) -> Option<String> {
    let instruction = action.instruction(&Scene { cast: &run.model.cast, look: &|_| None })?;
    instructions::name(&instruction.data).map(str::to_string)
}

#[test]
fn every_instruction_of_the_interface_is_played() {
    let base = Base::found().expect("the world is founded");
    let mut run = Run::new(&base).expect("the world loads");
    let (mut plays, mut asks) = (Generator::new(5), Generator::new(6));
    let mut missing = interface();
    for (except, reason) in EXCEPTIONS {
        assert!(missing.remove(*except), "{except} is an exception ({reason}) and no instruction");
    }
    for _ in 0..2_000 {
        for _ in 0..ASKED {
            let action = asks.next(&run.model);
            // With something exchanged in it, an instruction may become another one.
            if !matches!(action, Action::Twisted(..))
                && let Some(name) = name(&run, &action)
            {
                missing.remove(&name);
            }
        }
        if missing.is_empty() {
            return;
        }
        let action = plays.next(&run.model);
        run.step(&action).expect("nothing fails");
    }
    panic!("no campaign asks for {missing:?}");
}
