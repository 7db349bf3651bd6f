//! How far a role reaches, and what nobody opens by saying more: sites written again, circles, second selves, grants.

use super::rights::{World, site_below};
use super::*;

fn grant(member: MemberId, role: &str, site: &str) -> Operation {
    Operation::Grant { member, role: role.into(), site: site.into(), until_ms: None }
}

/// A manager at PES and somebody who makes sites at BOM.
pub(super) fn staffed() -> World {
    let mut world = World::founded();
    world.post("founder", ("cfm_manager", "PES"), "Marc");
    world.post("founder", ("coordinator", "BOM"), "Claire");
    world
}

pub(super) fn void_of(world: &World, entry: &EntryId) -> Option<VoidReason> {
    world.roster().void.get(entry).copied()
}

#[test]
fn a_site_written_again_moves_nobodys_reach() {
    // who knows the first Site entry changes nothing by a second
    let mut world = staffed();
    world.says("Claire", &site_below("MNK", SiteKind::Committee, Some("BOM")));
    let below = world.lets_in("Marc", ("operator", "MNK"), "Ali");
    let elsewhere = world.lets_in("Claire", ("operator", "MNK"), "Bea");
    assert_eq!(void_of(&world, &below), None);
    assert_eq!(void_of(&world, &elsewhere), Some(VoidReason::Invitation));
    let roster = world.roster();
    assert!(roster.is_under("MNK", "PES") && !roster.is_under("MNK", "BOM"));

    // two that do not know of each other: in reach only for whom both say so
    let mut world = staffed();
    let auth = world.auth();
    world.says("founder", &site_below("XAA", SiteKind::Office, Some("PES")));
    world.says_knowing("Claire", auth.clone(), &site_below("XAA", SiteKind::Office, Some("BOM")));
    let of_one = world.lets_in("Marc", ("operator", "XAA"), "Ali");
    let of_other = world.lets_in("Claire", ("operator", "XAA"), "Bea");
    let of_both = world.lets_in("founder", ("operator", "XAA"), "Chi");
    assert_eq!(void_of(&world, &of_one), Some(VoidReason::Invitation));
    assert_eq!(void_of(&world, &of_other), Some(VoidReason::Invitation));
    assert_eq!(void_of(&world, &of_both), None);
    let roster = world.roster();
    assert!(!roster.is_under("XAA", "PES") && !roster.is_under("XAA", "BOM") && roster.is_under("XAA", "JER"));
}

#[test]
fn what_counted_goes_on_counting_whatever_is_said_of_its_site_later() {
    let mut world = staffed();
    let auth = world.auth();
    let site = world.says_knowing("founder", auth.clone(), &site_below("XAA", SiteKind::Office, Some("PES")));
    let join = world.lets_in_knowing("Marc", vec![site], ("operator", "XAA"), "Ali");
    let before = world.roster();
    // a rival that knew nothing of it, and whoever hears of it later
    world.says_knowing("Claire", auth, &site_below("XAA", SiteKind::Office, Some("BOM")));
    let after = world.roster();
    let ali = world.member("Ali");
    assert!(before.members.contains_key(&ali) && after.members.contains_key(&ali));
    // and who invited still confirms, though the site is disputed now
    world.says("Marc", &Operation::Confirm(join));
    let after = world.roster();
    assert_eq!(after.members[&ali].standing, Standing::Confirmed);
    assert_eq!(after.invites[&after.members[&ali].invite].confirmed_by.map(|(_, rank)| rank), Some(2));
}

#[test]
fn circles_and_orphans_are_in_nobodys_reach_but_the_roots() {
    let mut world = staffed();
    for (code, parent) in [("XAA", Some("XAB")), ("XAB", Some("XAA")), ("XAC", Some("XAC")), ("XAD", None)] {
        world.says("Claire", &site_below(code, SiteKind::Office, parent));
        let by_marc = world.lets_in("Marc", ("operator", code), &format!("Ali {code}"));
        let by_founder = world.lets_in("founder", ("operator", code), &format!("Bea {code}"));
        assert_eq!(void_of(&world, &by_marc), Some(VoidReason::Invitation), "{code}");
        assert_eq!(void_of(&world, &by_founder), None, "{code}");
    }
    // a very long way down is no circle, and no stack
    let mut parent = "PES".to_owned();
    for n in 0..70_u8 {
        let code: String = ['Y', char::from(b'A' + n / 26), char::from(b'A' + n % 26)].iter().collect();
        world.says("Claire", &site_below(&code, SiteKind::Office, Some(&parent)));
        parent = code;
    }
    let roster = world.roster();
    assert!(roster.is_under("YBA", "PES") && !roster.is_under(&parent, "PES") && roster.is_under(&parent, "YCA"));
}

#[test]
fn an_invite_that_does_not_count_lets_nobody_in_and_its_holder_alone_is_judged_by_what_they_were_given() {
    let mut world = staffed();
    let join = world.lets_in("Marc", ("cfm_manager", "BOM"), "Marc bis");
    let confirm = world.says("Marc", &Operation::Confirm(join));
    let roster = world.roster();
    let second = world.member("Marc bis");
    assert!(!roster.members.contains_key(&second) && roster.devices.len() == 3);
    assert_eq!(roster.void.get(&join), Some(&VoidReason::Invitation));
    assert_eq!(roster.void.get(&confirm), Some(&VoidReason::UnknownSubject));
    let invite = *roster.void.iter().find(|(_, reason)| **reason == VoidReason::NotInReach).expect("named").0;
    assert!(roster.is_void_invite(&invite) && roster.inviting_device(&invite).is_some());

    // the newcomer's own home, before the Invite came and after
    let records: Vec<Record> = world.entries.iter().map(Record::read).collect();
    let Some(Operation::Invite(op)) = records.iter().find(|r| r.id == invite).and_then(|r| r.op.clone()) else {
        panic!("an Invite")
    };
    let pin = Pin { invite, op };
    let join_alone: Vec<Record> = records.iter().filter(|record| record.id == join).cloned().collect();
    let alone = Roster::evaluate(world.org, &join_alone, std::slice::from_ref(&pin));
    assert!(alone.members[&second].is_live(), "works before meeting anybody");
    let met = Roster::evaluate(world.org, &records, &[pin]);
    assert!(met.members[&second].uninvited && !met.members[&second].is_live());
    assert_eq!(met.heads, roster.heads);
}

#[test]
fn a_grant_counts_below_ones_rank_within_ones_reach_and_never_on_ones_own_machine() {
    let mut world = staffed();
    world.post("founder", ("operator", "PES"), "Ali");
    world.post("founder", ("operator", "BOM"), "Bea");
    let (marc, ali, bea, founder) =
        (world.member("Marc"), world.member("Ali"), world.member("Bea"), world.member("founder"));
    let cases = [
        (grant(marc, "operator", "BOM"), Some(VoidReason::NotInReach)),
        (grant(marc, "hr", "PES"), Some(VoidReason::NotAuthorised)),
        (grant(marc, "focal_psea", "PES"), Some(VoidReason::NotAuthorised)),
        (grant(ali, "cfm_manager", "PES"), Some(VoidReason::NotAuthorised)),
        (grant(ali, "operator", "JER"), Some(VoidReason::NotInReach)),
        (grant(bea, "meal", "BOM"), Some(VoidReason::NotInReach)),
        (grant(ali, "meal", "MNK"), None),
    ];
    for (op, expected) in cases {
        let said = world.says("Marc", &op);
        assert_eq!(void_of(&world, &said), expected, "{op:?}");
    }
    for (op, expected) in [
        (grant(founder, "hr", "JER"), Some(VoidReason::NotAuthorised)),
        (grant(bea, "meal", "XYZ"), Some(VoidReason::UnknownSubject)),
        (grant(bea, "cfm_manager", "MNK"), None),
    ] {
        let said = world.says("founder", &op);
        assert_eq!(void_of(&world, &said), expected, "{op:?}");
    }
}

#[test]
fn an_invitation_is_ended_by_whoever_gave_it_or_manages_there() {
    let mut world = staffed();
    world.lets_in("founder", ("operator", "PES"), "Ali");
    let invite =
        *world.roster().invites.keys().find(|id| world.roster().invites[id].op.role == "operator").expect("one");
    let ends = |world: &mut World, who: &str| {
        let said = world.says(who, &Operation::EndInvite(invite));
        void_of(world, &said)
    };
    assert_eq!(ends(&mut world, "Claire"), Some(VoidReason::NotInReach));
    assert_eq!(ends(&mut world, "Ali"), Some(VoidReason::NotAuthorised));
    assert!(!world.roster().invites[&invite].ended);
    assert_eq!(ends(&mut world, "Marc"), None);
    assert!(world.roster().invites[&invite].ended);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn reach_does_not_depend_on_arrival(seed in any::<u64>(), order in any::<u64>()) {
        let mut world = staffed();
        let mut dice = seed;
        let mut roll = |n: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % n
        };
        let codes = ["REG", "PES", "MNK", "BOM", "XAA", "XAB"];
        let mut joins: Vec<EntryId> = Vec::new();
        for n in 0..18 {
            // what an author knows: all of now, or what was known at some time before
            let known = world.entries.len() as u64;
            let upto = if roll(2) == 0 { known } else { 11 + roll(known - 10) };
            let mut auth = evaluate(world.org, &world.entries[..upto as usize]).heads;
            auth.truncate(crate::entry::AUTH_MAX);
            let who = ["founder", "Marc", "Claire"][roll(3) as usize];
            let (code, other) = (codes[roll(6) as usize], codes[roll(6) as usize]);
            match roll(4) {
                0 => { world.says_knowing(who, auth, &site_below(code, SiteKind::Office, Some(other))); }
                1 if !joins.is_empty() => {
                    let join = joins[roll(joins.len() as u64) as usize];
                    world.says_knowing(who, auth, &Operation::Confirm(join));
                }
                2 => {
                    let member = world.member(["Marc", "Claire"][roll(2) as usize]);
                    world.says_knowing(who, auth, &grant(member, "operator", code));
                }
                _ => joins.push(world.lets_in_knowing(who, auth, ("operator", code), &format!("newcomer {n}"))),
            }
        }
        let told = |roster: &Roster| {
            format!("{:?}", (&roster.members, &roster.sites, &roster.invites, &roster.void, &roster.waiting, &roster.heads))
        };
        let whole = world.roster();
        let mut shuffled: Vec<Entry> = world.entries.clone();
        shuffled.sort_by_key(|entry| blake3::derive_key("boucle tests order", &[&order.to_be_bytes(), &entry.id().0[..]].concat()));
        prop_assert_eq!(told(&whole), told(&evaluate(world.org, &shuffled)));
        // nothing that comes later makes an Invite, a Grant or a Confirm count, or stop counting: none of these newcomers
        // has a rival, so each verdict is of the entry's own past
        for upto in 0..world.entries.len() {
            let part = evaluate(world.org, &world.entries[..upto]);
            for entry in &world.entries[..upto] {
                prop_assert_eq!(part.void.get(&entry.id()), whole.void.get(&entry.id()));
            }
        }
    }
}

// ------------------------------------------------------------------ erasure

/// What the signature of somebody under an erasure of a case of PES is worth, knowing everything.
fn worth(org: &OrgId, roster: &Roster, member: &MemberId) -> Option<Eraser> {
    let scope = site_scope(org, "PES");
    let found = roster.eraser_of(member, &scope, &roster.heads);
    assert_eq!(roster.eraser_at(&roster.members[member].device, &scope, &roster.heads), found);
    found
}

#[test]
fn of_each_role_a_signature_under_an_erasure_is_worth_what_the_table_says_once_confirmed() {
    use Eraser::{Erases, Seconds};
    let mut world = World::founded();
    let (org, founder, auth) = (world.org, world.member("founder"), world.auth());
    let mut people = Vec::new();
    for role in crate::taxonomy::Taxonomy::shipped().roles.codes() {
        // at the site, above it, at the root, below it, elsewhere
        let expected = match role {
            "coordinator" => [Some(Erases), Some(Erases), Some(Erases), None, None],
            "cfm_manager" | "focal_data_protection" => {
                [Some(Erases), Some(Erases), Some(Erases), Some(Seconds), Some(Seconds)]
            }
            "focal_psea" | "focal_protection" | "focal_integrity" | "hr" => [Some(Seconds); 5],
            _ => [None; 5],
        };
        for (site, expected) in ["PES", "REG", "JER", "MNK", "BOM"].into_iter().zip(expected) {
            let name = format!("{role} {site}");
            let join = world.lets_in_knowing("founder", auth.clone(), (role, site), &name);
            people.push((name.clone(), world.member(&name), join, expected));
        }
    }
    let roster = world.roster();
    assert_eq!(worth(&org, &roster, &founder), Some(Erases));
    for (name, member, ..) in &people {
        assert_eq!(worth(&org, &roster, member), None, "{name}: unconfirmed");
    }
    for (_, _, join, _) in &people {
        world.says_knowing("founder", vec![*join], &Operation::Confirm(*join));
    }
    let roster = world.roster();
    for (name, member, _, expected) in &people {
        assert_eq!(worth(&org, &roster, member), *expected, "{name}");
    }
}

#[test]
fn what_a_signature_is_worth_is_judged_at_its_own_past_and_stays() {
    let mut world = World::founded();
    let join = world.lets_in("founder", ("cfm_manager", "PES"), "Marc");
    let before = world.auth();
    let confirm = world.says("founder", &Operation::Confirm(join));
    let marc = world.member("Marc");
    let scope = site_scope(&world.org, "PES");
    let roster = world.roster();
    assert_eq!(roster.eraser_of(&marc, &scope, &before), None, "it did not know that he was confirmed");
    assert!(!roster.confirmed_at(&marc, &before) && roster.confirmed_at(&marc, &[confirm]));
    assert_eq!(roster.eraser_of(&marc, &scope, &[confirm]), Some(Eraser::Erases));
    assert_eq!(roster.eraser_of(&marc, &site_scope(&world.org, "BOM"), &[confirm]), Some(Eraser::Seconds));
    assert_eq!(roster.eraser_of(&marc, &site_scope(&world.org, "XXX"), &[confirm]), None, "no such site");
    assert_eq!(roster.eraser_of(&marc, &scope, &[EntryId([7; 32])]), None, "not held yet");

    // another answers the same invitation and is confirmed by somebody who knew of no other: he may count no more, and what
    // was signed goes on counting
    let records: Vec<Record> = world.entries.iter().map(Record::read).collect();
    let Some(Operation::Join(first)) = records.iter().find(|r| r.id == join).and_then(|r| r.op.clone()) else {
        panic!("a Join")
    };
    let seed = Secret(blake3::derive_key("boucle tests seed", &1_u16.to_be_bytes()));
    for n in 0..8 {
        let mut rival = Author::new(40 + n);
        let op = join_op(&world.org, first.invite, &seed, &rival, "cfm_manager");
        let org = world.org;
        let entry = rival.say(&org, vec![], &op);
        world.entries.push(entry.clone());
        world.says_knowing("founder", vec![entry.id()], &Operation::Confirm(entry.id()));
        let roster = world.roster();
        assert_eq!(roster.eraser_of(&marc, &scope, &[confirm]), Some(Eraser::Erases));
    }
    world.post("founder", ("coordinator", "JER"), "Claire");
    let mut late = Author::new(60);
    let org = world.org;
    let op = join_op(&org, first.invite, &seed, &late, "cfm_manager");
    let entry = late.say(&org, vec![], &op);
    world.entries.push(entry.clone());
    // Claire knows of the newcomer and of nothing that was confirmed since
    let knows = world.roster().members[&world.member("Claire")].join;
    for _ in 0..6 {
        world.says_knowing("Claire", vec![knows, entry.id()], &Operation::Confirm(entry.id()));
    }
    let roster = world.roster();
    assert_eq!(roster.eraser_of(&marc, &scope, &[confirm]), Some(Eraser::Erases));
}
