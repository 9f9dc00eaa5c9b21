//! Days and moments of the calendar.

use std::fmt;

/// A calendar day, `2027-06-30`. Whether it has passed is asked at the edge; the compiler has no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

impl Date {
    pub fn parse(text: &str) -> Option<Date> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            let part = text.get(range)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u16>().ok())?
        };
        let (year, month, day) = (number(0..4)?, number(5..7)? as u8, number(8..10)? as u8);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Date { year, month, day })
    }

    /// The day that is so many after 1970-01-01. None beyond the year 9999.
    ///
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`: years that begin in March, in
    /// eras of 400.
    pub fn of_day(days: u64) -> Option<Date> {
        let shifted = days.checked_add(719_468)?;
        let (era, of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = u16::try_from(year_of_era + era * 400 + u64::from(month <= 2)).ok().filter(|year| *year <= 9999)?;
        Some(Date { year, month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? })
    }

    /// How many days it is after 1970-01-01: `days_from_civil` of the same.
    pub fn day_number(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let (era, month) = (year.div_euclid(400), i64::from(self.month));
        let year_of_era = year.rem_euclid(400);
        let from_march = if month > 2 { month - 3 } else { month + 9 };
        let of_year = (153 * from_march + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

text_scalar!(Date, "pavior-date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", 10, "a calendar day such as 2027-06-30");

/// A moment in UTC, to the second: `2026-11-02T08:15:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    pub date: Date,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

impl Timestamp {
    pub fn parse(text: &str) -> Option<Timestamp> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let date = Date::parse(date)?;
        let mut parts = time.split(':').map(|part| {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u8>().ok())?
        });
        let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
        (parts.next().is_none() && hour < 24 && minute < 60 && second < 60).then_some(Timestamp {
            date,
            hour,
            minute,
            second,
        })
    }

    /// Seconds since 1970-01-01T00:00:00Z, as POSIX counts them.
    pub fn unix_seconds(self) -> i64 {
        let time = i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second);
        self.date.day_number() * 86_400 + time
    }

    /// None outside of years 0 to 9999.
    pub fn of_unix_seconds(seconds: u64) -> Option<Timestamp> {
        let date = Date::of_day(seconds / 86_400)?;
        let of = |unit: u64, below: u64| (seconds / unit % below) as u8;
        Some(Timestamp { date, hour: of(3_600, 24), minute: of(60, 60), second: of(1, 60) })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{:02}:{:02}:{:02}Z", self.date, self.hour, self.minute, self.second)
    }
}

text_scalar!(
    Timestamp,
    "pavior-timestamp",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
    20,
    "a moment in UTC such as 2026-11-02T08:15:00Z"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_known_by_its_number() {
        let day = |number| Date::of_day(number).unwrap().to_string();
        assert_eq!(
            [day(0), day(59), day(11_016), day(20_779)],
            ["1970-01-01", "1970-03-01", "2000-02-29", "2026-11-22"]
        );
        assert_eq!(Date::of_day(u64::MAX), None);
        let days = (0..40_000).map(|number| Date::of_day(number).unwrap()).collect::<Vec<_>>();
        assert!(days.iter().all(|day| Date::parse(&day.to_string()) == Some(*day)));
        assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
        assert!((0..).zip(&days).all(|(number, day)| day.day_number() == number));
        assert_eq!(Date::parse("1969-12-31").unwrap().day_number(), -1);
        let moment = Timestamp::parse("2026-11-22T19:04:05Z").unwrap();
        assert_eq!(moment.unix_seconds(), 1_795_374_245);
        assert_eq!(Timestamp::of_unix_seconds(1_795_374_245), Some(moment));
    }

    #[test]
    fn only_days_that_exist_are_days() {
        assert!(Date::parse("2024-02-29").is_some());
        assert!(Date::parse("2023-02-29").is_none());
        assert!(Timestamp::parse("2026-11-02T24:00:00Z").is_none());
    }
}
