//! No target: writes what a search begins with into `corpus/NAME/` of the current folder, and ends. It is built as one so
//! that nothing is compiled a second time without the flags of a fuzzer.
#![no_main]
use std::path::Path;

fn write() -> std::io::Result<()> {
    for (name, _, seeds) in boucle_fuzz::TARGETS {
        let folder = Path::new("corpus").join(name);
        std::fs::create_dir_all(&folder)?;
        for (label, bytes) in seeds() {
            std::fs::write(folder.join(format!("seed-{label}")), bytes)?;
        }
    }
    Ok(())
}

/// Writes and ends the process, which would go on to fuzz.
fn write_and_end() {
    write().expect("the current folder takes files");
    std::process::exit(0)
}

libfuzzer_sys::fuzz_target!(init: write_and_end(), |_data: &[u8]| {});
