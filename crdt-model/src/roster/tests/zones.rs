//! In which zone sites count: who may say it, which of several counts, and that a zone nobody here knows takes nothing away.

use super::doors::{staffed, void_of};
use super::rights::{World, site_below};
use super::*;

fn zone(site: &str, zone: &str) -> Operation {
    Operation::SiteZone { site: site.into(), zone: zone.into() }
}

#[test]
fn a_site_counts_as_said_of_it_else_as_the_site_above_else_in_utc() {
    let mut world = staffed();
    let of = |world: &World, site: &str| world.roster().zone_of(site).name().to_owned();
    assert_eq!(of(&world, "MNK"), "UTC", "an organisation that never named a zone");
    world.says("founder", &zone("JER", "Africa/Kinshasa"));
    assert_eq!(of(&world, "MNK"), "Africa/Kinshasa");
    world.says("founder", &zone("REG", "Africa/Lubumbashi"));
    let roster = world.roster();
    let zones = ["JER", "REG", "PES", "MNK", "BOM"].map(|site| roster.zone_of(site).name().to_owned());
    assert_eq!(
        zones,
        ["Africa/Kinshasa", "Africa/Lubumbashi", "Africa/Lubumbashi", "Africa/Lubumbashi", "Africa/Kinshasa"]
    );
    assert_eq!(roster.org_zone().name(), "Africa/Kinshasa");
    assert_eq!((roster.zone_said("REG"), roster.zone_said("PES")), (Some("Africa/Lubumbashi"), None));
    // who knows what was said before replaces it
    world.says("founder", &zone("REG", "Africa/Bangui"));
    assert_eq!(of(&world, "PES"), "Africa/Bangui");
    // what hangs nowhere, or in a circle, counts as the organisation does
    world.says("founder", &site_below("XAA", SiteKind::Office, Some("XAB")));
    world.says("founder", &site_below("XAB", SiteKind::Office, Some("XAA")));
    assert_eq!(of(&world, "XAA"), "Africa/Kinshasa");
    assert_eq!(of(&world, "ZZZ"), "Africa/Kinshasa");
}

#[test]
fn whoever_makes_sites_says_the_zone_of_those_in_their_reach_alone() {
    let mut world = staffed();
    for (who, site, name, expected) in [
        ("founder", "JER", "Africa/Bangui", None),
        ("founder", "PES", "Africa/Bangui", None),
        ("Claire", "BOM", "Africa/Bangui", None),
        ("Claire", "PES", "Africa/Bangui", Some(VoidReason::NotInReach)),
        ("Claire", "JER", "Africa/Bangui", Some(VoidReason::NotInReach)),
        ("Marc", "PES", "Africa/Bangui", Some(VoidReason::NotAuthorised)),
        ("founder", "NON", "Africa/Bangui", Some(VoidReason::UnknownSubject)),
        ("founder", "PES", "Africa/Bangui?", Some(VoidReason::Value)),
        ("founder", "PES", "", Some(VoidReason::Value)),
    ] {
        let entry = world.says(who, &zone(site, name));
        assert_eq!(void_of(&world, &entry), expected, "{who} of {site}");
    }
}

#[test]
fn a_zone_of_newer_rules_is_kept_and_counts_as_the_site_above() {
    let mut world = staffed();
    world.says("founder", &zone("JER", "Africa/Bangui"));
    let entry = world.says("founder", &zone("PES", "Mars/Olympus_Mons"));
    let roster = world.roster();
    assert_eq!(roster.void.get(&entry), None);
    assert_eq!((roster.zone_said("PES"), roster.zone_of("MNK").name()), (Some("Mars/Olympus_Mons"), "Africa/Bangui"));
    assert_eq!(roster.unknown_zones().collect::<Vec<_>>(), [("PES", "Mars/Olympus_Mons")]);
    world.says("founder", &zone("JER", "Mars/Olympus_Mons"));
    assert_eq!(world.roster().org_zone(), crate::zone::Zone::UTC);
}

#[test]
fn an_operation_nobody_here_knows_keeps_its_place_and_has_no_effect() {
    // what a node of a version before this one makes of a zone
    let mut world = staffed();
    let entry = world.says("founder", &zone("JER", "Africa/Bangui"));
    let mut records: Vec<Record> = world.entries.iter().map(Record::read).collect();
    let known = Roster::evaluate(world.org, &records, &[]);
    records.iter_mut().filter(|record| record.id == entry).for_each(|record| record.op = None);
    let unknown = Roster::evaluate(world.org, &records, &[]);
    assert_eq!((unknown.heads, unknown.void.len()), (known.heads, known.void.len()));
    assert_eq!(unknown.members.len(), known.members.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Zones said by several who may not know of each other: the same ones count, in whatever order they come.
    #[test]
    fn zones_do_not_depend_on_arrival(seed in any::<u64>(), order in any::<u64>()) {
        const NAMES: [&str; 4] = ["Africa/Bangui", "Asia/Kathmandu", "Pacific/Kiritimati", "Mars/Olympus_Mons"];
        let mut world = staffed();
        let mut dice = seed;
        let mut roll = |n: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % n
        };
        let first = world.entries.len() as u64;
        for _ in 0..12 {
            let known = world.entries.len() as u64;
            let upto = if roll(2) == 0 { known } else { first + roll(known - first + 1) };
            let mut auth = evaluate(world.org, &world.entries[..upto as usize]).heads;
            auth.truncate(crate::entry::AUTH_MAX);
            let who = ["founder", "Claire", "Marc"][roll(3) as usize];
            let site = ["JER", "REG", "PES", "BOM"][roll(4) as usize];
            world.says_knowing(who, auth, &zone(site, NAMES[roll(4) as usize]));
        }
        let told = |roster: &Roster| {
            let of = |site: &str| (roster.zone_of(site).name().to_owned(), roster.zone_said(site).map(str::to_owned));
            format!("{:?}", (["JER", "REG", "PES", "MNK", "BOM"].map(of), &roster.void))
        };
        let whole = world.roster();
        let mut shuffled: Vec<Entry> = world.entries.clone();
        shuffled.sort_by_key(|entry| {
            blake3::derive_key("boucle tests order", &[&order.to_be_bytes(), &entry.id().0[..]].concat())
        });
        prop_assert_eq!(told(&whole), told(&evaluate(world.org, &shuffled)));
        // and nothing that comes later takes an authorised one back or makes one count
        for upto in first as usize..world.entries.len() {
            let part = evaluate(world.org, &world.entries[..upto]);
            for entry in &world.entries[..upto] {
                prop_assert_eq!(part.void.get(&entry.id()), whole.void.get(&entry.id()));
            }
        }
    }
}
