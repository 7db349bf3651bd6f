//! Passphrases: which are accepted, and what a try costs.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use crdt_model::name;
use zeroize::{Zeroize, Zeroizing};

use super::KeyringError;

/// What one try of a passphrase costs: Argon2id version 0x13.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// Least memory read or written, KiB.
    pub const MEMORY_KIB_MIN: u32 = 8 << 10;
    /// Most memory read or written, KiB: a swapped file must not exhaust the machine.
    pub const MEMORY_KIB_MAX: u32 = 1 << 20;
    /// Most passes read or written.
    pub const PASSES_MAX: u32 = 16;
    /// Most lanes read or written.
    pub const LANES_MAX: u32 = 4;

    /// A cost within the bounds; `None` outside of them.
    pub fn new(memory_kib: u64, passes: u64, lanes: u64) -> Option<Self> {
        let fits = |value: u64, min: u32, max: u32| u32::try_from(value).ok().filter(|v| (min..=max).contains(v));
        Some(Self {
            memory_kib: fits(memory_kib, Self::MEMORY_KIB_MIN, Self::MEMORY_KIB_MAX)?,
            passes: fits(passes, 1, Self::PASSES_MAX)?,
            lanes: fits(lanes, 1, Self::LANES_MAX)?,
        })
    }

    /// The cheapest cost that is read at all. For tests: it takes milliseconds to guess.
    pub fn for_tests() -> Self {
        Self { memory_kib: Self::MEMORY_KIB_MIN, passes: 1, lanes: 1 }
    }

    /// What a machine with so much memory to spare can bear, KiB (`None`: unknown): 256 MiB or 64 MiB, and as many passes as
    /// one try takes 0.7 s, three at least. Takes about a second.
    pub fn calibrated(spare_kib: Option<u64>) -> Self {
        let ample = Self { memory_kib: 256 << 10, ..Self::default() };
        let first = if spare_kib.is_some_and(|spare| spare >= AMPLE_KIB) { ample } else { Self::default() };
        for base in [first, Self::default()] {
            let started = std::time::Instant::now();
            // a trial of no secret
            if Passphrase::new("calibration").derive(base, &[0; 16]).is_ok() {
                let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
                let passes = (u64::from(base.passes) * TRY_MS).div_ceil(took_ms);
                let passes = u32::try_from(passes).unwrap_or(u32::MAX).clamp(base.passes, Self::PASSES_MAX);
                return Self { passes, ..base };
            }
        }
        Self::default()
    }

    /// Memory, KiB.
    pub fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// Passes over that memory.
    pub fn passes(&self) -> u32 {
        self.passes
    }

    /// Lanes.
    pub fn lanes(&self) -> u32 {
        self.lanes
    }
}

impl Default for Cost {
    /// 64 MiB, 3 passes, 1 lane: 0.2 s on a laptop, 1–2 s on a small board.
    fn default() -> Self {
        Self { memory_kib: 64 << 10, passes: 3, lanes: 1 }
    }
}

/// How long one try shall take at least, milliseconds.
const TRY_MS: u64 = 700;
/// Memory to spare from which a try takes 256 MiB, KiB.
const AMPLE_KIB: u64 = 2 << 20;
/// Characters of a passphrase, at least, blanks not counted.
const CHARACTERS_MIN: usize = 12;
/// Longest passphrase taken, bytes.
const PASSPHRASE_BYTES_MAX: usize = 1024;

/// A passphrase: one whatever keyboard and system it was typed on. Erased from memory when dropped, never shown.
pub struct Passphrase {
    /// As it is meant: see [`name::passphrase`].
    meant: Zeroizing<String>,
    /// As it was typed, where that differs: slots made before passphrases were composed are sealed under this.
    typed: Option<Zeroizing<String>>,
}

impl Passphrase {
    /// As typed or read from a file: line ends at the end are dropped.
    pub fn new(text: &str) -> Self {
        let text = text.trim_end_matches(['\r', '\n']);
        let meant = name::passphrase(text);
        let typed = (meant.as_str() != text).then(|| Zeroizing::new(text.to_owned()));
        Self { meant, typed }
    }

    /// The same bytes as they were typed, where those are others than what is meant.
    pub(crate) fn as_typed(&self) -> Option<Self> {
        self.typed.as_ref().map(|typed| Self { meant: typed.clone(), typed: None })
    }

    /// What is meant: by this, passphrases are compared.
    pub(crate) fn meant(&self) -> &str {
        &self.meant
    }

    /// Says if the passphrase may be chosen: 12 characters at least, blanks not counted (five words of a word list have
    /// more), not a well-known one, and nothing in it that cannot be seen: it would not be typed again.
    ///
    /// # Errors
    ///
    /// What makes it weak.
    pub fn check(&self) -> Result<(), Weakness> {
        let text = self.meant.as_str();
        if text.len() > PASSPHRASE_BYTES_MAX {
            return Err(Weakness::TooLong);
        }
        if text.chars().any(name::is_unseen) {
            return Err(Weakness::Unseen);
        }
        // five words of a list are as many at least
        if text.chars().filter(|c| !c.is_whitespace()).count() < CHARACTERS_MIN {
            return Err(Weakness::TooShort);
        }
        let folded: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect());
        let mut distinct: Vec<char> = folded.chars().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let few = distinct.len() < 5;
        distinct.iter_mut().for_each(|c| *c = '\0');
        if few {
            return Err(Weakness::Repetitive);
        }
        if COMMON.contains(&folded.as_str()) {
            return Err(Weakness::Common);
        }
        Ok(())
    }

    /// The key this passphrase makes with a slot's salt.
    pub(crate) fn derive(&self, cost: Cost, salt: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, KeyringError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
            .expect("the bounds of Cost lie within those of Argon2");
        let mut memory: Vec<Block> = Vec::new();
        let no_memory = |_| KeyringError::NotEnoughMemory { memory_kib: cost.memory_kib };
        memory.try_reserve_exact(params.block_count()).map_err(no_memory)?;
        memory.resize(params.block_count(), Block::default());
        // counted by tests: nobody waits for this more often than need be
        tracing::debug!(memory_kib = cost.memory_kib, passes = cost.passes, "a key is derived from a passphrase");
        let mut key = Zeroizing::new([0; 32]);
        let done = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
            self.meant.as_bytes(),
            salt,
            key.as_mut_slice(),
            &mut memory,
        );
        memory.iter_mut().for_each(Zeroize::zeroize);
        done.expect("salt and output have lengths that Argon2 takes, passphrases are far below 4 GiB");
        Ok(key)
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase([redacted])")
    }
}

/// Why a passphrase may not be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Under 12 characters, blanks not counted.
    #[error("12 characters or 5 words of a list are the least")]
    TooShort,
    /// Over 1024 bytes.
    #[error("1024 bytes are the most")]
    TooLong,
    /// Fewer than five different letters or digits.
    #[error("it repeats the same few characters")]
    Repetitive,
    /// On the list of those tried first.
    #[error("it is one of those tried first")]
    Common,
    /// It holds a character that shows nothing.
    #[error("it holds a character that cannot be seen")]
    Unseen,
}

/// Passphrases long enough but tried first, as letters and digits in lower case.
const COMMON: &[&str] = &[
    "0123456789ab",
    "123456789012",
    "1234567890123",
    "12345678901234",
    "1234567890qwerty",
    "123456789abc",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "abcdefghijkl",
    "abcdefghijklmnop",
    "abcdefghijklmnopqrstuvwxyz",
    "actioncontrelafaim",
    "administrateur",
    "administrator",
    "admin123456789",
    "azertyuiop12",
    "azertyuiop123",
    "azertyuiopqsdfghjklm",
    "bonjour123456",
    "bonjourbonjour",
    "boucleboucle",
    "changeme1234",
    "changemechangeme",
    "confidentiel",
    "confidential",
    "jesuschrist1",
    "jesuschristestseigneur",
    "jetaimejetaime",
    "letmeinletmein",
    "loulouloulou",
    "monmotdepasse",
    "motdepasse12",
    "motdepasse123",
    "motdepasse1234",
    "motdepassemotdepasse",
    "ouvretoisesame",
    "passepartout",
    "passphrase12",
    "passphrase123",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "p4ssw0rd1234",
    "protectioncivile",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdfghjkl",
    "republiquedemocratiqueducongo",
    "secretsecret",
    "soleilsoleil",
    "thequickbrownfox",
    "trustno1trustno1",
    "unitednations",
    "welcome12345",
    "welcome123456",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_twelve_characters_or_five_words_of_a_list_and_not_a_common_one() {
        let check = |text: &str| Passphrase::new(text).check();
        assert_eq!(check("Kivu-Goma 42!"), Ok(()));
        assert_eq!(check("Kivu-Goma 4"), Err(Weakness::TooShort));
        assert_eq!(check("a b c d e"), Err(Weakness::TooShort), "five letters are no five words");
        assert_eq!(check("cru abri nef sud oser"), Ok(()), "five words of a list");
        assert_eq!(check("Kivu-Goma 4\n"), Err(Weakness::TooShort), "a line end is no character");
        assert_eq!(check("aaaa bbbb aaaa"), Err(Weakness::Repetitive));
        assert_eq!(check("............"), Err(Weakness::Repetitive));
        assert_eq!(check("Mot de Passe 123"), Err(Weakness::Common));
        assert_eq!(check(&"kivu".repeat(300)), Err(Weakness::TooLong));
        assert_eq!(check(""), Err(Weakness::TooShort));
        for unseen in ["Kivu-Goma\u{200b} 42!", "Kivu-Goma\t42!!!", "\u{feff}Kivu-Goma 42!"] {
            assert_eq!(check(unseen), Err(Weakness::Unseen), "{unseen:?}");
        }
        assert!(COMMON.iter().all(|text| text.chars().count() >= 12));
    }

    #[test]
    fn costs_outside_the_bounds_do_not_exist() {
        assert_eq!(Cost::new(64 << 10, 3, 1), Some(Cost::default()));
        assert_eq!(Cost::new(8 << 10, 1, 1), Some(Cost::for_tests()));
        for (m, t, p) in [(8191, 1, 1), ((1 << 20) + 1, 1, 1), (8192, 17, 1), (8192, 0, 1), (8192, 1, 5), (8192, 1, 0)]
        {
            assert_eq!(Cost::new(m, t, p), None);
        }
        assert_eq!(Cost::new(u64::MAX, 1, 1), None);
    }

    #[test]
    fn composed_or_not_and_whatever_the_blank_a_passphrase_makes_one_key() {
        let key = |text: &str| Passphrase::new(text).derive(Cost::for_tests(), &[1; 16]).expect("memory");
        let meant = key("été forêt drôle");
        assert_eq!(key("e\u{301}te\u{301} fore\u{302}t dro\u{302}le"), meant);
        assert_eq!(key("été\u{a0}forêt\u{202f}drôle"), meant);
        assert_ne!(key("été  forêt drôle"), meant, "each blank counts");
        assert!(Passphrase::new("été forêt drôle").as_typed().is_none());
        let typed = Passphrase::new("e\u{301}te\u{301}").as_typed().expect("other bytes");
        assert_eq!(typed.meant(), "e\u{301}te\u{301}");
    }

    #[test]
    fn a_trailing_line_end_changes_no_key() {
        let key = |text: &str| Passphrase::new(text).derive(Cost::for_tests(), &[1; 16]).expect("memory");
        assert_eq!(key("one two three"), key("one two three\r\n"));
        assert_ne!(key("one two three"), key("one two three "));
    }
}
