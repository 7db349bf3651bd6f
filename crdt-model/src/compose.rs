//! From an act to a signed entry: buckets, sections, grants, signatures, in the one order that works.
//!
//! Lengths are in the header, the header is in the associated data of every section, and the member signs that too: so
//! the bucket is chosen first, with room to spare, and the next one is taken should the signed plaintext not fit.

use ed25519_dalek::SigningKey;

use crate::cbor;
use crate::entry::{Entry, Header, Kind, LAYER_GRANT, Place, SectionRef, VALIDATOR};
use crate::layer::Layer;
use crate::seal::{
    BUCKETS_MAX, BucketTooSmall, Entropy, FLAG_DEVICE_ONLY, GrantSection, Sealing, Secret, bucket_for, padding_section,
    seal_section,
};
use crate::values::{DeviceId, DocId, EntryId, Incarnation, OrgId, ScopeId};

/// One section to be.
pub enum SectionPlan {
    /// Not sealed: membership operations, stream grants, proofs.
    Clear {
        /// Its layer code.
        layer: u8,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// A layer's change.
    Sealed {
        /// The layer.
        layer: Layer,
        /// Tells readers which key to try.
        hint: [u8; 8],
        /// Key and plaintext.
        sealing: Sealing,
    },
    /// Looks like a sealed section and holds nothing.
    Padding {
        /// The layer.
        layer: Layer,
        /// Looks like a hint.
        hint: [u8; 8],
    },
    /// The content key to its readers (none: decoys only), always of one length.
    Grant {
        /// Looks like a hint: random at a birth, whose document it is part of the name of ([`crate::seal::birth_doc`]).
        hint: [u8; 8],
        /// The content key and the readers' KEM keys.
        to: Option<(Secret, Vec<[u8; 32]>)>,
    },
    /// As a grant to nobody, made ahead: its points take long, and nothing in them depends on the entry.
    Decoys {
        /// As that of a grant.
        hint: [u8; 8],
        /// Decoys only.
        section: GrantSection,
    },
}

/// An entry to be.
pub struct EntryPlan {
    /// The organisation.
    pub org: OrgId,
    /// The scope.
    pub scope: ScopeId,
    /// What it is.
    pub kind: Kind,
    /// The document.
    pub doc: DocId,
    /// The writing device.
    pub device: DeviceId,
    /// Its incarnation.
    pub incarnation: Incarnation,
    /// Where it goes in its chain.
    pub place: Place,
    /// Membership heads known, sorted.
    pub auth: Vec<EntryId>,
    /// Heads of the document it follows, sorted.
    pub deps: Vec<EntryId>,
    /// Its sections, by layer.
    pub sections: Vec<SectionPlan>,
}

/// Why no entry was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// More than the largest section holds.
    #[error("the act is larger than one entry holds")]
    TooLarge,
    /// More readers than slots, or a reader's key that is no key: nothing is sealed to nobody.
    #[error("the content key cannot be granted to its readers")]
    Grant,
}

impl From<BucketTooSmall> for ComposeError {
    fn from(_: BucketTooSmall) -> Self {
        Self::TooLarge
    }
}

/// Seals and signs an entry.
///
/// # Errors
///
/// [`ComposeError`] when it does not fit or cannot be granted; nothing was used up but entropy.
pub fn compose(
    plan: &EntryPlan,
    device: &SigningKey,
    member: Option<&SigningKey>,
    entropy: &mut Entropy,
) -> Result<Entry, ComposeError> {
    let plains = plan.sections.iter().filter_map(|section| match section {
        SectionPlan::Sealed { sealing, .. } => Some(&sealing.plain),
        _ => None,
    });
    let mut bucket = bucket_for(plains)?;
    loop {
        match attempt(plan, bucket, device, member, entropy) {
            Err(Attempt::Bucket) if bucket < BUCKETS_MAX => {
                bucket = (bucket + bucket / 2).next_multiple_of(256).min(BUCKETS_MAX)
            }
            Err(Attempt::Bucket) => return Err(ComposeError::TooLarge),
            Err(Attempt::Grant) => return Err(ComposeError::Grant),
            Ok(entry) => return Ok(entry),
        }
    }
}

enum Attempt {
    Bucket,
    Grant,
}

fn attempt(
    plan: &EntryPlan,
    bucket: usize,
    device: &SigningKey,
    member: Option<&SigningKey>,
    entropy: &mut Entropy,
) -> Result<Entry, Attempt> {
    let header = header(plan, bucket);
    let aad = header.aad();
    let mut sections = Vec::with_capacity(plan.sections.len());
    for section in &plan.sections {
        sections.push(match section {
            SectionPlan::Clear { bytes, .. } => bytes.clone(),
            SectionPlan::Padding { .. } => padding_section(bucket, entropy),
            SectionPlan::Sealed { layer, sealing, .. } => {
                let signer = if sealing.plain.flags & FLAG_DEVICE_ONLY == 0 { member } else { None };
                seal_section(sealing, signer, &aad, layer.code(), bucket, entropy).map_err(|_| Attempt::Bucket)?
            }
            SectionPlan::Decoys { section, .. } => cbor::encode(section),
            SectionPlan::Grant { to, .. } => {
                cbor::encode(&grant(plan, to.as_ref(), &aad, entropy).ok_or(Attempt::Grant)?)
            }
        });
    }
    Ok(Entry::sign(header, sections, device))
}

fn grant(
    plan: &EntryPlan,
    to: Option<&(Secret, Vec<[u8; 32]>)>,
    aad: &[u8],
    entropy: &mut Entropy,
) -> Option<GrantSection> {
    match to {
        Some((_, readers)) if readers.is_empty() => None,
        Some((ck, readers)) => {
            let context = (&plan.org, &plan.scope, &plan.doc);
            GrantSection::new(context, aad, Layer::Sensitive.code(), ck, readers, entropy)
        }
        None => Some(GrantSection::decoys(entropy)),
    }
}

fn header(plan: &EntryPlan, bucket: usize) -> Header {
    // all sections of an entry are of one generation: padding must not stand out
    let generation = plan.sections.iter().find_map(|section| match section {
        SectionPlan::Sealed { sealing, .. } => Some(sealing.plain.generation),
        _ => None,
    });
    let generation = generation.unwrap_or(0);
    let sections = plan
        .sections
        .iter()
        .map(|section| {
            let (layer, generation, len, hint) = match section {
                SectionPlan::Clear { layer, bytes } => (*layer, 0, bytes.len(), [0; 8]),
                SectionPlan::Padding { layer, hint } => (layer.code(), generation, bucket, *hint),
                SectionPlan::Sealed { layer, hint, sealing } => (layer.code(), sealing.plain.generation, bucket, *hint),
                SectionPlan::Grant { hint, .. } | SectionPlan::Decoys { hint, .. } => {
                    (LAYER_GRANT, generation, GrantSection::LEN, *hint)
                }
            };
            SectionRef { layer, generation, len: len as u32, hash: [0; 32], hint }
        })
        .collect();
    let mut header = Header {
        org: plan.org,
        scope: plan.scope,
        kind: plan.kind,
        doc: plan.doc,
        device: plan.device,
        incarnation: plan.incarnation,
        seq: plan.place.seq,
        prev: plan.place.prev,
        bytes_total: 0,
        validator: VALIDATOR,
        auth: plan.auth.clone(),
        deps: plan.deps.clone(),
        sections,
    };
    header.bytes_total = plan.place.bytes_before + header.cost();
    header
}
