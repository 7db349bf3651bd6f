//! The stick in one word: read what others left, leave what they lack.
//!
//! Every device keeps one set of files on a stick, sealed to the organisation: all that somebody may still lack. It is
//! replaced as a whole, the new before the old goes; files of others are read and never touched. Who has read what is
//! known without a list: a device that wrote a bundle after reading ours held, by its record, what ours brought. Who
//! knows that everybody holds everything leaves a record without entries as long as others still leave theirs; so in
//! the end the stick is empty.

use std::path::{Path, PathBuf};

use crdt_model::bundle::{BUNDLE_BYTES_MAX, Reader, SignedRecord, To};
use crdt_model::frontier::Frontier;
use crdt_model::sync::handshake::PeerPolicy;
use serde_json::{Value as Json, json};

use super::{Held, file, join, removable};
use crate::error::{Failure, IoOperation};
use crate::exchange::bundle;
use crate::exchange::bundle::export;
use crate::exchange::bundle::import;
use crate::exchange::bundle::recipients;
use crate::log::Log;
use crate::reply::{Progress, Reply};
use crate::store;
use crate::sync::policy::Policy;

/// What a failure says under a name.
fn argument<'f>(failure: &'f Failure, name: &str) -> Option<&'f str> {
    failure.args.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// A file of the stick that was not read, or not to its end: which, why, and how much of it is kept.
fn problem(failure: &Failure) -> Json {
    let file = failure.where_.iter().find(|(name, _)| *name == "file").map(|(_, file)| file.clone());
    let mut told = json!({"file": file, "code": failure.code, "reason": argument(failure, "reason")});
    for (name, value) in &failure.args {
        if !matches!(*name, "file" | "reason") {
            told[*name] = value.parse::<u64>().map_or_else(|_| json!(value), |count| json!(count));
        }
    }
    told
}

/// A bundle on the stick that opens here.
struct Lying {
    path: PathBuf,
    signed: SignedRecord,
}

/// What lies on a stick.
#[derive(Default)]
struct Look {
    ours: Vec<Lying>,
    theirs: Vec<Lying>,
    /// Sealed to others: left alone.
    sealed_to_others: u64,
    problems: Vec<Failure>,
}

/// Reads what others left on the stick at `path` (or on the only one there is), and leaves what they lack.
pub(crate) fn carry(log: &Log, path: Option<&Path>, now_ms: i64, on_progress: &mut dyn FnMut(Progress)) -> Reply {
    let folder = match path {
        Some(path) => path.to_owned(),
        None => removable::find()?,
    };
    let is_folder = folder.metadata().map_err(|error| Failure::io(IoOperation::Read, &folder, &error))?.is_dir();
    if !is_folder {
        return Err(Failure::new("not_a_folder").arg("folder", folder.display()).at("file", folder.display()));
    }
    let mut look = look(log, &folder)?;
    let (back, missing) = take_back(log, &mut look, now_ms, on_progress)?;
    bundle::housekeeping_unlocked(log, now_ms)?;
    // a stick with its lock pushed in: what was read stays read, and that is said
    let left = leave(log, &folder, &look, now_ms, on_progress).map_err(|failure| match failure.code {
        "file_not_writable" | "file_not_permitted" => {
            let told = Failure { causes: failure.causes, ..Failure::new("stick_not_writable") };
            told.arg("stick", folder.display()).arg("back", back).at("file", folder.display())
        }
        _ => failure,
    })?;
    let problems: Vec<Json> = look.problems.iter().map(problem).collect();
    Ok(json!({
        "stick": folder.display().to_string(), "take": left.take, "back": back, "missing": missing,
        "entries": left.entries, "bytes": left.bytes, "files": left.files, "removed": left.removed,
        "released": left.released, "for_others": look.sealed_to_others, "problems": problems,
    }))
}

fn look(log: &Log, folder: &Path) -> Result<Look, Failure> {
    let (secrets, own) = (recipients::bundle_secrets(log)?, log.device_ed.verifying_key());
    let mut look = Look::default();
    for path in file::list(folder)? {
        match export::open_record(log, &path, secrets.clone()) {
            Ok(signed) if signed.record.from == log.device => match signed.is_signed_by(&own) {
                true => look.ours.push(Lying { path, signed }),
                // somebody else's, in our name
                false => look.sealed_to_others += 1,
            },
            Ok(signed) => look.theirs.push(Lying { path, signed }),
            Err(failure) if failure.code == "bundle_not_for_us" => look.sealed_to_others += 1,
            Err(failure) => look.problems.push(failure),
        }
    }
    Ok(look)
}

/// Imports what is new; gives how many entries came, and how many the others hold that we still lack.
fn take_back(
    log: &Log,
    look: &mut Look,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<(u64, u64), Failure> {
    let mut back = 0;
    let mut waiting: Vec<usize> = (0..look.theirs.len()).collect();
    while !waiting.is_empty() {
        let (before, mut strangers) = (back, Vec::new());
        for n in std::mem::take(&mut waiting) {
            let lying = &look.theirs[n];
            if !has_news(log, &lying.signed)? {
                believe(log, &lying.signed, now_ms)?;
                continue;
            }
            match import::take_bundle(log, &lying.path, false, now_ms, on_progress) {
                Ok((_, done)) => back += done.new,
                Err(failure) if matches!(failure.code, "bundle_sender" | "bundle_newcomer_unknown") => {
                    strangers.push((n, failure));
                }
                Err(failure) if failure.code.starts_with("bundle_") => {
                    // what came whole before the damage counts like the rest
                    back += argument(&failure, "taken").and_then(|taken| taken.parse().ok()).unwrap_or(0);
                    look.problems.push(failure);
                }
                Err(failure) => return Err(failure),
            }
        }
        if back > before {
            // a newcomer's file may stand before the one that brings its invitation
            waiting = strangers.into_iter().map(|(n, _)| n).collect();
        } else {
            look.problems.extend(strangers.into_iter().map(|(_, failure)| failure));
        }
    }
    let shared = log.shared();
    let policy = Policy::of(log, now_ms);
    let mut missing = 0;
    let said = |lying: &&Lying| {
        let key = policy.key(&lying.signed.record.from);
        key.is_some_and(|key| lying.signed.is_signed_by(&key))
    };
    for lying in look.theirs.iter().filter(said) {
        missing = missing.max(bundle::lacking(log, &shared, &lying.signed.record)?.0);
    }
    Ok((back, missing))
}

/// Something in a bundle is beyond what we hold.
fn has_news(log: &Log, signed: &SignedRecord) -> Result<bool, Failure> {
    let snapshot = log.store.read()?;
    Ok(signed.record.contents().any(|(scope, suffix)| {
        let key = store::ChainKey { scope, device: suffix.chain.device, incarnation: suffix.chain.incarnation };
        snapshot.chain(&key).is_none_or(|held| held.tip_seq < suffix.upto)
    }))
}

/// Takes a member's word for what their device held.
fn believe(log: &Log, signed: &SignedRecord, now_ms: i64) -> Result<(), Failure> {
    let key = Policy::of(log, now_ms).key(&signed.record.from);
    if key.is_some_and(|key| signed.is_signed_by(&key)) {
        bundle::remember_held(log, &signed.record)?;
    }
    Ok(())
}

/// A file of ours opens to its end.
fn is_whole(log: &Log, path: &Path) -> bool {
    let read = || -> Result<(), Failure> {
        let (mut file, _) = file::open(path)?;
        let mut reader = Reader::new(log.org, vec![log.device_x.clone()]);
        let mut piece = vec![0; 64 << 10];
        loop {
            let n = super::export::read_some(&mut file, &mut piece, path)?;
            let pushed = if n == 0 { reader.finish() } else { reader.push(&piece[..n]) };
            pushed.map_err(|error| file::unread(&error, path, file::Kept::default()))?;
            while reader.poll().is_some() {}
            if n == 0 {
                return Ok(());
            }
        }
    };
    read().is_ok()
}

fn leave(
    log: &Log,
    folder: &Path,
    look: &Look,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Left, Failure> {
    let shared = log.shared();
    let recipients = recipients::recipients(log, &shared, None, now_ms)?;
    let has_readers = recipients.strangers || !recipients.devices.is_empty();
    let base = recipients::held_by_all(log, &recipients)?;
    let (mut frontiers, waiting) = export::survey(log, now_ms)?;
    frontiers.retain(|_, frontier| !frontier.is_empty());
    let lying = look.ours.iter().chain(&look.theirs).fold(Held::new(), |all, lying| join(all, &there(lying)));
    let take = beyond(&frontiers, &join(base.clone(), &lying));
    let mut left = Left { take, ..Left::default() };
    let for_all: Vec<&Lying> = look.ours.iter().filter(|l| l.signed.record.to == To::Organisation).collect();
    let all_have_it = has_readers && beyond(&frontiers, &base) == 0;
    let brings = |lying: &Lying| lying.signed.record.contents().next().is_some();
    // the others do not know yet that they may take theirs away
    let tells = all_have_it && look.theirs.iter().any(brings);
    let standing = for_all.iter().find(|lying| {
        let record = &lying.signed.record;
        if all_have_it && (!tells || brings(lying)) {
            return false;
        }
        let enough = record.contents().all(|(scope, suffix)| {
            let held = base.get(&scope).and_then(|f| f.tip(&suffix.chain)).map_or(0, |tip| tip.seq);
            suffix.after <= held
        });
        // to the last byte: a file that a bad stick has altered is written again
        record.part.is_none() && record.frontiers() == frontiers && enough && is_whole(log, &lying.path)
    });
    if standing.is_none() && (tells || !all_have_it) {
        let path = folder.join(file::random_name()?);
        let plan = export::plan_parts(log, &shared, recipients, frontiers.clone(), base, BUNDLE_BYTES_MAX, now_ms)?;
        let (files, bytes) = export::write_plan(log, plan, &path, now_ms, on_progress)?;
        left.entries = files.iter().map(|(_, entries)| entries).sum();
        left.bytes = bytes;
        left.files = super::export::names(&files);
        left.released = waiting;
    }
    let keep = standing.map(|lying| &lying.path);
    for lying in for_all.iter().filter(|lying| Some(&lying.path) != keep) {
        // what it brought stands in the new file, or everybody is known to hold it
        let superseded = lying.signed.record.contents().all(|(scope, suffix)| {
            let tip = frontiers.get(&scope).and_then(|f| f.tip(&suffix.chain));
            let forked = shared.forks.contains_key(&(scope, suffix.chain));
            forked || tip.is_some_and(|tip| tip.seq >= suffix.upto)
        });
        if superseded && std::fs::remove_file(&lying.path).is_ok() {
            left.removed += 1;
        }
    }
    if left.removed > 0 {
        // the stick may be pulled out at once
        let _ = store::sync_parent(&folder.join("."));
    }
    Ok(left)
}

/// What was left on the stick.
#[derive(Default)]
struct Left {
    /// Entries that were not on it before and somebody lacks.
    take: u64,
    entries: u64,
    bytes: u64,
    files: Json,
    removed: u64,
    released: u64,
}

/// What a bundle brings, as a frontier.
fn there(lying: &Lying) -> Held {
    let mut held = Held::new();
    for (scope, suffix) in lying.signed.record.contents() {
        let row = lying.signed.record.scopes.get(&scope).and_then(|rows| rows.get(&suffix.chain));
        if let Some(row) = row {
            let tip = crdt_model::frontier::Tip { seq: suffix.upto, entry: row.tip.entry };
            held.entry(scope).or_default().advance(suffix.chain, tip);
        }
    }
    held
}

/// Entries of `ours` that `theirs` lacks.
fn beyond(ours: &Held, theirs: &Held) -> u64 {
    let nothing = Frontier::new();
    let of = |(scope, frontier): (&crdt_model::values::ScopeId, &Frontier)| {
        let theirs = theirs.get(scope).unwrap_or(&nothing);
        let one = |(chain, tip): (&crdt_model::values::ChainKey, &crdt_model::frontier::Tip)| {
            tip.seq.saturating_sub(theirs.tip(chain).map_or(0, |held| held.seq))
        };
        frontier.iter().map(one).sum::<u64>()
    };
    ours.iter().map(of).sum()
}
