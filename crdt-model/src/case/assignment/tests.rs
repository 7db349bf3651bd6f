use proptest::prelude::*;

use super::*;
use crate::case::facts::{DeliveredFact, FactId, FactKind};
use crate::cbor;
use crate::edit::tests::{Replica, assign, born, new_case, triage};
use crate::edit::{Edit, Whom};

/// A case that somebody has taken up for themselves.
fn in_hand() -> Replica {
    let mut replica = born(new_case());
    replica.does(triage(None)).does(assign(1)).does(Edit::Accept);
    replica
}

/// Everything written, as a document tells it.
fn history(replica: &Replica) -> Vec<Written> {
    let mut written: Vec<Written> =
        replica.written().into_iter().map(|(stamp, layer, op)| Written { stamp, layer, ops: vec![op] }).collect();
    written.sort_by_key(|written| written.stamp.order);
    written
}

fn of(replica: &Replica) -> Option<Assignment> {
    let (held, view) = (replica.held(), replica.view());
    in_force(&held.layers(), &view.facts.codes, &history(replica), &holds)
}

/// Everybody from the fourth on is a focal point for cash; the first alone coordinates.
fn holds(member: &MemberId, role: &str) -> bool {
    match role {
        "focal_cash" => member.0[0] >= 4,
        "coordinator" => member.0[0] == 1,
        _ => true,
    }
}

fn to_role(role: &str) -> Edit {
    Edit::Assign { to: Whom::Found(Who::Role(role.into())) }
}

/// Says that the assignment in force reached this author.
fn confirm(replica: &mut Replica, entry: EntryId) {
    let id = FactId([replica.author; 8]);
    replica.writes(Layer::Open, FactKind::Delivered.key(id), Value::Bytes(cbor::encode(&DeliveredFact { entry })));
}

fn by(origin: Option<Origin>) -> Option<MemberId> {
    origin.and_then(|origin| origin.by)
}

#[test]
fn an_assignment_goes_from_sent_to_delivered_to_accepted() {
    let mut giver = in_hand();
    giver.does(assign(2));
    let given = of(&giver).expect("given");
    assert_eq!((given.to.clone(), given.sent.by), (Who::Member(MemberId([2; 16])), Some(giver.member())));
    assert_eq!((given.delivered, given.accepted), (None, None));
    let mut receiver = giver.colleague(2);
    confirm(&mut receiver, given.entry);
    let reached = of(&receiver).expect("given");
    assert_eq!((by(reached.delivered), reached.accepted), (Some(receiver.member()), None));
    receiver.does(Edit::Accept);
    let taken = of(&receiver).expect("given");
    assert_eq!((taken.entry, taken.delivered), (given.entry, reached.delivered));
    assert_eq!(by(taken.accepted), Some(receiver.member()));
    assert_eq!(receiver.refused(Edit::Accept), "already_accepted");
}

#[test]
fn only_the_receiver_says_that_it_arrived() {
    let mut giver = in_hand();
    giver.does(assign(2));
    let entry = of(&giver).expect("given").entry;
    let mut other = giver.colleague(3);
    confirm(&mut other, entry);
    assert_eq!(of(&other).expect("given").delivered, None);
    giver.does(to_role("focal_cash"));
    let entry = of(&giver).expect("given").entry;
    for other in [1, 3] {
        let mut other = giver.colleague(other);
        confirm(&mut other, entry);
        assert_eq!(of(&other).expect("given").delivered, None, "whoever does not hold the role stops nothing");
    }
    let mut holder = giver.colleague(4);
    confirm(&mut holder, entry);
    assert_eq!(by(of(&holder).expect("given").delivered), Some(holder.member()));
}

#[test]
fn what_a_role_was_given_is_still_its_own_once_somebody_accepts() {
    let mut giver = in_hand();
    giver.does(to_role("focal_cash"));
    let given = of(&giver).expect("given");
    let mut holder = giver.colleague(4);
    holder.roles = vec!["focal_cash".into()];
    holder.does(Edit::Accept);
    let taken = of(&holder).expect("given");
    assert_eq!((taken.to, taken.entry, taken.sent), (Who::Role("focal_cash".into()), given.entry, given.sent));
    assert_eq!((by(taken.accepted), by(taken.delivered)), (Some(holder.member()), Some(holder.member())));
}

#[test]
fn a_role_of_the_giver_has_it_already() {
    let mut giver = in_hand();
    giver.does(to_role("coordinator"));
    let given = of(&giver).expect("given");
    assert_eq!((given.delivered, given.accepted), (Some(given.sent), None));
}

#[test]
fn who_takes_a_case_is_given_nothing() {
    let mut alone = in_hand();
    alone.does(assign(1));
    assert_eq!(of(&alone), None);
    alone.does(assign(2)).does(assign(1));
    assert_eq!(of(&alone), None);
}

#[test]
fn given_on_to_somebody_else_it_is_on_its_way_again_and_can_be_accepted() {
    let mut giver = in_hand();
    giver.does(assign(2));
    let mut first = giver.colleague(2);
    first.does(Edit::Accept);
    giver.sync_from(&first);
    giver.does(assign(3));
    let again = of(&giver).expect("given");
    assert_eq!((again.delivered, again.accepted), (None, None), "whoever had it before is not whoever has it now");
    let mut second = giver.colleague(3);
    second.does(Edit::Accept);
    assert_eq!(by(of(&second).expect("given").accepted), Some(second.member()));
    assert_eq!(second.refused(Edit::Accept), "already_accepted");
}

proptest! {
    #[test]
    fn the_order_of_delivery_changes_nothing(acts in proptest::collection::vec((0u8..4, 1u8..4), 1..12), cut in 0usize..12) {
        let mut replicas = [in_hand(), in_hand().colleague(2), in_hand().colleague(3)];
        for (at, (act, who)) in acts.into_iter().enumerate() {
            let n = usize::from(who - 1);
            match act {
                0 => drop(replicas[n].perform(&assign(1 + (who + 1) % 3))),
                1 => drop(replicas[n].perform(&to_role("operator"))),
                2 => drop(replicas[n].perform(&Edit::Accept)),
                _ => {
                    if let Some(given) = of(&replicas[n]) {
                        confirm(&mut replicas[n], given.entry);
                    }
                }
            }
            if at == cut {
                let other = replicas[0].clone();
                replicas[1].sync_from(&other);
            }
        }
        let [a, b, c] = replicas;
        let merged = |order: [&Replica; 3]| {
            let mut all = order[0].colleague(1);
            all.sync_from(order[1]);
            all.sync_from(order[2]);
            of(&all)
        };
        prop_assert_eq!(merged([&a, &b, &c]), merged([&c, &a, &b]));
        prop_assert_eq!(merged([&a, &b, &c]), merged([&b, &c, &a]));
    }
}
