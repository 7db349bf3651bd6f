//! Words for people, in their language: messages, hints, labels of fields and codes, help of commands.
//!
//! The Fluent sources are part of the binary. French and English are complete (a test compares their keys and
//! variables). Haitian Creole, Arabic and Spanish have no file yet: whoever asks for one of them reads French, the
//! working language of the organisations this was made for, until a native speaker has written it. Codes and JSON keys
//! never depend on the language.
//!
//! Messages are named `error-<code>` and `error-<code>-hint`, `field-<name>`, `<vocabulary>-<code>` (`status-closed`),
//! with `-` wherever a code has `_`.

use std::borrow::Cow;

use crdt_model::name::folded;
use crdt_model::taxonomy::{Taxonomy, nearest};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::error::Failure;

const FR: &str = include_str!("texts/fr.ftl");
const EN: &str = include_str!("texts/en.ftl");

/// The messages of one language, falling back to French.
pub struct Texts {
    lang: &'static str,
    /// The language asked for, one of the taxonomy's.
    asked: &'static str,
    /// Asked for first, then the fallback.
    bundles: Vec<FluentBundle<FluentResource>>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("lang", &self.lang).finish_non_exhaustive()
    }
}

/// A message's argument: text, or a number (which chooses plurals).
pub type TextArg<'a> = (&'static str, FluentValue<'a>);

impl Texts {
    /// The texts for a language tag or a locale's name (`en`, `fr_FR.UTF-8`, `C`). What is unknown reads French.
    pub fn for_lang(tag: &str) -> Self {
        let primary = primary(tag);
        let asked = ["en", "ht", "ar", "es"].into_iter().find(|known| *known == primary).unwrap_or("fr");
        match asked {
            "en" => Self { lang: "en", asked, bundles: vec![bundle("en", EN), bundle("fr", FR)] },
            _ => Self { lang: "fr", asked, bundles: vec![bundle("fr", FR)] },
        }
    }

    /// Whether some labels at least are written in the language of this tag.
    pub fn knows(tag: &str) -> bool {
        ["fr", "en"].contains(&primary(tag).as_str())
    }

    /// The language actually spoken: `fr` or `en`.
    pub fn lang(&self) -> &'static str {
        self.lang
    }

    /// The language asked for: labels of the taxonomy exist in more languages than messages do.
    pub fn asked(&self) -> &'static str {
        self.asked
    }

    /// The message without arguments; its own id where no language has it, so that nothing is ever blank.
    pub fn get<'a>(&self, id: &'a str) -> Cow<'a, str> {
        self.find(id, &[]).map_or(Cow::Borrowed(id), Cow::Owned)
    }

    /// The message with arguments; its own id where no language has it.
    pub fn with(&self, id: &str, args: &[TextArg<'_>]) -> String {
        self.find(id, args).unwrap_or_else(|| id.to_owned())
    }

    /// The message with arguments, if some language has it.
    pub fn find(&self, id: &str, args: &[TextArg<'_>]) -> Option<String> {
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            values.set(*name, value.clone());
        }
        self.bundles.iter().find_map(|bundle| {
            let pattern = bundle.get_message(id)?.value()?;
            Some(bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned())
        })
    }

    /// What a failure says to people: what was wrong, and what to do, when something can be done.
    pub fn error(&self, failure: &Failure) -> (String, Option<String>) {
        let id = format!("error-{}", kebab(failure.code));
        let named = failure.args.iter().filter(|(_, value)| !value.is_empty());
        let is_field = |name: &str| name == "labelled" || (failure.code == "unknown_field" && name == "near");
        let is_code = matches!(failure.code, "unknown_code" | "not_in_taxonomy" | "ambiguous_code");
        let names_field = matches!(failure.code, "bad_value" | "not_listed" | "not_offered");
        let table = ["table", "field"].iter().find_map(|of| failure.args.iter().find(|(name, _)| name == of));
        let table = table.map_or("", |(_, table)| table.as_str());
        let mut args: Vec<TextArg<'_>> = named
            .map(|(name, value)| match (*name, is_code) {
                _ if is_field(name) => (*name, self.labelled(value).into()),
                ("field", _) if is_code || names_field => (*name, self.field(value).into_owned().into()),
                ("near", true) => (*name, self.called_all(table, value).into()),
                _ => (*name, number_or_text(value)),
            })
            .collect();
        // What the failure does not name is named in general: `boucle case reopen REF`.
        let mut bare = false;
        for name in crate::error::Code::find(failure.code).map_or(&[][..], |code| code.args) {
            if !args.iter().any(|(given, _)| given == name) {
                bare |= *name != "ref";
                args.push((name, if *name == "ref" { "REF" } else { UNNAMED }.into()));
            }
        }
        let without = bare.then(|| self.find(&format!("{id}-bare"), &args)).flatten();
        let message = without.or_else(|| self.find(&id, &args)).unwrap_or_else(|| failure.code.to_owned());
        // a hint that has nothing to propose is none
        const NOTHING: &str = "\u{1}";
        let propose = args.into_iter().map(|(name, value)| match &value {
            FluentValue::String(text) if text == UNNAMED => (name, NOTHING.into()),
            _ => (name, value),
        });
        let hint = self.find(&format!("{id}-hint"), &propose.collect::<Vec<_>>());
        (message, hint.filter(|hint| !hint.is_empty() && !hint.contains(NOTHING)))
    }

    /// What is the matter with a row of an import, from the code and arguments of its remark; the code itself where
    /// there is no text. Goes into `warnings[].message`.
    pub fn remark(&self, code: &str, args: &[(&'static str, String)]) -> String {
        let id = format!("remark-{}", kebab(code));
        let mut args: Vec<TextArg<'_>> = args.iter().map(|(name, value)| (*name, number_or_text(value))).collect();
        // a value that may be a person's word is not shown; and where nothing was used instead, the text says so
        for name in ["value", "used"] {
            if !args.iter().any(|(given, _)| *given == name) {
                args.push((name, "none".into()));
            }
        }
        self.find(&id, &args).unwrap_or_else(|| code.to_owned())
    }

    /// What `boucle doctor` says of a finding, and what to do, when something can be done.
    pub(crate) fn finding(&self, code: &str, args: &[(&'static str, String)]) -> (String, Option<String>) {
        let id = format!("doctor-{}", kebab(code));
        let args: Vec<TextArg<'_>> = args.iter().map(|(name, value)| (*name, number_or_text(value))).collect();
        (self.find(&id, &args).unwrap_or_else(|| code.to_owned()), self.find(&format!("{id}-advice"), &args))
    }

    /// The label of a field: its own name where there is none.
    pub fn field<'a>(&self, name: &'a str) -> Cow<'a, str> {
        self.find(&format!("field-{}", kebab(name)), &[]).map_or(Cow::Borrowed(name), Cow::Owned)
    }

    /// Fields as people know them, each with what to type: `Téléphone (phone), Nom (reporter_name)`.
    pub fn labelled(&self, names: &str) -> String {
        let labelled = names.split(", ").map(|name| match self.field(name) {
            label if label == name => name.to_owned(),
            label => format!("{label} ({name})"),
        });
        labelled.collect::<Vec<_>>().join(", ")
    }

    /// What a code of a table is called, the table named as the file of the taxonomy or the field that takes it is; the code
    /// itself where it has no name.
    pub fn called<'a>(&self, table: &str, code: &'a str) -> Cow<'a, str> {
        match vocabulary(table).map(|vocabulary| self.code(vocabulary, code)) {
            Some(said) if said != code => said,
            _ => Taxonomy::shipped().label_of(table, code, self.asked).map_or(Cow::Borrowed(code), Cow::Borrowed),
        }
    }

    /// The same of several, each with what a script types: `Hotline (hotline)`.
    fn called_all(&self, table: &str, codes: &str) -> String {
        let named = codes.split(", ").map(|code| match self.called(table, code) {
            label if label == code => label.into_owned(),
            label => format!("{label} ({code})"),
        });
        named.collect::<Vec<_>>().join(", ")
    }

    /// The code of a table that a person means: by the code, or by its label in this language, whole or, unless `is_whole`, the
    /// beginning or some words of it, in whatever case and without accents. A table that is not the taxonomy's takes what was typed.
    ///
    /// # Errors
    ///
    /// `ambiguous_code` with those that may be meant; `unknown_code` with the nearest.
    pub fn meant(
        &self,
        field: &'static str,
        table: &'static str,
        typed: &str,
        is_whole: bool,
    ) -> Result<String, Failure> {
        let taxonomy = Taxonomy::shipped();
        let Some(codes) = taxonomy.codes_of(table) else { return Ok(typed.to_owned()) };
        let wanted = words_of(typed);
        if let Some(code) = codes.iter().find(|code| **code == typed.trim() || words_of(code) == wanted) {
            return Ok((*code).to_owned());
        }
        let names = |code: &'static str| {
            let label = taxonomy.label_of(table, code, self.asked).unwrap_or(code);
            // each of the names that stand beside one another in a label is one: « Femme / fille »
            let called = self.called(table, code);
            [label, &called].into_iter().chain(label.split('/')).map(words_of).collect::<Vec<_>>()
        };
        let named: Vec<(Vec<String>, &str)> = codes.iter().map(|code| (names(code), *code)).collect();
        let is_long = wanted.chars().count() >= MEANT_CHARS_MIN;
        let within = format!(" {wanted} ");
        let ways: [&dyn Fn(&String) -> bool; 3] =
            [&|name| *name == wanted, &|name| is_long && name.starts_with(&wanted), &|name| {
                is_long && format!(" {name} ").contains(&within)
            }];
        let refused = |code: &'static str, near: String| {
            Err(Failure::new(code).arg("field", field).arg("table", table).arg("near", near).at("field", field))
        };
        for way in ways.into_iter().take(if is_whole { 1 } else { 3 }) {
            let found: Vec<&str> =
                named.iter().filter(|(names, _)| names.iter().any(way)).map(|(_, code)| *code).collect();
            match found.as_slice() {
                [] => {}
                [only] => return Ok((*only).to_owned()),
                several => return refused("ambiguous_code", several.join(", ")),
            }
        }
        let near = nearest(named.iter().flat_map(|(names, _)| names.iter().map(String::as_str)), &wanted);
        let mut near: Vec<&str> = near
            .iter()
            .filter_map(|name| named.iter().find(|(names, _)| names.iter().any(|of| of == name)).map(|(_, code)| *code))
            .collect();
        near.dedup();
        match near.is_empty() {
            true => refused("unknown_code", crate::error::possible(codes.into_iter(), typed)),
            false => refused("unknown_code", near.join(", ")),
        }
    }

    /// The label of a code of a vocabulary (`status`, `closure`, …): the code itself where there is none.
    pub fn code<'a>(&self, vocabulary: &str, code: &'a str) -> Cow<'a, str> {
        self.find(&format!("{}-{}", kebab(vocabulary), kebab(code)), &[]).map_or(Cow::Borrowed(code), Cow::Owned)
    }
}

/// Characters of a part of a label that may stand for it, at least.
const MEANT_CHARS_MIN: usize = 4;

/// The vocabulary of the messages that names the codes of a table of the taxonomy.
fn vocabulary(table: &str) -> Option<&'static str> {
    Some(match table {
        "closure" => "closure",
        "hold_reason" => "holdfor",
        "satisfaction" => "satisfaction",
        "status" => "status",
        _ => return None,
    })
}

/// Words as they are compared: folded, with one blank between them.
fn words_of(text: &str) -> String {
    let folded = folded(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What a message says in place of what a failure does not name. A message for which that will not do has a form of its
/// own, `error-<code>-bare`.
const UNNAMED: &str = "…";

/// `fr` of `fr_TD.UTF-8`.
fn primary(tag: &str) -> String {
    tag.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase()
}

/// Codes use `_` and `.`; Fluent identifiers use `-`.
fn kebab(code: &str) -> String {
    code.replace(['_', '.'], "-")
}

/// Failure arguments travel as text; those that are whole numbers may choose a plural.
fn number_or_text(value: &str) -> FluentValue<'_> {
    match value.parse::<i64>() {
        Ok(number) if number.to_string() == value => FluentValue::from(number),
        _ => FluentValue::from(value),
    }
}

fn bundle(lang: &str, source: &str) -> FluentBundle<FluentResource> {
    // Only chooses the plural rules; the two tags are ours and parse.
    let lang: LanguageIdentifier = lang.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![lang]);
    // Directional marks would end up in files and pipes; what we insert is plain text of one direction.
    bundle.set_use_isolating(false);
    // The sources are part of the binary and the tests refuse a broken one; what parsed is used in any case.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::error::CODES;

    /// Each message with its variables, read from the source text.
    fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in source.lines() {
            if let Some((id, _)) = line.split_once('=')
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                current = id.trim().to_owned();
                assert!(!found.contains_key(&current), "{current} stands twice");
                found.entry(current.clone()).or_default();
            }
            let mut rest = line;
            while let Some(at) = rest.find('$') {
                rest = &rest[at + 1..];
                let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                found.entry(current.clone()).or_default().insert(name);
            }
        }
        found
    }

    /// All Rust sources below `folder` (a path from this crate's folder).
    fn sources(folder: &str) -> Vec<(String, String)> {
        let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("the sources are beside the tests").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|e| e == "rs") {
                    let text = std::fs::read_to_string(&path).expect("sources are UTF-8");
                    found.push((path.display().to_string(), text));
                }
            }
        }
        found
    }

    fn literals<'a>(source: &'a str, before: &str) -> Vec<&'a str> {
        source.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn both_sources_parse_without_error() {
        for source in [FR, EN] {
            if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
                panic!("{errors:?}");
            }
        }
    }

    #[test]
    fn every_message_stands_once() {
        for source in [FR, EN] {
            let mut seen = BTreeSet::new();
            let ids = source.lines().filter_map(|line| line.split_once(" =")).map(|(id, _)| id);
            for id in ids.filter(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')) {
                assert!(seen.insert(id), "{id} stands twice: the last one counts, and nothing says so");
            }
        }
    }

    #[test]
    fn french_and_english_have_the_same_messages_and_variables() {
        let (fr, en) = (messages(FR), messages(EN));
        let missing: Vec<_> = fr.keys().filter(|id| !en.contains_key(*id)).collect();
        let extra: Vec<_> = en.keys().filter(|id| !fr.contains_key(*id)).collect();
        assert!(missing.is_empty() && extra.is_empty(), "not in English: {missing:?}; not in French: {extra:?}");
        for (id, variables) in &fr {
            assert_eq!(Some(variables), en.get(id), "variables of {id}");
        }
    }

    #[test]
    fn every_code_has_a_message_that_uses_only_its_arguments() {
        let fr = messages(FR);
        for code in CODES {
            let id = format!("error-{}", kebab(code.code));
            assert!(fr.contains_key(&id), "{id} is missing");
            for id in [id.clone(), format!("{id}-hint")] {
                for variable in fr.get(&id).into_iter().flatten() {
                    assert!(code.args.contains(&variable.as_str()), "{id} uses ${variable}, {} has none", code.code);
                }
            }
        }
    }

    #[test]
    fn every_error_text_belongs_to_a_code() {
        let known: BTreeSet<String> = CODES.iter().map(|code| format!("error-{}", kebab(code.code))).collect();
        for id in messages(FR).keys().filter(|id| id.starts_with("error-")) {
            let base = id.strip_suffix("-hint").or_else(|| id.strip_suffix("-bare")).unwrap_or(id);
            assert!(known.contains(id) || known.contains(base), "{id} belongs to no code");
        }
    }

    #[test]
    fn every_failure_built_anywhere_stands_in_the_table() {
        let (mut seen, needle) = (0, concat!("Failure::new", "(\""));
        for (path, text) in sources("src").into_iter().chain(sources("../cli/src")) {
            for code in literals(&text, needle) {
                seen += 1;
                assert!(crate::error::Code::find(code).is_some(), "{path}: {code} is not in CODES");
            }
        }
        assert!(seen > 10, "the scan found nothing: {seen}");
    }

    #[test]
    fn every_code_of_the_table_is_raised_somewhere() {
        let folders = ["src", "../cli/src", "../crdt-model/src", "../transport/src"];
        let of_tests = |path: &str| ["tests.rs", "/tests/", "error/codes.rs"].iter().any(|part| path.contains(part));
        let all: String = folders
            .iter()
            .flat_map(|folder| sources(folder))
            .filter(|(path, _)| !of_tests(path))
            .map(|(_, text)| text)
            .collect();
        let raised = |code: &str| {
            let ways = [
                ("new(", ")"),
                ("refused(", ")"),
                ("refused(", ","),
                ("Some(", ")"),
                ("fail(", ")"),
                ("=> ", ""),
                ("{ ", " }"),
                ("code: ", ""),
            ];
            ways.iter().any(|(before, after)| all.contains(&format!("{before}\"{code}\"{after}")))
        };
        let never: Vec<&str> = CODES.iter().map(|code| code.code).filter(|code| !raised(code)).collect();
        assert!(never.is_empty(), "nothing raises {never:?}");
    }

    #[test]
    fn an_unknown_language_reads_french_and_a_locale_name_is_understood() {
        assert_eq!(Texts::for_lang("fr_TD.UTF-8").lang(), "fr");
        assert_eq!(Texts::for_lang("EN-us").lang(), "en");
        for tag in ["ht", "ar", "es", "C", "", "日本"] {
            assert_eq!(Texts::for_lang(tag).lang(), "fr");
        }
        for (tag, asked) in [("ht_HT.UTF-8", "ht"), ("ar", "ar"), ("en", "en"), ("de", "fr")] {
            assert_eq!(Texts::for_lang(tag).asked(), asked);
        }
    }

    #[test]
    fn a_failure_is_told_in_both_languages_with_its_hint() {
        let failure = Failure::new("case_closed").arg("ref", "JER-104-00193-54");
        let (message, hint) = Texts::for_lang("en").error(&failure);
        assert_eq!(message, "case JER-104-00193-54 is closed");
        assert_eq!(hint.as_deref(), Some("reopen it with `boucle case reopen JER-104-00193-54`"));
        let (message, _) = Texts::for_lang("fr").error(&failure);
        assert_eq!(message, "le dossier JER-104-00193-54 est clos");
    }

    #[test]
    fn numbers_choose_the_plural_and_keep_leading_zeros() {
        let texts = Texts::for_lang("en");
        let told = |n: &str| texts.error(&Failure::new("verify_found_problems").arg("problems", n)).0;
        assert_eq!(told("1"), "the check found one problem");
        assert_eq!(told("12"), "the check found 12 problems");
        let silent = Failure::new("peer_silent").arg("peer", "007").arg("seconds", 10);
        assert!(texts.error(&silent).0.contains("007"));
    }

    #[test]
    fn what_a_failure_does_not_name_is_named_in_general() {
        let (_, hint) = Texts::for_lang("en").error(&Failure::new("case_closed"));
        assert_eq!(hint.as_deref(), Some("reopen it with `boucle case reopen REF`"));
    }

    #[test]
    fn a_remark_of_an_import_is_told_and_an_unknown_one_keeps_its_code() {
        let texts = Texts::for_lang("en");
        assert!(texts.remark("repeat_differs", &[("of", "3".to_owned())]).contains("(row 3)"));
        assert_eq!(texts.remark("not_a_remark", &[]), "not_a_remark");
        for lang in ["en", "fr"] {
            let bad = Texts::for_lang(lang).remark("bad_time", &[]);
            assert!(bad.contains("2026-03-13") && !bad.contains('$'), "{bad}");
            assert!(!Texts::for_lang(lang).remark("bad_time", &[("used", "start".to_owned())]).contains("2026"));
        }
    }

    #[test]
    fn every_remark_of_an_import_has_a_text_and_every_text_a_remark() {
        let known: BTreeSet<String> = crate::exchange::import::RemarkCode::ALL
            .iter()
            .map(|code| format!("remark-{}", kebab(code.as_str())))
            .collect();
        let texts: BTreeSet<String> = messages(FR).into_keys().filter(|id| id.starts_with("remark-")).collect();
        assert_eq!(known, texts);
    }

    #[test]
    fn every_finding_has_its_words_and_what_is_not_well_says_what_to_do() {
        let fr = messages(FR);
        let mut known = BTreeSet::new();
        for (code, args) in crate::health::doctor::FINDINGS {
            let id = format!("doctor-{}", kebab(code));
            for id in [id.clone(), format!("{id}-advice")] {
                for variable in fr.get(&id).into_iter().flatten() {
                    assert!(args.contains(&variable.as_str()), "{id} uses ${variable}");
                }
                known.insert(id);
            }
            assert!(fr.contains_key(&id), "{id} is missing");
        }
        for id in fr.keys().filter(|id| id.starts_with("doctor-")) {
            assert!(known.contains(id), "{id} belongs to no finding");
        }
        let mut built = BTreeSet::new();
        for (path, text) in sources("src/health/doctor")
            .into_iter()
            .chain(sources("src").into_iter().filter(|(path, _)| path.ends_with("/doctor.rs")))
        {
            for state in ["ok", "warn", "bad"] {
                for code in literals(&text, &format!("Finding::{state}(\"")) {
                    let known = crate::health::doctor::FINDINGS.iter().any(|(known, _)| *known == code);
                    assert!(known, "{path}: {code} is not in FINDINGS");
                    let advice = format!("doctor-{}-advice", kebab(code));
                    assert_eq!(fr.contains_key(&advice), state != "ok", "{advice}");
                    built.insert(code.to_owned());
                }
            }
        }
        let all: BTreeSet<String> =
            crate::health::doctor::FINDINGS.iter().map(|(code, _)| (*code).to_owned()).collect();
        assert_eq!(built, all, "findings that nothing finds");
    }

    /// A text that nothing asks for is a translation nobody reads. Ids are either written out in a source, or built of a
    /// family and a code, name of a field, command or option, which is then written out itself.
    #[test]
    fn every_text_is_asked_for_somewhere() {
        let all: String = ["src", "../cli/src", "../crdt-model/src"]
            .iter()
            .flat_map(|folder| sources(folder))
            .map(|(_, text)| text)
            .collect();
        let data =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../crdt-model/src/taxonomy/default.toml"));
        let words: BTreeSet<&str> =
            all.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
        let data = data.unwrap_or_default();
        let quoted: BTreeSet<&str> = all.split('"').collect();
        let camel = |kebab: &str| -> String {
            let upper = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
            kebab.split('-').filter(|word| !word.is_empty()).map(upper).collect()
        };
        let known = |rest: &str| {
            let snake = rest.replace('-', "_");
            words.contains(snake.as_str()) || words.contains(camel(rest).as_str()) || data.contains(&snake)
        };
        // tables of their own, in both directions, above
        let tabled = ["error-", "remark-", "doctor-"];
        let built = [
            "field-",
            "status-",
            "sensitivity-",
            "satisfaction-",
            "closure-",
            "kind-",
            "progress-",
            "warning-",
            "state-",
            "advice-",
            "answer-",
            "topic-",
            "act-",
            "purpose-",
            "consent-",
            "waiting-",
            "holdfor-",
            "direction-",
            "signature-",
            "bundlefor-",
            "problem-",
            "means-",
            "standing-",
            "flag-",
            "outcome-",
            "link-",
            "todo-",
            "weekday-",
            "public-",
            "step-",
            "referral-",
            "by-means-",
            "why-",
            "left-out-",
            "unmatched-",
            "accused-affiliation-",
            "happened-",
            "reference-",
            "reporter-is-",
            "served-",
            "service-",
            "session-",
        ];
        let mut unused = Vec::new();
        for id in messages(FR).keys() {
            let rest = |prefix: &&str| id.strip_prefix(*prefix).map(str::to_owned);
            let used = quoted.contains(id.as_str())
                || tabled.iter().any(|prefix| id.starts_with(prefix))
                || built.iter().find_map(rest).is_some_and(|rest| known(&rest))
                // a command: every word of its path; an option: its name, after the command's
                || ["help-", "done-"].iter().find_map(rest).is_some_and(|path| path.split('-').all(known) || known(&path))
                || rest(&"arg-").is_some_and(|rest| {
                    rest.match_indices('-').any(|(at, _)| known(&rest[at + 1..])) || known(&rest)
                });
            if !used {
                unused.push(id.clone());
            }
        }
        assert!(unused.is_empty(), "nothing asks for {unused:?}");
    }

    /// Keys that the command line asks for by name.
    #[test]
    fn every_text_the_command_line_names_exists() {
        let (fr, mut seen) = (messages(FR), 0);
        for (path, text) in sources("../cli/src") {
            for prefix in ["ui-", "ask-", "done-", "demo-"] {
                for rest in literals(&text, &format!("\"{prefix}"))
                    .into_iter()
                    .filter(|rest| !rest.is_empty() && !rest.contains('{'))
                {
                    seen += 1;
                    assert!(fr.contains_key(&format!("{prefix}{rest}")), "{path}: {prefix}{rest}");
                }
            }
        }
        assert!(seen > 30, "the scan found nothing: {seen}");
        for name in crate::api::commands().filter(|name| name.starts_with("case ")) {
            let shows = ["case list", "case show", "case history", "case conflicts", "case duplicates"];
            let act = !shows.contains(&name);
            assert!(!act || fr.contains_key(&format!("done-{}", name.replace(' ', "-"))), "{name}");
        }
    }

    /// Whether a text is whole: no placeholder left, nothing empty between its words.
    fn is_whole(text: &str) -> bool {
        let holes = ["{$", "{ $", "  ", "()", "( ", " )", "``", "\u{2068}"];
        // an indented line is laid out so
        let text = text.lines().map(str::trim_start).collect::<Vec<_>>().join(" ");
        !text.trim().is_empty() && !holes.iter().any(|hole| text.contains(hole)) && !text.ends_with([':', '('])
    }

    #[test]
    fn every_message_is_whole_with_its_arguments_and_every_error_whatever_it_does_not_name() {
        let variables = messages(FR);
        let mut broken = Vec::new();
        for lang in ["fr", "en"] {
            let texts = Texts::for_lang(lang);
            for (id, names) in &variables {
                for value in ["1", "12", "abc"] {
                    let args: Vec<TextArg<'_>> =
                        names.iter().map(|name| (&*name.clone().leak(), number_or_text(value))).collect();
                    let text = texts.with(id, &args);
                    // a question ends in its colon, a heading too
                    let whole = is_whole(text.trim_end_matches([':', ' ', '\u{a0}']));
                    if !whole || text.contains("{$") {
                        broken.push(format!("{lang} {id}: {text:?}"));
                    }
                }
            }
            for code in CODES {
                let nothing = Failure::new(code.code);
                let empty = code.args.iter().fold(Failure::new(code.code), |failure, name| failure.arg(name, ""));
                for failure in [nothing, empty] {
                    let (message, hint) = texts.error(&failure);
                    let texts = [Some(message), hint];
                    broken.extend(texts.into_iter().flatten().filter(|text| !is_whole(text)));
                }
            }
            for code in crate::exchange::import::RemarkCode::ALL {
                let given: Vec<(&'static str, String)> = Vec::new();
                let needs = variables.get(&format!("remark-{}", kebab(code.as_str())));
                if needs.is_none_or(|names| names.iter().all(|name| name == "value")) {
                    let text = texts.remark(code.as_str(), &given);
                    broken.extend((!is_whole(&text)).then_some(text));
                }
            }
        }
        assert!(broken.is_empty(), "{broken:#?}");
        let (message, _) = Texts::for_lang("en").error(&Failure::new("wrong_passphrase").arg("member", ""));
        assert_eq!(message, "passphrase refused, or the key file is damaged");
        let (_, hint) = Texts::for_lang("en").error(&Failure::new("ref_not_found").arg("ref", "x").arg("near", ""));
        assert_eq!(hint, None);
    }

    #[test]
    fn a_missing_message_shows_its_id() {
        assert_eq!(Texts::for_lang("en").get("nothing-of-the-kind"), "nothing-of-the-kind");
        assert_eq!(Texts::for_lang("fr").code("status", "not_a_status"), "not_a_status");
    }
}
