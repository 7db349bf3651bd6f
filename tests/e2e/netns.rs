//! Networks in miniature: kernel namespaces joined by wires and a switch, real `boucle run` in each, no address typed.
//!
//! Needs root and `ip` (iproute2); `.ci/run netns` installs it and runs these. They print what took how long.

use std::process::Command;
use std::time::{Duration, Instant};

use e2e::{Home, Org, RunningNode, fingerprints, same_entries};
use serde_json::Value;

/// Nothing on such a network takes longer, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
const RUN: &str = "run";

fn tool(name: &str, line: &str) -> bool {
    let done = Command::new(name).args(line.split_whitespace()).output();
    done.is_ok_and(|done| done.status.success())
}

fn ip(line: &str) {
    assert!(tool("ip", line), "ip {line}");
}

/// Namespaces that go when this does.
struct Lan {
    spaces: Vec<String>,
    switch: Option<String>,
}

impl Lan {
    fn spaces(name: &str, count: usize) -> Vec<String> {
        let own = std::process::id();
        let spaces: Vec<String> = (0..count).map(|n| format!("boucle-{own}-{name}-{n}")).collect();
        for space in &spaces {
            ip(&format!("netns add {space}"));
            ip(&format!("-n {space} link set lo up"));
        }
        spaces
    }

    /// Two machines on one wire.
    fn wire(name: &str) -> Self {
        let lan = Self { spaces: Self::spaces(name, 2), switch: None };
        ip(&format!("link add eth0 netns {} type veth peer name eth0 netns {}", lan.spaces[0], lan.spaces[1]));
        lan.up()
    }

    /// So many machines on one switch.
    fn switched(name: &str, count: usize) -> Self {
        let switch = Self::spaces(&format!("{name}-sw"), 1).remove(0);
        ip(&format!("-n {switch} link add br0 type bridge"));
        ip(&format!("-n {switch} link set br0 up"));
        let lan = Self { spaces: Self::spaces(name, count), switch: Some(switch.clone()) };
        for (n, space) in lan.spaces.iter().enumerate() {
            ip(&format!("link add eth0 netns {space} type veth peer name port{n} netns {switch}"));
            ip(&format!("-n {switch} link set port{n} master br0 up"));
        }
        lan.up()
    }

    fn up(self) -> Self {
        for (n, space) in self.spaces.iter().enumerate() {
            ip(&format!("-n {space} addr add 10.77.0.{}/24 dev eth0", n + 1));
            ip(&format!("-n {space} link set eth0 up"));
        }
        self
    }

    /// Gives every machine a unique-local address of IPv6 as well.
    fn with_v6(self) -> Self {
        for (n, space) in self.spaces.iter().enumerate() {
            ip(&format!("-n {space} addr add fd77::{}/64 dev eth0 nodad", n + 1));
        }
        self
    }

    /// Takes IPv6 from every machine.
    fn without_v6(self) -> Self {
        for space in &self.spaces {
            let line = format!("netns exec {space} sysctl -q -w net.ipv6.conf.all.disable_ipv6=1");
            assert!(tool("ip", &line), "ip {line}");
        }
        self
    }

    /// What a guest network does: machines reach the switch, not each other.
    fn isolate(&self) {
        let switch = self.switch.as_ref().expect("isolation is the switch's");
        for n in 0..self.spaces.len() {
            let line = format!("-n {switch} link set dev port{n} isolated on");
            assert!(tool("bridge", &line), "bridge {line}");
        }
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        for space in self.spaces.iter().chain(&self.switch) {
            let _ = tool("ip", &format!("netns del {space}"));
        }
    }
}

/// Says what happened when.
struct Log(Instant);

impl Log {
    fn begin(what: &str) -> Self {
        println!("-- {what}");
        Self(Instant::now())
    }

    fn say(&self, what: &str) {
        println!("   {:>7.2} s  {what}", self.0.elapsed().as_secs_f64());
    }

    /// Asks until it holds: each question is a command, the waiting is in the asking.
    fn until(&self, what: &str, holds: impl Fn() -> bool) -> Duration {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "never: {what}");
        }
        println!("   {:>7.2} s  {what} (after {:.2} s)", self.0.elapsed().as_secs_f64(), began.elapsed().as_secs_f64());
        began.elapsed()
    }
}

fn reach(home: &Home) -> Value {
    home.ok("status")["reach"].clone()
}

fn in_touch(home: &Home) -> usize {
    reach(home)["connected"].as_array().map_or(0, Vec::len)
}

fn advice(home: &Home) -> Vec<String> {
    let told = reach(home);
    let codes = told["advice"].as_array().cloned().unwrap_or_default();
    codes.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What `doctor` found of this.
fn found(home: &Home, check: &str) -> Value {
    let report = home.ok("doctor");
    let checks = report["checks"].as_array().cloned().unwrap_or_default();
    let one = checks.into_iter().find(|one| one["check"] == check);
    one.unwrap_or_else(|| panic!("{check} is not in {report}"))["found"].clone()
}

/// What a node showed at its start.
fn shown(node: &RunningNode) -> String {
    node.ready()["listening"].to_string()
}

/// A case that waits for nothing.
fn urgent(home: &Home) -> String {
    let line = "case new --type complaint --channel hotline --category payment.not_received --urgent --text -";
    let made = home.command(line).stdin("Inventé.").run().ok();
    made["ref"].as_str().expect("case new prints the reference").to_owned()
}

fn has(home: &Home, reference: &str) -> bool {
    home.ok("case list").to_string().contains(reference)
}

fn run_all(homes: &[&Home], lan: &Lan) -> Vec<RunningNode> {
    homes.iter().zip(&lan.spaces).map(|(home, space)| home.start_inside(space, RUN)).collect()
}

#[test]
#[ignore = "makes network namespaces: root only, see .ci/run netns"]
fn two_nodes_on_a_wire_find_each_other_and_a_case_crosses() {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    let lan = Lan::wire("wire");
    let log = Log::begin("two nodes on a wire, no address typed");
    let _nodes = run_all(&[&org.rose, &ali], &lan);
    log.say("both run");
    log.until("they are in touch", || in_touch(&org.rose) == 1 && in_touch(&ali) == 1);
    let there = urgent(&org.rose);
    log.until("an urgent case of one is on the other", || has(&ali, &there));
    let back = urgent(&ali);
    log.until("and the other way", || has(&org.rose, &back));
    assert!(advice(&ali).is_empty(), "who is in touch needs no advice");
    for (home, site) in [(&org.rose, "JER ("), (&ali, "REG (")] {
        let heard = found(home, "discovery_heard");
        assert_eq!(heard["n"], 1, "{heard}");
        assert!(
            heard["who"].as_str().is_some_and(|who| who.starts_with(site) && who.contains("/ip4/10.77.")),
            "{heard}"
        );
    }
}

#[test]
#[ignore = "makes network namespaces: root only, see .ci/run netns"]
fn addresses_of_ipv6_are_told_found_and_typed_like_the_others() {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    let lan = Lan::wire("both").with_v6();
    let log = Log::begin("two nodes with IPv4 and IPv6");
    let nodes = run_all(&[&org.rose, &ali], &lan);
    log.until("they are in touch", || in_touch(&org.rose) == 1 && in_touch(&ali) == 1);
    let told = shown(&nodes[0]);
    assert!(told.contains("/ip4/10.77.0.1/tcp/4410") && told.contains("/ip6/fd77::1/tcp/4410"), "{told}");
    assert!(!told.contains("/ip6/fe80"), "link-local addresses serve one cable only: {told}");
    assert_eq!(reach(&ali)["interfaces"], serde_json::json!(["10.77.0.2", "fd77::2"]));
    for typed in ["[fd77::1]:4410", "fd77::1", "/ip6/fd77::1/tcp/4410"] {
        let reply = ali.command("sync").arg(typed).run().ok();
        assert_eq!(e2e::first_peer(&reply)["equal"], true, "{typed}: {reply}");
    }
    log.say("typed in three ways: equal");
    let reply = ali.command("sync").run().ok();
    assert_eq!(e2e::first_peer(&reply)["equal"], true, "one peer, at however many addresses: {reply}");
    for space in &lan.spaces {
        ip(&format!("-n {space} -4 addr flush dev eth0"));
    }
    let case = urgent(&org.rose);
    log.until("without IPv4 a case crosses on IPv6", || has(&ali, &case));
}

#[test]
#[ignore = "makes network namespaces: root only, see .ci/run netns"]
fn machines_without_ipv6_work_as_ever() {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    let lan = Lan::wire("v4").without_v6();
    let log = Log::begin("two nodes without IPv6");
    let nodes = run_all(&[&org.rose, &ali], &lan);
    log.until("they are in touch", || in_touch(&org.rose) == 1 && in_touch(&ali) == 1);
    assert!(shown(&nodes[0]).contains("/ip4/10.77.0.1/tcp/4410"), "{}", nodes[0].ready());
    assert!(!shown(&nodes[0]).contains("/ip6/"), "{}", nodes[0].ready());
}

#[test]
#[ignore = "makes network namespaces: root only, see .ci/run netns"]
fn three_nodes_on_a_switch_become_equal_whoever_writes() {
    let org = Org::founded();
    let homes = [&org.join("JER", "cfm_manager", "Ali"), &org.join("MNK", "committee", "Awa")];
    let all = [&org.rose, homes[0], homes[1]];
    let lan = Lan::switched("three", 3);
    let log = Log::begin("three nodes on a switch");
    let _nodes = run_all(&all, &lan);
    log.until("everybody is in touch with everybody", || all.iter().all(|home| in_touch(home) == 2));
    let cases: Vec<String> = all.iter().map(|home| urgent(home)).collect();
    log.until("each has the cases of all", || {
        [all[0], all[1]].iter().all(|home| cases.iter().all(|reference| has(home, reference)))
    });
    log.until("and all hold the same entries", || same_entries(&all));
}

#[test]
#[ignore = "makes network namespaces: root only, see .ci/run netns"]
fn a_link_that_goes_down_and_comes_back_is_used_again_by_itself() {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    let lan = Lan::switched("flap", 2);
    let log = Log::begin("a cable is pulled and put back");
    let _nodes = run_all(&[&org.rose, &ali], &lan);
    log.until("they are in touch", || in_touch(&org.rose) == 1 && in_touch(&ali) == 1);
    // what a desktop does when the carrier goes: the address goes with it
    ip(&format!("-n {} addr flush dev eth0", lan.spaces[1]));
    ip(&format!("-n {} link set eth0 down", lan.spaces[1]));
    log.say("pulled");
    let meanwhile = urgent(&org.rose);
    let apart = urgent(&ali);
    log.until("both notice", || in_touch(&org.rose) == 0 && in_touch(&ali) == 0);
    assert!(advice(&ali).iter().any(|code| code == "no_network"), "{:?}", advice(&ali));
    ip(&format!("-n {} link set eth0 up", lan.spaces[1]));
    ip(&format!("-n {} addr add 10.77.0.2/24 dev eth0", lan.spaces[1]));
    log.say("put back");
    log.until("what was written meanwhile has crossed", || has(&ali, &meanwhile) && has(&org.rose, &apart));
    log.until("they hold the same entries", || same_entries(&[&org.rose, &ali]));
}

#[test]
#[ignore = "makes network namespaces: root only, see .ci/run netns"]
fn a_short_interruption_is_bridged_without_a_new_start() {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    let lan = Lan::switched("blink", 2);
    let log = Log::begin("the Wi-Fi blinks");
    let _nodes = run_all(&[&org.rose, &ali], &lan);
    log.until("they are in touch", || in_touch(&org.rose) == 1 && in_touch(&ali) == 1);
    ip(&format!("-n {} link set eth0 down", lan.spaces[1]));
    let meanwhile = urgent(&org.rose);
    ip(&format!("-n {} link set eth0 up", lan.spaces[1]));
    log.say("down and up again");
    log.until("what was written meanwhile has crossed", || has(&ali, &meanwhile));
}

#[test]
#[ignore = "makes network namespaces: root only, see .ci/run netns"]
fn two_organisations_share_a_network_and_ignore_each_other() {
    let (ours, theirs) = (Org::founded(), Org::founded());
    let (ali, zoe) = (ours.join("JER", "cfm_manager", "Ali"), theirs.join("JER", "cfm_manager", "Zoe"));
    let lan = Lan::switched("orgs", 4);
    let log = Log::begin("two organisations on one network");
    let _nodes = run_all(&[&ours.rose, &theirs.rose, &ali, &zoe], &lan);
    log.until("each finds its own", || [&ours.rose, &theirs.rose, &ali, &zoe].iter().all(|home| in_touch(home) == 1));
    let (one, other) = (urgent(&ours.rose), urgent(&theirs.rose));
    log.until("cases arrive at their own", || has(&ali, &one) && has(&zoe, &other));
    log.until("strangers were heard and did not get in", || reach(&ali)["discovery"]["heard"].as_u64() >= Some(3));
    let ids = |home: &Home| -> Vec<String> { fingerprints(home).into_iter().map(|(id, ..)| id).collect() };
    assert!(ids(&ali).iter().all(|id| !ids(&zoe).contains(id)), "a scope of one is on the other");
    for home in [&ours.rose, &ali, &theirs.rose, &zoe] {
        assert_eq!(home.ok("verify")["ok"], true);
        assert_eq!(in_touch(home), 1);
    }
}

#[test]
#[ignore = "makes network namespaces: root only, see .ci/run netns"]
fn where_clients_are_isolated_status_and_sync_say_what_to_do() {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    let lan = Lan::switched("guest", 2);
    lan.isolate();
    let log = Log::begin("a guest network that isolates its clients");
    let nodes = run_all(&[&org.rose, &ali], &lan);
    let refused = ali.command("sync").run().refused(6, "no_peer");
    log.say(refused["message"].as_str().expect("words"));
    log.say(refused["hint"].as_str().expect("a hint"));
    let (line, hint) = ali.command("sync").in_words().run().refused_in_words(6);
    assert!(line.contains("nobody in reach") && hint.is_some_and(|hint| hint.contains("HOST:PORT")), "{line}");
    let told = advice(&ali);
    for code in ["same_network", "isolation", "type_address", "carry"] {
        assert!(told.iter().any(|c| c == code), "{code} is not among {told:?}");
    }
    assert_eq!(reach(&ali)["interfaces"], serde_json::json!(["10.77.0.2"]));
    found(&ali, "discovery_alone");
    // an address helps as little here, and says so in the time it promises
    assert!(shown(&nodes[0]).contains("/ip4/10.77.0.1/tcp/4410"), "{}", nodes[0].ready());
    let began = Instant::now();
    let done = ali.command("sync").arg("10.77.0.1").run();
    assert_eq!(done.status.code(), Some(6), "{done}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    log.say("an address that cannot be reached is given up in time");
    let shown = ali.command("status").in_words().run().stdout;
    println!("{shown}");
    assert!(shown.contains("Nobody in touch") && shown.contains("USB"), "{shown}");
}

#[test]
#[ignore = "makes network namespaces: root only, see .ci/run netns"]
fn where_multicast_is_blocked_an_address_typed_once_serves() {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    let lan = Lan::switched("mute", 2);
    let log = Log::begin("a network that drops multicast");
    // a firewall on both machines: the usual reason
    let mut is_blocked = true;
    for space in &lan.spaces {
        let rules = [
            "add table inet boucle",
            "add chain inet boucle in { type filter hook input priority 0 ; }",
            "add rule inet boucle in udp dport 5353 drop",
        ];
        is_blocked &= rules.iter().all(|rule| tool("ip", &format!("netns exec {space} nft {rule}")));
    }
    assert!(is_blocked, "nft cannot set the rules");
    let _nodes = run_all(&[&org.rose, &ali], &lan);
    ali.command("sync").run().refused(6, "no_peer");
    log.say("nobody is found");
    let reply = ali.command("sync").arg("10.77.0.1").run().ok();
    assert_eq!(e2e::first_peer(&reply)["equal"], true, "{reply}");
    log.say("by address: equal");
    // known from now on
    let reply = ali.command("sync").run().ok();
    assert_eq!(e2e::first_peer(&reply)["equal"], true, "{reply}");
    let known = reach(&ali)["addresses"].to_string();
    assert!(known.contains("10.77.0.1") && known.contains("answered"), "{known}");
    log.say("and again without typing it");
}
