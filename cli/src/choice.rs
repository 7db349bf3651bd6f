//! Questions with a few answers: asked until one of them is understood.
//!
//! What was typed before such a question was shown is thrown away. Enter alone gives the safe answer where there is one,
//! and asks again where there is none. What is not understood is asked again: it is never taken for "no".

use crdt_model::name::folded;
use node::error::Failure;
use node::texts::Texts;

use crate::ask;
use crate::console::Console;

/// Words for yes, folded, in every language that people here answer in.
pub(crate) const YES: &[&str] = &["o", "oui", "y", "yes", "wi", "si", "نعم"];
/// Words for no.
pub(crate) const NO: &[&str] = &["n", "non", "no", "لا"];
/// Words for not knowing.
pub(crate) const UNKNOWN: &[&str] = &[
    "?",
    "nsp",
    "ne sait pas",
    "ne sais pas",
    "je ne sais pas",
    "j'sais pas",
    "sait pas",
    "sais pas",
    "pas su",
    "inconnu",
    "dk",
    "don't know",
    "dont know",
    "i don't know",
    "i dont know",
    "do not know",
    "not known",
    "unknown",
    "pa konnen",
    "m pa konnen",
    "no se",
    "no sabe",
    "لا أعرف",
];

/// An answer that may be given: the words that say it, and what it means.
pub(crate) type Answer<'a, T> = (&'a [&'a str], T);

/// An answer in the form in which it is compared: folded, without the stops around it.
pub(crate) fn plain(answer: &str) -> String {
    let folded = folded(answer);
    let bare = folded.trim_matches(|c: char| " .,;:!\"«»()".contains(c));
    bare.to_owned()
}

/// The answer that these words give.
fn understood<T: Copy>(answer: &str, answers: &[Answer<'_, T>]) -> Option<T> {
    let said = plain(answer);
    answers.iter().find(|(words, _)| words.iter().any(|word| folded(word) == said)).map(|(_, value)| *value)
}

/// Asks until one of the answers is understood. `default`: what Enter alone says.
///
/// # Errors
///
/// `safety_unanswered` at the end of input; what the terminal fails with.
pub(crate) fn choose<T: Copy>(
    console: &mut dyn Console,
    texts: &Texts,
    question: &str,
    answers: &[Answer<'_, T>],
    default: Option<T>,
) -> Result<T, Failure> {
    let parse = |answer: &str| understood(answer, answers);
    until(console, texts, question, &parse, default)
}

/// Asks until `parse` understands the answer.
///
/// # Errors
///
/// As [`choose`].
pub(crate) fn until<T: Clone>(
    console: &mut dyn Console,
    texts: &Texts,
    question: &str,
    parse: &dyn Fn(&str) -> Option<T>,
    default: Option<T>,
) -> Result<T, Failure> {
    let mut shown = question.to_owned();
    loop {
        let answer = line(console, texts, &shown)?;
        if plain(&answer).is_empty() {
            match &default {
                Some(default) => return Ok(default.clone()),
                None => question.clone_into(&mut shown),
            }
            continue;
        }
        match parse(&answer) {
            Some(value) => return Ok(value),
            None => shown = format!("{}\n{question}", texts.get("ui-not-understood")),
        }
    }
}

/// One line in answer to a question of safety: nothing that was typed before it was shown.
///
/// # Errors
///
/// As [`choose`].
pub(crate) fn line(console: &mut dyn Console, texts: &Texts, question: &str) -> Result<String, Failure> {
    console.discard_typed_ahead();
    ask::answer(console, texts, question)?.ok_or_else(|| Failure::new("safety_unanswered"))
}

/// Yes or no; `default`: what Enter alone says.
///
/// # Errors
///
/// As [`choose`].
pub(crate) fn yes(
    console: &mut dyn Console,
    texts: &Texts,
    question: &str,
    default: Option<bool>,
) -> Result<bool, Failure> {
    choose(console, texts, question, &[(YES, true), (NO, false)], default)
}

/// One of `n` things by its number, from 0. `default`: as for [`choose`].
///
/// # Errors
///
/// As [`choose`].
pub(crate) fn number(console: &mut dyn Console, texts: &Texts, question: &str, n: usize) -> Result<usize, Failure> {
    let parse = |answer: &str| plain(answer).parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < n);
    until(console, texts, question, &parse, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::script::Script;

    #[test]
    fn yes_and_no_are_understood_as_people_type_them() {
        let texts = Texts::for_lang("fr");
        for typed in ["o", "O", " oui ", "Oui.", "OUI!", "y", "YES", "ｏｕｉ"] {
            assert_eq!(yes(&mut Script::with(&[typed]), &texts, "?", None), Ok(true), "{typed}");
        }
        for typed in ["n", "N", "non", "No", "NON !"] {
            assert_eq!(yes(&mut Script::with(&[typed]), &texts, "?", None), Ok(false), "{typed}");
        }
    }

    #[test]
    fn what_is_not_understood_is_asked_again_and_never_taken_for_no() {
        let texts = Texts::for_lang("fr");
        let mut script = Script::with(&["peut-être", "s", "oui"]);
        assert_eq!(yes(&mut script, &texts, "?", Some(false)), Ok(true));
        assert_eq!(script.asked.len(), 3);
        assert!(script.asked[1].contains("pas compris"), "{:?}", script.asked);
    }

    #[test]
    fn enter_is_the_safe_answer_or_none() {
        let texts = Texts::for_lang("en");
        assert_eq!(yes(&mut Script::with(&[" "]), &texts, "?", Some(true)), Ok(true));
        let mut script = Script::with(&["", "", "n"]);
        assert_eq!(yes(&mut script, &texts, "?", None), Ok(false));
        assert_eq!(script.asked, ["?", "?", "?"]);
        let ended = yes(&mut Script::with(&[""]), &texts, "?", None).expect_err("the input ended");
        assert_eq!(ended.code, "safety_unanswered");
        let hung_up = yes(&mut Script::with(&[]), &texts, "?", Some(true)).expect_err("nobody answered");
        assert_eq!(hung_up.code, "safety_unanswered");
    }

    #[test]
    fn not_knowing_is_an_answer_of_its_own() {
        let texts = Texts::for_lang("fr");
        for typed in ["?", "nsp", "NSP", "ne sait pas", "Je ne sais pas.", "don’t know"] {
            let answers: &[Answer<'_, u8>] = &[(YES, 1), (NO, 2), (UNKNOWN, 3)];
            assert_eq!(choose(&mut Script::with(&[typed]), &texts, "?", answers, None), Ok(3), "{typed}");
        }
    }

    #[test]
    fn a_number_is_one_of_those_shown() {
        let texts = Texts::for_lang("fr");
        let mut script = Script::with(&["0", "4", "x", "", "2"]);
        assert_eq!((number(&mut script, &texts, "?", 3), script.asked.len()), (Ok(1), 5));
    }
}
