//! A node: store, keys, engine, import, texts. It owns every effect; `crdt-model` decides, `transport` carries.
//!
//! Rooms import downward only: `store`, `keys`, `clock`, `log`, `home`, `members`, `cases`, `list`, `writes`, `sync`,
//! `exchange`, `health`, `api`.

pub mod api;
mod cases;
mod clock;
pub mod error;
pub mod exchange;
mod health;
pub mod home;
pub mod keys;
mod list;
mod log;
mod members;
mod reply;
pub mod store;
mod sync;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
pub mod texts;
mod writes;

pub use api::node::Node;
