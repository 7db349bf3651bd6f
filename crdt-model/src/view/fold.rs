//! From layers to a view. Every step is a function of the set of cells, never of the order in which they came.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::collect::{Alarm, CaseFacts, in_order, under};
use crate::case::facts::{
    CodeFacts, Dated, FactId, InteractionFact, InterimFact, PROMISE_MAX_MS, RecusalFact, ResponseFact,
    SatisfactionFact, SealedFacts, WordFacts, unconfirmed, written,
};
use crate::case::schema::{self, Display, FIELDS, Field, Kind, Merge, Slot};
use crate::case::status::{self, Standing, Status};
use crate::case::{CaseLayers, CategoryFacts, Codes, Shape, assignment, consent, hold, loop_closure, sensitivity};
use crate::cbor;
use crate::edit::{DUPLICATE, LinkKind, torn};
use crate::hours::WorkHours;
use crate::layer::{Cell, Layer, LayerState, Stamp, Value};
use crate::taxonomy::{KeptAs, OwnRow, OwnTable};
use crate::time::Day;
use crate::values::moment::HOUR_MS;
use crate::values::{Level, Moment};
use crate::view::{
    Account, CaseView, Clock, Conflict, Due, HoldView, InterimView, LevelView, Origin, OwedNotice, ResponseView,
    ReturnView, Rival, SatisfactionView, SealedAccount, Shown, Step, Work,
};
use crate::zone::Zone;

/// One case as a reader with these layers sees it at `now_ms`. The taxonomy in force decides delays and which of two
/// concurrent categories is displayed.
pub fn fold(layers: &CaseLayers<'_>, now_ms: i64, codes: &dyn Codes) -> CaseView {
    let shape = layers.shape();
    let mut facts = CaseFacts::of(layers);
    let alarms = std::mem::take(&mut facts.alarms);
    let mut view = CaseView {
        case_id: layers.case_id,
        shape,
        fields: BTreeMap::new(),
        resolved: None,
        work: None,
        assignment: assignment::in_force(layers, &facts.codes, &[], &|_, _| false),
        account: facts.words.as_ref().map_err(|layer| *layer).map(|words| account(words, &facts.codes, codes)),
        sealed: facts.sealed.as_ref().map_err(|layer| *layer).map(sealed_account),
        conflicts: Vec::new(),
        alarms,
        facts: CaseFacts::withheld(),
    };
    for field in FIELDS {
        read_field(&mut view, layers, field, codes);
    }
    out_of_place(&mut view, layers);
    if shape != Shape::Outside {
        closure_conflict(&mut view, &facts.codes);
        link_conflict(&mut view, layers, &facts.codes);
        view.resolved = layers.reading(Layer::Open).ok().and_then(|layer| last_origin(layer, "resolution"));
        view.work = Some(work(&mut view, layers, &facts, now_ms, codes));
    }
    view.facts = facts;
    view.alarms.sort();
    view.alarms.dedup();
    view
}

fn last_origin(layer: &LayerState, key: &str) -> Option<Origin> {
    layer.get(key).and_then(|cells| in_order(cells).last().map(|cell| Origin::from(&cell.stamp)))
}

// ---------------------------------------------------------------- registers, constants, sets

fn read_field(view: &mut CaseView, layers: &CaseLayers<'_>, field: &'static Field, codes: &dyn Codes) {
    let place = schema::place_of(field, layers.restricted());
    let shown = match (field.merge, layers.layer(place)) {
        (Merge::Facts(_), _) => return,
        (_, None) => Shown::Withheld(place),
        (Merge::Set, Some(layer)) => elements(layer, field),
        (Merge::Constant, Some(layer)) => constant(view, layer, field),
        (Merge::Register(display), Some(layer)) => register(view, layer, field, display, codes),
    };
    view.fields.insert(field.name, shown);
}

/// Tells of what lies where no field of this case lies: the view does not show it, and in the open layer of a restricted
/// case it would be a leak.
fn out_of_place(view: &mut CaseView, layers: &CaseLayers<'_>) {
    let readable = Layer::ALL.into_iter().filter_map(|layer| Some((layer, layers.layer(layer)?)));
    for (layer, key) in readable.flat_map(|(layer, state)| state.keys().map(move |key| (layer, key))) {
        let field = schema::slot(key).map(|slot| slot.field());
        if field.is_none_or(|field| !schema::lies_in(field, layer, layers.restricted())) {
            view.alarms.push(Alarm { code: "out_of_place", field: field.map_or("", |field| field.name) });
        }
    }
}

fn elements(layer: &LayerState, field: &'static Field) -> Shown {
    let mut elements: Vec<String> = under(layer, field.name)
        .filter_map(|(key, _)| match schema::slot(key) {
            Some(Slot::Element(_, element)) => Some(element),
            _ => None,
        })
        .collect();
    elements.sort_unstable();
    Shown::List(elements)
}

fn constant(view: &mut CaseView, layer: &LayerState, field: &'static Field) -> Shown {
    let cells = layer.get(field.name).map(|cells| in_order(cells)).unwrap_or_default();
    let Some(first) = cells.first() else { return Shown::Absent };
    if cells.iter().any(|cell| cell.value != first.value) {
        view.alarms.push(Alarm { code: "constant_rewritten", field: field.name });
    }
    shown(field, &first.value)
}

fn register(
    view: &mut CaseView,
    layer: &LayerState,
    field: &'static Field,
    display: Display,
    codes: &dyn Codes,
) -> Shown {
    let cells = layer.get(field.name).map(|cells| rivals(cells)).unwrap_or_default();
    let Some(chosen) = choose(&cells, display, codes) else { return Shown::Absent };
    let value = shown(field, &chosen.value);
    if value == Shown::Absent {
        view.alarms.push(Alarm { code: "malformed", field: field.name });
    }
    if cells.len() > 1 {
        let rival = |(n, cell): (usize, &&Cell)| Rival {
            pick: n + 1,
            value: shown(field, &cell.value),
            origin: Origin::from(&cell.stamp),
        };
        view.conflicts.push(Conflict { field: field.name, values: cells.iter().enumerate().map(rival).collect() });
    }
    value
}

/// The different values of a register, each as first written, in the order of their entries.
pub(crate) fn rivals(cells: &[Cell]) -> Vec<&Cell> {
    let mut rivals: Vec<&Cell> = Vec::new();
    for cell in in_order(cells) {
        if !rivals.iter().any(|rival| rival.value == cell.value) {
            rivals.push(cell);
        }
    }
    rivals
}

fn choose<'a>(cells: &[&'a Cell], display: Display, codes: &dyn Codes) -> Option<&'a Cell> {
    let level = |cell: &Cell| match &cell.value {
        Value::Text(code) => codes.category(code).map_or(Level::S3, |facts| facts.sensitivity),
        _ => Level::S0,
    };
    match display {
        Display::Last => cells.last().copied(),
        Display::Smallest => cells.iter().min_by_key(|cell| &cell.value).copied(),
        Display::True => cells.iter().max_by_key(|cell| cell.value == Value::Bool(true)).copied(),
        Display::MoreSensitive => cells.iter().max_by_key(|cell| level(cell)).copied(),
    }
}

/// How a scalar of `field` is shown; `Absent` if it is not of the field's type, which no gate lets through.
pub(crate) fn shown(field: &Field, value: &Value) -> Shown {
    match (field.kind, value) {
        (Kind::Time, Value::Int(at_ms)) => Shown::Time(*at_ms),
        (_, Value::Int(number)) => Shown::Int(*number),
        (_, Value::Bool(value)) => Shown::Bool(*value),
        (_, Value::Text(text)) => Shown::Text(text.clone()),
        (Kind::Moment, Value::Bytes(bytes)) => cbor::decode::<Moment>(bytes).map_or(Shown::Absent, Shown::Moment),
        (_, Value::Bytes(_)) => Shown::Absent,
    }
}

/// Where it stands. A case that is torn between merged and taking in is open: see [`torn`].
fn standing(view: &CaseView, codes: &CodeFacts) -> Standing {
    let standing = status::fold(&codes.moves);
    match standing.closure.as_deref() == Some(DUPLICATE) && torn(view.list("links")).is_some() {
        true => status::fold_without(&codes.moves, DUPLICATE),
        false => standing,
    }
}

/// Two cases of which each was said to be the duplicate of the other: both links, for a person to end one of them.
fn link_conflict(view: &mut CaseView, layers: &CaseLayers<'_>, codes: &CodeFacts) {
    let Some(doc) = torn(view.list("links")) else { return };
    let is_closed = status::fold(&codes.moves).closure.as_deref() == Some(DUPLICATE);
    let Some(layer) = layers.layer(layers.placed(Layer::Personal)).filter(|_| is_closed) else { return };
    let rival = |(n, kind): (usize, LinkKind)| {
        let element = format!("{}:{doc}", kind.code());
        let cells = in_order(layer.get(&schema::element_key("links", &element)?)?);
        Some(Rival { pick: n + 1, value: Shown::Text(element), origin: Origin::from(&cells.last()?.stamp) })
    };
    let kinds = [LinkKind::DuplicateOf, LinkKind::Merged];
    let values = kinds.into_iter().enumerate().filter_map(rival).collect();
    view.conflicts.push(Conflict { field: "links", values });
}

fn closure_conflict(view: &mut CaseView, codes: &CodeFacts) {
    let standing = status::fold(&codes.moves);
    if standing.closures.len() < 2 {
        return;
    }
    let rival = |(n, id): (usize, &FactId)| {
        let dated = codes.moves.get(id)?;
        let value = Shown::Text(dated.fact.reason.clone()?);
        Some(Rival { pick: n + 1, value, origin: Origin::from(&dated.stamp) })
    };
    let values = standing.closures.iter().enumerate().filter_map(rival).collect();
    view.conflicts.push(Conflict { field: "closure", values });
}

// ---------------------------------------------------------------- codes and dates

fn work(view: &mut CaseView, layers: &CaseLayers<'_>, facts: &CaseFacts, now_ms: i64, codes: &dyn Codes) -> Work {
    let standing = standing(view, &facts.codes);
    let sensitivity = sensitivity_of(view, &facts.codes, codes);
    let category = view.text("category").and_then(|code| codes.category(code));
    let satisfied =
        loop_closure::satisfied_after_answer(&facts.codes.satisfactions, &facts.codes.responses, standing.epoch);
    let answered = facts.codes.responses.values().any(|dated| dated.fact.epoch == standing.epoch);
    // a date starts at its midnight where the case is counted
    let received_ms = view.moment("received_at").map(|moment| codes.zone().from_ms(moment));
    let respond_within_h = category.as_ref().map(|facts| facts.respond_within_h);
    // never for s2 and s3: there the clock does not stop
    let is_stopped = !sensitivity.is_some_and(Level::restricted);
    // whoever complains waits for an answer, by whatever way it came; so does whoever told something that is sealed
    let expects_answer = !is_stopped
        || view.shape != Shape::Ordinary
        || view.text("type") == Some("complaint")
        || codes.expects_answer(view.text("type"), view.text("channel"));
    let kept_as = codes.kept_as(view.text("type"));
    let interims = interims(facts);
    // never of what is sealed, nor of what nobody has classified: their clocks run by night too
    let is_slow = view.shape == Shape::Ordinary && sensitivity.is_some_and(|level| !level.restricted());
    let pace = Pace { zone: codes.zone(), hours: codes.hours().filter(|_| is_slow) };
    let level = level(&facts.codes, &pace).filter(|_| view.shape == Shape::Ordinary);
    // the next level has a time of its own, from the day on which the case went there
    let allowed_until_ms = match &level {
        Some(level) => Some(level.due_ms),
        None => received_ms.zip(respond_within_h).map(|(received_ms, hours)| pace.due_ms(received_ms, hours)),
    };
    let holds = &facts.codes.holds;
    let waits = |from_ms: i64| {
        let later = holds.iter().filter(|(_, dated)| dated.fact.at_ms >= from_ms);
        hold::wait_for_person(&later.map(|(id, dated)| (*id, dated.clone())).collect())
    };
    let due = received_ms.zip(allowed_until_ms).filter(|_| expects_answer).map(|(received_ms, allowed_until_ms)| Due {
        allowed_until_ms,
        wait: match &level {
            _ if !is_stopped => hold::Wait::default(),
            Some(level) => waits(level.from_ms),
            None => hold::wait_for_person(holds),
        },
        promised_ms: promised(&interims, &standing, received_ms).filter(|_| is_stopped),
    });
    let due_at_ms = due.map(|due| due.at(now_ms));
    let mut work = Work {
        sensitivity,
        contact: consent::contact(&facts.codes.contacts),
        hold: hold_view(&facts.codes),
        responses: responses(facts),
        interims,
        expects_answer,
        kept_as,
        to_call_back: kept_as == KeptAs::Call && expects_answer && waits_for_a_call(facts, &standing),
        returned: returned(view, layers, &facts.codes),
        clocks: Vec::new(),
        level,
        notices: Vec::new(),
        answered,
        satisfaction: loop_closure::last(&facts.codes.satisfactions),
        satisfactions: satisfactions(facts),
        satisfied,
        loop_closed: satisfied && standing.closures.len() < 2,
        ever_assigned: ever_assigned(view, &facts.codes),
        first_contact: category.as_ref().is_some_and(|facts| facts.first_contact),
        received_from_ms: received_ms,
        received_day: view.moment("received_at").map(|moment| codes.zone().day_told(moment)),
        due,
        due_at_ms,
        due_day: due_at_ms.map(|due| codes.zone().day_of(due)),
        overdue: super::is_late(due_at_ms, received_ms, now_ms) && !answered && standing.status != Status::Closed,
        waiting_on: None,
        age_ms: received_ms.map(|received_ms| now_ms.saturating_sub(received_ms)),
        completeness: completeness(view),
        flags: Vec::new(),
        standing,
    };
    // what nobody has classified yet is to be classified soon
    let delays = category.or_else(|| codes.category(UNCLASSIFIED)).filter(|_| kept_as == KeptAs::Case);
    work.clocks = clocks(view, facts, &work, &pace, delays.as_ref(), sent_ms(layers));
    work.notices = owed_notices(view, facts, &work, codes);
    work.waiting_on = waiting_on(view, &work);
    work.flags = flags(view, facts, &work);
    closing_alarms(view, &work);
    work
}

/// How the clocks of a case run: in the working hours of its site, or by the calendar.
struct Pace<'h> {
    zone: Zone,
    hours: Option<&'h WorkHours>,
}

impl Pace<'_> {
    /// When a delay is over: Unix milliseconds.
    fn due_ms(&self, from_ms: i64, within_h: u32) -> i64 {
        match self.hours {
            Some(hours) => hours.due_ms(&self.zone, from_ms, within_h),
            None => from_ms.saturating_add(i64::from(within_h) * HOUR_MS),
        }
    }
}

/// The greatest level that anybody took the case to, since the first of those who did: whoever does so apart takes it to the
/// same.
fn level(codes: &CodeFacts, pace: &Pace<'_>) -> Option<LevelView> {
    let taken = || codes.appeals.values().map(|dated| &dated.fact).filter(|fact| !fact.refused);
    let (rank, code) = taken().map(|fact| (fact.rank, &fact.level)).max()?;
    let here = taken().filter(|fact| (fact.rank, &fact.level) == (rank, code));
    let (from_ms, within_h) = here.map(|fact| (fact.at_ms, fact.within_h)).min()?;
    let due_ms = pace.due_ms(from_ms, within_h);
    Some(LevelView { code: code.clone(), rank, from_ms, due_ms })
}

/// Whether the person said last, of an answer of this epoch, that it does not settle the matter.
pub(crate) fn is_unsatisfied(codes: &CodeFacts, epoch: u32) -> bool {
    let of_epoch = codes.satisfactions.iter().filter(|(_, dated)| dated.fact.epoch == epoch);
    let said = loop_closure::last(&of_epoch.map(|(id, dated)| (*id, dated.clone())).collect());
    said.is_some_and(loop_closure::Satisfaction::keeps_open)
}

/// By when an answer was promised last, in this epoch: half a year from then at most, and a year from the receipt.
fn promised(interims: &[InterimView], standing: &Standing, received_ms: i64) -> Option<i64> {
    let last = interims.iter().rfind(|interim| interim.told.epoch == standing.epoch)?;
    let longest = last.told.at_ms.saturating_add(PROMISE_MAX_MS).min(received_ms.saturating_add(2 * PROMISE_MAX_MS));
    Some(last.until_ms.min(longest))
}

/// Whether the case came back since it was last given to somebody: whoever returns a case gives it back in the same entry.
fn returned(view: &CaseView, layers: &CaseLayers<'_>, facts: &CodeFacts) -> Option<ReturnView> {
    let cells = layers.reading(Layer::Open).ok()?.get(assignment::ASSIGNEE)?;
    let given = in_order(cells).last().map(|cell| cell.stamp)?;
    let mut back = facts.referrals.values().filter(|dated| dated.fact.is_return() && dated.stamp.entry == given.entry);
    // whoever had it may have taken it up again since
    let is_taken = view.assignment.as_ref().is_some_and(|given| given.accepted.is_some());
    let back = back.next().filter(|_| !is_taken)?;
    Some(ReturnView { why: back.fact.status.clone(), origin: Origin::from(&back.stamp) })
}

/// When a case was sent on to where it lies, if it was.
fn sent_ms(layers: &CaseLayers<'_>) -> Option<i64> {
    let layer = layers.layer(layers.placed(Layer::Personal))?;
    let is_sent = |key: &str| match schema::slot(key) {
        Some(Slot::Element(_, link)) => LinkKind::parse(&link).is_some_and(|(kind, _)| kind == LinkKind::ReferredFrom),
        _ => false,
    };
    let links = under(layer, "links").filter(|(key, _)| is_sent(key));
    links.flat_map(|(_, cells)| cells.iter().map(|cell| cell.stamp.claimed_ms)).min()
}

/// The clocks of the steps that are not done: the next due first. A case on hold for its person waits for them, until the day
/// foreseen where there is one; not where it is restricted, nor before anybody classified it.
/// What was sent on from elsewhere is to be given to somebody since it was sent.
fn clocks(
    view: &CaseView,
    all: &CaseFacts,
    work: &Work,
    pace: &Pace<'_>,
    category: Option<&CategoryFacts>,
    sent_ms: Option<i64>,
) -> Vec<Clock> {
    let facts = &all.codes;
    let may_wait = view.text("category").is_some() && !work.sensitivity.is_none_or(Level::restricted);
    let hold = work.hold.as_ref().filter(|hold| may_wait && hold.reason == "person");
    let waits = hold.is_some_and(|hold| hold.until_ms.is_none());
    let waits_until = hold.and_then(|hold| hold.until_ms).unwrap_or(i64::MIN);
    let (Some(category), false) = (category, work.standing.status == Status::Closed || waits) else {
        return Vec::new();
    };
    let clock = |step: Step, from_ms: i64, hours: u32| Clock {
        step,
        from_ms,
        due_ms: pace.due_ms(from_ms, hours).max(waits_until),
    };
    let mut clocks = Vec::new();
    let is_done = work.answered || !work.standing.before(Status::Resolved);
    // of a reopened case from its reopening on
    let reopened = facts
        .moves
        .values()
        .filter(|dated| dated.fact.to == Status::Reopened && dated.fact.epoch == work.standing.epoch);
    let from = reopened.map(|dated| dated.stamp.claimed_ms).min().or(work.received_from_ms);
    // opened again, it goes on with whoever had it
    let is_with_somebody = work.standing.status == Status::Reopened && view.text("assignee").is_some();
    if let Some(from) = from.filter(|_| work.standing.before(Status::Assigned) && !is_done && !is_with_somebody) {
        let from = sent_ms.map_or(from, |sent| sent.max(from));
        clocks.push(clock(Step::Refer, from, category.refer_within_h));
    }
    let given = view.assignment.as_ref().filter(|given| given.accepted.is_none() && !is_done);
    clocks.extend(given.map(|given| clock(Step::Accept, given.sent.at_ms, category.accept_within_h)));
    let sent = unconfirmed(&facts.referrals).filter(|_| !is_done);
    clocks.extend(sent.map(|(_, sent)| clock(Step::Confirm, sent.fact.at_ms, category.accept_within_h)));
    let was_told = work.answered || work.interims.iter().any(|interim| interim.told.epoch == work.standing.epoch);
    let may_be_told = work.contact == consent::Answer::Given && work.expects_answer;
    if let (Some(hours), Some(from), true) = (category.acknowledge_within_h, from, may_be_told && !was_told) {
        clocks.push(clock(Step::Acknowledge, from, hours));
    }
    if let Some(next) = next_step(all).filter(|_| !is_done && !work.standing.before(Status::Assigned)) {
        clocks.push(Clock { due_ms: next.due_ms.max(waits_until), ..next });
    }
    clocks.sort_by_key(|clock| (clock.due_ms, clock.step));
    clocks
}

/// By when the step after the last thing done is due, where whoever did that said so. The next thing done is that step.
fn next_step(facts: &CaseFacts) -> Option<Clock> {
    let actions = written(&facts.words.as_ref().ok()?.actions);
    let last = &actions.last()?.1.fact;
    Some(Clock { step: Step::Act, from_ms: last.at_ms, due_ms: last.due_ms? })
}

/// Closings after which nobody is told: the case goes on elsewhere, or there is none.
const NOT_TOLD_OF: [&str; 3] = ["moved", "duplicate", "prank"];

/// The bodies that are to be told of such a case and were not: from its receipt on, also when it is closed, so that no closing
/// takes the notice away. A case that was recorded before a body was declared is owed to it while it is open, from then on.
fn owed_notices(view: &CaseView, facts: &CaseFacts, work: &Work, codes: &dyn Codes) -> Vec<OwedNotice> {
    let (Ok(words), Some(from_ms)) = (&facts.words, work.received_from_ms) else { return Vec::new() };
    if work.standing.closure.as_deref().is_some_and(|closure| NOT_TOLD_OF.contains(&closure)) {
        return Vec::new();
    }
    let (audience, project) = (view.text("audience"), view.text("project"));
    let recorded_ms = match view.shown("recorded_at") {
        Shown::Time(at_ms) => *at_ms,
        _ => from_ms,
    };
    let is_closed = work.standing.status == Status::Closed;
    // a body that came later
    let since = |body: &OwnRow| codes.own().declared_ms(&body.code).filter(|since| recorded_ms < *since);
    let is_owed = |body: &&OwnRow| {
        !(is_closed && since(body).is_some())
            && body.is_owed(audience, work.sensitivity, project)
            && words.notices.values().all(|told| told.fact.body != body.code)
    };
    let bodies = codes.own().rows(OwnTable::Body).iter().filter(is_owed);
    let owed = bodies.filter_map(|body| {
        let from_ms = since(body).unwrap_or(from_ms).max(from_ms);
        let due_ms = from_ms.saturating_add(i64::from(body.within_h?) * HOUR_MS);
        Some(OwedNotice { body: body.code.clone(), from_ms, due_ms })
    });
    let mut owed: Vec<OwedNotice> = owed.collect();
    owed.sort_by(|a, b| (a.due_ms, &a.body).cmp(&(b.due_ms, &b.body)));
    owed
}

fn sensitivity_of(view: &CaseView, facts: &CodeFacts, codes: &dyn Codes) -> Option<Level> {
    let said = sensitivity::effective(&facts.raises, &facts.lowers);
    said.or_else(|| {
        let rivals = view.conflict("category").map(|conflict| conflict.values.iter().map(|rival| &rival.value));
        let mut categories: BTreeSet<&str> = view.list("other_categories").iter().map(String::as_str).collect();
        categories.extend(view.text("category"));
        categories.extend(rivals.into_iter().flatten().filter_map(|shown| match shown {
            Shown::Text(code) => Some(code.as_str()),
            _ => None,
        }));
        categories.into_iter().filter_map(|code| codes.category(code)).map(|facts| facts.sensitivity).max()
    })
}

fn hold_view(facts: &CodeFacts) -> Option<HoldView> {
    let standing = hold::standing(&facts.holds);
    let dated = standing.last()?;
    Some(HoldView {
        reason: dated.fact.reason.clone()?,
        from_ms: dated.fact.at_ms,
        until_ms: dated.fact.until_ms,
        by: dated.stamp.member,
    })
}

fn ever_assigned(view: &CaseView, facts: &CodeFacts) -> bool {
    let given = |status: Status| matches!(status, Status::Assigned | Status::InProgress);
    view.text("assignee").is_some() || facts.moves.values().any(|dated| given(dated.fact.to))
}

/// The category of what has none.
const UNCLASSIFIED: &str = "other.unclassified";

/// Fields that a complete case has.
const EXPECTED: [&str; 12] = [
    "received_at",
    "channel",
    "type",
    "category",
    "priority",
    "project",
    "stakeholder",
    "spoken_language",
    "admin1",
    "sex",
    "age_group",
    "disability",
];

fn completeness(view: &CaseView) -> u8 {
    let filled = |name: &&&str| !matches!(view.shown(name), Shown::Absent) && view.text(name) != Some("unknown");
    let filled = EXPECTED.iter().filter(filled).count();
    u8::try_from(filled * 100 / EXPECTED.len()).unwrap_or(100)
}

/// Times that somebody who called in vain is called back in vain.
const CALLS_BACK_MAX: usize = 3;

/// Whether whoever called was neither reached since nor called back as often as that is done.
fn waits_for_a_call(facts: &CaseFacts, standing: &Standing) -> bool {
    let Ok(words) = &facts.words else { return false };
    let since = || words.interactions.values().filter(|dated| !dated.fact.first_contact);
    let tried = since().filter(|dated| dated.fact.is_attempt()).count();
    let was_reached = since().any(|dated| !dated.fact.is_attempt());
    standing.status != Status::Closed
        && !was_reached
        && tried < CALLS_BACK_MAX
        && !consent::contact(&facts.codes.contacts).is_refusal()
}

fn waiting_on(view: &CaseView, work: &Work) -> Option<String> {
    if work.standing.status == Status::Closed || work.kept_as != KeptAs::Case {
        return None;
    }
    if let Some(hold) = &work.hold {
        return Some(hold.reason.clone());
    }
    let what = match work.standing.status {
        Status::Received => "triage",
        Status::Triaged => "assignment",
        Status::Assigned | Status::InProgress | Status::Reopened => view.text("assignee").unwrap_or("assignment"),
        Status::Resolved if !work.expects_answer => "closing",
        Status::Resolved => "answer",
        Status::Responded if work.satisfied => "closing",
        Status::Responded => "satisfaction",
        Status::Closed => return None,
    };
    Some(what.to_owned())
}

fn flags(view: &CaseView, facts: &CaseFacts, work: &Work) -> Vec<&'static str> {
    let mut flags = Vec::new();
    let closed = work.standing.status == Status::Closed;
    let orders =
        work.standing.closures.iter().filter_map(|id| facts.codes.moves.get(id)).map(|dated| dated.stamp.order);
    let closed_at = orders.max();
    let after = |order: u64| closed_at.is_some_and(|closed_at| order > closed_at);
    let interactions = facts.words.iter().flat_map(|words| words.interactions.values());
    if closed && interactions.into_iter().any(|dated| dated.fact.inward && after(dated.stamp.order)) {
        flags.push("contact_after_closing");
    }
    let unhappy = work.satisfaction.is_some_and(loop_closure::Satisfaction::keeps_open);
    if work.standing.closure.as_deref() == Some("satisfied") && unhappy {
        flags.push("reopening_proposed");
    }
    if !closed && work.satisfied {
        flags.push("closing_proposed");
    }
    if view.shape == Shape::Ordinary && work.sensitivity.is_some_and(Level::restricted) {
        flags.push("must_be_sealed");
    }
    if view.shape == Shape::Inside && work.sensitivity.is_some_and(|level| !level.restricted()) {
        flags.push("opening_proposed");
    }
    flags
}

/// Closed against the conditions of closing: the status stands, people are told.
fn closing_alarms(view: &mut CaseView, work: &Work) {
    let Standing { epoch, ref closure, epoch_jump, .. } = work.standing;
    if epoch_jump {
        view.alarms.push(Alarm { code: "epoch_jump", field: "status" });
    }
    let Some(reason) = closure.as_deref() else { return };
    let said = |value: &SatisfactionView| value.epoch == epoch && value.value == loop_closure::Satisfaction::Satisfied;
    let refused = work.contact.is_refusal();
    let unmet = match reason {
        "satisfied" => !(work.answered && work.satisfactions.iter().any(said)),
        "answered" => !work.answered,
        "acknowledged" => work.expects_answer,
        "no_contact" => !refused,
        "not_admissible" => !(work.answered || refused || view.is_true("anonymous")),
        "services_only" => view.shape == Shape::Ordinary,
        _ => false,
    };
    if unmet {
        view.alarms.push(Alarm { code: "closed_unmet", field: "closure" });
    }
    // who was responsible before an import stands where it came from
    let imported = view.text("import_batch").is_some();
    if view.text("type") == Some("complaint") && !imported && never_assigned(work, reason) {
        view.alarms.push(Alarm { code: "closed_never_assigned", field: "closure" });
    }
}

/// Whether closing for `reason` would close a complaint that nobody was responsible for.
pub(crate) fn never_assigned(work: &Work, reason: &str) -> bool {
    // who answered was responsible
    let settled = work.answered && (work.first_contact || reason == "answered");
    let exempt = matches!(reason, "moved" | "duplicate" | "prank") || settled;
    !work.ever_assigned && !exempt
}

fn told<T>(facts: &CaseFacts, read: impl Fn(&WordFacts) -> Option<T>, shown: impl Fn(T) -> Shown) -> Shown {
    match &facts.words {
        Err(layer) => Shown::Withheld(*layer),
        Ok(words) => read(words).map_or(Shown::Absent, shown),
    }
}

/// What the person was told: the words stand under the id of the fact.
fn told_to_person(facts: &CaseFacts, id: FactId, epoch: u32, at_ms: i64, stamp: &Stamp) -> ResponseView {
    ResponseView {
        id,
        epoch,
        at_ms,
        text: told(facts, |words| words.response_texts.get(&id).map(|told| told.fact.text.0.clone()), Shown::Text),
        language: told(facts, |words| words.response_texts.get(&id)?.fact.language.clone(), Shown::Text),
        origin: Origin::from(stamp),
    }
}

fn responses(facts: &CaseFacts) -> Vec<ResponseView> {
    let view = |(id, dated): (FactId, &Dated<ResponseFact>)| {
        told_to_person(facts, id, dated.fact.epoch, dated.fact.at_ms, &dated.stamp)
    };
    written(&facts.codes.responses).into_iter().map(view).collect()
}

fn interims(facts: &CaseFacts) -> Vec<InterimView> {
    let view = |(id, dated): (FactId, &Dated<InterimFact>)| InterimView {
        told: told_to_person(facts, id, dated.fact.epoch, dated.fact.at_ms, &dated.stamp),
        until_ms: dated.fact.until_ms,
    };
    written(&facts.codes.interims).into_iter().map(view).collect()
}

fn satisfactions(facts: &CaseFacts) -> Vec<SatisfactionView> {
    let view = |(id, dated): (FactId, &Dated<SatisfactionFact>)| SatisfactionView {
        id,
        value: dated.fact.value,
        epoch: dated.fact.epoch,
        at_ms: dated.fact.at_ms,
        by_whom: told(facts, |words| words.satisfaction_details.get(&id)?.fact.by.clone(), |by| Shown::Text(by.0)),
        means: told(facts, |words| words.satisfaction_details.get(&id)?.fact.means.clone(), Shown::Text),
        origin: Origin::from(&dated.stamp),
    };
    written(&facts.codes.satisfactions).into_iter().map(view).collect()
}

// ---------------------------------------------------------------- words

fn account(words: &WordFacts, facts: &CodeFacts, codes: &dyn Codes) -> Account {
    let attempt_days = attempt_days(words, facts, &codes.zone());
    Account {
        consent: consent::effective(&words.consents),
        attempt_days,
        unreachable: attempt_days >= codes.attempt_days(),
    }
}

fn sealed_account(sealed: &SealedFacts) -> SealedAccount {
    let who = |(_, dated): (_, &Dated<RecusalFact>)| dated.fact.who.clone();
    SealedAccount { recusals: written(&sealed.recusals).into_iter().map(who).collect() }
}

/// Different days, of the case's zone, with a failed attempt since the person was last in touch.
fn attempt_days(words: &WordFacts, facts: &CodeFacts, zone: &Zone) -> usize {
    // whoever has the case was reminded, not the person
    let is_contact = |fact: &InteractionFact| !fact.is_attempt() && fact.purpose != "reminder";
    let reached = words.interactions.values().filter(|dated| is_contact(&dated.fact)).map(|dated| dated.fact.at_ms);
    let told = facts.responses.values().map(|dated| dated.fact.at_ms);
    let spoke = facts.satisfactions.values().map(|dated| dated.fact.at_ms);
    let last_contact_ms = reached.chain(told).chain(spoke).max().unwrap_or(i64::MIN);
    let attempts = words.interactions.values().filter(|dated| dated.fact.is_attempt());
    let since = attempts.map(|dated| dated.fact.at_ms).filter(|at_ms| *at_ms > last_contact_ms);
    since.map(|at_ms| zone.day_of(at_ms)).collect::<BTreeSet<Day>>().len()
}
