//! Levels of appeal: where they are declared, nobody who is not satisfied is closed over.

use proptest::prelude::*;

use super::own::row;
use super::*;

fn level(code: &str, rank: u32, within_h: u32) -> (OwnTable, OwnRow) {
    (OwnTable::Level, OwnRow { rank: Some(rank), within_h: Some(within_h), ..row(code, code) })
}

fn three_levels() {
    keeps(&[level("committee", 1, 168), level("commune", 2, 72), level("mediation", 3, 240)]);
}

const APPEAL: Edit = Edit::Appeal { refused: false };
const DECLINE: Edit = Edit::Appeal { refused: true };

/// Answered, and the person says that it is not enough.
fn unhappy() -> Replica {
    let mut replica = born(new_case());
    replica.does(triage(None)).does(assign(1)).does(Edit::Accept);
    replica.does(resolve()).does(answer(Some("CANARY"), Some("not_satisfied")));
    replica
}

fn work(replica: &Replica) -> crate::view::Work {
    replica.view().work.expect("readable")
}

fn at(replica: &Replica) -> Option<(String, i64)> {
    work(replica).level.map(|level| (level.code, (level.due_ms - level.from_ms) / HOUR))
}

#[test]
fn an_appeal_goes_to_the_next_level_with_a_new_clock() {
    three_levels();
    let mut replica = unhappy();
    assert_eq!(at(&replica), None, "a case begins at the first");
    replica.now_ms += 30 * DAY;
    replica.does(APPEAL);
    let shown = work(&replica);
    assert_eq!((shown.standing.status, shown.answered, shown.overdue), (Status::Reopened, false, false));
    assert_eq!(at(&replica), Some(("commune".to_owned(), 72)));
    assert_eq!(shown.due_at_ms, shown.level.map(|level| level.due_ms));
    replica.now_ms += 4 * DAY;
    assert!(work(&replica).overdue, "the next level is late in its turn");
    assert_eq!(replica.refused(APPEAL), "not_answered", "it has not answered yet");
    replica.does(assign(1)).does(Edit::Accept).does(answer(Some("CANARY"), None));
    assert_eq!(replica.refused(APPEAL), "not_unsatisfied", "nobody asked what they think of this answer");
    replica.does(answer(None, Some("partly"))).does(APPEAL);
    assert_eq!(at(&replica), Some(("mediation".to_owned(), 240)));
    replica.does(assign(1)).does(answer(Some("CANARY"), Some("not_satisfied")));
    assert_eq!(replica.refused(APPEAL), "last_level");
    replica.does(close("not_satisfied"));
}

#[test]
fn nobody_closes_over_who_is_not_satisfied_before_the_next_level_was_offered() {
    let mut free = unhappy();
    free.does(answer(Some("CANARY"), Some("not_satisfied")));
    three_levels();
    let mut replica = free.clone();
    assert_eq!(replica.refused(close("not_satisfied")), "appeal_first");
    replica.does(DECLINE);
    assert_eq!(at(&replica), None, "who does not wish it stays where they are");
    replica.does(close("not_satisfied"));
    // a refusal of long ago says nothing of the answer given since
    replica.does(reopen()).does(answer(Some("CANARY"), Some("not_satisfied")));
    assert_eq!(replica.refused(close("not_satisfied")), "appeal_first");
    // where there are no levels all is as before
    keeps(&[]);
    free.does(close("not_satisfied"));
}

#[test]
fn what_cannot_be_appealed_is_refused_with_its_reason() {
    let mut replica = unhappy();
    assert_eq!(replica.refused(APPEAL), "no_levels");
    three_levels();
    let mut silent = born(new_case());
    assert_eq!(silent.refused(APPEAL), "not_answered");
    silent.does(triage(None)).does(assign(1)).does(answer(Some("CANARY"), Some("satisfied")));
    assert_eq!(silent.refused(DECLINE), "not_unsatisfied");
    silent.does(close("satisfied"));
    assert_eq!(silent.refused(APPEAL), "case_closed");
    let mut sealed = restricted();
    assert_eq!(sealed.refused(APPEAL), "sealed_no_level");
    assert_eq!(Replica { sensitive: false, ..sealed.colleague(3) }.refused(APPEAL), "outside_audience");
}

#[test]
fn a_sealed_case_ends_without_levels() {
    three_levels();
    let mut sealed = restricted();
    sealed.does(consent("contact_back", "given")).does(assign(1)).does(Edit::Accept);
    sealed.does(answer(Some("CANARY"), None)).does(answer(Some("CANARY"), Some("not_satisfied")));
    sealed.does(close("not_satisfied"));
}

#[test]
fn whoever_appeals_apart_takes_the_case_to_the_same_level_and_a_closing_does_not_bury_it() {
    three_levels();
    let mut a = unhappy();
    a.does(answer(Some("CANARY"), Some("not_satisfied")));
    let (mut b, mut c) = (a.colleague(2), a.colleague(3));
    a.does(APPEAL);
    b.now_ms += DAY;
    b.does(APPEAL);
    c.does(DECLINE).does(close("not_satisfied"));
    for order in [[&a, &b, &c], [&c, &b, &a], [&b, &c, &a]] {
        let mut all = Replica::new(9);
        order.into_iter().for_each(|one| all.sync_from(one));
        let shown = work(&all);
        assert_eq!(shown.level.as_ref().map(|level| (level.code.as_str(), level.rank)), Some(("commune", 2)));
        assert_eq!(
            shown.level.map(|level| level.from_ms),
            work(&a).level.map(|level| level.from_ms),
            "since the first"
        );
        assert_eq!(shown.standing.status, Status::Reopened);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever several do apart, each sees the greatest level once they have met, whoever met whom first.
    #[test]
    fn the_greatest_level_wins_in_whatever_order(acts in proptest::collection::vec((0usize..3, any::<bool>(), 0usize..3), 1..10)) {
        three_levels();
        let first = unhappy();
        let mut all = [first.colleague(1), first.colleague(2), first.colleague(3)];
        for (who, refused, with) in acts {
            let _ = all[who].perform(&Edit::Appeal { refused });
            let _ = all[who].perform(&answer(Some("CANARY"), Some("not_satisfied")));
            let other = all[with].clone();
            all[who].sync_from(&other);
        }
        let ranks = all.iter().filter_map(|one| work(one).level.map(|level| level.rank));
        let greatest = ranks.max();
        let (mut forth, mut back) = (Replica::new(8), Replica::new(9));
        all.iter().for_each(|one| forth.sync_from(one));
        all.iter().rev().for_each(|one| back.sync_from(one));
        prop_assert_eq!(forth.digest(), back.digest());
        prop_assert_eq!(work(&forth).level, work(&back).level);
        prop_assert_eq!(work(&forth).level.map(|level| level.rank), greatest);
    }
}
