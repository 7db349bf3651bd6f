//! What stands in a section once it has opened: a hostile author who may seal to us puts there what they like.
//!
//! First byte: bit 0, the plaintext as it is instead of packed and padded; then also as keys sealed under a gift key, and as
//! the grant of a role's secret. Then the generation, one byte.

use crdt_model::cbor;
use crdt_model::seal::testing::read_padded;
use crdt_model::seal::{Given, Plain, RoleGrant};

use crate::{Seed, vectors};

/// Unpads, unpacks, decodes; what decodes has one encoding.
pub fn run(data: &[u8]) {
    let [mode, generation, bytes @ ..] = data else { return };
    if mode & 1 == 1 {
        if let Ok(plain) = cbor::decode::<Plain>(bytes) {
            assert_eq!(cbor::encode(&plain), bytes, "a plaintext has one encoding");
            assert!(!format!("{plain:?}").contains("change"), "a plaintext never shows in Debug");
        }
        if let Ok(given) = cbor::decode::<Given>(bytes) {
            assert_eq!(cbor::encode(&given), bytes, "keys have one encoding");
        }
        if let Ok(grant) = cbor::decode::<RoleGrant>(bytes) {
            assert_eq!(cbor::encode(&grant), bytes, "a grant has one encoding");
        }
    } else if let Ok(plain) = read_padded(bytes, u32::from(*generation)) {
        assert_eq!(plain.generation, u32::from(*generation));
        assert!(cbor::decode::<Plain>(&cbor::encode(&plain)).is_ok());
    }
}

/// The plaintext of the vectors, plain and packed.
pub fn seeds() -> Vec<Seed> {
    let plain = vectors::field(vectors::SECTION, "plaintext");
    let mut seeds = vec![("plain".to_owned(), [&[1, 0], plain.as_slice()].concat())];
    for name in ["given.plain", "role_grant"] {
        seeds.push((name.to_owned(), [&[1, 0], vectors::field(vectors::GIFT, name).as_slice()].concat()));
    }
    for pad in [0, 3, 200] {
        // a frame of zstd that only stores: magic, single segment with a content size of one byte, one raw block
        let size = [u8::try_from(plain.len()).expect("a short plaintext")];
        let block = (u32::try_from(plain.len()).expect("short") << 3 | 1).to_le_bytes();
        let frame = [&[0x28, 0xb5, 0x2f, 0xfd, 0x20], size.as_slice(), &block[..3], &plain].concat();
        seeds.push((format!("packed-{pad}"), [&[0, 0], frame.as_slice(), &[0x80], &vec![0; pad]].concat()));
    }
    seeds
}
