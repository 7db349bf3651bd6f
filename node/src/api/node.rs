//! The facade: one request in, one reply out. Everything a person can do goes through [`Node`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crdt_model::edit::{Edit, Whom};
use crdt_model::name;
use crdt_model::taxonomy::{KeptAs, OwnTable, OwnTables, Taxonomy};
use crdt_model::values::{MemberId, Who};
use serde_json::{Value as Json, json};

use crate::api::words;
use crate::api::{
    Envelope, Progress, Ready, Reply, Request, RunOptions, Runtime, Secret, Service, Waiting, implemented,
};
use crate::cases;
use crate::clock::{self, Kept as ClockKept, Machine};
use crate::error::Failure;
use crate::exchange::batch;
use crate::exchange::bundle::ExportRequest;
use crate::exchange::bundle::carry;
use crate::exchange::bundle::export;
use crate::exchange::bundle::import;
use crate::exchange::import_run;
use crate::exchange::import_run::ImportRequest;
use crate::exchange::import_undo;
use crate::exchange::messages::{self, MessagesRequest};
use crate::exchange::reference;
use crate::exchange::routing_file;
use crate::exchange::services_file;
use crate::health::astray;
use crate::health::doctor::{self, Examined, Recent};
use crate::health::status;
use crate::health::verify;
use crate::health::verify::on_any_page;
use crate::home::sessions::{Clock, Sessions, Watch, system_clock};
use crate::home::wipe;
use crate::keys::keyring::{KEYRING_FILE, Kept, Passphrase, UnattendedKey};
use crate::keys::memory;
use crate::list;
use crate::list::{CaseFilter, alike, query, search, todo};
use crate::log::now;
use crate::log::{Log, Reader, keyring_failure, locked};
use crate::members;
use crate::members::absence::{self, Away};
use crate::members::routing::{self, RouteChange, SiteChange};
use crate::members::spoken;
use crate::members::tables::{self, RowOrder};
use crate::members::{Founder, NewSite};
use crate::store::{self, STORE_FILE};
use crate::sync::{Engine, peers};
use crate::writes;
use crate::writes::assigning;
use crate::writes::calls::{self, OfNoCase};
use crate::writes::desk_session;
use crate::writes::drafts;
use crate::writes::erase;
use crate::writes::held;
use crate::writes::many::{self, Order};
use crate::writes::receipts;
use crate::writes::reclassify;
use crate::writes::sensitive_words;
use crate::writes::set_aside;
use crate::writes::slips;
use crate::writes::transfer::{self, Transfer};
use crate::writes::withdraw;
use crate::writes::{arrivals, gifts, linking, moving};

/// A node at its home: founded or not, open or not.
pub struct Node {
    home: PathBuf,
    open: RwLock<Option<Arc<Log>>>,
    engine: Mutex<Option<Arc<Engine>>>,
    sessions: Arc<Sessions>,
    /// What opens the home again while it is let go.
    kept: Mutex<Option<Kept>>,
    watch: Mutex<Option<Watch>>,
    /// Everything was destroyed: nothing is opened or made here any more.
    wiped: AtomicBool,
    /// Where it serves, once it does.
    listening: Mutex<Vec<String>>,
    /// What went wrong lately, for whoever helps.
    recent: Recent,
    /// The machine's clock, and the program's date.
    pub(crate) machine: Machine,
    /// What was said of the clock before there was a home.
    pub(crate) told: Mutex<Option<ClockKept>>,
    /// What waited when it was last asked, after which arrival.
    waited: Mutex<Option<(Instant, Option<u64>, Waiting)>>,
}

/// How long what waits is taken to be the same while nothing arrives: it changes with time, too.
const WAITED_FOR: Duration = Duration::from_secs(60);

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").field("home", &self.home).finish_non_exhaustive()
    }
}

/// File handles without which a home is not opened.
const OPENING_HANDLES: usize = 8;
/// File handles without which a node does not begin to serve, nor to call somebody, beside those of its files.
const SERVING_HANDLES: usize = 32;
const CALLING_HANDLES: usize = 16;
/// Threads that the engine needs to start: its own, those that block, and the socket's.
const ENGINE_THREADS: usize = 6;

/// A person's passphrase, from the envelope.
fn passphrase(envelope: &Envelope, who: &str) -> Result<Passphrase, Failure> {
    match &envelope.passphrase {
        Some(given) if !given.is_empty() => Ok(Passphrase::new(given.expose())),
        _ => Err(Failure::new("locked").arg("member", who)),
    }
}

impl Node {
    /// A node at `home`, which need not exist yet. Opens nothing: the first request does.
    ///
    /// # Errors
    ///
    /// When the system gives no randomness.
    pub fn open(home: &Path) -> Result<Self, Failure> {
        Self::open_at(home, system_clock())
    }

    /// As [`open`](Self::open), with the clock by which unused keys are let go.
    pub(crate) fn open_at(home: &Path, clock: Clock) -> Result<Self, Failure> {
        Ok(Self {
            home: home.to_owned(),
            open: RwLock::new(None),
            engine: Mutex::new(None),
            sessions: Arc::new(Sessions::new(clock)?),
            kept: Mutex::new(None),
            watch: Mutex::new(None),
            wiped: AtomicBool::new(false),
            listening: Mutex::new(Vec::new()),
            recent: Recent::default(),
            machine: Machine::system(0),
            told: Mutex::new(None),
            waited: Mutex::new(None),
        })
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// Addresses it serves at; none while it does not.
    pub(crate) fn listening(&self) -> Vec<String> {
        locked(&self.listening).clone()
    }

    /// The home, as far as whoever asks is let in. Fails only when a passphrase was given that is wrong, or none and
    /// `keyless` does not allow that.
    fn examined(&self, envelope: &Envelope, keyless: bool, machine_ms: i64) -> Result<Examined<'_>, Failure> {
        let opened = match self.acting(envelope) {
            Err(failure) if failure.code == "locked" && !keyless => return Err(failure),
            Err(failure) if failure.code == "wrong_passphrase" => return Err(failure),
            opened => opened,
        };
        let log = self.held();
        let judged = match (&log, envelope.now_ms) {
            // by the clock that was given
            (_, Some(given)) => self.machine.judge_at(given, &ClockKept::default()),
            (Some(log), None) => now::judged(log)?,
            (None, None) => self.machine.judge(&ClockKept::default()),
        };
        let now_ms = if envelope.now_ms.is_none() { judged.now_ms } else { machine_ms };
        let reach = log.as_ref().filter(|_| self.is_running()).and_then(|log| self.reach(log).ok());
        Ok(Examined { home: &self.home, opened, log, judged, now_ms, listening: self.listening(), reach })
    }

    /// The home, if it is open.
    pub(crate) fn held(&self) -> Option<Arc<Log>> {
        self.open.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Lets the home go: while nobody works on it here, others may. Who is unlocked stays so: the next request opens it
    /// again without a passphrase tried anew. Work under way keeps it.
    pub fn rest(&self) {
        let mut held = self.open.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        match held.take().map(Arc::try_unwrap) {
            Some(Ok(log)) => *locked(&self.kept) = Some(log.kept()),
            Some(Err(at_work)) => *held = Some(at_work),
            None => {}
        }
    }

    /// The home that was let go, opened again; `None` where it was not, or was changed meanwhile so that somebody has to
    /// be let in anew.
    fn reopened(&self) -> Option<Arc<Log>> {
        let kept = locked(&self.kept).take()?;
        match Log::reopen(&self.home, &kept) {
            Ok(log) => Some(self.keep(log)),
            Err(failure) => {
                tracing::info!(code = failure.code, "the home that was let go does not open again");
                None
            }
        }
    }

    /// True when a key is derived from the passphrase before this is answered: that takes a second.
    fn derives(&self, envelope: &Envelope) -> bool {
        let needs_none = matches!(envelope.request, Request::Lock | Request::Wipe { .. });
        let given = envelope.passphrase.as_ref().filter(|given| !given.is_empty() && !needs_none);
        let makes_slot =
            envelope.request.makes_member() || matches!(envelope.request, Request::PassphraseChange { .. });
        given.is_some_and(|given| makes_slot || !self.sessions.recognises_any(given.expose()))
    }

    fn keep(&self, log: Log) -> Arc<Log> {
        now::set_machine(&log, self.machine.clone());
        let log = Arc::new(log);
        // the device's keys lie in it
        memory::keep_in_memory(&*log);
        *self.open.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(Arc::clone(&log));
        log
    }

    /// The open home and the acting member, unlocking either if the envelope can.
    pub(crate) fn acting(&self, envelope: &Envelope) -> Result<(Arc<Log>, MemberId), Failure> {
        let name = envelope.member.as_deref().unwrap_or_default();
        let log = match self.held().or_else(|| self.reopened()) {
            Some(log) => {
                // keys nobody used for too long are not used now either, whether or not somebody looked meanwhile
                self.sessions.lock_idle(&log);
                log
            }
            None => {
                if !self.home.join(KEYRING_FILE).exists() {
                    return Err(Failure::new("not_initialised").arg("home", self.home.display()));
                }
                let (log, member) = Log::open(&self.home, &passphrase(envelope, name)?, name)?;
                let log = self.keep(log);
                let member = self.named_here(&log, member, envelope, name)?;
                self.remember(envelope, member);
                return Ok((log, member));
            }
        };
        let shared = log.shared();
        let here = shared.here.clone();
        let unlocked = log.unlocked();
        let candidates: Vec<MemberId> = if name.is_empty() { here } else { shared.called(name, &here) };
        if candidates.is_empty() {
            return Err(Failure::new("member_not_found").arg("member", name).arg("near", ""));
        }
        if let Some(member) = candidates.iter().find(|id| unlocked.contains(id)).copied()
            && self.is_known(envelope, &member)
            && (candidates.len() == 1 || (name.is_empty() && unlocked.len() == 1 && envelope.passphrase.is_none()))
        {
            return Ok((log, member));
        }
        if name.is_empty() && candidates.len() > 1 && envelope.passphrase.is_none() {
            let names: Vec<String> = candidates.iter().map(|id| shared.name(id)).collect();
            return Err(Failure::new("member_not_named").arg("members", names.join(", ")));
        }
        let asked = if candidates.len() == 1 { shared.name(&candidates[0]) } else { name.to_owned() };
        let given = passphrase(envelope, &asked)?;
        let only = (candidates.len() == 1).then(|| candidates[0]);
        let secrets = log.keyring().unlock_member(only, &given).map_err(|error| keyring_failure(&error, &asked))?;
        let member = secrets.member;
        log.admit_reader(secrets);
        self.remember(envelope, member);
        Ok((log, member))
    }

    /// No passphrase was given, or the one this member was unlocked with: no need to derive keys again. Another is tried
    /// as if nobody were unlocked, so that a wrong one is refused whoever holds the home.
    fn is_known(&self, envelope: &Envelope, member: &MemberId) -> bool {
        let given = envelope.passphrase.as_ref().filter(|given| !given.is_empty());
        given.is_none_or(|given| self.sessions.recognises(member, given.expose()))
    }

    fn remember(&self, envelope: &Envelope, member: MemberId) {
        if let Some(given) = &envelope.passphrase {
            self.sessions.remember(member, given.expose());
        }
    }

    /// The member named must be the one whose passphrase opened the home, or have the same: two people on one machine may.
    fn named_here(&self, log: &Log, opened: MemberId, envelope: &Envelope, name: &str) -> Result<MemberId, Failure> {
        let shared = log.shared();
        let is_named = |id: &MemberId| name::same(&shared.name(id), name);
        if name.is_empty() || is_named(&opened) {
            return Ok(opened);
        }
        // whoever opened it is not who acts
        log.dismiss_reader(&opened);
        let wanted = shared.here.iter().copied().find(is_named);
        // who is here is told to nobody whose passphrase opened nothing of theirs
        let Some(wanted) = wanted else { return Err(Failure::new("wrong_passphrase").arg("member", name)) };
        let given = passphrase(envelope, name)?;
        let secrets =
            log.keyring().unlock_member(Some(wanted), &given).map_err(|error| keyring_failure(&error, name))?;
        log.admit_reader(secrets);
        Ok(wanted)
    }

    fn answer(&self, envelope: &Envelope, on_progress: &mut dyn FnMut(Progress)) -> Reply {
        if let Some(reply) = self.clock_without_home(&envelope.request) {
            return reply;
        }
        let machine_ms = envelope.now_ms.unwrap_or_else(|| self.machine.read().wall_ms);
        match &envelope.request {
            Request::Init { org, site, member, roots, zone } => {
                let founder = Founder { org, site, member, roots: *roots, zone: zone.as_deref() };
                return self.init(envelope, founder);
            }
            Request::Join { invitation, member } => return self.join(envelope, invitation.expose(), member),
            // before there is a home: what this program ships
            Request::TaxonomyShow if self.held().is_none() && !self.home.join(KEYRING_FILE).exists() => {
                let shipped = Taxonomy::shipped();
                return Ok(taxonomy_json(shipped, &shipped.own, &envelope.lang));
            }
            Request::Lock => return self.lock(envelope.member.as_deref().unwrap_or_default()),
            Request::Wipe { yes } => return self.wipe(*yes),
            Request::Doctor { deep, keyless } => {
                let examined = self.examined(envelope, *keyless, machine_ms)?;
                return Ok(doctor::doctor(&examined, &envelope.lang, *deep, on_progress));
            }
            Request::SupportFile { keyless, addresses } => {
                let examined = self.examined(envelope, *keyless, machine_ms)?;
                return doctor::support_file(&examined, &envelope.lang, &self.recent, *addresses);
            }
            _ => {}
        }
        let (log, member) = match (self.acting(envelope), self.held()) {
            (Ok(acting), _) => acting,
            // nobody need be unlocked for what the device itself can tell
            (Err(failure), Some(log)) if matches!(failure.code, "locked" | "member_not_named") => {
                let now_ms = self.time_for(&log, envelope)?;
                return self.as_device(&log, envelope, now_ms, on_progress).unwrap_or(Err(failure));
            }
            (Err(failure), _) => return Err(failure),
        };
        let _in_use = self.sessions.begin(member);
        let now_ms = self.time_for(&log, envelope)?;
        let judged = now::judged(&log)?;
        let mut reply = self.of_member(&log, member, envelope, now_ms, on_progress);
        if let (Ok(reply), None, true) = (&mut reply, envelope.now_ms, envelope.request.needs_clock()) {
            super::clock::tell(&judged, envelope, reply);
        }
        reply
    }

    /// Answers as an unlocked member.
    fn of_member(
        &self,
        log: &Arc<Log>,
        member: MemberId,
        envelope: &Envelope,
        now_ms: i64,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Reply {
        let reader = log.reader(&member).ok_or_else(|| Failure::new("locked").arg("member", ""))?;
        if let Request::PassphraseChange { new } = &envelope.request {
            return self.change_passphrase(log, member, envelope, new);
        }
        if let Request::Sync { target } = &envelope.request {
            let told = self.sync(log, target.as_deref(), on_progress)?;
            // what came is owed to others: looked at while nobody waits for this node any more
            let mut reader = locked(&reader);
            let _writer = log.lock_writer();
            let owed = arrivals::look_at_all(log, now_ms)
                .and_then(|()| gifts::give_owed(log, &mut reader, gifts::LOOK_MAX, now_ms));
            if let Err(failure) = owed {
                tracing::warn!(code = failure.code, "what is owed was not looked at");
            }
            return Ok(told);
        }
        if let Some(reply) = self.by_file(log, &member, &envelope.request, now_ms, on_progress) {
            return reply;
        }
        let mut reader = locked(&reader);
        log.refresh_reader(&mut reader)?;
        give_held(log, &mut reader)?;
        receipts::reached(log, &mut reader, now_ms);
        if let Some(reply) = self.organise(log, &mut reader, envelope, now_ms) {
            return reply;
        }
        let before = log.shared().generation;
        // looked at before anything is saved, told once it is
        let found = words::words_in(log, &envelope.request)?;
        let mut reply = self.work(log, &mut reader, envelope, now_ms, on_progress);
        if let Err(failure) = &mut reply
            && failure.code == "not_listed"
        {
            let table = failure.args.iter().find(|(name, _)| *name == "table").map_or("", |(_, table)| table.as_str());
            let may_add = if tables::may_add(&log.shared(), &reader, table) { "yes" } else { "no" };
            failure.args.push(("may_add", may_add.to_owned()));
        }
        if let (Ok(reply), false) = (&mut reply, matches!(envelope.request, Request::CaseNew { .. })) {
            found.tell(reply);
        }
        if reply.is_ok() && log.shared().generation != before {
            log.refresh_reader(&mut reader)?;
            give_held(log, &mut reader)?;
        }
        reply
    }

    /// What travels as files. The acting member's reader is not held meanwhile: it is long work, and of the device.
    fn by_file(
        &self,
        log: &Log,
        member: &MemberId,
        request: &Request,
        now_ms: i64,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Option<Reply> {
        Some(match request {
            Request::BundleExport { path, to, after, all, max_bytes } => {
                let request = ExportRequest {
                    path: Path::new(path),
                    to: to.as_deref(),
                    after: after.as_deref().map(Path::new),
                    all: *all,
                    max_bytes: *max_bytes,
                };
                export::bundle_export(log, &request, now_ms, on_progress)
            }
            Request::BundleImport { path, accept_late } => {
                let late = accept_late.then_some(member);
                import::bundle_import(log, Path::new(path), late, now_ms, on_progress)
            }
            Request::BundleInspect { path } => import::bundle_inspect(log, Path::new(path)),
            Request::Carry { path } => carry::carry(log, path.as_deref().map(Path::new), now_ms, on_progress),
            _ => return None,
        })
    }

    fn init(&self, envelope: &Envelope, founder: Founder<'_>) -> Reply {
        if self.held().is_some() {
            return Err(Failure::new("already_initialised").arg("home", self.home.display()));
        }
        let given = passphrase(envelope, founder.member)?;
        let now_ms = self.time_for_new(envelope)?;
        let (log, mut reply) = members::init(&self.home, founder, &given, now_ms)?;
        let log = self.keep(log);
        self.settle_clock(&log, envelope, &mut reply)?;
        Ok(reply)
    }

    /// A home was made: what was said of the clock goes into it, what is odd about it into the reply.
    fn settle_clock(&self, log: &Log, envelope: &Envelope, reply: &mut Json) -> Result<(), Failure> {
        if envelope.now_ms.is_none() {
            self.keep_told(log)?;
            super::clock::tell(&now::judged(log)?, envelope, reply);
        }
        Ok(())
    }

    fn join(&self, envelope: &Envelope, text: &str, member: &str) -> Reply {
        let given = passphrase(envelope, member)?;
        let open = match self.held() {
            Some(log) => Some(log),
            None if self.home.join(KEYRING_FILE).exists() => {
                // a second member joins a home in use: someone who has a slot must open it, here with the same passphrase
                match Log::open(&self.home, &given, "") {
                    Ok((log, _)) => Some(self.keep(log)),
                    // cut off while it was made: it is made again
                    Err(failure) if failure.code == "not_initialised" => None,
                    Err(failure) if failure.code == "wrong_passphrase" => {
                        return Err(Failure::new("home_must_be_unlocked"));
                    }
                    Err(failure) => return Err(failure),
                }
            }
            None => None,
        };
        let now_ms = match &open {
            Some(log) => self.time_for(log, envelope)?,
            None => self.time_for_new(envelope)?,
        };
        let made = members::join(&self.home, open.as_deref(), text, member, &given, now_ms);
        let (made, mut reply) = made.map_err(|failure| self.expired_by_clock(failure, now_ms))?;
        if let Some(log) = made {
            let log = self.keep(log);
            self.settle_clock(&log, envelope, &mut reply)?;
        }
        Ok(reply)
    }

    fn with_reach(&self, log: &Log, mut told: Json) -> Reply {
        told["reach"] = self.reach(log)?;
        Ok(told)
    }

    pub(crate) fn is_running(&self) -> bool {
        locked(&self.engine).is_some()
    }

    /// Answers with the device's keys alone; `None` for what needs a member.
    fn as_device(
        &self,
        log: &Arc<Log>,
        envelope: &Envelope,
        now_ms: i64,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Option<Reply> {
        let shared = log.shared();
        Some(match &envelope.request {
            Request::Status => {
                status::status(log, &shared, None, &envelope.lang, now_ms).and_then(|told| self.with_reach(log, told))
            }
            Request::ClockShow { brief: true } => self.clock_show(log, None, true),
            Request::TaxonomyShow => Ok(taxonomy_json(shared.taxonomy, &shared.own, &envelope.lang)),
            Request::Fingerprint => status::fingerprint(log, &shared),
            Request::Verify => verify::verify_as_device(log, &shared, &mut |done, total| {
                on_progress(Progress { what: "entries".into(), done, total: Some(total) });
            }),
            Request::Sync { target } => self.sync(log, target.as_deref(), on_progress),
            _ => return None,
        })
    }

    /// `boucle lock`: one member by name, or everybody. Needs no passphrase: who may use a machine may lock it.
    fn lock(&self, name: &str) -> Reply {
        let Some(log) = self.held() else {
            *locked(&self.kept) = None;
            // no process holds keys
            return Ok(json!({"unlocked": false, "members": []}));
        };
        let shared = log.shared();
        let named = |id: &MemberId| name.is_empty() || name::same(&shared.name(id), name);
        if !shared.here.iter().any(named) {
            return Err(Failure::new("member_not_found").arg("member", name).arg("near", ""));
        }
        for member in log.unlocked().iter().filter(|id| named(id)) {
            self.sessions.lock(&log, member);
        }
        Ok(json!({"unlocked": false, "members": status::members_json(&log, &shared)}))
    }

    /// `boucle passphrase change`. The old one opened the member just now, or is recognised.
    fn change_passphrase(&self, log: &Log, member: MemberId, envelope: &Envelope, new: &Secret) -> Reply {
        let shared = log.shared();
        let name = shared.name(&member);
        if envelope.member.is_none() && shared.here.len() > 1 {
            let names: Vec<String> = shared.here.iter().map(|id| shared.name(id)).collect();
            return Err(Failure::new("member_not_named").arg("members", names.join(", ")));
        }
        // whoever finds an unlocked machine does not get to choose its passphrase
        let old = passphrase(envelope, &name)?;
        let fresh = Passphrase::new(new.expose());
        let reader = log.reader(&member).filter(|_| self.is_known(envelope, &member));
        let secrets = reader.map(|reader| locked(&reader).secrets.clone());
        let changed = match secrets {
            // the one that was given opened the member in this process
            Some(secrets) => log.keyring().renew_slot(&secrets, &fresh, members::cost()),
            None => log.keyring().change_passphrase(member, &old, &fresh, members::cost()),
        };
        changed.map_err(|error| keyring_failure(&error, &name))?;
        self.sessions.remember(member, new.expose());
        Ok(json!({"member": name, "changed": true}))
    }

    /// `boucle wipe --yes`: keys on the disk, keys in memory, everything else of ours in the home.
    fn wipe(&self, yes: bool) -> Reply {
        if !yes {
            return Err(Failure::new("usage_missing").arg("missing", "--yes"));
        }
        if !wipe::is_home(&self.home) {
            return Err(Failure::new("not_initialised").arg("home", self.home.display()));
        }
        // the file first, waiting for nobody who holds a lock
        let wiped = wipe::keys(&self.home);
        self.wiped.store(true, Ordering::SeqCst);
        if let Some(log) = self.held() {
            for member in log.unlocked() {
                self.sessions.lock(&log, &member);
            }
            if let Err(error) = log.destroy_keys() {
                tracing::warn!(%error, "wiping");
            }
        }
        *locked(&self.kept) = None;
        *self.open.write().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
        Ok(wipe::rest(&self.home, wiped).json())
    }

    /// A home opened by a key file: no member's keys stay in this process. The first time the file is made, for which a
    /// member's passphrase is needed once.
    fn open_unattended(&self, file: &Path, options: &RunOptions) -> Result<Arc<Log>, Failure> {
        use crate::keys::keyring::KeyringError;
        let slots = Log::locked_keyring(&self.home, "")?;
        let key = match UnattendedKey::read(file) {
            Ok(key) => Some(key),
            Err(KeyringError::Missing { .. }) if file.symlink_metadata().is_err() => None,
            Err(error) => return Err(keyring_failure(&error, "")),
        };
        if let Some(key) = &key
            && slots.has_key_file()
        {
            match Log::open_unattended(&self.home, key) {
                // an older file, or one whose slot was not written before the power failed
                Err(failure) if failure.code == "key_file_foreign" && key.store_id() == slots.store_id() => {}
                opened => return Ok(self.keep(opened?)),
            }
        }
        if key.as_ref().is_some_and(|key| key.store_id() != slots.store_id()) {
            return Err(Failure::new("key_file_foreign").at("file", file.display()));
        }
        let name = options.member.as_deref().unwrap_or_default();
        let given = options.passphrase.as_ref().filter(|given| !given.is_empty());
        let given = given.ok_or_else(|| Failure::new("locked").arg("member", name))?;
        let (log, member) = Log::open(&self.home, &Passphrase::new(given.expose()), name)?;
        let named = |id: &MemberId| name.is_empty() || name::same(&log.shared().name(id), name);
        if !named(&member) {
            return Err(Failure::new("wrong_passphrase").arg("member", name));
        }
        // keys that came by the invitation alone become the device's now: it will have no member to ask
        if let Some(reader) = log.reader(&member) {
            log.refresh_reader(&mut locked(&reader))?;
        }
        log.dismiss_reader(&member);
        let key = match key {
            Some(key) => key,
            None => {
                let key = UnattendedKey::draw(slots.store_id(), &store::os_entropy());
                let key = key.map_err(|error| keyring_failure(&error, ""))?;
                key.write_new(file).map_err(|error| keyring_failure(&error, ""))?;
                key
            }
        };
        log.keyring().admit_key_file(&key).map_err(|error| keyring_failure(&error, ""))?;
        Ok(self.keep(log))
    }

    /// Sites, members, audiences and what the node says of itself.
    fn organise(&self, log: &Log, reader: &mut Reader, envelope: &Envelope, now_ms: i64) -> Option<Reply> {
        let shared = log.shared();
        Some(match &envelope.request {
            Request::SiteAdd { code, name, kind, parent, org_unit, zone } => {
                let (parent, org_unit, zone) = (parent.as_deref(), org_unit.as_deref(), zone.as_deref());
                members::site_add(log, reader, NewSite { code, name, kind, parent, org_unit, zone })
            }
            Request::SiteSet { code, zone, name, closed, hours } => {
                let (zone, name, hours) = (zone.as_deref(), name.as_deref(), hours.as_deref());
                let change = SiteChange { zone, name, closed: *closed, hours };
                routing::site_set(log, reader, code, &change)
            }
            Request::RoutingShow { site } => routing::routing(log, site.as_deref()),
            Request::RoutingSet { site, category, to, duty_phone, alternate_phone } => {
                let whom = |to: &str| match to.trim() {
                    "-" => Ok(None),
                    to => cases::who(&shared, reader, to).map(Some),
                };
                to.as_deref().map(whom).transpose().and_then(|to| {
                    let change = RouteChange {
                        category: category.as_deref(),
                        to,
                        duty_phone: duty_phone.as_deref(),
                        alternate_phone: alternate_phone.as_deref(),
                    };
                    routing::routing_set(log, reader, site, &change)
                })
            }
            Request::RoutingImport { path } => routing_file::routing_import(log, reader, path, &envelope.lang),
            Request::SiteList => Ok(members::site_list(log)),
            Request::Invite { site, role, expires_ms, out } => {
                members::invite(log, reader, site, role, *expires_ms, out.as_deref(), now_ms)
            }
            Request::ClockShow { brief } => self.clock_show(log, Some(reader), *brief),
            Request::ClockSet { at_ms, sure, .. } => self.clock_set(log, *at_ms, *sure),
            Request::ClockAccept { who } => astray::clock_accept(log, reader, who.as_deref()),
            Request::MemberList => {
                let mut list = members::member_list(log);
                absence::tell(&log.shared(), &mut list, now_ms);
                spoken::tell(&log.shared(), &mut list);
                Ok(list)
            }
            Request::MemberAway { name, until, deputy } => {
                let order = Away { name, until: until.as_deref(), deputy: deputy.as_deref() };
                absence::away(log, reader, &order, now_ms)
            }
            Request::MemberSet { name, speaks } => spoken::set(log, reader, name, speaks, now_ms),
            Request::MemberConfirm { name, words } => members::member_confirm(log, reader, name, words),
            Request::AudienceList => Ok(members::audience_list(log, &envelope.lang)),
            Request::TaxonomyShow => Ok(taxonomy_json(shared.taxonomy, &shared.own, &envelope.lang)),
            Request::TaxonomySet { table, code, change, adds } => {
                let order = RowOrder { table, code, change, adds: *adds, lang: &envelope.lang };
                tables::set(log, reader, &order, now_ms)
            }
            Request::TaxonomyImport { path } => tables::import(log, reader, path, now_ms),
            Request::TaxonomyExport { path } => tables::export(&shared, path),
            Request::Fingerprint => status::fingerprint(log, &shared),
            Request::Digest => cases::digest(log, &shared, reader),
            Request::Status => status::status(log, &shared, Some(reader), &envelope.lang, now_ms)
                .and_then(|told| self.with_reach(log, told)),
            Request::Unlock if !self.is_running() => Err(Failure::new("not_running").arg("home", self.home.display())),
            Request::Unlock => {
                let name = shared.name(&reader.member());
                Ok(json!({"member": name, "unlocked": true, "members": status::members_json(log, &shared)}))
            }
            _ => return None,
        })
    }

    /// Cases.
    fn work(
        &self,
        log: &Log,
        reader: &mut Reader,
        envelope: &Envelope,
        now_ms: i64,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Reply {
        let shared = log.shared();
        match &envelope.request {
            Request::CaseNew { case, seal } => {
                let mut case = case.as_ref().clone();
                calls::join(log, reader, &mut case, now_ms)?;
                let in_session = desk_session::join(log, reader, &mut case)?;
                let told = writes::case_new_with(log, reader, case.clone(), seal, now_ms)?;
                if in_session {
                    desk_session::added(log, reader)?;
                }
                calls::recorded(log, reader, &case, &told, now_ms)?;
                Ok(told)
            }
            Request::DraftKeep(draft) => drafts::keep(log, reader, draft),
            Request::DraftShow => drafts::show(log, reader),
            Request::DraftDestroy => drafts::destroy(log, reader),
            Request::CallStart { phone, spoken } => {
                let mut told = calls::start(log, &shared, reader, phone.as_ref(), spoken.as_deref(), now_ms)?;
                told["listed"] = match phone {
                    Some(phone) => reference::find(log, reader, &phone.0, now_ms)?,
                    None => json!([]),
                };
                Ok(told)
            }
            Request::CallEnd { outcome, case } => calls::end(log, &shared, reader, outcome, case.as_deref(), now_ms),
            Request::CallLog { outcome, phone, channel, at } => {
                let call = OfNoCase {
                    outcome,
                    phone: phone.as_ref(),
                    channel: channel.as_deref(),
                    spoken: None,
                    lasted_ms: None,
                    at: *at,
                };
                calls::log_call(log, reader, &call, now_ms)
            }
            Request::CallList(filter) => {
                let calls = CaseFilter { kept_as: KeptAs::Call, ..filter.as_ref().clone() };
                query::list(log, &shared, reader, &calls, now_ms)
            }
            Request::ShiftStart => calls::shift_start(log, reader, now_ms),
            Request::SessionOpen(header) => desk_session::open(log, reader, header, now_ms),
            Request::SessionShow => desk_session::show(log, &shared, reader, now_ms),
            Request::SessionClose { reason } => desk_session::close(log, &shared, reader, reason.as_ref(), now_ms),
            Request::SessionList(filter) => desk_session::list(log, &shared, reader, filter, now_ms),
            Request::Services { near, kind } => Ok(services_file::near(
                (log, &shared),
                reader,
                (near.as_deref(), kind.as_deref()),
                &envelope.lang,
                now_ms,
            )),
            Request::ServicesLoad { path } => services_file::load(log, reader, path, &envelope.lang, now_ms),
            Request::ImportMessages { path, format, own, dates, encoding, dry_run } => {
                let request = MessagesRequest {
                    path,
                    format,
                    own,
                    dates: dates.as_deref(),
                    encoding: encoding.as_deref(),
                    dry_run: *dry_run,
                    lang: &envelope.lang,
                };
                messages::import(log, reader, &request, now_ms, on_progress)
            }
            Request::Intake { channel, from, text, at_ms } => {
                messages::intake(log, reader, (channel, &from.0, &text.0), (*at_ms, &envelope.lang), now_ms)
            }
            Request::ReferenceLoad { path, kind, kept_for_ms } => {
                reference::load(log, reader, (path, kind), *kept_for_ms, now_ms)
            }
            Request::ReferenceDrop { kind } => reference::drop_lists(log, reader, kind.as_deref()),
            Request::ReferenceList => reference::lists(log, reader, now_ms),
            Request::ReferenceFind { what } => reference::find(log, reader, &what.0, now_ms),
            Request::SlipsPrint { count } => slips::reserve(log, reader, *count),
            Request::ShiftEnd => calls::shift_end(log, &shared, reader, now_ms),
            Request::BeforeAsking { seal } => writes::before_asking(&shared, seal),
            Request::WhoIsMeant { said, of } => who_is_meant(log, reader, &said.0, of, now_ms),
            Request::WordsCheck { of } => words_check(log, reader, of, now_ms),
            Request::WordsShow { lang } => sensitive_words::words_show(log, lang.as_deref()),
            Request::WordsAdd { lang, words } => sensitive_words::words_change(log, lang, words, true),
            Request::WordsRemove { lang, words } => sensitive_words::words_change(log, lang, words, false),
            Request::CaseList(filter) => query::list(log, &shared, reader, filter, now_ms),
            Request::Find { what, limit } => search::find(log, &shared, reader, &what.0, *limit, now_ms),
            Request::CaseShow { r#ref } => {
                let loaded = list::find_case(log, &shared, reader, r#ref)?;
                let mut shown = cases::show(&shared, &loaded, now_ms);
                shown["labels"] = tables::labels(&shared.own, &shown, &envelope.lang);
                tables::name_bodies(&shared.own, &mut shown, &envelope.lang);
                cases::tell_words(&mut shown);
                let late = reclassify::own_late(log, &shared, reader, Some(loaded.doc))?;
                if !late.is_empty() {
                    shown["late_edits"] = Json::Array(late);
                }
                let mut halves = transfer::halves(log, &shared, reader, &loaded.view(now_ms), now_ms);
                halves.extend(moving::halves(log, &shared, reader, &loaded, now_ms));
                linking::tell(log, &shared, reader, &loaded.view(now_ms), &mut halves, &mut shown, now_ms)?;
                if !halves.is_empty() {
                    shown["halves"] = Json::Array(halves);
                }
                let mut delivery = receipts::delivery(log, &shared, &loaded)?;
                if !delivery.is_null() {
                    let advice = receipts::advice(&shared, &loaded, &met(log)?, now_ms);
                    if !advice.is_null() {
                        delivery["advice"] = advice;
                    }
                    shown["delivery"] = delivery;
                } else if let Some(to) = assigning::suggested_for_nobodys(log, &shared, &loaded, now_ms) {
                    let stands_in_for = to.stands_in_for.map(|id| shared.who_json(&Who::Member(id)));
                    let speakers = assigning::speakers(&shared, &loaded, reader, &envelope.lang, now_ms);
                    shown["suggested"] = json!({
                        "to": shared.who_json(&to.who), "by": to.by, "stands_in_for": stands_in_for, "ref": shown["ref"],
                        "speakers": speakers,
                    });
                }
                Ok(shown)
            }
            Request::CaseHistory { r#ref } => {
                let loaded = list::find_case(log, &shared, reader, r#ref)?;
                let mut history = cases::history(&shared, &loaded);
                linking::add_histories(log, &shared, reader, &loaded.view(now_ms), &mut history, now_ms);
                transfer::name_linked(log, &shared, reader, &mut history, now_ms);
                Ok(history)
            }
            Request::CaseWithdraw { r#ref, entry } => withdraw::withdraw(log, reader, r#ref, entry.as_deref(), now_ms),
            Request::Outbox => receipts::outbox(log, reader),
            Request::CaseMany { filter, edit, only_look } => {
                if !edit.is_for_many() {
                    return Err(Failure::new("request_not_understood"));
                }
                let order = Order { filter, edit, only_look: *only_look, lang: &envelope.lang };
                many::many(log, reader, &order, now_ms, &mut of_cases(on_progress))
            }
            Request::IncidentClose { code, outcome, text, only_look } => {
                let edit = Edit::Resolve { outcome: outcome.clone(), text: text.clone() };
                let filter = many::open_cases_of(code);
                let order = Order { filter: &filter, edit: &edit, only_look: *only_look, lang: &envelope.lang };
                let done = many::many(log, reader, &order, now_ms, &mut of_cases(on_progress))?;
                match done["cases"] == 0 {
                    true => Err(Failure::new("incident_not_found").arg("incident", code).at("incident", code)),
                    false => Ok(done),
                }
            }
            Request::BatchOut { filter, to, purpose, fields, confidential, due_in_ms, path, only_look } => {
                let order = batch::Out {
                    filter,
                    to,
                    purpose: purpose.as_ref(),
                    fields,
                    confidential: *confidential,
                    due_in_ms: *due_in_ms,
                    path,
                    only_look: *only_look,
                    lang: &envelope.lang,
                };
                batch::batch_out(log, reader, &order, now_ms, on_progress)
            }
            Request::BatchIn { path, encoding, to, answers, takes, only_look } => {
                let order = batch::In {
                    path,
                    encoding: encoding.as_deref(),
                    to: to.as_ref(),
                    answers,
                    takes,
                    only_look: *only_look,
                    lang: &envelope.lang,
                };
                batch::batch_in(log, reader, &order, now_ms, on_progress)
            }
            Request::BatchCalls { filter, path } => {
                batch::batch_calls(log, reader, &batch::Calls { filter, path, lang: &envelope.lang }, now_ms)
            }
            Request::BatchList => batch::batch_list(log, reader, now_ms),
            Request::Todo { limit } => todo::todo(log, &shared, reader, *limit, &envelope.lang, now_ms),
            Request::CaseConflicts { r#ref } => self.conflicts(log, reader, r#ref.as_deref(), now_ms),
            Request::Verify => {
                let mut told = |done, total| {
                    on_progress(Progress { what: "entries".into(), done, total: Some(total) });
                };
                verify::verify(log, &shared, reader, &mut told)
            }
            Request::ImportUndo { batch } => match batch {
                Some(batch) => import_undo::import_undo(log, reader, batch, on_progress),
                None => import_undo::import_batches(log, reader),
            },
            Request::Import { path, format, mapping, site, partner, project, dry_run, rejects, encoding } => {
                let request = ImportRequest {
                    path,
                    format,
                    mapping: mapping.as_deref(),
                    site: site.as_deref(),
                    partner: partner.as_deref(),
                    project: project.as_deref(),
                    dry_run: *dry_run,
                    rejects: rejects.as_deref(),
                    encoding: encoding.as_deref(),
                    lang: &envelope.lang,
                };
                import_run::import(log, reader, &request, now_ms, on_progress)
            }
            Request::CaseEdit { r#ref, edit, seal } => {
                let mut reply = writes::act_with(log, reader, r#ref, edit, seal, now_ms)?;
                if matches!(edit, Edit::Outside { .. }) {
                    reply["text"] = json!(transfer::handout(log, &shared, reader, r#ref, &envelope.lang, now_ms)?);
                }
                Ok(reply)
            }
            Request::CaseSeal { r#ref, reason, seal, then } => {
                if then.as_ref().is_some_and(|then| !then.has_words()) {
                    return Err(Failure::new("request_not_understood"));
                }
                writes::case_seal_with(log, reader, r#ref, reason, then.as_ref(), seal, now_ms)
            }
            Request::CaseRefer { r#ref, to, fields, text } => {
                let order = Transfer { to, fields: fields.as_deref(), text: text.as_ref() };
                match transfer::refer(log, reader, r#ref, &order, now_ms) {
                    // who works here is given the case itself
                    Err(failure) if transfer::is_for_a_member(&failure) && fields.is_none() && text.is_none() => {
                        let edit = Edit::Assign { to: Whom::Typed(to.as_str().into()) };
                        let mut reply = writes::act(log, reader, r#ref, &edit, now_ms)?;
                        reply["assigned"] = json!(true);
                        Ok(reply)
                    }
                    sent => sent,
                }
            }
            Request::CaseMove { r#ref, site, only_look } => {
                moving::move_case(log, reader, r#ref, site, *only_look, now_ms)
            }
            Request::CaseLink { r#ref, to, kind } => linking::link(log, reader, [r#ref, to], kind, now_ms),
            Request::CaseMerge { r#ref, into } => linking::merge(log, reader, [r#ref, into], now_ms),
            Request::CaseUnmerge { r#ref } => linking::unmerge(log, reader, r#ref, now_ms),
            Request::CaseDuplicates { r#ref } => alike::duplicates(log, &shared, reader, r#ref.as_deref(), now_ms),
            Request::CaseErase { r#ref, approve, late_too } => {
                erase::case_erase(log, reader, r#ref, *approve, *late_too)
            }
            Request::CaseRaise { r#ref, to, reason, seal } => {
                let to = reclassify::step_of(log, &shared, reader, r#ref, to.as_deref(), true, now_ms)?;
                writes::act_with(log, reader, r#ref, &Edit::Raise { to, reason: reason.clone() }, seal, now_ms)
            }
            Request::CaseLower { r#ref, to, reason } => {
                let to = reclassify::step_of(log, &shared, reader, r#ref, to.as_deref(), false, now_ms)?;
                writes::act(log, reader, r#ref, &Edit::Lower { to, reason: reason.clone() }, now_ms)
            }
            other => Err(Failure::new("not_built").arg("command", other.name())),
        }
    }

    fn conflicts(&self, log: &Log, reader: &mut Reader, reference: Option<&str>, now_ms: i64) -> Reply {
        let shared = log.shared();
        let cases = match reference {
            Some(reference) => vec![list::find_case(log, &shared, reader, reference)?],
            None => {
                list::catch_up(log, &shared, reader)?;
                let snapshot = log.store.read()?;
                let listed = list::rows(reader).in_conflict();
                let load = |(scope, doc)| list::load_numbered(log, &snapshot, &shared, reader, scope, doc);
                listed.into_iter().map(load).collect::<Result<_, _>>()?
            }
        };
        let mut all = Vec::new();
        for loaded in cases.iter().filter(|loaded| loaded.is_readable()) {
            if let Json::Array(list) = cases::conflicts_json(&shared, &loaded.view(now_ms)) {
                all.extend(list);
            }
        }
        let mut all = Json::Array(all);
        linking::name_conflicts(log, &shared, reader, &mut all, now_ms);
        Ok(all)
    }

    /// Who is in touch, what was tried, what to do: `reach` of `status`, and for `doctor`.
    pub(crate) fn reach(&self, log: &Log) -> Reply {
        let running = locked(&self.engine).clone();
        running.map_or_else(|| crate::sync::not_running(log), |engine| engine.reach())
    }

    fn sync(&self, log: &Arc<Log>, target: Option<&str>, on_progress: &mut dyn FnMut(Progress)) -> Reply {
        let running = locked(&self.engine).clone();
        if let Some(engine) = running {
            return engine.sync(target, on_progress);
        }
        memory::require_handles(CALLING_HANDLES)?;
        memory::require_threads(ENGINE_THREADS)?;
        let options = RunOptions { mdns: target.is_none(), ..RunOptions::default() };
        let engine = Engine::dial_only(Arc::clone(log), &options)?;
        let mut reply = engine.sync(target, on_progress);
        // what came may have brought a reader for what is held: that goes out at once
        if reply.is_ok() && held::deliver_all_held(log)? > 0 {
            reply = engine.sync(target, on_progress);
        }
        engine.stop();
        reply
    }
}

/// Gives what is held to whoever may read it by now.
fn give_held(log: &Log, reader: &mut Reader) -> Result<(), Failure> {
    if held::held_back(log)? > 0 {
        let _writer = log.lock_writer();
        held::deliver_held(log, reader)?;
    }
    Ok(())
}

/// Whom words mean, and whom the texts of a request and of its case name.
fn who_is_meant(log: &Log, reader: &mut Reader, said: &str, of: &Request, now_ms: i64) -> Reply {
    let shared = log.shared();
    let mut texts: Vec<String> = words::texts_in(of).into_iter().map(|(_, text)| text.to_owned()).collect();
    if let Request::CaseSeal { then: Some(then), .. } = of {
        texts.extend(then.words().into_iter().map(|(_, text)| text.to_owned()));
    }
    if let Some(reference) = words::sealed_case(of) {
        let view = list::find_case(log, &shared, reader, reference)?.view(now_ms);
        texts.extend(crate::writes::sensitive_words::texts_of_view(&view));
    }
    Ok(set_aside::who_is_meant(&shared, said, &texts, &reader.member()))
}

/// What the words of a request would call for, and whether they would be sealed anyway.
fn words_check(log: &Log, reader: &mut Reader, of: &Request, now_ms: i64) -> Reply {
    let shared = log.shared();
    let found = words::words_in(log, of)?;
    let restricted = match (of, case_of(of)) {
        (Request::CaseNew { case, seal }, _) => reclassify::would_seal(log, &shared, reader, case, seal)?,
        (Request::CaseEdit { r#ref, edit: Edit::Triage { .. }, .. }, _) => {
            let loaded = list::find_case(log, &shared, reader, r#ref)?;
            loaded.view(now_ms).shape != crdt_model::case::Shape::Ordinary
        }
        // of a case that is there it is asked only for the words'
        _ if found.is_empty() => false,
        (_, Some(reference)) => {
            let loaded = list::find_case(log, &shared, reader, reference)?;
            loaded.view(now_ms).shape != crdt_model::case::Shape::Ordinary
        }
        _ => false,
    };
    let categories: Vec<&str> = match of {
        Request::CaseNew { case, .. } => {
            case.category.iter().chain(&case.other_categories).map(String::as_str).collect()
        }
        Request::CaseEdit { edit: Edit::Triage { category, .. }, .. } => category.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let colleague = shared.taxonomy.is_about_staff(categories);
    Ok(json!({"sensitive_words": found.json(), "restricted": restricted, "colleague": colleague}))
}

/// The case a request with free text is about.
fn case_of(request: &Request) -> Option<&str> {
    match request {
        Request::CaseEdit { r#ref, edit, .. } => edit.has_words().then_some(r#ref.as_str()),
        Request::CaseLower { r#ref, .. } => Some(r#ref),
        _ => None,
    }
}

/// The taxonomy with labels of one language, as `taxonomy show` prints it.
fn taxonomy_json(taxonomy: &Taxonomy, own: &OwnTables, lang: &str) -> Json {
    let categories: Vec<Json> = taxonomy
        .sub_categories
        .iter()
        .map(|sub| {
            use crdt_model::taxonomy::Coded;
            json!({
                "code": sub.code(), "label": taxonomy.sub_categories.label(sub.code(), lang),
                "sensitivity": sub.sensitivity.code(), "audience": sub.audience, "refer_to": sub.refer_to,
                "priority": sub.priority,
            })
        })
        .collect();
    macro_rules! table {
        ($table:ident) => {
            taxonomy
                .$table
                .codes()
                .map(|code| json!({"code": code, "label": taxonomy.$table.label(code, lang)}))
                .collect::<Vec<Json>>()
        };
    }
    json!({
        "version": taxonomy.version, "categories": categories, "types": table!(case_types),
        "channels": table!(channels), "roles": table!(roles), "statuses": table!(statuses),
        "closures": table!(closures), "audiences": table!(audiences), "priorities": table!(priorities),
        "stakeholders": table!(stakeholders), "sexes": table!(sexes), "age_groups": table!(age_groups),
        "population_groups": table!(population_groups), "disability": table!(disability_summaries),
        "consent_purposes": table!(consent_purposes), "consent_means": table!(consent_means),
        "hold_reasons": table!(hold_reasons), "satisfactions": table!(satisfactions),
        "attempt_outcomes": table!(attempt_outcomes),
        "projects": tables::shown(own, OwnTable::Project, lang), "partners": tables::shown(own, OwnTable::Partner, lang),
        "places": tables::shown(own, OwnTable::Place, lang), "outcomes": tables::shown(own, OwnTable::Outcome, lang),
        "spoken_languages": tables::shown(own, OwnTable::SpokenLanguage, lang),
        "bodies": tables::shown(own, OwnTable::Body, lang), "levels": tables::shown(own, OwnTable::Level, lang),
        "services": tables::shown(own, OwnTable::Service, lang),
    })
}

impl Service for Node {
    fn handle(&self, envelope: Envelope, on_progress: &mut dyn FnMut(Progress)) -> Reply {
        if !implemented(envelope.request.name()) {
            return Err(Failure::new("not_built").arg("command", envelope.request.name()));
        }
        if self.wiped.load(Ordering::SeqCst) && !matches!(envelope.request, Request::Wipe { .. }) {
            return Err(Failure::new("not_initialised").arg("home", self.home.display()));
        }
        let is_sound = || {
            let file = self.home.join(STORE_FILE);
            self.held().map_or_else(|| store::is_sound_at(&file), |log| log.store.is_sound())
        };
        // who destroys waits for nothing
        if !matches!(envelope.request, Request::Wipe { .. } | Request::Lock) {
            memory::require_room()?;
            if self.held().is_none() {
                memory::require_handles(OPENING_HANDLES)?;
            }
        }
        if self.derives(&envelope) {
            on_progress(Progress { what: "passphrase".into(), done: 0, total: None });
        }
        let reply = on_any_page(is_sound, || self.answer(&envelope, on_progress));
        if let Err(failure) = &reply {
            self.recent.note(envelope.request.name(), failure, clock::now_ms());
        }
        reply
    }
}

impl Runtime for Node {
    fn start(&self, options: &RunOptions) -> Result<Ready, Failure> {
        memory::require_room()?;
        memory::require_handles(SERVING_HANDLES)?;
        memory::require_threads(ENGINE_THREADS)?;
        self.sessions.set_auto_lock(options.auto_lock_ms.map(Duration::from_millis));
        let log = match &options.key_file {
            Some(file) => self.open_unattended(file, options)?,
            None => self.open_attended(options)?,
        };
        let watch = self.sessions.watch(&log)?;
        let (engine, ready) = Engine::start(log, options)?;
        *locked(&self.engine) = Some(Arc::new(engine));
        *locked(&self.watch) = watch;
        (*locked(&self.listening)).clone_from(&ready.listening);
        Ok(ready)
    }

    fn stop(&self) -> Result<(), Failure> {
        locked(&self.watch).take();
        if let Some(engine) = locked(&self.engine).take() {
            engine.stop();
        }
        locked(&self.listening).clear();
        Ok(())
    }

    fn waiting(&self) -> Waiting {
        let Some(log) = self.open.read().unwrap_or_else(PoisonError::into_inner).clone() else {
            return Waiting::default();
        };
        let mut members = log.unlocked();
        members.sort_unstable();
        let tag = tag_of(&members);
        let newest = log.store.read().and_then(|snapshot| snapshot.newest_arrival()).unwrap_or_default();
        let mut known = locked(&self.waited);
        if let Some((at, seen, waiting)) = &*known
            && (waiting.members, *seen) == (tag, newest)
            && at.elapsed() < WAITED_FOR
        {
            return waiting.clone();
        }
        let (shared, now_ms) = (log.shared(), now::now_ms(&log));
        let mut waiting = Waiting { members: tag, tasks: BTreeMap::new() };
        for reader in members.iter().filter_map(|member| log.reader(member)) {
            for (task, n) in todo::counts(&log, &shared, &mut locked(&reader), now_ms).unwrap_or_default() {
                *waiting.tasks.entry(task).or_default() += n;
            }
        }
        *known = Some((Instant::now(), newest, waiting.clone()));
        waiting
    }
}

/// Devices that this one met, in hex, and when.
fn met(log: &Log) -> Result<Vec<(String, i64)>, Failure> {
    Ok(peers::peers(log)?.into_iter().map(|peer| (peer.device, peer.last_sync_ms)).collect())
}

/// Members who are unlocked, told from others.
fn tag_of(members: &[MemberId]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for member in members {
        hasher.update(&member.0);
    }
    let mut tag = [0; 8];
    tag.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_be_bytes(tag)
}

impl Node {
    /// Opened by a member, who stays unlocked.
    fn open_attended(&self, options: &RunOptions) -> Result<Arc<Log>, Failure> {
        let envelope = Envelope {
            lang: String::new(),
            member: options.member.clone(),
            passphrase: options.passphrase.clone(),
            now_ms: None,
            request: Request::Status,
        };
        let (log, member) = self.acting(&envelope)?;
        let _in_use = self.sessions.begin(member);
        if let Some(reader) = log.reader(&member) {
            log.refresh_reader(&mut locked(&reader))?;
        }
        Ok(log)
    }
}

/// Tells of cases done.
fn of_cases(on_progress: &mut dyn FnMut(Progress)) -> impl FnMut(u64, u64) {
    |done, total| on_progress(Progress { what: "cases".into(), done, total: Some(total) })
}

#[cfg(test)]
mod tests;
