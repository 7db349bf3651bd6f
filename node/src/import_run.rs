//! `boucle import`: rows become cases, in batches, each row whole or not at all.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crdt_model::id::DocId;
use crdt_model::taxonomy::{Capture, Taxonomy};
use serde_json::{Value as Json, json};

use crate::acts::Intake;
use crate::api::Progress;
use crate::core::{Core, Reader, Shared, entropy};
use crate::error::{Failure, IoOperation};
use crate::import::kobo::{self, KoboOptions, KoboSheet, Mapping, Outcome, Row};
use crate::import::{ImportError, Remark};
use crate::projection::{ExternalId, external_id};
use crate::store::Space;
use crate::texts::Texts;

/// Cases of one transaction.
const BATCH_ROWS: usize = 200;

/// What `import` was asked for.
pub(crate) struct ImportRequest<'a> {
    pub(crate) path: &'a str,
    pub(crate) format: &'a str,
    pub(crate) mapping: Option<&'a str>,
    pub(crate) site: Option<&'a str>,
    pub(crate) partner: Option<&'a str>,
    pub(crate) project: Option<&'a str>,
    pub(crate) dry_run: bool,
    pub(crate) rejects: Option<&'a str>,
    pub(crate) lang: &'a str,
}

/// Counts of a run.
#[derive(Default)]
struct Tally {
    created: usize,
    unchanged: usize,
    sealed: usize,
    /// Rows and fields of ordinary cases whose words call for sealing: never the words.
    words: Vec<(usize, String)>,
}

fn read_file(path: &str) -> Result<Vec<u8>, Failure> {
    let file = Path::new(path);
    let size = std::fs::metadata(file).map_err(|e| Failure::io(IoOperation::Read, file, &e))?.len();
    if size > crate::import::FILE_BYTES_MAX as u64 {
        return Err(Failure::new("file_too_large").arg("file", path).at("file", path));
    }
    std::fs::read(file).map_err(|e| Failure::io(IoOperation::Read, file, &e))
}

fn import_failure(error: &ImportError, path: &str) -> Failure {
    let failure = Failure::new(error.code()).arg("file", path).at("file", path).because(error);
    match error {
        ImportError::NotText { looks_like } => failure.arg("looks_like", looks_like),
        ImportError::NoHeader { looked_for } => failure.arg("looked_for", looked_for.join(", ")),
        ImportError::TooManyColumns { found } => failure.arg("found", found),
        ImportError::MappingCode { table, code, nearest, .. } => {
            failure.arg("table", table).arg("code", code).arg("near", nearest.join(", "))
        }
        _ => failure,
    }
}

impl Core {
    /// Imports a file.
    pub(crate) fn import(
        &self,
        reader: &mut Reader,
        request: &ImportRequest<'_>,
        now_ms: i64,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Result<Json, Failure> {
        if request.format != "kobo" {
            return Err(Failure::new("import_format_unknown").arg("format", request.format));
        }
        let shared = self.shared();
        let site = match request.site {
            Some(site) => self.known_site(&shared, site)?,
            None => self.own_site(&shared, &reader.member()),
        };
        let taxonomy = Taxonomy::shipped();
        let mapping = match request.mapping {
            None => Mapping::default(),
            Some(path) => {
                let text = String::from_utf8_lossy(&read_file(path)?).into_owned();
                Mapping::shipped_with(&text).map_err(|e| import_failure(&e, path))?
            }
        };
        let options = KoboOptions {
            mapping,
            project: request.project.map(str::to_owned),
            partner: request.partner.map(str::to_owned),
            import_batch: Some(format!("{now_ms:x}")),
            ..KoboOptions::default()
        };
        let bytes = read_file(request.path)?;
        let sheet = kobo::read(&bytes, &options, taxonomy).map_err(|e| import_failure(&e, request.path))?;
        drop(bytes);
        let _hold = self.hold();
        self.refresh_reader(reader)?;
        let mut known = self.known_ids(&shared, reader)?;
        let mut tally = Tally::default();
        let mut problems: Vec<(usize, Failure)> = Vec::new();
        let mut written: HashMap<usize, Option<DocId>> = HashMap::new();
        let total = sheet.rows.len() as u64;
        for (n, rows) in sheet.rows.chunks(BATCH_ROWS).enumerate() {
            self.batch(
                &shared,
                reader,
                rows,
                &site,
                now_ms,
                request.dry_run,
                &mut known,
                &mut tally,
                &mut problems,
                &mut written,
            )?;
            on_progress(Progress {
                what: "rows".into(),
                done: ((n * BATCH_ROWS + rows.len()) as u64).min(total),
                total: Some(total),
            });
        }
        let rejected = rejects(&sheet, &problems, request)?;
        Ok(summary(&sheet, &tally, &rejected, &written, request))
    }

    /// Ids imported before, on this node or on another whose cases are readable here.
    fn known_ids(&self, shared: &Shared, reader: &mut Reader) -> Result<HashSet<ExternalId>, Failure> {
        self.catch_up(shared, reader)?;
        Ok(reader.projection.external_ids().collect())
    }

    #[expect(clippy::too_many_arguments, reason = "one call site, the state of one run")]
    fn batch(
        &self,
        shared: &Shared,
        reader: &mut Reader,
        rows: &[Row],
        site: &str,
        now_ms: i64,
        dry_run: bool,
        known: &mut HashSet<ExternalId>,
        tally: &mut Tally,
        problems: &mut Vec<(usize, Failure)>,
        written: &mut HashMap<usize, Option<DocId>>,
    ) -> Result<(), Failure> {
        let snapshot = self.store.read()?;
        let list = &*self.word_list()?;
        let mut fresh = Vec::new();
        for row in rows {
            let Outcome::Ready(new) = &row.outcome else {
                tally.unchanged += usize::from(matches!(row.outcome, Outcome::Repeat { .. }));
                continue;
            };
            let Some((system, id)) = row.key.clone() else { continue };
            let mark = format!("{system}:{id}");
            let hashed = external_id(system, &id);
            if known.contains(&hashed) || snapshot.get(Space::Imported, mark.as_bytes())?.is_some() {
                tally.unchanged += 1;
                continue;
            }
            let restricted = Some(row.restricted.as_deref());
            // recusals are asked once a batch; a file says nothing of them
            let intake = Intake { recuse: Some(&[]), site, capture: Capture::Imported, restricted };
            let prepared = self.prepare(shared, reader, new.as_ref().clone(), &intake);
            match prepared {
                Ok(prepared) => {
                    if prepared.restricted.is_none() {
                        let found = crate::words::look(list, crate::words::texts_of(new));
                        tally.words.extend(found.fields().map(|field| (row.number, field.to_owned())));
                    }
                    known.insert(hashed);
                    fresh.push((row, mark, prepared));
                }
                Err(failure) => problems.push((row.number, failure)),
            }
        }
        drop(snapshot);
        if !dry_run && !fresh.is_empty() {
            let mut entropy = entropy()?;
            let created = self.commit(|tx| {
                let mut created = Vec::with_capacity(fresh.len());
                for (row, mark, prepared) in &fresh {
                    let case = self.create(tx, shared, reader, prepared, now_ms, &mut entropy)?;
                    tx.put(Space::Imported, mark.as_bytes(), &case.case_id.0)?;
                    created.push((row.number, Some(case.case_id)));
                }
                Ok(created)
            })?;
            written.extend(created);
        }
        for (row, _, prepared) in fresh {
            tally.created += 1;
            tally.sealed += usize::from(prepared.restricted.is_some());
            written.entry(row.number).or_insert(None);
        }
        Ok(())
    }
}

/// Rows that were not taken: number, field, code and words. Written to the rejects file, if one was named.
fn rejects(
    sheet: &KoboSheet,
    problems: &[(usize, Failure)],
    request: &ImportRequest<'_>,
) -> Result<Vec<(usize, String, String, String)>, Failure> {
    let texts = Texts::for_lang(request.lang);
    let mut rejected: Vec<(usize, String, String, String)> = Vec::new();
    for row in &sheet.rows {
        if let Outcome::Rejected(remark) = &row.outcome {
            let words = texts.remark(remark.code.as_str(), &remark.args);
            rejected.push((row.number, remark.field.clone(), remark.code.as_str().to_owned(), words));
        }
    }
    for (row, failure) in problems {
        let field =
            failure.where_.iter().find(|(name, _)| *name == "field").map(|(_, v)| v.clone()).unwrap_or_default();
        rejected.push((*row, field, failure.code.to_owned(), texts.error(failure).0));
    }
    rejected.sort();
    if let Some(path) = request.rejects.filter(|_| !rejected.is_empty()) {
        let file = Path::new(path);
        let mut csv = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        let io = |e: csv::Error| Failure::new("unexpected").because(&e);
        csv.write_record(["row", "field", "code", "reason"]).map_err(io)?;
        for (row, field, code, words) in &rejected {
            csv.write_record([&row.to_string(), field, code, words]).map_err(io)?;
        }
        let bytes = csv.into_inner().map_err(|e| Failure::new("unexpected").because(e.error()))?;
        std::fs::write(file, bytes).map_err(|e| Failure::io(IoOperation::Write, file, &e))?;
    }
    Ok(rejected)
}

fn summary(
    sheet: &KoboSheet,
    tally: &Tally,
    rejected: &[(usize, String, String, String)],
    written: &HashMap<usize, Option<DocId>>,
    request: &ImportRequest<'_>,
) -> Json {
    let texts = Texts::for_lang(request.lang);
    let warning = |remark: &Remark| {
        json!({"row": remark.row, "field": remark.field, "code": remark.code.as_str(),
               "message": texts.remark(remark.code.as_str(), &remark.args)})
    };
    let mut warnings: Vec<Json> =
        sheet.warnings.iter().chain(sheet.rows.iter().flat_map(|row| &row.warnings)).map(warning).collect();
    let sensitive = texts.remark(crate::words::SENSITIVE_WORDS, &[]);
    warnings.extend(tally.words.iter().map(
        |(row, field)| json!({"row": row, "field": field, "code": crate::words::SENSITIVE_WORDS, "message": sensitive}),
    ));
    let proposals: Vec<Json> = sheet
        .duplicates
        .iter()
        .filter(|pair| written.contains_key(&pair.first) || written.contains_key(&pair.second))
        .map(|pair| {
            json!({"rows": [pair.first, pair.second],
                   "case_ids": [written.get(&pair.first).copied().flatten(), written.get(&pair.second).copied().flatten()]})
        })
        .collect();
    let errors: Vec<Json> = rejected
        .iter()
        .map(|(row, field, code, words)| json!({"row": row, "field": field, "code": code, "message": words}))
        .collect();
    json!({
        "rows": sheet.rows.len(), "created": tally.created, "unchanged": tally.unchanged, "updated": 0, "skipped": 0,
        "rejected": rejected.len(), "sealed": tally.sealed, "duplicates_proposed": proposals.len(),
        "duplicates": proposals, "warnings": warnings, "errors": errors, "dry_run": request.dry_run,
        "ignored_columns": sheet.ignored_columns, "separator": format!("{:?}", sheet.separator),
        "encoding": format!("{:?}", sheet.encoding),
    })
}
