//! The sync session.
