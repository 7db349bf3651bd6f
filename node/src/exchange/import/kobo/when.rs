//! Times as exports write them, and as spreadsheets rewrite them.

use crdt_model::time::{Day, TimeError, Timestamp};
use crdt_model::values::Precision;
use crdt_model::zone::Zone;

/// Which number of `05/06/2024` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exchange::import) enum DayOrder {
    /// `31/12/2024`
    DayFirst,
    /// `12/31/2024`
    MonthFirst,
}

/// What the dates of one column say of their order: decided once for all its rows, never row by row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::exchange::import) struct Orders {
    day_first: bool,
    month_first: bool,
}

impl Orders {
    /// Takes in one more cell of the column.
    pub(in crate::exchange::import) fn look_at(&mut self, cell: &str) {
        if let Some((first, second, _, _)) = slashed(cell) {
            self.day_first |= first > 12 && second <= 12;
            self.month_first |= second > 12 && first <= 12;
        }
    }

    /// The order, if some date can only be read one way and none only the other.
    pub(in crate::exchange::import) fn decided(self) -> Option<DayOrder> {
        match (self.day_first, self.month_first) {
            (true, false) => Some(DayOrder::DayFirst),
            (false, true) => Some(DayOrder::MonthFirst),
            _ => None,
        }
    }
}

/// A time as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::exchange::import) struct When {
    pub(in crate::exchange::import) at: Timestamp,
    pub(in crate::exchange::import) precision: Precision,
    /// The day there, as `2024-06-15`.
    pub(in crate::exchange::import) day: String,
    /// No offset was given: taken as of the site's zone.
    pub(in crate::exchange::import) no_offset: bool,
    /// A spreadsheet had rewritten it.
    pub(in crate::exchange::import) rewritten: bool,
}

/// Days from Excel's day 0 (its 1900 system, as seen after February of that year) to 1970.
const SERIAL_OF_1970: f64 = 25_569.0;
/// Serial numbers that are believed: the years 1995 to 2064.
const SERIALS: std::ops::RangeInclusive<f64> = 34_700.0..=60_300.0;
const DAY_MS: f64 = 86_400_000.0;

/// Reads a cell: as Kobo writes it (`2024-06-15T16:51:43.000-04:00`, `2024-06-15`), or as a spreadsheet leaves it
/// (`45458.7`, `15/06/2024 16:51`). What says no offset is what a clock in `zone` showed.
pub(in crate::exchange::import) fn read(cell: &str, order: Option<DayOrder>, zone: &Zone) -> Option<When> {
    iso(cell, zone).or_else(|| serial(cell, zone)).or_else(|| {
        let (first, second, year, clock) = slashed(cell)?;
        let (day, month) = match (first, second) {
            (13.., _) => (first, second),
            (_, 13..) => (second, first),
            _ if first == second => (first, second),
            _ => match order? {
                DayOrder::DayFirst => (first, second),
                DayOrder::MonthFirst => (second, first),
            },
        };
        let date = format!("{year:04}-{month:02}-{day:02}");
        let read = match clock.is_empty() {
            true => iso(&date, zone),
            false => iso(&format!("{date}T{}", twenty_four(clock)?), zone),
        };
        read.map(|when| When { rewritten: true, ..when })
    })
}

fn iso(cell: &str, zone: &Zone) -> Option<When> {
    let day = cell.get(..10)?.to_owned();
    if cell.len() == 10 {
        let at = Timestamp::parse_date(cell).ok()?;
        return Some(When { at, precision: Precision::Day, day, no_offset: false, rewritten: false });
    }
    // Excel and forms without seconds: 2024-06-15T16:51
    let padded = if cell.len() == 16 { format!("{cell}:00") } else { cell.to_owned() };
    let shown = Timestamp::parse_assuming_utc(&padded).ok()?;
    let no_offset = Timestamp::parse(&padded) == Err(TimeError::NoOffset);
    let at = if no_offset { at_clock(zone, shown) } else { shown };
    Some(When { at, precision: Precision::Minute, day, no_offset, rewritten: false })
}

/// What a clock in a zone showed, read as if it had been one of UTC.
fn at_clock(zone: &Zone, shown: Timestamp) -> Timestamp {
    Timestamp::from_unix_ms(zone.at_clock(shown.unix_ms()))
}

fn serial(cell: &str, zone: &Zone) -> Option<When> {
    let plain = cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
    let days: f64 = cell.replace(',', ".").parse().ok().filter(|days| plain && SERIALS.contains(days))?;
    // to the second: the fraction was cut
    let ms = ((days - SERIAL_OF_1970) * DAY_MS / 1000.0).round() * 1000.0;
    let shown = Timestamp::from_unix_ms(ms as i64);
    let day = Day::of_midnight(shown.unix_ms()).to_string();
    let precision = if days.fract() == 0.0 { Precision::Day } else { Precision::Minute };
    let no_offset = precision == Precision::Minute;
    let at = if no_offset { at_clock(zone, shown) } else { shown };
    Some(When { at, precision, day, no_offset, rewritten: true })
}

/// `15/06/2024 16:51` → 15, 6, 2024 and what follows.
fn slashed(cell: &str) -> Option<(u32, u32, u32, &str)> {
    let (date, clock) = cell.split_once([' ', 'T']).unwrap_or((cell, ""));
    let mut parts = date.split(['/', '-', '.']);
    let mut next = |digits: std::ops::RangeInclusive<usize>| {
        let part = parts.next().filter(|p| digits.contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<u32>().ok()
    };
    let (first, second, year) = (next(1..=2)?, next(1..=2)?, next(4..=4)?);
    parts.next().is_none().then_some((first, second, year, clock.trim()))
}

/// `4:51 PM` → `16:51:00`.
fn twenty_four(clock: &str) -> Option<String> {
    let upper = clock.to_ascii_uppercase();
    let (clock, half) = match (upper.strip_suffix("PM"), upper.strip_suffix("AM")) {
        (Some(clock), _) => (clock, Some(12)),
        (_, Some(clock)) => (clock, Some(0)),
        _ => (upper.as_str(), None),
    };
    let mut parts = clock.trim().split(':');
    let hour: u32 = parts.next()?.parse().ok()?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    let (minute, second) = (parts.next()?, parts.next().unwrap_or("00"));
    let two = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    (two(minute) && two(second) && parts.next().is_none()).then(|| format!("{hour:02}:{minute}:{second}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cell: &str, order: Option<DayOrder>) -> Option<(String, bool, bool)> {
        read(cell, order, &Zone::UTC).map(|when| (when.at.to_string(), when.no_offset, when.rewritten))
    }

    #[test]
    fn what_spreadsheets_make_of_times_is_read_back() {
        let at = |text: &str, no_offset, rewritten| Some((text.to_owned(), no_offset, rewritten));
        for (cell, expected) in [
            ("2024-06-15T16:51:43.000-04:00", at("2024-06-15T20:51:43.000Z", false, false)),
            ("2024-06-15 16:51:43", at("2024-06-15T16:51:43.000Z", true, false)),
            ("2024-06-15T16:51", at("2024-06-15T16:51:00.000Z", true, false)),
            ("2024-06-15", at("2024-06-15T00:00:00.000Z", false, false)),
            ("45306", at("2024-01-15T00:00:00.000Z", false, true)),
            ("45458,70258", at("2024-06-15T16:51:43.000Z", true, true)),
            ("15/06/2024 16:51", at("2024-06-15T16:51:00.000Z", true, true)),
            ("6/15/2024 4:51 PM", at("2024-06-15T16:51:00.000Z", true, true)),
            ("6/15/2024 12:05:09 am", at("2024-06-15T00:05:09.000Z", true, true)),
            ("15.06.2024", at("2024-06-15T00:00:00.000Z", false, true)),
            ("05/05/2024", at("2024-05-05T00:00:00.000Z", false, true)),
            ("05/06/2024", None),
            ("31/02/2024", None),
            ("15/06/24", None),
            ("50900005910", None),
            ("4,5E+4", None),
            ("hier", None),
            ("", None),
            ("é024-06-15", None),
        ] {
            assert_eq!(shown(cell, None), expected, "{cell}");
        }
        assert_eq!(shown("05/06/2024", Some(DayOrder::DayFirst)), at("2024-06-05T00:00:00.000Z", false, true));
        assert_eq!(shown("05/06/2024", Some(DayOrder::MonthFirst)), at("2024-05-06T00:00:00.000Z", false, true));
    }

    #[test]
    fn a_time_without_offset_is_of_the_zone_and_a_date_stays_its_date() {
        let haiti = Zone::named("America/Port-au-Prince").expect("bundled");
        let shown = |cell: &str| read(cell, None, &haiti).map(|when| (when.at.to_string(), when.day)).expect("a time");
        let at = |text: &str, day: &str| (text.to_owned(), day.to_owned());
        for (cell, expected) in [
            // winter: five hours behind UTC; summer: four
            ("2026-01-15 21:30:00", at("2026-01-16T02:30:00.000Z", "2026-01-15")),
            ("2026-06-15T21:30", at("2026-06-16T01:30:00.000Z", "2026-06-15")),
            ("15/06/2026 21:30", at("2026-06-16T01:30:00.000Z", "2026-06-15")),
            ("45458,70258", at("2024-06-15T20:51:43.000Z", "2024-06-15")),
            ("2026-06-15T21:30:00+02:00", at("2026-06-15T19:30:00.000Z", "2026-06-15")),
            ("2026-06-15T21:30:00Z", at("2026-06-15T21:30:00.000Z", "2026-06-15")),
            ("2026-06-15", at("2026-06-15T00:00:00.000Z", "2026-06-15")),
            ("15.06.2026", at("2026-06-15T00:00:00.000Z", "2026-06-15")),
            ("45306", at("2024-01-15T00:00:00.000Z", "2024-01-15")),
        ] {
            assert_eq!(shown(cell), expected, "{cell}");
        }
    }

    #[test]
    fn the_order_is_that_of_the_whole_column_or_undecided() {
        let decided = |cells: &[&str]| {
            let mut orders = Orders::default();
            cells.iter().for_each(|cell| orders.look_at(cell));
            orders.decided()
        };
        assert_eq!(decided(&["05/06/2024", "15/06/2024 16:51"]), Some(DayOrder::DayFirst));
        assert_eq!(decided(&["6/15/2024", "05/06/2024"]), Some(DayOrder::MonthFirst));
        assert_eq!(decided(&["05/06/2024", "2024-06-15"]), None);
        assert_eq!(decided(&["15/06/2024", "6/15/2024"]), None);
    }
}
