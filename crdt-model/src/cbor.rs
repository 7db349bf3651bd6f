//! Canonical CBOR (RFC 8949 §4.2), narrowed to what boucle writes: unsigned and negative integers, byte strings, text,
//! booleans, null and definite arrays. No maps, floats, tags or indefinite lengths.
//!
//! `minicbor` alone is not canonical: it accepts long integers, indefinite arrays and trailing bytes. So every decode
//! goes through [`decode`], which re-encodes what it understood and compares the bytes.

use minicbor::{Decoder, Encoder};

/// Writes into memory; cannot fail.
pub type Writer = Encoder<Vec<u8>>;

/// Reads borrowed bytes.
pub type Reader<'b> = Decoder<'b>;

/// Why bytes were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// The bytes are not the structure expected, or a bound is exceeded.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The structure is right but not in its one canonical form.
    #[error("not canonical")]
    NotCanonical,
}

impl From<minicbor::decode::Error> for CborError {
    fn from(error: minicbor::decode::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// Shorthand for a failed decode with a reason in words.
///
/// # Errors
///
/// Always.
pub fn malformed<T>(reason: impl Into<String>) -> Result<T, CborError> {
    Err(CborError::Malformed(reason.into()))
}

/// A value with exactly one encoding.
pub trait Canonical: Sized {
    /// Appends the canonical encoding of `self`.
    fn write(&self, w: &mut Writer);

    /// Reads one value.
    ///
    /// # Errors
    ///
    /// [`CborError::Malformed`] when the bytes are not this structure or exceed one of its bounds.
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError>;
}

/// The canonical bytes of `value`.
pub fn encode<T: Canonical>(value: &T) -> Vec<u8> {
    let mut w = Encoder::new(Vec::new());
    value.write(&mut w);
    w.into_writer()
}

/// Decodes exactly one canonical value that fills `bytes`.
///
/// # Errors
///
/// [`CborError::NotCanonical`] if re-encoding gives other bytes (long integers, indefinite lengths, trailing bytes).
pub fn decode<T: Canonical>(bytes: &[u8]) -> Result<T, CborError> {
    let mut r = Decoder::new(bytes);
    let value = T::read(&mut r)?;
    if r.position() != bytes.len() || encode(&value) != bytes {
        return Err(CborError::NotCanonical);
    }
    Ok(value)
}

/// Helpers over [`Writer`]: writing to memory never fails, so these return nothing.
pub trait WriterExt {
    /// An array header of `n` items.
    fn arr(&mut self, n: usize) -> &mut Self;
    /// An unsigned integer.
    fn uint(&mut self, v: u64) -> &mut Self;
    /// A signed integer.
    fn sint(&mut self, v: i64) -> &mut Self;
    /// A byte string.
    fn bstr(&mut self, v: &[u8]) -> &mut Self;
    /// A text string.
    fn text(&mut self, v: &str) -> &mut Self;
    /// A boolean.
    fn boolean(&mut self, v: bool) -> &mut Self;
    /// Null.
    fn nil(&mut self) -> &mut Self;
    /// A text or null.
    fn text_opt(&mut self, v: Option<&str>) -> &mut Self {
        match v {
            Some(v) => self.text(v),
            None => self.nil(),
        }
    }
    /// An unsigned integer or null.
    fn uint_opt(&mut self, v: Option<u64>) -> &mut Self {
        match v {
            Some(v) => self.uint(v),
            None => self.nil(),
        }
    }
}

const MEMORY: &str = "writing to memory cannot fail";

impl WriterExt for Writer {
    fn arr(&mut self, n: usize) -> &mut Self {
        self.array(n as u64).expect(MEMORY)
    }
    fn uint(&mut self, v: u64) -> &mut Self {
        self.u64(v).expect(MEMORY)
    }
    fn sint(&mut self, v: i64) -> &mut Self {
        self.i64(v).expect(MEMORY)
    }
    fn bstr(&mut self, v: &[u8]) -> &mut Self {
        self.bytes(v).expect(MEMORY)
    }
    fn text(&mut self, v: &str) -> &mut Self {
        self.str(v).expect(MEMORY)
    }
    fn boolean(&mut self, v: bool) -> &mut Self {
        self.bool(v).expect(MEMORY)
    }
    fn nil(&mut self) -> &mut Self {
        self.null().expect(MEMORY)
    }
}

/// Helpers over [`Reader`] with bounds.
pub trait ReaderExt<'b> {
    /// An array header of exactly `n` items.
    ///
    /// # Errors
    ///
    /// When it is not an array of that length.
    fn arr_of(&mut self, n: u64) -> Result<(), CborError>;
    /// An array header of at most `max` items.
    ///
    /// # Errors
    ///
    /// When it is not a definite array or is longer.
    fn arr_max(&mut self, max: u64) -> Result<u64, CborError>;
    /// A byte string of exactly `N` bytes.
    ///
    /// # Errors
    ///
    /// When it is not a byte string of that length.
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], CborError>;
    /// A byte string of at most `max` bytes.
    ///
    /// # Errors
    ///
    /// When it is not a byte string or is longer.
    fn bstr_max(&mut self, max: usize) -> Result<&'b [u8], CborError>;
    /// A text of at most `max` bytes.
    ///
    /// # Errors
    ///
    /// When it is not text or is longer.
    fn text_max(&mut self, max: usize) -> Result<String, CborError>;
    /// A text of at most `max` bytes, or null.
    ///
    /// # Errors
    ///
    /// When it is neither.
    fn text_opt_max(&mut self, max: usize) -> Result<Option<String>, CborError>;
    /// An unsigned integer or null.
    ///
    /// # Errors
    ///
    /// When it is neither.
    fn uint_opt(&mut self) -> Result<Option<u64>, CborError>;
    /// True, and consumed, if the next item is null.
    ///
    /// # Errors
    ///
    /// At the end of the input.
    fn take_null(&mut self) -> Result<bool, CborError>;
}

impl<'b> ReaderExt<'b> for Reader<'b> {
    fn arr_of(&mut self, n: u64) -> Result<(), CborError> {
        match self.array()? {
            Some(found) if found == n => Ok(()),
            found => malformed(format!("array of {n} expected, {found:?} found")),
        }
    }
    fn arr_max(&mut self, max: u64) -> Result<u64, CborError> {
        match self.array()? {
            Some(found) if found <= max => Ok(found),
            found => malformed(format!("array of at most {max} expected, {found:?} found")),
        }
    }
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], CborError> {
        let bytes = self.bytes()?;
        bytes.try_into().or_else(|_| malformed(format!("{N} bytes expected, {} found", bytes.len())))
    }
    fn bstr_max(&mut self, max: usize) -> Result<&'b [u8], CborError> {
        let bytes = self.bytes()?;
        if bytes.len() > max {
            return malformed(format!("at most {max} bytes expected, {} found", bytes.len()));
        }
        Ok(bytes)
    }
    fn text_max(&mut self, max: usize) -> Result<String, CborError> {
        let text = self.str()?;
        if text.len() > max {
            return malformed(format!("at most {max} bytes of text expected, {} found", text.len()));
        }
        Ok(text.to_owned())
    }
    fn text_opt_max(&mut self, max: usize) -> Result<Option<String>, CborError> {
        if self.take_null()? {
            return Ok(None);
        }
        self.text_max(max).map(Some)
    }
    fn uint_opt(&mut self) -> Result<Option<u64>, CborError> {
        if self.take_null()? {
            return Ok(None);
        }
        Ok(Some(self.u64()?))
    }
    fn take_null(&mut self) -> Result<bool, CborError> {
        if self.datatype()? == minicbor::data::Type::Null {
            self.null()?;
            return Ok(true);
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pair(u64, Vec<u8>);

    impl Canonical for Pair {
        fn write(&self, w: &mut Writer) {
            w.arr(2).uint(self.0).bstr(&self.1);
        }
        fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
            r.arr_of(2)?;
            Ok(Self(r.u64()?, r.bstr_max(4)?.to_vec()))
        }
    }

    #[test]
    fn only_the_one_canonical_form_is_accepted() {
        let good = encode(&Pair(5, vec![1]));
        assert_eq!(good, [0x82, 0x05, 0x41, 0x01]);
        assert!(decode::<Pair>(&good).is_ok());
        let long_integer = [0x82, 0x18, 0x05, 0x41, 0x01];
        let indefinite = [0x9f, 0x05, 0x41, 0x01, 0xff];
        let trailing = [0x82, 0x05, 0x41, 0x01, 0x00];
        let extra_element = [0x83, 0x05, 0x41, 0x01, 0x00];
        let too_long = [0x82, 0x05, 0x45, 1, 2, 3, 4, 5];
        for bad in [&long_integer[..], &indefinite, &trailing, &extra_element, &too_long] {
            assert!(decode::<Pair>(bad).is_err(), "{bad:02x?}");
        }
    }
}
