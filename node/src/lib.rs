//! A node: store, keys, engine, import, texts. It owns every effect; `crdt-model` decides, `transport` carries.

mod acts;
pub mod api;
mod cases;
mod clock;
mod core;
pub mod error;
pub mod import;
mod keychain;
pub mod keyring;
mod members;
pub mod store;
pub mod texts;
