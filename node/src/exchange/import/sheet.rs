//! Bytes of a CSV file as text, its separator, its records.
//!
//! ```text
//! bytes ─ Text::decode ─ text, encoding ─ Records ─ one record at a time: cells, line
//! ```
//! A file may be large and is often damaged, so records are read one by one and nothing but the text is kept; and what is
//! wrong with one record must not take others with it: a quote astray swallows the lines up to the next quote, and
//! [`Records`] gives those lines back that are rows of their own.

use std::borrow::Cow;

use serde::Serialize;

use super::letters;
use super::{COLUMNS_MAX, FILE_BYTES_MAX, ImportError};

/// How the text was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, with or without its mark.
    Utf8,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Windows-1252: what is no UTF-8 and has no mark.
    Windows1252,
    /// Windows-1256, the table of Arabic: told by its runs of letters, or asked for.
    Windows1256,
    /// Another, asked for by this name.
    Named(&'static str),
}

impl Encoding {
    /// What a reply calls it.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Named(name) => name.to_owned(),
            known => format!("{known:?}"),
        }
    }

    /// The encoding of a label (`utf-8`, `windows-1256`, `latin1`…), as the web knows labels.
    fn of(found: &'static encoding_rs::Encoding) -> Self {
        match found.name() {
            "UTF-8" => Self::Utf8,
            "UTF-16LE" => Self::Utf16Le,
            "UTF-16BE" => Self::Utf16Be,
            "windows-1252" => Self::Windows1252,
            "windows-1256" => Self::Windows1256,
            name => Self::Named(name),
        }
    }
}

/// What separates the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Separator {
    /// `;`
    Semicolon,
    /// `,`
    Comma,
    /// The tabulator.
    Tab,
    /// `|`
    Pipe,
}

impl Separator {
    const ALL: [Self; 4] = [Self::Semicolon, Self::Comma, Self::Tab, Self::Pipe];

    /// The character.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Semicolon => b';',
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// A file as text.
pub(in crate::exchange) struct Text<'b> {
    text: Cow<'b, str>,
    pub(in crate::exchange) encoding: Encoding,
    /// Characters that could not be read as the rest was, and were read otherwise or replaced.
    pub(in crate::exchange) repaired: usize,
    /// Places where a word holds what no word holds: read by the wrong table of characters, most likely.
    pub(in crate::exchange) garbled: usize,
    pub(in crate::exchange) separator: Separator,
    /// Where the first line of cells begins, and lines before it.
    body: (usize, u64),
}

impl<'b> Text<'b> {
    /// Reads the bytes as `asked`, a label of an encoding, or finds out how they are encoded.
    pub(in crate::exchange) fn decode(bytes: &'b [u8], asked: Option<&str>) -> Result<Self, ImportError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(ImportError::TooLarge { found: bytes.len() });
        }
        let (text, encoding, repaired) = match asked {
            None => decode(bytes)?,
            Some(label) => decode_as(bytes, label)?,
        };
        let mut garbled = garbled(&text, encoding);
        if asked.is_none() {
            match letters::misread(&text) {
                letters::Doubt::None => {}
                letters::Doubt::Places(n) => garbled += n,
                letters::Doubt::Whole => return Err(ImportError::TextLooksWrong),
            }
        }
        let (body, told) = separator_line(&text);
        let separator = told.unwrap_or_else(|| detect(&text[body.0..]));
        Ok(Self { text, encoding, repaired, garbled, separator, body })
    }

    /// All of it.
    pub(in crate::exchange) fn whole(&self) -> &str {
        &self.text
    }

    /// Its records from the first, the header.
    pub(in crate::exchange) fn records(&self) -> Records<'_> {
        let (at, lines) = self.body;
        Records {
            text: &self.text,
            separator: self.separator,
            reader: reader(self.separator, &self.text.as_bytes()[at..]),
            base: at,
            lines: Lines { text: &self.text, byte: at, line: 1 + lines },
            record: csv::StringRecord::new(),
            line: 0,
            width: 0,
            tries: 0,
            torn: false,
            astray: false,
            nul: self.text.contains('\0'),
        }
    }
}

fn reader(separator: Separator, bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(separator.byte()).has_headers(false).flexible(true).from_reader(bytes)
}

/// The records of a text, one at a time. A record may span several lines of the file.
pub(in crate::exchange) struct Records<'t> {
    text: &'t str,
    separator: Separator,
    reader: csv::Reader<&'t [u8]>,
    /// Where in the text the reader began.
    base: usize,
    lines: Lines<'t>,
    record: csv::StringRecord,
    line: u64,
    width: usize,
    tries: usize,
    torn: bool,
    astray: bool,
    /// Whether the text holds NULs at all.
    nul: bool,
}

impl Records<'_> {
    /// Longest record that is tried again from the middle of a damaged one, bytes.
    const RETRY_BYTES: usize = 64 << 10;
    /// Most such tries in a file.
    const TRIES_MAX: usize = 10_000;

    /// Goes on to the next record that has a cell; false at the end.
    pub(in crate::exchange) fn advance(&mut self) -> bool {
        loop {
            match self.reader.read_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => return false,
                // The input is valid UTF-8 in memory and records may have any length: nothing is left to go wrong.
                Err(_) => continue,
            }
            let start = self.base + position(self.record.position());
            let end = self.base + position(Some(self.reader.position()));
            self.line = self.lines.at(start);
            let start = self.lines.byte.min(end);
            self.torn = false;
            self.astray = self.width > 0 && self.record.len() != self.width && self.quote_astray(start, end);
            if self.width > 0
                && (!fits(self.record.len(), self.width, |at| self.record[at].trim().is_empty())
                    || self.closes_astray(start, end))
                && let Some(at) = self.row_within(start, end)
            {
                self.torn = true;
                self.base = at;
                self.reader = reader(self.separator, &self.text.as_bytes()[at..]);
            }
            return true;
        }
    }

    /// Cells that a record shall have, once the header is known: records of another width are looked through for rows
    /// that a quote astray swallowed.
    pub(in crate::exchange) fn expect_width(&mut self, width: usize) {
        self.width = width;
    }

    /// The line of the file the record starts on, from 1.
    pub(in crate::exchange) fn line(&self) -> u64 {
        self.line
    }

    /// Whether a quote astray made it swallow rows, which follow as records of their own.
    pub(in crate::exchange) fn torn(&self) -> bool {
        self.torn
    }

    /// Whether it has another number of cells than the header, and a quote that ends no cell.
    pub(in crate::exchange) fn astray(&self) -> bool {
        self.astray
    }

    /// How many cells it has.
    pub(in crate::exchange) fn len(&self) -> usize {
        self.record.len()
    }

    /// Whether every cell is blank.
    pub(in crate::exchange) fn is_blank(&self) -> bool {
        self.record.iter().all(is_blank)
    }

    pub(in crate::exchange) fn cell(&self, at: usize) -> &str {
        self.record.get(at).unwrap_or_default()
    }

    pub(in crate::exchange) fn iter(&self) -> impl Iterator<Item = &str> {
        self.record.iter()
    }

    /// The cells without NULs, blank where a word says "nothing"; and whether there were NULs.
    pub(in crate::exchange) fn cells(&self) -> (Vec<String>, bool) {
        let mut found = false;
        let mut clean = |cell: &str| {
            if self.nul && cell.contains('\0') {
                found = true;
                return cell.replace('\0', "");
            }
            if is_nothing(cell) { String::new() } else { cell.to_owned() }
        };
        let cells = self.record.iter().take(COLUMNS_MAX + 1).map(&mut clean).collect();
        (cells, found)
    }

    /// Whether a cell of several lines ends where no cell ends: at the quote of a later row, most likely.
    fn closes_astray(&self, start: usize, end: usize) -> bool {
        next_line(self.text, start).is_some_and(|line| line < end) && self.quote_astray(start, end)
    }

    /// Whether a cell that begins with a quote has another one that is neither doubled nor followed by the end of the cell.
    fn quote_astray(&self, start: usize, end: usize) -> bool {
        let bytes = &self.text.as_bytes()[start..end];
        let ends_cell =
            |byte: Option<&u8>| byte.is_none_or(|byte| *byte == self.separator.byte() || matches!(byte, b'\r' | b'\n'));
        let (mut at, mut begins) = (0, true);
        while let Some(byte) = bytes.get(at) {
            if begins && *byte == b'"' {
                at += 1;
                while let Some(inner) = bytes.get(at) {
                    match inner {
                        b'"' if bytes.get(at + 1) == Some(&b'"') => at += 2,
                        b'"' if ends_cell(bytes.get(at + 1)) => break,
                        b'"' => return true,
                        _ => at += 1,
                    }
                }
                begins = false;
            } else {
                begins = ends_cell(Some(byte));
            }
            at += 1;
        }
        false
    }

    /// Where, after the first line of a damaged record, a row of the right width begins.
    fn row_within(&mut self, start: usize, end: usize) -> Option<usize> {
        let mut at = start;
        while let Some(line) = next_line(self.text, at).filter(|line| *line < end) {
            at = line;
            let stop = next_line(self.text, at).unwrap_or(self.text.len());
            if self.is_row(at, stop, false) {
                return Some(at);
            }
            // begins with a cell of several lines?
            let quotes = self.text.as_bytes()[at..stop].iter().filter(|byte| **byte == b'"').count();
            if quotes % 2 == 1 && self.tries < Self::TRIES_MAX {
                self.tries += 1;
                if self.is_row(at, self.text.len().min(at + Self::RETRY_BYTES), true) {
                    return Some(at);
                }
            }
        }
        None
    }

    /// Whether the first record from `at` has the width of the header; `within`: and ends before `stop`.
    fn is_row(&self, at: usize, stop: usize, within: bool) -> bool {
        let bytes = &self.text.as_bytes()[at..stop];
        let (mut reader, mut record) = (reader(self.separator, bytes), csv::ByteRecord::new());
        let read = reader.read_byte_record(&mut record).unwrap_or(false);
        let ended = !within || stop == self.text.len() || position(Some(reader.position())) < bytes.len();
        read && ended && fits(record.len(), self.width, |cell| record[cell].trim_ascii().is_empty())
    }
}

/// Nothing but blanks, or a word that says so; a NUL is none.
fn is_blank(cell: &str) -> bool {
    is_nothing(cell) || cell.chars().all(|c| c.is_whitespace() || c == '\0')
}

/// As many cells as the header has columns, or more of which the rest is blank.
fn fits(found: usize, width: usize, blank: impl Fn(usize) -> bool) -> bool {
    found >= width && (width..found).all(blank)
}

/// What stands for "nothing" where programs write a word instead of a blank: `n/a` of Ona and of the old KoBoCAT, and what
/// spreadsheets show where a formula failed. `Na` is a family name.
pub(in crate::exchange) fn is_nothing(cell: &str) -> bool {
    const NOTHING: [&str; 17] = [
        "n/a", "#n/a", "#na", "#n/d", "#nv", "<na>", "---", "#ref!", "#value!", "#valeur!", "#name?", "#nom?",
        "#div/0!", "#null!", "#nul!", "#num!", "#nombre!",
    ];
    let cell = cell.trim();
    cell.len() <= 9 && NOTHING.iter().any(|nothing| cell.eq_ignore_ascii_case(nothing))
}

fn position(at: Option<&csv::Position>) -> usize {
    at.map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX))
}

/// Where the line after the one at `from` begins.
fn next_line(text: &str, from: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[from..];
    let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
    let pair = bytes[end..].starts_with(b"\r\n");
    Some(from + end + 1 + usize::from(pair)).filter(|at| *at < text.len())
}

/// Counts lines up to a place that only moves on. The reader's own count is off by one after CRLF and blank lines.
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first character that ends no line, at `byte` or after.
    fn at(&mut self, byte: usize) -> u64 {
        let bytes = self.text.as_bytes();
        let from = byte.clamp(self.byte, bytes.len());
        let blank = bytes[from..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let passed = &bytes[self.byte..from + blank];
        // LF, CRLF, or the CR alone of old spreadsheets
        let lone = |at: &usize| passed[*at] == b'\r' && passed.get(at + 1) != Some(&b'\n');
        let ends = passed.iter().filter(|&&b| b == b'\n').count() + (0..passed.len()).filter(lone).count();
        self.line += ends as u64;
        self.byte = from + blank;
        self.line
    }
}

/// The text, how it was encoded, and how many characters had to be read otherwise than the rest.
fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding, usize), ImportError> {
    let looks_like = match bytes {
        [b'P', b'K', 3, 4, ..] => Some("an Excel or OpenDocument file"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Some("an old Excel file"),
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF"),
        _ => None,
    };
    if let Some(looks_like) = looks_like {
        return Err(ImportError::NotText { looks_like });
    }
    let marked = encoding_rs::Encoding::for_bom(bytes);
    let (encoding, mark) = marked.map_or_else(|| (unmarked(bytes), 0), |(encoding, mark)| (Some(encoding), mark));
    let bytes = &bytes[mark..];
    let (text, named, repaired) = match encoding {
        Some(wide) if wide != encoding_rs::UTF_8 => {
            let (text, _) = wide.decode_without_bom_handling(bytes);
            let named = if wide == encoding_rs::UTF_16LE { Encoding::Utf16Le } else { Encoding::Utf16Be };
            let repaired = text.matches(char::REPLACEMENT_CHARACTER).count();
            (text, named, repaired)
        }
        told => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), Encoding::Utf8, 0),
            Err(_) => repair(bytes, told.is_some()),
        },
    };
    let nuls = text.bytes().filter(|byte| *byte == 0).count();
    if nuls.saturating_mul(20) > text.len() {
        return Err(ImportError::NotText { looks_like: "binary data" });
    }
    Ok((text, named, repaired))
}

/// The text as somebody says it is encoded; a mark of that encoding is left out.
fn decode_as<'b>(bytes: &'b [u8], label: &str) -> Result<(Cow<'b, str>, Encoding, usize), ImportError> {
    let unknown = || ImportError::EncodingUnknown { asked: label.chars().take(40).collect() };
    let named = encoding_rs::Encoding::for_label(label.trim().as_bytes()).ok_or_else(unknown)?;
    let (text, _) = named.decode_with_bom_removal(bytes);
    let repaired = text.matches(char::REPLACEMENT_CHARACTER).count();
    Ok((text, Encoding::of(named), repaired))
}

/// UTF-16 without its mark: the header is plain, so every other byte of the beginning is zero.
fn unmarked(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = &bytes[..bytes.len().min(256) & !1];
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second, pairs) = (zeros(0), zeros(1), head.len() / 2);
    match pairs {
        0..4 => None,
        _ if second * 10 > pairs * 8 && first * 10 < pairs => Some(encoding_rs::UTF_16LE),
        _ if first * 10 > pairs * 8 && second * 10 < pairs => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

/// What is not quite UTF-8: Windows-1252 (or 1256, by its letters), unless most of its special characters are UTF-8 (`told`: its mark says so);
/// then only the bytes that are not are read so.
fn repair(bytes: &[u8], told: bool) -> (Cow<'_, str>, Encoding, usize) {
    let (mut good, mut bad) = (0, 0);
    // what is no UTF-8, and blanks where something else stands between
    let mut foreign = Vec::new();
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        bad += chunk.invalid().len();
        if !chunk.valid().is_empty() {
            foreign.push(b' ');
        }
        foreign.extend_from_slice(chunk.invalid());
    }
    if !told && good <= bad {
        return match letters::is_arabic(bytes) {
            true => (encoding_rs::WINDOWS_1256.decode_without_bom_handling(bytes).0, Encoding::Windows1256, 0),
            false => (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0, Encoding::Windows1252, 0),
        };
    }
    let table = if letters::is_arabic(&foreign) { encoding_rs::WINDOWS_1256 } else { encoding_rs::WINDOWS_1252 };
    let mut text = String::with_capacity(bytes.len() + bad);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&table.decode_without_bom_handling(chunk.invalid()).0);
    }
    (Cow::Owned(text), Encoding::Utf8, bad)
}

/// Places where a word holds a sign in its middle: bytes of an old table (cp850, MacRoman) read as Windows-1252
/// (`d‚tournement`, `dŽtournement`), or UTF-8 that was read as Windows-1252 once and saved (`dÃ©tournement`).
fn garbled(text: &str, encoding: Encoding) -> usize {
    let pairs = ["Ã©", "Ã¨", "Ãª", "Ã§", "Ã´", "Ã±", "Ã³", "Ã¡", "â€™"];
    let twice: usize =
        if text.contains(['Ã', 'â']) { pairs.iter().map(|pair| text.matches(pair).count()).sum() } else { 0 };
    if encoding != Encoding::Windows1252 {
        return twice;
    }
    // what cp850 and MacRoman have letters for, and Windows-1252 signs that stand between words
    let sign = |c: char| {
        ('\u{80}'..='\u{9f}').contains(&c)
            || matches!(
                c,
                '‚' | 'ƒ'
                    | '„'
                    | '†'
                    | '‡'
                    | 'ˆ'
                    | '‰'
                    | 'Š'
                    | '‹'
                    | 'Œ'
                    | 'Ž'
                    | '“'
                    | '”'
                    | '•'
                    | '˜'
                    | '™'
                    | '›'
                    | '¢'
                    | '¡'
                    | '£'
            )
    };
    let mut before = ['\0'; 2];
    let mut signs = 0;
    for c in text.chars() {
        signs += usize::from(before[0].is_ascii_lowercase() && sign(before[1]) && c.is_ascii_lowercase());
        before = [before[1], c];
    }
    twice + signs
}

/// Excel's own first line, `sep=;`: where the text after it begins with the lines it took, and the separator it tells.
fn separator_line(text: &str) -> ((usize, u64), Option<Separator>) {
    let rest = next_line(text, 0).unwrap_or(text.len());
    let first = text[..rest].trim_matches(['\r', '\n', '"']);
    let told = first.strip_prefix("sep=").and_then(|told| told.bytes().next());
    match Separator::ALL.into_iter().find(|separator| Some(separator.byte()) == told) {
        Some(separator) => ((rest, 1), Some(separator)),
        None => ((0, 0), None),
    }
}

/// The separator that occurs most in the first line, quoted text apart.
fn detect(text: &str) -> Separator {
    let (mut quoted, mut counts) = (false, [0usize; Separator::ALL.len()]);
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && counts.iter().any(|n| *n > 0) => break,
            _ if quoted => {}
            _ => {
                if let Some(at) = Separator::ALL.iter().position(|separator| separator.byte() == byte) {
                    counts[at] += 1;
                }
            }
        }
    }
    let most = (0..counts.len()).rev().max_by_key(|&at| counts[at]).unwrap_or_default();
    Separator::ALL[most]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let text = Text::decode(bytes, None).expect("a text");
        let mut records = text.records();
        let mut rows = Vec::new();
        while records.advance() {
            if rows.is_empty() {
                records.expect_width(records.len());
            }
            rows.push((records.line(), records.cells().0));
        }
        rows
    }

    fn cells(bytes: &[u8]) -> (Encoding, Separator, Vec<Vec<String>>) {
        let text = Text::decode(bytes, None).expect("a text");
        (text.encoding, text.separator, rows(bytes).into_iter().map(|(_, cells)| cells).collect())
    }

    fn utf16(text: &str, mark: bool, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(bytes_of).collect()
    }

    #[test]
    fn the_encoding_is_found() {
        let text = "a;é\r\n\"1\";\"œ\"\r\n";
        let expected = vec![vec!["a".to_owned(), "é".to_owned()], vec!["1".to_owned(), "œ".to_owned()]];
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), Encoding::Utf8),
            (utf16(text, true, u16::to_le_bytes), Encoding::Utf16Le),
            (utf16(text, true, u16::to_be_bytes), Encoding::Utf16Be),
            (utf16(text, false, u16::to_le_bytes), Encoding::Utf16Le),
            (utf16(text, false, u16::to_be_bytes), Encoding::Utf16Be),
            (b"a;\xe9\r\n\"1\";\"\x9c\"\r\n".to_vec(), Encoding::Windows1252),
        ] {
            assert_eq!(cells(&bytes), (encoding, Separator::Semicolon, expected.clone()));
        }
    }

    #[test]
    fn one_cell_pasted_from_elsewhere_leaves_the_others_as_they_are() {
        let pasted = [b"a;b\n\xc3\xa9\xc3\xa0;x\ny;caf\xe9\n".as_slice(), "z;œ\n".as_bytes()].concat();
        let text = Text::decode(&pasted, None).expect("a text");
        assert_eq!((text.encoding, text.repaired), (Encoding::Utf8, 1));
        let found: Vec<_> = rows(&pasted).into_iter().flat_map(|(_, cells)| cells).collect();
        assert_eq!(found, ["a", "b", "éà", "x", "y", "café", "z", "œ"]);
        // half a character of UTF-16
        let text = Text::decode(b"\xff\xfea\0;\0b\0\n\0\x00\xd8;\0x\0", None).expect("a text");
        assert_eq!((text.encoding, text.repaired), (Encoding::Utf16Le, 1));
    }

    #[test]
    fn the_separator_is_found_outside_quotes() {
        assert_eq!(detect("\"a;b;c\",d,e\n1;2;3;4;5"), Separator::Comma);
        assert_eq!(detect("a\tb\r1;2;3;4"), Separator::Tab);
        assert_eq!(detect("a;b,c;d"), Separator::Semicolon);
        for end in ["\r\n", "\n", "\r"] {
            let (_, separator, rows) = cells(format!("sep=,{end}a,b;c{end}1,2{end}").as_bytes());
            assert_eq!((separator, rows.len(), rows[0].len()), (Separator::Comma, 2, 2));
        }
    }

    #[test]
    fn a_bar_separates_and_text_of_an_old_table_is_noticed() {
        assert_eq!(detect("a|b|c;d\n1|2|3"), Separator::Pipe);
        let garbled = |bytes: &[u8]| Text::decode(bytes, None).expect("a text").garbled;
        for bytes in
            [b"a;b\nd\x82tournement;x".as_slice(), b"a;b\nd\x8etournement;x", "a;b\ndÃ©tournement;x".as_bytes()]
        {
            assert_eq!(garbled(bytes), 1, "{bytes:?}");
        }
        let right = "a;b\nl’aide d’août – « déjà » … cœur, 5 €;x";
        assert_eq!(garbled(right.as_bytes()), 0);
        assert_eq!(garbled(&encoding_rs::WINDOWS_1252.encode(right).0), 0);
    }

    #[test]
    fn quoted_line_breaks_and_quotes_stay_in_the_cell_and_lines_are_counted() {
        for end in ["\r\n", "\n", "\r"] {
            let file = format!("a;b{end}\"x{end}\"\"y\"\"\";1{end}{end};{end}z;2{end}");
            let found = rows(file.as_bytes());
            assert_eq!(found[1], (2, vec![format!("x{end}\"y\""), "1".to_owned()]));
            assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 5, 6]);
        }
    }

    #[test]
    fn a_quote_astray_takes_no_other_row_with_it() {
        let lines = |file: &str| rows(file.as_bytes()).iter().map(|row| (row.0, row.1.len())).collect::<Vec<_>>();
        // no other quote: without looking, everything to the end would be one cell
        assert_eq!(lines("a;b;c\n1;\"x;y\n2;x;y\n3;x;y\n"), [(1, 3), (2, 2), (3, 3), (4, 3)]);
        // the row after begins a cell of several lines
        assert_eq!(lines("a;b;c\n1;\"x;y\n2;\"x\nx\";y\n3;x;y\n"), [(1, 3), (2, 2), (3, 3), (5, 3)]);
        // closed by the quote of a later row
        assert_eq!(lines("a;b;c\r\n1;\"x;y\r\n2;x;y\r\n3;\"x\";y\r\n"), [(1, 3), (2, 3), (3, 3), (4, 3)]);
        // a cell of several lines is no damage, however its lines look
        assert_eq!(lines("a;b;c\n1;\"x\n8;8;8\n9\";y\n2;x;y\n"), [(1, 3), (2, 3), (5, 3)]);
    }

    #[test]
    fn many_quotes_astray_cost_no_more_than_the_file_is_long() {
        for rest in ["x;y", "x", "x;y;z"] {
            let lines: Vec<String> = (0..20_000).map(|n| format!("{n};\"{rest}\n")).collect();
            let found = rows(format!("a;b;c\n{}", lines.concat()).as_bytes());
            assert!(found.len() >= 10_000, "{}", found.len());
        }
    }

    #[test]
    fn nuls_are_taken_out_of_their_cells() {
        let text = Text::decode(b"aaaaaaaaaa;bbbbbbbbbbbbbbbbbbbbb\n1\0;xxx\n", None).expect("a text");
        let mut records = text.records();
        assert!(records.advance() && !records.cells().1 && records.advance());
        assert_eq!(records.cells(), (vec!["1".to_owned(), "xxx".to_owned()], true));
    }

    #[test]
    fn files_that_are_no_text_are_named() {
        for bytes in
            [b"PK\x03\x04rest".as_slice(), b"\xd0\xcf\x11\xe0", b"%PDF-1.7", b"a;b\n\0", &[1, 0, 0, 0, 9, 0, 0]]
        {
            assert!(matches!(Text::decode(bytes, None), Err(ImportError::NotText { .. })), "{bytes:?}");
        }
    }
}
