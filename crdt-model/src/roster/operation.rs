//! What a membership entry says: one operation, unsealed, in the entry's layer-0 section.

use super::said::{SAID_KEY_MAX, SAID_VALUE_MAX};
use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::seal::WRAP_BYTES;
use crate::values::{AudienceId, EntryId, MemberId, OrgId, ScopeId};
use crate::zone::ZONE_BYTES_MAX;

/// Most root keys.
pub(super) const ROOTS_MAX: u64 = 7;
/// Most wraps in one epoch entry.
pub const WRAPS_MAX: u64 = 256;
/// Longest code (site, role, audience), bytes.
pub const CODE_BYTES_MAX: usize = 64;
/// Longest site name, bytes.
pub const NAME_BYTES_MAX: usize = 200;

/// A pair of public keys: one signs, one receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKeys {
    /// Ed25519.
    pub ed: [u8; 32],
    /// X25519.
    pub x: [u8; 32],
}

impl Canonical for PublicKeys {
    fn write(&self, w: &mut Writer) {
        w.arr(2).bstr(&self.ed).bstr(&self.x);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(2)?;
        Ok(Self { ed: r.fixed()?, x: r.fixed()? })
    }
}

/// What the root quorum founds: the organisation's keys, its policy and its first member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founding {
    /// Random, so that no two organisations are alike.
    pub salt: [u8; 16],
    /// Root public keys (Ed25519).
    pub roots: Vec<[u8; 32]>,
    /// Root signatures needed.
    pub threshold: u32,
    /// Which edits carry a section in every layer: 0 births only, 1 every edit.
    pub cover: u32,
    /// The founder's device.
    pub device: PublicKeys,
    /// The founder.
    pub member: PublicKeys,
    /// Code of the root site.
    pub site: String,
}

impl Canonical for Founding {
    fn write(&self, w: &mut Writer) {
        w.arr(8).uint(1).bstr(&self.salt).arr(self.roots.len());
        for root in &self.roots {
            w.bstr(root);
        }
        w.uint(self.threshold.into()).uint(self.cover.into());
        self.device.write(w);
        self.member.write(w);
        w.text(&self.site);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(8)?;
        if r.u64()? != 1 {
            return malformed("unknown genesis version");
        }
        let salt = r.fixed()?;
        let n = r.arr_max(ROOTS_MAX)?;
        let mut roots = Vec::with_capacity(n as usize);
        for _ in 0..n {
            roots.push(r.fixed()?);
        }
        let founding = Self {
            salt,
            roots,
            threshold: r.u32()?,
            cover: r.u32()?,
            device: PublicKeys::read(r)?,
            member: PublicKeys::read(r)?,
            site: r.text_max(CODE_BYTES_MAX)?,
        };
        if founding.threshold == 0 || founding.threshold as usize > founding.roots.len() {
            return malformed("threshold beyond the root keys");
        }
        Ok(founding)
    }
}

impl Founding {
    /// The organisation this founds.
    pub fn org(&self) -> OrgId {
        OrgId(crate::values::id16("boucle/org/v1", &[&cbor::encode(self)]))
    }

    /// Pins the root keys and the threshold: what an invitation carries.
    pub fn root_set_hash(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 root set v1");
        hasher.update(&self.threshold.to_be_bytes());
        for root in &self.roots {
            hasher.update(root);
        }
        *hasher.finalize().as_bytes()
    }

    /// What each root key signs.
    pub fn signed_message(&self) -> Vec<u8> {
        [b"boucle/genesis/v1\0".as_slice(), &cbor::encode(self)].concat()
    }
}

/// A secret sealed to one recipient's KEM key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// Device or member it is for.
    pub to: [u8; 16],
    /// Encapsulated key.
    pub enc: [u8; 32],
    /// Ciphertext.
    pub ct: [u8; WRAP_BYTES],
}

impl Canonical for Wrapped {
    fn write(&self, w: &mut Writer) {
        w.arr(3).bstr(&self.to).bstr(&self.enc).bstr(&self.ct);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(3)?;
        Ok(Self { to: r.fixed()?, enc: r.fixed()?, ct: r.fixed()? })
    }
}

fn write_wraps(w: &mut Writer, wraps: &[Wrapped]) {
    w.arr(wraps.len());
    for wrap in wraps {
        wrap.write(w);
    }
}

fn read_wraps(r: &mut Reader<'_>) -> Result<Vec<Wrapped>, CborError> {
    let n = r.arr_max(WRAPS_MAX)?;
    (0..n).map(|_| Wrapped::read(r)).collect()
}

/// Kinds of site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SiteKind {
    /// A sub-office.
    Office = 0,
    /// A complaint committee.
    Committee = 1,
    /// A region.
    Region = 2,
    /// The country.
    National = 3,
    /// Another organisation's staff.
    Partner = 4,
}

impl SiteKind {
    fn from_code(code: u64) -> Result<Self, CborError> {
        Ok(match code {
            0 => Self::Office,
            1 => Self::Committee,
            2 => Self::Region,
            3 => Self::National,
            4 => Self::Partner,
            _ => return malformed("unknown kind of site"),
        })
    }
}

/// A site and with it the scope of its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteOp {
    /// Three letters.
    pub code: String,
    /// Name shown.
    pub name: String,
    /// What kind of place.
    pub kind: SiteKind,
    /// Code of the site above.
    pub parent: Option<String>,
    /// Whose staff works there.
    pub org_unit: Option<String>,
}

/// An invitation, as the log knows it: public halves only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteOp {
    /// Signing key derived from the seed (public half): names the invitation.
    pub sign_pk: [u8; 32],
    /// KEM key derived from the seed (public half).
    pub kem_pk: [u8; 32],
    /// Role given.
    pub role: String,
    /// Site of the newcomer.
    pub site: String,
    /// Expiry, Unix milliseconds: judged at joining, never at delivery.
    pub not_after_ms: u64,
    /// One node number and two spares.
    pub nodes: [u32; 3],
    /// Numbers the newcomer may give in turn, first and last.
    pub block: Option<(u32, u32)>,
    /// Commitment to everything else the invitation says: [`super::Invitation::terms`].
    pub terms: [u8; 32],
}

/// A newcomer's keys, signed by the invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinOp {
    /// The Invite it answers.
    pub invite: EntryId,
    /// The invitation's signing key.
    pub invite_pk: [u8; 32],
    /// The device's keys.
    pub device: PublicKeys,
    /// The member's keys.
    pub member: PublicKeys,
    /// As in the invite.
    pub role: String,
    /// As in the invite.
    pub not_after_ms: u64,
    /// [`super::Invitation::terms`] of the text its writer was given. Another than the Invite's: it was altered on its way.
    pub terms: [u8; 32],
    /// Signature by the invitation's key over the rest.
    pub sig: [u8; 64],
    /// Signature by the member's key over the same: nobody joins with another's keys.
    pub member_sig: [u8; 64],
}

impl JoinOp {
    /// What the invitation's key and the member's sign.
    pub fn signed_message(&self, org: &OrgId) -> Vec<u8> {
        let mut w = Writer::new(Vec::new());
        w.arr(8).bstr(&org.0).bstr(&self.invite.0).bstr(&self.invite_pk);
        self.device.write(&mut w);
        self.member.write(&mut w);
        w.text(&self.role).uint(self.not_after_ms).bstr(&self.terms);
        [b"boucle/join/v2\0".as_slice(), w.writer()].concat()
    }

    /// Id of the joining member.
    pub fn member_id(&self) -> MemberId {
        crate::seal::member_id(&self.member.ed, &self.member.x)
    }
}

/// One operation on the membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// The founding, with root signatures (index, signature).
    Genesis(Founding, Vec<(u32, [u8; 64])>),
    /// A new site.
    Site(SiteOp),
    /// An invitation.
    Invite(InviteOp),
    /// Stops later Joins on an invitation, by its Invite.
    EndInvite(EntryId),
    /// A newcomer.
    Join(JoinOp),
    /// Picks one Join of an invitation: all others are void.
    Confirm(EntryId),
    /// Another role for a member, at a site.
    Grant {
        /// Whose.
        member: MemberId,
        /// Role code.
        role: String,
        /// Site code.
        site: String,
        /// End date; becomes an `EndGrant` when it passes.
        until_ms: Option<u64>,
    },
    /// Ends a grant.
    EndGrant(EntryId),
    /// A new epoch of an audience.
    AudienceEpoch {
        /// The audience.
        audience: AudienceId,
        /// `psea`, or `site/JER` for a site's ordinary audience.
        name: String,
        /// From 1.
        epoch: u32,
        /// 1 = X25519.
        suite: u32,
        /// The epoch's public key.
        pk: [u8; 32],
        /// Its secret, to each holder.
        wraps: Vec<Wrapped>,
    },
    /// A new open key of a scope.
    OpenEpoch {
        /// The scope.
        scope: ScopeId,
        /// From 1.
        epoch: u32,
        /// Commitment to the key: [`crate::seal::open_key_commitment`].
        commitment: [u8; 32],
        /// The key, to each device.
        wraps: Vec<Wrapped>,
    },
    /// A secret of an audience or scope, to one more holder.
    Wrap {
        /// Audience or scope.
        target: [u8; 16],
        /// Which epoch.
        epoch: u32,
        /// The wrapped secret.
        wrapped: Wrapped,
    },
    /// Joins membership heads; says nothing else.
    Merge,
    /// In which zone a site counts days and weeks, and with it the sites below that name none.
    SiteZone {
        /// Site code.
        site: String,
        /// IANA name. One that a node's rules do not have counts there as none.
        zone: String,
    },
    /// Something else of a site: what it is called, whether it is closed, whom to telephone, who gets which cases.
    SiteSaid {
        /// Site code.
        site: String,
        /// What: see [`said`](super::said).
        key: String,
        /// Blank: not said any more.
        value: String,
    },
}

impl Operation {
    fn code(&self) -> u64 {
        match self {
            Self::Genesis(..) => 0,
            Self::Site(_) => 1,
            // 2 Exchange, reserved
            Self::Invite(_) => 3,
            Self::EndInvite(_) => 4,
            Self::Join(_) => 5,
            Self::Confirm(_) => 6,
            Self::Grant { .. } => 7,
            Self::EndGrant(_) => 8,
            // 9 Revoke, 10 Suspend, 11 Unsuspend, 12 Cutoff, reserved
            Self::AudienceEpoch { .. } => 13,
            Self::OpenEpoch { .. } => 14,
            Self::Wrap { .. } => 15,
            // 16 Adopt, 17 Checkpoint, reserved
            Self::Merge => 18,
            // 19 RootChange, 20 Policy, 21 EscrowUsed, reserved
            Self::SiteZone { .. } => 22,
            Self::SiteSaid { .. } => 23,
        }
    }

    /// A word for people and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Genesis(..) => "genesis",
            Self::Site(_) => "site",
            Self::Invite(_) => "invite",
            Self::EndInvite(_) => "end_invite",
            Self::Join(_) => "join",
            Self::Confirm(_) => "confirm",
            Self::Grant { .. } => "grant",
            Self::EndGrant(_) => "end_grant",
            Self::AudienceEpoch { .. } => "audience_epoch",
            Self::OpenEpoch { .. } => "open_epoch",
            Self::Wrap { .. } => "wrap",
            Self::Merge => "merge",
            Self::SiteZone { .. } => "site_zone",
            Self::SiteSaid { .. } => "site_said",
        }
    }
}

impl Canonical for Operation {
    fn write(&self, w: &mut Writer) {
        w.arr(2).uint(self.code());
        match self {
            Self::Genesis(founding, sigs) => {
                w.arr(2);
                founding.write(w);
                w.arr(sigs.len());
                for (index, sig) in sigs {
                    w.arr(2).uint((*index).into()).bstr(sig);
                }
            }
            Self::Site(site) => {
                w.arr(5).text(&site.code).text(&site.name).uint(site.kind as u64);
                w.text_opt(site.parent.as_deref()).text_opt(site.org_unit.as_deref());
            }
            Self::Invite(invite) => write_invite(w, invite),
            Self::Join(join) => {
                w.arr(9).bstr(&join.invite.0).bstr(&join.invite_pk);
                join.device.write(w);
                join.member.write(w);
                w.text(&join.role).uint(join.not_after_ms).bstr(&join.terms).bstr(&join.sig).bstr(&join.member_sig);
            }
            Self::Confirm(entry) | Self::EndGrant(entry) | Self::EndInvite(entry) => {
                w.bstr(&entry.0);
            }
            Self::Grant { member, role, site, until_ms } => {
                w.arr(4).bstr(&member.0).text(role).text(site).uint_opt(*until_ms);
            }
            Self::AudienceEpoch { audience, name, epoch, suite, pk, wraps } => {
                w.arr(6).bstr(&audience.0).text(name).uint((*epoch).into()).uint((*suite).into()).bstr(pk);
                write_wraps(w, wraps);
            }
            Self::OpenEpoch { scope, epoch, commitment, wraps } => {
                w.arr(4).bstr(&scope.0).uint((*epoch).into()).bstr(commitment);
                write_wraps(w, wraps);
            }
            Self::Wrap { target, epoch, wrapped } => {
                w.arr(3).bstr(target).uint((*epoch).into());
                wrapped.write(w);
            }
            Self::Merge => {
                w.nil();
            }
            Self::SiteZone { site, zone } => {
                w.arr(2).text(site).text(zone);
            }
            Self::SiteSaid { site, key, value } => {
                w.arr(3).text(site).text(key).text(value);
            }
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(2)?;
        Ok(match r.u64()? {
            0 => read_genesis(r)?,
            1 => {
                r.arr_of(5)?;
                Self::Site(SiteOp {
                    code: r.text_max(CODE_BYTES_MAX)?,
                    name: r.text_max(NAME_BYTES_MAX)?,
                    kind: SiteKind::from_code(r.u64()?)?,
                    parent: r.text_opt_max(CODE_BYTES_MAX)?,
                    org_unit: r.text_opt_max(NAME_BYTES_MAX)?,
                })
            }
            3 => Self::Invite(read_invite(r)?),
            4 => Self::EndInvite(EntryId(r.fixed()?)),
            5 => {
                r.arr_of(9)?;
                Self::Join(JoinOp {
                    invite: EntryId(r.fixed()?),
                    invite_pk: r.fixed()?,
                    device: PublicKeys::read(r)?,
                    member: PublicKeys::read(r)?,
                    role: r.text_max(CODE_BYTES_MAX)?,
                    not_after_ms: r.u64()?,
                    terms: r.fixed()?,
                    sig: r.fixed()?,
                    member_sig: r.fixed()?,
                })
            }
            6 => Self::Confirm(EntryId(r.fixed()?)),
            7 => {
                r.arr_of(4)?;
                Self::Grant {
                    member: MemberId(r.fixed()?),
                    role: r.text_max(CODE_BYTES_MAX)?,
                    site: r.text_max(CODE_BYTES_MAX)?,
                    until_ms: r.uint_opt()?,
                }
            }
            8 => Self::EndGrant(EntryId(r.fixed()?)),
            13 => {
                r.arr_of(6)?;
                Self::AudienceEpoch {
                    audience: AudienceId(r.fixed()?),
                    name: r.text_max(CODE_BYTES_MAX)?,
                    epoch: r.u32()?,
                    suite: r.u32()?,
                    pk: r.fixed()?,
                    wraps: read_wraps(r)?,
                }
            }
            14 => {
                r.arr_of(4)?;
                Self::OpenEpoch {
                    scope: ScopeId(r.fixed()?),
                    epoch: r.u32()?,
                    commitment: r.fixed()?,
                    wraps: read_wraps(r)?,
                }
            }
            15 => {
                r.arr_of(3)?;
                Self::Wrap { target: r.fixed()?, epoch: r.u32()?, wrapped: Wrapped::read(r)? }
            }
            18 => {
                r.null()?;
                Self::Merge
            }
            22 => {
                r.arr_of(2)?;
                Self::SiteZone { site: r.text_max(CODE_BYTES_MAX)?, zone: r.text_max(ZONE_BYTES_MAX)? }
            }
            23 => {
                r.arr_of(3)?;
                Self::SiteSaid {
                    site: r.text_max(CODE_BYTES_MAX)?,
                    key: r.text_max(SAID_KEY_MAX)?,
                    value: r.text_max(SAID_VALUE_MAX)?,
                }
            }
            other => return malformed(format!("unknown membership operation {other}")),
        })
    }
}

fn write_invite(w: &mut Writer, invite: &InviteOp) {
    w.arr(8).bstr(&invite.sign_pk).bstr(&invite.kem_pk).text(&invite.role).text(&invite.site);
    w.uint(invite.not_after_ms);
    write_numbers(w, invite.nodes, invite.block);
    w.bstr(&invite.terms);
}

/// Node numbers of an invitation: one and two spares, then the block to give in turn, or none.
pub(super) fn write_numbers(w: &mut Writer, nodes: [u32; 3], block: Option<(u32, u32)>) {
    w.arr(3);
    for node in nodes {
        w.uint(node.into());
    }
    match block {
        Some((first, last)) => w.arr(2).uint(first.into()).uint(last.into()),
        None => w.arr(0),
    };
}

/// What [`write_numbers`] wrote.
#[expect(clippy::type_complexity, reason = "taken apart at both call sites")]
pub(super) fn read_numbers(r: &mut Reader<'_>) -> Result<([u32; 3], Option<(u32, u32)>), CborError> {
    r.arr_of(3)?;
    let nodes = [r.u32()?, r.u32()?, r.u32()?];
    let block = match r.arr_max(2)? {
        0 => None,
        2 => Some((r.u32()?, r.u32()?)),
        _ => return malformed("a block has a first and a last number"),
    };
    Ok((nodes, block))
}

fn read_invite(r: &mut Reader<'_>) -> Result<InviteOp, CborError> {
    r.arr_of(8)?;
    let (sign_pk, kem_pk) = (r.fixed()?, r.fixed()?);
    let (role, site) = (r.text_max(CODE_BYTES_MAX)?, r.text_max(CODE_BYTES_MAX)?);
    let not_after_ms = r.u64()?;
    let (nodes, block) = read_numbers(r)?;
    let terms = r.fixed()?;
    Ok(InviteOp { sign_pk, kem_pk, role, site, not_after_ms, nodes, block, terms })
}

fn read_genesis(r: &mut Reader<'_>) -> Result<Operation, CborError> {
    r.arr_of(2)?;
    let founding = Founding::read(r)?;
    let n = r.arr_max(ROOTS_MAX)?;
    let mut sigs = Vec::with_capacity(n as usize);
    for _ in 0..n {
        r.arr_of(2)?;
        sigs.push((r.u32()?, r.fixed()?));
    }
    Ok(Operation::Genesis(founding, sigs))
}
