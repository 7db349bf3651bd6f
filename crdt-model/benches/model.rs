//! What one entry costs: seal, compose, open, admit, judge, fold.
//!
//! ```console
//! $ cargo bench -p crdt-model --bench model
//! ```

use crdt_model::admission::{ChainState, SignedBy, admit};
use crdt_model::case::{CaseLayers, CategoryFacts};
use crdt_model::cbor;
use crdt_model::compose::{EntryPlan, SectionPlan, compose};
use crdt_model::document::{DocEntry, Document, Opened, build};
use crdt_model::entry::{Entry, Kind, Place};
use crdt_model::gate::{AnyKey, Expect, check_change};
use crdt_model::layer::{Layer, LayerDoc, LayerOp, LayerState, Value};
use crdt_model::roster::{Founding, Operation, PublicKeys, Record, Roster, membership_scope, site_scope};
use crdt_model::seal::{
    ActorOf, Entropy, GrantSection, Plain, Sealing, Secret, birth_doc, bucket_for, device_id, member_id, open_hint,
    open_section, seal_section,
};
use crdt_model::values::{DeviceId, DocId, Incarnation, MemberId, OrgId, ScopeId};
use crdt_model::view::fold;
use divan::{Bencher, black_box};
use ed25519_dalek::{Signer, SigningKey};

fn main() {
    divan::main();
}

const NOW: i64 = 1_790_000_000_000;

/// An organisation of one, and the first entry of a case of about 1 KB.
struct World {
    org: OrgId,
    roster: Roster,
    device: SigningKey,
    member: SigningKey,
    open_key: Secret,
    personal_key: Secret,
    scope: ScopeId,
    doc: DocId,
    incarnation: Incarnation,
    device_id: DeviceId,
    member_id: MemberId,
}

fn keys(ed: &Secret, x: &Secret) -> PublicKeys {
    PublicKeys { ed: ed.signing_key().verifying_key().to_bytes(), x: x.kem_public() }
}

impl World {
    fn new() -> Self {
        let mut entropy = Entropy::new([7; 32]);
        let mut secret = || entropy.secret();
        let (device, device_x, member, member_x, root) = (secret(), secret(), secret(), secret(), secret());
        let (open_key, personal_key) = (secret(), secret());
        let (device_keys, member_keys) = (keys(&device, &device_x), keys(&member, &member_x));
        let founding = Founding {
            salt: [1; 16],
            roots: vec![root.signing_key().verifying_key().to_bytes()],
            threshold: 1,
            cover: 0,
            device: device_keys,
            member: member_keys,
            site: "JER".into(),
        };
        let org = founding.org();
        let signature = root.signing_key().sign(&founding.signed_message()).to_bytes();
        let device_id = device_id(&device_keys.ed, &device_keys.x);
        let incarnation = Incarnation([1; 8]);
        let genesis = Operation::Genesis(founding, vec![(0, signature)]);
        let plan = EntryPlan {
            org,
            scope: membership_scope(&org),
            kind: Kind::Membership,
            doc: DocId::ZERO,
            device: device_id,
            incarnation,
            place: Place::FIRST,
            auth: Vec::new(),
            deps: Vec::new(),
            sections: vec![SectionPlan::Clear { layer: 0, bytes: cbor::encode(&genesis) }],
        };
        let entry = compose(&plan, &device.signing_key(), None, &mut entropy).expect("fits");
        let roster = Roster::evaluate(org, &[Record::read(&entry)], &[]);
        assert!(roster.void.is_empty() && roster.founding.is_some());
        let scope = site_scope(&org, "JER");
        Self {
            org,
            roster,
            device: device.signing_key(),
            member: member.signing_key(),
            open_key,
            personal_key,
            scope,
            doc: birth_doc(&org, &scope, &device_id, &incarnation, 1, &[0; 8]),
            incarnation,
            device_id,
            member_id: member_id(&member_keys.ed, &member_keys.x),
        }
    }

    fn sealing(&self, layer: Layer) -> Sealing {
        let put = |key: &str, value: Value| LayerOp::Put { key: key.into(), value };
        let text = |text: &str| Value::Text(text.into());
        let ops = match layer {
            Layer::Open => vec![
                put("channel", text("hotline")),
                put("type", text("complaint")),
                put("category", text("payment.not_received")),
                put("ref", text("JER-104-00193-54")),
                put("origin_site", text("JER")),
                put("spoken_language", text("ht")),
                put("sex", text("f")),
                put("age_group", text("18_59")),
            ],
            _ => vec![
                put("text", text(&"Le montant reçu était incomplet. ".repeat(30))),
                put("phone", text("+50900000001")),
            ],
        };
        let actor = ActorOf {
            org: &self.org,
            scope: &self.scope,
            doc: &self.doc,
            layer: layer.code(),
            generation: 0,
            device: &self.device_id,
            incarnation: &self.incarnation,
            member: &self.member_id,
            drop_box_seq: None,
        };
        let change = LayerDoc::new().author(actor.id(), &ops).expect("fits");
        let key = if layer == Layer::Open { self.open_key.clone() } else { self.personal_key.clone() };
        let plain = Plain {
            salt: [1; 16],
            claimed_ms: NOW,
            member: self.member_id,
            member_sig: [0; 64],
            flags: 0,
            generation: 0,
            change,
        };
        Sealing { key, plain }
    }

    fn plan_of(&self) -> EntryPlan {
        EntryPlan {
            org: self.org,
            scope: self.scope,
            kind: Kind::Edit,
            doc: self.doc,
            device: self.device_id,
            incarnation: self.incarnation,
            place: Place::FIRST,
            auth: self.roster.heads.clone(),
            deps: Vec::new(),
            sections: vec![
                SectionPlan::Sealed { layer: Layer::Open, hint: open_hint(1), sealing: self.sealing(Layer::Open) },
                SectionPlan::Sealed { layer: Layer::Personal, hint: [0x81; 8], sealing: self.sealing(Layer::Personal) },
                SectionPlan::Padding { layer: Layer::Sensitive, hint: [3; 8] },
                SectionPlan::Grant { hint: [0; 8], to: None },
            ],
        }
    }

    fn entry(&self) -> Entry {
        let mut entropy = Entropy::new([8; 32]);
        compose(&self.plan_of(), &self.device, Some(&self.member), &mut entropy).expect("fits")
    }

    fn opened(&self, entry: &Entry) -> DocEntry {
        let aad = entry.header().aad();
        let layers = Layer::ALL.map(|layer| {
            let key = if layer == Layer::Open { &self.open_key } else { &self.personal_key };
            match entry.section(layer.code()) {
                Some((_, bytes)) => open_section(key, bytes, &aad, layer.code(), 0)
                    .map_or(Opened::Unreadable, |plain| Opened::Plain(Box::new(plain))),
                None => Opened::Absent,
            }
        });
        DocEntry { id: entry.id(), header: entry.header().clone(), layers }
    }

    fn judged(&self, opened: &[DocEntry]) -> Document {
        build(opened, Kind::Edit, &self.roster, &|_| Box::new(AnyKey))
    }
}

#[divan::bench]
fn seal_a_section_of_1_kb(bencher: Bencher<'_, '_>) {
    let world = World::new();
    let sealing = world.sealing(Layer::Personal);
    let bucket = bucket_for([&sealing.plain]).expect("small");
    let mut entropy = Entropy::new([9; 32]);
    bencher.bench_local(|| seal_section(&sealing, Some(&world.member), b"header", 1, bucket, &mut entropy));
}

#[divan::bench]
fn open_a_section_of_1_kb(bencher: Bencher<'_, '_>) {
    let world = World::new();
    let entry = world.entry();
    let (_, bytes) = entry.section(1).expect("there");
    let aad = entry.header().aad();
    bencher.bench_local(|| open_section(&world.personal_key, black_box(bytes), &aad, 1, 0).expect("opens"));
}

#[divan::bench]
fn decoys_of_a_grant(bencher: Bencher<'_, '_>) {
    let mut entropy = Entropy::new([9; 32]);
    bencher.bench_local(|| GrantSection::decoys(&mut entropy));
}

#[divan::bench]
fn author_a_change(bencher: Bencher<'_, '_>) {
    let world = World::new();
    bencher.bench_local(|| world.sealing(black_box(Layer::Open)));
}

#[divan::bench]
fn compose_the_first_entry_of_a_case(bencher: Bencher<'_, '_>) {
    let world = World::new();
    let plan = world.plan_of();
    let mut entropy = Entropy::new([9; 32]);
    bencher.bench_local(|| compose(&plan, &world.device, Some(&world.member), &mut entropy));
}

#[divan::bench]
fn admit_an_entry(bencher: Bencher<'_, '_>) {
    let world = World::new();
    let bytes = world.entry().encode();
    let key = world.device.verifying_key();
    let chain = ChainState { next: Place::FIRST, fork: None, held: None };
    bencher.bench_local(|| {
        let entry = Entry::decode(black_box(&bytes)).expect("well formed");
        admit(&entry, &world.org, Some(SignedBy::Unchecked(&key)), &chain)
    });
}

#[divan::bench]
fn check_a_change(bencher: Bencher<'_, '_>) {
    let world = World::new();
    let change = world.sealing(Layer::Open).plain.change;
    let actor = ActorOf {
        org: &world.org,
        scope: &world.scope,
        doc: &world.doc,
        layer: 0,
        generation: 0,
        device: &world.device_id,
        incarnation: &world.incarnation,
        member: &world.member_id,
        drop_box_seq: None,
    };
    let expect = Expect { actor: actor.id(), drop_box: false, visible: &|_| true };
    let empty = LayerDoc::new();
    bencher.bench_local(|| check_change(black_box(&change), &expect, empty.history(), &AnyKey).expect("passes"));
}

#[divan::bench]
fn judge_a_case(bencher: Bencher<'_, '_>) {
    let world = World::new();
    let opened = [world.opened(&world.entry())];
    assert!(world.judged(&opened).faults.is_empty());
    bencher.bench_local(|| world.judged(black_box(&opened)));
}

#[divan::bench]
fn fold_a_case(bencher: Bencher<'_, '_>) {
    let world = World::new();
    let document = world.judged(&[world.opened(&world.entry())]);
    let empty = LayerState::new();
    let [open, personal, _] = &document.states;
    let layers = CaseLayers {
        case_id: world.doc,
        open: open.as_ref().unwrap_or(&empty),
        personal: personal.as_ref(),
        sensitive: None,
        is_read: true,
    };
    let codes = |_: &str| -> Option<CategoryFacts> { None };
    bencher.bench_local(|| fold(black_box(&layers), NOW, &codes));
}

#[divan::bench]
fn evaluate_a_roster_of_one(bencher: Bencher<'_, '_>) {
    let world = World::new();
    bencher.bench_local(|| Roster::evaluate(black_box(world.org), &[], &[]));
}
