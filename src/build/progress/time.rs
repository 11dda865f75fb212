//! The daemon's times → how long something took, and the texts of both.
//!
//! Nothing here reads a clock: what is shown of time is what the daemon said, so a recorded build shows the same again.

use std::time::Duration;

use bollard_buildkit_proto::google::protobuf::Timestamp;

const NANOS: i64 = 1_000_000_000;

/// A moment on the daemon's clock: nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(i64);

impl Time {
    /// A moment in a message; `None` for one that cannot be, such as Go's zero time.
    pub fn of(stamp: &Timestamp) -> Option<Self> {
        stamp.seconds.checked_mul(NANOS)?.checked_add(i64::from(stamp.nanos)).map(Self)
    }

    /// How long after `earlier`; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Tenths of a second since 1970.
    pub(super) fn tenths(self) -> i64 {
        self.0 / (NANOS / 10)
    }

    /// So much later.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// So much earlier.
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)))
    }
}

/// `1.2s`, `1m 05s`, `2h 03m`.
pub fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{:.1}s", duration.as_secs_f64()),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// As Go writes a time in JSON: RFC 3339 with as many digits as it needs.
pub(in crate::build) fn rfc3339(stamp: &Timestamp) -> String {
    let (year, month, day) = date(stamp.seconds.div_euclid(86_400));
    let second = stamp.seconds.rem_euclid(86_400);
    let mut text =
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let nanos = stamp.nanos.clamp(0, 999_999_999);
    if nanos > 0 {
        text += format!(".{nanos:09}").trim_end_matches('0');
    }
    text + "Z"
}

/// The Gregorian date of a day since 1970, by 400-year eras that begin on the first of March.
fn date(day: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let day = day.saturating_add(719_468);
    let (era, day) = (day.div_euclid(ERA), day.rem_euclid(ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_go_writes_them() {
        let text = |seconds, nanos| rfc3339(&Timestamp { seconds, nanos });
        assert_eq!(text(0, 0), "1970-01-01T00:00:00Z");
        assert_eq!(text(1_709_210_096, 120_000_000), "2024-02-29T12:34:56.12Z");
        assert_eq!(text(951_868_799, 1), "2000-02-29T23:59:59.000000001Z");
        assert_eq!(text(-62_135_596_800, 0), "0001-01-01T00:00:00Z");
        assert_eq!(text(-1, 0), "1969-12-31T23:59:59Z");
        assert!(!text(i64::MAX, i32::MAX).is_empty() && !text(i64::MIN, i32::MIN).is_empty());
    }

    #[test]
    fn durations_are_short() {
        let text = |millis| short(Duration::from_millis(millis));
        assert_eq!([text(40), text(1_250), text(65_000), text(7_380_000)], ["0.0s", "1.2s", "1m 05s", "2h 03m"]);
    }

    #[test]
    fn the_zero_time_of_go_is_no_moment() {
        assert_eq!(Time::of(&Timestamp { seconds: -62_135_596_800, nanos: 0 }), None);
        let (one, two) = (Time(1), Time(i64::MAX));
        assert_eq!((one.since(two), two.after(Duration::MAX)), (Duration::ZERO, two));
    }
}
