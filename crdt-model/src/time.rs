//! Claimed times.
