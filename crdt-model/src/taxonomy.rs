//! The codes an organisation works with: what can be chosen, how sensitive it is, who answers and how soon.
//!
//! A [`Taxonomy`] is parsed from TOML and checked whole: every reference leads somewhere, no code is used twice, and
//! nothing weakens what the code relies on (the four sensitivities, the ranks of the statuses, the audience `triage`).
//! [`Taxonomy::shipped`] is the one this build was made with; organisations adapt labels, delays, categories and
//! routing, and sign the result.
//!
//! Elsewhere: what a role may do ([`Taxonomy::role_profile`], `docs/ROLES.md`), what a case stores (`case`).

mod check;
mod entries;
pub mod own;
mod parse;
mod role;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use strsim::osa_distance;

use crate::values::Level;

pub use entries::*;
pub use own::{Listed, OwnRow, OwnTable, OwnTables, Statement};
pub use parse::TaxonomyError;
pub use role::{Capabilities, PersonalReach, RoleProfile};

/// The audience that undecided box slips, letters and imports are sealed to.
pub const TRIAGE: &str = "triage";

/// The category of what staff and partners do, and the audience of what is sealed of it.
const STAFF: &str = "conduct";

/// The most close codes an error message proposes.
const NEAREST_MAX: usize = 3;
/// A list of more codes than this is not proposed whole.
const PROPOSED_MAX: usize = 24;

/// What an entry is called, by language.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// The label in `language` (`ht`, or `fr-HT`), else in English, else in French.
    pub fn pick(&self, language: &str) -> Option<&str> {
        let primary = language.split(['-', '_']).next().unwrap_or(language);
        [primary, "en", "fr"].into_iter().find_map(|language| self.0.get(language)).map(String::as_str)
    }

    /// Puts the label of one language in the place of another.
    pub fn put(&mut self, language: &str, label: &str) {
        self.0.insert(language.to_owned(), label.to_owned());
    }

    /// Languages and labels, by language code.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(language, label)| (language.as_str(), label.as_str()))
    }
}

/// An entry of a table: a code that never changes, and labels that may.
pub trait Coded {
    /// The stable identifier.
    fn code(&self) -> &str;

    /// Its labels.
    fn labels(&self) -> &Labels;

    /// What to show to someone who reads `language`: its label there, else in English, else in French, else the code.
    fn label(&self, language: &str) -> &str {
        self.labels().pick(language).unwrap_or(self.code())
    }
}

/// The entries of one table, in the order of the file, each code once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<T> {
    entries: Vec<T>,
    index: BTreeMap<String, usize>,
}

impl<T: Coded> Table<T> {
    /// # Errors
    ///
    /// The first code that is used twice.
    fn new(entries: Vec<T>) -> Result<Self, String> {
        let mut index = BTreeMap::new();
        for (at, entry) in entries.iter().enumerate() {
            if index.insert(entry.code().to_owned(), at).is_some() {
                return Err(entry.code().to_owned());
            }
        }
        Ok(Self { entries, index })
    }

    /// The entry with this code.
    pub fn get(&self, code: &str) -> Option<&T> {
        self.index.get(code).map(|&at| &self.entries[at])
    }

    /// Whether the code is one of the table's.
    pub fn contains(&self, code: &str) -> bool {
        self.index.contains_key(code)
    }

    /// All entries, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.entries.iter()
    }

    /// All codes, in the order of the file.
    pub fn codes(&self) -> impl Iterator<Item = &str> + Clone {
        self.entries.iter().map(Coded::code)
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What to show for a code in `language`; a code that is not the table's is shown as it is.
    pub fn label<'a>(&'a self, code: &'a str, language: &str) -> &'a str {
        self.get(code).map_or(code, |entry| entry.label(language))
    }

    /// Up to three codes a person may have meant by `code`, nearest first.
    pub fn nearest(&self, code: &str) -> Vec<&str> {
        nearest(self.codes(), code)
    }
}

/// A table, whatever its entries hold besides code and labels.
pub(crate) trait Entries {
    /// Whether the code is one of the table's.
    fn has(&self, code: &str) -> bool;

    /// All entries, in the order of the file.
    fn coded(&self) -> Box<dyn Iterator<Item = &dyn Coded> + '_>;
}

impl<T: Coded> Entries for Table<T> {
    fn has(&self, code: &str) -> bool {
        self.contains(code)
    }

    fn coded(&self) -> Box<dyn Iterator<Item = &dyn Coded> + '_> {
        Box::new(self.entries.iter().map(|entry| entry as &dyn Coded))
    }
}

impl<'a, T> IntoIterator for &'a Table<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

/// Up to three of `codes` that are close to `typed`: part of it, or few typing errors away (the part after the last
/// dot counts as well). Nearest first, then in the order given.
pub fn nearest<'a>(codes: impl IntoIterator<Item = &'a str>, typed: &str) -> Vec<&'a str> {
    let typed: String = typed.trim().to_lowercase().chars().take(64).collect();
    let errors_max = (typed.chars().count() / 4).max(1);
    let distance_to = |code: &str| {
        let code = code.to_lowercase();
        let last = code.rsplit('.').next().unwrap_or(&code);
        if typed.len() >= 3 && code.contains(&typed) {
            return 0;
        }
        osa_distance(&code, &typed).min(osa_distance(last, &typed))
    };
    let mut close: Vec<(usize, &str)> =
        codes.into_iter().map(|code| (distance_to(code), code)).filter(|&(errors, _)| errors <= errors_max).collect();
    close.sort_by_key(|&(errors, _)| errors);
    close.into_iter().take(NEAREST_MAX).map(|(_, code)| code).collect()
}

/// What to propose in place of `typed`: the nearest of `codes`, else all of them where a person can read so many.
pub fn proposed<'a>(codes: impl Iterator<Item = &'a str> + Clone, typed: &str) -> Vec<&'a str> {
    let near = nearest(codes.clone(), typed);
    match near.is_empty() && codes.clone().count() <= PROPOSED_MAX {
        true => codes.collect(),
        false => near,
    }
}

/// How a case came in, as far as that decides its protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capture {
    /// Someone here entered it, and could be asked.
    Entered,
    /// It was read from another system's file.
    Imported,
}

/// All tables of a taxonomy, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Taxonomy {
    /// The version cases are stamped with, such as `2026.1`.
    pub version: String,
    /// Language of labels when nobody asked for one.
    pub default_language: String,
    /// Languages labels may be in.
    pub languages: Vec<String>,
    /// Languages whose labels a native speaker should still check.
    pub needs_native_review: Vec<String>,
    /// Shared tables hide counts from 1 to below this.
    pub small_cell_threshold: u32,
    /// Attempts on that many different days make a person unreachable.
    pub auto_close_no_answer_attempts: u32,
    /// First-contact resolution: no other contact within that many days.
    pub repeat_contact_window_days: u32,
    /// The four sensitivities, least first.
    pub sensitivities: Table<SensitivityLevel>,
    /// The three words they are shown as.
    pub sensitivity_words: Table<Term>,
    /// Marks counted from a told time.
    pub countdowns: Table<Countdown>,
    /// Priorities, most urgent first.
    pub priorities: Table<Term>,
    /// Roles and referral targets.
    pub roles: Table<Term>,
    /// Named groups of readers of sealed cases.
    pub audiences: Table<Audience>,
    /// Ways a case comes in.
    pub channels: Table<Channel>,
    /// Kinds of case.
    pub case_types: Table<CaseType>,
    /// Main categories.
    pub categories: Table<Term>,
    /// Sub-categories: what a case is classified with.
    pub sub_categories: Table<SubCategory>,
    /// Statuses, with the ranks the status fold compares.
    pub statuses: Table<Status>,
    /// The four words a committee sees for them.
    pub status_words: Table<Term>,
    /// What a case on hold waits for.
    pub hold_reasons: Table<HoldReason>,
    /// Why a case was closed.
    pub closures: Table<Closure>,
    /// States of a referral.
    pub referral_statuses: Table<ReferralStatus>,
    /// Tries that reached nobody who may be told.
    pub attempt_outcomes: Table<Term>,
    /// Box opening, desk, event, focus group.
    pub session_kinds: Table<Term>,
    /// What a person said of an answer.
    pub satisfactions: Table<Satisfaction>,
    /// What a person is asked to consent to.
    pub consent_purposes: Table<ConsentPurpose>,
    /// How they answered.
    pub consent_means: Table<Term>,
    /// Sexes.
    pub sexes: Table<Term>,
    /// Age bands.
    pub age_groups: Table<AgeGroup>,
    /// The disability questions.
    pub disability: Disability,
    /// Their four answers.
    pub disability_answers: Table<DisabilityAnswer>,
    /// `yes`, `no`, `unknown`.
    pub disability_summaries: Table<Term>,
    /// Population groups.
    pub population_groups: Table<Term>,
    /// Who is speaking.
    pub stakeholders: Table<Term>,
    /// The tables that the organisation keeps itself, as shipped.
    pub own: OwnTables,
    /// Training modules.
    pub trainings: Table<Training>,
}

static SHIPPED: LazyLock<Taxonomy> = LazyLock::new(|| {
    Taxonomy::parse(include_str!("taxonomy/default.toml")).expect("a test parses the file this build ships")
});

impl Taxonomy {
    /// The taxonomy this build ships.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// The text of [`Taxonomy::shipped`], for people to start their own from.
    pub const SHIPPED_TOML: &str = include_str!("taxonomy/default.toml");

    /// Reads and checks a taxonomy file of at most 1 MiB.
    ///
    /// # Errors
    ///
    /// [`TaxonomyError`] names the table and the code at fault.
    pub fn parse(toml: &str) -> Result<Self, TaxonomyError> {
        parse::taxonomy(toml)
    }

    /// All tables, by the names they have in the file.
    pub(crate) fn tables(&self) -> [(&'static str, &dyn Entries); 27] {
        [
            ("sensitivity", &self.sensitivities),
            ("sensitivity_word", &self.sensitivity_words),
            ("countdown", &self.countdowns),
            ("priority", &self.priorities),
            ("role", &self.roles),
            ("audience", &self.audiences),
            ("channel", &self.channels),
            ("case_type", &self.case_types),
            ("category", &self.categories),
            ("category.sub", &self.sub_categories),
            ("status", &self.statuses),
            ("status_word", &self.status_words),
            ("hold_reason", &self.hold_reasons),
            ("closure", &self.closures),
            ("referral_status", &self.referral_statuses),
            ("attempt_outcome", &self.attempt_outcomes),
            ("session_kind", &self.session_kinds),
            ("satisfaction", &self.satisfactions),
            ("consent_purpose", &self.consent_purposes),
            ("consent_means", &self.consent_means),
            ("sex", &self.sexes),
            ("age_group", &self.age_groups),
            ("disability_answer", &self.disability_answers),
            ("disability_summary", &self.disability_summaries),
            ("population_group", &self.population_groups),
            ("stakeholder", &self.stakeholders),
            ("training", &self.trainings),
        ]
    }

    /// The codes of a table, by its name in the file or that of the field that takes them; `None` where there is none.
    pub fn codes_of(&self, named: &str) -> Option<Vec<&str>> {
        Some(self.table(named)?.coded().map(Coded::code).collect())
    }

    /// What to show for a code of a table to someone who reads `language`, the table named as for [`Taxonomy::codes_of`].
    /// `None`: no such table, or no such code in it.
    pub fn label_of(&self, named: &str, code: &str, language: &str) -> Option<&str> {
        self.table(named)?.coded().find(|entry| entry.code() == code).map(|entry| entry.label(language))
    }

    fn table(&self, named: &str) -> Option<&dyn Entries> {
        let named = match named {
            "type" => "case_type",
            "category" | "sub_category" => "category.sub",
            "disability" => "disability_summary",
            other => other,
        };
        self.tables().into_iter().find(|(name, _)| *name == named).map(|(_, table)| table)
    }

    /// What holds for a sensitivity: delays, visibility, word.
    pub fn level(&self, sensitivity: Level) -> &SensitivityLevel {
        // Parsing insists on all four, in their order.
        &self.sensitivities.entries[sensitivity as usize]
    }

    /// Whether who brought such a case waits for an answer: what its type and its channel both say. What is not told,
    /// and a code the taxonomy does not know, does.
    pub fn expects_answer(&self, case_type: Option<&str>, channel: Option<&str>) -> bool {
        let by_type = case_type.and_then(|code| self.case_types.get(code)).is_none_or(|known| known.expects_answer);
        let by_channel = channel.and_then(|code| self.channels.get(code)).is_none_or(|known| known.expects_answer);
        by_type && by_channel
    }

    /// What a record of this type is. A code the taxonomy does not know is a case.
    pub fn kept_as(&self, case_type: Option<&str>) -> KeptAs {
        case_type.and_then(|code| self.case_types.get(code)).map_or(KeptAs::Case, |known| known.kept_as)
    }

    /// The types that people choose between: those of cases.
    pub fn types_of_cases(&self) -> impl Iterator<Item = &str> {
        self.case_types.iter().filter(|known| known.kept_as == KeptAs::Case).map(|known| known.code.as_str())
    }

    /// The audience a sub-category is sealed to. `None`: an ordinary or an unknown one.
    pub fn audience_for(&self, sub_category: &str) -> Option<&Audience> {
        self.audiences.get(self.sub_categories.get(sub_category)?.audience.as_deref()?)
    }

    /// The highest sensitivity among sub-categories, `s0` for none. An unknown code counts as `s2`: what is undecided
    /// is restricted.
    pub fn sensitivity_of<'a>(&self, sub_categories: impl IntoIterator<Item = &'a str>) -> Level {
        let one = |code| self.sub_categories.get(code).map_or(Level::S2, |sub| sub.sensitivity);
        sub_categories.into_iter().map(one).max().unwrap_or(Level::S0)
    }

    /// Of several sub-categories the one that decides: the most sensitive, the first named among equals. Unknown codes
    /// are passed over.
    pub fn main_category<'a>(&self, sub_categories: impl IntoIterator<Item = &'a str>) -> Option<&SubCategory> {
        let known = sub_categories.into_iter().filter_map(|code| self.sub_categories.get(code));
        known.reduce(|main, next| if next.sensitivity > main.sensitivity { next } else { main })
    }

    /// Whether a case of these categories is about somebody who works here or for us, whatever its sensitivity.
    pub fn is_about_staff<'a>(&self, sub_categories: impl IntoIterator<Item = &'a str>) -> bool {
        let is_staff = |code: &str| code.split('.').next() == Some(STAFF);
        sub_categories.into_iter().any(|code| self.sub_categories.contains(code) && is_staff(code))
    }

    /// The audience of a case that is sealed because somebody is named in it, where its categories name none: of what
    /// staff do that for conduct, else the one that first takes its members from a role that is told of such cases.
    pub fn audience_of_named<'c>(&self, sub_categories: impl IntoIterator<Item = &'c str>) -> &str {
        let codes: Vec<&str> = sub_categories.into_iter().collect();
        if self.is_about_staff(codes.iter().copied()) {
            return STAFF;
        }
        let told = codes.iter().filter_map(|code| self.sub_categories.get(code)).flat_map(|sub| &sub.watchers);
        let of = |role| self.audiences.iter().find(|audience| audience.roles.first() == Some(role));
        told.filter_map(of).next().map_or(TRIAGE, Audience::code)
    }

    /// The audience that a new case is sealed to from its first byte, `None` for an ordinary one.
    ///
    /// A category decides by its sensitivity. Without one, a box slip, a letter and any import wait sealed in
    /// [`TRIAGE`], and so does what has an unknown category or channel: fail closed.
    pub fn starting_audience(&self, channel: &str, sub_category: Option<&str>, capture: Capture) -> Option<&Audience> {
        let triage = || self.audiences.get(TRIAGE);
        match sub_category {
            Some(code) if self.sub_categories.contains(code) => self.audience_for(code),
            Some(_) => triage(),
            None if capture == Capture::Imported => triage(),
            None => match self.channels.get(channel) {
                Some(known) if known.kind != ChannelKind::Written => None,
                _ => triage(),
            },
        }
    }

    /// Whether a new case starts restricted: see [`Taxonomy::starting_audience`].
    pub fn starts_restricted(&self, channel: &str, sub_category: Option<&str>, capture: Capture) -> bool {
        self.starting_audience(channel, sub_category, capture).is_some()
    }

    /// The age band of an age in years; the band without bounds (`unknown`) for ages no band holds.
    pub fn age_group_for(&self, years: u32) -> &str {
        let holds = |group: &&AgeGroup| matches!((group.min, group.max), (Some(min), Some(max)) if (min..=max).contains(&years));
        self.age_groups.iter().find(holds).map_or(entries::UNKNOWN, |group| group.code())
    }

    /// Washington Group summary of six answers in the order of [`Disability::domains`], 0 = not answered: `yes` when
    /// any reaches the cut-off, `unknown` when none was answered, else `no`. Values that are no answer count as none.
    pub fn disability_summary(&self, answers: [u8; 6]) -> &'static str {
        let given = || answers.into_iter().filter(|&value| self.disability_answers.iter().any(|a| a.value == value));
        if given().any(|value| value >= self.disability.cutoff_value) {
            "yes"
        } else if given().next().is_some() {
            "no"
        } else {
            "unknown"
        }
    }

    /// What a role may do and read. `None`: the taxonomy has no such role. A role the organisation added, which this
    /// build does not know, holds the lowest rank and no rights but the audiences that name it.
    pub fn role_profile(&self, role: &str) -> Option<RoleProfile> {
        let role = self.roles.get(role)?;
        let audiences = self.audiences.iter().filter(|audience| audience.roles.iter().any(|held| held == role.code()));
        Some(role::profile(role.code(), audiences.map(|audience| audience.code().to_owned()).collect()))
    }
}

#[cfg(test)]
mod tests;
