//! Files to import that are something else.

use e2e::Home;

/// A name of the file, what is in it, the exit status and the code.
const FILES: [(&str, &[u8], i32, &str); 6] = [
    ("empty.csv", b"", 7, "no_header"),
    ("blank.csv", b"\r\n\r\n", 7, "no_header"),
    ("other.csv", b"name;amount\r\nx;1\r\n", 7, "no_header"),
    ("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", 7, "not_text"),
    ("sheet.xlsx", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00", 7, "not_text"),
    ("zeros.csv", &[0; 4096], 7, "not_text"),
];

#[test]
fn a_file_that_is_no_kobo_export_is_refused_and_named() {
    let home = Home::init("PAM", "JER", "Rose");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let before = e2e::fingerprints(&home);
    for (name, content, exit, code) in FILES {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("a temporary file can be written");
        let import = home.command("import --as kobo").arg(path.display().to_string());
        let error = import.clone().run().refused(exit, code);
        assert!(error["where"]["file"].as_str().is_some_and(|file| file.ends_with(name)), "{error}");
        import.in_words().run().refused_in_words(exit);
    }
    assert_eq!(e2e::fingerprints(&home), before);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let home = Home::init("PAM", "JER", "Rose");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().display().to_string();
    home.command("import --as kobo").arg(&path).run().refused(7, "not_a_file");
    // what has no end, and what nobody writes to, is not waited for
    let pipe = folder.path().join("pipe.csv").display().to_string();
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo is part of every system these tests run on");
    for endless in ["/dev/zero", &pipe] {
        let import = home.command("import --as kobo").arg(endless);
        import.clone().run().refused(7, "not_a_file");
        import.in_words().run().refused_in_words(7);
    }
    home.command("import --as kobo").arg(format!("{path}/none.csv")).run().refused(3, "file_not_found");
    home.command("import --as kobo").arg(format!("{path}/a\u{1b}[2Jb.csv")).in_words().run().refused_in_words(3);
    home.command("import --as magic").arg(&path).run().refused(2, "import_format_unknown");
}

#[test]
fn a_mapping_that_means_nothing_is_refused() {
    let home = Home::init("PAM", "JER", "Rose");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (rows, mapping) = (folder.path().join("rows.csv"), folder.path().join("mapping.toml"));
    std::fs::write(&rows, include_str!("../../../cli/src/demo/kobo.csv")).expect("a temporary file can be written");
    for (text, code) in [("[", "mapping_syntax"), ("[values.channel]\nsms = \"smms\"\n", "mapping_code")] {
        std::fs::write(&mapping, text).expect("a temporary file can be written");
        let import = home.command("import --as kobo").arg(rows.display().to_string());
        import.arg("--mapping").arg(mapping.display().to_string()).run().refused(7, code);
    }
    assert_eq!(home.ok("case list --count")["count"], 0);
}
