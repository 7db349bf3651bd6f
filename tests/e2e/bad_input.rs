//! Whatever comes in: one clear line, the exit status that goes with it, and nothing changed.

mod code;
mod file;
mod full_disk;
mod home;
mod invitation;
mod passphrase;
mod peer;
mod process;
