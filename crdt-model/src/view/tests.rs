//! Convergence, the table of disagreements of the case model, and the JSON that scripts read.

use proptest::prelude::*;

use super::*;
use crate::case::facts::{ConsentFact, Dated, FactId, InteractionFact, MoveFact};
use crate::case::seen::Family;
use crate::case::status::{self, Status};
use crate::edit::tests::*;
use crate::edit::{Edit, GivenAnswer, LinkKind, NewCase};
use crate::values::{EntryId, Precision, Who};

fn work(replica: &Replica) -> Work {
    replica.view().work.expect("readable")
}

fn merged(a: &Replica, b: &Replica) -> Replica {
    let mut both = a.clone();
    both.sync_from(b);
    both.now_ms = a.now_ms.max(b.now_ms);
    both
}

fn in_hand() -> Replica {
    let mut replica = born(new_case());
    replica.does(triage(None)).does(assign(1)).does(Edit::Accept);
    replica
}

fn closed_satisfied() -> Replica {
    let mut replica = in_hand();
    replica.does(resolve()).does(answer(Some("told"), Some("satisfied"))).does(close("satisfied"));
    replica
}

// ---------------------------------------------------------------- what people see when two nodes disagree

#[test]
fn different_fields_are_both_kept() {
    let (mut a, mut b) = (in_hand(), in_hand().colleague(2));
    a.does(set("partner", "NGO"));
    b.does(set("project", "OTHER"));
    let view = merged(&a, &b).view();
    assert_eq!((view.text("partner"), view.text("project")), (Some("NGO"), Some("OTHER")));
    assert!(view.conflicts.is_empty());
}

#[test]
fn of_two_categories_the_more_sensitive_drives_the_protection() {
    let mut a = in_hand();
    let mut b = a.colleague(2);
    a.does(set("category", "conduct.disrespect"));
    b.does(set("category", "info.calendar"));
    let mut both = merged(&a, &b);
    let view = both.view();
    assert_eq!(view.text("category"), Some("conduct.disrespect"));
    assert_eq!(view.work.as_ref().and_then(|work| work.sensitivity).map(|level| level.code()), Some("s1"));
    let conflict = view.conflict("category").expect("in conflict");
    assert_eq!(conflict.values.iter().map(|rival| rival.pick).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(both.refused(Edit::Settle { field: "category".into(), pick: 0 }), "no_such_pick");
    assert_eq!(both.refused(Edit::Settle { field: "category".into(), pick: 3 }), "no_such_pick");
    let calendar =
        1 + conflict.values.iter().position(|rival| rival.value == Shown::Text("info.calendar".into())).expect("there");
    both.does(Edit::Settle { field: "category".into(), pick: calendar });
    assert_eq!(both.view().text("category"), Some("info.calendar"));
    assert!(both.view().conflicts.is_empty());
    assert_eq!(both.refused(Edit::Settle { field: "category".into(), pick: 1 }), "no_conflict");
}

#[test]
fn the_more_urgent_priority_and_the_wish_to_stay_unknown_are_displayed() {
    let mut a = in_hand();
    let mut b = a.colleague(2);
    a.does(set("priority", "p1")).does(set("anonymous", "false"));
    b.does(set("priority", "p4")).does(set("anonymous", "true"));
    for both in [merged(&a, &b), merged(&b, &a)] {
        let view = both.view();
        assert_eq!(view.text("priority"), Some("p1"));
        assert!(view.is_true("anonymous"));
        assert_eq!(view.conflicts.len(), 2);
    }
}

#[test]
fn assigned_to_two_the_first_to_accept_settles_it() {
    let mut a = born(new_case());
    let mut b = a.colleague(2);
    a.does(assign(1));
    b.does(assign(2));
    let mut second = merged(&a, &b).colleague(2);
    assert!(second.view().conflict("assignee").is_some());
    second.does(Edit::Accept);
    assert_eq!(second.view().text("assignee"), Some(Who::Member(second.member()).to_string().as_str()));
    assert!(second.view().conflicts.is_empty());
    assert_eq!(second.refused(Edit::Accept), "already_accepted");
}

#[test]
fn contact_after_closing_is_flagged_and_leaves_it_closed() {
    let a = closed_satisfied();
    let mut b = a.colleague(2);
    b.does(Edit::Contact {
        inward: true,
        channel: None,
        purpose: "follow_up".into(),
        outcome: "answered".into(),
        lasted_ms: None,
    });
    let work = work(&merged(&a, &b));
    assert_eq!(work.standing.status, Status::Closed);
    assert!(work.flags.contains(&"contact_after_closing"));
}

#[test]
fn satisfied_then_partly_is_not_loop_closed() {
    let mut replica = closed_satisfied();
    assert!(work(&replica).loop_closed);
    replica.does(answer(None, Some("partly")));
    let work = work(&replica);
    assert!(!work.loop_closed);
    assert!(work.flags.contains(&"reopening_proposed"));
}

#[test]
fn closed_satisfied_by_one_and_not_satisfied_for_the_other_is_not_loop_closed() {
    let mut a = in_hand();
    a.does(resolve()).does(answer(Some("told"), None));
    let mut b = a.colleague(2);
    a.does(answer(None, Some("satisfied"))).does(close("satisfied"));
    b.does(answer(None, Some("not_satisfied")));
    for both in [merged(&a, &b), merged(&b, &a)] {
        let work = work(&both);
        assert_eq!(work.standing.status, Status::Closed);
        assert!(!work.loop_closed);
        assert_eq!(work.satisfaction.map(|value| value.code()), Some("not_satisfied"));
        assert!(work.flags.contains(&"reopening_proposed"));
    }
    // whoever hears both and asks again closes the loop
    let mut both = merged(&a, &b);
    both.does(answer(None, Some("satisfied")));
    assert!(work(&both).loop_closed);
}

#[test]
fn reopening_beats_a_closing_it_never_saw() {
    let mut a = closed_satisfied();
    let mut b = a.colleague(2);
    b.does(reopen());
    a.does(reopen()).does(assign(1)).does(close("withdrawn"));
    // a closed again in the epoch that both opened: two reopenings are one
    let both = merged(&a, &b);
    assert_eq!((work(&both).standing.epoch, work(&both).standing.status), (1, Status::Closed));
    let (mut c, d) = (both.clone(), both.colleague(4));
    c.does(reopen());
    let work = work(&merged(&c, &d));
    assert_eq!((work.standing.epoch, work.standing.status), (2, Status::Reopened));
    assert!(!work.loop_closed && work.standing.closure.is_none());
}

#[test]
fn a_stale_status_never_regresses() {
    let mut a = born(new_case());
    let mut stale = a.colleague(2);
    a.does(assign(1)).does(resolve());
    stale.now_ms += 7 * DAY;
    stale.does(assign(2));
    assert_eq!(work(&merged(&a, &stale)).standing.status, Status::Resolved);
}

#[test]
fn different_closing_reasons_are_a_conflict_shown_cautiously_until_settled() {
    let mut a = in_hand();
    a.does(answer(Some("told"), Some("satisfied")));
    let mut b = a.colleague(2);
    a.does(close("satisfied"));
    b.does(close("withdrawn"));
    let mut both = merged(&a, &b);
    let seen = work(&both);
    assert_eq!(seen.standing.closure.as_deref(), Some("withdrawn"));
    assert!(!seen.loop_closed);
    let view = both.view();
    let conflict = view.conflict("closure").expect("in conflict");
    assert_eq!(conflict.values.len(), 2);
    let pick =
        1 + conflict.values.iter().position(|rival| rival.value == Shown::Text("satisfied".into())).expect("there");
    // a stale move of a third hand comes between
    let mut third = a.colleague(3);
    third.ops.retain(|id, _| born(new_case()).ops.contains_key(id));
    third.does(triage(None));
    both.sync_from(&third);
    both.does(Edit::Settle { field: "closure".into(), pick });
    let settled = work(&both);
    assert_eq!(settled.standing.closure.as_deref(), Some("satisfied"));
    assert!(settled.loop_closed && both.view().conflicts.is_empty());
}

#[test]
fn the_same_closing_reason_twice_is_no_conflict() {
    let mut a = in_hand();
    let mut b = a.colleague(2);
    a.does(close("withdrawn"));
    b.does(close("withdrawn"));
    let both = merged(&a, &b);
    assert!(both.view().conflicts.is_empty());
    assert_eq!(work(&both).standing.closure.as_deref(), Some("withdrawn"));
}

#[test]
fn refusal_beats_a_concurrent_consent_until_someone_who_heard_it_asks_again() {
    let mut a = in_hand();
    let mut b = a.colleague(2);
    a.does(consent("contact_back", "given"));
    b.does(consent("contact_back", "refused")).does(consent("record", "not_asked"));
    let mut both = merged(&a, &b);
    let account = both.view().account.expect("readable");
    assert_eq!(account.consent["contact_back"].code(), "refused");
    assert_eq!(account.consent["record"].code(), "not_asked");
    assert_eq!(work(&both).contact.code(), "refused");
    both.does(consent("contact_back", "not_asked"));
    assert_eq!(work(&both).contact.code(), "refused", "not asking takes nothing back");
    both.does(consent("contact_back", "given"));
    assert_eq!(work(&both).contact.code(), "given");
    both.does(consent("contact_back", "withdrawn"));
    assert_eq!(both.view().account.expect("readable").consent["contact_back"].code(), "withdrawn");
}

#[test]
fn a_hold_stays_until_lifted_by_someone_who_saw_it() {
    let hold = |reason: &str| Edit::Hold { reason: reason.into(), until: None };
    let mut a = in_hand();
    a.does(hold("person"));
    let mut b = a.colleague(2);
    a.now_ms += 10 * HOUR;
    a.does(Edit::Unhold);
    b.does(hold("document"));
    assert_eq!(a.refused(Edit::Unhold), "not_on_hold");
    let both = merged(&a, &b);
    assert_eq!(work(&both).hold.map(|hold| hold.reason).as_deref(), Some("document"));
    assert_eq!(work(&both).waiting_on.as_deref(), Some("document"));
    // b's hold saw the first: the clock stood still for the one minute until then, in a's own view for ten hours
    let due_in = |replica: &Replica| work(replica).due_at_ms.expect("due") - NOW - 60_000 - 168 * HOUR;
    assert_eq!((due_in(&a), due_in(&both)), (10 * HOUR + 60_000, 60_000));
}

#[test]
fn an_add_survives_a_concurrent_removal() {
    let mut a = in_hand();
    a.does(set("tags", "flood"));
    let mut b = a.colleague(2);
    a.does(set("tags", ""));
    b.does(set("tags", "flood,road"));
    assert_eq!(merged(&a, &b).view().list("tags"), ["road"], "a tag nobody wrote again is gone");
    let mut c = in_hand().colleague(3);
    c.does(set("tags", "flood"));
    assert_eq!(merged(&a, &c).view().list("tags"), ["flood"]);
}

#[test]
fn a_case_is_overdue_after_its_hours_until_it_is_answered() {
    let mut replica = born(new_case());
    let due = work(&replica).due_at_ms.expect("due");
    assert_eq!(due, NOW + 60_000 + 168 * HOUR);
    replica.now_ms = due;
    assert!(!work(&replica).overdue);
    replica.now_ms = due + 1;
    assert!(work(&replica).overdue);
    assert_eq!(replica.digest(), born(new_case()).digest(), "the digest does not know the time");
    replica.does(answer(Some("told"), None));
    assert!(!work(&replica).overdue);
}

#[test]
fn a_case_received_in_time_to_come_is_overdue_until_it_is_answered() {
    let mut replica = born(new_case());
    let received = work(&replica).due_at_ms.expect("due") - 168 * HOUR;
    for (ahead, overdue) in [(0, false), (24 * HOUR, false), (24 * HOUR + 1, true)] {
        replica.now_ms = received - ahead;
        assert_eq!(work(&replica).overdue, overdue, "{ahead}");
    }
    replica.does(answer(Some("told"), None));
    assert!(!work(&replica).overdue);
}

#[test]
fn constants_and_facts_written_twice_raise_an_alarm() {
    let replica = born(new_case());
    let mut other = Replica::new(2);
    other.does(create(new_case(), false));
    let view = merged(&replica, &other).view();
    let rewritten: Vec<&str> =
        view.alarms.iter().filter(|alarm| alarm.code == "constant_rewritten").map(|alarm| alarm.field).collect();
    assert_eq!(rewritten, ["created_by"], "all else is alike");
    assert_eq!(view.text("created_by"), Some("01".repeat(16).as_str()), "the first in order stands");
}

#[test]
fn what_lies_in_the_wrong_layer_is_not_shown_and_raises_an_alarm() {
    let cell = |value| vec![crate::layer::Cell { value, stamp: stamp(1) }];
    let mut open = crate::layer::LayerState::new();
    let mut sensitive = crate::layer::LayerState::new();
    open.insert("restricted".into(), cell(crate::layer::Value::Bool(true)));
    open.insert("channel".into(), cell(crate::layer::Value::Text("box".into())));
    open.insert("invented".into(), cell(crate::layer::Value::Int(1)));
    sensitive.insert("note/00".into(), cell(crate::layer::Value::Text("no fact".into())));
    sensitive.insert("move/0000000000000001".into(), cell(crate::layer::Value::Bytes(vec![0xff])));
    let layers = crate::case::CaseLayers {
        case_id: CASE,
        open: &open,
        personal: None,
        sensitive: Some(&sensitive),
        is_read: true,
    };
    let view = fold(&layers, NOW, &SampleCodes);
    assert_eq!(*view.shown("channel"), Shown::Absent);
    assert_eq!(view.status_code(), "received");
    let alarms: Vec<(&str, &str)> = view.alarms.iter().map(|alarm| (alarm.code, alarm.field)).collect();
    assert_eq!(
        alarms,
        [("malformed", "notes"), ("malformed", "status"), ("out_of_place", ""), ("out_of_place", "channel")]
    );
}

#[test]
fn a_closing_against_its_conditions_stands_and_raises_an_alarm() {
    let mut replica = closed_satisfied();
    replica.ops.retain(|_, op| !op.key_starts("satisfaction/") && !op.key_starts("assignee"));
    let view = replica.view();
    assert_eq!(view.status_code(), "closed");
    assert_eq!(view.alarms, [Alarm { code: "closed_unmet", field: "closure" }]);
    replica.ops.retain(|_, op| !op.is_move_to(&["assigned", "in_progress"]));
    assert!(replica.view().alarms.contains(&Alarm { code: "closed_never_assigned", field: "closure" }));
}

// ---------------------------------------------------------------- readers

#[test]
fn from_outside_a_restricted_case_shows_its_mark_and_nothing_else() {
    let mut outside = restricted();
    (outside.personal, outside.sensitive) = (true, false);
    let view = outside.view();
    assert_eq!((view.shape, view.status_code()), (Shape::Outside, "restricted"));
    let json = serde_json::to_value(&view).expect("a view is JSON");
    let object = json.as_object().expect("an object");
    for (name, value) in object {
        match name.as_str() {
            "case_id" => assert_eq!(value, "07070707070707070707070707070707"),
            "restricted" => assert_eq!(value, true),
            "status" => assert_eq!(value, "restricted"),
            "week" => assert_eq!(value, "2026-W47"),
            "region" => assert_eq!(value, "GA"),
            "location" => assert_eq!(value["admin1"]["withheld"], "sensitive"),
            _ => assert_eq!(value, &serde_json::json!({"withheld": "sensitive"}), "{name}"),
        }
    }
    // what happens inside does not move it
    let digest = outside.digest();
    let mut inside = restricted();
    inside.does(triage(None)).does(Edit::Note { text: "x".into() });
    outside.sync_from(&inside);
    assert_eq!(outside.digest(), digest);
    assert_ne!(inside.digest(), restricted().digest());
}

#[test]
fn without_the_key_of_the_words_they_are_withheld_and_the_work_is_seen() {
    let mut reader = closed_satisfied();
    let inside = reader.digest();
    (reader.personal, reader.sensitive) = (false, false);
    let json = serde_json::to_value(reader.view()).expect("a view is JSON");
    for name in ["phone", "text", "notes", "consents", "interactions", "unreachable", "external_ids", "links"] {
        assert_eq!(json[name], serde_json::json!({"withheld": "personal"}), "{name}");
    }
    assert_eq!(json["allegation"], serde_json::json!({"withheld": "sensitive"}));
    assert_eq!(json["resolution"]["outcome"], "paid");
    assert_eq!(json["resolution"]["text"]["withheld"], "personal");
    assert_eq!(json["responses"][0]["text"]["withheld"], "personal");
    assert_eq!((&json["status"], &json["loop_closed"]), (&"closed".into(), &true.into()));
    assert!(!json.to_string().contains("CANARY"));
    assert_ne!(reader.digest(), inside);
    let mut writer = reader.colleague(2);
    writer.does(Edit::Note { text: "for those who can read it".into() });
    assert_eq!(writer.digest(), reader.digest(), "what one cannot read does not move one's digest");
}

#[test]
fn a_view_has_this_json() {
    let mut replica = closed_satisfied();
    let mut other = in_hand().colleague(2);
    other.does(set("partner", "NGO")).does(consent("contact_back", "given")).does(attempt());
    replica.does(set("partner", "ONG")).does(Edit::Link { to: crate::values::DocId([1; 16]), kind: LinkKind::Related });
    let both = merged(&replica, &other);
    let json = serde_json::to_string_pretty(&both.view()).expect("a view is JSON") + "\n";
    let golden = include_str!("golden.json");
    assert!(json == golden, "the JSON of a view changed; if that is meant, view/golden.json should be:\n{json}");
}

#[test]
fn the_history_keeps_what_later_writes_replaced() {
    let replica = {
        let mut replica = born(new_case());
        replica
            .does(set("phone", "1"))
            .does(set("phone", ""))
            .does(set("tags", "a"))
            .does(set("tags", ""))
            .does(triage(None));
        replica
    };
    let ops = replica.written();
    let written: Vec<Written<'_>> =
        ops.iter().map(|(stamp, layer, op)| Written { stamp: *stamp, layer: *layer, op }).collect();
    let items = history(&written);
    let mut backwards = written.clone();
    backwards.reverse();
    assert_eq!(history(&backwards), items);
    let acts = |field: &str| items.iter().filter(|item| item.field == field).map(|item| item.act).collect::<Vec<_>>();
    assert_eq!(acts("phone"), ["set", "set", "clear"]);
    assert_eq!(acts("tags"), ["add", "remove"]);
    assert_eq!(acts("status"), ["move"]);
    assert!(
        items
            .iter()
            .any(|item| item.act == "move" && item.value == Shown::Text("triaged".into()) && item.fact.is_some())
    );
    assert_eq!(
        items.iter().find(|item| item.field == "phone").map(|item| item.value.clone()),
        Some(Shown::Text("CANARY 00 11".into()))
    );
    assert!(!format!("{items:?}").contains("CANARY"));
}

// ---------------------------------------------------------------- the check values of the KPIs

#[test]
fn the_check_values_of_loop_closure_and_first_contact_hold() {
    let first = |satisfaction: &str| {
        let answer = Some(GivenAnswer { text: Some("told".into()), satisfaction: Some(satisfaction.into()) });
        let mut replica = born(NewCase { category: Some("info.calendar".into()), answer, ..new_case() });
        replica.does(close("satisfied"));
        replica
    };
    let mut called_back = first("satisfied");
    called_back.now_ms += 5 * DAY;
    called_back.does(Edit::Contact {
        inward: true,
        channel: None,
        purpose: "follow_up".into(),
        outcome: "answered".into(),
        lasted_ms: None,
    });
    let mut later_unhappy = closed_satisfied();
    later_unhappy.does(answer(None, Some("not_satisfied")));
    let mut answered = in_hand();
    answered.does(answer(Some("told"), None));
    let duplicate = || {
        let mut replica = born(new_case());
        replica
            .does(Edit::Link { to: crate::values::DocId([1; 16]), kind: LinkKind::DuplicateOf })
            .does(close("duplicate"));
        replica
    };
    let cases = [
        first("satisfied"),
        first("satisfied"),
        called_back,
        later_unhappy,
        answered,
        in_hand(),
        in_hand(),
        in_hand(),
        duplicate(),
        duplicate(),
    ];
    let counted: Vec<CaseView> = cases
        .iter()
        .map(Replica::view)
        .filter(|view| {
            let closure = view.work.as_ref().and_then(|work| work.standing.closure.clone());
            !matches!(closure.as_deref(), Some("duplicate" | "prank" | "moved"))
        })
        .collect();
    let count = |test: &dyn Fn(&CaseView, &Work) -> bool| {
        counted.iter().filter(|view| view.work.as_ref().is_some_and(|work| test(view, work))).count()
    };
    assert_eq!(counted.len(), 8);
    assert_eq!(count(&|_, work| work.answered), 5);
    assert_eq!(count(&|_, work| work.loop_closed), 3, "LC = 3/8 = 37.5 %");
    let first_contact = |view: &CaseView, work: &Work| {
        let words = view.facts.words.as_ref().expect("readable");
        let received_ms = view.moment("received_at").expect("told").at_ms;
        let again = |contact: &InteractionFact| {
            contact.inward && !contact.first_contact && contact.at_ms <= received_ms + 14 * DAY
        };
        work.standing.status == Status::Closed
            && work.standing.epoch == 0
            && words.interactions.values().any(|told| told.fact.first_contact && told.fact.outcome == "answered")
            && !words.interactions.values().any(|told| again(&told.fact))
    };
    assert_eq!(count(&first_contact), 2, "FCR = 2/8 = 25 %");
}

// ---------------------------------------------------------------- properties

#[derive(Debug, Clone)]
enum Step {
    Act(usize, Edit),
    Sync(usize, usize),
}

fn acts() -> impl Strategy<Value = Edit> {
    let pick = |codes: &'static [&'static str]| proptest::sample::select(codes);
    prop_oneof![
        4 => (pick(&["category", "priority", "project", "partner", "anonymous", "phone", "tags", "other_categories", "site"]), 0..3_usize)
            .prop_map(|(field, n)| {
                let texts = match field {
                    "category" | "other_categories" => ["payment.not_received", "conduct.disrespect", "info.calendar"],
                    "anonymous" => ["true", "false", ""],
                    "tags" => ["a,b", "b,c", ""],
                    _ => ["p1", "p2", ""],
                };
                set(field, texts[n])
            }),
        2 => (1..4_u8).prop_map(assign),
        2 => Just(Edit::Accept),
        1 => Just(triage(None)),
        1 => Just(resolve()),
        3 => (any::<bool>(), proptest::option::of(pick(&["satisfied", "partly", "not_satisfied", "declined"])))
            .prop_map(|(told, said)| answer(told.then_some("told"), said)),
        2 => (pick(&["contact_back", "record"]), pick(&["given", "refused", "withdrawn", "not_asked"]))
            .prop_map(|(purpose, answer)| consent(purpose, answer)),
        3 => pick(&["satisfied", "withdrawn", "not_satisfied", "out_of_scope"]).prop_map(close),
        2 => Just(reopen()),
        1 => Just(attempt()),
        1 => Just(Edit::Note { text: "n".into() }),
        1 => Just(Edit::Hold { reason: "person".into(), until: None }),
        1 => Just(Edit::Unhold),
        1 => Just(Edit::Raise { to: crate::values::Level::S1, reason: "r".into() }),
        1 => Just(Edit::Lower { to: crate::values::Level::S0, reason: "r".into() }),
        1 => (pick(&["category", "assignee", "closure", "priority"]), 1..3_usize)
            .prop_map(|(field, pick)| Edit::Settle { field: field.into(), pick }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3_usize, acts()).prop_map(|(who, edit)| Step::Act(who, edit)),
        1 => (0..3_usize, 0..3_usize).prop_map(|(to, from)| Step::Sync(to, from)),
    ];
    proptest::collection::vec(step, 1..24)
}

/// Three authors with partial views; every act that changes something moves the digest of its author.
fn play(steps: &[Step], sealed: bool) -> [Replica; 3] {
    let start = if sealed { restricted() } else { born(new_case()) };
    let mut all = [start.clone(), start.colleague(2), start.colleague(3)];
    for step in steps {
        match step {
            Step::Sync(to, from) => {
                let from = all[*from].clone();
                all[*to].sync_from(&from);
            }
            Step::Act(who, edit) => {
                let before = all[*who].digest();
                match all[*who].perform(edit) {
                    Ok(ops) => assert_eq!(ops.is_empty(), all[*who].digest() == before, "{edit:?}"),
                    Err(_) => assert_eq!(all[*who].digest(), before, "a refused act changes nothing"),
                }
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn all_who_hold_the_same_see_the_same(steps in steps(), sealed: bool, order in any::<u64>(), cut in 0..100_usize) {
        let all = play(&steps, sealed);
        let (mut left, mut right) = (all[0].clone(), all[2].clone());
        left.sync_from(&all[1]);
        left.sync_from(&all[2]);
        right.sync_from(&all[1]);
        right.sync_from(&all[0]);
        let now = NOW + DAY;
        let view = left.held().view(now);
        prop_assert_eq!(&right.held().view(now), &view);
        prop_assert_eq!(right.digest(), left.digest());
        // any order of delivery, part of it twice, in two batches
        let mut ops: Vec<_> = left.ops.values().collect();
        let cut = cut % ops.len();
        let again: Vec<_> = ops[..cut].to_vec();
        ops.extend(again);
        ops.sort_by_key(|op| *blake3::hash(&[&op.entropy()[..], &order.to_be_bytes()].concat()).as_bytes());
        ops.rotate_left(cut);
        let held = deliver(&ops, true, true);
        prop_assert_eq!(&held.view(now), &view);
        prop_assert_eq!(digest_bytes(&held.layers()), left.digest());
        // the status is the greatest that anyone had
        let position = |view: &CaseView| view.work.as_ref().map(|work| work.standing.position());
        prop_assert_eq!(all.iter().map(|one| position(&one.view())).max(), Some(position(&view)));
        prop_assert!(view.alarms.iter().all(|alarm| !["malformed", "fact_rewritten", "constant_rewritten", "epoch_jump"].contains(&alarm.code)));
        // loop-closed is never claimed over a word against it that nobody answered
        if let Some(work) = &view.work && work.loop_closed {
            prop_assert!(work.answered && work.standing.closures.len() < 2);
            prop_assert!(!work.satisfaction.is_some_and(|value| value.keeps_open()));
        }
    }

    #[test]
    fn status_is_a_join(facts in proptest::collection::vec((0..4_u32, 0..7_usize, any::<u8>()), 0..12), cut: proptest::sample::Index) {
        let moves: Family<MoveFact> = facts.iter().enumerate().map(|(n, (epoch, to, seed))| {
            let to = Status::ALL[to + 1];
            let epoch = if to == Status::Reopened { epoch + 1 } else { *epoch };
            let reason = (to == Status::Closed).then(|| ["withdrawn", "satisfied", "prank"][*seed as usize % 3].to_owned());
            let stamp = stamp(n as u64);
            (FactId([n as u8; 8]), Dated { fact: MoveFact { to, epoch, seen: vec![], reason }, stamp })
        }).collect();
        let cut = cut.index(moves.len() + 1);
        let part = |from: usize, to: usize| -> Family<MoveFact> {
            moves.iter().skip(from).take(to - from).map(|(id, dated)| (*id, dated.clone())).collect()
        };
        let (a, b) = (status::fold(&part(0, cut)), status::fold(&part(cut, moves.len())));
        let all = status::fold(&moves);
        prop_assert_eq!(all.position(), a.position().max(b.position()));
        if let Some(reason) = &all.closure {
            let rivals = moves.values().filter(|m| m.fact.epoch == all.epoch && m.fact.to == Status::Closed);
            prop_assert_eq!(Some(status::caution(reason)), rivals.filter_map(|m| m.fact.reason.as_deref()).map(status::caution).min());
        }
    }

    #[test]
    fn a_refusal_nobody_saw_always_wins(given in 1..6_usize, refuse_at: proptest::sample::Index) {
        let fact = |n: usize, answer, seen| {
            let fact = ConsentFact { purpose: "record".into(), answer, means: None, by: None, at_ms: 0, seen };
            (FactId([n as u8; 8]), Dated { fact, stamp: stamp(n as u64) })
        };
        let mut consents: Family<ConsentFact> = Family::new();
        for n in 1..=given {
            let seen = if n > 1 { vec![FactId([n as u8 - 1; 8])] } else { vec![] };
            consents.extend([fact(n, crate::case::consent::Answer::Given, seen)]);
        }
        let saw = refuse_at.index(given) + 1;
        consents.extend([fact(100, crate::case::consent::Answer::Refused, vec![FactId([saw as u8; 8])])]);
        prop_assert_eq!(crate::case::consent::effective(&consents)["record"].code(), "refused");
    }
}

fn stamp(order: u64) -> crate::layer::Stamp {
    let device = crate::values::DeviceId([1; 16]);
    crate::layer::Stamp { entry: EntryId([order as u8; 32]), order, claimed_ms: 0, member: None, device }
}

// ---------------------------------------------------------------- zones

/// The small taxonomy, for a case of a site in this zone.
struct InZone(crate::zone::Zone);

impl crate::case::Codes for InZone {
    fn category(&self, code: &str) -> Option<crate::case::CategoryFacts> {
        SampleCodes.category(code)
    }
    fn expects_answer(&self, case_type: Option<&str>, channel: Option<&str>) -> bool {
        SampleCodes.expects_answer(case_type, channel)
    }
    fn knows(&self, table: &str, code: &str) -> bool {
        SampleCodes.knows(table, code)
    }
    fn zone(&self) -> crate::zone::Zone {
        self.0.clone()
    }
}

fn zone(name: &str) -> InZone {
    InZone(crate::zone::Zone::named(name).expect("bundled"))
}

#[test]
fn attempts_are_counted_by_the_days_of_the_site() {
    // 22:31 and 23:31 in UTC: one evening there, two days in Bangui
    let mut replica = in_hand();
    for hours in [22, 23] {
        replica.now_ms = NOW + DAY + hours * HOUR + HOUR / 2;
        replica.does(attempt());
    }
    let days = |codes: &InZone| {
        let view = fold(&replica.held().layers(), replica.now_ms, codes);
        view.account.expect("readable").attempt_days
    };
    assert_eq!((days(&zone("UTC")), days(&zone("Africa/Bangui"))), (1, 2));
    assert_eq!(days(&zone("America/Port-au-Prince")), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What a fold says of days follows from the entries and the zone of the site alone.
    #[test]
    fn days_and_delays_follow_from_the_zone_of_the_site(
        name in prop::sample::select(vec!["UTC", "Africa/Bangui", "Pacific/Kiritimati", "Asia/Kathmandu", "America/Port-au-Prince"]),
        minutes in -30 * 24 * 60..30 * 24 * 60i64,
        precision in prop::sample::select(vec![Precision::Minute, Precision::Day]),
        later in 0..20 * DAY,
    ) {
        let at_ms = NOW + minutes * 60_000;
        let at_ms = if precision == Precision::Day { at_ms.div_euclid(DAY) * DAY } else { at_ms };
        let received = Moment { at_ms, precision };
        let replica = born(NewCase { received_at: Some(received), ..new_case() });
        let codes = zone(name);
        let held = replica.held();
        let view = |now_ms: i64| fold(&held.layers(), now_ms, &codes);
        let seen = view(NOW);
        let work = seen.work.as_ref().expect("readable");
        prop_assert_eq!(seen.moment("received_at"), Some(received), "a date stays what was told");
        prop_assert_eq!(work.received_day, Some(codes.0.day_told(received)));
        prop_assert_eq!(work.received_from_ms, Some(codes.0.from_ms(received)));
        let due = work.due_at_ms.expect("its category has a delay");
        prop_assert_eq!((due - codes.0.from_ms(received)) % HOUR, 0);
        prop_assert_eq!(work.due_day, Some(codes.0.day_of(due)));
        let now_ms = NOW + later;
        let then = view(now_ms).work.and_then(|work| work.due_at_ms);
        prop_assert_eq!(work.due.map(|due| due.at(now_ms)), then);
    }
}
