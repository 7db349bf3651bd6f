//! `boucle`: take a complaint, answer it, close the loop. Parses, asks the node, renders; decides nothing.

mod args;
mod ask;
mod backend;
mod background;
mod batch;
mod choice;
mod clock;
mod codes;
mod commands;
mod console;
mod demo;
mod door;
mod error;
mod events;
mod front;
mod help;
mod output;
mod progress;
mod recusal;
mod render;
mod run;
mod safety;
mod service;
mod session;
mod slips;
mod when;
mod wipe;

/// What is freed is erased first: keys, passphrases and people's words, also those a library copied or a growing list left
/// behind. In the library, so that the program and the suites' build of it have the same.
#[global_allocator]
static MEMORY: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// Runs one command in this process, on its own streams and environment: the exit status.
///
/// The program is this and nothing else; the end-to-end suites build a second one from it, with cheap passphrases.
pub fn main(args: Vec<std::ffi::OsString>) -> u8 {
    session::main(args)
}
