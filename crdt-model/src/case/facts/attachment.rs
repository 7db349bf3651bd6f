//! A file, or a scan of the paper.

use data_encoding::HEXLOWER;

use crate::case::facts::codec::{Code, Opt, Plain, Raw, Text};
use crate::case::facts::{Fact, SHORT_BYTES_MAX, fact};
use crate::values::Words;

fact! {
    /// `[1, hash32, bytes, name|null, type|null]`.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct AttachmentFact {
        /// BLAKE3 of the content; hexadecimal in JSON.
        #[serde(serialize_with = "serialize_hash")]
        pub hash: [u8; 32] as Raw,
        /// Size in bytes.
        pub bytes: u64 as Plain,
        /// File name.
        pub name: Option<Words> as Opt<Text<SHORT_BYTES_MAX>>,
        /// Media type.
        pub media_type: Option<String> as Opt<Code>,
    }
}

impl Fact for AttachmentFact {
    fn gist(&self) -> Option<String> {
        Some(HEXLOWER.encode(&self.hash))
    }
}

fn serialize_hash<S: serde::Serializer>(hash: &[u8; 32], s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&HEXLOWER.encode(hash))
}
