//! What is known of other devices: when we last met, whether we parted equal, where they were.

use crdt_model::cbor;
use crdt_model::sync::{Agreed, Report};
use crdt_model::values::DeviceId;
use crdt_model::values::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::clock::DAY_MS;
use crate::error::Failure;
use crate::log::{Log, meta};
use crate::store::{Space, VALUE_BYTES_MAX};

/// A device we have met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PeerRecord {
    /// The device, in hex.
    pub(crate) device: String,
    /// Site of its first member.
    pub(crate) site: Option<String>,
    /// When the last session ended, Unix milliseconds.
    pub(crate) last_sync_ms: i64,
    /// Whether both were equal then.
    pub(crate) equal: bool,
    /// Where it was dialled; `None` if it only ever called us.
    pub(crate) addr: Option<String>,
}

fn peer_key(device: &DeviceId) -> Vec<u8> {
    format!("peer/{device}").into_bytes()
}

fn agreed_key(device: &DeviceId) -> Vec<u8> {
    format!("agreed/{device}").into_bytes()
}

/// The devices met, the last met first.
pub(crate) fn peers(log: &Log) -> Result<Vec<PeerRecord>, Failure> {
    let mut peers = Vec::new();
    for (key, value) in log.store.read()?.list(Space::Peers)? {
        if key.starts_with(b"peer/")
            && let Ok(record) = serde_json::from_slice::<PeerRecord>(&value)
        {
            peers.push(record);
        }
    }
    peers.sort_by(|a, b| (b.last_sync_ms, &a.device).cmp(&(a.last_sync_ms, &b.device)));
    Ok(peers)
}

/// `peers` of `boucle status`. When one was met by a clock that was ahead then is not known.
pub(crate) fn peers_json(log: &Log, now_ms: i64) -> Result<Json, Failure> {
    let one = |peer: PeerRecord| {
        let met_ms = Some(peer.last_sync_ms).filter(|met_ms| *met_ms <= now_ms.saturating_add(DAY_MS));
        json!({
            "device": peer.device, "site": peer.site, "last_sync": met_ms.map(rfc3339),
            "equal": peer.equal, "addr": peer.addr,
        })
    };
    Ok(peers(log)?.into_iter().map(one).collect())
}

/// What this device and that one last agreed on.
pub(crate) fn agreed(log: &Log, device: &DeviceId) -> Result<Option<Agreed>, Failure> {
    let bytes = log.store.read()?.get(Space::Peers, &agreed_key(device))?;
    // a hint only: one that cannot be read costs a round trip
    Ok(bytes.and_then(|bytes| cbor::decode(&bytes).ok()))
}

/// Remembers a session that came to its end.
pub(crate) fn remember_peer(
    log: &Log,
    device: &DeviceId,
    addr: Option<&str>,
    report: &Report,
    now_ms: i64,
) -> Result<(), Failure> {
    let shared = log.shared();
    let site = shared.site_at(device).map(str::to_owned);
    let known = log.store.read()?.get(Space::Peers, &peer_key(device))?;
    let known = known.and_then(|bytes| serde_json::from_slice::<PeerRecord>(&bytes).ok());
    let record = PeerRecord {
        device: device.to_string(),
        site,
        last_sync_ms: now_ms,
        equal: report.equal,
        addr: addr.map(str::to_owned).or_else(|| known.and_then(|record| record.addr)),
    };
    let value = serde_json::to_vec(&record).map_err(|error| Failure::new("unexpected").because(&error))?;
    let agreed = report.agreed.as_ref().map(cbor::encode).filter(|bytes| bytes.len() <= VALUE_BYTES_MAX);
    log.commit_quietly(|tx| {
        tx.put(Space::Peers, &peer_key(device), &value)?;
        if let Some(agreed) = &agreed {
            tx.put(Space::Peers, &agreed_key(device), agreed)?;
        }
        if report.equal {
            tx.put(Space::Meta, meta::OLDEST_HERE, &now_ms.to_be_bytes())?;
        }
        Ok(())
    })
}
