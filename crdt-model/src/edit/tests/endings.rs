//! What becomes of a case once somebody has it, and how it ends.

use super::*;
use crate::case::facts::written;
use crate::view::Step;
use crate::zone::Zone;

fn interim(text: &str, until_ms: i64) -> Edit {
    Edit::Answer(Telling {
        text: Some(text.into()),

        interim_until: Some(Moment { at_ms: until_ms, precision: Precision::Minute }),
        ..Telling::default()
    })
}

fn came(text: &str) -> Edit {
    match answer(Some(text), None) {
        Edit::Answer(Telling { text, language, satisfied, by, means, .. }) => {
            Edit::Answer(Telling { text, language, satisfied, by, means, came: true, ..Telling::default() })
        }
        other => other,
    }
}

fn give_back(reason: &str) -> Edit {
    Edit::Return { reason: reason.into(), because: "CANARY not of my office".into() }
}

fn outside() -> Edit {
    Edit::Outside { to: "CANARY the town hall".into(), by: "phone".into() }
}

fn closes(reason: &str, why: Option<&str>) -> Edit {
    Edit::Close { reason: reason.into(), because: why.map(Words::from) }
}

fn assignee(replica: &Replica) -> Option<String> {
    replica.view().text("assignee").map(str::to_owned)
}

fn work(replica: &Replica) -> crate::view::Work {
    replica.view().work.expect("readable")
}

fn steps(replica: &Replica) -> Vec<(Step, i64)> {
    work(replica).clocks.iter().map(|clock| (clock.step, (clock.due_ms - clock.from_ms) / HOUR)).collect()
}

fn inward(replica: &Replica) -> usize {
    let facts = replica.view().facts;
    facts.words.expect("readable").interactions.values().filter(|dated| dated.fact.inward).count()
}

#[test]
fn who_answers_what_nobody_had_took_it_and_answers_for_it() {
    let mut replica = born(new_case());
    replica.does(answer(Some("CANARY the PIN was set anew"), Some("satisfied")));
    assert_eq!(assignee(&replica), Some(Who::Member(MemberId([1; 16])).to_string()));
    assert_eq!(status(&replica), Status::Responded);
    replica.does(close("satisfied"));
    let view = replica.view();
    assert!(view.work.expect("readable").loop_closed && view.alarms.is_empty(), "{:?}", replica.view().alarms);
    // what somebody else has stays theirs
    let mut given = born(new_case());
    given.does(assign(2)).does(answer(Some("CANARY x"), None));
    assert_eq!(assignee(&given), Some(Who::Member(MemberId([2; 16])).to_string()));
    // a sealed case is given by its audience
    let mut sealed = restricted();
    sealed.does(consent("contact_back", "given")).does(answer(Some("CANARY x"), None));
    assert_eq!(assignee(&sealed), None);
}

#[test]
fn what_nobody_classified_is_not_settled_on_the_spot() {
    let mut replica = born(NewCase { category: None, ..new_case() });
    replica.does(answer(Some("CANARY x"), Some("satisfied")));
    assert_eq!(assignee(&replica), None);
    assert_eq!(replica.refused(close("satisfied")), "never_assigned");
}

#[test]
fn consent_binds_our_calls_not_theirs() {
    let mut replica = born(new_case());
    replica.does(consent("contact_back", "refused")).does(assign(1)).does(Edit::Accept).does(resolve());
    replica.does(answer(Some("CANARY told at the desk"), Some("satisfied")));
    assert_eq!(inward(&replica), 1, "that they came is noted");
    replica.does(close("satisfied"));
    assert!(work(&replica).loop_closed);
    // nobody refused, and we called
    let mut called = born(new_case());
    called.does(answer(Some("CANARY x"), None));
    assert_eq!(inward(&called), 0);
    // of a sealed case it has to be said
    let mut sealed = restricted();
    sealed.does(consent("contact_back", "refused"));
    assert_eq!(sealed.refused(answer(Some("CANARY x"), None)), "no_contact_consent");
    sealed.does(came("CANARY x"));
    assert_eq!(inward(&sealed), 1);
}

#[test]
fn a_promise_moves_the_day_and_is_no_answer() {
    let mut replica = born(new_case());
    let before = work(&replica).due_at_ms.expect("a day");
    replica.does(interim("CANARY the bank looks into it", before + 5 * DAY));
    let work_now = work(&replica);
    assert_eq!(work_now.due_at_ms, Some(before + 5 * DAY));
    assert!(!work_now.answered && work_now.interims.len() == 1);
    assert_eq!(work_now.interims[0].told.text, Shown::Text("CANARY the bank looks into it".into()));
    assert_eq!(assignee(&replica), None, "nothing is settled by it");
    assert_eq!(replica.refused(answer(None, Some("satisfied"))), "not_answered");
    // the last promise holds; none shortens the time allowed
    replica.does(interim("CANARY tomorrow", replica.now_ms + DAY));
    assert_eq!(work(&replica).due_at_ms, Some(before));
    assert_eq!(replica.refused(interim("CANARY x", replica.now_ms - DAY)), "bad_value");
    assert_eq!(replica.refused(interim("CANARY x", replica.now_ms + 400 * DAY)), "bad_value");
    assert_eq!(replica.refused(interim(" ", replica.now_ms + DAY)), "missing");
}

#[test]
fn a_promise_of_before_the_reopening_counts_no_more() {
    let mut replica = born(new_case());
    let before = work(&replica).due_at_ms;
    replica.does(interim("CANARY soon", replica.now_ms + 100 * DAY));
    replica.does(answer(Some("CANARY x"), Some("satisfied"))).does(close("satisfied")).does(reopen());
    assert_eq!(work(&replica).due_at_ms, before);
}

#[test]
fn thanks_expect_no_answer_and_end_as_taken_note_of() {
    let mut thanks = born(NewCase { case_type: "thanks".into(), ..new_case() });
    thanks.now_ms += 400 * DAY;
    let now = work(&thanks);
    assert!(!now.expects_answer && now.due_at_ms.is_none() && !now.overdue);
    assert_eq!(thanks.refused(closes("acknowledged", None)), "why_missing");
    thanks.does(closes("acknowledged", Some("CANARY told the team")));
    assert!(!work(&thanks).loop_closed);
    let mut complaint = born(new_case());
    assert_eq!(complaint.refused(closes("acknowledged", Some("CANARY x"))), "answer_expected");
    complaint.now_ms += 400 * DAY;
    assert!(work(&complaint).overdue);
}

#[test]
fn who_refused_contact_is_closed_as_such_once_it_is_resolved() {
    let mut replica = born(new_case());
    replica.does(assign(1)).does(Edit::Accept);
    assert_eq!(replica.refused(close("no_contact")), "not_resolved");
    replica.does(resolve());
    assert_eq!(replica.refused(close("no_contact")), "contact_allowed");
    replica.does(consent("contact_back", "refused")).does(close("no_contact"));
    assert!(!work(&replica).loop_closed);
}

#[test]
fn what_is_not_admissible_is_told_unless_nobody_can_be_told() {
    let mut replica = born(new_case());
    assert_eq!(replica.refused(closes("not_admissible", Some("CANARY of another agency"))), "not_answered");
    replica.does(answer(Some("CANARY ask the town hall"), None));
    assert_eq!(replica.refused(closes("not_admissible", None)), "why_missing");
    replica.does(closes("not_admissible", Some("CANARY of another agency")));
    let unnamed = NewCase { reporter_name: None, phone: None, anonymous: Some(true), ..new_case() };
    let mut unnamed = born(unnamed);
    unnamed.does(assign(1)).does(closes("not_admissible", Some("CANARY of another agency")));
}

#[test]
fn services_alone_end_a_sealed_case_only() {
    let mut open = born(new_case());
    open.does(assign(1));
    assert_eq!(open.refused(closes("services_only", Some("CANARY x"))), "only_sealed");
    let mut sealed = restricted();
    sealed.does(assign(1)).does(closes("services_only", Some("CANARY went to the clinic")));
    assert_eq!(status(&sealed), Status::Closed);
}

#[test]
fn a_case_goes_back_to_whoever_gave_it() {
    let mut giver = born(new_case());
    giver.does(assign(2));
    let mut receiver = giver.colleague(2);
    assert_eq!(giver.colleague(3).refused(give_back("misdirected")), "not_yours");
    assert_eq!(receiver.refused(give_back("nonsense")), "unknown_code");
    receiver.does(give_back("misdirected"));
    assert_eq!(assignee(&receiver), Some(Who::Member(MemberId([1; 16])).to_string()));
    let back = work(&receiver).returned.expect("it came back");
    assert_eq!((back.why.as_str(), back.origin.by), ("misdirected", Some(MemberId([2; 16]))));
    assert_eq!(status(&receiver), Status::Assigned, "no status falls");
    // given to somebody else it is theirs
    giver.sync_from(&receiver);
    giver.does(assign(3));
    assert_eq!(work(&giver).returned, None);
    // whoever takes it up has it
    let mut keeps = receiver.colleague(1);
    keeps.does(Edit::Accept);
    assert_eq!(work(&keeps).returned, None);
}

#[test]
fn the_first_act_of_whoever_was_given_a_case_takes_it_up() {
    let act = || Edit::Act { what: "CANARY called the bank".into(), on_behalf_of: None, due: None };
    let mut giver = born(new_case());
    giver.does(Edit::Assign { to: Who::Role("focal_cash".into()).into() });
    let mut stranger = giver.colleague(3);
    stranger.does(act());
    assert_eq!((status(&stranger), steps(&stranger)), (Status::Assigned, vec![(Step::Accept, 24)]));
    let mut receiver = Replica { roles: vec!["focal_cash".into()], ..giver.colleague(2) };
    receiver.does(act());
    assert_eq!(assignee(&receiver), Some(Who::Member(MemberId([2; 16])).to_string()));
    assert_eq!((status(&receiver), steps(&receiver)), (Status::InProgress, vec![]));
    let moves = receiver.view().facts.codes.moves.len();
    receiver.does(act());
    assert_eq!(receiver.view().facts.codes.moves.len(), moves, "once");
}

#[test]
fn what_nobody_can_tell_who_gave_goes_back_to_the_manager() {
    let mut replica = born(new_case());
    replica.does(assign(1)).does(Edit::Accept);
    // to a role of one's own nothing goes back
    assert_eq!(replica.refused(give_back("need_info")), "given_by_nobody_else");
    replica.roles = vec!["operator".into()];
    replica.does(give_back("need_info"));
    assert_eq!(assignee(&replica), Some(Who::Role("cfm_manager".into()).to_string()));
    let mut sealed = restricted();
    sealed.does(assign(1)).does(give_back("need_info"));
    assert_eq!(assignee(&sealed), Some(Who::Role("focal_cash".into()).to_string()));
}

#[test]
fn what_two_have_is_given_back_by_neither_before_somebody_chose() {
    let mut one = born(new_case());
    let mut other = one.colleague(4);
    one.does(assign(2));
    other.does(assign(3));
    one.sync_from(&other);
    let mut receiver = one.colleague(2);
    assert_eq!(receiver.refused(give_back("misdirected")), "assignee_torn");
}

#[test]
fn nobody_without_the_system_gets_what_the_person_keeps_here() {
    let mut refused = born(new_case());
    refused.does(consent("refer_internal", "refused"));
    assert_eq!(refused.refused(outside()), "no_referral_consent");
    // of a sealed case it has to be allowed
    let mut sealed = restricted();
    assert_eq!(sealed.refused(outside()), "no_referral_consent");
    let mut unread = Replica { personal: false, ..born(new_case()) };
    assert_eq!(unread.refused(outside()), "withheld");
}

#[test]
fn a_complaint_that_only_went_outside_has_somebody_here_who_answers_for_it() {
    let mut replica = born(new_case());
    replica.does(outside()).does(Edit::Confirm);
    assert_eq!(assignee(&replica), Some(Who::Member(MemberId([1; 16])).to_string()));
}

#[test]
fn a_reminder_reaches_no_person() {
    let mut replica = born(new_case());
    replica.does(assign(2)).does(attempt()).does(Edit::Remind);
    assert_eq!(replica.view().account.expect("readable").attempt_days, 1);
}

#[test]
fn nobody_postpones_what_is_sealed_nor_what_anybody_complained_of() {
    let mut sealed = restricted();
    sealed.does(consent("contact_back", "given"));
    let due = work(&sealed).due_at_ms;
    sealed.does(interim("CANARY x", sealed.now_ms + 100 * DAY));
    assert_eq!(work(&sealed).due_at_ms, due);
    let survey = born(NewCase { channel: "survey".into(), ..new_case() });
    assert!(work(&survey).expects_answer, "whoever complains waits for an answer");
    // a promise made elsewhere for a hundred years counts for half of one
    let mut forged = born(new_case());
    let fact = crate::case::facts::InterimFact { epoch: 0, at_ms: NOW, until_ms: NOW + 36_500 * DAY };
    let id = crate::case::facts::FactId([9; 8]);
    let value = Value::Bytes(crate::cbor::encode(&fact));
    forged.writes(Layer::Open, crate::case::facts::FactKind::Interim.key(id), value);
    assert_eq!(work(&forged).due_at_ms, Some(NOW + 183 * DAY));
}

#[test]
fn a_collective_answer_needs_no_consent_and_is_no_word_of_the_person() {
    let public = || Edit::Broadcast { by: "radio".into(), text: "CANARY x".into() };
    let mut refused = born(new_case());
    refused.does(consent("contact_back", "refused"));
    refused.does(public());
    assert_eq!(status(&refused), Status::Responded);
    // nobody had it: whoever speaks for the organisation answers for it
    assert!(refused.view().work.expect("readable").ever_assigned);
    assert_eq!(refused.refused(close("satisfied")), "not_satisfied");
    refused.does(Edit::Close { reason: "answered".into(), because: Some("CANARY x".into()) });
    assert!(refused.view().alarms.is_empty());
    // once is enough, and a means that is none is refused
    let mut told = born(new_case());
    told.does(public()).does(public());
    assert_eq!(told.view().facts.codes.responses.len(), 1);
    assert_eq!(told.refused(Edit::Broadcast { by: "rumour".into(), text: "x".into() }), "unknown_code");
    // what it is worth is for the person to say
    told.does(answer(None, Some("satisfied"))).does(close("satisfied"));
    // what is over stays over: of many, it is as it was
    told.does(public());
    assert_eq!((status(&told), told.view().facts.codes.responses.len()), (Status::Closed, 1));
}

#[test]
fn a_sealed_case_is_not_answered_in_public() {
    assert_eq!(restricted().refused(Edit::Broadcast { by: "radio".into(), text: "x".into() }), "only_ordinary");
}

#[test]
fn a_case_joins_an_incident_and_leaves_it() {
    let mut case = born(new_case());
    case.does(Edit::Incident { code: "panne-2026-11".into() });
    assert_eq!(case.view().text("incident"), Some("panne-2026-11"));
    assert!(Edit::Incident { code: String::new() }.is_for_many());
    case.does(Edit::Incident { code: String::new() });
    assert_eq!(case.view().text("incident"), None);
}

#[test]
fn what_is_done_outside_shows_that_it_arrived_there() {
    let mut replica = born(new_case());
    replica.does(outside());
    assert_eq!(steps(&replica), [(Step::Confirm, 24)]);
    let act = |who: Option<&str>| Edit::Act { what: "CANARY x".into(), on_behalf_of: who.map(Into::into), due: None };
    replica.does(act(None));
    assert_eq!(steps(&replica), [(Step::Confirm, 24)], "something was done here");
    replica.does(act(Some("CANARY agent")));
    assert_eq!(steps(&replica), []);
    assert_eq!(replica.refused(Edit::Confirm), "not_sent_outside");
    // once is enough
    replica.does(act(Some("CANARY agent")));
    let referrals = replica.view().facts.codes.referrals;
    let said: Vec<_> = written(&referrals).into_iter().map(|(_, dated)| dated.fact.status.clone()).collect();
    assert_eq!(said, ["sent_outside", "accepted"]);
}

#[test]
fn what_was_sent_outside_waits_until_somebody_confirmed_by_voice() {
    let mut replica = born(new_case());
    assert_eq!(replica.refused(Edit::Confirm), "not_sent_outside");
    replica.does(outside());
    assert_eq!(status(&replica), Status::Assigned);
    assert_eq!(steps(&replica), [(Step::Confirm, 24)], "it is nobody's to accept");
    replica.does(Edit::Confirm);
    assert_eq!(steps(&replica), []);
    assert_eq!(replica.refused(Edit::Confirm), "not_sent_outside");
    let referrals = replica.view().facts.codes.referrals;
    let said: Vec<_> = written(&referrals).into_iter().map(|(_, dated)| dated.fact.status.clone()).collect();
    assert_eq!(said, ["sent_outside", "confirmed_by_phone"]);
    // it was given to somebody: a complaint may be closed
    replica.does(answer(Some("CANARY x"), Some("satisfied"))).does(close("satisfied"));
    assert!(replica.view().alarms.is_empty());
}

#[test]
fn a_reminder_is_counted_and_reaches_whoever_has_the_case() {
    let mut replica = born(new_case());
    assert_eq!(replica.refused(Edit::Remind), "not_assigned");
    replica.does(assign(2)).does(Edit::Remind).does(Edit::Remind);
    let facts = replica.view().facts.words.expect("readable");
    assert_eq!(facts.interactions.values().filter(|dated| dated.fact.purpose == "reminder").count(), 2);
}

#[test]
fn each_clock_runs_until_its_step_is_done() {
    let mut replica = born(new_case());
    assert_eq!(steps(&replica), [(Step::Refer, 24)]);
    replica.does(assign(2));
    assert_eq!(steps(&replica), [(Step::Accept, 24)]);
    let mut receiver = replica.colleague(2);
    receiver.does(Edit::Accept);
    assert_eq!(steps(&receiver), []);
    receiver.does(resolve()).does(answer(Some("CANARY x"), Some("satisfied"))).does(close("satisfied"));
    // reopened, it goes on with whoever had it
    receiver.does(reopen());
    assert_eq!(
        (steps(&receiver), work(&receiver).waiting_on),
        (vec![], receiver.view().text("assignee").map(str::to_owned))
    );
}

#[test]
fn clocks_of_ordinary_and_confidential_cases_alone_run_in_working_hours() {
    let hours: WorkHours = "mon-fri 08:00-16:30".parse().expect("hours");
    let category = |code: &str| NewCase { category: Some(code.into()), ..new_case() };
    let [ordinary, confidential] = ["payment.not_received", "conduct.disrespect"].map(|code| born(category(code)));
    let unclassified = born(NewCase { category: None, ..new_case() });
    let sealed = restricted();
    let dates = |replica: &Replica| {
        let work = work(replica);
        let clocks: Vec<_> = work.clocks.iter().map(|clock| (clock.from_ms, clock.due_ms)).collect();
        (clocks, work.received_from_ms.zip(work.due_at_ms))
    };
    let by_calendar = [&ordinary, &confidential, &unclassified, &sealed].map(dates);
    works(&hours);
    for (replica, calendar, answer_h) in [(&ordinary, &by_calendar[0], 168), (&confidential, &by_calendar[1], 240)] {
        let (clocks, answer) = dates(replica);
        let [(from_ms, due_ms)] = clocks[..] else { panic!("one clock") };
        // from Saturday on: Monday at opening, and a working day
        let (_, calendar_ms) = calendar.0[0];
        assert_eq!(due_ms, hours.due_ms(&Zone::UTC, from_ms, 24));
        assert!(due_ms > calendar_ms, "{due_ms} is not after {calendar_ms}");
        let (received_ms, answer_ms) = answer.expect("somebody waits");
        assert_eq!(answer_ms, hours.due_ms(&Zone::UTC, received_ms, answer_h));
        assert!(Some(answer_ms) > calendar.1.map(|(_, due_ms)| due_ms));
    }
    assert_eq!(dates(&unclassified), by_calendar[2], "nobody knows yet how grave it is");
    assert_eq!(dates(&sealed), by_calendar[3], "what is sealed does not wait for Monday");
}

#[test]
fn no_clock_runs_while_the_person_has_to_answer_unless_the_case_is_sealed() {
    let hold = || Edit::Hold { reason: "person".into(), until: None };
    let mut foreseen = born(new_case());
    let until = Moment { at_ms: foreseen.now_ms + 3 * DAY, precision: Precision::Minute };
    foreseen.does(Edit::Hold { reason: "person".into(), until: Some(until) });
    assert_eq!(work(&foreseen).clocks[0].due_ms, until.at_ms, "a hold that is foreseen to end ends");
    let mut unclassified = born(NewCase { category: None, ..new_case() });
    unclassified.does(hold());
    assert_eq!(unclassified.view().work.expect("readable").hold.map(|hold| hold.reason), Some("person".to_owned()));
    let mut open = born(new_case());
    open.does(hold());
    assert_eq!(steps(&open), []);
    let mut sealed = restricted();
    sealed.does(hold());
    assert_eq!(steps(&sealed), [(Step::Refer, 24)]);
}

#[test]
fn who_agreed_to_be_called_hears_that_a_sealed_complaint_arrived() {
    let mut sealed = restricted();
    sealed.does(consent("contact_back", "given"));
    assert_eq!(steps(&sealed), [(Step::Refer, 24), (Step::Acknowledge, 48)]);
    sealed.does(interim("CANARY we look into it", sealed.now_ms + DAY));
    assert_eq!(steps(&sealed), [(Step::Refer, 24)]);
}

#[test]
fn only_its_audience_hands_a_case_over_to_an_inquiry() {
    let hands = || Edit::Handover { to: "CANARY the inspector".into(), receipt: "CANARY no 12".into() };
    let mut open = born(new_case());
    assert_eq!(open.refused(hands()), "only_sealed");
    let mut sealed = restricted();
    let mut stranger = Replica { personal: false, sensitive: false, ..sealed.colleague(3) };
    assert_eq!(stranger.refused(hands()), "outside_audience");
    assert_eq!(sealed.refused(hands()), "never_assigned");
    sealed.does(assign(1)).does(hands());
    let now = work(&sealed);
    assert_eq!((now.standing.status, now.standing.closure.as_deref()), (Status::Closed, Some("handed_over")));
    assert!(!now.loop_closed);
}

fn of_member(author: u8) -> Option<String> {
    Some(Who::Member(MemberId([author; 16])).to_string())
}

/// The case of another site, sent on to here by member 9.
fn sent_here() -> Replica {
    let mut replica = born(new_case());
    replica.sender = Some(MemberId([9; 16]));
    replica
}

#[test]
fn what_was_sent_on_goes_back_to_who_sent_it_where_nobody_here_gave_it() {
    // taken by oneself, and by nobody yet
    let (mut taken, mut nobodys) = (sent_here(), sent_here());
    taken.does(assign(1)).does(Edit::Accept).does(give_back("need_info"));
    nobodys.does(give_back("misdirected"));
    for (replica, why) in [(&taken, "need_info"), (&nobodys, "misdirected")] {
        assert_eq!(assignee(replica), of_member(9), "{why}");
        assert_eq!(work(replica).returned.expect("came back").why, why);
        assert!(!steps(replica).iter().any(|(step, _)| *step == Step::Refer), "it is with its sender");
    }
    // a colleague who gave it has it first, and gives it back to its sender
    let mut given = sent_here();
    let mut colleague = given.colleague(2);
    colleague.does(assign(1));
    given.sync_from(&colleague);
    given.does(give_back("need_info"));
    assert_eq!(assignee(&given), of_member(2));
    colleague.sync_from(&given);
    colleague.does(give_back("need_info"));
    assert_eq!(assignee(&colleague), of_member(9));
    // without a sender nobody gives back what nobody has
    let mut own = born(new_case());
    assert_eq!(own.refused(give_back("misdirected")), "not_assigned");
}

#[test]
fn who_answers_what_came_back_gives_it_to_who_asked() {
    let mut replica = sent_here();
    replica.does(assign(1)).does(Edit::Accept).does(give_back("need_info"));
    let mut sender = replica.colleague(9);
    sender.does(Edit::Reply { text: "CANARY the third house".into() });
    assert_eq!(assignee(&sender), of_member(1));
    assert!(work(&sender).returned.is_none());
    assert!(steps(&sender).iter().any(|(step, _)| *step == Step::Accept), "to be taken up again");
    // asked again, it goes to who answered
    let mut asker = sender.colleague(1);
    asker.does(give_back("need_info"));
    assert_eq!(assignee(&asker), of_member(9));
}

#[test]
fn a_case_that_was_sent_on_is_with_others_and_its_sender_answers_for_it() {
    let link = |kind| Edit::Link { to: DocId([8; 16]), kind };
    let mut sent = born(new_case());
    assert!(steps(&sent).iter().any(|(step, _)| *step == Step::Refer));
    sent.does(link(LinkKind::ReferredTo));
    assert_eq!((status(&sent), assignee(&sent)), (Status::Assigned, of_member(1)));
    assert!(!steps(&sent).iter().any(|(step, _)| matches!(step, Step::Refer | Step::Accept)), "{:?}", steps(&sent));
    // what somebody has stays theirs
    let mut given = born(new_case());
    given.does(assign(2)).does(link(LinkKind::ReferredTo));
    assert_eq!(assignee(&given), of_member(2));
    // whoever it was sent to has their time since it was sent, not since it was received
    let mut there = born(new_case());
    let before = work(&there).clocks[0];
    there.now_ms += 48 * HOUR;
    there.does(link(LinkKind::ReferredFrom));
    let after = work(&there).clocks[0];
    assert_eq!((before.step, after.step), (Step::Refer, Step::Refer));
    assert!(after.due_ms >= before.due_ms + 48 * HOUR, "{before:?} {after:?}");
}
