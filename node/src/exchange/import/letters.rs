//! Letters that were read by the wrong table of characters.
//!
//! French has one accented letter among plain ones, two at most (`créée`); Arabic, Russian or Greek have nothing but
//! letters beyond ASCII. So a run of three such bytes in a text of one byte a letter is no French, and words in it that
//! call for sealing would not be found if it were read as French.
//!
//! ```text
//! bytes of one byte a letter ─ runs of 3 and more from 0xC0 ─ letters that 1256 and 1252 share? no ─ those of Arabic? ─ 1256
//! text, however it came      ─ runs of 3 and more from À to ÿ ──────────────────────────── most of what is not ASCII? ─ refused
//! ```

/// Shortest run that is no French.
const RUN_MIN: usize = 3;
/// Letters out of place below which a file is doubted in places and not as a whole.
const WHOLE_MIN: usize = 8;

/// Whether the text can be what was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Nothing speaks against it.
    None,
    /// So many words look read by the wrong table.
    Places(usize),
    /// Most of what is not ASCII does.
    Whole,
}

/// Bytes from 0xC0 that are one letter or sign in Windows-1252 and in Windows-1256: no reader can mistake them.
fn is_shared(byte: u8) -> bool {
    matches!(byte, 0xd7 | 0xe0 | 0xe2 | 0xe7..=0xeb | 0xee | 0xef | 0xf4 | 0xf7 | 0xf9 | 0xfb | 0xfc)
}

/// What runs of letters add up to.
#[derive(Default)]
struct Runs {
    /// Letters beyond ASCII in the whole text.
    high: usize,
    /// Runs that are no French.
    runs: usize,
    /// Their letters.
    letters: usize,
    /// Those of them that only one of the two tables has.
    own: usize,
    /// Those that are frequent in Arabic: alef, lam, meem, noon, waw, yeh.
    frequent: usize,
}

impl Runs {
    fn of(bytes: impl Iterator<Item = u8>) -> Self {
        let (mut all, mut run) = (Self::default(), Vec::new());
        for byte in bytes.chain([b' ']) {
            if byte >= 0xc0 {
                run.push(byte);
                continue;
            }
            all.end(&run);
            run.clear();
        }
        all
    }

    fn end(&mut self, run: &[u8]) {
        self.high += run.len();
        let own = run.iter().filter(|byte| !is_shared(**byte)).count();
        // a letter held down (`éééé`) is no word of another script
        let alike = run.windows(2).all(|pair| pair[0] == pair[1]);
        if run.len() < RUN_MIN || own == 0 || alike {
            return;
        }
        self.runs += 1;
        self.letters += run.len();
        self.own += own;
        self.frequent += run.iter().filter(|b| matches!(b, 0xc7 | 0xe1 | 0xe3 | 0xe4 | 0xe6 | 0xed)).count();
    }
}

/// Whether what stands beyond ASCII is Arabic in Windows-1256: runs of letters that are Arabic there, and among them the
/// frequent ones, half of any Arabic text. French beside it is read alike by both tables.
pub(super) fn is_arabic(bytes: &[u8]) -> bool {
    let runs = Runs::of(bytes.iter().copied());
    runs.runs > 0 && runs.own * 10 >= runs.letters * 9 && runs.frequent * 5 >= runs.letters
}

/// Whether a text was read by the wrong table, here or by whoever saved it.
pub(super) fn misread(text: &str) -> Doubt {
    // what Latin-1 has: other letters end a run
    let runs = Runs::of(text.chars().map(|c| u8::try_from(c).unwrap_or(b' ')));
    let twice = arabic_read_twice(text);
    let places = runs.runs + twice;
    match places {
        0 => Doubt::None,
        _ if twice >= WHOLE_MIN || (runs.own >= WHOLE_MIN && runs.letters * 2 >= runs.high) => Doubt::Whole,
        n => Doubt::Places(n),
    }
}

/// Arabic in UTF-8 that was read as Windows-1252 and saved: `Ø§Ù„` for `ال`.
fn arabic_read_twice(text: &str) -> usize {
    if !text.contains(['Ø', 'Ù']) {
        return 0;
    }
    let second = |c: char| matches!(c, '\u{80}'..='\u{bf}') || "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ".contains(c);
    let mut before = ' ';
    let mut found = 0;
    for c in text.chars() {
        found += usize::from(matches!(before, 'Ø' | 'Ù') && second(c));
        before = c;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARABIC: &str = "دفع مع خدم استلام المال";

    fn bytes(table: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
        table.encode(text).0.into_owned()
    }

    #[test]
    fn arabic_of_its_table_is_known_in_long_and_short_and_beside_french() {
        for text in [ARABIC, "تعرضت للتحرش من موظف", "المال", "قرية ;\u{e9}t\u{e9};créée;le chef a refusé", "لم أستلم"]
        {
            assert!(is_arabic(&bytes(encoding_rs::WINDOWS_1256, text)), "{text}");
        }
    }

    #[test]
    fn other_scripts_and_french_are_not_taken_for_arabic() {
        for (table, text) in [
            (encoding_rs::WINDOWS_1251, "Мне не выдали деньги, и никто не отвечает"),
            (encoding_rs::WINDOWS_1253, "Δεν πήρα τα χρήματα και κανείς δεν απαντά"),
            (encoding_rs::WINDOWS_1255, "לא קיבלתי את הכסף ואף אחד לא עונה"),
            (encoding_rs::WINDOWS_1252, "Créée à l’été, l’œuvre n’a pas été reçue : ÉÈÊ, éèàùç, ééééé, « déjà »"),
        ] {
            assert!(!is_arabic(&bytes(table, text)), "{text}");
        }
    }

    #[test]
    fn a_text_of_the_wrong_table_is_doubted_and_french_is_not() {
        let read = |table: &'static encoding_rs::Encoding, text| {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes(table, text)).0.into_owned()
        };
        for (table, text) in [
            (encoding_rs::WINDOWS_1256, ARABIC),
            (encoding_rs::WINDOWS_1251, "Мне не выдали деньги"),
            (encoding_rs::WINDOWS_1253, "Δεν πήρα τα χρήματα"),
            (encoding_rs::UTF_8, ARABIC),
        ] {
            assert_eq!(misread(&read(table, text)), Doubt::Whole, "{text}");
        }
        let mixed = format!("{} {}", "déjà reçue à l’été ".repeat(20), read(encoding_rs::WINDOWS_1251, "дом"));
        assert_eq!(misread(&mixed), Doubt::Places(1));
        for right in [ARABIC, "Créée à l’été, éèàùç, ééééé, ÉÉÉÉ, Ñandú, Øre, Ùn", "日本語 Привет"]
        {
            assert_eq!(misread(right), Doubt::None, "{right}");
        }
    }
}
