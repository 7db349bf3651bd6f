//! Who can be reached, what was tried, and what a person can do when nobody answers.

use std::collections::HashSet;
use std::net::IpAddr;

use crdt_model::values::DeviceId;
use crdt_model::values::moment::rfc3339;
use serde_json::{Value as Json, json};
use transport::Mdns;

use super::{Inner, limits};
use crate::error::Failure;
use crate::log::{Log, locked};
use crate::sync::peers;

/// How an address came to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A person named it.
    Named,
    /// Heard on the local network.
    Heard,
    /// Where a device was met.
    AuthenticatedPeer,
}

impl Source {
    const fn code(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Heard => "heard",
            Self::AuthenticatedPeer => "met",
        }
    }
}

/// What came of an address.
#[derive(Debug, Clone)]
pub(super) struct Tried {
    pub(super) source: Source,
    /// Who answered there last.
    device: Option<DeviceId>,
    /// Unix milliseconds.
    at_ms: i64,
    /// `equal`, or a code of the failure.
    answer: &'static str,
    answered_ms: Option<i64>,
}

/// Discovery, as `reach` says it.
struct Looking {
    state: &'static str,
    reason: Option<String>,
    heard: usize,
}

impl Inner {
    fn source_of(&self, addr: &str) -> Source {
        if locked(&self.named).contains(addr) {
            Source::Named
        } else if self.is_heard(addr) {
            Source::Heard
        } else {
            Source::AuthenticatedPeer
        }
    }

    /// Remembers what came of calling an address.
    pub(super) fn note(&self, addr: &str, outcome: Result<DeviceId, &Failure>) {
        let source = self.source_of(addr);
        let now = (self.talk.now)();
        let mut tried = locked(&self.tried);
        let before = tried.get(addr).cloned();
        if before.is_none()
            && tried.len() >= limits::TRIED_MAX
            && let Some(oldest) = tried.iter().min_by_key(|(_, tried)| tried.at_ms).map(|(addr, _)| addr.clone())
        {
            tried.remove(&oldest);
        }
        let (device, answer, answered_ms) = match outcome {
            Ok(device) => (Some(device), "answered", Some(now)),
            Err(failure) => {
                (before.as_ref().and_then(|b| b.device), failure.code, before.as_ref().and_then(|b| b.answered_ms))
            }
        };
        tried.insert(addr.to_owned(), Tried { source, device, at_ms: now, answer, answered_ms });
    }

    fn looking(&self) -> Looking {
        let discovery = self.transport.discovered().now();
        let (state, reason) = match discovery.mdns {
            Mdns::Off => ("off", None),
            Mdns::On => ("on", None),
            Mdns::Failed(reason) => ("failed", Some(reason.to_string())),
            Mdns::Flooded => ("flooded", None),
            _ => ("unknown", None),
        };
        // somebody is heard at several addresses
        let heard: HashSet<_> = discovery.found.iter().map(|found| super::peer_in(&found.addr)).collect();
        Looking { state, reason, heard: heard.len() }
    }

    /// `reach` of `boucle status`.
    pub(super) fn reach(&self) -> Result<Json, Failure> {
        let listening = self.transport.listening();
        let interfaces = interfaces(&listening);
        let looking = self.looking();
        let shared = self.log().shared();
        let connected: Vec<Json> = locked(&self.lines)
            .iter()
            .map(|(device, held)| {
                json!({
                    "device": device, "site": shared.site_at(device), "addr": super::without_peer(&held.addr),
                    "since": rfc3339(held.since_ms),
                })
            })
            .collect();
        let mut addresses = Vec::new();
        let mut silent = false;
        for (addr, tried) in locked(&self.tried).iter() {
            silent |= tried.answer == "peer_silent";
            addresses.push(json!({
                "addr": super::without_peer(addr), "source": tried.source.code(), "device": tried.device,
                "tried_at": rfc3339(tried.at_ms), "answer": tried.answer,
                "answered_at": tried.answered_ms.map(rfc3339),
            }));
        }
        addresses.extend(known_addresses(self.log(), &addresses)?);
        let strangers = self.transport.failed_handshakes();
        let facts = Facts {
            mdns: looking.state,
            interfaces: interfaces.len(),
            listens: !listening.is_empty(),
            heard: looking.heard,
            silent: silent || strangers > 0,
        };
        let advice = if connected.is_empty() { advice(&facts) } else { Vec::new() };
        let listening: Vec<String> = listening.iter().map(|addr| super::without_peer(addr)).collect();
        let (called, served, bytes, news) = self.traffic.counts();
        Ok(json!({
            "running": true, "listening": listening, "interfaces": interfaces,
            "discovery": {"state": looking.state, "reason": looking.reason, "heard": looking.heard},
            "connected": connected, "addresses": addresses, "strangers": strangers,
            "traffic": {"called": called, "served": served, "session_bytes": bytes, "announcements": news},
            "advice": advice,
        }))
    }

    /// Nobody answered a sync that named nobody: what was tried, and what to do.
    pub(super) fn nobody(&self) -> Failure {
        let looking = self.looking();
        let tried = locked(&self.tried).len();
        let looked = match looking.state {
            state @ ("on" | "off") => state,
            _ => "failed",
        };
        let seconds = self.settings.reach.as_millis().div_ceil(1_000);
        let failure = Failure::new("no_peer").arg("looked", looked).arg("seconds", seconds);
        failure.arg("heard", looking.heard).arg("tried", tried)
    }
}

/// What advice depends on.
struct Facts {
    mdns: &'static str,
    interfaces: usize,
    listens: bool,
    heard: usize,
    /// Somebody was there and did not prove the network's secret.
    silent: bool,
}

/// Codes of what a person can do, the likeliest first. Their words are the texts `advice-…`.
fn advice(facts: &Facts) -> Vec<&'static str> {
    let mut advice = Vec::new();
    if facts.listens && facts.interfaces == 0 {
        advice.push("no_network");
    }
    match facts.mdns {
        "off" => advice.push("mdns_off"),
        "failed" | "flooded" => advice.push("mdns_failed"),
        _ if facts.heard == 0 => advice.extend(["same_network", "isolation"]),
        _ => {}
    }
    if facts.silent {
        advice.push("other_secret");
    }
    advice.extend(["type_address", "carry"]);
    advice
}

/// Addresses of this machine by which others on a network could reach it.
fn interfaces(listening: &[String]) -> Vec<String> {
    let mut ips: Vec<IpAddr> = listening
        .iter()
        .filter_map(|addr| addr.split('/').nth(2)?.parse().ok())
        .filter(|ip: &IpAddr| !ip.is_loopback() && !ip.is_unspecified())
        .collect();
    ips.sort_unstable();
    ips.dedup();
    ips.iter().map(ToString::to_string).collect()
}

/// `reach` of a node that does not run: what is known of others, and that nobody can find it.
pub(crate) fn not_running(log: &Log) -> Result<Json, Failure> {
    Ok(json!({
        "running": false, "listening": [], "interfaces": [],
        "discovery": {"state": "not_running", "reason": null, "heard": 0},
        "connected": [], "addresses": known_addresses(log, &[])?, "strangers": 0, "advice": ["run"],
    }))
}

/// Where devices were met, those left out that `listed` names already.
fn known_addresses(log: &Log, listed: &[Json]) -> Result<Vec<Json>, Failure> {
    let known = peers::peers(log)?.into_iter().filter_map(|peer| {
        let addr = peer.addr?;
        let new = listed.iter().all(|row| row["addr"] != addr.as_str());
        new.then(|| {
            json!({
                "addr": addr, "source": Source::AuthenticatedPeer.code(), "device": peer.device, "tried_at": null,
                "answer": null, "answered_at": rfc3339(peer.last_sync_ms),
            })
        })
    });
    Ok(known.take(limits::TRIED_MAX).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_begins_with_what_is_likeliest_and_always_ends_with_the_stick() {
        let quiet = Facts { mdns: "on", interfaces: 1, listens: true, heard: 0, silent: false };
        assert_eq!(advice(&quiet), ["same_network", "isolation", "type_address", "carry"]);
        let unplugged = Facts { interfaces: 0, ..quiet };
        assert_eq!(advice(&unplugged)[0], "no_network");
        let off = Facts { mdns: "off", interfaces: 1, ..unplugged };
        assert_eq!(advice(&off), ["mdns_off", "type_address", "carry"]);
        let strangers = Facts { mdns: "on", heard: 2, silent: true, ..off };
        assert_eq!(advice(&strangers), ["other_secret", "type_address", "carry"]);
        assert_eq!(advice(&Facts { mdns: "failed", ..strangers })[0], "mdns_failed");
    }

    #[test]
    fn an_interface_is_where_others_can_come_in() {
        let listening = ["/ip4/127.0.0.1/tcp/1", "/ip4/192.168.1.4/tcp/1/p2p/x", "/ip4/192.168.1.4/tcp/2", "name"];
        assert_eq!(interfaces(&listening.map(str::to_owned)), ["192.168.1.4"]);
    }
}
