//! What is said of a site besides its zone: its name, whether it is closed, its working hours, who gets which cases, whom to
//! telephone.

use crdt_model::hours::WorkHours;
use crdt_model::name;
use crdt_model::roster::Operation;
use crdt_model::roster::said::{self, ALTERNATE_PHONE, CLOSED, DUTY_PHONE, HOURS, NAME, ROUTE};
use crdt_model::taxonomy::{Capabilities, Taxonomy, proposed};
use crdt_model::values::Who;
use serde_json::{Value as Json, json};

use super::reach::{is_foreign, is_held_at, partner_site};
use super::{clean_name, kind_code, know_all, known_site, known_zone, must_reach, require};
use crate::error::Failure;
use crate::log::{Log, Reader, Shared};

/// Cases of every category.
const ALL: &str = "*";
/// What takes something back.
const NOTHING: &str = "-";
/// Letters of a telephone.
const PHONE_MAX: usize = 64;

/// What `site set` says.
#[derive(Default)]
pub(crate) struct SiteChange<'a> {
    pub(crate) zone: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
    /// Nothing new goes there; or again.
    pub(crate) closed: Option<bool>,
    /// When it works; `-`: what was said is taken back.
    pub(crate) hours: Option<&'a str>,
}

/// What `routing set` says.
#[derive(Default)]
pub(crate) struct RouteChange<'a> {
    /// Category or sub-category; absent: all.
    pub(crate) category: Option<&'a str>,
    /// Who gets them; blank: what was said is taken back.
    pub(crate) to: Option<Option<Who>>,
    pub(crate) duty_phone: Option<&'a str>,
    pub(crate) alternate_phone: Option<&'a str>,
}

/// Changes what is said of a site. Reply: `{"site", "name", "kind", "parent", "zone", "closed",
/// "hours"}`.
///
/// # Errors
///
/// `not_permitted`, `not_in_reach`, `site_not_found`, `site_root`, `zone_unknown`, `name_…`, `bad_value` of hours.
pub(crate) fn site_set(log: &Log, reader: &mut Reader, code: &str, change: &SiteChange<'_>) -> Result<Json, Failure> {
    // whoever manages the site says when it works
    let is_hours_alone = change.zone.is_none() && change.name.is_none() && change.closed.is_none();
    let right = if is_hours_alone { Capabilities::MANAGE_SITE } else { Capabilities::MANAGE_ORG };
    let site = may_say(log, reader, code, right)?;
    let shared = log.shared();
    let is_root = shared.roster.founding.as_ref().is_some_and(|founding| founding.site == site);
    if is_root && change.closed == Some(true) {
        return Err(Failure::new("site_root").arg("site", &site).at("site", &site));
    }
    let mut fresh = Vec::new();
    if let Some(zone) = change.zone.map(known_zone).transpose()?
        && shared.roster.zone_said(&site) != Some(&zone)
    {
        fresh.push(Operation::SiteZone { site: site.clone(), zone });
    }
    let name = change.name.map(|name| clean_name(name, "name")).transpose()?;
    let closed = change.closed.map(|closed| if closed { "yes" } else { "" }.to_owned());
    let hours = change.hours.map(working_hours).transpose()?;
    fresh.extend(new_of(&shared, &site, [(NAME, name), (CLOSED, closed), (HOURS, hours)]));
    say(log, fresh)?;
    let shared = log.shared();
    let op = shared.roster.sites.get(&site).map(|known| &known.op);
    let op = op.ok_or_else(|| Failure::new("site_not_found").arg("site", &site).arg("near", ""))?;
    Ok(json!({
        "site": site, "name": said::name_of(&shared.roster, &site), "kind": kind_code(op.kind), "parent": op.parent,
        "zone": shared.roster.zone_of(&site).name(), "closed": said::is_closed(&shared.roster, &site),
        "hours": said::hours_of(&shared.roster, &site).map(|hours| hours.to_string()),
    }))
}

/// Says who gets which cases of a site, and whom to telephone. Reply: as a line of [`routing`], with `warnings`: a role that
/// nobody bears there or above is told with `route_to_nobody`, by the name of `route`.
///
/// # Errors
///
/// `not_permitted`, `not_in_reach`, `site_not_found`, `not_in_taxonomy`, `route_sealed`, `bad_value`, `partner_by_transfer`.
pub(crate) fn routing_set(
    log: &Log,
    reader: &mut Reader,
    code: &str,
    change: &RouteChange<'_>,
) -> Result<Json, Failure> {
    let (site, category, said) = routed_by(log, reader, code, change)?;
    say(log, said.into_iter().filter_map(|(said, is_new)| is_new.then_some(said)).collect())?;
    let route = format!("{ROUTE}{category}");
    let shared = log.shared();
    let roster = &shared.roster;
    let mut reply = json!({
        "site": site, "category": category, "to": said::of(roster, &site, &route).map(|to| shared.who_of(to)),
        "duty_phone": said::above(roster, &site, DUTY_PHONE), "alternate_phone": said::above(roster, &site, ALTERNATE_PHONE),
        "warnings": [],
    });
    if let Some(Some(Who::Role(role))) = &change.to
        && !is_held_at(roster, role, &site)
    {
        reply["warnings"] = json!(["route_to_nobody"]);
        reply["route"] = json!(role);
    }
    Ok(reply)
}

/// Operations, each with whether it is not said yet.
type Said = Vec<(Operation, bool)>;

/// What [`routing_set`] would say: the site, the category, and all that is said, each with whether it is not said yet.
///
/// # Errors
///
/// As of [`routing_set`].
pub(crate) fn routed_by(
    log: &Log,
    reader: &mut Reader,
    code: &str,
    change: &RouteChange<'_>,
) -> Result<(String, &'static str, Said), Failure> {
    let site = may_say(log, reader, code, Capabilities::MANAGE_SITE)?;
    let shared = log.shared();
    let category = change.category.map_or(Ok(ALL), |typed| routed(shared.taxonomy, typed))?;
    let phone = |field: &'static str, typed: Option<&str>| typed.map(|typed| telephone(field, typed)).transpose();
    let duty = phone("duty_phone", change.duty_phone)?;
    let alternate = phone("alternate_phone", change.alternate_phone)?;
    let to_whom = change.to.as_ref().and_then(Option::as_ref);
    if let Some(who) = to_whom.filter(|who| is_foreign(&shared.roster, who, &site)) {
        let at = partner_site(&shared.roster, who).unwrap_or("-");
        let refused = Failure::new("partner_by_transfer").arg("who", super::called::named(&shared, &who.to_string()));
        return Err(refused.arg("site", at).arg("of", "route").arg("ref", "REF"));
    }
    let route = format!("{ROUTE}{category}");
    let to = change.to.as_ref().map(|to| to.as_ref().map_or_else(String::new, Who::to_string));
    let said = said_of(&shared, &site, [(route.as_str(), to), (DUTY_PHONE, duty), (ALTERNATE_PHONE, alternate)]);
    let said = said.collect();
    Ok((site, category, said))
}

/// Who gets which cases, at all sites or at one and those above: `[{"site", "category", "to", "duty_phone",
/// "alternate_phone"}]`. A line without a category tells the telephones.
///
/// # Errors
///
/// `site_not_found`.
pub(crate) fn routing(log: &Log, site: Option<&str>) -> Result<Json, Failure> {
    let shared = log.shared();
    let only = site.map(|site| known_site(&shared, site)).transpose()?;
    let roster = &shared.roster;
    let is_asked = |site: &str| only.as_deref().is_none_or(|only| only == site || roster.is_under(only, site));
    let routes = said::all(roster).filter(|(site, ..)| is_asked(site)).filter_map(|(site, key, to)| {
        let category = key.strip_prefix(ROUTE)?;
        Some(json!({
            "site": site, "category": category, "to": shared.who_of(to), "duty_phone": null, "alternate_phone": null,
        }))
    });
    let phones = roster.sites.keys().filter(|site| is_asked(site)).filter_map(|site| {
        let (duty, alternate) = (said::of(roster, site, DUTY_PHONE), said::of(roster, site, ALTERNATE_PHONE));
        (duty.is_some() || alternate.is_some()).then(
            || json!({"site": site, "category": null, "to": null, "duty_phone": duty, "alternate_phone": alternate}),
        )
    });
    Ok(routes.chain(phones).collect())
}

/// The code of a site to which something new may go.
///
/// # Errors
///
/// As of [`known_site`], and `site_closed`.
pub(crate) fn open_site(shared: &Shared, typed: &str) -> Result<String, Failure> {
    let site = known_site(shared, typed)?;
    match said::is_closed(&shared.roster, &site) {
        true => Err(Failure::new("site_closed").arg("site", &site).at("site", &site)),
        false => Ok(site),
    }
}

/// The code of a site, for whoever may say something of it.
fn may_say(log: &Log, reader: &mut Reader, code: &str, right: Capabilities) -> Result<String, Failure> {
    let shared = log.shared();
    if shared.roster.founding.is_none() {
        return Err(Failure::new("sync_first"));
    }
    require(&shared, &reader.member(), right)?;
    let site = known_site(&shared, code)?;
    must_reach(&shared, &reader.member(), &site, right)?;
    Ok(site)
}

/// What of it is not said yet.
fn new_of<'k>(
    shared: &Shared,
    site: &str,
    told: impl IntoIterator<Item = (&'k str, Option<String>)>,
) -> Vec<Operation> {
    said_of(shared, site, told).filter_map(|(said, is_new)| is_new.then_some(said)).collect()
}

/// All of it, each with whether it is not said yet.
fn said_of<'k>(
    shared: &Shared,
    site: &str,
    told: impl IntoIterator<Item = (&'k str, Option<String>)>,
) -> impl Iterator<Item = (Operation, bool)> {
    told.into_iter().filter_map(|(key, value)| Some((key, value?))).map(|(key, value)| {
        let is_new = said::of(&shared.roster, site, key).unwrap_or_default() != value;
        (Operation::SiteSaid { site: site.to_owned(), key: key.to_owned(), value }, is_new)
    })
}

/// Writes what is said of sites.
///
/// # Errors
///
/// When the log cannot be written.
pub(crate) fn say(log: &Log, fresh: Vec<Operation>) -> Result<(), Failure> {
    let _writer = log.lock_writer();
    if fresh.is_empty() {
        return Ok(());
    }
    know_all(log)?;
    log.append_membership(fresh.into_iter().map(|fresh| (fresh, None)).collect()).map(drop)
}

/// A category or sub-category whose cases a site may give to somebody by itself: a sealed one goes to its audience.
fn routed<'t>(taxonomy: &'t Taxonomy, typed: &str) -> Result<&'t str, Failure> {
    let wanted = name::folded(typed);
    if typed.trim() == ALL {
        return Ok(ALL);
    }
    let all = || taxonomy.categories.codes().chain(taxonomy.sub_categories.codes());
    let Some(code) = all().find(|code| name::folded(code) == wanted) else {
        let near = proposed(all(), typed).join(", ");
        let refused = Failure::new("not_in_taxonomy").arg("field", "category").arg("value", typed).arg("near", near);
        return Err(refused.at("field", "category"));
    };
    match taxonomy.sub_categories.get(code).is_some_and(|sub| sub.sensitivity.restricted()) {
        true => Err(Failure::new("route_sealed").arg("category", code).at("field", "category")),
        false => Ok(code),
    }
}

/// Working hours as they are typed, in the one way they are written; `-` for none.
fn working_hours(typed: &str) -> Result<String, Failure> {
    let typed = typed.trim();
    if typed == NOTHING || typed.is_empty() {
        return Ok(String::new());
    }
    let expected = "mon-fri 08:00-12:00 13:00-16:30, sat 08:00-12:00";
    let refused = |_| Failure::new("bad_value").arg("field", "hours").arg("expected", expected).at("field", "hours");
    typed.parse::<WorkHours>().map(|hours| hours.to_string()).map_err(refused)
}

/// A telephone as it is typed; `-` for none.
fn telephone(field: &'static str, typed: &str) -> Result<String, Failure> {
    let typed = typed.trim();
    if typed == NOTHING || typed.is_empty() {
        return Ok(String::new());
    }
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    let is_one = |c: char| c.is_ascii_digit() || " +()-./".contains(c);
    match typed.len() <= PHONE_MAX && digits >= 3 && typed.chars().all(is_one) {
        true => Ok(typed.to_owned()),
        false => {
            Err(Failure::new("bad_value").arg("field", field).arg("expected", "+509 22 33 44 55").at("field", field))
        }
    }
}

#[cfg(test)]
mod tests;
