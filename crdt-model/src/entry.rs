//! Entries: one signed edit, its header in the clear, its content in detachable sealed sections.
//!
//! ```text
//! Entry    = [ header: bstr, sig: bstr(64), sections: [* bstr / null] ]     null = erased or not held
//! entry_id = BLAKE3 derive_key("boucle 2026 entry id v1")(header)
//! sig      = Ed25519(device key, "boucle/entry/v1\0" ‖ entry_id)
//! aad      = header with every section hash set to zero
//! ```
//!
//! Chains close over headers: section bytes are outside the signed bytes (only their hashes are in), so a section can be
//! erased for ever and chain and signature still verify. Byte by byte: `docs/PROTOCOL.md`.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::values::{DeviceId, DocId, EntryId, Incarnation, OrgId, ScopeId};

/// Version of the header format.
pub const HEADER_VERSION: u64 = 1;
/// Version of the gates a change must pass (the `validator` of a header).
pub const VALIDATOR: u64 = 1;
/// Most membership heads an `auth` names.
pub const AUTH_MAX: usize = 8;
/// Most entries a header causally follows.
pub const DEPS_MAX: usize = 32;
/// Most sections of an entry.
pub const SECTIONS_MAX: usize = 8;
/// Largest section, bytes.
pub const SECTION_BYTES_MAX: usize = 262_144;
/// Largest header, bytes.
pub const HEADER_BYTES_MAX: usize = 4_096;
/// Most bytes of all sections of an entry: with header, signature and framing it stays below [`ENTRY_BYTES_MAX`].
pub const SECTIONS_BYTES_MAX: u64 = 960_000;
/// Largest entry, bytes: it fits one frame of 1 MiB.
pub const ENTRY_BYTES_MAX: usize = 1_000_000;
/// What each entry counts for beside its sections in `bytes_total`.
pub const ENTRY_COST_BYTES: u64 = 512;

const ENTRY_ID_CONTEXT: &str = "boucle 2026 entry id v1";
const SECTION_HASH_CONTEXT: &str = "boucle 2026 section hash v1";
const SIGNATURE_DOMAIN: &[u8] = b"boucle/entry/v1\0";

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A membership operation, unsealed.
    Membership = 0,
    /// An edit of a case.
    Edit = 1,
    /// How far its device holds chains of others, unsealed: see [`crate::receipt`].
    Receipt = 2,
    /// A record of who read what (reserved).
    Audit = 3,
    /// A chunk of an attachment (reserved).
    Attachment = 4,
    /// Erasure, hold or withdrawal, unsealed.
    Erasure = 5,
    /// Knowledge: staff names, taxonomy, routing, procedures.
    Knowledge = 6,
    /// Stream keys granted to an audience epoch.
    Keys = 7,
    /// Proof of a fork, unsealed.
    Proof = 8,
    /// An entry that the fork of its chain cut off, carried on whole ([`crate::carried`]).
    Carried = 9,
}

impl Kind {
    fn from_code(code: u64) -> Option<Self> {
        Some(match code {
            0 => Self::Membership,
            1 => Self::Edit,
            2 => Self::Receipt,
            3 => Self::Audit,
            4 => Self::Attachment,
            5 => Self::Erasure,
            6 => Self::Knowledge,
            7 => Self::Keys,
            8 => Self::Proof,
            9 => Self::Carried,
            _ => return None,
        })
    }
}

/// Layer code of a grant section.
pub const LAYER_GRANT: u8 = 3;
/// Layer code of the section that names what an entry of kind [`Kind::Carried`] carries. No other kind has it.
pub const LAYER_CARRIED: u8 = 4;
/// Most bytes of that section: a header, a signature and their framing.
pub const CARRIED_BYTES_MAX: usize = HEADER_BYTES_MAX + 72;

/// What a header says of one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionRef {
    /// 0 open, 1 personal, 2 sensitive, 3 grant, 4 carried.
    pub layer: u8,
    /// Which rewriting of the layer; of layer 4, the kind of what is carried.
    pub generation: u32,
    /// Length in bytes.
    pub len: u32,
    /// Hash of the bytes.
    pub hash: [u8; 32],
    /// Tells a reader which key to try.
    pub hint: [u8; 8],
}

impl Canonical for SectionRef {
    fn write(&self, w: &mut Writer) {
        w.arr(5)
            .uint(self.layer.into())
            .uint(self.generation.into())
            .uint(self.len.into())
            .bstr(&self.hash)
            .bstr(&self.hint);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(5)?;
        let section = Self { layer: r.u8()?, generation: r.u32()?, len: r.u32()?, hash: r.fixed()?, hint: r.fixed()? };
        if section.layer > LAYER_CARRIED {
            return malformed("unknown layer");
        }
        if section.len as usize > SECTION_BYTES_MAX {
            return malformed("section too long");
        }
        Ok(section)
    }
}

/// The signed part of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The organisation.
    pub org: OrgId,
    /// The scope it belongs to.
    pub scope: ScopeId,
    /// What it is.
    pub kind: Kind,
    /// The document; zero for kinds that name none.
    pub doc: DocId,
    /// The device that wrote it.
    pub device: DeviceId,
    /// Which life of that device's store.
    pub incarnation: Incarnation,
    /// Position in the chain (device, incarnation, scope), from 1.
    pub seq: u64,
    /// The entry before it in the chain; zero at 1.
    pub prev: EntryId,
    /// Sum over the chain, this entry included, of [`ENTRY_COST_BYTES`] and all section lengths.
    pub bytes_total: u64,
    /// Version of the gates its author used.
    pub validator: u64,
    /// Membership heads its author knew, sorted.
    pub auth: Vec<EntryId>,
    /// Entries of the same document it causally follows, sorted.
    pub deps: Vec<EntryId>,
    /// Its sections, by layer.
    pub sections: Vec<SectionRef>,
}

impl Canonical for Header {
    fn write(&self, w: &mut Writer) {
        w.arr(14)
            .uint(HEADER_VERSION)
            .bstr(&self.org.0)
            .bstr(&self.scope.0)
            .uint(self.kind as u64)
            .bstr(&self.doc.0)
            .bstr(&self.device.0)
            .bstr(&self.incarnation.0)
            .uint(self.seq)
            .bstr(&self.prev.0)
            .uint(self.bytes_total)
            .uint(self.validator);
        for ids in [&self.auth, &self.deps] {
            w.arr(ids.len());
            for id in ids {
                w.bstr(&id.0);
            }
        }
        w.arr(self.sections.len());
        for section in &self.sections {
            section.write(w);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(14)?;
        if r.u64()? != HEADER_VERSION {
            return malformed("unknown header version");
        }
        let header = Self {
            org: OrgId(r.fixed()?),
            scope: ScopeId(r.fixed()?),
            kind: match Kind::from_code(r.u64()?) {
                Some(kind) => kind,
                None => return malformed("unknown kind"),
            },
            doc: DocId(r.fixed()?),
            device: DeviceId(r.fixed()?),
            incarnation: Incarnation(r.fixed()?),
            seq: r.u64()?,
            prev: EntryId(r.fixed()?),
            bytes_total: r.u64()?,
            validator: r.u64()?,
            auth: read_ids(r, AUTH_MAX)?,
            deps: read_ids(r, DEPS_MAX)?,
            sections: read_sections(r)?,
        };
        // the one that says what is carried comes on top, so that whatever was an entry can be carried
        let own = header.sections.iter().filter(|section| section.layer != LAYER_CARRIED);
        if own.map(|s| u64::from(s.len)).sum::<u64>() > SECTIONS_BYTES_MAX {
            return malformed("sections too long together");
        }
        match header.section(LAYER_CARRIED) {
            Some((_, named)) if named.len as usize > CARRIED_BYTES_MAX => return malformed("section too long"),
            carried if carried.is_some() != (header.kind == Kind::Carried) => {
                return malformed("a kind and its sections disagree");
            }
            _ => {}
        }
        if header.seq == 0 || (header.seq == 1) != (header.prev == EntryId::ZERO) {
            return malformed("seq and prev disagree");
        }
        Ok(header)
    }
}

fn read_ids(r: &mut Reader<'_>, max: usize) -> Result<Vec<EntryId>, CborError> {
    let n = r.arr_max(max as u64)?;
    let mut ids = Vec::with_capacity(n as usize);
    for _ in 0..n {
        let id = EntryId(r.fixed()?);
        if ids.last().is_some_and(|last| *last >= id) {
            return malformed("ids not sorted");
        }
        ids.push(id);
    }
    Ok(ids)
}

fn read_sections(r: &mut Reader<'_>) -> Result<Vec<SectionRef>, CborError> {
    let n = r.arr_max(SECTIONS_MAX as u64)?;
    let mut sections: Vec<SectionRef> = Vec::with_capacity(n as usize);
    for _ in 0..n {
        let section = SectionRef::read(r)?;
        if sections.last().is_some_and(|last| last.layer >= section.layer) {
            return malformed("sections not sorted by layer");
        }
        sections.push(section);
    }
    Ok(sections)
}

impl Header {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Associated data of its sections: the header with every section hash set to zero, so that sections can be sealed
    /// before their hashes are known and yet are bound to everything else the header says.
    pub fn aad(&self) -> Vec<u8> {
        let mut bare = self.clone();
        for section in &mut bare.sections {
            section.hash = [0; 32];
        }
        bare.to_bytes()
    }

    /// What this entry adds to its chain's `bytes_total`.
    pub fn cost(&self) -> u64 {
        ENTRY_COST_BYTES + self.sections.iter().map(|s| u64::from(s.len)).sum::<u64>()
    }

    /// What the entry says something as: its kind or, of a carrier, that of what it carries. `None` for a carrier of
    /// nothing that there is.
    pub fn content_kind(&self) -> Option<Kind> {
        match self.kind {
            Kind::Carried => Kind::from_code(self.section(LAYER_CARRIED)?.1.generation.into()),
            kind => Some(kind),
        }
    }

    /// The section of a layer, with its index.
    pub fn section(&self, layer: u8) -> Option<(usize, &SectionRef)> {
        self.sections.iter().enumerate().find(|(_, s)| s.layer == layer)
    }
}

/// The id of a header.
pub fn entry_id(header_bytes: &[u8]) -> EntryId {
    EntryId(blake3::derive_key(ENTRY_ID_CONTEXT, header_bytes))
}

/// The hash a header gives for a section.
pub fn section_hash(bytes: &[u8]) -> [u8; 32] {
    blake3::derive_key(SECTION_HASH_CONTEXT, bytes)
}

/// Why an entry's bytes were refused, before anything else was looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Longer than a bound.
    #[error("{what} of {found} bytes, at most {max} allowed")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not canonical CBOR of the expected structure.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// The number of sections differs from what the header says.
    #[error("the header names {expected} sections, {found} came")]
    SectionCount {
        /// In the header.
        expected: usize,
        /// In the entry.
        found: usize,
    },
    /// A section's bytes are not those the header names.
    #[error("section {index} does not fit its hash")]
    SectionHash {
        /// Which section.
        index: usize,
    },
    /// The signature is not the device's.
    #[error("signature does not verify")]
    Signature,
    /// Another organisation's entry.
    #[error("entry of organisation {found}, expected {expected}")]
    ForeignOrg {
        /// Found in the header.
        found: OrgId,
        /// Ours.
        expected: OrgId,
    },
}

impl FormError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too_long",
            Self::Cbor(CborError::NotCanonical) => "not_canonical",
            Self::Cbor(CborError::Malformed(_)) => "malformed",
            Self::SectionCount { .. } => "section_count",
            Self::SectionHash { .. } => "section_hash",
            Self::Signature => "signature",
            Self::ForeignOrg { .. } => "foreign_org",
        }
    }
}

/// One signed edit.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    header: Header,
    header_bytes: Vec<u8>,
    id: EntryId,
    sig: [u8; 64],
    sections: Vec<Option<Vec<u8>>>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry({} {:?} seq {})", self.id.short(), self.header.kind, self.header.seq)
    }
}

impl Entry {
    /// Signs `header` over `sections`, whose lengths the header already names; their hashes are filled in here.
    ///
    /// # Panics
    ///
    /// If the number or the lengths of `sections` differ from what the header names: a fault of the caller.
    pub fn sign(header: Header, sections: Vec<Vec<u8>>, key: &SigningKey) -> Self {
        Self::sign_held(header, sections.into_iter().map(Some).collect(), key)
    }

    /// As [`sign`](Self::sign), where the bytes of some sections are not held: the header has their hashes already.
    ///
    /// # Panics
    ///
    /// As [`sign`](Self::sign).
    pub fn sign_held(mut header: Header, sections: Vec<Option<Vec<u8>>>, key: &SigningKey) -> Self {
        assert_eq!(header.sections.len(), sections.len(), "one section for each the header names");
        for (named, bytes) in header.sections.iter_mut().zip(&sections) {
            let Some(bytes) = bytes else { continue };
            assert_eq!(named.len as usize, bytes.len(), "sections have the lengths the header names");
            named.hash = section_hash(bytes);
        }
        let header_bytes = header.to_bytes();
        let id = entry_id(&header_bytes);
        let sig = key.sign(&signed_message(&id)).to_bytes();
        Self { header, header_bytes, id, sig, sections }
    }

    /// Puts an entry together from its parts, each checked against the header.
    ///
    /// # Errors
    ///
    /// [`FormError`] when a part exceeds its bound, is not canonical or does not fit.
    pub fn from_parts(header_bytes: &[u8], sig: [u8; 64], sections: Vec<Option<Vec<u8>>>) -> Result<Self, FormError> {
        if header_bytes.len() > HEADER_BYTES_MAX {
            return Err(FormError::TooLong { what: "header", found: header_bytes.len(), max: HEADER_BYTES_MAX });
        }
        let header: Header = cbor::decode(header_bytes)?;
        if header.sections.len() != sections.len() {
            return Err(FormError::SectionCount { expected: header.sections.len(), found: sections.len() });
        }
        for (index, (named, bytes)) in header.sections.iter().zip(&sections).enumerate() {
            if let Some(bytes) = bytes
                && (bytes.len() != named.len as usize || section_hash(bytes) != named.hash)
            {
                return Err(FormError::SectionHash { index });
            }
        }
        let id = entry_id(header_bytes);
        Ok(Self { header, header_bytes: header_bytes.to_vec(), id, sig, sections })
    }

    /// Decodes an entry. The signature is checked apart, by [`Entry::verify`], since the key comes from the roster.
    ///
    /// # Errors
    ///
    /// [`FormError`] for anything but one canonical entry within bounds whose sections fit their hashes.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormError> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(FormError::TooLong { what: "entry", found: bytes.len(), max: ENTRY_BYTES_MAX });
        }
        let raw: RawEntry = cbor::decode(bytes)?;
        Self::from_parts(&raw.header, raw.sig, raw.sections)
    }

    /// The canonical bytes, with the sections held.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new(Vec::with_capacity(self.header_bytes.len() + 128));
        write_entry(&mut w, &self.header_bytes, &self.sig, &self.sections);
        w.into_writer()
    }

    /// Checks the device's signature strictly.
    ///
    /// # Errors
    ///
    /// [`FormError::Signature`] when it does not verify.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), FormError> {
        key.verify_strict(&signed_message(&self.id), &Signature::from_bytes(&self.sig))
            .map_err(|_| FormError::Signature)
    }

    /// Its id.
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Its header's canonical bytes.
    pub fn header_bytes(&self) -> &[u8] {
        &self.header_bytes
    }

    /// Its signature.
    pub fn signature(&self) -> &[u8; 64] {
        &self.sig
    }

    /// The section bytes, in the header's order; `None` where not held.
    pub fn sections(&self) -> &[Option<Vec<u8>>] {
        &self.sections
    }

    /// The held bytes of a layer's section and what the header says of it.
    pub fn section(&self, layer: u8) -> Option<(&SectionRef, &[u8])> {
        let (index, named) = self.header.section(layer)?;
        Some((named, self.sections.get(index)?.as_deref()?))
    }

    /// Forgets a section's bytes; chain and signature still verify.
    pub fn drop_section(&mut self, layer: u8) {
        if let Some((index, _)) = self.header.section(layer) {
            self.sections[index] = None;
        }
    }

    /// True when every section the header names is held.
    pub fn is_whole(&self) -> bool {
        self.sections.iter().all(Option::is_some)
    }
}

/// What a device signs of an entry.
pub(crate) fn signed_message(id: &EntryId) -> Vec<u8> {
    [SIGNATURE_DOMAIN, &id.0].concat()
}

/// Appends the canonical encoding of an entry given in parts.
fn write_entry(w: &mut Writer, header: &[u8], sig: &[u8; 64], sections: &[Option<Vec<u8>>]) {
    w.arr(3).bstr(header).bstr(sig).arr(sections.len());
    for section in sections {
        match section {
            Some(bytes) => w.bstr(bytes),
            None => w.nil(),
        };
    }
}

struct RawEntry {
    header: Vec<u8>,
    sig: [u8; 64],
    sections: Vec<Option<Vec<u8>>>,
}

impl Canonical for RawEntry {
    fn write(&self, w: &mut Writer) {
        write_entry(w, &self.header, &self.sig, &self.sections);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(3)?;
        let header = r.bstr_max(HEADER_BYTES_MAX)?.to_vec();
        let sig = r.fixed()?;
        let n = r.arr_max(SECTIONS_MAX as u64)?;
        let mut sections = Vec::with_capacity(n as usize);
        for _ in 0..n {
            sections.push(if r.take_null()? { None } else { Some(r.bstr_max(SECTION_BYTES_MAX)?.to_vec()) });
        }
        Ok(Self { header, sig, sections })
    }
}

/// Where a new entry goes in its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Position, from 1.
    pub seq: u64,
    /// The entry before; zero at 1.
    pub prev: EntryId,
    /// The chain's `bytes_total` before this entry.
    pub bytes_before: u64,
}

impl Place {
    /// The first place of a chain.
    pub const FIRST: Self = Self { seq: 1, prev: EntryId::ZERO, bytes_before: 0 };

    /// Checks that `header` takes this place.
    pub fn fits(&self, header: &Header) -> bool {
        header.seq == self.seq
            && header.prev == self.prev
            && self.bytes_before.checked_add(header.cost()) == Some(header.bytes_total)
    }

    /// The place after `header`.
    pub fn after(header: &Header, id: EntryId) -> Self {
        Self { seq: header.seq + 1, prev: id, bytes_before: header.bytes_total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn sample(sections: &[Vec<u8>]) -> Entry {
        let named = sections
            .iter()
            .enumerate()
            .map(|(i, bytes)| SectionRef {
                layer: i as u8,
                generation: 0,
                len: bytes.len() as u32,
                hash: [0; 32],
                hint: [i as u8; 8],
            })
            .collect();
        let mut header = Header {
            org: OrgId([1; 16]),
            scope: ScopeId([2; 16]),
            kind: Kind::Edit,
            doc: DocId([3; 16]),
            device: DeviceId([4; 16]),
            incarnation: Incarnation([5; 8]),
            seq: 1,
            prev: EntryId::ZERO,
            bytes_total: 0,
            validator: VALIDATOR,
            auth: vec![EntryId([8; 32])],
            deps: vec![],
            sections: named,
        };
        header.bytes_total = header.cost();
        Entry::sign(header, sections.to_vec(), &key())
    }

    #[test]
    fn an_entry_survives_encoding_and_its_signature_verifies() {
        let entry = sample(&[vec![1; 600], vec![2; 600], vec![3; 600]]);
        let back = Entry::decode(&entry.encode()).expect("decodes");
        assert_eq!(back, entry);
        back.verify(&key().verifying_key()).expect("verifies");
        assert!(Place::FIRST.fits(back.header()));
    }

    #[test]
    fn a_dropped_section_leaves_chain_and_signature_whole() {
        let mut entry = sample(&[vec![1; 10], vec![2; 10]]);
        let id = entry.id();
        entry.drop_section(1);
        let back = Entry::decode(&entry.encode()).expect("decodes");
        assert_eq!(back.id(), id);
        assert!(!back.is_whole());
        back.verify(&key().verifying_key()).expect("verifies");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = Entry::decode(&bytes);
        }

        #[test]
        fn every_flipped_bit_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let entry = sample(&[vec![1; 40], vec![2; 40]]);
            let mut bytes = entry.encode();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let refused = match Entry::decode(&bytes) {
                Err(_) => true,
                Ok(changed) => changed.verify(&key().verifying_key()).is_err(),
            };
            prop_assert!(refused);
        }
    }
}
