//! Erasure: what two devices sign, and what follows from it.
//!
//! ```text
//! erasure = code 1 of a kind 5 entry, body = [ layers: 1..7, generation: u32, ground: 0..3 ]      bit n stands for layer n
//! ```
//!
//! A first device says what is to be erased of a document: all sections of some layers in all generations up to one. A
//! second says the same and names the first in its `deps`. From then on every holder destroys those sections (and the
//! grants of an erased sensitive layer), refuses them ever after and keeps the headers. Both are of somebody confirmed, one
//! at least in a role that may erase at the document's site ([`Eraser`]). The pair is judged at what each says of the
//! membership (`auth`) and by nothing that comes later: it is absorbing, and all nodes agree.

use std::collections::HashMap;

use crate::cbor::{Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::entry::{Entry, Header, Kind, LAYER_GRANT};
use crate::layer::Layer;
use crate::retraction::Retraction;
use crate::roster::{Eraser, Roster};
use crate::values::EntryId;

/// Why something is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Ground {
    /// The case was sealed, or written anew otherwise: the older generation goes.
    Sealed = 0,
    /// Its time has passed.
    Retention = 1,
    /// The person asked.
    Request = 2,
    /// Nobody holds it any more.
    Lost = 3,
}

impl Ground {
    /// The code.
    pub fn code(self) -> &'static str {
        ["sealed", "retention", "request", "lost"][self as usize]
    }

    fn from_number(n: u64) -> Option<Self> {
        [Self::Sealed, Self::Retention, Self::Request, Self::Lost].into_iter().find(|ground| *ground as u64 == n)
    }
}

/// What is to be erased of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// Layers: bit 0 open, 1 personal, 2 sensitive with its grants. 1 to 7.
    pub layers: u8,
    /// All generations up to this.
    pub generation: u32,
    /// Why.
    pub ground: Ground,
}

impl Erasure {
    /// All layers up to a generation, since the case was written anew.
    pub fn of_generation(generation: u32) -> Self {
        Self { layers: 7, generation, ground: Ground::Sealed }
    }

    /// Whether both say the same, whatever the ground.
    fn agrees(&self, other: &Self) -> bool {
        (self.layers, self.generation) == (other.layers, other.generation)
    }
}

impl Canonical for Erasure {
    fn write(&self, w: &mut Writer) {
        w.arr(3).uint(self.layers.into()).uint(self.generation.into()).uint(self.ground as u64);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(3)?;
        let (layers, generation) = (r.u8()?, r.u32()?);
        let Some(ground) = Ground::from_number(r.u64()?) else { return malformed("unknown ground of an erasure") };
        if layers == 0 || layers > 7 {
            return malformed("an erasure of no layer");
        }
        Ok(Self { layers, generation, ground })
    }
}

/// What is erased of a document: per layer, the greatest generation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased([Option<u32>; 3]);

impl Erased {
    /// From the greatest generation erased of each layer.
    pub fn of_layers(layers: [Option<u32>; 3]) -> Self {
        Self(layers)
    }

    /// Per layer, the greatest generation erased.
    pub fn layers(&self) -> [Option<u32>; 3] {
        self.0
    }

    /// Whether nothing is.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The greatest generation of which no layer is left.
    pub fn whole(&self) -> Option<u32> {
        self.0.iter().copied().min().flatten()
    }

    /// Whether a section of this layer code and generation is erased. A grant goes with the sensitive layer.
    pub fn covers(&self, layer: u8, generation: u32) -> bool {
        let at = if layer == LAYER_GRANT { Layer::Sensitive.code() } else { layer };
        self.0.get(usize::from(at)).is_some_and(|erased| erased.is_some_and(|erased| generation <= erased))
    }

    /// The sections of a header that are erased: bit n stands for layer n.
    pub fn mask(&self, header: &Header) -> u8 {
        let erased = header.sections.iter().filter(|named| self.covers(named.layer, named.generation));
        if header.content_kind() == Some(Kind::Edit) {
            erased.fold(0, |mask, named| mask | 1 << named.layer)
        } else {
            0
        }
    }

    /// The entry without what is erased of it; `None` when nothing of it is, or no bytes of that are held.
    pub fn strip(&self, entry: &Entry) -> Option<Entry> {
        if entry.header().content_kind() != Some(Kind::Edit) {
            return None;
        }
        let named = entry.header().sections.iter().zip(entry.sections());
        let kept: Vec<Option<Vec<u8>>> =
            named.map(|(named, held)| held.clone().filter(|_| !self.covers(named.layer, named.generation))).collect();
        let same = kept.iter().zip(entry.sections()).all(|(kept, held)| kept.is_some() == held.is_some());
        let stripped = || Entry::from_parts(entry.header_bytes(), *entry.signature(), kept.clone()).ok();
        if same { None } else { stripped() }
    }

    fn add(&mut self, erasure: &Erasure) {
        for layer in Layer::ALL {
            if erasure.layers >> layer.code() & 1 == 1 {
                let held = &mut self.0[usize::from(layer.code())];
                *held = (*held).max(Some(erasure.generation));
            }
        }
    }
}

/// A first signature that waits for a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposed {
    /// The entry.
    pub by: EntryId,
    /// What it proposes.
    pub erasure: Erasure,
    /// What it is worth.
    pub worth: Eraser,
}

/// Whether two signatures worth this much erase.
pub fn suffice(one: Eraser, other: Eraser) -> bool {
    one.max(other) == Eraser::Erases
}

/// What the erasures among the entries of one document come to: what is erased, and what is proposed and not erased yet.
/// `roster` judges each at its own `auth`. A pure function of the set.
pub fn judge<'e>(entries: impl IntoIterator<Item = &'e Entry>, roster: &Roster) -> (Erased, Vec<Proposed>) {
    let all = signed(entries, roster);
    let mut erased = Erased::default();
    for (_, _, erasure) in pairs(&all) {
        erased.add(&erasure);
    }
    let open = |erasure: &Erasure| {
        Layer::ALL
            .into_iter()
            .any(|layer| erasure.layers >> layer.code() & 1 == 1 && !erased.covers(layer.code(), erasure.generation))
    };
    let mut proposed: Vec<Proposed> = all
        .into_iter()
        .filter(|(_, signed)| open(&signed.erasure))
        .map(|(by, signed)| Proposed { by, erasure: signed.erasure, worth: signed.worth })
        .collect();
    proposed.sort_by_key(|proposed| proposed.by);
    (erased, proposed)
}

/// What is gone of a document: all of it up to a generation, and who saw what was to come after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gone {
    /// The greatest generation of which no layer is left.
    pub up_to: Option<u32>,
    /// Entries that the two signatures name as what they follow. Their past was judged while it could still be read: the
    /// first entry of a generation that is among them, or before them, needs no witness that was destroyed.
    pub heirs: Vec<EntryId>,
}

/// What the erasures among the entries of one document leave to be known of what they destroyed. A pure function of the
/// set.
pub fn gone<'e>(entries: impl IntoIterator<Item = &'e Entry>, roster: &Roster) -> Gone {
    let all = signed(entries, roster);
    let (mut erased, mut heirs) = (Erased::default(), Vec::new());
    for (first, second, erasure) in pairs(&all) {
        erased.add(&erasure);
        let named = first.header().deps.iter().chain(&second.header().deps);
        heirs.extend(named.filter(|dep| !all.contains_key(dep)).copied());
    }
    heirs.sort_unstable();
    heirs.dedup();
    Gone { up_to: erased.whole(), heirs }
}

/// A signature that counts.
struct Signature<'e> {
    entry: &'e Entry,
    erasure: Erasure,
    worth: Eraser,
}

type Signed<'e> = HashMap<EntryId, Signature<'e>>;

/// Erasures by devices that may.
fn signed<'e>(entries: impl IntoIterator<Item = &'e Entry>, roster: &Roster) -> Signed<'e> {
    let said = |entry: &'e Entry| match Retraction::read_from(entry) {
        Some(Retraction::Erasure(erasure)) => {
            let header = entry.header();
            let worth = roster.eraser_at(&header.device, &header.scope, &header.auth)?;
            Some((entry.id(), Signature { entry, erasure, worth }))
        }
        _ => None,
    };
    entries.into_iter().filter_map(said).collect()
}

/// Two devices that say the same, the second naming the first, one of which at least erases.
fn pairs<'a, 'e>(all: &'a Signed<'e>) -> impl Iterator<Item = (&'e Entry, &'e Entry, Erasure)> + use<'a, 'e> {
    all.values().flat_map(move |second| {
        let named = second.entry.header().deps.iter().filter_map(|dep| all.get(dep));
        let agrees = move |first: &&Signature<'_>| {
            first.erasure.agrees(&second.erasure)
                && first.entry.header().device != second.entry.header().device
                && suffice(first.worth, second.worth)
        };
        named.filter(agrees).map(move |first| (first.entry, second.entry, second.erasure))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cbor;
    use crate::compose::{EntryPlan, SectionPlan, compose};
    use crate::entry::Place;
    use crate::seal::Entropy;
    use crate::values::{DeviceId, DocId, Incarnation, OrgId, ScopeId};

    /// A case entry of all sections, in generation 0.
    fn edit() -> Entry {
        let padding = |layer| SectionPlan::Padding { layer, hint: [0; 8] };
        let plan = EntryPlan {
            org: OrgId([1; 16]),
            scope: ScopeId([2; 16]),
            kind: Kind::Edit,
            doc: DocId([3; 16]),
            device: DeviceId([4; 16]),
            incarnation: Incarnation([5; 8]),
            place: Place::FIRST,
            auth: vec![],
            deps: vec![],
            sections: Layer::ALL
                .into_iter()
                .map(padding)
                .chain([SectionPlan::Grant { hint: [0; 8], to: None }])
                .collect(),
        };
        let key = ed25519_dalek::SigningKey::from_bytes(&[6; 32]);
        compose(&plan, &key, None, &mut Entropy::new([7; 32])).expect("it fits")
    }

    #[test]
    fn an_erasure_has_one_form() {
        let said = Retraction::Erasure(Erasure { layers: 7, generation: 2, ground: Ground::Lost });
        let bytes = cbor::encode(&said);
        assert_eq!(bytes, [0x83, 1, 1, 0x83, 7, 2, 3]);
        assert_eq!(cbor::decode::<Retraction>(&bytes), Ok(said));
        for (at, byte) in [(4, 0), (4, 8), (6, 4), (1, 2), (2, 2)] {
            let mut other = bytes.clone();
            other[at] = byte;
            assert!(cbor::decode::<Retraction>(&other).is_err(), "{at} {byte}");
        }
    }

    #[test]
    fn what_is_stripped_keeps_its_header_and_id() {
        let entry = edit();
        let mut erased = Erased::default();
        assert!(erased.is_nothing() && erased.strip(&entry).is_none());
        erased.add(&Erasure { layers: 1 << 1, generation: 4, ground: Ground::Request });
        assert_eq!(erased.whole(), None);
        let part = erased.strip(&entry).expect("the personal layer goes");
        assert_eq!(part.sections().iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true, true]);
        erased.add(&Erasure::of_generation(0));
        assert_eq!(erased.whole(), Some(0));
        let rest = erased.strip(&part).expect("the rest goes");
        assert!(rest.sections().iter().all(Option::is_none), "the grants too");
        assert_eq!((rest.id(), rest.header()), (entry.id(), entry.header()));
        assert!(erased.strip(&rest).is_none(), "nothing is left to go");
        assert!(!erased.covers(0, 1) && erased.covers(1, 3) && erased.covers(LAYER_GRANT, 0));
        assert_eq!(Entry::decode(&rest.encode()).map(|entry| entry.id()), Ok(entry.id()));
    }

    proptest! {
        #[test]
        fn more_erasures_never_erase_less(all in proptest::collection::vec((1_u8..8, 0_u32..5), 1..6)) {
            let mut erased = Erased::default();
            for (layers, generation) in all {
                let before = erased;
                erased.add(&Erasure { layers, generation, ground: Ground::Sealed });
                for layer in 0..4 {
                    for generation in 0..6 {
                        prop_assert!(!before.covers(layer, generation) || erased.covers(layer, generation));
                    }
                }
            }
        }
    }
}
