//! `boucle taxonomy show`: every table of codes, a line a code.

use serde_json::Value;

use super::text::{clean_line, cut, pad, width};
use super::{With, cell};

/// The tables in the order people meet them, with the field each belongs to.
const TABLES: [(&str, &str); 25] = [
    ("types", "type"),
    ("channels", "channel"),
    ("categories", "category"),
    ("priorities", "priority"),
    ("stakeholders", "stakeholder"),
    ("sexes", "sex"),
    ("age_groups", "age_group"),
    ("population_groups", "population_group"),
    ("disability", "disability"),
    ("consent_purposes", "consents"),
    ("consent_means", "means"),
    ("attempt_outcomes", "attempts"),
    ("hold_reasons", "hold"),
    ("satisfactions", "satisfaction"),
    ("closures", "closure"),
    ("statuses", "status"),
    ("roles", "role"),
    ("audiences", "audience"),
    ("projects", "project"),
    ("partners", "partner"),
    ("places", "place"),
    ("outcomes", "outcome"),
    ("spoken_languages", "spoken_language"),
    ("bodies", "body"),
    ("levels", "level"),
];

pub(super) fn show(value: &Value, with: With<'_>) -> String {
    let mut out = String::new();
    for (table, field) in TABLES {
        let rows = value[table].as_array().map(Vec::as_slice).unwrap_or_default();
        if rows.is_empty() {
            continue;
        }
        let code = |row: &Value| clean_line(row["code"].as_str().unwrap_or_default());
        let widest = rows.iter().map(|row| width(&code(row))).max().unwrap_or(0);
        out += &format!("{}\n", with.paint.bold(&with.texts.field(field)));
        for row in rows {
            // who reads what is sealed by its category
            let audience = row["audience"].as_str().map(|audience| format!(" → {}", clean_line(audience)));
            let label = cell("label", &row["label"], with);
            let said = audience.unwrap_or_default() + &own(row, with);
            let line = format!("  {}  {label}{said}", pad(&code(row), widest));
            out += &format!("{}\n", cut(&line, with.paint.width));
        }
    }
    out
}

/// What a row of the organisation's own says beside its name: where a place lies, by when somebody is told, that it is offered
/// no more.
fn own(row: &Value, with: With<'_>) -> String {
    let mut said = String::new();
    if let Some(parent) = row["parent"].as_str() {
        said += &format!(" < {}", clean_line(parent));
    }
    if let Some(hours) = row["within_h"].as_u64() {
        said += &format!(" ({hours} h)");
    }
    if let Some(reach) = row["reach"].as_str() {
        said += &format!(" {}", clean_line(reach));
    }
    if row["closed"] == true {
        said += &format!(" [{}]", with.texts.get("ui-row-closed"));
    }
    said
}

#[cfg(test)]
mod tests {
    use node::texts::Texts;
    use serde_json::json;

    use crate::render::{Paint, human};

    #[test]
    fn every_code_stands_on_a_line_of_its_own() {
        let told = json!({
            "version": "1",
            "channels": [{"code": "sms", "label": "SMS"}, {"code": "hotline", "label": "Ligne téléphonique"}],
            "categories": [{"code": "sea.abuse", "label": "Abus sexuel", "audience": "psea", "sensitivity": "sensitive"}],
        });
        let texts = Texts::for_lang("fr");
        let shown = human("taxonomy show", &told, &texts, Paint::PLAIN);
        assert!(shown.contains("Canal\n  sms      SMS\n  hotline  Ligne téléphonique\n"), "{shown}");
        assert!(shown.contains("Catégorie\n  sea.abuse  Abus sexuel → psea\n"), "{shown}");
    }
}
