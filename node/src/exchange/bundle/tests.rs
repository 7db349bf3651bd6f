//! What holds between homes that meet by files alone.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use tempfile::TempDir;

use super::ExportRequest;
use crate::error::Failure;
use crate::tests::{Home, NOW, case_id, complaint, exchange};

const DAY_MS: i64 = 86_400_000;

fn request(path: &Path) -> ExportRequest<'_> {
    ExportRequest { path, to: None, after: None, all: false, max_bytes: None }
}

fn export_as(home: &Home, request: &ExportRequest<'_>) -> Json {
    crate::exchange::bundle::export::bundle_export(&home.log, request, NOW, &mut |_| ()).expect("exported")
}

fn export(home: &Home, folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    export_as(home, &request(&path));
    path
}

fn try_import(home: &Home, path: &Path) -> Result<Json, Failure> {
    crate::exchange::bundle::import::bundle_import(&home.log, path, None, NOW, &mut |_| ())
}

fn import(home: &Home, path: &Path) -> Json {
    try_import(home, path).expect("imported")
}

fn carry(home: &Home, stick: &Path) -> Json {
    let told = crate::exchange::bundle::carry::carry(&home.log, Some(stick), NOW, &mut |_| ()).expect("carried");
    assert_eq!(told["problems"], serde_json::json!([]), "{told}");
    told
}

fn digest(home: &Home) -> Json {
    home.with(|log, reader| crate::cases::digest(log, &log.shared(), reader)).expect("digest")
}

fn bundles(folder: &Path) -> Vec<PathBuf> {
    super::file::list(folder).expect("listed")
}

/// A founder and two newcomers of the same rights who have met nobody.
fn three() -> (Home, Home, Home) {
    let founder = Home::founded();
    founder.site("PES");
    let a = founder.invited("PES", "cfm_manager", "Ali");
    let b = founder.invited("PES", "cfm_manager", "Béa");
    (founder, a, b)
}

#[test]
fn three_homes_become_equal_by_files_alone_in_any_order_with_repetition() {
    let folder = TempDir::new().expect("a folder");
    let (founder, a, b) = three();
    founder.new_case(complaint());
    // the newcomers hold an invitation and nothing else: the founder's file opens by it
    let first = export(&founder, folder.path(), "first.boucle");
    for home in [&a, &b] {
        assert!(import(home, &first)["new"].as_u64().expect("a count") > 0);
    }
    a.new_case(complaint());
    b.new_case(complaint());
    let homes = [&founder, &a, &b];
    for round in 0..6 {
        let files: Vec<PathBuf> = homes
            .iter()
            .enumerate()
            .map(|(i, home)| export(home, folder.path(), &format!("{round}-{i}.boucle")))
            .collect();
        for (i, home) in homes.iter().enumerate() {
            // each in another order, and the first twice
            for k in [0, 1, 2, 0] {
                import(home, &files[(k + i + round) % 3]);
            }
        }
        if homes.iter().all(|home| home.fingerprint() == founder.fingerprint()) {
            break;
        }
    }
    for home in [&a, &b] {
        assert_eq!(home.fingerprint(), founder.fingerprint());
        assert_eq!(home.verify()["ok"], true, "{}", home.verify());
        let again = import(home, &first);
        assert_eq!((again["new"].as_u64(), again["missing"].as_u64()), (Some(0), Some(0)), "{again}");
    }
    assert_eq!(digest(&a), digest(&b));
    assert_eq!(digest(&a)["cases"], 3);
}

#[test]
fn a_newcomer_that_met_nobody_is_taken_in_with_its_cases() {
    let folder = TempDir::new().expect("a folder");
    let founder = Home::founded();
    founder.site("PES");
    let newcomer = founder.invited("PES", "operator", "Ali");
    let case = case_id(&newcomer.new_case(complaint()));
    let file = export(&newcomer, folder.path(), "from-far.boucle");
    let told = import(&founder, &file);
    assert!(told["new"].as_u64().expect("a count") >= 2, "{told}");
    assert_eq!(told["from"]["site"], "PES");
    assert!(founder.show(&case).is_ok(), "the founder reads what was captured before anybody was met");
    // and now the founder knows the device: its answer opens by the device's own key
    let back = folder.path().join("back.boucle");
    let device = newcomer.log.device.to_string();
    let told = export_as(&founder, &ExportRequest { to: Some(&device), ..request(&back) });
    assert_eq!(told["for"], device);
    import(&newcomer, &back);
    assert_eq!(newcomer.verify()["ok"], true);
}

#[test]
fn a_newcomer_whose_date_is_over_needs_a_person_who_makes_sure() {
    let folder = TempDir::new().expect("a folder");
    let founder = Home::founded();
    founder.site("PES");
    let newcomer = founder.invited("PES", "operator", "Ali");
    newcomer.new_case(complaint());
    let file = export(&newcomer, folder.path(), "late.boucle");
    let before = founder.fingerprint();
    let later = NOW + 400 * DAY_MS;
    let refused = crate::exchange::bundle::import::bundle_import(&founder.log, &file, None, later, &mut |_| ())
        .expect_err("refused");
    assert_eq!(refused.code, "bundle_newcomer_late");
    assert_eq!(founder.fingerprint(), before, "nothing of it was taken");
    let told =
        crate::exchange::bundle::import::bundle_import(&founder.log, &file, Some(&founder.member), later, &mut |_| ())
            .expect("taken in");
    assert!(told["new"].as_u64().expect("a count") >= 2);
}

#[test]
fn who_may_not_manage_people_takes_no_latecomer() {
    let folder = TempDir::new().expect("a folder");
    let founder = Home::founded();
    founder.site("PES");
    let operator = founder.invited("PES", "operator", "Ali");
    exchange(&founder, &operator);
    let file = export(&founder, folder.path(), "a.boucle");
    let refused =
        crate::exchange::bundle::import::bundle_import(&operator.log, &file, Some(&operator.member), NOW, &mut |_| ())
            .expect_err("refused");
    assert_eq!(refused.code, "not_permitted");
}

#[test]
fn a_stranger_s_file_and_another_organisation_s_leave_the_store_as_it_was() {
    let folder = TempDir::new().expect("a folder");
    let (ours, theirs) = (Home::founded(), Home::founded());
    let file = export(&theirs, folder.path(), "theirs.boucle");
    let before = ours.fingerprint();
    assert_eq!(try_import(&ours, &file).expect_err("refused").code, "bundle_not_for_us");
    let text = folder.path().join("text.boucle");
    fs::write(&text, "not a bundle at all").expect("written");
    assert_eq!(try_import(&ours, &text).expect_err("refused").code, "bundle_not_one");
    assert_eq!(ours.fingerprint(), before);
}

#[test]
fn a_device_nobody_knows_brings_nothing_even_sealed_to_us() {
    use crdt_model::bundle::{Record, To, Writer};
    use crdt_model::seal::{Entropy, Secret};

    let folder = TempDir::new().expect("a folder");
    let founder = Home::founded();
    let stolen = founder.entries();
    // somebody who saw our public key seals real entries to it, under a device of their own or in our name
    for from in [crdt_model::values::DeviceId([9; 16]), founder.log.device] {
        let record = Record {
            from,
            bundle: [1; 16],
            created_ms: NOW,
            to: To::Organisation,
            part: None,
            entries: 1,
            bytes: stolen[0].len() as u64 + 4,
            join: None,
            scopes: Default::default(),
        };
        let mut file = Vec::new();
        let key = founder.log.device_x.kem_public();
        let signer = Secret([5; 32]).signing_key();
        let org = &founder.log.org;
        let mut writer =
            Writer::begin(org, &record, &[key], &signer, &mut Entropy::new([7; 32]), &mut file).expect("begun");
        writer.entry(&stolen[0], &mut file).expect("promised");
        writer.finish(&mut file).expect("whole");
        let path = folder.path().join(format!("{}.boucle", from.short()));
        fs::write(&path, file).expect("written");
        assert_eq!(try_import(&founder, &path).expect_err("refused").code, "bundle_sender");
    }
}

#[test]
fn a_member_s_file_of_nonsense_is_counted_and_changes_nothing() {
    use crdt_model::bundle::{Record, To, Writer};
    use crdt_model::seal::Entropy;

    let folder = TempDir::new().expect("a folder");
    let founder = Home::founded();
    let other = founder.invited("JER", "cfm_manager", "Ali");
    exchange(&founder, &other);
    founder.new_case(complaint());
    let good = founder.entries().pop().expect("an entry");
    let mut altered = good.clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    let entries = [vec![], vec![0xff; 3], vec![0x83; 5_000], altered, good[..good.len() / 2].to_vec(), good];
    let record = Record {
        from: founder.log.device,
        bundle: [1; 16],
        created_ms: NOW,
        to: To::Organisation,
        part: None,
        entries: entries.len() as u64,
        bytes: entries.iter().map(|entry| entry.len() as u64 + 4).sum(),
        join: None,
        scopes: Default::default(),
    };
    let mut file = Vec::new();
    let key = other.log.device_x.kem_public();
    let org = &founder.log.org;
    let signer = &founder.log.device_ed;
    let mut writer = Writer::begin(org, &record, &[key], signer, &mut Entropy::new([7; 32]), &mut file).expect("begun");
    entries.iter().for_each(|entry| writer.entry(entry, &mut file).expect("promised"));
    writer.finish(&mut file).expect("whole");
    let path = folder.path().join("nonsense.boucle");
    fs::write(&path, file).expect("written");
    let before = other.fingerprint();
    let told = import(&other, &path);
    assert_eq!((&told["new"], &told["waiting"]), (&0.into(), &1.into()), "{told}");
    assert_eq!(told["refused"], 5, "{told}");
    assert_eq!(other.fingerprint(), before);
    assert_eq!(other.verify()["ok"], true);
}

#[test]
fn a_damaged_copy_says_so_and_a_good_one_completes_it() {
    let folder = TempDir::new().expect("a folder");
    let founder = Home::founded();
    let other = founder.invited("JER", "cfm_manager", "Ali");
    exchange(&founder, &other);
    for _ in 0..30 {
        founder.new_case(complaint());
    }
    let file = export(&founder, folder.path(), "good.boucle");
    let bytes = fs::read(&file).expect("read");
    let cut = folder.path().join("cut.boucle");
    fs::write(&cut, &bytes[..bytes.len() - 10_001]).expect("written");
    let refused = try_import(&other, &cut).expect_err("refused");
    assert_eq!((refused.code, refused.exit.code()), ("bundle_cut", 7));
    let mut altered = bytes.clone();
    let at = altered.len() - 70_000;
    altered[at] ^= 1;
    let broken = folder.path().join("broken.boucle");
    fs::write(&broken, altered).expect("written");
    assert_eq!(try_import(&other, &broken).expect_err("refused").code, "bundle_damaged");
    assert_eq!(other.verify()["ok"], true, "what was kept is in order");
    assert_eq!(import(&other, &file)["missing"], 0);
    assert_eq!(other.fingerprint(), founder.fingerprint());
}

/// How many entries of how many a failure says are kept, and how many of them are new.
fn kept(failure: &Failure) -> (u64, u64, u64) {
    let count = |name: &str| {
        let found = failure.args.iter().find(|(known, _)| *known == name).expect(name);
        found.1.parse().expect("a count")
    };
    (count("kept"), count("of"), count("taken"))
}

/// A founder with so many cases that another home lacks, and that home.
fn one_ahead(cases: usize) -> (Home, Home) {
    let founder = Home::founded();
    let other = founder.invited("JER", "cfm_manager", "Ali");
    exchange(&founder, &other);
    (0..cases).for_each(|_| drop(founder.new_case(complaint())));
    (founder, other)
}

#[test]
fn a_bundle_cut_anywhere_keeps_what_came_whole_counts_it_and_is_completed() {
    let folder = TempDir::new().expect("a folder");
    let (founder, other) = one_ahead(90);
    let file = export(&founder, folder.path(), "whole.boucle");
    let bytes = fs::read(&file).expect("read");
    assert!(bytes.len() > 4 * 65_536, "{} bytes", bytes.len());
    let (mut kept_before, mut new, before) = (0, 0, other.entries().len());
    for at in (0..bytes.len()).step_by(bytes.len() / 23).skip(1) {
        let path = folder.path().join(format!("{at}.boucle"));
        fs::write(&path, &bytes[..at]).expect("written");
        let failure = try_import(&other, &path).expect_err("cut");
        let (kept, of, taken) = kept(&failure);
        assert_eq!(failure.code, "bundle_cut");
        assert!(kept >= kept_before && taken <= kept, "cut at {at}: {kept}, {taken} new");
        new += taken;
        assert_eq!(other.entries().len() - before, new as usize, "cut at {at}: what is said is held");
        // a chunk under way is lost, and no more
        let least = (at.saturating_sub(2 * 65_536) as u64) * of / bytes.len() as u64;
        assert!(kept >= least, "cut at {at}: {kept} of {of}");
        kept_before = kept;
    }
    assert!(kept_before > 0);
    assert_eq!(import(&other, &file)["missing"], 0, "the same file again completes it");
    assert_eq!(other.fingerprint(), founder.fingerprint());
    assert_eq!(other.verify()["ok"], true);
}

#[test]
fn a_damaged_part_among_whole_ones_in_any_order_keeps_what_is_whole_and_is_completed() {
    let folder = TempDir::new().expect("a folder");
    let (founder, other) = one_ahead(90);
    let path = folder.path().join("many.boucle");
    export_as(&founder, &ExportRequest { max_bytes: Some(180_000), ..request(&path) });
    let files = bundles(folder.path());
    assert!(files.len() >= 2, "{files:?}");
    let damaged = folder.path().join("damaged.boucle");
    let bytes = fs::read(&files[0]).expect("read");
    let mut altered = bytes.clone();
    altered[bytes.len() * 2 / 3] ^= 1;
    fs::write(&damaged, altered).expect("written");
    // the later parts first
    for file in files.iter().skip(1).rev() {
        assert!(import(&other, file)["missing"].as_u64().expect("a count") > 0);
    }
    let failure = try_import(&other, &damaged).expect_err("damaged");
    let (kept, of, _) = kept(&failure);
    assert_eq!((failure.code, failure.exit.code()), ("bundle_damaged", 7));
    assert!(kept > 0 && kept < of, "{kept} of {of}");
    for (lang, counted) in [("en", format!("{kept} of {of} entries kept")), ("fr", format!("{kept} entrées sur {of}"))]
    {
        let (message, hint) = crate::texts::Texts::for_lang(lang).error(&failure);
        assert!(message.contains(&counted) && hint.is_some(), "{message}");
    }
    assert_eq!(import(&other, &files[0])["missing"], 0);
    assert_eq!(other.fingerprint(), founder.fingerprint());
}

/// A file on a stick that is pulled out after so many bytes.
struct Pulled<'b>(&'b [u8], usize);

impl std::io::Read for Pulled<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = into.len().min(self.1).min(self.0.len());
        if n == 0 {
            return Err(std::io::Error::from_raw_os_error(5));
        }
        into[..n].copy_from_slice(&self.0[..n]);
        (self.0, self.1) = (&self.0[n..], self.1 - n);
        Ok(n)
    }
}

#[test]
fn a_stick_pulled_out_while_it_is_read_leaves_what_came_whole() {
    let folder = TempDir::new().expect("a folder");
    let (founder, other) = one_ahead(60);
    let file = export(&founder, folder.path(), "whole.boucle");
    let bytes = fs::read(&file).expect("read");
    let take = |after: usize| {
        let len = bytes.len() as u64;
        let mut pulled = Pulled(&bytes, after);
        let taken = crate::exchange::bundle::import::take_bundle_from(
            &other.log,
            &mut pulled,
            len,
            &file,
            false,
            NOW,
            &mut |_| (),
        );
        taken.map(|_| ()).expect_err("pulled out")
    };
    assert_eq!(take(100).code, "file_not_readable", "nothing of it was read");
    let failure = take(bytes.len() - 30_000);
    assert_eq!(failure.code, "bundle_cut");
    assert!(!failure.causes.is_empty(), "why it could not be read");
    let (kept, of, taken) = kept(&failure);
    assert!(kept > 0 && kept < of && 0 < taken && taken <= kept, "{kept} of {of}, {taken} new");
    assert_eq!(import(&other, &file)["missing"], 0);
    assert_eq!(other.fingerprint(), founder.fingerprint());
}

#[test]
fn a_damaged_file_on_a_stick_gives_what_is_whole_of_it_and_counts_it() {
    let stick = TempDir::new().expect("a stick");
    let (founder, other) = one_ahead(60);
    let file = export(&founder, stick.path(), "a.boucle");
    let bytes = fs::read(&file).expect("read");
    fs::write(&file, &bytes[..bytes.len() - 30_000]).expect("written");
    let told =
        crate::exchange::bundle::carry::carry(&other.log, Some(stick.path()), NOW, &mut |_| ()).expect("carried");
    let problem = &told["problems"][0];
    assert_eq!(problem["code"], "bundle_cut", "{told}");
    let count = |value: &Json| value.as_u64().expect("a count");
    assert!(count(&told["back"]) > 0 && told["back"] == problem["taken"], "{told}");
    assert!(count(&problem["kept"]) < count(&problem["of"]), "{told}");
    fs::write(&file, &bytes).expect("copied again");
    crate::exchange::bundle::carry::carry(&other.log, Some(stick.path()), NOW, &mut |_| ()).expect("carried");
    assert_eq!(import(&other, &file)["missing"], 0);
}

#[test]
fn parts_are_imported_in_any_order() {
    let folder = TempDir::new().expect("a folder");
    let founder = Home::founded();
    let other = founder.invited("JER", "cfm_manager", "Ali");
    exchange(&founder, &other);
    for _ in 0..60 {
        founder.new_case(complaint());
    }
    let path = folder.path().join("many.boucle");
    let told = export_as(&founder, &ExportRequest { max_bytes: Some(60_000), all: true, ..request(&path) });
    let mut files = bundles(folder.path());
    assert!(files.len() > 1, "{told}");
    assert!(files.iter().all(|file| fs::metadata(file).expect("there").len() <= 60_000));
    files.reverse();
    let last = files.pop().expect("several");
    for file in &files {
        assert!(import(&other, file)["missing"].as_u64().expect("a count") > 0);
    }
    assert_eq!(import(&other, &last)["missing"], 0);
    assert_eq!(other.fingerprint(), founder.fingerprint());
    let path = folder.path().join("x.boucle");
    let too_small = ExportRequest { max_bytes: Some(2_000), all: true, ..request(&path) };
    let refused = crate::exchange::bundle::export::bundle_export(&founder.log, &too_small, NOW, &mut |_| ())
        .expect_err("refused");
    assert_eq!(refused.code, "usage_bad_value");
}

#[test]
fn an_export_releases_what_waited_before_a_byte_leaves_and_says_how_much() {
    let folder = TempDir::new().expect("a folder");
    let founder = Home::founded();
    founder.new_case(complaint());
    let told = export_as(&founder, &request(&folder.path().join("a.boucle")));
    assert!(told["released"].as_u64().expect("a count") > 0, "{told}");
    let snapshot = founder.log.store.read().expect("readable");
    assert!(snapshot.chains().all(|chain| chain.offered_seq == chain.tip_seq));
    drop(snapshot);
    // what could not be written stays here
    founder.new_case(complaint());
    let nowhere = folder.path().join("none/b.boucle");
    assert!(
        crate::exchange::bundle::export::bundle_export(&founder.log, &request(&nowhere), NOW, &mut |_| ()).is_err()
    );
    let snapshot = founder.log.store.read().expect("readable");
    assert!(snapshot.chains().any(|chain| chain.offered_seq < chain.tip_seq));
}

#[test]
fn an_export_after_a_bundle_takes_only_what_it_lacks() {
    let folder = TempDir::new().expect("a folder");
    let founder = Home::founded();
    let other = founder.invited("JER", "cfm_manager", "Ali");
    exchange(&founder, &other);
    founder.new_case(complaint());
    let all = export_as(&founder, &ExportRequest { all: true, ..request(&folder.path().join("1.boucle")) });
    let theirs = export(&other, folder.path(), "theirs.boucle");
    let path = folder.path().join("2.boucle");
    let new = export_as(&founder, &ExportRequest { after: Some(&theirs), ..request(&path) });
    let (all, new) = (all["entries"].as_u64().expect("a count"), new["entries"].as_u64().expect("a count"));
    assert!(0 < new && new < all, "{new} of {all}");
    import(&other, &path);
    assert_eq!(other.fingerprint(), founder.fingerprint());
    // having read theirs, we know what they hold without being told
    import(&founder, &theirs);
    let known = export_as(&founder, &request(&folder.path().join("3.boucle")));
    assert_eq!(known["entries"].as_u64(), Some(new));
    let none = export_as(&founder, &ExportRequest { after: Some(&path), ..request(&folder.path().join("4.boucle")) });
    assert_eq!(none["entries"], 0);
}

#[test]
fn a_file_says_what_it_is_and_keeps_what_is_there() {
    let folder = TempDir::new().expect("a folder");
    let founder = Home::founded();
    let other = founder.invited("JER", "cfm_manager", "Ali");
    exchange(&founder, &other);
    founder.new_case(complaint());
    let before = other.fingerprint();
    let path = folder.path().join("a.boucle");
    let told = export_as(&founder, &ExportRequest { to: Some("jer"), ..request(&path) });
    let seen = crate::exchange::bundle::import::bundle_inspect(&other.log, &path).expect("inspected");
    assert_eq!((&seen["for"], &seen["signature"]), (&"site/JER".into(), &"good".into()));
    assert_eq!(seen["entries"], told["entries"]);
    assert_eq!(seen["from"]["device"], founder.log.device.to_string());
    assert_eq!(other.fingerprint(), before, "looking takes nothing in");
    let again = crate::exchange::bundle::export::bundle_export(&founder.log, &request(&path), NOW, &mut |_| ())
        .expect_err("refused");
    assert_eq!(again.code, "file_exists");
    let name = request(&folder.path().join("a.zip")).path.to_owned();
    assert_eq!(
        crate::exchange::bundle::export::bundle_export(&founder.log, &request(&name), NOW, &mut |_| ())
            .expect_err("refused")
            .code,
        "bundle_name"
    );
    let nobody = ExportRequest { to: Some("XYZ"), ..request(folder.path()) };
    assert_eq!(
        crate::exchange::bundle::export::bundle_export(&founder.log, &nobody, NOW, &mut |_| ())
            .expect_err("refused")
            .code,
        "recipient_not_found"
    );
}

#[test]
fn three_homes_become_equal_by_one_stick() {
    let stick = TempDir::new().expect("a stick");
    fs::write(stick.path().join("photo.jpg"), b"somebody's").expect("written");
    let (founder, a, b) = three();
    a.new_case(complaint());
    founder.new_case(complaint());
    let homes = [&founder, &a, &b];
    let first = carry(&founder, stick.path());
    assert!(first["take"].as_u64().expect("a count") > 0 && first["back"] == 0, "{first}");
    b.new_case(complaint());
    for round in 0..8 {
        for home in homes {
            carry(home, stick.path());
        }
        if homes.iter().all(|home| home.fingerprint() == founder.fingerprint()) && round > 0 {
            break;
        }
    }
    assert_eq!(a.fingerprint(), founder.fingerprint());
    assert_eq!(b.fingerprint(), founder.fingerprint());
    assert_eq!(digest(&a), digest(&b));
    assert_eq!(digest(&a)["cases"], 3);
    // another round moves nothing, and what everybody holds does not stay
    for _ in 0..4 {
        for home in homes {
            let quiet = carry(home, stick.path());
            assert_eq!(
                (&quiet["take"], &quiet["back"], &quiet["missing"]),
                (&0.into(), &0.into(), &0.into()),
                "{quiet}"
            );
        }
    }
    assert!(bundles(stick.path()).is_empty(), "{:?}", bundles(stick.path()));
    assert_eq!(fs::read(stick.path().join("photo.jpg")).expect("there"), b"somebody's");
}

#[test]
fn a_stick_keeps_what_is_not_ours_and_one_file_of_ours() {
    let stick = TempDir::new().expect("a stick");
    let (founder, a, b) = three();
    exchange(&founder, &a);
    let strangers = Home::founded();
    let foreign = export(&strangers, stick.path(), "foreign.boucle");
    carry(&founder, stick.path());
    let ours = |home: &Home| {
        let mine = |path: &PathBuf| {
            crate::exchange::bundle::import::bundle_inspect(&home.log, path)
                .is_ok_and(|seen| seen["from"]["device"] == home.log.device.to_string())
        };
        bundles(stick.path()).into_iter().filter(mine).collect::<Vec<_>>()
    };
    let first = ours(&founder);
    assert_eq!(first.len(), 1);
    // more than a chunk, so that a file that went bad at its end is still known to be ours
    (0..30).for_each(|_| drop(founder.new_case(complaint())));
    let told = carry(&founder, stick.path());
    assert_eq!((&told["removed"], &told["for_others"]), (&1.into(), &1.into()), "{told}");
    let second = ours(&founder);
    assert!(second.len() == 1 && second != first, "the new one stands for the old one");
    assert!(foreign.exists(), "others' files are left alone");
    // a byte of it goes bad: it is written again
    let mut bytes = fs::read(&second[0]).expect("read");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&second[0], bytes).expect("written");
    assert_eq!(carry(&founder, stick.path())["removed"], 1);
    assert!(ours(&founder) != second);
    // b has met nobody; what a left for it stays until it was read
    carry(&a, stick.path());
    carry(&founder, stick.path());
    carry(&b, stick.path());
    assert_eq!(b.log.shared().roster.members.len(), 3, "the founder, a, and itself");
    let leftovers = fs::read_dir(stick.path()).expect("listed").filter_map(Result::ok);
    assert!(leftovers.map(|item| item.path()).all(|path| path.extension().is_some_and(|e| e == "boucle")));
}

#[test]
fn a_home_cut_off_in_the_middle_of_an_import_goes_on_where_it_was() {
    let folder = TempDir::new().expect("a folder");
    let (founder, a, _) = three();
    for _ in 0..5 {
        founder.new_case(complaint());
    }
    let file = export(&founder, folder.path(), "a.boucle");
    let bytes = fs::read(&file).expect("read");
    // what is durable after a kill is a prefix of the batches; a shorter file leaves the same
    for upto in [3_000, bytes.len() / 3, bytes.len() - 1] {
        let part = folder.path().join(format!("{upto}.boucle"));
        fs::write(&part, &bytes[..upto]).expect("written");
        assert!(try_import(&a, &part).is_err());
    }
    import(&a, &file);
    let back = export(&a, folder.path(), "back.boucle");
    import(&founder, &back);
    let last = export(&founder, folder.path(), "last.boucle");
    import(&a, &last);
    assert_eq!(a.fingerprint(), founder.fingerprint());
}

#[test]
fn what_could_not_be_written_can_still_be_taken_back() {
    let folder = TempDir::new().expect("a folder");
    let (founder, a, _) = three();
    exchange(&founder, &a);
    let case = case_id(&a.new_case(complaint()));
    let waits = || {
        a.with(|log, reader| crate::writes::withdraw::outbox(log, reader)).expect("an outbox")["waiting"]["entries"]
            .clone()
    };
    let before = waits();
    assert_ne!(before, 0);
    // no such folder; a name that is taken; a stick that takes nothing
    let nowhere = folder.path().join("none").join("a.boucle");
    let taken = folder.path().join("taken.boucle");
    fs::write(&taken, b"there").expect("written");
    for path in [&nowhere, &taken] {
        crate::exchange::bundle::export::bundle_export(&a.log, &request(path), NOW, &mut |_| ()).expect_err("refused");
        assert_eq!(waits(), before, "nothing left this machine");
    }
    // the name under which it would be written is a folder that cannot be taken away
    let stick = TempDir::new().expect("a folder");
    let part = stick.path().join(format!("{}.part", data_encoding::HEXLOWER.encode(&super::export::tag(&a.log, 1))));
    fs::create_dir(&part).expect("made");
    crate::exchange::bundle::carry::carry(&a.log, Some(stick.path()), NOW, &mut |_| ()).expect_err("refused");
    assert_eq!(waits(), before);
    a.with(|log, reader| {
        let failure = crate::writes::withdraw::withdraw(log, reader, &case, None, NOW).expect_err("which?");
        let id =
            failure.args.iter().find(|(name, _)| *name == "entries").map(|(_, list)| list.clone()).expect("listed");
        crate::writes::withdraw::withdraw(log, reader, &case, id.split(' ').next(), NOW)
    })
    .expect("taken back");
    // and what is written is released
    a.new_case(complaint());
    let told = export_as(&a, &request(&folder.path().join("out.boucle")));
    assert!(told["released"].as_u64().expect("a count") > 0, "{told}");
    assert_eq!(waits(), 0);
}

#[test]
fn what_a_stick_brought_to_others_has_left_this_machine() {
    let stick = TempDir::new().expect("a folder");
    let (founder, a, _) = three();
    exchange(&founder, &a);
    let sealed = crdt_model::edit::NewCase { category: Some("sea.abuse".into()), ..complaint() };
    a.with(|log, reader| crate::writes::case_new(log, reader, sealed, Some(&[]), NOW)).expect("kept");
    let outbox = || a.with(|log, reader| crate::writes::withdraw::outbox(log, reader)).expect("an outbox");
    let told = outbox();
    assert_eq!(told["captured"][0]["left_machine"], false, "{told}");
    assert_eq!(told["waiting"]["oldest"], crdt_model::values::moment::rfc3339(NOW), "when it was saved, not its week");
    let only_here = || {
        let told = a.with(|log, _| crate::health::status::status(log, &log.shared(), None, "fr", NOW)).expect("told");
        told["only_here"]["entries"].as_u64().expect("a count")
    };
    let before = only_here();
    carry(&a, stick.path());
    carry(&founder, stick.path());
    carry(&a, stick.path());
    let told = outbox();
    assert_eq!((&told["captured"][0]["left_machine"], &told["captured"][0]["held_by_n"]), (&true.into(), &1.into()));
    assert!(only_here() < before, "status says the same");
    let heard = crate::exchange::bundle::heard_by_bundle(&a.log).expect("told");
    assert_eq!(heard.iter().map(|(device, _)| *device).collect::<Vec<_>>(), [founder.log.device], "and doctor");
}
