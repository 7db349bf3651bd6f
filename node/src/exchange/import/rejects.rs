//! The file of rows that were not taken over.
//!
//! A row is told by its number, its line and its field, with a code and a reason. Its own cells are not repeated: they hold
//! people's words, and this file is plain and travels.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::Remark;
use super::kobo::Row;
use crate::error::Failure;
use crate::exchange::csv_file::{CsvFile, MARK, harmless};
use crate::texts::Texts;

/// A row that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reject {
    pub(crate) row: usize,
    pub(crate) line: u64,
    pub(crate) field: String,
    pub(crate) code: &'static str,
    /// In the reader's language.
    pub(crate) reason: String,
    /// It may tell of something grave, of which nothing is kept.
    pub(crate) grave: bool,
}

impl Reject {
    /// The file's reader refused it.
    pub(crate) fn remarked(row: &Row, remark: &Remark, texts: &Texts) -> Self {
        let reason = texts.remark(remark.code.as_str(), &remark.args);
        Self {
            row: row.number,
            line: row.line,
            field: remark.field.clone(),
            code: remark.code.as_str(),
            reason,
            grave: false,
        }
    }

    /// Says in its reason that the row is to be seen first, if it is.
    pub(crate) fn grave(mut self, grave: bool, texts: &Texts) -> Self {
        if grave && !self.grave {
            self.reason = format!("{} ; {}", self.reason, texts.get("import-grave"));
            self.grave = true;
        }
        self
    }

    /// The node refused it.
    pub(crate) fn refused((row, line): (usize, u64), failure: &Failure, texts: &Texts) -> Self {
        let field = failure.where_.iter().find(|(name, _)| *name == "field").map(|(_, field)| field.clone());
        Self {
            row,
            line,
            field: field.unwrap_or_default(),
            code: failure.code,
            reason: texts.error(failure).0,
            grave: false,
        }
    }
}

/// The file under way.
pub(crate) struct RejectsFile(CsvFile);

impl RejectsFile {
    /// Begins beside `path`, before anything is imported. Nothing is written over but the rejects of an earlier import.
    ///
    /// # Errors
    ///
    /// `same_file` if it is the file that is imported; as of [`CsvFile::begin`].
    pub(crate) fn begin(path: &str, imported: &str, home: &Path) -> Result<Self, Failure> {
        let same = |a: &str, b: &str| matches!((Path::new(a).canonicalize(), Path::new(b).canonicalize()), (Ok(a), Ok(b)) if a == b);
        if same(path, imported) {
            return Err(Failure::new("same_file").arg("file", path).at("file", path));
        }
        let mut begun = CsvFile::begin(path, home, is_of_rejects)?;
        begun.write(COLUMNS)?;
        Ok(Self(begun))
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, reject: &Reject) -> Result<(), Failure> {
        let (row, line) = (reject.row.to_string(), reject.line.to_string());
        self.0.write([&row, &line, &*harmless(&reject.field), reject.code, &harmless(&reject.reason)])
    }

    /// Puts it in its place. Without a row there is no file, and one of an earlier import says so.
    pub(crate) fn finish(self, rows: usize) -> Result<(), Failure> {
        match rows == 0 && !self.0.path().exists() {
            true => Ok(()),
            false => self.0.finish(),
        }
    }
}

const COLUMNS: [&str; 5] = ["row", "line", "field", "code", "reason"];

/// Whether this is a file of rejects, or the beginning of one.
fn is_of_rejects(path: &Path) -> bool {
    let first = [MARK, COLUMNS.join(";").as_bytes(), b"\r\n"].concat();
    let is_file = path.symlink_metadata().is_ok_and(|held| held.is_file());
    let begins = || -> std::io::Result<Vec<u8>> {
        let mut held = Vec::new();
        File::open(path)?.take(first.len() as u64).read_to_end(&mut held)?;
        Ok(held)
    };
    is_file && begins().is_ok_and(|held| first.starts_with(&held))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_appears_whole_or_not_and_never_over_what_is_imported() -> Result<(), Box<dyn std::error::Error>> {
        let (folder, home) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let (from, to) = (folder.path().join("in.csv"), folder.path().join("out.csv"));
        std::fs::write(&from, "x")?;
        let (from, path) = (from.display().to_string(), to.display().to_string());
        assert_eq!(RejectsFile::begin(&from, &from, home.path()).err().map(|failure| failure.code), Some("same_file"));
        let mut file = RejectsFile::begin(&path, &from, home.path())?;
        let reject = Reject {
            row: 3,
            line: 7,
            field: "=canal".into(),
            code: "missing",
            reason: "valeur absente ; voir".into(),
            grave: false,
        };
        file.add(&reject)?;
        assert!(!to.exists());
        file.finish(1)?;
        let text = std::fs::read_to_string(&to)?;
        assert_eq!(text, "\u{feff}row;line;field;code;reason\r\n3;7;'=canal;missing;\"valeur absente ; voir\"\r\n");
        // an import without refusals leaves no older list behind, and makes no file
        RejectsFile::begin(&path, &from, home.path())?.finish(0)?;
        assert_eq!(std::fs::read_to_string(&to)?, "\u{feff}row;line;field;code;reason\r\n");
        std::fs::remove_file(&to)?;
        RejectsFile::begin(&path, &from, home.path())?.finish(0)?;
        assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
        Ok(())
    }

    #[test]
    fn nothing_is_written_over_but_rejects_and_nothing_into_the_home() -> Result<(), Box<dyn std::error::Error>> {
        let (folder, home) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let from = folder.path().join("in.csv").display().to_string();
        std::fs::write(&from, "x")?;
        let begin = |path: &Path| RejectsFile::begin(&path.display().to_string(), &from, home.path());
        let refused = |path: &Path| begin(path).err().map(|failure| failure.code);
        let other = folder.path().join("autre.csv");
        std::fs::write(&other, "une;autre;exportation\r\n")?;
        assert_eq!(refused(&other), Some("file_exists"));
        assert_eq!(std::fs::read_to_string(&other)?, "une;autre;exportation\r\n");
        assert_eq!(refused(folder.path()), Some("file_exists"), "a folder");
        #[cfg(unix)]
        {
            let link = folder.path().join("lien.csv");
            std::os::unix::fs::symlink(&other, &link)?;
            assert_eq!(refused(&link), Some("file_exists"), "a link");
        }
        for name in ["store.redb", "keys.boucle", "new.csv"] {
            assert_eq!(refused(&home.path().join(name)), Some("inside_home"));
        }
        // what a killed import left half done is begun again
        let own = folder.path().join("rejets.csv");
        std::mem::forget(begin(&own)?);
        begin(&own)?.finish(1)?;
        begin(&own)?.finish(1)?;
        Ok(())
    }
}
