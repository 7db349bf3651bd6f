//! Reading bundles: who made it first, then batch by batch through the admission of a sync.

use std::io::Read;
use std::path::Path;

use crdt_model::bundle::{BundleError, Event, Reader, Record, SignedRecord};
use crdt_model::entry::HEADER_BYTES_MAX;
use crdt_model::roster::membership_scope;
use crdt_model::sync::handshake::{NewcomerFault, PeerPolicy, Standing};
use crdt_model::taxonomy::Capabilities;
use crdt_model::values::moment::rfc3339;
use crdt_model::values::{MemberId, ScopeId};
use serde_json::json;

use super::export::read_some;
use super::file::{self, Kept};
use super::{scopes_known, to_json};
use crate::error::Failure;
use crate::exchange::bundle;
use crate::exchange::bundle::recipients;
use crate::log::Log;
use crate::log::admission;
use crate::log::admission::Source;
use crate::reply::{Progress, Reply};
use crate::sync::policy::Policy;
use crate::writes::tampering;

/// Bytes of entries in one transaction.
const BATCH_BYTES: usize = 4 << 20;
/// Bytes read at once.
const PIECE_BYTES: usize = 64 << 10;

/// How far the maker of a bundle is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// A member in good standing: everything is taken.
    Member,
    /// Suspended: the membership alone is taken, as in a session.
    MembershipOnly,
    /// This home does not know its organisation yet: the membership is taken, then it is asked again.
    Unknown,
}

/// What an import did.
#[derive(Debug, Default)]
pub(super) struct Imported {
    /// Entries new here.
    pub(super) new: u64,
    /// Entries that wait for another.
    waiting: u64,
    /// Entries that were not admitted.
    refused: u64,
    /// Entries left aside because their maker may bring the membership alone.
    left: u64,
    /// Chains whose entries do not follow from what is held.
    apart: u64,
    /// The founding is not the one the invitation pins.
    foreign: bool,
}

/// One import under way.
struct Import<'a> {
    log: &'a Log,
    path: &'a Path,
    now_ms: i64,
    accept_late: bool,
    trust: Trust,
    batch: Vec<(ScopeId, Vec<u8>)>,
    batch_bytes: usize,
    done: Imported,
    /// Entries of it that are held here now.
    held: u64,
}

/// The scope an encoded entry says it is of; zero when it says nothing.
fn scope_of(entry: &[u8]) -> ScopeId {
    use minicbor::Decoder;
    let read = || -> Option<ScopeId> {
        let mut outer = Decoder::new(entry);
        outer.array().ok()??;
        let header = outer.bytes().ok().filter(|header| header.len() <= HEADER_BYTES_MAX)?;
        let mut header = Decoder::new(header);
        header.array().ok()??;
        header.u64().ok()?;
        header.bytes().ok()?;
        Some(ScopeId(header.bytes().ok()?.try_into().ok()?))
    };
    read().unwrap_or(ScopeId::ZERO)
}

/// Takes in the bundle at `path`. Reading it twice, or a part of it, does no harm. `late`: a member who manages
/// people has made sure who the newcomer is, whose invitation's date is over.
pub(crate) fn bundle_import(
    log: &Log,
    path: &Path,
    late: Option<&MemberId>,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Reply {
    if let Some(member) = late {
        let shared = log.shared();
        let member = shared.roster.members.get(member);
        if !member.is_some_and(|member| member.capabilities().contains(Capabilities::MANAGE_SITE)) {
            let role = member.map(|member| member.role().to_owned()).unwrap_or_default();
            return Err(Failure::new("not_permitted").arg("role", role));
        }
    }
    let (record, done) = take_bundle(log, path, late.is_some(), now_ms, on_progress)?;
    bundle::housekeeping_unlocked(log, now_ms)?;
    let shared = log.shared();
    let (missing, chains) = bundle::lacking(log, &shared, &record)?;
    let part = record.part.map(|part| json!({"index": part.index, "of": part.of}));
    Ok(json!({
        "entries": record.entries, "new": done.new, "missing": missing, "missing_chains": chains.max(done.apart),
        "waiting": done.waiting, "refused": done.refused, "left": done.left,
        "from": bundle::maker_json(&shared, &record.from), "part": part,
    }))
}

/// What a bundle says of itself.
pub(crate) fn bundle_inspect(log: &Log, path: &Path) -> Reply {
    let (mut file, bytes) = file::open(path)?;
    let mut reader = Reader::new(log.org, recipients::bundle_secrets(log)?);
    let mut piece = vec![0; PIECE_BYTES];
    let mut signed: Option<SignedRecord> = None;
    let mut read = 0;
    loop {
        let n = read_some(&mut file, &mut piece, path)?;
        let pushed = if n == 0 { reader.finish() } else { reader.push(&piece[..n]) };
        while let Some(event) = reader.poll() {
            match event {
                Event::Record(record) => signed = Some(*record),
                Event::Entry(_) => read += 1,
            }
        }
        // to the last byte: whoever asks wants to know whether the copy is whole
        pushed.map_err(|error| file::unread(&error, path, file::Kept::default()))?;
        if n == 0 {
            break;
        }
    }
    let Some(signed) = signed else { return Err(Failure::new("unexpected")) };
    let shared = log.shared();
    let record = &signed.record;
    let key = Policy::of(log, 0).key(&record.from);
    let known = key.map(|key| signed.is_signed_by(&key));
    let part = record.part.map(|part| json!({"index": part.index, "of": part.of}));
    let contents: u64 = record.contents().map(|(_, suffix)| suffix.upto - suffix.after).sum();
    Ok(json!({
        "from": bundle::maker_json(&shared, &record.from), "created": rfc3339(record.created_ms), "entries": read,
        "for": to_json(&record.to), "bytes": bytes, "part": part, "chain_entries": contents,
        "signature": match known { Some(true) => "good", Some(false) => "bad", None => "unknown_device" },
    }))
}

/// Reads a bundle to its end, one transaction a batch.
pub(super) fn take_bundle(
    log: &Log,
    path: &Path,
    accept_late: bool,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<(Record, Imported), Failure> {
    let (mut file, bytes) = file::open(path)?;
    take_bundle_from(log, &mut file, bytes, path, accept_late, now_ms, on_progress)
}

/// As [`take_bundle`], of a file of so many bytes that is open. What came whole before the file ends,
/// turns out to be altered or cannot be read any more is kept: reading it again, or another part, goes on from there.
pub(super) fn take_bundle_from(
    log: &Log,
    file: &mut dyn Read,
    bytes: u64,
    path: &Path,
    accept_late: bool,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<(Record, Imported), Failure> {
    let mut reader = Reader::new(log.org, recipients::bundle_secrets(log)?);
    let mut import = Import {
        log,
        path,
        now_ms,
        accept_late,
        trust: Trust::Unknown,
        batch: Vec::new(),
        batch_bytes: 0,
        done: Imported::default(),
        held: 0,
    };
    let (mut signed, mut read) = (None, 0);
    let mut piece = vec![0; PIECE_BYTES];
    let (mut lost, mut bytes_read) = (None, 0);
    let ended = loop {
        let n = match read_some(file, &mut piece, path) {
            Ok(n) => n,
            // a bad sector, or the stick was pulled out
            Err(failure) => {
                lost = Some(failure);
                break Err(BundleError::Cut { bytes: bytes_read, expected: bytes });
            }
        };
        bytes_read += n as u64;
        let pushed = if n == 0 { reader.finish() } else { reader.push(&piece[..n]) };
        while let Some(event) = reader.poll() {
            match event {
                Event::Record(record) => {
                    import.trust = import.judge(&record)?;
                    signed = Some(*record);
                }
                Event::Entry(entry) => {
                    read += 1;
                    import.take(entry, signed.as_ref())?;
                }
            }
        }
        let total = signed.as_ref().map(|signed| signed.record.entries);
        on_progress(Progress { what: "entries".into(), done: read, total });
        if n == 0 || pushed.is_err() {
            break pushed;
        }
    };
    // what was authentic before the bad part is kept
    if let Some(signed) = &signed {
        import.flush(signed)?;
    }
    if let Err(error) = ended {
        let of = signed.as_ref().map_or(0, |signed| signed.record.entries);
        let kept = Kept { kept: import.held, of, taken: import.done.new };
        return Err(match lost {
            // nothing of it was read: why not is all there is to say
            Some(failure) if signed.is_none() => failure,
            Some(failure) => {
                let mut told = file::unread(&error, path, kept);
                told.causes.extend(failure.causes);
                told
            }
            None => file::unread(&error, path, kept),
        });
    }
    let Some(signed) = signed else { return Err(Failure::new("unexpected")) };
    if import.trust == Trust::Unknown {
        import.trust = import.judge(&signed)?;
        if import.trust == Trust::Unknown {
            return Err(import.unfounded());
        }
    }
    if import.trust == Trust::Member {
        bundle::remember_held(log, &signed.record)?;
    }
    Ok((signed.record, import.done))
}

impl Import<'_> {
    fn refused(&self, code: &'static str) -> Failure {
        Failure::new(code).arg("file", self.path.display()).at("file", self.path.display())
    }

    /// Whether the maker may bring entries here: the rules of a session's handshake.
    fn judge(&self, signed: &SignedRecord) -> Result<Trust, Failure> {
        let policy = Policy::of(self.log, self.now_ms);
        if !policy.is_founded() {
            return Ok(Trust::Unknown);
        }
        let from = signed.record.from;
        if policy.key(&from).is_none() {
            self.welcome(signed, &policy)?;
        }
        let policy = Policy::of(self.log, self.now_ms);
        match policy.key(&from) {
            Some(key) if signed.is_signed_by(&key) => {}
            Some(_) => return Err(self.refused("bundle_sender").arg("reason", "bad_signature")),
            None => return Err(self.refused("bundle_sender").arg("reason", "unknown_device")),
        }
        match policy.standing(&from) {
            Standing::Member => Ok(Trust::Member),
            Standing::MembershipOnly => Ok(Trust::MembershipOnly),
            _ => Err(self.refused("bundle_sender").arg("reason", "void")),
        }
    }

    /// Takes in the Join of a newcomer nobody here has met, if it answers a live invitation.
    fn welcome(&self, signed: &SignedRecord, policy: &Policy) -> Result<(), Failure> {
        let unknown = || self.refused("bundle_sender").arg("reason", "unknown_device");
        let join = signed.record.join.as_ref().ok_or_else(unknown)?;
        let admitted = match policy.admit_newcomer(join) {
            // the date is over, and a person here has made sure who it is; an invitation that was ended stays so
            Err(NewcomerFault::InviteExpired) if self.accept_late => Policy::of(self.log, 0).admit_newcomer(join),
            admitted => admitted,
        };
        if let Some(invite) = policy.reused() {
            tampering::note_reuse(self.log, &invite, self.now_ms);
        }
        let (device, key) = admitted.map_err(|fault| match fault {
            NewcomerFault::InviteExpired => self.refused("bundle_newcomer_late"),
            NewcomerFault::UnknownInvite => self.refused("bundle_newcomer_unknown"),
            NewcomerFault::InviteVoid => self.refused("bundle_sender").arg("reason", "invite_void"),
            NewcomerFault::InviteUsed => self.refused("bundle_sender").arg("reason", "invite_used"),
            _ => self.refused("bundle_sender").arg("reason", "bad_signature"),
        })?;
        if device != signed.record.from || !signed.is_signed_by(&key) {
            return Err(self.refused("bundle_sender").arg("reason", "bad_signature"));
        }
        admission::ingest(self.log, std::slice::from_ref(join), Some(device), self.now_ms).map(drop)
    }

    fn take(&mut self, entry: Vec<u8>, signed: Option<&SignedRecord>) -> Result<(), Failure> {
        let scope = scope_of(&entry);
        let membership = membership_scope(&self.log.org);
        // everything else is judged by the membership: it is complete before the rest is looked at
        let turns = self.batch.last().is_some_and(|(last, _)| (*last == membership) != (scope == membership));
        if turns && let Some(signed) = signed {
            self.flush(signed)?;
        }
        self.batch_bytes += entry.len();
        self.batch.push((scope, entry));
        match signed {
            Some(signed) if self.batch_bytes >= BATCH_BYTES => self.flush(signed),
            _ => Ok(()),
        }
    }

    fn flush(&mut self, signed: &SignedRecord) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let membership = membership_scope(&self.log.org);
        for group in batch.chunk_by(|a, b| a.0 == b.0) {
            let scope = group[0].0;
            if scope != membership && self.trust == Trust::Unknown {
                self.trust = self.judge(signed)?;
                if self.trust == Trust::Unknown {
                    return Err(self.unfounded());
                }
            }
            if scope != membership && self.trust == Trust::MembershipOnly {
                self.done.left += group.len() as u64;
                continue;
            }
            if !scopes_known(self.log, &self.log.shared()).contains(&scope) {
                self.done.refused += group.len() as u64;
                continue;
            }
            let entries: Vec<Vec<u8>> = group.iter().map(|(_, entry)| entry.clone()).collect();
            let source = Source { from: Some(signed.record.from), scope: Some(scope) };
            let took = admission::ingest_from(self.log, &entries, source, self.now_ms)?;
            self.held += (entries.len() - took.refused.len().min(entries.len())) as u64;
            self.done.new += took.accepted;
            self.done.waiting += took.waiting;
            self.done.refused += took.refused.len() as u64;
            self.done.apart += took.resend.len() as u64;
            self.done.foreign |= took.is_foreign();
        }
        if self.trust == Trust::Unknown {
            self.trust = match self.judge(signed) {
                // the Join of its maker may come later in the file
                Err(_) => Trust::Unknown,
                Ok(trust) => trust,
            };
        }
        Ok(())
    }

    /// No founding that our invitation vouches for: what came is not kept.
    fn unfounded(&self) -> Failure {
        match admission::drop_pending(self.log) {
            Err(failure) => failure,
            Ok(()) if self.done.foreign => self.refused("bundle_other_org"),
            Ok(()) => self.refused("bundle_no_founding"),
        }
    }
}
