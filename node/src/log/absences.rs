//! Who is away until when, and who stands in for them: what was said of it last.
//!
//! It stands in the staff document, signed by whoever said it: the member who is away, or somebody who manages people of
//! their rank at their site. What was said last counts: each statement has a number above those its author knew of.

use crdt_model::time::Day;
use crdt_model::values::MemberId;

use super::Shared;

/// Key in the staff document: `away/<member>`.
pub(crate) const AWAY: &str = "away";
/// Most statements about one member.
pub(crate) const STATEMENTS_MAX: u32 = 1_000_000;

/// What was said last of a member's absence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Absence {
    pub(crate) n: u32,
    /// The last day away, in the zone of their site. `None`: they are back.
    pub(crate) until: Option<Day>,
    /// Who stands in.
    pub(crate) deputy: Option<MemberId>,
    /// Who said it.
    pub(crate) by: MemberId,
}

impl Absence {
    /// Reads a statement: number, day and deputy, a dash for nothing.
    pub(crate) fn read(text: &str, by: MemberId) -> Option<Self> {
        let mut parts = text.split(' ');
        let n = parts.next()?.parse().ok().filter(|n| *n <= STATEMENTS_MAX)?;
        let mut part = || parts.next().map(|part| (part != "-").then_some(part));
        let (until, deputy) = (part()?, part()?);
        let until = until.map(|day| day.parse().ok()).map_or(Some(None), |day| day.map(Some))?;
        let deputy = deputy.map(|id| id.parse().ok()).map_or(Some(None), |id| id.map(Some))?;
        parts.next().is_none().then_some(Self { n, until, deputy, by })
    }

    pub(crate) fn text(&self) -> String {
        let dash = || "-".to_owned();
        let until = self.until.map_or_else(dash, |day| day.to_string());
        let deputy = self.deputy.map_or_else(dash, |id| id.to_string());
        format!("{} {until} {deputy}", self.n)
    }
}

impl Shared {
    /// Whether a member is away at a time, Unix milliseconds, and what was said of it.
    pub(crate) fn away(&self, member: &MemberId, now_ms: i64) -> Option<&Absence> {
        let absence = self.absences.get(member)?;
        let site = self.roster.members.get(member)?.site();
        let today = self.roster.zone_of(site).day_of(now_ms);
        absence.until.is_some_and(|until| today <= until).then_some(absence)
    }

    /// Members who are away, and whose deputy this one is.
    pub(crate) fn stands_in_for(&self, member: &MemberId, now_ms: i64) -> Vec<MemberId> {
        let of = |absent: &&MemberId| self.away(absent, now_ms).is_some_and(|away| away.deputy == Some(*member));
        self.absences.keys().filter(of).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_reads_back_and_nothing_else_is_one() {
        let (by, deputy) = (MemberId([1; 16]), MemberId([2; 16]));
        let day = "2026-12-15".parse::<Day>().expect("a day");
        for said in [
            Absence { n: 0, until: None, deputy: None, by },
            Absence { n: 7, until: Some(day), deputy: None, by },
            Absence { n: 8, until: Some(day), deputy: Some(deputy), by },
        ] {
            assert_eq!(Absence::read(&said.text(), by), Some(said));
        }
        for not in ["", "1", "1 -", "1 2026-13-01 -", "1 - x", "-1 - -", "1 - - -", "9999999 - -", "1  - -"] {
            assert_eq!(Absence::read(not, by), None, "{not}");
        }
    }
}
