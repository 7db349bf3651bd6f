//! The case: what may be written, and how what was written adds up.
//!
//! A case is three layers of root keys ([`crate::layer`]). [`schema`] is the one table of fields: it drives the import
//! gate, the view, the digest and `case set`. A field is a *register* (one root key, rivals kept), a *constant*, a *set*
//! (one root key per element) or a family of immutable [`facts`] (`kind/<id>`). Nothing that matters is stored as an
//! outcome: status, sensitivity, consent, satisfaction and loop-closed are folds over facts, so that any two nodes with
//! the same facts agree whatever the order of arrival.
//!
//! ```text
//!              ordinary case                         restricted case
//!  open        codes, dates, code-only facts         restricted, week, region: nothing else
//!  personal    identity, free text                   (padding)
//!  sensitive   allegation, accused, recusals         everything else
//! ```
//!
//! [`CaseLayers`] hides the difference: folds read *codes*, *words* and *sealed* fields through it, wherever they lie.
//!
//! Facts say what their author had *seen* (the frontier of facts of their family), so a fold can tell "later" from
//! "concurrent" without clocks: a refusal concurrent with a consent wins, a closing that saw the rival closing settles it.

pub mod assignment;
pub mod collect;
pub mod consent;
pub mod facts;
pub mod hold;
pub mod loop_closure;
pub mod origin;
pub mod schema;
pub mod seen;
pub mod sensitivity;
pub mod status;

use crate::hours::WorkHours;
use crate::layer::{Layer, LayerState, Value};
use crate::taxonomy::{KeptAs, OwnTables};
use crate::values::{DocId, Level};
use crate::zone::Zone;

/// What the taxonomy says of a category, as far as folds and edits need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryFacts {
    /// The protection the category sets.
    pub sensitivity: Level,
    /// `p1`…`p4`.
    pub priority: String,
    /// Who may read it when it is restricted.
    pub audience: Option<String>,
    /// Role it goes to.
    pub refer_to: String,
    /// Hours from `received_at` to the first referral.
    pub refer_within_h: u32,
    /// Hours from sending until whoever it went to accepts.
    pub accept_within_h: u32,
    /// Hours from `received_at` until the person hears that it arrived. `None`: told at intake.
    pub acknowledge_within_h: Option<u32>,
    /// Hours from `received_at` to the answer.
    pub respond_within_h: u32,
    /// Role that is told when a delay passed.
    pub escalate_to: String,
    /// May be answered and closed in the first interaction.
    pub first_contact: bool,
}

/// What the organisation settled: the codes in force, a small window on the taxonomy, and the zone of the case. A closure
/// from category code to [`CategoryFacts`] will do where no code is checked and days are those of UTC.
pub trait Codes {
    /// What is known of a category.
    fn category(&self, code: &str) -> Option<CategoryFacts>;

    /// Whether who brought a case of this type, by this channel, waits for an answer. What is not known does.
    fn expects_answer(&self, case_type: Option<&str>, channel: Option<&str>) -> bool {
        let _ = (case_type, channel);
        true
    }

    /// What a record of this type is. What is not known is a case.
    fn kept_as(&self, case_type: Option<&str>) -> KeptAs {
        let _ = case_type;
        KeptAs::Case
    }

    /// Whether `code` is in the taxonomy's `table` (`channel`, `case_type`, `sex`…).
    fn knows(&self, table: &str, code: &str) -> bool;

    /// The band of an age in years, where the taxonomy has bands.
    fn age_group(&self, years: u32) -> Option<String> {
        let _ = years;
        None
    }

    /// What six answers of the Washington Group Short Set add up to (0: not answered).
    fn disability(&self, answers: [u8; 6]) -> Option<String> {
        let _ = answers;
        None
    }

    /// The tables that the organisation keeps itself.
    fn own(&self) -> &OwnTables {
        OwnTables::none()
    }

    /// Codes of such tables stand as they were told, whether or not a table knows them: where a case comes from elsewhere,
    /// nothing that it says is lost for want of a row.
    fn stand_as_told(&self) -> bool {
        false
    }

    /// The zone in which the case at hand counts days.
    fn zone(&self) -> Zone;

    /// The working hours of its site, in which the clocks of an ordinary case run; `None`: they run by the calendar.
    fn hours(&self) -> Option<&WorkHours> {
        None
    }

    /// Different days with a failed attempt that make a person unreachable.
    fn attempt_days(&self) -> usize {
        3
    }
}

impl<F: Fn(&str) -> Option<CategoryFacts>> Codes for F {
    fn category(&self, code: &str) -> Option<CategoryFacts> {
        self(code)
    }

    fn knows(&self, _table: &str, _code: &str) -> bool {
        true
    }

    fn zone(&self) -> Zone {
        Zone::UTC
    }
}

/// How a case looks to one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Codes in the open layer, words in the personal one.
    Ordinary,
    /// Restricted, read by its audience.
    Inside,
    /// Restricted, and its content is not for this reader.
    Outside,
}

/// The layers of one case, as far as a reader can open them. `None`: no key.
#[derive(Debug, Clone, Copy)]
pub struct CaseLayers<'a> {
    /// The case.
    pub case_id: DocId,
    /// Readable on every node of the scope.
    pub open: &'a LayerState,
    /// Identity and free text.
    pub personal: Option<&'a LayerState>,
    /// Allegations; everything of a restricted case.
    pub sensitive: Option<&'a LayerState>,
    /// Whether its words, as they were first written down, are open to this reader: by a role, or because the case was given
    /// to them. A layer is there as well for whoever reads no more of it than they added themselves.
    pub is_read: bool,
}

impl<'a> CaseLayers<'a> {
    /// Whether the open layer carries the restricted mark.
    pub fn restricted(&self) -> bool {
        let marked = |cells: &Vec<crate::layer::Cell>| cells.iter().any(|cell| cell.value == Value::Bool(true));
        self.open.get("restricted").is_some_and(marked)
    }

    /// How the case looks to this reader.
    pub fn shape(&self) -> Shape {
        match (self.restricted(), self.sensitive.is_some()) {
            (false, _) => Shape::Ordinary,
            (true, true) => Shape::Inside,
            (true, false) => Shape::Outside,
        }
    }

    /// Where a field of ordinary layer `ordinary` lies in this case.
    pub fn placed(&self, ordinary: Layer) -> Layer {
        schema::placed(ordinary, self.restricted())
    }

    /// The content of one layer, if this reader holds its key.
    pub fn layer(&self, layer: Layer) -> Option<&'a LayerState> {
        match layer {
            Layer::Open => Some(self.open),
            Layer::Personal => self.personal,
            Layer::Sensitive => self.sensitive,
        }
    }

    /// The content of one layer, if this reader may overwrite it or say it again: not where they read no more of an ordinary
    /// case than what they added themselves.
    pub fn read(&self, layer: Layer) -> Option<&'a LayerState> {
        let is_read = layer == Layer::Open || self.is_read || self.restricted();
        self.layer(layer).filter(|_| is_read)
    }

    /// The layer that holds fields of ordinary layer `ordinary`.
    ///
    /// # Errors
    ///
    /// The layer whose key is missing.
    pub fn reading(&self, ordinary: Layer) -> Result<&'a LayerState, Layer> {
        let placed = self.placed(ordinary);
        self.layer(placed).ok_or(placed)
    }
}
