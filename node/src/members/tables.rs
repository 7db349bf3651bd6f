//! `boucle taxonomy add`, `set`, `import`, `export`: the tables that the organisation keeps itself.

use std::path::Path;

use crdt_model::case::schema;
use crdt_model::layer::Value;
use crdt_model::name::folded;
use crdt_model::taxonomy::own::{ROWS_MAX, RowFault, STATEMENTS_MAX};
use crdt_model::taxonomy::{OwnRow, OwnTable, OwnTables, Statement, Taxonomy, TaxonomyError};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::write_knowledge;
use crate::error::{Failure, IoOperation};
use crate::log::own_tables::{may_keep, tables_doc};
use crate::log::{Log, Reader, Shared};

/// Largest file of tables, bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What is said of a row: what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowChange {
    /// Labels: `fr=Transferts`, or one in the language of whoever asks.
    pub labels: Vec<String>,
    /// Other names; empty: as they are.
    pub also: Vec<String>,
    /// Of a place.
    pub parent: Option<String>,
    /// Of a level.
    pub rank: Option<u32>,
    /// Of a level or a body: hours.
    pub within_h: Option<u32>,
    /// Of a body or a service: how it is reached.
    pub reach: Option<String>,
    /// Of a service.
    pub kind: Option<String>,
    /// Of a service.
    pub place: Option<String>,
    /// Of a service: a day.
    pub verified: Option<String>,
    /// Of a body; as the others below, empty: as they are.
    pub audiences: Vec<String>,
    /// Of a body.
    pub sensitivities: Vec<String>,
    /// Of a body.
    pub projects: Vec<String>,
    /// Of a body.
    pub fields: Vec<String>,
    /// Whether it is offered no more.
    pub closed: Option<bool>,
}

/// A row to be added or changed.
pub(crate) struct RowOrder<'a> {
    pub(crate) table: &'a str,
    pub(crate) code: &'a str,
    pub(crate) change: &'a RowChange,
    /// A new one; else one that is there.
    pub(crate) adds: bool,
    /// Language of a label that names none.
    pub(crate) lang: &'a str,
}

fn table_named(typed: &str) -> Result<OwnTable, Failure> {
    let names = OwnTable::ALL.iter().map(|table| table.name());
    OwnTable::named(typed).ok_or_else(|| Failure::not_in_taxonomy("table", typed, names))
}

fn faulty(fault: RowFault) -> Failure {
    Failure::new("bad_value").arg("field", fault.field).arg("expected", fault.expected).at("field", fault.field)
}

/// Fails unless this member may keep the table.
fn require_keeping(shared: &Shared, reader: &Reader, table: OwnTable) -> Result<(), Failure> {
    let me = reader.member();
    if may_keep(&shared.roster, &me, table) {
        return Ok(());
    }
    if shared.roster.founding.is_none() {
        return Err(Failure::new("sync_first"));
    }
    let keepers = shared.roster.members.keys().filter(|id| may_keep(&shared.roster, id, table)).copied();
    let roles = super::roles(shared, &me).join(", ");
    Err(Failure::new("not_permitted").arg("role", roles).arg("who", shared.names_of(keepers)))
}

/// Whether this member may add a row to a table.
pub(crate) fn may_add(shared: &Shared, reader: &Reader, table: &str) -> bool {
    OwnTable::named(table).is_some_and(|table| require_keeping(shared, reader, table).is_ok())
}

/// Whether a place lies in another, however far down; of places in a circle each does.
fn lies_in(own: &OwnTables, table: OwnTable, place: &str, other: &str) -> bool {
    let up = |place: &OwnRow| place.parent.as_ref().and_then(|parent| own.get(table, parent));
    let all = std::iter::successors(own.get(table, place), |place| up(place)).take(ROWS_MAX);
    all.into_iter().any(|place| place.code == other)
}

/// What a row names beside itself is there.
fn check_references(shared: &Shared, own: &OwnTables, table: OwnTable, row: &OwnRow) -> Result<(), Failure> {
    row.check(table).map_err(faulty)?;
    let taxonomy = shared.taxonomy;
    let known = |language: &str| taxonomy.languages.iter().any(|known| known == language);
    if let Some((language, _)) = row.label.iter().find(|(language, _)| !known(language)) {
        return Err(Failure::not_in_taxonomy("lang", language, taxonomy.languages.iter().map(String::as_str)));
    }
    if let Some(parent) = row.parent.as_ref().filter(|parent| own.get(table, parent).is_none()) {
        return Err(Failure::not_in_taxonomy("parent", parent, own.rows(table).iter().map(|row| row.code.as_str())));
    }
    if let Some(parent) = row.parent.as_ref().filter(|parent| lies_in(own, table, parent, &row.code)) {
        return Err(Failure::new("place_in_circle").arg("code", &row.code).arg("parent", parent).at("parent", parent));
    }
    let has_rank = |other: &&OwnRow| {
        table == OwnTable::Level && !row.closed && !other.closed && other.code != row.code && other.rank == row.rank
    };
    if let Some(other) = own.rows(table).iter().find(has_rank) {
        let rank = row.rank.unwrap_or_default();
        return Err(Failure::new("level_rank_taken").arg("code", &other.code).arg("rank", rank).at("rank", rank));
    }
    if let Some(audience) = row.audiences.iter().find(|audience| !taxonomy.audiences.contains(audience)) {
        return Err(Failure::not_in_taxonomy("audience", audience, taxonomy.audiences.codes()));
    }
    match row.fields.iter().find(|name| schema::field(name).is_none()) {
        Some(name) => Err(Failure::new("unknown_field").arg("field", name).arg("near", schema::near(name).join(", "))),
        None => Ok(()),
    }
}

/// `--label fr=Transferts` or `--label Transferts`.
fn put_label(taxonomy: &Taxonomy, row: &mut OwnRow, label: &str, lang: &str) {
    let named = label.split_once('=').filter(|(language, _)| taxonomy.languages.iter().any(|known| known == language));
    let lang = lang.split(['-', '_']).next().unwrap_or(lang);
    let lang = if taxonomy.languages.iter().any(|known| known == lang) { lang } else { &taxonomy.default_language };
    let (language, label) = named.unwrap_or((lang, label));
    row.label.put(language, label.trim());
}

fn changed(shared: &Shared, table: OwnTable, row: &OwnRow, order: &RowOrder<'_>) -> OwnRow {
    let mut row = row.clone();
    let change = order.change;
    for label in &change.labels {
        put_label(shared.taxonomy, &mut row, label, order.lang);
    }
    let lists = [
        (&mut row.also, &change.also),
        (&mut row.audiences, &change.audiences),
        (&mut row.sensitivities, &change.sensitivities),
        (&mut row.projects, &change.projects),
        (&mut row.fields, &change.fields),
    ];
    for (held, said) in lists.into_iter().filter(|(_, said)| !said.is_empty()) {
        held.clone_from(said);
    }
    // projects are named as people call them
    for project in &mut row.projects {
        if let Some(known) = shared.own.find(OwnTable::Project, project) {
            project.clone_from(&known.code);
        }
    }
    if let Some(parent) = &change.parent {
        let known = shared.own.find(table, parent).map_or(parent, |known| &known.code);
        row.parent = Some(known.clone());
    }
    row.rank = change.rank.or(row.rank);
    row.within_h = change.within_h.or(row.within_h);
    row.reach = change.reach.clone().or(row.reach);
    row.kind = change.kind.clone().or(row.kind);
    row.place = change.place.clone().or(row.place);
    row.verified = change.verified.clone().or(row.verified);
    row.closed = change.closed.unwrap_or(row.closed);
    row
}

/// `taxonomy add`, `taxonomy set`. Reply: `{"table", "code", "label", "closed", "added"}`.
///
/// # Errors
///
/// `not_in_taxonomy`, `not_permitted`, `row_exists`, `row_not_found`, `bad_value`, `unknown_field`, `place_in_circle`,
/// `level_rank_taken`.
pub(crate) fn set(log: &Log, reader: &mut Reader, order: &RowOrder<'_>, now_ms: i64) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let shared = log.shared();
    let table = table_named(order.table)?;
    require_keeping(&shared, reader, table)?;
    let typed = order.code.trim();
    let code = if table == OwnTable::Place { typed.to_ascii_uppercase() } else { typed.to_owned() };
    let held = match order.adds {
        true => shared.own.rows(table).iter().find(|row| folded(&row.code) == folded(&code)),
        false => shared.own.find(table, typed),
    };
    let row = match (held, order.adds) {
        (Some(held), true) => {
            return Err(Failure::new("row_exists").arg("table", table.name()).arg("code", &held.code));
        }
        (None, false) => {
            let near = shared.own.near(table, typed).into_iter().map(|row| row.code.as_str());
            let near = near.collect::<Vec<_>>().join(", ");
            return Err(Failure::new("row_not_found").arg("table", table.name()).arg("near", near));
        }
        (None, true) => OwnRow { code, ..OwnRow::default() },
        (Some(held), false) => held.clone(),
    };
    let row = changed(&shared, table, &row, order);
    check_references(&shared, &shared.own, table, &row)?;
    if held.is_none() && shared.own.rows(table).len() >= ROWS_MAX {
        return Err(Failure::new("too_many").arg("field", table.name()));
    }
    if held != Some(&row) {
        write(log, reader, &shared, &[(table, row.clone())], now_ms)?;
    }
    let label = row.called(order.lang);
    Ok(json!({"table": table.name(), "code": row.code, "label": label, "closed": row.closed, "added": order.adds}))
}

fn write(
    log: &Log,
    reader: &mut Reader,
    shared: &Shared,
    rows: &[(OwnTable, OwnRow)],
    now_ms: i64,
) -> Result<(), Failure> {
    let said = rows.iter().map(|(table, row)| {
        let before = shared.own_said.get(&(*table, row.code.clone()));
        let n = before.map_or(0, |n| n.saturating_add(1)).min(STATEMENTS_MAX);
        let statement = Statement { n, row: row.clone() };
        (statement.key(*table), Value::Bytes(statement.bytes()))
    });
    let said: Vec<(String, Value)> = said.collect();
    if !write_knowledge(log, reader, tables_doc(&log.org), &said, now_ms)? {
        return Err(Failure::new("sync_first"));
    }
    log.refresh()
}

/// `taxonomy import FILE`: rows of the file are added, or put in the place of those of their codes; what is not in it stays.
/// Reply: `{"file", "added", "changed", "unchanged"}`.
///
/// # Errors
///
/// As `taxonomy add`, and `taxonomy_file_bad` with what is wrong in it. Nothing is written then.
pub(crate) fn import(log: &Log, reader: &mut Reader, path: &str, now_ms: i64) -> Result<Json, Failure> {
    let fail = |error: std::io::Error| Failure::io(IoOperation::Read, Path::new(path), &error);
    let about = std::fs::metadata(path).map_err(fail)?;
    if !about.is_file() {
        return Err(Failure::new("not_a_file").arg("file", path).at("file", path));
    }
    if about.len() > FILE_BYTES_MAX {
        return Err(Failure::new("file_too_large").arg("file", path).at("file", path));
    }
    let text = std::fs::read_to_string(path).map_err(fail)?;
    let file = OwnTables::parse(&text).map_err(|error| bad_file(path, &error))?;
    let wanted =
        OwnTable::ALL.into_iter().flat_map(|table| file.rows(table).iter().map(move |row| (table, row.clone())));
    let wanted: Vec<(OwnTable, OwnRow)> = wanted.collect();
    let put = put(log, reader, wanted.clone(), now_ms, &|at, failure| {
        let setting = failure.args.iter().find(|(name, _)| *name == "field").map(|(_, setting)| setting.as_str());
        let setting = setting.unwrap_or(match failure.code {
            "place_in_circle" => "parent",
            "level_rank_taken" => "rank",
            _ => "fields",
        });
        match wanted.get(at) {
            Some((table, row)) => bad_entry(path, table.name(), &row.code, setting),
            None => failure,
        }
    })?;
    Ok(json!({"file": path, "added": put.added, "changed": put.changed, "unchanged": put.unchanged}))
}

/// What became of rows that were put into the tables.
pub(crate) struct Put {
    pub(crate) added: usize,
    pub(crate) changed: usize,
    pub(crate) unchanged: usize,
}

/// Adds rows, or puts them in the place of those of their codes. All are checked before one is written; `bad` says of a row,
/// by its place, what is wrong with it.
///
/// # Errors
///
/// Who may not keep a table; what is wrong with a row; `too_many`.
pub(crate) fn put(
    log: &Log,
    reader: &mut Reader,
    wanted: Vec<(OwnTable, OwnRow)>,
    now_ms: i64,
    bad: &dyn Fn(usize, Failure) -> Failure,
) -> Result<Put, Failure> {
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let shared = log.shared();
    let (mut rows, mut added, mut unchanged) = (Vec::new(), 0_usize, 0_usize);
    for (at, (table, row)) in wanted.into_iter().enumerate() {
        // one code, in whatever case it is written
        let held = shared.own.rows(table).iter().find(|held| folded(&held.code) == folded(&row.code));
        let row = OwnRow { code: held.map_or(&row.code, |held| &held.code).clone(), ..row };
        match held {
            Some(held) if *held == row => unchanged += 1,
            _ => {
                added += usize::from(held.is_none());
                rows.push((at, (table, row)));
            }
        }
    }
    for table in OwnTable::ALL.into_iter().filter(|table| rows.iter().any(|(_, (of, _))| of == table)) {
        require_keeping(&shared, reader, table)?;
    }
    let statement = |(_, (table, row)): &(usize, (OwnTable, OwnRow))| {
        (*table, Statement { n: 0, row: row.clone() }, reader.member())
    };
    let all = shared.own.with(rows.iter().map(statement));
    for (at, (table, row)) in &rows {
        check_references(&shared, &all, *table, row).map_err(|failure| bad(*at, failure))?;
        if all.get(*table, &row.code).is_none() {
            return Err(Failure::new("too_many").arg("field", table.name()));
        }
    }
    let rows: Vec<(OwnTable, OwnRow)> = rows.into_iter().map(|(_, row)| row).collect();
    if !rows.is_empty() {
        write(log, reader, &shared, &rows, now_ms)?;
    }
    Ok(Put { added, changed: rows.len() - added, unchanged })
}

/// What is wrong with a file of tables, by its place: nothing of what stands there, for it may be what a person typed.
fn bad_file(path: &str, error: &TaxonomyError) -> Failure {
    let bad = |fault: &str| Failure::new("taxonomy_file_bad").arg("file", path).at("file", path).arg("fault", fault);
    match error {
        TaxonomyError::SyntaxAt { line } => bad("syntax").arg("line", line),
        TaxonomyError::UnknownTable { nearest, .. } => bad("unknown_table").arg("near", nearest.join(", ")),
        TaxonomyError::Table { table, .. } => bad("table").arg("table", table),
        TaxonomyError::DuplicateCode { table, code } => bad("twice").arg("table", table).arg("code", shown_code(code)),
        TaxonomyError::Entry { table, code, reason } => {
            // the setting stands between the first marks
            let setting = reason.split('`').nth(1).filter(|setting| is_setting(setting)).unwrap_or_default();
            bad_entry(path, table, code, setting)
        }
        _ => bad("other"),
    }
}

fn bad_entry(path: &str, table: &str, code: &str, setting: &str) -> Failure {
    let fault = if setting.is_empty() { "entry" } else { "setting" };
    let bad = Failure::new("taxonomy_file_bad").arg("file", path).at("file", path).arg("fault", fault);
    bad.arg("table", table).arg("code", shown_code(code)).arg("setting", setting)
}

/// A code as it may be told; the place of an entry without one begins with `#`.
fn shown_code(code: &str) -> &str {
    if crdt_model::values::is_code(code.trim_start_matches('#')) { code } else { "…" }
}

/// Whether it is a setting that rows have.
fn is_setting(name: &str) -> bool {
    const SETTINGS: [&str; 15] = [
        "code",
        "label",
        "also",
        "closed",
        "parent",
        "rank",
        "within_h",
        "reach",
        "audiences",
        "sensitivities",
        "projects",
        "fields",
        "kind",
        "place",
        "verified",
    ];
    SETTINGS.contains(&name)
}

/// `taxonomy export FILE`: a file that `taxonomy import` reads. Reply: `{"file", "rows"}`.
///
/// # Errors
///
/// `file_exists`, and what the system refuses.
pub(crate) fn export(shared: &Shared, path: &str) -> Result<Json, Failure> {
    use std::io::Write;
    let file = Path::new(path);
    let fail = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::new("file_exists").arg("file", path).at("file", path),
        _ => Failure::io(IoOperation::Write, file, &error),
    };
    let mut out = std::fs::File::options().write(true).create_new(true).open(file).map_err(fail)?;
    let written = out.write_all(shared.own.to_toml().as_bytes()).and_then(|()| out.sync_all());
    if written.is_err() {
        // half a file is in the way of the next
        let _ = std::fs::remove_file(file);
    }
    written.map_err(fail)?;
    let rows: usize = OwnTable::ALL.iter().map(|table| shared.own.rows(*table).len()).sum();
    Ok(json!({"file": path, "rows": rows}))
}

/// Puts names beside the codes of bodies and levels in a case.
pub(crate) fn name_bodies(own: &OwnTables, shown: &mut Json, lang: &str) {
    let lists = [
        ("notices", "body", OwnTable::Body),
        ("clocks", "body", OwnTable::Body),
        ("appeals", "level", OwnTable::Level),
    ];
    for (list, part, table) in lists {
        for told in shown.get_mut(list).and_then(Json::as_array_mut).into_iter().flatten() {
            if let Some(code) = told[part].as_str() {
                told["label"] = json!(own.get(table, code).map_or(code, |row| row.called(lang)));
            }
        }
    }
    if let Some(code) = shown["level"]["code"].as_str().map(str::to_owned) {
        shown["level"]["label"] = json!(own.get(OwnTable::Level, &code).map_or(code.as_str(), |row| row.called(lang)));
    }
}

/// The rows of a table, as `taxonomy show` prints them.
pub(crate) fn shown(own: &OwnTables, table: OwnTable, lang: &str) -> Json {
    let row = |row: &OwnRow| {
        let mut told = json!({"code": row.code, "label": row.called(lang), "closed": row.closed});
        let more = serde_json::to_value(row).unwrap_or(Json::Null);
        for (name, value) in more.as_object().into_iter().flatten() {
            if !matches!(name.as_str(), "code" | "label" | "closed") {
                told[name] = value.clone();
            }
        }
        told
    };
    match table {
        OwnTable::Level => own.levels().into_iter().map(row).collect(),
        _ => own.rows(table).iter().map(row).collect(),
    }
}

/// What the codes of a case are called that stand in the organisation's own tables, by field: only those that have a name.
pub(crate) fn labels(own: &OwnTables, shown: &Json, lang: &str) -> Json {
    let mut labels = serde_json::Map::new();
    let location = ["admin1", "admin2", "admin3"].map(|field| (field, &shown["location"][field]));
    let plain = ["project", "partner", "spoken_language"].map(|field| (field, &shown[field]));
    let outcome = ("resolution", &shown["resolution"]["outcome"]);
    for (field, value) in location.into_iter().chain(plain).chain([outcome]) {
        let schema::Kind::Listed(table) = schema::field(field).map_or(schema::Kind::Code, |field| field.kind) else {
            continue;
        };
        if let Some(row) = value.as_str().and_then(|code| own.get(table, code)) {
            labels.insert(field.to_owned(), json!(row.called(lang)));
        }
    }
    Json::Object(labels)
}

#[cfg(test)]
mod tests;
