//! Two copies of one home that both wrote on: whoever meets whom in which way, everything that either wrote is everywhere.

use std::collections::BTreeMap;

use crdt_model::edit::NewCase;
use crdt_model::values::Words;
use proptest::prelude::*;

use super::*;
use crate::exchange::bundle::ExportRequest;

/// Four homes of which two are one: the founder, one who joined, the copy of that home, another who joined.
struct World {
    homes: Vec<Home>,
    /// What was written: case and words.
    written: Vec<(String, String)>,
    /// Sealed words, which the founder reads.
    sealed: Vec<(String, String)>,
    sticks: tempfile::TempDir,
    sticks_made: usize,
    count: usize,
}

const ROSE: usize = 0;
const ALI: usize = 1;
const TWIN: usize = 2;
const BEA: usize = 3;

fn meet(one: &Home, other: &Home) -> bool {
    let (ours, theirs) = speak(one, other, pair());
    let (ours, theirs) = (ours.expect("synced"), theirs.expect("synced"));
    assert_eq!(ours.report.refused_count + theirs.report.refused_count, 0, "{:?}", ours.report);
    ours.report.equal && theirs.report.equal
}

impl World {
    /// All equal, one case known to all, and the copy not made yet.
    fn new() -> Self {
        let rose = founded();
        let (ali, bea) = (joined(&rose.invite("cfm_manager"), "Ali"), joined(&rose.invite("cfm_manager"), "Béa"));
        for _ in 0..3 {
            for home in [&ali, &bea] {
                meet(&rose, home);
            }
        }
        let sticks = tempfile::tempdir().expect("a folder");
        let mut world =
            Self { homes: vec![rose, ali], written: Vec::new(), sealed: Vec::new(), sticks, sticks_made: 0, count: 0 };
        world.case(ALI);
        meet(&world.homes[ROSE], &world.homes[ALI]);
        meet(&world.homes[ROSE], &bea);
        world.homes.push(bea);
        world
    }

    /// From now on there are two of Ali's home.
    fn copy(&mut self) {
        let twin = self.homes[ALI].copied();
        self.homes.insert(TWIN, twin);
    }

    fn text(&mut self, who: usize) -> String {
        self.count += 1;
        format!("mots {} de {who}", self.count)
    }

    fn case(&mut self, who: usize) -> String {
        let text = self.text(who);
        let case = NewCase {
            case_type: "complaint".into(),
            channel: "committee".into(),
            text: Some(Words::from(text.as_str())),
            ..NewCase::default()
        };
        self.made(who, case, text, false)
    }

    fn allegation(&mut self, who: usize) -> String {
        let text = self.text(who);
        let case = NewCase {
            case_type: "complaint".into(),
            channel: "committee".into(),
            category: Some("sea.abuse".into()),
            allegation: Some(Words::from(text.as_str())),
            ..NewCase::default()
        };
        self.made(who, case, text, true)
    }

    fn made(&mut self, who: usize, case: NewCase, text: String, sealed: bool) -> String {
        let told = self.homes[who]
            .act(|log, reader| crate::writes::case_new(log, reader, case, Some(&[]), NOW))
            .expect("a case");
        let id = told["case_id"].as_str().expect("an id").to_owned();
        let list = if sealed { &mut self.sealed } else { &mut self.written };
        list.push((id.clone(), text));
        id
    }

    fn note(&mut self, who: usize, case: &str) {
        let text = self.text(who);
        let edit = crdt_model::edit::Edit::Note { text: Words::from(text.as_str()) };
        // a case that has not come here is nobody's to write on
        if self.homes[who].act(|log, reader| crate::writes::act(log, reader, case, &edit, NOW)).is_ok() {
            self.written.push((case.to_owned(), text));
        }
    }

    fn stick(&mut self, from: usize, to: usize) {
        self.sticks_made += 1;
        let path = self.sticks.path().join(format!("{}.boucle", self.sticks_made));
        let request = ExportRequest { path: &path, to: None, after: None, all: true, max_bytes: None };
        crate::exchange::bundle::export::bundle_export(&self.homes[from].log, &request, NOW, &mut |_| ())
            .expect("exported");
        crate::exchange::bundle::import::bundle_import(&self.homes[to].log, &path, None, NOW, &mut |_| ())
            .expect("imported");
    }

    /// Everybody meets everybody until all hold the same. That each two were equal when they met is not enough: what a later
    /// meeting writes (a proof, what is carried on) those who met before have yet to hear.
    fn settle(&self) {
        for _ in 0..6 {
            for one in 0..self.homes.len() {
                for other in one + 1..self.homes.len() {
                    meet(&self.homes[one], &self.homes[other]);
                }
            }
            let held: Vec<_> = self.homes.iter().map(Home::fingerprints).collect();
            if held.windows(2).all(|pair| pair[0] == pair[1]) {
                return;
            }
        }
    }

    /// Nothing is lost, all show the same, nobody is suspended, and `verify` has nothing to say but that there is a fork.
    fn check(&self) {
        let told: Vec<_> = self.homes.iter().map(Home::fingerprints).collect();
        assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:#?}");
        let digest =
            |home: &Home| home.act(|log, reader| crate::cases::digest(log, &log.shared(), reader)).expect("a digest");
        let digests: Vec<_> = self.homes.iter().skip(1).map(digest).collect();
        assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "{digests:#?}");
        let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (case, text) in &self.written {
            texts.entry(case).or_default().push(text);
        }
        for (n, home) in self.homes.iter().enumerate() {
            for (case, texts) in &texts {
                let shown = home.read(case);
                for text in texts {
                    assert!(shown.contains(text), "home {n} lacks {text:?} of {case}: {shown}");
                }
            }
            let forked = !home.log.shared().forks.is_empty();
            let verified =
                home.act(|log, reader| crate::health::verify::verify(log, &log.shared(), reader, &mut |_, _| {}));
            let verified = verified.expect("verified");
            let problems = verified["problems"].as_array().expect("a list");
            assert!(problems.iter().all(|problem| problem["reason"] == "fork"), "home {n}: {verified:#}");
            assert_eq!(problems.is_empty(), !forked, "{verified:#}");
            let members = crate::members::member_list(&home.log);
            let troubled = |member: &&Json| member["suspended"] == true || member["revoked"] == true;
            assert_eq!(members.as_array().into_iter().flatten().filter(troubled).count(), 0, "{members}");
        }
        for (case, text) in &self.sealed {
            assert!(self.homes[ROSE].read(case).contains(text), "the founder lacks {text:?} of {case}");
        }
    }
}

#[test]
fn two_copies_that_wrote_on_meet_directly_and_neither_loses_a_word() {
    let mut world = World::new();
    let shared = world.written[0].0.clone();
    world.copy();
    let incarnation = world.homes[ALI].log.incarnation();
    assert_eq!(incarnation, world.homes[TWIN].log.incarnation());
    let cases = [world.case(ALI), world.case(TWIN)];
    assert_ne!(cases[0], cases[1], "born at one place of one chain, and two cases");
    for who in [ALI, TWIN] {
        world.note(who, &shared);
        world.allegation(who);
    }
    meet(&world.homes[ALI], &world.homes[TWIN]);
    world.settle();
    world.check();
    let forks = world.homes[ROSE].log.shared().forks.clone();
    assert!(forks.keys().any(|(_, chain)| chain.incarnation == incarnation));
    let [one, other] = [ALI, TWIN].map(|who| world.homes[who].log.incarnation());
    assert!(one != incarnation && other != incarnation && one != other);
}

#[test]
fn two_copies_that_wrote_on_and_meet_by_a_stick_alone_come_to_the_same_end() {
    let mut world = World::new();
    let shared = world.written[0].0.clone();
    world.copy();
    for who in [ALI, TWIN] {
        world.case(who);
        world.note(who, &shared);
        world.allegation(who);
    }
    for _ in 0..3 {
        world.stick(ALI, TWIN);
        world.stick(TWIN, ALI);
    }
    let told = [ALI, TWIN].map(|who| world.homes[who].fingerprints());
    assert_eq!(told[0], told[1]);
    assert!(!world.homes[ALI].log.shared().forks.is_empty());
    // and all others by sticks as well
    for to in [ROSE, BEA] {
        world.stick(TWIN, to);
    }
    for from in [ROSE, BEA] {
        world.stick(from, ALI);
    }
    for to in [TWIN, ROSE, BEA] {
        world.stick(ALI, to);
    }
    world.check();
}

#[test]
fn others_carry_on_what_they_had_of_a_copy_that_never_comes_back() {
    let mut world = World::new();
    let shared = world.written[0].0.clone();
    world.copy();
    world.note(ALI, &shared);
    let case = world.case(ALI);
    world.allegation(ALI);
    meet(&world.homes[ROSE], &world.homes[ALI]);
    // a third builds upon it
    world.note(ROSE, &case);
    world.note(TWIN, &shared);
    world.case(TWIN);
    meet(&world.homes[BEA], &world.homes[TWIN]);
    world.note(BEA, &shared);
    // both copies are gone before anybody knows
    world.homes.remove(TWIN);
    world.homes.remove(ALI);
    assert!(world.homes.iter().all(|home| home.log.shared().forks.is_empty()));
    world.settle();
    assert!(world.homes.iter().all(|home| !home.log.shared().forks.is_empty()));
    world.check();
}

#[test]
fn carrying_on_ends_and_a_restart_carries_nothing_twice() {
    let mut world = World::new();
    world.copy();
    for who in [ALI, TWIN, ALI, TWIN] {
        world.case(who);
    }
    world.settle();
    world.check();
    let held = |world: &World| world.homes.iter().map(|home| home.entries().len()).collect::<Vec<_>>();
    let before = held(&world);
    for home in &world.homes {
        // what a process does when it opens the home
        *locked(&home.log.looked) = Default::default();
        assert_eq!(
            crate::log::forks::republish_orphaned(&home.log, crate::log::forks::Carry::AsideToo)
                .expect("looked through"),
            0
        );
    }
    world.settle();
    assert_eq!(held(&world), before);
}

/// Two who meet over a link that breaks after so many bytes.
fn meet_until(one: &Home, other: &Home, bytes: u64) {
    let limits = transport::Limits::default();
    for end in <[_; 2]>::from(speak(one, other, pair_with(&limits, Cut::after(bytes)))) {
        match end {
            Ok(spoken) => assert_eq!(spoken.report.refused_count, 0, "{:?}", spoken.report),
            Err(failure) => assert_eq!(failure.code, "sync_cut", "{failure:?}"),
        }
    }
}

#[test]
fn any_part_of_a_forked_chain_is_kept_and_the_rest_comes_to_the_same_end() {
    for bytes in [1_500, 5_000, 9_000, 13_000, 20_000, 28_000, 40_000, 60_000] {
        let mut world = World::new();
        let shared = world.written[0].0.clone();
        world.copy();
        for who in [ALI, TWIN, ALI, TWIN, TWIN] {
            world.case(who);
            world.note(who, &shared);
        }
        // others hold a part of each branch, and the copies a part of each other's, before anybody holds all of one
        for (one, other) in [(ROSE, ALI), (BEA, TWIN), (ROSE, BEA), (ALI, TWIN), (ROSE, TWIN)] {
            meet_until(&world.homes[one], &world.homes[other], bytes);
        }
        world.settle();
        world.check();
    }
}

/// How often each cut entry is carried in a home.
fn carried_times(home: &Home) -> BTreeMap<crdt_model::values::EntryId, usize> {
    let mut times = BTreeMap::new();
    for bytes in home.entries() {
        let entry = crdt_model::entry::Entry::decode(&bytes).expect("stored");
        if let Some(carried) = crdt_model::carried::carried(&entry).expect("in form") {
            *times.entry(carried.id()).or_default() += 1;
        }
    }
    times
}

#[test]
fn a_power_cut_at_any_write_loses_nothing_and_carries_nothing_twice() {
    use std::io::ErrorKind;

    use crate::log::forks::Carry;
    use crate::store::fault::FaultDisk;

    let mut world = World::new();
    world.copy();
    let cases = [ALI, ALI, ALI, TWIN, TWIN].map(|who| world.case(who));
    world.allegation(ALI);
    meet(&world.homes[ROSE], &world.homes[ALI]);
    let (rose, twin) = (&world.homes[ROSE], &world.homes[TWIN]);
    let (image, entries, from) = (rose.image(), twin.entries(), Some(twin.log.device));
    // what hears of the fork, carries on, and what a start does
    let hear = |home: &Home| {
        crate::log::admission::ingest(&home.log, &entries, from, NOW)?;
        crate::log::forks::republish_orphaned(&home.log, Carry::AsideToo)
    };
    let undisturbed = FaultDisk::holding(image.clone());
    let home = rose.on_disk(undisturbed.clone());
    let before = undisturbed.ops();
    assert!(hear(&home).expect("a good disk") > 0);
    let (ops, expected) = (undisturbed.ops() - before, carried_times(&home));
    assert!(ops > 20 && expected.len() >= 6, "{ops} operations, {} carried", expected.len());
    let mut cut_off = 0;
    for n in 0..24_u64 {
        let disk = FaultDisk::holding(image.clone());
        let home = rose.on_disk(disk.clone());
        disk.fail_at(disk.ops() + n * ops / 24, ErrorKind::Other);
        cut_off += usize::from(hear(&home).is_err());
        drop(home);
        let home = rose.on_disk(FaultDisk::holding(disk.after_power_cut(n)));
        crate::log::forks::republish_orphaned(&home.log, Carry::AsideToo).expect("the disk works again");
        hear(&home).expect("the disk works again");
        let times = carried_times(&home);
        assert!(times.keys().eq(expected.keys()), "operation {n}");
        assert!(times.values().all(|times| *times == 1), "operation {n}: {times:?}");
        for case in &cases {
            home.read(case);
        }
    }
    assert!(cut_off > 12, "{cut_off} runs were cut off");
}

#[derive(Debug, Clone)]
enum Step {
    Copy,
    Case(usize),
    Allegation(usize),
    Note(usize, usize),
    Meet(usize, usize),
    /// They meet, and the link breaks after so many bytes.
    Broken(usize, usize, u64),
    Stick(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..4_usize;
    prop_oneof![
        2 => Just(Step::Copy),
        3 => who().prop_map(Step::Case),
        1 => who().prop_map(Step::Allegation),
        4 => (who(), 0..8_usize).prop_map(|(who, case)| Step::Note(who, case)),
        3 => (who(), who()).prop_map(|(one, other)| Step::Meet(one, other)),
        2 => (who(), who(), 500..50_000_u64).prop_map(|(one, other, bytes)| Step::Broken(one, other, bytes)),
        2 => (who(), who()).prop_map(|(from, to)| Step::Stick(from, to)),
    ]
}

/// A second or two each. `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default().cases } else { 8 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 24, ..ProptestConfig::default() })]

    #[test]
    fn whoever_meets_whom_in_whatever_order_nothing_is_lost_and_all_show_the_same(
        before in proptest::collection::vec(step(), 0..4),
        after in proptest::collection::vec(step(), 3..16),
    ) {
        let mut world = World::new();
        let mut copied = false;
        let steps = before.into_iter().filter(|step| !matches!(step, Step::Copy));
        for step in steps.chain([Step::Copy]).chain(after) {
            // until there is a copy, the third home stands in the second place
            let of = |who: usize| if copied || who < TWIN { who } else { TWIN.min(who) };
            match step {
                Step::Copy if !copied => {
                    world.copy();
                    copied = true;
                }
                Step::Copy => {}
                Step::Case(who) => _ = world.case(of(who)),
                Step::Allegation(who) => _ = world.allegation(of(who)),
                Step::Note(who, case) => {
                    let case = world.written[case % world.written.len()].0.clone();
                    world.note(of(who), &case);
                }
                Step::Meet(one, other) if of(one) != of(other) => {
                    meet(&world.homes[of(one)], &world.homes[of(other)]);
                }
                Step::Broken(one, other, bytes) if of(one) != of(other) => {
                    meet_until(&world.homes[of(one)], &world.homes[of(other)], bytes);
                }
                Step::Stick(from, to) if of(from) != of(to) => world.stick(of(from), of(to)),
                Step::Meet(..) | Step::Broken(..) | Step::Stick(..) => {}
            }
        }
        world.settle();
        world.check();
    }
}
