//! Sealing: sections, grants and key derivations, as pure functions a reviewer can read alone.
//!
//! ```text
//!              open key (scope, epoch) ───────────────────────────┐
//!  stream key (chain, audience epoch) ──▶ case key (doc, gen) ────┤
//!              CK, random per segment ────────────────────────────┤
//!                                                                 ▼ K
//!  plaintext ─ zstd ─ 0x80 00… ──▶ XChaCha20-Poly1305(k, n) ──▶ section = salt32 ‖ com32 ‖ ct
//!                                  k ‖ n ‖ com = BLAKE3-KDF("boucle 2026 section v1", K ‖ salt ‖ key_id ‖ BLAKE3(aad))
//! ```
//!
//! Every key and nonce is fresh per section, from a 256-bit salt and the whole header, so a rolled-back disk repeats no
//! nonce. `com` commits to key and context and is compared before anything is decrypted: two readers cannot be shown
//! two texts. Nothing here holds a key longer than a call; entropy is an argument. Formats: `docs/PROTOCOL.md`.

mod gift;
mod grant;
mod section;

pub use gift::{
    EarlierGift, GIVEN_BYTES_MAX, GIVEN_MAX, GiftOf, Given, GivenKey, RoleGrant, Wrap, gift_key, open_gift,
    role_receiver, role_secret, wrap_gift,
};
pub use grant::{
    BundleSlot, GRANT_SLOTS, GrantSection, InviteGrant, SLOT_BYTES, StreamGrant, WRAP_BYTES, decoy_bundle_slot,
    drop_box_secret, open_bundle_slot, open_wrap, seal_bundle_slot, wrap_secret,
};
pub use section::{
    BUCKETS_MAX, BucketTooSmall, FLAG_DEVICE_ONLY, FLAG_DROP_BOX, OpenError, Plain, SECTION_OVERHEAD_BYTES, Sealing,
    bucket_for, open_section, padding_section, seal_section,
};

/// Doors for tests of other crates and for fuzzing: past the cipher, where a hostile author can put anything.
#[cfg(feature = "testing")]
pub mod testing {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{OpenError, Plain};

    static SEALING_IS_OFF: AtomicBool = AtomicBool::new(false);

    /// Replaces sealing by identity in this whole process, for good: the control of the confidentiality scan. A test that
    /// calls it has a process of its own.
    pub fn turn_sealing_off() {
        SEALING_IS_OFF.store(true, Ordering::Relaxed);
    }

    pub(super) fn sealing_is_off() -> bool {
        SEALING_IS_OFF.load(Ordering::Relaxed)
    }

    /// Reads what stands in a section once it has opened.
    ///
    /// # Errors
    ///
    /// As [`super::open_section`], once the section is authentic.
    pub fn read_padded(padded: &[u8], generation: u32) -> Result<Plain, OpenError> {
        super::section::read_padded(padded, generation)
    }
}

/// Whether a test has replaced sealing by identity. Without the feature `testing` there is nothing to ask: never.
pub(crate) fn is_off() -> bool {
    #[cfg(feature = "testing")]
    return testing::sealing_is_off();
    #[cfg(not(feature = "testing"))]
    false
}

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::values::{AudienceId, DeviceId, DocId, Incarnation, MemberId, OrgId, ScopeId};

/// Entropy for one act, expanded from a 32-byte seed that the caller draws from the system.
pub struct Entropy(ChaCha20Rng);

impl Entropy {
    /// Expands `seed`, which must never be used twice.
    pub fn new(seed: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(seed))
    }

    /// `N` fresh bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.0.fill_bytes(&mut out);
        out
    }

    /// `n` fresh bytes.
    pub fn vec(&mut self, n: usize) -> Vec<u8> {
        let mut out = vec![0; n];
        self.0.fill_bytes(&mut out);
        out
    }

    /// A fresh secret.
    pub fn secret(&mut self) -> Secret {
        Secret(self.bytes())
    }

    /// A number below `n`, which must not be 0.
    pub fn below(&mut self, n: usize) -> usize {
        (u64::from_be_bytes(self.bytes()) % n as u64) as usize
    }

    pub(crate) fn rng(&mut self) -> &mut ChaCha20Rng {
        &mut self.0
    }
}

/// 32 secret bytes: wiped when dropped, never shown.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret(pub [u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl Secret {
    /// The X25519 public key of this secret.
    pub fn kem_public(&self) -> [u8; 32] {
        x25519_dalek::PublicKey::from(&x25519_dalek::StaticSecret::from(self.0)).to_bytes()
    }

    /// The Ed25519 key pair of this secret.
    pub fn signing_key(&self) -> ed25519_dalek::SigningKey {
        ed25519_dalek::SigningKey::from_bytes(&self.0)
    }
}

fn derive(context: &str, parts: &[&[u8]]) -> Secret {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    Secret(*hasher.finalize().as_bytes())
}

/// The signing key an invitation's seed stands for.
pub fn invite_signing_key(seed: &Secret) -> ed25519_dalek::SigningKey {
    derive("boucle 2026 invite sign v1", &[&seed.0]).signing_key()
}

/// The KEM secret an invitation's seed stands for: opens the grant section of the invite.
pub fn invite_kem_secret(seed: &Secret) -> Secret {
    derive("boucle 2026 invite kem v1", &[&seed.0])
}

/// The stream key under which one member's personal writing of one chain and audience epoch is sealed. Derived from a
/// secret only that member holds, so it need not be stored; granted once to the audience by a `keys` entry.
pub fn stream_key(
    member_data: &Secret,
    device: &DeviceId,
    incarnation: &Incarnation,
    scope: &ScopeId,
    audience: &AudienceId,
    epoch: u32,
) -> Secret {
    derive(
        "boucle 2026 stream key v1",
        &[&member_data.0, &device.0, &incarnation.0, &scope.0, &audience.0, &epoch.to_be_bytes()],
    )
}

/// The key of a document's personal sections in one chain and term. A case begins in term 0, and has none other until
/// somebody's assignment ends: see [`GiftOf`].
pub fn case_key(stream: &Secret, doc: &DocId, generation: u32, term: u16) -> Secret {
    let (generation, number) = (generation.to_be_bytes(), term.to_be_bytes());
    let term: &[u8] = if term == 0 { &[] } else { &number };
    derive("boucle 2026 case key v1", &[&stream.0, &doc.0, &generation, term])
}

/// What an epoch's entry says of its open key without giving it: only the key that fits is the scope's.
pub fn open_key_commitment(key: &Secret) -> [u8; 32] {
    blake3::derive_key("boucle 2026 open key commitment v1", &key.0)
}

/// True when something can be sealed to this X25519 public key: not one of the few points that give everyone the same
/// shared secret.
pub fn is_kem_public(pk: &[u8; 32]) -> bool {
    let probe = x25519_dalek::StaticSecret::from([9; 32]);
    probe.diffie_hellman(&x25519_dalek::PublicKey::from(*pk)).was_contributory()
}

/// The document that an entry gives birth to: bound to its place, so that no other entry can pass for its first. `salt` is
/// the hint of its grant section, random: two copies of one home that each take a case down at one place of one chain give
/// birth to two documents. A salt of zeros is none.
pub fn birth_doc(
    org: &OrgId,
    scope: &ScopeId,
    device: &DeviceId,
    incarnation: &Incarnation,
    seq: u64,
    salt: &[u8; 8],
) -> DocId {
    let salt: &[u8] = if *salt == [0; 8] { &[] } else { salt };
    let place = seq.to_be_bytes();
    DocId(crate::values::id16("boucle/doc/v1", &[&org.0, &scope.0, &device.0, &incarnation.0, &place, salt]))
}

/// The document whose birth an entry with this header would be.
pub fn birth_of(header: &crate::entry::Header) -> DocId {
    let salt = header.section(crate::entry::LAYER_GRANT).map_or([0; 8], |(_, named)| named.hint);
    birth_doc(&header.org, &header.scope, &header.device, &header.incarnation, header.seq, &salt)
}

/// Hint of an open section: the epoch of the open key.
pub fn open_hint(epoch: u32) -> [u8; 8] {
    u64::from(epoch).to_be_bytes()
}

/// Hint of a personal section: audience tag, term, and the last two bytes of the epoch. The tag's first bit is set, so it
/// never looks like [`open_hint`].
pub fn audience_hint(audience: &AudienceId, epoch: u32, term: u16) -> [u8; 8] {
    let mut hint = [0; 8];
    hint[..4].copy_from_slice(&audience.0[..4]);
    hint[0] |= 0x80;
    hint[4..6].copy_from_slice(&term.to_be_bytes());
    hint[6..].copy_from_slice(&epoch.to_be_bytes()[2..]);
    hint
}

/// The term that the hint of a personal section names.
pub fn term_of_hint(hint: &[u8; 8]) -> u16 {
    u16::from_be_bytes([hint[4], hint[5]])
}

/// Hint of a sensitive section: recognised by holders of CK, random to all others.
pub fn sensitive_hint(ck: &Secret, doc: &DocId, device: &DeviceId, incarnation: &Incarnation, seq: u64) -> [u8; 8] {
    let key = blake3::derive_key("boucle 2026 hint v1", &ck.0);
    let mut hasher = blake3::Hasher::new_keyed(&key);
    hasher.update(&doc.0);
    hasher.update(&device.0);
    hasher.update(&incarnation.0);
    hasher.update(&seq.to_be_bytes());
    let mut hint = [0; 8];
    hint.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    hint
}

/// The audience that reads a scope's personal layers.
pub fn ordinary_audience(org: &OrgId, scope: &ScopeId) -> AudienceId {
    AudienceId(crate::values::id16("boucle/audience/ordinary/v1", &[&org.0, &scope.0]))
}

/// A named audience (`psea`, `integrity`…) of the organisation.
pub fn named_audience(org: &OrgId, code: &str) -> AudienceId {
    AudienceId(crate::values::id16("boucle/audience/named/v1", &[&org.0, code.as_bytes()]))
}

/// The scope of a site's cases, of the `membership` or of the `knowledge`.
pub fn scope_id(org: &OrgId, name: &str) -> ScopeId {
    ScopeId(crate::values::id16("boucle/scope/v1", &[&org.0, name.as_bytes()]))
}

/// A device's id.
pub fn device_id(ed: &[u8; 32], x: &[u8; 32]) -> DeviceId {
    DeviceId(crate::values::id16("boucle/dev/v1", &[ed, x]))
}

/// A member's id.
pub fn member_id(ed: &[u8; 32], x: &[u8; 32]) -> MemberId {
    MemberId(crate::values::id16("boucle/mem/v1", &[ed, x]))
}

/// Automerge actor of one device incarnation and member writing one layer of one document (a drop-box change has an
/// actor of its own, by its seq).
#[derive(Debug, Clone, Copy)]
pub struct ActorOf<'a> {
    /// The organisation.
    pub org: &'a OrgId,
    /// The scope.
    pub scope: &'a ScopeId,
    /// The document.
    pub doc: &'a DocId,
    /// 0 open, 1 personal, 2 sensitive.
    pub layer: u8,
    /// Generation of the layer.
    pub generation: u32,
    /// The writing device.
    pub device: &'a DeviceId,
    /// Its incarnation.
    pub incarnation: &'a Incarnation,
    /// The writing member.
    pub member: &'a MemberId,
    /// The entry's seq if the writer cannot read the layer.
    pub drop_box_seq: Option<u64>,
}

impl ActorOf<'_> {
    /// The actor id.
    pub fn id(&self) -> crate::values::ActorId {
        let generation = self.generation.to_be_bytes();
        let seq = self.drop_box_seq.map(u64::to_be_bytes);
        let mut parts: Vec<&[u8]> = vec![
            &self.org.0,
            &self.scope.0,
            &self.doc.0,
            std::slice::from_ref(&self.layer),
            &generation,
            &self.device.0,
            &self.incarnation.0,
            &self.member.0,
        ];
        if let Some(seq) = &seq {
            parts.push(seq);
        }
        crate::values::ActorId(crate::values::id16("boucle/actor/v1", &parts))
    }
}

#[cfg(test)]
mod tests;
