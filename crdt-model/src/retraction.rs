//! What takes something back: kind 5 entries, and what follows from them.
//!
//! ```text
//! content    = [ 1, code, body ]                     layer 0 of the entry, not sealed
//! withdrawal = code 0, body = [1..256 * [seq: uint, entry id: bstr 32]]      sorted by seq
//! erasure    = code 1, body = [layers: 1..7, generation: u32, ground: 0..3]
//! ```
//!
//! A *withdrawal* takes back entries that nobody else can have read: an author's own, of the withdrawal's chain and document,
//! before it, never offered to anybody. They keep their place as headers, their sections are gone, and no one misses them.
//! Nobody checks that they were never offered, and nobody need: **bytes win**. Whoever holds a section of a withdrawn entry
//! shows it and raises an alarm, and whoever lacks it takes it from them; so a withdrawal can never bury what was read.
//!
//! An [erasure](crate::erasure) destroys what was read: it takes two.
//!
//! Codes 2 hold and 3 end of a hold are reserved. An entry whose content is reserved, of a later version or
//! cannot be read is stored and relayed and has no effect.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use crate::cbor::{Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::entry::{Entry, Header, Kind};
use crate::erasure::Erasure;
use crate::values::{ChainKey, DocId, EntryId, ScopeId};

/// Version of the content's format.
pub const RETRACTION_VERSION: u64 = 1;
/// Most entries one withdrawal names.
pub const WITHDRAWN_MAX: usize = 256;

const CODE_WITHDRAWAL: u64 = 0;
const CODE_ERASURE: u64 = 1;

/// An entry taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Withdrawn {
    /// Its place in the chain.
    pub seq: u64,
    /// Its id.
    pub entry: EntryId,
}

/// What a kind 5 entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retraction {
    /// Own entries of this chain and document, taken back before anybody could hold them: 1 to [`WITHDRAWN_MAX`], by `seq`.
    Withdrawal(Vec<Withdrawn>),
    /// One of two signatures under the erasure of sections of this document.
    Erasure(Erasure),
}

impl Retraction {
    /// What a held kind 5 entry says; `None` for other kinds, and for what has no effect here.
    pub fn read_from(entry: &Entry) -> Option<Self> {
        if entry.header().kind != Kind::Erasure {
            return None;
        }
        crate::cbor::decode(entry.section(0)?.1).ok()
    }
}

impl Canonical for Retraction {
    fn write(&self, w: &mut Writer) {
        w.arr(3).uint(RETRACTION_VERSION);
        match self {
            Self::Withdrawal(entries) => {
                w.uint(CODE_WITHDRAWAL).arr(entries.len());
                for withdrawn in entries {
                    w.arr(2).uint(withdrawn.seq).bstr(&withdrawn.entry.0);
                }
            }
            Self::Erasure(erasure) => {
                w.uint(CODE_ERASURE);
                erasure.write(w);
            }
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(3)?;
        if r.u64()? != RETRACTION_VERSION {
            return malformed("unknown version of a retraction");
        }
        match r.u64()? {
            CODE_WITHDRAWAL => Ok(Self::Withdrawal(read_withdrawn(r)?)),
            CODE_ERASURE => Ok(Self::Erasure(Erasure::read(r)?)),
            _ => malformed("unknown retraction"),
        }
    }
}

fn read_withdrawn(r: &mut Reader<'_>) -> Result<Vec<Withdrawn>, CborError> {
    let n = r.arr_max(WITHDRAWN_MAX as u64)?;
    if n == 0 {
        return malformed("a withdrawal of nothing");
    }
    let mut entries: Vec<Withdrawn> = Vec::with_capacity(n as usize);
    for _ in 0..n {
        r.arr_of(2)?;
        let withdrawn = Withdrawn { seq: r.u64()?, entry: EntryId(r.fixed()?) };
        if withdrawn.seq == 0 || entries.last().is_some_and(|last| last.seq >= withdrawn.seq) {
            return malformed("withdrawn entries not sorted by seq");
        }
        entries.push(withdrawn);
    }
    Ok(entries)
}

/// True when an entry with header `target` and id `id` is one that a withdrawal with header `by` may take back: an edit
/// of the same chain and document, before it, at the place it names.
pub fn covers(by: &Header, named: &Withdrawn, target: &Header, id: &EntryId) -> bool {
    let place = |header: &Header| (header.scope, ChainKey::of(header), header.doc);
    target.kind == Kind::Edit
        && place(by) == place(target)
        && named.entry == *id
        && named.seq == target.seq
        && target.seq < by.seq
}

/// What came of one name in a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The entry is held as a header alone, and contributes nothing.
    TakenBack,
    /// Bytes of it are held: they count, and the withdrawal is an alarm.
    BytesHeld,
    /// No such entry that could be taken back: without effect.
    Void,
}

/// One name in a withdrawal, judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The withdrawal.
    pub by: EntryId,
    /// What it names.
    pub named: Withdrawn,
    /// What came of it.
    pub outcome: Outcome,
}

/// Judges every withdrawal among `entries`, all of which are held and count. A pure function of the set.
pub fn judge<E: Borrow<Entry>>(entries: &[E]) -> Vec<Judged> {
    // with the id: where a chain has forked, two entries stand at one place
    type Place = (ScopeId, ChainKey, DocId, u64, EntryId);
    let place =
        |header: &Header, seq: u64, id: EntryId| -> Place { (header.scope, ChainKey::of(header), header.doc, seq, id) };
    let edits: BTreeMap<Place, &Entry> = entries
        .iter()
        .map(<E as Borrow<Entry>>::borrow)
        .filter(|entry: &&Entry| entry.header().kind == Kind::Edit)
        .map(|entry| (place(entry.header(), entry.header().seq, entry.id()), entry))
        .collect();
    let mut judged = Vec::new();
    for by in entries.iter().map(<E as Borrow<Entry>>::borrow) {
        let Some(Retraction::Withdrawal(names)) = Retraction::read_from(by) else { continue };
        for named in names {
            let target = edits.get(&place(by.header(), named.seq, named.entry));
            let target = target.filter(|entry| covers(by.header(), &named, entry.header(), &entry.id()));
            let outcome = match target {
                None => Outcome::Void,
                Some(entry) if entry.sections().iter().any(Option::is_some) => Outcome::BytesHeld,
                Some(_) => Outcome::TakenBack,
            };
            judged.push(Judged { by: by.id(), named, outcome });
        }
    }
    judged
}

/// Entries among `entries` that are taken back: no view has anything of them.
pub fn taken_back<E: Borrow<Entry>>(entries: &[E]) -> BTreeSet<EntryId> {
    if entries.iter().map(<E as Borrow<Entry>>::borrow).all(|entry| entry.header().kind != Kind::Erasure) {
        return BTreeSet::new();
    }
    let judged = judge(entries).into_iter();
    judged.filter(|one| one.outcome == Outcome::TakenBack).map(|one| one.named.entry).collect()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    use super::*;
    use crate::cbor;
    use crate::entry::{Place, SectionRef, VALIDATOR};
    use crate::values::{DeviceId, Incarnation, OrgId};

    fn sign(kind: Kind, doc: u8, device: u8, place: Place, section: Vec<u8>) -> Entry {
        let named = SectionRef { layer: 0, generation: 0, len: section.len() as u32, hash: [0; 32], hint: [0; 8] };
        let mut header = Header {
            org: OrgId([1; 16]),
            scope: ScopeId([2; 16]),
            kind,
            doc: DocId([doc; 16]),
            device: DeviceId([device; 16]),
            incarnation: Incarnation([5; 8]),
            seq: place.seq,
            prev: place.prev,
            bytes_total: 0,
            validator: VALIDATOR,
            auth: vec![],
            deps: vec![],
            sections: vec![named],
        };
        header.bytes_total = place.bytes_before + header.cost();
        Entry::sign(header, vec![section], &SigningKey::from_bytes(&[device; 32]))
    }

    /// Edits of a document, then a withdrawal of some names by a device, all in one chain.
    fn story(edits: u8, by: (u8, u8), names: impl Fn(&[Entry]) -> Vec<Withdrawn>) -> Vec<Entry> {
        let (doc, device) = by;
        let mut entries: Vec<Entry> = Vec::new();
        let mut place = Place::FIRST;
        for n in 0..edits {
            let entry = sign(Kind::Edit, 3, 4, place, vec![n; 20]);
            place = Place::after(entry.header(), entry.id());
            entries.push(entry);
        }
        let content = cbor::encode(&Retraction::Withdrawal(names(&entries)));
        entries.push(sign(Kind::Erasure, doc, device, place, content));
        entries
    }

    fn name(entry: &Entry) -> Withdrawn {
        Withdrawn { seq: entry.header().seq, entry: entry.id() }
    }

    fn outcomes(entries: &[Entry]) -> Vec<Outcome> {
        judge(entries).iter().map(|one| one.outcome).collect()
    }

    #[test]
    fn an_entry_without_its_bytes_is_taken_back_and_one_with_bytes_is_an_alarm() {
        let mut entries = story(3, (3, 4), |edits| vec![name(&edits[1]), name(&edits[2])]);
        assert_eq!(outcomes(&entries), [Outcome::BytesHeld, Outcome::BytesHeld]);
        assert!(taken_back(&entries).is_empty());
        entries[1].drop_section(0);
        assert_eq!(outcomes(&entries), [Outcome::TakenBack, Outcome::BytesHeld]);
        assert_eq!(taken_back(&entries), BTreeSet::from([entries[1].id()]));
        entries.reverse();
        assert_eq!(taken_back(&entries).len(), 1, "whatever the order");
    }

    #[test]
    fn nobody_takes_back_what_is_of_another_chain_or_document_or_not_there() {
        let erased = |mut entries: Vec<Entry>| {
            entries[0].drop_section(0);
            (outcomes(&entries), taken_back(&entries).len())
        };
        let first = |edits: &[Entry]| vec![name(&edits[0])];
        assert_eq!(erased(story(2, (3, 4), first)), (vec![Outcome::TakenBack], 1));
        assert_eq!(erased(story(2, (9, 4), first)), (vec![Outcome::Void], 0), "another document");
        assert_eq!(erased(story(2, (3, 9), first)), (vec![Outcome::Void], 0), "another device");
        let other_id = |edits: &[Entry]| vec![Withdrawn { seq: 1, entry: edits[1].id() }];
        assert_eq!(erased(story(2, (3, 4), other_id)), (vec![Outcome::Void], 0));
        let later = |_: &[Entry]| vec![Withdrawn { seq: 7, entry: EntryId([7; 32]) }];
        assert_eq!(erased(story(2, (3, 4), later)), (vec![Outcome::Void], 0));
    }

    #[test]
    fn what_is_reserved_or_malformed_says_nothing() {
        let named = Withdrawn { seq: 2, entry: EntryId([9; 32]) };
        let good = cbor::encode(&Retraction::Withdrawal(vec![named]));
        assert_eq!(cbor::decode::<Retraction>(&good), Ok(Retraction::Withdrawal(vec![named])));
        for (at, byte) in [(1, 2), (2, 1), (2, 3)] {
            let mut other = good.clone();
            other[at] = byte;
            assert!(cbor::decode::<Retraction>(&other).is_err(), "{at} {byte}");
        }
        let unsorted = [vec![named, named], vec![], vec![Withdrawn { seq: 0, ..named }]];
        for names in unsorted {
            assert!(cbor::decode::<Retraction>(&cbor::encode(&Retraction::Withdrawal(names))).is_err());
        }
        let many = (1..=WITHDRAWN_MAX as u64 + 1).map(|seq| Withdrawn { seq, ..named }).collect();
        assert!(cbor::decode::<Retraction>(&cbor::encode(&Retraction::Withdrawal(many))).is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = cbor::decode::<Retraction>(&bytes);
        }
    }
}
