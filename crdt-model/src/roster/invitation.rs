//! The invitation a newcomer receives: a text code, a QR or a file.
//!
//! ```text
//! text = "BOUCLE1" ‖ BASE32(bytes ‖ checksum4)        case, spaces, line breaks and dashes do not matter
//! bytes = canonical CBOR below;  checksum4 = BLAKE3 derive_key("boucle 2026 invitation checksum v1")(bytes)[..4]
//! ```
//!
//! It pins the root keys, so a stranger cannot offer another organisation's log, and carries the public keys of the
//! audiences, so a newcomer can seal a case before it has met anyone. The keys that *open* anything are not in it: they
//! come from the log, under the seed.

use data_encoding::BASE32_NOPAD;

use super::InviteOp;
use super::operation::{CODE_BYTES_MAX, read_numbers, write_numbers};
use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::id::{EntryId, OrgId};
use crate::seal::{Secret, invite_kem_secret, invite_signing_key};

const PREFIX: &str = "BOUCLE1";
const AUDIENCES_MAX: u64 = 64;
const ADDRESSES_MAX: u64 = 8;
const ADDRESS_BYTES_MAX: usize = 200;
const TEXT_BYTES_MAX: usize = 16_384;

/// The public key of an audience at the time of the invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceKey {
    /// `psea`, or `site/JER`.
    pub name: String,
    /// Epoch.
    pub epoch: u32,
    /// Public key.
    pub pk: [u8; 32],
}

/// A bearer secret: who holds it can join once.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The organisation.
    pub org: OrgId,
    /// Its root keys and threshold, pinned.
    pub root_set_hash: [u8; 32],
    /// Its Invite in the log.
    pub invite: EntryId,
    /// The network's pre-shared key.
    pub psk: Secret,
    /// One-time seed: signing and KEM key of the invitation.
    pub seed: Secret,
    /// Role given.
    pub role: String,
    /// Site of the newcomer.
    pub site: String,
    /// Expiry, Unix milliseconds.
    pub not_after_ms: u64,
    /// One node number and two spares.
    pub nodes: [u32; 3],
    /// Numbers the newcomer may give in turn.
    pub block: Option<(u32, u32)>,
    /// Public keys of the audiences.
    pub audiences: Vec<AudienceKey>,
    /// Where a member may be reached.
    pub addresses: Vec<String>,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Invitation(org {}, {} at {}, [redacted])", self.org.short(), self.role, self.site)
    }
}

/// An Invite known from the invitation alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The entry.
    pub invite: EntryId,
    /// What it will say.
    pub op: InviteOp,
}

/// Why a text is no invitation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvitationError {
    /// It does not begin as an invitation does.
    #[error("an invitation begins with BOUCLE1")]
    NotAnInvitation,
    /// A character was mistyped, or part of it is missing.
    #[error("a character was mistyped or part of the invitation is missing")]
    Checksum,
    /// Made by a newer or foreign program.
    #[error("unknown format: {0}")]
    Format(#[from] CborError),
}

impl InvitationError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnInvitation => "not_an_invitation",
            Self::Checksum => "invitation_checksum",
            Self::Format(_) => "invitation_format",
        }
    }
}

impl Canonical for Invitation {
    fn write(&self, w: &mut Writer) {
        w.arr(13).uint(1).bstr(&self.org.0).bstr(&self.root_set_hash).bstr(&self.invite.0);
        w.bstr(&self.psk.0).bstr(&self.seed.0);
        w.text(&self.role).text(&self.site).uint(self.not_after_ms);
        write_numbers(w, self.nodes, self.block);
        w.arr(self.audiences.len());
        for audience in &self.audiences {
            w.arr(3).text(&audience.name).uint(audience.epoch.into()).bstr(&audience.pk);
        }
        w.arr(self.addresses.len());
        for address in &self.addresses {
            w.text(address);
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(13)?;
        if r.u64()? != 1 {
            return malformed("unknown invitation version");
        }
        let (org, root_set_hash, invite) = (OrgId(r.fixed()?), r.fixed()?, EntryId(r.fixed()?));
        let (psk, seed) = (Secret(r.fixed()?), Secret(r.fixed()?));
        let (role, site) = (r.text_max(CODE_BYTES_MAX)?, r.text_max(CODE_BYTES_MAX)?);
        let not_after_ms = r.u64()?;
        let (nodes, block) = read_numbers(r)?;
        let mut audiences = Vec::new();
        for _ in 0..r.arr_max(AUDIENCES_MAX)? {
            r.arr_of(3)?;
            audiences.push(AudienceKey { name: r.text_max(CODE_BYTES_MAX)?, epoch: r.u32()?, pk: r.fixed()? });
        }
        let mut addresses = Vec::new();
        for _ in 0..r.arr_max(ADDRESSES_MAX)? {
            addresses.push(r.text_max(ADDRESS_BYTES_MAX)?);
        }
        Ok(Self { org, root_set_hash, invite, psk, seed, role, site, not_after_ms, nodes, block, audiences, addresses })
    }
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let hash = blake3::derive_key("boucle 2026 invitation checksum v1", bytes);
    [hash[0], hash[1], hash[2], hash[3]]
}

impl Invitation {
    /// The text code.
    pub fn to_text(&self) -> String {
        let mut bytes = cbor::encode(self);
        bytes.extend(checksum(&bytes));
        format!("{PREFIX}{}", BASE32_NOPAD.encode(&bytes))
    }

    /// Reads a text code, as typed, pasted or from a file.
    ///
    /// # Errors
    ///
    /// [`InvitationError`] when it is none, was mistyped or is of an unknown version.
    pub fn from_text(text: &str) -> Result<Self, InvitationError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(InvitationError::NotAnInvitation);
        }
        let clean: String =
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
        let body = clean.strip_prefix(PREFIX).ok_or(InvitationError::NotAnInvitation)?;
        let bytes = BASE32_NOPAD.decode(body.as_bytes()).map_err(|_| InvitationError::Checksum)?;
        let (content, sum) = bytes.split_last_chunk::<4>().ok_or(InvitationError::Checksum)?;
        if checksum(content) != *sum {
            return Err(InvitationError::Checksum);
        }
        Ok(cbor::decode(content)?)
    }

    /// Public half of the signing key: the invitation's name in the log.
    pub fn sign_pk(&self) -> [u8; 32] {
        invite_signing_key(&self.seed).verifying_key().to_bytes()
    }

    /// What a home keeps of it where nobody is unlocked: by this its own Join is judged until the Invite arrives.
    pub fn pin(&self) -> Pin {
        Pin { invite: self.invite, op: self.as_invite_op() }
    }

    /// What its Invite entry says.
    pub fn as_invite_op(&self) -> InviteOp {
        InviteOp {
            sign_pk: self.sign_pk(),
            kem_pk: invite_kem_secret(&self.seed).kem_public(),
            role: self.role.clone(),
            site: self.site.clone(),
            not_after_ms: self.not_after_ms,
            nodes: self.nodes,
            block: self.block,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Invitation {
        Invitation {
            org: OrgId([1; 16]),
            root_set_hash: [2; 32],
            invite: EntryId([6; 32]),
            psk: Secret([3; 32]),
            seed: Secret([4; 32]),
            role: "operator".into(),
            site: "JER".into(),
            not_after_ms: 1_800_000_000_000,
            nodes: [103, 104, 105],
            block: None,
            audiences: vec![AudienceKey { name: "psea".into(), epoch: 1, pk: [5; 32] }],
            addresses: vec![],
        }
    }

    #[test]
    fn a_code_survives_lower_case_spaces_and_dashes() {
        let text = sample().to_text();
        let typed: String = text
            .to_lowercase()
            .chars()
            .enumerate()
            .flat_map(|(i, c)| [c, if i % 5 == 4 { '-' } else { ' ' }])
            .collect();
        assert_eq!(Invitation::from_text(&typed), Ok(sample()));
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", sample());
        assert!(!shown.contains("0303") && !shown.contains("[3, 3"), "{shown}");
    }

    proptest! {
        #[test]
        fn a_mistyped_character_is_noticed(at in 7usize..300, letter in "[A-Z2-7]") {
            let text = sample().to_text();
            let at = 7 + (at - 7) % (text.len() - 7);
            let mut typed = text.clone();
            typed.replace_range(at..=at, &letter);
            prop_assume!(typed != text);
            prop_assert!(Invitation::from_text(&typed).is_err());
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".{0,200}") {
            let _ = Invitation::from_text(&text);
            let _ = Invitation::from_text(&format!("BOUCLE1{text}"));
        }
    }
}
