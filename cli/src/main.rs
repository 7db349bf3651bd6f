//! `boucle`: take a complaint, answer it, close the loop. Parses, asks the node, renders; decides nothing.

mod args;
mod ask;
mod backend;
mod commands;
mod console;
mod demo;
mod error;
mod help;
mod output;
mod progress;
mod render;
mod run;
mod session;
mod when;

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(session::main(std::env::args_os().collect()))
}
