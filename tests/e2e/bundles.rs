//! Homes that never meet on a network: files and one stick carry everything.

use std::path::{Path, PathBuf};

use e2e::{Home, Org, fingerprints, same_entries};
use tempfile::TempDir;

/// Rounds after which homes must agree.
const ROUNDS_MAX: usize = 8;

fn three() -> (Org, Home, Home) {
    let org = Org::founded();
    let (ali, awa) = (org.join("JER", "cfm_manager", "Ali"), org.join("JER", "cfm_manager", "Awa"));
    for home in [&org.rose, &ali, &awa] {
        home.new_case(&format!("Inventé, {}.", home.member()));
    }
    (org, ali, awa)
}

fn agree(rose: &Home, ali: &Home, awa: &Home) {
    assert!(same_entries(&[rose, ali, awa]));
    assert_eq!(ali.digest(), awa.digest(), "equal rights read the same");
    for home in [rose, ali, awa] {
        assert_eq!(home.ok("case list --count")["count"], 3, "{}", home.member());
        assert_eq!(home.ok("verify")["ok"], true);
    }
}

fn export(home: &Home, file: &Path) -> serde_json::Value {
    home.command("bundle export").arg(file.to_str().expect("UTF-8")).run().ok()
}

fn import(home: &Home, file: &Path) -> serde_json::Value {
    home.command("bundle import").arg(file.to_str().expect("UTF-8")).run().ok()
}

#[test]
fn three_homes_converge_by_files_alone_in_any_order_with_repetition() {
    let folder = TempDir::new().expect("a folder");
    let (org, ali, awa) = three();
    let homes = [&org.rose, &ali, &awa];
    let file = |round: usize, n: usize| -> PathBuf { folder.path().join(format!("{round}-{n}.boucle")) };
    // who holds an invitation can begin by the founder's file
    export(&org.rose, &file(0, 0));
    import(&awa, &file(0, 0));
    import(&ali, &file(0, 0));
    for round in 1..ROUNDS_MAX {
        for (n, home) in homes.iter().enumerate() {
            export(home, &file(round, n));
        }
        for (n, home) in homes.iter().enumerate() {
            for k in [0, 1, 2, 1] {
                import(home, &file(round, (k + n + round) % 3));
            }
        }
        if same_entries(&homes) {
            break;
        }
    }
    agree(&org.rose, &ali, &awa);
    let before = fingerprints(&ali);
    assert_eq!(import(&ali, &file(1, 0))["new"], 0, "a second reading changes nothing");
    assert_eq!(fingerprints(&ali), before);
}

#[test]
fn three_homes_converge_by_one_stick_while_one_of_them_runs() {
    let stick = TempDir::new().expect("a stick");
    let (org, ali, awa) = three();
    let path = stick.path().to_str().expect("UTF-8");
    let running = ali.start();
    for _ in 0..ROUNDS_MAX {
        for home in [&org.rose, &ali, &awa] {
            home.command("carry").arg(path).run().ok();
        }
        if same_entries(&[&org.rose, &ali, &awa]) {
            break;
        }
    }
    drop(running);
    agree(&org.rose, &ali, &awa);
    let told = ali.command("carry").arg(path).in_words().run();
    assert!(told.stdout.contains("to take") && told.stdout.contains("back"), "{told}");
}

#[test]
fn bad_files_are_one_line_and_exit_seven() {
    let folder = TempDir::new().expect("a folder");
    let (org, strangers) = (Org::founded(), Org::founded());
    let theirs = folder.path().join("theirs.boucle");
    export(&strangers.rose, &theirs);
    let before = fingerprints(&org.rose);
    let whole = std::fs::read(&theirs).expect("read");
    let cases: [(&str, &[u8], &str); 4] = [
        ("foreign", &whole, "bundle_not_for_us"),
        ("empty", b"", "bundle_not_one"),
        ("zip", b"PK\x03\x04", "bundle_not_one"),
        ("later", b"BOUCLE9\0and more", "bundle_version"),
    ];
    for (name, bytes, code) in cases {
        let file = folder.path().join(format!("{name}.boucle"));
        std::fs::write(&file, bytes).expect("written");
        let done = org.rose.command("bundle import").arg(file.to_str().expect("UTF-8")).run();
        done.refused(7, code);
    }
    let good = folder.path().join("good.boucle");
    export(&org.rose, &good);
    let mut bytes = std::fs::read(&good).expect("read");
    bytes.truncate(bytes.len() - 1);
    std::fs::write(&good, bytes).expect("written");
    let done = org.rose.command("bundle import").arg(good.to_str().expect("UTF-8")).run();
    done.refused(7, "bundle_cut");
    assert_eq!(fingerprints(&org.rose), before);
}
