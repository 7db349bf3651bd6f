//! Who must not see a case: recusals by name or role, and members whose name is that of who is complained about.
//!
//! Whoever is named as complained about and may be a member is set aside without being asked for: a script, an import and
//! the local socket have nobody to ask. A person who knows better says so by name ([`SealOptions::not_them`]).

use std::collections::BTreeMap;

use crdt_model::edit::Recusal;
use crdt_model::name;
use crdt_model::roster::{Invitation, Standing};
use crdt_model::taxonomy::Taxonomy;
use crdt_model::values::MemberId;
use serde_json::{Value as Json, json};

use crate::error::Failure;
use crate::log::{Log, Shared};
use crate::writes;
use crdt_model::values::Words;
use serde::{Deserialize, Serialize};

/// Audiences that may hold a case whose own audience, and the alternate of that, have nobody left to read it, in the order
/// in which they are tried. The ordinary audience of a site is none of them, nor is that of data protection.
const IN_ITS_PLACE: [&str; 5] = ["conduct", "protection", "psea", "integrity", "triage"];

/// Words of a name that an invitation's tag is looked for by.
const TAG_WORDS_MAX: usize = 6;
/// Words of a text that are tried against an invitation's tags.
const TAG_TEXT_WORDS_MAX: usize = 64;

/// The warning of a reply: members were set aside because of the name of who is complained about.
pub(crate) const BY_NAME: &str = "set_aside_by_name";

/// Who must not see a case.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct SetAside {
    pub(crate) recusals: Vec<Recusal>,
    /// Those among them that nobody named: their name, or their role, is that of who is complained about.
    pub(crate) by_name: Vec<String>,
}

impl SetAside {
    /// Adds to a reply who was set aside without being named.
    pub(crate) fn tell(&self, reply: &mut Json) {
        if self.by_name.is_empty() {
            return;
        }
        if let Some(warnings) = reply["warnings"].as_array_mut() {
            warnings.push(json!(BY_NAME));
        }
        reply["set_aside"] = json!(self.by_name);
    }
}

/// What is said of sealing, as far as it says who must not see the case.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Told<'a> {
    /// Names of members and codes of roles.
    pub(crate) recuse: &'a [String],
    /// Who is complained about, in words.
    pub(crate) accused: Option<&'a str>,
    /// Members who bear such a name and are not meant.
    pub(crate) not_them: &'a [String],
}

/// Whom an audience gives a case to.
pub(crate) struct Readers {
    pub(crate) audience: String,
    pub(crate) keys: Vec<[u8; 32]>,
}

/// Who must not see a case.
///
/// # Errors
///
/// A name or role that means nobody.
pub(crate) fn set_aside(shared: &Shared, told: Told<'_>) -> Result<SetAside, Failure> {
    let mut aside = SetAside { recusals: writes::recusals(shared, told.recuse)?, by_name: Vec::new() };
    let Some(accused) = told.accused.filter(|accused| !accused.trim().is_empty()) else { return Ok(aside) };
    let is_other = |name: &str| told.not_them.iter().any(|other| name::same(other, name));
    let mut add = |recusal: Recusal, name: String| {
        if !is_other(&name) && !aside.recusals.contains(&recusal) {
            aside.recusals.push(recusal);
            if !aside.by_name.contains(&name) {
                aside.by_name.push(name);
            }
        }
    };
    for (member, name) in named_members(shared, accused, name::may_be) {
        add(Recusal::Member(member), name);
    }
    for role in roles_named(shared.taxonomy, accused) {
        add(Recusal::Role(role.to_owned()), role.to_owned());
    }
    Ok(aside)
}

/// Members of whom a text speaks, by `speaks_of(text, name)`, each with the name. Before the first sync a newcomer
/// knows the others by tags alone, so only what spells the whole name finds them.
pub(crate) fn named_members(
    shared: &Shared,
    text: &str,
    speaks_of: impl Fn(&str, &str) -> bool,
) -> Vec<(MemberId, String)> {
    let void = |id: &MemberId| shared.roster.members.get(id).is_some_and(|held| held.standing == Standing::Void);
    let mut found: BTreeMap<MemberId, String> = shared
        .names
        .iter()
        .filter(|(id, name)| !void(id) && speaks_of(text, name))
        .map(|(id, name)| (*id, name.clone()))
        .collect();
    if shared.roster.founding.is_none() {
        for candidate in candidates(text) {
            for told in &shared.invitations {
                let tag = Invitation::name_tag(&told.salt, &candidate);
                for person in told.people.iter().filter(|person| person.tag == tag) {
                    found.entry(person.member).or_insert_with(|| candidate.clone());
                }
            }
        }
    }
    found.into_iter().collect()
}

/// Who gets the content key of a case: its audience or the alternate of that, or the first other audience that may
/// hold such cases and has a reader who is not set aside.
///
/// # Errors
///
/// `everybody_set_aside`, with whom to call.
pub(crate) fn first_readers(
    log: &Log,
    shared: &Shared,
    audience: &str,
    recused: &[Recusal],
) -> Result<Readers, Failure> {
    let own = std::iter::once(audience);
    for code in own.chain(IN_ITS_PLACE.into_iter().filter(|other| *other != audience)) {
        if let Ok(keys) = writes::readers(log, shared, code, recused) {
            return Ok(Readers { audience: code.to_owned(), keys });
        }
    }
    let call = to_call(shared, recused);
    Err(Failure::new("everybody_set_aside").arg("audience", audience).arg("call", call.join(", ")))
}

/// Whom to call when nobody may read a case: those who answer for the organisation or a site and are not set aside.
pub(crate) fn to_call(shared: &Shared, recused: &[Recusal]) -> Vec<String> {
    /// Most senior ranks of a role: administrator, coordinator.
    const RANK_MAX: u8 = 2;
    let senior = shared.roster.members.iter().filter(|(_, held)| held.is_live() && held.rank() <= RANK_MAX);
    let free = senior.filter(|(id, held)| !crate::writes::is_recused(recused, id, |role| held.has_role(role)));
    let mut names: Vec<String> =
        free.filter(|(id, _)| !shared.here.contains(id)).filter_map(|(id, _)| shared.names.get(id).cloned()).collect();
    names.sort();
    names.dedup();
    names
}

/// `Request::WhoIsMeant`: members and roles that words may mean, and members whom the texts of a request, or of the
/// case it is about, name.
pub(crate) fn who_is_meant(shared: &Shared, said: &str, texts: &[String], me: &MemberId) -> Json {
    let site = |id: &MemberId| shared.roster.members.get(id).map(|held| held.site().to_owned());
    let people = |found: Vec<(MemberId, String)>| {
        let mut by_name: Vec<(String, Option<String>)> = Vec::new();
        for (id, name) in found {
            if !by_name.iter().any(|(held, _)| name::same(held, &name)) {
                by_name.push((name, site(&id)));
            }
        }
        by_name.into_iter().map(|(name, site)| json!({"name": name, "site": site})).collect::<Vec<_>>()
    };
    let near =
        named_members(shared, said, |text, name| name::mention(text, name).is_some() || name::may_be(text, name));
    let mut in_texts: Vec<(MemberId, String)> = Vec::new();
    for text in texts {
        let found = named_members(shared, text, name::holds);
        // whoever writes speaks of themselves
        in_texts.extend(found.into_iter().filter(|(id, _)| id != me));
    }
    json!({
        "near": people(near), "roles": roles_named(shared.taxonomy, said), "in_texts": people(in_texts),
        "met": shared.roster.founding.is_some(),
    })
}

/// Roles that are named, by code or by label in any language, by one of the parts between commas.
fn roles_named(taxonomy: &'static Taxonomy, text: &str) -> Vec<&'static str> {
    let roles = &taxonomy.roles;
    let is_named = |code: &str| {
        let labels = ["fr", "en", "ht", "ar", "es"].map(|lang| roles.label(code, lang));
        text.split([',', ';', '\n'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .any(|part| name::same(part, code) || labels.iter().any(|label| name::same(part, label)))
    };
    roles.codes().filter(|code| is_named(code)).collect()
}

/// What may be a name in a text: every run of a few of its words.
fn candidates(text: &str) -> Vec<String> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || ",;()/:.".contains(c))
        .filter(|word| !word.is_empty())
        .take(TAG_TEXT_WORDS_MAX)
        .collect();
    let mut all = vec![text.trim().to_owned()];
    for n in 1..=TAG_WORDS_MAX.min(words.len()) {
        all.extend(words.windows(n).map(|some| some.join(" ")));
    }
    all.dedup();
    all
}

/// What a restricted case needs to know before it is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SealOptions {
    /// Names of members or codes of roles who must not see it. `None`: not asked (a restricted case is refused with
    /// `recusal_not_asked`); empty: asked, nobody. The node turns names into ids.
    pub recuse: Option<Vec<String>>,
    /// Audience to seal to; absent: the category's, or whoever decides. A new case with one is restricted.
    pub audience: Option<String>,
    /// Who is complained about, in words, of a case that becomes restricted: sealed with it. Members who may be meant are
    /// set aside, whether or not `recuse` names them.
    pub accused: Option<Words>,
    /// Names of members who are not meant, though who is complained about has such a name.
    pub not_them: Vec<String>,
}

impl SealOptions {
    /// What they say of who must not see a case, with who is complained about.
    pub(crate) fn told<'a>(&'a self, recuse: &'a [String], accused: Option<&'a str>) -> Told<'a> {
        Told { recuse, accused, not_them: &self.not_them }
    }
}
