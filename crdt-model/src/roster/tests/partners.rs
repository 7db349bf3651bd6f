//! What lies at a partner's site: who reads it by a role, and who turns its audience to another key.

use super::doors::void_of;
use super::rights::{World, site_below};
use super::*;

/// PAR a partner's site below REG, SUB an office of the partner's, TWO another partner's below PAR.
fn with_partners() -> World {
    let mut world = World::founded();
    for (code, kind, parent) in
        [("PAR", SiteKind::Partner, "REG"), ("SUB", SiteKind::Office, "PAR"), ("TWO", SiteKind::Partner, "PAR")]
    {
        world.says("founder", &site_below(code, kind, Some(parent)));
    }
    world
}

const SITES: [&str; 8] = ["JER", "REG", "PES", "MNK", "BOM", "PAR", "SUB", "TWO"];

#[test]
fn no_reading_crosses_the_border_of_a_partner() {
    let roster = with_partners().roster();
    let cases: [(&str, &str, &[&str]); 14] = [
        ("coordinator", "JER", &["JER", "REG", "PES", "MNK", "BOM"]),
        ("coordinator", "BOM", &["JER", "REG", "PES", "MNK", "BOM"]),
        ("cfm_manager", "JER", &["JER", "REG", "PES", "MNK", "BOM"]),
        ("cfm_manager", "REG", &["REG", "PES", "MNK"]),
        ("operator", "REG", &["REG"]),
        ("coordinator", "PAR", &["PAR", "SUB"]),
        ("cfm_manager", "PAR", &["PAR", "SUB"]),
        ("cfm_manager", "SUB", &["SUB"]),
        ("operator", "PAR", &["PAR"]),
        ("partner_focal", "PAR", &["PAR"]),
        ("partner_focal", "SUB", &["SUB"]),
        ("partner_focal", "TWO", &["TWO"]),
        ("partner_focal", "PES", &[]),
        ("administrator", "PAR", &[]),
    ];
    for (role, at, expected) in cases {
        let reads: Vec<&str> = SITES.into_iter().filter(|site| Reading::of(&roster).by_role(role, at, site)).collect();
        assert_eq!(reads, expected, "{role} at {at}");
    }
}

#[test]
fn a_partners_site_written_again_as_an_office_is_read_by_nobody_above() {
    let mut world = World::founded();
    let auth = world.auth();
    world.says("founder", &site_below("PAR", SiteKind::Partner, Some("REG")));
    world.post("founder", ("coordinator", "BOM"), "Claire");
    world.says_knowing("Claire", auth, &site_below("PAR", SiteKind::Office, Some("REG")));
    let roster = world.roster();
    for (role, at) in [("coordinator", "JER"), ("coordinator", "BOM"), ("cfm_manager", "REG")] {
        assert!(!Reading::of(&roster).by_role(role, at, "PAR"), "{role} at {at}");
        assert!(Reading::of(&roster).by_role(role, at, "PES") || at != "REG");
    }
    assert!(
        Reading::of(&roster).by_role("partner_focal", "PAR", "PAR")
            && Reading::of(&roster).by_role("operator", "PAR", "PAR")
    );
}

fn epoch_of(world: &mut World, site: &str, epoch: u32, holder: &str) -> Operation {
    let (org, to) = (world.org, world.member(holder).0);
    let name = format!("site/{site}");
    let wraps = vec![Wrapped { to, enc: [0; 32], ct: [0; 48] }];
    Operation::AudienceEpoch { audience: audience_of_name(&org, &name), name, epoch, suite: 1, pk: [9; 32], wraps }
}

fn wrap_of(world: &mut World, site: &str, epoch: u32, to: &str) -> Operation {
    let (org, to) = (world.org, world.member(to).0);
    let target = audience_of_name(&org, &format!("site/{site}")).0;
    Operation::Wrap { target, epoch, wrapped: Wrapped { to, enc: [1; 32], ct: [1; 48] } }
}

#[test]
fn who_reads_at_a_partners_site_and_holds_its_key_opens_the_next_and_nobody_else() {
    let mut world = with_partners();
    for site in ["PAR", "PES"] {
        let first = epoch_of(&mut world, site, 1, "founder");
        world.says("founder", &first);
    }
    world.post("founder", ("coordinator", "JER"), "Cora");
    world.post("founder", ("cfm_manager", "REG"), "Mia");
    world.post("founder", ("operator", "PES"), "Omar");
    world.post("founder", ("partner_focal", "PAR"), "Pia");
    let joined = world.lets_in("founder", ("partner_focal", "PAR"), "Paul");
    for holder in ["Cora", "Mia", "Omar", "Paul"] {
        let wrap = wrap_of(&mut world, "PAR", 1, holder);
        let given = world.says("founder", &wrap);
        assert_eq!(void_of(&world, &given), None, "the founder holds it and may give it");
    }
    // Pia reads there and was given nothing; who does not hold the key does not make her look like a holder
    world.post("founder", ("operator", "PES"), "Olga");
    let wrap = wrap_of(&mut world, "PAR", 1, "Pia");
    let given = world.says("Olga", &wrap);
    assert_eq!(void_of(&world, &given), Some(VoidReason::NotAuthorised));
    let wrap = wrap_of(&mut world, "PES", 1, "Pia");
    let given = world.says("Olga", &wrap);
    assert_eq!(void_of(&world, &given), None, "at a site of the organisation a wrap is anybody's");

    for who in ["founder", "Cora", "Mia", "Omar", "Pia", "Paul"] {
        let next = epoch_of(&mut world, "PAR", 2, who);
        let opened = world.says(who, &next);
        assert_eq!(void_of(&world, &opened), Some(VoidReason::NotAuthorised), "{who}");
    }
    let before = world.auth();
    let confirm = world.says("founder", &Operation::Confirm(joined));
    let next = epoch_of(&mut world, "PAR", 2, "Paul");
    let early = world.says_knowing("Paul", before, &next);
    assert_eq!(void_of(&world, &early), Some(VoidReason::NotAuthorised), "of its own past: it does not know it");
    let opened = world.says_knowing("Paul", vec![confirm], &next);
    assert_eq!(void_of(&world, &opened), None);
    let roster = world.roster();
    let audience = &roster.audiences[&audience_of_name(&world.org, "site/PAR")];
    let current = audience.current().expect("opened");
    assert_eq!((current.epoch, current.entry), (2, opened));
    assert!(Reading::of(&roster).by_device(&current.by, "PAR") && !Reading::of(&roster).by_device(&current.by, "PES"));

    // the next after that: of those who hold it; and elsewhere all is as it was
    for (who, site, number, expected) in [
        ("founder", "PAR", 3, Some(VoidReason::NotAuthorised)),
        ("Paul", "PAR", 3, None),
        ("founder", "PES", 2, None),
        ("Omar", "PES", 2, Some(VoidReason::NotAuthorised)),
    ] {
        let auth = world.auth();
        let next = epoch_of(&mut world, site, number, who);
        let opened = world.says_knowing(who, auth, &next);
        let found = void_of(&world, &opened);
        // who comes second is out of turn as well
        let expected = if who == "Omar" { Some(VoidReason::Value) } else { expected };
        assert_eq!(found, expected, "{who} {site} {number}");
    }
}
