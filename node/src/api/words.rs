//! The free texts of a request: all are looked at before they are saved.

use crdt_model::edit::Edit;

use super::Request;
use crate::error::Failure;
use crate::log::Log;
use crate::writes::sensitive_words::{Found, look, texts_of, word_list};

/// The case that a request may seal.
pub(crate) fn sealed_case(request: &Request) -> Option<&str> {
    match request {
        Request::CaseSeal { r#ref, .. }
        | Request::CaseRaise { r#ref, .. }
        | Request::CaseEdit { r#ref, edit: Edit::Triage { .. }, .. } => Some(r#ref),
        _ => None,
    }
}

/// The free texts of a request, by field.
pub(crate) fn texts_in(request: &Request) -> Vec<(&str, &str)> {
    match request {
        Request::CaseNew { case, .. } => texts_of(case),
        Request::CaseEdit { edit, .. } | Request::CaseMany { edit, .. } => edit.words(),
        Request::CaseSeal { reason, .. } | Request::CaseRaise { reason, .. } | Request::CaseLower { reason, .. } => {
            vec![("reasons", &reason.0)]
        }
        Request::IncidentClose { text, .. } => vec![("resolution", &text.0)],
        Request::CaseRefer { text: Some(text), .. } => vec![("text", &text.0)],
        _ => Vec::new(),
    }
}

/// What a request's free texts would call for.
pub(crate) fn words_in(log: &Log, request: &Request) -> Result<Found, Failure> {
    let texts = texts_in(request);
    if texts.is_empty() {
        return Ok(Found::default());
    }
    Ok(look(&*word_list(log)?, texts))
}
