//! Lists of households or of payments, to be looked up at a call: on this device alone, and for a time.
//!
//! Such a list tells who gets what. It goes to no other node and into no file; it lies sealed in the store, in memory only while
//! somebody is let in, and is dropped on its day, by whoever looks first.

use crdt_model::name::{folded, phone_endings};
use crdt_model::taxonomy::Capabilities;
use crdt_model::values::Words;
use crdt_model::values::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use zeroize::Zeroize;

use super::import::sheet::Text;
use super::import_run::{import_failure, read_file};
use crate::error::Failure;
use crate::log::{Log, Reader};
use crate::members;
use crate::store::{Snapshot, Space};

/// Kinds of lists: one of each at most.
pub const REFERENCE_KINDS: [&str; 2] = ["households", "payments"];
/// Rows of a list at most.
const ROWS_MAX: usize = 200_000;
/// Columns of a list at most.
const COLUMNS_MAX: usize = 64;
/// Bytes of a cell that are kept at most.
const CELL_BYTES_MAX: usize = 400;
/// Rows that lie together.
const CHUNK_ROWS: usize = 1_000;
/// Rows that a look-up gives at most.
const FOUND_MAX: usize = 9;
/// Letters and digits of what is looked for, at least.
const SOUGHT_LEN_MIN: usize = 3;
/// Longest time a list is kept, milliseconds: a year.
const KEPT_MAX_MS: i64 = 366 * crate::clock::DAY_MS;

/// What a column holds, by words in its heading, the first that fits.
const ROLES: [(&str, &[&str]); 9] = [
    ("phone", &["phone", "tel", "msisdn", "mobile", "gsm"]),
    ("card_no", &["card", "carte", "voucher", "coupon"]),
    ("household_id", &["household", "menage", "hh_id", "hhid", "famille", "registration"]),
    ("provider", &["provider", "operateur", "fournisseur", "agent", "fsp", "operator"]),
    ("amount", &["amount", "montant", "somme", "valeur"]),
    ("paid_at", &["paid", "paye", "date", "distribution", "versement"]),
    ("status", &["status", "statut", "etat"]),
    ("reporter_name", &["name", "nom", "beneficiaire", "beneficiary"]),
    ("locality", &["village", "site", "commune", "location", "lieu", "quartier"]),
];

/// What is known of a list without its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    /// Its headings, as they were.
    columns: Vec<String>,
    /// What each column holds, where that is known: a name of [`ROLES`].
    roles: Vec<Option<String>>,
    rows: usize,
    loaded_ms: i64,
    expires_ms: i64,
    /// Who loaded it.
    by: String,
}

/// A list as it was read last, in memory while its reader is unlocked.
struct Held {
    head: Head,
    rows: Vec<Vec<Words>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.rows.iter_mut().flatten().for_each(|cell| cell.0.zeroize());
    }
}

/// Those that were read.
#[derive(Default)]
struct Lists(Vec<(&'static str, Held)>);

fn head_key(kind: &str) -> Vec<u8> {
    format!("reference/{kind}").into_bytes()
}

fn chunk_key(kind: &str, n: usize) -> Vec<u8> {
    format!("reference/{kind}/{n:08}").into_bytes()
}

fn chunks_of(head: &Head) -> usize {
    head.rows.div_ceil(CHUNK_ROWS)
}

fn known(kind: &str) -> Result<&'static str, Failure> {
    let known = REFERENCE_KINDS.into_iter().find(|known| *known == kind);
    known.ok_or_else(|| Failure::not_in_taxonomy("kind", kind, REFERENCE_KINDS.into_iter()))
}

fn head(snapshot: &Snapshot, kind: &str) -> Result<Option<Head>, Failure> {
    let bytes = snapshot.get(Space::Meta, &head_key(kind))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Puts a list in the place of the one of its kind. Reply: `{"kind", "rows", "columns", "expires"}`: which columns are looked up.
///
/// # Errors
///
/// Who manages no site; a file that is no table, or of which no column is known (`reference_no_column`); `too_many_rows`.
pub(crate) fn load(
    log: &Log,
    reader: &mut Reader,
    (path, kind): (&str, &str),
    kept_for_ms: i64,
    now_ms: i64,
) -> Result<Json, Failure> {
    let kind = known(kind)?;
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    if !(1..=KEPT_MAX_MS).contains(&kept_for_ms) {
        return Err(Failure::new("bad_value").arg("field", "--expires").arg("expected", "1d–366d"));
    }
    let bytes = read_file(path)?;
    let text = Text::decode(&bytes, None).map_err(|error| import_failure(&error, path))?;
    let mut records = text.records();
    let columns: Vec<String> = if records.advance() { records.iter().map(shortened).collect() } else { Vec::new() };
    let roles: Vec<Option<String>> = roles_of(&columns);
    let is_looked_up = |role: &Option<String>| role.as_deref().is_some_and(|role| LOOKED_UP.contains(&role));
    if columns.len() > COLUMNS_MAX || !roles.iter().any(is_looked_up) {
        return Err(Failure::new("reference_no_column").arg("file", path).at("file", path));
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    while records.advance() {
        if records.is_blank() {
            continue;
        }
        if rows.len() >= ROWS_MAX {
            return Err(Failure::new("too_many_rows").arg("file", path).at("file", path));
        }
        rows.push((0..columns.len()).map(|at| shortened(records.cell(at).trim().trim_start_matches('\''))).collect());
    }
    let head = Head {
        columns,
        roles,
        rows: rows.len(),
        loaded_ms: now_ms,
        expires_ms: now_ms.saturating_add(kept_for_ms),
        by: shared.name(&reader.member()),
    };
    log.commit_quietly(|tx| {
        forget(tx, kind)?;
        for (n, chunk) in rows.chunks(CHUNK_ROWS).enumerate() {
            tx.put(Space::Meta, &chunk_key(kind, n), &bytes_of(&chunk)?)?;
        }
        Ok(tx.put(Space::Meta, &head_key(kind), &bytes_of(&head)?)?)
    })?;
    reader.kept.of::<Lists>().0.retain(|(of, _)| *of != kind);
    tracing::info!(kind, rows = head.rows, "a list to be looked up was loaded");
    Ok(told(kind, &head))
}

fn bytes_of<T: Serialize>(value: &T) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|_| Failure::new("unexpected"))
}

/// Columns by which somebody is looked up.
const LOOKED_UP: [&str; 4] = ["phone", "card_no", "household_id", "reporter_name"];

fn shortened(cell: &str) -> String {
    let clean: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.char_indices().take_while(|(at, c)| at + c.len_utf8() <= CELL_BYTES_MAX).map(|(_, c)| c).collect()
}

/// What each column holds, each role once: the first heading that says it.
fn roles_of(columns: &[String]) -> Vec<Option<String>> {
    let mut taken: Vec<&str> = Vec::new();
    let mut role_of = |title: &String| {
        let title = folded(title);
        let says = |words: &[&str]| words.iter().any(|word| title.contains(word));
        let (role, _) = ROLES.iter().find(|(role, words)| !taken.contains(role) && says(words))?;
        taken.push(role);
        Some((*role).to_owned())
    };
    columns.iter().map(&mut role_of).collect()
}

fn forget(tx: &mut crate::store::Tx<'_>, kind: &str) -> Result<bool, Failure> {
    let Some(bytes) = tx.get(Space::Meta, &head_key(kind))? else { return Ok(false) };
    if let Ok(head) = serde_json::from_slice::<Head>(&bytes) {
        for n in 0..chunks_of(&head) {
            tx.delete(Space::Meta, &chunk_key(kind, n))?;
        }
    }
    tx.delete(Space::Meta, &head_key(kind))?;
    Ok(true)
}

/// Drops a list, or all. Reply: `{"dropped": [kind]}`.
///
/// # Errors
///
/// When the store cannot be written.
pub(crate) fn drop_lists(log: &Log, reader: &mut Reader, kind: Option<&str>) -> Result<Json, Failure> {
    let kinds: Vec<&'static str> = match kind {
        Some(kind) => vec![known(kind)?],
        None => REFERENCE_KINDS.to_vec(),
    };
    let mut dropped = Vec::new();
    log.commit_quietly(|tx| {
        dropped.clear();
        for kind in &kinds {
            if forget(tx, kind)? {
                dropped.push(*kind);
            }
        }
        Ok(())
    })?;
    reader.kept.of::<Lists>().0.retain(|(of, _)| !kinds.contains(of));
    tracing::info!(lists = dropped.len(), "lists to be looked up were dropped");
    Ok(json!({"dropped": dropped}))
}

fn told(kind: &str, head: &Head) -> Json {
    let columns: Vec<&str> = head.roles.iter().flatten().map(String::as_str).collect();
    json!({
        "kind": kind, "rows": head.rows, "columns": columns, "loaded_at": rfc3339(head.loaded_ms),
        "expires": rfc3339(head.expires_ms), "by": head.by,
    })
}

/// The lists there are; one whose day has come is dropped. Reply: `[{"kind", "rows", "columns", "loaded_at", "expires", "by"}]`.
///
/// # Errors
///
/// When the store cannot be read or written.
pub(crate) fn lists(log: &Log, reader: &mut Reader, now_ms: i64) -> Result<Json, Failure> {
    let snapshot = log.store.read()?;
    let mut all = Vec::new();
    for kind in REFERENCE_KINDS {
        match head(&snapshot, kind)? {
            Some(head) if head.expires_ms > now_ms => all.push(told(kind, &head)),
            Some(_) => drop(drop_lists(log, reader, Some(kind))?),
            None => {}
        }
    }
    Ok(Json::Array(all))
}

/// Rows of the lists that fit a telephone, a card, a household number or a name. Reply: `[{"kind", "loaded_at", "row": [{"name",
/// "value"}], "fields": {field: value}}]`.
///
/// # Errors
///
/// Who may not record; when the store cannot be read.
pub(crate) fn find(log: &Log, reader: &mut Reader, typed: &str, now_ms: i64) -> Result<Json, Failure> {
    members::require(&log.shared(), &reader.member(), Capabilities::INTAKE)?;
    lists(log, reader, now_ms)?;
    let snapshot = log.store.read()?;
    let sought = Sought::of(typed);
    let mut found = Vec::new();
    for kind in REFERENCE_KINDS {
        let Some(head) = head(&snapshot, kind)? else { continue };
        let lists: &mut Lists = reader.kept.of();
        if lists.0.iter().all(|(of, held)| *of != kind || held.head != head) {
            lists.0.retain(|(of, _)| *of != kind);
            lists.0.push((kind, Held { rows: rows_of(&snapshot, kind, &head)?, head: head.clone() }));
        }
        let Some((_, held)) = lists.0.iter().find(|(of, _)| *of == kind) else { continue };
        let fits = held.rows.iter().filter(|row| sought.fits(&head, row));
        found.extend(fits.take(FOUND_MAX - found.len()).map(|row| shown(kind, &head, row)));
    }
    Ok(Json::Array(found))
}

fn rows_of(snapshot: &Snapshot, kind: &str, head: &Head) -> Result<Vec<Vec<Words>>, Failure> {
    let mut rows = Vec::with_capacity(head.rows);
    for n in 0..chunks_of(head) {
        let bytes = snapshot.get(Space::Meta, &chunk_key(kind, n))?;
        let chunk = bytes.and_then(|bytes| serde_json::from_slice::<Vec<Vec<Words>>>(&bytes).ok());
        rows.extend(chunk.unwrap_or_default());
    }
    Ok(rows)
}

fn shown(kind: &str, head: &Head, row: &[Words]) -> Json {
    let told = head.columns.iter().zip(row).filter(|(_, cell)| !cell.0.is_empty());
    let row_told: Vec<Json> = told.map(|(name, cell)| json!({"name": name, "value": cell.0})).collect();
    let fields: serde_json::Map<String, Json> = head
        .roles
        .iter()
        .zip(row)
        .filter_map(|(role, cell)| Some((role.clone()?, json!(cell.0))).filter(|(_, cell)| *cell != ""))
        .collect();
    json!({"kind": kind, "loaded_at": rfc3339(head.loaded_ms), "row": row_told, "fields": fields})
}

/// What is looked for.
struct Sought {
    phones: Vec<String>,
    id: String,
    words: Vec<String>,
}

impl Sought {
    fn of(typed: &str) -> Self {
        let id: String = folded(typed).chars().filter(|c| c.is_alphanumeric()).collect();
        let words = folded(typed).split_whitespace().map(str::to_owned).collect();
        Self { phones: phone_endings(typed), id, words }
    }

    fn fits(&self, head: &Head, row: &[Words]) -> bool {
        if self.id.chars().count() < SOUGHT_LEN_MIN {
            return false;
        }
        head.roles.iter().zip(row).any(|(role, cell)| match role.as_deref() {
            Some("phone") => phone_endings(&cell.0).iter().any(|ending| self.phones.contains(ending)),
            Some("card_no" | "household_id") => {
                let id: String = folded(&cell.0).chars().filter(|c| c.is_alphanumeric()).collect();
                !id.is_empty() && id == self.id
            }
            Some("reporter_name") => {
                let name = folded(&cell.0);
                let words: Vec<&str> = name.split_whitespace().collect();
                !words.is_empty() && self.words.iter().all(|word| words.contains(&word.as_str()))
            }
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_say_what_a_column_holds_each_thing_once() {
        let columns = ["N° carte", "Nom du bénéficiaire", "Téléphone", "Opérateur", "Montant", "Date", "Nom du site"];
        let roles = roles_of(&columns.map(str::to_owned));
        let told: Vec<Option<&str>> = roles.iter().map(Option::as_deref).collect();
        assert_eq!(told, ["card_no", "reporter_name", "phone", "provider", "amount", "paid_at", "locality"].map(Some));
    }

    #[test]
    fn a_person_is_found_by_any_form_of_a_telephone_by_a_card_or_by_all_words_of_a_name() {
        let head = Head {
            columns: vec!["tel".into(), "carte".into(), "nom".into()],
            roles: ["phone", "card_no", "reporter_name"].map(|role| Some(role.to_owned())).to_vec(),
            rows: 1,
            loaded_ms: 0,
            expires_ms: 0,
            by: String::new(),
        };
        let row: Vec<Words> = ["+509 37 41 22 91", "AB-12", "Marie Désir"].map(Into::into).to_vec();
        for typed in ["37412291", "0050937412291", "ab 12", "désir marie", "Marie"] {
            assert!(Sought::of(typed).fits(&head, &row), "{typed}");
        }
        for typed in ["37412299", "AB-13", "Marie Paul", "", "a"] {
            assert!(!Sought::of(typed).fits(&head, &row), "{typed}");
        }
    }
}
