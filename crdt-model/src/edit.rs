//! What people do to a case, as data; and the translation of each act into layer operations.
//!
//! [`Edit::to_ops`] is where the rules of the life cycle live: an act whose conditions the author can see unmet is refused
//! with a code and what to do instead. Whatever it returns passes [`crate::case::schema::check_put`] by construction and
//! names each key once a layer. It reads only what the author can read: the operations of one act never depend on a layer
//! that is withheld, and a register in a withheld layer is never overwritten (facts may be added: the drop-box).

mod act;
mod create;
mod draft;
mod life_cycle;
mod refusal;
pub mod reseal;
mod set;

pub use act::{Birth, Creation, Edit, EditContext, LinkKind, Policy, RestrictedBirth};
pub use draft::{EditOps, control_character};
pub use refusal::EditRefusal;

use serde::{Deserialize, Serialize};

use crate::values::{Moment, Words};

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

/// A closing that stands already where a case comes from: an answer stands there too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenClosing {
    /// Taxonomy `closure`: `answered` or `satisfied`.
    pub reason: String,
    /// Why the person was not asked whether they are satisfied.
    #[serde(default)]
    pub because: Option<Words>,
}

/// Everything a new case can be given. Only `case_type` and `channel` are required; what was not said stays absent.
/// Codes are those of the taxonomy. Field names are those `case new --from-json` reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewCase {
    /// Taxonomy `case_type`.
    #[serde(rename = "type")]
    pub case_type: String,
    /// Taxonomy `channel`.
    pub channel: String,
    /// Main sub-category; absent: nobody has classified it yet.
    pub category: Option<String>,
    /// Further sub-categories.
    pub other_categories: Vec<String>,
    /// The sensitivity asked for; only ever raises what the category sets. `s0`…`s3`.
    pub sensitivity: Option<String>,
    /// Priority asked for (`p1`…`p4`); absent: the category's.
    pub priority: Option<String>,
    /// When it reached the organisation.
    pub received_at: Option<Moment>,
    /// When what it tells of happened.
    pub incident_at: Option<Moment>,
    /// Where what it tells of happened.
    pub incident_place: Option<Words>,
    /// `formal` or `informal`.
    pub formality: Option<String>,
    /// `reactive` or `proactive`.
    pub initiative: Option<String>,
    /// Box, desk, event or focus group it belongs to.
    pub session_id: Option<String>,
    /// Paper reference.
    pub slip: Option<String>,
    /// Taxonomy `stakeholder`.
    pub stakeholder: Option<String>,
    /// `individual`, `group` or `on_behalf`.
    pub filer: Option<String>,
    /// People in the group.
    pub group_size: Option<u32>,
    /// ISO 639 code of the language the person speaks.
    pub spoken_language: Option<String>,
    /// Project code.
    pub project: Option<String>,
    /// Activity code.
    pub activity: Option<String>,
    /// Partner code.
    pub partner: Option<String>,
    /// First administrative level (code).
    pub admin1: Option<String>,
    /// Second administrative level (code).
    pub admin2: Option<String>,
    /// Third administrative level (code): personal.
    pub admin3: Option<String>,
    /// Place in words: personal.
    pub locality: Option<Words>,
    /// The person wishes to stay unknown.
    pub anonymous: Option<bool>,
    /// Name.
    pub reporter_name: Option<Words>,
    /// Telephone.
    pub phone: Option<Words>,
    /// Another way to reach the person.
    pub alt_contact: Option<Words>,
    /// Hours, who may answer, message or not.
    pub safe_contact: Option<Words>,
    /// A word the person chose, asked before anything is told.
    pub recall_word: Option<Words>,
    /// Household number.
    pub household_id: Option<Words>,
    /// Card number.
    pub card_no: Option<Words>,
    /// Last four digits of the wallet.
    pub wallet_last4: Option<Words>,
    /// Last four digits of the SIM.
    pub sim_last4: Option<Words>,
    /// Taxonomy `sex`.
    pub sex: Option<String>,
    /// Taxonomy `age_group`; derived from `age` when that is told.
    pub age_group: Option<String>,
    /// Age in years: personal.
    pub age: Option<u32>,
    /// `yes`, `no` or `unknown`; derived from `disability_answers` when those are told.
    pub disability: Option<String>,
    /// Washington Group Short Set, six answers 1–4 in the taxonomy's order of domains, 0 = not answered: personal.
    pub disability_answers: Option<[u8; 6]>,
    /// Taxonomy `population_group`.
    pub population_group: Option<String>,
    /// Relation of the filer to the person affected.
    pub relation_to_affected: Option<String>,
    /// Summary without identifiers.
    pub summary: Option<Words>,
    /// As told, language kept.
    pub text: Option<Words>,
    /// What the person hopes for.
    pub expected_outcome: Option<Words>,
    /// The allegation, in the person's words: sensitive.
    pub allegation: Option<Words>,
    /// Who is complained about: sensitive.
    pub accused: Option<Words>,
    /// Asked before sealing: `None` not asked, empty: nobody.
    pub recuse: Option<Vec<Recusal>>,
    /// Consents as answered.
    pub consents: Vec<ConsentAnswer>,
    /// Closed already where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<GivenClosing>,
    /// (system, id) pairs: kobo `_uuid`, SugarCRM number, paper number…
    pub external_ids: Vec<(String, String)>,
    /// The import that brought it.
    pub import_batch: Option<String>,
    /// An answer given at once.
    pub answer: Option<GivenAnswer>,
}

#[cfg(test)]
pub(crate) mod tests;
