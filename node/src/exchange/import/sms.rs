//! Messages as gateways and telephones export them: a table with a time, a number, a text, and which way each went.

use crdt_model::name::folded;
use crdt_model::zone::Zone;

use super::kobo::when::{self, DayOrder, Orders};
use super::sheet::Text;
use super::whatsapp::{Chat, DateOrder, MESSAGES_MAX, Message, NoChat};

/// What a column is called, folded: the first column that fits.
const TIME: &[&str] =
    &["date", "time", "received", "sent", "created", "horodatage", "heure", "timestamp", "readable_date"];
const FROM: &[&str] =
    &["from", "sender", "phone", "number", "contact", "msisdn", "urn", "address", "numero", "expediteur", "de"];
const TEXT: &[&str] = &["text", "message", "body", "content", "texte", "contenu"];
const WAY: &[&str] = &["direction", "type", "folder", "sens"];

/// What stands there of a message that came to us, folded.
const INWARD: &[&str] = &["in", "incoming", "received", "inbox", "entrant", "recu", "mo", "1"];
/// What stands there of one that went out.
const OUTWARD: &[&str] = &["out", "outgoing", "sent", "outbox", "sortant", "envoye", "mt", "2"];

/// Messages of a table, and those of ours among them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::exchange) struct Sms {
    pub(in crate::exchange) chat: Chat,
    /// For each message whether it went out.
    pub(in crate::exchange) outward: Vec<bool>,
    /// Lines whose time or number could not be read.
    pub(in crate::exchange) unread: Vec<u64>,
}

/// Reads a table of messages.
///
/// # Errors
///
/// [`NoChat::NoMessage`] where a time, a number or a text has no column; [`NoChat::Order`] where dates could be read in either
/// order.
pub(in crate::exchange) fn read(text: &Text<'_>, order: Option<DateOrder>, zone: &Zone) -> Result<Sms, NoChat> {
    let mut records = text.records();
    if !records.advance() {
        return Err(NoChat::NoMessage);
    }
    let titles: Vec<String> = records.iter().map(folded).collect();
    let whole = |words: &[&str]| titles.iter().position(|title| words.contains(&title.as_str()));
    let begins =
        |words: &[&str]| titles.iter().position(|title| title.split([' ', '_', '-']).any(|part| words.contains(&part)));
    let column = |words: &[&str]| words.iter().find_map(|word| whole(&[*word])).or_else(|| begins(words));
    let (Some(time), Some(from), Some(body)) = (column(TIME), column(FROM), column(TEXT)) else {
        return Err(NoChat::NoMessage);
    };
    let way = column(WAY);
    let mut rows: Vec<(u64, String, String, String, String)> = Vec::new();
    let mut orders = Orders::default();
    while records.advance() {
        if records.is_blank() {
            continue;
        }
        if rows.len() >= MESSAGES_MAX {
            return Err(NoChat::TooMany);
        }
        let cell = |at: usize| records.cell(at).trim().to_owned();
        orders.look_at(&cell(time));
        rows.push((records.line(), cell(time), cell(from), cell(body), way.map(cell).unwrap_or_default()));
    }
    let told = order.map(|order| match order {
        DateOrder::DayFirst => DayOrder::DayFirst,
        DateOrder::MonthFirst => DayOrder::MonthFirst,
    });
    let order = told.or_else(|| orders.decided());
    let mut sms = Sms::default();
    for (line, time, from, body, way) in rows {
        let from = from.trim_start_matches('\'').trim_start_matches("tel:").trim().to_owned();
        let Some(when) = when::read(&time, order, zone) else {
            // a time that only waits for its order is asked for, for all of them
            if when::read(&time, Some(DayOrder::DayFirst), zone).is_some() {
                return Err(NoChat::Order);
            }
            sms.unread.push(line);
            continue;
        };
        if from.is_empty() {
            sms.unread.push(line);
            continue;
        }
        let way = folded(&way);
        let outward = OUTWARD.contains(&way.as_str()) && !INWARD.contains(&way.as_str());
        let text = Some(body).filter(|body| !body.is_empty());
        sms.chat.messages.push(Message { at_ms: when.at.unix_ms(), sender: from, text });
        sms.outward.push(outward);
    }
    Ok(sms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Sms, NoChat> {
        let text = Text::decode(text.as_bytes(), None).expect("text");
        read(&text, None, &Zone::UTC)
    }

    #[test]
    fn the_columns_of_a_gateway_are_found_by_their_names() {
        let rapidpro = "Date,Contact,Contact Type,Name,Contact UUID,Direction,Text,Labels,Status\n\
            2026-03-01 09:00:00,+50900000000,tel,,x,Incoming,Bonjour,Plainte,Handled\n\
            2026-03-01 09:05:00,+50900000000,tel,,x,Outgoing,Merci,,Sent\n";
        let sms = read_text(rapidpro).expect("messages");
        let told: Vec<(&str, Option<&str>)> =
            sms.chat.messages.iter().map(|message| (message.sender.as_str(), message.text.as_deref())).collect();
        assert_eq!(told, [("+50900000000", Some("Bonjour")), ("+50900000000", Some("Merci"))]);
        assert_eq!(sms.outward, [false, true]);
        let french = "Horodatage;Expéditeur;Message\r\n13/03/2026 09:00;66000001;Bonjour\r\nhier;66000002;x\r\n";
        let sms = read_text(french).expect("messages");
        assert_eq!((sms.chat.messages.len(), sms.unread), (1, vec![3]));
        assert_eq!(read_text("a;b\r\n1;2\r\n").map(|_| ()), Err(NoChat::NoMessage));
        assert_eq!(read_text("date;from;text\r\n01/02/2026 09:00;66000001;x\r\n").map(|_| ()), Err(NoChat::Order));
    }
}
