//! Two processes at one home.

use e2e::{Home, RunningNode};
use serde_json::Value;

const LINES: [&str; 8] = [
    "case list",
    "case list --count",
    "case show @last",
    "case conflicts",
    "fingerprint",
    "digest",
    "verify",
    "member list",
];

/// What depends on the moment, and on whether the node runs.
fn timeless(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for key in ["age_ms", "unlocked"] {
                    map.remove(key);
                }
                map.values_mut().for_each(strip);
            }
            Value::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut value);
    value
}

fn answers(home: &Home) -> Vec<Value> {
    LINES.iter().map(|line| timeless(home.ok(line))).collect()
}

#[test]
fn while_a_node_runs_every_command_answers_the_same_through_it() {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    let alone = answers(&home);
    let node = home.start();
    assert_eq!(answers(&home), alone);
    // refusals too
    home.cmd("case show nulle-part").refused(3, "ref_not_found");
    home.cmd("case new --type complant --channel hotline").refused(2, "not_in_taxonomy");
    home.cmd("case set @last status=closed").refused(2, "field_by_verb");
    // and what is written through it is there without it
    let reference = home.new_case("Par la prise.");
    home.command(&format!("case note {reference} -")).stdin("Inventé.").run().ok();
    let through = answers(&home);
    drop(node);
    assert_eq!(answers(&home), through);
}

#[test]
fn a_home_runs_once() {
    let home = Home::init("PAM", "JER", "Rose");
    let node = home.start();
    home.cmd("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns").refused(1, "already_running");
    home.command("run --no-mdns").in_words().run().refused_in_words(1);
    home.ok("case list");
    drop(node);
    drop(home.start());
}

#[test]
fn a_node_that_was_killed_is_in_nobodys_way() {
    let home = Home::init("PAM", "JER", "Rose");
    let reference = {
        let node = home.start();
        let reference = home.new_case("Inventé.");
        RunningNode::kill(node);
        reference
    };
    assert_eq!(home.show(&reference)["text"], "Inventé.", "what was answered is durable");
    let node = home.start();
    assert_eq!(home.show(&reference)["text"], "Inventé.");
    drop(node);
    assert_eq!(home.ok("verify")["ok"], true);
}

#[test]
fn commands_at_the_same_moment_all_happen_one_after_the_other() {
    let home = Home::init("PAM", "JER", "Rose");
    let new = home.command("case new --type complaint --channel hotline");
    let under_way: Vec<_> = (0..20).map(|_| new.clone().spawn()).collect();
    // the last ones are told that they wait, which is no failure
    assert!(under_way.into_iter().all(|spawned| spawned.output().status.success()));
    assert_eq!(home.ok("case list --count")["count"], 20);
    assert_eq!(home.ok("verify")["ok"], true);
}

#[test]
fn commands_at_the_same_moment_all_happen_while_a_node_runs() {
    let home = Home::init("PAM", "JER", "Rose");
    let node = home.start();
    let new = home.command("case new --type complaint --channel hotline");
    let under_way: Vec<_> = (0..6).map(|_| new.clone().spawn()).collect();
    let references: std::collections::BTreeSet<String> =
        under_way.into_iter().map(|spawned| spawned.output().ok()["ref"].to_string()).collect();
    assert_eq!(references.len(), 6, "six cases, six references");
    drop(node);
    assert_eq!(home.ok("case list --count")["count"], 6);
    assert_eq!(home.ok("verify")["ok"], true);
}
