//! Formatting, parsing and jump tables.
use crate::{INPUT, Sink, wide, word};
use alloc::{format, string::String};

#[inline(never)]
fn day(n: u64) -> &'static str {
    match n % 8 {
        0 => "sunday",
        1 => "monday",
        2 => "tuesday",
        3 => "wednesday",
        4 => "thursday",
        5 => "friday",
        6 => "saturday",
        _ => "?",
    }
}
#[inline(never)]
fn dense(n: u64) -> u16 {
    match n % 9 {
        0 => 7,
        1 => 900,
        2 => 31,
        3 => 4,
        4 => 65535,
        5 => 12,
        6 => 1,
        7 => 333,
        _ => 0,
    }
}
#[inline(never)]
fn jump(n: u64, s: &mut Sink) {
    match n % 11 {
        0 => s.word(n),
        1 => s.bytes(b"one"),
        2 => s.word(n ^ 2),
        3 => s.bytes(&[3]),
        4 => s.word(n / 4),
        5 => s.word(n % 5),
        6 => s.bytes(b"six"),
        7 => s.word(n << 7),
        8 => s.word(n >> 8),
        9 => s.word(!n),
        _ => s.bytes(b"many"),
    }
}
#[derive(Debug, Clone, PartialEq)]
#[allow(dead_code)]
enum Event {
    Empty,
    Pair(u64, i32),
    Named { name: String, at: Option<u128> },
}

#[inline(never)]
pub fn text(input: &[u8; INPUT], s: &mut Sink) {
    let (a, b) = (word(input, 0), word(input, 1));
    s.bytes(
        format!(
            "{a} {} {:x} {:#b} {:>12} {:<6}| {:05} {:?}",
            b as i64, a, b as u16, b as i32, a as u8, b as i16, a as i8
        )
        .as_bytes(),
    );
    s.bytes(
        format!("{} {} {:#x}", wide(input, 1), wide(input, 1) as i128, wide(input, 2)).as_bytes(),
    );
    let event = match a % 3 {
        0 => Event::Empty,
        1 => Event::Pair(a, b as i32),
        _ => Event::Named { name: format!("n{b}"), at: (b & 1 == 0).then_some(wide(input, 1)) },
    };
    s.bytes(format!("{event:?} {event:#?}").as_bytes());
    s.bytes(format!("{:?} {:?}", &input[..5], "tab\tquote\"é\u{1F600}\0").as_bytes());
    s.word(format!("{a}").parse::<u64>().unwrap_or(0) ^ a);
    s.word("-170141183460469231731687303715884105728".parse::<i128>().is_ok().into());
    s.word(format!("{b}x").parse::<u64>().is_err().into());
    s.bytes(day(a).as_bytes());
    s.word(dense(b).into());
    jump(a, s);
    jump(b, s);
    let upper: String =
        format!("Mixed Case {a:x}").chars().rev().map(|c| c.to_ascii_uppercase()).collect();
    s.bytes(upper.as_bytes());
    for part in "a,b,,c".split(',') {
        s.bytes(part.as_bytes());
    }
    s.word("haystack with a needle in it".find("needle").map_or(0, |p| p as u64));
    s.word(core::str::from_utf8(&input[..8]).is_ok().into());
}
