//! Who gets which cases, from a table: one row for a site and a category.
//!
//! All rows are checked before one is written. The same file again changes nothing.

use std::collections::BTreeMap;

use crdt_model::name::folded;
use crdt_model::roster::Operation;
use serde_json::{Value as Json, json};

use super::import::sheet::{Records, Text};
use super::import_run::{import_failure, read_file};
use crate::cases;
use crate::error::Failure;
use crate::log::{Log, Reader};
use crate::members::routing::{self, RouteChange};
use crate::texts::Texts;

/// Rows of a file at most.
const ROWS_MAX: usize = 2_000;
/// Columns, and the texts that name them for people. The first is needed, and one of the last three.
const COLUMNS: [(&str, &str); 5] = [
    ("site", "field-site"),
    ("category", "field-category"),
    ("to", "field-to"),
    ("duty_phone", "field-duty-phone"),
    ("alternate_phone", "field-alternate-phone"),
];
const SITE: usize = 0;
const CATEGORY: usize = 1;
const TO: usize = 2;
const DUTY: usize = 3;
const ALTERNATE: usize = 4;

/// A row as it was typed: absent where its cell is blank.
struct Row {
    line: u64,
    cells: [Option<String>; COLUMNS.len()],
}

/// Says what the file says. Reply: `{"file", "rows", "changed", "unchanged"}`, in rows.
///
/// # Errors
///
/// As of [`routing::routing_set`], with the row and the column; `routing_no_header`, `routing_twice`, `too_many_rows`, and what
/// makes a file unreadable. Nothing is written then.
pub(crate) fn routing_import(log: &Log, reader: &mut Reader, path: &str, lang: &str) -> Result<Json, Failure> {
    let rows = read(path, lang)?;
    let (mut told, mut fresh, mut changed) = (BTreeMap::new(), Vec::new(), 0);
    for row in &rows {
        let said = said_by(log, reader, row).map_err(|(column, failure)| {
            let failure = failure.at("file", path).at("row", row.line);
            failure.at("column", Texts::for_lang(lang).get(COLUMNS[column].1))
        })?;
        let before = fresh.len();
        for (operation, is_new) in said {
            let Operation::SiteSaid { site, key, value } = &operation else { continue };
            match told.insert((site.clone(), key.clone()), (value.clone(), row.line)) {
                Some((other, line)) if other != *value => {
                    let twice = Failure::new("routing_twice").arg("file", path).arg("site", site).arg("other", line);
                    return Err(twice.at("file", path).at("row", row.line));
                }
                Some(_) => {}
                None if is_new => fresh.push(operation),
                None => {}
            }
        }
        changed += usize::from(fresh.len() > before);
    }
    routing::say(log, fresh)?;
    Ok(json!({"file": path, "rows": rows.len(), "changed": changed, "unchanged": rows.len() - changed}))
}

/// What a row says, each with whether it is not said yet; or the column that is wrong, and why.
fn said_by(log: &Log, reader: &mut Reader, row: &Row) -> Result<Vec<(Operation, bool)>, (usize, Failure)> {
    let cell = |column: usize| row.cells[column].as_deref();
    let whom = |reader: &Reader, to: &str| match to {
        "-" => Ok(None),
        to => cases::who(&log.shared(), reader, to).map(Some),
    };
    let to = cell(TO).map(|to| whom(reader, to)).transpose().map_err(|failure| (TO, failure))?;
    let change = RouteChange { category: cell(CATEGORY), to, duty_phone: cell(DUTY), alternate_phone: cell(ALTERNATE) };
    routing::routed_by(log, reader, cell(SITE).unwrap_or_default(), &change).map(|(.., said)| said).map_err(|failure| {
        let is_of = |field: &str| failure.args.iter().any(|(name, value)| *name == "field" && value == field);
        let column = match failure.code {
            "not_in_taxonomy" | "route_sealed" => CATEGORY,
            "bad_value" if is_of("duty_phone") => DUTY,
            "bad_value" => ALTERNATE,
            _ => SITE,
        };
        (column, failure)
    })
}

fn read(path: &str, lang: &str) -> Result<Vec<Row>, Failure> {
    let bytes = read_file(path)?;
    let text = Text::decode(&bytes, None).map_err(|error| import_failure(&error, path))?;
    let mut records = text.records();
    let header = if records.advance() { header(&records) } else { None };
    let Some(header) = header else {
        let texts = Texts::for_lang(lang);
        let looked_for = COLUMNS.map(|(_, name)| texts.get(name).into_owned()).join(", ");
        return Err(Failure::new("routing_no_header").arg("file", path).arg("looked_for", looked_for).at("file", path));
    };
    let mut rows = Vec::new();
    while records.advance() {
        if records.is_blank() {
            continue;
        }
        if rows.len() >= ROWS_MAX {
            return Err(Failure::new("too_many_rows").arg("file", path).at("file", path));
        }
        // a telephone may bear the mark that kept it from being a formula
        let cell = |at: usize| records.cell(at).trim().trim_start_matches('\'').trim().to_owned();
        let cells = header.map(|at| at.map(cell).filter(|cell| !cell.is_empty()));
        rows.push(Row { line: records.line(), cells });
    }
    Ok(rows)
}

/// Where the columns stand, by their names in any language that there is, or by their codes.
fn header(records: &Records<'_>) -> Option<[Option<usize>; COLUMNS.len()]> {
    let titles: Vec<String> = records.iter().map(folded).collect();
    let is_called = |title: &str, code: &str, name: &str| {
        title == folded(code) || ["fr", "en"].iter().any(|lang| folded(&Texts::for_lang(lang).get(name)) == title)
    };
    let at = COLUMNS.map(|(code, name)| titles.iter().position(|title| is_called(title, code, name)));
    let says_something = at[TO..].iter().any(Option::is_some);
    (at[SITE].is_some() && says_something).then_some(at)
}

#[cfg(test)]
mod tests;
