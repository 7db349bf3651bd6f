//! Founding, sites, invitations, joining, confirming; and the wraps a node owes to others.

pub(crate) mod absence;
pub(crate) mod called;
pub(crate) mod debts;
mod owed;
mod partners;
pub(crate) mod reach;
pub(crate) mod routing;
pub(crate) mod spoken;
pub(crate) mod tables;

use std::collections::BTreeMap;
use std::path::Path;

use crdt_model::compose::SectionPlan;
use crdt_model::roster::said;
use crdt_model::{cbor, name};

use crdt_model::entry::{AUTH_MAX, Kind, LAYER_GRANT};
use crdt_model::layer::{Layer, LayerDoc, LayerOp, Value};
use crdt_model::roster::{
    AudienceKey, Founding, HeldRole, Invitation, InviteOp, JoinOp, Member, OpenKey, Operation, PEOPLE_MAX, Person,
    PublicKeys, Reading, Roster, SiteKind, SiteOp, Standing, audience_of_name, knowledge_scope, role_profile,
    site_scope, six_words,
};
use crdt_model::seal::{self, ActorOf, FLAG_DROP_BOX, InviteGrant, Plain, Sealing, Secret, open_hint};
use crdt_model::taxonomy::{Capabilities, Coded, Taxonomy};
use crdt_model::values::{AudienceId, DocId, EntryId, MemberId, ScopeId};
use crdt_model::zone::Zone;
use ed25519_dalek::Signer;
use serde_json::{Value as Json, json};

pub(crate) use owed::due_wraps;
use owed::{owed_wraps, wrap_to};
pub(crate) use partners::due_epochs;

use crate::error::Failure;
use crate::keys::keyring::{
    Cost, DeviceSecrets, KEYRING_FILE, Keyring, MemberSecrets, NewKeyring, Passphrase, Secret as KeySecret, Signs,
};
use crate::log::draft::Draft;
use crate::log::now;
use crate::log::{Log, Reader, Shared, entropy, fresh, keyring_failure, meta, require_data_file, staff_doc};
use crate::members::called::{ID_DIGITS_MIN, clean_name, member_name, site_typed, sites_named, sites_near};
use crate::store::{self, STORE_FILE, Space, Store, StoreConfig, StoreId, StoreKey, Tx, private_file, sync_parent};
use serde::{Deserialize, Serialize};

/// How many founders must agree to change the root of the organisation: `needed` of `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roots {
    /// Signatures needed.
    pub needed: u8,
    /// Founders.
    pub of: u8,
}

/// An invitation lives this long unless told otherwise, milliseconds.
const INVITE_DEFAULT_MS: i64 = 30 * 86_400_000;
/// And at most this long.
const INVITE_MAX_MS: i64 = 366 * 86_400_000;
/// Size of a block of three-digit node numbers given to someone who enrols others.
const BLOCK: u32 = 60;
/// First number of the first block given away; the founder keeps 100 to 159.
const BLOCKS_FROM: u32 = 160;
/// Last three-digit number.
const BLOCKS_TO: u32 = 899;
/// Five-digit numbers continue here.
const WIDE_FROM: u32 = 90_000;
/// Merges after which an act is written whatever heads are left.
const MERGES_MAX: usize = 64;
/// Last node number.
const WIDE_TO: u32 = 99_999;

fn site_code(code: &str) -> Result<String, Failure> {
    let code = site_typed(code);
    if crdt_model::roster::is_site_code(&code) {
        Ok(code)
    } else {
        Err(Failure::new("bad_site_code").arg("site", code))
    }
}

/// A name that is several members'.
pub(crate) fn ambiguous(name: &str, ids: &[MemberId]) -> Failure {
    let ids = ids.iter().map(MemberId::short).collect::<Vec<_>>().join(", ");
    Failure::new("member_ambiguous").arg("member", name).arg("ids", ids)
}

fn site_kind(kind: &str) -> Result<SiteKind, Failure> {
    Ok(match kind {
        "office" => SiteKind::Office,
        "committee" => SiteKind::Committee,
        "region" => SiteKind::Region,
        "national" => SiteKind::National,
        "partner" => SiteKind::Partner,
        _ => {
            let kinds = ["office", "committee", "region", "national", "partner"].into_iter();
            return Err(Failure::not_in_taxonomy("kind", kind, kinds));
        }
    })
}

/// The code of a kind of site.
pub(crate) fn kind_code(kind: SiteKind) -> &'static str {
    match kind {
        SiteKind::Office => "office",
        SiteKind::Committee => "committee",
        SiteKind::Region => "region",
        SiteKind::National => "national",
        SiteKind::Partner => "partner",
    }
}

/// Fresh secrets of a device or member.
struct NewKeys {
    ed: Secret,
    x: Secret,
    data: Secret,
}

impl NewKeys {
    fn draw() -> Result<Self, Failure> {
        let mut entropy = entropy()?;
        Ok(Self { ed: entropy.secret(), x: entropy.secret(), data: entropy.secret() })
    }

    fn public(&self) -> PublicKeys {
        PublicKeys { ed: self.ed.signing_key().verifying_key().to_bytes(), x: self.x.kem_public() }
    }

    fn member(&self) -> MemberSecrets {
        let keys = self.public();
        MemberSecrets {
            member: seal::member_id(&keys.ed, &keys.x),
            ed: KeySecret::new(self.ed.0),
            x: KeySecret::new(self.x.0),
            data: KeySecret::new(self.data.0),
        }
    }
}

/// The cost of one guess at a passphrase. Tests that make many homes ask for the least the format allows.
pub(crate) fn cost() -> Cost {
    if cfg!(test) {
        return Cost::for_tests();
    }
    #[cfg(feature = "testing")]
    if std::env::var_os("BOUCLE_TEST_CHEAP_KDF").is_some() {
        return Cost::for_tests();
    }
    Cost::calibrated(spare_kib())
}

/// Memory that programs may still take, KiB, where the system says it.
fn spare_kib() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Makes the files of a home; nothing remains of a failed attempt.
fn make_home(
    home: &Path,
    device: &NewKeys,
    psk: &Secret,
    member: &MemberSecrets,
    passphrase: &Passphrase,
    first: impl FnOnce(&mut Tx<'_>) -> Result<(), Failure>,
) -> Result<Log, Failure> {
    let keys_path = home.join(KEYRING_FILE);
    let store_path = home.join(STORE_FILE);
    if keys_path.exists() {
        require_data_file(home)?;
        if is_whole(home, &keys_path, &store_path, passphrase) {
            return Err(Failure::new("already_initialised").arg("home", home.display()));
        }
        // cut off while it was made: nobody was told of anything in it
        let _ = std::fs::remove_file(&keys_path);
        let _ = std::fs::remove_file(&store_path);
    }
    std::fs::create_dir_all(home).map_err(|e| Failure::io(crate::error::IoOperation::Write, home, &e))?;
    restrict(home);
    set_aside(&store_path)?;
    let made = (|| {
        let mut entropy = entropy()?;
        let device_keys = DeviceSecrets {
            store_key: StoreKey::new(entropy.bytes()),
            device_ed: KeySecret::new(device.ed.0),
            device_x: KeySecret::new(device.x.0),
            transport_psk: KeySecret::new(psk.0),
        };
        let store_id = StoreId(entropy.bytes());
        let config = StoreConfig::new(store_id, device_keys.store_key.clone());
        let store = Store::create(&store_path, config)?;
        store.write(first)?;
        let new = NewKeyring {
            store_id,
            incarnation: crdt_model::values::Incarnation(entropy.bytes()),
            signs: Signs::read(home).map_err(|error| keyring_failure(&error, ""))?,
            device: device_keys,
            member,
            passphrase,
            cost: cost(),
        };
        let keyring =
            Keyring::create(&keys_path, new, store::os_entropy()).map_err(|error| keyring_failure(&error, ""))?;
        Log::assemble(home, store, keyring)
    })();
    if made.is_err() {
        let _ = std::fs::remove_file(&keys_path);
        let _ = std::fs::remove_file(&store_path);
    }
    made
}

/// False only for a home that opens with this passphrase and was never finished.
fn is_whole(home: &Path, keys: &Path, store: &Path, passphrase: &Passphrase) -> bool {
    let Ok(locked) = crate::keys::keyring::LockedKeyring::read(keys) else { return true };
    let Ok((keyring, _)) = locked.unlock(None, passphrase, store::os_entropy()) else { return true };
    let Ok(opened) = Store::open(store, keyring.store_config()) else { return home.join(STORE_FILE).exists() };
    let Ok(snapshot) = opened.read() else { return true };
    // where cases were written, it was finished, whatever a damaged page says
    let has_cases = snapshot.scopes().len() > crate::log::FOUNDING_SCOPES;
    has_cases || !matches!(snapshot.get(Space::Meta, meta::READY), Ok(None))
}

/// A store whose key file is gone opens for nobody today; it is kept all the same, under another name.
fn set_aside(store: &Path) -> Result<(), Failure> {
    if !store.exists() {
        return Ok(());
    }
    for n in 1..1_000 {
        let other = store.with_extension(format!("redb.{n}"));
        if !other.exists() {
            return std::fs::rename(store, &other)
                .map_err(|e| Failure::io(crate::error::IoOperation::Write, store, &e));
        }
    }
    Err(Failure::new("file_not_writable").arg("file", store.display()))
}

/// Only the owner may look into the folder.
fn restrict(home: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = std::fs::set_permissions(home, std::fs::Permissions::from_mode(0o700));
    }
    #[cfg(not(unix))]
    let _ = home;
}

fn root_code(secret: &Secret) -> String {
    let sum = blake3::derive_key("boucle 2026 root code checksum v1", &secret.0);
    let bytes = [secret.0.as_slice(), &sum[..4]].concat();
    format!("BOUCLEROOT1{}", data_encoding::BASE32_NOPAD.encode(&bytes))
}

/// What an organisation is founded with, as typed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Founder<'a> {
    pub(crate) org: &'a str,
    pub(crate) site: &'a str,
    pub(crate) member: &'a str,
    pub(crate) roots: Option<Roots>,
    /// IANA name of the zone in which days and weeks are counted; absent: UTC.
    pub(crate) zone: Option<&'a str>,
}

/// A site, as typed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NewSite<'a> {
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    /// Absent: the asking member's.
    pub(crate) parent: Option<&'a str>,
    pub(crate) org_unit: Option<&'a str>,
    /// IANA name; absent: that of the site above.
    pub(crate) zone: Option<&'a str>,
}

#[cfg(test)]
pub(crate) fn founder<'a>(org: &'a str, site: &'a str, member: &'a str) -> Founder<'a> {
    Founder { org, site, member, roots: None, zone: None }
}

#[cfg(test)]
pub(crate) fn new_site<'a>(code: &'a str, name: &'a str, kind: &'a str, parent: Option<&'a str>) -> NewSite<'a> {
    NewSite { code, name, kind, parent, ..NewSite::default() }
}

/// A zone that this program knows, by its name as the database writes it.
///
/// # Errors
///
/// `zone_unknown`, with those that may be meant.
pub fn known_zone(typed: &str) -> Result<String, Failure> {
    Zone::named(typed.trim()).map(|zone| zone.name().to_owned()).ok_or_else(|| {
        let near = Zone::near(typed).join(", ");
        Failure::new("zone_unknown").arg("zone", typed.trim()).arg("near", near)
    })
}

/// `boucle init`: founds an organisation in a new home.
pub(crate) fn init(
    home: &Path,
    founder: Founder<'_>,
    passphrase: &Passphrase,
    now_ms: i64,
) -> Result<(Log, Json), Failure> {
    let Founder { org, site, member, roots, zone } = founder;
    let (org_name, name, site) = (clean_name(org, "org")?, member_name(Taxonomy::shipped(), member)?, site_code(site)?);
    let zone = zone.map(known_zone).transpose()?;
    let roots = roots.unwrap_or(Roots { needed: 1, of: 1 });
    if roots.needed == 0 || roots.needed > roots.of || roots.of > 7 {
        return Err(Failure::new("bad_value").arg("field", "roots").arg("expected", "2-of-3"));
    }
    let mut entropy = entropy()?;
    let root_keys: Vec<Secret> = (0..roots.of).map(|_| entropy.secret()).collect();
    let (device, person) = (NewKeys::draw()?, NewKeys::draw()?);
    let founding = Founding {
        salt: entropy.bytes(),
        roots: root_keys.iter().map(|key| key.signing_key().verifying_key().to_bytes()).collect(),
        threshold: roots.needed.into(),
        cover: 0,
        device: device.public(),
        member: person.public(),
        site: site.clone(),
    };
    let org = founding.org();
    let message = founding.signed_message();
    let sigs = root_keys
        .iter()
        .take(roots.needed.into())
        .enumerate()
        .map(|(i, key)| (i as u32, key.signing_key().sign(&message).to_bytes()))
        .collect();
    let secrets = person.member();
    let id = secrets.member;
    let log = make_home(home, &device, &entropy.secret(), &secrets, passphrase, |tx| {
        tx.put(Space::Meta, meta::ORG, &org.0)?;
        tx.put(Space::Meta, meta::FORMAT, meta::FORMAT_VERSION)?;
        tx.put(Space::Meta, &meta::local_name(&id), name.as_bytes())?;
        Ok(())
    })?;
    log.admit_reader(secrets);
    let founded = found(&log, Operation::Genesis(founding, sigs), &org_name, (&site, zone), &id, now_ms);
    if let Err(failure) = founded {
        drop(log);
        let _ = std::fs::remove_file(home.join(KEYRING_FILE));
        let _ = std::fs::remove_file(home.join(STORE_FILE));
        return Err(failure);
    }
    let codes: Vec<String> = root_keys.iter().map(root_code).collect();
    let reply = json!({
        "org": org, "site": site, "member": name, "device": log.device, "zone": log.shared().roster.org_zone().name(),
        "roots": {"needed": roots.needed, "of": roots.of, "keys": codes},
        "warnings": if roots.of == 1 { vec!["single_root"] } else { vec![] },
    });
    Ok((log, reply))
}

/// Genesis, root site, audiences, open keys and names, in as few transactions as their order allows.
fn found(
    log: &Log,
    genesis: Operation,
    org_name: &str,
    (site, zone): (&str, Option<String>),
    member: &MemberId,
    now_ms: i64,
) -> Result<(), Failure> {
    log.append_membership(vec![(genesis, None)])?;
    let root = SiteOp {
        code: site.to_owned(),
        name: org_name.to_owned(),
        kind: SiteKind::National,
        parent: None,
        org_unit: None,
    };
    let mut operations = vec![(Operation::Site(root), None)];
    operations.extend(zone.map(|zone| (Operation::SiteZone { site: site.to_owned(), zone }, None)));
    let shared = log.shared();
    let mut entropy = entropy()?;
    for audience in shared.taxonomy.audiences.iter() {
        operations.push((new_audience(log, &shared, audience.code(), &[*member], &mut entropy)?, None));
    }
    operations.push((new_audience(log, &shared, &format!("site/{site}"), &[*member], &mut entropy)?, None));
    for scope in [knowledge_scope(&log.org), site_scope(&log.org, site)] {
        operations.push((new_open_epoch(log, &shared, scope, &mut entropy)?, None));
    }
    log.append_membership(operations)?;
    let reader = log.reader(member).ok_or_else(|| Failure::new("locked").arg("member", ""))?;
    let mut reader = crate::log::locked(&reader);
    log.refresh_reader(&mut reader)?;
    write_staff(log, &mut reader, &[("org".to_owned(), org_name.to_owned())], now_ms)?;
    log.refresh_reader(&mut reader)?;
    publish_name(log, &mut reader, now_ms)?;
    log.store.write(|tx| tx.put(Space::Meta, meta::READY, &[1]))?;
    log.refresh()
}

/// The first epoch of an audience, with its secret to these members.
fn new_audience(
    log: &Log,
    shared: &Shared,
    name: &str,
    holders: &[MemberId],
    entropy: &mut seal::Entropy,
) -> Result<Operation, Failure> {
    let audience = audience_of_name(&log.org, name);
    let secret = entropy.secret();
    let mut wraps = Vec::with_capacity(holders.len());
    for holder in holders {
        let Some(member) = shared.roster.members.get(holder) else { continue };
        wraps.extend(wrap_to(log, &secret, audience.0, 1, (&holder.0, &member.keys.x)));
    }
    Ok(Operation::AudienceEpoch { audience, name: name.to_owned(), epoch: 1, suite: 1, pk: secret.kem_public(), wraps })
}

/// The first open key of a scope, to every device that may read.
fn new_open_epoch(
    log: &Log,
    shared: &Shared,
    scope: ScopeId,
    entropy: &mut seal::Entropy,
) -> Result<Operation, Failure> {
    let key = entropy.secret();
    let mut wraps = Vec::new();
    for (id, device) in &shared.roster.devices {
        if reads_open(&shared.roster, id) {
            wraps.extend(wrap_to(log, &key, scope.0, 1, (&id.0, &device.keys.x)));
        }
    }
    Ok(Operation::OpenEpoch { scope, epoch: 1, commitment: seal::open_key_commitment(&key), wraps })
}

/// A live member of the device may read codes and dates.
fn reads_open(roster: &Roster, device: &crdt_model::values::DeviceId) -> bool {
    roster
        .members
        .values()
        .any(|m| m.device == *device && m.is_live() && m.capabilities().contains(Capabilities::READ_OPEN))
}

/// A role opens the personal layer of a site's cases.
pub(crate) fn role_reads_site(roster: &Roster, role: &str, at: &str, site: &str) -> bool {
    Reading::of(roster).by_role(role, at, site)
}

pub(crate) fn reads_site(roster: &Roster, member: &Member, site: &str) -> bool {
    Reading::of(roster).by_member(member, site)
}

/// Sensitive audiences a member's roles belong to.
fn audiences_of(member: &Member) -> Vec<String> {
    let mut codes: Vec<String> = member.profiles().flat_map(|profile| profile.audiences).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// The member's standing in the roster, or the refusal a person reads.
pub(crate) fn require(shared: &Shared, member: &MemberId, right: Capabilities) -> Result<(), Failure> {
    let held = match shared.roster.members.get(member) {
        // what is written would reach nobody, ever
        Some(held) if held.uninvited => {
            return Err(Failure::new("invitation_void").arg("by", inviter_of(shared, held)));
        }
        // suspended until somebody picks: what is written meanwhile is kept, and shown for what it is
        Some(held) if held.standing != Standing::Void => held.capabilities(),
        Some(_) => return Err(Failure::new("member_void").arg("member", shared.name(member))),
        // a newcomer whose Invite has not arrived works by its invitation
        None => shared.pinned().and_then(|i| role_profile(&i.role)).map_or(Capabilities::NONE, |p| p.capabilities),
    };
    if held.contains(right) {
        return Ok(());
    }
    let role = shared.roster.members.get(member).map_or("", |m| m.role());
    Err(Failure::new("not_permitted").arg("role", role))
}

/// Members of the device that an invitation came from.
pub(crate) fn inviter_of(shared: &Shared, member: &Member) -> String {
    let by = shared.roster.inviting_device(&member.invite);
    let inviters = shared.roster.members.iter().filter(|(_, other)| Some(other.device) == by);
    shared.names_of(inviters.map(|(id, _)| *id))
}

/// The member manages people of this rank at this site, by what an entry written now knows; else whom to ask.
fn require_managing(shared: &Shared, member: &MemberId, site: &str, rank: u8) -> Result<(), Failure> {
    let roster = &shared.roster;
    if roster.founding.is_none() {
        return Err(Failure::new("sync_first"));
    }
    require(shared, member, Capabilities::MANAGE_SITE)?;
    if roster.manages(member, site, rank) {
        return Ok(());
    }
    let others = roster.managers_of(site, rank).into_iter().filter(|other| other != member);
    let who = shared.names_of(others);
    let role = roster.members.get(member).map_or("", |held| held.role());
    let refused = match roster.has_reach(member, Capabilities::MANAGE_SITE, site) {
        true => Failure::new("not_permitted"),
        false => Failure::new("not_in_reach").arg("site", site),
    };
    Err(refused.arg("role", role).arg("who", who))
}

/// Joins the heads of the membership until one entry can name them all: what is written next knows all that is known
/// here, and is judged by it.
pub(crate) fn know_all(log: &Log) -> Result<(), Failure> {
    for _ in 0..MERGES_MAX {
        if log.shared().roster.heads.len() <= AUTH_MAX {
            break;
        }
        log.append_membership(vec![(Operation::Merge, None)])?;
    }
    Ok(())
}

/// `boucle site add`.
pub(crate) fn site_add(log: &Log, reader: &mut Reader, site: NewSite<'_>) -> Result<Json, Failure> {
    let NewSite { code, name, kind, parent, org_unit, zone } = site;
    let _writer = log.lock_writer();
    let shared = log.shared();
    if shared.roster.founding.is_none() {
        return Err(Failure::new("sync_first"));
    }
    require(&shared, &reader.member(), Capabilities::MANAGE_ORG)?;
    let (code, name, kind) = (site_code(code)?, clean_name(name, "name")?, site_kind(kind)?);
    let org_unit = org_unit.map(|unit| clean_name(unit, "org_unit")).transpose()?;
    let zone = zone.map(known_zone).transpose()?;
    if shared.roster.sites.contains_key(&code) {
        return Err(Failure::new("site_exists").arg("site", code));
    }
    let parent = match parent {
        Some(parent) => routing::open_site(&shared, parent)?,
        None => own_site(&shared, &reader.member()),
    };
    must_reach(&shared, &reader.member(), &parent, Capabilities::MANAGE_ORG)?;
    know_all(log)?;
    let shared = log.shared();
    let op = SiteOp { code: code.clone(), name: name.clone(), kind, parent: Some(parent.clone()), org_unit };
    let mut entropy = entropy()?;
    // nobody works there yet: whoever reads it reads the site above, with what lies below that. A partner's is read by
    // nobody above, and whoever makes it holds its first key to invite with
    let below = |held: &HeldRole| kind != SiteKind::Partner && Reading::of(&shared.roster).below(held, &parent);
    let reads = |member: &Member| member.roles.iter().any(below);
    let holders: Vec<MemberId> = shared
        .roster
        .members
        .iter()
        .filter(|(id, m)| m.is_live() && (**id == reader.member() || reads(m)))
        .map(|(id, _)| *id)
        .collect();
    let audience = new_audience(log, &shared, &format!("site/{code}"), &holders, &mut entropy)?;
    let open = new_open_epoch(log, &shared, site_scope(&log.org, &code), &mut entropy)?;
    // a site without its keys would be one that nobody could write for
    let mut operations = vec![(Operation::Site(op), None), (audience, None), (open, None)];
    operations.extend(zone.map(|zone| (Operation::SiteZone { site: code.clone(), zone }, None)));
    log.append_membership(operations)?;
    let zone = log.shared().roster.zone_of(&code).name().to_owned();
    Ok(json!({"site": code, "name": name, "kind": kind_code(kind), "parent": parent, "zone": zone}))
}

/// Refuses what somebody would do to a site that their right does not reach, naming whose does.
fn must_reach(shared: &Shared, member: &MemberId, site: &str, right: Capabilities) -> Result<(), Failure> {
    let reaches = |id: &MemberId| shared.roster.has_reach(id, right, site);
    if reaches(member) {
        return Ok(());
    }
    let others = shared.roster.members.iter().filter(|(id, member)| member.is_live() && reaches(id));
    let who = shared.names_of(others.map(|(id, _)| *id));
    let role = shared.roster.members.get(member).map_or("", |held| held.role());
    Err(Failure::new("not_in_reach").arg("site", site).arg("role", role).arg("who", who))
}

/// `boucle site list`.
pub(crate) fn site_list(log: &Log) -> Json {
    let shared = log.shared();
    let sites = shared.roster.sites.values().map(|site| {
        json!({"site": site.op.code, "name": said::name_of(&shared.roster, &site.op.code), "kind": kind_code(site.op.kind),
                   "closed": said::is_closed(&shared.roster, &site.op.code),
                   "parent": site.op.parent, "org_unit": site.op.org_unit,
                   "zone": shared.roster.zone_of(&site.op.code).name(),
                   "own_zone": shared.roster.zone_said(&site.op.code),
                   "hours": said::hours_of(&shared.roster, &site.op.code).map(|hours| hours.to_string())})
    });
    sites.collect()
}

/// The code of a site, from its code or its name as it is typed.
///
/// # Errors
///
/// `site_not_found`, with what may be meant; `site_ambiguous`.
pub(crate) fn known_site(shared: &Shared, typed: &str) -> Result<String, Failure> {
    let code = site_typed(typed);
    let own = shared.pinned().is_some_and(|i| i.site == code);
    if own || shared.roster.sites.contains_key(&code) {
        return Ok(code);
    }
    match sites_named(shared, typed).as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            let near = sites_near(shared, typed).join(", ");
            Err(Failure::new("site_not_found").arg("site", typed.trim()).arg("near", near))
        }
        several => Err(Failure::new("site_ambiguous").arg("site", typed.trim()).arg("near", several.join(", "))),
    }
}

/// The site a member works at.
pub(crate) fn own_site(shared: &Shared, member: &MemberId) -> String {
    match shared.roster.members.get(member) {
        Some(held) => held.site().to_owned(),
        None => shared.pinned().map(|i| i.site.clone()).unwrap_or_default(),
    }
}

/// `boucle invite`.
pub(crate) fn invite(
    log: &Log,
    reader: &mut Reader,
    site: &str,
    role: &str,
    expires_ms: Option<i64>,
    out: Option<&str>,
    now_ms: i64,
) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    let shared = log.shared();
    let site = routing::open_site(&shared, site)?;
    let Some(profile) = role_profile(role) else {
        return Err(Failure::not_in_taxonomy("role", role, shared.taxonomy.roles.codes()));
    };
    require_managing(&shared, &reader.member(), &site, profile.rank)?;
    let lifetime = expires_ms.unwrap_or(INVITE_DEFAULT_MS);
    if !(60_000..=INVITE_MAX_MS).contains(&lifetime) {
        return Err(Failure::new("bad_value").arg("field", "expires").arg("expected", "1m … 366d"));
    }
    let invitation = make_invitation(log, &shared, reader, role, &site, now_ms + lifetime)?;
    // before anybody is told of an invitation, there is a place to keep it in
    let file = out.map(|path| Reserved::begin(Path::new(path), invitation.to_text().len())).transpose()?;
    know_all(log)?;
    let text = append_invitation(log, &shared, reader, invitation)?;
    if let Some(file) = file {
        file.fill(&text)?;
    }
    let expires = crdt_model::values::moment::rfc3339(now_ms + lifetime);
    Ok(json!({"invitation": text, "file": out, "expires": expires, "site": site, "role": role}))
}

/// Writes the Invite of an invitation, with the keys it brings. Gives the text code.
pub(crate) fn append_invitation(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    mut invitation: Invitation,
) -> Result<String, Failure> {
    let op: InviteOp = invitation.as_invite_op();
    let grant = invite_grant(log, shared, reader, &invitation.role, &invitation.site);
    let mut entropy = entropy()?;
    let sealed = grant.seal(&log.org, &op.kem_pk, &mut entropy).ok_or_else(|| Failure::new("unexpected"))?;
    let ids = log.append_membership(vec![(Operation::Invite(op), Some(sealed))])?;
    invitation.invite = ids[0];
    Ok(invitation.to_text())
}

/// What somebody of this role is told at this site, but for its Invite, which is not written yet.
pub(crate) fn make_invitation(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    role: &str,
    site: &str,
    not_after_ms: i64,
) -> Result<Invitation, Failure> {
    let capabilities = role_profile(role).map_or(Capabilities::NONE, |profile| profile.capabilities);
    let founding = shared.roster.founding.as_ref().ok_or_else(|| Failure::new("sync_first"))?;
    let (nodes, block) = numbers(log, shared, capabilities.contains(Capabilities::MANAGE_SITE))?;
    let own = format!("site/{site}");
    let audiences: Vec<AudienceKey> = shared
        .roster
        .audiences
        .values()
        .filter(|audience| !audience.name.starts_with("site/") || audience.name == own)
        .filter_map(|audience| {
            let current = audience.current()?;
            Some(AudienceKey { name: audience.name.clone(), epoch: current.epoch, pk: current.pk })
        })
        .collect();
    let reads_open = capabilities.contains(Capabilities::READ_OPEN);
    let scopes = [site_scope(&log.org, site), knowledge_scope(&log.org)].into_iter().filter(|_| reads_open);
    let newest = |scope: ScopeId| {
        let (epoch, key) = reader.keychain.newest_open(&scope)?;
        Some(OpenKey { scope, epoch, key: key.clone() })
    };
    let salt: [u8; 16] = entropy()?.bytes();
    let people = invited_people(log, shared, reader, site, &salt, &audiences);
    Ok(Invitation {
        open: scopes.filter_map(newest).collect(),
        salt,
        people,
        org: log.org,
        root_set_hash: founding.root_set_hash(),
        invite: EntryId::ZERO,
        psk: log.psk.clone(),
        seed: Secret(fresh()?),
        role: role.to_owned(),
        site: site.to_owned(),
        not_after_ms: u64::try_from(not_after_ms).unwrap_or_default(),
        nodes,
        block,
        audiences,
        addresses: Vec::new(),
    })
}

/// Who a newcomer may have to recuse before it has met anyone: whoever reads a sensitive audience, the inviter, and
/// whoever works at the newcomer's site. Ids and keys; no name.
fn invited_people(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    site: &str,
    salt: &[u8; 16],
    audiences: &[AudienceKey],
) -> Vec<Person> {
    let mut reads: BTreeMap<MemberId, Vec<u32>> = BTreeMap::new();
    for (at, audience) in (0_u32..).zip(audiences).filter(|(_, audience)| !audience.name.starts_with("site/")) {
        for member in audience_members(log, shared, &audience_of_name(&log.org, &audience.name)) {
            reads.entry(member).or_default().push(at);
        }
    }
    let at_site = shared.roster.members.iter().filter(|(_, m)| m.is_live() && m.site() == site).map(|(id, _)| *id);
    // whoever must be able to open comes first
    let mut ids: Vec<MemberId> = reads.keys().copied().collect();
    for id in std::iter::once(reader.member()).chain(at_site) {
        if !reads.contains_key(&id) && !ids.contains(&id) {
            ids.push(id);
        }
    }
    let person = |id: MemberId| {
        let held = shared.roster.members.get(&id)?;
        let tag = shared.names.get(&id).map_or([0; 8], |name| Invitation::name_tag(salt, name));
        let roles = held.roles.iter().map(|held| held.role.clone()).take(8).collect();
        Some(Person { member: id, x: held.keys.x, tag, roles, audiences: reads.get(&id).cloned().unwrap_or_default() })
    };
    ids.into_iter().take(PEOPLE_MAX).filter_map(person).collect()
}

/// Three free numbers of this device's block, and a block for someone who will enrol others.
#[expect(clippy::type_complexity, reason = "the pair is taken apart at the one call site")]
fn numbers(log: &Log, shared: &Shared, enrols: bool) -> Result<([u32; 3], Option<(u32, u32)>), Failure> {
    let roster = &shared.roster;
    let device = roster.devices.get(&log.device).ok_or_else(|| Failure::new("sync_first"))?;
    let founder = roster.founding.as_ref().is_some_and(|f| f.device == device.keys);
    let given: std::collections::BTreeSet<u32> = roster.invites.values().flat_map(|i| i.op.nodes).collect();
    let mut blocks: Vec<(u32, u32)> = device.block.into_iter().collect();
    if founder {
        blocks.push((WIDE_FROM + 6_000, WIDE_TO));
    }
    let numbers = blocks.into_iter().flat_map(|(first, last)| first..=last);
    let mut free = numbers.filter(|n| !given.contains(n) && !device.nodes.contains(n));
    let mut next = || free.next().ok_or_else(|| Failure::new("no_numbers_left"));
    let nodes = [next()?, next()?, next()?];
    let blocks = if enrols && founder { free_block(roster) } else { None };
    Ok((nodes, blocks))
}

/// The keys an invitation carries: open keys, and the ordinary audiences the role reads.
fn invite_grant(log: &Log, shared: &Shared, reader: &Reader, role: &str, site: &str) -> InviteGrant {
    let roster = &shared.roster;
    let mut grant = InviteGrant::default();
    let reads_open = role_profile(role).is_some_and(|p| p.capabilities.contains(Capabilities::READ_OPEN));
    if reads_open {
        for (scope, epochs) in &roster.open_epochs {
            for held in epochs {
                if let Some(key) = reader.keychain.open_key(scope, held.epoch) {
                    grant.open.push((*scope, held.epoch, key.clone()));
                }
            }
        }
    }
    for known in roster.sites.values().filter(|known| role_reads_site(roster, role, site, &known.op.code)) {
        let audience = seal::ordinary_audience(&log.org, &known.scope);
        for epoch in roster.audiences.get(&audience).map_or(&[][..], |a| &a.epochs) {
            if let Some(secret) = reader.keychain.audience_secret(&audience, epoch.epoch, &epoch.pk) {
                grant.audiences.push((audience, epoch.epoch, secret.clone()));
            }
        }
    }
    grant
}

/// Audiences a member is entitled to: ordinary ones of the sites its roles read, of a partner's once confirmed; sensitive
/// ones once confirmed.
fn entitled(log: &Log, shared: &Shared, member: &Member) -> Vec<AudienceId> {
    let roster = &shared.roster;
    let mut audiences: Vec<AudienceId> = roster
        .sites
        .values()
        .filter(|site| reads_site(roster, member, &site.op.code))
        .filter(|site| member.standing == Standing::Confirmed || !Reading::of(roster).is_partners(&site.op.code))
        .map(|site| seal::ordinary_audience(&log.org, &site.scope))
        .collect();
    let confirmed = roster.invites.get(&member.invite).and_then(|invite| invite.confirmed_by);
    // nobody makes themselves a reader of allegations by inviting and confirming a second self
    if member.standing == Standing::Confirmed && confirmed.is_some_and(|(_, rank)| rank <= 1) {
        audiences.extend(audiences_of(member).iter().map(|code| seal::named_audience(&log.org, code)));
    }
    audiences
}

/// After its Join is confirmed an invitation's keys are of no more use here: they come by wraps. Dropped, so that an
/// old sheet with an old log opens nothing.
pub(crate) fn drop_spent_grants(log: &Log) -> Result<(), Failure> {
    let shared = log.shared();
    let snapshot = log.store.read()?;
    let mut spent = Vec::new();
    for invite in shared.roster.invites.values().filter(|i| i.confirmed.is_some() || i.ended) {
        for stored in snapshot.entry(&invite.entry)?.into_iter().chain(snapshot.carriers(&invite.entry)?) {
            let mut entry = log.decode(&stored.bytes)?;
            if entry.section(LAYER_GRANT).is_some() {
                entry.drop_section(LAYER_GRANT);
                spent.push(entry);
            }
        }
    }
    drop(snapshot);
    if spent.is_empty() {
        return Ok(());
    }
    log.store.write(|tx| {
        for entry in &spent {
            tx.replace_entry_bytes(&entry.id(), &entry.encode())?;
        }
        Ok(())
    })
}

/// Writes the member's own name into the staff document, once the key for it is held.
pub(crate) fn publish_name(log: &Log, reader: &mut Reader, now_ms: i64) -> Result<bool, Failure> {
    let member = reader.member();
    let snapshot = log.store.read()?;
    let done = snapshot.get(Space::Meta, &meta::named(&member))?.is_some();
    let name = snapshot.get(Space::Meta, &meta::local_name(&member))?;
    drop(snapshot);
    let Some(name) = name.filter(|_| !done) else { return Ok(false) };
    if reader.keychain.newest_open(&knowledge_scope(&log.org)).is_none() {
        return Ok(false);
    }
    let name = String::from_utf8_lossy(&name).into_owned();
    write_staff(log, reader, &[(format!("member/{member}"), name)], now_ms)?;
    log.store.write(|tx| tx.put(Space::Meta, &meta::named(&member), &[1]))?;
    log.refresh()?;
    Ok(true)
}

/// `boucle member list`.
pub(crate) fn member_list(log: &Log) -> Json {
    let shared = log.shared();
    let unlocked = log.unlocked();
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for id in shared.roster.members.keys() {
        *named.entry(name::folded(&shared.name(id))).or_default() += 1;
    }
    let members = shared.roster.members.iter().map(|(id, member)| {
        let namesakes = named.get(&name::folded(&shared.name(id))).is_some_and(|n| *n > 1);
        let device = shared.roster.devices.get(&member.device);
        let words = device.map(|d| six_words(&log.org, &member.invite_pk, &d.keys, &member.keys));
        json!({
            "member": shared.name(id), "id": id, "role": member.role(), "site": member.site(),
            "roles": member.roles.iter().map(|held| held.role.clone()).collect::<Vec<_>>(),
            "device": member.device, "confirmed": member.standing == Standing::Confirmed,
            "suspended": member.standing == Standing::Suspended, "revoked": member.standing == Standing::Void,
            "standing": standing_code(member), "altered": member.altered, "namesakes": namesakes,
            "until": Json::Null, "here": member.device == log.device, "unlocked": unlocked.contains(id),
            "words": words,
        })
    });
    members.collect()
}

/// Members by name or by the first digits of the id.
pub(crate) fn find_member(shared: &Shared, name: &str) -> Result<MemberId, Failure> {
    let digits = name::folded(name);
    let by_digits = |id: &&MemberId| digits.len() >= ID_DIGITS_MIN && id.to_string().starts_with(&digits);
    let mut meant = shared.called(name, shared.roster.members.keys());
    meant.extend(shared.roster.members.keys().filter(by_digits));
    meant.sort_unstable();
    meant.dedup();
    let (void, found): (Vec<MemberId>, Vec<MemberId>) =
        meant.into_iter().partition(|id| shared.roster.members.get(id).is_some_and(|m| m.standing == Standing::Void));
    match found.as_slice() {
        [one] => Ok(*one),
        [] if !void.is_empty() => Err(Failure::new("member_void").arg("member", name)),
        [] => {
            let names: Vec<String> = shared.roster.members.keys().map(|id| shared.name(id)).collect();
            let near = crdt_model::taxonomy::nearest(names.iter().map(String::as_str), name).join(", ");
            Err(Failure::new("member_not_found").arg("member", name).arg("near", near))
        }
        several => Err(ambiguous(name, several)),
    }
}

/// `boucle member confirm`: the six words were compared by voice.
pub(crate) fn member_confirm(log: &Log, reader: &mut Reader, name: &str, heard: &[String]) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    let shared = log.shared();
    let id = find_member(&shared, name)?;
    let member = &shared.roster.members[&id];
    if member.altered {
        return Err(Failure::new("invitation_altered").arg("member", shared.name(&id)));
    }
    // two on one invitation: the second cannot even tell its name, and the words of either may be the ones heard
    let suspended = |other: &Member| other.invite == member.invite && other.standing == Standing::Suspended;
    let rivals: Vec<MemberId> =
        shared.roster.members.iter().filter(|(_, other)| suspended(other)).map(|(id, _)| *id).collect();
    let digits = name::folded(name);
    if rivals.len() > 1 && !(digits.len() >= ID_DIGITS_MIN && id.to_string().starts_with(&digits)) {
        return Err(ambiguous(name, &rivals));
    }
    let device = shared.roster.devices.get(&member.device).ok_or_else(|| Failure::new("unexpected"))?;
    let words = six_words(&log.org, &member.invite_pk, &device.keys, &member.keys);
    if heard.is_empty() {
        let words: Vec<&str> = words.split(' ').collect();
        let namesakes = shared.has_namesakes(&id);
        let warnings = if namesakes { vec!["namesake"] } else { vec![] };
        return Ok(json!({
            "member": shared.name(&id), "id": id, "namesakes": namesakes, "words": words, "warnings": warnings,
        }));
    }
    let heard = heard.join(" ").to_lowercase();
    if heard.split_whitespace().collect::<Vec<_>>() != words.split(' ').collect::<Vec<_>>() {
        return Err(Failure::new("words_do_not_match").arg("member", shared.name(&id)));
    }
    if member.standing != Standing::Confirmed {
        require_confirming(log, &shared, &reader.member(), member)?;
        know_all(log)?;
        log.append_membership(vec![(Operation::Confirm(member.join), None)])?;
    }
    log.refresh_reader(reader)?;
    let shared = log.shared();
    // who lets somebody in waits for nobody else to give them their keys
    let device = member.device;
    let owed = owed_wraps(log, &shared, reader).into_iter().filter(|owed| owed.is_to(&id.0) || owed.is_to(&device.0));
    let owed: Vec<(Operation, Option<Vec<u8>>)> = owed.map(|owed| (owed.operation(), None)).collect();
    if !owed.is_empty() {
        log.append_membership(owed)?;
    }
    drop_spent_grants(log)?;
    let confirmed = log.shared().roster.members.get(&id).is_some_and(|m| m.standing == Standing::Confirmed);
    let namesakes = log.shared().has_namesakes(&id);
    let warnings = if namesakes { vec!["namesake"] } else { vec![] };
    Ok(json!({
        "member": shared.name(&id), "id": id, "namesakes": namesakes, "confirmed": confirmed, "warnings": warnings,
    }))
}

/// Whoever invited confirms, and whoever manages people of that rank at the newcomer's site.
fn require_confirming(log: &Log, shared: &Shared, confirming: &MemberId, member: &Member) -> Result<(), Failure> {
    let invite = shared.roster.invites.get(&member.invite);
    match invite {
        Some(invite) if invite.by == log.device => Ok(()),
        Some(invite) => require_managing(shared, confirming, &invite.op.site, member.rank()),
        None => require(shared, confirming, Capabilities::MANAGE_SITE),
    }
}

/// Members who hold an audience's current epoch.
pub(crate) fn audience_members(log: &Log, shared: &Shared, audience: &AudienceId) -> Vec<MemberId> {
    let Some(current) = shared.roster.audiences.get(audience).and_then(|a| a.current()) else { return Vec::new() };
    let holds = |id: &MemberId| {
        shared.roster.wraps.iter().any(|w| w.target == audience.0 && w.epoch == current.epoch && w.wrapped.to == id.0)
    };
    let entitled = |m: &Member| m.invite == EntryId::ZERO || entitled(log, shared, m).contains(audience);
    let members = shared.roster.members.iter().filter(|(id, m)| m.is_live() && holds(id) && entitled(m));
    members.map(|(id, _)| *id).collect()
}

/// `boucle audience list`.
pub(crate) fn audience_list(log: &Log, lang: &str) -> Json {
    let shared = log.shared();
    let taxonomy = shared.taxonomy;
    let audiences = taxonomy.audiences.iter().map(|audience| {
        let id = seal::named_audience(&log.org, audience.code());
        let members = audience_members(log, &shared, &id);
        let epoch = shared.roster.audiences.get(&id).and_then(|a| a.current()).map_or(0, |e| e.epoch);
        let few = (members.len() as u64) < u64::from(audience.minimum_holders);
        json!({
            "audience": audience.code(), "label": taxonomy.audiences.label(audience.code(), lang),
            "members": members.iter().map(|m| shared.name(m)).collect::<Vec<_>>(),
            "delegate": Json::Null, "alternate": audience.alternate, "epoch": epoch,
            "warnings": if few { vec!["too_few_holders"] } else { vec![] },
        })
    });
    audiences.collect()
}

/// Where a member stands, in a word.
fn standing_code(member: &Member) -> &'static str {
    match member.standing {
        _ if member.uninvited => "uninvited",
        Standing::Unconfirmed => "unconfirmed",
        Standing::Confirmed => "confirmed",
        Standing::Suspended => "suspended",
        Standing::Void => "void",
    }
}

/// The first block of numbers that nobody was given.
fn free_block(roster: &Roster) -> Option<(u32, u32)> {
    let taken: Vec<(u32, u32)> = roster.invites.values().filter_map(|i| i.op.block).collect();
    let narrow =
        (BLOCKS_FROM..).step_by(BLOCK as usize).map(|n| (n, n + BLOCK - 1)).take_while(|(_, l)| *l <= BLOCKS_TO);
    let wide = (WIDE_FROM..WIDE_FROM + 6_000).step_by(600).map(|n| (n, n + 599));
    narrow.chain(wide).find(|(first, last)| !taken.iter().any(|(f, l)| f <= last && first <= l))
}

/// A file that only its owner reads, made before what goes into it exists: where it cannot be written, nothing else is
/// changed. Removed again unless it is filled.
struct Reserved<'p> {
    file: std::fs::File,
    path: &'p Path,
    filled: bool,
}

impl<'p> Reserved<'p> {
    /// Room for `bytes` and a line end at `path`, where nothing stands yet.
    fn begin(path: &'p Path, bytes: usize) -> Result<Self, Failure> {
        use std::io::Write;
        let file = private_file(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Failure::new("file_exists").arg("file", path.display()).at("file", path.display())
            }
            _ => Failure::io(crate::error::IoOperation::Write, path, &error),
        })?;
        let mut reserved = Self { file, path, filled: false };
        let blank = vec![b' '; bytes + 1];
        let written = reserved.file.write_all(&blank).and_then(|()| reserved.file.sync_all());
        written.and_then(|()| sync_parent(path)).map_err(|error| reserved.failure(&error))?;
        Ok(reserved)
    }

    fn fill(mut self, text: &str) -> Result<(), Failure> {
        use std::io::{Seek, Write};
        let mut write = || {
            self.file.rewind()?;
            self.file.write_all(text.as_bytes())?;
            self.file.write_all(b"\n")?;
            self.file.set_len(text.len() as u64 + 1)?;
            self.file.sync_all()
        };
        let written = write();
        written.map_err(|error| self.failure(&error))?;
        self.filled = true;
        Ok(())
    }

    fn failure(&self, error: &std::io::Error) -> Failure {
        Failure::io(crate::error::IoOperation::Write, self.path, error)
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        if !self.filled {
            let _ = std::fs::remove_file(self.path);
        }
    }
}

/// `boucle join`: on a new home the organisation is joined, on one in use a member is added.
pub(crate) fn join(
    home: &Path,
    open: Option<&Log>,
    text: &str,
    member: &str,
    passphrase: &Passphrase,
    now_ms: i64,
) -> Result<(Option<Log>, Json), Failure> {
    let name = member_name(Taxonomy::shipped(), member)?;
    let invitation = Invitation::from_text(text).map_err(|error| Failure::new("invitation_bad").because(&error))?;
    let expired = i64::try_from(invitation.not_after_ms).unwrap_or(i64::MAX);
    if now_ms > expired {
        return Err(Failure::new("invitation_expired").arg("expired", crdt_model::values::moment::rfc3339(expired)));
    }
    let person = NewKeys::draw()?;
    let secrets = person.member();
    match open {
        None => {
            let device = NewKeys::draw()?;
            let id = secrets.member;
            let log = make_home(home, &device, &invitation.psk, &secrets, passphrase, |tx| {
                tx.put(Space::Meta, meta::ORG, &invitation.org.0)?;
                tx.put(Space::Meta, meta::FORMAT, meta::FORMAT_VERSION)?;
                keep_invitation(tx, 0, &invitation, &secrets)?;
                tx.put(Space::Meta, &meta::local_name(&id), name.as_bytes())?;
                Ok(())
            })?;
            let reply = finish_join(&log, &invitation, device.public(), &person, &name, |_| Ok(()))?;
            log.admit_reader(secrets);
            log.refresh()?;
            Ok((Some(log), reply))
        }
        Some(log) => {
            let _writer = log.lock_writer();
            if log.org != invitation.org {
                return Err(Failure::new("invitation_other_org"));
            }
            log.settle_joining(false)?;
            let shared = log.shared();
            if shared.invitations.iter().any(|held| held.invite == invitation.invite) {
                return Err(Failure::new("invitation_used"));
            }
            if !shared.called(&name, &shared.here).is_empty() {
                return Err(Failure::new("member_exists").arg("member", name));
            }
            // Keys first: a Join in the log whose keys are lost would be a member nobody can be. The rest is one
            // transaction, and until it is there the slot is marked: whoever opens the home next takes it back.
            log.keyring().add_member(&secrets, passphrase, cost()).map_err(|error| keyring_failure(&error, &name))?;
            let id = secrets.member;
            let n = shared.invitations.len();
            let device = PublicKeys { ed: log.device_ed.verifying_key().to_bytes(), x: log.device_x.kem_public() };
            let joined = finish_join(log, &invitation, device, &person, &name, |tx| {
                keep_invitation(tx, n, &invitation, &secrets)?;
                Ok(tx.put(Space::Meta, &meta::local_name(&id), name.as_bytes())?)
            });
            // also after a failure: it may have come too late to undo anything
            let settled = log.settle_joining(false);
            let reply = joined?;
            settled?;
            log.admit_reader(secrets);
            log.refresh()?;
            Ok((None, reply))
        }
    }
}

/// Keeps an invitation: its seed, which opens what the log holds for it, only under the member's own key.
fn keep_invitation(tx: &mut Tx<'_>, n: usize, invitation: &Invitation, member: &MemberSecrets) -> Result<(), Failure> {
    let access = member.store_access();
    tx.put_member(store::MemberSpace::Rows, &access, &meta::seed(&invitation.invite), &invitation.seed.0)?;
    let op = cbor::encode(&Operation::Invite(invitation.as_invite_op()));
    tx.put(Space::Meta, &meta::invite_op(n), &op)?;
    let bare = Invitation { seed: Secret([0; 32]), ..invitation.clone() };
    tx.put(Space::Meta, &meta::invitation(n), &cbor::encode(&bare))?;
    Ok(())
}

/// Writes the Join, with `also` in the same transaction.
fn finish_join(
    log: &Log,
    invitation: &Invitation,
    device: PublicKeys,
    person: &NewKeys,
    name: &str,
    also: impl FnOnce(&mut Tx<'_>) -> Result<(), Failure>,
) -> Result<Json, Failure> {
    let key = seal::invite_signing_key(&invitation.seed);
    let mut join = JoinOp {
        invite: invitation.invite,
        invite_pk: invitation.sign_pk(),
        device,
        member: person.public(),
        role: invitation.role.clone(),
        not_after_ms: invitation.not_after_ms,
        terms: invitation.terms(),
        sig: [0; 64],
        member_sig: [0; 64],
    };
    let message = join.signed_message(&log.org);
    join.sig = key.sign(&message).to_bytes();
    join.member_sig = person.ed.signing_key().sign(&message).to_bytes();
    let words = six_words(&log.org, &join.invite_pk, &join.device, &join.member);
    log.append_membership_with(vec![(Operation::Join(join), None)], |tx| {
        also(tx)?;
        Ok(tx.put(Space::Meta, meta::READY, &[1])?)
    })?;
    Ok(json!({
        "org": log.org, "site": invitation.site, "member": name, "role": invitation.role,
        "device": log.device, "words": words,
    }))
}

/// Adds facts to the staff document.
pub(crate) fn write_staff(
    log: &Log,
    reader: &mut Reader,
    facts: &[(String, String)],
    now_ms: i64,
) -> Result<(), Failure> {
    let facts: Vec<(String, Value)> =
        facts.iter().map(|(name, value)| (name.clone(), Value::Text(value.clone()))).collect();
    // whoever has no key yet has nothing to say there
    for fact in facts.chunks(1) {
        write_knowledge(log, reader, staff_doc(&log.org), fact, now_ms)?;
    }
    Ok(())
}

/// Bytes of facts in one entry, about: what a section holds, with room to spare.
const FACTS_BYTES_MAX: usize = 60_000;

/// Adds facts to a document of the knowledge scope: drop-box changes, so that no order matters. False while its key is not
/// here: nothing is written.
pub(crate) fn write_knowledge(
    log: &Log,
    reader: &mut Reader,
    doc: DocId,
    facts: &[(String, Value)],
    now_ms: i64,
) -> Result<bool, Failure> {
    let scope = knowledge_scope(&log.org);
    let shared = log.shared();
    let incarnation = log.incarnation();
    let mut entropy = entropy()?;
    let open = reader.keychain.newest_open(&scope).map(|(epoch, key)| (epoch, key.clone()));
    let Some((epoch, key)) = open else { return Ok(false) };
    let mut parts: Vec<Vec<LayerOp>> = Vec::new();
    let mut bytes = 0;
    for (name, value) in facts {
        let size = match value {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        let op = LayerOp::Put { key: name.clone(), value: value.clone() };
        bytes += name.len() + size;
        match parts.last_mut().filter(|_| bytes <= FACTS_BYTES_MAX) {
            Some(part) => part.push(op),
            None => {
                parts.push(vec![op]);
                bytes = name.len() + size;
            }
        }
    }
    log.commit(|tx| {
        for ops in &parts {
            let place = log.next_position(tx, &scope, incarnation);
            let member = reader.member();
            let actor = ActorOf {
                org: &log.org,
                scope: &scope,
                doc: &doc,
                layer: Layer::Open.code(),
                generation: 0,
                device: &log.device,
                incarnation: &incarnation,
                member: &member,
                drop_box_seq: Some(place.seq),
            };
            let change = LayerDoc::new().author(actor.id(), ops).map_err(|e| Failure::new("unexpected").because(&e))?;
            let plain = Plain {
                salt: entropy.bytes(),
                claimed_ms: now_ms,
                member,
                member_sig: [0; 64],
                flags: FLAG_DROP_BOX,
                generation: 0,
                change,
            };
            let sealing = Sealing { key: key.clone(), plain };
            let said = Draft {
                scope,
                kind: Kind::Knowledge,
                doc,
                incarnation,
                auth: log.auth(&shared),
                deps: Vec::new(),
                sections: vec![SectionPlan::Sealed { layer: Layer::Open, hint: open_hint(epoch), sealing }],
            };
            let entry = said.append(log, tx, Some(&reader.ed), &mut entropy)?;
            crate::clock::note_own(tx, now_ms, entry.id(), now::machine(log).built_ms)?;
        }
        Ok(())
    })?;
    Ok(true)
}

/// Name of a scope, also before the membership has arrived.
pub(crate) fn scope_name(log: &Log, shared: &Shared, scope: &crdt_model::values::ScopeId) -> String {
    let own = shared.invitations.iter().map(|i| &i.site);
    own.into_iter()
        .find(|site| crdt_model::roster::site_scope(&log.org, site) == *scope)
        .map_or_else(|| shared.roster.scope_name(scope), |site| format!("site/{site}"))
}

/// Codes of a member's roles.
pub(crate) fn roles(shared: &Shared, member: &MemberId) -> Vec<String> {
    match shared.roster.members.get(member) {
        Some(held) => held.roles.iter().map(|role| role.role.clone()).collect(),
        None => Vec::new(),
    }
}

/// The roles a member works by, each with the site it is held at: before the membership has come, that of their invitation.
pub(crate) fn roles_held(shared: &Shared, member: &MemberId) -> Vec<(String, String)> {
    match shared.roster.members.get(member) {
        Some(held) => held.roles.iter().map(|held| (held.role.clone(), held.site.clone())).collect(),
        None => shared.pinned().map(|told| (told.role.clone(), told.site.clone())).into_iter().collect(),
    }
}

/// Whether two sites lie in one line: one is the other, or above it.
pub(crate) fn is_near(roster: &Roster, one: &str, other: &str) -> bool {
    roster.is_under(other, one) || roster.is_under(one, other)
}
