//! node

pub mod import;
pub mod keyring;
pub mod store;
