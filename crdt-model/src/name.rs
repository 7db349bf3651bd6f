//! Names as people mean them: one name whatever bytes it was typed in.
//!
//! [`clean`] makes the one form in which a name is kept. [`folded`] makes the form in which names are compared. [`mention`]
//! says whether a text speaks of somebody who bears a name. Cleaning never makes two names alike that look different: what
//! cannot be seen is refused, not dropped. [`clean_id`] and [`passphrase`] are the forms of what is not a name, and is
//! typed on many keyboards all the same.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint, GeneralCategory, Script};
use icu_properties::{CodePointMapData, CodePointSetData};
use zeroize::Zeroizing;

/// Scripts whose letters look like those of another: a name has letters of one of them at most.
const LOOK_ALIKE: [Script; 7] =
    [Script::Latin, Script::Cyrillic, Script::Greek, Script::Armenian, Script::Cherokee, Script::Coptic, Script::Lisu];

/// A word shorter than this is compared as it is: with one letter changed, short names are other names.
const NEAR_LETTERS_MIN: usize = 4;

/// A name shorter than this is looked for in a longer text as it is: `pose` is no slip of `Rose` there.
const NEAR_IN_TEXT_MIN: usize = 6;

/// What stands before a name or between a name and what is said of somebody, in folded form. It is part of nobody's name
/// where a part of a name is looked for.
const BETWEEN: [&str; 66] = [
    "et",
    "ou",
    "and",
    "or",
    "de",
    "du",
    "des",
    "le",
    "la",
    "les",
    "un",
    "une",
    "au",
    "aux",
    "dans",
    "chez",
    "sur",
    "par",
    "pour",
    "avec",
    "qui",
    "est",
    "sont",
    "ce",
    "cet",
    "cette",
    "son",
    "sa",
    "mon",
    "ma",
    "at",
    "of",
    "in",
    "from",
    "the",
    "with",
    "who",
    "is",
    "my",
    "our",
    "his",
    "her",
    "mr",
    "mrs",
    "ms",
    "mme",
    "mlle",
    "mle",
    "monsieur",
    "madame",
    "mademoiselle",
    "dr",
    "docteur",
    "doctor",
    "sieur",
    "maitre",
    "chef",
    "chief",
    "agent",
    "agente",
    "msye",
    "mesye",
    "madan",
    "senor",
    "senora",
    "el",
];

/// A single word of a name that is shorter than this (`de`, `El`, an initial) does not stand for the whole name.
const PART_LETTERS_MIN: usize = 3;

/// Why a name cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing but blanks.
    #[error("a name has at least one letter")]
    Empty,
    /// It holds a character that shows nothing or turns the direction of others.
    #[error("a name holds a character that cannot be seen")]
    Invisible,
    /// It mixes letters of scripts that look alike, such as Latin and Cyrillic.
    #[error("a name mixes letters of two scripts that look alike")]
    MixedScripts,
}

impl NameFault {
    /// A stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "name_empty",
            Self::Invisible => "name_invisible",
            Self::MixedScripts => "name_mixed_scripts",
        }
    }
}

/// How a text speaks of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mention {
    /// By part of the name, or by a name one letter away.
    Near,
    /// By the whole name.
    Whole,
}

/// A blank of any kind. The blank of Braille is one, though Unicode calls it a symbol.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// A character that shows nothing, or that turns the direction of those around it. Line ends and tabs are such too.
pub fn is_unseen(c: char) -> bool {
    let annotation = ('\u{fff9}'..='\u{fffb}').contains(&c);
    c.is_control()
        || annotation
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || CodePointSetData::new::<BidiControl>().contains(c)
}

fn spaced(text: &str) -> String {
    text.split(is_blank).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// The form in which a name is kept: composed (NFC), each run of blanks one space, none at the ends.
///
/// # Errors
///
/// [`NameFault`] where nothing is left, something cannot be seen, or look-alike scripts are mixed.
pub fn clean(name: &str) -> Result<String, NameFault> {
    let composed = clean_id(name)?;
    let scripts = CodePointMapData::<Script>::new();
    let used = |script: &&Script| composed.chars().any(|c| scripts.get(c) == **script);
    if LOOK_ALIKE.iter().filter(used).count() > 1 {
        return Err(NameFault::MixedScripts);
    }
    Ok(composed)
}

/// The form in which a number or an id of another system is kept: as a name, but letters of any scripts.
///
/// # Errors
///
/// [`NameFault::Empty`] and [`NameFault::Invisible`].
pub fn clean_id(id: &str) -> Result<String, NameFault> {
    let spaced = spaced(id);
    if spaced.chars().any(is_unseen) {
        return Err(NameFault::Invisible);
    }
    if spaced.is_empty() { Err(NameFault::Empty) } else { Ok(composed(&spaced)) }
}

/// The form in which ids of other systems are compared: as [`clean_id`] keeps them, also those that were kept before it
/// looked. Case makes another id.
pub fn folded_id(id: &str) -> String {
    let seen: String = spaced(id).chars().filter(|c| !is_unseen(*c)).collect();
    composed(&seen)
}

/// Digits by which a telephone is known, at most and at least: the last ones are the same with and without a country's code.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 6..=8;
/// Telephones that are looked for in one text.
const PHONES_MAX: usize = 4;

/// The last eight digits of each telephone in a text, whatever digits it is written in and with whatever between them. Several
/// are parted by `/`, `,`, `;`, `|` or a line. Of fewer than six digits nothing is made: they tell nobody apart.
pub fn phone_endings(text: &str) -> Vec<String> {
    let digit = |c: char| match c {
        '\u{660}'..='\u{669}' => char::from_digit(c as u32 - 0x660, 10),
        '\u{6f0}'..='\u{6f9}' => char::from_digit(c as u32 - 0x6f0, 10),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(c as u32 - 0xff10, 10),
        c => Some(c).filter(char::is_ascii_digit),
    };
    let ending = |part: &str| {
        let digits: Vec<char> = part.chars().filter_map(digit).collect();
        let kept = digits.len().saturating_sub(*PHONE_DIGITS.end());
        (digits.len() >= *PHONE_DIGITS.start()).then(|| digits[kept..].iter().collect())
    };
    text.split(['/', ',', ';', '|', '\n']).filter_map(ending).take(PHONES_MAX).collect()
}

/// A passphrase as it is meant: composed, any blank a space. Each blank counts, at the ends too (RFC 8265, `OpaqueString`).
pub fn passphrase(typed: &str) -> Zeroizing<String> {
    // composing makes three bytes of one at most: nothing is copied while it grows
    let mut spaced = Zeroizing::new(String::with_capacity(typed.len()));
    spaced.extend(typed.chars().map(|c| if is_blank(c) && !c.is_ascii() { ' ' } else { c }));
    let mut composed = Zeroizing::new(String::with_capacity(3 * spaced.len()));
    // a string takes whatever is written to it
    let _ = ComposingNormalizerBorrowed::new_nfc().normalize_to(&spaced, &mut *composed);
    composed
}

/// The form in which names are compared: case, accents, width, kinds of blank, dash and apostrophe make no difference, nor
/// does what cannot be seen. For looking up only: it is never shown or kept as a name.
pub fn folded(name: &str) -> String {
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize(name);
    let categories = CodePointMapData::<GeneralCategory>::new();
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars() {
        if is_blank(c) {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            continue;
        }
        // tatweel only makes an Arabic word longer
        if is_unseen(c) || c == '\u{640}' || categories.get(c) == GeneralCategory::NonspacingMark {
            continue;
        }
        match c {
            '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2032}' | '`' | '\u{b4}' => out.push('\''),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            // upper, then lower case: `ß` and `SS`, `ς` and `Σ`, `ı` and `I` become one
            c => out.extend(c.to_uppercase().flat_map(char::to_lowercase)),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether two names are one for a person.
pub fn same(a: &str, b: &str) -> bool {
    folded(a) == folded(b)
}

/// Whether a text speaks of somebody who bears this name: by the whole name, by one word of it, or by a spelling one
/// letter away. Meant to ask a person with; it finds more than is meant.
pub fn mention(text: &str, name: &str) -> Option<Mention> {
    let (text, name) = (folded(text), folded(name));
    let (said, borne) = (words(&text), words(&name));
    if borne.is_empty() {
        return None;
    }
    if said.windows(borne.len()).any(|some| some == borne) {
        return Some(Mention::Whole);
    }
    let part = |word: &&str| letters(word) >= PART_LETTERS_MIN && said.iter().any(|other| alike(other, word));
    borne.iter().any(part).then_some(Mention::Near)
}

/// Whether a text holds this name: the whole of it, written together or apart, or one letter away where it is long.
pub fn holds(text: &str, name: &str) -> bool {
    spells(text, name, NEAR_IN_TEXT_MIN)
}

/// Whether somebody spoken of in these words may be whoever bears this name. Meant for what is said of who is complained
/// about, where nobody can be asked: by the whole name or a letter off, by all its words in another order, or by a part
/// of it with no other name beside it (`Robert, du magasin` may be Jean Robert, `Paul Robert` is somebody else).
pub fn may_be(text: &str, name: &str) -> bool {
    if spells(text, name, NEAR_LETTERS_MIN) {
        return true;
    }
    let whole = folded(name);
    let borne = words(&whole);
    let said = folded(text);
    let in_any_order = borne.len() > 1 && borne.iter().all(|word| words(&said).iter().any(|other| alike(other, word)));
    let is_part = |part: &[&str]| {
        part.iter().any(|word| letters(word) >= PART_LETTERS_MIN)
            && part.iter().all(|word| borne.iter().any(|other| alike(word, other)))
    };
    in_any_order
        || text.split([',', ';', '/', '(', ')', '.', ':', '\n', '\u{60c}', '\u{61b}']).any(|clause| {
            let clause = folded(clause);
            // an initial says too little to part two people
            let told: Vec<&str> = words(&clause).into_iter().filter(|word| letters(word) > 1).collect();
            told.split(|word| BETWEEN.contains(word)).any(is_part)
        })
}

/// Whether the words of a name follow each other in a text, or something does that is one letter away from them.
/// `near_min`: letters from which a letter off counts.
fn spells(text: &str, name: &str, near_min: usize) -> bool {
    let (text, name) = (folded(text), folded(name));
    let (said, borne) = (words(&text), words(&name));
    if borne.is_empty() {
        return false;
    }
    let whole = borne.join(" ");
    let counts = |n: usize| {
        said.windows(n).any(|some| {
            let other = some.join(" ");
            other == whole
                || (letters(&whole).min(letters(&other)) >= near_min && strsim::osa_distance(&other, &whole) <= 1)
        })
    };
    // one blank more or less is a letter off, too
    [borne.len(), borne.len() - 1, borne.len() + 1].into_iter().filter(|n| *n > 0).any(counts)
}

fn letters(word: &str) -> usize {
    word.chars().count()
}

/// Two words that are one, or one letter away where they are long.
fn alike(a: &str, b: &str) -> bool {
    let long = letters(a).min(letters(b)) >= NEAR_LETTERS_MIN;
    a == b || (long && strsim::osa_distance(a, b) <= 1)
}

/// The words of a folded text.
fn words(folded: &str) -> Vec<&str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_one_whatever_blanks_and_letters_it_was_typed_in() {
        for typed in ["Ana Paul", " Ana\u{a0}Paul ", "Ana\u{202f}Paul", "Ana \t\u{3000} Paul\n", "Ana\u{2800}Paul"] {
            assert_eq!(clean(typed).as_deref(), Ok("Ana Paul"), "{typed:?}");
        }
        assert_eq!(clean("Re\u{301}mi"), clean("Rémi"));
        assert_eq!(clean(" \u{a0}\u{2003}"), Err(NameFault::Empty));
    }

    #[test]
    fn a_telephone_is_one_however_it_is_written() {
        let forms = [
            "37123456",
            "+509 3712-3456",
            "00509 37 12 34 56",
            "\u{663}\u{667}\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}",
        ];
        for form in forms {
            assert_eq!(phone_endings(form), ["37123456"], "{form}");
        }
        assert_eq!(phone_endings("37123456 / 4455 6677"), ["37123456", "44556677"]);
        assert_eq!(phone_endings("123 456"), ["123456"]);
        assert!(phone_endings("12345, no number").is_empty());
    }

    #[test]
    fn what_cannot_be_seen_is_refused() {
        for hidden in [
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202e}',
            '\u{2066}',
            '\u{feff}',
            '\u{ad}',
            '\u{3164}',
            '\u{e0041}',
            '\u{fe0f}',
            '\u{61c}',
            '\u{7}',
            '\u{9b}',
            '\u{fffa}',
            '\u{2060}',
            '\u{34f}',
        ] {
            let typed = format!("Ro{hidden}se");
            assert_eq!(clean(&typed), Err(NameFault::Invisible), "{hidden:?}");
            assert_eq!(folded(&typed), "rose", "{hidden:?}: looked up as it looks");
        }
    }

    #[test]
    fn scripts_that_look_alike_are_not_mixed() {
        for mixed in ["R\u{43e}se", "\u{391}na", "Ros\u{435} Paul", "\u{410}\u{39f}", "\u{13aa}ose"] {
            assert_eq!(clean(mixed), Err(NameFault::MixedScripts), "{mixed}");
        }
        for whole in ["Анна Павел", "Άννα", "Rose علي", "فاطمة Ana", "李 Rose", "Rose 2", "O’Brien", "N'Guessan-Koné"]
        {
            assert!(clean(whole).is_ok(), "{whole}");
        }
    }

    #[test]
    fn case_accents_width_dashes_and_apostrophes_make_no_other_name() {
        for (a, b) in [
            ("Rémi", "REMI"),
            ("Ｒｏｓｅ", "rose"),
            ("N’Guessan", "n'guessan"),
            ("Jean‑Paul", "JEAN-PAUL"),
            ("Straße", "STRASSE"),
            ("İnce", "ince"),
            ("أحمد", "احمد"),
            ("محمـد", "محمد"),
            ("Ana\u{a0}Paul", "ana  paul"),
            ("ﬁona", "Fiona"),
        ] {
            assert!(same(a, b), "{a} {b}: {} {}", folded(a), folded(b));
        }
        assert!(!same("Rose", "Rosa"));
    }

    #[test]
    fn somebody_is_spoken_of_by_the_whole_name_a_part_or_a_slip() {
        for (text, name, found) in [
            ("Ana\u{a0}Paul", "Ana Paul", Some(Mention::Whole)),
            ("c'est ana paul, du magasin", "Ana Paul", Some(Mention::Whole)),
            ("Paul, Ana", "Ana Paul", Some(Mention::Near)),
            ("Jean-Robert", "Jean Robert", Some(Mention::Whole)),
            ("le chef Robert", "Jean Robert", Some(Mention::Near)),
            ("Jean Rober", "Jean Robert", Some(Mention::Near)),
            ("Roes Charles", "Rose", Some(Mention::Near)),
            ("une rose rouge", "Rose", Some(Mention::Whole)),
            ("Roger", "Rose", None),
            ("le", "Le Roy", None),
            ("Ana", "Eva", None),
            ("", "Rose", None),
            ("Rose", "", None),
        ] {
            assert_eq!(mention(text, name), found, "{text} {name}");
        }
    }

    #[test]
    fn an_id_is_one_in_whatever_letters_and_blanks_and_case_makes_another() {
        assert_eq!(clean_id(" N\u{b0}\u{a0}12  e\u{301}").as_deref(), Ok("N\u{b0} 12 é"));
        assert_eq!(clean_id("A\u{430}").as_deref(), Ok("A\u{430}"), "letters of any scripts");
        assert_eq!(clean_id("1\u{200b}2"), Err(NameFault::Invisible));
        assert_eq!(clean_id("\u{a0}"), Err(NameFault::Empty));
        assert_eq!(folded_id("1\u{200b}2\u{a0} 3"), "12 3");
        assert_ne!(folded_id("aB"), folded_id("ab"));
    }

    #[test]
    fn a_passphrase_is_one_whatever_keyboard_it_was_typed_on() {
        let meant = passphrase("été forêt");
        for typed in ["e\u{301}te\u{301} fore\u{302}t", "été\u{a0}forêt", "été\u{202f}forêt"] {
            assert_eq!(passphrase(typed), meant, "{typed:?}");
        }
        for other in ["été  forêt", " été forêt", "été forêt ", "ete foret", "Été forêt", "été\tforêt"] {
            assert_ne!(passphrase(other), meant, "{other:?}");
        }
    }

    #[test]
    fn who_is_complained_about_may_be_a_member_by_a_part_a_slip_or_another_order() {
        for (text, name, may) in [
            ("Ana Paul", "Ana\u{a0}Paul", true),
            ("paul ana", "Ana Paul", true),
            ("Anna Paul", "Ana Paul", true),
            ("AnaPaul", "Ana Paul", true),
            ("M. Robert", "Jean Robert", true),
            ("Robert, du magasin", "Jean Robert", true),
            ("le chef Robert du magasin", "Jean Robert", true),
            ("un agent et Jean", "Jean Robert", true),
            ("J. Robert", "Jean Robert", true),
            ("Roza", "Rosa", true),
            ("rose", "Rose", true),
            ("Rose Charles", "Rose", true),
            ("\u{645}\u{62d}\u{645}\u{62f}", "\u{645}\u{62d}\u{645}\u{62f} Ali", true),
            ("Paul Robert", "Jean Robert", false),
            ("un agent du magasin", "Jean Robert", false),
            ("Jean Baptiste", "Jean Robert", false),
            ("un petit homme", "Ange Petit", false),
            ("Roger", "Rose", false),
            ("je ne sais pas", "Rose", false),
            ("", "Rose", false),
            ("Rose", "", false),
        ] {
            assert_eq!(may_be(text, name), may, "{text} {name}");
        }
    }

    #[test]
    fn a_text_holds_a_name_whole_or_a_letter_off() {
        for (text, name, holds_it) in [
            ("C'est Ana Paul qui l'a dit.", "Ana Paul", true),
            ("C'est Anna Paul qui l'a dit.", "Ana Paul", true),
            ("Rose l'a vu", "Rose", true),
            ("il pose la question", "Rose", false),
            ("Paul est venu", "Ana Paul", false),
            ("rien", "Ana Paul", false),
        ] {
            assert_eq!(holds(text, name), holds_it, "{text} {name}");
        }
    }

    proptest! {
        #[test]
        fn an_id_that_is_kept_is_compared_as_it_is(typed in any::<String>()) {
            if let Ok(id) = clean_id(&typed) {
                prop_assert_eq!(folded_id(&id), id.clone());
                prop_assert_eq!(folded_id(&typed), id);
            }
        }

        #[test]
        fn a_passphrase_in_its_form_stays_so_in_three_times_the_room(typed in any::<String>()) {
            let form = passphrase(&typed);
            prop_assert!(form.len() <= 3 * typed.len());
            prop_assert_eq!(passphrase(&form), form);
        }

        #[test]
        fn a_clean_name_stays_as_it_is_and_is_looked_up_as_it_was_typed(typed in "\\PC{0,24}") {
            if let Ok(name) = clean(&typed) {
                prop_assert_eq!(clean(&name), Ok(name.clone()));
                prop_assert_eq!(folded(&name), folded(&typed));
            }
        }

        #[test]
        fn folding_twice_is_folding_once(typed in any::<String>()) {
            let once = folded(&typed);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn whoever_is_named_is_found(name in "[A-Za-zéèçñ]{4,9}( [A-Za-zéèç]{4,9})?", before in "[a-z ,.]{0,20}") {
            let text = format!("{before} {name}.");
            prop_assert_eq!(mention(&text, &name), Some(Mention::Whole));
            prop_assert!(holds(&text, &name) && may_be(&text, &name));
        }
    }
}
