//! The help of every command, in each language, at 80 columns: one file a command.
//!
//! `INSTA_UPDATE=always cargo test --locked -p e2e --test suites help` writes the files anew.

use std::collections::BTreeSet;
use std::process::Command;

/// What the command line answers itself.
const OF_THE_COMMAND_LINE: [&str; 4] = ["run", "demo", "completions", "man"];

/// Every command and group of commands, the program itself first.
fn commands() -> BTreeSet<String> {
    let mut all = BTreeSet::from([String::new()]);
    for name in node::api::commands().chain(OF_THE_COMMAND_LINE) {
        let words: Vec<&str> = name.split(' ').collect();
        all.extend((1..=words.len()).map(|n| words[..n].join(" ")));
    }
    all
}

fn help(of: &str, lang: &str) -> String {
    let mut command = Command::new(e2e::program());
    command.env_clear().env("BOUCLE_LANG", lang).env("COLUMNS", "80").args(of.split_whitespace()).arg("--help");
    let done = command.output().expect("the program starts");
    assert!(done.status.success() && done.stderr.is_empty(), "{of}: {done:?}");
    String::from_utf8(done.stdout).expect("help is text")
}

#[test]
fn the_help_of_every_command_is_what_its_file_shows_in_each_language() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for lang in ["fr", "en"] {
        settings.set_snapshot_path(format!("snapshots/help-{lang}"));
        settings.bind(|| {
            for of in commands() {
                let said = help(&of, lang);
                let too_wide = said.lines().find(|line| line.chars().count() > 80);
                assert!(too_wide.is_none(), "{lang}: {of}: {too_wide:?}");
                let name = format!("boucle {of}").trim_end().replace(' ', "-");
                insta::assert_snapshot!(name, said.replace("boucle-under-test", "boucle").trim_end());
            }
        });
    }
}
