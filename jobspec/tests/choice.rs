//! Which store a text chooses, and what is said of one that chooses none.

use gpu_market_jobspec::store::{Choice, ChoiceError, S3Settings};

fn environment(name: &str) -> Option<String> {
    let value = match name {
        "AWS_ACCESS_KEY_ID" => "an-access-key",
        "AWS_SECRET_ACCESS_KEY" => "a-secret-key",
        "AWS_DEFAULT_REGION" => "eu-central-1",
        _ => return None,
    };
    Some(value.into())
}

fn chosen(text: &str) -> Choice {
    Choice::parse(text, environment).unwrap()
}

fn bucket(text: &str) -> S3Settings {
    match chosen(text) {
        Choice::S3(settings) => settings,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_path_is_a_folder() {
    for (text, path) in
        [("folder:/a/b", "/a/b"), ("/a/b", "/a/b"), ("a", "a"), ("./a:b", "./a:b"), ("folder:ipfs:x", "ipfs:x")]
    {
        assert!(matches!(chosen(text), Choice::Folder(found) if found == std::path::Path::new(path)), "{text}");
    }
    assert_eq!(chosen("folder:/a/b").open().unwrap().name(), "the folder /a/b");
}

#[test]
fn a_node_of_ipfs_is_its_address() {
    let store = chosen("ipfs:http://127.0.0.1:5001").open().unwrap();
    assert_eq!(store.name(), "the node of IPFS at 127.0.0.1");
    assert!(store.require_letters().is_err() && store.largest() == 1 << 20);
}

#[test]
fn a_bucket_is_an_address_and_its_keys_are_in_the_environment() {
    let settings = bucket("s3:http://localhost:9000/jobs/a/b/");
    assert_eq!((settings.endpoint.as_str(), settings.bucket.as_str()), ("http://localhost:9000", "jobs"));
    assert_eq!((settings.prefix.as_str(), settings.region.as_str()), ("a/b/", "eu-central-1"));
    assert_eq!((settings.access_key.as_str(), settings.secret_key.as_str()), ("an-access-key", "a-secret-key"));
    assert!(!settings.bucket_in_host && settings.session_token.is_none());
    assert!(!format!("{settings:?}").contains("key"), "{settings:?}");

    let amazon = bucket("s3:https://s3.eu-central-1.amazonaws.com/jobs");
    assert!(amazon.bucket_in_host && amazon.prefix.is_empty());
    let store = Choice::S3(amazon).open().unwrap();
    assert_eq!(store.name(), "the bucket jobs");
    assert!(store.require_letters().is_ok());
}

#[test]
fn a_text_that_chooses_no_store_is_refused_with_what_is_allowed() {
    let cases = [
        ("", "the store is a folder without a path; allowed: folder:PATH"),
        ("folder:", "the store is a folder without a path; allowed: folder:PATH"),
        ("ftp://secret@host/x", "\"ftp\" is no kind of store; allowed: folder:PATH, ipfs:URL, s3:URL/BUCKET or"),
        ("IPFS:http://localhost", "\"IPFS\" is no kind of store; allowed:"),
        ("ipfs:", "what follows ipfs: is no address; allowed: http://HOST or https://HOST"),
        ("ipfs:localhost:5001", "what follows ipfs: is no address; allowed:"),
        ("ipfs:unix:/secret", "what follows ipfs: is no address; allowed:"),
        (
            "ipfs:http://me:secret@localhost",
            "the address after ipfs: has a user, a password, a query or a fragment;",
        ),
        ("s3:jobs", "what follows s3: is no address; allowed:"),
        ("s3:https://host", "the address after s3: names no bucket; allowed: URL/BUCKET or URL/BUCKET/PREFIX, of"),
        ("s3:https://host/a%20b", "the address after s3: names no bucket; allowed:"),
        (
            "s3:https://key:secret@host/jobs",
            "the address after s3: has a user, a password, a query or a fragment; \
          allowed: none of them, who may use a bucket is said by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
        ("s3:https://host/jobs?secret", "the address after s3: has a user,"),
    ];
    for (text, expected) in cases {
        let message = Choice::parse(text, environment).unwrap_err().to_string();
        assert!(message.starts_with(expected) && !message.contains("secret"), "{text}: {message}");
    }
}

#[test]
fn a_bucket_without_keys_in_the_environment_is_refused_by_what_is_missing() {
    let nothing = Choice::parse("s3:https://host/jobs", |_| None).unwrap_err();
    assert_eq!(nothing, ChoiceError::NoCredentials { variable: "AWS_ACCESS_KEY_ID" });
    let half = |name: &str| environment(name).filter(|_| name != "AWS_SECRET_ACCESS_KEY");
    let message = Choice::parse("s3:https://host/jobs", half).unwrap_err().to_string();
    let expected = "a store in S3 needs an access key, and AWS_SECRET_ACCESS_KEY is not set; set AWS_ACCESS_KEY_ID and \
                    AWS_SECRET_ACCESS_KEY";
    assert_eq!(message, expected);
    // Set and empty is as good as not set.
    let empty = Choice::parse("s3:https://host/jobs", |_| Some(String::new())).unwrap_err();
    assert_eq!(empty, ChoiceError::NoCredentials { variable: "AWS_ACCESS_KEY_ID" });
    let token = |name: &str| environment(name).or_else(|| (name == "AWS_SESSION_TOKEN").then(|| "token".into()));
    let with_token = Choice::parse("s3:https://host/jobs", token).unwrap();
    assert!(matches!(with_token, Choice::S3(S3Settings { session_token: Some(_), .. })));
}
