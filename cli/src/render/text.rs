//! Text on its way to a terminal: cleaned of what a terminal would obey, measured, cut.

/// Removes escape sequences and every character a terminal acts upon, and puts all on one line. What came from another
/// node may hold anything.
pub(crate) fn clean_line(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in visible(text) {
        match c {
            '\n' | '\r' | '\t' if clean.ends_with(' ') || clean.is_empty() => {}
            '\n' | '\r' | '\t' => clean.push(' '),
            c => clean.push(c),
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// As [`clean_line`], keeping line breaks.
pub(crate) fn clean_lines(text: &str) -> Vec<String> {
    let whole: String = visible(text).collect();
    whole.lines().map(clean_line).collect()
}

/// The characters that only show: escape sequences, other controls and marks that reorder text are left out; line and
/// paragraph separators become line ends.
fn visible(text: &str) -> impl Iterator<Item = char> {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            match chars.next()? {
                '\u{1b}' => skip_escape(&mut chars),
                '\u{9b}' => skip_control_sequence(&mut chars),
                '\u{2028}' | '\u{2029}' => return Some('\n'),
                c @ ('\n' | '\r' | '\t') => return Some(c),
                c if c.is_control() || reorders(c) => {}
                c => return Some(c),
            }
        }
    })
}

/// After ESC: `[ … final`, `] … BEL` or `] … ESC \`, or one character.
fn skip_escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.next() {
        Some('[') => skip_control_sequence(chars),
        Some(']' | 'P' | '^' | '_' | 'X') => {
            while let Some(c) = chars.next() {
                if c == '\u{7}' || c == '\u{9c}' {
                    return;
                }
                if c == '\u{1b}' {
                    chars.next_if_eq(&'\\');
                    return;
                }
            }
        }
        _ => {}
    }
}

fn skip_control_sequence(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(c) = chars.next_if(|c| matches!(c, '\u{20}'..='\u{7e}')) {
        if matches!(c, '\u{40}'..='\u{7e}') {
            return;
        }
    }
}

/// Marks that make what follows look like something else.
fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
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

/// `2026-11-21T21:18:13.512Z` as `2026-11-21 21:18`; a day alone stays one. `None`: no time of ours.
pub(crate) fn short_time(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let shaped = (17..=30).contains(&bytes.len())
        && text.is_ascii()
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes[10] == b'T'
        && bytes[13] == b':'
        && text.ends_with('Z')
        && text[..4].bytes().all(|byte| byte.is_ascii_digit());
    shaped.then(|| format!("{} {}", &text[..10], &text[11..16]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_and_controls_are_removed_whole() {
        let text = "a\u{1b}[31;1mb\u{1b}]0;title\u{7}c\u{1b}]8;;http://x\u{1b}\\d\u{9b}2Je\u{1b}cf\u{0}g\u{202e}h";
        assert_eq!(clean_line(text), "abcdefgh");
        assert_eq!(clean_line("un\r\ndeux\ttrois\n"), "un deux trois");
        assert_eq!(clean_lines("un\n\u{1b}[2Jdeux\u{2028}trois"), ["un", "deux", "trois"]);
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

    #[test]
    fn times_are_short_and_nothing_else_is_taken_for_one() {
        assert_eq!(short_time("2026-11-21T21:18:13.512Z").as_deref(), Some("2026-11-21 21:18"));
        assert_eq!(short_time("2026-11-21T21:18:13Z").as_deref(), Some("2026-11-21 21:18"));
        for text in ["JER-104-00193-54", "2026-11-21", "", "éééé-éé-ééTéé:ééZ", "xxxx-xx-xxTxx:xx:xxZ"] {
            assert_eq!(short_time(text), None);
        }
    }

    proptest! {
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
