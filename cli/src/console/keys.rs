//! From the bytes that a terminal sends to keys and words. Pure: what is read, and when, is decided elsewhere.

/// What a person did at the keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// A letter, or a tab.
    Char(char),
    /// Pasted whole: line ends are `\n`, and no control code is in it.
    Paste(String),
    Enter,
    Backspace,
    /// Ctrl-U: the line again from its beginning.
    Clear,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D, or a terminal that went away.
    End,
}

/// Not UTF-8: a terminal set to another encoding.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotUtf8;

const ESC: u8 = 0x1b;
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// Takes bytes as they come, gives keys.
#[derive(Default)]
pub(super) struct Parser {
    bytes: Vec<u8>,
    pasting: bool,
    /// The last letter was a carriage return: a line feed behind it is of the same line end.
    returned: bool,
}

impl Parser {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// True while a paste has begun and not ended.
    pub(super) fn is_pasting(&self) -> bool {
        self.pasting
    }

    /// Bytes not understood yet.
    pub(super) fn held(&self) -> usize {
        self.bytes.len()
    }

    /// The next key; `None` when more bytes must come first. `settled`: no more come by themselves.
    ///
    /// # Errors
    ///
    /// [`NotUtf8`]; what was fed is dropped then.
    pub(super) fn next(&mut self, settled: bool) -> Result<Option<Key>, NotUtf8> {
        loop {
            if self.pasting {
                return self.paste(settled);
            }
            let Some(first) = self.bytes.first().copied() else { return Ok(None) };
            if first == ESC {
                match escape(&self.bytes) {
                    Escape::Paste(taken) => {
                        self.bytes.drain(..taken);
                        self.pasting = true;
                    }
                    Escape::Whole(taken) => drop(self.bytes.drain(..taken)),
                    Escape::Begun if settled => self.bytes.clear(),
                    Escape::Begun => return Ok(None),
                }
                continue;
            }
            let Some(letter) = self.letter(settled)? else { return Ok(None) };
            if std::mem::replace(&mut self.returned, letter == '\r') && letter == '\n' {
                continue;
            }
            match letter {
                '\r' | '\n' => return Ok(Some(Key::Enter)),
                '\u{8}' | '\u{7f}' => return Ok(Some(Key::Backspace)),
                '\u{15}' => return Ok(Some(Key::Clear)),
                '\u{3}' => return Ok(Some(Key::Interrupt)),
                '\u{4}' => return Ok(Some(Key::End)),
                c if c == '\t' || !c.is_control() => return Ok(Some(Key::Char(c))),
                _ => {}
            }
        }
    }

    fn letter(&mut self, settled: bool) -> Result<Option<char>, NotUtf8> {
        let long = match self.bytes[0] {
            ..0x80 => 1,
            0xc2..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0..0xf5 => 4,
            _ => return self.refuse(),
        };
        let Some(head) = self.bytes.get(..long) else {
            let sound = self.bytes[1..].iter().all(|byte| byte & 0xc0 == 0x80);
            return if settled || !sound { self.refuse() } else { Ok(None) };
        };
        let Some(letter) = std::str::from_utf8(head).ok().and_then(|text| text.chars().next()) else {
            return self.refuse();
        };
        self.bytes.drain(..long);
        Ok(Some(letter))
    }

    fn paste(&mut self, settled: bool) -> Result<Option<Key>, NotUtf8> {
        let end = self.bytes.windows(PASTE_ENDS.len()).position(|window| window == PASTE_ENDS);
        let (text, after) = match end {
            Some(at) => (at, at + PASTE_ENDS.len()),
            None if settled => (self.bytes.len(), self.bytes.len()),
            None => return Ok(None),
        };
        self.pasting = false;
        let Ok(pasted) = std::str::from_utf8(&self.bytes[..text]) else { return self.refuse() };
        let pasted = clean(pasted);
        self.bytes.drain(..after);
        Ok(Some(Key::Paste(pasted)))
    }

    fn refuse<T>(&mut self) -> Result<T, NotUtf8> {
        self.bytes.clear();
        self.pasting = false;
        Err(NotUtf8)
    }
}

/// An escape sequence at the beginning of bytes.
enum Escape {
    /// So many bytes, of no interest: an arrow, a colour.
    Whole(usize),
    /// So many bytes: what follows is pasted.
    Paste(usize),
    /// Its end is not there.
    Begun,
}

/// What begins with ESC.
fn escape(bytes: &[u8]) -> Escape {
    let ends_at = |from: usize, is_end: &dyn Fn(u8) -> bool| {
        bytes.iter().skip(from).position(|byte| is_end(*byte)).map(|at| from + at + 1)
    };
    let whole = |end: Option<usize>| end.filter(|end| *end <= bytes.len()).map_or(Escape::Begun, Escape::Whole);
    match bytes.get(1) {
        None => Escape::Begun,
        // the function keys of a Linux console
        Some(b'[') if bytes.get(2) == Some(&b'[') => whole(Some(4)),
        Some(b'[') => match ends_at(2, &|byte| !(0x20..0x40).contains(&byte)) {
            Some(end) if bytes.starts_with(b"\x1b[200~") => Escape::Paste(end),
            end => whole(end),
        },
        Some(b'O') => whole(Some(3)),
        // titles and the like: to BEL, or to ESC and a backslash
        Some(b']' | b'P' | b'X' | b'^' | b'_') => match ends_at(2, &|byte| byte == 7 || byte == ESC) {
            Some(end) if bytes[end - 1] == ESC => whole(Some(end + 1)),
            end => whole(end),
        },
        // Escape alone, before the next sequence
        Some(&ESC) => Escape::Whole(1),
        // Alt and a letter
        Some(byte) => whole(Some(1 + byte.leading_ones().max(1) as usize)),
    }
}

/// A text without what only a terminal understands: escape sequences go, other control codes too; line ends become `\n`,
/// tabs stay.
pub(super) fn clean(text: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(|c: char| c.is_control()) {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match rest.as_bytes()[0] {
            ESC => match escape(rest.as_bytes()) {
                Escape::Whole(taken) | Escape::Paste(taken) => taken,
                Escape::Begun => 1,
            },
            b'\r' => {
                kept.push('\n');
                if rest.starts_with("\r\n") { 2 } else { 1 }
            }
            b'\n' => {
                kept.push('\n');
                1
            }
            b'\t' => {
                kept.push('\t');
                1
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        let mut taken = taken.min(rest.len());
        while !rest.is_char_boundary(taken) {
            taken += 1;
        }
        rest = &rest[taken..];
    }
    kept + rest
}

/// An answer of one line: the lines of a paste stand side by side.
pub(super) fn one_line(text: &str) -> String {
    clean(text).trim_end_matches('\n').replace('\n', " ")
}

/// A text of several lines: the empty one that ended it is no part of it, nor are line ends at the end.
pub(super) fn several_lines(text: &str) -> String {
    let text = clean(text);
    let last = text.rfind('\n').map_or("", |at| &text[at..]);
    let text = if last.trim().is_empty() { &text[..text.len() - last.len()] } else { &text };
    match text.trim_matches([' ', '\t', '\n']) {
        "" => String::new(),
        _ => text.trim_end_matches('\n').to_owned(),
    }
}

/// True where Enter ends the text: on an empty line.
pub(super) fn at_empty_line(text: &str) -> bool {
    text.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut parser = Parser::default();
        parser.feed(bytes);
        std::iter::from_fn(|| parser.next(true).expect("UTF-8")).collect()
    }

    fn chars(text: &str) -> Vec<Key> {
        text.chars().map(Key::Char).collect()
    }

    #[test]
    fn letters_are_letters_and_arrows_are_none() {
        assert_eq!(keys("é日\tك".as_bytes()), chars("é日\tك"));
        for code in [
            "\x1b[A",
            "\x1bOD",
            "\x1b[1;5C",
            "\x1b[3~",
            "\x1b[[A",
            "\x1b\x1b[B",
            "\x1b[31m",
            "\x1bf",
            "\x1bé",
            "\x1b]0;title\x07",
            "\x1b]0;title\x1b\\",
            "\x07",
            "\x0e",
            "\u{9b}",
            "\x1b[M",
        ] {
            assert_eq!(keys(format!("a{code}b").as_bytes()), chars("ab"), "{code:?}");
        }
        assert_eq!(keys(b"a\x7f\x15\r\n\x03\x04"), {
            let mut all = chars("a");
            all.extend([Key::Backspace, Key::Clear, Key::Enter, Key::Interrupt, Key::End]);
            all
        });
        assert_eq!(keys(b"\r\r\n\n"), [Key::Enter, Key::Enter, Key::Enter], "three line ends");
    }

    #[test]
    fn a_paste_is_one_key_however_it_comes_in_pieces() {
        let bytes = "\x1b[200~un\r\n\r\ndeux \x1b[31mà\x07\x1b[201~z".as_bytes();
        let mut parser = Parser::default();
        let mut got = Vec::new();
        for byte in bytes {
            parser.feed(&[*byte]);
            got.extend(parser.next(false).expect("UTF-8"));
        }
        assert_eq!(got, [Key::Paste("un\n\ndeux à".into()), Key::Char('z')]);
        // its end never came
        let mut parser = Parser::default();
        parser.feed(b"\x1b[200~un");
        assert_eq!(parser.next(false), Ok(None));
        assert_eq!(parser.next(true), Ok(Some(Key::Paste("un".into()))));
        assert!(!parser.is_pasting());
    }

    #[test]
    fn another_encoding_is_refused_and_forgotten() {
        let mut parser = Parser::default();
        parser.feed(b"\xe9t\xe9");
        assert_eq!(parser.next(false), Err(NotUtf8));
        assert_eq!((parser.next(true), parser.held()), (Ok(None), 0));
    }

    #[test]
    fn the_empty_line_that_ends_a_text_is_no_part_of_it() {
        for (typed, text) in [
            ("", ""),
            ("\n", ""),
            (" \n ", ""),
            ("un\n", "un"),
            ("un\ndeux\n", "un\ndeux"),
            ("un\n\ndeux\n\n", "un\n\ndeux"),
            ("un\n  ", "un"),
            ("  un  mot \n", "  un  mot "),
            ("\nun\r\ndeux", "\nun\ndeux"),
        ] {
            assert_eq!(several_lines(typed), text, "{typed:?}");
        }
        assert!(at_empty_line("") && at_empty_line("un\n") && at_empty_line("un\n  ") && !at_empty_line("un\ndeux"));
        assert_eq!(one_line("Jeanne\r\nJoseph\n"), "Jeanne Joseph");
        assert_eq!(one_line(" Jeanne  J. "), " Jeanne  J. ", "blanks are the asker's to judge");
    }

    proptest! {
        #[test]
        fn any_bytes_are_understood_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64), settled: bool) {
            let mut parser = Parser::default();
            parser.feed(&bytes);
            for _ in 0..=bytes.len() {
                if !matches!(parser.next(settled), Ok(Some(_))) {
                    break;
                }
            }
            prop_assert!(parser.next(true) == Ok(None) || parser.held() < bytes.len());
        }

        #[test]
        fn a_text_keeps_every_letter_and_no_control_code(text: String) {
            let kept = clean(&text);
            prop_assert!(kept.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
            if !text.contains(|c: char| c.is_control()) {
                prop_assert_eq!(&kept, &text);
            }
            prop_assert_eq!(clean(&kept), kept);
        }

        #[test]
        fn words_come_through_keys_as_they_were_typed(text in "[^\\p{Cc}]{0,40}") {
            prop_assert_eq!(keys(text.as_bytes()), chars(&text));
        }
    }
}
