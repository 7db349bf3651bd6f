//! Writes an invented KoboToolbox export: `cargo run -p node --features testing --example kobo-export -- 10000 7 > f.csv`
//! (rows, then a seed that chooses what was collected and how the file shows it).

use std::io::Write;

use node::exchange::import::kobo::generate::{Shape, Table};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let rows = args.next().transpose()?.unwrap_or(10_000);
    let seed = args.next().transpose()?.unwrap_or(1);
    let table = Table::new(seed, usize::try_from(rows)?, seed % 2 == 0);
    std::io::stdout().write_all(&table.file(&Shape::new(seed, table.narrow)))?;
    Ok(())
}
