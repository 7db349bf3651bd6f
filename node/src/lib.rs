//! node

pub mod import;
