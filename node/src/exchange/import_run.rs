//! `boucle import`: rows become cases, in batches, each row whole or not at all.
//!
//! A batch is one transaction, or a few where a row of it is refused, so an import that is killed leaves whole batches, and running it again goes on from there:
//! a row whose key is known is left alone. If the source has changed it since, that is said; the case stays as it is here,
//! because here is where people have gone on working on it.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use crdt_model::edit::NewCase;
use crdt_model::roster::site_scope;
use crdt_model::sensitive_words::{Topic, WordList};
use crdt_model::taxonomy::{Capabilities, Capture};
use crdt_model::values::{DocId, MemberId, Words as Said, is_code};
use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use crate::cases::TaxonomyCodes;
use crate::error::{Failure, IoOperation};
use crate::exchange::import::kobo::{Export, KoboOptions, Mapping, Outcome, Row, Rows, Told};
use crate::exchange::import::rejects::{Reject, RejectsFile};
use crate::exchange::import::{FILE_BYTES_MAX, ImportError, Remark, RemarkCode};
use crate::exchange::import_undo;
use crate::list;
use crate::list::alike::{Proposed, proposed_among};
use crate::list::{ExternalId, external_id};
use crate::log::{Log, Reader, Shared, entropy};
use crate::members;
use crate::reply::Progress;
use crate::store::{Snapshot, Space};
use crate::texts::Texts;
use crate::writes;
use crate::writes::arrivals;
use crate::writes::held;
use crate::writes::imported::{Brought, note_batch, note_brought};
use crate::writes::sensitive_words;
use crate::writes::sensitive_words::Found;
use crate::writes::{Intake, Prepared};

/// Cases of one transaction.
const BATCH_ROWS: usize = 200;
/// Batches that are ready before they can be written: what is in memory at once.
const BATCHES_AHEAD: usize = 2;

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
    pub(crate) encoding: Option<&'a str>,
    pub(crate) lang: &'a str,
}

/// Warnings of either weight, errors and pairs that a reply lists; of what comes after them it says how many there are.
const LISTED_MAX: usize = 2_000;
/// Sensitive words that a reply lists: what fits a frame of the local socket.
const SENSITIVE_MAX: usize = 50_000;

/// What became of the rows so far: each counts once.
#[derive(Default)]
struct Tally {
    rows: usize,
    created: usize,
    unchanged: usize,
    skipped: usize,
    rejected: usize,
    sealed: usize,
    /// Rows of which everybody who could read them is set aside: kept here.
    held: usize,
    /// Rows in which somebody who works here has the name of who is complained about, with those set aside for it.
    set_aside: Vec<(usize, Vec<String>)>,
    /// Grave and light ones: however many light ones there are, they push no grave one out.
    grave: Vec<Remark>,
    light: Vec<Remark>,
    /// Words of ordinary cases that call for sealing: all of them, for these must be seen.
    sensitive: Vec<Sensitive>,
    /// Rows imported before of which nothing is kept to compare them with.
    not_compared: usize,
    /// Rejected rows, those first that may tell of something grave.
    errors: Vec<Reject>,
    grave_errors: Vec<Reject>,
    /// Warnings and errors beyond [`LISTED_MAX`].
    not_listed: usize,
    /// Rows that became cases, with the reference: [`DocId::ZERO`] in a dry run.
    written: HashMap<usize, (DocId, Box<str>)>,
    /// Rows that only the node could refuse, and why: what repeats them is refused as well.
    refused: HashMap<usize, Reject>,
}

/// Where words stand that call for sealing, in a case that is not sealed.
struct Sensitive {
    row: usize,
    field: String,
    topic: Topic,
    /// In a column that is taken over nowhere.
    unread: bool,
}

impl Tally {
    fn warn(&mut self, warnings: Vec<Remark>) {
        for warning in warnings {
            let list = if warning.code.is_grave() { &mut self.grave } else { &mut self.light };
            match list.len() < LISTED_MAX {
                true => list.push(warning),
                false => self.not_listed += 1,
            }
        }
    }

    fn reject(&mut self, reject: Reject, file: Option<&mut RejectsFile>) -> Result<(), Failure> {
        self.rejected += 1;
        if let Some(file) = file {
            file.add(&reject)?;
        }
        let errors = if reject.grave { &mut self.grave_errors } else { &mut self.errors };
        match errors.len() < LISTED_MAX {
            true => errors.push(reject),
            false => self.not_listed += 1,
        }
        Ok(())
    }
}

/// A row, worked out as far as it can be without knowing what becomes of the others.
struct Readied {
    row: Row,
    /// Where the row is to become a case.
    case: Option<ReadyCase>,
    /// What would have sealed it, or words that call for it: to be said first should the row be rejected.
    grave: bool,
}

/// What a row says, made ready to be written.
struct ReadyCase {
    /// Its key, as the table of imported rows names it.
    mark: String,
    id: ExternalId,
    digest: Vec<u8>,
    state: RowState,
}

enum RowState {
    /// It was imported before.
    Known(Since),
    New(Box<Prepared>, Words),
    Refused(Failure),
}

/// What the source says now, against what it said then.
enum Since {
    Same,
    Changed,
    /// Nothing is kept to compare with: the case was sealed, or another machine imported it.
    Untold,
}

/// Words of an ordinary case that call for sealing.
#[derive(Default)]
struct Words {
    in_case: Found,
    /// In columns that are taken over nowhere.
    beside: Found,
}

impl Words {
    fn is_empty(&self) -> bool {
        self.in_case.is_empty() && self.beside.is_empty()
    }
}

/// What makes rows ready: on its own thread, a few batches ahead of the one that writes.
struct Readying<'a> {
    log: &'a Log,
    shared: &'a Shared,
    member: MemberId,
    site: &'a str,
    digest_key: Zeroizing<[u8; 32]>,
    list: Arc<WordList>,
    known: HashSet<ExternalId>,
}

impl Readying<'_> {
    fn row(&self, row: Row, snapshot: &Snapshot) -> Result<Readied, Failure> {
        let (Outcome::Ready(new), Some((system, id))) = (&row.outcome, &row.key) else {
            let grave = matches!(row.outcome, Outcome::Rejected(_)) && (row.grave || !self.beside(&row).is_empty());
            return Ok(Readied { row, case: None, grave });
        };
        let digest = content_digest(&self.digest_key, new);
        let mark = format!("{system}:{id}");
        let id = external_id(system, id);
        let held = snapshot.get(Space::Imported, mark.as_bytes())?;
        let state = if held.is_some() || self.known.contains(&id) {
            let then = held.as_deref().and_then(|held| held.get(16..)).filter(|then| !then.is_empty());
            RowState::Known(match then {
                None => Since::Untold,
                Some(then) if then == digest => Since::Same,
                Some(_) => Since::Changed,
            })
        } else {
            // recusals are asked once a batch; a file says nothing of them
            let restricted = Some(row.restricted.as_deref());
            let (site, capture) = (self.site, Capture::Imported);
            let intake = Intake { recuse: Some(&[]), not_them: &[], site, capture, restricted, codes_stand: true };
            match writes::prepare(self.log, self.shared, &self.member, new.as_ref().clone(), &intake) {
                Ok(mut prepared) => {
                    prepared.pregenerate(&mut entropy()?);
                    let found = match prepared.restricted {
                        Some(_) => Words::default(),
                        None => self.words(new, &row),
                    };
                    RowState::New(Box::new(prepared), found)
                }
                Err(failure) => RowState::Refused(failure),
            }
        };
        let grave = match &state {
            RowState::Known(_) => false,
            RowState::New(_, found) => row.restricted.is_some() || !found.is_empty(),
            RowState::Refused(_) => row.restricted.is_some() || !self.words(new, &row).is_empty(),
        };
        Ok(Readied { row, case: Some(ReadyCase { mark, id, digest, state }), grave })
    }

    /// Words of a row that call for sealing.
    fn words(&self, new: &NewCase, row: &Row) -> Words {
        let in_case = sensitive_words::look(&self.list, sensitive_words::texts_of(new));
        Words { in_case, beside: self.beside(row) }
    }

    /// Words that call for sealing, in the texts of a row that are taken over nowhere.
    fn beside(&self, row: &Row) -> Found {
        sensitive_words::look(&self.list, row.unread.iter().map(|(column, words)| (column.as_str(), words.0.as_str())))
    }

    /// Reads all rows, in batches; what is told of the whole file comes at the end. Whoever writes may go away.
    fn work(self, mut rows: Rows<'_>, batches: &SyncSender<Vec<Readied>>) -> Result<Told, Failure> {
        loop {
            // a snapshot that outlived its batch would keep the store from using pages again
            let snapshot = self.log.store.read()?;
            let batch = rows.by_ref().take(BATCH_ROWS).map(|row| self.row(row, &snapshot));
            let batch = batch.collect::<Result<Vec<_>, _>>()?;
            drop(snapshot);
            if batch.is_empty() || batches.send(batch).is_err() {
                return Ok(rows.told());
            }
        }
    }
}

/// A row to be written: its number and line, its key, the digest of what it says.
type Fresh = (usize, u64, String, Vec<u8>, Box<Prepared>, bool);

/// What a batch works with.
struct Run<'a> {
    shared: &'a Shared,
    request: &'a ImportRequest<'a>,
    texts: Texts,
    now_ms: i64,
    /// Ids that rows of this very file have brought.
    brought: HashSet<ExternalId>,
    tally: Tally,
    rejects: Option<RejectsFile>,
    /// The name of this import.
    batch: String,
}

/// A regular file of at most [`FILE_BYTES_MAX`], whatever the system says of its size: a device or a pipe would be read
/// for ever.
pub(super) fn read_file(path: &str) -> Result<Vec<u8>, Failure> {
    let file = Path::new(path);
    let fail = |error: std::io::Error| Failure::io(IoOperation::Read, file, &error);
    let refused = |code| Err(Failure::new(code).arg("file", path).at("file", path));
    // before it is opened: opening a pipe waits for who writes to it
    if !std::fs::metadata(file).map_err(fail)?.is_file() {
        return refused("not_a_file");
    }
    let opened = std::fs::File::open(file).map_err(fail)?;
    let mut bytes = Vec::new();
    opened.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() > FILE_BYTES_MAX { refused("file_too_large") } else { Ok(bytes) }
}

pub(super) fn import_failure(error: &ImportError, path: &str) -> Failure {
    let failure = Failure::new(error.code()).arg("file", path).at("file", path).because(error);
    match error {
        ImportError::EncodingUnknown { asked } => failure.arg("encoding", asked),
        ImportError::NotText { looks_like } => failure.arg("looks_like", looks_like),
        ImportError::NoHeader { looked_for } => failure.arg("looked_for", looked_for.join(", ")),
        ImportError::TooManyColumns { found } => failure.arg("found", found),
        ImportError::MappingCode { table, code, nearest, .. } => {
            failure.arg("table", table).arg("code", code).arg("near", nearest.join(", "))
        }
        _ => failure,
    }
}

/// Imports a file.
pub(crate) fn import(
    log: &Log,
    reader: &mut Reader,
    request: &ImportRequest<'_>,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Json, Failure> {
    if request.format != "kobo" {
        return Err(Failure::new("import_format_unknown").arg("format", request.format));
    }
    let shared = log.shared();
    let site = match request.site {
        Some(site) => members::known_site(&shared, site)?,
        None => members::own_site(&shared, &reader.member()),
    };
    // of every row alike: what is typed here is looked at as it is for one case
    let codes = TaxonomyCodes::of(&shared, &shared.roster.org_zone());
    let mut of_all = NewCase {
        project: request.project.map(str::to_owned),
        partner: request.partner.map(str::to_owned),
        ..NewCase::default()
    };
    of_all.put_codes(&codes).map_err(|error| writes::refusal(shared.taxonomy, &error, ""))?;
    for (field, code) in [("project", &of_all.project), ("partner", &of_all.partner)] {
        if code.as_ref().is_some_and(|code| !is_code(code)) {
            return Err(Failure::new("bad_value").arg("field", field).arg("expected", "code").at("field", field));
        }
    }
    let taxonomy = shared.taxonomy;
    let mapping = match request.mapping {
        None => Mapping::default(),
        Some(path) => {
            let text = String::from_utf8_lossy(&read_file(path)?).into_owned();
            Mapping::shipped_with(&text).map_err(|e| import_failure(&e, path))?
        }
    };
    let texts = Texts::for_lang(request.lang);
    let batch = import_undo::new_batch(log, now_ms)?;
    let options = KoboOptions {
        mapping,
        closed_because: Some(Said::from(texts.get("import-closed-because").as_ref())),
        project: of_all.project,
        partner: of_all.partner,
        own: Some(Arc::clone(&shared.own)),
        import_batch: Some(batch.clone()),
        now_ms: Some(now_ms),
        zone: shared.zone_at(&site_scope(&log.org, &site)),
        ..KoboOptions::default()
    };
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let bytes = read_file(request.path)?;
    let refused = |error: ImportError| import_failure(&error, request.path);
    let export = Export::decode(&bytes, request.encoding).map_err(refused)?;
    let rows = export.rows(&options, taxonomy).map_err(refused)?;
    let total = rows.total() as u64;
    let rejects = request.rejects.map(|path| RejectsFile::begin(path, request.path, &log.home)).transpose()?;
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let readying = Readying {
        log,
        shared: &shared,
        member: reader.member(),
        site: &site,
        digest_key: digest_key(reader),
        list: sensitive_words::word_list(log)?,
        known: known_ids(log, &shared, reader)?,
    };
    let (brought, tally) = (HashSet::new(), Tally::default());
    let mut run = Run { shared: &shared, request, texts, now_ms, brought, tally, rejects, batch };
    let (batches, ready) = std::sync::mpsc::sync_channel(BATCHES_AHEAD);
    let told = std::thread::scope(|scope| {
        let reads = std::thread::Builder::new()
            .spawn_scoped(scope, move || readying.work(rows, &batches))
            .map_err(|error| Failure::of_system(&error))?;
        let written = ready.into_iter().try_for_each(|batch| {
            write_batch(log, &mut run, reader, batch)?;
            on_progress(Progress { what: "rows".into(), done: run.tally.rows as u64, total: Some(total) });
            Ok(())
        });
        let told = reads.join().unwrap_or_else(|_| Err(Failure::new("unexpected")));
        written.and(told)
    })?;
    let Run { tally, rejects, texts, batch, .. } = run;
    if tally.created > 0 && !request.dry_run {
        // what it brought is looked at while nobody waits for anything else
        arrivals::look_at_all(log, now_ms)?;
    }
    if let Some(rejects) = rejects {
        rejects.finish(tally.rejected)?;
    }
    let batch = Some(batch).filter(|_| tally.created > 0 && !request.dry_run);
    let created = tally.written.values().map(|(case, _)| *case).filter(|case| *case != DocId::ZERO).collect();
    let proposed = if batch.is_some() { proposed_among(log, &shared, reader, &created)? } else { Vec::new() };
    Ok(summary(tally, told, &proposed, request, &texts, batch.as_deref()))
}

/// Ids imported before, on this node or on another whose cases are readable here.
pub(super) fn known_ids(log: &Log, shared: &Shared, reader: &mut Reader) -> Result<HashSet<ExternalId>, Failure> {
    list::catch_up(log, shared, reader)?;
    Ok(list::rows(reader).external_ids().collect())
}

/// Writes rows in one transaction. Where one is refused nothing of any is written, not so much as a number used up:
/// gives which it was, and why.
fn write_rows(
    log: &Log,
    run: &Run<'_>,
    reader: &mut Reader,
    rows: &[Fresh],
    created: &mut Vec<(usize, (DocId, Box<str>))>,
) -> Result<Option<(usize, Failure)>, Failure> {
    let mut entropy = entropy()?;
    let mut refused = None;
    let written = log.commit(|tx| {
        let mut written = Vec::with_capacity(rows.len());
        for (at, (number, _, mark, digest, prepared, _)) in rows.iter().enumerate() {
            let case = match &prepared.held {
                None => writes::create(log, tx, run.shared, reader, prepared, run.now_ms, &mut entropy),
                // kept here until somebody may read it: not brought again by the same file
                Some((terms, _)) => {
                    let (row, now) = (Some(mark.as_str()), run.now_ms);
                    let kept = held::hold_back(log, tx, run.shared, reader, prepared, terms, row, now, &mut entropy);
                    kept.map(|kept| kept.as_created(DocId::ZERO))
                }
            };
            let case = case.inspect_err(|failure| {
                refused = (!is_of_the_disk(failure)).then(|| (at, failure.clone()));
            })?;
            let held = [case.case_id.0.as_slice(), digest.as_slice()].concat();
            tx.put(Space::Imported, mark.as_bytes(), &held)?;
            let of = (reader.member(), run.now_ms);
            match prepared.held {
                // noted as a case once it is one
                Some(_) => note_batch(tx, &run.batch, of)?,
                None => {
                    let kept = Brought { reference: case.mark.clone(), scope: prepared.scope, row: mark.clone() };
                    note_brought(tx, &run.batch, of, &case.case_id, &kept)?;
                }
            }
            written.push((*number, (case.case_id, case.mark.into_boxed_str())));
        }
        Ok(written)
    });
    match (written, refused) {
        (Ok(written), _) => {
            created.extend(written);
            Ok(None)
        }
        (Err(_), Some(refused)) => Ok(Some(refused)),
        (Err(failure), None) => Err(failure),
    }
}

/// Rows become cases, or are counted as what else they are.
fn write_batch(log: &Log, run: &mut Run<'_>, reader: &mut Reader, rows: Vec<Readied>) -> Result<(), Failure> {
    let mut fresh: Vec<Fresh> = Vec::new();
    let mut problems: Vec<Reject> = Vec::new();
    for Readied { mut row, case, grave } in rows {
        let tally = &mut run.tally;
        tally.rows += 1;
        tally.warn(std::mem::take(&mut row.warnings));
        let remark = |code, field: &str| Remark { row: row.number, field: field.to_owned(), code, args: Vec::new() };
        let case = match (&row.outcome, case) {
            (Outcome::Ready(_), Some(case)) => case,
            (Outcome::Repeat { of }, _) => {
                match tally.refused.get(of) {
                    Some(first) => problems.push(Reject { row: row.number, line: row.line, ..first.clone() }),
                    None => tally.unchanged += 1,
                }
                continue;
            }
            (Outcome::Rejected(remark), _) => {
                problems.push(Reject::remarked(&row, remark, &run.texts).grave(grave, &run.texts));
                continue;
            }
            // a case to be made has a key
            (Outcome::Skipped(_) | Outcome::Ready(_), _) => {
                tally.skipped += 1;
                continue;
            }
        };
        match case.state {
            RowState::Known(since) => {
                tally.unchanged += 1;
                match since {
                    Since::Same => {}
                    Since::Changed => tally.warn(vec![remark(RemarkCode::ChangedSince, "_uuid")]),
                    Since::Untold if row.edited => tally.warn(vec![remark(RemarkCode::SealedEdited, "_uuid")]),
                    Since::Untold => tally.not_compared += 1,
                }
            }
            RowState::New(..) if !run.brought.insert(case.id) => tally.unchanged += 1,
            RowState::New(prepared, found) => {
                for (found, unread) in [(found.in_case, false), (found.beside, true)] {
                    tally.sensitive.extend(found.topics().map(|(field, topic)| Sensitive {
                        row: row.number,
                        field: field.to_owned(),
                        topic,
                        unread,
                    }));
                }
                // what is sealed leaves no trace by which a guess could be confirmed
                let digest = if prepared.restricted.is_some() { Vec::new() } else { case.digest };
                fresh.push((row.number, row.line, case.mark, digest, prepared, grave));
            }
            RowState::Refused(failure) => {
                let reject = Reject::refused((row.number, row.line), &failure, &run.texts).grave(grave, &run.texts);
                tally.refused.insert(row.number, reject.clone());
                problems.push(reject);
            }
        }
    }
    let mut created: Vec<(usize, (DocId, Box<str>))> = Vec::with_capacity(fresh.len());
    if run.request.dry_run {
        created.extend(fresh.iter().map(|(number, ..)| (*number, (DocId::ZERO, Box::default()))));
    } else if !fresh.is_empty() {
        let (mut start, mut end) = (0, fresh.len());
        while let Some(rows) = fresh.get(start..end).filter(|rows| !rows.is_empty()) {
            match write_rows(log, run, reader, rows, &mut created)? {
                None => (start, end) = (end, fresh.len()),
                // the rows before it, then it alone
                Some((at, _)) if at > 0 => end = start + at,
                Some((_, failure)) => {
                    let (number, line, .., grave) = &fresh[start];
                    let reject = Reject::refused((*number, *line), &failure, &run.texts).grave(*grave, &run.texts);
                    run.tally.refused.insert(*number, reject.clone());
                    problems.push(reject);
                    (start, end) = (start + 1, fresh.len());
                }
            }
        }
    }
    let sealed: HashSet<usize> =
        fresh.iter().filter(|(.., prepared, _)| prepared.restricted.is_some()).map(|(number, ..)| *number).collect();
    for (number, .., prepared, _) in &fresh {
        if created.iter().all(|(written, _)| written != number) {
            continue;
        }
        run.tally.held += usize::from(prepared.held.is_some());
        if !prepared.set_aside.by_name.is_empty() {
            run.tally.set_aside.push((*number, prepared.set_aside.by_name.clone()));
        }
    }
    run.tally.created += created.len();
    run.tally.sealed += created.iter().filter(|(number, _)| sealed.contains(number)).count();
    run.tally.written.extend(created);
    problems.sort_by_key(|problem| problem.row);
    for problem in problems {
        run.tally.reject(problem, run.rejects.as_mut())?;
    }
    Ok(())
}

/// Failures of the file, after which nothing can be written.
fn is_of_the_disk(failure: &Failure) -> bool {
    matches!(failure.code, "disk_full" | "home_damaged" | "home_in_use") || failure.code.starts_with("file_")
}

/// Under this key, which only the member's own passphrase opens, content leaves digests: what changed in the source can
/// be told, and nobody else can confirm a guess.
fn digest_key(reader: &Reader) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(blake3::derive_key("boucle 2026 digests of imported rows v1", reader.secrets.data.expose()))
}

/// The parts of a new case in the order in which digests of before wrote them.
const DIGESTED: &str = "type channel category other_categories sensitivity priority received_at incident_at incident_place \
    formality initiative session_id slip stakeholder filer group_size spoken_language project activity partner admin1 \
    admin2 admin3 locality anonymous reporter_name phone alt_contact safe_contact recall_word household_id card_no \
    wallet_last4 sim_last4 sex age_group age disability disability_answers population_group relation_to_affected summary \
    text expected_outcome allegation accused recuse consents closed external_ids import_batch answer";

/// The bytes that are digested. A part that came later counts where something was said, so that it changes no digest of
/// before.
fn digested(told: &NewCase) -> Option<Vec<u8>> {
    // plain data with text keys
    let Ok(Json::Object(mut parts)) = serde_json::to_value(told) else { return None };
    let mut ordered = serde_json::Map::new();
    ordered.extend(DIGESTED.split_whitespace().filter_map(|name| parts.shift_remove_entry(name)));
    ordered.extend(parts.into_iter().filter(|(_, said)| !said.is_null()));
    serde_json::to_vec(&ordered).ok()
}

/// What the form said, whatever the shape of the file and the options of the import.
fn content_digest(key: &[u8; 32], new: &NewCase) -> Vec<u8> {
    let mut told = NewCase { import_batch: None, project: None, partner: None, notes: Vec::new(), ..new.clone() };
    // blanks around what was said make no other content: digests of before were made without them
    for words in [&mut told.text, &mut told.reporter_name].into_iter().flatten() {
        words.0 = words.0.trim().to_owned();
    }
    if let Some(words) = told.answer.as_mut().and_then(|answer| answer.text.as_mut()) {
        words.0 = words.0.trim().to_owned();
    }
    if let Some(closed) = &mut told.closed {
        // in the language of whoever imports
        closed.because = None;
    }
    let bytes = digested(&told).map(Zeroizing::new).unwrap_or_default();
    blake3::keyed_hash(key, &bytes).as_bytes()[..16].to_vec()
}

/// The pairs that may be one matter: those that the file shows by itself, and those that the reader's list shows of the new cases.
/// Each once; how many, and the first of them.
fn duplicates(tally: &Tally, told: &Told, proposed: &[Proposed]) -> (usize, Vec<Json>) {
    let id = |held: Option<&(DocId, Box<str>)>| held.map(|held| held.0).filter(|doc| *doc != DocId::ZERO);
    let mark = |held: Option<&(DocId, Box<str>)>| held.map(|held| held.1.clone()).filter(|mark| !mark.is_empty());
    let row_of: HashMap<DocId, usize> = tally.written.iter().map(|(row, (case, _))| (*case, *row)).collect();
    let is_new = |row: &usize| tally.written.contains_key(row);
    let in_list = |row: usize| {
        id(tally.written.get(&row)).map(|case| proposed.iter().filter(move |pair| pair.cases.contains(&case)))
    };
    let is_in_list = |first: usize, second: usize| match (in_list(first), in_list(second)) {
        (Some(mut pairs), Some(_)) => {
            let other = id(tally.written.get(&second));
            pairs.any(|pair| other.is_some_and(|other| pair.cases.contains(&other)))
        }
        (Some(mut pairs), None) | (None, Some(mut pairs)) => pairs.next().is_some(),
        (None, None) => false,
    };
    let of_file = told.duplicates.iter().filter(|pair| is_new(&pair.first) || is_new(&pair.second));
    let of_file = of_file.filter(|pair| !is_in_list(pair.first, pair.second)).map(|pair| {
        let (first, second) = (tally.written.get(&pair.first), tally.written.get(&pair.second));
        json!({"rows": [pair.first, pair.second], "case_ids": [id(first), id(second)],
               "refs": [mark(first), mark(second)], "why": ["phone"]})
    });
    let of_list = proposed.iter().map(|pair| {
        let mut both = [0, 1].map(|at| (row_of.get(&pair.cases[at]), pair.cases[at], &pair.marks[at]));
        // in the order of the file
        both.sort_by_key(|(row, ..)| *row);
        json!({"rows": both.map(|(row, ..)| row), "case_ids": both.map(|(_, case, _)| case),
               "refs": both.map(|(.., mark)| mark), "why": pair.why})
    });
    let all: Vec<Json> = of_list.chain(of_file).collect();
    (all.len(), all.into_iter().take(LISTED_MAX).collect())
}

fn summary(
    tally: Tally,
    told: Told,
    proposed: &[Proposed],
    request: &ImportRequest<'_>,
    texts: &Texts,
    batch: Option<&str>,
) -> Json {
    let id = |held: Option<&(DocId, Box<str>)>| held.map(|held| held.0).filter(|doc| *doc != DocId::ZERO);
    let mark = |held: Option<&(DocId, Box<str>)>| held.map(|held| held.1.clone()).filter(|mark| !mark.is_empty());
    let warning = |remark: &Remark| {
        let held = tally.written.get(&remark.row);
        json!({"row": remark.row, "field": remark.field, "code": remark.code.as_str(),
               "case_id": id(held), "ref": mark(held),
               "message": texts.remark(remark.code.as_str(), &remark.args)})
    };
    let (proposals, pairs) = duplicates(&tally, &told, proposed);
    // of rows that the node refused after all there is nothing to seal
    let mut sensitive: Vec<&Sensitive> =
        tally.sensitive.iter().filter(|found| tally.written.contains_key(&found.row)).collect();
    sensitive.sort_by_key(|found| (found.topic, found.row));
    let to_seal: Vec<Json> = sensitive
        .iter()
        .take(SENSITIVE_MAX)
        .map(|found| {
            let held = tally.written.get(&found.row);
            json!({"row": found.row, "ref": mark(held), "case_id": id(held), "field": found.field,
                   "topic": found.topic.code(), "audience": found.topic.audience(), "taken_over": !found.unread})
        })
        .collect();
    let in_words = sensitive.iter().take(LISTED_MAX).map(|found| Remark {
        row: found.row,
        field: found.field.clone(),
        code: RemarkCode::SensitiveWords,
        args: Vec::new(),
    });
    let counted = [
        (RemarkCode::SealedElsewhere, if request.dry_run { 0 } else { tally.sealed }),
        (RemarkCode::SealedNotCompared, tally.not_compared),
    ];
    let counted = counted.into_iter().filter(|(_, n)| *n > 0).map(|(code, n)| Remark {
        row: 0,
        field: String::new(),
        code,
        args: vec![("n", n.to_string())],
    });
    let (of_file, of_file_light): (Vec<&Remark>, Vec<&Remark>) =
        told.warnings.iter().partition(|remark| remark.code.is_grave());
    let first: Vec<Remark> = in_words.chain(counted).collect();
    let ordered = first.iter().chain(of_file).chain(&tally.grave).chain(of_file_light).chain(&tally.light);
    let warnings: Vec<Json> = ordered.map(warning).collect();
    let ignored = told.ignored_columns.iter();
    let set_aside: Vec<Json> = tally
        .set_aside
        .iter()
        .take(LISTED_MAX)
        .map(|(row, members)| json!({"row": row, "ref": mark(tally.written.get(row)), "members": members}))
        .collect();
    let errors: Vec<Json> = tally
        .grave_errors
        .iter()
        .chain(&tally.errors)
        .map(|e| {
            json!({"row": e.row, "line": e.line, "field": e.field, "code": e.code, "message": e.reason, "grave": e.grave})
        })
        .collect();
    json!({
        "batch": batch, "rows": tally.rows, "created": tally.created, "unchanged": tally.unchanged, "updated": 0,
        "skipped": tally.skipped, "rejected": tally.rejected, "sealed": tally.sealed,
        "held": tally.held,
        "set_aside": set_aside,
        "duplicates_proposed": proposals, "duplicates": pairs, "warnings": warnings, "errors": errors,
        "not_listed": tally.not_listed, "dry_run": request.dry_run,
        "sensitive_words": to_seal, "sensitive_words_more": sensitive.len().saturating_sub(SENSITIVE_MAX),
        "ignored_columns": ignored.clone().map(|(name, _)| name).collect::<Vec<_>>(),
        "ignored": ignored.map(|(name, rows)| json!({"column": name, "rows": rows})).collect::<Vec<_>>(), "separator": format!("{:?}", told.separator),
        "encoding": told.encoding.name(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_digested_as_it_was_before() {
        let told = NewCase {
            case_type: "complaint".into(),
            channel: "sms".into(),
            reporter_name: Some("Rose".into()),
            age: Some(34),
            disability_answers: Some([1, 2, 3, 4, 0, 1]),
            external_ids: vec![("kobo".into(), "1".into())],
            ..NewCase::default()
        };
        let bytes = digested(&told).expect("plain data");
        // written by the version of November 2026, whose new case had its fields in this order
        let before = concat!(
            r#"{"type":"complaint","channel":"sms","category":null,"other_categories":[],"sensitivity":null,"#,
            r#""priority":null,"received_at":null,"incident_at":null,"incident_place":null,"formality":null,"#,
            r#""initiative":null,"session_id":null,"slip":null,"stakeholder":null,"filer":null,"group_size":null,"#,
            r#""spoken_language":null,"project":null,"activity":null,"partner":null,"admin1":null,"admin2":null,"#,
            r#""admin3":null,"locality":null,"anonymous":null,"reporter_name":"Rose","phone":null,"#,
            r#""alt_contact":null,"safe_contact":null,"recall_word":null,"household_id":null,"card_no":null,"#,
            r#""wallet_last4":null,"sim_last4":null,"sex":null,"age_group":null,"age":34,"disability":null,"#,
            r#""disability_answers":[1,2,3,4,0,1],"population_group":null,"relation_to_affected":null,"#,
            r#""summary":null,"text":null,"expected_outcome":null,"allegation":null,"accused":null,"#,
            r#""recuse":null,"consents":[],"external_ids":[["kobo","1"]],"import_batch":null,"answer":null}"#,
        );
        assert_eq!(String::from_utf8_lossy(&bytes), before);
    }
}
