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
    /// They are back before the last day.
    pub(crate) is_back: bool,
    /// The last day away, in the zone of their site.
    pub(crate) until: Day,
    /// Who stands in.
    pub(crate) deputy: Option<MemberId>,
    /// Who said it.
    pub(crate) by: MemberId,
}

impl Absence {
    /// Reads a statement: number, day, deputy or a dash, and `back` where they are back.
    pub(crate) fn read(text: &str, by: MemberId) -> Option<Self> {
        let mut parts = text.split(' ');
        let n = parts.next()?.parse().ok().filter(|n| *n <= STATEMENTS_MAX)?;
        let until = parts.next()?.parse().ok()?;
        let deputy = match parts.next()? {
            "-" => None,
            id => Some(id.parse().ok()?),
        };
        let is_back = match parts.next() {
            None => false,
            Some("back") => true,
            Some(_) => return None,
        };
        parts.next().is_none().then_some(Self { n, is_back, until, deputy, by })
    }

    pub(crate) fn text(&self) -> String {
        let deputy = self.deputy.map_or_else(|| "-".to_owned(), |id| id.to_string());
        let back = if self.is_back { " back" } else { "" };
        format!("{} {} {deputy}{back}", self.n, self.until)
    }
}

impl Shared {
    /// Whether a member is away at a time, Unix milliseconds, and what was said of it.
    pub(crate) fn away(&self, member: &MemberId, now_ms: i64) -> Option<&Absence> {
        let absence = self.absences.get(member)?;
        let site = self.roster.members.get(member)?.site();
        let today = self.roster.zone_of(site).day_of(now_ms);
        (!absence.is_back && today <= absence.until).then_some(absence)
    }

    /// What was said last of a member whose deputy this one was at a time, Unix milliseconds; a deputy keeps what was given to
    /// the absent until their last day.
    pub(crate) fn stood_in(&self, absent: &MemberId, deputy: MemberId, at_ms: i64) -> Option<&Absence> {
        let said = self.absences.get(absent).filter(|said| said.deputy == Some(deputy))?;
        let site = self.roster.members.get(absent)?.site();
        (at_ms < self.roster.zone_of(site).end_ms(said.until)).then_some(said)
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
            Absence { n: 0, is_back: false, until: day, deputy: None, by },
            Absence { n: 8, is_back: false, until: day, deputy: Some(deputy), by },
            Absence { n: 9, is_back: true, until: day, deputy: Some(deputy), by },
        ] {
            assert_eq!(Absence::read(&said.text(), by), Some(said));
        }
        for not in [
            "",
            "1",
            "1 -",
            "1 2026-13-01 -",
            "1 2026-12-15 x",
            "-1 2026-12-15 -",
            "1 2026-12-15 - -",
            "9999999 2026-12-15 -",
            "1  2026-12-15 -",
        ] {
            assert_eq!(Absence::read(not, by), None, "{not}");
        }
    }
}
