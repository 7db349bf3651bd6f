//! A case under several hands: replicas as sets of operations, the way Automerge merges root keys.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::case::schema::{check_delete, check_put, may_supersede};
use crate::case::status::Status;
use crate::case::{CaseLayers, CategoryFacts, Codes};
use crate::hours::WorkHours;
use crate::layer::{Cell, Layer, LayerOp, LayerState, Stamp, Value};
use crate::taxonomy::{OwnRow, OwnTable, OwnTables, Statement};
use crate::values::{DeviceId, DocId, EntryId, Level, MemberId, Moment, Precision, Who};
use crate::view::{CaseView, Shown, digest_bytes, fold};

mod appeals;
mod bodies;
mod endings;
mod kept;
mod linking;
mod own;

pub(crate) const NOW: i64 = 1_795_219_200_000; // 2026-11-21T00:00:00Z
pub(crate) const HOUR: i64 = 3_600_000;
pub(crate) const DAY: i64 = 24 * HOUR;
pub(crate) const CASE: DocId = DocId([7; 16]);

/// A small taxonomy.
pub(crate) struct SampleCodes;

thread_local! {
    /// The tables that the organisation of this test keeps itself.
    static OWN: std::cell::Cell<&'static OwnTables> = std::cell::Cell::new(OwnTables::none());
    /// When the site of this test works.
    static HOURS: std::cell::Cell<Option<&'static WorkHours>> = const { std::cell::Cell::new(None) };
}

/// From here on the site of this test works at these hours.
pub(crate) fn works(hours: &WorkHours) {
    HOURS.set(Some(Box::leak(Box::new(hours.clone()))));
}

/// From here on the organisation of this test keeps these rows.
pub(crate) fn keeps(rows: &[(OwnTable, OwnRow)]) {
    let said = rows.iter().map(|(table, row)| (*table, Statement { n: 0, row: row.clone() }, MemberId([1; 16])));
    OWN.set(Box::leak(Box::new(OwnTables::none().with(said))));
}

/// The same tables, in which a body was declared at a time.
pub(crate) fn declares(rows: &[(OwnTable, OwnRow)], body: &str, at_ms: i64) {
    keeps(rows);
    OWN.set(Box::leak(Box::new(OWN.get().clone().declared([(body.to_owned(), at_ms)]))));
}

impl Codes for SampleCodes {
    fn category(&self, code: &str) -> Option<CategoryFacts> {
        let (sensitivity, priority, respond_within_h, first_contact) = match code {
            "payment.not_received" => (Level::S0, "p2", 168, false),
            "conduct.disrespect" => (Level::S1, "p3", 240, false),
            "info.calendar" => (Level::S0, "p3", 72, true),
            "other.prank" => (Level::S0, "p4", 168, true),
            "integrity.fraud" => (Level::S2, "p1", 720, false),
            "sea.abuse" => (Level::S3, "p1", 720, false),
            _ => return None,
        };
        Some(CategoryFacts {
            sensitivity,
            priority: priority.into(),
            audience: sensitivity.restricted().then(|| "integrity".into()),
            refer_to: "focal_cash".into(),
            refer_within_h: 24,
            accept_within_h: 24,
            acknowledge_within_h: sensitivity.restricted().then_some(48),
            respond_within_h,
            escalate_to: if sensitivity.restricted() { "head_of_unit" } else { "cfm_manager" }.into(),
            first_contact,
        })
    }

    fn expects_answer(&self, case_type: Option<&str>, channel: Option<&str>) -> bool {
        case_type != Some("thanks") && channel != Some("survey")
    }

    fn age_group(&self, years: u32) -> Option<String> {
        Some(if years < 18 { "child" } else { "adult" }.to_owned())
    }

    fn disability(&self, answers: [u8; 6]) -> Option<String> {
        Some(if answers.iter().any(|answer| *answer >= 3) { "yes" } else { "no" }.to_owned())
    }

    fn zone(&self) -> crate::zone::Zone {
        crate::zone::Zone::UTC
    }

    fn own(&self) -> &OwnTables {
        OWN.get()
    }

    fn hours(&self) -> Option<&WorkHours> {
        HOURS.get()
    }

    fn knows(&self, table: &str, code: &str) -> bool {
        match table {
            "category" => self.category(code).is_some(),
            "closure" => crate::case::status::caution(code).0 > 0,
            "consent_purpose" => {
                ["record", "refer_internal", "contact_back", "share_identity_in_sensitive"].contains(&code)
            }
            _ => code != "nonsense",
        }
    }
}

type OpId = (EntryId, usize);

/// One operation as a replica holds it.
#[derive(Clone)]
pub(crate) struct Op {
    id: OpId,
    layer: Layer,
    key: String,
    put: Option<Value>,
    preds: BTreeSet<OpId>,
    stamp: Stamp,
}

impl Op {
    pub(crate) fn key_starts(&self, prefix: &str) -> bool {
        self.key.starts_with(prefix)
    }

    pub(crate) fn is_move_to(&self, statuses: &[&str]) -> bool {
        match &self.put {
            Some(Value::Bytes(bytes)) => crate::cbor::decode::<crate::case::facts::MoveFact>(bytes)
                .is_ok_and(|fact| statuses.contains(&fact.to.code())),
            _ => false,
        }
    }

    /// What tells this operation from all others.
    pub(crate) fn entropy(&self) -> Vec<u8> {
        [&self.id.0.0[..], &self.id.1.to_be_bytes()].concat()
    }
}

/// Layers as one reader holds them.
pub(crate) struct Held {
    open: LayerState,
    personal: Option<LayerState>,
    sensitive: Option<LayerState>,
}

impl Held {
    pub(crate) fn layers(&self) -> CaseLayers<'_> {
        CaseLayers {
            case_id: CASE,
            open: &self.open,
            personal: self.personal.as_ref(),
            sensitive: self.sensitive.as_ref(),
            is_read: self.personal.is_some(),
        }
    }

    pub(crate) fn view(&self, now_ms: i64) -> CaseView {
        fold(&self.layers(), now_ms, &SampleCodes)
    }
}

/// Cells of one layer from operations in the order of their delivery, repeated ones included.
fn state(ops: &[&Op], layer: Layer) -> LayerState {
    let superseded: BTreeSet<OpId> = ops.iter().flat_map(|op| op.preds.iter().copied()).collect();
    let mut state = LayerState::new();
    for op in ops.iter().filter(|op| op.layer == layer && !superseded.contains(&op.id)) {
        if let Some(value) = &op.put {
            state.entry(op.key.clone()).or_default().push(Cell { value: value.clone(), stamp: op.stamp });
        }
    }
    state
}

/// What a reader with these keys holds after this delivery.
pub(crate) fn deliver(ops: &[&Op], personal: bool, sensitive: bool) -> Held {
    Held {
        open: state(ops, Layer::Open),
        personal: personal.then(|| state(ops, Layer::Personal)),
        sensitive: sensitive.then(|| state(ops, Layer::Sensitive)),
    }
}

/// One author's copy of one case.
#[derive(Clone)]
pub(crate) struct Replica {
    pub(crate) author: u8,
    pub(crate) roles: Vec<String>,
    pub(crate) personal: bool,
    pub(crate) sensitive: bool,
    pub(crate) now_ms: i64,
    pub(crate) policy: Policy,
    /// Who sent the case on to here.
    pub(crate) sender: Option<MemberId>,
    pub(crate) ops: BTreeMap<OpId, Op>,
}

impl Replica {
    pub(crate) fn new(author: u8) -> Self {
        let roles = vec!["operator".to_owned(), "cfm_manager".to_owned()];
        let policy = Policy::default();
        Self { author, roles, personal: true, sensitive: true, now_ms: NOW, policy, sender: None, ops: BTreeMap::new() }
    }

    /// A colleague who holds what this one holds.
    pub(crate) fn colleague(&self, author: u8) -> Self {
        Self { author, ..self.clone() }
    }

    pub(crate) fn member(&self) -> MemberId {
        MemberId([self.author; 16])
    }

    pub(crate) fn held(&self) -> Held {
        deliver(&self.ops.values().collect::<Vec<_>>(), self.personal, self.sensitive)
    }

    pub(crate) fn view(&self) -> CaseView {
        self.held().view(self.now_ms)
    }

    pub(crate) fn digest(&self) -> Vec<u8> {
        digest_bytes(&self.held().layers())
    }

    /// Everything ever written, as a history reads it.
    pub(crate) fn written(&self) -> Vec<(Stamp, Layer, LayerOp)> {
        let op = |op: &Op| match &op.put {
            Some(value) => LayerOp::Put { key: op.key.clone(), value: value.clone() },
            None => LayerOp::Delete { key: op.key.clone() },
        };
        self.ops.values().map(|one| (one.stamp, one.layer, op(one))).collect()
    }

    pub(crate) fn sync_from(&mut self, other: &Self) {
        self.ops.extend(other.ops.iter().map(|(id, op)| (*id, op.clone())));
    }

    /// Does the act, and checks what the import gate of every other node would check.
    pub(crate) fn perform(&mut self, edit: &Edit) -> Result<EditOps, EditRefusal> {
        self.now_ms += 60_000;
        let held = self.held();
        let stamp = self.next_stamp();
        let ctx = EditContext {
            case: (!self.ops.is_empty()).then(|| held.layers()),
            member: self.member(),
            roles: &self.roles,
            stands_in_for: &[],
            sender: self.sender,
            now_ms: self.now_ms,
            entropy: *blake3::hash(&stamp.entry.0).as_bytes(),
            codes: &SampleCodes,
            policy: self.policy,
        };
        let ops = edit.to_ops(&ctx)?;
        for layer in Layer::ALL {
            let mut keys = BTreeSet::new();
            for (n, op) in ops.layer(layer).iter().enumerate() {
                let (key, put) = match op {
                    LayerOp::Put { key, value } => {
                        check_put(layer, key, value).expect("an act writes what a case may hold");
                        (key.clone(), Some(value.clone()))
                    }
                    LayerOp::Delete { key } => {
                        check_delete(layer, key).expect("an act deletes what may be deleted");
                        (key.clone(), None)
                    }
                };
                assert!(keys.insert(key.clone()), "one write a key");
                let preds = self.preds(layer, &key);
                assert!(preds.is_empty() || may_supersede(&key), "{key} is written once");
                assert!(put.is_some() || !preds.is_empty(), "a deletion has something to delete");
                let id = (stamp.entry, n + 1000 * layer as usize);
                self.ops.insert(id, Op { id, layer, key, put, preds, stamp });
            }
        }
        Ok(ops)
    }

    /// Writes a value that no act writes.
    pub(crate) fn writes(&mut self, layer: Layer, key: String, value: Value) {
        self.now_ms += 60_000;
        check_put(layer, &key, &value).expect("what a case may hold");
        let stamp = self.next_stamp();
        let preds = self.preds(layer, &key);
        let id = (stamp.entry, 1000 * layer as usize);
        self.ops.insert(id, Op { id, layer, key, put: Some(value), preds, stamp });
    }

    fn next_stamp(&self) -> Stamp {
        let last = self.ops.values().map(|op| op.stamp.order / 16).max().unwrap_or(0);
        let order = 16 * (last + 1) + u64::from(self.author);
        let mut id = [self.author; 32];
        id[..8].copy_from_slice(&order.to_be_bytes());
        let (member, device) = (Some(self.member()), DeviceId([self.author; 16]));
        Stamp { entry: EntryId(id), order, claimed_ms: self.now_ms, member, device }
    }

    fn preds(&self, layer: Layer, key: &str) -> BTreeSet<OpId> {
        let readable = [true, self.personal, self.sensitive][layer as usize];
        let superseded: BTreeSet<OpId> = self.ops.values().flat_map(|op| op.preds.iter().copied()).collect();
        let here = |op: &&Op| op.layer == layer && op.key == key && op.put.is_some() && !superseded.contains(&op.id);
        self.ops.values().filter(|_| readable).filter(here).map(|op| op.id).collect()
    }

    pub(crate) fn does(&mut self, edit: Edit) -> &mut Self {
        self.perform(&edit).unwrap_or_else(|refusal| panic!("{edit:?}: {refusal}"));
        self
    }

    pub(crate) fn refused(&mut self, edit: Edit) -> &'static str {
        match self.perform(&edit) {
            Ok(_) => "done",
            Err(refusal) => {
                let shown = format!("{refusal} {refusal:?}");
                assert!(!shown.contains("CANARY"), "{shown}");
                refusal.code()
            }
        }
    }
}

pub(crate) fn birth(restricted: bool) -> Birth {
    Birth {
        reference: Some("JER-104-00193-54".into()),
        provisional: None,
        origin_node: "104".into(),
        origin_site: "JER".into(),
        origin_org: "ORG".into(),
        handling_site: None,
        link: None,
        shared_with: Vec::new(),
        taxonomy_version: "2026.1".into(),
        restricted: restricted.then(|| RestrictedBirth {
            audience: "integrity".into(),
            week: "2026-W47".into(),
            region: "GA".into(),
        }),
    }
}

pub(crate) fn new_case() -> NewCase {
    NewCase {
        case_type: "complaint".into(),
        channel: "hotline".into(),
        category: Some("payment.not_received".into()),
        project: Some("PSARA".into()),
        reporter_name: Some("CANARY name".into()),
        phone: Some("CANARY 00 11".into()),
        text: Some("CANARY text".into()),
        external_ids: vec![("kobo".into(), "uuid:1-2".into())],
        ..NewCase::default()
    }
}

pub(crate) fn create(new: NewCase, restricted: bool) -> Edit {
    Edit::Create(Box::new(Creation { new, birth: birth(restricted) }))
}

pub(crate) fn born(new: NewCase) -> Replica {
    let mut replica = Replica::new(1);
    replica.does(create(new, false));
    replica
}

pub(crate) fn restricted() -> Replica {
    let mut replica = Replica::new(1);
    let new = NewCase {
        category: Some("integrity.fraud".into()),
        allegation: Some("CANARY allegation".into()),
        recuse: Some(vec![Recusal::Role("focal_cash".into())]),
        ..new_case()
    };
    replica.does(create(new, true));
    replica
}

pub(crate) fn set(field: &str, text: &str) -> Edit {
    Edit::Set { values: vec![(field.to_owned(), text.into())] }
}

pub(crate) fn triage(category: Option<&str>) -> Edit {
    Edit::Triage {
        case_type: None,
        category: category.map(str::to_owned),
        priority: None,
        project: None,
        sensitivity: None,
    }
}

pub(crate) fn assign(member: u8) -> Edit {
    Edit::Assign { to: Who::Member(MemberId([member; 16])).into() }
}

pub(crate) fn resolve() -> Edit {
    Edit::Resolve { outcome: "paid".into(), text: "CANARY paid on Monday".into() }
}

pub(crate) fn answer(text: Option<&str>, satisfied: Option<&str>) -> Edit {
    let satisfied = satisfied.map(str::to_owned);
    Edit::Answer(Telling { text: text.map(Words::from), satisfied, ..Telling::default() })
}

pub(crate) fn consent(purpose: &str, answer: &str) -> Edit {
    Edit::Consent { purpose: purpose.into(), answer: answer.into(), means: Some("oral".into()), by: None }
}

pub(crate) fn close(reason: &str) -> Edit {
    Edit::Close { reason: reason.into(), because: None }
}

pub(crate) fn reopen() -> Edit {
    Edit::Reopen { reason: "CANARY new facts".into() }
}

pub(crate) fn attempt() -> Edit {
    Edit::Attempt { outcome: "no_answer".into(), channel: None }
}

fn status(replica: &Replica) -> Status {
    replica.view().work.expect("readable").standing.status
}

#[test]
fn every_name_written_by_an_act_is_a_field() {
    // `known` expects it: an act of each kind, and a case with every answer, walk all names.
    let full = NewCase {
        other_categories: vec!["conduct.disrespect".into()],
        sensitivity: Some("s1".into()),
        priority: Some("p1".into()),
        received_at: Some(Moment { at_ms: NOW - DAY, precision: Precision::Day }),
        incident_at: Some(Moment { at_ms: NOW - DAY, precision: Precision::Month }),
        incident_place: Some("CANARY market".into()),
        formality: Some("formal".into()),
        initiative: Some("reactive".into()),
        session_id: Some("B12".into()),
        slip: Some("JER-1".into()),
        slips_counted: Some(3),
        opened_by: Some("CANARY".into()),
        happened: Some("within_72h".into()),
        reporter_is: Some("family".into()),
        harmed_sex: Some("f".into()),
        harmed_age_group: Some("12-17".into()),
        services: vec![GivenService { kind: "medical".into(), answer: "accepted".into(), name: Some("CANARY".into()) }],
        call: Some(GivenCall { lasted_ms: Some(60_000), outcome: "answered".into() }),
        stakeholder: Some("affected_person".into()),
        filer: Some("group".into()),
        group_size: Some(12),
        spoken_language: Some("ht".into()),
        activity: Some("A1".into()),
        partner: Some("P1".into()),
        admin1: Some("GA".into()),
        admin2: Some("JER".into()),
        admin3: Some("J1".into()),
        locality: Some("CANARY lane".into()),
        anonymous: Some(false),
        alt_contact: Some("CANARY".into()),
        safe_contact: Some("CANARY\r\nafter six".into()),
        recall_word: Some("CANARY".into()),
        household_id: Some("CANARY".into()),
        card_no: Some("CANARY".into()),
        wallet_last4: Some("1234".into()),
        sim_last4: Some("1234".into()),
        sex: Some("f".into()),
        age_group: Some("30-59".into()),
        age: Some(40),
        disability: Some("no".into()),
        disability_answers: Some([1, 1, 0, 2, 1, 1]),
        population_group: Some("host".into()),
        relation_to_affected: Some("self".into()),
        summary: Some("CANARY".into()),
        expected_outcome: Some("CANARY".into()),
        allegation: Some("CANARY".into()),
        accused: Some("CANARY".into()),
        recuse: Some(vec![Recusal::Member(MemberId([9; 16]))]),
        consents: vec![
            ConsentAnswer { purpose: "record".into(), answer: "given".into(), means: Some("oral".into()) },
            ConsentAnswer { purpose: "contact_back".into(), answer: "given".into(), means: None },
        ],
        import_batch: Some("b1".into()),
        answer: Some(GivenAnswer { text: Some("CANARY".into()), satisfaction: Some("satisfied".into()) }),
        ..new_case()
    };
    for sealed in [false, true] {
        let mut replica = Replica::new(1);
        let ops = replica.perform(&create(full.clone(), sealed)).expect("a full case is a good case");
        assert_eq!(sealed, ops.personal.is_empty());
        if sealed {
            let keys: Vec<&str> = ops.open.iter().map(key_of).collect();
            assert_eq!(keys, ["restricted", "week", "region"]);
        }
        let view = replica.view();
        for field in crate::case::schema::FIELDS {
            let absent = [
                "incident",
                "provisional",
                "person_link",
                "resolution",
                "resolution_text",
                "assignee",
                "accused_linked",
                "accused_affiliation",
            ];
            let mark = !sealed && ["restricted", "week", "region", "audience"].contains(&field.name);
            if view.fields.contains_key(field.name) && !absent.contains(&field.name) && !mark {
                assert_ne!(*view.shown(field.name), Shown::Absent, "{}", field.name);
            }
        }
        assert_eq!(view.text("safe_contact"), Some("CANARY\nafter six"));
        assert!(view.alarms.is_empty() && view.conflicts.is_empty());
    }
}

fn key_of(op: &LayerOp) -> &str {
    match op {
        LayerOp::Put { key, .. } | LayerOp::Delete { key } => key,
    }
}

#[test]
fn the_verbs_carry_a_case_from_received_to_a_closed_loop() {
    let mut replica = born(new_case());
    assert_eq!(status(&replica), Status::Received);
    replica.does(triage(None));
    assert_eq!(status(&replica), Status::Triaged);
    replica.does(assign(1));
    assert_eq!(status(&replica), Status::Assigned);
    replica.does(Edit::Accept);
    assert_eq!(status(&replica), Status::InProgress);
    replica.does(Edit::Act { what: "CANARY called the bank".into(), on_behalf_of: None, due: None });
    replica.does(resolve());
    assert_eq!(status(&replica), Status::Resolved);
    replica.does(answer(Some("CANARY you were paid"), None));
    assert_eq!(status(&replica), Status::Responded);
    assert!(!replica.view().work.expect("readable").loop_closed);
    replica.does(answer(None, Some("satisfied")));
    assert!(replica.view().work.expect("readable").flags.contains(&"closing_proposed"));
    replica.does(close("satisfied"));
    let view = replica.view();
    assert!(view.alarms.is_empty(), "{:?}", view.alarms);
    let work = view.work.expect("readable");
    assert_eq!(work.standing.status, Status::Closed);
    assert!(work.loop_closed);
    assert_eq!(work.waiting_on, None);
    assert_eq!(replica.refused(close("satisfied")), "case_closed");
    assert_eq!(replica.refused(resolve()), "case_closed");
    replica.does(reopen());
    let work = replica.view().work.expect("readable");
    assert_eq!((work.standing.status, work.standing.epoch), (Status::Reopened, 1));
    assert!(!work.loop_closed && !work.answered);
    assert_eq!(replica.refused(answer(None, Some("satisfied"))), "not_answered");
}

#[test]
fn closing_keeps_its_conditions() {
    let mut replica = born(new_case());
    assert_eq!(replica.refused(reopen()), "not_closed");
    assert_eq!(replica.refused(close("satisfied")), "not_answered");
    assert_eq!(replica.refused(close("withdrawn")), "never_assigned");
    assert_eq!(replica.refused(Edit::Accept), "not_assigned");
    replica.does(assign(2));
    assert_eq!(replica.refused(Edit::Accept), "not_yours");
    assert_eq!(replica.refused(close("anonymous")), "not_resolved");
    assert_eq!(replica.refused(close("unreachable")), "not_unreachable");
    assert_eq!(replica.refused(close("duplicate")), "no_survivor");
    assert_eq!(replica.refused(close("prank")), "not_a_prank");
    assert_eq!(replica.refused(close("out_of_scope")), "no_direction");
    assert_eq!(replica.refused(close("handed_over")), "other_verb");
    assert_eq!(replica.refused(close("moved")), "other_verb");
    assert_eq!(replica.refused(close("nonsense")), "unknown_code");
    assert_eq!(replica.refused(answer(None, Some("satisfied"))), "not_answered");
    assert_eq!(replica.refused(answer(None, None)), "missing");
    replica.does(answer(Some("told"), Some("partly")));
    assert_eq!(replica.refused(close("satisfied")), "not_satisfied");
    assert_eq!(replica.refused(close("not_satisfied")), "answered_once");
    assert_eq!(replica.refused(close("anonymous")), "not_anonymous");
    replica.does(answer(Some("told again"), Some("not_satisfied")));
    let mut operator = replica.colleague(3);
    operator.roles = vec!["operator".into()];
    assert_eq!(operator.refused(close("not_satisfied")), "manager_only");
    replica.now_ms = NOW - DAY;
    assert_eq!(replica.refused(close("not_satisfied")), "before_received");
    replica.now_ms = NOW + DAY;
    replica.does(close("not_satisfied"));
    assert_eq!(status(&replica), Status::Closed);
}

#[test]
fn three_attempts_on_three_days_make_a_person_unreachable() {
    let mut replica = born(new_case());
    replica.does(assign(1));
    for day in 1..=3 {
        assert_eq!(replica.refused(close("unreachable")), "not_unreachable");
        replica.now_ms = NOW + day * DAY;
        replica.does(attempt()).does(attempt());
    }
    assert!(replica.view().account.expect("readable").unreachable);
    let mut told = replica.colleague(2);
    told.does(Edit::Contact {
        inward: true,
        channel: None,
        purpose: "follow_up".into(),
        outcome: "answered".into(),
        lasted_ms: None,
    });
    assert_eq!(told.refused(close("unreachable")), "not_unreachable");
    replica.does(close("unreachable"));
    assert!(!replica.view().work.expect("readable").loop_closed);
}

#[test]
fn a_question_answered_at_first_contact_is_closed_without_assignment() {
    let new = NewCase {
        category: Some("info.calendar".into()),
        answer: Some(GivenAnswer { text: Some("on Monday".into()), satisfaction: Some("satisfied".into()) }),
        ..new_case()
    };
    let mut replica = born(new);
    assert_eq!(status(&replica), Status::Responded);
    replica.does(close("satisfied"));
    let view = replica.view();
    assert!(view.work.expect("readable").loop_closed);
    assert!(view.alarms.is_empty());
    // the same without first contact needs someone responsible
    let answer = Some(GivenAnswer { text: None, satisfaction: Some("satisfied".into()) });
    let mut replica = born(NewCase { answer, ..new_case() });
    assert_eq!(replica.refused(close("satisfied")), "never_assigned");
}

#[test]
fn nobody_is_called_back_without_consent_where_that_is_asked_for() {
    let mut replica = born(new_case());
    let mut strict = replica.colleague(2);
    strict.policy.contact_given = true;
    assert_eq!(strict.refused(answer(Some("told"), None)), "no_contact_consent");
    replica.does(consent("contact_back", "given")).does(answer(Some("told"), None));
    let mut sealed = restricted();
    assert_eq!(sealed.refused(answer(Some("told"), None)), "no_contact_consent");
    sealed.does(consent("contact_back", "given")).does(answer(Some("told"), None));
}

#[test]
fn fields_are_set_by_type_and_only_those_people_write() {
    let mut replica = born(new_case());
    for (field, text, code) in [
        ("status", "closed", "field_by_verb"),
        ("closure", "satisfied", "field_by_verb"),
        ("sensitivity", "s0", "field_by_verb"),
        ("assignee", "role:x", "field_by_verb"),
        ("consents", "given", "field_by_verb"),
        ("ref", "X", "field_by_verb"),
        ("origin_site", "X", "field_fixed"),
        ("created_by", "X", "field_fixed"),
        ("phnoe", "CANARY", "unknown_field"),
        ("channel", "nonsense", "unknown_code"),
        ("channel", " ", "field_required"),
        ("partner", "", "nothing_to_clear"),
        ("group_size", "CANARY", "bad_value"),
        ("group_size", "0", "bad_value"),
        ("received_at", "31/02/2024", "bad_value"),
        ("anonymous", "maybe", "bad_value"),
        ("filer", "CANARY", "bad_value"),
        ("disability_answers", "123", "bad_value"),
        ("project", "two words", "bad_value"),
        ("category", "integrity.fraud", "needs_sealing"),
        ("other_categories", "sea.abuse", "needs_sealing"),
    ] {
        assert_eq!(replica.refused(set(field, text)), code, "{field}={text}");
    }
    assert_eq!(replica.refused(set("phone", &"1".repeat(65))), "too_long");
    let near = match replica.perform(&set("phnoe", "1")) {
        Err(EditRefusal::UnknownField { near, .. }) => near,
        other => panic!("{other:?}"),
    };
    assert_eq!(near.first(), Some(&"phone"));
    replica.does(set("site", "MNK")).does(set("received_at", "2026-11")).does(set("tags", "b, a,,a"));
    let view = replica.view();
    assert_eq!(view.text("handling_site"), Some("MNK"));
    assert_eq!(view.moment("received_at").map(|m| m.precision), Some(Precision::Month));
    assert_eq!(view.list("tags"), ["a", "b"]);
    replica.does(set("tags", "b")).does(set("phone", ""));
    assert_eq!(replica.view().list("tags"), ["b"]);
    assert_eq!(*replica.view().shown("phone"), Shown::Absent);
    assert!(replica.perform(&set("tags", "b")).expect("said again").is_empty());
    replica.does(set("category", "conduct.disrespect"));
    assert_eq!(replica.view().work.expect("readable").sensitivity, Some(Level::S1));
    assert_eq!(replica.refused(Edit::Number { reference: "X".into() }), "field_fixed");
}

#[test]
fn birth_needs_what_it_needs() {
    let mut replica = Replica::new(1);
    let mut try_new = |new: NewCase, restricted| replica.refused(create(new, restricted));
    assert_eq!(try_new(NewCase::default(), false), "missing");
    let fraud = NewCase { category: Some("integrity.fraud".into()), ..new_case() };
    assert_eq!(try_new(fraud.clone(), false), "must_be_restricted");
    assert_eq!(try_new(fraud.clone(), true), "recusal_not_asked");
    assert_eq!(try_new(NewCase { sensitivity: Some("s2".into()), ..new_case() }, false), "must_be_restricted");
    assert_eq!(try_new(NewCase { sensitivity: Some("s9".into()), ..new_case() }, false), "unknown_code");
    assert_eq!(try_new(NewCase { category: Some("nonsense".into()), ..new_case() }, false), "unknown_code");
    assert_eq!(try_new(NewCase { channel: "nonsense".into(), ..new_case() }, false), "unknown_code");
    assert_eq!(try_new(NewCase { disability_answers: Some([255; 6]), ..new_case() }, false), "bad_value");
    assert_eq!(try_new(NewCase { age: Some(1000), ..new_case() }, false), "bad_value");
    assert_eq!(try_new(NewCase { external_ids: vec![("".into(), "1".into())], ..new_case() }, false), "bad_value");
    assert_eq!(try_new(NewCase { recuse: Some(vec![]), ..fraud }, true), "done");
    assert_eq!(replica.refused(create(new_case(), false)), "case_exists");
    assert_eq!(Replica::new(1).refused(Edit::Accept), "no_case");
    let mut broken_clock = Replica::new(1);
    broken_clock.now_ms = i64::MAX - 60_000;
    assert_eq!(broken_clock.refused(create(new_case(), false)), "bad_value");
}

#[test]
fn from_outside_a_restricted_case_one_can_only_add() {
    let inside = restricted();
    let mut outside = inside.colleague(2);
    (outside.personal, outside.sensitive) = (true, false);
    for edit in [
        triage(Some("payment.not_received")),
        assign(2),
        Edit::Accept,
        resolve(),
        answer(Some("told"), None),
        close("withdrawn"),
        reopen(),
        set("phone", "1"),
        set("channel", "sms"),
        Edit::Settle { field: "category".into(), pick: 1 },
        Edit::Hold { reason: "person".into(), until: None },
        Edit::Unhold,
        Edit::Raise { to: Level::S3, reason: "x".into() },
        Edit::Lower { to: Level::S0, reason: "x".into() },
        Edit::Link { to: DocId([1; 16]), kind: LinkKind::Related },
        Edit::Number { reference: "X".into() },
    ] {
        assert_eq!(outside.refused(edit.clone()), "outside_audience", "{edit:?}");
    }
    outside.does(Edit::Note { text: "CANARY seen again".into() }).does(attempt());
    outside.does(consent("contact_back", "refused")).does(Edit::Allege { text: "CANARY more".into() });
    assert!(
        outside
            .ops
            .values()
            .filter(|op| op.stamp.member == Some(outside.member()))
            .all(|op| op.layer == Layer::Sensitive)
    );
    let mut inside = inside;
    inside.sync_from(&outside);
    let view = inside.view();
    assert_eq!(view.facts.words.expect("readable").notes.len(), 1);
    assert_eq!(view.facts.sealed.expect("readable").allegations.len(), 2);
}

#[test]
fn the_recused_do_nothing() {
    let mut recused = restricted().colleague(2);
    recused.roles.push("focal_cash".into());
    assert_eq!(recused.refused(Edit::Note { text: "x".into() }), "recused");
}

#[test]
fn a_layer_one_cannot_read_is_added_to_but_not_overwritten() {
    let mut writer = born(new_case()).colleague(2);
    writer.personal = false;
    assert_eq!(writer.refused(set("phone", "1")), "withheld");
    assert_eq!(writer.refused(resolve()), "withheld");
    writer.does(Edit::Note { text: "seen at the desk".into() });
    assert_eq!(writer.refused(set("channel", "desk")), "case_not_read");
    assert_eq!(writer.refused(assign(2)), "case_not_read");
    assert_eq!(writer.refused(close("duplicate")), "withheld");
}

#[test]
fn sensitivity_is_raised_by_all_and_lowered_by_those_who_saw_the_raises() {
    let mut a = born(new_case());
    a.does(Edit::Raise { to: Level::S1, reason: "CANARY a neighbour listens".into() });
    assert_eq!(a.refused(Edit::Raise { to: Level::S1, reason: "x".into() }), "not_a_raise");
    assert_eq!(a.refused(Edit::Raise { to: Level::S2, reason: "x".into() }), "needs_sealing");
    let mut b = a.colleague(2);
    b.roles = vec!["operator".into()];
    assert_eq!(b.refused(Edit::Lower { to: Level::S0, reason: "x".into() }), "manager_only");
    b.does(set("category", "conduct.disrespect"));
    a.does(Edit::Lower { to: Level::S0, reason: "CANARY moved house".into() });
    assert_eq!(a.view().work.expect("readable").sensitivity, Some(Level::S0));
    assert_eq!(a.refused(Edit::Lower { to: Level::S0, reason: "x".into() }), "not_a_lowering");
    // the category that b chose meanwhile asks for s1, which the lowering had not seen
    a.sync_from(&b);
    assert_eq!(a.view().work.expect("readable").sensitivity, Some(Level::S1));
    let mut inside = restricted();
    assert_eq!(inside.refused(Edit::Lower { to: Level::S0, reason: "x".into() }), "needs_sealing");
    inside
        .does(Edit::Raise { to: Level::S3, reason: "x".into() })
        .does(Edit::Lower { to: Level::S2, reason: "x".into() });
    assert_eq!(inside.view().work.expect("readable").sensitivity, Some(Level::S2));
}

#[test]
fn a_case_without_a_number_gets_one_once() {
    let mut replica = Replica::new(1);
    let birth = Birth { reference: None, provisional: Some("JER-P-482913".into()), ..birth(false) };
    replica.does(Edit::Create(Box::new(Creation { new: new_case(), birth })));
    replica.does(Edit::Number { reference: "JER-104-00193-54".into() });
    assert_eq!(replica.view().text("ref"), Some("JER-104-00193-54"));
    assert_eq!(replica.view().text("provisional"), Some("JER-P-482913"));
    assert_eq!(replica.refused(Edit::Number { reference: "JER-104-00194-51".into() }), "field_fixed");
}

#[test]
fn no_debug_shows_a_word() {
    let replica = born(new_case());
    let edits = [create(new_case(), false), set("phone", "CANARY"), resolve(), reopen(), answer(Some("CANARY"), None)];
    let ops = Replica::new(1).perform(&edits[0]).expect("a good case");
    let facts = crate::case::collect::CaseFacts::of(&replica.held().layers());
    for shown in [format!("{edits:?}"), format!("{ops:?}"), format!("{:?}", replica.view()), format!("{facts:?}")] {
        assert!(!shown.contains("CANARY"), "{shown}");
    }
}
