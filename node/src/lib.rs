//! node

pub mod api;
pub mod error;
pub mod import;
pub mod keyring;
pub mod store;
pub mod texts;
