//! What is said of a site: who may say it, which of several counts, and how routes are found.

use super::super::said::{above, is_closed, name_of, route};
use super::doors::{staffed, void_of};
use super::rights::World;
use super::*;

fn said(site: &str, key: &str, value: &str) -> Operation {
    Operation::SiteSaid { site: site.into(), key: key.into(), value: value.into() }
}

#[test]
fn the_newest_that_counts_is_said_and_a_blank_takes_it_back() {
    let mut world = staffed();
    world.says("founder", &said("REG", "name", "Région sud"));
    assert_eq!(name_of(&world.roster(), "REG"), "Région sud");
    world.says("founder", &said("REG", "name", "Grand Sud"));
    assert_eq!(name_of(&world.roster(), "REG"), "Grand Sud");
    world.says("founder", &said("REG", "name", ""));
    let roster = world.roster();
    assert_eq!(name_of(&roster, "REG"), roster.sites["REG"].op.name);
    world.says("founder", &said("PES", "closed", "yes"));
    assert!(is_closed(&world.roster(), "PES") && !is_closed(&world.roster(), "REG"));
    world.says("founder", &said("PES", "closed", ""));
    assert!(!is_closed(&world.roster(), "PES"));
}

#[test]
fn a_route_is_found_from_the_sub_category_up_and_from_the_site_up() {
    let mut world = staffed();
    let of = |world: &World, site: &str, category: Option<&str>| {
        route(&world.roster(), site, category, category.and_then(|code| code.split('.').next())).map(str::to_owned)
    };
    assert_eq!(of(&world, "PES", Some("payment.late")), None);
    for (site, key, to) in [
        ("REG", "route/*", "role:coordinator"),
        ("REG", "route/payment.late", "role:focal_cash"),
        ("PES", "route/payment", "role:supervisor"),
    ] {
        world.says("founder", &said(site, key, to));
    }
    assert_eq!(of(&world, "REG", Some("payment.late")).as_deref(), Some("role:focal_cash"));
    assert_eq!(of(&world, "REG", Some("targeting.exclusion")).as_deref(), Some("role:coordinator"));
    // the site itself comes before the site above, whatever is said there
    assert_eq!(of(&world, "PES", Some("payment.late")).as_deref(), Some("role:supervisor"));
    assert_eq!(of(&world, "PES", None).as_deref(), Some("role:coordinator"));
    assert_eq!(of(&world, "JER", Some("payment.late")), None);
    world.says("founder", &said("REG", "duty_phone", "+509 22 33 44 55"));
    assert_eq!(above(&world.roster(), "PES", "duty_phone"), Some("+509 22 33 44 55"));
    assert_eq!(above(&world.roster(), "JER", "duty_phone"), None);
}

#[test]
fn whoever_manages_a_site_says_it_of_those_in_their_reach_alone() {
    let mut world = staffed();
    for (who, site, key, value, expected) in [
        ("founder", "PES", "name", "x", None),
        ("Claire", "BOM", "name", "x", None),
        ("Claire", "PES", "name", "x", Some(VoidReason::NotInReach)),
        ("Marc", "PES", "name", "x", Some(VoidReason::NotAuthorised)),
        ("founder", "NON", "name", "x", Some(VoidReason::UnknownSubject)),
        ("founder", "PES", "name", "x\ny", Some(VoidReason::Value)),
        ("founder", "PES", "colour", "x", Some(VoidReason::Value)),
        ("founder", "PES", "route/", "role:operator", Some(VoidReason::Value)),
        ("founder", "PES", "route/payment", "role:operator", None),
        ("founder", "PES", "hours", "mon-fri", Some(VoidReason::Value)),
        ("founder", "PES", "hours", "mon-fri 08:00-16:30", None),
        ("founder", "PES", "hours", "", None),
        ("Marc", "PES", "hours", "mon-fri 08:00-16:30", None),
        ("Claire", "PES", "hours", "mon-fri 08:00-16:30", Some(VoidReason::NotInReach)),
    ] {
        let entry = world.says(who, &said(site, key, value));
        assert_eq!(void_of(&world, &entry), expected, "{who} of {site}: {key}");
    }
}
