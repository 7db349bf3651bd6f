//! An open home: store, keys, the evaluated membership, and the readers who are unlocked.
//!
//! Everything that writes goes through [`Log::commit`]: one redb transaction, durable before it returns, with the
//! key-slot file's counter raised by the first write of a process so that a rolled-back disk is noticed.

pub(crate) mod absences;
pub(crate) mod admission;
pub(crate) mod attached;
pub(crate) mod draft;
pub(crate) mod erasure;
pub(crate) mod forks;
mod invited;
pub(crate) mod marks;
pub(crate) mod now;
pub(crate) mod own_tables;
pub(crate) mod parallel;
pub(crate) mod receipts;
pub(crate) mod spoken;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crdt_model::compose::{ComposeError, SectionPlan};
use crdt_model::entry::{Entry, Kind, LAYER_GRANT, Place, SECTION_BYTES_MAX};
use crdt_model::frontier::{ForkProof, Frontier, Tip};
use crdt_model::gate::{Schema, SchemaFault};
use crdt_model::hours::WorkHours;
use crdt_model::layer::Value;
use crdt_model::roster::said;
use crdt_model::roster::{
    Invitation, Member, Operation, Pin, Record, Roster, Site, audience_of_name, knowledge_scope, membership_scope,
    self_introduced_key,
};
use crdt_model::seal::{Entropy, Secret};
use crdt_model::taxonomy::{OwnTable, OwnTables, Taxonomy};
use crdt_model::values::{ChainKey, DeviceId, DocId, EntryId, Incarnation, MemberId, OrgId, ScopeId};
use crdt_model::zone::Zone;
use crdt_model::{cbor, document};
use ed25519_dalek::{SigningKey, VerifyingKey};
use tokio::sync::watch;

use crate::clock::Machine;
use crate::error::{Failure, IoOperation};
use crate::keys::keychain::{Keychain, ReaderSecrets};
use crate::keys::keyring::Weakness;
use crate::keys::keyring::{
    IncarnationChange, KEYRING_FILE, Kept, Keyring, KeyringError, LockedKeyring, MemberSecrets, Passphrase, Signs,
    UnattendedKey,
};
use crate::log::absences::{AWAY, Absence};
use crate::log::attached::{Attached, Plain};
use crate::log::draft::Draft;
use crate::log::forks::{Carry, DeviceKeys, Forks, Looked, uncut, unwrap_carried};
use crate::log::spoken::{SPEAKS, Spoken};
use crate::store::{self, AppendEntry, STORE_FILE, Space, Store, StoreError, Tx};

/// Scopes that a founding or joining writes in: the membership and the knowledge.
pub(crate) const FOUNDING_SCOPES: usize = 2;
/// Longest name of a member or organisation, bytes.
pub(crate) const NAME_BYTES_MAX: usize = 200;

/// What is known of the organisation, replaced as a whole when the membership changes.
pub(crate) struct Shared {
    /// The codes, delays and audiences in force.
    pub(crate) taxonomy: &'static Taxonomy,
    /// The tables that the organisation keeps itself.
    pub(crate) own: Arc<OwnTables>,
    /// The number of the greatest statement about each of their rows.
    pub(crate) own_said: BTreeMap<(OwnTable, String), u32>,
    pub(crate) roster: Roster,
    /// This home's own invitations, first joined first: without their seeds.
    pub(crate) invitations: Vec<Invitation>,
    /// Invites of those among them that say something else than the log does: altered on their way.
    pub(crate) altered: Vec<EntryId>,
    /// Forked chains: nothing counts from this seq on.
    pub(crate) forks: Forks,
    /// Keys of all devices whose Genesis or Join is held, whether or not it has effect: what admission asks, so that it
    /// depends on nothing but the set of membership entries.
    pub(crate) device_keys: DeviceKeys,
    /// Names of members, as they gave them.
    pub(crate) names: BTreeMap<MemberId, String>,
    /// What was said last of who is away.
    pub(crate) absences: BTreeMap<MemberId, Absence>,
    /// Which languages they speak: what was said of it last.
    pub(crate) spoken: BTreeMap<MemberId, Spoken>,
    /// Members of this home: those who have a slot and whose coming is written, here or in the log.
    pub(crate) here: Vec<MemberId>,
    /// Name of the organisation.
    pub(crate) org_name: Option<String>,
    /// Raised with every change.
    pub(crate) generation: u64,
}

impl Shared {
    /// Who works on a device, by id.
    pub(crate) fn people_at(&self, device: &DeviceId) -> impl Iterator<Item = (&MemberId, &Member)> {
        let device = *device;
        self.roster.members.iter().filter(move |(_, member)| member.device == device)
    }

    /// The site of a device: where the first of them works.
    pub(crate) fn site_at(&self, device: &DeviceId) -> Option<&str> {
        self.people_at(device).next().map(|(_, member)| member.site())
    }

    /// The name of a member, or the first digits of the id.
    pub(crate) fn name(&self, member: &MemberId) -> String {
        self.names.get(member).cloned().unwrap_or_else(|| member.short())
    }

    /// Names of a few members, for people to turn to.
    pub(crate) fn names_of(&self, members: impl Iterator<Item = MemberId>) -> String {
        const NAMED_MAX: usize = 5;
        members.take(NAMED_MAX).map(|member| self.name(&member)).collect::<Vec<_>>().join(", ")
    }

    /// The zone in which the site of a scope counts days and weeks: the organisation's, of a scope of no site known.
    pub(crate) fn zone_at(&self, scope: &ScopeId) -> Zone {
        self.site_with(scope).map_or_else(|| self.roster.org_zone(), |site| self.roster.zone_of(&site.op.code))
    }

    /// The working hours of the site of a scope, where it has some.
    pub(crate) fn hours_at(&self, scope: &ScopeId) -> Option<WorkHours> {
        self.site_with(scope).and_then(|site| said::hours_of(&self.roster, &site.op.code))
    }

    /// The site whose cases lie in a scope.
    pub(crate) fn site_with(&self, scope: &ScopeId) -> Option<&Site> {
        self.roster.sites.values().find(|site| site.scope == *scope)
    }

    /// The invitation by which a newcomer works until its Invite arrives.
    pub(crate) fn pinned(&self) -> Option<&Invitation> {
        self.invitations.first()
    }

    /// The invitation a member of this home joined by.
    pub(crate) fn invitation_of(&self, member: &MemberId) -> Option<&Invitation> {
        let invite = self.roster.members.get(member)?.invite;
        self.invitations.iter().find(|held| held.invite == invite)
    }
}

/// An unlocked member.
pub(crate) struct Reader {
    pub(crate) secrets: MemberSecrets,
    /// The member's key to receive, where the keychain can share it: each copy that moves stays on some stack.
    pub(crate) x: Arc<Secret>,
    /// The member's key to sign: making one works out its public half.
    pub(crate) ed: Arc<SigningKey>,
    pub(crate) keychain: Keychain,
    /// What the rooms above keep of this reader's.
    pub(crate) kept: Attached,
    /// What they built of sections: dropped when some come or go.
    pub(crate) built: Attached,
    /// Generation of [`Shared`] the keychain was brought up to.
    pub(crate) generation: u64,
    /// Version of the sections held that keys and cases were taken from.
    pub(crate) sections: u64,
    /// What the stream keys were last taken from.
    streams: Streams,
}

/// All that stream keys are taken from: where none of it changed, there are no new ones.
#[derive(Debug, Default, PartialEq, Eq)]
struct Streams {
    /// Generation of [`Shared`], version of the keychain.
    by: (u64, u64),
    /// By scope: entries of no document, chains of this device.
    scopes: Vec<(usize, usize)>,
}

impl Reader {
    pub(crate) fn member(&self) -> MemberId {
        self.secrets.member
    }
}

/// An open home.
pub(crate) struct Log {
    pub(crate) home: PathBuf,
    pub(crate) store: Store,
    keyring: Mutex<Keyring>,
    counted: Mutex<bool>,
    pub(crate) org: OrgId,
    pub(crate) device: DeviceId,
    pub(crate) device_ed: ed25519_dalek::SigningKey,
    pub(crate) device_x: Secret,
    pub(crate) psk: Secret,
    shared: RwLock<Arc<Shared>>,
    readers: Mutex<BTreeMap<MemberId, Arc<Mutex<Reader>>>>,
    writer: Mutex<()>,
    /// Counts durable batches, so that the engine wakes when there is something to tell.
    changes: watch::Sender<u64>,
    /// Counts what changed in entries already held: sections that came late, or were withdrawn.
    sections: AtomicU64,
    /// Forked chains that were looked through for what is to be carried on.
    pub(crate) looked: Mutex<Looked>,
    /// What the rooms above keep of this home's.
    pub(crate) kept: Mutex<Attached>,
    /// The machine's clock, and the program's date.
    pub(crate) machine: Mutex<Machine>,
}

/// Recovers a lock whose holder panicked: what it guards is replaced whole or re-read.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 32 fresh bytes of the system.
pub(crate) fn fresh() -> Result<[u8; 32], Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| Failure::new("unexpected").because(&error))?;
    Ok(seed)
}

/// Entropy for one act.
pub(crate) fn entropy() -> Result<Entropy, Failure> {
    Ok(Entropy::new(fresh()?))
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let failure = match &error {
            _ if error.is_disk_full() => Self::new("disk_full"),
            StoreError::InUse { .. } => Self::new("home_in_use"),
            StoreError::Missing { path } if matches!(path.try_exists(), Ok(false)) => {
                let file = path.display();
                return Self::new("data_file_missing").arg("file", &file).at("file", file).because(&error);
            }
            StoreError::Io { path, source, .. } => return Self::io(IoOperation::Write, path, source),
            StoreError::Entropy { source } => return Self::of_system(source),
            // an error told before closed it: nothing says that the file is damaged
            StoreError::Closed { .. } => Self::new("file_not_readable"),
            StoreError::TooLarge { max, .. } => Self::new("too_long").arg("field", "entry").arg("bytes_max", max),
            _ => Self::new("home_damaged"),
        }
        .because(&error);
        match &error {
            StoreError::InUse { path } => failure.arg("home", path.parent().unwrap_or(path).display()),
            _ => failure.arg("file", STORE_FILE).at("file", STORE_FILE),
        }
    }
}

pub(crate) fn keyring_failure(error: &KeyringError, member: &str) -> Failure {
    match error {
        KeyringError::WrongPassphrase => Failure::new("wrong_passphrase").arg("member", member),
        KeyringError::UnknownMember { .. } => Failure::new("member_not_found").arg("member", member).arg("near", ""),
        KeyringError::WeakPassphrase(Weakness::Unseen) => Failure::new("passphrase_invisible"),
        KeyringError::WeakPassphrase(_) => Failure::new("passphrase_weak"),
        KeyringError::MemberExists { .. } => Failure::new("member_exists").arg("member", member),
        KeyringError::Io { path, source, .. } => return Failure::io(IoOperation::Write, path, source),
        KeyringError::NotEnoughMemory { memory_kib } => {
            Failure::new("memory_short").arg("needed_mb", memory_kib.div_ceil(1024))
        }
        KeyringError::Entropy { source } => return Failure::of_system(source),
        KeyringError::NoKeyFile { path } => Failure::new("key_file_bad").arg("file", path.display()),
        KeyringError::ForeignKeyFile => Failure::new("key_file_foreign"),
        _ => Failure::new("home_damaged").arg("file", KEYRING_FILE).at("file", KEYRING_FILE),
    }
    .because(error)
}

/// Fails where the keys of a home are there and its data file is not: nothing may be made anew beside them.
pub(crate) fn require_data_file(home: &Path) -> Result<(), Failure> {
    let file = home.join(STORE_FILE);
    match file.try_exists() {
        Ok(false) => Err(Failure::new("data_file_missing").arg("file", file.display()).at("file", file.display())),
        _ => Ok(()),
    }
}

/// Why no entry was made.
pub(crate) fn not_composed(error: ComposeError) -> Failure {
    let failure = match error {
        ComposeError::TooLarge => Failure::new("act_too_large").arg("bytes_max", SECTION_BYTES_MAX),
        ComposeError::Grant => Failure::new("cannot_be_granted"),
    };
    failure.because(&error)
}

pub(crate) mod meta {
    //! Keys of the `meta` space.
    pub(crate) const ORG: &[u8] = b"org";
    pub(crate) const FORMAT: &[u8] = b"format";
    pub(crate) const FORMAT_VERSION: &[u8] = &[1];
    /// When the oldest own entry that no peer is known to hold was written, Unix milliseconds as 8 bytes big-endian.
    pub(crate) const OLDEST_HERE: &[u8] = b"oldest-only-here";
    pub(crate) fn invitation(n: usize) -> Vec<u8> {
        format!("invitation/{n:04}").into_bytes()
    }
    /// What the Invite of invitation `n` says.
    pub(crate) fn invite_op(n: usize) -> Vec<u8> {
        format!("invite-op/{n:04}").into_bytes()
    }
    /// Key of an invitation's seed, among the values of the member who joined by it.
    pub(crate) fn seed(invite: &super::EntryId) -> Vec<u8> {
        [b"seed/".as_slice(), &invite.0].concat()
    }
    /// When an invitation was last shown here after somebody else was confirmed on it, Unix milliseconds as 8 bytes
    /// big-endian.
    pub(crate) fn reused(invite: &super::EntryId) -> Vec<u8> {
        [b"reused/".as_slice(), &invite.0].concat()
    }
    /// What must be taken again of what was sealed by an altered invitation, once that was found out and mended; and of
    /// what was written on one that does not count.
    pub(crate) fn altered(invite: &super::EntryId) -> Vec<u8> {
        [b"altered/".as_slice(), &invite.0].concat()
    }
    /// Since when this node has seen what is owed of a kind and waits for others: see `members/debts.rs`.
    pub(crate) fn owed(kind: &str) -> Vec<u8> {
        format!("owed/{kind}").into_bytes()
    }
    /// Records that nobody may read yet: their numbers, each with the member who captured it.
    pub(crate) const HELD: &[u8] = b"held";
    /// Set once the home's Genesis or Join is written: without it a home was cut off while it was made.
    pub(crate) const READY: &[u8] = b"ready";
    pub(crate) fn last_case(member: &super::MemberId) -> Vec<u8> {
        format!("last-case/{member}").into_bytes()
    }
    pub(crate) fn local_name(member: &super::MemberId) -> Vec<u8> {
        format!("name/{member}").into_bytes()
    }
    pub(crate) fn named(member: &super::MemberId) -> Vec<u8> {
        format!("named/{member}").into_bytes()
    }
}

impl Log {
    /// Opens a home with a passphrase: the keys, the store, and the member whose passphrase it is.
    pub(crate) fn open(home: &Path, passphrase: &Passphrase, who: &str) -> Result<(Self, MemberId), Failure> {
        let locked = Self::locked_keyring(home, who)?;
        let (keyring, secrets) =
            locked.unlock(None, passphrase, store::os_entropy()).map_err(|error| keyring_failure(&error, who))?;
        let signs = Signs::read(home).map_err(|error| keyring_failure(&error, who))?;
        let log = Self::open_with(home, keyring, signs)?;
        let member = secrets.member;
        if !log.keyring().members().any(|held| held == member) {
            // their coming was cut off, and has just been taken back
            return Err(Failure::new("wrong_passphrase").arg("member", who));
        }
        log.admit_reader(secrets);
        Ok((log, member))
    }

    /// Opens a home with a key file: the device's keys and the store. No member's keys are in it.
    pub(crate) fn open_unattended(home: &Path, key: &UnattendedKey) -> Result<Self, Failure> {
        let locked = Self::locked_keyring(home, "")?;
        let keyring =
            locked.unlock_unattended(key, store::os_entropy()).map_err(|error| keyring_failure(&error, ""))?;
        let signs = Signs::read(home).map_err(|error| keyring_failure(&error, ""))?;
        Self::open_with(home, keyring, signs)
    }

    /// Opens a home with what was kept of it, for the same members.
    pub(crate) fn reopen(home: &Path, kept: &Kept) -> Result<Self, Failure> {
        let locked = Self::locked_keyring(home, "")?;
        let (keyring, members) =
            locked.reopen(kept, store::os_entropy()).map_err(|error| keyring_failure(&error, ""))?;
        let signs = Signs::read(home).map_err(|error| keyring_failure(&error, ""))?;
        let log = Self::open_with(home, keyring, signs)?;
        for secrets in members {
            if log.keyring().members().any(|held| held == secrets.member) {
                log.admit_reader(secrets);
            }
        }
        Ok(log)
    }

    /// What opens the home again for the members unlocked now.
    pub(crate) fn kept(&self) -> Kept {
        let readers: Vec<_> = locked(&self.readers).values().cloned().collect();
        let members = readers.iter().map(|reader| locked(reader).secrets.clone()).collect();
        self.keyring().keep(members)
    }

    /// The home's key-slot file, not opened.
    pub(crate) fn locked_keyring(home: &Path, who: &str) -> Result<LockedKeyring, Failure> {
        let slots = LockedKeyring::read(&home.join(KEYRING_FILE)).map_err(|error| match error {
            KeyringError::Missing { .. } => Failure::new("not_initialised").arg("home", home.display()),
            other => keyring_failure(&other, who),
        })?;
        require_data_file(home)?;
        Ok(slots)
    }

    /// The store behind an opened keyring, on a machine with these signs.
    pub(crate) fn open_with(home: &Path, keyring: Keyring, signs: Signs) -> Result<Self, Failure> {
        let store = Store::open(&home.join(STORE_FILE), keyring.store_config())?;
        let snapshot = store.read()?;
        if snapshot.get(Space::Meta, meta::READY)?.is_none() {
            // where cases were written, the founding was finished, whatever a damaged page says
            return Err(match snapshot.scopes().len() {
                ..=FOUNDING_SCOPES => Failure::new("not_initialised").arg("home", home.display()),
                _ => Failure::new("home_damaged").arg("file", STORE_FILE).at("file", STORE_FILE),
            });
        }
        drop(snapshot);
        let log = Self::assemble(home, store, keyring)?;
        let change = log.keyring().check(&signs, log.store.keyring_counter());
        log.settle_joining(matches!(change, Some(IncarnationChange::Restored { .. })))?;
        if let Some(change) = change {
            // a copied disk or a restored file goes on under a new incarnation, so that no chain forks against itself
            tracing::warn!(reason = incarnation_reason(&change), "new incarnation");
            log.renew_incarnation(signs)?;
        }
        // a crash may have come between hearing of an erasure and destroying
        erasure::apply_erasures(&log, &log.shared())?;
        // nor are the two steps of hearing of a fork and carrying on one
        forks::republish_orphaned(&log, Carry::AsideToo)?;
        Ok(log)
    }

    /// Ends or takes back the adding of a member that was cut off: whole if the store has their coming. A store that was
    /// put back may have lost it while others hold it, so nothing is taken back then: keys are not to be made again.
    pub(crate) fn settle_joining(&self, put_back: bool) -> Result<(), Failure> {
        let Some(member) = self.keyring().joining() else { return Ok(()) };
        let whole = self.store.read()?.get(Space::Meta, &meta::local_name(&member))?.is_some();
        let mut keyring = self.keyring();
        let settled = if whole || put_back { keyring.joined() } else { keyring.remove_member(member) };
        drop(keyring);
        if let Err(error) = settled {
            // a disk that cannot be written: the next process settles it
            tracing::warn!(%error, "the adding of a member is not settled");
        }
        self.refresh()
    }

    /// Destroys the key-slot file and lets go of every member's keys.
    pub(crate) fn destroy_keys(&self) -> Result<(), KeyringError> {
        let destroyed = self.keyring().destroy();
        locked(&self.readers).clear();
        destroyed
    }

    /// Puts an opened store and keyring together.
    pub(crate) fn assemble(home: &Path, store: Store, keyring: Keyring) -> Result<Self, Failure> {
        let snapshot = store.read()?;
        let org = snapshot.get(Space::Meta, meta::ORG)?.and_then(|bytes| bytes.as_slice().try_into().ok()).map(OrgId);
        let org = org.ok_or_else(|| Failure::new("home_damaged").arg("file", STORE_FILE))?;
        let format = snapshot.get(Space::Meta, meta::FORMAT)?;
        if format.as_ref().is_some_and(|f| f.as_slice() != meta::FORMAT_VERSION) {
            let found = format.and_then(|f| f.first().copied()).unwrap_or_default();
            return Err(Failure::new("home_too_new").arg("found", found).arg("supported", meta::FORMAT_VERSION[0]));
        }
        drop(snapshot);
        let keys = keyring.device();
        let device_ed = ed25519_dalek::SigningKey::from_bytes(keys.device_ed.expose());
        let device_x = Secret(*keys.device_x.expose());
        let device = crdt_model::seal::device_id(&device_ed.verifying_key().to_bytes(), &device_x.kem_public());
        let psk = Secret(*keys.transport_psk.expose());
        let shared = Shared {
            taxonomy: Taxonomy::shipped(),
            own: Arc::new(Taxonomy::shipped().own.clone()),
            own_said: BTreeMap::new(),
            roster: Roster::empty(org),
            invitations: Vec::new(),
            altered: Vec::new(),
            forks: Forks::new(),
            device_keys: DeviceKeys::new(),
            names: BTreeMap::new(),
            absences: BTreeMap::new(),
            spoken: BTreeMap::new(),
            here: Vec::new(),
            org_name: None,
            generation: 0,
        };
        let log = Self {
            home: home.to_owned(),
            store,
            keyring: Mutex::new(keyring),
            counted: Mutex::new(false),
            org,
            device,
            device_ed,
            device_x,
            psk,
            shared: RwLock::new(Arc::new(shared)),
            readers: Mutex::new(BTreeMap::new()),
            writer: Mutex::new(()),
            changes: watch::Sender::new(0),
            sections: AtomicU64::new(0),
            looked: Mutex::default(),
            kept: Mutex::default(),
            machine: Mutex::new(Machine::system(0)),
        };
        log.refresh()?;
        Ok(log)
    }

    /// A peer holds entries of our present incarnation that we do not: this store was set back. We go on under a new
    /// incarnation, so that what we write from now on cannot fork what we wrote before.
    pub(crate) fn leave_incarnation(&self) -> Result<(), Failure> {
        tracing::warn!(reason = "peer_ahead", "new incarnation");
        self.renew_incarnation(Signs::read(&self.home).map_err(|error| keyring_failure(&error, ""))?)
    }

    fn renew_incarnation(&self, signs: Signs) -> Result<(), Failure> {
        let mut keyring = locked(&self.keyring);
        let seed = fresh()?;
        let mut incarnation = [0; 8];
        incarnation.copy_from_slice(&seed[..8]);
        let counter = keyring.next_counter(self.store.keyring_counter());
        // a spare number of the device is taken in the same step, so that no reference is minted twice
        self.store.write(|tx| {
            tx.set_keyring_counter(counter);
            take_spare(tx, seed[8])
        })?;
        keyring.renew(Incarnation(incarnation), signs, counter).map_err(|error| keyring_failure(&error, ""))?;
        // whoever commits locks them the other way round
        drop(keyring);
        *locked(&self.counted) = true;
        Ok(())
    }

    /// The present incarnation.
    pub(crate) fn incarnation(&self) -> Incarnation {
        locked(&self.keyring).incarnation()
    }

    /// The key-slot file.
    pub(crate) fn keyring(&self) -> MutexGuard<'_, Keyring> {
        locked(&self.keyring)
    }

    /// What is known now.
    pub(crate) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Holds off other writers of this process for one act.
    pub(crate) fn lock_writer(&self) -> MutexGuard<'_, ()> {
        locked(&self.writer)
    }

    /// One durable transaction that brings entries: wakes the engine.
    pub(crate) fn commit<T>(&self, batch: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let value = self.commit_quietly(|tx| {
            let value = batch(tx)?;
            now::note_written(self, tx)?;
            Ok(value)
        })?;
        self.notify();
        Ok(value)
    }

    /// One durable transaction of which no peer need hear.
    pub(crate) fn commit_quietly<T>(
        &self,
        batch: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (value, plain) = write(self, |tx| Ok((batch(tx)?, store::take_plain(tx))))?;
        locked(&self.kept).of::<Plain>().extend(&plain);
        Ok(value)
    }

    /// Says that sections of entries already held came or went: what was built of them is built anew.
    pub(crate) fn sections_changed(&self) {
        self.sections.fetch_add(1, Ordering::SeqCst);
    }

    /// How often [`sections_changed`](Self::sections_changed).
    pub(crate) fn sections_version(&self) -> u64 {
        self.sections.load(Ordering::SeqCst)
    }

    /// Says that entries have come.
    pub(crate) fn notify(&self) {
        self.changes.send_modify(|n| *n += 1);
    }

    /// Wakes after every durable batch of entries.
    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Takes in an unlocked member.
    pub(crate) fn admit_reader(&self, secrets: MemberSecrets) {
        let member = secrets.member;
        let reader = Reader {
            x: Arc::new(Secret(*secrets.x.expose())),
            ed: Arc::new(SigningKey::from_bytes(secrets.ed.expose())),
            secrets,
            keychain: Keychain::on(self.device),
            kept: Attached::default(),
            built: Attached::default(),
            generation: u64::MAX,
            sections: 0,
            streams: Streams::default(),
        };
        crate::keys::memory::keep_in_memory(&*reader.ed);
        locked(&self.readers).entry(member).or_insert_with(|| Arc::new(Mutex::new(reader)));
    }

    /// Drops a member's keys from memory.
    pub(crate) fn dismiss_reader(&self, member: &MemberId) -> bool {
        locked(&self.readers).remove(member).is_some()
    }

    /// Members unlocked now.
    pub(crate) fn unlocked(&self) -> Vec<MemberId> {
        locked(&self.readers).keys().copied().collect()
    }

    /// An unlocked member's reader, brought up to what the log grants.
    pub(crate) fn reader(&self, member: &MemberId) -> Option<Arc<Mutex<Reader>>> {
        locked(&self.readers).get(member).cloned()
    }

    // ------------------------------------------------------------------ reading

    /// Decodes a stored entry. It was checked before it was stored.
    pub(crate) fn decode(&self, bytes: &[u8]) -> Result<Entry, Failure> {
        Entry::decode(bytes).map_err(|error| {
            Failure::new("home_damaged").arg("file", STORE_FILE).at("file", STORE_FILE).because(&error)
        })
    }

    /// Entries of a document (of doc zero: memberships, stream grants and proofs of the scope), in order of arrival.
    pub(crate) fn entries(
        &self,
        snapshot: &store::Snapshot,
        scope: &ScopeId,
        doc: &DocId,
    ) -> Result<Vec<Entry>, Failure> {
        snapshot.doc_entries(scope, doc)?.iter().map(|stored| self.decode(&stored.bytes)).collect()
    }

    /// Evaluates the membership, forks and names anew.
    pub(crate) fn refresh(&self) -> Result<(), Failure> {
        let snapshot = self.store.read()?;
        let (mut invitations, mut pins) = (Vec::new(), Vec::new());
        for n in 0.. {
            let Some(bytes) = snapshot.get(Space::Meta, &meta::invitation(n))? else { break };
            let damaged = |_| Failure::new("home_damaged").arg("file", STORE_FILE);
            let invitation = cbor::decode::<Invitation>(&bytes).map_err(damaged)?;
            let op = snapshot.get(Space::Meta, &meta::invite_op(n))?.unwrap_or_default();
            match cbor::decode::<Operation>(&op) {
                Ok(Operation::Invite(op)) => pins.push(Pin { invite: invitation.invite, op }),
                _ => return Err(Failure::new("home_damaged").arg("file", STORE_FILE)),
            }
            invitations.push(invitation);
        }
        let scope = membership_scope(&self.org);
        let entries = self.entries(&snapshot, &scope, &DocId::ZERO)?;
        let all: Vec<Record> =
            entries.iter().filter(|entry| entry.header().kind == Kind::Membership).map(Record::read).collect();
        let mut device_keys: DeviceKeys = all.iter().filter_map(introduced).collect();
        drop(all);
        device_keys.extend(entries.iter().filter_map(|entry| self.introduced_by_carrier(entry)));
        let forks = self.find_forks(&snapshot, &device_keys)?;
        // Beyond a fork nothing counts but what is carried on: all nodes see the same membership.
        let counted = uncut(&entries, &forks, &device_keys);
        let membership = counted.iter().filter(|entry| entry.header().kind == Kind::Membership);
        let records: Vec<Record> = membership.map(|entry| Record::read(entry)).collect();
        let roster = Roster::evaluate(self.org, &records, &pins);
        let said = |told: &&Invitation| roster.invites.get(&told.invite).map(|invite| invite.op.terms);
        let is_altered = |told: &&Invitation| said(told).is_some_and(|terms| terms != told.terms());
        let altered = invitations.iter().filter(is_altered).map(|told| told.invite).collect();
        let mut shared = Shared {
            taxonomy: self.shared().taxonomy,
            own: Arc::new(self.shared().taxonomy.own.clone()),
            own_said: BTreeMap::new(),
            roster,
            invitations,
            altered,
            forks,
            device_keys,
            names: BTreeMap::new(),
            absences: BTreeMap::new(),
            spoken: BTreeMap::new(),
            here: Vec::new(),
            org_name: None,
            generation: self.shared().generation + 1,
        };
        self.find_names(&snapshot, &mut shared)?;
        *self.shared.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shared);
        Ok(())
    }

    /// The device a carried Genesis or Join brings, with its key.
    fn introduced_by_carrier(&self, entry: &Entry) -> Option<(DeviceId, VerifyingKey)> {
        if entry.header().kind != Kind::Carried {
            return None;
        }
        let inner = unwrap_carried(entry);
        let key = self_introduced_key(&self.org, &inner)?;
        inner.verify(&key).ok().map(|()| (inner.header().device, key))
    }

    /// Proofs of forks, in every scope: a proof holds wherever it stands.
    fn find_forks(&self, snapshot: &store::Snapshot, device_keys: &DeviceKeys) -> Result<Forks, Failure> {
        let mut forks = Forks::new();
        for scope in snapshot.scopes().to_vec() {
            for entry in self.entries(snapshot, &scope, &DocId::ZERO)? {
                if let Some((scope, chain, seq)) =
                    proved_fork(&unwrap_carried(&entry), |device| device_keys.get(device).copied())
                {
                    let at = forks.entry((scope, chain)).or_insert(seq);
                    *at = seq.min(*at);
                }
            }
        }
        Ok(forks)
    }

    /// Names, from the staff document (open layer of the knowledge scope) and from this home itself; and the tables that the
    /// organisation keeps itself.
    fn find_names(&self, snapshot: &store::Snapshot, shared: &mut Shared) -> Result<(), Failure> {
        let scope = knowledge_scope(&self.org);
        let mut keychain = self.device_keychain(snapshot, shared)?;
        // an unlocked member may hold keys that the device was not given
        for reader in locked(&self.readers).values() {
            if let Ok(reader) = reader.try_lock() {
                keychain = reader.keychain.clone();
                keychain.absorb_wraps(&self.org, &shared.roster, &self.device.0, &self.reader_secrets(&reader));
                break;
            }
        }
        let doc = staff_doc(&self.org);
        let entries = self.entries(snapshot, &scope, &doc)?;
        let opened = forks::counted_entries(shared, &entries).open(&keychain);
        let document = document::build(&opened, Kind::Knowledge, &shared.roster, &|_| Box::new(StaffSchema));
        for (key, cells) in document.states[0].iter().flatten() {
            for cell in cells {
                let Value::Text(name) = &cell.value else { continue };
                let author = cell.stamp.member.and_then(|m| shared.roster.members.get(&m).map(|held| (m, held.rank())));
                let Some((author, rank)) = author else { continue };
                match key.split_once('/') {
                    Some(("member", hex)) => {
                        if let Ok(member) = hex.parse::<MemberId>()
                            && (member == author || rank <= 1)
                        {
                            shared.names.insert(member, name.clone());
                        }
                    }
                    Some((of @ (AWAY | SPEAKS), hex)) => {
                        let Ok(member) = hex.parse::<MemberId>() else { continue };
                        let held = shared.roster.members.get(&member);
                        let manages = |held: &Member| shared.roster.manages(&author, held.site(), held.rank());
                        if author != member && !held.is_some_and(manages) {
                            continue;
                        }
                        match of {
                            AWAY => newest(&mut shared.absences, member, Absence::read(name, author)),
                            _ => newest(&mut shared.spoken, member, Spoken::read(name, author)),
                        }
                    }
                    _ if key == "org" && rank <= 1 => shared.org_name = Some(name.clone()),
                    _ => {}
                }
            }
        }
        let own: Vec<MemberId> = shared.roster.members.keys().copied().collect();
        let slots: Vec<MemberId> = locked(&self.keyring).members().collect();
        for member in own.into_iter().chain(slots.iter().copied()) {
            if let Some(name) = snapshot.get(Space::Meta, &meta::local_name(&member))? {
                shared.names.insert(member, String::from_utf8_lossy(&name).into_owned());
            }
        }
        let known = |id: &MemberId| shared.names.contains_key(id) || shared.roster.members.contains_key(id);
        shared.here = slots.into_iter().filter(known).collect();
        self.find_tables(snapshot, &keychain, shared)
    }

    /// Keys that the device holds while nobody is unlocked: the open ones.
    pub(crate) fn device_keychain(&self, snapshot: &store::Snapshot, shared: &Shared) -> Result<Keychain, Failure> {
        let mut keychain = Keychain::on(self.device);
        self.add_open_keys(snapshot, shared, &mut keychain)?;
        let secrets = ReaderSecrets { device_x: self.device_x.clone(), member: None };
        keychain.absorb_wraps(&self.org, &shared.roster, &self.device.0, &secrets);
        Ok(keychain)
    }

    fn add_open_keys(
        &self,
        snapshot: &store::Snapshot,
        shared: &Shared,
        keychain: &mut Keychain,
    ) -> Result<(), Failure> {
        for (key, value) in snapshot.list(Space::OpenKeys)? {
            if let (Some((scope, epoch)), Ok(secret)) = (split_key(&key), <[u8; 32]>::try_from(value.as_slice())) {
                keychain.add_open(ScopeId(scope), epoch, Secret(secret));
            }
        }
        for told in &shared.invitations {
            keychain.add_invited(&shared.roster, &told.open);
        }
        Ok(())
    }

    pub(crate) fn reader_secrets(&self, reader: &Reader) -> ReaderSecrets {
        ReaderSecrets { device_x: self.device_x.clone(), member: Some((reader.member(), Arc::clone(&reader.x))) }
    }

    /// Brings a reader's keys up to the log: stored keys, invitation grants, wraps, stream keys.
    pub(crate) fn refresh_reader(&self, reader: &mut Reader) -> Result<(), Failure> {
        let shared = self.shared();
        let sections = self.sections_version();
        if reader.sections != sections {
            reader.built = Attached::default();
            reader.keychain.forget_content_keys();
            reader.sections = sections;
        }
        if reader.generation == shared.generation {
            return self.absorb_streams(reader, &shared);
        }
        let snapshot = self.store.read()?;
        self.add_open_keys(&snapshot, &shared, &mut reader.keychain)?;
        let access = reader.secrets.store_access();
        for (key, value) in snapshot.list_member(store::MemberSpace::Audiences, &access)? {
            if let (Some((audience, epoch)), Ok(secret)) = (split_key(&key), <[u8; 32]>::try_from(value.as_slice())) {
                reader.keychain.add_audience(crdt_model::values::AudienceId(audience), epoch, Secret(secret));
            }
        }
        drop(snapshot);
        invited::absorb_invites(self, reader, &shared)?;
        let secrets = self.reader_secrets(reader);
        reader.keychain.absorb_wraps(&self.org, &shared.roster, &self.device.0, &secrets);
        reader.keychain.keep_in_memory();
        reader.generation = shared.generation;
        self.absorb_streams(reader, &shared)
    }

    /// Stream keys of all chains this reader's audiences were granted, and this member's own.
    fn absorb_streams(&self, reader: &mut Reader, shared: &Shared) -> Result<(), Failure> {
        let snapshot = self.store.read()?;
        let is_own = |chain: &store::ChainTip| chain.key.device == self.device;
        let mut scopes = Vec::new();
        for scope in snapshot.scopes() {
            scopes.push((snapshot.doc_count(scope, &DocId::ZERO)?, snapshot.chains_of(scope).filter(is_own).count()));
        }
        let mut from = Streams { by: (shared.generation, reader.keychain.version), scopes };
        if reader.streams == from {
            return Ok(());
        }
        for scope in snapshot.scopes().to_vec() {
            if scope == membership_scope(&self.org) {
                continue;
            }
            for entry in self.entries(&snapshot, &scope, &DocId::ZERO)? {
                if entry.header().content_kind() == Some(Kind::Keys) {
                    reader.keychain.absorb_keys_entry(&self.org, &unwrap_carried(&entry));
                }
            }
            let audience = crdt_model::seal::ordinary_audience(&self.org, &scope);
            for chain in snapshot.chains_of(&scope).filter(is_own) {
                let key = ChainKey { device: self.device, incarnation: chain.key.incarnation };
                for epoch in self.audience_epochs(shared, &audience) {
                    let stream = self.own_stream(reader, &key.incarnation, &scope, &audience, epoch);
                    reader.keychain.add_stream(scope, key, stream);
                }
            }
        }
        from.by.1 = reader.keychain.version;
        reader.streams = from;
        Ok(())
    }

    /// Epochs of an audience known here, also from the invitation alone.
    fn audience_epochs(&self, shared: &Shared, audience: &crdt_model::values::AudienceId) -> Vec<u32> {
        let known = shared.roster.audiences.get(audience).map(|a| a.epochs.iter().map(|e| e.epoch).collect());
        let mut epochs: Vec<u32> = known.unwrap_or_default();
        for invitation in &shared.invitations {
            for key in &invitation.audiences {
                if audience_of_name(&self.org, &key.name) == *audience {
                    epochs.push(key.epoch);
                }
            }
        }
        epochs.sort_unstable();
        epochs.dedup();
        epochs
    }

    pub(crate) fn own_stream(
        &self,
        reader: &Reader,
        incarnation: &Incarnation,
        scope: &ScopeId,
        audience: &crdt_model::values::AudienceId,
        epoch: u32,
    ) -> Secret {
        let data = Secret(*reader.secrets.data.expose());
        crdt_model::seal::stream_key(&data, &self.device, incarnation, scope, audience, epoch)
    }

    /// The effective frontier of a scope: tips, cut before forks.
    pub(crate) fn frontier(
        &self,
        snapshot: &store::Snapshot,
        shared: &Shared,
        scope: &ScopeId,
    ) -> Result<Frontier, Failure> {
        let mut frontier = Frontier::new();
        for chain in snapshot.chains_of(scope) {
            let key = ChainKey { device: chain.key.device, incarnation: chain.key.incarnation };
            let tip = match shared.forks.get(&(*scope, key)) {
                Some(1) => continue,
                Some(fork) if *fork <= chain.tip_seq => match snapshot.entry_in(&chain.key, fork - 1)? {
                    Some(entry) => Tip { seq: fork - 1, entry: entry.entry_id },
                    None => continue,
                },
                _ if chain.tip_seq == 0 => continue,
                _ => Tip { seq: chain.tip_seq, entry: chain.tip_entry },
            };
            frontier.advance(key, tip);
        }
        Ok(frontier)
    }

    // ------------------------------------------------------------------ writing

    /// Where the next own entry of a scope goes.
    pub(crate) fn next_position(&self, tx: &Tx<'_>, scope: &ScopeId, incarnation: Incarnation) -> Place {
        let key = store::ChainKey { scope: *scope, device: self.device, incarnation };
        tx.chain(&key).filter(|chain| chain.tip_seq > 0).map_or(Place::FIRST, |chain| Place {
            seq: chain.tip_seq + 1,
            prev: chain.tip_entry,
            bytes_before: chain.bytes_total,
        })
    }

    /// Membership heads for an `auth`.
    pub(crate) fn auth(&self, shared: &Shared) -> Vec<EntryId> {
        shared.roster.auth_for(&self.device)
    }

    /// Writes membership operations, each with an optional grant section, in one transaction.
    pub(crate) fn append_membership(
        &self,
        operations: Vec<(Operation, Option<Vec<u8>>)>,
    ) -> Result<Vec<EntryId>, Failure> {
        self.append_membership_with(operations, |_| Ok(()))
    }

    /// As [`append_membership`](Self::append_membership), with what must happen in the same transaction or not at all.
    pub(crate) fn append_membership_with(
        &self,
        operations: Vec<(Operation, Option<Vec<u8>>)>,
        also: impl FnOnce(&mut Tx<'_>) -> Result<(), Failure>,
    ) -> Result<Vec<EntryId>, Failure> {
        let shared = self.shared();
        let scope = membership_scope(&self.org);
        let incarnation = self.incarnation();
        let mut entropy = entropy()?;
        let ids = self.commit(|tx| {
            also(tx)?;
            let mut ids = Vec::with_capacity(operations.len());
            let mut auth = self.auth(&shared);
            for (operation, grant) in &operations {
                let mut sections = vec![SectionPlan::Clear { layer: 0, bytes: cbor::encode(operation) }];
                if let Some(bytes) = grant {
                    sections.push(SectionPlan::Clear { layer: LAYER_GRANT, bytes: bytes.clone() });
                }
                let draft = Draft {
                    scope,
                    kind: Kind::Membership,
                    doc: DocId::ZERO,
                    incarnation,
                    // what follows in the chain has it all in its past
                    auth: std::mem::take(&mut auth),
                    deps: Vec::new(),
                    sections,
                };
                ids.push(draft.append(self, tx, None, &mut entropy)?.id());
            }
            Ok(ids)
        })?;
        self.refresh()?;
        Ok(ids)
    }
}

/// One durable transaction; the first of a process raises the counter of the key-slot file with it.
fn write<T>(log: &Log, batch: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
    let mut counted = locked(&log.counted);
    if *counted {
        drop(counted);
        return log.store.write(batch);
    }
    let keyring = locked(&log.keyring);
    let counter = keyring.next_counter(log.store.keyring_counter());
    let staged = keyring.stage_bump(counter).map_err(|error| keyring_failure(&error, ""))?;
    drop(keyring);
    let written = log.store.write(|tx| {
        tx.set_keyring_counter(counter);
        batch(tx)
    });
    if written.is_err() {
        staged.discard();
        return written;
    }
    match locked(&log.keyring).finish_bump(staged) {
        Ok(()) => *counted = true,
        // what was asked for is durable: the next write of this process raises the counter again
        Err(error) => tracing::warn!(%error, "the key-slot file was not replaced"),
    }
    written
}

/// The fork an entry proves, if it is a proof that holds.
pub(crate) fn proved_fork(
    entry: &Entry,
    key_of: impl Fn(&DeviceId) -> Option<VerifyingKey>,
) -> Option<(ScopeId, ChainKey, u64)> {
    if entry.header().kind != Kind::Proof {
        return None;
    }
    let (_, section) = entry.section(0)?;
    cbor::decode::<ForkProof>(section).ok()?.check(key_of).ok()
}

/// The device a held Genesis or Join brings, with its key. Its signatures were checked when it was admitted.
fn introduced(record: &Record) -> Option<(DeviceId, VerifyingKey)> {
    let keys = match record.op.as_ref()? {
        Operation::Genesis(founding, _) => founding.device,
        Operation::Join(join) => join.device,
        _ => return None,
    };
    let device = crdt_model::seal::device_id(&keys.ed, &keys.x);
    let key = VerifyingKey::from_bytes(&keys.ed).ok()?;
    (device == record.header.device).then_some((device, key))
}

/// Which of the device's numbers is in use: 0 the first, 1 and 2 the spares, 3 none is left.
const SPARE: &[u8] = b"spare";
/// Numbers that were in use before, one bit each.
const SPARES_SPENT: &[u8] = b"spares-spent";

/// The device goes on under one of its spare numbers, counting anew. `lot` decides which: two copies of one disk need not
/// take the same.
fn take_spare(tx: &mut Tx<'_>, lot: u8) -> Result<(), StoreError> {
    let byte = |value: Option<zeroize::Zeroizing<Vec<u8>>>| value.and_then(|v| v.first().copied()).unwrap_or(0);
    let (at, spent) = (byte(tx.get(Space::Counters, SPARE)?), byte(tx.get(Space::Counters, SPARES_SPENT)?));
    let spent = spent | 1_u8.checked_shl(at.into()).unwrap_or(0);
    let free: Vec<u8> = (1..=2).filter(|n| spent & (1 << n) == 0).collect();
    let next = free.get(usize::from(lot) % free.len().max(1)).copied().unwrap_or(3);
    tx.put(Space::Counters, SPARE, &[next])?;
    tx.put(Space::Counters, SPARES_SPENT, &[spent])?;
    tx.delete(Space::Counters, b"counter")?;
    Ok(())
}

/// Appends an entry to its chain, and marks what follows from its header: nobody else writes those marks.
pub(crate) fn append(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), Failure> {
    let header = entry.header();
    let at = tx.append(&AppendEntry {
        scope: header.scope,
        device: header.device,
        incarnation: header.incarnation,
        seq: header.seq,
        entry_id: entry.id(),
        doc: Some(header.doc),
        bytes_total: header.bytes_total,
        bytes: &entry.encode(),
    })?;
    if header.kind == Kind::Carried {
        tx.note_carrier(&unwrap_carried(entry).id(), at)?;
    }
    marks::note_generation(tx, header)?;
    receipts::note_receipt(tx, entry)?;
    erasure::note_erasure(tx, entry)
}

/// Keeps what was said of a member, where nothing that stands already counts before it.
fn newest<T: Ord>(known: &mut BTreeMap<MemberId, T>, member: MemberId, said: Option<T>) {
    let Some(said) = said else { return };
    if known.get(&member).is_none_or(|before| *before < said) {
        known.insert(member, said);
    }
}

fn incarnation_reason(change: &IncarnationChange) -> &'static str {
    match change {
        IncarnationChange::Copied { .. } => "copied",
        IncarnationChange::Restored { .. } => "restored",
        IncarnationChange::KeysRestored { .. } => "keys_restored",
    }
}

/// `id16 ‖ u32be epoch`: how keys are named in the store.
pub(crate) fn epoch_key(id: &[u8; 16], epoch: u32) -> Vec<u8> {
    [id.as_slice(), &epoch.to_be_bytes()].concat()
}

fn split_key(key: &[u8]) -> Option<([u8; 16], u32)> {
    let (id, epoch) = key.split_first_chunk::<16>()?;
    Some((*id, u32::from_be_bytes(epoch.try_into().ok()?)))
}

/// The document that holds the names of members and of the organisation.
pub(crate) fn staff_doc(org: &OrgId) -> DocId {
    DocId(crdt_model::values::id16("boucle/doc/staff/v1", &[&org.0]))
}

/// Keys of the staff document: `org`, `member/<id>`, `away/<id>`, `speaks/<id>`.
pub(crate) struct StaffSchema;

impl Schema for StaffSchema {
    fn check_put(&self, key: &str, value: &Value) -> Result<(), SchemaFault> {
        let of_member = |part: &str| key.strip_prefix(part)?.strip_prefix('/')?.parse::<MemberId>().ok();
        let known = key == "org" || of_member("member").is_some() || of_member(AWAY).is_some();
        let of_languages = of_member(SPEAKS);
        match value {
            Value::Text(said) if of_member(AWAY).is_some_and(|by| Absence::read(said, by).is_none()) => {
                Err(SchemaFault::Value)
            }
            Value::Text(said) if of_languages.is_some() => match of_languages.and_then(|by| Spoken::read(said, by)) {
                Some(_) => Ok(()),
                None => Err(SchemaFault::Value),
            },
            _ if !known && of_languages.is_none() => Err(SchemaFault::Key),
            Value::Text(name) if name.chars().any(char::is_control) => Err(SchemaFault::Value),
            Value::Text(name) if name.len() <= NAME_BYTES_MAX => Ok(()),
            Value::Text(_) => Err(SchemaFault::ValueLength),
            _ => Err(SchemaFault::Kind),
        }
    }
    fn check_delete(&self, _: &str) -> Result<(), SchemaFault> {
        Err(SchemaFault::Undeletable)
    }
}
