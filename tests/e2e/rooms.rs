//! How the sources are cut: rooms of `node` import downward only, and no type gathers the methods of many rooms.
//!
//! Reads the sources as text. Tests are left out: they may look anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms of `node`, the lowest first: each may import those before it. Those of one line do not know each other.
const ROOMS: &[&[&str]] = &[
    &["error"],
    &["reply", "texts"],
    &["store"],
    &["keys"],
    &["clock"],
    &["log"],
    &["home"],
    &["members"],
    &["cases"],
    &["list"],
    &["writes"],
    &["sync"],
    &["exchange"],
    &["health"],
    &["api"],
];
/// Most methods of one type.
const METHODS_MAX: usize = 50;
/// Files beside the rooms.
const BESIDE: &[&str] = &["lib", "testkit", "tests"];

/// A source without its tests and comments.
struct Source {
    path: PathBuf,
    code: String,
}

fn sources(krate: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(krate).join("src");
    let (mut folders, mut found) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the sources are beside the tests").flatten() {
            let path = entry.path();
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if matches!(name, "tests" | "testkit") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("sources are UTF-8");
                let path = path.strip_prefix(&root).expect("below it").to_owned();
                found.push(Source { path, code: without_tests(&text) });
            }
        }
    }
    assert!(!found.is_empty(), "{krate} has sources");
    found
}

/// The code without comments, and without the modules and functions of tests.
fn without_tests(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            code.push_str(line);
            code.push('\n');
            continue;
        }
        // what it stands on ends where its own indentation comes back
        let indent = line.len() - line.trim_start().len();
        for line in lines.by_ref() {
            let ends = line.len() - line.trim_start().len() == indent;
            if ends && (line.trim_end().ends_with('}') || line.trim_end().ends_with(';')) {
                break;
            }
        }
    }
    code
}

fn room_of(path: &Path) -> String {
    let first = path.iter().next().and_then(|part| part.to_str()).expect("a path");
    first.trim_end_matches(".rs").to_owned()
}

fn word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())]
}

/// Modules of the crate that a source names.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => {
                let mut depth = 0;
                let names = list.split_inclusive([',', '{', '}']).take_while(|part| {
                    let is_open = depth >= 0;
                    depth += part.matches('{').count() as i32 - part.matches('}').count() as i32;
                    is_open
                });
                found.extend(names.map(|name| word(name.trim()).to_owned()).filter(|name| !name.is_empty()));
            }
            None => drop(found.insert(word(rest).to_owned())),
        }
    }
    found
}

/// Imports that go upward, or to a room of the same line.
fn upward(rooms: &[&[&str]], sources: &[Source]) -> Vec<String> {
    let rank = |room: &str| rooms.iter().position(|line| line.contains(&room));
    let mut found = Vec::new();
    for source in sources {
        let room = room_of(&source.path);
        let Some(own) = rank(&room) else { continue };
        for name in imports(&source.code) {
            if rank(&name).is_some_and(|other| other > own || (other == own && name != room)) {
                found.push(format!("{} names {name}", source.path.display()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn rooms_of_node_import_downward_only() {
    let sources = sources("node");
    let found = upward(ROOMS, &sources);
    assert!(found.is_empty(), "upward: {found:#?}");
    // nothing stands outside the rooms, and every room is there
    let at_top: BTreeSet<String> = sources.iter().map(|source| room_of(&source.path)).collect();
    let known: BTreeSet<String> = ROOMS.concat().iter().chain(BESIDE).map(|name| (*name).to_owned()).collect();
    assert!(at_top.is_subset(&known), "no rooms: {:?}", at_top.difference(&known).collect::<Vec<_>>());
    assert!(ROOMS.concat().iter().all(|room| at_top.contains(*room)), "{at_top:?}");
    // every import names a room, so that none is overlooked
    for source in &sources {
        for name in imports(&source.code) {
            let is_item = name.starts_with(char::is_uppercase);
            assert!(is_item || known.contains(&name), "{} names {name}", source.path.display());
        }
    }
}

#[test]
fn only_the_log_has_methods_of_the_log() {
    let sources = sources("node");
    let outside = sources.iter().filter(|source| room_of(&source.path) != "log" && source.code.contains("impl Log "));
    let found: Vec<_> = outside.map(|source| source.path.display().to_string()).collect();
    assert!(found.is_empty(), "{found:?}");
    assert!(sources.iter().any(|source| source.code.contains("impl Log {")), "the log is called so");
}

/// What follows `<…>`, where it begins with such.
fn after_generics(text: &str) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        depth += i32::from(c == '<') - i32::from(c == '>');
        if depth == 0 {
            return text[at..].trim_start_matches('>');
        }
    }
    text
}

/// Methods of each type of a crate, trait implementations left out.
fn methods(sources: &[Source]) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for source in sources {
        let mut of: Option<String> = None;
        for line in source.code.lines() {
            if let Some(rest) = line.strip_prefix("impl").filter(|rest| rest.starts_with([' ', '<'])) {
                of = (!rest.contains(" for ")).then(|| word(after_generics(rest).trim()).to_owned());
            } else if line.starts_with('}') {
                of = None;
            } else if let Some(of) = &of {
                let words: Vec<&str> = line.strip_prefix("    ").map(|l| l.split(' ').collect()).unwrap_or_default();
                let is_fn = words.iter().take(5).any(|word| *word == "fn") && !line.starts_with("     ");
                *counts.entry(of.clone()).or_default() += usize::from(is_fn);
            }
        }
    }
    counts
}

#[test]
fn no_type_has_more_than_fifty_methods() {
    for krate in ["crdt-model", "transport", "node", "cli"] {
        let counts = methods(&sources(krate));
        let most = counts.iter().max_by_key(|(_, n)| **n).expect("types with methods");
        println!("{krate}: {} methods of {}", most.1, most.0);
        assert!(*most.1 <= METHODS_MAX, "{krate}: {most:?}");
        assert!(*most.1 > 3, "the count sees methods: {most:?}");
    }
}

#[test]
fn the_walk_finds_what_goes_upward() {
    let source = |path: &str, text: &str| Source { path: path.into(), code: without_tests(text) };
    let rooms: &[&[&str]] = &[&["store"], &["log"], &["sync", "health"]];
    let fine = [
        source("sync/session.rs", "use crate::log::Log;\nuse crate::{store, log};\n"),
        source(
            "log.rs",
            "use crate::store;\n// use crate::sync;\n#[cfg(test)]\nmod tests {\n    use crate::sync;\n}\n",
        ),
        source("store.rs", "#[cfg(test)]\nuse crate::log::Log;\nfn read() {}\n"),
    ];
    assert_eq!(upward(rooms, &fine), Vec::<String>::new());
    let bad = [
        source("store/tx.rs", "fn read() { crate::log::append() }\n"),
        source("log.rs", "use crate::{\n    store,\n    sync::{self, Session},\n};\n"),
        source("health.rs", "use crate::sync::peers;\n"),
    ];
    let found = upward(rooms, &bad);
    assert_eq!(found, ["health.rs names sync", "log.rs names sync", "store/tx.rs names log"]);
    let counted = source(
        "a.rs",
        "impl<'a> Batch<'a> {\n    fn one(&self) {\n        fn not() {}\n    }\n    pub(crate) fn two() {}\n}\nimpl Read for Batch {\n    fn not() {}\n}\n",
    );
    assert_eq!(methods(&[counted]), BTreeMap::from([("Batch".to_owned(), 2)]));
}
