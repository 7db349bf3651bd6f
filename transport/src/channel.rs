//! A channel: whole frames in order, both ways at once, over any byte stream.
//!
//! On the wire a frame is its length (`u32`, big-endian) and its bytes. A length over the bound is refused before
//! anything is allocated for it, and memory for a frame grows as its bytes arrive, not as its length claims.
//!
//! Futures of [`Sender`] and [`Receiver`] may be dropped half-way: what was read or queued stays, and the next call goes on.

use std::{fmt, io, pin::pin, sync::Arc, time::Duration};

use futures::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt,
    future::{Either, select},
    io::{ReadHalf, WriteHalf},
};
use tokio::time::{Instant, timeout};

use crate::{
    error::Error,
    limits::{BUFFER_BYTES, FRAME_PREFIX_BYTES, Limits},
    peer::Peer,
    slots::Slot,
};

/// Any byte stream a channel can run over.
pub(crate) trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Carrier for T {}

/// What both halves know of the channel. The slot is given back when the last half goes.
struct Ends {
    local: Peer,
    remote: Peer,
    remote_addr: String,
    _slot: Option<Slot>,
}

/// Who is at the two ends of a new channel.
pub(crate) struct Between {
    pub(crate) local: Peer,
    pub(crate) remote: Peer,
    pub(crate) remote_addr: String,
    pub(crate) slot: Option<Slot>,
}

/// Frames to and from one peer. Dropping it ends it at once, and what was not flushed is lost; see [`close`](Self::close).
pub struct Channel {
    sender: Sender,
    receiver: Receiver,
}

/// The sending half.
pub struct Sender {
    ends: Arc<Ends>,
    io: WriteHalf<Box<dyn Carrier>>,
    /// Whole frames; those before `written` are on their way.
    queue: Vec<u8>,
    written: usize,
    /// Something was written that the stream below may still hold back.
    unflushed: bool,
    bytes_sent: u64,
    frame_bytes_max: usize,
    patience: Duration,
}

/// The receiving half.
pub struct Receiver {
    ends: Arc<Ends>,
    io: ReadHalf<Box<dyn Carrier>>,
    /// Read but not yet taken: `input[start..end]`.
    input: Vec<u8>,
    start: usize,
    end: usize,
    partial: Option<Partial>,
    /// When the first byte of the frame under way arrived.
    begun: Option<Instant>,
    bytes_received: u64,
    frame_bytes_max: usize,
    frame_timeout: Duration,
}

/// A frame of which the length has been accepted.
struct Partial {
    len: usize,
    bytes: Vec<u8>,
}

impl Channel {
    pub(crate) fn new(io: Box<dyn Carrier>, between: Between, limits: &Limits) -> Self {
        let ends = Arc::new(Ends {
            local: between.local,
            remote: between.remote,
            remote_addr: between.remote_addr,
            _slot: between.slot,
        });
        let (read, write) = io.split();
        let sender = Sender {
            ends: ends.clone(),
            io: write,
            queue: Vec::new(),
            written: 0,
            unflushed: false,
            bytes_sent: 0,
            frame_bytes_max: limits.frame_max(),
            patience: limits.send_timeout(),
        };
        let receiver = Receiver {
            ends,
            io: read,
            input: Vec::new(),
            start: 0,
            end: 0,
            partial: None,
            begun: None,
            bytes_received: 0,
            frame_bytes_max: limits.frame_max(),
            frame_timeout: limits.frame_timeout(),
        };
        Self { sender, receiver }
    }

    /// This end.
    pub fn local(&self) -> Peer {
        self.sender.ends.local
    }

    /// The other end, proved by Noise; which device that is, the handshake above must ask.
    pub fn remote(&self) -> Peer {
        self.sender.ends.remote
    }

    /// Where the other end is, as a multiaddr without `/p2p` (or the name in a memory net).
    pub fn remote_addr(&self) -> &str {
        &self.sender.ends.remote_addr
    }

    /// Queues a frame; see [`Sender::send`].
    ///
    /// # Errors
    ///
    /// As [`Sender::send`].
    pub async fn send(&mut self, frame: &[u8]) -> Result<(), Error> {
        self.sender.send(frame).await
    }

    /// Hands everything queued to the connection; see [`Sender::flush`].
    ///
    /// # Errors
    ///
    /// As [`Sender::flush`].
    pub async fn flush(&mut self) -> Result<(), Error> {
        self.sender.flush().await
    }

    /// Waits for a frame and flushes meanwhile, so that a question is never forgotten here; see [`Receiver::recv`].
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv`]; and as [`Sender::flush`] where it would otherwise give `None`.
    pub async fn recv(&mut self, bytes_max: usize, patience: Duration) -> Result<Option<Vec<u8>>, Error> {
        let flushing = pin!(self.sender.flush());
        let receiving = pin!(self.receiver.recv(bytes_max, patience));
        match select(flushing, receiving).await {
            Either::Right((received, _)) => received,
            // A peer that has closed may still have frames here: a failed flush must not hide them.
            Either::Left((flushed, receiving)) => match receiving.await? {
                Some(frame) => Ok(Some(frame)),
                None => flushed.map(|()| None),
            },
        }
    }

    /// Bytes of all frames given to [`send`](Self::send), length prefixes included.
    pub fn bytes_sent(&self) -> u64 {
        self.sender.bytes_sent
    }

    /// Bytes of all frames returned by [`recv`](Self::recv), length prefixes included.
    pub fn bytes_received(&self) -> u64 {
        self.receiver.bytes_received
    }

    /// The two halves, so that both directions can stream at once. The channel lives until both are dropped.
    pub fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }

    /// Flushes and says that nothing more will be sent; then the channel is gone, with what the peer still sends.
    ///
    /// # Errors
    ///
    /// As [`Sender::close`].
    pub async fn close(mut self) -> Result<(), Error> {
        self.sender.close().await
    }
}

impl Sender {
    /// The other end.
    pub fn remote(&self) -> Peer {
        self.ends.remote
    }

    /// Bytes of all frames sent, length prefixes included.
    pub fn bytes_sent(&self) -> u64 {
        self.bytes_sent
    }

    /// Queues a frame, and writes when 64 KiB have come together. Call [`flush`](Self::flush) before waiting for an answer.
    ///
    /// # Errors
    ///
    /// [`Error::FrameTooLarge`] (nothing was queued), [`Error::Closed`], or [`Error::Timeout`] when the peer takes nothing
    /// (the frame stays queued: do not send it again).
    pub async fn send(&mut self, frame: &[u8]) -> Result<(), Error> {
        if frame.len() > self.frame_bytes_max {
            return Err(Error::FrameTooLarge { found: frame.len(), max: self.frame_bytes_max });
        }
        // The queue never holds more than one buffer and one frame: an earlier send that timed out is finished first.
        if self.queued() >= BUFFER_BYTES {
            self.drain().await?;
        }
        let len = u32::try_from(frame.len())
            .map_err(|_| Error::FrameTooLarge { found: frame.len(), max: self.frame_bytes_max })?;
        self.queue.extend_from_slice(&len.to_be_bytes());
        self.queue.extend_from_slice(frame);
        self.bytes_sent += (FRAME_PREFIX_BYTES + frame.len()) as u64;
        if self.queued() >= BUFFER_BYTES { self.drain().await } else { Ok(()) }
    }

    /// Hands everything queued to the connection. The peer has a frame only when it says so in a frame of its own.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`], or [`Error::Timeout`] when the peer takes nothing for `send_timeout_ms`.
    pub async fn flush(&mut self) -> Result<(), Error> {
        self.drain().await?;
        if self.unflushed {
            within(self.patience, self.io.flush()).await?;
            self.unflushed = false;
        }
        Ok(())
    }

    /// Flushes and says that nothing more will be sent: the peer's `recv` gives `None` after the last frame.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub async fn close(&mut self) -> Result<(), Error> {
        self.flush().await?;
        within(self.patience, self.io.close()).await
    }

    fn queued(&self) -> usize {
        self.queue.len() - self.written
    }

    async fn drain(&mut self) -> Result<(), Error> {
        while self.written < self.queue.len() {
            match within(self.patience, self.io.write(&self.queue[self.written..])).await? {
                0 => return Err(Error::Closed),
                count => {
                    self.written += count;
                    self.unflushed = true;
                }
            }
        }
        self.queue.clear();
        self.queue.shrink_to(2 * BUFFER_BYTES);
        self.written = 0;
        Ok(())
    }
}

impl Receiver {
    /// The other end.
    pub fn remote(&self) -> Peer {
        self.ends.remote
    }

    /// Bytes of all frames returned, length prefixes included.
    pub fn bytes_received(&self) -> u64 {
        self.bytes_received
    }

    /// The next frame, of at most `bytes_max` bytes (and never more than `frame_bytes_max`). `patience` counts from the
    /// last byte that arrived, so that a slow line is not taken for a dead one; `frame_timeout_ms` bounds the whole frame.
    ///
    /// `None` when the stream ended between two frames: the peer closed it, or the connection was cut there. Whether
    /// the peer had said everything is for the protocol above to know.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] in the middle of a frame, [`Error::Timeout`] (call again to go on waiting),
    /// [`Error::FrameTooLarge`].
    pub async fn recv(&mut self, bytes_max: usize, patience: Duration) -> Result<Option<Vec<u8>>, Error> {
        let bytes_max = bytes_max.min(self.frame_bytes_max);
        loop {
            if let Some(frame) = self.take_frame(bytes_max)? {
                self.begun = None;
                self.bytes_received += (FRAME_PREFIX_BYTES + frame.len()) as u64;
                return Ok(Some(frame));
            }
            self.make_room();
            let wait = self.wait(patience);
            match within(wait, self.io.read(&mut self.input[self.end..])).await? {
                0 if self.partial.is_none() && self.start == self.end => return Ok(None),
                0 => return Err(Error::Closed),
                count => self.end += count,
            }
        }
    }

    /// The time to wait for the next bytes: `patience`, or what is left for the frame under way.
    fn wait(&mut self, patience: Duration) -> Duration {
        if self.partial.is_none() && self.start == self.end {
            return patience;
        }
        let begun = *self.begun.get_or_insert_with(Instant::now);
        patience.min(self.frame_timeout.saturating_sub(begun.elapsed()))
    }

    /// Takes a frame, or as much of one as has arrived, out of what was read.
    fn take_frame(&mut self, bytes_max: usize) -> Result<Option<Vec<u8>>, Error> {
        let mut partial = match self.partial.take() {
            Some(partial) => partial,
            None => {
                let Some(prefix) = self.input[self.start..self.end].first_chunk::<FRAME_PREFIX_BYTES>() else {
                    return Ok(None);
                };
                let len = usize::try_from(u32::from_be_bytes(*prefix)).unwrap_or(usize::MAX);
                if len > bytes_max {
                    return Err(Error::FrameTooLarge { found: len, max: bytes_max });
                }
                self.start += FRAME_PREFIX_BYTES;
                Partial { len, bytes: Vec::with_capacity(len.min(BUFFER_BYTES)) }
            }
        };
        let take = (partial.len - partial.bytes.len()).min(self.end - self.start);
        partial.bytes.extend_from_slice(&self.input[self.start..self.start + take]);
        self.start += take;
        if partial.bytes.len() == partial.len {
            return Ok(Some(partial.bytes));
        }
        self.partial = Some(partial);
        Ok(None)
    }

    /// Makes the input buffer ready for a read; at most the start of a length prefix has to be moved.
    fn make_room(&mut self) {
        self.input.resize(BUFFER_BYTES, 0);
        self.input.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
    }
}

/// Waits for one step of a stream; whatever the stream fails with, to us it is closed.
async fn within<T>(patience: Duration, step: impl Future<Output = io::Result<T>>) -> Result<T, Error> {
    match timeout(patience, step).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) => Err(Error::Closed),
        Err(_) => Err(Error::Timeout { after_ms: u64::try_from(patience.as_millis()).unwrap_or(u64::MAX) }),
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("local", &self.local()).field("remote", &self.remote()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("remote", &self.ends.remote).finish_non_exhaustive()
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("remote", &self.ends.remote).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures::io::Cursor;
    use libp2p::PeerId;
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn channel_over(bytes: Vec<u8>) -> Channel {
        let (local, remote) = (Peer::new(PeerId::random()), Peer::new(PeerId::random()));
        let between = Between { local, remote, remote_addr: String::new(), slot: None };
        Channel::new(Box::new(Cursor::new(bytes)), between, &Limits::default())
    }

    async fn recv_all(channel: &mut Channel, bytes_max: usize) -> (Vec<Vec<u8>>, Result<(), Error>) {
        let mut frames = Vec::new();
        loop {
            match channel.recv(bytes_max, PATIENCE).await {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => return (frames, Ok(())),
                Err(error) => return (frames, Err(error)),
            }
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(future)
    }

    #[test]
    fn a_claimed_length_allocates_nothing_before_its_bytes_come() {
        let mut bytes = 1_000_000_u32.to_be_bytes().to_vec();
        bytes.extend_from_slice(&[7; 10]);
        let mut channel = channel_over(bytes);
        let (frames, end) = block_on(recv_all(&mut channel, usize::MAX));
        assert!(frames.is_empty() && matches!(end, Err(Error::Closed)));
        let partial = channel.receiver.partial.expect("the frame under way");
        assert_eq!(partial.bytes.len(), 10);
        assert!(partial.bytes.capacity() <= BUFFER_BYTES, "{}", partial.bytes.capacity());
    }

    #[test]
    fn a_frame_over_the_bound_is_refused_again_and_again() {
        let mut channel = channel_over(101_u32.to_be_bytes().to_vec());
        for _ in 0..2 {
            let error = block_on(channel.recv(100, PATIENCE)).expect_err("too large");
            assert!(matches!(error, Error::FrameTooLarge { found: 101, max: 100 }), "{error}");
        }
        assert!(channel.receiver.partial.is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_the_frames_they_spell_or_refused(
            bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(0), Just(0), 0..9_u8], 0..200),
        ) {
            let mut expected = Vec::new();
            let mut rest = &bytes[..];
            let clean = loop {
                let Some((prefix, after)) = rest.split_first_chunk::<4>() else { break rest.is_empty() };
                let len = u32::from_be_bytes(*prefix) as usize;
                if len > 64 || after.len() < len { break false }
                expected.push(after[..len].to_vec());
                rest = &after[len..];
            };
            let mut channel = channel_over(bytes.clone());
            let (frames, end) = block_on(recv_all(&mut channel, 64));
            let delivered: usize = frames.iter().map(|frame| frame.len() + FRAME_PREFIX_BYTES).sum();
            prop_assert_eq!(frames, expected);
            prop_assert_eq!(end.is_ok(), clean);
            prop_assert_eq!(channel.bytes_received(), delivered as u64);
        }
    }
}
