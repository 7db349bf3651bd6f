//! What nobody may read yet: a record of which everybody who could read it is set aside.
//!
//! It is not lost and not shown. It lies among the capturing member's own values, sealed under the store key and under
//! their own; a mark in the space `meta` says only that there is one, and whose. No command shows anything of it. As soon
//! as the roster has a reader who is not set aside, the next command or sync of that member seals it to them as a case of
//! its own, under the reference it was promised, and destroys what was kept here.

use crdt_model::edit::{NewCase, Recusal};
use crdt_model::roster::site_scope;
use crdt_model::seal::Entropy;
use crdt_model::taxonomy::Capabilities;
use crdt_model::values::{Level, MemberId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::Failure;
use crate::log::{Log, Reader, Shared, entropy, locked, meta};
use crate::members;
use crate::store::{MemberSpace, Space, Tx};
use crate::writes;
use crate::writes::imported::{Brought, note_brought};
use crate::writes::set_aside;
use crate::writes::set_aside::Told;
use crate::writes::{Minted, Prepared};

/// Bytes of a held record's number.
const NUMBER: usize = 16;
/// Bytes of a mark: the number, and the member who captured it.
const MARK: usize = NUMBER + 16;

/// The warning of a reply: the record is kept here until somebody may read it.
pub(crate) const HELD: &str = "held";

/// Key of a held record among its member's values.
fn key(number: &[u8]) -> Vec<u8> {
    [b"held/".as_slice(), number].concat()
}

/// A record as it is kept.
#[derive(Serialize, Deserialize)]
struct Held {
    minted: Minted,
    site: String,
    audience: String,
    level: String,
    new: NewCase,
    /// Names and roles as they were said: whoever bears such a name later is set aside, too.
    told: Vec<String>,
    not_them: Vec<String>,
    /// When it was captured, Unix milliseconds.
    at_ms: i64,
    /// Its row in the table of what was imported.
    imported: Option<String>,
}

/// What is kept beside a prepared case that nobody may read.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeldTerms {
    pub(crate) told: Vec<String>,
    pub(crate) not_them: Vec<String>,
}

/// Keeps a record until somebody may read it. Gives the reference it will have.
#[expect(clippy::too_many_arguments, reason = "a record, its terms and its time")]
pub(crate) fn hold_back(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    reader: &Reader,
    prepared: &Prepared,
    terms: &HeldTerms,
    imported: Option<&str>,
    now_ms: i64,
    entropy: &mut Entropy,
) -> Result<Minted, Failure> {
    let minted = writes::mint(log, tx, shared, prepared.site(), prepared.new_case().slip.as_deref(), entropy)?;
    // what no case can say is refused now, not when somebody may read it
    writes::birth_ops(log, shared, reader, prepared, &minted, now_ms, entropy)?;
    let record = Held {
        minted: minted.clone(),
        site: prepared.site().to_owned(),
        audience: prepared.restricted.clone().unwrap_or_default(),
        level: prepared.level().code().to_owned(),
        new: prepared.new_case().clone(),
        told: terms.told.clone(),
        not_them: terms.not_them.clone(),
        at_ms: now_ms,
        imported: imported.map(str::to_owned),
    };
    let bytes = serde_json::to_vec(&record).map(Zeroizing::new);
    let bytes = bytes.map_err(|error| Failure::new("unexpected").because(&error))?;
    let number: [u8; NUMBER] = entropy.bytes();
    let member = reader.member();
    tx.put_member(MemberSpace::Rows, &reader.secrets.store_access(), &key(&number), &bytes)?;
    let mut marks = tx.get(Space::Meta, meta::HELD)?.map(|held| held.to_vec()).unwrap_or_default();
    marks.extend([number.as_slice(), &member.0].concat());
    tx.put(Space::Meta, meta::HELD, &marks)?;
    // the case written before this one is not what `@last` means any more
    tx.delete(Space::Meta, &meta::last_case(&member))?;
    Ok(minted)
}

/// How many records are held on this machine, whoever captured them.
pub(crate) fn held_back(log: &Log) -> Result<usize, Failure> {
    Ok(log.store.read()?.get(Space::Meta, meta::HELD)?.map_or(0, |marks| marks.len() / MARK))
}

/// Numbers of the records that this member captured and nobody may read yet.
fn held_of(log: &Log, member: &MemberId) -> Result<Vec<[u8; NUMBER]>, Failure> {
    let marks = log.store.read()?.get(Space::Meta, meta::HELD)?;
    let marks = marks.as_deref().map(Vec::as_slice).unwrap_or_default().chunks_exact(MARK);
    let own = marks.filter(|mark| mark[NUMBER..] == member.0);
    Ok(own.filter_map(|mark| mark[..NUMBER].try_into().ok()).collect())
}

/// Seals what was held to whoever may read it by now, and destroys what was kept. How many were given. The caller holds
/// off other writers.
pub(crate) fn deliver_held(log: &Log, reader: &mut Reader) -> Result<usize, Failure> {
    let mut given = 0;
    for number in held_of(log, &reader.member())? {
        match deliver(log, reader, &number) {
            Ok(done) => given += usize::from(done),
            // it stays held; no other act fails for it
            Err(failure) => tracing::warn!(code = failure.code, "a held record was not given"),
        }
    }
    Ok(given)
}

/// As [`deliver_held`], of every member unlocked here who is not at long work.
pub(crate) fn deliver_all_held(log: &Log) -> Result<usize, Failure> {
    if held_back(log)? == 0 {
        return Ok(0);
    }
    let mut given = 0;
    for member in log.unlocked() {
        let Some(reader) = log.reader(&member) else { continue };
        let mut reader = locked(&reader);
        let _writer = log.lock_writer();
        log.refresh_reader(&mut reader)?;
        given += deliver_held(log, &mut reader)?;
    }
    Ok(given)
}

fn deliver(log: &Log, reader: &mut Reader, number: &[u8; NUMBER]) -> Result<bool, Failure> {
    let held = held_record(log, reader, number)?;
    let shared = log.shared();
    if members::require(&shared, &reader.member(), Capabilities::INTAKE).is_err() {
        // what such a member writes counts nowhere: it stays held
        return Ok(false);
    }
    let recused = still_set_aside(&shared, &held)?;
    let Ok(readers) = set_aside::first_readers(log, &shared, &held.audience, &recused) else { return Ok(false) };
    let mut new = held.new;
    let batch = new.import_batch.clone();
    new.recuse = Some(recused);
    let level = Level::from_code(&held.level).unwrap_or(Level::S2);
    let scope = site_scope(&log.org, &held.site);
    let prepared = Prepared::given(scope, &held.site, new, readers, level);
    let mut entropy = entropy()?;
    log.commit(|tx| {
        let created = writes::create_as(log, tx, &shared, reader, &prepared, &held.minted, held.at_ms, &mut entropy)?;
        if let Some(row) = &held.imported {
            tx.put(Space::Imported, row.as_bytes(), &created.case_id.0)?;
            if let Some(batch) = &batch {
                let brought = Brought { reference: created.mark.clone(), scope, row: row.clone() };
                note_brought(tx, batch, (reader.member(), held.at_ms), &created.case_id, &brought)?;
            }
        }
        destroy_held(tx, reader, number)
    })?;
    Ok(true)
}

/// The imports that brought what is held of this member, one for each record.
pub(crate) fn held_batches(log: &Log, reader: &Reader) -> Result<Vec<String>, Failure> {
    let numbers = held_of(log, &reader.member())?;
    let held = numbers.iter().map(|number| Ok(held_record(log, reader, number)?.new.import_batch));
    Ok(held.collect::<Result<Vec<_>, Failure>>()?.into_iter().flatten().collect())
}

/// Destroys what an import brought of this member that nobody may read yet; the same rows can come in again. How many
/// there were.
pub(crate) fn take_back_held(log: &Log, reader: &Reader, batch: &str) -> Result<usize, Failure> {
    let mut taken = 0;
    for number in held_of(log, &reader.member())? {
        let held = held_record(log, reader, &number)?;
        if held.new.import_batch.as_deref() != Some(batch) {
            continue;
        }
        log.commit(|tx| {
            if let Some(row) = &held.imported {
                tx.delete(Space::Imported, row.as_bytes())?;
            }
            destroy_held(tx, reader, &number)
        })?;
        taken += 1;
    }
    Ok(taken)
}

fn held_record(log: &Log, reader: &Reader, number: &[u8; NUMBER]) -> Result<Held, Failure> {
    let access = reader.secrets.store_access();
    let bytes = log.store.read()?.get_member(MemberSpace::Rows, &access, &key(number))?;
    let damaged = || Failure::new("home_damaged").arg("file", crate::store::STORE_FILE);
    serde_json::from_slice(&bytes.ok_or_else(damaged)?).map_err(|_| damaged())
}

/// Who is set aside by now: as it was decided when the record was taken down, and whoever came since and bears a name
/// that was said.
fn still_set_aside(shared: &Shared, held: &Held) -> Result<Vec<Recusal>, Failure> {
    let mut recused = held.new.recuse.clone().unwrap_or_default();
    let accused = held.new.accused.as_ref().map(|words| words.0.as_str());
    let by_name = set_aside::set_aside(shared, Told { recuse: &[], accused, not_them: &held.not_them })?.recusals;
    // a name that meant somebody then may mean several now
    let again = held.told.iter().filter_map(|name| writes::recusals(shared, std::slice::from_ref(name)).ok()).flatten();
    for recusal in by_name.into_iter().chain(again) {
        if !recused.contains(&recusal) {
            recused.push(recusal);
        }
    }
    Ok(recused)
}

fn destroy_held(tx: &mut Tx<'_>, reader: &Reader, number: &[u8; NUMBER]) -> Result<(), Failure> {
    tx.delete_member(MemberSpace::Rows, &reader.secrets.store_access(), &key(number))?;
    let marks = tx.get(Space::Meta, meta::HELD)?.map(|held| held.to_vec()).unwrap_or_default();
    let left: Vec<u8> = marks.chunks_exact(MARK).filter(|mark| mark[..NUMBER] != *number).flatten().copied().collect();
    match left.is_empty() {
        true => drop(tx.delete(Space::Meta, meta::HELD)?),
        false => tx.put(Space::Meta, meta::HELD, &left)?,
    }
    Ok(())
}
