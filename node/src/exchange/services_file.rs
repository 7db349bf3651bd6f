//! Who helps a person who was harmed, from a sheet: one row for a service at a place.
//!
//! All rows are checked before one is written. The same file again changes nothing; a row whose place, kind and name are those
//! of one that is there takes its place.

use crdt_model::name::folded;
use crdt_model::roster::site_scope;
use crdt_model::taxonomy::own::SERVICE_KINDS;
use crdt_model::taxonomy::{OwnRow, OwnTable};
use crdt_model::time::Day;
use serde_json::{Value as Json, json};

use super::import::sheet::{Records, Text};
use super::import_run::{import_failure, read_file};
use crate::error::Failure;
use crate::log::{Log, Reader, Shared};
use crate::members;
use crate::members::tables;
use crate::texts::Texts;

/// Rows of a file at most.
const ROWS_MAX: usize = 2_000;
/// Days after which somebody should make sure of a service again.
const VERIFIED_FOR_DAYS: i32 = 90;
/// Columns, and the texts that name them for people: the first three are needed.
const COLUMNS: [(&str, &str, &[&str]); 8] = [
    ("place", "field-place", &["lieu", "commune", "localite", "ville", "location", "site"]),
    ("kind", "field-kind", &["type", "sorte"]),
    ("name", "field-name", &["service", "structure", "facility"]),
    ("phone", "field-phone", &["tel", "contact", "telephone"]),
    ("hours", "field-service-hours", &["horaires", "opening hours"]),
    ("ages", "field-ages", &["age"]),
    ("cost", "field-cost", &["prix", "price"]),
    ("verified_at", "field-verified", &["verifie", "date de verification"]),
];
const PLACE: usize = 0;
const KIND: usize = 1;
const NAME: usize = 2;
const PHONE: usize = 3;
const VERIFIED: usize = 7;

/// Reads services from a sheet. Reply: `{"file", "rows", "added", "changed", "unchanged"}`.
///
/// # Errors
///
/// `services_no_header`, `bad_value` with row and column, `too_many_rows`; who may not keep tables; what makes a file
/// unreadable. Nothing is written then.
pub(crate) fn load(log: &Log, reader: &mut Reader, path: &str, lang: &str, now_ms: i64) -> Result<Json, Failure> {
    let bytes = read_file(path)?;
    let text = Text::decode(&bytes, None).map_err(|error| import_failure(&error, path))?;
    let mut records = text.records();
    let header = if records.advance() { header(&records) } else { None };
    let texts = Texts::for_lang(lang);
    let Some(header) = header else {
        let looked_for = COLUMNS.map(|(_, name, _)| texts.get(name).into_owned()).join(", ");
        return Err(Failure::new("services_no_header")
            .arg("file", path)
            .arg("looked_for", looked_for)
            .at("file", path));
    };
    let mut rows: Vec<(OwnTable, OwnRow)> = Vec::new();
    let mut lines = Vec::new();
    while records.advance() {
        if records.is_blank() {
            continue;
        }
        if rows.len() >= ROWS_MAX {
            return Err(Failure::new("too_many_rows").arg("file", path).at("file", path));
        }
        let cell = |at: usize| records.cell(at).trim().trim_start_matches('\'').trim().to_owned();
        let cells = header.map(|at| at.map(cell).filter(|cell| !cell.is_empty()));
        let row = row_of(cells, lang).map_err(|(column, expected)| {
            let name = texts.get(COLUMNS[column].1).into_owned();
            let failure = Failure::new("bad_value").arg("field", &name).arg("expected", expected);
            failure.at("file", path).at("row", records.line()).at("column", name)
        })?;
        if !rows.iter().any(|(_, other)| other.code == row.code) {
            rows.push((OwnTable::Service, row));
            lines.push(records.line());
        }
    }
    let n = rows.len();
    let put = tables::put(log, reader, rows, now_ms, &|at, failure| match lines.get(at) {
        Some(line) => failure.at("file", path).at("row", line),
        None => failure.at("file", path),
    })?;
    Ok(json!({"file": path, "rows": n, "added": put.added, "changed": put.changed, "unchanged": put.unchanged}))
}

/// What a row says, or the column that is wrong and what would do.
fn row_of(cells: [Option<String>; COLUMNS.len()], lang: &str) -> Result<OwnRow, (usize, String)> {
    let needed = |at: usize| cells[at].clone().ok_or_else(|| (at, "…".to_owned()));
    let (place, name, said) = (needed(PLACE)?, needed(NAME)?, needed(KIND)?);
    let called = |kind: &str, lang: &str| folded(&Texts::for_lang(lang).code("service", kind)) == folded(&said);
    let kind = SERVICE_KINDS
        .into_iter()
        .find(|kind| folded(kind) == folded(&said) || called(kind, "fr") || called(kind, "en"))
        .ok_or_else(|| {
            (KIND, SERVICE_KINDS.map(|kind| Texts::for_lang(lang).code("service", kind).into_owned()).join(", "))
        })?;
    let verified = match &cells[VERIFIED] {
        Some(day) => Some(day_of(day).ok_or_else(|| (VERIFIED, "2026-11-30, 30/11/2026".to_owned()))?),
        None => None,
    };
    let reach: Vec<&str> = cells[PHONE..VERIFIED].iter().flatten().map(String::as_str).collect();
    let mut row = OwnRow {
        code: code(&place, kind, &name),
        reach: (!reach.is_empty()).then(|| reach.join(" · ")),
        kind: Some(kind.to_owned()),
        place: Some(place),
        verified,
        ..OwnRow::default()
    };
    let language = lang.split(['-', '_']).next().unwrap_or(lang);
    row.label.put(language, &name);
    Ok(row)
}

/// Tells a service from all others: by where, what kind and whose it is.
fn code(place: &str, kind: &str, name: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 code of a service v1");
    for part in [&folded(place), kind, &folded(name)] {
        hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
    }
    format!("{kind}-{}", &hasher.finalize().to_hex()[..12])
}

/// A day in the order of the calendar or as people write it: `2026-11-30`, `30/11/2026`.
fn day_of(typed: &str) -> Option<String> {
    if let Ok(day) = typed.parse::<Day>() {
        return Some(day.to_string());
    }
    let parts: Vec<&str> = typed.split(['/', '.', '-']).map(str::trim).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    format!("{year:0>4}-{month:0>2}-{day:0>2}").parse::<Day>().ok().map(|day| day.to_string())
}

/// Where the columns stand, by their names in any language that there is, or by their codes.
fn header(records: &Records<'_>) -> Option<[Option<usize>; COLUMNS.len()]> {
    let titles: Vec<String> = records.iter().map(folded).collect();
    let is_called = |title: &str, code: &str, name: &str, also: &[&str]| {
        title == folded(code)
            || also.iter().any(|also| folded(also) == title)
            || ["fr", "en"].iter().any(|lang| folded(&Texts::for_lang(lang).get(name)) == title)
    };
    let at = COLUMNS.map(|(code, name, also)| titles.iter().position(|title| is_called(title, code, name, also)));
    at[..=NAME].iter().all(Option::is_some).then_some(at)
}

/// The services of a place, the most pressing kinds first; where it has none of a kind, those elsewhere. Reply: `[{"code",
/// "label", "kind", "place", "reach", "verified", "here", "stale"}]`.
pub(crate) fn near(
    (log, shared): (&Log, &Shared),
    reader: &Reader,
    (near, kind): (Option<&str>, Option<&str>),
    lang: &str,
    now_ms: i64,
) -> Json {
    let site = members::own_site(shared, &reader.member());
    let today = shared.zone_at(&site_scope(&log.org, &site)).day_of(now_ms);
    let offered = shared.own.rows(OwnTable::Service).iter().filter(|row| !row.closed);
    let wanted: Vec<&OwnRow> =
        offered.filter(|row| kind.is_none_or(|kind| row.kind.as_deref() == Some(kind))).collect();
    let is_here = |row: &OwnRow| near.is_none_or(|near| is_at(shared, row.place.as_deref().unwrap_or_default(), near));
    let rank = |row: &OwnRow| SERVICE_KINDS.iter().position(|kind| row.kind.as_deref() == Some(*kind));
    let has_here = |kind: &Option<String>| wanted.iter().any(|row| row.kind == *kind && is_here(row));
    let mut all: Vec<&OwnRow> = wanted.iter().copied().filter(|row| is_here(row) || !has_here(&row.kind)).collect();
    all.sort_by_key(|row| (rank(row), !is_here(row), row.place.clone(), row.code.clone()));
    let told = |row: &OwnRow| {
        let verified = row.verified.as_deref().and_then(|day| day.parse::<Day>().ok());
        let is_stale = verified.is_none_or(|day| today.number() - day.number() > VERIFIED_FOR_DAYS);
        json!({
            "code": row.code, "label": row.called(lang), "kind": row.kind, "place": row.place, "reach": row.reach,
            "verified": row.verified, "here": is_here(row), "stale": is_stale,
        })
    };
    all.into_iter().map(told).collect()
}

/// Whether a place in words or by its code is another, or lies in it.
fn is_at(shared: &Shared, place: &str, near: &str) -> bool {
    let row = |typed: &str| shared.own.find(OwnTable::Place, typed);
    let same = |a: &str, b: &str| folded(a) == folded(b);
    if same(place, near) || folded(near).contains(&folded(place)) {
        return true;
    }
    let (Some(place), Some(near)) = (row(place), row(near)) else { return false };
    let up = |place: &&OwnRow| place.parent.as_ref().and_then(|parent| shared.own.get(OwnTable::Place, parent));
    let all = |from| std::iter::successors(Some(from), up).take(16);
    all(place).any(|of| of.code == near.code) || all(near).any(|of| of.code == place.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_where_what_and_since_when_somebody_is_sure() {
        let cells = ["Tomat", "Médical", "Centre de santé", "66 00 00 01", "8h–16h", "", "gratuit", "30/11/2026"];
        let cells = cells.map(|cell| Some(cell.to_owned()).filter(|cell| !cell.is_empty()));
        let row = row_of(cells.clone(), "fr").expect("a service");
        assert_eq!((row.kind.as_deref(), row.verified.as_deref()), (Some("medical"), Some("2026-11-30")));
        assert_eq!(row.reach.as_deref(), Some("66 00 00 01 · 8h–16h · gratuit"));
        assert_eq!(row.check(OwnTable::Service), Ok(()));
        for (column, wrong) in [(KIND, "magie"), (VERIFIED, "hier")] {
            let mut bad = cells.clone();
            bad[column] = Some(wrong.to_owned());
            assert_eq!(row_of(bad, "fr").map_err(|(at, _)| at), Err(column));
        }
        let mut bare = cells;
        bare[PLACE] = None;
        assert_eq!(row_of(bare, "fr").map_err(|(at, _)| at), Err(PLACE));
    }
}
