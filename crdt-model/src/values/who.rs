//! Who does the work, or must not see it.

use std::fmt;
use std::str::FromStr;

use crate::values::{MemberId, is_code};

/// A member or a role: who does the work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// One person.
    Member(MemberId),
    /// Whoever holds the role, by its code.
    Role(String),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(id) => write!(f, "member:{id}"),
            Self::Role(code) => write!(f, "role:{code}"),
        }
    }
}

/// Neither `member:<32 hexadecimal digits>` nor `role:<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither member:<id> nor role:<code>")]
pub struct NotWho;

impl FromStr for Who {
    type Err = NotWho;

    fn from_str(text: &str) -> Result<Self, NotWho> {
        let canonical = |id: MemberId, hex: &str| (id.to_string() == hex).then_some(Self::Member(id));
        match text.split_once(':') {
            Some(("member", hex)) => hex.parse().ok().and_then(|id| canonical(id, hex)).ok_or(NotWho),
            Some(("role", code)) if is_code(code) => Ok(Self::Role(code.to_owned())),
            _ => Err(NotWho),
        }
    }
}

super::serde_as_text!(Who);
