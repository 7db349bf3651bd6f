//! A table for people: it opens right in a French Excel (UTF-8 with its mark, `;`, CRLF), no cell of it runs as a formula,
//! only its owner reads it, and it takes its name once it is whole.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::{Failure, IoOperation};

/// UTF-8, for spreadsheets.
pub(crate) const MARK: &[u8] = "\u{feff}".as_bytes();

/// A table under way. One that is not finished leaves nothing behind.
pub(crate) struct CsvFile {
    path: PathBuf,
    part: PathBuf,
    csv: Option<csv::Writer<File>>,
}

impl CsvFile {
    /// Begins beside `path`: a folder that cannot be written is known at once. Nothing is written over but what `may_replace`
    /// allows, and nothing into the folder of the node.
    ///
    /// # Errors
    ///
    /// `inside_home`, `file_exists`; a failure of the file system.
    pub(crate) fn begin(path: &str, home: &Path, may_replace: fn(&Path) -> bool) -> Result<Self, Failure> {
        let path = PathBuf::from(path);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if matches!((folder.canonicalize(), home.canonicalize()), (Ok(folder), Ok(home)) if folder.starts_with(&home)) {
            return Err(Failure::new("inside_home").arg("file", path.display()).at("file", path.display()));
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        // a link that leads nowhere is something too
        if let Some(taken) = [&path, &part].into_iter().find(|at| at.symlink_metadata().is_ok() && !may_replace(at)) {
            return Err(Failure::new("file_exists").arg("file", taken.display()).at("file", taken.display()));
        }
        let fail = |error: std::io::Error| Failure::io(IoOperation::Write, &path, &error);
        let mut file = private(&part).map_err(fail)?;
        file.write_all(MARK).map_err(fail)?;
        let mut csv = csv::WriterBuilder::new();
        csv.delimiter(b';').terminator(csv::Terminator::CRLF).flexible(true);
        let csv = Some(csv.from_writer(file));
        Ok(Self { path, part, csv })
    }

    /// Adds a row. Cells that may hold what somebody typed go through [`harmless`] before.
    ///
    /// # Errors
    ///
    /// A failure of the file system.
    pub(crate) fn write<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) -> Result<(), Failure> {
        let Some(csv) = &mut self.csv else { return Err(Failure::new("unexpected")) };
        csv.write_record(cells).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => Failure::io(IoOperation::Write, &self.path, &error),
            _ => Failure::new("unexpected"),
        })
    }

    /// Puts it in its place, durably.
    ///
    /// # Errors
    ///
    /// A failure of the file system.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let fail = |error: &std::io::Error| Failure::io(IoOperation::Write, &self.path, error);
        let Some(csv) = self.csv.take() else { return Err(Failure::new("unexpected")) };
        let done = csv.into_inner().map_err(|error| fail(error.error())).and_then(|file| {
            file.sync_all().map_err(|error| fail(&error))?;
            std::fs::rename(&self.part, &self.path).map_err(|error| fail(&error))
        });
        if done.is_err() {
            // what failed is told; of the rest nothing shall stay
            let _ = std::fs::remove_file(&self.part);
        }
        done
    }

    /// Where it will stand.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for CsvFile {
    fn drop(&mut self) {
        if self.csv.take().is_some() {
            // Nobody left to tell.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// Only its owner reads it.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A cell that no spreadsheet runs as a formula: the mark that it is text before it, controls out.
pub(crate) fn harmless(cell: &str) -> String {
    let clean: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match clean.trim_start().chars().next() {
        Some('=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠') => format!("'{clean}"),
        _ => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_runs_as_a_formula() {
        for cell in ["=1+1", "+33", "-x", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(harmless("canal"), "canal");
    }

    #[test]
    fn a_table_that_is_given_up_leaves_nothing_behind() -> Result<(), Box<dyn std::error::Error>> {
        let (folder, home) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let path = folder.path().join("liste.csv").display().to_string();
        let begin = || CsvFile::begin(&path, home.path(), |_| false);
        let mut given_up = begin().map_err(|failure| failure.code)?;
        given_up.write(["x"]).map_err(|failure| failure.code)?;
        drop(given_up);
        assert_eq!(std::fs::read_dir(folder.path())?.count(), 0);
        let mut kept = begin().map_err(|failure| failure.code)?;
        kept.write(["x"]).and_then(|()| kept.finish()).map_err(|failure| failure.code)?;
        assert_eq!(std::fs::read_to_string(&path)?, "\u{feff}x\r\n");
        assert_eq!(begin().err().map(|failure| failure.code), Some("file_exists"));
        Ok(())
    }
}
