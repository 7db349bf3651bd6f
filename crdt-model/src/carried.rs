//! Carrying on what a fork cut off: kind 9 entries.
//!
//! From the fork of a chain on nothing of it counts, whoever wrote which branch, so that one tip can stand for a chain. What
//! was written there is not thrown away with it: whoever held it writes it into a chain of their own, byte for byte.
//!
//! ```text
//! carrier   doc, sections 0..3   those of the carried entry, with the same hashes, generations and hints
//!           section 4            [ 1, header: bstr ≤ 4096, signature: bstr 64 ] of the carried entry; its generation: the kind
//!                                of the carried entry
//! ```
//!
//! Sealed sections are bound to their header and can be opened again by their readers alone, often not by their author: to
//! write them anew is not possible, to carry them is. So the carried entry keeps its id, its place in the past of others, its
//! author, and the case its identity and its reference; erasure and what is missing work on the sections as on any others;
//! and a frontier still *is* its set. Carried twice is carried once.
//!
//! Carrying lifts a fork and nothing else. It takes no authority: what is carried was signed by its own device and is
//! judged by that device's rights, like everything else.

use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::entry::{Entry, FormError, HEADER_BYTES_MAX, Header, Kind, LAYER_CARRIED, Place, SectionRef, VALIDATOR};
use crate::values::{DeviceId, EntryId, Incarnation};

/// Version of the format of section 4.
pub const CARRIED_VERSION: u64 = 1;

/// Section 4: what is carried, but for the sections.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    header: Vec<u8>,
    signature: [u8; 64],
}

impl Canonical for Content {
    fn write(&self, w: &mut Writer) {
        w.arr(3).uint(CARRIED_VERSION).bstr(&self.header).bstr(&self.signature);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(3)?;
        if r.u64()? != CARRIED_VERSION {
            return malformed("unknown version of what is carried");
        }
        Ok(Self { header: r.bstr_max(HEADER_BYTES_MAX)?.to_vec(), signature: r.fixed()? })
    }
}

/// Who carries: where in which chain, and what it knows of the membership.
#[derive(Debug, Clone)]
pub struct Carrier {
    /// The device.
    pub device: DeviceId,
    /// Its incarnation.
    pub incarnation: Incarnation,
    /// Where the carrier goes in its chain.
    pub place: Place,
    /// Membership heads known, sorted.
    pub auth: Vec<EntryId>,
}

/// The entry that carries `entry` on; `None` if that is a carrier itself: what it carries is what is to be carried. Sections
/// not held are not held of the carrier either.
pub fn carry(entry: &Entry, by: Carrier, key: &SigningKey) -> Option<Entry> {
    let of = entry.header();
    if of.kind == Kind::Carried {
        return None;
    }
    let content = cbor::encode(&Content { header: entry.header_bytes().to_vec(), signature: *entry.signature() });
    let named = SectionRef {
        layer: LAYER_CARRIED,
        generation: of.kind as u32,
        len: u32::try_from(content.len()).ok()?,
        hash: [0; 32],
        hint: [0; 8],
    };
    let mut header = Header {
        org: of.org,
        scope: of.scope,
        kind: Kind::Carried,
        doc: of.doc,
        device: by.device,
        incarnation: by.incarnation,
        seq: by.place.seq,
        prev: by.place.prev,
        bytes_total: 0,
        validator: VALIDATOR,
        auth: by.auth,
        deps: Vec::new(),
        sections: of.sections.iter().cloned().chain([named]).collect(),
    };
    header.bytes_total = by.place.bytes_before + header.cost();
    let sections = entry.sections().iter().cloned().chain([Some(content)]).collect();
    Some(Entry::sign_held(header, sections, key))
}

/// The entry that a carrier carries, with the sections held; `None` for entries of other kinds. Its signature is not
/// checked: see [`is_signed`].
///
/// # Errors
///
/// [`FormError`] when it carries nothing, what it carries is not in form, or differs from it in organisation, scope,
/// document or sections.
pub fn carried(carrier: &Entry) -> Result<Option<Entry>, FormError> {
    let outer = carrier.header();
    if outer.kind != Kind::Carried {
        return Ok(None);
    }
    let fault = |reason: &str| FormError::Cbor(CborError::Malformed(reason.to_owned()));
    let (_, section) = carrier.section(LAYER_CARRIED).ok_or_else(|| fault("a carrier comes with what it carries"))?;
    let content: Content = cbor::decode(section)?;
    let sections = carrier.sections().iter().take(outer.sections.len() - 1).cloned().collect();
    let entry = Entry::from_parts(&content.header, content.signature, sections)?;
    let inner = entry.header();
    if inner.kind == Kind::Carried {
        return Err(fault("a carrier that is carried"));
    }
    let same = (inner.org, inner.scope, inner.doc) == (outer.org, outer.scope, outer.doc)
        && Some(inner.kind) == outer.content_kind()
        && inner.sections == outer.sections[..outer.sections.len() - 1];
    if same { Ok(Some(entry)) } else { Err(fault("a carrier and what it carries disagree")) }
}

/// Whether what is carried was signed by its device.
pub fn is_signed(carried: &Entry, key_of: impl Fn(&DeviceId) -> Option<VerifyingKey>) -> bool {
    key_of(&carried.header().device).is_some_and(|key| carried.verify(&key).is_ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::values::{DocId, OrgId, ScopeId};

    fn key(n: u8) -> SigningKey {
        SigningKey::from_bytes(&[n; 32])
    }

    fn entry(sections: usize, bytes: usize) -> Entry {
        let named = (0..sections).map(|layer| SectionRef {
            layer: layer as u8,
            generation: 3,
            len: bytes as u32,
            hash: [0; 32],
            hint: [layer as u8; 8],
        });
        let header = Header {
            org: OrgId([1; 16]),
            scope: ScopeId([2; 16]),
            kind: Kind::Edit,
            doc: DocId([3; 16]),
            device: DeviceId([4; 16]),
            incarnation: Incarnation([5; 8]),
            seq: 9,
            prev: EntryId([6; 32]),
            bytes_total: 7_000,
            validator: VALIDATOR,
            auth: vec![EntryId([7; 32])],
            deps: vec![EntryId([8; 32])],
            sections: named.collect(),
        };
        Entry::sign(header, (0..sections).map(|n| vec![n as u8; bytes]).collect(), &key(4))
    }

    fn by() -> Carrier {
        Carrier { device: DeviceId([9; 16]), incarnation: Incarnation([9; 8]), place: Place::FIRST, auth: Vec::new() }
    }

    proptest! {
        #[test]
        fn what_is_carried_comes_out_as_it_went_in(
            sections in 0usize..=4,
            bytes in 0usize..2_000,
            dropped in proptest::collection::vec(0u8..4, 0..4),
        ) {
            let mut original = entry(sections, bytes);
            dropped.iter().for_each(|layer| original.drop_section(*layer));
            let carrier = carry(&original, by(), &key(9)).expect("no carrier itself");
            let read = Entry::decode(&carrier.encode()).expect("in form");
            let out = carried(&read).expect("in form").expect("a carrier");
            prop_assert_eq!(&out, &original);
            prop_assert!(is_signed(&out, |device| (*device == DeviceId([4; 16])).then(|| key(4).verifying_key())));
            prop_assert!(!is_signed(&out, |_| Some(key(9).verifying_key())));
            prop_assert!(!is_signed(&out, |_| None));
            prop_assert!(carry(&read, by(), &key(9)).is_none());
        }

        #[test]
        fn any_content_is_refused_without_panic(content in proptest::collection::vec(any::<u8>(), 0..400)) {
            let good = carry(&entry(2, 10), by(), &key(9)).expect("a carrier");
            let mut header = good.header().clone();
            header.sections[2].len = content.len() as u32;
            let mut sections: Vec<_> = good.sections().to_vec();
            sections[2] = Some(content);
            prop_assert!(carried(&Entry::sign_held(header, sections, &key(9))).is_err());
        }
    }

    #[test]
    fn the_largest_entry_there_is_can_be_carried() {
        let original = entry(4, 240_000);
        let carrier = carry(&original, by(), &key(9)).expect("a carrier");
        assert_eq!(carried(&Entry::decode(&carrier.encode()).expect("within bounds")), Ok(Some(original)));
    }

    #[test]
    fn a_carrier_that_disagrees_with_what_it_carries_is_not_in_form() {
        let good = carry(&entry(2, 10), by(), &key(9)).expect("a carrier");
        let with = |change: &dyn Fn(&mut Header)| {
            let mut header = good.header().clone();
            change(&mut header);
            carried(&Entry::sign_held(header, good.sections().to_vec(), &key(9))).is_err()
        };
        assert!(!with(&|_| {}));
        assert!(with(&|header| header.doc = DocId([99; 16])));
        assert!(with(&|header| header.scope = ScopeId([99; 16])));
        assert!(with(&|header| header.org = OrgId([99; 16])));
        assert!(with(&|header| header.sections[0].generation = 4));
        assert!(with(&|header| header.sections[1].hint = [99; 8]));
        assert!(with(&|header| header.sections[2].generation = Kind::Knowledge as u32));
        let mut without = good.clone();
        without.drop_section(LAYER_CARRIED);
        assert!(carried(&without).is_err());
    }

    #[test]
    fn only_a_carrier_has_the_section_of_carriers() {
        let good = carry(&entry(1, 10), by(), &key(9)).expect("a carrier");
        let mut other = good.header().clone();
        other.kind = Kind::Edit;
        assert!(cbor::decode::<Header>(&other.to_bytes()).is_err());
        let mut bare = entry(1, 10).header().clone();
        bare.kind = Kind::Carried;
        assert!(cbor::decode::<Header>(&bare.to_bytes()).is_err());
    }
}
