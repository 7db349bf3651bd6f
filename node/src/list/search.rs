//! `find`: the cases a person means by a telephone, a reference, an id of another system, a name or words.
//!
//! ```text
//!  telephone   the last eight digits, whatever is between them and in whatever digits     of the person, and who else may be called
//!  id          of another system, of a household, of a card                               whole
//!  name        each word, or one letter off                                               of the person
//!  words       each word of three letters or more, folded                                 of what was said, noted, done and answered
//! ```
//!
//! A row keeps 32 bits of the hash of each; a hit is opened and looked at before it is told. Rows hold only what their reader can
//! open, and are wiped when they lock.

use std::collections::BTreeSet;

use crdt_model::case::facts::TextFact;
use crdt_model::case::schema::{FIELDS, Identity, Kind};
use crdt_model::name::{folded, phone_endings};
use crdt_model::reference::Typed;
use crdt_model::values::DocId;
use crdt_model::view::{CaseView, Shown};
use serde_json::{Value as Json, json};

use super::find::load_numbered;
use super::row::{LISTED, Row};
use super::{catch_up, find_case, rows};
use crate::error::Failure;
use crate::log::{Log, Reader, Shared};

/// Hashes that one row keeps, at most.
const TOKENS_MAX: usize = 256;
/// Letters of a word of a text that is kept, at least; shorter ones are in nearly every case.
const WORD_LEN_MIN: usize = 3;
/// The same of a word of a name.
const NAME_LEN_MIN: usize = 2;
/// A word of a name as long as this is found one letter off, too.
const NEAR_LEN_MIN: usize = 4;
/// Digits that are taken for a telephone, at least.
const PHONE_LEN_MIN: usize = 6;
/// Cases told where nobody said how many.
const HITS_DEFAULT: u64 = 20;
/// Hits opened for each that is told, at most: what two words share by chance is rare.
const OPENED_FOR_ONE: usize = 4;
/// Letters of what the person said that a line tells.
const GIST_LEN: usize = 120;

/// Fields that name the person, or somebody to reach them by.
const NAMES: [&str; 3] = ["reporter_name", "safe_contact", "alt_contact"];
/// Fields that hold telephones.
const PHONES: [&str; 3] = ["phone", "alt_contact", "safe_contact"];
/// Never looked for: it is asked of whoever wants to hear something.
const SECRET: &str = "recall_word";
/// Fields that hold a number of the person elsewhere.
const NUMBERS: [&str; 3] = ["household_id", "card_no", "slip"];

/// By what a case was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Reference,
    Phone,
    Id,
    Name,
    Words,
}

impl By {
    fn code(self) -> &'static str {
        match self {
            Self::Reference => "ref",
            Self::Phone => "phone",
            Self::Id => "external_id",
            Self::Name => "name",
            Self::Words => "words",
        }
    }
}

/// What may be looked for: a kind, and the folded words.
type Mark = (By, String);

fn token((by, what): &Mark) -> u32 {
    let hash = blake3::Hasher::new_derive_key("boucle 2026 what cases are found by v1")
        .update(by.code().as_bytes())
        .update(&[0])
        .update(what.as_bytes())
        .finalize();
    let mut first = [0; 4];
    first.copy_from_slice(&hash.as_bytes()[..4]);
    u32::from_be_bytes(first)
}

fn words(text: &str, len_min: usize) -> impl Iterator<Item = String> {
    let folded = folded(text);
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= len_min)
        .map(str::to_owned)
        .collect();
    words.into_iter()
}

/// A word of a name, and all that is left of it without one of its letters: two words that share one of these are one letter
/// apart, or two.
fn spellings(word: &str) -> Vec<Mark> {
    let letters: Vec<char> = word.chars().collect();
    let mut all = vec![(By::Name, word.to_owned())];
    if letters.len() >= NEAR_LEN_MIN {
        let without = |at: usize| letters.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, c)| *c).collect();
        all.extend((0..letters.len()).map(|at| (By::Name, without(at))));
    }
    all
}

/// Everything that a case is found by.
fn marks(view: &CaseView) -> BTreeSet<Mark> {
    let mut marks = BTreeSet::new();
    for field in PHONES {
        let endings = view.text(field).map(phone_endings).unwrap_or_default();
        marks.extend(endings.into_iter().map(|ending| (By::Phone, ending)));
    }
    for field in NUMBERS {
        marks.extend(view.text(field).and_then(id_key));
    }
    let ids = view.list("external_ids").iter().filter_map(|element| element.split_once(':'));
    marks.extend(ids.filter_map(|(_, id)| id_key(id)));
    for field in NAMES {
        marks.extend(words(view.text(field).unwrap_or_default(), NAME_LEN_MIN).flat_map(|word| spellings(&word)));
    }
    let mut said = |text: &str| marks.extend(words(text, WORD_LEN_MIN).map(|word| (By::Words, word)));
    for field in FIELDS.iter().filter(|field| field.name != SECRET) {
        if let (Kind::Words(_), Identity::None, Shown::Text(text)) =
            (field.kind, field.identity, view.shown(field.name))
        {
            said(text);
        }
    }
    said(view.text("accused").unwrap_or_default());
    let mut texts = |facts: &mut dyn Iterator<Item = &TextFact>| facts.for_each(|fact| said(&fact.text.0));
    if let Ok(words) = &view.facts.words {
        texts(&mut words.notes.values().map(|dated| &dated.fact));
        words.actions.values().for_each(|dated| said(&dated.fact.what.0));
        words.response_texts.values().for_each(|dated| said(&dated.fact.text.0));
    }
    if let Ok(sealed) = &view.facts.sealed {
        sealed.allegations.values().for_each(|dated| said(&dated.fact.text.0));
    }
    marks
}

/// What a row keeps of it, ascending. The kinds stand in the order of their worth: of very long texts the end is not kept.
pub(super) fn tokens(view: &CaseView) -> Box<[u32]> {
    let mut tokens: Vec<u32> = marks(view).iter().take(TOKENS_MAX).map(token).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens.into()
}

/// An id as it is looked for: folded, letters and digits alone.
fn id_key(typed: &str) -> Option<Mark> {
    let key: String = folded(typed).chars().filter(|c| c.is_alphanumeric()).collect();
    (!key.is_empty()).then_some((By::Id, key))
}

/// What is looked for: any of these; of each kind all the groups; of each group any mark.
struct Sought(Vec<(By, Vec<Vec<Mark>>)>);

impl Sought {
    fn of(typed: &str) -> Self {
        let mut any = Vec::new();
        let digits = typed.chars().filter(|c| c.is_numeric()).count();
        let endings = phone_endings(typed);
        if digits >= PHONE_LEN_MIN && !endings.is_empty() {
            any.push((By::Phone, vec![endings.into_iter().map(|ending| (By::Phone, ending)).collect()]));
        }
        // with the name of its system before it, or without
        let bare = typed.split_once(':').and_then(|(_, id)| id_key(id));
        let ids: Vec<Mark> = id_key(typed).into_iter().chain(bare).collect();
        if !ids.is_empty() {
            any.push((By::Id, vec![ids]));
        }
        let of_names: Vec<Vec<Mark>> = words(typed, NAME_LEN_MIN).map(|word| spellings(&word)).collect();
        if !of_names.is_empty() {
            any.push((By::Name, of_names));
        }
        // a word of a text, or of the name of who said it
        let either: Vec<Vec<Mark>> = words(typed, WORD_LEN_MIN)
            .map(|word| spellings(&word).into_iter().chain([(By::Words, word)]).collect())
            .collect();
        if !either.is_empty() {
            any.push((By::Words, either));
        }
        Self(any)
    }

    fn tokens(&self) -> Vec<(By, Vec<Vec<u32>>)> {
        let of_group = |group: &Vec<Mark>| group.iter().map(token).collect();
        self.0.iter().map(|(by, groups)| (*by, groups.iter().map(of_group).collect())).collect()
    }

    /// By what a case is one of those looked for.
    fn finds(&self, marks: &BTreeSet<Mark>) -> Option<By> {
        let holds = |group: &Vec<Mark>| group.iter().any(|mark| marks.contains(mark));
        self.0.iter().find(|(_, groups)| groups.iter().all(holds)).map(|(by, _)| *by)
    }
}

/// Tokens that are looked for, as one bit each: most rows hold none of them, and are told so without a search.
struct Sieve(Box<[u64; SIEVE_WORDS]>);

/// Bits of a sieve: 65,536.
const SIEVE_WORDS: usize = 1024;

impl Sieve {
    fn of(tokens: impl Iterator<Item = u32>) -> Self {
        let mut bits = Box::new([0_u64; SIEVE_WORDS]);
        for token in tokens {
            let (word, bit) = Self::place(token);
            bits[word] |= bit;
        }
        Self(bits)
    }

    fn place(token: u32) -> (usize, u64) {
        ((token >> 6) as usize % SIEVE_WORDS, 1 << (token % 64))
    }

    fn may_hold(&self, token: u32) -> bool {
        let (word, bit) = Self::place(token);
        self.0[word] & bit != 0
    }
}

/// Cases that somebody means: the one of that reference, then those still open, the newest first. Reply: as a line of `case list`,
/// with `by` (`ref`, `phone`, `external_id`, `name` or `words`), `person`, `phone` and `gist`, the beginning of what was said.
///
/// # Errors
///
/// `missing` without anything to look for; when the store cannot be read.
pub(crate) fn find(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    typed: &str,
    limit: Option<u64>,
    now_ms: i64,
) -> Result<Json, Failure> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Failure::new("missing").arg("missing", "what").arg("fields", "what"));
    }
    let limit = usize::try_from(limit.unwrap_or(HITS_DEFAULT)).unwrap_or(usize::MAX);
    catch_up(log, shared, reader)?;
    let snapshot = log.store.read()?;
    let mut told: Vec<Json> = Vec::new();
    let mut seen = BTreeSet::new();
    // a telephone is no reference, and what is none is not looked for among all of them
    let is_reference = typed == "@last" || (typed.contains('-') && Typed::parse(typed).is_ok());
    if let Some(Ok(loaded)) = is_reference.then(|| find_case(log, shared, reader, typed)) {
        seen.insert(loaded.doc);
        let view = loaded.view(now_ms);
        told.extend(
            rows(reader).line_of(loaded.doc, shared, now_ms).map(|line| with_person(line, &view, By::Reference)),
        );
    }
    let sought = Sought::of(typed);
    let wanted = sought.tokens();
    let list = rows(reader);
    let sieve = Sieve::of(wanted.iter().flat_map(|(_, groups)| groups.iter().flatten().copied()));
    let mut hits: Vec<(bool, std::cmp::Reverse<Option<i64>>, u32, DocId)> = Vec::new();
    for (doc, beside) in &list.beside {
        if !beside.tokens.iter().any(|token| sieve.may_hold(*token)) {
            continue;
        }
        let Some(row) = list.rows.get(*doc as usize).filter(|row| row.is(LISTED)) else { continue };
        let holds = |group: &Vec<u32>| group.iter().any(|token| beside.tokens.binary_search(token).is_ok());
        if wanted.iter().any(|(_, groups)| groups.iter().all(holds)) {
            hits.push((is_over(row), std::cmp::Reverse(row.received_from()), row.scope, row.case_id));
        }
    }
    hits.sort_unstable();
    let most = limit.saturating_mul(OPENED_FOR_ONE);
    for (_, _, scope, doc) in hits.into_iter().take(most) {
        if told.len() >= limit {
            break;
        }
        if !seen.insert(doc) {
            continue;
        }
        let view = load_numbered(log, &snapshot, shared, reader, scope, doc)?.view(now_ms);
        if let Some(by) = sought.finds(&marks(&view)) {
            told.extend(rows(reader).line_of(doc, shared, now_ms).map(|line| with_person(line, &view, by)));
        }
    }
    Ok(Json::Array(told))
}

fn is_over(row: &Row) -> bool {
    row.status() == "closed"
}

fn with_person(mut line: Json, view: &CaseView, by: By) -> Json {
    line["by"] = json!(by.code());
    line["person"] = json!(view.text("reporter_name"));
    line["phone"] = json!(view.text("phone"));
    let said = view.text("text").unwrap_or_default();
    let gist: String = said.chars().take(GIST_LEN).collect();
    line["gist"] = json!(if gist.len() < said.len() { format!("{}…", gist.trim_end()) } else { gist });
    line
}

#[cfg(test)]
mod tests;
