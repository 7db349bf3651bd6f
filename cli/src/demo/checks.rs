//! What the story promises. Each check is a function of what commands answered, and gives the facts it holds by.
//!
//! A check asks nothing itself: its test gives it answers for which it must fail.

use std::path::Path;

use node::error::{Failure, IoOperation};
use serde_json::Value;

/// The facts a promise was seen to hold by: counts, codes and references, never words.
pub(super) type Facts = Vec<(&'static str, Value)>;
/// The facts, or the first thing that is not so.
pub(super) type Checked = Result<Facts, Failure>;

/// What only the PSEA audience may read; invented, and like nothing else in the story.
pub(super) const ALLEGATION: &str =
    "Récit inventé, tourterelle-4719 : un agent a demandé des faveurs contre une inscription.";
/// The part of it that must not stand on any disk.
pub(super) const CANARY: &str = "tourterelle-4719";
/// Where the office noted that the person lives.
pub(super) const PLACE: &str = "derrière l'école, deuxième porte";
/// What a first import of the sample must say.
const SUMMARY: [(&str, u64); 6] =
    [("rows", 32), ("created", 31), ("unchanged", 1), ("sealed", 3), ("rejected", 0), ("duplicates_proposed", 1)];
/// Bytes of a sync without news, both ways together.
const QUIET_BYTES_MAX: u64 = 400;

/// The file becomes exactly the cases its description says.
pub(super) fn import(summary: &Value) -> Checked {
    SUMMARY.iter().try_for_each(|(name, expected)| same(name, number(summary, name), *expected))?;
    Ok(SUMMARY.map(|(name, count)| (name, count.into())).to_vec())
}

/// The same file again creates nothing.
pub(super) fn import_again(summary: &Value) -> Checked {
    same("created", number(summary, "created"), 0)?;
    same("unchanged", number(summary, "unchanged"), 32)?;
    Ok(vec![("created", 0.into()), ("unchanged", 32.into())])
}

/// Edits made apart are all there; a field written twice is a visible conflict.
pub(super) fn both_edits(mark: &str, cases: &[Value], conflicts: &[Value]) -> Checked {
    for case in cases {
        same("partner", word(case, "partner"), "croix-bleue")?;
        holds("the locality of the office is not there", case["location"]["locality"] == PLACE)?;
    }
    for conflicts in conflicts {
        same("conflicts", words(conflicts, "field").join(", ").as_str(), "project")?;
        let mut values = words(&conflicts[0]["values"], "value");
        values.sort_unstable();
        same("project", values.join(", ").as_str(), "transferts, vivres")?;
    }
    Ok(vec![("ref", mark.into()), ("field", "project".into())])
}

/// A conflict settled once is settled everywhere.
pub(super) fn settled(chosen: &str, cases: &[Value], conflicts: &[Value]) -> Checked {
    conflicts.iter().try_for_each(|left| same("conflicts", rows(left).count(), 0))?;
    cases.iter().try_for_each(|case| same("project", word(case, "project"), chosen))?;
    Ok(vec![("field", "project".into()), ("value", chosen.into())])
}

/// A member sees that the restricted case is there, and nothing of it.
pub(super) fn sees_nothing(name: &str, id: &str, list: &Value, case: &Value, history: &Value) -> Result<(), Failure> {
    let row = rows(list).find(|row| row["case_id"] == id);
    let row = row.ok_or_else(|| unmet(format!("{name}: the case has not arrived")))?;
    same(&format!("{name}: status"), word(row, "status"), "restricted")?;
    for field in ["ref", "category", "channel", "type", "sensitivity", "received_at"] {
        holds(&format!("{name}: {field} is shown"), row[field].is_null())?;
    }
    withheld(name, case)?;
    let told = [list, case, history].iter().any(|value| value.to_string().contains(CANARY));
    holds(&format!("{name}: the words of the allegation are shown"), !told)
}

/// The allegation is not given to a reader.
pub(super) fn withheld(name: &str, case: &Value) -> Result<(), Failure> {
    holds(&format!("{name}: the allegation is shown"), case["allegation"]["withheld"] == "sensitive")
}

/// The PSEA focal point reads the allegation.
pub(super) fn focal_can(mark: &str, case: &Value) -> Checked {
    let words = words(&case["allegation"], "text");
    holds("the focal point does not read the allegation", words.contains(&ALLEGATION))?;
    same("category", word(case, "category"), "sea.abuse")?;
    same("ref", word(case, "ref"), mark)?;
    Ok(vec![("member", "Paule".into())])
}

/// A loop is closed by an answer and a satisfied person, by nothing less: `open` are the replies before that, `early`
/// is the code that refused a closing before the person spoke, `closed` is the case on each node in the end.
pub(super) fn loop_closed(mark: &str, open: &[Value], early: &str, closed: &[Value]) -> Checked {
    open.iter().try_for_each(|reply| same("loop_closed", &reply["loop_closed"], &false.into()))?;
    same("a closing before the person spoke", early, "not_satisfied")?;
    for case in closed {
        same("status", word(case, "status"), "closed")?;
        same("loop_closed", &case["loop_closed"], &true.into())?;
    }
    Ok(vec![("ref", mark.into())])
}

/// The last change travels as a file, and an answer comes back. `fingerprints` are those of both nodes after that.
pub(super) fn bundle(exported: &Value, taken: &Value, back: &Value, fingerprints: [Value; 2]) -> Checked {
    holds("the file does not hold the last change", number(exported, "entries") > 0)?;
    same("new", number(taken, "new"), number(exported, "entries"))?;
    same("missing", number(taken, "missing"), 0)?;
    holds("no answer came back", number(back, "back") > 0)?;
    let [here, there] = fingerprints.map(by_scope);
    holds("the two nodes do not hold the same", here == there)?;
    Ok(vec![("entries", exported["entries"].clone()), ("back", back["back"].clone())])
}

/// All nodes hold the same entries.
pub(super) fn same_entries(fingerprints: Vec<Value>) -> Checked {
    let mut nodes = fingerprints.into_iter().map(by_scope);
    let first = nodes.next().unwrap_or_default();
    let count = |node: &[Value]| node.iter().map(|scope| number(scope, "entries")).sum::<u64>();
    let entries = count(&first);
    holds("there are no entries", entries > 0)?;
    for node in nodes {
        same("entries", count(&node), entries)?;
        holds("fingerprints differ", node == first)?;
    }
    Ok(vec![("entries", entries.into()), ("scopes", first.len().into())])
}

/// Two members of the same rights read the same on two machines.
pub(super) fn same_digest(here: &Value, there: &Value) -> Checked {
    holds("there are no cases", number(here, "cases") > 0)?;
    same("cases", number(there, "cases"), number(here, "cases"))?;
    holds("there is no digest", here["digest"].is_string())?;
    same("digest", &there["digest"], &here["digest"])?;
    Ok(vec![("cases", here["cases"].clone()), ("digest", here["digest"].clone())])
}

/// A sync without news is one short round trip.
pub(super) fn quiet(peer: &Value) -> Checked {
    same("entries", number(peer, "entries_sent") + number(peer, "entries_received"), 0)?;
    same("round_trips", number(peer, "round_trips"), 1)?;
    let bytes = number(peer, "bytes_sent") + number(peer, "bytes_received");
    holds(&format!("bytes: {bytes} > {QUIET_BYTES_MAX}"), bytes <= QUIET_BYTES_MAX)?;
    Ok(vec![("bytes", bytes.into()), ("elapsed_ms", peer["elapsed_ms"].clone())])
}

/// Every signature, chain and hash is right on every node.
pub(super) fn verified(reports: &[Value]) -> Checked {
    for report in reports {
        holds("a node is not in order", report["ok"] == true)?;
        holds("a node has no entries", number(report, "entries") > 0)?;
    }
    Ok(vec![("entries", reports.iter().map(|report| number(report, "entries")).sum::<u64>().into())])
}

/// Nothing is left: `left` are the files that should be gone.
pub(super) fn clean(nodes_ended: usize, kept: bool, left: &[&Path]) -> Checked {
    left.iter().try_for_each(|path| holds(&format!("{} is left", path.display()), !path.exists()))?;
    Ok(vec![("nodes_ended", nodes_ended.into()), ("kept", if kept { "yes" } else { "no" }.into())])
}

/// Reads every file below `folder`; fails if one of them holds `needle`. The bytes read.
pub(super) fn without(folder: &Path, needle: &str) -> Result<u64, Failure> {
    let (mut folders, mut bytes) = (vec![folder.to_owned()], 0);
    let unreadable = |path: &Path, error: &std::io::Error| Failure::io(IoOperation::Read, path, error);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            let entry = entry.map_err(|error| unreadable(&folder, &error))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(|error| unreadable(&folder, &error))?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let held = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
                bytes += held.len() as u64;
                let found = held.windows(needle.len()).any(|window| window == needle.as_bytes());
                holds(&format!("the words stand in {}", path.display()), !found)?;
            }
        }
    }
    holds("there was nothing to search", bytes > 0)?;
    Ok(bytes)
}

/// Goes on if `found` is `expected`; otherwise says both.
fn same<T: PartialEq + std::fmt::Display>(name: &str, found: T, expected: T) -> Result<(), Failure> {
    if found == expected { Ok(()) } else { Err(unmet(format!("{name}: {found} ≠ {expected}"))) }
}

/// Goes on if it holds; otherwise says `unless`.
pub(super) fn holds(unless: &str, holds: bool) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(unmet(unless)) }
}

/// Something is not as it should be. `why`: counts and codes, never words.
pub(super) fn unmet(why: impl ToString) -> Failure {
    Failure::new("demo_stopped").arg("why", why)
}

pub(super) fn rows(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What each row says under this name.
pub(super) fn words<'a>(value: &'a Value, name: &str) -> Vec<&'a str> {
    rows(value).filter_map(|row| row[name].as_str()).collect()
}

/// A count; what is not there is none.
pub(super) fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_default()
}

fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or("-")
}

/// Fingerprints in an order that does not depend on the node.
fn by_scope(fingerprints: Value) -> Vec<Value> {
    let mut scopes: Vec<Value> = rows(&fingerprints).cloned().collect();
    scopes.sort_by_key(|scope| scope["id"].to_string());
    scopes
}

#[cfg(test)]
mod tests;
