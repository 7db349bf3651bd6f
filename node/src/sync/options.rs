//! What a node that runs is asked for, and what it says once it does.

use serde::Serialize;

use crate::keys::secret::Secret;

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
    /// Who unlocks the node, by name; as in the envelope of a request.
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
