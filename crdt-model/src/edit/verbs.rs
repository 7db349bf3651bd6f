//! The acts, one after another: what each takes, its verb, its words, whom it gives the case to, and its rule. A rule writes
//! the facts of the act, and the step of the status that goes with it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::case::consent::{self, Answer};
use crate::case::facts::{
    ATTEMPT_OUTCOMES, ActionFact, ConsentFact, ContactFact, FactId, FactKind, HoldFact, InteractionFact, LowerFact,
    MoveFact, RAISES_MAX, RaiseFact, ResponseFact, ResponseText, SatisfactionDetail, SatisfactionFact, TextFact,
};
use crate::case::loop_closure::Satisfaction;
use crate::case::seen::{SEEN_MAX, frontier};
use crate::case::status::Status;
use crate::case::{Shape, schema};
use crate::edit::act::{Act, Creation, EditContext};
use crate::edit::draft::{self, is_blank, known, parse};
use crate::edit::{
    EditOps, EditRefusal, GivenMessage, GivenService, LinkKind, appeal, create, linking, message, notice, question,
    referral,
};
use crate::layer::Value;
use crate::values::{DocId, Level, Moment, Who, Words};
use crate::view::Shown;

/// By what a collective answer is given.
pub const PUBLIC_MEANS: [&str; 4] = ["radio", "poster", "meeting", "megaphone"];

/// Somebody to whom an act gives the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Whom {
    /// As a person names them: only a node knows who that is.
    Typed(Words),
    /// Whom the node found.
    #[serde(skip)]
    Found(Who),
    /// The readers of a site.
    #[serde(skip)]
    Site {
        /// Its code.
        code: String,
        /// Code of the site where the case lies.
        own: String,
    },
}

impl From<Who> for Whom {
    fn from(who: Who) -> Self {
        Self::Found(who)
    }
}

impl Whom {
    /// Who it is.
    ///
    /// # Errors
    ///
    /// Nobody has looked yet.
    fn found(&self) -> Result<&Who, EditRefusal> {
        match self {
            Self::Found(who) => Ok(who),
            Self::Typed(_) | Self::Site { .. } => Err(EditRefusal::Missing { fields: vec!["assignee"] }),
        }
    }
}

/// What the person is told, and what they say of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// What was told.
    pub text: Option<Words>,
    /// In which language.
    pub language: Option<String>,
    /// Taxonomy `satisfaction`; left out: not asked yet.
    pub satisfied: Option<String>,
    /// Who spoke, if not the person.
    pub by: Option<Words>,
    /// How: taxonomy `consent_means`.
    pub means: Option<String>,
    /// The person came or called by themselves.
    #[serde(default)]
    pub came: bool,
    /// It is no answer yet: what is being done, and by when they will have one. A day lasts to its end.
    #[serde(default)]
    pub interim_until: Option<Moment>,
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
    /// Asks somebody who reads the case. What they note next is the answer.
    Ask {
        /// Who.
        of: Whom,
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
    Assign {
        /// Who.
        to: Whom,
    },
    /// Takes the work up.
    Accept,
    /// Gives the case back to whoever gave it.
    Return {
        /// `misdirected` or `need_info`.
        reason: String,
        /// Why.
        because: Words,
    },
    /// Answers the question with which what was sent on came back. The node makes it of what the sender writes.
    #[serde(skip)]
    Reply {
        /// The words.
        text: Words,
    },
    /// Passes the case on to somebody without the system.
    Outside {
        /// To whom.
        to: Words,
        /// One of [`OUTSIDE_MEANS`](crate::edit::OUTSIDE_MEANS).
        by: String,
    },
    /// Whom it was sent to outside the system has confirmed it to somebody here.
    Confirm,
    /// Asks whoever has it again.
    Remind,
    /// Hands a sealed case over to an inquiry.
    Handover {
        /// To whom.
        to: Words,
        /// What they gave for it.
        receipt: Words,
    },
    /// Records what became of a service for a person who was harmed.
    Service(GivenService),
    /// Records that a body outside the mechanism was told.
    Notify {
        /// Which, as a person names it.
        body: String,
        /// One of [`NOTICE_MEANS`](crate::edit::NOTICE_MEANS).
        by: String,
        /// In which words.
        text: Option<Words>,
    },
    /// Lets somebody read an ordinary case who does not answer for it, or no longer.
    Share {
        /// Who.
        with: Whom,
        /// What is written from now on is not for them any more.
        stop: bool,
    },
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
    /// Records the answer given, what the person said of it, or both; or what they are told meanwhile.
    Answer(Telling),
    /// Answers in public, by radio, on a poster, in a meeting: one text for all cases of a kind. Nobody is called.
    Broadcast {
        /// One of [`PUBLIC_MEANS`](crate::edit::PUBLIC_MEANS).
        by: String,
        /// What was said.
        text: Words,
    },
    /// Joins the case to an incident, or leaves it.
    Incident {
        /// Its code; blank: none.
        code: String,
    },
    /// Records a try that reached nobody.
    Attempt {
        /// Taxonomy `attempt_outcome`.
        outcome: String,
        /// Taxonomy `channel`.
        channel: Option<String>,
    },
    /// Adds messages that came by another program.
    Message(GivenMessage),
    /// Records a contact that took place.
    Contact {
        /// From the person to us.
        inward: bool,
        /// Taxonomy `channel`.
        channel: Option<String>,
        /// `follow_up`, `answer`, `satisfaction`, `reminder`…
        purpose: String,
        /// `answered`, `referred` or `cut`.
        outcome: String,
        /// How long it lasted until now, milliseconds, where somebody noted when it began.
        #[serde(default)]
        lasted_ms: Option<i64>,
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
    /// Takes the case to the next level, where the person is not satisfied.
    Appeal {
        /// It was offered, and they do not wish it.
        refused: bool,
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
    /// Merges it into another case: it ends as that one's duplicate.
    #[serde(skip)]
    Merge {
        /// The case that survives.
        into: DocId,
    },
    /// Takes another case in: the other half of [`Merge`](Self::Merge).
    #[serde(skip)]
    Absorb {
        /// The case that ends.
        from: DocId,
    },
    /// Takes it out of those it was merged into.
    #[serde(skip)]
    Unmerge,
    /// Lets a case go that was merged into it: the other half of [`Unmerge`](Self::Unmerge).
    #[serde(skip)]
    Release {
        /// The case that is open again.
        from: DocId,
    },
}

/// The commands by which people ask for an act; the node does the others by itself, or works them out first.
macro_rules! commands {
    ($($act:ident = $command:literal,)*) => {
        impl Edit {
            /// All of them, as typed.
            pub const COMMANDS: &[&str] = &[$($command),*];

            /// The command that asks for this act.
            pub fn command(&self) -> Option<&'static str> {
                match self {
                    $(Self::$act { .. } => Some($command),)*
                    _ => None,
                }
            }
        }
    };
}

commands! {
    Set = "case set",
    Settle = "case settle",
    Note = "case note",
    Ask = "case ask",
    Triage = "case triage",
    Assign = "case assign",
    Accept = "case accept",
    Return = "case return",
    Confirm = "case confirm",
    Remind = "case remind",
    Handover = "case handover",
    Service = "case service",
    Notify = "case notify",
    Outside = "case refer",
    Share = "case share",
    Act = "case act",
    Hold = "case hold",
    Unhold = "case unhold",
    Resolve = "case resolve",
    Answer = "case answer",
    Broadcast = "broadcast",
    Incident = "case incident add",
    Attempt = "case attempt",
    Contact = "call log",
    Consent = "case consent",
    Close = "case close",
    Reopen = "case reopen",
    Appeal = "case appeal",
}

impl Edit {
    /// Whom it names as a person typed them: whoever carries out a request finds out who that is.
    pub fn whom_mut(&mut self) -> Option<&mut Whom> {
        match self {
            Self::Assign { to } => Some(to),
            Self::Share { with, .. } => Some(with),
            Self::Ask { of, .. } => Some(of),
            _ => None,
        }
    }

    /// Whom it gives the case to, where it names them itself. Setting and settling give what the case holds then.
    pub fn given_to(&self, me: &Who) -> Option<Who> {
        match self {
            Self::Assign { to: Whom::Found(to) } | Self::Share { with: Whom::Found(to), stop: false } => {
                Some(to.clone())
            }
            Self::Accept => Some(me.clone()),
            _ => None,
        }
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
            Self::Note { text } | Self::Ask { text, .. } | Self::Reply { text } => vec![("notes", Some(text))],
            Self::Message(message) => vec![("notes", Some(&message.text))],
            Self::Allege { text } => vec![("allegation", Some(text))],
            Self::Act { what, on_behalf_of, .. } => vec![("actions", on_behalf_of.as_ref()), ("actions", Some(what))],
            Self::Resolve { text, .. } => vec![("resolution", Some(text))],
            Self::Broadcast { text, .. } => vec![("responses", Some(text))],
            Self::Answer(Telling { text, by, .. }) => vec![("responses", text.as_ref()), ("responses", by.as_ref())],
            Self::Consent { by, .. } => vec![("consents", by.as_ref())],
            Self::Return { because, .. } => vec![("reasons", Some(because))],
            Self::Outside { to, .. } => vec![("reasons", Some(to))],
            Self::Handover { to, receipt } => vec![("actions", Some(to)), ("actions", Some(receipt))],
            Self::Service(given) => vec![("services", given.name.as_ref())],
            Self::Notify { text, .. } => vec![("notices", text.as_ref())],
            Self::Close { because, .. } => vec![("reasons", because.as_ref())],
            Self::Reopen { reason } | Self::Raise { reason, .. } | Self::Lower { reason, .. } => {
                vec![("reasons", Some(reason))]
            }
            _ => Vec::new(),
        };
        told.into_iter().filter_map(|(field, words)| Some((field, words?.0.as_str()))).collect()
    }

    /// Whether whoever does it works on the case: the first such act of whom it was given to takes it up.
    fn is_work(&self) -> bool {
        matches!(self, Self::Act { .. } | Self::Resolve { .. } | Self::Answer { .. })
    }

    /// Whether it may be done to many cases at once: what says the same of each of them.
    pub fn is_for_many(&self) -> bool {
        matches!(
            self,
            Self::Triage { .. }
                | Self::Assign { .. }
                | Self::Close { .. }
                | Self::Remind
                | Self::Resolve { .. }
                | Self::Broadcast { .. }
                | Self::Incident { .. }
        )
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
                // after what the act itself refuses, which says more
                must_be_a_reader(&act, edit)?;
                Ok(act.draft.finish())
            }
        }
    }
}

/// Names that a view shows but nobody sets, with the verb that changes them.
pub(super) fn verb_of_derived(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "closure" => Some(("closure", "close")),
        "consent" => Some(("consent", "consent")),
        "satisfactions" | "answered" | "loop_closed" => Some(("loop_closed", "answer")),
        _ => None,
    }
}

/// A person's words; without any, the field is missing.
pub(super) fn said(field: &'static str, words: &Words) -> Result<Words, EditRefusal> {
    if is_blank(&words.0) {
        return Err(EditRefusal::Missing { fields: vec![field] });
    }
    draft::said(field, &words.0).map(Words)
}

/// A person's words, if there are any.
pub(super) fn said_opt(field: &'static str, words: Option<&Words>) -> Result<Option<Words>, EditRefusal> {
    words.filter(|words| !is_blank(&words.0)).map(|words| said(field, words)).transpose()
}

/// Whoever does not read an ordinary case adds to it, takes up what they were given or gives it back, and no more: what
/// becomes of it is for whoever reads it. Of a sealed one each act says so itact.
fn must_be_a_reader(act: &Act<'_>, edit: &Edit) -> Result<(), EditRefusal> {
    let is_for_all = matches!(
        edit,
        Edit::Create(_)
            | Edit::Number { .. }
            | Edit::Note { .. }
            | Edit::Allege { .. }
            | Edit::Accept
            | Edit::Return { .. }
            | Edit::Contact { .. }
    );
    match is_for_all || act.layers.is_read || act.view.shape != Shape::Ordinary {
        true => Ok(()),
        false => Err(EditRefusal::NotRead),
    }
}

impl Act<'_> {
    pub(super) fn perform(&mut self, edit: &Edit) -> Result<(), EditRefusal> {
        if edit.is_work() {
            referral::take_up_by_working(self)?;
        }
        match edit {
            Edit::Create(_) => Err(EditRefusal::Exists),
            Edit::Number { reference } => self.number(reference),
            Edit::Set { values } => self.set(values),
            Edit::Settle { field, pick } => self.settle(field, *pick),
            Edit::Note { text } => question::note(self, text),
            Edit::Ask { of, text } => question::ask(self, of.found()?, text),
            Edit::Allege { text } => self.allege(text),
            Edit::Triage { case_type, category, priority, project, sensitivity } => {
                let said = [("type", case_type), ("category", category), ("priority", priority), ("project", project)];
                self.triage(said.map(|(name, code)| (name, code.as_deref())), *sensitivity)
            }
            Edit::Assign { to } => self.assign(to.found()?),
            Edit::Accept => self.accept(),
            Edit::Return { reason, because } => referral::give_back(self, reason, because),
            Edit::Reply { text } => referral::reply(self, text),
            Edit::Outside { to, by } => referral::send_outside(self, to, by),
            Edit::Confirm => referral::confirm_outside(self),
            Edit::Remind => referral::remind(self),
            Edit::Handover { to, receipt } => referral::hand_over(self, to, receipt),
            Edit::Service(given) => {
                let (id, fact) = (self.draft.id(), create::service(given, self.ctx.now_ms)?);
                self.draft.fact(FactKind::Service, id, &fact)
            }
            Edit::Notify { body, by, text } => notice::notify(self, body, by, text.as_ref()),
            Edit::Share { with: Whom::Site { code, own }, stop: true } => self.stop_site(code, own),
            Edit::Share { with, stop } => self.share(with.found()?, *stop),
            Edit::Act { what, on_behalf_of, due } => self.act(what, on_behalf_of.as_ref(), *due),
            Edit::Hold { reason, until } => self.hold(reason, *until),
            Edit::Unhold => self.unhold(),
            Edit::Raise { to, reason } => self.raise(*to, reason),
            Edit::Lower { to, reason } => self.lower(*to, reason),
            Edit::Resolve { outcome, text } => self.resolve(outcome, text),
            Edit::Answer(tells) => match tells.interim_until {
                Some(until) => self.tell_meanwhile(tells, until),
                None => self.answer(tells),
            },
            Edit::Broadcast { by, text } => broadcast(self, by, text),
            Edit::Incident { code } => self.set(&[("incident".to_owned(), code.as_str().into())]),
            Edit::Attempt { outcome, channel } => self.attempt(outcome, channel.as_deref()),
            Edit::Contact { inward, channel, purpose, outcome, lasted_ms } => {
                self.contact(*inward, channel.as_deref(), purpose, outcome, *lasted_ms)
            }
            Edit::Message(given) => message::message(self, given),
            Edit::Consent { purpose, answer, means, by } => {
                self.consent(purpose, answer, means.as_deref(), by.as_ref())
            }
            Edit::Close { reason, because } => self.close(reason, because.as_ref()),
            Edit::Reopen { reason } => self.reopen(reason),
            Edit::Appeal { refused } => appeal::appeal(self, *refused),
            Edit::Link { to, kind } => linking::link(self, *to, *kind),
            Edit::Merge { into } => linking::merge(self, *into),
            Edit::Absorb { from } => linking::absorb(self, *from),
            Edit::Unmerge => linking::unmerge(self),
            Edit::Release { from } => linking::release(self, *from),
        }
    }

    // ------------------------------------------------------------ helpers

    pub(super) fn must_be_open(&self) -> Result<(), EditRefusal> {
        match self.work()?.standing.status {
            Status::Closed => Err(EditRefusal::Closed),
            _ => Ok(()),
        }
    }

    /// What a new move has seen. No move follows a closing within its epoch, so closings are heads until one settles them.
    pub(super) fn moves_seen(&self) -> Vec<FactId> {
        frontier(&self.view.facts.codes.moves)
    }

    /// Steps forward to `to`, unless the case is there or beyond.
    pub(super) fn step(&mut self, to: Status) -> Result<(), EditRefusal> {
        if self.work()?.standing.before(to) { self.write_move(to) } else { Ok(()) }
    }

    /// Says that somebody takes this step now; no status falls by it.
    pub(super) fn write_move(&mut self, to: Status) -> Result<(), EditRefusal> {
        let epoch = self.work()?.standing.epoch;
        self.write_step(to, epoch)
    }

    /// As [`write_move`](Self::write_move), in an epoch.
    pub(super) fn write_step(&mut self, to: Status, epoch: u32) -> Result<(), EditRefusal> {
        let seen = self.moves_seen();
        let id = self.draft.id();
        self.draft.fact(FactKind::Move, id, &MoveFact { to, epoch, seen, reason: None })
    }

    pub(super) fn known_code(&self, field: &'static str, table: &'static str, code: &str) -> Result<(), EditRefusal> {
        if self.ctx.codes.knows(table, code) { Ok(()) } else { Err(EditRefusal::UnknownCode { field, table }) }
    }

    // ------------------------------------------------------------ adding information

    pub(super) fn allege(&mut self, text: &Words) -> Result<(), EditRefusal> {
        let fact = TextFact { text: said("allegation", text)? };
        let id = self.draft.id();
        self.draft.fact(FactKind::Allegation, id, &fact)
    }

    pub(super) fn act(
        &mut self,
        what: &Words,
        on_behalf_of: Option<&Words>,
        due: Option<Moment>,
    ) -> Result<(), EditRefusal> {
        let is_outside = on_behalf_of.is_some_and(|who| !is_blank(&who.0));
        let fact = ActionFact {
            what: said("actions", what)?,
            on_behalf_of: said_opt("on_behalf_of", on_behalf_of)?,
            at_ms: self.ctx.now_ms,
            due_ms: due.map(|due| self.ctx.codes.zone().until_ms(due)),
        };
        let id = self.draft.id();
        self.draft.fact(FactKind::Action, id, &fact)?;
        if is_outside { referral::taken_up_outside(self) } else { Ok(()) }
    }

    pub(super) fn attempt(&mut self, outcome: &str, channel: Option<&str>) -> Result<(), EditRefusal> {
        if !ATTEMPT_OUTCOMES.contains(&outcome) {
            return Err(EditRefusal::UnknownCode { field: "interactions", table: "attempt_outcome" });
        }
        self.interaction(false, channel, "follow_up", outcome)
    }

    pub(super) fn contact(
        &mut self,
        inward: bool,
        channel: Option<&str>,
        purpose: &str,
        outcome: &str,
        lasted_ms: Option<i64>,
    ) -> Result<(), EditRefusal> {
        if !["answered", "referred", "cut"].contains(&outcome) {
            return Err(EditRefusal::UnknownCode { field: "interactions", table: "interaction_outcome" });
        }
        self.lasted(lasted_ms, inward, channel, purpose, outcome)
    }

    pub(super) fn interaction(
        &mut self,
        inward: bool,
        channel: Option<&str>,
        purpose: &str,
        outcome: &str,
    ) -> Result<(), EditRefusal> {
        self.lasted(None, inward, channel, purpose, outcome)
    }

    /// A contact, over now where it is known when it began.
    fn lasted(
        &mut self,
        lasted_ms: Option<i64>,
        inward: bool,
        channel: Option<&str>,
        purpose: &str,
        outcome: &str,
    ) -> Result<(), EditRefusal> {
        let now_ms = self.ctx.now_ms;
        channel.map_or(Ok(()), |code| self.known_code("interactions", "channel", code))?;
        let fact = InteractionFact {
            at_ms: now_ms.saturating_sub(lasted_ms.unwrap_or(0).max(0)),
            channel: channel.map(str::to_owned),
            inward,
            purpose: purpose.to_owned(),
            outcome: outcome.to_owned(),
            language: None,
            ended_ms: lasted_ms.map(|_| now_ms),
            first_contact: false,
        };
        let id = self.draft.id();
        self.draft.fact(FactKind::Interaction, id, &fact)
    }

    pub(super) fn consent(
        &mut self,
        purpose: &str,
        answer: &str,
        means: Option<&str>,
        by: Option<&Words>,
    ) -> Result<(), EditRefusal> {
        self.known_code("consents", "consent_purpose", purpose)?;
        means.map_or(Ok(()), |code| self.known_code("consents", "consent_means", code))?;
        let unknown = EditRefusal::UnknownCode { field: "consents", table: "consent_answer" };
        let answer = Answer::from_code(answer).ok_or(unknown)?;
        let says = answer != Answer::NotAsked;
        let known = self.view.facts.words.as_ref().ok().filter(|_| says);
        let seen = known.map(|words| frontier(&consent::of_purpose(&words.consents, purpose))).unwrap_or_default();
        let by = said_opt("by_whom", by)?;
        let id = self.draft.id();
        if says && purpose == "contact_back" {
            let fact =
                ContactFact { allowed: answer == Answer::Given, seen: frontier(&self.view.facts.codes.contacts) };
            self.draft.fact(FactKind::Contact, id, &fact)?;
        }
        let fact = ConsentFact {
            purpose: purpose.to_owned(),
            answer,
            means: means.map(str::to_owned),
            by,
            at_ms: self.ctx.now_ms,
            seen,
        };
        self.draft.fact(FactKind::Consent, id, &fact)
    }

    // ------------------------------------------------------------ classifying and handing out

    /// `said`: type, category, priority, project.
    pub(super) fn triage(
        &mut self,
        said: [(&'static str, Option<&str>); 4],
        sensitivity: Option<Level>,
    ) -> Result<(), EditRefusal> {
        let [case_type, (_, category), (_, priority), (_, project)] = said;
        self.must_be_open()?;
        let final_category = category.or(self.view.text("category")).map(str::to_owned);
        let mut missing = Vec::new();
        if final_category.as_deref().is_none_or(|code| code.trim().is_empty()) {
            missing.push("category");
        }
        let has_project = project.or(self.view.text("project")).is_some_and(|code| !code.trim().is_empty());
        if self.ctx.policy.project_at_triage && !has_project {
            missing.push("project");
        }
        let Some(final_category) = final_category.filter(|_| missing.is_empty()) else {
            return Err(EditRefusal::Missing { fields: missing });
        };
        let unknown = EditRefusal::UnknownCode { field: "category", table: "category" };
        let facts = self.ctx.codes.category(final_category.trim()).ok_or(unknown)?;
        let in_force = self.work()?.sensitivity;
        if let (Some(asked), Some(level)) = (sensitivity, in_force)
            && asked < level
        {
            return Err(EditRefusal::NotARaise { level });
        }
        let implied = priority.is_none() && *self.view.shown("priority") == Shown::Absent;
        let priority = if implied { Some(facts.priority.as_str()) } else { priority };
        let mut chosen = sensitivity.is_some_and(|asked| in_force.is_none_or(|level| asked > level));
        for (name, text) in [case_type, ("category", category), ("priority", priority), ("project", project)] {
            if let Some(text) = text {
                chosen |= self.set_register(known(name), text)?.is_some();
            }
        }
        self.raise_for_category(facts.sensitivity.max(sensitivity.unwrap_or(Level::S0)), chosen)?;
        self.step(Status::Triaged)
    }

    pub(super) fn assign(&mut self, to: &Who) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        if let Who::Role(role) = to {
            self.known_code("assignee", "role", role)?;
        }
        referral::put_assignee(self, to)?;
        self.step(Status::Assigned)
    }

    pub(super) fn accept(&mut self) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        referral::must_have_it(self)?;
        let me = Who::Member(self.ctx.member);
        let waits_for_me = self.view.assignment.as_ref().is_some_and(|given| given.accepted.is_none());
        match referral::assignees(self).as_slice() {
            [only] if *only == me && !self.work()?.standing.before(Status::InProgress) && !waits_for_me => {
                return Err(EditRefusal::Accepted);
            }
            _ => {}
        }
        referral::put_assignee(self, &me)?;
        // whoever had it before may have taken it up: that says nothing of me
        if waits_for_me { self.write_move(Status::InProgress) } else { self.step(Status::InProgress) }
    }

    pub(super) fn share(&mut self, with: &Who, stop: bool) -> Result<(), EditRefusal> {
        self.work()?;
        if self.view.shape != Shape::Ordinary {
            return Err(EditRefusal::SharedByAudience);
        }
        if let Who::Role(role) = with {
            self.known_code("shared_with", "role", role)?;
        }
        let element = with.to_string();
        match (self.view.list("shared_with").contains(&element), stop) {
            (false, true) => Err(EditRefusal::NotShared),
            (true, false) => Ok(()),
            _ => self.draft.element(known("shared_with"), &element, !stop),
        }
    }

    /// Takes back what lets the readers of a site read the case: the share with them, and that they are to handle it.
    fn stop_site(&mut self, site: &str, own: &str) -> Result<(), EditRefusal> {
        self.work()?;
        if self.view.shape != Shape::Ordinary {
            return Err(EditRefusal::SharedByAudience);
        }
        let element = format!("site:{site}");
        let is_site = |shown: &Shown| matches!(shown, Shown::Text(code) if code == site);
        let is_handling = match self.view.conflict("handling_site") {
            Some(conflict) => conflict.values.iter().any(|rival| is_site(&rival.value)),
            None => is_site(self.view.shown("handling_site")),
        };
        let is_shared = self.view.list("shared_with").contains(&element);
        let is_handling = is_handling && site != own;
        if !is_shared && !is_handling {
            return Err(EditRefusal::NotShared);
        }
        if is_shared {
            self.draft.element(known("shared_with"), &element, false)?;
        }
        if is_handling {
            self.draft.put(known("handling_site"), Value::Text(own.to_owned()))?;
        }
        Ok(())
    }

    pub(super) fn hold(&mut self, reason: &str, until: Option<Moment>) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        self.known_code("hold", "hold_reason", reason)?;
        let until_ms = until.map(|until| self.ctx.codes.zone().until_ms(until));
        if until_ms.is_some_and(|until| until <= self.ctx.now_ms) {
            return Err(EditRefusal::HoldOver);
        }
        self.write_hold(Some(reason.to_owned()), until_ms)
    }

    pub(super) fn unhold(&mut self) -> Result<(), EditRefusal> {
        if self.work()?.hold.is_none() {
            return Err(EditRefusal::NotOnHold);
        }
        self.write_hold(None, None)
    }

    fn write_hold(&mut self, reason: Option<String>, until_ms: Option<i64>) -> Result<(), EditRefusal> {
        let seen = frontier(&self.view.facts.codes.holds);
        let id = self.draft.id();
        self.draft.fact(FactKind::Hold, id, &HoldFact { reason, at_ms: self.ctx.now_ms, until_ms, seen })
    }

    pub(super) fn raise(&mut self, to: Level, reason: &Words) -> Result<(), EditRefusal> {
        if let Some(level) = self.work()?.sensitivity.filter(|level| *level >= to) {
            return Err(EditRefusal::NotARaise { level });
        }
        if to.restricted() && self.view.shape == Shape::Ordinary {
            return Err(EditRefusal::NeedsSealing { level: to });
        }
        let reason = said("reason", reason)?;
        let id = self.draft.id();
        self.draft.fact(FactKind::Raise, id, &RaiseFact { level: to })?;
        self.draft.fact(FactKind::Reason, id, &TextFact { text: reason })
    }

    pub(super) fn lower(&mut self, to: Level, reason: &Words) -> Result<(), EditRefusal> {
        let in_force = self.work()?.sensitivity;
        self.must_manage()?;
        let Some(level) = in_force.filter(|level| *level > to) else {
            return Err(EditRefusal::NotALowering { level: to });
        };
        if level.restricted() && !to.restricted() && self.view.shape == Shape::Inside {
            return Err(EditRefusal::NeedsSealing { level });
        }
        let codes = &self.view.facts.codes;
        let lowered: BTreeSet<FactId> =
            codes.lowers.values().flat_map(|dated| dated.fact.raises.iter().copied()).collect();
        let raises: Vec<FactId> = codes.raises.keys().filter(|id| !lowered.contains(id)).copied().collect();
        if raises.len() > RAISES_MAX {
            return Err(EditRefusal::TooMany { field: "sensitivity" });
        }
        let fact = LowerFact { level: to, raises, seen: frontier(&codes.lowers) };
        let reason = said("reason", reason)?;
        let id = self.draft.id();
        self.draft.fact(FactKind::Lower, id, &fact)?;
        self.draft.fact(FactKind::Reason, id, &TextFact { text: reason })
    }

    // ------------------------------------------------------------ outcome, answer, satisfaction

    pub(super) fn resolve(&mut self, outcome: &str, text: &Words) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        self.must_read(known("resolution_text"))?;
        let text = said("resolution", text)?;
        let outcome = parse(known("resolution"), outcome, self.ctx.codes)?;
        for (field, value) in [(known("resolution"), outcome), (known("resolution_text"), Value::Text(text.0))] {
            if !self.holds_alone(field, &value) {
                self.draft.put(field, value)?;
            }
        }
        self.step(Status::Resolved)
    }

    fn tell_meanwhile(&mut self, tells: &Telling, until: Moment) -> Result<(), EditRefusal> {
        let text = said_opt("text", tells.text.as_ref())?.ok_or(EditRefusal::Missing { fields: vec!["text"] })?;
        // nobody is asked what they think of an answer that they have not had
        if tells.satisfied.is_some() {
            return Err(EditRefusal::NotAnswered);
        }
        self.must_have_contact(tells.came)?;
        referral::promise(self, text, tells.language.as_deref(), until)
    }

    pub(super) fn answer(&mut self, tells: &Telling) -> Result<(), EditRefusal> {
        let (text, by) = (said_opt("text", tells.text.as_ref())?, said_opt("by_whom", tells.by.as_ref())?);
        let means = tells.means.as_deref();
        let satisfied = tells.satisfied.as_deref().map(|code| {
            let unknown = EditRefusal::UnknownCode { field: "satisfaction", table: "satisfaction" };
            Satisfaction::from_code(code).ok_or(unknown)
        });
        let satisfied = satisfied.transpose()?;
        means.map_or(Ok(()), |code| self.known_code("satisfaction", "consent_means", code))?;
        let answered = self.work()?.answered;
        let mut told = None;
        match (text, satisfied) {
            (Some(text), _) => {
                referral::settle_on_the_spot(self)?;
                told = Some(self.respond(text, tells)?);
            }
            (None, None) => return Err(EditRefusal::Missing { fields: vec!["text"] }),
            (None, Some(_)) if !answered => return Err(EditRefusal::NotAnswered),
            (None, Some(_)) => {}
        }
        if let Some(value) = satisfied {
            self.say(value, told, by, means)?;
        }
        self.step(Status::Responded)
    }

    /// The person may be told: they agreed, or nobody asked and the case is an ordinary one. Consent binds our calls and visits,
    /// not theirs: who came or called is told, and that is noted. Of an ordinary case whose person refused, that is what an
    /// answer means.
    fn must_have_contact(&mut self, came: bool) -> Result<(), EditRefusal> {
        let is_ordinary = self.view.shape == Shape::Ordinary;
        let strict = self.ctx.policy.contact_given || !is_ordinary;
        let came = match self.work()?.contact {
            Answer::Given => came,
            Answer::NotAsked if !strict => came,
            said if said.is_refusal() && is_ordinary => true,
            _ if came => true,
            _ => return Err(EditRefusal::NoContactConsent),
        };
        if came { self.interaction(true, None, "answer", "answered") } else { Ok(()) }
    }

    fn respond(&mut self, text: Words, tells: &Telling) -> Result<FactId, EditRefusal> {
        self.must_have_contact(tells.came)?;
        self.told(text, tells.language.as_deref())
    }

    /// An answer that was given.
    fn told(&mut self, text: Words, language: Option<&str>) -> Result<FactId, EditRefusal> {
        let epoch = self.work()?.standing.epoch;
        let id = self.draft.id();
        self.draft.fact(FactKind::Response, id, &ResponseFact { epoch, at_ms: self.ctx.now_ms })?;
        let language = language.or(self.view.text("spoken_language")).map(str::to_owned);
        self.draft.fact(FactKind::ResponseText, id, &ResponseText { text, language })?;
        Ok(id)
    }

    fn say(
        &mut self,
        value: Satisfaction,
        told: Option<FactId>,
        by: Option<Words>,
        means: Option<&str>,
    ) -> Result<(), EditRefusal> {
        let epoch = self.work()?.standing.epoch;
        let codes = &self.view.facts.codes;
        let mut before: Vec<_> = codes.responses.iter().filter(|(_, dated)| dated.fact.epoch == epoch).collect();
        before.sort_by_key(|(_, dated)| std::cmp::Reverse(dated.stamp.order));
        let mut responses: Vec<FactId> = told.into_iter().chain(before.into_iter().map(|(id, _)| *id)).collect();
        responses.truncate(SEEN_MAX);
        responses.sort_unstable();
        let seen = frontier(&codes.satisfactions);
        let id = self.draft.id();
        let fact = SatisfactionFact { value, epoch, at_ms: self.ctx.now_ms, responses, seen };
        self.draft.fact(FactKind::Satisfaction, id, &fact)?;
        if by.is_none() && means.is_none() {
            return Ok(());
        }
        let detail = SatisfactionDetail { by, means: means.map(str::to_owned) };
        self.draft.fact(FactKind::SatisfactionDetail, id, &detail)
    }
}

/// A collective answer. It reaches nobody by name, so no consent to be called is asked for; what the person thinks of it is
/// still to be heard. A case that was answered, or is closed, stays as it is.
fn broadcast(act: &mut Act<'_>, by: &str, text: &Words) -> Result<(), EditRefusal> {
    if act.view.shape != Shape::Ordinary {
        return Err(EditRefusal::OnlyOrdinary);
    }
    if !PUBLIC_MEANS.contains(&by) {
        return Err(EditRefusal::UnknownCode { field: "responses", table: "public_means" });
    }
    let text = said("text", text)?;
    let work = act.work()?;
    if work.answered || work.standing.status == Status::Closed {
        return Ok(());
    }
    referral::settle_on_the_spot(act)?;
    // to everybody at once: no channel of ours
    act.interaction(false, None, by, "answered")?;
    act.told(text, None)?;
    act.step(Status::Responded)
}
