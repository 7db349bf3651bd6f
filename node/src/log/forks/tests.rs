use crdt_model::compose::{EntryPlan, SectionPlan, compose};
use crdt_model::entry::Place;
use crdt_model::frontier::ForkProof;
use crdt_model::seal::Entropy;
use crdt_model::values::{DocId, Incarnation};
use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use super::*;

const ORG: crdt_model::values::OrgId = crdt_model::values::OrgId([1; 16]);
const SCOPE: ScopeId = ScopeId([2; 16]);
const DOC: DocId = DocId([3; 16]);

/// A device with one chain for each incarnation.
struct Device {
    key: SigningKey,
    id: DeviceId,
}

impl Device {
    fn new(n: u8) -> Self {
        Self { key: SigningKey::from_bytes(&[n; 32]), id: DeviceId([n; 16]) }
    }

    fn write(&self, incarnation: u8, place: Place, words: &str) -> Entry {
        let plan = EntryPlan {
            org: ORG,
            scope: SCOPE,
            kind: Kind::Receipt,
            doc: DOC,
            device: self.id,
            incarnation: Incarnation([incarnation; 8]),
            place,
            auth: Vec::new(),
            deps: Vec::new(),
            sections: vec![SectionPlan::Clear { layer: 0, bytes: words.as_bytes().to_vec() }],
        };
        compose(&plan, &self.key, None, &mut Entropy::new([0; 32])).expect("small")
    }

    fn carry(&self, incarnation: u8, place: Place, entry: &Entry) -> Entry {
        let by = Carrier { device: self.id, incarnation: Incarnation([incarnation; 8]), place, auth: Vec::new() };
        carry(entry, by, &self.key).expect("no carrier itself")
    }
}

/// A chain of a device, and the same chain as a copy wrote it on from the third entry.
fn forked(device: &Device) -> (Vec<Entry>, Vec<Entry>) {
    let (mut place, mut one) = (Place::FIRST, Vec::new());
    for n in 0..4 {
        let entry = device.write(1, place, &format!("one {n}"));
        place = Place::after(entry.header(), entry.id());
        one.push(entry);
    }
    let mut place = Place::after(one[1].header(), one[1].id());
    let mut other = Vec::new();
    for n in 2..5 {
        let entry = device.write(1, place, &format!("other {n}"));
        place = Place::after(entry.header(), entry.id());
        other.push(entry);
    }
    (one, other)
}

fn known(devices: &[&Device]) -> DeviceKeys {
    devices.iter().map(|device| (device.id, device.key.verifying_key())).collect()
}

fn forks_of(one: &Entry, other: &Entry, keys: &DeviceKeys) -> Forks {
    let proof = ForkProof::of(one, other).expect("rivals");
    let (scope, chain, seq) = proof.check(|device| keys.get(device).copied()).expect("a proof");
    Forks::from([((scope, chain), seq)])
}

fn ids(entries: &[Cow<'_, Entry>]) -> Vec<EntryId> {
    let mut ids: Vec<EntryId> = entries.iter().map(|entry| entry.id()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn only_what_a_fork_cut_off_and_its_device_signed_counts_by_being_carried() {
    let (device, honest, stranger) = (Device::new(4), Device::new(5), Device::new(6));
    let (one, other) = forked(&device);
    let keys = known(&[&device, &honest]);
    let forks = forks_of(&one[2], &other[0], &keys);
    let count = |held: &[Entry]| ids(&uncut(held, &forks, &keys));
    let trunk = {
        let mut ids = vec![one[0].id(), one[1].id()];
        ids.sort_unstable();
        ids
    };
    let with = |entry: &Entry| {
        let mut ids = trunk.clone();
        ids.push(entry.id());
        ids.sort_unstable();
        ids
    };
    assert_eq!(count(&one), trunk, "cut off");
    let plus = |carrier: Entry| [one.clone(), vec![carrier]].concat();
    // by its own device in another life, or by anybody
    assert_eq!(count(&plus(device.carry(2, Place::FIRST, &one[3]))), with(&one[3]));
    assert_eq!(count(&plus(honest.carry(1, Place::FIRST, &other[2]))), with(&other[2]));
    // what is not cut off is what it was, once
    assert_eq!(count(&plus(honest.carry(1, Place::FIRST, &one[1]))), trunk);
    let alone = uncut(&[honest.carry(1, Place::FIRST, &one[1])], &forks, &keys).len();
    assert_eq!(alone, 0, "nothing comes into a chain but by the chain");
    // beyond the fork a carrier is cut off like anything else
    let place = Place::after(one[3].header(), one[3].id());
    assert_eq!(count(&plus(device.carry(1, place, &other[0]))), trunk);
    // signed by somebody else, or by nobody known
    let mut header = one[3].header().clone();
    header.prev = EntryId([9; 32]);
    let forged = Entry::sign(header, vec![b"one 3".to_vec()], &honest.key);
    assert_eq!(count(&plus(honest.carry(1, Place::FIRST, &forged))), trunk);
    let (theirs, rival) = forked(&stranger);
    let forks = forks_of(&theirs[2], &rival[0], &known(&[&stranger]));
    let held = [honest.carry(1, Place::FIRST, &theirs[3])];
    assert!(uncut(&held, &forks, &keys).is_empty(), "its device is not known here");
    assert_eq!(uncut(&held, &forks, &known(&[&stranger])).len(), 1, "and now it is");
}

#[test]
fn two_who_carry_a_part_of_an_entry_carry_it_whole() {
    let (device, honest) = (Device::new(4), Device::new(5));
    let (one, other) = forked(&device);
    let keys = known(&[&device, &honest]);
    let forks = forks_of(&one[2], &other[0], &keys);
    let whole = honest.carry(1, Place::FIRST, &one[2]);
    let mut bare = one[2].clone();
    bare.drop_section(0);
    let bare = device.carry(2, Place::FIRST, &bare);
    for held in [[whole.clone(), bare.clone()], [bare.clone(), whole]] {
        let counted = uncut(&held, &forks, &keys);
        assert_eq!(counted.len(), 1);
        assert!(counted[0].is_whole());
    }
    assert!(!uncut(&[bare], &forks, &keys)[0].is_whole());
}

proptest! {
    /// Whatever is held in whatever order, the same counts, and no entry twice.
    #[test]
    fn what_counts_depends_on_the_set_alone(
        chosen in proptest::collection::vec((0..7_usize, 0..3_u8), 0..14),
        weights in proptest::collection::vec(any::<u16>(), 24),
    ) {
        let (device, honest) = (Device::new(4), Device::new(5));
        let (one, other) = forked(&device);
        let keys = known(&[&device, &honest]);
        let forks = forks_of(&one[2], &other[0], &keys);
        let all: Vec<Entry> = one.iter().chain(&other).cloned().collect();
        let mut held = all.clone();
        let mut places = [Place::FIRST; 3];
        for (entry, chain) in &chosen {
            let by = if *chain == 0 { &honest } else { &device };
            let place = &mut places[usize::from(*chain)];
            let carrier = by.carry(chain + 2, *place, &all[*entry]);
            *place = Place::after(carrier.header(), carrier.id());
            held.push(carrier);
        }
        let expected = ids(&uncut(&held, &forks, &keys));
        let mut once = expected.clone();
        once.dedup();
        prop_assert_eq!(&once, &expected, "no entry counts twice");
        for (n, entry) in all.iter().enumerate() {
            let is_trunk = n < 2;
            let is_carried = chosen.iter().any(|(of, _)| *of == n);
            prop_assert_eq!(expected.contains(&entry.id()), is_trunk || is_carried);
        }
        let mut order: Vec<usize> = (0..held.len()).collect();
        order.sort_by_key(|n| weights[n % weights.len()]);
        let shuffled: Vec<Entry> = order.into_iter().map(|n| held[n].clone()).collect();
        prop_assert_eq!(ids(&uncut(&shuffled, &forks, &keys)), expected);
    }
}
