//! The boundary between a node and whoever asks it: requests and replies as plain data.
//!
//! ```text
//! boucle (one command) ──▶ Envelope{member, passphrase, Request} ──▶ Service::handle ──▶ Reply
//!        │ nobody holds the home: in this process                        ▲
//!        └─ `boucle run` holds it: local socket ── frames ── socket ─────┘
//! ```
//!
//! A [`Service`] answers the same whichever way a request came. A reply is exactly the JSON that `--json` prints:
//! the command line and the page render it, and decide nothing.

pub mod client;
mod clock;
mod commands;
mod frame;
pub(crate) mod node;
mod request;
pub mod socket;
pub(crate) mod words;

pub use crate::exchange::reference::REFERENCE_KINDS;
pub use crate::keys::secret::Secret;
pub use crate::list::CaseFilter;
pub use crate::list::alike::PAIRS_MAX as DUPLICATES_MAX;
pub use crate::list::todo::LINES_DEFAULT as TODO_LINES;
pub use crate::members::Roots;
pub use crate::members::known_zone;
pub use crate::members::tables::RowChange;
pub use crate::reply::{Progress, Reply};
pub use crate::sync::{Ready, RunOptions};
pub use crate::writes::SealOptions;
pub use crate::writes::desk_session::SessionHeader;
pub use crate::writes::drafts::CaseDraft;
pub use crate::writes::slips::SLIPS_MAX;
pub use crate::writes::{check_code, check_codes};
pub use commands::{commands, implemented};
pub use frame::FRAME_BYTES_MAX;
pub use request::Request;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Failure;

/// A request, and who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Language of labels inside the reply (taxonomy, history). Codes never depend on it.
    pub lang: String,
    /// Who acts, by name. `None`: the only member of this device; the node refuses with `member_not_named` when there
    /// are several.
    #[serde(default)]
    pub member: Option<String>,
    /// Unlocks the member, or protects a new one (`Init`, `Join`). Sent when the user gave one, or after the node said
    /// `locked`.
    #[serde(default)]
    pub passphrase: Option<Secret>,
    /// The time to take for now, in Unix milliseconds; `None`: the node's clock. For tests and demonstrations.
    #[serde(default)]
    pub now_ms: Option<i64>,
    /// What is asked.
    pub request: Request,
}

/// Whoever can answer: a node in this process, or the client of one that runs.
pub trait Service: Send + Sync {
    /// Answers one request. Returns only once a change of state is durable. May call `on_progress` while at work;
    /// several requests may be under way on different threads.
    ///
    /// # Errors
    ///
    /// A [`Failure`] whose code stands in [`crate::error::CODES`].
    fn handle(&self, envelope: Envelope, on_progress: &mut dyn FnMut(Progress)) -> Reply;
}

/// A node that can serve: what `boucle run` drives.
pub trait Runtime: Service {
    /// Starts listening, finding peers and serving the page. Returns once it does.
    ///
    /// # Errors
    ///
    /// `cannot_listen`, `bad_address`, `not_initialised`, `locked`, `wrong_passphrase`.
    fn start(&self, options: &RunOptions) -> Result<Ready, Failure>;

    /// Stops serving after the commit under way; [`Service::handle`] keeps answering. Stopping twice is harmless.
    ///
    /// # Errors
    ///
    /// When what was under way could not be finished.
    fn stop(&self) -> Result<(), Failure>;

    /// What waits on those who are unlocked here. Nobody's keys are held longer for it; what cannot be read counts as nothing.
    fn waiting(&self) -> Waiting;
}

/// How much waits on those who are unlocked in one process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Tells those who are unlocked from others.
    pub members: u64,
    /// Lines of `todo` by the code of what is to be done.
    pub tasks: BTreeMap<&'static str, u64>,
}

#[cfg(test)]
mod tests;
