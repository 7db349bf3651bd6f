//! Keys at rest and in a running process: machines that run alone, locking, passphrases, the wipe.

use std::path::{Path, PathBuf};

use e2e::{Home, Org, RunningNode, sync_until_equal};
use node::keys::keyring::{KEYRING_FILE, LockedKeyring, MemberSecrets, Passphrase};
use serde_json::json;

const ALONE: &str = "run --listen /ip4/127.0.0.1/tcp/0 --no-mdns --unattended --keyfile";

/// An organisation, and a home at JER that has met the founder's.
fn org_with(member: &str) -> (Org, Home) {
    let org = Org::founded();
    let home = org.join("JER", "cfm_manager", member);
    sync_until_equal(&[&org.rose, &home], &[(1, 0)]);
    (org, home)
}

fn unlocked(home: &Home) -> bool {
    let status = home.command("status").passphrase("").run().ok();
    status["members"].as_array().expect("members").iter().any(|member| member["unlocked"] == true)
}

#[test]
fn a_machine_that_runs_alone_syncs_and_reads_nothing_until_somebody_unlocks_it() {
    let (org, jean) = org_with("Jean");
    let stick = tempfile::tempdir().expect("a folder");
    let file = stick.path().join("jean.key");
    let line = format!("{ALONE} {}", file.display());
    // without a key file a passphrase is needed, once
    let refused = jean.command(&line).passphrase("").run();
    refused.refused(4, "locked");
    drop(jean.start_with(&line));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).expect("made").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    let case = jean.new_case("Personne ne vient réparer la pompe de Manakara.");
    let node = jean.start_from(jean.command(&line).passphrase(""));
    org.rose.new_case("Inventé.");
    let met = org.rose.command("sync").arg(node.address()).run().ok();
    assert_eq!(met["peers"][0]["equal"], true, "{met}");
    assert!(!unlocked(&jean));
    let silent = |line: &str| jean.command(line).passphrase("").run();
    for line in ["case list", "digest", "member list", "case new --type complaint --channel hotline --text x"] {
        silent(line).refused(4, "locked");
    }
    assert!(silent("fingerprint").ok().as_array().is_some_and(|scopes| scopes.len() > 1));
    assert_eq!(silent("verify").ok()["ok"], true);
    let back = jean.command("sync").passphrase("").run();
    assert!(!back.stderr.contains("locked"), "{back}");

    // a member unlocks over the socket, works, and locks again
    assert_eq!(jean.ok("unlock")["unlocked"], true);
    assert!(unlocked(&jean));
    assert_eq!(silent("case list --count").ok(), json!({"count": 2}));
    assert!(silent(&format!("case show {case}")).ok().to_string().contains("la pompe"));
    assert_eq!(silent("lock").ok()["unlocked"], false);
    silent("case list").refused(4, "locked");
    drop(node);
    // what is no key file is told as such, and left alone
    std::fs::write(&file, "des notes").expect("written");
    jean.command(&line).run().refused(7, "key_file_bad");
    assert_eq!(std::fs::read(&file).expect("read"), b"des notes");
}

#[test]
fn a_node_whose_members_are_all_locked_still_syncs() {
    let (org, jean) = org_with("Jean");
    let node = jean.start();
    jean.command("lock").passphrase("").run().ok();
    assert!(!unlocked(&jean));
    org.rose.new_case("Inventé.");
    let met = org.rose.command("sync").arg(node.address()).run().ok();
    assert_eq!(met["peers"][0]["equal"], true, "{met}");
    assert!(met["peers"][0]["entries_sent"].as_u64().is_some_and(|sent| sent > 0), "{met}");
    jean.command("case list").passphrase("").run().refused(4, "locked");
    assert_eq!(jean.ok("case list --count")["count"], 1);
    drop(node);
    // nothing to lock is no error
    jean.command("lock").passphrase("").run().ok();
}

#[test]
fn a_passphrase_is_changed_with_the_old_one_while_the_node_runs() {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    let folder = tempfile::tempdir().expect("a folder");
    let (fresh, file) = ("une autre phrase, choisie pour changer", folder.path().join("new"));
    std::fs::write(&file, format!("{fresh}\n")).expect("written");
    let line = format!("passphrase change --new-passphrase-file {}", file.display());
    let node = home.start();
    home.command(&line).passphrase("").run().refused(4, "locked");
    home.command(&line).passphrase("pas la bonne phrase du tout").run().refused(4, "wrong_passphrase");
    home.command("passphrase change").run().refused(2, "usage_missing");
    assert_eq!(home.ok(&line)["changed"], true);
    home.cmd("case list").refused(4, "wrong_passphrase");
    drop(node);
    home.cmd("case list").refused(4, "wrong_passphrase");
    assert_eq!(home.command("case list --count").passphrase(fresh).run().ok()["count"], 1);
    let words = home.command(&line).passphrase(fresh).in_words().run();
    assert!(words.stdout.contains("old copy"), "what is not promised is said: {words}");
}

#[test]
fn a_wipe_ends_a_running_node_and_leaves_nothing_without_asking_for_a_passphrase() {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    std::fs::write(home.folder().join("photo.jpg"), b"theirs").expect("written");
    let node = home.start();
    home.command("wipe").passphrase("").run().refused(2, "usage_missing");
    assert_eq!(home.ok("case list --count")["count"], 1, "nothing happened");
    let done = home.command("wipe --yes").passphrase("").run().ok();
    assert_eq!((&done["wiped"], &done["node"], &done["left"]), (&json!(true), &json!("told"), &json!([])), "{done}");
    println!("keys gone within {} µs", done["keys_us"]);
    assert!(done["keys_us"].as_u64().is_some_and(|us| us < 100_000), "{done}");
    node.ended();
    let left: Vec<PathBuf> = home.files().into_keys().collect();
    assert_eq!(left, [home.folder().join("photo.jpg")]);
    home.cmd("status").refused(3, "not_initialised");
    home.command("wipe --yes").run().refused(3, "not_initialised");
}

#[test]
fn a_wipe_works_on_a_damaged_home_and_says_what_it_does_not_promise() {
    let home = Home::init("PAM", "JER", "Rose");
    for name in [KEYRING_FILE, "store.redb"] {
        std::fs::write(home.folder().join(name), b"\0\0 damaged").expect("written");
    }
    let told = home.command("wipe --yes").passphrase("").in_words().run();
    assert!(told.status.success() && told.stdout.contains("Not promised"), "{told}");
    assert!(!home.folder().exists(), "nothing else was in it");
}

/// What a process holds in memory that it may write to, searched for each of these; `None` where the system does not let
/// us look.
fn found_in_memory(node: &RunningNode, needles: &[&[u8]]) -> Option<Vec<bool>> {
    use std::os::unix::fs::FileExt;
    let proc = Path::new("/proc").join(node.id().to_string());
    let maps = std::fs::read_to_string(proc.join("maps")).ok()?;
    let memory = std::fs::File::open(proc.join("mem")).ok()?;
    let mut found = vec![false; needles.len()];
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (range, rights) = (fields.next()?, fields.next()?);
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-')?;
        let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
        let mut bytes = vec![0; usize::try_from(to - from).ok()?];
        // some pages belong to the kernel alone
        if memory.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        for (needle, found) in needles.iter().zip(&mut found) {
            *found = *found || bytes.windows(needle.len()).any(|window| window == *needle);
        }
    }
    Some(found)
}

fn member_secrets(home: &Home) -> MemberSecrets {
    let locked = LockedKeyring::read(&home.folder().join(KEYRING_FILE)).expect("keys");
    let opened = locked.unlock(None, &Passphrase::new(e2e::PASSPHRASE), node::store::os_entropy());
    opened.expect("unlocked").1
}

/// The heap and stacks of a running node, before and after `lock`: keys and words are there and then are not.
#[cfg(target_os = "linux")]
#[test]
fn after_a_lock_neither_a_members_keys_nor_what_they_opened_is_left_in_memory() {
    const CANARY: &str = "Zanmi-kanari-7431 di pon an kraze";
    let home = Home::init("PAM", "JER", "Rose");
    let case = home.new_case(CANARY);
    let secrets = member_secrets(&home);
    let needles = [CANARY.as_bytes(), secrets.x.expose(), secrets.data.expose(), secrets.ed.expose()];
    let node = home.start();
    for _ in 0..3 {
        home.show(&case);
        home.ok("case list");
        home.digest();
    }
    let Some(before) = found_in_memory(&node, &needles) else {
        println!("skipped: this system does not let us look into a process");
        return;
    };
    assert_eq!(before, [true; 4], "the search finds what is there");
    home.command("lock").passphrase("").run().ok();
    let after = found_in_memory(&node, &needles).expect("looked before");
    assert_eq!(after, [false; 4], "words, and keys to receive, to keep and to sign");
}

#[cfg(target_os = "linux")]
#[test]
fn a_node_leaves_no_core_dump_and_keeps_its_keys_out_of_swap() {
    let home = Home::init("PAM", "JER", "Rose");
    let node = home.start();
    let proc = Path::new("/proc").join(node.id().to_string());
    let limits = std::fs::read_to_string(proc.join("limits")).expect("told of an own child");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("told");
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    let status = std::fs::read_to_string(proc.join("status")).expect("told of an own child");
    let kept = status.lines().find_map(|line| line.strip_prefix("VmLck:")).expect("told");
    let kept: u64 = kept.trim().trim_end_matches(" kB").parse().expect("a number");
    let allowed = limits.lines().find(|line| line.starts_with("Max locked memory")).expect("told");
    assert!(kept > 0 || allowed.split_whitespace().nth(3) == Some("0"), "{kept} kB locked of {allowed}");
}
