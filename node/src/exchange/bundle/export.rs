//! Writing bundles: what to take, cut into parts, each file whole or not at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crdt_model::bundle::{
    BUNDLE_BYTES_MAX, BundleError, ENTRIES_MAX, Event, Part, Reader, Record, Row, SignedRecord, WriteError, Writer,
    content_bytes, file_bytes, slots_for,
};
use crdt_model::cbor;
use crdt_model::frontier::{Frontier, Suffix, Tip};
use crdt_model::roster::{knowledge_scope, membership_scope};
use crdt_model::seal::{Entropy, Secret};
use crdt_model::values::{ChainKey, ScopeId};
use serde_json::{Value as Json, json};

use super::file::{self, Staged};
use super::recipients::Recipients;
use super::{Held, to_json};
use crate::cases;
use crate::error::{Failure, IoOperation};
use crate::exchange::bundle;
use crate::exchange::bundle::recipients;
use crate::log::{Log, Shared, entropy, fresh, locked};
use crate::reply::{Progress, Reply};
use crate::store;
use crate::sync::release;
use crate::sync::release::{Offer, RELEASE_MS};
use crate::sync::session::own_join;

/// Entries read at once, bytes; parts are cut between such reads, so small parts are read in small pieces.
fn read_bytes(part_bytes_max: u64) -> usize {
    usize::try_from(part_bytes_max / 8).unwrap_or(usize::MAX).clamp(16 << 10, 256 << 10)
}

/// Bytes gathered before they are written.
const WRITE_BYTES: usize = 256 << 10;
/// A plan is made again if what was planned has changed meanwhile (a section was erased).
const PLANS_MAX: usize = 3;

/// What is asked of an export.
pub(crate) struct ExportRequest<'a> {
    /// Where to: a file that does not exist, or a folder.
    pub(crate) path: &'a Path,
    /// A site or device; `None`: the organisation.
    pub(crate) to: Option<&'a str>,
    /// Only what this bundle, and whoever made it, lacks.
    pub(crate) after: Option<&'a Path>,
    /// Everything, whatever others are known to hold.
    pub(crate) all: bool,
    /// Largest file, bytes.
    pub(crate) max_bytes: Option<u64>,
}

/// What is in one file.
#[derive(Default)]
pub(super) struct PartPlan {
    ranges: BTreeMap<ScopeId, BTreeMap<ChainKey, (u64, u64)>>,
    pub(super) entries: u64,
    bytes: u64,
}

/// What to write.
pub(super) struct Plan {
    /// What we hold and may offer.
    pub(super) frontiers: Held,
    pub(super) parts: Vec<PartPlan>,
    /// What is left out: recipients hold it.
    pub(super) base: Held,
    /// Length of all files.
    pub(super) file_bytes: u64,
    bytes_max: u64,
    created_ms: i64,
    join: Option<Vec<u8>>,
    recipients: Recipients,
}

impl Plan {
    pub(super) fn entries(&self) -> u64 {
        self.parts.iter().map(|part| part.entries).sum()
    }

    fn record(&self, log: &Log, part: &PartPlan, place: Option<Part>, bundle: [u8; 16]) -> Record {
        let row = |scope: &ScopeId, chain: &ChainKey, tip: &Tip| {
            let range = part.ranges.get(scope).and_then(|chains| chains.get(chain));
            let (after, upto) = range.copied().unwrap_or((tip.seq, tip.seq));
            Row { after, upto, tip: *tip }
        };
        let rows = |(scope, frontier): (&ScopeId, &Frontier)| {
            (*scope, frontier.iter().map(|(chain, tip)| (*chain, row(scope, chain, tip))).collect())
        };
        Record {
            from: log.device,
            bundle,
            created_ms: self.created_ms,
            to: self.recipients.to.clone(),
            part: place,
            entries: part.entries,
            bytes: part.bytes,
            join: self.join.clone(),
            scopes: self.frontiers.iter().filter(|(_, frontier)| !frontier.is_empty()).map(rows).collect(),
        }
    }
}

/// Writes bundles of what `request` asks for. Everything of ours that waited is released with it, and stays ours alone
/// to take back where nothing could be written.
pub(crate) fn bundle_export(
    log: &Log,
    request: &ExportRequest<'_>,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Reply {
    let path = destination(request.path)?;
    // what would be refused is refused before anything is written, what is owed to others included
    recipients::recipients(log, &log.shared(), request.to, now_ms)?;
    if let (Some(after), false) = (request.after, request.all) {
        open_record(log, after, recipients::bundle_secrets(log)?)?;
    }
    bundle::housekeeping_unlocked(log, now_ms)?;
    let shared = log.shared();
    let recipients = recipients::recipients(log, &shared, request.to, now_ms)?;
    let base = match (request.after, request.all) {
        (_, true) => Held::new(),
        (Some(after), _) => open_record(log, after, recipients::bundle_secrets(log)?)?.record.frontiers(),
        (None, false) => recipients::held_by_all(log, &recipients)?,
    };
    let to = to_json(&recipients.to);
    let (frontiers, released) = survey(log, now_ms)?;
    let max = request.max_bytes.unwrap_or(BUNDLE_BYTES_MAX).min(BUNDLE_BYTES_MAX);
    let plan = plan_parts(log, &shared, recipients, frontiers, base, max, now_ms)?;
    let (files, bytes) = write_plan(log, plan, &path, now_ms, on_progress)?;
    let names: Vec<String> = files.iter().map(|(file, _)| file.display().to_string()).collect();
    let entries: u64 = files.iter().map(|(_, entries)| entries).sum();
    Ok(json!({
        "file": names[0], "files": names, "entries": entries, "bytes": bytes, "released": released, "for": to,
    }))
}

/// What we hold and a bundle may bring, own entries that still wait included, and how many of those there are. Nothing
/// is offered by it.
pub(super) fn survey(log: &Log, now_ms: i64) -> Result<(Held, u64), Failure> {
    let shared = log.shared();
    let at_once = [membership_scope(&log.org), knowledge_scope(&log.org)];
    let offer = Offer { member: true, explicit: true, release_ms: RELEASE_MS, now_ms };
    let mut held = release::frontiers_for(log, &offer)?;
    let snapshot = log.store.read()?;
    for scope in cases::case_scopes(log, &shared) {
        // a newcomer knows its site from its invitation alone
        if let std::collections::btree_map::Entry::Vacant(unlisted) = held.entry(scope) {
            unlisted.insert(log.frontier(&snapshot, &shared, &scope)?);
        }
    }
    let own = release::not_offered(log, &snapshot, &held).filter(|(chain, _)| !at_once.contains(&chain.key.scope));
    let waiting = own.map(|(chain, tip)| tip - chain.offered_seq).sum();
    Ok((held, waiting))
}

/// Makes what is about to be written offered, durably: from now on none of it can be taken back.
fn release(log: &Log, held: &Held) -> Result<(), Failure> {
    let snapshot = log.store.read()?;
    let own: Vec<_> = release::not_offered(log, &snapshot, held).collect();
    drop(snapshot);
    if own.is_empty() {
        return Ok(());
    }
    log.commit_quietly(|tx| own.iter().try_for_each(|(chain, seq)| Ok(tx.set_offered(&chain.key, *seq)?)))
}

/// Decides what goes into which file: every entry of `frontiers` beyond `base`, the membership first.
pub(super) fn plan_parts(
    log: &Log,
    shared: &Shared,
    recipients: Recipients,
    frontiers: Held,
    base: Held,
    bytes_max: u64,
    now_ms: i64,
) -> Result<Plan, Failure> {
    let slots = slots_for(recipients.keys.len());
    let slots = slots.ok_or_else(|| Failure::new("too_many_recipients").arg("found", recipients.keys.len()))?;
    let snapshot = log.store.read()?;
    let join = own_join(log, &snapshot)?;
    let (parts, created_ms) = (Vec::new(), now_ms);
    let mut plan = Plan { frontiers, parts, base, file_bytes: 0, bytes_max, created_ms, join, recipients };
    let record_bytes = cbor::encode(&longest(plan.record(log, &PartPlan::default(), None, [0; 16]))).len();
    let needs = |bytes: u64| file_bytes(slots, content_bytes(record_bytes, bytes));
    let first = [membership_scope(&log.org), knowledge_scope(&log.org)];
    let rest = plan.frontiers.keys().copied().filter(|scope| !first.contains(scope));
    let scopes: Vec<ScopeId> = first.into_iter().chain(rest).collect();
    let mut part = PartPlan::default();
    for scope in scopes {
        let Some(frontier) = plan.frontiers.get(&scope) else { continue };
        for suffix in suffixes(&snapshot, shared, &scope, frontier, plan.base.get(&scope))? {
            let mut at = suffix;
            while at.after < at.upto {
                let (entries, reached) = release::would_supply(log, scope, &at, read_bytes(bytes_max))?;
                let bytes: u64 = entries.iter().map(|entry| entry.len() as u64 + 4).sum();
                let n = entries.len() as u64;
                let is_full = needs(part.bytes + bytes) > bytes_max || part.entries + n > ENTRIES_MAX;
                if is_full && part.entries > 0 {
                    plan.parts.push(std::mem::take(&mut part));
                }
                if needs(bytes) > bytes_max {
                    // what the largest single piece of this export needs
                    let least = format!("≥ {}kB", needs(bytes).div_ceil(1_000));
                    return Err(Failure::new("usage_bad_value").arg("option", "--max-size").arg("expected", least));
                }
                let range = part.ranges.entry(scope).or_default().entry(suffix.chain).or_insert((at.after, 0));
                range.1 = reached;
                part.entries += n;
                part.bytes += bytes;
                at.after = reached.max(at.after + 1);
            }
        }
    }
    if part.entries > 0 || plan.parts.is_empty() {
        plan.parts.push(part);
    }
    plan.file_bytes = plan.parts.iter().map(|part| needs(part.bytes)).sum();
    Ok(plan)
}

/// What `base` lacks of a scope. Where it stands on another branch than ours, the whole chain.
fn suffixes(
    snapshot: &store::Snapshot,
    shared: &Shared,
    scope: &ScopeId,
    frontier: &Frontier,
    base: Option<&Frontier>,
) -> Result<Vec<Suffix>, Failure> {
    let nothing = Frontier::new();
    let base = base.unwrap_or(&nothing);
    let mut lacking = frontier.lacking_in(base);
    for suffix in &mut lacking {
        let key = store::ChainKey { scope: *scope, device: suffix.chain.device, incarnation: suffix.chain.incarnation };
        let theirs = base.tip(&suffix.chain).filter(|tip| tip.seq == suffix.after);
        let is_ours = match theirs {
            Some(tip) => snapshot.entry_in(&key, tip.seq)?.is_some_and(|held| held.entry_id == tip.entry),
            None => suffix.after == 0,
        };
        if !is_ours || shared.forks.contains_key(&(*scope, suffix.chain)) {
            suffix.after = 0;
        }
    }
    Ok(lacking)
}

/// Writes every part beside its place, then puts them there: all are whole before one of them is seen. Gives the
/// files with their entries, and the bytes of all.
pub(super) fn write_plan(
    log: &Log,
    mut plan: Plan,
    path: &Path,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<(Vec<(PathBuf, u64)>, u64), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _staging = locked(&file::STAGING);
    for attempt in 1.. {
        file::require_room(folder, plan.file_bytes)?;
        match write_parts(log, &plan, path, on_progress) {
            // a section went away between the plan and the writing: the plan is made anew
            Err(failure) if failure.code == "changed_meanwhile" && attempt < PLANS_MAX => {
                let Plan { frontiers, base, recipients, bytes_max, .. } = plan;
                plan = plan_parts(log, &log.shared(), recipients, frontiers, base, bytes_max, now_ms)?;
            }
            done => return done,
        }
    }
    Err(Failure::new("unexpected"))
}

fn write_parts(
    log: &Log,
    plan: &Plan,
    path: &Path,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<(Vec<(PathBuf, u64)>, u64), Failure> {
    let of = u32::try_from(plan.parts.len()).unwrap_or(u32::MAX);
    let (set, mut entropy, total) = (id16(&fresh()?), entropy()?, plan.entries());
    let (mut staged, mut bytes, mut done) = (Vec::new(), 0, 0);
    let name_of = |n: u32| if of == 1 { path.to_owned() } else { numbered(path, n) };
    // where the target cannot be written to, nothing has left this machine
    for n in 1..=of {
        file::require_free(&name_of(n))?;
    }
    let mut first = Some(Staged::begin(&name_of(1), &tag(log, 1))?);
    release(log, &plan.frontiers)?;
    for (n, part) in (1..).zip(&plan.parts) {
        let name = name_of(n);
        let place = (of > 1).then_some(Part { set, index: n, of });
        let record = plan.record(log, part, place, entropy.bytes());
        let mut file = match first.take() {
            Some(begun) => begun,
            None => Staged::begin(&name, &tag(log, n))?,
        };
        bytes += write_part(log, &mut file, plan, part, &record, &mut entropy, &mut |n| {
            done += n;
            on_progress(Progress { what: "entries".into(), done, total: Some(total) });
        })?;
        file.sync()?;
        staged.push((file, name, part.entries));
    }
    let mut files = Vec::with_capacity(staged.len());
    for (file, name, entries) in staged {
        file.put()?;
        files.push((name, entries));
    }
    Ok((files, bytes))
}

fn write_part(
    log: &Log,
    file: &mut Staged,
    plan: &Plan,
    part: &PartPlan,
    record: &Record,
    entropy: &mut Entropy,
    told: &mut dyn FnMut(u64),
) -> Result<u64, Failure> {
    let mut out = Vec::new();
    let mut bytes = 0;
    let begun = Writer::begin(&log.org, record, &plan.recipients.keys, &log.device_ed, entropy, &mut out);
    let mut writer = begun.map_err(unwritten)?;
    let first = membership_scope(&log.org);
    let in_order = part.ranges.iter().filter(|(scope, _)| **scope == first);
    let in_order = in_order.chain(part.ranges.iter().filter(|(scope, _)| **scope != first));
    for (scope, chains) in in_order {
        for (chain, (after, upto)) in chains {
            let mut at = Suffix { chain: *chain, after: *after, upto: *upto };
            while at.after < at.upto {
                let (entries, reached) = release::supply(log, *scope, &at, read_bytes(plan.bytes_max))?;
                for entry in &entries {
                    writer.entry(entry, &mut out).map_err(unwritten)?;
                }
                if out.len() >= WRITE_BYTES {
                    bytes += out.len() as u64;
                    file.write(&out)?;
                    out.clear();
                }
                told(entries.len() as u64);
                at.after = reached.max(at.after + 1);
            }
        }
    }
    writer.finish(&mut out).map_err(unwritten)?;
    bytes += out.len() as u64;
    file.write(&out)?;
    Ok(bytes)
}

/// The record of a bundle that one of `secrets` opens.
pub(super) fn open_record(log: &Log, path: &Path, secrets: Vec<Secret>) -> Result<SignedRecord, Failure> {
    let (mut file, _) = file::open(path)?;
    let mut reader = Reader::new(log.org, secrets);
    let mut piece = vec![0; 64 << 10];
    loop {
        let n = read_some(&mut file, &mut piece, path)?;
        let pushed = if n == 0 { reader.finish() } else { reader.push(&piece[..n]) };
        if let Some(Event::Record(signed)) = reader.poll() {
            return Ok(*signed);
        }
        pushed.map_err(|error| file::unread(&error, path, file::Kept::default()))?;
        if n == 0 {
            let error = BundleError::Malformed("no record".to_owned());
            return Err(file::unread(&error, path, file::Kept::default()));
        }
    }
}

pub(super) fn read_some(
    file: &mut (impl std::io::Read + ?Sized),
    piece: &mut [u8],
    path: &Path,
) -> Result<usize, Failure> {
    loop {
        match file.read(piece) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            read => return read.map_err(|error| Failure::io(IoOperation::Read, path, &error)),
        }
    }
}

/// The same record with the longest encoding that numbers may have.
fn longest(mut record: Record) -> Record {
    record.part = Some(Part { set: [0; 16], index: u32::MAX, of: u32::MAX });
    (record.entries, record.bytes, record.created_ms) = (u64::MAX, u64::MAX, i64::MAX);
    record
}

fn id16(seed: &[u8; 32]) -> [u8; 16] {
    let mut id = [0; 16];
    id.copy_from_slice(&seed[..16]);
    id
}

fn unwritten(error: WriteError) -> Failure {
    match error {
        WriteError::NotAsPromised => Failure::new("changed_meanwhile").because(&error),
        WriteError::Recipients | WriteError::TooLarge => Failure::new("bundle_too_large").because(&error),
    }
}

/// Names the files of a device while they are written.
pub(super) fn tag(log: &Log, part: u32) -> [u8; 4] {
    let mut tag = [0; 4];
    tag.copy_from_slice(&crdt_model::values::id16("boucle/part/v1", &[&log.device.0, &part.to_be_bytes()])[..4]);
    tag
}

/// `x.boucle`, or in a folder a name that says nothing.
fn destination(path: &Path) -> Result<PathBuf, Failure> {
    if path.is_dir() {
        return Ok(path.join(file::random_name()?));
    }
    if !file::is_named(path) {
        return Err(Failure::new("bundle_name").arg("file", path.display()));
    }
    Ok(path.to_owned())
}

/// `x-2.boucle`.
fn numbered(path: &Path, n: u32) -> PathBuf {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let extension = path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{stem}-{n}.{extension}"))
}

/// Files as JSON lists them.
pub(super) fn names(files: &[(PathBuf, u64)]) -> Json {
    files.iter().map(|(file, _)| file.display().to_string()).collect()
}
