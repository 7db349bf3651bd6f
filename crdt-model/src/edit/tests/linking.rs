//! Two cases that are one matter, under several hands: linked, merged, taken apart.

use proptest::prelude::*;

use super::*;
use crate::edit::{linked, torn};

/// What the first case calls the second, and the second the first. Each replica is of one document.
const SECOND: DocId = DocId([8; 16]);
const FIRST: DocId = DocId([9; 16]);

/// Both cases as one node holds them.
#[derive(Clone)]
struct Pair {
    cases: [Replica; 2],
}

/// An act of a person on two cases: both halves, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Merge,
    Unmerge,
    Duplicate,
    Related,
    Reopen,
    Close,
}

impl Pair {
    fn of(author: u8) -> Self {
        Self { cases: [born(new_case()), born(new_case())].map(|case| case.colleague(author)) }
    }

    fn colleague(&self, author: u8) -> Self {
        Self { cases: self.cases.each_ref().map(|case| case.colleague(author)) }
    }

    fn sync_from(&mut self, other: &Self) {
        for (case, other) in self.cases.iter_mut().zip(&other.cases) {
            case.sync_from(other);
        }
    }

    /// Does it from one of the cases (0 or 1) towards the other; where one half is refused neither is done.
    fn does(&mut self, on: On, from: usize) -> Result<(), &'static str> {
        let ([this, that], to) = (if from == 0 { [FIRST, SECOND] } else { [SECOND, FIRST] }, 1 - from);
        let (near, far) = match on {
            On::Merge => (Edit::Merge { into: that }, Some(Edit::Absorb { from: this })),
            On::Unmerge => (Edit::Unmerge, Some(Edit::Release { from: this })),
            On::Duplicate => {
                let kind = LinkKind::DuplicateOf;
                (Edit::Link { to: that, kind }, Some(Edit::Link { to: this, kind: kind.of_other_half() }))
            }
            On::Related => {
                let kind = LinkKind::Related;
                (Edit::Link { to: that, kind }, Some(Edit::Link { to: this, kind }))
            }
            On::Reopen => (reopen(), None),
            // who closes sees that the other goes on: a node looks
            On::Close if self.closure(to).is_some() => return Err("survivor_closed"),
            On::Close => (close("duplicate"), None),
        };
        let mut after = self.clone();
        after.cases[from].perform(&near).map_err(|refusal| refusal.code())?;
        if let Some(far) = far {
            after.cases[to].perform(&far).map_err(|refusal| refusal.code())?;
        }
        *self = after;
        Ok(())
    }

    fn closure(&self, of: usize) -> Option<String> {
        self.cases[of].view().work.expect("readable").standing.closure
    }

    /// What both cases add up to, for a comparison.
    fn all(&self) -> [(Vec<u8>, CaseView); 2] {
        self.cases.each_ref().map(|case| (case.digest(), case.held().view(NOW + DAY)))
    }
}

fn links(replica: &Replica) -> Vec<String> {
    replica.view().list("links").to_vec()
}

#[test]
fn a_merge_ends_one_case_and_an_unmerge_opens_it_again() {
    let mut pair = Pair::of(1);
    pair.does(On::Merge, 0).expect("merged");
    assert_eq!((pair.closure(0).as_deref(), pair.closure(1)), (Some("duplicate"), None));
    assert_eq!(linked(&links(&pair.cases[0]), LinkKind::DuplicateOf).collect::<Vec<_>>(), [SECOND]);
    assert_eq!(linked(&links(&pair.cases[1]), LinkKind::Merged).collect::<Vec<_>>(), [FIRST]);
    assert!(pair.cases.iter().all(|case| !case.view().work.expect("readable").loop_closed), "it closes no loop");
    assert_eq!(pair.does(On::Merge, 0), Err("case_closed"));
    assert_eq!(pair.does(On::Merge, 1), Err("survivor_closed"));
    assert_eq!(pair.does(On::Related, 0), Err("still_merged"));
    assert_eq!(pair.does(On::Related, 1), Err("still_merged"));
    assert_eq!(pair.does(On::Unmerge, 1), Err("not_merged"));
    pair.does(On::Unmerge, 0).expect("taken apart");
    let work = pair.cases[0].view().work.expect("readable");
    assert_eq!((work.standing.status, work.standing.epoch), (Status::Reopened, 1));
    assert!(pair.cases.iter().all(|case| links(case).is_empty() && case.view().conflicts.is_empty()));
    assert_eq!(pair.does(On::Unmerge, 0), Err("not_merged"));
    assert_eq!(pair.cases[0].refused(Edit::Merge { into: CASE }), "self_link");
}

#[test]
fn merging_is_for_whoever_manages_and_reads_both() {
    let mut operator = born(new_case()).colleague(2);
    operator.roles = vec!["operator".into()];
    assert_eq!(operator.refused(Edit::Merge { into: SECOND }), "manager_only");
    let mut blind = born(new_case()).colleague(2);
    blind.personal = false;
    assert_eq!(blind.refused(Edit::Merge { into: SECOND }), "withheld");
    assert_eq!(blind.refused(Edit::Absorb { from: SECOND }), "withheld");
    assert_eq!(blind.refused(Edit::Unmerge), "withheld");
    let mut outside = restricted().colleague(2);
    outside.sensitive = false;
    for edit in [
        Edit::Merge { into: SECOND },
        Edit::Absorb { from: SECOND },
        Edit::Unmerge,
        Edit::Release { from: SECOND },
        Edit::Link { to: SECOND, kind: LinkKind::Related },
    ] {
        assert_eq!(outside.refused(edit), "outside_audience");
    }
}

#[test]
fn what_was_said_of_two_cases_makes_room_for_what_is_said_later() {
    let mut pair = Pair::of(1);
    pair.does(On::Duplicate, 0).expect("linked");
    pair.does(On::Duplicate, 1).expect("the other way");
    assert_eq!(links(&pair.cases[0]), [format!("merged:{SECOND}")]);
    pair.does(On::Related, 0).expect("two after all");
    assert_eq!(links(&pair.cases[0]), [format!("related:{SECOND}")]);
    assert_eq!(links(&pair.cases[1]), [format!("related:{FIRST}")]);
    // said again, it says nothing
    let before = pair.all();
    pair.does(On::Related, 1).expect("said again");
    assert_eq!(pair.all().map(|(digest, _)| digest), before.map(|(digest, _)| digest));
}

#[test]
fn two_cases_merged_into_each_other_are_both_open_until_one_is_taken_out() {
    for first in [0, 1] {
        let [mut here, mut there] = [Pair::of(1).colleague(2), Pair::of(1).colleague(3)];
        here.does(On::Merge, 0).expect("merged");
        there.does(On::Merge, 1).expect("merged the other way");
        let (mut both, other) = if first == 0 { (here, there) } else { (there, here) };
        both.sync_from(&other);
        for case in &both.cases {
            let view = case.view();
            assert!(torn(view.list("links")).is_some());
            assert_ne!(view.work.as_ref().expect("readable").standing.status, Status::Closed);
            let conflict = view.conflict("links").expect("told");
            assert_eq!(conflict.values.len(), 2);
        }
        assert_eq!(both.cases[0].refused(Edit::Settle { field: "links".into(), pick: 1 }), "field_by_verb");
        assert_eq!(both.does(On::Related, 0), Err("still_merged"));
        // the one that is taken out survives
        let mut settled = both.clone();
        settled.does(On::Unmerge, 1).expect("taken out");
        assert_eq!((settled.closure(0).as_deref(), settled.closure(1)), (Some("duplicate"), None));
        // and merging once more says which one does
        both.does(On::Merge, 1).expect("merged");
        assert_eq!((both.closure(0), both.closure(1).as_deref()), (None, Some("duplicate")));
        for pair in [settled, both] {
            assert!(pair.cases.iter().all(|case| case.view().conflicts.is_empty() && torn(&links(case)).is_none()));
        }
    }
}

#[test]
fn a_case_merged_into_two_at_once_is_in_both() {
    let mut here = born(new_case());
    let mut there = here.colleague(2);
    here.does(Edit::Merge { into: SECOND });
    there.does(Edit::Merge { into: FIRST });
    here.sync_from(&there);
    let view = here.view();
    assert!(view.conflicts.is_empty());
    assert_eq!(linked(view.list("links"), LinkKind::DuplicateOf).count(), 2);
    here.does(Edit::Unmerge);
    assert!(links(&here).is_empty());
}

/// Found by the property below: a merge that says a link which was there already, against one that takes it away.
#[test]
fn a_link_that_a_merge_stands_on_outlives_whoever_takes_it_away_elsewhere() {
    let mut here = Pair::of(1).colleague(2);
    here.does(On::Merge, 0).expect("merged");
    here.does(On::Reopen, 0).expect("open again, and linked still");
    let mut there = here.colleague(3);
    here.does(On::Merge, 0).expect("merged once more");
    there.does(On::Merge, 1).expect("merged the other way");
    here.sync_from(&there);
    assert_eq!([here.closure(0), here.closure(1)], [None, None]);
    assert!(here.cases.iter().all(|case| case.view().conflict("links").is_some()));
}

proptest! {
    /// Whatever two nodes do to two cases, and whenever they meet: both see the same in the end, in whichever order it came,
    /// and one of the two cases at least is open.
    #[test]
    fn merging_and_unmerging_at_two_nodes_loses_no_case(
        acts in prop::collection::vec((any::<bool>(), 0_u8..7, 0_usize..2), 1..14),
    ) {
        let mut nodes = [Pair::of(1).colleague(2), Pair::of(1).colleague(3)];
        let sync = |nodes: &mut [Pair; 2], from: usize| {
            let other = nodes[from].clone();
            nodes[1 - from].sync_from(&other);
        };
        for (node, act, case) in acts {
            let node = usize::from(node);
            let on = [On::Merge, On::Unmerge, On::Duplicate, On::Related, On::Reopen, On::Close];
            match on.get(usize::from(act)) {
                // what is refused changes nothing
                Some(on) => drop(nodes[node].does(*on, case)),
                None => sync(&mut nodes, node),
            }
        }
        let mut turned = [nodes[1].clone(), nodes[0].clone()];
        for nodes in [&mut nodes, &mut turned] {
            sync(nodes, 0);
            sync(nodes, 1);
        }
        for seen in [&nodes[1], &turned[0], &turned[1]] {
            prop_assert!(seen.all() == nodes[0].all());
        }
        prop_assert!((0..2).any(|case| nodes[0].closure(case).is_none()));
    }
}
