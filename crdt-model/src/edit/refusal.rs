//! Why an act is refused.

use crate::layer::Layer;
use crate::name::NameFault;
use crate::taxonomy::OwnTable;
use crate::values::{Level, Words};

/// Why an act is refused. The message says what is wrong; it holds nothing a
/// person typed but the name of a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditRefusal {
    /// An act on a case, without the case.
    #[error("no case is open")]
    NoCase,
    /// A second birth.
    #[error("the case exists already")]
    Exists,
    /// What must be said is not.
    #[error("missing: {}", .fields.join(", "))]
    Missing {
        /// The fields.
        fields: Vec<&'static str>,
    },
    /// No such field.
    #[error("no field is called {field}")]
    UnknownField {
        /// As typed.
        field: String,
        /// Fields with a close name.
        near: Vec<&'static str>,
    },
    /// The field is not one that people write.
    #[error("{field} is written once, by the system")]
    Fixed {
        /// The field.
        field: &'static str,
    },
    /// The field changes by a verb.
    #[error("{field} changes by its own act")]
    ByVerb {
        /// The field.
        field: &'static str,
        /// The verbs.
        verb: &'static str,
    },
    /// The text is not of the field's type.
    #[error("{field}: {expected} expected")]
    BadValue {
        /// The field.
        field: &'static str,
        /// What would do.
        expected: &'static str,
    },
    /// The text holds a character that a terminal or a printer would obey.
    #[error("{field}: character {at} is a control character")]
    ControlCharacter {
        /// The field.
        field: &'static str,
        /// Which character.
        character: char,
        /// Where it stands, counted from 1 in characters.
        at: usize,
    },
    /// What is compared as names are is no name.
    #[error("{field}: {fault}")]
    Name {
        /// The field.
        field: &'static str,
        /// Why.
        fault: NameFault,
    },
    /// Not in the taxonomy in force.
    #[error("{field}: not a code of {table}")]
    UnknownCode {
        /// The field.
        field: &'static str,
        /// The table of the taxonomy.
        table: &'static str,
    },
    /// Not in a table that the organisation keeps itself.
    #[error("{field}: not in the table {}", .table.name())]
    NotListed {
        /// The field.
        field: &'static str,
        /// The table.
        table: OwnTable,
        /// As typed.
        typed: Words,
        /// Codes that may be meant.
        near: Vec<String>,
    },
    /// In such a table, and offered no more.
    #[error("{field}: {code} is offered no more")]
    NotOffered {
        /// The field.
        field: &'static str,
        /// The table.
        table: OwnTable,
        /// The code.
        code: String,
    },
    /// Longer than the field may be.
    #[error("{field}: at most {bytes_max} bytes")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Bound.
        bytes_max: usize,
    },
    /// The field is empty already.
    #[error("{field} is empty already")]
    NothingToClear {
        /// The field.
        field: &'static str,
    },
    /// The field may not be emptied.
    #[error("{field} cannot be left empty")]
    Required {
        /// The field.
        field: &'static str,
    },
    /// Nothing to settle.
    #[error("{field} is not in conflict")]
    NoConflict {
        /// As typed.
        field: String,
    },
    /// No such choice.
    #[error("pick a number from 1 to {choices}")]
    NoSuchPick {
        /// How many there are.
        choices: usize,
    },
    /// The writer cannot read what they would overwrite.
    #[error("{field} is in the {layer:?} layer, which you cannot read")]
    Withheld {
        /// The field.
        field: &'static str,
        /// Where it lies.
        layer: Layer,
    },
    /// A restricted case changes from inside its audience only.
    #[error("the case is restricted and you are not of its audience")]
    OutsideAudience,
    /// The writer was recused.
    #[error("you are recused from this case")]
    Recused,
    /// A new case of this level must be restricted.
    #[error("a case of sensitivity {} must be restricted", .level.code())]
    MustBeRestricted {
        /// The level.
        level: Level,
    },
    /// Raising so far, or lowering from there, starts a new generation.
    #[error("sensitivity {} needs a new, sealed generation of the case", .level.code())]
    NeedsSealing {
        /// The level.
        level: Level,
    },
    /// The case is sealed already.
    #[error("the case is sealed already")]
    Sealed,
    /// Who reads a sealed case is who is of its audience.
    #[error("a sealed case is read by its audience alone")]
    SharedByAudience,
    /// It was not shared with them.
    #[error("the case is not shared with them")]
    NotShared,
    /// The case is not sealed.
    #[error("the case is not sealed")]
    NotSealed,
    /// Only a sealed case goes this way.
    #[error("only a sealed case goes this way")]
    OnlySealed,
    /// A sealed case is not answered in public.
    #[error("a sealed case is not answered in public")]
    OnlyOrdinary,
    /// What an allegation says, or whom it names, never leaves the sealed layer.
    #[error("the case holds an allegation and is not opened")]
    AllegationInside,
    /// Sensitivity only goes up, and only so.
    #[error("the sensitivity is {} already", .level.code())]
    NotARaise {
        /// The level in force.
        level: Level,
    },
    /// Nothing to lower.
    #[error("the sensitivity is not above {}", .level.code())]
    NotALowering {
        /// The level asked for.
        level: Level,
    },
    /// For a restricted case the question must be asked.
    #[error("nobody has said who must not see this case")]
    RecusalNotAsked,
    /// The case is closed.
    #[error("the case is closed")]
    Closed,
    /// The case is not closed.
    #[error("the case is not closed")]
    NotClosed,
    /// The case cannot be reopened any more.
    #[error("the case was reopened too often")]
    EpochsExhausted,
    /// Nobody is assigned.
    #[error("the case is assigned to nobody")]
    NotAssigned,
    /// Someone else is.
    #[error("the case is not assigned to you")]
    NotYours,
    /// Nobody asks themselves.
    #[error("a question is for somebody else")]
    AskedSelf,
    /// The words of the case are not open to the author.
    #[error("the case is for whoever reads it to work on")]
    NotRead,
    /// The day until which the case was to be on hold is over.
    #[error("the hold would be over before it begins")]
    HoldOver,
    /// Accepted already.
    #[error("you have accepted the case already")]
    Accepted,
    /// Two have it, and nobody has chosen between them.
    #[error("several people have the case, and nobody has chosen between them")]
    AssigneeTorn,
    /// Nobody else gave it.
    #[error("nobody else gave the case")]
    GivenByNobodyElse,
    /// A complaint needs someone responsible before it is closed.
    #[error("a complaint is not closed before it was assigned")]
    NeverAssigned,
    /// No answer in this epoch.
    #[error("no answer was given yet")]
    NotAnswered,
    /// The person has not said they are satisfied, or took it back.
    #[error("the person has not said that they are satisfied")]
    NotSatisfied,
    /// The person said whether they are satisfied: that is the reason.
    #[error("the person has said it: {reason}")]
    SaidOtherwise {
        /// The closing reason that is meant.
        reason: &'static str,
    },
    /// Closed as answered, and nobody said why the person was not asked.
    #[error("the person was not asked whether they are satisfied, and nobody said why")]
    WhyNotAsked,
    /// A second answer must be offered before closing as not satisfied.
    #[error("no second answer was offered")]
    AnsweredOnce,
    /// A sealed case has no level: committees and chiefs never handle it.
    #[error("a sealed case has no level")]
    SealedNoLevel,
    /// The organisation has no levels.
    #[error("no level of appeal is declared")]
    NoLevels,
    /// There is no level above.
    #[error("the case is at the last level")]
    LastLevel,
    /// The person has not said that they are not satisfied with the answer given last.
    #[error("the person has not said that they are not satisfied")]
    NotUnsatisfied,
    /// The next level was not offered.
    #[error("the next level was neither taken nor refused")]
    AppealFirst,
    /// Too few attempts.
    #[error("attempts on {days} days since the last contact, {needed} are needed")]
    NotUnreachable {
        /// Different days with an attempt.
        days: usize,
        /// Days needed.
        needed: usize,
    },
    /// No resolution in this epoch.
    #[error("the case is not resolved")]
    NotResolved,
    /// The person gave a name, or a way back.
    #[error("the person is not anonymous, or left a way to be reached")]
    NotAnonymous,
    /// The surviving case is not linked.
    #[error("no link to the case that survives")]
    NoSurvivor,
    /// Another category.
    #[error("the category is not other.prank")]
    NotAPrank,
    /// Out of scope, and nobody told the person where to go.
    #[error("the person was not told where to turn")]
    NoDirection,
    /// Closing for this reason is part of another act.
    #[error("closing as {reason} is part of `{verb}`")]
    OtherVerb {
        /// The closing reason.
        reason: &'static str,
        /// The verb.
        verb: &'static str,
    },
    /// The clock is before the case.
    #[error("the closing would be dated before the case was received")]
    BeforeReceived,
    /// The person does not want to be contacted, or was not asked.
    #[error("the person has not agreed to be contacted")]
    NoContactConsent,
    /// The person does not want it passed on outside the organisation.
    #[error("the person refused to have the case passed on outside the organisation")]
    NoReferralConsent,
    /// It was not sent outside the system, or somebody there has confirmed it.
    #[error("nothing sent outside the system waits to be confirmed")]
    NotSentOutside,
    /// Somebody waits for an answer.
    #[error("the person waits for an answer")]
    AnswerExpected,
    /// Closed for a reason that has to be told, and nobody did.
    #[error("nobody said why")]
    WhyMissing,
    /// The person may be contacted.
    #[error("the person has not refused to be contacted")]
    ContactAllowed,
    /// For the CFM manager or the coordination.
    #[error("only the CFM manager or the coordination may do this")]
    ManagerOnly,
    /// The case is not on hold.
    #[error("the case is not on hold")]
    NotOnHold,
    /// A link to itself.
    #[error("a case is not linked to itself")]
    SelfLink,
    /// The case that is to survive is closed.
    #[error("the case that is to survive is closed")]
    SurvivorClosed,
    /// It was merged into none.
    #[error("the case was not merged into another")]
    NotMerged,
    /// It was merged into the other, and still is.
    #[error("the case is merged into the other")]
    StillMerged,
    /// More facts than one act can name.
    #[error("too many {field} to name in one act")]
    TooMany {
        /// The field.
        field: &'static str,
    },
    /// What would be written is not what a case may hold: a fault of this program.
    #[error("{0}")]
    Schema(#[from] crate::case::schema::SchemaFault),
}

impl EditRefusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoCase => "no_case",
            Self::Exists => "case_exists",
            Self::Missing { .. } => "missing",
            Self::UnknownField { .. } => "unknown_field",
            Self::Fixed { .. } => "field_fixed",
            Self::ByVerb { .. } => "field_by_verb",
            Self::BadValue { .. } => "bad_value",
            Self::ControlCharacter { .. } => "control_character",
            Self::Name { fault, .. } => fault.code(),
            Self::UnknownCode { .. } => "unknown_code",
            Self::NotListed { .. } => "not_listed",
            Self::NotOffered { .. } => "not_offered",
            Self::TooLong { .. } => "too_long",
            Self::NothingToClear { .. } => "nothing_to_clear",
            Self::Required { .. } => "field_required",
            Self::NoConflict { .. } => "no_conflict",
            Self::NoSuchPick { .. } => "no_such_pick",
            Self::Withheld { .. } => "withheld",
            Self::OutsideAudience => "outside_audience",
            Self::Recused => "recused",
            Self::MustBeRestricted { .. } => "must_be_restricted",
            Self::NeedsSealing { .. } => "needs_sealing",
            Self::Sealed => "already_sealed",
            Self::NotSealed => "not_sealed",
            Self::OnlySealed => "only_sealed",
            Self::OnlyOrdinary => "only_ordinary",
            Self::SharedByAudience => "shared_by_audience",
            Self::NotShared => "not_shared",
            Self::AllegationInside => "allegation_inside",
            Self::NotARaise { .. } => "not_a_raise",
            Self::NotALowering { .. } => "not_a_lowering",
            Self::RecusalNotAsked => "recusal_not_asked",
            Self::Closed => "case_closed",
            Self::NotClosed => "not_closed",
            Self::EpochsExhausted => "epochs_exhausted",
            Self::NotAssigned => "not_assigned",
            Self::NotYours => "not_yours",
            Self::AskedSelf => "asked_self",
            Self::NotRead => "case_not_read",
            Self::HoldOver => "hold_over",
            Self::Accepted => "already_accepted",
            Self::AssigneeTorn => "assignee_torn",
            Self::GivenByNobodyElse => "given_by_nobody_else",
            Self::NeverAssigned => "never_assigned",
            Self::NotAnswered => "not_answered",
            Self::NotSatisfied => "not_satisfied",
            Self::SaidOtherwise { .. } => "said_otherwise",
            Self::WhyNotAsked => "why_not_asked",
            Self::AnsweredOnce => "answered_once",
            Self::SealedNoLevel => "sealed_no_level",
            Self::NoLevels => "no_levels",
            Self::LastLevel => "last_level",
            Self::NotUnsatisfied => "not_unsatisfied",
            Self::AppealFirst => "appeal_first",
            Self::NotUnreachable { .. } => "not_unreachable",
            Self::NotResolved => "not_resolved",
            Self::NotAnonymous => "not_anonymous",
            Self::NoSurvivor => "no_survivor",
            Self::NotAPrank => "not_a_prank",
            Self::NoDirection => "no_direction",
            Self::OtherVerb { .. } => "other_verb",
            Self::BeforeReceived => "before_received",
            Self::NoContactConsent => "no_contact_consent",
            Self::NoReferralConsent => "no_referral_consent",
            Self::NotSentOutside => "not_sent_outside",
            Self::AnswerExpected => "answer_expected",
            Self::WhyMissing => "why_missing",
            Self::ContactAllowed => "contact_allowed",
            Self::ManagerOnly => "manager_only",
            Self::NotOnHold => "not_on_hold",
            Self::SelfLink => "self_link",
            Self::SurvivorClosed => "survivor_closed",
            Self::NotMerged => "not_merged",
            Self::StillMerged => "still_merged",
            Self::TooMany { .. } => "too_many",
            Self::Schema(fault) => fault.code(),
        }
    }
}
