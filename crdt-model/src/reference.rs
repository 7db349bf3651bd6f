//! Case references that can be dictated in any language and typed on a feature phone: `JER-104-00193-54`.
//!
//! ```text
//! JER    three letters of the site, for people only: not part of the number
//! 104    node number, unique in the network: 100–899, or 90000–99999. The first digit tells how many digits it has
//! 00193  counter of that node, five digits or more
//! 54     ISO 7064 MOD 97-10 over node and counter: catches every single wrong digit and every swap of neighbours
//! ```
//! A node without numbers left gives a [`Provisional`] mark instead (`JER-P-482913`), which stays as an alias.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::values::serde_as_text;

/// Node numbers with three digits.
pub const SHORT_NODES: RangeInclusive<u32> = 100..=899;
/// Node numbers with five digits.
pub const LONG_NODES: RangeInclusive<u32> = 90_000..=99_999;

/// Fewest characters an ending needs before it is compared with references.
const ENDING_CHARS_MIN: usize = 3;
/// Longest digits-only form: five digits of node, ten of counter, two of check.
const DIGITS_MAX: usize = 17;

/// Why a text is no reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// It has the shape of a reference, and its check digits do not fit: a digit was misheard or mistyped.
    #[error("the check digits do not fit: a digit is wrong, or two were swapped")]
    CheckDigits,
    /// It has another shape.
    #[error("not a reference such as JER-104-00193-54")]
    NotAReference,
    /// A site code is three letters from A to Z.
    #[error("not a site code of three letters such as JER")]
    NotASite,
    /// Node numbers are 100 to 899 or 90000 to 99999.
    #[error("{0} is no node number: 100 to 899, or 90000 to 99999")]
    NotANode(u32),
    /// Counters start at 1.
    #[error("counters start at 1")]
    NotACounter,
}

/// Three letters, A to Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteCode([u8; 3]);

impl SiteCode {
    /// The letters.
    #[expect(clippy::missing_panics_doc, reason = "parsing, the only way to make one, takes ASCII letters only")]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters")
    }
}

impl fmt::Display for SiteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SiteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for SiteCode {
    type Err = ReferenceError;
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let letters: [u8; 3] = text.trim().as_bytes().try_into().map_err(|_| ReferenceError::NotASite)?;
        if !letters.iter().all(u8::is_ascii_alphabetic) {
            return Err(ReferenceError::NotASite);
        }
        Ok(Self(letters.map(|b| b.to_ascii_uppercase())))
    }
}

/// The part of a reference that counts: node and counter. Unique in the network, without the site's letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseNumber {
    node: u32,
    counter: u32,
}

impl CaseNumber {
    /// The number `counter` of node `node`.
    ///
    /// # Errors
    ///
    /// [`ReferenceError::NotANode`] outside 100–899 and 90000–99999, [`ReferenceError::NotACounter`] for zero.
    pub fn new(node: u32, counter: u32) -> Result<Self, ReferenceError> {
        if !SHORT_NODES.contains(&node) && !LONG_NODES.contains(&node) {
            return Err(ReferenceError::NotANode(node));
        }
        if counter == 0 {
            return Err(ReferenceError::NotACounter);
        }
        Ok(Self { node, counter })
    }

    /// The node that minted it.
    pub fn node(self) -> u32 {
        self.node
    }

    /// Its place among the node's numbers, from 1.
    pub fn counter(self) -> u32 {
        self.counter
    }

    /// The two check digits as a number, 2 to 98.
    pub fn check(self) -> u32 {
        98 - mod97(&format!("{}{:05}00", self.node, self.counter))
    }

    /// Digits only, as dictated or typed on a telephone: `1040019354`.
    pub fn digits(self) -> String {
        format!("{}{:05}{:02}", self.node, self.counter, self.check())
    }

    /// Reads digits that hold node, counter and check.
    fn from_digits(digits: &str) -> Result<Self, ReferenceError> {
        let node_digits = if digits.starts_with('9') { 5 } else { 3 };
        if digits.len() < 3 + 5 + 2 || digits.len() > DIGITS_MAX {
            return Err(ReferenceError::NotAReference);
        }
        // Before the shape is looked at: a mistyped first digit is a typing error and should be called one.
        if mod97(digits) != 1 {
            return Err(ReferenceError::CheckDigits);
        }
        let (body, check) = digits.split_at(digits.len() - 2);
        let (node, counter) = body.split_at(node_digits);
        if counter.len() < 5 || (counter.len() > 5 && counter.starts_with('0')) {
            return Err(ReferenceError::NotAReference);
        }
        let number = |text: &str| text.parse().map_err(|_| ReferenceError::NotAReference);
        let found = Self::new(number(node)?, number(counter)?).map_err(|_| ReferenceError::NotAReference)?;
        // 00, 01 and 99 leave the same remainder as 97, 98 and 02: only one writing is ever minted.
        if found.check() != number(check)? {
            return Err(ReferenceError::CheckDigits);
        }
        Ok(found)
    }
}

/// Remainder of a row of ASCII digits, however long.
fn mod97(digits: &str) -> u32 {
    digits.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97)
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:05}-{:02}", self.node, self.counter, self.check())
    }
}

impl fmt::Debug for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A case reference: site letters and number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    site: SiteCode,
    number: CaseNumber,
}

impl Reference {
    /// The reference that node `node` of `site` gives its case number `counter`.
    ///
    /// # Errors
    ///
    /// As [`CaseNumber::new`].
    pub fn new(site: SiteCode, node: u32, counter: u32) -> Result<Self, ReferenceError> {
        Ok(Self { site, number: CaseNumber::new(node, counter)? })
    }

    /// The site's letters.
    pub fn site(self) -> SiteCode {
        self.site
    }

    /// Node and counter, which alone identify the case.
    pub fn number(self) -> CaseNumber {
        self.number
    }

    /// Whether a person who typed only the last characters may mean this reference. Letter case, dashes and spaces do
    /// not matter; fewer than three characters match nothing.
    pub fn ending_matches(self, ending: &str) -> bool {
        compact(ending).is_some_and(|ending| {
            ending.len() >= ENDING_CHARS_MIN && format!("{}{}", self.site, self.number.digits()).ends_with(&ending)
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.site, self.number)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        match Typed::parse(text)? {
            Typed::Reference(reference) => Ok(reference),
            _ => Err(ReferenceError::NotAReference),
        }
    }
}

/// The mark of a case saved while its node had no number left: `JER-P-482913`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provisional {
    site: SiteCode,
    digits: u32,
}

impl Provisional {
    /// A mark with six digits drawn from eight random bytes.
    pub fn draw(site: SiteCode, entropy: [u8; 8]) -> Self {
        Self { site, digits: (u64::from_le_bytes(entropy) % 1_000_000) as u32 }
    }

    /// The site's letters.
    pub fn site(self) -> SiteCode {
        self.site
    }

    /// The six digits as a number, 0 to 999,999.
    pub fn digits(self) -> u32 {
        self.digits
    }

    /// As [`Reference::ending_matches`].
    pub fn ending_matches(self, ending: &str) -> bool {
        compact(ending).is_some_and(|ending| {
            ending.len() >= ENDING_CHARS_MIN && format!("{}P{:06}", self.site, self.digits).ends_with(&ending)
        })
    }
}

impl fmt::Display for Provisional {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-P-{:06}", self.site, self.digits)
    }
}

impl fmt::Debug for Provisional {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Provisional {
    type Err = ReferenceError;
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        match Typed::parse(text)? {
            Typed::Provisional(mark) => Ok(mark),
            _ => Err(ReferenceError::NotAReference),
        }
    }
}

/// What a person typed or dictated for a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// Letters and digits: `JER-104-00193-54`, `jer1040019354`.
    Reference(Reference),
    /// The digits alone: `1040019354`.
    Number(CaseNumber),
    /// `JER-P-482913`, `jerp482913`.
    Provisional(Provisional),
    /// The six digits of a provisional mark, with or without its P: `482913`. Six digits may be the ending of a
    /// reference just as well: look for both.
    ProvisionalDigits(u32),
}

impl Typed {
    /// Reads any of the forms. Letter case, spaces and kinds of dashes do not matter; digits may be Arabic-Indic.
    ///
    /// # Errors
    ///
    /// [`ReferenceError::CheckDigits`] if the text is a reference but for its check digits,
    /// [`ReferenceError::NotAReference`] if it has another shape (it may still be an ending).
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let text = compact(text).ok_or(ReferenceError::NotAReference)?;
        let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
        let (letters, digits) = text.split_at(letters);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ReferenceError::NotAReference);
        }
        let provisional = || match digits.len() {
            6 => digits.parse::<u32>().map_err(|_| ReferenceError::NotAReference),
            _ => Err(ReferenceError::NotAReference),
        };
        match letters.len() {
            0 if digits.len() == 6 => Ok(Self::ProvisionalDigits(provisional()?)),
            0 => CaseNumber::from_digits(digits).map(Self::Number),
            1 if letters == "P" => Ok(Self::ProvisionalDigits(provisional()?)),
            3 => Ok(Self::Reference(Reference { site: letters.parse()?, number: CaseNumber::from_digits(digits)? })),
            4 if letters.ends_with('P') => {
                Ok(Self::Provisional(Provisional { site: letters[..3].parse()?, digits: provisional()? }))
            }
            _ => Err(ReferenceError::NotAReference),
        }
    }
}

/// Upper-case letters and ASCII digits without separators. `None`: another character, or too long for a reference.
fn compact(text: &str) -> Option<String> {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            _ if c.is_whitespace() => {}
            _ if c.is_ascii_alphanumeric() => out.push(c.to_ascii_uppercase()),
            '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => out.push(char::from(b'0' + (u32::from(c) & 0xf) as u8)),
            _ => return None,
        }
        if out.len() > 3 + DIGITS_MAX {
            return None;
        }
    }
    Some(out)
}

serde_as_text!(SiteCode, Reference, Provisional);

#[cfg(test)]
mod tests;
