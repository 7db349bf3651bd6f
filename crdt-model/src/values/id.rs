//! Identifiers: newtypes over fixed bytes, shown as lower-case hexadecimal.

use data_encoding::HEXLOWER;

/// Why a text is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {expected} hexadecimal digits")]
pub struct ParseIdError {
    /// Digits expected.
    pub expected: usize,
    /// What was given.
    pub found: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Size in bytes.
            pub const LEN: usize = $len;
            /// All bytes zero: "none" where the format says so.
            pub const ZERO: Self = Self([0; $len]);

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The first eight hexadecimal digits, for people.
            pub fn short(&self) -> String {
                HEXLOWER.encode(&self.0[..4])
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl std::str::FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let bad = || ParseIdError { expected: $len * 2, found: text.to_owned() };
                let bytes = HEXLOWER.decode(text.to_ascii_lowercase().as_bytes()).map_err(|_| bad())?;
                Ok(Self(bytes.try_into().map_err(|_| bad())?))
            }
        }

        super::serde_as_text!($name);
    };
}

id! {
    /// An organisation: BLAKE3 of its genesis.
    OrgId, 16
}
id! {
    /// What replicates as a unit: the membership, the knowledge, or one site's cases.
    ScopeId, 16
}
id! {
    /// A document inside a scope; for a case, its `case_id`. 16 random bytes: nothing in it tells the time.
    DocId, 16
}
id! {
    /// One installation: BLAKE3 of its public keys.
    DeviceId, 16
}
id! {
    /// A person on one device, with own keys and role: BLAKE3 of the public keys.
    MemberId, 16
}
id! {
    /// A named group of readers with epochs of keys.
    AudienceId, 16
}
id! {
    /// One life of a device's store: drawn anew after a restore or a copy, so that no chain forks against itself.
    Incarnation, 8
}
id! {
    /// An entry: BLAKE3 of its header.
    EntryId, 32
}
id! {
    /// An Automerge actor: one device incarnation and member writing one layer of one document.
    ActorId, 16
}

/// BLAKE3-256 of `domain ‖ parts`, cut to 16 bytes: how ids are made from keys.
pub fn id16(domain: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(domain.as_bytes());
    for part in parts {
        hasher.update(part);
    }
    let mut out = [0; 16];
    out.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    out
}
