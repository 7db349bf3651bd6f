//! The pages tell the truth where a machine can tell: links lead somewhere, the tests that hold a promise exist, and no
//! format is left out of the protocol.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the workspace");
    root.to_owned()
}

/// Files below `folder` whose names end so, build output and version control left out.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a folder that was opened can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                open.push(path);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between `open` and `close`, each time.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).collect()
}

/// The anchors of a page, as the forge makes them from its headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let heading = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        words.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c)).collect::<String>().replace(' ', "-")
    };
    text.lines().filter(|line| line.starts_with('#')).map(heading).collect()
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let mut seen = 0;
    for page in files(&root(), ".md") {
        let text = read(&page);
        for link in between(&text, "](", ")") {
            if link.contains("://") || link.contains(char::is_whitespace) {
                continue;
            }
            seen += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { page.with_file_name("").join(file) };
            assert!(target.exists(), "{}: {link} leads nowhere", page.display());
            if !anchor.is_empty() {
                assert!(anchors(&read(&target)).contains(anchor), "{}: no heading for {link}", page.display());
            }
        }
    }
    assert!(seen > 20, "the pages link to each other: {seen}");
}

#[test]
fn every_test_that_threats_and_coverage_name_exists() {
    let code: String = files(&root(), ".rs").iter().map(|path| read(path)).collect();
    let threats = read(&root().join("docs/THREATS.md")) + &read(&root().join("docs/COVERAGE.md"));
    let is_test =
        |word: &&str| word.matches('_').count() > 2 && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let named: BTreeSet<&str> = between(&threats, "`", "`").into_iter().filter(is_test).collect();
    assert!(named.len() > 20, "the pages name tests: {}", named.len());
    for test in named {
        assert!(code.contains(&format!("fn {test}(")), "no test {test}");
    }
}

#[test]
fn every_vector_file_and_every_derivation_is_in_the_protocol() {
    let protocol = read(&root().join("docs/PROTOCOL.md"));
    let vectors = files(&root().join("crdt-model/tests/vectors"), ".txt");
    assert!(vectors.len() > 5, "the vectors are where they were");
    for file in vectors {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert!(protocol.contains(&format!("`{name}`")), "{name} is in no section");
    }
    let mut derivations = BTreeSet::new();
    for file in files(&root().join("crdt-model/src"), ".rs") {
        let text = read(&file);
        derivations.extend(between(&text, "\"boucle 2026 ", "\"").into_iter().map(|c| format!("\"boucle 2026 {c}\"")));
        derivations.extend(between(&text, "\"boucle/", "\"").into_iter().map(|c| format!("\"boucle/{c}\"")));
    }
    assert!(derivations.len() > 20, "the code derives keys and ids: {}", derivations.len());
    for derivation in derivations {
        assert!(protocol.contains(&derivation), "{derivation} is in no section");
    }
}

/// The words of a line as a shell cuts them; what stands behind ` #` is a comment.
fn words_of(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut is_word) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => word.push(c),
            None if c == '"' || c == '\'' => (quote, is_word) = (Some(c), true),
            None if c == '#' && word.is_empty() && !is_word => break,
            None if c.is_whitespace() => {
                if is_word || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                is_word = false;
            }
            None => word.push(c),
        }
    }
    if is_word || !word.is_empty() {
        words.push(word);
    }
    words
}

#[test]
fn every_command_that_a_page_shows_is_one_that_the_program_takes() {
    let mut seen = 0;
    let pages = files(&root().join("docs"), ".md").into_iter().chain([root().join("README.md")]);
    for page in pages {
        let text = read(&page);
        let shown = between(&text, "```console", "```").into_iter().flat_map(str::lines);
        for line in shown.filter_map(|line| line.trim().strip_prefix("$ ")) {
            // a variable for one command, a pipe into the next
            let line = line.split(" | ").next().unwrap_or(line);
            let words = words_of(line);
            let mut words = words.iter().skip_while(|word| word.contains('=') && !word.starts_with('-'));
            if words.next().is_none_or(|program| program != "boucle") {
                continue;
            }
            // an option that does not exist, or a verb, is refused before the help is shown
            let args: Vec<&String> =
                words.take_while(|word| !matches!(word.as_str(), ">" | "<" | "&&" | ";")).collect();
            let told = std::process::Command::new(e2e::program()).args(&args).arg("--help").output().expect("runs");
            let why = String::from_utf8_lossy(&told.stderr).into_owned();
            assert!(told.status.success(), "{}: {line}\n{why}", page.display());
            seen += 1;
        }
    }
    assert!(seen > 50, "the pages show commands: {seen}");
}
