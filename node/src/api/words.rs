//! The free texts of a request: all are looked at before they are saved.

use super::Request;
use crate::error::Failure;
use crate::log::Log;
use crate::writes::sensitive_words::{Found, look, texts_of, word_list};

/// The case that a request may seal.
pub(crate) fn sealed_case(request: &Request) -> Option<&str> {
    match request {
        Request::CaseSeal { r#ref, .. } | Request::CaseRaise { r#ref, .. } | Request::CaseTriage { r#ref, .. } => {
            Some(r#ref)
        }
        _ => None,
    }
}

/// The free texts of a request, by field.
pub(crate) fn texts_in(request: &Request) -> Vec<(&str, &str)> {
    match request {
        Request::CaseNew { case, .. } => texts_of(case),
        Request::CaseSet { assignments, .. } => {
            // a category's code is no word of anybody
            let said = assignments.iter().filter(|(field, _)| holds_words(field));
            said.map(|(field, words)| (field.as_str(), words.0.as_str())).collect()
        }
        Request::CaseNote { text, .. } => vec![("notes", &text.0)],
        Request::CaseAct { what, on_behalf, .. } => {
            let on_behalf = on_behalf.iter().map(|words| ("actions", words.0.as_str()));
            on_behalf.chain([("actions", what.0.as_str())]).collect()
        }
        Request::CaseResolve { text: Some(text), .. } => vec![("resolution", &text.0)],
        Request::CaseAnswer { text: Some(text), .. } => vec![("responses", &text.0)],
        Request::CaseClose { because: Some(because), .. } => vec![("reasons", &because.0)],
        Request::CaseReopen { reason, .. }
        | Request::CaseSeal { reason, .. }
        | Request::CaseRaise { reason, .. }
        | Request::CaseLower { reason, .. } => vec![("reasons", &reason.0)],
        _ => Vec::new(),
    }
}

fn holds_words(field: &str) -> bool {
    use crdt_model::case::schema::{self, Kind};
    schema::field(field).is_none_or(|field| matches!(field.kind, Kind::Words(_) | Kind::Element(_, None)))
}

/// What a request's free texts would call for.
pub(crate) fn words_in(log: &Log, request: &Request) -> Result<Found, Failure> {
    let texts = texts_in(request);
    if texts.is_empty() {
        return Ok(Found::default());
    }
    Ok(look(&*word_list(log)?, texts))
}
