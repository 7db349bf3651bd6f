//! The bytes of facts: `[1, …]`, every bound checked on reading. A form says how one part of a fact is written.

use crate::case::consent::Answer;
use crate::case::facts::{FactId, WORDS_BYTES_MAX};
use crate::case::loop_closure::Satisfaction;
use crate::case::seen::SEEN_MAX;
use crate::case::status::{EPOCH_MAX, Status};
use crate::cbor::{CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::values::moment::in_range;
use crate::values::{CODE_BYTES_MAX, DeviceId, EntryId, Level, MemberId, Who, Words, is_clean, is_code};

/// Version written at the head of every fact.
const VERSION: u64 = 1;

/// Begins a fact of so many parts.
pub(super) fn head(w: &mut Writer, parts: usize) {
    w.arr(parts + 1).uint(VERSION);
}

/// Reads the beginning of a fact of so many parts.
pub(super) fn read_head(r: &mut Reader<'_>, parts: usize) -> Result<(), CborError> {
    r.arr_of(parts as u64 + 1)?;
    match r.u64()? {
        VERSION => Ok(()),
        other => malformed(format!("version {other} of a fact is not known")),
    }
}

/// Refuses what is not in its one order.
pub(super) fn ascending<T: Ord>(items: &[T]) -> Result<(), CborError> {
    if items.windows(2).all(|pair| pair[0] < pair[1]) { Ok(()) } else { malformed("not ascending") }
}

/// How one part of a fact is written, and what is refused on reading.
pub(super) trait Form<T> {
    fn write(part: &T, w: &mut Writer);
    fn read(r: &mut Reader<'_>) -> Result<T, CborError>;
}

/// What may be absent: null.
pub(super) struct Opt<F>(F);

impl<T, F: Form<T>> Form<Option<T>> for Opt<F> {
    fn write(part: &Option<T>, w: &mut Writer) {
        match part {
            Some(part) => F::write(part, w),
            None => drop(w.nil()),
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Option<T>, CborError> {
        if r.take_null()? { Ok(None) } else { F::read(r).map(Some) }
    }
}

/// At most `MAX` parts, ascending.
pub(super) struct Ascending<F, const MAX: usize>(F);

impl<T: Ord, F: Form<T>, const MAX: usize> Form<Vec<T>> for Ascending<F, MAX> {
    fn write(parts: &Vec<T>, w: &mut Writer) {
        w.arr(parts.len());
        parts.iter().for_each(|part| F::write(part, w));
    }

    fn read(r: &mut Reader<'_>) -> Result<Vec<T>, CborError> {
        let parts = (0..r.arr_max(MAX as u64)?).map(|_| F::read(r)).collect::<Result<Vec<T>, _>>()?;
        ascending(&parts)?;
        Ok(parts)
    }
}

/// The facts of its family that an author knew.
pub(super) type Seen = Ascending<Raw, SEEN_MAX>;

/// The bytes of an identifier or a hash.
pub(super) struct Raw;

macro_rules! raw {
    ($($id:ident),*) => {$(
        impl Form<$id> for Raw {
            fn write(part: &$id, w: &mut Writer) {
                w.bstr(&part.0);
            }

            fn read(r: &mut Reader<'_>) -> Result<$id, CborError> {
                r.fixed().map($id)
            }
        }
    )*};
}

raw!(FactId, EntryId, MemberId, DeviceId);

impl<const N: usize> Form<[u8; N]> for Raw {
    fn write(part: &[u8; N], w: &mut Writer) {
        w.bstr(part);
    }

    fn read(r: &mut Reader<'_>) -> Result<[u8; N], CborError> {
        r.fixed()
    }
}

/// Sealed bytes, at most so many.
pub(super) struct Sealed<const MAX: usize>;

impl<const MAX: usize> Form<Vec<u8>> for Sealed<MAX> {
    fn write(part: &Vec<u8>, w: &mut Writer) {
        w.bstr(part);
    }

    fn read(r: &mut Reader<'_>) -> Result<Vec<u8>, CborError> {
        r.bstr_max(MAX).map(<[u8]>::to_vec)
    }
}

/// A code, or what has one.
pub(super) struct Code;

impl Form<String> for Code {
    fn write(part: &String, w: &mut Writer) {
        w.text(part);
    }

    fn read(r: &mut Reader<'_>) -> Result<String, CborError> {
        let code = r.text_max(CODE_BYTES_MAX)?;
        if is_code(&code) { Ok(code) } else { malformed("not a code") }
    }
}

macro_rules! coded {
    ($($coded:ident),*) => {$(
        impl Form<$coded> for Code {
            fn write(part: &$coded, w: &mut Writer) {
                w.text(part.code());
            }

            fn read(r: &mut Reader<'_>) -> Result<$coded, CborError> {
                let code: String = Self::read(r)?;
                $coded::from_code(&code).map_or_else(|| malformed(concat!("unknown code: ", stringify!($coded))), Ok)
            }
        }
    )*};
}

coded!(Status, Answer, Satisfaction);

impl Form<Who> for Code {
    fn write(part: &Who, w: &mut Writer) {
        w.text(&part.to_string());
    }

    fn read(r: &mut Reader<'_>) -> Result<Who, CborError> {
        r.text_max(CODE_BYTES_MAX + 8)?.parse().or_else(|_| malformed("neither a member nor a role"))
    }
}

/// A person's words, at most so many bytes.
pub(super) struct Text<const MAX: usize = WORDS_BYTES_MAX>;

impl<const MAX: usize> Form<Words> for Text<MAX> {
    fn write(part: &Words, w: &mut Writer) {
        w.text(&part.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Words, CborError> {
        match r.text_max(MAX)? {
            text if text.is_empty() || !is_clean(&text) => malformed("no words, or control characters in them"),
            text => Ok(Words(text)),
        }
    }
}

/// A root key, at most so many bytes.
impl<const MAX: usize> Form<String> for Text<MAX> {
    fn write(part: &String, w: &mut Writer) {
        w.text(part);
    }

    fn read(r: &mut Reader<'_>) -> Result<String, CborError> {
        r.text_max(MAX)
    }
}

/// Unix milliseconds, within the calendar.
pub(super) struct Time;

impl Form<i64> for Time {
    fn write(part: &i64, w: &mut Writer) {
        w.sint(*part);
    }

    fn read(r: &mut Reader<'_>) -> Result<i64, CborError> {
        let at_ms = r.i64()?;
        if in_range(at_ms) { Ok(at_ms) } else { malformed("time out of range") }
    }
}

/// A time that another entry claims, whatever it is.
pub(super) struct Claimed;

impl Form<i64> for Claimed {
    fn write(part: &i64, w: &mut Writer) {
        w.sint(*part);
    }

    fn read(r: &mut Reader<'_>) -> Result<i64, CborError> {
        Ok(r.i64()?)
    }
}

/// A whole number up to `MAX`.
pub(super) struct Number<const MAX: u32>;

impl<const MAX: u32> Form<u32> for Number<MAX> {
    fn write(part: &u32, w: &mut Writer) {
        w.uint(u64::from(*part));
    }

    fn read(r: &mut Reader<'_>) -> Result<u32, CborError> {
        match r.u32()? {
            number if number <= MAX => Ok(number),
            _ => malformed("number out of range"),
        }
    }
}

/// How often a case was reopened.
pub(super) type Epoch = Number<EPOCH_MAX>;
/// The generation of a document.
pub(super) type Generation = Number<{ u32::MAX }>;

/// As it is.
pub(super) struct Plain;

impl Form<bool> for Plain {
    fn write(part: &bool, w: &mut Writer) {
        w.boolean(*part);
    }

    fn read(r: &mut Reader<'_>) -> Result<bool, CborError> {
        Ok(r.bool()?)
    }
}

impl Form<u16> for Plain {
    fn write(part: &u16, w: &mut Writer) {
        w.uint(u64::from(*part));
    }

    fn read(r: &mut Reader<'_>) -> Result<u16, CborError> {
        Ok(r.u16()?)
    }
}

impl Form<u64> for Plain {
    fn write(part: &u64, w: &mut Writer) {
        w.uint(*part);
    }

    fn read(r: &mut Reader<'_>) -> Result<u64, CborError> {
        Ok(r.u64()?)
    }
}

impl Form<Level> for Plain {
    fn write(part: &Level, w: &mut Writer) {
        w.uint(*part as u64);
    }

    fn read(r: &mut Reader<'_>) -> Result<Level, CborError> {
        let level = r.u64()?;
        let found = Level::ALL.into_iter().find(|known| *known as u64 == level);
        found.map_or_else(|| malformed("unknown sensitivity"), Ok)
    }
}
