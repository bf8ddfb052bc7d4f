//! Dates of the simulated chain.

const DAY: i64 = 86_400;

/// Time of day, as reports show it.
pub fn clock(unix: i64) -> String {
    let seconds = unix.rem_euclid(DAY);
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Date and time in UTC.
pub fn date(unix: i64) -> String {
    let (year, month, day) = civil(unix.div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02} {}", clock(unix))
}

/// The next moment after `unix` at which it is `hour` o'clock.
pub fn next(unix: i64, hour: i64) -> i64 {
    let at = unix.div_euclid(DAY) * DAY + hour * 3_600;
    if at > unix { at } else { at + DAY }
}

/// Year, month and day of the day that is `days` after 1970-01-01, in the proleptic Gregorian calendar: days are counted
/// from 0000-03-01, so that the leap day is the last of its year, in eras of 400 years (Howard Hinnant, "chrono-compatible
/// low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_gregorian_calendar() {
        for (unix, expected) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_800_000_000, "2027-01-15 08:00:00"),
            (1_835_395_199, "2028-02-28 23:59:59"),
            (4_107_542_400, "2100-03-01 00:00:00"),
        ] {
            assert_eq!(date(unix), expected);
        }
    }

    #[test]
    fn the_next_morning_is_never_now() {
        assert_eq!(date(next(1_800_000_000, 8)), "2027-01-16 08:00:00");
        assert_eq!(date(next(1_800_000_000 - 1, 8)), "2027-01-15 08:00:00");
    }
}
