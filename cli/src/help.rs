//! Help in the reader's language: clap knows the shape, the texts know the words.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, CommandFactory};
use crdt_model::taxonomy::Taxonomy;
use node::texts::Texts;

use crate::args::Cli;
use crate::commands::NOT_IN_THE_SHORT_HELP;

/// The whole command tree with its help in this language.
pub(crate) fn command(texts: &Texts) -> Command {
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}",
        texts.get("ui-usage-heading")
    );
    let flag = |name: &'static str, short, action| {
        Arg::new(name).long(name).short(short).action(action).help(texts.get(&format!("arg-{name}")).into_owned())
    };
    let root = Cli::command()
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(flag("help", 'h', ArgAction::Help).global(true))
        .arg(flag("version", 'V', ArgAction::Version));
    localise(root, "", &template, texts)
}

/// The innermost group that these words of a command line name.
pub(crate) fn of_group(command: &Command, words: &[String]) -> Command {
    let group = |at: &'_ Command, word: &str| at.find_subcommand(word).filter(|sub| sub.has_subcommands()).cloned();
    words.iter().fold(command.clone(), |at, word| group(&at, word).unwrap_or(at))
}

/// The tree without what the help hides: what completions and manual pages are made from.
fn shown(command: &Command) -> Command {
    let is_shown = |id: &clap::Id| command.get_arguments().any(|arg| arg.get_id() == id && !arg.is_hide_set());
    let mut bare = Command::new(command.get_name().to_owned())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .args(command.get_arguments().filter(|arg| !arg.is_hide_set()).cloned())
        .groups(command.get_groups().filter(|group| group.get_args().all(&is_shown)).cloned())
        .subcommands(command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(shown));
    if let Some(about) = command.get_about() {
        bare = bare.about(about.clone());
    }
    if let Some(version) = command.get_version() {
        bare = bare.version(version.to_owned());
    }
    bare
}

/// A shell's completions. They need no home and name no hidden command.
pub(crate) fn completions(shell: clap_complete::Shell, texts: &Texts) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut with_codes(shown(&command(texts))), "boucle", &mut script);
    script
}

/// Options whose values are codes get them, to be completed. Only here: a mistyped code is refused with the nearest ones
/// by the node, which knows more of them.
fn with_codes(command: Command) -> Command {
    command
        .mut_args(|arg| match codes_of(arg.get_id().as_str()) {
            Some(codes) if arg.get_possible_values().is_empty() => arg.value_parser(PossibleValuesParser::new(codes)),
            _ => arg,
        })
        .mut_subcommands(with_codes)
}

fn codes_of(option: &str) -> Option<Vec<&'static str>> {
    let taxonomy = Taxonomy::shipped();
    Some(match option {
        "lang" => vec!["fr", "en"],
        "format" => vec!["kobo", "whatsapp", "sms"],
        "status" => taxonomy.statuses.codes().chain(["restricted"]).collect(),
        "case_type" => taxonomy.types_of_cases().collect(),
        "channel" => taxonomy.channels.codes().collect(),
        "category" => taxonomy.categories.codes().chain(taxonomy.sub_categories.codes()).collect(),
        "audience" => taxonomy.audiences.codes().collect(),
        "closure" => taxonomy.closures.codes().collect(),
        "hold_reason" => taxonomy.hold_reasons.codes().collect(),
        "means" => taxonomy.consent_means.codes().collect(),
        "sex" => taxonomy.sexes.codes().collect(),
        "stakeholder" => taxonomy.stakeholders.codes().collect(),
        _ => return None,
    })
}

/// Writes the manual pages, one a command; gives how many.
///
/// # Errors
///
/// What the file system fails with.
pub(crate) fn manual(folder: &std::path::Path, texts: &Texts) -> std::io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    let tree = shown(&command(texts));
    clap_mangen::generate_to(tree, folder)?;
    let pages = std::fs::read_dir(folder)?.flatten();
    Ok(pages.filter(|page| page.file_name().to_string_lossy().starts_with("boucle")).count())
}

fn localise(command: Command, path: &str, template: &str, texts: &Texts) -> Command {
    let key = if path.is_empty() { "boucle".to_owned() } else { path.replace(' ', "-") };
    let about = texts.get(&format!("help-{key}")).into_owned();
    let command = command
        .about(about)
        .long_about(None)
        .help_template(template.to_owned())
        .subcommand_help_heading(texts.get("ui-commands-heading").into_owned())
        .disable_help_subcommand(true)
        // A missing subcommand is an error of ours, with the choices in one line.
        .arg_required_else_help(false)
        .hide(NOT_IN_THE_SHORT_HELP.contains(&path))
        .mut_args(|arg| {
            let mut help = arg_help(&key, arg.get_id().as_str(), texts);
            let values: Vec<_> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
            let values = if arg.get_action().takes_values() { values } else { Vec::new() };
            if !values.is_empty() {
                help.push(' ');
                help += &texts.with("ui-values", &[("values", values.join(", ").into())]);
            }
            let arg = arg.help(help).long_help(None);
            let arg = if values.is_empty() { arg } else { arg.hide_possible_values(true) };
            match arg.is_global_set() {
                true => arg.help_heading(texts.get("ui-global-heading").into_owned()),
                false => arg,
            }
        });
    let path = path.to_owned();
    command.mut_subcommands(move |sub| {
        let below = format!("{path} {}", sub.get_name()).trim_start().to_owned();
        localise(sub, &below, template, texts)
    })
}

/// `arg-<command>-<option>`, or else `arg-<option>`.
fn arg_help(command: &str, id: &str, texts: &Texts) -> String {
    let id = id.replace('_', "-");
    texts.find(&format!("arg-{command}-{id}"), &[]).unwrap_or_else(|| texts.get(&format!("arg-{id}")).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(command: &Command, path: &str, seen: &mut Vec<(String, Command)>) {
        seen.push((path.to_owned(), command.clone()));
        for sub in command.get_subcommands() {
            walk(sub, format!("{path} {}", sub.get_name()).trim_start(), seen);
        }
    }

    #[test]
    fn the_command_tree_is_sound() {
        command(&Texts::for_lang("fr")).debug_assert();
    }

    #[test]
    fn every_command_and_option_has_help_in_both_languages() {
        for lang in ["fr", "en"] {
            let mut seen = Vec::new();
            walk(&command(&Texts::for_lang(lang)), "", &mut seen);
            for (path, command) in seen {
                let about = command.get_about().expect("set for all").to_string();
                assert!(!about.starts_with("help-"), "{lang}: {about}");
                for arg in command.get_arguments() {
                    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                    assert!(!help.is_empty() && !help.starts_with("arg-"), "{lang}: {path}: {help} ({})", arg.get_id());
                }
            }
        }
    }

    #[test]
    fn completions_know_the_codes_of_options() {
        let script = completions(clap_complete::Shell::Fish, &Texts::for_lang("en"));
        let script = String::from_utf8(script).expect("text");
        for (option, code) in [
            ("type", "complaint"),
            ("channel", "hotline"),
            ("category", "payment.not_received"),
            ("as", "satisfied"),
            ("as", "kobo"),
            ("lang", "fr"),
            ("audience", "psea"),
            ("status", "restricted"),
        ] {
            let mut rules = script.split("complete -c boucle");
            let known = rules.any(|rule| rule.contains(&format!("-l {option} ")) && rule.contains(code));
            assert!(known, "--{option} {code}");
        }
    }

    #[test]
    fn completions_know_every_command_shown_and_none_that_is_hidden() {
        use clap_complete::Shell;
        let texts = Texts::for_lang("fr");
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let script = String::from_utf8(completions(shell, &texts)).expect("text");
            assert!(script.contains("doctor") && script.contains("rejects"), "{shell}");
            for hidden in NOT_IN_THE_SHORT_HELP {
                assert!(!script.contains(&texts.get(&format!("help-{hidden}")).into_owned()), "{shell}: {hidden}");
            }
        }
        let bash = completions(Shell::Bash, &texts);
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bash).expect("written");
        let checked = std::process::Command::new("bash").arg("-n").arg(file.path()).status().expect("bash is here");
        assert!(checked.success());
    }

    #[test]
    fn the_manual_has_a_page_a_command() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pages = manual(folder.path(), &Texts::for_lang("en")).expect("written");
        let import = std::fs::read_to_string(folder.path().join("boucle-import.1")).expect("a page");
        assert!(pages > 30 && import.contains("rejects"), "{pages}");
        assert!(!folder.path().join("boucle-digest.1").exists());
    }

    #[test]
    fn help_fits_eighty_columns_and_speaks_french() {
        let mut command = command(&Texts::for_lang("fr")).term_width(80);
        let new = command.find_subcommand_mut("case").and_then(|case| case.find_subcommand_mut("new")).expect("exists");
        let help = new.clone().term_width(80).render_help().to_string();
        assert!(help.contains("Utilisation :") && help.contains("Téléphone"), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
    }

    #[test]
    fn every_command_there_is_is_answered_by_the_node() {
        let mut seen = Vec::new();
        walk(&command(&Texts::for_lang("en")), "", &mut seen);
        let by_the_command_line =
            ["run", "demo", "completions", "man", "service install", "service remove", "session add", "intake call"];
        let mut leaves = 0;
        for (path, command) in seen.iter().filter(|(_, command)| !command.has_subcommands()) {
            leaves += 1;
            let works = node::api::implemented(path) || by_the_command_line.contains(&path.as_str());
            assert!(works, "{path} is offered and not built");
            assert_eq!(command.is_hide_set(), NOT_IN_THE_SHORT_HELP.contains(&path.as_str()), "{path}");
        }
        assert!(leaves > 30);
        let known: Vec<_> = seen.iter().map(|(path, _)| path.as_str()).collect();
        for name in node::api::commands() {
            assert!(known.contains(&name), "{name} has no command");
        }
    }

    #[test]
    fn no_text_names_a_command_that_is_not_there() {
        let known = command(&Texts::for_lang("en"));
        let texts = [include_str!("../../node/src/texts/en.ftl"), include_str!("../../node/src/texts/fr.ftl")];
        let mut named = 0;
        for text in texts.iter().flat_map(|text| text.split("`boucle ").skip(1)) {
            let line = text.split('`').next().unwrap_or_default();
            let (mut at, mut path) = (&known, String::new());
            for word in line.split_whitespace().take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase())) {
                // `case seal | raise`: the first is enough
                if !at.has_subcommands() {
                    break;
                }
                let next = at.find_subcommand(word);
                assert!(next.is_some(), "`boucle {line}`: no command {word}");
                path = format!("{path} {word}").trim().to_owned();
                at = next.unwrap_or(at);
            }
            if !at.has_subcommands() {
                let ours = ["run", "demo", "completions", "man"].contains(&path.as_str());
                assert!(ours || node::api::implemented(&path), "`boucle {line}` is not built");
                named += 1;
            }
        }
        assert!(named > 50, "{named}");
    }
}
