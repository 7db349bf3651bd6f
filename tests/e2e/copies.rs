//! Copied homes and restored files: each goes on under an incarnation of its own, nothing is lost, nobody is suspended.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use e2e::{Home, Org, same_entries, sync_until_equal};

/// A home at JER that the founder confirmed and gave its keys.
fn founded() -> (Org, Home) {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    (org, ali)
}

/// `cp -a`: every attribute, another inode.
fn copy(home: &Home) -> (tempfile::TempDir, Home) {
    let dir = tempfile::tempdir().expect("a folder");
    let to = dir.path().join("home");
    let done = Command::new("cp").arg("-a").arg(home.folder()).arg(&to).status();
    assert!(done.is_ok_and(|status| status.success()));
    let copied = Home::at(&to, home.member());
    (dir, copied)
}

/// Chains of this device in all scopes, as the founder counts them: every incarnation that wrote has its own.
fn tips(home: &Home) -> u64 {
    e2e::fingerprints(home).iter().map(|(_, _, tips, _)| tips).sum()
}

fn nobody_is_suspended(home: &Home) {
    let members = home.ok("member list");
    for member in members.as_array().expect("a list") {
        assert_eq!((&member["suspended"], &member["revoked"]), (&false.into(), &false.into()), "{members}");
    }
}

/// All hold and show all these cases, without a fork.
fn whole(homes: &[&Home], cases: &[String]) {
    assert!(same_entries(homes));
    for home in homes {
        let verified = home.ok("verify");
        assert_eq!(verified["ok"], true, "{verified}");
        nobody_is_suspended(home);
        assert_eq!(home.ok("case list --count")["count"], cases.len());
        for case in cases {
            home.show(case);
        }
    }
}

#[test]
fn a_copied_home_and_its_original_run_at_once_and_come_to_the_same_end() {
    let (org, ali) = founded();
    let before = ali.new_case("Avant la copie.");
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    let (_dir, twin) = copy(&ali);
    let chains = tips(&org.rose);
    // both at work at the same time, neither knowing of the other
    let (one, two) = (ali.start(), twin.start());
    let references = [ali.new_case("L'original."), twin.new_case("La copie.")];
    assert_ne!(references[0], references[1], "a copy counts under a number of its own");
    drop((one, two));
    sync_until_equal(&[&org.rose, &ali, &twin], &[(1, 0), (2, 0)]);
    assert!(tips(&org.rose) > chains, "the copy writes chains of its own");
    whole(&[&org.rose, &ali, &twin], &[&[before][..], &references].concat());
}

/// What `files` held goes back over what is there now, as `cp` does: the inode stays.
fn put_back(files: &BTreeMap<PathBuf, Vec<u8>>, name: &str) {
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(name) || name.is_empty()) {
        std::fs::write(path, bytes).expect("written");
    }
}

#[test]
fn a_home_put_back_to_an_old_copy_goes_on_anew_and_gets_back_what_it_lost() {
    for name in ["", "store.redb", "keys.boucle"] {
        let (org, ali) = founded();
        let mut cases = vec![ali.new_case("Un.")];
        let old = ali.files();
        // two runs, so that old keys are behind by more than a process that was cut off
        cases.push(ali.new_case("Deux."));
        cases.push(ali.new_case("Trois."));
        sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
        let chains = tips(&org.rose);
        put_back(&old, name);
        // written before anybody could be asked: under the old incarnation this would fork it
        cases.push(ali.new_case("Après."));
        sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
        assert!(tips(&org.rose) > chains, "{name}: a chain of its own");
        let distinct: std::collections::BTreeSet<&String> = cases.iter().collect();
        assert_eq!(distinct.len(), cases.len(), "{name}: no reference is given twice: {cases:?}");
        whole(&[&org.rose, &ali], &cases);
    }
}

/// What a snapshot of a virtual machine or a file system keeps of a home: every file's bytes under the inode it had.
struct Snapshot {
    files: Vec<(PathBuf, PathBuf, Vec<u8>)>,
}

impl Snapshot {
    fn of(home: &Home) -> Self {
        let beside = home.folder().with_extension("kept");
        std::fs::create_dir(&beside).expect("a folder");
        let files = home.files().into_iter().map(|(path, bytes)| {
            let kept = beside.join(path.file_name().expect("a name"));
            std::fs::hard_link(&path, &kept).expect("one inode, two names");
            (path, kept, bytes)
        });
        Self { files: files.collect() }
    }

    fn put_back(self) {
        for (path, kept, bytes) in self.files {
            std::fs::write(&kept, bytes).expect("written");
            std::fs::rename(&kept, &path).expect("the inode it had");
        }
    }
}

/// The one case that says nothing by itself: neither machine, nor volume, nor file, nor counter is another than before.
#[test]
fn a_machine_put_back_to_a_snapshot_forks_and_keeps_both_its_pasts() {
    let (org, ali) = founded();
    let mut texts = vec!["Avant l'instantané."];
    ali.new_case(texts[0]);
    let snapshot = Snapshot::of(&ali);
    texts.push("Un que la machine oublie et que les autres ont.");
    ali.new_case(texts[1]);
    let sealed = [ali.new_allegation("Inventé: ce que la machine oublie.")];
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    // somebody works on what will be forgotten
    let forgotten = case_of(&org.rose, texts[1]);
    let note = format!("case note {forgotten} -");
    org.rose.command(&note).stdin("Rappelé.").run().ok();
    snapshot.put_back();
    texts.push("Deux, écrit au même endroit de la même chaîne.");
    ali.new_case(texts[2]);
    let sealed = [&sealed[0], &ali.new_allegation("Inventé: ce que les autres n'ont pas.")].map(String::clone);
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    assert!(same_entries(&[&org.rose, &ali]));
    for home in [&org.rose, &ali] {
        nobody_is_suspended(home);
        for text in &texts {
            case_of(home, text);
        }
        assert!(home.show(&forgotten).to_string().contains("Rappelé."), "and what was built upon it");
        assert_eq!(home.ok("case list --count")["count"], texts.len() + sealed.len());
        let verified = home.cmd("verify").json();
        let problems = verified["problems"].as_array().expect("a list");
        assert!(!problems.is_empty() && problems.iter().all(|problem| problem["reason"] == "fork"), "{verified}");
    }
    for (case, text) in sealed.iter().zip(["ce que la machine oublie", "ce que les autres n'ont pas"]) {
        assert!(org.rose.show(case).to_string().contains(text), "sealed words, which their author cannot write again");
    }
    // and it ends: nothing is carried on a second time
    let entries = tips(&ali);
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    assert_eq!(tips(&ali), entries);
    ali.new_case("Ensuite.");
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    case_of(&org.rose, "Ensuite.");
}

/// The id of the case that holds these words.
fn case_of(home: &Home, text: &str) -> String {
    let listed = home.ok("case list");
    let cases = listed.as_array().expect("a list").iter();
    let ids = cases.map(|case| case["case_id"].as_str().expect("an id").to_owned());
    let mut found = ids.filter(|id| home.show(id).to_string().contains(text));
    found.next().unwrap_or_else(|| panic!("{} has no case that says {text:?}", home.member()))
}
