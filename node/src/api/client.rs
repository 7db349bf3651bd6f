//! Asks the node that holds a home, over its local socket.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::frame::{self, FRAME_BYTES_MAX, Frame, FrameError};
use super::{Envelope, Progress, Reply, Service, socket};
use crate::error::Failure;

/// Silence after which the node counts as dead: it sends a sign of life every few seconds.
const SILENCE: Duration = Duration::from_secs(30);

/// A connection to the node that holds a home. Requests through one client are answered one after the other.
#[derive(Debug)]
pub struct Client {
    stream: Mutex<UnixStream>,
}

/// Connects to the process that holds this home. `None` when there is none, when what is left of one answers no more,
/// or when the socket belongs to another user, to whom nothing is ever sent.
pub fn try_connect(home: &Path) -> Option<Client> {
    let stream = UnixStream::connect(socket::pointed_at(home)?).ok()?;
    if socket::peer_uid(&stream).ok()? != socket::own_uid().ok()? {
        return None;
    }
    stream.set_read_timeout(Some(SILENCE)).ok()?;
    stream.set_write_timeout(Some(SILENCE)).ok()?;
    Some(Client { stream: Mutex::new(stream) })
}

impl Service for Client {
    fn handle(&self, envelope: Envelope, on_progress: &mut dyn FnMut(Progress)) -> Reply {
        let request = frame::encode(&envelope).map_err(|error| match error {
            FrameError::TooLarge => Failure::new("request_too_large").arg("max", FRAME_BYTES_MAX),
            FrameError::Io(error) => broken(&error),
        })?;
        drop(envelope);
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.write_all(&request).map_err(|error| broken(&error))?;
        drop(request);
        let mut rows = Vec::new();
        loop {
            let bytes = match frame::read(&mut *stream) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Err(broken(&std::io::ErrorKind::UnexpectedEof.into())),
                Err(FrameError::Io(error)) => return Err(broken(&error)),
                Err(FrameError::TooLarge) => return Err(Failure::new("reply_too_large").arg("max", FRAME_BYTES_MAX)),
            };
            // The parser's message may quote the reply: it is dropped.
            match serde_json::from_slice(&bytes).map_err(|_| Failure::new("socket_failed"))? {
                Frame::Alive => {}
                Frame::Progress(step) => on_progress(step),
                Frame::Rows(more) => rows.extend(more),
                Frame::Reply(Ok(serde_json::Value::Array(last))) if !rows.is_empty() => {
                    rows.extend(last);
                    return Ok(serde_json::Value::Array(rows));
                }
                Frame::Reply(reply) => return reply,
            }
        }
    }
}

fn broken(error: &std::io::Error) -> Failure {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    let code = if matches!(error.kind(), TimedOut | WouldBlock) { "socket_timed_out" } else { "socket_failed" };
    // Both are in the table.
    Failure::new(code).because(error)
}
