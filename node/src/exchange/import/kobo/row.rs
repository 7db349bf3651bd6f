//! From the cells of one row to a case.

use std::collections::BTreeSet;

use crdt_model::case::loop_closure::Satisfaction;
use crdt_model::case::{facts, schema};
use crdt_model::edit::{ConsentAnswer, GivenAnswer, GivenClosing, NewCase, control_character};
use crdt_model::taxonomy::{Capture, OwnTable, OwnTables, TRIAGE, Taxonomy};
use crdt_model::time::Timestamp;
use crdt_model::values::{Moment, Precision, Words};

use super::columns::{Columns, DISABILITY, Field, Meta};
use super::mapping::{Choice, plain};
use super::profile::{Fit, Profile};
use super::when::{self, Orders};
use super::{KoboOptions, Outcome, SYSTEM};
use crate::exchange::import::{CELL_BYTES_MAX, Remark, RemarkCode};

/// What people speak.
const LANGUAGES: OwnTable = OwnTable::SpokenLanguage;
/// Longest id of a submission, bytes.
const ID_BYTES_MAX: usize = 120;
/// Most choices of one row.
const CHOICES_MAX: usize = 100;
/// Oldest age that is believed, years.
const AGE_MAX: u32 = 120;

/// What all rows of a file share.
pub(super) struct RowReader<'a> {
    pub(super) columns: &'a Columns,
    pub(super) options: &'a KoboOptions,
    pub(super) taxonomy: &'a Taxonomy,
    /// What the columns of end, start and day say of the order of day and month.
    pub(super) orders: [Orders; 3],
    /// A quote astray made this record swallow others, or some of its own cells.
    pub(super) torn: bool,
    /// What the columns hold in the whole file.
    pub(super) profile: Option<&'a Profile>,
}

/// A row as read, before it is compared with others.
pub(super) struct ReadRow {
    pub(super) id: Option<String>,
    pub(super) outcome: Outcome,
    pub(super) restricted: Option<String>,
    /// The day it was received, where it was received.
    pub(super) day: String,
    /// Another version of the submission than the first.
    pub(super) edited: bool,
    pub(super) remarks: Vec<Remark>,
    /// What was not taken over of columns that are read.
    pub(super) left: Vec<(String, Words)>,
    /// Columns whose cells were joined to others.
    pub(super) joined: Vec<usize>,
    /// What stands in no table that the organisation keeps itself: column and cell.
    pub(super) unlisted: Vec<(String, String)>,
    /// A rejected row that would have been sealed.
    pub(super) grave: bool,
}

/// Why a row is no case.
type Refused = Remark;

/// From the loosest to the strictest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Consent {
    NotAsked,
    Given,
    Partial,
    Refused,
}

/// One row at work.
struct Work<'a> {
    all: &'a RowReader<'a>,
    cells: &'a [String],
    number: usize,
    remarks: Vec<Remark>,
    left: Vec<(String, Words)>,
    joined: Vec<usize>,
    unlisted: Vec<(String, String)>,
}

impl RowReader<'_> {
    pub(super) fn read(&self, number: usize, cells: &[String]) -> ReadRow {
        let (remarks, left, joined, unlisted) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut work = Work { all: self, cells, number, remarks, left, joined, unlisted };
        let id = work.id();
        let edited = id.is_some() && work.id_in(&[Meta::Uuid, Meta::InstanceId]).is_some_and(|last| Some(last) != id);
        let (outcome, restricted, day, grave) = match work.case(id.as_deref()) {
            Ok((case, restricted, day)) => (Outcome::Ready(Box::new(case)), restricted, day, false),
            Err(refused) => (Outcome::Rejected(refused), None, String::new(), work.calls_for_sealing()),
        };
        let Work { remarks, left, joined, unlisted, .. } = work;
        ReadRow { id, outcome, restricted, day, edited, remarks, left, joined, unlisted, grave }
    }
}

impl<'a> Work<'a> {
    /// The first cell of a field that holds something.
    fn cell(&self, field: Field) -> &'a str {
        self.all.columns.cells(self.cells, field).next().map_or("", |(_, cell)| cell)
    }

    /// What the columns of a field say, each once, the best column first.
    fn told(&self, field: Field) -> Vec<(usize, &'a str)> {
        let mut told: Vec<(usize, &'a str)> = Vec::new();
        for (column, cell) in self.all.columns.cells(self.cells, field) {
            if told.iter().all(|(_, known)| *known != cell) {
                told.push((column, cell));
            }
        }
        told
    }

    /// What a person said in the columns of a field, as it stands in the file, each once but for blanks around it.
    fn said_in(&self, field: Field) -> Vec<(usize, &'a str)> {
        let mut said: Vec<(usize, &'a str)> = Vec::new();
        for (column, cell) in self.all.columns.said(self.cells, field) {
            if said.iter().all(|(_, known)| known.trim() != cell.trim()) {
                said.push((column, cell));
            }
        }
        said
    }

    /// The words of all columns of a field, one after the other: nothing a person said is lost.
    fn joined(&mut self, field: Field, between: &str) -> Option<Words> {
        let mut parts = self.said_in(field).into_iter();
        let (_, first) = parts.next()?;
        let mut words = first.to_owned();
        for (column, part) in parts {
            self.joined.push(column);
            words.push_str(between);
            words.push_str(part);
        }
        Some(Words(words))
    }

    /// A cell that is not taken over: to be looked at for words that call for sealing.
    fn leave(&mut self, column: usize, cell: &str) {
        self.left.push((self.all.columns.name_at(column).to_owned(), Words::from(cell)));
    }

    fn remark_at(&mut self, column: usize, code: RemarkCode, args: Vec<(&'static str, String)>) {
        let remark = self.about(self.all.columns.name_at(column), code, args);
        self.remarks.push(remark);
    }

    /// A column says something else than the first of its field, which counts.
    fn differs(&mut self, first: usize, column: usize, cell: &str) {
        self.leave(column, cell);
        let other = self.all.columns.header_at(first);
        self.remark_at(column, RemarkCode::ValuesDiffer, vec![("other", other)]);
    }

    fn about(&self, field: &str, code: RemarkCode, args: Vec<(&'static str, String)>) -> Remark {
        Remark { row: self.number, field: field.to_owned(), code, args }
    }

    fn remark(&mut self, field: Field, code: RemarkCode, args: Vec<(&'static str, String)>) {
        let remark = self.about(self.all.columns.name(field), code, args);
        self.remarks.push(remark);
    }

    fn choice(&self, table: &'static str, value: &str) -> Choice<'a> {
        let all = self.all;
        all.options.mapping.choose(all.taxonomy, table, value)
    }

    /// The codes that the columns of a choice question give, each once, with the column; unknown values are remarked on and
    /// left out.
    fn codes(&mut self, table: &'static str, field: Field) -> Vec<(usize, &'a str, &'a str)> {
        let mut codes: Vec<(usize, &'a str, &'a str)> = Vec::new();
        for (column, cell) in self.told(field) {
            match self.choice(table, whole(cell)) {
                Choice::Code(code) if codes.iter().any(|(_, _, known)| *known == code) => {}
                Choice::Code(code) => codes.push((column, cell, code)),
                Choice::Unknown => {
                    self.leave(column, cell);
                    self.remark_at(column, RemarkCode::UnmappedValue, unmapped(table, cell));
                }
                Choice::Blank | Choice::Open => {}
            }
        }
        codes
    }

    /// The code of a choice question: that of its first column.
    fn chosen(&mut self, table: &'static str, field: Field) -> Option<String> {
        let codes = self.codes(table, field);
        self.first_of(&codes)
    }

    fn first_of(&mut self, codes: &[(usize, &'a str, &'a str)]) -> Option<String> {
        let (first, _, code) = codes.first()?;
        codes[1..].iter().for_each(|(column, cell, _)| self.differs(*first, *column, cell));
        Some((*code).to_owned())
    }

    /// The submission's id, the same however often it is edited.
    fn id(&self) -> Option<String> {
        self.id_in(&[Meta::RootUuid, Meta::Uuid, Meta::InstanceId])
    }

    /// The first of these columns that holds an id, without the prefix that some have.
    fn id_in(&self, metas: &[Meta]) -> Option<String> {
        let columns = self.all.columns;
        metas.iter().find_map(|&meta| {
            let cell = columns.meta(self.cells, meta).to_lowercase();
            let id = cell.strip_prefix("uuid:").unwrap_or(&cell);
            let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
            (!id.is_empty() && id.len() <= ID_BYTES_MAX && plain).then(|| id.to_owned())
        })
    }

    fn case(&mut self, id: Option<&str>) -> Result<(NewCase, Option<String>, String), Refused> {
        self.check_shape()?;
        let Some(id) = id else { return Err(self.about("_uuid", RemarkCode::Missing, Vec::new())) };
        let (received_at, day) = self.received()?;
        let consent = self.consent()?;
        let options = self.all.options;
        let mut case = NewCase {
            case_type: self.chosen("type", Field::Type).unwrap_or_else(|| "complaint".to_owned()),
            channel: self.channel()?,
            received_at: Some(received_at),
            spoken_language: None,
            priority: self.chosen("urgency", Field::Urgency),
            text: self.joined(Field::Text, "\n"),
            project: options.project.clone(),
            partner: options.partner.clone(),
            import_batch: options.import_batch.clone(),
            external_ids: vec![(SYSTEM.to_owned(), id.to_owned())],
            ..NewCase::default()
        };
        if self.cell(Field::Type).is_empty() {
            self.remark(Field::Type, RemarkCode::Missing, vec![("used", case.case_type.clone())]);
        }
        self.language(&mut case, consent);
        let restricted = self.restrict(&mut case);
        self.person(&mut case, consent);
        self.identity(&mut case, consent);
        self.consents(&mut case, consent);
        self.place(&mut case);
        self.answer(&mut case);
        self.closing(&mut case, restricted.is_some());
        self.validation();
        self.check_lengths(&case)?;
        Ok((case, restricted, day))
    }

    /// The tables that the organisation keeps itself.
    fn own(&self) -> &'a OwnTables {
        self.all.options.own.as_deref().unwrap_or(&self.all.taxonomy.own)
    }

    /// The language of the first column that says one. One that is in no table stays: as a code where it looks like one, else
    /// as a note.
    fn language(&mut self, case: &mut NewCase, consent: Consent) {
        let mut told: Vec<(usize, &'a str, String)> = Vec::new();
        for (column, cell) in self.told(Field::SpokenLanguage) {
            let code = match (self.choice("spoken_language", whole(cell)), self.own().find(LANGUAGES, cell)) {
                (Choice::Code(code), _) => code.to_owned(),
                (_, Some(row)) => row.code.clone(),
                (Choice::Unknown, None) => {
                    self.unlisted.push((self.all.columns.name_at(column).to_owned(), cell.to_owned()));
                    match code_like(cell).filter(|code| crdt_model::values::is_code(code)) {
                        Some(code) => code.to_owned(),
                        None if consent == Consent::Refused => {
                            self.leave(column, cell);
                            continue;
                        }
                        None => {
                            case.notes.push(Words(format!("{}: {cell}", self.all.columns.name_at(column))));
                            continue;
                        }
                    }
                }
                (Choice::Blank | Choice::Open, None) => continue,
            };
            if told.iter().all(|(_, _, known)| *known != code) {
                told.push((column, cell, code));
            }
        }
        let Some((first, _, code)) = told.first().cloned() else { return };
        told[1..].iter().for_each(|(column, cell, _)| self.differs(first, *column, cell));
        case.spoken_language = Some(code);
    }

    fn check_shape(&self) -> Result<(), Refused> {
        let (expected, found) = (self.all.columns.count, self.cells.len());
        let beyond = self.cells.get(expected..).unwrap_or_default();
        // Spreadsheets leave out blank cells at the end of a line; a row that lacks one that is read may be cut off.
        if self.all.torn || found < self.all.columns.needed || beyond.iter().any(|cell| !cell.trim().is_empty()) {
            let args = vec![("expected", expected.to_string()), ("found", found.to_string())];
            return Err(self.about("", RemarkCode::WrongCellCount, args));
        }
        let fit = self.all.profile.map_or(Fit::Whole, |profile| profile.fit(self.all.columns, self.cells));
        match fit {
            Fit::Whole => {}
            Fit::Moved if found != expected => {
                let args = vec![("expected", expected.to_string()), ("found", found.to_string())];
                return Err(self.about("", RemarkCode::WrongCellCount, args));
            }
            Fit::Moved => return Err(self.about("", RemarkCode::CellsMoved, Vec::new())),
            Fit::NoId(at) => {
                return Err(self.about(self.all.columns.name_at(at), RemarkCode::CellsMoved, Vec::new()));
            }
        }
        match self.cells.iter().position(|cell| cell.len() > CELL_BYTES_MAX) {
            Some(column) => {
                let max = vec![("max", CELL_BYTES_MAX.to_string())];
                Err(self.about(self.all.columns.name_at(column), RemarkCode::CellTooLong, max))
            }
            None => Ok(()),
        }
    }

    /// What a case cannot hold rejects the row: words are never cut, and nothing is left out of them.
    fn check_lengths(&self, case: &NewCase) -> Result<(), Refused> {
        let held = [
            (Field::Text, "text", &case.text),
            (Field::Name, "reporter_name", &case.reporter_name),
            (Field::Phone, "phone", &case.phone),
            (Field::Phone, "alt_contact", &case.alt_contact),
            (Field::Household, "household_id", &case.household_id),
            (Field::Card, "card_no", &case.card_no),
            (Field::Locality, "locality", &case.locality),
        ];
        let in_words = |name| match schema::field(name).map(|field| field.kind) {
            Some(schema::Kind::Words(bytes_max)) => bytes_max,
            _ => CELL_BYTES_MAX,
        };
        let answer = case.answer.as_ref().and_then(|answer| answer.text.as_ref());
        let words = held.iter().filter_map(|(field, name, words)| Some((*field, in_words(*name), words.as_ref()?)));
        let mut all = words.chain(answer.map(|words| (Field::Answer, facts::WORDS_BYTES_MAX, words)));
        all.try_for_each(|(field, bytes_max, words)| {
            let (code, args) = match control_character(&words.0) {
                _ if words.0.len() > bytes_max => (RemarkCode::CellTooLong, vec![("max", bytes_max.to_string())]),
                Some((at, c)) => {
                    let character = format!("U+{:04X}", u32::from(c));
                    (RemarkCode::ControlCharacter, vec![("character", character), ("at", at.to_string())])
                }
                None => return Ok(()),
            };
            Err(self.about(self.all.columns.name(field), code, args))
        })
    }

    /// When the form was finished, else begun, else its day; and the day as the clock there said.
    fn received(&mut self) -> Result<(Moment, String), Refused> {
        const SOURCES: [(Meta, &str); 3] = [(Meta::End, "end"), (Meta::Start, "start"), (Meta::Today, "today")];
        let mut bad = None;
        for ((meta, name), orders) in SOURCES.into_iter().zip(self.all.orders) {
            let cell = self.all.columns.meta(self.cells, meta);
            if cell.is_empty() {
                continue;
            }
            let Some(read) = when::read(cell, orders.decided(), &self.all.options.zone) else {
                bad.get_or_insert(name);
                continue;
            };
            // the day of a form is that day, however a spreadsheet writes it
            let precision = if meta == Meta::Today { Precision::Day } else { read.precision };
            let used = || vec![("used", name.to_owned())];
            if let Some(bad) = bad {
                self.remarks.push(self.about(bad, RemarkCode::BadTime, used()));
            } else if meta != Meta::End {
                self.remarks.push(self.about("end", RemarkCode::ReceivedFromOther, used()));
            }
            if read.rewritten {
                let args = vec![("used", read.day.clone())];
                self.remarks.push(self.about(name, RemarkCode::TimeRewritten, args));
            }
            if read.no_offset && precision == Precision::Minute {
                self.remarks.push(self.about(
                    name,
                    RemarkCode::NoOffset,
                    vec![("zone", self.all.options.zone.name().to_owned())],
                ));
            }
            let at_ms = match precision {
                Precision::Minute => read.at.unix_ms(),
                _ => Timestamp::parse_date(&read.day).unwrap_or(read.at).unix_ms(),
            };
            if crate::writes::is_odd(at_ms, self.all.options.now_ms) {
                self.remarks.push(self.about(name, RemarkCode::OddDate, vec![("day", read.day.clone())]));
            }
            return Ok((Moment { at_ms, precision }, read.day));
        }
        let code = if bad.is_some() { RemarkCode::BadTime } else { RemarkCode::Missing };
        Err(self.about(bad.unwrap_or("end"), code, Vec::new()))
    }

    /// The channel decides protection, so it is not guessed.
    fn channel(&mut self) -> Result<String, Refused> {
        let name = self.all.columns.name(Field::Channel);
        let codes = self.codes("channel", Field::Channel);
        if let Some(code) = self.first_of(&codes) {
            return Ok(code);
        }
        let unknown = |remark: &Remark| {
            remark.code == RemarkCode::UnmappedValue && remark.args.contains(&("table", "channel".to_owned()))
        };
        if let Some(at) = self.remarks.iter().position(unknown) {
            return Err(self.remarks.remove(at));
        }
        self.all.options.default_channel.clone().ok_or_else(|| self.about(name, RemarkCode::Missing, Vec::new()))
    }

    /// Choices named by the list and by the columns with 0 and 1.
    fn categories(&mut self) -> Vec<String> {
        let mut named: Vec<String> = Vec::new();
        let mut too_many = false;
        for (_, list) in self.told(Field::Categories) {
            let list = list.to_lowercase();
            // a label of several words, if the mapping knows it as it stands
            let whole_list = list.contains(char::is_whitespace)
                && matches!(self.choice("category", &list), Choice::Code(_) | Choice::Open);
            let choices: Vec<&str> = if whole_list { vec![list.as_str()] } else { list.split_whitespace().collect() };
            too_many |= choices.len() > CHOICES_MAX;
            for choice in choices.into_iter().take(CHOICES_MAX) {
                if !named.iter().any(|known| known == choice) {
                    named.push(choice.to_owned());
                }
            }
        }
        let (mut yes, mut no) = (Vec::new(), BTreeSet::new());
        for (option, column) in &self.all.columns.options {
            let cell = self.cells.get(*column).map_or("", |cell| cell.trim());
            match self.choice("yes_no", whole(cell)) {
                Choice::Code("yes") => yes.push(option.clone()),
                Choice::Code(_) => {
                    no.insert(option.clone());
                }
                _ => {}
            }
        }
        let only_list: Vec<&String> = named.iter().filter(|choice| no.contains(*choice)).collect();
        let only_columns: Vec<&String> = yes.iter().filter(|option| !named.contains(option)).collect();
        // Both are names of columns, so they can be shown. A list left blank is a missing list, not one that says "none".
        if !only_list.is_empty() || (!only_columns.is_empty() && !named.is_empty()) {
            let join = |choices: &[&String]| choices.iter().map(|choice| choice.as_str()).collect::<Vec<_>>().join(" ");
            let args = vec![("only_list", join(&only_list)), ("only_columns", join(&only_columns))];
            self.remark(Field::Categories, RemarkCode::CategoriesDisagree, args);
        }
        let added: Vec<String> = only_columns.into_iter().cloned().collect();
        named.extend(added);
        if too_many {
            // No list of choices but a text: an unknown choice, so the case waits for triage.
            named.push(String::from("?"));
        }
        named
    }

    /// Whether a row that is no case would have been sealed for what it is about, as far as can be told.
    fn calls_for_sealing(&mut self) -> bool {
        let remarks = self.remarks.len();
        let choices = self.categories();
        let taxonomy = self.all.taxonomy;
        let sealed = |choice: &String| match self.choice("category", choice) {
            Choice::Code(code) => taxonomy.audience_for(code).is_some(),
            _ => false,
        };
        let grave = choices.iter().any(sealed) || self.is_flagged();
        self.remarks.truncate(remarks);
        grave
    }

    /// The audience to seal the case to, if it is restricted: by its categories, or because the form calls it sensitive.
    fn restrict(&mut self, case: &mut NewCase) -> Option<String> {
        let restricted = self.classify(case);
        let flagged = self.is_flagged();
        restricted.or_else(|| flagged.then(|| TRIAGE.to_owned()))
    }

    /// Whether the form calls the complaint sensitive, or says there what nobody understands.
    fn is_flagged(&mut self) -> bool {
        let mut flagged = false;
        for (column, cell) in self.told(Field::Sensitive) {
            // crosses and ticks are no letters; a dash stands for a blank
            let ticked = cell.contains(['✓', '✔', '☑', '☒', '×', '✗', '✘', '?', '؟']);
            match self.choice("sensitive", whole(cell)) {
                Choice::Code("no") | Choice::Open | Choice::Blank => {}
                Choice::Unknown if plain(cell).is_empty() && !ticked => {}
                Choice::Unknown if !ticked => {
                    flagged = true;
                    self.remark_at(column, RemarkCode::UnmappedValue, unmapped("sensitive", cell));
                }
                _ => flagged = true,
            }
        }
        flagged
    }

    /// Main and other categories; the audience to seal the case to, if it is restricted.
    fn classify(&mut self, case: &mut NewCase) -> Option<String> {
        let (mut codes, mut unknown, mut undecided) = (Vec::<String>::new(), Vec::<String>::new(), false);
        for choice in self.categories() {
            match self.choice("category", &choice) {
                Choice::Code(code) if codes.iter().any(|known| known == code) => {}
                Choice::Code(code) => codes.push(code.to_owned()),
                Choice::Open | Choice::Blank => undecided = true,
                Choice::Unknown => unknown.push(choice),
            }
        }
        if !unknown.is_empty() {
            undecided = true;
            let in_header = |choice: &&String| self.all.columns.options.iter().any(|(option, _)| option == *choice);
            let safe = unknown.iter().filter(|choice| in_header(choice) || !shown(choice).is_empty());
            let values = safe.map(String::as_str).collect::<Vec<_>>().join(" ");
            let mut args = unmapped("category", "");
            if !values.is_empty() {
                args.push(("value", values));
            }
            self.remark(Field::Categories, RemarkCode::UnmappedValue, args);
        }
        let taxonomy = self.all.taxonomy;
        let main = taxonomy.main_category(codes.iter().map(String::as_str)).map(|main| main.code.clone());
        let audience =
            |main| taxonomy.starting_audience(&case.channel, main, Capture::Imported).map(|a| a.code.clone());
        let mut restricted = audience(main.as_deref());
        case.category = main.clone();
        if undecided && restricted.is_none() {
            restricted = Some(TRIAGE.to_owned());
            case.category = None;
        }
        case.other_categories = codes.into_iter().filter(|code| case.category.as_ref() != Some(code)).collect();
        restricted
    }

    /// Where versions of the form have a column each and a row fills several, the strictest answer counts.
    fn consent(&mut self) -> Result<Consent, Refused> {
        let all = self.all;
        let mut found = Consent::NotAsked;
        for (column, cell) in all.columns.cells(self.cells, Field::Consent) {
            let one = match self.choice("consent", whole(cell)) {
                Choice::Code("given") => Consent::Given,
                Choice::Code("partial") => Consent::Partial,
                Choice::Code(_) => Consent::Refused,
                Choice::Blank | Choice::Open => Consent::NotAsked,
                Choice::Unknown => {
                    let args = unmapped("consent", cell);
                    return Err(self.about(all.columns.name_at(column), RemarkCode::UnmappedValue, args));
                }
            };
            found = found.max(one);
        }
        if found == Consent::Partial {
            self.remark(Field::Consent, RemarkCode::PartialConsent, Vec::new());
        }
        Ok(found)
    }

    fn consents(&mut self, case: &mut NewCase, consent: Consent) {
        let answers: &[(&str, &str)] = match consent {
            Consent::NotAsked => &[],
            Consent::Given => &[("record", "given")],
            Consent::Partial => {
                &[("record", "given"), ("refer_external", "refused"), ("share_identity_in_sensitive", "refused")]
            }
            Consent::Refused => &[("record", "refused")],
        };
        // where columns differ, who does not wish to be called is not
        let codes = self.codes("yes_no", Field::ContactBack);
        let mut contact = (!codes.is_empty()).then(|| codes.iter().all(|(_, _, code)| *code == "yes"));
        if consent == Consent::Refused {
            if contact == Some(true) {
                self.remark(Field::ContactBack, RemarkCode::ContactWithoutConsent, Vec::new());
            }
            contact = Some(false);
        }
        let contact = contact.map(|wished| ("contact_back", if wished { "given" } else { "refused" }));
        let answer = |&(purpose, answer): &(&str, &str)| ConsentAnswer {
            purpose: purpose.to_owned(),
            answer: answer.to_owned(),
            means: None,
        };
        case.consents = answers.iter().chain(&contact).map(answer).collect();
    }

    fn person(&mut self, case: &mut NewCase, consent: Consent) {
        let refused = consent == Consent::Refused;
        case.stakeholder = self.chosen("stakeholder", Field::Stakeholder);
        let anonymous = self.cell(Field::Stakeholder).to_lowercase().starts_with("anonym");
        case.anonymous = (refused || anonymous).then_some(true);
        case.sex = self.chosen("sex", Field::Sex);
        case.filer = (case.sex.as_deref() == Some("group")).then(|| "group".to_owned());

        self.age(case, refused);
        let answers = DISABILITY.map(|field| {
            let codes = self.codes_of_answers(field);
            codes.into_iter().max().unwrap_or(0)
        });
        case.disability = Some(self.all.taxonomy.disability_summary(answers).to_owned());
        case.disability_answers = (answers != [0; 6] && !refused).then_some(answers);
    }

    /// The age of the first column that holds one.
    fn age(&mut self, case: &mut NewCase, refused: bool) {
        let (mut age, mut first) = (None, None);
        for (column, told) in self.told(Field::Age) {
            first.get_or_insert(column);
            let years: Option<u32> = whole(told).parse().ok().filter(|years| (0..=AGE_MAX).contains(years));
            match (age, years) {
                (_, None) => {
                    self.leave(column, told);
                    self.remark_at(column, RemarkCode::BadAge, Vec::new());
                }
                (None, Some(_)) => (age, first) = (years, Some(column)),
                (Some(known), Some(years)) if known == years => {}
                _ => self.differs(first.unwrap_or(column), column, told),
            }
        }
        if first.is_some() {
            let band = age.map_or("unknown", |years| self.all.taxonomy.age_group_for(years));
            case.age_group = Some(band.to_owned());
            case.age = age.filter(|_| !refused);
        }
    }

    /// The answers to a question of the Washington Group: where columns differ, the greater difficulty counts.
    fn codes_of_answers(&mut self, field: Field) -> Vec<u8> {
        let mut answers = Vec::new();
        for (column, cell) in self.told(field) {
            match self.choice("wg", whole(cell)) {
                Choice::Code(value) => answers.extend(value.parse::<u8>()),
                Choice::Unknown => {
                    self.leave(column, cell);
                    self.remark_at(column, RemarkCode::BadAnswer, Vec::new());
                }
                Choice::Blank | Choice::Open => {}
            }
        }
        answers
    }

    /// Who it is: kept unless refused, and then said to be dropped.
    fn identity(&mut self, case: &mut NewCase, consent: Consent) {
        for field in [Field::Name, Field::Phone, Field::Household, Field::Card] {
            let mut kept: Vec<&str> = Vec::new();
            let said = if field == Field::Name { self.said_in(field) } else { self.told(field) };
            for (column, told) in said {
                if consent == Consent::Refused {
                    self.leave(column, told);
                    self.remark_at(column, RemarkCode::DroppedWithoutConsent, Vec::new());
                    continue;
                }
                // a household or a card may well be called 12E4
                let digits = match field {
                    Field::Name => false,
                    Field::Phone => lost_digits(told),
                    _ => told.contains("E+") && lost_digits(told),
                };
                if digits {
                    self.remark_at(column, RemarkCode::DigitsLost, Vec::new());
                    continue;
                }
                let told = if field == Field::Name { told } else { as_text(told) };
                if kept.contains(&told) {
                    continue;
                }
                if !kept.is_empty() {
                    self.joined.push(column);
                }
                kept.push(told);
            }
            let Some((first, others)) = kept.split_first() else { continue };
            let all = Some(Words(kept.join(" / ")));
            match field {
                Field::Name => case.reporter_name = all,
                Field::Phone => {
                    case.phone = Some(Words::from(*first));
                    case.alt_contact = (!others.is_empty()).then(|| Words(others.join(" / ")));
                }
                Field::Household => case.household_id = all,
                _ => case.card_no = all,
            }
        }
    }

    /// Codes of places are open; what is no code might be an address, so it goes to the personal place in words.
    fn place(&mut self, case: &mut NewCase) {
        let mut locality: Vec<&str> = Vec::new();
        for field in [Field::Admin1, Field::Admin2] {
            let mut code = None;
            for (column, cell) in self.told(field) {
                let known = self.own().find(OwnTable::Place, cell).map(|row| row.code.clone());
                if known.is_none() && !self.own().rows(OwnTable::Place).is_empty() {
                    self.unlisted.push((self.all.columns.name_at(column).to_owned(), cell.to_owned()));
                }
                match known.or_else(|| code_like(cell).map(str::to_lowercase)) {
                    Some(one) if code.as_ref().is_none_or(|known| *known == one) => code = Some(one),
                    _ => {
                        self.remark_at(column, RemarkCode::PlaceInWords, Vec::new());
                        locality.push(cell);
                    }
                }
            }
            match field {
                Field::Admin1 => case.admin1 = code,
                _ => case.admin2 = code,
            }
        }
        for (at, (column, cell)) in self.told(Field::Locality).into_iter().enumerate() {
            if at > 0 {
                self.joined.push(column);
            }
            locality.push(cell);
        }
        locality.retain(|part| !part.is_empty());
        case.locality = (!locality.is_empty()).then(|| Words::from(locality.join(", ")));
    }

    fn answer(&mut self, case: &mut NewCase) {
        let answered = self.chosen("yes_no", Field::Answered);
        let text = self.joined(Field::Answer, "\n");
        // where columns differ, the most cautious word counts
        let said = self.codes("satisfaction", Field::Satisfaction);
        let satisfaction = said.iter().filter_map(|(_, _, code)| Satisfaction::from_code(code)).max();
        let satisfaction = satisfaction.map(|value| value.code().to_owned());
        let told = text.is_some() || satisfaction.is_some();
        if told && answered.as_deref() == Some("no") {
            self.remark(Field::Answered, RemarkCode::AnswerContradicts, Vec::new());
        }
        case.answer = (told || answered.as_deref() == Some("yes")).then_some(GivenAnswer { text, satisfaction });
    }

    /// What the source calls closed, and not why: closed here where an answer stands.
    fn closing(&mut self, case: &mut NewCase, sealed: bool) {
        let codes = self.codes("status", Field::Status);
        let closed = !codes.is_empty() && codes.iter().all(|(_, _, code)| *code == "closed");
        if !closed {
            self.first_of(&codes);
            return;
        }
        let satisfaction = case.answer.as_ref().map(|answer| answer.satisfaction.clone());
        let satisfaction = satisfaction.as_ref().map(Option::as_deref);
        let received = case.received_at.map_or(0, |moment| self.all.options.zone.from_ms(moment));
        let ahead = self.all.options.now_ms.is_some_and(|now| received > now);
        match satisfaction {
            None => self.remark(Field::Status, RemarkCode::ClosedUnanswered, Vec::new()),
            // nobody closes unread what is sealed, nor over the word of a person who is not satisfied
            Some(said) if sealed || said == Some("not_satisfied") || ahead => {
                self.remark(Field::Status, RemarkCode::ClosedStaysOpen, Vec::new());
            }
            Some(Some("satisfied")) => {
                case.closed = Some(GivenClosing { reason: "satisfied".to_owned(), because: None });
            }
            Some(said) => {
                let because = self.all.options.closed_because.clone().filter(|_| said.is_none());
                case.closed = Some(GivenClosing { reason: "answered".to_owned(), because });
            }
        }
    }

    fn validation(&mut self) {
        if self.all.columns.meta(self.cells, Meta::Validation) == "validation_status_not_approved" {
            self.remarks.push(self.about("_validation_status", RemarkCode::NotApproved, Vec::new()));
        }
    }
}

/// A cell that has the shape of a code, and not that of a telephone or household number.
fn code_like(cell: &str) -> Option<&str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    (!cell.is_empty() && cell.len() <= 40 && cell.bytes().all(plain) && digits <= 4).then_some(cell)
}

/// Whether a value may be shown: see [`shown`].
pub(super) fn is_shown(cell: &str) -> bool {
    !shown(cell).is_empty()
}

/// A value for a message, if it is a form's code beyond doubt: people do not write underscores, and a shifted column or
/// a question answered in words would otherwise be repeated.
fn shown(cell: &str) -> Vec<(&'static str, String)> {
    code_like(cell).filter(|code| code.contains('_')).map(|code| ("value", code.to_owned())).into_iter().collect()
}

/// What a remark on an unknown choice says: the table of the mapping that would tell, and the value if it may be shown.
fn unmapped(table: &str, cell: &str) -> Vec<(&'static str, String)> {
    let mut args = vec![("table", table.to_owned())];
    args.extend(shown(cell));
    args
}

/// `27.0`: a whole number as some spreadsheets and scripts leave it where other rows are blank.
fn whole(cell: &str) -> &str {
    let stripped = cell.strip_suffix(".0").or_else(|| cell.strip_suffix(",0"));
    stripped.filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).unwrap_or(cell)
}

/// A number without what marks it as text for a spreadsheet: `'+509…`, `="+509…"`.
fn as_text(cell: &str) -> &str {
    let quoted = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    quoted.unwrap_or(cell).trim_start_matches('\'')
}

/// `2,2E+10`: what a spreadsheet makes of a telephone number.
fn lost_digits(phone: &str) -> bool {
    let phone = phone.to_ascii_uppercase();
    phone.split_once('E').is_some_and(|(number, power)| {
        let number = number.replace([',', '.'], "");
        let power = power.trim_start_matches('+');
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        digits(&number) && digits(power)
    })
}
