//! From TOML to a checked [`Taxonomy`].

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::entries::{Disability, SensitivityLevel, SubCategory, Term, UNKNOWN};
use super::{Coded, Labels, Sensitivity, TRIAGE, Table, Taxonomy, Visibility, nearest};

/// Largest file, bytes.
const FILE_BYTES_MAX: usize = 1 << 20;
/// Most entries of one table.
const ENTRIES_MAX: usize = 2_000;
/// Longest code, bytes.
const CODE_BYTES_MAX: usize = 64;
/// Longest label, bytes.
const LABEL_BYTES_MAX: usize = 400;
/// Longest delay: a year.
const HOURS_MAX: u32 = 8_784;
/// The format of the file.
const SCHEMA: i64 = 1;

/// Codes that the case model itself names: a taxonomy may add to them, not leave them out.
const REQUIRED: [(&str, &[&str]); 14] = [
    ("sensitivity", &["s0", "s1", "s2", "s3"]),
    ("priority", &["p1", "p2", "p3", "p4"]),
    ("audience", &[TRIAGE]),
    ("hold_reason", &["person", "document", "consent", "investigation"]),
    (
        "closure",
        &[
            "satisfied",
            "not_satisfied",
            "unreachable",
            "anonymous",
            "withdrawn",
            "out_of_scope",
            "handed_over",
            "duplicate",
            "prank",
            "moved",
        ],
    ),
    (
        "referral_status",
        &[
            "sent",
            "stored",
            "delivered",
            "accepted",
            "misdirected",
            "need_info",
            "done",
            "expired",
            "sent_outside",
            "confirmed_by_phone",
        ],
    ),
    ("attempt_outcome", &["no_answer", "busy", "voicemail", "wrong_person"]),
    ("satisfaction", &["satisfied", "partly", "not_satisfied", "declined"]),
    ("consent_purpose", &["record", "refer_internal", "refer_external", "contact_back", "share_identity_in_sensitive"]),
    ("consent_means", &["oral", "thumbprint", "audio", "written", "guardian"]),
    ("sex", &["f", "m", UNKNOWN]),
    ("age_group", &[UNKNOWN]),
    ("disability_summary", &["yes", "no", UNKNOWN]),
    ("role", &["administrator", "coordinator", "cfm_manager", "operator"]),
];

/// Statuses with their ranks: all nodes must fold alike, so these are not for an organisation to change.
const STATUS_RANKS: [(&str, u8); 8] = [
    ("received", 10),
    ("reopened", 15),
    ("triaged", 20),
    ("assigned", 30),
    ("in_progress", 40),
    ("resolved", 60),
    ("responded", 70),
    ("closed", 90),
];

/// Why a taxonomy file was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaxonomyError {
    /// Larger than a taxonomy can be.
    #[error("the file has {found} bytes, a taxonomy at most {FILE_BYTES_MAX}")]
    TooLarge {
        /// Its size in bytes.
        found: usize,
    },
    /// Not TOML.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// Written for another version of the program.
    #[error("schema {found}, this program reads schema {SCHEMA}")]
    Schema {
        /// The number in the file.
        found: i64,
    },
    /// A setting at the top of the file is missing or of the wrong kind.
    #[error("setting `{name}`: {reason}")]
    Setting {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A table this program does not know: a typing error would switch a rule off without a word.
    #[error("unknown table or setting `{name}`{}", propose(nearest))]
    UnknownTable {
        /// Its name.
        name: String,
        /// Names it may be meant for.
        nearest: Vec<String>,
    },
    /// A table is missing, empty or too long.
    #[error("table `{table}`: {reason}")]
    Table {
        /// The table.
        table: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// An entry lacks a field, has an unknown one, or one of the wrong kind.
    #[error("table `{table}`, code `{code}`: {reason}")]
    Entry {
        /// The table.
        table: &'static str,
        /// The entry's code, or its place (`#3`) if it has none.
        code: String,
        /// What is wrong.
        reason: String,
    },
    /// One code is given to two entries.
    #[error("table `{table}`: code `{code}` is used twice")]
    DuplicateCode {
        /// The table.
        table: &'static str,
        /// The code.
        code: String,
    },
    /// An entry names one that does not exist.
    #[error("table `{table}`, code `{code}`: `{field}` names `{target}`, which does not exist{}", propose(nearest))]
    UnknownReference {
        /// The table.
        table: &'static str,
        /// The entry's code.
        code: String,
        /// The field.
        field: &'static str,
        /// What it names.
        target: String,
        /// Codes it may be meant for.
        nearest: Vec<String>,
    },
    /// Hours are 1 to 8,784, and a case is referred before it is answered.
    #[error(
        "table `{table}`, code `{code}`: `{field}` is {found} h; 1 to {HOURS_MAX}, and referring comes before answering"
    )]
    BadHours {
        /// The table.
        table: &'static str,
        /// The entry's code.
        code: String,
        /// The field.
        field: &'static str,
        /// Its value.
        found: i64,
    },
    /// A code the program itself relies on is missing.
    #[error("table `{table}` lacks the code `{code}`, which the program relies on")]
    MissingCode {
        /// The table.
        table: &'static str,
        /// The code.
        code: &'static str,
    },
}

fn propose(codes: &[String]) -> String {
    if codes.is_empty() { String::new() } else { format!("; did you mean {}?", codes.join(" or ")) }
}

type Checked<T> = Result<T, TaxonomyError>;

fn entry<T>(table: &'static str, code: &str, reason: impl Into<String>) -> Checked<T> {
    Err(TaxonomyError::Entry { table, code: code.to_owned(), reason: reason.into() })
}

/// A sub-category as written: delays may be left to the sensitivity.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSub {
    code: String,
    #[serde(default)]
    label: Labels,
    priority: String,
    sensitivity: String,
    refer_to: String,
    audience: Option<String>,
    refer_within_h: Option<i64>,
    respond_within_h: Option<i64>,
    #[serde(default)]
    first_contact: bool,
    #[serde(default)]
    excluded_from_kpi: bool,
}

impl Coded for RawSub {
    fn code(&self) -> &str {
        &self.code
    }
    fn labels(&self) -> &Labels {
        &self.label
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDisability {
    instrument: String,
    cutoff: String,
    domains: [String; 6],
    ask_when: String,
}

/// The file while it is taken apart: what is left at the end is unknown.
struct File(toml::Table);

/// Names of all tables and settings, for proposals.
const NAMES: [&str; 36] = [
    "schema",
    "version",
    "default_language",
    "languages",
    "needs_native_review",
    "small_cell_threshold",
    "auto_close_no_answer_attempts",
    "repeat_contact_window_days",
    "sensitivity",
    "sensitivity_word",
    "countdown",
    "priority",
    "role",
    "audience",
    "channel",
    "case_type",
    "category",
    "status",
    "status_word",
    "hold_reason",
    "closure",
    "referral_status",
    "attempt_outcome",
    "session_kind",
    "satisfaction",
    "consent_purpose",
    "consent_means",
    "sex",
    "age_group",
    "disability",
    "disability_answer",
    "disability_summary",
    "population_group",
    "stakeholder",
    "spoken_language",
    "training",
];

impl File {
    fn setting<T: DeserializeOwned>(&mut self, name: &'static str) -> Checked<T> {
        let bad = |reason: String| TaxonomyError::Setting { name: name.to_owned(), reason };
        let value = self.0.remove(name).ok_or_else(|| bad("missing".to_owned()))?;
        value.try_into().map_err(|error: toml::de::Error| bad(error.message().to_owned()))
    }

    fn entries(&mut self, table: &'static str) -> Checked<Vec<toml::Value>> {
        let bad = |reason: &str| TaxonomyError::Table { table, reason: reason.to_owned() };
        match self.0.remove(table) {
            Some(toml::Value::Array(entries)) if entries.len() <= ENTRIES_MAX => Ok(entries),
            Some(toml::Value::Array(_)) => Err(bad("too many entries")),
            Some(_) => Err(bad("not a list of [[entries]]")),
            None => Err(bad("missing")),
        }
    }

    fn table<T: Coded + DeserializeOwned>(&mut self, table: &'static str) -> Checked<Table<T>> {
        let entries = self.entries(table)?;
        let entries =
            entries.into_iter().enumerate().map(|(at, value)| read(table, at, value)).collect::<Checked<_>>()?;
        Table::new(entries).map_err(|code| TaxonomyError::DuplicateCode { table, code })
    }

    /// Main categories, and their sub-categories one below the other.
    fn categories(&mut self, levels: &Table<SensitivityLevel>) -> Checked<(Table<Term>, Table<SubCategory>)> {
        let (mut mains, mut subs) = (Vec::new(), Vec::new());
        for (at, mut value) in self.entries("category")?.into_iter().enumerate() {
            let below = value.as_table_mut().and_then(|category| category.remove("sub"));
            let main: Term = read("category", at, value)?;
            match below {
                Some(toml::Value::Array(below)) if below.len() <= ENTRIES_MAX => {
                    for (at, value) in below.into_iter().enumerate() {
                        subs.push(resolve(&main.code, read("category.sub", at, value)?, levels)?);
                    }
                }
                _ => return entry("category", &main.code, "needs a list of [[category.sub]]"),
            }
            mains.push(main);
        }
        let twice = |table| move |code| TaxonomyError::DuplicateCode { table, code };
        Ok((Table::new(mains).map_err(twice("category"))?, Table::new(subs).map_err(twice("category.sub"))?))
    }
}

/// One entry, with a well-formed code.
fn read<T: Coded + DeserializeOwned>(table: &'static str, at: usize, value: toml::Value) -> Checked<T> {
    let named = value.get("code").and_then(toml::Value::as_str).map(str::to_owned);
    let name = named.unwrap_or_else(|| format!("#{}", at + 1));
    let found: T = match value.try_into() {
        Ok(found) => found,
        Err(error) => return entry(table, &name, error.message()),
    };
    let code = found.code();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-+".contains(&b);
    if code.is_empty() || code.len() > CODE_BYTES_MAX || !code.bytes().all(plain) {
        return entry(table, &name, "codes are up to 64 of a–z, 0–9, `.`, `_`, `-`, `+`");
    }
    let shown = |label: &str| {
        !label.trim().is_empty() && label.len() <= LABEL_BYTES_MAX && !label.chars().any(char::is_control)
    };
    if let Some((language, _)) = found.labels().iter().find(|(_, label)| !shown(label)) {
        let reason = format!("label `{language}` is empty, too long or holds control characters");
        return entry(table, &name, reason);
    }
    Ok(found)
}

/// Fills in what a sub-category leaves to its sensitivity.
fn resolve(category: &str, raw: RawSub, levels: &Table<SensitivityLevel>) -> Checked<SubCategory> {
    const TABLE: &str = "category.sub";
    let Ok(sensitivity) = raw.sensitivity.parse::<Sensitivity>() else {
        return Err(unknown(TABLE, &raw.code, "sensitivity", &raw.sensitivity, levels.codes()));
    };
    let level = levels.get(sensitivity.as_str()).expect("checked before categories are read");
    let hours = |field, given: Option<i64>, inherited: u32| match given {
        None => Ok(inherited),
        Some(found) => u32::try_from(found).map_err(|_| TaxonomyError::BadHours {
            table: TABLE,
            code: raw.code.clone(),
            field,
            found,
        }),
    };
    Ok(SubCategory {
        category: category.to_owned(),
        refer_within_h: hours("refer_within_h", raw.refer_within_h, level.refer_within_h)?,
        respond_within_h: hours("respond_within_h", raw.respond_within_h, level.respond_within_h)?,
        code: raw.code,
        label: raw.label,
        priority: raw.priority,
        sensitivity,
        refer_to: raw.refer_to,
        audience: raw.audience,
        first_contact: raw.first_contact,
        excluded_from_kpi: raw.excluded_from_kpi,
    })
}

pub(super) fn taxonomy(text: &str) -> Checked<Taxonomy> {
    if text.len() > FILE_BYTES_MAX {
        return Err(TaxonomyError::TooLarge { found: text.len() });
    }
    let parsed: toml::Table =
        text.parse().map_err(|error: toml::de::Error| TaxonomyError::Syntax(error.to_string()))?;
    let mut file = File(parsed);
    let schema = file.setting("schema")?;
    if schema != SCHEMA {
        return Err(TaxonomyError::Schema { found: schema });
    }
    let sensitivities = file.table("sensitivity")?;
    check_levels(&sensitivities)?;
    let (categories, sub_categories) = file.categories(&sensitivities)?;
    let disability_answers = file.table("disability_answer")?;
    let disability = disability(file.setting("disability")?, &disability_answers)?;
    let taxonomy = Taxonomy {
        version: file.setting("version")?,
        default_language: file.setting("default_language")?,
        languages: file.setting("languages")?,
        needs_native_review: file.setting("needs_native_review")?,
        small_cell_threshold: file.setting("small_cell_threshold")?,
        auto_close_no_answer_attempts: file.setting("auto_close_no_answer_attempts")?,
        repeat_contact_window_days: file.setting("repeat_contact_window_days")?,
        sensitivities,
        sensitivity_words: file.table("sensitivity_word")?,
        countdowns: file.table("countdown")?,
        priorities: file.table("priority")?,
        roles: file.table("role")?,
        audiences: file.table("audience")?,
        channels: file.table("channel")?,
        case_types: file.table("case_type")?,
        categories,
        sub_categories,
        statuses: file.table("status")?,
        status_words: file.table("status_word")?,
        hold_reasons: file.table("hold_reason")?,
        closures: file.table("closure")?,
        referral_statuses: file.table("referral_status")?,
        attempt_outcomes: file.table("attempt_outcome")?,
        session_kinds: file.table("session_kind")?,
        satisfactions: file.table("satisfaction")?,
        consent_purposes: file.table("consent_purpose")?,
        consent_means: file.table("consent_means")?,
        sexes: file.table("sex")?,
        age_groups: file.table("age_group")?,
        disability,
        disability_answers,
        disability_summaries: file.table("disability_summary")?,
        population_groups: file.table("population_group")?,
        stakeholders: file.table("stakeholder")?,
        spoken_languages: file.table("spoken_language")?,
        trainings: file.table("training")?,
    };
    if let Some(name) = file.0.keys().next() {
        let nearest = nearest(NAMES, name).into_iter().map(str::to_owned).collect();
        return Err(TaxonomyError::UnknownTable { name: name.clone(), nearest });
    }
    check(&taxonomy)?;
    Ok(taxonomy)
}

/// The four sensitivities in their order; what seals a case cannot be configured away.
fn check_levels(levels: &Table<SensitivityLevel>) -> Checked<()> {
    const TABLE: &str = "sensitivity";
    if !levels.codes().eq(Sensitivity::ALL.map(Sensitivity::as_str)) {
        return Err(TaxonomyError::Table { table: TABLE, reason: "must be s0, s1, s2, s3 in this order".to_owned() });
    }
    for (level, sensitivity) in levels.iter().zip(Sensitivity::ALL) {
        let sealed = sensitivity.is_restricted();
        if level.rank != sensitivity.rank() {
            return entry(TABLE, &level.code, format!("rank must be {}", sensitivity.rank()));
        }
        if (level.visibility == Visibility::Sensitive) != sealed {
            return entry(TABLE, &level.code, "visibility is `personal` for s0 and s1, `sensitive` for s2 and s3");
        }
        if level.hide_existence_from_site != sealed || level.capture_device_forgets != sealed {
            return entry(
                TABLE,
                &level.code,
                "s2 and s3, and only they, hide their existence and are forgotten where captured",
            );
        }
        let acknowledge = level.acknowledge_within_h.unwrap_or(level.respond_within_h);
        check_hours(TABLE, &level.code, "acknowledge_within_h", acknowledge, level.respond_within_h)?;
        check_hours(TABLE, &level.code, "accept_within_h", level.accept_within_h, HOURS_MAX)?;
        check_delays(TABLE, &level.code, level.refer_within_h, level.respond_within_h)?;
    }
    Ok(())
}

fn check_hours(table: &'static str, code: &str, field: &'static str, found: u32, max: u32) -> Checked<()> {
    if (1..=max.min(HOURS_MAX)).contains(&found) {
        return Ok(());
    }
    Err(TaxonomyError::BadHours { table, code: code.to_owned(), field, found: found.into() })
}

fn check_delays(table: &'static str, code: &str, refer: u32, respond: u32) -> Checked<()> {
    check_hours(table, code, "respond_within_h", respond, HOURS_MAX)?;
    check_hours(table, code, "refer_within_h", refer, respond)
}

fn disability(raw: RawDisability, answers: &Table<super::DisabilityAnswer>) -> Checked<Disability> {
    let bad = |reason: &str| TaxonomyError::Setting { name: "disability".to_owned(), reason: reason.to_owned() };
    let mut values: Vec<u8> = answers.iter().map(|answer| answer.value).collect();
    values.sort_unstable();
    if values != [1, 2, 3, 4] {
        return Err(TaxonomyError::Table {
            table: "disability_answer",
            reason: "values must be 1, 2, 3 and 4".to_owned(),
        });
    }
    let cutoff = answers.get(&raw.cutoff).ok_or_else(|| bad("`cutoff` is no disability_answer"))?;
    let RawDisability { instrument, cutoff: code, domains, ask_when } = raw;
    Ok(Disability { instrument, cutoff_value: cutoff.value, cutoff: code, domains, ask_when })
}

/// What holds between tables.
fn check(taxonomy: &Taxonomy) -> Checked<()> {
    check_settings(taxonomy)?;
    check_required(taxonomy)?;
    check_sub_categories(taxonomy)?;
    check_audiences(taxonomy)?;
    check_words(taxonomy)?;
    check_ages(taxonomy)?;
    check_languages(taxonomy)
}

fn unknown<'a>(
    table: &'static str,
    code: &str,
    field: &'static str,
    target: &str,
    known: impl Iterator<Item = &'a str>,
) -> TaxonomyError {
    let nearest = nearest(known, target).into_iter().map(str::to_owned).collect();
    TaxonomyError::UnknownReference { table, code: code.to_owned(), field, target: target.to_owned(), nearest }
}

fn exists<T: Coded>(
    table: &'static str,
    code: &str,
    field: &'static str,
    target: &str,
    known: &Table<T>,
) -> Checked<()> {
    if known.contains(target) { Ok(()) } else { Err(unknown(table, code, field, target, known.codes())) }
}

fn check_settings(t: &Taxonomy) -> Checked<()> {
    let setting =
        |name: &str, reason: &str| Err(TaxonomyError::Setting { name: name.to_owned(), reason: reason.to_owned() });
    if t.version.is_empty() || t.version.len() > CODE_BYTES_MAX || t.version.chars().any(char::is_control) {
        return setting("version", "needs 1 to 64 characters");
    }
    if !t.languages.contains(&t.default_language) {
        return setting("default_language", "is not one of `languages`");
    }
    if !t.needs_native_review.iter().all(|language| t.languages.contains(language)) {
        return setting("needs_native_review", "names a language that is not one of `languages`");
    }
    let whole = [
        ("small_cell_threshold", t.small_cell_threshold, 1_000),
        ("auto_close_no_answer_attempts", t.auto_close_no_answer_attempts, 100),
        ("repeat_contact_window_days", t.repeat_contact_window_days, 366),
    ];
    match whole.into_iter().find(|&(_, found, max)| !(1..=max).contains(&found)) {
        Some((name, _, max)) => setting(name, &format!("must be 1 to {max}")),
        None => Ok(()),
    }
}

fn check_required(t: &Taxonomy) -> Checked<()> {
    for (table, codes) in REQUIRED {
        for &code in codes {
            let held = match table {
                "sensitivity" => t.sensitivities.contains(code),
                "priority" => t.priorities.contains(code),
                "audience" => t.audiences.contains(code),
                "hold_reason" => t.hold_reasons.contains(code),
                "closure" => t.closures.contains(code),
                "referral_status" => t.referral_statuses.contains(code),
                "attempt_outcome" => t.attempt_outcomes.contains(code),
                "satisfaction" => t.satisfactions.contains(code),
                "consent_purpose" => t.consent_purposes.contains(code),
                "consent_means" => t.consent_means.contains(code),
                "sex" => t.sexes.contains(code),
                "age_group" => t.age_groups.contains(code),
                "disability_summary" => t.disability_summaries.contains(code),
                "role" => t.roles.contains(code),
                _ => false,
            };
            if !held {
                return Err(TaxonomyError::MissingCode { table, code });
            }
        }
    }
    for (code, rank) in STATUS_RANKS {
        let status = t.statuses.get(code).ok_or(TaxonomyError::MissingCode { table: "status", code })?;
        if status.rank != rank || status.new_epoch != (code == "reopened") || status.terminal != (code == "closed") {
            return entry(
                "status",
                code,
                format!("must have rank {rank}; `reopened` alone starts an epoch, `closed` alone ends"),
            );
        }
    }
    match t.statuses.codes().find(|code| STATUS_RANKS.iter().all(|(known, _)| known != code)) {
        Some(code) => entry("status", code, "statuses cannot be added: every node must fold them alike"),
        None => Ok(()),
    }
}

fn check_sub_categories(t: &Taxonomy) -> Checked<()> {
    const TABLE: &str = "category.sub";
    for sub in &t.sub_categories {
        exists(TABLE, &sub.code, "priority", &sub.priority, &t.priorities)?;
        exists(TABLE, &sub.code, "refer_to", &sub.refer_to, &t.roles)?;
        check_delays(TABLE, &sub.code, sub.refer_within_h, sub.respond_within_h)?;
        match (&sub.audience, sub.sensitivity.is_restricted()) {
            (Some(audience), true) => exists(TABLE, &sub.code, "audience", audience, &t.audiences)?,
            (None, false) => {}
            (None, true) => return entry(TABLE, &sub.code, "s2 and s3 need an audience to be sealed to"),
            (Some(_), false) => return entry(TABLE, &sub.code, "an audience reads s2 and s3 only"),
        }
        if t.categories.contains(&sub.code) {
            return Err(TaxonomyError::DuplicateCode { table: "category", code: sub.code.clone() });
        }
    }
    Ok(())
}

fn check_audiences(t: &Taxonomy) -> Checked<()> {
    const TABLE: &str = "audience";
    for audience in &t.audiences {
        for role in &audience.roles {
            exists(TABLE, &audience.code, "roles", role, &t.roles)?;
        }
        exists(TABLE, &audience.code, "alternate", &audience.alternate, &t.audiences)?;
        if audience.roles.is_empty() {
            return entry(TABLE, &audience.code, "needs at least one role");
        }
        if audience.alternate == audience.code {
            return entry(TABLE, &audience.code, "cannot be its own alternate");
        }
        if !(1..=100).contains(&audience.minimum_holders) {
            return entry(TABLE, &audience.code, "minimum_holders must be 1 to 100");
        }
    }
    Ok(())
}

fn check_words(t: &Taxonomy) -> Checked<()> {
    for level in &t.sensitivities {
        exists("sensitivity", &level.code, "word", &level.word, &t.sensitivity_words)?;
        if let Some(countdown) = &level.countdown {
            exists("sensitivity", &level.code, "countdown", countdown, &t.countdowns)?;
        }
    }
    for status in &t.statuses {
        exists("status", &status.code, "word", &status.word, &t.status_words)?;
    }
    for countdown in &t.countdowns {
        if countdown.marks_h.is_empty() || !countdown.marks_h.is_sorted_by(|a, b| a < b) {
            return entry("countdown", &countdown.code, "marks_h must rise");
        }
        for &mark in &countdown.marks_h {
            check_hours("countdown", &countdown.code, "marks_h", mark, HOURS_MAX)?;
        }
    }
    match t.trainings.iter().find(|training| !(1..=120).contains(&training.valid_months)) {
        Some(training) => entry("training", &training.code, "valid_months must be 1 to 120"),
        None => Ok(()),
    }
}

/// Bands follow each other from 0 without gap or overlap; exactly one band has no bounds.
fn check_ages(t: &Taxonomy) -> Checked<()> {
    let mut next = 0;
    for group in &t.age_groups {
        match (group.min, group.max) {
            (Some(min), Some(max)) if min == next && max >= min && max < 200 => next = max + 1,
            (None, None) if group.code == UNKNOWN => {}
            _ => {
                return entry(
                    "age_group",
                    &group.code,
                    format!("bands follow each other: this one must start at {next}"),
                );
            }
        }
    }
    Ok(())
}

/// Labels are in languages the file names, and everything but an age band has one that someone can read.
fn check_languages(t: &Taxonomy) -> Checked<()> {
    fn each<T: Coded>(t: &Taxonomy, table: &'static str, entries: &Table<T>) -> Checked<()> {
        for item in entries {
            let foreign = item.labels().iter().find(|(language, _)| !t.languages.iter().any(|known| known == language));
            if let Some((language, _)) = foreign {
                return Err(unknown(table, item.code(), "label", language, t.languages.iter().map(String::as_str)));
            }
            if table != "age_group" && item.labels().pick(&t.default_language).is_none() {
                return entry(table, item.code(), "needs a label in the default language, in English or in French");
            }
        }
        Ok(())
    }
    each(t, "sensitivity", &t.sensitivities)?;
    each(t, "sensitivity_word", &t.sensitivity_words)?;
    each(t, "countdown", &t.countdowns)?;
    each(t, "priority", &t.priorities)?;
    each(t, "role", &t.roles)?;
    each(t, "audience", &t.audiences)?;
    each(t, "channel", &t.channels)?;
    each(t, "case_type", &t.case_types)?;
    each(t, "category", &t.categories)?;
    each(t, "category.sub", &t.sub_categories)?;
    each(t, "status", &t.statuses)?;
    each(t, "status_word", &t.status_words)?;
    each(t, "hold_reason", &t.hold_reasons)?;
    each(t, "closure", &t.closures)?;
    each(t, "referral_status", &t.referral_statuses)?;
    each(t, "attempt_outcome", &t.attempt_outcomes)?;
    each(t, "session_kind", &t.session_kinds)?;
    each(t, "satisfaction", &t.satisfactions)?;
    each(t, "consent_purpose", &t.consent_purposes)?;
    each(t, "consent_means", &t.consent_means)?;
    each(t, "sex", &t.sexes)?;
    each(t, "age_group", &t.age_groups)?;
    each(t, "disability_answer", &t.disability_answers)?;
    each(t, "disability_summary", &t.disability_summaries)?;
    each(t, "population_group", &t.population_groups)?;
    each(t, "stakeholder", &t.stakeholders)?;
    each(t, "spoken_language", &t.spoken_languages)?;
    each(t, "training", &t.trainings)
}
