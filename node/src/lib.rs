//! A node: store, keys, engine, import, texts. It owns every effect; `crdt-model` decides, `transport` carries.

mod acts;
pub mod api;
mod cases;
mod clock;
mod core;
mod engine;
pub mod error;
pub mod import;
mod import_run;
mod keychain;
pub mod keyring;
mod members;
mod service;
mod status;
#[cfg(test)]
mod tests;
pub mod store;
pub mod texts;
mod verify;

pub use service::Node;
