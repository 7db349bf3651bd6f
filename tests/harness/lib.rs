//! Whole nodes as people run them: homes in folders of their own, commands as processes, peers over loopback.
//!
//! A [`Home`] is a node's folder and the person at it; [`Home::cmd`] is one command line, [`Home::start`] is `boucle run`.
//! An [`Org`] is a founded organisation whose homes were made with `init`, `invite` and `join`.
//!
//! Nothing here waits without a bound or sleeps: commands end within [`WAIT`], running nodes are ready when they say so.
//! Checks are part of it: every failure is one line with the exit status that goes with it ([`Output::refused`]), and a
//! running node stops in good order ([`RunningNode`]). Like assertions, the functions here panic when they do not hold.

mod clock;
mod doomed;
mod home;
mod link;
mod org;
mod process;
mod running;
mod terminal;

pub use clock::now_s;
pub use doomed::{Doomed, Sign};
pub use home::{Home, Invocation, ORDINARY_ACTS, PASSPHRASE};
pub use link::Link;
pub use org::{Org, fingerprints, first_peer, same_entries, sync, sync_until_equal};
pub use process::{Output, Spawned, WAIT, program};
pub use running::RunningNode;
pub use terminal::AtTerminal;
