//! Which languages a member speaks: what was said of it last.
//!
//! It stands in the staff document, signed as an absence is: by the member, or by somebody who manages people of their rank at
//! their site. What was said last counts: each statement has a number above those its author knew of.

use crdt_model::name;
use crdt_model::values::MemberId;

use super::Shared;
use super::absences::STATEMENTS_MAX;

/// Key in the staff document: `speaks/<member>`.
pub(crate) const SPEAKS: &str = "speaks";
/// Most languages of one member.
pub(crate) const LANGUAGES_MAX: usize = 16;
/// Bytes of one of them.
pub(crate) const LANGUAGE_BYTES_MAX: usize = 64;

/// What was said last of the languages of a member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spoken {
    pub(crate) n: u32,
    /// As cases say them: codes of the organisation's table, where it has one.
    pub(crate) languages: Vec<String>,
    /// Who said it.
    pub(crate) by: MemberId,
}

impl Spoken {
    /// Reads a statement: a number, and the languages with commas between them, or a dash.
    pub(crate) fn read(text: &str, by: MemberId) -> Option<Self> {
        let (n, told) = text.split_once(' ')?;
        let n = n.parse().ok().filter(|n| *n <= STATEMENTS_MAX)?;
        let languages: Vec<String> = match told {
            "-" => Vec::new(),
            told => told.split(',').map(str::to_owned).collect(),
        };
        let is_one = |said: &String| {
            !said.is_empty()
                && said.len() <= LANGUAGE_BYTES_MAX
                && said.trim() == said
                && !said.chars().any(char::is_control)
        };
        (languages.len() <= LANGUAGES_MAX && languages.iter().all(is_one)).then_some(Self { n, languages, by })
    }

    pub(crate) fn text(&self) -> String {
        let told = if self.languages.is_empty() { "-".to_owned() } else { self.languages.join(",") };
        format!("{} {told}", self.n)
    }
}

impl Shared {
    /// The languages that were said of a member.
    pub(crate) fn languages_of(&self, member: &MemberId) -> &[String] {
        self.spoken.get(member).map_or(&[], |said| said.languages.as_slice())
    }

    /// Whether it was said of a member that they speak a language.
    pub(crate) fn speaks(&self, member: &MemberId, language: &str) -> bool {
        self.languages_of(member).iter().any(|said| name::same(said, language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_reads_back_and_nothing_else_is_one() {
        let by = MemberId([1; 16]);
        for languages in [vec![], vec!["sg"], vec!["ar-TD", "arabe soudanais", "kbl"]] {
            let said = Spoken { n: 3, languages: languages.into_iter().map(str::to_owned).collect(), by };
            assert_eq!(Spoken::read(&said.text(), by), Some(said));
        }
        let many = ["sg"; LANGUAGES_MAX + 1].join(",");
        for not in
            ["", "1", "1 ", "x sg", "1 sg,,fr", "1 sg, fr", "-1 sg", "9999999 sg", "1 s\tg", &format!("1 {many}")]
        {
            assert_eq!(Spoken::read(not, by), None, "{not}");
        }
    }
}
