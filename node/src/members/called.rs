//! What people are called: names as they are given and as they are looked up, and names put in where a view tells of a
//! member.
//!
//! A view knows members by their ids. Names are put in from its typed parts, never by looking at texts: what a person
//! said may look like an id, and stays as it was said.

use crdt_model::case::facts::FactKind;
use crdt_model::case::schema::{self, Kind};
use crdt_model::name::{self, NameFault};
use crdt_model::taxonomy::{Taxonomy, nearest, proposed};
use crdt_model::values::{MemberId, Who};
use crdt_model::view::{CaseView, Conflict, HistoryItem, Shown};
use serde_json::{Value as Json, json};

use crate::error::Failure;
use crate::log::{NAME_BYTES_MAX, Shared};

/// What stands for whoever asks, in every language of the texts.
const SELF: [&str; 2] = ["me", "moi"];

/// Digits of an id that name a member, at least.
pub(crate) const ID_DIGITS_MIN: usize = 8;

/// A name as it is kept.
///
/// # Errors
///
/// `usage_missing` for an empty one, `too_long`, `name_invisible`, `name_mixed_scripts`.
pub(crate) fn clean_name(name: &str, field: &'static str) -> Result<String, Failure> {
    let name = name::clean(name).map_err(|fault| match fault {
        NameFault::Empty => Failure::new("usage_missing").arg("missing", field),
        fault => Failure::new(fault.code()).arg("field", field).at("field", field),
    })?;
    if name.len() > NAME_BYTES_MAX {
        return Err(Failure::new("too_long").arg("field", field).arg("bytes_max", NAME_BYTES_MAX));
    }
    Ok(name)
}

/// The name of a new member: as [`clean_name`], and none that stands for something else where names are typed.
///
/// # Errors
///
/// Those of [`clean_name`], and `name_reserved`.
pub(crate) fn member_name(taxonomy: &'static Taxonomy, name: &str) -> Result<String, Failure> {
    let name = clean_name(name, "member")?;
    let folded = name::folded(&name);
    let is_id = folded.len() >= ID_DIGITS_MIN && folded.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id || is_self(&name) || folded.starts_with('@') || role_called(taxonomy, &name).is_some() {
        return Err(Failure::new("name_reserved").arg("name", name).at("field", "member"));
    }
    Ok(name)
}

/// Whether somebody typed themselves: `me`, in any language of the texts.
pub(crate) fn is_self(typed: &str) -> bool {
    SELF.contains(&name::folded(typed).as_str())
}

/// The role of this code, in whatever case and width it is typed.
pub(crate) fn role_called(taxonomy: &'static Taxonomy, typed: &str) -> Option<&'static str> {
    let folded = name::folded(typed);
    taxonomy.roles.codes().find(|code| name::folded(code) == folded)
}

/// A code of a site as it is typed: in whatever case and width.
pub(crate) fn site_typed(code: &str) -> String {
    name::folded(code).to_ascii_uppercase()
}

/// The codes of the sites of this name, however it is typed.
pub(crate) fn sites_named(shared: &Shared, typed: &str) -> Vec<String> {
    let wanted = name::folded(typed);
    let sites = shared.roster.sites.values().filter(|site| !wanted.is_empty() && name::folded(&site.op.name) == wanted);
    sites.map(|site| site.op.code.clone()).collect()
}

/// What may be meant by what is neither the code nor the name of a site: `PES (Pestel)`.
pub(crate) fn sites_near(shared: &Shared, typed: &str) -> Vec<String> {
    let sites = &shared.roster.sites;
    let shown = |code: &str| match sites.get(code).map(|site| site.op.name.as_str()) {
        Some(name) if name != code => format!("{code} ({name})"),
        _ => code.to_owned(),
    };
    let folded: Vec<(String, &str)> = sites
        .values()
        .flat_map(|site| [&site.op.code, &site.op.name].map(|called| (name::folded(called), site.op.code.as_str())))
        .collect();
    let called = folded.iter().map(|(folded, _)| folded.as_str());
    let mut near: Vec<&str> = Vec::new();
    for found in nearest(called, &name::folded(typed)) {
        let codes = folded.iter().filter(|(folded, _)| folded == found).map(|(_, code)| *code);
        near.extend(codes);
    }
    if near.is_empty() {
        near = proposed(sites.keys().map(String::as_str), typed);
    }
    let mut seen = Vec::new();
    for code in near {
        let shown = shown(code);
        if !seen.contains(&shown) {
            seen.push(shown);
        }
    }
    seen
}

/// What a member or a role is called, from `member:<id>` or `role:<code>`.
pub(crate) fn named(shared: &Shared, who: &str) -> String {
    shared.who_of(who).as_str().unwrap_or(who).to_owned()
}

impl Shared {
    /// The members among these who bear a name, however it is typed. Nobody bears an empty one.
    pub(crate) fn called<'a>(&'a self, typed: &str, among: impl IntoIterator<Item = &'a MemberId>) -> Vec<MemberId> {
        let wanted = name::folded(typed);
        let bears = |id: &&MemberId| !wanted.is_empty() && name::folded(&self.name(id)) == wanted;
        among.into_iter().filter(bears).copied().collect()
    }

    /// Whether others of the roster bear this member's name, or one that reads alike.
    pub(crate) fn has_namesakes(&self, id: &MemberId) -> bool {
        self.called(&self.name(id), self.roster.members.keys()).iter().any(|other| other != id)
    }

    /// A member by name; by id where no name is known.
    fn member_json(&self, id: &MemberId) -> Json {
        json!(self.names.get(id).cloned().unwrap_or_else(|| id.to_string()))
    }

    fn by_json(&self, by: Option<MemberId>) -> Json {
        by.map_or(Json::Null, |id| self.member_json(&id))
    }

    /// Somebody who does the work: a name, the code of a role, or `member:<id>` where no name is known.
    pub(crate) fn who_json(&self, who: &Who) -> Json {
        match who {
            Who::Role(role) => json!(role),
            Who::Member(id) => self.names.get(id).map_or_else(|| json!(who.to_string()), |name| json!(name)),
        }
    }

    /// What a column that holds members, roles and sites says; what is none of these is a code.
    pub(crate) fn who_of(&self, text: &str) -> Json {
        let other = || text.strip_prefix("site:").unwrap_or(text);
        text.parse::<Who>().map_or_else(|_| json!(other()), |who| self.who_json(&who))
    }

    /// The value of a field, where its kind says that it holds a member or a role.
    fn value_json(&self, field: &str, value: &Shown) -> Option<Json> {
        let Shown::Text(text) = value else { return None };
        match schema::field(field)?.kind {
            Kind::Who | Kind::Element(_, Some("who")) => Some(self.who_of(text)),
            Kind::Member => text.parse().ok().map(|id| self.member_json(&id)),
            _ => None,
        }
    }

    /// A case as `case show` prints it, with names in place of members' ids.
    pub(crate) fn case_json(&self, view: &CaseView) -> Json {
        let mut json = serde_json::to_value(view).unwrap_or(Json::Null);
        for field in ["created_by", "assignee"] {
            if let Some(named) = self.value_json(field, view.shown(field)) {
                json[field] = named;
            }
        }
        for who in json.get_mut("shared_with").and_then(Json::as_array_mut).into_iter().flatten() {
            *who = self.who_of(who.as_str().unwrap_or_default());
        }
        if let Some(resolved) = &view.resolved
            && json["resolution"].get("by").is_some()
        {
            json["resolution"]["by"] = self.by_json(resolved.by);
        }
        if let Some(work) = &view.work {
            if let Some(hold) = &work.hold {
                json["hold"]["by"] = self.by_json(hold.by);
            }
            if work.hold.is_none() && work.waiting_on.as_deref() == view.text("assignee") {
                json["waiting_on"] = work.waiting_on.as_deref().map_or(Json::Null, |who| self.who_of(who));
            }
            self.name_listed(json.get_mut("satisfactions"));
        }
        for field in schema::FIELDS.iter().filter(|field| matches!(field.merge, schema::Merge::Facts(_))) {
            self.name_listed(json.get_mut(field.name));
        }
        if let Ok(sealed) = &view.sealed {
            json["recusals"] = sealed.recusals.iter().map(|who| self.who_json(who)).collect();
        }
        json["conflicts"] = view.conflicts.iter().map(|conflict| self.conflict_json(conflict)).collect();
        json
    }

    /// Says who wrote each fact of a list, and whom it lists, where facts stand as a view gives them.
    fn name_listed(&self, list: Option<&mut Json>) {
        let id = |told: &Json| told.as_str().and_then(|id| id.parse().ok());
        for told in list.and_then(Json::as_array_mut).into_iter().flatten().filter_map(Json::as_object_mut) {
            if let Some(by) = told.get_mut("by")
                && let Some(known) = id(by)
            {
                *by = self.by_json(Some(known));
            }
            if let Some(who) = told.get_mut("who")
                && let Some(known) = who.as_str().and_then(|who| who.parse().ok())
            {
                *who = self.who_json(&known);
            }
            for member in told.get_mut("members").and_then(Json::as_array_mut).into_iter().flatten() {
                if let Some(known) = id(member) {
                    *member = self.member_json(&known);
                }
            }
        }
    }

    /// A conflict as `case conflicts` prints it, without its case.
    pub(crate) fn conflict_json(&self, conflict: &Conflict) -> Json {
        let mut json = serde_json::to_value(conflict).unwrap_or(Json::Null);
        for (at, rival) in conflict.values.iter().enumerate() {
            json["values"][at]["by"] = self.by_json(rival.origin.by);
            if let Some(precision) = rival.value.precision() {
                json["values"][at]["value_precision"] = json!(precision);
            }
            if let Some(named) = self.value_json(conflict.field, &rival.value) {
                json["values"][at]["value"] = named;
            }
        }
        json
    }

    /// A line of the history as `case history` prints it.
    pub(crate) fn history_json(&self, item: &HistoryItem) -> Json {
        let mut json = serde_json::to_value(item).unwrap_or(Json::Null);
        json["by"] = self.by_json(item.origin.by);
        if let Some(precision) = item.value.precision() {
            json["value_precision"] = json!(precision);
        }
        let is_of_who = FactKind::ALL.iter().any(|kind| kind.prefix() == item.act && kind.is_of_who());
        match &item.value {
            Shown::Text(who) if is_of_who => json["value"] = self.who_of(who),
            value => {
                if let Some(named) = self.value_json(item.field, value) {
                    json["value"] = named;
                }
            }
        }
        json
    }
}

#[cfg(test)]
mod tests;
