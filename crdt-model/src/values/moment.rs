//! Times as people told them: to the minute, the day or the month.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cbor::{Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::time::Timestamp;

/// How precisely a told time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// To the minute.
    Minute,
    /// To the day.
    Day,
    /// To the month.
    Month,
}

/// A time as a person told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// How precisely.
    pub precision: Precision,
}

/// First millisecond that RFC 3339 can say: year 0.
pub const TIME_MS_MIN: i64 = Timestamp::MIN.unix_ms();
/// Last millisecond that RFC 3339 can say: year 9999.
pub const TIME_MS_MAX: i64 = Timestamp::MAX.unix_ms();

/// One day, in milliseconds.
pub const DAY_MS: i64 = 86_400_000;
/// One hour, in milliseconds.
pub const HOUR_MS: i64 = 3_600_000;

/// Whether a time can be shown and reckoned with.
pub fn in_range(at_ms: i64) -> bool {
    (TIME_MS_MIN..=TIME_MS_MAX).contains(&at_ms)
}

/// `at_ms` in RFC 3339, UTC, without a fraction when it is zero. Times out of range are shown as the nearest that is not.
///
/// # Panics
///
/// Never: every time between the years 0 and 9999 has this form.
pub fn rfc3339(at_ms: i64) -> String {
    let nanos = i128::from(at_ms.clamp(TIME_MS_MIN, TIME_MS_MAX)) * 1_000_000;
    let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).expect("clamped to the years 0 to 9999");
    at.format(&Rfc3339).expect("the years 0 to 9999 have an RFC 3339 form")
}

impl Moment {
    /// Reads `2026-11-21T09:30:00+01:00`, `2026-11-21` or `2026-11`; the precision is that of the form.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (at_ms, precision) = match text.len() {
            7 => (Timestamp::parse_date(&format!("{text}-01")).ok()?.unix_ms(), Precision::Month),
            10 => (Timestamp::parse_date(text).ok()?.unix_ms(), Precision::Day),
            _ => {
                let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
                (i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()?, Precision::Minute)
            }
        };
        in_range(at_ms).then_some(Self { at_ms, precision })
    }
}

impl Precision {
    /// `minute`, `day` or `month`.
    pub fn code(self) -> &'static str {
        ["minute", "day", "month"][self as usize]
    }
}

/// `[1, at_ms, precision]`, precision 0 minute, 1 day, 2 month.
impl Canonical for Moment {
    fn write(&self, w: &mut Writer) {
        w.arr(3).uint(1).sint(self.at_ms).uint(self.precision as u64);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(3)?;
        if r.u64()? != 1 {
            return malformed("unknown version of a time");
        }
        let at_ms = r.i64()?;
        if !in_range(at_ms) {
            return malformed("time out of range");
        }
        let precision = match r.u64()? {
            0 => Precision::Minute,
            1 => Precision::Day,
            2 => Precision::Month,
            _ => return malformed("unknown precision"),
        };
        Ok(Self { at_ms, precision })
    }
}

/// Serializes milliseconds as RFC 3339.
pub(crate) fn serialize_ms<S: serde::Serializer>(at_ms: &i64, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&rfc3339(*at_ms))
}

/// Serializes optional milliseconds as RFC 3339 or null.
pub(crate) fn serialize_ms_opt<S: serde::Serializer>(at_ms: &Option<i64>, s: S) -> Result<S::Ok, S::Error> {
    match at_ms {
        Some(at_ms) => serialize_ms(at_ms, s),
        None => s.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor;

    #[test]
    fn the_form_of_a_time_sets_its_precision() {
        let at = |text: &str| Moment::parse(text).map(|m| (rfc3339(m.at_ms), m.precision));
        assert_eq!(at("2026-11-21T09:30:00+01:00"), Some(("2026-11-21T08:30:00Z".into(), Precision::Minute)));
        assert_eq!(at("2026-11-21"), Some(("2026-11-21T00:00:00Z".into(), Precision::Day)));
        assert_eq!(at("2026-11"), Some(("2026-11-01T00:00:00Z".into(), Precision::Month)));
        for bad in [
            "",
            "2026",
            "2026-13",
            "2026-02-30",
            "21/11/2026",
            "2026-1-21",
            "+026-11-21",
            "é026-11",
            "2026-11-21T25:00:00Z",
        ] {
            assert_eq!(Moment::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_beyond_the_calendar_are_shown_at_its_edge() {
        assert_eq!(rfc3339(i64::MAX), "9999-12-31T23:59:59.999Z");
        assert_eq!(rfc3339(i64::MIN), "0000-01-01T00:00:00Z");
    }

    #[test]
    fn a_time_has_one_encoding() {
        let day = Moment { at_ms: 1_795_219_200_000, precision: Precision::Day };
        let bytes = cbor::encode(&day);
        assert_eq!(data_encoding::HEXLOWER.encode(&bytes), "83011b000001a1fb67180001");
        assert_eq!(cbor::decode::<Moment>(&bytes), Ok(day));
        assert!(cbor::decode::<Moment>(&cbor::encode(&Moment { at_ms: TIME_MS_MAX + 1, ..day })).is_err());
    }
}
