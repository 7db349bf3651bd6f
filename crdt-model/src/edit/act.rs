//! What an act needs to know, and the hands that carry it out.

use crate::case::{CaseLayers, Codes, Shape, schema};
use crate::edit::draft::Draft;
use crate::edit::{EditRefusal, LinkKind, NewCase};
use crate::layer::Layer;
use crate::values::{DocId, MemberId, Who};
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
    /// The case that it comes from, and how.
    pub link: Option<(LinkKind, DocId)>,
    /// Of a sealed case for persons: those.
    pub shared_with: Vec<MemberId>,
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
    /// Members who are away and whose deputy the author is.
    pub stands_in_for: &'a [MemberId],
    /// Who sent the case on to where it lies, if that was done: only a node knows, from who signed its birth.
    pub sender: Option<MemberId>,
    /// The time claimed for the act, Unix milliseconds.
    pub now_ms: i64,
    /// Fresh random bytes, never used twice.
    pub entropy: [u8; 32],
    /// The taxonomy in force.
    pub codes: &'a dyn Codes,
    /// The organisation's choices.
    pub policy: Policy,
}

/// One act on one case.
pub(super) struct Act<'a> {
    pub(super) ctx: &'a EditContext<'a>,
    pub(super) layers: CaseLayers<'a>,
    pub(super) view: CaseView,
    pub(super) draft: Draft,
}

impl<'a> Act<'a> {
    pub(super) fn new(ctx: &'a EditContext<'a>, layers: CaseLayers<'a>) -> Result<Self, EditRefusal> {
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
        match self.layers.read(layer) {
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
