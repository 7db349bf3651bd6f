//! The boundary between a node and whoever asks it: requests and replies as plain data.
//!
//! ```text
//! boucle (one command) ──▶ Envelope{member, passphrase, Request} ──▶ Service::handle ──▶ Reply
//!        │ nobody holds the home: in this process                        ▲
//!        └─ `boucle run` holds it: local socket ── frames ── socket ─────┘
//! ```
//!
//! A [`Service`] answers the same whichever way a request came. A reply is exactly the JSON that `--json` prints
//! (`docs/cli-reference.md`): the command line and the page render it, and decide nothing.

pub mod client;
mod frame;
pub(crate) mod node;
mod request;
pub mod socket;

pub use crate::members::known_zone;
pub use crate::writes::{check_code, check_codes};
pub use frame::FRAME_BYTES_MAX;
pub use request::{CaseFilter, Request, Roots, SealOptions};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::Failure;

/// A passphrase, an invitation: never shown, wiped when dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over a secret text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself: for the keyring, never for a log or an error.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True when nothing was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(Self::new(String::deserialize(d)?))
    }
}

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

/// What `boucle run` was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// Multiaddresses to listen on; empty: every interface, port 4410 or, where that is taken, another.
    pub listen: Vec<String>,
    /// Peers to reach and keep reaching: multiaddresses or `host:port`.
    pub peers: Vec<String>,
    /// Finds peers on the local network.
    pub mdns: bool,
    /// Starts alone, with this key file (absolute path) and no member; the file is made if it is not there, for which a
    /// member's passphrase is needed once.
    pub key_file: Option<std::path::PathBuf>,
    /// Members' keys go when nobody used them for so long, milliseconds; `None`: never.
    pub auto_lock_ms: Option<u64>,
    /// Who unlocks the node, by name; as in [`Envelope::member`].
    pub member: Option<String>,
    /// Their passphrase, if the user gave one: the node refuses with `locked` when it needs it.
    pub passphrase: Option<Secret>,
}

/// What a running node listens on: the first line `boucle run` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// Always true.
    pub ready: bool,
    /// Multiaddresses with their actual ports.
    pub listening: Vec<String>,
    /// The page's address, if there is one; this version has none.
    pub web: Option<String>,
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
}

/// True when this version answers the request of this [name](Request::name): what a command's place in the help
/// depends on.
pub fn implemented(name: &str) -> bool {
    IMPLEMENTED.contains(&name)
}

/// Names of the requests that work in this version. The one table: a request that is not here is refused with
/// `not_built`, and its command is hidden.
pub const IMPLEMENTED: &[&str] = &[
    "init",
    "site add",
    "site set",
    "site list",
    "invite",
    "join",
    "member list",
    "member confirm",
    "audience list",
    "case new",
    "case list",
    "case show",
    "case set",
    "case note",
    "case history",
    "case conflicts",
    "case settle",
    "case triage",
    "case assign",
    "case accept",
    "case act",
    "case hold",
    "case unhold",
    "case resolve",
    "case answer",
    "case attempt",
    "case consent",
    "case close",
    "case reopen",
    "case seal",
    "case raise",
    "case lower",
    "case erase",
    "words show",
    "words add",
    "words remove",
    "case withdraw",
    "outbox",
    "verify",
    "fingerprint",
    "digest",
    "status",
    "doctor",
    "support-file",
    "sync",
    "carry",
    "bundle export",
    "bundle import",
    "bundle inspect",
    "import",
    "clock show",
    "clock set",
    "clock accept",
    "taxonomy show",
    "lock",
    "unlock",
    "passphrase change",
    "wipe",
];

#[cfg(test)]
mod tests;
