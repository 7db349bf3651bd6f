//! Text on its way to a terminal: what a terminal would obey and what cannot be seen is made visible; measured, cut.

use std::borrow::Cow;

use crdt_model::name::is_unseen;

/// The text on one line, with every character that a terminal acts upon or that cannot be seen written as `\u{1b}`. What
/// came from another node may hold anything, and two texts that differ never look alike because of it.
pub(crate) fn clean_line(text: &str) -> String {
    on_one_line(&visible(text))
}

/// As [`clean_line`], keeping line breaks.
pub(crate) fn clean_lines(text: &str) -> Vec<String> {
    visible(text).lines().map(on_one_line).collect()
}

fn on_one_line(seen: &str) -> String {
    let mut line = String::with_capacity(seen.len());
    for c in seen.chars() {
        match c {
            '\n' | '\t' if line.ends_with(' ') || line.is_empty() => {}
            '\n' | '\t' => line.push(' '),
            c => line.push(c),
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// What cannot be seen, written out: it can be read back, for a text that holds `\u{` itself is written with another
/// backslash before it. Line and paragraph separators become line ends.
fn visible(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c == '\n' || c == '\t' || (c != '\\' && !is_unseen(c) && !is_separator(c));
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            c if is_separator(c) || c == '\r' => seen.push('\n'),
            '\\' if rest.clone().take(2).eq(['u', '{']) => seen.push_str("\\u{5c}"),
            '\n' | '\t' => seen.push(c),
            c if is_unseen(c) && !joins(before, c, rest.peek().copied()) => {
                seen.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => seen.push(c),
        }
        before = c;
    }
    Cow::Owned(seen)
}

fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a mark that shows nothing belongs to the writing around it: joiners between letters of scripts that are
/// written joined, and what makes one picture of several.
fn joins(before: char, c: char, after: Option<char>) -> bool {
    // Latin, Greek, Cyrillic and their like join nothing: there it only makes two names of one
    let joined = |c: char| (c.is_alphabetic() && (0x590..0x1e00).contains(&u32::from(c))) || is_picture(c);
    match c {
        '\u{200c}' | '\u{200d}' => (joined(before) || before == '\u{fe0f}') && after.is_some_and(joined),
        '\u{fe0e}' | '\u{fe0f}' => is_picture(before),
        _ => false,
    }
}

fn is_picture(c: char) -> bool {
    matches!(u32::from(c), 0x2190..=0x21ff | 0x2300..=0x23ff | 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x1f000..=0x1faff)
}

/// Marks that make what follows look like something else.
fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Writes as `\uXXXX` what JSON leaves raw and a terminal obeys. The document means the same.
pub(crate) fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' => escaped.push(c),
            c if c.is_control() || reorders(c) || matches!(c, '\u{2028}' | '\u{2029}') => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// Columns a text takes: combining marks none, East Asian wide characters and pictures two, all else one.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f
        | 0x483..=0x489
        | 0x591..=0x5bd
        | 0x610..=0x61a
        | 0x64b..=0x65f
        | 0x670
        | 0x6d6..=0x6dc
        | 0x1ab0..=0x1aff
        | 0x1dc0..=0x1dff
        | 0x200b..=0x200f
        | 0x20d0..=0x20ff
        | 0xfe00..=0xfe0f
        | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The text cut to so many columns, the last one then `…`.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += char_width(c);
        if used + 1 > columns {
            break;
        }
        kept.push(c);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// The text filled with spaces to so many columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text in lines of at most so many columns, broken between words where possible.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word.to_owned();
        loop {
            let line = lines.last_mut().expect("starts with one line, never loses one");
            let space = usize::from(!line.is_empty());
            if width(line) + space + width(&word) <= columns {
                line.extend(std::iter::repeat_n(' ', space));
                line.push_str(&word);
                break;
            }
            if line.is_empty() {
                // Longer than a line: broken where it must be.
                let (mut used, mut at) = (0, word.len());
                for (index, c) in word.char_indices() {
                    used += char_width(c);
                    if used > columns && index > 0 {
                        at = index;
                        break;
                    }
                }
                let rest = word.split_off(at);
                line.push_str(&word);
                if rest.is_empty() {
                    break;
                }
                word = rest;
            }
            lines.push(String::new());
        }
    }
    lines
}

/// A line in as many as the screen needs.
pub(crate) fn wrapped(line: &str) -> String {
    wrap(line, super::WIDTH).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_and_not_obeyed() {
        let text = "a\u{1b}[31;1mb\u{9b}2Jc\u{0}d\u{202e}e";
        assert_eq!(clean_line(text), r"a\u{1b}[31;1mb\u{9b}2Jc\u{0}d\u{202e}e");
        assert_eq!(clean_line("un\r\ndeux\ttrois\n"), "un deux trois");
        assert_eq!(clean_lines("un\n\u{1b}[2Jdeux\u{2028}trois"), ["un", r"\u{1b}[2Jdeux", "trois"]);
    }

    #[test]
    fn two_names_that_differ_never_look_alike() {
        let names =
            ["Rose", "Ro\u{200b}se", "Ro\u{200d}se", "Rose\u{feff}", "Ro\u{ad}se", "Ro\u{fe0f}se", r"Ro\u{200b}se"];
        let shown: std::collections::BTreeSet<String> = names.iter().map(|name| clean_line(name)).collect();
        assert_eq!(shown.len(), names.len(), "{shown:?}");
        // what belongs to the writing is left alone
        for whole in ["می\u{200c}خواهم", "👩\u{200d}🌾", "❤\u{fe0f}", r"C:\users\rose"] {
            assert_eq!(clean_line(whole), whole);
        }
    }

    /// What `\u{…}` stood for.
    fn read_back(shown: &str) -> String {
        let mut parts = shown.split(r"\u{");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (hex, rest) = part.split_once('}').expect("closed");
            text.push(u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).expect("a character"));
            text.push_str(rest);
        }
        text
    }

    #[test]
    fn widths_follow_what_terminals_draw() {
        for (text, columns) in [("Opérateur", 9), ("e\u{301}", 1), ("日本", 4), ("عادي", 4), ("", 0)] {
            assert_eq!(width(text), columns, "{text}");
        }
        assert_eq!(cut("Opérateur·rice", 6), "Opéra…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("abc", 0), "");
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_read_back(text in any::<String>(), seed in prop::sample::select(vec!["", r"\u{1b}", "\u{1b}"])) {
            // on one line: blanks and line ends are laid out
            let text: String = format!("{text}{seed}").chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert_eq!(read_back(&clean_line(&text)), text);
        }

        #[test]
        fn whatever_comes_in_nothing_comes_out_that_a_terminal_obeys(text in any::<String>()) {
            prop_assert!(clean_line(&text).chars().all(|c| !c.is_control() && !reorders(c)));
        }

        #[test]
        fn cutting_and_wrapping_keep_to_the_columns(text in "[a-zé日 ]{0,60}", columns in 2usize..40) {
            prop_assert!(width(&cut(&text, columns)) <= columns);
            let lines = wrap(&text, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns));
            let squeeze = |text: &str| text.replace(' ', "");
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
        }
    }
}
