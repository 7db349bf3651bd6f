//! Generations under several hands: real entries of three installations, in any order, with seals and openings that did
//! not see each other.

use std::collections::BTreeMap;

use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;

use super::*;
use crate::case::facts::{ExposedFact, written};
use crate::case::{CaseLayers, Shape, schema};
use crate::compose::{EntryPlan, SectionPlan, compose};
use crate::edit::reclassify::{GenerationChange, Rewriting, Seal, carry, rewrite};
use crate::edit::tests::{NOW, SampleCodes, close, new_case, triage};
use crate::edit::{Birth, Creation, Edit, EditContext, EditOps, Policy, RestrictedBirth};
use crate::entry::{Entry, Place};
use crate::gate::SchemaFault;
use crate::layer::{LayerDoc, Value};
use crate::roster::{Founding, Operation, PublicKeys, Record, membership_scope, site_scope};
use crate::seal::{Entropy, Sealing, Secret, member_id, open_section};
use crate::values::{DeviceId, DocId, Incarnation, Level, OrgId, ScopeId, Words};
use crate::view::{CaseView, Origin, digest_bytes, fold};

struct CaseSchema(Layer);

impl Schema for CaseSchema {
    fn check_put(&self, key: &str, value: &Value) -> Result<(), SchemaFault> {
        schema::check_put(self.0, key, value).map_err(|_| SchemaFault::Value)
    }
    fn check_delete(&self, key: &str) -> Result<(), SchemaFault> {
        schema::check_delete(self.0, key).map_err(|_| SchemaFault::Undeletable)
    }
    fn may_supersede(&self, key: &str) -> bool {
        schema::may_supersede(key)
    }
    fn nameless(&self, key: &str) -> bool {
        schema::MARK.contains(&key)
    }
    fn birth_only(&self, key: &str) -> bool {
        schema::birth_only(key)
    }
}

/// One organisation, one founder; her installations differ by incarnation.
struct World {
    org: OrgId,
    scope: ScopeId,
    device: DeviceId,
    device_ed: SigningKey,
    member: MemberId,
    member_ed: SigningKey,
    genesis: EntryId,
    roster: Roster,
    key: Secret,
}

impl World {
    fn founded() -> Self {
        let secret = |n: u8| Secret([n; 32]);
        let keys =
            |ed: &Secret, x: &Secret| PublicKeys { ed: ed.signing_key().verifying_key().to_bytes(), x: x.kem_public() };
        let (device_ed, member_ed) = (secret(1), secret(3));
        let (device, member) = (keys(&device_ed, &secret(2)), keys(&member_ed, &secret(4)));
        let root = SigningKey::from_bytes(&[9; 32]);
        let founding = Founding {
            salt: [1; 16],
            roots: vec![root.verifying_key().to_bytes()],
            threshold: 1,
            cover: 0,
            device,
            member,
            site: "JER".into(),
        };
        let org = founding.org();
        let device_id = crate::seal::device_id(&device.ed, &device.x);
        let sig = root.sign(&founding.signed_message()).to_bytes();
        let bytes = crate::cbor::encode(&Operation::Genesis(founding, vec![(0, sig)]));
        let plan = EntryPlan {
            org,
            scope: membership_scope(&org),
            kind: Kind::Membership,
            doc: DocId::ZERO,
            device: device_id,
            incarnation: Incarnation([0; 8]),
            place: Place::FIRST,
            auth: vec![],
            deps: vec![],
            sections: vec![SectionPlan::Clear { layer: 0, bytes }],
        };
        let device_ed = device_ed.signing_key();
        let genesis = compose(&plan, &device_ed, None, &mut Entropy::new([5; 32])).expect("it fits");
        let roster = Roster::evaluate(org, &[Record::read(&genesis)], &[]);
        Self {
            org,
            scope: site_scope(&org, "JER"),
            device: device_id,
            device_ed,
            member: member_id(&member.ed, &member.x),
            member_ed: member_ed.signing_key(),
            genesis: genesis.id(),
            roster,
            key: secret(7),
        }
    }

    fn build(&self, entries: &[DocEntry]) -> Document {
        build(entries, Kind::Edit, &self.roster, &|layer| Box::new(CaseSchema(layer)))
    }
}

/// A document as folds take it.
struct Case(Document, DocId, crate::layer::LayerState);

impl Case {
    fn layers(&self) -> CaseLayers<'_> {
        let [open, personal, sensitive] = &self.0.states;
        CaseLayers {
            case_id: self.1,
            open: open.as_ref().unwrap_or(&self.2),
            personal: personal.as_ref(),
            sensitive: sensitive.as_ref(),
            is_read: personal.is_some(),
        }
    }

    fn view(&self) -> CaseView {
        fold(&self.layers(), NOW, &SampleCodes)
    }
}

/// What one installation holds of one case, and where its chain stands.
#[derive(Clone)]
struct Hand<'w> {
    world: &'w World,
    incarnation: Incarnation,
    place: Place,
    doc: DocId,
    held: BTreeMap<EntryId, DocEntry>,
    acts: u16,
    now_ms: i64,
}

impl<'w> Hand<'w> {
    fn new(world: &'w World, n: u8) -> Self {
        let incarnation = Incarnation([n; 8]);
        let doc = crate::seal::birth_doc(&world.org, &world.scope, &world.device, &incarnation, 1, &[0; 8]);
        Self { world, incarnation, place: Place::FIRST, doc, held: BTreeMap::new(), acts: 0, now_ms: NOW }
    }

    /// Another installation that holds what this one holds.
    fn colleague(&self, n: u8) -> Self {
        Self { incarnation: Incarnation([n; 8]), place: Place::FIRST, acts: 0, ..self.clone() }
    }

    fn case(&self) -> Case {
        let entries: Vec<DocEntry> = self.held.values().cloned().collect();
        Case(self.world.build(&entries), self.doc, Default::default())
    }

    fn entropy(&mut self) -> [u8; 32] {
        self.acts += 1;
        self.now_ms += 1000;
        *blake3::hash(&[&self.incarnation.0[..1], &self.acts.to_be_bytes()].concat()).as_bytes()
    }

    fn born(&mut self) -> &mut Self {
        let birth = Birth {
            reference: Some("JER-104-00193-54".into()),
            provisional: None,
            origin_node: "104".into(),
            origin_site: "JER".into(),
            origin_org: "ORG".into(),
            handling_site: None,
            link: None,
            shared_with: Vec::new(),
            taxonomy_version: "2026.1".into(),
            restricted: None,
        };
        let edit = Edit::Create(Box::new(Creation { new: new_case(), birth }));
        let ops = self.context(None, |ctx| edit.to_ops(ctx)).expect("a case");
        self.write(ops, vec![], 0, false, true, false);
        self
    }

    fn context<T>(&mut self, case: Option<&Case>, act: impl FnOnce(&EditContext<'_>) -> T) -> T {
        let entropy = self.entropy();
        act(&EditContext {
            case: case.map(Case::layers),
            member: self.world.member,
            roles: &["cfm_manager".to_owned()],
            stands_in_for: &[],
            sender: None,
            now_ms: self.now_ms,
            entropy,
            codes: &SampleCodes,
            policy: Policy::default(),
        })
    }

    fn does(&mut self, edit: &Edit) -> Result<EntryId, &'static str> {
        self.carries();
        let case = self.case();
        let ops = self.context(Some(&case), |ctx| edit.to_ops(ctx)).map_err(|refusal| refusal.code())?;
        if ops.is_empty() {
            return Err("nothing");
        }
        let (deps, generation) = (case.0.heads.clone(), case.0.generation);
        Ok(self.write(ops, deps, generation, false, false, false))
    }

    fn turns(&mut self, turning: GenerationChange<'_>) -> Result<EntryId, &'static str> {
        self.carries();
        let case = self.case();
        let next = case.0.generation + 1;
        let seals = !matches!(turning, GenerationChange::Open { .. });
        let Rewriting { birth, rivals } =
            self.context(Some(&case), |ctx| rewrite(turning, ctx)).map_err(|refusal| refusal.code())?;
        let born = self.write(birth, case.0.heads.clone(), next, seals, true, false);
        for ops in rivals {
            self.write(ops, vec![born], next, false, false, true);
        }
        Ok(born)
    }

    fn seals(&mut self) -> Result<EntryId, &'static str> {
        let exposed = ExposedFact { generation: 0, members: vec![self.world.member], devices: vec![self.world.device] };
        let mark = RestrictedBirth { audience: "integrity".into(), week: "2026-W47".into(), region: "GA".into() };
        let seal = Seal {
            mark,
            recuse: vec![],
            accused: None,
            exposed,
            old_keys: None,
            set_aside: vec![],
            outside: vec![],
            hands_to: None,
        };
        self.turns(GenerationChange::Seal {
            seal: &seal,
            level: Level::S2,
            reason: &Words::from("it is grave"),
            edit: None,
        })
    }

    fn opens(&mut self) -> Result<EntryId, &'static str> {
        self.turns(GenerationChange::Open { level: Level::S0, reason: Some(&Words::from("it is not")), edit: None })
    }

    /// What an audience's node does of itself.
    fn carries(&mut self) -> bool {
        let case = self.case();
        if case.0.late.is_empty() || case.layers().shape() != Shape::Inside {
            return false;
        }
        // of the newest generation with something late: what that carried itself is in it
        let generation = |id: &EntryId| generation_of(&self.held[id].header).unwrap_or(0);
        let newest = case.0.late.iter().map(generation).max().unwrap_or(0);
        let older: Vec<DocEntry> = self
            .held
            .values()
            .filter(|entry| generation(&entry.id) <= newest && !case.0.counted.contains(&entry.id))
            .cloned()
            .collect();
        let old = Case(self.world.build(&older), self.doc, Default::default());
        let taken: Vec<EntryId> = case.0.late.iter().copied().filter(|id| generation(id) == newest).collect();
        let before = late_before(&case.0.late, &taken, |id| self.held[id].header.deps.clone());
        let late: Vec<Stamp> = taken
            .iter()
            .chain(&before)
            .filter_map(|id| old.0.history.iter().map(|written| written.stamp).find(|stamp| stamp.entry == *id))
            .collect();
        let entropy = self.entropy();
        let all = carry(&old.layers(), &late, &case.layers(), &|_| false, entropy).expect("inside");
        let mut deps = case.0.heads.clone();
        deps.extend(&taken);
        deps.sort_unstable();
        deps.dedup();
        for ops in all {
            deps = vec![self.write(ops, deps, case.0.generation, false, false, true)];
        }
        true
    }

    fn write(
        &mut self,
        ops: EditOps,
        deps: Vec<EntryId>,
        generation: u32,
        mark: bool,
        is_birth: bool,
        alone: bool,
    ) -> EntryId {
        let w = self.world;
        let current = self.case();
        let mut entropy = Entropy::new(self.entropy());
        let mut sections = Vec::new();
        for layer in Layer::ALL {
            let ops = ops.layer(layer);
            if ops.is_empty() {
                if is_birth {
                    sections.push(SectionPlan::Padding { layer, hint: entropy.bytes() });
                }
                continue;
            }
            let nameless = mark && layer == Layer::Open;
            let member = if nameless { MemberId::ZERO } else { w.member };
            let actor = ActorOf {
                org: &w.org,
                scope: &w.scope,
                doc: &self.doc,
                layer: layer.code(),
                generation,
                device: &w.device,
                incarnation: &self.incarnation,
                member: &member,
                drop_box_seq: alone.then_some(self.place.seq),
            };
            let empty = LayerDoc::new();
            let doc = if is_birth || alone { &empty } else { &current.0.docs[layer as usize] };
            let change = doc.author(actor.id(), ops).expect("a change");
            let flags = if nameless { FLAG_DEVICE_ONLY } else { 0 } | if alone { FLAG_DROP_BOX } else { 0 };
            let plain = Plain {
                salt: entropy.bytes(),
                claimed_ms: self.now_ms,
                member,
                member_sig: [0; 64],
                flags,
                generation,
                change,
            };
            let sealing = Sealing { key: w.key.clone(), plain };
            sections.push(SectionPlan::Sealed { layer, hint: [0; 8], sealing });
        }
        if is_birth {
            sections.push(SectionPlan::Grant { hint: [0; 8], to: None });
        }
        let plan = EntryPlan {
            org: w.org,
            scope: w.scope,
            kind: Kind::Edit,
            doc: self.doc,
            device: w.device,
            incarnation: self.incarnation,
            place: self.place,
            auth: vec![w.genesis],
            deps,
            sections,
        };
        let entry = compose(&plan, &w.device_ed, Some(&w.member_ed), &mut entropy).expect("it fits");
        self.place = Place::after(entry.header(), entry.id());
        self.held.insert(entry.id(), open(&entry, &w.key));
        entry.id()
    }

    fn hears(&mut self, other: &Self) {
        self.held.extend(other.held.iter().map(|(id, entry)| (*id, entry.clone())));
        self.now_ms = self.now_ms.max(other.now_ms);
    }

    fn digest(&self) -> Vec<u8> {
        digest_bytes(&self.case().layers())
    }
}

fn open(entry: &Entry, key: &Secret) -> DocEntry {
    let aad = entry.header().aad();
    let layers = Layer::ALL.map(|layer| match entry.section(layer.code()) {
        None => Opened::Absent,
        Some((named, bytes)) => match open_section(key, bytes, &aad, layer.code(), named.generation) {
            Ok(plain) => Opened::Plain(Box::new(plain)),
            Err(_) => Opened::Unreadable,
        },
    });
    DocEntry { id: entry.id(), header: entry.header().clone(), layers }
}

fn note(text: &str) -> Edit {
    Edit::Note { text: text.into() }
}

fn notes(view: &CaseView) -> Vec<String> {
    let words = view.facts.words.as_ref();
    words.map(|words| written(&words.notes).iter().map(|(_, n)| n.fact.text.0.clone()).collect()).unwrap_or_default()
}

#[test]
fn a_sealed_case_says_the_same_under_its_audience_and_names_who_first_said_it() {
    let world = World::founded();
    let mut a = Hand::new(&world, 1);
    a.born();
    a.does(&note("first")).expect("noted");
    a.does(&triage(None)).expect("triaged");
    a.does(&note("second")).expect("noted");
    let before = a.case().view();
    a.seals().expect("sealed");
    let case = a.case();
    let after = case.view();
    assert_eq!((case.0.generation, after.shape), (1, Shape::Inside));
    assert!(case.0.faults.is_empty(), "{:?}", case.0.faults);
    assert_eq!(after.status_code(), before.status_code());
    for field in ["text", "phone", "category", "ref", "created_by", "recorded_at", "project"] {
        assert_eq!(after.shown(field), before.shown(field), "{field}");
    }
    assert_eq!(notes(&after), ["first", "second"]);
    let origins = |view: &CaseView| -> Vec<_> {
        let words = view.facts.words.as_ref().expect("readable");
        written(&words.notes).into_iter().map(|(id, n)| (id, Origin::from(&n.stamp))).collect()
    };
    assert_eq!(origins(&after), origins(&before), "same ids, authors and times");
    assert_eq!(after.work.as_ref().and_then(|work| work.sensitivity), Some(Level::S2));
    assert!(after.alarms.is_empty(), "{:?}", after.alarms);
    // what is open is the mark and nothing else
    let open: Vec<&String> = case.layers().open.keys().collect();
    assert_eq!(open, ["region", "restricted", "week"]);
    assert!(case.layers().personal.is_none_or(|layer| layer.is_empty()));
    // and the case works on
    a.does(&note("third")).expect("noted");
    assert_eq!(notes(&a.case().view()), ["first", "second", "third"]);
}

#[test]
fn what_nobody_had_chosen_between_stays_in_conflict_when_it_is_sealed() {
    let world = World::founded();
    let mut a = Hand::new(&world, 1);
    a.born();
    let mut b = a.colleague(2);
    a.does(&crate::edit::tests::set("locality", "here")).expect("set");
    b.does(&crate::edit::tests::set("locality", "there")).expect("set");
    a.hears(&b);
    assert!(a.case().view().conflict("locality").is_some());
    a.seals().expect("sealed");
    let view = a.case().view();
    assert_eq!(view.conflict("locality").map(|conflict| conflict.values.len()), Some(2));
    assert!(view.alarms.is_empty(), "{:?}", view.alarms);
}

#[test]
fn two_seals_that_did_not_see_each_other_are_one() {
    let world = World::founded();
    let mut a = Hand::new(&world, 1);
    a.born();
    let mut b = a.colleague(2);
    b.does(&note("only b")).expect("noted");
    a.does(&note("only a")).expect("noted");
    a.seals().expect("sealed");
    b.seals().expect("sealed");
    let (mut left, mut right) = (a.clone(), b.clone());
    left.hears(&b);
    right.hears(&a);
    assert_eq!(left.digest(), right.digest());
    let case = left.case();
    assert!(case.0.late.is_empty() && case.0.faults.is_empty());
    let view = case.view();
    assert_eq!((case.0.generation, view.shape), (1, Shape::Inside));
    let mut all = notes(&view);
    all.sort();
    assert_eq!(all, ["only a", "only b"]);
    assert!(view.conflicts.is_empty() && view.alarms.is_empty(), "{:?} {:?}", view.conflicts, view.alarms);
}

#[test]
fn a_late_edit_is_named_carried_and_never_overwrites() {
    let world = World::founded();
    let mut a = Hand::new(&world, 1);
    a.born();
    let mut b = a.colleague(2);
    a.seals().expect("sealed");
    a.does(&crate::edit::tests::set("locality", "inside")).expect("set");
    let late = b.does(&crate::edit::tests::set("locality", "outside")).expect("set");
    let note_id = b.does(&note("said in ignorance")).expect("noted");
    a.hears(&b);
    let case = a.case();
    assert_eq!(case.0.late, [late, note_id]);
    assert_eq!(case.view().shape, Shape::Inside, "hidden at once");
    assert!(notes(&case.view()).is_empty());
    assert!(!case.0.heads.contains(&note_id), "nobody follows it by accident");
    assert!(a.carries());
    let case = a.case();
    assert!(case.0.late.is_empty() && case.0.faults.is_empty(), "{:?}", case.0.faults);
    assert_eq!(case.0.carried, [late, note_id]);
    let view = case.view();
    assert_eq!(notes(&view), ["said in ignorance"]);
    let (_, told) = written(&view.facts.words.as_ref().expect("readable").notes)[0];
    assert_eq!(told.stamp.claimed_ms, b.now_ms, "when its author said it");
    assert_eq!(view.conflict("locality").map(|conflict| conflict.values.len()), Some(2));
    // the author's node sees that it was taken over, from the headers alone
    b.hears(&a);
    assert_eq!(b.case().0.carried, [late, note_id]);
    assert!(!a.carries(), "once is enough");
}

#[test]
fn the_greatest_generation_counts_and_what_was_done_inside_the_older_waits() {
    let world = World::founded();
    let mut a = Hand::new(&world, 1);
    a.born();
    a.seals().expect("sealed");
    let mut b = a.colleague(2);
    // a opens; b, in ignorance, works inside
    a.opens().expect("opened");
    assert_eq!(a.case().view().shape, Shape::Ordinary);
    assert_eq!(a.case().view().work.and_then(|work| work.sensitivity), Some(Level::S0));
    assert!(a.case().view().alarms.is_empty());
    b.does(&note("inside")).expect("noted");
    let mut c = a.clone();
    c.hears(&b);
    // the opening counts: it is the greatest; what b wrote inside came late for it, and waits
    assert_eq!(c.case().view().shape, Shape::Ordinary);
    assert_eq!(c.case().0.late.len(), 1);
}

#[test]
fn of_two_births_of_one_generation_the_restricted_one_wins() {
    let world = World::founded();
    let mut a = Hand::new(&world, 1);
    a.born();
    let mut b = a.colleague(2);
    a.seals().expect("sealed");
    // b, who may open cases, writes an ordinary generation of the same number
    let before = b.case();
    let mut ops = EditOps::default();
    for (layer, into) in [(Layer::Open, &mut ops.open), (Layer::Personal, &mut ops.personal)] {
        for (key, cells) in before.0.states[layer as usize].iter().flatten() {
            into.push(LayerOp::Put { key: key.clone(), value: cells[0].value.clone() });
        }
    }
    let ordinary = b.write(ops, before.0.heads.clone(), 1, false, true, false);
    b.does(&note("in the ordinary one")).expect("noted");
    assert_eq!((b.case().0.generation, b.case().view().shape), (1, Shape::Ordinary));
    let (mut left, mut right) = (a.clone(), b.clone());
    left.hears(&b);
    right.hears(&a);
    assert_eq!(left.digest(), right.digest());
    let case = left.case();
    assert_eq!((case.0.generation, case.view().shape), (1, Shape::Inside));
    assert_eq!(case.0.late.len(), 2, "the other birth, and what followed it");
    assert!(case.0.late.contains(&ordinary) && !case.0.counted.contains(&ordinary));
    assert!(left.carries());
    assert_eq!(notes(&left.case().view()), ["in the ordinary one"]);
    assert!(left.case().view().conflicts.is_empty(), "what both restate is one");
}

#[test]
fn generations_do_not_jump_nor_go_back() {
    let world = World::founded();
    let mut a = Hand::new(&world, 1);
    a.born();
    let before = a.clone();
    a.seals().expect("sealed");
    let sealed = a.case();
    let birth = a.held[&sealed.0.heads[0]].clone();
    // an entry that saw generation 1 and writes to 0
    let mut back = a.clone();
    let ops = back.context(Some(&before.case()), |ctx| note("back").to_ops(ctx)).expect("ops");
    let id = back.write(ops.clone(), vec![birth.id], 0, false, false, true);
    let fault = back.case().0.faults.iter().find(|fault| fault.entry == id).cloned().expect("named");
    assert_eq!((fault.step, fault.code.as_str()), ("form", "generation"));
    // one that skips a generation
    let mut jump = before.clone();
    let heads = jump.case().0.heads;
    let id = jump.write(ops.clone(), heads.clone(), 2, false, true, false);
    assert_eq!(jump.case().0.faults.iter().find(|f| f.entry == id).map(|f| f.code.as_str()), Some("generation"));
    // one that begins a generation without being whole
    let mut part = before.clone();
    let id = part.write(ops, heads, 1, false, false, true);
    assert_eq!(part.case().0.faults.iter().find(|f| f.entry == id).map(|f| f.code.as_str()), Some("generation"));
}

#[test]
fn generations_go_on_one_after_the_other_and_stand_on_valid_ones() {
    let world = World::founded();
    let mut a = Hand::new(&world, 1);
    a.born();
    for _ in 0..3 {
        a.seals().expect("sealed");
        a.opens().expect("opened");
    }
    a.seals().expect("sealed");
    let case = a.case();
    assert_eq!((case.0.generation, case.view().shape), (7, Shape::Inside));
    assert!(case.0.faults.is_empty() && case.0.late.is_empty(), "{:?}", case.0.faults);
}

#[test]
fn a_void_generation_carries_no_further_one() {
    let world = World::founded();
    let mut a = Hand::new(&world, 1);
    a.born();
    a.seals().expect("sealed");
    let case = a.case();
    let mark = || {
        let cells = case.0.states[0].iter().flatten();
        let put = |(key, cells): (&String, &Vec<crate::layer::Cell>)| LayerOp::Put {
            key: key.clone(),
            value: cells[0].value.clone(),
        };
        EditOps { open: cells.map(put).collect(), ..EditOps::default() }
    };
    let first = a.write(mark(), case.0.heads.clone(), 2, true, true, false);
    let second = a.write(mark(), vec![first], 3, true, true, false);
    assert_eq!(a.case().0.generation, 3, "who may open the case writes it anew");
    // the same entries by a device of which nobody may
    let mut outside = World::founded();
    outside.roster.members.get_mut(&world.member).expect("the founder").invite = EntryId([1; 32]);
    let held: Vec<DocEntry> = a.held.values().cloned().collect();
    let document = outside.build(&held);
    assert_eq!(document.generation, 1);
    for id in [first, second] {
        let fault = document.faults.iter().find(|fault| fault.entry == id).expect("named");
        assert_eq!((fault.code.as_str(), fault.waiting), ("generation_authority", false));
    }
}

#[derive(Debug, Clone)]
enum Step {
    Note(usize),
    Set(usize),
    Triage(usize),
    Close(usize),
    Seal(usize),
    Open(usize),
    Hear(usize, usize),
}

#[test]
fn who_cannot_open_a_birth_does_not_say_that_it_was_restricted() {
    let world = World::founded();
    let mut hand = Hand::new(&world, 1);
    let sealed = hand.born().seals().expect("sealed");
    let entry = &hand.held[&sealed];
    // a roster that knows nobody who may open sealed cases
    let nobody = Roster::empty(world.org);
    let told = |was| birth_verdict(entry, was, &nobody).map_err(|fault| (fault.code, fault.waiting));
    assert_eq!(told(Shown::Ordinary), Ok(Shown::Restricted));
    assert_eq!(told(Shown::Closed), Err((SECTION_UNREADABLE.to_owned(), true)));
    assert_eq!(told(Shown::Restricted), Err(("generation_authority".to_owned(), false)));
    assert!(birth_verdict(entry, Shown::Restricted, &world.roster).is_ok());
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let hand = 0..3_usize;
    let step = prop_oneof![
        4 => hand.clone().prop_map(Step::Note),
        2 => hand.clone().prop_map(Step::Set),
        1 => hand.clone().prop_map(Step::Triage),
        1 => hand.clone().prop_map(Step::Close),
        2 => hand.clone().prop_map(Step::Seal),
        1 => hand.clone().prop_map(Step::Open),
        3 => (hand.clone(), hand).prop_map(|(a, b)| Step::Hear(a, b)),
    ];
    proptest::collection::vec(step, 1..14)
}

#[test]
fn a_note_that_only_an_opening_nobody_kept_had_carried_is_not_lost() {
    let world = World::founded();
    let mut one = Hand::new(&world, 1);
    one.born();
    let mut two = one.colleague(2);
    one.seals().expect("sealed");
    two.does(&note("written in ignorance")).expect("noted");
    two.hears(&one);
    // both open it; of the two the first is sealed again, so the other's counts no more
    one.opens().expect("opened");
    two.opens().expect("opened, with the note carried before");
    one.seals().expect("sealed again");
    one.hears(&two);
    while one.carries() {}
    let case = one.case();
    assert!(case.0.late.is_empty());
    assert_eq!(notes(&case.view()), ["written in ignorance"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// Readers with other keys, or from whom bytes are still missing, see less. What they cannot judge waits: of all these
    /// honest authors nobody is blamed.
    #[test]
    fn nobody_is_blamed_for_what_a_reader_cannot_open(script in steps(), closed in proptest::collection::vec(0..4_u8, 96)) {
        let world = World::founded();
        let mut first = Hand::new(&world, 1);
        first.born();
        let mut hands = [first.clone(), first.colleague(2), first.colleague(3)];
        for (n, step) in script.iter().enumerate() {
            match *step {
                Step::Note(at) => drop(hands[at].does(&note(&format!("note {n}")))),
                Step::Set(at) => drop(hands[at].does(&crate::edit::tests::set("locality", &format!("place {n}")))),
                Step::Triage(at) => drop(hands[at].does(&triage(None))),
                Step::Close(at) => drop(hands[at].does(&close("withdrawn"))),
                Step::Seal(at) => drop(hands[at].seals()),
                Step::Open(at) => drop(hands[at].opens()),
                Step::Hear(to, from) => {
                    let from = hands[from].clone();
                    hands[to].hears(&from);
                }
            }
        }
        let mut all = hands[0].clone();
        for hand in &hands[1..] {
            all.hears(hand);
        }
        while all.carries() {}
        let mut entries: Vec<DocEntry> = all.held.values().cloned().collect();
        prop_assert!(world.build(&entries).faults.is_empty());
        let mut closed = closed.into_iter().cycle();
        for layer in entries.iter_mut().flat_map(|entry| &mut entry.layers) {
            match closed.next() {
                _ if matches!(layer, Opened::Absent) => {}
                Some(0) => *layer = Opened::Unreadable,
                Some(1) => *layer = Opened::Missing,
                _ => {}
            }
        }
        let blamed: Vec<Fault> = world.build(&entries).faults.into_iter().filter(|fault| !fault.waiting).collect();
        prop_assert!(blamed.is_empty(), "{blamed:?}");
    }

    #[test]
    fn in_any_order_all_see_one_generation_and_no_edit_is_lost(script in steps(), shuffle: u64) {
        let world = World::founded();
        let mut first = Hand::new(&world, 1);
        first.born();
        let mut hands = [first.clone(), first.colleague(2), first.colleague(3)];
        let mut said: Vec<String> = Vec::new();
        for (n, step) in script.iter().enumerate() {
            match *step {
                Step::Note(at) => {
                    let text = format!("note {n}");
                    if hands[at].does(&note(&text)).is_ok() {
                        said.push(text);
                    }
                }
                Step::Set(at) => drop(hands[at].does(&crate::edit::tests::set("locality", &format!("place {n}")))),
                Step::Triage(at) => drop(hands[at].does(&triage(None))),
                Step::Close(at) => drop(hands[at].does(&close("withdrawn"))),
                Step::Seal(at) => drop(hands[at].seals()),
                Step::Open(at) => drop(hands[at].opens()),
                Step::Hear(to, from) => {
                    let from = hands[from].clone();
                    hands[to].hears(&from);
                }
            }
            let faults = hands.iter().map(|hand| hand.case().0.faults).collect::<Vec<_>>();
            prop_assert!(faults.iter().all(Vec::is_empty), "{faults:?}");
        }
        let mut all = hands[0].clone();
        for hand in &hands[1..] {
            all.hears(hand);
        }
        // any order of the same entries gives the same document
        let mut entries: Vec<DocEntry> = all.held.values().cloned().collect();
        let one = world.build(&entries);
        let mut entropy = Entropy::new(*blake3::hash(&shuffle.to_be_bytes()).as_bytes());
        for n in (1..entries.len()).rev() {
            entries.swap(n, entropy.below(n + 1));
        }
        let other = world.build(&entries);
        prop_assert_eq!(&one.states, &other.states);
        prop_assert_eq!((one.generation, &one.late, &one.heads), (other.generation, &other.late, &other.heads));
        // of the births of the greatest generation, a restricted one wins
        let greatest = all.held.values().filter(|e| generation_of(&e.header) == Some(one.generation));
        let sealed = greatest.filter(|e| e.header.section(LAYER_GRANT).is_some()).any(|entry| Shown::of(entry).counts_as_restricted());
        let view = all.case().view();
        prop_assert_eq!(view.shape == Shape::Inside, sealed);
        // everything said is there once the audience carried what came late
        while all.carries() {}
        let case = all.case();
        if case.view().shape == Shape::Inside {
            prop_assert!(case.0.late.is_empty());
            let held = notes(&case.view());
            for text in &said {
                prop_assert!(held.contains(text), "{text} of {said:?} is not among {held:?}");
            }
        }
        prop_assert!(case.view().alarms.is_empty(), "{:?}", case.view().alarms);
    }
}
