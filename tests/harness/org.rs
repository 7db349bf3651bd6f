//! A founded organisation, and its homes coming together.

use serde_json::Value;

use crate::{Home, RunningNode};

/// Rounds after which homes must agree: one to meet, one for the keys that are owed, one for names, one to see.
const ROUNDS_MAX: usize = 8;

/// An organisation with a region, an office (JER) and a committee (MNK).
pub struct Org {
    /// The founder: administrator and coordinator at REG.
    pub rose: Home,
}

impl Org {
    /// Founds it.
    pub fn founded() -> Self {
        let rose = Home::init("PAM", "REG", "Rose");
        rose.ok("site add JER --name Jeremie --kind office --parent REG");
        rose.ok("site add MNK --name Manakara --kind committee --parent REG");
        Self { rose }
    }

    /// Somebody new in a home of their own.
    pub fn join(&self, site: &str, role: &str, member: &str) -> Home {
        Home::join(&self.rose.invite(site, role), member)
    }

    /// The founder compares the six words with someone whose Join has arrived there.
    pub fn confirm(&self, member: &str) {
        let shown = self.rose.ok(&format!("member confirm {member}"));
        let words = shown["words"].as_array().expect("member confirm shows the words");
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        let done = self.rose.ok(&format!("member confirm {member} --words {}", words.join(" ")));
        assert_eq!(done["confirmed"], true, "{done}");
    }
}

/// The one peer in what `sync` printed.
pub fn first_peer(reply: &Value) -> &Value {
    match reply["peers"].as_array().map(Vec::as_slice) {
        Some([one]) => one,
        _ => panic!("not one peer: {reply}"),
    }
}

/// `from` dials `to`, which runs for as long as it takes. What `sync` says of the peer: both hold the same then.
pub fn sync(from: &Home, to: &Home) -> Value {
    sync_with(from, &to.start())
}

fn sync_with(from: &Home, to: &RunningNode) -> Value {
    let reply = from.command("sync").arg(to.address()).run().ok();
    let peer = first_peer(&reply).clone();
    assert_eq!(peer["equal"], true, "{reply}");
    peer
}

/// Scope ids with their entries, tips and hashes, in an order that depends on no node.
pub fn fingerprints(home: &Home) -> Vec<(String, u64, u64, String)> {
    let printed = home.ok("fingerprint");
    let text = |scope: &Value, key: &str| scope[key].as_str().expect("a text of every scope").to_owned();
    let count = |scope: &Value, key: &str| scope[key].as_u64().expect("a count of every scope");
    let scopes = printed.as_array().expect("fingerprint prints a list").iter();
    let mut rows: Vec<_> = scopes
        .map(|scope| (text(scope, "id"), count(scope, "entries"), count(scope, "tips"), text(scope, "fingerprint")))
        .collect();
    rows.sort();
    rows
}

/// True when these homes hold the same entries.
pub fn same_entries(homes: &[&Home]) -> bool {
    let mut all = homes.iter().map(|home| fingerprints(home));
    let Some(first) = all.next() else { return true };
    all.all(|other| other == first)
}

/// Goes through these meetings again and again until everybody holds the same entries. Each is `(who dials, whom)`.
///
/// Joining takes more than one meeting: the newcomer's Join goes there, keys and names come back.
pub fn sync_until_equal(homes: &[&Home], meetings: &[(usize, usize)]) {
    for _ in 0..ROUNDS_MAX {
        for (from, to) in meetings {
            sync(homes[*from], homes[*to]);
        }
        if same_entries(homes) {
            return;
        }
    }
    let held: Vec<_> = homes.iter().map(|home| (home.member(), fingerprints(home))).collect();
    panic!("different entries after {ROUNDS_MAX} rounds: {held:#?}");
}
