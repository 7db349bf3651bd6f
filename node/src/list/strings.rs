//! Codes as small numbers: a million rows name a few hundred of them.

use std::collections::HashMap;

/// Names nothing.
pub(super) const NONE: u32 = u32::MAX;

/// Codes in the order first met. Numbers are never given to another code.
#[derive(Default)]
pub(super) struct Words {
    list: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl Words {
    /// The number of a code, given now if it is new.
    pub(super) fn number(&mut self, word: Option<&str>) -> u32 {
        let Some(word) = word else { return NONE };
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(NONE);
        if number != NONE {
            self.list.push(word.into());
            self.numbers.insert(word.into(), number);
        }
        number
    }

    /// The number of a code that was met.
    pub(super) fn known(&self, word: &str) -> Option<u32> {
        self.numbers.get(word).copied()
    }

    /// The code of a number.
    pub(super) fn get(&self, number: u32) -> Option<&str> {
        self.list.get(number as usize).map(|word| &**word)
    }

    /// All of them, by number.
    pub(super) fn all(&self) -> &[Box<str>] {
        &self.list
    }
}
