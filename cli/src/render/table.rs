//! A table within the columns there are: what must be whole stays whole, the rest gives way.

use super::text::{cut, pad, width};
use super::{Paint, WIDTH};

/// A column.
pub(super) struct Column {
    pub(super) heading: String,
    /// Never cut: references, codes, numbers.
    pub(super) whole: bool,
}

/// Columns between two columns.
const GAP: usize = 2;
/// A column that gives way keeps at least so much.
const LEAST: usize = 4;

/// The table with its headings. Empty columns are left out; when the whole ones alone are too wide, the last ones go.
pub(super) fn table(columns: &[Column], rows: &[Vec<String>], paint: Paint) -> String {
    let natural: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let content = rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0);
            if content == 0 { 0 } else { content.max(width(&column.heading)) }
        })
        .collect();
    let widths = fit(columns, natural, paint.width.min(WIDTH));
    let line = |cells: Vec<&str>| {
        let parts = widths.iter().zip(cells).filter(|(width, _)| **width > 0);
        let line =
            parts.map(|(width, cell)| pad(&cut(cell, *width), *width)).collect::<Vec<_>>().join(&" ".repeat(GAP));
        line.trim_end().to_owned()
    };
    let headings = line(columns.iter().map(|column| column.heading.as_str()).collect());
    let mut out = format!("{}\n", paint.bold(&headings));
    for row in rows {
        let cells = (0..columns.len()).map(|at| row.get(at).map_or("", String::as_str)).collect();
        out += &line(cells);
        out.push('\n');
    }
    out
}

/// Widths that fit: columns that may be cut shrink, the widest first; then columns go from the right.
fn fit(columns: &[Column], mut widths: Vec<usize>, total: usize) -> Vec<usize> {
    loop {
        let shown = widths.iter().filter(|width| **width > 0).count();
        let used = widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1);
        if used <= total {
            return widths;
        }
        let excess = used - total;
        let soft = (0..widths.len()).filter(|at| !columns[*at].whole && widths[*at] > LEAST);
        if let Some(at) = soft.max_by_key(|at| widths[*at]) {
            widths[at] = widths[at].saturating_sub(excess.min((widths[at] - LEAST).div_ceil(2))).max(LEAST);
        } else if let Some(last) = widths.iter().rposition(|width| *width > 0).filter(|_| shown > 1) {
            widths[last] = 0;
        } else {
            return widths.into_iter().map(|width| width.min(total)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn column(heading: &str, whole: bool) -> Column {
        Column { heading: heading.into(), whole }
    }

    #[test]
    fn whole_columns_stay_and_others_give_way() {
        let columns = [column("Ref", true), column("Text", false), column("Rien", false)];
        let rows = vec![vec!["JER-104-00193-54".into(), "x".repeat(100), String::new()]];
        let shown = table(&columns, &rows, Paint::PLAIN);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[0], "Ref               Text");
        assert!(lines[1].starts_with("JER-104-00193-54  xxx") && lines[1].ends_with('…'));
        assert_eq!(width(lines[1]), 80);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_columns_there_are(
            cells in prop::collection::vec(prop::collection::vec("[a-zé日]{0,50}", 0..8), 0..5),
            whole in prop::collection::vec(any::<bool>(), 1..8),
        ) {
            let columns: Vec<_> = whole.iter().map(|whole| column("heading", *whole)).collect();
            let shown = table(&columns, &cells, Paint::PLAIN);
            prop_assert!(shown.lines().all(|line| width(line) <= 80), "{}", shown);
        }
    }
}
