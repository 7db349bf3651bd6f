//! node
pub mod api;
pub mod error;
pub mod texts;
