//! Files that mislead: two columns for one field, cells that moved, the form's own flag, words for "nothing".

use super::*;

const ID: &str = "00000000-0000-4000-8000-00000000000";

fn unread(row: &Row) -> Vec<(&str, &str)> {
    row.unread.iter().map(|(column, words)| (column.as_str(), words.0.as_str())).collect()
}

#[test]
fn words_of_all_columns_of_a_field_are_kept() {
    for names in [["description", "details"], ["details", "description"], ["a/description", "b/description"]] {
        let sheet = import(&with(&[(names[0], "Première."), (names[1], "Deuxième.")]));
        let text = words(&row(&sheet, 1).1.text).expect("a text");
        assert!(text.contains("Première.") && text.contains("Deuxième."), "{names:?}: {text}");
        let joined: Vec<_> = sheet.warnings.iter().filter(|r| r.code == RemarkCode::ColumnsJoined).collect();
        assert_eq!((joined.len(), joined[0].args[0].1.as_str()), (1, "1"), "{names:?}");
    }
    // the same once, and what is blank adds nothing
    for second in ["Une fois.", "", "n/a"] {
        let sheet = import(&with(&[("description", "Une fois."), ("details", second)]));
        assert_eq!((words(&row(&sheet, 1).1.text), sheet.warnings.len()), (Some("Une fois."), 0), "{second}");
    }
    let found =
        only(&with(&[("nom", "Rose"), ("nom_complet", "Rose Jean"), ("telephone", "+5090000"), ("phone", "+5091111")]));
    let case = super::case(&found);
    assert_eq!(words(&case.reporter_name), Some("Rose / Rose Jean"));
    assert_eq!((words(&case.phone), words(&case.alt_contact)), (Some("+5090000"), Some("+5091111")));
    // what cannot be held is refused, never cut
    let long = "y".repeat(40_000);
    assert_eq!(
        rejected(&with(&[("description", &long), ("details", &format!("{long}z"))])),
        ("description".to_owned(), RemarkCode::CellTooLong)
    );
}

#[test]
fn an_allegation_in_a_second_column_of_categories_seals() {
    let found = only(&with(&[("categories", "sim_perdue"), ("categorie", "eas")]));
    assert_eq!((found.restricted.as_deref(), case(&found).category.as_deref()), (Some("psea"), Some("sea.abuse")));
}

#[test]
fn choices_that_differ_are_said_and_the_careful_one_counts_where_it_protects() {
    let found = only(&with(&[("sexe", "femme"), ("sex", "m")]));
    assert_eq!((case(&found).sex.as_deref(), said(&found)), (Some("f"), vec![("sex", RemarkCode::ValuesDiffer)]));
    let found = only(&with(&[("rappel_possible", "oui"), ("rappel", "non")]));
    assert_eq!(consents(case(&found))["contact_back"], "refused");
    let found = only(&with(&[("a/satisfaction", "satisfait"), ("b/satisfaction", "non_satisfait")]));
    let answer = case(&found).answer.clone().expect("an answer");
    assert_eq!(answer.satisfaction.as_deref(), Some("not_satisfied"));
}

#[test]
fn words_in_a_cell_that_is_not_taken_over_are_looked_at() {
    let told = "il a violé sa fille";
    for (name, value) in [("sexe", told), ("age", told), ("type_retour", told), ("wg_voir", told), ("precisez", told)] {
        let found = only(&with(&[(name, value)]));
        assert_eq!(unread(&found), [(name, told)], "{name}");
    }
    let refused = only(&with(&[("canal", "pigeon"), ("description", told)]));
    assert!(unread(&refused).contains(&("description", told)) && !refused.grave);
    for (name, value) in [("categories", "sim_perdue eas"), ("cas_sensible", "oui")] {
        assert!(only(&with(&[("canal", "pigeon"), (name, value)])).grave, "{name}");
    }
}

/// Rows below this header, all cells quoted.
fn table(header: &str, rows: &[&str]) -> KoboSheet {
    import(format!("{header}\n{}\n", rows.join("\n")).as_bytes())
}

fn fates(sheet: &KoboSheet) -> Vec<Option<RemarkCode>> {
    let fate = |row: &Row| match &row.outcome {
        Outcome::Rejected(remark) => Some(remark.code),
        _ => None,
    };
    sheet.rows.iter().map(fate).collect()
}

#[test]
fn a_row_whose_cells_moved_is_rejected_wherever_its_columns_stand() {
    use RemarkCode::{CellsMoved, WrongCellCount};
    let header = r#""end";"canal";"categories";"description";"_id";"_uuid";"_submission_time";"__version__";"_index""#;
    let row = |n: usize, text: &str| {
        format!(
            r#""2026-03-0{n}T09:10:00Z";"sms";"sim_perdue";{text};"{n}";"{ID}{n}";"2026-03-0{n}T20:00:00";"v1";"{n}""#
        )
    };
    let sheet = |text: &str| table(header, &[&row(1, "\"Un\""), &row(2, text), &row(3, "\"Trois\"")]);
    for (text, expected) in [
        (r#""Deux"#, Some(WrongCellCount)),
        (r#""Deux";"encore""#, Some(WrongCellCount)),
        (r#""Deux" "deux""#, None),
        (r#""il a dit "non" hier""#, None),
        (r#""il a dit "non; rien" hier""#, Some(WrongCellCount)),
    ] {
        assert_eq!(fates(&sheet(text)), [None, expected, None], "{text}");
    }
    // one row alone
    assert_eq!(fates(&table(header, &[&row(1, r#""Un"#)])), [Some(WrongCellCount)]);
    // a separator too many before the ids, the last cell blank: as many cells as there should be
    let header = "end;canal;categories;description;_uuid;_validation_status";
    let row = |n: usize, text: &str| format!("2026-03-0{n}T09:10:00Z;sms;sim_perdue;{text};{ID}{n};");
    let sheet = table(header, &[&row(1, "Un"), row(2, "Deux; deux").trim_end_matches(';'), &row(3, "Trois")]);
    assert_eq!(fates(&sheet), [None, Some(CellsMoved), None]);
    // with separators at the end of lines
    let sheet = table(header, &[&row(1, "Un"), &row(2, "Deux; deux"), &row(3, "Trois")]);
    assert_eq!(fates(&sheet), [None, Some(WrongCellCount), None]);
    // ids first, words last
    let header = "_uuid;end;canal;categories;description;nom;telephone";
    let row = |n: usize, told: &str| format!("{ID}{n};2026-03-0{n}T09:10:00Z;sms;sim_perdue;{told}");
    let rows = [row(1, "Un;Ali;+50900001"), row(2, "Il a pris; et vendu;Rose;"), row(3, "Trois;Ba;+50900003")];
    assert_eq!(fates(&table(header, &[&rows[0], &rows[1], &rows[2]])), [None, Some(WrongCellCount), None]);
}

#[test]
fn what_is_no_id_where_others_are_ids_is_not_taken_for_one() {
    let header = "_uuid;end;canal;categories";
    let row = |id: &str| format!("{id};2026-03-01T09:10:00Z;sms;sim_perdue");
    let good = row(&format!("uuid:{ID}1"));
    for bad in ["2", "2026-03-01T20:00:00", "v1"] {
        let sheet = table(header, &[&good, &row(bad)]);
        assert_eq!(fates(&sheet), [None, Some(RemarkCode::CellsMoved)], "{bad}");
    }
    // where none is one, any id will do but a time
    assert_eq!(fates(&table(header, &[&row("a-1"), &row("2")])), [None, None]);
    assert_eq!(fates(&table(header, &[&row("2026-03-01T20:00:00")])), [Some(RemarkCode::CellsMoved)]);
}

#[test]
fn a_row_that_a_spreadsheet_cut_at_its_blanks_is_whole() {
    let header = "_uuid;end;canal;categories;remarque;suite";
    let row = |n: usize, more: &str| format!("{ID}{n};2026-03-0{n}T09:10:00Z;sms;sim_perdue{more}");
    let rows = [row(1, ";a;b"), row(2, ""), row(3, ";c"), row(4, ";;;;")];
    assert_eq!(fates(&table(header, &[&rows[0], &rows[1], &rows[2], &rows[3]])), [None; 4]);
}

#[test]
fn what_the_form_calls_sensitive_waits_for_triage() {
    let restricted = |name: &str, value: &str| only(&with(&[(name, value)])).restricted;
    for name in [
        "sensible",
        "cas_sensible",
        "Sensitive",
        "confidentiel",
        "plainte_sensible",
        "ConfidentialitySensitivity",
        "SENSITIVITY",
        "groupe/sensible",
        "accueil/cas_sensible",
        "Sensible (O/N)",
        "is_sensitive",
        "Cas sensible ?",
        "q12_sensible",
        "Sensibilité",
        "niveau_de_confidentialite",
        "CONFIDENTIEL",
    ] {
        assert_eq!(restricted(name, "oui").as_deref(), Some("triage"), "{name}");
        assert_eq!(restricted(name, "non"), None, "{name}");
    }
    for yes in [
        "oui",
        "Oui",
        "1",
        "1.0",
        "yes",
        "TRUE",
        "vrai",
        "x",
        "X",
        "sensible",
        "Sensitive",
        "✓",
        "?",
        "peut-être",
        "s3",
        "نعم",
    ] {
        assert_eq!(restricted("sensible", yes).as_deref(), Some("triage"), "{yes}");
    }
    for no in [
        "",
        "non",
        "Non",
        "0",
        "0.0",
        "no",
        "FALSE",
        "faux",
        "non_sensible",
        "Non sensible",
        "non-sensible",
        "-",
        "n/a",
        "#N/A",
        "لا",
    ] {
        assert_eq!(restricted("sensible", no), None, "{no}");
    }
    // one yes is enough, and a category that has an audience of its own keeps it
    let found = only(&with(&[("a/sensible", "non"), ("b/sensible", "oui")]));
    assert_eq!(
        (found.restricted.as_deref(), case(&found).category.as_deref()),
        (Some("triage"), Some("payment.sim_lost"))
    );
    assert_eq!(only(&with(&[("categories", "eas"), ("sensible", "oui")])).restricted.as_deref(), Some("psea"));
    for other in
        ["seances_de_sensibilisation", "confidentialite_expliquee", "personne_sensibilisee", "sensible/description"]
    {
        assert_eq!(restricted(other, "oui"), None, "{other}");
    }
    // somebody who names the column themselves is taken at their word
    let mapping = Mapping::shipped_with("[columns]\nsensitive = [\"prudence\"]\n").expect("a mapping");
    let options = KoboOptions { mapping, ..KoboOptions::default() };
    let read =
        |name: &str| read(&with(&[(name, "oui")]), &options, taxonomy()).expect("an export").rows.remove(0).restricted;
    assert_eq!((read("prudence").as_deref(), read("sensible")), (Some("triage"), None));
}

#[test]
fn words_for_nothing_are_blank_in_every_column() {
    for nothing in ["n/a", "N/A", "#N/A", " n/a ", "#REF!", "#VALEUR!", "---"] {
        let names = [
            "nom",
            "telephone",
            "sexe",
            "age",
            "code_menage",
            "commune",
            "langue",
            "consentement",
            "wg_voir",
            "sensible",
            "description",
        ];
        let all: Vec<(&str, &str)> = names.iter().map(|name| (*name, nothing)).collect();
        let found = only(&with(&all));
        let plain = only(&with(&[]));
        assert_eq!(case(&found), case(&plain), "{nothing}");
        assert_eq!((said(&found), unread(&found)), (vec![], vec![]), "{nothing}");
        assert_eq!(only(&with(&[("categories", nothing)])).restricted.as_deref(), Some("triage"));
        assert_eq!(rejected(&with(&[("canal", nothing)])), ("canal".to_owned(), RemarkCode::Missing));
    }
    let na = only(&with(&[("nom", "Na"), ("code_menage", "NA-1")]));
    assert_eq!((words(&case(&na).reporter_name), words(&case(&na).household_id)), (Some("Na"), Some("NA-1")));
}

#[test]
fn consent_is_read_as_forms_write_it_and_an_unknown_answer_names_its_table() {
    for (answer, expected) in [
        ("1", "given"),
        ("0", "refused"),
        ("true", "given"),
        ("FALSE", "refused"),
        ("vrai", "given"),
        ("faux", "refused"),
        ("1.0", "given"),
        ("yes_with_name", "given"),
        ("yes_anonymously", "given"),
        ("Oui", "given"),
        ("NON", "refused"),
    ] {
        let found = only(&with(&[("consentement", answer), ("nom", "Rose")]));
        assert_eq!(consents(case(&found))["record"], expected, "{answer}");
        assert_eq!(case(&found).reporter_name.is_some(), expected == "given", "{answer}");
    }
    // anonymously: the name stays with us and goes to nobody else
    let found = only(&with(&[("consentement", "yes_anonymously")]));
    assert_eq!(consents(case(&found))["share_identity_in_sensitive"], "refused");
    match only(&with(&[("consentement", "peut-etre")])).outcome {
        Outcome::Rejected(remark) => assert!(remark.args.contains(&("table", "consent".to_owned())), "{remark:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn choices_are_known_without_their_accents() {
    let found = only(&with(&[("sexe", "Féminin"), ("type_plaignant", "Bénéficiaire"), ("langue", "Créole")]));
    let case = case(&found);
    assert_eq!(
        (case.sex.as_deref(), case.stakeholder.as_deref(), case.spoken_language.as_deref()),
        (Some("f"), Some("affected_person"), Some("ht"))
    );
}
