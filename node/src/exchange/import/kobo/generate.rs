//! Exports as KoboToolbox, spreadsheets and people make them, from a seed. Invented, no real person.
//!
//! A [`Table`] is what was collected, with the fate of every row; a [`Shape`] is how a file shows it. The same table in any
//! shape must give the same cases.

use std::collections::BTreeMap;

use crate::exchange::import::{CELL_BYTES_MAX, Encoding, Separator};

/// SplitMix64: small, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall as the seed says.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// True once in `n`.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// What must become of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A case; sealed or not.
    Created {
        /// Whether it is sealed to an audience.
        sealed: bool,
    },
    /// A submission seen before.
    Repeat,
    /// No case.
    Rejected,
}

/// One submission.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Cells by the column's name with its group.
    pub cells: BTreeMap<&'static str, String>,
    /// What must become of it.
    pub fate: Fate,
}

/// What was collected.
#[derive(Debug, Clone)]
pub struct Table {
    /// In the order of the file.
    pub rows: Vec<Submission>,
    /// Only characters that Windows-1252 has.
    pub narrow: bool,
}

const COLUMNS: [&str; 26] = [
    "start",
    "end",
    "today",
    "deviceid",
    "accueil/canal",
    "accueil/langue",
    "accueil/consentement",
    "accueil/rappel_possible",
    "personne/type_plaignant",
    "personne/sexe",
    "personne/age",
    "personne/wg_voir",
    "personne/wg_marcher",
    "personne/telephone",
    "personne/code_menage",
    "lieu/departement",
    "lieu/commune",
    "retour/type_retour",
    "retour/categories",
    "retour/description",
    "retour/urgence",
    "reponse/repondu_sur_place",
    "reponse/satisfaction",
    "_id",
    "_uuid",
    "__version__",
];
const CHOICES: [&str; 6] = ["paiement_non_recu", "sim_perdue", "qualite_vivres", "fraude", "eas", "information"];
/// Columns that another version of the form has in another group.
const MOVED: [&str; 4] = ["accueil/canal", "accueil/consentement", "retour/description", "personne/age"];

impl Table {
    /// `rows` submissions.
    pub fn new(seed: u64, rows: usize, narrow: bool) -> Self {
        let mut dice = Dice::new(seed);
        let mut all: Vec<Submission> = Vec::with_capacity(rows);
        for n in 0..rows {
            if n > 0 && dice.once_in(15) {
                // the device sent it again: all as before but the server's number
                let of = dice.below(n);
                let mut again = all[of].clone();
                again.cells.insert("_id", format!("{}", 400_000_000 + n));
                again.fate = if again.fate == Fate::Rejected { Fate::Rejected } else { Fate::Repeat };
                all.push(again);
                continue;
            }
            all.push(submission(&mut dice, n, narrow));
        }
        Self { rows: all, narrow }
    }

    /// The file in this shape.
    pub fn file(&self, shape: &Shape) -> Vec<u8> {
        let columns = shape.columns();
        let header: Vec<String> = columns.iter().map(|column| shape.name(column)).collect();
        let mut dice = Dice::new(shape.seed);
        let mut text = Vec::new();
        if shape.sep_line {
            text.extend_from_slice(format!("sep={}\r\n", char::from(shape.separator.byte())).as_bytes());
        }
        shape.record(&mut text, &header);
        for (n, row) in self.rows.iter().enumerate() {
            if shape.messy && dice.once_in(12) {
                match dice.below(3) {
                    0 => text.extend_from_slice(shape.end.as_bytes()),
                    1 => shape.record(&mut text, &vec![String::new(); header.len()]),
                    _ => shape.record(&mut text, &header),
                }
            }
            let mut cells: Vec<String> = columns.iter().map(|column| shape.cell(column, row, n)).collect();
            if shape.messy && dice.once_in(6) {
                cells.extend([String::new(), String::new()]);
            }
            shape.record(&mut text, &cells);
        }
        shape.encoded(String::from_utf8(text).expect("made of text"))
    }
}

fn submission(dice: &mut Dice, n: usize, narrow: bool) -> Submission {
    let mut fate = Fate::Created { sealed: false };
    let mut cells: BTreeMap<&'static str, String> = BTreeMap::new();
    let (day, hour, minute) = (1 + dice.below(28), dice.below(24), dice.below(60));
    let offset = dice.pick(&["-04:00", "+01:00", "Z", "-0400", ""]);
    let mut end = format!("2024-{:02}-{day:02}T{hour:02}:{minute:02}:11.000{offset}", 1 + dice.below(12));
    if dice.once_in(90) {
        end = dice.pick(&["hier", "31/02/2024", "n/a"]).to_owned();
        fate = Fate::Rejected;
    }
    cells.insert("end", end);
    let mut channel = dice.pick(&["sms", "comite", "ligne_verte", "hotline", "visite_terrain", "SMS"]).to_owned();
    if dice.once_in(60) {
        channel = dice.pick(&["pigeon", "", "?"]).to_owned();
        fate = Fate::Rejected;
    }
    cells.insert("accueil/canal", channel);
    let mut consent = dice.pick(&["oui", "oui", "oui", "non", "partiel", "", "Oui"]).to_owned();
    if dice.once_in(90) {
        consent = "peut-etre".to_owned();
        fate = Fate::Rejected;
    }
    cells.insert("accueil/consentement", consent);
    // one ordinary choice, with or without one that seals: the main one never depends on an order
    let ordinary = dice.pick(&["paiement_non_recu", "sim_perdue", "qualite_vivres", "information"]);
    let (choices, seals) = match dice.below(12) {
        0 => (format!("{ordinary} eas"), true),
        1 => (format!("fraude {ordinary}"), true),
        2 => (String::new(), true),
        _ => (ordinary.to_owned(), false),
    };
    cells.insert("retour/categories", choices);
    if seals && fate != Fate::Rejected {
        fate = Fate::Created { sealed: true };
    }
    let mut told = dice
        .pick(&[
            "Nous n'avons rien reçu.",
            "Première ligne.\nDeuxième ligne ; avec un point-virgule.",
            "Elle a dit \"non\", deux fois.",
            "=CONCATENATE(A1;B1)",
            "-5",
            "",
            " des blancs autour ",
        ])
        .to_owned();
    if !narrow {
        let wide = ["مرحبا، لم نستلم شيئا", "😀👩‍👩‍👧", "e\u{301}", "שלום", "a\u{0}b", "\u{202e}renversé", "日本語"];
        told.push_str(dice.pick(&wide));
    }
    if dice.once_in(150) {
        told = "y".repeat(CELL_BYTES_MAX + 1);
        fate = Fate::Rejected;
    }
    cells.insert("retour/description", told);
    cells.insert("personne/age", dice.pick(&["27", "27.0", "8", "150", "?", ""]).to_owned());
    cells.insert("personne/sexe", dice.pick(&["femme", "homme", "f", "", "zz"]).to_owned());
    cells.insert("personne/wg_voir", dice.pick(&["1", "4", "3.0", "", "9"]).to_owned());
    // few telephones, so that many rows may be of one event
    let phone = match dice.below(10) {
        0 => "2,2E+10".to_owned(),
        1 => String::new(),
        2 => format!("=\"+5090000{:04}\"", dice.below(40)),
        _ => format!("+5090000{:04}", dice.below(40)),
    };
    cells.insert("personne/telephone", phone);
    cells.insert("lieu/commune", dice.pick(&["abricots", "Rue 5, chez la voisine", ""]).to_owned());
    cells.insert("retour/type_retour", dice.pick(&["plainte", "demande_information", "", "Plainte"]).to_owned());
    cells.insert("retour/urgence", dice.pick(&["urgent", "normal", ""]).to_owned());
    cells.insert("accueil/langue", dice.pick(&["creole", "francais", "klingon_x", ""]).to_owned());
    cells.insert("reponse/repondu_sur_place", dice.pick(&["oui", "non", ""]).to_owned());
    cells.insert("_id", format!("{}", 300_000_000 + n));
    cells.insert("__version__", dice.pick(&["vA", "vB"]).to_owned());
    let mut id = format!("{:016x}-{:016x}", dice.next(), dice.next());
    if dice.once_in(90) {
        id = dice.pick(&["", "avec des blancs", "é"]).to_owned();
        fate = Fate::Rejected;
    }
    cells.insert("_uuid", id);
    Submission { cells, fate }
}

/// How the question with several choices is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    /// The list alone.
    List,
    /// A column a choice, with these two words.
    Columns(&'static str, &'static str),
    /// Both.
    Both(&'static str, &'static str),
}

/// What stands between group and question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Groups {
    /// This character.
    With(char),
    /// No groups at all.
    Without,
}

/// How a file shows a table.
#[derive(Debug, Clone)]
pub struct Shape {
    seed: u64,
    separator: Separator,
    end: &'static str,
    quote_all: bool,
    encoding: Encoding,
    mark: bool,
    select: Select,
    groups: Groups,
    /// Two versions of the form: some questions in another group.
    versions: bool,
    /// Empty lines, blank rows, the header again, separators at the end.
    messy: bool,
    sep_line: bool,
}

impl Shape {
    /// A shape a seed chooses, fit for the table.
    pub fn new(seed: u64, narrow: bool) -> Self {
        let mut dice = Dice::new(seed);
        let words = [("1", "0"), ("True", "False"), ("1.0", "0.0"), ("VRAI", "FAUX")][dice.below(4)];
        let select = [Select::List, Select::Columns(words.0, words.1), Select::Both(words.0, words.1)][dice.below(3)];
        let encodings = [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252];
        let groups = [Groups::With('/'), Groups::With('.'), Groups::With('-'), Groups::Without][dice.below(4)];
        Self {
            seed,
            separator: [Separator::Semicolon, Separator::Comma, Separator::Tab][dice.below(3)],
            end: ["\r\n", "\n", "\r"][dice.below(3)],
            quote_all: dice.once_in(2),
            encoding: encodings[dice.below(if narrow { 4 } else { 3 })],
            mark: dice.once_in(2),
            select,
            groups,
            versions: dice.once_in(2),
            messy: dice.once_in(2),
            sep_line: dice.once_in(5),
        }
    }

    fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = COLUMNS.map(str::to_owned).to_vec();
        if matches!(self.select, Select::Columns(..)) {
            columns.retain(|column| column != "retour/categories");
        }
        if self.select != Select::List {
            columns.extend(CHOICES.map(|choice| format!("retour/categories/{choice}")));
        }
        if self.versions {
            columns.extend(MOVED.map(moved));
        }
        let mut dice = Dice::new(self.seed ^ 0x5eed);
        for at in (1..columns.len()).rev() {
            columns.swap(at, dice.below(at + 1));
        }
        columns
    }

    fn name(&self, column: &str) -> String {
        match self.groups {
            Groups::With(between) => column.replace('/', &between.to_string()),
            Groups::Without => {
                let from = column.find("categories/").or_else(|| column.rfind('/').map(|at| at + 1));
                column[from.unwrap_or(0)..].to_owned()
            }
        }
    }

    fn cell(&self, column: &str, row: &Submission, n: usize) -> String {
        let held = |name: &str| row.cells.get(name).cloned().unwrap_or_default();
        if let Some(choice) = column.strip_prefix("retour/categories/") {
            let (Select::Columns(yes, no) | Select::Both(yes, no)) = self.select else { return String::new() };
            let chosen = held("retour/categories").split_whitespace().any(|one| one == choice);
            return if chosen { yes } else { no }.to_owned();
        }
        let other = MOVED.iter().find(|name| moved(name) == column);
        let elsewhere = self.versions && n % 2 == 1;
        match other {
            Some(name) if elsewhere => held(name),
            Some(_) => String::new(),
            None if elsewhere && MOVED.contains(&column) => String::new(),
            None => held(column),
        }
    }

    fn record(&self, to: &mut Vec<u8>, cells: &[String]) {
        let style = if self.quote_all { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut line = csv::WriterBuilder::new()
            .delimiter(self.separator.byte())
            .quote_style(style)
            .flexible(true)
            .from_writer(Vec::new());
        line.write_record(cells).expect("to memory");
        let mut line = line.into_inner().expect("to memory");
        line.pop();
        to.append(&mut line);
        to.extend_from_slice(self.end.as_bytes());
    }

    fn encoded(&self, text: String) -> Vec<u8> {
        let wide = |bytes_of: fn(u16) -> [u8; 2]| {
            let mark = self.mark.then_some(0xfeff);
            mark.into_iter().chain(text.encode_utf16()).flat_map(bytes_of).collect()
        };
        match self.encoding {
            Encoding::Utf8 if self.mark => [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat(),
            Encoding::Utf8 => text.into_bytes(),
            Encoding::Utf16Le => wide(u16::to_le_bytes),
            Encoding::Utf16Be => wide(u16::to_be_bytes),
            Encoding::Windows1256 => encoding_rs::WINDOWS_1256.encode(&text).0.into_owned(),
            Encoding::Named(name) => {
                let table = encoding_rs::Encoding::for_label(name.as_bytes()).expect("the name of an encoding");
                table.encode(&text).0.into_owned()
            }
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
        }
    }
}

fn moved(column: &str) -> String {
    format!("ancien/{}", column.rsplit('/').next().unwrap_or(column))
}
