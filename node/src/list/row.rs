//! One row: what a list says of a case, in a fixed number of bytes.

use crdt_model::case::Shape;
use crdt_model::case::hold::Wait;
use crdt_model::case::loop_closure::Satisfaction;
use crdt_model::case::status::Status;
use crdt_model::reference::{Reference, Typed};
use crdt_model::taxonomy::KeptAs;
use crdt_model::time::Day;
use crdt_model::values::{DocId, Level};
use crdt_model::view::{CaseView, Due, Step, is_late, received_ahead};
use zeroize::Zeroize;

use super::Bearers;
use super::columns::{ASSIGNEE, CODES_LEN, REGION, WEEK, codes_of};
use super::strings::{NONE, Words};
use crate::clock::Limits;
use crate::store::Fields;

/// Nothing was said.
const UNSAID: i64 = i64::MIN;
/// No day was said.
const NO_DAY: i32 = i32::MIN;
/// No status or level: what outsiders see of a restricted case.
const NO_CODE: u8 = u8::MAX;

/// The case is in the list.
pub(super) const LISTED: u8 = 1;
/// Restricted.
pub(super) const RESTRICTED: u8 = 2;
/// Restricted and open to this member: what the row says is sensitive, and is never saved.
pub(super) const INSIDE: u8 = 4;
/// Something of it is void or waits: to be judged again when the membership has changed.
pub(super) const FAULTY: u8 = 8;
/// A section that may be this member's did not open: to be tried again with other keys.
pub(super) const UNOPENED: u8 = 16;
/// It names other cases: see what stands [beside](super::alike::Beside) it.
pub(super) const LINKED: u8 = 32;

/// How exactly a time is told, as rows number it.
const PRECISIONS: [&str; 3] = ["minute", "day", "month"];

/// What lies on the disk as its bytes, numbers in network order.
trait Saved: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(f: &mut Fields<'_>) -> Option<Self>;
}

macro_rules! saved_numbers {
    ($($number:ty)*) => {$(
        impl Saved for $number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }

            fn take(f: &mut Fields<'_>) -> Option<Self> {
                f.take().map(Self::from_be_bytes)
            }
        }
    )*};
}
saved_numbers!(u8 u32 i32 i64);

impl<T: Saved + Copy + Default, const N: usize> Saved for [T; N] {
    fn put(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|part| part.put(out));
    }

    fn take(f: &mut Fields<'_>) -> Option<Self> {
        let mut all = [T::default(); N];
        for part in &mut all {
            *part = T::take(f)?;
        }
        Some(all)
    }
}

impl Saved for DocId {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn take(f: &mut Fields<'_>) -> Option<Self> {
        Saved::take(f).map(Self)
    }
}

/// A struct whose parts are saved in the order they stand in. After `=` stands what a part is where nothing was said.
macro_rules! saved {
    ($(#[$about:meta])* struct $of:ident { $($(#[$part_about:meta])* $open:vis $part:ident: $type:ty = $none:expr,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) struct $of {
            $($(#[$part_about])* $open $part: $type,)*
        }

        impl Default for $of {
            fn default() -> Self {
                Self { $($part: $none,)* }
            }
        }

        impl Saved for $of {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$part.put(out);)*
            }

            fn take(f: &mut Fields<'_>) -> Option<Self> {
                Some(Self { $($part: Saved::take(f)?,)* })
            }
        }
    };
}

/// Kind, node and counter of a mark.
pub(super) type MarkKey = [u32; 3];

saved! {
    /// A reference or provisional mark, taken apart.
    struct Mark {
        kind: u8 = 0,
        site: [u8; 3] = [0; 3],
        /// Node, or the digits of a provisional mark; of any other mark the number of the word.
        node: u32 = 0,
        counter: u32 = 0,
    }
}

impl Mark {
    fn of(text: Option<&str>, words: &mut Words) -> Self {
        let Some(text) = text else { return Self::default() };
        let letters = |site: &str| site.as_bytes().try_into().unwrap_or_default();
        let (mark, written) = match Typed::parse(text) {
            Ok(Typed::Reference(r)) => {
                let number = r.number();
                let site = letters(r.site().as_str());
                (Self { kind: 1, site, node: number.node(), counter: number.counter() }, r.to_string())
            }
            Ok(Typed::Provisional(p)) => {
                (Self { kind: 2, site: letters(p.site().as_str()), node: p.digits(), counter: 0 }, p.to_string())
            }
            _ => (Self::default(), String::new()),
        };
        // only what comes back the same is taken apart
        if written == text { mark } else { Self { kind: 3, node: words.number(Some(text)), ..Self::default() } }
    }

    pub(super) fn text(&self, words: &Words) -> Option<String> {
        let site = std::str::from_utf8(&self.site).ok()?;
        match self.kind {
            1 => Some(Reference::new(site.parse().ok()?, self.node, self.counter).ok()?.to_string()),
            2 => Some(format!("{site}-P-{:06}", self.node)),
            3 => words.get(self.node).map(str::to_owned),
            _ => None,
        }
    }

    /// Where an index keeps it; of a mark that is no reference nowhere.
    pub(super) fn key(&self) -> Option<MarkKey> {
        matches!(self.kind, 1 | 2).then_some([u32::from(self.kind), self.node, self.counter])
    }

    /// Where an index keeps what a person typed.
    pub(super) fn key_of(typed: &Typed) -> Option<MarkKey> {
        match typed {
            Typed::Reference(r) => Some([1, r.number().node(), r.number().counter()]),
            Typed::Number(n) => Some([1, n.node(), n.counter()]),
            Typed::Provisional(p) => Some([2, p.digits(), 0]),
            Typed::ProvisionalDigits(_) => None,
        }
    }

    /// True if a person who typed this may mean it.
    pub(super) fn is(&self, typed: &Typed) -> bool {
        let site = match typed {
            Typed::Reference(r) => Some(r.site()),
            Typed::Provisional(p) => Some(p.site()),
            Typed::Number(_) | Typed::ProvisionalDigits(_) => None,
        };
        self.key().is_some_and(|key| Self::key_of(typed) == Some(key))
            && site.is_none_or(|site| self.site == site.as_str().as_bytes())
    }

    /// True if a person who typed only the last characters, capital letters and digits, may mean it.
    pub(super) fn ends_with(&self, ending: &str, words: &Words) -> bool {
        self.text(words).is_some_and(|text| text.replace('-', "").ends_with(ending))
    }
}

saved! {
    /// One case in a member's list. Another part, or another order: another [`VERSION`](super::VERSION).
    struct Row {
        pub(super) case_id: DocId = DocId::ZERO,
        /// Local number of its scope.
        pub(super) scope: u32 = 0,
        pub(super) flags: u8 = 0,
        /// Tag of the keys it was built with.
        pub(super) keys: [u8; 8] = [0; 8],
        pub(super) mark: Mark = Mark::default(),
        status: u8 = NO_CODE,
        sensitivity: u8 = NO_CODE,
        satisfaction: u8 = NO_CODE,
        /// Bit 0: answered; bit 1: the loop is closed; bit 2: it waits for somebody who is not there; bit 3: it was given to
        /// somebody whom it has not reached yet; bit 4: by somebody of this home; bit 5: it was
        /// moved to another site; bit 6: it was given to somebody who has not taken it up; bit 7: it came back.
        said: u8 = 0,
        /// Bit 0: somebody waits for an answer; bit 1: the person said that it settles the matter; bit 2: they do not want to
        /// be contacted; bit 3: closed as satisfied, though they said otherwise; bit 4: closed, and they came again; bit 5: a
        /// call that led to no case; bit 6: somebody who called in vain is to be called back; bit 7: a box that was opened, a desk,
        /// a group that was heard.
        waits: u8 = 0,
        /// The next step that has a clock: a place in [`Step::ALL`].
        step: u8 = NO_CODE,
        /// Since when that clock runs, and by when the step is due: Unix milliseconds.
        step_from_ms: i64 = UNSAID,
        step_due_ms: i64 = UNSAID,
        /// By when the next body outside the mechanism is to be told: Unix milliseconds.
        notice_due_ms: i64 = UNSAID,
        pub(super) epoch: u32 = 0,
        pub(super) conflicts: u32 = 0,
        /// The day on which it was received, in the zone of the case.
        received_day: i32 = NO_DAY,
        /// How exactly that was told: a place in [`PRECISIONS`].
        received_precision: u8 = NO_CODE,
        /// When it was received, Unix milliseconds.
        received_ms: i64 = UNSAID,
        /// The first instant of that, where it was told to the day: Unix milliseconds.
        received_from_ms: i64 = UNSAID,
        /// The newest claimed time of any of its entries.
        pub(super) newest_ms: i64 = UNSAID,
        /// The oldest.
        pub(super) oldest_ms: i64 = UNSAID,
        allowed_until_ms: i64 = UNSAID,
        waited_ms: i64 = 0,
        running_from_ms: i64 = UNSAID,
        running_least_ms: i64 = UNSAID,
        /// By when an answer was promised meanwhile.
        promised_ms: i64 = UNSAID,
        /// The audience that must hold whoever has it: of a sealed case, unless it was made for that person. Number of a word.
        audience: u32 = NONE,
        /// Its codes, at the places that [`COLUMNS`](super::columns::COLUMNS) says.
        words: [u32; CODES_LEN] = [NONE; CODES_LEN],
    }
}

/// What a row keeps as numbers of words.
pub(super) struct Said {
    mark: Option<String>,
    audience: Option<String>,
    codes: [Option<String>; CODES_LEN],
}

impl Said {
    pub(super) fn of(view: &CaseView) -> Self {
        Self {
            mark: view.mark().map(str::to_owned),
            audience: audience_of(view).map(str::to_owned),
            codes: codes_of(view),
        }
    }
}

impl Zeroize for Row {
    fn zeroize(&mut self) {
        *self = Self::default();
    }
}

/// Given to somebody who has not said that it reached them, and still to be worked on.
pub(super) fn is_under_way(view: &CaseView) -> bool {
    let is_open = !matches!(view.status_code(), "resolved" | "responded" | "closed");
    is_open && view.assignment.as_ref().is_some_and(|given| given.delivered.is_none())
}

/// The audience that whoever has a case must hold to open it; `None` of an ordinary case, and of one that was made for them.
pub(super) fn audience_of(view: &CaseView) -> Option<&str> {
    let is_made_for = |who: &str| view.list("shared_with").iter().any(|with| with == who);
    let is_theirs = view.text("assignee").is_some_and(is_made_for);
    view.text("audience").filter(|_| view.shape == Shape::Inside && !is_theirs)
}

fn said(ms: i64) -> Option<i64> {
    (ms != UNSAID).then_some(ms)
}

impl Row {
    /// What a list says of a case, but for [its words](Self::say) and whom it waits for. Place, keys and times of entries
    /// are those of another row.
    pub(super) fn of(view: &CaseView, is_sent_here: bool, place: &Self) -> Self {
        let Self { case_id, scope, keys, newest_ms, oldest_ms, .. } = *place;
        let code = |at: Option<usize>| at.and_then(|at| u8::try_from(at).ok()).unwrap_or(NO_CODE);
        let work = view.work.as_ref();
        let received = view.moment("received_at");
        let precision = received.map(|moment| moment.precision.code());
        let sensitivity = work.and_then(|work| work.sensitivity);
        let satisfaction = work.and_then(|work| work.satisfaction);
        let due = work.and_then(|work| work.due);
        // what was to be done next waits behind what others wait for
        let clocks = work.map_or(&[][..], |work| &work.clocks);
        let clock = clocks.iter().find(|clock| clock.step != Step::Act).or(clocks.first());
        let running = due.and_then(|due| due.wait.running_ms);
        let shape = match view.shape {
            Shape::Ordinary => 0,
            Shape::Inside => RESTRICTED | INSIDE,
            Shape::Outside => RESTRICTED,
        };
        Self {
            case_id,
            scope,
            flags: place.flags & (FAULTY | UNOPENED) | LISTED | shape,
            keys,
            status: code(Status::ALL.iter().position(|status| status.code() == view.status_code())),
            sensitivity: code(Level::ALL.iter().position(|level| Some(*level) == sensitivity)),
            satisfaction: code(Satisfaction::ALL.iter().position(|said| Some(*said) == satisfaction)),
            said: work.map_or(0, |work| u8::from(work.answered) | u8::from(work.loop_closed) << 1)
                | u8::from(is_under_way(view)) << 3
                | u8::from(is_sent_here) << 4
                | u8::from(work.is_some_and(|work| work.standing.closure.as_deref() == Some("moved"))) << 5
                | u8::from(view.assignment.as_ref().is_some_and(|given| given.accepted.is_none())) << 6
                | u8::from(work.is_some_and(|work| work.returned.is_some())) << 7,
            waits: work.map_or(0, |work| {
                let refused = work.contact.is_refusal();
                let flag = |name: &str| u8::from(work.flags.contains(&name));
                u8::from(work.expects_answer)
                    | u8::from(work.satisfied) << 1
                    | u8::from(refused) << 2
                    | flag("reopening_proposed") << 3
                    | flag("contact_after_closing") << 4
                    | u8::from(work.kept_as == KeptAs::Call) << 5
                    | u8::from(work.to_call_back) << 6
                    | u8::from(work.kept_as == KeptAs::Session) << 7
            }),
            step: code(clock.and_then(|clock| Step::ALL.iter().position(|step| *step == clock.step))),
            step_from_ms: clock.map_or(UNSAID, |clock| clock.from_ms),
            step_due_ms: clock.map_or(UNSAID, |clock| clock.due_ms),
            notice_due_ms: work.and_then(|work| work.notices.first()).map_or(UNSAID, |owed| owed.due_ms),
            epoch: work.map_or(0, |work| work.standing.epoch),
            conflicts: u32::try_from(view.conflicts.len()).unwrap_or(u32::MAX),
            received_ms: received.map_or(UNSAID, |moment| moment.at_ms),
            received_from_ms: work.and_then(|work| work.received_from_ms).unwrap_or(UNSAID),
            received_day: work.and_then(|work| work.received_day).map_or(NO_DAY, Day::number),
            received_precision: code(PRECISIONS.iter().position(|told| Some(*told) == precision)),
            newest_ms,
            oldest_ms,
            allowed_until_ms: due.map_or(UNSAID, |due| due.allowed_until_ms),
            waited_ms: due.map_or(0, |due| due.wait.ended_ms),
            running_from_ms: running.map_or(UNSAID, |(from, _)| from),
            running_least_ms: running.map_or(UNSAID, |(_, least)| least),
            promised_ms: due.and_then(|due| due.promised_ms).unwrap_or(UNSAID),
            ..Self::default()
        }
    }

    /// Puts the numbers of its words in place, and whether it waits for somebody who is not there.
    pub(super) fn say(&mut self, said: &Said, words: &mut Words, bearers: &Bearers) {
        self.mark = Mark::of(said.mark.as_deref(), words);
        self.audience = words.number(said.audience.as_deref());
        self.words = said.codes.each_ref().map(|code| words.number(code.as_deref()));
        self.look_for(words, bearers);
    }

    /// By the membership as it is now, whether it waits for somebody who is not there.
    pub(super) fn look_for(&mut self, words: &Words, bearers: &Bearers) {
        let is_missed = bearers.miss(words.get(self.assignee()), self.status(), words.get(self.audience));
        self.said = self.said & !4 | u8::from(is_missed) << 2;
    }

    /// A document of which a list says nothing.
    pub(super) fn unlisted(case_id: DocId, scope: u32, keys: [u8; 8]) -> Self {
        Self { case_id, scope, keys, ..Self::default() }
    }

    /// How far its entries are dated off what may be, milliseconds; 0: not at all.
    pub(super) fn dated_off_by(&self, limits: Limits) -> u64 {
        let times = [self.newest_ms, self.oldest_ms].into_iter().filter_map(said);
        times.map(|at_ms| limits.off_by(at_ms)).max().unwrap_or(0)
    }

    pub(super) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub(super) fn status(&self) -> &'static str {
        Status::ALL.get(usize::from(self.status)).map_or("restricted", |status| status.code())
    }

    pub(super) fn sensitivity(&self) -> Option<&'static str> {
        Level::ALL.get(usize::from(self.sensitivity)).map(|level| level.code())
    }

    pub(super) fn satisfaction(&self) -> Option<Satisfaction> {
        Satisfaction::ALL.get(usize::from(self.satisfaction)).copied()
    }

    pub(super) fn answered(&self) -> bool {
        self.said & 1 != 0
    }

    pub(super) fn loop_closed(&self) -> bool {
        self.said & 2 != 0
    }

    /// It waits for somebody who is not there, or has not reached whom it was given to.
    pub(super) fn undelivered(&self) -> bool {
        self.said & (4 | 8) != 0
    }

    /// It waits for somebody who is not there.
    pub(super) fn missed(&self) -> bool {
        self.said & 4 != 0
    }

    /// It has not reached whom it was given to.
    pub(super) fn under_way(&self) -> bool {
        self.said & 8 != 0
    }

    /// Somebody of this home gave it to somebody whom it has not reached yet.
    pub(super) fn under_way_from_here(&self) -> bool {
        self.under_way() && self.said & 16 != 0
    }

    /// Closed here, because it goes on at another site.
    pub(super) fn moved_away(&self) -> bool {
        self.said & 32 != 0
    }

    /// Given to somebody who has not taken it up.
    pub(super) fn awaits_taking_up(&self) -> bool {
        self.said & 64 != 0
    }

    /// There is something to tell the person, or they were told.
    pub(super) fn has_outcome(&self) -> bool {
        matches!(self.status(), "resolved" | "responded" | "closed")
    }

    /// It came back to whoever gave it.
    pub(super) fn returned(&self) -> bool {
        self.said & 128 != 0
    }

    /// Somebody waits for an answer.
    pub(super) fn expects_answer(&self) -> bool {
        self.waits & 1 != 0
    }

    /// The person said that it settles the matter.
    pub(super) fn satisfied(&self) -> bool {
        self.waits & 2 != 0
    }

    /// Closed as satisfied, though the person said otherwise.
    pub(super) fn reopening_proposed(&self) -> bool {
        self.waits & 8 != 0
    }

    /// Closed, and the person came again since.
    pub(super) fn came_after_closing(&self) -> bool {
        self.waits & 16 != 0
    }

    /// What it is, where that is no case.
    pub(super) fn kept_as(&self) -> KeptAs {
        match self.waits & (32 | 128) {
            0 => KeptAs::Case,
            32 => KeptAs::Call,
            _ => KeptAs::Session,
        }
    }

    /// Of a call: whoever called in vain is to be called back.
    pub(super) fn is_to_be_called_back(&self) -> bool {
        self.waits & 64 != 0
    }

    /// The person does not want to be contacted.
    pub(super) fn contact_refused(&self) -> bool {
        self.waits & 4 != 0
    }

    /// The next step that has a clock, and by when it is due: Unix milliseconds. Of a clock that starts more than a day ahead
    /// nobody knows how long it has run: it is due now.
    pub(super) fn step(&self, now_ms: i64) -> Option<(Step, i64)> {
        let step = *Step::ALL.get(usize::from(self.step))?;
        let due = said(self.step_due_ms)?;
        Some((step, if received_ahead(said(self.step_from_ms), now_ms) { due.min(now_ms - 1) } else { due }))
    }

    /// By when the next body outside the mechanism is to be told: Unix milliseconds. A closing takes that away from nobody.
    pub(super) fn notice_due(&self) -> Option<i64> {
        said(self.notice_due_ms)
    }

    /// Open, and past the time of its next step, of the answer, or of a notice.
    pub(super) fn is_late(&self, now_ms: i64) -> bool {
        let is_open = !matches!(self.status(), "closed" | "restricted");
        let due = self.step(now_ms).map(|(_, due)| due).into_iter().chain(self.notice_due()).min();
        is_open && (due.is_some_and(|due| due < now_ms) || self.overdue(now_ms))
    }

    /// Half the time of the next step is over.
    pub(super) fn half_over(&self, now_ms: i64) -> bool {
        let (from, due) = (said(self.step_from_ms), said(self.step_due_ms));
        from.zip(due).is_some_and(|(from, due)| now_ms.saturating_sub(from) >= due.saturating_sub(from) / 2)
    }

    pub(super) fn level(&self) -> Option<Level> {
        Level::ALL.get(usize::from(self.sensitivity)).copied()
    }

    /// Restricted, and open to this member.
    pub(super) fn is_inside(&self) -> bool {
        self.is(INSIDE)
    }

    /// Who does the work, as a word.
    pub(super) fn assignee(&self) -> u32 {
        self.words[ASSIGNEE]
    }

    pub(super) fn received_at(&self) -> Option<i64> {
        said(self.received_ms)
    }

    /// The first instant at which it was received: what it is sorted by, and its age.
    pub(super) fn received_from(&self) -> Option<i64> {
        said(self.received_from_ms)
    }

    /// The day on which it counts as received.
    pub(super) fn received_day(&self) -> Option<Day> {
        (self.received_day != NO_DAY).then(|| Day::from_number(self.received_day.into()))
    }

    pub(super) fn received_precision(&self) -> Option<&'static str> {
        PRECISIONS.get(usize::from(self.received_precision)).copied()
    }

    /// By when the person should have an answer, as it stands at a time: Unix milliseconds.
    pub(super) fn due_at(&self, now_ms: i64) -> Option<i64> {
        let running_ms = said(self.running_from_ms).map(|from| (from, self.running_least_ms));
        let wait = Wait { ended_ms: self.waited_ms, running_ms };
        let promised_ms = said(self.promised_ms);
        said(self.allowed_until_ms).map(|allowed_until_ms| Due { allowed_until_ms, wait, promised_ms }.at(now_ms))
    }

    pub(super) fn overdue(&self, now_ms: i64) -> bool {
        let late = is_late(self.due_at(now_ms), self.received_from(), now_ms);
        late && !self.answered() && self.status() != "closed"
    }

    /// The number of the code at a place.
    pub(super) fn word(&self, place: usize) -> u32 {
        self.words.get(place).copied().unwrap_or(NONE)
    }

    /// The row as it may lie on a disk: of a restricted case open to this member only the mark that everybody sees.
    pub(super) fn to_save(self) -> Self {
        if !self.is(INSIDE) {
            return self;
        }
        let mut words = [NONE; CODES_LEN];
        words[REGION] = self.words[REGION];
        words[WEEK] = self.words[WEEK];
        let Self { case_id, scope, flags, keys, .. } = self;
        Self { case_id, scope, flags: flags & !LINKED, keys, words, ..Self::default() }
    }

    /// Appends its bytes: see STORAGE.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        self.put(out);
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub(super) fn decode(f: &mut Fields<'_>) -> Option<Self> {
        Self::take(f)
    }
}
