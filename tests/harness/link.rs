//! A link that drops: bytes pass on loopback, and after so many of a connection it is cut, or nothing passes any more.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// How a link ends that has carried what it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Both sides are hung up on, in good order.
    Cut,
    /// It stays open, and nothing passes.
    Stall,
}

/// A port on loopback that leads to another one until a connection has carried its bytes, both ways together.
#[derive(Debug)]
pub struct Link {
    at: SocketAddr,
    inner: Arc<Inner>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Inner {
    to: SocketAddr,
    bytes_max: Arc<AtomicU64>,
    end: End,
    over: AtomicBool,
    /// Bytes carried by all connections.
    carried: AtomicU64,
    open: Mutex<Vec<TcpStream>>,
}

impl Link {
    /// Leads to `to` (`host:port`) and hangs up after so many bytes of a connection.
    pub fn that_drops(to: &str, bytes_max: u64) -> Self {
        Self::begin(to, Arc::new(AtomicU64::new(bytes_max)), End::Cut)
    }

    /// As [`that_drops`](Self::that_drops), after as many bytes as are set there when a connection begins.
    pub fn that_drops_after(to: &str, bytes_max: Arc<AtomicU64>) -> Self {
        Self::begin(to, bytes_max, End::Cut)
    }

    /// Leads to `to` (`host:port`) and falls silent after so many bytes of a connection.
    pub fn that_stalls(to: &str, bytes_max: u64) -> Self {
        Self::begin(to, Arc::new(AtomicU64::new(bytes_max)), End::Stall)
    }

    fn begin(to: &str, bytes_max: Arc<AtomicU64>, end: End) -> Self {
        let to = to.parse().expect("an address and a port");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port of loopback");
        let at = listener.local_addr().expect("a port has an address");
        let (over, carried, open) = (AtomicBool::default(), AtomicU64::default(), Mutex::default());
        let inner = Arc::new(Inner { to, bytes_max, end, over, carried, open });
        let accepted = Arc::clone(&inner);
        let accepting = std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                if accepted.over.load(Ordering::SeqCst) {
                    return;
                }
                accepted.join(near);
            }
        });
        Self { at, inner, accepting: Some(accepting) }
    }

    /// Where it is called, as `host:port`.
    pub fn host_port(&self) -> String {
        self.at.to_string()
    }

    /// Bytes it has carried.
    pub fn carried(&self) -> u64 {
        self.inner.carried.load(Ordering::SeqCst)
    }
}

impl Inner {
    fn join(self: &Arc<Self>, near: TcpStream) {
        let Ok(far) = TcpStream::connect(self.to) else { return };
        let both = |one: &TcpStream, other: &TcpStream| Some((one.try_clone().ok()?, other.try_clone().ok()?));
        let (Some(there), Some(back)) = (both(&near, &far), both(&far, &near)) else { return };
        self.open.lock().expect("no test panics with it").extend([near, far]);
        let left = Arc::new(AtomicU64::new(self.bytes_max.load(Ordering::SeqCst)));
        for (from, to) in [there, back] {
            let (inner, left) = (Arc::clone(self), Arc::clone(&left));
            std::thread::spawn(move || inner.carry(from, to, &left));
        }
    }

    /// One direction.
    fn carry(&self, mut from: TcpStream, mut to: TcpStream, left: &AtomicU64) {
        let mut bytes = [0; 1024];
        while let Ok(n @ 1..) = from.read(&mut bytes) {
            let take = |left: u64| Some(left.saturating_sub(n as u64));
            let before = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).unwrap_or(0);
            let passes = usize::try_from(before).unwrap_or(n).min(n);
            if to.write_all(&bytes[..passes]).is_err() {
                break;
            }
            self.carried.fetch_add(passes as u64, Ordering::SeqCst);
            if passes < n {
                if self.end == End::Stall {
                    // read on and drop it, so that nobody notices a full pipe either
                    while from.read(&mut bytes).is_ok_and(|n| n > 0) {}
                }
                break;
            }
        }
        for side in [&from, &to] {
            // the other direction may have hung up before
            let _ = side.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.inner.over.store(true, Ordering::SeqCst);
        for open in self.inner.open.lock().expect("no test panics with it").drain(..) {
            let _ = open.shutdown(Shutdown::Both);
        }
        // wakes who waits for a call
        let _ = TcpStream::connect(self.at);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}
