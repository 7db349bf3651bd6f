//! Names and closing of sites, and who gets which cases.

use crdt_model::edit::{Edit, Whom};
use crdt_model::values::Who;
use serde_json::{Value as Json, json};

use super::{RouteChange, SiteChange, routing, routing_set, site_set};
use crate::error::Failure;
use crate::members::{invite, site_list};
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint};

fn routes(home: &Home, category: Option<&str>, to: Option<Who>) -> Result<Json, Failure> {
    let change = RouteChange { category, to: Some(to), ..RouteChange::default() };
    home.with(|log, reader| routing_set(log, reader, "JER", &change))
}

fn role(code: &str) -> Option<Who> {
    Some(Who::Role(code.into()))
}

fn assigns_auto(home: &Home, case: &str) -> Result<Json, Failure> {
    let edit = Edit::Assign { to: Whom::Typed("auto".into()) };
    home.with(|log, reader| crate::writes::act(log, reader, case, &edit, NOW))?;
    Ok(home.show(case)?["assignee"].clone())
}

#[test]
fn a_site_changes_its_name_and_closes_and_nothing_new_goes_there() {
    let home = Home::founded();
    home.site("BOM");
    let set = |change: SiteChange<'_>| home.with(|log, reader| site_set(log, reader, "BOM", &change));
    let said =
        set(SiteChange { name: Some("Les Bombardes"), closed: Some(true), ..SiteChange::default() }).expect("said");
    assert_eq!((&said["name"], &said["closed"]), (&json!("Les Bombardes"), &json!(true)));
    let listed = site_list(&home.log);
    let line = listed.as_array().expect("a list").iter().find(|site| site["site"] == "BOM").expect("it is there");
    assert_eq!((&line["name"], &line["closed"]), (&json!("Les Bombardes"), &json!(true)));
    let invited = home.with(|log, reader| invite(log, reader, "BOM", "operator", None, None, NOW));
    assert_eq!(invited.expect_err("closed").code, "site_closed");
    // what is said already is not said again
    let before = home.entries().len();
    set(SiteChange { closed: Some(true), ..SiteChange::default() }).expect("said");
    assert_eq!(home.entries().len(), before);
    set(SiteChange { closed: Some(false), ..SiteChange::default() }).expect("said");
    assert!(home.with(|log, reader| invite(log, reader, "BOM", "operator", None, None, NOW)).is_ok());
}

#[test]
fn a_case_of_nobody_goes_where_its_site_says_and_else_where_its_category_does() {
    let home = Home::founded();
    let borne = ["focal_cash", "supervisor"].map(|role| confirmed(&home, "JER", role, &format!("Qui{}", &role[..3])));
    let case = case_id(&home.new_case(complaint()));
    let shown = |case: &str| home.show(case).expect("shown");
    let other = case_id(&home.new_case(complaint()));
    assert_eq!(assigns_auto(&home, &other).expect("assigned"), json!("focal_cash"), "{}", shown(&other));
    routes(&home, Some("payment"), role("supervisor")).expect("said");
    routes(&home, None, role("coordinator")).expect("said");
    assert_eq!(assigns_auto(&home, &case).expect("assigned"), json!("supervisor"));
    let told = home.with(|log, _| routing(log, Some("JER"))).expect("told");
    assert_eq!(told.as_array().map(Vec::len), Some(2), "{told}");
    routes(&home, Some("payment"), None).expect("taken back");
    let third = case_id(&home.new_case(complaint()));
    assert_eq!(assigns_auto(&home, &third).expect("assigned"), json!("coordinator"));
    drop(borne);
}

#[test]
fn what_is_sealed_goes_to_its_audience_whatever_a_site_says() {
    let home = Home::founded();
    assert_eq!(routes(&home, Some("sea.abuse"), role("operator")).expect_err("sealed").code, "route_sealed");
    assert_eq!(routes(&home, Some("nosuch"), role("operator")).expect_err("unknown").code, "not_in_taxonomy");
    let phone = |typed| {
        let change = RouteChange { duty_phone: Some(typed), ..RouteChange::default() };
        home.with(|log, reader| routing_set(log, reader, "JER", &change))
    };
    assert_eq!(phone("appelez").expect_err("no number").code, "bad_value");
    assert_eq!(phone("+509 22 33 44 55").expect("said")["duty_phone"], "+509 22 33 44 55");
    assert_eq!(phone("-").expect("taken back")["duty_phone"], Json::Null);
}
