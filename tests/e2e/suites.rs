//! Black-box suites over the real binary: whole homes, whole processes, real sockets. One behaviour a file.

mod appeals;
mod bad_input;
mod bodies;
mod bundles;
mod calls;
#[cfg(target_os = "linux")]
mod clock;
mod conflicts;
mod convergence;
mod copies;
mod crash;
mod digest;
mod doctor;
mod doors;
mod duplicates;
mod fortnight;
mod front;
mod gifts;
mod golden;
mod harmed;
mod help;
mod import;
mod import_files;
mod import_undo;
mod invitations;
mod keys;
mod lacks;
mod links;
mod messages;
mod offered;
mod passphrases;
mod refusals;
mod replies;
#[cfg(target_os = "linux")]
mod safety;
mod sealing;
mod sessions;
mod tables;
mod terminal;
mod typed;
mod withdrawals;
#[cfg(target_os = "linux")]
mod work;
mod zones;
