//! A node: store, keys, engine, import, texts. It owns every effect; `crdt-model` decides, `transport` carries.

mod acts;
mod altered;
pub mod api;
mod assigning;
mod bundle;
mod called;
mod cases;
mod clock;
mod core;
mod doctor;
mod engine;
mod erase;
pub mod error;
mod forks;
mod held;
#[cfg(test)]
mod homes;
pub mod hygiene;
pub mod import;
mod import_run;
mod import_undo;
mod ingest;
mod keychain;
pub mod keyring;
mod members;
mod parallel;
mod projection;
pub mod queue;
mod reseal;
mod service;
mod sessions;
mod set_aside;
mod status;
pub mod store;
#[cfg(test)]
mod tests;
pub mod texts;
mod verify;
pub mod wipe;
mod withdraw;
mod words;

pub use service::Node;
