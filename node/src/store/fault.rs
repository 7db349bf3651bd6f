//! A disk that loses power: for crash tests.
//!
//! [`FaultDisk`] keeps what is durable apart from what was written since the last sync. [`FaultDisk::fail_at`] makes the
//! n-th write, resize or sync fail, and everything after it; [`FaultDisk::after_power_cut`] is the disk as found on the
//! next start: everything synced, and of the rest any part, whole sectors or torn ones.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use redb::StorageBackend;

const SECTOR: usize = 512;

#[derive(Debug, Clone)]
enum Op {
    Write(u64, Vec<u8>),
    Resize(u64),
}

#[derive(Default)]
struct State {
    durable: Vec<u8>,
    live: Vec<u8>,
    unsynced: Vec<Op>,
    ops: u64,
    fail_at: Option<(u64, io::ErrorKind)>,
}

/// A disk in memory. Clones share it.
#[derive(Clone, Default)]
pub struct FaultDisk(Arc<Mutex<State>>);

impl std::fmt::Debug for FaultDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FaultDisk")
    }
}

fn apply(image: &mut Vec<u8>, op: &Op, keep: impl Fn(usize) -> bool) {
    match op {
        Op::Resize(len) => image.resize(*len as usize, 0),
        Op::Write(offset, data) => {
            for (i, sector) in data.chunks(SECTOR).enumerate() {
                let start = *offset as usize + i * SECTOR;
                if keep(i) && start + sector.len() <= image.len() {
                    image[start..start + sector.len()].copy_from_slice(sector);
                }
            }
        }
    }
}

impl FaultDisk {
    /// An empty disk that works.
    pub fn new() -> Self {
        Self::default()
    }

    /// A disk that holds `image`, all of it durable.
    pub fn holding(image: Vec<u8>) -> Self {
        let state = State { durable: image.clone(), live: image, ..State::default() };
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes, resizes and syncs so far.
    pub fn ops(&self) -> u64 {
        self.state().ops
    }

    /// From operation `n` on (counted from 0 since the disk was made), writes, resizes and syncs fail with `kind`.
    pub fn fail_at(&self, n: u64, kind: io::ErrorKind) {
        self.state().fail_at = Some((n, kind));
    }

    /// The bytes as a running program reads them.
    pub fn image(&self) -> Vec<u8> {
        self.state().live.clone()
    }

    /// The bytes as found after a power cut. Of what was not synced, `seed` decides what arrived: each write whole, not
    /// at all, or some of its sectors; in any order.
    pub fn after_power_cut(&self, seed: u64) -> Vec<u8> {
        let state = self.state();
        let mut image = state.durable.clone();
        for (n, op) in state.unsynced.iter().enumerate() {
            let draw =
                |salt: u64| blake3::hash(&[seed.to_be_bytes(), (n as u64).to_be_bytes(), salt.to_be_bytes()].concat());
            match draw(u64::MAX).as_bytes()[0] % 3 {
                0 => apply(&mut image, op, |_| true),
                1 if matches!(op, Op::Write(..)) => apply(&mut image, op, |i| draw(i as u64).as_bytes()[0] & 1 == 0),
                // A file that grew keeps its new length or later writes would have nowhere to go; redb sizes first.
                _ if matches!(op, Op::Resize(_)) => apply(&mut image, op, |_| true),
                _ => {}
            }
        }
        image
    }

    fn step(&self, op: Option<Op>) -> io::Result<()> {
        let mut state = self.state();
        let n = state.ops;
        state.ops += 1;
        if let Some((at, kind)) = state.fail_at
            && n >= at
        {
            return Err(kind.into());
        }
        match op {
            Some(op) => {
                apply(&mut state.live, &op, |_| true);
                state.unsynced.push(op);
            }
            None => {
                state.durable = state.live.clone();
                state.unsynced.clear();
            }
        }
        Ok(())
    }
}

impl StorageBackend for FaultDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        let start = offset as usize;
        let found = state.live.get(start..start + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.step(Some(Op::Resize(len)))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.step(None)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.step(Some(Op::Write(offset, data.to_vec())))
    }
}
