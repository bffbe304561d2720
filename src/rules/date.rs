//! A day of the calendar, for what ends on one. Rules are given today's date and never ask a clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a day.
const DAY: u64 = 86_400;

/// A day in UTC; days compare as the calendar has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day of `time`; the first of 1970 for anything before.
    pub fn of(time: SystemTime) -> Self {
        let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self::of_days(seconds / DAY)
    }

    /// The day that `text` begins with, as RFC 3339 writes it: `2026-05-01T08:00:00Z` or `2026-05-01`.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, rest) = text.split_at_checked(10)?;
        if !(rest.is_empty() || rest.starts_with(['T', 't', ' '])) {
            return None;
        }
        let mut parts = day.split('-').map(|part| part.bytes().all(|byte| byte.is_ascii_digit()).then_some(part));
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let date = Self { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        ((1..=12).contains(&date.month) && (1..=31).contains(&date.day)).then_some(date)
    }

    /// The day that comes `days` after the first of 1970, by the Gregorian calendar.
    fn of_days(days: u64) -> Self {
        // Years begin in March here, so that the day of a leap year comes last.
        let shifted = days + 719_468;
        let era = shifted / 146_097;
        let of_era = shifted % 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn seconds_become_days() {
        let day = |seconds| Date::of(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(Some(day(0)), Date::parse("1970-01-01"));
        assert_eq!(Some(day(951_782_400)), Date::parse("2000-02-29"));
        assert_eq!(Some(day(951_868_799)), Date::parse("2000-02-29"));
        assert_eq!(Some(day(1_709_251_199)), Date::parse("2024-02-29"));
        assert_eq!(Some(day(4_102_444_800)), Date::parse("2100-01-01"));
    }

    #[test]
    fn only_days_are_read() {
        assert!(Date::parse("2026-05-01T08:00:00Z") < Date::parse("2026-05-02"));
        assert!(Date::parse("2025-12-31") < Date::parse("2026-01-01"));
        for text in ["", "2026", "2026-13-01", "2026-05-00", "2026-05-011", "+026-05-01", "tomorrow-01"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
