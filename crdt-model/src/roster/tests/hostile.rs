//! Schedules of membership entries by which a member with a changed program gets more than is theirs today. Each asserts
//! what is so, so that it survives moves and renames; the day its door is closed it fails, and is turned round.

use super::*;

fn enrol(org: &OrgId, by: &mut Author, n: u8, role: &str, entries: &mut Vec<Entry>, auth: Vec<EntryId>) -> Author {
    let seed = Secret([n; 32]);
    let mut who = Author::new(n);
    let invite = by.say(org, auth, &Operation::Invite(invite_op(&seed, role)));
    let op = join_op(org, invite.id(), &seed, &who, role);
    entries.push(invite);
    entries.push(who.say(org, vec![], &op));
    who
}

/// Says `make(n)` again and again at one place until its id is lower than `than`.
fn ground(
    org: &OrgId,
    who: &mut Author,
    auth: &[EntryId],
    than: EntryId,
    make: impl Fn(u8) -> Operation,
) -> (Entry, u32) {
    let place = Place { seq: who.next.seq, prev: who.next.prev, bytes_before: who.next.bytes_before };
    for n in 2..=255u8 {
        who.next = Place { seq: place.seq, prev: place.prev, bytes_before: place.bytes_before };
        let entry = who.say(org, auth.to_vec(), &make(n));
        if entry.id() < than {
            return (entry, u32::from(n) - 1);
        }
    }
    panic!("255 tries")
}

#[test]
fn today_the_first_epoch_of_a_later_site_goes_to_an_administrator_who_reads_nothing() {
    let (org, mut founder, _, _, mut entries) = small();
    let mut admin = enrol(&org, &mut founder, 11, "administrator", &mut entries, vec![]);
    let auth = evaluate(org, &entries).heads;
    entries.push(founder.say(&org, auth, &site("BOM")));
    let honest = founder.say(&org, vec![], &epoch(&org, "site/BOM", 1, &founder_twin(), 1));
    entries.push(honest.clone());
    let audience = audience_of_name(&org, "site/BOM");
    assert_eq!(evaluate(org, &entries).audiences[&audience].current().map(|e| e.pk), Some([1; 32]));
    let twin = Author::new(11);
    let (own, tries) = ground(&org, &mut admin, &[], honest.id(), |pk| epoch(&org, "site/BOM", 1, &twin, pk));
    entries.push(own.clone());
    let roster = evaluate(org, &entries);
    let current = roster.audiences[&audience].current().map(|e| e.entry);
    assert!(roster.void.is_empty() && current == Some(own.id()), "after {tries} tries");
    // a named audience made after the administrator came (recovery, audit)
    let honest = founder.say(&org, vec![], &epoch(&org, "recovery", 1, &founder_twin(), 1));
    entries.push(honest.clone());
    let (own, tries) = ground(&org, &mut admin, &[], honest.id(), |pk| epoch(&org, "recovery", 1, &twin, pk));
    entries.push(own.clone());
    let roster = evaluate(org, &entries);
    let current = roster.audiences[&audience_of_name(&org, "recovery")].current().map(|e| e.entry);
    assert_eq!(current, Some(own.id()), "after {tries} tries");
}

#[test]
fn a_second_site_of_one_code_leaves_who_was_invited_at_the_first() {
    let (org, mut founder, _, _, mut entries) = small();
    let mut admin = enrol(&org, &mut founder, 11, "administrator", &mut entries, vec![]);
    for _ in 0..12 {
        entries.push(founder.say(&org, vec![], &Operation::Merge));
    }
    let bom = founder.say(&org, vec![], &site("BOM"));
    entries.push(bom.clone());
    let seed = Secret([12; 32]);
    let mut who = Author::new(12);
    let invite =
        founder.say(&org, vec![], &Operation::Invite(InviteOp { site: "BOM".into(), ..invite_op(&seed, "operator") }));
    let op = join_op(&org, invite.id(), &seed, &who, "operator");
    entries.push(invite.clone());
    entries.push(who.say(&org, vec![], &op));
    let before = evaluate(org, &entries);
    assert!(before.members.contains_key(&who.member_id()) && before.void.is_empty());
    let (rival, tries) = ground(&org, &mut admin, &[], bom.id(), |n| {
        let Operation::Site(op) = site("BOM") else { unreachable!() };
        Operation::Site(SiteOp { name: format!("n{n}"), ..op })
    });
    entries.push(rival);
    let after = evaluate(org, &entries);
    assert!(after.members.contains_key(&who.member_id()) && after.void.is_empty(), "after {tries} tries");
}

#[test]
fn today_an_administrator_invites_and_confirms_a_second_self_into_an_audience() {
    let (org, mut founder, _, _, mut entries) = small();
    let mut admin = enrol(&org, &mut founder, 11, "administrator", &mut entries, vec![]);
    let auth = evaluate(org, &entries).heads;
    let join = entries.last().expect("the join").id();
    entries.push(founder.say(&org, auth, &Operation::Confirm(join)));
    let auth = evaluate(org, &entries).heads;
    let second = enrol(&org, &mut admin, 13, "focal_psea", &mut entries, auth);
    let join = entries.last().expect("the join").id();
    entries.push(admin.say(&org, vec![join], &Operation::Confirm(join)));
    let roster = evaluate(org, &entries);
    assert!(roster.void.is_empty() && roster.may_open(&second.member_id()));
    let audiences: Vec<_> = roster.members[&second.member_id()].profiles().flat_map(|p| p.audiences).collect();
    assert_eq!(audiences, ["psea"]);
}

#[test]
fn today_an_invites_standing_changes_as_the_set_grows() {
    let (org, mut founder, _, _, mut entries) = small();
    let seed = Secret([11; 32]);
    let mut manager = enrol(&org, &mut founder, 11, "cfm_manager", &mut entries, vec![]);
    let invite = entries[entries.len() - 2].id();
    let join = entries.last().expect("join").id();
    let newcomer = enrol(&org, &mut manager, 12, "operator", &mut entries, vec![]);
    let before = evaluate(org, &entries).members.contains_key(&newcomer.member_id());
    // whoever copied the sheet joins as well, and is the one confirmed
    let mut copy = Author::new(14);
    let op = join_op(&org, invite, &seed, &copy, "cfm_manager");
    let other = copy.say(&org, vec![], &op);
    entries.push(other.clone());
    entries.push(founder.say(&org, vec![other.id(), join], &Operation::Confirm(other.id())));
    let after = evaluate(org, &entries);
    assert!(before && !after.members.contains_key(&newcomer.member_id()));
    assert_eq!(after.void.values().collect::<Vec<_>>(), [&VoidReason::Invitation, &VoidReason::NotAuthorised]);
}

#[test]
fn today_sixteen_joins_of_lower_ids_are_soon_made() {
    let (org, _, _, seed, entries) = small();
    let (invite, honest) = (entries[2].id(), entries[3].id());
    let (mut lower, mut made) = (0, 0u32);
    while lower < 16 {
        let mut finder = Author::new(3);
        made += 1;
        finder.device_x = Secret(*blake3::hash(&made.to_be_bytes()).as_bytes());
        let op = join_op(&org, invite, &seed, &finder, "operator");
        lower += u32::from(finder.say(&org, vec![], &op).id() < honest);
    }
    assert!(made < 200, "{made} Joins to have 16 with lower ids than the honest one");
}

#[test]
fn today_a_member_can_sign_two_plaintexts_for_one_header() {
    let (_, _, operator, _, entries) = small();
    let aad = entries[3].header().aad();
    let key = operator.member.signing_key();
    let make = |change: &[u8]| {
        let plain = crate::seal::Plain {
            salt: [1; 16],
            claimed_ms: 0,
            member: operator.member_id(),
            member_sig: [0; 64],
            flags: 0,
            generation: 0,
            change: change.to_vec(),
        };
        let sealing = crate::seal::Sealing { key: Secret([5; 32]), plain };
        let mut entropy = Entropy::new([6; 32]);
        let bytes = crate::seal::seal_section(&sealing, Some(&key), &aad, 1, 512, &mut entropy).expect("fits");
        crate::seal::open_section(&Secret([5; 32]), &bytes, &aad, 1, 0).expect("opens")
    };
    let (one, two) = (make(b"he took money"), make(b"he was polite"));
    let verifying = key.verifying_key();
    assert!(one.verify(&aad, 1, &verifying).is_ok() && two.verify(&aad, 1, &verifying).is_ok());
}

#[test]
fn today_an_administrator_makes_a_coordinator_who_makes_a_reader_of_allegations() {
    let (org, mut founder, _, _, mut entries) = small();
    let mut admin = enrol(&org, &mut founder, 11, "administrator", &mut entries, vec![]);
    let auth = evaluate(org, &entries).heads;
    let join = entries.last().expect("the join").id();
    entries.push(founder.say(&org, auth, &Operation::Confirm(join)));
    let auth = evaluate(org, &entries).heads;
    let mut second = enrol(&org, &mut admin, 13, "coordinator", &mut entries, auth);
    let join = entries.last().expect("the join").id();
    entries.push(admin.say(&org, vec![join], &Operation::Confirm(join)));
    let auth = evaluate(org, &entries).heads;
    let third = enrol(&org, &mut second, 14, "focal_psea", &mut entries, auth);
    let join = entries.last().expect("the join").id();
    entries.push(second.say(&org, vec![join], &Operation::Confirm(join)));
    let roster = evaluate(org, &entries);
    assert!(roster.void.is_empty() && roster.may_open(&third.member_id()));
    assert_eq!(roster.members[&second.member_id()].role(), "coordinator");
}
