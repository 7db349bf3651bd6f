//! The case a person means, by whatever they call it.

use std::sync::Arc;

use crdt_model::reference::{ReferenceError, Typed};
use crdt_model::roster::site_scope;
use crdt_model::values::DocId;

use super::query::Found;
use super::{catch_up, rows};
use crate::cases::moved::is_moved_away;
use crate::cases::{self, Captured, Loaded};
use crate::error::Failure;
use crate::log::{Log, Reader, Shared, locked, meta};
use crate::members;
use crate::store::{Snapshot, Space};

/// Marks of cases captured here, as of one version of what is kept of them.
#[derive(Default)]
pub(crate) struct Marks {
    version: Option<u64>,
    marks: Arc<Vec<CapturedMark>>,
}

/// What a case captured here is called.
pub(crate) struct CapturedMark {
    pub(crate) mark: String,
    pub(crate) typed: Option<Typed>,
    pub(crate) case_id: DocId,
}

/// The case a person means: reference, provisional mark, digits, unique ending, case id or `@last`; a reference with `@SITE`
/// behind it where it was before it was moved.
pub(crate) fn find_case(log: &Log, shared: &Shared, reader: &mut Reader, typed: &str) -> Result<Arc<Loaded>, Failure> {
    let typed = typed.trim();
    catch_up(log, shared, reader)?;
    let snapshot = log.store.read()?;
    if typed == "@last" {
        let last =
            snapshot.get(Space::Meta, &meta::last_case(&reader.member()))?.and_then(|b| b.as_slice().try_into().ok());
        let found = last.map(DocId).and_then(|doc| rows(reader).by_id(doc));
        let (scope, doc) = found.ok_or_else(|| Failure::new("no_last_case"))?;
        return load_numbered(log, &snapshot, shared, reader, scope, doc);
    }
    if let Ok(doc) = typed.parse::<DocId>()
        && let Some((scope, doc)) = rows(reader).by_id(doc)
    {
        let loaded = load_numbered(log, &snapshot, shared, reader, scope, doc)?;
        // of a case that was taken back nothing is left to be shown
        return match loaded.document.accepted {
            0 => Err(Failure::new("ref_not_found").arg("ref", typed).arg("near", "").at("ref", typed)),
            _ => Ok(loaded),
        };
    }
    // where a case was, once it was moved: its reference, and the site behind it
    let (mark, at) = match typed.rsplit_once('@') {
        Some((mark, site)) => {
            let site = members::known_site(shared, site)?;
            let scope = site_scope(&log.org, &site);
            let at = snapshot.scopes().iter().position(|known| *known == scope);
            (mark, Some(at.and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX)))
        }
        None => (typed, None),
    };
    match rows(reader).find(mark, at, &captured_marks(log, &snapshot)?) {
        Found::One(scope, doc) => load_numbered(log, &snapshot, shared, reader, scope, doc),
        Found::None(near) => {
            let (code, near) = match Typed::parse(typed) {
                Err(ReferenceError::CheckDigits) => ("ref_check_digits", near),
                // nothing was mistyped: what is near is somebody else's case
                Ok(Typed::Reference(_) | Typed::Number(_)) => ("ref_not_found", Vec::new()),
                _ => ("ref_not_found", near),
            };
            Err(Failure::new(code).arg("ref", typed).arg("near", near.join(", ")).at("ref", typed))
        }
        Found::Several(near, docs) => {
            let refused = || Failure::new("ref_ambiguous").arg("ref", typed).arg("near", near.join(", "));
            if at.is_some() || docs.iter().filter(|(_, _, says_moved)| !says_moved).count() > 1 {
                return Err(refused());
            }
            let mut live = Vec::new();
            for (doc, scope, says_moved) in docs {
                let loaded = load_numbered(log, &snapshot, shared, reader, scope, doc)?;
                // who says that a case went elsewhere has to be somebody who may move it
                if !(says_moved && is_moved_away(log, shared, &loaded)) {
                    live.push(loaded);
                }
            }
            match live.len() {
                1 => Ok(live.remove(0)),
                _ => Err(refused()),
            }
        }
    }
}

/// What the cases captured here are called, whether or not their members read them.
fn captured_marks(log: &Log, snapshot: &Snapshot) -> Result<Arc<Vec<CapturedMark>>, Failure> {
    let version = Some(snapshot.outbox_version());
    let mut kept = locked(&log.kept);
    let held: &mut Marks = kept.of();
    if held.version != version {
        let mut marks = Vec::new();
        for (_, value) in snapshot.list(Space::Outbox)? {
            let Ok(kept) = serde_json::from_slice::<Captured>(&value) else { continue };
            let typed = Typed::parse(&kept.reference).ok();
            marks.push(CapturedMark { mark: kept.reference, typed, case_id: kept.case_id });
        }
        *held = Marks { version, marks: Arc::new(marks) };
    }
    Ok(Arc::clone(&held.marks))
}

/// Builds a case that the reader's list names.
pub(crate) fn load_numbered(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    reader: &mut Reader,
    scope: u32,
    doc: DocId,
) -> Result<Arc<Loaded>, Failure> {
    let scope = snapshot.scopes().get(scope as usize).copied();
    let scope = scope.ok_or_else(|| Failure::new("home_damaged").arg("file", crate::store::STORE_FILE))?;
    cases::load(log, snapshot, shared, reader, scope, doc)
}
