//! `boucle`, the program.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(boucle::main(std::env::args_os().collect()))
}
