//! The local socket: while one process holds a home, the others ask it.
//!
//! A Unix domain socket beside the store, or, when the home's path is too long for a socket's address, in a private
//! folder of the system's runtime or temporary directory under a hash of the home. The home holds a small file with the
//! socket's path. Only processes of our own user are answered; everything is bounded: frames, connections, silence.
//!
//! Who may hold a home is decided by the store's own lock, not by this socket: bind it once the store is open.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::frame::{self, FRAME_BYTES_MAX, Frame, FrameError};
use super::{Envelope, Service};
use crate::error::{Failure, IoOperation};

/// The file in a home that says where its socket is.
const POINTER: &str = "node.sock.path";
/// The socket's name when it can stand in the home.
const NAME: &str = "node.sock";
/// A socket's address holds 108 bytes on Linux, 104 on macOS and the BSDs, with a closing zero.
const ADDRESS_BYTES_MAX: usize = 103;

/// Bounds of a server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Silence after which a connection without a request is closed, and time a client has to take a frame.
    pub(super) silence: Duration,
    /// While a request is worked on, a sign of life goes out this often.
    pub(super) alive_every: Duration,
    /// Connections answered at once; more wait.
    pub(super) connections: usize,
    /// Time that requests under way have to finish once the server stops.
    pub(super) grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(30),
            alive_every: Duration::from_secs(5),
            connections: 32,
            grace: Duration::from_secs(30),
        }
    }
}

/// Answers other processes of this user until it is dropped; then requests under way are finished, and the socket and
/// its pointer are removed.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    pointer: PathBuf,
    stop: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Listens for the home on a thread of its own. A socket left by a process that died is replaced.
    ///
    /// # Errors
    ///
    /// `already_running` when another process answers for this home; file and socket failures.
    pub fn start(home: &Path, service: Arc<dyn Service>) -> Result<Self, Failure> {
        Self::start_with(home, service, Limits::default())
    }

    pub(super) fn start_with(home: &Path, service: Arc<dyn Service>, limits: Limits) -> Result<Self, Failure> {
        if super::client::try_connect(home).is_some() {
            return Err(Failure::new("already_running").arg("home", home.display()));
        }
        let uid = own_uid().map_err(|error| socket_failed(&error))?;
        let path = place(home, uid)?;
        remove(&path).map_err(|error| Failure::io(IoOperation::Write, &path, &error))?;
        let listener = std::os::unix::net::UnixListener::bind(&path)
            .map_err(|error| socket_failed(&error).at("file", path.display()))?;
        // The check of the peer's user is what protects; the mode only spares others the attempt.
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, private).map_err(|error| Failure::io(IoOperation::Write, &path, &error))?;
        listener.set_nonblocking(true).map_err(|error| socket_failed(&error))?;
        let pointer = home.join(POINTER);
        write_pointer(&pointer, &path).map_err(|error| Failure::io(IoOperation::Write, &pointer, &error))?;

        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(limits.connections)
            .thread_name("boucle-socket-work")
            .build()
            .map_err(|error| socket_failed(&error))?;
        let (stop, stopped) = watch::channel(false);
        let thread = std::thread::Builder::new()
            .name("boucle-socket".into())
            .spawn(move || {
                runtime.block_on(accept(listener, service, uid, limits, stopped));
                runtime.shutdown_timeout(limits.grace);
            })
            .map_err(|error| socket_failed(&error))?;
        Ok(Self { path, pointer, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // No newcomer finds us; who is connected gets an answer.
        let _ = remove(&self.pointer);
        let _ = remove(&self.path);
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(
    listener: std::os::unix::net::UnixListener,
    service: Arc<dyn Service>,
    uid: u32,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    let Ok(listener) = UnixListener::from_std(listener) else { return };
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Out of descriptors, most likely: let some close.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (service, stopped, places) = (service.clone(), stopped.clone(), places.clone());
        connections.spawn(async move {
            // The semaphore is never closed; without a place nobody is answered.
            let Ok(_place) = places.acquire().await else { return };
            if stream.peer_cred().is_ok_and(|peer| peer.uid() == uid) {
                converse(stream, service, limits, stopped).await;
            } else {
                tracing::warn!("a process of another user tried the local socket");
            }
        });
    }
    let _ = tokio::time::timeout(limits.grace, async { while connections.join_next().await.is_some() {} }).await;
}

/// Requests of one client, one after the other, until it leaves, is silent too long or we stop.
async fn converse(
    mut stream: UnixStream,
    service: Arc<dyn Service>,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let read = tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            read = tokio::time::timeout(limits.silence, frame::read_async(&mut stream)) => read,
        };
        let bytes = match read {
            Ok(Ok(Some(bytes))) => bytes,
            Ok(Err(FrameError::TooLarge)) => {
                let refusal = Failure::new("request_too_large").arg("max", FRAME_BYTES_MAX);
                let _ = send(&mut stream, &Frame::Reply(Err(refusal)), limits).await;
                return;
            }
            Ok(Ok(None) | Err(FrameError::Io(_))) | Err(_) => return,
        };
        // serde_json's message may quote the request, that is, somebody's words: it is dropped.
        let reply = match serde_json::from_slice::<Envelope>(&bytes) {
            Err(_) => Err(Failure::new("request_not_understood")),
            Ok(envelope) => match work(&mut stream, service.clone(), envelope, limits).await {
                Some(reply) => reply,
                None => return,
            },
        };
        drop(bytes);
        let Ok(frames) = frame::of_reply(reply) else { return };
        for bytes in frames {
            if send_bytes(&mut stream, &bytes, limits).await.is_err() {
                return;
            }
        }
    }
}

/// Works on one request off this thread, with signs of life to the client. `None`: the client is gone; the work is
/// finished all the same.
async fn work(
    stream: &mut UnixStream,
    service: Arc<dyn Service>,
    envelope: Envelope,
    limits: Limits,
) -> Option<super::Reply> {
    let (progress, mut reported) = mpsc::channel(16);
    let mut job = tokio::task::spawn_blocking(move || {
        service.handle(envelope, &mut |step| {
            // A slow client misses a step; the next says more.
            let _ = progress.try_send(step);
        })
    });
    let mut alive = tokio::time::interval(limits.alive_every);
    alive.tick().await;
    loop {
        let frame = tokio::select! {
            biased;
            Some(step) = reported.recv() => Frame::Progress(step),
            // A panic inside the node is caught by the task and never takes the server down.
            reply = &mut job => return Some(reply.unwrap_or_else(|_| Err(Failure::new("unexpected")))),
            _ = alive.tick() => Frame::Alive,
        };
        send(stream, &frame, limits).await.ok()?;
    }
}

async fn send(stream: &mut UnixStream, frame: &Frame, limits: Limits) -> Result<(), FrameError> {
    let bytes = frame::encode(frame)?;
    send_bytes(stream, &bytes, limits).await
}

async fn send_bytes(stream: &mut UnixStream, bytes: &Zeroizing<Vec<u8>>, limits: Limits) -> Result<(), FrameError> {
    let late = |_| FrameError::Io(io::ErrorKind::TimedOut.into());
    Ok(tokio::time::timeout(limits.silence, stream.write_all(bytes)).await.map_err(late)??)
}

/// Where the home's socket goes.
fn place(home: &Path, uid: u32) -> Result<PathBuf, Failure> {
    let home = home.canonicalize().map_err(|error| Failure::io(IoOperation::Read, home, &error))?;
    let near = home.join(NAME);
    if near.as_os_str().len() <= ADDRESS_BYTES_MAX {
        return Ok(near);
    }
    let base = match std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute()) {
        Some(folder) => folder.join("boucle"),
        None => std::env::temp_dir().join(format!("boucle-{uid}")),
    };
    private_folder(&base, uid)?;
    let hash = blake3::derive_key("boucle/local-socket/v1", home.as_os_str().as_encoded_bytes());
    let far = base.join(format!("{}.sock", data_encoding::HEXLOWER.encode(&hash[..8])));
    match far.as_os_str().len() {
        len if len <= ADDRESS_BYTES_MAX => Ok(far),
        _ => Err(Failure::new("socket_failed").at("file", far.display())),
    }
}

/// Makes sure that the folder is ours and closed to others: in a shared temporary directory someone else may have
/// made it first.
fn private_folder(folder: &Path, uid: u32) -> Result<(), Failure> {
    let failed = |error: &io::Error| Failure::io(IoOperation::Write, folder, error);
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(&error)),
        _ => {}
    }
    let found = std::fs::symlink_metadata(folder).map_err(|error| failed(&error))?;
    if found.is_dir() && found.uid() == uid && found.mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(Failure::new("socket_not_ours").at("file", folder.display()))
}

/// Where the home says its socket is, if it does. A path without sense is none.
pub(super) fn pointed_at(home: &Path) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let bytes = std::fs::read(home.join(POINTER)).ok()?;
    let path = PathBuf::from(std::ffi::OsString::from_vec(bytes));
    (path.is_absolute() && path.as_os_str().len() <= ADDRESS_BYTES_MAX).then_some(path)
}

fn write_pointer(pointer: &Path, path: &Path) -> io::Result<()> {
    let new = pointer.with_extension("tmp");
    std::fs::write(&new, path.as_os_str().as_encoded_bytes())?;
    std::fs::rename(new, pointer)
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn socket_failed(error: &io::Error) -> Failure {
    Failure::of_lack(error).unwrap_or_else(|| Failure::new("socket_failed").because(error))
}

/// Runs `f` where sockets can be registered with tokio, inside or outside another runtime.
fn with_io<T>(f: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let entered = runtime.enter();
    let result = f();
    drop(entered);
    runtime.shutdown_background();
    result
}

/// The user this process acts as: what the other end of a pair sees.
pub(super) fn own_uid() -> io::Result<u32> {
    with_io(|| Ok(UnixStream::pair()?.0.peer_cred()?.uid()))
}

/// The user at the other end. The stream is blocking afterwards.
pub(super) fn peer_uid(stream: &std::os::unix::net::UnixStream) -> io::Result<u32> {
    let copy = stream.try_clone()?;
    copy.set_nonblocking(true)?;
    let uid = with_io(|| Ok(UnixStream::from_std(copy)?.peer_cred()?.uid()));
    stream.set_nonblocking(false)?;
    uid
}
