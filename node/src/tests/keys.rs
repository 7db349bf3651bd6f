//! Who gives keys to whom, when several can and when somebody gives false ones.

use crdt_model::roster::{Operation, Wrapped, knowledge_scope, site_scope};
use crdt_model::seal::ordinary_audience;

use super::*;
use crate::members::debts::{WAIT_MS, WAITS_MAX};
use crate::tests::generations::confirmed;

/// What is to be wrapped for a newcomer at JER who reads its cases.
fn targets(home: &Home) -> [([u8; 16], [u8; 16]); 3] {
    let (org, scope) = (home.log.org, site_scope(&home.log.org, "JER"));
    let device = home.log.device.0;
    [(ordinary_audience(&org, &scope).0, home.member.0), (scope.0, device), (knowledge_scope(&org).0, device)]
}

/// The wraps held for a receiver.
fn wraps(at: &Home, (target, to): ([u8; 16], [u8; 16])) -> Vec<Wrapped> {
    let shared = at.log.shared();
    let of = shared.roster.wraps.iter().filter(|held| held.target == target && held.wrapped.to == to);
    of.map(|held| held.wrapped.clone()).collect()
}

/// One goes on as a changed program: it confirms whoever joined, and gives no keys.
fn confirm_and_give_nothing(by: &Home, newcomer: &Home) {
    let join = by.log.shared().roster.members[&newcomer.member].join;
    by.log.append_membership(vec![(Operation::Confirm(join), None)]).expect("confirmed");
}

/// Every home takes in what all held at the same moment; then each writes what it owes. How many wrote.
fn round(homes: &[Home], now_ms: i64) -> usize {
    let held: std::collections::BTreeSet<Vec<u8>> = homes.iter().flat_map(Home::entries).collect();
    for home in homes {
        let own: std::collections::BTreeSet<Vec<u8>> = home.entries().into_iter().collect();
        let others: Vec<Vec<u8>> = held.difference(&own).cloned().collect();
        crate::log::admission::ingest(&home.log, &others, None, now_ms).expect("ingested");
    }
    homes.iter().filter(|home| home.housekeeping_at(now_ms).wrote).count()
}

/// Twelve who read the cases of JER and hold the same, and a newcomer there who was confirmed by a node that gave no key.
fn twelve_and_a_newcomer() -> (Vec<Home>, Home) {
    let founder = Home::founded();
    let readers: Vec<Home> = (0..11).map(|n| founder.invited("JER", "operator", &format!("Ali {n}"))).collect();
    let newcomer = founder.invited("JER", "operator", "Nadia");
    let mut homes: Vec<Home> = std::iter::once(founder).chain(readers).collect();
    homes.push(newcomer);
    let mut quiet = 0;
    for n in 0..12 {
        quiet = if round(&homes, NOW + n * 3 * WAIT_MS) == 0 { quiet + 1 } else { 0 };
    }
    assert!(quiet > 1, "all hold the same");
    let newcomer = homes.pop().expect("the newcomer");
    confirm_and_give_nothing(&homes[0], &newcomer);
    let told = homes[0].entries();
    for home in &homes[1..] {
        crate::log::admission::ingest(&home.log, &told, Some(homes[0].log.device), NOW).expect("ingested");
    }
    (homes, newcomer)
}

#[test]
fn twelve_readers_in_lockstep_give_a_newcomer_their_keys_twice_at_most_and_are_quiet_in_three_rounds() {
    let (homes, newcomer) = twelve_and_a_newcomer();
    let owed = targets(&newcomer);
    assert!(owed.iter().all(|of| wraps(&homes[3], *of).is_empty()));
    let later = NOW + 100 * WAIT_MS;
    let before = homes[0].entries().len();
    let wrote = [0, 1, 2].map(|n| round(&homes, later + n * 60_000));
    assert!(wrote[0] > 0 && wrote[2] == 0, "quiet in three rounds: {wrote:?}");
    let all: Vec<Json> = homes.iter().map(Home::fingerprint).collect();
    assert!(all.windows(2).all(|two| two[0] == two[1]), "and equal");
    for of in owed {
        let given = wraps(&homes[5], of);
        assert!((1..=2).contains(&given.len()), "{} of twelve gave it", given.len());
        assert!(given.windows(2).all(|two| two[0] == two[1]), "the same bytes whoever gave it");
    }
    let written = homes[0].entries().len() - before;
    assert!(written <= 2 * owed.len() + 2, "{written} entries: each key twice, and a Merge or two");
    // hours later nobody finds anything to add
    assert_eq!(round(&homes, later + 100 * WAIT_MS), 0);
    let case = case_id(&homes[4].new_case(complaint()));
    exchange(&homes[4], &newcomer);
    assert!(newcomer.show(&case).expect("shown").to_string().contains("pas reçu"));
}

#[test]
fn whoever_is_left_alone_gives_every_key_in_the_end() {
    let (homes, newcomer) = twelve_and_a_newcomer();
    let owed = targets(&newcomer);
    let gave = |home: &Home| owed.iter().filter(|of| !wraps(home, **of).is_empty()).count();
    // nobody hears of the others
    let later = NOW + 100 * WAIT_MS;
    let kept: Vec<_> = homes.iter().map(|home| home.housekeeping_at(later)).collect();
    assert_eq!(homes.iter().map(gave).sum::<usize>(), 2 * owed.len(), "two of twelve give each at once");
    assert!(kept.iter().zip(&homes).all(|(kept, home)| kept.waits == (gave(home) < owed.len())), "{kept:?}");
    for home in &homes {
        home.housekeeping_at(later + WAITS_MAX as i64 * WAIT_MS);
        assert_eq!(gave(home), owed.len(), "everybody else may be away for good");
    }
}

#[test]
fn a_false_wrap_starves_nobody() {
    let founder = Home::founded();
    let liar = confirmed(&founder, "JER", "operator", "Omar");
    let newcomer = founder.invited("JER", "operator", "Nadia");
    exchange(&founder, &newcomer);
    exchange(&founder, &liar);
    let owed = targets(&newcomer);
    // somebody who may write wraps, as every member may, writes false ones before the true ones are given
    confirm_and_give_nothing(&founder, &newcomer);
    crate::log::admission::ingest(&liar.log, &founder.entries(), None, NOW).expect("ingested");
    let falsely = |(target, to): ([u8; 16], [u8; 16])| {
        let wrapped = Wrapped { to, enc: [9; 32], ct: [9; 48] };
        (Operation::Wrap { target, epoch: 1, wrapped }, None)
    };
    liar.log.append_membership(owed.map(falsely).into()).expect("written");
    crate::log::admission::ingest(&founder.log, &liar.entries(), None, NOW).expect("ingested");
    assert!(owed.iter().all(|of| wraps(&founder, *of).len() == 1), "the false ones count as wraps");

    let case = case_id(&founder.new_case(complaint()));
    exchange(&founder, &newcomer);
    assert!(owed.iter().all(|of| wraps(&founder, *of).len() == 2), "the true ones stand beside them, once");
    assert!(newcomer.show(&case).expect("shown").to_string().contains("pas reçu"));
}
