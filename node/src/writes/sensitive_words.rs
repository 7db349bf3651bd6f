//! Sensitive words, as this node uses them: the shipped lists with what was added and taken out here.
//!
//! Every free text is looked at before it is saved, on whatever way it comes in. What was found is told by field and topic
//! only: the words themselves are not stored, logged or sent.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use crdt_model::case::schema;
use crdt_model::edit::NewCase;
use crdt_model::sensitive_words::{self, LANGUAGES, Topic, WordList};
use crdt_model::view::CaseView;
use serde_json::{Value as Json, json};

use crate::error::Failure;
use crate::log::{Log, marks};
use crate::store::{Space, WORDS};

/// The warning of a reply whose words call for sealing.
pub(crate) const SENSITIVE_WORDS: &str = "sensitive_words";

static SHIPPED: LazyLock<Arc<WordList>> = LazyLock::new(|| Arc::new(WordList::shipped()));

/// What was changed here in one list.
#[derive(Debug, Default, Clone, serde::Serialize, serde::Deserialize)]
struct Local {
    added: BTreeSet<String>,
    removed: BTreeSet<String>,
}

/// Key of a list's changes in the space `meta`.
fn key(lang: &str) -> Vec<u8> {
    [WORDS, lang.as_bytes()].concat()
}

/// Where words that call for sealing stand: each field once, with the gravest topic.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Found(Vec<(String, Topic)>);

impl Found {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields, each with its gravest topic.
    pub(crate) fn topics(&self) -> impl Iterator<Item = (&str, Topic)> {
        self.0.iter().map(|(field, topic)| (field.as_str(), *topic))
    }

    /// `[{"field", "topic", "audience"}]`.
    pub(crate) fn json(&self) -> Json {
        let row = |(field, topic): &(String, Topic)| json!({"field": field, "topic": topic.code(), "audience": topic.audience()});
        self.0.iter().map(row).collect()
    }

    /// Codes for the reply: nothing to warn of where the words are sealed.
    pub(crate) fn warnings(&self, restricted: bool) -> Vec<&'static str> {
        if restricted || self.is_empty() { Vec::new() } else { vec![SENSITIVE_WORDS] }
    }

    /// Adds to the reply of an act what was found, unless the case is restricted.
    pub(crate) fn tell(&self, reply: &mut Json) {
        if self.is_empty() || reply["restricted"] == json!(true) {
            return;
        }
        if let Some(warnings) = reply["warnings"].as_array_mut() {
            warnings.push(json!(SENSITIVE_WORDS));
        }
        reply["sensitive_words"] = self.json();
    }
}

/// Fields that say what happened: they are looked at before those that say who tells it.
const FIRST: [&str; 7] = ["text", "summary", "expected_outcome", "allegation", "accused", "incident_place", "locality"];

/// The texts of a new case, by field.
pub(crate) fn texts_of(new: &NewCase) -> Vec<(&'static str, &str)> {
    let in_words = |field: &schema::Field| matches!(field.kind, schema::Kind::Words(_));
    let fields = new.parts().filter(|(field, _)| in_words(field));
    let mut texts: Vec<_> =
        fields.flat_map(|(field, told)| told.texts().into_iter().map(|text| (field.name, text))).collect();
    texts.extend(new.notes.iter().map(|words| ("notes", words.0.as_str())));
    texts.extend(new.allegation.iter().map(|words| ("allegation", words.0.as_str())));
    texts.sort_by_key(|(name, _)| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()));
    let answer = new.answer.iter().filter_map(|answer| answer.text.as_ref());
    texts.extend(answer.map(|words| ("responses", words.0.as_str())));
    texts
}

/// A case's free texts, as far as its reader sees them.
pub(crate) fn texts_of_view(view: &CaseView) -> Vec<String> {
    let is_words = |field: &&schema::Field| matches!(field.kind, schema::Kind::Words(_));
    schema::FIELDS.iter().filter(is_words).filter_map(|field| view.text(field.name)).map(str::to_owned).collect()
}

/// Looks at texts, each with its field.
pub(crate) fn look<'a>(list: &WordList, texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Found {
    let mut found: Vec<(String, Topic)> = Vec::new();
    for (field, text) in texts {
        let Some(topic) = list.topics(text).into_iter().next() else { continue };
        match found.iter_mut().find(|(held, _)| held == field) {
            Some((_, held)) => *held = topic.min(*held),
            None => found.push((field.to_owned(), topic)),
        }
    }
    Found(found)
}

/// The lists in use on this node.
pub(crate) fn word_list(log: &Log) -> Result<Arc<WordList>, Failure> {
    let locals = local_words(log)?;
    if locals.is_empty() {
        return Ok(Arc::clone(&SHIPPED));
    }
    let removed = |lang: &str, word: &str| {
        let local = locals.iter().find(|(held, _)| held == lang);
        local.is_some_and(|(_, local)| sensitive_words::canonical(word).is_ok_and(|word| local.removed.contains(&word)))
    };
    let mut list = WordList::default();
    for (lang, topic, word) in sensitive_words::shipped().filter(|(lang, _, word)| !removed(lang, word)) {
        let _ = (lang, list.add(word, topic));
    }
    for word in locals.iter().flat_map(|(_, local)| &local.added) {
        let _ = list.add(word, Topic::Other);
    }
    Ok(Arc::new(list))
}

fn local_words(log: &Log) -> Result<Vec<(String, Local)>, Failure> {
    let held = marks::listed(log, &log.store.read()?, WORDS)?;
    let local = |(lang, value): (Vec<u8>, Vec<u8>)| {
        (String::from_utf8_lossy(&lang).into_owned(), serde_json::from_slice(&value).unwrap_or_default())
    };
    let mut locals: Vec<(String, Local)> = held.into_iter().map(local).collect();
    locals.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(locals)
}

/// What a new case's texts would call for.
pub(crate) fn words_in_new(log: &Log, new: &NewCase) -> Result<Found, Failure> {
    Ok(look(&*word_list(log)?, texts_of(new)))
}

/// `boucle words show`.
pub(crate) fn words_show(log: &Log, lang: Option<&str>) -> Result<Json, Failure> {
    let lang = lang.map(language).transpose()?;
    let locals = local_words(log)?;
    let of = |held: &str| locals.iter().find(|(lang, _)| lang == held).map(|(_, local)| local);
    let mut rows: Vec<Json> = Vec::new();
    for (held, topic, word) in sensitive_words::shipped().filter(|(held, ..)| lang.is_none_or(|lang| lang == *held)) {
        let removed =
            sensitive_words::canonical(word).is_ok_and(|word| of(held).is_some_and(|l| l.removed.contains(&word)));
        if !removed {
            rows.push(json!({"lang": held, "word": word, "topic": topic.code(), "shipped": true}));
        }
    }
    for (held, local) in locals.iter().filter(|(held, _)| lang.is_none_or(|lang| lang == held)) {
        let added = local.added.iter();
        rows.extend(added.map(|word| json!({"lang": held, "word": word, "topic": "other", "shipped": false})));
    }
    Ok(Json::Array(rows))
}

/// `boucle words add`, `boucle words remove`.
pub(crate) fn words_change(log: &Log, lang: &str, typed: &[String], adds: bool) -> Result<Json, Failure> {
    let lang = language(lang)?;
    let bad = || Failure::new("bad_value").arg("field", "words").arg("expected", "kadejak*, pot de vin, !viole*");
    let wanted: Vec<String> =
        typed.iter().map(|word| sensitive_words::canonical(word).map_err(|_| bad())).collect::<Result<_, _>>()?;
    let shipped: BTreeSet<String> = sensitive_words::shipped()
        .filter(|(held, ..)| *held == lang)
        .filter_map(|(.., word)| sensitive_words::canonical(word).ok())
        .collect();
    let _writer = log.lock_writer();
    let mut local =
        local_words(log)?.into_iter().find(|(held, _)| held == lang).map_or_else(Local::default, |(_, l)| l);
    let mut changed = 0_usize;
    for word in wanted {
        let done = match (adds, shipped.contains(&word)) {
            (true, true) => local.removed.remove(&word),
            (true, false) => local.added.insert(word),
            (false, true) => local.removed.insert(word),
            (false, false) if local.added.remove(&word) => true,
            (false, false) => return Err(Failure::new("word_not_found").arg("lang", lang)),
        };
        changed += usize::from(done);
    }
    let bytes = serde_json::to_vec(&local).map_err(|error| Failure::new("unexpected").because(&error))?;
    log.commit_quietly(|tx| match local.added.is_empty() && local.removed.is_empty() {
        true => Ok(tx.delete(Space::Meta, &key(lang)).map(drop)?),
        false => Ok(tx.put(Space::Meta, &key(lang), &bytes)?),
    })?;
    let words = shipped.len() - local.removed.len() + local.added.len();
    let (added, removed) = if adds { (changed, 0) } else { (0, changed) };
    Ok(json!({"lang": lang, "added": added, "removed": removed, "words": words}))
}

/// A language code of two or three letters: one of those shipped, or any other.
fn language(code: &str) -> Result<&str, Failure> {
    let sensible = (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
    let expected = || format!("{}, sg…", LANGUAGES.join(", "));
    if sensible { Ok(code) } else { Err(Failure::new("bad_value").arg("field", "lang").arg("expected", expected())) }
}

#[cfg(test)]
mod tests;
