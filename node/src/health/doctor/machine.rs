//! The machine's clock and its network.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, UdpSocket};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value as Json;

use super::Finding;
use crate::clock::{Judged, SLACK_MS, minute};
use crate::keys::keyring::KEYRING_FILE;
use crate::store::STORE_FILE;

fn modified_ms(path: &Path) -> Option<i64> {
    let at: SystemTime = std::fs::metadata(path).ok()?.modified().ok()?;
    i64::try_from(at.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

/// The clock against what is certain, and the system's own opinion. `opened`: what the home keeps is known; else its files
/// tell when it was last written.
pub(super) fn clock(home: &Path, judged: &Judged, opened: bool) -> Vec<Finding> {
    let files = [KEYRING_FILE, STORE_FILE].iter().filter_map(|name| modified_ms(&home.join(name))).max();
    let files = files.filter(|files| !opened && *files <= judged.horizon_ms);
    let shifted = minute(judged.machine_ms.saturating_add(judged.offset_ms));
    let than = |at_ms| minute(at_ms);
    let mut found = vec![match (judged.doubt, files) {
        (Some(doubt), _) => match doubt.evidence {
            "program" => Finding::bad("clock_behind_program").arg("now", shifted).arg("than", than(doubt.than_ms)),
            "own_entry" => Finding::bad("clock_behind_entry").arg("now", shifted).arg("than", than(doubt.than_ms)),
            "restart" => {
                let now = minute(judged.machine_ms);
                Finding::bad("clock_unsure").arg("now", now).arg("than", than(doubt.than_ms))
            }
            _ => Finding::bad("clock_behind_files").arg("now", shifted).arg("than", than(doubt.than_ms)),
        },
        (None, Some(files)) if judged.now_ms.saturating_add(SLACK_MS) < files => {
            Finding::bad("clock_behind_files").arg("now", shifted).arg("than", than(files))
        }
        _ if judged.ahead => Finding::warn("clock_ahead").arg("now", shifted),
        _ if judged.offset_ms != 0 => {
            Finding::warn("clock_corrected").arg("now", shifted).arg("machine", minute(judged.machine_ms))
        }
        _ => Finding::ok("clock_ok").arg("now", shifted),
    }];
    if cfg!(target_os = "linux") && !kept_right() {
        found.push(Finding::warn("clock_alone"));
    }
    found
}

/// Whether a service sets the clock by the network.
fn kept_right() -> bool {
    let signs = [
        "/run/systemd/timesync/synchronized",
        "/run/chrony/chronyd.pid",
        "/run/chronyd.pid",
        "/run/ntpd.pid",
        "/var/run/ntpd.pid",
        "/run/openntpd.pid",
    ];
    signs.iter().any(|sign| Path::new(sign).exists())
}

/// Whether others can reach this machine, and find it.
pub(super) fn network(listening: &[String]) -> Vec<Finding> {
    let mut found = vec![match lan_address() {
        Some(address) => Finding::ok("network_ok").arg("address", address),
        None => Finding::warn("network_none"),
    }];
    found.push(match listening {
        [] if TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).is_err() => Finding::bad("network_no_port"),
        [] => Finding::warn("network_not_running"),
        addresses => Finding::ok("network_listening").arg("addresses", addresses.join(" ")),
    });
    if let Some(name) = firewall() {
        found.push(Finding::warn("network_firewall").arg("name", name));
    }
    found.push(match multicast() {
        true => Finding::ok("discovery_ok"),
        false => Finding::warn("discovery_impossible"),
    });
    found
}

/// Whom a running node has heard on the local network: `reach` of `boucle status`, told as a finding.
pub(super) fn discovery(reach: &Json) -> Option<Finding> {
    let list = |name: &str| reach[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let of = |row: &Json, name: &str| row[name].as_str().map(str::to_owned);
    Some(match reach["discovery"]["state"].as_str()? {
        "on" => match reach["discovery"]["heard"].as_u64().unwrap_or(0) {
            0 if list("connected").is_empty() => Finding::warn("discovery_alone"),
            0 => return None,
            n => {
                let named = |row: &Json| {
                    let (addr, device) = (of(row, "addr").unwrap_or_default(), of(row, "device"));
                    let met = list("connected").iter().find(|peer| peer["device"] == row["device"]);
                    let name = met.and_then(|peer| of(peer, "site"));
                    match name.or_else(|| Some(device?.chars().take(8).collect())) {
                        Some(name) => format!("{name} ({addr})"),
                        None => addr,
                    }
                };
                let called = list("addresses").iter().filter(|row| row["source"] == "heard");
                let mut who: Vec<String> = called.map(named).collect();
                if who.is_empty() {
                    // the other side was quicker to call
                    who = list("connected").iter().map(named).collect();
                }
                Finding::ok("discovery_heard").arg("n", n).arg("who", who.join(", "))
            }
        },
        "off" => Finding::ok("discovery_off"),
        state => {
            let why = of(&reach["discovery"], "reason").unwrap_or_else(|| state.to_owned());
            Finding::warn("discovery_failed").arg("why", why)
        }
    })
}

/// The address this machine would use on its network. Nothing is sent: a socket is only given a destination.
fn lan_address() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // an address for documentation: it belongs to nobody
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    match socket.local_addr().ok()? {
        std::net::SocketAddr::V4(address) if !address.ip().is_loopback() && !address.ip().is_unspecified() => {
            Some(*address.ip())
        }
        _ => None,
    }
}

/// A firewall whose being on can be seen without rights.
fn firewall() -> Option<&'static str> {
    let ufw = std::fs::read_to_string("/etc/ufw/ufw.conf").unwrap_or_default();
    if ufw.lines().any(|line| line.trim().eq_ignore_ascii_case("enabled=yes")) {
        return Some("ufw");
    }
    Path::new("/run/firewalld").exists().then_some("firewalld")
}

/// Whether a multicast datagram comes back on this machine. It carries nothing and cannot leave it (its hops are 0).
fn multicast() -> bool {
    const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
    let attempt = || -> std::io::Result<bool> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.join_multicast_v4(&GROUP, &Ipv4Addr::UNSPECIFIED)?;
        socket.set_multicast_loop_v4(true)?;
        socket.set_multicast_ttl_v4(0)?;
        socket.set_read_timeout(Some(Duration::from_millis(500)))?;
        let port = socket.local_addr()?.port();
        socket.send_to(&[0], SocketAddrV4::new(GROUP, port))?;
        Ok(socket.recv(&mut [0; 8])? > 0)
    };
    attempt().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::{AHEAD_MS, DAY_MS, Kept, Machine};
    use crate::health::doctor::State;

    #[test]
    fn a_running_node_says_whom_it_heard_and_when_it_hears_nobody() {
        let reach = |state: &str, heard: u64, connected: Json| {
            let addresses = json!([
                {"addr": "/ip4/192.168.1.7/tcp/4410", "source": "heard", "device": "53e3da1e00"},
                {"addr": "/ip4/192.168.1.8/tcp/4410", "source": "heard", "device": "019ebb14aa"},
                {"addr": "/ip4/192.168.1.9/tcp/4410", "source": "heard", "device": null},
                {"addr": "/ip4/10.0.0.1/tcp/4410", "source": "named", "device": "53e3da1e00"},
            ]);
            let reach = json!({
                "discovery": {"state": state, "heard": heard, "reason": null},
                "connected": connected, "addresses": addresses,
            });
            discovery(&reach)
        };
        let met = || json!([{"device": "53e3da1e00", "site": "JER"}]);
        let heard = reach("on", 3, met()).expect("told");
        assert_eq!((heard.code, heard.state), ("discovery_heard", State::Ok));
        let who = "JER (/ip4/192.168.1.7/tcp/4410), 019ebb14 (/ip4/192.168.1.8/tcp/4410), /ip4/192.168.1.9/tcp/4410";
        assert_eq!(heard.args, [("n", "3".to_owned()), ("who", who.to_owned())]);
        assert_eq!(reach("on", 0, json!([])).map(|found| found.code), Some("discovery_alone"));
        assert_eq!(reach("on", 0, met()), None, "in touch by an address: nothing is amiss");
        assert_eq!(reach("off", 0, json!([])).map(|found| found.code), Some("discovery_off"));
        assert_eq!(reach("flooded", 9, met()).map(|found| found.code), Some("discovery_failed"));
    }

    #[test]
    fn a_clock_before_the_program_or_the_files_is_bad_and_one_far_ahead_is_doubted() -> std::io::Result<()> {
        let home = tempfile::tempdir()?;
        let now_ms = crate::clock::now_ms();
        let machine = Machine::system(now_ms - 30 * DAY_MS);
        let at = |now_ms, opened| {
            let judged = machine.judge_at(now_ms, &Kept::default());
            clock(home.path(), &judged, opened).first().map(|f| (f.code, f.state))
        };
        assert_eq!(at(0, false), Some(("clock_behind_program", State::Bad)));
        assert_eq!(at(now_ms, false), Some(("clock_ok", State::Ok)));
        assert_eq!(at(now_ms + 10 * AHEAD_MS, false), Some(("clock_ahead", State::Warn)));
        std::fs::write(home.path().join(STORE_FILE), "x")?;
        assert_eq!(at(now_ms - 2 * SLACK_MS, false), Some(("clock_behind_files", State::Bad)));
        // once the home is open, what it keeps tells: a copy has files of any date
        assert_eq!(at(now_ms - 2 * SLACK_MS, true), Some(("clock_ok", State::Ok)));
        Ok(())
    }
}
