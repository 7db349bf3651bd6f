//! The one table of fields, and what a new case can be told of them. The fields that show facts are declared
//! with the facts ([`crate::case::facts`]).

use serde::{Deserialize, Serialize};

use super::{CODE, Display, Field, Kind, P, R, S, by, constant, field, register, required, set, shown};
use crate::case::facts;
use crate::case::schema::Setting;
use crate::edit::{ConsentAnswer, GivenAnswer, GivenCall, GivenClosing, GivenService, Recusal, Told};
use crate::taxonomy::OwnTable;
use crate::values::{CODE_BYTES_MAX, Moment, Words};

/// A row is one field: what it is called, how it is kept, and after `=>` how a new case is told it.
/// To whom somebody who is complained about may belong.
const AFFILIATIONS: [&str; 10] = [
    "own_staff",
    "partner",
    "contractor",
    "other_agency",
    "authority",
    "armed_group",
    "community",
    "family",
    "other",
    "unknown",
];

macro_rules! fields {
    (
        new case { $($(#[$about:meta])* pub $part:ident: $type:ty,)* }
        $($name:ident = $field:expr $(=> $told:ty)?;)*
    ) => {
        const PLAIN: [Field; [$(stringify!($name)),*].len()] = [$(Field { name: stringify!($name), ..$field },)*];

        /// All fields: those of this table, in the order a case is shown, then those that facts are shown in.
        pub const FIELDS: &[Field] = &joined::<{ PLAIN.len() + facts::FIELDS.len() }>(&PLAIN, &facts::FIELDS);

        /// Everything a new case can be given. Only `case_type` and `channel` are required; what was not said stays absent.
        /// Codes are those of the taxonomy. Field names are those `case new --from-json` reads.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct NewCase {
            $($(
                #[doc = concat!("What was said of `", stringify!($name), "`: see its row in [`FIELDS`].")]
                pub $name: $told,
            )?)*
            $($(#[$about])* pub $part: $type,)*
        }

        impl NewCase {
            /// What a new case can be told of each field, in the order of [`FIELDS`].
            pub fn parts(&self) -> impl Iterator<Item = (&'static Field, &dyn Told)> {
                let of_type = ("type", &self.case_type as &dyn Told);
                let parts = [of_type, $($((stringify!($name), (&self.$name as &$told) as &dyn Told),)?)*];
                parts.into_iter().filter_map(|(name, told)| Some((field(name)?, told)))
            }

            /// The same, to be taken out.
            pub(crate) fn part_mut(&mut self, name: &str) -> Option<&mut dyn Told> {
                $($(if name == stringify!($name) {
                    return Some(&mut self.$name as &mut $told);
                })?)*
                None
            }
        }
    };
}

const fn joined<const N: usize>(some: &[Field], others: &[Field]) -> [Field; N] {
    let mut all = [some[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < some.len() { some[at] } else { others[at - some.len()] };
        at += 1;
    }
    all
}

fields! {
    // whose name is a word of Rust, and what is written as facts
    new case {
        /// Taxonomy `case_type`.
        #[serde(rename = "type")]
        pub case_type: String,
        /// The sensitivity asked for; only ever raises what the category sets. `s0`…`s3`.
        pub sensitivity: Option<String>,
        /// The allegation, in the person's words: sensitive.
        pub allegation: Option<Words>,
        /// Asked before sealing: `None` not asked, empty: nobody.
        pub recuse: Option<Vec<Recusal>>,
        /// What no field takes: notes.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub notes: Vec<Words>,
        /// Consents as answered.
        pub consents: Vec<ConsentAnswer>,
        /// Services that the person was offered, and what they said.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub services: Vec<GivenService>,
        /// Closed already where it comes from.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub closed: Option<GivenClosing>,
        /// The call in which it was told.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub call: Option<GivenCall>,
        /// An answer given at once.
        pub answer: Option<GivenAnswer>,
    }

    // identity and origin
    restricted = constant(P, Kind::Mark);
    week = constant(P, CODE);
    region = constant(P, CODE);
    ref = by("number", constant(P, CODE));
    provisional = constant(P, CODE);
    origin_node = constant(P, CODE);
    origin_site = constant(P, CODE);
    origin_org = constant(P, CODE);
    audience = constant(S, CODE);
    handling_site = register(P, CODE);
    created_by = constant(R, Kind::Member);
    recorded_at = constant(P, Kind::Time);
    taxonomy_version = constant(P, CODE);
    // (system, id) pairs: kobo `_uuid`, SugarCRM number, paper number…
    external_ids = set(R, Kind::Element(128, None), Setting::Never).identity() => Vec<(String, String)>;
    import_batch = constant(R, CODE) => Option<String>;
    // intake
    // When it reached the organisation.
    received_at = required(Kind::Moment) => Option<Moment>;
    channel = required(Kind::CodeOf("channel")) => String;
    formality = register(P, Kind::OneOf(&["formal", "informal"])) => Option<String>;
    initiative = register(P, Kind::OneOf(&["reactive", "proactive"])) => Option<String>;
    // Box, desk, event or focus group it belongs to.
    session_id = register(P, CODE) => Option<String>;
    // Cases of one cause have one incident: resolved once, answered once.
    incident = register(P, CODE);
    slip = constant(P, CODE) => Option<String>;
    // Of a session: slips counted as a box was opened, and who opened it.
    slips_counted = constant(P, Kind::Int(0, 100_000)) => Option<u32>;
    opened_by = constant(R, Kind::Words(512)) => Option<Words>;
    stakeholder = register(P, Kind::CodeOf("stakeholder")) => Option<String>;
    filer = register(P, Kind::OneOf(&["individual", "group", "on_behalf"])) => Option<String>;
    group_size = register(P, Kind::Int(1, 1_000_000)) => Option<u32>;
    // The language the person speaks.
    spoken_language = register(P, Kind::Listed(OwnTable::SpokenLanguage)) => Option<String>;
    // classification
    type = required(Kind::CodeOf("case_type"));
    // Main sub-category; absent: nobody has classified it yet.
    category = shown(Kind::CodeOf("category"), Display::MoreSensitive) => Option<String>;
    // Further sub-categories.
    other_categories = set(P, Kind::Element(CODE_BYTES_MAX, Some("category")), Setting::Free) => Vec<String>;
    // Priority asked for (`p1`…`p4`); absent: the category's.
    priority = shown(Kind::CodeOf("priority"), Display::Smallest) => Option<String>;
    project = register(P, Kind::Listed(OwnTable::Project)) => Option<String>;
    activity = register(P, CODE) => Option<String>;
    partner = register(P, Kind::Listed(OwnTable::Partner)) => Option<String>;
    admin1 = register(P, Kind::Listed(OwnTable::Place)) => Option<String>;
    admin2 = register(P, Kind::Listed(OwnTable::Place)) => Option<String>;
    admin3 = register(R, Kind::Listed(OwnTable::Place)) => Option<String>;
    // Place in words: personal.
    locality = register(R, Kind::Words(512)) => Option<Words>;
    tags = set(R, Kind::Element(64, None), Setting::Free);
    // person
    // The person wishes to stay unknown.
    anonymous = shown(Kind::Bool, Display::True) => Option<bool>;
    reporter_name = register(R, Kind::Words(256)).name() => Option<Words>;
    phone = register(R, Kind::Words(64)).identity() => Option<Words>;
    // Another way to reach the person.
    alt_contact = register(R, Kind::Words(512)).identity() => Option<Words>;
    // Hours, who may answer, message or not.
    safe_contact = register(R, Kind::Words(1024)).identity() => Option<Words>;
    // A word the person chose, asked before anything is told.
    recall_word = register(R, Kind::Words(128)) => Option<Words>;
    household_id = register(R, Kind::Words(64)).identity() => Option<Words>;
    card_no = register(R, Kind::Words(64)).identity() => Option<Words>;
    // Last four digits of the wallet.
    wallet_last4 = register(R, Kind::Words(16)).identity() => Option<Words>;
    // Last four digits of the SIM.
    sim_last4 = register(R, Kind::Words(16)).identity() => Option<Words>;
    sex = register(P, Kind::CodeOf("sex")) => Option<String>;
    // Taxonomy `age_group`; derived from `age` when that is told.
    age_group = register(P, Kind::CodeOf("age_group")) => Option<String>;
    // Age in years: personal.
    age = register(R, Kind::Int(0, 130)).identity() => Option<u32>;
    // `yes`, `no` or `unknown`; derived from `disability_answers` when those are told.
    disability = register(P, Kind::CodeOf("disability_summary")) => Option<String>;
    // Washington Group Short Set, six answers 1–4 in the taxonomy's order of domains, 0 = not answered: personal.
    disability_answers = register(R, Kind::WgAnswers).identity() => Option<[u8; 6]>;
    population_group = register(P, Kind::CodeOf("population_group")) => Option<String>;
    // Relation of the filer to the person affected.
    relation_to_affected = register(R, CODE) => Option<String>;
    person_link = register(R, CODE);
    // content
    // Summary without identifiers.
    summary = register(R, Kind::Words(4 * 1024)) => Option<Words>;
    // As told, language kept.
    text = register(R, Kind::Words(64 * 1024)) => Option<Words>;
    // What the person hopes for.
    expected_outcome = register(R, Kind::Words(8 * 1024)) => Option<Words>;
    // Who is complained about: sensitive.
    accused = register(S, Kind::Words(1024)) => Option<Words>;
    accused_linked = register(S, Kind::OneOf(&["yes", "no", "unknown"]));
    // When what it tells of happened.
    incident_at = register(R, Kind::Moment) => Option<Moment>;
    // Where what it tells of happened.
    incident_place = register(R, Kind::Words(512)) => Option<Words>;
    // Somebody was harmed: how long ago, as care counts it.
    happened = register(R, Kind::OneOf(&["within_72h", "within_120h", "earlier", "not_said"])) => Option<String>;
    // Who tells of it.
    reporter_is =
        register(R, Kind::OneOf(&["self", "family", "witness", "leader", "staff", "other"])) => Option<String>;
    // Of the person harmed, where somebody else tells of it.
    harmed_sex = register(P, Kind::CodeOf("sex")) => Option<String>;
    harmed_age_group = register(P, Kind::CodeOf("age_group")) => Option<String>;
    // To whom whoever did it belongs, as the audience finds.
    accused_affiliation = register(S, Kind::OneOf(&AFFILIATIONS));
    immediate_needs = set(S, Kind::Element(CODE_BYTES_MAX, None), Setting::Free);
    // work
    assignee = by("assign", register(P, Kind::Who));
    watchers = set(P, Kind::Element(CODE_BYTES_MAX, Some("role")), Setting::Free);
    // Members and roles who read it without being responsible.
    shared_with = set(P, Kind::Element(CODE_BYTES_MAX + 8, Some("who")), Setting::Verb("share"));
    resolution = by("resolve", register(P, Kind::Listed(OwnTable::Outcome)));
    resolution_text = by("resolve", register(R, Kind::Words(32 * 1024)));
    links = set(R, Kind::Element(64, None), Setting::Verb("link"));
    moved = set(P, Kind::Element(64, None), Setting::Verb("move"));
}
