//! The keys one reader holds: from the invitation, from wraps and grants in the log, from its own secrets.
//!
//! ```text
//! device secret ──▶ open keys (scope, epoch)
//! member secret ──▶ audience secrets (audience, epoch) ──▶ stream keys (chain)  ──▶ personal sections
//!                                                     └──▶ CK (document)        ──▶ sensitive sections
//! gifts (one case each) ────────────────────────────────────────────────────────────▶ its personal sections
//! ```
//!
//! Held in memory only while the member is unlocked; wiped when dropped.

mod gifts;

pub(crate) use gifts::GiftFacts;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crdt_model::cbor;
use crdt_model::document::{DocEntry, Opened};
use crdt_model::entry::{Entry, LAYER_GRANT};
use crdt_model::layer::Layer;
use crdt_model::roster::{OpenKey, Roster};
use crdt_model::seal::{
    self, GrantSection, OpenError, Plain, RoleGrant, Secret, StreamGrant, case_key, drop_box_secret, open_hint,
    open_section, open_wrap, sensitive_hint, term_of_hint,
};
use crdt_model::values::{AudienceId, ChainKey, DeviceId, DocId, EntryId, MemberId, OrgId, ScopeId};

/// What a member's own installation can derive: the secrets behind a reader.
#[derive(Clone)]
pub(crate) struct ReaderSecrets {
    /// Receives wraps for the device.
    pub(crate) device_x: Secret,
    /// Receives wraps for the member; `None` when nobody is unlocked.
    pub(crate) member: Option<(MemberId, Arc<Secret>)>,
}

/// Keys of one reader.
#[derive(Clone)]
pub(crate) struct Keychain {
    open: HashMap<(ScopeId, u32), Vec<Secret>>,
    /// Open keys of an altered invitation: what was sealed under them is still opened, and nothing is sealed any more.
    false_open: HashMap<(ScopeId, u32), Vec<Secret>>,
    audiences: HashMap<(AudienceId, u32), Vec<Secret>>,
    streams: HashMap<(ScopeId, ChainKey), Vec<Secret>>,
    stream_entries: HashMap<EntryId, bool>,
    /// Shared, not copied: a keychain is cloned for threads, and what moves leaves copies on stacks.
    member: Option<(MemberId, Arc<Secret>)>,
    gifts: gifts::Gifts,
    content_keys: HashMap<DocId, Vec<Secret>>,
    /// By document and generation: whoever was given the key of one generation may be recused from the next.
    own_content_keys: HashMap<(DocId, u32), Secret>,
    /// Personal keys of older generations, as a newer one passed them on.
    old_keys: HashMap<(DocId, u32, ChainKey), Vec<Secret>>,
    pub(crate) own_device: DeviceId,
    tried_grants: HashMap<EntryId, Tried>,
    /// How many grants each audience's epoch opened, or the member's own key: what to try first.
    granted: HashMap<Option<(AudienceId, u32)>, u64>,
    /// Raised with every key taken in: what was built with fewer keys is built anew.
    pub(crate) version: u64,
    tried_wraps: HashSet<(EntryId, [u8; 16], [u8; 32])>,
    /// Audiences of sites: no content key of a case is granted to them.
    ordinary: HashSet<AudienceId>,
}

/// What the grant of an entry was tried with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tried {
    /// It opened.
    Opened,
    /// With so many keys of readers, and so many content keys of the document: with none of them it opened.
    Shut {
        /// Keys of audiences, and the member's own.
        keys: usize,
        /// Content keys, for what was left in their drop boxes.
        contents: usize,
    },
}

/// Content keys of a case behind which a drop box is looked for: those of its births come first.
const BOXES_MAX: usize = 16;

fn insert<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Vec<Secret>>, key: K, secret: Secret) {
    let held = map.entry(key).or_default();
    if !held.contains(&secret) {
        held.push(secret);
    }
}

impl Keychain {
    /// No keys yet, on this device.
    pub(crate) fn on(own_device: DeviceId) -> Self {
        Self {
            open: HashMap::new(),
            false_open: HashMap::new(),
            audiences: HashMap::new(),
            streams: HashMap::new(),
            stream_entries: HashMap::new(),
            member: None,
            gifts: gifts::Gifts::default(),
            content_keys: HashMap::new(),
            own_content_keys: HashMap::new(),
            old_keys: HashMap::new(),
            own_device,
            tried_grants: HashMap::new(),
            granted: HashMap::new(),
            version: 0,
            tried_wraps: HashSet::new(),
            ordinary: HashSet::new(),
        }
    }

    /// Opens every wrap that is for this reader.
    pub(crate) fn absorb_wraps(&mut self, org: &OrgId, roster: &Roster, device: &[u8; 16], secrets: &ReaderSecrets) {
        self.member = secrets.member.clone();
        let of_sites = roster.audiences.iter().filter(|(_, audience)| audience.name.starts_with("site/"));
        self.ordinary = of_sites.map(|(id, _)| *id).collect();
        for held in &roster.wraps {
            let (target, epoch, wrap) = (&held.target, held.epoch, &held.wrapped);
            let key = if wrap.to == *device {
                &secrets.device_x
            } else {
                match &secrets.member {
                    Some((member, x)) if wrap.to == member.0 => x,
                    _ => continue,
                }
            };
            if !self.tried_wraps.insert((held.by, wrap.to, wrap.enc)) {
                continue;
            }
            let Some(secret) = open_wrap(key, org, target, epoch, &wrap.to, (&wrap.enc, &wrap.ct)) else { continue };
            match roster.audiences.get(&AudienceId(*target)) {
                // only what fits the epoch's public key is its secret: anybody may write a wrap
                Some(audience) => {
                    let pk = secret.kem_public();
                    if audience.epochs.iter().any(|e| e.epoch == epoch && e.pk == pk) {
                        self.version += 1;
                        insert(&mut self.audiences, (AudienceId(*target), epoch), secret);
                    }
                }
                None => self.accept_open(roster, ScopeId(*target), epoch, secret),
            }
        }
    }

    /// Takes an open key if it is the one its epoch's entry commits to.
    pub(crate) fn accept_open(&mut self, roster: &Roster, scope: ScopeId, epoch: u32, key: Secret) {
        let commitment = seal::open_key_commitment(&key);
        let epochs = roster.open_epochs.get(&scope).map_or(&[][..], Vec::as_slice);
        if epochs.iter().any(|e| e.epoch == epoch && e.commitment == commitment) {
            self.version += 1;
            insert(&mut self.open, (scope, epoch), key);
        }
    }

    pub(crate) fn add_open(&mut self, scope: ScopeId, epoch: u32, key: Secret) {
        self.version += 1;
        insert(&mut self.open, (scope, epoch), key);
    }

    /// Takes the open keys an invitation carries: until the log tells of the scope's epochs, as it says; from then on only
    /// the key an epoch commits to.
    pub(crate) fn add_invited(&mut self, roster: &Roster, open: &[OpenKey]) {
        for OpenKey { scope, epoch, key } in open {
            let commitment = seal::open_key_commitment(key);
            let at = (*scope, *epoch);
            let is_true = roster
                .open_epochs
                .get(scope)
                .is_none_or(|epochs| epochs.iter().any(|held| held.epoch == *epoch && held.commitment == commitment));
            let (into, from) = match is_true {
                true => (&mut self.open, &mut self.false_open),
                false => (&mut self.false_open, &mut self.open),
            };
            if into.get(&at).is_some_and(|held| held.contains(key)) {
                continue;
            }
            if let Some(held) = from.get_mut(&at) {
                held.retain(|other| other != key);
            }
            insert(into, at, key.clone());
            self.version += 1;
        }
        self.open.retain(|_, held| !held.is_empty());
    }

    /// Whether the open section of an entry opens only under a key that an altered invitation brought.
    pub(crate) fn is_falsely_sealed(&self, entry: &Entry) -> bool {
        let aad = entry.header().aad();
        let Some((named, bytes)) = entry.section(Layer::Open.code()) else { return false };
        let of_scope = self.false_open.iter().filter(|((scope, _), _)| *scope == entry.header().scope);
        of_scope
            .flat_map(|(_, keys)| keys)
            .any(|key| open_section(key, bytes, &aad, Layer::Open.code(), named.generation).is_ok())
    }

    pub(crate) fn add_audience(&mut self, audience: AudienceId, epoch: u32, secret: Secret) {
        self.version += 1;
        insert(&mut self.audiences, (audience, epoch), secret);
    }

    pub(crate) fn add_stream(&mut self, scope: ScopeId, chain: ChainKey, stream: Secret) {
        let held = self.streams.entry((scope, chain)).or_default();
        if !held.contains(&stream) {
            self.version += 1;
            held.push(stream);
        }
    }

    /// Keeps the pages under the keys that open others out of swap: audience secrets and the member's own.
    pub(crate) fn keep_in_memory(&self) {
        for secret in self.audiences.values().flatten().chain(self.member_secret()) {
            crate::keys::memory::keep_in_memory(secret);
        }
    }

    /// The open key of a scope's epoch.
    pub(crate) fn open_key(&self, scope: &ScopeId, epoch: u32) -> Option<&Secret> {
        self.open.get(&(*scope, epoch))?.first()
    }

    /// The newest open key held of a scope.
    pub(crate) fn newest_open(&self, scope: &ScopeId) -> Option<(u32, &Secret)> {
        self.open
            .iter()
            .filter(|((held, _), _)| held == scope)
            .max_by_key(|((_, epoch), _)| *epoch)
            .and_then(|((_, epoch), keys)| Some((*epoch, keys.first()?)))
    }

    /// An audience epoch's secret that fits its public key.
    pub(crate) fn audience_secret(&self, audience: &AudienceId, epoch: u32, pk: &[u8; 32]) -> Option<&Secret> {
        self.audiences.get(&(*audience, epoch))?.iter().find(|secret| secret.kem_public() == *pk)
    }

    /// The secrets held of an audience's epoch, that of a rival entry included.
    pub(crate) fn audience_secrets_at(&self, audience: &AudienceId, epoch: u32) -> impl Iterator<Item = &Secret> {
        self.audiences.get(&(*audience, epoch)).into_iter().flatten()
    }

    /// What tells one set of sites' audiences from another: zeros where none is held.
    pub(crate) fn site_audiences_tag(&self, roster: &Roster) -> [u8; 8] {
        let is_site = |id: &AudienceId| roster.audiences.get(id).is_some_and(|held| held.name.starts_with("site/"));
        let mut held: Vec<_> = self.audiences.keys().filter(|(id, _)| is_site(id)).collect();
        held.sort_unstable();
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 site audiences v1");
        for (id, epoch) in &held {
            hasher.update(&id.0).update(&epoch.to_be_bytes());
        }
        let mut tag = [0; 8];
        if !held.is_empty() {
            tag.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        }
        tag
    }

    /// The secrets of all audience epochs held.
    pub(crate) fn audience_secrets(&self) -> impl Iterator<Item = &Secret> {
        self.audiences.values().flatten()
    }

    /// True when some epoch of the audience is held.
    pub(crate) fn reads_audience(&self, audience: &AudienceId) -> bool {
        self.audiences.keys().any(|(held, _)| held == audience)
    }

    /// The X25519 secret of the unlocked member.
    fn member_secret(&self) -> Option<&Secret> {
        self.member.as_ref().map(|(_, x)| &**x)
    }

    /// True when some epoch of an audience that is no site's is held.
    pub(crate) fn reads_named_audience(&self) -> bool {
        self.audiences.keys().any(|(held, _)| !self.ordinary.contains(held))
    }

    /// Opens a `keys` entry, once.
    pub(crate) fn absorb_keys_entry(&mut self, org: &OrgId, entry: &Entry) {
        if self.stream_entries.get(&entry.id()) == Some(&true) {
            return;
        }
        let header = entry.header();
        let Some((_, section)) = entry.section(LAYER_GRANT) else { return };
        if let Ok(grant) = cbor::decode::<RoleGrant>(section) {
            self.stream_entries.insert(entry.id(), true);
            return self.absorb_role_grant(org, &header.scope, &grant);
        }
        let Ok(grant) = cbor::decode::<StreamGrant>(section) else { return };
        let chain = (org, &header.scope, &header.device, &header.incarnation);
        let opened: Option<Secret> = self
            .audiences
            .get(&(grant.audience, grant.epoch))
            .and_then(|secrets| secrets.iter().find_map(|secret| grant.open(chain, secret)));
        self.stream_entries.insert(entry.id(), opened.is_some());
        if let Some(stream) = opened {
            self.add_stream(header.scope, ChainKey::of(header), stream);
        }
    }

    /// Tries the slots of an entry's grant section with everything held, once per set of keys: keys of readers, and the
    /// content keys of the document, by which what strangers left for its readers opens.
    pub(crate) fn absorb_grant(&mut self, org: &OrgId, entry: &Entry) {
        let Some((_, section)) = entry.section(LAYER_GRANT) else { return };
        let named = || self.audiences.iter().filter(|((audience, _), _)| !self.ordinary.contains(audience));
        let keys: usize = named().map(|(_, held)| held.len()).sum::<usize>() + usize::from(self.member.is_some());
        let header = entry.header();
        let contents = self.content_keys(&header.doc).len();
        let (tried_keys, tried_contents) = match self.tried_grants.get(&entry.id()) {
            Some(Tried::Opened) => return,
            Some(Tried::Shut { keys, contents }) => (*keys, *contents),
            None => (0, 0),
        };
        if tried_keys == keys && tried_contents >= contents {
            return;
        }
        self.tried_grants.insert(entry.id(), Tried::Shut { keys, contents });
        let Ok(grant) = cbor::decode::<GrantSection>(section) else { return };
        let Some((named, section)) = entry.section(Layer::Sensitive.code()) else { return };
        let aad = header.aad();
        let context = (org, &header.scope, &header.doc);
        // a slot counts only once a section under its key opens: HPKE's cipher does not commit to its key
        let opens = |(layer, key): &(u8, Secret)| {
            *layer == Layer::Sensitive.code()
                && open_section(key, section, &aad, Layer::Sensitive.code(), named.generation).is_ok()
        };
        // all slots hold one key: the first that opens is enough, and what opened most so far is tried first
        let audiences = self.audiences.iter().filter(|((audience, _), _)| !self.ordinary.contains(audience));
        let of_audiences = audiences.flat_map(|(of, held)| held.iter().map(|secret| (Some(*of), secret)));
        let all = of_audiences.chain(self.member_secret().map(|secret| (None, secret)));
        let mut readers: Vec<_> = all.filter(|_| tried_keys != keys).collect();
        readers.sort_by_key(|(of, _)| std::cmp::Reverse(self.granted.get(of).copied().unwrap_or(0)));
        let found = readers.into_iter().find_map(|(of, secret)| {
            let (_, key) = grant.open(context, &aad, secret).find(|slot| opens(slot))?;
            Some((of, key))
        });
        // else somebody who cannot read the case may have left it for whoever holds a key of it
        let found = found.map(|(of, key)| (Some(of), key)).or_else(|| {
            // strangers leave keys of their own, and behind those there is no box: a case has few births
            let boxes = self.content_keys(&header.doc).iter().take(BOXES_MAX).skip(tried_contents);
            boxes.map(|ck| drop_box_secret(context, ck)).find_map(|secret| {
                let (_, key) = grant.open(context, &aad, &secret).find(|slot| opens(slot))?;
                Some((None, key))
            })
        });
        let Some((of, key)) = found else { return };
        self.tried_grants.insert(entry.id(), Tried::Opened);
        if let Some(of) = of {
            *self.granted.entry(of).or_default() += 1;
            if header.device == self.own_device {
                self.own_content_keys.insert((header.doc, named.generation), key.clone());
            }
        }
        insert(&mut self.content_keys, header.doc, key);
        self.version += 1;
    }

    /// What tells one set of keys from another, content keys apart: which keys are held and how many of each, never the
    /// keys themselves, of which hashing would leave copies in memory. Keys are only ever added, so whoever holds the same
    /// ones opens the same.
    pub(crate) fn tag(&self) -> [u8; 8] {
        let mut held: Vec<Vec<u8>> = Vec::new();
        let mut add = |kind: u8, of: &[&[u8]], keys: usize| {
            held.push([&[kind], of.concat().as_slice(), &(keys as u64).to_be_bytes()].concat());
        };
        for ((scope, epoch), keys) in &self.open {
            add(0, &[&scope.0, &epoch.to_be_bytes()], keys.len());
        }
        for ((scope, epoch), keys) in &self.false_open {
            add(4, &[&scope.0, &epoch.to_be_bytes()], keys.len());
        }
        for ((audience, epoch), keys) in &self.audiences {
            add(1, &[&audience.0, &epoch.to_be_bytes()], keys.len());
        }
        for ((scope, chain), keys) in &self.streams {
            add(2, &[&scope.0, &chain.device.0, &chain.incarnation.0], keys.len());
        }
        add(3, &[], usize::from(self.member.is_some()));
        for (receiver, keys) in self.role_secrets() {
            add(5, &[receiver], keys);
        }
        held.sort_unstable();
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 keychain tag v1");
        for one in held {
            hasher.update(&(one.len() as u64).to_be_bytes()).update(&one);
        }
        let mut tag = [0; 8];
        tag.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        // zero stands for no keys looked at yet
        if tag == [0; 8] { [1; 8] } else { tag }
    }

    /// Takes over what another found out about grants with the same keys.
    pub(crate) fn take_contents(&mut self, other: Self) {
        for (doc, keys) in other.content_keys {
            for key in keys {
                insert(&mut self.content_keys, doc, key);
            }
        }
        self.own_content_keys.extend(other.own_content_keys);
        self.take_gifts(other.gifts);
        self.tried_grants.extend(other.tried_grants);
        for (of, grants) in other.granted {
            let held = self.granted.entry(of).or_default();
            *held = grants.max(*held);
        }
        self.version = self.version.max(other.version);
    }

    /// Forgets the content keys of all cases, to be taken anew from the grants that are held: a grant that was withdrawn
    /// gave its key to nobody, and nothing more may be written under it.
    pub(crate) fn forget_content_keys(&mut self) {
        self.content_keys.clear();
        self.own_content_keys.clear();
        self.tried_grants.clear();
        self.version += 1;
    }

    /// The content key this device itself minted for a document: the only one it writes under. Who writes under a
    /// stranger's key writes for whomever the stranger gave it to.
    pub(crate) fn own_content_key(&self, doc: &DocId, generation: u32) -> Option<&Secret> {
        self.own_content_keys.get(&(*doc, generation))
    }

    /// The stream keys held of a scope's chains.
    pub(crate) fn streams_of(&self, scope: &ScopeId) -> impl Iterator<Item = (ChainKey, &Secret)> {
        let of = self.streams.iter().filter(move |((held, _), _)| held == scope);
        of.flat_map(|((_, chain), secrets)| secrets.iter().map(|secret| (*chain, secret)))
    }

    /// Takes in the personal key of an older generation of a document in one chain.
    pub(crate) fn add_old_key(&mut self, doc: DocId, generation: u32, chain: ChainKey, key: Secret) {
        insert(&mut self.old_keys, (doc, generation, chain), key);
    }

    /// The content keys held of a document.
    pub(crate) fn content_keys(&self, doc: &DocId) -> &[Secret] {
        self.content_keys.get(doc).map_or(&[], Vec::as_slice)
    }

    /// Opens what this reader can open of an entry.
    pub(crate) fn open_entry(&self, entry: &Entry) -> DocEntry {
        let aad = entry.header().aad();
        let layers = Layer::ALL.map(|layer| self.open_layer(entry, layer, &aad));
        DocEntry { id: entry.id(), header: entry.header().clone(), layers }
    }

    /// Opens one layer of an entry.
    pub(crate) fn open_one(&self, entry: &Entry, layer: Layer) -> Opened {
        match entry.header().section(layer.code()) {
            Some(_) => self.open_layer(entry, layer, &entry.header().aad()),
            None => Opened::Absent,
        }
    }

    fn open_layer(&self, entry: &Entry, layer: Layer, aad: &[u8]) -> Opened {
        match self.try_layer(entry, layer, aad) {
            Some(Ok(plain)) => Opened::Plain(plain),
            // in no view: who broke the form is told by `verify`
            Some(Err(_)) => Opened::Unreadable,
            None if entry.section(layer.code()).is_some() => Opened::Unreadable,
            None if entry.header().section(layer.code()).is_some() => Opened::Missing,
            None => Opened::Absent,
        }
    }

    /// Sections that a key held here authenticates and that are not what a section holds: their writer broke the form.
    pub(crate) fn malformed(&self, entry: &Entry) -> Vec<(Layer, OpenError)> {
        let aad = entry.header().aad();
        let broken = |layer: Layer| Some((layer, self.try_layer(entry, layer, &aad)?.err()?));
        Layer::ALL.into_iter().filter_map(broken).collect()
    }

    /// A layer's section, by whichever key held authenticates it.
    fn try_layer(&self, entry: &Entry, layer: Layer, aad: &[u8]) -> Option<Result<Box<Plain>, OpenError>> {
        let header = entry.header();
        let (named, bytes) = entry.section(layer.code())?;
        let try_key = |key: &Secret| match open_section(key, bytes, aad, layer.code(), named.generation) {
            Err(OpenError::NotAuthentic) => None,
            opened => Some(opened.map(Box::new)),
        };
        let streams = || self.streams.get(&(header.scope, ChainKey::of(header))).into_iter().flatten();
        match layer {
            Layer::Open => {
                let epoch = u32::from_be_bytes([named.hint[4], named.hint[5], named.hint[6], named.hint[7]]);
                let at = (header.scope, epoch);
                let held = [&self.open, &self.false_open].into_iter().filter_map(|keys| keys.get(&at)).flatten();
                held.filter(|_| open_hint(epoch) == named.hint).find_map(try_key)
            }
            Layer::Personal => {
                let (chain, term) = (ChainKey::of(header), term_of_hint(&named.hint));
                let old = self.old_keys.get(&(header.doc, named.generation, chain));
                let given = self.given(&header.doc, named.generation, term, chain).iter();
                streams()
                    .find_map(|stream| try_key(&case_key(stream, &header.doc, named.generation, term)))
                    .or_else(|| given.chain(old.into_iter().flatten()).find_map(try_key))
            }
            Layer::Sensitive => self
                .content_keys(&header.doc)
                .iter()
                .filter(|ck| {
                    sensitive_hint(ck, &header.doc, &header.device, &header.incarnation, header.seq) == named.hint
                })
                .find_map(try_key),
        }
    }
}
