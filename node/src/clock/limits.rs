//! Times between which an entry may be dated.

/// Times between which an entry may be dated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
}

impl Limits {
    pub(crate) fn is_off(self, at_ms: i64) -> bool {
        !(self.from_ms..=self.to_ms).contains(&at_ms)
    }

    /// How far off, milliseconds.
    pub(crate) fn off_by(self, at_ms: i64) -> u64 {
        at_ms.abs_diff(at_ms.clamp(self.from_ms, self.to_ms))
    }
}
