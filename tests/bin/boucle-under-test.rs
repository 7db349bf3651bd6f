//! `boucle` as the suites run it: the same command line, built with the feature `testing` of `node`.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(boucle::main(std::env::args_os().collect()))
}
