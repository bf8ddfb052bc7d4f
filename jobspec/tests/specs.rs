//! Specs and results: what is refused, and what has the same hash.

use {
    gpu_market_jobspec::{Document, DocumentError, Ending, Hash, Image, JobResult, Spec, Verdict, Work},
    proptest::prelude::*,
    std::{fs, path::Path},
};

const GOOD: &str = r#"{"name":"a","command":["true"],"gpu":"h100","tier":"premium","payment":"USDG",
    "max_duration_seconds":600,"max_rate_per_hour":"1.5"}"#;

fn spec(text: &str) -> Spec {
    Spec::parse(text.as_bytes()).unwrap()
}

/// The spec above with one thing changed, which has to be refused.
fn refusal(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    Spec::parse(GOOD.replace(from, to).as_bytes()).unwrap_err().to_string()
}

#[test]
fn the_examples_are_specs_and_named_like_their_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/jobs");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 10);
    for file in files {
        let spec = Spec::parse(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(file.file_stem().unwrap().to_str(), Some(spec.name.as_str()));
    }
}

#[test]
fn a_bad_spec_is_refused_with_the_field_and_what_is_allowed() {
    let command = r#""command":["true"],"#;
    let cases = [
        (r#""name":"a""#, r#""name":"a b""#, "name: \"a b\" is no name; allowed: 1 to 40 letters"),
        (r#"["true"]"#, "[]", "command: it names no program; allowed: a program"),
        (r#"["true"]"#, r#"["true\u0000"]"#, "command: it names no program; allowed: a program"),
        (command, "", "command: it is missing; allowed: either command or image"),
        (r#"["true"]"#, r#"["true"],"image":"x""#, "image: there is a command too; allowed: either"),
        (command, r#""image":"a b","#, "image: \"a b\" is no image; allowed: a reference like"),
        (r#"["true"]"#, r#"["true"],"args":["x"]"#, "args: they are for an image, and there is none"),
        (command, r#""image":"x","args":["\u0000"],"#, "args: there is a zero byte; allowed: text"),
        (r#"["true"]"#, r#"["true"],"env":{"1A":""}"#, "env: \"1A\" is no variable; allowed: letters"),
        (r#"["true"]"#, r#"["true"],"env":{"A":"\u0000"}"#, "env.A: there is a zero byte"),
        ("premium", "gold", "tier: unknown variant `gold`, expected `community` or `premium`"),
        ("600", "0", "max_duration_seconds: it is zero; allowed: 1 or more"),
        ("600", "\"10\"", "max_duration_seconds: invalid type: string"),
        ("600", "4294967296", "max_duration_seconds: invalid value: integer"),
        ("\"1.5\"", "1.5", "max_rate_per_hour: invalid type: floating point"),
        ("\"1.5\"", "\"1e3\"", "max_rate_per_hour: \"1e3\" is no rate; allowed: a decimal number"),
        ("\"1.5\"", "\"1.\"", "max_rate_per_hour: \"1.\" is no rate"),
        (r#"600"#, r#"600,"memory_mib":0"#, "memory_mib: it is zero; allowed: 1 or more"),
        (
            r#"600"#,
            r#"600,"private":{"salt":"0000000000000000000000000000000000000000000000000000000000000000",
                "result_key":"0000000000000000000000000000000000000000000000000000000000000000"}"#,
            "private.result_key: it is zero; allowed: the client's x25519 key",
        ),
        (r#""name":"a","#, r#""name":"a","nam":1,"#, "nam: unknown field `nam`, expected one of `name`"),
        (r#"600"#, r#"600,"private":{"sal":1}"#, "private.sal: unknown field `sal`, expected"),
        (r#"600"#, r#"600,"private":{"salt":"ab"}"#, "private.salt: not 64 hexadecimal digits"),
        (r#""gpu":"h100","#, "", "file: missing field `gpu`"),
        (r#"}"#, "", "file: EOF while parsing"),
        (r#"}"#, "} {", "file: trailing characters"),
    ];
    for (from, to, expected) in cases {
        let message = refusal(from, to);
        assert!(message.starts_with(expected), "{to}: {message}");
    }
}

#[test]
fn a_spec_that_is_too_large_is_not_even_read() {
    let text = " ".repeat(Spec::LIMIT + 1);
    let error = Spec::parse(text.as_bytes()).unwrap_err();
    assert_eq!(error, DocumentError::TooLarge { bytes: Spec::LIMIT + 1, allowed: Spec::LIMIT });
}

#[test]
fn specs_that_say_the_same_have_one_hash() {
    let reordered = GOOD.replace(r#""name":"a","#, "").replace(r#""1.5"}"#, r#""1.5", "name": "a" }"#);
    let spelled_out = GOOD.replace("600", r#"600,"image":null,"args":[],"env":{}"#);
    let hash = spec(GOOD).hash().unwrap();
    assert_eq!((spec(&reordered).hash().unwrap(), spec(&spelled_out).hash().unwrap()), (hash, hash));
    assert_ne!(spec(&GOOD.replace("600", "601")).hash().unwrap(), hash);
}

#[test]
fn the_canonical_encoding_has_sorted_keys_and_no_blanks() {
    let text = GOOD.replace("[\"true\"]", "[\"echo\",\"\\u00e9\\n\\u0007\"]");
    let canonical = String::from_utf8(spec(&text).canonical().unwrap()).unwrap();
    let expected = "{\"command\":[\"echo\",\"é\\n\\u0007\"],\"gpu\":\"h100\",\"max_duration_seconds\":600,\
                    \"max_rate_per_hour\":\"1.5\",\"name\":\"a\",\"payment\":\"USDG\",\"tier\":\"premium\"}";
    assert_eq!(canonical, expected);
    assert_eq!(spec(&text).hash().unwrap(), Hash::of(expected.as_bytes()));
}

#[test]
fn an_image_has_arguments_and_a_command_is_one() {
    assert_eq!(spec(GOOD).work(), Ok(Work::Command(vec!["true".into()])));
    let image = spec(&GOOD.replace(r#""command":["true"]"#, r#""image":"a/b:c","args":["-v"]"#));
    let expected = Image { reference: "a/b:c".into(), args: vec!["-v".into()] };
    assert_eq!(image.work(), Ok(Work::Image(expected)));
}

#[test]
fn a_result_blames_who_is_to_blame() {
    let result = |ending| JobResult::new("job".into(), Hash([1; 32]), ending, String::new(), b"out");
    let blamed = |ending| result(ending).verdict;
    assert_eq!(blamed(Ending::Exited { code: 0 }), Verdict::Success);
    assert_eq!(blamed(Ending::Exited { code: 3 }), Verdict::ClientFault);
    assert_eq!(blamed(Ending::OutOfTime), Verdict::ClientFault);
    assert_eq!(blamed(Ending::TooMuchOutput), Verdict::ClientFault);
    assert_eq!(blamed(Ending::Interrupted), Verdict::HostFault);
    let canonical = result(Ending::Exited { code: 0 }).canonical().unwrap();
    let text = String::from_utf8(canonical.clone()).unwrap();
    assert!(text.starts_with(r#"{"ending":{"code":0,"how":"exited"},"job":"job","output":"b3V0","spec":"0101"#));
    let read = JobResult::parse(&canonical).unwrap();
    assert_eq!((read.output().unwrap(), read.hash().unwrap()), (b"out".to_vec(), Hash::of(&canonical)));
}

#[test]
fn a_bad_result_is_refused() {
    let result = JobResult::new("job".into(), Hash([1; 32]), Ending::Signalled, "note".into(), b"out");
    let text = String::from_utf8(result.canonical().unwrap()).unwrap();
    let refused = |from: &str, to: &str| JobResult::parse(text.replace(from, to).as_bytes()).unwrap_err();
    assert!(refused("b3V0", "b3V").to_string().starts_with("output: "));
    assert!(refused("\"job\":", "\"jobs\":").to_string().starts_with("jobs: unknown field `jobs`"));
}

proptest! {
    #[test]
    fn the_canonical_encoding_is_read_back_as_the_same_spec(
        name in "[A-Za-z0-9_.-]{1,40}",
        command in prop::collection::vec("[^\0]{1,20}", 1..5),
        env in prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,8}", "[^\0]{0,20}", 0..4),
        seconds in 1u32..,
        memory in prop::option::of(1u32..),
    ) {
        let spec = Spec {
            name, command: Some(command), env, max_duration_seconds: seconds, memory_mib: memory, ..spec(GOOD)
        };
        let canonical = spec.canonical().unwrap();
        let read = Spec::parse(&canonical).unwrap();
        prop_assert_eq!(read.canonical().unwrap(), canonical);
        prop_assert_eq!(read, spec);
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Spec::parse(&bytes);
        let _ = JobResult::parse(&bytes);
    }
}
