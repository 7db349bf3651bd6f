//! Which crate may know which: `cli → node → {crdt-model, transport}`, and the leaves do not know each other.
//!
//! Asks `cargo metadata` for the resolved graph of this machine and walks it. `crdt-model` is held to more by its
//! `clippy.toml` (no clock, files, network or ambient randomness through the standard library either).

mod rooms;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The resolved dependency graph, without dependencies that only tests or build scripts need.
struct Graph {
    /// Direct dependencies of each package, by name.
    direct: BTreeMap<String, BTreeSet<String>>,
    /// The packages of this workspace.
    ours: BTreeSet<String>,
}

fn program(variable: &str, name: &str) -> Command {
    Command::new(std::env::var_os(variable).unwrap_or_else(|| name.into()))
}

/// What a tool prints.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo and rustc print UTF-8")
}

fn host() -> String {
    let version = output(program("RUSTC", "rustc").arg("-vV"));
    version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_owned()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("metadata without {key}"))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("metadata without {key}"))
}

impl Graph {
    /// The graph of the workspace with default features on this machine. Needs no network: what it names was built.
    fn of_this_workspace() -> Self {
        let mut cargo = program("CARGO", "cargo");
        cargo.args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host()]);
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        Self::read(&serde_json::from_str(&output(&mut cargo)).expect("metadata is JSON"))
    }

    fn read(metadata: &Value) -> Self {
        let packages = list(metadata, "packages");
        let name: BTreeMap<&str, &str> = packages.iter().map(|p| (text(p, "id"), text(p, "name"))).collect();
        let ours: BTreeSet<&str> = list(metadata, "workspace_members").iter().filter_map(Value::as_str).collect();
        let ours = ours.iter().map(|id| name[id].to_owned()).collect();
        let mut graph = Self { direct: BTreeMap::new(), ours };
        for node in list(&metadata["resolve"], "nodes") {
            let id = text(node, "id");
            // two versions of one crate share a name: what either needs counts for both
            let direct = graph.direct.entry(name[id].to_owned()).or_default();
            for dependency in list(node, "deps") {
                let normal = list(dependency, "dep_kinds").iter().any(|kind| kind["kind"].is_null());
                if normal {
                    direct.insert(name[text(dependency, "pkg")].to_owned());
                }
            }
        }
        graph
    }

    fn direct(&self, package: &str) -> &BTreeSet<String> {
        self.direct.get(package).unwrap_or_else(|| panic!("no package {package}"))
    }

    /// Everything `package` needs, however far down.
    fn all(&self, package: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = self.direct(package).iter().map(String::as_str).collect();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(self.direct(next).iter().map(String::as_str));
            }
        }
        seen
    }

    /// Names among `of` that are, or begin with, one of `banned`.
    fn among<'g>(of: impl IntoIterator<Item = &'g str>, banned: &[&str]) -> Vec<&'g str> {
        let is = |name: &str, banned: &str| name == banned || name.starts_with(&format!("{banned}-"));
        of.into_iter().filter(|name| banned.iter().any(|banned| is(name, banned))).collect()
    }

    /// Fails if `package` needs one of `banned`, however far down.
    fn never(&self, package: &str, banned: &[&str]) {
        let found = Self::among(self.all(package), banned);
        assert!(found.is_empty(), "{package} must not depend on {found:?}");
    }

    /// Fails if `package` names one of `banned` itself.
    fn never_itself(&self, package: &str, banned: &[&str]) {
        let found = Self::among(self.direct(package).iter().map(String::as_str), banned);
        assert!(found.is_empty(), "{package} must not name {found:?} itself");
    }
}

#[test]
fn crdt_model_touches_no_network_store_clock_or_randomness() {
    let graph = Graph::of_this_workspace();
    let io = ["tokio", "async-std", "mio", "socket2", "libp2p", "quinn", "hyper", "redb", "memmap2", "tempfile"];
    graph.never("crdt-model", &io);
    graph.never("crdt-model", &["node", "transport", "boucle", "clap"]);
    graph.never_itself("crdt-model", &["getrandom", "rand", "futures", "tracing", "chrono"]);
}

#[test]
fn transport_cannot_read_a_case() {
    let graph = Graph::of_this_workspace();
    graph.never("transport", &["crdt-model", "node", "boucle", "redb", "automerge", "hpke", "minicbor", "clap"]);
}

#[test]
fn node_knows_no_command_line_and_cli_no_store_or_network() {
    let graph = Graph::of_this_workspace();
    graph.never("node", &["clap", "boucle", "rpassword"]);
    // the machine's zone is asked for where people type and read hours, and nowhere below
    graph.never_itself("node", &["jiff"]);
    graph.never_itself("boucle", &["redb", "libp2p", "automerge", "chacha20poly1305", "ed25519-dalek", "hpke"]);
    assert!(graph.direct("boucle").contains("node"), "cli stands on node");
}

#[test]
fn no_crate_is_in_a_circle() {
    let graph = Graph::of_this_workspace();
    for package in &graph.ours {
        assert!(!graph.all(package).contains(package.as_str()), "{package} depends on itself");
    }
}

/// Features that our crates are built with when Cargo builds `boucle`, by crate.
fn features_of_the_binary(more: &[&str]) -> BTreeMap<String, String> {
    let mut cargo = program("CARGO", "cargo");
    cargo.args(["tree", "--locked", "--offline", "--package", "boucle", "--edges", "normal,build"]);
    cargo.args(["--prefix", "none", "--format", "{p}|{f}"]).args(more).current_dir(env!("CARGO_MANIFEST_DIR"));
    let ours = ["boucle ", "node ", "crdt-model ", "transport "];
    let printed = output(&mut cargo);
    let lines = printed.lines().filter(|line| ours.iter().any(|name| line.starts_with(name)));
    let pairs = lines.filter_map(|line| line.split_once('|'));
    pairs.map(|(package, on)| (package.split(' ').next().unwrap_or_default().to_owned(), on.to_owned())).collect()
}

#[test]
fn nothing_that_tests_may_do_is_in_the_binary() {
    // sealing can be turned off, passphrases be cheap and the store stall only with the feature `testing`
    let shipped = features_of_the_binary(&[]);
    assert_eq!(shipped.len(), 4, "{shipped:?}");
    assert!(shipped.values().all(|on| !on.contains("testing")), "{shipped:?}");
    // the same look finds the feature where it is on
    let tested = features_of_the_binary(&["--features", "testing"]);
    assert!(["boucle", "node", "crdt-model"].iter().all(|package| tested[*package].contains("testing")), "{tested:?}");
}

#[test]
fn the_walk_finds_what_is_there() {
    // the checks above are absences: the same walk must see what certainly is in the graph
    let graph = Graph::of_this_workspace();
    for (package, needed) in [
        ("node", "redb"),
        ("transport", "libp2p"),
        ("boucle", "automerge"),
        ("boucle", "tokio"),
        ("crdt-model", "automerge"),
    ] {
        assert!(graph.all(package).contains(needed), "{package} needs {needed}");
    }
    assert_eq!(Graph::among(["libp2p-noise", "libp2px", "redb"], &["libp2p"]), ["libp2p-noise"]);
    assert!(!graph.direct("crdt-model").contains("proptest"), "what only tests need is left out");
}
