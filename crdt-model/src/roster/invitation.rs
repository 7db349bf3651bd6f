//! The invitation a newcomer receives: a text code, a QR or a file.
//!
//! ```text
//! text = "BOUCLE1" ‖ BASE32(bytes ‖ checksum4)        case, spaces, line breaks and dashes do not matter
//! bytes = canonical CBOR below;  checksum4 = BLAKE3 derive_key("boucle 2026 invitation checksum v1")(bytes)[..4]
//! ```
//!
//! It pins the root keys, so a stranger cannot offer another organisation's log. So that a newcomer works before it has
//! met anyone, it carries the open keys of the scopes it writes in, the public keys of the audiences, and, so that
//! somebody can be recused, the pseudonymous readers behind them: ids, KEM keys, roles, and a salted tag of each name in
//! place of the name. The secrets that open what is personal come from the log, under the seed. Whoever holds the text
//! holds the seed, which opens the same open keys there: it is a secret either way.
//!
//! The Invite in the log commits to all of it ([`Invitation::terms`]) and the Join says which terms its writer was told,
//! so that a text altered on its way shows at the first meeting.

use data_encoding::BASE32_NOPAD;

use super::InviteOp;
use super::operation::{CODE_BYTES_MAX, read_numbers, write_numbers};
use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::name;
use crate::seal::{Secret, invite_kem_secret, invite_signing_key};
use crate::values::{EntryId, MemberId, OrgId, ScopeId};

const PREFIX: &str = "BOUCLE1";
/// Version of the format.
const VERSION: u64 = 2;
const AUDIENCES_MAX: u64 = 64;
/// Most open keys in an invitation.
const OPEN_MAX: u64 = 8;
/// Most readers in an invitation.
pub const PEOPLE_MAX: usize = 48;
const ROLES_MAX: u64 = 8;
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

/// The open key of a scope at the time of the invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenKey {
    /// The scope.
    pub scope: ScopeId,
    /// Epoch.
    pub epoch: u32,
    /// The key.
    pub key: Secret,
}

/// Somebody who may have to be recused, without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Member id.
    pub member: MemberId,
    /// KEM key.
    pub x: [u8; 32],
    /// [`Invitation::name_tag`] of the name, zero where the inviter knows none.
    pub tag: [u8; 8],
    /// Codes of the roles held.
    pub roles: Vec<String>,
    /// The sensitive audiences whose current epoch they hold, as positions in [`Invitation::audiences`].
    pub audiences: Vec<u32>,
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
    /// Open keys of the newcomer's site and of the knowledge scope.
    pub open: Vec<OpenKey>,
    /// Random, for the tags of names.
    pub salt: [u8; 16],
    /// Who reads the sensitive audiences, and who works at the newcomer's site.
    pub people: Vec<Person>,
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
        w.arr(16).uint(VERSION).bstr(&self.org.0).bstr(&self.root_set_hash).bstr(&self.invite.0);
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
        w.arr(self.open.len());
        for open in &self.open {
            w.arr(3).bstr(&open.scope.0).uint(open.epoch.into()).bstr(&open.key.0);
        }
        w.bstr(&self.salt).arr(self.people.len());
        for person in &self.people {
            w.arr(5).bstr(&person.member.0).bstr(&person.x).bstr(&person.tag).arr(person.roles.len());
            for role in &person.roles {
                w.text(role);
            }
            w.arr(person.audiences.len());
            for audience in &person.audiences {
                w.uint((*audience).into());
            }
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(16)?;
        if r.u64()? != VERSION {
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
        let mut open = Vec::new();
        for _ in 0..r.arr_max(OPEN_MAX)? {
            r.arr_of(3)?;
            open.push(OpenKey { scope: ScopeId(r.fixed()?), epoch: r.u32()?, key: Secret(r.fixed()?) });
        }
        let salt = r.fixed()?;
        let mut people = Vec::new();
        for _ in 0..r.arr_max(PEOPLE_MAX as u64)? {
            people.push(read_person(r)?);
        }
        Ok(Self {
            org,
            root_set_hash,
            invite,
            psk,
            seed,
            role,
            site,
            not_after_ms,
            nodes,
            block,
            audiences,
            addresses,
            open,
            salt,
            people,
        })
    }
}

fn read_person(r: &mut Reader<'_>) -> Result<Person, CborError> {
    r.arr_of(5)?;
    let (member, x, tag) = (MemberId(r.fixed()?), r.fixed()?, r.fixed()?);
    let mut roles = Vec::new();
    for _ in 0..r.arr_max(ROLES_MAX)? {
        roles.push(r.text_max(CODE_BYTES_MAX)?);
    }
    let mut audiences = Vec::new();
    for _ in 0..r.arr_max(AUDIENCES_MAX)? {
        audiences.push(r.u32()?);
    }
    Ok(Person { member, x, tag, roles, audiences })
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let hash = blake3::derive_key("boucle 2026 invitation checksum v1", bytes);
    [hash[0], hash[1], hash[2], hash[3]]
}

/// What counts of the text of an invitation.
fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{feff}')).map(|c| c.to_ascii_uppercase())
}

impl Invitation {
    /// The text code.
    pub fn to_text(&self) -> String {
        let mut bytes = cbor::encode(self);
        bytes.extend(checksum(&bytes));
        format!("{PREFIX}{}", BASE32_NOPAD.encode(&bytes))
    }

    /// Whether a text begins as an invitation does.
    pub fn begins(text: &str) -> bool {
        letters(text).take(PREFIX.len()).eq(PREFIX.chars())
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
        let clean: String = letters(text).collect();
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

    /// What the Invite commits to: everything a newcomer is told, but the seed, of which it holds the public halves, and
    /// its own entry id.
    pub fn terms(&self) -> [u8; 32] {
        let told = Self { invite: EntryId::ZERO, seed: Secret([0; 32]), ..self.clone() };
        let bytes = zeroize::Zeroizing::new(cbor::encode(&told));
        blake3::derive_key("boucle 2026 invitation terms v1", &bytes)
    }

    /// By what a person is found whose name somebody types, as names are compared ([`name::folded`]). Who holds the
    /// invitation can try names; none can be read off it.
    pub fn name_tag(salt: &[u8; 16], name: &str) -> [u8; 8] {
        tag_of(salt, &name::folded(name))
    }

    /// Whether a person may be the one of this name: by the tag of today, or by that of invitations made before names
    /// were compared as people mean them.
    pub fn is_tag_of(&self, tag: &[u8; 8], typed: &str) -> bool {
        let clean = name::clean(typed).unwrap_or_else(|_| typed.trim().to_owned());
        let mut forms = vec![name::folded(typed), typed.trim().to_lowercase(), clean.to_lowercase()];
        forms.dedup();
        forms.iter().any(|form| tag_of(&self.salt, form) == *tag)
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
            terms: self.terms(),
        }
    }
}

fn tag_of(salt: &[u8; 16], form: &str) -> [u8; 8] {
    let hash = blake3::derive_key("boucle 2026 invitation name v1", &[salt.as_slice(), form.as_bytes()].concat());
    let mut tag = [0; 8];
    tag.copy_from_slice(&hash[..8]);
    tag
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
            open: vec![OpenKey { scope: ScopeId([7; 16]), epoch: 1, key: Secret([8; 32]) }],
            salt: [9; 16],
            people: vec![Person {
                member: MemberId([10; 16]),
                x: [11; 32],
                tag: Invitation::name_tag(&[9; 16], "Rose"),
                roles: vec!["focal_psea".into()],
                audiences: vec![0],
            }],
        }
    }

    #[test]
    fn whatever_is_altered_but_the_seed_and_the_entry_alters_the_terms() {
        let told = sample();
        let terms = told.terms();
        let same = Invitation { seed: Secret([0; 32]), invite: EntryId([1; 32]), ..told.clone() };
        assert_eq!(same.terms(), terms, "the Invite names these itself");
        let mut altered = vec![told.clone(); 7];
        altered[0].audiences[0].pk = [6; 32];
        altered[1].open[0].key = Secret([6; 32]);
        altered[2].people[0].x = [6; 32];
        altered[3].people.clear();
        altered[4].site = "BOM".into();
        altered[5].addresses.push("/ip4/192.0.2.9/tcp/4410".into());
        altered[6].psk = Secret([6; 32]);
        for other in altered {
            assert_ne!(other.terms(), terms);
        }
    }

    #[test]
    fn a_name_is_found_as_it_is_typed_and_not_read_off() {
        let told = sample();
        assert_eq!(Invitation::name_tag(&told.salt, " rose "), told.people[0].tag);
        assert_ne!(Invitation::name_tag(&told.salt, "Rosa"), told.people[0].tag);
        assert_ne!(Invitation::name_tag(&[8; 16], "Rose"), told.people[0].tag);
        assert!(told.is_tag_of(&told.people[0].tag, "ROSE\u{a0}"));
        // as invitations before tagged it: in lower case, and no more
        let older = tag_of(&told.salt, "rémi");
        assert!(told.is_tag_of(&older, "Re\u{301}mi") && told.is_tag_of(&older, " RÉMI "));
        assert!(!told.is_tag_of(&older, "Rosa"));
        let bytes = cbor::encode(&told);
        assert!(!bytes.windows(4).any(|w| w.eq_ignore_ascii_case(b"rose")));
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
