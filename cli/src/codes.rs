//! Words in place of codes: whatever a person types where a code is taken may be its label in their language.

use crdt_model::case::schema::{self, Kind};
use crdt_model::edit::{Edit, NewCase};
use node::api::{CaseFilter, Request};
use node::error::Failure;
use node::texts::Texts;

use crate::choice::{NO, YES, plain};

/// Puts codes in the place of what people call them; [`of_new`] did so for a new case before anything was asked.
///
/// # Errors
///
/// `ambiguous_code` where several may be meant; `unknown_code` where an act is refused for it anyway. What else is unknown is
/// left to the node.
pub(crate) fn put(request: &mut Request, texts: &Texts) -> Result<(), Failure> {
    match request {
        Request::CaseEdit { edit, .. } => of_edit(edit, texts),
        Request::CaseMany { edit, filter, .. } => {
            of_filter(filter, texts)?;
            of_edit(edit, texts)
        }
        Request::CaseList(filter)
        | Request::CallList(filter)
        | Request::SessionList(filter)
        | Request::BatchOut { filter, .. }
        | Request::BatchCalls { filter, .. } => of_filter(filter, texts),
        _ => Ok(()),
    }
}

pub(crate) fn of_new(case: &mut NewCase, texts: &Texts) -> Result<(), Failure> {
    known(texts, "type", "case_type", Some(&mut case.case_type))?;
    known(texts, "channel", "channel", Some(&mut case.channel))?;
    for category in case.category.iter_mut().chain(&mut case.other_categories) {
        known(texts, "category", "category", Some(category))?;
    }
    known(texts, "priority", "priority", case.priority.as_mut())?;
    known(texts, "sex", "sex", case.sex.as_mut())?;
    known(texts, "age_group", "age_group", case.age_group.as_mut())?;
    known(texts, "stakeholder", "stakeholder", case.stakeholder.as_mut())
}

fn of_filter(filter: &mut CaseFilter, texts: &Texts) -> Result<(), Failure> {
    for status in filter.status.iter_mut().filter(|status| *status != "restricted") {
        known(texts, "status", "status", Some(status))?;
    }
    for category in &mut filter.category {
        if !is_group(category) {
            known(texts, "category", "category", Some(category))?;
        }
    }
    known(texts, "channel", "channel", filter.channel.as_mut())
}

/// Whether it is the code of a group of categories.
fn is_group(typed: &str) -> bool {
    crdt_model::taxonomy::Taxonomy::shipped().categories.contains(typed)
}

fn of_edit(edit: &mut Edit, texts: &Texts) -> Result<(), Failure> {
    let said = |field, table, typed: &mut String| texts.meant(field, table, typed, false).map(|code| *typed = code);
    match edit {
        Edit::Close { reason, .. } => said("closure", "closure", reason),
        Edit::Attempt { outcome, .. } => said("attempts", "attempt_outcome", outcome),
        Edit::Hold { reason, .. } => said("hold", "hold_reason", reason),
        Edit::Answer(telling) => match &mut telling.satisfied {
            Some(satisfied) => {
                *satisfied = satisfaction(satisfied, texts)?;
                Ok(())
            }
            None => Ok(()),
        },
        Edit::Triage { category, case_type, priority, .. } => {
            known(texts, "category", "category", category.as_mut())?;
            known(texts, "type", "case_type", case_type.as_mut())?;
            known(texts, "priority", "priority", priority.as_mut())
        }
        Edit::Set { values } => values.iter_mut().try_for_each(|(name, value)| {
            let Some(field) = schema::field(name) else { return Ok(()) };
            match field.kind {
                Kind::CodeOf(table) => known(texts, field.name, table, Some(&mut value.0)),
                _ => Ok(()),
            }
        }),
        Edit::Consent { purpose, means, .. } => {
            known(texts, "consents", "consent_purpose", Some(purpose))?;
            known(texts, "consents", "consent_means", means.as_mut())
        }
        _ => Ok(()),
    }
}

/// The code, where one is meant; what is unknown stays.
pub(crate) fn known(
    texts: &Texts,
    field: &'static str,
    table: &'static str,
    typed: Option<&mut String>,
) -> Result<(), Failure> {
    let Some(typed) = typed.filter(|typed| !typed.is_empty()) else { return Ok(()) };
    // part of a word may mean another: a wrong category is worse than a question
    match texts.meant(field, table, typed, true) {
        Ok(code) => *typed = code,
        Err(refused) if refused.code == "ambiguous_code" => return Err(refused),
        Err(_) => {}
    }
    Ok(())
}

/// What the person says of an answer: yes and no, or the taxonomy's word.
fn satisfaction(typed: &str, texts: &Texts) -> Result<String, Failure> {
    let said = plain(typed);
    let is = |words: &[&str]| words.contains(&said.as_str());
    match () {
        () if is(YES) => Ok("satisfied".to_owned()),
        () if is(NO) => Ok("not_satisfied".to_owned()),
        () => texts.meant("satisfaction", "satisfaction", typed, false),
    }
}
