//! Bytes of a CSV file as text, its separator, its records.

use std::borrow::Cow;

use serde::Serialize;

use super::{COLUMNS_MAX, FILE_BYTES_MAX, ImportError, ROWS_MAX};

/// How the text was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, with or without its mark.
    Utf8,
    /// UTF-16, little end first, with its mark.
    Utf16Le,
    /// UTF-16, big end first, with its mark.
    Utf16Be,
    /// Windows-1252: what is no valid UTF-8 and has no mark.
    Windows1252,
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
}

impl Separator {
    const ALL: [Self; 3] = [Self::Semicolon, Self::Comma, Self::Tab];

    /// The character.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Semicolon => b';',
            Self::Comma => b',',
            Self::Tab => b'\t',
        }
    }
}

/// One line of cells, which may span several lines of the file.
pub(super) struct Record {
    /// Line of the file it starts on, from 1.
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
}

/// A file taken apart.
pub(super) struct Sheet {
    pub(super) encoding: Encoding,
    pub(super) separator: Separator,
    pub(super) header: Vec<String>,
    /// Records with at least one cell that is not blank.
    pub(super) records: Vec<Record>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Sheet, ImportError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ImportError::TooLarge { found: bytes.len() });
    }
    let (text, encoding) = decode(bytes)?;
    let (text, told, skipped) = separator_line(&text);
    let separator = told.unwrap_or_else(|| detect(text));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.byte())
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let (mut header, mut records) = (None, Vec::new());
    let mut lines = Lines { text, byte: 0, line: 1 + skipped };
    for record in reader.records() {
        // The input is valid UTF-8 in memory and records may have any length: nothing is left to go wrong.
        let Ok(record) = record else { continue };
        if record.len() > COLUMNS_MAX && header.is_none() {
            return Err(ImportError::TooManyColumns { found: record.len() });
        }
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let line = lines.at(record.position().map_or(0, csv::Position::byte));
        let cells = record.iter().take(COLUMNS_MAX + 1).map(str::to_owned).collect();
        if header.is_none() {
            header = Some(cells);
        } else if records.len() == ROWS_MAX {
            return Err(ImportError::TooManyRows);
        } else {
            records.push(Record { line, cells });
        }
    }
    Ok(Sheet { encoding, separator, header: header.unwrap_or_default(), records })
}

/// Counts lines up to a place that only moves on. The reader's own count is off by one after CRLF and blank lines.
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first character that ends no line, at `byte` or after.
    fn at(&mut self, byte: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let from = usize::try_from(byte).unwrap_or(usize::MAX).clamp(self.byte, bytes.len());
        let blank = bytes[from..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let passed = &bytes[self.byte..from + blank];
        self.line += passed.iter().filter(|&&b| b == b'\n').count() as u64;
        self.byte = from + blank;
        self.line
    }
}

fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), ImportError> {
    let looks_like = match bytes {
        [b'P', b'K', 3, 4, ..] => Some("an Excel or OpenDocument file"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Some("an old Excel file"),
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF"),
        _ => None,
    };
    if let Some(looks_like) = looks_like {
        return Err(ImportError::NotText { looks_like });
    }
    let (text, encoding) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, mark)) => {
            let named = match encoding {
                e if e == encoding_rs::UTF_16LE => Encoding::Utf16Le,
                e if e == encoding_rs::UTF_16BE => Encoding::Utf16Be,
                _ => Encoding::Utf8,
            };
            let decoded = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
            (decoded.ok_or(ImportError::NotText { looks_like: "damaged Unicode text" })?, named)
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), Encoding::Utf8),
            Err(_) => (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0, Encoding::Windows1252),
        },
    };
    if text.contains('\0') {
        return Err(ImportError::NotText { looks_like: "binary data" });
    }
    Ok((text, encoding))
}

/// Excel's own first line, `sep=;`: the text after it, the separator it tells, the lines it took.
fn separator_line(text: &str) -> (&str, Option<Separator>, u64) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let told = first.trim_matches(['\r', '"']).strip_prefix("sep=").and_then(|told| told.bytes().next());
    match Separator::ALL.into_iter().find(|separator| Some(separator.byte()) == told) {
        Some(separator) => (rest, Some(separator), 1),
        None => (text, None, 0),
    }
}

/// The separator that occurs most in the first line, quoted text apart.
fn detect(text: &str) -> Separator {
    let (mut quoted, mut counts) = (false, [0usize; 3]);
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted && counts != [0; 3] => break,
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

    fn cells(bytes: &[u8]) -> (Encoding, Separator, Vec<Vec<String>>) {
        let sheet = read(bytes).expect("a sheet");
        let rows = std::iter::once(sheet.header).chain(sheet.records.into_iter().map(|record| record.cells));
        (sheet.encoding, sheet.separator, rows.collect())
    }

    fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes_of).collect()
    }

    #[test]
    fn the_encoding_is_found() {
        let text = "a;é\r\n\"1\";\"œ\"\r\n";
        let expected = vec![vec!["a".to_owned(), "é".to_owned()], vec!["1".to_owned(), "œ".to_owned()]];
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), Encoding::Utf8),
            (utf16(text, u16::to_le_bytes), Encoding::Utf16Le),
            (utf16(text, u16::to_be_bytes), Encoding::Utf16Be),
            (b"a;\xe9\r\n\"1\";\"\x9c\"\r\n".to_vec(), Encoding::Windows1252),
        ] {
            assert_eq!(cells(&bytes), (encoding, Separator::Semicolon, expected.clone()));
        }
    }

    #[test]
    fn the_separator_is_found_outside_quotes() {
        assert_eq!(detect("\"a;b;c\",d,e\n1;2;3;4;5"), Separator::Comma);
        assert_eq!(detect("a\tb\n"), Separator::Tab);
        assert_eq!(detect("a;b,c;d"), Separator::Semicolon);
        let (_, separator, rows) = cells(b"sep=,\r\na,b;c\r\n1,2\r\n");
        assert_eq!((separator, rows[0].len()), (Separator::Comma, 2));
    }

    #[test]
    fn quoted_line_breaks_and_quotes_stay_in_the_cell_and_lines_are_counted() {
        let sheet = read(b"a;b\r\n\"x\r\n\"\"y\"\"\";1\r\n;\r\nz;2\r\n").expect("a sheet");
        assert_eq!(sheet.records[0].cells, ["x\r\n\"y\"", "1"]);
        assert_eq!(sheet.records.iter().map(|record| record.line).collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn files_that_are_no_text_are_named() {
        for bytes in [b"PK\x03\x04rest".as_slice(), b"\xd0\xcf\x11\xe0", b"%PDF-1.7", b"a;b\n\0", b"\xff\xfe\x00\xd8"] {
            assert!(matches!(read(bytes), Err(ImportError::NotText { .. })), "{bytes:?}");
        }
        let wide = ";".repeat(COLUMNS_MAX);
        assert_eq!(read(wide.as_bytes()).map(|_| ()), Err(ImportError::TooManyColumns { found: COLUMNS_MAX + 1 }));
    }
}
