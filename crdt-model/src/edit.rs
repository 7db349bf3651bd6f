//! What people do to a case, as data; and the translation of each act into layer operations.
//!
//! [`Edit::to_ops`] is where the rules of the life cycle live: an act whose conditions the author can see unmet is refused
//! with a code and what to do instead. Whatever it returns passes [`crate::case::schema::check_put`] by construction and
//! names each key once a layer. It reads only what the author can read: the operations of one act never depend on a layer
//! that is withheld, and a register in a withheld layer is never overwritten (facts may be added: the drop-box).

mod act;
mod appeal;
mod closing;
mod create;
mod draft;
mod linking;
mod message;
pub mod moving;
mod notice;
mod question;
pub mod reclassify;
mod referral;
mod refusal;
mod set;
mod told;
mod verbs;

pub use act::{Birth, Creation, EditContext, Policy, RestrictedBirth};
pub use draft::{EditOps, control_character};
pub(crate) use linking::DUPLICATE;
pub use linking::{LinkKind, linked, torn};
pub use notice::{NOTICE_MEANS, ToTell};
pub use referral::OUTSIDE_MEANS;
pub use refusal::EditRefusal;
pub use told::Told;
pub use verbs::{Edit, PUBLIC_MEANS, Telling, Whom};

use serde::{Deserialize, Serialize};

pub use crate::case::schema::NewCase;
use crate::values::Words;

/// One consent event at intake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentAnswer {
    /// Taxonomy `consent_purpose`.
    pub purpose: String,
    /// `given`, `refused`, `withdrawn` or `not_asked`.
    pub answer: String,
    /// Taxonomy `consent_means`.
    #[serde(default)]
    pub means: Option<String>,
}

/// Someone who must not see a restricted case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recusal {
    /// One member, by id in hexadecimal.
    Member(crate::values::MemberId),
    /// Everyone who holds a role, by its code.
    Role(String),
}

/// An answer already given at intake, and what the person said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAnswer {
    /// What the person was told.
    #[serde(default)]
    pub text: Option<Words>,
    /// Taxonomy `satisfaction`, if they said anything.
    #[serde(default)]
    pub satisfaction: Option<String>,
}

/// How the call went in which a case was told, or that led to none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenCall {
    /// How long it lasted until the case is saved, milliseconds; absent: nobody noted when it began.
    #[serde(default)]
    pub lasted_ms: Option<i64>,
    /// One of [`CALL_OUTCOMES`].
    pub outcome: String,
}

/// A service that a person who was harmed was offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenService {
    /// One of [`SERVICE_KINDS`](crate::taxonomy::own::SERVICE_KINDS).
    pub kind: String,
    /// One of [`SERVICE_ANSWERS`](crate::case::facts::SERVICE_ANSWERS).
    pub answer: String,
    /// Which one.
    #[serde(default)]
    pub name: Option<Words>,
}

/// Messages that came by another program, of one person and of one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenMessage {
    /// Taxonomy `channel`: `whatsapp`, `sms`.
    pub channel: String,
    /// From the person to us.
    pub inward: bool,
    /// When the first was sent, Unix milliseconds.
    pub at_ms: i64,
    /// What they say, a line each.
    pub text: Words,
    /// What tells each of them from all others, by the channel: each is in one case once, whoever brings it.
    pub keys: Vec<String>,
}

/// What can become of a call.
pub const CALL_OUTCOMES: [&str; 7] = ["answered", "referred", "cut", "missed", "wrong_number", "prank", "silent"];

/// A closing that stands already where a case comes from: an answer stands there too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenClosing {
    /// Taxonomy `closure`: `answered` or `satisfied`.
    pub reason: String,
    /// Why the person was not asked whether they are satisfied.
    #[serde(default)]
    pub because: Option<Words>,
}

#[cfg(test)]
pub(crate) mod tests;
