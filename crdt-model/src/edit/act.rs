//! The acts, what they need to know, and the way to their operations.

use serde::{Deserialize, Serialize};

use crate::case::{CaseLayers, Codes, Shape, schema};
use crate::edit::draft::Draft;
use crate::edit::{EditOps, EditRefusal, NewCase, create};
use crate::layer::Layer;
use crate::values::{DocId, Level, MemberId, Moment, Who, Words};
use crate::view::{self, CaseView, Work};

/// What the node adds to a new case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// The reference, if a number was at hand.
    pub reference: Option<String>,
    /// The provisional mark, if not.
    pub provisional: Option<String>,
    /// Node number of the reference, or another name of the node.
    pub origin_node: String,
    /// Site that wrote it down.
    pub origin_site: String,
    /// Organisation.
    pub origin_org: String,
    /// Where the work is done; absent: where it was written down.
    pub handling_site: Option<String>,
    /// Version of the taxonomy in force.
    pub taxonomy_version: String,
    /// The case is restricted.
    pub restricted: Option<RestrictedBirth>,
}

/// The mark of a restricted case, and who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestrictedBirth {
    /// Code of the audience.
    pub audience: String,
    /// ISO week, `2026-W47`.
    pub week: String,
    /// Region code.
    pub region: String,
}

/// A case to be born.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// What people said.
    pub new: NewCase,
    /// What the node adds.
    pub birth: Birth,
}

/// How two cases are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// The other case survives this one.
    DuplicateOf,
    /// They have to do with each other.
    Related,
    /// This one was part of the other.
    SplitFrom,
    /// The other was merged into this one.
    Merged,
}

impl LinkKind {
    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::DuplicateOf => "duplicate_of",
            Self::Related => "related",
            Self::SplitFrom => "split_from",
            Self::Merged => "merged",
        }
    }
}

/// One thing a person does to a case. Those acts that are asked for as they are travel in requests; the others are what
/// the node makes of other requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// Writes down a new case. The node alone makes one.
    #[serde(skip)]
    Create(Box<Creation>),
    /// Gives a provisional case its reference.
    #[serde(skip)]
    Number {
        /// The reference.
        reference: String,
    },
    /// Sets registers and sets; an empty text empties them. Elements of a set are separated by commas.
    Set {
        /// Fields with what they should hold, each field once.
        values: Vec<(String, Words)>,
    },
    /// Chooses between concurrent values.
    Settle {
        /// The field; `closure` for closing reasons.
        field: String,
        /// The number the conflict shows, from 1.
        pick: usize,
    },
    /// Adds a note.
    Note {
        /// The words.
        text: Words,
    },
    /// Adds to the allegation.
    #[serde(skip)]
    Allege {
        /// The words.
        text: Words,
    },
    /// Classifies. What is left out stays as it is; the category sets what nobody set.
    Triage {
        /// Taxonomy `case_type`, if it was wrong.
        case_type: Option<String>,
        /// Sub-category.
        category: Option<String>,
        /// `p1`…`p4`.
        priority: Option<String>,
        /// Project.
        project: Option<String>,
        /// At least this sensitive.
        sensitivity: Option<Level>,
    },
    /// Makes someone responsible.
    #[serde(skip)]
    Assign {
        /// Who.
        to: Who,
    },
    /// Takes the work up.
    Accept,
    /// Records something done.
    Act {
        /// What.
        what: Words,
        /// By whom, without the system.
        on_behalf_of: Option<Words>,
        /// When the next step is due: a day lasts to its end.
        due: Option<Moment>,
    },
    /// Puts on hold.
    Hold {
        /// Taxonomy `hold_reason`.
        reason: String,
        /// Until when, as foreseen: a day lasts to its end.
        until: Option<Moment>,
    },
    /// Lifts all holds.
    Unhold,
    /// Raises the sensitivity.
    #[serde(skip)]
    Raise {
        /// To at least this.
        to: Level,
        /// Why.
        reason: Words,
    },
    /// Lowers the sensitivity.
    #[serde(skip)]
    Lower {
        /// To this.
        to: Level,
        /// Why.
        reason: Words,
    },
    /// Records the outcome.
    Resolve {
        /// Code of the outcome.
        outcome: String,
        /// What to tell the person.
        text: Words,
    },
    /// Records the answer given, what the person said of it, or both.
    Answer {
        /// What was told.
        text: Option<Words>,
        /// In which language.
        language: Option<String>,
        /// Taxonomy `satisfaction`; left out: not asked yet.
        satisfied: Option<String>,
        /// Who spoke, if not the person.
        by: Option<Words>,
        /// How: taxonomy `consent_means`.
        means: Option<String>,
    },
    /// Records a try that reached nobody.
    Attempt {
        /// Taxonomy `attempt_outcome`.
        outcome: String,
        /// Taxonomy `channel`.
        channel: Option<String>,
    },
    /// Records a contact that took place.
    #[serde(skip)]
    Contact {
        /// From the person to us.
        inward: bool,
        /// Taxonomy `channel`.
        channel: Option<String>,
        /// `follow_up`, `answer`, `satisfaction`, `reminder`…
        purpose: String,
        /// `answered`, `referred` or `cut`.
        outcome: String,
    },
    /// Records what the person allows.
    Consent {
        /// Taxonomy `consent_purpose`.
        purpose: String,
        /// `given`, `refused`, `withdrawn` or `not_asked`.
        answer: String,
        /// Taxonomy `consent_means`.
        means: Option<String>,
        /// Who said it, if not the person.
        by: Option<Words>,
    },
    /// Closes.
    Close {
        /// Taxonomy `closure`.
        reason: String,
        /// Closing as `answered`: why the person was not asked whether they are satisfied.
        because: Option<Words>,
    },
    /// Opens again.
    Reopen {
        /// Why.
        reason: Words,
    },
    /// Links to another case.
    #[serde(skip)]
    Link {
        /// The other case.
        to: DocId,
        /// How.
        kind: LinkKind,
    },
}

/// What an organisation asks for beyond what always holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// A case is not triaged without a project.
    pub project_at_triage: bool,
    /// Answering needs consent that was *given*. Without this policy an ordinary case may be answered unless contact was
    /// refused or withdrawn; a restricted case always needs it given.
    pub contact_given: bool,
}

/// What an act needs to know of the world.
#[derive(Clone, Copy)]
pub struct EditContext<'a> {
    /// The case as the author can read it; `None` for a new one.
    pub case: Option<CaseLayers<'a>>,
    /// The author.
    pub member: MemberId,
    /// Codes of the author's roles.
    pub roles: &'a [String],
    /// The time claimed for the act, Unix milliseconds.
    pub now_ms: i64,
    /// Fresh random bytes, never used twice.
    pub entropy: [u8; 32],
    /// The taxonomy in force.
    pub codes: &'a dyn Codes,
    /// The organisation's choices.
    pub policy: Policy,
}

impl Edit {
    /// The verb by which a person asks for this act; `None` of what the node does by itself or works out first.
    pub fn verb(&self) -> Option<&'static str> {
        Some(match self {
            Self::Set { .. } => "set",
            Self::Settle { .. } => "settle",
            Self::Note { .. } => "note",
            Self::Triage { .. } => "triage",
            Self::Accept => "accept",
            Self::Act { .. } => "act",
            Self::Hold { .. } => "hold",
            Self::Unhold => "unhold",
            Self::Resolve { .. } => "resolve",
            Self::Answer { .. } => "answer",
            Self::Attempt { .. } => "attempt",
            Self::Consent { .. } => "consent",
            Self::Close { .. } => "close",
            Self::Reopen { .. } => "reopen",
            _ => return None,
        })
    }

    /// The words in it, each with the field they go to.
    pub fn words(&self) -> Vec<(&str, &str)> {
        // a category's code is no word of anybody
        let holds = |field: &str| {
            schema::field(field)
                .is_none_or(|f| matches!(f.kind, schema::Kind::Words(_) | schema::Kind::Element(_, None)))
        };
        let told: Vec<(&str, Option<&Words>)> = match self {
            Self::Set { values } => {
                let told = values.iter().filter(|(field, _)| holds(field));
                told.map(|(field, words)| (field.as_str(), Some(words))).collect()
            }
            Self::Note { text } => vec![("notes", Some(text))],
            Self::Allege { text } => vec![("allegation", Some(text))],
            Self::Act { what, on_behalf_of, .. } => vec![("actions", on_behalf_of.as_ref()), ("actions", Some(what))],
            Self::Resolve { text, .. } => vec![("resolution", Some(text))],
            Self::Answer { text, by, .. } => vec![("responses", text.as_ref()), ("responses", by.as_ref())],
            Self::Consent { by, .. } => vec![("consents", by.as_ref())],
            Self::Close { because, .. } => vec![("reasons", because.as_ref())],
            Self::Reopen { reason } | Self::Raise { reason, .. } | Self::Lower { reason, .. } => {
                vec![("reasons", Some(reason))]
            }
            _ => Vec::new(),
        };
        told.into_iter().filter_map(|(field, words)| Some((field, words?.0.as_str()))).collect()
    }

    /// Whether a person typed words in it: they are looked at before the act, and it may go with the sealing of its case.
    pub fn has_words(&self) -> bool {
        matches!(self, Self::Set { .. }) || self.words().iter().any(|(_, words)| !words.is_empty())
    }

    /// The operations of this act on the case as its author can read it.
    ///
    /// # Errors
    ///
    /// An [`EditRefusal`] when the act is not possible, not permitted, or against the life cycle.
    pub fn to_ops(&self, ctx: &EditContext<'_>) -> Result<EditOps, EditRefusal> {
        if !crate::values::moment::in_range(ctx.now_ms) {
            return Err(EditRefusal::BadValue {
                field: "recorded_at",
                expected: "a time between the years 0 and 9999",
            });
        }
        match (self, ctx.case) {
            (Self::Create(_), Some(_)) => Err(EditRefusal::Exists),
            (Self::Create(creation), None) => create::create(creation, ctx),
            (_, None) => Err(EditRefusal::NoCase),
            (edit, Some(layers)) => {
                let mut act = Act::new(ctx, layers)?;
                act.perform(edit)?;
                Ok(act.draft.finish())
            }
        }
    }
}

/// One act on one case.
pub(super) struct Act<'a> {
    pub(super) ctx: &'a EditContext<'a>,
    pub(super) layers: CaseLayers<'a>,
    pub(super) view: CaseView,
    pub(super) draft: Draft,
}

impl<'a> Act<'a> {
    fn new(ctx: &'a EditContext<'a>, layers: CaseLayers<'a>) -> Result<Self, EditRefusal> {
        let view = view::fold(&layers, ctx.now_ms, ctx.codes);
        let me = |who: &Who| match who {
            Who::Member(id) => *id == ctx.member,
            Who::Role(role) => ctx.roles.contains(role),
        };
        if view.sealed.as_ref().is_ok_and(|sealed| sealed.recusals.iter().any(me)) {
            return Err(EditRefusal::Recused);
        }
        let draft = Draft::new(layers.restricted(), ctx.entropy);
        Ok(Self { ctx, layers, view, draft })
    }

    fn perform(&mut self, edit: &Edit) -> Result<(), EditRefusal> {
        match edit {
            Edit::Create(_) => Err(EditRefusal::Exists),
            Edit::Number { reference } => self.number(reference),
            Edit::Set { values } => self.set(values),
            Edit::Settle { field, pick } => self.settle(field, *pick),
            Edit::Note { text } => self.note(text),
            Edit::Allege { text } => self.allege(text),
            Edit::Triage { case_type, category, priority, project, sensitivity } => {
                let said = [("type", case_type), ("category", category), ("priority", priority), ("project", project)];
                self.triage(said.map(|(name, code)| (name, code.as_deref())), *sensitivity)
            }
            Edit::Assign { to } => self.assign(to),
            Edit::Accept => self.accept(),
            Edit::Act { what, on_behalf_of, due } => self.act(what, on_behalf_of.as_ref(), *due),
            Edit::Hold { reason, until } => self.hold(reason, *until),
            Edit::Unhold => self.unhold(),
            Edit::Raise { to, reason } => self.raise(*to, reason),
            Edit::Lower { to, reason } => self.lower(*to, reason),
            Edit::Resolve { outcome, text } => self.resolve(outcome, text),
            Edit::Answer { text, language, satisfied, by, means } => {
                self.answer(text.as_ref(), language.as_deref(), satisfied.as_deref(), by.as_ref(), means.as_deref())
            }
            Edit::Attempt { outcome, channel } => self.attempt(outcome, channel.as_deref()),
            Edit::Contact { inward, channel, purpose, outcome } => {
                self.contact(*inward, channel.as_deref(), purpose, outcome)
            }
            Edit::Consent { purpose, answer, means, by } => {
                self.consent(purpose, answer, means.as_deref(), by.as_ref())
            }
            Edit::Close { reason, because } => self.close(reason, because.as_ref()),
            Edit::Reopen { reason } => self.reopen(reason),
            Edit::Link { to, kind } => self.link(*to, *kind),
        }
    }

    /// What codes and dates add up to.
    ///
    /// # Errors
    ///
    /// From outside a restricted case.
    pub(super) fn work(&self) -> Result<&Work, EditRefusal> {
        self.view.work.as_ref().ok_or(EditRefusal::OutsideAudience)
    }

    /// Whether the author decides for the mechanism: a manager, or inside a restricted case its audience.
    pub(super) fn must_manage(&self) -> Result<(), EditRefusal> {
        const MANAGERS: [&str; 3] = ["cfm_manager", "coordinator", "administrator"];
        let manages = self.ctx.roles.iter().any(|role| MANAGERS.contains(&role.as_str()));
        let manages = manages || self.view.shape == Shape::Inside;
        if manages { Ok(()) } else { Err(EditRefusal::ManagerOnly) }
    }

    /// Whether the author can read where `field` lies, and so overwrite it.
    pub(super) fn must_read(&self, field: &'static schema::Field) -> Result<(), EditRefusal> {
        let layer = schema::place_of(field, self.layers.restricted());
        match self.layers.layer(layer) {
            Some(_) => Ok(()),
            None if self.view.shape == Shape::Outside => Err(EditRefusal::OutsideAudience),
            None => Err(EditRefusal::Withheld { field: field.name, layer }),
        }
    }

    /// Where words lie in this case: for messages.
    pub(super) fn words_layer(&self) -> Layer {
        self.layers.placed(Layer::Personal)
    }
}
