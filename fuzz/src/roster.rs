//! Membership operations of two people, hostile or clumsy. Each piece: one byte (who writes, what they have seen), then
//! the operation as its entry holds it.

use std::sync::LazyLock;

use crdt_model::cbor;
use crdt_model::entry::{Entry, Header, Kind, Place, SectionRef, VALIDATOR};
use crdt_model::roster::{
    Founding, InviteOp, JoinOp, Operation, PublicKeys, Record, Roster, SiteKind, SiteOp, membership_scope,
};
use crdt_model::seal::{Entropy, Secret, device_id, invite_kem_secret, invite_signing_key};
use crdt_model::values::{DocId, EntryId, Incarnation, OrgId};
use ed25519_dalek::{Signer, SigningKey};

use crate::{Seed, joined, pieces, vectors};

/// Operations of one input that are looked at.
const OPERATIONS_MAX: usize = 24;

#[derive(Clone)]
struct Author {
    device: Secret,
    device_x: Secret,
    member: Secret,
    member_x: Secret,
    next: Place,
}

fn keys(ed: &Secret, x: &Secret) -> PublicKeys {
    PublicKeys { ed: ed.signing_key().verifying_key().to_bytes(), x: x.kem_public() }
}

impl Author {
    fn new(n: u8) -> Self {
        let mut entropy = Entropy::new([n; 32]);
        let (device, device_x) = (entropy.secret(), entropy.secret());
        Self { device, device_x, member: entropy.secret(), member_x: entropy.secret(), next: Place::FIRST }
    }

    /// An entry with this section, in order in its author's chain.
    fn write(&mut self, org: &OrgId, auth: Vec<EntryId>, section: Vec<u8>) -> Entry {
        let keys = keys(&self.device, &self.device_x);
        let len = u32::try_from(section.len()).expect("an input is short");
        let mut header = Header {
            org: *org,
            scope: membership_scope(org),
            kind: Kind::Membership,
            doc: DocId::ZERO,
            device: device_id(&keys.ed, &keys.x),
            incarnation: Incarnation([1; 8]),
            seq: self.next.seq,
            prev: self.next.prev,
            bytes_total: 0,
            validator: VALIDATOR,
            auth,
            deps: vec![],
            sections: vec![SectionRef { layer: 0, generation: 0, len, hash: [0; 32], hint: [0; 8] }],
        };
        header.bytes_total = self.next.bytes_before + header.cost();
        let entry = Entry::sign(header, vec![section], &self.device.signing_key());
        self.next = Place::after(entry.header(), entry.id());
        entry
    }
}

/// An organisation with a founder, a second site and a newcomer who was confirmed.
struct World {
    org: OrgId,
    records: Vec<Record>,
    authors: [Author; 2],
    invite: EntryId,
    join: EntryId,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let (mut founder, mut newcomer) = (Author::new(1), Author::new(2));
    let root = SigningKey::from_bytes(&[9; 32]);
    let founding = Founding {
        salt: [1; 16],
        roots: vec![root.verifying_key().to_bytes()],
        threshold: 1,
        cover: 0,
        device: keys(&founder.device, &founder.device_x),
        member: keys(&founder.member, &founder.member_x),
        site: "JER".into(),
    };
    let org = founding.org();
    let signature = root.sign(&founding.signed_message()).to_bytes();
    let seed = Secret([0x33; 32]);
    let (sign_pk, kem_pk) =
        (invite_signing_key(&seed).verifying_key().to_bytes(), invite_kem_secret(&seed).kem_public());
    let (role, not_after_ms, terms) = ("operator".to_owned(), 1_800_000_000_000, [5; 32]);
    let site = SiteOp {
        code: "BOM".into(),
        name: "Bombardopolis".into(),
        kind: SiteKind::Office,
        parent: Some("JER".into()),
        org_unit: None,
    };
    let invite = InviteOp {
        sign_pk,
        kem_pk,
        role: role.clone(),
        site: "BOM".into(),
        not_after_ms,
        nodes: [104, 105, 106],
        block: None,
        terms,
    };
    let mut records: Vec<Record> = Vec::new();
    let mut say = |author: &mut Author, operation: &Operation| {
        let auth = records.last().map(|record| record.id).into_iter().collect();
        let entry = author.write(&org, auth, cbor::encode(operation));
        records.push(Record::read(&entry));
        entry.id()
    };
    say(&mut founder, &Operation::Genesis(founding, vec![(0, signature)]));
    say(&mut founder, &Operation::Site(site));
    let invite = say(&mut founder, &Operation::Invite(invite));
    let mut join = JoinOp {
        invite,
        invite_pk: sign_pk,
        device: keys(&newcomer.device, &newcomer.device_x),
        member: keys(&newcomer.member, &newcomer.member_x),
        role,
        not_after_ms,
        terms,
        sig: [0; 64],
        member_sig: [0; 64],
    };
    let message = join.signed_message(&org);
    join.sig = invite_signing_key(&seed).sign(&message).to_bytes();
    join.member_sig = newcomer.member.signing_key().sign(&message).to_bytes();
    let join = say(&mut newcomer, &Operation::Join(join));
    say(&mut founder, &Operation::Confirm(join));
    World { org, records, authors: [founder, newcomer], invite, join }
});

/// What a node asks of a roster, as one text.
fn told(roster: &Roster) -> String {
    let (sites, members, devices, invites) = (&roster.sites, &roster.members, &roster.devices, &roster.invites);
    let rights: Vec<_> =
        devices.keys().map(|device| (roster.authority_now(device), roster.device_may_open(device))).collect();
    let (void, waiting, heads, epochs) = (&roster.void, &roster.waiting, &roster.heads, &roster.open_epochs);
    let audiences = &roster.audiences;
    format!("{sites:?}{members:?}{devices:?}{invites:?}{rights:?}{void:?}{waiting:?}{heads:?}{epochs:?}{audiences:?}")
}

/// Whatever is said, everybody reads the same from it, in whatever order it came.
pub fn run(data: &[u8]) {
    let world = &*WORLD;
    let (mut records, mut authors) = (world.records.clone(), world.authors.clone());
    let start = records.last().map(|record| record.id);
    let mut last = start;
    for piece in pieces(data).take(OPERATIONS_MAX) {
        let Some((choice, section)) = piece.split_first() else { continue };
        if let Ok(operation) = cbor::decode::<Operation>(section) {
            assert_eq!(cbor::encode(&operation), section, "an operation has one encoding");
        }
        let seen = if choice & 2 == 0 { last } else { start };
        let author = &mut authors[usize::from(choice & 1)];
        let entry = author.write(&world.org, seen.into_iter().collect(), section.to_vec());
        records.push(Record::read(&entry));
        last = Some(entry.id());
    }
    let roster = Roster::evaluate(world.org, &records, &[]);
    assert!(roster.founding.is_some(), "the founding stands, whatever comes after it");
    let ours = told(&roster);
    records.reverse();
    assert_eq!(told(&Roster::evaluate(world.org, &records, &[])), ours, "the order of arrival changes nothing");
    let half = records.len() / 2;
    records.rotate_left(half);
    assert_eq!(told(&Roster::evaluate(world.org, &records, &[])), ours, "the order of arrival changes nothing");
}

/// Each operation of the vectors, and some that name what is there.
pub fn seeds() -> Vec<Seed> {
    let world = &*WORLD;
    let piece = |choice: u8, section: &[u8]| [&[choice], section].concat();
    let mut operations: Vec<Seed> = vectors::fields(vectors::OPERATIONS);
    operations.push(("00.genesis".to_owned(), vectors::field(vectors::GENESIS, "operation")));
    let newcomer = keys(&world.authors[1].member, &world.authors[1].member_x);
    let member = crdt_model::seal::member_id(&newcomer.ed, &newcomer.x);
    let grant = Operation::Grant { member, role: "coordinator".into(), site: "BOM".into(), until_ms: None };
    for (label, operation) in [
        ("confirm", Operation::Confirm(world.join)),
        ("end-invite", Operation::EndInvite(world.invite)),
        ("grant", grant),
        ("merge", Operation::Merge),
    ] {
        operations.push((format!("own-{label}"), cbor::encode(&operation)));
    }
    let mut seeds: Vec<Seed> = Vec::new();
    for (label, section) in &operations {
        let both = [piece(0, section), piece(3, section)];
        seeds.push((label.clone(), joined(both.iter().map(Vec::as_slice))));
    }
    let all: Vec<_> = operations.iter().take(20).map(|(_, section)| piece(0, section)).collect();
    seeds.push(("all".to_owned(), joined(all.iter().map(Vec::as_slice))));
    seeds
}
