//! Receipts: how far a device holds the chains of others. Content of kind 2 entries.
//!
//! ```text
//! content = [ 1, at_ms: int, [1..256 * [device: bstr 16, incarnation: bstr 8, upto: uint]] ]      layer 0, not sealed; ascending by chain
//! ```
//!
//! A receipt says that the device which signed it holds the chains it names, of its own scope, up to `upto`, with every
//! section that anybody should have. It names positions and no case, so whoever relays it learns that something in a
//! chain concerned somebody at that device, and not what. A device writes one when it newly holds something that was
//! given to one of its members, locked or not, and no receipt of its own covers that: receipts never answer receipts.

use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::entry::{Entry, Kind};
use crate::values::moment::in_range;
use crate::values::{ChainKey, DeviceId, DocId, Incarnation, OrgId, ScopeId, id16};

/// Version of the content's format.
pub const RECEIPT_VERSION: u64 = 1;
/// Most chains one receipt names.
pub const RECEIPT_CHAINS_MAX: usize = 256;

/// How far one chain is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The chain.
    pub chain: ChainKey,
    /// The last entry held, with all before it.
    pub upto: u64,
}

/// What a kind 2 entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// When, as the device's clock said: Unix milliseconds.
    pub at_ms: i64,
    /// 1 to [`RECEIPT_CHAINS_MAX`] chains, ascending, each once.
    pub held: Vec<Held>,
}

impl Receipt {
    /// What a held receipt says; `None` for other kinds, elsewhere than in its document, and for what cannot be read.
    pub fn read_from(entry: &Entry) -> Option<Self> {
        let header = entry.header();
        if header.kind != Kind::Receipt || header.doc != receipts_doc(&header.org, &header.scope) {
            return None;
        }
        cbor::decode(entry.section(0)?.1).ok()
    }
}

/// The document in which the receipts of a scope stand.
pub fn receipts_doc(org: &OrgId, scope: &ScopeId) -> DocId {
    DocId(id16("boucle/doc/receipts/v1", &[&org.0, &scope.0]))
}

impl Canonical for Receipt {
    fn write(&self, w: &mut Writer) {
        w.arr(3).uint(RECEIPT_VERSION).sint(self.at_ms).arr(self.held.len());
        for Held { chain, upto } in &self.held {
            w.arr(3).bstr(&chain.device.0).bstr(&chain.incarnation.0).uint(*upto);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(3)?;
        if r.u64()? != RECEIPT_VERSION {
            return malformed("unknown version of a receipt");
        }
        let at_ms = r.i64()?;
        if !in_range(at_ms) {
            return malformed("time out of range");
        }
        let n = r.arr_max(RECEIPT_CHAINS_MAX as u64)?;
        if n == 0 {
            return malformed("a receipt of nothing");
        }
        let mut held: Vec<Held> = Vec::with_capacity(n as usize);
        for _ in 0..n {
            r.arr_of(3)?;
            let chain = ChainKey { device: DeviceId(r.fixed()?), incarnation: Incarnation(r.fixed()?) };
            let upto = r.u64()?;
            if upto == 0 || held.last().is_some_and(|last| last.chain >= chain) {
                return malformed("chains of a receipt not ascending, or held up to nothing");
            }
            held.push(Held { chain, upto });
        }
        Ok(Self { at_ms, held })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chain(device: u8, incarnation: u8) -> ChainKey {
        ChainKey { device: DeviceId([device; 16]), incarnation: Incarnation([incarnation; 8]) }
    }

    fn receipt() -> impl Strategy<Value = Receipt> {
        let chains = proptest::collection::btree_map((any::<u8>(), any::<u8>()), 1u64.., 1..=RECEIPT_CHAINS_MAX);
        (0i64..4_000_000_000_000, chains).prop_map(|(at_ms, chains)| {
            let held = chains.into_iter().map(|((device, life), upto)| Held { chain: chain(device, life), upto });
            Receipt { at_ms, held: held.collect() }
        })
    }

    proptest! {
        #[test]
        fn a_receipt_has_one_form(receipt in receipt()) {
            let bytes = cbor::encode(&receipt);
            prop_assert_eq!(cbor::decode::<Receipt>(&bytes), Ok(receipt));
            prop_assert!(cbor::decode::<Receipt>(&bytes[..bytes.len() - 1]).is_err());
            prop_assert!(cbor::decode::<Receipt>(&[&bytes[..], &[0]].concat()).is_err());
        }

        #[test]
        fn no_bytes_make_a_reader_panic(bytes: Vec<u8>) {
            if let Ok(receipt) = cbor::decode::<Receipt>(&bytes) {
                prop_assert_eq!(cbor::encode(&receipt), bytes);
            }
        }
    }

    #[test]
    fn what_is_out_of_order_or_out_of_bounds_is_refused() {
        let held = |device, upto| Held { chain: chain(device, 0), upto };
        let refused = |at_ms, held: Vec<Held>| {
            assert!(cbor::decode::<Receipt>(&cbor::encode(&Receipt { at_ms, held })).is_err());
        };
        refused(0, vec![]);
        refused(0, vec![held(1, 0)]);
        refused(0, vec![held(2, 1), held(1, 1)]);
        refused(0, vec![held(1, 1), held(1, 2)]);
        refused(i64::MAX, vec![held(1, 1)]);
        let many = |n: u16| {
            let chain = |n: u16| ChainKey { incarnation: Incarnation(u64::from(n).to_be_bytes()), ..chain(1, 0) };
            (0..n).map(|n| Held { chain: chain(n), upto: 1 }).collect::<Vec<_>>()
        };
        refused(0, many(257));
        let most = cbor::encode(&Receipt { at_ms: 0, held: many(256) });
        assert!(cbor::decode::<Receipt>(&most).is_ok());
    }
}
