//! Reads the addresses people, files and mDNS give: multiaddrs, `host:port`, `[v6]:port`, or just a host.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use libp2p::{Multiaddr, PeerId, multiaddr::Protocol};

use crate::{
    error::Error,
    limits::{ADDRESS_BYTES_MAX, DEFAULT_PORT, RESOLVED_MAX},
};

/// Where to dial, and who is expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) host: Host,
    pub(crate) port: u16,
    pub(crate) peer: Option<PeerId>,
}

/// A machine, by number or by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    Ip(IpAddr),
    Name(String),
}

const fn bad(reason: &'static str) -> Error {
    Error::BadAddress { reason }
}

impl Target {
    /// Reads an address without looking anything up.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Err(bad("it is empty"));
        }
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(bad("it is too long"));
        }
        if text.starts_with('/') { Self::parse_multiaddr(text) } else { Self::parse_host_port(text) }
    }

    fn parse_multiaddr(text: &str) -> Result<Self, Error> {
        let addr: Multiaddr = text.parse().map_err(|_| bad("not a multiaddr"))?;
        let mut parts = addr.iter();
        let host = match parts.next() {
            Some(Protocol::Ip4(ip)) => Host::Ip(IpAddr::V4(ip)),
            Some(Protocol::Ip6(ip)) => Host::Ip(IpAddr::V6(ip)),
            Some(Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name)) => host_name(&name)?,
            _ => return Err(bad("it must start with /ip4, /ip6 or /dns")),
        };
        let Some(Protocol::Tcp(port)) = parts.next() else {
            return Err(bad("a /tcp port must follow the host"));
        };
        let peer = match parts.next() {
            None => None,
            Some(Protocol::P2p(peer)) => Some(peer),
            Some(_) => return Err(bad("only /p2p may follow the port")),
        };
        if parts.next().is_some() {
            return Err(bad("nothing may follow /p2p"));
        }
        Ok(Self { host, port, peer })
    }

    fn parse_host_port(text: &str) -> Result<Self, Error> {
        if let Ok(socket) = text.parse::<SocketAddr>() {
            return Ok(Self { host: Host::Ip(socket.ip()), port: socket.port(), peer: None });
        }
        if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Ok(Self { host: Host::Ip(ip), port: DEFAULT_PORT, peer: None });
        }
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) => (name, port.parse().map_err(|_| bad("the port is not a number up to 65535"))?),
            None => (text, DEFAULT_PORT),
        };
        Ok(Self { host: host_name(name)?, port, peer: None })
    }

    /// The multiaddrs to try, in order; a name is looked up with the system's resolver.
    pub(crate) async fn resolve(&self) -> Result<Vec<Multiaddr>, Error> {
        let name = match &self.host {
            Host::Ip(ip) => return Ok(vec![tcp_multiaddr(*ip, self.port)]),
            Host::Name(name) => name,
        };
        let unresolvable = || Error::Unresolvable { name: name.clone() };
        let found = tokio::net::lookup_host((name.as_str(), self.port)).await.map_err(|_| unresolvable())?;
        let addrs: Vec<_> = found.take(RESOLVED_MAX).map(|socket| tcp_multiaddr(socket.ip(), self.port)).collect();
        if addrs.is_empty() { Err(unresolvable()) } else { Ok(addrs) }
    }

    /// The multiaddr to listen on: numbers only.
    pub(crate) fn listen_addr(&self) -> Result<Multiaddr, Error> {
        match (&self.host, self.peer) {
            (Host::Ip(ip), None) => Ok(tcp_multiaddr(*ip, self.port)),
            _ => Err(bad("to listen, give an IP address and a port")),
        }
    }
}

/// Accepts letters, digits, `-`, `_` and dots: what a resolver can be asked without surprises.
fn host_name(name: &str) -> Result<Host, Error> {
    if let Ok(ip) = name.parse::<IpAddr>() {
        return Ok(Host::Ip(ip));
    }
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || !name.chars().all(allowed) {
        return Err(bad("not a host name"));
    }
    Ok(Host::Name(name.to_owned()))
}

fn tcp_multiaddr(ip: IpAddr, port: u16) -> Multiaddr {
    // An IPv4 address in IPv6 clothes is dialled, and listed, as what it is.
    let ip = match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    };
    Multiaddr::from(ip).with(Protocol::Tcp(port))
}

/// The address without a trailing `/p2p/…`.
pub(crate) fn without_peer(addr: &Multiaddr) -> Multiaddr {
    addr.iter().filter(|part| !matches!(part, Protocol::P2p(_))).collect()
}

/// Whether the address holds for one cable only: dialling it needs the name of the interface, which no multiaddr has.
pub(crate) fn is_link_local(addr: &Multiaddr) -> bool {
    matches!(addr.iter().next(), Some(Protocol::Ip6(ip)) if ip.is_unicast_link_local())
}

/// Whether somebody on the local network could be dialled there: a plain TCP address that is neither empty nor multicast,
/// nor [link-local](is_link_local).
pub(crate) fn is_dialable(addr: &Multiaddr) -> bool {
    let mut parts = addr.iter();
    let host = match parts.next() {
        Some(Protocol::Ip4(ip)) => ip != Ipv4Addr::UNSPECIFIED && !ip.is_multicast() && !ip.is_broadcast(),
        Some(Protocol::Ip6(ip)) => ip != Ipv6Addr::UNSPECIFIED && !ip.is_multicast() && !ip.is_unicast_link_local(),
        _ => false,
    };
    host && matches!(parts.next(), Some(Protocol::Tcp(port)) if port != 0)
        && matches!(parts.next(), None | Some(Protocol::P2p(_)))
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> Host {
        Host::Ip(text.parse().expect("a literal"))
    }

    #[test]
    fn every_way_to_write_an_address_is_understood() {
        let peer = PeerId::random();
        let with_peer = format!("/ip4/10.0.0.1/tcp/9/p2p/{peer}");
        for (text, host, port, expected) in [
            ("/ip4/10.0.0.1/tcp/9", ip("10.0.0.1"), 9, None),
            (with_peer.as_str(), ip("10.0.0.1"), 9, Some(peer)),
            ("/ip6/::1/tcp/9", ip("::1"), 9, None),
            ("/dns4/node.example/tcp/9", Host::Name("node.example".into()), 9, None),
            ("10.0.0.1:9", ip("10.0.0.1"), 9, None),
            ("10.0.0.1", ip("10.0.0.1"), DEFAULT_PORT, None),
            ("[::1]:9", ip("::1"), 9, None),
            ("[::1]", ip("::1"), DEFAULT_PORT, None),
            ("fe80::1", ip("fe80::1"), DEFAULT_PORT, None),
            ("bureau-goma.local:9", Host::Name("bureau-goma.local".into()), 9, None),
            (" bureau ", Host::Name("bureau".into()), DEFAULT_PORT, None),
        ] {
            assert_eq!(Target::parse(text).expect(text), Target { host, port, peer: expected }, "{text}");
        }
    }

    #[test]
    fn what_is_no_tcp_address_is_refused_with_a_reason() {
        let long = "a".repeat(ADDRESS_BYTES_MAX + 1);
        for text in [
            "",
            "/ip4/1.2.3.4",
            "/ip4/1.2.3.4/udp/9",
            "/tcp/9",
            "/ip4/1.2.3.4/tcp/9/ws",
            "host:99999",
            "a b:1",
            ":9",
            &long,
        ] {
            assert_eq!(Target::parse(text).expect_err(text).code(), "bad_address", "{text}");
        }
    }

    #[test]
    fn only_numbers_can_be_listened_on() {
        assert!(Target::parse("0.0.0.0:0").expect("valid").listen_addr().is_ok());
        assert!(Target::parse("localhost:0").expect("valid").listen_addr().is_err());
    }

    #[test]
    fn useless_addresses_from_the_network_are_not_dialable() {
        for (text, dialable) in [
            ("/ip4/192.168.1.4/tcp/4410", true),
            ("/ip6/fd12:3456::4/tcp/4410", true),
            ("/ip6/2001:db8::4/tcp/4410", true),
            ("/ip6/fe80::4/tcp/4410", false),
            ("/ip6/::/tcp/4410", false),
            ("/ip4/0.0.0.0/tcp/4410", false),
            ("/ip4/224.0.0.1/tcp/4410", false),
            ("/ip4/192.168.1.4/tcp/0", false),
            ("/ip4/192.168.1.4/udp/4410", false),
            ("/ip4/192.168.1.4/tcp/4410/ws", false),
            ("/dns/evil.example/tcp/4410", false),
        ] {
            assert_eq!(is_dialable(&text.parse().expect(text)), dialable, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}|/(ip4|ip6|dns|tcp|p2p)/[0-9a-f:./]{0,30}|[\\[\\]:0-9a-z.]{0,20}") {
            let _ = Target::parse(&text);
        }
    }
}
