//! What a request gives back, and how far long work has come.

use serde::{Deserialize, Serialize};

use crate::error::Failure;

/// How far long work has come. Counts only: never whose case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// A code of what is counted: `entries`, `rows`, `cases`, `bytes`.
    pub what: String,
    /// Done so far.
    pub done: u64,
    /// Of how many; `None` while unknown.
    pub total: Option<u64>,
}

/// The reply: exactly what `--json` prints, or why not.
pub type Reply = Result<serde_json::Value, Failure>;
