//! Who is let in by whom, and what they may then do: the whole table, frozen in `rights.txt`.
//!
//! Sites: JER the root, REG a region below it, PES an office of the region, MNK a committee of that office, BOM another
//! office of the root. Everybody is invited to PES.

use super::*;
use crate::taxonomy::PersonalReach;

const TABLE: &str = include_str!("rights.txt");

/// Role, site.
type Post = (&'static str, &'static str);

/// Who invites: the founder (no post), then those the founder invited and confirmed.
const INVITERS: [(&str, Option<Post>); 8] = [
    ("founder", None),
    ("coordinator above", Some(("coordinator", "REG"))),
    ("administrator above", Some(("administrator", "REG"))),
    ("manager there", Some(("cfm_manager", "PES"))),
    ("manager above", Some(("cfm_manager", "REG"))),
    ("manager below", Some(("cfm_manager", "MNK"))),
    ("manager elsewhere", Some(("cfm_manager", "BOM"))),
    ("coordinator elsewhere", Some(("coordinator", "BOM"))),
];

/// Who confirms, beside nobody.
const CONFIRMERS: [&str; 5] = ["inviter", "founder", "manager there", "manager above", "manager elsewhere"];

/// One organisation, its people by name, and all that was said in it.
pub(super) struct World {
    pub(super) org: OrgId,
    pub(super) entries: Vec<Entry>,
    people: Vec<(String, Author)>,
    keys: u16,
}

impl World {
    /// Founded, with the five sites.
    pub(super) fn founded() -> Self {
        let mut founder = Author::new(1);
        let (org, first) = genesis(&mut founder, &[root(9)], 1, 1);
        let people = vec![("founder".to_owned(), founder)];
        let mut world = Self { org, entries: vec![first], people, keys: 0 };
        for (code, kind, parent) in [
            ("JER", SiteKind::National, None),
            ("REG", SiteKind::Region, Some("JER")),
            ("PES", SiteKind::Office, Some("REG")),
            ("MNK", SiteKind::Committee, Some("PES")),
            ("BOM", SiteKind::Office, Some("JER")),
        ] {
            world.says("founder", &site_below(code, kind, parent));
        }
        world
    }

    pub(super) fn roster(&self) -> Roster {
        evaluate(self.org, &self.entries)
    }

    /// Somebody says something, knowing everything said so far.
    pub(super) fn says(&mut self, who: &str, op: &Operation) -> EntryId {
        let auth = self.auth();
        self.says_knowing(who, auth, op)
    }

    /// What an author who knows everything names as known.
    pub(super) fn auth(&self) -> Vec<EntryId> {
        let mut heads = self.roster().heads;
        heads.truncate(crate::entry::AUTH_MAX);
        heads
    }

    pub(super) fn says_knowing(&mut self, who: &str, auth: Vec<EntryId>, op: &Operation) -> EntryId {
        let org = self.org;
        let author = self.author(who);
        let entry = author.say(&org, auth, op);
        let id = entry.id();
        self.entries.push(entry);
        id
    }

    pub(super) fn author(&mut self, who: &str) -> &mut Author {
        let at = self.people.iter().position(|(name, _)| name == who).expect("somebody of the tests");
        &mut self.people[at].1
    }

    pub(super) fn member(&mut self, who: &str) -> MemberId {
        self.author(who).member_id()
    }

    /// Invites `name`, who joins. Gives the Join.
    pub(super) fn lets_in(&mut self, by: &str, (role, site): (&str, &str), name: &str) -> EntryId {
        let auth = self.auth();
        self.lets_in_knowing(by, auth, (role, site), name)
    }

    pub(super) fn lets_in_knowing(
        &mut self,
        by: &str,
        auth: Vec<EntryId>,
        (role, site): (&str, &str),
        name: &str,
    ) -> EntryId {
        self.keys += 1;
        let seed = Secret(blake3::derive_key("boucle tests seed", &self.keys.to_be_bytes()));
        let op = InviteOp { site: site.into(), ..invite_op(&seed, role) };
        let invite = self.says_knowing(by, auth, &Operation::Invite(op));
        let entropy = &mut Entropy::new(blake3::derive_key("boucle tests author", &self.keys.to_be_bytes()));
        let author = Author {
            device: entropy.secret(),
            device_x: entropy.secret(),
            member: entropy.secret(),
            member_x: entropy.secret(),
            next: Place::FIRST,
        };
        let join = join_op(&self.org, invite, &seed, &author, role);
        self.people.push((name.to_owned(), author));
        self.says_knowing(name, vec![], &join)
    }

    /// Lets somebody in, whom the founder confirms.
    pub(super) fn post(&mut self, by: &str, post: (&str, &str), name: &str) {
        let join = self.lets_in(by, post, name);
        self.says("founder", &Operation::Confirm(join));
    }
}

pub(super) fn site_below(code: &str, kind: SiteKind, parent: Option<&str>) -> Operation {
    let parent = parent.map(str::to_owned);
    Operation::Site(SiteOp { code: code.into(), name: format!("Site {code}"), kind, parent, org_unit: None })
}

/// What became of somebody: where they stand, whether a confirmation by the coordination makes them one of those audiences
/// take; and that they may what their role may, or nothing.
fn became(roster: &Roster, world_member: &MemberId, role: &str) -> String {
    let profile = role_profile(role).expect("a role of the taxonomy");
    let Some(member) = roster.members.get(world_member) else { return "-".to_owned() };
    let now = roster.authority_now(&member.device);
    assert_eq!((now.rank, now.capabilities), (profile.rank, profile.capabilities), "{role}");
    let sites = ["JER", "REG", "PES", "MNK", "BOM"];
    let expected: &[&str] = match profile.reads_personal {
        // PES is the organisation's own
        PersonalReach::None | PersonalReach::PartnerSite => &[],
        PersonalReach::OwnSite => &["PES"],
        PersonalReach::Region => &["PES", "MNK"],
        PersonalReach::All => &sites,
    };
    let reads: Vec<&str> = sites.into_iter().filter(|site| Reading::of(roster).by_member(member, site)).collect();
    assert_eq!(reads, expected, "{role}");
    let standing = match member.standing {
        Standing::Unconfirmed => "in",
        Standing::Confirmed => "confirmed",
        Standing::Suspended => "suspended",
        Standing::Void => "void",
    };
    let opens = if roster.may_open(world_member) { "+audiences" } else { "" };
    format!("{standing}{opens}")
}

fn table() -> String {
    let mut table = String::new();
    for (inviter, post) in INVITERS {
        let mut world = World::founded();
        for (name, post) in INVITERS.into_iter().filter_map(|(name, post)| Some((name, post?))) {
            if name == inviter || CONFIRMERS.contains(&name) {
                world.post("founder", post, name);
            }
        }
        let auth = world.auth();
        let roles: Vec<String> = crate::taxonomy::Taxonomy::shipped().roles.codes().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for role in &roles {
            for (n, by) in std::iter::once("nobody").chain(CONFIRMERS).enumerate() {
                let name = format!("{role} {n}");
                let join = world.lets_in_knowing(inviter, auth.clone(), (role, "PES"), &name);
                if by != "nobody" {
                    let by = if by == "inviter" { inviter } else { by };
                    world.says_knowing(by, vec![auth[0], join], &Operation::Confirm(join));
                }
                rows.push((role, by, world.member(&name)));
            }
        }
        let roster = world.roster();
        assert!(roster.waiting.is_empty() && post.is_none_or(|_| roster.members.len() > 1));
        table += &format!("invited by: {inviter}\n");
        for role in &roles {
            let of_role = rows.iter().filter(|(of, ..)| of == &role);
            let told: Vec<String> =
                of_role.map(|(_, by, member)| format!("{by}: {}", became(&roster, member, role))).collect();
            table += &format!("  {role}; {}\n", told.join("; "));
        }
    }
    table
}

#[test]
fn whoever_is_let_in_by_whom_has_the_rights_of_the_table() {
    let found = table();
    for (n, (found, frozen)) in found.lines().zip(TABLE.lines()).enumerate() {
        assert_eq!(found, frozen, "line {}", n + 1);
    }
    assert_eq!(found.lines().count(), TABLE.lines().count());
}
