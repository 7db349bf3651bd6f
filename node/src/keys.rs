//! Keys: the key-slot file, the keys an unlocked reader works with, and the protection of the memory they lie in.

pub(crate) mod keychain;
pub mod keyring;
pub mod memory;
pub(crate) mod secret;
