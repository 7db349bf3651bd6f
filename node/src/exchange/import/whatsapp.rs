//! Chats as WhatsApp exports them: text, a message a line or several, in the order and the signs of the telephone's language.
//!
//! ```text
//! 12/03/2026 09:14 - +235 66 00 00 01: Bonjour        Android
//! [12/03/2026 09:14:02] +235 66 00 00 01: Bonjour     iOS
//! 3/13/26, 2:14 PM - +235 66 00 00 01: Hello          another language
//! ```
//!
//! Nothing of a chat says in which order day and month stand: that is decided for the whole file, or asked. A message has no id.

use crdt_model::name::folded;
use crdt_model::time::Day;
use crdt_model::zone::Zone;

/// Longest name of a sender, bytes: what is longer is part of a text.
const SENDER_BYTES_MAX: usize = 128;
/// Messages of one file at most.
pub(in crate::exchange) const MESSAGES_MAX: usize = 200_000;

/// In which order day and month stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateOrder {
    /// `31/12/2026`
    DayFirst,
    /// `12/31/2026`
    MonthFirst,
}

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::exchange) struct Message {
    /// When it was sent, Unix milliseconds.
    pub(in crate::exchange) at_ms: i64,
    /// A number, or a name from the telephone's contacts.
    pub(in crate::exchange) sender: String,
    /// What it says; `None`: a picture, a voice, a file that did not come along.
    pub(in crate::exchange) text: Option<String>,
}

/// A chat as it was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::exchange) struct Chat {
    pub(in crate::exchange) messages: Vec<Message>,
    /// Notices of the program, and messages that were deleted.
    pub(in crate::exchange) skipped: usize,
}

/// Why a text is no chat that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exchange) enum NoChat {
    /// No line begins as messages do.
    NoMessage,
    /// Day and month could stand in either order.
    Order,
    /// More than [`MESSAGES_MAX`] messages.
    TooMany,
}

/// When a message was sent, as it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    date: [u32; 3],
    /// The year stands first.
    year_first: bool,
    /// German and Finnish dates, with dots: the day stands first.
    dotted: bool,
    hour: u32,
    minute: u32,
    second: u32,
}

/// A line without signs that nobody sees, with blanks and digits that everybody reads.
fn plain(line: &str) -> String {
    let unseen =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let one = |c: char| match c {
        '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
        '\u{660}'..='\u{669}' => digit(c, 0x660),
        '\u{6f0}'..='\u{6f9}' => digit(c, 0x6f0),
        c => c,
    };
    line.chars().filter(|c| !unseen(*c)).map(one).collect()
}

fn digit(c: char, zero: u32) -> char {
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

/// What is left of a line to be read.
struct Left<'l>(&'l str);

impl<'l> Left<'l> {
    fn number(&mut self, digits_max: usize) -> Option<(u32, usize)> {
        let len = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if len == 0 || len > digits_max {
            return None;
        }
        let (number, rest) = self.0.split_at(len);
        self.0 = rest;
        Some((number.parse().ok()?, len))
    }

    fn one_of(&mut self, signs: &[char]) -> Option<char> {
        let sign = self.0.chars().next().filter(|c| signs.contains(c))?;
        self.0 = &self.0[sign.len_utf8()..];
        Some(sign)
    }

    fn blanks(&mut self) {
        self.0 = self.0.trim_start_matches(' ');
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.0.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        if found {
            self.0 = &self.0[word.len()..];
        }
        found
    }

    fn rest(self) -> &'l str {
        self.0
    }
}

/// Words for the halves of the day, longer ones first: whether it is the second.
const HALVES: [(&str, bool); 10] = [
    ("a. m.", false),
    ("p. m.", true),
    ("a.m.", false),
    ("p.m.", true),
    ("a.m", false),
    ("p.m", true),
    ("am", false),
    ("pm", true),
    ("ص", false),
    ("م", true),
];

/// The stamp at the beginning of a line, and what follows it; the line is [`plain`].
fn stamp(line: &str) -> Option<(Stamp, &str)> {
    let mut left = Left(line);
    left.blanks();
    let bracket = left.one_of(&['[']).is_some();
    let (a, a_len) = left.number(4)?;
    let sign = left.one_of(&['/', '.', '-'])?;
    let (b, _) = left.number(2)?;
    left.one_of(&[sign])?;
    let (c, _) = left.number(4)?;
    left.one_of(&[',', '،']);
    left.blanks();
    if left.word("klo") {
        left.blanks();
    }
    let (hour, _) = left.number(2)?;
    let colon = left.one_of(&[':', '.'])?;
    let (minute, minute_len) = left.number(2)?;
    let second = if left.one_of(&[colon]).is_some() { left.number(2)?.0 } else { 0 };
    left.blanks();
    let half = HALVES.iter().find(|(word, _)| left.word(word)).map(|(_, second)| *second);
    if bracket {
        left.one_of(&[']'])?;
        left.blanks();
    } else {
        left.blanks();
        left.one_of(&['-', '–', '—'])?;
        left.one_of(&[' '])?;
    }
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(second_half) => hour % 12 + if second_half { 12 } else { 0 },
        None => hour,
    };
    let is_time = minute_len == 2 && hour < 24 && minute < 60 && second < 60;
    let stamp = Stamp { date: [a, b, c], year_first: a_len == 4, dotted: sign == '.', hour, minute, second };
    is_time.then_some((stamp, left.rest()))
}

impl Stamp {
    /// Day, month and year by an order.
    fn day(&self, order: DateOrder) -> Option<Day> {
        let [a, b, c] = self.date;
        let full = |year: u32| if year < 100 { 2000 + year } else { year };
        let (year, month, day) = match (self.year_first, self.dotted, order) {
            (true, ..) => (a, b, c),
            (_, true, _) | (_, _, DateOrder::DayFirst) => (full(c), b, a),
            (.., DateOrder::MonthFirst) => (full(c), a, b),
        };
        format!("{year:04}-{month:02}-{day:02}").parse().ok()
    }

    /// What a clock showed, as if it had been one of UTC.
    fn shown_ms(&self, order: DateOrder) -> Option<i64> {
        let clock = i64::from(self.hour * 3_600 + self.minute * 60 + self.second) * 1_000;
        Some(self.day(order)?.midnight_ms() + clock)
    }

    /// Whether the order matters to it.
    fn is_open(&self) -> bool {
        !self.year_first && !self.dotted && self.date[0] != self.date[1]
    }
}

/// The order in which day and month stand in all of them: the only one in which each is a day, or in which they come in the
/// order of time. `None`: either may be meant.
fn order_of(stamps: &[Stamp]) -> Option<DateOrder> {
    let may_be = |stamp: &Stamp| {
        [DateOrder::DayFirst, DateOrder::MonthFirst].iter().any(|order| stamp.shown_ms(*order).is_some())
    };
    let open: Vec<&Stamp> = stamps.iter().filter(|stamp| stamp.is_open() && may_be(stamp)).collect();
    if open.is_empty() {
        return Some(DateOrder::DayFirst);
    }
    let reads = |order: DateOrder| open.iter().map(|stamp| stamp.shown_ms(order)).collect::<Option<Vec<i64>>>();
    match (reads(DateOrder::DayFirst), reads(DateOrder::MonthFirst)) {
        (Some(_), None) => Some(DateOrder::DayFirst),
        (None, Some(_)) => Some(DateOrder::MonthFirst),
        (None, None) => None,
        (Some(day_first), Some(month_first)) => {
            let rises = |all: &[i64]| all.is_sorted();
            match (rises(&day_first), rises(&month_first)) {
                (true, false) => Some(DateOrder::DayFirst),
                (false, true) => Some(DateOrder::MonthFirst),
                _ => None,
            }
        }
    }
}

/// Notices of the program itself, folded, as they begin.
const NOTICES: [&str; 13] = [
    "les messages et les appels sont chiffres",
    "les messages et appels sont chiffres",
    "messages and calls are end-to-end encrypted",
    "messages to this chat and calls are",
    "messages to this group are",
    "los mensajes y las llamadas estan cifrados",
    "الرسائل والمكالمات مشفرة",
    "ce message a ete supprime",
    "vous avez supprime ce message",
    "this message was deleted",
    "you deleted this message",
    "se elimino este mensaje",
    "تم حذف هذه الرسالة",
];

/// Beginnings of notices and marks in languages that put the day first, folded.
const DAY_FIRST: [&str; 19] = [
    "les messages et",
    "ce message a ete",
    "vous avez supprime",
    "los mensajes y",
    "se elimino este",
    "الرسائل والمكالمات",
    "تم حذف",
    "<medias omis",
    "image absente",
    "video absente",
    "audio omis",
    "document manquant",
    "sticker omis",
    "gif retire",
    "fiche contact manquante",
    "<multimedia omitido",
    "imagen omitida",
    "audio omitido",
    "لم يتم ادراج",
];

/// What stands in the place of what did not come along, folded.
const MEDIA: [&str; 26] = [
    "<medias omis>",
    "<media omis>",
    "<media omitted>",
    "<multimedia omitido>",
    "<archivo omitido>",
    "<تم استبعاد الوسائط>",
    "image absente",
    "video absente",
    "audio omis",
    "document manquant",
    "sticker omis",
    "gif retire",
    "fiche contact manquante",
    "image omitted",
    "video omitted",
    "audio omitted",
    "document omitted",
    "sticker omitted",
    "gif omitted",
    "contact card omitted",
    "imagen omitida",
    "video omitido",
    "audio omitido",
    "documento omitido",
    "sticker omitido",
    "لم يتم ادراج",
];

/// Endings of a message that names a file, folded.
const ATTACHED: [&str; 4] = ["(file attached)", "(fichier joint)", "(archivo adjunto)", "(الملف مرفق)"];
/// Beginnings of one.
const ATTACHED_FIRST: [&str; 4] = ["<attached:", "<piece jointe", "<pièce jointe", "<adjunto:"];

fn is_media(text: &str) -> bool {
    let folded = folded(text);
    let is_named = ATTACHED.iter().any(|ending| folded.ends_with(ending))
        || ATTACHED_FIRST.iter().any(|head| folded.starts_with(head));
    // whoever wrote more than that wrote something
    let is_alone = |mark: &str| folded.starts_with(mark) && folded.chars().count() <= mark.chars().count() + 12;
    (is_named && !text.trim().contains('\n')) || MEDIA.iter().any(|mark| is_alone(mark))
}

/// The sender and the beginning of the text of what follows a stamp; `None`: a notice.
fn parted(rest: &str) -> Option<(&str, &str)> {
    let at = rest.find(": ").or_else(|| rest.ends_with(':').then(|| rest.len() - 1))?;
    let (sender, text) = (rest[..at].trim(), rest[at + 1..].trim());
    let sender = sender.trim_start_matches('~').trim();
    (!sender.is_empty() && sender.len() <= SENDER_BYTES_MAX).then_some((sender, text))
}

/// Reads a chat. What a clock showed is taken as of the zone. `order`: as somebody said; absent, as the file tells.
///
/// # Errors
///
/// See [`NoChat`].
pub(in crate::exchange) fn read(text: &str, order: Option<DateOrder>, zone: &Zone) -> Result<Chat, NoChat> {
    struct Raw {
        stamp: Stamp,
        sender: Option<String>,
        text: String,
        /// The whole line.
        line: String,
    }
    let mut raws: Vec<Raw> = Vec::new();
    for line in text.lines() {
        let line = plain(line);
        match stamp(&line) {
            Some((stamp, rest)) => {
                if raws.len() >= MESSAGES_MAX {
                    return Err(NoChat::TooMany);
                }
                let parted = parted(rest);
                let text = parted.map_or(rest, |(_, text)| text).to_owned();
                let sender = parted.map(|(sender, _)| sender.to_owned());
                raws.push(Raw { stamp, sender, text, line: line.clone() });
            }
            None => {
                // what stands before the first message is no message
                if let Some(last) = raws.last_mut() {
                    last.text.push('\n');
                    last.text.push_str(line.trim_end());
                }
            }
        }
    }
    let stamps: Vec<Stamp> = raws.iter().map(|raw| raw.stamp).collect();
    if stamps.is_empty() {
        return Err(NoChat::NoMessage);
    }
    // what the program itself wrote tells its language
    let by_language = || {
        let lower = |raw: &Raw| folded(raw.text.trim());
        let tells = raws.iter().map(lower).any(|text| DAY_FIRST.iter().any(|head| text.starts_with(head)));
        tells.then_some(DateOrder::DayFirst)
    };
    let order = order.or_else(|| order_of(&stamps)).or_else(by_language);
    let order = order.ok_or(NoChat::Order)?;
    let mut chat = Chat::default();
    for raw in raws {
        let text = raw.text.trim();
        let lower = folded(text);
        let is_notice = NOTICES.iter().any(|notice| lower.starts_with(notice));
        let shown_ms = raw.stamp.shown_ms(order);
        // what only looks like the beginning of a message is said by whoever wrote before
        if let (None, Some(last)) = (shown_ms, chat.messages.last_mut()) {
            let said = last.text.get_or_insert_default();
            said.push('\n');
            said.push_str(&raw.line);
            continue;
        }
        let (Some(sender), Some(shown_ms), false) = (raw.sender, shown_ms, is_notice) else {
            chat.skipped += 1;
            continue;
        };
        let text = if is_media(text) || text.is_empty() { None } else { Some(text.to_owned()) };
        chat.messages.push(Message { at_ms: zone.at_clock(shown_ms), sender, text });
    }
    Ok(chat)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(text: &str, order: Option<DateOrder>) -> Result<Chat, NoChat> {
        read(text, order, &Zone::UTC)
    }

    fn told(text: &str) -> Vec<(String, String, Option<String>)> {
        let chat = read_as(text, None).unwrap_or_else(|no| panic!("{no:?}: {text}"));
        let at = |ms: i64| crdt_model::values::moment::rfc3339(ms);
        chat.messages.into_iter().map(|message| (at(message.at_ms), message.sender, message.text)).collect()
    }

    #[test]
    fn a_message_is_read_in_the_signs_of_each_language() {
        for line in [
            "13/03/2026 14:05 - A: x",
            "13/03/2026, 14:05 - A: x",
            "[13/03/2026 14:05:00] A: x",
            "\u{200e}[13/03/2026 14:05:00] ~ A: \u{200e}x",
            "3/13/26, 2:05\u{202f}PM - A: x",
            "[3/13/26, 2:05:00\u{202f}PM] A: x",
            "2026-03-13 14:05 - A: x",
            "[2026/03/13, 14:05:00] A: x",
            "[13.3.2026, 14.05.00] A: x",
            "13.3.2026 klo 14.05.00 - A: x",
            "13/03/2026, 2:05 p.\u{a0}m. - A: x",
            "\u{200f}[١٣\u{200f}/٣\u{200f}/٢٠٢٦، ٢:٠٥:٠٠ م] A: x",
            "١٣/٣/٢٠٢٦, ٢:٠٥ م - A: x",
        ] {
            let expected = ("2026-03-13T14:05:00.000Z".to_owned(), "A".to_owned(), Some("x".to_owned()));
            let mut got = told(line);
            got[0].0 = got[0].0.replace("00Z", "00.000Z").replace(".000.000", ".000");
            assert_eq!(got, [expected], "{line}");
        }
    }

    #[test]
    fn lines_that_follow_belong_to_the_message_and_notices_are_none() {
        let text = "12/03/2026 08:59 - Les messages et les appels sont chiffrés de bout en bout.\n\
            13/03/2026 09:14 - +235 66 00 00 01: Bonjour\nle transfert : rien\n\n13h\n\
            13/03/2026 09:15 - +235 66 00 00 01: <Médias omis>\n\
            13/03/2026 09:16 - +235 66 00 00 01: Ce message a été supprimé\n\
            13/03/2026 09:17 - Rose a changé l'icône du groupe\n";
        let chat = read_as(text, None).expect("a chat");
        assert_eq!(chat.skipped, 3);
        let texts: Vec<Option<&str>> = chat.messages.iter().map(|message| message.text.as_deref()).collect();
        assert_eq!(texts, [Some("Bonjour\nle transfert : rien\n\n13h"), None]);
    }

    #[test]
    fn the_order_of_day_and_month_is_that_of_the_whole_file_or_asked() {
        assert_eq!(read_as("01/02/2026 09:00 - A: x\n", None), Err(NoChat::Order));
        assert_eq!(
            read_as("03/04/2026 09:00 - A: x\n04/03/2026 09:00 - A: y\n", None).map(|chat| chat.messages.len()),
            Ok(2)
        );
        // am and pm decide nothing
        assert_eq!(read_as("1/2/26, 9:00 AM - A: x\n", None), Err(NoChat::Order));
        let asked = |order| read_as("01/02/2026 09:00 - A: x\n", Some(order)).map(|chat| chat.messages[0].at_ms);
        assert_ne!(asked(DateOrder::DayFirst), asked(DateOrder::MonthFirst));
        assert_eq!(read_as("13/02/2026 09:00 - A: x\n02/13/2026 09:00 - A: y\n", None), Err(NoChat::Order));
    }

    #[test]
    fn what_is_no_chat_is_told_apart_from_one() {
        for text in [
            "",
            "Date,Contact,Text\n2026-03-01 09:00:00,+509,x\n",
            "12:30 - A: x",
            "{\"a\": 1}",
            "99/99/9999 99:99 - A: x",
        ] {
            assert!(matches!(read_as(text, None), Err(NoChat::NoMessage | NoChat::Order)), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "\\PC*", lines in proptest::collection::vec("[\\[0-9/.:, \u{200e}apmAPM٠-٩\\]-]{0,40}", 0..20)) {
            let _ = read_as(&text, None);
            let _ = read_as(&lines.join("\n"), Some(DateOrder::DayFirst));
        }
    }
}
