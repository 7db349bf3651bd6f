//! A vector file: labelled fields in plain text, hexadecimal unless said otherwise.
//!
//! ```text
//! # what it shows
//! label = 0011…              long values go on in lines indented by four spaces
//! label: text as it is
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;

use data_encoding::HEXLOWER;

const HEX_PER_LINE: usize = 112;

/// One file, as it should be.
pub(crate) struct Sheet {
    name: &'static str,
    text: String,
}

impl Sheet {
    /// A sheet of that name with lines on what it shows.
    pub(crate) fn new(name: &'static str, about: &str) -> Self {
        let mut text = String::new();
        for line in about.lines() {
            text.push_str(format!("# {}", line.trim()).trim_end());
            text.push('\n');
        }
        Self { name, text }
    }

    /// A line of comment between fields.
    pub(crate) fn note(&mut self, line: &str) -> &mut Self {
        self.text.push_str(&format!("\n# {line}\n"));
        self
    }

    /// Bytes.
    pub(crate) fn hex(&mut self, label: &str, bytes: impl AsRef<[u8]>) -> &mut Self {
        let digits = HEXLOWER.encode(bytes.as_ref());
        self.text.push_str(label);
        self.text.push_str(" =");
        if digits.len() <= HEX_PER_LINE {
            let gap = if digits.is_empty() { "" } else { " " };
            self.text.push_str(&format!("{gap}{digits}\n"));
            return self;
        }
        self.text.push('\n');
        for line in digits.as_bytes().chunks(HEX_PER_LINE) {
            self.text.push_str("    ");
            self.text.extend(line.iter().map(|b| char::from(*b)));
            self.text.push('\n');
        }
        self
    }

    /// Text, shown as it is.
    pub(crate) fn plain(&mut self, label: &str, text: impl std::fmt::Display) -> &mut Self {
        self.text.push_str(&format!("{label}: {text}\n"));
        self
    }

    fn path(name: &str) -> PathBuf {
        [env!("CARGO_MANIFEST_DIR"), "tests", "vectors", &format!("{name}.txt")].iter().collect()
    }

    /// Compares with the frozen file, or writes it under `BOUCLE_BLESS=1`; gives what the file holds.
    pub(crate) fn check(&self) -> Frozen {
        let path = Self::path(self.name);
        if std::env::var_os("BOUCLE_BLESS").is_some() {
            std::fs::write(&path, &self.text).expect("the vectors' folder is writable");
        }
        let frozen = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; BOUCLE_BLESS=1 writes it", path.display()));
        // a checkout may have turned the line ends
        let frozen = frozen.replace("\r\n", "\n");
        if frozen != self.text {
            let at = frozen.lines().zip(self.text.lines()).take_while(|(a, b)| a == b).count();
            panic!(
                "{}.txt: the code no longer writes what was frozen, from line {}:\n frozen: {}\n now:    {}\n\
                 A format that peers have seen never changes; a new one gets a new version number.",
                self.name,
                at + 1,
                frozen.lines().nth(at).unwrap_or("(end)"),
                self.text.lines().nth(at).unwrap_or("(end)"),
            );
        }
        Frozen::parse(&frozen)
    }
}

/// The fields of a frozen file.
pub(crate) struct Frozen(BTreeMap<String, String>);

impl Frozen {
    fn parse(text: &str) -> Self {
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        let mut open = String::new();
        for line in text.lines() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            if let Some(more) = line.strip_prefix("    ") {
                fields.entry(open.clone()).or_default().push_str(more);
            } else if let Some((label, value)) = line.split_once(" =").or_else(|| line.split_once(": ")) {
                open = label.to_owned();
                fields.insert(open.clone(), value.trim().to_owned());
            }
        }
        Self(fields)
    }

    /// A field as text.
    pub(crate) fn text(&self, label: &str) -> &str {
        self.0.get(label).unwrap_or_else(|| panic!("no field {label}"))
    }

    /// A field as bytes.
    pub(crate) fn hex(&self, label: &str) -> Vec<u8> {
        HEXLOWER.decode(self.text(label).as_bytes()).unwrap_or_else(|error| panic!("{label}: {error}"))
    }

    /// A field as `N` bytes.
    pub(crate) fn array<const N: usize>(&self, label: &str) -> [u8; N] {
        self.hex(label).try_into().unwrap_or_else(|bytes: Vec<u8>| panic!("{label}: {} bytes, not {N}", bytes.len()))
    }

    /// Labels that begin with `prefix`, in order.
    pub(crate) fn labels(&self, prefix: &str) -> Vec<String> {
        self.0.keys().filter(|label| label.starts_with(prefix)).cloned().collect()
    }
}
