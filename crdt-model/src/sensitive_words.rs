//! Words that call for sealing: lists of stems and phrases, and the matcher that looks for them in what a person typed.
//!
//! ```text
//! text ─ lower case ─ NFKD ─┬─ marks kept    "violé"  ┐
//!                           └─ marks dropped "viole"  ┴─▶ tokens ─▶ phrases of 1…n words, unless an exception covers them
//! ```
//!
//! One entry a line: `kadejak*` is a stem, `viols` a whole word, `pot de vin` a phrase whose words follow each other; each
//! word may end in `*`. A word written with accents asks for them (`violé` is not `viole`), one written without takes
//! either. `!violacion de datos` takes its words out: no hit begins inside it. `[topic]` says whom the words below concern.
//! Arabic is read without vowel signs and tatweel, its letter forms made alike, and its tokens also without the particles
//! that are written onto a word (`و ف ب ك ل ال`).
//!
//! All lists are tried on every text: nobody knows which language a person wrote in. The check proposes and warns, it
//! forbids nothing; whoever calls it never stores, logs or sends which word was found.

use std::collections::{BTreeSet, HashMap};

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Languages with a list of their own.
pub const LANGUAGES: [&str; 5] = ["fr", "en", "ht", "ar", "es"];
/// Longest entry, characters.
pub const ENTRY_CHARS_MAX: usize = 80;
/// Words of the longest phrase.
const PHRASE_WORDS_MAX: usize = 8;
/// An Arabic word is not read shorter than this without its particles.
const ARABIC_LETTERS_MIN: usize = 3;

const SHIPPED: [(&str, &str); 5] = [
    ("fr", include_str!("sensitive_words/fr.txt")),
    ("en", include_str!("sensitive_words/en.txt")),
    ("ht", include_str!("sensitive_words/ht.txt")),
    ("ar", include_str!("sensitive_words/ar.txt")),
    ("es", include_str!("sensitive_words/es.txt")),
];

/// What the words are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Sexual exploitation, abuse and harassment.
    Sea,
    /// Violence against a child, or its exploitation.
    Child,
    /// Violence.
    Violence,
    /// Threats, retaliation.
    Threat,
    /// Suicide, self-harm.
    SelfHarm,
    /// Fraud, corruption, diversion of aid.
    Fraud,
    /// Conduct: humiliation, discrimination, abuse of power.
    Conduct,
    /// Added here.
    Other,
}

impl Topic {
    /// All, the gravest first.
    pub const ALL: [Self; 8] =
        [Self::Sea, Self::Child, Self::Violence, Self::Threat, Self::SelfHarm, Self::Fraud, Self::Conduct, Self::Other];

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sea => "sea",
            Self::Child => "child",
            Self::Violence => "violence",
            Self::Threat => "threat",
            Self::SelfHarm => "self_harm",
            Self::Fraud => "fraud",
            Self::Conduct => "conduct",
            Self::Other => "other",
        }
    }

    /// The topic of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.code() == code)
    }

    /// The audience to propose; whoever seals may name another.
    pub fn audience(self) -> &'static str {
        match self {
            Self::Sea => "psea",
            Self::Child | Self::Violence | Self::Threat | Self::SelfHarm => "protection",
            Self::Fraud => "integrity",
            Self::Conduct => "conduct",
            Self::Other => crate::taxonomy::TRIAGE,
        }
    }
}

/// An entry that cannot be one: empty, too long, a star elsewhere than at a word's end, or no letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a word, stem* or phrase of at most {ENTRY_CHARS_MAX} characters")]
pub struct BadEntry;

/// One word of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    letters: String,
    /// Written with accents: asks for them.
    exact: bool,
    stem: bool,
}

impl Part {
    fn fits(&self, plain: &str, folded: &str) -> bool {
        let token = if self.exact { plain } else { folded };
        if self.stem { token.starts_with(&self.letters) } else { token == self.letters }
    }
}

#[derive(Debug, Clone)]
struct Phrase {
    parts: Vec<Part>,
    topic: Topic,
}

impl Phrase {
    /// Whether words in these forms are its words.
    fn fits(&self, forms: &[Vec<(&str, &str)>]) -> bool {
        let fits =
            |(part, forms): (&Part, &Vec<(&str, &str)>)| forms.iter().any(|(plain, folded)| part.fits(plain, folded));
        self.parts.len() <= forms.len() && self.parts.iter().zip(forms).all(fits)
    }
}

/// A word of a text: as written in lower case, and without its marks.
struct Token {
    plain: String,
    folded: String,
}

/// How many first letters of an entry's first word, marks dropped, tell where to look for it.
const KEY_LETTERS: usize = 3;

/// The first letters of a word, `'\0'` where it has fewer.
type Key = [char; KEY_LETTERS];

/// Entries made ready to be looked for.
#[derive(Debug, Clone, Default)]
pub struct WordList {
    /// By the first letters of their first word: what most words of a text ask for is not there at all.
    begun: HashMap<Key, Begun>,
}

/// Entries whose first word begins alike.
#[derive(Debug, Clone, Default)]
struct Begun {
    phrases: Vec<Phrase>,
    exceptions: Vec<Phrase>,
}

impl WordList {
    /// The lists that come with the program.
    pub fn shipped() -> Self {
        let mut list = Self::default();
        for (_, topic, entry) in shipped() {
            // what is shipped is well formed: a test reads it all
            let _ = list.add(entry, topic);
        }
        list
    }

    /// Adds an entry; one that begins with `!` is an exception.
    ///
    /// # Errors
    ///
    /// [`BadEntry`].
    pub fn add(&mut self, entry: &str, topic: Topic) -> Result<(), BadEntry> {
        let (is_exception, entry) = match entry.trim().strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, entry),
        };
        let parts = parts(entry)?;
        let first = keys(&fold(&parts[0].letters)).last().ok_or(BadEntry)?;
        let begun = self.begun.entry(first).or_default();
        let into = if is_exception { &mut begun.exceptions } else { &mut begun.phrases };
        into.push(Phrase { parts, topic });
        Ok(())
    }

    /// What `text` speaks of, by these lists: the gravest first, empty when nothing was found.
    pub fn topics(&self, text: &str) -> BTreeSet<Topic> {
        let tokens = tokens(text);
        // an exception ends where its words end: what begins before that is no hit
        let (mut topics, mut excepted) = (BTreeSet::new(), 0);
        for at in 0..tokens.len() {
            let begun = self.begun_at(&tokens[at]);
            if begun.is_empty() {
                continue;
            }
            let ahead = &tokens[at..tokens.len().min(at + PHRASE_WORDS_MAX)];
            let forms: Vec<Vec<(&str, &str)>> = ahead.iter().map(forms).collect();
            let fits = |phrase: &&Phrase| phrase.fits(&forms);
            let exceptions = begun.iter().flat_map(|begun| &begun.exceptions).filter(fits);
            excepted = exceptions.map(|exception| at + exception.parts.len()).max().unwrap_or(0).max(excepted);
            if at >= excepted {
                topics.extend(begun.iter().flat_map(|begun| &begun.phrases).filter(fits).map(|phrase| phrase.topic));
            }
        }
        topics
    }

    /// Entries that may begin with this word. One that is shorter than a key stands under what it has: a stem may be.
    fn begun_at(&self, first: &Token) -> Vec<&Begun> {
        let entries = |folded: &str| keys(folded).filter_map(|key| self.begun.get(&key)).collect::<Vec<_>>();
        match is_arabic(&first.folded) {
            true => forms(first).into_iter().flat_map(|(_, folded)| entries(folded)).collect(),
            false => entries(&first.folded),
        }
    }
}

/// The keys under which an entry may stand that begins as this word does: its first letter, its first two, its first three.
fn keys(folded: &str) -> impl Iterator<Item = Key> {
    let mut key = ['\0'; KEY_LETTERS];
    folded.chars().take(KEY_LETTERS).enumerate().map(move |(at, letter)| {
        key[at] = letter;
        key
    })
}

/// The shipped entries with their language and topic, in the order of the lists.
pub fn shipped() -> impl Iterator<Item = (&'static str, Topic, &'static str)> {
    SHIPPED.into_iter().flat_map(|(lang, text)| {
        let mut topic = Topic::Other;
        text.lines().filter_map(move |line| {
            let line = line.trim();
            if let Some(code) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                topic = Topic::from_code(code).unwrap_or(Topic::Other);
                return None;
            }
            (!line.is_empty() && !line.starts_with('#')).then_some((lang, topic, line))
        })
    })
}

/// An entry in the one form in which two entries are compared: lower case, one blank between words.
///
/// # Errors
///
/// [`BadEntry`].
pub fn canonical(entry: &str) -> Result<String, BadEntry> {
    let entry = entry.trim();
    let (mark, rest) = entry.strip_prefix('!').map_or(("", entry), |rest| ("!", rest));
    parts(rest)?;
    let words: Vec<String> = rest.split_whitespace().map(str::to_lowercase).collect();
    Ok(format!("{mark}{}", words.join(" ")))
}

fn parts(entry: &str) -> Result<Vec<Part>, BadEntry> {
    if entry.chars().count() > ENTRY_CHARS_MAX {
        return Err(BadEntry);
    }
    let mut parts = Vec::new();
    for word in entry.split_whitespace() {
        let (word, stem) = word.strip_suffix('*').map_or((word, false), |word| (word, true));
        let tokens = tokens(word);
        // an apostrophe or a hyphen parts words, as it does in a text
        let last = tokens.len().checked_sub(1).ok_or(BadEntry)?;
        for (n, token) in tokens.into_iter().enumerate() {
            let exact = token.plain != token.folded && !is_arabic(&token.folded);
            let letters = if exact { token.plain } else { token.folded };
            parts.push(Part { letters, exact, stem: stem && n == last });
        }
        if word.contains('*') {
            return Err(BadEntry);
        }
    }
    let letters: usize = parts.iter().map(|part| part.letters.chars().count()).sum();
    if parts.is_empty() || parts.len() > PHRASE_WORDS_MAX || letters < 2 { Err(BadEntry) } else { Ok(parts) }
}

/// Runs of letters. Signs that are not seen (direction, joiners, soft hyphens) part nothing.
fn tokens(text: &str) -> Vec<Token> {
    let lower = text.to_lowercase();
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(&lower);
    let mut tokens = Vec::new();
    let mut plain = String::new();
    for c in decomposed.chars().filter(|c| !is_unseen(*c)).chain([' ']) {
        if c.is_alphabetic() || is_mark(c) {
            plain.push(c);
        } else if !plain.is_empty() {
            let folded = fold(&plain);
            if !folded.is_empty() {
                tokens.push(Token { plain: std::mem::take(&mut plain), folded });
            }
            plain.clear();
        }
    }
    tokens
}

/// Without marks, and with letters that people write for each other made alike.
fn fold(decomposed: &str) -> String {
    let mut folded = String::with_capacity(decomposed.len());
    for c in decomposed.chars().filter(|c| !is_mark(*c)) {
        match c {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ı' => folded.push('i'),
            'ø' => folded.push('o'),
            '\u{640}' => {}
            'ٱ' => folded.push('ا'),
            'ى' | 'ی' => folded.push('ي'),
            'ک' => folded.push('ك'),
            'ة' => folded.push('ه'),
            c => folded.push(c),
        }
    }
    folded
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}')
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_arabic(folded: &str) -> bool {
    folded.chars().next().is_some_and(|c| ('\u{600}'..='\u{6ff}').contains(&c))
}

/// The token itself, and an Arabic one also without the particles written onto it.
fn forms(token: &Token) -> Vec<(&str, &str)> {
    let mut forms = vec![(token.plain.as_str(), token.folded.as_str())];
    if !is_arabic(&token.folded) {
        return forms;
    }
    let mut bare = vec![token.folded.as_str()];
    for prefixes in [&["و", "ف"][..], &["ب", "ك", "ل"], &["ال", "لل"]] {
        for n in 0..bare.len() {
            bare.extend(prefixes.iter().filter_map(|prefix| bare[n].strip_prefix(prefix)).collect::<Vec<_>>());
        }
    }
    let long = |form: &&str| form.chars().count() >= ARABIC_LETTERS_MIN;
    forms.extend(bare.into_iter().skip(1).filter(long).map(|form| (form, form)));
    forms
}

#[cfg(test)]
mod tests;
