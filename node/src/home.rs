//! A home as a place on a disk: its lock, its clock, who is unlocked in it, and how it is destroyed.

pub(crate) mod clock;
pub mod lock;
pub(crate) mod sessions;
pub mod wipe;
