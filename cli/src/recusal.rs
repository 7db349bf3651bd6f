//! Who must not see a restricted case: asked of the person at the terminal, name by name, before anything is sealed.
//!
//! A name that nobody here bears is told at once and asked for again: it may be a colleague under another spelling, or
//! somebody who is no colleague. Blank is an answer to the question, and none to a name that was refused.

use node::api::{Envelope, Request, SealOptions, Service};
use node::error::Failure;
use node::texts::Texts;

use crate::ask;
use crate::console::Console;
use crate::render::text::clean_line;
use crate::session::seal_options;

/// What became of a name that nobody here bears.
enum Meant {
    /// These, which are known.
    Recused(String),
    /// Nobody who works here: who is complained about.
    Accused,
    Nobody,
}

/// Asks, and fills in the request.
///
/// # Errors
///
/// `recusal_not_asked` at the end of input; what the node and the terminal fail with.
pub(crate) fn ask(
    service: &dyn Service,
    envelope: &mut Envelope,
    refused: Option<&Failure>,
    texts: &Texts,
    console: &mut dyn Console,
) -> Result<(), Failure> {
    let question = ask::in_question(texts, &texts.get("ask-recuse"));
    let answer = typed(console, texts, &ask::told(texts, refused, &question))?;
    let mut recuse = Vec::new();
    for name in answer.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let Some(failure) = unknown(service, envelope, name)? else {
            recuse.push(name.to_owned());
            continue;
        };
        match meant(service, envelope, name, failure, texts, console)? {
            Meant::Recused(other) => recuse.push(other),
            Meant::Accused => note_accused(&mut envelope.request, name),
            Meant::Nobody => {}
        }
    }
    if let Some(seal) = seal_options(&mut envelope.request) {
        seal.recuse = Some(recuse);
    }
    Ok(())
}

/// Whom a refused name means: asked until that is said.
fn meant(
    service: &dyn Service,
    envelope: &Envelope,
    name: &str,
    failure: Failure,
    texts: &Texts,
    console: &mut dyn Console,
) -> Result<Meant, Failure> {
    let named = [("name", clean_line(name).into())];
    let again = ask::in_question(texts, &texts.with("ask-recuse-again", &named));
    let stranger = ask::in_question(texts, &texts.with("ask-recuse-stranger", &named));
    let mut refused = failure;
    loop {
        let other = typed(console, texts, &ask::told(texts, Some(&refused), &again))?;
        if !other.is_empty() {
            match unknown(service, envelope, &other)? {
                None => return Ok(Meant::Recused(other)),
                Some(failure) => refused = failure,
            }
            continue;
        }
        match typed(console, texts, &stranger)?.to_lowercase().as_str() {
            "a" => return Ok(Meant::Accused),
            "n" => return Ok(Meant::Nobody),
            _ => {}
        }
    }
}

/// An answer; the end of input is none.
fn typed(console: &mut dyn Console, texts: &Texts, question: &str) -> Result<String, Failure> {
    let answer = ask::answer(console, texts, question)?;
    Ok(answer.ok_or_else(|| Failure::new("recusal_not_asked"))?.trim().to_owned())
}

/// Why this name cannot be recused, if nobody or several bear it.
fn unknown(service: &dyn Service, envelope: &Envelope, name: &str) -> Result<Option<Failure>, Failure> {
    let seal = SealOptions { recuse: Some(vec![name.to_owned()]), ..SealOptions::default() };
    let check = Envelope { request: Request::BeforeAsking { seal }, ..envelope.clone() };
    let names = ["member_not_found", "member_ambiguous", "member_void", "recusal_unknown"];
    match service.handle(check, &mut |_| {}) {
        Ok(_) => Ok(None),
        Err(failure) if names.contains(&failure.code) => Ok(Some(failure)),
        Err(failure) => Err(failure),
    }
}

/// Adds a name to those complained about, as it was typed: sealed with the rest.
fn note_accused(request: &mut Request, name: &str) {
    let accused = match request {
        Request::CaseNew { case, .. } => Some(&mut case.accused),
        other => seal_options(other).map(|seal| &mut seal.accused),
    };
    if let Some(accused) = accused {
        let noted = accused.take().map(|words| words.0).unwrap_or_default();
        let whole = match noted.split(", ").any(|one| one == name) {
            true => noted,
            false if noted.is_empty() => name.to_owned(),
            false => noted + ", " + name,
        };
        *accused = Some(whole.into());
    }
}
