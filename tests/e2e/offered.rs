//! What is offered is what there is: groups tell their commands, near names are real ones, and nothing is accepted that is
//! not built.

use e2e::Home;

#[test]
fn a_bare_group_prints_its_help() {
    let home = Home::empty("Rose");
    for (group, command) in [("case", "triage"), ("member", "confirm"), ("bundle", "inspect")] {
        let shown = home.command(group).in_words().run();
        assert!(shown.status.success() && shown.stdout.contains(command), "{shown}");
        assert!(shown.stdout.contains(&format!(" {group} [OPTIONS] <COMMAND>")), "{shown}");
        home.cmd(group).refused(2, "usage_missing_command");
    }
}

#[test]
fn what_is_not_built_is_refused_and_never_proposed() {
    let home = Home::empty("Rose");
    for line in ["backup", "breach", "member show", "bckup", "brech", "member shw", "figerprint"] {
        let hint = home.cmd(line).refused(2, "usage_unknown_command")["hint"].to_string();
        assert!(!["backup", "breach", "show", "fingerprint"].iter().any(|name| hint.contains(name)), "{line}: {hint}");
    }
    assert!(home.cmd("case nwe").refused(2, "usage_unknown_command").to_string().contains("new"));
    home.cmd("run --web 127.0.0.1:0").refused(2, "usage_unknown_option");
    home.cmd("demo --web").refused(2, "usage_unknown_option");
    for lang in ["ht", "ar", "es", "de"] {
        let refused = home.cmd(&format!("--lang {lang} status")).refused(2, "usage_bad_value").to_string();
        assert!(refused.contains("fr, en"), "{refused}");
    }
}
