//! Messages that came by another program: a chat, a table of SMS, one from a gateway.
//!
//! A message joins the open case of whoever sent it, by the telephone, or begins a case that somebody classifies. What is grave
//! joins no ordinary case: it is sealed for those who decide. Each message has a key of its own, so a longer export of the same
//! chat adds what is new and nothing else, at whatever node it is taken in.
//!
//! ```text
//! key = 32 hexadecimal digits of BLAKE3 derive_key("boucle 2026 key of a message v1") over
//!       u64be length ‖ sender (last eight digits, or the name folded) ‖ i64be time ‖ u64be length ‖ text ‖ u64be how many alike came before
//! ```

use std::collections::{BTreeSet, HashMap, HashSet};

use crdt_model::edit::{Edit, GivenMessage, NewCase};
use crdt_model::name::{folded, phone_endings};
use crdt_model::roster::site_scope;
use crdt_model::sensitive_words::Topic;
use crdt_model::taxonomy::{Capabilities, KeptAs, TRIAGE};
use crdt_model::values::{Moment, Precision};
use serde_json::{Value as Json, json};

use super::import::sheet::Text;
use super::import::sms;
use super::import::whatsapp::{self, DateOrder, NoChat};
use super::import_run::{import_failure, known_ids, read_file};
use crate::error::Failure;
use crate::list::{self, ExternalId, external_id, search};
use crate::log::{Log, Reader, Shared};
use crate::members;
use crate::reply::{Progress, Reply};
use crate::texts::Texts;
use crate::writes::{self, SealOptions, sensitive_words};

/// Messages of one person with less than this between two are told together, milliseconds.
const TOGETHER_MS: i64 = crate::clock::DAY_MS;
/// Messages told together, at most.
const TOGETHER_MAX: usize = 50;
/// Bytes of what is told together, at most.
const TOGETHER_BYTES_MAX: usize = 24 * 1024;
/// Digits that make a sender a telephone.
const PHONE_LEN_MIN: usize = 6;
/// Cases of a sender that are looked at.
const LOOKED_AT: u64 = 20;
/// Senders that are named where it is asked which of them is ours.
const NAMED_MAX: usize = 9;
/// The type of a case that begins with a message.
const TYPE: &str = "concern";

/// What `import --as whatsapp|sms` was asked for.
pub(crate) struct MessagesRequest<'a> {
    pub(crate) path: &'a str,
    pub(crate) format: &'a str,
    /// Names or numbers of ours; a dash: none is.
    pub(crate) own: &'a [String],
    /// `dmy` or `mdy`.
    pub(crate) dates: Option<&'a str>,
    pub(crate) encoding: Option<&'a str>,
    pub(crate) dry_run: bool,
    pub(crate) lang: &'a str,
}

/// One message, whatever brought it.
#[derive(Clone)]
struct Incoming {
    sender: String,
    at_ms: i64,
    text: Option<String>,
    outward: bool,
    key: String,
}

/// Messages of one person and of one time.
struct Group {
    sender: String,
    messages: Vec<Incoming>,
}

/// What became of messages.
#[derive(Default)]
struct Tally {
    created: usize,
    joined: usize,
    unchanged: usize,
    skipped: usize,
    sealed: usize,
    /// Of the last: reference, case id, whether it joined.
    last: Option<(String, Json, bool, bool)>,
}

fn is_phone(sender: &str) -> bool {
    let digits = sender.chars().filter(|c| c.is_numeric()).count();
    digits >= PHONE_LEN_MIN && !sender.chars().any(char::is_alphabetic)
}

/// What a sender is known by.
fn known_as(sender: &str) -> String {
    match phone_endings(sender).into_iter().next().filter(|_| is_phone(sender)) {
        Some(ending) => ending,
        None => folded(sender),
    }
}

fn same_sender(a: &str, b: &str) -> bool {
    known_as(a) == known_as(b)
}

/// Gives each message the key that tells it from all others.
fn keyed(messages: Vec<(String, i64, Option<String>, bool)>) -> Vec<Incoming> {
    let mut alike: HashMap<String, u64> = HashMap::new();
    let key_of = |sender: &str, at_ms: i64, text: &str, before: u64| {
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 key of a message v1");
        for (part, after) in [(known_as(sender), at_ms.to_be_bytes()), (text.to_owned(), before.to_be_bytes())] {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes()).update(&after);
        }
        hasher.finalize().to_hex()[..32].to_owned()
    };
    let keyed = messages.into_iter().map(|(sender, at_ms, text, outward)| {
        let said = text.as_deref().unwrap_or_default();
        let before = alike.entry(key_of(&sender, at_ms, said, 0)).or_default();
        let key = key_of(&sender, at_ms, said, *before);
        *before += 1;
        Incoming { sender, at_ms, text, outward, key }
    });
    keyed.collect()
}

/// Messages told together: of one person, with less than a day between two.
fn grouped(messages: Vec<Incoming>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut newest: HashMap<String, usize> = HashMap::new();
    for message in messages {
        let name = known_as(&message.sender);
        let fits = |group: &Group| {
            let bytes: usize = group.messages.iter().map(|m| m.text.as_ref().map_or(0, String::len) + 1).sum();
            let last = group.messages.last().map_or(i64::MIN, |last| last.at_ms);
            group.messages.len() < TOGETHER_MAX
                && bytes < TOGETHER_BYTES_MAX
                && message.at_ms.saturating_sub(last) <= TOGETHER_MS
        };
        match newest.get(&name).copied().filter(|at| fits(&groups[*at])) {
            Some(at) => groups[at].messages.push(message),
            None => {
                newest.insert(name, groups.len());
                groups.push(Group { sender: message.sender.clone(), messages: vec![message] });
            }
        }
    }
    groups
}

fn order(dates: Option<&str>) -> Result<Option<DateOrder>, Failure> {
    Ok(match dates {
        None => None,
        Some("dmy") => Some(DateOrder::DayFirst),
        Some("mdy") => Some(DateOrder::MonthFirst),
        Some(_) => return Err(Failure::new("bad_value").arg("field", "--dates").arg("expected", "dmy, mdy")),
    })
}

/// Takes messages of a file in. Reply: as of other imports, in messages: `{"rows", "created", "updated", "unchanged", "skipped",
/// "rejected", "sealed", "duplicates_proposed", "warnings", "dry_run"}`; `updated`: those that joined a case that was there.
///
/// # Errors
///
/// `no_messages`, `dates_either_way`, `own_not_said`; what makes a file unreadable; who may not record.
pub(crate) fn import(
    log: &Log,
    reader: &mut Reader,
    request: &MessagesRequest<'_>,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Reply {
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let site = members::own_site(&shared, &reader.member());
    let zone = shared.zone_at(&site_scope(&log.org, &site));
    let order = order(request.dates)?;
    let bytes = read_file(request.path)?;
    let text = Text::decode(&bytes, request.encoding).map_err(|error| import_failure(&error, request.path))?;
    let no_chat = |no: NoChat| {
        let code = match no {
            NoChat::NoMessage => "no_messages",
            NoChat::Order => "dates_either_way",
            NoChat::TooMany => "too_many_rows",
        };
        let failure = Failure::new(code).arg("file", request.path).at("file", request.path);
        failure.arg("format", request.format)
    };
    let (messages, skipped, unread) = match request.format {
        "whatsapp" => {
            let chat = whatsapp::read(text.whole(), order, &zone).map_err(no_chat)?;
            let ours = ours_of(&chat.messages, request.own)?;
            (with_partners(chat.messages, &ours), chat.skipped, 0)
        }
        _ => {
            let sms = sms::read(&text, order, &zone).map_err(no_chat)?;
            let messages = sms.chat.messages.into_iter().zip(sms.outward);
            let messages = messages.map(|(message, outward)| (message.sender, message.at_ms, message.text, outward));
            (messages.collect(), 0, sms.unread.len())
        }
    };
    let rows = messages.len();
    let mut keyed = keyed(messages);
    keyed.sort_by_key(|message| message.at_ms);
    let groups = grouped(keyed);
    let mut tally = Tally { skipped, ..Tally::default() };
    let mut known = known_ids(log, &shared, reader)?;
    let total = groups.len() as u64;
    for (group, done) in groups.into_iter().zip(0..) {
        on_progress(Progress { what: "messages".into(), done, total: Some(total) });
        take_in(log, reader, request.format, &group, &mut known, (request.dry_run, request.lang), now_ms, &mut tally)?;
    }
    Ok(json!({
        "batch": null, "rows": rows + skipped + unread, "created": tally.created, "updated": tally.joined,
        "unchanged": tally.unchanged, "skipped": tally.skipped, "rejected": unread, "sealed": tally.sealed, "held": 0,
        "set_aside": [], "duplicates_proposed": 0, "duplicates": [], "warnings": [], "errors": [], "not_listed": 0,
        "dry_run": request.dry_run, "sensitive_words": [], "sensitive_words_more": 0, "ignored_columns": [], "ignored": [],
        "messages": true,
    }))
}

/// Which senders of a chat are ours: those that were named; where none was, nobody, if nobody could be.
fn ours_of(messages: &[whatsapp::Message], own: &[String]) -> Result<BTreeSet<String>, Failure> {
    let senders: BTreeSet<&str> = messages.iter().map(|message| message.sender.as_str()).collect();
    if own.iter().any(|own| own.trim() == "-") {
        return Ok(BTreeSet::new());
    }
    if own.is_empty() {
        let named: Vec<&str> = senders.iter().copied().filter(|sender| !is_phone(sender)).collect();
        // one person alone, or numbers alone: nobody of ours is among them by a name
        if named.is_empty() || senders.len() == 1 {
            return Ok(BTreeSet::new());
        }
        let names = named.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join("\n");
        return Err(Failure::new("own_not_said").arg("senders", senders.len()).arg("names", names));
    }
    let ours = senders.into_iter().filter(|sender| own.iter().any(|own| same_sender(own, sender)));
    Ok(ours.map(str::to_owned).collect())
}

/// Messages with the person they are of: ours are of whom they were written to, as far as the chat tells.
fn with_partners(
    messages: Vec<whatsapp::Message>,
    ours: &BTreeSet<String>,
) -> Vec<(String, i64, Option<String>, bool)> {
    let first = messages.iter().map(|message| &message.sender).find(|sender| !ours.contains(*sender)).cloned();
    let mut partner = first.unwrap_or_default();
    let mut all = Vec::with_capacity(messages.len());
    for message in messages {
        let is_ours = ours.contains(&message.sender);
        if !is_ours {
            partner.clone_from(&message.sender);
        }
        all.push((partner.clone(), message.at_ms, message.text, is_ours));
    }
    all
}

/// Takes one message in, as a gateway brings it. Reply: `{"ref", "case_id", "joined", "known", "sealed"}`.
///
/// # Errors
///
/// No number or no words; who may not record; when the store cannot be written.
pub(crate) fn intake(
    log: &Log,
    reader: &mut Reader,
    (channel, from, text): (&str, &str, &str),
    (at_ms, lang): (Option<i64>, &str),
    now_ms: i64,
) -> Reply {
    members::require(&log.shared(), &reader.member(), Capabilities::INTAKE)?;
    let from = from.trim();
    if from.is_empty() || text.trim().is_empty() {
        let missing = if from.is_empty() { "--from" } else { "text" };
        return Err(Failure::new("usage_missing").arg("missing", missing));
    }
    let message = (from.to_owned(), at_ms.unwrap_or(now_ms), Some(text.trim().to_owned()), false);
    let group = Group { sender: from.to_owned(), messages: keyed(vec![message]) };
    let mut tally = Tally::default();
    let mut known = known_ids(log, &log.shared(), reader)?;
    take_in(log, reader, channel, &group, &mut known, (false, lang), now_ms, &mut tally)?;
    let (reference, case_id, joined, sealed) = tally.last.unwrap_or_default();
    Ok(json!({
        "ref": Some(reference).filter(|mark| !mark.is_empty()), "case_id": case_id, "joined": joined,
        "known": tally.unchanged > 0, "sealed": sealed,
    }))
}

/// What of a group is new joins a case, or begins one.
#[expect(clippy::too_many_arguments, reason = "a group, what is known already and what is counted")]
fn take_in(
    log: &Log,
    reader: &mut Reader,
    channel: &str,
    group: &Group,
    known: &mut HashSet<ExternalId>,
    (dry_run, lang): (bool, &str),
    now_ms: i64,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let shared = log.shared();
    let fresh: Vec<&Incoming> =
        group.messages.iter().filter(|message| known.insert(external_id(channel, &message.key))).collect();
    tally.unchanged += group.messages.len() - fresh.len();
    let (outward, inward): (Vec<&Incoming>, Vec<&Incoming>) = fresh.into_iter().partition(|message| message.outward);
    let said = words_of(&inward, lang);
    let list = sensitive_words::word_list(log)?;
    let found = sensitive_words::look(&list, [("text", said.as_str())]);
    let grave = found.topics().any(|(_, topic)| matches!(topic, Topic::Sea | Topic::Child));
    let mut case = match grave {
        true => None,
        false => open_case(log, &shared, reader, channel, &group.sender, now_ms)?,
    };
    if dry_run {
        match &case {
            Some(_) => tally.joined += inward.len(),
            None => tally.created += usize::from(!inward.is_empty()),
        }
        return Ok(());
    }
    if !inward.is_empty() {
        let joined = match &case {
            Some(case) => add(log, reader, case, channel, true, &inward, lang, now_ms)?,
            None => false,
        };
        if joined {
            tally.joined += inward.len();
            let reference = case.clone().unwrap_or_default();
            tally.last = Some((reference, Json::Null, true, false));
        } else {
            let made = begin(log, reader, channel, &group.sender, &inward, (grave, said), now_ms)?;
            tally.created += 1;
            tally.sealed += usize::from(made["restricted"] == true);
            case = made["ref"].as_str().filter(|_| made["restricted"] != true).map(str::to_owned);
            let reference = made["ref"].as_str().unwrap_or_default().to_owned();
            tally.last = Some((reference, made["case_id"].clone(), false, made["restricted"] == true));
        }
    }
    if !outward.is_empty() {
        // what was written to somebody of whom nothing is kept belongs nowhere
        let added = match &case {
            Some(case) => add(log, reader, case, channel, false, &outward, lang, now_ms)?,
            None => false,
        };
        match added {
            true => tally.joined += outward.len(),
            false => tally.skipped += outward.len(),
        }
    }
    Ok(())
}

/// What messages say, a line each; what did not come along has a mark in its place.
fn words_of(messages: &[&Incoming], lang: &str) -> String {
    let texts = Texts::for_lang(lang);
    let one = |message: &&Incoming| message.text.clone().unwrap_or_else(|| texts.get("message-media").into_owned());
    messages.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// The newest open case of a sender that is ordinary and read here: by the telephone; by a name alone only where the case
/// itself came by this channel.
fn open_case(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    channel: &str,
    sender: &str,
    now_ms: i64,
) -> Result<Option<String>, Failure> {
    let by = if is_phone(sender) { "phone" } else { "name" };
    if sender.trim().is_empty() {
        return Ok(None);
    }
    let found = search::find(log, shared, reader, sender, Some(LOOKED_AT), now_ms)?;
    let fits = |row: &&Json| {
        let is_open = !matches!(row["status"].as_str(), Some("closed" | "restricted") | None);
        is_open
            && row["by"] == by
            && row["restricted"] != true
            && shared.taxonomy.kept_as(row["type"].as_str()) == KeptAs::Case
    };
    for row in found.as_array().into_iter().flatten().filter(fits) {
        let Some(reference) = row["ref"].as_str() else { continue };
        if by == "phone" {
            return Ok(Some(reference.to_owned()));
        }
        let loaded = list::find_case(log, shared, reader, reference)?;
        let view = loaded.view(now_ms);
        let is_theirs = view.text("reporter_name").is_some_and(|name| folded(name) == folded(sender));
        let came_so =
            view.list("external_ids").iter().any(|id| id.split_once(':').is_some_and(|(of, _)| of == channel));
        if is_theirs && came_so {
            return Ok(Some(reference.to_owned()));
        }
    }
    Ok(None)
}

/// Adds messages to a case; false where the case takes none from here.
#[expect(clippy::too_many_arguments, reason = "a case, what is added and how")]
fn add(
    log: &Log,
    reader: &mut Reader,
    case: &str,
    channel: &str,
    inward: bool,
    messages: &[&Incoming],
    lang: &str,
    now_ms: i64,
) -> Result<bool, Failure> {
    let edit = Edit::Message(GivenMessage {
        channel: channel.to_owned(),
        inward,
        at_ms: messages.first().map_or(now_ms, |first| first.at_ms),
        text: words_of(messages, lang).into(),
        keys: messages.iter().map(|message| message.key.clone()).collect(),
    });
    match writes::act(log, reader, case, &edit, now_ms) {
        Ok(_) => Ok(true),
        Err(failure) if matches!(failure.code, "case_not_read" | "outside_audience" | "not_permitted" | "too_many") => {
            Ok(false)
        }
        Err(failure) => Err(failure),
    }
}

/// Begins a case with messages: for somebody to classify; what is grave for those alone who decide.
fn begin(
    log: &Log,
    reader: &mut Reader,
    channel: &str,
    sender: &str,
    messages: &[&Incoming],
    (grave, said): (bool, String),
    now_ms: i64,
) -> Reply {
    let at_ms = messages.first().map_or(now_ms, |first| first.at_ms);
    let (phone, name) = if is_phone(sender) { (Some(sender.into()), None) } else { (None, Some(sender.into())) };
    let case = NewCase {
        case_type: TYPE.to_owned(),
        channel: channel.to_owned(),
        phone,
        reporter_name: name,
        text: Some(said.into()),
        received_at: Some(Moment { at_ms, precision: Precision::Minute }),
        external_ids: messages.iter().map(|message| (channel.to_owned(), message.key.clone())).collect(),
        ..NewCase::default()
    };
    let seal = match grave {
        true => SealOptions { audience: Some(TRIAGE.to_owned()), recuse: Some(Vec::new()), ..SealOptions::default() },
        false => SealOptions::default(),
    };
    writes::case_new_with(log, reader, case, &seal, now_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(sender: &str, at_ms: i64, text: &str) -> (String, i64, Option<String>, bool) {
        (sender.to_owned(), at_ms, Some(text.to_owned()), false)
    }

    #[test]
    fn a_message_has_one_key_in_whatever_form_its_number_is_and_two_alike_have_two() {
        let keys = |messages: Vec<_>| keyed(messages).into_iter().map(|message| message.key).collect::<Vec<_>>();
        let one = keys(vec![message("+235 66 00 00 01", 5, "x"), message("+235 66 00 00 01", 5, "x")]);
        assert_ne!(one[0], one[1]);
        assert_eq!(keys(vec![message("0023566000001", 5, "x")]), one[..1]);
        for other in [
            message("+235 66 00 00 02", 5, "x"),
            message("+235 66 00 00 01", 6, "x"),
            message("+235 66 00 00 01", 5, "y"),
        ] {
            assert!(!one.contains(&keys(vec![other])[0]));
        }
        assert_eq!(one[0].len(), 32);
    }

    #[test]
    fn messages_of_one_day_are_told_together_and_each_person_apart() {
        let hour = 3_600_000;
        let all = keyed(vec![
            message("+23566000001", 0, "a"),
            message("+23566000002", hour, "b"),
            message("0023566000001", 2 * hour, "c"),
            message("+23566000001", 40 * hour, "d"),
        ]);
        let told: Vec<usize> = grouped(all).iter().map(|group| group.messages.len()).collect();
        assert_eq!(told, [2, 1, 1]);
    }

    #[test]
    fn whose_words_they_are_is_asked_where_the_chat_does_not_tell() {
        let of = |senders: &[&str]| -> Vec<whatsapp::Message> {
            senders
                .iter()
                .map(|sender| whatsapp::Message { at_ms: 0, sender: (*sender).to_owned(), text: None })
                .collect()
        };
        let ours = |senders: &[&str], own: &[&str]| {
            let own: Vec<String> = own.iter().map(|own| (*own).to_owned()).collect();
            ours_of(&of(senders), &own).map_err(|failure| failure.code)
        };
        assert_eq!(ours(&["+23566000001", "CFM"], &[]), Err("own_not_said"));
        assert_eq!(ours(&["+23566000001", "CFM"], &["cfm"]), Ok(BTreeSet::from(["CFM".to_owned()])));
        assert_eq!(ours(&["+23566000001", "+23566000002"], &[]), Ok(BTreeSet::new()));
        assert_eq!(ours(&["Awa", "CFM"], &["-"]), Ok(BTreeSet::new()));
    }
}
