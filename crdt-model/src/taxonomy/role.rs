//! What each role may do: its rank, its capabilities, whose personal layer it opens.
//!
//! Rank decides who may end whose grants (strictly senior, see `docs/ROLES.md`), capabilities decide which writes other
//! nodes accept, and reach decides whose personal keys a device is given. Reading sealed cases is none of these: it
//! comes from being a member of an audience. Two grants to one member add up. `docs/ROLES.md` is this table.

use std::fmt;

use serde::Serialize;

/// A set of rights, one bit each; the bits are part of the signed format and are never given another meaning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Capabilities(u16);

impl Capabilities {
    /// No right.
    pub const NONE: Self = Self(0);
    /// Keep and pass on entries it cannot read.
    pub const RELAY: Self = Self(1 << 0);
    /// Enter new cases.
    pub const INTAKE: Self = Self(1 << 1);
    /// Hold the open keys: codes and dates of the scope's cases.
    pub const READ_OPEN: Self = Self(1 << 2);
    /// Add to cases and move them, up to closing; reopen them.
    pub const WRITE_OPEN: Self = Self(1 << 3);
    /// Close cases.
    pub const CLOSE_CASE: Self = Self(1 << 4);
    /// Take over writes that a revocation made void.
    pub const ADOPT: Self = Self(1 << 5);
    /// Ask for and approve the erasure of content.
    pub const ERASE: Self = Self(1 << 6);
    /// Invite, confirm and end members and devices of a site.
    pub const MANAGE_SITE: Self = Self(1 << 7);
    /// Sites, audiences, taxonomy, policy.
    pub const MANAGE_ORG: Self = Self(1 << 8);
    /// Read who opened and exported what.
    pub const AUDIT_READ: Self = Self(1 << 9);

    const NAMED: [(Self, &'static str); 10] = [
        (Self::RELAY, "relay"),
        (Self::INTAKE, "intake"),
        (Self::READ_OPEN, "read_open"),
        (Self::WRITE_OPEN, "write_open"),
        (Self::CLOSE_CASE, "close_case"),
        (Self::ADOPT, "adopt"),
        (Self::ERASE, "erase"),
        (Self::MANAGE_SITE, "manage_site"),
        (Self::MANAGE_ORG, "manage_org"),
        (Self::AUDIT_READ, "audit_read"),
    ];

    /// The bits as written on the wire.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The set with these bits. `None` if one of them has no meaning here.
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits < 1 << Self::NAMED.len() { Some(Self(bits)) } else { None }
    }

    /// Both sets together.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every right of `other` is held.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names of the rights held, in the order of their bits.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMED.into_iter().filter(move |&(right, _)| self.contains(right)).map(|(_, name)| name)
    }
}

impl std::ops::BitOr for Capabilities {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Serialize for Capabilities {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.names())
    }
}

/// Whose personal layer a role opens without being assigned a case or referred one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalReach {
    /// Nobody's: only what a case was assigned, referred or shared with it for.
    None,
    /// Cases of the site of the grant, if it is a partner's; nothing where the role is held at a site of the organisation.
    PartnerSite,
    /// Cases of the site of the grant.
    OwnSite,
    /// Cases of the site of the grant and of the sites below it, up to a partner's.
    Region,
    /// All cases of the network but those of partners; where the role is held at a partner's site, those of that partner.
    All,
}

impl PersonalReach {
    /// Its code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PartnerSite => "partner_site",
            Self::OwnSite => "own_site",
            Self::Region => "region",
            Self::All => "all",
        }
    }
}

/// What a role may do and read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RoleProfile {
    /// 1 (most senior) to 5. Rank 0 is the root quorum, which is no role.
    pub rank: u8,
    /// What it may do.
    pub capabilities: Capabilities,
    /// Whose personal layer it opens.
    pub reads_personal: PersonalReach,
    /// Audiences whose members may be taken from this role. Membership itself is granted person by person.
    pub audiences: Vec<String>,
    /// Why so, in a line.
    pub reason: &'static str,
}

const fn all(rights: &[Capabilities]) -> Capabilities {
    let (mut set, mut at) = (Capabilities::NONE, 0);
    while at < rights.len() {
        set = set.union(rights[at]);
        at += 1;
    }
    set
}

const CARRY: Capabilities = Capabilities::RELAY;
const TAKE_IN: Capabilities = all(&[CARRY, Capabilities::INTAKE, Capabilities::READ_OPEN]);
const WORK: Capabilities = all(&[TAKE_IN, Capabilities::WRITE_OPEN]);
const FINISH: Capabilities = all(&[WORK, Capabilities::CLOSE_CASE]);
const LEAD: Capabilities = all(&[FINISH, Capabilities::ADOPT, Capabilities::ERASE, Capabilities::MANAGE_SITE]);
const ADMINISTER: Capabilities =
    all(&[CARRY, Capabilities::READ_OPEN, Capabilities::ADOPT, Capabilities::MANAGE_SITE, Capabilities::MANAGE_ORG]);

type Row = (&'static str, u8, Capabilities, PersonalReach, &'static str);

/// The roles this build knows, most senior first.
const ROLES: [Row; 26] = {
    use PersonalReach::{All, None, OwnSite, PartnerSite, Region};
    const FOCAL: &str =
        "acts on what is referred to it; may be told something in the field and must be able to record it";
    [
        ("administrator", 1, ADMINISTER, None, "keeps the network running; needs nobody's words for it"),
        (
            "coordinator",
            1,
            all(&[LEAD, Capabilities::MANAGE_ORG]),
            All,
            "settles what sites cannot: merges, moves, enrolment, taxonomy; audits nobody, itself included",
        ),
        (
            "focal_psea",
            2,
            FINISH,
            None,
            "senior, so that no case worker can end its grant; reads through the audience, which also hands cases over",
        ),
        ("cfm_manager", 2, LEAD, Region, "answers for the cases of its sites, enrols their members, sits in triage"),
        (
            "head_of_unit",
            2,
            all(&[CARRY, Capabilities::READ_OPEN]),
            None,
            "is told what waits too long, by codes and dates; no case worker can end its grant",
        ),
        (
            "supervisor",
            3,
            all(&[FINISH, Capabilities::ADOPT]),
            OwnSite,
            "answers for a team as a manager does for a site; in no audience; enrols nobody, for who enrols could add to one, and erases nothing",
        ),
        ("focal_cash", 3, WORK, None, FOCAL),
        ("focal_targeting", 3, WORK, None, FOCAL),
        ("focal_programme", 3, WORK, None, FOCAL),
        ("focal_logistics", 3, WORK, None, FOCAL),
        ("focal_aap_gender", 3, WORK, None, FOCAL),
        ("focal_protection", 3, FINISH, None, "reads through its audiences, which also close and hand over"),
        ("focal_integrity", 3, FINISH, None, "reads through its audience, which also closes and hands over"),
        ("hr", 3, FINISH, None, "reads through the audience for conduct, which also closes and hands over"),
        (
            "focal_data_protection",
            3,
            all(&[FINISH, Capabilities::ERASE, Capabilities::AUDIT_READ]),
            None,
            "answers requests for access and erasure, and looks into breaches: who opened what",
        ),
        ("security", 3, WORK, None, FOCAL),
        (
            "partner_focal",
            3,
            WORK,
            PartnerSite,
            "works on the cases of the partner's own site: those it brings, and those sent there",
        ),
        ("meal", 3, TAKE_IN, None, "counts from codes and dates; records what surveys and groups bring"),
        ("operator", 4, FINISH, OwnSite, "takes calls, tells answers, closes when the person is satisfied"),
        ("committee", 4, FINISH, OwnSite, "as an operator, in its community"),
        ("field_monitor", 4, FINISH, OwnSite, "as a committee, at distributions and on visits"),
        ("partner_operator", 4, FINISH, PartnerSite, "as an operator, on the cases of the partner's own site"),
        (
            "auditor",
            5,
            all(&[CARRY, Capabilities::READ_OPEN, Capabilities::AUDIT_READ]),
            None,
            "sees who opened what, never what it says; senior to nobody",
        ),
        ("management", 5, Capabilities::READ_OPEN, None, "aggregates: codes and dates only"),
        ("it_support", 5, CARRY, None, "repairs nodes; reads no content"),
        ("relay", 5, CARRY, None, "carries what it cannot read, not even codes and dates"),
    ]
};

/// The lowest rank, for roles this build does not know.
const RANK_LOWEST: u8 = 5;

pub(super) fn profile(role: &str, audiences: Vec<String>) -> RoleProfile {
    let unknown =
        (role, RANK_LOWEST, Capabilities::NONE, PersonalReach::None, "added by the organisation: no rights of its own");
    let known = ROLES.iter().find(|row| row.0 == role).copied();
    let (_, rank, capabilities, reads_personal, reason) = known.unwrap_or(unknown);
    RoleProfile { rank, capabilities, reads_personal, audiences, reason }
}

/// The roles this build knows, most senior first.
#[cfg(test)]
pub(super) fn known() -> impl Iterator<Item = &'static str> {
    ROLES.iter().map(|row| row.0)
}
