//! One of several by its number, its label or the beginning of it.

use node::error::Failure;

use super::Desk;
use crate::choice::plain;

/// How somebody answered a question of a few.
pub(super) enum Chosen {
    One(usize),
    /// Nothing was typed.
    Blank,
    /// `<`: the question before is asked again.
    Back,
}

/// One of these, asked for until it is one; `None` where nothing is typed, or to go back.
pub(super) fn one(desk: &mut Desk<'_, '_>, question: &str, labels: &[String]) -> Result<Option<usize>, Failure> {
    Ok(match choose(desk, question, labels, None)? {
        Chosen::One(at) => Some(at),
        Chosen::Blank | Chosen::Back => None,
    })
}

/// The same, told apart. `default`: the one that Enter alone stands for.
pub(super) fn choose(
    desk: &mut Desk<'_, '_>,
    question: &str,
    labels: &[String],
    default: Option<usize>,
) -> Result<Chosen, Failure> {
    for (label, n) in labels.iter().zip(1..) {
        let mark = if default == Some(n - 1) { " *" } else { "" };
        desk.say(&format!("{n:>3}  {label}{mark}"));
    }
    loop {
        let Some(typed) = desk.line(question)? else { return Err(Failure::new("interrupted")) };
        let said = plain(&typed);
        if typed.trim() == "<" {
            return Ok(Chosen::Back);
        }
        if said.is_empty() {
            return Ok(default.map_or(Chosen::Blank, Chosen::One));
        }
        match meant(&said, labels) {
            Some(at) => return Ok(Chosen::One(at)),
            None => desk.say_text("ui-not-understood"),
        }
    }
}

/// The label of this number, or the only one that is or begins with what was said.
fn meant(said: &str, labels: &[String]) -> Option<usize> {
    let by_number = said.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|at| *at < labels.len());
    let whole = || labels.iter().position(|label| plain(label) == said);
    let only = || {
        let mut begin = labels.iter().enumerate().filter(|(_, label)| plain(label).starts_with(said));
        let first = begin.next()?;
        begin.next().is_none().then_some(first.0)
    };
    by_number.or_else(whole).or_else(only)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_number_a_label_or_the_beginning_of_one_alone_is_meant() {
        let labels = ["Plainte", "Question", "Préoccupation", "Suggestion"].map(str::to_owned);
        assert_eq!(meant("2", &labels), Some(1));
        assert_eq!(meant("question", &labels), Some(1));
        assert_eq!(meant("preocc", &labels), Some(2));
        assert_eq!(meant("p", &labels), None, "two begin so");
        for not in ["0", "5", "xyz"] {
            assert_eq!(meant(not, &labels), None, "{not}");
        }
    }
}
