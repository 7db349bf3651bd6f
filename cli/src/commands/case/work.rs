//! The verbs on one case, each with the few things it needs.

use clap::{Args, Subcommand};
use crdt_model::case::facts::SERVICE_ANSWERS;
use crdt_model::case::schema;
use crdt_model::edit::{Edit, GivenService, NOTICE_MEANS, Telling, Whom};
use crdt_model::name::folded;
use crdt_model::taxonomy::own::SERVICE_KINDS;
use crdt_model::values::Level;
use node::api::{Request, SealOptions};
use node::error::Failure;

use super::many::{Many, ManyCodes};
use crate::ask::{ASK, Asker};
use crate::choice::{NO, YES};
use crate::when;

/// The verbs on one case, in the order of the help.
#[derive(Debug, Subcommand)]
pub(crate) enum Work {
    Set(super::set::Set),
    Note(Note),
    #[command(name = "ask")]
    Ask(AskIn),
    Conflicts(Conflicts),
    Settle(Settle),
    Triage(Triage),
    Assign(Assign),
    Accept(Ref),
    Return(Return),
    Confirm(Confirm),
    Remind(Remind),
    Handover(Handover),
    Service(ServiceArgs),
    Notify(Notify),
    Share(Share),
    Refer(Refer),
    Move(Move),
    Link(Link),
    Merge(Merge),
    Unmerge(Ref),
    Duplicates(Conflicts),
    Act(Act),
    Hold(Hold),
    Unhold(Ref),
    Resolve(Resolve),
    Answer(Answer),
    Attempt(Attempt),
    Consent(Consent),
    Close(Close),
    Reopen(Reopen),
    Appeal(Appeal),
    Seal(Seal),
    Raise(Raise),
    Lower(Lower),
    Erase(Erase),
    Withdraw(Withdraw),
}

impl Work {
    pub(super) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(match self {
            Self::Accept(Ref { r#ref }) => Request::edit(r#ref, Edit::Accept),
            Self::Remind(remind) => remind.request(asker)?,
            Self::Return(back) => back.request(asker)?,
            Self::Confirm(confirm) => Request::edit(confirm.r#ref, Edit::Confirm),
            Self::Handover(handover) => handover.request(asker)?,
            Self::Service(service) => service.request(asker)?,
            Self::Notify(notify) => notify.request(asker)?,
            Self::Unhold(Ref { r#ref }) => Request::edit(r#ref, Edit::Unhold),
            Self::Conflicts(Conflicts { r#ref }) => Request::CaseConflicts { r#ref },
            Self::Set(set) => set.request(asker)?,
            Self::Note(note) => note.request(asker)?,
            Self::Ask(ask) => ask.request(asker)?,
            Self::Settle(settle) => settle.request(asker)?,
            Self::Triage(triage) => triage.request(asker)?,
            Self::Assign(assign) => assign.request(asker)?,
            Self::Share(share) => share.request(asker)?,
            Self::Refer(refer) => refer.request(asker)?,
            Self::Move(to) => to.request(asker)?,
            Self::Link(link) => link.request(asker)?,
            Self::Merge(Merge { r#ref, into }) => Request::CaseMerge { r#ref, into },
            Self::Unmerge(Ref { r#ref }) => Request::CaseUnmerge { r#ref },
            Self::Duplicates(Conflicts { r#ref }) => Request::CaseDuplicates { r#ref },
            Self::Act(act) => act.request(asker)?,
            Self::Hold(hold) => hold.request(asker)?,
            Self::Resolve(resolve) => resolve.request(asker)?,
            Self::Answer(answer) => answer.request(asker)?,
            Self::Attempt(attempt) => attempt.request(asker)?,
            Self::Consent(consent) => consent.request(),
            Self::Close(close) => close.request(asker)?,
            Self::Reopen(reopen) => reopen.request(asker)?,
            Self::Appeal(Appeal { r#ref, refused }) => Request::edit(r#ref, Edit::Appeal { refused }),
            Self::Seal(seal) => seal.request(asker)?,
            Self::Raise(raise) => raise.request(asker)?,
            Self::Lower(lower) => lower.request(asker)?,
            Self::Erase(erase) => erase.request(),
            Self::Withdraw(Withdraw { r#ref, entry }) => Request::CaseWithdraw { r#ref, entry },
        })
    }
}

/// A verb that needs nothing but the case.
#[derive(Debug, Args)]
pub(crate) struct Ref {
    #[arg(value_name = "REF")]
    pub(crate) r#ref: String,
}

#[derive(Debug, Args)]
pub(crate) struct Remind {
    #[arg(value_name = "REF", required_unless_present_any = ["filters", "filter_codes", "remind_all"])]
    r#ref: Option<String>,
    #[arg(long = "all", id = "remind_all", conflicts_with = "ref")]
    all: bool,
    #[command(flatten)]
    many: Many,
    #[command(flatten)]
    codes: ManyCodes,
}

impl Remind {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let many = if self.all { self.many.or_late() } else { self.many };
        match (many.request(self.codes, |_| Ok(Edit::Remind), asker)?, self.r#ref) {
            (Some(_), Some(_)) => Err(one_or_many("REF")),
            (Some(many), None) => Ok(many),
            (None, r#ref) => Ok(Request::edit(r#ref.unwrap_or_default(), Edit::Remind)),
        }
    }
}

/// A case is named, and many are meant by what they are.
pub(super) fn one_or_many(named: &str) -> Failure {
    Failure::new("usage_conflict").arg("option", named).arg("other", "--site, --late…")
}

#[derive(Debug, Args)]
pub(crate) struct Conflicts {
    #[arg(value_name = "REF")]
    pub(crate) r#ref: Option<String>,
}

/// Words that may stand at the end of the line or in an option, `-` for standard input in both; asked for otherwise.
#[derive(Debug, Args)]
struct Text {
    #[arg(value_name = "TEXT", conflicts_with = "text")]
    body: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    text: Option<String>,
}

impl Text {
    fn given(self) -> Option<String> {
        self.text.or(self.body)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Note {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[command(flatten)]
    text: Text,
}

impl Note {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let text = asker.required_words(self.text.given(), "--text", "ask-note")?;
        Ok(Request::edit(self.r#ref, Edit::Note { text }))
    }
}

/// A question in a case.
#[derive(Debug, Args)]
pub(crate) struct AskIn {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long = "to", id = "ask_whom", value_name = "WHO", default_value = MANAGER)]
    to: String,
    #[command(flatten)]
    text: Text,
}

/// Whom a question goes to where nobody is named.
const MANAGER: &str = "cfm_manager";

impl AskIn {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let text = asker.required_words(self.text.given(), "--text", "ask-question")?;
        Ok(Request::edit(self.r#ref, Edit::Ask { of: Whom::Typed(self.to.into()), text }))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Settle {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(value_name = "FIELD")]
    field: Option<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pick: Option<u32>,
}

impl Settle {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let typed = asker.required(self.field, "FIELD", "ask-settle-field")?;
        // a screen calls a field by its label
        let names = schema::FIELDS.iter().map(|field| field.name).chain(["closure"]);
        let mut called = names.filter(|name| folded(&asker.texts.field(name)) == folded(&typed));
        let field = called.next().map_or(typed, str::to_owned);
        let pick = match self.pick {
            Some(pick) => pick,
            None => {
                let typed = asker.required(None, "--pick", "ask-settle-pick")?;
                let expected = || Failure::new("usage_bad_value").arg("option", "--pick").arg("expected", "1, 2…");
                if typed.is_empty() { 1 } else { typed.parse().ok().filter(|n| *n > 0).ok_or_else(expected)? }
            }
        };
        Ok(Request::edit(self.r#ref, Edit::Settle { field, pick: pick as usize }))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Triage {
    #[arg(value_name = "REF", required_unless_present_any = ["filters"])]
    r#ref: Option<String>,
    #[arg(long, value_name = "CAT")]
    category: Option<String>,
    #[arg(long = "type", value_name = "T")]
    case_type: Option<String>,
    #[arg(long, value_parser = ["s0", "s1", "s2", "s3"])]
    sensitivity: Option<String>,
    #[arg(long, value_parser = ["p1", "p2", "p3", "p4"], conflicts_with = "urgent")]
    priority: Option<String>,
    #[arg(long)]
    urgent: bool,
    #[arg(long, value_name = "P")]
    project: Option<String>,
    #[command(flatten)]
    seal: SealArgs,
    #[command(flatten)]
    many: Many,
}

/// What sealing needs to know.
#[derive(Debug, Default, Args)]
pub(crate) struct SealArgs {
    #[arg(long, value_name = "MEMBER|ROLE", num_args = 1.., conflicts_with = "no_recusal")]
    recuse: Vec<String>,
    #[arg(long)]
    no_recusal: bool,
    #[arg(long, value_name = "CODE")]
    audience: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    pub(crate) accused: Option<String>,
    #[arg(long, value_name = "NAME", num_args = 1..)]
    not_them: Vec<String>,
}

impl SealArgs {
    /// Something was said that only a restricted case needs.
    pub(crate) fn is_for_sealing(&self) -> bool {
        self.no_recusal || !self.recuse.is_empty() || self.audience.is_some() || self.accused.is_some()
    }

    /// What was said is looked at before anything is asked.
    pub(crate) fn told(&self, asker: &mut Asker<'_>) {
        asker.seal.recuse = Some(self.recuse.clone());
        asker.seal.audience.clone_from(&self.audience);
    }

    pub(crate) fn options(self, asker: &mut Asker<'_>) -> Result<SealOptions, Failure> {
        self.told(asker);
        let recuse = (self.no_recusal || !self.recuse.is_empty()).then_some(self.recuse);
        let accused = match self.accused {
            // asked with who works here, once it is known what it is about
            Some(alone) if alone == ASK && asker.console.is_terminal() => {
                asker.ask_accused = true;
                None
            }
            said => asker.words(said, "--accused", "ask-accused-who")?,
        };
        Ok(SealOptions { recuse, audience: self.audience, accused, not_them: self.not_them })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Seal {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    reason: Option<String>,
    #[command(flatten)]
    seal: SealArgs,
}

impl Seal {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        self.seal.told(asker);
        Ok(Request::CaseSeal {
            then: None,
            r#ref: self.r#ref,
            reason: asker.required_words(self.reason, "--reason", "ask-reason")?,
            seal: self.seal.options(asker)?,
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Raise {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long, value_parser = ["s1", "s2", "s3"])]
    to: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    reason: Option<String>,
    #[command(flatten)]
    seal: SealArgs,
}

impl Raise {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        self.seal.told(asker);
        Ok(Request::CaseRaise {
            r#ref: self.r#ref,
            to: self.to,
            reason: asker.required_words(self.reason, "--reason", "ask-reason")?,
            seal: self.seal.options(asker)?,
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Lower {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long, value_parser = ["s0", "s1", "s2"])]
    to: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    reason: Option<String>,
}

impl Lower {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        // on a terminal nobody opens a sealed case by leaving a word out
        let to = match (self.to, asker.console.is_terminal()) {
            (None, true) => {
                let levels = [(&["s0"][..], "s0"), (&["s1"], "s1"), (&["s2"], "s2")];
                let to = asker.choice("ask-lower-to", &levels, None)?;
                if to != "s2" && !asker.choice("ask-lower-sure", &[(YES, true), (NO, false)], None)? {
                    return Err(Failure::new("not_confirmed"));
                }
                Some(to.to_owned())
            }
            (to, _) => to,
        };
        let reason = asker.required_words(self.reason, "--reason", "ask-reason")?;
        Ok(Request::CaseLower { r#ref: self.r#ref, to, reason })
    }
}

impl Triage {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let says_nothing = self.category.is_none()
            && self.case_type.is_none()
            && self.sensitivity.is_none()
            && self.priority.is_none()
            && !self.urgent
            && self.project.is_none();
        self.seal.told(asker);
        // a category beside a reference tells a secret to the shell's history
        let category = match says_nothing {
            true => asker.offered_code(None, "ask-category-triage", "category")?,
            false => self.category,
        };
        let edit = Edit::Triage {
            category,
            case_type: self.case_type,
            sensitivity: self.sensitivity.as_deref().and_then(Level::from_code),
            priority: self.priority.or_else(|| self.urgent.then(|| "p1".to_owned())),
            project: self.project,
        };
        let of_many = edit.clone();
        match (self.many.request(ManyCodes::default(), |_| Ok(of_many), asker)?, self.r#ref) {
            (Some(_), Some(_)) => Err(one_or_many("REF")),
            (Some(many), None) => Ok(many),
            (None, r#ref) => {
                let r#ref = r#ref.unwrap_or_default();
                Ok(Request::CaseEdit { r#ref, edit, seal: self.seal.options(asker)? })
            }
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Assign {
    #[arg(value_name = "REF", required_unless_present_any = ["filters", "filter_codes"])]
    r#ref: Option<String>,
    #[arg(value_name = "WHO")]
    who: Option<String>,
    #[command(flatten)]
    many: Many,
    #[command(flatten)]
    codes: ManyCodes,
}

impl Assign {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        // where many are meant by what they are, no one case is named
        let (first, second) = (self.r#ref.clone(), self.who.clone());
        let whole = |asker: &mut Asker<'_>| {
            let who = asker.required(first, "WHO", "ask-who")?;
            Ok(Edit::Assign { to: Whom::Typed(who.into()) })
        };
        match self.many.request(self.codes, whole, asker)? {
            Some(_) if second.is_some() => Err(one_or_many("REF")),
            Some(many) => Ok(many),
            None => {
                let to = Whom::Typed(asker.required(self.who, "WHO", "ask-who")?.into());
                Ok(Request::edit(self.r#ref.unwrap_or_default(), Edit::Assign { to }))
            }
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Share {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long, value_name = "WHO")]
    with: Option<String>,
    #[arg(long)]
    stop: bool,
}

impl Share {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let with = Whom::Typed(asker.required(self.with, "--with", "ask-who-shared")?.into());
        Ok(Request::edit(self.r#ref, Edit::Share { with, stop: self.stop }))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Refer {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long = "to", id = "to_refer", value_name = "SITE|WHO")]
    to: Option<String>,
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = ASK, conflicts_with_all = ["to_refer", "refer_fields", "text"])]
    outside: Option<String>,
    #[arg(long = "by", id = "outside_by", value_name = "BY", value_parser = ["email", "phone", "whatsapp", "paper"], requires = "outside")]
    by: Option<String>,
    #[arg(long = "fields", value_name = "FIELD", value_delimiter = ',', num_args = 1..)]
    refer_fields: Vec<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    text: Option<String>,
}

impl Refer {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        if let Some(outside) = self.outside {
            let to = asker.required_words(Some(outside), "--outside", "ask-outside")?;
            let by = match (self.by, asker.console.is_terminal()) {
                (None, true) => {
                    let means = [
                        (&["1", "email"][..], "email"),
                        (&["2", "phone"], "phone"),
                        (&["3", "whatsapp"], "whatsapp"),
                        (&["4", "paper"], "paper"),
                    ];
                    asker.choice("ask-outside-by", &means, None)?.to_owned()
                }
                (by, _) => asker.required(by, "--by", "ask-outside-by")?,
            };
            return Ok(Request::edit(self.r#ref, Edit::Outside { to, by }));
        }
        let to = asker.required(self.to, "--to", "ask-refer-to")?;
        let text = asker.words(self.text, "--text", "ask-refer-text")?;
        let fields = (!self.refer_fields.is_empty()).then_some(self.refer_fields);
        Ok(Request::CaseRefer { r#ref: self.r#ref, to, fields, text })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Move {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long, value_name = "CODE")]
    site: Option<String>,
}

impl Move {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let site = asker.required(self.site, "--site", "ask-site")?;
        Ok(Request::CaseMove { r#ref: self.r#ref, site, only_look: false })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Link {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(value_name = "OTHER")]
    other: String,
    #[arg(long = "as", id = "link_as", value_name = "HOW", value_parser = ["duplicate", "related"])]
    kind: Option<String>,
}

impl Link {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let kind = match (self.kind, asker.console.is_terminal()) {
            (None, true) => {
                let kinds = [(&["1", "duplicate"][..], "duplicate"), (&["2", "related"], "related")];
                asker.choice("ask-link-as", &kinds, None)?.to_owned()
            }
            (kind, _) => asker.required(kind, "--as", "ask-link-as")?,
        };
        Ok(Request::CaseLink { r#ref: self.r#ref, to: self.other, kind })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(value_name = "INTO")]
    into: String,
}

#[derive(Debug, Args)]
pub(crate) struct Act {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[command(flatten)]
    text: Text,
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = ASK)]
    on_behalf: Option<String>,
    #[arg(long, value_name = "D")]
    due: Option<String>,
}

impl Act {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let edit = Edit::Act {
            what: asker.required_words(self.text.given(), "--text", "ask-what")?,
            on_behalf_of: asker.words(self.on_behalf, "--on-behalf", "ask-on-behalf")?,
            due: when::future("--due", self.due.as_deref(), asker.now_ms)?,
        };
        Ok(Request::edit(self.r#ref, edit))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Return {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long = "reason", id = "return_reason", value_name = "WHY", value_parser = ["misdirected", "need_info"])]
    reason: Option<String>,
    #[command(flatten)]
    text: Text,
}

impl Return {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let reason = match (self.reason, asker.console.is_terminal()) {
            (None, true) => {
                let reasons = [(&["1", "misdirected"][..], "misdirected"), (&["2", "need_info"], "need_info")];
                asker.choice("ask-return-reason", &reasons, None)?.to_owned()
            }
            (reason, _) => asker.required(reason, "--reason", "ask-return-reason")?,
        };
        let because = asker.required_words(self.text.given(), "--text", "ask-return-why")?;
        Ok(Request::edit(self.r#ref, Edit::Return { reason, because }))
    }
}

/// Confirmed by voice: nothing else confirms what was sent outside.
#[derive(Debug, Args)]
pub(crate) struct Confirm {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long, required = true)]
    by_phone: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Handover {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long = "to", id = "handover_to", value_name = "BODY", num_args = 0..=1, default_missing_value = ASK)]
    to: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    receipt: Option<String>,
}

impl Handover {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let to = asker.required_words(self.to, "--to", "ask-handover-to")?;
        let receipt = asker.required_words(self.receipt, "--receipt", "ask-receipt")?;
        Ok(Request::edit(self.r#ref, Edit::Handover { to, receipt }))
    }
}

/// What became of a service for a person who was harmed.
#[derive(Debug, Args)]
pub(crate) struct ServiceArgs {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long = "kind", id = "service_kind", value_name = "KIND", num_args = 0..=1, default_missing_value = ASK)]
    kind: Option<String>,
    #[arg(long = "answer", id = "service_answer", value_name = "ANSWER", num_args = 0..=1, default_missing_value = ASK)]
    answer: Option<String>,
    #[arg(long = "name", id = "service_name", value_name = "NAME", num_args = 0..=1, default_missing_value = ASK)]
    name: Option<String>,
}

impl ServiceArgs {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let kind = asker.one_of_few(self.kind, "--kind", "ask-service-kind", ("service", &SERVICE_KINDS))?;
        let answer = asker.one_of_few(self.answer, "--answer", "ask-service-answer", ("served", &SERVICE_ANSWERS))?;
        let name = asker.words(self.name, "--name", "ask-service-name")?;
        Ok(Request::edit(self.r#ref, Edit::Service(GivenService { kind, answer, name })))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Notify {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long = "body", id = "notify_body", value_name = "B")]
    body: Option<String>,
    #[arg(long = "by", id = "notify_by", value_name = "BY", value_parser = NOTICE_MEANS)]
    by: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    text: Option<String>,
}

impl Notify {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let body = asker.required(self.body, "--body", "ask-notify-body")?;
        let by = match (self.by, asker.console.is_terminal()) {
            (None, true) => {
                let means = [
                    (&["1", "email"][..], "email"),
                    (&["2", "phone"], "phone"),
                    (&["3", "letter"], "letter"),
                    (&["4", "whatsapp"], "whatsapp"),
                    (&["5", "meeting"], "meeting"),
                ];
                asker.choice("ask-notify-by", &means, None)?.to_owned()
            }
            (by, _) => asker.required(by, "--by", "ask-notify-by")?,
        };
        let text = asker.words(self.text, "--text", "ask-notify-text")?;
        Ok(Request::edit(self.r#ref, Edit::Notify { body, by, text }))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Hold {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long = "for", value_name = "REASON")]
    hold_reason: Option<String>,
    #[arg(long = "until", id = "hold_until", value_name = "D")]
    until: Option<String>,
}

impl Hold {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let until = when::future("--until", self.until.as_deref(), asker.now_ms)?;
        let reason = asker.one_of(self.hold_reason, "--for", "ask-hold", ("hold", "hold_reason"))?;
        Ok(Request::edit(self.r#ref, Edit::Hold { reason, until }))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Resolve {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long, value_name = "CODE")]
    outcome: Option<String>,
    #[command(flatten)]
    text: Text,
}

impl Resolve {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let text = match self.outcome {
            Some(_) => asker.offered(self.text.given(), "--text", "ask-outcome-text")?,
            None => Some(asker.required_words(self.text.given(), "--text", "ask-outcome-text")?),
        };
        let outcome = self.outcome.unwrap_or_else(|| "resolved".to_owned());
        Ok(Request::edit(self.r#ref, Edit::Resolve { outcome, text: text.unwrap_or_default() }))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Answer {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    text: Option<String>,
    #[arg(long, value_name = "ANSWER")]
    satisfied: Option<String>,
    #[arg(long)]
    came: bool,
    #[arg(long, conflicts_with = "satisfied")]
    interim: bool,
    #[arg(long = "until", id = "interim_until", value_name = "D", requires = "interim")]
    until: Option<String>,
}

impl Answer {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        // the day first: nobody loses the words for a day that means nothing
        let until = match self.interim {
            true => Some(asker.required(self.until, "--until", "ask-interim-until")?),
            false => None,
        };
        let interim_until = when::future("--until", until.as_deref(), asker.now_ms)?;
        // The answer and what the person says of it are two acts: with `--satisfied` alone the answer was given before.
        let text = match self.satisfied {
            Some(_) => asker.words(self.text, "--text", "ask-answer")?,
            None => Some(asker.required_words(self.text, "--text", "ask-answer")?),
        };
        let edit = Edit::Answer(Telling {
            text,
            satisfied: self.satisfied,
            came: self.came,
            interim_until,
            ..Telling::default()
        });
        Ok(Request::edit(self.r#ref, edit))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Attempt {
    #[arg(value_name = "REF")]
    pub(crate) r#ref: String,
    #[arg(long, value_name = "OUTCOME")]
    pub(crate) outcome: Option<String>,
}

impl Attempt {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let outcome = asker.one_of(self.outcome, "--outcome", "ask-attempt", ("attempts", "attempt_outcome"))?;
        Ok(Request::edit(self.r#ref, Edit::Attempt { outcome, channel: None }))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Consent {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(value_name = "PURPOSE")]
    purpose: String,
    #[arg(value_name = "ANSWER", value_parser = ["given", "refused", "withdrawn"])]
    answer: String,
    #[arg(long, value_name = "CODE")]
    means: Option<String>,
}

impl Consent {
    pub(crate) fn request(self) -> Request {
        let Self { r#ref, purpose, answer, means } = self;
        Request::edit(r#ref, Edit::Consent { purpose, answer, means, by: None })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Close {
    #[arg(value_name = "REF", required_unless_present_any = ["filters", "filter_codes"])]
    r#ref: Option<String>,
    #[arg(long = "as", value_name = "REASON")]
    closure: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    reason: Option<String>,
    #[command(flatten)]
    many: Many,
    #[command(flatten)]
    codes: ManyCodes,
}

impl Close {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let reason = asker.one_of(self.closure, "--as", "ask-closure", ("closure", "closure"))?;
        let because = asker.words(self.reason, "--reason", "ask-reason")?;
        let edit = Edit::Close { reason, because };
        let of_many = edit.clone();
        match (self.many.request(self.codes, |_| Ok(of_many), asker)?, self.r#ref) {
            (Some(_), Some(_)) => Err(one_or_many("REF")),
            (Some(many), None) => Ok(many),
            (None, r#ref) => Ok(Request::edit(r#ref.unwrap_or_default(), edit)),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Reopen {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    reason: Option<String>,
}

impl Reopen {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let reason = asker.required_words(self.reason, "--reason", "ask-reason")?;
        Ok(Request::edit(self.r#ref, Edit::Reopen { reason }))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Appeal {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long = "refused", id = "appeal_refused")]
    refused: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Erase {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(long)]
    approve: bool,
    #[arg(long)]
    late_too: bool,
}

impl Erase {
    pub(crate) fn request(self) -> Request {
        Request::CaseErase { r#ref: self.r#ref, approve: self.approve, late_too: self.late_too }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    #[arg(value_name = "REF")]
    pub(crate) r#ref: String,
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: Option<String>,
}
