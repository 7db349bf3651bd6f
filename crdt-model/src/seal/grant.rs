//! HPKE (RFC 9180 base mode, X25519 / HKDF-SHA256 / ChaCha20-Poly1305): who is given which key.

use std::convert::Infallible;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem as _, OpModeR, OpModeS, Serializable};
use rand_core::{CryptoRng, TryCryptoRng, TryRng};
use zeroize::Zeroizing;

use super::{Entropy, Secret};
use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt};
use crate::values::{AudienceId, DeviceId, DocId, Incarnation, OrgId, ScopeId};

type Kem = X25519HkdfSha256;

/// Slots of every grant section, real or decoy.
pub const GRANT_SLOTS: usize = 8;
/// Ciphertext of one slot: 40 bytes of plaintext and the tag.
pub const SLOT_BYTES: usize = 56;
/// Ciphertext of one wrapped secret: 32 bytes and the tag.
pub const WRAP_BYTES: usize = 48;

/// Seals `plaintext` to an X25519 public key. `None` when the public key is not a valid point.
pub(super) fn hpke_seal(
    to: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Option<([u8; 32], Vec<u8>)> {
    let to = <Kem as hpke::Kem>::PublicKey::from_bytes(to).ok()?;
    let (enc, ct) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeS::Base,
        &to,
        info,
        plaintext,
        aad,
        rng,
    )
    .ok()?;
    Some((enc.to_bytes().into(), ct))
}

pub(super) fn hpke_open(
    secret: &Secret,
    info: &[u8],
    aad: &[u8],
    enc: &[u8; 32],
    ct: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let secret = <Kem as hpke::Kem>::PrivateKey::from_bytes(&secret.0).ok()?;
    let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(enc).ok()?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(&OpModeR::Base, &secret, &enc, info, ct, aad)
        .ok()
        .map(Zeroizing::new)
}

fn wrap_info(org: &OrgId, target: &[u8; 16], epoch: u32, to: &[u8; 16]) -> Vec<u8> {
    [b"boucle/wrap/v1".as_slice(), &org.0, target, &epoch.to_be_bytes(), to].concat()
}

/// Gives the bytes it holds, once: what HPKE makes its ephemeral key of where that key is derived.
pub(super) struct Derived(pub(super) Secret);

impl TryRng for Derived {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// HPKE asks once, for 32 bytes. Whatever is asked for beyond is derived from what was given before.
    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        for part in into.chunks_mut(32) {
            part.copy_from_slice(&self.0.0[..part.len()]);
            self.0 = super::derive("boucle 2026 wrap ephemeral, more v1", &[&self.0.0]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Derived {}

/// Wraps a secret (an audience's or a scope's, of one epoch) to a device's or member's KEM key: `enc32 ‖ ct48`, or
/// `None` when the key is no valid point.
///
/// What would be random is derived from the secret and from what it is wrapped for, so everybody who holds the secret
/// writes the same bytes: a wrap that does not open is told from one that does by whoever could have made it, and what
/// several write at once is one thing. To who does not hold the secret, 256 random bits, the bytes are as random.
pub fn wrap_secret(
    secret: &Secret,
    org: &OrgId,
    target: &[u8; 16],
    epoch: u32,
    to: (&[u8; 16], &[u8; 32]),
) -> Option<([u8; 32], [u8; WRAP_BYTES])> {
    let context: &[&[u8]] = &[&secret.0, &org.0, target, &epoch.to_be_bytes(), to.0, to.1];
    let mut ephemeral = Derived(super::derive("boucle 2026 wrap ephemeral v1", context));
    let (enc, ct) = hpke_seal(to.1, &wrap_info(org, target, epoch, to.0), b"", &secret.0, &mut ephemeral)?;
    Some((enc, ct.try_into().ok()?))
}

/// Opens what [`wrap_secret`] sealed; `None` when it is not for this key or context.
pub fn open_wrap(
    kem_secret: &Secret,
    org: &OrgId,
    target: &[u8; 16],
    epoch: u32,
    to: &[u8; 16],
    sealed: (&[u8; 32], &[u8; WRAP_BYTES]),
) -> Option<Secret> {
    let plain = hpke_open(kem_secret, &wrap_info(org, target, epoch, to), b"", sealed.0, sealed.1)?;
    Some(Secret(plain.as_slice().try_into().ok()?))
}

/// `enc32 ‖ ct48`: one slot of a bundle.
pub type BundleSlot = ([u8; 32], [u8; WRAP_BYTES]);

fn bundle_info(org: &OrgId) -> Vec<u8> {
    [b"boucle/bundle slot/v1".as_slice(), &org.0].concat()
}

/// Wraps the file key of the bundle with this salt to a KEM key, or `None` when the key is no valid point.
pub fn seal_bundle_slot(
    file_key: &Secret,
    org: &OrgId,
    salt: &[u8; 32],
    to: &[u8; 32],
    entropy: &mut Entropy,
) -> Option<BundleSlot> {
    let (enc, ct) = hpke_seal(to, &bundle_info(org), salt, &file_key.0, entropy.rng())?;
    Some((enc, ct.try_into().ok()?))
}

/// Opens what [`seal_bundle_slot`] sealed; `None` when it is not for this key, organisation or bundle. The file key
/// counts only once it fits the bundle's commitment: HPKE's cipher does not commit to its key.
pub fn open_bundle_slot(kem_secret: &Secret, org: &OrgId, salt: &[u8; 32], slot: &BundleSlot) -> Option<Secret> {
    let plain = hpke_open(kem_secret, &bundle_info(org), salt, &slot.0, &slot.1)?;
    Some(Secret(plain.as_slice().try_into().ok()?))
}

/// A slot for nobody: a real encapsulated point with random bytes for its ciphertext.
pub fn decoy_bundle_slot(entropy: &mut Entropy) -> BundleSlot {
    let (_, point) = Kem::gen_keypair_with_rng(entropy.rng());
    (point.to_bytes().into(), entropy.bytes())
}

/// A grant section: [`GRANT_SLOTS`] slots, some real, the others decoys, shuffled; always one length.
///
/// The encapsulated point of the first slot, real or decoy, is derived from the content key where one is granted: whoever
/// holds the key knows the secret behind the point, and nobody else does. So the point is where those who cannot read the
/// case leave what they add to it ([`GrantSection::drop_box`]), and it tells them nothing of who reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantSection {
    salt: [u8; 16],
    slots: Vec<([u8; 32], [u8; SLOT_BYTES])>,
}

fn grant_info(org: &OrgId, scope: &ScopeId, doc: &DocId) -> Vec<u8> {
    [b"boucle/grant/v1".as_slice(), &org.0, &scope.0, &doc.0].concat()
}

/// What the secret behind a grant's first point is made of: see [`drop_box_secret`].
fn drop_box_seed(context: (&OrgId, &ScopeId, &DocId), ck: &Secret) -> Secret {
    super::derive("boucle 2026 drop box v1", &[&ck.0, &context.0.0, &context.1.0, &context.2.0])
}

/// The X25519 secret behind [`GrantSection::drop_box`], for who holds the content key granted there: `DeriveKeyPair`
/// (RFC 9180, 7.1.3) of a key derived from it.
pub fn drop_box_secret(context: (&OrgId, &ScopeId, &DocId), ck: &Secret) -> Secret {
    let (secret, _) = <Kem as hpke::Kem>::derive_keypair(&drop_box_seed(context, ck).0);
    Secret(secret.to_bytes().into())
}

impl GrantSection {
    /// Length of every grant section, bytes: array, salt, and `GRANT_SLOTS` × (array, 2 + 32, 2 + 56).
    pub const LEN: usize = 1 + 1 + 16 + 1 + GRANT_SLOTS * (1 + 2 + 32 + 2 + SLOT_BYTES);

    /// Grants `ck` (of `layer`) to each of `readers`' KEM keys; what is left of the slots is decoys. `None` when there
    /// are more readers than slots or a key is no valid point: nothing may be sealed to nobody.
    pub fn new(
        context: (&OrgId, &ScopeId, &DocId),
        header_aad: &[u8],
        layer: u8,
        ck: &Secret,
        readers: &[[u8; 32]],
        entropy: &mut Entropy,
    ) -> Option<Self> {
        if readers.len() > GRANT_SLOTS {
            return None;
        }
        let info = grant_info(context.0, context.1, context.2);
        let mut plain = Zeroizing::new([0; 40]);
        plain[..32].copy_from_slice(&ck.0);
        plain[32] = layer;
        let mut places: [Option<&[u8; 32]>; GRANT_SLOTS] = [None; GRANT_SLOTS];
        for (place, reader) in places.iter_mut().zip(readers) {
            *place = Some(reader);
        }
        for i in (1..places.len()).rev() {
            places.swap(i, entropy.below(i + 1));
        }
        let mut slots = Vec::with_capacity(GRANT_SLOTS);
        for (at, reader) in places.into_iter().enumerate() {
            let slot = match (at, reader) {
                (0, None) => (drop_box_secret(context, ck).kem_public(), entropy.bytes()),
                (0, Some(reader)) => {
                    let mut ephemeral = Derived(drop_box_seed(context, ck));
                    let (enc, ct) = hpke_seal(reader, &info, header_aad, &*plain, &mut ephemeral)?;
                    (enc, ct.try_into().ok()?)
                }
                (_, None) => Self::decoy(entropy),
                (_, Some(reader)) => {
                    let (enc, ct) = hpke_seal(reader, &info, header_aad, &*plain, entropy.rng())?;
                    (enc, ct.try_into().ok()?)
                }
            };
            slots.push(slot);
        }
        Some(Self::salted(slots))
    }

    /// With the salt that says how the section was made: it is a hash of the slots, which are random already.
    fn salted(slots: Vec<([u8; 32], [u8; SLOT_BYTES])>) -> Self {
        let salt = Self::salt_of(&slots);
        Self { salt, slots }
    }

    fn salt_of(slots: &[([u8; 32], [u8; SLOT_BYTES])]) -> [u8; 16] {
        let parts: Vec<&[u8]> = slots.iter().flat_map(|(enc, ct)| [enc.as_slice(), ct.as_slice()]).collect();
        crate::values::id16("boucle/grant salt/v1", &parts)
    }

    /// The X25519 key to which somebody who cannot read the document seals what they add to it: those read it who hold
    /// the key that this section grants. `None`: made by a program that knew of no such key, so nobody could.
    pub fn drop_box(&self) -> Option<[u8; 32]> {
        (self.salt == Self::salt_of(&self.slots)).then_some(self.slots[0].0)
    }

    /// A grant section to nobody, of the same shape as any other.
    pub fn decoys(entropy: &mut Entropy) -> Self {
        Self::salted((0..GRANT_SLOTS).map(|_| Self::decoy(entropy)).collect())
    }

    /// A real encapsulated point with random bytes for its ciphertext.
    fn decoy(entropy: &mut Entropy) -> ([u8; 32], [u8; SLOT_BYTES]) {
        let (_, point) = Kem::gen_keypair_with_rng(entropy.rng());
        (point.to_bytes().into(), entropy.bytes())
    }

    /// The CKs that `kem_secret` opens, each with its layer, slot by slot as they are asked for: each slot costs a
    /// multiplication on the curve. A slot counts only once a section under its key passes the commitment check: HPKE's
    /// cipher does not commit to its key.
    pub fn open<'a>(
        &'a self,
        context: (&OrgId, &ScopeId, &DocId),
        header_aad: &'a [u8],
        kem_secret: &'a Secret,
    ) -> impl Iterator<Item = (u8, Secret)> + 'a {
        let info = grant_info(context.0, context.1, context.2);
        self.slots.iter().filter_map(move |(enc, ct)| {
            let plain = hpke_open(kem_secret, &info, header_aad, enc, ct)?;
            let key = plain.get(..32)?.try_into().ok()?;
            (plain.len() == 40 && plain[33..] == [0; 7]).then_some((plain[32], Secret(key)))
        })
    }
}

impl Canonical for GrantSection {
    fn write(&self, w: &mut Writer) {
        w.arr(2).bstr(&self.salt).arr(self.slots.len());
        for (enc, ct) in &self.slots {
            w.arr(2).bstr(enc).bstr(ct);
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(2)?;
        let salt = r.fixed()?;
        r.arr_of(GRANT_SLOTS as u64)?;
        let mut slots = Vec::with_capacity(GRANT_SLOTS);
        for _ in 0..GRANT_SLOTS {
            r.arr_of(2)?;
            slots.push((r.fixed()?, r.fixed()?));
        }
        Ok(Self { salt, slots })
    }
}

/// The content of a `keys` entry: one stream key, granted to one audience epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamGrant {
    /// Random, so that equal grants differ.
    pub salt: [u8; 16],
    /// The audience.
    pub audience: AudienceId,
    /// Its epoch.
    pub epoch: u32,
    enc: [u8; 32],
    ct: [u8; WRAP_BYTES],
}

fn stream_info(org: &OrgId, scope: &ScopeId, device: &DeviceId, incarnation: &Incarnation) -> Vec<u8> {
    [b"boucle/stream/v1".as_slice(), &org.0, &scope.0, &device.0, &incarnation.0].concat()
}

impl StreamGrant {
    /// Grants `stream` to the audience's epoch key; `None` when that is no valid point.
    pub fn new(
        chain: (&OrgId, &ScopeId, &DeviceId, &Incarnation),
        audience: (AudienceId, u32, &[u8; 32]),
        stream: &Secret,
        entropy: &mut Entropy,
    ) -> Option<Self> {
        let info = stream_info(chain.0, chain.1, chain.2, chain.3);
        let (enc, ct) = hpke_seal(audience.2, &info, b"", &stream.0, entropy.rng())?;
        Some(Self { salt: entropy.bytes(), audience: audience.0, epoch: audience.1, enc, ct: ct.try_into().ok()? })
    }

    /// The stream key, for a holder of the audience epoch's secret.
    pub fn open(&self, chain: (&OrgId, &ScopeId, &DeviceId, &Incarnation), audience_secret: &Secret) -> Option<Secret> {
        let info = stream_info(chain.0, chain.1, chain.2, chain.3);
        let plain = hpke_open(audience_secret, &info, b"", &self.enc, &self.ct)?;
        Some(Secret(plain.as_slice().try_into().ok()?))
    }
}

impl Canonical for StreamGrant {
    fn write(&self, w: &mut Writer) {
        w.arr(6).uint(1).bstr(&self.salt).bstr(&self.audience.0).uint(self.epoch.into()).bstr(&self.enc).bstr(&self.ct);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(6)?;
        if r.u64()? != 1 {
            return cbor::malformed("unknown stream grant version");
        }
        Ok(Self {
            salt: r.fixed()?,
            audience: AudienceId(r.fixed()?),
            epoch: r.u32()?,
            enc: r.fixed()?,
            ct: r.fixed()?,
        })
    }
}

/// Most keys of one kind that an invitation carries.
const INVITE_KEYS_MAX: u64 = 4_096;

/// The keys an invitation carries: open keys of scopes and secrets of ordinary audiences, sealed to the invite's KEM
/// key in a grant section of the invite's entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InviteGrant {
    /// Open keys: (scope, epoch, key).
    pub open: Vec<(ScopeId, u32, Secret)>,
    /// Ordinary audience secrets: (audience, epoch, secret).
    pub audiences: Vec<(AudienceId, u32, Secret)>,
}

impl Canonical for InviteGrant {
    fn write(&self, w: &mut Writer) {
        w.arr(2).arr(self.open.len());
        for (scope, epoch, key) in &self.open {
            w.arr(3).bstr(&scope.0).uint((*epoch).into()).bstr(&key.0);
        }
        w.arr(self.audiences.len());
        for (audience, epoch, secret) in &self.audiences {
            w.arr(3).bstr(&audience.0).uint((*epoch).into()).bstr(&secret.0);
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(2)?;
        let mut grant = Self::default();
        for _ in 0..r.arr_max(INVITE_KEYS_MAX)? {
            r.arr_of(3)?;
            grant.open.push((ScopeId(r.fixed()?), r.u32()?, Secret(r.fixed()?)));
        }
        for _ in 0..r.arr_max(INVITE_KEYS_MAX)? {
            r.arr_of(3)?;
            grant.audiences.push((AudienceId(r.fixed()?), r.u32()?, Secret(r.fixed()?)));
        }
        Ok(grant)
    }
}

impl InviteGrant {
    /// Seals the keys to the invite's KEM public key: `[1, enc32, ct]`.
    pub fn seal(&self, org: &OrgId, kem_public: &[u8; 32], entropy: &mut Entropy) -> Option<Vec<u8>> {
        let info = [b"boucle/invite grant/v1".as_slice(), &org.0].concat();
        let plain = Zeroizing::new(cbor::encode(self));
        let (enc, ct) = hpke_seal(kem_public, &info, b"", &plain, entropy.rng())?;
        let mut w = Writer::new(Vec::new());
        w.arr(3).uint(1).bstr(&enc).bstr(&ct);
        Some(w.into_writer())
    }

    /// Opens what [`InviteGrant::seal`] made; `None` when it is not for this invitation.
    pub fn open_sealed(sealed: &[u8], org: &OrgId, kem_secret: &Secret) -> Option<Self> {
        let info = [b"boucle/invite grant/v1".as_slice(), &org.0].concat();
        let mut r = Reader::new(sealed);
        r.arr_of(3).ok()?;
        if r.u64().ok()? != 1 {
            return None;
        }
        let enc = r.fixed().ok()?;
        let ct = r.bstr_max(crate::entry::SECTION_BYTES_MAX).ok()?;
        let plain = hpke_open(kem_secret, &info, b"", &enc, ct)?;
        cbor::decode(&plain).ok()
    }
}
