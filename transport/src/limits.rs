//! Every bound of this crate in one place. The defaults suit an office on a poor line; tests make them smaller.

use std::time::Duration;

/// Bytes of the length that stands before each frame.
pub const FRAME_PREFIX_BYTES: usize = 4;

/// The port assumed where an address names none.
pub const DEFAULT_PORT: u16 = 4410;

/// Longest address taken from a person, a file or the network, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 300;

/// How many addresses of one host name are tried.
pub(crate) const RESOLVED_MAX: usize = 8;

/// What a sender gathers before it writes, and what a receiver reads at once, in bytes.
pub(crate) const BUFFER_BYTES: usize = 64 * 1024;

/// Dials that wait for the task which owns the network.
pub(crate) const COMMANDS_MAX: usize = 32;

/// What mDNS may have heard before it is taken for an attack and switched off.
pub(crate) const MDNS_HEARD_MAX: usize = 4_096;

/// Longest inbound queue, whatever the limits say.
const ACCEPT_QUEUE_MAX: usize = 4_096;

/// Longest wait, whatever the limits say: sums with the time of day stay within range.
const WAIT_MS_MAX: u64 = 24 * 3_600 * 1_000;

fn wait(ms: u64) -> Duration {
    Duration::from_millis(ms.min(WAIT_MS_MAX))
}

/// Bounds on what peers may use of this process, and how long it waits for them (never more than a day).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest frame, without its length prefix. Never more than `u32::MAX`.
    pub frame_bytes_max: usize,
    /// Inbound connections that have not yet shown who they are.
    pub pending_in: u32,
    /// Outbound connections being set up.
    pub pending_out: u32,
    /// Inbound connections in use.
    pub established_in: u32,
    /// Outbound connections in use.
    pub established_out: u32,
    /// Connections with one peer, both directions together.
    pub per_peer: u32,
    /// Channels with one peer, both directions together.
    pub streams_per_peer: u32,
    /// Inbound channels waiting for [`accept`](crate::Transport::accept); beyond it they are refused as busy. At least 1.
    pub accept_queue: usize,
    /// A connection without a channel is closed after this many milliseconds.
    pub idle_ms: u64,
    /// A dial ends within this many milliseconds, whatever the other side does.
    pub dial_timeout_ms: u64,
    /// An inbound connection must have shown who it is within this many milliseconds.
    pub handshake_timeout_ms: u64,
    /// A send or flush fails when the peer takes no byte for this many milliseconds.
    pub send_timeout_ms: u64,
    /// A frame must be complete this many milliseconds after its first byte, however slowly it trickles.
    pub frame_timeout_ms: u64,
    /// How long [`stop`](crate::Transport::stop) waits for connections to say goodbye, in milliseconds.
    pub stop_timeout_ms: u64,
    /// How often mDNS asks who is there, in milliseconds; more than 30,000 counts as 30,000.
    pub mdns_query_ms: u64,
    /// Addresses found by mDNS that are kept.
    pub discovered_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes_max: 1024 * 1024,
            pending_in: 8,
            pending_out: 8,
            established_in: 32,
            established_out: 16,
            per_peer: 2,
            streams_per_peer: 8,
            accept_queue: 16,
            idle_ms: 60_000,
            dial_timeout_ms: 10_000,
            handshake_timeout_ms: 10_000,
            send_timeout_ms: 30_000,
            frame_timeout_ms: 600_000,
            stop_timeout_ms: 1_000,
            mdns_query_ms: 10_000,
            discovered_max: 256,
        }
    }
}

impl Limits {
    /// The longest frame that both these limits and the length prefix allow.
    pub(crate) fn frame_max(&self) -> usize {
        self.frame_bytes_max.min(usize::try_from(u32::MAX).unwrap_or(usize::MAX))
    }

    pub(crate) fn dial_timeout(&self) -> Duration {
        wait(self.dial_timeout_ms)
    }

    pub(crate) fn handshake_timeout(&self) -> Duration {
        wait(self.handshake_timeout_ms)
    }

    pub(crate) fn send_timeout(&self) -> Duration {
        wait(self.send_timeout_ms)
    }

    pub(crate) fn frame_timeout(&self) -> Duration {
        wait(self.frame_timeout_ms)
    }

    pub(crate) fn stop_timeout(&self) -> Duration {
        wait(self.stop_timeout_ms)
    }

    pub(crate) fn idle(&self) -> Duration {
        wait(self.idle_ms)
    }

    pub(crate) fn accept_queue(&self) -> usize {
        self.accept_queue.clamp(1, ACCEPT_QUEUE_MAX)
    }

    pub(crate) fn mdns_query(&self) -> Duration {
        Duration::from_millis(self.mdns_query_ms.clamp(100, 30_000))
    }
}
