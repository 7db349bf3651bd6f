use crdt_model::edit::{Edit, NewCase};
use crdt_model::frontier::Suffix;
use crdt_model::roster::site_scope;
use crdt_model::values::Words;

use super::*;
use crate::sync::release::{Offer, RELEASE_MS};
use crate::testkit::{Home, NOW, carry, founded, two_equal};

impl Home {
    fn note(&self, case: &str, text: &str) {
        let edit = Edit::Note { text: Words::from(text) };
        self.act(|log, reader| crate::writes::act(log, reader, case, &edit, NOW)).expect("noted");
    }

    fn allegation(&self, text: &str) -> String {
        let case = NewCase {
            case_type: "complaint".into(),
            channel: "committee".into(),
            category: Some("sea.abuse".into()),
            allegation: Some(Words::from(text)),
            ..NewCase::default()
        };
        let told = self.act(|log, reader| crate::writes::case_new(log, reader, case, Some(&[]), NOW)).expect("a case");
        told["ref"].as_str().expect("a reference").to_owned()
    }

    fn withdraw(&self, case: &str, entry: Option<&str>) -> Result<Json, Failure> {
        self.act(|log, reader| crate::writes::withdraw::withdraw(log, reader, case, entry, NOW))
    }

    fn outbox(&self) -> Json {
        self.act(|log, reader| crate::writes::withdraw::outbox(log, reader)).expect("an outbox")
    }

    fn verify(&self) -> Json {
        self.act(|log, reader| crate::health::verify::verify(log, &log.shared(), reader, &mut |_, _| {}))
            .expect("verified")
    }

    fn history(&self, case: &str) -> Vec<Json> {
        let told = self.act(|log, reader| {
            let loaded = crate::list::find_case(log, &log.shared(), reader, case).expect("found");
            crate::cases::history(&log.shared(), &loaded)
        });
        told.as_array().expect("a list").clone()
    }

    /// The entry that wrote this value.
    fn entry_of(&self, case: &str, value: &str) -> String {
        let lines = self.history(case);
        let line = lines.iter().find(|line| line["value"] == value).expect("written");
        line["entry"].as_str().expect("an id").to_owned()
    }

    fn offer(&self, explicit: bool, now_ms: i64) -> crdt_model::sync::Snapshot {
        crate::sync::release::offer(&self.log, &Offer { member: true, explicit, release_ms: RELEASE_MS, now_ms })
            .expect("offered")
    }

    fn finds(&self, case: &str) -> Result<(), &'static str> {
        self.act(|log, reader| {
            crate::list::find_case(log, &log.shared(), reader, case).map(|_| ()).map_err(|failure| failure.code)
        })
    }
}

#[test]
fn a_note_just_written_is_taken_back_and_nobody_ever_reads_it() {
    let (founder, newcomer) = two_equal();
    let case = newcomer.case("ce qui reste");
    newcomer.note(&case, "mots de trop");
    assert!(newcomer.read(&case).contains("mots de trop"));
    let entry = newcomer.entry_of(&case, "mots de trop");
    let told = newcomer.withdraw(&case, Some(&entry[..8])).expect("taken back");
    assert_eq!((told["withdrawn"][0].as_str(), &told["case_withdrawn"]), (Some(entry.as_str()), &json!(false)));
    assert!(!newcomer.read(&case).contains("mots de trop") && newcomer.read(&case).contains("ce qui reste"));
    let held = newcomer.entries().into_iter().map(|bytes| Entry::decode(&bytes).expect("an entry"));
    let bare: Vec<Entry> = held.filter(|held| held.id().to_string() == entry).collect();
    assert!(bare.len() == 1 && bare[0].sections().iter().all(Option::is_none), "its place stays, its bytes do not");
    assert_eq!(newcomer.verify()["ok"], true, "{}", newcomer.verify());
    // and on
    newcomer.note(&case, "mots choisis");
    carry(&newcomer, &founder);
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
    let read = founder.read(&case);
    assert!(read.contains("mots choisis") && !read.contains("mots de trop"), "{read}");
    assert_eq!(founder.verify()["ok"], true, "{}", founder.verify());
    for home in [&founder, &newcomer] {
        let snapshot = home.offer(true, NOW);
        assert_eq!(snapshot.gaps.count, 0, "nobody misses it");
    }
    assert_eq!(founder.offer(true, NOW).gaps, newcomer.offer(true, NOW).gaps);
}

#[test]
fn a_case_taken_back_is_gone_and_its_reference_is_not_given_again() {
    let (founder, newcomer) = two_equal();
    let case = newcomer.case("pas cela");
    let failure = newcomer.withdraw(&case, None).expect_err("which?");
    assert_eq!(failure.code, "withdraw_which");
    let listed = failure.args.iter().find(|(name, _)| *name == "entries").expect("a list").1.clone();
    assert!(!listed.contains("pas cela"), "fields, never words: {listed}");
    let entry = listed.split(' ').next().expect("an id").to_owned();
    assert_eq!(newcomer.withdraw(&case, Some(&entry)).expect("taken back")["case_withdrawn"], true);
    assert_eq!(newcomer.finds(&case), Err("ref_not_found"));
    assert_eq!(newcomer.finds("@last"), Err("no_last_case"));
    let next = newcomer.case("ceci");
    assert_ne!(next, case);
    carry(&newcomer, &founder);
    assert_eq!((founder.finds(&case), founder.finds(&next)), (Err("ref_not_found"), Ok(())));
    let list = founder.act(|log, reader| {
        crate::list::query::list(log, &log.shared(), reader, &crate::api::CaseFilter::default(), NOW)
    });
    assert!(!list.expect("listed").to_string().contains(&case));
    assert_eq!((founder.verify()["ok"].clone(), newcomer.verify()["ok"].clone()), (json!(true), json!(true)));
}

#[test]
fn what_may_have_left_what_others_wrote_and_what_is_built_upon_stay() {
    let (founder, newcomer) = two_equal();
    let case = newcomer.case("le début");
    newcomer.note(&case, "première");
    newcomer.note(&case, "seconde");
    let code = |case: &str, entry: &str| newcomer.withdraw(case, Some(entry)).expect_err("refused").code;
    let first = newcomer.entry_of(&case, "première");
    let failure = newcomer.withdraw(&case, Some(&first)).expect_err("built upon");
    assert_eq!(failure.code, "entry_built_upon");
    let second = newcomer.entry_of(&case, "seconde");
    assert!(failure.args.contains(&("later", second[..8].to_owned())), "{failure:?}");
    newcomer.withdraw(&case, Some(&second)).expect("the last one first");
    newcomer.withdraw(&case, Some(&first)).expect("and then the one before");
    assert_eq!(code(&case, &first), "entry_not_found", "once");
    assert_eq!((code(&case, "abcd"), code(&case, "mots")), ("entry_not_found", "entry_not_found"));
    newcomer.note(&case, "partie");
    let sent = newcomer.entry_of(&case, "partie");
    // not yet released, whatever is told in the background
    newcomer.offer(false, NOW);
    assert_eq!(newcomer.withdraw(&case, None).expect_err("listed").code, "withdraw_which");
    newcomer.offer(true, NOW);
    assert_eq!(code(&case, &sent), "entry_offered");
    assert_eq!(newcomer.withdraw(&case, None).expect_err("nothing left").code, "withdraw_nothing");
    carry(&newcomer, &founder);
    assert_eq!(founder.withdraw(&case, Some(&sent)).expect_err("not theirs").code, "entry_not_yours");
}

#[test]
fn a_capture_the_author_cannot_reopen_is_in_the_outbox_and_can_be_taken_back() {
    let (founder, newcomer) = two_equal();
    let (kept, gone) = (newcomer.allegation("entendu"), newcomer.allegation("autre"));
    let row = |home: &Home, case: &str| {
        let outbox = home.outbox();
        outbox["captured"].as_array().expect("rows").iter().find(|row| row["ref"] == case).cloned()
    };
    let before = row(&newcomer, &kept).expect("captured");
    assert_eq!(before["left_machine"], false);
    assert_eq!((&before["withdrawable"], &before["held_by_n"]), (&json!(true), &json!(0)));
    let same = |row: &Json| row.as_object().expect("a row").keys().cloned().collect::<Vec<_>>();
    assert_eq!(same(&before), same(&row(&newcomer, &gone).expect("captured")), "of one shape");
    assert!(newcomer.outbox()["waiting"]["entries"].as_u64() >= Some(2));
    let failure = newcomer.withdraw(&gone, None).expect_err("which?");
    let listed = failure.args.iter().find(|(name, _)| *name == "entries").expect("a list").1.clone();
    newcomer.withdraw(&gone, listed.split(' ').next()).expect("taken back");
    assert_eq!((row(&newcomer, &gone), newcomer.finds(&gone)), (None, Err("ref_not_found")));
    newcomer.offer(true, NOW);
    let sent = row(&newcomer, &kept).expect("captured");
    assert_eq!((&sent["withdrawable"], &sent["left_machine"]), (&json!(false), &json!(false)), "sent is not arrived");
    assert_eq!(newcomer.outbox()["waiting"]["entries"], 0);
    carry(&newcomer, &founder);
    assert!(founder.read(&kept).contains("restricted"));
}

#[test]
fn a_copy_that_still_has_the_bytes_wins_and_raises_an_alarm() {
    let (founder, newcomer) = two_equal();
    let case = newcomer.case("le cas");
    newcomer.note(&case, "gardé ailleurs");
    let copy = newcomer.copied();
    newcomer.withdraw(&case, Some(&newcomer.entry_of(&case, "gardé ailleurs"))).expect("taken back");
    carry(&newcomer, &founder);
    assert!(!founder.read(&case).contains("gardé ailleurs"));
    // the copy's bytes fill what was taken back
    carry(&copy, &founder);
    assert!(founder.read(&case).contains("gardé ailleurs"));
    let problems = founder.verify()["problems"].to_string();
    assert!(problems.contains("bytes_held") && problems.contains("withdrawal"), "{problems}");
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
    let (theirs, ours) = (founder.offer(true, NOW).gaps, newcomer.offer(true, NOW));
    assert_eq!((theirs.count, ours.gaps.count), (0, 0));
    assert_ne!(theirs.hash, ours.gaps.hash, "so that a session brings the bytes back");
    assert_eq!(ours.missing.values().map(Vec::len).sum::<usize>(), 1);
}

#[test]
fn a_withdrawal_waits_with_what_it_takes_back() {
    let (_, newcomer) = two_equal();
    let case = newcomer.case("avant");
    newcomer.offer(true, NOW);
    newcomer.note(&case, "vieux");
    newcomer.offer(false, NOW);
    let old = NOW + RELEASE_MS + 20_000;
    // it came of age with no peer in reach, and is taken back
    newcomer.withdraw(&case, Some(&newcomer.entry_of(&case, "vieux"))).expect("taken back");
    let scope = site_scope(&newcomer.log.org, "REG");
    let told = |explicit, now| newcomer.offer(explicit, now).frontiers[&scope].entries();
    let before = told(false, old);
    assert_eq!(told(true, old), before + 2, "both, or neither");
}

/// What others received, by place: every seq with one content only, and what came with bytes.
#[derive(Default)]
struct Others {
    ids: BTreeMap<(store::ChainKey, u64), EntryId>,
    whole: BTreeMap<EntryId, Vec<u8>>,
}

impl Others {
    fn take(&mut self, home: &Home, explicit: bool, now_ms: i64, share: usize) -> Result<(), Failure> {
        let log = &home.log;
        let told = crate::sync::release::offer(log, &Offer { member: true, explicit, release_ms: RELEASE_MS, now_ms })?;
        let scope = site_scope(&log.org, "REG");
        for (chain, tip) in told.frontiers[&scope].iter().filter(|(chain, _)| chain.device == log.device) {
            let suffix = Suffix { chain: *chain, after: 0, upto: tip.seq };
            let (entries, _) = crate::sync::release::supply(log, scope, &suffix, usize::MAX)?;
            // of what is sent any part may arrive
            let arrived = entries.len() * share / 4;
            for bytes in &entries[..arrived] {
                let entry = Entry::decode(bytes).expect("an entry");
                let key = store::ChainKey { scope, device: chain.device, incarnation: chain.incarnation };
                let held = self.ids.entry((key, entry.header().seq)).or_insert(entry.id());
                assert_eq!(*held, entry.id(), "one seq, two contents");
                if entry.is_whole() {
                    self.whole.insert(entry.id(), bytes.clone());
                }
            }
        }
        Ok(())
    }

    /// Nothing that others received is withdrawn, and every place is what they know it to be.
    fn check(&self, home: &Home) {
        let snapshot = home.log.store.read().expect("readable");
        for ((chain, seq), id) in &self.ids {
            let stored = snapshot.entry_in(chain, *seq).expect("readable").expect("what was sent is held");
            assert_eq!(stored.entry_id, *id);
        }
        for (id, bytes) in &self.whole {
            let stored = snapshot.entry(id).expect("readable").expect("held");
            assert_eq!(&stored.bytes, bytes, "what others have is not withdrawn");
        }
    }
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

/// One step of a life: writes, takes back, offers. What fails by itself (nothing to take back, a dead disk) is left.
fn step(
    home: &Home,
    dice: &mut Dice,
    others: &mut Others,
    cases: &mut Vec<String>,
    now_ms: &mut i64,
) -> Result<(), Failure> {
    match dice.below(8) {
        0 => {
            let case = NewCase {
                case_type: "complaint".into(),
                channel: "committee".into(),
                text: Some(Words::from("x")),
                ..NewCase::default()
            };
            let told = home.act(|log, reader| crate::writes::case_new(log, reader, case, None, *now_ms))?;
            cases.push(told["ref"].as_str().expect("a reference").to_owned());
        }
        1 | 2 if !cases.is_empty() => {
            let case = cases[dice.below(cases.len())].clone();
            let edit = Edit::Note { text: Words::from("y") };
            match home.act(|log, reader| crate::writes::act(log, reader, &case, &edit, *now_ms)) {
                Err(failure) if failure.code != "ref_not_found" => return Err(failure),
                _ => {}
            }
        }
        3..=5 if !cases.is_empty() => {
            let case = cases[dice.below(cases.len())].clone();
            let listed = home.act(|log, reader| crate::writes::withdraw::withdraw(log, reader, &case, None, *now_ms));
            let failure = listed.expect_err("an entry must be named");
            if failure.code == "withdraw_which" {
                let list = failure.args.iter().find(|(name, _)| *name == "entries").expect("a list").1.clone();
                let entry = list.split(' ').next().map(str::to_owned);
                home.act(|log, reader| {
                    crate::writes::withdraw::withdraw(log, reader, &case, entry.as_deref(), *now_ms)
                })?;
            } else if !matches!(failure.code, "withdraw_nothing" | "ref_not_found") {
                return Err(failure);
            }
        }
        6 => {
            *now_ms += 200_000;
            others.take(home, false, *now_ms, 1 + dice.below(4))?;
        }
        7 if dice.below(3) == 0 => others.take(home, true, *now_ms, 1 + dice.below(4))?,
        _ => {}
    }
    Ok(())
}

#[test]
fn at_any_crash_point_nothing_that_others_received_is_withdrawn_and_no_seq_has_two_contents() {
    use std::io::ErrorKind;

    use crate::store::fault::FaultDisk;

    let founder = founded();
    founder.case("le premier");
    let image = founder.image();
    let mut withdrawals = 0;
    for seed in 0..24_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let disk = FaultDisk::holding(image.clone());
        let home = founder.on_disk(disk.clone());
        disk.fail_at(disk.ops() + 5 + dice.below(400) as u64, ErrorKind::Other);
        let (mut others, mut cases, mut now_ms) = (Others::default(), Vec::new(), NOW);
        for _ in 0..40 {
            // the entry may or may not be there after a failed commit: what was sent before is what counts
            if step(&home, &mut dice, &mut others, &mut cases, &mut now_ms).is_err() {
                break;
            }
        }
        drop(home);
        for cut in [seed, seed + 1_000] {
            let home = founder.on_disk(FaultDisk::holding(disk.after_power_cut(cut)));
            others.check(&home);
            // and the life that goes on keeps to it
            let mut others = Others { ids: others.ids.clone(), whole: others.whole.clone() };
            let (mut cases, mut now_ms) = (cases.clone(), now_ms);
            for _ in 0..12 {
                step(&home, &mut dice, &mut others, &mut cases, &mut now_ms).expect("the disk works again");
            }
            others.check(&home);
            let gaps = home.log.store.read().expect("readable").gaps().expect("readable");
            assert!(gaps.iter().all(|(_, _, gap)| gap.withdrawn), "bytes go in the step that takes back");
            withdrawals += gaps.len();
        }
    }
    assert!(withdrawals > 20, "{withdrawals} withdrawals");
}
