//! Gifts of a case: one case's words for somebody who does not read the whole site.
//!
//! ```text
//!  secret of the site's audience ──▶ gift key (case, generation, term, epoch) ──wrap──▶ whoever was given the case
//!                                        │
//!                                        └─ seals ─▶ keys of the case, one a chain that writes to it
//!  secret of the site's audience ──▶ secret of a role at the site ──wrap──▶ each who holds the role
//! ```
//!
//! Whoever holds the site's audience derives the gift key; nobody has to keep it, and all make the same bytes. Who was given
//! it opens this case and nothing else. A *term* ends when somebody's assignment does: what is written after it is sealed
//! under keys of the next term, which an ended gift does not open. Formats: `docs/PROTOCOL.md`.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::grant::{Derived, WRAP_BYTES, hpke_open, hpke_seal};
use super::{Secret, derive};
use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::values::{CODE_BYTES_MAX, ChainKey, DeviceId, DocId, Incarnation, MemberId, OrgId, ScopeId, is_code};

/// Most keys of one kind that are sealed together under a gift key.
pub const GIVEN_MAX: usize = 64;
/// Most bytes of keys sealed together: two lists of [`GIVEN_MAX`], the nonce and the tag.
pub const GIVEN_BYTES_MAX: usize = 8 * 1024;
/// Most gift keys, sealed pieces under one of them, and keys that are followed in one case: whoever was given it could make up
/// any number.
const REACH_GIFTS_MAX: usize = 128;
const REACH_PIECES_MAX: usize = 256;
const REACH_KEYS_MAX: usize = 2_048;
/// A sealed wrap: `enc32 ‖ ct48`.
pub type Wrap = ([u8; 32], [u8; WRAP_BYTES]);

const NONCE_BYTES: usize = 24;

/// What a gift is of: one case, for one term of it, under one epoch of its site's audience.
#[derive(Debug, Clone, Copy)]
pub struct GiftOf<'a> {
    /// The organisation.
    pub org: &'a OrgId,
    /// The scope the case lies in.
    pub scope: &'a ScopeId,
    /// The case.
    pub doc: &'a DocId,
    /// Its generation.
    pub generation: u32,
    /// The term: how often an assignment ended that a gift had been made for.
    pub term: u16,
    /// Epoch of the audience that reads the scope's words.
    pub epoch: u32,
}

impl GiftOf<'_> {
    fn bytes(&self) -> Vec<u8> {
        let (generation, term, epoch) =
            (self.generation.to_be_bytes(), self.term.to_be_bytes(), self.epoch.to_be_bytes());
        [&self.org.0[..], &self.scope.0, &self.doc.0, &generation, &term, &epoch].concat()
    }
}

/// The gift key, for whoever holds the secret of that epoch of the site's audience.
pub fn gift_key(audience_secret: &Secret, of: &GiftOf<'_>) -> Secret {
    derive("boucle 2026 gift key v1", &[&audience_secret.0, &of.bytes()])
}

fn gift_info(of: &GiftOf<'_>, to: &[u8; 16]) -> Vec<u8> {
    [b"boucle/gift/v1".as_slice(), &of.bytes(), to].concat()
}

/// Wraps a gift key to whoever `to` names, with that one's X25519 key. The randomness is derived from what is wrapped, so
/// that all givers make the same bytes. `None` when the key is no valid point.
pub fn wrap_gift(gift: &Secret, of: &GiftOf<'_>, to: (&[u8; 16], &[u8; 32])) -> Option<Wrap> {
    let mut ephemeral = Derived(derive("boucle 2026 gift wrap v1", &[&gift.0, &of.bytes(), to.0, to.1]));
    let (enc, ct) = hpke_seal(to.1, &gift_info(of, to.0), b"", &gift.0, &mut ephemeral)?;
    Some((enc, ct.try_into().ok()?))
}

/// Opens what [`wrap_gift`] made; `None` when it is not for this secret, receiver or case.
pub fn open_gift(secret: &Secret, of: &GiftOf<'_>, to: &[u8; 16], (enc, ct): &Wrap) -> Option<Secret> {
    let plain = hpke_open(secret, &gift_info(of, to), b"", enc, ct)?;
    Some(Secret(plain.as_slice().try_into().ok()?))
}

/// One key of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenKey {
    /// The layer it opens: 1. A reader passes over the others.
    pub layer: u8,
    /// The chain whose sections it opens.
    pub chain: ChainKey,
    /// The term of those sections.
    pub term: u16,
    /// The case's key there.
    pub key: Secret,
}

/// The gift key of an earlier term or epoch: what was sealed under it is given with this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierGift {
    /// Its term.
    pub term: u16,
    /// Its epoch.
    pub epoch: u32,
    /// The gift key.
    pub key: Secret,
}

/// What is sealed under a gift key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// At most [`GIVEN_MAX`].
    pub earlier: Vec<EarlierGift>,
    /// At most [`GIVEN_MAX`].
    pub keys: Vec<GivenKey>,
}

impl Canonical for Given {
    fn write(&self, w: &mut Writer) {
        w.arr(2).arr(self.earlier.len());
        for gift in &self.earlier {
            w.arr(3).uint(gift.term.into()).uint(gift.epoch.into()).bstr(&gift.key.0);
        }
        w.arr(self.keys.len());
        for GivenKey { layer, chain, term, key } in &self.keys {
            w.arr(5).uint((*layer).into()).bstr(&chain.device.0).bstr(&chain.incarnation.0);
            w.uint((*term).into()).bstr(&key.0);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(2)?;
        let mut given = Self::default();
        for _ in 0..r.arr_max(GIVEN_MAX as u64)? {
            r.arr_of(3)?;
            given.earlier.push(EarlierGift { term: r.u16()?, epoch: r.u32()?, key: Secret(r.fixed()?) });
        }
        for _ in 0..r.arr_max(GIVEN_MAX as u64)? {
            r.arr_of(5)?;
            let layer = r.u8()?;
            let chain = ChainKey { device: DeviceId(r.fixed()?), incarnation: Incarnation(r.fixed()?) };
            given.keys.push(GivenKey { layer, chain, term: r.u16()?, key: Secret(r.fixed()?) });
        }
        Ok(given)
    }
}

impl Given {
    /// Puts the lists in their one order, so that equal keys make equal bytes.
    pub fn sort(&mut self) {
        self.earlier.sort_by_key(|gift| (gift.term, gift.epoch, gift.key.0));
        self.keys.sort_by_key(|given| (given.layer, given.chain, given.term, given.key.0));
    }

    /// Seals the keys under the gift key: `nonce24 ‖ ct`. The nonce is derived from key and content, so that equal keys
    /// make equal bytes. `None` when there is more than one section of keys holds.
    pub fn seal(&self, gift: &Secret, of: &GiftOf<'_>) -> Option<Vec<u8>> {
        if self.earlier.len() > GIVEN_MAX || self.keys.len() > GIVEN_MAX {
            return None;
        }
        let plain = Zeroizing::new(cbor::encode(self));
        let aad = of.bytes();
        let drawn = derive("boucle 2026 given nonce v1", &[&gift.0, &aad, &plain]);
        let nonce: [u8; NONCE_BYTES] = drawn.0[..NONCE_BYTES].try_into().ok()?;
        let ct = cipher(gift, &aad).encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &aad }).ok()?;
        Some([nonce.as_slice(), &ct].concat())
    }

    /// Opens what [`Given::seal`] made; `None` when it is not under this gift key or not of this case.
    pub fn open(sealed: &[u8], gift: &Secret, of: &GiftOf<'_>) -> Option<Self> {
        let (nonce, ct) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let aad = of.bytes();
        let plain = cipher(gift, &aad).decrypt(&XNonce::from(*nonce), Payload { msg: ct, aad: &aad }).ok()?;
        cbor::decode(&Zeroizing::new(plain)).ok()
    }
}

impl Given {
    /// All that opens with some gift keys of a case, they themselves included: what is sealed under them, and under those
    /// they lead to. `sealed`: term, epoch and bytes of each sealed piece of the case. What does not open is passed over.
    pub fn reach(of: &GiftOf<'_>, from: Vec<EarlierGift>, sealed: &[(u16, u32, &[u8])]) -> Self {
        let mut reach = Self { earlier: from, keys: Vec::new() };
        let mut at = 0;
        while let Some(EarlierGift { term, epoch, key }) = reach.earlier.get(at).cloned() {
            let of = GiftOf { term, epoch, ..*of };
            let pieces = sealed.iter().filter(|(t, e, _)| (*t, *e) == (term, epoch)).take(REACH_PIECES_MAX);
            for (_, _, bytes) in pieces {
                let Some(given) = Self::open(bytes, &key, &of) else { continue };
                reach.earlier.extend(fresh(&reach.earlier, given.earlier));
                reach.keys.extend(fresh(&reach.keys, given.keys));
                reach.earlier.truncate(REACH_GIFTS_MAX);
                reach.keys.truncate(REACH_KEYS_MAX);
            }
            at += 1;
        }
        reach
    }
}

fn fresh<T: PartialEq>(held: &[T], more: Vec<T>) -> Vec<T> {
    more.into_iter().filter(|one| !held.contains(one)).collect()
}

fn cipher(gift: &Secret, aad: &[u8]) -> XChaCha20Poly1305 {
    let key = derive("boucle 2026 given key v1", &[&gift.0, aad]);
    XChaCha20Poly1305::new(&Key::from(key.0))
}

/// The secret of a role at a site, for whoever holds the secret of that epoch of the site's audience. What the site gives to
/// the role is wrapped to its public key.
pub fn role_secret(audience_secret: &Secret, org: &OrgId, scope: &ScopeId, epoch: u32, role: &str) -> Secret {
    let parts: [&[u8]; 5] = [&audience_secret.0, &org.0, &scope.0, &epoch.to_be_bytes(), role.as_bytes()];
    derive("boucle 2026 role key v1", &parts)
}

/// What a gift to a role at a site names its receiver by.
pub fn role_receiver(org: &OrgId, scope: &ScopeId, role: &str) -> [u8; 16] {
    crate::values::id16("boucle/receiver/role/v1", &[&org.0, &scope.0, role.as_bytes()])
}

/// The content of a `keys` entry: the secret of a role at the entry's site, for one who holds the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleGrant {
    /// The role.
    pub role: String,
    /// Epoch of the site's audience.
    pub epoch: u32,
    /// Who holds it.
    pub to: MemberId,
    /// The secret, wrapped.
    pub wrap: Wrap,
}

fn role_info(org: &OrgId, scope: &ScopeId, epoch: u32, role: &str, to: &MemberId) -> Vec<u8> {
    [b"boucle/role/v1".as_slice(), &org.0, &scope.0, &epoch.to_be_bytes(), &to.0, role.as_bytes()].concat()
}

impl RoleGrant {
    /// Grants the secret of a role to a member, with the member's X25519 key; all holders of the site's audience make the
    /// same bytes. `None` when the key is no valid point.
    pub fn new(
        secret: &Secret,
        (org, scope): (&OrgId, &ScopeId),
        epoch: u32,
        role: &str,
        to: (MemberId, &[u8; 32]),
    ) -> Option<Self> {
        let info = role_info(org, scope, epoch, role, &to.0);
        let mut ephemeral = Derived(derive("boucle 2026 role wrap v1", &[&secret.0, &info, to.1]));
        let (enc, ct) = hpke_seal(to.1, &info, b"", &secret.0, &mut ephemeral)?;
        Some(Self { role: role.to_owned(), epoch, to: to.0, wrap: (enc, ct.try_into().ok()?) })
    }

    /// The secret, for the member it is for.
    pub fn open(&self, (org, scope): (&OrgId, &ScopeId), member_secret: &Secret) -> Option<Secret> {
        let info = role_info(org, scope, self.epoch, &self.role, &self.to);
        let plain = hpke_open(member_secret, &info, b"", &self.wrap.0, &self.wrap.1)?;
        Some(Secret(plain.as_slice().try_into().ok()?))
    }
}

impl Canonical for RoleGrant {
    fn write(&self, w: &mut Writer) {
        w.arr(6).uint(2).text(&self.role).uint(self.epoch.into()).bstr(&self.to.0);
        w.bstr(&self.wrap.0).bstr(&self.wrap.1);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(6)?;
        if r.u64()? != 2 {
            return malformed("not the grant of a role's secret");
        }
        let role = r.text_max(CODE_BYTES_MAX)?;
        if !is_code(&role) {
            return malformed("not a code");
        }
        let (epoch, to) = (r.u32()?, MemberId(r.fixed()?));
        Ok(Self { role, epoch, to, wrap: (r.fixed()?, r.fixed()?) })
    }
}

#[cfg(test)]
mod tests;
