use {super::*, gpu_market_sdk::gpu_market::state::Outcome};

const HOST: Address = Address::new_from_array([1; 32]);
const JOB: Address = Address::new_from_array([2; 32]);

fn full() -> Row {
    Row {
        phase: Phase::Finished,
        spec: Some(b"spec".to_vec()),
        refused: Some("why".into()),
        started: Started::Unsure,
        pid: Some(7),
        evidence_at: -3,
        ours_until: i64::MAX,
        outcome: Some(Outcome::HostFault),
        result: Some(b"result".to_vec()),
        ..Row::new(JOB, HOST)
    }
}

#[test]
fn rows_are_read_back_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let other = Row { job: HOST, phase: Phase::Started, ..Row::new(HOST, JOB) };
    let mut state = State::open(folder.path(), HOST).unwrap();
    state.write(full()).unwrap();
    state.write(other.clone()).unwrap();
    state.update(&HOST, |row| row.pid = Some(9)).unwrap();
    drop(state);
    let state = State::open(folder.path(), HOST).unwrap();
    let rows: Vec<_> = state.rows().values().cloned().collect();
    assert_eq!(rows, [Row { pid: Some(9), ..other }, full()]);
}

#[test]
fn a_job_that_is_over_is_forgotten_once_it_owes_nothing_and_its_result_is_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = State::open(folder.path(), HOST).unwrap();
    state.write(Row { phase: Phase::Over, ..full() }).unwrap();
    drop(state);
    let mut state = State::open(folder.path(), HOST).unwrap();
    assert_eq!(state.rows().len(), 1);
    state.update(&JOB, |row| row.collected = true).unwrap();
    assert_eq!(state.rows().len(), 1);
    state.update(&JOB, |row| row.delivered = true).unwrap();
    assert_eq!(state.row(&JOB), None);
    drop(state);
    assert!(State::open(folder.path(), HOST).unwrap().rows().is_empty());
}

#[test]
fn a_second_agent_with_the_same_state_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = State::open(folder.path(), HOST).unwrap();
    let error = State::open(folder.path(), HOST).err().unwrap();
    assert!(matches!(&error, AgentError::StateInUse(at) if at == folder.path()), "{error}");
    assert!(error.to_string().contains("stop it, or give this one a folder of its own"), "{error}");
    drop(first);
    State::open(folder.path(), HOST).unwrap();
}

#[test]
fn the_state_of_another_host_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    State::open(folder.path(), HOST).unwrap().write(full()).unwrap();
    let error = State::open(folder.path(), JOB).err().unwrap();
    assert!(matches!(&error, AgentError::WrongState { expected: JOB, .. }), "{error}");
    assert_eq!(State::open(folder.path(), HOST).unwrap().row(&JOB), Some(&full()));
}

#[test]
fn a_file_that_is_no_state_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("agent.sqlite"), "not a database, and long enough to be looked at").unwrap();
    let error = State::open(folder.path(), HOST).err().unwrap();
    assert!(error.to_string().contains("file is not a database"), "{error}");
}

#[test]
fn a_folder_that_is_made_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("made/state");
    let _state = State::open(&made, HOST).unwrap();
    assert_eq!(std::fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o700);
}
