//! What holds within and between the tables of a taxonomy.

use super::entries::{SensitivityLevel, SubCategory, UNKNOWN};
use super::parse::{Checked, TaxonomyError, entry};
use super::{Coded, OwnTable, TRIAGE, Table, Taxonomy, Visibility, nearest};
use crate::values::Level;

/// Longest version, bytes.
const VERSION_BYTES_MAX: usize = 64;
/// Longest delay: a year.
pub(super) const HOURS_MAX: u32 = 8_784;

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
            "answered",
            "acknowledged",
            "no_contact",
            "not_admissible",
            "services_only",
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

/// What holds between tables.
pub(super) fn check(taxonomy: &Taxonomy) -> Checked<()> {
    check_settings(taxonomy)?;
    check_required(taxonomy)?;
    check_audiences(taxonomy)?;
    check_sub_categories(taxonomy)?;
    check_words(taxonomy)?;
    check_ages(taxonomy)?;
    check_languages(taxonomy)?;
    check_own(taxonomy)
}

pub(super) fn unknown<'a>(
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
    if t.version.is_empty() || t.version.len() > VERSION_BYTES_MAX || t.version.chars().any(char::is_control) {
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
    let tables = t.tables();
    for (table, codes) in REQUIRED {
        let held = tables.iter().find(|(name, _)| *name == table).map(|(_, held)| held);
        if let Some(code) = codes.iter().find(|code| !held.is_some_and(|held| held.has(code))) {
            return Err(TaxonomyError::MissingCode { table, code });
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
        for watcher in &sub.watchers {
            exists(TABLE, &sub.code, "watchers", watcher, &t.roles)?;
        }
        check_hours(TABLE, &sub.code, "accept_within_h", sub.accept_within_h, HOURS_MAX)?;
        check_delays(TABLE, &sub.code, sub.refer_within_h, sub.respond_within_h)?;
        match (&sub.audience, sub.sensitivity.restricted()) {
            (Some(audience), true) => exists(TABLE, &sub.code, "audience", audience, &t.audiences)?,
            (None, false) => {}
            (None, true) => return entry(TABLE, &sub.code, "s2 and s3 need an audience to be sealed to"),
            (Some(_), false) => return entry(TABLE, &sub.code, "an audience reads s2 and s3 only"),
        }
        check_targets(t, sub)?;
        if t.categories.contains(&sub.code) {
            return Err(TaxonomyError::DuplicateCode { table: "category", code: sub.code.clone() });
        }
    }
    Ok(())
}

/// Whoever a restricted category goes to, and whoever is told of it beside, can be of the audience that reads it: a
/// target that cannot open a case does nothing about it, and to be told of one is to know that it exists.
fn check_targets(t: &Taxonomy, sub: &SubCategory) -> Checked<()> {
    let Some(audience) = sub.audience.as_deref().and_then(|code| t.audiences.get(code)) else { return Ok(()) };
    let outside = |role: &&String| !audience.roles.contains(role);
    let told = std::iter::once(("refer_to", &sub.refer_to)).chain(sub.watchers.iter().map(|role| ("watchers", role)));
    match told.into_iter().find(|(_, role)| outside(role)) {
        Some((field, role)) => {
            let roles = audience.roles.join(", ");
            let reason = format!(
                "`{field}` names `{role}`, which the audience `{}` does not take members from; it takes: {roles}",
                audience.code
            );
            entry("category.sub", &sub.code, reason)
        }
        None => Ok(()),
    }
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
        exists("sensitivity", &level.code, "escalate_to", &level.escalate_to, &t.roles)?;
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
    for (table, entries) in t.tables() {
        for item in entries.coded() {
            let foreign = item.labels().iter().find(|(language, _)| !t.languages.iter().any(|known| known == language));
            if let Some((language, _)) = foreign {
                return Err(unknown(table, item.code(), "label", language, t.languages.iter().map(String::as_str)));
            }
            if table != "age_group" && item.labels().pick(&t.default_language).is_none() {
                return entry(table, item.code(), "needs a label in the default language, in English or in French");
            }
        }
    }
    Ok(())
}

/// Labels of the rows that an organisation keeps itself, and the places and bodies that they name.
fn check_own(t: &Taxonomy) -> Checked<()> {
    for table in OwnTable::ALL {
        for row in t.own.rows(table) {
            let foreign = row.label.iter().find(|(language, _)| !t.languages.iter().any(|known| known == language));
            if let Some((language, _)) = foreign {
                let known = t.languages.iter().map(String::as_str);
                return Err(unknown(table.name(), &row.code, "label", language, known));
            }
            if let Some(parent) = row.parent.as_ref().filter(|parent| t.own.get(table, parent).is_none()) {
                let known = t.own.rows(table).iter().map(|row| row.code.as_str());
                return Err(unknown(table.name(), &row.code, "parent", parent, known));
            }
            for audience in &row.audiences {
                exists(table.name(), &row.code, "audiences", audience, &t.audiences)?;
            }
        }
    }
    Ok(())
}

/// The four sensitivities in their order; what seals a case cannot be configured away.
pub(super) fn check_levels(levels: &Table<SensitivityLevel>) -> Checked<()> {
    const TABLE: &str = "sensitivity";
    if !levels.codes().eq(Level::ALL.map(Level::code)) {
        return Err(TaxonomyError::Table { table: TABLE, reason: "must be s0, s1, s2, s3 in this order".to_owned() });
    }
    for (level, sensitivity) in levels.iter().zip(Level::ALL) {
        let sealed = sensitivity.restricted();
        if level.rank != sensitivity as u8 {
            return entry(TABLE, &level.code, format!("rank must be {}", sensitivity as u8));
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
