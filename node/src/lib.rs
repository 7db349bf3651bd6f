//! node

pub mod keyring;
pub mod store;
