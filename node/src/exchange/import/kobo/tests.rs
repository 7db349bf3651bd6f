//! The sample export with every trap it holds, then what other exports do differently.

use std::collections::BTreeMap;

use crdt_model::time::Timestamp;
use crdt_model::values::{Moment, Precision};
use proptest::prelude::*;

mod misleading;

use super::generate::{Fate, Shape, Table};
use super::*;

const SAMPLE: &[u8] = include_bytes!("../../../../tests/data/kobo.csv");

/// A whole export.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KoboSheet {
    pub(super) rows: Vec<Row>,
    pub(super) duplicates: Vec<ProbableDuplicate>,
    pub(super) encoding: Encoding,
    pub(super) separator: Separator,
    pub(super) warnings: Vec<Remark>,
    pub(super) ignored_columns: Vec<(String, usize)>,
}

/// How many rows became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) rows: usize,
    pub(super) ready: usize,
    pub(super) sealed: usize,
    pub(super) repeats: usize,
    pub(super) skipped: usize,
    pub(super) rejected: usize,
    pub(super) duplicates: usize,
}

impl KoboSheet {
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts { rows: self.rows.len(), duplicates: self.duplicates.len(), ..Counts::default() };
        for row in &self.rows {
            match row.outcome {
                Outcome::Ready(_) => counts.ready += 1,
                Outcome::Repeat { .. } => counts.repeats += 1,
                Outcome::Skipped(_) => counts.skipped += 1,
                Outcome::Rejected(_) => counts.rejected += 1,
            }
            counts.sealed += usize::from(row.sealed());
        }
        counts
    }
}

pub(super) fn read(bytes: &[u8], options: &KoboOptions, taxonomy: &Taxonomy) -> Result<KoboSheet, ImportError> {
    let export = Export::decode(bytes, None)?;
    let mut rows = export.rows(options, taxonomy)?;
    let (total, all) = (rows.total(), rows.by_ref().collect::<Vec<_>>());
    assert_eq!(total, all.len(), "the survey counts what is read");
    let Told { duplicates, encoding, separator, warnings, ignored_columns } = rows.told();
    Ok(KoboSheet { rows: all, duplicates, encoding, separator, warnings, ignored_columns })
}

pub(super) fn taxonomy() -> &'static Taxonomy {
    Taxonomy::shipped()
}

fn import(bytes: &[u8]) -> KoboSheet {
    read(bytes, &KoboOptions::default(), taxonomy()).expect("a Kobo export")
}

fn sample() -> KoboSheet {
    import(SAMPLE)
}

fn sample_text() -> &'static str {
    std::str::from_utf8(SAMPLE).expect("UTF-8")
}

fn case(row: &Row) -> &NewCase {
    match &row.outcome {
        Outcome::Ready(case) => case,
        other => panic!("row {} is {other:?}", row.number),
    }
}

fn row(sheet: &KoboSheet, number: usize) -> (&Row, &NewCase) {
    let row = &sheet.rows[number - 1];
    (row, case(row))
}

fn said(row: &Row) -> Vec<(&str, RemarkCode)> {
    row.warnings.iter().map(|remark| (remark.field.as_str(), remark.code)).collect()
}

fn words(text: &Option<crdt_model::values::Words>) -> Option<&str> {
    text.as_ref().map(|words| words.0.as_str())
}

fn consents(case: &NewCase) -> BTreeMap<&str, &str> {
    case.consents.iter().map(|consent| (consent.purpose.as_str(), consent.answer.as_str())).collect()
}

/// A small export: names of columns, and cells of its only row, after `_uuid` and `end`.
fn one_row(columns: &[(&str, &str)]) -> Vec<u8> {
    let mut all = vec![("_uuid", "u-1"), ("end", "2024-06-15T16:51:43.000-04:00")];
    all.retain(|(name, _)| columns.iter().all(|(other, _)| other != name));
    all.extend_from_slice(columns);
    let line = |cells: Vec<&str>| {
        cells.into_iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect::<Vec<_>>().join(";")
    };
    let (names, cells) = all.into_iter().unzip();
    format!("{}\r\n{}\r\n", line(names), line(cells)).into_bytes()
}

const BASE: [(&str, &str); 3] = [("canal", "sms"), ("type_retour", "plainte"), ("categories", "sim_perdue")];

fn with(more: &[(&str, &str)]) -> Vec<u8> {
    let kept = BASE.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    one_row(&kept.chain(more.iter().copied()).collect::<Vec<_>>())
}

fn only(bytes: &[u8]) -> Row {
    let mut rows = import(bytes).rows;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

fn rejected(bytes: &[u8]) -> (String, RemarkCode) {
    match only(bytes).outcome {
        Outcome::Rejected(remark) => (remark.field, remark.code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_sample_gives_the_expected_counts() {
    let sheet = sample();
    assert_eq!(
        sheet.counts(),
        Counts { rows: 32, ready: 31, sealed: 3, repeats: 1, skipped: 0, rejected: 0, duplicates: 1 }
    );
    assert_eq!((sheet.encoding, sheet.separator), (Encoding::Utf8, Separator::Semicolon));
    assert!(sheet.warnings.is_empty());
    assert_eq!(sheet.duplicates, [ProbableDuplicate { first: 10, second: 32 }]);
    let ignored: Vec<_> = sheet.ignored_columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(ignored, ["lieu/_gps_latitude", "lieu/_gps_longitude"]);
    assert!(sheet.ignored_columns.iter().all(|(_, rows)| (1..=32).contains(rows)), "{:?}", sheet.ignored_columns);
}

#[test]
fn what_must_be_sealed_is_and_nothing_else() {
    let sheet = sample();
    let sealed: Vec<_> = sheet.rows.iter().filter(|row| row.sealed()).collect();
    let found: Vec<_> =
        sealed.iter().map(|row| (row.number, row.restricted.as_deref(), case(row).category.as_deref())).collect();
    assert_eq!(
        found,
        [
            (15, Some("psea"), Some("sea.abuse")),
            (22, Some("integrity"), Some("integrity.fraud")),
            (27, Some("integrity"), Some("integrity.fraud")),
        ]
    );
    assert_eq!(row(&sheet, 15).1.other_categories, ["payment.sim_lost"]);
    assert_eq!(row(&sheet, 27).1.other_categories, ["targeting.exclusion"]);
    assert_eq!(row(&sheet, 9).1.category.as_deref(), Some("conduct.disrespect"));
}

#[test]
fn the_first_row_is_taken_over_whole() {
    let sheet = sample();
    let (found, case) = row(&sheet, 1);
    assert_eq!((found.line, said(found)), (2, vec![]));
    assert_eq!(found.key, Some(("kobo", "d5e638fe-7d8e-4ea5-a5b1-70fe6de8b5a9".to_owned())));
    assert_eq!(case.external_ids, [("kobo".to_owned(), "d5e638fe-7d8e-4ea5-a5b1-70fe6de8b5a9".to_owned())]);
    assert_eq!((case.channel.as_str(), case.case_type.as_str()), ("sms", "complaint"));
    assert_eq!((case.category.as_deref(), case.priority.as_deref()), (Some("distribution.food_quality"), Some("p1")));
    assert_eq!(words(&case.text), Some("Riz avec insectes dans deux sacs.\nLes sacs étaient humides."));
    assert_eq!((words(&case.phone), words(&case.household_id)), (Some("+50900005910"), Some("GA-38511")));
    assert_eq!((case.sex.as_deref(), case.age, case.age_group.as_deref()), (Some("m"), Some(67), Some("60+")));
    assert_eq!((case.disability.as_deref(), case.disability_answers), (Some("unknown"), None));
    assert_eq!((case.admin1.as_deref(), case.admin2.as_deref()), (Some("grand_anse"), Some("abricots")));
    assert_eq!((case.spoken_language.as_deref(), case.stakeholder.as_deref()), (Some("ht"), Some("affected_person")));
    assert_eq!(consents(case), BTreeMap::from([("record", "given"), ("contact_back", "given")]));
    assert_eq!((case.anonymous, case.answer.is_none(), case.recuse.is_none()), (None, true, true));
}

#[test]
fn quoted_breaks_and_quotes_stay_and_lines_are_those_of_the_file() {
    let sheet = sample();
    let text = words(&row(&sheet, 12).1.text).expect("text");
    assert_eq!(text, "Ménage non enregistré alors que l'enquêteur est passé; \"on a oublié notre maison\".");
    assert_eq!(sheet.rows[1].line, 4, "row 1 takes two lines");
}

#[test]
fn received_is_the_end_of_the_form_with_its_offset() {
    let sheet = sample();
    for (number, at) in [(1, "2024-06-15T20:51:43Z"), (17, "2024-05-22T19:02:15Z"), (27, "2024-05-08T12:41:49Z")] {
        let at_ms = at.parse::<Timestamp>().expect("a time").unix_ms();
        assert_eq!(row(&sheet, number).1.received_at, Some(Moment { at_ms, precision: Precision::Minute }));
    }
}

#[test]
fn a_resubmission_with_another_id_repeats() {
    let sheet = sample();
    assert_eq!(sheet.rows[30].outcome, Outcome::Repeat { of: 5 });
    assert!(sheet.rows[30].warnings.is_empty());
    assert_eq!(sheet.rows[30].key, sheet.rows[4].key);
    assert_eq!(sheet.rows[30].restricted, None);
}

#[test]
fn refused_consent_keeps_a_deidentified_case_and_says_what_was_dropped() {
    let sheet = sample();
    use RemarkCode::DroppedWithoutConsent as Dropped;
    for (number, dropped, band, disability) in
        [(12, vec![("telephone", Dropped), ("code_menage", Dropped)], "18-29", "yes"), (29, vec![], "30-59", "yes")]
    {
        let (found, case) = row(&sheet, number);
        assert_eq!(said(found), dropped, "row {number}");
        assert_eq!((words(&case.phone), words(&case.household_id), case.age), (None, None, None));
        assert_eq!((case.age_group.as_deref(), case.disability.as_deref()), (Some(band), Some(disability)));
        assert_eq!((case.disability_answers, case.anonymous), (None, Some(true)));
        assert_eq!(consents(case), BTreeMap::from([("record", "refused"), ("contact_back", "refused")]));
        assert!(case.text.is_some());
    }
    let refused = sheet
        .rows
        .iter()
        .filter(|row| matches!(&row.outcome, Outcome::Ready(case) if consents(case)["record"] == "refused"));
    assert_eq!(refused.count(), 2);
}

#[test]
fn consent_in_part_keeps_the_data_and_shares_no_identity() {
    let sheet = sample();
    for (number, contact) in [(24, "refused"), (27, "given"), (30, "given")] {
        let (found, case) = row(&sheet, number);
        assert_eq!(said(found), [("consentement", RemarkCode::PartialConsent)]);
        assert!(case.phone.is_some());
        assert_eq!(
            consents(case),
            BTreeMap::from([
                ("record", "given"),
                ("contact_back", contact),
                ("refer_external", "refused"),
                ("share_identity_in_sensitive", "refused"),
            ])
        );
    }
}

#[test]
fn disability_follows_the_six_answers() {
    let sheet = sample();
    // The repeat of row 5 has no difficulty, so counting it or not changes nothing.
    let summaries = sheet.rows.iter().filter_map(|row| match &row.outcome {
        Outcome::Ready(case) => case.disability.as_deref(),
        _ => None,
    });
    let mut counts = BTreeMap::new();
    summaries.for_each(|summary| *counts.entry(summary).or_insert(0) += 1);
    assert_eq!(counts, BTreeMap::from([("yes", 11), ("unknown", 3), ("no", 17)]));
    assert_eq!(row(&sheet, 10).1.disability_answers, Some([3, 1, 2, 1, 1, 1]));
}

#[test]
fn answers_given_on_the_spot_come_with_what_the_person_said() {
    let sheet = sample();
    let answer =
        |number| row(&sheet, number).1.answer.clone().map(|a| (words(&a.text).map(str::to_owned), a.satisfaction));
    let told = || Some("Calendrier communiqué.".to_owned());
    assert_eq!(answer(4), Some((told(), Some("partly".to_owned()))));
    assert_eq!(answer(11), Some((told(), Some("satisfied".to_owned()))));
    assert_eq!(answer(1), None);
    assert_eq!((1..=32).filter(|&n| n != 31 && answer(n).is_some()).count(), 8);
}

#[test]
fn only_the_five_rows_of_consent_are_remarked_on() {
    let sheet = sample();
    let remarked: Vec<usize> = sheet.rows.iter().filter(|row| !row.warnings.is_empty()).map(|row| row.number).collect();
    assert_eq!(remarked, [12, 24, 27, 30]);
}

#[test]
fn every_encoding_and_separator_gives_the_same_rows() {
    let expected = sample();
    let utf16 = |bytes_of: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xfeff).chain(sample_text().encode_utf16()).flat_map(bytes_of).collect()
    };
    let (cp1252, _, lost) = encoding_rs::WINDOWS_1252.encode(sample_text());
    assert!(!lost);
    let rewritten = |separator| {
        let mut out = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        let mut input = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(SAMPLE);
        input.records().for_each(|record| out.write_record(&record.expect("a record")).expect("written"));
        out.into_inner().expect("written")
    };
    for (bytes, encoding, separator) in [
        ([b"\xef\xbb\xbf".as_slice(), SAMPLE].concat(), Encoding::Utf8, Separator::Semicolon),
        (utf16(u16::to_le_bytes), Encoding::Utf16Le, Separator::Semicolon),
        (utf16(u16::to_be_bytes), Encoding::Utf16Be, Separator::Semicolon),
        (cp1252.to_vec(), Encoding::Windows1252, Separator::Semicolon),
        (rewritten(b','), Encoding::Utf8, Separator::Comma),
        (rewritten(b'\t'), Encoding::Utf8, Separator::Tab),
    ] {
        let found = import(&bytes);
        assert_eq!((found.encoding, found.separator), (encoding, separator));
        assert_eq!(
            (&found.rows, &found.duplicates),
            (&expected.rows, &expected.duplicates),
            "{encoding:?} {separator:?}"
        );
    }
}

/// The sample with its columns in another order, some left out, and other names.
fn rearranged(keep: impl Fn(&str) -> bool, rename: impl Fn(&str) -> String, reverse: bool) -> Vec<u8> {
    let mut input = csv::ReaderBuilder::new().delimiter(b';').from_reader(SAMPLE);
    let names = input.headers().expect("a header").clone();
    let mut order: Vec<usize> = (0..names.len()).filter(|&at| keep(&names[at])).collect();
    if reverse {
        order.reverse();
    }
    let mut out = csv::WriterBuilder::new().from_writer(Vec::new());
    out.write_record(order.iter().map(|&at| rename(&names[at]))).expect("written");
    for record in input.records() {
        let record = record.expect("a record");
        out.write_record(order.iter().map(|&at| &record[at])).expect("written");
    }
    out.into_inner().expect("written")
}

fn cases(sheet: &KoboSheet) -> Vec<(&Outcome, Option<&str>)> {
    sheet.rows.iter().map(|row| (&row.outcome, row.restricted.as_deref())).collect()
}

#[test]
fn columns_are_found_in_any_order_with_and_without_groups() {
    let expected = sample();
    let whole = |name: &str| name.to_owned();
    let bare = |name: &str| {
        name.strip_prefix("retour/")
            .filter(|n| n.starts_with("categories/"))
            .unwrap_or(name.rsplit('/').next().unwrap_or(name))
            .to_owned()
    };
    let dotted = |name: &str| name.replace('/', ".");
    let dashed = |name: &str| name.replace('/', "-");
    for bytes in [
        rearranged(|_| true, whole, true),
        rearranged(|_| true, bare, false),
        rearranged(|_| true, dotted, true),
        rearranged(|_| true, dashed, false),
        rearranged(|_| true, |name| name.to_uppercase(), false),
    ] {
        assert_eq!(cases(&import(&bytes)), cases(&expected));
    }
}

#[test]
fn the_list_and_the_columns_of_categories_replace_each_other() {
    let expected = sample();
    let same = |name: &str| name.to_owned();
    let by_list = import(&rearranged(|name| !name.starts_with("retour/categories/"), same, false));
    assert_eq!(cases(&by_list), cases(&expected));
    let by_columns = import(&rearranged(|name| name != "retour/categories", same, false));
    let main = |sheet: &KoboSheet, n: usize| row(sheet, n).1.category.clone();
    for number in (1..=32).filter(|&n| n != 31 && n != 3 && n != 11) {
        assert_eq!(main(&by_columns, number), main(&expected, number), "row {number}");
    }
    assert_eq!(by_columns.counts(), expected.counts());
}

#[test]
fn disagreeing_categories_are_both_taken() {
    let found = only(&with(&[("categories", "sim_perdue"), ("categories/sim_perdue", "0"), ("categories/eas", "1")]));
    assert_eq!(said(&found), [("categories", RemarkCode::CategoriesDisagree)]);
    assert_eq!(found.warnings[0].args, [("only_list", "sim_perdue".to_owned()), ("only_columns", "eas".to_owned())]);
    assert_eq!((case(&found).category.as_deref(), found.restricted.as_deref()), (Some("sea.abuse"), Some("psea")));
    assert_eq!(case(&found).other_categories, ["payment.sim_lost"]);
    let older = only(&with(&[("categories", "sim_perdue"), ("categories/sim_perdue", ""), ("categories/eas", "")]));
    assert_eq!(said(&older), []);
}

#[test]
fn columns_an_older_form_lacks_leave_their_fields_open() {
    let found = only(&with(&[]));
    let case = case(&found);
    assert_eq!(said(&found), []);
    assert_eq!(
        (case.sex.as_deref(), case.age_group.as_deref(), case.disability.as_deref()),
        (None, None, Some("unknown"))
    );
    assert!(case.consents.is_empty() && case.answer.is_none() && case.text.is_none());
}

#[test]
fn what_cannot_be_mapped_waits_for_triage() {
    for (categories, main, others, restricted) in [
        ("", None, vec![], "triage"),
        ("inconnu", None, vec![], "triage"),
        ("sim_perdue inconnu", None, vec!["payment.sim_lost"], "triage"),
        ("inconnu fraude", Some("integrity.fraud"), vec![], "integrity"),
        ("other.unclassified", Some("other.unclassified"), vec![], "triage"),
    ] {
        let found = only(&with(&[("categories", categories)]));
        assert_eq!(found.restricted.as_deref(), Some(restricted), "{categories}");
        assert!(found.sealed());
        assert_eq!(
            (case(&found).category.as_deref(), &case(&found).other_categories[..]),
            (main, &others.iter().map(|s| s.to_string()).collect::<Vec<_>>()[..])
        );
        assert_eq!(said(&found).is_empty(), !categories.contains("inconnu"));
    }
}

#[test]
fn a_text_in_place_of_choices_waits_for_triage_with_one_remark() {
    let text = "sim_perdue puis ".repeat(4_000);
    let found = only(&with(&[("categories", &text)]));
    assert_eq!(
        (said(&found), found.restricted.as_deref()),
        (vec![("categories", RemarkCode::UnmappedValue)], Some("triage"))
    );
}

#[test]
fn unknown_choices_are_named_when_they_are_surely_choices() {
    let named = |list: &str, more: &[(&str, &str)]| {
        let all = [&[("categories", list)], more].concat();
        let mut args = only(&with(&all)).warnings[0].args.clone();
        assert_eq!(args.remove(0), ("table", "category".to_owned()));
        args
    };
    assert_eq!(named("sim_perdue carte_bancaire marie", &[]), [("value", "carte_bancaire".to_owned())]);
    assert_eq!(named("autre", &[("categories/autre", "1")]), [("value", "autre".to_owned())]);
    assert!(named("marie", &[]).is_empty());
}

#[test]
fn a_mapping_of_ones_own_adds_and_replaces() {
    let own = "[columns]\nchannel = [\"voie\"]\n[values.category]\ninconnu = \"payment.late\"\nsim_perdue = \"\"\n[values.channel]\n\"ligne_*\" = \"hotline\"\n";
    let mapping = Mapping::shipped_with(own).expect("a mapping");
    let options = KoboOptions { mapping, ..KoboOptions::default() };
    let bytes = one_row(&[("voie", "Ligne_33"), ("type_retour", "plainte"), ("categories", "inconnu")]);
    let sheet = read(&bytes, &options, taxonomy()).expect("a Kobo export");
    assert_eq!(
        (row(&sheet, 1).1.channel.as_str(), row(&sheet, 1).1.category.as_deref()),
        ("hotline", Some("payment.late"))
    );
    let bytes = one_row(&[("voie", "sms"), ("categories", "sim_perdue")]);
    let sheet = read(&bytes, &options, taxonomy()).expect("a Kobo export");
    assert_eq!(sheet.rows[0].restricted.as_deref(), Some("triage"), "mapped to nothing on purpose");
}

#[test]
fn a_mapping_that_leads_nowhere_is_refused_before_any_row() {
    let refusal = |toml: &str| match Mapping::shipped_with(toml) {
        Err(error) => error.to_string(),
        Ok(mapping) => {
            let options = KoboOptions { mapping, ..KoboOptions::default() };
            read(SAMPLE, &options, taxonomy()).expect_err("refused").to_string()
        }
    };
    for (toml, said) in [
        (
            "[values.category]\nx = \"payment.lat\"",
            "mapping [values.category]: `x` leads to `payment.lat`, which the taxonomy does not have; did you mean payment.late",
        ),
        ("[values.consent]\nx = \"maybe\"", "mapping [values.consent]: `x` leads to `maybe`"),
        ("[values.chanel]\nx = \"sms\"", "mapping: no table [values.chanel]; did you mean channel?"),
        ("[columns]\nchanel = [\"x\"]", "mapping: [columns] has no field `chanel`; did you mean channel?"),
        ("[colums]\n", "mapping: unknown field `colums`"),
        ("[columns", "mapping: "),
    ] {
        assert!(refusal(toml).starts_with(said), "{toml}: {}", refusal(toml));
    }
    let options = KoboOptions { default_channel: Some("pigeon".to_owned()), ..KoboOptions::default() };
    assert!(matches!(read(SAMPLE, &options, taxonomy()), Err(ImportError::MappingCode { .. })));
}

#[test]
fn the_submission_id_has_two_places() {
    let bytes = b"meta/instanceID;end;canal;categories\nuuid:AB-12;2024-06-15T16:51:43Z;sms;sim_perdue\n";
    assert_eq!(only(bytes).key, Some(("kobo", "ab-12".to_owned())));
    assert_eq!(rejected(&with(&[("_uuid", "")])[..]), ("_uuid".to_owned(), RemarkCode::Missing));
}

#[test]
fn the_time_falls_back_to_start_then_to_the_day() {
    let row_of = |end: &str, start: &str, today: &str| {
        format!("_uuid;end;start;today;canal;type;categories\nu-1;{end};{start};{today};sms;complaint;sim_perdue\n")
            .into_bytes()
    };
    let good = "2024-06-15T16:51:43.000-04:00";
    let at = |text: &str| text.parse::<Timestamp>().expect("a time").unix_ms();
    for (end, start, today, expected, precision, remark) in [
        (good, "", "", good, Precision::Minute, None),
        ("", good, "", good, Precision::Minute, Some(RemarkCode::ReceivedFromOther)),
        ("31/02/2024", good, "", good, Precision::Minute, Some(RemarkCode::BadTime)),
        ("", "x", "2024-06-15", "2024-06-15T00:00:00Z", Precision::Day, Some(RemarkCode::BadTime)),
        ("2024-06-15T16:51:43", "", "", "2024-06-15T16:51:43Z", Precision::Minute, Some(RemarkCode::NoOffset)),
    ] {
        let found = only(&row_of(end, start, today));
        assert_eq!(case(&found).received_at, Some(Moment { at_ms: at(expected), precision }));
        assert_eq!(found.warnings.first().map(|remark| remark.code), remark);
    }
    assert_eq!(rejected(&row_of("", "", "")), ("end".to_owned(), RemarkCode::Missing));
    assert_eq!(rejected(&row_of("hier", "", "")), ("end".to_owned(), RemarkCode::BadTime));
}

#[test]
fn choices_that_decide_protection_are_never_guessed() {
    use RemarkCode::{Missing, UnmappedValue};
    assert_eq!(rejected(&with(&[("canal", "pigeon")])), ("canal".to_owned(), UnmappedValue));
    assert_eq!(rejected(&with(&[("canal", "")])), ("canal".to_owned(), Missing));
    assert_eq!(rejected(&with(&[("consentement", "peut-etre")])), ("consentement".to_owned(), UnmappedValue));
    let options = KoboOptions { default_channel: Some("desk".to_owned()), ..KoboOptions::default() };
    let sheet = read(&with(&[("canal", "")]), &options, taxonomy()).expect("a Kobo export");
    assert_eq!(row(&sheet, 1).1.channel, "desk");
}

#[test]
fn doubtful_values_are_left_out_and_remarked_on() {
    use RemarkCode::*;
    for (name, value, remark) in [
        ("age", "150", Some(BadAge)),
        ("age", "?", Some(BadAge)),
        ("age", "-3", Some(BadAge)),
        ("age", "0", None),
        ("sexe", "zz", Some(UnmappedValue)),
        ("wg_voir", "5", Some(BadAnswer)),
        ("telephone", "2,2E+10", Some(DigitsLost)),
        ("telephone", "5.09E9", Some(DigitsLost)),
        ("telephone", "+509 0000-5910", None),
        ("commune", "Rue 5, chez Marie", Some(PlaceInWords)),
        ("type_retour", "autre_chose", Some(UnmappedValue)),
        ("rappel_possible", "demain", Some(UnmappedValue)),
        ("satisfaction", "bof", Some(UnmappedValue)),
        ("_validation_status", "validation_status_not_approved", Some(NotApproved)),
    ] {
        let found = only(&with(&[(name, value)]));
        assert_eq!(
            found.warnings.iter().map(|r| r.code).collect::<Vec<_>>(),
            Vec::from_iter(remark),
            "{name} = {value}"
        );
    }
    let place = only(&with(&[("commune", "Rue 5, chez Marie"), ("localite", "Centre")]));
    assert_eq!(
        (case(&place).admin2.as_deref(), words(&case(&place).locality)),
        (None, Some("Rue 5, chez Marie, Centre"))
    );
    let old = only(&with(&[("age", "150")]));
    assert_eq!((case(&old).age, case(&old).age_group.as_deref()), (None, Some("unknown")));
    let contradiction = only(&with(&[("repondu_sur_place", "non"), ("reponse_donnee", "Voici.")]));
    assert_eq!(said(&contradiction), [("repondu_sur_place", AnswerContradicts)]);
    assert!(case(&contradiction).answer.is_some());
    let call = only(&with(&[("consentement", "non"), ("rappel_possible", "oui"), ("telephone", "+50900005910")]));
    assert_eq!(said(&call), [("telephone", DroppedWithoutConsent), ("rappel_possible", ContactWithoutConsent)]);
    assert_eq!(consents(case(&call))["contact_back"], "refused");
}

#[test]
fn remarks_never_repeat_what_a_person_said() {
    let secret = "Marie Sansnom 50900005910";
    let names = [
        "canal",
        "type_retour",
        "categories",
        "consentement",
        "sexe",
        "age",
        "telephone",
        "nom",
        "commune",
        "langue",
        "satisfaction",
        "urgence",
        "wg_voir",
        "description",
    ];
    for name in names {
        for value in [secret, "50900005910"] {
            let found = only(&with(&[(name, value)]));
            let mut remarks = found.warnings.clone();
            if let Outcome::Rejected(remark) = &found.outcome {
                remarks.push(remark.clone());
            }
            let text = format!("{remarks:?} {}", serde_json::to_string(&remarks).expect("json"));
            assert!(
                !text.contains("50900005910") && !text.contains("sansnom") && !text.contains("Sansnom"),
                "{name}: {text}"
            );
        }
    }
}

#[test]
fn broken_rows_are_rejected_alone() {
    let good = "u-2;2024-06-15T16:51:43Z;sms;sim_perdue;;x";
    let long = "y".repeat(crate::exchange::import::CELL_BYTES_MAX + 1);
    let text = format!(
        "_uuid;end;canal;categories;sexe;description\nu-1;2024-06-15T16:51:43Z;sms\n{good}\n;;;;;\nu-3;2024-06-15T16:51:43Z;sms;sim_perdue;;{long}\nu-4;2024-06-15T16:51:43Z;sms;sim_perdue;;x;y\n"
    );
    let sheet = import(text.as_bytes());
    let outcomes: Vec<_> = sheet
        .rows
        .iter()
        .map(|row| match &row.outcome {
            Outcome::Rejected(remark) => (row.line, Some((remark.field.as_str(), remark.code))),
            Outcome::Skipped(code) => (row.line, Some(("-", *code))),
            _ => (row.line, None),
        })
        .collect();
    let wrong = Some(("", RemarkCode::WrongCellCount));
    let (blank, long) = (Some(("-", RemarkCode::BlankRow)), Some(("description", RemarkCode::CellTooLong)));
    assert_eq!(outcomes, [(2, wrong), (3, None), (4, blank), (5, long), (6, wrong)]);
}

#[test]
fn another_complaint_under_the_same_id_is_rejected_and_an_exact_repeat_is_not() {
    let text = "_uuid;end;canal;categories\nu-1;2024-06-15T16:51:43Z;sms;sim_perdue\nu-1;2024-06-15T16:51:43Z;sms;eas\n\
                u-1;2024-06-15T16:51:43Z;sms;sim_perdue\n";
    let sheet = import(text.as_bytes());
    let Outcome::Rejected(remark) = &sheet.rows[1].outcome else { panic!("{:?}", sheet.rows[1].outcome) };
    assert_eq!((remark.field.as_str(), remark.code), ("_uuid", RemarkCode::RepeatDiffers));
    assert_eq!(remark.args, [("of", "1".to_owned())]);
    assert_eq!(sheet.rows[2].outcome, Outcome::Repeat { of: 1 });
}

#[test]
fn an_edited_submission_keeps_its_key() {
    // the export before the edit has no root, the one after has it with a prefix, older ones without
    let first = only(b"_uuid;end;canal;categories\nu-1;2024-06-15T16:51:43Z;sms;sim_perdue\n");
    for root in ["uuid:u-1", "U-1"] {
        let text = format!(
            "_uuid;meta/instanceID;meta/rootUuid;meta/deprecatedID;end;canal;categories\n\
             u-2;uuid:u-2;{root};uuid:u-1;2024-06-15T16:51:43Z;sms;eas\n"
        );
        let edited = only(text.as_bytes());
        assert_eq!((&edited.key, edited.edited, first.edited), (&first.key, true, false), "{root}");
    }
    // never edited: the root is the submission itself
    let text = b"_uuid;meta/rootUuid;end;canal;categories\nu-1;uuid:u-1;2024-06-15T16:51:43Z;sms;eas\n";
    assert_eq!((only(text).key, only(text).edited), (first.key, false));
    // form versions before: no value, so the submission's own id
    let text = b"_uuid;meta/rootUuid;end;canal;categories\nu-7;;2024-06-15T16:51:43Z;sms;eas\n";
    assert_eq!(only(text).key, Some(("kobo", "u-7".to_owned())));
}

#[test]
fn a_date_that_cannot_be_is_taken_over_and_remarked_on() {
    let now_ms = "2024-06-16T00:00:00Z".parse::<Timestamp>().expect("a time").unix_ms();
    let options = KoboOptions { now_ms: Some(now_ms), ..KoboOptions::default() };
    for (end, odd) in [
        ("2024-06-15T16:51:43Z", false),
        ("2024-06-16T23:00:00Z", false),
        ("2024-06-18T00:00:00Z", true),
        ("2204-06-15T00:00:00Z", true),
        ("1999-12-31T00:00:00Z", true),
        ("2000-01-01T00:00:00Z", false),
    ] {
        let sheet = read(&with(&[("end", end)]), &options, taxonomy()).expect("a Kobo export");
        let found: Vec<_> = sheet.rows[0].warnings.iter().map(|remark| remark.code).collect();
        assert_eq!(found, if odd { vec![RemarkCode::OddDate] } else { vec![] }, "{end}");
        assert!(matches!(sheet.rows[0].outcome, Outcome::Ready(_)));
    }
}

#[test]
fn texts_that_are_taken_over_nowhere_are_handed_out_to_be_looked_at_and_shown_by_no_debug() {
    let secret = "Il m'a touchée";
    let sheet = import(&with(&[("precisez", secret), ("_notes", "à vérifier"), ("gps", "18.5 -72.3"), ("_id", "12")]));
    let unread: Vec<_> = sheet.rows[0].unread.iter().map(|(name, words)| (name.as_str(), words.0.as_str())).collect();
    assert_eq!(unread, [("precisez", secret), ("_notes", "à vérifier")]);
    assert_eq!(sheet.ignored_columns, [("precisez".to_owned(), 1), ("gps".to_owned(), 1)]);
    assert!(!format!("{:?}", sheet.rows[0]).contains(secret));
}

#[test]
fn other_files_are_refused_with_what_was_looked_for() {
    for bytes in [b"".as_slice(), b"\n\n", b"Number;Subject\n1;x\n", b"_uuid;end\nu;x\n", b"canal;categories\nsms;x\n"]
    {
        let error = read(bytes, &KoboOptions::default(), taxonomy()).expect_err("refused");
        assert_eq!(error.code(), "no_header");
        let text = error.to_string();
        assert!(["_uuid", "end", "canal", "categories"].iter().all(|name| text.contains(name)), "{text}");
    }
}

#[test]
fn a_header_of_questions_is_refused_with_what_to_export() {
    let bytes = "_uuid;end;Par quel canal ?;De quoi s'agit-il ?\nu-1;2024-06-15T16:51:43Z;SMS;Fraude\n".as_bytes();
    let error = read(bytes, &KoboOptions::default(), taxonomy()).expect_err("refused");
    assert_eq!(error.code(), "labels_as_header");
    // some of them are names by chance, or stand behind one
    for header in ["_uuid;end;canal::Français (fr);categories::Français (fr)", "_uuid;end;Par quel canal ?;description"]
    {
        let bytes = format!("{header}\nu-1;2024-06-15T16:51:43Z;SMS;Fraude\n");
        let error = read(bytes.as_bytes(), &KoboOptions::default(), taxonomy()).expect_err("refused");
        assert_eq!(error.code(), "labels_as_header", "{header}");
    }
    // a mapping may name the questions themselves
    let own = "[columns]\nchannel = [\"Par quel canal ?\"]\ncategories = [\"De quoi s'agit-il ?\"]\n";
    let options = KoboOptions { mapping: Mapping::shipped_with(own).expect("a mapping"), ..KoboOptions::default() };
    let sheet = read(bytes, &options, taxonomy()).expect("a Kobo export");
    assert_eq!(case(&sheet.rows[0]).category.as_deref(), Some("integrity.fraud"));
}

#[test]
fn exports_of_two_versions_put_together_are_read_each_by_its_own_header() {
    let text = "_uuid;end;canal;categories\nu-1;2024-06-15T16:51:43Z;sms;sim_perdue\n\
                categories;sexe;canal;end;_uuid\neas;f;comite;2024-06-15T16:51:43Z;u-2\n";
    let sheet = import(text.as_bytes());
    assert_eq!(sheet.rows[1].outcome, Outcome::Skipped(RemarkCode::HeaderAgain));
    let (found, case) = row(&sheet, 3);
    assert_eq!((case.channel.as_str(), case.sex.as_deref(), found.sealed()), ("committee", Some("f"), true));
}

#[test]
fn of_columns_in_several_versions_the_first_that_holds_something_is_read_and_consent_is_the_strictest() {
    let found = only(&with(&[("a/canal", ""), ("b/canal", "comite"), ("canal", "")]));
    assert_eq!(case(&found).channel, "committee");
    let found = only(&with(&[("a/consentement", "oui"), ("b/consentement", "non"), ("telephone", "+50900005910")]));
    assert_eq!((consents(case(&found))["record"], case(&found).phone.is_none()), ("refused", true));
}

#[test]
fn blank_cells_left_out_at_the_end_are_no_damage_but_one_that_is_read_is() {
    let text = "_uuid;end;canal;categories;consentement;_tags;_index;\n\
                u-1;2024-06-15T16:51:43Z;sms;sim_perdue;oui\nu-2;2024-06-15T16:51:43Z;sms;sim_perdue\n";
    let sheet = import(text.as_bytes());
    assert!(matches!(sheet.rows[0].outcome, Outcome::Ready(_)));
    assert!(matches!(&sheet.rows[1].outcome, Outcome::Rejected(r) if r.code == RemarkCode::WrongCellCount));
}

#[test]
fn dates_a_spreadsheet_turned_around_are_read_by_their_column_and_said() {
    let file = |dates: &[&str]| {
        let rows: Vec<String> = dates.iter().enumerate().map(|(n, date)| format!("u-{n};{date};sms;eas\n")).collect();
        format!("_uuid;end;canal;categories\n{}", rows.concat())
    };
    let sheet = import(file(&["05/06/2024 10:00", "15/06/2024 10:00"]).as_bytes());
    assert_eq!(sheet.rows[0].warnings[0].args, [("used", "2024-06-05".to_owned())]);
    assert_eq!(said(&sheet.rows[0])[..2], [("end", RemarkCode::TimeRewritten), ("end", RemarkCode::NoOffset)]);
    // no date decides: not guessed
    let sheet = import(file(&["05/06/2024 10:00"]).as_bytes());
    assert!(matches!(&sheet.rows[0].outcome, Outcome::Rejected(r) if r.code == RemarkCode::BadTime));
    let sheet = import(file(&["45458,70258"]).as_bytes());
    assert_eq!(sheet.rows[0].warnings[0].args, [("used", "2024-06-15".to_owned())]);
}

#[test]
fn what_a_case_cannot_hold_is_refused_and_never_cut() {
    for (name, bytes) in
        [("telephone", 65), ("code_menage", 65), ("nom", 257), ("localite", 513), ("reponse_donnee", 32_769)]
    {
        assert_eq!(rejected(&with(&[(name, &"y".repeat(bytes))])), (name.to_owned(), RemarkCode::CellTooLong));
        assert!(matches!(only(&with(&[(name, &"y".repeat(bytes - 1))])).outcome, Outcome::Ready(_)), "{name}");
    }
}

#[test]
fn codes_of_remarks_are_those_of_json() {
    for &code in RemarkCode::ALL {
        assert_eq!(serde_json::to_string(&code).expect("json"), format!("\"{}\"", code.as_str()));
    }
}

#[test]
fn a_column_that_comes_twice_is_remarked_on() {
    let sheet = import(&with(&[("a/age", "20"), ("b/age", "30")]));
    assert_eq!(
        sheet.warnings.iter().map(|r| (r.row, r.field.as_str(), r.code)).collect::<Vec<_>>(),
        [(0, "a/age", RemarkCode::ColumnTwice)]
    );
    assert_eq!(row(&sheet, 1).1.age, Some(20));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &KoboOptions::default(), taxonomy());
    }

    #[test]
    fn no_damage_to_an_export_panics(edits in proptest::collection::vec((0..SAMPLE.len(), any::<u8>()), 1..20), cut in 0..SAMPLE.len()) {
        let mut bytes = SAMPLE.to_vec();
        edits.into_iter().for_each(|(at, byte)| bytes[at] = byte);
        bytes.truncate(cut);
        if let Ok(sheet) = read(&bytes, &KoboOptions::default(), taxonomy()) {
            let counts = sheet.counts();
            prop_assert_eq!(counts.rows, counts.ready + counts.repeats + counts.skipped + counts.rejected);
        }
    }

    #[test]
    fn no_cell_panics(name in "[a-z_/]{0,20}", cells in proptest::collection::vec("\\PC{0,20}", 8)) {
        let names = ["canal", "consentement", "age", "telephone", "commune", "wg_voir", "categories", "satisfaction"];
        let mut columns: Vec<(&str, &str)> = names.into_iter().zip(cells.iter().map(String::as_str)).collect();
        columns.push((&name, "x"));
        let _ = read(&one_row(&columns), &KoboOptions::default(), taxonomy());
    }

    #[test]
    fn every_row_of_any_export_has_its_fate_and_the_shape_of_the_file_changes_nothing(
        seed in any::<u64>(), first in any::<u64>(), second in any::<u64>(), narrow in any::<bool>(),
    ) {
        let table = Table::new(seed, 40, narrow);
        let (first, second) = (Shape::new(first, narrow), Shape::new(second, narrow));
        let told = |shape: &Shape| {
            let sheet = import(&table.file(shape));
            let counts = sheet.counts();
            assert_eq!(counts.rows, counts.ready + counts.repeats + counts.skipped + counts.rejected);
            let rows: Vec<Row> =
                sheet.rows.into_iter().filter(|row| !matches!(row.outcome, Outcome::Skipped(_))).collect();
            let place: BTreeMap<usize, usize> = rows.iter().enumerate().map(|(at, row)| (row.number, at)).collect();
            let told: Vec<_> = rows
                .iter()
                .map(|row| {
                    let case = match &row.outcome {
                        Outcome::Ready(case) => Ok(case.clone()),
                        Outcome::Repeat { of } => Err(Some(place[of])),
                        _ => Err(None),
                    };
                    (case, row.restricted.clone(), row.key.clone())
                })
                .collect();
            let pairs: Vec<_> = sheet.duplicates.iter().map(|pair| (place[&pair.first], place[&pair.second])).collect();
            (told, pairs)
        };
        let (told_first, told_second) = (told(&first), told(&second));
        let fates: Vec<Fate> = told_first
            .0
            .iter()
            .map(|(case, restricted, _)| match case {
                Ok(_) => Fate::Created { sealed: restricted.is_some() },
                Err(Some(_)) => Fate::Repeat,
                Err(None) => Fate::Rejected,
            })
            .collect();
        prop_assert_eq!(fates, table.rows.iter().map(|row| row.fate).collect::<Vec<_>>(), "{:?}", first);
        prop_assert_eq!(told_first, told_second, "{:?} and {:?}", first, second);
    }

    #[test]
    fn a_second_reading_is_the_same(seed in any::<u8>()) {
        let bytes = rearranged(|name| name.len() % 7 != usize::from(seed % 7) || name.starts_with('_') || name == "end", str::to_owned, seed > 127);
        let options = KoboOptions { default_channel: Some("desk".to_owned()), ..KoboOptions::default() };
        let first = read(&bytes, &options, taxonomy());
        prop_assert_eq!(&first, &read(&bytes, &options, taxonomy()));
    }
}
