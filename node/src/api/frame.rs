//! Frames of the local socket: a length (`u32`, big-endian), then that many bytes of JSON.
//!
//! ```text
//! client ──▶ Envelope                                                 one request at a time
//! client ◀── (Alive | Progress | Rows)*  Reply                        Alive while the node works and has nothing to say
//! ```
//! A long listing is cut into `Rows` frames, which the client puts before the rows of the `Reply`. Buffers are wiped:
//! requests carry passphrases and people's words.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Progress, Reply};
use crate::error::Failure;

/// Bytes of JSON in one frame, at most.
pub const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes of rows after which a listing goes on in the next frame.
const ROWS_BYTES: usize = 1024 * 1024;

/// What a node sends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Frame {
    /// Still at work.
    Alive,
    /// How far.
    Progress(Progress),
    /// The next rows of a listing.
    Rows(Vec<serde_json::Value>),
    /// The end: the reply, or the last rows of it.
    Reply(Reply),
}

/// Why bytes are no frame.
#[derive(Debug)]
pub(super) enum FrameError {
    /// The length exceeds [`FRAME_BYTES_MAX`].
    TooLarge,
    /// The stream failed or ended inside a frame.
    Io(std::io::Error),
}

impl From<std::io::Error> for FrameError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// Counts what is written to it.
struct Count(usize);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Length and JSON of one frame.
///
/// # Errors
///
/// [`FrameError::TooLarge`], or a value that JSON cannot hold.
pub(super) fn encode<T: Serialize>(value: &T) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    // Counted first: a buffer that grows leaves copies of what it held behind, unwiped.
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).map_err(std::io::Error::from)?;
    let len = count.0;
    if len > FRAME_BYTES_MAX {
        return Err(FrameError::TooLarge);
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 + len));
    bytes.extend_from_slice(&[0; 4]);
    serde_json::to_writer(&mut *bytes, value).map_err(std::io::Error::from)?;
    let len = u32::try_from(len).expect("the greatest frame fits 32 bits");
    bytes[..4].copy_from_slice(&len.to_be_bytes());
    Ok(bytes)
}

/// The number of bytes that a length announces.
///
/// # Errors
///
/// [`FrameError::TooLarge`].
pub(super) fn announced(len: [u8; 4]) -> Result<usize, FrameError> {
    match u32::from_be_bytes(len) as usize {
        len if len <= FRAME_BYTES_MAX => Ok(len),
        _ => Err(FrameError::TooLarge),
    }
}

/// The frames of a reply, in order. A reply that fits no frame becomes `reply_too_large`.
pub(super) fn of_reply(reply: Reply) -> Result<Vec<Zeroizing<Vec<u8>>>, FrameError> {
    let too_large = || encode(&Frame::Reply(Err(Failure::new("reply_too_large").arg("max", FRAME_BYTES_MAX))));
    let mut frames = Vec::new();
    let last = match reply {
        Ok(serde_json::Value::Array(rows)) => {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            for row in rows {
                let row_bytes = serde_json::to_vec(&row).map_or(0, |text| text.len() + 1);
                if bytes + row_bytes > ROWS_BYTES && !batch.is_empty() {
                    match encode(&Frame::Rows(std::mem::take(&mut batch))) {
                        Ok(frame) => frames.push(frame),
                        Err(FrameError::TooLarge) => return Ok(vec![too_large()?]),
                        Err(error) => return Err(error),
                    }
                    bytes = 0;
                }
                bytes += row_bytes;
                batch.push(row);
            }
            Frame::Reply(Ok(serde_json::Value::Array(batch)))
        }
        other => Frame::Reply(other),
    };
    match encode(&last) {
        Ok(frame) => frames.push(frame),
        Err(FrameError::TooLarge) => return Ok(vec![too_large()?]),
        Err(error) => return Err(error),
    }
    Ok(frames)
}

/// Reads one frame; `None` at a clean end.
///
/// # Errors
///
/// [`FrameError`].
pub(super) fn read(stream: &mut impl std::io::Read) -> Result<Option<Zeroizing<Vec<u8>>>, FrameError> {
    let mut len = [0; 4];
    if stream.read(&mut len[..1])? == 0 {
        return Ok(None);
    }
    stream.read_exact(&mut len[1..])?;
    let mut bytes = Zeroizing::new(vec![0; announced(len)?]);
    stream.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

/// [`read`] for a task.
///
/// # Errors
///
/// [`FrameError`].
pub(super) async fn read_async(
    stream: &mut (impl tokio::io::AsyncRead + Unpin),
) -> Result<Option<Zeroizing<Vec<u8>>>, FrameError> {
    use tokio::io::AsyncReadExt;
    let mut len = [0; 4];
    if stream.read(&mut len[..1]).await? == 0 {
        return Ok(None);
    }
    stream.read_exact(&mut len[1..]).await?;
    let mut bytes = Zeroizing::new(vec![0; announced(len)?]);
    stream.read_exact(&mut bytes).await?;
    Ok(Some(bytes))
}
