//! Whose cases are meant: a site with what lies below it, whoever asks with the roles they hold.

use crdt_model::edit::{Edit, NewCase};
use crdt_model::values::{Who, Words};
use serde_json::Value as Json;

use super::CaseFilter;
use crate::error::Failure;
use crate::members::new_site;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange};

fn does(home: &Home, case: &str, edit: &Edit) {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW)).expect("done");
}

fn list(home: &Home, filter: CaseFilter) -> Result<Json, Failure> {
    home.with(|log, reader| crate::list::query::list(log, &log.shared(), reader, &filter, NOW))
}

fn count(home: &Home, filter: CaseFilter) -> u64 {
    let told = list(home, CaseFilter { count: true, ..filter }).expect("counted");
    told["count"].as_u64().expect("a count")
}

fn at(site: &str) -> CaseFilter {
    CaseFilter { site: Some(site.into()), ..CaseFilter::default() }
}

fn of(who: &str) -> CaseFilter {
    CaseFilter { assignee: Some(who.into()), ..CaseFilter::default() }
}

/// The founder at JER, the regions REG and SUD below it, and below REG an office PES, with a committee COM, and MNK.
fn network() -> Home {
    let rose = Home::founded();
    for (code, kind, parent) in [
        ("REG", "region", "JER"),
        ("SUD", "region", "JER"),
        ("PES", "office", "REG"),
        ("MNK", "office", "REG"),
        ("COM", "committee", "PES"),
    ] {
        rose.with(|log, reader| crate::members::site_add(log, reader, new_site(code, code, kind, Some(parent))))
            .expect("added");
    }
    rose
}

/// A case that is worked on at a site.
fn case_at(home: &Home, site: &str) -> String {
    let case = case_id(&home.new_case(complaint()));
    does(home, &case, &Edit::Set { values: vec![("site".into(), Words::from(site))] });
    case
}

#[test]
fn a_site_in_a_list_is_that_site_and_those_below_it() {
    let rose = network();
    for site in ["JER", "REG", "SUD", "PES", "MNK", "COM"] {
        case_at(&rose, site);
    }
    for (site, expected) in [("JER", 6), ("REG", 4), ("reg", 4), ("PES", 2), ("COM", 1), ("MNK", 1), ("SUD", 1)] {
        assert_eq!(count(&rose, at(site)), expected, "{site}");
        assert_eq!(list(&rose, at(site)).expect("listed").as_array().map(Vec::len), Some(expected as usize), "{site}");
    }
    let groups = list(&rose, CaseFilter { group_by: vec!["site".into()], ..at("REG") }).expect("grouped");
    let told = |row: &Json| (row["site"].as_str().map(str::to_owned), row["count"].as_u64());
    let groups: Vec<_> = groups.as_array().into_iter().flatten().map(told).collect();
    assert_eq!(groups, ["COM", "MNK", "PES", "REG"].map(|site| (Some(site.to_owned()), Some(1))));
    assert_eq!(list(&rose, at("XXX")).expect_err("refused").code, "site_not_found");
}

#[test]
fn me_in_a_list_is_the_roles_i_hold_where_they_count() {
    let rose = network();
    let cam = confirmed(&rose, "PES", "focal_cash", "Cam");
    for site in ["JER", "REG", "SUD", "PES", "MNK", "COM"] {
        let case = case_at(&rose, site);
        let to = Who::Role("focal_cash".into());
        does(&rose, &case, &Edit::Assign { to: to.into() });
    }
    exchange(&rose, &cam);
    assert_eq!(count(&cam, of("focal_cash")), 6, "the role, whoever holds it");
    // the office's, its committee's, and those of the sites above; not its neighbour's, nor the other region's
    for me in ["me", "moi"] {
        assert_eq!(count(&cam, of(me)), 4);
        assert_eq!(count(&cam, CaseFilter { assignee: Some(me.into()), ..at("PES") }), 2);
        assert_eq!(count(&cam, CaseFilter { assignee: Some(me.into()), ..at("MNK") }), 0);
    }
    assert_eq!(count(&cam, of("Cam")), 0, "by name it is the member alone");
    let case = case_at(&rose, "SUD");
    let to = Who::Member(cam.member);
    does(&rose, &case, &Edit::Assign { to: to.into() });
    exchange(&rose, &cam);
    assert_eq!((count(&cam, of("me")), count(&cam, of("Cam"))), (5, 1), "what is assigned to me is mine anywhere");
}

#[test]
fn a_sealed_case_assigned_to_a_role_of_its_audience_is_mine_wherever_i_sit() {
    let rose = network();
    let nadia = confirmed(&rose, "SUD", "focal_psea", "Nadia");
    let sealed = rose.new_case(NewCase { category: Some("sea.abuse".into()), ..complaint() });
    let sealed = case_id(&sealed);
    does(&rose, &sealed, &Edit::Set { values: vec![("site".into(), Words::from("PES"))] });
    let to = Who::Role("focal_psea".into());
    does(&rose, &sealed, &Edit::Assign { to: to.into() });
    exchange(&rose, &nadia);
    assert_eq!(count(&nadia, of("me")), 1);
}

#[test]
fn a_main_category_stands_for_all_below_it_whatever_their_codes_begin_with() {
    let rose = Home::founded();
    let taxonomy = crdt_model::taxonomy::Taxonomy::shipped();
    for sub in taxonomy.sub_categories.iter().filter(|sub| !sub.sensitivity.restricted()) {
        let case = NewCase { category: Some(sub.code.clone()), ..complaint() };
        case_id(&rose.new_case(case));
    }
    for main in taxonomy.categories.codes() {
        let open = taxonomy.sub_categories.iter().filter(|sub| sub.category == main && !sub.sensitivity.restricted());
        let filter = CaseFilter { category: vec![main.to_owned()], ..CaseFilter::default() };
        assert_eq!(count(&rose, filter), open.count() as u64, "{main}");
    }
    // and so for whoever gets them
    let change = crate::members::routing::RouteChange {
        category: Some("information"),
        to: Some(Some(Who::Member(rose.member))),
        ..Default::default()
    };
    rose.with(|log, reader| crate::members::routing::routing_set(log, reader, "JER", &change)).expect("said");
    let case = case_id(&rose.new_case(NewCase { category: Some("info.calendar".into()), ..complaint() }));
    let shown = rose.with(|log, reader| {
        let loaded = crate::list::find_case(log, &log.shared(), reader, &case)?;
        let suggested = crate::writes::assigning::suggested_for_nobodys(log, &log.shared(), &loaded, NOW);
        Ok::<_, Failure>(suggested.map(|suggested| suggested.who))
    });
    assert_eq!(shown.expect("looked"), Some(Who::Member(rose.member)));
}
