//! Errors as people and scripts read them.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use node::error::Failure;
use node::texts::Texts;
use serde_json::{Map, Value, json};

use crate::commands::NOT_IN_THE_SHORT_HELP;
use crate::render::text::{clean_line, escape_json};
use crate::when;

/// A failure on standard error: one line, a hint where there is one, causes with `-v`; or one JSON document.
pub(crate) fn report(failure: &Failure, texts: &Texts, json: bool, verbose: bool) -> String {
    let (message, hint) = texts.error(failure);
    if json {
        return report_json(failure, &message, hint.as_deref(), verbose);
    }
    let (message, hint) = (when::shown_within(&message), hint.map(|hint| when::shown_within(&hint)));
    let places: Vec<String> = failure
        .where_
        .iter()
        .filter(|(_, value)| !message.contains(value.as_str()))
        .map(|(name, value)| format!("{} {value}", texts.field(name)))
        .collect();
    let message = if places.is_empty() { message } else { format!("{message} ({})", places.join(", ")) };
    let mut lines = vec![texts.with("ui-error", &[("message", clean_line(&message).into())])];
    // A hint whose arguments are empty ("close to it: ") says nothing.
    let says_something = failure.args.iter().all(|(name, value)| !value.is_empty() || *name != "near");
    if let Some(hint) = hint.filter(|_| says_something) {
        lines.push(texts.with("ui-hint", &[("message", clean_line(&hint).into())]));
    }
    if verbose {
        let cause = |cause: &String| texts.with("ui-cause", &[("message", clean_line(cause).into())]);
        lines.extend(failure.causes.iter().map(cause));
    }
    lines.join("\n") + "\n"
}

fn report_json(failure: &Failure, message: &str, hint: Option<&str>, verbose: bool) -> String {
    let places: Map<String, Value> =
        failure.where_.iter().map(|(name, value)| ((*name).to_owned(), number_or_text(value))).collect();
    let mut error = json!({"code": failure.code, "message": message, "hint": hint, "where": places});
    if verbose {
        error["causes"] = failure.causes.clone().into();
    }
    escape_json(&json!({ "error": error }).to_string()) + "\n"
}

/// Rows and columns are numbers to a script.
fn number_or_text(value: &str) -> Value {
    match value.parse::<u64>() {
        Ok(number) if number.to_string() == value => number.into(),
        _ => value.into(),
    }
}

/// What clap refused, in our codes. Never quotes what might be a person's words: only options, commands and what was
/// expected.
/// `group`: the commands among which one was looked for.
pub(crate) fn from_clap(error: &clap::Error, group: &clap::Command) -> Failure {
    let option = || named(error, ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => match option() {
            Some(option) if option.starts_with('-') => {
                let name = option.split('=').next().unwrap_or_default().to_owned();
                Failure::new("usage_unknown_option").arg("option", name)
            }
            _ => Failure::new("usage_unexpected_argument"),
        },
        ErrorKind::InvalidSubcommand => match named(error, ContextKind::InvalidSubcommand) {
            Some(command) if command.len() <= 24 && command.chars().all(|c| c.is_ascii_lowercase() || c == '-') => {
                let suggested = named(error, ContextKind::SuggestedSubcommand).unwrap_or_default();
                let near = near(&command, group, &suggested);
                let near = if near.is_empty() { "boucle --help".to_owned() } else { near };
                Failure::new("usage_unknown_command").arg("command", command).arg("near", near)
            }
            _ => Failure::new("usage_unexpected_argument"),
        },
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let commands = named(error, ContextKind::ValidSubcommand).unwrap_or_default();
            let shown = |name: &&str| !NOT_IN_THE_SHORT_HELP.contains(name);
            let commands = commands.split(", ").filter(shown).collect::<Vec<_>>().join(", ");
            Failure::new("usage_missing_command").arg("commands", commands)
        }
        ErrorKind::MissingRequiredArgument => {
            Failure::new("usage_missing").arg("missing", option().unwrap_or_default())
        }
        ErrorKind::ArgumentConflict => {
            let other = named(error, ContextKind::PriorArg).unwrap_or_default();
            Failure::new("usage_conflict").arg("option", option().unwrap_or_default()).arg("other", other)
        }
        ErrorKind::InvalidValue
        | ErrorKind::ValueValidation
        | ErrorKind::NoEquals
        | ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues => {
            let expected = named(error, ContextKind::ValidValue)
                .or_else(|| named(error, ContextKind::ExpectedNumValues))
                .or_else(|| {
                    option().and_then(|option| Some(option.split_once('<')?.1.trim_end_matches('>').to_owned()))
                })
                .unwrap_or_default();
            Failure::new("usage_bad_value").arg("option", option().unwrap_or_default()).arg("expected", expected)
        }
        _ => Failure::new("usage"),
    }
}

/// Commands of the group that may be meant: one letter off or two changed over comes first, then what else looks like it.
fn near(command: &str, group: &clap::Command, suggested: &str) -> String {
    let names = group.get_subcommands().map(clap::Command::get_name);
    let close = names.filter(|name| strsim::damerau_levenshtein(command, name) <= 1);
    let others = suggested.split(", ").filter(|name| strsim::damerau_levenshtein(command, name) > 1);
    let shown = |name: &&str| !name.is_empty() && !NOT_IN_THE_SHORT_HELP.contains(name);
    close.chain(others).filter(shown).collect::<Vec<_>>().join(", ")
}

fn named(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(one) => Some(one.clone()),
        ContextValue::Strings(many) if !many.is_empty() => Some(many.join(", ")),
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::help;

    fn refused(line: &str) -> Failure {
        let mut command = help::command(&Texts::for_lang("fr"));
        let refused = command.try_get_matches_from_mut(line.split(' ')).expect_err(line);
        let words: Vec<String> = line.split(' ').skip(1).map(str::to_owned).collect();
        from_clap(&refused, &help::of_group(&command, &words))
    }

    #[test]
    fn usage_errors_have_codes_and_name_options_only() {
        for (line, code, expect) in [
            ("boucle case list --nope=Marie", "usage_unknown_option", "--nope"),
            ("boucle cse", "usage_unknown_command", "case"),
            ("boucle case lst", "usage_unknown_command", "list"),
            ("boucle case nwe", "usage_unknown_command", "new"),
            ("boucle adjustment", "usage_unknown_command", "boucle --help"),
            ("boucle member show", "usage_unknown_command", "boucle --help"),
            ("boucle run --web 127.0.0.1:0", "usage_unknown_option", "--web"),
            ("boucle demo --web", "usage_unknown_option", "--web"),
            ("boucle xyzzy", "usage_unknown_command", "boucle --help"),
            ("boucle Marie+509", "usage_unexpected_argument", ""),
            ("boucle status Marie", "usage_unexpected_argument", ""),
            ("boucle case", "usage_missing_command", "triage"),
            ("boucle case show", "usage_missing", "<REF>"),
            ("boucle import f", "usage_missing", "--as"),
            ("boucle case settle @last category --pick 0", "usage_bad_value", "--pick"),
            ("boucle case new --age Marie", "usage_bad_value", "--age"),
            ("boucle init --roots 3-of-2", "usage_bad_value", "N-of-M"),
            ("boucle --json --jsonl status", "usage_conflict", "--jsonl"),
        ] {
            let failure = refused(line);
            let shown = format!("{failure:?}");
            assert_eq!(failure.code, code, "{line}: {shown}");
            assert_eq!(failure.exit.code(), 2);
            assert!(shown.contains(expect), "{line}: {shown}");
            assert!(!shown.contains("Marie"), "{line}: {shown}");
        }
    }

    #[test]
    fn an_error_is_one_line_and_a_hint() {
        let failure =
            Failure::new("ref_check_digits").arg("ref", "JER-104").arg("near", "JER-104-00193-54").at("row", 3);
        let shown = report(&failure, &Texts::for_lang("fr"), false, false);
        assert_eq!(
            shown,
            "erreur : JER-104 est mal recopié (les chiffres de contrôle ne vont pas) (ligne 3)\n\
             conseil : peut-être : JER-104-00193-54\n"
        );
        let nothing_near = Failure::new("ref_not_found").arg("ref", "JER-104").arg("near", "");
        assert_eq!(report(&nothing_near, &Texts::for_lang("en"), false, false), "error: no case JER-104 here\n");
    }

    #[test]
    fn causes_come_with_v_and_escapes_reach_no_terminal() {
        let cause = std::io::Error::other("\u{1b}[31mdisk\u{7}\non fire");
        let failure = Failure::new("unexpected").because(&cause);
        let texts = Texts::for_lang("en");
        assert!(!report(&failure, &texts, false, false).contains("fire"));
        let shown = report(&failure, &texts, false, true);
        assert!(shown.contains(r"cause: \u{1b}[31mdisk\u{7} on fire") && !shown.contains('\u{1b}'), "{shown:?}");
    }

    #[test]
    fn with_json_an_error_is_one_document() -> Result<(), serde_json::Error> {
        let failure = Failure::new("too_many_rows").arg("file", "a.csv").at("file", "a.csv").at("row", 12);
        let shown: Value = serde_json::from_str(&report(&failure, &Texts::for_lang("en"), true, false))?;
        let expected = json!({"error": {
            "code": "too_many_rows",
            "message": "a.csv has too many rows",
            "hint": "import it in parts",
            "where": {"file": "a.csv", "row": 12},
        }});
        assert_eq!(shown, expected);
        Ok(())
    }
}
