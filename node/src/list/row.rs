//! One row: what a list says of a case, in a fixed number of bytes.

use crdt_model::case::hold::Wait;
use crdt_model::case::loop_closure::Satisfaction;
use crdt_model::case::status::Status;
use crdt_model::reference::{Reference, Typed};
use crdt_model::time::Day;
use crdt_model::values::{DocId, Level};
use crdt_model::view::{CaseRow, Due, received_ahead};
use crdt_model::zone::Zone;
use zeroize::Zeroize;

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

/// Columns of codes, in the order of [`Row::words`].
pub(super) const COLUMNS: [&str; 20] = [
    "type",
    "category",
    "site",
    "project",
    "partner",
    "channel",
    "spoken_language",
    "waiting_on",
    "assignee",
    "priority",
    "closure",
    "hold",
    "session_id",
    "stakeholder",
    "sex",
    "age_group",
    "disability",
    "admin1",
    "admin2",
    "region",
];
/// Where the assignee stands among them.
const ASSIGNEE: usize = 8;
/// How exactly a time is told, as rows number it.
const PRECISIONS: [&str; 3] = ["minute", "day", "month"];
/// The week stands apart: so many different ones.
const COLUMNS_LEN: usize = COLUMNS.len() + 1;

/// A reference or provisional mark, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    kind: u8,
    site: [u8; 3],
    /// Node, or the digits of a provisional mark; of any other mark the number of the word.
    node: u32,
    counter: u32,
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

    /// True if a person who typed this may mean it.
    pub(super) fn is(&self, typed: &Typed) -> bool {
        match typed {
            Typed::Reference(r) => {
                self.kind == 1
                    && (self.node, self.counter) == (r.number().node(), r.number().counter())
                    && self.site == r.site().as_str().as_bytes()
            }
            Typed::Number(n) => self.kind == 1 && (self.node, self.counter) == (n.node(), n.counter()),
            Typed::Provisional(p) => {
                self.kind == 2 && self.node == p.digits() && self.site == p.site().as_str().as_bytes()
            }
            Typed::ProvisionalDigits(_) => false,
        }
    }

    /// True if a person who typed only the last characters, capital letters and digits, may mean it.
    pub(super) fn ends_with(&self, ending: &str, words: &Words) -> bool {
        self.text(words).is_some_and(|text| text.replace('-', "").ends_with(ending))
    }
}

/// One case in a member's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) case_id: DocId,
    /// Local number of its scope.
    pub(super) scope: u32,
    pub(super) flags: u8,
    /// Tag of the keys it was built with.
    pub(super) keys: [u8; 8],
    pub(super) mark: Mark,
    status: u8,
    sensitivity: u8,
    satisfaction: u8,
    /// Bit 0: answered; bit 1: the loop is closed; bit 2: undelivered.
    said: u8,
    epoch: u32,
    pub(super) conflicts: u32,
    /// When it was received, Unix milliseconds.
    pub(super) received_ms: i64,
    /// The first instant of that, where it was told to the day: Unix milliseconds.
    received_from_ms: i64,
    /// The day of that, in the zone of the case.
    received_day: i32,
    /// How exactly it was told: a place in [`PRECISIONS`].
    received_precision: u8,
    /// The newest claimed time of any of its entries.
    pub(super) newest_ms: i64,
    /// The oldest.
    pub(super) oldest_ms: i64,
    allowed_until_ms: i64,
    waited_ms: i64,
    running_from_ms: i64,
    running_least_ms: i64,
    pub(super) words: [u32; COLUMNS_LEN],
}

impl Default for Row {
    fn default() -> Self {
        Self {
            case_id: DocId::ZERO,
            scope: 0,
            flags: 0,
            keys: [0; 8],
            mark: Mark::default(),
            status: NO_CODE,
            sensitivity: NO_CODE,
            satisfaction: NO_CODE,
            said: 0,
            epoch: 0,
            conflicts: 0,
            received_ms: UNSAID,
            received_from_ms: UNSAID,
            received_day: NO_DAY,
            received_precision: NO_CODE,
            newest_ms: UNSAID,
            oldest_ms: UNSAID,
            allowed_until_ms: UNSAID,
            waited_ms: 0,
            running_from_ms: UNSAID,
            running_least_ms: UNSAID,
            words: [NONE; COLUMNS_LEN],
        }
    }
}

impl Zeroize for Row {
    fn zeroize(&mut self) {
        *self = Self::default();
    }
}

fn said(ms: i64) -> Option<i64> {
    (ms != UNSAID).then_some(ms)
}

impl Row {
    /// What a list says of a case; `scope`, `flags`, `keys`, `newest_ms` and `oldest_ms` are the caller's.
    pub(super) fn of(row: &CaseRow, words: &mut Words) -> Self {
        let columns = [
            &row.case_type,
            &row.category,
            &row.site,
            &row.project,
            &row.partner,
            &row.channel,
            &row.spoken_language,
            &row.waiting_on,
            &row.assignee,
            &row.priority,
            &row.closure,
            &row.hold,
            &row.session_id,
            &row.stakeholder,
            &row.sex,
            &row.age_group,
            &row.disability,
            &row.admin1,
            &row.admin2,
            &row.region,
            &row.week,
        ];
        let code = |at: Option<usize>| at.and_then(|at| u8::try_from(at).ok()).unwrap_or(NO_CODE);
        let running = row.due.and_then(|due| due.wait.running_ms);
        Self {
            case_id: row.case_id,
            mark: Mark::of(row.reference.as_deref(), words),
            status: code(Status::ALL.iter().position(|status| status.code() == row.status)),
            sensitivity: code(Level::ALL.iter().position(|level| Some(level.code()) == row.sensitivity)),
            satisfaction: code(Satisfaction::ALL.iter().position(|said| Some(*said) == row.satisfaction)),
            said: u8::from(row.answered) | u8::from(row.loop_closed) << 1 | u8::from(row.undelivered) << 2,
            epoch: row.epoch,
            conflicts: u32::try_from(row.conflicts).unwrap_or(u32::MAX),
            received_ms: row.received_at_ms.unwrap_or(UNSAID),
            received_from_ms: row.received_from_ms.unwrap_or(UNSAID),
            received_day: row.received_day.map_or(NO_DAY, Day::number),
            received_precision: code(PRECISIONS.iter().position(|told| Some(*told) == row.received_precision)),
            allowed_until_ms: row.due.map_or(UNSAID, |due| due.allowed_until_ms),
            waited_ms: row.due.map_or(0, |due| due.wait.ended_ms),
            running_from_ms: running.map_or(UNSAID, |(from, _)| from),
            running_least_ms: running.map_or(UNSAID, |(_, least)| least),
            words: columns.map(|word| words.number(word.as_deref())),
            ..Self::default()
        }
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

    /// With the place, flags, keys, newest and oldest time of another.
    pub(super) fn at(self, place: &Self) -> Self {
        let Self { case_id, scope, flags, keys, newest_ms, oldest_ms, .. } = *place;
        Self { case_id, scope, flags, keys, newest_ms, oldest_ms, ..self }
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

    pub(super) fn undelivered(&self) -> bool {
        self.said & 4 != 0
    }

    pub(super) fn set_undelivered(&mut self, is: bool) {
        self.said = self.said & !4 | u8::from(is) << 2;
    }

    /// Who does the work, as a word.
    pub(super) fn assignee(&self) -> u32 {
        self.words[ASSIGNEE]
    }

    pub(super) fn epoch(&self) -> u32 {
        self.epoch
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

    pub(super) fn due(&self) -> Option<Due> {
        let running_ms = said(self.running_from_ms).map(|from| (from, self.running_least_ms));
        let wait = Wait { ended_ms: self.waited_ms, running_ms };
        said(self.allowed_until_ms).map(|allowed_until_ms| Due { allowed_until_ms, wait })
    }

    pub(super) fn overdue(&self, now_ms: i64) -> bool {
        let is_past = self.due().is_some_and(|due| now_ms > due.at(now_ms));
        let is_late = is_past || received_ahead(self.received_from(), now_ms);
        is_late && !self.answered() && self.status() != "closed"
    }

    /// The word in a column.
    pub(super) fn word(&self, column: usize) -> u32 {
        self.words.get(column).copied().unwrap_or(NONE)
    }

    pub(super) fn week(&self) -> u32 {
        self.words[COLUMNS_LEN - 1]
    }

    /// The line of a list at a time, of a case that counts its days in `zone`.
    pub(super) fn line(&self, words: &Words, zone: &Zone, now_ms: i64) -> CaseRow {
        let word = |column: usize| words.get(self.words[column]).map(str::to_owned);
        let row = CaseRow {
            reference: self.mark.text(words),
            case_id: self.case_id,
            status: self.status(),
            case_type: word(0),
            category: word(1),
            site: word(2),
            project: word(3),
            partner: word(4),
            channel: word(5),
            spoken_language: word(6),
            received_at_ms: self.received_at(),
            received_precision: self.received_precision(),
            received_day: self.received_day(),
            due_at_ms: None,
            due_day: None,
            waiting_on: word(7),
            undelivered: self.undelivered(),
            assignee: word(ASSIGNEE),
            sensitivity: self.sensitivity(),
            priority: word(9),
            overdue: false,
            answered: self.answered(),
            satisfaction: self.satisfaction(),
            loop_closed: self.loop_closed(),
            closure: word(10),
            hold: word(11),
            epoch: self.epoch,
            conflicts: self.conflicts as usize,
            session_id: word(12),
            stakeholder: word(13),
            sex: word(14),
            age_group: word(15),
            disability: word(16),
            admin1: word(17),
            admin2: word(18),
            restricted: self.is(RESTRICTED),
            week: word(20),
            region: word(19),
            due: self.due(),
            received_from_ms: self.received_from(),
        };
        row.at(now_ms, zone)
    }

    /// The row as it may lie on a disk: of a restricted case open to this member only the mark that everybody sees.
    pub(super) fn to_save(self) -> Self {
        if !self.is(INSIDE) {
            return self;
        }
        let mut words = [NONE; COLUMNS_LEN];
        words[19] = self.words[19];
        words[20] = self.words[20];
        let Self { case_id, scope, flags, keys, .. } = self;
        Self { case_id, scope, flags, keys, words, ..Self::default() }
    }

    /// Appends its bytes: see STORAGE.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.case_id.0);
        out.extend_from_slice(&self.scope.to_be_bytes());
        out.push(self.flags);
        out.extend_from_slice(&self.keys);
        out.push(self.mark.kind);
        out.extend_from_slice(&self.mark.site);
        out.extend_from_slice(&self.mark.node.to_be_bytes());
        out.extend_from_slice(&self.mark.counter.to_be_bytes());
        out.extend_from_slice(&[self.status, self.sensitivity, self.satisfaction, self.said]);
        out.extend_from_slice(&self.epoch.to_be_bytes());
        out.extend_from_slice(&self.conflicts.to_be_bytes());
        out.extend_from_slice(&self.received_day.to_be_bytes());
        out.push(self.received_precision);
        for ms in [
            self.received_ms,
            self.received_from_ms,
            self.newest_ms,
            self.oldest_ms,
            self.allowed_until_ms,
            self.waited_ms,
            self.running_from_ms,
            self.running_least_ms,
        ] {
            out.extend_from_slice(&ms.to_be_bytes());
        }
        for word in self.words {
            out.extend_from_slice(&word.to_be_bytes());
        }
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub(super) fn decode(f: &mut Fields<'_>) -> Option<Self> {
        let ms = |f: &mut Fields<'_>| f.take().map(i64::from_be_bytes);
        let mut row = Self {
            case_id: DocId(f.take()?),
            scope: f.u32()?,
            flags: f.u8()?,
            keys: f.take()?,
            mark: Mark { kind: f.u8()?, site: f.take()?, node: f.u32()?, counter: f.u32()? },
            status: f.u8()?,
            sensitivity: f.u8()?,
            satisfaction: f.u8()?,
            said: f.u8()?,
            epoch: f.u32()?,
            conflicts: f.u32()?,
            received_day: f.take().map(i32::from_be_bytes)?,
            received_precision: f.u8()?,
            received_ms: ms(f)?,
            received_from_ms: ms(f)?,
            newest_ms: ms(f)?,
            oldest_ms: ms(f)?,
            allowed_until_ms: ms(f)?,
            waited_ms: ms(f)?,
            running_from_ms: ms(f)?,
            running_least_ms: ms(f)?,
            words: [NONE; COLUMNS_LEN],
        };
        for word in &mut row.words {
            *word = f.u32()?;
        }
        Some(row)
    }
}
