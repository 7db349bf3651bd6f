//! What the columns of a file hold, to know a row whose cells have moved.
//!
//! A quote or a separator astray moves the cells of its row by one: the time of upload stands where the submission's id
//! should. The whole file tells what stands where: ids look like ids in every other row.

use crdt_model::zone::Zone;

use super::columns::{Columns, Meta};
use super::when;

/// What is known of one column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Column {
    filled: usize,
    uuids: usize,
    times: usize,
    numbers: usize,
}

/// What is known of the columns below one header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Profile {
    columns: Vec<Column>,
    /// Rows with as many cells as the header.
    full: usize,
}

/// How a row's cells stand to the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// As those of other rows.
    Whole,
    /// Cells are missing, or stand in the wrong columns.
    Moved,
    /// A column of ids holds no id.
    NoId(usize),
}

const IDS: [Meta; 3] = [Meta::RootUuid, Meta::Uuid, Meta::InstanceId];

impl Profile {
    /// Takes in one more row below a header of `width` columns.
    pub(super) fn look_at<'c>(&mut self, width: usize, cells: impl ExactSizeIterator<Item = &'c str>) {
        if cells.len() != width {
            return;
        }
        self.full += 1;
        self.columns.resize(width, Column::default());
        for (column, cell) in self.columns.iter_mut().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            column.filled += 1;
            column.uuids += usize::from(is_uuid(cell));
            column.times += usize::from(is_time(cell));
            column.numbers += usize::from(is_number(cell));
        }
    }

    /// Whether a row is whole. A row that is shorter because a spreadsheet left out blanks at its end is.
    pub(super) fn fit(&self, columns: &Columns, cells: &[String]) -> Fit {
        if let Some(column) = IDS.iter().filter_map(|&id| columns.meta_at(id)).find(|&at| self.is_no_id(at, cells)) {
            return if cells.len() == columns.count { Fit::NoId(column) } else { Fit::Moved };
        }
        let held = |at: &usize| self.columns.get(*at).copied().unwrap_or_default();
        // what Kobo fills in every row cannot be blank in this one
        let always = |at: &usize| columns.is_technical(*at) && held(at).filled == self.full && self.full > 0;
        if (cells.len()..columns.count).any(|at| always(&at)) {
            return Fit::Moved;
        }
        let astray = |at: &usize| {
            let cell = cells.get(*at).map_or("", |cell| cell.trim());
            !cell.is_empty() && held(at).is_unlike(cell)
        };
        let moved = match cells.len() == columns.count {
            true => (0..columns.count).filter(|at| columns.is_technical(*at)).filter(astray).count() > 1,
            false => (0..columns.count).any(|at| astray(&at)),
        };
        if moved { Fit::Moved } else { Fit::Whole }
    }

    /// No UUID where the column's others are; or a time, in whatever company.
    fn is_no_id(&self, at: usize, cells: &[String]) -> bool {
        let cell = cells.get(at).map_or("", |cell| cell.trim());
        if cell.is_empty() || is_uuid(cell) {
            return false;
        }
        let held = self.columns.get(at).copied().unwrap_or_default();
        (held.uuids > 0 && held.uuids * 2 >= held.filled) || is_time(cell)
    }
}

impl Column {
    /// Whether nearly all of the column is of one kind, and this cell is not.
    fn is_unlike(self, cell: &str) -> bool {
        let all = |of_kind: usize| of_kind > 1 && of_kind * 10 >= self.filled * 9;
        (all(self.uuids) && !is_uuid(cell))
            || (all(self.times) && !is_time(cell))
            || (all(self.numbers) && is_word(cell))
    }
}

/// `[uuid:]8-4-4-4-12`, in hexadecimal.
fn is_uuid(cell: &str) -> bool {
    let id = cell.get(..5).filter(|start| start.eq_ignore_ascii_case("uuid:")).map_or(cell, |_| &cell[5..]);
    let groups: Vec<&str> = id.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A time written as one: a number alone is none.
fn is_time(cell: &str) -> bool {
    cell.contains(['-', '/', ':']) && when::read(cell, Some(when::DayOrder::DayFirst), &Zone::UTC).is_some()
}

/// Digits and what stands between them: a number, a telephone, a place on the map, a date.
fn is_number(cell: &str) -> bool {
    cell.contains(|c: char| c.is_ascii_digit())
        && cell.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-.,()/:".contains(c))
}

/// Letters without any digit: `Rose`, not `34 ans` and not `2,2E+10`.
fn is_word(cell: &str) -> bool {
    cell.chars().filter(|c| c.is_alphabetic()).count() > 2 && !cell.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_times_and_numbers_are_told_apart() {
        assert!(
            is_uuid("uuid:D5E638FE-7d8e-4ea5-a5b1-70fe6de8b5a9") && is_uuid("d5e638fe-7d8e-4ea5-a5b1-70fe6de8b5a9")
        );
        assert!(!is_uuid("d5e638fe7d8e4ea5a5b170fe6de8b5a9") && !is_uuid("é") && !is_uuid("u-1"));
        assert!(is_time("2026-03-02T20:00:00") && is_time("15/06/2024 16:51") && !is_time("45306") && !is_time("u-1"));
        assert!(
            is_number("+509 00-00") && is_number("27.0") && !is_number("Rose") && !is_number("") && !is_number("+")
        );
        assert!(is_word("Rose") && !is_word("34 ans") && !is_word("2,2E+10") && !is_word("?"));
    }
}
