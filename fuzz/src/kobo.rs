//! An export of KoboToolbox, and a mapping for it. First byte: bit 0, the rest begins with a mapping that ends at a zero;
//! bit 1, a channel for rows without one; bits 2 and 3, which encoding is told.

use crdt_model::taxonomy::Taxonomy;
use node::exchange::import::kobo::{Export, KoboOptions, Mapping, Outcome};

use crate::Seed;

/// Rows are numbered as they stand, and no error shows what a cell says.
pub fn run(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let (mapping, file) = match rest.iter().position(|byte| *byte == 0).filter(|_| choice & 1 == 1) {
        Some(end) => (String::from_utf8_lossy(&rest[..end]), &rest[end + 1..]),
        None => ("".into(), rest),
    };
    let Ok(mapping) = Mapping::shipped_with(&mapping) else { return };
    let channel = (choice & 2 == 2).then(|| "kobo".to_owned());
    let options =
        KoboOptions { mapping, default_channel: channel, now_ms: Some(1_795_219_200_000), ..KoboOptions::default() };
    let encoding = [None, Some("utf-8"), Some("windows-1256"), Some("utf-16le")][usize::from(choice >> 2 & 3)];
    let Ok(export) = Export::decode(file, encoding) else { return };
    let Ok(mut rows) = export.rows(&options, Taxonomy::shipped()) else { return };
    let (total, mut number) = (rows.total(), 0);
    for row in rows.by_ref() {
        assert_eq!(row.number, number + 1, "rows are numbered as they stand");
        number = row.number;
        match &row.outcome {
            Outcome::Repeat { of } => assert!(*of < row.number),
            Outcome::Ready(_) | Outcome::Skipped(_) | Outcome::Rejected(_) => {}
        }
        assert!(!row.sealed() || row.restricted.is_some());
    }
    assert!(number <= total, "more rows than were counted");
    let told = rows.told();
    assert!(told.duplicates.iter().all(|pair| pair.first < pair.second && pair.second <= number));
}

/// The files of trouble that the import is tested with, and a first export.
pub fn seeds() -> Vec<Seed> {
    let file = |name: &str, bytes: &[u8]| (name.to_owned(), [&[0], bytes].concat());
    let mapping = b"[values.category]\n\"plainte\" = \"payment.not_received\"\n";
    let first = include_bytes!("../../tests/data/import/consent-1-0.csv");
    vec![
        file("bad-time", include_bytes!("../../tests/data/import/bad-time.csv")),
        file("consent", first),
        file("cp1256", include_bytes!("../../tests/data/import/cp1256-arabic.csv")),
        file("na-cells", include_bytes!("../../tests/data/import/na-cells.csv")),
        file("same-name", include_bytes!("../../tests/data/import/second-column-same-name.csv")),
        file("sensitive", include_bytes!("../../tests/data/import/sensitive-flag.csv")),
        file("shifted", include_bytes!("../../tests/data/import/shift-open-quote.csv")),
        file("two-columns", include_bytes!("../../tests/data/import/two-columns-one-field.csv")),
        ("mapping".to_owned(), [&[3], mapping.as_slice(), &[0], first].concat()),
    ]
}
