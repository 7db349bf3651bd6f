//! A home as a place on a disk: its lock, who is unlocked in it, and how it is destroyed.

pub mod lock;
pub(crate) mod sessions;
pub mod wipe;
