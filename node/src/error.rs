//! What went wrong, as a code with arguments. Words for people come from [`crate::texts`].
//!
//! A [`Failure`] crosses the local socket, so it is plain data; it never holds a secret or a person's words: arguments
//! are codes, counts, names of fields, references and paths. Every code, with its exit status and the arguments its
//! message may use, stands once in [`CODES`]; a test holds that table, the texts and the source together.

mod codes;

pub use codes::{CODES, Code};

use crdt_model::taxonomy::proposed;
use serde::{Deserialize, Serialize};

/// How a process ends, and what kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// It was tried and did not work.
    Failed = 1,
    /// Asked in a way that means nothing, or with something missing.
    Usage = 2,
    /// No such case, site, member, file…
    NotFound = 3,
    /// Not unlocked, or not permitted.
    Denied = 4,
    /// A conflict has to be settled first.
    Conflict = 5,
    /// A peer or the network could not be reached.
    Network = 6,
    /// Input data was rejected.
    Rejected = 7,
}

impl Exit {
    /// The process's exit status.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// Why a request was not done.
///
/// Build one with [`Failure::new`], whose code must stand in [`CODES`]: the exit status comes from there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{code}")]
pub struct Failure {
    /// A stable code of [`CODES`].
    pub code: &'static str,
    /// What the message may name.
    pub args: Vec<(&'static str, String)>,
    /// The exit status it asks for.
    pub exit: Exit,
    /// Where: file, row, column, field…
    #[serde(rename = "where")]
    pub where_: Vec<(&'static str, String)>,
    /// Causes, nearest first, in the words of the libraries; shown with `-v`.
    pub causes: Vec<String>,
}

impl Failure {
    /// A failure with this code of [`CODES`]. A code that is not in the table counts as [`Exit::Failed`].
    pub fn new(code: &'static str) -> Self {
        let exit = Code::find(code).map_or(Exit::Failed, |known| known.exit);
        Self { code, args: Vec::new(), exit, where_: Vec::new(), causes: Vec::new() }
    }

    /// Adds an argument of the message. Never a secret, never a person's words.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Says where it happened (`file`, `row`, `column`, `field`, …).
    #[must_use]
    pub fn at(mut self, name: &'static str, value: impl ToString) -> Self {
        self.where_.push((name, value.to_string()));
        self
    }

    /// Adds an error and all its sources as causes.
    #[must_use]
    pub fn because(mut self, error: &dyn std::error::Error) -> Self {
        let mut next = Some(error);
        while let Some(cause) = next.filter(|_| self.causes.len() < Self::CAUSES_MAX) {
            self.causes.push(cause.to_string());
            next = cause.source();
        }
        self
    }

    /// Causes kept.
    const CAUSES_MAX: usize = 16;

    /// What the machine lacks, where that is why the system refused: memory, file handles, threads. Nothing is damaged then.
    pub fn of_lack(error: &std::io::Error) -> Option<Self> {
        use rustix::io::Errno;
        let code = match error.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::MFILE | Errno::NFILE) => "too_many_files",
            Some(Errno::NOMEM) => "memory_short",
            Some(Errno::AGAIN) => "no_threads",
            _ if error.kind() == std::io::ErrorKind::OutOfMemory => "memory_short",
            _ => return None,
        };
        Some(Self::new(code).because(error))
    }

    /// What is refused by the system where no file is named: what it lacks, or else unexpected.
    pub fn of_system(error: &std::io::Error) -> Self {
        Self::of_lack(error).unwrap_or_else(|| Self::new("unexpected").because(error))
    }

    /// A failed file operation, in the words people need: which file, and why.
    pub fn io(operation: IoOperation, path: &std::path::Path, error: &std::io::Error) -> Self {
        if let Some(lack) = Self::of_lack(error) {
            return lack.at("file", path.display());
        }
        let code = match (operation, error.kind()) {
            (_, std::io::ErrorKind::NotFound) => "file_not_found",
            (_, std::io::ErrorKind::PermissionDenied) => "file_not_permitted",
            (_, std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) => "disk_full",
            (IoOperation::Read, _) => "file_not_readable",
            (IoOperation::Write, _) => "file_not_writable",
        };
        Self::new(code).arg("file", path.display()).at("file", path.display()).because(error)
    }
}

/// What was tried with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IoOperation {
    /// Reading or listing.
    Read,
    /// Creating, writing or renaming.
    Write,
}

/// The form on the wire: names are given back their static form through the table, unknown ones are dropped.
#[derive(Deserialize)]
struct WireFailure {
    code: String,
    #[serde(default)]
    args: Vec<(String, String)>,
    exit: Exit,
    #[serde(default, rename = "where")]
    where_: Vec<(String, String)>,
    #[serde(default)]
    causes: Vec<String>,
}

impl<'de> Deserialize<'de> for Failure {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let wire = WireFailure::deserialize(d)?;
        let Some(known) = Code::find(&wire.code) else {
            // A node of another version answered: its code is shown, its exit status kept.
            let args = vec![("code", wire.code)];
            return Ok(Self {
                code: "unknown_failure",
                args,
                exit: wire.exit,
                where_: Vec::new(),
                causes: wire.causes,
            });
        };
        let intern = |pairs: Vec<(String, String)>, names: &[&'static str]| {
            let find = |name: &str| names.iter().copied().find(|known| *known == name);
            pairs.into_iter().filter_map(|(name, value)| Some((find(&name)?, value))).collect()
        };
        Ok(Self {
            code: known.code,
            args: intern(wire.args, known.args),
            exit: wire.exit,
            where_: intern(wire.where_, codes::WHERE),
            causes: wire.causes,
        })
    }
}

impl Failure {
    /// A code that no taxonomy has, with what may have been meant.
    pub(crate) fn not_in_taxonomy<'a>(
        field: &'static str,
        value: &str,
        codes: impl Iterator<Item = &'a str> + Clone,
    ) -> Failure {
        let near = possible(codes, value);
        // what is no code may be what a person said
        let is_code = value.len() <= 64 && value.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
        let value = if is_code { value } else { "…" };
        Failure::new("not_in_taxonomy").arg("field", field).arg("value", value).arg("near", near).at("field", field)
    }
}

/// What to propose in place of a code; where nothing is near and the codes are many, the command that shows them.
pub(crate) fn possible<'a>(codes: impl Iterator<Item = &'a str> + Clone, value: &str) -> String {
    let near = proposed(codes, value).join(", ");
    if near.is_empty() { "boucle taxonomy show".to_owned() } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_crosses_the_wire_unchanged() -> Result<(), serde_json::Error> {
        let sent = Failure::new("ref_not_found").arg("ref", "JER-104").arg("near", "").at("field", "ref");
        let text = serde_json::to_string(&sent)?;
        assert_eq!(serde_json::from_str::<Failure>(&text)?, sent);
        Ok(())
    }

    #[test]
    fn a_code_of_another_version_keeps_its_exit_status_and_name() -> Result<(), serde_json::Error> {
        let text = r#"{"code":"from_the_future","args":[["x","y"]],"exit":"network","where":[["zzz","1"]]}"#;
        let got: Failure = serde_json::from_str(text)?;
        assert_eq!((got.code, got.exit), ("unknown_failure", Exit::Network));
        assert_eq!(got.args, vec![("code", "from_the_future".to_owned())]);
        Ok(())
    }

    #[test]
    fn causes_follow_the_chain_of_sources() {
        let inner = std::io::Error::other("disk on fire");
        let outer = std::io::Error::other(Failure::new("unexpected").because(&inner));
        assert_eq!(Failure::new("unexpected").because(&outer).causes.first().map(String::as_str), Some("unexpected"));
    }

    #[test]
    fn file_errors_are_told_apart() {
        let path = std::path::Path::new("a.csv");
        let of = |kind: std::io::ErrorKind| Failure::io(IoOperation::Read, path, &kind.into());
        assert_eq!(of(std::io::ErrorKind::NotFound).exit, Exit::NotFound);
        assert_eq!(of(std::io::ErrorKind::StorageFull).code, "disk_full");
        assert_eq!(of(std::io::ErrorKind::InvalidData).code, "file_not_readable");
    }

    #[test]
    fn what_the_machine_lacks_is_told_as_that() {
        let path = std::path::Path::new("store.boucle");
        let of = |errno: i32| {
            let error = std::io::Error::from_raw_os_error(errno);
            Failure::io(IoOperation::Write, path, &error).code
        };
        use rustix::io::Errno;
        for (errno, code) in [
            (Errno::MFILE, "too_many_files"),
            (Errno::NFILE, "too_many_files"),
            (Errno::NOMEM, "memory_short"),
            (Errno::AGAIN, "no_threads"),
            (Errno::NOSPC, "disk_full"),
            (Errno::DQUOT, "disk_full"),
            (Errno::ACCESS, "file_not_permitted"),
        ] {
            assert_eq!(of(errno.raw_os_error()), code);
        }
        assert_eq!(Failure::of_lack(&std::io::ErrorKind::OutOfMemory.into()).map(|f| f.code), Some("memory_short"));
    }

    #[test]
    fn codes_are_unique() {
        let mut seen = std::collections::BTreeSet::new();
        assert!(CODES.iter().all(|code| seen.insert(code.code)));
    }
}
