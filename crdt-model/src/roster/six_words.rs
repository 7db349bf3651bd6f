//! Six words to compare by voice: 72 bits as syllables that French, Creole, Spanish, Arabic and English speakers can
//! all say, so no word list in any language is needed.

use crate::roster::PublicKeys;
use crate::values::OrgId;

const CONSONANTS: [char; 16] = ['b', 'd', 'f', 'g', 'j', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'w', 'z'];
const VOWELS: [char; 4] = ['a', 'i', 'o', 'u'];

/// The words that stand for a newcomer's keys and invitation: six of two syllables (12 bits each).
pub fn six_words(org: &OrgId, invite_pk: &[u8; 32], device: &PublicKeys, member: &PublicKeys) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 six words v1");
    for part in [&org.0[..], invite_pk, &device.ed, &device.x, &member.ed, &member.x] {
        hasher.update(part);
    }
    let hash = hasher.finalize();
    let words: Vec<String> = hash.as_bytes()[..12].chunks_exact(2).map(word).collect();
    words.join(" ")
}

fn word(pair: &[u8]) -> String {
    let n = usize::from(pair[0]) << 8 | usize::from(pair[1]);
    [CONSONANTS[n >> 12 & 15], VOWELS[n >> 8 & 3], CONSONANTS[n >> 4 & 15], VOWELS[n & 3]].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sayable_and_depend_on_every_key() {
        let keys = |n: u8| PublicKeys { ed: [n; 32], x: [n; 32] };
        let words = six_words(&OrgId([1; 16]), &[2; 32], &keys(3), &keys(4));
        assert_eq!(words.split(' ').count(), 6);
        assert!(words.split(' ').all(|w| w.len() == 4));
        assert_ne!(words, six_words(&OrgId([1; 16]), &[2; 32], &keys(3), &keys(5)));
        assert_ne!(words, six_words(&OrgId([1; 16]), &[9; 32], &keys(3), &keys(4)));
    }
}
